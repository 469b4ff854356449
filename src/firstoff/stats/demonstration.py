"""Demonstration tests: success run, zero failures, time against units, Weibayes."""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy import special

from firstoff.stats import checks
from firstoff.stats.errors import NotEstimable, OutOfDomain
from firstoff.stats.finite import finite
from firstoff.stats.proportions import sample_size_for_claim
from firstoff.stats.survival import log_gamma_mean, positive


@dataclass(frozen=True, slots=True)
class Demonstration:
    """A test of n units for ``test_time`` each that shows ``reliability`` at ``mission_time``.

    at_test_time: the reliability that has to be shown at the test time, from the known shape.
    exact_n: the real number that n rounds up: ln(1 - confidence)/ln(reliability) without failures,
    with some the root of the binomial carried on between whole numbers (incomplete beta).
    """

    n: int
    exact_n: float
    failures_allowed: int
    test_time: float
    mission_time: float
    shape: float
    reliability: float
    at_test_time: float
    confidence: float


@dataclass(frozen=True, slots=True)
class Weibayes:
    """A lower bound of life from a known shape and few or no failures.

    scale: the estimate, None without a failure; scale_lower: one-sided at ``confidence``;
    mean_lower: of the mean life that goes with it.
    """

    shape: float
    scale: float | None
    scale_lower: float
    mean_lower: float
    failures: int
    units: int
    confidence: float

    def reliability_lower(self, time: float) -> float:
        """The lower bound of the fraction that works at ``time``."""
        at = checks.real("time", time, least=0)
        return math.exp(-((at / self.scale_lower) ** self.shape))

    def life_lower(self, failed: float) -> float:
        """The lower bound of the time by which the fraction ``failed`` has failed."""
        share = checks.open_fraction("failed", failed)
        return float(self.scale_lower * (-math.log1p(-share)) ** (1 / self.shape))


def success_run_size(
    reliability: float, *, confidence: float = 0.90, failures_allowed: int = 0
) -> int:
    """Units that have to be tested, with at most so many failures, to show a reliability.

    The smallest n with P(at most f failures in n | 1 - reliability) <= 1 - confidence; 22 for 90 %
    at 90 %, 59 for 95 % at 95 %. Raises OutOfDomain: reliability 1 cannot be shown.
    Source: the binomial; success-run theorem. Oracle: R pbinom
    """
    bar = checks.open_fraction("reliability", reliability)
    return sample_size_for_claim(
        1 - bar, confidence=confidence, rejects_allowed=_allowed(failures_allowed)
    )


def demonstrated_reliability(n: int, failures: int = 0, *, confidence: float = 0.90) -> float:
    """The reliability that a test of n units with so many failures shows: exact lower bound.

    Raises OutOfDomain. Source: Clopper and Pearson (1934). Oracle: R qbeta
    """
    units = checks.whole("n", n, least=1)
    lost = checks.whole("failures", failures)
    if lost > units:
        raise OutOfDomain("failures", lost, f"at most n, which is {units}")
    level = checks.open_fraction("confidence", confidence)
    if lost == units:
        return 0.0
    return float(special.betaincinv(units - lost, lost + 1, 1 - level))


@finite
def demonstration_size(
    reliability: float,
    *,
    mission_time: float,
    test_time: float,
    shape: float,
    confidence: float = 0.90,
    failures_allowed: int = 0,
) -> Demonstration:
    """Units to test for ``test_time`` each, when the Weibull shape is known.

    Reliability at the test time is R^((test/mission)^shape): longer tests need fewer units where
    things wear out (shape above 1). Raises OutOfDomain.
    Source: Abernethy, The New Weibull Handbook, ch. 6. Oracle: R pbinom
    """
    bar, level, power = _bar(reliability, confidence, shape)
    mission = checks.real("mission_time", mission_time, above=0)
    test = checks.real("test_time", test_time, above=0)
    log = math.log(bar) * _power(test / mission, power)
    allowed = _allowed(failures_allowed)
    there = math.exp(log)
    if not 0 < there < 1:
        raise OutOfDomain("test_time", test, "a time at which some units fail and some do not")
    n = sample_size_for_claim(-math.expm1(log), confidence=level, rejects_allowed=allowed)
    exact = math.log1p(-level) / log if allowed == 0 else _between(n, allowed, there, level)
    return Demonstration(n, exact, allowed, test, mission, power, bar, there, level)


