"""Pages of InteractiveHtmlBom: both layouts, packed or not, what they leave out."""

from decimal import Decimal

import pytest

from firstoff.errors import InvalidInput
from firstoff.formats.bom import read_bom
from firstoff.rules.bom.draft import SourceDraft
from tests.formats.bom.drawings import page, places, warned

BOARD = [{"ref": name} for name in ("R1", "R2", "C1", "H1")]
META = {"title": "Widget", "revision": "B", "company": "", "date": "2026-01-01"}


def old(**more) -> tuple[dict, dict]:
    rows = [
        [2, "10k", "R_0603", [["R2", 1], ["R1", 0]], ["Yageo", "RC-1"]],
        [1, "100n", "C_0603", [["C1", 2]], ["", ""]],
    ]
    data = {"metadata": META, "modules": BOARD, "bom": {"both": rows, "skipped": [3], **more}}
    return data, {"extra_fields": ["Manufacturer", "Manufacturer_No"]}


def new(**more) -> tuple[dict, dict]:
    fields = {
        "0": ["10k", "R_0603", "Yageo", "RC-1"],
        "1": ["10k", "R_0603", "Yageo", "RC-1"],
        "2": ["100n", "C_0603", "", ""],
    }
    bom = {"both": [[["R1", 0], ["R2", 1]], [["C1", 2]]], "skipped": [3], "fields": fields}
    data = {"metadata": META, "footprints": BOARD, "bom": {**bom, **more}}
    return data, {"fields": ["Value", "Footprint", "Manufacturer", "Manufacturer_No"]}


@pytest.mark.parametrize("packed", [True, False])
@pytest.mark.parametrize("layout", [old, new])
def test_groups_of_both_layouts_are_lines(layout, packed):
    file = read_bom(page(*layout(), packed=packed), name="ibom.html")
    assert (file.kind, file.top, file.top_revision) == ("ibom", "Widget", "B")
    found = [(line.designators, line.quantity, line.value, line.package, line.sources)
             for line in file.lines]  # fmt: skip
    assert found == [
        (("R1", "R2"), Decimal(2), "10k", "R_0603", (SourceDraft("RC-1", "Yageo"),)),
        (("C1",), Decimal(1), "100n", "C_0603", ()),
    ]
    assert warned(file, "excluded") == ["The page leaves out H1."]


def test_the_oldest_rows_have_no_further_fields():
    data, _ = old()
    data["bom"]["both"] = [[1, "10k", "R_0603", [["R1", 0]]]]
    assert places(read_bom(page(data), name="p.html").lines) == [("R1",)]


def test_a_group_is_one_line_though_its_values_are_written_apart():
    data, settings = new()
    data["bom"]["fields"]["1"][0] = "10000 ohm"
    assert places(read_bom(page(data, settings), name="p.html").lines)[0] == ("R1", "R2")


def test_parts_of_a_group_with_other_numbers_are_lines_of_their_own():
    data, settings = new()
    data["bom"]["fields"]["1"][3] = "RC-2"
    assert places(read_bom(page(data, settings), name="p.html").lines) == [
        ("R1",),
        ("R2",),
        ("C1",),
    ]


def test_a_count_that_its_group_does_not_have_is_told():
    data, settings = old()
    data["bom"]["both"][0][0] = 3
    file = read_bom(page(data, settings), name="p.html")
    assert warned(file, "quantity-designators")[0] == "Group 1 counts 3 and names 2 parts."


def test_footprints_of_one_name_are_counted_each():
    data, settings = new()
    data["bom"]["both"] = [[["REF**", 0], ["REF**", 1]]]
    line = read_bom(page(data, settings), name="p.html").lines[0]
    assert (line.designators, line.quantity) == (("REF**",), Decimal(2))


def test_fields_that_no_setting_names_are_kept_by_their_number():
    data, _ = old()
    line = read_bom(page(data), name="p.html").lines[0]
    assert dict(line.attributes) == {"Field 1": "Yageo", "Field 2": "RC-1"}


def broken(change) -> str:
    with pytest.raises(InvalidInput) as caught:
        read_bom(change(page(*new())), name="p.html")
    return str(caught.value)


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (lambda raw: raw.replace(b"var pcbdata", b"var data"),
         "p.html is a web page without the data of an interactive BOM (pcbdata). "
         "Save the page whole, or write it again."),
        (lambda raw: raw[: raw.index(b"pcbdata = ") + 90],
         "p.html: the packed data ends in the middle. Copy the file again."),
        (lambda raw: raw.replace(b'Base64("', b'Base64("AAAA'),
         "p.html: the packed data cannot be read (an unknown code). Copy the file again."),
    ],
)  # fmt: skip
def test_a_page_that_cannot_be_read_is_refused_in_one_sentence(change, sentence):
    assert broken(change) == sentence


@pytest.mark.parametrize("rows", [[], None, [7], [[]], {"a": 1}])
def test_a_page_without_groups_is_refused(rows):
    data, settings = new()
    data["bom"]["both"] = rows
    with pytest.raises(InvalidInput):
        read_bom(page(data, settings), name="p.html")


@pytest.mark.parametrize("raw", [b"<html><body>pcbdata = JSON.parse(", b"<html>Interactive BOM"])
def test_a_page_cut_off_is_refused(raw):
    with pytest.raises(InvalidInput):
        read_bom(raw, name="p.html")
