"""Tables are read safely: size before content, content before name, one sentence per refusal."""

import io
import struct
import zipfile
from datetime import datetime, time
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from openpyxl import Workbook

from firstoff.errors import InvalidInput
from firstoff.formats.sources import Limits, content_of
from firstoff.formats.tables import Table, normal_header, read_table

KNOWN = {"serial": "serial", "serialno": "serial", "operator": "operator", "note": "note"}


def recognise(header: str) -> str | None:
    return KNOWN.get(normal_header(header))


def read(raw, name="log.csv", **given) -> Table:
    given.setdefault("required", ("serial",))
    return read_table(raw, recognise=recognise, name=name, **given)


def refusal(raw, name="log.csv", **given) -> str:
    with pytest.raises(InvalidInput) as caught:
        read(raw, name, **given)
    return str(caught.value)


def cells(table: Table) -> list[tuple[str, ...]]:
    return [row.cells for row in table.rows]


def workbook(fill) -> bytes:
    book = Workbook()
    fill(book)
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


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


# ---------------------------------------------------------------- workbooks


def test_a_workbook_keeps_text_and_says_which_cells_were_numbers():
    def fill(book):
        sheet = book.active
        sheet.append(("Serial", "Operator", "Note"))
        sheet.append(("007", 12345.0, True))
        sheet.append((0.1 + 0.2, datetime(2026, 3, 4, 7, 30), time(0, 11, 30)))  # noqa: DTZ001

    table = read(workbook(fill), "log.xlsx")
    assert cells(table) == [
        ("007", "12345", "TRUE"),
        ("0.3", "2026-03-04T07:30:00", "0:11:30"),
    ]
    assert [(sorted(row.numbers), sorted(row.times)) for row in table.rows] == [
        ([1], []),
        ([0], [2]),
    ]


def test_the_first_sheet_with_the_header_is_read_and_rows_keep_their_numbers():
    def fill(book):
        book.active.append(("Read me",))
        sheet = book.create_sheet("Log")
        sheet["B4"], sheet["C4"] = "Serial", "Note"
        sheet["B7"], sheet["C7"] = "A-1", "x"

    table = read(workbook(fill), "log.xlsx")
    assert (table.sheet, table.header_row, table.rows[0].number) == ("Log", 4, 7)
    assert (cells(table), table.columns[1].letter) == ([("", "A-1", "x")], "B")


def test_a_workbook_without_the_column_says_which_sheet_came_nearest():
    def fill(book):
        book.active.append(("Read me",))
        sheet = book.create_sheet("Log")
        sheet.append(("operator",))

    assert refusal(workbook(fill), "log.xlsx") == (
        "log.xlsx, sheet 'Log', row 1: no column for serial; found 'operator'. "
        "Name the column so, or map one."
    )


def test_a_formula_without_a_value_is_named_by_sheet_and_cell():
    def fill(book):
        book.active.title = "Log"
        book.active.append(("serial", "note"))
        book.active.append(("A-1", "=1+1"))

    assert refusal(workbook(fill), "log.xlsx") == (
        "log.xlsx, sheet 'Log', cell B2: a formula without a stored value. "
        "Copy the cells and paste them as values."
    )


def with_cell(raw: bytes, old: str, new: str) -> bytes:
    """The workbook with a piece of its first sheet replaced."""
    file = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(raw)) as source, zipfile.ZipFile(file, "w") as target:
        for entry in source.infolist():
            data = source.read(entry)
            if entry.filename == "xl/worksheets/sheet1.xml":
                assert old.encode() in data
                data = data.replace(old.encode(), new.encode())
            target.writestr(entry.filename, data)
    return file.getvalue()


def test_a_formula_with_a_stored_value_is_taken_and_told():
    def fill(book):
        book.active.title = "Log"
        book.active.append(("serial", "note"))
        book.active.append(("A-1", "=1+1"))

    raw = with_cell(workbook(fill), "<f>1+1</f><v />", "<f>1+1</f><v>2</v>")
    table = read(raw, "log.xlsx")
    assert cells(table) == [("A-1", "2")]
    assert table.warnings == (
        "Sheet 'Log': 1 cell is a formula, the first in B2; the values stored with them were "
        "taken.",
    )


