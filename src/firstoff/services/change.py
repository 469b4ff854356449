"""Change orders: asked for, assessed, approved by signature, put in force; and what they forbid.

``follow`` is named in ``AFTER_VERBS``: a freeze without its order, a run to a baseline that was
replaced, a unit of a run that an order ends are refused whichever door they come by.
"""

from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Max, QuerySet

from firstoff.db.models import (
    Baseline,
    ChangeItem,
    ChangeOrder,
    ChangeStep,
    PartRevision,
    Program,
    Run,
    RunChange,
    Unit,
)
from firstoff.db.models.ledger import new_uid
from firstoff.db.prepared import prepared
from firstoff.errors import InvalidInput, NotFound
from firstoff.queries.change import (
    SHORT,
    approved_orders,
    holding_items,
    impact_content,
    impact_of,
    item_facts,
    order_facts,
    superseding,
)
from firstoff.rules.access import Actor
from firstoff.rules.change import (
    OrderFacts,
    check_assessment,
    check_freeze_ordered,
    check_in_force,
    check_request,
    check_run_starts,
    check_step,
    check_unit_starts,
)
from firstoff.rules.ledger import canonical
from firstoff.rules.product import check_prose
from firstoff.services import access, ledger
from firstoff.services.access import Confirmed
from firstoff.services.ledger import Entry
from firstoff.services.product import program_for
from firstoff.terms import ChangeState


@dataclass(frozen=True, slots=True)
class Changed:
    """An item as it is asked for: a part, the revision that replaces, the one replaced (the
    newest that stands released, unless said; ``-`` for a part that is new)."""

    part: str
    after: str
    before: str = ""
    text: str = ""


def request(
    *,
    program_id: int,
    title: str,
    reason: str,
    items: Sequence[Changed],
    by: Actor,
    at: datetime,
    uid: UUID | None = None,
) -> OrderFacts:
    """Ask for a change (R-12). What it makes may still be a draft."""
    program = program_for(by, program_id, "change.edit")
    with _verb("change.request", by, at, program) as entry:
        stored = ChangeOrder.objects.filter(uid=uid, program=program).first() if uid else None
        if stored is not None:
            return order_facts([stored])[0]
        pairs = [_pair(program, one) for one in items]
        facts = [item_facts(b, a, one.text) for (b, a), one in zip(pairs, items, strict=True)]
        name, why = check_request(title, reason, facts)
        newest = ChangeOrder.objects.filter(program=program).aggregate(n=Max("number"))["n"]
        baseline = Baseline.objects.filter(program=program).order_by("-pk").defer("content")
        row = entry.add(
            ChangeOrder(
                uid=uid or new_uid(),
                program=program,
                number=(newest or 0) + 1,
                title=name,
                reason=why,
                baseline=baseline.first(),
                asked_at=at,
            )
        )
        entry.add_all(
            [
                ChangeItem(
                    uid=new_uid(),
                    order=row,
                    before=before,
                    after=after,
                    text=check_prose(one.text, "item", field="items"),
                )
                for (before, after), one in zip(pairs, items, strict=True)
            ]
        )
        _step(entry, row, ChangeState.REQUESTED, why, {})
        entry.details.update(order=row.number, title=name, items=[i.label for i in facts])
        return order_facts([row])[0]


def assess(
    *,
    program_id: int,
    number: int,
    effectivity: str,
    effective_from: str,
    by: Actor,
    at: datetime,
    dispositions: Mapping[str, str] | None = None,
    text: str = "",
) -> OrderFacts:
    """Keep what the change touches as of now, what becomes of the stock, and from when it holds.
    It may be assessed again until it is approved."""
    program = program_for(by, program_id, "change.edit")
    with _verb("change.assess", by, at, program) as entry:
        row, facts = _order(program, number)
        items = list(ChangeItem.objects.filter(order=row).select_related("after__part"))
        impact = impact_of(by, items, row.asked_at)
        found, kind, since = check_assessment(
            facts, impact, dispositions or {}, effectivity, effective_from
        )
        content = {
            "impact": impact_content(impact),
            "dispositions": {part: word.value for part, word in found.items()},
        }
        said = check_prose(text, "assessment", field="text")
        _step(entry, row, ChangeState.ASSESSED, said, content, kind.value, since)
        entry.details.update(order=number, effectivity=kind.value, effective_from=since)
        return order_facts([row])[0]


