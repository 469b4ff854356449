"""Records for a run that is closed are refused, whichever verb writes them (R-39).

``follow`` is named in ``AFTER_VERBS``: it runs in the transaction of every verb, under the
ledger's lock, so a record is either read by whoever closes the run or sees that it is closed.
"""

from collections.abc import Iterable
from zoneinfo import ZoneInfo

from django.db.models import QuerySet

from firstoff.db.keys import Keys, among, keys
from firstoff.db.models import (
    Adjustment,
    Bar,
    ContainedUnit,
    FirstArticle,
    FloorRecord,
    Judgement,
    OperationRecord,
    ParameterReading,
    Record,
    RecordImport,
    RouteRelease,
    RunClosure,
    RunDecision,
    RunEquipment,
    SetupLine,
    StepFix,
    TestRecord,
    Unit,
    UnitState,
)
from firstoff.db.prepared import prepared
from firstoff.rules.execution import moment
from firstoff.rules.trace.batch_record import AFTER_CLOSING, late_refusal, outlives
from firstoff.services.evidence.closing import CLOSE
from firstoff.services.genealogy.post import VERB
from firstoff.services.ledger import Entry
from firstoff.terms import Place

# What makes up a batch record.
_MADE: tuple[type[Record], ...] = (
    Unit,
    OperationRecord,
    Judgement,
    TestRecord,
    ParameterReading,
    SetupLine,
    Bar,
    RunEquipment,
    FirstArticle,
    Adjustment,
    StepFix,
    RouteRelease,
    RecordImport,
    RunDecision,
)


def follow(entry: Entry) -> None:
    """After every verb. Raises Refused (R-39). One query where something was recorded for a run,
    none else. Posted records are asked one by one as they are taken, so that each is answered."""
    if entry.verb in (CLOSE, VERB):
        return
    rows = [row for model in _MADE for row in entry.of(model)]
    rows += [row for row in entry.of(FloorRecord) if row.kind not in AFTER_CLOSING]
    refuse_closed(rows)


def refuse_closed(rows: Iterable[Record]) -> None:
    """Raises Refused (R-39) where one of the records belongs to a closed run. One query; two more
    where there is such a run."""
    units: dict[int, set[int | None]] = {}
    for row in rows:
        run = row.__dict__.get("run_id")
        if run is not None:
            unit = None if isinstance(row, Unit) else row.__dict__.get("unit_id")
            units.setdefault(run, set()).add(unit)
    if not units:
        return
    for found in _closed(keys(units)):
        if not _all_outlive(units[found.run_id]):
            at = moment(found.closed_at, ZoneInfo(found.run.site.time_zone))
            raise late_refusal(found.run.batch_id, found.by.name, at)


@prepared
def _closed(runs: Keys) -> "QuerySet[RunClosure]":
    rows = RunClosure.objects.filter(among(RunClosure, "run", runs))
    return rows.select_related("by", "run__site").order_by("pk")


def _all_outlive(units: set[int | None]) -> bool:
    """Whether every unit came back or is in an open containment."""
    if None in units:
        return False
    contained = set(
        ContainedUnit.objects.filter(
            unit__in=units, containment__closure__isnull=True
        ).values_list("unit_id", flat=True)
    )
    places = dict(UnitState.objects.filter(unit__in=units).values_list("unit_id", "place"))
    return all(
        outlives(places.get(unit or 0, Place.IN_PROCESS), contained=unit in contained)
        for unit in units
    )
