"""`firstoff epcis`: events out and in, as GS1 EPCIS 2.0."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from firstoff.cli import shell
from firstoff.cli.options import AsOption, JsonOption, SiteOption
from firstoff.errors import InvalidInput

if TYPE_CHECKING:
    from firstoff.formats.events.epcis.values import EpcisDocument

app = typer.Typer(no_args_is_help=True, help="Events out and in: GS1 EPCIS 2.0.")

_MOST_SAID = 20  # reasons on the screen

FileArgument = Annotated[Path, typer.Argument(metavar="FILE", help="- for standard input.")]


@app.callback()
def noun() -> None:
    """Events out and in: GS1 EPCIS 2.0."""


@app.command("check")
def check(file: FileArgument, as_json: JsonOption = False) -> None:
    """Whether a document is valid, and what it holds; needs no database."""
    document = _read(_content(file), str(file))
    kinds: dict[str, int] = {}
    for event in document.events:
        name = type(event).__name__
        kinds[name] = kinds.get(name, 0) + 1
    found = {"file": str(file), "events": len(document.events), "types": kinds}
    if as_json:
        shell.show({**found, "warnings": list(document.warnings)})
        return
    shell.out.print(f"{file}: {len(document.events):,} events, valid EPCIS 2.0.", markup=False)
    for name, count in sorted(kinds.items()):
        shell.out.print(f"  {name} {count:,}", markup=False)
    for warning in document.warnings:
        shell.err.print(warning, markup=False)


@app.command("import")
def import_(
    file: FileArgument,
    whole: Annotated[bool, typer.Option("--all", help="Record every event or none.")] = False,
    site: SiteOption = None,
    by: AsOption = None,
    as_json: JsonOption = False,
) -> None:
    """Keep a document of events as it is, and record what it says."""
    content = _content(file)
    shell.django()
    from firstoff.services import trace

    actor = shell.writer(by)
    found = trace.capture(
        site_id=shell.site_of(actor, site).id,
        content=content,
        name=file.name,
        by=actor,
        at=shell.now(),
        mode="all" if whole else "best_effort",
    )
    if as_json:
        shell.show(found)
    else:
        _say(found)
    if found.refused:
        raise typer.Exit(4)


def _say(found: Any) -> None:
    if found.again:
        shell.out.print(f"{found.name} was taken before; nothing was written.", markup=False)
    shell.out.print(
        f"{found.events:,} events: {found.stored:,} records stored, {found.already:,} there "
        f"already, {found.refused:,} refused, {found.unheard:,} events left aside.",
        markup=False,
    )
    for aside in found.asides[:_MOST_SAID]:
        shell.err.print(f"Event {aside.event}: {aside.why}", markup=False)
    more = found.refused + found.unheard - _MOST_SAID
    if more > 0:
        shell.err.print(f"... and {more:,} more.", markup=False)


@app.command("export")
def export(
    file: FileArgument,
    batch: Annotated[str, typer.Option(help="Of one batch.")] = "",
    serial: Annotated[str, typer.Option(help="Of one unit.")] = "",
    part: Annotated[str, typer.Option(help="The part of that unit.")] = "",
    since: Annotated[str, typer.Option("--from", help="Day or time it happened from.")] = "",
    until: Annotated[str, typer.Option("--to", help="Day or time it happened before.")] = "",
    site: SiteOption = None,
    by: AsOption = None,
) -> None:
    """What happened, in the order it did."""
    shell.django()
    from firstoff.cli.trace import time_of
    from firstoff.queries.trace import events
    from firstoff.queries.trace.happened import Wanted
    from firstoff.services import trace

    actor = shell.reader(by)
    place = shell.site_of(actor, site)
    wanted = Wanted(
        time_of(since, place.time_zone, end=False) if since else None,
        time_of(until, place.time_zone, end=False) if until else None,
        batch,
        part,
        serial,
    )
    pieces = events.events(actor, place.code, wanted, trace.naming(), shell.now())
    if str(file) == "-":
        for piece in pieces:
            sys.stdout.buffer.write(piece)
        return
    part_file = file.with_name(file.name + ".part")
    try:
        with part_file.open("wb") as target:
            target.writelines(pieces)
        part_file.replace(file)
    except OSError as error:
        part_file.unlink(missing_ok=True)
        raise InvalidInput(f"{file} cannot be written: {error.strerror or error}.") from error
    shell.err.print(f"{file} is written.", markup=False)


def _content(file: Path) -> bytes:
    try:
        return sys.stdin.buffer.read() if str(file) == "-" else file.read_bytes()
    except OSError as error:
        raise InvalidInput(f"{file} cannot be read: {error.strerror or error}.") from error


def _read(content: bytes, name: str) -> "EpcisDocument":
    from firstoff.formats.events import epcis

    return epcis.read(content, name)
