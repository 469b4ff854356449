"""Plans of records about building: units, operations, results."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from firstoff.db.inserts import fresh
from firstoff.db.models import (
    POSTED,
    Equipment,
    FloorRecord,
    OperationContext,
    OperationRecord,
    ParameterReading,
    Run,
    Unit,
)
from firstoff.errors import InvalidInput, Refused
from firstoff.rules.execution import (
    check_given_serial,
    enforce,
    equipment_refusals,
    find_operation,
    operation_attempt,
)
from firstoff.rules.genealogy import (
    DefectFound,
    Installed,
    Item,
    Measure,
    OperationDone,
    Parameter,
    UnitBegun,
    UnitResult,
)
from firstoff.rules.ledger import canonical
from firstoff.rules.plan import check_reading
from firstoff.rules.product import check_line, check_prose
from firstoff.services.execution.alongside import Result, plan_values
from firstoff.services.execution.floor import Floor, facts_of
from firstoff.services.execution.operations import plan_done
from firstoff.services.execution.planning import (
    Plan,
    check_hands,
    derived,
    plan_judgement,
    plan_start,
)
from firstoff.services.execution.posted import (
    PostedDefect,
    PostedMeasure,
    PostedOperation,
    PostedUnit,
)
from firstoff.services.genealogy.assembling import fit
from firstoff.services.genealogy.material import carry, check_open, draw
from firstoff.services.genealogy.taking import Taking
from firstoff.terms import FloorKind, OperationOutcome


def begin(taking: Taking, record: UnitBegun) -> tuple[str, ...]:
    """A unit, in a batch or from elsewhere; why it does not count, where it does not (R-33)."""
    picture = taking.picture
    picture.machine(record.equipment)
    picture.operator(record.operator)
    if not record.batch:
        _begin_elsewhere(taking, record)
        return ()
    floor = picture.floor(picture.run(record.batch))
    picture.part_of(record.part, record.batch)
    posted = PostedUnit(
        serial=record.serial,
        started_at=taking.time_of(record),
        operator=record.operator,
        equipment=record.equipment,
        instruction=record.instruction,
        previous_serial=record.previous_serial,
    )
    plan = plan_start(floor, posted, uid=record.id)
    if plan.unit is None:
        raise TypeError("a start without a unit")
    plan.unit.__dict__["id"] = picture.keys[Unit].next()
    if record.lot:
        _out_of_lot(taking, record, plan.unit)
    picture.add_unit(plan.unit)
    taking.accept(floor, plan, plan.unit.serial)
    return plan.reasons


def _begin_elsewhere(taking: Taking, record: UnitBegun) -> None:
    """A part that came in finished: it belongs to no run."""
    picture = taking.picture
    part = picture.book.part(record.part)
    if (part.pk, record.serial) in picture.units:
        raise Refused(
            f"{record.serial} of {record.part} is recorded already.",
            code="R-36",
            way_out="A serial names one thing for ever.",
        )
    who, machine = picture.operator(record.operator), picture.machine(record.equipment)
    unit = fresh(
        Unit,
        id=picture.keys[Unit].next(),
        uid=record.id,
        run=None,
        part_id=part.pk,
        serial=check_given_serial(record.serial),
        position=0,
        started_at=taking.time_of(record),
        operator_id=who.id,
        builder_class=who.builder_class.value,
        equipment=machine,
        equipment_class=machine.equipment_class if machine else "",
        instruction=record.instruction or "",
        previous_serial=check_line(
            record.previous_serial, "previous serial", longest=120, field="previous_serial"
        ),
    )
    if record.lot:
        _out_of_lot(taking, record, unit)
    picture.add_unit(unit)
    picture.undo.append(taking.pending.execution.units, unit)


def _out_of_lot(taking: Taking, record: UnitBegun, unit: Unit) -> None:
    """One piece of a lot became a unit with a serial number of its own."""
    at = taking.time_of(record)
    item = Item(lot=record.lot, quantity=1, part=_lot_part(taking, record))
    keys = {"items": draw(taking, [item], at, "lot")}
    taking.put(
        record,
        FloorKind.CONSUME,
        keys,
        at=at,
        run=unit.run_id,
        unit=unit.pk,
        uid=derived(record.id, "lot"),
        said={"items": [{"lot": record.lot, "quantity": "1"}], "of": record.id},
    )


def _lot_part(taking: Taking, record: UnitBegun) -> str:
    """A piece of a lot is of the part of the lot, where it has one of that name."""
    part = record.part or taking.picture.run(record.batch).program.part.number
    known = taking.picture.book.known(record.lot, taking.picture.book.part(part).pk)
    return part if known is not None else ""


def operate(taking: Taking, record: OperationDone) -> None:
    """An operation on a unit, or on the batch, with what went in (R-35, R-38)."""
    if record.serial:
        _on_unit(taking, record)
    else:
        _on_batch(taking, record)


def _on_unit(taking: Taking, record: OperationDone) -> None:
    picture = taking.picture
    unit = picture.unit(record.serial, record.part, record.batch)
    if unit.run_id is None:
        raise Refused(
            f"{unit.serial} belongs to no batch, so it has no route.",
            code="R-35",
            way_out="Record repair, consume or install for a part from elsewhere.",
        )
    check_open(taking, unit, f"recorded at operation {record.operation}")
    run = picture.runs[unit.run_id]
    floor, posted = picture.floor(run), _posted(taking, record)
    history = floor.history(unit.serial)
    attempt = operation_attempt(
        history.done, [j.attempt for j in history.judgements], rework=False
    )
    attempt = max(attempt, picture.attempts.get(unit.pk, 1))
    done, plan = plan_done(floor, unit, posted, attempt=attempt, source=POSTED)
    carry(taking, run.pk, record.operation, done.ended_at)
    _with_parts(taking, record, unit, done)
    taking.use(_equipment_of(taking, record, run))
    _take(taking, record, unit, done)
    plan.operations.append(done)
    taking.accept(floor, plan, unit.serial)
    passed = done.outcome == OperationOutcome.PASS
    if passed and floor.ends(unit.serial, done.seq, done.attempt):
        picture.readings.finish(unit.pk, done.ended_at)
    _remember(taking, run, unit, done)


def _posted(taking: Taking, record: OperationDone) -> PostedOperation:
    taking.picture.operator(record.operator)
    taking.picture.machine(record.equipment)
    at = taking.time_of(record)
    ended = record.ended_at or at
    return PostedOperation(
        record.serial,
        record.operation,
        record.began_at or ended,
        ended,
        record.outcome,
        record.id,
        defects_of(record.defects),
        measures_of(record.measures),
        record.operator,
        record.equipment,
        record.note,
    )


def defects_of(found: Sequence[DefectFound]) -> tuple[PostedDefect, ...]:
    return tuple(PostedDefect(d.code, d.note, d.cause_class, d.cause) for d in found)


def measures_of(found: Sequence[Measure]) -> tuple[PostedMeasure, ...]:
    return tuple(PostedMeasure(m.characteristic, m.value, m.text) for m in found)


def _equipment_of(taking: Taking, record: OperationDone, run: Run) -> Equipment | None:
    return taking.picture.floor(run).equipment(record.equipment)


def _with_parts(taking: Taking, record: OperationDone, unit: Unit, done: OperationRecord) -> None:
    """What the operation consumed and fitted, as records that name it."""
    at, seq = done.ended_at, record.operation
    if record.consumes:
        items = draw(taking, record.consumes, at, "consumes")
        said = {"items": [_item(i) for i in record.consumes], "of": record.id}
        taking.put(
            record,
            FloorKind.CONSUME,
            {"items": items},
            at=at,
            run=unit.run_id,
            unit=unit.pk,
            seq=seq,
            uid=derived(record.id, "consumes"),
            said=said,
        )
    for place, inside in enumerate(record.installs):
        installed = Installed(
            id=_derived(record.id, f"installs/{place}"),
            at=at,
            operator=record.operator,
            serial=record.serial,
            part=record.part,
            batch=record.batch,
            child=inside.child,
            position=inside.position,
            operation=seq,
        )
        fit(taking, installed, of=record.id)


def _derived(uid: UUID, what: str) -> UUID:
    found = derived(uid, what)
    if found is None:
        raise TypeError("a record without an id")
    return found


def _item(item: Item) -> dict[str, Any]:
    held = {"lot": item.lot, "quantity": str(item.quantity), "part": item.part}
    named = {key: value for key, value in held.items() if value}
    return {**named, "designators": item.designators} if item.designators else named


def _take(taking: Taking, record: OperationDone, unit: Unit, done: OperationRecord) -> None:
    pending, undo = taking.pending, taking.picture.undo
    for tool in record.tools:
        _use_tool(taking, tool, done.began_at)
    if record.instruction or record.tools:
        context = fresh(
            OperationContext,
            operation=done,
            instruction=record.instruction[:64],
            tools=canonical(list(record.tools)),
        )
        undo.append(pending.contexts, context)
    floor = taking.picture.floor(taking.picture.runs[done.run_id])
    read = [
        _reading(p, at=done.ended_at, operation=done, run_id=unit.run_id, unit=unit)
        for p in judged_by_plan(floor, record)
    ]
    for row in read:
        undo.append(pending.parameters, row)


def _use_tool(taking: Taking, code: str, at: datetime) -> None:
    """A tool or jig: fit to be used on that day, and used once more (R-35)."""
    picture = taking.picture
    tool = picture.machine(code, "tools")
    if tool is not None:
        uses = picture.uses.get(tool.pk, 0)
        enforce(equipment_refusals(facts_of(tool, uses), on=picture.day(at)))
        taking.use(tool)


def judged_by_plan(floor: Floor, record: OperationDone) -> tuple[Parameter, ...]:
    """The readings, those that the frozen plan asks for with its limits (R-37b). Raises
    InvalidInput where one is in another unit, or outside the plan's limits and passes (R-34)."""
    if not record.parameters:
        return ()
    operation = find_operation(floor.operations, record.operation)
    asked = {one.name.casefold(): one for one in operation.asked}
    found = []
    for place, read in enumerate(record.parameters):
        one = asked.get(read.name.casefold())
        if one is None:
            found.append(read)
            continue
        if read.unit and one.unit and read.unit != one.unit:
            raise InvalidInput(
                f"{one.name} is given in {read.unit}; the plan asks for it in {one.unit}.",
                field=f"parameters[{place}].unit",
            )
        if record.outcome is OperationOutcome.PASS:
            check_reading(one, read.value, field=f"parameters[{place}].value")
        found.append(
            Parameter(
                name=one.name,
                value=read.value,
                unit=one.unit or read.unit,
                lower=one.lower,
                upper=one.upper,
            )
        )
    return tuple(found)