def test_a_formula_outside_the_known_columns_does_no_harm():
    def fill(book):
        book.active.append(("serial", "total"))
        book.active.append(("A-1", "=1+1"))

    assert cells(read(workbook(fill), "log.xlsx")) == [("A-1",)]


@pytest.mark.parametrize(
    ("area", "refused"), [("A2:A3", True), ("A1:B1", True), ("D2:D3", False), ("A5:A6", True)]
)
def test_merged_cells_of_the_table_are_refused_by_their_range(area, refused):
    def fill(book):
        sheet = book.active
        sheet.title = "Log"
        for row in (("serial", "note", "x", "y"), ("A", "1", "", "p"), ("B", "2", "", "q")):
            sheet.append(row)
        sheet["A5"] = "C"
        sheet.merge_cells(area)

    raw = workbook(fill)
    if refused:
        assert refusal(raw, "log.xlsx") == (
            f"log.xlsx, sheet 'Log': cells {area} are merged; expected one value in each cell. "
            "Unmerge them and fill every row."
        )
    else:
        assert [row[0] for row in cells(read(raw, "log.xlsx"))] == ["A", "B", "C"]


def test_a_merged_title_above_the_header_does_no_harm():
    def fill(book):
        book.active["A1"] = "Pilot run"
        book.active.merge_cells("A1:C1")
        book.active["A2"], book.active["A3"] = "serial", "A"

    assert cells(read(workbook(fill), "log.xlsx")) == [("A",)]


# ---------------------------------------------------------------- archives that mean harm


def archive(entries: dict[str, bytes]) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as target:
        for name, data in entries.items():
            target.writestr(name, data)
    return file.getvalue()


def test_a_zip_bomb_is_refused_by_its_index():
    raw = archive({"xl/workbook.xml": b"<x/>", "xl/worksheets/sheet1.xml": b"0" * 30_000_000})
    assert len(raw) < 40_000
    assert refusal(raw, "log.xlsx").startswith("log.xlsx would unpack to 30\u00a0MB from ")
    assert refusal(raw, "log.xlsx", limits=Limits(unpacked_bytes=1_000_000)) == (
        "log.xlsx would unpack to 30\u00a0MB: that is no workbook a person filled in. "
        "Save the table as CSV."
    )


def test_an_index_that_lies_about_a_size_is_refused():
    raw = archive({"xl/workbook.xml": b"<x/>", "xl/worksheets/sheet1.xml": b"0" * 3_000_000})
    lying = raw.replace(struct.pack("<I", 3_000_000), struct.pack("<I", 300))
    assert refusal(lying, "log.xlsx").startswith("log.xlsx is a damaged workbook.")


def test_too_many_entries_paths_outside_and_passwords_are_refused():
    many = archive({f"f{number}": b"" for number in range(20)})
    assert refusal(many, "log.xlsx", limits=Limits(zip_entries=10)).startswith(
        "log.xlsx holds 20 files"
    )
    for name in ("../evil.xml", "/etc/passwd", "a/../../b", "C:/x"):
        assert "which points outside it." in refusal(archive({name: b"x"}), "log.xlsx")
    locked = bytearray(archive({"xl/workbook.xml": b"<x/>"}))
    locked[locked.index(b"PK\x01\x02") + 8] |= 1
    assert refusal(bytes(locked), "log.xlsx") == (
        "log.xlsx is locked by a password. Save it without one."
    )


def test_a_zip_that_is_no_workbook_is_named():
    assert refusal(archive({"a.txt": b"x"}), "log.csv") == (
        "log.csv is a ZIP archive; expected a table as CSV, XLSX or ODS. "
        "Save the table as .xlsx or CSV."
    )


