"""Units of containments as they stand, read once and then only read on.

To read how a hundred thousand units stand takes a fifth of a second. What was read is kept with
the entry of the ledger at which it was read. While the chain leads on from there, only those units
are read again that a later record names, and what is inside them; where one of the later entries
may have moved anything, all are.
"""

import json
from collections import OrderedDict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from threading import Lock

from django.db import connection

from firstoff.db.keys import Keys, keys, within
from firstoff.db.models import (
    ContainedUnit,
    ContainmentFinding,
    FloorRecord,
    Judgement,
    LedgerEntry,
    OperationRecord,
    ShippedUnit,
)
from firstoff.queries.ledger import hashes, head
from firstoff.queries.trace.closure import Valid, contents
from firstoff.queries.trace.counting import Stood, stood
from firstoff.queries.trace.sets import common, fetch, together
from firstoff.rules.trace.containment import Group
from firstoff.terms import FloorKind

_CONTAINMENTS = 2_000  # whose counts are kept
_UNITS = 2_000_000  # that are kept one by one, over all containments; some 50 bytes each
_FOLLOWED = 20_000  # entries, and what was done in them; to read all again costs no more then


@dataclass(frozen=True, slots=True)
class _Held:
    """A containment as it was at an entry. The hash tells whether that entry is still there.
    ``stood`` None: only how many units are in each group is kept."""

    seq: int
    hash: str
    groups: tuple[Group, ...]
    stood: Stood | None


class Followed:
    """What was read of containments; each is true of every ledger that holds its entry."""

    def __init__(self) -> None:
        self._found: OrderedDict[int, _Held] = OrderedDict()
        self._lock = Lock()

    def groups(self, containments: Sequence[int]) -> dict[int, tuple[Group, ...]]:
        """How many units are where, and what was found. Two queries where nothing was recorded
        since; at most seven else.

        Within a transaction everything is read: what it wrote may be taken back.
        """
        if connection.in_atomic_block:
            return {key: found.groups for key, found in stood(containments).items()}
        return {key: held.groups for key, held in self._look(containments, whole=False).items()}

    def units(self, containment: int) -> Stood:
        """Each of its units with where it is and what was found; the same number of queries."""
        if connection.in_atomic_block:
            return stood([containment])[containment]
        found = self._look([containment], whole=True)[containment].stood
        assert found is not None
        return found

    def _look(self, containments: Sequence[int], *, whole: bool) -> dict[int, _Held]:
        with self._lock:
            known = {key: self._found[key] for key in containments if key in self._found}
        # Read before anything else is: what is written meanwhile is looked at the next time.
        newest = head()
        there = hashes(held.seq for held in known.values()) if known else {}
        still = {key: held for key, held in known.items() if there.get(held.seq) == held.hash}
        found = _on(still, newest.seq, whole=whole)
        missing = [key for key in containments if key not in found]
        if missing:
            found |= {key: (now.groups, now) for key, now in stood(missing).items()}
        held = {key: _Held(newest.seq, newest.hash, *found[key]) for key in containments}
        self._keep(held)
        return held

    def _keep(self, found: Mapping[int, _Held]) -> None:
        with self._lock:
            for key, held in found.items():
                self._found[key] = held
                self._found.move_to_end(key)
            while len(self._found) > _CONTAINMENTS:
                self._found.popitem(last=False)
            whole = {k: h.stood.units.size for k, h in self._found.items() if h.stood is not None}
            size = sum(whole.values())
            for key, units in whole.items():
                if size <= _UNITS:
                    break
                size -= units
                self._found[key] = replace(self._found[key], stood=None)


_Now = tuple[tuple[Group, ...], Stood | None]


def _on(held: Mapping[int, _Held], newest: int, *, whole: bool) -> dict[int, _Now]:
    """What was read before, as it stands now; what has to be read anew is not there."""
    since = min((one.seq for one in held.values()), default=newest)
    if since == newest:
        touched = joined = keys([])
    elif newest - since > _FOLLOWED or (changed := _changed(since)) is None:
        return {}
    else:
        touched, joined = changed
    found: dict[int, _Now] = {}
    moved: dict[int, Keys] = {}
    for key, one in held.items():
        if one.stood is not None:
            found[key] = one.groups, one.stood
            moved[key] = together(common(touched, one.stood.units), joined)
        elif not (whole or touched.size or joined.size):
            found[key] = one.groups, None
    wanted = [key for key, units in moved.items() if units.size]
    if wanted:
        every = keys(unit for key in wanted for unit in moved[key].tolist())
        for key, now in stood(wanted, every).items():
            before = held[key].stood
            if before is not None and now.units.size:
                after = before.moved(now)
                found[key] = after.groups, after
    return found


