"""The PFMEA of a plan with all that its rows can name."""

from collections.abc import Mapping
from dataclasses import dataclass

from firstoff.errors import NotFound
from firstoff.queries.plan import operations_of, plans_of
from firstoff.queries.plan.controls import form_head
from firstoff.queries.product import (
    ProgramView,
    RevisionView,
    characteristics_of,
    part_revisions,
    program_by_id,
)
from firstoff.queries.review.views import failure_modes_of
from firstoff.rules.access import Actor
from firstoff.rules.plan import PlanOperation
from firstoff.rules.product import CharacteristicFacts
from firstoff.rules.review import FailureModeFacts, priorities

PFMEA_HEAD = "pfmea"  # kind of its form


@dataclass(frozen=True, slots=True)
class PfmeaView:
    """The failure modes of one process plan. ``head``: what people wrote into its form."""

    program: ProgramView
    revisions: tuple[RevisionView, ...]
    revision: RevisionView
    plans: tuple[RevisionView, ...]
    plan: RevisionView
    operations: tuple[PlanOperation, ...]
    characteristics: tuple[CharacteristicFacts, ...]
    rows: tuple[FailureModeFacts, ...]
    head: Mapping[str, str]

    @property
    def open(self) -> tuple[FailureModeFacts, ...]:
        return tuple(r for r in self.rows if r.open)

    @property
    def priorities(self) -> Mapping[str, int]:
        return priorities(self.rows)


def pfmea(actor: Actor, program_id: int, *, revision: str = "", plan: str = "") -> PfmeaView:
    """Of a plan of a revision, the newest of each unless said. Raises NotFound. A fixed number of
    queries."""
    program = program_by_id(actor, program_id)
    there = part_revisions(program.part_id)
    chosen = next((r for r in there if revision in ("", r.label)), None)
    plans = plans_of(chosen.id) if chosen else ()
    planned = next((p for p in plans if plan in ("", p.label)), None)
    if chosen is None or planned is None:
        raise NotFound(f"There is no process plan {plan!r} of revision {revision!r}.")
    return PfmeaView(
        program,
        there,
        chosen,
        plans,
        planned,
        operations_of(planned.id),
        characteristics_of(chosen.id),
        failure_modes_of(planned.id),
        form_head(planned.id, PFMEA_HEAD),
    )
