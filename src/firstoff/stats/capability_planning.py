"""Before and beside a capability study: how many values, which tolerance, many characteristics."""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy import special

from firstoff.stats import checks
from firstoff.stats.capability import ppk_lower_bound
from firstoff.stats.checks import Floats, Integers
from firstoff.stats.constants import d2
from firstoff.stats.errors import NotEstimable, OutOfDomain, TooFewData

_LARGEST = 1_000_000


@dataclass(frozen=True, slots=True)
class HoldableTolerance:
    """The narrowest limits that a measured process holds at a required Ppk.

    ``plus_minus`` is about the target; ``lower_bound`` the Ppk that the values then show.
    """

    lower: float
    upper: float
    target: float
    plus_minus: float
    required: float
    ppk: float
    lower_bound: float
    confidence: float
    n: int
    method: str


@dataclass(frozen=True, slots=True, eq=False)
class Capabilities:
    """Capability of many characteristics; arrays have one entry for each.

    Where a figure does not exist (no such limit, no variation, fewer than two values) ``defined``
    or the limit says so and the entry is 0: read ``ppk`` only where ``defined``.
    """

    n: Integers
    mean: Floats
    sd: Floats
    sigma_within: Floats
    ppk: Floats
    ppk_lower: Floats
    cpk: Floats
    observed_outside: Integers
    expected_outside: Floats
    defined: np.ndarray[tuple[int], np.dtype[np.bool_]]
    confidence: float


def sample_size_for_capability(
    required: float, *, expected: float, confidence: float = 0.95, one_limit: bool = False
) -> int:
    """Values to measure so that a Ppk of ``expected`` shows at least ``required``.

    The smallest n whose one-sided lower bound at Ppk = expected reaches required.
    Raises OutOfDomain. Source: Bissell (1990). Oracle: search over ``ppk_lower_bound``
    """
    wanted = checks.real("required", required, above=0)
    seen = checks.real("expected", expected, above=0)
    if seen <= wanted:
        raise OutOfDomain("expected", seen, f"a Ppk above the one required, {wanted:g}")

    def shows(n: int) -> bool:
        return ppk_lower_bound(seen, n, confidence=confidence, one_limit=one_limit) >= wanted

    low = high = 2
    while not shows(high):
        low, high = high + 1, 2 * high
        if high > _LARGEST:
            raise NotEstimable(f"{_LARGEST:,} values do not tell the two apart.")
    while low < high:
        middle = (low + high) // 2
        low, high = (low, middle) if shows(middle) else (middle + 1, high)
    return high


def holdable_tolerance(
    values: ArrayLike,
    *,
    required: float = 1.33,
    target: float | None = None,
    confidence: float = 0.95,
) -> HoldableTolerance:
    """The tolerance about the target that the process holds, its bound at the required Ppk.

    values: a series, n >= 2; target: the mean unless told (then as if centred).
    Raises TooFewData, NoVariation, OutOfDomain. Source: Bissell (1990), inverted.
    Oracle: ``capability`` with the limits found
    """
    wanted = checks.real("required", required, above=0)
    points = checks.varied("values", checks.series("values", values, least=2))
    mean, sd = float(points.mean()), float(points.std(ddof=1))
    aim = mean if target is None else checks.real("target", target)
    z = float(special.ndtri(checks.open_fraction("confidence", confidence)))
    n = int(points.size)
    # Solve ppk - z sqrt(1/(9n) + ppk^2/(2(n-1))) = wanted for ppk: a quadratic.
    a, b = 1 - z * z / (2 * (n - 1)), -2 * wanted
    c = wanted * wanted - z * z / (9 * n)
    if a <= 0:
        raise TooFewData(needed=math.floor(z * z / 2) + 2, got=n)
    ppk = (-b + math.copysign(math.sqrt(b * b - 4 * a * c), z)) / (2 * a)
    half = 3 * sd * ppk + abs(mean - aim)
    bound = ppk_lower_bound(ppk, n, confidence=confidence)
    return HoldableTolerance(
        aim - half, aim + half, aim, half, wanted, ppk, bound, confidence, n, "Bissell"
    )