def _reading(parameter: Parameter, *, at: datetime, **of: Any) -> ParameterReading:
    held: dict[str, Any] = {"operation": None, "floor_record": None, "unit": None, **of}
    return fresh(
        ParameterReading,
        name=parameter.name,
        value=parameter.value,
        lower=parameter.lower,
        upper=parameter.upper,
        measured_in=parameter.unit,
        read_at=at,
        **held,
    )


def _remember(taking: Taking, run: Run, unit: Unit, done: OperationRecord) -> None:
    picture, spot = taking.picture, (run.pk, done.seq)
    picture.undo.append(taking.pending.done, (unit, done))
    picture.undo.append(picture.doing.setdefault(spot, []), (unit.pk, done.ended_at))


def _on_batch(taking: Taking, record: OperationDone) -> None:
    picture, at = taking.picture, taking.time_of(record)
    run = picture.run(record.batch)
    floor = picture.floor(run)
    find_operation(floor.operations, record.operation)
    if record.began_at and record.ended_at and record.ended_at < record.began_at:
        raise InvalidInput("The operation would end before it begins.", field="ended_at")
    check_prose(record.note, "note", field="note")
    machine = picture.machine(record.equipment)
    check_hands(floor, picture.operator(record.operator), machine, record.operation, at)
    taking.use(machine)
    for tool in record.tools:
        _use_tool(taking, tool, at)
    if record.consumes:
        keys = {"items": draw(taking, record.consumes, at, "consumes")}
        said = {"items": [_item(i) for i in record.consumes], "of": record.id}
        uid = derived(record.id, "consumes")
        taking.put(
            record,
            FloorKind.CONSUME,
            keys,
            at=at,
            run=run.pk,
            seq=record.operation,
            uid=uid,
            said=said,
        )
    fact = taking.put(
        record,
        FloorKind.OPERATION,
        {},
        at=at,
        run=run.pk,
        seq=record.operation,
        equipment=machine,
    )
    row: FloorRecord = taking.pending.floor[-1]
    for parameter in judged_by_plan(floor, record):
        read = _reading(parameter, at=fact.at, floor_record=row, run_id=run.pk)
        picture.undo.append(taking.pending.parameters, read)


