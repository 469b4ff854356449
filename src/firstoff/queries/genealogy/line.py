"""What the line shows of material: reels on their places, parts inside, what was scanned."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from uuid import UUID

from django.db.models import Q

from firstoff.db.models import Assembly, Equipment, FloorRecord, Load, Lot, Part, Unit
from firstoff.queries.execution.line import is_serial
from firstoff.queries.execution.runs import RunView
from firstoff.rules.genealogy.at_line import OnPlace
from firstoff.terms import EquipmentKind, FloorKind, LotStatus

_MOST = 40  # reels of one operation that are shown


@dataclass(frozen=True, slots=True)
class LoadedReel:
    """A reel on its place now. ``left`` is what its lot still holds."""

    operation: int
    position: str
    lot: str
    part: str
    part_name: str
    left: Decimal
    unit: str
    status: LotStatus
    expired: bool
    per_unit: Decimal | None
    since: datetime

    @property
    def good(self) -> bool:
        return self.status is LotStatus.ACCEPTED and not self.expired

    @property
    def place(self) -> OnPlace:
        return OnPlace(self.part, self.position, self.per_unit)


@dataclass(frozen=True, slots=True)
class Inside:
    """A subassembly that is in a unit now."""

    part: str
    serial: str
    position: str
    since: datetime


class Kind(StrEnum):
    """What a scanned text is the name of."""

    LOT = "lot"
    PART = "part"  # a serialised part that is no unit of the run's product
    MACHINE = "machine"
    TOOL = "tool"  # a tool, jig or gauge


@dataclass(frozen=True, slots=True)
class Named:
    """One thing that goes by the text that was scanned."""

    kind: Kind
    code: str
    part: str = ""


@dataclass(frozen=True, slots=True)
class Taken:
    """A record of material, for its confirmation."""

    uid: UUID
    kind: FloorKind
    at: datetime
    operation: int | None
    lot: str
    part: str
    position: str
    left: Decimal | None
    unit: str  # of measure
    serial: str  # of the unit that it is about
    child: str
    reason: str
    taken_back: bool


def loaded(run_id: int, today: date) -> tuple[LoadedReel, ...]:
    """Reels on their places now, by operation and place. One query."""
    rows = (
        Load.objects.filter(run=run_id, unloaded_at__isnull=True)
        .select_related("lot__part", "lot__balance")
        .order_by("operation", "position", "loaded_at")[:_MOST]
    )
    return tuple(_reel(row, today) for row in rows)


def _reel(row: Load, today: date) -> LoadedReel:
    lot = row.lot
    return LoadedReel(
        operation=row.operation,
        position=row.position,
        lot=lot.code,
        part=lot.part.number,
        part_name=lot.part.name,
        left=lot.balance.on_hand,
        unit=lot.unit,
        status=LotStatus(lot.balance.status),
        expired=lot.expires is not None and lot.expires < today,
        per_unit=row.per_unit,
        since=row.loaded_at,
    )


def taken_before(run_id: int, operation: int, part: str) -> Decimal | None:
    """What a unit took of the reel of the part that was at the operation last. One query."""
    rows = Load.objects.filter(run=run_id, operation=operation, lot__part__number=part)
    last = rows.order_by("-loaded_at", "-pk").first()
    return None if last is None else last.per_unit


def inside(unit_id: int) -> tuple[Inside, ...]:
    """What is in a unit now, without what is inside that. One query."""
    rows = Assembly.objects.filter(parent=unit_id, removed_at__isnull=True)
    ordered = rows.select_related("child__part").order_by("position", "installed_at")
    return tuple(
        Inside(r.child.part.number, r.child.serial, r.position, r.installed_at)
        for r in ordered[:_MOST]
    )


def named(run: RunView, text: str) -> tuple[Named, ...]:
    """Everything at the site of a run that is called exactly so. Three queries."""
    site = run.site_id
    lots = Lot.objects.filter(part__site=site, code=text).select_related("part")
    units = Unit.objects.filter(part__site=site, serial=text).exclude(part__number=run.part)
    machines = Equipment.objects.filter(site=site, code__iexact=text)
    return (
        *(Named(Kind.LOT, r.code, r.part.number) for r in lots.order_by("part__number")[:_MOST]),
        *(
            Named(Kind.PART, r.serial, r.part.number)
            for r in units.select_related("part").order_by("part__number")[:_MOST]
        ),
        *(
            Named(Kind.MACHINE if e.kind == EquipmentKind.MACHINE else Kind.TOOL, e.code)
            for e in machines[:1]
        ),
    )


def is_unit(run: RunView, text: str) -> bool:
    """Whether the text names a unit of the run, or one that its pattern makes. One query."""
    if run.serial_pattern and is_serial(run, text):
        return True
    return Unit.objects.filter(run=run.id, serial=text).exists()


def lots_meant(
    run: RunView, *, lot: str, part: str = "", mpn: str = "", date_code: str = ""
) -> tuple[Named, ...]:
    """Lots that a label of somebody else's means: by our code or the supplier's, of the part or
    the MPN that it names. Those that hold something come first. One query."""
    called = Q(code=lot) | Q(supplier_lot=lot) if lot else Q(date_code=date_code)
    rows = Lot.objects.filter(called, part__site=run.site_id).select_related(
        "part", "balance", "manufacturer_part"
    )
    found = [row for row in rows.order_by("-arrived_at", "-pk")[:200] if _fits(row, part, mpn)]
    full = [row for row in found if row.balance.on_hand > 0]
    good = [row for row in full if row.balance.status == LotStatus.ACCEPTED]
    return tuple(Named(Kind.LOT, r.code, r.part.number) for r in good or full or found)


def _fits(row: Lot, part: str, mpn: str) -> bool:
    """Whether the label can be of the lot: what both say has to be the same."""
    source = row.manufacturer_part.mpn if row.manufacturer_part else ""
    ours = row.part.number
    if mpn and source:
        return mpn == source or part == ours
    return not part or part in (ours, source) or bool(mpn)


def known_part(run: RunView, number: str) -> bool:
    """Whether the site knows a part of that number. One query."""
    return Part.objects.filter(site=run.site_id, number=number).exists()


def taken(run: RunView, uid: UUID) -> Taken | None:
    """A record of material at this run under its id. Up to four queries."""
    rows = FloorRecord.objects.filter(run=run.id, uid=uid).select_related("unit", "supersedes")
    row = rows.first()
    if row is None:
        return None
    about = row.supersedes or row  # what is taken back says more than that it is
    said = json.loads(about.content)
    lot = Lot.objects.filter(pk=said["keys"].get("lot")).select_related("part", "balance").first()
    child = said.get("child") or {}
    return Taken(
        uid=row.uid,
        kind=FloorKind(about.kind),
        at=row.happened_at,
        operation=about.seq,
        lot=lot.code if lot else "",
        part=lot.part.number if lot else str(child.get("part", "")),
        position=str(said.get("position", "")),
        left=lot.balance.on_hand if lot else None,
        unit=lot.unit if lot else "",
        serial=row.unit.serial if row.unit else "",
        child=str(child.get("serial", "")),
        reason=str(said.get("reason", "")),
        taken_back=row.supersedes is not None,
    )


def at_operation(reels: Iterable[LoadedReel], operation: int) -> Sequence[LoadedReel]:
    return [reel for reel in reels if reel.operation == operation]
