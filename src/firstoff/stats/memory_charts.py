"""Charts that remember: EWMA and CUSUM, for small shifts; and the run lengths of all."""

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy import special

from firstoff.stats import checks
from firstoff.stats.checks import Floats, Integers
from firstoff.stats.control_charts import ControlChart
from firstoff.stats.errors import NotEstimable, NoVariation, OutOfDomain
from firstoff.stats.finite import finite
from firstoff.stats.quadrature import legendre
from firstoff.stats.signals import Zones, scan
from firstoff.stats.spread import Within, series_sigma, subgroup_sigma, subgroups

_BLOCK = 64  # values smoothed together by one small matrix
_NODES = 80  # of the quadrature for run lengths


@dataclass(frozen=True, slots=True, eq=False)
class CusumChart:
    """A tabular CUSUM in standard errors: upper sums are positive, lower ones negative.

    signal_upper, signal_lower: indices beyond h; upper_since, lower_since at a signal tell where
    the shift began: the index after the last zero.
    """

    upper: Floats
    lower: Floats
    k: float
    h: float
    center: float
    sigma: float
    method: str
    signal_upper: Integers
    signal_lower: Integers

    @property
    def first(self) -> int | None:
        """The first point beyond h on either side; None without one."""
        starts = [int(at[0]) for at in (self.signal_upper, self.signal_lower) if at.size]
        return min(starts) if starts else None

    def began(self, index: int) -> int:
        """Where the run that signals at ``index`` began: the first point after the last zero."""
        sums = self.upper if self.upper[index] > self.h else -self.lower
        zero = np.flatnonzero(sums[: index + 1] <= 0)
        return int(zero[-1]) + 1 if zero.size else 0


def ewma_chart(
    values: ArrayLike,
    *,
    weight: float = 0.2,
    sigmas: float = 3.0,
    center: float | None = None,
    sigma: float | None = None,
    within: Within | None = None,
    base: int | None = None,
) -> ControlChart:
    """Exponentially weighted moving average, with exact limits that widen from the start.

    values: a series, or rational subgroups whose means are smoothed; weight: of the newest point,
    above 0, at most 1; base: centre and sigma from the first so many points.
    Raises TooFewData, OutOfDomain.
    Source: Roberts (1959); Montgomery 9.2. Oracle: R qcc ewma; NIST 6.3.2.4
    """
    share = weight_of(weight)
    width = checks.real("sigmas", sigmas, above=0)
    points, level, spread, se, method = _standardised(values, center, sigma, within, base)
    smooth = smoothed(points[None], share, np.array([level]))[0]
    error = se * np.sqrt(widening(points.size, share))
    return ControlChart(
        "EWMA",
        smooth,
        np.full(points.size, level),
        level - width * error,
        level + width * error,
        spread,
        method,
        points.size if base is None else base,
        center is not None and sigma is not None,
        scan(smooth, Zones(np.asarray(level), error * width / 3), (1,)),
    )


@finite
def cusum_chart(
    values: ArrayLike,
    *,
    k: float = 0.5,
    h: float = 5.0,
    center: float | None = None,
    sigma: float | None = None,
    within: Within | None = None,
    base: int | None = None,
) -> CusumChart:
    """Tabular CUSUM: sums of what exceeds k standard errors, that signal beyond h.

    k is half the shift to be found. values: a series or rational subgroups; base: centre and
    sigma from the first so many points.
    Raises NoVariation, TooFewData, OutOfDomain.
    Source: Page (1954); Montgomery 9.1. Oracle: R qcc cusum, whose shift is 2k
    """
    slack = checks.real("k", k, least=0)
    limit = checks.real("h", h, above=0)
    points, level, spread, se, method = _standardised(values, center, sigma, within, base)
    if spread == 0:
        raise NoVariation
    z = (points - level) / se
    upper, lower = sums(z - slack), -sums(-z - slack)
    return CusumChart(
        upper,
        lower,
        slack,
        limit,
        level,
        spread,
        method,
        np.flatnonzero(upper > limit),
        np.flatnonzero(lower < -limit),
    )


@finite
def shewhart_arl(shift: float, *, sigmas: float = 3.0) -> float:
    """Points until a Shewhart chart signals, on average, after a shift of so many standard errors.

    Raises OutOfDomain. Source: geometric distribution. Oracle: R pnorm
    """
    limit = checks.real("sigmas", sigmas, above=0)
    moved = checks.real("shift", shift)
    return 1 / float(special.ndtr(-limit - moved) + special.ndtr(-limit + moved))


@finite
def cusum_arl(shift: float, *, k: float = 0.5, h: float = 5.0) -> float:
    """Points until a two-sided CUSUM signals, on average, from a start at zero.

    The integral equation of each side by Gauss-Legendre; the sides join as rates.
    Raises OutOfDomain. Source: Page (1954); Kemp (1961). Oracle: R spc xcusum.arl
    """
    moved = checks.real("shift", shift)
    slack, limit = checks.real("k", k, least=0), checks.real("h", h, above=0)
    return 1 / (1 / _cusum_side(moved, slack, limit) + 1 / _cusum_side(-moved, slack, limit))


@finite
def ewma_arl(shift: float, *, weight: float = 0.2, sigmas: float = 3.0) -> float:
    """Points until a two-sided EWMA with fixed (asymptotic) limits signals, on average.

    Raises OutOfDomain. Source: Crowder (1987). Oracle: R spc xewma.arl
    """
    moved = checks.real("shift", shift)
    share = weight_of(weight)
    limit = checks.real("sigmas", sigmas, above=0) * math.sqrt(share / (2 - share))
    nodes, weights = legendre(_NODES)
    x, w = limit * nodes, limit * weights

    def kernel(start: Floats) -> Floats:
        step = (x[None, :] - (1 - share) * start[:, None]) / share - moved
        return w * _density(step) / share

    return _run_length(x, kernel, np.zeros(1))


