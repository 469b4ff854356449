"""The noncentral t distribution and its inverses, where scipy.special stops short.

``nctdtr`` is right to the last digits also for noncentralities above 37, where R's ``pt`` loses
them; quantile and noncentrality are found by bisection, which cannot leave the answer.
"""

import math
from collections.abc import Callable

import numpy as np
from scipy import special

from firstoff.stats.checks import Floats, Integers
from firstoff.stats.errors import NotEstimable

# Beyond, the numerator is its mean to within 1e-7, only the spread in the denominator is left, and
# the series that ``nctdtr`` sums grows long.
_FAR = 1e4


def nct_cdf(t: float, df: float, noncentrality: float) -> float:
    """P(T <= t) for the noncentral t."""
    found = float(special.nctdtr(df, noncentrality, t))
    return found if found == found else float(nct_cdfs(np.array([t]), df, noncentrality)[0])


def nct_cdfs(t: Floats, df: Floats | float, noncentrality: Floats | float) -> Floats:
    """P(T <= t) for the noncentral t, each t with its own figures; arrays of one shape.

    scipy gives NaN far out in the tail of a negative t, where the mirrored tail is exact."""
    found: Floats = special.nctdtr(df, noncentrality, t)
    lost = np.isnan(found) & (t < 0)
    if lost.any():
        mirrored = 1 - special.nctdtr(df, np.negative(noncentrality), -t)
        found = np.where(lost, np.maximum(mirrored, 0.0), found)
    return found


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


def nct_noncentralities(t: Floats, df: Floats, probability: float) -> Floats:
    """``nct_noncentrality`` of many t, each with its degrees of freedom; arrays of shape (m,).

    The secant from a close approximation, between ends that enclose the answer (Illinois); what
    has converged is not asked again, since one value of the distribution takes 1 to 20
    microseconds. Held by: one by one."""
    found = np.empty_like(t)
    plain = (np.abs(t) <= _FAR) & (df >= 5)
    for place in np.flatnonzero(~plain):
        found[place] = nct_noncentrality(float(t[place]), float(df[place]), probability)
    at, free = t[plain], df[plain]
    middle = at * (1 - 1 / (4 * free))
    middle -= float(special.ndtri(probability)) * np.sqrt(1 + at**2 / (2 * free))
    found[plain] = _enclosed(at, free, probability, middle, 0.02 * (1 + np.abs(at) / free))
    return found


def _enclosed(
    at: Floats, free: Floats, probability: float, middle: Floats, half: Floats
) -> Floats:
    """The noncentralities at which P(T <= at) = probability, searched from about ``middle``."""

    def rising(nc: Floats, which: Integers) -> Floats:
        return probability - nct_cdfs(at[which], free[which], nc)

    every = np.arange(at.size)
    low, high = middle - half, middle + half
    f_low, f_high = rising(low, every), rising(high, every)
    for _ in range(80):
        short, long = np.flatnonzero(f_low > 0), np.flatnonzero(f_high < 0)
        if not (short.size or long.size):
            break
        half = 2 * half
        low[short], high[long] = low[short] - half[short], high[long] + half[long]
        f_low[short], f_high[long] = rising(low[short], short), rising(high[long], long)
    else:
        raise NotEstimable("The noncentral t distribution cannot be inverted here.")
    return _illinois(rising, (low, f_low), (high, f_high))


def _illinois(
    rising: Callable[[Floats, Integers], Floats],
    lower: tuple[Floats, Floats],
    upper: tuple[Floats, Floats],
) -> Floats:
    """Where many rising functions cross zero between ends that enclose the crossing.

    rising takes points and which functions they are of; an end is a point with its value."""
    (low, f_low), (high, f_high) = lower, upper
    found, left = np.where(f_low == 0, low, high), np.flatnonzero((f_low < 0) & (f_high > 0))
    side = np.zeros(low.size, dtype=np.int64)  # which end moved last
    for turn in range(200):
        if not left.size:
            break
        a, b, fa, fb = low[left], high[left], f_low[left], f_high[left]
        guess = (a + b) / 2 if turn > 20 else (a * fb - b * fa) / (fb - fa)
        seen = rising(guess, left)
        moved = np.abs(guess - found[left])
        found[left] = guess
        up, again = seen < 0, np.where(seen < 0, 1, -1) == side[left]
        # An end that stays twice counts half, so that both ends close in.
        kept = np.where(again, 0.5, 1.0)
        low[left], f_low[left] = np.where(up, guess, a), np.where(up, seen, fa * kept)
        high[left], f_high[left] = np.where(up, b, guess), np.where(up, fb * kept, seen)
        side[left] = np.where(up, 1, -1)
        size = np.maximum(np.abs(guess), 1.0)
        done = (seen == 0) | (moved <= 1e-12 * size) | (high[left] - low[left] <= 4e-15 * size)
        left = left[~done]
    return found


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
