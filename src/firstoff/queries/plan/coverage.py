"""What a plan lacks, with what only the tables can tell: consumed lines, what is inspected."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db.models import Q

from firstoff.db.models import BomLine, InspectionPlanLine, OperationMaterial
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


@dataclass(frozen=True, slots=True)
class LineChoice:
    """A line that an operation consumes or could. ``consumed``: by which operations of the plan,
    and how much; None: all of it."""

    line: int
    find_number: str
    part: str
    name: str
    quantity: Decimal
    unit: str
    consumed: tuple[tuple[int, Decimal | None], ...] = ()

    def of(self, seq: int) -> bool:
        return any(seq == other for other, _ in self.consumed)


def line_choices(
    revision_id: int, plan_id: int, seq: int, *, find: str = "", limit: int = 100
) -> tuple[tuple[LineChoice, ...], tuple[LineChoice, ...], int]:
    """Lines that an operation consumes; fitted ones that it could, and how many these are: those
    that nobody consumes yet, or every one that ``find`` names. Five queries."""
    of = Q(consumed_by__operation__plan=plan_id)
    rows = BomLine.objects.filter(revision=revision_id, fitted=True)
    mine = rows.filter(of, consumed_by__operation__seq=seq)
    others = rows.exclude(pk__in=mine.values("pk"))
    if find:
        words = Q(part__number__icontains=find) | Q(part__name__icontains=find)
        others = others.filter(words | Q(find_number__iexact=find))
    else:
        others = others.exclude(of)
    held = list(mine.select_related("part").order_by("position"))
    offered = list(others.select_related("part").order_by("position")[:limit])
    by_line: dict[int, list[tuple[int, Any]]] = defaultdict(list)
    used = OperationMaterial.objects.filter(operation__plan=plan_id, line__in=[*held, *offered])
    for line, other, quantity in used.values_list("line", "operation__seq", "quantity"):
        by_line[line].append((other, quantity))
    return (
        tuple(_choice(row, by_line[row.pk]) for row in held),
        tuple(_choice(row, by_line[row.pk]) for row in offered),
        others.count(),
    )


def _choice(row: BomLine, used: list[tuple[int, Any]]) -> LineChoice:
    return LineChoice(
        row.position,
        row.find_number,
        row.part.number,
        row.part.name,
        row.quantity,
        row.unit or row.part.unit,
        tuple(sorted(used, key=lambda one: one[0])),
    )


def unconsumed_lines(revision_id: int, plan_id: int) -> tuple[int, ...]:
    """The places of all fitted lines that no operation of the plan consumes. One query."""
    rows = BomLine.objects.filter(revision=revision_id, fitted=True)
    rows = rows.exclude(consumed_by__operation__plan=plan_id)
    return tuple(rows.order_by("position").values_list("position", flat=True))
