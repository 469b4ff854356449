"""What the line shows when a unit is scanned: the next operation and everything it needs."""

from collections import Counter
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from uuid import UUID

from firstoff.db.models import (
    Defect,
    DefectCode,
    Judgement,
    OperationRecord,
    RunEquipment,
    TestRecord,
    Unit,
)
from firstoff.errors import InvalidInput
from firstoff.formats.testdata.packing import Result, read_procedure, unpack
from firstoff.queries.access import who_may
from firstoff.queries.execution.definition import frozen, route
from firstoff.queries.execution.facts import decision_facts, judgements_of_unit, unit_facts
from firstoff.queries.execution.runs import RunView
from firstoff.rules.access import PERMISSIONS
from firstoff.rules.execution import (
    DecisionFacts,
    RouteFacts,
    UnitState,
    check_serial,
    judge_units,
    left_out_reasons,
    open_operations,
)
from firstoff.rules.execution.numbers import make, next_number
from firstoff.rules.nonconformity import BUILD_TIME_CODE
from firstoff.rules.plan import CatalogueCode, PlanOperation
from firstoff.rules.product import CharacteristicFacts
from firstoff.terms import OperationOutcome, UnitResult


@dataclass(frozen=True, slots=True)
class DoneOperation:
    seq: int
    name: str
    attempt: int
    outcome: str
    ended_at: datetime


@dataclass(frozen=True, slots=True)
class LineUnit:
    """A started unit, where it stands on its route.

    ``open`` are the operations that may come next, several where branches of the plan lie beside
    each other; ``operation`` is the first of them, None when the route is done or the unit failed.
    ``began_at`` is when the last thing on it ended: the standard time of the next operation runs
    from there.
    """

    id: int
    serial: str
    position: int
    started_at: datetime
    began_at: datetime
    state: UnitState
    reasons: tuple[str, ...]  # why it does not count
    attempt: int
    done: tuple[DoneOperation, ...]
    operation: PlanOperation | None
    place: int  # of the operation, from 1
    failed: bool  # in the current attempt: rework begins another one
    characteristics: tuple[CharacteristicFacts, ...]
    open: tuple[PlanOperation, ...] = ()

    @property
    def finished(self) -> bool:
        return self.operation is None and not self.failed


@dataclass(frozen=True, slots=True)
class LineView:
    """The line of a run, with or without a unit in hand."""

    run: RunView
    operations: tuple[PlanOperation, ...]
    characteristics: tuple[CharacteristicFacts, ...]
    standard_minutes: Decimal | None  # of the whole unit
    codes: tuple[CatalogueCode, ...]  # of the program, those met most often first
    equipment: tuple[tuple[str, str], ...]  # code and name, of the run
    started: int
    judged: int
    last_at: datetime | None
    next_serial: str  # by the pattern; empty where serials are given
    decision: DecisionFacts | None
    unit: LineUnit | None = None
    scanned: str = ""

    def measured(self, seq: int) -> tuple[CharacteristicFacts, ...]:
        """What the operation with this number measures or looks at."""
        numbers = next((o.characteristics for o in self.operations if o.seq == seq), ())
        return tuple(c for c in self.characteristics if c.number in numbers)


def line(run: RunView, serial: str = "") -> LineView:
    """The line of a run and the unit scanned, if it is started. At most thirteen queries."""
    definition = frozen(run.baseline_id, run.baseline)
    unit = _unit(run, serial.strip()) if serial.strip() else None
    judged = Judgement.objects.filter(run=run.id, attempt=1, supersedes__isnull=True)
    rows = Unit.objects.filter(run=run.id).order_by("-position")
    newest = list(rows.values_list("serial", "started_at")[:50])
    named = RunEquipment.objects.filter(run=run.id).order_by("pk")
    return LineView(
        run=run,
        operations=route(definition),
        characteristics=definition.characteristics,
        standard_minutes=definition.standard_minutes,
        codes=codes_by_use(run.program_id),
        equipment=tuple(named.values_list("equipment__code", "equipment__name")),
        started=run.units,
        judged=judged.values("unit").distinct().count(),
        last_at=newest[0][1] if newest else None,
        next_serial=_next_serial(run, [serial for serial, _ in newest]),
        decision=decision_facts([run.id]).get(run.id),
        unit=unit,
        scanned=serial.strip(),
    )


@dataclass(frozen=True, slots=True)
class DoneView:
    """What the line confirms after a record: the operation, what it said, what comes next."""

    uid: str
    serial: str
    seq: int
    name: str
    outcome: str
    seconds: float
    values: tuple[str, ...]  # clearance 0.61 mm
    defects: tuple[str, ...]  # D-310 chip on foot ring
    following: str  # the next operation: 50, apply label; empty at the end
    first: UnitResult
    final: UnitResult
    over_time: bool
    counts: bool


