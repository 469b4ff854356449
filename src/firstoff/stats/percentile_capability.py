"""Capability from percentiles of a distribution (ISO 22514-2), with bounds from its fit."""

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
from firstoff.stats.errors import NotEstimable
from firstoff.stats.finite import finite
from firstoff.stats.fits import DENSITIES, LOCATIONS, Distribution, Family, fit_distribution

_LOW, _HIGH = 0.00135, 0.99865  # what +- 3 sigma hold of a normal process
_SMALL = 30
_STEP = 1e-3  # of a logarithm, or of a scale: second differences then keep six digits


@dataclass(frozen=True, slots=True)
class PercentileCapability:
    """Capability by the 0.135 %, 50 % and 99.865 % points of a distribution.

    ppk_lower: one-sided lower bound at ``confidence``, ppk_interval two-sided; both None where the
    distribution was told, not fitted.
    """

    distribution: Distribution
    lower: float | None
    upper: float | None
    p00135: float
    p50: float
    p99865: float
    pp: float | None
    ppl: float | None
    ppu: float | None
    ppk: float
    ppk_lower: float | None
    ppk_interval: tuple[float, float] | None
    expected_below: float
    expected_above: float
    confidence: float
    method: str
    caveats: tuple[Caveat, ...]


class _Figures(NamedTuple):
    points: tuple[float, float, float]
    pp: float | None
    ppl: float | None
    ppu: float | None

    @property
    def nearest(self) -> float:
        return min(side for side in (self.ppl, self.ppu) if side is not None)


@finite
def percentile_capability(
    values: ArrayLike | Distribution,
    family: Family | None = None,
    *,
    lower: float | None = None,
    upper: float | None = None,
    confidence: float = 0.95,
) -> PercentileCapability:
    """Capability from the percentiles of a distribution, known or fitted to the values.

    The bounds of a fitted one are normal, with the standard error that the curvature of the
    likelihood gives (delta method): an approximation, good from some 50 values on, which knows
    nothing of a family wrongly chosen. Raises TooFewData, NoVariation, OutOfDomain, NotEstimable.
    Source: ISO 22514-2; Meeker and Escobar, Statistical Methods for Reliability Data, appendix B.
    Oracle: R quantile functions; fitdistrplus with its covariance
    """
    low, high = checks.limits(lower, upper)
    level = checks.open_fraction("confidence", confidence)
    known = isinstance(values, Distribution)
    fitted = (
        values
        if isinstance(values, Distribution)
        else fit_distribution(values, "normal" if family is None else family)
    )
    found = _figures(fitted, low, high)
    error = None
    if not isinstance(values, Distribution):
        error = _error(checks.series("values", values), fitted, found, low, high)
    one, two = (float(special.ndtri(q)) for q in (level, (1 + level) / 2))
    return PercentileCapability(
        fitted,
        low,
        high,
        *found.points,
        found.pp,
        found.ppl,
        found.ppu,
        found.nearest,
        None if error is None else found.nearest - one * error,
        None if error is None else (found.nearest - two * error, found.nearest + two * error),
        0.0 if low is None else fitted.below(low),
        0.0 if high is None else fitted.above(high),
        level,
        "percentiles, ISO 22514-2",
        () if known else _caveats(fitted.n or 0, low is None or high is None),
    )


def _figures(fitted: Distribution, low: float | None, high: float | None) -> _Figures:
    left, middle, right = (fitted.quantile(p) for p in (_LOW, 0.5, _HIGH))
    ppl = None if low is None else (middle - low) / (middle - left)
    ppu = None if high is None else (high - middle) / (right - middle)
    both = None if low is None or high is None else (high - low) / (right - left)
    return _Figures((left, middle, right), both, ppl, ppu)


def _caveats(n: int, single: bool) -> tuple[Caveat, ...]:
    told = {
        Caveat.SMALL_SAMPLE: n < _SMALL,
        Caveat.ONE_LIMIT: single,
        Caveat.APPROXIMATE: True,
    }
    return tuple(caveat for caveat, holds in told.items() if holds)


def _error(
    points: Floats, fitted: Distribution, found: _Figures, low: float | None, high: float | None
) -> float:
    """The standard error of Ppk: its gradient on the inverse of the observed information.

    Parameters above 0 move by factors; a location moves by parts of the scale beside it."""
    start = np.array(list(fitted.parameters.values()))
    moves = np.array([name in LOCATIONS for name in fitted.parameters])
    scale = start[-1] * np.ones_like(start)
    to_lower = found.ppu is None or (found.ppl is not None and found.ppl <= found.ppu)

    def at(offset: Floats) -> list[float]:
        shifted = np.where(
            moves, start + scale * offset, start * np.exp(np.where(moves, 0, offset))
        )
        return [float(value) for value in shifted]

    def loglik(offset: Floats) -> float:
        return float(DENSITIES[fitted.family](points, *at(offset)).sum())

    def index(offset: Floats) -> float:
        moved = Distribution(fitted.family, dict(zip(fitted.parameters, at(offset), strict=True)))
        side = _figures(moved, low, high)
        nearest = side.ppl if to_lower else side.ppu
        assert nearest is not None  # the side whose limit was given
        return nearest

    information, gradient = -_hessian(loglik, start.size), _gradient(index, start.size)
    try:
        variance = float(gradient @ np.linalg.solve(information, gradient))
    except np.linalg.LinAlgError as error:
        raise NotEstimable("The likelihood is flat: the fit leaves its spread open.") from error
    if variance < 0:
        raise NotEstimable("The likelihood has no top here: the fit leaves its spread open.")
    return math.sqrt(variance)


def _gradient(function: Callable[[Floats], float], size: int) -> Floats:
    steps = np.eye(size) * _STEP
    return np.array([(function(step) - function(-step)) / (2 * _STEP) for step in steps])


def _hessian(function: Callable[[Floats], float], size: int) -> Floats:
    steps, found = np.eye(size) * _STEP, np.empty((size, size))
    for i in range(size):
        for j in range(size):
            corners = [
                sign * function(one + other)
                for one, other, sign in (
                    (steps[i], steps[j], 1),
                    (steps[i], -steps[j], -1),
                    (-steps[i], steps[j], -1),
                    (-steps[i], -steps[j], 1),
                )
            ]
            found[i, j] = sum(corners) / (4 * _STEP**2)
    return found
