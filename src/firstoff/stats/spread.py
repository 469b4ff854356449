"""Sigma of a process from its subgroups or from point to point.

The estimators differ, and each has its constant of unbiasedness; a result names the one it used.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal, NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from firstoff.stats import checks
from firstoff.stats.checks import Floats, Integers
from firstoff.stats.constants import c4, d2, d3
from firstoff.stats.errors import OutOfDomain, TooFewData
from firstoff.stats.sums import dot

Within = Literal[
    "moving-range",
    "median-moving-range",
    "sd",
    "mean-range",
    "weighted-range",
    "mean-sd",
    "weighted-sd",
    "pooled",
    "pooled-raw",
]

SUBGROUP_METHODS = (
    "mean-range",
    "weighted-range",
    "mean-sd",
    "weighted-sd",
    "pooled",
    "pooled-raw",
)
_PIECE = 1 << 16
SERIES_METHODS = ("moving-range", "median-moving-range", "sd")
# Degrees of freedom of sigma from n values, each a share of n - 1.
SERIES_DF = {"moving-range": 0.62, "median-moving-range": 0.37, "sd": 1.0}
# The median of |difference of two| is sqrt(2) times the normal's third quartile.
MEDIAN_UNIT = 0.9538725524089478


@dataclass(frozen=True, slots=True, eq=False)
class Subgroups:
    """Values one subgroup after another, with where each begins; sizes may differ."""

    values: Floats
    starts: Integers
    sizes: Integers

    def first(self, count: int) -> "Subgroups":
        """The first so many subgroups, such as those that limits are frozen from."""
        last = int(self.sizes[:count].sum())
        return Subgroups(self.values[:last], self.starts[:count], self.sizes[:count])

    @property
    def means(self) -> Floats:
        """The mean of each subgroup, centred first so that a large offset costs no digits."""
        shift = float(self.values[0])
        sums: Floats = np.add.reduceat(self.values - shift, self.starts)
        return shift + sums / self.sizes

    @property
    def ranges(self) -> Floats:
        """Largest less smallest of each subgroup."""
        high: Floats = np.maximum.reduceat(self.values, self.starts)
        low: Floats = np.minimum.reduceat(self.values, self.starts)
        return high - low

    @property
    def squares(self) -> Floats:
        """Sum of squares about the mean of each subgroup (two-pass)."""
        left = self.values - np.repeat(self.means, self.sizes)
        found: Floats = np.add.reduceat(left * left, self.starts)
        return found

    @property
    def sds(self) -> Floats:
        """Standard deviation of each subgroup (divisor n - 1); 0 for a subgroup of one."""
        found: Floats = np.sqrt(self.squares / np.maximum(self.sizes - 1, 1))
        return found


@dataclass(frozen=True, slots=True)
class Sigma:
    """An estimate of the within-process standard deviation.

    ``df`` are the effective degrees of freedom: those of a standard deviation as precise as this.
    """

    value: float
    method: str
    df: float


def subgroups(name: str, values: ArrayLike) -> Subgroups:
    """Rational subgroups: shape (k, m), or k sequences of differing lengths.

    Raises TooFewData for no subgroup or an empty one, OutOfDomain."""
    if isinstance(values, np.ndarray) and values.ndim == 2:
        table = checks.array(name, values, dimensions=(2,))
        rows = [table.shape[1]] * table.shape[0]
        flat = table.ravel()
    else:
        if isinstance(values, (str, bytes)) or not hasattr(values, "__len__"):
            raise OutOfDomain(name, values, "subgroups of numbers")
        groups: Any = values  # with a length, so it can be gone through
        listed: list[Floats] = [
            checks.series(f"{name}, subgroup {place + 1},", group)
            for place, group in enumerate(groups)
        ]
        rows = [group.size for group in listed]
        flat = np.concatenate(listed) if listed else np.empty(0)
    if not rows or min(rows) == 0:
        raise TooFewData(needed=1, got=0, what=f"{name} in a subgroup" if rows else "subgroups")
    sizes = np.asarray(rows, dtype=np.int64)
    return Subgroups(flat, np.concatenate(([0], np.cumsum(sizes)[:-1])), sizes)


def subgroup_sigma(groups: Subgroups, method: str = "pooled") -> Sigma:
    """Sigma within subgroups. Subgroups of one carry no spread and are left out.

    mean-range: mean of R/d2; weighted-range, weighted-sd: least-variance weights for differing
    sizes; mean-sd: mean of s/c4; pooled: pooled s over c4(df + 1); pooled-raw: without c4.
    Raises TooFewData, OutOfDomain. Source: Burr (1969, 1976). Oracle: R qcc
    """
    checks.choice("method", method, SUBGROUP_METHODS)
    used = groups.sizes > 1
    if not used.any():
        raise TooFewData(needed=1, got=0, what="subgroups of two or more")
    sizes = groups.sizes[used]
    if method in ("pooled", "pooled-raw"):
        return _pooled(groups.squares, int((sizes - 1).sum()), method)
    if method in ("mean-range", "weighted-range"):
        unit = _by_size(sizes, d2)
        relative = (_by_size(sizes, d3) / unit) ** 2
        each = groups.ranges[used] / unit
    else:
        unit = _by_size(sizes, c4)
        relative = (1 - unit**2) / unit**2
        each = groups.sds[used] / unit
    weights = 1 / relative if method.startswith("weighted") else np.ones(sizes.size)
    value = float(np.sum(weights * each) / weights.sum())
    variance = float(np.sum(weights**2 * relative) / weights.sum() ** 2)
    return Sigma(value, method, _df_of(variance))


def series_sigma(values: Floats, method: str = "moving-range", *, span: int = 2) -> Sigma:
    """Sigma from point to point: mean (or median) range of ``span`` neighbours over its constant.

    Raises TooFewData, OutOfDomain. Source: Montgomery, Introduction to SQC, 6.4. Oracle: R qcc
    """
    checks.choice("method", method, SERIES_METHODS)
    width = checks.whole("span", span, least=2)
    if values.size < width:
        raise TooFewData(needed=width, got=int(values.size))
    if method == "sd":
        # Takes shifts for spread: for series known to be stable, and to compare with programs.
        spread = float(values.std(ddof=1)) / c4(int(values.size))
        return Sigma(spread, method, float(values.size - 1))
    if width == 2 and method == "moving-range":
        return Sigma(sweep(values).step / d2(2), method, max(1.0, 0.62 * (values.size - 1)))
    ranges = moving_ranges(values, width)
    if method == "median-moving-range":
        if width != 2:
            raise OutOfDomain("span", width, "2 for the median moving range")
        value = float(np.median(ranges)) / MEDIAN_UNIT
        return Sigma(value, method, max(1.0, 0.37 * (values.size - 1)))
    return Sigma(float(ranges.mean()) / d2(width), method, max(1.0, 0.62 * (values.size - 1)))


def moving_ranges(values: Floats, span: int = 2) -> Floats:
    """Range of each ``span`` neighbours, shape (n - span + 1,)."""
    if span == 2:
        found: Floats = np.diff(values)
        return np.abs(found, out=found)
    windows = np.lib.stride_tricks.sliding_window_view(values, span)
    ranged: Floats = windows.max(axis=1) - windows.min(axis=1)
    return ranged


class Sweep(NamedTuple):
    """What one pass over a series gives; ``step`` is the mean of |x_i - x_(i-1)|."""

    mean: float
    sd: float
    least: float
    most: float
    step: float


def sweep(values: Floats) -> Sweep:
    """Mean, spread, extremes and mean step of a series, shape (n,), n >= 2.

    After the mean a piece at a time, so that all the rest is read from the processor's cache.
    Values are centred before they are squared: a large offset costs no digits.
    """
    mean = float(values.mean())
    squares, steps = 0.0, 0.0
    least, most = np.inf, -np.inf
    for start in range(0, values.size, _PIECE):
        piece = values[start : start + _PIECE + 1]  # one of the next: the step to it
        moved = np.subtract(piece[1:], piece[:-1])
        steps += float(np.abs(moved, out=moved).sum())
        own = piece[:_PIECE]
        least, most = min(least, float(own.min())), max(most, float(own.max()))
        left = own - mean
        squares += dot(left, left)
    n = values.size
    return Sweep(mean, float(np.sqrt(squares / (n - 1))), least, most, steps / (n - 1))


def _pooled(squares: Floats, df: int, method: str) -> Sigma:
    raw = float(np.sqrt(squares.sum() / df))
    return Sigma(raw if method == "pooled-raw" else raw / c4(df + 1), method, float(df))


def _by_size(sizes: Integers, constant: Callable[[int], float]) -> Floats:
    distinct, place = np.unique(sizes, return_inverse=True)
    return np.array([constant(int(n)) for n in distinct])[place]


def _df_of(relative_variance: float) -> float:
    # A standard deviation of so many df has about this squared coefficient of variation.
    return max(1.0, 1 / (2 * relative_variance))
