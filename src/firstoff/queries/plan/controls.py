"""The control plan of a process plan: its lines as the operations and the one list say them."""

from collections.abc import Mapping
from dataclasses import dataclass

from firstoff.db.models import ControlPlanLine, FormHead, ProcessPlan
from firstoff.errors import NotFound
from firstoff.queries.plan.process import operations_of, plans_of
from firstoff.queries.product import (
    ProgramView,
    RevisionView,
    characteristics_of,
    part_revisions,
    program_by_id,
)
from firstoff.rules.access import Actor
from firstoff.rules.plan import FrozenControl, PlanOperation
from firstoff.rules.plan.controls import ControlRow, control_gaps, control_rows
from firstoff.rules.product import CharacteristicFacts

HEAD = "control_plan"  # kind of its form


@dataclass(frozen=True, slots=True)
class ControlPlanView:
    """The control plan of one process plan, which says whether it can still be changed."""

    program: ProgramView
    revisions: tuple[RevisionView, ...]
    revision: RevisionView
    plans: tuple[RevisionView, ...]
    plan: RevisionView
    operations: tuple[PlanOperation, ...]
    characteristics: tuple[CharacteristicFacts, ...]
    controls: tuple[FrozenControl, ...]
    head: Mapping[str, str]

    @property
    def gaps(self) -> tuple[str, ...]:
        return control_gaps(self.controls, self.operations, self.characteristics)

    def rows(self, phase: str = "") -> tuple[ControlRow, ...]:
        return control_rows(self.controls, self.operations, self.characteristics, phase=phase)


def control_plan(
    actor: Actor, program_id: int, *, revision: str = "", plan: str = ""
) -> ControlPlanView:
    """Of a plan of a revision, the newest of each unless said. Raises NotFound. A fixed number of
    queries."""
    program = program_by_id(actor, program_id)
    there = part_revisions(program.part_id)
    chosen = _labelled(there, revision, "revision")
    plans = plans_of(chosen.id)
    planned = _labelled(plans, plan, "process plan")
    return ControlPlanView(
        program,
        there,
        chosen,
        plans,
        planned,
        operations_of(planned.id),
        characteristics_of(chosen.id),
        controls_of(planned.id),
        form_head(planned.id, HEAD),
    )


def controls_of(plan_id: int) -> tuple[FrozenControl, ...]:
    """By operation, in their order. One query."""
    rows = ControlPlanLine.objects.filter(operation__plan=plan_id)
    rows = rows.select_related("operation", "characteristic", "parameter")
    return tuple(map(control_facts, rows.order_by("operation__seq", "position", "pk")))


def control_facts(row: ControlPlanLine) -> FrozenControl:
    return FrozenControl(
        operation=row.operation.seq,
        characteristic=row.characteristic.number if row.characteristic else "",
        parameter=row.parameter.name if row.parameter else "",
        phases=tuple(row.phases),
        technique=row.technique,
        sample_size=row.sample_size,
        frequency=row.frequency,
        method=row.method,
        error_proofing=row.error_proofing,
        reaction_plan=row.reaction_plan,
        reaction_owner=row.reaction_owner,
    )


def form_head(plan_id: int, kind: str) -> dict[str, str]:
    """What people wrote into the head of a form. One query."""
    found = FormHead.objects.filter(plan=plan_id, kind=kind).first()
    return dict(found.said) if found else {}


def plan_row(part_id: int, revision: str, plan: str) -> ProcessPlan:
    """The newest of the newest revision, unless said. Raises NotFound."""
    rows = ProcessPlan.objects.filter(revision__part=part_id)
    if revision:
        rows = rows.filter(revision__label=revision)
    if plan:
        rows = rows.filter(label=plan)
    found = rows.select_related("revision").order_by("-revision_id", "-pk").first()
    if found is None:
        raise NotFound(f"There is no process plan {plan!r} of revision {revision!r}.")
    return found


def _labelled(there: tuple[RevisionView, ...], label: str, what: str) -> RevisionView:
    found = next((r for r in there if label in ("", r.label)), None)
    if found is None:
        raise NotFound(f"There is no {what} {label!r}.")
    return found
