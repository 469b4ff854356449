"""Workbooks are read cell by cell, and what means harm is refused before it is unpacked."""

import io
import struct
import zipfile
from datetime import date, datetime, time, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from firstoff.errors import InvalidInput
from firstoff.formats.sources import Limits
from tests.formats.reading import cells, read, refusal, workbook

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
    table = read(low, "log.xlsx")
    assert (len(table.rows), table.rows[0].number, table.rows[0].cells[182]) == (1, 1048576, "1")


@pytest.mark.parametrize("reference", ["A0", "A9", "AAAA1", "1A", "A99999999", "", "a1"])
def test_a_cell_reference_that_points_elsewhere_is_damage(reference):
    raw = workbook(lambda book: book.active.append(("serial", "note")))
    assert refusal(with_cell(raw, 'r="B1"', f'r="{reference}"'), "log.xlsx").startswith(
        "log.xlsx is a damaged workbook."
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


def test_open_document_values_are_read_by_their_type():
    cells_ = (
        '<table:table-cell office:value-type="float" office:value="12345"/>'
        '<table:table-cell office:value-type="date" office:date-value="2026-03-04T07:30:00"/>'
        '<table:table-cell office:value-type="time" office:time-value="PT00H11M30S"/>'
        '<table:table-cell office:value-type="string"><office:annotation><text:p>seen</text:p>'
        '</office:annotation><text:p>a<text:s text:c="2"/><text:span>b</text:span></text:p>'
        "<text:p>c</text:p></table:table-cell>"
    )
    rows = ods_row("serial", "operator", "note", "x") + (
        f'<table:table-row table:number-rows-repeated="2"/><table:table-row>{cells_}'
        "</table:table-row>"
    )
    row = read(ods(rows), "log.ods").rows[0]
    assert (row.number, row.cells, row.numbers, row.times) == (
        4,
        ("12345", "2026-03-04T07:30:00", "0:11:30", "a  b\nc"),
        {0},
        {2},
    )


def test_open_document_merges_and_repeated_cells_are_seen():
    merged = (
        '<table:table-row><table:table-cell table:number-rows-spanned="2" '
        'office:value-type="string"><text:p>A</text:p></table:table-cell></table:table-row>'
    )
    assert refusal(ods(ods_row("serial") + merged), "log.ods").startswith(
        "log.ods, sheet 'Log': cells A2:A3 are merged;"
    )
    wide = (
        '<table:table-row><table:table-cell table:number-columns-repeated="16384" '
        'office:value-type="string"><text:p>A</text:p></table:table-cell></table:table-row>'
    )
    assert refusal(ods(ods_row("serial") + wide), "log.ods") == (
        "log.ods, sheet 'Log', row 2: 201 columns; at most 200 can be imported."
    )


def test_an_open_document_row_repeated_a_million_times_is_refused():
    rows = ods_row("serial", "note") + ods_row("A", "x", repeat=9_000_000)
    assert refusal(ods(rows), "log.ods") == (
        "log.ods, sheet 'Log': 18,000,002 cells; at most 5,000,000 can be imported. Split it."
    )
    rows = ods_row("serial") + ods_row("A", repeat=200_000)
    assert refusal(ods(rows), "log.ods") == "log.ods has more than 100,000 rows. Split it."


def with_shared_strings(raw: bytes, strings: bytes) -> bytes:
    """The workbook with a part of shared strings, as Excel writes it and openpyxl does not."""
    file = io.BytesIO()
    link = b'<Relationship Id="s" Type="x/sharedStrings" Target="/xl/sharedStrings.xml"/>'
    with zipfile.ZipFile(io.BytesIO(raw)) as source, zipfile.ZipFile(file, "w") as target:
        for entry in source.infolist():
            data = source.read(entry)
            if entry.filename == "xl/_rels/workbook.xml.rels":
                data = data.replace(b"</Relationships>", link + b"</Relationships>")
            if entry.filename != "xl/sharedStrings.xml":
                target.writestr(entry.filename, data)
        target.writestr("xl/sharedStrings.xml", strings)
    return file.getvalue()


def test_shared_strings_are_joined_without_their_phonetic_readings():
    raw = workbook(lambda book: book.active.append(("serial", "note")))
    raw = with_cell(raw, "</sheetData>", '<row><c t="s"><v>1</v></c></row></sheetData>')
    strings = (
        '<sst><si><t>x</t></si><si><r><t>東</t></r><r><t xml:space="preserve"> 1</t></r>'
        "<rPh><t>higashi</t></rPh></si></sst>"
    )
    assert cells(read(with_shared_strings(raw, strings.encode()), "log.xlsx")) == [("東 1",)]


def test_a_shared_string_that_is_not_there_is_damage():
    raw = workbook(lambda book: book.active.append(("serial", "note")))
    raw = with_cell(raw, "</sheetData>", '<row><c t="s"><v>99</v></c></row></sheetData>')
    assert refusal(raw, "log.xlsx").startswith("log.xlsx is a damaged workbook.")


def test_a_date_without_a_clock_has_no_time_of_day():
    def fill(book):
        book.active.append(("serial", "note"))
        book.active.append((date(2026, 3, 4), timedelta(hours=30)))

    assert cells(read(workbook(fill), "log.xlsx")) == [("2026-03-04", "30:00:00")]


# ---------------------------------------------------------------- whatever comes


def sentence_or_none(raw: bytes) -> str:
    """The refusal of a file named x, or x when it is read."""
    try:
        return read(raw, "x").name
    except InvalidInput as error:
        return error.message


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
