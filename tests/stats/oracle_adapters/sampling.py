"""Case file "sampling": attributes."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from firstoff import stats


def _rates(given: Mapping[str, Any]) -> Any:
    if "nonconforming_in_lot" in given:
        if given["lot_size"] == 0:
            return [0.0]
        return np.asarray(given["nonconforming_in_lot"]) / given["lot_size"]
    return given["p"] if "p" in given else given["nonconformities_per_unit"]


def _oc(model: str) -> Any:
    def call(given: Mapping[str, Any]) -> dict[str, Any]:
        seen = stats.operating_characteristic(
            given["n"],
            given["c"],
            _rates(given),
            r=given.get("r"),
            lot=given.get("lot_size"),
            model=model,  # type: ignore[arg-type]
        )
        single = not isinstance(_rates(given), list | np.ndarray)
        answer: dict[str, Any] = {
            "pa": seen.acceptance[0] if single else seen.acceptance,
            "asn": seen.asn,
        }
        if seen.lot is not None:
            answer |= {"aoq": seen.aoq, "ati": seen.ati}
        return answer

    return call


def _aoql(given: Mapping[str, Any]) -> dict[str, Any]:
    seen = stats.outgoing_limit(given["n"], given["c"], lot=given["lot_size"])
    return {"aoql": seen.aoql, "p_at_aoql": seen.rate}


def _check_aoql(got: Any, expected: Any, tolerance: Any) -> None:
    assert abs(got["aoql"] / expected["aoql"] - 1) <= tolerance["aoql_rel"]
    assert abs(got["p_at_aoql"] / expected["p_at_aoql"] - 1) <= tolerance["p_rel"]


def _plan(model: str) -> Any:
    def call(given: Mapping[str, Any]) -> dict[str, Any]:
        lot = given.get("lot_size")
        good, bad = (
            given.get(f"{who}_quality", given.get(f"{who}_nonconforming", 0) / (lot or 1))
            for who in ("producer", "consumer")
        )
        found = stats.find_plan(
            aql=good,
            ltpd=bad,
            alpha=1 - given["producer_min_pa"],
            beta=given["consumer_max_pa"],
            lot=lot,
            model=model,  # type: ignore[arg-type]
        )
        return {
            "n": found.n,
            "c": found.c,
            "pa_at_producer": found.acceptance_at_aql,
            "pa_at_consumer": found.acceptance_at_ltpd,
        }

    return call


def _zero(given: Mapping[str, Any]) -> dict[str, Any]:
    lot = given.get("lot_size")
    rate = given["nonconforming_in_lot"] / lot if lot else given["rejectable_quality"]
    n = stats.zero_acceptance_size(rate, confidence=given["confidence"], lot=lot)
    seen = stats.operating_characteristic(n, 0, rate, lot=lot)
    return {"n": n, "pa": seen.acceptance[0]}


ADAPTERS = {
    "oc_single_binomial": _oc("binomial"),
    "oc_single_poisson": _oc("poisson"),
    "oc_single_hypergeometric": _oc("hypergeometric"),
    "oc_double_binomial": _oc("binomial"),
    "oc_double_poisson": _oc("poisson"),
    "asn_double_binomial": _oc("binomial"),
    "aoq_ati_single": _oc("binomial"),
    "aoq_ati_double": _oc("binomial"),
    "oc_multiple_binomial": _oc("binomial"),
    "oc_multistage_hypergeometric": _oc("hypergeometric"),
    "aoql_single": _aoql,
    "find_plan_binomial": _plan("binomial"),
    "find_plan_poisson": _plan("poisson"),
    "find_plan_hypergeometric": _plan("hypergeometric"),
    "zero_acceptance_n_binomial": _zero,
    "zero_acceptance_n_hypergeometric": _zero,
}
CHECKS = {"aoql_single": _check_aoql}
