"""Shewhart's charts for measured values: I-MR, X-bar/R, X-bar/S, and for short runs.

Limits are computed from all points, from the first ``base`` ones (then frozen), or from a centre
and a sigma that are given. Rule signals come with every chart.
"""

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from firstoff.stats import checks
from firstoff.stats.checks import Floats
from firstoff.stats.constants import c4, chart_constants, d2, d3
from firstoff.stats.errors import NoVariation, OutOfDomain, TooFewData
from firstoff.stats.signals import RuleSet, Signals, Zones, scan, skewed_rules
from firstoff.stats.spread import (
    SUBGROUP_METHODS,
    Sigma,
    Subgroups,
    Within,
    moving_ranges,
    series_sigma,
    subgroup_sigma,
    subgroups,
)


@dataclass(frozen=True, slots=True, eq=False)
class ControlChart:
    """One chart. Arrays have one entry for each plotted point.

    sigma: of the process, in the unit of the values (None for counts); base: points that the
    limits come from; standards_given: the centre and sigma were told, not estimated.
    """

    kind: str
    points: Floats
    center: Floats
    lcl: Floats
    ucl: Floats
    sigma: float | None
    method: str
    base: int
    standards_given: bool
    signals: Signals

    @property
    def beyond(self) -> list[int]:
        """Indices of the points beyond their limits."""
        return [
            int(i) for i in np.flatnonzero((self.points > self.ucl) | (self.points < self.lcl))
        ]

    @property
    def first(self) -> int | None:
        """The first signalling point, by whichever rule; ``signals`` has it for each rule."""
        found = self.signals.first
        return None if found is None else found[0]

    @property
    def stable(self) -> bool:
        """Whether no rule was broken."""
        return self.signals.first is None


@dataclass(frozen=True, slots=True, eq=False)
class ChartPair:
    """The chart of location and the one of spread that belongs under it."""

    location: ControlChart
    spread: ControlChart


def individuals_chart(
    values: ArrayLike,
    *,
    within: Within = "moving-range",
    span: int = 2,
    screened: bool = False,
    center: float | None = None,
    sigma: float | None = None,
    base: int | None = None,
    sigmas: float = 3.0,
    rules: Iterable[int] | None = None,
    rule_set: RuleSet = "nelson",
) -> ChartPair:
    """I-MR: single values, and the range of each with its neighbour.

    values: shape (n,), n >= 2, in the order made. screened: ranges beyond their own upper limit
    are left out of sigma once. base: limits from the first so many points, then frozen.
    All values equal give limits that collapse on the centre, and no signal.
    Raises TooFewData, OutOfDomain. Source: Montgomery, Introduction to SQC, 6.4. Oracle: R qcc
    """
    points = checks.series("values", values, least=2)
    first = _base(points.size, base, least=span)
    spread = _series_sigma(points[:first], within, span, screened)
    used, given = _standards(spread, sigma, center)
    level = float(_mean(points[:first])) if center is None else checks.real("center", center)
    location = _location("I", points, level, used, given, first, sigmas, rules, rule_set)
    spread_chart = _moving_range_chart(points, span, used, given, first, rule_set)
    return ChartPair(location, spread_chart)


def moving_range_chart(
    values: ArrayLike, *, span: int = 2, base: int | None = None, rule_set: RuleSet = "nelson"
) -> ControlChart:
    """The chart of moving ranges on its own, with rule 1 of either set: neighbouring ranges share
    a value, so that runs of them say nothing. Raises TooFewData, OutOfDomain.

    Source: Montgomery, Introduction to SQC, 6.4. Oracle: arithmetic with D3, D4."""
    points = checks.series("values", values, least=checks.whole("span", span, least=2))
    first = _base(points.size, base, least=span)
    used = series_sigma(points[:first], "moving-range", span=span)
    return _moving_range_chart(points, span, used, False, first, rule_set)


def xbar_r_chart(
    values: ArrayLike,
    *,
    within: Within = "mean-range",
    center: float | None = None,
    sigma: float | None = None,
    base: int | None = None,
    sigmas: float = 3.0,
    rules: Iterable[int] | None = None,
    rule_set: RuleSet = "nelson",
) -> ChartPair:
    """X-bar and R: means and ranges of rational subgroups, of equal or differing size.

    values: shape (k, m) or k sequences, each of two or more. Raises TooFewData, OutOfDomain.
    Source: Montgomery, Introduction to SQC, 6.2. Oracle: R qcc with exact d2, d3
    """
    groups, first, used, given, level = _grouped(values, within, center, sigma, base)
    location = _means(groups, level, used, given, first, sigmas, rules, rule_set)
    middle, width = (_by_size(groups, factor) for factor in (d2, d3))
    spread = _spread(
        "R", groups.ranges, middle * used.value, width * used.value, used, given, first, rule_set
    )
    return ChartPair(location, spread)


