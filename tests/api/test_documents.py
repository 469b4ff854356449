"""Documents, balloons and files of characteristics over the API."""

import json
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from firstoff.services import access
from firstoff.terms import DocumentVisibility
from tests.api.test_access import caller
from tests.conftest import NOW, World
from tests.drawing import make_draft, make_drawing, pdf

ONE = "/sites/STOKE/documents/DRW-1"
REVISION = "/sites/STOKE/programs/CC-1/revisions/C"
BALLOONS = f"{REVISION}/drawings/DRW-1/A/balloons"
TABLE = b"No,Requirement,Unit\n1,0.30 to 0.80,mm\n3,25 \xc2\xb10.1,mm\n"


def poster(world: World, who: str) -> Any:
    """``post(path, file=..., field=...)`` as a form, with a token."""
    actor = getattr(world, who)
    secret = access.create_token(
        site_id=world.site.pk,
        username=actor.username,
        name=f"{who} posts",
        scopes=("read", "define"),
        by=world.adam,
        at=NOW,
    ).secret

    def post(path: str, **fields: Any) -> tuple[int, Any]:
        answer = Client(HTTP_HOST="localhost").post(
            f"/api/v1{path}", fields, headers={"Authorization": f"Bearer {secret}"}
        )
        return answer.status_code, json.loads(answer.content)

    return post


def upload(content: bytes, name: str = "crock.pdf") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content)


def test_a_document_from_nothing_to_its_second_version(world: World) -> None:
    post, eli = poster(world, "eli"), caller(world, "eli", "define")
    status, made = post(
        "/sites/STOKE/documents", number="DRW-1", title="Crock", kind="drawing", file=upload(pdf())
    )
    assert (status, made["newest"]["label"], made["newest"]["pages"]) == (201, "A", 1)
    status, second = post(f"{ONE}/versions", file=upload(pdf("new")), note="Lid higher")
    again = post(f"{ONE}/versions", file=upload(pdf("new")), label="Z")[1]
    assert (status, second["label"], again["label"]) == (201, "B", "B")
    assert [v["label"] for v in eli("GET", f"{ONE}/versions")[1]["items"]] == ["B", "A"]


def test_a_label_of_another_content_is_refused(world: World) -> None:
    make_drawing(world)
    status, refused = poster(world, "eli")(f"{ONE}/versions", file=upload(pdf("x")), label="A")
    assert (status, refused["code"]) == (409, "R-68")


def test_a_file_that_is_no_document_is_not_understood(world: World) -> None:
    make_drawing(world)
    status, refused = poster(world, "eli")(f"{ONE}/versions", file=upload(b"MZ\x90\x00\x03\x00"))
    assert (status, refused["code"]) == (400, "unknown-file")


def test_the_bytes_and_the_pages_come_back(world: World) -> None:
    make_drawing(world)
    vic = caller(world, "vic", "read")
    assert vic("GET", ONE)[1]["newest"]["media_type"] == "application/pdf"
    secret = access.create_token(
        site_id=world.site.pk, username="vic", name="v", scopes=["read"], by=world.adam, at=NOW
    ).secret
    client = Client(HTTP_HOST="localhost", headers={"Authorization": f"Bearer {secret}"})
    file = client.get(f"/api/v1{ONE}/versions/A/file")
    drawn = client.get(f"/api/v1{ONE}/versions/A/pages/2?width=300")
    assert (file.content, drawn["Content-Type"]) == (pdf("one", "two"), "image/png")
    assert "sandbox" in file["Content-Security-Policy"]


@pytest.mark.parametrize("path", [ONE, f"{ONE}/versions", f"{ONE}/versions/A/file", f"{ONE}/uses"])
def test_what_somebody_may_not_see_is_not_there(world: World, path: str) -> None:
    make_drawing(world, visibility=DocumentVisibility.QUALITY)
    assert caller(world, "bo", "read")("GET", path)[0] == 404


def test_balloons_are_set_and_read_with_what_is_missing(world: World) -> None:
    make_draft(world)
    make_drawing(world)
    eli = caller(world, "eli", "define")
    one = {"characteristic": "1", "page": 2, "x": "0.25", "y": "0.5"}
    status, found = eli("PUT", BALLOONS, {"balloons": [one]})
    assert (status, found["missing"], found["balloons"][0]["to_x"]) == (200, ["2"], "0.250000")
    moved = eli("PUT", BALLOONS, {"balloons": [], "seen": "0" * 64})
    assert (moved[0], moved[1]["code"]) == (409, "stale-state")
    assert eli("GET", f"{REVISION}/documents")[1]["items"][0]["document"] == "DRW-1"


def test_a_document_is_taken_out_of_a_draft(world: World) -> None:
    make_draft(world)
    make_drawing(world)
    eli = caller(world, "eli", "define")
    assert eli("PUT", f"{REVISION}/documents/DRW-1", {})[0] == 200
    assert eli("DELETE", f"{REVISION}/documents/DRW-1")[0] == 204
    assert eli("DELETE", f"{REVISION}/documents/DRW-1")[0] == 404


def test_a_callout_goes_in_and_its_requirement_comes_out(world: World) -> None:
    make_draft(world)
    eli = caller(world, "eli", "define")
    callout = {
        "number": "7",
        "name": "Bore",
        "kind": "variable",
        "classification": "major",
        "symbol": "position",
        "tolerance": "0.10",
        "diametral": True,
        "datums": ["A", "B(M)"],
    }
    status, made = eli("POST", f"{REVISION}/characteristics", callout)
    assert (status, made["requirement"], made["upper"]) == (
        201,
        "⌖\u00a0⌀\u00a00.10 | A | B\u00a0Ⓜ",
        "0.10",
    )
    refused = eli("POST", f"{REVISION}/characteristics", callout | {"tolerance": "0"})
    assert (refused[0], refused[1]["details"]["field"]) == (400, "tolerance")


def test_a_file_of_characteristics_is_looked_at_and_taken(world: World) -> None:
    make_draft(world)
    post = poster(world, "eli")
    status, seen = post(f"{REVISION}/characteristics/import/preview", file=upload(TABLE, "a.csv"))
    assert (status, [r["state"] for r in seen["rows"]]) == (200, ["change", "add", "kept"])
    status, done = post(
        f"{REVISION}/characteristics/import", file=upload(TABLE, "a.csv"), seen=seen["seen"]
    )
    assert (status, done["added"], done["changed"]) == (200, 1, 1)
