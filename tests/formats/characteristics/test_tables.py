"""Tables of characteristics: headers, numbers, deviations, classes, rows that are refused."""

import io
import zipfile
from contextlib import suppress
from decimal import Decimal

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from firstoff.errors import InvalidInput
from firstoff.formats.characteristics import CharacteristicFile, read_characteristics
from firstoff.formats.characteristics.columns import COLUMNS, field_of
from firstoff.formats.characteristics.draft import CharacteristicDraft
from firstoff.terms import CharacteristicClass, CharacteristicKind, GeometricSymbol, LimitForm


def table(*rows: str, mark=",") -> bytes:
    return ("\n".join(row.replace("|", mark) for row in rows) + "\n").encode()


def read(*rows: str, mark=",", **given) -> CharacteristicFile:
    return read_characteristics(table(*rows, mark=mark), name="c.csv", **given)


def only(header: str, row: str, **given) -> CharacteristicDraft:
    return read(header, row, **given).characteristics[0]


def limits(draft: CharacteristicDraft) -> tuple[str, str, str]:
    return tuple("" if n is None else f"{n:f}" for n in (draft.nominal, draft.lower, draft.upper))


# ---------------------------------------------------------------- headers


@pytest.mark.parametrize(
    ("header", "field"),
    [
        ("Balloon", "number"),
        ("5. Char No.", "number"),
        ("Merkmal-Nr.", "number"),
        ("Item", "number"),
        ("#", "number"),
        ("Description", "name"),
        ("8. Requirement", "requirement"),
        ("Specification", "requirement"),
        ("Nominal (mm)", "nominal"),
        ("Nennmaß", "nominal"),
        ("+Tol", "plus"),
        ("+ Tol.", "plus"),
        ("Upper Tolerance", "plus"),
        ("Tol (+)", "plus"),
        ("-Tol", "minus"),
        ("− Tolerance", "minus"),
        ("Tolerance", "tolerance"),
        ("Toleranz", "tolerance"),
        ("USL", "upper"),
        ("Upper", "upper"),
        ("LSL", "lower"),
        ("Min", "lower"),
        ("Units", "unit"),
        ("CC/SC", "class"),
        ("7. Characteristic Designator", "class"),
        ("GD&T", "symbol"),
        ("Feature Control Frame", "callout"),
        ("Datums", "datums"),
        ("6. Reference Location", "zone"),
        ("Gage", "gauge"),
        ("10. Designed / Qualified Tooling", "gauge"),
        ("Inspection Method", "method"),
        ("9. Results", None),
        ("Supplier", None),
    ],
)
def test_a_header_says_what_its_column_means(header, field):
    assert field_of(header) == field


def test_no_word_means_two_things():
    words = [word for column in COLUMNS for word in (column.field, *column.words, *column.weak)]
    unlike = {word: {field_of(word)} for word in words}
    wrong = [
        word
        for column in COLUMNS
        for word in (column.field, *column.words)
        if unlike[word] != {column.field}
    ]
    assert wrong == []


def test_a_strong_word_wins_over_a_weak_one():
    file = read("Item|Balloon|Name|Description|Nominal", "7|12|Bore|deep one|5", mark=";")
    assert [(c.header, c.meaning) for c in file.columns] == [
        ("Item", ""),
        ("Balloon", "number"),
        ("Name", "name"),
        ("Description", ""),
        ("Nominal", "nominal"),
    ]
    assert file.characteristics[0].number == "12"


def test_a_person_can_say_what_a_column_means():
    draft = only("Balloon|Bohrung|Nominal", "1|Bore|5", mapping={"Bohrung": "name"})
    assert draft.name == "Bore"


def test_an_unknown_field_of_a_mapping_is_refused():
    with pytest.raises(InvalidInput) as caught:
        read("Balloon|X|Nominal", "1|2|3", mapping={"X": "colour"})
    assert caught.value.code == "unknown-field"


# ---------------------------------------------------------------- limits


