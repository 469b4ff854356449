from decimal import Decimal

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from firstoff import stats
from firstoff.stats import Caveat, NoVariation, OutOfDomain, TooFewData

MOST = min(25, settings.default.max_examples)
few = settings(derandomize=True, max_examples=MOST, deadline=None, database=None)
GAPS = [0.42, 0.47, 0.44, 0.51, 0.39, 0.46, 0.43, 0.48, 0.45, 0.41]
values = st.lists(st.floats(-50, 50), min_size=3, max_size=40).filter(
    lambda found: max(found) - min(found) > 1e-3
)


def test_ppk_travels_with_its_lower_bound() -> None:
    seen = stats.capability(GAPS, lower=0.3, upper=0.6)
    assert (round(seen.ppk, 2), round(seen.ppk_lower, 2)) == (1.37, 0.81)
    assert seen.bound_method == "Bissell"


def test_one_limit_has_no_pp_and_an_exact_bound() -> None:
    seen = stats.capability(GAPS, upper=0.6)
    assert (seen.pp, seen.cp, seen.bound_method) == (None, None, "noncentral t, exact")
    assert seen.caveats == (Caveat.SMALL_SAMPLE, Caveat.ONE_LIMIT)


def test_decimals_are_taken_as_they_are() -> None:
    decimals = np.array([Decimal(str(gap)) for gap in GAPS])
    exact = stats.capability(decimals, lower=0.3, upper=0.6)
    assert exact == stats.capability(GAPS, lower=0.3, upper=0.6)


def test_values_outside_are_counted_and_named() -> None:
    seen = stats.capability([*GAPS, 0.7], lower=0.3, upper=0.6)
    assert (seen.observed_above, Caveat.OUTSIDE_SEEN in seen.caveats) == (1, True)


def test_a_drift_makes_the_past_speak_for_nothing_and_is_named() -> None:
    drifting = [value + place / 20 for place, value in enumerate(GAPS * 3)]
    assert Caveat.NOT_STABLE in stats.capability(drifting, lower=0, upper=3).caveats
    assert Caveat.NOT_STABLE not in stats.capability(GAPS * 3, lower=0, upper=3).caveats


def test_skewed_values_are_named() -> None:
    skewed = np.random.default_rng(1).lognormal(size=60)
    assert Caveat.NOT_NORMAL in stats.capability(skewed, upper=20).caveats


def test_subgroups_and_series_give_the_same_overall_and_another_within() -> None:
    series = stats.capability(GAPS, lower=0.3, upper=0.6)
    nested = stats.capability(np.reshape(GAPS, (5, 2)), lower=0.3, upper=0.6)
    assert series.ppk == nested.ppk
    assert (series.within_method, nested.within_method) == ("moving-range", "pooled")


@pytest.mark.slow
def test_the_exact_bound_is_missed_in_one_of_twenty_samples() -> None:
    rng = np.random.default_rng(7)
    true = 1.0  # upper limit three sigma away
    bounds = [
        stats.capability(sample, upper=3.0).ppk_lower for sample in rng.normal(size=(800, 15))
    ]
    missed = float(np.mean(np.asarray(bounds) > true))
    assert 0.03 < missed < 0.07


@few
@given(values, st.floats(-1000, 1000), st.floats(0.01, 100))
def test_shift_and_scale_change_nothing(found: list[float], shift: float, scale: float) -> None:
    moved = [value * scale + shift for value in found]
    first = stats.capability(found, lower=-60, upper=60)
    second = stats.capability(moved, lower=-60 * scale + shift, upper=60 * scale + shift)
    assert second.ppk == pytest.approx(first.ppk, rel=1e-6)
    assert second.ppk_lower == pytest.approx(first.ppk_lower, rel=1e-6, abs=1e-9)


@few
@given(values)
def test_mirrored_limits_swap_the_sides(found: list[float]) -> None:
    first = stats.capability(found, lower=-60, upper=70)
    second = stats.capability([-value for value in found], lower=-70, upper=60)
    assert [first.ppl, first.ppu] == pytest.approx([second.ppu, second.ppl])


@few
@given(values, st.floats(0.5, 0.99))
def test_more_confidence_never_raises_the_bound(found: list[float], confidence: float) -> None:
    low = stats.capability(found, upper=60, confidence=confidence).ppk_lower
    high = stats.capability(found, upper=60, confidence=(1 + confidence) / 2).ppk_lower
    assert high <= low


@pytest.mark.parametrize(
    "bad",
    [
        [1, float("nan"), 2],
        [1, float("inf"), 2],
        [1, "2", 3],
        [1, None, 3],
        [True, False, True],
        "1 2 3",
        [[1, 2], [3, "x"]],
        [[[1.0]]],
    ],
)
def test_values_that_are_no_numbers_are_refused(bad: object) -> None:
    with pytest.raises(OutOfDomain):
        stats.capability(bad, lower=0, upper=5)  # type: ignore[arg-type]


@pytest.mark.parametrize("bad", [[], [1.0], [[1.0]]])
def test_one_value_is_too_few(bad: object) -> None:
    with pytest.raises(TooFewData):
        stats.capability(bad, lower=0, upper=5)  # type: ignore[arg-type]


def test_equal_values_are_refused_and_not_called_infinitely_capable() -> None:
    with pytest.raises(NoVariation, match="All values are equal"):
        stats.capability([2.0, 2.0, 2.0], lower=1, upper=3)


def test_a_place_in_a_refusal_counts_from_one() -> None:
    with pytest.raises(OutOfDomain, match=r"values, item 2, is nan; expected a finite number"):
        stats.capability([1, float("nan"), 2], lower=0, upper=5)


def test_limits_are_needed_and_in_order() -> None:
    for limits in ({}, {"lower": 5, "upper": 1}, {"lower": 1, "upper": 1}, {"upper": "3"}):
        with pytest.raises(OutOfDomain):
            stats.capability(GAPS, **limits)


def test_a_mean_far_outside_its_limit_still_has_a_bound() -> None:
    # There scipy's noncentral t gives NaN for the tail that is asked.
    seen = [stats.ppk_lower_bound(ppk, 20, one_limit=True) for ppk in (-5, -1, -0.5, 0, 0.5)]
    assert seen == sorted(seen)
    acceptance = stats.variables_acceptance(20, -0.5, [0.0001, 0.01, 0.3])
    assert acceptance == pytest.approx([1, 1, 1], abs=1e-5)
