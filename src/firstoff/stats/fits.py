"""Distributions fitted by maximum likelihood, with their quantiles and tails.

Each fit solves its score equation; what has no maximum is refused.
"""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike
from scipy import special

from firstoff.stats import checks
from firstoff.stats.checks import Floats
from firstoff.stats.errors import NotEstimable, NoVariation, OutOfDomain

Family = Literal["normal", "lognormal", "exponential", "weibull", "gamma", "gumbel_max"]

FAMILIES = ("normal", "lognormal", "exponential", "weibull", "gamma", "gumbel_max")
_POSITIVE = ("lognormal", "exponential", "weibull", "gamma")
LOCATIONS = ("mean", "meanlog", "location")  # parameters of either sign
_NAMES: Mapping[str, tuple[str, ...]] = {
    "normal": ("mean", "sd"),
    "lognormal": ("meanlog", "sdlog"),
    "exponential": ("scale",),
    "weibull": ("shape", "scale"),
    "gamma": ("shape", "scale"),
    "gumbel_max": ("location", "scale"),
}


@dataclass(frozen=True, slots=True)
class Distribution:
    """A named distribution with its parameters; ``loglik`` and ``n`` are None unless fitted."""

    family: Family
    parameters: Mapping[str, float]
    loglik: float | None = None
    n: int | None = None

    def quantile(self, probability: float) -> float:
        """The value with this probability below it. Raises OutOfDomain."""
        p = checks.open_fraction("probability", probability)
        return _QUANTILES[self.family](p, *self.parameters.values())

    def below(self, value: float) -> float:
        """The fraction below a value. Raises OutOfDomain."""
        return self._tails(value)[0]

    def above(self, value: float) -> float:
        """The fraction above a value, without loss of digits in the far tail."""
        return self._tails(value)[1]

    def _tails(self, value: float) -> tuple[float, float]:
        at = checks.real("value", value)
        if self.family in _POSITIVE and at <= 0:
            return 0.0, 1.0
        low, high = _TAILS[self.family](at, *self.parameters.values())
        return float(low), float(high)


def distribution(family: Family, **parameters: float) -> Distribution:
    """A distribution with known parameters: normal(mean, sd), lognormal(meanlog, sdlog),
    exponential(scale), weibull(shape, scale), gamma(shape, scale), gumbel_max(location, scale).

    Raises OutOfDomain. Oracle: R quantile functions
    """
    checks.choice("family", family, FAMILIES)
    names = _NAMES[family]
    if set(parameters) != set(names):
        raise OutOfDomain("parameters", sorted(parameters), "those of the family: " + str(names))
    told = {
        name: checks.real(name, parameters[name], above=None if name in LOCATIONS else 0.0)
        for name in names
    }
    return Distribution(family, told)


def fit_distribution(values: ArrayLike, family: Family) -> Distribution:
    """The distribution of a family that makes the values likeliest.

    values: shape (n,), n >= 2, above 0 for all but normal and gumbel_max. The spread of normal and
    lognormal has divisor n. Raises TooFewData, NoVariation, OutOfDomain, NotEstimable.
    Source: score equations. Oracle: R uniroot, fitdistrplus
    """
    checks.choice("family", family, FAMILIES)
    points = checks.series("values", values, least=2)
    if family in _POSITIVE and points.min() <= 0:
        raise OutOfDomain("values", float(points.min()), "values above 0")
    if family != "exponential":
        checks.varied("values", points)
    found = _FITS[family](points)
    parameters = dict(zip(_NAMES[family], found, strict=True))
    loglik = float(DENSITIES[family](points, *found).sum())
    return Distribution(family, parameters, loglik, int(points.size))


def root(rising: Callable[[float], float], start: float) -> float:
    """The zero of a rising function of a positive number, by bisection of its logarithm."""
    low = high = max(start, 1e-12)
    for _ in range(200):
        if rising(low) <= 0:
            break
        low /= 2
    for _ in range(200):
        if rising(high) >= 0:
            break
        high *= 2
    if not (math.isfinite(high) and rising(low) <= 0 <= rising(high)):
        raise NotEstimable("The likelihood has no maximum for these values.")
    for _ in range(200):
        middle = math.sqrt(low * high)
        if not low < middle < high:
            break
        low, high = (middle, high) if rising(middle) < 0 else (low, middle)
    return math.sqrt(low * high)


def _fit_normal(x: Floats) -> tuple[float, float]:
    mean = float(x.mean())
    return mean, math.sqrt(float(np.square(x - mean).mean()))


def _fit_lognormal(x: Floats) -> tuple[float, float]:
    return _fit_normal(checks.varied("values", np.log(x)))