def xbar_s_chart(
    values: ArrayLike,
    *,
    within: Within = "mean-sd",
    center: float | None = None,
    sigma: float | None = None,
    base: int | None = None,
    sigmas: float = 3.0,
    rules: Iterable[int] | None = None,
    rule_set: RuleSet = "nelson",
    one_center: bool = False,
) -> ChartPair:
    """X-bar and S: means and standard deviations of rational subgroups.

    values: shape (k, m) or k sequences, each of two or more. The centre of S is c4(n) sigma for
    each subgroup; one_center draws their mean weighted by size instead, as qcc does.
    Raises TooFewData, OutOfDomain.
    Source: Montgomery, Introduction to SQC, 6.3. Oracle: R qcc
    """
    groups, first, used, given, level = _grouped(values, within, center, sigma, base)
    location = _means(groups, level, used, given, first, sigmas, rules, rule_set)
    unbias = _by_size(groups, c4)
    middle = unbias * used.value
    if checks.flag("one_center", one_center):
        middle = np.broadcast_to(
            np.average(groups.sds[:first], weights=groups.sizes[:first]), middle.shape
        )
    width = np.sqrt(np.maximum(0.0, 1 - unbias**2)) * used.value
    spread = _spread("S", groups.sds, middle, width, used, given, first, rule_set)
    return ChartPair(location, spread)


def dnom_chart(
    values: ArrayLike,
    parts: Sequence[str],
    nominal: Mapping[str, float],
    *,
    base: int | None = None,
    rules: Iterable[int] | None = None,
    rule_set: RuleSet = "nelson",
) -> ChartPair:
    """Short runs, deviation from nominal: parts of like spread on one I-MR chart.

    values, parts: one for each unit in the order made; nominal: of each part; base: limits from
    the first so many units, then frozen.
    Raises TooFewData, OutOfDomain. Source: Wheeler, Short Run SPC. Oracle: arithmetic
    """
    points, names = _of_parts(values, parts)
    left = points - _looked_up("nominal", names, nominal)
    return individuals_chart(left, base=base, rules=rules, rule_set=rule_set)


def z_mr_chart(
    values: ArrayLike,
    parts: Sequence[str],
    nominal: Mapping[str, float],
    *,
    sigma: Mapping[str, float] | None = None,
    base: int | None = None,
    rules: Iterable[int] | None = None,
    rule_set: RuleSet = "nelson",
) -> ChartPair:
    """Short runs, standardised: parts of unlike spread on one chart with limits of 3.

    sigma: of each part; without it each part's own moving ranges give it, two units or more of
    each, those of the first ``base`` units where that is told. The moving range spans part
    changes. Raises TooFewData, NoVariation, OutOfDomain.
    Source: Wheeler, Short Run SPC. Oracle: arithmetic
    """
    points, names = _of_parts(values, parts)
    first = _base(points.size, base, least=2)
    spreads = _part_sigmas(points[:first], names[:first]) if sigma is None else sigma
    width = _looked_up("sigma", names, spreads)
    if (width <= 1e-100).any():
        raise NoVariation("values of a part")
    z = (points - _looked_up("nominal", names, nominal)) / width
    method = "moving-range of each part" if sigma is None else "given"
    used = Sigma(1.0, method, float(z.size - 1))
    location = _location("Z", z, 0.0, used, True, first, 3.0, rules, rule_set)
    return ChartPair(location, _moving_range_chart(z, 2, used, True, first, rule_set))


def xbar_acceptance(n: int, shifts: ArrayLike, *, sigmas: float = 3.0) -> Floats:
    """The chance that one point of an X-bar chart stays within its limits after each shift.

    n: subgroup size; shifts: in process sigma. Raises OutOfDomain. Oracle: R qcc oc.curves
    """
    from scipy import special

    size = checks.whole("n", n, least=1)
    moved = np.atleast_1d(checks.array("shifts", shifts, dimensions=(0, 1))) * math.sqrt(size)
    limit = checks.real("sigmas", sigmas, above=0)
    chance: Floats = special.ndtr(limit - moved) - special.ndtr(-limit - moved)
    return chance


def _location(
    kind: str,
    points: Floats,
    center: float,
    sigma: Sigma,
    given: bool,
    base: int,
    sigmas: float,
    rules: Iterable[int] | None,
    rule_set: RuleSet,
    se: Floats | None = None,
) -> ControlChart:
    """A chart with limits at ``sigmas`` standard errors; the rules use one standard error each."""
    width = checks.real("sigmas", sigmas, above=0)
    error = np.asarray(sigma.value) if se is None else se
    middle = np.asarray(center)
    shape = points.shape
    return ControlChart(
        kind,
        points,
        np.broadcast_to(middle, shape),
        np.broadcast_to(middle - width * error, shape),
        np.broadcast_to(middle + width * error, shape),
        sigma.value,
        sigma.method,
        base,
        given,
        scan(points, Zones(middle, error), rules, rule_set),
    )


def _means(
    groups: Subgroups,
    center: float,
    sigma: Sigma,
    given: bool,
    base: int,
    sigmas: float,
    rules: Iterable[int] | None,
    rule_set: RuleSet,
) -> ControlChart:
    se = sigma.value / np.sqrt(groups.sizes)
    return _location(
        "X-bar", groups.means, center, sigma, given, base, sigmas, rules, rule_set, se
    )


