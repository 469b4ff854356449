"""Intervals hold their confidence: simulated with a fixed seed, or summed exactly over counts.

The bands round the nominal figure are four standard errors of so many runs, wider where the method
says that it approximates.
"""

import math
from collections.abc import Callable, Iterable
from typing import Any

import numpy as np
import pytest

from firstoff import stats

pytestmark = pytest.mark.slow  # some thousands of runs each


def _held(runs: Iterable[bool]) -> float:
    return float(np.mean(list(runs)))


def _near(share: float, level: float, runs: int, slack: float = 0.0) -> None:
    room = 4 * math.sqrt(level * (1 - level) / runs) + slack
    assert abs(share - level) <= room, f"{share:.4f} against {level} +- {room:.4f}"


def _binomial(n: int, rate: float) -> Any:
    return np.array([math.comb(n, k) * rate**k * (1 - rate) ** (n - k) for k in range(n + 1)])


@pytest.mark.parametrize(("method", "least"), [("wilson", 0.83), ("jeffreys", 0.82)])
def test_approximate_rates_hold_their_confidence_on_average(method: Any, least: float) -> None:
    seen = stats.proportions(np.arange(41), 40, confidence=0.9, method=method)
    rates = np.linspace(0.05, 0.95, 181)
    held = [float(_binomial(40, r)[(seen.lower <= r) & (r <= seen.upper)].sum()) for r in rates]
    assert min(held) >= least
    _near(float(np.mean(held)), 0.9, 10_000, slack=0.01)


def test_an_exact_rate_per_unit_holds_at_least_its_confidence() -> None:
    for mean in (0.5, 2.0, 7.3):
        pmf = [math.exp(-mean) * mean**k / math.factorial(k) for k in range(60)]
        seen = [stats.poisson_rate(k, 1.0, confidence=0.9) for k in range(60)]
        held = sum(p for p, s in zip(pmf, seen, strict=True) if s.lower <= mean <= (s.upper or 0))
        assert held >= 0.9


def test_a_prediction_holds_when_rates_come_from_its_prior() -> None:
    rng = np.random.default_rng(1)
    rates = rng.beta(0.5, 0.5, 2000)
    seen = rng.binomial(20, rates)
    later = rng.binomial(100, rates)
    told = [stats.predict_rejects(k, 20, quantity=100) for k in range(21)]
    held = _held(told[x].lower <= y <= told[x].upper for x, y in zip(seen, later, strict=True))
    assert held >= 0.9 - 4 * math.sqrt(0.09 / 2000)


def test_a_count_interval_holds_lots_to_come() -> None:
    n, rate, future = 60, 0.08, 50
    told = [stats.count_tolerance_interval(k, n, future=future, coverage=0.9) for k in range(61)]
    lots = _binomial(future, rate)
    inside = np.array([lots[t.lower : t.upper + 1].sum() >= 0.9 for t in told])
    assert float(_binomial(n, rate)[inside].sum()) >= 0.95


def test_two_alike_batches_are_called_different_no_more_often_than_said() -> None:
    n1, n2, alpha = 12, 15, 0.1
    table = [
        [
            stats.compare_proportions(a, n1, b, n2, confidence=1 - alpha).significant
            for b in range(n2 + 1)
        ]
        for a in range(n1 + 1)
    ]
    for rate in (0.05, 0.2, 0.5, 0.8):
        chance = _binomial(n1, rate) @ np.array(table, dtype=float) @ _binomial(n2, rate)
        assert chance <= alpha + 1e-9


CAPABILITY: dict[str, tuple[Callable[[Any], Any], float, float]] = {
    "Ppk, two limits": (
        lambda v: stats.capability(v, lower=-4, upper=4.5).ppk_interval,
        4 / 3,
        0.01,
    ),
    "Ppk, one limit": (lambda v: stats.capability(v, upper=4.5).ppk_interval, 1.5, 0),
    "Pp": (lambda v: stats.capability(v, lower=-4, upper=4.5).pp_interval, 8.5 / 6, 0),
    "Cpm": (
        lambda v: stats.capability(v, lower=-4, upper=4.5, target=0.5).cpm_interval,
        8.5 / 6 / math.sqrt(1.25),
        0.015,
    ),
    "Cp by ranges": (
        lambda v: stats.capability(v, lower=-4, upper=4.5).cp_interval,
        8.5 / 6,
        0.02,
    ),
    "Cpk by subgroups": (
        lambda v: stats.capability(v.reshape(-1, 5), lower=-4, upper=4.5).cpk_interval,
        4 / 3,
        0.015,
    ),
}


