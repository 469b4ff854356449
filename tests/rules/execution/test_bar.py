"""The bar: what it may hold, and that it is locked once."""

from dataclasses import replace
from datetime import timedelta, timezone
from decimal import Decimal

import pytest

from firstoff.errors import InvalidInput, Refused
from firstoff.rules.criteria.samples import BAR
from firstoff.rules.execution import (
    BarCapability,
    bar_differences,
    bar_warnings,
    check_bar,
    check_lock,
    describe,
)


def test_the_golden_bar_is_one():
    assert check_bar(BAR, characteristics=("3",)) is BAR
    assert (describe(BAR), BAR.rate) == ("at most 1 of 20", 0.05)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"sample": 0}, "The number of units that count is 0; expected 1 to 100,000."),
        ({"max_rejects": 20}, "The rejects allowed is 20; expected 0 to 19."),
        ({"max_rejects": -1}, "The rejects allowed is -1; expected 0 to 19."),
        ({"commits": 0}, "The quantity a pass commits is 0; expected 1 to 10,000,000."),
        (
            {"max_mean_minutes": Decimal(0)},
            "The limit on mean build time is 0; expected minutes above 0.",
        ),
        (
            {"max_unit_minutes": Decimal("NaN")},
            "The limit on one unit's build time is NaN; expected minutes above 0.",
        ),
        (
            {"min_first_pass_yield": Decimal("1.01")},
            "The first-pass yield is 1.01; expected above 0 %, at most 100 %.",
        ),
        (
            {"bad_unit_cost": Decimal(-1)},
            "The cost of a bad unit is -1; expected an amount of 0 or more.",
        ),
        ({"delay_days": -1}, "The days of delay is -1; expected 0 or more."),
        (
            {"capabilities": (BarCapability("3", Decimal(0)),)},
            "The capability of characteristic 3 is 0; expected above 0, at most 10.",
        ),
    ],
)
def test_a_bar_that_can_decide_nothing_is_refused_with_its_field(change, message):
    with pytest.raises(InvalidInput) as error:
        check_bar(replace(BAR, **change))
    assert error.value.message == message
    assert error.value.details["field"] == next(iter(change))


def test_a_capability_is_asked_of_what_the_baseline_measures():
    with pytest.raises(InvalidInput, match=r"no characteristic 3 with limits\. It has: 1, 2\."):
        check_bar(BAR, characteristics=("1", "2"))


def test_a_bar_is_locked_once():
    with pytest.raises(Refused) as error:
        check_lock(BAR, batch_id="CC1-P1", units=0, zone=timezone(timedelta(hours=1)))
    assert (error.value.code, error.value.message) == (
        "R-31",
        "The bar of CC1-P1 is locked since 2026-05-08 16:20: at most 1 of 20. It cannot be "
        "changed.",
    )


def test_a_bar_set_after_the_first_unit_is_refused():
    with pytest.raises(Refused, match="a bar set after the first unit proves nothing") as error:
        check_lock(None, batch_id="CC1-P1", units=1)
    assert error.value.code == "R-31"


def test_a_bar_may_be_locked_while_there_is_no_unit():
    check_lock(replace(BAR, locked_at=None), batch_id="CC1-P1", units=0)


def test_the_same_bar_differs_in_nothing():
    assert bar_differences(replace(BAR, uid="another"), BAR) == ()


def test_every_difference_between_two_bars_is_named():
    other = replace(BAR, max_rejects=2, capabilities=(), max_mean_minutes=None)
    assert bar_differences(other, BAR) == (
        "c 2 instead of 1",
        "mean build time none instead of 7",
        "capability of 3 none instead of 1.33",
    )


def test_a_bar_worth_a_second_look_says_why():
    bar = replace(BAR, sample=5, min_first_pass_yield=Decimal("0.9"), bad_unit_cost=None)
    assert [w.split(":")[0].split(";")[0] for w in bar_warnings(bar)] == [
        "5 units say very little about a process",
        "A first-pass yield of 0.9 as a fraction allows 0 of 5 rejects, the bar allows 1",
        "Without the cost of a bad unit the verdict shows units only, no money.",
    ]
    assert bar_warnings(BAR) == ()
