"""Test records by the hundred, column by column: what testers hand in all day.

Only what goes through without a question is taken here: known units of open runs, procedures
named by their digests, ids that are new. A post that holds anything else is planned record by
record (``testing``).
"""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import Any

from django.db import connection

from firstoff.db.models import ProcedureRevision, Run, RunClosure, TestRecord
from firstoff.errors import FirstoffError
from firstoff.rules.access import Actor
from firstoff.rules.genealogy import Posted, Tested
from firstoff.services.genealogy.stored import ids_taken
from firstoff.services.genealogy.testing import Limits, digest_of, limits_of, measured
from firstoff.services.ledger import Entry

_Unit = tuple[int, int | None]  # its key, that of its run


def plain(records: Sequence[Posted]) -> bool:
    """Whether the post is of this form, as far as it says itself."""
    return all(
        type(record) is Tested
        and type(record.procedure) is str
        and not record.attachments
        and not record.operator
        for record in records
    )


def take(
    entry: Entry,
    records: Sequence[Tested],
    *,
    site_id: int,
    by: Actor,
    at: datetime,
    source: str,
) -> bool:
    """Write the records, all of them. False, and nothing is written, where one of them needs to
    be looked at."""
    ids = {record.id for record in records}
    if len(ids) < len(records) or ids_taken(ids):
        return False
    units = _units(site_id, records)
    procedures = _procedures({str(record.procedure) for record in records})
    try:
        rows = [_row(record, units, procedures, at) for record in records]
    except (FirstoffError, KeyError):
        return False
    columns = dict(zip(_COLUMNS, map(list, zip(*rows, strict=True)), strict=True))
    count, station = len(records), by.station
    columns["station"] = [said or station for said in columns["station"]]
    columns.update(
        source=[source[:20]] * count,
        operator_id=[by.person_id] * count,
        marginal=[False] * count,
    )
    runs = {run for run in columns["run_id"] if run is not None}
    programs = set(Run.objects.filter(pk__in=runs).values_list("program_id", flat=True))
    if len(programs) == 1:  # what was computed for another program stays true
        entry.program_id = programs.pop()
    entry.add_columns(TestRecord, count, columns)
    return True


_COLUMNS = (
    "uid",
    "unit_id",
    "run_id",
    "procedure_id",
    "source_digest",
    "station",
    "outcome_details",
    "began_at",
    "ended_at",
    "outcome",
    "values",
    "outcomes",
    "extras",
)


def _row(
    record: Tested,
    units: dict[tuple[str, str], _Unit],
    procedures: dict[str, tuple[int, Limits]],
    at: datetime,
) -> tuple[Any, ...]:
    """One record. Raises KeyError where it names what is not known, InvalidInput."""
    record.check()
    # A record that names both part and batch is compared by who looks at it.
    unit, run = units[record.part, record.batch + "\0" + record.serial]
    procedure, limits = procedures[str(record.procedure)]
    began, ended, *taken = measured(record, limits, at)
    return (
        record.id,
        unit,
        run,
        procedure,
        digest_of(record),
        record.station,
        record.note,
        began.astimezone(UTC),
        ended.astimezone(UTC),
        *taken,
    )


def _units(site_id: int, records: Sequence[Tested]) -> dict[tuple[str, str], _Unit]:
    """Units by (part, batch and serial) as they are named; none of a run that is closed."""
    parts = _asked(
        "SELECT number, id FROM firstoff_part WHERE site_id = %s AND number IN ({holes})",
        [site_id],
        {record.part for record in records if not record.batch},
    )
    batches = _asked(
        "SELECT r.batch_id, p.part_id, r.id FROM firstoff_run r JOIN firstoff_program p "
        "ON p.id = r.program_id WHERE r.site_id = %s AND r.batch_id IN ({holes})",
        [site_id],
        {record.batch for record in records if record.batch and not record.part},
    )
    known: dict[tuple[str, str], int] = {(number, ""): key for number, key in parts}
    runs = {batch: run for batch, _, run in batches}
    known.update({("", batch): part for batch, part, _ in batches})
    found: dict[tuple[int, str], _Unit] = {}
    for part in set(known.values()):
        serials = {r.serial for r in records if known.get((r.part, r.batch)) == part}
        rows = _asked(
            "SELECT serial, id, run_id FROM firstoff_unit WHERE part_id = %s "
            "AND serial IN ({holes})",
            [part],
            serials,
        )
        found.update(((part, serial), (key, run)) for serial, key, run in rows)
    closed = _closed({run for _, run in found.values() if run is not None})
    named: dict[tuple[str, str], _Unit] = {}
    for record in records:
        part_id = known.get((record.part, record.batch))
        unit = found.get((part_id or 0, record.serial))
        if unit is None or unit[1] in closed:
            continue
        if not record.batch or runs[record.batch] == unit[1]:
            named[record.part, record.batch + "\0" + record.serial] = unit
    return named


def _closed(runs: set[int]) -> set[int]:
    if not runs:
        return set()
    return set(RunClosure.objects.filter(run__in=runs).values_list("run_id", flat=True))


def _procedures(digests: set[str]) -> dict[str, tuple[int, Limits]]:
    table = ProcedureRevision._meta.db_table
    rows = _asked(f"SELECT digest, id FROM {table} WHERE digest IN ({{holes}})", [], digests)
    return {digest: (key, limits_of(digest, key)) for digest, key in rows}


def _asked(query: str, given: list[Any], values: Iterable[str]) -> list[Any]:
    wanted = list(values)
    if not wanted:
        return []
    with connection.cursor() as cursor:
        cursor.execute(query.format(holes=", ".join(["%s"] * len(wanted))), [*given, *wanted])
        return list(cursor.fetchall())