@pytest.mark.parametrize("name", CAPABILITY)
def test_an_interval_of_capability_holds_its_confidence(name: str) -> None:
    interval, true, slack = CAPABILITY[name]
    samples = np.random.default_rng(2).normal(size=(2000, 40))
    ends = (interval(sample) for sample in samples)
    _near(_held(low <= true <= high for low, high in ends), 0.95, 2000, slack)


def test_a_free_interval_holds_its_share_of_a_skewed_process() -> None:
    samples = np.random.default_rng(3).exponential(size=(2000, 100))
    seen = [stats.free_tolerance_interval(s, coverage=0.9, confidence=0.9) for s in samples]
    shares = [math.exp(-(s.lower or 0)) - math.exp(-(s.upper or 0)) for s in seen]
    held = _held(share >= 0.9 for share in shares)
    assert held >= 0.9 - 4 * math.sqrt(0.09 / 2000)
    _near(held, seen[0].achieved, 2000)


MEANS: dict[str, Callable[[Any], tuple[float, float]]] = {
    "summary": lambda v: stats.summary(v).interval,
    "process_time": lambda v: (lambda s: (s.lower, s.upper))(stats.process_time(v)),
    "bias": lambda v: (lambda s: (s.lower + 10, s.upper + 10))(stats.bias(v, reference=10.0)),
}


@pytest.mark.parametrize("name", MEANS)
def test_an_interval_of_a_mean_holds_its_confidence(name: str) -> None:
    samples = np.random.default_rng(4).normal(10, 1, size=(3000, 8))
    ends = (MEANS[name](sample) for sample in samples)
    _near(_held(low <= 10 <= high for low, high in ends), 0.95, 3000)


def test_normal_values_are_called_normal_as_often_as_said() -> None:
    samples = np.random.default_rng(5).normal(size=(3000, 30))
    for test in ("anderson-darling", "shapiro-wilk", "dagostino-pearson"):
        told = [stats.normality(s, test=test).normal for s in samples]
        _near(_held(told), 0.95, 3000, slack=0.01)


def test_charts_signal_as_seldom_as_their_run_length_says() -> None:
    rng, n = np.random.default_rng(6), 400_000
    values = rng.normal(size=n)
    alone = stats.run_rules(values, center=0, sigma=1, rules=(1,)).found[1].size
    assert n / alone == pytest.approx(stats.shewhart_arl(0), rel=0.1)
    rows = rng.normal(0.75, 1, size=(3000, 300))
    for seen, length in (
        (stats.cusum_charts(rows, center=0, sigma=1).first, stats.cusum_arl(0.75)),
        (stats.ewma_charts(rows, center=0, sigma=1).first[:, 0], stats.ewma_arl(0.75)),
    ):
        assert (seen >= 0).all()
        # Exact EWMA limits are narrower at the start than the fixed ones of the run length.
        assert float(seen.mean()) + 1 == pytest.approx(length, rel=0.12)


def test_the_spread_within_batches_and_the_share_between_hold_their_confidence() -> None:
    rng = np.random.default_rng(7)
    within, share = [], []
    for _ in range(1500):
        batches = rng.normal(0, 2, (6, 1)) + rng.normal(0, 1, (6, 4))
        seen = stats.variance_components(batches.tolist())
        within.append(seen.within_interval[0] <= 1 <= seen.within_interval[1])
        share.append(seen.share_interval[0] <= 0.8 <= seen.share_interval[1])
    _near(_held(within), 0.95, 1500)
    _near(_held(share), 0.95, 1500)


def test_batches_of_one_process_are_called_consistent_as_often_as_said() -> None:
    batches = np.random.default_rng(8).normal(size=(1500, 4, 8))
    held = _held(stats.batch_consistency(b.tolist()).consistent for b in batches)
    assert held >= 0.95 - 4 * math.sqrt(0.05 * 0.95 / 1500)


