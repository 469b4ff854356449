"""Revisions of parts."""

from dataclasses import dataclass
from datetime import datetime

from firstoff.db.models import PartRevision
from firstoff.queries.product.programs import program_by_id
from firstoff.rules.access import Actor
from firstoff.terms import RevisionStatus


@dataclass(frozen=True, slots=True)
class RevisionView:
    id: int
    label: str
    status: RevisionStatus
    released_at: datetime | None
    released_by: str

    @property
    def draft(self) -> bool:
        return self.status is RevisionStatus.DRAFT


def revisions(actor: Actor, program_id: int) -> tuple[RevisionView, ...]:
    """Every revision of the program's part, newest first. Two queries."""
    part = program_by_id(actor, program_id).part_id
    return part_revisions(part)


def part_revisions(part_id: int) -> tuple[RevisionView, ...]:
    rows = PartRevision.objects.filter(part=part_id).select_related("released_by").order_by("-pk")
    return tuple(
        RevisionView(
            r.pk,
            r.label,
            RevisionStatus(r.status),
            r.released_at,
            r.released_by.name if r.released_by else "",
        )
        for r in rows
    )
