"""KiCad's XML and netlist: the same parts give the same lines."""

from decimal import Decimal

import pytest

from firstoff.errors import InvalidInput
from firstoff.formats.bom import read_bom
from firstoff.rules.bom.draft import Orderable, SourceDraft, counts
from tests.formats.bom.drawings import corrected, lines, netlist, part, places, warned, xml

BOTH = pytest.mark.parametrize("write", [xml, netlist])


@BOTH
def test_parts_alike_are_one_line(write):
    file = read_bom(
        write(part("R10", "4K7"), part("R2", "4700"), part("R1", "4.7K"), part("C1", "10n")),
        name="w",
    )
    assert (file.top, file.top_revision) == ("Widget", "B")
    assert [(line.row, line.designators, line.quantity) for line in file.lines] == [
        (1, ("R1", "R2", "R10"), Decimal(3)),
        (2, ("C1",), Decimal(1)),
    ]
    assert (file.lines[0].package, file.lines[0].description) == ("R_0603", "Resistor")


def test_both_files_of_a_drawing_say_the_same():
    parts = (
        part("R1", "10k", manf="Yageo", fields={"manf#": "RC-1", "mouser#": "603-1"}),
        part("R2", "10000", fields={"manf#": "RC-1"}),
        part("D1", 'LED "red"', Config="DNF"),
        part("H1", "M3", properties=[("exclude_from_bom", None)]),
    )
    assert lines(xml(*parts)) == lines(netlist(*parts))


@BOTH
@pytest.mark.parametrize(
    ("other", "alone"),
    [
        (part("R2", "22k"), True),
        (part("R2", "10k", "Resistor_SMD:R_0805"), True),
        (part("R2", "10k", MPN="RC-2"), True),
        (part("R2", "10k", Config="DNF"), True),
        (part("R2", "10k", Config="DNC"), False),
        (part("R2", "10k", Tolerance="1%"), False),
        (part("U2", "10k"), True),
    ],
)
def test_what_differs_in_value_package_number_or_fitting_is_a_line_of_its_own(write, other, alone):
    assert len(lines(write(part("R1"), other))) == (2 if alone else 1)


@BOTH
def test_the_same_number_is_one_line_whatever_the_designators_begin_with(write):
    given = [part(ref, "LED", MPN="LTST-1") for ref in ("D1", "LED2")]
    assert places(lines(write(*given))) == [("D1", "LED2")]


@BOTH
def test_what_is_not_fitted_is_said_of_each_place(write):
    found = read_bom(
        write(
            part("R1"),
            part("R2", properties=[("dnp", None)]),
            part("R3", Config="DNF"),
            part("R4", "10k DNP"),
            part("R5", properties=[("dnp", "no")]),
        ),
        name="w",
    )
    figures = counts(found.lines)
    assert (figures.designators, figures.do_not_populate_designators, figures.pieces) == (5, 3, 2)
    assert {place for line in found.lines for place in line.not_fitted} == {"R2", "R3", "R4"}


@BOTH
def test_what_the_drawing_keeps_out_is_said_and_is_no_line(write):
    file = read_bom(
        write(
            part("R1"),
            part("TP1", properties=[("exclude_from_bom", None)]),
            part("SCREW1", "M3", properties=[("exclude_from_board", None)]),
            part("#PWR01", "GND"),
        ),
        name="w",
    )
    assert places(file.lines) == [("R1",), ("SCREW1",)]
    assert warned(file, "excluded") == [
        "The drawing keeps TP1 out of its bill of materials; left out."
    ]


@BOTH
def test_one_place_can_take_several_parts(write):
    file = read_bom(write(part("D1", "LED", fields={"manf#": "A-1; B-2:2"})), name="w")
    assert (file.lines[0].sources, file.lines[0].components) == (
        (),
        ((SourceDraft("A-1"),), (SourceDraft("B-2", "", Decimal(2)),)),
    )
    assert warned(file, "several-parts") == ["D1 takes 2 different parts at once (A-1, B-2)."]


