"""Process plans with their operations, and defect codes."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from decimal import Decimal

from firstoff.db.models import DefectCode, Operation, ProcessPlan
from firstoff.queries.product import (
    RevisionView,
    program_by_id,
)
from firstoff.rules.access import Actor
from firstoff.rules.ledger import decimal_text
from firstoff.rules.plan import (
    CatalogueCode,
    PlanOperation,
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
    """Of several plans at once, in their order; no key for a plan without any."""
    found: dict[int, list[PlanOperation]] = defaultdict(list)
    rows = Operation.objects.filter(plan__in=plan_ids).select_related("jig").order_by("seq")
    for row in rows.prefetch_related("characteristics"):
        found[row.plan_id].append(operation_facts(row))
    return {plan: tuple(operations) for plan, operations in found.items()}


def operation_facts(row: Operation) -> PlanOperation:
    """A row as the rules know it."""
    numbers = sorted((c.number for c in row.characteristics.all()), key=balloon_key)
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
    )


def _plain(value: Decimal | None) -> Decimal | None:
    return None if value is None else Decimal(decimal_text(value))
