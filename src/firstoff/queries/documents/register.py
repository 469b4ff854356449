"""Documents of a site and their versions, for whoever may see them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from threading import Lock
from uuid import UUID

from django.conf import settings
from django.db.models import Count, Exists, OuterRef, Q, QuerySet, Subquery

from firstoff.db.models import Document, DocumentVersion, Program, RevisionDocument
from firstoff.errors import InvalidInput, NotFound
from firstoff.formats import pages, store
from firstoff.formats.media import Media, media_named
from firstoff.rules.access import Actor, require
from firstoff.rules.documents import DocumentFacts, visible_at
from firstoff.terms import DocumentKind, DocumentVisibility, RevisionStatus

_NOT_THERE = "There is no such document, or not for you."


@dataclass(frozen=True, slots=True)
class VersionView:
    """One version. ``pages`` is None where it has none that can be shown."""

    id: int
    uid: UUID
    label: str
    file_name: str
    media_type: str
    size: int
    sha256: str
    pages: int | None
    note: str
    by: str
    at: datetime

    @property
    def media(self) -> Media:
        return media_named(self.media_type)

    @property
    def shown(self) -> int:
        """How many pages a browser is shown; 0 for none."""
        return min(self.pages or 0, pages.MOST_PAGES) if self.media.shown else 0


@dataclass(frozen=True, slots=True)
class DocumentView:
    """A document and its newest version. ``site`` is the site's code."""

    id: int
    site_id: int
    site: str
    number: str
    title: str
    kind: DocumentKind
    visibility: DocumentVisibility
    part: str
    part_name: str
    retired_at: datetime | None
    newest: VersionView | None

    @property
    def facts(self) -> DocumentFacts:
        return DocumentFacts(self.number, self.title, self.kind, self.visibility, self.part)


@dataclass(frozen=True, slots=True)
class DocumentList:
    """One page; the counts are of what is in use and found by the search."""

    items: tuple[DocumentView, ...]
    total: int
    kinds: Mapping[DocumentKind, int]
    retired: int


@dataclass(frozen=True, slots=True)
class UseView:
    """A part revision that a version belongs to; ``program`` is a code, where it has one."""

    version: str
    part: str
    part_name: str
    revision: str
    status: RevisionStatus
    program: str


@dataclass(frozen=True, slots=True)
class LinkedView:
    """A version as it belongs to a part revision. ``newer``: the label of the newest, if later."""

    document: DocumentView
    version: VersionView
    newer: str


def documents(
    actor: Actor,
    site_id: int,
    *,
    search: str = "",
    kind: str = "",
    part: str = "",
    shown: bool = False,
    retired: bool = False,
    offset: int = 0,
    limit: int = 50,
) -> DocumentList:
    """Documents of a site by number: in use, or retired. Four queries.

    shown: only those whose newest version has pages to show.
    """
    require(actor, "see", site_id)
    rows = _seen(actor, site_id)
    if search:
        by_file = DocumentVersion.objects.filter(
            document=OuterRef("pk"), file_name__icontains=search
        )
        rows = rows.filter(
            Q(number__icontains=search)
            | Q(title__icontains=search)
            | Q(part__number__icontains=search)
            | Exists(by_file)
        )
    if part:
        rows = rows.filter(part__number=part)
    used, left = Q(retired_at__isnull=True), Q(retired_at__isnull=False)
    counts = rows.values_list("kind").annotate(
        n=Count("pk", filter=used), out=Count("pk", filter=left)
    )
    counted = list(counts.order_by())
    kinds = {DocumentKind(of_kind): many for of_kind, many, _ in counted if many}
    gone = sum(out for *_, out in counted)
    rows = rows.filter(retired_at__isnull=not retired)
    if kind:
        rows = rows.filter(kind=kind)
    if shown:
        rows = rows.filter(versions__pages__gte=1).distinct()
    total = rows.count()
    page = _with_newest(rows.order_by("number", "pk")[offset : offset + limit])
    return DocumentList(page, total, kinds, gone)


def choices(actor: Actor, site_id: int) -> tuple[tuple[str, str], ...]:
    """Number and title of what is in use, for a choice: the first 500. One query."""
    rows = _seen(actor, site_id).filter(retired_at__isnull=True, versions__isnull=False)
    found = rows.distinct().order_by("number").values_list("number", "title")
    return tuple(found[:500])


def document(actor: Actor, site: str, number: str) -> DocumentView:
    """By its address. Raises NotFound where there is none, or not for the actor. Two queries."""
    found = _with_newest(documents_seen(actor).filter(site__code=site, number=number))
    if not found:
        raise NotFound(_NOT_THERE)
    return found[0]


def versions(actor: Actor, document_id: int) -> tuple[VersionView, ...]:
    """All of them, newest first. Raises NotFound. Two queries."""
    if not documents_seen(actor).filter(pk=document_id).exists():
        raise NotFound(_NOT_THERE)
    rows = DocumentVersion.objects.filter(document=document_id).select_related("by")
    return tuple(map(version_view, rows.order_by("-pk")))