def _cusum_side(moved: float, slack: float, limit: float) -> float:
    nodes, weights = legendre(_NODES)
    x, w = limit * (nodes + 1) / 2, limit * weights / 2
    states = np.concatenate(([0.0], x))

    def kernel(start: Floats) -> Floats:
        to_zero = special.ndtr(slack - start - moved)
        return np.column_stack((to_zero, w * _density(x + slack - start[:, None] - moved)))

    return _run_length(states, kernel, np.zeros(1))


def _run_length(states: Floats, kernel: Callable[[Floats], Floats], start: Floats) -> float:
    """Solve L = 1 + K L on the states, and step from the start once more."""
    try:
        lengths = np.linalg.solve(np.eye(states.size) - kernel(states), np.ones(states.size))
    except np.linalg.LinAlgError as error:
        raise NotEstimable("The chart never signals within what floats hold.") from error
    return float(1 + kernel(start)[0] @ lengths)


def _density(z: Floats) -> Floats:
    found: Floats = np.exp(-(z**2) / 2) / math.sqrt(2 * math.pi)
    return found


def _standardised(
    values: ArrayLike,
    center: float | None,
    sigma: float | None,
    within: str | None,
    base: int | None,
) -> tuple[Floats, float, float, Floats, str]:
    """Points, centre, process sigma, standard error of each point, method."""
    if _nested(values):
        groups = subgroups("values", values)
        points, sizes = groups.means, groups.sizes.astype(np.float64)
        first = _first(base, points.size)
        level = float((points[:first] * sizes[:first]).sum() / sizes[:first].sum())
        found = (
            None
            if sigma is not None
            else subgroup_sigma(groups.first(first), "pooled" if within is None else within)
        )
    else:
        points = checks.series("values", values)
        sizes = np.ones(points.size)
        first = _first(base, points.size)
        part = points[:first]
        level = float(part[0] + (part - part[0]).mean())
        found = (
            None
            if sigma is not None
            else series_sigma(part, "moving-range" if within is None else within)
        )
    middle = level if center is None else checks.real("center", center)
    if found is None:
        spread, method = checks.real("sigma", sigma, least=0), "given"
    else:
        spread, method = found.value, found.method
    return points, middle, spread, spread / np.sqrt(sizes), method


def _first(base: int | None, size: int) -> int:
    if base is None:
        return size
    first = checks.whole("base", base, least=1)
    if first > size:
        raise OutOfDomain("base", first, f"at most the number of points, {size}")
    return first


def _nested(values: ArrayLike) -> bool:
    if isinstance(values, np.ndarray):
        return values.ndim == 2
    if not isinstance(values, (list, tuple)) or not values:
        return False
    return isinstance(values[0], (list, tuple, np.ndarray))


def weight_of(weight: object) -> float:
    """The weight of the newest point. Raises OutOfDomain."""
    share = checks.real("weight", weight, above=0)
    if share > 1:
        raise OutOfDomain("weight", share, "at most 1")
    return share


def widening(n: int, weight: float) -> Floats:
    """Variance of the first n smoothed values in that of one value: it widens from the start."""
    found = np.full(n, weight / (2 - weight))
    keep = 1 - weight
    # Where nothing in 1e18 is left of the start, powers are left out: tiny ones take long.
    last = n if keep > 0.9999 else min(n, 1 + int(-21 / math.log(max(keep, 1e-9))))
    found[:last] *= 1 - keep ** (2 * np.arange(1, last + 1))
    return found


def smoothed(table: Floats, weight: float, start: Floats) -> Floats:
    """z_i = weight x_i + (1 - weight) z_(i-1) in each row, block by block: one matrix product.

    table: shape (m, n); start: where each row begins, shape (m,)."""
    keep, (m, n) = 1 - weight, table.shape
    blocks = -(-n // _BLOCK)
    padded = np.zeros((m, blocks * _BLOCK))
    padded[:, :n] = table - start[:, None]
    age = np.subtract.outer(np.arange(_BLOCK), np.arange(_BLOCK))
    matrix = np.where(age >= 0, weight * keep ** np.maximum(age, 0), 0.0)
    inner = padded.reshape(m, blocks, _BLOCK) @ matrix.T
    fade = keep ** np.arange(1, _BLOCK + 1)
    carried = _carried(inner[:, :, -1], float(fade[-1]))
    smooth: Floats = (inner + carried[:, :, None] * fade).reshape(m, -1)[:, :n]
    return smooth + start[:, None]


def _carried(ends: Floats, fade: float) -> Floats:
    """What each block starts with, from what the blocks before it end with."""
    found = np.zeros_like(ends)
    if len(ends) == 1:  # numbers of one series go through Python sooner than through arrays
        carry, row = 0.0, ends[0].tolist()
        for place in range(1, len(row)):
            carry = row[place - 1] + fade * carry
            found[0, place] = carry
        return found
    for place in range(1, ends.shape[1]):
        found[:, place] = ends[:, place - 1] + fade * found[:, place - 1]
    return found


def sums(steps: Floats) -> Floats:
    """s_i = max(0, s_(i-1) + step_i) in each row: the running sum less its running minimum."""
    total = np.cumsum(steps, axis=-1)
    floor = np.minimum(np.minimum.accumulate(total, axis=-1), 0.0)
    found: Floats = total - floor
    return found
