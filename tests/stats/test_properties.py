"""Monotony, symmetry, invariance to shift and scale, family by family."""

import itertools
import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from firstoff import stats

MOST = min(12, settings.default.max_examples)
few = settings(derandomize=True, max_examples=MOST, deadline=None, database=None)
series = st.lists(st.integers(-400, 400), min_size=12, max_size=40).map(
    lambda found: [100 + value / 10 + place / 1000 for place, value in enumerate(found)]
)
shifts, scales = st.integers(-50, 50).map(float), st.sampled_from([0.001, 0.25, 4.0, 1000.0])
LEVELS = (0.8, 0.9, 0.95, 0.99)


# 1 proportions
@pytest.mark.parametrize("method", ["clopper-pearson", "wilson", "jeffreys"])
def test_bounds_of_a_rate_rise_with_rejects_and_widen_with_confidence(method: Any) -> None:
    seen = stats.proportions(np.arange(31), 30, method=method)
    assert (np.diff(seen.lower) >= 0).all()
    assert (np.diff(seen.upper) >= 0).all()
    wide = [stats.proportion(3, 30, method=method, confidence=level) for level in LEVELS]
    assert sorted(w.lower for w in wide)[::-1] == [w.lower for w in wide]
    assert sorted(w.upper for w in wide) == [w.upper for w in wide]


def test_two_batches_swapped_change_the_sign_alone() -> None:
    one, other = stats.compare_proportions(5, 20, 2, 31), stats.compare_proportions(2, 31, 5, 20)
    assert one.difference == -other.difference
    assert one.p_value == pytest.approx(other.p_value)


def test_a_tally_twice_as_long_says_more() -> None:
    sizes = [stats.proportion(k, 20 * k).upper for k in (1, 2, 4, 8)]
    assert sizes == sorted(sizes, reverse=True)
    over = [stats.posterior(k, 20).probability_over(0.1) for k in range(6)]
    assert over == sorted(over)


# 2 acceptance sampling
PLANS: list[dict[str, Any]] = [
    {"n": 50, "c": 2},
    {"n": 50, "c": 2, "lot": 400},
    {"n": (32, 32), "c": (1, 4), "r": (4, 5)},
    {"n": (32, 32), "c": (1, 4), "r": (4, 5), "lot": 900},
    {"n": (32, 32), "c": (1, 4), "r": (4, 5), "model": "poisson"},
    {"n": (20,) * 7, "c": (-1, 0, 1, 2, 3, 4, 6), "r": (3, 3, 4, 5, 6, 6, 7)},
]


@pytest.mark.parametrize("plan", PLANS, ids=str)
def test_a_curve_falls_from_one_to_nothing_and_its_mean_sample_stays_in_bounds(
    plan: dict[str, Any],
) -> None:
    rates = np.linspace(0, 1, 201)
    seen = stats.operating_characteristic(rates=rates, **plan)
    assert seen.acceptance[0] == pytest.approx(1)
    assert ((seen.acceptance >= 0) & (seen.acceptance <= 1)).all()
    assert (np.diff(seen.acceptance) <= 1e-12).all()
    assert (seen.asn >= seen.n[0] - 1e-9).all()
    assert (seen.asn <= sum(seen.n) + 1e-9).all()
    if seen.lot is not None and seen.aoq is not None and seen.ati is not None:
        assert (seen.aoq <= seen.rates + 1e-12).all()
        assert ((seen.ati >= seen.n[0] - 1e-9) & (seen.ati <= seen.lot + 1e-9)).all()


@pytest.mark.parametrize("plan", PLANS[:4], ids=str)
def test_no_outgoing_quality_is_worse_than_the_limit(plan: dict[str, Any]) -> None:
    told = {**plan, "lot": plan.get("lot", 2000)}
    limit = stats.outgoing_limit(**told)
    rates = np.linspace(0, 1, 501)
    seen = stats.operating_characteristic(rates=rates, model="binomial", **told)
    assert seen.aoq is not None
    assert seen.aoq.max() <= limit.aoql * (1 + 1e-9)


