"""Tables are read safely: size before content, content before name, one sentence per refusal."""

import io
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from firstoff.errors import InvalidInput
from firstoff.formats.sources import Limits, content_of
from tests.formats.reading import cells, read, refusal, workbook

# ---------------------------------------------------------------- CSV


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_the_delimiter_is_found_by_the_headers(delimiter):
    text = f"Serial No{delimiter}Operator\nA-1{delimiter}m.hall\n"
    table = read(text.encode())
    assert (table.delimiter, cells(table)) == (delimiter, [("A-1", "m.hall")])


@pytest.mark.parametrize(
    ("encoding", "found"),
    [
        ("utf-8", "utf-8"),
        ("utf-8-sig", "utf-8-sig"),
        ("utf-16", "utf-16"),
        ("cp1252", "cp1252"),
    ],
)
def test_the_encoding_is_found(encoding, found):
    table = read("serial;note\nCTR-1;Prüfung 5 µm\n".encode(encoding))
    assert (table.encoding, cells(table)) == (found, [("CTR-1", "Prüfung 5 µm")])


def test_cp1252_of_even_length_is_not_taken_for_utf_16():
    raw = "serial;note\nCTR-1;5 µm".encode("cp1252")
    raw += b"" if len(raw) % 2 == 0 else b"\n"
    assert read(raw).encoding == "cp1252"


def test_utf_16_without_its_mark_is_refused():
    assert refusal("serial,note\nA,B\n".encode("utf-16-le")) == (
        "log.csv is not a text; expected a table as CSV, XLSX or ODS."
    )


def test_a_byte_that_is_in_no_encoding_is_named_by_its_line():
    assert refusal(b"serial\nA\n\x81\x8d\xff\n") == (
        "log.csv, line 3: the text is neither UTF-8 nor Windows-1252. Save it as UTF-8."
    )


def test_the_header_may_stand_below_titles_and_blank_rows():
    table = read(b"Pilot run 7;\n;;\n\nOperator;Serial\nm.hall;A-1\n\n")
    assert (table.header_row, cells(table), table.rows[0].number) == (4, [("m.hall", "A-1")], 5)


def test_excels_own_sep_line_is_no_row():
    table = read(b"sep=;\r\nserial;note\r\nA-1;a,b\r\n")
    assert (table.delimiter, cells(table)) == (";", [("A-1", "a,b")])


def test_quotes_hold_delimiters_quotes_and_lines():
    table = read(b'serial,note\n"A ""1""","first\nsecond, third"\nB,x')
    assert cells(table) == [('A "1"', "first\nsecond, third"), ("B", "x")]
    assert [row.number for row in table.rows] == [2, 4]


def test_a_line_separator_inside_a_cell_does_not_end_the_row():
    assert cells(read("serial,note\nA,x\u2028y\x85z\n".encode())) == [("A", "x\u2028y\x85z")]


def test_the_header_repeated_further_down_is_skipped_and_told():
    table = read(b"serial,note\nA,1\nSerial,Note\nserial,note\nB,2\n")
    assert cells(table) == [("A", "1"), ("Serial", "Note"), ("B", "2")]
    assert table.warnings == ("log.csv, row 4: the header again; skipped.",)


def test_an_open_quote_is_named_by_its_row():
    assert refusal(b'serial,note\nA,x\nB,"open\nC,y\n') == (
        "log.csv, row 3: a quote is opened and not closed, or closed inside a cell. "
        'Write a quote inside a quoted cell twice: "3"" pipe".'
    )


def test_a_nul_byte_is_named_by_its_cell():
    assert refusal(b"serial,note\n" + b"A,fine and long enough\n" * 9 + b"B,x\0y\n") == (
        "log.csv, row 11, column B: a NUL byte; expected text. Save the file as CSV (UTF-8) again."
    )


def test_a_missing_column_is_named_with_those_that_are_there():
    assert refusal(b"operator,note\nm.hall,x\n") == (
        "log.csv, row 1: no column for serial; found 'operator', 'note'. "
        "Name the column so, or map one."
    )


def test_two_columns_for_one_field_are_refused():
    assert refusal(b"serial,serial no\nA,B\n") == (
        "log.csv, row 1: columns A ('serial') and B ('serial no') both mean serial; "
        "expected one. Rename or map one of them."
    )


def test_no_header_and_no_rows_are_refused():
    assert refusal(b"1,2\n3,4\n") == (
        "log.csv: no header row found; the first row is '1', '2'. "
        "Expected a row of column names with serial among them."
    )
    assert refusal(b"serial,note\n\n") == "log.csv: no row below the header in row 1."
    assert refusal(b"") == "log.csv is empty."
    assert refusal(b"\n\n \n") == (
        "log.csv: no header row found. Expected a row of column names with serial among them."
    )


