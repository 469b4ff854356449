"""Returns to expect from a fleet of units of several ages, and the chart of shipments."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from firstoff.stats import checks
from firstoff.stats.caveats import Caveat
from firstoff.stats.checks import Floats, Integers
from firstoff.stats.errors import OutOfDomain, TooFewData
from firstoff.stats.finite import finite
from firstoff.stats.weibull import WeibullFit

_DRAWS = 4_000


@dataclass(frozen=True, slots=True)
class WarrantyProjection:
    """Failures to expect among the units now in the field.

    expected: by period, the first to come first; total over all of them, with a prediction
    interval for the count (the life's own uncertainty and chance together); at_risk: units now.
    """

    expected: tuple[float, ...]
    total: float
    lower: int
    upper: int
    at_risk: int
    share: float
    confidence: float
    seed: int
    method: str
    caveats: tuple[Caveat, ...]


@dataclass(frozen=True, slots=True, eq=False)
class FieldData:
    """Times, flags and counts as ``weibull`` takes them, and the ages still in the field."""

    times: Floats
    failed: Integers
    counts: Integers
    ages: Floats
    at_risk: Integers


@finite
def warranty_projection(
    fit: WeibullFit,
    ages: ArrayLike,
    counts: ArrayLike,
    *,
    usage: float | Sequence[float],
    periods: int = 1,
    confidence: float = 0.90,
    seed: int,
) -> WarrantyProjection:
    """Failures in the coming periods among units that still work.

    ages: how old each group is, in the unit of the fit's times, 0 allowed; counts: units in it;
    usage: what one period adds to an age, or one number for each period. A unit that fails is not
    replaced. The interval draws the life from its normal approximation, then the count, from the
    seed. Raises TooFewData, OutOfDomain.
    Source: Meeker and Escobar, Statistical Methods for Reliability Data, ch. 12. Oracle: its
    bearing cages (5.06 failures in the next 300 hours)
    """
    checks.made("fit", fit, WeibullFit)
    old, units = _fleet(ages, counts)
    level = checks.open_fraction("confidence", confidence)
    steps = _steps(usage, checks.whole("periods", periods, least=1))
    start = checks.whole("seed", seed)
    ends = np.cumsum(np.concatenate(([0.0], steps)))
    reached = _fails(fit.shape, fit.scale, old, ends) @ units.astype(np.float64)
    total = float(reached[-1])
    tail = (1 - level) / 2
    drawn = _draw(fit, old, units, float(ends[-1]), np.random.default_rng(start))
    low, high = np.quantile(drawn, [tail, 1 - tail], method="inverted_cdf")
    at_risk = int(units.sum())
    return WarrantyProjection(
        tuple(float(step) for step in np.diff(reached)),
        total,
        int(low),
        int(high),
        at_risk,
        total / at_risk,
        level,
        start,
        "Weibull, drawn life and count",
        fit.caveats,
    )


@finite
def field_data(
    shipped: ArrayLike, returned: Sequence[Sequence[int]], *, period: float = 1.0
) -> FieldData:
    """Life data from the chart of shipments and returns (a Nevada chart).

    shipped: units by period of shipment, the oldest first, shape (k,). returned: for each shipment
    its returns, one count for each period after it up to now; row i has k - 1 - i of them (or
    fewer, the rest being 0). What was shipped in the last period has no age yet and stays out of
    the times. period: its length, in the unit wanted. Returns more than shipped are refused.
    Raises TooFewData, OutOfDomain. Source: Abernethy, The New Weibull Handbook, ch. 8.
    Held by: a chart of three shipments counted by hand
    """
    sent = checks.counts("shipped", shipped, least=2)
    width = checks.real("period", period, above=0)
    if not isinstance(returned, (list, tuple, np.ndarray)):
        raise OutOfDomain("returned", returned, "one row of returns for each shipment")
    if len(returned) > sent.size:
        raise OutOfDomain("returned", f"of {len(returned)} rows", f"at most {sent.size}")
    failures = np.zeros(sent.size, dtype=np.int64)  # by periods of age at failure
    left = sent.copy()
    for place, row in enumerate(returned):
        found = _returned(place, row, periods=sent.size - 1 - place, most=int(sent[place]))
        failures[1 : 1 + found.size] += found
        left[place] -= int(found.sum())
    ages: Floats = np.arange(sent.size - 1, -1, -1, dtype=np.float64) * width
    aged = ages > 0
    times = np.concatenate((np.arange(1.0, sent.size) * width, ages[aged]))
    flags = np.concatenate((np.ones(sent.size - 1), np.zeros(int(aged.sum())))).astype(np.int64)
    counts = np.concatenate((failures[1:], left[aged]))
    used = counts > 0
    return FieldData(times[used], flags[used], counts[used], ages, left)


def _returned(place: int, row: object, *, periods: int, most: int) -> Integers:
    """The returns of one shipment by period after it."""
    name = f"returned, row {place + 1},"
    if not isinstance(row, (list, tuple, np.ndarray)) or getattr(row, "ndim", 1) == 0:
        raise OutOfDomain(name, row, "a row of counts")
    if not len(row):
        return np.zeros(0, dtype=np.int64)
    found = checks.counts(name, row)
    if found.size > periods:
        raise OutOfDomain(name, f"of {found.size} periods", f"at most {periods}, up to now")
    if found.sum() > most:
        raise OutOfDomain(name, int(found.sum()), f"at most {most} shipped")
    return found


def _fleet(ages: ArrayLike, counts: ArrayLike) -> tuple[Floats, Integers]:
    """Checked ages with the units of each."""
    old = checks.series("ages", ages)
    if old.min() < 0:
        place = int(np.argmin(old))
        raise OutOfDomain(f"ages, item {place + 1},", float(old[place]), "an age of at least 0")
    units = checks.counts("counts", counts)
    if units.size != old.size:
        raise OutOfDomain("counts", f"of {units.size} numbers", f"{old.size}, as in ages")
    if not units.any():
        raise TooFewData(needed=1, got=0, what="units at risk")
    return old, units


def _steps(usage: float | Sequence[float], periods: int) -> Floats:
    if isinstance(usage, (list, tuple, np.ndarray)):
        found = checks.series("usage", usage)
        if periods not in (1, found.size):
            raise OutOfDomain("usage", f"of {found.size} numbers", f"one for each of {periods}")
    else:
        found = np.full(periods, checks.real("usage", usage, above=0))
    if found.min() <= 0:
        raise OutOfDomain("usage", float(found.min()), "numbers above 0")
    return found


def _fails(shape: float, scale: float, ages: Floats, ends: Floats) -> Floats:
    """Chance that a unit of each age fails within each horizon, shape (horizons, ages)."""
    before = (ages / scale) ** shape
    after = ((ages + ends[:, None]) / scale) ** shape
    found: Floats = -np.expm1(before - after)
    return found


def _draw(
    fit: WeibullFit, ages: Floats, units: Integers, horizon: float, rng: np.random.Generator
) -> Floats:
    """Counts of failures, the life drawn from (ln scale, -ln shape), then chance by binomials."""
    (a, b), (_, d) = fit.covariance
    first = math.sqrt(a)
    second = b / first if first else 0.0
    rest = math.sqrt(max(0.0, d - second**2))
    z = rng.standard_normal((2, _DRAWS))
    scale = fit.scale * np.exp(first * z[0])
    shape = fit.shape * np.exp(-(second * z[0] + rest * z[1]))
    total = np.zeros(_DRAWS)
    for age, count in zip(ages, units, strict=True):
        power = shape * np.log((age + horizon) / scale)
        before = np.exp(np.minimum(shape * np.log(age / scale), 700)) if age > 0 else 0.0
        chance = -np.expm1(before - np.exp(np.minimum(power, 700)))
        total += rng.binomial(count, np.clip(chance, 0.0, 1.0))
    return total
