"""Weibull, Kaplan-Meier, demonstration tests and warranty."""

import math
from typing import Any

import numpy as np
import pytest
import scipy
from hypothesis import given, settings
from hypothesis import strategies as st

from firstoff import stats
from firstoff.stats import Caveat, NotEstimable, OutOfDomain, TooFewData

MOST = min(15, settings.default.max_examples)
few = settings(derandomize=True, max_examples=MOST, deadline=None, database=None)
NIST = [54, 187, 216, 240, 244, 335, 361, 373, 375, 386]  # e-Handbook 8.4.1.2, ten more at 500
TIMES, FAILED = [*NIST, 500], [1] * 10 + [0]
COUNTS = [1] * 10 + [10]
# Bearing cages of aircraft engines: hours, failures and units still running (Abernethy; Meeker
# and Escobar, ch. 12: shape 2.035, scale 11,792, 5.06 failures in the next 300 hours).
CAGES = [230, 334, 423, 990, 1009, 1510]
AGES = [50, 150, 250, 350, 450, 550, 650, 750, 850, 950]
AGES += [1050, 1150, 1250, 1350, 1450, 1550, 1650, 1850, 2050]
RUNNING = [288, 148, 124, 111, 106, 99, 110, 114, 119, 127]
RUNNING += [123, 93, 47, 41, 27, 11, 6, 1, 2]
lives = st.lists(st.floats(0.1, 100), min_size=3, max_size=25, unique=True)


def _cages() -> stats.WeibullFit:
    return stats.weibull(
        CAGES + AGES,
        failed=[1] * len(CAGES) + [0] * len(AGES),
        counts=[1] * len(CAGES) + RUNNING,
    )


def test_counts_stand_for_units() -> None:
    grouped = stats.weibull(TIMES, failed=FAILED, counts=COUNTS)
    single = stats.weibull([*NIST, *[500] * 10], failed=[True] * 10 + [False] * 10)
    assert grouped.shape == pytest.approx(single.shape, rel=1e-12)
    assert (grouped.n, grouped.failures) == (20, 10)
    assert stats.kaplan_meier(TIMES, failed=FAILED, counts=COUNTS).survival[-1] == pytest.approx(
        0.5
    )


def test_the_published_bearing_cages() -> None:
    seen = _cages()
    assert (round(seen.shape, 3), round(seen.scale)) == (2.035, 11792)
    assert seen.caveats == (Caveat.FEW_FAILURES,)


def test_the_published_warranty_of_the_bearing_cages() -> None:
    seen = stats.warranty_projection(_cages(), AGES, RUNNING, usage=300, seed=1)
    assert (round(seen.total, 2), seen.at_risk) == (5.06, 1697)
    assert seen.lower < 5 < seen.upper


def test_periods_of_a_projection_sum_to_its_total() -> None:
    seen = stats.warranty_projection(_cages(), [0, 300], [10, 5], usage=100, periods=3, seed=1)
    assert len(seen.expected) == 3
    assert sum(seen.expected) == pytest.approx(seen.total)


def test_reliability_and_life_are_each_others_inverse() -> None:
    seen = stats.weibull(TIMES, failed=FAILED, counts=COUNTS)
    b10 = seen.life(0.1)
    assert seen.reliability(b10.value).value == pytest.approx(0.9)
    assert seen.reliability(b10.lower).value > 0.9 > seen.reliability(b10.upper).value
    assert seen.reliability(0) == (1.0, 1.0, 1.0)


@pytest.mark.slow  # scipy.stats takes longer to import than most tests to run
def test_likelihood_bounds_lie_where_the_likelihood_has_fallen() -> None:
    seen = stats.weibull_bounds(TIMES, failed=FAILED, counts=COUNTS, life=0.1)
    times = np.repeat(TIMES, COUNTS)
    dead = np.repeat(FAILED, COUNTS) == 1

    def most(shapes: Any, b10: Any) -> float:
        """The largest log-likelihood over a grid, by the density as the books have it."""
        shape, life = np.broadcast_arrays(shapes, b10)
        scale = (life / (-math.log(0.9)) ** (1 / shape))[:, None]
        power = (times / scale) ** shape[:, None]
        density = np.log(shape[:, None] / scale) + (shape[:, None] - 1) * np.log(times / scale)
        return float((np.where(dead, density, 0) - power).sum(axis=1).max())

    best = stats.weibull(TIMES, failed=FAILED, counts=COUNTS)
    limit = best.log_likelihood - scipy.stats.chi2.ppf(0.95, 1) / 2
    for end in (seen.life.lower, seen.life.upper):
        assert most(np.linspace(0.3, 6, 400), end) == pytest.approx(limit, abs=2e-3)
    for end in (seen.shape.lower, seen.shape.upper):
        assert most(end, np.geomspace(1, 700, 800)) == pytest.approx(limit, abs=2e-3)