def version(actor: Actor, site: str, number: str, label: str) -> tuple[DocumentView, VersionView]:
    """One version by its address; the newest where the label is empty. Raises NotFound."""
    found = document(actor, site, number)
    if not label:
        if found.newest is None:
            raise NotFound(f"Document {number} has no version yet.")
        return found, found.newest
    rows = DocumentVersion.objects.filter(document=found.id, label=label).select_related("by")
    row = rows.first()
    if row is None:
        raise NotFound(f"Document {number} has no version {label!r}.")
    return found, version_view(row)


def content(actor: Actor, site: str, number: str, label: str) -> tuple[VersionView, bytes]:
    """A version and its bytes, checked against its hash. Raises NotFound, Unavailable."""
    _, found = version(actor, site, number, label)
    return found, stored(found)


def stored(found: VersionView) -> bytes:
    """The bytes of a version that was found for somebody."""
    return store.get(Path(settings.MEDIA_ROOT), found.sha256, size=found.size)


def drawn(found: VersionView, page: int, width: int) -> pages.Page:
    """A page of a version that was found for somebody; kept for the next who asks.

    Raises NotFound, InvalidInput where it cannot be drawn.
    """
    if not found.media.shown:
        raise NotFound(f"A {found.media.word} is not shown here.", way_out="Download the file.")
    if not found.pages:
        raise InvalidInput(
            f"{found.file_name} is behind a password.", code="locked", way_out="Download the file."
        )
    key = (found.sha256, page, pages.width_for(width))
    with _drawing:
        made = _drawn.get(key)
    if made is None:
        made = pages.draw(
            stored(found), found.media.shown, found.file_name, page=page, width=key[2]
        )
        with _drawing:
            while len(_drawn) >= _KEPT:
                del _drawn[next(iter(_drawn))]
            _drawn[key] = made
    return made


# Pages drawn lately, of some 300 kB: what they show follows from the hash alone.
_drawn: dict[tuple[str, int, int], pages.Page] = {}
_KEPT = 48
_drawing = Lock()


def uses(actor: Actor, document_id: int) -> tuple[UseView, ...]:
    """The part revisions that a version of it belongs to, newest first. One query."""
    program = Program.objects.filter(part=OuterRef("revision__part")).order_by("pk")
    rows = RevisionDocument.objects.filter(
        version__document=document_id, revision__part__site__in=actor.site_ids
    )
    rows = rows.select_related("version", "revision__part").order_by("-revision", "-version")
    return tuple(
        UseView(
            r.version.label,
            r.revision.part.number,
            r.revision.part.name,
            r.revision.label,
            RevisionStatus(r.revision.status),
            r.program or "",
        )
        for r in rows.annotate(program=Subquery(program.values("code")[:1]))[:200]
    )


def linked(actor: Actor, revision_id: int) -> tuple[LinkedView, ...]:
    """The documents of a part revision that the actor may see, by number. Two queries."""
    rows = RevisionDocument.objects.filter(
        revision=revision_id, version__document__in=documents_seen(actor)
    )
    rows = rows.select_related("version__document__site", "version__document__part", "version__by")
    found = [r.version for r in rows.order_by("version__document__number", "pk")]
    newest = _newest([v.document_id for v in found])
    views = []
    for row in found:
        last = newest.get(row.document_id)
        later = last.label if last is not None and last.id > row.pk else ""
        views.append(LinkedView(_view(row.document, last), version_view(row), later))
    return tuple(views)


def version_view(row: DocumentVersion) -> VersionView:
    return VersionView(
        id=row.pk,
        uid=row.uid,
        label=row.label,
        file_name=row.file_name,
        media_type=row.media_type,
        size=row.size,
        sha256=row.sha256,
        pages=row.pages,
        note=row.note,
        by=row.by.name,
        at=row.received_at,
    )


def _seen(actor: Actor, site_id: int) -> QuerySet[Document]:
    return Document.objects.filter(site=site_id, visibility__in=visible_at(actor, site_id))


def documents_seen(actor: Actor) -> QuerySet[Document]:
    """Documents of every site, as far as the actor may see them."""
    allowed = Q(pk__in=())
    for site_id in actor.site_ids:
        allowed |= Q(site=site_id, visibility__in=visible_at(actor, site_id))
    return Document.objects.filter(allowed)


def _with_newest(rows: QuerySet[Document]) -> tuple[DocumentView, ...]:
    found = list(rows.select_related("site", "part"))
    newest = _newest([row.pk for row in found]) if found else {}
    return tuple(_view(row, newest.get(row.pk)) for row in found)


def _newest(ids: Sequence[int]) -> dict[int, VersionView]:
    """The newest version of each document. One query."""
    later = DocumentVersion.objects.filter(document=OuterRef("document"), pk__gt=OuterRef("pk"))
    rows = DocumentVersion.objects.filter(~Exists(later), document__in=ids)
    return {row.document_id: version_view(row) for row in rows.select_related("by")}


def _view(row: Document, newest: VersionView | None) -> DocumentView:
    return DocumentView(
        id=row.pk,
        site_id=row.site_id,
        site=row.site.code,
        number=row.number,
        title=row.title,
        kind=DocumentKind(row.kind),
        visibility=DocumentVisibility(row.visibility),
        part=row.part.number if row.part else "",
        part_name=row.part.name if row.part else "",
        retired_at=row.retired_at,
        newest=newest,
    )
