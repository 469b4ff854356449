"""Lines as a table for other tools, which the importer takes again."""

from collections.abc import Iterator, Sequence
from decimal import Decimal

from firstoff.queries.bom.lines import lines_of, revision_seen
from firstoff.queries.bom.variants import variant_lines
from firstoff.queries.bom.views import BomLineView
from firstoff.rules.access import Actor

_HEAD = (
    *("Level", "Find Number", "Part Number", "Revision", "Name", "Description", "Value"),
    *("Package", "Designators", "Quantity", "Unit", "DNP", "Section", "Notes"),
)
_DEEPEST = 64

Cell = str | int | Decimal | None


def table(
    actor: Actor, revision_id: int, *, levels: bool = False, variant: str = ""
) -> tuple[tuple[str, ...], list[tuple[Cell, ...]]]:
    """Header and rows: one row a line, sources in pairs of columns, preferred first.

    levels: each assembly is followed by its lines, one level deeper; quantities are in one of the
    parent. variant: the top as it has it. Raises NotFound. Four queries for each revision.
    """
    key = revision_seen(actor, revision_id).pk
    top = variant_lines(actor, key, variant) if variant else lines_of(key)
    known: dict[int, Sequence[BomLineView]] = {}
    found = list(_walk(top, 1, known) if levels else ((1, line) for line in top))
    pairs = max((len(line.sources) for _, line in found), default=0)
    header = (*_HEAD, *(("Manufacturer", "MPN") * max(1, pairs)))
    return header, [_row(level, line, max(1, pairs)) for level, line in found]


def _walk(
    lines: Sequence[BomLineView], level: int, known: dict[int, Sequence[BomLineView]]
) -> Iterator[tuple[int, BomLineView]]:
    for line in lines:
        yield level, line
        if line.child_id is not None and level < _DEEPEST:
            if line.child_id not in known:
                known[line.child_id] = lines_of(line.child_id)
            yield from _walk(known[line.child_id], level + 1, known)


def _row(level: int, line: BomLineView, pairs: int) -> tuple[Cell, ...]:
    empty = f"NF({' '.join(line.not_fitted)})" if line.fitted and line.not_fitted else ""
    notes = [line.note, "" if empty in line.note else empty]
    sources = [(s.manufacturer, s.mpn) for s in line.sources]
    sources += [("", "")] * (pairs - len(sources))
    return (
        level,
        line.find_number,
        line.part_number,
        line.child_label,
        line.part_name,
        line.description,
        line.value,
        line.package,
        ", ".join(line.designators),
        line.quantity.normalize() + 0,
        line.unit,
        "" if line.fitted else "DNP",
        line.section,
        " ".join(word for word in notes if word),
        *(cell for pair in sources for cell in pair),
    )
