"""The verdict, causes and actions, gates and papers over the API."""

from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from tests.api.test_access import caller
from tests.conftest import PASSWORD, World
from tests.deciding import first_batch, hold, second_batch

RUN, PROGRAM = "/sites/STOKE/runs/CC1-P1", "/sites/STOKE/programs/CC-1"


def test_the_verdict_has_every_figure_beside_it(world: World) -> None:
    first_batch(world)
    status, found = caller(world, "vic", "read")("GET", f"{RUN}/verdict")
    assert (status, found["verdict"], found["headline"]) == (200, "hold", "No. Hold.")
    assert found["figures"]["rate"] == 0.75
    assert [f["kind"] for f in found["findings"]][:3] == [
        "bar_locked_before_first_unit",
        "counting_units_complete",
        "rejects_within_bar",
    ]
    assert found["counts"] == {
        "sample": 4,
        "judged": 4,
        "rejects": 3,
        "beyond": 0,
        "left_out": 0,
    }


def test_a_sign_off_takes_the_password_and_the_bar(world: World) -> None:
    first_batch(world)
    call = caller(world, "ada", "read", "sign")
    body = {"decision": "sign_off", "password": PASSWORD}
    status, problem = call("POST", f"{RUN}/decision", body)
    assert (status, problem["code"]) == (409, "R-40")
    status, problem = call("POST", f"{RUN}/decision", {**body, "password": "wrong"})
    assert (status, problem["code"]) == (409, "signature")
    status, done = call("POST", f"{RUN}/decision", {**body, "decision": "hold"})
    assert (status, done["decision"], done["batch_id"]) == (201, "hold", "CC1-P1")
    status, problem = call("POST", f"{RUN}/decision", {**body, "decision": "hold"})
    assert (status, problem["code"]) == (409, "stale-state")


@pytest.mark.parametrize(
    ("username", "scopes", "status"),
    [("ben", ("read", "sign"), 403), ("ada", ("read", "record"), 403)],
)
def test_a_token_signs_only_for_who_may_and_with_the_scope(
    world: World, username: str, scopes: Any, status: int
) -> None:
    first_batch(world)
    body = {"decision": "hold", "password": PASSWORD}
    assert caller(world, username, *scopes)("POST", f"{RUN}/decision", body)[0] == status


def test_causes_and_actions_over_the_api(world: World) -> None:
    first_batch(world, cause_class="")
    call = caller(world, "eli", "read", "record", "define")
    status, groups = call("GET", f"{RUN}/defects")
    assert [(g["code"], g["count"], g["unknown"]) for g in groups["items"]] == [("D-101", 3, 3)]
    cause = {"code": "D-101", "cause_class": "process", "cause": "The faces foul."}
    assert call("POST", f"{RUN}/causes", cause) == (201, {"code": "D-101", "defects": 3})
    action = {"against": "D-101", "cause_class": "process", "what": "Relief skim"}
    status, made = call("POST", f"{RUN}/actions", action)
    assert (status, made["label"], made["effective_at"]) == (201, "CA-0001", None)
    status, made = call("POST", f"{PROGRAM}/actions/1/effect", {"evidence": "Ten lids measured"})
    assert (status, made["in_force_by"]) == (201, "Eli Novak")
    status, page = call("GET", f"{PROGRAM}/actions")
    assert (status, page["total"], page["items"][0]["evidence"]) == (200, 1, "Ten lids measured")
    assert call("POST", f"{PROGRAM}/actions/7/effect", {"evidence": "x"})[0] == 404


