import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import scipy
from hypothesis import given, settings
from hypothesis import strategies as st

from firstoff import stats
from firstoff.stats import NotEstimable, NoVariation, OutOfDomain, TooFewData

MOST = min(15, settings.default.max_examples)
few = settings(derandomize=True, max_examples=MOST, deadline=None, database=None)
SKEWED = np.random.default_rng(11).lognormal(1.0, 0.8, size=80)
PEERS = {
    "normal": "norm",
    "lognormal": "lognorm",
    "exponential": "expon",
    "weibull": "weibull_min",
    "gamma": "gamma",
    "gumbel_max": "gumbel_r",
}


@pytest.mark.parametrize("family", PEERS)
@pytest.mark.slow  # scipy.stats takes longer to import than most tests to run
def test_a_fit_is_as_likely_as_that_of_scipy(family: str) -> None:
    found = stats.fit_distribution(SKEWED, family)  # type: ignore[arg-type]
    told = {} if family in ("normal", "gumbel_max") else {"floc": 0}
    shape = getattr(scipy.stats, PEERS[family])
    peer = shape(*shape.fit(SKEWED, **told))
    assert found.loglik == pytest.approx(peer.logpdf(SKEWED).sum(), abs=1e-5)
    assert found.quantile(0.99865) == pytest.approx(peer.ppf(0.99865), rel=1e-3)


@few
@given(st.sampled_from(sorted(PEERS)), st.floats(0.001, 0.999))
def test_a_quantile_has_its_probability_below_it(family: str, p: float) -> None:
    found = stats.fit_distribution(SKEWED, family)  # type: ignore[arg-type]
    assert found.below(found.quantile(p)) == pytest.approx(p, rel=1e-9)
    assert found.below(5.0) + found.above(5.0) == pytest.approx(1)


def test_the_percentile_method_of_a_normal_process_is_cp() -> None:
    known = stats.distribution("normal", mean=10, sd=1)
    seen = stats.percentile_capability(known, lower=6, upper=14)
    assert (round(seen.ppk, 3), round(seen.pp or 0, 3)) == (1.333, 1.333)


def test_a_transform_makes_skewed_values_normal() -> None:
    assert not stats.normality(SKEWED).normal
    for transform in (stats.box_cox, stats.yeo_johnson):
        assert stats.normality(transform(SKEWED).values).normal


@pytest.mark.slow  # scipy.stats takes longer to import than most tests to run
def test_a_yeo_johnson_power_is_that_of_scipy() -> None:
    mixed = SKEWED - 2.0
    peer = scipy.stats.yeojohnson_normmax(mixed)
    assert stats.yeo_johnson(mixed).power == pytest.approx(peer, abs=1e-5)


@pytest.mark.slow  # scipy.stats takes longer to import than most tests to run
def test_an_anderson_darling_score_is_that_of_scipy() -> None:
    peer = scipy.stats.anderson(SKEWED, method="interpolate").statistic
    assert stats.normality(SKEWED).anderson_darling == pytest.approx(peer)


@pytest.mark.parametrize("method", ["box-cox", "yeo-johnson", "johnson"])
def test_a_transformed_upper_limit_keeps_its_side(method: str) -> None:
    seen = stats.transformed_capability(SKEWED, upper=float(SKEWED.max()) * 1.05, method=method)  # type: ignore[arg-type]
    assert seen.result.ppk > 0.4
    assert seen.result.ppl is None


@pytest.mark.slow  # scipy.stats takes longer to import than most tests to run
def test_a_johnson_fit_finds_its_way_back() -> None:
    z = scipy.stats.norm.ppf((np.arange(2000) + 0.5) / 2000)
    unbounded = stats.fit_johnson(10 + 2 * np.sinh((z - 0.5) / 1.2))
    bounded = stats.fit_johnson(1 + 4 / (1 + np.exp(-(z - 0.3) / 1.1)))
    assert (unbounded.family, bounded.family) == ("SU", "SB")
    assert [unbounded.gamma, unbounded.delta] == pytest.approx([0.5, 1.2], abs=0.02)
    assert [bounded.xi, bounded.scale] == pytest.approx([1.0, 4.0], abs=0.05)


def test_a_sample_size_shows_its_capability_and_one_less_does_not() -> None:
    n = stats.sample_size_for_capability(1.33, expected=1.67)
    bounds = [stats.ppk_lower_bound(1.67, size) for size in (n, n - 1)]
    assert bounds[0] >= 1.33 > bounds[1]


def test_a_holdable_tolerance_shows_exactly_what_is_required() -> None:
    values = [0.01, -0.02, 0.0, 0.015, -0.005, 0.01, 0.0, -0.01, 0.02, 0.005]
    held = stats.holdable_tolerance(values, required=1.33, target=0.0)
    seen = stats.capability(values, lower=held.lower, upper=held.upper)
    assert seen.ppk_lower == pytest.approx(1.33)


