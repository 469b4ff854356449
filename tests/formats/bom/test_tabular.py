"""Tables as bills of materials: headers that are not on top, sections, footers, alternates
below their line, what is not fitted, contradictions."""

import io
from decimal import Decimal

import pytest
from openpyxl import Workbook

from firstoff.formats.bom import read_bom
from firstoff.rules.bom.draft import counts
from tests.formats.bom.tables import (
    codes,
    csv,
    lines,
    only,
    refusal,
    said,
    table,
    workbook,
)

# ---------------------------------------------------------------- what it is kept in


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_the_delimiter_is_found(delimiter):
    text = delimiter.join(("Designator", "Qty", "MPN")) + "\n"
    file = read_bom((text + delimiter.join(("R1", "1", "AB-1")) + "\n").encode(), name="b.csv")
    assert (file.delimiter, len(file.lines)) == (delimiter, 1)


@pytest.mark.parametrize(
    ("encoding", "found"),
    [("utf-8", "utf-8"), ("utf-8-sig", "utf-8-sig"), ("utf-16", "utf-16"), ("cp1252", "cp1252")],
)
def test_the_encoding_is_found(encoding, found):
    file = read_bom(csv("Designator;Value", "C1;4,7µF", encoding=encoding), name="b.csv")
    assert (file.encoding, file.lines[0].value) == (found, "4,7µF")


def test_cp1252_is_never_taken_for_utf_16():
    raw = csv("Designator;Value", "C1;4µF", encoding="cp1252")
    assert read_bom(raw if len(raw) % 2 == 0 else raw + b"\n").encoding == "cp1252"


def test_chinese_text_is_found_by_its_pairs():
    raw = csv("位号,数量,型号,备注", "R1,1,RC0603FR-0710KL,厚声电阻", encoding="gb18030")
    file = read_bom(raw, name="b.csv")
    assert (file.encoding, file.lines[0].notes) == ("gb18030", "厚声电阻")


def test_accents_are_no_chinese():
    raw = csv("Designator;Value;Description", "C1;4µF;é à ö ü ß ± ° µ Ä Ö Ü", encoding="cp1252")
    assert read_bom(raw).encoding == "cp1252"


def test_no_newline_at_the_end_and_crlf():
    raw = b"Ref,Qty\r\nR1,1\r\nR2,1"
    assert len(read_bom(raw).lines) == 2


def test_a_title_stands_above_the_header():
    file = table("Bill of materials of the lamp,,", ",,", "Qty,Part,Value", "1,R1,10k", "1,R2,1k")
    assert (file.header_row, len(file.lines)) == (3, 2)


def test_the_row_with_the_best_score_is_the_header():
    file = table(
        "Name,Lamp,Revision,B", "Date,2026-01-01,,", "Ref,Qty,MPN,Value", "R1,1,AB-12345,10k"
    )
    assert (file.header_row, [line.designators for line in file.lines]) == (3, [("R1",)])


def test_fixed_width_is_cut_where_the_words_begin():
    file = read_bom(
        b"Part Value    Device Package\nR1   10k 1%   R_0603 0603\nC12  1n/50V   C_0402 0402\n"
        b"IC1  MIC803          SC70-3\n",
        name="bom.txt",
    )
    assert (file.kind, file.delimiter, file.header_row) == ("eagle", "fixed", 1)
    assert [(line.designators[0], line.value, line.package) for line in file.lines] == [
        ("R1", "10k 1%", "0603"),
        ("C12", "1n/50V", "0402"),
        ("IC1", "MIC803", "SC70-3"),
    ]


def test_fixed_width_below_lines_of_text():
    file = read_bom(
        b"Partlist exported from lamp.sch\n\nPart     Value    Package\n\nR1       10k      0603\n"
        b"R2       1k       0603\n",
        name="bom.txt",
    )
    assert (file.header_row, len(file.lines)) == (3, 2)


def test_numeric_part_numbers_of_a_workbook_have_no_exponent_and_text_keeps_its_zeros():
    rows = [("Designator", "Qty", "MPN"), ("J1", 1, 1000000000000000), ("J2", 1, "0010"),
            ("J3", 1, 61302221021)]  # fmt: skip
    file = read_bom(workbook(("BOM", rows)), name="b.xlsx")
    assert [line.sources[0].mpn for line in file.lines] == [
        "1000000000000000",
        "0010",
        "61302221021",
    ]


