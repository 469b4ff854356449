"""Walks over every address: who gets in, who does not, and what everybody is told.

Pages and operations added later are covered by being there: the walks read the table of
addresses and the API's own description.
"""

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
from django.db import transaction
from django.urls import URLPattern, URLResolver, get_resolver

from firstoff.queries import ledger
from firstoff.rules.access import PERMISSIONS, SCOPES
from firstoff.services import access
from firstoff.terms import Role
from firstoff.web.auth import Guard
from tests.conftest import NOW, World
from tests.drawing import make_drawing
from tests.making import CROCK, make_pilot
from tests.web.conftest import Browse
from tests.web.reading import PageRead

ROLES = [r.value for r in Role]
SECRETS = ("Hidden kettle", "HK9-P1", "Ben Tams", "Ada Okafor", "STOKE", "Stoke-on-Trent")

KETTLE = replace(
    CROCK,
    program=replace(CROCK.program, code="HK-9", name="Hidden kettle"),
    part="HK-9",
    part_name="Kettle",
)

# What stands in an address for a keyword; a keyword not named here gets what its converter takes.
EXAMPLES = {
    "site": "STOKE",
    "username": "ben",
    "program": "HK-9",
    "code": "HK-9",
    "batch_id": "HK9-P1",
    "batch": "HK9-P1",
    "run": "HK9-P1",
    "gate": "7",
    "part": "HK-9",
    "revision": "C",
    "serial": "HK9-P1-001",
    "equipment": "J-02",
    "document": "DRW-1",
    "version": "A",
}
BY_CONVERTER = {"int": "1", "uuid": "0198a5a0-0000-7000-8000-000000000000"}


@dataclass(frozen=True)
class Page:
    route: str
    guard: Guard | None

    @property
    def address(self) -> str:
        def example(found: re.Match[str]) -> str:
            converter, _, name = found[1].rpartition(":")
            return EXAMPLES.get(name) or BY_CONVERTER.get(converter) or "x"

        return "/" + re.sub(r"<([^>]+)>", example, self.route)

    @property
    def of_a_site(self) -> bool:
        return "<str:site>" in self.route or "<site>" in self.route

    def methods(self) -> Iterator[tuple[str, str]]:
        """The methods it takes, each with its permission."""
        guard = self.guard
        if guard is not None and not guard.public:
            yield from ((m, p) for m, p in (("GET", guard.get), ("POST", guard.post)) if p)


def pages(patterns: Any = None, before: str = "") -> Iterator[Page]:
    for found in get_resolver().url_patterns if patterns is None else patterns:
        route = before + str(found.pattern)
        if isinstance(found, URLResolver):
            if found.namespace != "api":
                yield from pages(found.url_patterns, route)
        elif isinstance(found, URLPattern):
            yield Page(route, getattr(found.callback, "guard", None))


PAGES = list(pages())
GUARDED = [p for p in PAGES if p.guard is None or not p.guard.public]
CALLS = [(p, m, permission) for p in GUARDED for m, permission in p.methods()]


def call(client: Any, method: str, address: str, **more: Any) -> Any:
    """Ask, and take back whatever it did, signing out too."""
    kept = {name: cookie.value for name, cookie in client.cookies.items()}
    with transaction.atomic():
        answer = client.get(address) if method == "GET" else client.post(address, **more)
        transaction.set_rollback(True)
    client.cookies.load(kept)
    return answer


# ---------- pages ----------


def test_every_page_says_what_it_takes() -> None:
    silent = [p.route for p in PAGES if p.guard is None]
    permissions = {p for _, _, p in CALLS} - {"self"}
    assert (silent, permissions - set(PERMISSIONS)) == ([], set())


def test_only_these_are_for_everybody() -> None:
    public = {p.route for p in PAGES if p.guard and p.guard.public}
    assert public == {"sign-in/", "assets/<slug:version>/<str:name>"} | (
        public & {"health/", "healthz/", "manifest.webmanifest", "robots.txt"}
    )


