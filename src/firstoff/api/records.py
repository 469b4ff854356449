"""Records of any kind, one or up to 10,000: what stations, scripts and files hand in."""

import re
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Annotated, Any, Literal, Union
from uuid import UUID

import msgspec
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from ninja import Router, Schema

from firstoff.api.auth import actor
from firstoff.api.pages import Page, page, window
from firstoff.errors import InvalidInput
from firstoff.queries import access
from firstoff.queries import genealogy as reads
from firstoff.rules.access import Actor
from firstoff.rules.genealogy import KINDS
from firstoff.services import genealogy
from firstoff.services.genealogy import LARGEST_POST, Answer, Mode, PostAnswer

router = Router()

Record = Union[KINDS]  # type: ignore[valid-type]  # noqa: UP007  # from the registry


class Post(msgspec.Struct, forbid_unknown_fields=True):
    """``all``: every record or none; ``best_effort``: what can be taken is."""

    records: Annotated[list[Record], msgspec.Meta(min_length=1, max_length=LARGEST_POST)]
    site: str = ""  # may be left out by who works at one site
    mode: Mode = "all"


class RawPost(msgspec.Struct, forbid_unknown_fields=True):
    """The same, its records not looked at yet, nor how many there are."""

    records: list[msgspec.Raw]
    site: str = ""
    mode: Mode = "all"


def _schema() -> tuple[dict[str, Any], dict[str, Any]]:
    """The JSON Schema of a post and of what it names, as OpenAPI takes it."""
    (post, one), named = msgspec.json.schema_components(
        (Post, Record), ref_template="#/components/schemas/Record.{name}"
    )
    return {"oneOf": [post, one]}, {f"Record.{name}": found for name, found in named.items()}


BODY, COMPONENTS = _schema()


@router.post(
    "/records",
    summary="Post records of any kind, one or up to 10,000",
    openapi_extra={
        "requestBody": {
            "required": True,
            "content": {"application/json": {"schema": BODY}},
        },
        "responses": {
            200: {"description": "What became of each record: stored, already, refused"},
            409: {"description": "Mode all: the records that cannot be taken; nothing was stored"},
        },
    },
)
def post(request: HttpRequest) -> HttpResponse:
    """In the order they happened; idempotent by `id` (R-36). The fields of each kind are on the
    page Records of the documentation."""
    packed = request.headers.get("Content-Encoding", "identity")
    if packed != "identity":  # what unpacks to more than the site takes is not unpacked to see
        raise InvalidInput(f"The body is compressed ({packed[:20]}); expected JSON as it is.")
    found = record(actor(request), request.body, timezone.now())
    return HttpResponse(msgspec.json.encode(found), content_type="application/json")


def record(
    by: Actor,
    body: bytes,
    at: datetime,
    take: Callable[..., PostAnswer] = genealogy.post_records,
) -> dict[str, object]:
    """What became of what was posted. ``take``: the verb, or what stands in front of it."""
    given, unread = _read(body)
    site_id = _site(by, given.site)
    answers: tuple[Answer, ...] = ()
    if given.records:
        found = take(site_id=site_id, records=given.records, by=by, at=at, mode=given.mode)
        answers = found.answers
    whole = PostAnswer(_woven(answers, unread))
    return {
        "stored": whole.count("stored"),
        "already": whole.count("already"),
        "refused": whole.count("refused"),
        "answers": whole.answers,
    }


def _site(by: Actor, code: str) -> int:
    """The site that is named, or the only one of whoever posts. Raises InvalidInput, NotFound."""
    if code:
        return access.site(by, code).id
    if len(by.site_ids) != 1:
        raise InvalidInput(
            f"{by.name or by.username} works at {len(by.site_ids)} sites; the post names none.",
            way_out="Add the code of the site as site.",
            field="site",
        )
    return by.site_ids[0]


def _read(body: bytes) -> tuple[Post, dict[int, Answer]]:
    """The post, and the answers for what cannot be read where as much as can be is taken."""
    single = b'"records"' not in body
    try:
        return (Post([_ONE.decode(body)]) if single else _POST.decode(body)), {}
    except msgspec.MsgspecError as error:
        raw = _raw(body)
        if raw is not None:
            genealogy.check_count(len(raw.records))
        if raw is not None and raw.mode == "best_effort":
            return _readable(raw)
        if raw is not None or single:
            raise _unreadable(str(error)) from error
    try:  # a record posted bare may hold the word as a value
        return Post([_ONE.decode(body)]), {}
    except msgspec.MsgspecError as error:
        raise _unreadable(str(error)) from error


