"""Eagle's XML: parts with a package, attributes, the current variant."""

import pytest

from firstoff.errors import InvalidInput
from firstoff.formats.bom import read_bom
from firstoff.rules.bom.draft import SourceDraft
from tests.formats.bom.drawings import lines, places

LIBRARY = """<library name="rcl"><devicesets>
<deviceset name="R-EU_"><devices>
<device name="R0603" package="R0603"><technologies><technology name="">
<attribute name="MPN" value="RC-1"/></technology></technologies></device>
<device name="R0805" package="R0805"/></devices></deviceset>
<deviceset name="GND"><devices><device name=""/></devices></deviceset>
</devicesets></library>"""


def schematic(*parts: str, variants="") -> bytes:
    return (
        '<?xml version="1.0" encoding="utf-8"?>\n<!DOCTYPE eagle SYSTEM "eagle.dtd">\n'
        '<eagle version="9.6.2"><drawing><schematic>'
        f"<libraries>{LIBRARY}</libraries><variantdefs>{variants}</variantdefs>"
        f"<parts>{''.join(parts)}</parts><sheets/></schematic></drawing></eagle>"
    ).encode()


def part(name, device="R0603", value="10k", inner="", deviceset="R-EU_") -> str:
    given = f' value="{value}"' if value else ""
    return (
        f'<part name="{name}" library="rcl" deviceset="{deviceset}" device="{device}"{given}>'
        f"{inner}</part>"
    )


def test_parts_with_a_package_are_lines():
    file = read_bom(
        schematic(
            part("R1"), part("R2", value="10000"), part("R3", "R0805"),
            part("GND1", "", "", deviceset="GND"),
        ),
        name="board.sch",
    )  # fmt: skip
    assert (file.kind, file.top) == ("eagle-xml", "board")
    assert [(line.designators, line.package, line.sources) for line in file.lines] == [
        (("R1", "R2"), "R0603", (SourceDraft("RC-1"),)),
        (("R3",), "R0805", ()),
    ]


def test_attributes_of_a_part_win_over_those_of_its_device():
    own = '<attribute name="MPN" value="RC-2"/><attribute name="MF" value="Yageo"/>'
    assert lines(schematic(part("R1", inner=own)))[0].sources == (SourceDraft("RC-2", "Yageo"),)


def test_a_part_without_a_value_has_the_name_of_its_device_set():
    assert lines(schematic(part("R1", value="")))[0].value == "R-EU_"


def test_the_current_variant_says_what_is_fitted():
    variants = '<variantdef name="lite" current="yes"/><variantdef name="full"/>'
    off = '<variant name="lite" populate="no"/><variant name="full" value="22k"/>'
    other = '<variant name="full" populate="no"/>'
    found = lines(schematic(part("R1", inner=off), part("R2", inner=other), variants=variants))
    assert [(line.designators, line.fitted) for line in found] == [(("R1",), False),
                                                                   (("R2",), True)]  # fmt: skip


def test_a_board_lists_its_elements():
    raw = (
        b'<?xml version="1.0"?><eagle version="9.6.2"><drawing><board><elements>'
        b'<element name="R1" library="rcl" package="R0603" value="10k" x="1" y="2">'
        b'<attribute name="MPN" value="RC-1" x="1" y="1"/></element>'
        b'<element name="R2" library="rcl" package="R0603" value="10k" x="1" y="3">'
        b'<attribute name="MPN" value="RC-1"/></element></elements></board></drawing></eagle>'
    )
    assert places(lines(raw, "board.brd")) == [("R1", "R2")]


@pytest.mark.parametrize("raw", [schematic(), schematic(part("R1"))[:-60]])
def test_a_drawing_without_parts_or_cut_off_is_refused(raw):
    with pytest.raises(InvalidInput):
        read_bom(raw, name="board.sch")
