"""Fields of parts: what their names mean, lists in them, what leaves a place empty."""

from decimal import Decimal

import pytest

from firstoff.formats.bom.eda_fields import held_by, listed, meaning_of
from firstoff.rules.bom.draft import OfferDraft, Orderable, SourceDraft


def source(mpn, maker="", pieces=1) -> SourceDraft:
    return SourceDraft(mpn, maker, Decimal(pieces))


@pytest.mark.parametrize(
    ("name", "meaning"),
    [
        ("MPN", "mpn"),
        ("manf#", "mpn"),
        ("Manufacturer_No", "mpn"),
        ("Manufacturer PN", "mpn"),
        ("mfr-num", "mpn"),
        ("Part Number", "mpn"),
        ("kicost:manf#", "mpn"),
        ("Manufacturer", "manufacturer"),
        ("MFR", "manufacturer"),
        ("MPN2", "alternates"),
        ("S1PN", "alternates"),
        ("mouser#", "distributor_number"),
        ("LCSC Part #", "distributor_number"),
        ("Digi-Key_PN", "distributor_number"),
        ("Supplier 1 PN", "distributor_number"),
        ("Supplier 1 ", "distributor"),
        ("Desc ", "description"),
        ("kicost:pricing", "price"),
        ("kicost:we:pricing", "price"),
        ("NOPOP", "dnp"),
        ("INSTALL", "populate"),
        ("Config", "config"),
        ("RoHS", "compliance"),
        ("IPN", "number"),
        ("Voltage", ""),
        ("kicost.v1:dnp", ""),
        ("kicost:link", ""),
        ("Reference", ""),
        ("Value", ""),
    ],
)
def test_the_name_of_a_field_says_what_it_means(name, meaning):
    assert meaning_of(name).meaning == meaning


def test_a_list_keeps_its_empty_places():
    assert (listed("a||c"), listed("a; b ;c"), listed("a|b|"), listed(r"a\;b")) == (
        ["a", "", "c"],
        ["a", "b", "c"],
        ["a", "b"],
        ["a;b"],
    )


def test_a_part_has_its_number_and_maker():
    held = held_by({"manf": "Yageo", "manf#": "RC0603FR-0710KL"})
    assert (held.components, held.attributes) == ([[source("RC0603FR-0710KL", "Yageo")]], {})


@pytest.mark.parametrize("mark", ["; ", "|", ", "])
def test_a_list_of_numbers_is_parts_that_stand_there_at_once(mark):
    held = held_by({"manf#": mark.join(("AB-1", "CD-2", "EF-3"))})
    assert held.components == [[source("AB-1")], [source("CD-2")], [source("EF-3")]]


def test_a_comma_inside_a_number_parts_nothing():
    assert held_by({"MPN": "MMBT3904,215"}).components == [[source("MMBT3904,215")]]


@pytest.mark.parametrize(
    ("text", "pieces"), [("AB-1:2", 2), ("2:AB-1", 2), ("AB-1 : 4.5", "4.5"), ("4/5: AB-1", "0.8")]
)
def test_a_number_beside_a_colon_is_how_many_of_it(text, pieces):
    assert held_by({"manf#": text}).components == [[source("AB-1", "", pieces)]]


def test_makers_go_to_numbers_one_by_one_and_a_tilde_repeats():
    held = held_by({"manf": "Molex; ~; LEM", "manf#": "A-1; B-2; C-3"})
    makers = [sources[0].manufacturer for sources in held.components]
    assert makers == ["Molex", "Molex", "LEM"]


def test_one_maker_is_that_of_all():
    held = held_by({"manf": "Molex", "manf#": "A-1; B-2"})
    assert [sources[0].manufacturer for sources in held.components] == ["Molex", "Molex"]


def test_a_part_listed_again_is_more_pieces_of_it():
    held = held_by({"manf#": "A-1;A-1;B-2"})
    assert held.components == [[source("A-1", "", 2)], [source("B-2")]]


def test_further_sources_of_a_list_go_to_its_places():
    held = held_by(
        {
            "manf": "WE|Bel|WE", "manf#": "W-1|F-2|W-3",
            "S1MN": "Eaton||Clip?", "S1PN": "E-9:2||Clip?",
        }
    )  # fmt: skip
    assert held.components == [
        [source("W-1", "WE"), source("E-9", "Eaton", 2)],
        [source("F-2", "Bel")],
        [source("W-3", "WE")],
    ]
    assert held.odd == ["S1PN asks 'Clip?'; that is no part number."]


def test_numbered_fields_are_alternates_of_the_first():
    fields = {"Manufacturer": "A", "MPN": "A-1", "Manufacturer2": "B", "MPN2": "B-2"}
    assert held_by(fields).components == [[source("A-1", "A"), source("B-2", "B")]]


def test_a_field_that_repeats_the_number_says_nothing_new():
    held = held_by({"Mpn": "A-1", "mpn": "A-1", "Part Number": "OTHER-7"})
    assert (held.components, held.attributes) == ([[source("A-1")]], {"Part Number": "OTHER-7"})


def test_a_maker_alone_is_kept():
    assert held_by({"manf": "Yageo"}).attributes == {"Manufacturer": "Yageo"}


def test_distributors_numbers_are_no_part_numbers():
    held = held_by({"mouser#": "710-1|530-2|", "LCSC": "C1658", "Supplier 1": "TME",
                    "Supplier 1 PN": "T-9"})  # fmt: skip
    assert held.components == []
    assert held.orderables == [
        Orderable("Mouser", "710-1"),
        Orderable("Mouser", "530-2"),
        Orderable("LCSC", "C1658"),
        Orderable("TME", "T-9"),
    ]


def test_prices_are_breaks():
    held = held_by({"kicost:pricing": "01:$0.09;100:$0.05"})
    breaks = ((Decimal(1), Decimal("0.09")), (Decimal(100), Decimal("0.05")))
    assert held.offers == [OfferDraft(breaks=breaks, currency="USD")]


@pytest.mark.parametrize("text", ["1:EUR0.07|0:0", "cheap", "1:0.1$x", ":5"])
def test_prices_that_are_none_stay_as_they_are(text):
    held = held_by({"kicost:pricing": text})
    assert (held.offers, held.attributes) == ([], {"kicost:pricing": text})


@pytest.mark.parametrize(
    ("fields", "fitted"),
    [
        ({"Config": "DNF"}, False),
        ({"Config": "DNC"}, True),  # do not change
        ({"Config": "v1,DNP"}, False),
        ({"dnp": "1"}, False),
        ({"dnp": "0.0"}, True),
        ({"dnp": "no"}, True),
        ({"DNP": "~"}, True),
        ({"NOPOP": "a"}, False),
        ({"INSTALL": "DNP"}, False),
        ({"INSTALL": "yes"}, True),
        ({"Populate": "0"}, False),
        ({"kicost.v1:dnp": "1"}, True),
        ({"Note": "Do not install"}, False),
        ({"Note": "install with care"}, True),
    ],
)
def test_a_field_can_leave_the_place_empty(fields, fitted):
    assert held_by(fields).fitted is fitted


def test_a_person_can_say_what_a_field_means():
    held = held_by({"Model": "A-1", "MPN": "x"}, {"Model": "mpn", "MPN": ""})
    assert (held.components, held.attributes) == ([[source("A-1")]], {"MPN": "x"})
