"""A lot judged by its measured values, and how often a plan accepts with one limit or two."""

import math
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike
from scipy import special

from firstoff.stats import checks
from firstoff.stats.checks import Floats
from firstoff.stats.errors import NotEstimable, OutOfDomain, TooFewData
from firstoff.stats.finite import finite
from firstoff.stats.quadrature import legendre
from firstoff.stats.variables_sampling import (
    Known,
    Nonconforming,
    VariablesPlan,
    estimated_nonconforming,
    variables_acceptance,
)

_NODES = 120  # of the integral over the spread that a sample shows


@dataclass(frozen=True, slots=True)
class VariablesDecision:
    """What a plan says about one lot.

    q_lower, q_upper: distance of the mean to each limit in sigma, None without that limit; with
    one limit it is held against k. estimated: fraction outside, held against ``allowed`` (M) with
    two limits. sigma: of the sample, or the one that is known.
    """

    accepted: bool
    method: Literal["k", "M"]
    n: int
    mean: float
    sigma: float
    q_lower: float | None
    q_upper: float | None
    k: float
    estimated: Nonconforming | None
    allowed: float | None


@dataclass(frozen=True, slots=True, eq=False)
class VariablesCurve:
    """How often a plan accepts a lot at each true mean; rates: the true fraction outside there."""

    means: Floats
    rates: Floats
    acceptance: Floats


@finite
def judge_variables(
    plan: VariablesPlan,
    values: ArrayLike,
    *,
    lower: float | None = None,
    upper: float | None = None,
    sigma: float | None = None,
) -> VariablesDecision:
    """Accept or reject a lot by the measured values of its sample.

    values: the plan's n of them, in the unit of the limits, at least 3 (2 with sigma known).
    sigma: told for a plan with sigma known, and only there. One limit: k method; two: M method.
    Raises TooFewData, NoVariation, OutOfDomain, also for another number of values.
    Source: Lieberman and Resnikoff (1955); ANSI/ASQ Z1.9. Oracle: R pbeta
    """
    checks.made("plan", plan, VariablesPlan)
    low, high = checks.limits(lower, upper)
    points = checks.series("values", values, least=1)
    if points.size != plan.n:
        raise OutOfDomain("values", f"of {points.size}", f"{plan.n}, the sample of the plan")
    if (sigma is None) is (plan.sigma == "known"):
        expected = "the known sigma of the plan" if sigma is None else "left out: it is unknown"
        raise OutOfDomain("sigma", sigma, expected)
    if sigma is None:
        checks.varied("values", points)
        spread = float(points.std(ddof=1))
    else:
        spread = checks.real("sigma", sigma, above=0)
    mean = float(points.mean())
    if low is not None and high is not None:
        _estimated(plan)
    seen = None
    if plan.m is not None:
        seen = estimated_nonconforming(
            mean, spread, plan.n, lower=low, upper=high, sigma=plan.sigma
        )
    q_low = None if low is None else (mean - low) / spread
    q_high = None if high is None else (high - mean) / spread
    if q_low is not None and q_high is not None:
        accepted = seen is not None and seen.total <= _estimated(plan)
    else:
        accepted = min(q for q in (q_low, q_high) if q is not None) >= plan.k
    method: Literal["k", "M"] = "k" if low is None or high is None else "M"
    return VariablesDecision(
        accepted, method, plan.n, mean, spread, q_low, q_high, plan.k, seen, plan.m
    )


