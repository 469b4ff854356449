"""Offers, lists of them, and rates of currencies over the API."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any, BinaryIO, cast
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from ninja import File, Form, Router, Schema, Status
from ninja.files import UploadedFile
from pydantic import Field

from firstoff.api.pages import Page, page, window
from firstoff.api.sourcing.shared import Exact, Wanted, answer, here, number, seen
from firstoff.errors import InvalidInput, NotFound
from firstoff.queries.sourcing import offers as reads
from firstoff.rules.sourcing.quoting import OfferGiven
from firstoff.services.sourcing.offer_lists import (
    OfferSeen,
    preview_offers,
    read_list,
    take_offers,
)
from firstoff.services.sourcing.offers import record_offer, record_rate, withdraw_offer

router = Router()
_OFFERS = "/sites/{site}/offers"


class BreakIn(Schema):
    quantity: Wanted
    price: Wanted


class OfferIn(Schema):
    """Numbers are texts: exact, never binary floats. What is left out is not said."""

    part: str = Field(max_length=120)
    manufacturer: str = Field("", max_length=200)
    mpn: str = Field(max_length=200)
    supplier: str = Field(max_length=200)
    number: str = Field("", max_length=200, description="The supplier's")
    currency: str = Field(max_length=3, description="ISO 4217")
    breaks: list[BreakIn] = Field([], max_length=100)
    minimum: Wanted | None = Field(None, description="MOQ, in pieces")
    multiple: Wanted | None = None
    minimum_value: Wanted | None = Field(None, description="MOQ in money, in the currency")
    order_cost: Wanted | None = Field(None, description="Once an order")
    lead_time_days: int | None = Field(None, ge=0, le=3650)
    in_stock: Wanted | None = Field(None, description="At the supplier")
    quoted_on: date | None = Field(None, description="Today, unless said")
    valid_until: date | None = None
    source: str = Field("", max_length=300, description="File or quotation")
    uid: UUID | None = None

    def given(self) -> OfferGiven:
        breaks = [(number(b.quantity, "breaks"), number(b.price, "breaks")) for b in self.breaks]
        if any(one is None for pair in breaks for one in pair):
            raise InvalidInput("A price break has a quantity and a price.", field="breaks")
        return OfferGiven(
            supplier=self.supplier,
            currency=self.currency,
            breaks=cast(Any, tuple(breaks)),
            number=self.number,
            minimum=number(self.minimum, "minimum"),
            multiple=number(self.multiple, "multiple"),
            minimum_value=number(self.minimum_value, "minimum_value"),
            order_cost=number(self.order_cost, "order_cost"),
            lead_time_days=self.lead_time_days,
            in_stock=number(self.in_stock, "in_stock"),
            quoted_on=self.quoted_on,
            valid_until=self.valid_until,
            source=self.source,
        )


class OfferOut(Schema):
    uid: str
    part: str
    manufacturer: str
    mpn: str
    supplier: str
    number: str
    currency: str
    breaks: list[tuple[Exact, Exact]]
    minimum: Exact | None
    multiple: Exact | None
    minimum_value: Exact | None
    order_cost: Exact | None
    lead_time_days: int | None
    in_stock: Exact | None
    quoted_on: date
    valid_until: date | None
    expired: bool
    source: str
    by: str
    at: datetime


class RateIn(Schema):
    currency: str = Field(max_length=3)
    into: str = Field(max_length=3)
    rate: Wanted
    valid_on: date | None = Field(None, description="Today, unless said")
    uid: UUID | None = None


class RateOut(Schema):
    currency: str
    into: str
    rate: Exact
    valid_on: date


@router.get(_OFFERS, response=Page[OfferOut], summary="Offers that stand")
def offers(
    request: HttpRequest,
    site: str,
    search: str = "",
    part: str = "",
    mpn: str = "",
    supplier: str = "",
    cursor: str | None = None,
    limit: int = 50,
) -> dict[str, object]:
    """The latest of each supplier under each of its numbers, by part."""
    by, place, today = seen(request, site)
    offset, size = window(cursor, limit)
    found, total = reads.offers(
        by,
        place,
        today=today,
        search=search,
        part=part,
        mpn=mpn,
        supplier=supplier,
        offset=offset,
        limit=size,
    )
    return page(found, total, offset)


@router.post(_OFFERS, response={201: OfferOut}, summary="Record an offer")
def record(request: HttpRequest, site: str, payload: OfferIn) -> Status[object]:
    """Saying the same again records nothing and answers with what stands."""
    given = here(request, site)
    row = record_offer(
        part=payload.part,
        manufacturer=payload.manufacturer,
        mpn=payload.mpn,
        given=payload.given(),
        uid=payload.uid,
        **given,
    )
    by, place, today = seen(request, site)
    found = reads.offer(by, place, str(row.uid), today=today)
    if found is None:
        raise NotFound("Another offer stands since.")
    return Status(201, found)


@router.post(f"{_OFFERS}/{{uid}}/withdrawal", response={204: None}, summary="Withdraw an offer")
def withdraw(request: HttpRequest, site: str, uid: UUID) -> Status[None]:
    given = here(request, site)
    withdraw_offer(offer_uid=uid, **given)
    return Status(204, None)


@router.post(f"{_OFFERS}/lists", summary="Take a price and lead-time list, or look at it")
def take_list(
    request: HttpRequest,
    site: str,
    file: File[UploadedFile],
    supplier: Form[str] = "",
    currency: Form[str] = "",
    dry_run: Form[bool] = False,
    leave_out: Form[bool] = False,
    remember: Form[str] = "",
) -> HttpResponse:
    """Every offer that matches a part here by its MPN, or none. `dry_run` writes nothing and
    answers each row: `new`, `changed`, `same`, `unknown` or `refused`. `leave_out`: without the
    rows that cannot be taken. `remember`: a name for the source of lists with these headers."""
    given = here(request, site)
    read = read_list(
        cast(BinaryIO, file.file),
        site_id=given["site_id"],
        by=given["by"],
        name=(file.name or "list")[:300],
    )
    said: dict[str, Any] = {"file": read, "supplier": supplier, "currency": currency}
    if not dry_run:
        done = take_offers(leave_out=leave_out, remember=remember, **said, **given)
        return answer(done, 201 if done.new or done.changed else 200)
    looked = preview_offers(site_id=given["site_id"], by=given["by"], **said)
    return answer({**looked.counts, "unknown_mpns": looked.unknown, "rows": _rows(looked.rows)})


def _rows(rows: Sequence[OfferSeen]) -> list[dict[str, object]]:
    named = ("row", "mpn", "manufacturer", "supplier", "number", "state", "part", "sentence")
    return [{name: getattr(row, name) for name in named} for row in rows]


@router.post("/sites/{site}/rates", response={201: RateOut}, summary="Say what a currency costs")
def rate(request: HttpRequest, site: str, payload: RateIn) -> Status[object]:
    """What one of a currency costs in another, from a day on."""
    given = here(request, site)
    wanted = number(payload.rate, "rate")
    if wanted is None:
        raise InvalidInput("The rate is missing.", field="rate")
    row = record_rate(
        currency=payload.currency,
        into=payload.into,
        rate=wanted,
        valid_on=payload.valid_on,
        uid=payload.uid,
        **given,
    )
    return Status(201, row)
