"""A table a person filled in, as rows of text: CSV, XLSX or ODS, found by content and not by name.

The caller says which headers it knows; the delimiter, the sheet and the header row are those that
fit most of them. Nothing is guessed beyond that: what is unclear is refused in one sentence that
names the file, the row and what is expected.
"""

import codecs
import csv
import re
import unicodedata
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import islice

from firstoff.errors import InvalidInput
from firstoff.formats.archives import archive_kind
from firstoff.formats.cells import TITLE_ROWS, Row, Sheet, column_letter, too_many_rows
from firstoff.formats.sources import (
    CONTENT_WORDS,
    DEFAULT_LIMITS,
    Limits,
    RawSource,
    Source,
    content_of,
    encoding_of,
    opened,
)
from firstoff.formats.spreadsheets import sheets

DELIMITERS = (",", ";", "\t", "|")
_SAMPLE_LINES = 60
_EXPECTED = "a table as CSV, XLSX or ODS"

Recognise = Callable[[str], str | None]


@dataclass(frozen=True, slots=True)
class Column:
    """How one column was understood. ``field`` is None when it is none that the caller knows."""

    index: int  # from 0
    letter: str
    header: str
    field: str | None


@dataclass(frozen=True, slots=True)
class Table:
    """A table with its header found. ``encoding`` and ``delimiter`` are None in a workbook."""

    name: str
    kind: str  # csv, xlsx, ods
    sha256: str
    encoding: str | None
    delimiter: str | None
    sheet: str | None
    header_row: int
    columns: tuple[Column, ...]
    rows: tuple[Row, ...]
    warnings: tuple[str, ...]


def normal_header(text: str) -> str:
    """A header for comparison: no case, no spaces and no _ - . # / ( ) : between words."""
    folded = unicodedata.normalize("NFKC", text).casefold()
    return re.sub(r"[\s_\-.#/():*\u200b\ufeff]+", "", folded)


def read_table(
    raw: RawSource,
    *,
    recognise: Recognise,
    required: Sequence[str],
    name: str = "",
    limits: Limits = DEFAULT_LIMITS,
) -> Table:
    """Read the one table of a file.

    recognise: the field a header means, or None. required: fields that must have a column.
    Raises InvalidInput: no table, not readable, over a limit, no header, a column missing or
    there twice, a formula without a value, merged cells."""
    with opened(raw, name=name, limits=limits) as source:
        kind = _kind_of(source, limits)
        warnings = _name_warning(source.name, kind)
        if kind == "csv":
            table = _csv_table(source, recognise, required, limits)
        else:
            table = _sheet_table(source, kind, recognise, required, limits)
        if len(table.rows) > limits.rows:
            raise too_many_rows(source.name, limits)
        return replace(table, sha256=source.sha256(), warnings=tuple(warnings) + table.warnings)


def _kind_of(source: Source, limits: Limits) -> str:
    content = content_of(source.head())
    if content == "text":
        return "csv"
    word = CONTENT_WORDS[content]
    if content == "zip":
        kind = archive_kind(source, limits)
        if kind in ("xlsx", "ods"):
            return kind
        word = {"xlsb": "a binary workbook (.xlsb)", "docx": "a text document"}.get(kind, word)
    raise InvalidInput(
        f"{source.name} is {word}; expected {_EXPECTED}.",
        code="not-a-table",
        way_out="Save the table as .xlsx or CSV." if content in ("ole", "zip") else "",
        file=source.name,
        found=word,
        expected=_EXPECTED,
    )


def _name_warning(name: str, kind: str) -> list[str]:
    ending = name.lower().rpartition(".")[2] if "." in name else ""
    usual = {"csv": ("csv", "txt", "tsv", "tab", "log", ""), "xlsx": ("xlsx", "xlsm", "")}
    if ending in usual.get(kind, (kind, "")):
        return []
    return [f"{name} is {'a CSV' if kind == 'csv' else kind.upper()} in content; read as such."]


