from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from firstoff import stats
from firstoff.stats import Caveat, NotEstimable, NoVariation, OutOfDomain

MOST = min(25, settings.default.max_examples)
few = settings(derandomize=True, max_examples=MOST, deadline=None, database=None)


def test_ten_percent_rejects_pass_one_in_twenty_thirty_nine_times_in_a_hundred() -> None:
    assert round(float(stats.operating_characteristic(20, 1, 0.1).acceptance[0]), 2) == 0.39


def test_a_known_lot_moves_rates_to_whole_units_and_says_so() -> None:
    seen = stats.operating_characteristic(5, 0, [0.07], lot=50)
    assert (seen.rates[0], seen.caveats) == (0.08, (Caveat.LOT_ROUNDED,))


def test_an_accept_number_that_reaches_the_sample_accepts_everything_and_says_so() -> None:
    seen = stats.operating_characteristic(5, 5, [1.0])
    assert (seen.acceptance[0], seen.caveats) == (1.0, (Caveat.ALWAYS_ACCEPTS,))


def test_a_sample_of_the_whole_lot_finds_every_reject() -> None:
    seen = stats.operating_characteristic(20, 1, [0.05, 0.1], lot=20)
    assert seen.acceptance.tolist() == [1.0, 0.0]


def test_the_plan_for_one_and_ten_percent_is_fifty_two_and_two() -> None:
    found = stats.find_plan(aql=0.01, ltpd=0.10)
    assert (found.n, found.c) == (52, 2)


def test_no_plan_of_a_small_lot_keeps_impossible_risks() -> None:
    with pytest.raises(NotEstimable):
        stats.find_plan(aql=0.0, ltpd=1 / 3, alpha=1e-6, beta=1e-6, lot=3, model="binomial")


def test_two_stages_spend_less_than_one_on_good_lots() -> None:
    seen = stats.operating_characteristic([32, 32], [1, 4], [0.001], r=[4, 5])
    assert round(float(seen.asn[0]), 2) == 32.02


@few
@given(st.integers(1, 200), st.data())
def test_a_curve_lies_between_one_and_nothing_and_falls(n: int, data: st.DataObject) -> None:
    c = data.draw(st.integers(0, n - 1))
    seen = stats.operating_characteristic(n, c, np.linspace(0, 1, 41))
    assert (seen.acceptance[0], seen.acceptance[-1]) == (1.0, 0.0)
    assert np.all(np.diff(seen.acceptance) <= 1e-12)


@few
@given(st.integers(1, 60), st.integers(0, 5), st.integers(0, 40))
def test_a_lot_without_end_is_binomial(n: int, c: int, percent: int) -> None:
    lot = 10_000_000
    accept = min(c, n - 1)
    finite = stats.operating_characteristic(n, accept, percent / 100, lot=lot).acceptance[0]
    endless = stats.operating_characteristic(n, accept, percent / 100).acceptance[0]
    assert finite == pytest.approx(endless, abs=1e-4)


@few
@given(st.floats(0.001, 0.05), st.floats(2.5, 10))
def test_a_found_plan_keeps_both_risks_and_one_less_does_not(aql: float, ratio: float) -> None:
    found = stats.find_plan(aql=aql, ltpd=min(aql * ratio, 0.9))
    assert found.acceptance_at_aql >= 0.95
    assert found.acceptance_at_ltpd <= 0.10
    fewer = stats.operating_characteristic(found.n - 1, found.c, [found.aql, found.ltpd])
    assert fewer.acceptance[1] > 0.10


def test_nasty_inputs_are_refused() -> None:
    calls: list[Callable[[], object]] = [
        lambda: stats.operating_characteristic(0, 0, 0.1),
        lambda: stats.operating_characteristic(10, 11, 0.1),
        lambda: stats.operating_characteristic(10, 1, -0.1),
        lambda: stats.operating_characteristic(10, 1, [0.1, float("nan")]),
        lambda: stats.operating_characteristic(10, 1, ["0.1"]),
        lambda: stats.operating_characteristic(11, 0, 0.1, lot=10),
        lambda: stats.operating_characteristic(10, 1, 0.1, model="hypergeometric"),
        lambda: stats.operating_characteristic(10, 1, 0.1, model="normal"),  # type: ignore[arg-type]
        lambda: stats.operating_characteristic([10, 10], [1, 2], 0.1),
        lambda: stats.operating_characteristic([10, 10], [1, 2], 0.1, r=[1, 3]),
        lambda: stats.operating_characteristic([10, 10], [1], 0.1, r=[1, 3]),
        lambda: stats.operating_characteristic([10, 10], [2, 1], 0.1, r=[4, 2]),
        lambda: stats.operating_characteristic(10, 1, 0.1, r=4),
        lambda: stats.find_plan(aql=0.1, ltpd=0.05),
        lambda: stats.find_plan(aql=0.1, ltpd=0.2, alpha=0),
        lambda: stats.zero_acceptance_size(0.0),
        lambda: stats.zero_acceptance_size(0.001, lot=100),
        lambda: stats.outgoing_limit(10, 1, lot=5),
    ]
    for call in calls:
        with pytest.raises(OutOfDomain):
            call()


