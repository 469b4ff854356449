"""Charts of rare events of many characteristics in one vectorised pass: g and t."""

from collections.abc import Iterable
from dataclasses import replace

import numpy as np
from numpy.typing import ArrayLike

from firstoff.stats import checks
from firstoff.stats.attribute_charts import NELSON_POWER, gap_rules
from firstoff.stats.errors import OutOfDomain
from firstoff.stats.many_charts import ControlCharts, Drawn, charts, individuals_charts
from firstoff.stats.many_series import base_of, finite, many, refuse_where, whole_counts
from firstoff.stats.signals import RuleSet


def g_charts(
    x: ArrayLike,
    *,
    groups: ArrayLike | None = None,
    smallest: int = 0,
    base: ArrayLike | None = None,
    rules: Iterable[int] | None = None,
    rule_set: RuleSet = "nelson",
) -> ControlCharts:
    """Units between rare events of many characteristics.

    x: shape (characteristics, gaps), or shape (k,) with ``groups`` naming the characteristic of
    each by index 0 ... m - 1; base: one for all, or one for each; all else as for ``g_chart``.
    Raises TooFewData, OutOfDomain naming the characteristic. Oracle: ``g_chart`` one by one
    """
    gaps, layout, _ = many("x", whole_counts("x", x, groups), groups, least=1)
    chosen = gap_rules(rules, rule_set)
    if checks.whole("smallest", smallest) > 1:
        raise OutOfDomain("smallest", smallest, "0 or 1")
    frozen = base_of(base, layout.sizes, least=1)
    part = layout.first(frozen)
    mean = part.layout.sums(part.of(gaps)) / part.layout.sizes
    above = np.maximum(0.0, mean - smallest)
    center, error = layout.over(mean), layout.over(np.sqrt(above * (above + 1)))
    limits = center, np.maximum(0.0, center - 3 * error), center + 3 * error
    drawn = Drawn(layout, frozen, None, "geometric", chosen, rule_set)
    return charts("g", drawn, gaps, limits, error)


def t_charts(
    values: ArrayLike,
    *,
    groups: ArrayLike | None = None,
    base: ArrayLike | None = None,
    rules: Iterable[int] | None = None,
    rule_set: RuleSet = "nelson",
) -> ControlCharts:
    """Times between rare events of many characteristics, drawn in time.

    values: as x of ``g_charts``, above 0; all else as for ``t_chart``.
    Raises TooFewData, OutOfDomain naming the characteristic. Oracle: ``t_chart`` one by one
    """
    index = None if groups is None else checks.counts("groups", groups)
    times = finite("values", values, index, dimensions=2 if index is None else 1)
    refuse_where("values", times <= 0, times, index, "a time above 0")
    roots = times ** (1 / NELSON_POWER)
    rooted = individuals_charts(roots, groups=groups, base=base, rules=rules, rule_set=rule_set)
    points, _, _ = many("values", times, groups, least=2)
    seen = rooted.location
    return replace(
        seen,
        kind="t",
        points=points,
        center=seen.center**NELSON_POWER,
        lcl=np.maximum(seen.lcl, 0.0) ** NELSON_POWER,
        ucl=seen.ucl**NELSON_POWER,
        sigma=None,
        method=f"individuals of the root {NELSON_POWER}",
    )
