"""People, their roles, training and tokens."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import connection
from django.db.models import OuterRef, Q, QuerySet, Subquery
from django.utils.crypto import salted_hmac

from firstoff.db.keys import Keys, among, keys
from firstoff.db.models import ApiToken, Person, RoleGrant, Site, Training
from firstoff.db.prepared import prepared
from firstoff.errors import NotFound
from firstoff.rules.access import Actor, require
from firstoff.terms import Role


@dataclass(frozen=True, slots=True)
class SiteView:
    id: int
    code: str
    name: str
    time_zone: str


@dataclass(frozen=True, slots=True)
class TrainingView:
    id: int
    skill: str
    valid_from: date
    valid_until: date | None
    note: str


@dataclass(frozen=True, slots=True)
class PersonView:
    """A person as the people page of one site shows them."""

    id: int
    username: str
    name: str
    email: str
    active: bool
    roles: tuple[Role, ...]
    trainings: tuple[TrainingView, ...]


@dataclass(frozen=True, slots=True)
class TokenView:
    id: int
    name: str
    person: str
    station: str
    prefix: str
    scopes: tuple[str, ...]
    created_at: datetime
    expires_at: datetime | None
    revoked_at: datetime | None
    last_used_at: datetime | None


@dataclass(frozen=True, slots=True)
class SignedIn:
    """Who a session belongs to. ``seal`` changes with the password: a session keeps it, and ends
    when it no longer fits."""

    actor: Actor
    seal: str


def signed_in(person_id: int) -> SignedIn | None:
    """The person behind a session; None when they are retired. Two queries."""
    found = _active(person_id)
    if not found:
        return None
    person, roles = found[0], roles_of([person_id])[person_id]
    seal = salted_hmac("firstoff.session", person.password, algorithm="sha256").hexdigest()
    return SignedIn(Actor(person.pk, person.username, person.name, roles), seal)


@prepared
def _active(person: int) -> "QuerySet[Person]":
    return Person.objects.filter(pk=person, is_active=True)


def actor_of(person_id: int, scopes: frozenset[str] | None = None, station: str = "") -> Actor:
    """Who somebody is, with the roles they hold now. Two queries."""
    person = Person.objects.get(pk=person_id)
    return Actor(
        person.pk, person.username, person.name, roles_of([person_id])[person_id], scopes, station
    )


def actor_named(username: str) -> Actor:
    """For the command line: the person of that user name. Raises NotFound."""
    found = Person.objects.filter(username__iexact=username, is_active=True).first()
    if found is None:
        raise NotFound(f"There is no person with the user name {username!r}.")
    return actor_of(found.pk)


def console() -> Actor:
    """Whoever can read the data folder can read the data: the local console sees every site."""
    everywhere = dict.fromkeys(Site.objects.values_list("pk", flat=True), frozenset({Role.VIEWER}))
    return Actor(0, "console", "local console", everywhere, frozenset({"read"}))


def actor_of_token(secret: str, at: datetime) -> Actor | None:
    """The actor behind an API token; None when it is unknown, expired or revoked.

    One query where nothing about the token, its person and their roles changed since it was used
    last: stations ask with every record.
    """
    prefix = secret.partition(".")[0]
    if "\x00" in prefix:
        return None
    with connection.cursor() as cursor:
        cursor.execute(_TOKEN, [prefix])
        row = cursor.fetchone()
    if row is None or row[1] != hashlib.sha256(secret.encode()).hexdigest():
        return None
    held = _bearers.get(prefix)
    if held is None or held.row != row:
        held = _bearer(prefix, row)
        if len(_bearers) >= _KEPT:
            _bearers.clear()
        _bearers[prefix] = held
    if not held.active or (held.expires_at and held.expires_at <= at):
        return None
    used = held.last_used_at
    if used is None or (at - used).total_seconds() > 60:
        ApiToken.objects.filter(pk=row[0]).update(last_used_at=at)
    return held.actor


# All that an actor follows from: the token, the person, and the latest grant of the person.
_TOKEN = """
SELECT t.id, t.secret_hash, t.person_id, t.site_id, t.scopes, t.station, t.expires_at,
  t.revoked_at, t.last_used_at, p.username, p.name, p.is_active,
  (SELECT MAX(g.id) FROM firstoff_rolegrant g WHERE g.person_id = t.person_id)
