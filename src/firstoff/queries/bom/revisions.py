"""Which revision of a part is meant where nobody says."""

from collections.abc import Collection

from firstoff.db.models import PartRevision
from firstoff.queries.bom.lines import chunks
from firstoff.queries.product import RevisionView
from firstoff.terms import RevisionStatus

_OPEN = (RevisionStatus.DRAFT, RevisionStatus.IN_REVIEW)


def default_revision(part_id: int) -> RevisionView | None:
    """The newest released one, or else the newest that is drafted or looked at. One query."""
    rows = PartRevision.objects.filter(part=part_id).select_related("released_by")
    found = sorted(rows, key=lambda r: r.pk, reverse=True)
    for statuses in ((RevisionStatus.RELEASED,), _OPEN):
        for r in found:
            if r.status in statuses:
                by = r.released_by.name if r.released_by else ""
                return RevisionView(r.pk, r.label, RevisionStatus(r.status), r.released_at, by)
    return None


def default_revisions(part_ids: Collection[int]) -> dict[int, tuple[int, str]]:
    """The same of many parts, as key and label; those without one are absent. One query per
    5,000 parts."""
    found: dict[int, tuple[bool, int, str]] = {}
    meant = (RevisionStatus.RELEASED, *_OPEN)
    for some in chunks(list(part_ids)):
        rows = PartRevision.objects.filter(part__in=some, status__in=meant)
        for part, key, label, status in rows.values_list("part_id", "pk", "label", "status"):
            one = (status == RevisionStatus.RELEASED, key, label)
            found[part] = max(found.get(part, one), one)
    return {part: (key, label) for part, (_, key, label) in found.items()}