def approve(
    *,
    program_id: int,
    number: int,
    confirmed: Confirmed,
    by: Actor,
    at: datetime,
    text: str = "",
) -> OrderFacts:
    """Approve an assessed order by signature: its definition may be frozen."""
    return _decide(program_id, number, ChangeState.APPROVED, text, by, at, confirmed)


def reject(
    *,
    program_id: int,
    number: int,
    text: str,
    confirmed: Confirmed,
    by: Actor,
    at: datetime,
) -> OrderFacts:
    """Reject an order by signature, with the reason."""
    if not text.strip():
        raise InvalidInput("A rejection gives its reason.", field="text")
    return _decide(program_id, number, ChangeState.REJECTED, text, by, at, confirmed)


def withdraw(*, program_id: int, number: int, text: str, by: Actor, at: datetime) -> OrderFacts:
    """Take an order back before it is in force."""
    program = program_for(by, program_id, "change.edit")
    if not text.strip():
        raise InvalidInput("Taking an order back has a reason.", field="text")
    with _verb("change.withdraw", by, at, program) as entry:
        row, facts = _order(program, number)
        check_step(facts, ChangeState.WITHDRAWN)
        _step(entry, row, ChangeState.WITHDRAWN, check_prose(text, "reason", field="text"), {})
        entry.details.update(order=number)
        return order_facts([row])[0]


def put_in_force(
    *,
    program_id: int,
    number: int,
    by: Actor,
    at: datetime,
    runs: Sequence[str] = (),
    text: str = "",
) -> OrderFacts:
    """Put an approved order in force, once what it makes is released and frozen.

    runs: batch IDs of running runs that it ends: they start no unit any more, and the rest is
    made in a run on the new baseline (R-37b). Another running run keeps what it started with.
    """
    program = program_for(by, program_id, "change.edit")
    with _verb("change.put_in_force", by, at, program) as entry:
        row, facts = _order(program, number)
        rows = Baseline.objects.filter(program=program, received_at__gte=row.asked_at)
        frozen = list(rows.defer("content").order_by("-pk"))
        after = next(
            (b for b in frozen if holding_items(b, facts.items, facts.baseline_before)), None
        )
        check_in_force(facts, baseline=after.digest if after else "")
        assert after is not None  # else it was refused
        assert facts.effectivity is not None  # an approved order was assessed
        named = [_running(program, batch, after) for batch in dict.fromkeys(runs)]
        entry.add_all(
            [
                RunChange(uid=new_uid(), order=row, run=run, baseline=after, effective_at=at)
                for run in named
            ]
        )
        _step(
            entry,
            row,
            ChangeState.IN_FORCE,
            check_prose(text, "remark", field="text"),
            {"baseline": after.digest},
            facts.effectivity.value,
            facts.effective_from,
        )
        entry.details.update(order=number, baseline=after.digest, runs=list(runs))
        return order_facts([row])[0]


def follow(entry: Entry) -> None:
    """After every verb: what change orders forbid. No query where no baseline, run or unit was
    made; one or two where there is no order."""
    for baseline in entry.of(Baseline):
        _check_freeze(baseline)
    runs = entry.of(Run)
    if runs:
        replaced = superseding({run.baseline_id for run in runs})
        for run in runs:
            check_run_starts(run.batch_id, entry.at.date(), replaced.get(run.baseline_id, ()))
    units = [unit for unit in entry.of(Unit) if unit.run_id is not None]
    if units:
        _check_units(units)


def _check_freeze(baseline: Baseline) -> None:
    used = Run.objects.filter(program=baseline.program_id).select_related("baseline")
    last = used.exclude(baseline=baseline).order_by("-pk").defer("baseline__content").first()
    if last is None:
        return
    revision = PartRevision.objects.select_related("part").get(pk=baseline.revision_id)
    check_freeze_ordered(
        earlier=last.baseline.digest[:SHORT],
        part=revision.part.number,
        revision=revision.label,
        orders=approved_orders(baseline.program_id),
    )


@prepared
def _first_order() -> "QuerySet[ChangeOrder, int]":
    return ChangeOrder.objects.values_list("pk", flat=True)[:1]


