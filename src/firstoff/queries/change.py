"""Change orders as the doors show them: where each stands, what it touches, what it changes."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db.models import Count, Max, Q

from firstoff.db.models import (
    Baseline,
    BomLine,
    ChangeItem,
    ChangeOrder,
    ChangeStep,
    LotBalance,
    PartRevision,
    Run,
    RunChange,
    RunClosure,
    RunDecision,
    Unit,
)
from firstoff.errors import NotFound
from firstoff.queries.bom.used import where_used
from firstoff.queries.execution.definition import frozen
from firstoff.queries.plan.definition import definition
from firstoff.queries.product import program_by_id
from firstoff.rules.access import Actor
from firstoff.rules.change import (
    OPEN,
    Impact,
    ItemFacts,
    LotImpact,
    OrderFacts,
    RunImpact,
    StepFacts,
    StockDisposition,
    Superseded,
)
from firstoff.rules.plan import Difference, differences, read_baseline
from firstoff.terms import ChangeState, EffectivityKind, Place, RevisionStatus

SHORT = 8


@dataclass(frozen=True, slots=True)
class OrderList:
    items: tuple[OrderFacts, ...]
    total: int
    open: int


@dataclass(frozen=True, slots=True)
class OrderView:
    """An order, what it touches as of now, and what it changes: the redline.

    ``redline`` is None where there is nothing to compare: no baseline before, or a long BOM.
    """

    order: OrderFacts
    impact: Impact
    redline: tuple[Difference, ...] | None
    stops: tuple[str, ...]  # what stops the definition it makes from being frozen


def orders(
    actor: Actor, program_id: int, *, only_open: bool = False, offset: int = 0, limit: int = 50
) -> OrderList:
    """Change orders of a program, newest first: one page, and the totals. Eight queries."""
    program_by_id(actor, program_id)
    rows = _with_state(ChangeOrder.objects.filter(program=program_id))
    waiting = rows.filter(last_state__in=OPEN)
    shown = waiting if only_open else rows
    page = list(shown.order_by("-number")[offset : offset + limit])
    return OrderList(order_facts(page), shown.count(), waiting.count())


def order(actor: Actor, program_id: int, number: int) -> OrderView:
    """One order with its impact as of now. Raises NotFound."""
    program = program_by_id(actor, program_id)
    row = ChangeOrder.objects.filter(program=program_id, number=number).first()
    if row is None:
        raise NotFound(f"There is no change order {number} of this program.")
    (facts,) = order_facts([row])
    items = list(_items([row.pk])[row.pk])
    redline, stops = _redline(actor, row, items, program.part_id)
    return OrderView(facts, impact_of(actor, items, row.asked_at), redline, stops)


def order_facts(rows: Sequence[ChangeOrder]) -> tuple[OrderFacts, ...]:
    """Orders as the rules know them, in their order. Five queries."""
    keys = [row.pk for row in rows]
    items = _items(keys)
    steps = _steps(keys)
    named: dict[int, list[str]] = {}
    for order_id, batch in RunChange.objects.filter(order__in=keys).values_list(
        "order", "run__batch_id"
    ):
        named.setdefault(order_id, []).append(batch)
    heads = ChangeOrder.objects.filter(pk__in=keys).select_related("by", "baseline")
    found = {row.pk: row for row in heads.defer("baseline__content")}
    return tuple(
        _facts(found[key], items.get(key, ()), steps.get(key, ()), named.get(key, ()))
        for key in keys
    )


def approved_orders(program_id: int) -> tuple[OrderFacts, ...]:
    """Those that are approved and not yet in force. Six queries."""
    rows = _with_state(ChangeOrder.objects.filter(program=program_id))
    return order_facts(list(rows.filter(last_state=ChangeState.APPROVED)))


def superseding(baseline_ids: Iterable[int]) -> dict[int, tuple[Superseded, ...]]:
    """Orders in force, by the baseline that each replaced. Two queries."""
    rows = _with_state(ChangeOrder.objects.filter(baseline__in=list(baseline_ids)))
    inforce = rows.filter(last_state=ChangeState.IN_FORCE)
    found: dict[int, list[Superseded]] = {}
    keys = {row.pk: row for row in inforce}
    for step in ChangeStep.objects.filter(order__in=keys, state=ChangeState.IN_FORCE):
        row = keys[step.order_id]
        successor = json.loads(step.content).get("baseline", "")
        found.setdefault(row.baseline_id or 0, []).append(
            Superseded(
                f"ECO-{row.number:04}",
                EffectivityKind(step.effectivity),
                step.effective_from,
                successor[:SHORT],
            )
        )
    return {key: tuple(each) for key, each in found.items()}


def impact_of(actor: Actor, items: Sequence[ChangeItem], asked_at: datetime) -> Impact:
    """What a change of these items touches now: some ten queries, and those of where-used.

    asked_at: runs made to a baseline that was frozen later are not touched by it.
    """
    parts = {item.after.part_id for item in items}
    used = {(u.part_number, u.label, u.revision_id) for p in parts for u in where_used(actor, p)}
    before = {item.before_id for item in items if item.before_id}
    built = before | {revision for _, _, revision in used}
    return Impact(
        used_in=tuple(sorted((part, label) for part, label, _ in used)),
        lots=_lots(parts | _dropped(items)),
        runs=_runs(built, actor, asked_at),
    )


def _dropped(items: Sequence[ChangeItem]) -> set[int]:
    """Parts that a line of the revision before names and none of the one after."""
    pairs = [(i.before_id, i.after_id) for i in items if i.before_id and i.before_id != i.after_id]
    revisions = [key for pair in pairs for key in pair]
    lines: dict[int, set[int]] = {}
    rows = BomLine.objects.filter(revision__in=revisions).values_list("revision", "part")
    for revision, part in rows:
        lines.setdefault(revision, set()).add(part)
    return {p for old, new in pairs for p in lines.get(old, set()) - lines.get(new, set())}


def _lots(parts: Iterable[int]) -> tuple[LotImpact, ...]:
    rows = LotBalance.objects.filter(lot__part__in=list(parts), on_hand__gt=0)
    rows = rows.select_related("lot__part").order_by("lot__part__number", "lot__code")
    return tuple(LotImpact(b.lot.part.number, b.lot.code, b.on_hand, b.lot.unit) for b in rows)


def _runs(revisions: Iterable[int], actor: Actor, asked_at: datetime) -> tuple[RunImpact, ...]:
    rows = Run.objects.filter(
        baseline__revision__in=list(revisions),
        baseline__received_at__lte=asked_at,
        site__in=actor.site_ids,
    )
    runs = list(rows.select_related("baseline").defer("baseline__content").order_by("-pk"))
    keys = [run.pk for run in runs]
    closed = set(RunClosure.objects.filter(run__in=keys).values_list("run", flat=True))
    closed |= set(RunDecision.objects.filter(run__in=keys).values_list("run", flat=True))
    places: dict[int, dict[str, int]] = {}
    counted = Unit.objects.filter(run__in=keys).values_list("run", "state__place")
    for run, place, n in counted.annotate(n=Count("pk")).order_by():
        of = places.setdefault(run, {})
        name = place or Place.IN_PROCESS.value
        of[name] = of.get(name, 0) + n
    return tuple(
        RunImpact(
            run.batch_id,
            run.kind,
            run.baseline.digest[:SHORT],
            run.planned_quantity,
            places.get(run.pk, {}),
            run.pk in closed,
        )
        for run in runs
    )


def _redline(
    actor: Actor, row: ChangeOrder, items: Sequence[ChangeItem], part_id: int
) -> tuple[tuple[Difference, ...] | None, tuple[str, ...]]:
    top = next((i.after.label for i in items if i.after.part_id == part_id), "")
    view = definition(actor, row.program_id, revision=top)
    if row.baseline_id is None or row.baseline is None or not view.content:
        return None, view.stops
    before = frozen(row.baseline_id, row.baseline.digest)
    return differences(before, read_baseline(view.content)), view.stops


def _with_state(rows: Any) -> Any:
    """With ``last_state``: the state of the latest step."""
    latest = ChangeStep.objects.values("order").annotate(last=Max("pk")).values("last")
    return rows.annotate(last_state=Max("steps__state", filter=Q(steps__pk__in=latest)))


def _items(keys: Sequence[int]) -> dict[int, list[ChangeItem]]:
    found: dict[int, list[ChangeItem]] = {}
    rows = ChangeItem.objects.filter(order__in=keys).order_by("pk")
    for item in rows.select_related("before", "after__part"):
        found.setdefault(item.order_id, []).append(item)
    return found


def _steps(keys: Sequence[int]) -> dict[int, list[ChangeStep]]:
    found: dict[int, list[ChangeStep]] = {}
    for step in ChangeStep.objects.filter(order__in=keys).select_related("by").order_by("pk"):
        found.setdefault(step.order_id, []).append(step)
    return found


def _facts(
    row: ChangeOrder,
    items: Sequence[ChangeItem],
    steps: Sequence[ChangeStep],
    runs: Sequence[str],
) -> OrderFacts:
    assessed = next((s for s in reversed(steps) if s.state == ChangeState.ASSESSED), None)
    said: Mapping[str, Any] = json.loads(assessed.content) if assessed else {}
    last = steps[-1]
    after = json.loads(last.content).get("baseline", "")
    return OrderFacts(
        number=row.number,
        title=row.title,
        reason=row.reason,
        state=ChangeState(last.state),
        items=tuple(item_facts(i.before, i.after, i.text) for i in items),
        asked_by=row.by.name,
        asked_at=row.asked_at,
        steps=tuple(
            StepFacts(
                ChangeState(s.state), s.by.name, s.stepped_at, s.text, s.signature_id is not None
            )
            for s in steps
        ),
        impact=_read_impact(said["impact"]) if "impact" in said else None,
        dispositions={
            part: StockDisposition(word) for part, word in said.get("dispositions", {}).items()
        },
        effectivity=EffectivityKind(assessed.effectivity) if assessed else None,
        effective_from=assessed.effective_from if assessed else "",
        baseline_before=row.baseline.digest if row.baseline else "",
        baseline_after=after,
        runs=tuple(sorted(runs)),
        uid=str(row.uid),
    )


def item_facts(before: PartRevision | None, after: PartRevision, text: str) -> ItemFacts:
    return ItemFacts(
        after.part.number,
        before.label if before else "",
        after.label,
        RevisionStatus(after.status),
        text,
    )


def impact_content(impact: Impact) -> dict[str, Any]:
    """As plain data, for the assessment that keeps it."""
    return {
        "used_in": [list(pair) for pair in impact.used_in],
        "lots": [[x.part, x.lot, x.on_hand, x.unit] for x in impact.lots],
        "runs": [
            [r.batch_id, r.kind, r.baseline, r.planned, dict(r.places), r.closed]
            for r in impact.runs
        ],
    }


def _read_impact(data: Mapping[str, Any]) -> Impact:
    return Impact(
        used_in=tuple((part, label) for part, label in data["used_in"]),
        lots=tuple(
            LotImpact(part, lot, Decimal(amount), unit) for part, lot, amount, unit in data["lots"]
        ),
        runs=tuple(RunImpact(*row) for row in data["runs"]),
    )


def holding_items(baseline: Baseline, items: Sequence[ItemFacts], before: str) -> bool:
    """Whether a frozen definition holds everything that an order makes, and is another one."""
    if baseline.digest == before:
        return False
    facts = frozen(baseline.pk, baseline.digest)
    held = {(facts.part, facts.revision)}
    held |= {(a.part, a.revision) for a in facts.assemblies}
    held |= {(line.part, line.revision) for line in facts.contents.lines}
    return all((i.part, i.after) in held for i in items)