# ---------------------------------------------------------------- CSV


def _csv_table(
    source: Source, recognise: Recognise, required: Sequence[str], limits: Limits
) -> Table:
    encoding = encoding_of(source)
    declared = declared_delimiter(source, encoding)
    delimiter = declared or _likeliest_delimiter(source, encoding, recognise, limits)
    rows = tuple(csv_rows(source, encoding, delimiter, limits))
    warnings = []
    if encoding == "cp1252":
        warnings.append(
            f"{source.name} is not UTF-8 and was read as Windows-1252: look at accents and signs."
        )
    table = Table(source.name, "csv", "", encoding, delimiter, None, 0, (), (), tuple(warnings))
    return _with_header(table, rows, recognise, required)


def lines_of(source: Source, encoding: str, limits: Limits) -> Iterator[str]:
    """Physical lines with their ends. str.splitlines would also cut at U+2028 inside a cell."""
    decoder = codecs.getincrementaldecoder(encoding)()
    longest = limits.columns * limits.cell_length
    rest = ""
    for chunk in source.chunks():
        rest += decoder.decode(chunk)
        held = rest.endswith("\r")  # its \n may come with the next chunk
        *whole, rest = re.split(r"(?<=\n)|(?<=\r)(?!\n)", rest[:-1] if held else rest)
        rest += "\r" if held else ""
        yield from whole
        if len(rest) > longest:
            raise _no_lines(source.name, longest)
    if rest:
        yield rest


def _no_lines(name: str, longest: int) -> InvalidInput:
    return InvalidInput(
        f"{name} has a line of more than {longest:,} characters; expected {_EXPECTED}.",
        code="not-a-table",
        file=name,
    )


def declared_delimiter(source: Source, encoding: str) -> str | None:
    """Excel's own first line ``sep=;``."""
    head = source.head(64).decode(encoding, "ignore").lstrip("\ufeff")
    match = re.match(r"sep=([,;|\t])\r?\n", head, re.IGNORECASE)
    return match[1] if match else None


def _likeliest_delimiter(
    source: Source, encoding: str, recognise: Recognise, limits: Limits
) -> str:
    """The one under which a row has most known headers; then the one most lines agree on."""
    sample = list(islice(lines_of(source, encoding, limits), _SAMPLE_LINES))
    best, best_score = ",", (0, 0)
    for delimiter in DELIMITERS:
        widths: list[int] = []
        known = 0
        for cells in lenient_rows(sample, delimiter):
            known = max(known, len({field for cell in cells if (field := recognise(cell))}))
            widths.append(len(cells))
        common = max((widths.count(width) for width in set(widths) if width > 1), default=0)
        if (known, common) > best_score:
            best, best_score = delimiter, (known, common)
    return best


def lenient_rows(lines: list[str], delimiter: str) -> Iterator[list[str]]:
    try:
        yield from csv.reader(lines, delimiter=delimiter)
    except csv.Error:  # the last line of the sample may be cut inside quotes
        return


def csv_rows(source: Source, encoding: str, delimiter: str, limits: Limits) -> Iterator[Row]:
    """Filled rows. Their number is the line they begin on, as a text editor shows it."""
    lines = lines_of(source, encoding, limits)
    reader = csv.reader(lines, delimiter=delimiter, strict=True)
    count, begun = 0, 1
    while True:
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            raise _broken_quotes(source.name, begun, error) from error
        row = Row(begun, trimmed(cells))
        begun = reader.line_num + 1
        if begun > 20 * limits.rows + _SAMPLE_LINES:  # blank lines cost time as well
            raise too_many_rows(source.name, limits)
        if row.blank or (row.number == 1 and row.cells[0].lower().startswith("sep=")):
            continue
        check_cells(row, source.name, limits)
        count += 1
        if count > limits.rows + TITLE_ROWS:
            raise too_many_rows(source.name, limits)
        yield row


