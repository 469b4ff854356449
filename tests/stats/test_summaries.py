"""Pareto, process time, yields and rates."""

import pytest
import scipy
from hypothesis import given, settings
from hypothesis import strategies as st

from firstoff import stats
from firstoff.stats import Caveat, OutOfDomain, TooFewData

MOST = min(25, settings.default.max_examples)
few = settings(derandomize=True, max_examples=MOST, deadline=None, database=None)


def test_a_pareto_puts_the_largest_first() -> None:
    seen = stats.pareto({"glaze": 2, "lid": 3, "chip": 0})
    assert [(bar.name, bar.share, bar.cumulative) for bar in seen.bars] == [
        ("lid", 0.6, 0.6),
        ("glaze", 0.4, 1.0),
        ("chip", 0.0, 1.0),
    ]


def test_the_vital_few_reach_the_share_asked_for() -> None:
    seen = stats.pareto({"a": 50, "b": 30, "c": 15, "d": 5})
    assert [bar.name for bar in seen.vital_few(0.8)] == ["a", "b"]


def test_a_pareto_of_nothing_is_refused() -> None:
    for counts in ({}, {"a": 0}):
        with pytest.raises(TooFewData):
            stats.pareto(counts)


@pytest.mark.parametrize("counts", [{"a": -1}, {"a": float("nan")}, {"a": "3"}, [("a", 1)], None])
def test_a_pareto_counts_what_can_be_counted(counts: object) -> None:
    with pytest.raises(OutOfDomain):
        stats.pareto(counts)  # type: ignore[arg-type]


@few
@given(st.dictionaries(st.text(max_size=3), st.integers(1, 99), min_size=1))
def test_shares_fall_and_sum_to_one(counts: dict[str, int]) -> None:
    bars = stats.pareto(counts).bars
    assert sum(bar.share for bar in bars) == pytest.approx(1)
    assert [bar.count for bar in bars] == sorted(counts.values(), reverse=True)


def test_times_are_held_against_their_standard() -> None:
    seen = stats.process_time([11.0, 12.0, 10.0, 11.0], standard=5.5)
    assert (seen.n, seen.mean, seen.median, seen.ratio) == (4, 11.0, 11.0, 2.0)


@pytest.mark.slow  # scipy.stats takes longer to import than most tests to run
def test_the_interval_of_the_mean_is_students() -> None:
    times = [5.9, 6.3, 6.7, 6.9, 6.6]
    seen = stats.process_time(times)
    peer = scipy.stats.ttest_1samp(times, 0).confidence_interval(0.95)
    assert [seen.lower, seen.upper] == pytest.approx([peer.low, peer.high])


@pytest.mark.slow  # scipy.stats takes longer to import than most tests to run
def test_falling_times_show_as_a_trend() -> None:
    times = [12, 11.5, 11.2, 10.4, 10.1]
    seen = stats.process_time(times)
    peer = scipy.stats.linregress(range(5), times)
    assert [seen.slope, seen.trend] == pytest.approx([-0.49, -1.96])
    assert seen.trend_p == pytest.approx(peer.pvalue)


def test_equal_times_have_no_trend_and_no_p_value() -> None:
    seen = stats.process_time([4.0, 4.0, 4.0])
    assert (seen.sd, seen.slope, seen.trend_p) == (0.0, 0.0, None)


@pytest.mark.parametrize("times", [[0, 1], [-1, 2], [float("inf"), 1], ["5", "6"]])
def test_a_time_is_a_positive_number(times: list[object]) -> None:
    with pytest.raises(OutOfDomain):
        stats.process_time(times)  # type: ignore[arg-type]


def test_one_time_is_too_few() -> None:
    with pytest.raises(TooFewData):
        stats.process_time([5.0])


def test_rework_never_overwrites_the_first_result() -> None:
    seen = stats.yields(20, passed_first=15, passed_final=19)
    assert (seen.first_pass.estimate, seen.final.estimate, seen.recovered) == (0.75, 0.95, 4)


def test_fewer_cannot_pass_finally_than_at_first() -> None:
    with pytest.raises(OutOfDomain):
        stats.yields(20, passed_first=15, passed_final=14)


def test_a_rolled_yield_is_the_product_of_its_steps() -> None:
    seen = stats.rolled_throughput([(95, 100), (98, 100), (90, 100)])
    assert seen.estimate == pytest.approx(0.95 * 0.98 * 0.90)
    assert seen.caveats == (Caveat.APPROXIMATE,)
    assert seen.lower < seen.estimate < seen.upper


def test_a_rolled_yield_of_one_step_is_jeffreys() -> None:
    one = stats.rolled_throughput([(19, 20)])
    same = stats.proportion(19, 20, method="jeffreys")
    assert [one.lower, one.upper] == pytest.approx([same.lower, same.upper])


@pytest.mark.parametrize("steps", [[(1,)], [(3, 2)], [5], "ab"])
def test_a_step_is_a_pair_of_passed_and_entered(steps: object) -> None:
    with pytest.raises(OutOfDomain):
        stats.rolled_throughput(steps)  # type: ignore[arg-type]


def test_dpmo_counts_per_million_opportunities() -> None:
    seen = stats.dpmo(12, units=400, opportunities=15)
    assert [seen.per_unit, seen.dpmo] == pytest.approx([0.03, 2000])
    assert seen.dpmo_lower < 2000 < seen.dpmo_upper


def test_defects_beyond_their_opportunities_are_refused() -> None:
    with pytest.raises(OutOfDomain):
        stats.dpmo(11, units=2, opportunities=5)


@pytest.mark.parametrize(("count", "exposure"), [(-1, 1), (1, 0), (1.5, 2), (1, "x")])
def test_a_rate_needs_a_count_and_an_exposure(count: object, exposure: object) -> None:
    with pytest.raises(OutOfDomain):
        stats.poisson_rate(count, exposure)  # type: ignore[arg-type]
