"""Documents and their versions: added, changed, retired. A version is written once."""

from datetime import datetime
from uuid import UUID

from firstoff.db.models import Document, DocumentVersion
from firstoff.db.models.ledger import new_uid
from firstoff.errors import InvalidInput, Refused
from firstoff.rules.access import Actor, require
from firstoff.rules.documents import (
    DocumentFacts,
    check_document,
    check_hidden_from,
    check_in_use,
    check_label_free,
    check_version,
)
from firstoff.rules.product import next_label
from firstoff.services import ledger
from firstoff.services.documents.ground import File, document_for, kept, part_named
from firstoff.services.ledger import Entry

FIRST_LABEL = "A"


def add_document(
    *,
    site_id: int,
    document: DocumentFacts,
    by: Actor,
    at: datetime,
    content: bytes | None = None,
    file_name: str = "",
    label: str = "",
    note: str = "",
    uid: UUID | None = None,
) -> Document:
    """A document, with its first version where a file is given. ``label`` is A unless said."""
    require(by, "document.edit", site_id)
    wanted = check_document(document)
    check_hidden_from(by, site_id, wanted.visibility)
    said, told = check_version(label or FIRST_LABEL, note)
    file = None if content is None else kept(content, file_name)
    with ledger.verb(
        "documents.add_document", by=by, at=at, subject=f"document {wanted.number}"
    ) as entry:
        if Document.objects.filter(site=site_id, number__iexact=wanted.number).exists():
            raise InvalidInput(
                f"There is a document {wanted.number!r} at this site already.",
                way_out="Add a version to it, or take another number.",
                field="number",
            )
        made = Document.objects.create(
            site_id=site_id,
            number=wanted.number,
            title=wanted.title,
            kind=wanted.kind,
            visibility=wanted.visibility,
            part=part_named(site_id, wanted.part),
        )
        entry.details.update(
            title=made.title, kind=made.kind, visibility=made.visibility, part=wanted.part
        )
        if file is not None:
            _write(entry, made, file, said, told, uid)
    return made


def update_document(
    *, document_id: int, document: DocumentFacts, by: Actor, at: datetime
) -> Document:
    """Change title, kind, part, or who may see it. The number stays: people write it down."""
    found = document_for(by, document_id)
    wanted = check_document(document)
    check_hidden_from(by, found.site_id, wanted.visibility)
    with ledger.verb(
        "documents.update_document", by=by, at=at, subject=f"document {found.number}"
    ) as entry:
        found = document_for(by, document_id)
        if wanted.number != found.number:
            raise InvalidInput(
                f"Document {found.number} keeps its number; found {wanted.number!r}.",
                field="number",
            )
        after = {
            "title": wanted.title,
            "kind": wanted.kind,
            "visibility": wanted.visibility,
            "part": part_named(found.site_id, wanted.part),
        }
        for name, value in after.items():
            before = getattr(found, name)
            if before != value:
                entry.details[name] = [str(before or ""), str(value or "")]
                setattr(found, name, value)
        found.save()
    return found


def add_version(
    *,
    document_id: int,
    content: bytes,
    file_name: str,
    by: Actor,
    at: datetime,
    label: str = "",
    note: str = "",
    uid: UUID | None = None,
) -> DocumentVersion:
    """A new version: the label after the newest, unless said.

    The same bytes again are answered with the version that has them. Refused (R-68) where the
    label stands for another content, and for a retired document.
    """
    number = document_for(by, document_id).number
    check_version(label or FIRST_LABEL, note)
    file = kept(content, file_name)
    with ledger.verb("documents.add_version", by=by, at=at, subject=f"document {number}") as entry:
        found = document_for(by, document_id)
        check_in_use(found.retired_at is not None, found.number)
        there = list(DocumentVersion.objects.filter(document=found).order_by("pk"))
        same = next((v for v in there if v.sha256 == file.sha256), None)
        if same is not None:
            entry.details.update(version=same.label, again=True)
            return same
        wanted = label or (next_label(there[-1].label) if there else FIRST_LABEL)
        said, told = check_version(wanted, note)
        check_label_free(found.number, said, [v.label for v in there])
        return _write(entry, found, file, said, told, uid)


def retire_document(*, document_id: int, by: Actor, at: datetime) -> Document:
    """Offer it no more. What refers to it keeps it (R-68)."""
    return _retired(document_id, by, at, at)


def reinstate_document(*, document_id: int, by: Actor, at: datetime) -> Document:
    return _retired(document_id, by, at, None)


def _retired(document_id: int, by: Actor, at: datetime, when: datetime | None) -> Document:
    number = document_for(by, document_id).number
    name = "documents.retire_document" if when else "documents.reinstate_document"
    with ledger.verb(name, by=by, at=at, subject=f"document {number}"):
        found = document_for(by, document_id)
        if (found.retired_at is None) is (when is None):
            word = "retired" if when else "in use"
            raise Refused(f"Document {number} is {word} already.", code="R-68")
        found.retired_at = when
        found.save(update_fields=["retired_at"])
    return found


def _write(
    entry: Entry, document: Document, file: File, label: str, note: str, uid: UUID | None
) -> DocumentVersion:
    if uid is not None and DocumentVersion.objects.filter(uid=uid).exists():
        raise Refused(
            f"The record {uid} is stored already with another content.",
            code="R-36",
            way_out="A new record needs an ID of its own.",
            uid=str(uid),
        )
    entry.details.update(version=label, file=file.name, sha256=file.sha256, note=note)
    return entry.add(
        DocumentVersion(
            uid=uid or new_uid(),
            document=document,
            label=label,
            file_name=file.name,
            media_type=file.media.type,
            size=file.size,
            sha256=file.sha256,
            pages=file.pages,
            note=note,
        )
    )
