"""Bills of materials in the database: shown, compared, exported, and files taken into drafts."""

import sys
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from firstoff.cli import shell
from firstoff.cli.options import AsOption, JsonOption, SiteOption
from firstoff.errors import InvalidInput

if TYPE_CHECKING:
    from firstoff.formats.bom import BomMapping
    from firstoff.queries.bom import BomComparison, BomLineView
    from firstoff.rules.bom.comparing import LineDifference
    from firstoff.rules.bom.draft import Remark

Where = Annotated[str, typer.Argument(metavar="PROGRAM/PART[:REVISION]")]

_SHOWN = 50  # differences and remarks; --json has them all
_SIGNS = {"added": "+", "removed": "-", "changed": "~", "same": " "}


def show(
    where: Where,
    levels: Annotated[bool, typer.Option("--levels", help="Through all levels.")] = False,
    needs: Annotated[bool, typer.Option("--needs", help="What is needed of each part.")] = False,
    quantity: Annotated[str, typer.Option(help="How many of the top.")] = "1",
    variant: Annotated[str, typer.Option(help="As this variant has it.")] = "",
    site: SiteOption = None,
    by: AsOption = None,
    as_json: JsonOption = False,
) -> None:
    """The lines of a revision; the newest released one, or else the draft, unless said."""
    shell.django()
    from firstoff.cli.places import place_meant
    from firstoff.queries import bom

    actor = shell.reader(by)
    key = place_meant(actor, site, where).revision.id
    many = _quantity(quantity)
    found: Sequence[Any]
    rows: list[tuple[str, ...]]
    if needs:
        found = bom.needs_of(actor, key, many, variant, leaves=True)
        rows = [(n.part_number, exact(n.quantity), n.unit, n.part_name) for n in found]
    elif levels:
        found = bom.explosion(actor, key, many, variant)
        rows = [
            ("  " * (n.level - 1) + n.part_number, exact(n.quantity), n.unit, n.part_name)
            for n in found
        ]
    else:
        found = bom.variant_lines(actor, key, variant) if variant else bom.lines_of(key)
        rows = [_cells(line) for line in found]
    if as_json:
        shell.show({"items": found, "next": None, "total": len(found)})
        return
    for row in rows:
        typer.echo("\t".join(row).rstrip())


def compare(
    before: Where,
    after: Annotated[str, typer.Argument(metavar="PROGRAM/PART[:REVISION] or FILE")],
    site: SiteOption = None,
    by: AsOption = None,
    as_json: JsonOption = False,
) -> None:
    """Two revisions side by side, or a revision against what a file says. Exit 4: they differ."""
    shell.django()
    from firstoff.cli.places import place_meant
    from firstoff.queries import bom

    actor = shell.reader(by)
    one = place_meant(actor, site, before).revision.id
    if Path(after).is_file():
        found = bom.compare_file(actor, one, [(Path(after).name, read_bytes(Path(after)))])
    else:
        found = bom.compare(actor, one, place_meant(actor, site, after).revision.id)
    if as_json:
        shell.show(_comparison(found))
    else:
        _print_comparison(found)
    if found.moved:
        raise typer.Exit(4)


def export(
    where: Where,
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A .csv or .xlsx file, or -.")],
    levels: Annotated[bool, typer.Option("--levels", help="Through all levels.")] = False,
    variant: Annotated[str, typer.Option(help="As this variant has it.")] = "",
    site: SiteOption = None,
    by: AsOption = None,
) -> None:
    """Write the lines of a revision as a table that `firstoff bom import` takes."""
    shell.django()
    from firstoff.cli.places import place_meant
    from firstoff.formats.exports import csv_stream, xlsx
    from firstoff.queries import bom

    actor = shell.reader(by)
    place = place_meant(actor, site, where)
    header, rows = bom.table(actor, place.revision.id, levels=levels, variant=variant)
    if file.suffix.lower() == ".xlsx":
        content = xlsx(str(place), header, rows)
    elif str(file) == "-" or file.suffix.lower() == ".csv":
        content = b"".join(csv_stream(header, rows))
    else:
        raise InvalidInput(f"{file} ends neither in .csv nor in .xlsx.")
    if str(file) == "-":
        sys.stdout.buffer.write(content)
        return
    file.write_bytes(content)
    shell.out.print(f"{len(rows):,} lines of {place} are in {file}.", markup=False)