@pytest.mark.parametrize(
    ("head", "word"),
    [
        (b"%PDF-1.7\n", "a PDF"),
        (b"<!DOCTYPE html><html>", "a web page (HTML)"),
        (b"<?xml version='1.0'?><a/>", "an XML file"),
        (b'{"dut_id": "x"}', "a JSON file"),
        (b"\x89PNG\r\n\x1a\n", "an image"),
        (b"\x00\x01\x02\x03\x04" * 50, "not a text"),
    ],
)
def test_what_is_no_table_is_named_by_its_content(head, word):
    assert refusal(head, "log.xlsx") == (
        f"log.xlsx is {word}; expected a table as CSV, XLSX or ODS."
    )


def test_an_old_workbook_is_sent_back_to_be_saved_anew():
    assert refusal(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, "log.xls") == (
        "log.xls is an old Office file (.xls, .doc) or one locked by a password; "
        "expected a table as CSV, XLSX or ODS. Save the table as .xlsx or CSV."
    )


def test_a_csv_named_xlsx_and_a_workbook_named_csv_are_read_by_content():
    assert read(b"serial\nA\n", "log.xlsx").warnings == (
        "log.xlsx is a CSV in content; read as such.",
    )
    raw = workbook(lambda book: [book.active.append(row) for row in (("serial",), ("A",))])
    table = read(raw, "log.csv")
    assert (table.kind, table.warnings) == ("xlsx", ("log.csv is XLSX in content; read as such.",))


# ---------------------------------------------------------------- limits


def test_a_file_of_300_mb_is_refused_by_its_size_alone(tmp_path: Path):
    path = tmp_path / "log.csv"
    with path.open("wb") as file:
        file.truncate(300_000_000)  # sparse: takes no room
    assert refusal(path, "") == (
        "log.csv has 300\u00a0MB; at most 50\u00a0MB can be imported in one file. Split it."
    )


class Endless(io.RawIOBase):
    """A stream without size or end, as an upload may be."""

    taken = 0

    def readable(self):
        return True

    def readinto(self, buffer):
        self.taken += len(buffer)
        buffer[:] = b"x" * len(buffer)
        return len(buffer)


def test_a_stream_without_end_is_refused_at_the_limit():
    stream = Endless()
    message = refusal(stream, "log.csv", limits=Limits(file_bytes=100_000))
    assert message.startswith("log.csv has 100,001\u00a0bytes; at most 100,000\u00a0bytes")
    assert stream.taken <= 200_000


@pytest.mark.parametrize(
    ("raw", "limits", "expected"),
    [
        (b"serial\nA\nB\nC\n", Limits(rows=2), "log.csv has more than 2 rows. Split it."),
        (
            b"serial,a,b,c\nA,1,2,3\n",
            Limits(columns=3),
            "log.csv, row 1: 4 columns; at most 3 can be imported.",
        ),
        (
            b"serial,note\nA," + b"x" * 20,
            Limits(cell_length=10),
            "log.csv, row 2, column B: 20 characters; a cell holds at most 10. "
            "A quote may be open.",
        ),
    ],
)
def test_each_limit_has_its_sentence(raw, limits, expected):
    assert refusal(raw, limits=limits) == expected


def test_a_missing_file_and_a_folder_cannot_be_read(tmp_path: Path):
    assert refusal(tmp_path / "no.csv", "") == "no.csv cannot be read: No such file or directory."
    assert refusal(tmp_path, "").endswith("cannot be read: Is a directory.")


# ---------------------------------------------------------------- whatever comes


def sentence_or_none(raw: bytes) -> str:
    """The refusal of a file named x, or x when it is read."""
    try:
        return read(raw, "x").name
    except InvalidInput as error:
        return error.message


@given(st.binary(max_size=600))
@settings(max_examples=60, deadline=None, database=None)
def test_random_bytes_are_a_table_or_one_sentence(raw):
    assert sentence_or_none(raw).startswith("x")


@given(st.text(alphabet='serial,;\t|"\n\r=<{é\x00 1', max_size=200))
@settings(max_examples=100, deadline=None, database=None)
def test_any_text_is_a_table_or_one_sentence(text):
    assert sentence_or_none(("serial,note\n" + text).encode()).startswith("x")


def test_content_wins_over_the_name():
    heads = (b"PK\x03\x04..", b"serial;note", b"[1]", "serial".encode("utf-16"), b"MZ\x90\0")
    assert [content_of(head) for head in heads] == ["zip", "text", "json", "text", "program"]
