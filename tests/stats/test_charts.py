from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from firstoff import stats
from firstoff.stats import NotEstimable, NoVariation, OutOfDomain, TooFewData

MOST = min(25, settings.default.max_examples)
few = settings(derandomize=True, max_examples=MOST, deadline=None, database=None)
series = st.lists(st.floats(-100, 100), min_size=2, max_size=60)
JUMP = [10.0, 10.2, 9.9, 10.1, 9.8, 10.1, 14.0, 10.0]


def test_a_jump_is_the_first_signal_and_named_by_its_rule() -> None:
    chart = stats.individuals_chart(JUMP, sigma=0.2, center=10.0).location
    assert (chart.signals.first, chart.beyond) == ((6, 1), [6])
    assert chart.signals.rules_at(6) == (1,)


def test_a_base_freezes_the_limits() -> None:
    steady = stats.individuals_chart(JUMP[:6]).location
    frozen = stats.individuals_chart(JUMP, base=6).location
    assert (frozen.ucl[0], frozen.base) == (steady.ucl[0], 6)
    assert frozen.beyond == [6]


def test_equal_values_collapse_the_limits_without_a_signal() -> None:
    pair = stats.individuals_chart([4.2] * 20)
    assert (pair.location.ucl[0], pair.location.lcl[0]) == (4.2, 4.2)
    assert pair.location.signals.found[1].size == 0


def test_nine_on_one_side_break_rule_two_and_eight_the_western_one() -> None:
    nelson = stats.run_rules([1.0] * 10, center=0, sigma=10, rules=[2])
    western = stats.run_rules([1.0] * 10, center=0, sigma=10, rule_set="western-electric")
    assert nelson.firsts() == {2: 8}
    assert western.firsts() == {4: 7}


def test_a_point_on_the_centre_breaks_a_run() -> None:
    assert stats.run_rules([1, 1, 1, 1, 0, 1, 1, 1, 1, 1], center=0, sigma=9).first is None


def test_no_points_give_no_signals() -> None:
    assert stats.run_rules([], center=0, sigma=1).first is None


def test_chunks_do_not_change_what_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    points = np.random.default_rng(3).normal(size=3000).cumsum() / 5
    whole = stats.run_rules(points, center=0, sigma=1)
    monkeypatch.setattr("firstoff.stats.signals._CHUNK", 100)
    pieces = stats.run_rules(points, center=0, sigma=1)
    assert {rule: at.tolist() for rule, at in whole.found.items()} == {
        rule: at.tolist() for rule, at in pieces.found.items()
    }


@few
@given(series, st.floats(-50, 50))
def test_a_shift_moves_the_chart_and_no_signal(values: list[float], shift: float) -> None:
    rounded = np.round(values, 3)
    first = stats.individuals_chart(rounded, rules=[2, 3, 4]).location
    second = stats.individuals_chart(-rounded, rules=[2, 3, 4]).location
    moved = stats.individuals_chart(rounded + shift).location
    assert second.signals.points.tolist() == first.signals.points.tolist()
    assert moved.sigma == pytest.approx(first.sigma, abs=1e-9)


@few
@given(st.lists(st.integers(0, 30), min_size=2, max_size=30))
def test_attribute_limits_stay_where_counts_can_be(hits: list[int]) -> None:
    chart = stats.p_chart(hits, 30)
    assert np.all((chart.lcl >= 0) & (chart.ucl <= 1) & (chart.lcl <= chart.ucl))


@few
@given(st.lists(st.floats(-5, 5), min_size=1, max_size=300), st.floats(0.01, 1))
def test_smoothing_in_blocks_is_smoothing_one_by_one(values: list[float], weight: float) -> None:
    chart = stats.ewma_chart(values, weight=weight, center=1.0, sigma=1.0)
    smooth, expected = 1.0, []
    for value in values:
        smooth = weight * value + (1 - weight) * smooth
        expected.append(smooth)
    assert chart.points == pytest.approx(expected, abs=1e-9)


@few
@given(st.lists(st.floats(-5, 5), min_size=1, max_size=200))
def test_a_cusum_at_once_is_a_cusum_one_by_one(values: list[float]) -> None:
    chart = stats.cusum_chart(values, center=0, sigma=1)
    upper, expected = 0.0, []
    for value in values:
        upper = max(0.0, upper + value - 0.5)
        expected.append(upper)
    assert chart.upper == pytest.approx(expected, abs=1e-9)


def test_memory_charts_freeze_their_base() -> None:
    steady = stats.ewma_chart(JUMP[:6])
    frozen = stats.ewma_chart(JUMP, base=6)
    assert (frozen.center[0], frozen.sigma, frozen.base) == (steady.center[0], steady.sigma, 6)
    assert stats.cusum_chart(JUMP, base=6).signal_upper.tolist()[0] == 6


def test_a_cusum_tells_where_the_shift_began() -> None:
    chart = stats.cusum_chart([0, -1, 0, 2, 2, 2, 2, 2], center=0, sigma=1)
    assert (chart.signal_upper.tolist(), chart.began(6)) == ([6, 7], 3)


