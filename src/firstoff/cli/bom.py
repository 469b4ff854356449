"""Bills of materials: `firstoff bom`. A dry run of an import needs no database."""

import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from firstoff.cli import bom_records, shell
from firstoff.cli.options import AsOption, SiteOption
from firstoff.errors import InvalidInput

if TYPE_CHECKING:
    from firstoff.rules.bom.draft import BomFile, LineDraft, Remark

app = typer.Typer(
    no_args_is_help=True, help="Bills of materials: shown, compared, taken out of files."
)

_MOST_NAMED = 50  # warnings and refusals; --json has them all
_FIRST_LINES = 8


@app.callback()
def noun() -> None:
    """Bills of materials: shown, compared, taken out of files."""


app.command("show")(bom_records.show)
app.command("compare")(bom_records.compare)
app.command("export")(bom_records.export)


@app.command("import")
def import_(
    files: Annotated[
        list[Path],
        typer.Argument(metavar="FILE", help="Files, folders or ZIP archives of them."),
    ],
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Only say what the files hold; needs no database.")
    ] = False,
    kind: Annotated[str, typer.Option(help="The kind of file; found by content.")] = "",
    sheet: Annotated[str, typer.Option(help="The sheet of a workbook.")] = "",
    header_row: Annotated[
        int | None, typer.Option(min=0, help="Row with the column names; 0 where there is none.")
    ] = None,
    delimiter: Annotated[
        str, typer.Option(help="One sign, `tab`, or `fixed` for columns of fixed width.")
    ] = "",
    encoding: Annotated[str, typer.Option(help="As utf-8 or cp1252.")] = "",
    column: Annotated[
        list[str] | None,
        typer.Option("--column", metavar="LETTER=MEANING", help="What a column means: C=mpn."),
    ] = None,
    into: Annotated[
        str, typer.Option(metavar="PROGRAM/PART[:REVISION]", help="The draft that takes it.")
    ] = "",
    leave_out: Annotated[
        bool, typer.Option("--leave-out", help="Leave rows out that cannot be taken.")
    ] = False,
    site: SiteOption = None,
    by: AsOption = None,
    as_json: Annotated[bool, typer.Option("--json", help="Answer as JSON.")] = False,
) -> None:
    """Take a bill of materials into a draft: all of it or nothing. With --dry-run only say how
    the files are understood, or with --into what would change. See docs/reference/bom-files.md."""
    from firstoff.formats.bom import BomMapping, read_boms

    if not dry_run and not into:
        raise InvalidInput(
            "Into which draft?",
            way_out="Add --into PROGRAM/PART, or --dry-run to look without writing.",
        )
    mapping = BomMapping(
        _columns(column or []), header_row, _delimiter(delimiter), encoding, sheet
    )
    named = dict(_paths(files))
    if into:
        said = mapping if mapping != BomMapping() else None
        bom_records.take(
            named.items(),
            into,
            kind=kind,
            mapping=said,
            dry_run=dry_run,
            leave_out=leave_out,
            site=site,
            by=by,
            as_json=as_json,
        )
        return
    alone = len(files) == 1 and not files[0].is_dir()
    found = read_boms(
        [(name, path) for path, name in named.items()],
        kind=kind,
        mapping=mapping,
        strict=not any(file.is_dir() for file in files),
    )
    _say(found, as_json=as_json, alone=alone)
    if any(file.refused for file in found):
        raise typer.Exit(InvalidInput.exit_code)


def _paths(files: Iterable[Path]) -> Iterator[tuple[Path, str]]:
    """The files named, and those in folders named that may be of a kind, with their names."""
    from firstoff.formats.bom import READERS

    endings = (*{ending for reader in READERS for ending in reader.endings}, ".gz", ".zip")
    for file in files:
        if not file.is_dir():
            yield file, file.name
            continue
        inside = sorted(path for path in file.rglob("*") if path.is_file())
        wanted = [
            path
            for path in inside
            if path.name.lower().endswith(endings)
            and not any(part.startswith(".") for part in path.relative_to(file).parts)
        ]
        if not wanted:
            known = f"Known: {', '.join(sorted(endings))}."
            raise InvalidInput(f"{file} holds no file that may be one.", way_out=known)
        yield from ((path, path.relative_to(file).as_posix()) for path in wanted)


def _columns(given: list[str]) -> dict[int, str]:
    """``C=mpn``, ``D=`` to keep a column as it is. Raises InvalidInput."""
    found = {}
    for each in given:
        letter, mark, meaning = each.partition("=")
        letters = letter.strip().upper()
        if not mark or not letters.isalpha() or not letters.isascii() or len(letters) > 2:
            raise InvalidInput(
                f"--column {each!r} is no LETTER=MEANING.", way_out="Write it as C=mpn."
            )
        place = 0
        for sign in letters:
            place = place * 26 + ord(sign) - 64
        found[place - 1] = meaning.strip()
    return found


def _delimiter(text: str) -> str:
    sign = {"tab": "\t", "\\t": "\t", "comma": ",", "semicolon": ";"}.get(text, text)
    if sign and len(sign) != 1 and sign != "fixed":
        raise InvalidInput(f"--delimiter {text!r}; expected one sign, tab or fixed.")
    return sign


def _say(found: "tuple[BomFile, ...]", *, as_json: bool, alone: bool) -> None:
    from firstoff.formats.bom.summaries import summary

    if as_json:
        said = [summary(file) for file in found]
        many = {"items": said, "next": None, "total": len(said)}
        shell.show(said[0] if alone or len(said) == 1 else many)
        return
    for file in found:
        _preview(file)


def _preview(file: "BomFile") -> None:
    from firstoff.formats.bom.summaries import meaning_label, sentences

    write = sys.stdout.write
    for sentence in sentences(file):
        write(f"{sentence}\n")
    for column in file.columns:
        if column.header or column.meaning:
            write(
                f"  {column.letter:<3} {column.header[:30]:<31}{meaning_label(column.meaning)}\n"
            )
    for line in file.lines[:_FIRST_LINES]:
        write(f"  {_line(line)}\n")
    if (more := len(file.lines) - _FIRST_LINES) > 0:
        write(f"  {more:,} more lines\n")
    sys.stdout.flush()
    _remarks(file.warnings, None)
    _remarks(file.refused, "bold")


def _line(line: "LineDraft") -> str:
    from firstoff.formats.bom.designators import short
    from firstoff.formats.bom.quantities import plain

    count = "" if line.quantity is None else plain(line.quantity)
    if line.unit:
        count = f"{count}\u00a0{line.unit}"
    part = line.sources[0].mpn if line.sources else line.number
    words = (short(line.designators, 4), line.value, part, line.description or line.name)
    left = "" if line.fitted else " (not fitted)"
    indent = "  " * (line.level - 1)
    return f"{line.row:>5}  {indent}{count:>5} {'; '.join(w for w in words if w)[:100]}{left}"


def _remarks(remarks: "tuple[Remark, ...]", style: str | None) -> None:
    for remark in remarks[:_MOST_NAMED]:
        where = f"row {remark.row}: " if remark.row else ""
        shell.err.print(f"{where}{remark.sentence}", style=style, markup=False)
    if (more := len(remarks) - _MOST_NAMED) > 0:
        shell.err.print(f"{more:,} more.", markup=False)
