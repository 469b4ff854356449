from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from firstoff import stats
from firstoff.stats import NotEstimable, OutOfDomain, TooFewData

MOST = min(15, settings.default.max_examples)
few = settings(derandomize=True, max_examples=MOST, deadline=None, database=None)
levels = st.floats(0.5, 0.99)


def test_the_factor_of_the_handbook_is_howes_and_the_exact_one_lies_above() -> None:
    # NIST/SEMATECH e-Handbook 7.2.6.3: 43 wafers, 90 % of them, 99 % sure: 2.217
    told: dict[str, Any] = {"coverage": 0.90, "confidence": 0.99}
    assert round(stats.tolerance_factor(43, method="howe", **told), 3) == 2.217
    assert round(stats.tolerance_factor(43, **told), 4) == 2.2228
    assert round(stats.tolerance_factor(43, sides="upper", **told), 4) == 1.8740


@pytest.mark.slow
def test_an_interval_holds_its_share_as_often_as_it_says() -> None:
    rng = np.random.default_rng(4)
    k = stats.tolerance_factor(12, coverage=0.9, confidence=0.9)
    samples = rng.normal(size=(4000, 12))
    centre, half = samples.mean(axis=1), k * samples.std(axis=1, ddof=1)
    share = [
        stats.distribution("normal", mean=0, sd=1).below(high)
        - stats.distribution("normal", mean=0, sd=1).below(low)
        for low, high in zip(centre - half, centre + half, strict=True)
    ]
    assert 0.885 < float(np.mean(np.asarray(share) >= 0.9)) < 0.915


def test_fifty_nine_values_bound_ninety_five_percent_from_one_side() -> None:
    values = np.arange(59.0)
    seen = stats.free_tolerance_interval(values, sides="upper")
    assert (seen.lower, seen.upper, round(seen.achieved, 4)) == (None, 58.0, 0.9515)


def test_too_few_values_for_a_free_interval_are_told_how_many_are_needed() -> None:
    with pytest.raises(NotEstimable, match="93 are needed"):
        stats.free_tolerance_interval(np.arange(92.0))


def test_a_large_sample_gives_up_its_extremes() -> None:
    seen = stats.free_tolerance_interval(np.arange(1000.0), coverage=0.9)
    assert seen.lower is not None
    assert seen.upper is not None
    assert (seen.lower, seen.upper) == (41.0, 957.0)
    assert seen.achieved >= 0.95


@settings(few, max_examples=6)  # an exact factor is an integral
@given(st.integers(2, 200), levels, levels)
def test_more_coverage_and_more_confidence_never_narrow(n: int, share: float, sure: float) -> None:
    k = stats.tolerance_factor(n, coverage=share, confidence=sure)
    assert stats.tolerance_factor(n, coverage=(1 + share) / 2, confidence=sure) > k
    assert stats.tolerance_factor(n, coverage=share, confidence=(1 + sure) / 2) > k
    assert stats.tolerance_factor(n + 1, coverage=share, confidence=sure) < k


@few
@given(st.integers(0, 50), st.integers(1, 500))
def test_a_future_count_interval_is_in_order(x: int, future: int) -> None:
    seen = stats.count_tolerance_interval(x, 50, future=future)
    assert 0 <= seen.lower <= seen.upper <= future


def test_nasty_inputs_are_refused() -> None:
    calls: list[tuple[type[Exception], Callable[[], object]]] = [
        (TooFewData, lambda: stats.tolerance_factor(1)),
        (OutOfDomain, lambda: stats.tolerance_factor(10, confidence=0.0)),
        (OutOfDomain, lambda: stats.tolerance_factor(10, coverage=1.0)),
        (OutOfDomain, lambda: stats.tolerance_factor(10, sides="both")),  # type: ignore[arg-type]
        (OutOfDomain, lambda: stats.tolerance_factor(10, method="guess")),  # type: ignore[arg-type]
        (TooFewData, lambda: stats.normal_tolerance_interval([1.0])),
        (OutOfDomain, lambda: stats.normal_tolerance_interval([1.0, float("nan")])),
        (OutOfDomain, lambda: stats.free_sample_size(0.0, 0.9)),
        (OutOfDomain, lambda: stats.free_confidence(1, 0.9)),
        (OutOfDomain, lambda: stats.free_upper_rank(0, coverage=0.9, confidence=0.9)),
        (OutOfDomain, lambda: stats.count_tolerance_interval(3, 2, future=10)),
        (TooFewData, lambda: stats.count_tolerance_interval(0, 0, future=10)),
    ]
    for refusal, call in calls:
        with pytest.raises(refusal):
            call()