def trimmed(cells: list[str]) -> tuple[str, ...]:
    while cells and not cells[-1].strip():
        cells.pop()
    return tuple(cells)


def _broken_quotes(name: str, row: int, error: csv.Error) -> InvalidInput:
    return InvalidInput(
        f"{name}, row {row}: a quote is opened and not closed, or closed inside a cell.",
        code="unbalanced-quotes",
        way_out='Write a quote inside a quoted cell twice: "3"" pipe".',
        file=name,
        row=row,
        found=str(error),
    )


def check_cells(row: Row, name: str, limits: Limits) -> None:
    if len(row.cells) > limits.columns:
        raise InvalidInput(
            f"{name}, row {row.number}: {len(row.cells):,} columns; at most {limits.columns:,} "
            "can be imported.",
            code="too-many-columns",
            file=name,
            row=row.number,
        )
    for index, cell in enumerate(row.cells, start=1):
        where = f"{name}, row {row.number}, column {column_letter(index)}"
        if "\0" in cell:
            raise InvalidInput(
                f"{where}: a NUL byte; expected text.",
                code="nul-byte",
                way_out="Save the file as CSV (UTF-8) again.",
                file=name,
                row=row.number,
            )
        if len(cell) > limits.cell_length:
            raise InvalidInput(
                f"{where}: {len(cell):,} characters; a cell holds at most "
                f"{limits.cell_length:,}. A quote may be open.",
                code="cell-too-long",
                file=name,
                row=row.number,
            )


# ---------------------------------------------------------------- workbooks


def _sheet_table(
    source: Source, kind: str, recognise: Recognise, required: Sequence[str], limits: Limits
) -> Table:
    """The first sheet with every required column; else the refusal about the best one."""
    empty = Table(source.name, kind, "", None, None, None, 0, (), (), ())
    refusal: InvalidInput | None = None
    for sheet in sheets(source, kind, limits):
        try:
            table = _with_header(replace(empty, sheet=sheet.name), sheet.rows, recognise, required)
        except InvalidInput as error:
            if refusal is None or (error.code, refusal.code) == ("missing-column", "no-header"):
                refusal = error
            continue
        return replace(table, warnings=table.warnings + tuple(_cell_warnings(table, sheet)))
    raise refusal or InvalidInput(
        f"{source.name} has no sheet with a table.", code="no-header", file=source.name
    )


def _cell_warnings(table: Table, sheet: Sheet) -> Iterator[str]:
    """Refuses merged cells and formulas without a value in the table; warns of the others."""
    known = {column.index + 1 for column in table.columns if column.field}
    for top, left, bottom, right in sheet.merges:
        if bottom >= table.header_row and known & set(range(left, min(right, 20_000) + 1)):
            raise _merged(table, sheet, (top, left, bottom, right))
    for row, column in sheet.no_value:
        if row >= table.header_row and column in known:
            raise _formula(table, sheet, row, column)
    used = [
        (row, column)
        for row, column in sheet.formulas
        if row > table.header_row and column in known
    ]
    if used:
        first = column_letter(used[0][1]) + str(used[0][0])
        cells = "cell is a formula" if len(used) == 1 else "cells are formulas"
        yield (
            f"Sheet {sheet.name!r}: {len(used):,} {cells}, the first in {first}; "
            "the values stored with them were taken."
        )


def _merged(table: Table, sheet: Sheet, corners: tuple[int, int, int, int]) -> InvalidInput:
    top, left, bottom, right = corners
    area = f"{column_letter(left)}{top}:{column_letter(right)}{bottom}"
    return InvalidInput(
        f"{table.name}, sheet {sheet.name!r}: cells {area} are merged; "
        "expected one value in each cell.",
        code="merged-cells",
        way_out="Unmerge them and fill every row.",
        file=table.name,
        sheet=sheet.name,
        row=top,
        column=column_letter(left),
        found=area,
    )