@finite
def variables_characteristic(
    plan: VariablesPlan,
    means: ArrayLike,
    *,
    sigma: float,
    lower: float | None = None,
    upper: float | None = None,
) -> VariablesCurve:
    """How often the plan accepts a normal process at each true mean, with one limit or two.

    sigma: the true standard deviation, in the unit of the limits; for two limits the M method by
    an integral over the spread that samples show, good to 1e-6. With two limits a process whose
    sigma fills them is rejected wherever its mean lies.
    Raises OutOfDomain. Source: Lieberman and Resnikoff (1955); Duncan, Quality Control and
    Industrial Statistics, ch. 13. Oracle: R integrate; simulation in tests
    """
    checks.made("plan", plan, VariablesPlan)
    low, high = checks.limits(lower, upper)
    spread = checks.real("sigma", sigma, above=0)
    at = np.atleast_1d(checks.array("means", means, dimensions=(0, 1)))
    if at.size == 0:
        raise TooFewData(needed=1, got=0, what="means")
    below = np.zeros_like(at) if low is None else special.ndtr((low - at) / spread)
    above = np.zeros_like(at) if high is None else special.ndtr((at - high) / spread)
    rates: Floats = below + above
    if low is None or high is None:
        chance = variables_acceptance(plan.n, plan.k, rates, sigma=plan.sigma)
    else:
        chance = _between(plan, at, spread, (low, high))
    return VariablesCurve(at, rates, chance)


def _estimated(plan: VariablesPlan) -> float:
    """M of the plan. Raises NotEstimable where its sample is too small for the estimate."""
    if plan.m is None:
        raise NotEstimable(
            f"A plan of {plan.n} has no estimate of the fraction outside, which two limits need."
        )
    return plan.m


def _between(
    plan: VariablesPlan, means: Floats, sigma: float, limits: tuple[float, float]
) -> Floats:
    """P(the estimate is at most M): for each spread s a sample may show, the mean of the sample
    has to lie within a reach of the middle of the limits."""
    middle, half = (limits[0] + limits[1]) / 2, (limits[1] - limits[0]) / 2
    if plan.sigma == "known":
        spreads, weights = np.array([sigma]), np.ones(1)
    else:
        spreads, weights = _spreads(plan, sigma, half)
    reach = _reach(plan, spreads, half)
    root = math.sqrt(plan.n) / sigma
    off = (means - middle)[:, None]
    inside = special.ndtr((reach - off) * root) - special.ndtr((-reach - off) * root)
    found: Floats = np.where(reach >= 0, inside, 0.0) @ weights
    return np.clip(found, 0.0, 1.0)


def _spreads(plan: VariablesPlan, sigma: float, half: float) -> tuple[Floats, Floats]:
    """Nodes of s with their chance, up to the largest at which a centred sample is accepted."""
    low, high = 0.0, 10 * half
    for _ in range(100):
        s = (low + high) / 2
        good = float(_estimate(plan, np.zeros(1), np.array([s]), half)[0]) <= _estimated(plan)
        low, high = (s, high) if good else (low, s)
    df = plan.n - 1
    most = float(special.chdtr(df, df * (low / sigma) ** 2))
    nodes, weights = legendre(_NODES)
    t = (nodes + 1) / 2
    # The reach ends in a root at the largest spread: the nodes crowd there and at 0.
    u = most * t * t * (3 - 2 * t)
    return sigma * np.sqrt(special.chdtri(df, 1 - u) / df), weights / 2 * most * 6 * t * (1 - t)


def _reach(plan: VariablesPlan, spreads: Floats, half: float) -> Floats:
    """How far the sample's mean may lie from the middle at each spread; -1 where nowhere."""
    low, high = np.zeros_like(spreads), np.full_like(spreads, half)
    never = _estimate(plan, low, spreads, half) > _estimated(plan)
    for _ in range(60):
        at = (low + high) / 2
        good = _estimate(plan, at, spreads, half) <= _estimated(plan)
        low, high = np.where(good, at, low), np.where(good, high, at)
    return np.where(never, -1.0, low)


def _estimate(plan: VariablesPlan, off: Floats, spreads: Floats, half: float) -> Floats:
    """The estimated fraction outside both limits for a mean so far off their middle."""
    near, far = (half - off) / spreads, (half + off) / spreads
    found: Floats = _tail(near, plan.n, plan.sigma) + _tail(far, plan.n, plan.sigma)
    return found


def _tail(q: Floats, n: int, sigma: Known) -> Floats:
    found: Floats
    if sigma == "known":
        found = special.ndtr(-q * math.sqrt(n / (n - 1)))
        return found
    x = np.clip(0.5 - q * math.sqrt(n) / (2 * (n - 1)), 0.0, 1.0)
    found = special.betainc(n / 2 - 1, n / 2 - 1, x)
    return found