def test_nobody_gets_no_further_than_the_door(world: World, browse: Browse) -> None:
    make_pilot(world, definition=KETTLE)
    client, before = browse(), ledger.head()
    passed = [
        (method, page.address, answer.status_code)
        for page, method, _ in CALLS
        if not (answer := call(client, method, page.address))
        .get("Location", "")
        .startswith("/sign-in/")
    ]
    assert (passed, ledger.head()) == ([], before)


@pytest.mark.parametrize("role", ROLES)
def test_a_role_opens_exactly_what_its_permissions_open(
    world: World, browse: Browse, role: str
) -> None:
    make_pilot(world, definition=KETTLE)
    client, before = browse(world.by_role[role]), ledger.head()
    wrong = []
    for page, method, permission in CALLS:
        address = page.address if page.of_a_site else f"{page.address}?site=STOKE"
        status = call(client, method, address).status_code
        allowed = permission == "self" or Role(role) in PERMISSIONS[permission]
        if status >= 500 or (status == 403) == allowed:
            wrong.append((method, address, permission, status))
    assert (wrong, ledger.head()) == ([], before)


def test_somebody_from_another_site_finds_nothing(world: World, browse: Browse) -> None:
    make_pilot(world, definition=KETTLE)
    client, found = browse(world.cy), []
    for page, method, permission in CALLS:
        address = page.address if page.of_a_site else f"{page.address}?site=STOKE"
        answer = call(client, method, address)
        if answer.status_code != 404:
            found.append((method, address, permission, answer.status_code))
    assert found == []


def test_what_another_site_has_is_on_no_page(world: World, browse: Browse) -> None:
    make_pilot(world, definition=KETTLE)
    client, seen = browse(world.cy), []
    for page, method, _ in CALLS:
        if method == "GET" and not page.of_a_site:
            text = call(client, method, page.address).content.decode(errors="replace")
            seen += [(page.address, secret) for secret in SECRETS if secret in text]
    assert seen == []


def test_nothing_is_posted_from_elsewhere(world: World, browse: Browse) -> None:
    make_pilot(world, definition=KETTLE)
    client, before = browse(world.ada, enforce_csrf_checks=True), ledger.head()
    taken = [
        (page.address, status)
        for page, method, _ in CALLS
        if method == "POST" and (status := call(client, "POST", page.address).status_code) != 403
    ]
    outside = browse(enforce_csrf_checks=True).post("/sign-in/", {"username": "ada"})
    assert (taken, outside.status_code, ledger.head()) == ([], 403, before)


def test_other_methods_are_not_taken(world: World, browse: Browse) -> None:
    client = browse(world.adam)
    taken = [
        (method, page.address)
        for page in GUARDED
        for method in ("put", "patch", "delete", "options", "trace")
        if getattr(client, method)(page.address).status_code != 405
    ]
    assert taken == []


# ---------- the API ----------


@dataclass(frozen=True)
class Operation:
    method: str
    route: str
    body: Any
    keys: Any  # by name, for what stands in the address

    @property
    def address(self) -> str:
        return re.sub(r"{(\w+)}", lambda m: self.keys[m[1]], self.route)


def operations() -> list[Operation]:
    from firstoff.api import api

    described: Any = json.loads(json.dumps(api.get_openapi_schema()))
    schemas = described.get("components", {}).get("schemas", {})
    return [
        Operation(method.upper(), route, _body(one, schemas), _keys(one, schemas))
        for route, methods in described["paths"].items()
        for method, one in methods.items()
    ]


def _keys(operation: Any, schemas: Any) -> dict[str, str]:
    named = [p for p in operation.get("parameters", []) if p["in"] == "path"]
    return {
        p["name"]: EXAMPLES.get(p["name"]) or str(example(p["schema"], schemas)) for p in named
    }


def _body(operation: Any, schemas: Any) -> Any:
    content = operation.get("requestBody", {}).get("content", {})
    schema = content.get("application/json", {}).get("schema")
    return None if schema is None else example(schema, schemas)