def test_every_arrow_of_every_table_ends_at_a_real_plan() -> None:
    seen = 0
    for lot, aql, kind, how in itertools.product(
        (2, 10, 20, 40, 60, 120, 200, 400, 900, 2000, 5000, 20000, 50000, 200000, 600000),
        stats.aql_labels(),
        ("normal", "tightened", "reduced"),
        ("single", "double", "multiple"),
    ):
        for level in ("S-1", "S-2", "S-3", "S-4", "I", "II", "III"):
            plan = stats.standard_plan(lot, aql=aql, level=level, inspection=kind, procedure=how)  # type: ignore[arg-type]
            assert plan.n[0] >= 2
            assert plan.re[-1] > plan.ac[-1] >= 0
            assert all(a < r for a, r in zip(plan.ac, plan.re, strict=True))
            seen += 1
    assert seen == 15 * 26 * 9 * 7


def test_a_wider_gap_between_the_rates_needs_a_smaller_sample() -> None:
    sizes = [stats.find_plan(aql=0.01, ltpd=ltpd).n for ltpd in (0.03, 0.05, 0.1, 0.2)]
    assert sizes == sorted(sizes, reverse=True)
    measured = [stats.find_variables_plan(aql=0.01, ltpd=ltpd).n for ltpd in (0.03, 0.05, 0.1)]
    assert measured == sorted(measured, reverse=True)
    clean = [stats.zero_acceptance_size(0.05, confidence=level) for level in LEVELS]
    assert clean == sorted(clean)


# 3 control charts
def _pair(values: Any) -> list[Any]:
    seen = stats.individuals_chart(values)
    return [seen.location, seen.spread]


CHARTS: dict[str, Callable[[Any], list[Any]]] = {
    "I-MR": _pair,
    "X-bar/R": lambda v: [*_both(stats.xbar_r_chart(np.reshape(v[:12], (4, 3))))],
    "X-bar/S": lambda v: [*_both(stats.xbar_s_chart(np.reshape(v[:12], (4, 3))))],
    "EWMA": lambda v: [stats.ewma_chart(v)],
}


def _both(pair: stats.ChartPair) -> tuple[Any, Any]:
    return pair.location, pair.spread


@few
@given(st.sampled_from(sorted(CHARTS)), series, shifts, scales)
def test_a_chart_moves_and_stretches_with_its_values_and_signals_the_same(
    kind: str, values: list[float], shift: float, scale: float
) -> None:
    moved = [value * scale + shift * scale for value in values]
    for one, other in zip(CHARTS[kind](values), CHARTS[kind](moved), strict=True):
        offset = shift * scale if one.kind in ("I", "X-bar", "EWMA") else 0.0
        size = scale * (1 + abs(shift) + 200)
        for name in ("points", "center", "lcl", "ucl"):
            expected = getattr(one, name) * scale + offset
            np.testing.assert_allclose(getattr(other, name), expected, atol=1e-9 * size)


@few
@given(series)
def test_mirrored_values_mirror_what_charts_remember(values: list[float]) -> None:
    one, other = stats.cusum_chart(values), stats.cusum_chart([-value for value in values])
    np.testing.assert_allclose(one.upper, -other.lower, atol=1e-8)
    assert one.signal_upper.tolist() == other.signal_lower.tolist()
    smooth, mirrored = stats.ewma_chart(values), stats.ewma_chart([-value for value in values])
    np.testing.assert_allclose(smooth.points, -mirrored.points, atol=1e-9)


@few
@given(st.integers(0, 99), scales)
def test_t2_does_not_depend_on_the_units_of_its_characteristics(seed: int, scale: float) -> None:
    table = np.random.default_rng(seed).normal(size=(15, 3))
    turned = table @ np.array([[scale, 0, 0], [1, 2, 0], [0, -1, 0.5]]) + 7
    one, other = stats.hotelling_chart(table), stats.hotelling_chart(turned)
    np.testing.assert_allclose(one.t2, other.t2, rtol=1e-6)


@few
@given(
    st.lists(st.integers(-30, 30), min_size=1, max_size=60),
    st.sampled_from(["nelson", "western-electric"]),
)
def test_rules_see_a_mirrored_series_alike(values: list[int], rule_set: Any) -> None:
    one = stats.run_rules(values, center=0, sigma=7, rule_set=rule_set)
    other = stats.run_rules([-v for v in values], center=0, sigma=7, rule_set=rule_set)
    assert {k: v.tolist() for k, v in one.found.items()} == {
        k: v.tolist() for k, v in other.found.items()
    }


def test_a_larger_shift_is_found_sooner() -> None:
    steps = np.linspace(0, 3, 7)
    for arl in (stats.shewhart_arl, stats.cusum_arl, stats.ewma_arl):
        lengths = [arl(float(shift)) for shift in steps]
        assert lengths == sorted(lengths, reverse=True)
        assert arl(-1.0) == pytest.approx(arl(1.0))


