"""Rows of a sheet as they are built cell by cell, whatever kind of workbook they come from.

Rows are kept as far as they are filled: a cell in the last corner of a sheet costs one row."""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Protocol
from xml.parsers import expat

from firstoff.errors import InvalidInput
from firstoff.formats.archives import damaged, too_many_cells
from firstoff.formats.sources import Limits

SHEET_ROWS = 1_048_576  # of Excel and LibreOffice
TITLE_ROWS = 40  # that may stand above a header


@dataclass(frozen=True, slots=True)
class Row:
    """One row as text. ``number`` is the row a person sees; ``numbers`` and ``times`` are the
    columns (from 0) whose cell was a number or a clock time and not text."""

    number: int
    cells: tuple[str, ...]
    numbers: frozenset[int] = frozenset()
    times: frozenset[int] = frozenset()

    @property
    def blank(self) -> bool:
        return not any(cell.strip() for cell in self.cells)


@dataclass(frozen=True, slots=True)
class Sheet:
    """One sheet, its filled rows only. Merges are (first row, first column, last row, last
    column), from 1; ``no_value`` are formula cells whose result the file does not hold."""

    name: str
    rows: tuple[Row, ...]
    merges: tuple[tuple[int, int, int, int], ...]
    formulas: tuple[tuple[int, int], ...]
    no_value: tuple[tuple[int, int], ...]


class SheetBuilder:
    """Takes the cells of one sheet in their order and refuses what is over a limit at once."""

    def __init__(self, title: str, file: str, limits: Limits) -> None:
        self.title, self.file, self.limits = title, file, limits
        self.row = self.column = 0  # where the walk stands, from 1
        self.rows: list[Row] = []
        self.merges: list[tuple[int, int, int, int]] = []
        self.formulas: list[tuple[int, int]] = []
        self.no_value: list[tuple[int, int]] = []
        self._texts: dict[int, str] = {}
        self._numbers: set[int] = set()
        self._times: set[int] = set()
        self._elements = self._kept = 0

    @property
    def label(self) -> str:
        return f"{self.file}, sheet {self.title!r}"

    def count(self) -> None:
        """One more row or cell of the file, filled or not: empty ones cost time as well."""
        self._elements += 1
        if self._elements > self.limits.cells:
            raise too_many_cells(self.label, self._elements, self.limits)

    def begin_row(self, number: int) -> None:
        if number <= self.row:
            raise damaged(self.file)
        if number > SHEET_ROWS:
            raise too_many_rows(self.file, self.limits)
        self.row, self.column = number, 0

    def put(self, column: int, text: str, kind: str = "") -> None:
        """The text of a cell of this row; ``kind`` is number, time, or "" for any other."""
        if not text.strip():
            return
        if column > self.limits.columns:
            raise InvalidInput(
                f"{self.label}, row {self.row}: {column:,} columns; "
                f"at most {self.limits.columns:,} can be imported.",
                code="too-many-columns",
                file=self.file,
                row=self.row,
            )
        if len(text) > self.limits.cell_length:
            raise InvalidInput(
                f"{self.label}, cell {column_letter(column)}{self.row}: {len(text):,} characters; "
                f"a cell holds at most {self.limits.cell_length:,}.",
                code="cell-too-long",
                file=self.file,
                row=self.row,
                column=column_letter(column),
            )
        self._texts[column - 1] = text
        if kind == "number":
            self._numbers.add(column - 1)
        elif kind == "time":
            self._times.add(column - 1)

    def end_row(self, repeat: int = 1) -> None:
        """Close this row; ``repeat`` says that it stands for so many rows alike."""
        first = self.row
        self.row += repeat - 1
        if not self._texts:
            return
        width = max(self._texts) + 1
        self._kept += width * repeat
        if self._kept > self.limits.cells:
            raise too_many_cells(self.label, self._kept, self.limits)
        if len(self.rows) + repeat > self.limits.rows + TITLE_ROWS:
            raise too_many_rows(self.file, self.limits)
        cells = tuple(self._texts.get(index, "") for index in range(width))
        numbers, times = frozenset(self._numbers), frozenset(self._times)
        for number in range(first, first + repeat):
            self.rows.append(Row(number, cells, numbers, times))
        self._texts, self._numbers, self._times = {}, set(), set()

    def sheet(self) -> Sheet:
        return Sheet(
            self.title,
            tuple(self.rows),
            tuple(self.merges),
            tuple(self.formulas),
            tuple(self.no_value),
        )


def column_letter(number: int) -> str:
    """1 is A, 27 is AA."""
    letters = ""
    while number > 0:
        number, rest = divmod(number - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


def number_text(value: float) -> str:
    """A number as a spreadsheet shows it: 15 digits; what a float has beyond is noise."""
    text = format(value, ".15g")
    if "e" not in text:
        return text
    return format(Decimal(text), "f") if 1e-12 < abs(value) < 1e21 else text


def clock_text(seconds: float) -> str:
    whole = round(seconds)
    return f"{whole // 3600}:{whole // 60 % 60:02d}:{whole % 60:02d}"


def too_many_rows(name: str, limits: Limits) -> InvalidInput:
    """Said by every reader of rows alike."""
    return InvalidInput(
        f"{name} has more than {limits.rows:,} rows.",
        code="too-many-rows",
        way_out="Split it.",
        file=name,
        expected=limits.rows,
    )


# ---------------------------------------------------------------- XML


class Handler(Protocol):
    """What a walk over XML calls. Names come without their namespace prefix."""

    def start(self, tag: str, attributes: dict[str, str]) -> None: ...

    def text(self, data: str) -> None: ...

    def end(self, tag: str) -> None: ...


def walk_xml(chunks: Iterator[bytes], handler: Handler, name: str) -> None:
    """Walk over one XML part of a workbook. Raises InvalidInput: damaged, or with entities."""
    parser = expat.ParserCreate()
    parser.buffer_text = True
    parser.StartElementHandler = lambda tag, given: handler.start(_local(tag), given)
    parser.EndElementHandler = lambda tag: handler.end(_local(tag))
    parser.CharacterDataHandler = handler.text

    def refuse_entity(*_: object) -> None:
        raise InvalidInput(
            f"{name} declares XML entities, which no spreadsheet program writes.",
            code="unsafe-xml",
            file=name,
        )

    parser.EntityDeclHandler = refuse_entity
    try:
        for chunk in chunks:
            parser.Parse(chunk, False)
        parser.Parse(b"", True)
    except (expat.ExpatError, ValueError, LookupError) as error:
        raise damaged(name) from error


def _local(tag: str) -> str:
    return tag.rpartition(":")[2] if ":" in tag else tag


def bare_names(attributes: dict[str, str]) -> dict[str, str]:
    """Attributes without their namespace prefixes."""
    return {_local(key): value for key, value in attributes.items()}