def test_a_learning_rate_holds_its_confidence_and_so_does_the_next_unit() -> None:
    rng, n = np.random.default_rng(9), 12
    units = np.arange(1.0, n + 2)
    rate, unit = [], []
    for _ in range(2000):
        times = 100 * units ** math.log2(0.85) * np.exp(rng.normal(0, 0.1, n + 1))
        seen = stats.learning_curve(times[:n])
        rate.append(seen.rate_interval[0] <= 0.85 <= seen.rate_interval[1])
        unit.append(seen.time(n + 1).lower <= times[n] <= seen.time(n + 1).upper)
    _near(_held(rate), 0.95, 2000)
    _near(_held(unit), 0.95, 2000)


def test_a_constant_rate_and_a_survival_hold_their_confidence() -> None:
    rng, runs = np.random.default_rng(10), 2000
    rate, alive = [], []
    for _ in range(runs):
        life = rng.exponential(100, 25)
        times, failed = np.minimum(life, 150), life <= 150
        if not failed.any():
            continue
        seen = stats.exponential(times, failed=failed)
        rate.append(seen.rate_interval[0] <= 0.01 <= seen.rate_interval[1])
        curve = stats.kaplan_meier(times, failed=failed)
        place = int(np.searchsorted(curve.time, 70.0, side="right")) - 1
        if place >= 0 and (low := curve.lower[place]) is not None:
            alive.append(low <= math.exp(-0.7) <= (curve.upper[place] or 1))
    assert _held(rate) >= 0.95 - 4 * math.sqrt(0.05 * 0.95 / runs)
    _near(_held(alive), 0.95, runs, slack=0.01)


def test_a_life_from_looks_holds_its_confidence() -> None:
    rng, looks = np.random.default_rng(11), np.arange(0, 3.1, 0.5)
    held = []
    for _ in range(600):
        life = rng.weibull(2, 80)
        place = np.searchsorted(looks, life)
        lower = looks[place - 1]
        upper = np.append(looks, np.inf)[place]
        fit = stats.weibull_intervals(lower, upper)
        held.append(fit.shape_interval[0] <= 2 <= fit.shape_interval[1])
    _near(_held(held), 0.95, 600, slack=0.01)


def test_a_weibayes_bound_holds_at_least_its_confidence() -> None:
    rng = np.random.default_rng(12)
    life = rng.weibull(2, (3000, 8)) * 100
    seen = [
        stats.weibayes(
            np.minimum(row, 40), shape=2, failures=int((row < 40).sum()), confidence=0.9
        )
        for row in life
    ]
    held = _held(s.scale_lower <= 100 for s in seen)
    assert held >= 0.9 - 4 * math.sqrt(0.09 / 3000)


def test_a_warranty_interval_holds_the_returns_that_come() -> None:
    rng, held, runs = np.random.default_rng(13), [], 300
    for seed in range(runs):
        life = rng.weibull(1.5, 400) * 1000
        failed = life < 300
        fit = stats.weibull(np.minimum(life, 300), failed=failed)
        seen = stats.warranty_projection(
            fit, [300.0], [int((~failed).sum())], usage=200, seed=seed
        )
        later = int(((life >= 300) & (life < 500)).sum())
        held.append(seen.lower <= later <= seen.upper)
    _near(_held(held), 0.9, runs, slack=0.02)


def test_a_rolled_yield_holds_its_confidence() -> None:
    rng, rates = np.random.default_rng(14), (0.97, 0.9, 0.95)
    held = []
    for _ in range(2000):
        steps = [(int(rng.binomial(150, rate)), 150) for rate in rates]
        seen = stats.rolled_throughput(steps, confidence=0.9)
        held.append(seen.lower <= math.prod(rates) <= seen.upper)
    _near(_held(held), 0.9, 2000, slack=0.015)


def test_the_power_that_made_values_normal_lies_in_its_interval() -> None:
    samples = np.exp(np.random.default_rng(15).normal(0, 0.5, (600, 40)))
    ends = [stats.box_cox(sample).interval for sample in samples]
    _near(_held(low <= 0 <= high for low, high in ends), 0.95, 600, slack=0.01)
