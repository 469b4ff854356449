"""Lots that units carry from reels on their places: edges by times, made again when told late."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime

from firstoff.db.inserts import delete_rows
from firstoff.db.models import Consumption, OperationRecord
from firstoff.services.genealogy.edges import write_edges
from firstoff.services.genealogy.picture import Picture, chunks
from firstoff.services.genealogy.readings import Drawn, Reel, carried
from firstoff.services.genealogy.taking import Pending

Pairs = dict[tuple[int, int], Reel]  # (unit, record of the reel)


def carried_edges(picture: Picture, pending: Pending, rewritten: Pairs) -> list[Drawn]:
    """What the units of this post carry, but where all of a unit's edges were made again."""
    found: list[Drawn] = []
    by_spot: dict[tuple[int, int], list[Reel]] = defaultdict(list)
    for spot, reels in picture.readings.reels.items():
        by_spot[spot[:2]] += reels
    for unit, done in pending.done:
        for reel in by_spot.get((done.run_id, done.seq), ()):
            if (unit.pk, reel.record) not in rewritten:
                found += carried([reel], [(unit.pk, done.ended_at)])
    return found


def write_carried(picture: Picture) -> Pairs:
    """Make again the edges of units done before, where a reel turned out to be on, or not."""
    changed = _changed(picture)
    if not changed:
        return {}
    units = {unit for unit, _ in changed}
    done = _all_done(units, {reel.spot[1] for reel in changed.values()})
    delete_rows(
        Consumption,
        ("unit_id", "lot_id", "record_id"),
        [(unit, reel.lot, record) for (unit, record), reel in changed.items()],
    )
    alive = {r.record for held in picture.readings.reels.values() for r in held}
    edges: list[Drawn] = []
    for (unit, record), reel in changed.items():
        if record in alive:
            times = done.get((unit, reel.spot[1]), ())
            edges += carried([reel], [(unit, at) for at in times])
    write_edges((), edges)
    return changed


def _changed(picture: Picture) -> Pairs:
    """Units stored before for which a reel was on, and is not any more, or the other way round."""
    readings = picture.readings
    found: Pairs = {}
    alive = {r.record: r for held in readings.reels.values() for r in held}
    for record in readings.moved_reels | readings.dead_reels.keys():
        now = alive.get(record)
        reel = now or readings.dead_reels.get(record)
        if reel is None:
            continue
        before = picture.reels_before.get(record)
        for unit, at in picture.done.get(reel.spot[:2], ()):
            was = before is not None and _within(before, at)
            if was != (now is not None and now.on(at)):
                found[unit, record] = reel
    return found


def _within(span: tuple[datetime, datetime | None], at: datetime) -> bool:
    return span[0] <= at and (span[1] is None or at < span[1])


def _all_done(units: Iterable[int], seqs: Iterable[int]) -> dict[tuple[int, int], list[datetime]]:
    """When the operations ended on these units, every time: by unit and operation."""
    found: dict[tuple[int, int], list[datetime]] = defaultdict(list)
    for some in chunks(units):
        rows = OperationRecord.objects.filter(unit__in=some, seq__in=list(seqs)).order_by("pk")
        for unit, seq, at in rows.values_list("unit_id", "seq", "ended_at"):
            found[unit, seq].append(at)
    return found
