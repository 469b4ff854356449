"""Cases named "stats.<function>": its arguments as input, fields of its result as expected."""

import dataclasses
import functools
import inspect
from collections.abc import Mapping
from typing import Any

import numpy as np

from firstoff import stats

Given = Mapping[str, Any]
Answer = dict[str, Any]


def _plain(value: Any) -> Any:
    if dataclasses.is_dataclass(value):
        return {
            field.name: _plain(getattr(value, field.name)) for field in dataclasses.fields(value)
        }
    if isinstance(value, Mapping):
        return {key: _plain(item) for key, item in value.items()}
    if isinstance(value, np.ndarray):
        return value.tolist()
    if isinstance(value, (tuple, list)):
        return [_plain(item) for item in value]
    return value


def _called(name: str, given: Given) -> Answer:
    seen = _plain(getattr(stats, name)(**given))
    return seen if isinstance(seen, dict) else {"value": seen}


def _sequential(given: Given) -> Answer:
    told = dict(given)
    rates = told.pop("rates")
    seen = stats.sequential_characteristic(stats.sequential_plan(**told), rates)
    return {"acceptance": seen.acceptance, "asn": seen.asn}


def _rejects(given: Given) -> Answer:
    figures = zip(given["means"], given["sigmas"], given["n"], strict=True)
    links = [
        stats.link(f"{mean}", mean, plus=1, mean=mean, sigma=s, n=n) for mean, s, n in figures
    ]
    return _plain(stats.predicted_rejects(links, upper=given["upper"], seed=given["seed"]))


def _exact(given: Given) -> Answer:
    seen = stats.demonstration_size(**given, mission_time=1, test_time=1, shape=1)
    return {"n": seen.n, "exact_n": seen.exact_n}


def _switched(given: Given) -> Answer:
    lots = [stats.LotOutcome(**lot) for lot in given["lots"]]
    states = stats.switch_all(stats.start_switching(given["scheme"]), lots)
    return {"severities": [s.severity for s in states], "scores": [s.score for s in states]}


def _plan_of(given: Given) -> tuple[stats.VariablesPlan, dict[str, Any]]:
    told = dict(given)
    return stats.find_variables_plan(aql=told.pop("aql"), ltpd=told.pop("ltpd")), told


def _two_limits(given: Given) -> Answer:
    plan, told = _plan_of(given)
    seen = stats.variables_characteristic(plan, told.pop("means"), **told)
    return {"acceptance": seen.acceptance}


def _judged(given: Given) -> Answer:
    plan, told = _plan_of(given)
    answer: Answer = _plain(stats.judge_variables(plan, told.pop("values"), **told))
    return answer


ADAPTERS = {
    f"stats.{name}": functools.partial(_called, name)
    for name in stats.__all__
    if inspect.isfunction(getattr(stats, name))
} | {
    "sequential_characteristic": _sequential,
    "predicted_rejects": _rejects,
    "demonstration_exact": _exact,
    "variables_characteristic": _two_limits,
    "judge_variables": _judged,
    "switched_lots": _switched,
}