def capabilities(
    values: ArrayLike,
    *,
    groups: ArrayLike | None = None,
    lower: ArrayLike | None = None,
    upper: ArrayLike | None = None,
    confidence: float = 0.95,
) -> Capabilities:
    """Capability of many characteristics in one pass.

    values: shape (characteristics, values), or shape (n,) with ``groups`` naming the
    characteristic of each by index 0 ... m - 1 (sizes may differ, in the order made).
    lower, upper: one number, or one for each with NaN where there is none. Ppk bounds are
    Bissell's; sigma within is from moving ranges. Raises TooFewData, OutOfDomain.
    Oracle: ``capability`` one by one
    """
    flat, index, m = indexed(values, groups)
    level = checks.open_fraction("confidence", confidence)
    low, high = _limits_of("lower", lower, m), _limits_of("upper", upper, m)
    if (low >= high).any():
        place = int(np.argmax(low >= high))
        raise OutOfDomain(f"lower, item {place + 1},", float(low[place]), "a limit below upper")
    n = np.bincount(index, minlength=m)
    mean, sd, within = _moments(flat, index, n)
    defined = (n >= 2) & (sd > 1e-100) & (np.isfinite(low) | np.isfinite(high))
    safe = np.where(defined, sd, 1.0)
    ppk = np.where(defined, _nearest(mean, low, high) / (3 * safe), 0.0)
    free = np.maximum(n - 1, 1)
    se = np.sqrt(1 / (9 * np.maximum(n, 1)) + ppk**2 / (2 * free))
    inner = defined & (within > 1e-100)
    cpk = np.where(inner, _nearest(mean, low, high) / (3 * np.where(inner, within, 1)), 0.0)
    outside = np.bincount(index, (flat < low[index]) | (flat > high[index]), minlength=m)
    expected = special.ndtr((low - mean) / safe) + special.ndtr((mean - high) / safe)
    return Capabilities(
        n,
        mean,
        sd,
        within,
        ppk,
        np.where(defined, ppk - float(special.ndtri(level)) * se, 0.0),
        cpk,
        outside.astype(np.int64),
        np.where(defined, expected, 0.0),
        defined,
        level,
    )


def _nearest(mean: Floats, low: Floats, high: Floats) -> Floats:
    found: Floats = np.minimum(mean - low, high - mean)
    return np.where(np.isfinite(found), found, 0.0)


def _moments(flat: Floats, index: Integers, n: Integers) -> tuple[Floats, Floats, Floats]:
    m, some = n.size, np.maximum(n, 1)
    mean = np.bincount(index, flat, minlength=m) / some
    left = flat - mean[index]
    mean = mean + np.bincount(index, left, minlength=m) / some  # a large offset costs no digits
    sd = np.sqrt(np.bincount(index, left * left, minlength=m) / np.maximum(n - 1, 1))
    order = np.argsort(index, kind="stable")
    sorted_index, steps = index[order], np.abs(np.diff(flat[order]))
    inside = sorted_index[1:] == sorted_index[:-1]
    total = np.bincount(sorted_index[1:][inside], steps[inside], minlength=m)
    return mean, sd, total / np.maximum(n - 1, 1) / d2(2)


def indexed(values: ArrayLike, groups: ArrayLike | None) -> tuple[Floats, Integers, int]:
    """Values of many characteristics as one series, the index of each value, and how many there
    are. Raises TooFewData, OutOfDomain."""
    table = checks.array("values", values, dimensions=(1, 2))
    if table.size == 0:
        raise TooFewData(needed=1, got=0)
    if groups is None:
        table = np.atleast_2d(table)
        m, width = table.shape
        return table.ravel(), np.repeat(np.arange(m), width), m
    index = checks.counts("groups", groups)
    if table.ndim != 1 or index.size != table.size:
        raise OutOfDomain("groups", f"of {index.size}", f"one for each of {table.size} values")
    return table, index, int(index.max()) + 1


def _limits_of(name: str, limit: ArrayLike | None, m: int) -> Floats:
    empty = -np.inf if name == "lower" else np.inf
    if limit is None:
        return np.full(m, empty)
    found = np.asarray(limit, dtype=np.float64)
    if found.ndim > 1 or (found.ndim == 1 and found.size != m) or np.isinf(found).any():
        raise OutOfDomain(name, limit, f"one finite limit, or one for each of {m} characteristics")
    return np.where(np.isnan(found), empty, np.broadcast_to(found, (m,)))
