"""Every public function, every parameter, nasty input: a typed refusal or finite numbers.

``CALLS`` has one good call for each public function; a function without one fails. Each of its
arguments in turn, also those that it leaves out, is replaced by every nasty value.
"""

import dataclasses
import inspect
import math
from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any

import numpy as np
import pytest

from firstoff import stats
from firstoff.stats import StatsError

NAN, INF = float("nan"), float("inf")
SERIES = [10.1, 9.8, 10.0, 10.3, 9.9, 10.2, 9.7, 10.05, 10.15, 9.95] * 2 + [10.4]
TWO = [SERIES, SERIES[::-1]]
GROUPED = [[10.1, 9.8, 10.0], [10.3, 9.9, 10.2], [9.7, 10.05, 10.15], [9.95, 10.1, 10.2]]
CUBE = [GROUPED, GROUPED[::-1]]
SHEET = [[[9.0, 10.0, 11.5], [9.1, 10.1, 11.4]], [[9.2, 10.2, 11.7], [9.3, 10.1, 11.8]]]
TIMES, FAILED = [5, 8, 11, 14, 17, 20, 26, 30], [1, 1, 0, 1, 1, 0, 1, 0]
HITS, SIZES = [1, 0, 2, 4, 1, 3], [50, 60, 50, 60, 50, 60]
INNER = [0, 0, 1, 1, 2, 2, 0, 0, 1, 1]
OWNER = [0, 0, 0, 0, 0, 0, 1, 1, 1, 1]
LINKS = [stats.link("a", 10.0, plus=0.1), stats.link("b", 5.0, plus=0.2, sensitivity=-1.0)]
LIFE = stats.weibull([1, 2, 4])
PLAN = stats.find_variables_plan(aql=0.02, ltpd=0.2)
SEQUENTIAL = stats.sequential_plan(aql=0.01, ltpd=0.1)
STATE = stats.start_switching("MIL-STD-105E")


def _ratio(a: Any, b: Any) -> Any:
    return a / b


