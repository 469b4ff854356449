"""Whatever comes in: a result whose numbers are finite, or a typed refusal. Never a warning (they
are errors here), never a NaN."""

import dataclasses
import math
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import pytest

from firstoff import stats
from firstoff.stats import StatsError

NASTY: list[Any] = [
    [],
    [1.0],
    [1.0, 1.0],
    [0.0, 0.0, 0.0],
    [1, 2, 3],
    [1e308, -1e308, 1e308],
    [1e149, -1e149, 3],
    [5e-324, 1e-320, 0],
    [1e-160, 2e-160, 5e-160],
    [1e16, 1e16 + 2, 1e16 + 4],
    [1.0, 1.0 + 2e-16, 1.0],
    [-1, -2, -3, -5],
    [float("nan"), 1, 2],
    [float("inf"), 1],
    ["1", "2"],
    [True, False],
    [None, 1],
    [10**400, 1],
    [1, 2, 2, 2, 2, 2, 2, 2, 2, 2],
    [1e100, 1e-100, 1, 2, 3, 4, 5, 6, 7, 8, 9],
    list(range(30)),
    [0] * 25 + [1],
    [[1, 2], [3, 4]],
    [[1, 2], [3]],
    [[1, 1], [1, 1]],
    [[1], [2]],
    "abc",
    5,
    None,
    {},
]
_LIFE = stats.weibull([1, 2, 4])
SERIES: dict[str, Callable[[Any], object]] = {
    "capability": lambda v: stats.capability(v, lower=0, upper=5, target=2),
    "capability, one limit": lambda v: stats.capability(v, upper=5),
    "capability, sd": lambda v: stats.capability(v, upper=5, within="sd"),
    "capability, ranges": lambda v: stats.capability(v, upper=5, within="mean-range"),
    "capabilities": lambda v: stats.capabilities(v, lower=0, upper=5),
    "holdable_tolerance": stats.holdable_tolerance,
    "transformed_capability": lambda v: stats.transformed_capability(v, upper=50),
    "percentile_capability": lambda v: stats.percentile_capability(v, "weibull", upper=5),
    "box_cox": stats.box_cox,
    "yeo_johnson": stats.yeo_johnson,
    "fit_johnson": stats.fit_johnson,
    "normality": stats.normality,
    "fit lognormal": lambda v: stats.fit_distribution(v, "lognormal"),
    "fit exponential": lambda v: stats.fit_distribution(v, "exponential"),
    "fit gamma": lambda v: stats.fit_distribution(v, "gamma"),
    "fit gumbel": lambda v: stats.fit_distribution(v, "gumbel_max"),
    "individuals": stats.individuals_chart,
    "individuals, screened": lambda v: stats.individuals_chart(v, screened=True),
    "individuals, span": lambda v: stats.individuals_chart(v, span=3),
    "individuals, many": lambda v: stats.individuals_charts(v, groups=[0, 0, 0]),
    "individuals, many in a table": lambda v: stats.individuals_charts([v]),
    "individuals, index": lambda v: stats.individuals_charts([1, 2, 3], groups=v),
    "xbar_r, many": lambda v: stats.xbar_r_charts([[v]]),
    "xbar_s, index": lambda v: stats.xbar_s_charts([1, 2, 3], groups=[0] * 3, subgroups=v),
    "p, many": lambda v: stats.p_charts([v], 30),
    "p, sizes": lambda v: stats.p_charts([[0, 1, 0]], [v]),
    "np, many": lambda v: stats.np_charts([v], 30),
    "np, sizes": lambda v: stats.np_charts([[0], [1], [0]], v),
    "c, many": lambda v: stats.c_charts([v]),
    "u, many": lambda v: stats.u_charts([v], 2.5),
    "u, exposure": lambda v: stats.u_chart([0, 1, 0], v),
    "u, sizes": lambda v: stats.u_charts([[0, 1, 0]], [v]),
    "p', many": lambda v: stats.laney_p_charts([v], 30),
    "u', many": lambda v: stats.laney_u_charts([v], 3),
    "xbar_r": stats.xbar_r_chart,
    "xbar_s": stats.xbar_s_chart,
    "p": lambda v: stats.p_chart(v, 30),
    "u": lambda v: stats.u_chart(v, 2.5),
    "c": stats.c_chart,
    "np": lambda v: stats.np_chart(v, 30),
    "p'": lambda v: stats.laney_p_chart(v, 30),
    "u'": lambda v: stats.laney_u_chart(v, 3),
    "g": stats.g_chart,
    "t": stats.t_chart,
    "ewma": stats.ewma_chart,
    "cusum": stats.cusum_chart,
    "hotelling": stats.hotelling_chart,
    "run_rules": lambda v: stats.run_rules(v, center=0, sigma=1),
    "normal_tolerance_interval": stats.normal_tolerance_interval,
    "free_tolerance_interval": lambda v: stats.free_tolerance_interval(
        v, coverage=0.5, confidence=0.5
    ),
    "bias": lambda v: stats.bias(v, reference=1, tolerance=2),
    "linearity": lambda v: stats.linearity(v, v),
    "intraclass_correlation": stats.intraclass_correlation,
    "cohen_kappa_table": stats.cohen_kappa_table,
    "proportions": lambda v: stats.proportions(v, 50),
    "proportions of units": stats.proportions,
    "proportions, sizes": lambda v: stats.proportions([0, 1, 1], v),
    "proportions, groups": lambda v: stats.proportions([0, 1, 1], 9, groups=v),
    "capabilities, groups": lambda v: stats.capabilities([1, 2, 4], groups=v, upper=5),
    "capabilities, limits": lambda v: stats.capabilities([[1, 2, 4]] * 3, upper=v),
    "capabilities, target": lambda v: stats.capabilities([[1, 2, 4]], lower=0, upper=5, target=v),
    "ewma_charts": lambda v: stats.ewma_charts([v]),
    "cusum_charts": lambda v: stats.cusum_charts([v]),
    "process_time": lambda v: stats.process_time(v, standard=2),
    "operating_characteristic": lambda v: stats.operating_characteristic(10, 1, v),
    "variables_acceptance": lambda v: stats.variables_acceptance(10, 1.5, v),
    "pareto": stats.pareto,
    "rolled_throughput": stats.rolled_throughput,
    "cohen_kappa": lambda v: stats.cohen_kappa(v, v),
    "fleiss_kappa": stats.fleiss_kappa,
    "light_kappa": stats.light_kappa,
    "agreement": lambda v: stats.agreement({"Ann": v, "Bo": v}),
    "agreement, standard": lambda v: stats.agreement({"Ann": [["a"], ["b"]]}, standard=v, bad="a"),
    "gauge_rr": stats.gauge_rr,
    "gauge_rr, trials": lambda v: stats.gauge_rr([[v, v], [v, [1, 2, 3]]], tolerance=1),
    "gauge_rr, ranges": lambda v: stats.gauge_repeatability(
        [v, [1, 2, 3]], method="average-range"
    ),
    "gauge_repeatability": stats.gauge_repeatability,
    "gauge_rr_many": lambda v: stats.gauge_rr_many([[[v, v], [v, [1, 2, 3]]]]),
    "gauge_rr_nested": lambda v: stats.gauge_rr_nested([[v, v], [v, v]]),
    "gauge_range": lambda v: stats.gauge_range(v, v, process_sd=1),
    "gauge_stability": stats.gauge_stability,
    "gauge_readings": lambda v: stats.gauge_readings(["a"] * 3, ["b"] * 3, v),
    "stack": stats.stack,
    "measured_link": lambda v: stats.stack([stats.measured_link("a", v, nominal=1, plus=1)]),
    "simulate_stack": lambda v: stats.simulate_stack(
        [stats.measured_link("a", v, nominal=1, plus=1, shape="measured")], seed=1, draws=1000
    ),
    "predicted_rejects": lambda v: stats.predicted_rejects(
        [stats.measured_link("a", v, nominal=1, plus=1)], seed=1, upper=2
    ),
    "weibull": stats.weibull,
    "weibull_bounds": stats.weibull_bounds,
    "weibull, flags": lambda v: stats.weibull([1, 2, 3], failed=v),
    "weibull, counts": lambda v: stats.weibull([1, 2, 3], counts=v),
    "weibull_intervals": lambda v: stats.weibull_intervals([0, 0, 1], v),
    "weibull_intervals, open": lambda v: stats.weibull_intervals(v, [5, 6, math.inf]),
    "weibull_line": stats.weibull_line,
    "exponential": stats.exponential,
    "exponential_intervals": lambda v: stats.exponential_intervals([0, 0, 1], v),
    "kaplan_meier": stats.kaplan_meier,
    "adjusted_ranks": stats.adjusted_ranks,
    "weibayes": lambda v: stats.weibayes(v, shape=2),
    "warranty, ages": lambda v: stats.warranty_projection(_LIFE, v, [5, 5, 5], usage=1, seed=1),
    "warranty, usage": lambda v: stats.warranty_projection(_LIFE, [1], [5], usage=v, seed=1),
    "field_data": lambda v: stats.field_data(v, [[1]]),
    "field_data, returned": lambda v: stats.field_data([10, 10, 10], [v]),
    "one_way_anova": stats.one_way_anova,
    "levene": lambda v: stats.levene([v, [1, 2, 4]]),
    "variance_components": lambda v: stats.variance_components([v, [1, 2, 4]]),
    "batch_consistency": stats.batch_consistency,
    "summary": stats.summary,
    "demand_stability": stats.demand_stability,
    "demand_stability, season": lambda v: stats.demand_stability(v, period=4),
    "learning_curve": stats.learning_curve,
    "learning_curve, units": lambda v: stats.learning_curve([3, 2, 1], units=v),
}


@pytest.mark.parametrize("name", SERIES)
def test_nasty_input_gives_finite_numbers_or_a_typed_refusal(name: str) -> None:
    for values in NASTY:
        try:
            seen = SERIES[name](values)
        except StatsError:
            continue
        assert list(_wild(seen)) == [], f"{name} of {values!r}"


def _wild(value: Any, where: str = "") -> Any:
    """The numbers of a result that are not finite, with where they stand."""
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        for field in dataclasses.fields(value):
            yield from _wild(getattr(value, field.name), f"{where}.{field.name}")
    elif isinstance(value, np.ndarray):
        if value.dtype.kind == "f" and not np.isfinite(value).all():
            yield where
    elif isinstance(value, (float, np.floating)):
        if not math.isfinite(value):
            yield where
    elif isinstance(value, Mapping):
        for key, item in value.items():
            yield from _wild(item, f"{where}[{key}]")
    elif isinstance(value, (tuple, list)):
        for place, item in enumerate(value):
            yield from _wild(item, f"{where}[{place}]")
