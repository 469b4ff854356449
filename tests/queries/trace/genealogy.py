"""Rows of a genealogy written straight into the tables, and the same walked in plain Python."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from firstoff.db.models import (
    Assembly,
    BatchConsumption,
    Consumption,
    Customer,
    FloorRecord,
    LedgerEntry,
    Lot,
    LotMove,
    Part,
    Person,
    Shipment,
    ShippedUnit,
    Unit,
    UnitState,
)
from firstoff.rules.trace import AsOf
from tests.conftest import NOW, World

HOUR = timedelta(hours=1)


def hour(number: int) -> datetime:
    return NOW + number * HOUR


@dataclass
class Floor:
    """Writes rows for one site; every record under the newest entry of the ledger."""

    world: World
    run_id: int | None = None

    def __post_init__(self) -> None:
        self.entry = LedgerEntry.objects.order_by("-seq")[0].seq
        self.person = Person.objects.get(username="ben")
        self.positions = Unit.objects.filter(run=self.run_id).count() if self.run_id else 0

    @property
    def record(self) -> dict[str, Any]:
        return {"entry_id": self.entry, "by": self.person, "received_at": NOW}

    def part(self, number: str) -> Part:
        return Part.objects.get_or_create(site=self.world.site, number=number)[0]

    def unit(self, part: str, serial: str, *, in_run: bool = False, **given: Any) -> Unit:
        if in_run:
            self.positions += 1
        values = {
            "part": self.part(part),
            "serial": serial,
            "run_id": self.run_id if in_run else None,
            "position": self.positions if in_run else 0,
            "started_at": NOW,
            "operator": self.person,
            "builder_class": "line",
            "instruction": "",
            **self.record,
            **given,
        }
        return Unit.objects.create(**values)

    def lot(self, code: str, part: str = "GLZ", **given: Any) -> Lot:
        values = {"quantity": Decimal(100), "arrived_at": NOW, **self.record, **given}
        return Lot.objects.create(part=self.part(part), code=code, **values)

    def happened(self, kind: str, at: datetime = NOW, **given: Any) -> FloorRecord:
        values = {"content": "{}", "operator": self.person, **self.record, **given}
        return FloorRecord.objects.create(
            site=self.world.site, kind=kind, happened_at=at, **values
        )

    def consume(self, unit: Unit, lot: Lot, at: datetime = NOW, **given: Any) -> None:
        record = self.happened("consume", at, unit=unit)
        seq = Consumption.objects.filter(unit=unit, lot=lot).count() + 1
        values = {"quantity": Decimal(1), "record_id": record.pk, **given}
        Consumption.objects.create(unit=unit, lot=lot, seq=seq, **values)

    def consume_in_batch(self, lot: Lot, at: datetime = NOW) -> None:
        record = self.happened("consume", at, run_id=self.run_id)
        seq = BatchConsumption.objects.filter(run=self.run_id, lot=lot).count() + 1
        BatchConsumption.objects.create(
            run_id=self.run_id, lot=lot, seq=seq, quantity=Decimal(1), record=record
        )

    def install(
        self, child: Unit, parent: Unit, at: datetime = NOW, until: datetime | None = None,
        position: str = "", content: str = "{}",
    ) -> None:  # fmt: skip
        fitted = self.happened("install", at, unit=parent)
        taken = (
            None if until is None else self.happened("remove", until, unit=parent, content=content)
        )
        seq = Assembly.objects.filter(parent=parent, child=child).count() + 1
        Assembly.objects.create(
            parent=parent,
            child=child,
            seq=seq,
            position=position,
            installed_at=at,
            removed_at=until,
            install_record_id=fitted.pk,
            remove_record_id=taken.pk if taken else None,
        )
        if until is None:
            self.state(child, "installed", at)

    def move(self, source: Lot, target: Lot, at: datetime = NOW, kind: str = "split") -> None:
        LotMove.objects.create(
            kind=kind, source=source, target=target, quantity=1, moved_at=at, **self.record
        )

    def state(self, unit: Unit, place: str, since: datetime, **given: Any) -> None:
        values = {"place": place, "since": since, "package": None, "shipment": None, **given}
        UnitState.objects.update_or_create(unit=unit, defaults=values)

    def ship(self, units: Iterable[Unit], code: str, at: datetime, customer: str = "Acme") -> Any:
        to, _ = Customer.objects.get_or_create(site=self.world.site, name=customer)
        shipment = Shipment.objects.create(
            site=self.world.site, code=code, customer=to, shipped_at=at, **self.record
        )
        for unit in units:
            ShippedUnit.objects.create(unit=unit, shipment=shipment)
        return shipment


@dataclass
class Drawn:
    """A genealogy as numbers: what the rows are made from, and what the plain walk reads."""

    units: int
    lots: int
    edges: list[tuple[int, int, int, int | None]] = field(default_factory=list)
    consumed: list[tuple[int, int, int]] = field(default_factory=list)  # unit, lot, hour
    batch: list[tuple[int, int]] = field(default_factory=list)  # lot, hour
    in_run: frozenset[int] = frozenset()
    moves: list[tuple[int, int, int]] = field(default_factory=list)  # source, target, hour
    remade: dict[int, int] = field(default_factory=dict)  # new -> old
    shipped: list[tuple[int, int]] = field(default_factory=list)  # unit, hour

    def write(self, floor: Floor) -> tuple[list[Unit], list[Lot]]:
        units: list[Unit] = []
        for n in range(self.units):
            old = self.remade.get(n)
            units.append(
                floor.unit(
                    "P",
                    f"U-{n:02}",
                    in_run=n in self.in_run,
                    previous_serial="" if old is None else f"U-{old:02}",
                )
            )
        lots = [floor.lot(f"L-{n}") for n in range(self.lots)]
        for parent, child, at, until in self.edges:
            end = None if until is None else hour(until)
            floor.install(units[child], units[parent], hour(at), end)
        for unit, lot, at in self.consumed:
            floor.consume(units[unit], lots[lot], hour(at))
        for lot, at in self.batch:
            floor.consume_in_batch(lots[lot], hour(at))
        for source, target, at in self.moves:
            floor.move(lots[source], lots[target], hour(at))
        for n, (unit, at) in enumerate(self.shipped):
            floor.ship([units[unit]], f"S-{n}", hour(at))
        return units, lots

    # ---------- the same in plain Python ----------

    def at_risk(self, direct: Iterable[int], as_of: int | AsOf | None) -> set[int]:
        found = set(direct)
        while True:
            more = {p for p, c, *time in self.edges if c in found and _holds(time, as_of)}
            more |= {new for new, old in self.remade.items() if old in found}
            if more <= found:
                return found
            found |= more

    def of_lots(self, lots: Iterable[int], as_of: int | AsOf | None) -> set[int]:
        until = as_of if isinstance(as_of, int) else 1_000
        moves = [(s, t) for s, t, at in self.moves if at <= until]
        found = _walk(lots, [(t, s) for s, t in moves])
        found = _walk(found, moves)
        units = {u for u, lot, at in self.consumed if lot in found and at <= until}
        if any(lot in found and at <= until for lot, at in self.batch):
            units |= self.in_run
        return units

    def timed(self, lots: Iterable[int]) -> set[tuple[int, int]]:
        """Units with one of the lots or of those that share material, and since when."""
        found = _walk(lots, [(t, s) for s, t, _ in self.moves])
        found = _walk(found, [(s, t) for s, t, _ in self.moves])
        units = {(u, at) for u, lot, at in self.consumed if lot in found}
        return units | {(u, at) for lot, at in self.batch if lot in found for u in self.in_run}

    def as_shipped(self, direct: Iterable[tuple[int, int]]) -> set[int]:
        found = set()
        for unit, at in self.shipped:
            held, waiting = {unit}, [unit]
            while waiting:
                top = waiting.pop()
                for parent, child, *time in self.edges:
                    if parent == top and child not in held and _holds(time, at):
                        held.add(child)
                        waiting.append(child)
            if any(u in held and since <= at for u, since in direct):
                found.add(unit)
        return found


def _holds(time: list[Any], as_of: int | AsOf | None) -> bool:
    at, until = time
    if as_of is None:
        return until is None
    return isinstance(as_of, AsOf) or (at <= as_of and (until is None or until > as_of))


def _walk(start: Iterable[int], steps: list[tuple[int, int]]) -> set[int]:
    found = set(start)
    while more := {b for a, b in steps if a in found} - found:
        found |= more
    return found