@pytest.mark.parametrize(
    ("header", "row", "found"),
    [
        ("Balloon|Nominal|+Tol|-Tol", "1|12.50|0.05|0.05", ("12.50", "12.45", "12.55")),
        ("Balloon|Nominal|+Tol|-Tol", "1|25|0.1|-0.2", ("25", "24.8", "25.1")),
        ("Balloon|Nominal|+Tol|-Tol", "1|20|+0.041|+0.020", ("20", "20.020", "20.041")),
        ("Balloon|Nominal|+Tol|-Tol", "1|20|-0.020|-0.041", ("20", "19.959", "19.980")),
        ("Balloon|Nominal|+Tol|-Tol", "1|20|0.1|", ("20", "20", "20.1")),
        ("Balloon|Nominal|+Tol|-Tol", "1|20|0|0", ("20", "", "")),
        ("Balloon|Nominal|Tolerance", "1|20|±0.1", ("20", "19.9", "20.1")),
        ("Balloon|Nominal|Tolerance", "1|20|0.1", ("20", "19.9", "20.1")),
        ("Balloon|Nominal|Tolerance", "1|20|+0.1/-0.2", ("20", "19.8", "20.1")),
        ("Balloon|Nominal|USL|LSL", "1|20|20.3|19.9", ("20", "19.9", "20.3")),
        ("Balloon|USL|LSL", "1|20.3|19.9", ("", "19.9", "20.3")),
        ("Balloon|Nominal|Upper|Lower", "1|100|0.1|-0.1", ("100", "99.9", "100.1")),
        ("Balloon|Requirement", "1|Ø 12.50 ±0.05", ("12.50", "12.45", "12.55")),
        ("Balloon|Nominal", "1|12.5 ±0.1", ("12.5", "12.4", "12.6")),
        ("Balloon|Nominal", "1|[25]", ("25", "", "")),
        ("Balloon|USL", "1|5 mm", ("", "", "5")),
    ],
)
def test_cells_become_limits(header, row, found):
    assert limits(only(header, row)) == found


def test_the_decimal_comma_is_read_where_another_number_shows_it():
    file = read("Balloon|Nominal|+Tol|-Tol", "1|12,50|0,05|0,05", "2|1,250|0,1|0,1", mark=";")
    assert [limits(each)[0] for each in file.characteristics] == ["12.50", "1.250"]


def test_a_comma_between_thousands_is_read_where_another_number_has_a_point():
    file = read("Balloon|Nominal|USL", '1|"1,250"|1300.5')
    assert limits(file.characteristics[0])[0] == "1250"


def test_a_comma_that_may_be_either_is_refused():
    file = read("Balloon|Nominal", '1|"1,250"', "2|5")
    assert [remark.sentence for remark in file.refused] == [
        "c.csv, row 2, column B (Nominal): found '1,250'; "
        "expected 1250 or 1.250: the comma may be either."
    ]


@pytest.mark.parametrize(
    ("text", "form"),
    [
        ("12 ±0.1", LimitForm.BILATERAL),
        ("12 +0.1/0", LimitForm.UNILATERAL),
        ("12 MAX", LimitForm.UNILATERAL),
        ("[12]", LimitForm.BASIC),
        ("(12)", LimitForm.REFERENCE),
        ("12", None),
    ],
)
def test_how_limits_are_stated_is_kept(text, form):
    assert only("Balloon|Requirement", f"1|{text}").form is form


def test_a_column_says_how_limits_are_stated():
    draft = only("Balloon|Nominal|Form", "1|25|Basic")
    assert (draft.form, draft.lower, draft.upper) == (LimitForm.BASIC, None, None)


def test_text_and_cells_that_do_not_agree_are_told_and_the_cells_are_taken():
    file = read("Balloon|Requirement|USL|LSL", "1|12 ±0.1|12.2|11.9")
    assert limits(file.characteristics[0]) == ("12", "11.9", "12.2")
    assert [(remark.row, remark.code) for remark in file.warnings] == [(2, "contradiction")]


def test_units_stand_in_cells_in_headers_or_in_the_requirement():
    units = [
        only("Balloon|Nominal|Unit", "1|5|millimeter").unit,
        only("Balloon|Nominal (in)", "1|5").unit,
        only("Balloon|Requirement", "1|60° ±1°").unit,
    ]
    assert units == ["mm", "in", "deg"]


# ---------------------------------------------------------------- callouts


def test_a_callout_in_one_cell():
    draft = only("Balloon|Requirement", "1|⌖ ⌀0.1 Ⓜ A B(M) C")
    assert (draft.symbol, draft.tolerance, draft.diametral, draft.material_condition) == (
        GeometricSymbol.POSITION,
        Decimal("0.1"),
        True,
        "M",
    )
    assert (draft.datums, draft.type, draft.kind, draft.lower, draft.upper) == (
        ("A", "B(M)", "C"),
        "position",
        CharacteristicKind.VARIABLE,
        None,
        None,
    )


