"""Mean, standard deviation and autocorrelation of one series, without losing digits."""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy import special

from firstoff.stats import checks
from firstoff.stats.checks import Floats
from firstoff.stats.finite import finite
from firstoff.stats.sums import dot


@dataclass(frozen=True, slots=True)
class Summary:
    """A series in the order it was taken. interval: Student's, of the mean.

    skewness and kurtosis (excess) are the unbiased ones; they and the autocorrelation from one
    value to the next are None where the values are all equal or too few (3, 4, 2).
    """

    n: int
    mean: float
    sd: float
    interval: tuple[float, float]
    minimum: float
    lower_quartile: float
    median: float
    upper_quartile: float
    maximum: float
    skewness: float | None
    kurtosis: float | None
    autocorrelation: float | None
    confidence: float


@finite
def summary(values: ArrayLike, *, confidence: float = 0.95) -> Summary:
    """Figures of one series. values: shape (n,), n >= 2.

    Centred first, and the mean corrected once, so that digits common to all values cost nothing.
    Raises TooFewData, OutOfDomain. Source: NIST/SEMATECH e-Handbook 1.3.5. Oracle: NIST StRD
    """
    seen = checks.series("values", values, least=2)
    level = checks.open_fraction("confidence", confidence)
    n = seen.size
    mean, left = centred(seen)
    squares = dot(left, left)
    sd = math.sqrt(squares / (n - 1))
    half = float(special.stdtrit(n - 1, (1 + level) / 2)) * sd / math.sqrt(n)
    ordered = np.sort(seen)
    low, middle, high = (_quantile(ordered, q) for q in (0.25, 0.5, 0.75))
    varies = bool(ordered[0] < ordered[-1]) and squares > 0
    skewness, kurtosis = _shape(left, squares) if varies else (None, None)
    return Summary(
        n=n,
        mean=mean,
        sd=sd if varies else 0.0,
        interval=(mean - half, mean + half),
        minimum=float(ordered[0]),
        lower_quartile=low,
        median=middle,
        upper_quartile=high,
        maximum=float(ordered[-1]),
        skewness=skewness,
        kurtosis=kurtosis,
        autocorrelation=dot(left[1:], left[:-1]) / squares if varies else None,
        confidence=level,
    )


def centred(values: Floats) -> tuple[float, Floats]:
    """The mean and the deviations from it; the first value is taken off before summing."""
    first = float(values[0])
    left = values - first
    offset = float(left.mean())
    left = left - offset
    rest = float(left.mean())
    return first + (offset + rest), left - rest


def _quantile(ordered: Floats, share: float) -> float:
    """Between neighbours, as R's type 7 and numpy have it."""
    place = share * (ordered.size - 1)
    below = int(place)
    above = min(below + 1, ordered.size - 1)
    step = float(ordered[above]) - float(ordered[below])
    return float(ordered[below]) + (place - below) * step


def _shape(left: Floats, squares: float) -> tuple[float | None, float | None]:
    n = left.size
    scaled = left / (math.sqrt(squares) / math.sqrt(n))
    square = scaled * scaled
    third, fourth = dot(square, scaled) / n, dot(square, square) / n
    skewness = third * math.sqrt(n * (n - 1)) / (n - 2) if n > 2 else None
    kurtosis = None
    if n > 3:
        kurtosis = (n - 1) / ((n - 2) * (n - 3)) * ((n + 1) * (fourth - 3) + 6)
    return skewness, kurtosis
