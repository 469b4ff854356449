"""Case file "tolerance_interval"."""

from collections.abc import Mapping
from typing import Any

from firstoff import stats

Given = Mapping[str, Any]
Answer = dict[str, Any]


def _two_sided_k(given: Given) -> Answer:
    told = {key: given[key] for key in ("coverage", "confidence")}
    return {
        "k_exact": stats.tolerance_factor(given["n"], **told),
        "k_howe": stats.tolerance_factor(given["n"], method="howe", **told),
    }


def _check_two_sided_k(got: Any, expected: Any, tolerance: Any) -> None:
    for key in ("k_exact", "k_howe"):
        assert abs(got[key] / expected[key] - 1) <= tolerance[f"{key}_rel"]


def _normal_interval(given: Given) -> Answer:
    found = stats.normal_tolerance_interval(
        given["x"],
        coverage=given["coverage"],
        confidence=given["confidence"],
        sides=given["sides"],
        method=given["method"],
    )
    return {key: getattr(found, key) for key in ("mean", "sd", "k", "lower", "upper")}


def _free_size(given: Given) -> Answer:
    told = (given["coverage"], given["confidence"])
    return {
        "one_sided": stats.free_sample_size(*told, sides="upper"),
        "two_sided_min_max": stats.free_sample_size(*told),
    }


def _free_confidence(given: Given) -> Answer:
    told = (given["n"], given["coverage"])
    return {
        "one_sided": stats.free_confidence(*told, sides="upper"),
        "two_sided_min_max": stats.free_confidence(*told),
    }


def _upper_rank(given: Given) -> Answer:
    found = stats.free_upper_rank(
        given["n"], coverage=given["coverage"], confidence=given["confidence"]
    )
    return {
        "rank_from_top": found.rank_from_top,
        "order_statistic": found.place,
        "achieved_confidence": found.achieved,
    }


def _counts(given: Given) -> Answer:
    found = stats.count_tolerance_interval(
        given["x"],
        given["n"],
        future=given["future_n"],
        coverage=given["coverage"],
        confidence=given["confidence"],
    )
    return {"one_sided_upper": found.upper_one_sided, "two_sided": [found.lower, found.upper]}


ADAPTERS = {
    "normal_k_factor_one_sided": lambda given: {
        "k": stats.tolerance_factor(sides="upper", **given)
    },
    "normal_k_factor_two_sided": _two_sided_k,
    "normal_tolerance_interval": _normal_interval,
    "nonparametric_sample_size": _free_size,
    "nonparametric_confidence_from_n": _free_confidence,
    "nonparametric_order_statistic_upper": _upper_rank,
    "binomial_tolerance_interval": _counts,
}
CHECKS = {"normal_k_factor_two_sided": _check_two_sided_k}