def done(run: RunView, uid: UUID) -> DoneView | None:
    """The operation recorded under this ID, for its confirmation. At most nine queries."""
    rows = OperationRecord.objects.filter(run=run.id, uid=uid).select_related("unit")
    record = rows.first()
    if record is None:
        return None
    unit = _unit(run, record.unit.serial)
    if unit is None:
        return None
    tests = TestRecord.objects.filter(
        unit=record.unit_id, began_at=record.began_at, ended_at=record.ended_at
    ).select_related("procedure")
    found = [r for t in tests for r in _results(t)]
    said = Defect.objects.filter(entry=record.entry_id, unit=record.unit_id).order_by("pk")
    names = {o.seq: o.name for o in frozen(run.baseline_id, run.baseline).operations}
    following = unit.operation
    return DoneView(
        uid=str(record.uid),
        serial=unit.serial,
        seq=record.seq,
        name=names.get(record.seq, ""),
        outcome=record.outcome,
        seconds=(record.ended_at - record.began_at).total_seconds(),
        values=tuple(
            f"{r.line.name} {r.shown} {r.line.unit}".strip() for r in found if r.value is not None
        ),
        defects=tuple(f"{d.code} {d.name}" for d in said),
        following=f"{following.seq}, {following.name}" if following else "",
        first=unit.state.first,
        final=unit.state.final,
        over_time=unit.state.over_time,
        counts=not unit.reasons,
    )


def _results(test: TestRecord) -> list[Result]:
    lines = read_procedure(test.procedure.definition).lines
    return unpack(lines, bytes(test.values), test.outcomes, test.extras)


def is_serial(run: RunView, text: str) -> bool:
    """Whether a scanned text can be a serial of this run."""
    try:
        check_serial(text, run.serial_pattern, batch=run.batch_id, program=run.program)
    except InvalidInput:
        return False
    return True


def _next_serial(run: RunView, newest: list[str]) -> str:
    if not run.serial_pattern:
        return ""
    names = {"batch": run.batch_id, "program": run.program}
    number = next_number(run.serial_pattern, newest, **names)
    return make(run.serial_pattern, number, **names)


def codes_by_use(program_id: int) -> tuple[CatalogueCode, ...]:
    """The program's defect codes in use, the most frequent first. Two queries."""
    rows = DefectCode.objects.filter(program=program_id, retired=False).order_by("code")
    codes = [CatalogueCode(*r) for r in rows.values_list("code", "name", "category", "retired")]
    met = Defect.objects.filter(run__program=program_id).order_by("-pk")
    counts = Counter(met.values_list("code", flat=True)[:500])
    offered = (c for c in codes if c.code != BUILD_TIME_CODE)
    return tuple(sorted(offered, key=lambda c: (-counts[c.code], c.code)))


def _unit(run: RunView, serial: str) -> LineUnit | None:
    found = unit_facts(Unit.objects.filter(run=run.id, serial=serial))
    if not found:
        return None
    unit = found[0]
    definition = frozen(run.baseline_id, run.baseline)
    limit = None if run.bar is None else run.bar.max_unit_minutes
    judgements = judgements_of_unit(unit.id)
    records = list(OperationRecord.objects.filter(unit=unit.id).order_by("ended_at", "pk"))
    state = judge_units(
        found,
        judgements,
        max_unit_seconds=None if limit is None else float(limit) * 60,
    )[unit.id]
    done = {(r.attempt, r.seq): r.outcome for r in records}
    attempt = max((r.attempt for r in records), default=1)
    failed = any(
        a == attempt and outcome == OperationOutcome.FAIL for (a, _), outcome in done.items()
    )
    failed = failed or (not records and state.first is UnitResult.REJECT)
    operations = route(definition)
    facts = RouteFacts(unit.serial, operations, 0, attempt, done)
    following = () if failed or _judged_whole(state) else open_operations(facts)
    operation = following[0] if following else None
    names = {o.seq: o.name for o in definition.operations}
    numbers = operation.characteristics if operation else ()
    return LineUnit(
        id=unit.id,
        serial=unit.serial,
        position=unit.position,
        started_at=unit.started_at,
        began_at=max((r.ended_at for r in records), default=unit.started_at),
        state=state,
        reasons=left_out_reasons(unit, definition.instruction),
        attempt=attempt,
        done=tuple(
            DoneOperation(r.seq, names.get(r.seq, ""), r.attempt, r.outcome, r.ended_at)
            for r in records
        ),
        operation=operation,
        place=operations.index(operation) + 1 if operation else 0,
        failed=failed,
        characteristics=tuple(c for c in definition.characteristics if c.number in numbers),
        open=following,
    )


def _judged_whole(state: UnitState) -> bool:
    """Whether fit, finish and function are judged: nothing is left for the route to do."""
    return state.attempts == 1 and bool(state.fit and state.finish and state.function)


def who_releases(site_id: int) -> tuple[str, ...]:
    """Names of those who can lift a refusal by signature. Three queries."""
    return who_may(PERMISSIONS["route.release"], site_id)
