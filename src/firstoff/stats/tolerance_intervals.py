"""Tolerance intervals: where a stated share of all values lies, with a stated confidence."""

import math
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike
from scipy import special

from firstoff.stats import checks
from firstoff.stats.caveats import Caveat
from firstoff.stats.checks import Floats
from firstoff.stats.distributions import nct_quantile
from firstoff.stats.errors import NotEstimable, TooFewData
from firstoff.stats.finite import finite
from firstoff.stats.proportions import Sides, proportion
from firstoff.stats.quadrature import legendre

KMethod = Literal["exact", "howe"]


@dataclass(frozen=True, slots=True)
class ToleranceInterval:
    """An interval that holds at least ``coverage`` of all values, with ``confidence``.

    lower or upper is None on the open side. k is None where the interval is distribution-free;
    there ``achieved`` is the confidence that the chosen order statistics really give.
    """

    n: int
    coverage: float
    confidence: float
    sides: Sides
    lower: float | None
    upper: float | None
    k: float | None
    mean: float
    sd: float
    achieved: float
    method: str
    caveats: tuple[Caveat, ...]


@dataclass(frozen=True, slots=True)
class OrderStatistic:
    """Which of n sorted values bounds ``coverage`` of all values with ``confidence``.

    rank_from_top and place (from 1) are None where n is too small for even the largest value;
    ``achieved`` is then what the largest gives.
    """

    n: int
    rank_from_top: int | None
    place: int | None
    achieved: float


@dataclass(frozen=True, slots=True)
class CountInterval:
    """Rejects in a future lot that ``coverage`` of such lots do not leave, with ``confidence``."""

    future: int
    lower: int
    upper: int
    upper_one_sided: int
    coverage: float
    confidence: float


@finite
def tolerance_factor(
    n: int,
    *,
    coverage: float = 0.99,
    confidence: float = 0.95,
    sides: Sides = "two",
    method: KMethod = "exact",
) -> float:
    """The k of mean +- k sd that holds ``coverage`` of a normal process with ``confidence``.

    One-sided k is exact from the noncentral t; two-sided k by the exact integral, or Howe's
    approximation (without Guenther's weight). Raises OutOfDomain, TooFewData.
    Source: Howe (1969); NIST/SEMATECH e-Handbook 7.2.6.3. Oracle: mpmath; R tolerance
    """
    size = checks.whole("n", n)
    if size < 2:
        raise TooFewData(needed=2, got=size)
    share = checks.open_fraction("coverage", coverage)
    level = checks.open_fraction("confidence", confidence)
    checks.choice("sides", sides, ("two", "lower", "upper"))
    checks.choice("method", method, ("exact", "howe"))
    if sides != "two":
        root = math.sqrt(size)
        return nct_quantile(level, size - 1, float(special.ndtri(share)) * root) / root
    return _howe(size, share, level) if method == "howe" else _exact(size, share, level)


@finite
def normal_tolerance_interval(
    values: ArrayLike,
    *,
    coverage: float = 0.99,
    confidence: float = 0.95,
    sides: Sides = "two",
    method: KMethod = "exact",
) -> ToleranceInterval:
    """The interval of a normal process, mean +- k sd.

    values: n >= 2. Raises TooFewData, OutOfDomain.
    Source: Howe (1969); Odeh and Owen (1980). Oracle: R tolerance
    """
    points = checks.series("values", values, least=2)
    n = int(points.size)
    k = tolerance_factor(n, coverage=coverage, confidence=confidence, sides=sides, method=method)
    mean, sd = float(points.mean()), float(points.std(ddof=1))
    return ToleranceInterval(
        n,
        coverage,
        confidence,
        sides,
        None if sides == "upper" else mean - k * sd,
        None if sides == "lower" else mean + k * sd,
        k,
        mean,
        sd,
        confidence,
        "normal, " + (method if sides == "two" else "noncentral t"),
        (Caveat.SMALL_SAMPLE,) if n < 10 else (),
    )


def free_tolerance_interval(
    values: ArrayLike, *, coverage: float = 0.95, confidence: float = 0.95, sides: Sides = "two"
) -> ToleranceInterval:
    """The interval between two order statistics, whatever the distribution (Wilks).

    The innermost pair, as even as can be, that gives the confidence. Raises NotEstimable where
    even smallest and largest do not (see ``free_sample_size``), TooFewData, OutOfDomain.
    Source: Wilks (1941). Oracle: R tolerance nptol.int, distfree.est
    """
    points = np.sort(checks.series("values", values, least=2))
    share = checks.open_fraction("coverage", coverage)
    level = checks.open_fraction("confidence", confidence)
    checks.choice("sides", sides, ("two", "lower", "upper"))
    n = int(points.size)
    outside = _outside_ranks(n, share, level)
    least = 2 if sides == "two" else 1
    if outside < least:
        raise NotEstimable(
            f"{n} values do not bound {share:.4g} of all with confidence {level:.4g}; "
            f"{free_sample_size(share, level, sides=sides)} are needed."
        )
    low = outside // 2 if sides == "two" else outside
    high = outside - low if sides == "two" else outside
    return ToleranceInterval(
        n,
        share,
        level,
        sides,
        None if sides == "upper" else float(points[low - 1]),
        None if sides == "lower" else float(points[n - high]),
        None,
        float(points.mean()),
        float(points.std(ddof=1)),
        _free_confidence(n, outside, share),
        "order statistics",
        (),
    )


