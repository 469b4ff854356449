"""``firstoff label``: labels asked for and printed, and scanned back."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from firstoff.cli import shell
from firstoff.cli.options import AsOption, JsonOption, SiteOption
from firstoff.errors import InvalidInput
from firstoff.rules.evidence.words import counted

if TYPE_CHECKING:
    from firstoff.queries.genealogy.labels import Expected, JobView

app = typer.Typer(no_args_is_help=True, help="Labels: asked for, printed, scanned back.")


@app.command("print")
def print_(
    template: Annotated[str, typer.Argument(help="unit, batch, carton, pallet, lot or place.")],
    number: Annotated[str, typer.Argument(help="A batch, package, lot or equipment.")],
    to: Annotated[Path | None, typer.Option(help="The file; its ending says the form.")] = None,
    printer: Annotated[str, typer.Option(help="A printer of the settings.")] = "",
    size: Annotated[str, typer.Option(help="A size, as 50x25.")] = "50x25",
    dpi: Annotated[int, typer.Option(help="203, 300 or 600.")] = 300,
    code: Annotated[str, typer.Option(help="datamatrix or qr.")] = "datamatrix",
    copies: Annotated[int, typer.Option(min=1)] = 1,
    serial: Annotated[str, typer.Option(help="One unit of the batch.")] = "",
    first: Annotated[int | None, typer.Option(help="From this unit of the batch.")] = None,
    last: Annotated[int | None, typer.Option(help="To this unit.")] = None,
    only_new: Annotated[bool, typer.Option(help="Only units without a label.")] = False,
    gtin: str = "",
    marks: str = "",
    verify: Annotated[bool, typer.Option(help="Pack units only after a scan of it.")] = False,
    reason: Annotated[str, typer.Option(help="Why again.")] = "",
    site: SiteOption = None,
    by: AsOption = None,
    as_json: JsonOption = False,
) -> None:
    """Ask for labels and print them: to a file, or on a printer of the settings."""
    if (to is None) == (not printer):
        raise InvalidInput("Where to?", way_out="Add --to FILE, or --printer NAME.")
    form = "zpl" if printer else to.suffix.lower().lstrip(".") if to else ""
    shell.django()
    from firstoff.queries.genealogy import labels as reads
    from firstoff.rules.genealogy import LabelWish
    from firstoff.services.genealogy import labels

    actor = shell.writer(by)
    place = shell.site_of(actor, site)
    units = template == "unit"
    wish = LabelWish(
        template=template,
        size=size,
        batch=number if units else "",
        number="" if units else number,
        serial=serial,
        first=first,
        last=last,
        only_new=only_new,
        form=form,
        dpi=dpi,
        code=code,
        copies=copies,
        gtin=gtin,
        marks=marks,
        verify=verify,
        reason=reason,
    )
    given: dict[str, Any] = {"site_id": place.id, "by": actor, "at": shell.now()}
    job = labels.ask_for_labels(wish=wish, **given)
    view = reads.job(actor, place.code, job.uid)
    labels.print_labels(job=view, printer=printer, **given)
    if to is not None:
        to.write_bytes(reads.file(reads.print_job(view)).content)
    where = f"sent to {printer}" if printer else f"in {to}"
    said = f"{counted(view.count, 'label')} {'is' if view.count == 1 else 'are'} {where}."
    _show(reads.job(actor, place.code, job.uid), said, as_json)


def _show(view: "JobView", said: str, as_json: bool) -> None:
    if as_json:
        shell.show(_plain(view))
    else:
        shell.err.print(said, markup=False)


def _plain(view: "JobView") -> dict[str, Any]:
    names = ("uid", "template", "size", "form", "copies", "count", "batch", "about")
    return {name: getattr(view, name) for name in (*names, "asked_at", "asked_by", "prints")}


@app.command("list")
def list_(
    waiting: Annotated[bool, typer.Option(help="Only those that were not printed.")] = False,
    batch: Annotated[str, typer.Option("--run", help="Of this batch.")] = "",
    limit: Annotated[int, typer.Option(min=1)] = 50,
    site: SiteOption = None,
    by: AsOption = None,
    as_json: JsonOption = False,
) -> None:
    """Print jobs, the newest first."""
    shell.django()
    from firstoff.queries.genealogy import labels as reads

    actor = shell.reader(by)
    place = shell.site_of(actor, site)
    show = "waiting" if waiting else ""
    found, total, _ = reads.jobs(actor, place.code, show=show, batch=batch, limit=limit)
    if as_json:
        shell.show({"items": [_plain(v) for v in found], "next": None, "total": total})
        return
    for view in found:
        said = "printed" if view.printed else "waiting"
        cells = (f"{view.asked_at:%Y-%m-%d %H:%M}", view.template, view.about, str(view.count))
        shell.out.print("\t".join((*cells, view.size, said)), markup=False)


@app.command()
def verify(
    scanned: Annotated[str, typer.Argument(help="What the label says, or a picture of it.")],
    serial: Annotated[str, typer.Option(help="The unit it is on.")] = "",
    part: Annotated[str, typer.Option(help="Its part, where two have the number.")] = "",
    package: Annotated[str, typer.Option(help="The carton or pallet it is on.")] = "",
    site: SiteOption = None,
    by: AsOption = None,
    as_json: JsonOption = False,
) -> None:
    """Scan a label back: exit 4 where it is not the one that belongs there."""
    shell.django()
    from uuid import uuid4

    from firstoff.formats.labels.pictures import read_picture
    from firstoff.services.genealogy import labels

    actor = shell.writer(by)
    place = shell.site_of(actor, site)
    picture = Path(scanned)
    is_file = scanned.lower().endswith((".png", ".jpg", ".jpeg")) and picture.is_file()
    sentence = labels.verify_label(
        site_id=place.id,
        expected=_expected(actor, place, part, serial, package),
        found=read_picture(picture.read_bytes()) if is_file else labels.read_codes(scanned),
        by=actor,
        at=shell.now(),
        uid=uuid4(),
    )
    if as_json:
        shell.show({"matched": True, "sentence": sentence})
    else:
        shell.out.print(sentence, markup=False)


def _expected(actor: Any, place: Any, part: str, serial: str, package: str) -> "Expected":
    from firstoff.queries.genealogy import labels as reads
    from firstoff.queries.genealogy import packages
    from firstoff.queries.trace import called

    if package:
        kind = packages.kind_of_package(place.id, package)
        return reads.expected_on(
            actor, place.code, "pallet" if kind == "pallet" else "carton", package
        )
    if not serial:
        raise InvalidInput("On what?", way_out="Add --serial or --package.")
    known = [p for s, p in called(actor, serial) if s == place.code and part in ("", p)]
    if len(known) > 1:
        raise InvalidInput(f"{serial} is a unit of {', '.join(known)}.", way_out="Add --part.")
    return reads.expected_of(actor, place.code, known[0] if known else part, serial)
