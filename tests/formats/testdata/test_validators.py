"""Limits are read from the texts that OpenHTF's validators write; the rest stays text."""

from decimal import Decimal

import pytest

from firstoff.formats.testdata.drafts import LimitsDraft
from firstoff.formats.testdata.validators import Understood, is_marginal, is_within, understood


def limits(**ends) -> LimitsDraft:
    return LimitsDraft(
        **{key: Decimal(end) if isinstance(end, str) else end for key, end in ends.items()}
    )


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("4.5 <= x <= 5", limits(lower="4.5", upper="5")),
        ("x <= 0.0025", limits(upper="0.0025")),
        ("95 <= x", limits(lower="95")),
        ("x >= 95", limits(lower="95")),
        ("x == 5", limits(lower="5", upper="5")),
        ("x == -0.5", limits(lower="-0.5", upper="-0.5")),
        ("-1e+20 <= x <= 1e-09", limits(lower="-1e20", upper="1e-9")),
        ("-inf <= x <= 3", limits(upper="3")),
        (
            "0.1 <= Marginal:0.15 <= x <= Marginal:0.4 <= 0.45",
            limits(lower="0.1", marginal_lower="0.15", marginal_upper="0.4", upper="0.45"),
        ),
        ("x <= Marginal:9 <= 10", limits(marginal_upper="9", upper="10")),
        ("1 <= Marginal:2 <= x", limits(lower="1", marginal_lower="2")),
        ("x == True", LimitsDraft(expected=True)),
        ("'x' is equal to 'False'", LimitsDraft(expected=False)),
        (r"'x' matches /^1\.4\.\d+$/", LimitsDraft(pattern=r"^1\.4\.\d+$")),
        ("'x' matches /a/b/", LimitsDraft(pattern="a/b")),
        ("'x' is within 5% of 10.", limits(lower="9.5", upper="10.5")),
        ("'x' is within 2.5% of -10.0.", limits(lower="-10.25", upper="-9.75")),
        ("'x' is within 5% of 10", limits(lower="9.5", upper="10.5")),
        (
            "'x' is within 5% of 10. Marginal: 2% of 10",
            limits(lower="9.5", upper="10.5", marginal_lower="9.8", marginal_upper="10.2"),
        ),
        ("All values pass: 0 <= x <= 3", limits(lower="0", upper="3", each=True)),
    ],
)
def test_a_validator_of_openhtf_gives_its_limits(text, found):
    assert understood([text]) == Understood(found, ())


@pytest.mark.parametrize(
    "text",
    [
        "<function <lambda> at 0x7faa70f21b20>",
        "'x' is equal to 'None'",
        "Once pass, rest must also pass: 0 <= x <= 3",
        "x < 5",
        "x",
        "",
        "nan <= x",
        "5 <= y",
        "x == '5'",
        "1e9999 <= x",
        "٣ <= x",
    ],
)
def test_another_text_stays_text(text):
    assert understood([text]) == Understood(LimitsDraft(), (text,))


def test_several_validators_hold_together():
    assert understood(["1 <= x <= 2", "1.5 <= x <= 5", "odd"]) == Understood(
        limits(lower="1.5", upper="2"), ("odd",)
    )


def test_two_patterns_cannot_be_said_as_one():
    assert understood(["'x' matches /a/", "'x' matches /b/"]) == Understood(
        LimitsDraft(pattern="a"), ("'x' matches /b/",)
    )


def test_limits_of_the_value_and_of_each_value_are_kept_apart():
    assert understood(["x <= 3", "All values pass: x <= 2"]) == Understood(
        limits(upper="3"), ("All values pass: x <= 2",)
    )


def test_both_ends_of_a_range_belong_to_it():
    held = understood(["0.1 <= Marginal:0.15 <= x <= Marginal:0.4 <= 0.45"]).limits
    values = [Decimal(text) for text in ("0.09", "0.1", "0.15", "0.2", "0.4", "0.45", "0.46")]
    assert [is_within(value, held) for value in values] == [False, *[True] * 5, False]
    assert [is_marginal(value, held) for value in values[1:6]] == [True, True, False, True, True]
