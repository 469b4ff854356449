"""Characteristics out of files: `firstoff characteristics import`. A dry run needs no database."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from firstoff.cli import shell
from firstoff.errors import InvalidInput

if TYPE_CHECKING:
    from firstoff.formats.characteristics import CharacteristicDraft, CharacteristicFile

app = typer.Typer(no_args_is_help=True, help="Characteristics of drawings, out of files.")

_MOST_NAMED = 50  # warnings and refusals; --json has them all


@app.callback()
def noun() -> None:
    """Characteristics of drawings, out of files."""


@app.command("import")
def import_(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="QIF, CSV, XLSX or ODS.")],
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Only say what the file holds; needs no database.")
    ] = False,
    column: Annotated[
        list[str] | None,
        typer.Option("--column", metavar="HEADER=FIELD", help="What a column means."),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Answer as JSON.")] = False,
) -> None:
    """Say what characteristics a file holds. See docs/reference for the columns of tables."""
    from firstoff.formats.characteristics import read_characteristics
    from firstoff.formats.characteristics.summaries import summary

    if not dry_run:
        raise InvalidInput("Nothing is written from here.", way_out="Add --dry-run to look.")
    found = read_characteristics(file, name=file.name, mapping=_mapping(column or ()))
    if as_json:
        shell.show(summary(found))
    else:
        _say(found)
    if found.refused:
        raise typer.Exit(InvalidInput.exit_code)


def _mapping(columns: list[str] | tuple[()]) -> dict[str, str]:
    """``Feature=name``, ``Rank=`` to leave a column alone. Raises InvalidInput."""
    found = {}
    for each in columns:
        header, mark, field = each.rpartition("=")
        if not mark or not header.strip():
            raise InvalidInput(
                f"--column {each!r} is no HEADER=FIELD.", way_out="Write it as Feature=name."
            )
        found[header] = field.strip()
    return found


def _say(found: "CharacteristicFile") -> None:
    types = ", ".join(f"{count:,} {word}" for word, count in found.counts.types.items())
    datums = f", {found.counts.datums:,} datums" if found.counts.datums else ""
    sys.stdout.write(
        f"{found.name}: {found.label}, {found.counts.characteristics:,} characteristics"
        f"{f' ({types})' if types else ''}{datums}.\n"
    )
    for each in found.characteristics:
        sys.stdout.write(f"  {each.number:<12} {each.name}: {_asked(each)}\n")
    sys.stdout.flush()
    for remarks, style in ((found.warnings, None), (found.refused, "bold")):
        for remark in remarks[:_MOST_NAMED]:
            shell.err.print(remark.sentence, style=style, markup=False)
        if (more := len(remarks) - _MOST_NAMED) > 0:
            shell.err.print(f"{more:,} more.", markup=False)


def _asked(draft: "CharacteristicDraft") -> str:
    """What is asked for: the callout, the limits, else the text."""
    if draft.symbol is not None:
        words = (draft.symbol.value.replace("_", " "), str(draft.tolerance), *draft.datums)
        return " ".join(words)
    ends = [None if end is None else f"{end:f}" for end in (draft.lower, draft.upper)]
    unit = f"\u00a0{draft.unit}" if draft.unit else ""
    if ends[0] and ends[1]:
        return f"{ends[0]} to {ends[1]}{unit}"
    if ends[0] or ends[1]:
        return f"at least {ends[0]}{unit}" if ends[0] else f"at most {ends[1]}{unit}"
    return draft.requirement or "no limits"
