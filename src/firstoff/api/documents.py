"""The API of the area documents: documents, versions, pages; what a revision has; balloons."""

from datetime import datetime
from decimal import Decimal
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from ninja import File, Form, Router, Schema, Status
from ninja.files import UploadedFile
from pydantic import Field

from firstoff.api.auth import actor
from firstoff.api.pages import Page, page, window
from firstoff.api.product import program_at
from firstoff.formats.media import download_name
from firstoff.queries import access
from firstoff.queries import documents as reads
from firstoff.queries.documents import DocumentView, DrawingView, LinkedView, VersionView, papers
from firstoff.rules.access import Actor
from firstoff.rules.documents import BalloonFacts, DocumentFacts
from firstoff.rules.product import state_of
from firstoff.services import documents
from firstoff.terms import DocumentKind, DocumentVisibility, RevisionStatus

router = Router()

_ALL = "/sites/{site}/documents"
_ONE = _ALL + "/{document}"
_VERSION = _ONE + "/versions/{version}"
_REVISION = "/sites/{site}/programs/{code}/revisions/{revision}"
_DRAWING = _REVISION + "/drawings/{document}/{version}"
# What comes from outside is never run.
_SANDBOX = "default-src 'none'; sandbox; frame-ancestors 'none'"


class DocumentVersionOut(Schema):
    label: str
    file_name: str
    media_type: str = Field(description="By the content of the file, not by its name")
    size: int
    sha256: str
    pages: int | None
    note: str
    by: str
    at: datetime


class DocumentChange(Schema):
    title: str = Field(max_length=300)
    kind: DocumentKind
    visibility: DocumentVisibility = DocumentVisibility.SITE
    part: str = Field("", max_length=120, description="The number of the part it is of")


class DocumentOut(DocumentChange):
    site: str
    number: str
    part_name: str
    retired_at: datetime | None
    newest: DocumentVersionOut | None


class DocumentUseOut(Schema):
    version: str
    part: str
    part_name: str
    revision: str
    status: RevisionStatus
    program: str = Field(description="A code; empty where the part is no program's")


class LinkedDocumentOut(Schema):
    document: str
    title: str
    kind: DocumentKind
    version: DocumentVersionOut
    newer: str = Field(description="The newest version, where it is a later one")


class DocumentLinkIn(Schema):
    version: str = Field("", max_length=20, description="The newest, unless said")


class BalloonShape(Schema):
    characteristic: str = Field(max_length=20, description="Its number")
    page: int
    x: Decimal = Field(description="Part of the page's width, 0 to 1, from the left")
    y: Decimal = Field(description="Part of its height, 0 to 1, from the top")
    to_x: Decimal | None = Field(None, description="What its line points at; none: no line")
    to_y: Decimal | None = None

    def facts(self) -> BalloonFacts:
        to_x = self.x if self.to_x is None else self.to_x
        to_y = self.y if self.to_y is None else self.to_y
        return BalloonFacts(self.characteristic, self.page, self.x, self.y, to_x, to_y)


class BalloonsOut(Schema):
    balloons: list[BalloonShape]
    missing: list[str] = Field(description="Numbers that have a balloon on no drawing")
    seen: str = Field(description="To be sent with a change: refused when somebody moved them")


class BalloonsIn(Schema):
    balloons: list[BalloonShape] = Field(max_length=5000)
    seen: str = ""


class CarryBalloonsIn(Schema):
    version: str = Field(max_length=20, description="Whose balloons are taken over")


@router.get(_ALL, response=Page[DocumentOut], summary="Documents of a site that you may see")
def documents_of(
    request: HttpRequest,
    site: str,
    search: str = "",
    kind: DocumentKind | None = None,
    part: str = "",
    retired: bool = False,
    cursor: str | None = None,
    limit: int = 50,
) -> dict[str, object]:
    by = actor(request)
    offset, size = window(cursor, limit)
    found = reads.documents(
        by,
        access.site(by, site).id,
        search=search,
        kind=kind or "",
        part=part,
        retired=retired,
        offset=offset,
        limit=size,
    )
    return page(found.items, found.total, offset)


