"""Numbers that are not our own: every case of the case files, at the tolerance stated in it.

The files lie in ``oracles`` beside this test and in the folder named by FIRSTOFF_ORACLE. A case
names a statistic; an adapter in ``oracle_adapters`` calls ours. An unknown name fails.
"""

import inspect
import json
import math
import os
import re
import runpy
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from firstoff import stats
from firstoff.stats import StatsError

HERE = Path(__file__).resolve().parent
OWN = HERE / "oracles"
FOLDER = Path(
    os.environ.get("FIRSTOFF_ORACLE", HERE.parents[1].joinpath("..", "shared", "oracle"))
)

ADAPTERS: dict[str, Callable[[Mapping[str, Any]], Mapping[str, Any]]] = {}
CHECKS: dict[str, Callable[..., None]] = {}  # where a tolerance is worded rather than named
for _file in sorted((HERE / "oracle_adapters").glob("*.py")):
    _found = runpy.run_path(str(_file))
    ADAPTERS |= _found["ADAPTERS"]
    CHECKS |= _found.get("CHECKS", {})


def _cases(folder: Path) -> list[Any]:
    found = []
    for file in sorted(folder.glob("*.json")):
        content = json.loads(file.read_text(encoding="utf-8"))
        found += [pytest.param(case, id=case["id"]) for case in content.get("cases", ())]
    return found


SHARED_CASES = _cases(FOLDER)


@pytest.mark.skipif(not SHARED_CASES, reason=f"no case files in {FOLDER}")
@pytest.mark.parametrize("case", SHARED_CASES)
def test_a_case_of_the_oracle_folder_holds(case: Mapping[str, Any]) -> None:
    _hold(case)


@pytest.mark.parametrize("case", _cases(OWN))
def test_a_case_of_our_own_sources_holds(case: Mapping[str, Any]) -> None:
    assert case["source"]
    _hold(case)


def test_every_public_function_has_a_case_of_other_sources() -> None:
    """Named by a case of ours, or called by an adapter of a case."""
    cases = [case.values[0]["function"] for case in _cases(OWN)]
    held = {name.removeprefix("stats.") for name in cases if name.startswith("stats.")}
    for file in (HERE / "oracle_adapters").glob("*.py"):
        held |= set(re.findall(r"stats\.(\w+)[,()]", file.read_text(encoding="utf-8")))
    public = {name for name in stats.__all__ if inspect.isfunction(getattr(stats, name))}
    assert sorted(public - held) == []


def _hold(case: Mapping[str, Any]) -> None:
    name = str(case["function"]).removeprefix("robust_")
    assert name in ADAPTERS, f"no adapter knows {name}"
    expected = case["expected"]
    options = expected.get("any_of", [expected])
    try:
        got: Mapping[str, Any] = ADAPTERS[name](_numbers(case["input"]))
    except StatsError:
        if not any("error" in option for option in options):
            raise
        return
    answers = [option for option in options if "error" not in option]
    assert answers, f"expected a refusal, got {got}"
    check: Callable[..., None] = CHECKS.get(name, _compare)
    check(got, _numbers(answers[0]), case["tolerance"])


def _compare(got: Mapping[str, Any], expected: Mapping[str, Any], tolerance: Any) -> None:
    for key, value in expected.items():
        assert key in got, f"no {key} in {sorted(got)}"
        _same(key, got[key], value, tolerance)


def _same(where: str, got: Any, expected: Any, tolerance: Mapping[str, Any]) -> None:
    if isinstance(expected, Mapping):
        for key, value in expected.items():
            _same(f"{where}.{key}", got[key], value, tolerance)
    elif isinstance(expected, list):
        listed = list(got)
        if where.endswith("index0"):  # qcc lists the points above before those below
            listed, expected = sorted(listed), sorted(expected)
        assert len(listed) == len(expected), f"{where}: {listed} against {expected}"
        for place, value in enumerate(expected):
            _same(f"{where}[{place}]", listed[place], value, tolerance)
    elif expected is None or isinstance(expected, (str, bool)) or "exact" in tolerance:
        assert got == expected, f"{where}: {got} against {expected}"
    else:
        _near(where, got, expected, tolerance)


def _near(where: str, got: Any, expected: float, tolerance: Mapping[str, Any]) -> None:
    if math.isnan(expected):  # what is no number is None here
        assert got is None or math.isnan(got), f"{where}: {got} against {expected}"
        return
    assert got is not None, f"{where}: none, against {expected}"
    if math.isinf(expected):
        assert got == expected, where
        return
    room = max(float(tolerance.get("abs", 0)), float(tolerance.get("rel", 0)) * abs(expected))
    assert abs(float(got) - expected) <= room, f"{where}: {got} against {expected}"


def _numbers(value: Any) -> Any:
    """JSON lacks NaN and the infinities; the files spell them."""
    if isinstance(value, dict):
        return {key: _numbers(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_numbers(item) for item in value]
    if value in ("NaN", "Infinity", "-Infinity") and isinstance(value, str):
        return float(np.float64(value.replace("Infinity", "inf")))
    return value
