"""Measured times of one step or unit against their standard."""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy import special

from firstoff.stats import checks
from firstoff.stats.caveats import Caveat
from firstoff.stats.finite import finite
from firstoff.stats.trend import trend


@dataclass(frozen=True, slots=True)
class ProcessTime:
    """A summary of times in the order they were measured, in the unit of the standard.

    ``ratio`` is mean over standard, None without a standard. ``slope`` is the change from one
    unit to the next by least squares, ``trend`` the fitted change from the first unit to the last,
    ``trend_p`` the two-sided p value against no trend; the three are None for fewer than 3 times
    (and the p value where the times are all equal).
    """

    n: int
    mean: float
    lower: float
    upper: float
    confidence: float
    sd: float
    median: float
    minimum: float
    maximum: float
    standard: float | None
    ratio: float | None
    slope: float | None
    trend: float | None
    trend_p: float | None
    caveats: tuple[Caveat, ...]


@finite
def process_time(
    values: ArrayLike, *, standard: float | None = None, confidence: float = 0.95
) -> ProcessTime:
    """Mean time with Student's interval, spread, ratio to the standard, and trend.

    values: shape (n,), n >= 2, all above 0, in the order measured. Raises TooFewData, OutOfDomain.
    Source: NIST/SEMATECH e-Handbook 1.3.5.2. Oracle: scipy ttest_1samp, linregress
    """
    times = checks.series("values", values, least=2)
    if times.min() <= 0:
        place = int(np.argmin(times))
        checks.real(f"values, item {place + 1},", float(times[place]), above=0)
    level = checks.open_fraction("confidence", confidence)
    target = None if standard is None else checks.real("standard", standard, above=0)
    n, mean, sd = times.size, float(times.mean()), float(times.std(ddof=1))
    half = float(special.stdtrit(n - 1, (1 + level) / 2)) * sd / math.sqrt(n)
    slope, p = trend(times)
    return ProcessTime(
        n=n,
        mean=mean,
        lower=mean - half,
        upper=mean + half,
        confidence=level,
        sd=sd,
        median=float(np.median(times)),
        minimum=float(times.min()),
        maximum=float(times.max()),
        standard=target,
        ratio=None if target is None else mean / target,
        slope=slope,
        trend=None if slope is None else slope * (n - 1),
        trend_p=p,
        caveats=(Caveat.SMALL_SAMPLE,) if n < 10 else (),
    )
