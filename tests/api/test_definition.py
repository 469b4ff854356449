"""Programs, definitions, equipment and baselines over the API."""

import json
from dataclasses import replace
from typing import Any

import pytest

from firstoff.formats.definitions import write_definition
from firstoff.rules.ledger import digest
from firstoff.services import access, plan
from tests.api.test_access import Caller, caller
from tests.conftest import NOW, World
from tests.making import CROCK

ONE = "/sites/STOKE/programs/CC-1"
CLEARANCE = {
    "number": "1",
    "name": "Lid clearance",
    "kind": "variable",
    "classification": "critical",
    "lower": "0.30",
    "upper": "0.90",
    "unit": "mm",
    "method": "Feeler gauge G-11",
}
SEAT = {"seq": 10, "name": "Seat the lid", "standard_minutes": "1.5", "characteristics": ["1"]}


def load(world: World, **changes: Any) -> None:
    plan.load_definition(
        site_id=world.site.pk, definition=replace(CROCK, **changes), by=world.eli, at=NOW
    )


def test_a_product_from_nothing_to_its_baseline(world: World) -> None:
    eli = caller(world, "eli", "define")
    status, made = eli("POST", "/sites/STOKE/programs", {"code": "CC-1", "name": "Crock"})
    assert (status, made["part_number"], made["owner"]) == (201, "CC-1", "eli")

    assert eli("PUT", f"{ONE}/revisions/A/characteristics", [CLEARANCE])[0] == 200
    assert eli("PUT", f"{ONE}/revisions/A/plans/1/operations", [SEAT])[0] == 200
    codes = [{"code": "D-1", "name": "Foul", "category": "fit"}]
    assert eli("POST", f"{ONE}/defect-codes", codes) == (201, codes)
    status, refused = eli("POST", f"{ONE}/baselines", {})
    assert (status, refused["code"]) == (409, "R-11")
    assert refused["details"]["stops"] == [
        "The part revision is a draft; release it first.",
        "The process plan is a draft; release it first.",
    ]
    assert eli("POST", f"{ONE}/revisions/A/release")[1]["status"] == "released"
    assert eli("POST", f"{ONE}/revisions/A/plans/1/release")[1]["status"] == "released"
    status, frozen = eli("POST", f"{ONE}/baselines", {})
    assert (status, frozen["revision"], frozen["runs"]) == (200, "A", 0)
    assert eli("POST", f"{ONE}/baselines", {})[1]["digest"] == frozen["digest"]
    full = eli("GET", f"{ONE}/baselines/{frozen['digest'][:8]}")[1]
    assert digest(full["content"]) == frozen["digest"]


def test_a_definition_is_read_whole(world: World) -> None:
    load(world)
    status, seen = caller(world, "vic", "read")("GET", f"{ONE}/definition")

    assert (status, seen["stops"], seen["frozen"]) == (200, [], None)
    assert [c["lower"] for c in seen["characteristics"]] == ["0.30", None]
    assert [o["seq"] for o in seen["operations"]] == [10, 20, 30]


def test_two_are_a_list_like_any_other_number(world: World) -> None:
    load(world, release_revision=False, release_plan=False)
    eli = caller(world, "eli", "define")
    chars = f"{ONE}/revisions/C/characteristics"
    ops = f"{ONE}/revisions/C/plans/1/operations"

    two = [CLEARANCE, {**CLEARANCE, "number": "2"}]
    assert [c["number"] for c in eli("PUT", chars, two)[1]] == ["1", "2"]
    assert [o["seq"] for o in eli("PUT", ops, [SEAT, {**SEAT, "seq": 20}])[1]] == [10, 20]
    moved = eli("POST", f"{ONE}/revisions/C/plans/1/order", {"order": [20, 10]})
    assert [o["seq"] for o in moved[1]] == [10, 20]


def test_a_file_is_loaded_and_given_back(world: World) -> None:
    eli = caller(world, "eli", "define")
    file = json.loads(write_definition(CROCK))

    status, loaded = eli("POST", "/sites/STOKE/definitions", file)
    assert (status, len(loaded["changed"])) == (200, 13)
    assert eli("POST", "/sites/STOKE/definitions", file)[1]["changed"] == []
    given = eli("GET", f"{ONE}/definition-file")[1]
    assert given["plan"] == file["plan"]
    file["revision"]["characteristics"][0]["kind"] = "vague"
    status, refused = eli("POST", "/sites/STOKE/definitions", file)
    assert (status, refused["title"]) == (
        400,
        "the definition, revision.characteristics[0].kind: invalid enum value 'vague'; expected "
        "one of variable, attribute.",
    )


