"""The noncentral t distribution and its inverses, where scipy.special stops short.

``nctdtr`` is right to the last digits also for noncentralities above 37, where R's ``pt`` loses
them; quantile and noncentrality are found by bisection, which cannot leave the answer.
"""

import math
from collections.abc import Callable

from scipy import special

from firstoff.stats.errors import NotEstimable

# Beyond, the numerator is its mean to within 1e-7, only the spread in the denominator is left, and
# the series that ``nctdtr`` sums grows long.
_FAR = 1e4


def nct_cdf(t: float, df: float, noncentrality: float) -> float:
    """P(T <= t) for the noncentral t."""
    return float(special.nctdtr(df, noncentrality, t))


def nct_quantile(probability: float, df: float, noncentrality: float) -> float:
    """The t with P(T <= t) = probability."""
    if abs(noncentrality) > _FAR:
        tail = probability if noncentrality > 0 else 1 - probability
        return noncentrality * math.sqrt(df / float(special.chdtri(df, tail)))
    spread = 1 + abs(noncentrality) / math.sqrt(2 * df) + 10 / math.sqrt(df)
    return _crossing(lambda t: nct_cdf(t, df, noncentrality) - probability, noncentrality, spread)


def nct_noncentrality(t: float, df: float, probability: float) -> float:
    """The noncentrality at which P(T <= t) = probability; P falls as it grows."""
    if abs(t) > _FAR:
        tail = probability if t > 0 else 1 - probability
        return t * math.sqrt(float(special.chdtri(df, tail)) / df)
    spread = 1 + abs(t) / math.sqrt(2 * df)
    return _crossing(lambda nc: probability - nct_cdf(t, df, nc), t, spread)


def _crossing(rising: Callable[[float], float], start: float, step: float) -> float:
    """Where a rising function crosses zero, from a start and a first step outwards."""
    low, high = start - step, start + step
    for _ in range(80):
        if rising(low) <= 0:
            break
        low -= (step := 2 * step)
    for _ in range(80):
        if rising(high) >= 0:
            break
        high += (step := 2 * step)
    if not (rising(low) <= 0 <= rising(high)):
        raise NotEstimable("The noncentral t distribution cannot be inverted here.")
    for _ in range(200):
        middle = (low + high) / 2
        if middle in (low, high):
            break
        low, high = (middle, high) if rising(middle) < 0 else (low, middle)
    return (low + high) / 2
