"""What commands about papers share: the program, files that are written, lines that are read."""

import json
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
        shell.line(f"{out}: {len(content):,} bytes.")


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
