"""Runs over the API: everything the line records, idempotent, refused with the rule."""

import io
import json
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone
from openpyxl import load_workbook

from firstoff.db.models import Judgement, Unit
from firstoff.services import access
from tests.conftest import PASSWORD, World
from tests.making import CROCK

RUN = "/sites/STOKE/runs/CC1-P1"
BAR = {"sample": 20, "max_rejects": 1, "commits": 1000, "max_mean_minutes": "6"}


class Caller:
    """Somebody with a token."""

    def __init__(self, world: World, username: str, *scopes: str) -> None:
        from django.test import Client

        made = access.create_token(
            site_id=world.site.pk if username != "cy" else world.other_site.pk,
            username=username,
            name="test",
            scopes=scopes or ("read", "record", "define", "sign"),
            by=world.adam,
            at=timezone.now(),
        )
        bearer = {"Authorization": f"Bearer {made.secret}"}
        self.client = Client(HTTP_HOST="localhost", headers=bearer)

    def __call__(self, method: str, path: str, body: Any = None) -> tuple[int, Any]:
        data = {} if body is None else {"data": json.dumps(body, default=str)}
        answer = getattr(self.client, method.lower())(
            f"/api/v1{path}", **data, content_type="application/json"
        )
        return answer.status_code, json.loads(answer.content) if answer.content else None

    def send(self, path: str, raw: bytes, name: str = "log.csv", **form: str) -> tuple[int, Any]:
        answer = self.client.post(
            f"/api/v1{path}", {"file": SimpleUploadedFile(name, raw), **form}
        )
        return answer.status_code, answer.json()


@pytest.fixture
def eli(world: World) -> Caller:
    """The engineer, with the crock defined and frozen today."""
    from firstoff.services import plan

    now = timezone.now()
    loaded = plan.load_definition(site_id=world.site.pk, definition=CROCK, by=world.eli, at=now)
    plan.freeze_baseline(program_id=loaded.program_id, by=world.eli, at=now)
    return Caller(world, "eli")


@pytest.fixture
def open_run(world: World, eli: Caller) -> Caller:
    """Ben's caller, on a run that is created and has its bar locked."""
    body = {"planned_quantity": 20, "line": "Line 2", "equipment": ["L2-40"]}
    assert eli("POST", "/sites/STOKE/programs/CC-1/runs", body)[0] == 201
    locked = Caller(world, "ada")("POST", f"{RUN}/bar", {**BAR, "password": PASSWORD})
    assert locked[0] == 201, locked
    return Caller(world, "ben")


def inspected(world: World, ben: Caller) -> None:
    """The first unit, started and inspected."""
    assert ben("POST", f"{RUN}/units", {"serial": "CC1-P1-001"})[0] == 201
    body = {"serial": "CC1-P1-001", "passed": True, "checked": 2, "conforming": 2}
    assert Caller(world, "ivy")("POST", f"{RUN}/first-articles", body)[0] == 201


def good(number: int, **given: Any) -> dict[str, Any]:
    return {
        "serial": f"CC1-P1-{number:03}",
        "fit": "pass",
        "finish": "pass",
        "function": "pass",
        "build_seconds": 300,
        **given,
    }


def test_a_run_is_created_listed_and_shown(world: World, eli: Caller) -> None:
    uid = uuid4()
    body = {"planned_quantity": 20, "line": "Line 2", "equipment": ["L2-40"], "uid": uid}
    made = eli("POST", "/sites/STOKE/programs/CC-1/runs", body)
    again = eli("POST", "/sites/STOKE/programs/CC-1/runs", body)
    assert (
        made
        == again
        == (
            201,
            {"uid": str(uid), "batch_id": "CC1-P1", "number": 1, "warnings": []},
        )
    )
    status, page = eli("GET", "/sites/STOKE/runs?program=CC-1")
    assert (status, page["total"], page["items"][0]["batch_id"]) == (200, 1, "CC1-P1")
    status, head = eli("GET", RUN)
    assert (status, [e["code"] for e in head["equipment"]], len(head["setup_gaps"])) == (
        200,
        ["L2-40"],
        6,
    )


def test_what_a_bar_lets_through_is_said_before_it_is_locked(eli: Caller) -> None:
    status, read = eli("GET", "/bar-reading?sample=20&max_rejects=1")
    assert (status, read["needed"][0]) == (200, {"sample": 59, "rejects": 0})
    assert "39 times in 100" in read["sentence"]
    assert eli("GET", "/bar-reading?sample=20&max_rejects=20")[0] == 400


