"""Sigma of many processes in one pass, from point to point or within subgroups.

The estimators are those of ``spread``, each summed as it is for one process alone.
"""

from collections.abc import Callable

import numpy as np
from numpy.typing import ArrayLike

from firstoff.stats import checks
from firstoff.stats.checks import Floats, Integers
from firstoff.stats.constants import c4, chart_constants, d2, d3
from firstoff.stats.errors import OutOfDomain, TooFewData
from firstoff.stats.many_series import Layout, Part, finite, named, sizes_of
from firstoff.stats.spread import MEDIAN_UNIT, Subgroups


def series_sigmas(
    points: Floats, layout: Layout, method: str, span: int, screened: bool
) -> Floats:
    """Sigma of each series, as ``series_sigma`` has it. Held by: each charted alone."""
    if method == "moving-range" and span == 2 and not screened:
        return layout.mean_steps(points) / d2(2)
    if method == "median-moving-range" and span != 2:
        raise OutOfDomain("span", span, "2 for the median moving range")

    def of_rows(table: Floats) -> Floats:
        if method == "sd" and not screened:
            return np.asarray(table.std(axis=1, ddof=1) / c4(table.shape[1]), dtype=np.float64)
        ranges = row_ranges(table, span)
        if screened:
            kept = ranges <= chart_constants(span).d_4 * ranges.mean(axis=1)[:, None]
            number = kept.sum(axis=1)
            kept_sums = Layout(number, False).sums(ranges[kept])
            return np.asarray(kept_sums / number / d2(span), dtype=np.float64)
        if method == "median-moving-range":
            return np.asarray(np.median(ranges, axis=1) / MEDIAN_UNIT, dtype=np.float64)
        return np.asarray(ranges.mean(axis=1) / d2(span), dtype=np.float64)

    return layout.mapped(points, of_rows)


def windows(points: Floats, layout: Layout, span: int) -> Floats:
    """Range of each ``span`` neighbours of each series, in the shape of the points."""
    if span == 2:
        return layout.steps(points)
    if layout.table:
        return row_ranges(points, span)
    below = layout.shorter(span - 1)
    found = np.empty(int(below.sizes.sum()))
    for which, (table,) in layout.rows(points):
        width = table.shape[1] - span + 1
        places = below.starts[which][:, None] + np.arange(width)
        found[places] = row_ranges(table, span)
    return found


def row_ranges(table: Floats, span: int) -> Floats:
    """Range of each ``span`` neighbours in each row."""
    if span == 2:
        return np.abs(np.diff(table, axis=1))
    seen = np.lib.stride_tricks.sliding_window_view(table, span, axis=1)
    ranged: Floats = seen.max(axis=-1) - seen.min(axis=-1)
    return ranged


def subgroup_sigmas(
    each: Subgroups, inner: Layout, part: Part, shape: tuple[int, ...], method: str
) -> Floats:
    """Sigma within the subgroups of each characteristic, as ``subgroup_sigma`` has it.

    part: which subgroups count. Held by: each charted alone."""
    sums = part.layout.sums
    if method in ("pooled", "pooled-raw"):
        squares = sums(part.of(squares_of(each, inner).reshape(shape)))
        df = sums(part.of((each.sizes.astype(np.float64) - 1).reshape(shape)))
        raw: Floats = np.sqrt(squares / df)
        if method == "pooled":
            raw = raw / by_size(df.astype(np.int64) + 1, c4)
        return raw
    spread: Floats
    if method in ("mean-range", "weighted-range"):
        unit, spread = by_size(each.sizes, d2), each.ranges
        relative: Floats = (by_size(each.sizes, d3) / unit) ** 2
    else:
        unit, spread = by_size(each.sizes, c4), sds_of(each, inner)
        relative = (1 - unit**2) / unit**2
    seen = part.of((spread / unit).reshape(shape))
    if not method.startswith("weighted"):
        return sums(seen) / part.layout.sizes
    weights = part.of((1 / relative).reshape(shape))
    return sums(weights * seen) / sums(weights)


