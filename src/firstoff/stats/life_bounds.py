"""Likelihood-ratio bounds of a Weibull life: right where few failures make normal ones too short.

For a life t_p by which the fraction p has failed, with c = -ln(1 - p) and v = ln(t/t_p), the
log-likelihood is r ln(b c) + b sum(v failed) - c sum(exp(b v)) less a constant: concave in the
shape b, so that each profile point is one root.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike
from scipy import special

from firstoff.stats import checks
from firstoff.stats.caveats import Caveat
from firstoff.stats.checks import Floats
from firstoff.stats.finite import finite
from firstoff.stats.sums import dot
from firstoff.stats.survival import life_data
from firstoff.stats.weibull import weibull

_FARTHEST = 300.0  # logarithms; beyond, a bound is none in practice


@dataclass(frozen=True, slots=True)
class LikelihoodBound:
    """An estimate with its two-sided likelihood-ratio interval; an end is None where the
    likelihood does not fall far enough within the range of numbers."""

    value: float
    lower: float | None
    upper: float | None


@dataclass(frozen=True, slots=True)
class LifeBounds:
    """Bounds of the shape and of the life by which the fraction ``failed`` has failed."""

    shape: LikelihoodBound
    life: LikelihoodBound
    failed: float
    confidence: float
    failures: int
    n: int
    method: str
    caveats: tuple[Caveat, ...]


class _Data(NamedTuple):
    logs: Floats
    weights: Floats
    r: int
    failed_logs: float  # sum over the failures


@finite
def weibull_bounds(
    times: ArrayLike,
    *,
    failed: ArrayLike | None = None,
    counts: ArrayLike | None = None,
    life: float = 0.10,
    confidence: float = 0.95,
) -> LifeBounds:
    """Likelihood-ratio bounds of the shape and of B-life (``life`` 0.10: B10).

    Input and refusals as for ``weibull``. The interval holds every value at which twice the fall
    of the log-likelihood, maximised over the other parameter, stays under chi-square(1).
    Source: Meeker and Escobar, Statistical Methods for Reliability Data, 8.3. Oracle: scipy
    optimize; coverage in tests
    """
    fit = weibull(times, failed=failed, counts=counts, confidence=confidence)
    share = checks.open_fraction("life", life)
    found = life_data(times, failed, counts)
    weights = found.counts.astype(np.float64)
    logs = np.log(found.times)
    data = _Data(logs, weights, fit.failures, dot(weights[found.failed], logs[found.failed]))
    allowed = float(special.chdtri(1, 1 - fit.confidence)) / 2
    c = -math.log1p(-share)
    top = math.log(fit.life(share).value)
    peak = _at_life(data, c, top, fit.shape)[0]

    def by_shape(log: float) -> float:
        return peak - _at_shape(data, math.exp(log)) - allowed

    def by_life(log: float) -> float:
        return peak - _at_life(data, c, log, fit.shape)[0] - allowed

    return LifeBounds(
        _bound(by_shape, math.log(fit.shape), fit.shape_se / fit.shape),
        _bound(by_life, top, math.log(fit.life(share).upper) - top),
        share,
        fit.confidence,
        fit.failures,
        fit.n,
        "likelihood ratio",
        fit.caveats,
    )


def _at_shape(data: _Data, b: float) -> float:
    """The log-likelihood at a shape, the scale being its best there."""
    largest = float(data.logs.max())
    total = dot(data.weights, np.exp(b * (data.logs - largest)))
    log_power = math.log(total / data.r) + b * largest  # ln of the scale to the b
    return data.r * (math.log(b) - log_power - 1) + b * data.failed_logs


def _at_life(data: _Data, c: float, log_life: float, start: float) -> tuple[float, float]:
    """The log-likelihood at a life, the shape being its best there, and that shape."""
    v = data.logs - log_life
    linear = data.failed_logs - data.r * log_life
    low, high, b = 0.0, math.inf, start
    with np.errstate(over="ignore", invalid="ignore"):
        for _ in range(200):
            power = c * data.weights * np.exp(b * v)
            slope = data.r / b + linear - dot(power, v)
            curve = -data.r / b**2 - dot(power, v * v)
            low, high = (b, high) if slope > 0 else (low, b)
            step = b - slope / curve if math.isfinite(slope) and math.isfinite(curve) else math.nan
            if not low < step < high:
                step = 2 * b if high == math.inf else (low + high) / 2
            if abs(step - b) <= 1e-12 * b:
                break
            b = step
        total = float(np.sum(c * data.weights * np.exp(b * v)))
    return data.r * math.log(b * c) + b * linear - total, b


def _bound(excess: Callable[[float], float], top: float, step: float) -> LikelihoodBound:
    ends = [_crossing(excess, top, side * max(step, 1e-6)) for side in (-1, 1)]
    lower, upper = (None if end is None else math.exp(end) for end in ends)
    return LikelihoodBound(math.exp(top), lower, upper)


def _crossing(excess: Callable[[float], float], inside: float, step: float) -> float | None:
    """Where the excess turns positive, going outwards from the top; None if it does not."""
    below, above = excess(inside), excess(inside + step)
    outside = inside + step
    while above < 0:
        inside, below = outside, above
        step *= 2
        outside += step
        if abs(outside) > _FARTHEST:
            return None
        above = excess(outside)
    for _ in range(100):  # the Illinois method: a secant that cannot leave its bracket
        place = (inside * above - outside * below) / (above - below)
        if abs(outside - inside) <= 1e-10 * max(1.0, abs(place)):
            break
        here = excess(place)
        if abs(here) < 1e-12:
            return place
        if here < 0:
            inside, below, above = place, here, above / 2
        else:
            outside, above, below = place, here, below / 2
    return (inside + outside) / 2