def test_a_bar_is_locked_once_with_the_password(world: World, eli: Caller) -> None:
    eli("POST", "/sites/STOKE/programs/CC-1/runs", {"planned_quantity": 20, "line": "L"})
    ada = Caller(world, "ada")
    wrong = ada("POST", f"{RUN}/bar", {**BAR, "password": "wrong"})
    locked = ada("POST", f"{RUN}/bar", {**BAR, "password": PASSWORD})
    second = ada("POST", f"{RUN}/bar", {**BAR, "max_rejects": 2, "password": PASSWORD})
    assert (wrong[0], wrong[1]["code"]) == (409, "signature")
    assert (locked[0], locked[1]["batch_id"]) == (201, "CC1-P1")
    assert (second[0], second[1]["code"]) == (409, "R-31")
    assert ada("GET", f"{RUN}/bar")[1]["locked_by"] == "Ada Okafor"


def test_a_token_signs_only_with_its_scope(world: World, eli: Caller) -> None:
    eli("POST", "/sites/STOKE/programs/CC-1/runs", {"planned_quantity": 20, "line": "L"})
    ada = Caller(world, "ada", "read", "record")
    status, body = ada("POST", f"{RUN}/bar", {**BAR, "password": PASSWORD})
    assert (status, body["code"]) == (403, "not-allowed")


def test_a_unit_without_a_bar_is_refused_with_the_rule_and_the_way_out(eli: Caller) -> None:
    eli("POST", "/sites/STOKE/programs/CC-1/runs", {"planned_quantity": 20, "line": "L"})
    status, body = eli("POST", f"{RUN}/units", {"serial": "CC1-P1-001"})
    assert (status, body["code"], body["title"], body["way_out"]) == (
        409,
        "R-31",
        "CC1-P1 has no locked bar, so no unit may be started.",
        "A quality manager locks the bar by signature; then the first unit may start.",
    )


def test_the_line_records_a_unit_from_start_to_result(world: World, open_run: Caller) -> None:
    ben = open_run
    uid = uuid4()
    started = ben("POST", f"{RUN}/units", {"serial": "CC1-P1-001", "uid": uid})
    again = ben("POST", f"{RUN}/units", {"serial": "CC1-P1-001", "uid": uid})
    assert (started[0], started[1]["counts"], again[0], again[1]["again"]) == (
        201,
        True,
        200,
        True,
    )
    now = timezone.now()
    for seq in (10, 20, 30):
        body = {"serial": "CC1-P1-001", "seq": seq, "outcome": "pass"}
        if seq == 20:
            body["measures"] = [{"characteristic": "1", "value": "0.61"}]
        times = {"began_at": now, "ended_at": now + timedelta(seconds=seq)}
        status, done = ben("POST", f"{RUN}/operations", {**body, **times})
        assert status == 201, done
    assert (done["judged"]["fit"], done["judged"]["build_seconds"]) == ("pass", "60.000")
    state = ben("GET", f"{RUN}/line?serial=CC1-P1-001")[1]
    assert (state["unit"]["finished"], state["next_serial"]) == (True, "CC1-P1-002")


def test_the_line_says_what_comes_next_and_who_can_release(world: World, open_run: Caller) -> None:
    inspected(world, open_run)
    state = open_run("GET", f"{RUN}/line?serial=CC1-P1-001")[1]
    assert (state["unit"]["operation"]["seq"], state["who_releases"]) == (10, ["Ada Okafor"])
    refused = open_run(
        "POST",
        f"{RUN}/operations",
        {
            "serial": "CC1-P1-001",
            "seq": 30,
            "outcome": "pass",
            "began_at": timezone.now(),
            "ended_at": timezone.now(),
        },
    )
    assert (refused[0], refused[1]["code"], refused[1]["details"]["lift"]) == (
        409,
        "R-35",
        "order",
    )


def test_results_stand_beside_each_other(world: World, open_run: Caller) -> None:
    inspected(world, open_run)
    bad = {**good(1), "fit": "fail", "defects": [{"code": "D-101"}]}
    first = open_run("POST", f"{RUN}/judgements", bad)
    second = open_run("POST", f"{RUN}/judgements", good(1))
    rework = open_run(
        "POST", f"{RUN}/judgements", {**good(1), "attempt": "rework", "build_seconds": None}
    )
    assert (first[0], second[0], second[1]["code"], rework[1]["attempt"]) == (
        201,
        409,
        "R-48",
        2,
    )
    ada = Caller(world, "ada")
    path = f"{RUN}/judgements/{first[1]['uid']}/correction"
    fixed = ada("POST", path, {"reason": "Wrong row.", "password": PASSWORD, "fit": "pass"})
    assert (fixed[0], fixed[1]["fit"]) == (201, "pass")
    page = ada("GET", f"{RUN}/units")[1]
    assert (page["items"][0]["first"], page["items"][0]["corrected"]) == ("good", True)


