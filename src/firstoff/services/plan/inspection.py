"""Inspection plans of a revision: drafted out of the one list, changed, released, carried on."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from firstoff.db.erasing import erase
from firstoff.db.models import (
    Characteristic,
    InspectionPlan,
    InspectionPlanLine,
    Part,
    PartRevision,
)
from firstoff.errors import InvalidInput, NotFound, Refused
from firstoff.queries.plan.inspection import Inspected, inspected, plan_facts
from firstoff.queries.product import part_revisions
from firstoff.rules.access import Actor
from firstoff.rules.plan import FrozenInspectionPlan
from firstoff.rules.plan.inspection import (
    KIND_NAMES,
    InspectionSeen,
    check_inspection_plan,
    check_kind,
    inspection_release_stops,
    proposed,
    usual,
)
from firstoff.rules.product import (
    check_editable,
    check_label,
    check_releasable,
    check_unmoved,
    next_label,
)
from firstoff.services.ledger import Entry
from firstoff.services.plan.controls import entry_part
from firstoff.services.product.naming import Subject, subject_for
from firstoff.terms import InspectionKind, RevisionStatus


def create_inspection_plan(
    *,
    revision: str,
    kind: str,
    by: Actor,
    at: datetime,
    program_id: int | None = None,
    part_id: int | None = None,
    label: str = "",
) -> FrozenInspectionPlan:
    """The next draft of a kind: with what the last one says, or, where there is none, with the
    lines and the sampling that its kind asks for.

    label: the one after the newest, or 1. Raises Refused (R-10) while a draft of it exists.
    """
    subject = subject_for(by, "definition.edit", program_id=program_id, part_id=part_id)
    meant = check_kind(kind)
    with subject.verb("plan.create_inspection_plan", by, at) as entry:
        owner = subject.revision(revision)
        there = list(InspectionPlan.objects.filter(revision=owner, kind=meant).order_by("-pk"))
        if there and there[0].status == RevisionStatus.DRAFT:
            raise Refused(
                f"{KIND_NAMES[meant]} {there[0].label} is still a draft.",
                code="R-10",
                way_out="Change it, or release it first.",
            )
        wanted = label.strip() or (next_label(there[0].label) if there else "1")
        wanted = check_label(wanted, "inspection plan", field="label")
        if any(p.label.casefold() == wanted.casefold() for p in there):
            raise InvalidInput(
                f"There is a {KIND_NAMES[meant]} {wanted!r} already.", field="label"
            )
        of = _of(subject, owner)
        made = InspectionPlan(revision=owner, kind=meant, label=wanted)
        facts = usual(meant, wanted, of.characteristics, of.checked)
        if there:
            facts = _relabelled(plan_facts(there[0]), wanted)
        _write(made, facts)
        _said(entry, owner, facts, copied_from=there[0].label if there else "")
    return facts


def set_inspection_plan(
    *,
    revision: str,
    plan: FrozenInspectionPlan,
    by: Actor,
    at: datetime,
    program_id: int | None = None,
    part_id: int | None = None,
    seen: str = "",
) -> FrozenInspectionPlan:
    """All of a draft at once, found by its kind and label.

    seen: ``state_of`` what the person saw, as ``InspectionSeen``; raises StaleState when somebody
    changed it since.
    """
    subject = subject_for(by, "definition.edit", program_id=program_id, part_id=part_id)
    with subject.verb("plan.set_inspection_plan", by, at) as entry:
        owner = subject.revision(revision)
        row = _draft(owner, plan.kind, plan.label)
        before = plan_facts(row)
        check_unmoved(seen, [InspectionSeen(before)], "inspection plan")
        numbers = {c.number for c in _of(subject, owner).characteristics}
        wanted = check_inspection_plan(plan, numbers)
        _write(row, wanted)
        _said(entry, owner, wanted, changes=_moved(before, wanted))
    return wanted


def propose_inspection_lines(
    *,
    revision: str,
    kind: str,
    label: str,
    by: Actor,
    at: datetime,
    program_id: int | None = None,
    part_id: int | None = None,
) -> FrozenInspectionPlan:
    """Add to a draft the characteristics that its kind asks for and that it lacks."""
    subject = subject_for(by, "definition.edit", program_id=program_id, part_id=part_id)
    with subject.verb("plan.propose_inspection_lines", by, at) as entry:
        owner = subject.revision(revision)
        row = _draft(owner, kind, label)
        before, of = plan_facts(row), _of(subject, owner)
        wanted = proposed(before, of.characteristics, of.checked)
        _write(row, wanted)
        _said(entry, owner, wanted, added=len(wanted.lines) - len(before.lines))
    return wanted


def discard_inspection_plan(
    *,
    revision: str,
    kind: str,
    label: str,
    by: Actor,
    at: datetime,
    program_id: int | None = None,
    part_id: int | None = None,
) -> None:
    """Give up a draft."""
    subject = subject_for(by, "definition.edit", program_id=program_id, part_id=part_id)
    with subject.verb("plan.discard_inspection_plan", by, at) as entry:
        owner = subject.revision(revision)
        row = _draft(owner, kind, label)
        erase(InspectionPlan.objects.filter(pk=row.pk), _name(row))
        entry.details.update(revision=owner.label, kind=kind, label=label)


def release_inspection_plan(
    *,
    revision: str,
    kind: str,
    label: str,
    by: Actor,
    at: datetime,
    program_id: int | None = None,
    part_id: int | None = None,
) -> FrozenInspectionPlan:
    """Make a draft immutable. The one of its kind released before it is superseded. Raises Refused
    (R-10) with all that stops it."""
    subject = subject_for(by, "definition.edit", program_id=program_id, part_id=part_id)
    with subject.verb("plan.release_inspection_plan", by, at) as entry:
        owner = subject.revision(revision)
        row = plan_row(owner, kind, label)
        facts = plan_facts(row)
        of = _of(subject, owner)
        stops = inspection_release_stops(
            facts, of.characteristics, revision=owner.label, status=owner.status
        )
        check_releasable(row.status, _name(row), stops)
        InspectionPlan.objects.filter(
            revision=owner, kind=row.kind, status=RevisionStatus.RELEASED
        ).update(status=RevisionStatus.SUPERSEDED)
        row.status, row.released_at, row.released_by_id = RevisionStatus.RELEASED, at, by.person_id
        row.save()
        entry.details.update(revision=owner.label, kind=kind, label=label)
    return facts


def plan_row(revision: PartRevision, kind: str, label: str) -> InspectionPlan:
    """Raises NotFound."""
    found = InspectionPlan.objects.filter(revision=revision, kind=kind, label=label).first()
    if found is None:
        raise NotFound(
            f"Revision {revision.label} has no inspection plan {kind.replace('_', ' ')[:40]} "
            f"{label[:40]!r}."
        )
    return found


def follow(entry: Entry) -> None:
    """After every verb: a revision that was made as a copy gets the newest plan of each kind, as
    a draft, with the characteristics that it still has."""
    copied = entry.details.get("copied_from")
    if entry.verb != "product.create_revision" or not copied:
        return
    revisions = PartRevision.objects.filter(part=entry_part(entry))
    made = revisions.get(label=entry.details["revision"])
    newest: dict[str, InspectionPlan] = {}
    for row in InspectionPlan.objects.filter(revision=revisions.get(label=copied)).order_by("pk"):
        newest[row.kind] = row
    for row in newest.values():
        facts = plan_facts(row)
        _write(InspectionPlan(revision=made, kind=row.kind, label=row.label), facts, lenient=True)


def _of(subject: Subject, owner: PartRevision) -> Inspected:
    part = Part.objects.get(pk=subject.part_id)
    there = part_revisions(part.pk)
    return inspected(part, there, next(r for r in there if r.id == owner.pk))


def _draft(owner: PartRevision, kind: str, label: str) -> InspectionPlan:
    found = plan_row(owner, kind, label)
    check_editable(found.status, _name(found))
    return found


def _name(row: InspectionPlan) -> str:
    return f"{KIND_NAMES[InspectionKind(row.kind)]} {row.label}"


def _relabelled(facts: FrozenInspectionPlan, label: str) -> FrozenInspectionPlan:
    return FrozenInspectionPlan(
        kind=facts.kind, label=label, sampling=facts.sampling, note=facts.note, lines=facts.lines
    )


def _write(row: InspectionPlan, facts: FrozenInspectionPlan, *, lenient: bool = False) -> None:
    """lenient: what the revision has no more is left out."""
    row.sampling, row.note = facts.sampling, facts.note
    row.save()
    known = dict(
        Characteristic.objects.filter(revision=row.revision_id).values_list("number", "pk")
    )
    InspectionPlanLine.objects.filter(plan=row).delete()
    InspectionPlanLine.objects.bulk_create(
        InspectionPlanLine(
            plan=row,
            position=place,
            characteristic_id=known[line.characteristic],
            method=line.method,
            gauge=line.gauge,
            sampling=line.sampling,
            reaction=line.reaction,
        )
        for place, line in enumerate(facts.lines, 1)
        if not lenient or line.characteristic in known
    )


def _moved(before: FrozenInspectionPlan, after: FrozenInspectionPlan) -> Mapping[str, list[Any]]:
    pairs = ((n, getattr(before, n), getattr(after, n)) for n in ("sampling", "note", "lines"))
    return {name: [old, new] for name, old, new in pairs if old != new}


def _said(entry: Entry, owner: PartRevision, plan: FrozenInspectionPlan, **more: Any) -> None:
    entry.details.update(revision=owner.label, kind=plan.kind, label=plan.label, **more)