@finite
def demonstration_time(
    reliability: float,
    *,
    mission_time: float,
    n: int,
    shape: float,
    confidence: float = 0.90,
    failures_allowed: int = 0,
) -> Demonstration:
    """How long n units have to run, each, when the Weibull shape is known.

    The other side of ``demonstration_size``; n above the failures allowed. Raises OutOfDomain.
    Source: Abernethy, The New Weibull Handbook, ch. 6. Oracle: R qbeta
    """
    bar, level, power = _bar(reliability, confidence, shape)
    mission = checks.real("mission_time", mission_time, above=0)
    units, allowed = checks.whole("n", n, least=1), _allowed(failures_allowed)
    if allowed >= units:
        raise OutOfDomain("failures_allowed", allowed, f"fewer than n, which is {units}")
    # The reliability that n units with f failures show has to be the one at the test time.
    shown = float(special.betaincinv(units - allowed, allowed + 1, 1 - level))
    if shown <= 0:
        raise OutOfDomain("failures_allowed", allowed, "so few that n units show something")
    test = mission * (math.log(shown) / math.log(bar)) ** (1 / power)
    if not math.isfinite(test):
        raise OutOfDomain("shape", power, "a shape at which the test ends")
    return Demonstration(units, float(units), allowed, test, mission, power, bar, shown, level)


@finite
def weibayes(
    times: ArrayLike,
    *,
    shape: float,
    failures: int = 0,
    counts: ArrayLike | None = None,
    confidence: float = 0.90,
) -> Weibayes:
    """The life of units run for these times, all of them, with so many failures among them.

    times: shape (n,), above 0, of failed and good units alike; counts: units behind each time.
    The lower bound is (2 sum(t^shape)/chi-square(confidence; 2 f + 2))^(1/shape), exact for a test
    stopped at a time. Raises TooFewData, OutOfDomain, NotEstimable.
    Source: Abernethy, The New Weibull Handbook, ch. 6; Nelson (1985). Oracle: R qchisq
    """
    seen = checks.series("times", times)
    positive("times", seen)
    many = np.ones(seen.size) if counts is None else checks.counts("counts", counts)
    if many.size != seen.size:
        raise OutOfDomain("counts", f"of {many.size} numbers", f"{seen.size}, as in times")
    power = checks.real("shape", shape, above=0)
    lost, units = _allowed(failures, "failures"), int(many.sum())
    level = checks.open_fraction("confidence", confidence)
    if lost > units:
        raise OutOfDomain("failures", lost, f"at most the units, which are {units}")
    used = seen[many > 0]
    if not used.size:
        raise NotEstimable("All counts are 0: there are no units.")
    largest = float(used.max())
    total = float(many @ (seen / largest) ** power)
    chi = float(special.chdtri(2 * lost + 2, 1 - level))
    lower = largest * (2 * total / chi) ** (1 / power)
    scale = largest * (total / lost) ** (1 / power) if lost else None
    return Weibayes(power, scale, lower, lower * log_gamma_mean(power), lost, units, level)


def _bar(reliability: object, confidence: object, shape: object) -> tuple[float, float, float]:
    return (
        checks.open_fraction("reliability", reliability),
        checks.open_fraction("confidence", confidence),
        checks.real("shape", shape, above=0),
    )


def _between(n: int, allowed: int, reliability: float, level: float) -> float:
    """The real number in (n - 1, n] at which so many failures just show the reliability."""
    low, high = float(n - 1), float(n)
    for _ in range(60):
        middle = (low + high) / 2
        chance = float(special.betainc(middle - allowed, allowed + 1.0, reliability))
        low, high = (low, middle) if chance <= 1 - level else (middle, high)
    return high


def _allowed(failures: object, name: str = "failures_allowed") -> int:
    return checks.whole(name, failures)


def _power(base: float, exponent: float) -> float:
    try:
        return float(base**exponent)
    except OverflowError:
        return math.inf
