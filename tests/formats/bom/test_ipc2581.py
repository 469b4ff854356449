"""IPC-2581: items, places that stay empty, the vendor list by rank, files without a Bom."""

import gzip
from decimal import Decimal

import pytest

from firstoff.errors import InvalidInput
from firstoff.formats.bom import read_bom
from firstoff.rules.bom.draft import Orderable, SourceDraft, counts
from tests.formats.bom.drawings import ipc, item, lines, ref, vmpn, warned


def sources(*pairs: tuple[str, str]) -> tuple[SourceDraft, ...]:
    return tuple(SourceDraft(mpn, maker) for mpn, maker in pairs)


@pytest.mark.parametrize(
    "namespace", ["http://webstds.ipc.org/2581", "http://webstds.ipc.org/2581b", "urn:other"]
)
def test_items_are_lines_in_every_namespace(namespace):
    file = read_bom(
        ipc(item("IN-1", ref("R10"), ref("R2"), VALUE="10K", TOL="1%"), namespace=namespace),
        name="b.xml",
    )
    line = file.lines[0]
    assert (file.kind, file.top, file.top_revision) == ("ipc2581", "WIDGET", "B")
    assert (line.number, line.designators, line.quantity, line.value, line.package) == (
        "IN-1",
        ("R2", "R10"),
        Decimal(2),
        "10K",
        "R_0603",
    )
    assert dict(line.attributes) == {"TOL": "1%", "Category": "ELECTRICAL"}


def test_a_packed_file_is_read():
    assert len(lines(gzip.compress(ipc(item("IN-1", ref("R1")))), "b.xml.gz")) == 1


@pytest.mark.parametrize("name", ["Mpn", "mpn", "MPN", "Manufacturer_Part_Number"])
def test_a_part_number_may_be_only_a_characteristic(name):
    raw = ipc(item("IN-1", ref("D1"), Manufacturer="Nexperia", Lcsc="C1", **{name: "P5V,135"}))
    line = lines(raw)[0]
    assert (line.sources, line.orderables) == (
        sources(("P5V,135", "Nexperia")),
        (Orderable("LCSC", "C1"),),
    )


def test_places_that_stay_empty_are_said_of_each():
    found = lines(
        ipc(
            item("A", ref("R1"), ref("R2", populate="false")),
            item("B", ref("R3", populate="false"), ref("R4", populate="false")),
        )
    )
    said = [(line.not_fitted, line.fitted, line.quantity) for line in found]
    assert said == [(("R2",), True, Decimal(1)), (("R3", "R4"), False, Decimal(2))]
    assert counts(found).pieces == 1


def test_a_characteristic_says_it_where_the_places_do_not():
    found = lines(ipc(item("A", ref("R1", populate=None), Do_not_populate="True")))
    assert (found[0].not_fitted, found[0].fitted) == (("R1",), False)


def test_places_and_characteristics_that_contradict_each_other_are_told():
    file = read_bom(ipc(item("A", ref("R1"), Do_not_populate="True")), name="b.xml")
    assert (file.lines[0].fitted, warned(file, "fitting")) == (
        True,
        ["A: its characteristics say not fitted, its designators say fitted; "
         "the designators were taken."],
    )  # fmt: skip


def test_the_vendor_list_gives_alternates_by_rank():
    avl = (
        '<AvlItem OEMDesignNumber="A">'
        + vmpn("THIRD", "E9")
        + vmpn("SECOND", "E1", rank="2", qualified="true")
        + vmpn("FIRST", "E1", rank="1", chosen="true", qualified="true")
        + "</AvlItem>"
    )
    line = lines(ipc(item("A", ref("R1"), Mpn="FOURTH", Manufacturer="X"), avl=avl))[0]
    assert line.sources == sources(
        ("FIRST", "Acme Parts"), ("SECOND", "Acme Parts"), ("THIRD", "E9"), ("FOURTH", "X")
    )
    assert line.attributes["Qualified in the vendor list"] == "FIRST, SECOND"


