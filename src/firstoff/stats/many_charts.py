"""Control charts of many characteristics in one vectorised pass: I-MR, X-bar/R and X-bar/S.

Each characteristic comes out just as its chart drawn alone, to the last digit.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from firstoff.stats import checks
from firstoff.stats.checks import Floats, Integers
from firstoff.stats.constants import c4, chart_constants, d2, d3
from firstoff.stats.many_series import Layout, base_of, many, one_for_each
from firstoff.stats.many_spread import (
    by_size,
    grouped,
    means_of,
    sds_of,
    series_sigmas,
    subgroup_sigmas,
    windows,
)
from firstoff.stats.signals import RuleSet, Zones, skewed_rules
from firstoff.stats.spread import SERIES_METHODS, SUBGROUP_METHODS, Subgroups, Within


@dataclass(frozen=True, slots=True, eq=False)
class ControlCharts:
    """One kind of chart for each of m characteristics.

    points, center, lcl, ucl: shape (m, points) where a table was given, else shape (all points,),
    one characteristic after another by index, ``sizes`` of each. sigma: of each process, None for
    counts. base: points that the limits of each come from. rules: their numbers; first and counts
    have shape (m, rules): the first signalling point of the characteristic (from 0, -1 without
    one), and how many signal.
    """

    kind: str
    sizes: Integers
    points: Floats
    center: Floats
    lcl: Floats
    ucl: Floats
    sigma: Floats | None
    method: str
    base: Integers
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


class Drawn(NamedTuple):
    """What the charts of a pair share."""

    layout: Layout
    base: Integers | None
    sigma: Floats | None
    method: str
    rules: Iterable[int] | None
    rule_set: RuleSet


def individuals_charts(
    values: ArrayLike,
    *,
    groups: ArrayLike | None = None,
    within: Within = "moving-range",
    span: int = 2,
    screened: bool = False,
    center: ArrayLike | None = None,
    sigma: ArrayLike | None = None,
    base: ArrayLike | None = None,
    sigmas: float = 3.0,
    rules: Iterable[int] | None = None,
    rule_set: RuleSet = "nelson",
) -> ChartPairs:
    """I-MR charts of many characteristics, with the rules on each.

    values: shape (characteristics, values), or shape (n,) with ``groups`` naming the
    characteristic of each by index 0 ... m - 1, in the order made; two or more of each.
    center, sigma, base: one for all, or one for each; all else as for ``individuals_chart``.
    Raises TooFewData, OutOfDomain naming the characteristic. Oracle: ``individuals_chart`` one
    by one
    """
    width = checks.whole("span", span, least=2)
    points, layout, _ = many("values", values, groups, least=width)
    frozen = base_of(base, layout.sizes, least=width)
    method = checks.choice("within", within, SERIES_METHODS)
    checks.flag("screened", screened)
    part = layout.first(frozen)
    spread = series_sigmas(part.of(points), part.layout, method, width, screened)
    method = f"{method}, screened" if screened else method
    used, method = _told(spread, sigma, method)
    level = one_for_each("center", center, layout.sizes.size)
    middle = part.layout.means(part.of(points)) if level is None else level
    drawn = Drawn(layout, frozen, used, method, rules, rule_set)
    wide = layout.over(used)
    location = _location("I", drawn, points, layout.over(middle), wide, sigmas)
    return ChartPairs(location, _moving_ranges(points, drawn, used, width))


def xbar_r_charts(
    values: ArrayLike,
    *,
    groups: ArrayLike | None = None,
    subgroups: ArrayLike | None = None,
    within: Within = "mean-range",
    center: ArrayLike | None = None,
    sigma: ArrayLike | None = None,
    base: ArrayLike | None = None,
    sigmas: float = 3.0,
    rules: Iterable[int] | None = None,
    rule_set: RuleSet = "nelson",
) -> ChartPairs:
    """X-bar and R charts of many characteristics.

    values: shape (characteristics, subgroups, values), or shape (n,) with ``groups`` and
    ``subgroups`` naming the characteristic and the subgroup of each by index; subgroups of a
    characteristic stand in the order of their index, two values or more in each. center, sigma,
    base (in subgroups): one for all, or one for each; all else as for ``xbar_r_chart``.
    Raises TooFewData, OutOfDomain naming the characteristic. Oracle: ``xbar_r_chart`` one by one
    """
    each, layout, inner = grouped(values, groups, subgroups)
    drawn = _drawn(each, layout, inner, within, sigma, base, rules, rule_set)
    location = _means(each, inner, drawn, center, sigmas)
    shape = _shape(layout)
    middle, width = (by_size(each.sizes, factor).reshape(shape) for factor in (d2, d3))
    return ChartPairs(location, _spread("R", drawn, each.ranges.reshape(shape), middle, width))


def xbar_s_charts(
    values: ArrayLike,
    *,
    groups: ArrayLike | None = None,
    subgroups: ArrayLike | None = None,
    within: Within = "mean-sd",
    center: ArrayLike | None = None,
    sigma: ArrayLike | None = None,
    base: ArrayLike | None = None,
    sigmas: float = 3.0,
    rules: Iterable[int] | None = None,
    rule_set: RuleSet = "nelson",
) -> ChartPairs:
    """X-bar and S charts of many characteristics, each S with its own centre c4(n) sigma.

    Input as for ``xbar_r_charts``. Raises TooFewData, OutOfDomain naming the characteristic.
    Oracle: ``xbar_s_chart`` one by one
    """
    each, layout, inner = grouped(values, groups, subgroups)
    drawn = _drawn(each, layout, inner, within, sigma, base, rules, rule_set)
    location = _means(each, inner, drawn, center, sigmas)
    shape = _shape(layout)
    unit = by_size(each.sizes, c4).reshape(shape)
    width = np.sqrt(np.maximum(0.0, 1 - unit**2))
    sds = sds_of(each, inner).reshape(shape)
    return ChartPairs(location, _spread("S", drawn, sds, unit, width))


def charts(
    kind: str,
    drawn: Drawn,
    points: Floats,
    limits: tuple[Floats, Floats, Floats],
    error: Floats,
) -> ControlCharts:
    """Charts with their centre, lower and upper limits; error: of each point, for the rules."""
    layout, rule_set = drawn.layout, drawn.rule_set
    zones = Zones(limits[0], error)
    wanted, first, counts = layout.scan(points, zones, drawn.rules, rule_set)
    center, lcl, ucl = (np.broadcast_to(limit, points.shape) for limit in limits)
    base = layout.sizes if drawn.base is None else drawn.base
    return ControlCharts(
        kind,
        layout.sizes,
        points,
        center,
        lcl,
        ucl,
        drawn.sigma,
        drawn.method,
        base,
        rule_set,
        wanted,
        first,
        counts,
    )


def _told(estimated: Floats, sigma: ArrayLike | None, method: str) -> tuple[Floats, str]:
    told = one_for_each("sigma", sigma, estimated.size, least=0)
    return (estimated, method) if told is None else (told, "given")


def _drawn(
    each: Subgroups,
    layout: Layout,
    inner: Layout,
    within: str,
    sigma: ArrayLike | None,
    base: ArrayLike | None,
    rules: Iterable[int] | None,
    rule_set: RuleSet,
) -> Drawn:
    """Sigma of each characteristic from its subgroups, those of the base where there is one."""
    frozen = base_of(base, layout.sizes, least=1)
    method = checks.choice("within", within, SUBGROUP_METHODS)
    found = subgroup_sigmas(each, inner, layout.first(frozen), _shape(layout), method)
    used, method = _told(found, sigma, method)
    return Drawn(layout, frozen, used, method, rules, rule_set)


def _location(
    kind: str, drawn: Drawn, points: Floats, middle: Floats, error: Floats, sigmas: float
) -> ControlCharts:
    width = checks.real("sigmas", sigmas, above=0)
    limits = middle, middle - width * error, middle + width * error
    return charts(kind, drawn, points, limits, error)


def _means(
    each: Subgroups, inner: Layout, drawn: Drawn, center: ArrayLike | None, sigmas: float
) -> ControlCharts:
    layout, shape = drawn.layout, _shape(drawn.layout)
    level = one_for_each("center", center, layout.sizes.size)
    if level is None:
        level = _centers(each, layout, inner, drawn.base)
    assert drawn.sigma is not None  # measured values have one
    error = layout.over(drawn.sigma) / np.sqrt(each.sizes.reshape(shape))
    points = means_of(each, inner).reshape(shape)
    return _location("X-bar", drawn, points, layout.over(level), error, sigmas)


def _centers(each: Subgroups, layout: Layout, inner: Layout, base: Integers | None) -> Floats:
    """The mean of all values of each characteristic, those of its base where there is one."""
    values = each.values.reshape(_shape(inner))
    if base is None:
        return inner.means(values)
    part = layout.first(base)
    used = part.layout.sums(part.of(each.sizes.astype(np.float64).reshape(_shape(layout))))
    kept = inner.first(used.astype(np.int64))
    return kept.layout.means(kept.of(values))


def _spread(
    kind: str, drawn: Drawn, points: Floats, middle: Floats, width: Floats
) -> ControlCharts:
    """R or S; middle and width: mean and standard deviation of the points in units of sigma."""
    assert drawn.sigma is not None  # measured values have one
    wide = drawn.layout.over(drawn.sigma)
    middle, error = middle * wide, width * wide
    limits = middle, np.maximum(0.0, middle - 3 * error), middle + 3 * error
    quiet = drawn._replace(rules=skewed_rules(None, drawn.rule_set))
    return charts(kind, quiet, points, limits, error)


def _moving_ranges(points: Floats, drawn: Drawn, sigma: Floats, span: int) -> ControlCharts:
    below, factors = drawn.layout.shorter(span - 1), chart_constants(span)
    wide = below.over(sigma)
    limits = factors.d2 * wide, factors.d_1 * wide, factors.d_2 * wide
    ranges = windows(points, drawn.layout, span)
    # Neighbouring ranges share a value: only the limits may be read, not runs.
    base = drawn.layout.sizes if drawn.base is None else drawn.base
    quiet = drawn._replace(layout=below, base=base, rules=(1,))
    return charts("MR", quiet, ranges, limits, factors.d3 * wide)


def _shape(layout: Layout) -> tuple[int, ...]:
    return (layout.sizes.size, int(layout.sizes[0])) if layout.table else (-1,)
