"""Case files "capability" and "summary"."""

from collections.abc import Mapping
from typing import Any

import numpy as np
from scipy import special

from firstoff import stats

_WITHIN = {
    "rbar": "mean-range",
    "sbar": "mean-sd",
    "pooled": "pooled-raw",
    "pooled_unbiased": "pooled",
    "moving_range": "moving-range",
}
_QCC: dict[str, Any] = {
    "UWAVE-R": "mean-range",
    "MVLUE-R": "weighted-range",
    "UWAVE-SD": "mean-sd",
    "MVLUE-SD": "weighted-sd",
    "RMSDF": "pooled",
}


def _within(given: Mapping[str, Any]) -> dict[str, Any]:
    values: Any = given["subgroups"] if "subgroups" in given else [[v] for v in given["x"]]
    if given["sigma_method"] == "moving_range":
        values = [value for group in values for value in group]
    low, high = given.get("lsl"), given.get("usl")
    method: Any = _WITHIN[given["sigma_method"]]
    seen = stats.capability(values, lower=low, upper=high, within=method)
    assert seen.sigma_within is not None
    below, above = stats.expected_outside(seen.mean, seen.sigma_within, lower=low, upper=high)
    return {
        "mean": seen.mean,
        "sigma": seen.sigma_within,
        "cp": seen.cp,
        "cpl": seen.cpl,
        "cpu": seen.cpu,
        "cpk": seen.cpk,
        "expected_ppm_below": below * 1e6,
        "expected_ppm_above": above * 1e6,
    }


def _overall(given: Mapping[str, Any]) -> dict[str, Any]:
    seen = stats.capability(
        given["x"],
        lower=given.get("lsl"),
        upper=given.get("usl"),
        target=given.get("target"),
        confidence=given.get("confidence", 0.95),
    )
    return {
        "mean": seen.mean,
        "sd": seen.sd,
        "pp": seen.pp,
        "ppl": seen.ppl,
        "ppu": seen.ppu,
        "ppk": seen.ppk,
        "pp_ci_chi2": seen.pp_interval,
        "ppk_ci_bissell": seen.ppk_interval,
        "ppk_lower_one_sided": seen.ppk_lower,
        "cpm_sum_about_target_n_minus_1": seen.cpm_about_target,
        "cpm_pp_over_sqrt": seen.cpm,
        "observed_below": seen.observed_below,
        "observed_above": seen.observed_above,
        "expected_ppm_total": seen.expected_outside * 1e6,
    }


def _one_sided(given: Mapping[str, Any]) -> dict[str, Any]:
    seen = stats.capability(given["x"], lower=given.get("lsl"), upper=given.get("usl"))
    return {
        "ppl": seen.ppl,
        "ppu": seen.ppu,
        "ppk": seen.ppk,
        "pp": seen.pp,
        "exact_lower_95_noncentral_t": seen.ppk_lower,
    }


def _from_moments(given: Mapping[str, Any]) -> dict[str, Any]:
    seen = stats.indices(
        given["mean"],
        given["sigma"],
        lower=given.get("lsl"),
        upper=given.get("usl"),
        target=given.get("target"),
    )
    return {
        "cp": seen.both,
        "cpk": seen.nearest,
        "cpl": seen.to_lower,
        "cpu": seen.to_upper,
        "cpm": seen.taguchi,
    }


def _qcc_table(given: Mapping[str, Any]) -> dict[str, Any]:
    """qcc's table: intervals by its own conventions, from the spread within and n - 1."""
    low, high, level = given["lsl"], given["usl"], given["confidence"]
    seen = stats.capability(
        given["subgroups"],
        lower=low,
        upper=high,
        target=given["target"],
        within=_QCC[given["sigma_method"]],
        confidence=level,
    )
    assert seen.sigma_within is not None
    table = stats.indices(
        seen.mean, seen.sigma_within, lower=low, upper=high, target=given["target"]
    )
    assert table.both is not None
    assert table.taguchi is not None
    below, above = stats.expected_outside(seen.mean, seen.sigma_within, lower=low, upper=high)
    seen_outside = (seen.observed_below / seen.n, seen.observed_above / seen.n)
    one, two = special.ndtri(level), special.ndtri((1 + level) / 2)

    def bissell(index: float, z: float) -> list[float]:
        half = z * np.sqrt(1 / (9 * seen.n * index**2) + 1 / (2 * (seen.n - 1)))
        return [index, index * (1 - half), index * (1 + half)]

    def chi(index: float, df: float) -> list[float]:
        ends = special.chdtri(df, [(1 + level) / 2, (1 - level) / 2])
        return [index, *(index * np.sqrt(ends / df))]

    off = (seen.mean - given["target"]) / seen.sigma_within
    return {
        "cp": chi(table.both, seen.n - 1),
        "cpl": bissell(table.to_lower or 0, one),
        "cpu": bissell(table.to_upper or 0, one),
        "cpk": bissell(table.nearest, two),
        "cpm": chi(table.taguchi, seen.n * (1 + off**2) / (1 + 2 * off**2)),
        # qcc writes nothing below 0.01 %.
        "expected_percent": [side if side >= 1e-4 else 0.0 for side in (below, above)],
        "observed_percent": list(seen_outside),
    }


def _percentiles(seen: stats.PercentileCapability) -> dict[str, Any]:
    return {
        "p00135": seen.p00135,
        "p50": seen.p50,
        "p99865": seen.p99865,
        "pp": seen.pp,
        "ppl": seen.ppl,
        "ppu": seen.ppu,
        "parameters": seen.distribution.parameters,
        "loglik": seen.distribution.loglik,
    }


def _percentile_method(given: Mapping[str, Any]) -> dict[str, Any]:
    known = stats.distribution(given["distribution"], **given["parameters"])
    return _percentiles(
        stats.percentile_capability(known, lower=given.get("lsl"), upper=given.get("usl"))
    )


def _fit(given: Mapping[str, Any]) -> dict[str, Any]:
    family = given["distribution"]
    return _percentiles(
        stats.percentile_capability(
            given["x"], family, lower=given.get("lsl"), upper=given.get("usl")
        )
    )


def _box_cox(given: Mapping[str, Any]) -> dict[str, Any]:
    search = tuple(given.get("search", (-5, 5)))
    seen = stats.box_cox(given["x"], search=search)
    return {"lambda_mle": seen.power, "ci95_profile": seen.interval}


def _check_box_cox(got: Any, expected: Any, tolerance: Any) -> None:
    assert abs(got["lambda_mle"] - expected["lambda_mle"]) <= tolerance["lambda_abs"]
    for end, other in zip(got["ci95_profile"], expected["ci95_profile"], strict=True):
        assert abs(end - other) <= tolerance["ci_abs"]


def _johnson(given: Mapping[str, Any]) -> dict[str, Any]:
    told = (given[key] for key in ("family", "gamma", "delta", "xi", "lambda"))
    member = stats.Johnson(*told)
    return {"z": member.z(given["x"]), "cdf": member.cdf(given["x"])}


ADAPTERS = {
    "capability_within": _within,
    "capability_overall": _overall,
    "capability_one_sided": _one_sided,
    "capability_from_moments": _from_moments,
    "capability_qcc_table": _qcc_table,
    "capability_percentile_method": _percentile_method,
    "fit_and_percentile_capability": _fit,
    "box_cox_lambda": _box_cox,
    "johnson_transform": _johnson,
}
CHECKS = {"box_cox_lambda": _check_box_cox}