@router.post(_ALL, response={201: DocumentOut}, summary="Add a document")
def add_document(
    request: HttpRequest,
    site: str,
    number: Form[str],
    title: Form[str],
    kind: Form[DocumentKind],
    visibility: Form[DocumentVisibility] = DocumentVisibility.SITE,
    part: Form[str] = "",
    label: Form[str] = "",
    note: Form[str] = "",
    file: File[UploadedFile | None] = None,
) -> Status[object]:
    """With its first version where a file is posted; `label` is A unless said."""
    by = actor(request)
    documents.add_document(
        site_id=access.site(by, site).id,
        document=DocumentFacts(number, title, kind, visibility, part),
        content=None if file is None else file.read(),
        file_name="" if file is None else file.name or "",
        label=label,
        note=note,
        by=by,
        at=timezone.now(),
    )
    return Status(201, reads.document(by, site, number.strip()))


@router.get(_ONE, response=DocumentOut, summary="One document")
def document_one(request: HttpRequest, site: str, document: str) -> DocumentView:
    return reads.document(actor(request), site, document)


@router.put(_ONE, response=DocumentOut, summary="Change what a document says about itself")
def change_document(
    request: HttpRequest, site: str, document: str, payload: DocumentChange
) -> DocumentView:
    found = reads.document(actor(request), site, document)
    facts = DocumentFacts(
        found.number, payload.title, payload.kind, payload.visibility, payload.part
    )
    documents.update_document(**_of(request, found), document=facts)
    return reads.document(actor(request), site, document)


@router.post(f"{_ONE}/retire", response=DocumentOut, summary="Retire a document")
def retire_document(request: HttpRequest, site: str, document: str) -> DocumentView:
    """What refers to it keeps it."""
    documents.retire_document(**_of(request, reads.document(actor(request), site, document)))
    return reads.document(actor(request), site, document)


@router.post(f"{_ONE}/reinstate", response=DocumentOut, summary="Take it back into use")
def reinstate_document(request: HttpRequest, site: str, document: str) -> DocumentView:
    documents.reinstate_document(**_of(request, reads.document(actor(request), site, document)))
    return reads.document(actor(request), site, document)


@router.get(f"{_ONE}/uses", response=Page[DocumentUseOut], summary="Part revisions that have it")
def document_uses(request: HttpRequest, site: str, document: str) -> dict[str, object]:
    by = actor(request)
    found = reads.uses(by, reads.document(by, site, document).id)
    return page(found, len(found), 0)


@router.get(
    f"{_ONE}/versions", response=Page[DocumentVersionOut], summary="Its versions, newest first"
)
def versions_of(
    request: HttpRequest, site: str, document: str, cursor: str | None = None, limit: int = 50
) -> dict[str, object]:
    by = actor(request)
    offset, size = window(cursor, limit)
    found = reads.versions(by, reads.document(by, site, document).id)
    return page(found[offset : offset + size], len(found), offset)


@router.post(f"{_ONE}/versions", response={201: DocumentVersionOut}, summary="Add a version")
def add_version(
    request: HttpRequest,
    site: str,
    document: str,
    file: File[UploadedFile],
    label: Form[str] = "",
    note: Form[str] = "",
) -> Status[VersionView]:
    """The same bytes again are answered with the version that has them. A label that stands for
    another content is refused (R-68)."""
    found = reads.document(actor(request), site, document)
    made = documents.add_version(
        **_of(request, found),
        content=file.read(),
        file_name=file.name or "",
        label=label,
        note=note,
    )
    return Status(201, reads.version(actor(request), site, document, made.label)[1])


@router.get(f"{_VERSION}/file", summary="The bytes of a version")
def version_file(request: HttpRequest, site: str, document: str, version: str) -> HttpResponse:
    found, content = reads.content(actor(request), site, document, version)
    answer = HttpResponse(content, content_type="application/octet-stream")
    name = download_name(found.file_name)
    answer["Content-Disposition"] = f'attachment; filename="{name}"'
    answer["Content-Security-Policy"] = _SANDBOX
    return answer


@router.get(_VERSION + "/pages/{number}", summary="A page of a version as PNG")
def version_page(
    request: HttpRequest, site: str, document: str, version: str, number: int, width: int = 1200
) -> HttpResponse:
    """Of a PDF or a picture. width: in pixels; the next larger of 320, 1200, 2000, 3200."""
    _, found = reads.version(actor(request), site, document, version)
    drawn = reads.drawn(found, number, width)
    answer = HttpResponse(drawn.png, content_type="image/png")
    answer["Content-Security-Policy"] = _SANDBOX
    return answer


@router.get(
    f"{_REVISION}/documents", response=Page[LinkedDocumentOut], summary="What a revision has"
)
def revision_documents(
    request: HttpRequest, site: str, code: str, revision: str
) -> dict[str, object]:
    by, program = program_at(request, site, code)
    found = reads.linked(by, reads.revision_labelled(by, program.id, revision).id)
    return page([_linked(one) for one in found], len(found), 0)


