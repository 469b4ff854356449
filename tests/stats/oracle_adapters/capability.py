"""Case files "capability" and "summary"."""

from collections.abc import Mapping
from typing import Any

from firstoff import stats

_WITHIN = {
    "rbar": "mean-range",
    "sbar": "mean-sd",
    "pooled": "pooled-raw",
    "pooled_unbiased": "pooled",
    "moving_range": "moving-range",
}


def _within(given: Mapping[str, Any]) -> dict[str, Any]:
    values: Any = given["subgroups"]
    if given["sigma_method"] == "moving_range":
        values = [value for group in values for value in group]
    low, high = given["lsl"], given["usl"]
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
        lower=given["lsl"],
        upper=given["usl"],
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
        lower=given["lsl"],
        upper=given["usl"],
        target=given["target"],
    )
    return {
        "cp": seen.both,
        "cpk": seen.nearest,
        "cpl": seen.to_lower,
        "cpu": seen.to_upper,
        "cpm": seen.taguchi,
    }


ADAPTERS = {
    "capability_within": _within,
    "capability_overall": _overall,
    "capability_one_sided": _one_sided,
    "capability_from_moments": _from_moments,
}
