"""Whether units of containments are still where they were when they were counted.

Counting a hundred thousand units takes a fifth of a second, and most of what is recorded moves
none of them: tests, consumption, what is done to other units. A count is kept with the entry of
the ledger at which it was made. While the chain leads on from there and no later entry can have
moved or judged a unit of the containment, it stays true; else it is counted again.
"""

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from django.db import connection

from firstoff.db.models import (
    Assembly,
    Attachment,
    Calibration,
    ContainedUnit,
    FloorRecord,
    Judgement,
    LedgerEntry,
    Lot,
    LotMove,
    LotStatusRecord,
    OperationContext,
    OperationRecord,
    ParameterReading,
    ProcedureRevision,
    Record,
    TestRecord,
    Unit,
)
from firstoff.terms import FloorKind

T = TypeVar("T")

_FOLLOWED = 500  # entries that are looked through; counting again costs no more than that


def _tables(*models: type[Record]) -> frozenset[str]:
    return frozenset(model._meta.db_table for model in models)


# A unit that is new is in no containment; one that joins writes to another table too.
_STILL = _tables(
    Attachment,
    Calibration,
    Lot,
    LotMove,
    LotStatusRecord,
    OperationContext,
    ParameterReading,
    TestRecord,
    Unit,
) | {ProcedureRevision._meta.db_table}
# What finishes a unit, reworks it or takes it away; of floor records, those that name it.
_OF_UNITS = _tables(FloorRecord, Judgement, OperationRecord)
_STANDS = (FloorKind.CONSUME, FloorKind.LOAD, FloorKind.UNLOAD, FloorKind.LABEL)
_OF_ONE = (FloorKind.REWORK, FloorKind.REPAIR, FloorKind.SCRAP)


@dataclass(frozen=True, slots=True)
class _Head:
    seq: int
    hash: str


class Unmoved(Generic[T]):
    """Values by containment, each as long as none of its units can have moved."""

    def __init__(self, most: int = 500) -> None:
        self._most = most  # containments whose value is kept
        self._kept: dict[int, tuple[_Head, T]] = {}

    def of(
        self, keys: Sequence[int], count: Callable[[Sequence[int]], Mapping[int, T]]
    ) -> dict[int, T]:
        """One or two queries, and those of ``count`` where some have to be counted (again).

        Within a transaction everything is counted: what it wrote may be taken back.
        """
        if connection.in_atomic_block:
            return dict(count(keys))
        held = {key: self._kept[key] for key in keys if key in self._kept}
        # Read before anything is counted: what is written meanwhile is looked at the next time.
        head, found = _still(held)
        missing = [key for key in keys if key not in found]
        if missing:
            found.update(count(missing))
        if head is not None:
            if len(self._kept) >= self._most:
                self._kept.clear()
            self._kept.update((key, (head, value)) for key, value in found.items())
        return found


def _still(held: Mapping[int, tuple[_Head, T]]) -> tuple[_Head | None, dict[int, T]]:
    """The head of the chain, and those of the values that are true at it."""
    since = min((head.seq for head, _ in held.values()), default=None)
    rows = _entries(since)
    if not rows or len(rows) > _FOLLOWED:
        rows = _entries(None)
        return (_Head(*rows[-1][:2]) if rows else None), {}
    head = _Head(*rows[-1][:2])
    hashes = {seq: hash for seq, hash, _ in rows}
    moved = _moved(since or 0, [records for seq, _, records in rows if seq > (since or 0)])
    if moved is None:
        return head, {}
    return head, {
        key: value
        for key, (at, value) in held.items()
        if hashes.get(at.seq) == at.hash and key not in moved
    }


def _entries(since: int | None) -> list[tuple[int, str, str]]:
    """Number, hash and what was written, from that entry on; of the newest where it is None."""
    table = LedgerEntry._meta.db_table
    with connection.cursor() as cursor:
        if since is None:
            cursor.execute(f"SELECT seq, hash, records FROM {table} ORDER BY seq DESC LIMIT 1")
        else:
            cursor.execute(
                f"SELECT seq, hash, records FROM {table} WHERE seq >= %s ORDER BY seq "
                f"LIMIT {_FOLLOWED + 1}",
                [since],
            )
        return list(cursor.fetchall())


def _moved(since: int, written: Iterable[str]) -> frozenset[int] | None:
    """Containments that a unit may have moved of; None: any of them."""
    tables = {table for records in written for table in (json.loads(records) or {"": 0})}
    if not tables <= _STILL | _OF_UNITS:
        return None
    if tables <= _STILL:
        return frozenset()
    with connection.cursor() as cursor:
        cursor.execute(_MOVED, [since] * 4)
        found = frozenset(key for (key,) in cursor.fetchall())
    return None if 0 in found else found


def _named(kinds: Iterable[FloorKind]) -> str:
    return ", ".join(f"'{kind.value}'" for kind in kinds)


# Units that something was done to, in containments; 0 where one of them holds others, which move
# with it, or where something was done to packages, shipments and whole batches.
_MOVED = (
    "WITH t(unit) AS ("
    f"SELECT unit_id FROM {OperationRecord._meta.db_table} WHERE entry_id > %s "
    f"UNION SELECT unit_id FROM {Judgement._meta.db_table} WHERE entry_id > %s "
    f"UNION SELECT unit_id FROM {FloorRecord._meta.db_table} WHERE entry_id > %s "
    f"AND unit_id IS NOT NULL AND kind IN ({_named(_OF_ONE)})) "
    f"SELECT c.containment_id FROM t JOIN {ContainedUnit._meta.db_table} c ON c.unit_id = t.unit "
    f"UNION SELECT 0 FROM t JOIN {Assembly._meta.db_table} a ON a.parent_id = t.unit "
    f"UNION SELECT 0 FROM {FloorRecord._meta.db_table} f WHERE f.entry_id > %s AND NOT "
    f"(f.kind IN ({_named(_STANDS)}) OR (f.unit_id IS NOT NULL AND f.kind IN ({_named(_OF_ONE)})))"
)
