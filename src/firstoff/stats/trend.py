"""A straight line over the order of a series: does it drift?"""

import math
from typing import NamedTuple

import numpy as np
from scipy import special

from firstoff.stats.checks import Floats
from firstoff.stats.sums import dot


class Trend(NamedTuple):
    """slope: change from one value to the next; p: two-sided against none; both None for fewer
    than 3 values, p also where all are equal."""

    slope: float | None
    p: float | None


def trend(values: Floats) -> Trend:
    """Least squares over 0, 1, 2 ...; the caller has checked the values.

    Oracle: scipy linregress"""
    n = values.size
    if n < 3:
        return Trend(None, None)
    place: Floats = np.arange(n, dtype=np.float64) - (n - 1) / 2
    squares = dot(place, place)
    left = values - values.mean()
    scale = dot(left, left)
    if scale == 0 or values.min() == values.max():
        return Trend(0.0, None)
    slope = dot(place, left) / squares
    left = left - slope * place
    residual = dot(left, left)
    if residual <= scale * 1e-15:  # on a straight line: no doubt that there is a trend
        return Trend(slope, 0.0)
    t = slope / math.sqrt(residual / (n - 2) / squares)
    return Trend(slope, float(2 * special.stdtr(n - 2, -abs(t))))
