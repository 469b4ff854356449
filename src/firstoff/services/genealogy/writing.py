"""What was planned, written in few statements: records first, then what follows from them."""

from datetime import datetime

from django.db import connection

from firstoff.db.fields import PLACES
from firstoff.db.inserts import delete_rows, upsert_rows
from firstoff.db.models import (
    Assembly,
    BatchConsumption,
    Consumption,
    Equipment,
    EquipmentUse,
    Load,
    PackageState,
    ShippedUnit,
    UnitState,
)
from firstoff.services.genealogy.carrying import carried_edges, write_carried
from firstoff.services.genealogy.edges import write_batch_edges, write_edges
from firstoff.services.genealogy.picture import Picture
from firstoff.services.genealogy.readings import Readings
from firstoff.services.genealogy.roots import write_roots
from firstoff.services.genealogy.taking import Pending
from firstoff.services.ledger import Entry
from firstoff.terms import FloorKind


def write_records(entry: Entry, picture: Picture, pending: Pending) -> None:
    """Parents before children, one table at a time."""
    picture.book.write_records(entry)
    picture.orders.write(entry)
    pending.execution.write(entry)
    entry.add_all(pending.contexts)
    entry.add_all(pending.attachments)
    entry.add_all(pending.packages)
    entry.add_all(pending.shipments)
    entry.add_all(pending.floor)
    entry.add_all(pending.parameters)
    entry.add_all(pending.calibrations)
    for machine in pending.calibrated.values():
        Equipment.objects.filter(pk=machine.pk).update(calibration_due=machine.calibration_due)


def write_readings(entry: Entry, picture: Picture, pending: Pending) -> None:
    readings = picture.readings
    picture.book.write_balances(entry)
    changed = _write_consumed(entry, picture, pending)
    _write_fittings(readings)
    _write_boxes(readings)
    _write_stands(readings)
    _write_gone(readings)
    _write_uses(pending)
    changed |= readings.moved_children | {f.child for f in readings.dead_fittings}
    new = {unit.pk for unit in pending.execution.units}
    left = {unit for unit, _ in readings.moved_gone | readings.dead_gone}
    entry.units |= changed | left | readings.moved_units
    taken = bool(pending.undone or readings.dead_gone or readings.dead_fittings) or any(
        readings.gone[key].cancelled_at for key in readings.moved_gone
    )
    write_roots((changed - new) | left, shrinking=taken, lots=_undone_lots(pending))


def _undone_lots(pending: Pending) -> set[int]:
    return {
        lot
        for fact in pending.undone
        if fact.kind is FloorKind.CONSUME
        for lot, _ in fact.keys["items"]
    }


def _write_consumed(entry: Entry, picture: Picture, pending: Pending) -> set[int]:
    """Edges of lots in units and batches; the units whose edges changed."""
    readings = picture.readings
    gone = {fact.id for fact in pending.undone}
    _undo_consumed(pending)
    units = [d for d in readings.consumed if d.record not in gone]
    batches = [d for d in readings.batch_consumed if d.record not in gone]
    _write_reels(readings)
    rewritten = write_carried(picture)
    carried = carried_edges(picture, pending, rewritten)
    new = {unit.pk for unit in pending.execution.units}
    write_edges(units, carried, fresh=new)
    write_batch_edges(batches)
    entry.lots |= {d.lot for d in (*units, *batches, *carried)}
    changed = {d.holder for d in (*units, *carried)} | {unit for unit, _ in rewritten}
    return changed | {f.unit for f in pending.undone if f.unit is not None}


def _undo_consumed(pending: Pending) -> None:
    undone = [f for f in pending.undone if f.kind is FloorKind.CONSUME]
    for model, name, holder in (
        (Consumption, "unit_id", "unit"),
        (BatchConsumption, "run_id", "run"),
    ):
        rows = [
            (getattr(fact, holder), lot, fact.id)
            for fact in undone
            if (fact.unit is None) == (holder == "run")
            for lot, _ in fact.keys["items"]
        ]
        delete_rows(model, (name, "lot_id", "record_id"), rows)


def _write_reels(readings: Readings) -> None:
    dead = readings.dead_reels
    alive = {r.record: r for held in readings.reels.values() for r in held}
    rows = [
        (
            reel.record,
            reel.spot[0],
            reel.spot[1],
            reel.spot[2],
            reel.lot,
            None if reel.per_unit is None else int(reel.per_unit.scaleb(PLACES)),
            _time(reel.loaded_at),
            _time(reel.unloaded_at),
        )
        for key in sorted(readings.moved_reels - dead.keys())
        if (reel := alive.get(key)) is not None
    ]
    delete_rows(Load, ("record_id",), [(key,) for key in sorted(dead)])
    names = ("record_id", "run_id", "operation", "position", "lot_id", "per_unit", "loaded_at")
    upsert_rows(Load, (*names, "unloaded_at"), rows)


def _write_fittings(readings: Readings) -> None:
    columns = ("parent_id", "child_id", "seq")
    delete_rows(
        Assembly, columns, [(f.parent, f.child, f.seq) for f in readings.dead_fittings if f.seq]
    )
    ended, begun = [], []
    for child in sorted(readings.moved_children):
        held = readings.fittings.get(child, [])
        for fitting in held:
            if fitting.seq:
                ended.append(fitting)
                continue
            same = [f.seq for f in held if f.parent == fitting.parent]
            fitting.seq = max(same) + 1
            begun.append(fitting)
    times = ("installed_at", "removed_at")
    names = (*columns, "position", *times, "install_record_id", "remove_record_id")
    for found in (ended, begun):  # out of one before into another: in one place at a time
        rows = [
            (
                f.parent,
                f.child,
                f.seq,
                f.position,
                _time(f.installed_at),
                _time(f.removed_at),
                f.install,
                f.remove,
            )
            for f in found
        ]
        upsert_rows(Assembly, names, rows)


def _write_boxes(readings: Readings) -> None:
    rows = [
        (key, readings.boxes[key].inside, readings.boxes[key].shipment)
        for key in sorted(readings.moved_boxes)
    ]
    upsert_rows(PackageState, ("package_id", "inside_id", "shipment_id"), rows)


def _write_stands(readings: Readings) -> None:
    rows = [
        (key, s.place.value, _time(s.since), s.package, s.shipment, 0)
        for key in sorted(readings.moved_units)
        for s in (readings.stands[key],)
    ]
    names = ("unit_id", "place", "since", "package_id", "shipment_id", "holds")
    upsert_rows(UnitState, names, rows, keep=("holds",))


def _write_gone(readings: Readings) -> None:
    columns = ("unit_id", "shipment_id")
    delete_rows(ShippedUnit, columns, sorted(readings.dead_gone))
    rows = [
        (*key, readings.gone[key].package, _time(readings.gone[key].cancelled_at))
        for key in sorted(readings.moved_gone - readings.dead_gone)
    ]
    upsert_rows(ShippedUnit, (*columns, "package_id", "cancelled_at"), rows)


def _write_uses(pending: Pending) -> None:
    rows = sorted(pending.uses.items())
    upsert_rows(EquipmentUse, ("equipment_id", "uses"), rows, add=("uses",))


def _time(at: datetime | None) -> object:
    return connection.ops.adapt_datetimefield_value(at)
