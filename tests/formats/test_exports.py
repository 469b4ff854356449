"""Tables handed out: what a spreadsheet opens, with nothing in them that runs."""

import csv
import io
from datetime import UTC, datetime
from decimal import Decimal

from openpyxl import load_workbook

from firstoff.formats.exports import csv_stream, xlsx

AT = datetime(2026, 5, 8, 9, 30, tzinfo=UTC)
ROWS = [
    ("007", 1, AT, Decimal("5.5"), None),
    ("=1+1", 2, AT, Decimal(0), 'says "hi", then\nleaves'),
    ("@SUM(A1)", -3, AT, 1.25, "é_Ω"),
]
HEAD = ("serial", "order", "at", "minutes", "note")


def rows_of(parts: list[bytes]) -> list[list[str]]:
    return list(csv.reader(io.StringIO(b"".join(parts).decode("utf-8-sig"), newline="")))


def test_a_csv_reads_back_as_written_and_holds_no_formula() -> None:
    assert rows_of(list(csv_stream(HEAD, ROWS))) == [
        list(HEAD),
        ["007", "1", "2026-05-08 09:30:00+00:00", "5.5", ""],
        ["'=1+1", "2", "2026-05-08 09:30:00+00:00", "0", 'says "hi", then\nleaves'],
        ["'@SUM(A1)", "-3", "2026-05-08 09:30:00+00:00", "1.25", "é_Ω"],
    ]


def test_a_long_table_comes_in_pieces() -> None:
    parts = list(csv_stream(("n",), ([n] for n in range(1200))))
    assert (len(parts) > 3, len(rows_of(parts))) == (True, 1201)


def test_a_workbook_keeps_texts_as_texts() -> None:
    book = load_workbook(io.BytesIO(xlsx("Units of A/B: [1]", HEAD, ROWS)))
    sheet = book.active
    assert sheet is not None
    assert (sheet.title, sheet.freeze_panes) == ("Units of A_B_ _1_", "B2")
    assert [c.value for c in sheet["A"]] == ["serial", "007", "=1+1", "@SUM(A1)"]
    assert {c.data_type for c in sheet["A"]} == {"s"}
    assert [c.value for c in sheet["D"]][1:] == [5.5, 0, 1.25]
    assert sheet["C2"].value == datetime(2026, 5, 8, 9, 30)  # noqa: DTZ001 - a sheet has no zone
