"""Operation times and measured values that come with a record of a unit, or after it.

What is stored already is left out of the plan; what contradicts it is refused. Nothing is dropped.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from firstoff.db.models import Judgement, OperationRecord, TestRecord, Unit
from firstoff.errors import FirstoffError, InvalidInput, Refused
from firstoff.rules.execution import (
    Aspects,
    Refusal,
    check_recorded_time,
    enforce,
    judgement_refusals,
    place_judgement,
)
from firstoff.services.execution.floor import Floor
from firstoff.services.execution.measuring import pass_refusals, plan_measures
from firstoff.services.execution.planning import derived, plan_operation
from firstoff.services.execution.posted import PostedStep, PostedUnit
from firstoff.terms import OperationOutcome

_STAYS = "What is recorded stays; something new needs a record ID of its own."
_MILLI = Decimal("0.001")


@dataclass(frozen=True, slots=True)
class Result:
    """The judgement that a record brings, or that says the same already; None: neither."""

    judgement: Judgement | None
    attempt: int

    @property
    def failed(self) -> bool:
        row = self.judgement
        return row is not None and "fail" in (row.fit, row.finish, row.function)


def result_of(floor: Floor, posted: PostedUnit, judgement: Judgement | None) -> Result:
    """Which attempt the steps and values belong to. Raises Refused (R-48)."""
    if judgement is not None:
        return Result(judgement, judgement.attempt)
    earlier = floor.history(posted.serial).judgements
    place = place_judgement(
        posted.attempt, Aspects(), timed=False, earlier=earlier, serial=posted.serial
    )
    if isinstance(place, Refusal):
        raise place.error()
    return Result(None, place.attempt)


def plan_values(
    floor: Floor,
    unit: Unit,
    posted: PostedUnit,
    result: Result,
    *,
    source: str,
    starts: bool = False,
) -> TestRecord | None:
    """The measured values as a test record; None where there are none, or they are stored.

    starts: the record starts the unit. Values that come without a result are kept as they are:
    they judge nothing. Raises Refused where the result says *pass* and a value is out of its
    limits (R-34), or the record ID stands for other values (R-36).
    """
    if not posted.measures:
        return None
    if result.judgement is not None and not result.failed:
        enforce(pass_refusals(floor.definition, posted.measures))
    began_at, ended_at = _measured(floor, unit, posted, result, starts=starts)
    test = plan_measures(
        floor,
        unit,
        posted.measures,
        source=source,
        title=f"Measured with the record of the unit, {floor.definition.part}",
        began_at=began_at,
        ended_at=ended_at,
        operator=floor.operator(posted.operator),
        # The same values without a record ID and without a time say nothing new.
        told_by={"record": posted.uid, "attempt": result.attempt, "ended": posted.judged_at},
    )
    if test is None or test.source_digest in floor.tests:
        return None
    uid = derived(posted.uid, "values")
    if uid is not None:
        if uid in floor.tests:
            raise _other(f"The record {posted.uid} is stored already with other values.")
        test.uid = uid
    return test


def _measured(
    floor: Floor, unit: Unit, posted: PostedUnit, result: Result, *, starts: bool
) -> tuple[datetime, datetime]:
    """When the values were taken: with the first result between start and judgement."""
    ended = unit.started_at if starts else floor.at
    if result.judgement is not None:
        ended = result.judgement.judged_at
    elif posted.judged_at is not None:
        ended = check_recorded_time(posted.judged_at, received=floor.at, what="judged_at")
    if ended < unit.started_at:
        raise InvalidInput(
            f"{unit.serial} would be measured before it was started.", field="judged_at"
        )
    whole = result.judgement is not None and result.attempt == 1
    return (unit.started_at if whole else ended), ended


def plan_steps(
    floor: Floor, unit: Unit, posted: PostedUnit, result: Result
) -> list[OperationRecord]:
    """Operation times of a log, one after the other, without those that are stored already.

    Raises Refused where an operation is stored with another time (R-36), or the route or a
    decision on the batch refuses it (R-35, R-40).
    """
    steps = _missing(floor, posted, result.attempt)
    if not steps:
        return []
    enforce(
        judgement_refusals(floor.decision, batch_id=floor.run.batch_id, attempt=result.attempt)
    )
    history = floor.history(unit.serial)
    operator, equipment = floor.operator(posted.operator), floor.equipment(posted.equipment)
    began = _begins(floor, unit, result, steps)
    before, spent = dict(history.done), dict(history.spent)
    found = []
    try:
        for step in steps:
            ended = began + timedelta(seconds=float(step.seconds))
            # A log does not say which operation showed the fault: it ends with the last one done.
            fails = result.failed and step is steps[-1]
            record = plan_operation(
                floor,
                unit,
                seq=step.seq,
                attempt=result.attempt,
                began_at=began,
                ended_at=ended,
                outcome=OperationOutcome.FAIL if fails else OperationOutcome.PASS,
                operator=operator,
                equipment=equipment,
            )
            history.done[result.attempt, step.seq] = record.outcome
            history.spent[result.attempt, step.seq] = (began, ended)
            found.append(record)
            began = ended
    except FirstoffError:
        history.done, history.spent = before, spent
        raise
    return found


def _missing(floor: Floor, posted: PostedUnit, attempt: int) -> list[PostedStep]:
    """The steps that are not stored yet. Raises Refused where one is, with another time."""
    spent = floor.history(posted.serial).spent
    found = []
    for step in _in_turn(floor, posted.steps):
        held = spent.get((attempt, step.seq))
        if held is None:
            found.append(step)
            continue
        stored = Decimal(str((held[1] - held[0]).total_seconds()))
        if abs(stored - step.seconds) > _MILLI:
            raise _other(
                f"Operation {step.seq} of {posted.serial} is recorded already with "
                f"{stored.normalize():f}\u00a0s, not {step.seconds.normalize():f}\u00a0s."
            )
    return found


def _in_turn(floor: Floor, steps: Iterable[PostedStep]) -> list[PostedStep]:
    """As the plan does them; one that it does not have comes last, and is refused there."""
    turn = {o.seq: place for place, o in enumerate(floor.operations)}
    return sorted(steps, key=lambda s: (turn.get(s.seq, len(turn)), s.seq))


def _begins(floor: Floor, unit: Unit, result: Result, steps: list[PostedStep]) -> datetime:
    """When the first of them began: after those before it; a later attempt ends when judged."""
    times = floor.history(unit.serial).spent.items()
    ends = [ended for (attempt, _), (_, ended) in times if attempt == result.attempt]
    if result.attempt == 1 or ends:
        return max([unit.started_at, *ends])
    row = result.judgement
    took = timedelta(seconds=float(sum(step.seconds for step in steps)))
    return max(unit.started_at, (row.judged_at if row else floor.at) - took)


def check_stored(floor: Floor, unit: Unit, posted: PostedUnit, result: Result) -> None:
    """A record posted again brings no steps and values but those it brought before (R-36)."""
    if plan_values(floor, unit, posted, result, source="") is not None:
        raise _other(f"The record {posted.uid} is stored already without these values.")
    missing = _missing(floor, posted, result.attempt)
    if missing:
        raise _other(
            f"The record {posted.uid} is stored already without operation {missing[0].seq}."
        )


def _other(message: str) -> Refused:
    return Refused(message, code="R-36", way_out=_STAYS)