@pytest.mark.slow
def test_likelihood_bounds_hold_their_confidence_with_few_failures() -> None:
    rng = np.random.default_rng(8)
    true, hits, tries = (-math.log(0.9)) ** 0.5, 0, 0
    while tries < 60:
        life = rng.weibull(2.0, 12)
        if (life < 0.7).sum() < 2:
            continue
        tries += 1
        seen = stats.weibull_bounds(np.minimum(life, 0.7), failed=life < 0.7, confidence=0.9)
        low, high = seen.life.lower, seen.life.upper
        hits += (low is None or low <= true) and (high is None or true <= high)
    assert 0.81 < hits / 60 < 0.99


@pytest.mark.slow
def test_the_interval_of_the_shape_holds_its_confidence() -> None:
    rng = np.random.default_rng(5)
    hits = 0
    for _ in range(200):
        life = 100 * rng.weibull(2.0, 40)
        low, high = stats.weibull(
            np.minimum(life, 110), failed=life < 110, confidence=0.9
        ).shape_interval
        hits += low <= 2 <= high
    assert 0.84 < hits / 200 < 0.96


def test_narrow_intervals_are_nearly_exact() -> None:
    exact = stats.weibull([*NIST, 500], failed=FAILED, counts=COUNTS)
    ends = [math.inf if not flag else t + 0.01 for t, flag in zip(TIMES, FAILED, strict=True)]
    starts = [t if not flag else t - 0.01 for t, flag in zip(TIMES, FAILED, strict=True)]
    seen = stats.weibull_intervals(starts, ends, counts=COUNTS)
    assert [seen.shape, seen.scale] == pytest.approx([exact.shape, exact.scale], rel=1e-6)
    assert [seen.shape_se, seen.scale_se] == pytest.approx([exact.shape_se, exact.scale_se], 1e-5)


def test_equal_ends_are_an_exact_failure() -> None:
    exact = stats.weibull(TIMES, failed=FAILED, counts=COUNTS)
    seen = stats.weibull_intervals(TIMES, [*NIST, math.inf], counts=COUNTS)
    assert [seen.shape, seen.scale, seen.log_likelihood] == pytest.approx(
        [exact.shape, exact.scale, exact.log_likelihood], rel=1e-9
    )


def test_units_found_failed_at_their_first_look() -> None:
    # One look at time 1: 30 of 100 had failed. At shape 1 the rate is -ln(0.7).
    seen = stats.exponential_intervals([0, 1], [1, math.inf], counts=[30, 70])
    assert 1 / seen.scale == pytest.approx(-math.log(0.7))
    assert (seen.shape, seen.shape_se) == (1.0, 0.0)


@pytest.mark.slow  # scipy.stats takes longer to import than most tests to run
def test_intervals_are_fitted_as_scipy_does() -> None:
    lower = [0, 0, 2, 2, 4, 4, 4, 6, 3.5, 10, 8, 8]
    upper = [2, 2, 4, 4, 6, 6, 6, 8, 3.5, 12, math.inf, math.inf]
    known = scipy.stats.CensoredData(
        uncensored=[3.5],
        left=[2, 2],
        right=[8, 8],
        interval=[(2, 4), (2, 4), (4, 6), (4, 6), (4, 6), (6, 8), (10, 12)],
    )
    shape, _, scale = scipy.stats.weibull_min.fit(known, floc=0)
    seen = stats.weibull_intervals(lower, upper)
    assert [seen.shape, seen.scale] == pytest.approx([shape, scale], rel=1e-4)
    constant = stats.exponential_intervals(lower, upper)
    assert constant.scale == pytest.approx(scipy.stats.expon.fit(known, floc=0)[1], rel=1e-4)


@pytest.mark.slow  # scipy.stats takes longer to import than most tests to run
def test_survival_is_as_scipy_has_it() -> None:
    times, failed = [3, 5, 5, 8, 9, 12], [1, 1, 0, 1, 0, 1]
    dead = [t for t, flag in zip(times, failed, strict=True) if flag]
    good = [t for t, flag in zip(times, failed, strict=True) if not flag]
    peer = scipy.stats.ecdf(scipy.stats.CensoredData(uncensored=dead, right=good)).sf
    seen = stats.kaplan_meier(times, failed=failed)
    assert seen.survival.tolist() == pytest.approx(peer.evaluate(seen.time).tolist())