def _formula(table: Table, sheet: Sheet, row: int, column: int) -> InvalidInput:
    cell = f"{column_letter(column)}{row}"
    return InvalidInput(
        f"{table.name}, sheet {sheet.name!r}, cell {cell}: a formula without a stored value.",
        code="formula",
        way_out="Copy the cells and paste them as values.",
        file=table.name,
        sheet=sheet.name,
        row=row,
        column=column_letter(column),
        found=cell,
    )


# ---------------------------------------------------------------- the header


def _with_header(
    table: Table, rows: Sequence[Row], recognise: Recognise, required: Sequence[str]
) -> Table:
    where = table.name if table.sheet is None else f"{table.name}, sheet {table.sheet!r}"
    position = _header_position(rows, recognise)
    if position is None:
        raise _no_header(where, rows, required)
    header = rows[position]
    columns = tuple(
        Column(index, column_letter(index + 1), text.strip(), recognise(text))
        for index, text in enumerate(header.cells)
    )
    _check_columns(where, header, columns, required)
    body, repeated = _body(rows[position + 1 :], header)
    warnings = list(table.warnings)
    if repeated:
        warnings.append(f"{where}, row {repeated[0]}: the header again; skipped.")
    if not body:
        raise InvalidInput(
            f"{where}: no row below the header in row {header.number}.",
            code="no-rows",
            file=table.name,
            row=header.number,
        )
    return replace(
        table,
        header_row=header.number,
        columns=columns,
        rows=tuple(body),
        warnings=tuple(warnings),
    )


def _header_position(rows: Sequence[Row], recognise: Recognise) -> int | None:
    best, most = None, 0
    for position, row in enumerate(rows[:TITLE_ROWS]):
        known = len({field for cell in row.cells if (field := recognise(cell))})
        if known > most:
            best, most = position, known
    return best


def _body(rows: Sequence[Row], header: Row) -> tuple[list[Row], list[int]]:
    """Rows below the header, and the numbers of rows that repeat it."""
    names = [normal_header(cell) for cell in header.cells]
    body: list[Row] = []
    repeated: list[int] = []
    for row in rows:
        if row.cells[0] == header.cells[0] and names == [normal_header(c) for c in row.cells]:
            repeated.append(row.number)
        else:
            body.append(row)
    return body, repeated


def _check_columns(
    where: str, header: Row, columns: tuple[Column, ...], required: Sequence[str]
) -> None:
    taken: dict[str, Column] = {}
    for column in columns:
        if column.field and column.field in taken:
            first = taken[column.field]
            raise InvalidInput(
                f"{where}, row {header.number}: columns {first.letter} ({first.header!r}) and "
                f"{column.letter} ({column.header!r}) both mean {column.field}; expected one.",
                code="duplicate-column",
                way_out="Rename or map one of them.",
                row=header.number,
                column=column.letter,
            )
        if column.field:
            taken[column.field] = column
    missing = [field for field in required if field not in taken]
    if missing:
        raise InvalidInput(
            f"{where}, row {header.number}: no column for {' and '.join(missing)}; "
            f"found {listed(header.cells)}.",
            code="missing-column",
            way_out="Name the column so, or map one.",
            row=header.number,
            found=list(header.cells[:50]),
            expected=missing,
        )


def _no_header(where: str, rows: Sequence[Row], required: Sequence[str]) -> InvalidInput:
    found = f"; the first row is {listed(rows[0].cells)}" if rows else ""
    return InvalidInput(
        f"{where}: no header row found{found}.",
        code="no-header",
        way_out=f"Expected a row of column names with {' and '.join(required)} among them.",
        found=list(rows[0].cells[:50]) if rows else [],
        expected=list(required),
    )


def listed(cells: Sequence[str]) -> str:
    shown = [cell.strip()[:40] for cell in cells if cell.strip()]
    more = f" and {len(shown) - 8} more" if len(shown) > 8 else ""
    return ", ".join(repr(cell) for cell in shown[:8]) + more
