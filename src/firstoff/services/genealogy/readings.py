"""What follows from the records: where everything is and what is in what.

The same steps make the readings as records come in, on the part of the site that a post names,
and make them again from all records (``rebuild``). Nothing here asks whether something may happen,
and nothing reads or writes a table.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any

from firstoff.services.supply import Undo
from firstoff.terms import FloorKind, Place

Spot = tuple[int, int, str]  # run, operation, position


@dataclass(frozen=True, slots=True)
class Fact:
    """A floor record as far as readings follow from it. ``keys`` are those of what it names."""

    id: int
    kind: FloorKind
    at: datetime
    run: int | None = None
    unit: int | None = None
    seq: int | None = None
    keys: Mapping[str, Any] = field(default_factory=dict)


@dataclass(slots=True, eq=False)
class Stand:
    """Where a unit is. ``stored``: it has a row."""

    place: Place = Place.IN_PROCESS
    since: datetime | None = None
    package: int | None = None
    shipment: int | None = None

    @property
    def told(self) -> tuple[str, int | None, int | None]:
        return str(self.place), self.package, self.shipment


@dataclass(slots=True, eq=False)
class Fitting:
    """A subassembly in its parent, now or once."""

    parent: int
    child: int
    position: str
    installed_at: datetime
    install: int  # the record
    removed_at: datetime | None = None
    remove: int | None = None
    seq: int = 0  # as it is stored; 0: it is not


@dataclass(frozen=True, slots=True)
class Drawn:
    """A quantity of a lot in a unit or a batch."""

    holder: int
    lot: int
    quantity: Decimal
    record: int


@dataclass(slots=True, eq=False)
class Reel:
    """A lot on its place, from its scan to the next one."""

    record: int
    spot: Spot
    lot: int
    per_unit: Decimal | None
    loaded_at: datetime
    unloaded_at: datetime | None = None

    def on(self, at: datetime) -> bool:
        return self.loaded_at <= at and (self.unloaded_at is None or at < self.unloaded_at)


@dataclass(slots=True, eq=False)
class Box:
    """A package: in which one it is, with which shipment it left."""

    inside: int | None = None
    shipment: int | None = None


@dataclass(slots=True, eq=False)
class Gone:
    """A unit in a shipment."""

    package: int | None
    cancelled_at: datetime | None = None


@dataclass(slots=True)
class Readings:
    """Readings of a site, or of the part of it that a post names; keys throughout."""

    undo: Undo = field(default_factory=Undo)
    stands: dict[int, Stand] = field(default_factory=dict)  # by unit
    boxes: dict[int, Box] = field(default_factory=dict)  # by package
    units_in: dict[int, set[int]] = field(default_factory=dict)  # by package
    boxes_in: dict[int, set[int]] = field(default_factory=dict)
    fittings: dict[int, list[Fitting]] = field(default_factory=dict)  # by child, in time
    gone: dict[tuple[int, int], Gone] = field(default_factory=dict)  # by unit, shipment
    reels: dict[Spot, list[Reel]] = field(default_factory=dict)  # in time
    consumed: list[Drawn] = field(default_factory=list)  # into units, by records of their own
    batch_consumed: list[Drawn] = field(default_factory=list)
    # what a post changed, by key: only that is written
    moved_units: set[int] = field(default_factory=set)
    moved_boxes: set[int] = field(default_factory=set)
    moved_children: set[int] = field(default_factory=set)
    moved_gone: set[tuple[int, int]] = field(default_factory=set)
    moved_reels: set[int] = field(default_factory=set)  # by record
    dead_reels: dict[int, Reel] = field(default_factory=dict)  # taken back, by record
    dead_fittings: list[Fitting] = field(default_factory=list)
    dead_gone: set[tuple[int, int]] = field(default_factory=set)

    # ------------------------------------------------------------ asking

    def stand(self, unit: int) -> Stand:
        found = self.stands.get(unit)
        if found is None:
            found = Stand()
            self.undo.put(self.stands, unit, found)
        return found

    def box(self, package: int) -> Box:
        found = self.boxes.get(package)
        if found is None:
            found = Box()
            self.undo.put(self.boxes, package, found)
        return found

    def fitted(self, child: int) -> Fitting | None:
        """Where it is installed now."""
        return next((f for f in self.fittings.get(child, ()) if f.removed_at is None), None)

    def inside(self) -> Mapping[int, int]:
        """What is installed now: child to parent."""
        return _Inside(self)

    def everything_in(self, package: int) -> Iterator[tuple[int, int]]:
        """(unit, package it lies in), through every level."""
        todo, seen = [package], {package}
        while todo:
            box = todo.pop()
            yield from ((unit, box) for unit in sorted(self.units_in.get(box, ())))
            inner = self.boxes_in.get(box, set()) - seen
            seen |= inner
            todo += sorted(inner)

    def boxes_of(self, package: int) -> set[int]:
        """The package and those inside it, through every level."""
        found, todo = {package}, [package]
        while todo:
            inner = self.boxes_in.get(todo.pop(), set()) - found
            found |= inner
            todo += inner
        return found

    def reels_at(self, run: int, seq: int, at: datetime) -> Iterator[Reel]:
        for (of, operation, _), reels in self.reels.items():
            if of == run and operation == seq:
                yield from (reel for reel in reels if reel.on(at))

    # ------------------------------------------------------------ following

    def follow(self, fact: Fact) -> None:
        """What the record does to the readings."""
        step = _STEPS.get(fact.kind)
        if step is not None:
            step(self, fact)

    def move(
        self,
        unit: int,
        place: Place,
        at: datetime,
        *,
        package: int | None = None,
        shipment: int | None = None,
    ) -> None:
        stand, undo = self.stand(unit), self.undo
        if stand.package is not None and stand.package != package:
            undo.put(self.units_in, stand.package, self.units_in[stand.package] - {unit})
        if package is not None and stand.package != package:
            undo.put(self.units_in, package, self.units_in.get(package, set()) | {unit})
        undo.put(self.stands, unit, Stand(place, at, package, shipment))
        undo.add(self.moved_units, unit)

    def finish(self, unit: int, at: datetime) -> None:
        """The unit came to the end of its route: it is in stock, unless it went on already."""
        stand = self.stands.get(unit)
        if stand is None or (
            stand.place is Place.IN_PROCESS and (stand.since is None or stand.since <= at)
        ):
            self.move(unit, Place.STOCK, at)

    def place_box(self, package: int, *, inside: int | None, shipment: int | None) -> None:
        box, undo = self.box(package), self.undo
        if box.inside is not None and box.inside != inside:
            undo.put(self.boxes_in, box.inside, self.boxes_in[box.inside] - {package})
        if inside is not None and box.inside != inside:
            undo.put(self.boxes_in, inside, self.boxes_in.get(inside, set()) | {package})
        undo.put(self.boxes, package, Box(inside, shipment))
        undo.add(self.moved_boxes, package)

    def _consume(self, fact: Fact) -> None:
        holder, held = (
            (fact.unit, self.consumed)
            if fact.unit is not None
            else (fact.run, self.batch_consumed)
        )
        if holder is None:
            raise TypeError("a consumption without a holder")
        for lot, quantity in fact.keys["items"]:
            self.undo.append(held, Drawn(holder, lot, Decimal(quantity), fact.id))

    def _load(self, fact: Fact) -> None:
        spot, per_unit = _spot(fact), fact.keys["per_unit"]
        reels = self.reels.get(spot, [])
        on = next((reel for reel in reels if reel.on(fact.at)), None)
        later = [reel.loaded_at for reel in reels if reel.loaded_at > fact.at]
        until = on.unloaded_at if on is not None else min(later, default=None)
        if on is not None:
            self.end(on, fact.at)
        reel = Reel(
            fact.id,
            spot,
            fact.keys["lot"],
            None if per_unit is None else Decimal(per_unit),
            fact.at,
            until,
        )
        order = sorted([*reels, reel], key=lambda r: (r.loaded_at, r.record))
        self.undo.put(self.reels, spot, order)
        self.undo.add(self.moved_reels, reel.record)

    def _unload(self, fact: Fact) -> None:
        for reel in self.reels.get(_spot(fact), ()):
            if reel.on(fact.at):
                self.end(reel, fact.at)

    def end(self, reel: Reel, at: datetime | None) -> None:
        self.undo.change(reel, "unloaded_at", at)
        self.undo.add(self.moved_reels, reel.record)

    def _install(self, fact: Fact) -> None:
        child, parent = fact.keys["child"], fact.unit
        if parent is None:
            raise TypeError("an installation without a parent")
        fitting = Fitting(parent, child, fact.keys.get("position", ""), fact.at, fact.id)
        self.undo.put(self.fittings, child, [*self.fittings.get(child, ()), fitting])
        self.undo.add(self.moved_children, child)
        self.move(child, Place.INSTALLED, fact.at)

    def _remove(self, fact: Fact) -> None:
        fitting = self.fitted(fact.keys["child"])
        if fitting is None:
            return
        self.undo.change(fitting, "removed_at", fact.at)
        self.undo.change(fitting, "remove", fact.id)
        self.undo.add(self.moved_children, fitting.child)
        self.move(fitting.child, Place.STOCK, fact.at)

    def _pack(self, fact: Fact) -> None:
        package = fact.keys["package"]
        self.box(package)
        for unit in fact.keys["units"]:
            self.move(unit, Place.PACKED, fact.at, package=package)
        for inner in fact.keys["packages"]:
            self.place_box(inner, inside=package, shipment=None)

    def _unpack(self, fact: Fact) -> None:
        for unit in fact.keys["units"]:
            self.move(unit, Place.STOCK, fact.at)
        for inner in fact.keys["packages"]:
            self.place_box(inner, inside=None, shipment=None)

    def _ship(self, fact: Fact) -> None:
        shipment = fact.keys["shipment"]
        leaving: list[tuple[int, int | None]] = [(unit, None) for unit in fact.keys["units"]]
        for package in fact.keys["packages"]:
            leaving += self.everything_in(package)
            for box in self.boxes_of(package):
                self.place_box(box, inside=self.box(box).inside, shipment=shipment)
        for unit, box_of in leaving:
            self.move(unit, Place.SHIPPED, fact.at, package=box_of, shipment=shipment)
            self.undo.put(self.gone, (unit, shipment), Gone(box_of))
            self.undo.add(self.moved_gone, (unit, shipment))

    def _ship_cancel(self, fact: Fact) -> None:
        shipment = fact.keys["shipment"]
        for unit in fact.keys["units"]:
            gone = self.gone[unit, shipment]
            self.undo.put(self.gone, (unit, shipment), Gone(gone.package, fact.at))
            self.undo.add(self.moved_gone, (unit, shipment))
            place = Place.STOCK if gone.package is None else Place.PACKED
            self.move(unit, place, fact.at, package=gone.package)
        for package in fact.keys["packages"]:
            self.place_box(package, inside=self.box(package).inside, shipment=None)

    def _unit_moves(self, fact: Fact) -> None:
        if fact.unit is None:
            raise TypeError("a record about no unit")
        place, stand, since = _PLACES[fact.kind], self.stands.get(fact.unit), fact.at
        if place is Place.IN_PROCESS and stand is not None and stand.since is not None:
            back = stand.place in (Place.STOCK, Place.RETURNED) and stand.since <= fact.at
            if not back and stand.place is not Place.IN_PROCESS:
                return  # it went on since
            since = max(stand.since, fact.at)
        self.move(fact.unit, place, since)


class _Inside(Mapping[int, int]):
    """Child to parent, of what is installed now."""

    def __init__(self, readings: Readings) -> None:
        self._readings = readings

    def __getitem__(self, child: int) -> int:
        fitting = self._readings.fitted(child)
        if fitting is None:
            raise KeyError(child)
        return fitting.parent

    def __iter__(self) -> Iterator[int]:
        return (c for c in self._readings.fittings if self._readings.fitted(c) is not None)

    def __len__(self) -> int:
        return sum(1 for _ in self)


_PLACES = {
    FloorKind.SCRAP: Place.SCRAPPED,
    FloorKind.RETURN: Place.RETURNED,
    FloorKind.REWORK: Place.IN_PROCESS,
}
_STEPS = {
    FloorKind.CONSUME: Readings._consume,
    FloorKind.LOAD: Readings._load,
    FloorKind.UNLOAD: Readings._unload,
    FloorKind.INSTALL: Readings._install,
    FloorKind.REMOVE: Readings._remove,
    FloorKind.PACK: Readings._pack,
    FloorKind.UNPACK: Readings._unpack,
    FloorKind.SHIP: Readings._ship,
    FloorKind.SHIP_CANCEL: Readings._ship_cancel,
    FloorKind.SCRAP: Readings._unit_moves,
    FloorKind.RETURN: Readings._unit_moves,
    FloorKind.REWORK: Readings._unit_moves,
}


def _spot(fact: Fact) -> Spot:
    if fact.run is None or fact.seq is None:
        raise TypeError("a reel without a place")
    return fact.run, fact.seq, fact.keys.get("position", "")


def carried(reels: Iterable[Reel], done: Iterable[tuple[int, datetime]]) -> Iterator[Drawn]:
    """What units took from reels: one edge for each time the operation ended while one was on.

    done: (unit, when the operation ended); all reels are of that operation.
    """
    ended = list(done)
    for reel in reels:
        for unit, at in ended:
            if reel.on(at):
                yield Drawn(unit, reel.lot, reel.per_unit or Decimal(0), reel.record)
