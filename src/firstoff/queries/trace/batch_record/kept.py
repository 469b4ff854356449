"""Units of a run looked at once and then only read on.

A run of ten thousand units has sixty thousand operations and more material edges; reading all of
them after each new record would take seconds. Records are only ever added, so those that a later
entry of the ledger touched are read again, and nothing else.
"""

from collections import OrderedDict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from threading import Lock

from django.db import connection

from firstoff.db.models import LedgerEntry
from firstoff.queries.ledger import Head, head
from firstoff.queries.trace.batch_record.units import Wanted, looks
from firstoff.rules.plan import BaselineFacts
from firstoff.rules.trace.batch_record import Gathered, Look, gather, plan_asks
from firstoff.terms import FloorKind

_MOST_UNITS = 200_000  # over all runs held; about two kilobytes each
_STRETCH = 200  # units gathered together
_MOST_TOUCHED = 500  # more are read faster with all the others


@dataclass(frozen=True, slots=True)
class Held:
    """The units of a run as they were at an entry. The hash tells whether that entry is still
    there: a backup brought back, or a transaction taken back, leaves another one."""

    at: Head
    limit: float | None  # seconds of the bar that they were judged by
    units: Mapping[int, Look]
    stretches: Mapping[int, Gathered]  # by position over _STRETCH


_held: OrderedDict[int, Held] = OrderedDict()
_lock = Lock()


def forget() -> None:
    """Read everything anew the next time."""
    with _lock:
        _held.clear()


def units_of(run_id: int, definition: BaselineFacts, *, limit: float | None, at: Head) -> Held:
    """Every unit of the run looked at, by its key, as the records stand at ``at``.

    Two queries where nothing is new; fifteen else, whatever the size of the run.
    """
    plan = plan_asks(definition)
    known = _still_true(run_id, limit, at)
    if known is not None and known.at.seq == at.seq:
        return known
    new = None if known is None else _touched(run_id, known.at.seq)
    if known is None or new is None or len(new) > _MOST_TOUCHED:
        units = looks(Wanted(run_id), plan, definition, max_seconds=limit)
        found = Held(at, limit, units, _stretches(units.values()))
    elif new:
        fresh = looks(Wanted(run_id, tuple(new)), plan, definition, max_seconds=limit)
        units = {**known.units, **fresh}
        moved = {one.position // _STRETCH for one in fresh.values()}
        around = (one for one in units.values() if one.position // _STRETCH in moved)
        found = Held(at, limit, units, {**known.stretches, **_stretches(around)})
    else:
        found = Held(at, limit, known.units, known.stretches)
    _keep(run_id, found)
    return found


def _stretches(units: Iterable[Look]) -> dict[int, Gathered]:
    by_stretch: dict[int, list[Look]] = {}
    for one in units:
        by_stretch.setdefault(one.position // _STRETCH, []).append(one)
    return {key: gather(some) for key, some in by_stretch.items()}


def _still_true(run_id: int, limit: float | None, at: Head) -> Held | None:
    with _lock:
        known = _held.get(run_id)
    if known is None or known.limit != limit or known.at.seq > at.seq:
        return None
    entry = LedgerEntry.objects.filter(pk=known.at.seq)
    held: str | None = entry.values_list("hash", flat=True).first()
    return known if held == known.at.hash else None


def _keep(run_id: int, found: Held) -> None:
    if head() != found.at:
        return  # somebody recorded meanwhile: what was read may be of later than it says
    with _lock:
        _held[run_id] = found
        _held.move_to_end(run_id)
        size = sum(len(held.units) for held in _held.values())
        while size > _MOST_UNITS and len(_held) > 1:
            size -= len(_held.popitem(last=False)[1].units)


# The entry is asked for first: few records are new, and many belong to the run. The sum keeps
# SQLite from walking all records of the run by the index of runs.
_BY_RUN = "SELECT {unit}, {kind} FROM {table} WHERE entry_id > %s AND run_id + 0 = %s"
_TABLES = (
    ("firstoff_unit", "id", "''"),
    ("firstoff_operationrecord", "unit_id", "''"),
    ("firstoff_judgement", "unit_id", "''"),
    ("firstoff_testrecord", "unit_id", "''"),
    ("firstoff_floorrecord", "unit_id", "kind"),
)
_FOUND = (
    "SELECT m.unit_id, '' FROM firstoff_containmentfinding f "
    "JOIN firstoff_containedunit m ON m.id = f.member_id "
    "JOIN firstoff_unit u ON u.id = m.unit_id WHERE f.entry_id > %s AND u.run_id + 0 = %s"
)
_TOUCHED = " UNION ".join(
    [*(_BY_RUN.format(unit=u, kind=k, table=t) for t, u, k in _TABLES), _FOUND]
)
# What changes units that it does not name: reels, and records taken back.
_WIDE = frozenset({FloorKind.LOAD, FloorKind.UNLOAD, FloorKind.VOID})


def _touched(run_id: int, after: int) -> set[int] | None:
    """Units that something was recorded about after an entry; None: any of them. One query."""
    with connection.cursor() as cursor:
        cursor.execute(_TOUCHED, [after, run_id] * (len(_TABLES) + 1))
        rows = cursor.fetchall()
    if any(kind in _WIDE for _, kind in rows):
        return None
    return {unit for unit, _ in rows if unit is not None}