def test_the_bound_by_percentiles_of_a_normal_fit_is_bissells_with_n() -> None:
    values = np.random.default_rng(8).normal(10, 1, 80)
    seen = stats.percentile_capability(values, "normal", lower=6, upper=15)
    error = np.sqrt(1 / (9 * 80) + seen.ppk**2 / (2 * 80))
    assert seen.ppk_lower == pytest.approx(seen.ppk - 1.6448536269514722 * error, rel=1e-6)


@pytest.mark.slow
def test_the_bound_by_percentiles_is_missed_in_one_of_twenty_samples() -> None:
    rng = np.random.default_rng(9)
    median, tail = (3 * (-np.log(p)) ** 0.5 for p in (0.5, 0.00135))
    true = (12 - median) / (tail - median)
    missed = [
        (seen.ppk_lower or 0) > true
        for seen in (
            stats.percentile_capability(3 * rng.weibull(2, 60), "weibull", upper=12)
            for _ in range(400)
        )
    ]
    assert 0.02 < np.mean(missed) < 0.09


def test_a_told_distribution_has_no_bound() -> None:
    known = stats.distribution("normal", mean=10, sd=1)
    seen = stats.percentile_capability(known, upper=14)
    assert (seen.ppk_lower, seen.ppk_interval, seen.caveats) == (None, None, ())


def test_many_characteristics_are_judged_as_one_by_one() -> None:
    rng = np.random.default_rng(3)
    table = rng.normal(5, [[1.0], [0.5], [2.0]], size=(3, 40))
    many = stats.capabilities(table, lower=[2, 3, float("nan")], upper=9)
    for place, low in enumerate((2, 3, None)):
        one = stats.capability(table[place], lower=low, upper=9)
        assert many.ppk[place] == pytest.approx(one.ppk)
        assert many.cpk[place] == pytest.approx(one.cpk)
        assert many.expected_outside[place] == pytest.approx(one.expected_outside)
        assert many.observed_outside[place] == one.observed_below + one.observed_above


def test_ragged_characteristics_are_told_by_index() -> None:
    many = stats.capabilities([1.0, 9.0, 2.0, 3.0, 9.0], groups=[0, 1, 0, 0, 1], upper=10)
    assert many.n.tolist() == [3, 2]
    assert many.defined.tolist() == [True, False]
    assert many.ppk[1] == 0


def test_what_has_no_answer_is_refused() -> None:
    calls: list[tuple[type[Exception], Callable[[], object]]] = [
        (OutOfDomain, lambda: stats.box_cox([1, 2, 0, 4])),
        (OutOfDomain, lambda: stats.box_cox([1, 2, 3], search=(1, -1))),
        (OutOfDomain, lambda: stats.fit_distribution([1, -1], "weibull")),
        (OutOfDomain, lambda: stats.fit_distribution([1, 2], "cauchy")),  # type: ignore[arg-type]
        (OutOfDomain, lambda: stats.distribution("normal", mean=0)),
        (OutOfDomain, lambda: stats.distribution("normal", mean=0, sd=0)),
        (OutOfDomain, lambda: stats.percentile_capability(SKEWED)),
        (OutOfDomain, lambda: stats.transformed_capability(SKEWED, lower=-1, method="box-cox")),
        (OutOfDomain, lambda: stats.Johnson("SB", 0, 1, 0, 1).z([2])),
        (OutOfDomain, lambda: stats.sample_size_for_capability(1.33, expected=1.33)),
        (OutOfDomain, lambda: stats.capabilities([1.0, 2.0], groups=[0], upper=3)),
        (OutOfDomain, lambda: stats.capabilities([[1.0, 2.0]], lower=3, upper=1)),
        (NoVariation, lambda: stats.normality([3.0] * 10)),
        (NoVariation, lambda: stats.fit_distribution([2.0, 2.0], "gamma")),
        (NoVariation, lambda: stats.holdable_tolerance([2.0, 2.0])),
        (TooFewData, lambda: stats.normality([1.0, 2.0])),
        (TooFewData, lambda: stats.fit_johnson([1.0, 2.0, 3.0])),
        (TooFewData, lambda: stats.capabilities([])),
        (TooFewData, lambda: stats.holdable_tolerance([1.0, 2.0])),
        (NotEstimable, lambda: stats.sample_size_for_capability(1.33, expected=1.3301)),
    ]
    for refusal, call in calls:
        with pytest.raises(refusal):
            call()


@pytest.mark.parametrize(
    "told",
    [("SX", 0, 1, 0, 1), ("SU", 0, 0, 0, 1), ("SB", 0, 1, 0, -1), ("SL", 0, 1, math.nan, 1)],
)
def test_a_johnson_that_is_no_distribution_is_refused(told: tuple[Any, ...]) -> None:
    with pytest.raises(stats.OutOfDomain):
        stats.Johnson(*told)
