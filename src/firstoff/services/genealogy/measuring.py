"""Test records by the hundred, column by column: what testers hand in all day.

Only what goes through without a question is taken here: known units of open runs, procedures
named by their digests, ids that are new. A post that holds anything else is planned record by
record (``testing``).
"""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from firstoff.db.models import TestRecord
from firstoff.errors import FirstoffError
from firstoff.rules.access import Actor
from firstoff.rules.genealogy import Posted, Tested
from firstoff.services.genealogy.known import known
from firstoff.services.genealogy.stored import ids_taken
from firstoff.services.genealogy.testing import digest_of, measured
from firstoff.services.ledger import Entry


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
    known.learn(site_id, records)
    try:
        rows = [_row(record, site_id, at) for record in records]
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
    programs = {known.programs[run] for run in set(columns["run_id"]) if run is not None}
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


def _row(record: Tested, site: int, at: datetime) -> tuple[Any, ...]:
    """One record. Raises KeyError where it names what is not known, InvalidInput."""
    record.check()
    unit, run = known.units[site, record.part, record.batch, record.serial]
    procedure, limits = known.procedures[str(record.procedure)]
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
