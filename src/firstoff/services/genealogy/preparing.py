"""What the records of a post have to know, kind by kind: only what they ask for is read."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from firstoff.db.models import Unit
from firstoff.rules.genealogy import (
    Loaded,
    LotReceived,
    OperationDone,
    Posted,
    Reworked,
    Shipped,
    UnitBegun,
    UnitResult,
    Unloaded,
)
from firstoff.services.genealogy.naming import Names
from firstoff.services.genealogy.picture import Picture
from firstoff.services.genealogy.reading import (
    read_all,
    read_attempts,
    read_done,
    read_floors,
    read_reels,
    read_tests,
)
from firstoff.terms import FloorKind

_ROUTED = (OperationDone, UnitResult, Reworked)
_REELED = (FloorKind.LOAD, FloorKind.UNLOAD)


def prepare(picture: Picture, records: Sequence[Posted], names: Names) -> None:
    """Read everything at once, before the first record is planned."""
    read_all(picture, names)
    leaving = _units(picture, names.leaving)
    if any(isinstance(record, Shipped) for record in records):
        packed = {unit for held in picture.readings.units_in.values() for unit in held}
        leaving.update((key, picture.by_key[key]) for key in packed)
    routed = _units(picture, _named(records))
    read_floors(picture, {**leaving, **routed}.values())
    _know_begun(picture, records)
    read_tests(picture, leaving)
    if any(isinstance(record, OperationDone | Reworked) for record in records):
        read_attempts(picture, routed)
    _read_reels(picture, records)
    came = [(r.part, r.order) for r in records if isinstance(r, LotReceived) and r.order]
    picture.orders.read(came)


def _units(picture: Picture, named: Iterable[tuple[str, str, str]]) -> dict[int, Unit]:
    """The units that go by these names (part, batch, serial), as far as anybody recorded them."""
    found: dict[int, Unit] = {}
    for part, batch, serial in named:
        run = picture.batches.get(batch)
        known = run.program.part if run else picture.book.parts.get(part)
        unit = picture.units.get((known.pk, serial)) if known else None
        if unit is not None:
            found[unit.pk] = unit
    return found


def _named(records: Sequence[Posted]) -> list[tuple[str, str, str]]:
    return [
        (record.part, record.batch, record.serial)
        for record in records
        if isinstance(record, _ROUTED) and record.serial
    ]


def _know_begun(picture: Picture, records: Sequence[Posted]) -> None:
    """A serial that is to begin in a batch may have begun, there or elsewhere."""
    by_batch: dict[str, list[Unit]] = {}
    for record in records:
        run = picture.batches.get(record.batch) if isinstance(record, UnitBegun) else None
        if run is None or not isinstance(record, UnitBegun):
            continue
        unit = picture.units.get((run.program.part_id, record.serial))
        if unit is not None:
            by_batch.setdefault(record.batch, []).append(unit)
    for batch, units in by_batch.items():
        floor = picture.floor(picture.batches[batch])
        here = {u.serial: u for u in units if u.run_id == floor.run.pk}
        floor.units.update(here)
        floor.elsewhere.update((u.serial, u) for u in units if u.serial not in here)


def _read_reels(picture: Picture, records: Sequence[Posted]) -> None:
    """Reels at the operations that records name; and who was done there since, where a reel is
    told of now."""
    spots: set[tuple[int, int]] = set()
    told: set[tuple[int, int]] = set()
    times: list[datetime] = []
    late: list[datetime] = []
    for record in records:
        at = record.at or picture.at
        if isinstance(record, OperationDone) and record.serial:
            unit = next(iter(_units(picture, _named([record])).values()), None)
            run = unit.run_id if unit else _run_of(picture, record.batch)
            spots |= {(run, record.operation)} if run else set()
            times.append(record.ended_at or at)
        elif isinstance(record, Loaded | Unloaded) and record.batch in picture.batches:
            told.add((picture.batches[record.batch].pk, record.operation))
            late.append(at)
    for row in picture.voided.values():
        if row.kind in _REELED and row.run_id is not None and row.seq is not None:
            told.add((row.run_id, row.seq))
            late.append(row.happened_at)
    if spots or told:
        read_reels(picture, spots | told, min([*times, *late]))
    if told:
        read_done(picture, told, min(late))


def _run_of(picture: Picture, batch: str) -> int | None:
    run = picture.batches.get(batch)
    return run.pk if run else None
