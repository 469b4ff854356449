"""Documents on the command line: what is there, added, fetched, made part of a revision."""

import sys
from pathlib import Path
from typing import Annotated, Any

import typer

from firstoff.cli import shell
from firstoff.cli.options import AsOption, JsonOption, SiteOption
from firstoff.errors import InvalidInput, NotFound
from firstoff.terms import DocumentKind, DocumentVisibility

app = typer.Typer(no_args_is_help=True, help="Drawings, models, certificates, with versions.")

Number = Annotated[str, typer.Argument(metavar="NUMBER", help="Of the document.")]
VersionOption = Annotated[str, typer.Option("--version", help="Its label; the newest, unless.")]
OutOption = Annotated[
    Path | None, typer.Option("--out", "-o", help="Where to write it; '-' is standard output.")
]


@app.callback()
def noun() -> None:
    """Drawings, models, certificates, with versions."""


@app.command("list")
def document_list(
    search: Annotated[str, typer.Option(help="In number, title, part and file names.")] = "",
    kind: Annotated[DocumentKind | None, typer.Option()] = None,
    part: Annotated[str, typer.Option(help="Number of a part.")] = "",
    retired: Annotated[bool, typer.Option("--retired")] = False,
    site: SiteOption = None,
    by: AsOption = None,
    as_json: JsonOption = False,
) -> None:
    """Documents by number, as far as you may see them."""
    shell.django()
    from firstoff.queries import documents as reads

    actor = shell.reader(by)
    place = shell.site_of(actor, site)
    items: list[Any] = []
    while True:
        found = reads.documents(
            actor,
            place.id,
            search=search,
            kind=kind or "",
            part=part,
            retired=retired,
            offset=len(items),
            limit=500,
        )
        items += found.items
        if len(items) >= found.total or not found.items:
            break
    if as_json:
        shell.show({"items": items, "next": None, "total": len(items)})
        return
    for one in items:
        label = one.newest.label if one.newest else "no file yet"
        shell.line(one.number, one.title, one.kind.value, label, one.part, one.visibility.value)


@app.command("show")
def document_show(
    number: Number, site: SiteOption = None, by: AsOption = None, as_json: JsonOption = False
) -> None:
    """What it says, its versions, and the revisions it belongs to."""
    shell.django()
    from firstoff.queries import documents as reads

    actor = shell.reader(by)
    found = reads.document(actor, shell.site_of(actor, site).code, number)
    versions, uses = reads.versions(actor, found.id), reads.uses(actor, found.id)
    if as_json:
        shell.show({"document": found, "versions": versions, "uses": uses})
        return
    state = "retired" if found.retired_at else found.visibility.value
    shell.line(found.number, found.title, found.kind.value, found.part, state)
    for v in versions:
        pages = f"{v.pages} pages" if v.pages else ""
        day = f"{v.at:%Y-%m-%d}"
        shell.line(
            f"  {v.label}", v.file_name, v.media.word, pages, v.sha256[:12], day, v.by, v.note
        )
    for use in uses:
        shell.line(f"  in {use.part} revision {use.revision}", f"version {use.version}")


@app.command("add")
def document_add(
    number: Number,
    file: Annotated[Path, typer.Argument(metavar="FILE")],
    title: Annotated[str, typer.Option(help="Of a new document.")] = "",
    kind: Annotated[DocumentKind, typer.Option(help="Of a new document.")] = DocumentKind.DRAWING,
    visibility: Annotated[
        DocumentVisibility, typer.Option(help="Who may see a new document.")
    ] = DocumentVisibility.SITE,
    part: Annotated[str, typer.Option(help="Number of the part a new document is of.")] = "",
    label: Annotated[str, typer.Option("--version", help="The next, unless said.")] = "",
    note: Annotated[str, typer.Option(help="What changed.")] = "",
    site: SiteOption = None,
    by: AsOption = None,
    as_json: JsonOption = False,
) -> None:
    """A new document, or a new version of one that is there. The same bytes are added once."""
    shell.django()
    from firstoff.queries import documents as reads
    from firstoff.rules.documents import DocumentFacts
    from firstoff.services import documents as verbs

    actor = shell.writer(by)
    place = shell.site_of(actor, site)
    content = _bytes(file)
    about: dict[str, Any] = {"by": actor, "at": shell.now(), "label": label, "note": note}
    try:
        there = reads.document(actor, place.code, number)
    except NotFound:
        if not title:
            raise InvalidInput(
                f"There is no document {number!r}, or not for you.",
                way_out="Add --title to make it.",
            ) from None
        facts = DocumentFacts(number, title, kind, visibility, part)
        verbs.add_document(
            site_id=place.id, document=facts, content=content, file_name=file.name, **about
        )
        there = reads.document(actor, place.code, number)
        made = reads.version(actor, place.code, number, "")[1]
    else:
        version = verbs.add_version(
            document_id=there.id, content=content, file_name=file.name, **about
        )
        made = reads.version(actor, place.code, number, version.label)[1]
    shell.said(
        as_json, made, f"{number} version {made.label}: {made.media.word}, {made.sha256[:12]}"
    )


