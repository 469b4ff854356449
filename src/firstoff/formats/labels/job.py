"""A print job: labels of one template and size, as often as asked, in one file for one printer."""

import zipfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from io import BytesIO

from firstoff.errors import InvalidInput

from . import paper, raster
from .data import LabelData
from .layout import MINIMUM, Layout, lay_out
from .sizes import size_named
from .templates import template_named
from .zpl import zpl

MOST = 10_000  # labels a job, copies counted: a roll or two


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """template, size, form: names out of their registries; code: ``datamatrix`` or ``qr``.

    dpi: of the printer; start: the first free place of a sheet, from 1; pictures: codes as
    pictures in ZPL, where a printer's firmware is in doubt.
    """

    template: str
    size: str
    labels: tuple[LabelData, ...]
    form: str = "pdf"
    copies: int = 1
    dpi: int = 300
    code: str = "datamatrix"
    minimum: float = MINIMUM
    start: int = 1
    pictures: bool = False


@dataclass(frozen=True, slots=True)
class Printed:
    """The file; ``layouts`` in the order of the labels, with their modules and what was left
    out."""

    content: bytes
    media_type: str
    name: str
    layouts: tuple[Layout, ...]


@dataclass(frozen=True, slots=True)
class Form:
    """A file format. write: the layouts, each once, and the job."""

    name: str
    label: str
    media_type: str
    write: Callable[[Sequence[Layout], Job], bytes]
    one_a_file: bool = False  # more labels than one come as a ZIP of files


def _pdf(layouts: Sequence[Layout], job: Job) -> bytes:
    repeated = [layout for layout in layouts for _ in range(job.copies)]
    return paper.pdf(repeated, start=job.start)


def _zpl(layouts: Sequence[Layout], job: Job) -> bytes:
    return zpl(layouts, copies=job.copies, pictures=job.pictures).encode()


def _png(layouts: Sequence[Layout], job: Job) -> bytes:
    return _one_or_zip(raster.pngs(layouts), "png", job.template)


def _svg(layouts: Sequence[Layout], job: Job) -> bytes:
    return _one_or_zip([paper.svg(layout) for layout in layouts], "svg", job.template)


def _one_or_zip(files: Sequence[bytes], ending: str, name: str) -> bytes:
    if len(files) == 1:
        return files[0]
    made = BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_STORED) as archive:
        for number, content in enumerate(files, 1):
            # A fixed time: the same labels give the same bytes.
            entry = zipfile.ZipInfo(f"{name}-{number:04d}.{ending}", (1980, 1, 1, 0, 0, 0))
            archive.writestr(entry, content)
    return made.getvalue()


FORMS: tuple[Form, ...] = (
    Form("pdf", "PDF", "application/pdf", _pdf),
    Form("png", "PNG", "image/png", _png, one_a_file=True),
    Form("svg", "SVG", "image/svg+xml", _svg, one_a_file=True),
    Form("zpl", "ZPL II", "application/zpl", _zpl),
)


def form_named(name: str) -> Form:
    for one in FORMS:
        if one.name == name:
            return one
    names = ", ".join(one.name for one in FORMS)
    raise InvalidInput(f"Labels do not come as “{name}”; expected one of {names}.", field="form")


def laid_out(job: Job) -> tuple[Layout, ...]:
    """Every label of the job. Raises InvalidInput naming the label that cannot be made."""
    template, size = template_named(job.template), size_named(job.size)
    if not job.labels or job.copies < 1 or len(job.labels) * job.copies > MOST:
        raise InvalidInput(
            f"A job of {len(job.labels)} labels, {job.copies} times; expected 1 to {MOST:,} in "
            "all.",
            field="copies",
        )
    layouts: list[Layout] = []
    for number, data in enumerate(job.labels, 1):
        try:
            made = lay_out(template, size, data, dpi=job.dpi, code=job.code, minimum=job.minimum)
        except InvalidInput as error:
            if len(job.labels) == 1:
                raise
            raise InvalidInput(
                f"Label {number} of {len(job.labels)}: {error.message}",
                code=error.code,
                **{**error.details, "label": number},
            ) from error
        layouts.append(made)
    return tuple(layouts)


def printed(job: Job) -> Printed:
    """The job as a file. Raises InvalidInput where anything of it cannot be made."""
    form = form_named(job.form)
    layouts = laid_out(job)
    content = form.write(layouts, job)
    many = form.one_a_file and len(layouts) > 1
    media_type = "application/zip" if many else form.media_type
    ending = f"{form.name}.zip" if many else form.name
    return Printed(content, media_type, f"labels-{job.template}-{job.size}.{ending}", layouts)
