"""Customers, what was shipped to them, and what came back."""

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID, uuid5
from zoneinfo import ZoneInfo

from django.db.models import Count, Q, QuerySet

from firstoff.db.models import (
    Customer,
    FloorRecord,
    Shipment,
    ShippedUnit,
)
from firstoff.errors import NotFound
from firstoff.formats.exports import Value
from firstoff.queries.access import site as site_of
from firstoff.rules.access import Actor
from firstoff.terms import FloorKind


@dataclass(frozen=True, slots=True)
class CustomerView:
    name: str
    contact: str
    retired: bool
    shipments: int


def customers(
    actor: Actor,
    site: str,
    *,
    search: str = "",
    retired: bool = True,
    offset: int = 0,
    limit: int = 50,
) -> tuple[tuple[CustomerView, ...], int]:
    """Customers of a site by name. Three queries."""
    place = site_of(actor, site)
    rows = Customer.objects.filter(site=place.id, name__icontains=search)
    if not retired:
        rows = rows.filter(retired_at__isnull=True)
    found = rows.annotate(n=Count("shipments")).order_by("name")[offset : offset + limit]
    views = (CustomerView(c.name, c.contact, c.retired_at is not None, c.n) for c in found)
    return tuple(views), rows.count()


@dataclass(frozen=True, slots=True)
class ShipmentView:
    """A shipment. ``units``: that left with it; ``cancelled``: that did not after all."""

    id: int
    uid: str
    site: str
    code: str
    customer: str
    contact: str
    reference: str
    shipped_at: datetime
    by: str
    units: int
    cancelled: int

    @property
    def state(self) -> str:
        return "cancelled" if self.cancelled and not self.units else "shipped"


def _counted(rows: Iterable[Shipment]) -> tuple[ShipmentView, ...]:
    """Shipments with their units, counted for these alone. One query."""
    found = list(rows)
    units = ShippedUnit.objects.filter(shipment__in=[row.pk for row in found])
    gone = Count("unit", filter=Q(cancelled_at__isnull=True))
    back = Count("unit", filter=Q(cancelled_at__isnull=False))
    counted = units.values("shipment").annotate(gone=gone, back=back)
    held = {c["shipment"]: (c["gone"], c["back"]) for c in counted}
    return tuple(_view(row, *held.get(row.pk, (0, 0))) for row in found)


def _view(row: Shipment, units: int, cancelled: int) -> ShipmentView:
    return ShipmentView(
        row.pk,
        str(row.uid),
        row.site.code,
        row.code,
        row.customer.name,
        row.customer.contact,
        row.reference,
        row.shipped_at,
        row.by.name or row.by.username,
        units,
        cancelled,
    )


def shipments(
    actor: Actor,
    site: str,
    *,
    customer: str = "",
    search: str = "",
    offset: int = 0,
    limit: int = 50,
) -> tuple[tuple[ShipmentView, ...], int]:
    """The newest first. Three queries."""
    place = site_of(actor, site)
    rows = Shipment.objects.filter(site=place.id)
    if customer:
        rows = rows.filter(customer__name=customer)
    if search:
        rows = rows.filter(Q(code__icontains=search) | Q(reference__icontains=search))
    page = rows.select_related("customer", "by", "site").order_by("-shipped_at", "-pk")
    return _counted(page[offset : offset + limit]), rows.count()


def shipment(actor: Actor, site: str, code: str) -> ShipmentView:
    """Raises NotFound."""
    place = site_of(actor, site)
    rows = Shipment.objects.filter(site=place.id, code=code)
    found = _counted(rows.select_related("customer", "by", "site"))
    if not found:
        raise NotFound(f"There is no shipment {code} here, or not for you.")
    return found[0]


def shipped_under(site_id: int, uid: UUID) -> str:
    """The shipment that began with this record; empty: there is none. One query."""
    rows = Shipment.objects.filter(site=site_id, uid=uuid5(uid, "shipment"))
    return rows.values_list("code", flat=True).first() or ""