def _raw(body: bytes) -> RawPost | None:
    try:
        return _RAW.decode(body)
    except msgspec.MsgspecError:
        return None


def _readable(raw: RawPost) -> tuple[Post, dict[int, Answer]]:
    records: list[Any] = []
    unread: dict[int, Answer] = {}
    for index, one in enumerate(raw.records):
        try:
            records.append(_ONE.decode(one))
        except msgspec.MsgspecError as error:
            unread[index] = _refused(index, one, str(error))
    return Post(records, raw.site, raw.mode), unread


class _Named(msgspec.Struct):
    """What a record that cannot be read may still say of itself."""

    id: Any = None
    kind: Any = None


def _refused(index: int, one: msgspec.Raw, error: str) -> Answer:
    try:
        named = _NAMED.decode(one)
        uid = UUID(str(named.id)) if named.id else UUID(int=0)
    except (msgspec.MsgspecError, ValueError):
        named, uid = _Named(), UUID(int=0)
    sentence, field = _sentence(error)
    kind = str(named.kind or "")[:40]
    return Answer(index, uid, kind, "", "refused", "invalid-input", sentence, _FORM, field)


def _woven(answers: Sequence[Answer], unread: dict[int, Answer]) -> tuple[Answer, ...]:
    """Every answer at the place of its record."""
    if not unread:
        return tuple(answers)
    read = iter(answers)
    total = len(answers) + len(unread)
    return tuple(unread.get(i) or replace(next(read), index=i) for i in range(total))


_FORM = "The API's page /api/v1/docs shows the form of each kind."
_PLACE = re.compile(r" - at `(key in )?\$(?P<path>[^`]*)`$")
_INDEX = re.compile(r"^\.records\[(?P<index>\d+)\]\.?(?P<field>.*)$")


def _unreadable(error: str) -> InvalidInput:
    """One sentence that names the record and the field."""
    sentence, field = _sentence(error)
    return InvalidInput(sentence, way_out=_FORM, field=field)


def _sentence(error: str) -> tuple[str, str]:
    """``record 3, items[0].quantity: expected int | str, got float``, and the field."""
    place = _PLACE.search(error)
    said = (error[: place.start()] if place else error).replace("`", "").rstrip(".")
    path = place["path"] if place else ""
    where, field = "", path.lstrip(".")
    found = _INDEX.match(path)
    if found is not None:
        field = found["field"]
        where = f"Record {int(found['index']) + 1}"
    named = f"{where}, {field}" if where and field else where or field
    first = said[:1].lower() + said[1:] if named else said
    return (f"{named}: {first}." if named else f"{first}."), field


_POST = msgspec.json.Decoder(Post)
_ONE: msgspec.json.Decoder[Any] = msgspec.json.Decoder(Record)
_RAW = msgspec.json.Decoder(RawPost)
_NAMED = msgspec.json.Decoder(_Named)


class FloorRecordOut(Schema):
    """A record as it was handed in. `content` is what its kind says beside the rest."""

    id: UUID
    kind: str
    at: datetime
    received_at: datetime
    by: str
    operator: str
    batch: str
    part: str
    serial: str
    operation: int | None
    equipment: str
    content: dict[str, Any]
    taken_back: bool
    supersedes: UUID | None


@router.get("/sites/{site}/records", response=Page[FloorRecordOut], summary="Records of a site")
def records(
    request: HttpRequest,
    site: str,
    kind: str = "",
    batch: str = "",
    part: str = "",
    serial: str = "",
    since: datetime | None = None,
    order: Literal["newest", "oldest"] = "newest",
    cursor: str | None = None,
    limit: int = 50,
) -> dict[str, object]:
    """Newest first. Tests, units and results have lists of their own with the runs."""
    offset, size = window(cursor, limit)
    found = reads.records(
        actor(request),
        site,
        kind=kind,
        batch=batch,
        part=part,
        serial=serial,
        since=since,
        oldest=order == "oldest",
        offset=offset,
        limit=size,
    )
    return page(found.items, found.total, offset)
