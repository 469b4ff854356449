"""Stock, exact: lot by lot with its place, and part by part with what is on order."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import Case, OuterRef, Q, QuerySet, Subquery, Sum, When
from django.db.models.fields import BigIntegerField
from django.db.models.functions import Coalesce

from firstoff.db.fields import PLACES
from firstoff.db.models import Lot, LotPlace, Order, Part
from firstoff.queries.sourcing.orders import standing_of, stood
from firstoff.queries.supply import LotView, view_of
from firstoff.rules.access import Actor, require
from firstoff.terms import LotStatus


@dataclass(frozen=True, slots=True)
class StockLot:
    """A lot that holds something, and where it lies; ``place`` empty: nobody said."""

    lot: LotView
    place: str


@dataclass(frozen=True, slots=True)
class StockPart:
    """``usable``: accepted and not expired; ``waiting``: in quarantine. ``on_order``: still to
    come, ``next_due``: the first of it."""

    part: str
    name: str
    unit: str
    usable: Decimal
    waiting: Decimal
    rejected: Decimal
    expired: Decimal
    on_order: Decimal
    next_due: date | None
    lots: int


def stock_lots(
    actor: Actor,
    site_id: int,
    *,
    today: date,
    search: str = "",
    part: str = "",
    place: str = "",
    status: str = "",
    offset: int = 0,
    limit: int | None = 50,
) -> tuple[tuple[StockLot, ...], int]:
    """Lots that hold something, by part and code, and how many. Two queries.

    search: how a lot, a part or a place begins. place: ``-`` for lots that nobody placed.
    """
    require(actor, "see", site_id)
    rows = _placed(Lot.objects.filter(part__site=site_id, balance__on_hand__gt=0))
    if part:
        rows = rows.filter(part__number=part)
    if place:
        rows = rows.filter(lies=place) if place != "-" else rows.filter(lies__isnull=True)
    if status:
        rows = rows.filter(balance__status=status)
    if search:
        rows = rows.filter(
            Q(code__istartswith=search)
            | Q(part__number__istartswith=search)
            | Q(lies__istartswith=search)
        )
    shown = rows.select_related("part", "supplier", "manufacturer_part", "balance")
    ordered = shown.order_by("part__number", "code", "pk")
    end = None if limit is None else offset + limit
    page = tuple(StockLot(view_of(row, today), row.lies or "") for row in ordered[offset:end])
    return page, rows.count()


def stock_parts(
    actor: Actor,
    site_id: int,
    *,
    today: date,
    search: str = "",
    offset: int = 0,
    limit: int | None = 50,
) -> tuple[tuple[StockPart, ...], int]:
    """Parts that are here or on order, by number, and how many. Five queries."""
    require(actor, "see", site_id)
    rows = Part.objects.filter(
        Q(lots__balance__on_hand__gt=0) | Q(orders__isnull=False), site=site_id
    ).distinct()
    if search:
        rows = rows.filter(Q(number__istartswith=search) | Q(name__icontains=search))
    end = None if limit is None else offset + limit
    page = list(rows.order_by("number")[offset:end])
    keys = [row.pk for row in page]
    held = sums(keys, today)
    coming = on_order(keys)
    found = []
    for row in page:
        here = held.get(row.pk, {})
        wait = coming.get(row.pk, [])
        found.append(
            StockPart(
                row.number,
                row.name,
                row.unit,
                here.get("usable", _NONE),
                here.get("waiting", _NONE),
                here.get("rejected", _NONE),
                here.get("expired", _NONE),
                sum((quantity for _, quantity in wait), _NONE),
                min((due for due, _ in wait), default=None),
                int(here.get("lots", _NONE)),
            )
        )
    return tuple(found), rows.count()


def places(actor: Actor, site_id: int) -> tuple[str, ...]:
    """Where lots lie that hold something. One query."""
    require(actor, "see", site_id)
    rows = _placed(Lot.objects.filter(part__site=site_id, balance__on_hand__gt=0))
    found = rows.filter(lies__isnull=False).order_by().values_list("lies", flat=True).distinct()
    return tuple(sorted(found[:2000]))


def place_of(actor: Actor, site_id: int, lot_id: int) -> str:
    """Where one lot lies. One query."""
    require(actor, "see", site_id)
    rows = LotPlace.objects.filter(lot=lot_id, lot__part__site=site_id)
    return rows.order_by("-placed_at", "-pk").values_list("place", flat=True).first() or ""


_NONE = Decimal(0)
_KINDS = ("usable", "waiting", "rejected", "expired")


def sums(parts: list[int], today: date) -> dict[int, dict[str, Decimal]]:
    """What is here of parts, by how it stands. One query."""
    over = Q(expires__lt=today)
    accepted = Q(balance__status=LotStatus.ACCEPTED)
    meant = {
        "usable": accepted & ~over,
        "waiting": Q(balance__status=LotStatus.QUARANTINE),
        "rejected": Q(balance__status=LotStatus.REJECTED),
        "expired": accepted & over,
    }
    held = Lot.objects.filter(part__in=parts, balance__on_hand__gt=0)
    figures = {name: _total(Case(When(q, then="balance__on_hand"))) for name, q in meant.items()}
    found: dict[int, dict[str, Decimal]] = {}
    rows: Any = held.values("part").annotate(lots=_total(Case(When(pk__gt=0, then=1))), **figures)
    for row in rows.order_by():
        exact = {name: Decimal(row[name]).scaleb(-PLACES) for name in _KINDS}
        found[row["part"]] = {**exact, "lots": Decimal(row["lots"])}
    return found


def _total(case: Case) -> Coalesce:
    return Coalesce(Sum(case, output_field=BigIntegerField()), 0)


def on_order(parts: list[int]) -> dict[int, list[tuple[date, Decimal]]]:
    """What is still to come of parts, when and how much. One query."""
    found: dict[int, list[tuple[date, Decimal]]] = {}
    for row in stood(Order.objects.filter(part__in=parts)).select_related("part"):
        stands = standing_of(row)
        if stands.open > 0:
            found.setdefault(row.part_id, []).append((stands.due, stands.open))
    return found


def _placed(rows: "QuerySet[Lot]") -> "QuerySet[Any]":
    latest = LotPlace.objects.filter(lot=OuterRef("pk")).order_by("-placed_at", "-pk")
    return rows.annotate(lies=Subquery(latest.values("place")[:1]))
