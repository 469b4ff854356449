"""Labels of revisions: numbers, letters, what is left out, what was there before."""

import pytest

from firstoff.errors import InvalidInput
from firstoff.rules.product import (
    DEFAULT_SCHEME,
    LabelKind,
    Labelled,
    Scheme,
    check_scheme,
    label_after,
)


def after(*labels: str, released: bool = True, scheme: Scheme = DEFAULT_SCHEME) -> str:
    return label_after(scheme, [Labelled(label, released) for label in labels])


@pytest.mark.parametrize(
    ("there", "next_one"),
    [
        (("A",), "B"),
        (("H",), "J"),
        (("N",), "P"),
        (("R",), "T"),
        (("W",), "Y"),
        (("Y",), "AA"),
        (("AY",), "BA"),
        (("YY",), "AAA"),
        (("3",), "A"),
        (("1", "A", "B"), "C"),
        (("C1",), "C2"),  # what no scheme makes is counted on as it is
        (("2024-09",), "2024-10"),
        (("A", "3"), "B"),
    ],
)
def test_after_a_release_letters_follow(there: tuple[str, ...], next_one: str) -> None:
    assert after(*there) == next_one


@pytest.mark.parametrize(
    ("there", "next_one"),
    [((), "1"), (("1",), "2"), (("9",), "10"), (("A",), "B"), (("X1",), "X2")],
)
def test_before_it_numbers_follow_and_labels_that_are_there_keep_working(
    there: tuple[str, ...], next_one: str
) -> None:
    assert after(*there, released=False) == next_one


def test_a_label_that_is_taken_is_passed_over() -> None:
    assert label_after(DEFAULT_SCHEME, [Labelled("A", True), Labelled("1", False)]) == "B"


def test_a_scheme_of_ones_own() -> None:
    own = Scheme("p", "P", prefix_before="P", after_release=LabelKind.NUMERIC)
    assert after(scheme=own, released=False) == "P1"
    assert after("P1", scheme=own, released=False) == "P2"
    assert after("P2", scheme=own) == "1"
    assert check_scheme(Scheme("k", "n", skipped="oi")).skipped == "IO"
    with pytest.raises(InvalidInput, match="'4' is no letter"):
        check_scheme(Scheme("k", "n", skipped="O4"))
    with pytest.raises(InvalidInput, match="All letters but one"):
        check_scheme(Scheme("k", "n", skipped="ABCDEFGHIJKLMNOPQRSTUVWXY"))