_FORMATS = {
    "date": "2026-05-08",
    "date-time": "2026-05-08T09:00:00Z",
    "uuid": BY_CONVERTER["uuid"],
    "email": "a@example.org",
}


def example(schema: Any, schemas: Any) -> Any:
    """The smallest value that a JSON schema lets pass."""
    if "$ref" in schema:
        return example(schemas[schema["$ref"].rpartition("/")[2]], schemas)
    for several in ("anyOf", "oneOf", "allOf"):
        if several in schema:
            return example(schema[several][0], schemas)
    if "const" in schema or "enum" in schema:
        return schema.get("const", schema.get("enum", [None])[0])
    match schema.get("type"):
        case "object":
            needed, known = schema.get("required", []), schema.get("properties", {})
            return {name: example(known[name], schemas) for name in needed}
        case "array":
            return [example(schema["items"], schemas)] if "items" in schema else []
        case "integer" | "number":
            return max(1, schema.get("minimum", 1))
        case "boolean":
            return True
        case "null":
            return None
        case None:  # says nothing about itself: an id lets most things pass
            return BY_CONVERTER["uuid"]
        case _:
            return _FORMATS.get(schema.get("format", ""), "x" * max(1, schema.get("minLength", 1)))


def ask(client: Any, one: Operation, secret: str | None, **more: Any) -> Any:
    headers = {"Authorization": f"Bearer {secret}"} if secret else {}
    with transaction.atomic():
        answer = client.generic(
            one.method,
            one.address,
            json.dumps(one.body) if one.body is not None else b"",
            content_type="application/json",
            headers=headers,
            **more,
        )
        transaction.set_rollback(True)
    return answer


def key(world: World, actor: Any, *, site: Any = None, scopes: Any = SCOPES) -> str:
    return access.create_token(
        site_id=(site or world.site).pk,
        username=actor.username,
        name="walk",
        scopes=scopes,
        by=world.adam,
        at=NOW,
    ).secret


@pytest.mark.parametrize("secret", [None, "", "nothing", "fo_0123456789.abc", "x" * 10_000])
def test_the_api_answers_nobody(world: World, browse: Browse, secret: str | None) -> None:
    client = browse()
    answers = {
        (o.method, o.route): a.status_code
        for o in operations()
        if (a := ask(client, o, secret)).status_code != 401
        or a["Content-Type"] != "application/problem+json"
    }
    assert answers == {}


@pytest.mark.parametrize("role", ROLES)
def test_the_api_breaks_for_no_role(world: World, browse: Browse, role: str) -> None:
    make_pilot(world, definition=KETTLE)
    client, secret = browse(), key(world, world.by_role[role])
    broken = {
        (o.method, o.route): status
        for o in operations()
        if (status := ask(client, o, secret).status_code) >= 500
    }
    assert broken == {}


@pytest.mark.parametrize(
    ("who", "scopes"), [("vic", SCOPES), ("ada", ["read"]), ("adam", ["read"]), ("bo", ["read"])]
)
def test_who_may_only_read_writes_nothing(
    world: World, browse: Browse, who: str, scopes: Any
) -> None:
    make_pilot(world, definition=KETTLE)
    make_drawing(world)
    client, secret = browse(), key(world, getattr(world, who), scopes=scopes)
    before, taken, refused = ledger.head(), {}, 0
    writing = [o for o in operations() if o.method != "GET"]
    for one in writing:
        status = ask(client, one, secret).status_code
        refused += status == 403
        if status < 400 and not _only_asks(one):
            taken[one.method, one.route] = status
    assert (taken, ledger.head()) == ({}, before)
    # What only asks changes nothing and needs no more than to see.
    demanding = [one for one in writing if not _only_asks(one)]
    assert refused > len(demanding) * 0.8, "most of the walk ended before a permission was asked"


def _only_asks(one: Operation) -> bool:
    """POST where the question is too long for an address: nothing is written."""
    return one.method == "POST" and one.route.rpartition("/")[2] in (
        "check",
        "preview",
        "validate",
        "at-risk",
        "at-risk.csv",
        "at-risk.xlsx",
    )


