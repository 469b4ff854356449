"""What a plan lacks, with what only the tables can tell: consumed lines, what is inspected."""

from collections.abc import Iterable, Sequence

from firstoff.db.models import BomLine, InspectionPlanLine
from firstoff.rules.plan import Gap, ListedLine, PlanOperation, plan_gaps
from firstoff.rules.product import CharacteristicFacts

MOST_LINES = 50  # gaps of lines that are named one by one; of the rest it is said how many


def gaps_of(
    revision_id: int,
    plan_id: int,
    operations: Sequence[PlanOperation],
    characteristics: Iterable[CharacteristicFacts],
) -> tuple[Gap, ...]:
    """The gaps of a plan with operations (R-15). At most three queries."""
    if not operations:
        return ()
    lines, more = unconsumed(revision_id, plan_id, limit=MOST_LINES)
    found = plan_gaps(
        operations,
        lines=lines,
        characteristics=characteristics,
        inspected=frozenset(
            InspectionPlanLine.objects.filter(plan__revision=revision_id).values_list(
                "characteristic__number", flat=True
            )
        ),
    )
    if not more:
        return found
    said = f"No operation consumes {more:,} more {'line' if more == 1 else 'lines'}."
    return (*found, Gap("consumed", 0, said))


def unconsumed(
    revision_id: int, plan_id: int, *, limit: int
) -> tuple[tuple[ListedLine, ...], int]:
    """Fitted lines that no operation of the plan consumes, in their order; and how many more."""
    rows = BomLine.objects.filter(revision=revision_id, fitted=True)
    rows = rows.exclude(consumed_by__operation__plan=plan_id)
    columns = ("position", "part__number", "part__name", "find_number")
    first = list(rows.order_by("position").values_list(*columns)[: limit + 1])
    more = rows.count() - limit if len(first) > limit else 0
    return tuple(ListedLine(*row) for row in first[:limit]), more
