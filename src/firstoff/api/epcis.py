"""Events in and out: GS1 EPCIS 2.0 as JSON-LD."""

from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.utils import timezone
from ninja import Query, Router, Schema, Status

from firstoff.api.auth import actor
from firstoff.api.pages import Page, page, window
from firstoff.errors import InvalidInput
from firstoff.queries.access import site as site_of
from firstoff.queries.trace import events as reads
from firstoff.queries.trace.happened import Wanted
from firstoff.services import trace

router = Router()
MEDIA_TYPE = "application/ld+json"


class AsideOut(Schema):
    event: int
    code: str
    why: str


class CapturedOut(Schema):
    uid: UUID
    name: str
    sha256: str
    events: int
    stored: int
    already: int
    unheard: int
    refused: int
    asides: list[AsideOut]
    again: bool


class CaptureOut(Schema):
    id: UUID
    name: str
    sha256: str
    size: int
    events: int
    received_at: datetime
    by: str


class Narrowing(Schema):
    """since, until: when it happened, half open. All that is left out is not asked about."""

    since: datetime | None = None
    until: datetime | None = None
    batch: str = ""
    part: str = ""
    serial: str = ""

    def wanted(self) -> Wanted:
        for name in ("since", "until"):
            when = getattr(self, name)
            if when is not None and when.tzinfo is None:
                raise InvalidInput(
                    f"{name} has no time zone.",
                    way_out="Expected ISO 8601 with an offset, such as 2026-05-11T08:23:00Z.",
                    field=name,
                )
        return Wanted(self.since, self.until, self.batch, self.part, self.serial)


@router.get(
    "/sites/{site}/epcis/events",
    summary="What happened, as an EPCIS 2.0 document",
    openapi_extra={"responses": {200: {"content": {MEDIA_TYPE: {"schema": {"type": "object"}}}}}},
)
def events(
    request: HttpRequest, site: str, asked: Annotated[Narrowing, Query()]
) -> StreamingHttpResponse:
    """In the order it happened, however much it is: the answer is streamed."""
    wanted = asked.wanted()
    found = reads.events(actor(request), site, wanted, trace.naming(), timezone.now())
    return StreamingHttpResponse(found, content_type=MEDIA_TYPE)


@router.post(
    "/sites/{site}/epcis/capture",
    response={200: CapturedOut, 201: CapturedOut},
    summary="Take a document of EPCIS 2.0 events",
    openapi_extra={
        "requestBody": {
            "required": True,
            "content": {
                kind: {"schema": {"type": "object"}} for kind in ("application/json", MEDIA_TYPE)
            },
        }
    },
)
def capture(
    request: HttpRequest,
    site: str,
    name: str = "events.jsonld",
    mode: Literal["all", "best_effort"] = "best_effort",
) -> Any:
    """The document is kept as it came; its events become records as far as they can. 200 where the
    same document had come before."""
    by = actor(request)
    found = trace.capture(
        site_id=site_of(by, site).id,
        content=request.body,
        name=name[:300],
        by=by,
        at=timezone.now(),
        mode=mode,
    )
    return Status(200 if found.again else 201, found)


@router.get("/sites/{site}/epcis/captures", response=Page[CaptureOut], summary="What was taken")
def captures(request: HttpRequest, site: str, cursor: str | None = None, limit: int = 50) -> Any:
    offset, size = window(cursor, limit)
    rows, total = reads.captures(actor(request), site, offset=offset, limit=size)
    return page(rows, total, offset)


@router.get("/sites/{site}/epcis/captures/{uid}", summary="A document as it came")
def captured(request: HttpRequest, site: str, uid: UUID) -> HttpResponse:
    _, content = reads.captured(actor(request), site, uid)
    answer = HttpResponse(content, content_type=MEDIA_TYPE)
    answer["Content-Disposition"] = f'attachment; filename="events-{uid}.jsonld"'
    return answer
