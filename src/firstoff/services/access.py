"""People, roles, training, tokens, signing in and signing."""

import hashlib
import re
import secrets
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import available_timezones

from django.contrib.auth.hashers import check_password, make_password
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction

from firstoff.db.models import (
    ApiToken,
    Person,
    RoleGrant,
    Signature,
    SignInAttempt,
    Site,
    Training,
)
from firstoff.errors import InvalidInput, NotAllowed, NotFound, Refused
from firstoff.queries.access import actor_of, roles_at
from firstoff.rules.access import PERMISSIONS, SCOPES, Actor, may_anywhere, require, sees
from firstoff.rules.ledger import digest
from firstoff.services import ledger
from firstoff.services.ledger import Entry
from firstoff.terms import Role

_WINDOW = timedelta(minutes=15)
_TRIES_A_NAME = 5
_TRIES_AN_ADDRESS = 30


@dataclass(frozen=True, slots=True)
class NewToken:
    """The only time the secret is shown."""

    id: int
    secret: str


@transaction.atomic
def found(
    *,
    username: str,
    name: str,
    password: str,
    site: str,
    site_code: str,
    time_zone: str,
    at: datetime,
    roles: Iterable[Role] = (Role.ADMINISTRATOR,),
) -> Person:
    """The first administrator and the first site. Refused once there is anybody."""
    if Person.objects.exists():
        raise Refused(
            "This installation already has people.",
            code="already-set-up",
            way_out="An administrator adds people on the People page.",
        )
    place = Site.objects.create(
        code=_code("site_code", site_code),
        name=_text("site", site, 200),
        time_zone=_zone(time_zone),
    )
    person = _new_person(username, name, "", password)
    actor = Actor(person.pk, person.username, person.name)
    with ledger.verb("access.found", by=actor, at=at, subject=f"site {place.code}") as entry:
        entry.details.update(site=place.name, username=person.username)
        entry.add_all([RoleGrant(person=person, site=place, role=r, granted=True) for r in roles])
    return person


def create_site(*, code: str, name: str, time_zone: str, by: Actor, at: datetime) -> Site:
    """Another site; whoever makes it administers it."""
    if not may_anywhere(by, "people.edit"):
        raise NotAllowed("Only an administrator adds a site.", permission="people.edit")
    code = _code("code", code)
    with ledger.verb("access.create_site", by=by, at=at, subject=f"site {code}") as entry:
        if Site.objects.filter(code__iexact=code).exists():
            raise InvalidInput(f"There is a site {code!r} already.", field="code")
        place = Site.objects.create(
            code=code, name=_text("name", name, 200), time_zone=_zone(time_zone)
        )
        entry.details.update(name=place.name, time_zone=place.time_zone)
        entry.add(
            RoleGrant(person_id=by.person_id, site=place, role=Role.ADMINISTRATOR, granted=True)
        )
    return place


def create_person(
    *,
    site_id: int,
    username: str,
    name: str,
    password: str,
    roles: Iterable[Role],
    by: Actor,
    at: datetime,
    email: str = "",
) -> Person:
    """Somebody new at a site, with a password and roles."""
    require(by, "people.edit", site_id)
    wanted = tuple(dict.fromkeys(Role(r) for r in roles))
    if not wanted:
        raise InvalidInput("A person needs at least one role at the site.", field="roles")
    with ledger.verb("access.create_person", by=by, at=at, subject=f"person {username}") as entry:
        person = _new_person(username, name, email, password)
        entry.details.update(username=person.username, name=person.name, roles=wanted)
        entry.add_all(
            [RoleGrant(person=person, site_id=site_id, role=r, granted=True) for r in wanted]
        )
    return person


