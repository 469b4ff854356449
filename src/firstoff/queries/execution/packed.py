"""Test records as the database keeps them, by the thousand: for the columnar history."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

import numpy as np
from django.db import connection

from firstoff.db.models import Part, ProcedureRevision, Run, TestRecord
from firstoff.formats.testdata.packing import LETTERS, Measured, read_procedure
from firstoff.history.intake import Ints, Known, Line, Packed, Page, Procedure
from firstoff.queries.execution.facts import Raw, dashed
from firstoff.queries.ledger import Head, entry_hash

_PAGE = 4_000  # records, and what more the last entry holds
_COLUMNS = (
    "pk", "unit_id", "unit__part_id", "run_id", "procedure_id", "_began", "_ended", "_uid",
    "unit__serial", "station", "outcome", "values", "outcomes", "extras",
)  # fmt: skip


def pages(after: int, head: Head) -> Iterator[Page]:
    """All test records after an entry of the ledger, whole entries at a time.

    Three queries a page, and up to three more for procedures, parts and runs not met before.
    Whoever writes holds the ledger's lock: what comes later has a later entry.
    """
    known = Known({}, {}, {}, {letter: outcome.value for outcome, letter in LETTERS.items()})
    while after < head.seq:
        rows = TestRecord.objects.filter(entry__gt=after, entry__lte=head.seq)
        later = rows.order_by("entry_id").values_list("entry_id", flat=True)
        upto = next(iter(later[_PAGE : _PAGE + 1]), head.seq)
        found = _rows(after, upto)
        hashed = head.hash if upto == head.seq else entry_hash(upto)
        yield Page(upto, hashed or "", _packed(found, known) if found else None, known)
        after = upto


def count(after: int) -> int:
    """How many test records came after an entry of the ledger."""
    return TestRecord.objects.filter(entry__gt=after).count()


def _rows(after: int, upto: int) -> Sequence[Any]:
    """As the driver gives them: Django's way through each row takes longer than the query."""
    rows = TestRecord.objects.filter(entry__gt=after, entry__lte=upto)
    raw = rows.annotate(_began=Raw("began_at"), _ended=Raw("ended_at"), _uid=Raw("uid"))
    wanted = raw.order_by("entry_id", "pk").values_list(*_COLUMNS)
    sql, values = wanted.query.sql_with_params()
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        found: Sequence[Any] = cursor.fetchall()
    return found


def _packed(rows: Sequence[Any], known: Known) -> Packed:
    (
        record, unit, part, run, procedure, began, ended, uid, serial, station, outcome,
        values, outcomes, extras,
    ) = zip(*rows, strict=True)  # fmt: skip
    runs = [key or 0 for key in run]
    _learn(known, set(procedure), set(part), set(runs))
    return Packed(
        record=np.array(record, np.int64),
        unit=np.array(unit, np.int64),
        part=np.array(part, np.int64),
        batch=np.array(runs, np.int64),
        procedure=np.array(procedure, np.int64),
        began=_micros(began),
        ended=_micros(ended),
        uid=list(map(dashed, uid)),
        serial=serial,
        station=station,
        outcome=outcome,
        values=values if isinstance(values[0], bytes) else list(map(bytes, values)),
        outcomes=outcomes,
        extras=extras,
    )


def _micros(times: Sequence[str | datetime]) -> Ints:
    """Microseconds since 1970: SQLite's times are text in UTC, PostgreSQL's are aware."""
    plain: Sequence[Any] = times
    if not isinstance(times[0], str):
        plain = [t.replace(tzinfo=None) for t in times if isinstance(t, datetime)]
    return np.array(plain, "datetime64[us]").astype(np.int64)


def _learn(known: Known, procedures: set[int], parts: set[int], runs: set[int]) -> None:
    """What the numbers stand for, where one was not met before."""
    if new := procedures - known.procedures.keys():
        rows = ProcedureRevision.objects.filter(pk__in=new)
        for key, digest, definition in rows.values_list("pk", "digest", "definition"):
            read = read_procedure(definition)
            lines = tuple(map(_line, read.lines))
            known.procedures[key] = Procedure(key, digest, read.name, lines)
    if new := parts - known.parts.keys():
        places = Part.objects.filter(pk__in=new).values_list("pk", "site__code", "number")
        known.parts.update({key: (site, number) for key, site, number in places})
    if new := runs - known.batches.keys() - {0}:
        batches = Run.objects.filter(pk__in=new)
        known.batches.update(batches.values_list("pk", "batch_id"))


def _line(line: Measured) -> Line:
    return Line(
        name=line.name,
        phase=line.phase,
        subtest=line.subtest,
        unit=line.unit,
        lower=line.lower,
        upper=line.upper,
        rule=line.rule,
        characteristic=line.characteristic,
    )
