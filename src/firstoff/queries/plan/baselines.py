"""Frozen definitions, and what differs between two."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Count, QuerySet

from firstoff.db.models import Baseline
from firstoff.errors import InvalidInput, NotFound
from firstoff.queries.product import (
    program_by_id,
)
from firstoff.rules.access import Actor
from firstoff.rules.plan import (
    BaselineFacts,
    Difference,
    differences,
    read_baseline,
)

SHORT = 8  # hex digits by which people name a baseline


@dataclass(frozen=True, slots=True)
class BaselineView:
    """A frozen definition in a list. ``short`` is how people name it."""

    id: int
    uid: UUID
    digest: str
    revision: str
    plan: str
    by: str
    frozen_at: datetime
    runs: int

    @property
    def short(self) -> str:
        return self.digest[:SHORT]


def baselines(
    actor: Actor, program_id: int, *, offset: int = 0, limit: int = 50
) -> tuple[tuple[BaselineView, ...], int]:
    """Frozen definitions of a program, newest first: one page, and the total. Three queries."""
    program_by_id(actor, program_id)
    rows = _of(program_id).defer("content")
    return _baselines(rows[offset : offset + limit]), rows.count()


def baseline(actor: Actor, program_id: int, digest: str) -> tuple[BaselineView, BaselineFacts]:
    """By its ID, or by a beginning of at least 4 digits that only one has. Two queries."""
    found = _named(actor, program_id, digest)
    return _baselines([found])[0], read_baseline(found.content)


def baseline_text(actor: Actor, program_id: int, digest: str) -> str:
    """Its canonical JSON: the SHA-256 of this text is the ID. Two queries."""
    return _named(actor, program_id, digest).content


def newest_of(program_id: int, limit: int) -> tuple[BaselineView, ...]:
    """The newest of a program, without asking who looks. One query."""
    return _baselines(_of(program_id).defer("content")[:limit])


def _named(actor: Actor, program_id: int, digest: str) -> Baseline:
    program_by_id(actor, program_id)
    start = digest.replace(" ", "").lower()
    found = list(_of(program_id).filter(digest__startswith=start)[:2]) if len(start) > 3 else []
    if len(found) > 1:
        raise InvalidInput(
            f"Several baselines begin with {start}.", way_out="Give more digits.", field="digest"
        )
    if not found:
        raise NotFound(f"There is no baseline {digest!r} of this program.")
    return found[0]


def compare(
    actor: Actor, program_id: int, before: str, after: str
) -> tuple[BaselineView, BaselineView, tuple[Difference, ...]]:
    """What two baselines say differently. Four queries."""
    old, old_facts = baseline(actor, program_id, before)
    new, new_facts = baseline(actor, program_id, after)
    return old, new, differences(old_facts, new_facts)


def _of(program_id: int) -> QuerySet[Baseline]:
    rows = Baseline.objects.filter(program=program_id)
    return (
        rows.select_related("revision", "plan", "by")
        .annotate(run_count=Count("runs"))
        .order_by("-pk")
    )


def _baselines(rows: "QuerySet[Baseline] | list[Baseline]") -> tuple[BaselineView, ...]:
    return tuple(
        BaselineView(
            id=b.pk,
            uid=b.uid,
            digest=b.digest,
            revision=b.revision.label,
            plan=b.plan.label,
            by=b.by.name,
            frozen_at=b.received_at,
            runs=b.run_count,  # type: ignore[attr-defined]  # annotated by _of
        )
        for b in rows
    )