@dataclass(frozen=True, slots=True)
class SentUnit:
    part: str
    part_name: str
    serial: str
    batch: str
    package: str
    pallet: str
    cancelled_at: datetime | None


def _sent(view: ShipmentView) -> QuerySet[ShippedUnit]:
    rows = ShippedUnit.objects.filter(shipment=view.id)
    return rows.order_by("package_id", "unit_id")


_SENT = (
    "unit__part__number",
    "unit__part__name",
    "unit__serial",
    "unit__run__batch_id",
    "package__code",
    "package__state__inside__code",
    "cancelled_at",
)


def units_of(
    view: ShipmentView, *, offset: int = 0, limit: int = 50
) -> tuple[tuple[SentUnit, ...], int]:
    """The units of a shipment, by package. Two queries."""
    rows = _sent(view)
    found = rows.values_list(*_SENT)[offset : offset + limit]
    return tuple(_sent_unit(row) for row in found), rows.count()


def _sent_unit(row: tuple[Any, ...]) -> SentUnit:
    part, name, serial, batch, package, pallet, cancelled = row
    return SentUnit(part, name, serial, batch or "", package or "", pallet or "", cancelled)


EXPORT_HEADER = ("Part", "Name", "Serial", "Batch", "Package", "Pallet", "Cancelled")


def export(view: ShipmentView, zone: str) -> Iterator[tuple[Value, ...]]:
    """Every unit of a shipment, as the page has them. One query."""
    for row in _sent(view).values_list(*_SENT).iterator(2000):
        u = _sent_unit(row)
        off = u.cancelled_at.astimezone(ZoneInfo(zone)) if u.cancelled_at else None
        yield (u.part, u.part_name, u.serial, u.batch, u.package, u.pallet, off)


def contents(view: ShipmentView) -> Iterator[SentUnit]:
    """What left with a shipment, by package. One query."""
    rows = _sent(view).filter(cancelled_at__isnull=True)
    for row in rows.values_list(*_SENT).iterator(2000):
        yield _sent_unit(row)


# ---------------------------------------------------------------- what came back


@dataclass(frozen=True, slots=True)
class ReturnView:
    at: datetime
    part: str
    serial: str
    batch: str
    customer: str
    shipment: str
    failure: str
    by: str


def returns(
    actor: Actor, site: str, *, search: str = "", offset: int = 0, limit: int = 50
) -> tuple[tuple[ReturnView, ...], int]:
    """Field returns, the newest first. Four queries."""
    place = site_of(actor, site)
    rows = FloorRecord.objects.filter(
        site=place.id, kind=FloorKind.RETURN, superseded_by__isnull=True
    )
    if search:
        rows = rows.filter(unit__serial__icontains=search)
    found = list(
        rows.select_related("unit__part", "run", "operator").order_by("-happened_at", "-pk")[
            offset : offset + limit
        ]
    )
    said = [json.loads(row.content) for row in found]
    keys = [one["keys"].get("shipment") for one in said]
    sent = {
        s.pk: s
        for s in Shipment.objects.filter(pk__in=[k for k in keys if k]).select_related("customer")
    }
    views = []
    for row, one, key in zip(found, said, keys, strict=True):
        shipped = sent.get(key)
        customer = one.get("customer") or (shipped.customer.name if shipped else "")
        views.append(
            ReturnView(
                row.happened_at,
                row.unit.part.number if row.unit else "",
                row.unit.serial if row.unit else "",
                row.run.batch_id if row.run else "",
                customer,
                shipped.code if shipped else "",
                one.get("failure", ""),
                row.operator.name or row.operator.username,
            )
        )
    return tuple(views), rows.count()


def sent_to(site_id: int, part: str, serial: str) -> tuple[str, str]:
    """Shipment and customer of a unit's last shipment; empty: it never left. One query."""
    rows = ShippedUnit.objects.filter(
        unit__part__site=site_id,
        unit__part__number=part,
        unit__serial=serial,
        cancelled_at__isnull=True,
    ).order_by("-shipment__shipped_at", "-shipment_id")
    found = rows.values_list("shipment__code", "shipment__customer__name").first()
    return (found[0], found[1]) if found else ("", "")
