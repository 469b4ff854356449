"""Batches, demand, learning, costs and the summary of a series."""

import math
from typing import Any

import numpy as np
import pytest
import scipy
from hypothesis import given, settings
from hypothesis import strategies as st

from firstoff import stats
from firstoff.stats import Caveat, DemandClass, NoVariation, OutOfDomain, TooFewData

MOST = min(15, settings.default.max_examples)
few = settings(derandomize=True, max_examples=MOST, deadline=None, database=None)
# Strength of cloth from four looms: Montgomery, Design and Analysis of Experiments.
LOOMS = [[98, 97, 99, 96], [91, 90, 93, 92], [96, 95, 97, 95], [95, 96, 99, 98]]
UNEVEN = [[5.1, 4.9, 5.6], [6.2, 6.0, 6.4, 6.1], [5.5, 5.2]]
batches = st.lists(
    st.lists(st.floats(-9, 9), min_size=3, max_size=6), min_size=2, max_size=4
).filter(lambda found: max(map(np.ptp, found)) > 0.1)


def test_the_published_looms() -> None:
    seen = stats.variance_components(LOOMS)
    assert [round(v, 2) for v in (seen.between, seen.within)] == [6.96, 1.90]
    assert [round(v, 2) for v in seen.share_interval] == [0.39, 0.98]
    assert seen.caveats == (Caveat.SMALL_SAMPLE,)


@pytest.mark.slow  # scipy.stats takes longer to import than most tests to run
def test_means_are_compared_as_scipy_does() -> None:
    seen, peer = stats.one_way_anova(UNEVEN), scipy.stats.f_oneway(*UNEVEN)
    assert [seen.f, seen.p] == pytest.approx([peer.statistic, peer.pvalue])
    assert (seen.sizes, round(seen.means[1], 3)) == ((3, 4, 2), 6.175)


@pytest.mark.parametrize("center", ["median", "mean"])
@pytest.mark.slow  # scipy.stats takes longer to import than most tests to run
def test_spreads_are_compared_as_scipy_does(center: Any) -> None:
    seen, peer = stats.levene(UNEVEN, center=center), scipy.stats.levene(*UNEVEN, center=center)
    assert [seen.f, seen.p] == pytest.approx([peer.statistic, peer.pvalue])


@pytest.mark.slow
def test_the_interval_of_the_share_holds_its_confidence() -> None:
    rng = np.random.default_rng(2)
    hits = 0
    for _ in range(200):
        means = rng.normal(size=6)
        lots = [
            rng.normal(mean, 1.0, size)
            for mean, size in zip(means, (4, 5, 6, 4, 7, 5), strict=True)
        ]
        low, high = stats.variance_components(lots, confidence=0.9).share_interval
        hits += low <= 0.5 <= high
    assert 0.84 < hits / 200 < 0.96


def test_batches_more_alike_than_chance_have_no_negative_variance() -> None:
    seen = stats.variance_components([[1.0, 9.0], [2.0, 8.0], [0.0, 10.0]])
    assert (seen.between, Caveat.NEGATIVE_VARIANCE in seen.caveats) == (0.0, True)


def test_batches_that_differ_are_not_consistent() -> None:
    assert stats.batch_consistency(LOOMS).consistent is False
    assert stats.batch_consistency([LOOMS[0], [97, 96, 99, 98]]).consistent is True


def test_nothing_within_batches_leaves_no_f() -> None:
    seen = stats.one_way_anova([[1, 1], [2, 2]])
    assert (seen.f, seen.p, seen.sd_within) == (None, None, 0.0)
    assert stats.variance_components([[1, 1], [2, 2]]).share == 1.0
    with pytest.raises(NoVariation):
        stats.levene([[1, 1], [2, 2]])


@few
@given(batches, st.floats(-1e6, 1e6), st.floats(0.1, 10))
def test_shift_and_scale_change_no_test(
    found: list[list[float]], shift: float, scale: float
) -> None:
    moved = [[value * scale + shift for value in one] for one in found]
    first, second = stats.one_way_anova(found), stats.one_way_anova(moved)
    assert second.p == pytest.approx(first.p, rel=1e-4, abs=1e-9)
    share = stats.variance_components(found).share
    assert stats.variance_components(moved).share == pytest.approx(share, rel=1e-4, abs=1e-6)


