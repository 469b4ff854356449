"""Process plans with their operations, and defect codes."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from decimal import Decimal

from django.db.models import Prefetch, QuerySet

from firstoff.db.models import (
    DefectCode,
    InstructionStep,
    Operation,
    OperationMaterial,
    ProcessParameter,
    ProcessPlan,
)
from firstoff.queries.product import (
    RevisionView,
    program_by_id,
)
from firstoff.rules.access import Actor
from firstoff.rules.ledger import decimal_text
from firstoff.rules.plan import (
    CatalogueCode,
    MaterialUse,
    ParameterFacts,
    Picture,
    PlanOperation,
    StepFacts,
    StepNeed,
)
from firstoff.rules.product import (
    balloon_key,
)
from firstoff.terms import RevisionStatus


def defect_codes(
    actor: Actor, program_id: int, *, retired: bool = True
) -> tuple[CatalogueCode, ...]:
    """The program's catalogue by code. Two queries."""
    program_by_id(actor, program_id)
    found = codes_of(program_id)
    return found if retired else tuple(c for c in found if not c.retired)


def codes_of(program_id: int) -> tuple[CatalogueCode, ...]:
    rows = DefectCode.objects.filter(program=program_id).order_by("code")
    return tuple(CatalogueCode(c.code, c.name, c.category, c.retired) for c in rows)


def plans_of(revision_id: int) -> tuple[RevisionView, ...]:
    """Every plan of a revision, newest first. One query."""
    rows = ProcessPlan.objects.filter(revision=revision_id).select_related("released_by")
    return tuple(
        RevisionView(
            p.pk,
            p.label,
            RevisionStatus(p.status),
            p.released_at,
            p.released_by.name if p.released_by else "",
        )
        for p in rows.order_by("-pk")
    )


def operations_of(plan_id: int) -> tuple[PlanOperation, ...]:
    """In their order. A fixed number of queries."""
    return operations_of_plans([plan_id]).get(plan_id, ())


def operations_of_plans(plan_ids: Sequence[int]) -> Mapping[int, tuple[PlanOperation, ...]]:
    """Of several plans at once, by number; no key for a plan without any. Seven queries."""
    found: dict[int, list[PlanOperation]] = defaultdict(list)
    for row in operation_rows().filter(plan__in=plan_ids).order_by("seq"):
        found[row.plan_id].append(operation_facts(row))
    return {plan: tuple(operations) for plan, operations in found.items()}


def operation_rows() -> QuerySet[Operation]:
    """Operations with all they consist of, read along: seven queries, whatever their number."""
    steps = InstructionStep.objects.select_related("characteristic", "parameter")
    materials = OperationMaterial.objects.select_related("line", "line__part")
    return Operation.objects.select_related("jig", "plan").prefetch_related(
        "characteristics",
        "equipment",
        Prefetch("parameters", ProcessParameter.objects.order_by("position", "pk")),
        Prefetch("materials", materials.order_by("line__position")),
        Prefetch("steps", steps.order_by("position")),
        "steps__pictures__document",
    )


def operation_facts(row: Operation) -> PlanOperation:
    """A row of ``operation_rows`` as the rules know it."""
    numbers = sorted((c.number for c in row.characteristics.all()), key=balloon_key)
    waits = row.predecessors
    return PlanOperation(
        seq=row.seq,
        name=row.name,
        standard_minutes=_plain(row.standard_minutes),
        instruction=row.instruction,
        caution=row.caution,
        required_skill=row.required_skill,
        jig=row.jig.code if row.jig else "",
        jig_not_needed=row.jig_not_needed,
        work_centre=row.work_centre,
        characteristics=tuple(numbers),
        predecessors=None if waits is None else tuple(sorted(waits)),
        equipment=tuple(sorted(e.code for e in row.equipment.all())),
        parameters=tuple(map(parameter_facts, row.parameters.all())),
        materials=tuple(map(_material, row.materials.all())),
        steps=tuple(map(_step, row.steps.all())),
    )


def parameter_facts(row: ProcessParameter) -> ParameterFacts:
    return ParameterFacts(
        name=row.name,
        unit=row.unit,
        nominal=_plain(row.nominal),
        lower=_plain(row.lower),
        upper=_plain(row.upper),
        decimals=row.decimals,
        recorded=row.recorded,
    )


def _material(row: OperationMaterial) -> MaterialUse:
    return MaterialUse(
        line=row.line.position,
        part=row.line.part.number,
        find_number=row.line.find_number,
        quantity=_plain(row.quantity),
    )


def _step(row: InstructionStep) -> StepFacts:
    pictures = sorted(row.pictures.all(), key=lambda v: (v.document.number, v.pk))
    return StepFacts(
        text=row.text,
        caution=row.caution,
        tool=row.tool,
        torque=row.torque,
        characteristic=row.characteristic.number if row.characteristic else "",
        parameter=row.parameter.name if row.parameter else "",
        asks=tuple(need for need in StepNeed if need in row.asks),
        pictures=tuple(
            Picture(sha256=v.sha256, document=v.document.number, version=v.label) for v in pictures
        ),
    )


def _plain(value: Decimal | None) -> Decimal | None:
    return None if value is None else Decimal(decimal_text(value))