def test_the_other_records_are_taken(world: World, open_run: Caller) -> None:
    inspected(world, open_run)
    ada, ben = Caller(world, "ada"), open_run
    adjustment = {"what": "Press", "before": "30 N", "after": "35 N", "reason": "Loose."}
    fix = {"seq": 20, "proposal": "A jig with posts."}
    release = {"lift": "order", "subject": "CC1-P1-001", "reason": "r", "password": PASSWORD}
    left_out = {"serial": "CC1-P1-001", "reason": "Dropped."}
    assert [
        ben("POST", f"{RUN}/adjustments", adjustment)[0],
        ben("POST", f"{RUN}/step-fixes", fix)[0],
        ada("POST", f"{RUN}/releases", release)[0],
        ben("POST", f"{RUN}/exclusions", left_out)[0],
        ben("PUT", f"{RUN}/setup", {"lines": {"mould": "none"}})[0],
    ] == [201, 201, 201, 201, 200]
    head = ben("GET", RUN)[1]
    assert (head["adjustments"][0]["after"], head["step_fixes"], head["releases"][0]["lift"]) == (
        "35 N",
        {"20": "A jig with posts."},
        "order",
    )


def test_a_repeat_is_offered_the_same_bar(world: World, open_run: Caller, eli: Caller) -> None:
    status, made = eli("POST", f"{RUN}/repeat", {})
    offered = eli("GET", "/sites/STOKE/runs/CC1-P2/bar/offered")[1]
    assert (status, made["batch_id"], offered["sample"], offered["max_rejects"]) == (
        201,
        "CC1-P2",
        20,
        1,
    )


# ---------------------------------------------------------------- bulk


def test_records_are_posted_in_bulk_and_again(world: World, open_run: Caller) -> None:
    inspected(world, open_run)
    records = [good(n, uid=str(uuid4())) for n in range(2, 12)]
    first = open_run("POST", f"{RUN}/units/bulk", {"records": records})
    again = open_run("POST", f"{RUN}/units/bulk", {"records": records})
    assert (first[0], first[1]["stored"], again[1]["already"], Unit.objects.count()) == (
        200,
        10,
        10,
        11,
    )


def test_a_bulk_post_is_all_or_nothing_unless_asked_otherwise(
    world: World, open_run: Caller
) -> None:
    inspected(world, open_run)
    records = [good(2), good(3, fit="fail")]
    status, body = open_run("POST", f"{RUN}/units/bulk", {"records": records})
    assert (status, body["code"], body["details"]["records"][0]["index"]) == (409, "R-34", 1)
    assert Judgement.objects.count() == 0
    post = {"records": records, "mode": "best_effort"}
    status, body = open_run("POST", f"{RUN}/units/bulk", post)
    assert (status, body["stored"], body["refused"], body["answers"][1]["code"]) == (
        200,
        1,
        1,
        "R-34",
    )


@pytest.mark.parametrize(
    ("body", "sentence"),
    [
        ({"records": [{"serial": 7}]}, "Expected `str`, got `int` - at `$.records[0].serial`"),
        ({"records": [{"serial": "a", "fit": "maybe"}]}, "Invalid enum value 'maybe'"),
        ({"records": [{"serial": "a", "started_at": "2026-05-08T10:00:00"}]}, "timezone"),
        ({"records": [{"serial": "a", "color": "red"}]}, "unknown field `color`"),
        ({"records": []}, "length >= 1"),
        ({"records": [], "mode": "some"}, "records"),
    ],
)
def test_records_that_cannot_be_read_say_where(
    open_run: Caller, body: dict[str, Any], sentence: str
) -> None:
    status, answer = open_run("POST", f"{RUN}/units/bulk", body)
    assert status == 400
    assert sentence in answer["title"], answer


def test_the_form_of_a_bulk_post_is_in_the_openapi_document(open_run: Caller) -> None:
    document = open_run("GET", "/openapi.json")[1]
    path = "/api/v1/sites/{site}/runs/{batch_id}/units/bulk"
    body = document["paths"][path]["post"]["requestBody"]
    schema = body["content"]["application/json"]["schema"]
    assert schema["properties"]["records"]["maxItems"] == 10_000
    assert "$ref" not in json.dumps(schema)


