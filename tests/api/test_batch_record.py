"""The batch record, deviations and closing over the API."""

from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from tests.api.test_access import caller
from tests.batches import batch, close
from tests.conftest import PASSWORD, World

RUN = "/sites/STOKE/runs/CC1-P1"


def test_the_record_has_its_gaps_and_levels(world: World) -> None:
    batch(world, whole=3)
    status, found = caller(world, "vic", "read")("GET", f"{RUN}/record")
    gaps = [gap for section in found["sections"] for gap in section["gaps"]]
    assert (status, found["headline"], found["complete"], found["units"]) == (
        200,
        "3 of 4 units complete; 1 gap is open.",
        3,
        4,
    )
    assert [(g["key"], g["rule"], g["open"]) for g in gaps] == [("units_missing:1", "R-30", True)]
    assert (found["material"]["level"], found["process"]["level"]) == ("none", "P3")
    assert [s["shown"] for s in found["statement"]] == [True, True, True]
    assert found["lots"][0]["quantity"] == "0.06"


def test_a_run_is_closed_by_signature(world: World) -> None:
    batch(world, whole=3)
    call = caller(world, "ada", "read", "sign")
    body = {"password": PASSWORD}
    status, problem = call("POST", f"{RUN}/close", body)
    assert (status, problem["code"], problem["details"]["gaps"]) == (
        409,
        "R-39",
        ["units_missing:1"],
    )
    deviation = {"gap": "units_missing:1", "reason": "Three are enough.", **body}
    status, done = call("POST", f"{RUN}/deviations", deviation)
    assert (status, done["sentence"], done["units"]) == (
        201,
        "1 of 4 planned units are not started.",
        0,
    )
    digest = call("GET", f"{RUN}/record")[1]["digest"]
    status, closed = call("POST", f"{RUN}/close", {**body, "seen": digest})
    assert (status, closed["batch_id"], closed["numbers"]["accepted"], closed["digest"]) == (
        201,
        "CC1-P1",
        1,
        digest,
    )
    assert call("GET", f"{RUN}/record")[1]["closure"]["by"] == "Ada Okafor"
    assert call("POST", f"{RUN}/close", body)[1]["code"] == "stale-state"


@pytest.mark.parametrize(
    ("username", "scopes", "status"),
    [("ben", ("read", "sign"), 403), ("ada", ("read", "record"), 403)],
)
def test_a_token_closes_only_for_who_may_and_with_the_scope(
    world: World, username: str, scopes: Any, status: int
) -> None:
    batch(world)
    call = caller(world, username, *scopes)
    assert call("POST", f"{RUN}/close", {"password": PASSWORD})[0] == status


def test_a_document_is_checked_against_the_records(world: World) -> None:
    from django.test import Client

    from firstoff.services import access

    pilot = batch(world)
    close(world, pilot)
    made = access.create_token(
        site_id=world.site.pk,
        username="vic",
        name="check",
        scopes=["read"],
        by=world.adam,
        at=world_now(),
    )
    client = Client(HTTP_HOST="localhost", HTTP_AUTHORIZATION=f"Bearer {made.secret}")
    pdf = client.get(f"/api/v1{RUN}/record.pdf").content
    answer = client.post("/api/v1/verify", {"file": SimpleUploadedFile("a.pdf", pdf)}).json()
    assert (answer["holds"], answer["sentence"]) == (
        True,
        "CC1-P1-BR agrees with the records in the database.",
    )


def world_now() -> Any:
    from django.utils import timezone

    return timezone.now()
