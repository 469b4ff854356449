"""Suppliers: who they are, what is bought from them, how their lots fared."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Exists, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce

from firstoff.db.models import Lot, LotStatusRecord, Offer, Order, Supplier
from firstoff.errors import NotFound
from firstoff.rules.access import Actor, require
from firstoff.terms import LotStatus


@dataclass(frozen=True, slots=True)
class SupplierView:
    """``accepted`` and ``rejected`` are lots by their first decision: what is accepted on a second
    look was not good at first. ``waiting``: nobody decided yet."""

    id: int
    name: str
    retired_at: datetime | None
    parts: int  # manufacturer parts that it offered
    orders: int
    lots: int
    accepted: int
    rejected: int

    @property
    def waiting(self) -> int:
        return self.lots - self.accepted - self.rejected

    @property
    def acceptance(self) -> float | None:
        """Of the lots that were decided on; None where none was."""
        decided = self.accepted + self.rejected
        return self.accepted / decided if decided else None


def suppliers(
    actor: Actor,
    site_id: int,
    *,
    search: str = "",
    retired: bool = False,
    offset: int = 0,
    limit: int = 50,
) -> tuple[tuple[SupplierView, ...], int]:
    """Suppliers of a site by name, and how many there are. Two queries.

    search: how a name, or a word in it, begins. retired: those as well.
    """
    require(actor, "see", site_id)
    rows = Supplier.objects.filter(site=site_id)
    if search:
        rows = rows.filter(Q(name__istartswith=search) | Q(name__icontains=f" {search}"))
    if not retired:
        rows = rows.filter(retired_at__isnull=True)
    page = _counted(rows).order_by("name", "pk")[offset : offset + limit]
    return tuple(_view(row) for row in page), rows.count()


def supplier(actor: Actor, site_id: int, name: str) -> SupplierView:
    """One supplier. Raises NotFound. One query."""
    require(actor, "see", site_id)
    row = _counted(Supplier.objects.filter(site=site_id, name=name)).first()
    if row is None:
        raise NotFound(f"There is no supplier {name[:200]!r} here.")
    return _view(row)


def names(actor: Actor, site_id: int) -> tuple[str, ...]:
    """Those that are not retired, for a list to choose from. One query."""
    require(actor, "see", site_id)
    rows = Supplier.objects.filter(site=site_id, retired_at__isnull=True)
    return tuple(rows.order_by("name").values_list("name", flat=True)[:2000])


def _counted(rows: "QuerySet[Supplier]") -> "QuerySet[Supplier]":
    decided = LotStatusRecord.objects.filter(
        lot__supplier=OuterRef("pk"), status__in=[LotStatus.ACCEPTED, LotStatus.REJECTED]
    )
    earlier = LotStatusRecord.objects.filter(
        lot=OuterRef("lot"),
        status__in=[LotStatus.ACCEPTED, LotStatus.REJECTED],
        pk__lt=OuterRef("pk"),
    )
    first = decided.filter(~Exists(earlier))
    good = first.filter(status=LotStatus.ACCEPTED)
    bad = first.filter(status=LotStatus.REJECTED)
    return rows.annotate(
        n_parts=_count(Offer.objects.all(), "supplier", "manufacturer_part"),
        n_orders=_count(Order.objects.all(), "supplier", "pk"),
        n_lots=_count(Lot.objects.all(), "supplier", "pk"),
        n_good=_count(good, "lot__supplier", "pk"),
        n_bad=_count(bad, "lot__supplier", "pk"),
    )


def _count(rows: "QuerySet[object]", owner: str, what: str) -> Coalesce:  # type: ignore[type-var]  # any model
    mine = rows.filter(**{owner: OuterRef("pk")}) if owner != "lot__supplier" else rows
    counted = mine.order_by().values(owner).annotate(n=Count(what, distinct=True)).values("n")
    return Coalesce(Subquery(counted), 0)


def _view(row: Supplier) -> SupplierView:
    counts = (getattr(row, f"n_{name}") for name in ("parts", "orders", "lots", "good", "bad"))
    return SupplierView(row.pk, row.name, row.retired_at, *counts)
