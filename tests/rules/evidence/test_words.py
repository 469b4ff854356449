"""Numbers as a person reads them."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from firstoff.rules.evidence import words


def plain(text: str) -> str:
    return text.replace("\u00a0", " ")


@pytest.mark.parametrize(
    ("hits", "of", "shown"),
    [
        (5, 20, "25 %"),
        (1, 20, "5 %"),
        (19, 20, "95 %"),
        (1, 3, "33 %"),
        (1, 60, "1.7 %"),
        (7, 10_000, "0.07 %"),
        (9_999, 10_000, "99.99 %"),
        (0, 20, "0 %"),
        (20, 20, "100 %"),
    ],
)
def test_a_rate_has_the_digits_its_sample_carries(hits, of, shown):
    assert plain(words.rate(hits, of)) == shown


def test_the_intervals_of_the_golden_pilot():
    assert plain(words.interval(0.0012650895, 0.2487327628)) == "0.13 % to 24.9 %"
    assert plain(words.interval(0.0865714691, 0.4910458717)) == "8.7 % to 49.1 %"


@pytest.mark.parametrize(
    ("share", "shown"),
    [
        (0, "0 %"),
        (0.0009, "under 0.1 %"),
        (0.99999, "over 99.9 %"),
        (1, "100 %"),
        (0.0955, "9.6 %"),
    ],
)
def test_an_end_is_never_rounded_into_none_or_all(share, shown):
    assert plain(words.bound(share)) == shown


def test_a_figure_is_never_rounded_across_its_limit():
    assert words.apart(7.04, Decimal(7)) == "7.04"
    assert words.apart(4.96, 5) == "4.96"
    assert words.apart(7.0, 7) == "7.0"
    assert words.apart(11.04, 7) == "11.0"


@given(st.floats(0.01, 1e6), st.decimals("0.01", "1000", places=3))
def test_what_is_shown_stands_on_the_side_of_its_limit(value, limit):
    shown = Decimal(words.apart(value, limit).replace(",", ""))
    exact = Decimal(repr(value))
    assert (shown > limit, shown < limit) == (exact > limit, exact < limit)


def test_halves_go_away_from_zero():
    assert [words.number(v) for v in (0.5, 1.5, 2.5, -0.5)] == ["1", "2", "3", "-1"]


@pytest.mark.parametrize(
    ("share", "shown"),
    [
        (0.3917, "39 times in 100"),
        (0.0692, "7 times in 100"),
        (0.013, "once in 100"),
        (0.002, "less than once in 100"),
        (0.9999, "more than 99 times in 100"),
    ],
)
def test_chances_count_in_hundreds(share, shown):
    assert words.times_in_100(share) == shown


@pytest.mark.parametrize(
    ("p", "shown"), [(0.1818, "p = 0.18"), (0.0123, "p = 0.012"), (0.0004, "p under 0.001")]
)
def test_p_values_have_two_digits(p, shown):
    assert words.p_value(p) == shown


def test_money_shows_pence_only_where_they_matter():
    assert words.amount(15_350.0, "GBP") == "£15,350"
    assert words.amount(Decimal("61.40"), "GBP") == "£61.40"
    assert plain(words.amount(1_234.5, "SEK")) == "SEK 1,235"


@pytest.mark.parametrize(
    ("place", "shown"), [(1, "1st"), (2, "2nd"), (3, "3rd"), (11, "11th"), (22, "22nd")]
)
def test_ordinals(place, shown):
    assert words.ordinal(place) == shown


def test_long_lists_are_cut_with_their_count():
    assert words.listed(list("abcdefg")) == "a, b, c, d and 3 more"
    assert words.listed(["a", "b"]) == "a and b"
    assert words.listed([]) == ""
