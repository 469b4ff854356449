"""From a serial number to everything recorded about it (R-60)."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path

from django.conf import settings
from django.db.models import Q

from firstoff.db.models import (
    Adjustment,
    Attachment,
    CauseFinding,
    Defect,
    FirstArticle,
    Judgement,
    LedgerEntry,
    OperationRecord,
    RecordImport,
    RouteRelease,
    TestRecord,
    Unit,
)
from firstoff.errors import NotFound
from firstoff.formats import store
from firstoff.formats.testdata.packing import Measured, Result, read_procedure, unpack
from firstoff.queries.execution.definition import frozen
from firstoff.queries.execution.facts import judgement_facts, unit_facts
from firstoff.queries.execution.runs import RunView, run_by_id
from firstoff.rules.access import Actor, require
from firstoff.rules.execution import UnitState, judge_units, left_out_reasons
from firstoff.rules.plan import BaselineFacts
from firstoff.terms import TestOutcome

_AROUND = timedelta(hours=8)  # adjustments a shift before the unit was started


@dataclass(frozen=True, slots=True)
class CauseView:
    cause_class: str
    cause: str
    by: str
    at: datetime


@dataclass(frozen=True, slots=True)
class DefectView:
    """A defect with every finding about its cause, the one that holds last."""

    uid: str
    code: str
    name: str
    category: str
    note: str
    causes: tuple[CauseView, ...]


@dataclass(frozen=True, slots=True)
class JudgementView:
    """A result as it was recorded. ``superseded_by`` names the correction, if there is one."""

    uid: str
    attempt: int
    kind: str
    fit: str
    finish: str
    function: str
    build_seconds: Decimal | None
    judged_at: datetime
    inspector: str
    by: str
    received_at: datetime
    correction_reason: str
    supersedes: str
    superseded_by: str
    defects: tuple[DefectView, ...]
    entry: int


@dataclass(frozen=True, slots=True)
class OperationView:
    seq: int
    name: str
    attempt: int
    began_at: datetime
    ended_at: datetime
    seconds: float
    standard_minutes: Decimal | None
    operator: str
    equipment: str
    outcome: str
    note: str
    entry: int


@dataclass(frozen=True, slots=True)
class AttachmentView:
    name: str
    media_type: str
    size: int
    sha256: str


@dataclass(frozen=True, slots=True)
class TestView:
    """A test record with its measurements and the limits they were judged by."""

    __test__ = False

    uid: str
    procedure: str
    digest: str
    source: str
    station: str
    operator: str
    outcome: TestOutcome
    outcome_details: str
    marginal: bool
    began_at: datetime
    ended_at: datetime
    results: tuple[Result, ...]
    attachments: tuple[AttachmentView, ...]
    entry: int


@dataclass(frozen=True, slots=True)
class EventView:
    """Something that happened to the batch around this unit."""

    at: datetime
    what: str
    detail: str
    by: str


@dataclass(frozen=True, slots=True)
class EntryView:
    """An entry of the ledger that holds a record of this unit."""

    seq: int
    at: datetime
    by: str
    verb: str
    subject: str
    hash: str


@dataclass(frozen=True, slots=True)
class UnitTrace:
    """One unit: who, when, on what, with which results, and where it is written."""

    run: RunView
    uid: str
    part: str
    serial: str
    position: int
    started_at: datetime
    received_at: datetime
    operator: str
    recorded_by: str
    builder_class: str
    equipment: str
    equipment_name: str
    equipment_class: str
    instruction: str
    follows_baseline: bool
    previous_serial: str
    made_into: tuple[str, ...]  # serials made out of this one
    exclusion: str
    reasons: tuple[str, ...]
    state: UnitState
    judgements: tuple[JudgementView, ...]
    operations: tuple[OperationView, ...]
    tests: tuple[TestView, ...]
    events: tuple[EventView, ...]
    sources: tuple[str, ...]  # files its records came from
    entries: tuple[EntryView, ...]
    before: str  # the serial started before it in the run
    after: str


def unit_trace(actor: Actor, site: str, part: str, serial: str) -> UnitTrace:
    """Everything recorded about one unit. Twenty-four queries at most. Raises NotFound."""
    rows = Unit.objects.filter(part__site__code=site, part__number=part, serial=serial)
    unit = rows.select_related("part", "equipment", "operator", "by", "run").first()
    if unit is None or unit.run is None:
        raise NotFound(f"There is no unit {serial[:60]!r}, or not for you.")
    require(actor, "see", unit.run.site_id)
    run = run_by_id(actor, unit.run.pk)
    definition = frozen(run.baseline_id, run.baseline)
    facts = unit_facts(Unit.objects.filter(pk=unit.pk))
    operations = _operations(unit, {o.seq: o for o in definition.operations})
    judgements = _judgements(unit)
    tests = _tests(unit, definition)
    limit = None if run.bar is None or run.bar.max_unit_minutes is None else run.bar
    firsts = [o.seconds for o in operations if o.attempt == 1]
    whole = bool(firsts) and len(firsts) >= len(definition.operations)
    state = judge_units(
        facts,
        judgement_facts(Judgement.objects.filter(unit=unit.pk)),
        max_unit_seconds=None if limit is None else float(limit.max_unit_minutes or 0) * 60,
        operation_seconds={unit.pk: sum(firsts)} if whole else None,
    )[unit.pk]
    entries = {unit.entry_id}
    entries |= {o.entry for o in operations}
    entries |= {j.entry for j in judgements}
    entries |= {t.entry for t in tests}
    before, after = _neighbours(unit)
    return UnitTrace(
        run=run,
        uid=str(unit.uid),
        part=unit.part.number,
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
        follows_baseline=unit.instruction == definition.instruction,
        previous_serial=unit.previous_serial,
        made_into=_made_into(unit),
        exclusion=facts[0].excluded,
        reasons=left_out_reasons(facts[0], definition.instruction),
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


def _operations(unit: Unit, plan: dict[int, object]) -> tuple[OperationView, ...]:
    rows = OperationRecord.objects.filter(unit=unit).order_by("began_at", "pk")
    found = []
    for r in rows.select_related("operator", "equipment"):
        planned = plan.get(r.seq)
        found.append(
            OperationView(
                seq=r.seq,
                name=getattr(planned, "name", ""),
                attempt=r.attempt,
                began_at=r.began_at,
                ended_at=r.ended_at,
                seconds=(r.ended_at - r.began_at).total_seconds(),
                standard_minutes=getattr(planned, "standard_minutes", None),
                operator=r.operator.name,
                equipment=r.equipment.code if r.equipment else "",
                outcome=r.outcome,
                note=r.note,
                entry=r.entry_id,
            )
        )
    return tuple(found)


def _judgements(unit: Unit) -> tuple[JudgementView, ...]:
    rows = list(
        Judgement.objects.filter(unit=unit).order_by("pk").select_related("inspector", "by")
    )
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


def _defects(unit: Unit) -> dict[int, list[DefectView]]:
    findings: dict[int, list[CauseView]] = {}
    rows = CauseFinding.objects.filter(defect__unit=unit).order_by("pk")
    columns = ("defect_id", "cause_class", "cause", "by__name", "received_at")
    for defect, cause_class, cause, by, at in rows.values_list(*columns):
        findings.setdefault(defect, []).append(CauseView(cause_class, cause, by, at))
    found: dict[int, list[DefectView]] = {}
    for d in Defect.objects.filter(unit=unit).order_by("pk"):
        view = DefectView(
            str(d.uid), d.code, d.name, d.category, d.note, tuple(findings.get(d.pk, ()))
        )
        found.setdefault(d.judgement_id, []).append(view)
    return found


def _tests(unit: Unit, definition: BaselineFacts) -> tuple[TestView, ...]:
    rows = TestRecord.objects.filter(unit=unit).order_by("began_at", "pk")
    files: dict[int, list[AttachmentView]] = {}
    columns = ("test_record_id", "name", "media_type", "size", "sha256")
    for record, *file in (
        Attachment.objects.filter(test_record__unit=unit).order_by("pk").values_list(*columns)
    ):
        files.setdefault(record, []).append(AttachmentView(*file))
    return tuple(
        _test(r, files.get(r.pk, ()), definition)
        for r in rows.select_related("procedure", "operator")
    )


def _test(
    record: TestRecord, files: Sequence[AttachmentView], definition: BaselineFacts
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


def _as_drawn(line: Measured, definition: BaselineFacts) -> Measured:
    """Its limits with the digits of the drawing: a procedure is the same however they are
    written, and keeps none of their zeros."""
    known = definition.characteristic(line.characteristic)
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
    for article in FirstArticle.objects.filter(unit=unit).select_related("by"):
        result = "passed" if article.passed else "failed"
        conform = f"{article.conforming} of {article.checked} characteristics conform"
        what = f"First article inspection {result}: {conform}"
        found.append(EventView(article.judged_at, what, article.note, article.by.name))
    lifted = RouteRelease.objects.filter(Q(run=unit.run_id) & Q(subject=unit.serial))
    for release in lifted.select_related("by"):
        what = f"Refusal lifted by signature: {release.rule}"
        found.append(EventView(release.received_at, what, release.reason, release.by.name))
    return tuple(sorted(found, key=lambda e: e.at))


def _made_into(unit: Unit) -> tuple[str, ...]:
    later = Unit.objects.filter(part=unit.part_id, previous_serial=unit.serial).order_by("pk")
    return tuple(later.values_list("serial", flat=True))


def _neighbours(unit: Unit) -> tuple[str, str]:
    rows = Unit.objects.filter(
        run=unit.run_id, position__in=(unit.position - 1, unit.position + 1)
    )
    found = dict(rows.values_list("position", "serial"))
    return found.get(unit.position - 1, ""), found.get(unit.position + 1, "")


def _sources(entries: set[int]) -> tuple[str, ...]:
    rows = RecordImport.objects.filter(entry__in=entries).order_by("pk")
    return tuple(rows.values_list("file_name", flat=True))


def _entries(entries: set[int]) -> tuple[EntryView, ...]:
    rows = LedgerEntry.objects.filter(seq__in=entries).order_by("seq")
    columns = ("seq", "at", "by", "verb", "subject", "hash")
    return tuple(EntryView(*row) for row in rows.values_list(*columns))


def find_units(
    actor: Actor, text: str, *, offset: int = 0, limit: int = 50
) -> tuple[tuple[tuple[str, str, str, str], ...], int]:
    """Units whose serial holds the text: (site, part, serial, batch ID), and the total."""
    rows = Unit.objects.filter(run__site__in=actor.site_ids, serial__icontains=text.strip())
    columns = ("run__site__code", "part__number", "serial", "run__batch_id")
    page = rows.order_by("-pk").values_list(*columns)[offset : offset + limit]
    return tuple(page), rows.count()


def attachment(actor: Actor, site: str, sha256: str) -> bytes:
    """The content of a file that came with a test record of the site. Raises NotFound."""
    rows = Attachment.objects.filter(sha256=sha256, test_record__run__site__code=site)
    found = rows.values_list("size", "test_record__run__site_id").first()
    if found is None:
        raise NotFound("There is no such file, or not for you.")
    require(actor, "see", found[1])
    return store.get(Path(settings.MEDIA_ROOT), sha256, size=found[0])