@pytest.mark.parametrize("bad", [[], [[1, 2]], [[1], [2]], [[1, 2], []]])
def test_too_few_batches_are_refused(bad: Any) -> None:
    with pytest.raises(TooFewData):
        stats.one_way_anova(bad)


@pytest.mark.parametrize("bad", ["ab", [[1, 2], [1, math.nan]], [[1, 2], ["a", "b"]], [1, 2], 5])
def test_what_is_no_batch_is_refused(bad: Any) -> None:
    with pytest.raises(OutOfDomain):
        stats.one_way_anova(bad)


def test_equal_values_have_no_anova() -> None:
    with pytest.raises(NoVariation):
        stats.one_way_anova([[1, 1], [1, 1]])
    with pytest.raises(NoVariation):
        stats.variance_components([[1, 1], [1, 1]])


@pytest.mark.slow  # scipy.stats takes longer to import than most tests to run
def test_a_summary_keeps_common_digits() -> None:
    seen = stats.summary([1e9 + value for value in (1, 2, 4, 9)])
    assert (seen.mean, seen.sd) == (1e9 + 4, math.sqrt(38 / 3))
    assert [seen.skewness, seen.kurtosis] == pytest.approx(
        [
            scipy.stats.skew([1, 2, 4, 9], bias=False),
            scipy.stats.kurtosis([1, 2, 4, 9], bias=False),
        ]
    )


def test_equal_values_have_a_summary_without_shape() -> None:
    seen = stats.summary([0.1, 0.1, 0.1])
    assert (seen.mean, seen.sd, seen.skewness, seen.autocorrelation) == (0.1, 0.0, None, None)


def test_steady_demand_is_smooth() -> None:
    seen = stats.demand_stability([100, 104, 98, 101, 99, 103, 97, 102, 100, 101, 99, 98])
    assert (seen.demand_class, round(seen.cv, 3), seen.season) == (DemandClass.SMOOTH, 0.021, None)
    assert seen.caveats == ()


@pytest.mark.parametrize(
    ("quantities", "expected"),
    [
        ([10, 11, 9, 10], DemandClass.SMOOTH),
        ([1, 50, 2, 40], DemandClass.ERRATIC),
        ([0, 0, 10, 0, 0, 11], DemandClass.INTERMITTENT),
        ([0, 0, 1, 0, 0, 50], DemandClass.LUMPY),
        ([0, 0, 7], DemandClass.INTERMITTENT),
    ],
)
def test_demand_falls_into_its_class(quantities: list[int], expected: DemandClass) -> None:
    assert stats.demand_stability(quantities).demand_class == expected


def test_a_season_is_found_and_taken_out() -> None:
    rng = np.random.default_rng(1)
    pattern = np.tile([80.0, 100.0, 140.0, 80.0], 6)
    seen = stats.demand_stability(pattern + rng.normal(size=24), period=4)
    assert seen.season is not None
    assert [round(i, 1) for i in seen.season.indices] == [0.8, 1.0, 1.4, 0.8]
    assert (seen.season.strength > 0.99, seen.season.p < 1e-6) == (True, True)
    assert seen.cv_left < 0.02 < 0.2 < seen.cv


@pytest.mark.slow  # scipy.stats takes longer to import than most tests to run
def test_rising_demand_shows_as_a_trend() -> None:
    quantities = [100, 108, 121, 129, 142]
    seen = stats.demand_stability(quantities)
    peer = scipy.stats.linregress(range(5), quantities)
    assert [seen.slope, seen.trend_p] == pytest.approx([peer.slope, peer.pvalue])
    assert seen.trend == pytest.approx(4 * peer.slope / 120)


@few
@given(st.lists(st.integers(0, 50), min_size=6, max_size=30).filter(any), st.integers(1, 9))
def test_the_unit_of_demand_does_not_matter(quantities: list[int], scale: int) -> None:
    first = stats.demand_stability(quantities, period=3)
    second = stats.demand_stability([scale * q for q in quantities], period=3)
    assert second.demand_class == first.demand_class
    assert [second.cv, second.cv_left] == pytest.approx([first.cv, first.cv_left], abs=1e-9)


