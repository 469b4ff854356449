"""CSV that no rule of CSV covers, as people write it: quotes that do not close, commas nobody
quoted. What was mended is said row by row."""

import csv
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence

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
