"""Sheets of an old Excel workbook (.xls, BIFF 2 to 8).

xlrd, not python-calamine: calamine ends the process on some damaged files; xlrd is plain Python,
and what it raises on a damaged one is turned into one sentence here. It prints to a log that
nobody reads, so it is given one.
"""

import io
from collections.abc import Iterator

import xlrd

from firstoff.errors import InvalidInput
from firstoff.formats.archives import damaged
from firstoff.formats.cells import Sheet, SheetBuilder, clock_text, number_text
from firstoff.formats.sources import Limits, Source


def xls_sheets(source: Source, limits: Limits) -> Iterator[Sheet]:
    """The sheets in the order of their tabs.

    Raises InvalidInput: damaged, locked by a password, no workbook (.doc), over a limit."""
    source.file.seek(0)
    content = source.file.read()
    try:
        # Ragged: a changed cell in the last corner makes no full rectangle of a sheet.
        book = xlrd.open_workbook(
            file_contents=content, logfile=io.StringIO(), on_demand=True, ragged_rows=True
        )
    except (
        Exception
    ) as error:  # on a changed file it raises whatever Python does, unbound names too
        raise _refusal(source.name, error) from error
    for index in range(book.nsheets):
        yield _sheet(book, index, source.name, limits)


def _refusal(name: str, error: Exception) -> InvalidInput:
    said = str(error).lower()
    if "encrypted" in said or "password" in said:
        return InvalidInput(
            f"{name} is locked by a password.",
            code="encrypted",
            way_out="Save it without one.",
            file=name,
        )
    if "can't find workbook" in said:
        return InvalidInput(
            f"{name} is an old Office file and no workbook.",
            code="not-a-table",
            way_out="Save the table as .xlsx or CSV.",
            file=name,
        )
    return damaged(name)


def _sheet(book: xlrd.Book, index: int, name: str, limits: Limits) -> Sheet:
    try:
        sheet = book.sheet_by_index(index)
        builder = SheetBuilder(sheet.name, name, limits)
        for row in range(sheet.nrows):
            builder.begin_row(row + 1)
            builder.count()
            for column, cell in enumerate(sheet.row(row), start=1):
                builder.put(column, *_value(cell, book.datemode))
            builder.end_row()
        merged = [(r + 1, c + 1, last, end) for r, last, c, end in sheet.merged_cells]
        builder.merges.extend(merged)
        book.unload_sheet(index)
    except InvalidInput:
        raise
    except Exception as error:
        raise _refusal(name, error) from error
    return builder.sheet()


def _value(cell: "xlrd.sheet.Cell", datemode: int) -> tuple[str, str]:
    """Text and kind of a cell; an error value (#N/A) is an empty one."""
    if cell.ctype == xlrd.XL_CELL_TEXT:
        return str(cell.value), ""
    if cell.ctype == xlrd.XL_CELL_NUMBER:
        return number_text(cell.value), "number"
    if cell.ctype == xlrd.XL_CELL_BOOLEAN:
        return ("TRUE" if cell.value else "FALSE"), ""
    if cell.ctype == xlrd.XL_CELL_DATE:
        return _moment(cell.value, datemode)
    return "", ""


def _moment(value: float, datemode: int) -> tuple[str, str]:
    if 0 <= value < 1:
        return clock_text(value * 86_400), "time"
    try:
        found = xlrd.xldate_as_datetime(value, datemode)
    except (xlrd.xldate.XLDateError, OverflowError, ValueError):
        return number_text(value), "number"
    text = found.isoformat(timespec="auto")
    return (text[:10] if text.endswith("T00:00:00") else text), ""
