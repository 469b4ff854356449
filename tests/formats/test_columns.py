import io

import openpyxl
import pytest

from firstoff.errors import InvalidInput, Unavailable
from firstoff.formats.columns import read_columns


def _workbook(rows: list[list[object]]) -> bytes:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    for row in rows:
        sheet.append(row)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def test_a_bare_column_needs_no_header() -> None:
    assert read_columns("a.csv", b"1\n2.5\n-3e2\n").column().numbers() == [1.0, 2.5, -300.0]


def test_the_only_column_of_numbers_is_taken() -> None:
    table = read_columns("a.csv", b"\xef\xbb\xbfserial,gap\nFO-1,0.4\n\nFO-2,0.5\n")
    assert table.column().numbers() == [0.4, 0.5]
    assert table.column().rows == (2, 4)


def test_semicolons_bring_decimal_commas() -> None:
    assert read_columns("a.csv", b"a;b\n0,4;x\n1,5;y\n").column("a").numbers() == [0.4, 1.5]


def test_a_workbook_is_read_like_csv() -> None:
    table = read_columns("a.xlsx", _workbook([["serial", "gap"], ["FO-1", 0.4], ["FO-2", 0.5]]))
    assert (table.column("gap").numbers(), table.column("1").words()) == (
        [0.4, 0.5],
        ["FO-1", "FO-2"],
    )


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (b"gap\n0.4\nx\n", "a.csv, row 3, column gap: found 'x'; expected a number."),
        (
            b"gap,b\n0.4,1\n,2\n",
            "a.csv, row 3, column gap: found an empty cell; expected a number.",
        ),
        (b"gap\nnan\n", "a.csv, row 2, column gap: found 'nan'; expected a number."),
        (b"gap\n1_000\n", "a.csv, row 2, column gap: found '1_000'; expected a number."),
        (b"", "a.csv is empty; expected a column of numbers."),
        (b"gap\n", "a.csv has a header and no rows."),
        (b"\xff\xfe\x00", "a.csv, byte 0: not UTF-8 text; save the file as CSV in UTF-8."),
        (b"a,b\n1,2\n", "a.csv has no column gap; it has a, b."),
    ],
)
def test_what_is_no_column_of_numbers_is_named(data: bytes, sentence: str) -> None:
    with pytest.raises(InvalidInput) as refusal:
        read_columns("a.csv", data).column("gap").numbers()
    assert refusal.value.message == sentence


def test_two_columns_of_numbers_need_a_name() -> None:
    with pytest.raises(InvalidInput, match="has the columns a, b; say which one to take"):
        read_columns("a.csv", b"a,b\n1,2\n").column()


def test_parquet_is_read_and_a_gap_named_by_row_and_column() -> None:
    arrow = pytest.importorskip("pyarrow", reason="pyarrow is the extra `parquet`")
    parquet = pytest.importorskip("pyarrow.parquet")
    sink = arrow.BufferOutputStream()
    parquet.write_table(arrow.table({"unit": ["A", "B"], "gap": [0.42, None]}), sink)
    table = read_columns("a.parquet", sink.getvalue().to_pybytes())
    assert table.column("unit").words() == ["A", "B"]
    with pytest.raises(InvalidInput, match=r"row 2, column gap: found an empty cell"):
        table.column("gap").numbers()


@pytest.mark.slow
def test_parquet_without_pyarrow_says_what_to_install() -> None:
    try:
        import pyarrow  # type: ignore[import-not-found]  # noqa: F401
    except ImportError:
        with pytest.raises(Unavailable, match="Install pyarrow"):
            read_columns("a.parquet", b"PAR1")
    else:
        with pytest.raises(InvalidInput):
            read_columns("a.parquet", b"PAR1")
