"""The straight way for records answers as the common way does, and leaves it what is odd."""

import io
import json
from typing import Any

import pytest
from django.utils import timezone

from firstoff.db.models import Unit
from firstoff.services import access
from firstoff.site.straight import PATH, Straight
from tests.api.test_records import said
from tests.conftest import World


class Door:
    """The application with the common way behind it, which only says that it was asked."""

    def __init__(self, secret: str) -> None:
        self.secret = secret
        self.app = Straight(self._common)

    def _common(self, environ: dict[str, Any], start: Any) -> list[bytes]:
        start("299 Common", [])
        return [environ["wsgi.input"].read()]

    def __call__(self, body: bytes, **changed: str) -> tuple[str, dict[str, str], bytes]:
        environ = {
            "REQUEST_METHOD": "POST",
            "PATH_INFO": PATH,
            "QUERY_STRING": "",
            "CONTENT_TYPE": "application/json",
            "CONTENT_LENGTH": str(len(body)),
            "HTTP_AUTHORIZATION": f"Bearer {self.secret}",
            "HTTP_HOST": "localhost:8000",
            "wsgi.input": io.BytesIO(body),
            **changed,
        }
        told: list[Any] = []
        answer = b"".join(self.app(environ, lambda *given: told.append(given)))
        return told[0][0], dict(told[0][1]), answer


@pytest.fixture
def door(world: World, monkeypatch: pytest.MonkeyPatch) -> Door:
    # Tests run inside a transaction, whose connection has to stay.
    monkeypatch.setattr("firstoff.site.straight.close_old_connections", lambda: None)
    made = access.create_token(
        site_id=world.site.pk,
        username="ben",
        name="ICT",
        scopes=("record",),
        station="ICT-1",
        by=world.adam,
        at=timezone.now(),
    )
    return Door(made.secret)


def unit(serial: str = "P-1") -> bytes:
    return json.dumps(said("unit", part="PCBA", serial=serial)).encode()


def test_records_are_taken_and_answered(door: Door) -> None:
    status, headers, body = door(unit(), HTTP_X_REQUEST_ID="abcdef012345")
    assert (status, json.loads(body)["stored"], Unit.objects.get().serial) == ("200 OK", 1, "P-1")
    assert (headers["X-Request-Id"], headers["Cache-Control"], headers["Content-Length"]) == (
        "abcdef012345",
        "no-store",
        str(len(body)),
    )


@pytest.mark.parametrize(
    "changed",
    [
        {"REQUEST_METHOD": "GET"},
        {"PATH_INFO": "/api/v1/sites"},
        {"HTTP_AUTHORIZATION": "Bearer wrong.wrong"},
        {"HTTP_AUTHORIZATION": "Basic abc"},
        {"HTTP_HOST": "evil.example"},
        {"CONTENT_TYPE": "text/plain"},
        {"QUERY_STRING": "a=b"},
        {"CONTENT_LENGTH": "999999999999"},
    ],
)
def test_what_is_odd_goes_the_common_way_whole(door: Door, changed: dict[str, str]) -> None:
    body = unit()
    assert (door(body, **changed)[::2], Unit.objects.count()) == (("299 Common", body), 0)


@pytest.mark.parametrize(
    "body",
    [
        b"{",
        json.dumps(said("consume", part="PCBA", serial="P-1", items=[])).encode(),
        json.dumps(said("unit", part="PCBA", serial="P\u0000")).encode(),
        json.dumps(said("lot", part="GLZ", lot="A", quantity=1)).encode(),  # Ben may not
    ],
)
def test_what_is_refused_is_answered_by_the_common_way(door: Door, body: bytes) -> None:
    assert (door(body)[::2], Unit.objects.count()) == (("299 Common", body), 0)


def test_a_station_that_asks_the_time_is_answered_without_a_token(door: Door) -> None:
    asked = {"REQUEST_METHOD": "HEAD", "HTTP_AUTHORIZATION": "", "CONTENT_TYPE": ""}
    status, headers, body = door(b"", **asked)
    assert (status, body, headers["Cache-Control"]) == ("204 No Content", b"", "no-store")
    assert door(b"", **asked, HTTP_HOST="evil.example")[0] == "299 Common"


def test_a_revoked_token_opens_nothing(door: Door, world: World) -> None:
    from firstoff.db.models import ApiToken

    assert door(unit())[0] == "200 OK"
    ApiToken.objects.update(revoked_at=timezone.now())
    assert door(unit("P-2"))[0] == "299 Common"


def test_a_role_taken_back_opens_nothing(door: Door, world: World) -> None:
    assert door(unit())[0] == "200 OK"
    access.set_roles(
        site_id=world.site.pk, username="ben", roles=[], by=world.adam, at=timezone.now()
    )
    assert door(unit("P-2"))[0] == "299 Common"
