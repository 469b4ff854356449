"""Case file "stack"."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from firstoff import stats
from firstoff.stats import OutOfDomain

Given = Mapping[str, Any]
Answer = dict[str, Any]
DRAWS = 200_000


def _rows(*columns: Sequence[Any]) -> list[tuple[Any, ...]]:
    if len({len(column) for column in columns}) != 1:
        raise OutOfDomain("columns", "of different lengths", "one entry for each link")
    return list(zip(*columns, strict=True))


def _linear(given: Given) -> Answer:
    weights = given.get("sensitivity", [1.0] * len(given["nominal"]))
    links = [
        stats.link(str(place), nominal, plus=half, sensitivity=weight)
        for place, (nominal, half, weight) in enumerate(
            _rows(given["nominal"], given["plus_minus"], weights)
        )
    ]
    low, high = given.get("limits", (None, None))
    seen = stats.stack(links, lower=low, upper=high)
    return {
        "nominal": seen.nominal,
        "worst_case": seen.worst,
        "worst_min": seen.worst_low,
        "worst_max": seen.worst_high,
        "rss": seen.rss,
        "rss_min": seen.rss_low,
        "rss_max": seen.rss_high,
        "bender_1_5": seen.inflated,
        "sigma_if_tol_is_3sigma": seen.sigma,
        "percent_contribution": [100 * share.of_squares for share in seen.shares],
        "fraction_out_if_normal_3sigma": seen.outside,
        "worst_case_ok": seen.worst_holds,
    }


def _asymmetric(given: Given) -> Answer:
    links = [
        stats.link(str(place), nominal, plus=plus, minus=minus, sensitivity=direction)
        for place, (direction, nominal, plus, minus) in enumerate(
            _rows(given["direction"], given["nominal"], given["plus"], given["minus"])
        )
    ]
    seen = stats.stack(links)
    return {
        "nominal_sum": seen.nominal,
        "mid_sum": seen.middle,
        "worst_min": seen.worst_low,
        "worst_max": seen.worst_high,
        "rss_min": seen.rss_low,
        "rss_max": seen.rss_high,
    }


def _uniform(given: Given) -> Answer:
    half = given["each_uniform_plus_minus"]
    links = [
        stats.link(str(place), 0, plus=half, shape="uniform") for place in range(given["parts"])
    ]
    limit = given["limit_plus_minus"]
    seen = stats.simulate_stack(links, lower=-limit, upper=limit, seed=1, draws=DRAWS)
    assert seen.outside is not None
    return {"sd": seen.sd, "fraction_outside": seen.outside.estimate}


def _normal(given: Given) -> Answer:
    links = [
        stats.link(str(place), mean, plus=3 * sd)
        for place, (mean, sd) in enumerate(_rows(given["mean"], given["sd"]))
    ]
    low, high = given["limits"]
    plain = stats.stack(links, lower=low, upper=high)
    drawn = stats.simulate_stack(links, lower=low, upper=high, seed=1, draws=DRAWS)
    assert drawn.below is not None
    assert drawn.above is not None
    three = 2.9999769927034015  # the normal score of 0.99865
    return {
        "mean": plain.mean,
        "sd": plain.sigma,
        "fraction_below": plain.outside_below,
        "fraction_above": plain.outside_above,
        "p00135": plain.mean - three * plain.sigma,
        "p99865": plain.mean + three * plain.sigma,
        "drawn": {
            "mean": drawn.mean,
            "sd": drawn.sd,
            "fraction_below": drawn.below.estimate,
            "fraction_above": drawn.above.estimate,
            "p00135": drawn.low,
            "p99865": drawn.high,
        },
    }


def _divider(given: Given) -> Answer:
    names = [name for name in given if name not in ("expression", "format")]
    code = compile(given["expression"], "expression", "eval")
    links = [stats.link(name, given[name][0], plus=given[name][1]) for name in names]

    def gap(*at: Any) -> Any:
        return eval(code, {"__builtins__": {}}, dict(zip(names, at, strict=True)))

    seen = stats.function_stack(gap, links)
    return {
        "nominal": seen.nominal,
        "worst_min": seen.worst_low,
        "worst_max": seen.worst_high,
        "sensitivity": seen.sensitivity,
        "rss_linearised": seen.linear.rss,
    }


def _within_five_errors(got: Answer, expected: Mapping[str, Any], _: object) -> None:
    sd = expected["sd"]
    for key, value in expected.items():
        drawn = got.get("drawn", got)[key]
        if key.startswith("fraction"):
            error = (value * (1 - value) / DRAWS) ** 0.5
        elif key.startswith("p"):
            density = np.exp(-4.5) / (2 * np.pi) ** 0.5 / sd
            error = (0.00135 * 0.99865 / DRAWS) ** 0.5 / density
        else:
            error = sd / DRAWS**0.5
        assert abs(drawn - value) <= 5 * error, f"{key}: {drawn} against {value}"
        if "drawn" in got:
            assert abs(got[key] - value) <= 1e-9, f"{key}: {got[key]} against {value}"


ADAPTERS = {
    "linear_stack": _linear,
    "asymmetric_stack": _asymmetric,
    "monte_carlo_uniform_parts": _uniform,
    "monte_carlo_normal_parts": _normal,
    "nonlinear_voltage_divider": _divider,
}
CHECKS = {
    "monte_carlo_uniform_parts": _within_five_errors,
    "monte_carlo_normal_parts": _within_five_errors,
}
