"""Which row is the header: the one whose cells mean most, not the first one."""

from collections.abc import Iterable, Sequence

from firstoff.formats.bom.headers import header
from firstoff.formats.bom.meanings import BY_KEY
from firstoff.formats.cells import TITLE_ROWS, Row

_NEAR_CELLS = 60
_ENOUGH = 5  # a quantity and a name; a mark and a price are none
_CORE = frozenset(("designators", "quantity", "mpn", "maker_mpn", "number", "distributor_number"))

Score = tuple[int, int]


def score(cells: Iterable[str]) -> Score:
    """How much of a header a row is: core meanings (at most 1), then the weight of all."""
    filled = [cell for cell in cells if cell and len(cell) < 80]
    seen = {key for cell in filled if (key := _meaning(cell, near=False))}
    # Misspelt words are looked for where something is understood, not in every row of texts.
    if seen and len(filled) <= _NEAR_CELLS:
        seen = {key for cell in filled if (key := _meaning(cell, near=True))}
    weight = sum(BY_KEY[key].weight for key in seen)
    if len(seen) < 2 or weight < _ENOUGH:
        return (0, 0)
    return (int(bool(seen & _CORE)), weight)


def _meaning(cell: str, *, near: bool) -> str:
    candidates = header(cell, near=near).candidates
    # "Part" over designators is what Eagle writes.
    if "designators?" in candidates:
        return "designators"
    return candidates[0].rstrip("?") if candidates else ""


def best_row(rows: Sequence[Row]) -> tuple[int, Score] | None:
    """Place and score of the row that is the header, among those that may stand on top."""
    best: tuple[int, Score] | None = None
    for place, row in enumerate(rows[: TITLE_ROWS + 1]):
        found = score(row.cells)
        if found > (best[1] if best else (0, 0)):
            best = (place, found)
    return best
