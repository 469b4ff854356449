import math
from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from firstoff import stats
from firstoff.stats import Caveat, OutOfDomain, TooFewData

MOST = min(25, settings.default.max_examples)
few = settings(derandomize=True, max_examples=MOST, deadline=None, database=None)
tallies = st.integers(1, 400).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n)))


def test_one_reject_in_twenty_has_wide_arms() -> None:
    seen = stats.proportion(1, 20)
    assert (round(seen.lower, 4), seen.estimate, round(seen.upper, 4)) == (0.0013, 0.05, 0.2487)


def test_fifty_nine_of_fifty_nine_shows_ninety_five_percent() -> None:
    assert round(stats.proportion(59, 59, sides="lower").lower, 4) == 0.9505


def test_fifty_eight_of_fifty_eight_is_one_short() -> None:
    assert round(stats.proportion(58, 58, sides="lower").lower, 4) == 0.9497


def test_the_closed_end_is_exact_and_says_so() -> None:
    seen = stats.proportion(0, 10)
    assert (seen.lower, seen.caveats) == (0.0, (Caveat.NONE_SEEN, Caveat.SMALL_SAMPLE))


def test_a_pilot_of_one_in_twenty_predicts_eight_to_181_in_a_thousand() -> None:
    seen = stats.predict_rejects(1, 20, quantity=1000)
    assert (round(seen.mean), seen.lower, seen.median, seen.upper) == (71, 8, 58, 181)


def test_a_pilot_of_five_in_twenty_predicts_120_to_430_in_a_thousand() -> None:
    seen = stats.predict_rejects(5, 20, quantity=1000)
    assert (round(seen.mean), seen.lower, seen.median, seen.upper) == (262, 120, 254, 430)


def test_units_that_already_show_the_rate_need_no_further_ones() -> None:
    assert stats.further_clean_units(0, 60, rate=0.05, confidence=0.95) == 0


def test_an_exact_power_is_met_and_not_missed_by_an_ulp() -> None:
    assert stats.sample_size_for_claim(0.5, confidence=0.9375) == 4


def test_luck_grows_with_tries() -> None:
    chances = [stats.chance_within_tries(0.1, n=20, c=1, tries=k) for k in (1, 2, 3)]
    assert [round(chance, 2) for chance in chances] == [0.39, 0.63, 0.77]


def test_five_in_twenty_against_one_in_twenty_is_no_proof_of_a_change() -> None:
    seen = stats.compare_proportions(5, 20, 1, 20)
    assert (seen.significant, seen.method, round(seen.p_value, 3)) == (False, "boschloo", 0.105)


def test_a_large_table_falls_back_to_fisher_and_says_so() -> None:
    seen = stats.compare_proportions(10, 2000, 40, 2000)
    assert (seen.boschloo, seen.method, seen.caveats) == (None, "fisher", (Caveat.LARGE_TABLE,))


def test_the_rate_for_a_chance_is_where_the_curve_has_it() -> None:
    rate = stats.rate_for_probability(20, 1, 0.1)
    assert stats.operating_characteristic(20, 1, [rate]).acceptance[0] == pytest.approx(0.1)


def test_clopper_pearson_covers_at_least_its_confidence() -> None:
    n, rates = 30, np.linspace(0.01, 0.99, 33)
    seen = stats.proportions(np.arange(n + 1), n, confidence=0.9)
    covered = [
        sum(
            math.comb(n, k) * rate**k * (1 - rate) ** (n - k)
            for k in range(n + 1)
            if seen.lower[k] <= rate <= seen.upper[k]
        )
        for rate in rates
    ]
    assert min(covered) >= 0.9


def test_a_table_of_proportions_is_each_one_by_one() -> None:
    x, n = [[0, 3, 7], [2, 5, 20]], [[9, 30, 7], [20, 20, 20]]
    seen = stats.proportions(x, n, confidence=0.9, sides="upper", method="wilson")
    assert seen.upper.shape == (2, 3)
    for place in np.ndindex(2, 3):
        one = stats.proportion(
            x[place[0]][place[1]],
            n[place[0]][place[1]],
            confidence=0.9,
            sides="upper",
            method="wilson",
        )
        assert (one.lower, one.upper) == (seen.lower[place], seen.upper[place])


def test_units_told_one_by_one_are_added_up_by_characteristic() -> None:
    table = stats.proportions([[True, False, False, True], [False] * 4])
    assert (table.x.tolist(), table.n.tolist()) == ([2, 0], [4, 4])
    ragged = stats.proportions([1, 0, 0, 1, 0], groups=[0, 1, 0, 0, 1])
    assert (ragged.x.tolist(), ragged.n.tolist()) == ([2, 0], [3, 2])
    assert ragged.upper[0] == stats.proportion(2, 3).upper


def test_samples_of_a_characteristic_are_added_up() -> None:
    seen = stats.proportions([1, 0, 2], [20, 30, 40], groups=[1, 0, 1])
    assert (seen.x.tolist(), seen.n.tolist()) == ([0, 3], [30, 60])