# ---------------------------------------------------------------- reading


def test_units_come_in_pages_filtered_and_as_files(world: World, open_run: Caller) -> None:
    inspected(world, open_run)
    open_run("POST", f"{RUN}/units/bulk", {"records": [good(n) for n in range(2, 6)]})
    status, page = open_run("GET", f"{RUN}/units?limit=2&sort=-order")
    assert (status, page["total"], [u["serial"] for u in page["items"]]) == (
        200,
        5,
        ["CC1-P1-005", "CC1-P1-004"],
    )
    rest = open_run("GET", f"{RUN}/units?limit=2&sort=-order&cursor={page['next']}")[1]
    assert rest["items"][0]["serial"] == "CC1-P1-003"
    assert open_run("GET", f"{RUN}/units?show=pending")[1]["total"] == 1
    answer = open_run.client.get(f"/api/v1{RUN}/units.csv?show=pending")
    text = b"".join(answer.streaming_content).decode("utf-8-sig").splitlines()
    assert (text[0].split(",")[0], text[1].split(",")[0], len(text)) == (
        "serial",
        "CC1-P1-001",
        2,
    )
    book = load_workbook(io.BytesIO(open_run.client.get(f"/api/v1{RUN}/units.xlsx").content))
    assert book.active is not None
    assert book.active.max_row == 6


def test_a_unit_is_traced_by_its_part_and_serial(world: World, open_run: Caller) -> None:
    inspected(world, open_run)
    status, found = open_run("GET", "/sites/STOKE/trace?part=CC-1&serial=CC1-P1-001")
    assert (status, found["operator"], found["events"][0]["what"]) == (
        200,
        "Ben Tams",
        "First article inspection passed: 2 of 2 characteristics conform",
    )
    assert open_run("GET", "/sites/STOKE/trace?part=CC-1&serial=none")[0] == 404


def test_another_site_sees_nothing_and_a_viewer_records_nothing(
    world: World, open_run: Caller
) -> None:
    cy, vic = Caller(world, "cy"), Caller(world, "vic")
    paths = ("", "/units", "/units.csv", "/line", "/bar")
    assert {cy("GET", f"{RUN}{p}")[0] for p in paths} == {404}
    assert cy("POST", f"{RUN}/units", {"serial": "CC1-P1-001"})[0] == 404
    assert vic("POST", f"{RUN}/units", {"serial": "CC1-P1-001"})[0] == 403
    assert cy("GET", "/sites/STOKE/trace?part=CC-1&serial=CC1-P1-001")[0] == 404


# ---------------------------------------------------------------- imports


def test_a_file_is_previewed_and_taken(world: World, open_run: Caller) -> None:
    inspected(world, open_run)
    raw = b"Teil,fit,finish,function,build_minutes\nCC1-P1-002,ok,ok,ok,5\n"
    mapping = json.dumps({"Teil": "serial"})
    status, seen = open_run.send(f"{RUN}/imports/preview", raw, mapping=mapping)
    assert (status, seen["take"], seen["can_be_taken"], Unit.objects.count()) == (
        200,
        1,
        True,
        1,
    )
    taken = open_run.send(f"{RUN}/imports", raw, mapping=mapping)
    again = open_run.send(f"{RUN}/imports", raw, mapping=mapping)
    assert (taken[0], taken[1]["taken"], again[0], again[1]["again"]) == (201, 1, 200, True)


def test_a_file_that_cannot_be_taken_leaves_nothing(world: World, open_run: Caller) -> None:
    inspected(world, open_run)
    raw = b"serial,fit\nCC1-P1-002,ok\nCC1-P1-003,fail\n"
    status, body = open_run.send(f"{RUN}/imports", raw)
    assert (status, body["code"]) == (409, "R-34")
    status, body = open_run.send(f"{RUN}/imports", b'{"dut_id": "CC1', name="a.json")
    assert (status, body["code"].startswith("R-"), Unit.objects.count()) == (400, False, 1)
    status, body = open_run.send(f"{RUN}/imports", raw, mapping="[]")
    assert (status, body["title"][:30]) == (400, "The mapping is no JSON object ")


def test_the_template_is_given_out_in_both_forms(open_run: Caller) -> None:
    for ending in ("csv", "xlsx"):
        answer = open_run.client.get(f"/api/v1/templates/unit-log.{ending}")
        assert answer.status_code == 200
        assert f"unit-log.{ending}" in answer["Content-Disposition"]
    assert open_run("GET", "/templates/unit-log.pdf")[0] == 400