def take(
    files: Iterable[tuple[Path, str]],
    into: str,
    *,
    kind: str,
    mapping: "BomMapping | None",
    dry_run: bool,
    leave_out: bool,
    site: str | None,
    by: str | None,
    as_json: bool,
) -> None:
    """Take files into a draft; ``dry_run``: only say what would become of it."""
    shell.django()
    from firstoff.cli.places import place_meant
    from firstoff.services import bom

    actor = shell.writer(by)
    place = place_meant(actor, site, into, draft=True)
    given = [(name, read_bytes(path)) for path, name in files]
    key = place.revision.id
    if dry_run:
        _preview(actor, key, given, kind, mapping, as_json)
        return
    done = bom.import_bom(
        revision_id=key,
        files=given,
        by=actor,
        at=shell.now(),
        kind=kind,
        mapping=mapping,
        leave_out=leave_out,
    )
    if as_json:
        shell.show(done)
        return
    counts = ", ".join(f"{count:,} {word}" for word, count in done.lines.items() if count)
    shell.out.print(f"{done.file_name} is in {place}: lines {counts}.", markup=False)
    if done.parts or done.sources:
        made = f"{done.parts:,} new parts, {done.sources:,} manufacturer parts proposed"
        shell.out.print(f"{made}, {done.assemblies:,} assemblies.", markup=False)
    remarks(done.warnings)
    for remark in done.left_out:
        shell.err.print(f"Left out, row {remark.row}: {remark.sentence}", markup=False)


def _preview(
    actor: Any,
    key: int,
    given: list[tuple[str, bytes]],
    kind: str,
    mapping: "BomMapping | None",
    as_json: bool,
) -> None:
    from firstoff.rules.bom.comparing import LineChange
    from firstoff.services import bom

    found = bom.preview_import(revision_id=key, files=given, by=actor, kind=kind, mapping=mapping)
    if as_json:
        shell.show({**shell.plain(found), "can_be_taken": found.can_be_taken})
    else:
        counts = ", ".join(f"{found.count(kind):,} {kind.value}" for kind in LineChange)
        shell.out.print(f"{found.label}: lines {counts}.", markup=False)
        made = f"{len(found.new_parts):,} new parts, {len(found.new_sources):,} manufacturer parts"
        shell.out.print(f"{made} would be made.", markup=False)
        moved = [d for one in found.assemblies for d in one.differences if d.change != "same"]
        for difference in moved[:_SHOWN]:
            typer.echo(_difference(difference))
        if len(moved) > _SHOWN:
            typer.echo(f"{len(moved) - _SHOWN:,} more.")
        remarks(found.warnings)
        remarks(found.refused, "bold")
    if found.refused:
        raise typer.Exit(InvalidInput.exit_code)


def remarks(found: "Sequence[Remark]", style: str | None = None) -> None:
    for remark in found[:_SHOWN]:
        where = f"row {remark.row}: " if remark.row else ""
        shell.err.print(f"{where}{remark.sentence}", style=style, markup=False)
    if len(found) > _SHOWN:
        shell.err.print(f"{len(found) - _SHOWN:,} more.", markup=False)


def read_bytes(path: Path) -> bytes:
    """What a file holds. Raises InvalidInput when it cannot be read."""
    try:
        return path.read_bytes()
    except OSError as error:
        raise InvalidInput(f"{path} cannot be read: {error.strerror or error}.") from error


def exact(value: Any) -> str:
    return f"{value.normalize():f}"


def _quantity(text: str) -> Any:
    from decimal import Decimal, InvalidOperation

    try:
        found = Decimal(text)
    except InvalidOperation:
        found = Decimal(0)
    if not found.is_finite() or found <= 0:
        raise InvalidInput(f"--quantity {text!r}; expected a number above 0.")
    return found


def _cells(line: "BomLineView") -> tuple[str, ...]:
    from firstoff.formats.bom.designators import short

    places = short(line.designators, 6) if line.designators else ""
    source = line.sources[0].name if line.sources else ""
    return (
        line.find_number or str(line.position),
        exact(line.quantity),
        line.unit,
        line.part_number,
        line.part_name,
        line.value,
        places,
        source,
        "" if line.fitted else "not fitted",
    )


def _difference(found: "LineDifference") -> str:
    what = "; ".join(
        f"{name.replace('_', ' ')} {_word(a)} -> {_word(b)}"
        for name, (a, b) in found.fields.items()
        if name != "attributes"
    )
    amount = exact(found.line.quantity)
    return f"{_SIGNS[found.change.value]} {amount:>6} {found.line.label}  {what}".rstrip()


def _word(value: Any) -> str:
    from decimal import Decimal

    if isinstance(value, Decimal):
        return exact(value)
    if isinstance(value, tuple):
        return " ".join(str(getattr(one, "part", one)) for one in value) or "none"
    return str(value) if value not in ("", None) else "none"


def _comparison(found: "BomComparison") -> dict[str, Any]:
    from firstoff.rules.bom.comparing import LineChange

    counts = {kind.value: found.count(kind) for kind in LineChange}
    return {
        "before": found.before,
        "after": found.after,
        "compared": found.compared,
        **counts,
        "differences": found.moved,
        "refused": found.refused,
    }


def _print_comparison(found: "BomComparison") -> None:
    from firstoff.rules.bom.comparing import LineChange

    counts = ", ".join(f"{found.count(kind):,} {kind.value}" for kind in LineChange)
    shell.out.print(f"{found.before} to {found.after}: {counts}.", markup=False)
    for difference in found.moved:
        typer.echo(_difference(difference))
    remarks(found.refused)
