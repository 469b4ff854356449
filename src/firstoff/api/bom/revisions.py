"""Revisions of any part: drafted, looked at, released, given up."""

from typing import Any

from django.http import HttpRequest
from django.utils import timezone
from ninja import Router, Schema, Status
from pydantic import Field

from firstoff.api.bom.shapes import PART, REVISION, PartRevisionOut, part_at
from firstoff.api.pages import Page, page, window
from firstoff.queries import product as products
from firstoff.queries.product import RevisionView
from firstoff.services import product
from firstoff.terms import RevisionStatus

router = Router()


class RevisionIn(Schema):
    label: str = Field("", max_length=20, description="What the part's scheme makes, unless said")
    copy_from: str = Field("", max_length=20, description="The newest, unless said")
    note: str = Field("", description="What is to change, and why")
    bought: bool = Field(False, description="A bought part stays one: this is its drawing")


class MoveIn(Schema):
    to: RevisionStatus = Field(description="in_review, draft or obsolete")
    note: str = ""


@router.get(f"{PART}/revisions", response=Page[PartRevisionOut], summary="Revisions of a part")
def revisions(
    request: HttpRequest, site: str, part: str, cursor: str | None = None, limit: int = 50
) -> dict[str, object]:
    """Newest first."""
    _, found = part_at(request, site, part)
    offset, size = window(cursor, limit)
    there = products.part_revisions(found.id)
    return page(there[offset : offset + size], len(there), offset)


@router.post(
    f"{PART}/revisions", response={201: PartRevisionOut}, summary="Make the next draft of a part"
)
def add_revision(
    request: HttpRequest, site: str, part: str, payload: RevisionIn
) -> Status[object]:
    """With all that an earlier one consists of."""
    of = _of(request, site, part)
    made = product.create_revision(**of, **payload.dict())
    return Status(201, _found(of, made.label))


@router.post(f"{REVISION}/release", response=PartRevisionOut, summary="Release it")
def release(request: HttpRequest, site: str, part: str, revision: str) -> RevisionView:
    """It is immutable from then on (R-10); every part made here that goes in is released."""
    of = _of(request, site, part)
    product.release_revision(**of, revision=revision)
    return _found(of, revision)


@router.post(f"{REVISION}/status", response=PartRevisionOut, summary="Review it, or end it")
def move(
    request: HttpRequest, site: str, part: str, revision: str, payload: MoveIn
) -> RevisionView:
    """In review nobody changes it; back to draft; obsolete."""
    of = _of(request, site, part)
    product.move_revision(**of, revision=revision, to=payload.to, note=payload.note)
    return _found(of, revision)


@router.delete(REVISION, response={204: None}, summary="Discard a draft")
def discard(request: HttpRequest, site: str, part: str, revision: str) -> Status[object]:
    """A draft that records name becomes obsolete instead (R-68)."""
    product.discard_revision(**_of(request, site, part), revision=revision)
    return Status(204, None)


def _of(request: HttpRequest, site: str, part: str) -> dict[str, Any]:
    by, found = part_at(request, site, part)
    return {"part_id": found.id, "by": by, "at": timezone.now()}


def _found(of: dict[str, Any], label: str) -> RevisionView:
    there = products.part_revisions(of["part_id"])
    return next(r for r in there if r.label == label)
