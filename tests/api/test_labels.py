"""Labels over the API: asked for, taken as a file, scanned back; what was packed and shipped."""

from typing import Any
from uuid import uuid4

import pytest

from firstoff.db.models import FloorRecord, LabelJob
from firstoff.queries.genealogy import labels as reads
from tests.api.test_execution import Caller
from tests.conftest import World
from tests.making import Pilot, opened_pilot
from tests.packing import finish, ship_some
from tests.recording import LATER

LABELS = "/sites/STOKE/labels"
UNITS = {"template": "unit", "size": "50x25", "batch": "CC1-P1"}


@pytest.fixture
def made(world: World) -> Pilot:
    pilot = opened_pilot(world)
    finish(world, pilot, 1, 2)
    return pilot


@pytest.fixture
def ben(world: World) -> Caller:
    return Caller(world, "ben")


def code_of(world: World, serial: str) -> str:
    return reads.expected_of(world.ben, "STOKE", "CC-1", serial).holds[0]


def test_labels_are_asked_for_once_and_taken_as_a_file(made: Pilot, ben: Caller) -> None:
    body = {**UNITS, "uid": str(uuid4()), "form": "zpl", "dpi": 203}
    status, job = ben("POST", LABELS, body)
    again, same = ben("POST", LABELS, body)
    assert (status, job["count"], job["prints"]) == (201, 2, [])
    assert (again, same["uid"], LabelJob.objects.count()) == (201, job["uid"], 1)
    file = ben.client.get(f"/api/v1{LABELS}/{job['uid']}/file")
    assert (file["Content-Type"], file.content[:3]) == ("application/zpl", b"^XA")
    status, printed = ben("POST", f"{LABELS}/{job['uid']}/prints", {})
    refused, problem = ben("POST", f"{LABELS}/{job['uid']}/prints", {})
    assert (status, len(printed["prints"]), refused, problem["code"]) == (201, 1, 409, "R-64")
    _, waiting = ben("GET", f"{LABELS}?show=waiting")
    assert waiting["items"] == []


def test_a_label_scanned_back_is_recorded_or_refused(
    world: World, made: Pilot, ben: Caller
) -> None:
    ben("POST", LABELS, UNITS)
    unit: dict[str, Any] = {"part": "CC-1", "serial": "CC1-P1-001"}

    def scanned(code: str) -> tuple[int, Any]:
        return ben("POST", f"{LABELS}/verify", {**unit, "scanned": code, "uid": str(uuid4())})

    wrong, problem = scanned(code_of(world, "CC1-P1-002"))
    right, found = scanned(code_of(world, "CC1-P1-001"))
    assert (wrong, problem["code"], right, found["matched"]) == (409, "R-64", 200, True)
    assert FloorRecord.objects.filter(kind="label").count() == 1


def test_a_station_packs_no_unit_without_its_label(made: Pilot, ben: Caller) -> None:
    ben("POST", LABELS, {**UNITS, "verify": True})
    units = [{"part": "CC-1", "serial": "CC1-P1-001"}]
    record = {"kind": "pack", "id": str(uuid4()), "package": "C-1", "units": units}
    status, problem = ben("POST", "/records", record)
    assert (status, problem["code"]) == (409, "R-64")


def test_what_left_and_what_came_back_is_listed(world: World, made: Pilot, ben: Caller) -> None:
    ship_some(world, made, 1, at=LATER)
    _, packages = ben("GET", "/sites/STOKE/packages")
    _, shipments = ben("GET", "/sites/STOKE/shipments")
    _, units = ben("GET", "/sites/STOKE/shipment-units?shipment=S-00001")
    _, customers = ben("GET", "/sites/STOKE/customers")
    _, returns = ben("GET", "/sites/STOKE/returns")
    assert [p["code"] for p in packages["items"]] == ["C-00001"]
    assert [(s["code"], s["units"], s["state"]) for s in shipments["items"]] == [
        ("S-00001", 2, "shipped")
    ]
    assert (units["total"], customers["items"][0]["shipments"]) == (2, 1)
    assert [r["failure"] for r in returns["items"]] == ["The lid leaks."]
