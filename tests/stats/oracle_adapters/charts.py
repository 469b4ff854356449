"""Case file "spc"."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from firstoff import stats

_WITHIN = {
    "UWAVE-R": "mean-range",
    "MVLUE-R": "weighted-range",
    "UWAVE-SD": "mean-sd",
    "MVLUE-SD": "weighted-sd",
    "RMSDF": "pooled",
    "MR": "moving-range",
    "SD": "sd",
}
Given = Mapping[str, Any]
Answer = dict[str, Any]


def _constants(given: Given) -> Answer:
    found = stats.chart_constants(given["n"])
    named = {key: getattr(found, key.lower()) for key in ("d2", "d3", "c4", "A2", "A3")}
    named |= {key: getattr(found, key.lower()) for key in ("B3", "B4", "B5", "B6")}
    return named | {f"D{k}": getattr(found, f"d_{k}") for k in (1, 2, 3, 4)}


def _flat(chart: Any) -> Answer:
    """Single limits where all points share them, as qcc writes them."""
    same = np.ptp(chart.ucl) == 0 and np.ptp(chart.lcl) == 0
    one = (lambda a: float(a[0])) if same else list
    return {
        "center": float(chart.center[0]),
        "sigma": chart.sigma,
        "lcl": one(chart.lcl),
        "ucl": one(chart.ucl),
        "beyond_limits_index0": chart.beyond,
    }


def _xbar(given: Given) -> Answer:
    method: Any = _WITHIN[given.get("sigma_method", "RMSDF")]
    chart: Any = stats.xbar_r_chart if method.endswith("range") else stats.xbar_s_chart
    sigmas = given.get("nsigmas", 3)
    return _flat(chart(given["subgroups"], within=method, sigmas=sigmas).location)


def _range(given: Given) -> Answer:
    return _flat(stats.xbar_r_chart(given["subgroups"]).spread)


def _s(given: Given) -> Answer:
    return _flat(stats.xbar_s_chart(given["subgroups"]).spread)


def _s_unequal(given: Given) -> Answer:
    chart = stats.xbar_s_chart(given["subgroups"], one_center=True).spread
    return _flat(chart) | {"center": [chart.center[0]], "lcl": chart.lcl, "ucl": chart.ucl}


def _individuals(given: Given) -> Answer:
    span = given.get("moving_range_span", 2)
    within: Any = _WITHIN[given.get("sigma_method", "MR")]
    return _flat(stats.individuals_chart(given["x"], within=within, span=span).location)


def _screened(given: Given) -> Answer:
    return _flat(stats.individuals_chart(given["x"], screened=True).location)


def _moving_range(given: Given) -> Answer:
    chart = stats.moving_range_chart(given["x"], span=given["span"])
    flat = _flat(chart)
    return {
        "mrbar": flat["center"],
        "ucl": flat["ucl"],
        "lcl": flat["lcl"],
        "n_ranges": chart.points.size,
    }


def _per_point(chart: Any, name: str) -> Answer:
    return {
        name: chart.center[0],
        "lcl": chart.lcl,
        "ucl": chart.ucl,
        "beyond_limits_index0": chart.beyond,
    }


def _p(given: Given) -> Answer:
    return _per_point(stats.p_chart(given["x"], given["n"]), "pbar")


def _np(given: Given) -> Answer:
    chart = stats.np_chart(given["x"], given["n"])
    center = float(chart.center[0])
    rate = center / given["n"]
    return _flat(chart) | {"sigma": (center * (1 - rate)) ** 0.5}


def _c(given: Given) -> Answer:
    return _flat(stats.c_chart(given["x"]))


def _u(given: Given) -> Answer:
    return _per_point(stats.u_chart(given["x"], given["n"]), "ubar")


def _laney(chart: Any) -> Any:
    def call(given: Given) -> Answer:
        found = chart(given["x"], given["n"], screened=given.get("screening", "none") != "none")
        return {
            "center": found.chart.center[0],
            "sigma_z": found.sigma_z,
            "lcl": found.chart.lcl,
            "ucl": found.chart.ucl,
            "z": found.z,
        }

    return call


def _standards(given: Given) -> Answer:
    method = given.get("sigma_method")
    return {
        "values": given.get("x", given.get("subgroups")),
        "center": given.get("center"),
        "sigma": given.get("sigma"),
        "within": None if method is None else _WITHIN[method],
    }


def _ewma(given: Given) -> Answer:
    told = _standards(given)
    chart = stats.ewma_chart(
        told.pop("values"), weight=given["lambda"], sigmas=given.get("nsigmas", 3), **told
    )
    return {
        "center": chart.center[0],
        "sigma": chart.sigma,
        "ewma": chart.points,
        "lcl": chart.lcl,
        "ucl": chart.ucl,
    }


def _cusum(given: Given) -> Answer:
    told = _standards(given)
    chart = stats.cusum_chart(
        told.pop("values"), k=given["k"], h=given["decision_interval_h_in_se"], **told
    )
    return {
        "center": chart.center,
        "sigma": chart.sigma,
        "c_plus": chart.upper,
        "c_minus": chart.lower,
        "signal_upper_index0": chart.signal_upper.tolist(),
        "signal_lower_index0": chart.signal_lower.tolist(),
    }


def _hotelling(given: Given) -> Answer:
    values = given.get("x")
    if values is None:
        values = np.moveaxis(np.asarray(given["variables"]), 0, 2)
    chart = stats.hotelling_chart(values, confidence=given["confidence"])
    return {
        "mean": chart.mean,
        "cov": chart.covariance,
        "t2": chart.t2,
        "phase1_ucl": chart.ucl_base,
        "phase2_ucl": chart.ucl_future,
    }


def _dnom(given: Given) -> Answer:
    chart = stats.dnom_chart(given["x"], given["part"], given["nominal"]).location
    return _flat(chart) | {"deviation": chart.points}


def _z_mr(given: Given) -> Answer:
    pair = stats.z_mr_chart(given["x"], given["part"], given["nominal"], sigma=given["sigma"])
    limits = [pair.location.lcl[0], pair.location.ucl[0]]
    return {
        "z": pair.location.points,
        "mr": pair.spread.points,
        "z_limits": limits,
        "mr_ucl": pair.spread.ucl[0],
    }


def _g(given: Given) -> Answer:
    chart = stats.g_chart(given["x"], smallest=1)
    flat = _flat(chart)
    return flat | {"sigma": (flat["ucl"] - flat["center"]) / 3}


def _rules(given: Given) -> Answer:
    told = {"center": given["center"], "sigma": given["sigma"]}

    def found(rule: int, **options: Any) -> list[int]:
        seen = stats.run_rules(given["x"], rules=[rule], **told, **options).found[rule]
        return [int(index) for index in seen]

    return {
        "beyond_3s": found(1),
        "same_side_9": found(2),
        "same_side_8": found(2, same_side=8),
        "same_side_7": found(2, same_side=7),
        "trend_6_points": found(3),
        "trend_7_points": found(3, trend=7),
        "alternating_14": found(4),
        "two_of_three_beyond_2s": found(5, newest_beyond=False),
        "four_of_five_beyond_1s": found(6, newest_beyond=False),
        "two_of_three_beyond_2s_last_point_beyond": found(5),
        "four_of_five_beyond_1s_last_point_beyond": found(6),
        "fifteen_within_1s": found(7),
        "eight_outside_1s": found(8),
    }


def _xbar_oc(given: Given) -> Answer:
    return {
        "beta": [
            stats.xbar_acceptance(n, given["shift_sigma"], sigmas=given["L"]) for n in given["n"]
        ]
    }


ADAPTERS = {
    "control_chart_constants": _constants,
    "xbar_chart": _xbar,
    "range_chart": _range,
    "s_chart": _s,
    "xbar_chart_unequal": _xbar,
    "s_chart_unequal": _s_unequal,
    "individuals_chart": _individuals,
    "individuals_chart_span": _individuals,
    "individuals_chart_screened_mr": _screened,
    "moving_range_chart": _moving_range,
    "p_chart": _p,
    "np_chart": _np,
    "c_chart": _c,
    "u_chart": _u,
    "laney_p_prime": _laney(stats.laney_p_chart),
    "laney_u_prime": _laney(stats.laney_u_chart),
    "ewma_chart": _ewma,
    "cusum_chart_tabular": _cusum,
    "cusum_arl": lambda given: {
        "arl": stats.cusum_arl(given["shift"], k=given["k"], h=given["h"])
    },
    "ewma_arl": lambda given: {
        "arl": stats.ewma_arl(given["shift"], weight=given["lambda"], sigmas=given["L"])
    },
    "shewhart_arl": lambda given: {"arl": stats.shewhart_arl(given["shift"], sigmas=given["L"])},
    "xbar_oc_curve": _xbar_oc,
    "hotelling_t2_individuals": _hotelling,
    "hotelling_t2_subgroups": _hotelling,
    "dnom_individuals": _dnom,
    "z_mr_known_sigma": _z_mr,
    "g_chart": _g,
    "t_chart": lambda given: _flat(stats.t_chart(given["x"])),
    "run_rules": _rules,
}
