"""Offers as they stand: of a part, of a supplier."""

import json
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from django.db.models import Exists, F, OuterRef, Q, QuerySet

from firstoff.db.models import Offer
from firstoff.rules.access import Actor, require


@dataclass(frozen=True, slots=True)
class OfferView:
    """An offer. Quantities are exact pieces, prices in ``currency``; None: not said."""

    uid: str
    part: str
    manufacturer: str
    mpn: str
    supplier: str
    number: str
    currency: str
    breaks: tuple[tuple[Decimal, Decimal], ...]
    minimum: Decimal | None
    multiple: Decimal | None
    minimum_value: Decimal | None
    order_cost: Decimal | None
    lead_time_days: int | None
    in_stock: Decimal | None
    quoted_on: date
    valid_until: date | None
    expired: bool
    source: str
    by: str
    at: datetime


def standing(rows: "QuerySet[Offer]") -> "QuerySet[Offer]":
    """The latest of each supplier under each of its numbers, unless it is withdrawn."""
    later = Offer.objects.filter(
        manufacturer_part=OuterRef("manufacturer_part"),
        supplier=OuterRef("supplier"),
        supplier_number=OuterRef("supplier_number"),
        pk__gt=OuterRef("pk"),
    )
    return rows.filter(~Exists(later), withdrawn=False)


def offers(
    actor: Actor,
    site_id: int,
    *,
    today: date,
    part: str = "",
    mpn: str = "",
    supplier: str = "",
    search: str = "",
    expired: bool | None = None,
    offset: int = 0,
    limit: int = 50,
) -> tuple[tuple[OfferView, ...], int]:
    """Offers that stand, by part and supplier, and how many. Two queries.

    search: how a part, an MPN, a supplier or its number begins. expired: only those whose date is
    over, or only the others.
    """
    require(actor, "see", site_id)
    rows = standing(Offer.objects.filter(manufacturer_part__part__site=site_id))
    if part:
        rows = rows.filter(manufacturer_part__part__number=part)
    if mpn:
        rows = rows.filter(manufacturer_part__mpn=mpn)
    if supplier:
        rows = rows.filter(supplier__name=supplier)
    if search:
        rows = rows.filter(_called(search))
    if expired is not None:
        over = Q(valid_until__lt=today)
        rows = rows.filter(over if expired else ~over)
    ordered = rows.select_related("manufacturer_part__part", "supplier", "by").order_by(
        "manufacturer_part__part__number", F("manufacturer_part__rank"), "supplier__name", "pk"
    )
    return tuple(_view(row, today) for row in ordered[offset : offset + limit]), rows.count()


def offer(actor: Actor, site_id: int, uid: str, *, today: date) -> OfferView | None:
    """One that stands, by its uid. One query."""
    require(actor, "see", site_id)
    rows = standing(Offer.objects.filter(manufacturer_part__part__site=site_id, uid=uid))
    row = rows.select_related("manufacturer_part__part", "supplier", "by").first()
    return _view(row, today) if row else None


def _called(text: str) -> Q:
    return (
        Q(manufacturer_part__part__number__istartswith=text)
        | Q(manufacturer_part__mpn__istartswith=text)
        | Q(supplier__name__istartswith=text)
        | Q(supplier_number__istartswith=text)
    )


def _view(row: Offer, today: date) -> OfferView:
    source = row.manufacturer_part
    return OfferView(
        uid=str(row.uid),
        part=source.part.number,
        manufacturer=source.manufacturer,
        mpn=source.mpn,
        supplier=row.supplier.name,
        number=row.supplier_number,
        currency=row.currency,
        breaks=tuple((Decimal(count), Decimal(price)) for count, price in json.loads(row.breaks)),
        minimum=row.minimum,
        multiple=row.multiple,
        minimum_value=row.minimum_value,
        order_cost=row.order_cost,
        lead_time_days=row.lead_time_days,
        in_stock=row.in_stock,
        quoted_on=row.quoted_on,
        valid_until=row.valid_until,
        expired=row.valid_until is not None and row.valid_until < today,
        source=row.source,
        by=row.by.name,
        at=row.received_at,
    )
