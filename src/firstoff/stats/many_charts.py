"""Individuals charts of many characteristics in one vectorised pass."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from firstoff.stats.capability_planning import indexed
from firstoff.stats.checks import Floats, Integers
from firstoff.stats.constants import chart_constants


@dataclass(frozen=True, slots=True, eq=False)
class ManyCharts:
    """Limits of many I-MR charts; arrays have one entry for each characteristic.

    beyond: how many points lie beyond their limits; first_beyond: the place (from 0, within its
    characteristic) of the first, -1 without one; outside: of the values as given, which lie
    beyond. ``defined`` is False for fewer than two values; the entries are then 0.
    """

    n: Integers
    center: Floats
    sigma: Floats
    lcl: Floats
    ucl: Floats
    mr_ucl: Floats
    beyond: Integers
    first_beyond: Integers
    outside: NDArray[np.bool_]
    defined: NDArray[np.bool_]


def individuals_charts(values: ArrayLike, *, groups: ArrayLike | None = None) -> ManyCharts:
    """I-MR limits of many characteristics, and the points beyond them (rule 1).

    values: shape (characteristics, values), or shape (n,) with ``groups`` naming the
    characteristic of each by index 0 ... m - 1, in the order made.
    Raises TooFewData, OutOfDomain. Oracle: ``individuals_chart`` one by one
    """
    flat, index, m = indexed(values, groups)
    n = np.bincount(index, minlength=m)
    order = np.argsort(index, kind="stable")
    points, owner = flat[order], index[order]
    shift = np.zeros(m)
    starts = np.flatnonzero(np.r_[True, owner[1:] != owner[:-1]])
    shift[owner[starts]] = points[starts]  # centred first: a large offset costs no digits
    center = shift + np.bincount(owner, points - shift[owner], minlength=m) / np.maximum(n, 1)
    same = owner[1:] == owner[:-1]
    steps = np.abs(np.diff(points))[same]
    mean_step = np.bincount(owner[1:][same], steps, minlength=m) / np.maximum(n - 1, 1)
    factors = chart_constants(2)
    sigma = mean_step / factors.d2
    lcl, ucl = center - 3 * sigma, center + 3 * sigma
    defined = n >= 2
    out = defined[owner] & ((points > ucl[owner]) | (points < lcl[owner]))
    place = np.arange(points.size) - np.repeat(starts, np.diff(np.r_[starts, points.size]))
    first = np.full(m, -1)
    hits = np.flatnonzero(out)[::-1]  # backwards, so that the earliest is written last
    first[owner[hits]] = place[hits]
    outside = np.zeros(points.size, dtype=np.bool_)
    outside[order] = out
    return ManyCharts(
        n,
        np.where(defined, center, 0.0),
        np.where(defined, sigma, 0.0),
        np.where(defined, lcl, 0.0),
        np.where(defined, ucl, 0.0),
        np.where(defined, factors.d_2 * sigma, 0.0),
        np.bincount(owner, out, minlength=m).astype(np.int64),
        first,
        outside.reshape(np.shape(np.asarray(values))),
        defined,
    )