def _changed(since: int) -> tuple[Keys, Keys] | None:
    """Units that may stand elsewhere, or otherwise, by what was recorded after an entry, with all
    that is inside them now; and those that joined a containment. None: any unit may.

    What was inside one of them when it was moved, and is not now, was taken out since: the record
    of that names the unit that was taken out.
    """
    with connection.cursor() as cursor:
        cursor.execute(_DONE, [since] * _DONE.count("%s"))
        rows = cursor.fetchall()
    if len(rows) > _FOLLOWED:
        return None
    units: set[int] = set()
    joined: set[int] = set()
    shipments: set[int] = set()
    for kind, unit, content in rows:
        if kind == _ANYTHING:
            return None
        (joined if kind == _JOINED else units).add(unit)
        if content:
            named = json.loads(content)["keys"]
            units.update(named.get("units", ()))
            if kind in (FloorKind.INSTALL, FloorKind.REMOVE):
                units.add(named["child"])
            if kind == FloorKind.SHIP:
                shipments.add(named["shipment"])
    moved = keys(unit for unit in units if unit)
    if shipments:
        sql = f"SELECT unit_id FROM {ShippedUnit._meta.db_table} WHERE {within('shipment_id')}"
        moved = together(moved, fetch(sql, [keys(shipments)]))
    return contents(moved, Valid.at(None)), keys(joined)


_ANYTHING, _JOINED, _UNIT = "anything", "joined", "unit"


def _listed(kinds: Iterable[FloorKind]) -> str:
    return ", ".join(f"'{kind.value}'" for kind in kinds)


# Of floor records, those that move nothing; those whose content names units.
_STAYS = _listed((FloorKind.OPERATION, FloorKind.CONSUME, FloorKind.LOAD, FloorKind.UNLOAD,
                  FloorKind.LABEL))  # fmt: skip
_NAMES = _listed((FloorKind.INSTALL, FloorKind.REMOVE, FloorKind.PACK, FloorKind.UNPACK,
                  FloorKind.SHIP, FloorKind.SHIP_CANCEL))  # fmt: skip
_FLOOR = FloorRecord._meta.db_table
_MEMBERS = ContainedUnit._meta.db_table
_SAID = f"COALESCE(r.unit_id, 0), CASE WHEN r.kind IN ({_NAMES}) THEN r.content ELSE '' END"
# Where a unit is follows from floor records, operations and results, and from nothing else but
# making these readings again. A shipment taken back leaves no word of what was in its packages.
_DONE = (
    f"SELECT '{_ANYTHING}', 0, '' FROM {LedgerEntry._meta.db_table} "
    "WHERE seq > %s AND verb = 'genealogy.rebuild' "
    f"UNION ALL SELECT '{_UNIT}', unit_id, '' FROM {OperationRecord._meta.db_table} "
    "WHERE entry_id > %s "
    f"UNION ALL SELECT '{_UNIT}', unit_id, '' FROM {Judgement._meta.db_table} WHERE entry_id > %s "
    f"UNION ALL SELECT r.kind, {_SAID} FROM {_FLOOR} r "
    f"WHERE r.entry_id > %s AND r.kind NOT IN ({_STAYS}) "
    f"UNION ALL SELECT CASE WHEN r.kind = '{FloorKind.SHIP.value}' THEN '{_ANYTHING}' "
    f"ELSE r.kind END, {_SAID} FROM {_FLOOR} v JOIN {_FLOOR} r ON r.id = v.supersedes_id "
    f"WHERE v.entry_id > %s AND r.kind NOT IN ({_STAYS}) "
    f"UNION ALL SELECT '{_UNIT}', m.unit_id, '' FROM {ContainmentFinding._meta.db_table} x "
    f"JOIN {_MEMBERS} m ON m.id = x.member_id WHERE x.entry_id > %s "
    f"UNION ALL SELECT '{_JOINED}', unit_id, '' FROM {_MEMBERS} WHERE entry_id > %s "
    f"LIMIT {_FOLLOWED + 1}"
)

followed = Followed()
