"""Revisions of parts: drafted from an earlier one, looked at, released, given up."""

from collections.abc import Sequence
from datetime import datetime

from firstoff.db.erasing import erase
from firstoff.db.models import BomLine, Part, PartRevision, ProcessPlan, Record
from firstoff.errors import InvalidInput, Refused
from firstoff.queries.product import default_revisions, next_revision
from firstoff.rules.access import Actor
from firstoff.rules.product import (
    LONGEST_PART_NUMBER,
    GoesIn,
    check_code,
    check_editable,
    check_label,
    check_move,
    check_name,
    check_prose,
    check_releasable,
    child_stops,
    release_stops,
)
from firstoff.services.product.characteristics import facts_in
from firstoff.services.product.copying import copy_revision
from firstoff.services.product.naming import subject_for
from firstoff.terms import Procurement, RevisionStatus

_OPEN = (RevisionStatus.DRAFT, RevisionStatus.IN_REVIEW)
_MADE = (Procurement.MAKE, Procurement.PHANTOM)


def create_revision(
    *,
    by: Actor,
    at: datetime,
    program_id: int | None = None,
    part_id: int | None = None,
    label: str = "",
    copy_from: str = "",
    note: str = "",
    bought: bool = False,
) -> PartRevision:
    """The next draft of a part, with all that an earlier one consists of.

    label: the one that the part's scheme makes, unless said. copy_from: the newest, unless said.
    note: what is to change, and why. bought: a bought part stays one with its first revision,
    which is then its drawing and what of it is inspected; else it is made here from then on.
    Refused R-10 while another draft exists: what is to be built next is one thing.
    """
    about = subject_for(by, "definition.edit", program_id=program_id, part_id=part_id)
    with about.verb("product.create_revision", by, at) as entry:
        there = list(PartRevision.objects.filter(part=about.part_id).order_by("-pk"))
        _check_no_draft(there)
        source = _source(there, copy_from)
        label = check_label(label.strip() or next_revision(about.part_id), field="label")
        if any(r.label.casefold() == label.casefold() for r in there):
            raise InvalidInput(f"There is a revision {label!r} already.", field="label")
        note = check_prose(note, "note", field="note")
        if source is None:
            made = new_revision(Part.objects.get(pk=about.part_id), label)
            PartRevision.objects.filter(pk=made.pk).update(note=note)
            if not bought:
                _make_here(about.part_id)
        else:
            made = PartRevision.objects.create(part_id=about.part_id, label=label, note=note)
            copy_revision(source, made)
        entry.details.update(revision=label, copied_from=source.label if source else "")
        if about.program_id is None:  # of which part no program of the entry says
            entry.details.update(part_id=about.part_id)
    return made


def discard_revision(
    *,
    revision: str,
    by: Actor,
    at: datetime,
    program_id: int | None = None,
    part_id: int | None = None,
) -> None:
    """Give up a draft, with all it consists of. The only revision of a program's part stays.

    A draft that records name is made obsolete instead (R-68): nothing of it disappears.
    """
    about = subject_for(by, "definition.edit", program_id=program_id, part_id=part_id)
    with about.verb("product.discard_revision", by, at) as entry:
        found = about.revision(revision)
        check_editable(found.status, f"Revision {found.label}")
        others = PartRevision.objects.filter(part=about.part_id).exclude(pk=found.pk)
        if about.program_id is not None and not others.exists():
            raise Refused(
                f"Revision {found.label} is the only one of {about.name}.",
                code="R-10",
                way_out="Change it instead.",
            )
        _check_not_in_others(found)
        entry.details.update(revision=found.label)
        if _named_by_records(found):
            found.status = RevisionStatus.OBSOLETE
            found.save(update_fields=["status"])
            entry.details.update(kept="records name it")
        else:
            erase(PartRevision.objects.filter(pk=found.pk), f"Revision {found.label}")


def release_revision(
    *,
    revision: str,
    by: Actor,
    at: datetime,
    program_id: int | None = None,
    part_id: int | None = None,
) -> PartRevision:
    """Make a draft immutable (R-10). The one released before it is superseded."""
    about = subject_for(by, "definition.edit", program_id=program_id, part_id=part_id)
    with about.verb("product.release_revision", by, at) as entry:
        found = about.revision(revision)
        release(found, by, at)
        entry.details.update(revision=found.label)
    return found


