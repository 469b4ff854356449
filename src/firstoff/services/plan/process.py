"""Process plans and their operations: made, changed while draft, released."""

from collections.abc import Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import fields, replace
from datetime import datetime
from typing import Any

from firstoff.db.erasing import erase
from firstoff.db.models import (
    Equipment,
    Operation,
    PartRevision,
    ProcessPlan,
    Program,
)
from firstoff.errors import InvalidInput, NotFound, Refused
from firstoff.queries.plan import operation_facts, operation_rows, operations_of
from firstoff.rules.access import Actor
from firstoff.rules.plan import (
    PlanOperation,
    check_operation,
    check_operations,
    order_of,
    plan_release_stops,
    renumbered,
)
from firstoff.rules.product import (
    check_editable,
    check_label,
    check_releasable,
    check_unmoved,
    next_label,
)
from firstoff.services import ledger
from firstoff.services.ledger import Entry
from firstoff.services.plan.writing import settled, write
from firstoff.services.product import copy_operations, program_for, revision_of
from firstoff.terms import RevisionStatus


def create_plan(
    *,
    program_id: int,
    revision: str,
    by: Actor,
    at: datetime,
    label: str = "",
    copy_from: str = "",
) -> ProcessPlan:
    """The next draft plan of a revision, with the operations of an earlier one.

    label: the one after the newest, unless said. copy_from: the newest, unless said.
    """
    program = program_for(by, program_id, "definition.edit")
    with _verb("plan.create_plan", by, at, program) as entry:
        owner = revision_of(program, revision)
        there = list(ProcessPlan.objects.filter(revision=owner).order_by("-pk"))
        drafts = [p.label for p in there if p.status == RevisionStatus.DRAFT]
        if drafts:
            raise Refused(
                f"Plan {drafts[0]} of revision {owner.label} is still a draft.",
                code="R-10",
                way_out="Change it, or release it first.",
            )
        label = check_label(label.strip() or _after(there), "plan", field="label")
        if any(p.label.casefold() == label.casefold() for p in there):
            raise InvalidInput(
                f"There is a plan {label!r} of revision {owner.label} already.", field="label"
            )
        source = plan_of(owner, copy_from) if copy_from else next(iter(there), None)
        made = ProcessPlan.objects.create(revision=owner, label=label)
        if source is not None:
            copy_operations(source, made)
        entry.details.update(revision=owner.label, plan=label)
        entry.details.update(copied_from=source.label if source else "")
    return made


def discard_plan(*, program_id: int, revision: str, plan: str, by: Actor, at: datetime) -> None:
    """Give up a draft plan nobody has used. The only plan of a revision stays."""
    program = program_for(by, program_id, "definition.edit")
    with _verb("plan.discard_plan", by, at, program) as entry:
        found = _draft(program, revision, plan)
        if (
            not ProcessPlan.objects.filter(revision=found.revision_id)
            .exclude(pk=found.pk)
            .exists()
        ):
            raise Refused(
                f"Plan {found.label} is the only one of revision {revision}.",
                code="R-10",
                way_out="Change it instead.",
            )
        erase(ProcessPlan.objects.filter(pk=found.pk), f"Plan {found.label}")
        entry.details.update(revision=revision, plan=found.label)


def set_operations(
    *,
    program_id: int,
    revision: str,
    plan: str,
    operations: Sequence[PlanOperation],
    by: Actor,
    at: datetime,
    seen: str = "",
    numbers: Mapping[int, int] | None = None,
) -> tuple[PlanOperation, ...]:
    """All operations of a draft plan at once: what is not named goes.

    seen: ``state_of`` what the person saw; raises StaleState when somebody changed it since.
    numbers: old number to new number of those that only got another one: they stay the same
    operation for whatever names them.
    """
    program = program_for(by, program_id, "definition.edit")
    wanted = check_operations(operations)
    with _verb("plan.set_operations", by, at, program) as entry:
        found = _draft(program, revision, plan)
        check_unmoved(seen, operations_of(found.pk), "operations")
        if numbers:
            _renumber(found, numbers)
        write_operations(found, program.site_id, wanted, entry)
    return wanted


def add_operation(
    *,
    program_id: int,
    revision: str,
    plan: str,
    operation: PlanOperation,
    by: Actor,
    at: datetime,
) -> PlanOperation:
    program = program_for(by, program_id, "definition.edit")
    one = check_operation(operation)
    with _verb("plan.add_operation", by, at, program) as entry:
        found = _draft(program, revision, plan)
        _free(found, one.seq)
        one = _settled(found, program.site_id, [one])[0]
        check_operations([*operations_of(found.pk), one])
        write(Operation(plan=found), one, program.site_id)
        entry.details.update(revision=revision, plan=plan, operation=_said(one))
    return one


