"""What each column of a table means: by its header, by the other columns, by its content."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from firstoff.errors import InvalidInput
from firstoff.formats.bom.designators import looks_like_designators
from firstoff.formats.bom.headers import (
    Header,
    distributor_named,
    distributor_of_number,
    header,
)
from firstoff.formats.bom.meanings import BY_KEY
from firstoff.formats.cells import Row, column_letter
from firstoff.rules.bom.draft import BomColumn

_SAMPLE = 300
_NUMBER_OF_PART = re.compile(r"(?=.*\d)(?=.*[A-Za-z])[A-Za-z0-9][^\s,;|]{4,}")
_OF_SHOP = re.compile(r".+-ND|C\d{3,8}|\d{2,3}-[A-Z0-9].*|\d+")
# 10, 1.2.3; a number of four digits after a hyphen is of a part: 200-0001.
_OUTLINE = re.compile(r"\d{1,6}\.?|\d{1,3}([.\-]\d{1,3})+\.?")
_AMOUNT = re.compile(r"\d+([.,]\d+)?")


@dataclass(frozen=True, slots=True)
class Layout:
    """``columns`` by place; ``at``: meaning -> places; ``pairs``: places of a part number and of
    its maker's name; ``headers`` by place. ``beside``: columns without a name that go on with the
    one before them, as indented names under one wide header do. ``comma``: 1,000 is one."""

    header_row: int | None
    columns: tuple[BomColumn, ...]
    headers: tuple[Header, ...]
    at: Mapping[str, tuple[int, ...]] = field(default_factory=dict)
    pairs: tuple[tuple[int, int | None], ...] = ()
    beside: Mapping[int, tuple[int, ...]] = field(default_factory=dict)
    comma: bool = False

    def one(self, meaning: str) -> int | None:
        """The place of a meaning that one column has."""
        places = self.at.get(meaning, ())
        return places[0] if places else None

    def has(self, *meanings: str) -> bool:
        return any(meaning in self.at for meaning in meanings)


def layout_of(
    names: Sequence[str],
    body: Sequence[Row],
    *,
    header_row: int | None,
    given: Mapping[int, str] | None = None,
    comma: bool = False,
) -> Layout:
    """Settle every column. given: what a person says of columns by their place. comma: the
    decimal sign.

    Raises InvalidInput for a meaning that does not exist."""
    sample = body[:_SAMPLE]
    width = max((len(names), *(place + 1 for place in given or {})))
    headers = tuple(header(names[i]) if i < len(names) else header("") for i in range(width))
    settled = _given(given or {})
    _settle(headers[: _end(headers, sample)], settled, sample)
    at: dict[str, list[int]] = {}
    for place in sorted(settled):
        if settled[place]:
            at.setdefault(settled[place], []).append(place)
    columns = tuple(
        BomColumn(
            place, column_letter(place + 1), found.text.strip(), settled.get(place, ""),
            _example(place, sample),
        )
        for place, found in enumerate(headers)
    )  # fmt: skip
    frozen = {meaning: tuple(places) for meaning, places in at.items()}
    beside = _beside(names, frozen)
    return Layout(header_row, columns, headers, frozen, _pairs(frozen, headers), beside, comma)


def _beside(names: Sequence[str], at: Mapping[str, tuple[int, ...]]) -> dict[int, tuple[int, ...]]:
    """The columns without a name that follow one of names or descriptions and end before another
    that has a name."""
    found: dict[int, tuple[int, ...]] = {}
    for meaning in ("name", "description", "number", "value"):
        for place in at.get(meaning, ())[:1]:
            end = place + 1
            while end < len(names) and not names[end].strip():
                end += 1
            if place + 1 < end < len(names):
                found[place] = tuple(range(place + 1, end))
    return found


def _end(headers: Sequence[Header], sample: Sequence[Row]) -> int:
    """Where a second table begins beside the first: after an empty column, with a header again."""
    for place in range(1, len(headers) - 1):
        if headers[place].text.strip() or _cells(place, sample):
            continue
        before = {head.phrase for head in headers[:place] if head.candidates}
        after = [head for head in headers[place:] if head.candidates]
        if any(head.phrase in before and not head.numbers for head in after):
            return place
    return len(headers)


def _given(given: Mapping[int, str]) -> dict[int, str]:
    for place, meaning in given.items():
        if meaning and meaning not in BY_KEY:
            raise InvalidInput(
                f"Column {column_letter(place + 1)}: there is no meaning {meaning!r}.",
                code="unknown-meaning",
                way_out=f"Expected one of {', '.join(BY_KEY)}.",
                column=column_letter(place + 1),
                found=meaning,
            )
        if place < 0 or place > 20_000:
            raise InvalidInput(
                f"There is no column {place}; columns count from 0.", code="unknown-column"
            )
    return dict(given)


def _settle(
    headers: Sequence[Header], settled: dict[int, str], sample: Sequence[Row]
) -> dict[int, str]:
    """Columns of the lowest rank first: what is certain settles what is not."""
    taken = {meaning for meaning in settled.values() if meaning}
    places = _likeliest_places(headers, sample)
    order = sorted(range(len(headers)), key=lambda place: (headers[place].rank, place))
    for place in order:
        if place in settled:
            continue
        settled[place] = ""
        for candidate in headers[place].candidates:
            meaning = candidate.rstrip("?")
            if candidate == "designators" and place != places:
                continue
            if meaning in taken and not BY_KEY[meaning].many:
                continue
            if candidate.endswith("?") and not _HOLDS[meaning](_cells(place, sample), taken):
                continue
            if _better_elsewhere(meaning, headers, place, settled, taken):
                continue
            settled[place] = meaning
            taken.add(meaning)
            break
    return settled


def _better_elsewhere(
    meaning: str,
    headers: Sequence[Header],
    place: int,
    settled: Mapping[int, str],
    taken: set[str],
) -> bool:
    """Whether a column of a name that is used for many things had better mean another one."""
    if not headers[place].rank:
        return False
    if meaning.endswith("quantity") and headers[place].phrase in ("total", "totals"):
        return "price" in taken
    if meaning == "price":  # "Cost" beside "Unit cost" is that of the line
        return "price" in taken
    if meaning != "mpn":
        return False
    # "Part number" is a maker's, unless another column is, or assemblies have numbers; the same
    # header again is an alternate.
    again = any(
        settled.get(other) == "mpn" and each.phrase == headers[place].phrase
        for other, each in enumerate(headers)
    )
    return not again and bool(taken & {"mpn", "level", "parent"})


def _likeliest_places(headers: Sequence[Header], sample: Sequence[Row]) -> int | None:
    """Of several columns named like designators ("Designator" and "Reference"), the one that
    holds them."""
    named = [i for i, each in enumerate(headers) if each.candidates[:1] == ("designators",)]
    if len(named) < 2:
        return named[0] if named else None

    def share(place: int) -> tuple[float, bool]:
        cells = _cells(place, sample)
        likely = sum(map(looks_like_designators, cells)) / len(cells) if cells else 0.0
        # "LM358" could be either; then the name decides.
        return round(likely, 1), "des" in headers[place].text.casefold()

    return max(named, key=share)


def _cells(place: int, sample: Sequence[Row]) -> list[str]:
    return [
        text for row in sample if place < len(row.cells) and (text := row.cells[place].strip())
    ]


def _example(place: int, sample: Sequence[Row]) -> str:
    return next(iter(_cells(place, sample[:50])), "")[:60]


def _most(cells: Sequence[str], test: Callable[[str], object], share: float) -> bool:
    return bool(cells) and sum(1 for cell in cells if test(cell)) >= share * len(cells)


def _are_part_numbers(cells: list[str], taken: set[str]) -> bool:
    return (
        "mpn" not in taken
        and "maker_mpn" not in taken
        and _most(cells, _NUMBER_OF_PART.fullmatch, 0.5)
        and not _most(cells, _OF_SHOP.fullmatch, 0.3)
    )


# When an uncertain candidate holds: by the cells of its column and what is settled already.
_HOLDS: Mapping[str, Callable[[list[str], set[str]], bool]] = {
    "designators": lambda cells, _: _most(cells, looks_like_designators, 0.7),
    "value": lambda _, taken: "designators" in taken,
    "mpn": _are_part_numbers,
    "manufacturer": lambda cells, taken: (
        "mpn" in taken and "manufacturer" not in taken and not _most(cells, distributor_named, 0.3)
    ),
    "distributor_number": lambda cells, _: _most(cells, distributor_of_number, 0.6),
    "extended_price": lambda _, taken: "price" in taken,
    "find_number": lambda cells, _: _most(cells, _OUTLINE.fullmatch, 0.6),
    "quantity": lambda cells, _: _most(cells, _AMOUNT.fullmatch, 0.6),
}


# ---------------------------------------------------------------- part numbers and makers


def _pairs(
    at: Mapping[str, tuple[int, ...]], headers: Sequence[Header]
) -> tuple[tuple[int, int | None], ...]:
    """Which maker's column belongs to which column of part numbers: by the numbers in their
    headers (MPN2, MFG2), else one by one, else the nearest before it."""
    numbers, makers = at.get("mpn", ()), at.get("manufacturer", ())
    if not makers:
        return tuple((place, None) for place in numbers)
    tier = {place: _tier(headers[place]) for place in (*numbers, *makers)}
    told = {tier[place]: place for place in makers}
    if len(told) == len(makers) and set(told) <= {tier[place] for place in numbers}:
        return tuple((place, told.get(tier[place])) for place in numbers)
    if len(numbers) == len(makers):
        return tuple(zip(numbers, makers, strict=True))
    free = list(makers)
    found: list[tuple[int, int | None]] = []
    for place in numbers:
        before = [maker for maker in free if maker < place]
        maker = before[-1] if before else (free[0] if free else None)
        if maker is not None:
            free.remove(maker)
        found.append((place, maker))
    return tuple(found)


def _tier(found: Header) -> int:
    return found.numbers[0] if found.numbers else 1
