"""People, training, tokens and sites over the API."""

from typing import Any

import pytest
from django.test import Client

from firstoff.services import access
from tests.conftest import NOW, PASSWORD, World

NEW = "quite another passphrase"


class Caller:
    """Somebody with a token."""

    def __init__(self, secret: str) -> None:
        self.client = Client(HTTP_HOST="localhost", headers={"Authorization": f"Bearer {secret}"})

    def __call__(self, method: str, path: str, body: Any = None) -> tuple[int, Any]:
        answer = getattr(self.client, method.lower())(
            f"/api/v1{path}",
            **({} if body is None else {"data": body}),
            content_type="application/json",
        )
        return answer.status_code, answer.json() if answer.content else None


def caller(world: World, username: str, *scopes: str) -> Caller:
    made = access.create_token(
        site_id=world.site.pk,
        username=username,
        name="test",
        scopes=scopes or ("read", "define", "manage"),
        by=world.adam,
        at=NOW,
    )
    return Caller(made.secret)


def test_who_one_is_through_a_token(world: World) -> None:
    assert caller(world, "ben", "read")("GET", "/me") == (
        200,
        {
            "username": "ben",
            "name": "Ben Tams",
            "station": "",
            "scopes": ["read"],
            "sites": [{"site": "STOKE", "roles": ["operator"]}],
        },
    )


def test_people_come_in_pages_with_a_cursor(world: World) -> None:
    call, names, path = caller(world, "vic", "read"), [], "/sites/STOKE/people?limit=3"
    while path:
        status, page = call("GET", path)
        assert (status, page["total"]) == (200, 8)
        names += [p["username"] for p in page["items"]]
        path = page["next"] and f"/sites/STOKE/people?limit=3&cursor={page['next']}"
    assert names == ["ada", "adam", "ben", "bo", "eli", "ivy", "olu", "vic"]


def test_a_person_from_adding_to_retiring(world: World) -> None:
    call, path = caller(world, "adam"), "/sites/STOKE/people"
    body = {"username": "zoe", "name": "Zoë", "password": NEW, "roles": ["operator"]}
    status, made = call("POST", path, body)
    assert (status, made["name"], made["roles"]) == (201, "Zoë", ["operator"])
    training = {"skill": "glaze", "valid_from": "2026-01-01"}
    status, made = call("POST", f"{path}/zoe/trainings", training)
    assert (status, [t["skill"] for t in made["trainings"]]) == (201, ["glaze"])
    assert call("PUT", f"{path}/zoe/roles", {"roles": ["inspector"]})[1]["roles"] == ["inspector"]
    assert call("PUT", "/people/zoe/password", {"password": PASSWORD}) == (204, None)
    status, made = call("PATCH", f"{path}/zoe", {"active": False})
    assert (status, made["active"], made["name"]) == (200, False, "Zoë")


@pytest.mark.parametrize(
    ("body", "status", "code", "field"),
    [
        ({"username": "ada"}, 400, "invalid-input", "username"),
        ({"password": "short"}, 400, "invalid-input", "password"),
        ({"roles": ["king"]}, 400, "invalid-input", None),
        ({"roles": []}, 400, "invalid-input", "roles"),
    ],
)
def test_a_refusal_is_a_problem_with_a_code(
    world: World, body: Any, status: int, code: str, field: str | None
) -> None:
    full = {"username": "zoe", "name": "Zoë", "password": NEW, "roles": ["operator"], **body}
    answered, problem = caller(world, "adam")("POST", "/sites/STOKE/people", full)
    assert (answered, problem["status"], problem["code"]) == (status, status, code)
    assert field is None or problem["details"]["field"] == field


def test_a_missing_permission_names_the_roles(world: World) -> None:
    status, problem = caller(world, "ada")(
        "POST",
        "/sites/STOKE/tokens",
        {
            "name": "x",
            "username": "ada",
            "scopes": ["read"],
        },
    )
    assert (status, problem["code"], problem["way_out"]) == (
        403,
        "not-allowed",
        "It takes one of these roles: administrator.",
    )


def test_a_missing_scope_names_the_scope(world: World) -> None:
    body = {"roles": ["viewer"]}
    status, problem = caller(world, "adam", "read")("PUT", "/sites/STOKE/people/ben/roles", body)
    assert (status, problem["way_out"]) == (403, "It needs the scope manage.")


def test_a_token_is_made_used_and_revoked(world: World) -> None:
    call = caller(world, "adam", "read", "manage", "record")
    body = {"name": "tester 3", "username": "ben", "scopes": ["record"], "station": "ST-3"}
    status, made = call("POST", "/sites/STOKE/tokens", body)
    station = Caller(made["secret"])
    assert (status, station("GET", "/me")[1]["station"]) == (201, "ST-3")
    listed = call("GET", "/sites/STOKE/tokens")[1]["items"][0]
    assert (listed["name"], "secret" in listed) == ("tester 3", False)
    for _ in range(2):
        assert call("DELETE", f"/sites/STOKE/tokens/{made['id']}") == (204, None)
    assert station("GET", "/me")[0] == 401


def test_a_time_without_a_zone_is_refused(world: World) -> None:
    body = {"name": "x", "username": "ben", "scopes": ["read"], "expires_at": "2030-01-01T00:00"}
    assert caller(world, "adam")("POST", "/sites/STOKE/tokens", body)[0] == 400


def test_a_site_is_added_by_an_administrator(world: World) -> None:
    body = {"code": "hull", "name": "Hull", "time_zone": "Europe/London"}
    assert caller(world, "adam")("POST", "/sites", body) == (201, body)
    assert caller(world, "ada")("POST", "/sites", body)[0] == 403


def test_a_token_sees_the_site_it_was_made_for(world: World) -> None:
    page = caller(world, "adam")("GET", "/sites")[1]
    assert ([s["code"] for s in page["items"]], page["total"]) == (["STOKE"], 1)


def test_an_unknown_person_is_not_found(world: World) -> None:
    assert caller(world, "ada")("GET", "/sites/STOKE/people/nobody")[0] == 404


def test_a_cursor_that_no_list_gave_is_refused(world: World) -> None:
    call = caller(world, "ada")
    for query in ("cursor=x", "cursor=bz", "limit=0", "limit=501", "limit=x"):
        assert call("GET", f"/sites/STOKE/people?{query}")[0] == 400
