"""What commands about papers share: the program, files that are written, lines that are read."""

import json
import sys
from pathlib import Path
from typing import Annotated, Any

import typer

from firstoff.cli import shell
from firstoff.errors import InvalidInput

OutOption = Annotated[Path, typer.Option("--out", help="A file ending in .pdf or .xlsx.")]
LinesFile = Annotated[
    Path,
    typer.Argument(metavar="FILE", exists=True, dir_okay=False, help="JSON, as --json shows."),
]


def ending(out: Path, known: tuple[str, ...] = ("pdf", "xlsx")) -> str:
    found = out.suffix.lower().lstrip(".")
    if found not in known:
        raise InvalidInput(
            f"{out.name} ends in {out.suffix or 'nothing'}; expected .{' or .'.join(known)}.",
            field="out",
        )
    return found


def keep(out: Path, content: bytes, as_json: bool) -> None:
    try:
        out.write_bytes(content)
    except OSError as error:
        raise InvalidInput(f"{out} cannot be written: {error.strerror}.", field="out") from error
    if as_json:
        shell.show({"file": str(out), "bytes": len(content)})
    else:
        line(f"{out}: {len(content):,} bytes.")


def line(*cells: object) -> None:
    sys.stdout.write("\t".join("" if cell is None else str(cell) for cell in cells) + "\n")


def changing(program: str, site: str | None, by: str | None) -> dict[str, Any]:
    """What a verb on a program takes."""
    from firstoff.queries.product import program as program_of

    actor = shell.writer(by)
    place = shell.site_of(actor, site, program=program)
    found = program_of(actor, place.code, program)
    return {"program_id": found.id, "by": actor, "at": shell.now()}


def reading(program: str, site: str | None, by: str | None) -> tuple[Any, Any]:
    """Who reads, and the program."""
    from firstoff.queries.product import program as program_of

    actor = shell.reader(by)
    place = shell.site_of(actor, site, program=program)
    return actor, program_of(actor, place.code, program)


def rows_of(file: Path) -> list[dict[str, Any]]:
    """A list of objects, or the ``lines`` or ``rows`` of one."""
    found = read_json(file)
    if isinstance(found, dict):
        found = found.get("lines", found.get("rows"))
    if not isinstance(found, list) or not all(isinstance(row, dict) for row in found):
        raise InvalidInput(f"{file.name} holds no list of lines.", field="file")
    return found


def read_json(file: Path) -> Any:
    try:
        return json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError) as error:
        raise InvalidInput(f"{file.name} is no JSON: {error}.", field="file") from error