def test_the_sheet_with_the_best_header_is_read_and_the_other_said():
    book = workbook(
        ("Notes", [("made by", "someone")]),
        ("Order", [("MPN", "Order qty"), ("AB-1", 5)]),
        ("BOM", [("Designator", "Qty", "MPN", "Value"), ("R1", 1, "AB-1", "10k")]),
    )
    file = read_bom(book, name="b.xlsx")
    assert (file.sheet, file.label) == ("BOM", "Table, XLSX")
    assert said(file, "sheet") == [
        (None, "Sheet 'Order' holds a table as well; name it to read it instead.")
    ]


def test_a_merged_assembly_stands_over_all_its_lines():
    book = Workbook()
    for row in (("assembly", "part #", "qty", "assembly multiplier"), ("wheel", "AB-1", 1, 6),
                (None, "CD-2", 2, None), ("body", "EF-3", 1, 1)):  # fmt: skip
        book.active.append(row)
    book.active.merge_cells("A2:A3")
    book.active.merge_cells("D2:D3")
    file = io.BytesIO()
    book.save(file)
    assert [(line.section, line.quantity) for line in read_bom(file.getvalue()).lines] == [
        ("wheel", 6),
        ("wheel", 12),
        ("body", 1),
    ]


def test_another_sheet_is_read_where_it_is_named():
    book = workbook(
        ("One", [("Designator", "Qty"), ("R1", 1)]), ("Two", [("Designator", "Qty"), ("C1", 1)])
    )
    assert read_bom(book, sheet="Two").lines[0].designators == ("C1",)


def test_a_sheet_that_is_not_there_is_refused():
    book = workbook(("One", [("Designator", "Qty"), ("R1", 1)]))
    assert refusal(book, sheet="Two", name="b.xlsx") == "b.xlsx has no sheet 'Two'."


def test_a_comma_is_the_decimal_sign_where_semicolons_separate():
    line = only("MPN;Qty;Unit price", "AB-1;1,500;1,250 €")
    assert (line.quantity, line.offers[0].breaks[0][1]) == (Decimal("1.5"), Decimal("1.25"))


def test_a_comma_parts_thousands_where_commas_separate():
    assert only("MPN,Qty", 'AB-1,"1,500"').quantity == 1500


# ---------------------------------------------------------------- rows that are no lines


def test_a_footer_block_is_no_line_and_what_it_counts_is_held_against_the_lines():
    file = table(
        "Component,References,Value,Quantity Per PCB", "1,R1 R2,10k,2", "", "",
        "Component Groups:,1", "Component Count:,3", "Number of PCBs:,1",
        "BoM Date:,12/05/2018 20:13:11",
    )  # fmt: skip
    assert len(file.lines) == 1
    assert said(file, "total") == [(6, "'Component Count' says 3; the lines have 2.")]


def test_a_wrong_total_is_said_with_both_figures():
    file = table("Designator,Qty,MPN", "R1 R2,2,AB-1", "C1,1,CD-2", "Total,4,")
    assert len(file.lines) == 2
    assert said(file, "total") == [(4, "'Total' says 4; the lines have 3.")]


def test_a_sum_without_a_label_is_held_against_the_lines():
    file = table("Designator,MPN,Qty", "R1 R2,AB-1,2", "C1,CD-2,1", ",,441")
    assert said(file, "total") == [(4, "The sum below says 441; the lines have 3.")]
    assert len(file.lines) == 2


def test_the_sum_beside_approved_is_held_against_the_lines():
    file = table(
        "Comment,Designator,Footprint,Quantity", '10k,"R1, R2",0603,2', "1u,C1,0603,1", "",
        "Approved,,Notes,441",
    )  # fmt: skip
    assert said(file, "total") == [(5, "The sum below says 441; the lines have 3.")]
    assert len(file.lines) == 2


def test_a_printed_circuit_board_is_a_line():
    file = table("Value,Designator,Qty", "10k,R1,1", "1u,C1,1", "Printed circuit board,,1")
    assert len(file.lines) == 3


def test_a_total_in_words_is_held_against_the_lines():
    file = table("Designator,MPN,Qty", "R1 R2,AB-1,2", "", "Total number of parts: 5,,")
    assert said(file, "total") == [(4, "'Total number of parts' says 5; the lines have 2.")]