def test_a_callout_in_several_cells():
    draft = only("Balloon|GD&T|Tolerance|Material Condition|Datums", "1|Position|⌀0.1|MMC|A B C")
    assert (draft.symbol, draft.tolerance, draft.diametral, draft.material_condition) == (
        GeometricSymbol.POSITION,
        Decimal("0.1"),
        True,
        "M",
    )
    assert draft.datums == ("A", "B", "C")


def test_a_basic_dimension_is_held_by_its_callout():
    draft = only("Balloon|Nominal|Feature Control Frame", "1|25|⌖ ⌀0.1 A")
    assert (draft.nominal, draft.lower, draft.upper, draft.tolerance, draft.form) == (
        Decimal(25),
        None,
        None,
        Decimal("0.1"),
        LimitForm.BASIC,
    )


def test_datums_of_callouts_are_counted():
    file = read("Balloon|Requirement", "1|⌖ 0.1 A B", "2|⟂ 0.1 A-C", "3|5 ±1")
    assert (file.counts.datums, file.datums, file.counts.types) == (
        3,
        ("A", "B", "C"),
        {"perpendicularity": 1, "position": 1, "size": 1},
    )


# ---------------------------------------------------------------- words


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Critical", CharacteristicClass.CRITICAL),
        ("CC", CharacteristicClass.CRITICAL),
        ("▽", CharacteristicClass.CRITICAL),
        ("SC", CharacteristicClass.MAJOR),
        ("KPC", CharacteristicClass.MAJOR),
        ("◆", CharacteristicClass.MAJOR),
        ("minor", CharacteristicClass.MINOR),
        ("-", None),
        ("", None),
    ],
)
def test_classes_are_words_and_customers_signs(text, found):
    assert only("Balloon|Nominal|Class", f"1|5|{text}").classification is found


def test_a_class_that_nobody_knows_is_none_and_is_told():
    file = read("Balloon|Nominal|Class", "1|5|zz")
    assert file.characteristics[0].classification is None
    assert [remark.code for remark in file.warnings] == ["class"]


def test_letters_are_classes_in_their_order():
    file = read("Balloon|Nominal|Class", "1|5|A", "2|5|B", "3|5|C")
    assert [each.classification.value for each in file.characteristics] == [
        "critical",
        "major",
        "minor",
    ]


def test_what_has_no_number_is_an_attribute():
    draft = only("Balloon|Requirement|Nominal (mm)", "1|No burrs|")
    assert (draft.kind, draft.name, draft.unit) == (CharacteristicKind.ATTRIBUTE, "No burrs", "")


def test_an_attribute_keeps_its_figures_as_a_text():
    file = read("Balloon|Requirement|Kind", "1|M6 GO/NO-GO|attribute", "2|12 ±0.1|attribute")
    assert [(each.kind.value, each.requirement, each.upper) for each in file.characteristics] == [
        ("attribute", "M6 GO/NO-GO", None),
        ("attribute", "12 ±0.1", None),
    ]


def test_everything_else_of_a_row_is_kept():
    draft = only(
        "Balloon|Name|Requirement|Zone|Gage|Method|Notes",
        "1|Hole|4X Ø6 +0.1/0|B4|CAL-07|CMM|after plating",
    )
    assert (draft.zone, draft.gauge, draft.method, draft.places, draft.notes) == (
        "B4",
        "CAL-07",
        "CMM",
        4,
        "after plating",
    )


# ---------------------------------------------------------------- rows


@pytest.mark.parametrize(
    ("row", "sentence"),
    [
        ("2|abc|||", "column B (Nominal): found 'abc'; expected a number."),
        ("|5|||", "column A (Balloon): found nothing; expected the balloon number."),
        ("1|5|||", "column A (Balloon): found '1'; "
                   "expected a number of its own; row 2 has it already."),
        ("2|||1|2", "column E (LSL): found '2'; expected a lower limit below the upper (2 to 1)."),
        ("2|5|x||", "column C (Tolerance): found 'x'; "
                    "expected a tolerance: ±0.05, 0.05 or +0.1/-0.2."),
    ],
)  # fmt: skip
def test_a_row_that_cannot_be_taken_is_refused_with_its_column(row, sentence):
    file = read("Balloon|Nominal|Tolerance|USL|LSL", "1|5|0.1||", row)
    assert len(file.characteristics) == 1
    assert [remark.sentence for remark in file.refused] == [f"c.csv, row 3, {sentence}"]


