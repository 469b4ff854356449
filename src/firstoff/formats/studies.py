"""The values of a study out of a file or a paste: one a line, or one column with a header."""

from decimal import Decimal

from firstoff.errors import InvalidInput
from firstoff.formats.columns import Column, read_columns

LARGEST = 1_000_000  # bytes: ten thousand values of any length that means something


def read_values(source: str, data: bytes) -> tuple[Decimal, ...]:
    """The values in their order, exactly as they are written.

    Text in UTF-8 or a workbook. A decimal comma is one where semicolons or tabs part the columns;
    elsewhere a comma parts two values. Empty lines are passed over. Raises InvalidInput that names
    ``source`` and the row, from 1 and with the header.
    """
    if len(data) > LARGEST:
        raise InvalidInput(
            f"{source} has more than {LARGEST:,} bytes; expected a column of numbers.",
            source=source,
        )
    if data[:4] == b"PAR1":
        raise InvalidInput(f"{source} is Parquet; expected text, CSV or XLSX.", source=source)
    columns = read_columns(source, data).columns
    if len(columns) != 1:
        raise _several(source, columns)
    (column,) = columns
    if column.name != "1" and not column.name[0].isalpha():
        # What reads as a header is more likely a value with a slip in it: 12.0O1, or 12.01 mm.
        raise InvalidInput(
            f"{source}, row 1: found {column.name!r}; expected a number, or a header that begins "
            "with a letter.",
            source=source,
            row=1,
        )
    return tuple(column.decimals())


def _several(source: str, columns: tuple[Column, ...]) -> InvalidInput:
    cells = zip(columns[1].rows, columns[1].cells, strict=True)
    row = next((row for row, cell in cells if str(cell or "").strip()), 1)
    return InvalidInput(
        f"{source}, row {row}: found {len(columns)} columns; expected one value a line, with a "
        "decimal point.",
        way_out="A decimal comma is understood where a semicolon ends each value.",
        source=source,
        row=row,
    )
