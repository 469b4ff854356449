"""Who may do what to whom, signing in, signing, tokens."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from firstoff.errors import InvalidInput, NotAllowed, NotFound, Refused
from firstoff.queries import access as found
from firstoff.services import access
from firstoff.terms import Role
from tests.conftest import NOW, PASSWORD, World

LATER = NOW + timedelta(hours=1)
NEW = "quite another passphrase"


def sign_in(
    username: str, password: str = PASSWORD, at: Any = NOW, address: str = "10.0.0.9"
) -> Any:
    return access.sign_in(username=username, password=password, address=address, at=at)


# ---------- setting up ----------


def test_only_an_empty_installation_is_founded(world: World) -> None:
    with pytest.raises(Refused) as refused:
        access.found(
            username="eve",
            name="Eve",
            password=PASSWORD,
            site="Hanley",
            site_code="hanley",
            time_zone="UTC",
            at=NOW,
        )
    assert refused.value.code == "already-set-up"


def test_whoever_makes_a_site_administers_it(world: World) -> None:
    site = access.create_site(code="hull", name="Hull", time_zone="UTC", by=world.adam, at=NOW)
    assert found.actor_named("adam").roles_at(site.pk) == {Role.ADMINISTRATOR}


@pytest.mark.parametrize(
    ("code", "zone", "field"),
    [
        ("STOKE", "UTC", "code"),
        ("stoke", "UTC", "code"),
        ("a/b", "UTC", "code"),
        ("..", "UTC", "code"),
        ("hull", "Mars/Olympus", "time_zone"),
        ("hull", "../../etc/passwd", "time_zone"),
    ],
)
def test_a_site_that_cannot_be(world: World, code: str, zone: str, field: str) -> None:
    with pytest.raises(InvalidInput) as error:
        access.create_site(code=code, name="Hull", time_zone=zone, by=world.adam, at=NOW)
    assert error.value.details["field"] == field


def test_only_an_administrator_adds_a_site(world: World) -> None:
    with pytest.raises(NotAllowed):
        access.create_site(code="hull", name="Hull", time_zone="UTC", by=world.ada, at=NOW)


# ---------- people ----------


def add(world: World, **changed: Any) -> Any:
    values = {"username": "zoe", "name": "Zoë Holt", "password": NEW, "roles": [Role.OPERATOR]}
    values |= {"site_id": world.site.pk, "by": world.adam, "at": NOW, **changed}
    return access.create_person(**values)


def test_a_person_is_added_with_roles(world: World) -> None:
    add(world, roles=[Role.OPERATOR, Role.INSPECTOR, Role.OPERATOR])
    view = found.person(world.adam, world.site.pk, "ZOE")
    assert (view.name, view.roles) == ("Zoë Holt", (Role.OPERATOR, Role.INSPECTOR))


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"username": "ada"}, "username"),
        ({"username": "ADA"}, "username"),
        ({"username": "a b"}, "username"),
        ({"username": "a/b"}, "username"),
        ({"username": ""}, "username"),
        ({"username": "x" * 81}, "username"),
        ({"name": ""}, "name"),
        ({"name": "two\nlines"}, "name"),
        ({"name": "x" * 201}, "name"),
        ({"roles": []}, "roles"),
        ({"email": "nobody"}, "email"),
        ({"password": "short"}, "password"),
        ({"password": "1234567890123"}, "password"),
        ({"password": "password1234"}, "password"),
        ({"password": "zoezoezoezoe", "username": "zoezoezoezo"}, "password"),
    ],
)
def test_a_person_that_cannot_be(world: World, changed: Any, field: str) -> None:
    with pytest.raises(InvalidInput) as error:
        add(world, **changed)
    assert error.value.details["field"] == field
    assert found.people(world.adam, world.site.pk)[1] == 8


def test_a_name_that_looks_the_same_is_the_same(world: World) -> None:
    with pytest.raises(InvalidInput, match="is taken"):
        add(world, username="\uff41\uff44\uff41")  # full-width ada


@pytest.mark.parametrize("who", ["vic", "ben", "ivy", "eli", "bo", "ada"])
def test_only_an_administrator_adds_people(world: World, who: str) -> None:
    with pytest.raises(NotAllowed):
        add(world, by=getattr(world, who))


def test_at_another_site_there_is_nothing_to_add_to(world: World) -> None:
    with pytest.raises(NotFound):
        add(world, by=world.cy)


def test_a_change_keeps_the_name_in_order(world: World) -> None:
    kept = {"site_id": world.site.pk, "username": "ben", "by": world.adam, "at": NOW}
    with pytest.raises(InvalidInput):
        access.update_person(**kept, name="")
    assert access.update_person(**kept, name="Ben Tams-Lee").name == "Ben Tams-Lee"


def test_a_retired_person_does_not_sign_in(world: World) -> None:
    access.update_person(
        site_id=world.site.pk, username="ben", active=False, by=world.adam, at=NOW
    )
    with pytest.raises(Refused) as refused:
        sign_in("ben")
    assert refused.value.code == "sign-in"
    assert found.signed_in(world.ben.person_id) is None


def test_nobody_retires_themselves(world: World) -> None:
    with pytest.raises(Refused) as refused:
        access.update_person(
            site_id=world.site.pk, username="adam", active=False, by=world.adam, at=NOW
        )
    assert refused.value.code == "self-retire"


def test_nobody_gives_up_the_last_key(world: World) -> None:
    with pytest.raises(Refused) as refused:
        access.set_roles(site_id=world.site.pk, username="adam", roles=[], by=world.adam, at=NOW)
    assert refused.value.code == "self-demote"


def test_roles_become_exactly_these(world: World) -> None:
    kept = {"site_id": world.site.pk, "username": "ben", "by": world.adam, "at": NOW}
    access.set_roles(**kept, roles=[Role.OPERATOR, Role.INSPECTOR])
    access.set_roles(**kept, roles=[Role.INSPECTOR])
    assert found.roles_at(world.ben.person_id, world.site.pk) == {Role.INSPECTOR}
    access.set_roles(**kept, roles=[])
    assert found.actor_named("ben").site_ids == ()


# ---------- passwords ----------


def set_password(world: World, username: str, by: Any, **more: Any) -> None:
    access.set_password(username=username, password=NEW, by=by, at=NOW, **more)


def test_ones_own_password_takes_the_current_one(world: World) -> None:
    with pytest.raises(Refused) as refused:
        set_password(world, "ben", world.ben, current="guess")
    assert refused.value.details["field"] == "current"
    set_password(world, "ben", world.ben, current=PASSWORD)
    assert sign_in("ben", NEW).username == "ben"


def test_a_new_password_ends_the_sessions(world: World) -> None:
    before = found.signed_in(world.ben.person_id)
    set_password(world, "ben", world.adam)
    after = found.signed_in(world.ben.person_id)
    assert before is not None
    assert after is not None
    assert before.seal != after.seal


@pytest.mark.parametrize(
    ("who", "error"), [("ada", NotAllowed), ("eli", NotAllowed), ("cy", NotFound)]
)
def test_who_does_not_administer_sets_nobodys_password(world: World, who: str, error: Any) -> None:
    with pytest.raises(error):
        set_password(world, "ben", getattr(world, who))


def test_an_unknown_person_and_one_of_another_site_read_the_same(world: World) -> None:
    said = []
    for username in ("ben", "nobody"):
        with pytest.raises(NotFound) as error:
            set_password(world, username, world.cy)
        said.append(str(error.value).replace(username, "X"))
    assert said[0] == said[1]


def test_an_administrator_of_one_site_does_not_become_a_person_of_another(world: World) -> None:
    """Giving Ada a role at Leeds, then setting her password, would be acting as her at Stoke."""
    add(world, site_id=world.other_site.pk, username="lea", roles=[Role.ADMINISTRATOR])
    lea = found.actor_named("lea")
    access.set_roles(
        site_id=world.other_site.pk, username="ada", roles=[Role.VIEWER], by=lea, at=NOW
    )
    with pytest.raises(NotAllowed, match="a site you do not administer"):
        set_password(world, "ada", lea)
    with pytest.raises(NotAllowed, match="a site you do not administer"):
        access.update_person(
            site_id=world.other_site.pk, username="ada", active=False, by=lea, at=NOW
        )


# ---------- signing in ----------


def test_signing_in_answers_with_the_actor(world: World) -> None:
    assert sign_in(" ADA ").roles == world.ada.roles


@pytest.mark.parametrize("username", ["ben", " ben", "BEN", "ben "])
def test_after_five_wrong_passwords_the_name_waits(world: World, username: str) -> None:
    for n in range(5):
        with pytest.raises(Refused) as refused:
            sign_in(username, "wrong", address=f"10.0.0.{n}")
        assert refused.value.code == "sign-in"
    for password in ("wrong", PASSWORD):
        with pytest.raises(Refused) as refused:
            sign_in("ben", password, address="10.0.0.99")
        assert refused.value.code == "throttled"
    assert sign_in("ben", at=NOW + timedelta(minutes=16)).username == "ben"


def test_an_address_that_tries_many_names_waits(world: World) -> None:
    for n in range(30):
        with pytest.raises(Refused):
            sign_in(f"nobody{n}", "wrong")
    with pytest.raises(Refused) as refused:
        sign_in("ben")
    assert refused.value.code == "throttled"
    assert sign_in("ben", address="10.0.0.2").username == "ben"


def test_an_unknown_name_and_a_wrong_password_read_the_same(world: World) -> None:
    said = []
    for username in ("ben", "nobody"):
        with pytest.raises(Refused) as refused:
            sign_in(username, "wrong")
        said.append(str(refused.value))
    assert said[0] == said[1]


# ---------- signing ----------


def test_a_wrong_password_signs_nothing_and_counts(world: World) -> None:
    for _ in range(5):
        with pytest.raises(Refused) as refused:
            access.confirm(world.ada, "wrong", NOW)
        assert refused.value.code == "signature"
    with pytest.raises(Refused) as refused:
        access.confirm(world.ada, PASSWORD, NOW)
    assert refused.value.code == "throttled"


def signed(world: World, by: Any) -> Any:
    from firstoff.services import ledger

    confirmed = access.confirm(by, PASSWORD, NOW)
    with ledger.verb("test.sign", by=by, at=NOW, subject="a bar") as entry:
        return access.sign(
            entry,
            confirmed,
            meaning="This is the bar.",
            subject="bar of CC1-P1",
            permission="bar.lock",
            site_id=world.site.pk,
            content={"c": 1},
        )


def test_a_signature_names_meaning_role_and_what_was_signed(world: World) -> None:
    signature = signed(world, world.ada)
    assert (signature.meaning, signature.role, signature.by_id) == (
        "This is the bar.",
        "quality_manager",
        world.ada.person_id,
    )
    assert len(signature.content_digest) == 64


def test_who_may_not_sign_does_not(world: World) -> None:
    from firstoff.queries import ledger

    before = ledger.head()
    with pytest.raises(NotAllowed):
        signed(world, world.ben)
    assert ledger.head() == before


# ---------- tokens ----------


def token(world: World, **changed: Any) -> Any:
    values = {"username": "ben", "name": "tester 3", "scopes": ["read", "record"]}
    values |= {"site_id": world.site.pk, "by": world.adam, "at": NOW, **changed}
    return access.create_token(**values)


def test_a_token_acts_as_its_person_within_its_scopes(world: World) -> None:
    actor = found.actor_of_token(token(world, station="ST-3").secret, NOW)
    assert actor is not None
    assert (actor.username, actor.scopes, actor.station) == (
        "ben",
        {"read", "record"},
        "ST-3",
    )


def test_only_the_hash_of_a_secret_is_kept(world: World) -> None:
    from firstoff.db.models import ApiToken, LedgerEntry

    secret = token(world).secret.partition(".")[2]
    kept = str(list(ApiToken.objects.values())) + str(list(LedgerEntry.objects.values()))
    assert secret not in kept


def test_a_token_opens_its_own_site_only(world: World) -> None:
    made = token(world, username="adam")
    actor = found.actor_of_token(made.secret, NOW)
    assert actor is not None
    assert actor.site_ids == (world.site.pk,)


def test_an_expired_a_revoked_and_a_retired_persons_token_open_nothing(world: World) -> None:
    expiring = token(world, expires_at=LATER).secret
    assert found.actor_of_token(expiring, LATER) is None
    revoked = token(world)
    for _ in range(2):  # again is safe
        access.revoke_token(token_id=revoked.id, by=world.adam, at=NOW)
    assert found.actor_of_token(revoked.secret, NOW) is None
    working = token(world).secret
    access.update_person(
        site_id=world.site.pk, username="ben", active=False, by=world.adam, at=NOW
    )
    assert found.actor_of_token(working, NOW) is None


@pytest.mark.parametrize("secret", ["", "fo_", "nothing", "fo_0000000000.x", "\x00"])
def test_what_is_no_secret_opens_nothing(world: World, secret: str) -> None:
    assert found.actor_of_token(secret, NOW) is None


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"scopes": []}, "scopes"),
        ({"scopes": ["everything"]}, "scopes"),
        ({"name": ""}, "name"),
        ({"station": "x" * 121}, "station"),
        ({"expires_at": NOW}, "expires_at"),
    ],
)
def test_a_token_that_cannot_be(world: World, changed: Any, field: str) -> None:
    with pytest.raises(InvalidInput) as error:
        token(world, **changed)
    assert error.value.details["field"] == field


def test_a_token_makes_no_stronger_token(world: World) -> None:
    weak = replace(world.adam, scopes=frozenset({"manage"}))
    with pytest.raises(NotAllowed, match="more than itself"):
        token(world, by=weak, scopes=["manage", "sign"])


def test_somebody_elses_token_is_not_there(world: World) -> None:
    made = token(world)
    with pytest.raises(NotFound):
        access.revoke_token(token_id=made.id, by=world.cy, at=NOW)


# ---------- training ----------


def test_a_training_holds_from_its_first_to_its_last_day(world: World) -> None:
    access.record_training(
        site_id=world.site.pk,
        username="ben",
        skill="seat the lid",
        valid_from=date(2026, 5, 1),
        valid_until=date(2026, 5, 31),
        by=world.eli,
        at=NOW,
    )
    days = [date(2026, 4, 30), date(2026, 5, 1), date(2026, 5, 31), date(2026, 6, 1)]
    held = [found.skills(world.ben.person_id, d) for d in days]
    assert held == [frozenset(), {"seat the lid"}, {"seat the lid"}, frozenset()]


def test_a_training_does_not_end_before_it_begins(world: World) -> None:
    with pytest.raises(InvalidInput) as error:
        access.record_training(
            site_id=world.site.pk,
            username="ben",
            skill="glaze",
            valid_from=date(2026, 5, 2),
            valid_until=date(2026, 5, 1),
            by=world.eli,
            at=NOW,
        )
    assert error.value.details["field"] == "valid_until"


def test_every_verb_leaves_one_entry(world: World) -> None:
    from firstoff.queries import ledger

    before = ledger.head().seq
    add(world)
    token(world)
    set_password(world, "ben", world.adam)
    assert ledger.head().seq == before + 3
    assert ledger.verify().broken is None
