"""What would stop the release of a revision if it were asked for now."""

from firstoff.db.models import BomLine, PartRevision
from firstoff.queries.product import characteristics_of, default_revisions
from firstoff.rules.product import GoesIn, child_stops, release_stops
from firstoff.terms import Procurement, RevisionStatus

_MADE = (Procurement.MAKE, Procurement.PHANTOM)


def stops_of(revision_id: int) -> tuple[str, ...]:
    """Each sentence that a refusal would name (R-10, R-11). Four queries."""
    rows = BomLine.objects.filter(revision=revision_id, part__procurement__in=_MADE)
    columns = ("part_id", "part__number", "part__procurement", "child__label", "child__status")
    lines = list(rows.order_by("position").values_list(*columns))
    meant = default_revisions({part for part, _, _, label, _ in lines if label is None})
    statuses = dict(
        PartRevision.objects.filter(pk__in=[key for key, _ in meant.values()]).values_list(
            "pk", "status"
        )
    )
    found = []
    for part, number, procurement, label, status in lines:
        if label is None and part in meant:
            key, label = meant[part]
            status = statuses[key]
        said = RevisionStatus(status) if status else None
        found.append(GoesIn(number, Procurement(procurement), label or "", said))
    return (*release_stops(characteristics_of(revision_id)), *child_stops(found))
