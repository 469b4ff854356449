"""Case files "summary" and "cost", and our own on batches, demand and learning."""

from collections.abc import Mapping
from itertools import cycle, islice
from typing import Any

from firstoff import stats

Given = Mapping[str, Any]
Answer = dict[str, Any]


def _mean_sd(given: Given) -> Answer:
    values = given.get("x")
    if values is None:
        built = given["construct"]
        rest = islice(cycle(built["then_alternate"]), built["total"] - 1)
        values = [built["first"], *rest]
    seen = stats.summary(values)
    return {"mean": seen.mean, "sd": seen.sd, "autocorrelation_lag1": seen.autocorrelation}


def _as_certified(got: Answer, expected: Given, tolerance: Given) -> None:
    for key, value in expected.items():
        rel = tolerance.get("rel", tolerance.get("mean_rel" if key == "mean" else "sd_rel", 0))
        room = max(tolerance.get("abs", 0), rel * abs(value))
        assert abs(got[key] - value) <= room, f"{key}: {got[key]} against {value}"


def _one_way(given: Given) -> Answer:
    seen = stats.one_way_anova(given["groups"])
    between, within = seen.table
    return {
        "df_between": between.df,
        "df_within": within.df,
        "ss_between": between.ss,
        "ss_within": within.ss,
        "f": seen.f,
    }


def _break_even(given: Given) -> Answer:
    seen = stats.inspection_choice(
        given["p"],
        cost_inspect=given["cost_inspect_one"],
        cost_escape=given["cost_of_one_escape"],
    )
    return {
        "break_even_p": seen.break_even,
        "decision": seen.decision.value,
        "cost_per_unit_no_inspection": seen.cost_none,
        "cost_per_unit_full_inspection": seen.cost_all,
    }


def _plan_cost(given: Given) -> Answer:
    seen = stats.sampling_cost(
        given["lot_size"],
        n=given["n"],
        c=given["c"],
        rate=given["p"],
        cost_inspect=given["cost_inspect"],
        cost_escape=given["cost_external_failure"],
        cost_found=given["cost_internal_failure"],
    )
    return {
        "ati": seen.inspected,
        "expected_detected": seen.found,
        "expected_undetected": seen.let_through,
        "total_cost": seen.cost,
    }


def _components(given: Given) -> Answer:
    seen = stats.variance_components(given["batches"], confidence=given["confidence"])
    return {
        "between": seen.between,
        "within": seen.within,
        "share_interval": seen.share_interval,
    }


def _learning(given: Given) -> Answer:
    seen = stats.learning_curve(given["times"], units=given.get("units"))
    time = seen.time(given["at"]).time
    return {
        "rate": seen.rate,
        "first": seen.first,
        "time": time,
        "rate_interval": seen.rate_interval,
    }


def _demand(given: Given) -> Answer:
    seen = stats.demand_stability(given["quantities"])
    return {
        "demand_class": seen.demand_class.value,
        "interval": seen.interval,
        "size_cv2": seen.size_cv2,
    }


ADAPTERS = {
    "variance_components": _components,
    "learning_curve": _learning,
    "demand_stability": _demand,
    "mean_sd": _mean_sd,
    "one_way_anova": _one_way,
    "inspection_break_even": _break_even,
    "sampling_plan_expected_cost": _plan_cost,
}
CHECKS = {"mean_sd": _as_certified}
