"""The API of change orders: asked for, assessed, approved or rejected by signature, in force."""

from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.http import HttpRequest
from django.utils import timezone
from ninja import Router, Schema, Status
from pydantic import Field

from firstoff.api.auth import actor
from firstoff.api.pages import Page, page, window
from firstoff.queries import change as reads
from firstoff.queries.product import program
from firstoff.rules.change import OrderFacts, StockDisposition
from firstoff.services import access, change
from firstoff.terms import ChangeState, EffectivityKind, RevisionStatus

router = Router()

_PROGRAM = "/sites/{site}/programs/{code}"
_ORDER = f"{_PROGRAM}/changes/{{number}}"


class ChangeItemOut(Schema):
    part: str
    before: str
    after: str
    status: RevisionStatus
    text: str


class ChangeStepOut(Schema):
    state: ChangeState
    by: str
    at: datetime
    text: str
    signed: bool


class ChangeLotOut(Schema):
    part: str
    lot: str
    on_hand: Decimal
    unit: str


class ChangeRunOut(Schema):
    batch_id: str
    kind: str
    baseline: str
    planned: int
    started: int
    places: dict[str, int]
    closed: bool


class ChangeImpactOut(Schema):
    used_in: list[tuple[str, str]] = Field(description="Part and revision that take an item")
    lots: list[ChangeLotOut]
    runs: list[ChangeRunOut]
    units: int
    sentence: str


class ChangeOrderOut(Schema):
    uid: UUID
    number: int
    label: str
    title: str
    reason: str
    state: ChangeState
    items: list[ChangeItemOut]
    asked_by: str
    asked_at: datetime
    steps: list[ChangeStepOut]
    dispositions: dict[str, StockDisposition]
    effectivity: EffectivityKind | None
    effective_from: str
    baseline_before: str
    baseline_after: str
    runs: list[str] = Field(description="Batch IDs of running runs that it ends")


class ChangeDifferenceOut(Schema):
    what: str
    before: str
    after: str


class ChangeViewOut(Schema):
    order: ChangeOrderOut
    impact: ChangeImpactOut = Field(description="As of now; the assessment keeps its own")
    redline: list[ChangeDifferenceOut] | None
    stops: list[str]


class ChangeItemIn(Schema):
    part: str = Field(max_length=120)
    after: str = Field(max_length=20, description="Label of the revision that it makes")
    before: str = Field("", max_length=20, description="The newest released unless said; - : new")
    text: str = Field("", max_length=10_000)


class ChangeRequestIn(Schema):
    title: str = Field(max_length=200)
    reason: str = Field(max_length=10_000)
    items: list[ChangeItemIn]
    uid: UUID | None = None


class ChangeAssessIn(Schema):
    effectivity: EffectivityKind
    effective_from: str = Field(max_length=120, description="A date, a batch ID or a serial")
    dispositions: dict[str, StockDisposition] = Field({}, description="By part with stock")
    text: str = Field("", max_length=10_000)


class ChangeDecideIn(Schema):
    password: str = Field(max_length=1000)
    text: str = Field("", max_length=10_000)


class ChangeForceIn(Schema):
    runs: list[str] = Field([], description="Batch IDs of running runs that start no unit more")
    text: str = Field("", max_length=10_000)


class ChangeTextIn(Schema):
    text: str = Field(max_length=10_000)


@router.get(f"{_PROGRAM}/changes", response=Page[ChangeOrderOut], summary="Change orders")
def changes(
    request: HttpRequest,
    site: str,
    code: str,
    open: bool = False,
    cursor: str | None = None,
    limit: int = 50,
) -> dict[str, object]:
    by = actor(request)
    offset, size = window(cursor, limit)
    found = reads.orders(by, program(by, site, code).id, only_open=open, offset=offset, limit=size)
    return page([_order(o) for o in found.items], found.total, offset)


@router.get(_ORDER, response=ChangeViewOut, summary="One change order, its impact and redline")
def one(request: HttpRequest, site: str, code: str, number: int) -> dict[str, Any]:
    by = actor(request)
    return _view(reads.order(by, program(by, site, code).id, number))


@router.post(f"{_PROGRAM}/changes", response={201: ChangeOrderOut}, summary="Ask for a change")
def ask(request: HttpRequest, site: str, code: str, payload: ChangeRequestIn) -> Status[object]:
    """What it makes may still be a draft (R-12)."""
    given = _of(request, site, code)
    items = [change.Changed(**i.dict()) for i in payload.items]
    done = change.request(
        **given, title=payload.title, reason=payload.reason, items=items, uid=payload.uid
    )
    return Status(201, _order(done))


@router.post(f"{_ORDER}/assessment", response={201: ChangeOrderOut}, summary="Assess a change")
def assess(
    request: HttpRequest, site: str, code: str, number: int, payload: ChangeAssessIn
) -> Status[object]:
    """Keeps what it touches now, what becomes of the stock, and from when it holds."""
    given = _of(request, site, code)
    done = change.assess(**given, number=number, **payload.dict())
    return Status(201, _order(done))


@router.post(f"{_ORDER}/approval", response={201: ChangeOrderOut}, summary="Approve by signature")
def approve(
    request: HttpRequest, site: str, code: str, number: int, payload: ChangeDecideIn
) -> Status[object]:
    given = _of(request, site, code)
    confirmed = access.confirm(given["by"], payload.password, given["at"])
    done = change.approve(**given, number=number, confirmed=confirmed, text=payload.text)
    return Status(201, _order(done))


@router.post(f"{_ORDER}/rejection", response={201: ChangeOrderOut}, summary="Reject by signature")
def reject(
    request: HttpRequest, site: str, code: str, number: int, payload: ChangeDecideIn
) -> Status[object]:
    given = _of(request, site, code)
    confirmed = access.confirm(given["by"], payload.password, given["at"])
    done = change.reject(**given, number=number, confirmed=confirmed, text=payload.text)
    return Status(201, _order(done))


@router.post(f"{_ORDER}/withdrawal", response={201: ChangeOrderOut}, summary="Take an order back")
def withdraw(
    request: HttpRequest, site: str, code: str, number: int, payload: ChangeTextIn
) -> Status[object]:
    given = _of(request, site, code)
    return Status(201, _order(change.withdraw(**given, number=number, text=payload.text)))


@router.post(f"{_ORDER}/effect", response={201: ChangeOrderOut}, summary="Put an order in force")
def effect(
    request: HttpRequest, site: str, code: str, number: int, payload: ChangeForceIn
) -> Status[object]:
    """Once what it makes is released and frozen; runs that it names end (R-37b)."""
    given = _of(request, site, code)
    return Status(201, _order(change.put_in_force(**given, number=number, **payload.dict())))


def _of(request: HttpRequest, site: str, code: str) -> dict[str, Any]:
    by = actor(request)
    return {"program_id": program(by, site, code).id, "by": by, "at": timezone.now()}


def _order(found: OrderFacts) -> dict[str, Any]:
    names = ChangeOrderOut.model_fields
    return {name: getattr(found, name) for name in names}


def _view(found: reads.OrderView) -> dict[str, Any]:
    return {
        "order": _order(found.order),
        "impact": found.impact,
        "redline": found.redline,
        "stops": found.stops,
    }
