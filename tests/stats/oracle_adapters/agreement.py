"""Case file "msa": bias, linearity, agreement. Gauge R&R stands in ``msa.py``."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from firstoff import stats

Given = Mapping[str, Any]
Answer = dict[str, Any]


def _bias(given: Given) -> Answer:
    found = stats.bias(
        given["x"],
        reference=given["reference"],
        tolerance=given.get("tolerance"),
        confidence=given["confidence"],
    )
    names = ("mean", "bias", "sd", "t", "df", "p", "cg", "cgk")
    return {name: getattr(found, name) for name in names} | {"bias_ci": [found.lower, found.upper]}


def _linearity(given: Given) -> Answer:
    found = stats.linearity(given["reference"], given["reading"])
    names = ("intercept", "slope", "s", "t_slope", "p_slope", "t_intercept", "p_intercept")
    return {name: getattr(found, name) for name in names} | {
        "r2": found.r_squared,
        "bias_mean_at_reference": found.mean_bias,
    }


def _kappa(found: stats.Kappa) -> Answer:
    return {
        "kappa": found.kappa,
        "po": found.observed,
        "pe": found.expected,
        "z": found.z,
        "se0": found.standard_error,
        "per_category": found.per_category,
    }


def _cohen_table(given: Given) -> Answer:
    try:
        return _kappa(stats.cohen_kappa_table(given["table"]))
    except stats.NotEstimable:
        # The case writes 0/0 as NaN, "must not be reported as 1 or 0": it is refused.
        table = np.asarray(given["table"])
        observed = float(np.trace(table) / table.sum())
        return {"po": observed, "pe": 1.0, "kappa": float("nan")}


def _effectiveness(given: Given) -> Answer:
    found = stats.proportion(given["matched"], given["inspected"], confidence=given["confidence"])
    named = {"percent": found.estimate, "lower": found.lower, "upper": found.upper}
    return {key: 100 * value for key, value in named.items()}


def _icc(given: Given) -> Answer:
    found = stats.intraclass_correlation(given["ratings"])
    return {"icc_1_1": found.one_way, "icc_a_1": found.agreement, "icc_c_1": found.consistency}


_R_WEIGHTS: dict[str, Any] = {"equal": "linear", "squared": "quadratic"}  # the names of irr
ADAPTERS = {
    "bias_type1": _bias,
    "linearity": _linearity,
    "cohen_kappa_table": _cohen_table,
    "cohen_kappa_weighted": lambda given: _kappa(
        stats.cohen_kappa(
            given["rater1"],
            given["rater2"],
            weights=_R_WEIGHTS.get(given["weights"], given["weights"]),
        )
    ),
    "fleiss_kappa": lambda given: _kappa(stats.fleiss_kappa(given["ratings"])),
    "fleiss_kappa_exact_formula": lambda given: _kappa(stats.fleiss_kappa(given["ratings"])),
    "light_kappa": lambda given: {"kappa": stats.light_kappa(given["ratings"])},
    "attribute_effectiveness": _effectiveness,
    "icc": _icc,
}
