"""Operations as the line does them, with what they measured and what they showed."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from uuid import UUID

from firstoff.db.models import OperationRecord, Unit
from firstoff.errors import InvalidInput
from firstoff.rules.access import Actor
from firstoff.rules.execution import ASPECTS, Aspects, enforce, operation_attempt
from firstoff.services.execution.floor import Floor, Operator
from firstoff.services.execution.ground import answer_stored, run_for, verb
from firstoff.services.execution.measuring import pass_refusals, plan_measures, store_tests
from firstoff.services.execution.planning import Plan, derived, plan_judgement, plan_operation
from firstoff.services.execution.posted import (
    PostedDefect,
    PostedMeasure,
    PostedOperation,
    PostedUnit,
)
from firstoff.services.execution.units import Judged, unit_of, write_judgement
from firstoff.services.repeating import AlreadyStored
from firstoff.terms import Attempt, OperationOutcome


@dataclass(frozen=True, slots=True)
class OperationDone:
    """An operation that was recorded; ``judged`` where it ended the route or failed the unit."""

    id: int
    uid: UUID
    serial: str
    seq: int
    attempt: int
    outcome: OperationOutcome
    judged: Judged | None = None
    again: bool = False


def record_operation(
    *,
    run_id: int,
    serial: str,
    seq: int,
    began_at: datetime,
    ended_at: datetime,
    outcome: OperationOutcome | str,
    by: Actor,
    at: datetime,
    uid: UUID | None = None,
    defects: Sequence[PostedDefect] = (),
    measures: Sequence[PostedMeasure] = (),
    operator: str = "",
    equipment: str = "",
    rework: bool = False,
    note: str = "",
) -> OperationDone:
    """Record one operation of a unit, in the order of the route (R-35).

    A failed one needs a defect and judges the unit: the aspects of its defects fail. The last one
    passed judges fit, finish and function as passed. With a value out of its limits *pass* is
    refused (R-34). rework: begins the next attempt of a unit that failed; the first result stays.
    """
    run = run_for(by, run_id, "unit.record")
    result = _outcome(outcome)
    try:
        with verb("record_operation", run, by=by, at=at, about=f"unit {serial.strip()}") as entry:
            answer_stored(OperationRecord, uid, run, seq=seq, outcome=result.value)
            unit = unit_of(run, serial)
            floor = Floor(run, by=by, at=at)
            floor.read_units([unit.serial])
            history = floor.history(unit.serial)
            attempt = operation_attempt(
                history.done, [j.attempt for j in history.judgements], rework=rework
            )
            posted = PostedOperation(
                unit.serial,
                seq,
                began_at,
                ended_at,
                result,
                uid,
                tuple(defects),
                tuple(measures),
                operator,
                equipment,
                note,
            )
            record, plan = plan_done(floor, unit, posted, attempt=attempt)
            entry.add(record)
            entry.details.update(seq=seq, outcome=result, attempt=attempt)
            judged = write_judgement(entry, plan) if plan.judgement else None
            store_tests(entry, plan.tests)
            return _done(record, judged)
    except AlreadyStored as known:
        return _done(known.of(OperationRecord), None, again=True)


def plan_done(
    floor: Floor, unit: Unit, posted: PostedOperation, *, attempt: int, source: str = "line"
) -> tuple[OperationRecord, Plan]:
    """The operation, and what it says about the unit (R-34, R-35). Raises as the verb does."""
    who = floor.operator(posted.operator)
    record = plan_operation(
        floor,
        unit,
        seq=posted.seq,
        attempt=attempt,
        began_at=posted.began_at,
        ended_at=posted.ended_at,
        outcome=posted.outcome,
        operator=who,
        equipment=floor.equipment(posted.equipment),
        note=posted.note,
    )
    if posted.uid is not None:
        record.uid = posted.uid
    _check_result(floor, posted)
    return record, _judgement(floor, unit, record, posted, who, source)


def _outcome(outcome: OperationOutcome | str) -> OperationOutcome:
    try:
        return OperationOutcome(outcome)
    except ValueError:
        raise InvalidInput(
            f"The outcome is {outcome!r}; expected pass or fail.", field="outcome"
        ) from None


def _check_result(floor: Floor, posted: PostedOperation) -> None:
    if posted.outcome is OperationOutcome.FAIL:
        if not posted.defects:
            raise InvalidInput(
                "A failed operation needs at least one defect code.", field="defects", code="R-34"
            )
        return
    if posted.defects:
        raise InvalidInput(
            f"The operation passed and has the defect {posted.defects[0].code}.",
            way_out="Record it as failed.",
            field="outcome",
        )
    enforce(pass_refusals(floor.definition, posted.measures))


def _judgement(
    floor: Floor,
    unit: Unit,
    record: OperationRecord,
    done: PostedOperation,
    who: Operator,
    source: str,
) -> Plan:
    """What the operation says about the unit: a failed one rejects it, the last one passes it."""
    plan = Plan()
    last = floor.ends(unit.serial, record.seq, record.attempt)
    if record.outcome == OperationOutcome.FAIL or last:
        aspects = _aspects(floor, unit, record)
        posted = PostedUnit(
            serial=unit.serial,
            attempt=Attempt.FIRST if record.attempt == 1 else Attempt.REWORK,
            judged_at=record.ended_at,
            defects=done.defects,
            fit=aspects.fit,
            finish=aspects.finish,
            function=aspects.function,
            build_seconds=_build_seconds(floor, unit, record) if last else None,
        )
        if posted.judges:
            uid = derived(done.uid, "judgement")
            plan = plan_judgement(floor, unit, posted, uid=uid, attempt=record.attempt)
    test = plan_measures(
        floor,
        unit,
        done.measures,
        source=source,
        title=f"Operation {record.seq}, {floor.definition.part}",
        began_at=record.began_at,
        ended_at=record.ended_at,
        operator=who,
        told_by={"began": record.began_at, "ended": record.ended_at},
    )
    if test is not None:
        plan.tests.append(test)
    return plan


def _aspects(floor: Floor, unit: Unit, record: OperationRecord) -> Aspects:
    """What the end of the route says: all that is still open passes. A fail is said by defects.

    A unit released to go on after a fail keeps what failed.
    """
    if record.outcome == OperationOutcome.FAIL:
        return Aspects()
    earlier = floor.history(unit.serial).judgements
    judged = {n for j in earlier if j.attempt == record.attempt for n in j.aspects.judged}
    return Aspects(*("" if name in judged else "pass" for name in ASPECTS))


def _build_seconds(floor: Floor, unit: Unit, record: OperationRecord) -> Decimal | None:
    """The sum of the first attempt's operations; none where the unit is timed already, or was
    let through without one of them: what is not measured is not added up."""
    history = floor.history(unit.serial)
    timed = any(j.timed and j.attempt == 1 for j in history.judgements)
    spent = [began_ended for (n, _), began_ended in history.spent.items() if n == 1]
    if record.attempt != 1 or timed or len(spent) + 1 < len(floor.operations):
        return None
    spent.append((record.began_at, record.ended_at))
    seconds = sum((ended - began).total_seconds() for began, ended in spent)
    return Decimal(f"{seconds:.3f}") if seconds > 0 else None


def _done(record: OperationRecord, judged: Judged | None, *, again: bool = False) -> OperationDone:
    return OperationDone(
        record.pk,
        record.uid,
        record.unit.serial,
        record.seq,
        record.attempt,
        OperationOutcome(record.outcome),
        judged,
        again,
    )