@app.command("get")
def document_get(
    number: Number,
    version: VersionOption = "",
    out: OutOption = None,
    site: SiteOption = None,
    by: AsOption = None,
    as_json: JsonOption = False,
) -> None:
    """Fetch the bytes of a version, checked against their hash."""
    shell.django()
    from firstoff.queries import documents as reads

    actor = shell.reader(by)
    found, content = reads.content(actor, shell.site_of(actor, site).code, number, version)
    _write(out or Path(found.file_name), content, as_json, found)


@app.command("link")
def document_link(
    number: Number,
    into: Annotated[str, typer.Option("--into", help="Code of the program.")],
    revision: Annotated[str, typer.Option(help="The draft; the newest, unless said.")] = "",
    version: VersionOption = "",
    site: SiteOption = None,
    by: AsOption = None,
    as_json: JsonOption = False,
) -> None:
    """Make a version part of a draft revision."""
    shell.django()
    from firstoff.queries import documents as reads
    from firstoff.services import documents as verbs

    actor = shell.writer(by)
    program = shell.program_of(actor, into, site)
    label = reads.revision_labelled(actor, program.id, revision).label
    _, found = reads.version(actor, program.site, number, version)
    verbs.link_version(
        program_id=program.id, revision=label, version_id=found.id, by=actor, at=shell.now()
    )
    said = f"{number} version {found.label} belongs to revision {label} of {into}."
    shell.said(as_json, {"document": number, "version": found.label, "revision": label}, said)


@app.command("balloons")
def document_balloons(
    number: Number,
    of: Annotated[str, typer.Option("--of", help="Code of the program.")],
    revision: Annotated[str, typer.Option(help="The newest, unless said.")] = "",
    version: VersionOption = "",
    out: OutOption = None,
    site: SiteOption = None,
    by: AsOption = None,
    as_json: JsonOption = False,
) -> None:
    """The balloons on a drawing; with --out the ballooned drawing as PDF."""
    shell.django()
    from firstoff.queries import documents as reads
    from firstoff.queries.documents import papers

    actor = shell.reader(by)
    program = shell.program_of(actor, of, site)
    view = reads.drawing(actor, program.id, revision=revision, number=number, label=version)
    if out is not None:
        paper = papers.ballooned_drawing(actor, view, at=shell.now())
        _write(out, paper.pdf, as_json, {"document": number, "version": view.version.label})
    elif as_json:
        shell.show({"items": view.balloons, "missing": view.missing})
    else:
        for b in view.balloons:
            shell.line(b.characteristic, f"page {b.page}", f"{b.x:.4f}", f"{b.y:.4f}")
        if view.missing:
            shell.line("Without a balloon:", ", ".join(view.missing))


def _bytes(file: Path) -> bytes:
    """What the file holds, and a little beyond what is kept. Raises InvalidInput."""
    from firstoff.formats.media import LARGEST

    try:
        with file.open("rb") as stream:
            return stream.read(LARGEST + 1)
    except OSError as error:
        raise InvalidInput(f"{file} cannot be read: {error.strerror}.") from error


def _write(out: Path, content: bytes, as_json: bool, about: object) -> None:
    if str(out) == "-":
        sys.stdout.buffer.write(content)
        return
    try:
        out.write_bytes(content)
    except OSError as error:
        raise InvalidInput(f"{out} cannot be written: {error.strerror}.") from error
    shell.said(as_json, about, f"Written: {out}, {len(content):,} bytes.")
