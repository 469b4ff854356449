"""Control charts of many characteristics in one vectorised pass: I-MR, X-bar/R and X-bar/S.

Each characteristic comes out just as its chart drawn alone, to the last digit.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from firstoff.stats import checks
from firstoff.stats.checks import Floats, Integers
from firstoff.stats.constants import c4, chart_constants, d2, d3
from firstoff.stats.control_charts import SPREAD_RULES
from firstoff.stats.errors import OutOfDomain, TooFewData
from firstoff.stats.many_series import Layout, finite, many, named, sizes_of
from firstoff.stats.signals import RuleSet, Zones
from firstoff.stats.spread import Subgroups


@dataclass(frozen=True, slots=True, eq=False)
class ControlCharts:
    """One kind of chart for each of m characteristics.

    points, center, lcl, ucl: shape (m, points) where a table was given, else shape (all points,),
    one characteristic after another by index, ``sizes`` of each. sigma: of each process, None for
    counts. rules: their numbers; first and counts have shape (m, rules): the first signalling
    point of the characteristic (from 0, -1 without one), and how many signal.
    """

    kind: str
    sizes: Integers
    points: Floats
    center: Floats
    lcl: Floats
    ucl: Floats
    sigma: Floats | None
    method: str
    rule_set: RuleSet
    rules: tuple[int, ...]
    first: Integers
    counts: Integers

    @property
    def stable(self) -> NDArray[np.bool_]:
        """Whether each characteristic broke no rule."""
        quiet: NDArray[np.bool_] = self.counts.sum(axis=1) == 0
        return quiet


@dataclass(frozen=True, slots=True, eq=False)
class ChartPairs:
    """The charts of location and those of spread that belong under them."""

    location: ControlCharts
    spread: ControlCharts


def individuals_charts(
    values: ArrayLike,
    *,
    groups: ArrayLike | None = None,
    rules: Iterable[int] | None = None,
    rule_set: RuleSet = "nelson",
) -> ChartPairs:
    """I-MR charts of many characteristics, with the rules on each.

    values: shape (characteristics, values), or shape (n,) with ``groups`` naming the
    characteristic of each by index 0 ... m - 1, in the order made; two or more of each.
    Raises TooFewData, OutOfDomain naming the characteristic. Oracle: ``individuals_chart`` one
    by one
    """
    points, layout, _ = many("values", values, groups, least=2)
    sigma = layout.mean_steps(points) / d2(2)
    center, wide = layout.over(layout.means(points)), layout.over(sigma)
    limits = center, center - 3 * wide, center + 3 * wide
    location = charts("I", layout, points, limits, wide, sigma, "moving-range", rules, rule_set)
    below, factors = layout.shorter(), chart_constants(2)
    wide = below.over(sigma)
    limits = factors.d2 * wide, factors.d_1 * wide, factors.d_2 * wide
    error, ranges = factors.d3 * wide, layout.steps(points)
    # Neighbouring ranges share a value: only the limits may be read, not runs.
    spread = charts("MR", below, ranges, limits, error, sigma, "moving-range", (1,), "nelson")
    return ChartPairs(location, spread)


def xbar_r_charts(
    values: ArrayLike,
    *,
    groups: ArrayLike | None = None,
    subgroups: ArrayLike | None = None,
    rules: Iterable[int] | None = None,
    rule_set: RuleSet = "nelson",
) -> ChartPairs:
    """X-bar and R charts of many characteristics, sigma from the mean range.

    values: shape (characteristics, subgroups, values), or shape (n,) with ``groups`` and
    ``subgroups`` naming the characteristic and the subgroup of each by index; subgroups of a
    characteristic stand in the order of their index, two values or more in each.
    Raises TooFewData, OutOfDomain naming the characteristic. Oracle: ``xbar_r_chart`` one by one
    """
    each, layout, within = _grouped(values, groups, subgroups)
    unit, width = _by_size(each, d2), _by_size(each, d3)
    shape = _shape(layout)
    ranges = each.ranges.reshape(shape)
    sigma = layout.sums(ranges / unit.reshape(shape)) / layout.sizes
    location = _means(each, layout, within, sigma, "mean-range", rules, rule_set)
    wide = layout.over(sigma)
    middle, error = unit.reshape(shape) * wide, width.reshape(shape) * wide
    return ChartPairs(location, _spread("R", layout, ranges, middle, error, sigma, "mean-range"))


def xbar_s_charts(
    values: ArrayLike,
    *,
    groups: ArrayLike | None = None,
    subgroups: ArrayLike | None = None,
    rules: Iterable[int] | None = None,
    rule_set: RuleSet = "nelson",
) -> ChartPairs:
    """X-bar and S charts of many characteristics, sigma from the mean of s/c4.

    Input as for ``xbar_r_charts``. Raises TooFewData, OutOfDomain naming the characteristic.
    Oracle: ``xbar_s_chart`` one by one
    """
    each, layout, within = _grouped(values, groups, subgroups)
    shape = _shape(layout)
    unit, sds = _by_size(each, c4).reshape(shape), _sds(each, within).reshape(shape)
    sigma = layout.sums(sds / unit) / layout.sizes
    location = _means(each, layout, within, sigma, "mean-sd", rules, rule_set)
    wide = layout.over(sigma)
    error = np.sqrt(np.maximum(0.0, 1 - unit**2)) * wide
    return ChartPairs(location, _spread("S", layout, sds, unit * wide, error, sigma, "mean-sd"))


def charts(
    kind: str,
    layout: Layout,
    points: Floats,
    limits: tuple[Floats, Floats, Floats],
    error: Floats,
    sigma: Floats | None,
    method: str,
    rules: Iterable[int] | None,
    rule_set: RuleSet,
) -> ControlCharts:
    """Charts with their centre, lower and upper limits; error: of each point, for the rules."""
    wanted, first, counts = layout.scan(points, Zones(limits[0], error), rules, rule_set)
    center, lcl, ucl = (np.broadcast_to(limit, points.shape) for limit in limits)
    return ControlCharts(
        kind,
        layout.sizes,
        points,
        center,
        lcl,
        ucl,
        sigma,
        method,
        rule_set,
        wanted,
        first,
        counts,
    )


def _means(
    each: Subgroups,
    layout: Layout,
    within: Layout,
    sigma: Floats,
    method: str,
    rules: Iterable[int] | None,
    rule_set: RuleSet,
) -> ControlCharts:
    shape = _shape(layout)
    values = each.values.reshape(_shape(within))
    center = layout.over(within.means(values))
    error = layout.over(sigma) / np.sqrt(each.sizes.reshape(shape))
    limits = center, center - 3 * error, center + 3 * error
    points = _means_of(each, within).reshape(shape)
    return charts("X-bar", layout, points, limits, error, sigma, method, rules, rule_set)


def _spread(
    kind: str,
    layout: Layout,
    points: Floats,
    middle: Floats,
    error: Floats,
    sigma: Floats,
    method: str,
) -> ControlCharts:
    limits = middle, np.maximum(0.0, middle - 3 * error), middle + 3 * error
    return charts(kind, layout, points, limits, error, sigma, method, SPREAD_RULES, "nelson")


def _shape(layout: Layout) -> tuple[int, ...]:
    return (layout.sizes.size, int(layout.sizes[0])) if layout.table else (-1,)


def _means_of(each: Subgroups, within: Layout) -> Floats:
    """Means of subgroups, centred on the first value of their characteristic, as alone."""
    shift = np.repeat(each.values[within.starts], within.sizes)
    sums: Floats = np.add.reduceat(each.values - shift, each.starts)
    return shift[each.starts] + sums / each.sizes


def _sds(each: Subgroups, within: Layout) -> Floats:
    left = each.values - np.repeat(_means_of(each, within), each.sizes)
    squares: Floats = np.add.reduceat(left * left, each.starts)
    found: Floats = np.sqrt(squares / (each.sizes - 1))
    return found


def _by_size(each: Subgroups, factor: Callable[[int], float]) -> Floats:
    distinct, place = np.unique(each.sizes, return_inverse=True)
    return np.array([factor(int(n)) for n in distinct])[place]


def _grouped(
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