def update_person(
    *,
    site_id: int,
    username: str,
    by: Actor,
    at: datetime,
    name: str | None = None,
    email: str | None = None,
    active: bool | None = None,
) -> Person:
    """Change a name or an address, or retire somebody. What they recorded stays theirs."""
    require(by, "people.edit", site_id)
    with ledger.verb("access.update_person", by=by, at=at, subject=f"person {username}") as entry:
        person = _person_at(site_id, username)
        _administers(by, person)
        if active is False and person.pk == by.person_id:
            raise Refused(
                "Nobody retires themselves.",
                code="self-retire",
                way_out="Another administrator can.",
            )
        name = None if name is None else _text("name", name, 200)
        email = None if email is None else _email(email)
        for field, value in (("name", name), ("email", email), ("is_active", active)):
            if value is not None:
                setattr(person, field, value)
                entry.details[field] = value
        person.save()
    return person


def set_roles(
    *, site_id: int, username: str, roles: Iterable[Role], by: Actor, at: datetime
) -> frozenset[Role]:
    """Grant and revoke until the person holds exactly these roles at the site."""
    require(by, "people.edit", site_id)
    wanted = frozenset(Role(r) for r in roles)
    with ledger.verb("access.set_roles", by=by, at=at, subject=f"person {username}") as entry:
        person = Person.objects.filter(username__iexact=username).first()
        if person is None:
            raise NotFound(f"There is no person {username!r}.")
        held = roles_at(person.pk, site_id)
        if person.pk == by.person_id and Role.ADMINISTRATOR in held - wanted:
            raise Refused(
                "Nobody gives up the last key by themselves.",
                code="self-demote",
                way_out="Another administrator can take the role back.",
            )
        entry.details.update(granted=sorted(wanted - held), revoked=sorted(held - wanted))
        changes = [(r, True) for r in sorted(wanted - held)]
        changes += [(r, False) for r in sorted(held - wanted)]
        entry.add_all(
            [RoleGrant(person=person, site_id=site_id, role=r, granted=g) for r, g in changes]
        )
    return wanted


def set_password(
    *, username: str, password: str, by: Actor, at: datetime, current: str | None = None
) -> None:
    """One's own with the current one; anybody else's takes an administrator of their sites."""
    if username.lower() == by.username.lower():
        confirm(by, current or "", at, field="current")
    with ledger.verb("access.set_password", by=by, at=at, subject=f"person {username}"):
        person = Person.objects.filter(username__iexact=username).first()
        if person is None:
            raise NotFound(f"There is no person {username!r}, or not for you.")
        if person.pk != by.person_id:
            _administers(by, person)
        person.password = make_password(_good_password(password, person))
        person.save(update_fields=["password"])


def record_training(
    *,
    site_id: int,
    username: str,
    skill: str,
    valid_from: date,
    by: Actor,
    at: datetime,
    valid_until: date | None = None,
    note: str = "",
) -> Training:
    require(by, "training.record", site_id)
    if valid_until is not None and valid_until < valid_from:
        raise InvalidInput(
            f"The training would end ({valid_until}) before it begins ({valid_from}).",
            field="valid_until",
        )
    with ledger.verb("access.record_training", by=by, at=at, subject=f"person {username}") as e:
        person = _person_at(site_id, username)
        e.details.update(skill=skill, valid_from=valid_from, valid_until=valid_until)
        return e.add(
            Training(
                person=person,
                skill=_text("skill", skill, 120),
                valid_from=valid_from,
                valid_until=valid_until,
                note=note,
            )
        )


