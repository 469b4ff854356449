"""Rows of a table as they stand in the file, for whoever has to mend them."""

from collections.abc import Collection

from firstoff.errors import InvalidInput
from firstoff.formats.bom.grids import grids
from firstoff.formats.bom.reader import BomMapping
from firstoff.formats.bom.unpacking import unpacked
from firstoff.formats.sources import DEFAULT_LIMITS, Limits, RawSource, opened

_LONGEST = 300  # characters of a row that are shown


def written(
    raw: RawSource,
    name: str,
    rows: Collection[int],
    mapping: BomMapping | None = None,
    limits: Limits = DEFAULT_LIMITS,
) -> dict[int, str]:
    """The cells of rows, by their number from 1, as text with bars between them.

    Nothing for a file that is no table: there a row is a place, and says nothing by itself."""
    found: dict[int, str] = {}
    try:
        with opened(raw, name=name, limits=limits) as packed, unpacked(packed, limits) as source:
            for grid in grids(source, mapping or BomMapping(), limits):
                for row in grid.rows:
                    if row.number in rows and row.number not in found:
                        text = " | ".join(cell.strip() for cell in row.cells).strip(" |")
                        found[row.number] = text[:_LONGEST]
    except InvalidInput:
        return {}
    return found
