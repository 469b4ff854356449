"""A record taken back: it stays, and what followed from it is undone (the newest first)."""

import json
from collections.abc import Callable, Sequence
from typing import Any

from firstoff.db.models import FloorRecord
from firstoff.errors import NotFound
from firstoff.rules.genealogy import Voided, check_voidable, moved_on
from firstoff.services.genealogy.material import settle, taken_from, undo_consume
from firstoff.services.genealogy.readings import Fact, Reel, Stand
from firstoff.services.genealogy.taking import Taking
from firstoff.terms import FloorKind, Place


def void(taking: Taking, record: Voided) -> None:
    """Raises Refused where something was recorded since that rests on it."""
    picture, at = taking.picture, taking.time_of(record)
    row = picture.voided.get(record.supersedes) or next(
        (r for r in taking.pending.floor if r.uid == record.supersedes), None
    )
    if row is None:
        raise NotFound(
            f"There is no record {record.supersedes} that can be taken back.",
            way_out="Records of the kinds from consume on can be; others are corrected by new "
            "ones.",
            field="supersedes",
        )
    check_voidable(row.kind, row.uid, voided=row.uid in picture.gone_back)
    fact = fact_of(row)
    undo = _UNDO.get(fact.kind)
    if undo is not None:
        undo(taking, fact)
    taking.put(
        record,
        FloorKind.VOID,
        {},
        at=at,
        run=row.run_id,
        unit=row.unit_id,
        seq=row.seq,
        supersedes=row,
    )
    picture.undo.add(picture.gone_back, row.uid)
    picture.undo.append(taking.pending.undone, fact)


def fact_of(row: FloorRecord) -> Fact:
    keys = json.loads(row.content)["keys"]
    return Fact(
        row.pk, FloorKind(row.kind), row.happened_at, row.run_id, row.unit_id, row.seq, keys
    )


def _loads(taking: Taking, fact: Fact) -> None:
    """The reel before it stays on its place until the next scan."""
    readings, undo = taking.picture.readings, taking.picture.undo
    spot = (fact.run or 0, fact.seq or 0, fact.keys["position"])
    before, reels = taken_from(taking, spot), readings.reels.get(spot, [])
    if fact.kind is FloorKind.LOAD:
        gone = next((reel for reel in reels if reel.record == fact.id), None)
        if gone is None:
            raise moved_on("load", "the reel")
        rest = [reel for reel in reels if reel is not gone]
        last = _ended_at(rest, gone)
        if last is not None:
            readings.end(last, gone.unloaded_at)
        undo.put(readings.reels, spot, rest)
        undo.put(readings.dead_reels, gone.record, gone)
    else:
        on = next(
            (r for r in reels if r.unloaded_at == fact.at and r.lot == fact.keys["lot"]), None
        )
        if on is not None:
            later = [r.loaded_at for r in reels if r.loaded_at >= fact.at and r is not on]
            readings.end(on, min(later, default=None))
    settle(taking, spot, before, fact.at)


def _ended_at(reels: Sequence[Reel], gone: Reel) -> Reel | None:
    """The reel that the other one had taken the place of."""
    ended = [r for r in reels if r.unloaded_at == gone.loaded_at and r.record != gone.record]
    return max(ended, key=lambda r: r.loaded_at, default=None)


def _install(taking: Taking, fact: Fact) -> None:
    readings, child = taking.picture.readings, fact.keys["child"]
    fitting = readings.fitted(child)
    if fitting is None or fitting.install != fact.id:
        raise moved_on("installation", _serial(taking, child))
    rest = [f for f in readings.fittings[child] if f is not fitting]
    taking.picture.undo.put(readings.fittings, child, rest)
    taking.picture.undo.append(readings.dead_fittings, fitting)
    _back(taking, "installation", [child], fact, Place.INSTALLED)


def _remove(taking: Taking, fact: Fact) -> None:
    readings, undo, child = taking.picture.readings, taking.picture.undo, fact.keys["child"]
    held = readings.fittings.get(child, [])
    fitting = next((f for f in held if f.remove == fact.id), None)
    if fitting is None or readings.fitted(child) is not None:
        raise moved_on("removal", _serial(taking, child))
    _demand(taking, "removal", child, fact, Place.STOCK)
    undo.change(fitting, "removed_at", None)
    undo.change(fitting, "remove", None)
    undo.add(readings.moved_children, child)
    readings.move(child, Place.INSTALLED, fitting.installed_at)


def _pack(taking: Taking, fact: Fact) -> None:
    readings, package = taking.picture.readings, fact.keys["package"]
    if readings.box(package).shipment is not None:
        raise moved_on("packing", taking.picture.package_code(package))
    _back(taking, "packing", fact.keys["units"], fact, Place.PACKED)
    for inner in fact.keys["packages"]:
        if readings.box(inner).inside != package:
            raise moved_on("packing", taking.picture.package_code(inner))
        readings.place_box(inner, inside=None, shipment=None)


