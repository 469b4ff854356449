"""Case file "sampling": published plans, switching, variables."""

from collections.abc import Mapping
from typing import Any

from firstoff import stats


def _letter(given: Mapping[str, Any]) -> dict[str, Any]:
    return {"letter": stats.code_letter(given["lot_size"], given["level"])}


def _plan(procedure: str) -> Any:
    def call(given: Mapping[str, Any]) -> dict[str, Any]:
        found = stats.standard_plan(
            given["lot_size"],
            aql=given["aql"],
            level=given["level"],
            inspection=given["inspection"],
            procedure=procedure,  # type: ignore[arg-type]
        )
        single = len(found.n) == 1
        ac = [None if number < 0 else number for number in found.ac]
        return {
            "code_letter_from_table_i": found.letter,
            "code_letter_used": found.letter_used,
            "procedure_used": found.procedure,
            "n": found.n[0] if single else list(found.n),
            "ac": ac[0] if single else ac,
            "re": found.re[0] if single else list(found.re),
            "inspect_all": found.inspect_all,
        }

    return call


def _switching(scheme: Any) -> Any:
    def call(given: Mapping[str, Any]) -> dict[str, Any]:
        state = stats.start_switching(scheme, given["start"])
        lots = []
        for lot in given["lots"]:
            outcome = stats.LotOutcome(
                lot["accepted"],
                gap=lot.get("between_ac_and_re", False),
                ac=lot.get("ac"),
                tighter=lot.get("accepted_one_step_tighter"),
                steady=given["production_steady"],
                reduced_wanted=given["authority_wants_reduced"],
                limit_met=given.get("limit_number_met", False),
            )
            before, state = state, stats.switch(state, outcome)
            lots.append(
                {
                    "inspected_under": before.severity,
                    "next": state.severity,
                    "switching_score": state.score,
                }
            )
        return {"lots": lots}

    return call


def _variables_plan(sigma: Any) -> Any:
    def call(given: Mapping[str, Any]) -> dict[str, Any]:
        found = stats.find_variables_plan(
            aql=given["producer_quality"],
            ltpd=given["consumer_quality"],
            alpha=1 - given["producer_min_pa"],
            beta=given["consumer_max_pa"],
            sigma=sigma,
        )
        return {"n": found.n, "k": found.k, "k_min": found.k_least, "k_max": found.k_most}

    return call


def _check_variables_plan(got: Any, expected: Any, tolerance: Any) -> None:
    assert tolerance["n_exact"]
    assert got["n"] == expected["n"]
    assert expected["k_min"] - 1e-4 <= got["k"] <= expected["k_max"] + 1e-4
    assert abs(got["k_min"] - expected["k_min"]) < 1e-8
    assert abs(got["k_max"] - expected["k_max"]) < 1e-8


def _variables_oc(sigma: Any) -> Any:
    def call(given: Mapping[str, Any]) -> dict[str, Any]:
        return {"pa": stats.variables_acceptance(given["n"], given["k"], given["p"], sigma=sigma)}

    return call


def _fraction(given: Mapping[str, Any]) -> dict[str, Any]:
    seen = stats.estimated_nonconforming(
        given["mean"], given["sd"], given["n"], lower=given.get("lsl"), upper=given.get("usl")
    )
    return {"p_lower": seen.below, "p_upper": seen.above, "p_total": seen.total}


def _m(sigma: Any) -> Any:
    def call(given: Mapping[str, Any]) -> dict[str, Any]:
        return {"M": stats.m_from_k(given["n"], given["k"], sigma=sigma)}

    return call


ADAPTERS = {
    "code_letter": _letter,
    "mil_std_105e_plan_single": _plan("single"),
    "mil_std_105e_plan_double": _plan("double"),
    "mil_std_105e_plan_multiple": _plan("multiple"),
    "switching_mil_std_105e": _switching("MIL-STD-105E"),
    "switching_iso_2859_1": _switching("ISO 2859-1"),
    "find_plan_variables_sigma_known": _variables_plan("known"),
    "find_plan_variables_sigma_unknown": _variables_plan("unknown"),
    "oc_variables_sigma_known": _variables_oc("known"),
    "oc_variables_sigma_unknown": _variables_oc("unknown"),
    "variables_estimated_fraction_nonconforming_sigma_unknown": _fraction,
    "variables_M_from_k_sigma_unknown": _m("unknown"),
    "variables_M_from_k_sigma_known": _m("known"),
}
CHECKS = {
    "find_plan_variables_sigma_known": _check_variables_plan,
    "find_plan_variables_sigma_unknown": _check_variables_plan,
}
