"""Orders over the API; what comes in on one is a record of kind `lot` that names it."""

from datetime import date, datetime
from typing import Any, Literal
from uuid import UUID

from django.http import HttpRequest
from ninja import Router, Schema, Status
from pydantic import Field

from firstoff.api.pages import Page, page, window
from firstoff.api.sourcing.shared import Exact, Wanted, here, number, seen
from firstoff.queries.sourcing import orders as reads
from firstoff.services.sourcing.orders import cancel_order, move_order, place_order

router = Router()
_ORDERS = "/sites/{site}/orders"
_ONE = _ORDERS + "/{uid}"


class OrderIn(Schema):
    part: str = Field(max_length=120)
    number: str = Field(max_length=120)
    quantity: Wanted
    due: date
    supplier: str = Field("", max_length=200)
    manufacturer: str = Field("", max_length=200)
    mpn: str = Field("", max_length=200)
    price: Wanted | None = Field(None, description="Of one")
    currency: str = Field("", max_length=3)
    uid: UUID | None = None


class DateIn(Schema):
    due: date
    note: str = Field("", max_length=10_000)
    uid: UUID | None = None


class CancelIn(Schema):
    note: str = Field("", max_length=10_000)
    uid: UUID | None = None


class OrderOut(Schema):
    uid: str
    number: str
    part: str
    part_name: str
    unit: str
    supplier: str
    manufacturer: str
    mpn: str
    ordered: Exact
    received: Exact
    open: Exact = Field(description="Still to come")
    due: date = Field(description="The latest date given")
    asked: date = Field(description="The first date")
    confirmed: bool
    state: Literal["open", "partial", "complete", "cancelled"]
    late: bool
    price: Exact | None
    currency: str
    by: str
    at: datetime


class HappeningOut(Schema):
    at: datetime
    what: str
    by: str
    quantity: Exact | None
    due: date | None
    lot: str
    note: str


class OrderStory(Schema):
    order: OrderOut
    events: list[HappeningOut]


@router.get(_ORDERS, response=Page[OrderOut], summary="Orders of a site")
def orders(
    request: HttpRequest,
    site: str,
    search: str = "",
    state: Literal["", "open", "late", "complete", "cancelled"] = "",
    part: str = "",
    supplier: str = "",
    cursor: str | None = None,
    limit: int = 50,
) -> dict[str, object]:
    """What is due first, before what is done with."""
    by, place, today = seen(request, site)
    offset, size = window(cursor, limit)
    found, total, _ = reads.orders(
        by,
        place,
        today=today,
        search=search,
        state=state,
        part=part,
        supplier=supplier,
        offset=offset,
        limit=size,
    )
    return page(found, total, offset)


@router.post(_ORDERS, response={201: OrderOut}, summary="Place an order")
def place(request: HttpRequest, site: str, payload: OrderIn) -> Status[object]:
    given = here(request, site)
    row = place_order(
        part=payload.part,
        number=payload.number,
        quantity=payload.quantity,
        due=payload.due,
        supplier=payload.supplier,
        manufacturer=payload.manufacturer,
        mpn=payload.mpn,
        price=number(payload.price, "price"),
        currency=payload.currency,
        uid=payload.uid,
        **given,
    )
    return Status(201, _story(request, site, row.uid)[0])


@router.get(_ONE, response=OrderStory, summary="One order and what became of it")
def order(request: HttpRequest, site: str, uid: UUID) -> dict[str, object]:
    found, events = _story(request, site, uid)
    return {"order": found, "events": events}


@router.post(f"{_ONE}/dates", response=OrderOut, summary="Confirm a date, or another one")
def move(request: HttpRequest, site: str, uid: UUID, payload: DateIn) -> reads.OrderView:
    given = here(request, site)
    said: dict[str, Any] = {"due": payload.due, "note": payload.note, "uid": payload.uid}
    move_order(order_uid=uid, **said, **given)
    return _story(request, site, uid)[0]


@router.post(f"{_ONE}/cancellation", response=OrderOut, summary="Cancel what is open")
def cancel(request: HttpRequest, site: str, uid: UUID, payload: CancelIn) -> reads.OrderView:
    given = here(request, site)
    cancel_order(order_uid=uid, note=payload.note, uid=payload.uid, **given)
    return _story(request, site, uid)[0]


def _story(
    request: HttpRequest, site: str, uid: UUID
) -> tuple[reads.OrderView, tuple[reads.OrderHappening, ...]]:
    by, place, today = seen(request, site)
    return reads.order(by, place, str(uid), today=today)
