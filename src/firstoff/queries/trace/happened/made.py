"""Units: begun, worked on, tested, judged."""

import json
from collections.abc import Iterator
from decimal import Decimal

from firstoff.db.models import (
    Attachment,
    Defect,
    Judgement,
    OperationContext,
    OperationRecord,
    ParameterReading,
    TestRecord,
    Unit,
)
from firstoff.formats.events.epcis.happenings import Defect as DefectSaid
from firstoff.formats.events.epcis.happenings import (
    File,
    Judged,
    OperationDone,
    Procedure,
    Tested,
    UnitBorn,
    Value,
)
from firstoff.formats.testdata.packing import Result, read_procedure, unpack
from firstoff.queries.trace.happened.asked import Asked, Said, chunks, grouped


def units(given: Asked) -> Iterator[Said]:
    rows = given.within(given.of_units(Unit.objects.all(), "pk"), "started_at")
    for unit in rows.select_related("part", "run", "operator", "equipment").iterator(2000):
        yield (
            UnitBorn(
                id=unit.uid,
                at=unit.started_at,
                operator=unit.operator.username,
                site=given.code,
                part=unit.part.number,
                serial=unit.serial,
                batch=unit.run.batch_id if unit.run else "",
                equipment=unit.equipment.code if unit.equipment else "",
                instruction=unit.instruction,
                previous_serial=unit.previous_serial,
            ),
            None,
        )


def operations(given: Asked) -> Iterator[Said]:
    rows = given.within(given.of_units(OperationRecord.objects.all()), "ended_at")
    for some in chunks(rows.select_related("unit__part", "run", "operator", "equipment")):
        keys = [row.pk for row in some]
        contexts = OperationContext.objects.filter(operation__in=keys).in_bulk(
            field_name="operation_id"
        )
        found = ParameterReading.objects.filter(operation__in=keys).order_by("pk")
        readings = grouped((r.operation_id or 0, _parameter(r)) for r in found)
        for row in some:
            context = contexts.get(row.pk)
            yield (
                OperationDone(
                    id=row.uid,
                    at=row.ended_at,
                    operator=row.operator.username,
                    note=row.note,
                    site=given.code,
                    part=row.unit.part.number,
                    serial=row.unit.serial,
                    batch=row.run.batch_id,
                    operation=row.seq,
                    began_at=row.began_at,
                    ended_at=row.ended_at,
                    equipment=row.equipment.code if row.equipment else "",
                    tools=tuple(json.loads(context.tools)) if context else (),
                    parameters=tuple(readings.get(row.pk, ())),
                    instruction=context.instruction if context else "",
                    outcome=row.outcome,
                ),
                None,
            )


def _parameter(row: ParameterReading) -> Value:
    return Value(
        row.name,
        row.value.normalize(),
        row.measured_in,
        None if row.lower is None else row.lower.normalize(),
        None if row.upper is None else row.upper.normalize(),
    )


def tests(given: Asked) -> Iterator[Said]:
    rows = given.within(given.of_units(TestRecord.objects.all()), "ended_at")
    for some in chunks(rows.select_related("unit__part", "run", "operator", "procedure")):
        files = Attachment.objects.filter(test_record__in=[row.pk for row in some])
        held = grouped(
            (f.test_record_id, File(f.name, f.sha256, f.media_type)) for f in files.order_by("pk")
        )
        for row in some:
            procedure = read_procedure(row.procedure.definition)
            results = unpack(procedure.lines, bytes(row.values), row.outcomes, row.extras)
            yield (
                Tested(
                    id=row.uid,
                    at=row.ended_at,
                    operator=row.operator.username if row.operator else "",
                    site=given.code,
                    part=row.unit.part.number,
                    serial=row.unit.serial,
                    batch=row.run.batch_id if row.run else "",
                    procedure=Procedure(procedure.name),
                    values=tuple(_value(r) for r in results),
                    outcome=row.outcome,
                    station=row.station,
                    began_at=row.began_at,
                    ended_at=row.ended_at,
                    attachments=tuple(held.get(row.pk, ())),
                ),
                None,
            )


def _value(result: Result) -> Value:
    line = result.line
    value: Decimal | str | None = None
    if result.value is not None:
        value = Decimal(result.shown)
    elif result.text:
        value = result.text
    return Value(
        line.name,
        value,
        line.unit,
        line.lower,
        line.upper,
        result.outcome or "",
        line.phase,
    )


def results(given: Asked) -> Iterator[Said]:
    """Judgements in force or superseded alike: they were made."""
    rows = given.within(given.of_units(Judgement.objects.all()), "judged_at")
    for some in chunks(rows.select_related("unit__part", "run", "inspector")):
        found = Defect.objects.filter(judgement__in=[row.pk for row in some]).order_by("pk")
        defects = grouped((d.judgement_id, DefectSaid(d.code, d.note)) for d in found)
        for row in some:
            yield (
                Judged(
                    id=row.uid,
                    at=row.judged_at,
                    operator=row.inspector.username,
                    site=given.code,
                    part=row.unit.part.number,
                    serial=row.unit.serial,
                    batch=row.run.batch_id,
                    attempt=row.kind,
                    fit=row.fit,
                    finish=row.finish,
                    function=row.function,
                    build_seconds=row.build_seconds,
                    defects=tuple(defects.get(row.pk, ())),
                ),
                None,
            )