def test_a_right_total_is_not_said():
    assert codes(table("Designator,Qty,MPN", "R1 R2,2,AB-1", "Total,2,")) == ["no-line"]


def test_a_wrong_total_of_money_is_said():
    file = table(
        "MPN,Qty,Unit price,Total price", "AB-1,2,1.50,3.00", "CD-2,1,2.00,2.00", "Total,,,6.00"
    )
    assert said(file, "total") == [(4, "'Total' says 6; the lines come to 5.")]


def test_an_approval_table_below_is_no_line():
    file = table(
        "Designator,Qty,MPN,Value", "R1,1,AB-1,10k", *[""] * 31, "Approved by,J. Doe,2020,ok",
        "Checked by,M. Roe,2020,ok",
    )  # fmt: skip
    assert len(file.lines) == 1
    assert said(file, "no-line")[0][0] == 34


def test_a_table_far_below_is_another():
    file = table(
        "Designator,Qty,MPN,Value", "R1,1,AB-1,10k", *[""] * 8, "Name,,Role,Date",
        "J. Doe,,Engineer-1,2020-01-01", "M. Roe,,Buyer-1,2020-01-02",
    )  # fmt: skip
    assert (len(file.lines), file.lines[0].sources[0].mpn) == (1, "AB-1")


def test_rows_that_are_no_lines_are_told():
    file = table("Designator,Qty,MPN", "R1,1,AB-1", "", "All resistors 1%,,")
    assert said(file, "no-line") == [(4, "Row 4 is no line: 'All resistors 1%'.")]


def test_figures_below_a_list_are_no_lines():
    file = table(
        "Reference,Qty,Total,Value,Price", "R1,1,6,10k,0.1", "C1,1,6,1u,0.2", "",
        "Board count,6,,,", "", "Price(per board),251.05,,,",
    )  # fmt: skip
    assert [line.designators for line in file.lines] == [("R1",), ("C1",)]


def test_headings_are_sections():
    file = table(
        "Designator,Qty,MPN,Value", "Resistors,,,", "R1,1,AB-1,10k", "Capacitors,,,", "C1,1,C-2,1u"
    )
    assert [line.section for line in file.lines] == ["Resistors", "Capacitors"]


def test_the_header_may_be_said_again_for_each_section():
    file = table("Designator,Qty,MPN", "R1,1,AB-1", "Bottom,,", "Designator,Qty,MPN", "R2,1,AB-1")
    assert [(line.designators, line.section) for line in file.lines] == [
        (("R1",), ""),
        (("R2",), "Bottom"),
    ]


def test_parts_one_by_one_and_again_in_groups_are_read_once():
    file = table(
        "Source:,lamp.sch", "Component Count:,3", "", "Individual Components:", "",
        "Item,Qty,Reference(s),Value", ",,R1,10k", ",,R2,10k", ",,C1,1u", "", "",
        "Collated Components:", "", "Item,Qty,Reference(s),Value", '1,2,"R1, R2",10k', "2,1,C1,1u",
    )  # fmt: skip
    assert [(line.row, line.designators) for line in file.lines] == [
        (15, ("R1", "R2")),
        (16, ("C1",)),
    ]
    assert said(file, "listed-twice") == [
        (7, "Rows 7 to 9 list one by one what stands in groups; read once.")
    ]


def test_another_header_further_down_is_read():
    file = table(
        "Designator,Qty,MPN,Value", "R1,1,AB-1,10k", "", "MPN,Description,Designator,Qty",
        "CD-2,A screw,H1,4",
    )  # fmt: skip
    assert (file.lines[1].sources[0].mpn, file.lines[1].quantity) == ("CD-2", 4)
    assert "second-header" in codes(file)


def test_a_narrower_header_further_down_joins_by_its_own_width():
    file = table(
        "Designator,Qty,MPN,Value,Side", "R1,1,AB-1,10k,top", "C1,1,EF-3,1u,top", "",
        "MPN,Designator,Qty", "CD-2,H1,4", "a thing (6mm, 20mm),H2,4", "GH-4,H3,4", "IJ-5,H4,1",
    )  # fmt: skip
    assert [line.designators for line in file.lines] == [
        ("R1",), ("C1",), ("H1",), ("H2",), ("H3",), ("H4",),
    ]  # fmt: skip


