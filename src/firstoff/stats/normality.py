"""Do values look normal? Anderson-Darling's test with estimated mean and spread."""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy import special

from firstoff.stats import checks
from firstoff.stats.caveats import Caveat
from firstoff.stats.checks import Floats
from firstoff.stats.errors import TooFewData
from firstoff.stats.sums import dot


@dataclass(frozen=True, slots=True)
class Normality:
    """Do the values look normal? Anderson-Darling with its p value, and the two moments.

    ``normal``: no sign against it at 1 - confidence, which for few values means little.
    """

    n: int
    anderson_darling: float
    p_value: float
    skewness: float
    excess_kurtosis: float
    confidence: float
    normal: bool
    caveats: tuple[Caveat, ...]


def normality(values: ArrayLike, *, confidence: float = 0.95) -> Normality:
    """Anderson-Darling's test of normality with estimated mean and spread.

    values: n >= 8. The p value is Stephens' approximation. Raises TooFewData, NoVariation,
    OutOfDomain. Source: D'Agostino and Stephens (1986), table 4.9. Oracle: scipy anderson
    """
    points = np.sort(checks.varied("values", checks.series("values", values, least=8)))
    level = checks.open_fraction("confidence", confidence)
    left = points - points.mean()
    sd = math.sqrt(dot(left, left) / (points.size - 1))
    score = anderson_darling(left / sd)
    p = normal_p_value(score, int(points.size))
    z = left / math.sqrt(float(np.square(left).mean()))
    return Normality(
        int(points.size),
        score,
        p,
        float((z**3).mean()),
        float((z**4).mean()) - 3,
        level,
        p >= 1 - level,
        (Caveat.SMALL_SAMPLE,) if points.size < 30 else (),
    )


def anderson_darling(z: Floats) -> float:
    """A² of sorted standard scores against the standard normal."""
    if z.size < 3:
        raise TooFewData(needed=3, got=int(z.size))
    k = 2 * np.arange(1, z.size + 1) - 1
    terms = k * (special.log_ndtr(z) + special.log_ndtr(-z[::-1]))
    return float(-z.size - terms.mean())


def normal_p_value(score: float, n: int) -> float:
    """The p value of an A² of n values with mean and spread estimated, after Stephens."""
    return float(normal_p_values(np.array([score]), np.array([float(n)]))[0])


def normal_p_values(scores: Floats, n: Floats) -> Floats:
    """The p values of many A², each of so many values; arrays of one shape."""
    size = np.maximum(n, 1.0)
    a = scores * (1 + 0.75 / size + 2.25 / size**2)
    near = np.minimum(a, 13.0)  # beyond, the fitted parabola turns up again; p is nothing there
    pieces = [
        1 - np.exp(-13.436 + 101.14 * near - 223.73 * near**2),
        1 - np.exp(-8.318 + 42.796 * near - 59.938 * near**2),
        np.exp(0.9177 - 4.279 * near - 1.38 * near**2),
        np.exp(1.2937 - 5.709 * near + 0.0186 * near**2),
    ]
    p = np.select([a <= 0.2, a <= 0.34, a < 0.6], pieces[:3], pieces[3])
    return np.where(a < 13, np.clip(p, 0.0, 1.0), 0.0)
