"""From a serial number to everything recorded about it (R-60)."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db.models import BooleanField, QuerySet
from django.db.models.expressions import RawSQL

from firstoff.db.keys import Keys, among, keys
from firstoff.db.models import (
    Adjustment,
    Attachment,
    CauseFinding,
    Defect,
    FirstArticle,
    FloorRecord,
    Judgement,
    LedgerEntry,
    OperationRecord,
    ParameterReading,
    RecordImport,
    RouteRelease,
    TestRecord,
    Unit,
)
from firstoff.db.prepared import prepared
from firstoff.errors import NotFound
from firstoff.formats import store
from firstoff.formats.testdata.packing import Measured, read_procedure, unpack
from firstoff.queries.execution.definition import frozen
from firstoff.queries.execution.facts import facts_of_unit, judgements_of_unit
from firstoff.queries.execution.runs import run_by_id
from firstoff.queries.trace.views import (
    AttachmentView,
    CauseView,
    DefectView,
    EntryView,
    EventView,
    JudgementView,
    OperationView,
    ParameterView,
    TestView,
    UnitTrace,
)
from firstoff.rules.access import Actor, require
from firstoff.rules.execution import judge_units, left_out_reasons
from firstoff.rules.plan import BaselineFacts, PlanOperation
from firstoff.terms import TestOutcome

_AROUND = timedelta(hours=8)  # adjustments a shift before the unit was started


def unit_row(actor: Actor, site: str, part: str, serial: str) -> Unit:
    """The unit with its part and run. One query. Raises NotFound."""
    for unit in _called(site, part, serial):
        require(actor, "see", unit.part.site_id)
        return unit
    raise NotFound("There is no such unit, or not for you.")


@prepared
def _called(site: str, part: str, serial: str) -> "QuerySet[Unit]":
    rows = Unit.objects.filter(part__site__code=site, part__number=part, serial=serial)
    return rows.select_related("part", "equipment", "operator", "by")


def unit_trace(actor: Actor, site: str, part: str, serial: str) -> UnitTrace:
    """Everything recorded about one unit. Twenty-five queries at most. Raises NotFound."""
    return trace_of(actor, unit_row(actor, site, part, serial))


def trace_of(actor: Actor, unit: Unit) -> UnitTrace:
    """The same of a unit that the actor is known to see."""
    run = None if unit.run_id is None else run_by_id(actor, unit.run_id)
    definition = None if run is None else frozen(run.baseline_id, run.baseline)
    plan = {} if definition is None else {o.seq: o for o in definition.operations}
    facts = facts_of_unit(unit.pk)
    operations = _operations(unit, plan)
    judgements = _judgements(unit)
    tests = _tests(unit, definition)
    limit = None if run is None or run.bar is None else run.bar.max_unit_minutes
    firsts = [o.seconds for o in operations if o.attempt == 1]
    whole = bool(firsts) and len(firsts) >= len(plan)
    state = judge_units(
        [facts],
        judgements_of_unit(unit.pk),
        max_unit_seconds=None if limit is None else float(limit) * 60,
        operation_seconds={unit.pk: sum(firsts)} if whole else None,
    )[unit.pk]
    entries = {unit.entry_id}
    entries |= {o.entry for o in operations}
    entries |= {j.entry for j in judgements}
    entries |= {t.entry for t in tests}
    entries |= set(_floor_entries(unit.pk))
    before, after = _neighbours(unit)
    released = "" if definition is None else definition.instruction
    return UnitTrace(
        run=run,
        uid=str(unit.uid),
        part=unit.part.number,
        part_name=unit.part.name,
        serial=unit.serial,
        position=unit.position,
        started_at=unit.started_at,
        received_at=unit.received_at,
        operator=unit.operator.name,
        recorded_by=unit.by.name,
        builder_class=unit.builder_class,
        equipment=unit.equipment.code if unit.equipment else "",
        equipment_name=unit.equipment.name if unit.equipment else "",
        equipment_class=unit.equipment_class,
        instruction=unit.instruction,
        follows_baseline=definition is not None and unit.instruction == released,
        previous_serial=unit.previous_serial,
        made_into=_made_into(unit),
        exclusion=facts.excluded,
        reasons=() if run is None else left_out_reasons(facts, released),
        state=state,
        judgements=judgements,
        operations=operations,
        tests=tests,
        events=_events(unit, operations, judgements),
        sources=_sources(entries),
        entries=_entries(entries),
        before=before,
        after=after,
    )


@prepared
def _floor_entries(unit: int) -> "QuerySet[FloorRecord, int]":
    return FloorRecord.objects.filter(unit=unit).values_list("entry_id", flat=True)


def _operations(unit: Unit, plan: Mapping[int, PlanOperation]) -> tuple[OperationView, ...]:
    parameters = _parameters(unit)
    found = []
    for r in _done(unit.pk):
        planned = plan.get(r.seq)
        context = getattr(r, "context", None)
        found.append(
            OperationView(
                seq=r.seq,
                name=planned.name if planned else "",
                attempt=r.attempt,
                began_at=r.began_at,
                ended_at=r.ended_at,
                seconds=(r.ended_at - r.began_at).total_seconds(),
                standard_minutes=planned.standard_minutes if planned else None,
                operator=r.operator.name,
                equipment=r.equipment.code if r.equipment else "",
                outcome=r.outcome,
                note=r.note,
                entry=r.entry_id,
                tools=tuple(json.loads(context.tools)) if context else (),
                instruction=context.instruction if context else "",
                parameters=tuple(parameters.get(r.pk, ())),
            )
        )
    return tuple(found)


@prepared
def _done(unit: int) -> "QuerySet[OperationRecord]":
    rows = OperationRecord.objects.filter(unit=unit).order_by("began_at", "pk")
    return rows.select_related("operator", "equipment", "context")


def _parameters(unit: Unit) -> dict[int | None, list[ParameterView]]:
    """By operation record."""
    found: dict[int | None, list[ParameterView]] = {}
    for operation, *row in _readings(unit.pk):
        found.setdefault(operation, []).append(ParameterView(*row))
    return found


@prepared
def _readings(unit: int) -> "QuerySet[ParameterReading, tuple[Any, ...]]":
    rows = ParameterReading.objects.filter(unit=unit).order_by("pk")
    return rows.values_list(
        "operation_id", "name", "value", "lower", "upper", "measured_in", "read_at"
    )


def _judgements(unit: Unit) -> tuple[JudgementView, ...]:
    rows = _judged(unit.pk)
    uids = {r.pk: str(r.uid) for r in rows}
    corrected = {r.supersedes_id: str(r.uid) for r in rows if r.supersedes_id is not None}
    defects = _defects(unit)
    return tuple(
        JudgementView(
            uid=uids[r.pk],
            attempt=r.attempt,
            kind=r.kind,
            fit=r.fit,
            finish=r.finish,
            function=r.function,
            build_seconds=r.build_seconds,
            judged_at=r.judged_at,
            inspector=r.inspector.name,
            by=r.by.name,
            received_at=r.received_at,
            correction_reason=r.correction_reason,
            supersedes=uids.get(r.supersedes_id or 0, ""),
            superseded_by=corrected.get(r.pk, ""),
            defects=tuple(defects.get(r.pk, ())),
            entry=r.entry_id,
        )
        for r in rows
    )


@prepared
def _judged(unit: int) -> "QuerySet[Judgement]":
    rows = Judgement.objects.filter(unit=unit).order_by("pk")
    return rows.select_related("inspector", "by")


def _defects(unit: Unit) -> dict[int, list[DefectView]]:
    findings: dict[int, list[CauseView]] = {}
    for defect, cause_class, cause, by, at in _causes(unit.pk):
        findings.setdefault(defect, []).append(CauseView(cause_class, cause, by, at))
    found: dict[int, list[DefectView]] = {}
    for d in _found(unit.pk):
        view = DefectView(
            str(d.uid), d.code, d.name, d.category, d.note, tuple(findings.get(d.pk, ()))
        )
        found.setdefault(d.judgement_id, []).append(view)
    return found


@prepared
def _causes(unit: int) -> "QuerySet[CauseFinding, tuple[Any, ...]]":
    rows = CauseFinding.objects.filter(defect__unit=unit).order_by("pk")
    return rows.values_list("defect_id", "cause_class", "cause", "by__name", "received_at")


@prepared
def _found(unit: int) -> "QuerySet[Defect]":
    return Defect.objects.filter(unit=unit).order_by("pk")


def _tests(unit: Unit, definition: BaselineFacts | None) -> tuple[TestView, ...]:
    files: dict[int, list[AttachmentView]] = {}
    for record, *file in _attached(unit.pk):
        files.setdefault(record, []).append(AttachmentView(*file))
    return tuple(_test(r, files.get(r.pk, ()), definition) for r in _tested(unit.pk))


@prepared
def _attached(unit: int) -> "QuerySet[Attachment, tuple[Any, ...]]":
    rows = Attachment.objects.filter(test_record__unit=unit).order_by("pk")
    return rows.values_list("test_record_id", "name", "media_type", "size", "sha256")


@prepared
def _tested(unit: int) -> "QuerySet[TestRecord]":
    rows = TestRecord.objects.filter(unit=unit).order_by("began_at", "pk")
    return rows.select_related("procedure", "operator")


def _test(
    record: TestRecord, files: Sequence[AttachmentView], definition: BaselineFacts | None
) -> TestView:
    procedure = read_procedure(record.procedure.definition)
    results = unpack(procedure.lines, bytes(record.values), record.outcomes, record.extras)
    return TestView(
        uid=str(record.uid),
        procedure=procedure.name,
        digest=procedure.digest,
        source=record.source,
        station=record.station,
        operator=record.operator.name if record.operator else "",
        outcome=TestOutcome(record.outcome),
        outcome_details=record.outcome_details,
        marginal=record.marginal,
        began_at=record.began_at,
        ended_at=record.ended_at,
        results=tuple(replace(r, line=_as_drawn(r.line, definition)) for r in results),
        attachments=tuple(files),
        entry=record.entry_id,
    )


def _as_drawn(line: Measured, definition: BaselineFacts | None) -> Measured:
    """Its limits with the digits of the drawing: a procedure is the same however they are
    written, and keeps none of their zeros."""
    known = None if definition is None else definition.characteristic(line.characteristic)
    if known is None:
        return line
    lower, upper = (
        None if limit is None else Decimal(known.shown(limit))
        for limit in (line.lower, line.upper)
    )
    return replace(line, lower=lower, upper=upper)


def _events(
    unit: Unit, operations: Iterable[OperationView], judgements: Iterable[JudgementView]
) -> tuple[EventView, ...]:
    """Adjustments from a shift before the unit to its last record; its inspection, releases."""
    if unit.run_id is None:
        return ()
    ends = [*(o.ended_at for o in operations), *(j.judged_at for j in judgements)]
    last = max([unit.started_at, *ends])
    made = Adjustment.objects.filter(
        run=unit.run_id, made_at__gte=unit.started_at - _AROUND, made_at__lte=last
    ).select_related("by")
    found = [
        EventView(
            a.made_at, f"{a.what}: {a.before or 'nothing'} to {a.after}", a.reason, a.by.name
        )
        for a in made
    ]
    for article in _articles(unit.pk):
        result = "passed" if article.passed else "failed"
        conform = f"{article.conforming} of {article.checked} characteristics conform"
        what = f"First article inspection {result}: {conform}"
        found.append(EventView(article.judged_at, what, article.note, article.by.name))
    for release in _lifted(unit.run_id, unit.serial):
        what = f"Refusal lifted by signature: {release.rule}"
        found.append(EventView(release.received_at, what, release.reason, release.by.name))
    return tuple(sorted(found, key=lambda e: e.at))


@prepared
def _articles(unit: int) -> "QuerySet[FirstArticle]":
    return FirstArticle.objects.filter(unit=unit).select_related("by")


@prepared
def _lifted(run: int, serial: str) -> "QuerySet[RouteRelease]":
    return RouteRelease.objects.filter(run=run, subject=serial).select_related("by")


def _made_into(unit: Unit) -> tuple[str, ...]:
    return tuple(_later(unit.part_id, unit.serial))


@prepared
def _later(part: int, serial: str) -> "QuerySet[Unit, str]":
    # As the index of these few says it; asked otherwise, every unit of the part is read.
    made = RawSQL("NOT (previous_serial = '')", [], output_field=BooleanField())
    later = Unit.objects.filter(made, part=part, previous_serial=serial)
    return later.order_by("pk").values_list("serial", flat=True)


def _neighbours(unit: Unit) -> tuple[str, str]:
    if unit.run_id is None:
        return "", ""
    found = dict(_at(unit.run_id, unit.position - 1, unit.position + 1))
    return found.get(unit.position - 1, ""), found.get(unit.position + 1, "")


@prepared
def _at(run: int, before: int, after: int) -> "QuerySet[Unit, tuple[int, str]]":
    rows = Unit.objects.filter(run=run, position__in=(before, after))
    return rows.values_list("position", "serial")


def _sources(entries: set[int]) -> tuple[str, ...]:
    return tuple(_files(keys(entries)))


@prepared
def _files(entries: Keys) -> "QuerySet[RecordImport, str]":
    rows = RecordImport.objects.filter(among(RecordImport, "entry", entries)).order_by("pk")
    return rows.values_list("file_name", flat=True)


def _entries(entries: set[int]) -> tuple[EntryView, ...]:
    return tuple(EntryView(*row) for row in _written(keys(entries)))


@prepared
def _written(entries: Keys) -> "QuerySet[LedgerEntry, tuple[Any, ...]]":
    rows = LedgerEntry.objects.filter(among(LedgerEntry, "seq", entries)).order_by("seq")
    return rows.values_list("seq", "at", "by", "verb", "subject", "hash")


def find_units(
    actor: Actor, text: str, *, offset: int = 0, limit: int = 50
) -> tuple[tuple[tuple[str, str, str, str], ...], int]:
    """Units whose serial holds the text: (site, part, serial, batch ID), and the total."""
    rows = Unit.objects.filter(part__site__in=actor.site_ids, serial__icontains=text.strip())
    columns = ("part__site__code", "part__number", "serial", "run__batch_id")
    page = rows.order_by("-pk").values_list(*columns)[offset : offset + limit]
    return tuple((s, p, serial, batch or "") for s, p, serial, batch in page), rows.count()


def called(actor: Actor, serial: str) -> tuple[tuple[str, str], ...]:
    """Site and part of every unit with just this serial number. One query."""
    rows = Unit.objects.filter(part__site__in=actor.site_ids, serial=serial)
    return tuple(rows.order_by("pk").values_list("part__site__code", "part__number")[:50])


def attachment(actor: Actor, site: str, sha256: str) -> bytes:
    """The content of a file that came with a test record of the site. Raises NotFound."""
    rows = Attachment.objects.filter(sha256=sha256, test_record__unit__part__site__code=site)
    found = rows.values_list("size", "test_record__unit__part__site_id").first()
    if found is None:
        raise NotFound("There is no such file, or not for you.")
    require(actor, "see", found[1])
    return store.get(Path(settings.MEDIA_ROOT), sha256, size=found[0])
