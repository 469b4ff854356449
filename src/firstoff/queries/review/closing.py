"""What a query is about, read from a person's words; and what can say the answer now (R-16)."""

from dataclasses import dataclass
from typing import Any

from firstoff.db.models import (
    Clarification,
    Document,
    DocumentVersion,
    PartRevision,
    RevisionDocument,
)
from firstoff.queries.product import program_by_id
from firstoff.rules.access import Actor
from firstoff.rules.documents import visible_at

_REVISION = "revision "


@dataclass(frozen=True, slots=True)
class Closer:
    """A version of a document, or a revision, that came after a question."""

    document: str = ""
    version: str = ""
    revision: str = ""

    @property
    def label(self) -> str:
        if self.revision:
            return f"{_REVISION}{self.revision}"
        return f"{self.document} version {self.version}"

    @property
    def key(self) -> str:
        return "|".join((self.document, self.version, self.revision))


def subject_of(actor: Actor, program_id: int, text: str) -> dict[str, Any]:
    """``document``, ``revision`` or, in words, ``about``. Three queries."""
    program = program_by_id(actor, program_id)
    said = text.strip()
    seen = visible_at(actor, program.site_id)
    rows = Document.objects.filter(site=program.site_id, visibility__in=seen)
    found = rows.filter(number__iexact=said).first()
    if found is not None:
        return {"document": found.number}
    label = said[len(_REVISION) :] if said.casefold().startswith(_REVISION) else ""
    if label and PartRevision.objects.filter(part=program.part_id, label=label).exists():
        return {"revision": label}
    return {"about": said}


def subjects(actor: Actor, program_id: int) -> tuple[str, ...]:
    """What a query can be about: revisions of the part, the newest first, and its documents.
    Three queries."""
    program = program_by_id(actor, program_id)
    labels = PartRevision.objects.filter(part=program.part_id).order_by("-pk")
    linked = RevisionDocument.objects.filter(
        revision__part=program.part_id,
        version__document__visibility__in=visible_at(actor, program.site_id),
    )
    numbers = linked.values_list("version__document__number", flat=True)
    return (
        *sorted(set(numbers)),
        *(f"{_REVISION}{label}" for label in labels.values_list("label", flat=True)),
    )


def closers(actor: Actor, program_id: int, number: int) -> tuple[Closer, ...]:
    """What came after a query and can close it: later versions of its document; of one that is
    about no document, later released revisions and versions that belong to one. Four queries."""
    program = program_by_id(actor, program_id)
    row = Clarification.objects.filter(program=program_id, number=number).first()
    if row is None:
        return ()
    later = DocumentVersion.objects.filter(
        received_at__gt=row.asked_at,
        document__visibility__in=visible_at(actor, program.site_id),
    ).order_by("-pk")
    if row.document_id is not None:
        later = later.filter(document=row.document_id)
    else:
        linked = RevisionDocument.objects.filter(revision__part=program.part_id)
        later = later.filter(pk__in=linked.values("version"))
    found = [Closer(v.document.number, v.label) for v in later.select_related("document")[:200]]
    if row.document_id is None:
        released = PartRevision.objects.filter(
            part=program.part_id, released_at__gt=row.asked_at
        ).order_by("-pk")
        found += [Closer(revision=label) for label in released.values_list("label", flat=True)]
    return tuple(found)
