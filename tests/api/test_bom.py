"""Parts, revisions and bills of materials over the API."""

import json
from typing import Any
from urllib.parse import quote

import pytest

from tests.api.test_execution import Caller
from tests.conftest import World

AT = "/sites/STOKE/parts"
BOARD = b'Reference,Value,Footprint,MPN,Quantity\n"R1,R2",10k,0603,RC0603,2\nC1,1u,0603,,1\n'


@pytest.fixture
def eli(world: World) -> Caller:
    return Caller(world, "eli")


@pytest.fixture
def draft(eli: Caller) -> str:
    """The address of a draft revision of a part of its own, with two parts beside it."""
    for number in ("RES", "CAP"):
        eli("POST", AT, {"number": number, "name": number.lower(), "value": "10k"})
    eli("POST", AT, {"number": "BRD/1", "name": "Board", "procurement": "make"})
    part = f"{AT}/{quote(quote('BRD/1', safe=''), safe='')}"
    assert eli("POST", f"{part}/revisions", {})[0] == 201
    return f"{part}/revisions/1"


def line(part: str, quantity: str = "1", **more: Any) -> dict[str, Any]:
    return {"part": part, "quantity": quantity, **more}


def test_parts_are_made_listed_changed_and_retired(world: World, eli: Caller) -> None:
    status, body = eli("POST", AT, {"number": "R-1", "name": "Resistor", "value": "10k"})
    assert (status, body["number"], body["procurement"], body["revision"]) == (
        201,
        "R-1",
        "buy",
        "",
    )
    assert eli("GET", f"{AT}?search=10k")[1]["total"] == 1
    status, body = eli("PUT", f"{AT}/R-1", {"name": "Resistor, thick film"})
    assert (status, body["name"], body["value"]) == (200, "Resistor, thick film", "")
    assert eli("POST", f"{AT}/R-1/retire")[1]["retired_at"] is not None
    assert eli("GET", AT)[1]["items"] == []
    assert eli("GET", f"{AT}?retired=only")[1]["total"] == 1
    assert eli("POST", f"{AT}/R-1/reinstate")[1]["retired_at"] is None
    assert eli("GET", f"{AT}/R-2")[0] == 404
    assert Caller(world, "ben")("POST", AT, {"number": "X", "name": "x"})[0] == 403
    assert Caller(world, "cy")("GET", f"{AT}/R-1")[0] == 404


def test_lines_are_set_read_and_kept_from_being_overwritten(eli: Caller, draft: str) -> None:
    lines = [line("RES", "2", designators=["R1", "R2"]), line("CAP", "0.5", find_number="20")]
    status, done = eli("PUT", f"{draft}/lines", {"lines": lines})
    assert (status, done["added"], done["warnings"]) == (200, 2, [])

    status, body = eli("GET", f"{draft}/lines?limit=1")
    assert (status, body["total"], body["items"][0]["quantity"]) == (200, 2, "2")
    head = eli("GET", f"{draft}/bom?state=true")[1]
    assert (head["pieces"], head["designators"], head["state"]) == ("2.5", 2, done["state"])
    again = {"lines": lines[:1], "seen": done["state"]}
    assert eli("PUT", f"{draft}/lines", again)[1]["removed"] == 1
    status, body = eli("PUT", f"{draft}/lines", again)
    assert (status, body["code"]) == (409, "stale-state")
    status, body = eli("PUT", f"{draft}/lines", {"lines": [line("NONE")]})
    assert (status, body["details"]["row"]) == (400, 0)


def test_a_revision_is_reviewed_released_and_drafted_again(eli: Caller, draft: str) -> None:
    eli("PUT", f"{draft}/lines", {"lines": [line("RES")]})
    assert eli("POST", f"{draft}/status", {"to": "in_review"})[1]["status"] == "in_review"
    status, body = eli("PUT", f"{draft}/lines", {"lines": []})
    assert (status, body["code"]) == (409, "R-10")
    assert eli("POST", f"{draft}/release")[1]["status"] == "released"
    part = draft.rpartition("/revisions")[0]
    status, body = eli("POST", f"{part}/revisions", {"note": "Other resistor"})
    assert (status, body["label"], body["note"]) == (201, "A", "Other resistor")
    other = draft.replace("revisions/1", "revisions/A")
    eli("PUT", f"{other}/lines", {"lines": [line("RES", "3"), line("CAP")]})
    status, body = eli("GET", f"{other}/compare?with_revision=1")
    assert (status, body["changed"], body["added"]) == (200, 1, 1)
    assert body["differences"][0]["fields"] == {"quantity": ["1", "3"]}
    assert eli("DELETE", other)[0] == 204
    assert [r["label"] for r in eli("GET", f"{part}/revisions")[1]["items"]] == ["1"]