def test_the_api_shows_nothing_of_another_site(world: World, browse: Browse) -> None:
    make_pilot(world, definition=KETTLE)
    client, secret = browse(), key(world, world.cy, site=world.other_site)
    found, seen = {}, []
    for one in operations():
        answer = ask(client, one, secret)
        if "{site}" in one.route and answer.status_code not in (404, 400):
            found[one.method, one.route] = answer.status_code
        text = answer.content.decode(errors="replace")
        seen += [(one.method, one.route, s) for s in SECRETS if s in text and s != "STOKE"]
    assert (found, seen) == ({}, [])


def test_a_session_posts_to_the_api_only_from_our_pages(world: World, browse: Browse) -> None:
    client = browse(world.adam, enforce_csrf_checks=True)
    taken = {
        (o.method, o.route): status
        for o in operations()
        if o.method != "GET" and (status := ask(client, o, None).status_code) != 403
    }
    assert taken == {}
    assert client.get("/api/v1/me").status_code == 200


# ---------- what every answer says ----------


@pytest.mark.parametrize(
    ("address", "status"),
    [
        ("/people/", 200),
        ("/sign-in/", 200),
        ("/nowhere/", 404),
        ("/tokens/", 403),
        ("/api/v1/me", 200),
        ("/api/v1/nowhere", 404),
        ("/api/v1/sites/LEEDS/people", 404),
    ],
)
def test_every_answer_carries_the_headers_that_protect(
    world: World, browse: Browse, address: str, status: int
) -> None:
    answer = browse(world.ada).get(address)
    policy = dict(p.strip().split(" ", 1) for p in answer["Content-Security-Policy"].split(";"))
    assert answer.status_code == status
    assert (policy["default-src"], policy["script-src"]) == ("'none'", "'self'")
    assert (policy["frame-ancestors"], policy["base-uri"]) == ("'none'", "'none'")
    assert policy["form-action"] == "'self'"
    assert (answer["X-Content-Type-Options"], answer["X-Frame-Options"]) == ("nosniff", "DENY")
    assert (answer["Referrer-Policy"], answer["Cache-Control"]) == ("same-origin", "no-store")
    assert answer["Cross-Origin-Opener-Policy"] == "same-origin"


def test_cookies_are_closed_to_scripts_and_to_other_sites(world: World, browse: Browse) -> None:
    client = browse(world.ada)
    client.get("/account/")
    flags = {n: (bool(c["httponly"]), c["samesite"]) for n, c in client.cookies.items()}
    assert flags == {"firstoff_session": (True, "Lax"), "firstoff_csrf": (True, "Lax")}


def test_behind_https_cookies_are_secure() -> None:
    code = (
        "from firstoff.site import settings as s; "
        "print(s.SESSION_COOKIE_SECURE, s.CSRF_COOKIE_SECURE, s.SECURE_HSTS_SECONDS > 10**7)"
    )
    env = {**os.environ, "FIRSTOFF_URL": "https://firstoff.example"}
    answer = subprocess.run(
        [sys.executable, "-c", code], env=env, capture_output=True, text=True, check=True
    )
    assert answer.stdout.split() == ["True", "True", "True"]


def test_the_secret_key_is_nobody_elses(settings: Any) -> None:
    path = Path(settings.HOME) / "secret.key"
    assert (len(settings.SECRET_KEY) > 40, path.stat().st_mode & 0o077) == (True, 0)


@pytest.mark.parametrize(
    "host", ["evil.example", "localhost.evil.example", "localhost@evil", "x" * 300]
)
def test_the_site_answers_to_its_own_name_only(db: None, browse: Browse, host: str) -> None:
    answer = browse().get("/sign-in/", headers={"host": host})
    assert (answer.status_code, host in answer.content.decode()) == (400, False)
    assert "does not answer to that name" in answer.content.decode()


def test_an_address_in_a_header_is_not_believed(world: World, browse: Browse) -> None:
    for n in range(31):
        browse().post(
            "/sign-in/",
            {"username": f"nobody{n}", "password": "x"},
            headers={"X-Forwarded-For": f"10.1.1.{n}"},
        )
    answer = browse().post("/sign-in/", {"username": "ada", "password": "x"})
    assert "Too many wrong passwords" in answer.content.decode()


