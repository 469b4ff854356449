"""Charts of counts of many characteristics in one vectorised pass: p, np, c, u, p' and u'.

Each characteristic comes out just as its chart drawn alone, to the last digit.
"""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from firstoff.stats import checks
from firstoff.stats.attribute_charts import LEAST_EXPOSURE
from firstoff.stats.checks import Floats, Integers
from firstoff.stats.constants import d2
from firstoff.stats.control_charts import SPREAD_RULES
from firstoff.stats.errors import NoVariation, OutOfDomain
from firstoff.stats.many_charts import ControlCharts, charts
from firstoff.stats.many_series import Layout, finite, many, named, refuse_where, whole_counts


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
    rules: Iterable[int] = SPREAD_RULES,
) -> ControlCharts:
    """Fractions nonconforming of many characteristics: x of n in each sample.

    x: shape (characteristics, samples), or shape (k,) with ``groups`` naming the characteristic
    of each by index 0 ... m - 1; n: in the shape of x, or one for all.
    Raises TooFewData, OutOfDomain naming the characteristic. Oracle: ``p_chart`` one by one
    """
    hits, size, layout = _binomial(x, n, groups)
    center, error = _pooled_fraction(hits, size, layout)
    return _charts("p", layout, hits / size, center, error, rules, np.asarray(1.0))


def np_charts(
    x: ArrayLike,
    n: ArrayLike,
    *,
    groups: ArrayLike | None = None,
    rules: Iterable[int] = SPREAD_RULES,
) -> ControlCharts:
    """Counts nonconforming of many characteristics, samples of one size for each.

    x: as for ``p_charts``; n: one for all, or one for each characteristic.
    Raises TooFewData, OutOfDomain naming the characteristic. Oracle: ``np_chart`` one by one
    """
    shape = np.shape(checks.array("x", x, dimensions=(1, 2)))
    if checks.is_one(n):
        spread: ArrayLike = np.full(shape, checks.whole("n", n, least=1))
    else:
        spread = _of_each(checks.counts("n", n), shape, groups)
    hits, size, layout = _binomial(x, spread, groups)
    rate = layout.over(layout.sums(hits) / layout.sums(size))
    error = np.sqrt(size * rate * (1 - rate))
    return _charts("np", layout, hits, rate * size, error, rules, size)


def c_charts(
    x: ArrayLike, *, groups: ArrayLike | None = None, rules: Iterable[int] = SPREAD_RULES
) -> ControlCharts:
    """Counts of nonconformities of many characteristics in equal areas of opportunity.

    x: as for ``p_charts``. Raises TooFewData, OutOfDomain naming the characteristic.
    Oracle: ``c_chart`` one by one
    """
    hits, layout, _ = many("x", whole_counts("x", x, groups), groups, least=1)
    center = layout.over(layout.sums(hits) / layout.sizes)
    return _charts("c", layout, hits, center, np.sqrt(center), rules)


def u_charts(
    x: ArrayLike,
    n: ArrayLike,
    *,
    groups: ArrayLike | None = None,
    rules: Iterable[int] = SPREAD_RULES,
) -> ControlCharts:
    """Nonconformities per unit of many characteristics: counts x in n units of exposure.

    x, n: as for ``p_charts``; n need not be whole.
    Raises TooFewData, OutOfDomain naming the characteristic. Oracle: ``u_chart`` one by one
    """
    hits, size, layout = _poisson(x, n, groups)
    center = layout.over(layout.sums(hits) / layout.sums(size))
    return _charts("u", layout, hits / size, center, np.sqrt(center / size), rules)


def laney_p_charts(
    x: ArrayLike,
    n: ArrayLike,
    *,
    groups: ArrayLike | None = None,
    rules: Iterable[int] = SPREAD_RULES,
) -> LaneyCharts:
    """p' charts of many characteristics, two samples or more of each.

    x, n: as for ``p_charts``. Raises NoVariation where all or none of a characteristic are
    nonconforming, TooFewData, OutOfDomain, naming it. Oracle: ``laney_p_chart`` one by one
    """
    hits, size, layout = _binomial(x, n, groups, least=2)
    total = layout.sums(hits)
    _varied((total == 0) | (total == layout.sums(size)))
    center, error = _pooled_fraction(hits, size, layout)
    return _laney("p'", layout, hits / size, center, error, rules, np.asarray(1.0))


def laney_u_charts(
    x: ArrayLike,
    n: ArrayLike,
    *,
    groups: ArrayLike | None = None,
    rules: Iterable[int] = SPREAD_RULES,
) -> LaneyCharts:
    """u' charts of many characteristics, two samples or more of each.

    x, n: as for ``u_charts``. Raises NoVariation where nothing was counted of a characteristic,
    TooFewData, OutOfDomain, naming it. Oracle: ``laney_u_chart`` one by one
    """
    hits, size, layout = _poisson(x, n, groups, least=2)
    total = layout.sums(hits)
    _varied(total == 0)
    center = layout.over(total / layout.sums(size))
    return _laney("u'", layout, hits / size, center, np.sqrt(center / size), rules)


_NO_TOP = np.asarray(np.inf)


def _charts(
    kind: str,
    layout: Layout,
    points: Floats,
    center: Floats,
    error: Floats,
    rules: Iterable[int],
    top: Floats = _NO_TOP,
) -> ControlCharts:
    limits = center, np.maximum(0.0, center - 3 * error), np.minimum(top, center + 3 * error)
    method = "binomial" if kind[0] in "pn" else "poisson"
    return charts(kind, layout, points, limits, error, None, method, rules, "nelson")


def _laney(
    kind: str,
    layout: Layout,
    points: Floats,
    center: Floats,
    error: Floats,
    rules: Iterable[int],
    top: Floats = _NO_TOP,
) -> LaneyCharts:
    z = (points - center) / error
    steps = layout.shorter().sums(layout.steps(z)) / (layout.sizes - 1)
    sigma_z = steps / d2(2)
    wide = error * layout.over(sigma_z)
    return LaneyCharts(_charts(kind, layout, points, center, wide, rules, top), z, sigma_z)


def _pooled_fraction(hits: Floats, size: Floats, layout: Layout) -> tuple[Floats, Floats]:
    center = layout.over(layout.sums(hits) / layout.sums(size))
    return center, np.sqrt(center * (1 - center) / size)


def _varied(flat: np.ndarray[tuple[int], np.dtype[np.bool_]]) -> None:
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