def free_sample_size(coverage: float, confidence: float, *, sides: Sides = "two") -> int:
    """Values needed for the extremes to bound ``coverage`` of all with ``confidence``.

    Raises OutOfDomain. Source: Wilks (1941). Oracle: R tolerance distfree.est
    """
    share = checks.open_fraction("coverage", coverage)
    level = checks.open_fraction("confidence", confidence)
    checks.choice("sides", sides, ("two", "lower", "upper"))
    lost = 2 if sides == "two" else 1
    low, high = lost, lost
    while _free_confidence(high, lost, share) < level * (1 - 1e-12):
        low, high = high + 1, 2 * high
    while low < high:
        middle = (low + high) // 2
        if _free_confidence(middle, lost, share) >= level * (1 - 1e-12):
            high = middle
        else:
            low = middle + 1
    return high


def free_confidence(n: int, coverage: float, *, sides: Sides = "two") -> float:
    """The confidence with which the extremes of n values bound ``coverage`` of all.

    Raises OutOfDomain. Source: Wilks (1941). Oracle: closed form"""
    share = checks.open_fraction("coverage", coverage)
    checks.choice("sides", sides, ("two", "lower", "upper"))
    lost = 2 if sides == "two" else 1
    return _free_confidence(checks.whole("n", n, least=lost), lost, share)


def free_upper_rank(n: int, *, coverage: float, confidence: float) -> OrderStatistic:
    """The smallest of n sorted values that is an upper bound for ``coverage`` of all.

    Raises OutOfDomain. Source: Wilks (1941). Oracle: R pbinom"""
    size = checks.whole("n", n, least=1)
    share = checks.open_fraction("coverage", coverage)
    rank = _outside_ranks(size, share, checks.open_fraction("confidence", confidence))
    if rank < 1:
        return OrderStatistic(size, None, None, _free_confidence(size, 1, share))
    return OrderStatistic(size, rank, size - rank + 1, _free_confidence(size, rank, share))


def count_tolerance_interval(
    x: int, n: int, *, future: int, coverage: float = 0.95, confidence: float = 0.95
) -> CountInterval:
    """Rejects in lots of ``future`` units to come, after x of n.

    Binomial quantiles at the Clopper-Pearson bounds: wider than a prediction, which speaks of one
    lot. Raises TooFewData, OutOfDomain. Source: Hahn and Chandra (1981).
    Oracle: R tolerance bintol.int, which gives NaN at x = 0, where 0 is right
    """
    share = checks.open_fraction("coverage", coverage)
    units = checks.whole("future", future, least=1)
    both = proportion(x, n, confidence=confidence)
    one = proportion(x, n, confidence=confidence, sides="upper")
    tail = (1 + share) / 2
    return CountInterval(
        units,
        _binomial_quantile(1 - tail, units, both.lower),
        _binomial_quantile(tail, units, both.upper),
        _binomial_quantile(share, units, one.upper),
        share,
        both.confidence,
    )


def _howe(n: int, share: float, level: float) -> float:
    z = float(special.ndtri((1 + share) / 2))
    return z * math.sqrt((n - 1) * (1 + 1 / n) / float(special.chdtri(n - 1, level)))


@lru_cache(maxsize=256)
def _exact(n: int, share: float, level: float) -> float:
    """k from the integral over the mean: at a mean x sigma off the centre the half-width r(x)
    holds the share, and s k >= r(x) sigma has a chi-square probability."""
    nodes, weights = legendre(120)
    reach = 9 / math.sqrt(n)
    x, w = reach * (nodes + 1) / 2, reach * weights / 2
    density = 2 * math.sqrt(n / (2 * math.pi)) * np.exp(-n * x**2 / 2)
    r = _half_width(x, share)

    def confidence(k: float) -> float:
        return float(w @ (density * special.chdtrc(n - 1, (n - 1) * (r / k) ** 2)))

    low = high = _howe(n, share, level)
    while confidence(low) > level:
        low /= 1.5
    while confidence(high) < level:
        high *= 1.5
    for _ in range(200):
        middle = (low + high) / 2
        if middle in (low, high):
            break
        low, high = (middle, high) if confidence(middle) < level else (low, middle)
    return (low + high) / 2


def _half_width(x: Floats, share: float) -> Floats:
    """r with Phi(x + r) - Phi(x - r) = share, by bisection of all at once."""
    low, high = np.zeros_like(x), x + float(special.ndtri((1 + share) / 2)) + 1
    for _ in range(80):
        middle = (low + high) / 2
        short = special.ndtr(x + middle) - special.ndtr(x - middle) < share
        low, high = np.where(short, middle, low), np.where(short, high, middle)
    return (low + high) / 2


def _free_confidence(n: int, outside: int, share: float) -> float:
    """P(at least ``outside`` of n values lie in the tails that hold 1 - share)."""
    if outside > n:
        return 0.0
    return float(special.bdtrc(outside - 1, n, 1 - share))


def _outside_ranks(n: int, share: float, level: float) -> int:
    """How many of the n values may be given up and still bound the share."""
    low, high = 0, n
    while low < high:
        middle = (low + high + 1) // 2
        if _free_confidence(n, middle, share) >= level * (1 - 1e-12):
            low = middle
        else:
            high = middle - 1
    return low


def _binomial_quantile(probability: float, n: int, rate: float) -> int:
    """The smallest k with P(X <= k) >= probability."""
    if rate <= 0:
        return 0
    low, high = 0, n
    while low < high:
        middle = (low + high) // 2
        if special.bdtr(middle, n, rate) >= probability * (1 - 1e-12):
            high = middle
        else:
            low = middle + 1
    return high