def update_operation(
    *,
    program_id: int,
    revision: str,
    plan: str,
    seq: int,
    operation: PlanOperation,
    by: Actor,
    at: datetime,
    seen: str = "",
) -> PlanOperation:
    """Change one of a draft plan, its number included.

    seen: ``state_of`` what the person saw; raises StaleState when somebody changed it since.
    """
    program = program_for(by, program_id, "definition.edit")
    one = check_operation(operation)
    with _verb("plan.update_operation", by, at, program) as entry:
        found = _draft(program, revision, plan)
        row = _numbered(found, seq)
        check_unmoved(seen, [operation_facts(row)], f"operation {seq}")
        if one.seq != seq:
            _free(found, one.seq)
        one = _settled(found, program.site_id, [one])[0]
        others = (o for o in operations_of(found.pk) if o.seq != seq)
        moved = _following(others, {seq: one.seq})
        check_operations([*moved, one])
        changes = _moved(operation_facts(row), one)
        write(row, one, program.site_id)
        _rewire(found, moved)
        entry.details.update(revision=revision, plan=plan, operation=seq, changes=changes)
    return one


def remove_operation(
    *, program_id: int, revision: str, plan: str, seq: int, by: Actor, at: datetime
) -> None:
    program = program_for(by, program_id, "definition.edit")
    with _verb("plan.remove_operation", by, at, program) as entry:
        found = _draft(program, revision, plan)
        row = _numbered(found, seq)
        one = operation_facts(row)
        entry.details.update(revision=revision, plan=plan, operation=_said(one))
        erase(Operation.objects.filter(pk=row.pk), f"Operation {seq}")
        # What waited for it waits for what it waited for.
        instead = order_of([*operations_of(found.pk), one]).direct[seq]
        rest = [_waiting(o, seq, instead) for o in operations_of(found.pk)]
        _rewire(found, rest)


def reorder_operations(
    *,
    program_id: int,
    revision: str,
    plan: str,
    order: Sequence[int],
    by: Actor,
    at: datetime,
) -> tuple[PlanOperation, ...]:
    """Put the operations of a draft plan into this order; they are numbered 10, 20, 30 anew."""
    program = program_for(by, program_id, "definition.edit")
    with _verb("plan.reorder_operations", by, at, program) as entry:
        found = _draft(program, revision, plan)
        rows = {o.seq: o for o in Operation.objects.filter(plan=found)}
        before = operations_of(found.pk)
        numbers = renumbered(order, rows)
        _renumber(found, numbers)
        moved = _following(before, numbers)
        check_operations(moved)
        _rewire(found, moved)
        entry.details.update(revision=revision, plan=plan, renumbered=numbers)
    return operations_of(found.pk)


def release_plan(
    *, program_id: int, revision: str, plan: str, by: Actor, at: datetime
) -> ProcessPlan:
    """Make a draft plan immutable. The one released before it is superseded."""
    program = program_for(by, program_id, "definition.edit")
    with _verb("plan.release_plan", by, at, program) as entry:
        owner = revision_of(program, revision)
        found = plan_of(owner, plan)
        release(found, owner, by, at)
        entry.details.update(revision=owner.label, plan=found.label)
    return found


def release(plan: ProcessPlan, owner: PartRevision, by: Actor, at: datetime) -> None:
    """Release a draft plan, inside a verb. Raises Refused (R-10) with all that stops it."""
    stops = list(plan_release_stops(operations_of(plan.pk)))
    if owner.status == RevisionStatus.DRAFT:
        stops.insert(0, f"Revision {owner.label} is a draft; release it first.")
    retired = Equipment.objects.filter(
        retired_at__isnull=False, pk__in=Operation.objects.filter(plan=plan).values("jig")
    )
    stops += [f"Jig {jig.code} is retired." for jig in retired.order_by("code")]
    check_releasable(plan.status, f"Plan {plan.label} of revision {owner.label}", stops)
    ProcessPlan.objects.filter(revision=owner, status=RevisionStatus.RELEASED).update(
        status=RevisionStatus.SUPERSEDED
    )
    plan.status = RevisionStatus.RELEASED
    plan.released_at = at
    plan.released_by_id = by.person_id
    plan.save()