@few
@given(tallies, st.sampled_from(["clopper-pearson", "wilson", "jeffreys"]))
def test_an_interval_holds_its_estimate(tally: tuple[int, int], method: str) -> None:
    seen = stats.proportion(*tally, method=method)  # type: ignore[arg-type]
    assert 0 <= seen.lower <= seen.estimate <= seen.upper <= 1


@few
@given(tallies)
def test_rejects_and_passes_mirror_each_other(tally: tuple[int, int]) -> None:
    x, n = tally
    seen, mirrored = stats.proportion(x, n), stats.proportion(n - x, n)
    assert seen.lower == pytest.approx(1 - mirrored.upper, abs=1e-12)


@few
@given(st.integers(0, 60), st.integers(1, 60), st.integers(1, 300))
def test_more_rejects_never_predict_fewer(x: int, more: int, quantity: int) -> None:
    first = stats.predict_rejects(x, 120, quantity=quantity)
    worse = stats.predict_rejects(x + more, 120, quantity=quantity)
    assert first.lower <= worse.lower
    assert first.upper <= worse.upper


@few
@given(st.integers(1, 12), st.integers(1, 12), st.data())
def test_boschloo_is_never_weaker_than_fisher(n1: int, n2: int, data: st.DataObject) -> None:
    x1, x2 = data.draw(st.integers(0, n1)), data.draw(st.integers(0, n2))
    seen = stats.compare_proportions(x1, n1, x2, n2)
    assert seen.boschloo is not None
    assert 0 < seen.boschloo <= seen.fisher <= 1


@few
@given(st.floats(0.001, 0.5), st.integers(0, 5), st.floats(0.5, 0.999))
def test_a_sample_size_shows_its_claim_and_one_less_does_not(
    rate: float, allowed: int, confidence: float
) -> None:
    n = stats.sample_size_for_claim(rate, confidence=confidence, rejects_allowed=allowed)
    upper = [
        stats.proportion(allowed, size, confidence=confidence, sides="upper").upper
        for size in (n, max(n - 1, 1))
    ]
    assert upper[0] <= rate * (1 + 1e-9)
    assert upper[1] > rate * (1 - 1e-9)


@pytest.mark.parametrize(
    ("x", "n"),
    [(2, 1), (-1, 5), (1, -5), (1.5, 10), ("1", 20), (True, 20), (1, None), (float("nan"), 3)],
)
def test_a_tally_that_cannot_be_is_refused(x: object, n: object) -> None:
    with pytest.raises(OutOfDomain):
        stats.proportion(x, n)  # type: ignore[arg-type]


def test_no_units_are_too_few() -> None:
    with pytest.raises(TooFewData, match="Too few units: 0 given, at least 1 needed"):
        stats.proportion(0, 0)
    with pytest.raises(TooFewData, match="units in item 1"):
        stats.proportions([1, 1], groups=[1, 2])


@pytest.mark.parametrize("confidence", [0, 1, 95, -0.1, float("nan"), "0.9", True, None])
def test_a_confidence_is_a_fraction(confidence: object) -> None:
    with pytest.raises(OutOfDomain, match="confidence is"):
        stats.proportion(1, 20, confidence=confidence)  # type: ignore[arg-type]


@pytest.mark.parametrize("prior", [(0, 1), (1,), "ab", (1, -1), (float("inf"), 1), None])
def test_a_prior_has_two_positive_numbers(prior: object) -> None:
    with pytest.raises(OutOfDomain, match="prior"):
        stats.posterior(1, 20, prior=prior)  # type: ignore[arg-type]


def test_other_nasty_inputs_are_refused() -> None:
    calls: list[Callable[[], object]] = [
        lambda: stats.proportion(1, 20, sides="both"),  # type: ignore[arg-type]
        lambda: stats.proportion(1, 20, method="wald"),  # type: ignore[arg-type]
        lambda: stats.proportions([1, float("nan")], 20),
        lambda: stats.proportions([1, 30], [20, 20]),
        lambda: stats.proportions([1, 3], [20, 20, 20]),
        lambda: stats.proportions([[1, 3]], 20, groups=[0, 0]),
        lambda: stats.proportions([1, 3], 20, groups=[0]),
        lambda: stats.proportions([1, 0], groups=[0, 10**14]),
        lambda: stats.proportions([1, 2]),
        lambda: stats.proportions([[1, 0], [1]]),
        lambda: stats.predict_rejects(1, 20, quantity=0),
        lambda: stats.predict_rejects(1, 20, quantity=10**9),
        lambda: stats.sample_size_for_claim(0.0),
        lambda: stats.chance_within_tries(0.1, n=20, c=20, tries=1),
        lambda: stats.chance_within_tries(0.1, n=20, c=1, tries=0),
        lambda: stats.compare_proportions(1, 20, 1, 20, alternative="more"),  # type: ignore[arg-type]
        lambda: stats.rate_for_probability(20, 20, 0.1),
    ]
    for call in calls:
        with pytest.raises(OutOfDomain):
            call()
