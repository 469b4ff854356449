"""What stays empty on the board."""

import pytest

from firstoff.formats.bom.dnp import (
    heading_says_not_fitted,
    marked,
    not_fitted_names,
    note_says_not_fitted,
    populated,
    says_not_fitted,
    value_says_not_fitted,
)


@pytest.mark.parametrize(
    "text",
    ["DNP", "dnp", "DNF", "N.C.", "Leave empty", "Do not install", "do not populate.",
     "not fitted", "(DNP)", "NF", "no pop", "Nicht bestückt", "Don’t place"],
)  # fmt: skip
def test_words_for_not_fitted(text):
    assert says_not_fitted(text) is True


@pytest.mark.parametrize("text", ["", "DNC", "10k", "fitted", "do not change", "Note", "NFET"])
def test_words_that_say_something_else(text):
    assert says_not_fitted(text) is False


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("NF(C324 C325)", ("C324", "C325")),
        ("DNP: R5, R6", ("R5", "R6")),
        ("DNP R5", ("R5",)),
        ("not fitted: C3-C5", ("C3", "C4", "C5")),
        ("DNP for version 2", ()),
        ("DNP", ()),
        ("fitted: R5", ()),
    ],
)
def test_designators_are_named_one_by_one(text, names):
    assert not_fitted_names(text) == names


@pytest.mark.parametrize(
    ("text", "says"), [("DNP, for tests only", True), ("NF(C1)", False), ("see DNP list", False)]
)
def test_notes_speak_of_the_whole_line_or_not(text, says):
    assert note_says_not_fitted(text) is says


@pytest.mark.parametrize(
    ("text", "names", "says"),
    [
        ("10k DNP", ("R1",), True),
        ("DNP/100n", ("C1",), True),
        ("N.C.", ("X1",), True),
        ("NC", ("R1",), True),
        ("NC", ("SW1",), False),
        ("10k", ("R1",), False),
        ("DNPX-12", ("U1",), False),
    ],
)
def test_values_with_the_mark_in_them(text, names, says):
    assert value_says_not_fitted(text, names) is says


@pytest.mark.parametrize(
    ("text", "says"),
    [("DNP", True), ("X", True), ("1", True), ("yes", True), ("", False), ("no", False),
     ("0", False), ("R5, R6", None)],
)  # fmt: skip
def test_a_column_of_marks(text, says):
    assert marked(text) is says


@pytest.mark.parametrize(
    ("text", "says"),
    [("YES", True), ("NO", False), ("0", False), ("DNP", False), ("", True), ("later", None)],
)
def test_a_column_of_what_is_placed(text, says):
    assert populated(text) is says


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("DO NOT INSTALL COMPONENTS BELOW.", True),
        ("Not fitted", True),
        ("Capacitors", False),
        ("*NOTE: NF(R1 R2) means that elements R1 and R2 are unpopulated", False),
    ],
)
def test_headings_over_what_stays_empty(text, says):
    assert heading_says_not_fitted(text) is says
