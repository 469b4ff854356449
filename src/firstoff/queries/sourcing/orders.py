"""Orders and how they stand; what a program needs by when."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db.models import (
    Case,
    Count,
    Exists,
    F,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Sum,
    Value,
    When,
)
from django.db.models.fields import BigIntegerField
from django.db.models.functions import Coalesce

from firstoff.db.fields import PLACES
from firstoff.db.models import Need, Order, OrderEvent
from firstoff.errors import NotFound
from firstoff.rules.access import Actor, require
from firstoff.rules.sourcing.ordering import OrderStanding
from firstoff.terms import OrderState

STATES = ("open", "late", "complete", "cancelled")


@dataclass(frozen=True, slots=True)
class OrderView:
    """An order. ``open``: still to come; ``due``: the latest date; ``asked``: the first one."""

    uid: str
    number: str
    part: str
    part_name: str
    unit: str
    supplier: str
    manufacturer: str
    mpn: str
    ordered: Decimal
    received: Decimal
    open: Decimal
    due: date
    asked: date
    confirmed: bool
    state: str  # open, partial, complete, cancelled
    late: bool
    price: Decimal | None
    currency: str
    by: str
    at: datetime


@dataclass(frozen=True, slots=True)
class OrderHappening:
    at: datetime
    what: str
    by: str
    quantity: Decimal | None
    due: date | None
    lot: str
    note: str


@dataclass(frozen=True, slots=True)
class NeedView:
    quantity: int
    due: date
    run_kind: str
    note: str
    by: str
    at: datetime


def orders(
    actor: Actor,
    site_id: int,
    *,
    today: date,
    search: str = "",
    state: str = "",
    part: str = "",
    supplier: str = "",
    offset: int = 0,
    limit: int = 50,
) -> tuple[tuple[OrderView, ...], int, dict[str, int]]:
    """Orders, what is due first before what is done with; how many, and how many of each state.
    Three queries. state: one of ``STATES``, or nothing for all."""
    require(actor, "see", site_id)
    rows = stood(Order.objects.filter(part__site=site_id))
    if part:
        rows = rows.filter(part__number=part)
    if supplier:
        rows = rows.filter(supplier__name=supplier)
    if search:
        rows = rows.filter(_called(search))
    counts = _counts(rows, today)
    if state in STATES:
        rows = rows.filter(_are(today)[state])
    done = Case(When(_are(today)["open"], then=Value(0)), default=Value(1))
    shown = rows.select_related("part", "supplier", "manufacturer_part", "by").order_by(
        done, "due_now", "number", "pk"
    )
    page = tuple(_view(row, today) for row in shown[offset : offset + limit])
    total = counts[state] if state in STATES else counts[""]
    return page, total, counts


def order(
    actor: Actor, site_id: int, uid: str, *, today: date
) -> tuple[OrderView, tuple[OrderHappening, ...]]:
    """One order, and what became of it. Raises NotFound. Two queries."""
    require(actor, "see", site_id)
    rows = stood(Order.objects.filter(part__site=site_id, uid=uid))
    row = rows.select_related("part", "supplier", "manufacturer_part", "by").first()
    if row is None:
        raise NotFound("There is no such order here.")
    events = OrderEvent.objects.filter(order=row).select_related("by", "lot").order_by("pk")
    return _view(row, today), tuple(
        OrderHappening(
            e.received_at,
            e.state,
            e.by.name,
            e.quantity,
            e.due,
            e.lot.code if e.lot else "",
            e.note,
        )
        for e in events
    )


def stood(rows: "QuerySet[Order]") -> "QuerySet[Any]":
    """With ``came`` (millionths), ``due_now``, ``moved`` and ``gone``."""
    events = OrderEvent.objects.filter(order=OuterRef("pk"))
    received = events.filter(state=OrderState.RECEIVED).order_by().values("order")
    moved = events.filter(due__isnull=False).order_by("-pk").values("due")[:1]
    came = received.annotate(n=Sum("quantity", output_field=BigIntegerField())).values("n")
    return rows.annotate(
        came=Coalesce(Subquery(came, output_field=BigIntegerField()), 0),
        due_moved=Subquery(moved),
        gone=Exists(events.filter(state=OrderState.CANCELLED)),
    ).annotate(due_now=Coalesce(F("due_moved"), F("due")))


def standing_of(row: Any) -> OrderStanding:
    """Of a row out of ``stood``, its part beside it."""
    return OrderStanding(
        row.number,
        row.part.number,
        row.quantity,
        Decimal(row.came).scaleb(-PLACES),
        row.due_now,
        row.part.unit,
        row.gone,
        row.due_moved is not None,
    )


def needs(actor: Actor, program_id: int, site_id: int) -> tuple[NeedView, ...]:
    """What a program owes beside its first quantity, by date; what was taken back is left out.
    One query."""
    require(actor, "see", site_id)
    rows = Need.objects.filter(program=program_id).select_related("by").order_by("pk")
    held: dict[tuple[date, str], Need] = {(row.due, row.run_kind): row for row in rows}
    return tuple(
        NeedView(r.quantity, r.due, r.run_kind, r.note, r.by.name, r.received_at)
        for r in sorted(held.values(), key=lambda r: (r.due, r.run_kind))
        if r.quantity
    )


def _are(today: date) -> dict[str, Q]:
    ordered = Q(came__gte=F("quantity"))
    is_open = Q(gone=False) & ~ordered
    return {
        "open": is_open,
        "late": is_open & Q(due_now__lt=today),
        "complete": Q(gone=False) & ordered,
        "cancelled": Q(gone=True),
    }


def _counts(rows: "QuerySet[Any]", today: date) -> dict[str, int]:
    are = _are(today)
    counted = {name: Count("pk", filter=are[name]) for name in STATES}
    found = rows.aggregate(all=Count("pk"), **counted)
    return {"": found["all"], **{name: found[name] for name in STATES}}


def _called(text: str) -> Q:
    return (
        Q(number__istartswith=text)
        | Q(part__number__istartswith=text)
        | Q(supplier__name__istartswith=text)
        | Q(manufacturer_part__mpn__istartswith=text)
    )


def _view(row: Any, today: date) -> OrderView:
    stands = standing_of(row)
    source = row.manufacturer_part
    return OrderView(
        uid=str(row.uid),
        number=row.number,
        part=row.part.number,
        part_name=row.part.name,
        unit=row.part.unit,
        supplier=row.supplier.name if row.supplier else "",
        manufacturer=source.manufacturer if source else "",
        mpn=source.mpn if source else "",
        ordered=stands.ordered,
        received=stands.received,
        open=stands.open,
        due=stands.due,
        asked=row.due,
        confirmed=stands.confirmed,
        state=stands.state,
        late=stands.open > 0 and stands.due < today,
        price=row.price,
        currency=row.currency,
        by=row.by.name,
        at=row.received_at,
    )
