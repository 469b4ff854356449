"""The API of the area access: sites, people, training, tokens."""

from datetime import date, datetime

from django.http import HttpRequest
from django.utils import timezone
from ninja import Router, Schema, Status
from pydantic import AwareDatetime, Field

from firstoff.api.auth import actor
from firstoff.api.pages import Page, page, window
from firstoff.queries import access
from firstoff.queries.access import PersonView, SiteView
from firstoff.rules.access import Actor
from firstoff.services import access as verbs
from firstoff.terms import Role

router = Router()


class SiteOut(Schema):
    code: str
    name: str
    time_zone: str


class SiteIn(Schema):
    code: str = Field(max_length=40)
    name: str = Field(max_length=200)
    time_zone: str = Field("UTC", description="For instance Europe/London")


class RolesAt(Schema):
    site: str
    roles: list[Role]


class Me(Schema):
    username: str
    name: str
    station: str
    scopes: list[str] | None = Field(description="null: a session, nothing narrows it")
    sites: list[RolesAt]


class TrainingOut(Schema):
    skill: str
    valid_from: date
    valid_until: date | None
    note: str


class TrainingIn(Schema):
    skill: str = Field(max_length=120)
    valid_from: date
    valid_until: date | None = None
    note: str = Field("", max_length=2000)


class PersonOut(Schema):
    username: str
    name: str
    email: str
    active: bool
    roles: list[Role]
    trainings: list[TrainingOut]


class PersonIn(Schema):
    username: str = Field(max_length=80)
    name: str = Field(max_length=200)
    password: str = Field(max_length=1000)
    roles: list[Role]
    email: str = Field("", max_length=254)


class PersonChange(Schema):
    name: str | None = Field(None, max_length=200)
    email: str | None = Field(None, max_length=254)
    active: bool | None = Field(None, description="false retires: what they recorded stays")


class RolesIn(Schema):
    roles: list[Role]


class PasswordIn(Schema):
    password: str = Field(max_length=1000)
    current: str | None = Field(None, max_length=1000, description="For one's own")


class TokenOut(Schema):
    id: int
    name: str
    person: str
    station: str
    prefix: str
    scopes: list[str]
    created_at: datetime
    expires_at: datetime | None
    revoked_at: datetime | None
    last_used_at: datetime | None


class TokenIn(Schema):
    name: str = Field(max_length=120)
    username: str = Field(max_length=80, description="Whom it acts as")
    scopes: list[str] = Field(description="Some of read, record, define, sign, manage")
    station: str = Field("", max_length=120)
    expires_at: AwareDatetime | None = None


class TokenMade(Schema):
    id: int
    secret: str = Field(description="Shown this once; only its hash is kept")


def _at(request: HttpRequest, site: str) -> tuple[Actor, SiteView]:
    by = actor(request)
    return by, access.site(by, site)


@router.get("/me", response=Me, summary="Who you are, and what you may do")
def me(request: HttpRequest) -> dict[str, object]:
    by = actor(request)
    return {
        "username": by.username,
        "name": by.name,
        "station": by.station,
        "scopes": None if by.scopes is None else sorted(by.scopes),
        "sites": [{"site": s.code, "roles": sorted(by.roles_at(s.id))} for s in access.sites(by)],
    }


@router.get("/sites", response=Page[SiteOut], summary="The sites you see")
def sites(request: HttpRequest, cursor: str | None = None, limit: int = 50) -> dict[str, object]:
    offset, size = window(cursor, limit)
    found = access.sites(actor(request))
    return page(found[offset : offset + size], len(found), offset)


@router.post("/sites", response={201: SiteOut}, summary="Add a site")
def add_site(request: HttpRequest, payload: SiteIn) -> Status[object]:
    made = verbs.create_site(**payload.dict(), by=actor(request), at=timezone.now())
    return Status(201, made)


@router.get("/sites/{site}/people", response=Page[PersonOut], summary="People at a site")
def people(
    request: HttpRequest, site: str, search: str = "", cursor: str | None = None, limit: int = 50
) -> dict[str, object]:
    by, place = _at(request, site)
    offset, size = window(cursor, limit)
    found, total = access.people(by, place.id, search=search, offset=offset, limit=size)
    return page(found, total, offset)


@router.post("/sites/{site}/people", response={201: PersonOut}, summary="Add a person")
def add_person(request: HttpRequest, site: str, payload: PersonIn) -> Status[object]:
    by, place = _at(request, site)
    made = verbs.create_person(site_id=place.id, **payload.dict(), by=by, at=timezone.now())
    return Status(201, access.person(by, place.id, made.username))


@router.get("/sites/{site}/people/{username}", response=PersonOut, summary="One person")
def person(request: HttpRequest, site: str, username: str) -> PersonView:
    by, place = _at(request, site)
    return access.person(by, place.id, username)


@router.patch("/sites/{site}/people/{username}", response=PersonOut, summary="Change or retire")
def change_person(
    request: HttpRequest, site: str, username: str, payload: PersonChange
) -> PersonView:
    by, place = _at(request, site)
    verbs.update_person(
        site_id=place.id, username=username, **payload.dict(), by=by, at=timezone.now()
    )
    return access.person(by, place.id, username)


@router.put("/sites/{site}/people/{username}/roles", response=PersonOut, summary="Set the roles")
def set_roles(request: HttpRequest, site: str, username: str, payload: RolesIn) -> PersonView:
    by, place = _at(request, site)
    verbs.set_roles(
        site_id=place.id, username=username, roles=payload.roles, by=by, at=timezone.now()
    )
    return access.person(by, place.id, username)


@router.post(
    "/sites/{site}/people/{username}/trainings",
    response={201: PersonOut},
    summary="Record a training",
)
def add_training(
    request: HttpRequest, site: str, username: str, payload: TrainingIn
) -> Status[object]:
    by, place = _at(request, site)
    verbs.record_training(
        site_id=place.id, username=username, **payload.dict(), by=by, at=timezone.now()
    )
    return Status(201, access.person(by, place.id, username))


@router.put("/people/{username}/password", response={204: None}, summary="Set a password")
def set_password(request: HttpRequest, username: str, payload: PasswordIn) -> Status[object]:
    verbs.set_password(username=username, **payload.dict(), by=actor(request), at=timezone.now())
    return Status(204, None)


@router.get("/sites/{site}/tokens", response=Page[TokenOut], summary="Tokens of a site")
def tokens(
    request: HttpRequest, site: str, cursor: str | None = None, limit: int = 50
) -> dict[str, object]:
    by, place = _at(request, site)
    offset, size = window(cursor, limit)
    found, total = access.tokens(by, place.id, offset=offset, limit=size)
    return page(found, total, offset)


@router.post("/sites/{site}/tokens", response={201: TokenMade}, summary="Make a token")
def add_token(request: HttpRequest, site: str, payload: TokenIn) -> Status[object]:
    by, place = _at(request, site)
    made = verbs.create_token(site_id=place.id, **payload.dict(), by=by, at=timezone.now())
    return Status(201, made)


@router.delete("/sites/{site}/tokens/{token}", response={204: None}, summary="Revoke a token")
def revoke_token(request: HttpRequest, site: str, token: int) -> Status[object]:
    by, _ = _at(request, site)
    verbs.revoke_token(token_id=token, by=by, at=timezone.now())
    return Status(204, None)