def test_intervals_that_leave_the_shape_open_are_refused() -> None:
    for ends in (([0, 1], [1, math.inf]), ([2.0], [3.0]), ([5, 5], [5, 5])):
        with pytest.raises(NotEstimable):
            stats.weibull_intervals(*ends)


def test_a_constant_rate_is_total_time_over_failures() -> None:
    seen = stats.exponential([10, 20, 30], failed=[1, 1, 0])
    assert seen.mtbf.estimate == 30.0
    assert seen.rate == pytest.approx(1 / 30)
    assert seen.rate_interval[0] < seen.rate < seen.rate_interval[1]


def test_a_line_on_probability_paper_goes_through_its_points() -> None:
    positions = [stats.median_rank(i + 1, 5) for i in range(5)]
    times = [100 * (-math.log(1 - p)) ** (1 / 1.7) for p in positions]
    for regress in ("x-on-y", "y-on-x"):
        seen = stats.weibull_line(times, regress=regress)
        assert [seen.shape, seen.scale, seen.r2] == pytest.approx([1.7, 100, 1])


def test_suspensions_move_the_ranks_behind_them() -> None:
    ranks = stats.adjusted_ranks([1, 2, 3, 4], failed=[1, 0, 1, 1])
    assert ranks.tolist() == pytest.approx([1, 1 + 4 / 3, 1 + 8 / 3])


def test_where_none_survive_there_is_no_interval() -> None:
    seen = stats.kaplan_meier([1, 2, 3])
    assert (seen.survival[-1], seen.median) == (0.0, 2.0)
    assert (seen.se[-1], seen.lower[-1], seen.upper[-1]) == (None, None, None)


def test_a_longer_test_needs_fewer_units() -> None:
    short = stats.demonstration_size(0.9, mission_time=1000, test_time=1000, shape=2)
    long = stats.demonstration_size(0.9, mission_time=1000, test_time=2000, shape=2)
    assert (short.n, long.n) == (22, 6)


def test_units_and_time_are_two_sides_of_one_test() -> None:
    time = stats.demonstration_time(0.9, mission_time=1000, n=6, shape=2, failures_allowed=1)
    size = stats.demonstration_size(
        0.9, mission_time=1000, test_time=time.test_time * 1.0001, shape=2, failures_allowed=1
    )
    assert size.n == 6


def test_weibayes_bounds_life_without_a_failure() -> None:
    seen = stats.weibayes([1000], counts=[10], shape=2)
    assert (round(seen.scale_lower), seen.scale) == (2084, None)
    assert seen.reliability_lower(seen.life_lower(0.1)) == pytest.approx(0.9)


def test_a_success_run_of_59_shows_95_at_95() -> None:
    assert stats.success_run_size(0.95, confidence=0.95) == 59
    assert stats.demonstrated_reliability(59, confidence=0.95) > 0.95
    assert stats.demonstrated_reliability(58, confidence=0.95) < 0.95
    assert stats.demonstrated_reliability(3, 3) == 0.0


def test_returns_become_life_data() -> None:
    found = stats.field_data([100, 200, 300], [[1, 2], [3]], period=30)
    assert found.times.tolist() == [30, 60, 60, 30]
    assert found.failed.tolist() == [1, 1, 0, 0]
    assert found.counts.tolist() == [4, 2, 97, 197]
    assert (found.ages.tolist(), found.at_risk.tolist()) == ([60, 30, 0], [97, 197, 300])


@few
@given(lives, st.floats(0.01, 100))
def test_the_unit_of_time_does_not_matter(times: list[float], scale: float) -> None:
    try:
        first = stats.weibull(times)
    except NotEstimable:
        return
    second = stats.weibull([time * scale for time in times])
    assert second.shape == pytest.approx(first.shape, rel=1e-6)
    assert second.scale == pytest.approx(first.scale * scale, rel=1e-6)


@few
@given(lives)
def test_survival_falls_and_ranks_rise(times: list[float]) -> None:
    seen = stats.kaplan_meier(times, failed=[1] + [place % 2 for place in range(len(times) - 1)])
    assert (np.diff(seen.survival) < 0).all()
    for low, share, high in zip(seen.lower, seen.survival, seen.upper, strict=True):
        assert low is None or high is None or low <= share <= high
    assert (np.diff(stats.adjusted_ranks(times)) > 0).all()


