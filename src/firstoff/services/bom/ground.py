"""What a verb of the area is about, and who may; what the lines name, found."""

from collections.abc import Iterable, Sequence
from contextlib import AbstractContextManager
from datetime import datetime

from firstoff.db.models import Part, PartRevision, Program
from firstoff.errors import InvalidInput, NotFound, Refused
from firstoff.queries.bom import children_of, default_revisions
from firstoff.rules.access import Actor, require
from firstoff.rules.bom.explosion import loop_in
from firstoff.rules.product import check_editable
from firstoff.services import ledger
from firstoff.services.ledger import Entry
from firstoff.terms import Procurement, RevisionStatus

CHUNK = 5000  # parameters of one query
_MADE = (Procurement.MAKE, Procurement.PHANTOM)


def revision_for(by: Actor, revision_id: int, permission: str) -> PartRevision:
    """The revision with its part, if the actor may. Raises NotFound, NotAllowed."""
    found = (
        PartRevision.objects.filter(pk=revision_id, part__site__in=by.site_ids)
        .select_related("part")
        .first()
    )
    if found is None:
        raise NotFound("There is no such revision, or not for you.")
    require(by, permission, found.part.site_id)
    return found


def verb(
    name: str, revision: PartRevision, by: Actor, at: datetime
) -> AbstractContextManager[Entry]:
    """One verb about a revision; read where its program is, if the part is of one only."""
    programs = list(Program.objects.filter(part=revision.part_id).values_list("pk", flat=True)[:2])
    return ledger.verb(
        f"bom.{name}",
        by=by,
        at=at,
        subject=f"part {revision.part.number} revision {revision.label}",
        program=programs[0] if len(programs) == 1 else None,
    )


def draft(revision: PartRevision) -> PartRevision:
    """The revision as it is now, inside the verb. Raises NotFound, Refused (R-10)."""
    found = PartRevision.objects.filter(pk=revision.pk).select_related("part").first()
    if found is None:
        raise NotFound(f"{revision} is gone.")
    check_editable(found.status, f"{found.part.number} revision {found.label}")
    return found


def parts_named(site_id: int, numbers: Iterable[str]) -> dict[str, Part]:
    """Parts of a site by number, exactly. One query per 5,000."""
    found: dict[str, Part] = {}
    for some in chunked(sorted(set(numbers))):
        rows = Part.objects.filter(site=site_id, number__in=some)
        found.update((part.number, part) for part in rows)
    return found


def chunked(items: Sequence[str]) -> Iterable[Sequence[str]]:
    for start in range(0, len(items), CHUNK):
        yield items[start : start + CHUNK]


def children_named(
    parts: Iterable[Part], labels: Iterable[tuple[str, str]]
) -> dict[tuple[str, str], int]:
    """(part number, label) to the revision. Raises InvalidInput for one that is not there."""
    numbers = {part.pk: part.number for part in parts}
    wanted = {(number, label) for number, label in labels if label}
    found: dict[tuple[str, str], int] = {}
    if wanted:
        rows = PartRevision.objects.filter(part__in=numbers, label__in={w[1] for w in wanted})
        for key, part, label, status in rows.values_list("pk", "part_id", "label", "status"):
            if status == RevisionStatus.OBSOLETE and (numbers[part], label) in wanted:
                raise InvalidInput(f"{numbers[part]} revision {label} is obsolete.", field="child")
            found[numbers[part], label] = key
    for number, label in sorted(wanted):
        if (number, label) not in found:
            raise InvalidInput(f"There is no revision {label!r} of {number}.", field="child")
    return found


def check_no_loop(revision: PartRevision, parts: Iterable[Part], children: Iterable[int]) -> None:
    """Refuse (R-10) lines by which a part would go into itself.

    parts: those that the lines take. children: the revisions that they name.
    """
    taken = {part.pk: part for part in parts}
    if revision.part_id in taken:
        raise _loop([revision.part.number, revision.part.number])
    made = [key for key, part in taken.items() if part.procurement in _MADE]
    meant = {key for key, _ in default_revisions(made).values()}
    into = children_of({*meant, *children})
    # Any revision of the part below closes the loop, whichever is written now.
    own = set(PartRevision.objects.filter(part=revision.part_id).values_list("pk", flat=True))
    top = revision.pk
    links = {key: [top if c in own else c for c in below] for key, below in into.items()}
    links[top] = [top if c in own else c for c in (*meant, *children)]
    if path := loop_in(links, top):
        names = dict(PartRevision.objects.filter(pk__in=path).values_list("pk", "part__number"))
        raise _loop([names[key] for key in path])


def _loop(path: Sequence[str]) -> Refused:
    return Refused(
        f"{path[0]} would go into itself: {' > '.join(path)}.",
        code="R-10",
        way_out="Take the line out that closes the loop.",
        path=list(path),
    )