def test_without_ranks_the_chosen_one_is_first():
    avl = (
        '<AvlItem OEMDesignNumber="A">' + vmpn("OTHER", "E1", chosen="false")
        + vmpn("CHOSEN", "E1", chosen="true") + "</AvlItem>"
    )  # fmt: skip
    file = read_bom(ipc(item("A", ref("R1")), avl=avl), name="b.xml")
    assert [source.mpn for source in file.lines[0].sources] == ["CHOSEN", "OTHER"]
    assert warned(file, "rank-chosen") == []


def test_a_rank_that_is_not_the_choice_is_told():
    avl = (
        '<AvlItem OEMDesignNumber="A">' + vmpn("ONE", "E1", rank="1")
        + vmpn("TWO", "E1", rank="2", chosen="true") + "</AvlItem>"
    )  # fmt: skip
    file = read_bom(ipc(item("A", ref("R1")), avl=avl), name="b.xml")
    assert warned(file, "rank-chosen") == [
        "A: the vendor list ranks ONE first and has chosen TWO."
    ]


def test_an_empty_vendor_list_adds_nothing():
    raw = ipc(item("A", ref("R1"), Mpn="RC-1"), avl='<AvlItem OEMDesignNumber="A"/>')
    assert lines(raw)[0].sources == sources(("RC-1", ""))


def test_a_document_is_a_line_and_is_told():
    file = read_bom(ipc(item("LOGO", ref("G1"), category="DOCUMENT")), name="b.xml")
    assert (len(file.lines), warned(file, "document")) == (
        1,
        ["LOGO is a document, no part; it is kept as a line."],
    )


def test_a_quantity_that_its_places_do_not_have_is_told():
    file = read_bom(ipc(item("A", ref("R1"), quantity="3")), name="b.xml")
    assert (file.lines[0].quantity, warned(file, "quantity-designators")[0]) == (
        Decimal(3),
        "Quantity 3 and 1 designators; the quantity was taken.",
    )


def test_an_item_without_places_has_the_quantity_of_the_file():
    line = lines(ipc(item("GLUE", quantity="0.5", category="MECHANICAL")))[0]
    assert (line.designators, line.quantity, line.fitted) == ((), Decimal("0.5"), True)


def test_a_number_made_up_of_package_and_value_is_not_ones_own():
    line = lines(ipc(item("R_0603_R_0603_10k", ref("R1"))))[0]
    assert (line.number, line.attributes["OEM design number"]) == ("", "R_0603_R_0603_10k")


def test_of_several_boms_the_one_that_is_referred_to_is_read():
    other = f'<Bom name="B0">{item("Z", ref("R9"))}</Bom>'.encode()
    raw = ipc(item("A", ref("R1"))).replace(b"<Bom ", other + b"<Bom ")
    file = read_bom(raw, name="b.xml")
    assert ([line.number for line in file.lines], warned(file, "several-boms")) == (
        ["A"],
        ["The file holds 2 Boms; 'B1' was read, B0 not."],
    )


@pytest.mark.parametrize(
    ("raw", "sentence"),
    [
        (ipc(mode="STACKUP", bom=False),
         "b.xml is IPC-2581 in STACKUP mode without a Bom; expected one with a Bom. "
         "Export it in BOM or ASSEMBLY mode."),
        (ipc(), "b.xml: its Bom 'B1' holds no item."),
        (ipc(item("A", ref("R1")))[:-30], None),
    ],
)  # fmt: skip
def test_a_file_without_items_is_refused_in_one_sentence(raw, sentence):
    with pytest.raises(InvalidInput) as caught:
        read_bom(raw, name="b.xml")
    assert sentence is None or str(caught.value) == sentence


def test_columns_tell_how_characteristics_were_understood():
    file = read_bom(ipc(item("A", ref("R1"), Mpn="RC-1", TOL="1%")), name="b.xml")
    assert [(column.header, column.meaning) for column in file.columns] == [
        ("Mpn", "mpn"),
        ("TOL", ""),
    ]
