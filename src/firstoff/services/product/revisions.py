"""Revisions of parts: drafted from an earlier one, discarded, released."""

from collections.abc import Sequence
from datetime import datetime

from firstoff.db.erasing import erase
from firstoff.db.models import Part, PartRevision, ProcessPlan
from firstoff.errors import InvalidInput, Refused
from firstoff.rules.access import Actor
from firstoff.rules.product import (
    LONGEST_PART_NUMBER,
    check_code,
    check_label,
    check_name,
    check_releasable,
    next_label,
    release_stops,
)
from firstoff.services.product.characteristics import facts_in
from firstoff.services.product.copying import copy_revision
from firstoff.services.product.naming import draft, program_for, revision_of, verb
from firstoff.terms import Procurement, RevisionStatus


def create_revision(
    *, program_id: int, by: Actor, at: datetime, label: str = "", copy_from: str = ""
) -> PartRevision:
    """The next draft of the part, with the characteristics and the plan of an earlier one.

    label: the one after the newest, unless said. copy_from: the newest, unless said. Refused
    R-10 while another draft exists: what is to be built next is one thing.
    """
    program = program_for(by, program_id, "definition.edit")
    with verb("product.create_revision", by, at, program) as entry:
        there = list(PartRevision.objects.filter(part=program.part_id).order_by("-pk"))
        drafts = [r for r in there if r.status == RevisionStatus.DRAFT]
        if drafts:
            raise Refused(
                f"Revision {drafts[0].label} is still a draft.",
                code="R-10",
                way_out="Change it, or release it first.",
            )
        source = _labelled(there, copy_from, "revision", "copy_from") if copy_from else there[0]
        label = check_label(label.strip() or next_label(there[0].label), field="label")
        if any(r.label.casefold() == label.casefold() for r in there):
            raise InvalidInput(f"There is a revision {label!r} already.", field="label")
        made = PartRevision.objects.create(part_id=program.part_id, label=label)
        copy_revision(source, made)
        entry.details.update(revision=label, copied_from=source.label)
    return made


def discard_revision(*, program_id: int, revision: str, by: Actor, at: datetime) -> None:
    """Give up a draft nobody has used. The only revision of a part stays."""
    program = program_for(by, program_id, "definition.edit")
    with verb("product.discard_revision", by, at, program) as entry:
        found = draft(program, revision)
        if not PartRevision.objects.filter(part=program.part_id).exclude(pk=found.pk).exists():
            raise Refused(
                f"Revision {found.label} is the only one of {program.code}.",
                code="R-10",
                way_out="Change it instead.",
            )
        erase(PartRevision.objects.filter(pk=found.pk), f"Revision {found.label}")
        entry.details.update(revision=found.label)


def release_revision(*, program_id: int, revision: str, by: Actor, at: datetime) -> PartRevision:
    """Make a draft immutable (R-10). The one released before it is superseded."""
    program = program_for(by, program_id, "definition.edit")
    with verb("product.release_revision", by, at, program) as entry:
        found = revision_of(program, revision)
        release(found, by, at)
        entry.details.update(revision=found.label)
    return found


def new_part(site_id: int, number: str, name: str) -> Part:
    """Inside a verb. Raises InvalidInput where the number is taken."""
    number = check_code(number, "part number", longest=LONGEST_PART_NUMBER, field="part_number")
    if Part.objects.filter(site=site_id, number__iexact=number).exists():
        raise InvalidInput(
            f"There is a part {number!r} at this site already.", field="part_number"
        )
    return Part.objects.create(
        site_id=site_id,
        number=number,
        name=check_name(name, "part name", field="part_name"),
        procurement=Procurement.MAKE,
    )


def new_revision(part: Part, label: str) -> PartRevision:
    """A draft with an empty draft plan, inside a verb. Raises InvalidInput."""
    label = check_label(label, field="revision")
    made = PartRevision.objects.create(part=part, label=label)
    ProcessPlan.objects.create(revision=made, label="1")
    return made


def release(revision: PartRevision, by: Actor, at: datetime) -> None:
    """Release a draft, inside a verb. Raises Refused (R-10) with all that stops it."""
    stops = release_stops(facts_in(revision))
    check_releasable(revision.status, f"Revision {revision.label}", stops)
    PartRevision.objects.filter(part=revision.part_id, status=RevisionStatus.RELEASED).update(
        status=RevisionStatus.SUPERSEDED
    )
    revision.status = RevisionStatus.RELEASED
    revision.released_at = at
    revision.released_by_id = by.person_id
    revision.save()


def _labelled(there: Sequence[PartRevision], label: str, what: str, field: str) -> PartRevision:
    for found in there:
        if found.label == label:
            return found
    raise InvalidInput(
        f"There is no {what} {label!r}; there are {', '.join(r.label for r in there)}.",
        field=field,
    )