def test_needs_and_where_used_through_levels(eli: Caller, draft: str) -> None:
    eli("PUT", f"{draft}/lines", {"lines": [line("RES", "2")]})
    eli("POST", AT, {"number": "BOX", "name": "Box", "procurement": "make"})
    eli("POST", f"{AT}/BOX/revisions", {})
    lines = [line("BRD/1", "3", child="1"), line("RES", "0.25")]
    eli("PUT", f"{AT}/BOX/revisions/1/lines", {"lines": lines})

    needs = eli("GET", f"{AT}/BOX/revisions/1/needs?quantity=10")[1]["items"]
    assert [(n["part"], n["quantity"]) for n in needs] == [("RES", "62.5")]
    tree = eli("GET", f"{AT}/BOX/revisions/1/exploded")[1]["items"]
    assert [(n["level"], n["part"], n["quantity"]) for n in tree] == [
        (1, "BRD/1", "3"),
        (2, "RES", "6"),
        (1, "RES", "0.25"),
    ]
    used = eli("GET", f"{AT}/RES/where-used")[1]["items"]
    assert [(u["level"], u["part"], u["quantity"]) for u in used] == [
        (1, "BOX", "6.25"),
        (1, "BRD/1", "2"),
    ]
    assert eli("GET", f"{AT}/BOX/revisions/1/needs?quantity=0")[0] == 400


def test_variants_and_alternates(eli: Caller, draft: str) -> None:
    eli("PUT", f"{draft}/lines", {"lines": [line("RES", "2", designators=["R1", "R2"])]})
    change = {"position": 1, "designator": "R1", "fitted": True, "part": "CAP"}
    status, body = eli("PUT", f"{draft}/variants/EU", {"name": "Europe", "changes": [change]})
    assert (status, body["pieces"], body["changes"][0]["part"]) == (200, "2", "CAP")
    assert eli("GET", f"{draft}/lines?variant=EU")[1]["total"] == 2
    assert eli("DELETE", f"{draft}/variants/EU")[0] == 204
    assert eli("GET", f"{draft}/variants")[1] == []
    status, body = eli("PUT", f"{AT}/RES/alternates", [{"part": "CAP", "note": "for show"}])
    assert (status, body[0]["part"]) == (200, "CAP")
    assert eli("GET", f"{draft}/lines")[1]["items"][0]["alternates"][0]["everywhere"] is True


def test_schemes_of_a_site(eli: Caller) -> None:
    body = {"name": "Prototypes", "prefix_before": "P", "default": True}
    status, made = eli("PUT", "/sites/STOKE/revision-schemes/p", body)
    assert (status, made["key"], made["default"]) == (200, "p", True)
    found = eli("GET", "/sites/STOKE/revision-schemes")[1]
    assert [(s["key"], s["default"]) for s in found] == [("", False), ("p", True)]


def test_a_file_is_previewed_compared_and_taken(eli: Caller, draft: str) -> None:
    status, seen = eli.send(f"{draft}/imports/preview", BOARD, "b.csv")
    assert (status, seen["counts"]["lines"], seen["can_be_taken"]) == (200, 2, True)
    assert [p["number"] for p in seen["new_parts"]] == ["RC0603", "C-1u-0603"]
    assert eli("GET", f"{draft}/lines")[1]["total"] == 0

    status, done = eli.send(f"{draft}/imports", BOARD, "b.csv")
    assert (status, done["added"], done["parts"], done["sources"]) == (201, 2, 2, 1)
    mapping = json.dumps({"columns": {"3": ""}})
    status, body = eli.send(f"{draft}/compare-file", BOARD, "b.csv", mapping=mapping)
    assert (status, body["same"], body["changed"]) == (200, 1, 1)
    assert eli("GET", f"{draft}/imports")[1]["items"][0]["file_name"] == "b.csv"
    status, body = eli.send(f"{draft}/imports/preview", b"\x00\x01\x02", "b.csv")
    assert status == 400
    status, body = eli.send(f"{draft}/imports", BOARD, "b.csv", mapping="[")
    assert (status, body["details"]["field"]) == (400, "mapping")