@pytest.mark.parametrize("given", ["x", "a b c d e f g h", "<script>", "ok\tok\tokok", "a" * 65])
def test_a_strange_request_id_is_not_given_back(db: None, browse: Browse, given: str) -> None:
    answer = browse().get("/sign-in/", headers={"X-Request-Id": given})
    assert answer["X-Request-Id"] != given


def test_a_request_id_joins_the_answer_with_the_log(db: None, browse: Browse) -> None:
    answer = browse().get("/nowhere/", headers={"X-Request-Id": "proxy-0001"})
    assert (answer["X-Request-Id"], "proxy-0001" in answer.content.decode()) == (
        "proxy-0001",
        True,
    )


@pytest.mark.parametrize(
    ("address", "sent"),
    [
        ("/people/?q=%00", None),
        ("/people/STOKE/%00/", None),
        ("/sign-in/", b"username=a%00&password=x"),
    ],
)
def test_nul_is_refused_in_one_sentence(
    world: World, browse: Browse, address: str, sent: bytes | None
) -> None:
    client = browse(world.ada)
    form = "application/x-www-form-urlencoded"
    answer = client.get(address) if sent is None else client.post(address, sent, content_type=form)
    assert answer.status_code == 400
    assert "The request could not be understood." in answer.content.decode()


def test_more_than_the_site_takes_is_refused_unread(
    world: World, browse: Browse, settings: Any
) -> None:
    settings.MAX_UPLOAD_BYTES = 100_000
    client = browse(world.ada)
    for address, form in (
        ("/account/", "multipart/form-data; boundary=x"),
        ("/api/v1/sites", "application/json"),
    ):
        answer = client.post(address, b"x" * 200_000, content_type=form)
        text = answer.content.decode()
        assert answer.status_code == 400
        assert "More was sent at once than the site takes." in text


def test_a_form_of_endless_fields_is_refused(world: World, browse: Browse) -> None:
    answer = browse(world.ada).post("/account/", {f"f{n}": "x" for n in range(2001)})
    assert (answer.status_code, "More was sent at once" in answer.content.decode()) == (400, True)


def test_a_form_of_endless_text_is_refused(world: World, browse: Browse, settings: Any) -> None:
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 1000
    answer = browse(world.ada).post(
        "/account/", b"current=" + b"x" * 2000, content_type="application/x-www-form-urlencoded"
    )
    assert (answer.status_code, "More was sent at once" in answer.content.decode()) == (400, True)


def test_our_own_mistake_tells_no_details(
    world: World, browse: Browse, monkeypatch: Any, caplog: Any
) -> None:
    from firstoff.web import access as views

    def broken(*args: Any, **named: Any) -> None:
        raise RuntimeError("the secret of the machine")

    monkeypatch.setattr(views.access, "people", broken)
    client = browse(world.ada, raise_request_exception=False)
    answer = client.get("/people/")
    text = answer.content.decode()
    assert (answer.status_code, "Something broke on our side." in text) == (500, True)
    assert ("secret of the machine" in text, "Traceback" in text) == (False, False)
    assert answer["X-Request-Id"] in text
    assert "the secret of the machine" in caplog.text


def test_no_password_stands_in_a_log(world: World, browse: Browse, caplog: Any) -> None:
    browse().post("/sign-in/", {"username": "ada", "password": "hush-hush-hush"})
    assert "hush-hush-hush" not in caplog.text


def test_the_page_of_the_api_runs_scripts_of_our_own_alone(world: World, browse: Browse) -> None:
    page = PageRead(browse(world.ada).get("/api/v1/docs").content.decode())
    elsewhere = [
        address
        for e in page.all("script", "link", "img")
        if (address := e.attrs.get("src") or e.attrs.get("href"))
        and not address.startswith("/static/")
    ]
    assert (page.dangers(), elsewhere) == ([], [])
