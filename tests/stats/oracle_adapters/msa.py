"""Case file "msa"."""

from collections.abc import Mapping
from typing import Any

from firstoff import stats

Given = Mapping[str, Any]
Answer = dict[str, Any]


def _crossed(given: Given) -> Answer:
    pool = given.get("alpha_to_pool_interaction", 0.05)
    seen = stats.gauge_rr(
        given["data"],
        tolerance=given.get("tolerance"),
        pool=None if given.get("pool_interaction") is False else pool,
    )
    rows = {"appraiser": "operator"}
    table = {rows.get(row.source, row.source): row for row in seen.table}
    assert seen.interaction is not None
    assert seen.appraiser is not None
    assert seen.reproducibility is not None
    named = {
        "repeatability": seen.repeatability,
        "operator": seen.appraiser,
        "interaction": seen.interaction,
        "reproducibility": seen.reproducibility,
        "grr": seen.grr,
        "part": seen.part,
        "total": seen.total,
    }
    short = {"ev": "repeatability", "av": "operator", "interaction": "interaction"}
    short |= {"grr": "grr", "pv": "part", "tv": "total", "reproducibility": "reproducibility"}
    assert seen.ndc_raw is not None
    return {
        "ss": {k: row.ss for k, row in table.items()}
        | {"total": sum(row.ss for row in table.values())},
        "df": {k: row.df for k, row in table.items()},
        "f": {k: row.f for k, row in table.items()},
        "p": {k: row.p for k, row in table.items()},
        "interaction_pooled": seen.interaction_pooled,
        "var": {k: part.variance for k, part in named.items()},
        "sd": {k: named[v].sd for k, v in short.items()},
        "pct_study_var": {k: 100 * named[v].of_study for k, v in short.items()},
        "pct_contribution": {k: 100 * part.contribution for k, part in named.items()},
        "ndc_unrounded_1_41": seen.ndc_raw,
        "ndc_unrounded_sqrt2": seen.ndc_raw / 1.41 * 2**0.5,
        "ndc": seen.ndc,
        "pct_tolerance_6sd": _hundred(seen.grr.of_tolerance),
    }


def _hundred(share: float | None) -> float | None:
    return None if share is None else 100 * share


def _average_range(given: Given) -> Answer:
    seen = stats.gauge_rr(given["data"], tolerance=given["tolerance"], method="average-range")
    assert seen.ranges is not None
    assert seen.reproducibility is not None
    return {
        "rbarbar": seen.ranges.mean_range,
        "xdiff": seen.ranges.appraiser_difference,
        "rp": seen.ranges.part_range,
        "k1": seen.ranges.k1,
        "k2": seen.ranges.k2,
        "k3": seen.ranges.k3,
        "ev": seen.repeatability.sd,
        "av": seen.reproducibility.sd,
        "grr": seen.grr.sd,
        "pv": seen.part.sd,
        "tv": seen.total.sd,
        "pct_grr": 100 * seen.grr.of_study,
        "pct_ev": 100 * seen.repeatability.of_study,
        "pct_av": 100 * seen.reproducibility.of_study,
        "pct_pv": 100 * seen.part.of_study,
        "ndc_unrounded_1_41": seen.ndc_raw,
        "ndc": seen.ndc,
        "ucl_range": seen.ranges.range_limit,
        "pct_tolerance_6sd": _hundred(seen.grr.of_tolerance),
    }


def _nested(given: Given) -> Answer:
    seen = stats.gauge_rr_nested(given["data"], tolerance=given["tolerance"])
    rows = {row.source: row for row in seen.table}
    operator, part, error = rows["appraiser"], rows["part"], rows["repeatability"]
    assert seen.reproducibility is not None
    return {
        "ss": {
            "operator": operator.ss,
            "part_within_operator": part.ss,
            "repeatability": error.ss,
        },
        "df": {"operator": operator.df, "part": part.df, "repeatability": error.df},
        "f": {"operator": operator.f, "part": part.f},
        "p": {"operator": operator.p, "part": part.p},
        "var": {
            "repeatability": seen.repeatability.variance,
            "reproducibility": seen.reproducibility.variance,
            "grr": seen.grr.variance,
            "part": seen.part.variance,
            "total": seen.total.variance,
        },
        "pct_study_var_grr": 100 * seen.grr.of_study,
        "pct_tolerance_6sd": _hundred(seen.grr.of_tolerance),
        "ndc_unrounded_1_41": seen.ndc_raw,
    }


def _range_method(given: Given) -> Answer:
    seen = stats.gauge_range(given["a"], given["b"], process_sd=given["process_sd"])
    return {
        "mean_range": seen.mean_range,
        "d2_star": seen.d2_star,
        "grr": seen.grr,
        "pct_grr": 100 * seen.of_process,
    }


def _repeatability(given: Given) -> Answer:
    seen = stats.gauge_repeatability(given["readings"])
    return {"repeatability": seen.repeatability.variance, "part": seen.part.variance}


ADAPTERS = {
    "gauge_repeatability": _repeatability,
    "d2_star": lambda given: {
        "d2_star": stats.d2_star(given["subgroup_size"], given["subgroups"])
    },
    "gauge_rr_anova_crossed": _crossed,
    "gauge_rr_anova_crossed_no_pooling": _crossed,
    "gauge_rr_average_range": _average_range,
    "gauge_rr_nested": _nested,
    "gauge_rr_range_method_two_appraisers": _range_method,
}
