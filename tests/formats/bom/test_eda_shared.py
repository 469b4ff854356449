"""The shared files of drawings: their counts are those that are written beside them."""

from decimal import Decimal

import pytest

from firstoff.formats.bom import read_bom
from firstoff.rules.bom.draft import SourceDraft, counts
from tests.formats.bom.drawings import existing, warned

# name, kind, lines (None where they are only counted as parts), designators, not fitted
COUNTED = [
    ("kicad_kibom_test.xml", "kicad-xml", 5, 14, 1),
    ("kicad_kibom_test.net", "kicad-netlist", 4, 14, 0),
    ("kicad_kibom_test.sch", "kicad-schematic", 4, 14, 0),
    ("kicad_xml_StickIt-QuadDAC.xml", "kicad-xml", None, 25, 0),
    ("kicad_xml_SubPartGroupTest_266.xml", "kicad-xml", None, 3, 0),
    ("kicad_xml_complex_multipart.xml", "kicad-xml", None, 1, 0),
    ("ibom_reform2_oled.html", "ibom", 7, 12, 0),
    ("ipc2581_kicad_dm0002.xml.gz", "ipc2581", 31, 59, 5),
    ("ipc2581_testcase10_bom.xml", "ipc2581", 7, 56, 0),
    ("ipc2581_testcase11_bom.xml", "ipc2581", 15, 74, 0),
    ("ipc2581_testcase5_bom.xml", "ipc2581", 118, 933, 0),
]


@pytest.mark.slow
@pytest.mark.parametrize(("name", "kind", "lines", "designators", "empty"), COUNTED)
def test_each_shared_file_is_counted(shared, name, kind, lines, designators, empty):
    file = read_bom(existing(shared, name))
    found = counts(file.lines)
    assert (file.kind, found.designators, found.do_not_populate_designators) == (
        kind,
        designators,
        empty,
    )
    assert lines is None or found.lines == lines
    assert (found.pieces, file.refused) == (Decimal(designators - empty), ())


def test_one_design_in_three_files_has_one_result(shared):
    files = [
        read_bom(existing(shared, f"kicad_kibom_test.{end}")) for end in ("xml", "net", "sch")
    ]
    packages = [
        {(name, line.package, line.row) for line in file.lines for name in line.designators}
        for file in files[1:]
    ]
    assert packages[0] == packages[1]
    # Only the XML carries the field that leaves R6 out; else it says the same.
    xml = [line.designators for line in files[0].lines]
    assert [line.designators for line in files[1].lines] == [
        xml[0],
        (*xml[1], *xml[2]),
        *xml[3:],
    ]
    assert (files[0].lines[1].not_fitted, files[0].lines[2].designators) == (("R6",), ("R7", "R8"))


def test_a_list_of_numbers_is_parts_at_once(shared):
    line = read_bom(existing(shared, "kicad_xml_SubPartGroupTest_266.xml")).lines[0]
    assert [[source.mpn for source in sources] for sources in line.components] == [
        ["LTST-C193KGKT-5A"],
        ["LMC_040_CTP"],
        ["RTN_100"],
    ]


def test_lists_stand_beside_each_other(shared):
    line = read_bom(existing(shared, "kicad_xml_complex_multipart.xml")).lines[0]
    assert line.components[0] == (
        SourceDraft("696101000002", "Wurth Electronik"),
        SourceDraft("BK-1A3399-10-R", "Eaton", Decimal(2)),
        SourceDraft("1A3399-10-R", "Bussman", Decimal(2)),
    )
    assert [each.number for each in line.orderables] == ["710-696101000002", "530-5MF6-R"]


def test_the_page_says_what_it_leaves_out(shared):
    file = read_bom(existing(shared, "ibom_reform2_oled.html"))
    assert warned(file, "excluded") == ["The page leaves out H1, H2."]
    assert [source.manufacturer for source in file.lines[0].sources] == ["Taiyo Yuden"]


def test_the_vendor_list_of_the_shared_file_is_empty(shared):
    file = read_bom(existing(shared, "ipc2581_kicad_dm0002.xml.gz"))
    found = counts(file.lines)
    assert (found.manufacturer_parts, found.alternates) == (12, 0)
    assert len(warned(file, "document")) == 2


def test_categories_of_the_shared_file(shared):
    held = read_bom(existing(shared, "ipc2581_testcase5_bom.xml")).lines
    categories = [line.attributes["Category"] for line in held]
    assert (categories.count("ELECTRICAL"), categories.count("MECHANICAL")) == (112, 6)