def _unpack(taking: Taking, fact: Fact) -> None:
    readings, package = taking.picture.readings, fact.keys["package"]
    if readings.box(package).shipment is not None:
        raise moved_on("unpacking", taking.picture.package_code(package))
    for unit in fact.keys["units"]:
        _demand(taking, "unpacking", unit, fact, Place.STOCK)
        readings.move(unit, Place.PACKED, fact.at, package=package)
    for inner in fact.keys["packages"]:
        if readings.box(inner).inside is not None:
            raise moved_on("unpacking", taking.picture.package_code(inner))
        readings.place_box(inner, inside=package, shipment=None)


def _ship(taking: Taking, fact: Fact) -> None:
    readings, undo = taking.picture.readings, taking.picture.undo
    shipment, direct = fact.keys["shipment"], fact.keys["units"]
    packed = [pair for box in fact.keys["packages"] for pair in readings.everything_in(box)]
    _back(taking, "shipment", direct, fact, Place.SHIPPED)
    for unit, box in packed:
        _demand(taking, "shipment", unit, fact, Place.SHIPPED)
        readings.move(unit, Place.PACKED, fact.at, package=box)
    for unit in (*direct, *(unit for unit, _ in packed)):
        undo.put(readings.gone, (unit, shipment), readings.gone[unit, shipment])
        undo.add(readings.dead_gone, (unit, shipment))
    for package in fact.keys["packages"]:
        for box in readings.boxes_of(package):
            readings.place_box(box, inside=readings.box(box).inside, shipment=None)


def _ship_cancel(taking: Taking, fact: Fact) -> None:
    readings, undo = taking.picture.readings, taking.picture.undo
    shipment = fact.keys["shipment"]
    for unit in fact.keys["units"]:
        gone = readings.gone[unit, shipment]
        place = Place.STOCK if gone.package is None else Place.PACKED
        _demand(taking, "cancellation", unit, fact, place)
        readings.move(unit, Place.SHIPPED, fact.at, package=gone.package, shipment=shipment)
        undo.change(gone, "cancelled_at", None)
        undo.add(readings.moved_gone, (unit, shipment))
    for package in fact.keys["packages"]:
        readings.place_box(package, inside=readings.box(package).inside, shipment=shipment)


def _scrap(taking: Taking, fact: Fact) -> None:
    _back(taking, "scrapping", [fact.unit or 0], fact, Place.SCRAPPED)


def _return(taking: Taking, fact: Fact) -> None:
    unit = fact.unit or 0
    _demand(taking, "return", unit, fact, Place.RETURNED)
    taking.picture.readings.move(
        unit,
        Place.SHIPPED,
        fact.at,
        package=fact.keys["package"],
        shipment=fact.keys["shipment"],
    )


def _rework(taking: Taking, fact: Fact) -> None:
    """Only while nothing was done again."""
    picture, unit = taking.picture, fact.unit or 0
    attempt = fact.keys.get("attempt", 0)
    made = picture.by_key.get(unit)
    if made is not None and made.run_id is not None:
        done = picture.floor(picture.runs[made.run_id]).history(made.serial).done
        if any(n >= attempt for n, _ in done):
            raise moved_on("rework", made.serial)
        picture.undo.put(picture.attempts, unit, max(1, attempt - 1))
    _back(taking, "rework", [unit], fact, Place.IN_PROCESS)


def _back(taking: Taking, what: str, units: Sequence[int], fact: Fact, place: Place) -> None:
    """The units are where they were before the record."""
    before: Any = fact.keys["before"] if units else ""
    for index, unit in enumerate(units):
        _demand(taking, what, unit, fact, place)
        was = before if isinstance(before, str) else before[index]
        taking.picture.readings.move(unit, Place(was), fact.at)


def _demand(taking: Taking, what: str, unit: int, fact: Fact, place: Place) -> None:
    """Raises Refused where the unit went on since the record put it there."""
    stand = taking.picture.readings.stands.get(unit, Stand())
    if stand.place is not place or (stand.since is not None and stand.since > fact.at):
        raise moved_on(what, _serial(taking, unit))


def _serial(taking: Taking, unit: int) -> str:
    found = taking.picture.by_key.get(unit)
    return found.serial if found is not None else "the unit"


_UNDO: dict[FloorKind, Callable[[Taking, Fact], None]] = {
    FloorKind.CONSUME: undo_consume,
    FloorKind.LOAD: _loads,
    FloorKind.UNLOAD: _loads,
    FloorKind.INSTALL: _install,
    FloorKind.REMOVE: _remove,
    FloorKind.PACK: _pack,
    FloorKind.UNPACK: _unpack,
    FloorKind.SHIP: _ship,
    FloorKind.SHIP_CANCEL: _ship_cancel,
    FloorKind.SCRAP: _scrap,
    FloorKind.RETURN: _return,
    FloorKind.REWORK: _rework,
}