@few
@given(st.lists(st.integers(0, 40), min_size=2, max_size=20), st.integers(2, 9))
def test_counts_in_units_k_times_as_large_are_rates_k_times_as_small(
    hits: list[int], k: int
) -> None:
    one, other = stats.u_chart(hits, 10), stats.u_chart(hits, 10 * k)
    np.testing.assert_allclose(one.ucl, other.ucl * k, rtol=1e-12)


# 4 capability
@few
@given(series, shifts, scales)
def test_percentiles_of_a_fit_move_and_stretch(
    values: list[float], shift: float, scale: float
) -> None:
    moved = [(value + shift) * scale for value in values]
    limits = {"lower": 20.0, "upper": 260.0}
    told = {name: (limit + shift) * scale for name, limit in limits.items()}
    one = stats.percentile_capability(values, "gumbel_max", **limits)
    other = stats.percentile_capability(moved, "gumbel_max", **told)
    assert other.ppk == pytest.approx(one.ppk, rel=1e-6)
    assert other.ppk_lower == pytest.approx(one.ppk_lower, rel=1e-4, abs=1e-5)


@few
@given(series, shifts, scales)
def test_tests_of_normality_do_not_depend_on_the_unit(
    values: list[float], shift: float, scale: float
) -> None:
    one = stats.normality(values)
    other = stats.normality([(value + shift) * scale for value in values])
    for name in ("anderson_darling", "shapiro_wilk", "skewness"):
        assert getattr(other, name) == pytest.approx(getattr(one, name), rel=1e-6, abs=1e-7)


@few
@given(series, scales)
def test_powers_do_not_depend_on_the_unit(values: list[float], scale: float) -> None:
    skewed = [math.exp((value - 100) / 30) + place for place, value in enumerate(values)]
    one = stats.box_cox(skewed)
    other = stats.box_cox([value * scale for value in skewed])
    assert other.power == pytest.approx(one.power, abs=1e-5)


def test_a_higher_requirement_takes_more_values_and_a_wider_tolerance() -> None:
    values = [10.1, 9.8, 10.0, 10.3, 9.9, 10.2, 9.7, 10.05]
    wide = [stats.holdable_tolerance(values, required=r).plus_minus for r in (1.0, 1.33, 1.67)]
    assert wide == sorted(wide)
    sizes = [stats.sample_size_for_capability(r, expected=2.0) for r in (1.0, 1.33, 1.67)]
    assert sizes == sorted(sizes)
    bounds = [
        stats.ppk_lower_bound(1.5, n, one_limit=one) for one in (True, False) for n in (5, 20, 80)
    ]
    assert bounds[:3] == sorted(bounds[:3])
    assert bounds[3:] == sorted(bounds[3:])


# 5 tolerance intervals
@few
@given(series, shifts, scales, st.sampled_from(["two", "lower", "upper"]))
def test_a_tolerance_interval_moves_and_stretches(
    values: list[float], shift: float, scale: float, sides: Any
) -> None:
    moved = [(value + shift) * scale for value in values]
    for interval in (stats.normal_tolerance_interval, stats.free_tolerance_interval):
        told: dict[str, Any] = {"coverage": 0.6, "confidence": 0.7, "sides": sides}
        one, other = interval(values, **told), interval(moved, **told)
        for mine, theirs in ((one.lower, other.lower), (one.upper, other.upper)):
            assert (mine is None) is (theirs is None)
            if mine is not None and theirs is not None:
                assert theirs == pytest.approx((mine + shift) * scale, rel=1e-9, abs=1e-9)


# 6 measurement systems
@few
@given(
    st.lists(st.sampled_from("abc"), min_size=4, max_size=25), st.randoms(use_true_random=False)
)
def test_kappa_does_not_depend_on_names_or_who_is_first(first: list[str], random: Any) -> None:
    second = [random.choice("abc") for _ in first]
    if len(set(first)) < 2 or len(set(second)) < 2:
        return
    one = stats.cohen_kappa(first, second)
    swapped = stats.cohen_kappa(second, first)
    renamed = stats.cohen_kappa(
        *([{"a": "z", "b": "k", "c": "m"}[x] for x in r] for r in (first, second))
    )
    assert swapped.kappa == pytest.approx(one.kappa)
    assert renamed.kappa == pytest.approx(one.kappa)
    assert one.kappa <= 1 + 1e-12