def test_a_gate_is_stated_waived_and_passed_over_the_api(world: World) -> None:
    first_batch(world)
    call = caller(world, "ada", "read", "sign")
    status, road = call("GET", f"{PROGRAM}/road")
    assert (status, road["gate"], len(road["gates"])) == (200, 1, 9)
    status, problem = call(
        "POST", f"{PROGRAM}/gates/1/decisions", {"passed": True, "password": PASSWORD}
    )
    assert (status, problem["code"]) == (409, "R-1")
    status, gate = call(
        "POST",
        f"{PROGRAM}/gates/1/statements",
        {"criterion": "statement:function", "evidence": "SPEC-2", "password": PASSWORD},
    )
    assert (status, gate["headline"]) == (201, "Closed: 1 without evidence")
    status, gate = call(
        "POST",
        f"{PROGRAM}/gates/1/waivers",
        {
            "criterion": "statement:tolerances",
            "reason": "Two are open",
            "expires_at": "2100-01-01T00:00:00Z",
            "password": PASSWORD,
        },
    )
    assert (status, gate["may_pass"]) == (201, True)
    status, gate = call(
        "POST", f"{PROGRAM}/gates/1/decisions", {"passed": True, "password": PASSWORD}
    )
    assert (status, gate["state"], gate["decision"]["by"]) == (201, "passed", "Ada Okafor")


def test_several_statements_are_signed_once_over_the_api(world: World) -> None:
    first_batch(world)
    call = caller(world, "ada", "read", "sign")
    names = ("statement:function", "statement:tolerances")
    sent = {
        "statements": [{"criterion": name} for name in names],
        "evidence": "SPEC-2",
        "password": PASSWORD,
    }
    status, gate = call("POST", f"{PROGRAM}/gates/1/statements/several", sent)
    assert (status, gate["headline"]) == (201, "Ready to sign")
    sent["statements"] = []
    assert call("POST", f"{PROGRAM}/gates/1/statements/several", sent)[0] == 400


def test_the_board_over_the_api(world: World) -> None:
    first_batch(world)
    status, page = caller(world, "vic", "read")("GET", "/board")
    assert (status, page["total"]) == (200, 1)
    assert (page["items"][0]["code"], page["items"][0]["gate_name"]) == (
        "CC-1",
        "Product definition",
    )


def test_a_report_and_its_evidence_are_checked_over_the_api(world: World) -> None:
    batch = first_batch(world)
    hold(world, batch.pilot.run_id, at=batch.ended)
    call = caller(world, "vic", "read")
    pdf = call.client.get(f"/api/v1{RUN}/report.pdf")
    assert (pdf["Content-Type"], pdf["Content-Disposition"]) == (
        "application/pdf",
        'attachment; filename="CC1-P1-PR.pdf"',
    )
    evidence = call.client.get(f"/api/v1{RUN}/report.json").content
    answer = call.client.post(
        "/api/v1/verify",
        {
            "file": SimpleUploadedFile("r.pdf", pdf.content),
            "beside": SimpleUploadedFile("r.json", evidence),
        },
    )
    assert (answer.status_code, answer.json()["holds"]) == (200, True)
    here = call.client.post("/api/v1/verify", {"file": SimpleUploadedFile("r.pdf", pdf.content)})
    assert here.json()["sentence"] == "CC1-P1-PR agrees with the records in the database."


def test_a_certificate_only_for_a_signed_off_process(world: World) -> None:
    _, batch = second_batch(world)
    call = caller(world, "vic", "read")
    answer = call.client.get("/api/v1/sites/STOKE/runs/CC1-P2/certificate.pdf")
    assert (answer.status_code, answer.json()["code"]) == (409, "R-40")
    assert batch.pilot.batch_id == "CC1-P2"


@pytest.mark.parametrize(
    "path",
    [
        f"{RUN}/verdict",
        f"{RUN}/defects",
        f"{RUN}/report.pdf",
        f"{RUN}/report.json",
        f"{RUN}/certificate.pdf",
        f"{PROGRAM}/road",
        f"{PROGRAM}/gates/7",
        f"{PROGRAM}/actions",
    ],
)
def test_another_site_sees_none_of_it(world: World, path: str) -> None:
    first_batch(world)
    from firstoff.services import access
    from tests.api.test_access import Caller
    from tests.conftest import NOW

    made = access.create_token(
        site_id=world.other_site.pk,
        username="cy",
        name="t",
        scopes=("read",),
        by=world.adam,
        at=NOW,
    )
    assert Caller(made.secret)("GET", path)[0] == 404