@BOTH
def test_fields_that_nobody_knows_stay_with_the_line(write):
    found = lines(write(part("R1", Tolerance="1%", Notes="hot"), part("R2", Tolerance="5%")))
    assert dict(found[0].attributes) == {
        "Tolerance": "1%; 5%",
        "Footprint library": "Resistor_SMD",
    }
    assert found[0].notes == "hot"


@BOTH
def test_columns_tell_how_each_field_was_understood(write):
    file = read_bom(write(part("R1", fields={"manf#": "RC-1", "Foo": "x"})), name="w")
    assert [(c.index, c.header, c.meaning, c.example) for c in file.columns] == [
        (0, "manf#", "mpn", "RC-1"),
        (1, "Foo", "", "x"),
    ]


@BOTH
def test_a_field_that_was_misunderstood_is_corrected(write):
    raw = write(part("R1", fields={"Foo": "RC-1", "LCSC": "C1"}))
    found = lines(raw, mapping=corrected({0: "mpn", 1: ""}))[0]
    assert (found.sources, found.orderables) == ((SourceDraft("RC-1"),), ())


@BOTH
def test_parts_without_a_number_are_counted_and_told(write):
    file = read_bom(write(part("R?"), part("R?"), part("R1")), name="w")
    line = file.lines[0]
    assert (line.designators, line.quantity) == (("R1",), Decimal(3))
    assert warned(file, "designator-missing") == [
        "2 parts have no number yet (R?, R?): annotate the drawing."
    ]


@BOTH
def test_a_designator_twice_is_one_part_of_several_units_or_two_parts(write):
    same = read_bom(write(part("U1", "LM358"), part("U1", "LM358")), name="w")
    other = read_bom(write(part("U1", "LM358"), part("U1", "NE555")), name="w")
    assert (places(same.lines), warned(same, "designator-twice")) == ([("U1",)], [])
    assert (places(other.lines), len(warned(other, "designator-twice"))) == ([("U1",)] * 2, 1)


@BOTH
def test_a_distributors_number_tells_lines_apart_where_no_makers_does(write):
    given = [part(ref, LCSC=number) for ref, number in (("R1", "C1"), ("R2", "C1"), ("R3", "C2"))]
    found = lines(write(*given))
    assert [(line.designators, line.orderables) for line in found] == [
        (("R1", "R2"), (Orderable("LCSC", "C1"),)),
        (("R3",), (Orderable("LCSC", "C2"),)),
    ]


def test_variants_inside_a_part_say_nothing_of_it():
    raw = xml(part("R1")).replace(
        b"<sheetpath", b'<variants><variant name="v"><property name="dnp"/></variant></variants>'
        b"<sheetpath"
    )  # fmt: skip
    assert lines(raw)[0].fitted is True


def test_a_drawing_without_a_title_has_the_name_of_its_file():
    raw = xml(part("R1"), title="", source="sub\\board_v2.sch")
    assert read_bom(raw, name="w").top == "board_v2"


@pytest.mark.parametrize(
    ("raw", "code"),
    [
        (xml(part("R1"))[:-40], "broken-xml"),
        (xml(), "no-lines"),
        (xml(part("#PWR1")), "no-lines"),
        (netlist(part("R1"))[:-20], "broken-expression"),
        (netlist(part("R1")).replace(b'"R1"', b'"R1'), "broken-expression"),
        (netlist(), "no-lines"),
    ],
)
def test_a_file_that_cannot_be_taken_is_refused_in_one_sentence(raw, code):
    with pytest.raises(InvalidInput) as caught:
        read_bom(raw, name="w.xml")
    assert (caught.value.code, str(caught.value).startswith("w.xml")) == (code, True)


def test_entities_are_refused():
    raw = b'<?xml version="1.0"?><!DOCTYPE e [<!ENTITY a "b">]><export>&a;</export>'
    with pytest.raises(InvalidInput) as caught:
        read_bom(raw, name="w.xml", kind="kicad-xml")
    assert caught.value.code == "unsafe-xml"


@BOTH
def test_a_drawing_cut_off_anywhere_is_refused_or_read_whole(write):
    raw = write(part("R1"), part("R2", "22k"))
    whole = lines(raw)
    for end in range(1, len(raw), 23):
        try:
            found = lines(raw[:end])
        except InvalidInput:
            continue
        assert found == whole