def _fit_exponential(x: Floats) -> tuple[float]:
    return (float(x.mean()),)


def _fit_weibull(x: Floats) -> tuple[float, float]:
    log = np.log(checks.varied("values", x) / x.max())  # scaled, so that no power overflows
    mean_log = float(log.mean())

    def score(shape: float) -> float:
        power = np.exp(shape * log)
        return float(power @ log / power.sum()) - 1 / shape - mean_log

    shape = root(score, 1.0)
    scale = float(x.max()) * float(np.exp(shape * log).mean()) ** (1 / shape)
    return shape, scale


def _fit_gamma(x: Floats) -> tuple[float, float]:
    mean = float(x.mean())
    gap = math.log(mean) - float(np.log(x).mean())
    if gap <= 1e-15 * abs(math.log(mean)):
        raise NoVariation

    def score(shape: float) -> float:
        return gap - (math.log(shape) - float(special.digamma(shape)))

    shape = root(score, 0.5 / gap)
    return shape, mean / shape


def _fit_gumbel(x: Floats) -> tuple[float, float]:
    least, mean = float(x.min()), float(x.mean())
    left = x - least

    def score(scale: float) -> float:
        weight = np.exp(-left / scale)
        return scale - (mean - least) + float(weight @ left / weight.sum())

    scale = root(score, float(x.std()) * math.sqrt(6) / math.pi)
    return least - scale * math.log(float(np.exp(-left / scale).mean())), scale


def _power(base: float, exponent: float) -> float:
    try:
        return math.pow(base, exponent)
    except OverflowError:
        return math.inf


_FITS: Mapping[str, Callable[[Floats], tuple[float, ...]]] = {
    "normal": _fit_normal,
    "lognormal": _fit_lognormal,
    "exponential": _fit_exponential,
    "weibull": _fit_weibull,
    "gamma": _fit_gamma,
    "gumbel_max": _fit_gumbel,
}


def _normal_density(x: Floats, mean: float, sd: float) -> Floats:
    found: Floats = -0.5 * ((x - mean) / sd) ** 2 - math.log(sd) - 0.5 * math.log(2 * math.pi)
    return found


def _gumbel_density(x: Floats, location: float, scale: float) -> Floats:
    z = (x - location) / scale
    found: Floats = -z - np.exp(-z) - math.log(scale)
    return found


def _gamma_density(x: Floats, shape: float, scale: float) -> Floats:
    found: Floats = (shape - 1) * np.log(x) - x / scale
    return found - shape * math.log(scale) - float(special.gammaln(shape))


DENSITIES: Mapping[str, Callable[..., Floats]] = {
    "normal": _normal_density,
    "lognormal": lambda x, m, s: _normal_density(np.log(x), m, s) - np.log(x),
    "exponential": lambda x, scale: -x / scale - math.log(scale),
    "weibull": lambda x, k, s: (
        math.log(k / s) + (k - 1) * np.log(x / s) - np.exp(k * np.log(x / s))
    ),
    "gamma": _gamma_density,
    "gumbel_max": _gumbel_density,
}

_QUANTILES: Mapping[str, Callable[..., float]] = {
    "normal": lambda p, m, s: m + s * float(special.ndtri(p)),
    "lognormal": lambda p, m, s: math.exp(m + s * float(special.ndtri(p))),
    "exponential": lambda p, scale: -scale * math.log1p(-p),
    "weibull": lambda p, k, s: s * (-math.log1p(-p)) ** (1 / k),
    "gamma": lambda p, k, s: s * float(special.gammaincinv(k, p)),
    "gumbel_max": lambda p, m, s: m - s * math.log(-math.log(p)),
}

_TAILS: Mapping[str, Callable[..., tuple[float, float]]] = {
    "normal": lambda x, m, s: (special.ndtr((x - m) / s), special.ndtr((m - x) / s)),
    "lognormal": lambda x, m, s: (
        special.ndtr((math.log(x) - m) / s),
        special.ndtr((m - math.log(x)) / s),
    ),
    "exponential": lambda x, scale: (-math.expm1(-x / scale), math.exp(-x / scale)),
    "weibull": lambda x, k, s: (-math.expm1(-_power(x / s, k)), math.exp(-_power(x / s, k))),
    "gamma": lambda x, k, s: (special.gammainc(k, x / s), special.gammaincc(k, x / s)),
    "gumbel_max": lambda x, m, s: (
        math.exp(-math.exp(min(700.0, (m - x) / s))),
        -math.expm1(-math.exp(min(700.0, (m - x) / s))),
    ),
}
