"""Operations with all they consist of, and test procedures, over the API."""

from typing import Any

import pytest

from firstoff.services import plan
from tests.api.test_access import Caller, caller
from tests.conftest import NOW, World
from tests.making import CROCK
from tests.recording import post, rec, unit

ONE = "/sites/STOKE/programs/CC-1"
PLAN = f"{ONE}/revisions/C/plans/2"
TESTS = f"{ONE}/revisions/C/test-procedures"
RING = {
    "seq": 10,
    "name": "Fit the ring",
    "equipment": ["L2-40"],
    "parameters": [{"name": "Force", "unit": "N", "lower": "200", "upper": "250"}],
    "materials": [{"find_number": "30"}],
    "steps": [{"text": "Press it home.", "parameter": "force", "characteristic": "1"}],
}


@pytest.fixture
def eli(world: World) -> Caller:
    loaded = plan.load_definition(site_id=world.site.pk, definition=CROCK, by=world.eli, at=NOW)
    plan.create_plan(program_id=loaded.program_id, revision="C", by=world.eli, at=NOW)
    return caller(world, "eli", "define")


def test_an_operation_is_changed_with_all_it_consists_of(eli: Caller) -> None:
    ring = {k: v for k, v in RING.items() if k != "materials"}
    status, made = eli("PUT", f"{PLAN}/operations/10", ring)
    assert (status, made["parameters"][0]["upper"], made["characteristics"]) == (200, "250", ["1"])
    assert made["steps"] == [
        {
            "text": "Press it home.",
            "caution": "",
            "tool": "",
            "torque": "",
            "characteristic": "1",
            "parameter": "Force",
            "asks": [],
            "pictures": [],
        }
    ]


def test_what_is_left_out_of_a_change_stays(eli: Caller) -> None:
    ring = {k: v for k, v in RING.items() if k != "materials"}
    eli("PUT", f"{PLAN}/operations/10", {**ring, "predecessors": []})
    named = {"seq": 10, "name": "Fit the seal ring"}
    _, made = eli("PUT", f"{PLAN}/operations/10", named)
    assert (made["name"], len(made["steps"]), made["predecessors"]) == ("Fit the seal ring", 1, [])
    _, all_ = eli("PUT", f"{PLAN}/operations", [named])
    assert [(o["equipment"], len(o["parameters"])) for o in all_] == [(["L2-40"], 1)]
    _, bare = eli("PUT", f"{PLAN}/operations/10", {**named, "steps": [], "predecessors": None})
    assert (bare["steps"], bare["predecessors"]) == ([], None)


def test_an_operation_that_cannot_be_says_why(eli: Caller) -> None:
    status, said = eli(
        "PUT", f"{PLAN}/operations/20", {"seq": 20, "name": "x", "predecessors": [30]}
    )
    assert (status, said["title"], said["details"]["field"]) == (
        400,
        "The operations wait for each other: 20 after 30 after 20.",
        "predecessors",
    )
    status, said = eli("PUT", f"{PLAN}/operations/10", RING)
    assert (status, said["title"]) == (
        400,
        "Operation 10 consumes line 30, which the bill of materials does not have.",
    )


def test_the_gaps_of_the_plan_say_what_they_are_about(eli: Caller) -> None:
    step = {"text": "Press.", "asks": ["torque"]}
    eli(
        "PUT", f"{PLAN}/operations", [{"seq": 10, "name": "Press", "jig": "J-02", "steps": [step]}]
    )
    _, seen = eli("GET", f"{ONE}/definition")
    assert [(g["kind"], g["seq"], g["step"], g["number"]) for g in seen["plan_gaps"]] == [
        ("step", 10, 1, ""),
        ("standard_time", 10, 0, ""),
        ("check", 0, 0, "1"),
    ]


# ---------------------------------------------------------------- test procedures

LEAK: dict[str, Any] = {
    "code": "T-1",
    "name": "Leak test",
    "pass_criteria": "Below the limit.",
    "steps": [{"name": "Leak", "unit": "ml", "upper": "0.50", "characteristic": "1"}],
}


def test_a_test_procedure_from_its_draft_to_its_release(eli: Caller) -> None:
    status, made = eli("POST", TESTS, {**LEAK, "pass_criteria": ""})
    assert (status, made["label"], made["status"], made["gaps"]) == (
        201,
        "1",
        "draft",
        ["It does not say when the unit has passed."],
    )
    status, refused = eli("POST", f"{TESTS}/T-1/1/release")
    assert (status, refused["code"]) == (409, "R-10")
    said = {k: v for k, v in LEAK.items() if k != "code"}
    assert eli("PUT", f"{TESTS}/T-1/1", said)[1]["gaps"] == []
    assert eli("POST", f"{TESTS}/T-1/1/release")[1]["status"] == "released"
    assert eli("POST", f"{TESTS}/T-1", {})[1]["label"] == "2"
    assert eli("DELETE", f"{TESTS}/T-1/2")[0] == 204
    _, listed = eli("GET", TESTS)
    assert [(p["code"], p["label"]) for p in listed["items"]] == [("T-1", "1")]


def test_a_test_procedure_shows_the_records_made_to_it(world: World, eli: Caller) -> None:
    eli("POST", TESTS, LEAK)
    lines = [{"name": "Leak", "unit": "ml", "upper": "0.5"}]
    procedure = {"name": "Leak test", "lines": lines}
    post(
        world,
        unit("U-1", part="CC-1"),
        rec("test", part="CC-1", serial="U-1", procedure=procedure, values=[0.1]),
    )
    _, found = eli("GET", f"{TESTS}/T-1/1")
    assert [(m["name"], m["records"], m["units"]) for m in found["made"]] == [("Leak test", 1, 1)]
