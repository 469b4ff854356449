"""The control plan of a draft process plan: set whole, proposed, carried to the next."""

from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from datetime import datetime

from firstoff.db.models import (
    FormHead,
    Operation,
    ProcessPlan,
    Program,
)
from firstoff.queries.plan.controls import HEAD, controls_of, form_head
from firstoff.queries.plan.process import operations_of
from firstoff.queries.product import characteristics_of
from firstoff.rules.access import Actor
from firstoff.rules.plan import FrozenControl
from firstoff.rules.plan.controls import (
    HEADER,
    ControlSeen,
    check_controls,
    check_header,
    proposed_controls,
)
from firstoff.rules.product import check_editable, check_unmoved
from firstoff.services import ledger
from firstoff.services.ledger import Entry
from firstoff.services.plan.planned import write_controls
from firstoff.services.plan.process import plan_of
from firstoff.services.product import program_for, revision_of


def set_controls(
    *,
    program_id: int,
    revision: str,
    plan: str,
    controls: Sequence[FrozenControl],
    by: Actor,
    at: datetime,
    seen: str = "",
) -> tuple[FrozenControl, ...]:
    """All lines of a draft plan's control plan at once: what is not named goes.

    seen: ``state_of`` what the person saw, as ``ControlSeen``; raises StaleState when somebody
    changed it since. Raises Refused (R-10) where the plan is released.
    """
    program = program_for(by, program_id, "definition.edit")
    with _verb("plan.set_controls", by, at, program) as entry:
        found = _draft(program, revision, plan)
        held = controls_of(found.pk)
        check_unmoved(seen, [ControlSeen(c) for c in held], "control plan")
        wanted = check_controls(
            controls, operations_of(found.pk), characteristics_of(found.revision_id)
        )
        _write(found, held, wanted, entry)
    return controls_of(found.pk)


def propose_controls(
    *, program_id: int, revision: str, plan: str, by: Actor, at: datetime
) -> tuple[FrozenControl, ...]:
    """Add a line for each characteristic that an operation checks and each of its parameters that
    none controls yet; answers all lines."""
    program = program_for(by, program_id, "definition.edit")
    with _verb("plan.propose_controls", by, at, program) as entry:
        found = _draft(program, revision, plan)
        held = controls_of(found.pk)
        wanted = proposed_controls(
            held, operations_of(found.pk), characteristics_of(found.revision_id)
        )
        _write(found, held, wanted, entry)
        entry.details.update(added=len(wanted) - len(held))
    return controls_of(found.pk)


def set_control_head(
    *,
    program_id: int,
    revision: str,
    plan: str,
    said: Mapping[str, str],
    by: Actor,
    at: datetime,
) -> dict[str, str]:
    """What stands in the head of the form. It is no part of the frozen definition: approvals come
    after the release."""
    program = program_for(by, program_id, "definition.edit")
    with _verb("plan.set_control_head", by, at, program) as entry:
        found = plan_of(revision_of(program, revision), plan)
        return write_head(found, HEAD, check_header(said, HEADER), entry)


def write_head(plan: ProcessPlan, kind: str, said: dict[str, str], entry: Entry) -> dict[str, str]:
    before = form_head(plan.pk, kind)
    FormHead.objects.update_or_create(plan=plan, kind=kind, defaults={"said": said})
    entry.details.update(revision=plan.revision.label, plan=plan.label, before=before, head=said)
    return said


def follow(entry: Entry) -> None:
    """After every verb: a plan that was made as a copy gets the control plan of its source."""
    source, target = copied_plans(entry)
    if source is not None and target is not None:
        carry_controls(source, target)


def copied_plans(entry: Entry) -> tuple[ProcessPlan | None, ProcessPlan | None]:
    """The plan that a verb copied, and the copy; nothing after any other verb. Of a revision that
    was copied, its newest plan and that of the copy."""
    made = entry.verb in ("plan.create_plan", "product.create_revision")
    source = entry.details.get("copied_from") if made else None
    part = entry_part(entry) if source else None
    if part is None:
        return None, None
    rows = ProcessPlan.objects.filter(revision__part=part)
    here = rows.filter(revision__label=entry.details["revision"])
    if entry.verb == "plan.create_plan":
        return here.filter(label=source).first(), here.filter(label=entry.details["plan"]).first()
    newest = rows.filter(revision__label=source).order_by("-pk").first()
    return newest, here.order_by("pk").first()


def entry_part(entry: Entry) -> int | None:
    """The part whose revision a verb was about: that of its program, or the one it names."""
    if entry.program_id is None:
        return entry.details.get("part_id")
    return Program.objects.values_list("part_id", flat=True).get(pk=entry.program_id)


def carry_controls(source: ProcessPlan, target: ProcessPlan) -> None:
    """Lines whose operation, and what they control, is there too; and what the head says."""
    held = controls_of(source.pk)
    if held:
        parameters = {(o.seq, p.name) for o in operations_of(target.pk) for p in o.parameters}
        seqs = set(Operation.objects.filter(plan=target).values_list("seq", flat=True))
        numbers = {c.number for c in characteristics_of(target.revision_id)}
        write_controls(
            target,
            [
                c
                for c in held
                if c.operation in seqs
                and (c.characteristic in numbers or (c.operation, c.parameter) in parameters)
            ],
        )
    carry_head(source, target, HEAD)


def carry_head(source: ProcessPlan, target: ProcessPlan, kind: str) -> None:
    said = form_head(source.pk, kind)
    if said:
        FormHead.objects.create(plan=target, kind=kind, said=said)


def _write(
    plan: ProcessPlan,
    held: Sequence[FrozenControl],
    wanted: Sequence[FrozenControl],
    entry: Entry,
) -> None:
    write_controls(plan, wanted)
    entry.details.update(revision=plan.revision.label, plan=plan.label, lines=len(wanted))
    entry.details.update(changes=_moved(held, wanted))


def _moved(
    before: Sequence[FrozenControl], after: Sequence[FrozenControl]
) -> dict[str, list[FrozenControl]]:
    """Lines that went, and lines that came or say something else now."""
    return {
        "removed": [c for c in before if c not in after],
        "set": [c for c in after if c not in before],
    }


def _draft(program: Program, revision: str, label: str) -> ProcessPlan:
    found = plan_of(revision_of(program, revision), label)
    check_editable(found.status, f"Plan {found.label} of revision {revision}")
    return found


def _verb(name: str, by: Actor, at: datetime, program: Program) -> AbstractContextManager[Entry]:
    return ledger.verb(name, by=by, at=at, subject=f"program {program.code}", program=program)