def test_lines_below_a_heading_that_says_so_are_not_fitted():
    file = table(
        "Designator,Qty,MPN", "R1,1,AB-1", "DO NOT INSTALL COMPONENTS BELOW.,,", "R2,1,AB-1",
        "Mechanical,,", "H1,1,CD-2",
    )  # fmt: skip
    assert [line.fitted for line in file.lines] == [True, False, True]


@pytest.mark.slow
def test_formatted_blank_rows_are_nothing():
    rows = [("Designator", "Qty"), ("R1", 1), *[("", "")] * 1000]
    assert len(read_bom(workbook(("BOM", rows))).lines) == 1


def test_a_row_without_quantity_and_designators_is_an_alternate_of_the_one_above():
    line = only("Designator,Qty,Manufacturer,MPN", "R1,1,Acme,AB-1", ",,Best,CD-2", ",,Cool,EF-3")
    assert [(source.mpn, source.manufacturer) for source in line.sources] == [
        ("AB-1", "Acme"),
        ("CD-2", "Best"),
        ("EF-3", "Cool"),
    ]


def test_designators_may_go_on_in_the_next_row():
    file = table("Designator,Qty,MPN", '"R1, R2,",4,AB-1', '"R3, R4",,')
    assert file.lines[0].designators == ("R1", "R2", "R3", "R4")
    assert codes(file) == []


def test_a_comma_nobody_quoted_is_put_together_and_said():
    file = table(
        "name,part #,description,link,price,qty",
        "a,P-10001,plain,https://x/1,$1.00,1",
        "b,P-10002,plain too,https://x/2,$1.00,1",
        "c,P-10003,a thing (6mm OD, 20mm long),https://x/3,$2.00,2",
    )
    assert file.lines[2].description == "a thing (6mm OD, 20mm long)"
    assert file.lines[2].quantity == 2
    assert said(file) == [
        (4, "7 fields under 6 headers: a delimiter without quotes; read as one text in column C "
            "(description)."),
    ]  # fmt: skip


def test_a_quote_that_is_an_inch_mark_is_taken_as_a_sign():
    file = table("Designator,Value,Qty", 'J1,"0.1" header",1', '"R1, R2","10k",2')
    assert [(line.value, line.quantity) for line in file.lines] == [('0.1" header', 1), ("10k", 2)]
    assert codes(file) == ["quotes"]


def test_cells_that_slipped_a_column_are_put_right_where_the_quantity_proves_it():
    file = table(
        "Qty,Value,Device,Package,Parts,Description",
        '2,10k,R_0603,0603,"R1, R2",res',
        '1,DISPLAY,"OLED0.96"";WRAP""",U3,An OLED display,',
        "1,1u,C_0603,0603,C1,cap",
        "1,2u,C_0603,0603,C2,cap",
        "1,3u,C_0603,0603,C3,cap",
    )
    assert [line.designators for line in file.lines[:3]] == [("R1", "R2"), ("U3",), ("C1",)]
    assert (file.lines[1].package, file.lines[1].description) == ("", "An OLED display")
    assert said(file) == [
        (3, "Cells from column D on stood one column too far left ('U3' is the Parts); "
            "read one further right."),
    ]  # fmt: skip


def test_words_where_designators_stand_are_said():
    file = table(
        "Qty,Parts,Value", "1,R1,10k", "1,C1,1u", "1,see the other list,x", "1,U1,y", "1,U2,y"
    )
    assert codes(file) == ["shifted"]


# ---------------------------------------------------------------- fitted or not


@pytest.mark.parametrize(
    ("header", "cell"),
    [("DNP", "DNP"), ("DNP", "1"), ("Place (YES/NO)", "NO"), ("Notes", "Do not install"),
     ("Config", "DNF"), ("populate", "0"), ("Assembly Info", "NF(R1 R2)")],
)  # fmt: skip
def test_a_column_says_that_a_line_is_not_fitted(header, cell):
    line = only(f"Designator,Qty,Value,{header}", f'"R1, R2",2,10k,{cell}')
    assert (line.fitted, line.not_fitted) == (False, ("R1", "R2"))


@pytest.mark.parametrize(
    "row", ['"R1, R2",0,10k', '"R1, R2",DNP,10k', '"R1, R2",2,DNP', '"R1, R2",2,10k DNP']
)
def test_quantity_and_value_say_so_too(row):
    assert only("Designator,Qty,Value", row).fitted is False


