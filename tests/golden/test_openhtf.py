"""OpenHTF's own records into a run: outcomes, values and limits kept as the station gave them."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone

from tests.api.test_execution import Caller
from tests.conftest import PASSWORD, World
from tests.making import CROCK

RUN = "/sites/STOKE/runs/CC1-P1"
BAR = {"sample": 20, "max_rejects": 1, "commits": 1000, "password": PASSWORD}
_RANGE = re.compile(
    r"(?:(?P<low>-?[\d.]+) <= )?(?:Marginal:[\d.]+ <= )?x(?: <= Marginal:[\d.]+)?"
    r"(?: <= (?P<high>-?[\d.]+))?"
)


@pytest.fixture
def files(shared: Path) -> list[Path]:
    found = sorted((shared / "cases/testdata/openhtf").rglob("*.json"))
    assert len(found) == 8
    return found


@pytest.fixture
def ben(world: World, settings: Any, tmp_path: Path) -> Caller:
    """Ben's caller, on a run whose serials are given by the test stations."""
    from firstoff.services import plan

    settings.MEDIA_ROOT = tmp_path
    now = timezone.now()
    loaded = plan.load_definition(site_id=world.site.pk, definition=CROCK, by=world.eli, at=now)
    plan.freeze_baseline(program_id=loaded.program_id, by=world.eli, at=now)
    body = {"planned_quantity": 20, "line": "L", "equipment": ["L2-40"], "serial_pattern": ""}
    assert Caller(world, "eli")("POST", "/sites/STOKE/programs/CC-1/runs", body)[0] == 201
    assert Caller(world, "ada")("POST", f"{RUN}/bar", BAR)[0] == 201
    return Caller(world, "ben")


def begin(world: World, ben: Caller, serials: list[str]) -> None:
    for serial in serials:
        assert ben("POST", f"{RUN}/units", {"serial": serial})[0] == 201, serial
        if serial == serials[0]:
            passed = {"serial": serial, "passed": True, "checked": 2, "conforming": 2}
            assert Caller(world, "ivy")("POST", f"{RUN}/first-articles", passed)[0] == 201


def test_every_record_is_kept_as_given(world: World, ben: Caller, files: list[Path]) -> None:
    said = {file: json.loads(file.read_text("utf-8")) for file in files}
    begin(world, ben, [record["dut_id"] for record in said.values()])
    for file, record in said.items():
        status, seen = ben.send(f"{RUN}/imports/preview", file.read_bytes(), file.name)
        assert (status, seen["take"], seen["refused"]) == (200, 1, 0)
        assert ben.send(f"{RUN}/imports", file.read_bytes(), file.name)[0] == 201
        assert ben.send(f"{RUN}/imports", file.read_bytes(), file.name)[0] == 200  # and again
        assert traced(ben, record["dut_id"]) == as_given(record)
    # A result of a station never judges a unit by itself: the sample waits for judgements.
    assert ben("GET", f"{RUN}/verdict")[1]["counts"]["judged"] == 0


def traced(ben: Caller, serial: str) -> Any:
    """What the product says about the tests of a unit: outcome, and of each value the same."""
    status, found = ben("GET", f"/sites/STOKE/trace?part=CC-1&serial={serial}")
    assert status == 200
    (test,) = found["tests"]
    return test["outcome"], {
        r["line"]["name"]: (r["outcome"], value_of(r), *limits_of(r)) for r in test["results"]
    }


def value_of(result: dict[str, Any]) -> Any:
    """As OpenHTF writes it: what is no number is kept as text, a series as JSON."""
    if result["value"] is not None:
        return float(result["value"])
    text = result["text"]
    plain = {"true": True, "false": False, "": None}
    if text[:1] == "[":
        return [[float(number) for number in row] for row in json.loads(text)]
    return plain.get(text, text)


def limits_of(result: dict[str, Any]) -> tuple[Any, Any]:
    return tuple(
        None if v is None else float(v) for v in (result["line"]["lower"], result["line"]["upper"])
    )  # type: ignore[return-value]


def as_given(record: dict[str, Any]) -> Any:
    found = {}
    for phase in record["phases"]:
        for name, m in phase["measurements"].items():
            found[name] = (m["outcome"].lower(), m.get("measured_value"), *limits(m))
    return record["outcome"].lower(), found


def limits(measurement: dict[str, Any]) -> tuple[float | None, float | None]:
    for text in measurement.get("validators") or ():
        if known := _RANGE.fullmatch(text):
            low, high = (known[name] for name in ("low", "high"))
            return None if low is None else float(low), None if high is None else float(high)
    return None, None