def move_revision(
    *,
    revision: str,
    to: RevisionStatus,
    by: Actor,
    at: datetime,
    program_id: int | None = None,
    part_id: int | None = None,
    note: str = "",
) -> PartRevision:
    """Give a draft to be looked at, take it back to draft, or make a revision obsolete.

    note: why. Raises Refused (R-10) where it cannot become that; ``release_revision`` releases.
    """
    if to not in (RevisionStatus.IN_REVIEW, RevisionStatus.DRAFT, RevisionStatus.OBSOLETE):
        raise InvalidInput(f"A revision is not made {to.value} this way.", field="to")
    about = subject_for(by, "definition.edit", program_id=program_id, part_id=part_id)
    with about.verb("product.move_revision", by, at) as entry:
        found = about.revision(revision)
        check_move(found.status, to, f"Revision {found.label}")
        if to is RevisionStatus.IN_REVIEW:
            _settle_children(found)  # nobody can, once it is looked at
        if to is RevisionStatus.OBSOLETE and found.status in _OPEN:
            _check_not_in_others(found)
        entry.details.update(revision=found.label, was=found.status, to=to.value)
        entry.details.update(note=check_prose(note, "note", field="note"))
        found.status = to
        found.save(update_fields=["status"])
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
    """Release a draft, inside a verb. Raises Refused (R-10) with all that stops it.

    A line of a part made here that names no revision takes the one that is meant now, for good.
    """
    _settle_children(revision)
    stops = (*release_stops(facts_in(revision)), *child_stops(goes_in(revision.pk)))
    check_releasable(revision.status, f"Revision {revision.label}", stops)
    PartRevision.objects.filter(part=revision.part_id, status=RevisionStatus.RELEASED).update(
        status=RevisionStatus.SUPERSEDED
    )
    revision.status = RevisionStatus.RELEASED
    revision.released_at = at
    revision.released_by_id = by.person_id
    revision.save()


def goes_in(revision_id: int) -> list[GoesIn]:
    """The parts made here that the lines take, and how their revisions stand. One query."""
    rows = BomLine.objects.filter(revision=revision_id, part__procurement__in=_MADE)
    return [
        GoesIn(
            number,
            Procurement(procurement),
            label or "",
            RevisionStatus(status) if status else None,
        )
        for number, procurement, label, status in rows.order_by("position").values_list(
            "part__number", "part__procurement", "child__label", "child__status"
        )
    ]


def _settle_children(revision: PartRevision) -> None:
    if revision.status != RevisionStatus.DRAFT:
        return  # it was settled as it went into review, or is refused for what it is
    open_ = BomLine.objects.filter(
        revision=revision, child__isnull=True, part__procurement__in=_MADE
    )
    meant = default_revisions(set(open_.values_list("part_id", flat=True)))
    for part, (key, _) in meant.items():
        open_.filter(part=part).update(child=key)


def _check_no_draft(there: Sequence[PartRevision]) -> None:
    for found in there:
        if found.status in _OPEN:
            word = "a draft" if found.status == RevisionStatus.DRAFT else "in review"
            raise Refused(
                f"Revision {found.label} is still {word}.",
                code="R-10",
                way_out="Change it, or release it first.",
            )


def _check_not_in_others(found: PartRevision) -> None:
    line = BomLine.objects.filter(child=found).select_related("revision__part").first()
    if line is not None:
        raise Refused(
            f"Revision {found.label} goes into {line.revision}.",
            code="R-68",
            way_out="Take it out there first.",
        )


def _named_by_records(found: PartRevision) -> bool:
    return any(
        issubclass(relation.related_model, Record)
        and relation.related_model._default_manager.filter(
            **{relation.field.name: found.pk}
        ).exists()
        for relation in PartRevision._meta.related_objects
    )


def _make_here(part_id: int) -> None:
    """A part that gets a first revision of its own is made here, unless it is said to be bought
    to that drawing."""
    Part.objects.filter(pk=part_id, procurement=Procurement.BUY).update(
        procurement=Procurement.MAKE
    )


def _source(there: Sequence[PartRevision], label: str) -> PartRevision | None:
    if not label:
        return there[0] if there else None
    for found in there:
        if found.label == label:
            return found
    names = ", ".join(r.label for r in there) or "none"
    raise InvalidInput(f"There is no revision {label!r}; there are {names}.", field="copy_from")
