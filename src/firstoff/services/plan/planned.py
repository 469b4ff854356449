"""Control plan, procedures and inspection plans of a definition file, written inside a verb."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from firstoff.db.models import (
    Characteristic,
    ControlPlanLine,
    InspectionPlan,
    InspectionPlanLine,
    Operation,
    PartRevision,
    ProcessParameter,
    ProcessPlan,
    TestProcedure,
    TestStep,
)
from firstoff.errors import InvalidInput, Refused
from firstoff.rules.access import Actor
from firstoff.rules.plan import FrozenControl, FrozenInspectionPlan, FrozenProcedure
from firstoff.terms import RevisionStatus


def write_controls(plan: ProcessPlan, wanted: Sequence[FrozenControl]) -> None:
    """The control plan of a draft plan. Raises InvalidInput."""
    ControlPlanLine.objects.filter(operation__plan=plan).delete()
    operations = dict(Operation.objects.filter(plan=plan).values_list("seq", "pk"))
    numbers = _numbers(plan.revision_id)
    parameters = {
        (seq, name): key
        for seq, name, key in ProcessParameter.objects.filter(operation__plan=plan).values_list(
            "operation__seq", "name", "pk"
        )
    }
    rows = []
    for place, one in enumerate(wanted, 1):
        missing = (
            one.operation not in operations
            or (one.characteristic and one.characteristic not in numbers)
            or (one.parameter and (one.operation, one.parameter) not in parameters)
        )
        if missing:
            raise InvalidInput(
                f"Control {place} is of operation {one.operation} "
                f"{one.characteristic or one.parameter}, which is not there.",
                field="controls",
                row=place - 1,
            )
        rows.append(
            ControlPlanLine(
                operation_id=operations[one.operation],
                position=place,
                characteristic_id=numbers.get(one.characteristic),
                parameter_id=parameters.get((one.operation, one.parameter)),
                phases=list(one.phases),
                technique=one.technique,
                sample_size=one.sample_size,
                frequency=one.frequency,
                method=one.method,
                error_proofing=one.error_proofing,
                reaction_plan=one.reaction_plan,
                reaction_owner=one.reaction_owner,
            )
        )
    ControlPlanLine.objects.bulk_create(rows)


def write_procedures(
    revision: PartRevision,
    wanted: Sequence[FrozenProcedure],
    held: Sequence[FrozenProcedure],
    by: Actor,
    at: datetime,
    changed: list[str],
) -> None:
    """Released test procedures; one that stands is only compared. Raises Refused (R-10)."""
    there = {(p.code, p.label): p for p in held}
    numbers = _numbers(revision.pk)
    for one in wanted:
        before = there.get((one.code, one.label))
        if before == one:
            continue
        name = f"Test procedure {one.code} {one.label}"
        _unheld(before, name)
        row = TestProcedure.objects.create(
            revision=revision,
            code=one.code,
            name=one.name,
            label=one.label,
            purpose=one.purpose,
            equipment=one.equipment,
            pass_criteria=one.pass_criteria,
        )
        TestStep.objects.bulk_create(
            TestStep(
                procedure=row,
                position=place,
                name=s.name,
                instruction=s.instruction,
                unit=s.unit,
                lower=s.lower,
                upper=s.upper,
                decimals=s.decimals,
                expected=s.expected,
                characteristic_id=_known(numbers, s.characteristic, name),
            )
            for place, s in enumerate(one.steps, 1)
        )
        _stand(TestProcedure, row, {"code": one.code}, by, at)
        changed.append(f"{name} released.")


def write_inspection_plans(
    revision: PartRevision,
    wanted: Sequence[FrozenInspectionPlan],
    held: Sequence[FrozenInspectionPlan],
    by: Actor,
    at: datetime,
    changed: list[str],
) -> None:
    """Released inspection plans; one that stands is only compared. Raises Refused (R-10)."""
    there = {(p.kind, p.label): p for p in held}
    numbers = _numbers(revision.pk)
    for one in wanted:
        before = there.get((one.kind, one.label))
        if before == one:
            continue
        name = f"Inspection plan {one.kind.replace('_', ' ')} {one.label}"
        _unheld(before, name)
        row = InspectionPlan.objects.create(
            revision=revision,
            kind=one.kind,
            label=one.label,
            sampling=one.sampling,
            note=one.note,
        )
        InspectionPlanLine.objects.bulk_create(
            InspectionPlanLine(
                plan=row,
                position=place,
                characteristic_id=_known(numbers, line.characteristic, name) or 0,
                method=line.method,
                gauge=line.gauge,
                sampling=line.sampling,
                reaction=line.reaction,
            )
            for place, line in enumerate(one.lines, 1)
        )
        _stand(InspectionPlan, row, {"kind": one.kind}, by, at)
        changed.append(f"{name} released.")


def _unheld(before: object, name: str) -> None:
    if before is not None:
        raise Refused(
            f"{name} is released and says something else.",
            code="R-10",
            way_out="Load it under a new label.",
        )


def _stand(model: Any, row: Any, same: Mapping[str, str], by: Actor, at: datetime) -> None:
    """Release it; the one released before it is superseded."""
    model.objects.filter(revision=row.revision_id, status=RevisionStatus.RELEASED, **same).update(
        status=RevisionStatus.SUPERSEDED
    )
    row.status, row.released_at, row.released_by_id = RevisionStatus.RELEASED, at, by.person_id
    row.save()


def _known(numbers: Mapping[str, int], number: str, name: str) -> int | None:
    if number and number not in numbers:
        raise InvalidInput(
            f"{name} is about characteristic {number}, which is not there.",
            field="characteristic",
        )
    return numbers.get(number)


def _numbers(revision_id: int) -> dict[str, int]:
    return dict(Characteristic.objects.filter(revision=revision_id).values_list("number", "pk"))
