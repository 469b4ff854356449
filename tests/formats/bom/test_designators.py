"""Places on a board as cells list them."""

import pytest

from firstoff.formats.bom.designators import (
    designators,
    in_order,
    is_designator,
    looks_like_designators,
    short,
)


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("C1, C2,C3", ("C1", "C2", "C3")),
        ("R3 R4 ", ("R3", "R4")),
        ("C1;C2;", ("C1", "C2")),
        ("U1, U2, ", ("U1", "U2")),
        ("TP1,TP2 TP3", ("TP1", "TP2", "TP3")),
        ("C1\nC2", ("C1", "C2")),
        ("Q1-Q3", ("Q1", "Q2", "Q3")),
        ("R1 - R3, R7", ("R1", "R2", "R3", "R7")),
        ("R1..R3", ("R1", "R2", "R3")),
        ("C1–C3", ("C1", "C2", "C3")),
        ("R09-R11", ("R09", "R10", "R11")),
        ("Nut 1, Nut 2", ("Nut 1", "Nut 2")),
        ("Nut 1", ("Nut 1",)),
        ("Nut 1 Nut 2", ("Nut 1", "Nut 2")),
        ("REF**", ("REF**",)),
        ("G***", ("G***",)),
        ("U$2 U$3", ("U$2", "U$3")),
        ("barrel1; SPEDE", ("barrel1", "SPEDE")),
        ("A", ("A",)),
        ("1PIN", ("1PIN",)),
        ("Left header", ("Left header",)),
        ("", ()),
        (" ;, ", ()),
    ],
)
def test_a_cell_names_places(text, names):
    assert designators(text).names == names


@pytest.mark.parametrize(
    ("text", "count", "names"),
    [
        ("J1-4", 4, ("J1", "J2", "J3", "J4")),
        ("J1-4", 1, ("J1-4",)),
        ("J1-4", None, ("J1-4",)),
        ("U1-U2", 1, ("U1-U2",)),
        ("U1-U2", 2, ("U1", "U2")),
        ("U1-U2", 7, ("U1", "U2")),
    ],
)
def test_the_quantity_settles_what_a_range_is(text, count, names):
    assert designators(text, count=count).names == names


def test_a_name_given_twice_is_one_place_and_said():
    found = designators("P5,P5,P6")
    assert (found.names, found.repeated, found.places) == (("P5", "P6"), ("P5",), 3)


@pytest.mark.parametrize("text", ["R5-R1", "R1-C5", "R1-R99999"])
def test_what_is_no_range_stays_a_name(text):
    assert designators(text).names == (text,)


@pytest.mark.parametrize("text", ["C12", "U$2", "REF**", "R1A", "X1.2", "JP3"])
def test_designators_are_told(text):
    assert is_designator(text) is True


@pytest.mark.parametrize("text", ["Resistor", "12", "", "a long sentence with words 1", "0603"])
def test_other_words_are_told(text):
    assert looks_like_designators(text) is False


def test_c2_stands_before_c10():
    assert in_order(["C10", "C2", "R1", "C2A"]) == ("C2", "C2A", "C10", "R1")


def test_many_names_are_shortened():
    assert short(["R1", "R2", "R3"], 2) == "R1, R2 and 1 more"


def test_placeholders_stand_for_any_number_of_places():
    found = designators("REF**, REF**")
    assert (found.names, found.repeated, found.places) == (("REF**",), (), 2)
