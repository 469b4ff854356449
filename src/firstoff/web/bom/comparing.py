"""What differs: two revisions line by line and over all levels, or a revision and a file."""

from typing import Any

from django.conf import settings
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import path

from firstoff.errors import InvalidInput, NotFound
from firstoff.formats.sources import megabytes
from firstoff.queries import bom as reads
from firstoff.queries import product
from firstoff.rules.bom.comparing import LineChange
from firstoff.web.auth import Request, page
from firstoff.web.bom.reading import FilesForm, told
from firstoff.web.bom.shared import BOM, Shown, found

_SHOWN = 500  # differences that are shown; the counts are true


@page("see", post="see")
def bom_compare(request: Request, site: str, part: str, revision: str) -> HttpResponse:
    """``?before=A`` of the same part, ``?of=PART&before=A`` of another."""
    shown = found(request, site, part, revision)
    form: FilesForm = FilesForm.of(request)
    if form.attempt(lambda data: _against(request, shown, data["file"])):
        return _page(request, shown, form, form.result, by_file=True)
    if form.is_bound:
        return _page(request, shown, form, None)
    try:
        compared, needs = _with_revision(request, shown)
    except (InvalidInput, NotFound) as error:
        return _page(request, shown, form, None, problem=error, status=422)
    return _page(request, shown, form, compared, needs=needs)


def _with_revision(
    request: Request, shown: Shown
) -> tuple[reads.BomComparison | None, tuple[reads.NeedDifference, ...]]:
    label, of = (request.GET.get(name, "").strip()[:120] for name in ("before", "of"))
    if of and of != shown.part.number:
        there = product.part_revisions(product.part(request.actor, shown.part.site, of).id)
    else:
        there, of = shown.revisions, shown.part.number
    others = [r for r in there if r.id != shown.revision.id]
    if label:
        chosen = next((r for r in others if r.label == label), None)
        if chosen is None:
            raise InvalidInput(
                f"There is no other revision {label[:20]!r} of {of}.", field="before"
            )
    else:
        older = [r for r in others if r.id < shown.revision.id] or others
        chosen = older[0] if older else None
    if chosen is None:
        return None, ()
    keys = (chosen.id, shown.revision.id)
    needs = reads.compare_needs(request.actor, *keys)
    return reads.compare(request.actor, *keys), needs


def _against(request: Request, shown: Shown, files: list[Any]) -> reads.BomComparison:
    largest = settings.MAX_UPLOAD_BYTES
    if (size := sum(one.size for one in files)) > largest:
        raise InvalidInput(
            f"The files have {megabytes(size)}; at most {megabytes(largest)} are taken at once.",
            field="file",
        )
    contents = [((one.name or "file")[:300], one.read()) for one in files]
    try:
        return reads.compare_file(request.actor, shown.revision.id, contents)
    except InvalidInput as error:
        raise InvalidInput(
            error.message, code=error.code, way_out=error.way_out, field="file"
        ) from error


def _page(
    request: Request,
    shown: Shown,
    form: FilesForm,
    compared: reads.BomComparison | None,
    *,
    needs: tuple[reads.NeedDifference, ...] = (),
    problem: Exception | None = None,
    by_file: bool = False,
    status: int = 0,
) -> HttpResponse:
    context = shown.context(
        form=form,
        problem=problem,
        compared=compared,
        by_file=by_file,
        others=[r for r in shown.revisions if r.id != shown.revision.id],
        before=request.GET.get("before", ""),
        of=request.GET.get("of", ""),
        needs=needs[:_SHOWN],
        more_needs=max(0, len(needs) - _SHOWN),
    )
    if compared is not None:
        moved = compared.moved
        context |= {
            "counts": {kind.value: compared.count(kind) for kind in LineChange},
            "moved": [told(one) for one in moved[:_SHOWN]],
            "more": max(0, len(moved) - _SHOWN),
        }
    return render(request, "bom/compare.html", context, status=status or form.status)


urlpatterns = [path(f"{BOM}compare/", bom_compare, name="bom-compare")]