def judge(taking: Taking, record: UnitResult) -> None:
    """A result of a unit (R-34, R-48)."""
    picture = taking.picture
    unit = picture.unit(record.serial, record.part, record.batch)
    if unit.run_id is None:
        raise Refused(
            f"{unit.serial} belongs to no batch; it is not judged here.",
            code="R-34",
            way_out="Record a test of it.",
        )
    picture.operator(record.operator)
    floor = picture.floor(picture.runs[unit.run_id])
    posted = posted_result(record, taking.time_of(record))
    plan = Plan()
    if posted.judges:
        plan = plan_judgement(floor, unit, posted, uid=record.id)
    result = Result(plan.judgement, plan.judgement.attempt if plan.judgement else 1)
    test = plan_values(floor, unit, posted, result, source=POSTED)
    plan.tests += [test] if test is not None else []
    if not any(plan.rows):
        raise InvalidInput(
            f"The result of {unit.serial} says nothing.",
            way_out="Expected fit, finish, function, a build time, defects or measures.",
            field="fit",
        )
    taking.accept(floor, plan, unit.serial)
    made = plan.judgement
    if made is not None and (made.fit, made.finish, made.function) == ("pass",) * 3:
        picture.readings.finish(unit.pk, made.judged_at)


def posted_result(record: UnitResult, at: datetime) -> PostedUnit:
    return PostedUnit(
        serial=record.serial,
        uid=record.id,
        attempt=record.attempt,
        judged_at=at,
        operator=record.operator,
        fit=record.fit or "",
        finish=record.finish or "",
        function=record.function or "",
        build_seconds=record.build_seconds,
        defects=defects_of(record.defects),
        measures=measures_of(record.measures),
        note=record.note,
    )
