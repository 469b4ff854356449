"""Tables handed out: CSV as a stream, XLSX as a workbook, with nothing in them that runs."""

import csv
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from decimal import Decimal
from io import BytesIO, StringIO
from typing import Any

Value = str | int | float | Decimal | datetime | None

CSV_TYPE = "text/csv; charset=utf-8"
XLSX_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_RUNS = ("=", "+", "-", "@", "\t", "\r")  # a spreadsheet takes a text that begins so as a formula
_BATCH = 500


def csv_stream(header: Sequence[str], rows: Iterable[Sequence[Value]]) -> Iterator[bytes]:
    """UTF-8 with its mark, so that Excel opens it right; some hundred rows at a time."""
    text = StringIO()
    writer = csv.writer(text)
    writer.writerow(header)
    yield b"\xef\xbb\xbf"
    for number, row in enumerate(rows, start=1):
        writer.writerow([_csv(value) for value in row])
        if number % _BATCH == 0:
            yield text.getvalue().encode()
            text.seek(0)
            text.truncate()
    yield text.getvalue().encode()


def xlsx(title: str, header: Sequence[str], rows: Iterable[Sequence[Value]]) -> bytes:
    """One sheet with its header kept in view. Texts are texts, whatever they begin with."""
    from openpyxl import Workbook
    from openpyxl.cell import WriteOnlyCell
    from openpyxl.styles import Font
    from openpyxl.utils import get_column_letter

    book = Workbook(write_only=True)
    sheet = book.create_sheet(_title(title))
    sheet.freeze_panes = "B2"
    for number, name in enumerate(header, start=1):
        sheet.column_dimensions[get_column_letter(number)].width = max(12, len(name) + 2)
    cells = [WriteOnlyCell(sheet, value=name) for name in header]
    for cell in cells:
        cell.font = Font(bold=True)
    sheet.append(cells)
    for row in rows:
        found = []
        for value in row:
            cell = WriteOnlyCell(sheet, value=_plain(value))
            if isinstance(value, str):
                cell.data_type = "s"  # never a formula
            found.append(cell)
        sheet.append(found)
    file = BytesIO()
    book.save(file)
    return file.getvalue()


def form(
    title: str,
    head: Iterable[tuple[str, Value]],
    header: Sequence[str],
    rows: Iterable[Sequence[Value]],
) -> bytes:
    """A form as people know it from paper: its head as name and value, then the table, printed
    across the page with its header on each. Texts are texts, whatever they begin with."""
    from openpyxl import Workbook
    from openpyxl.styles import Alignment, Border, Font, Side
    from openpyxl.utils import get_column_letter

    book = Workbook()
    sheet: Any = book.active
    sheet.title = _title(title)
    line = Side(style="thin", color="AAB1B9")
    top = Alignment(vertical="top", wrap_text=True)
    bold = Font(bold=True)

    def put(row: int, values: Sequence[Value], font: Font | None = None, box: bool = True) -> None:
        for column, value in enumerate(values, start=1):
            cell = sheet.cell(row, column, _plain(value))
            if isinstance(value, str):
                cell.data_type = "s"  # never a formula
            cell.alignment = top
            if font is not None:
                cell.font = font
            if box:
                cell.border = Border(left=line, right=line, top=line, bottom=line)

    at = 1
    for name, value in head:
        put(at, (name, value), box=False)
        sheet.cell(at, 1).font = bold
        sheet.cell(at, 2).alignment = Alignment(vertical="top")
        at += 1
    at += 1
    put(at, header, bold)
    first = at
    for number, row in enumerate(rows, start=at + 1):
        put(number, row)
    for number, name in enumerate(header, start=1):
        sheet.column_dimensions[get_column_letter(number)].width = 9 if len(name) < 4 else 24
    sheet.freeze_panes = sheet.cell(first + 1, 1)
    sheet.print_title_rows = f"{first}:{first}"
    sheet.page_setup.orientation = "landscape"
    sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight = 1, 0
    sheet.sheet_properties.pageSetUpPr.fitToPage = True
    file = BytesIO()
    book.save(file)
    return file.getvalue()


def _csv(value: Value) -> str:
    if isinstance(value, str) and value.startswith(_RUNS):
        return f"'{value}"
    if isinstance(value, datetime):
        return value.isoformat(sep=" ", timespec="seconds")
    return "" if value is None else str(value)


def _plain(value: Value) -> str | int | float | datetime | None:
    if isinstance(value, Decimal):
        return float(value)
    if isinstance(value, datetime):
        return value.replace(tzinfo=None)  # a workbook knows no zones: times are the site's
    if isinstance(value, str):
        return "".join(c for c in value if c >= " " or c in "\t\n\r")
    return value


def _title(title: str) -> str:
    return "".join("_" if c in "[]:*?/\\" else c for c in title)[:31] or "Table"
