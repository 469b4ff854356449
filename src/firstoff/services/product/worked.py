"""The work of operations and the test procedures, as a new plan or revision takes them over."""

from collections.abc import Iterable, Mapping

from django.db.models import Prefetch

from firstoff.db.models import (
    BomLine,
    Characteristic,
    InstructionStep,
    Operation,
    OperationMaterial,
    PartRevision,
    ProcessParameter,
    ProcessPlan,
    TestProcedure,
    TestStep,
)
from firstoff.terms import RevisionStatus

_PARAMETER = ("position", "name", "unit", "nominal", "lower", "upper", "decimals", "recorded")
_STEP = ("position", "text", "caution", "tool", "torque", "asks")
_TEST_STEP = (
    *("position", "name", "instruction", "unit", "lower", "upper", "decimals", "expected"),
)
Numbered = Mapping[str, Characteristic]


def copy_work(source: ProcessPlan, target: ProcessPlan) -> None:
    """What the operations of one plan consist of, to those with the same numbers of another."""
    made = {o.seq: o for o in Operation.objects.filter(plan=target)}
    numbers = _numbers(target.revision_id)
    rows = BomLine.objects.filter(revision=target.revision_id)
    lines = tuple(rows.select_related("part").order_by("position"))
    for row in _operations(source):
        one = made[row.seq]
        one.predecessors = row.predecessors
        one.save(update_fields=["predecessors"])
        one.equipment.set(row.equipment.all())
        parameters = {
            p.name: ProcessParameter.objects.create(
                operation=one, **{field: getattr(p, field) for field in _PARAMETER}
            )
            for p in row.parameters.all()
        }
        for material in row.materials.all():
            line = _same_line(material.line, lines)
            if line is not None:
                OperationMaterial.objects.create(
                    operation=one, line=line, quantity=material.quantity
                )
        for step in row.steps.all():
            _copy_step(step, one, numbers, parameters)


def _operations(plan: ProcessPlan) -> Iterable[Operation]:
    steps = InstructionStep.objects.select_related("characteristic", "parameter")
    return Operation.objects.filter(plan=plan).prefetch_related(
        "equipment",
        "parameters",
        Prefetch("materials", OperationMaterial.objects.select_related("line")),
        Prefetch("steps", steps.prefetch_related("pictures")),
    )


def _copy_step(
    step: InstructionStep,
    operation: Operation,
    numbers: Numbered,
    parameters: Mapping[str, ProcessParameter],
) -> None:
    copy = InstructionStep.objects.create(
        operation=operation,
        characteristic=numbers.get(step.characteristic.number) if step.characteristic else None,
        parameter=parameters.get(step.parameter.name) if step.parameter else None,
        **{field: getattr(step, field) for field in _STEP},
    )
    copy.pictures.set(step.pictures.all())


def _same_line(line: BomLine, lines: tuple[BomLine, ...]) -> BomLine | None:
    """The line of another revision that this one has become: in its place, or the only one of
    its part; None where there is none any more."""
    same = [other for other in lines if other.part_id == line.part_id]
    placed = (other for other in same if other.position == line.position)
    return next(placed, same[0] if len(same) == 1 else None)


def copy_procedures(source: PartRevision, target: PartRevision) -> None:
    """The newest of each test procedure, as a draft of the other revision."""
    newest: dict[str, TestProcedure] = {}
    for procedure in TestProcedure.objects.filter(revision=source).order_by("pk"):
        newest[procedure.code] = procedure
    numbers = _numbers(target.pk)
    for procedure in newest.values():
        copy_procedure(procedure, target, procedure.label, numbers)


def copy_procedure(
    source: TestProcedure, target: PartRevision, label: str, numbers: Numbered | None = None
) -> TestProcedure:
    """A draft with the same steps; characteristics are found by their number."""
    known = _numbers(target.pk) if numbers is None else numbers
    made = TestProcedure.objects.create(
        revision=target,
        code=source.code,
        name=source.name,
        label=label,
        status=RevisionStatus.DRAFT,
        purpose=source.purpose,
        equipment=source.equipment,
        pass_criteria=source.pass_criteria,
    )
    steps = TestStep.objects.filter(procedure=source).select_related("characteristic")
    TestStep.objects.bulk_create(
        [
            TestStep(
                procedure=made,
                characteristic=known.get(s.characteristic.number) if s.characteristic else None,
                **{field: getattr(s, field) for field in _TEST_STEP},
            )
            for s in steps.order_by("position")
        ]
    )
    return made


def _numbers(revision_id: int) -> dict[str, Characteristic]:
    return {c.number: c for c in Characteristic.objects.filter(revision=revision_id)}