def subgroup_dfs(each: Subgroups, part: Part, shape: tuple[int, ...], method: str) -> Floats:
    """Effective degrees of freedom of ``subgroup_sigmas``, as ``subgroup_sigma`` has them."""
    sums = part.layout.sums
    if method in ("pooled", "pooled-raw"):
        return sums(part.of((each.sizes.astype(np.float64) - 1).reshape(shape)))
    if method in ("mean-range", "weighted-range"):
        relative: Floats = (by_size(each.sizes, d3) / by_size(each.sizes, d2)) ** 2
    else:
        unit = by_size(each.sizes, c4)
        relative = (1 - unit**2) / unit**2
    relative = relative.reshape(shape)
    if method.startswith("weighted"):
        variance = 1 / sums(part.of(1 / relative))
    else:
        variance = sums(part.of(relative)) / part.layout.sizes**2
    return np.maximum(1.0, 1 / (2 * variance))


def means_of(each: Subgroups, inner: Layout) -> Floats:
    """Means of subgroups, centred on the first value of their characteristic, as alone."""
    shift = np.repeat(each.values[inner.starts], inner.sizes)
    sums: Floats = np.add.reduceat(each.values - shift, each.starts)
    return shift[each.starts] + sums / each.sizes


def squares_of(each: Subgroups, inner: Layout) -> Floats:
    """Sum of squares of each subgroup about its mean."""
    left = each.values - np.repeat(means_of(each, inner), each.sizes)
    found: Floats = np.add.reduceat(left * left, each.starts)
    return found


def sds_of(each: Subgroups, inner: Layout) -> Floats:
    """Standard deviation of each subgroup."""
    found: Floats = np.sqrt(squares_of(each, inner) / (each.sizes - 1))
    return found


def by_size(sizes: Integers, factor: Callable[[int], float]) -> Floats:
    """A factor of each subgroup size."""
    distinct, place = np.unique(sizes, return_inverse=True)
    return np.array([factor(int(n)) for n in distinct])[place]


def grouped(
    values: ArrayLike, groups: ArrayLike | None, subgroups: ArrayLike | None
) -> tuple[Subgroups, Layout, Layout]:
    """All subgroups, how they stand by characteristic, and how their values do."""
    if groups is None and subgroups is None:
        cube = finite("values", values, None, dimensions=3)
        m, k, n = cube.shape
        if cube.size == 0 or n < 2:
            what = f"values in subgroup 1 of {named(0)}" if m and k else "subgroups"
            raise TooFewData(needed=2 if m and k else 1, got=n if m and k else 0, what=what)
        starts = np.arange(0, cube.size, n)
        each = Subgroups(cube.ravel(), starts, np.full(m * k, n))
        return each, Layout(np.full(m, k), True), Layout(np.full(m, k * n), True)
    if groups is None or subgroups is None:
        missing = "groups" if groups is None else "subgroups"
        raise OutOfDomain(missing, None, "an index for each value, beside the other index")
    return _ragged(values, checks.counts("groups", groups), checks.counts("subgroups", subgroups))


def _ragged(
    values: ArrayLike, index: Integers, inner: Integers
) -> tuple[Subgroups, Layout, Layout]:
    points = finite("values", values, index, dimensions=1)
    if inner.size != points.size:
        raise OutOfDomain("subgroups", f"of {inner.size}", f"one for each of {points.size} values")
    sizes = sizes_of("values", index, 2)
    order = np.lexsort((inner, index))
    owner, part = index[order], inner[order]
    fresh = np.r_[True, (owner[1:] != owner[:-1]) | (part[1:] != part[:-1])]
    starts = np.flatnonzero(fresh)
    each = Subgroups(points[order], starts, np.diff(np.r_[starts, points.size]))
    if (each.sizes < 2).any():
        place = int(starts[np.argmax(each.sizes < 2)])
        what = f"values in subgroup index {int(part[place])} of {named(int(owner[place]))}"
        raise TooFewData(needed=2, got=1, what=what)
    return each, Layout(np.bincount(owner[starts]), False), Layout(sizes, False)
