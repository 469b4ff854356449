"""What posts rest on, read once and kept: people, runs, and for tests their units and procedures.

Everything that could change it is written under the ledger. So what was read at an entry stays
true as long as that entry is the head of the chain, or only posts of records follow it: they add
units, and take none away. After a rollback, a backup brought back, or any other verb it is read
anew. Only what was found is kept; what is missing is asked for each time.
"""

from collections.abc import Iterable, Sequence
from typing import Any

from django.db import connection

from firstoff.db.models import LedgerEntry, ProcedureRevision
from firstoff.rules.genealogy import Tested
from firstoff.services.genealogy.picture import Kept
from firstoff.services.genealogy.testing import Limits, limits_of
from firstoff.services.ledger import Entry

Named = tuple[int, str, str, str]  # site, part, batch, serial: as a record names its unit
_MOST = 50_000  # in all; as many units take some 20 MB
_FOLLOWED = 200  # entries of others that are looked through


class Known(Kept):
    """Used under the ledger's lock alone."""

    def __init__(self) -> None:
        super().__init__()
        self.head = (0, "")  # the entry at which all this was true

    def forget(self) -> None:
        super().forget()
        self.units: dict[Named, tuple[int, int | None]] = {}  # unit, its run
        self.programs: dict[int, int] = {}  # of runs that are open
        self.procedures: dict[str, tuple[int, Limits]] = {}  # by digest
        self._parts: dict[tuple[int, str], int] = {}  # by site and number
        self._batches: dict[tuple[int, str], tuple[int, int]] = {}  # part and run

    def bring_to(self, entry: Entry) -> None:
        """Forget what may have changed since, and stay with the entry once it is written."""
        head = (entry.seq - 1, entry.previous)
        if head != self.head and not self._follows(entry.verb):
            self.forget()
        if len(self.units) + len(self.operators) + len(self.runs) > _MOST:
            self.forget()
        self.head = head
        entry.sealed.append(self._move)

    def _move(self, seq: int, written: str) -> None:
        self.head = (seq, written)

    def _follows(self, verb: str) -> bool:
        """Whether the chain leads on from where this was read, by posts of records alone."""
        with connection.cursor() as cursor:
            cursor.execute(_SINCE, [self.head[0]])
            rows = cursor.fetchall()
        return (
            0 < len(rows) <= _FOLLOWED
            and tuple(rows[0][:2]) == self.head
            and all(row[2] == verb for row in rows[1:])
        )

    def learn(self, site: int, records: Sequence[Tested]) -> None:
        """Ask for what the records name and is not known yet. Up to eight queries."""
        missing = [
            name
            for record in records
            if (name := (site, record.part, record.batch, record.serial)) not in self.units
        ]
        if missing:
            self._learn_units(site, missing)
        digests = {str(record.procedure) for record in records} - self.procedures.keys()
        for digest, key in _asked(_PROCEDURES, [], digests):
            self.procedures[digest] = key, limits_of(digest, key)

    def _learn_units(self, site: int, missing: Sequence[Named]) -> None:
        """Units as they are named; none of a run that is closed, nor those that name both part
        and batch: who looks at the record compares them."""
        self._learn_names(site, missing)
        for part, names in self._by_part(missing).items():
            serials = {name[3] for name in names}
            found = {s: (key, run) for s, key, run in _asked(_UNITS, [part], serials)}
            self._learn_runs({run for _, run in found.values() if run is not None})
            for name in names:
                unit = found.get(name[3])
                if unit is not None and self._is_open(name, unit[1]):
                    self.units[name] = unit

    def _learn_names(self, site: int, missing: Sequence[Named]) -> None:
        parts = {n[1] for n in missing if not n[2] and n[:2] not in self._parts}
        self._parts.update(((site, n), key) for n, key in _asked(_PARTS, [site], parts))
        batches = {n[2] for n in missing if not n[1] and (site, n[2]) not in self._batches}
        for batch, part, run in _asked(_BATCHES, [site], batches):
            self._batches[site, batch] = part, run

    def _by_part(self, missing: Sequence[Named]) -> dict[int, list[Named]]:
        found: dict[int, list[Named]] = {}
        for name in missing:
            site, number, batch, _ = name
            part = self._parts.get((site, number)) if not batch else None
            if batch and not number and (site, batch) in self._batches:
                part = self._batches[site, batch][0]
            if part is not None:
                found.setdefault(part, []).append(name)
        return found

    def _is_open(self, name: Named, run: int | None) -> bool:
        site, _, batch, _ = name
        if batch and self._batches[site, batch][1] != run:
            return False
        return run is None or run in self.programs

    def _learn_runs(self, runs: set[int]) -> None:
        self.programs.update(_asked(_OPEN_RUNS, [], runs - self.programs.keys()))


known = Known()

_SINCE = (
    f"SELECT seq, hash, verb FROM {LedgerEntry._meta.db_table} WHERE seq >= %s ORDER BY seq "
    f"LIMIT {_FOLLOWED + 1}"
)
_PROCEDURES = (
    f"SELECT digest, id FROM {ProcedureRevision._meta.db_table} WHERE digest IN ({{holes}})"
)
_PARTS = "SELECT number, id FROM firstoff_part WHERE site_id = %s AND number IN ({holes})"
_BATCHES = (
    "SELECT r.batch_id, p.part_id, r.id FROM firstoff_run r JOIN firstoff_program p "
    "ON p.id = r.program_id WHERE r.site_id = %s AND r.batch_id IN ({holes})"
)
_UNITS = "SELECT serial, id, run_id FROM firstoff_unit WHERE part_id = %s AND serial IN ({holes})"
_OPEN_RUNS = (
    "SELECT r.id, r.program_id FROM firstoff_run r WHERE r.id IN ({holes}) AND NOT EXISTS "
    "(SELECT 1 FROM firstoff_runclosure c WHERE c.run_id = r.id)"
)


def _asked(query: str, given: list[Any], values: Iterable[Any]) -> list[Any]:
    wanted = list(values)
    if not wanted:
        return []
    with connection.cursor() as cursor:
        cursor.execute(query.format(holes=", ".join(["%s"] * len(wanted))), [*given, *wanted])
        return list(cursor.fetchall())
