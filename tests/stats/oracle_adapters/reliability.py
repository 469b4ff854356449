"""Case file "reliability"."""

import math
from collections.abc import Mapping
from typing import Any

from firstoff import stats

Given = Mapping[str, Any]
Answer = dict[str, Any]


def _weibull(given: Given) -> Answer:
    seen = stats.weibull(
        given["time"], failed=given["event"], confidence=given.get("confidence", 0.95)
    )
    ten = seen.life(0.1)
    return {
        "shape": seen.shape,
        "scale": seen.scale,
        "loglik": seen.log_likelihood,
        "se_shape": seen.shape_se,
        "se_scale": seen.scale_se,
        "shape_ci": seen.shape_interval,
        "scale_ci": seen.scale_interval,
        "b10": ten.value,
        "b10_ci": (ten.lower, ten.upper),
        "b50": seen.life(0.5).value,
        "mttf": seen.mean,
    }


def _line(given: Given) -> Answer:
    def line(ranks: Any, regress: Any) -> Any:
        return stats.weibull_line(
            given["time"], failed=given["event"], ranks=ranks, regress=regress
        )

    exact, benard = line("exact", "x-on-y"), line("benard", "x-on-y")
    other = line("benard", "y-on-x")
    return {
        "adjusted_rank": exact.ranks,
        "x_on_y_exact_median_rank": {"shape": exact.shape, "scale": exact.scale, "r2": exact.r2},
        "x_on_y_benard": {"shape": benard.shape, "scale": benard.scale, "r2": benard.r2},
        "y_on_x_benard": {"shape": other.shape, "scale": other.scale},
    }


def _kaplan_meier(given: Given) -> Answer:
    seen = stats.kaplan_meier(given["time"], failed=given["event"], confidence=given["confidence"])
    return {
        "time": seen.time,
        "at_risk": seen.at_risk,
        "survival": seen.survival,
        "se_greenwood": seen.se,
        "lower": seen.lower,
        "upper": seen.upper,
    }


def _mtbf(terminated: Any) -> Any:
    def call(given: Given) -> Answer:
        seen = stats.mtbf(
            given["failures"],
            given["total_time"],
            confidence=given["confidence"],
            terminated=terminated,
        )
        return {
            "point": _or_infinite(seen.estimate),
            "lower_one_sided": seen.lower_one_sided,
            "two_sided_lower": seen.lower,
            "two_sided_upper": _or_infinite(seen.upper),
        }

    return call


def _or_infinite(value: float | None) -> float:
    return math.inf if value is None else value


def _median_rank(given: Given) -> Answer:
    order, n = given["order"], given["n"]
    return {
        "exact": stats.median_rank(order, n),
        "benard": stats.median_rank(order, n, method="benard"),
    }


def _success_run(given: Given) -> Answer:
    n = stats.success_run_size(
        given["reliability"],
        confidence=given["confidence"],
        failures_allowed=given["allowed_failures"],
    )
    return {"n": n}


def _demonstrated(given: Given) -> Answer:
    return {"reliability_lower": stats.demonstrated_reliability(**given)}


def _demonstration(given: Given) -> Answer:
    seen = stats.demonstration_size(
        given["reliability"],
        mission_time=given["mission_time"],
        test_time=given["test_time"],
        shape=given["shape"],
        confidence=given["confidence"],
        failures_allowed=given["allowed_failures"],
    )
    return {
        "reliability_at_test_time": seen.at_test_time,
        "n": seen.n,
        "n_unrounded": seen.exact_n,
    }


def _weibayes(given: Given) -> Answer:
    seen = stats.weibayes(
        [given["time_each"]] * given["units"],
        shape=given["shape"],
        failures=given["failures"],
        confidence=given["confidence"],
    )
    return {"scale_lower": seen.scale_lower}


def _grouped(given: Given) -> stats.WeibullFit:
    return stats.weibull(
        given["failures"] + given["ages"],
        failed=[1] * len(given["failures"]) + [0] * len(given["ages"]),
        counts=[1] * len(given["failures"]) + given["running"],
    )


def _warranty(given: Given) -> Answer:
    seen = stats.warranty_projection(
        _grouped(given), given["ages"], given["running"], usage=given["usage"], seed=1
    )
    return {"expected": seen.total}


def _demonstration_time(given: Given) -> Answer:
    seen = stats.demonstration_time(
        given["reliability"],
        mission_time=given["mission_time"],
        n=given["n"],
        shape=given["shape"],
        confidence=given["confidence"],
    )
    return {"test_time": seen.test_time}


ADAPTERS = {
    "weibull_grouped": lambda given: {
        "shape": _grouped(given).shape,
        "scale": _grouped(given).scale,
    },
    "warranty_expected": _warranty,
    "demonstration_time": _demonstration_time,
    "weibull_mle_right_censored": _weibull,
    "weibull_rank_regression": _line,
    "kaplan_meier": _kaplan_meier,
    "mtbf_failure_terminated": _mtbf("failure"),
    "mtbf_time_terminated": _mtbf("time"),
    "median_rank": _median_rank,
    "success_run_sample_size": _success_run,
    "success_run_demonstrated_reliability": _demonstrated,
    "weibayes_demonstration_sample_size": _demonstration,
    "weibayes_scale_lower": _weibayes,
}