@router.put(
    f"{_REVISION}/documents/{{document}}",
    response=DocumentVersionOut,
    summary="Make a version part of a draft",
)
def link_document(
    request: HttpRequest,
    site: str,
    code: str,
    revision: str,
    document: str,
    payload: DocumentLinkIn,
) -> VersionView:
    """It takes the place of another version of the same document."""
    by, program = program_at(request, site, code)
    _, found = reads.version(by, site, document, payload.version)
    documents.link_version(
        program_id=program.id, revision=revision, version_id=found.id, by=by, at=timezone.now()
    )
    return found


@router.delete(
    f"{_REVISION}/documents/{{document}}",
    response={204: None},
    summary="Take a document out of a draft, with the balloons on it",
)
def unlink_document(
    request: HttpRequest, site: str, code: str, revision: str, document: str
) -> Status[object]:
    by, program = program_at(request, site, code)
    there = reads.linked(by, reads.revision_labelled(by, program.id, revision).id)
    _, newest = reads.version(by, site, document, "")
    known = next((one.version for one in there if one.document.number == document), newest)
    documents.unlink_version(
        program_id=program.id, revision=revision, version_id=known.id, by=by, at=timezone.now()
    )
    return Status(204, None)


@router.get(f"{_DRAWING}/balloons", response=BalloonsOut, summary="Balloons on a drawing")
def balloons(
    request: HttpRequest, site: str, code: str, revision: str, document: str, version: str
) -> dict[str, Any]:
    return _balloons(_drawing(request, site, code, revision, document, version)[1])


@router.put(f"{_DRAWING}/balloons", response=BalloonsOut, summary="Set all balloons of a drawing")
def set_balloons(
    request: HttpRequest,
    site: str,
    code: str,
    revision: str,
    document: str,
    version: str,
    payload: BalloonsIn,
) -> dict[str, Any]:
    """What is not named goes. The drawing becomes part of the revision, if it was none."""
    by, view = _drawing(request, site, code, revision, document, version)
    documents.set_balloons(
        program_id=view.program.id,
        revision=revision,
        version_id=view.version.id,
        balloons=[one.facts() for one in payload.balloons],
        seen=payload.seen,
        by=by,
        at=timezone.now(),
    )
    return _balloons(_drawing(request, site, code, revision, document, version)[1])


@router.post(
    f"{_DRAWING}/balloons/carry",
    response=BalloonsOut,
    summary="Take the balloons of another version over",
)
def carry_balloons(
    request: HttpRequest,
    site: str,
    code: str,
    revision: str,
    document: str,
    version: str,
    payload: CarryBalloonsIn,
) -> dict[str, Any]:
    """Where this version has the page, and the characteristic no balloon on it yet."""
    by, view = _drawing(request, site, code, revision, document, version)
    documents.carry_balloons(
        program_id=view.program.id,
        revision=revision,
        version_id=view.version.id,
        from_label=payload.version,
        by=by,
        at=timezone.now(),
    )
    return _balloons(_drawing(request, site, code, revision, document, version)[1])


@router.get(f"{_DRAWING}/ballooned.pdf", summary="The drawing with its balloons, PDF")
def ballooned(
    request: HttpRequest, site: str, code: str, revision: str, document: str, version: str
) -> HttpResponse:
    by, view = _drawing(request, site, code, revision, document, version)
    paper = papers.ballooned_drawing(by, view, at=timezone.now())
    answer = HttpResponse(paper.pdf, content_type="application/pdf")
    answer["Content-Disposition"] = f'inline; filename="{paper.name}.pdf"'
    return answer


def _of(request: HttpRequest, found: DocumentView) -> dict[str, Any]:
    return {"document_id": found.id, "by": actor(request), "at": timezone.now()}


def _linked(one: LinkedView) -> dict[str, Any]:
    document = one.document
    return {
        "document": document.number,
        "title": document.title,
        "kind": document.kind,
        "version": one.version,
        "newer": one.newer,
    }


def _drawing(
    request: HttpRequest, site: str, code: str, revision: str, document: str, version: str
) -> tuple[Actor, DrawingView]:
    by, program = program_at(request, site, code)
    view = reads.drawing(by, program.id, revision=revision, number=document, label=version)
    return by, view


def _balloons(view: DrawingView) -> dict[str, Any]:
    return {
        "balloons": list(view.balloons),
        "missing": list(view.missing),
        "seen": state_of(view.balloons),
    }
