"""Schematics of KiCad, old and new: one sheet, or all of them from the first down."""

import io
import zipfile
from decimal import Decimal

import pytest

from firstoff.errors import InvalidInput
from firstoff.formats.bom import read_bom, read_boms
from firstoff.formats.bom.kicad_schematic import read_sheets
from firstoff.rules.bom.draft import SourceDraft, counts
from tests.formats.bom.drawings import (
    below,
    legacy,
    legacy_below,
    legacy_part,
    lines,
    netlist,
    part,
    places,
    sheet,
    symbol,
    warned,
)


def archive(**files: bytes) -> bytes:
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, raw in files.items():
            packed.writestr(name.replace("__", "/").replace("_dot_", "."), raw)
    return held.getvalue()


# ---------------------------------------------------------------- one sheet


def test_an_old_sheet_and_a_netlist_of_it_say_the_same():
    fields = {"manf": "Yageo", "manf#": "RC-1"}
    old = lines(legacy(legacy_part("R1", **fields), legacy_part("R2", "10000", **fields)))
    net = lines(netlist(part("R1", "10k", "Res:R_0603", fields=fields),
                        part("R2", "10000", "Res:R_0603", fields=fields)))  # fmt: skip
    assert [(line.designators, line.sources, line.package) for line in old] == [
        (line.designators, line.sources, line.package) for line in net
    ]


def test_an_old_sheet_says_its_title_and_fields():
    raw = legacy(legacy_part("U1", 'LM"358', **{"MPN": "LM358-N", "Config ": "DNF"}))
    file = read_bom(raw.replace(b'LM"358', b'LM\\"358'), name="a.sch")
    line = file.lines[0]
    assert (file.kind, file.top, file.top_revision) == ("kicad-schematic", "Widget", "B")
    assert (line.value, line.sources, line.fitted) == ('LM"358', (SourceDraft("LM358-N"),), False)


def test_a_new_sheet_says_what_is_fitted_and_what_is_no_part():
    raw = sheet(
        symbol("R1", MPN="RC-1"),
        symbol("R2", MPN="RC-1", flags="(dnp yes)"),
        symbol("R3", MPN="RC-1", flags="(in_bom yes) (on_board no) (dnp no)"),
        symbol("TP1", "TP", flags="(in_bom no)"),
        symbol("#PWR01", "GND", flags="(in_bom no)"),
    )
    file = read_bom(raw, name="a.kicad_sch")
    assert [(line.designators, line.fitted) for line in file.lines] == [
        (("R1", "R3"), True),
        (("R2",), False),
    ]
    assert warned(file, "excluded") == [
        "The drawing keeps TP1 out of its bill of materials; left out."
    ]
    assert (file.top, file.top_revision) == ("Widget", "B")


def test_units_of_one_part_are_one_part():
    both = sheet(symbol("U1", "LM358", key="a"), symbol("U1", "LM358", key="b", unit=2))
    assert [(line.designators, line.quantity) for line in lines(both)] == [(("U1",), Decimal(1))]


def test_sheets_that_nobody_gave_are_said():
    raw = sheet(symbol("R1"), below("power.kicad_sch", "s1"))
    assert warned(read_bom(raw, name="a.kicad_sch"), "sheet-missing") == [
        "The sheet power.kicad_sch was not given; its parts are missing. "
        "Give the whole schematic as a ZIP."
    ]


def test_a_sheet_by_itself_gives_every_use_of_it():
    uses = [("/first/s1", "R1"), ("/first/s2", "R101")]
    raw = sheet(symbol("R1", paths=uses), key="sub")
    assert places(lines(raw)) == [("R1", "R101")]


def test_an_old_sheet_by_itself_gives_every_use_of_it():
    uses = [("/AA/5E6A2873", "R1"), ("/BB/5E6A2873", "R101")]
    assert places(lines(legacy(legacy_part("R1", paths=uses)))) == [("R1", "R101")]


# ---------------------------------------------------------------- whole schematics


def new_project(**flags) -> list[tuple[str, bytes]]:
    """A first sheet that uses another twice, which uses a third."""
    root = sheet(
        symbol("R1", paths=[("/first", "R1")]),
        below("io.kicad_sch", "s1"),
        below("io.kicad_sch", "s2", **flags),
    )
    io_uses = [("/first/s1", "R2"), ("/first/s2", "R3")]
    led_uses = [("/first/s1/s3", "D1"), ("/first/s2/s3", "D2")]
    middle = sheet(symbol("R2", paths=io_uses), below("led.kicad_sch", "s3"), key="io", title="")
    last = sheet(symbol("D1", "LED", paths=led_uses), key="led", title="")
    return [("io.kicad_sch", middle), ("w.kicad_sch", root), ("led.kicad_sch", last)]


def test_a_schematic_is_read_from_its_first_sheet_down():
    file = read_sheets(new_project())
    assert (file.name, file.top, places(file.lines), file.warnings) == (
        "w.kicad_sch",
        "Widget",
        [("R1", "R2", "R3"), ("D1", "D2")],
        (),
    )


def test_what_a_sheet_says_holds_for_all_parts_in_it():
    file = read_sheets(new_project(flags="(dnp yes)"))
    assert {name for line in file.lines for name in line.not_fitted} == {"R3", "D2"}


