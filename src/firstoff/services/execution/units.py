"""One unit at a time: started, left out, judged, corrected."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from uuid import UUID

from firstoff.db.models import Defect, Judgement, Run, Unit, UnitExclusion
from firstoff.errors import InvalidInput, NotFound, StaleState
from firstoff.rules.access import Actor
from firstoff.rules.execution import (
    enforce,
    exclusion_refusals,
    left_out_reasons,
)
from firstoff.rules.nonconformity import BUILD_TIME_CODE
from firstoff.rules.product import check_prose
from firstoff.services.execution.floor import Floor, unit_as_facts
from firstoff.services.execution.ground import answer_stored, definition_of, run_for, verb
from firstoff.services.execution.planning import Plan, plan_judgement, plan_start
from firstoff.services.execution.posted import PostedDefect, PostedUnit
from firstoff.services.ledger import Entry
from firstoff.services.repeating import AlreadyStored, Given, same_or_refuse, stored_under
from firstoff.terms import Attempt


@dataclass(frozen=True, slots=True)
class UnitStarted:
    """A unit that was started; ``reasons`` say why it will not count, empty when it will."""

    id: int
    uid: UUID
    serial: str
    position: int
    started_at: datetime
    reasons: tuple[str, ...]
    again: bool = False  # it was stored before: the answer is what was stored


@dataclass(frozen=True, slots=True)
class Judged:
    """A judgement that was recorded, as it was settled."""

    id: int
    uid: UUID
    serial: str
    attempt: int
    kind: Attempt
    fit: str
    finish: str
    function: str
    build_seconds: Decimal | None
    defects: tuple[str, ...]  # codes, the one for a build time over the limit included
    again: bool = False

    @property
    def failed(self) -> bool:
        return "fail" in (self.fit, self.finish, self.function) or BUILD_TIME_CODE in self.defects


def start_unit(
    *,
    run_id: int,
    serial: str,
    by: Actor,
    at: datetime,
    uid: UUID | None = None,
    started_at: datetime | None = None,
    operator: str = "",
    equipment: str = "",
    instruction: str | None = None,
    previous_serial: str = "",
) -> UnitStarted:
    """Start a unit. Who, where and how are copied onto it: they decide whether it counts (R-33).

    operator: user name; whoever posts when empty. equipment: code; the run's when it names one.
    instruction: digest of the instructions followed; the run's when None. previous_serial: the
    unit it was made out of. Raises Refused (R-31, R-35, R-36, R-40, R-41, R-46), InvalidInput.
    """
    run = run_for(by, run_id, "unit.record")
    posted = PostedUnit(
        serial=serial.strip(),
        uid=uid,
        started_at=started_at,
        operator=operator,
        equipment=equipment,
        instruction=instruction,
        previous_serial=previous_serial,
    )
    try:
        with verb("start_unit", run, by=by, at=at, about=f"unit {posted.serial}") as entry:
            answer_stored(
                Unit,
                uid,
                run,
                serial=posted.serial,
                started_at=started_at,
                instruction=instruction,
                previous_serial=previous_serial or None,
            )
            floor = Floor(run, by=by, at=at)
            floor.read_units([posted.serial])
            plan = plan_start(floor, posted, uid=uid)
            if plan.unit is None:
                raise TypeError("a start without a unit")
            entry.add(plan.unit)
            entry.details["does_not_count"] = list(plan.reasons)
            return _started(plan.unit, plan.reasons)
    except AlreadyStored as known:
        unit = known.of(Unit)
        return replace(_started(unit, _reasons(run, unit)), again=True)


def _started(unit: Unit, reasons: tuple[str, ...]) -> UnitStarted:
    return UnitStarted(unit.pk, unit.uid, unit.serial, unit.position, unit.started_at, reasons)


def _reasons(run: Run, unit: Unit) -> tuple[str, ...]:
    facts = unit_as_facts(unit, unit.operator.name, unit.equipment)
    return left_out_reasons(facts, definition_of(run).instruction)


def leave_out_unit(
    *, run_id: int, serial: str, reason: str, by: Actor, at: datetime, uid: UUID | None = None
) -> UUID:
    """Declare that a unit will not count, before it is judged (R-33); never after."""
    run = run_for(by, run_id, "unit.record")
    why = check_prose(reason, "reason", field="reason")
    if not why:
        raise InvalidInput("A unit is left out for a reason; none is given.", field="reason")
    try:
        with verb("leave_out_unit", run, by=by, at=at, about=f"unit {serial}") as entry:
            answer_stored(UnitExclusion, uid, None, reason=why)
            unit = unit_of(run, serial)
            judged = Judgement.objects.filter(unit=unit).exists()
            enforce(exclusion_refusals(unit.serial, judged=judged))
            held = UnitExclusion.objects.filter(unit=unit).first()
            if held is not None:
                raise StaleState(f"{unit.serial} is left out already: {held.reason}", code="R-33")
            exclusion = UnitExclusion(unit=unit, reason=why)
            if uid is not None:
                exclusion.uid = uid
            entry.add(exclusion)
            entry.details["reason"] = why
            return exclusion.uid
    except AlreadyStored as known:
        stored = known.of(UnitExclusion)
        return stored.uid


def unit_of(run: Run, serial: str) -> Unit:
    """A unit of the run. Raises NotFound."""
    rows = Unit.objects.filter(run=run, serial=serial.strip()).select_related("equipment")
    unit = rows.first()
    if unit is None:
        raise NotFound(
            f"{serial.strip()[:60]} is not started in {run.batch_id}.",
            way_out="Scan it on the line page to start it.",
        )
    return unit


def judge_unit(
    *,
    run_id: int,
    serial: str,
    by: Actor,
    at: datetime,
    uid: UUID | None = None,
    fit: str = "",
    finish: str = "",
    function: str = "",
    build_seconds: Decimal | None = None,
    defects: Sequence[PostedDefect] = (),
    attempt: Attempt | str = Attempt.FIRST,
    judged_at: datetime | None = None,
) -> Judged:
    """Record a result of a unit (R-34): the first one, or a retest or rework beside it (R-48).

    Aspects are ``pass``, ``fail`` or empty; an aspect with a defect fails. A reject needs a defect
    code of the program. Raises Refused (R-40, R-48), InvalidInput, NotFound.
    """
    run = run_for(by, run_id, "unit.record")
    posted = PostedUnit(
        serial=serial.strip(),
        uid=uid,
        attempt=_attempt(attempt),
        judged_at=judged_at,
        fit=fit,
        finish=finish,
        function=function,
        build_seconds=build_seconds,
        defects=tuple(defects),
    )
    try:
        with verb("judge_unit", run, by=by, at=at, about=f"unit {posted.serial}") as entry:
            unit = unit_of(run, posted.serial)
            _answer_judged(posted, run, unit)
            floor = Floor(run, by=by, at=at)
            floor.read_units([posted.serial])
            plan = plan_judgement(floor, unit, posted, uid=uid)
            return write_judgement(entry, plan)
    except AlreadyStored as known:
        return replace(judged_of(known.of(Judgement)), again=True)


def _answer_judged(posted: PostedUnit, run: Run, unit: Unit) -> None:
    held = stored_under(Judgement, posted.uid)
    if held is None or posted.uid is None:
        return
    given = [Given("run", run.pk, held.run_id), Given("unit", unit.pk, held.unit_id)]
    pairs = (
        ("fit", posted.fit or None, held.fit),
        ("finish", posted.finish or None, held.finish),
        ("function", posted.function or None, held.function),
        ("build time", posted.build_seconds, held.build_seconds),
        ("attempt", posted.attempt.value, held.kind),
    )
    given += [Given(name, said, stored) for name, said, stored in pairs if said is not None]
    same_or_refuse(posted.uid, given)
    raise AlreadyStored(held)


def _attempt(attempt: Attempt | str) -> Attempt:
    try:
        return Attempt(attempt)
    except ValueError:
        raise InvalidInput(
            f"{attempt!r} is no kind of result; expected {', '.join(Attempt)}.", field="attempt"
        ) from None


def write_judgement(entry: Entry, plan: Plan) -> Judged:
    """Write a planned judgement with its defects and causes."""
    if plan.judgement is None:
        raise TypeError("no judgement was planned")
    entry.add(plan.judgement)
    entry.add_all(plan.defects)
    entry.add_all(plan.causes)
    entry.details["defects"] = [d.code for d in plan.defects]
    return judged_of(plan.judgement, tuple(d.code for d in plan.defects))


def judged_of(row: Judgement, codes: tuple[str, ...] | None = None) -> Judged:
    if codes is None:
        held = Defect.objects.filter(judgement=row).order_by("pk")
        codes = tuple(held.values_list("code", flat=True))
    return Judged(
        row.pk,
        row.uid,
        row.unit.serial,
        row.attempt,
        Attempt(row.kind),
        row.fit,
        row.finish,
        row.function,
        row.build_seconds,
        codes,
    )
