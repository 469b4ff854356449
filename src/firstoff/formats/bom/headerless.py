"""A table without a header, understood by its content where that is certain: a column of
designators, and beside it a column that counts them."""

from collections.abc import Callable, Mapping, Sequence

from firstoff.formats.bom.designators import designators, looks_like_designators
from firstoff.formats.bom.mpns import is_number
from firstoff.formats.bom.quantities import quantity
from firstoff.formats.cells import Row
from firstoff.rules.bom.values import part_value

_SAMPLE = 400
_CERTAIN = 0.95
_LIKELY = 0.7


def meanings_by_content(rows: Sequence[Row]) -> Mapping[int, str] | None:
    """Place -> meaning; None where designators and their count are not beyond doubt."""
    filled = [row.cells for row in rows[:_SAMPLE]]
    sample = [cells for cells in filled if sum(1 for cell in cells if cell.strip()) > 1]
    if len(sample) < _LIKELY * len(filled):  # words, with a comma here and there
        return None
    width = max((len(cells) for cells in sample), default=0)
    columns = [
        [cells[i].strip() if i < len(cells) else "" for cells in sample] for i in range(width)
    ]
    places = next((i for i, column in enumerate(columns) if _are_designators(column)), None)
    if places is None or len(sample) < 2:
        return None
    counted = next(
        (
            i
            for i, column in enumerate(columns)
            if i != places and _counts(column, columns[places])
        ),
        None,
    )
    alone = all(len(designators(cell).names) == 1 for cell in columns[places] if cell)
    if counted is None and not alone:
        return None
    found = {places: "designators"}
    if counted is not None:
        found[counted] = "quantity"
    for place, column in enumerate(columns):
        if place not in found and "value" not in found.values() and _are_values(column):
            found[place] = "value"
        elif place not in found and "mpn" not in found.values() and _are_numbers(column):
            found[place] = "mpn"
    return found


def _are_designators(column: list[str]) -> bool:
    return _share(column, looks_like_designators) >= _CERTAIN and len(set(column)) > 1


def _counts(column: list[str], places: list[str]) -> bool:
    pairs = [
        (quantity(count), names) for count, names in zip(column, places, strict=True) if names
    ]
    right = sum(1 for said, names in pairs if said and said.amount == designators(names).places)
    return bool(pairs) and right >= _CERTAIN * len(pairs)


def _are_values(column: list[str]) -> bool:
    return _share(column, lambda text: any(part_value(text, kind) for kind in "RCL")) >= _LIKELY


def _are_numbers(column: list[str]) -> bool:
    def one(text: str) -> bool:
        letters = any(map(str.isalpha, text))
        return (
            is_number(text)
            and letters
            and len(text) > 6
            and " " not in text
            and any(map(str.isdigit, text))
        )

    return _share(column, one) >= _LIKELY


def _share(column: list[str], test: Callable[[str], object]) -> float:
    filled = [cell for cell in column if cell]
    if not filled or len(filled) * 2 < len(column):
        return 0.0
    return sum(1 for cell in filled if test(cell)) / len(filled)
