"""A list of lots as a table."""

from datetime import date
from io import BytesIO

import pytest

from firstoff.errors import InvalidInput
from firstoff.formats.exports import xlsx
from firstoff.formats.receipts import COLUMNS, ReceiptRow, read_receipts, template


def rows(text: str) -> tuple[ReceiptRow, ...]:
    return read_receipts(text.encode(), name="lots.csv").rows


def test_headers_are_known_by_other_words_and_any_delimiter() -> None:
    (row,) = rows("Part Number;Reel ID;Qty;Vendor;DC;Mfr Part\nGLZ;R-1;0,5;M;2231;GRM\n")
    assert (row.part, row.lot, row.supplier, row.date_code, row.mpn) == (
        "GLZ",
        "R-1",
        "M",
        "2231",
        "GRM",
    )
    assert "quantity is '0,5'" in row.problem


def test_without_a_code_of_its_own_a_lot_is_called_as_the_supplier_calls_it() -> None:
    (row,) = rows("part,quantity,supplier_lot,expires\nGLZ,5,L1,2027-01-31\n")
    assert (row.lot, row.supplier_lot, row.expires, row.problem) == (
        "L1",
        "L1",
        date(2027, 1, 31),
        "",
    )


@pytest.mark.parametrize(
    ("line", "said"),
    [
        (",R-1,5,", "names no part and no MPN"),
        ("GLZ,,5,", "names no lot"),
        ("GLZ,R-1,,", "has no quantity"),
        ("GLZ,R-1,-5,", "expected above 0"),
        ("GLZ,R-1,1e3,", "expected a plain number"),
        ("GLZ,R-1,0.0000001,", "at most 6 places"),
        ("GLZ,R-1,5,31.12.2026", "expected a date such as"),
    ],
)
def test_a_row_that_cannot_be_taken_says_why_and_the_others_come(line: str, said: str) -> None:
    first, second = rows(f"part,lot,quantity,expires\n{line}\nGLZ,R-2,5,\n")
    assert (said in first.problem, second.problem) == (True, "")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("part,lot\nGLZ,R-1\n", "quantity"),
        ("quantity,lot\n5,R-1\n", "neither a column part nor a column mpn"),
        ("quantity,part\n5,GLZ\n", "neither a column lot nor a column supplier_lot"),
    ],
)
def test_a_list_without_its_columns_is_refused(text: str, said: str) -> None:
    with pytest.raises(InvalidInput, match=said):
        read_receipts(text.encode(), name="lots.csv")


def test_a_workbook_is_read_as_well() -> None:
    content = xlsx("Lots", ["part", "lot", "quantity"], [["GLZ", "007", "4000"]])
    (row,) = read_receipts(BytesIO(content), name="lots.xlsx").rows
    assert (row.lot, row.quantity, row.problem) == ("007", "4000", "")


def test_the_template_has_every_column() -> None:
    first = template().decode("utf-8-sig").splitlines()[0]
    assert first.split(",") == list(COLUMNS)
