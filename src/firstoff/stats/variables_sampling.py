"""Acceptance sampling by variables: judge a lot by mean and spread instead of counting.

Plans are computed, not looked up: n and k keep two risks exactly (k method, one limit); with two
limits the estimated fraction nonconforming is held against M (M method). Sequential plans by
attributes are here too: they judge after every unit.
"""

import math
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike
from scipy import special

from firstoff.stats import checks
from firstoff.stats.checks import Floats
from firstoff.stats.distributions import nct_cdfs, nct_quantile
from firstoff.stats.errors import NotEstimable, NoVariation, OutOfDomain
from firstoff.stats.finite import finite

Known = Literal["known", "unknown"]

_LARGEST = 100_000


@dataclass(frozen=True, slots=True)
class VariablesPlan:
    """Accept when (limit - mean)/sigma is at least k, or when the estimated fraction
    nonconforming is at most m.

    m is None for samples so small (2, or 1 with sigma known) that the estimate does not exist.
    k lies midway between k_least, which just keeps the consumer's risk, and k_most, which just
    keeps the producer's.
    """

    n: int
    k: float
    k_least: float
    k_most: float
    m: float | None
    sigma: Known
    aql: float
    ltpd: float
    alpha: float
    beta: float


@dataclass(frozen=True, slots=True)
class Nonconforming:
    """The estimated fraction nonconforming below, above and in all."""

    below: float
    above: float
    total: float


@dataclass(frozen=True, slots=True)
class SequentialPlan:
    """Wald's sequential plan by attributes.

    After n units with d found: accept when d <= slope n - accept_intercept, reject when
    d >= slope n + reject_intercept, else inspect one more.
    """

    slope: float
    accept_intercept: float
    reject_intercept: float
    aql: float
    ltpd: float
    alpha: float
    beta: float

    def decide(self, n: int, found: int) -> Literal["accept", "reject", "continue"]:
        """What to do after n units with ``found`` rejects. Raises OutOfDomain."""
        units, rejects = checks.whole("n", n), checks.whole("found", found)
        if rejects > units:
            raise OutOfDomain("found", rejects, f"at most n, which is {units}")
        if rejects <= self.slope * units - self.accept_intercept:
            return "accept"
        if rejects >= self.slope * units + self.reject_intercept:
            return "reject"
        return "continue"

    def units_without_reject(self) -> int:
        """Units to inspect without a reject before the lot is accepted."""
        return math.ceil(self.accept_intercept / self.slope)


@dataclass(frozen=True, slots=True, eq=False)
class SequentialCurve:
    """What a sequential plan does at each true rate; asn: units inspected on average."""

    rates: Floats
    acceptance: Floats
    asn: Floats


def variables_acceptance(
    n: int, k: float, rates: ArrayLike, *, sigma: Known = "unknown"
) -> Floats:
    """The chance to accept a lot at each true rate, for one limit and a normal characteristic.

    Raises OutOfDomain. Source: Lieberman and Resnikoff (1955).
    Oracle: mpmath noncentral t; R AcceptanceSampling OCvar, which is off by 8e-6 for large n
    """
    size = checks.whole("n", n, least=_least(sigma))
    limit = checks.real("k", k)
    at = checks.fractions("rates", rates)
    z = -special.ndtri(at)  # infinite at 0 and 1, where the answer is 1 and 0
    root = math.sqrt(size)
    if sigma == "known":
        chance: Floats = special.ndtr((z - limit) * root)
        return chance
    inside = np.isfinite(z)
    chance = np.where(at <= 0, 1.0, 0.0)
    t = np.full(int(inside.sum()), limit * root)
    chance[inside] = 1 - nct_cdfs(t, size - 1, root * z[inside])
    return np.clip(chance, 0.0, 1.0)


def find_variables_plan(
    *, aql: float, ltpd: float, alpha: float = 0.05, beta: float = 0.10, sigma: Known = "unknown"
) -> VariablesPlan:
    """The smallest n, with its k, that accepts rate aql with at least 1 - alpha and rate ltpd with
    at most beta. One limit; for two, use m with ``estimated_nonconforming``.

    Raises OutOfDomain, NotEstimable. Source: Lieberman and Resnikoff (1955); ISO 3951.
    Oracle: R AcceptanceSampling find.plan
    """
    good, bad = checks.open_fraction("aql", aql), checks.open_fraction("ltpd", ltpd)
    if good >= bad:
        raise OutOfDomain("aql", good, f"a rate below ltpd, which is {bad:g}")
    producer, consumer = checks.open_fraction("alpha", alpha), checks.open_fraction("beta", beta)
    low = high = _least(sigma)
    while not _feasible(_k_range(high, good, bad, producer, consumer, sigma)):
        low, high = high + 1, 2 * high
        if high > _LARGEST:
            raise NotEstimable(f"No sample of up to {_LARGEST:,} keeps both risks.")
    while low < high:
        middle = (low + high) // 2
        if _feasible(_k_range(middle, good, bad, producer, consumer, sigma)):
            high = middle
        else:
            low = middle + 1
    least, most = _k_range(high, good, bad, producer, consumer, sigma)
    k = (least + most) / 2
    m = m_from_k(high, k, sigma=sigma) if high > _least(sigma) else None
    return VariablesPlan(high, k, least, most, m, sigma, good, bad, producer, consumer)