def test_two_cells_in_far_corners_do_not_cost_gigabytes():
    raw = workbook(lambda book: book.active.append(("serial", "note")))
    far = with_cell(
        raw,
        "</sheetData>",
        '<row r="1048576"><c r="XFD1048576"><v>1</v></c></row></sheetData>',
    )
    assert refusal(far, "log.xlsx") == (
        "log.xlsx, sheet 'Sheet', row 1048576: 16,384 columns; at most 200 can be imported."
    )
    low = with_cell(
        raw, "</sheetData>", '<row r="1048576"><c r="GA1048576"><v>1</v></c></row></sheetData>'
    )
    assert refusal(low, "log.xlsx") == (
        "log.xlsx, sheet 'Sheet': 191,889,408 cells; at most 5,000,000 can be imported. "
        "Keep the filled rows and columns together, or split the file."
    )


def test_xml_entities_are_refused():
    raw = workbook(lambda book: book.active.append(("serial", "note")))
    laughing = with_cell(raw, "<worksheet", '<!DOCTYPE x [<!ENTITY a "ha">]><worksheet')
    assert refusal(laughing, "log.xlsx") == (
        "log.xlsx declares XML entities, which no spreadsheet program writes."
    )


ODS_HEAD = (
    '<office:document-content xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0"'
    ' xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0"'
    ' xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0">'
    '<office:body><office:spreadsheet><table:table table:name="Log">'
)
ODS_TAIL = "</table:table></office:spreadsheet></office:body></office:document-content>"


def ods(rows: str) -> bytes:
    return archive(
        {
            "mimetype": b"application/vnd.oasis.opendocument.spreadsheet",
            "META-INF/manifest.xml": (
                b'<manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:'
                b'manifest:1.0"><manifest:file-entry manifest:full-path="/" '
                b'manifest:media-type="application/vnd.oasis.opendocument.spreadsheet"/>'
                b"</manifest:manifest>"
            ),
            "content.xml": (ODS_HEAD + rows + ODS_TAIL).encode(),
        }
    )


def ods_row(*texts: str, repeat: int = 1) -> str:
    inner = "".join(
        f'<table:table-cell office:value-type="string"><text:p>{text}</text:p></table:table-cell>'
        for text in texts
    )
    return f'<table:table-row table:number-rows-repeated="{repeat}">{inner}</table:table-row>'


def test_an_open_document_sheet_is_read():
    table = read(ods(ods_row("serial", "note") + ods_row("007", "x")), "log.ods")
    assert (table.kind, table.sheet, cells(table)) == ("ods", "Log", [("007", "x")])


def test_an_open_document_row_repeated_a_million_times_is_refused():
    rows = ods_row("serial", "note") + ods_row("A", "x", repeat=9_000_000)
    assert refusal(ods(rows), "log.ods").startswith(
        "log.ods, sheet 'Log': 18,000,002 cells; at most 5,000,000 can be imported."
    )


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


XLSX = workbook(
    lambda book: [book.active.append(row) for row in (("serial", "note"), ("A", 1), ("B", "y"))]
)


@given(st.integers(0, len(XLSX) - 1), st.binary(min_size=1, max_size=4), st.booleans())
@settings(
    max_examples=60, deadline=None, database=None,
    suppress_health_check=[HealthCheck.too_slow],
)  # fmt: skip
def test_a_damaged_workbook_is_a_table_or_one_sentence(place, patch, cut):
    raw = XLSX[:place] if cut else XLSX[:place] + patch + XLSX[place + len(patch) :]
    assert sentence_or_none(raw).startswith("x")


@given(st.text(alphabet='serial,;\t|"\n\r=<{é\x00 1', max_size=200))
@settings(max_examples=100, deadline=None, database=None)
def test_any_text_is_a_table_or_one_sentence(text):
    assert sentence_or_none(("serial,note\n" + text).encode()).startswith("x")


def test_content_wins_over_the_name():
    heads = (b"PK\x03\x04..", b"serial;note", b"[1]", "serial".encode("utf-16"), b"MZ\x90\0")
    assert [content_of(head) for head in heads] == ["zip", "text", "json", "text", "program"]