def _spread(
    kind: str,
    points: Floats,
    middle: Floats,
    width: Floats,
    sigma: Sigma,
    given: bool,
    base: int,
    rule_set: RuleSet,
) -> ControlChart:
    return ControlChart(
        kind,
        points,
        middle,
        np.maximum(0.0, middle - 3 * width),
        middle + 3 * width,
        sigma.value,
        sigma.method,
        base,
        given,
        scan(points, Zones(middle, width), skewed_rules(None, rule_set), rule_set),
    )


def _moving_range_chart(
    points: Floats, span: int, sigma: Sigma, given: bool, base: int, rule_set: RuleSet
) -> ControlChart:
    ranges = moving_ranges(points, span)
    factors = chart_constants(span)
    middle = np.broadcast_to(np.asarray(factors.d2 * sigma.value), ranges.shape)
    lower = np.broadcast_to(np.asarray(factors.d_1 * sigma.value), ranges.shape)
    upper = np.broadcast_to(np.asarray(factors.d_2 * sigma.value), ranges.shape)
    zones = Zones(np.asarray(factors.d2 * sigma.value), np.asarray(factors.d3 * sigma.value))
    # Neighbouring ranges share a value: only the limits may be read, not runs.
    found = scan(ranges, zones, (1,), rule_set)
    return ControlChart(
        "MR", ranges, middle, lower, upper, sigma.value, sigma.method, base, given, found
    )


def _grouped(
    values: ArrayLike,
    within: str,
    center: float | None,
    sigma: float | None,
    base: int | None,
) -> tuple[Subgroups, int, Sigma, bool, float]:
    groups = subgroups("values", values)
    if (groups.sizes < 2).any():
        place = int(np.argmin(groups.sizes)) + 1
        raise TooFewData(needed=2, got=1, what=f"values in subgroup {place}")
    first = _base(groups.sizes.size, base, least=1)
    part = groups.first(first)
    method = checks.choice("within", within, SUBGROUP_METHODS)
    used, given = _standards(subgroup_sigma(part, method), sigma, center)
    level = _mean(part.values) if center is None else checks.real("center", center)
    return groups, first, used, given, level


def _series_sigma(points: Floats, within: str, span: int, screened: bool) -> Sigma:
    if not checks.flag("screened", screened):
        return series_sigma(points, within, span=span)
    ranges = moving_ranges(points, checks.whole("span", span, least=2))
    kept = ranges[ranges <= chart_constants(span).d_4 * ranges.mean()]
    value = float(kept.mean()) / d2(span)
    return Sigma(value, f"{within}, screened", max(1.0, 0.62 * kept.size))


def _standards(estimated: Sigma, sigma: float | None, center: float | None) -> tuple[Sigma, bool]:
    if sigma is None:
        return estimated, False
    value = checks.real("sigma", sigma, least=0)
    return Sigma(value, "given", estimated.df), center is not None


def _base(size: int, base: int | None, *, least: int) -> int:
    if base is None:
        return size
    first = checks.whole("base", base, least=max(least, 1))
    if first > size:
        raise OutOfDomain("base", first, f"at most the number of points, {size}")
    return first


def _by_size(groups: Subgroups, factor: Callable[[int], float]) -> Floats:
    distinct, place = np.unique(groups.sizes, return_inverse=True)
    found: Floats = np.array([factor(int(n)) for n in distinct])[place]
    return found


def _mean(values: Floats) -> float:
    """Centred first, a piece at a time: an offset costs no digits, equal values give just it."""
    shift, total = float(values[0]), 0.0
    for start in range(0, values.size, 1 << 16):
        total += float((values[start : start + (1 << 16)] - shift).sum())
    return shift + total / values.size


def _of_parts(values: ArrayLike, parts: Sequence[str]) -> tuple[Floats, list[str]]:
    points = checks.series("values", values, least=2)
    names = [str(part) for part in checks.listed("parts", parts)]
    if len(names) != points.size:
        raise OutOfDomain("parts", f"of {len(names)}", f"one for each of {points.size} values")
    return points, names


def _looked_up(what: str, names: list[str], table: Mapping[str, float]) -> Floats:
    if not isinstance(table, Mapping):
        raise OutOfDomain(what, table, "one for each part")
    known = {}
    for name in dict.fromkeys(names):
        if name not in table:
            raise OutOfDomain(what, sorted(table), f"one for each part, also for {name}")
        known[name] = checks.real(f"{what} of {name}", table[name])
    return np.array([known[name] for name in names])


def _part_sigmas(points: Floats, names: list[str]) -> dict[str, float]:
    found = {}
    for name in dict.fromkeys(names):
        own = points[[place for place, part in enumerate(names) if part == name]]
        if own.size < 2:
            raise TooFewData(needed=2, got=int(own.size), what=f"values of part {name}")
        found[name] = series_sigma(own, "moving-range").value
    return found