@few
@given(series, shifts, scales)
def test_a_bias_stretches_with_its_gauge(values: list[float], shift: float, scale: float) -> None:
    one = stats.bias(values, reference=100.0, tolerance=5.0)
    moved = [(value + shift) * scale for value in values]
    other = stats.bias(moved, reference=(100.0 + shift) * scale, tolerance=5.0 * scale)
    assert other.bias == pytest.approx(one.bias * scale, rel=1e-6, abs=1e-7 * scale)
    assert other.cg == pytest.approx(one.cg)
    assert other.cgk == pytest.approx(one.cgk, rel=1e-6)


# 7 chains
@few
@given(st.lists(st.floats(0.01, 2), min_size=2, max_size=6), st.randoms(use_true_random=False))
def test_the_order_of_links_does_not_matter(tolerances: list[float], random: Any) -> None:
    links = [stats.link(str(k), 10.0 + k, plus=t) for k, t in enumerate(tolerances)]
    shuffled = random.sample(links, len(links))
    one, other = stats.stack(links, upper=1e3), stats.stack(shuffled, upper=1e3)
    assert other.worst == pytest.approx(one.worst)
    assert other.rss == pytest.approx(one.rss)
    assert sum(share.of_variance for share in one.shares) == pytest.approx(1)


# 8 reliability
def test_more_is_asked_of_a_stronger_claim() -> None:
    told: dict[str, Any] = {"mission_time": 100, "test_time": 150, "shape": 1.8}
    by_level = [stats.demonstration_size(0.9, confidence=level, **told).n for level in LEVELS]
    by_bar = [stats.demonstration_size(bar, **told).n for bar in (0.8, 0.9, 0.95, 0.99)]
    by_failures = [stats.demonstration_size(0.9, failures_allowed=f, **told) for f in range(5)]
    assert by_level == sorted(by_level)
    assert by_bar == sorted(by_bar)
    assert [seen.n for seen in by_failures] == sorted(seen.n for seen in by_failures)
    for seen in by_failures:
        assert seen.n - 1 < seen.exact_n <= seen.n


@few
@given(st.lists(st.integers(1, 999), min_size=3, max_size=15, unique=True), scales)
def test_bounds_of_a_life_stretch_with_its_unit(times: list[int], scale: float) -> None:
    one = stats.weibull_bounds(times)
    other = stats.weibull_bounds([time * scale for time in times])
    assert other.shape.lower == pytest.approx(one.shape.lower, rel=1e-5)
    assert (other.life.upper or 0) == pytest.approx((one.life.upper or 0) * scale, rel=1e-4)


def test_older_fleets_and_longer_horizons_return_more() -> None:
    life = stats.weibull([300, 400, 500, 600, 700])
    totals = [
        stats.warranty_projection(life, [age], [1000], usage=usage, seed=1).total
        for age, usage in ((100, 50), (100, 100), (500, 100), (500, 400))
    ]
    assert totals == sorted(totals)


# 9 between batches
@few
@given(st.integers(0, 99), shifts, scales)
def test_shares_between_batches_do_not_depend_on_the_unit(
    seed: int, shift: float, scale: float
) -> None:
    batches = np.random.default_rng(seed).normal([[100], [102], [104], [101]], 3, (4, 6))
    one, other = (
        stats.variance_components(b.tolist()) for b in (batches, (batches + shift) * scale)
    )
    assert other.share == pytest.approx(one.share, rel=1e-6, abs=1e-9)
    assert stats.levene((batches * scale).tolist()).p == pytest.approx(
        stats.levene(batches.tolist()).p
    )


@few
@given(st.lists(st.integers(50, 500), min_size=4, max_size=12), scales)
def test_a_learning_rate_does_not_depend_on_the_unit_of_time(
    times: list[int], scale: float
) -> None:
    one, other = stats.learning_curve(times), stats.learning_curve([t * scale for t in times])
    assert other.rate == pytest.approx(one.rate)
    assert other.first == pytest.approx(one.first * scale)


# 10 yields
def test_a_further_step_never_raises_a_rolled_yield() -> None:
    steps = [(95, 100), (99, 100), (80, 100), (100, 100)]
    rolled = [stats.rolled_throughput(steps[: k + 1]).estimate for k in range(4)]
    assert rolled == sorted(rolled, reverse=True)
    defects = [stats.dpmo(k, units=100, opportunities=10) for k in range(5)]
    assert [d.dpmo_upper for d in defects] == sorted(d.dpmo_upper for d in defects)
    for seen in defects:
        assert seen.dpmo_lower <= seen.dpmo <= seen.dpmo_upper