def create_token(
    *,
    site_id: int,
    username: str,
    name: str,
    scopes: Iterable[str],
    by: Actor,
    at: datetime,
    station: str = "",
    expires_at: datetime | None = None,
) -> NewToken:
    """A key for the API. The secret is answered once; only its hash stays."""
    require(by, "token.edit", site_id)
    wanted = sorted(set(scopes))
    unknown = [s for s in wanted if s not in SCOPES]
    if unknown or not wanted:
        raise InvalidInput(
            f"Unknown scope {', '.join(unknown) or '(none)'}; expected some of "
            f"{', '.join(SCOPES)}.",
            field="scopes",
        )
    if by.scopes is not None and not by.scopes.issuperset(wanted):
        raise NotAllowed(
            "A token makes no token that may more than itself.", permission="token.edit"
        )
    if expires_at is not None and expires_at <= at:
        raise InvalidInput("That time is over already.", field="expires_at")
    prefix = f"fo_{secrets.token_hex(5)}"
    secret = f"{prefix}.{secrets.token_urlsafe(32)}"
    with ledger.verb("access.create_token", by=by, at=at, subject=f"token {prefix}") as entry:
        token = ApiToken.objects.create(
            site_id=site_id,
            person=_person_at(site_id, username),
            name=_text("name", name, 120),
            station=station and _text("station", station, 120),
            prefix=prefix,
            scopes=" ".join(wanted),
            created_at=at,
            secret_hash=hashlib.sha256(secret.encode()).hexdigest(),
            expires_at=expires_at,
        )
        entry.details.update(name=name, for_person=username, station=station, scopes=wanted)
    return NewToken(token.pk, secret)


def revoke_token(*, token_id: int, by: Actor, at: datetime) -> None:
    with transaction.atomic():
        token = ApiToken.objects.filter(pk=token_id, site_id__in=by.site_ids).first()
        if token is None:
            raise NotFound("There is no such token, or not for you.")
        require(by, "token.edit", token.site_id)
        if token.revoked_at:
            return  # retrying is safe
        with ledger.verb("access.revoke_token", by=by, at=at, subject=f"token {token.prefix}"):
            token.revoked_at = at
            token.save(update_fields=["revoked_at"])


def sign_in(*, username: str, password: str, address: str, at: datetime) -> Actor:
    """Who it is, if the password is right. After 5 wrong ones the name waits 15 minutes."""
    _throttle(username, address, at)
    person = Person.objects.filter(username__iexact=username.strip()).first()
    # The hash is computed for unknown names too: the time taken tells nothing.
    encoded = person.password if person else make_password("no such person")
    if not check_password(password, encoded) or person is None or not person.is_active:
        SignInAttempt.objects.create(username=_tried(username), address=address, at=at)
        raise Refused(
            "That user name and password do not belong together.",
            code="sign-in",
            way_out="An administrator can set a new password.",
        )
    SignInAttempt.objects.filter(username=_tried(person.username)).delete()
    SignInAttempt.objects.filter(at__lt=at - timedelta(days=1)).delete()
    Person.objects.filter(pk=person.pk).update(last_login=at)
    return actor_of(person.pk)


@dataclass(frozen=True, slots=True)
class Confirmed:
    """Proof that the actor's password was asked for again; only ``confirm`` makes one."""

    by: Actor
    at: datetime


def confirm(by: Actor, password: str, at: datetime, *, field: str = "password") -> Confirmed:
    """The log-in repeated, as a signature asks for; throttled like signing in.

    Called before the verb's transaction: a wrong password is counted even though the verb is
    refused, and the slow hash is not computed while others wait for the ledger.
    """
    _throttle(by.username, "signature", at)
    person = Person.objects.filter(pk=by.person_id, is_active=True).first()
    if person is None or not check_password(password, person.password):
        SignInAttempt.objects.create(username=_tried(by.username), address="signature", at=at)
        raise Refused(
            "That is not your password; nothing was recorded.",
            code="signature",
            way_out="Enter the password you sign in with.",
            field=field,
        )
    return Confirmed(by, at)


def sign(
    entry: Entry,
    confirmed: Confirmed,
    *,
    meaning: str,
    subject: str,
    permission: str,
    site_id: int,
    content: object,
) -> Signature:
    """Bind the signature of whoever confirmed their password to what is signed."""
    require(confirmed.by, permission, site_id)
    held = confirmed.by.roles_at(site_id) & PERMISSIONS[permission]
    return entry.add(
        Signature(
            meaning=meaning,
            role=min(held),
            subject=subject[:300],
            content_digest=digest(content),
        )
    )


