"""Signing in and out, sessions, people, tokens and sites on the web."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from firstoff.queries import access
from firstoff.rules.access import SCOPES
from firstoff.services import access as verbs
from firstoff.terms import Role
from firstoff.web import auth
from firstoff.web.access import SCOPE_WORDS
from tests.conftest import NOW, PASSWORD, World
from tests.web.conftest import Browse
from tests.web.reading import PageRead

NEW = "quite another passphrase"


def error_of(answer: Any, field: str) -> str:
    """The sentence beside a field."""
    page = PageRead(answer.content.decode())
    (said,) = [e.text.strip() for e in page.elements if e.attrs.get("id") == f"id_{field}-error"]
    (bad,) = [e for e in page.elements if e.attrs.get("id") == f"id_{field}"]
    assert (bad.attrs["aria-invalid"], f"id_{field}-error" in bad.attrs["aria-describedby"]) == (
        "true",
        True,
    )
    return said


# ---------- signing in ----------


def test_signing_in_leads_back_to_what_was_asked_for(world: World, browse: Browse) -> None:
    client = browse()
    asked = client.get("/people/?q=ben")
    assert asked["Location"] == "/sign-in/?next=%2Fpeople%2F%3Fq%3Dben"
    assert 'value="/people/?q=ben"' in client.get(asked["Location"]).content.decode()
    sent = {"username": "ada", "password": PASSWORD, "next": "/people/?q=ben"}
    assert client.post("/sign-in/", sent)["Location"] == "/people/?q=ben"


@pytest.mark.parametrize(
    "onward",
    [
        "https://evil.example/",
        "//evil.example/",
        "/\\evil.example",
        "\\\\evil.example",
        "javascript:alert(1)",
        "http:evil.example",
        "///evil.example",
        " https://evil.example",
        "https:///evil.example",
    ],
)
def test_signing_in_leads_to_no_other_site(world: World, browse: Browse, onward: str) -> None:
    sent = {"username": "ada", "password": PASSWORD, "next": onward}
    assert browse().post("/sign-in/", sent)["Location"] == "/"


def test_a_wrong_password_says_so_beside_the_field(world: World, browse: Browse) -> None:
    answer = browse().post("/sign-in/", {"username": "ada", "password": "wrong"})
    text = answer.content.decode()
    assert answer.status_code == 409
    assert error_of(answer, "password").startswith("That user name and password do not belong")
    assert 'value="ada"' in text
    assert "wrong" not in text


def test_an_empty_form_says_what_is_missing(db: None, browse: Browse) -> None:
    answer = browse().post("/sign-in/", {"username": ""})
    assert answer.status_code == 422
    assert error_of(answer, "username") == "User name is missing."


def test_a_form_answers_beside_its_fields(world: World, browse: Browse) -> None:
    for _ in range(5):
        browse().post("/sign-in/", {"username": "ada", "password": "wrong"})
    answer = browse().post("/sign-in/", {"username": "ada", "password": PASSWORD})
    assert error_of(answer, "password").startswith("Too many wrong passwords. Wait 15 minutes")


def test_an_empty_installation_says_how_to_begin(db: None, browse: Browse) -> None:
    assert "firstoff init" in browse().get("/sign-in/").content.decode()


def test_a_founded_installation_does_not(world: World, browse: Browse) -> None:
    assert "firstoff init" not in browse().get("/sign-in/").content.decode()


def test_the_session_key_changes_on_signing_in(world: World, browse: Browse) -> None:
    client = browse()
    planted = client.session
    planted["x"] = "1"
    planted.save()
    client.post("/sign-in/", {"username": "ada", "password": PASSWORD})
    assert client.session.session_key != planted.session_key
    assert "x" not in client.session


def test_signing_out_ends_the_session(world: World, browse: Browse) -> None:
    client = browse(world.ada)
    key = client.cookies["firstoff_session"].value
    assert client.get("/sign-out/").status_code == 405
    assert client.post("/sign-out/")["Location"] == "/sign-in/"
    client.cookies["firstoff_session"] = key
    assert client.get("/account/").status_code == 302


class Clock(datetime):
    """A clock that a test sets."""

    passed = timedelta()

    @classmethod
    def now(cls, tz: Any = None) -> Any:
        return datetime.now(tz) + cls.passed


@pytest.mark.parametrize(
    ("touches", "status"),
    [
        ([timedelta(hours=3, minutes=59)], 200),
        ([timedelta(hours=4, minutes=1)], 302),
        ([timedelta(hours=3), timedelta(hours=6), timedelta(hours=9)], 200),
        ([timedelta(hours=3), timedelta(hours=6), timedelta(hours=9), timedelta(hours=12.1)], 302),
    ],
)
def test_a_session_ends_when_idle_and_at_last(
    world: World, browse: Browse, monkeypatch: Any, touches: list[timedelta], status: int
) -> None:
    client = browse(world.ada)
    monkeypatch.setattr(auth, "datetime", Clock)
    for passed in touches:
        monkeypatch.setattr(Clock, "passed", passed)
        answer = client.get("/account/")
    assert answer.status_code == status


def test_a_page_that_asks_by_itself_keeps_no_session_awake(
    world: World, browse: Browse, monkeypatch: Any
) -> None:
    client = browse(world.ada)
    monkeypatch.setattr(auth, "datetime", Clock)
    monkeypatch.setattr(Clock, "passed", timedelta(hours=3))
    client.get("/account/", headers={"X-Poll": "1"})
    monkeypatch.setattr(Clock, "passed", timedelta(hours=5))
    assert client.get("/account/").status_code == 302


def test_a_new_password_signs_out_the_other_sessions(world: World, browse: Browse) -> None:
    here, there = browse(world.ben), browse(world.ben)
    sent = {"current": PASSWORD, "password": NEW, "again": NEW}
    assert here.post("/account/", sent)["Location"] == "/account/"
    assert [c.get("/account/").status_code for c in (here, there)] == [200, 302]


def test_who_is_retired_is_signed_out_at_once(world: World, browse: Browse) -> None:
    client = browse(world.ben)
    verbs.update_person(site_id=world.site.pk, username="ben", active=False, by=world.adam, at=NOW)
    assert client.get("/account/").status_code == 302


def test_a_role_taken_back_is_gone_at_once(world: World, browse: Browse) -> None:
    client = browse(world.adam)
    assert client.get("/tokens/").status_code == 200
    verbs.create_person(
        site_id=world.site.pk,
        username="zoe",
        name="Zoe",
        password=NEW,
        roles=[Role.ADMINISTRATOR],
        by=world.adam,
        at=NOW,
    )
    zoe = access.actor_named("zoe")
    for site in (world.site, world.other_site):
        verbs.set_roles(site_id=site.pk, username="zoe", roles=list(Role), by=world.adam, at=NOW)
    zoe = access.actor_named("zoe")
    for site in (world.site, world.other_site):
        verbs.set_roles(site_id=site.pk, username="adam", roles=[Role.VIEWER], by=zoe, at=NOW)
    assert client.get("/tokens/").status_code == 403


def test_an_htmx_request_without_a_session_leads_the_whole_page_to_sign_in(
    db: None, browse: Browse
) -> None:
    answer = browse().get(
        "/people/",
        headers={"HX-Request": "true", "HX-Current-URL": "http://localhost/people/?q=x"},
    )
    assert answer["HX-Redirect"] == ("/sign-in/?next=http%3A%2F%2Flocalhost%2Fpeople%2F%3Fq%3Dx")


# ---------- account ----------


@pytest.mark.parametrize(
    ("sent", "status", "field", "said"),
    [
        ({"current": "guess"}, 409, "current", "That is not your password"),
        ({"password": "tiny-1", "again": "tiny-1"}, 422, "password", "This password is too short"),
        ({"again": "different"}, 422, "again", "The two passwords differ."),
        ({"current": ""}, 422, "current", "Your password now is missing."),
    ],
)
def test_a_password_that_is_not_changed_says_why(
    world: World, browse: Browse, sent: Any, status: int, field: str, said: str
) -> None:
    full = {"current": PASSWORD, "password": NEW, "again": NEW, **sent}
    answer = browse(world.ben).post("/account/", full)
    text = answer.content.decode()
    assert answer.status_code == status
    assert error_of(answer, field).startswith(said)
    assert [p for p in full.values() if p and p in text] == []


def test_who_has_no_role_still_has_an_account(world: World, browse: Browse) -> None:
    client = browse(world.ben)
    verbs.set_roles(site_id=world.site.pk, username="ben", roles=[], by=world.adam, at=NOW)
    assert client.get("/account/").status_code == 200
    refused = client.get("/people/")
    assert (
        refused.status_code,
        "You have no role at any site yet." in refused.content.decode(),
    ) == (
        403,
        True,
    )


# ---------- people ----------


def test_the_list_shows_everybody_with_roles(world: World, browse: Browse) -> None:
    text = browse(world.vic).get("/people/").content.decode()
    assert ("Ada Okafor" in text, "quality manager" in text, "8 people" in text) == (
        True,
        True,
        True,
    )
    assert "Add a person" not in text


def test_a_person_is_added(world: World, browse: Browse) -> None:
    client = browse(world.adam)
    sent = {
        "username": "zoe",
        "name": "Zoë Holt",
        "password": NEW,
        "roles": ["operator", "inspector"],
    }
    assert client.post("/people/STOKE/", sent)["Location"] == "/people/?site=STOKE"
    assert access.person(world.adam, world.site.pk, "zoe").roles == (Role.OPERATOR, Role.INSPECTOR)
    assert "Zoë Holt is on the list." in client.get("/people/").content.decode()


def test_a_person_who_cannot_be_added_is_told_where(world: World, browse: Browse) -> None:
    sent = {"username": "ada", "name": "Another <b>", "password": NEW, "roles": ["operator"]}
    answer = browse(world.adam).post("/people/STOKE/", sent)
    assert answer.status_code == 422
    assert error_of(answer, "username") == "The user name 'ada' is taken."
    text = answer.content.decode()
    assert ("Another &lt;b&gt;" in text, NEW in text, "checked" in text) == (True, False, True)


def test_somebody_of_another_site_gets_roles_here(world: World, browse: Browse) -> None:
    sent = {"known-username": "cy", "known-roles": ["viewer"]}
    assert browse(world.adam).post("/people/STOKE/", sent).status_code == 302
    assert access.roles_at(world.cy.person_id, world.site.pk) == {Role.VIEWER}


@pytest.mark.parametrize(
    ("path", "sent", "check"),
    [
        ("roles", {"roles": ["inspector"]}, lambda p: p.roles == (Role.INSPECTOR,)),
        ("details", {"name": "Ben T.", "email": "b@x.org"}, lambda p: p.name == "Ben T."),
        ("active", {"active": "0"}, lambda p: not p.active),
        ("training", {"skill": "glaze", "valid_from": "2026-01-01"}, lambda p: p.trainings),
    ],
)
def test_a_person_is_changed(
    world: World, browse: Browse, path: str, sent: Any, check: Any
) -> None:
    answer = browse(world.adam).post(f"/people/STOKE/ben/{path}/", sent)
    assert answer["Location"] == "/people/STOKE/ben/"
    assert check(access.person(world.adam, world.site.pk, "ben"))


def test_an_administrator_sets_a_new_password(world: World, browse: Browse) -> None:
    sent = {"password": NEW, "again": NEW}
    browse(world.adam).post("/people/STOKE/ben/password/", sent)
    answer = browse().post("/sign-in/", {"username": "ben", "password": NEW})
    assert answer.status_code == 302


def test_a_refusal_stands_in_the_page(world: World, browse: Browse) -> None:
    answer = browse(world.adam).post("/people/STOKE/adam/active/", {"active": "0"})
    text = answer.content.decode()
    assert (answer.status_code, "Nobody retires themselves." in text) == (409, True)
    assert "Another administrator can." in text


def test_a_date_that_is_none_is_told_beside_its_field(world: World, browse: Browse) -> None:
    answer = browse(world.eli).post(
        "/people/STOKE/ben/training/", {"skill": "glaze", "valid_from": "next week"}
    )
    assert error_of(answer, "valid_from") == "From is no date; expected 2026-05-12."
    assert 'value="glaze"' in answer.content.decode()


def test_an_unknown_person_is_not_found(world: World, browse: Browse) -> None:
    assert browse(world.ada).get("/people/STOKE/nobody/").status_code == 404


def test_the_list_has_pages_of_fifty(world: World, browse: Browse) -> None:
    for n in range(50):
        verbs.create_person(
            site_id=world.site.pk,
            username=f"op{n}",
            name=f"Operator {n:02}",
            password=NEW,
            roles=[Role.OPERATOR],
            by=world.adam,
            at=NOW,
        )
    client = browse(world.vic)
    first = client.get("/people/?site=STOKE").content.decode()
    assert ("1 to 50 of 58 people" in first, "?site=STOKE&amp;page=2" in first) == (True, True)
    assert "51 to 58 of 58 people" in client.get("/people/?page=2").content.decode()
    for odd in ("0", "-1", "x", "99999999999", "3"):
        assert client.get(f"/people/?page={odd}").status_code == 200


# ---------- tokens and sites ----------


def test_a_token_is_shown_once_and_works(world: World, browse: Browse) -> None:
    client = browse(world.adam)
    sent = {"name": "tester 3", "username": "ben", "scopes": ["read"], "expires": "2030-01-31"}
    answer = client.post("/tokens/STOKE/", sent)
    assert (answer.status_code, answer["Cache-Control"]) == (201, "no-store")
    page = PageRead(answer.content.decode())
    (secret,) = [e.text for e in page.elements if e.attrs.get("class") == "secret"]
    found = access.actor_of_token(secret, NOW)
    assert found is not None
    assert found.username == "ben"
    listed = client.get("/tokens/?site=STOKE").content.decode()
    assert (secret in listed, secret.partition(".")[0] in listed) == (False, True)
    assert '<time datetime="2030-02-01T00:00:00+00:00">' in listed


def test_a_token_without_scopes_is_told_beside_the_field(world: World, browse: Browse) -> None:
    answer = browse(world.adam).post("/tokens/STOKE/", {"name": "x", "username": "ben"})
    assert (answer.status_code, "May is missing." in answer.content.decode()) == (422, True)


def test_a_token_acts_as_nobody_of_another_site(world: World, browse: Browse) -> None:
    sent = {"name": "x", "username": "cy", "scopes": ["read"]}
    assert browse(world.adam).post("/tokens/STOKE/", sent).status_code == 422


def test_a_token_is_revoked(world: World, browse: Browse) -> None:
    made = verbs.create_token(
        site_id=world.site.pk,
        username="ben",
        name="x",
        scopes=["read"],
        by=world.adam,
        at=NOW,
    )
    client = browse(world.adam)
    assert client.post(f"/tokens/STOKE/{made.id}/revoke/").status_code == 302
    assert access.actor_of_token(made.secret, NOW) is None
    assert "Revoked" in client.get("/tokens/?site=STOKE").content.decode()


def test_every_scope_has_its_words() -> None:
    assert set(SCOPE_WORDS) == set(SCOPES)


def test_a_site_is_added(world: World, browse: Browse) -> None:
    client = browse(world.adam)
    sent = {"code": "hull", "name": "Hull", "time_zone": "Europe/London"}
    assert client.post("/sites/", sent)["Location"] == "/sites/"
    assert "Hull" in client.get("/sites/").content.decode()
    assert "Hull" not in browse(world.ada).get("/people/").content.decode()


def test_times_are_those_of_the_site(world: World, browse: Browse) -> None:
    verbs.create_token(
        site_id=world.site.pk, username="ben", name="x", scopes=["read"], by=world.adam, at=NOW
    )
    text = browse(world.adam).get("/tokens/?site=STOKE").content.decode()
    assert '<time datetime="2026-05-08T10:00:00+01:00">2026-05-08 10:00</time>' in text


def test_the_site_one_was_at_stays(world: World, browse: Browse) -> None:
    client = browse(world.adam)
    shown = []
    for address in ("/people/", "/people/?site=STOKE", "/people/", "/people/LEEDS/", "/people/"):
        client.get(address)
        shown.append("Ben Tams" in client.get("/people/").content.decode())
    assert shown == [False, True, True, False, False]


def test_a_page_asks_few_questions(
    world: World, browse: Browse, django_assert_max_num_queries: Any
) -> None:
    client = browse(world.vic)
    with django_assert_max_num_queries(8):  # session, person, roles, sites, then the list's four
        client.get("/people/")
