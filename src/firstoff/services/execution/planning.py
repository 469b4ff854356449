"""From what was posted to the rows that say it, through every rule on the way.

Nothing is written here: a plan is made for one record at a time, against the floor as it will be
once the records before it are stored, and is either whole or refused.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from uuid import UUID, uuid5

from firstoff.db.inserts import fresh
from firstoff.db.models import (
    CauseFinding,
    Defect,
    Equipment,
    Judgement,
    OperationRecord,
    Record,
    TestRecord,
    Unit,
)
from firstoff.errors import InvalidInput
from firstoff.rules.access import require
from firstoff.rules.execution import (
    Aspects,
    EarlierJudgement,
    Refusal,
    RouteFacts,
    StartFacts,
    check_aspect,
    check_recorded_time,
    check_serial,
    enforce,
    equipment_refusals,
    held_refusals,
    is_over_time,
    judgement_refusals,
    left_out_reasons,
    place_judgement,
    route_refusals,
    settle_aspects,
    start_refusals,
    training_refusals,
)
from firstoff.rules.nonconformity import (
    BUILD_TIME_CODE,
    check_cause,
    check_defect_code,
    repeat_refusals,
)
from firstoff.rules.product import check_line, check_prose
from firstoff.services.execution.floor import (
    Floor,
    Operator,
    facts_of,
    unit_as_facts,
)
from firstoff.services.execution.posted import PostedDefect, PostedUnit
from firstoff.terms import Aspect, OperationOutcome

BUILD_TIME_NAME = "Build time over the limit"


@dataclass(slots=True)
class Plan:
    """The rows of one record, in the order they have to be written."""

    unit: Unit | None = None  # to be started by this record
    operations: list[OperationRecord] = field(default_factory=list)
    judgement: Judgement | None = None
    defects: list[Defect] = field(default_factory=list)
    causes: list[CauseFinding] = field(default_factory=list)
    tests: list[TestRecord] = field(default_factory=list)
    reasons: tuple[str, ...] = ()  # why the unit will not count

    @property
    def rows(self) -> Iterable[Sequence[Record]]:
        """By table, parents first."""
        yield [self.unit] if self.unit else []
        yield self.operations
        yield [self.judgement] if self.judgement else []
        yield self.defects
        yield self.causes
        yield self.tests


def plan_start(floor: Floor, posted: PostedUnit, *, uid: UUID | None = None) -> Plan:
    """A unit to be started, or the refusal that says why not (R-31, R-35, R-36, R-41, R-46)."""
    started_at = _started_at(floor, posted)
    known = floor.known(posted.serial)
    serial = posted.serial
    if known is None:
        serial = check_serial(
            serial,
            floor.run.serial_pattern,
            batch=floor.run.batch_id,
            program=floor.run.program.code,
        )
    operator = floor.operator(posted.operator)
    equipment = floor.equipment(posted.equipment)
    unit = fresh(
        Unit,
        uid=uid,
        run=floor.run,
        part_id=floor.run.program.part_id,
        serial=serial,
        position=floor.next_position,
        started_at=started_at,
        operator_id=operator.id,
        builder_class=operator.builder_class,
        equipment=equipment,
        equipment_class=equipment.equipment_class if equipment else "",
        instruction=(
            floor.definition.instruction if posted.instruction is None else posted.instruction
        ),
        previous_serial=check_line(
            posted.previous_serial, "previous serial", longest=120, field="previous_serial"
        ),
    )
    reasons = left_out_reasons(
        unit_as_facts(unit, operator.name, equipment), floor.definition.instruction
    )
    _check_start(floor, unit, counts=not reasons)
    check_hands(floor, operator, equipment, floor.operations[0].seq, started_at)
    return Plan(unit=unit, reasons=reasons)


def _started_at(floor: Floor, posted: PostedUnit) -> datetime:
    """When work began: as given; else the time judged less the build time; else now."""
    if posted.started_at is not None:
        return check_recorded_time(posted.started_at, received=floor.at, what="started_at")
    if posted.judged_at is None:
        return floor.at
    judged = check_recorded_time(posted.judged_at, received=floor.at, what="judged_at")
    return judged - timedelta(seconds=float(posted.build_seconds or 0))


def _check_start(floor: Floor, unit: Unit, *, counts: bool) -> None:
    enforce(
        start_refusals(
            StartFacts(
                batch_id=floor.run.batch_id,
                serial=unit.serial,
                started_at=unit.started_at,
                bar_locked_at=floor.bar.locked_at if floor.bar else None,
                counts=counts,
                counting_started=floor.counting_started,
                first_article=floor.first_article,
                decision=floor.decision,
                known=floor.known(unit.serial),
                lifted=floor.lifted,
                zone=floor.zone,
            )
        )
    )
    enforce(
        repeat_refusals(
            batch_id=floor.run.batch_id,
            earlier=floor.earlier,
            actions=floor.actions if floor.earlier else (),
            at=unit.started_at,
            zone=floor.zone,
        )
    )


def check_hands(
    floor: Floor, operator: Operator, equipment: Equipment | None, seq: int, when: datetime
) -> None:
    """The equipment is fit and the operator is trained, on that day (R-35)."""
    day = floor.day(when)
    known = (operator.id, equipment.pk if equipment else None, seq, day)
    if known in floor.fit_hands:
        return
    uses = floor.used(equipment)
    enforce(equipment_refusals(facts_of(equipment, uses), on=day, lifted=floor.lifted))
    operation = next((o for o in floor.operations if o.seq == seq), None)
    if operation is not None and operation.required_skill:
        enforce(
            training_refusals(
                operation.required_skill,
                floor.trainings(operator.id),
                username=operator.username,
                name=operator.name,
                operation=f"operation {operation.seq}, {operation.name}",
                on=day,
                lifted=floor.lifted,
            )
        )
    if equipment is None or equipment.max_uses is None:  # each use may be its last
        floor.fit_hands.add(known)


def plan_judgement(
    floor: Floor,
    unit: Unit,
    posted: PostedUnit,
    *,
    uid: UUID | None = None,
    attempt: int | None = None,
) -> Plan:
    """A result to be recorded for a unit (R-34, R-48). ``attempt``: where a route decided it."""
    judged_at = floor.at
    if posted.judged_at is not None:
        judged_at = check_recorded_time(posted.judged_at, received=floor.at, what="judged_at")
    if judged_at < unit.started_at:
        raise InvalidInput(
            f"{unit.serial} would be judged before it was started.", field="judged_at"
        )
    found = [check_defect_code(d.code, floor.codes) for d in posted.defects]
    given = settle_aspects(_aspects(posted), [f.category for f in found], serial=unit.serial)
    earlier = floor.history(unit.serial).judgements
    if attempt is not None:
        given = _still_open(given, [e for e in earlier if e.attempt == attempt])
    seconds = _build_seconds(posted.build_seconds)
    if not any(given) and seconds is None and not found:
        raise InvalidInput(
            f"The judgement of {unit.serial} says nothing.",
            way_out="Expected fit, finish, function or a build time.",
            field="fit",
        )
    place = place_judgement(
        posted.attempt,
        given,
        timed=seconds is not None,
        earlier=earlier,
        serial=unit.serial,
    )
    if isinstance(place, Refusal):
        raise place.error()
    number = attempt or place.attempt
    enforce(judgement_refusals(floor.decision, batch_id=floor.run.batch_id, attempt=number))
    inspector = floor.operator("")
    judgement = fresh(
        Judgement,
        uid=uid,
        run=floor.run,
        unit=unit,
        attempt=number,
        kind=place.kind,
        **given._asdict(),
        build_seconds=seconds,
        judged_at=judged_at,
        inspector_id=inspector.id,
    )
    plan = Plan(judgement=judgement)
    for defect, code in zip(posted.defects, found, strict=True):
        _add_defect(floor, plan, defect, code.code, code.name, code.category)
    limit = floor.bar.max_unit_minutes if floor.bar else None
    said = any(d.code == BUILD_TIME_CODE for d in plan.defects)
    if number == 1 and is_over_time(seconds, limit) and not said:
        slow = PostedDefect(BUILD_TIME_CODE, note=_over(seconds, limit))
        _add_defect(floor, plan, slow, BUILD_TIME_CODE, BUILD_TIME_NAME, Aspect.BUILD_TIME)
    return plan


def _still_open(given: Aspects, earlier: Iterable[EarlierJudgement]) -> Aspects:
    """Without the aspects that failed already: a unit let through after a fail stays failed."""
    failed = {n for e in earlier for n, v in e.aspects._asdict().items() if v == "fail"}
    return Aspects(**{n: "" if n in failed else v for n, v in given._asdict().items()})


def _over(seconds: Decimal | None, limit: Decimal | None) -> str:
    if seconds is None or limit is None:
        return ""
    return f"{(seconds / 60).quantize(Decimal('0.01')):f}\u00a0min of {limit.normalize():f}"


def _aspects(posted: PostedUnit) -> Aspects:
    return Aspects(
        check_aspect("fit", posted.fit),
        check_aspect("finish", posted.finish),
        check_aspect("function", posted.function),
    )


_LONGEST_BUILD = Decimal(100 * 24 * 3600)


def _build_seconds(seconds: Decimal | None) -> Decimal | None:
    if seconds is None:
        return None
    if not seconds.is_finite() or not 0 < seconds <= _LONGEST_BUILD:
        raise InvalidInput(
            f"The build time is {seconds} s; expected above 0, at most 100 days.",
            field="build_seconds",
        )
    return seconds.quantize(Decimal("0.001"))


def _add_defect(
    floor: Floor, plan: Plan, posted: PostedDefect, code: str, name: str, category: str
) -> None:
    judgement = plan.judgement
    if judgement is None:
        raise TypeError("a defect belongs to a judgement")
    defect = Defect(
        run=floor.run,
        unit=judgement.unit,
        judgement=judgement,
        code=code,
        name=name,
        category=category,
        note=check_prose(posted.note, "note of the defect", field="note"),
    )
    plan.defects.append(defect)
    if posted.cause_class or posted.cause:
        require(floor.by, "cause.record", floor.run.site_id)
        cause_class = check_cause(posted.cause_class, posted.cause)
        cause = check_prose(posted.cause, "cause", field="cause")
        plan.causes.append(CauseFinding(defect=defect, cause_class=cause_class, cause=cause))


def plan_operation(
    floor: Floor,
    unit: Unit,
    *,
    seq: int,
    attempt: int,
    began_at: datetime,
    ended_at: datetime,
    outcome: OperationOutcome,
    operator: Operator,
    equipment: Equipment | None,
    note: str = "",
) -> OperationRecord:
    """An operation to be recorded on a unit, if the route allows it (R-35)."""
    check_recorded_time(began_at, received=floor.at, what="began_at")
    check_recorded_time(ended_at, received=floor.at, what="ended_at")
    if ended_at < began_at:
        raise InvalidInput("The operation would end before it begins.", field="ended_at")
    if began_at < unit.started_at - timedelta(seconds=1):
        raise InvalidInput(
            f"The operation would begin before {unit.serial} was started.", field="began_at"
        )
    held = floor.held.get(unit.serial, ())
    enforce(held_refusals(unit.serial, held, f"recorded at operation {seq}", work=True))
    enforce(
        route_refusals(
            RouteFacts(
                serial=unit.serial,
                operations=floor.operations,
                seq=seq,
                attempt=attempt,
                done=floor.history(unit.serial).done,
                lifted=floor.lifted,
            )
        )
    )
    check_hands(floor, operator, equipment, seq, began_at)
    return fresh(
        OperationRecord,
        run_id=floor.run.pk,
        unit=unit,
        seq=seq,
        attempt=attempt,
        began_at=began_at,
        ended_at=ended_at,
        operator_id=operator.id,
        equipment_id=equipment.pk if equipment else None,
        equipment_class=equipment.equipment_class if equipment else "",
        builder_class=operator.builder_class,
        outcome=outcome,
        note=check_prose(note, "note", field="note"),
    )


def derived(uid: UUID | None, what: str) -> UUID | None:
    """The ID of a further row of the same posted record: the same whenever it is posted."""
    return None if uid is None else uuid5(uid, what)