CALLS: dict[str, dict[str, Any]] = {
    "adjusted_ranks": {"times": TIMES, "failed": FAILED},
    "agreement": {"appraisers": {"A": [["g", "b"], ["b", "b"]], "B": [["g", "g"], ["b", "b"]]}},
    "aql_labels": {},
    "batch_consistency": {"batches": GROUPED},
    "beta_binomial_pmf": {"quantity": 20, "a": 1.5, "b": 19.5},
    "bias": {"values": SERIES, "reference": 10.0},
    "box_cox": {"values": SERIES},
    "c4": {"n": 5},
    "c_chart": {"x": HITS},
    "c_charts": {"x": [HITS, HITS]},
    "capabilities": {"values": TWO, "lower": 9.0, "upper": 11.0},
    "capability": {"values": SERIES, "lower": 9.0, "upper": 11.0},
    "chance_within_tries": {"rate": 0.1, "n": 20, "c": 1, "tries": 3},
    "chart_constants": {"n": 5},
    "code_letter": {"lot": 500},
    "cohen_kappa": {"first": ["a", "b", "b", "a"], "second": ["a", "b", "a", "a"]},
    "cohen_kappa_table": {"table": [[44, 6], [3, 97]]},
    "compare_proportions": {"x1": 5, "n1": 20, "x2": 1, "n2": 20},
    "count_tolerance_interval": {"x": 2, "n": 100, "future": 50},
    "cusum_arl": {"shift": 1.0},
    "cusum_chart": {"values": SERIES},
    "cusum_charts": {"values": TWO},
    "d2": {"n": 5},
    "d2_star": {"n": 5, "groups": 10},
    "d3": {"n": 5},
    "demand_stability": {"quantities": [10, 12, 0, 14, 9, 11, 12, 13, 0, 8, 9, 10], "period": 4},
    "demonstrated_reliability": {"n": 22},
    "demonstration_size": {"reliability": 0.9, "mission_time": 10, "test_time": 20, "shape": 2},
    "demonstration_time": {"reliability": 0.9, "mission_time": 10, "n": 6, "shape": 2},
    "distribution": {"family": "normal", "mean": 10, "sd": 1},
    "dnom_chart": {
        "values": SERIES[:4],
        "parts": ["a", "b", "a", "b"],
        "nominal": {"a": 10, "b": 9},
    },
    "dpmo": {"defects": 3, "units": 100, "opportunities": 5},
    "draw_sample": {"lot": 100, "n": 5, "seed": "x"},
    "estimated_nonconforming": {"mean": 10.0, "sd": 1.0, "n": 20, "lower": 8.0, "upper": 13.0},
    "ewma_arl": {"shift": 1.0},
    "ewma_chart": {"values": SERIES},
    "ewma_charts": {"values": TWO},
    "expected_outside": {"mean": 10.0, "sigma": 1.0, "upper": 12.0},
    "exponential": {"times": TIMES, "failed": FAILED},
    "exponential_intervals": {"lower": [0, 2, 5], "upper": [2, 5, INF], "counts": [3, 4, 5]},
    "field_data": {"shipped": [50, 40, 30], "returned": [[1, 2], [1]]},
    "find_plan": {"aql": 0.01, "ltpd": 0.1},
    "find_variables_plan": {"aql": 0.01, "ltpd": 0.1},
    "fit_distribution": {"values": SERIES, "family": "weibull"},
    "fit_johnson": {"values": [x**3 for x in SERIES]},
    "fleiss_kappa": {"ratings": [[1, 1, 2], [2, 2, 2], [1, 2, 1], [1, 1, 1]]},
    "free_confidence": {"n": 93, "coverage": 0.95},
    "free_sample_size": {"coverage": 0.9, "confidence": 0.9},
    "free_tolerance_interval": {"values": SERIES, "coverage": 0.6, "confidence": 0.6},
    "free_upper_rank": {"n": 93, "coverage": 0.95, "confidence": 0.95},
    "function_stack": {"function": _ratio, "links": LINKS, "lower": -5.0, "upper": 5.0},
    "further_clean_units": {"x": 1, "n": 20, "rate": 0.05, "confidence": 0.9},
    "g_chart": {"x": [10, 22, 5, 41, 13]},
    "g_charts": {"x": [[10, 22, 5], [41, 13, 7]]},
    "gauge_range": {"first": [1.0, 2.0, 3.1], "second": [1.1, 2.0, 3.0], "process_sd": 0.8},
    "gauge_readings": {"parts": ["1", "2"], "appraisers": ["A", "A"], "values": [1.0, 2.0]},
    "gauge_repeatability": {"readings": SHEET[0], "tolerance": 5.0},
    "gauge_rr": {"readings": SHEET, "tolerance": 5.0},
    "gauge_rr_many": {"readings": [SHEET, SHEET], "tolerance": 5.0},
    "gauge_rr_nested": {"readings": SHEET, "tolerance": 5.0},
    "gauge_stability": {"samples": SERIES, "reference": 10.0},
    "holdable_tolerance": {"values": SERIES, "target": 10.0},
    "hotelling_chart": {"values": np.random.default_rng(1).normal(size=(12, 2))},
    "indices": {"mean": 10.0, "sigma": 1.0, "lower": 8.0, "upper": 13.0, "target": 10.5},
    "individuals_chart": {"values": SERIES},
    "individuals_charts": {"values": TWO},
    "inspection_choice": {"rate": 0.02, "cost_inspect": 0.5, "cost_escape": 60.0},
    "intraclass_correlation": {"ratings": [[1.0, 1.1], [2.0, 2.1], [3.2, 3.0]]},
    "judge_variables": {"plan": PLAN, "values": SERIES[: PLAN.n], "lower": 8.0, "upper": 12.0},
    "kaplan_meier": {"times": TIMES, "failed": FAILED},
    "laney_p_chart": {"x": HITS, "n": SIZES},
    "laney_p_charts": {"x": [HITS, HITS], "n": [SIZES, SIZES]},
    "laney_u_chart": {"x": HITS, "n": SIZES},
    "laney_u_charts": {"x": [HITS, HITS], "n": [SIZES, SIZES]},
    "learning_curve": {"times": [100, 82, 70, 66, 60]},
    "levene": {"batches": GROUPED},
    "light_kappa": {"ratings": [[1, 1, 2], [2, 2, 2], [1, 2, 1], [1, 1, 1]]},
    "linearity": {"references": [2, 4, 6, 8], "readings": [2.1, 4.0, 6.1, 7.9]},
    "link": {"name": "a", "nominal": 10.0, "plus": 0.1},
    "m_from_k": {"n": 20, "k": 1.7},
    "measured_link": {"name": "a", "values": SERIES, "nominal": 10.0, "plus": 0.5},
    "median_rank": {"order": 3, "n": 10},
    "moving_range_chart": {"values": SERIES},
    "mtbf": {"failures": 3, "total_time": 1000.0},
    "normal_tolerance_interval": {"values": SERIES},
    "normality": {"values": SERIES},
    "np_chart": {"x": HITS, "n": 50},
    "np_charts": {"x": [HITS, HITS], "n": 50},
    "one_way_anova": {"batches": GROUPED},
    "operating_characteristic": {"n": [20, 20], "c": [0, 3], "rates": [0.01, 0.1], "r": [3, 4]},
    "outgoing_limit": {"n": 50, "c": 2, "lot": 1000},
    "p_chart": {"x": HITS, "n": SIZES},
    "p_charts": {"x": [HITS, HITS], "n": [SIZES, SIZES]},
    "pareto": {"counts": {"a": 3, "b": 5.0}},
    "percentile_capability": {"values": SERIES, "family": "lognormal", "upper": 12.0},
    "poisson_rate": {"count": 3, "exposure": 100.0},
    "posterior": {"x": 1, "n": 20},
    "ppk_interval": {"ppk": 1.33, "n": 30},
    "ppk_lower_bound": {"ppk": 1.33, "n": 30, "one_limit": True},
    "predict_rejects": {"x": 1, "n": 20, "quantity": 100},
    "predicted_rejects": {"links": LINKS, "seed": 1, "upper": 5.5},
    "process_time": {"values": SERIES, "standard": 10.0},
    "proportion": {"x": 1, "n": 20},
    "proportions": {"x": [1, 2], "n": [20, 30]},
    "rate_for_probability": {"n": 20, "c": 1, "probability": 0.1},
    "rolled_throughput": {"steps": [(95, 100), (88, 92)]},
    "run_rules": {"values": SERIES, "center": 10.0, "sigma": 0.2},
    "sample_size_for_capability": {"required": 1.33, "expected": 2.0},
    "sample_size_for_claim": {"rate": 0.05},
    "sampling_cost": {
        "lot": 1000,
        "n": 50,
        "c": 2,
        "rate": 0.02,
        "cost_inspect": 0.5,
        "cost_escape": 60.0,
    },
    "sequential_characteristic": {"plan": SEQUENTIAL, "rates": [0.01, 0.1]},
    "sequential_plan": {"aql": 0.01, "ltpd": 0.1},
    "shewhart_arl": {"shift": 1.0},
    "simulate_stack": {"links": LINKS, "seed": 1, "draws": 1000, "upper": 5.5},
    "stack": {"links": LINKS, "upper": 5.5},
    "standard_plan": {"lot": 500, "aql": "1.0"},
    "start_switching": {"scheme": "MIL-STD-105E"},
    "success_run_size": {"reliability": 0.9},
    "summary": {"values": SERIES},
    "switch": {"state": STATE, "lot": stats.LotOutcome(True)},
    "switch_all": {"state": STATE, "lots": [stats.LotOutcome(True), stats.LotOutcome(False)]},
    "t_chart": {"values": SERIES},
    "t_charts": {"values": TWO},
    "tolerance_factor": {"n": 30},
    "transformed_capability": {"values": SERIES, "lower": 9.0, "upper": 11.0},
    "u_chart": {"x": HITS, "n": SIZES},
    "u_charts": {"x": [HITS, HITS], "n": [SIZES, SIZES]},
    "variables_acceptance": {"n": 20, "k": 1.7, "rates": [0.01, 0.1]},
    "variables_characteristic": {"plan": PLAN, "means": [0.0, 1.0], "sigma": 1.0, "upper": 3.0},
    "variance_components": {"batches": GROUPED},
    "warranty_projection": {
        "fit": LIFE,
        "ages": [1.0, 2.0],
        "counts": [50, 40],
        "usage": 0.5,
        "seed": 1,
    },
    "weibayes": {"times": TIMES, "shape": 2.0},
    "weibull": {"times": TIMES, "failed": FAILED},
    "weibull_bounds": {"times": TIMES, "failed": FAILED},
    "weibull_intervals": {"lower": [0, 2, 5], "upper": [2, 5, INF], "counts": [3, 4, 5]},
    "weibull_line": {"times": TIMES, "failed": FAILED},
    "xbar_acceptance": {"n": 5, "shifts": [0.0, 1.0]},
    "xbar_r_chart": {"values": GROUPED},
    "xbar_r_charts": {"values": CUBE},
    "xbar_s_chart": {"values": GROUPED},
    "xbar_s_charts": {"values": CUBE},
    "yeo_johnson": {"values": SERIES},
    "yields": {"started": 100, "passed_first": 92, "passed_final": 97},
    "z_mr_chart": {
        "values": SERIES[:4],
        "parts": ["a", "b", "a", "b"],
        "nominal": {"a": 10, "b": 9},
    },
    "zero_acceptance_size": {"ltpd": 0.05},
}
NASTY: list[Any] = [
    *(NAN, INF, -INF, -1, -0.5, 0, 0.0, 1, 1.5, 2, 1e308, 5e-324, -1e300, 10**400, 10**20),
    *("", "x", "1", b"1", None, True, 1j, Decimal("NaN"), object(), {}, {"a": NAN}, {"a": "x"}),
    *([], [NAN], [1, INF, 2], ["1"], [None, 1], [True, False], [[1, 2], [3]], [[]], [-1, -2, -3]),
    *([1.0], [1.0] * 21, [[1.0, 1.0]] * 3, [1e308, -1e308, 1e308], [10**400], "abc", (), (1, "x")),
    *(
        np.array([]),
        np.zeros((2, 0)),
        np.ma.masked_array([1.0, 2.0], mask=[True, False]),
        [[[[1]]]],
    ),
    *(range(3), [0, 0, 10**14], float, lambda *_: NAN),
]
PUBLIC = [name for name in stats.__all__ if inspect.isfunction(getattr(stats, name))]


def test_every_public_function_has_a_good_call() -> None:
    assert sorted(CALLS) == sorted(PUBLIC)


@pytest.mark.slow  # some twenty thousand calls
@pytest.mark.parametrize("name", PUBLIC)
def test_every_argument_may_be_nasty(name: str) -> None:
    function, good = getattr(stats, name), CALLS[name]
    assert list(_wild(function(**good))) == []
    told = [
        p.name for p in inspect.signature(function).parameters.values() if p.kind != p.VAR_KEYWORD
    ]
    for argument in [*told, *(set(good) - set(told))]:
        for value in NASTY:
            try:
                seen: Any = function(**{**good, argument: value})
            except StatsError as refusal:
                seen = None if refusal.message.endswith(".") else refusal
            except Exception as error:
                seen = error
            broken = [repr(seen)] if isinstance(seen, Exception) else list(_wild(seen))
            assert broken == [], f"{argument}={value!r}"


def _wild(value: Any, where: str = "") -> Iterator[str]:
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
