"""Change orders, tolerances and the technical package over the API."""

from typing import Any

import pytest

from firstoff.services import plan
from tests.api.test_access import caller
from tests.conftest import NOW, PASSWORD, World
from tests.services.test_plan import CROCK

PROGRAM = "/sites/STOKE/programs/CC-1"


@pytest.fixture
def program(world: World) -> int:
    loaded = plan.load_definition(site_id=world.site.pk, definition=CROCK, by=world.eli, at=NOW)
    plan.freeze_baseline(program_id=loaded.program_id, by=world.eli, at=NOW)
    return loaded.program_id


def test_a_change_is_asked_for_assessed_and_approved_over_the_api(
    world: World, program: int
) -> None:
    call = caller(world, "eli", "read", "define")
    assert call("POST", f"{PROGRAM}/revisions", {})[0] == 201
    asked = {
        "title": "Slower seat",
        "reason": "Rims chip.",
        "items": [{"part": "CC-1", "after": "D"}],
    }
    status, order = call("POST", f"{PROGRAM}/changes", asked)
    assert (status, order["label"], order["state"]) == (201, "ECO-0001", "requested")
    status, view = call("GET", f"{PROGRAM}/changes/1")
    assert (status, view["impact"]["units"], view["redline"][0]["what"]) == (200, 0, "Revision")
    status, order = call(
        "POST",
        f"{PROGRAM}/changes/1/assessment",
        {"effectivity": "date", "effective_from": "2026-09-01"},
    )
    assert (status, order["state"], order["effective_from"]) == (201, "assessed", "2026-09-01")
    assert call("POST", f"{PROGRAM}/changes/1/approval", {"password": PASSWORD})[0] == 403
    signs = caller(world, "ada", "read", "sign")
    status, order = signs("POST", f"{PROGRAM}/changes/1/approval", {"password": PASSWORD})
    assert (status, order["state"], order["steps"][-1]["signed"]) == (201, "approved", True)
    status, problem = call("POST", f"{PROGRAM}/changes/1/effect", {})
    assert (status, problem["code"]) == (409, "R-12")
    status, order = call("POST", f"{PROGRAM}/changes/1/withdrawal", {"text": "Not needed."})
    assert (status, order["state"]) == (201, "withdrawn")
    status, page = call("GET", f"{PROGRAM}/changes?open=true")
    assert (status, page["total"]) == (200, 0)
    assert call("GET", f"{PROGRAM}/changes/9")[0] == 404


def test_what_the_machine_cannot_hold_is_told_over_the_api(world: World, program: int) -> None:
    call = caller(world, "eli", "read", "define")
    process = {
        "process": "Jiggering",
        "unit": "mm",
        "spread": "0.2",
        "values": 40,
        "measured_on": "2026-03-01",
    }
    assert call("POST", "/sites/STOKE/processes", process)[0] == 201
    status, page = call("GET", "/sites/STOKE/processes")
    assert (status, page["items"][0]["spread"]) == (200, "0.2")
    where = f"{PROGRAM}/revisions/C"
    named = {"process": "Jiggering"}
    assert call("PUT", f"{where}/processes/1", named)[0] == 204
    status, found = call("GET", f"{where}/tolerances")
    assert (status, found["holdings"][0]["verdict"]) == (200, "not_met")
    chain = {"name": "Seat", "unit": "mm", "lower": "0.1", "links": [{"characteristic": "1"}]}
    status, problem = call("PUT", f"{where}/chains/ST-1", chain)
    assert (status, problem["code"]) == (409, "R-10")
    assert call("POST", "/sites/STOKE/processes/retirements", named)[0] == 204
    assert call("POST", "/sites/STOKE/processes/retirements", named)[0] == 404


def test_a_study_is_posted_once_read_back_and_listed(world: World, program: int) -> None:
    call = caller(world, "eli", "read", "define")
    asked = {
        "part": "CC-1",
        "characteristic": "1",
        "values": ["0.60", "0.610", 0.59, "0.605"] * 5,
        "unit": "mm",
        "measured_on": "2026-03-02",
        "machine": "Haas VF-2",
        "uid": "01990000-0000-7000-8000-000000000001",
    }
    where = "/sites/STOKE/studies"
    status, made = call("POST", where, asked)
    assert (status, made["pieces"], made["revision"], made["by"]) == (201, 20, "C", "Eli Novak")
    assert made["values"][:4] == ["0.6", "0.61", "0.59", "0.605"]
    assert call("POST", where, asked) == (201, made)
    status, problem = call("POST", where, {**asked, "machine": "M-07"})
    assert (status, problem["code"]) == (409, "R-36")

    for change, words in (
        ({"unit": "in"}, "The study is in in, 1 Lid clearance is in mm"),
        ({"values": ["1", "abc"]}, "values.1: Input should be a valid decimal"),
        ({"values": ["1", "1e12"]}, "Value 2 is 1E+12; expected a number"),
        ({"values": []}, "no values"),
        ({"measured_on": "2999-01-01"}, "lies in the future"),
    ):
        status, problem = call("POST", where, {**asked, "uid": None, **change})
        assert (status, words in problem["title"]) == (400, True), problem
    assert call("POST", where, {**asked, "uid": None, "characteristic": "9"})[0] == 404
    assert caller(world, "vic", "read", "define")("POST", where, asked)[0] == 403

    second = {**asked, "uid": None, "measured_on": "2026-03-01"}
    assert call("POST", where, second)[0] == 201
    status, page = call("GET", f"{where}?part=CC-1&revision=C&characteristic=1&limit=1")
    assert (status, page["total"], page["items"][0]["uid"]) == (200, 2, asked["uid"])
    assert "values" not in page["items"][0]
    rest = call("GET", f"{where}?characteristic=1&limit=1&cursor={page['next']}")[1]
    assert (rest["items"][0]["measured_on"], rest["next"]) == ("2026-03-01", None)
    assert call("GET", f"{where}?characteristic=9")[1]["total"] == 0
    assert call("GET", f"{where}/{asked['uid']}") == (200, made)
    assert call("GET", f"{where}/01990000-0000-7000-8000-00000000000f")[0] == 404

    held = call("GET", f"{PROGRAM}/revisions/C/tolerances")[1]["holdings"][0]
    assert (held["source"], held["verdict"], held["unit"]) == ("study", "met", "mm")
    # By hand: mean 0.60125, s = sqrt(0.00109375 / 19) = 0.0075873, to the limit 0.90 13.125.
    assert held["index"] == pytest.approx(13.1251, rel=1e-4)
    assert held["interval"][0] < held["bound"] < held["index"] < held["interval"][1]


def test_the_package_says_what_is_missing_over_the_api(world: World, program: int) -> None:
    call = caller(world, "vic", "read")
    status, found = call("GET", f"{PROGRAM}/package")
    sections: dict[str, Any] = {s["key"]: s for s in found["sections"]}
    assert (status, found["complete"]) == (200, False)
    assert sections["bom"]["gaps"][0]["sentence"] == "There is no bill of materials."