def test_a_draft_is_changed_piece_by_piece(world: World) -> None:
    load(world, release_revision=False, release_plan=False)
    eli = caller(world, "eli", "define")
    chars, ops = f"{ONE}/revisions/C/characteristics", f"{ONE}/revisions/C/plans/1/operations"

    assert eli("POST", chars, {**CLEARANCE, "number": "3/1"})[0] == 201
    assert eli("PUT", f"{chars}/3/1", {**CLEARANCE, "number": "3"})[0] == 200
    assert eli("DELETE", f"{chars}/3") == (204, None)
    assert eli("DELETE", f"{chars}/3")[0] == 404
    assert eli("POST", ops, {**SEAT, "seq": 15})[0] == 201
    assert eli("PUT", f"{ops}/15", {**SEAT, "seq": 16})[0] == 200
    assert eli("DELETE", f"{ops}/16") == (204, None)
    status, moved = eli("POST", f"{ONE}/revisions/C/plans/1/order", {"order": [30, 10, 20]})
    assert (status, [o["name"] for o in moved]) == (
        200,
        ["Apply the label", "Fit the ring", "Seat the lid"],
    )
    status, refused = eli("POST", chars, {**CLEARANCE, "lower": "1"})
    assert (status, refused["details"]["field"]) == (400, "lower")


def test_revisions_and_plans_follow_each_other(world: World) -> None:
    load(world)
    eli = caller(world, "eli", "define")

    assert eli("POST", f"{ONE}/revisions/C/plans", {})[1]["label"] == "2"
    assert eli("DELETE", f"{ONE}/revisions/C/plans/2") == (204, None)
    assert eli("POST", f"{ONE}/revisions", {"label": "E"})[1]["status"] == "draft"
    assert [r["label"] for r in eli("GET", f"{ONE}/revisions")[1]["items"]] == ["E", "C"]
    assert eli("DELETE", f"{ONE}/revisions/E") == (204, None)
    assert eli("DELETE", f"{ONE}/revisions/C")[1]["code"] == "R-10"


def test_two_baselines_are_compared(world: World) -> None:
    load(world)
    eli = caller(world, "eli", "define")
    first = eli("POST", f"{ONE}/baselines", {})[1]["digest"]
    load(world, plan="2", operations=CROCK.operations[:2])
    second = eli("POST", f"{ONE}/baselines", {})[1]["digest"]

    status, found = eli("GET", f"{ONE}/baselines/compare?before={first}&after={second}")
    assert (status, found["items"]) == (
        200,
        [
            {"what": "Process plan", "before": "1", "after": "2"},
            {"what": "Operation 30", "before": "Apply the label", "after": ""},
        ],
    )
    listed = eli("GET", f"{ONE}/baselines?limit=1")[1]
    assert (listed["items"][0]["digest"], listed["total"]) == (second, 2)
    assert eli("GET", f"{ONE}/baselines?cursor={listed['next']}")[1]["items"][0]["digest"] == first


def test_equipment_over_the_api(world: World) -> None:
    eli = caller(world, "eli", "define")
    kiln = {"name": "Kiln", "kind": "machine", "equipment_class": "production"}

    assert eli("POST", "/sites/STOKE/equipment", {**kiln, "code": "K/2"})[0] == 201
    changed = {**kiln, "calibration_due": "2020-01-31"}
    assert eli("PUT", "/sites/STOKE/equipment/K/2", changed)[1]["state"] == "overdue"
    assert eli("DELETE", "/sites/STOKE/equipment/K/2")[1]["state"] == "retired"
    assert eli("GET", "/sites/STOKE/equipment?kind=machine")[1]["total"] == 0
    assert eli("POST", "/sites/STOKE/equipment-in-use/K/2")[1]["state"] == "overdue"
    assert eli("GET", "/sites/STOKE/equipment?kind=spoon")[0] == 400


@pytest.mark.parametrize("scope", ["read", "record", "sign"])
def test_a_token_without_the_scope_defines_nothing(world: World, scope: str) -> None:
    load(world)
    eli = caller(world, "eli", scope)

    for path in (f"{ONE}/baselines", f"{ONE}/revisions"):
        status, refused = eli("POST", path, {})
        assert (status, refused["code"]) == (403, "not-allowed")
        assert refused["way_out"] == "It needs the scope define."


def test_another_site_sees_nothing(world: World) -> None:
    load(world)
    secret = access.create_token(
        site_id=world.other_site.pk,
        username="cy",
        name="test",
        scopes=("read", "define"),
        by=_admin(world),
        at=NOW,
    ).secret
    cy = Caller(secret)

    for path in (ONE, f"{ONE}/definition", f"{ONE}/baselines", "/sites/STOKE/equipment"):
        assert cy("GET", path)[0] == 404
    assert cy("POST", f"{ONE}/baselines", {})[0] == 404
    assert cy("GET", "/programs")[1] == {"items": [], "next": None, "total": 0}


def _admin(world: World) -> Any:
    return world.adam
