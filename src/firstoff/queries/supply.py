"""Lots of material: the list of a site, one lot with its history, and where it is now."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from django.db.models import Case, Count, F, IntegerField, Max, Min, Q, QuerySet, Value, When

from firstoff.db.models import (
    BatchConsumption,
    Consumption,
    Load,
    Lot,
    LotMove,
    LotStatusRecord,
    ManufacturerPart,
    Part,
    Unit,
)
from firstoff.errors import NotFound
from firstoff.queries.access import site as site_of
from firstoff.rules.access import Actor, require
from firstoff.terms import LotMoveKind, LotStatus

_EVENTS = 200  # of one lot that are shown, the newest first
_UNITS = 12  # units and batches named on the page of a lot
_ORDER = (LotStatus.QUARANTINE, LotStatus.ACCEPTED, LotStatus.REJECTED, LotStatus.DEPLETED)


@dataclass(frozen=True, slots=True)
class LotView:
    """A lot as it stands. Quantities are exact, in ``unit`` (pieces where it is empty)."""

    id: int
    part: str
    part_name: str
    code: str
    status: LotStatus
    on_hand: Decimal
    quantity: Decimal  # as it came in
    unit: str
    supplier: str
    supplier_lot: str
    date_code: str
    manufacturer: str
    mpn: str
    receipt: str
    arrived_at: datetime
    expires: date | None
    expired: bool
    certificate: str
    certificate_sha256: str


@dataclass(frozen=True, slots=True)
class LotList:
    """One page; ``counts`` are of everything that the search finds."""

    items: tuple[LotView, ...]
    total: int
    counts: Mapping[LotStatus, int]
    expired: int


@dataclass(frozen=True, slots=True)
class LotEvent:
    """Something in the life of a lot. ``other``: the lot it came from, or went to."""

    at: datetime
    what: str  # received, accepted, rejected, quarantine, depleted, split, merge, counted
    by: str
    reason: str
    quantity: Decimal | None = None  # what came in; below 0: what went out
    other: str = ""


@dataclass(frozen=True, slots=True)
class OnPlace:
    """A reel that is on its place now."""

    batch: str
    operation: int
    position: str
    since: datetime
    per_unit: Decimal | None


@dataclass(frozen=True, slots=True)
class WentInto:
    """A batch and how many of its units carry the lot, the first and the last of them."""

    batch: str  # empty: units of no batch
    part: str
    units: int
    first: str
    last: str


@dataclass(frozen=True, slots=True)
class LotStory:
    """A lot, its history, and where it went. ``in_batches``: consumed into the batch itself."""

    lot: LotView
    events: tuple[LotEvent, ...]
    all_events: int
    places: tuple[OnPlace, ...]
    went: tuple[WentInto, ...]
    units: int
    in_batches: tuple[str, ...]


def lots(
    actor: Actor,
    site_id: int,
    *,
    today: date,
    search: str = "",
    status: str = "",
    part: str = "",
    supplier: str = "",
    expired: bool = False,
    offset: int = 0,
    limit: int = 50,
) -> LotList:
    """Lots of a site: what waits in quarantine first, then the newest. Four queries.

    search: of a code, a supplier's lot, a date code, an MPN, a receipt or a part, how it begins.
    """
    require(actor, "see", site_id)
    rows = Lot.objects.filter(part__site=site_id)
    if search:
        rows = rows.filter(_called(search))
    if part:
        rows = rows.filter(part__number=part)
    if supplier:
        rows = rows.filter(supplier__name__iexact=supplier)
    grouped = dict(rows.values_list("balance__status").annotate(n=Count("pk")).order_by())
    old = Q(expires__lt=today) & ~Q(balance__status=LotStatus.DEPLETED)
    gone = rows.filter(old).count()
    if status:
        rows = rows.filter(balance__status=status)
    if expired:
        rows = rows.filter(old)
    page = _with(rows).order_by(_rank(), "-arrived_at", "-pk")[offset : offset + limit]
    counts = {s: grouped.get(s.value, 0) for s in _ORDER}
    return LotList(tuple(view_of(r, today) for r in page), rows.count(), counts, gone)


def _called(text: str) -> Q:
    return (
        Q(code__istartswith=text)
        | Q(supplier_lot__istartswith=text)
        | Q(date_code__iexact=text)
        | Q(manufacturer_part__mpn__istartswith=text)
        | Q(receipt__istartswith=text)
        | Q(part__number__istartswith=text)
    )


def _rank() -> Case:
    whens = [When(balance__status=s, then=Value(n)) for n, s in enumerate(_ORDER)]
    return Case(*whens, default=Value(9), output_field=IntegerField())


def _with(rows: QuerySet[Lot]) -> QuerySet[Lot]:
    return rows.select_related("part", "supplier", "manufacturer_part", "balance")


def view_of(row: Lot, today: date) -> LotView:
    source = row.manufacturer_part
    balance = row.balance
    return LotView(
        id=row.pk,
        part=row.part.number,
        part_name=row.part.name,
        code=row.code,
        status=LotStatus(balance.status),
        on_hand=balance.on_hand,
        quantity=row.quantity,
        unit=row.unit,
        supplier=row.supplier.name if row.supplier else "",
        supplier_lot=row.supplier_lot,
        date_code=row.date_code,
        manufacturer=source.manufacturer if source else "",
        mpn=source.mpn if source else "",
        receipt=row.receipt,
        arrived_at=row.arrived_at,
        expires=row.expires,
        expired=row.expires is not None and row.expires < today,
        certificate=row.certificate,
        certificate_sha256=row.certificate_sha256,
    )


def lot(actor: Actor, site: str, part: str, code: str, *, today: date) -> LotView:
    """One lot as it stands. Raises NotFound. Two queries."""
    place = site_of(actor, site)
    rows = _with(Lot.objects.filter(part__site=place.id, part__number=part, code=code))
    found = rows.first()
    if found is None:
        raise NotFound(f"There is no lot {code[:60]!r} of {part[:60]!r} here.")
    return view_of(found, today)


def lots_called(actor: Actor, site_id: int, code: str, *, today: date) -> tuple[LotView, ...]:
    """Every lot of this code: two parts may each have one. One query."""
    require(actor, "see", site_id)
    rows = _with(Lot.objects.filter(part__site=site_id, code=code)).order_by("part__number")
    return tuple(view_of(r, today) for r in rows)


def lot_story(actor: Actor, site: str, part: str, code: str, *, today: date) -> LotStory:
    """A lot with its history, its places and where it went. Raises NotFound. Nine queries."""
    found = lot(actor, site, part, code, today=today)
    events, total = _events(found)
    on = Load.objects.filter(lot=found.id, unloaded_at__isnull=True, run__closure__isnull=True)
    rows = on.select_related("run").order_by("loaded_at", "pk")
    places = (
        OnPlace(r.run.batch_id, r.operation, r.position, r.loaded_at, r.per_unit) for r in rows
    )
    went, units = _went(found.id)
    batches = BatchConsumption.objects.filter(lot=found.id).values_list("run__batch_id", flat=True)
    return LotStory(
        lot=found,
        events=events,
        all_events=total,
        places=tuple(places),
        went=went,
        units=units,
        in_batches=tuple(dict.fromkeys(batches.order_by("run")[:_UNITS])),
    )


def _events(lot: LotView) -> tuple[tuple[LotEvent, ...], int]:
    """Its history, the newest first, and how long it is. Three queries."""
    decided = LotStatusRecord.objects.filter(lot=lot.id).select_related("by")
    moves = LotMove.objects.filter(Q(source=lot.id) | Q(target=lot.id))
    rows = moves.select_related("by", "source", "target").order_by("-moved_at", "-pk")
    received = Lot.objects.select_related("by").get(pk=lot.id)
    came = LotEvent(lot.arrived_at, "received", received.by.name, "", lot.quantity)
    found = [_moved(move, lot.id) for move in rows[:_EVENTS]]
    found += [
        LotEvent(s.decided_at, s.status, s.by.name, s.reason)
        for s in decided.order_by("-decided_at", "-pk")[:_EVENTS]
    ]
    found += [came] if lot.quantity or not found else []
    ordered = sorted(found, key=lambda e: e.at, reverse=True)
    return tuple(ordered[:_EVENTS]), len(found)


def _moved(move: LotMove, lot: int) -> LotEvent:
    out = move.source_id == lot
    other = move.target if out else move.source
    what = "counted" if move.kind == LotMoveKind.ADJUST else move.kind
    quantity = -move.quantity if out else move.quantity
    return LotEvent(
        move.moved_at, what, move.by.name, move.reason, quantity, other.code if other else ""
    )


def _went(lot: int) -> tuple[tuple[WentInto, ...], int]:
    """The batches whose units carry the lot, and how many units do. Three queries."""
    units = Unit.objects.filter(consumptions__lot=lot)
    grouped = list(
        units.values("run__batch_id", "part__number")
        .annotate(n=Count("pk", distinct=True), first=Min("pk"), last=Max("pk"))
        .order_by("-last")[:_UNITS]
    )
    ends = {g["first"] for g in grouped} | {g["last"] for g in grouped}
    serials = dict(Unit.objects.filter(pk__in=ends).values_list("pk", "serial"))
    went = (
        WentInto(
            g["run__batch_id"] or "",
            g["part__number"],
            g["n"],
            serials[g["first"]],
            serials[g["last"]],
        )
        for g in grouped
    )
    total = Consumption.objects.filter(lot=lot).values("unit").distinct().count()
    return tuple(went), total


@dataclass(frozen=True, slots=True)
class KnownPart:
    """A part that is bought: its number, and what its manufacturers call it."""

    part: str
    name: str
    manufacturer: str = ""
    mpn: str = ""


def parts_meant(
    actor: Actor, site_id: int, *, part: str = "", mpn: str = ""
) -> tuple[KnownPart, ...]:
    """The parts of a site that a label names: by our number, else by a known MPN. Two queries.

    part: a distributor often writes our number, and as often one of its own.
    """
    require(actor, "see", site_id)
    found: list[KnownPart] = []
    if part:
        rows = Part.objects.filter(site=site_id, number__iexact=part).order_by("number")
        found = [KnownPart(p.number, p.name) for p in rows[:_UNITS]]
    names = [n for n in (mpn, part) if n]
    if not names:
        return tuple(found)
    sources = ManufacturerPart.objects.filter(part__site=site_id, mpn__in=names)
    known = [
        KnownPart(s.part.number, s.part.name, s.manufacturer, s.mpn)
        for s in sources.select_related("part").order_by("part__number", "manufacturer")[:_UNITS]
    ]
    if not found:
        return tuple(known)
    here = {k.part for k in found}
    return tuple(k for k in known if k.part in here) or tuple(found)


def our_parts(
    actor: Actor, site_id: int, written: Collection[tuple[str, str]]
) -> dict[tuple[str, str], str]:
    """Our number of each part that is written as (number, MPN): the number where we have it, else
    that of the only part with the MPN. Two queries."""
    require(actor, "see", site_id)
    numbers = {part for part, _ in written if part}
    known = set(
        Part.objects.filter(site=site_id, number__in=numbers).values_list("number", flat=True)
    )
    names = {mpn for _, mpn in written if mpn} | numbers
    by_mpn: dict[str, set[str]] = {}
    sources = ManufacturerPart.objects.filter(part__site=site_id, mpn__in=names)
    for mpn, number in sources.values_list("mpn", "part__number"):
        by_mpn.setdefault(mpn, set()).add(number)
    found: dict[tuple[str, str], str] = {}
    for part, mpn in written:
        meant = by_mpn.get(mpn) or by_mpn.get(part) or set()
        if part in known:
            found[part, mpn] = part
        elif len(meant) == 1:
            found[part, mpn] = next(iter(meant))
    return found


def free_code(actor: Actor, site_id: int, part: str, wanted: str) -> str:
    """A code that no lot of the part has yet: the one wanted, else with a number behind it.
    One query."""
    require(actor, "see", site_id)
    rows = Lot.objects.filter(part__site=site_id, part__number=part, code__startswith=wanted)
    taken = set(rows.values_list("code", flat=True))
    if wanted not in taken:
        return wanted
    number = 2
    while f"{wanted}-{number}" in taken:
        number += 1
    return f"{wanted}-{number}"


def waiting(actor: Actor, site_id: int) -> int:
    """How many lots wait in quarantine. One query."""
    require(actor, "see", site_id)
    rows = Lot.objects.filter(part__site=site_id, balance__status=LotStatus.QUARANTINE)
    return rows.annotate(left=F("balance__on_hand")).filter(left__gt=0).count()


def suppliers(actor: Actor, site_id: int) -> tuple[str, ...]:
    """Names of the suppliers that lots came from. One query."""
    require(actor, "see", site_id)
    rows = Lot.objects.filter(part__site=site_id, supplier__isnull=False)
    return tuple(
        rows.values_list("supplier__name", flat=True).distinct().order_by("supplier__name")
    )