def test_version_6_names_references_in_its_first_sheet():
    held = "".join(
        f'(path "{path}" (reference "{name}") (unit 1))'
        for path, name in (("/u1", "R1"), ("/s1/u2", "R2"), ("/s2/u2", "R3"))
    )
    root = sheet(
        symbol("R1", key="u1"), below("io.kicad_sch", "s1"), below("io.kicad_sch", "s2"),
        f"(symbol_instances {held})",
    )  # fmt: skip
    raw = root.replace(b'"Sheetname"', b'"Sheet name"').replace(b'"Sheetfile"', b'"Sheet file"')
    files = [("w.kicad_sch", raw), ("io.kicad_sch", sheet(symbol("R?", key="u2"), key="io"))]
    assert places(read_sheets(files).lines) == [("R1", "R2", "R3")]


def test_an_old_schematic_is_read_from_its_first_sheet_down():
    uses = [("/AA/5E", "R2"), ("/BB/5E", "R3")]
    root = legacy(
        legacy_part("R1", key="5A"), legacy_below("io.sch", "AA"), legacy_below("io.sch", "BB")
    )
    file = read_sheets(
        [("io.sch", legacy(legacy_part("R2", key="5E", paths=uses))), ("w.sch", root)]
    )
    assert (file.name, places(file.lines)) == ("w.sch", [("R1", "R2", "R3")])


def test_sheets_lie_in_folders():
    root = sheet(symbol("R1"), below("sub/io.kicad_sch", "s1"))
    inner = sheet(symbol("R2"), below("../led.kicad_sch", "s2"), key="io")
    files = [("p/w.kicad_sch", root), ("p/sub/io.kicad_sch", inner),
             ("p/led.kicad_sch", sheet(symbol("R3"), key="led"))]  # fmt: skip
    file = read_sheets(files)
    assert (places(file.lines), file.warnings) == ([("R1", "R2", "R3")], ())


def test_a_missing_and_an_unused_sheet_are_said():
    files = [*new_project()[:2], ("old.kicad_sch", sheet(symbol("R9"), key="old"))]
    file = read_sheets(files)
    assert warned(file, "sheet-missing") == [
        "The sheet led.kicad_sch was not given; its parts are missing."
    ]
    assert warned(file, "sheet-unused") == [
        "No sheet below w.kicad_sch uses old.kicad_sch; left out."
    ]


def test_sheets_within_themselves_are_refused():
    ring = sheet(symbol("R1"), below("w.kicad_sch", "s1"))
    with pytest.raises(InvalidInput) as caught:
        read_sheets([("w.kicad_sch", ring)])
    assert caught.value.code == "too-deep"


@pytest.mark.slow
def test_sheets_that_double_each_other_are_refused():
    files = [
        (f"s{level}.kicad_sch",
         sheet(symbol("R1"), *[below(f"s{level + 1}.kicad_sch", f"k{n}") for n in range(2)],
               key=f"i{level}"))
        for level in range(30)
    ]  # fmt: skip
    with pytest.raises(InvalidInput) as caught:
        read_sheets(files)
    assert caught.value.code == "too-large"


def test_sheets_given_together_are_one_schematic_and_others_stay():
    files = [*new_project(), ("other.kicad_sch", sheet(symbol("R7"), key="o", title="Other"))]
    found = read_boms(files)
    assert [(file.top, counts(file.lines).designators) for file in found] == [
        ("Widget", 5),
        ("Other", 1),
    ]


def test_an_archive_of_two_projects_is_two_schematics():
    sheets = {
        f"{folder}__{name.replace('.', '_dot_')}": raw
        for folder in ("a", "b")
        for name, raw in new_project()
    }
    found = read_boms([("p.zip", archive(readme_dot_txt=b"Widget\n", **sheets))])
    assert [counts(file.lines).designators for file in found] == [5, 5]


def test_an_archive_of_one_project_is_read_by_itself():
    raw = archive(**{name.replace(".", "_dot_"): raw for name, raw in new_project()})
    assert places(read_bom(raw, name="p.zip").lines) == [("R1", "R2", "R3"), ("D1", "D2")]


# ---------------------------------------------------------------- what cannot be read


@pytest.mark.parametrize(
    ("raw", "sentence"),
    [
        (legacy(legacy_part("R1"), tail=""),
         "a.sch, line 21: the file ends without $EndSCHEMATC. Copy the file again."),
        (legacy(legacy_part("R1"), tail="$Comp\nL Device:R R2\n"),
         "a.sch, line 22: the file ends before $EndComp. Copy the file again."),
        (legacy(), "a.sch holds no part."),
        (legacy(legacy_below("io.sch", "AA")),
         "a.sch holds no part (only sheets: io.sch). Give the whole schematic as a ZIP."),
        (sheet(symbol("R1"))[:-30], "a.sch, line 4: a quote is opened and not closed. "
                                    "Copy the file again."),
        (sheet(symbol("R1"))[:-2], "a.sch, line 5: the file ends inside a bracket. "
                                   "Copy the file again."),
        (sheet(), "a.sch holds no part."),
    ],
)  # fmt: skip
def test_a_sheet_that_cannot_be_read_is_refused_in_one_sentence(raw, sentence):
    with pytest.raises(InvalidInput) as caught:
        read_bom(raw, name="a.sch")
    assert str(caught.value) == sentence


@pytest.mark.parametrize("raw", [legacy(legacy_part("R1"), legacy_part("R2", "22k")),
                                 sheet(symbol("R1"), symbol("R2", "22k"))])  # fmt: skip
def test_a_sheet_cut_off_anywhere_is_refused_or_read_whole(raw):
    whole = lines(raw)
    for end in range(1, len(raw), 19):
        try:
            found = lines(raw[:end])
        except InvalidInput:
            continue
        assert found == whole
