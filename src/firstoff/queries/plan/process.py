"""Process plans with their operations, and defect codes."""

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
    """In their order. Two queries."""
    rows = Operation.objects.filter(plan=plan_id).select_related("jig").order_by("seq")
    return tuple(operation_facts(o) for o in rows.prefetch_related("characteristics"))


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
