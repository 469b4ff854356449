"""A definition as one thing: what it says, what it lacks, what a freeze would keep."""

from dataclasses import dataclass
from decimal import Decimal

from firstoff.errors import NotFound
from firstoff.queries.plan.baselines import BaselineView, newest_of
from firstoff.queries.plan.coverage import gaps_of
from firstoff.queries.plan.frozen import FrozenTree, frozen_tree, line_count
from firstoff.queries.plan.process import codes_of, operations_of, plans_of
from firstoff.queries.product import (
    ProgramView,
    RevisionView,
    characteristics_of,
    part_revisions,
    program_by_id,
)
from firstoff.rules.access import Actor
from firstoff.rules.ledger import canonical, text_digest
from firstoff.rules.plan import (
    CatalogueCode,
    Gap,
    PlanOperation,
    baseline_content,
    freeze_stops,
    total_minutes,
    tree_stops,
)
from firstoff.rules.product import (
    CharacteristicFacts,
    characteristic_gaps,
)
from firstoff.terms import RevisionStatus

_NEWEST = 50  # baselines that stand on a definition's page
_SHORT_BOM = 2_000  # lines of the top up to which a page reads the whole tree


@dataclass(frozen=True, slots=True)
class DefinitionView:
    """What is built and how, of one revision and plan, and what stops it from being frozen.

    ``digest`` is the ID that a freeze would give now; ``frozen`` the baseline that has it.
    """

    program: ProgramView
    revisions: tuple[RevisionView, ...]
    revision: RevisionView
    characteristics: tuple[CharacteristicFacts, ...]
    plans: tuple[RevisionView, ...]
    plan: RevisionView | None
    operations: tuple[PlanOperation, ...]
    defect_codes: tuple[CatalogueCode, ...]
    characteristic_gaps: tuple[str, ...]
    plan_gaps: tuple[Gap, ...]
    stops: tuple[str, ...]
    content: str  # canonical JSON; empty where it is long and was not asked for
    digest: str
    baselines: tuple[BaselineView, ...]

    @property
    def frozen(self) -> BaselineView | None:
        return next((b for b in self.baselines if b.digest == self.digest), None)

    @property
    def gap_count(self) -> int:
        return len(self.characteristic_gaps) + len(self.plan_gaps)

    @property
    def standard_minutes(self) -> Decimal | None:
        """Sum of the standard times; None while one is missing."""
        return total_minutes(self.operations)


def definition(
    actor: Actor, program_id: int, *, revision: str = "", plan: str = "", whole: bool = False
) -> DefinitionView:
    """The definition of a revision and one of its plans: the newest of each, unless said.

    whole: read the tree of a long BOM too, for a freeze; a page does without. Raises NotFound. A
    fixed number of queries, and three for each level of the BOM.
    """
    program = program_by_id(actor, program_id)
    revisions = part_revisions(program.part_id)
    chosen = _chosen(revisions, revision, "revision")
    plans = plans_of(chosen.id)
    planned = _chosen(plans, plan, "plan") if plans or plan else None
    characteristics = characteristics_of(chosen.id)
    operations = operations_of(planned.id) if planned else ()
    tree = None
    if whole or line_count(chosen.id) <= _SHORT_BOM:
        tree = frozen_tree(chosen.id, planned.id if planned else None)
    content = _content(program, chosen, planned, operations, characteristics, tree) if tree else ""
    return DefinitionView(
        program=program,
        revisions=revisions,
        revision=chosen,
        characteristics=characteristics,
        plans=plans,
        plan=planned,
        operations=operations,
        defect_codes=codes_of(program_id),
        characteristic_gaps=tuple(g for c in characteristics for g in characteristic_gaps(c)),
        plan_gaps=gaps_of(chosen.id, planned.id, operations, characteristics) if planned else (),
        stops=freeze_stops(
            revision_status=chosen.status,
            plan_status=planned.status if planned else RevisionStatus.DRAFT,
            operations=operations,
            characteristics=characteristics,
            tree=tree_stops(tree.stands, tree.drafts) if tree else (),
        ),
        content=content,
        digest=text_digest(content) if content else "",
        baselines=newest_of(program_id, _NEWEST),
    )


def _content(
    program: ProgramView,
    revision: RevisionView,
    plan: RevisionView | None,
    operations: tuple[PlanOperation, ...],
    characteristics: tuple[CharacteristicFacts, ...],
    tree: FrozenTree,
) -> str:
    """The canonical JSON that a freeze keeps."""
    return canonical(
        baseline_content(
            part=program.part_number,
            part_name=program.part_name,
            revision=revision.label,
            plan=plan.label if plan else "",
            operations=operations,
            characteristics=characteristics,
            contents=tree.contents,
            assemblies=tree.assemblies,
        )
    )


def _chosen(there: tuple[RevisionView, ...], label: str, what: str) -> RevisionView:
    found = next((r for r in there if r.label == label), None) if label else there[0]
    if found is None:
        raise NotFound(f"There is no {what} {label!r}.")
    return found