FROM firstoff_apitoken t JOIN firstoff_person p ON p.id = t.person_id
WHERE t.prefix = %s"""
_KEPT = 1000


@dataclass(frozen=True, slots=True)
class _Bearer:
    """Who a token is, as long as the row that it was read from stays the same."""

    row: tuple[Any, ...]
    actor: Actor
    active: bool
    expires_at: datetime | None
    last_used_at: datetime | None


_bearers: dict[str, _Bearer] = {}


def _bearer(prefix: str, row: tuple[Any, ...]) -> _Bearer:
    token = ApiToken.objects.select_related("person").get(prefix=prefix)
    actor = actor_of(token.person_id, frozenset(token.scopes.split()), token.station)
    here = {token.site_id: actor.roles_at(token.site_id)}
    return _Bearer(
        row,
        Actor(actor.person_id, actor.username, actor.name, here, actor.scopes, actor.station),
        token.person.is_active and token.revoked_at is None,
        token.expires_at,
        token.last_used_at,
    )


def roles_of(people: list[int]) -> Mapping[int, Mapping[int, frozenset[Role]]]:
    """Roles by person by site: the latest grant of each role holds. One query."""
    found: dict[int, dict[int, frozenset[Role]]] = {p: {} for p in people}
    for person, site, role in _held(keys(people)):
        found[person][site] = found[person].get(site, frozenset()) | {Role(role)}
    return found


@prepared
def _held(people: Keys) -> "QuerySet[RoleGrant, tuple[int, int, str]]":
    latest = (
        RoleGrant.objects.filter(
            person=OuterRef("person"), site=OuterRef("site"), role=OuterRef("role")
        )
        .order_by("-id")
        .values("id")[:1]
    )
    held = RoleGrant.objects.filter(
        among(RoleGrant, "person", people), granted=True, id=Subquery(latest)
    )
    return held.values_list("person_id", "site_id", "role")


def roles_at(person_id: int, site_id: int) -> frozenset[Role]:
    return roles_of([person_id])[person_id].get(site_id, frozenset())


def anybody() -> bool:
    """Whether this installation has been set up."""
    return Person.objects.exists()


def sites(actor: Actor) -> tuple[SiteView, ...]:
    here = keys(actor.site_ids)
    return tuple(SiteView(s.pk, s.code, s.name, s.time_zone) for s in _sites(here))


@prepared
def _sites(some: Keys) -> "QuerySet[Site]":
    return Site.objects.filter(among(Site, "id", some)).order_by("code")


def site(actor: Actor, code: str) -> SiteView:
    for found in sites(actor):
        if found.code == code:
            return found
    raise NotFound(f"There is no site {code!r}, or not for you.")


def people(
    actor: Actor, site_id: int, *, search: str = "", offset: int = 0, limit: int = 50
) -> tuple[tuple[PersonView, ...], int]:
    """Everybody who ever had a role at the site: one page, and the total. Four queries."""
    require(actor, "see", site_id)
    rows = Person.objects.filter(grants__site=site_id).distinct().order_by("name", "pk")
    if search:
        rows = rows.filter(Q(name__icontains=search) | Q(username__icontains=search))
    return _person_views(list(rows[offset : offset + limit]), site_id), rows.count()


def person(actor: Actor, site_id: int, username: str) -> PersonView:
    require(actor, "see", site_id)
    found = Person.objects.filter(grants__site=site_id, username__iexact=username).first()
    if found is None:
        raise NotFound(f"There is no person {username!r} at this site.")
    return _person_views([found], site_id)[0]


def _person_views(people: list[Person], site_id: int) -> tuple[PersonView, ...]:
    ids = [p.pk for p in people]
    roles = roles_of(ids)
    learnt: dict[int, list[TrainingView]] = {}
    for t in Training.objects.filter(person__in=ids).order_by("skill", "-valid_from"):
        learnt.setdefault(t.person_id, []).append(
            TrainingView(t.pk, t.skill, t.valid_from, t.valid_until, t.note)
        )
    return tuple(
        PersonView(
            p.pk,
            p.username,
            p.name,
            p.email,
            p.is_active,
            tuple(sorted(roles[p.pk].get(site_id, frozenset()), key=list(Role).index)),
            tuple(learnt.get(p.pk, ())),
        )
        for p in people
    )


def who_may(permission_roles: frozenset[Role], site_id: int) -> tuple[str, ...]:
    """Names of those who hold one of the roles at the site: who can release a refusal."""
    ids = list(
        RoleGrant.objects.filter(site=site_id).values_list("person_id", flat=True).distinct()
    )
    roles = roles_of(ids)
    holders = [i for i in ids if roles[i].get(site_id, frozenset()) & permission_roles]
    names = Person.objects.filter(pk__in=holders, is_active=True).order_by("name")
    return tuple(names.values_list("name", flat=True))


def skills(person_id: int, on: date) -> frozenset[str]:
    """What the person is trained for on a day."""
    valid = Training.objects.filter(person=person_id, valid_from__lte=on).filter(
        Q(valid_until__isnull=True) | Q(valid_until__gte=on)
    )
    return frozenset(valid.values_list("skill", flat=True))


def tokens(
    actor: Actor, site_id: int, *, offset: int = 0, limit: int = 50
) -> tuple[tuple[TokenView, ...], int]:
    require(actor, "token.edit", site_id)
    rows = ApiToken.objects.filter(site=site_id).select_related("person").order_by("-pk")
    page = tuple(
        TokenView(
            t.pk,
            t.name,
            t.person.name,
            t.station,
            t.prefix,
            tuple(t.scopes.split()),
            t.created_at,
            t.expires_at,
            t.revoked_at,
            t.last_used_at,
        )
        for t in rows[offset : offset + limit]
    )
    return page, rows.count()