def test_dnc_is_do_not_change():
    assert only("Designator,Qty,Value,Config", "R7,1,10k,DNC").fitted is True


def test_one_designator_of_a_line_stays_empty():
    file = table("Designator,Qty,Value,Assembly Info", '"C1, C2, C3",3,1u,NF(C2)')
    line = file.lines[0]
    assert (line.fitted, line.not_fitted, line.quantity) == (True, ("C2",), 2)
    assert codes(file) == []


def test_a_stranger_among_those_not_fitted_is_said():
    file = table("Designator,Qty,Value,Notes", '"C1, C2",2,1u,NF(C9)')
    assert said(file) == [(2, "Not fitted says C9, which the line does not name.")]


# ---------------------------------------------------------------- contradictions


def test_quantity_against_designators_is_a_warning_that_names_the_row():
    file = table("Designator,Qty,MPN", "R1 R2,2,AB-1", "D8,2,CD-2")
    assert said(file) == [(3, "Quantity 2, but 1 designator: D8.")]
    assert file.lines[1].quantity == 2


def test_designators_without_a_quantity_count():
    assert only("Designator,Value", '"R1, R2, R3",10k').quantity == 3


def test_no_designators_for_a_bag_is_no_contradiction():
    file = table("Designator,Qty,Description", ",1,ESD bag", ",0.5,tape")
    assert [line.quantity for line in file.lines] == [1, Decimal("0.5")]
    assert codes(file) == []


def test_metres_are_not_counted_against_designators():
    line = only("Designators,Qty,Unit,Description", '"W1, W2",2.975,m,wire')
    assert (line.quantity, line.unit) == (Decimal("2.975"), "m")


def test_value_against_part_number_is_a_warning():
    file = table("Designator,Value,MPN", "R1,5.6k,RC0603FR-0756KL", "R2,5k6,RC0603FR-075K6L")
    assert said(file, "value-mpn") == [(2, "Value '5.6k', but RC0603FR-0756KL is 56\u00a0kΩ.")]


def test_value_against_an_alternate_is_a_warning():
    file = table("Designator,Value,MPN,Alternative", "R1,270R,RC0603FR-07270RL,RC0603FR-07220RL")
    assert said(file, "value-mpn") == [
        (2, "Value '270R', but the alternate RC0603FR-07220RL is 220\u00a0Ω.")
    ]


def test_description_against_value_is_a_warning():
    file = table("Designator,Value,Description", "R1,10K,RES SMD 330 OHM 1%")
    assert said(file) == [(2, "Value '10K', but the description says 330\u00a0Ω.")]


def test_the_same_designator_in_two_lines_is_a_warning():
    file = table("Designator,Qty,Value", "R1 R2,2,10k", "R2,1,1k")
    assert said(file) == [(3, "R2 stands in row 2 already.")]


def test_the_same_designator_in_two_sections_is_two_boards():
    file = table("Designator,Qty,Value", "Main board,,", "R1,1,10k", "Front board,,", "R1,1,1k")
    assert said(file, "designator-twice") == []


def test_a_designator_twice_in_one_line_is_said_and_counted_once():
    file = table("Designator,Qty,Value", '"P5,P5,P6",2,pin')
    assert (file.lines[0].designators, said(file)) == (
        ("P5", "P6"),
        [(2, "P5 named twice in the line.")],
    )


def test_quantities_of_several_boards_are_said_once():
    file = table("Designator,Qty,Value", "R1,5,10k", "R2 R3,10,1k", "C1,5,1u")
    assert said(file) == [(None, "Every quantity is 5 times the designators: made for 5 boards?")]


def test_letters_of_a_drawing_are_not_counted():
    assert codes(table("ref des,qty used,description", "A,1,screw", "B,4,nut")) == [
        "drawing-letters"
    ]


def test_a_minus_in_a_part_number_is_said():
    file = table("Designator,MPN", "U1,CAT24M01YI−GT3")
    assert file.lines[0].sources[0].mpn == "CAT24M01YI-GT3"
    assert codes(file) == ["mpn-sign"]


def test_a_part_number_that_a_spreadsheet_rounded_is_said():
    assert codes(table("Designator,MPN", "U1,1.0E+15")) == ["mpn-rounded"]


def test_a_part_number_that_became_a_date_is_said():
    assert codes(table("Designator,MPN", "U1,2026-02-01")) == ["mpn-date"]


# ---------------------------------------------------------------- rows that cannot be taken


