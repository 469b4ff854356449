"""Cartons and pallets: what is in them, and where they are."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Count, QuerySet

from firstoff.db.models import Assembly, FloorRecord, Package, PackageState, Shipment, UnitState
from firstoff.errors import NotFound
from firstoff.queries.access import site as site_of
from firstoff.rules.access import Actor
from firstoff.rules.genealogy import SERIES, SHIPMENTS, next_in_series
from firstoff.rules.ledger import canonical
from firstoff.terms import FloorKind, PackageKind, Place

_SLACK = timedelta(days=1)  # a station's clock, a record handed in late
_DEEPEST = 20  # a carton in a pallet in a container: nobody packs deeper


@dataclass(frozen=True, slots=True)
class Inside:
    """units: how many; packages: in it, at any depth; parts: number and name; batches: IDs."""

    units: int
    packages: int
    parts: tuple[tuple[str, str], ...]
    batches: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class PackedUnit:
    part: str
    serial: str
    batch: str
    since: datetime


@dataclass(frozen=True, slots=True)
class PackageView:
    """A package. ``units``: directly in it, the last first; ``inner``: packages in it."""

    id: int
    code: str
    kind: PackageKind
    batch: str
    inside_of: str  # the package that it is in
    shipment: str
    customer: str
    contents: Inside
    units: tuple[PackedUnit, ...]
    inner: tuple[tuple[str, int], ...]  # code, units directly in it
    labelled: bool  # its label was scanned back


def contents_of(package: int) -> Inside:
    """Up to two queries for each level, and three."""
    boxes = packages_in(package)
    rows = UnitState.objects.filter(package__in=[package, *boxes])
    parts = rows.values_list("unit__part__number", "unit__part__name").distinct()
    batches = rows.filter(unit__run__isnull=False).values_list("unit__run__batch_id", flat=True)
    known = tuple(sorted(set(batches.distinct())))
    return Inside(rows.count(), len(boxes), tuple(sorted(parts)), known)


def packages_in(package: int) -> list[int]:
    """Keys of the packages inside one, through every level: a query each."""
    found: list[int] = []
    level = [package]
    for _ in range(_DEEPEST):
        rows = PackageState.objects.filter(inside__in=level)
        level = [key for key in rows.values_list("package_id", flat=True) if key not in found]
        if not level:
            break
        found += level
    return found


def package(actor: Actor, site: str, code: str, *, last: int = 12) -> PackageView:
    """Raises NotFound."""
    place = site_of(actor, site)
    row = Package.objects.filter(site=place.id, code=code).select_related("run").first()
    if row is None:
        raise NotFound(f"There is no package {code} here, or not for you.")
    state = (
        PackageState.objects.filter(package=row)
        .select_related("inside", "shipment__customer")
        .first()
    )
    units = (
        UnitState.objects.filter(package=row)
        .select_related("unit__part", "unit__run")
        .order_by("-since", "-unit_id")[:last]
    )
    inner = PackageState.objects.filter(inside=row).annotate(n=Count("package__units"))
    shipment = state.shipment if state else None
    return PackageView(
        row.pk,
        row.code,
        PackageKind(row.kind),
        row.run.batch_id if row.run else "",
        state.inside.code if state and state.inside else "",
        shipment.code if shipment else "",
        shipment.customer.name if shipment else "",
        contents_of(row.pk),
        tuple(
            PackedUnit(
                s.unit.part.number,
                s.unit.serial,
                s.unit.run.batch_id if s.unit.run else "",
                s.since,
            )
            for s in units
        ),
        tuple((s.package.code, s.n) for s in inner.select_related("package").order_by("pk")),
        _labelled(row, shipment),
    )


def units_in(
    view: PackageView, *, offset: int = 0, limit: int = 50
) -> tuple[tuple[PackedUnit, ...], int]:
    """The units directly in a package, the last first. Two queries."""
    rows = UnitState.objects.filter(package=view.id).order_by("-since", "-unit_id")
    columns = ("unit__part__number", "unit__serial", "unit__run__batch_id", "since")
    found = rows.values_list(*columns)[offset : offset + limit]
    return tuple(PackedUnit(p, s, b or "", at) for p, s, b, at in found), rows.count()


def _labelled(row: Package, shipment: Shipment | None) -> bool:
    """Whether its label was scanned back, while it was here: a plant has a million labels of
    units, and the index leads to those of some days. One query."""
    labels = FloorRecord.objects.filter(
        site=row.site_id,
        kind=FloorKind.LABEL,
        happened_at__gte=row.received_at - _SLACK,
        unit__isnull=True,
        superseded_by__isnull=True,
        content__contains=canonical({"package": row.code})[1:-1],
    )
    if shipment is not None:
        labels = labels.filter(happened_at__lte=shipment.shipped_at + _SLACK)
    return labels.exists()


@dataclass(frozen=True, slots=True)
class PackageRow:
    code: str
    kind: PackageKind
    batch: str
    units: int  # directly in it
    inner: int
    inside_of: str
    shipment: str


def packages(
    actor: Actor, site: str, *, show: str = "", offset: int = 0, limit: int = 50
) -> tuple[tuple[PackageRow, ...], int]:
    """Packages of a site, the newest first. ``show``: ``here`` (not shipped) or all. Two queries
    beside that for the site."""
    place = site_of(actor, site)
    rows = Package.objects.filter(site=place.id)
    if show == "here":
        rows = rows.filter(state__shipment__isnull=True)
    page = rows.select_related("run", "state__inside", "state__shipment").order_by("-pk")
    found = list(page[offset : offset + limit])
    keys = [row.pk for row in found]
    # Counted for the rows that are shown alone: a plant has a million units in packages.
    units = UnitState.objects.filter(package__in=keys).values_list("package")
    inner = PackageState.objects.filter(inside__in=keys).values_list("inside")
    held, boxes = (dict(some.annotate(n=Count("pk"))) for some in (units, inner))
    return tuple(_row(r, held.get(r.pk, 0), boxes.get(r.pk, 0)) for r in found), rows.count()


def _row(row: Package, units: int, inner: int) -> PackageRow:
    state: PackageState | None = getattr(row, "state", None)
    return PackageRow(
        row.code,
        PackageKind(row.kind),
        row.run.batch_id if row.run else "",
        units,
        inner,
        state.inside.code if state and state.inside else "",
        state.shipment.code if state and state.shipment else "",
    )


def where_packed(site_id: int, part: str, serial: str) -> str:
    """The package that a unit is in; empty: in none. One query."""
    rows = UnitState.objects.filter(
        unit__part__site=site_id, unit__part__number=part, unit__serial=serial, place=Place.PACKED
    )
    return rows.values_list("package__code", flat=True).first() or ""


def kind_of_package(site_id: int, code: str) -> PackageKind | None:
    """One query."""
    kind = Package.objects.filter(site=site_id, code=code).values_list("kind", flat=True).first()
    return PackageKind(kind) if kind else None


def next_package(site_id: int, kind: PackageKind) -> str:
    """The code that a new package gets: the next of the series of its kind. One query."""
    pattern = SERIES[kind]
    return next_in_series(pattern, _codes(Package.objects.filter(site=site_id), pattern))


def next_shipment(site_id: int) -> str:
    return next_in_series(SHIPMENTS, _codes(Shipment.objects.filter(site=site_id), SHIPMENTS))


def last_sscc(site_id: int, begins: str) -> str:
    """The largest SSCC of the site that begins so; empty: none. One query."""
    rows = Package.objects.filter(site=site_id, code__startswith=begins).order_by("-code")
    codes = rows.values_list("code", flat=True)[:50]
    return next((code for code in codes if len(code) == 18 and code.isdecimal()), "")


def _codes(rows: QuerySet[Any], pattern: str) -> Iterable[str]:
    """Those of a series that are largest by their letters, and those that were made last: beyond
    five digits the one is not the other."""
    found = rows.filter(code__startswith=pattern.partition("{")[0])
    orders = (found.order_by("-code"), found.order_by("-pk"))
    return [code for some in orders for code in some.values_list("code", flat=True)[:50]]


def fitted_in(site_id: int, part: str, serial: str) -> tuple[tuple[str, str, str], ...]:
    """Part, serial and position of what is installed in a unit now. One query."""
    rows = Assembly.objects.filter(
        parent__part__site=site_id,
        parent__part__number=part,
        parent__serial=serial,
        removed_at__isnull=True,
    )
    columns = ("child__part__number", "child__serial", "position")
    return tuple(rows.order_by(*columns).values_list(*columns)[:500])