def test_deviations_without_a_nominal_are_refused():
    file = read("Balloon|Nominal|+Tol|-Tol", "1||0.1|0.1")
    assert [remark.column for remark in file.refused] == ["Nominal"]


def test_a_heading_between_rows_is_left_out_and_told():
    file = read("Balloon|Nominal", "1|5", "SHEET 2|", "2|6")
    assert [each.number for each in file.characteristics] == ["1", "2"]
    assert [remark.sentence for remark in file.warnings] == [
        "Row 3: 'SHEET 2' stands alone; left out."
    ]


def test_titles_above_the_header_are_passed_over():
    file = read("First article inspection;;", "Part;HSG-7;", "Balloon;Nominal;USL", "1;5;6")
    assert (file.header_row, file.delimiter, len(file.characteristics)) == (3, ";", 1)


@pytest.mark.parametrize(
    ("raw", "code"),
    [
        (b"", "empty-file"),
        (b"a,b\n1,2\n", "no-header"),
        (b"Balloon,Supplier\n1,x\n", "missing-column"),
        (b"Nominal,USL\n1,2\n", "missing-column"),
        (b"Balloon,Nominal\n", "no-rows"),
        (b"ISO-10303-21;\nHEADER;\n", "step"),
        (b"%PDF-1.7 ...", "not-a-table"),
        (b"\x89PNG\r\n\x1a\n0000", "not-a-table"),
        (b'Balloon,Nominal\n1,"5\n', "unbalanced-quotes"),
    ],
)
def test_a_file_that_is_none_is_refused(raw, code):
    with pytest.raises(InvalidInput) as caught:
        read_characteristics(raw, name="c.csv")
    assert caught.value.code == code


# ---------------------------------------------------------------- workbooks


ROWS = [["FAI", None, None], ["Balloon", "Nominal (mm)", "Tolerance"], [1, 12.5, 0.05],
        ["2", "[25]", None]]  # fmt: skip


def test_a_workbook_is_read_like_a_csv():
    book, held = openpyxl.Workbook(), io.BytesIO()
    for row in ROWS:
        book.active.append(row)
    book.save(held)
    file = read_characteristics(held.getvalue(), name="c.xlsx")
    assert (file.kind, file.sheet, file.header_row) == ("xlsx", "Sheet", 2)
    assert [(each.number, *limits(each)) for each in file.characteristics] == [
        ("1", "12.5", "12.45", "12.55"),
        ("2", "25", "", ""),
    ]


def test_an_opendocument_sheet_is_read_like_a_csv():
    cells = "".join(
        "<table:table-row>" + "".join(
            "<table:table-cell/>" if cell is None else
            f'<table:table-cell office:value-type="string"><text:p>{cell}</text:p>'
            "</table:table-cell>" for cell in row
        ) + "</table:table-row>" for row in ROWS
    )  # fmt: skip
    content = (
        '<?xml version="1.0" encoding="UTF-8"?><office:document-content '
        'xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" '
        'xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0" '
        'xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0"><office:body>'
        f'<office:spreadsheet><table:table table:name="FAI">{cells}</table:table>'
        "</office:spreadsheet></office:body></office:document-content>"
    )
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w") as packed:
        packed.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        packed.writestr("content.xml", content)
    file = read_characteristics(held.getvalue(), name="c.ods")
    assert (file.kind, file.sheet, len(file.characteristics)) == ("ods", "FAI", 2)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.lists(st.text(max_size=8), min_size=4, max_size=4), min_size=1, max_size=6))
def test_any_table_is_read_or_refused(rows):
    text = "Balloon\tRequirement\tTolerance\tDatums\n" + "\n".join(
        "\t".join(cell.replace("\t", " ").replace('"', "") for cell in row) for row in rows
    )
    with suppress(InvalidInput):
        file = read_characteristics(text.encode("utf-8", "replace"), name="c.csv")
        assert file.characteristics or file.refused