def test_a_negative_quantity_is_refused_with_its_row():
    file = table("MPN,Qty,Description", "AB-1,1,a", "CD-2,-1,b")
    assert [(r.row, r.column, r.sentence) for r in file.refused] == [
        (3, "B", "Quantity -1; expected 0 or more.")
    ]


def test_a_quantity_that_is_none_is_refused_with_its_row():
    file = table("MPN,Qty,Description", "AB-1,1,a", "CD-2,ABC,b")
    assert [r.sentence for r in file.refused] == [
        "Quantity 'ABC' is no number; cells may be shifted."
    ]


def test_as_required_is_left_open():
    file = table("MPN,Qty,Description", "AB-1,1,a", "GLUE-1,A/R,glue")
    assert (file.lines[1].quantity, codes(file)) == (None, ["quantity"])


# ---------------------------------------------------------------- no table


def test_no_header_is_refused_with_what_is_expected():
    assert refusal(csv("some text", "more text")) == (
        "bom.csv: no row of column names found; row 1 is 'some text'. Expected a row of column "
        "names, with designators, a quantity or part numbers among them, such as Designator, "
        "Quantity, Value, Manufacturer, MPN."
    )


def test_no_line_is_refused_with_what_was_looked_for():
    assert refusal(csv("Designator,Qty,MPN", ",,")) == (
        "bom.csv: no line below the header in row 1, which names Designator (designators), "
        "Qty (quantity), MPN (mpn). Expected rows with designators, or with a quantity and a "
        "part, below it."
    )


def test_a_table_without_header_is_understood_where_its_content_is_certain():
    file = table("AB-123456|2|R1 R2", "CD-678901|1|C1", "EF-234567|3|Q1-Q3")
    assert [(line.quantity, line.sources[0].mpn) for line in file.lines] == [
        (2, "AB-123456"),
        (1, "CD-678901"),
        (3, "EF-234567"),
    ]
    assert (file.header_row, codes(file)) == (None, ["no-header"])


def test_a_table_without_header_is_refused_where_it_is_not():
    assert refusal(csv("one,2,three", "four,5,six")).startswith("bom.csv: no row of column names")


@pytest.mark.parametrize(
    ("raw", "said"),
    [
        (b"%PDF-1.7 ...", "bom.csv is a PDF; expected "),
        (b"\x89PNG\r\n", "bom.csv is an image; expected "),
        (b"", "bom.csv is empty."),
        (b"PK\x03\x04 cut off", "bom.csv is a damaged workbook."),
    ],
)
def test_foreign_files_are_named_for_what_they_are(raw, said):
    assert refusal(raw).startswith(said)


# ---------------------------------------------------------------- counts


def test_the_counts_are_those_a_person_compares():
    file = table(
        "Designator,Qty,MPN,MPN2,Notes",
        "R1 R2,2,AB-1,CD-2,",
        "R3,1,AB-1,,DNP",
        "C1 C2,2,EF-3,,NF(C2)",
        ",1,,,bag",
    )
    found = counts(file.lines)
    assert (found.lines, found.pieces, found.designators) == (4, 4, 5)
    assert (found.do_not_populate, found.do_not_populate_designators) == (1, 2)
    assert (found.manufacturer_parts, found.alternates) == (3, 1)


def test_a_quantity_of_nothing_is_said():
    file = table("Item,Qty,MPN,Description", "1,2,AB-1,a", "2,1,,")
    assert said(file) == [
        (3, "A quantity of nothing: no part number, designator, value or description.")
    ]


def test_names_indented_over_columns_without_a_header_are_read():
    file = table("ID,Level,Designation,,,Qty", "1,1,board,,,1", "2,2,,fan,,2", "3,3,,,screw,4")
    assert [line.description or line.value or line.name for line in file.lines] == [
        "board",
        "fan",
        "screw",
    ]


def test_prose_with_a_comma_here_and_there_is_no_table():
    assert refusal(
        csv("Lamp", "- 1x cap 2.2uF - C5", "- 2x res, R1", "x, R2", "y, R3")
    ).startswith("bom.csv: no row of column names")


def test_lines_keep_the_row_they_begin_in():
    assert [
        line.row for line in lines("", "Ref,Qty,MPN", "", "R1,1,A-1", ",,B-2", "R2,1,A-1")
    ] == [
        4,
        6,
    ]
