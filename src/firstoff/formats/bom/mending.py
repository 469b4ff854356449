"""CSV that no rule of CSV covers, as people write it: quotes that do not close, commas nobody
quoted, cells that slipped a column. What was mended is said row by row."""

import csv
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence

from firstoff.formats.bom.designators import designators, looks_like_designators
from firstoff.formats.bom.layout import Layout
from firstoff.formats.bom.quantities import quantity
from firstoff.formats.cells import Row
from firstoff.formats.tables import trimmed
from firstoff.rules.bom.draft import Remark

_MOST_LINES = 20  # that one quoted cell may take
_LEARNT_FROM = 400


def rows_with_odd_quotes(lines: Iterable[str], delimiter: str) -> Iterator[tuple[Row, bool]]:
    """Rows of a file with a quote out of place; True for those where it was taken as a sign.

    A row is read by the rules where they hold, if need be with the lines below it that close
    its quotes; else its quotes are inch marks."""
    held = list(lines)
    place = 0
    while place < len(held):
        cells, used = _by_the_rules(held, place, delimiter)
        odd = cells is None
        if cells is None:
            cells, used = _as_written(held[place], delimiter), 1
        yield Row(place + 1, tuple(trimmed(cells))), odd
        place += used


def _by_the_rules(held: list[str], place: int, delimiter: str) -> tuple[list[str] | None, int]:
    record = ""
    for used, line in enumerate(held[place : place + _MOST_LINES], start=1):
        record += line
        if record.count('"') % 2 and place + used < len(held):
            continue
        try:
            rows = list(csv.reader([record], delimiter=delimiter, strict=True))
        except csv.Error:
            return None, 1
        return (rows[0] if rows else []), used
    return None, 1


def _as_written(line: str, delimiter: str) -> list[str]:
    """Cells of a line whose quotes cannot be trusted: parted at delimiters outside of a pair of
    quotes that begins and ends a cell."""
    cell = re.compile(
        rf'\s*"(?P<quoted>(?:[^"]|"(?!\s*(?:{re.escape(delimiter)}|$)))*)"\s*'
        rf"(?={re.escape(delimiter)}|$)|(?P<plain>[^{re.escape(delimiter)}]*)"
    )
    found: list[str] = []
    text, at = line.rstrip("\r\n"), 0
    while at <= len(text):
        match = cell.match(text, at)
        if match is None:
            break
        quoted = match["quoted"]
        found.append(match["plain"] if quoted is None else quoted.replace('""', '"'))
        at = match.end() + 1
    return found


class Joiner:
    """Puts cells together again that a delimiter nobody quoted has parted."""

    def __init__(self, width: int, rows: Sequence[Row], delimiter: str) -> None:
        self.width, self.delimiter = width, delimiter
        fitting = [row for row in rows[:_LEARNT_FROM] if len(row.cells) <= width]
        # Where most rows are longer, the header lacks names and nothing is parted.
        self.use = len(fitting) * 2 > len(rows[:_LEARNT_FROM])
        shapes = [Counter[str]() for _ in range(width)]
        for row in fitting:
            for place, cell in enumerate(row.cells):
                shapes[place][_shape(cell)] += 1
        self._usual = [_usual(shape) for shape in shapes]

    def fits(self, row: Row) -> bool:
        return not self.use or len(row.cells) <= self.width

    def joined(self, row: Row) -> tuple[Row, int]:
        """The row with as many cells as the header has names, and the column that was parted."""
        extra = len(row.cells) - self.width
        best, place = (-1.0, 0), 0
        for start in range(self.width):
            cells = self._cells(row.cells, start, extra)
            worth = sum(_shape(c) in usual for c, usual in zip(cells, self._usual, strict=True))
            # "(6mm OD, 20mm Length)": what goes on begins with a space.
            spaced = sum(c.startswith(" ") for c in row.cells[start + 1 : start + 1 + extra])
            if (worth, spaced) > best:
                best, place = (worth, spaced), start
        cells = self._cells(row.cells, place, extra)
        return Row(row.number, tuple(cells), row.numbers, row.times), place

    def _cells(self, cells: Sequence[str], start: int, extra: int) -> list[str]:
        whole = self.delimiter.join(cells[start : start + extra + 1])
        return [*cells[:start], whole, *cells[start + extra + 1 :]]


class Aligner:
    """Finds rows whose cells stand one column too far left, as a quote that closes late leaves
    them: the designators stand in the column before theirs."""

    def __init__(self, layout: Layout, rows: Sequence[Row]) -> None:
        self.layout = layout
        self.place, self.count = layout.one("designators"), layout.one("quantity")
        texts = [text for row in rows[:_LEARNT_FROM] if (text := self._at(row, self.place))]
        plain = sum(map(looks_like_designators, texts))
        # Where designators are words (Nut 1, SPEDE), nothing is certain.
        self.use = bool(texts) and plain * 5 >= len(texts) * 4

    def aligned(self, row: Row) -> tuple[Row, Remark | None]:
        """The row, put right where its quantity proves it; a remark where it is odd."""
        text = self._at(row, self.place)
        if not self.use or not text or self.place is None or looks_like_designators(text):
            return row, None
        column = self.layout.columns[self.place]
        before = self._at(row, self.place - 1) if self.place else ""
        said = quantity(self._at(row, self.count))
        width = len(self.layout.columns)
        proven = said is not None and said.amount == designators(before).places
        if before and looks_like_designators(before) and proven and len(row.cells) < width:
            place = self.place - 1
            cells = (*row.cells[:place], "", *row.cells[place:])
            letter = self.layout.columns[place].letter
            sentence = (
                f"Cells from column {letter} on stood one column too far left ({before!r} is the "
                f"{column.header}); read one further right."
            )
            return Row(row.number, cells), Remark(row.number, sentence, letter, "shifted")
        if all(len(name.split()) < 3 for name in designators(text).names):
            return row, None  # Nut 1, Nut 2
        sentence = f"{text[:40]!r} is no designator; cells may be shifted."
        return row, Remark(row.number, sentence, column.letter, "shifted")

    @staticmethod
    def _at(row: Row, place: int | None) -> str:
        return row.cells[place].strip() if place is not None and place < len(row.cells) else ""


def _usual(shape: "Counter[str]") -> frozenset[str]:
    total = sum(shape.values())
    return frozenset(kind for kind, count in shape.items() if count * 5 >= total)


def _shape(cell: str) -> str:
    text = cell.strip()
    if not text:
        return "empty"
    if text.startswith(("http://", "https://", "www.")):
        return "address"
    if re.fullmatch(r"[+-]?\d+([.,]\d+)?", text):
        return "number"
    if re.fullmatch(r"[$€£¥]\s*\d+([.,]\d+)*|\d+([.,]\d+)*\s*[$€£¥]", text):
        return "money"
    return "text"


def joined_remark(row: Row, found: int, width: int, header: str, letter: str) -> Remark:
    return Remark(
        row.number,
        f"{found} fields under {width} headers: a delimiter without quotes; "
        f"read as one text in column {letter} ({header}).",
        letter,
        "unquoted-delimiter",
    )