def estimated_nonconforming(
    mean: float,
    sd: float,
    n: int,
    *,
    lower: float | None = None,
    upper: float | None = None,
    sigma: Known = "unknown",
) -> Nonconforming:
    """The minimum-variance unbiased estimate of the fraction outside the limits.

    A mean outside a limit gives more than half. Raises NoVariation, OutOfDomain.
    Source: Lieberman and Resnikoff (1955); ANSI/ASQ Z1.9. Oracle: R pbeta; AQLSchemes EPn, which
    takes the mean's distance without its sign and is wrong for a mean outside
    """
    low, high = checks.limits(lower, upper)
    size = checks.whole("n", n, least=max(_least(sigma), 3 if sigma == "unknown" else 1))
    centre, spread = checks.real("mean", mean), checks.real("sd", sd, least=0)
    if spread == 0:
        raise NoVariation
    below = 0.0 if low is None else _outside((centre - low) / spread, size, sigma)
    above = 0.0 if high is None else _outside((high - centre) / spread, size, sigma)
    return Nonconforming(below, above, below + above)


def m_from_k(n: int, k: float, *, sigma: Known = "unknown") -> float:
    """The largest estimated fraction nonconforming that (n, k) accepts.

    Raises OutOfDomain. Source: ANSI/ASQ Z1.9. Oracle: R pbeta, AQLSchemes MPn
    """
    size = checks.whole("n", n, least=max(_least(sigma), 3 if sigma == "unknown" else 2))
    return _outside(checks.real("k", k), size, sigma)


@finite
def sequential_plan(
    *, aql: float, ltpd: float, alpha: float = 0.05, beta: float = 0.10
) -> SequentialPlan:
    """Wald's sequential probability ratio plan for two rates and two risks.

    Raises OutOfDomain. Source: Wald (1947); NIST/SEMATECH e-Handbook 6.2.3.5. Oracle: its example
    """
    good, bad = checks.open_fraction("aql", aql), checks.open_fraction("ltpd", ltpd)
    if good >= bad:
        raise OutOfDomain("aql", good, f"a rate below ltpd, which is {bad:g}")
    producer, consumer = checks.open_fraction("alpha", alpha), checks.open_fraction("beta", beta)
    odds = math.log(bad * (1 - good) / (good * (1 - bad)))
    return SequentialPlan(
        math.log((1 - good) / (1 - bad)) / odds,
        math.log((1 - producer) / consumer) / odds,
        math.log((1 - consumer) / producer) / odds,
        good,
        bad,
        producer,
        consumer,
    )


@finite
def sequential_characteristic(plan: SequentialPlan, rates: ArrayLike) -> SequentialCurve:
    """The chance that a sequential plan accepts, and the units it takes, at each true rate.

    Wald's formulas, which leave out the overshoot of the lines: good to a few hundredths.
    Raises OutOfDomain. Source: Wald (1947), chapter 5. Oracle: simulation
    """
    checks.made("plan", plan, SequentialPlan)
    at = checks.fractions("rates", rates)
    found = [_wald(plan, float(rate)) for rate in at]
    return SequentialCurve(at, np.array([a for a, _ in found]), np.array([n for _, n in found]))


def _wald(plan: SequentialPlan, rate: float) -> tuple[float, float]:
    """Acceptance and mean sample at one rate; between h1 and h2 the count walks on a slope."""
    low, high, slope = plan.accept_intercept, plan.reject_intercept, plan.slope
    if rate in (0.0, 1.0):
        return (1.0, low / slope) if rate == 0 else (0.0, high / (1 - slope))
    drift = rate - slope
    power = _walk_power(rate, slope)
    if abs(power) < 1e-9:  # at the slope itself the walk has no drift
        return high / (low + high), low * high / (rate * (1 - rate))
    accept = math.expm1(power * high) / (math.exp(power * high) - math.exp(-power * low))
    return accept, ((1 - accept) * high - accept * low) / drift


def _walk_power(rate: float, slope: float) -> float:
    """The nonzero t with E exp(t (x - slope)) = 1 for x one with chance ``rate``, else zero."""

    def excess(t: float) -> float:
        return math.log1p(rate * math.expm1(t)) - t * slope

    if abs(rate - slope) < 1e-9:
        return 0.0
    # log E exp is convex with a zero at 0; the other zero lies on the side against the drift.
    side = -1.0 if rate > slope else 1.0
    near, far = 1e-12, 1.0
    while excess(side * far) < 0:
        near, far = far, 2 * far
    for _ in range(200):
        middle = (near + far) / 2
        if middle in (near, far):
            break
        near, far = (middle, far) if excess(side * middle) < 0 else (near, middle)
    return side * (near + far) / 2


def _least(sigma: object) -> int:
    return 1 if checks.choice("sigma", sigma, ("known", "unknown")) == "known" else 2


def _k_range(
    n: int, good: float, bad: float, alpha: float, beta: float, sigma: Known
) -> tuple[float, float]:
    """The k that just keeps the consumer's risk, and the one that just keeps the producer's."""
    root = math.sqrt(n)
    z_good, z_bad = -float(special.ndtri(good)), -float(special.ndtri(bad))
    if sigma == "known":
        least = z_bad - float(special.ndtri(beta)) / root
        return least, z_good + float(special.ndtri(alpha)) / root
    least = nct_quantile(1 - beta, n - 1, root * z_bad) / root
    return least, nct_quantile(alpha, n - 1, root * z_good) / root


def _feasible(span: tuple[float, float]) -> bool:
    return span[0] <= span[1]


def _outside(q: float, n: int, sigma: Known) -> float:
    if sigma == "known":
        if n == 1:
            raise OutOfDomain("n", n, "at least 2 for the estimate with known sigma")
        return float(special.ndtr(-q * math.sqrt(n / (n - 1))))
    x = min(1.0, max(0.0, 0.5 - q * math.sqrt(n) / (2 * (n - 1))))
    half = n / 2 - 1
    return float(special.betainc(half, half, x))