@few
@given(st.floats(0.2, 3.0), st.floats(0, 4), st.sampled_from(["known", "unknown"]))
def test_a_plan_with_two_limits_falls_with_the_distance_from_their_middle(
    sigma: float, step: float, known: str
) -> None:
    plan = stats.find_variables_plan(aql=0.01, ltpd=0.1, sigma=known)  # type: ignore[arg-type]
    means = np.array([-2 * step, -step, 0.0, step, 2 * step])
    seen = stats.variables_characteristic(plan, means, sigma=sigma, lower=-3, upper=3).acceptance
    assert seen[::-1] == pytest.approx(seen, abs=1e-9)
    assert 0 <= seen[4] <= seen[3] + 1e-12 <= seen[2] + 2e-12 <= 1 + 2e-12


def test_a_limit_far_away_leaves_the_plan_of_one_limit() -> None:
    plan = stats.find_variables_plan(aql=0.01, ltpd=0.1)
    means = np.linspace(-1, 3, 9)
    one = stats.variables_characteristic(plan, means, sigma=1, upper=3)
    two = stats.variables_characteristic(plan, means, sigma=1, lower=-1000, upper=3)
    assert two.acceptance == pytest.approx(one.acceptance, abs=1e-7)


@pytest.mark.slow
@pytest.mark.parametrize("known", ["known", "unknown"])
def test_a_lot_is_accepted_as_often_as_the_curve_says(known: str) -> None:
    plan = stats.find_variables_plan(aql=0.02, ltpd=0.2, sigma=known)  # type: ignore[arg-type]
    rng, told = np.random.default_rng(5), 1.3 if known == "known" else None
    lots = rng.normal(0.5, 1.3, (1000, plan.n))
    seen = [
        stats.judge_variables(plan, lot, lower=-3, upper=3, sigma=told).accepted for lot in lots
    ]
    curve = stats.variables_characteristic(plan, [0.5], sigma=1.3, lower=-3, upper=3)
    assert abs(np.mean(seen) - curve.acceptance[0]) < 0.05


def test_a_plan_too_small_for_the_estimate_judges_one_limit_alone() -> None:
    plan = stats.find_variables_plan(aql=0.001, ltpd=0.9)
    assert (plan.n, plan.m) == (2, None)
    assert stats.judge_variables(plan, [1.0, 2.0], upper=9).accepted
    with pytest.raises(NotEstimable, match="which two limits need"):
        stats.judge_variables(plan, [1.0, 2.0], lower=0, upper=9)
    with pytest.raises(NotEstimable, match="which two limits need"):
        stats.variables_characteristic(plan, [1.0], sigma=1, lower=0, upper=9)
    known = stats.find_variables_plan(aql=0.001, ltpd=0.9, sigma="known")
    assert (known.n, known.m) == (1, None)
    assert stats.judge_variables(known, [1.0], upper=9, sigma=1).accepted


def test_a_sample_that_is_not_the_plans_is_refused() -> None:
    plan = stats.find_variables_plan(aql=0.01, ltpd=0.1)
    calls: list[Callable[[], object]] = [
        lambda: stats.judge_variables(plan, [1.0, 2.0], upper=3),
        lambda: stats.judge_variables(plan, range(21), upper=3, sigma=1.0),
        lambda: stats.judge_variables(plan, range(21)),
        lambda: stats.variables_characteristic(plan, [1.0], sigma=0, upper=3),
    ]
    for call in calls:
        with pytest.raises(OutOfDomain):
            call()
    with pytest.raises(NoVariation):
        stats.judge_variables(plan, [1.0] * 21, upper=3)