def test_demand_that_cannot_be_is_refused() -> None:
    for bad in ([1, -2, 3], [1, math.nan, 2], ["a", "b", "c"]):
        with pytest.raises(OutOfDomain):
            stats.demand_stability(bad)
    for few_data in ([], [1, 2], [0, 0, 0]):
        with pytest.raises(TooFewData):
            stats.demand_stability(few_data)
    with pytest.raises(OutOfDomain):
        stats.demand_stability([1, 2, 3], period=1)


def test_an_80_percent_curve_leaves_80_percent_at_each_doubling() -> None:
    seen = stats.learning_curve([100, 80, 64, 51.2], units=[1, 2, 4, 8])
    assert [seen.rate, seen.first, seen.time(16).time] == pytest.approx([0.8, 100, 40.96])
    assert (seen.learning, seen.p, seen.unit_at(64)) == (True, None, 4)
    assert seen.total(1, 2) == pytest.approx(180)


def test_times_that_do_not_fall_show_no_learning() -> None:
    seen = stats.learning_curve([10, 11, 10, 11, 10, 11])
    assert (seen.learning, seen.unit_at(1)) == (False, None)
    assert seen.time(7).lower < seen.time(7).time < seen.time(7).upper


@pytest.mark.slow  # scipy.stats takes longer to import than most tests to run
def test_the_curve_is_the_line_of_the_logarithms() -> None:
    times = [12.1, 9.8, 9.9, 8.2, 8.4, 7.1]
    seen = stats.learning_curve(times)
    peer = scipy.stats.linregress(np.log(range(1, 7)), np.log(times))
    assert [seen.exponent, seen.p, seen.r2] == pytest.approx(
        [peer.slope, peer.pvalue, peer.rvalue**2]
    )


@pytest.mark.parametrize(
    ("times", "units"),
    [([1, 0, 2], None), ([1, 2, -3], None), ([1, 2, 3], [1, 2, 3, 4]), ([1, 2, 3], [0, 1, 2])],
)
def test_times_that_make_no_curve_are_refused(times: Any, units: Any) -> None:
    with pytest.raises(OutOfDomain):
        stats.learning_curve(times, units=units)


def test_a_curve_needs_three_units() -> None:
    with pytest.raises(TooFewData):
        stats.learning_curve([2, 1])
    with pytest.raises(NoVariation):
        stats.learning_curve([3, 2, 1], units=[4, 4, 4])
    with pytest.raises(OutOfDomain):
        stats.learning_curve([3, 2, 1]).total(5, 4)


@few
@given(st.floats(0, 1), st.floats(0, 10), st.floats(0.01, 1000))
def test_the_choice_costs_least(rate: float, one: float, escape: float) -> None:
    seen = stats.inspection_choice(rate, cost_inspect=one, cost_escape=escape)
    taken = {"inspect_none": seen.cost_none, "inspect_all": seen.cost_all}
    least = min(seen.cost_none, seen.cost_all)
    assert taken.get(seen.decision.value, least) == pytest.approx(least)


def test_a_plan_costs_between_all_and_none_or_more() -> None:
    seen = stats.sampling_cost(
        1000, n=80, c=2, rate=0.01, cost_inspect=1, cost_escape=30, cost_found=2
    )
    assert [seen.cost_none, seen.cost_all] == pytest.approx([300, 1020])
    assert round(seen.cost, 2) == 388.44


def test_costs_that_cannot_be_are_refused() -> None:
    good: dict[str, Any] = {"n": 10, "c": 0, "rate": 0.1, "cost_inspect": 1, "cost_escape": 5}
    for wrong in ({"n": 200}, {"n": 0}, {"rate": 2}, {"cost_inspect": -1}, {"cost_escape": "x"}):
        with pytest.raises(OutOfDomain):
            stats.sampling_cost(100, **(good | wrong))
    with pytest.raises(OutOfDomain):
        stats.inspection_choice(0.1, cost_inspect=1, cost_escape=0)
