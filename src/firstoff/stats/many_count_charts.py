"""Charts of counts of many characteristics in one vectorised pass: p, np, c, u, p' and u'.

Each characteristic comes out just as its chart drawn alone, to the last digit.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from firstoff.stats import checks
from firstoff.stats.attribute_charts import LEAST_EXPOSURE
from firstoff.stats.checks import Floats, Integers
from firstoff.stats.constants import chart_constants, d2
from firstoff.stats.errors import NoVariation, OutOfDomain
from firstoff.stats.many_charts import ControlCharts, Drawn, charts
from firstoff.stats.many_series import (
    Layout,
    Part,
    base_of,
    finite,
    many,
    named,
    one_for_each,
    refuse_where,
    whole_counts,
)
from firstoff.stats.signals import RuleSet, skewed_rules


@dataclass(frozen=True, slots=True, eq=False)
class LaneyCharts:
    """p' or u' charts: the charts, the standardised points, and for each characteristic the
    spread between its samples (see ``LaneyChart``)."""

    chart: ControlCharts
    z: Floats
    sigma_z: Floats


def p_charts(
    x: ArrayLike,
    n: ArrayLike,
    *,
    groups: ArrayLike | None = None,
    center: ArrayLike | None = None,
    base: ArrayLike | None = None,
    rules: Iterable[int] | None = None,
    rule_set: RuleSet = "nelson",
) -> ControlCharts:
    """Fractions nonconforming of many characteristics: x of n in each sample.

    x: shape (characteristics, samples), or shape (k,) with ``groups`` naming the characteristic
    of each by index 0 ... m - 1; n: in the shape of x, or one for all. center, base: one for all,
    or one for each; rules as for ``p_chart``.
    Raises TooFewData, OutOfDomain naming the characteristic. Oracle: ``p_chart`` one by one
    """
    hits, size, layout = _binomial(x, n, groups)
    told = _told(layout, _fractions(center, layout), base, rules, rule_set)
    level = layout.over(told.level(hits, size))
    error = np.sqrt(level * (1 - level) / size)
    return _charts("p", told, hits / size, level, error, np.asarray(1.0))


def np_charts(
    x: ArrayLike,
    n: ArrayLike,
    *,
    groups: ArrayLike | None = None,
    center: ArrayLike | None = None,
    base: ArrayLike | None = None,
    rules: Iterable[int] | None = None,
    rule_set: RuleSet = "nelson",
) -> ControlCharts:
    """Counts nonconforming of many characteristics, samples of one size for each.

    x and all else: as for ``p_charts``, center a count; n: one for all, or one for each
    characteristic. Raises TooFewData, OutOfDomain naming the characteristic.
    Oracle: ``np_chart`` one by one
    """
    shape = np.shape(checks.array("x", x, dimensions=(1, 2)))
    if checks.is_one(n):
        spread: ArrayLike = np.full(shape, checks.whole("n", n, least=1))
    else:
        spread = _of_each(checks.counts("n", n), shape, groups)
    hits, size, layout = _binomial(x, spread, groups)
    most = size[:, 0] if layout.table else size[layout.starts]
    asked = one_for_each("center", center, layout.sizes.size, least=0)
    if asked is not None:
        asked = asked / most
        if (asked > 1).any():
            place = int(np.argmax(asked > 1))
            raise OutOfDomain(f"center of {named(place)}", center, "a count of at most n")
    told = _told(layout, asked, base, rules, rule_set)
    rate = layout.over(told.level(hits, size))
    error = np.sqrt(size * rate * (1 - rate))
    return _charts("np", told, hits, rate * size, error, size)


def c_charts(
    x: ArrayLike,
    *,
    groups: ArrayLike | None = None,
    center: ArrayLike | None = None,
    base: ArrayLike | None = None,
    rules: Iterable[int] | None = None,
    rule_set: RuleSet = "nelson",
) -> ControlCharts:
    """Counts of nonconformities of many characteristics in equal areas of opportunity.

    All as for ``p_charts``. Raises TooFewData, OutOfDomain naming the characteristic.
    Oracle: ``c_chart`` one by one
    """
    hits, layout, _ = many("x", whole_counts("x", x, groups), groups, least=1)
    told = _told(layout, _rates(center, layout), base, rules, rule_set)
    level = layout.over(told.level(hits, np.ones_like(hits)))
    return _charts("c", told, hits, level, np.sqrt(level))


def u_charts(
    x: ArrayLike,
    n: ArrayLike,
    *,
    groups: ArrayLike | None = None,
    center: ArrayLike | None = None,
    base: ArrayLike | None = None,
    rules: Iterable[int] | None = None,
    rule_set: RuleSet = "nelson",
) -> ControlCharts:
    """Nonconformities per unit of many characteristics: counts x in n units of exposure.

    All as for ``p_charts``; n need not be whole.
    Raises TooFewData, OutOfDomain naming the characteristic. Oracle: ``u_chart`` one by one
    """
    hits, size, layout = _poisson(x, n, groups)
    told = _told(layout, _rates(center, layout), base, rules, rule_set)
    level = layout.over(told.level(hits, size))
    return _charts("u", told, hits / size, level, np.sqrt(level / size))


def laney_p_charts(
    x: ArrayLike,
    n: ArrayLike,
    *,
    groups: ArrayLike | None = None,
    screened: bool = False,
    base: ArrayLike | None = None,
    rules: Iterable[int] | None = None,
    rule_set: RuleSet = "nelson",
) -> LaneyCharts:
    """p' charts of many characteristics, two samples or more of each.

    All as for ``p_charts`` and ``laney_p_chart``. Raises NoVariation where all or none of a
    characteristic are nonconforming, TooFewData, OutOfDomain, naming it.
    Oracle: ``laney_p_chart`` one by one
    """
    hits, size, layout = _binomial(x, n, groups, least=2)
    told = _told(layout, None, base, rules, rule_set, least=2)
    rate = told.level(hits, size)
    _varied((rate == 0) | (rate == 1))
    level = layout.over(rate)
    error = np.sqrt(level * (1 - level) / size)
    return _laney("p'", told, hits / size, level, error, screened, np.asarray(1.0))


def laney_u_charts(
    x: ArrayLike,
    n: ArrayLike,
    *,
    groups: ArrayLike | None = None,
    screened: bool = False,
    base: ArrayLike | None = None,
    rules: Iterable[int] | None = None,
    rule_set: RuleSet = "nelson",
) -> LaneyCharts:
    """u' charts of many characteristics, two samples or more of each.

    All as for ``u_charts`` and ``laney_u_chart``. Raises NoVariation where nothing was counted of
    a characteristic, TooFewData, OutOfDomain, naming it. Oracle: ``laney_u_chart`` one by one
    """
    hits, size, layout = _poisson(x, n, groups, least=2)
    told = _told(layout, None, base, rules, rule_set, least=2)
    rate = told.level(hits, size)
    _varied(rate == 0)
    level = layout.over(rate)
    return _laney("u'", told, hits / size, level, np.sqrt(level / size), screened)


_NO_TOP = np.asarray(np.inf)


class _Told(NamedTuple):
    """What the charts share: how points stand, which of them the limits come from, the rules."""

    layout: Layout
    center: Floats | None
    frozen: Integers | None
    part: Part
    rules: tuple[int, ...]
    rule_set: RuleSet

    def level(self, hits: Floats, size: Floats) -> Floats:
        """The centre of each characteristic: told, or pooled over its base."""
        if self.center is not None:
            return self.center
        sums = self.part.layout.sums
        return sums(self.part.of(hits)) / sums(self.part.of(size))


def _told(
    layout: Layout,
    center: Floats | None,
    base: ArrayLike | None,
    rules: Iterable[int] | None,
    rule_set: RuleSet,
    least: int = 1,
) -> _Told:
    frozen = base_of(base, layout.sizes, least=least)
    wanted = skewed_rules(rules, rule_set)
    return _Told(layout, center, frozen, layout.first(frozen), wanted, rule_set)


def _rates(center: ArrayLike | None, layout: Layout) -> Floats | None:
    return one_for_each("center", center, layout.sizes.size, least=0)


def _fractions(center: ArrayLike | None, layout: Layout) -> Floats | None:
    found = _rates(center, layout)
    if found is not None and (found > 1).any():
        raise OutOfDomain("center", float(found.max()), "a fraction from 0 to 1")
    return found


def _charts(
    kind: str, told: _Told, points: Floats, center: Floats, error: Floats, top: Floats = _NO_TOP
) -> ControlCharts:
    limits = center, np.maximum(0.0, center - 3 * error), np.minimum(top, center + 3 * error)
    method = "binomial" if kind[0] in "pn" else "poisson"
    drawn = Drawn(told.layout, told.frozen, None, method, told.rules, told.rule_set)
    return charts(kind, drawn, points, limits, error)


def _laney(
    kind: str,
    told: _Told,
    points: Floats,
    center: Floats,
    error: Floats,
    screened: bool,
    top: Floats = _NO_TOP,
) -> LaneyCharts:
    z = (points - center) / error
    steps, below = told.part.layout.steps(told.part.of(z)), told.part.layout.shorter()
    mean = below.sums(steps) / below.sizes
    if checks.flag("screened", screened):
        kept = steps <= chart_constants(2).d_4 * below.over(mean)
        owner = np.repeat(np.arange(below.sizes.size), below.sizes)[kept.ravel()]
        left = Layout(np.bincount(owner, minlength=below.sizes.size), False)
        mean = left.sums(steps[kept]) / left.sizes
    sigma_z = mean / d2(2)
    wide = error * told.layout.over(sigma_z)
    return LaneyCharts(_charts(kind, told, points, center, wide, top), z, sigma_z)


def _varied(flat: NDArray[np.bool_]) -> None:
    if flat.any():
        raise NoVariation(f"counts of {named(int(np.argmax(flat)))}")


def _binomial(
    x: ArrayLike, n: ArrayLike, groups: ArrayLike | None, least: int = 1
) -> tuple[Floats, Floats, Layout]:
    hits = whole_counts("x", x, groups)
    size = whole_counts("n", _in_shape(hits, n), groups)
    _same_shape(hits, size)
    index = None if groups is None else checks.counts("groups", groups)
    refuse_where("n", size == 0, size, index, "a sample size above 0")
    refuse_where("x", hits > size, hits, index, "at most n")
    return _sorted(hits, size, groups, least)


def _poisson(
    x: ArrayLike, n: ArrayLike, groups: ArrayLike | None, least: int = 1
) -> tuple[Floats, Floats, Layout]:
    hits = whole_counts("x", x, groups)
    index = None if groups is None else checks.counts("groups", groups)
    size = finite("n", _in_shape(hits, n), index, dimensions=hits.ndim)
    _same_shape(hits, size)
    refuse_where("n", size < LEAST_EXPOSURE, size, index, "an exposure above 0")
    return _sorted(hits, size, groups, least)


def _sorted(
    hits: Floats, size: Floats, groups: ArrayLike | None, least: int
) -> tuple[Floats, Floats, Layout]:
    points, layout, order = many("x", hits, groups, least=least)
    return points, np.ascontiguousarray(size if order is None else size[order]), layout


def _in_shape(hits: Floats, n: ArrayLike) -> ArrayLike:
    return np.full(hits.shape, checks.real("n", n)) if checks.is_one(n) else n


def _same_shape(hits: Floats, size: Floats) -> None:
    if hits.shape != size.shape:
        raise OutOfDomain("n", f"of shape {size.shape}", f"the shape of x, {hits.shape}, or one")


def _of_each(n: Integers, shape: tuple[int, ...], groups: ArrayLike | None) -> Floats:
    """The sample size of each characteristic, at each of its samples."""
    index = np.arange(shape[0]) if groups is None else checks.counts("groups", groups)
    if index.size and n.size != int(index.max()) + 1:
        expected = f"one for each of {int(index.max()) + 1} characteristics"
        raise OutOfDomain("n", f"of {n.size}", expected)
    each = n.astype(np.float64)[index]
    return np.broadcast_to(each.reshape(-1, *[1] * (len(shape) - 1)), shape)
