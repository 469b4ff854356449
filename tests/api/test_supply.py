"""Lots and calibrations over the API: read here, written as records."""

from datetime import timedelta
from typing import Any
from urllib.parse import quote

import pytest
from django.utils import timezone

from tests.api.test_execution import Caller
from tests.api.test_records import said
from tests.conftest import World


@pytest.fixture
def ada(world: World) -> Caller:
    return Caller(world, "ada")


def received(code: str, **fields: Any) -> dict[str, Any]:
    return said("lot", part="GLZ", lot=code, quantity="10.50", **fields)


def test_lots_are_listed_with_what_waits_first(ada: Caller) -> None:
    ada("POST", "/records", {"records": [received("Z"), received("A", mpn="GRM188")]})
    ada("POST", "/records", said("lot_status", lot="A", status="accepted", reason="ok"))
    status, body = ada("GET", "/sites/STOKE/lots")
    assert (status, body["total"]) == (200, 2)
    assert [(i["lot"], i["status"], i["on_hand"]) for i in body["items"]] == [
        ("Z", "quarantine", "10.5"),
        ("A", "accepted", "10.5"),
    ]
    assert ada("GET", "/sites/STOKE/lots?search=GRM&limit=1")[1]["items"][0]["lot"] == "A"
    first = ada("GET", "/sites/STOKE/lots?limit=1")[1]
    onward = ada("GET", f"/sites/STOKE/lots?limit=1&cursor={first['next']}")[1]
    assert (onward["items"][0]["lot"], onward["next"]) == ("A", None)


def test_a_lot_with_a_slash_has_its_history(ada: Caller) -> None:
    ada("POST", "/records", received("A/1 外"))
    ada("POST", "/records", said("lot_split", lot="A/1 外", into=[{"lot": "B", "quantity": "2"}]))
    name = quote(quote("A/1 外", safe=""), safe="")
    status, body = ada("GET", f"/sites/STOKE/lots/GLZ/{name}")
    assert (status, body["lot"]["on_hand"]) == (200, "8.5")
    assert [(e["what"], e["quantity"], e["other"]) for e in body["events"]] == [
        ("split", "-2", "B"),
        ("received", "10.5", ""),
    ]


def test_the_calibrations_of_a_gauge(ada: Caller) -> None:
    due = (timezone.localdate() + timedelta(days=9)).isoformat()
    new = {"code": "G-1", "name": "Gauge", "kind": "gauge", "equipment_class": "production"}
    ada("POST", "/sites/STOKE/equipment", {**new, "max_uses": 500})
    ada("POST", "/records", said("calibration", equipment="G-1", result="pass", due=due))
    body = ada("GET", "/sites/STOKE/calibrations/G-1")[1]
    assert [(c["as_found"], c["due"]) for c in body["items"]] == [("pass", due)]
    by = (timezone.localdate() + timedelta(days=30)).isoformat()
    found = ada("GET", f"/sites/STOKE/equipment?due_by={by}")[1]["items"]
    assert [(e["code"], e["max_uses"], e["uses"], e["state"]) for e in found] == [
        ("G-1", 500, 0, "due_soon")
    ]
