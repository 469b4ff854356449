"""Columns of numbers from CSV, XLSX or Parquet, every bad cell named by row and column.

Rows count from 1 and include the header, as the person sees them in the file.
"""

import csv
import importlib
import io
import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from itertools import islice
from typing import Any

from firstoff.errors import InvalidInput, Unavailable

Rows = Sequence[tuple[int, Sequence[Any]]]

_DECIMAL_COMMA = re.compile(r"[-+]?\d+,\d+")


@dataclass(frozen=True, slots=True)
class Column:
    """One column as text or numbers, with the file row of each cell."""

    source: str
    name: str
    cells: tuple[Any, ...]
    rows: tuple[int, ...]
    decimal_comma: bool

    def numbers(self) -> list[float]:
        """All cells as finite numbers. Raises InvalidInput with row and column."""
        return [self._number(cell, row) for cell, row in zip(self.cells, self.rows, strict=True)]

    def decimals(self) -> list[Decimal]:
        """All cells as finite numbers, exactly as they are written. Raises InvalidInput."""
        return [self._decimal(cell, row) for cell, row in zip(self.cells, self.rows, strict=True)]

    def words(self) -> list[str]:
        """All cells as text without surrounding space. An empty cell is refused."""
        found = []
        for cell, row in zip(self.cells, self.rows, strict=True):
            text = _text(cell)
            if not text:
                raise self._bad(cell, row, "a name")
            found.append(text)
        return found

    def _number(self, cell: Any, row: int) -> float:
        text = self._pointed(cell)
        try:
            number = math.nan if isinstance(cell, bool) else float(text)
        except ValueError:
            number = math.nan
        if not math.isfinite(number) or "_" in text:
            raise self._bad(cell, row, "a number")
        return number

    def _decimal(self, cell: Any, row: int) -> Decimal:
        text = self._pointed(cell)
        try:
            number = Decimal("NaN" if isinstance(cell, bool) else text)
        except InvalidOperation:
            number = Decimal("NaN")
        if not number.is_finite() or "_" in text:
            raise self._bad(cell, row, "a number")
        return number

    def _pointed(self, cell: Any) -> str:
        """The text of a cell, with a decimal point where the file writes a comma."""
        text = _text(cell)
        comma = self.decimal_comma and _DECIMAL_COMMA.fullmatch(text)
        return text.replace(",", ".") if comma else text

    def _bad(self, cell: Any, row: int, expected: str) -> InvalidInput:
        found = "an empty cell" if _text(cell) == "" else repr(_text(cell))
        return InvalidInput(
            f"{self.source}, row {row}, column {self.name}: found {found}; expected {expected}.",
            source=self.source,
            row=row,
            column=self.name,
        )


@dataclass(frozen=True, slots=True)
class Table:
    """The columns of a file, by name."""

    source: str
    columns: tuple[Column, ...]

    def column(self, name: str | None = None) -> Column:
        """The column of this name or number; the only one, or the only one of numbers, if None."""
        if name is not None:
            return self._named(name)
        if len(self.columns) == 1:
            return self.columns[0]
        numeric = [column for column in self.columns if _is_numeric(column.cells)]
        if len(numeric) == 1:
            return numeric[0]
        names = ", ".join(column.name for column in self.columns)
        raise InvalidInput(f"{self.source} has the columns {names}; say which one to take.")

    def _named(self, name: str) -> Column:
        for column in self.columns:
            if column.name == name:
                return column
        if name.isdecimal() and 1 <= int(name) <= len(self.columns):
            return self.columns[int(name) - 1]
        names = ", ".join(column.name for column in self.columns)
        raise InvalidInput(f"{self.source} has no column {name}; it has {names}.")