def _check_units(units: Sequence[Unit]) -> None:
    ids = {unit.run_id or 0 for unit in units}
    if not _first_order():  # most units start where nothing was ever changed
        return
    if not ChangeOrder.objects.filter(program__runs__in=ids).exists():
        return
    rows = Run.objects.filter(pk__in=ids).values_list("pk", "batch_id", "baseline")
    runs = {pk: (batch, baseline) for pk, batch, baseline in rows}
    ended = dict(RunChange.objects.filter(run__in=ids).values_list("run", "order__number"))
    replaced = superseding({baseline for _, baseline in runs.values()})
    for unit in units:
        batch, baseline = runs[unit.run_id or 0]
        number = ended.get(unit.run_id or 0)
        named = f"ECO-{number:04}" if number is not None else ""
        check_unit_starts(unit.serial, batch, named, replaced.get(baseline, ()))


def _decide(
    program_id: int,
    number: int,
    to: ChangeState,
    text: str,
    by: Actor,
    at: datetime,
    confirmed: Confirmed,
) -> OrderFacts:
    program = program_for(by, program_id, "change.approve")
    verb = "approve" if to is ChangeState.APPROVED else "reject"
    with _verb(f"change.{verb}", by, at, program) as entry:
        row, facts = _order(program, number)
        check_step(facts, to)
        said = check_prose(text, "reason", field="text")
        signature = access.sign(
            entry,
            confirmed,
            meaning=change_meaning(facts, approved=to is ChangeState.APPROVED),
            subject=f"{program.code} {facts.label}",
            permission="change.approve",
            site_id=program.site_id,
            content={
                "order": facts.uid,
                "title": facts.title,
                "items": [item.label for item in facts.items],
                "effective": facts.effective,
                "dispositions": {p: d.value for p, d in facts.dispositions.items()},
                "text": said,
            },
        )
        _step(entry, row, to, said, {}, signature=signature)
        entry.details.update(order=number)
        return order_facts([row])[0]


def change_meaning(order: OrderFacts, *, approved: bool) -> str:
    """What whoever decides an order signs."""
    items = "; ".join(item.label for item in order.items)
    if approved:
        return f"I approve {order.label}, {order.title} ({items}), {order.effective}."
    return f"I reject {order.label}, {order.title}."


def _step(
    entry: Entry,
    row: ChangeOrder,
    state: ChangeState,
    text: str,
    content: Mapping[str, Any],
    effectivity: str = "",
    effective_from: str = "",
    signature: Any = None,
) -> None:
    entry.add(
        ChangeStep(
            uid=new_uid(),
            order=row,
            state=state,
            text=text,
            content=canonical(dict(content)),
            effectivity=effectivity,
            effective_from=effective_from,
            stepped_at=entry.at,
            signature=signature,
        )
    )


def _order(program: Program, number: int) -> tuple[ChangeOrder, OrderFacts]:
    row = ChangeOrder.objects.filter(program=program, number=number).first()
    if row is None:
        raise NotFound(f"There is no change order {number} of {program.code}.")
    return row, order_facts([row])[0]


def _pair(program: Program, one: Changed) -> tuple[PartRevision | None, PartRevision]:
    rows = PartRevision.objects.filter(part__site=program.site_id, part__number=one.part)
    rows = rows.select_related("part")
    after = rows.filter(label=one.after).first()
    if after is None:
        raise InvalidInput(
            f"There is no part {one.part} revision {one.after!r}.",
            way_out="Make the draft that the change is to release.",
            field="items",
        )
    if one.before == "-":
        return None, after
    if one.before:
        before = rows.filter(label=one.before).first()
        if before is None:
            raise InvalidInput(
                f"There is no part {one.part} revision {one.before!r}.", field="items"
            )
        return before, after
    standing = rows.filter(released_at__isnull=False).exclude(pk=after.pk).order_by("-pk").first()
    return (after if after.released_at is not None else standing), after


def _running(program: Program, batch_id: str, after: Baseline) -> Run:
    run = Run.objects.filter(program=program, batch_id=batch_id).first()
    if run is None:
        raise InvalidInput(f"{program.code} has no run {batch_id!r}.", field="runs")
    if run.baseline_id == after.pk:
        raise InvalidInput(f"Batch {batch_id} is made to the new baseline already.", field="runs")
    return run


def _verb(name: str, by: Actor, at: datetime, program: Program) -> AbstractContextManager[Entry]:
    return ledger.verb(name, by=by, at=at, subject=f"program {program.code}", program=program)
