"""EWMA and CUSUM charts of many characteristics in one vectorised pass."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from firstoff.stats import checks
from firstoff.stats.checks import Floats, Integers
from firstoff.stats.errors import NoVariation
from firstoff.stats.finite import finite
from firstoff.stats.many_charts import ControlCharts, Drawn, charts
from firstoff.stats.many_series import Layout, base_of, many, named, one_for_each
from firstoff.stats.many_spread import series_sigmas
from firstoff.stats.memory_charts import smoothed, sums, weight_of, widening
from firstoff.stats.spread import SERIES_METHODS, Within


@dataclass(frozen=True, slots=True, eq=False)
class CusumCharts:
    """Tabular CUSUMs in standard errors, one for each of m characteristics (see ``CusumChart``).

    upper, lower: shape (m, points) where a table was given, else shape (all points,), one
    characteristic after another by index, ``sizes`` of each. first_upper, first_lower: the first
    point beyond h (from 0, -1 without one); counts_*: how many are; all of shape (m,).
    """

    sizes: Integers
    upper: Floats
    lower: Floats
    k: float
    h: float
    center: Floats
    sigma: Floats
    method: str
    base: Integers
    first_upper: Integers
    first_lower: Integers
    counts_upper: Integers
    counts_lower: Integers

    @property
    def first(self) -> Integers:
        """The first point of each beyond h on either side, -1 without one."""
        both = np.stack((self.first_upper, self.first_lower))
        both = np.where(both < 0, np.iinfo(np.int64).max, both)
        found = both.min(axis=0)
        return np.where(found == np.iinfo(np.int64).max, -1, found)


def ewma_charts(
    values: ArrayLike,
    *,
    groups: ArrayLike | None = None,
    weight: float = 0.2,
    sigmas: float = 3.0,
    center: ArrayLike | None = None,
    sigma: ArrayLike | None = None,
    within: Within = "moving-range",
    base: ArrayLike | None = None,
) -> ControlCharts:
    """EWMA charts of single values of many characteristics, with exact limits.

    values, groups: as for ``individuals_charts``; center, sigma, base: one for all, or one for
    each; all else as for ``ewma_chart``. Raises TooFewData, OutOfDomain naming the characteristic.
    Oracle: ``ewma_chart`` one by one
    """
    share, width = weight_of(weight), checks.real("sigmas", sigmas, above=0)
    points, layout, level, drawn = _standardised(values, groups, center, sigma, within, base)
    assert drawn.sigma is not None  # estimated or told
    smooth, wider = np.empty_like(points), np.empty_like(points)
    for which, (table, middle) in layout.rows(points, _spread_out(layout, level, points)):
        places = layout.places(which)
        smooth[places] = smoothed(table, share, middle[:, 0])
        wider[places] = widening(table.shape[1], share)
    error = layout.over(drawn.sigma) * np.sqrt(wider)
    middle = layout.over(level)
    limits = middle, middle - width * error, middle + width * error
    return charts("EWMA", drawn, smooth, limits, error * width / 3)


@finite
def cusum_charts(
    values: ArrayLike,
    *,
    groups: ArrayLike | None = None,
    k: float = 0.5,
    h: float = 5.0,
    center: ArrayLike | None = None,
    sigma: ArrayLike | None = None,
    within: Within = "moving-range",
    base: ArrayLike | None = None,
) -> CusumCharts:
    """Tabular CUSUMs of single values of many characteristics.

    values, groups: as for ``individuals_charts``; center, sigma, base: one for all, or one for
    each; all else as for ``cusum_chart``. Raises NoVariation, TooFewData, OutOfDomain naming the
    characteristic. Oracle: ``cusum_chart`` one by one
    """
    slack = checks.real("k", k, least=0)
    limit = checks.real("h", h, above=0)
    points, layout, level, drawn = _standardised(values, groups, center, sigma, within, base)
    assert drawn.sigma is not None  # estimated or told
    if (drawn.sigma == 0).any():
        raise NoVariation(f"values of {named(int(np.argmax(drawn.sigma == 0)))}")
    z = (points - layout.over(level)) / layout.over(drawn.sigma)
    upper, lower = np.empty_like(z), np.empty_like(z)
    found = np.empty((4, layout.sizes.size), dtype=np.int64)
    for which, (table,) in layout.rows(z):
        above, below = sums(table - slack), -sums(-table - slack)
        upper[layout.places(which)], lower[layout.places(which)] = above, below
        for row, beyond in ((0, above > limit), (1, below < -limit)):
            number = np.count_nonzero(beyond, axis=1)
            found[row, which] = np.where(number > 0, beyond.argmax(axis=1), -1)
            found[row + 2, which] = number
    base_used = layout.sizes if drawn.base is None else drawn.base
    return CusumCharts(
        layout.sizes,
        upper,
        lower,
        slack,
        limit,
        level,
        drawn.sigma,
        drawn.method,
        base_used,
        *found,
    )


def _standardised(
    values: ArrayLike,
    groups: ArrayLike | None,
    center: ArrayLike | None,
    sigma: ArrayLike | None,
    within: str,
    base: ArrayLike | None,
) -> tuple[Floats, Layout, Floats, Drawn]:
    """Points, how they stand, the centre of each, and what the charts share."""
    method = checks.choice("within", within, SERIES_METHODS)
    points, layout, _ = many("values", values, groups, least=1 if sigma is not None else 2)
    frozen = base_of(base, layout.sizes, least=1 if sigma is not None else 2)
    part = layout.first(frozen)
    m = layout.sizes.size
    told, level = one_for_each("sigma", sigma, m, least=0), one_for_each("center", center, m)
    if told is None:
        told = series_sigmas(part.of(points), part.layout, method, 2, False)
    else:
        method = "given"
    if level is None:
        level = part.layout.means(part.of(points))
    return points, layout, level, Drawn(layout, frozen, told, method, (1,), "nelson")


def _spread_out(layout: Layout, level: Floats, points: Floats) -> Floats:
    return np.broadcast_to(layout.over(level), points.shape)