@few
@given(st.floats(0.5, 0.99), st.floats(0.5, 0.99), st.integers(0, 3))
def test_a_size_is_the_smallest_that_shows_its_claim(bar: float, level: float, lost: int) -> None:
    n = stats.success_run_size(bar, confidence=level, failures_allowed=lost)
    assert stats.demonstrated_reliability(n, lost, confidence=level) >= bar * (1 - 1e-9)
    if n > lost + 1:
        less = stats.demonstrated_reliability(n - 1, lost, confidence=level)
        assert less < bar * (1 + 1e-9)


@pytest.mark.parametrize(
    "bad",
    [
        {"times": [0, 1, 2]},
        {"times": [-1, 1]},
        {"times": [1, math.nan]},
        {"times": [1, math.inf]},
        {"times": ["1", "2"]},
        {"times": [1, 2], "failed": [1]},
        {"times": [1, 2], "failed": [1, 2]},
        {"times": [1, 2], "failed": ["yes", "no"]},
        {"times": [1, 2], "counts": [1, -1]},
        {"times": [1, 2], "counts": [1]},
        {"times": [1, 2], "confidence": 1},
    ],
)
def test_lives_that_cannot_be_are_refused(bad: dict[str, Any]) -> None:
    with pytest.raises(OutOfDomain):
        stats.weibull(**bad)


@pytest.mark.parametrize(
    "data",
    [
        {"times": [10, 10, 10], "failed": [0, 0, 0]},
        {"times": [5, 5, 5]},
        {"times": [5, 5, 3], "failed": [1, 1, 0]},
        {"times": [5, 6], "counts": [0, 0]},
    ],
)
def test_data_that_leave_the_life_open_are_refused(data: dict[str, Any]) -> None:
    with pytest.raises(NotEstimable):
        stats.weibull(**data)


def test_no_times_are_too_few() -> None:
    with pytest.raises(TooFewData):
        stats.weibull([])
    with pytest.raises(NotEstimable):
        stats.kaplan_meier([1, 2], failed=[0, 0])
    with pytest.raises(NotEstimable):
        stats.weibull_line([3, 3])


@pytest.mark.parametrize(
    "ends", [([2], [1]), ([-1], [1]), ([0], [0]), ([1], ["x"]), ([1, 2], [3]), ([1], [math.nan])]
)
def test_intervals_that_cannot_be_are_refused(ends: Any) -> None:
    with pytest.raises(OutOfDomain):
        stats.weibull_intervals(*ends)


def test_tests_that_show_nothing_are_refused() -> None:
    for call in (
        lambda: stats.success_run_size(1.0),
        lambda: stats.demonstrated_reliability(3, 4),
        lambda: stats.demonstration_size(0.9, mission_time=1, test_time=0, shape=1),
        lambda: stats.demonstration_size(0.9, mission_time=1, test_time=1e9, shape=5),
        lambda: stats.demonstration_time(0.9, mission_time=1, n=2, shape=1, failures_allowed=2),
        lambda: stats.weibayes([1, 2], shape=0),
        lambda: stats.weibayes([1, 2], shape=1, failures=3),
        lambda: stats.mtbf(-1, 100),
        lambda: stats.median_rank(4, 3),
        lambda: stats.field_data([10, 10], [[11]]),
        lambda: stats.field_data([10, 10], [[1, 1]]),
        lambda: stats.warranty_projection(_cages(), [-1], [5], usage=1, seed=1),
        lambda: stats.warranty_projection(_cages(), [1], [5], usage=0, seed=1),
    ):
        with pytest.raises(OutOfDomain):
            call()
    with pytest.raises(NotEstimable):
        stats.mtbf(0, 100, terminated="failure")
    with pytest.raises(TooFewData):
        stats.warranty_projection(_cages(), [1], [0], usage=1, seed=1)


def test_what_leaves_the_range_of_floats_is_refused() -> None:
    for call in (
        lambda: stats.weibull([1e-100, 1, 1e100]),
        lambda: stats.weibayes([1, 2], shape=1e-9),
        lambda: stats.mtbf(1, 10, confidence=1e-320),
        lambda: stats.gauge_range([1, 2, 3], [1, 2, 4], process_sd=1e-320),
        lambda: stats.stack([stats.link("lid", 1, plus=1e-320)]),
    ):
        with pytest.raises(NotEstimable, match="beyond the range"):
            call()