def read_columns(source: str, data: bytes) -> Table:
    """The table in the bytes of a file; its kind is read from the name and the first bytes.

    The first row is the header where one of its cells is no number. Empty rows are passed over.
    Raises InvalidInput for what is no table, Unavailable where Parquet cannot be read here.
    """
    if data[:4] == b"PAR1":
        return _parquet(source, data)
    rows: Sequence[Sequence[Any]]
    if data[:2] == b"PK":
        rows, comma = _workbook(source, data), False
    else:
        rows, comma = _delimited(source, data)
    numbered = [
        (number, row)
        for number, row in enumerate(rows, start=1)
        if any(_text(cell) for cell in row)
    ]
    if not numbered:
        raise InvalidInput(f"{source} is empty; expected a column of numbers.", source=source)
    return _table(source, numbered, decimal_comma=comma)


def _table(source: str, rows: Rows, *, decimal_comma: bool) -> Table:
    first = rows[0][1]
    # A separator at the end of a line opens no column: 12,001; is one number, and no header.
    filled = max(place for place, cell in enumerate(first, 1) if _text(cell))
    titled = not all(_looks_numeric(cell) for cell in first[:filled])
    names = [_text(cell) for cell in first] if titled else []
    body = rows[1:] if titled else rows
    width = max(len(row) for _, row in rows)
    names += [""] * (width - len(names))
    columns = []
    for place, name in enumerate(names):
        cells = tuple(row[place] if place < len(row) else None for _, row in body)
        if not name and all(_text(cell) == "" for cell in cells):
            continue
        title, at = name or str(place + 1), tuple(number for number, _ in body)
        columns.append(Column(source, title, cells, at, decimal_comma))
    if not body:
        raise InvalidInput(f"{source} has a header and no rows.", source=source)
    return Table(source, tuple(columns))


def _delimited(source: str, data: bytes) -> tuple[list[list[str]], bool]:
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise InvalidInput(
            f"{source}, byte {error.start}: not UTF-8 text; save the file as CSV in UTF-8.",
            source=source,
        ) from error
    head = "\n".join(islice(io.StringIO(text), 5))
    delimiter = max(";\t,", key=head.count) if any(mark in head for mark in ";\t") else ","
    try:
        rows = list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True))
    except csv.Error as error:
        raise InvalidInput(f"{source}: {error}; expected CSV.", source=source) from error
    return rows, delimiter != ","


def _workbook(source: str, data: bytes) -> list[tuple[str, ...]]:
    # Imported here: a command that reads CSV does not wait for the reader of workbooks.
    from firstoff.formats.sources import DEFAULT_LIMITS, opened
    from firstoff.formats.spreadsheets import sheets

    with opened(data, name=source) as book:
        sheet = next(iter(sheets(book, "xlsx", DEFAULT_LIMITS)), None)
    if sheet is None or not sheet.rows:
        return []
    filled = {row.number: row.cells for row in sheet.rows}
    return [filled.get(number, ()) for number in range(1, max(filled) + 1)]


def _parquet(source: str, data: bytes) -> Table:
    try:
        arrow = importlib.import_module("pyarrow")
        parquet = importlib.import_module("pyarrow.parquet")
    except ImportError as error:
        raise Unavailable(
            f"{source} is Parquet, and pyarrow is not installed.",
            way_out="Install pyarrow: the extra firstoff[parquet].",
        ) from error
    try:
        table = parquet.read_table(arrow.BufferReader(data))
    except arrow.ArrowException as error:
        raise InvalidInput(f"{source}: {error}; expected Parquet.", source=source) from error
    rows = tuple(range(1, table.num_rows + 1))
    columns = tuple(
        Column(source, name, tuple(table[name].to_pylist()), rows, False)
        for name in table.column_names
    )
    return Table(source, columns)


def _text(cell: Any) -> str:
    return "" if cell is None else str(cell).strip()


def _looks_numeric(cell: Any) -> bool:
    try:
        float(_text(cell).replace(",", "."))
    except ValueError:
        return False
    return True


def _is_numeric(cells: tuple[Any, ...]) -> bool:
    return all(_looks_numeric(cell) for cell in cells if _text(cell))