def test_a_frozen_t2_chart_finds_the_unit_that_moved() -> None:
    units = np.random.default_rng(5).normal(size=(30, 2))
    chart = stats.hotelling_chart(np.vstack([units, [[9.0, -9.0]]]), base=30)
    assert chart.beyond.tolist()[-1] == 30


def test_short_runs_estimate_sigma_of_each_part() -> None:
    pair = stats.z_mr_chart([1.0, 1.2, 5.0, 7.0], ["A", "A", "B", "B"], {"A": 1.0, "B": 6.0})
    assert pair.location.method == "moving-range of each part"
    assert pair.location.points[1] == pytest.approx(stats.d2(2))


def test_laney_without_a_reject_is_refused() -> None:
    for chart in (stats.laney_p_chart, stats.laney_u_chart):
        with pytest.raises(NoVariation):
            chart([0, 0, 0], [10, 10, 10])


def test_repeating_characteristics_are_refused() -> None:
    with pytest.raises(NotEstimable, match="repeat each other"):
        stats.hotelling_chart([[1, 2], [2, 4], [3, 6], [4, 8]])


def test_too_few_values_are_refused() -> None:
    calls: list[Callable[[], object]] = [
        lambda: stats.individuals_chart([]),
        lambda: stats.individuals_chart([1.0]),
        lambda: stats.xbar_r_chart([]),
        lambda: stats.xbar_r_chart([[1.0, 2.0], []]),
        lambda: stats.xbar_s_chart([[1.0], [2.0]]),
        lambda: stats.c_chart([]),
        lambda: stats.hotelling_chart([[1, 2], [2, 1]]),
        lambda: stats.z_mr_chart([1.0, 2.0], ["A", "B"], {"A": 1, "B": 2}),
    ]
    for call in calls:
        with pytest.raises(TooFewData):
            call()


def test_nasty_inputs_are_refused() -> None:
    calls: list[Callable[[], object]] = [
        lambda: stats.individuals_chart([1, float("nan"), 2]),
        lambda: stats.individuals_chart([1, 2, 3], base=4),
        lambda: stats.individuals_chart([1, 2, 3], rules=[9]),
        lambda: stats.individuals_chart([1, 2, 3], rules="12"),  # type: ignore[arg-type]
        lambda: stats.individuals_chart([1, 2, 3], sigma=-1),
        lambda: stats.individuals_chart([1, 2, 3], within="pooled"),
        lambda: stats.xbar_r_chart([[1, 2], [3, "4"]]),  # type: ignore[arg-type]
        lambda: stats.p_chart([1, 2], [10, 0]),
        lambda: stats.p_chart([-1, 2], [10, 10]),
        lambda: stats.p_chart([11, 2], [10, 10]),
        lambda: stats.p_chart([1, 2], [10, 10, 10]),
        lambda: stats.np_chart([1, 2], 0),
        lambda: stats.c_chart([1, -2]),
        lambda: stats.c_chart([1, 2.5]),
        lambda: stats.u_chart([1, 2], [1.0, 0.0]),
        lambda: stats.g_chart([1, 2], smallest=2),
        lambda: stats.t_chart([1, 0]),
        lambda: stats.ewma_chart([1, 2, 3], weight=0),
        lambda: stats.ewma_chart([1, 2, 3], weight=1.5),
        lambda: stats.cusum_chart([1, 2, 3], h=0),
        lambda: stats.dnom_chart([1, 2], ["A"], {"A": 1}),
        lambda: stats.dnom_chart([1, 2], ["A", "B"], {"A": 1}),
        lambda: stats.hotelling_chart([1, 2, 3]),
        lambda: stats.run_rules([1], center=0, sigma=1, same_side=1),
        lambda: stats.run_rules([1], center=0, sigma=1, rule_set="juran"),  # type: ignore[arg-type]
        lambda: stats.chart_constants(1),
        lambda: stats.chart_constants(10**6),
        lambda: stats.d2_star(2, 0),
        lambda: stats.ewma_arl(0, weight=2),
    ]
    for call in calls:
        with pytest.raises(OutOfDomain):
            call()


def test_a_cusum_of_equal_values_is_refused() -> None:
    with pytest.raises(NoVariation):
        stats.cusum_chart([1.0, 1.0, 1.0])


def test_a_wild_sample_is_screened_out_of_the_spread_between_samples() -> None:
    x, n = [3, 5, 2, 4, 30, 6, 5, 4, 3, 5, 4], [1000] * 11
    rate = sum(x) / 11_000
    z = (np.array(x) / 1000 - rate) / np.sqrt(rate * (1 - rate) / 1000)
    kept = sorted(np.abs(np.diff(z)))[:8]  # the two ranges at 30 are beyond 3.267 times the mean
    found = stats.laney_p_chart(x, n, screened=True).sigma_z
    assert found == pytest.approx(np.mean(kept) * np.sqrt(np.pi) / 2, rel=1e-12)