def _throttle(username: str, address: str, at: datetime) -> None:
    since = at - _WINDOW
    by_name = SignInAttempt.objects.filter(username=_tried(username), at__gt=since).count()
    by_address = SignInAttempt.objects.filter(address=address, at__gt=since).count()
    if by_name >= _TRIES_A_NAME or (address != "signature" and by_address >= _TRIES_AN_ADDRESS):
        raise Refused(
            "Too many wrong passwords.",
            code="throttled",
            way_out="Wait 15 minutes, or ask an administrator to set a new password.",
        )


def _tried(username: str) -> str:
    """The name under which tries are counted, however it was typed."""
    return username.strip().lower()[:150]


def _new_person(username: str, name: str, email: str, password: str) -> Person:
    username = _user_name(username)
    if Person.objects.filter(username__iexact=username).exists():
        raise InvalidInput(f"The user name {username!r} is taken.", field="username")
    person = Person(username=username, name=_text("name", name, 200), email=_email(email))
    person.password = make_password(_good_password(password, person))
    person.save()
    return person


def _good_password(password: str, person: Person) -> str:
    try:
        validate_password(password, person)
    except ValidationError as error:
        raise InvalidInput(" ".join(error.messages), field="password") from error
    return password


def _person_at(site_id: int, username: str) -> Person:
    person = Person.objects.filter(username__iexact=username, grants__site=site_id).first()
    if person is None:
        raise NotFound(f"There is no person {username!r} at this site.")
    return person


def _administers(by: Actor, person: Person) -> None:
    """Refuse unless the actor administers every site where the person holds a role: a person is
    one at all sites, and whoever sets their password could act as them at each."""
    everywhere = Site.objects.filter(grants__person=person).distinct()
    held = [s for s in everywhere if roles_at(person.pk, s.pk)] or list(everywhere)
    if not any(sees(by, s.pk) for s in everywhere):
        raise NotFound(f"There is no person {person.username!r}, or not for you.")
    closed = [s for s in held if Role.ADMINISTRATOR not in by.roles_at(s.pk)]
    for site in held:
        if site not in closed:
            require(by, "people.edit", site.pk)  # a token's scopes count too
    if closed:
        raise NotAllowed(
            f"{person} has a role at a site you do not administer.",
            way_out="It takes an administrator of every site where the person has a role.",
            permission="people.edit",
        )


_USER_NAME = re.compile(r"[\w.@+-]{1,80}")


def _user_name(username: str) -> str:
    # One spelling a name: what looks the same is the same.
    name = unicodedata.normalize("NFKC", username.strip())
    if not _USER_NAME.fullmatch(name):
        raise InvalidInput(
            f"The user name {name[:60]!r} will not do: 1 to 80 letters, digits and . @ + - _",
            field="username",
        )
    return name


_CODE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,39}")


def _code(field: str, value: str) -> str:
    code = value.strip()
    if not _CODE.fullmatch(code):
        raise InvalidInput(
            f"The code {code[:60]!r} will not do: 1 to 40 letters A to Z, digits and . _ -; it "
            "stands in addresses.",
            field=field,
        )
    return code


def _email(value: str) -> str:
    email = value.strip()
    try:
        if email:
            validate_email(email)
    except ValidationError as error:
        raise InvalidInput(f"{email[:60]!r} is no e-mail address.", field="email") from error
    return email


def _text(field: str, value: str, longest: int) -> str:
    text = value.strip()
    if not text or len(text) > longest or any(ord(c) < 32 for c in text):
        raise InvalidInput(
            f"The {field} {text[:60]!r} will not do: 1 to {longest} characters, on one line.",
            field=field.replace(" ", "_"),
        )
    return text


def _zone(name: str) -> str:
    if name not in available_timezones():
        raise InvalidInput(
            f"{name!r} is no time zone; expected a name such as Europe/London.",
            field="time_zone",
        )
    return name
