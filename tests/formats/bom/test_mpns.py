"""Part numbers as cells write them."""

from decimal import Decimal

import pytest

from firstoff.formats.bom.mpns import maker_names, multiplied, part_numbers, sources
from firstoff.rules.bom.draft import SourceDraft


def numbers(text: str) -> list[str]:
    return [number for number, _ in part_numbers(text).numbers]


@pytest.mark.parametrize(
    "text",
    [
        "MMBT3904,215",
        "T2N7002AK,LM",
        "BAT 60A E6327",
        "PTS645SL50SMTR92 LFS",
        "SG-8018CG 125.0000M-TJHSA3",
        "MCP6V26-E/MS",
        "29306",
        "4.99k ohm, 0603, Thin Film",
    ],
)
def test_commas_and_spaces_may_belong_to_a_number(text):
    assert numbers(text) == [text]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("C0603C104J4RACTU VJ0603Y103JXJPW1BC", ["C0603C104J4RACTU", "VJ0603Y103JXJPW1BC"]),
        ("AB-12345, CDE-6789, 61304021821", ["AB-12345", "CDE-6789", "61304021821"]),
        ("AB-12345; CDE-6789", ["AB-12345", "CDE-6789"]),
        ("AB-12345 | CDE-6789", ["AB-12345", "CDE-6789"]),
        ("AB-12345\nCDE-6789", ["AB-12345", "CDE-6789"]),
        ("AB-12345 or CDE-6789", ["AB-12345", "CDE-6789"]),
        ("RC0603FR-0715KL,RC0603FR-1015KL", ["RC0603FR-0715KL", "RC0603FR-1015KL"]),
        ("  LIS3DHTR  ", ["LIS3DHTR"]),
        ("AB-1;AB-1", ["AB-1"]),
    ],
)
def test_several_numbers_in_a_cell_are_told_apart(text, found):
    assert numbers(text) == found


@pytest.mark.parametrize("text", ["ANY", "tbd", "-", "~", "n/a", "Generic", "", "#NAME?"])
def test_what_names_no_part_is_none(text):
    assert numbers(text) == []


def test_a_web_address_is_no_part_number():
    assert numbers("https://example.com/part/AB-12345") == []


def test_a_minus_sign_is_read_as_the_hyphen_it_stands_for():
    found = part_numbers("CAT24−GT3")
    assert (found.numbers[0][0], found.replaced) == ("CAT24-GT3", True)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("ABC-1:2", ("ABC-1", Decimal(2))),
        ("ABC-1 : 4.5", ("ABC-1", Decimal("4.5"))),
        ("4/5 : ABC-1", ("ABC-1", Decimal("0.8"))),
        ("ABC-1", ("ABC-1", Decimal(1))),
        ("ABC:DEF", ("ABC:DEF", Decimal(1))),
        ("ABC:0", ("ABC:0", Decimal(1))),
    ],
)
def test_multipliers_stand_on_either_side(text, found):
    assert multiplied(text) == found


def test_makers_go_to_their_numbers_one_by_one():
    assert sources("AB-12345; CDE-6789", "Acme; Best Parts, Inc.") == (
        SourceDraft("AB-12345", "Acme"),
        SourceDraft("CDE-6789", "Best Parts, Inc."),
    )


def test_one_maker_goes_to_each_number():
    assert [s.manufacturer for s in sources("AB-12345; AB-67890", "Acme")] == ["Acme", "Acme"]


def test_a_comma_in_the_name_of_one_maker_parts_nothing():
    assert maker_names("Measurement Specialties, Inc.", 1) == ["Measurement Specialties, Inc."]


def test_any_maker_is_none():
    assert maker_names("ANY", 1) == [""]