def write_operations(
    plan: ProcessPlan, site_id: int, wanted: Iterable[PlanOperation], entry: Entry
) -> bool:
    """Bring a draft plan's operations to these; False when they were so already."""
    rows = {o.seq: o for o in _rows(plan)}
    changes: dict[str, Any] = {}
    for one in _settled(plan, site_id, wanted):
        row = rows.pop(one.seq, None)
        if row is None:
            write(Operation(plan=plan), one, site_id)
            changes[str(one.seq)] = "added"
        elif moved := _moved(operation_facts(row), one):
            write(row, one, site_id)
            changes[str(one.seq)] = moved
    for seq, row in rows.items():
        erase(Operation.objects.filter(pk=row.pk), f"Operation {seq}")
        changes[str(seq)] = "removed"
    entry.details.update(plan=plan.label, operations=changes)
    return bool(changes)


def plan_of(revision: PartRevision, label: str) -> ProcessPlan:
    """Raises NotFound."""
    found = ProcessPlan.objects.filter(revision=revision, label=label).first()
    if found is None:
        raise NotFound(f"There is no plan {label!r} of revision {revision.label}.")
    return found


def _moved(before: PlanOperation, after: PlanOperation) -> dict[str, list[Any]]:
    """What differs, as field -> [before, after]."""
    pairs = ((f.name, getattr(before, f.name), getattr(after, f.name)) for f in fields(after))
    return {name: [old, new] for name, old, new in pairs if old != new}


def _draft(program: Program, revision: str, label: str) -> ProcessPlan:
    found = plan_of(revision_of(program, revision), label)
    check_editable(found.status, f"Plan {found.label} of revision {revision}")
    return found


def operation_of(program_id: int, revision: str, plan: str, seq: int, by: Actor) -> PlanOperation:
    """One operation of a plan as it stands. Raises NotFound."""
    program = program_for(by, program_id, "see")
    return operation_facts(_numbered(plan_of(revision_of(program, revision), plan), seq))


def _rows(plan: ProcessPlan) -> Iterable[Operation]:
    return operation_rows().filter(plan=plan)


def _settled(
    plan: ProcessPlan, site_id: int, wanted: Iterable[PlanOperation]
) -> tuple[PlanOperation, ...]:
    return settled(tuple(wanted), revision_id=plan.revision_id, site_id=site_id)


def _renumber(plan: ProcessPlan, numbers: Mapping[int, int]) -> None:
    """A number stands once a plan: out of the way first, then into place."""
    rows = {o.seq: o for o in Operation.objects.filter(plan=plan)}
    clear = max((*rows, *numbers.values()), default=0) + 1
    for shift in (clear, 0):
        for old, new in numbers.items():
            if old in rows and old != new:
                rows[old].seq = new + shift
                rows[old].save(update_fields=["seq"])


def _following(
    operations: Iterable[PlanOperation], numbers: Mapping[int, int]
) -> list[PlanOperation]:
    """The operations under their new numbers, and waiting for the same ones under theirs."""
    return [
        replace(
            one,
            seq=numbers.get(one.seq, one.seq),
            predecessors=one.predecessors
            if one.predecessors is None
            else tuple(sorted(numbers.get(n, n) for n in one.predecessors)),
        )
        for one in operations
    ]


def _waiting(one: PlanOperation, gone: int, instead: Sequence[int]) -> PlanOperation:
    if one.predecessors is None or gone not in one.predecessors:
        return one
    return replace(
        one, predecessors=tuple(sorted({*one.predecessors, *instead} - {gone, one.seq}))
    )


def _rewire(plan: ProcessPlan, operations: Iterable[PlanOperation]) -> None:
    """Write what the operations wait for, where that moved."""
    rows = {o.seq: o for o in Operation.objects.filter(plan=plan)}
    for one in operations:
        waits = None if one.predecessors is None else list(one.predecessors)
        if rows[one.seq].predecessors != waits:
            rows[one.seq].predecessors = waits
            rows[one.seq].save(update_fields=["predecessors"])


def _numbered(plan: ProcessPlan, seq: int) -> Operation:
    found = next((o for o in _rows(plan) if o.seq == seq), None)
    if found is None:
        raise NotFound(f"Plan {plan.label} has no operation {seq}.")
    return found


def _free(plan: ProcessPlan, seq: int) -> None:
    if Operation.objects.filter(plan=plan, seq=seq).exists():
        raise InvalidInput(f"Operation {seq} is there already.", field="seq")


def _after(there: Sequence[ProcessPlan]) -> str:
    return next_label(there[0].label) if there else "1"


def _said(one: PlanOperation) -> dict[str, Any]:
    return {f.name: getattr(one, f.name) for f in fields(one)}


def _verb(name: str, by: Actor, at: datetime, program: Program) -> AbstractContextManager[Entry]:
    return ledger.verb(name, by=by, at=at, subject=f"program {program.code}", program=program)
