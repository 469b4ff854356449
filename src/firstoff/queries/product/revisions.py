"""Revisions of parts, and which of them is meant where nobody says."""

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from firstoff.db.models import Part, PartRevision, RevisionScheme
from firstoff.errors import NotFound
from firstoff.queries.product.programs import program_by_id
from firstoff.rules.access import Actor, require
from firstoff.rules.product import (
    DEFAULT_SCHEME,
    LabelKind,
    Labelled,
    Scheme,
    label_after,
)
from firstoff.terms import RevisionStatus

OPEN = (RevisionStatus.DRAFT, RevisionStatus.IN_REVIEW)
_CHUNK = 5000  # parameters of one query


@dataclass(frozen=True, slots=True)
class RevisionView:
    id: int
    label: str
    status: RevisionStatus
    released_at: datetime | None
    released_by: str
    note: str = ""  # what changed, and why

    @property
    def draft(self) -> bool:
        return self.status is RevisionStatus.DRAFT


@dataclass(frozen=True, slots=True)
class SchemeView:
    """How revisions are labelled at a site. ``default``: of every part that names none."""

    scheme: Scheme
    default: bool


def revisions(actor: Actor, program_id: int) -> tuple[RevisionView, ...]:
    """Every revision of the program's part, newest first. Two queries."""
    part = program_by_id(actor, program_id).part_id
    return part_revisions(part)


def part_revisions(part_id: int) -> tuple[RevisionView, ...]:
    """Newest first. One query."""
    rows = PartRevision.objects.filter(part=part_id).select_related("released_by")
    return tuple(_view(row) for row in rows.order_by("-pk"))


def default_revision(part_id: int) -> RevisionView | None:
    """The newest released one, or else the newest that is drafted or looked at. One query."""
    found = part_revisions(part_id)
    for statuses in ((RevisionStatus.RELEASED,), OPEN):
        for view in found:
            if view.status in statuses:
                return view
    return None


def default_revisions(part_ids: Collection[int]) -> dict[int, tuple[int, str]]:
    """The same of many parts, as key and label; those without one are absent. One query per
    5,000 parts."""
    found: dict[int, tuple[bool, int, str]] = {}
    meant = (RevisionStatus.RELEASED, *OPEN)
    for some in _chunks(list(part_ids)):
        rows = PartRevision.objects.filter(part__in=some, status__in=meant)
        for part, key, label, status in rows.values_list("part_id", "pk", "label", "status"):
            one = (status == RevisionStatus.RELEASED, key, label)
            found[part] = max(found.get(part, one), one)
    return {part: (key, label) for part, (_, key, label) in found.items()}


def schemes(actor: Actor, site_id: int) -> tuple[SchemeView, ...]:
    """The schemes of a site by key; the built-in one first. One query. Raises NotFound."""
    require(actor, "see", site_id)
    rows = RevisionScheme.objects.filter(site=site_id).order_by("key")
    views = [SchemeView(scheme_of(row), row.default) for row in rows]
    own = any(view.default for view in views)
    return (SchemeView(DEFAULT_SCHEME, not own), *views)


def scheme_of(row: RevisionScheme) -> Scheme:
    return Scheme(
        row.key,
        row.name,
        LabelKind(row.before_release),
        LabelKind(row.after_release),
        row.prefix_before,
        row.skipped,
    )


def scheme_for(part: Part) -> Scheme:
    """How the revisions of a part are labelled. One query."""
    return schemes_of([part])[part.pk]


def schemes_of(parts: Iterable[Part]) -> dict[int, Scheme]:
    """How the revisions of many parts of one site are labelled, by part. One query."""
    found = list(parts)
    sites = {part.site_id for part in found}
    rows = {(r.site_id, r.key): r for r in RevisionScheme.objects.filter(site__in=sites)}
    own = {r.site_id: scheme_of(r) for r in rows.values() if r.default}
    return {
        part.pk: scheme_of(rows[part.site_id, part.scheme])
        if (part.site_id, part.scheme) in rows
        else own.get(part.site_id, DEFAULT_SCHEME)
        for part in found
    }


def next_revision(part_id: int, there: Sequence[RevisionView] | None = None) -> str:
    """The label that the part's next revision takes, unless said. there: its revisions, newest
    first, where they were read already. Two queries, three without them. Raises NotFound."""
    part = Part.objects.filter(pk=part_id).first()
    if part is None:
        raise NotFound("There is no such part.")
    found = part_revisions(part_id) if there is None else there
    labelled = [Labelled(r.label, r.released_at is not None) for r in reversed(found)]
    return label_after(scheme_for(part), labelled)


def _view(row: PartRevision) -> RevisionView:
    by = row.released_by.name if row.released_by else ""
    status = RevisionStatus(row.status)
    return RevisionView(row.pk, row.label, status, row.released_at, by, row.note)


def _chunks(items: Sequence[int]) -> Iterator[Sequence[int]]:
    for start in range(0, len(items), _CHUNK):
        yield items[start : start + _CHUNK]
