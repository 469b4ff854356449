"""Manufacturer parts, their approvals and declarations over the API."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.http import HttpRequest
from ninja import Router, Schema, Status
from pydantic import Field

from firstoff.api.pages import Page, page, window
from firstoff.api.sourcing.shared import here, seen
from firstoff.queries.sourcing import sources as reads
from firstoff.rules.sourcing.approvals import ApprovalGiven
from firstoff.services.sourcing.approving import decide_alternate, decide_source
from firstoff.services.sourcing.declaring import DeclarationGiven, declare
from firstoff.services.sourcing.manufacturer_parts import (
    SourceGiven,
    add_manufacturer_part,
    retire_manufacturer_part,
    update_manufacturer_part,
)
from firstoff.terms import ApprovalDecision, ComplianceStatus, Lifecycle, RunKind

router = Router()
_SOURCES = "/sites/{site}/sources"


class SourceName(Schema):
    """A manufacturer part is named by its part, its manufacturer and its MPN."""

    part: str = Field(max_length=120)
    manufacturer: str = Field("", max_length=200)
    mpn: str = Field(max_length=200)


class SourceIn(SourceName):
    lifecycle: Lifecycle = Lifecycle.UNKNOWN
    description: str = Field("", max_length=300)
    rank: int = Field(0, ge=0, le=1000, description="1 is preferred; 0: nobody says")
    last_buy: date | None = Field(None, description="Last day of a last-time buy")

    def given(self) -> SourceGiven:
        return SourceGiven(self.lifecycle, self.description, self.rank, self.last_buy)


class SourceChange(SourceIn):
    named: str = Field("", max_length=200, description="Who makes it, where nobody had said so")
    retired: bool | None = None


class SourceOut(SourceName):
    part_name: str
    lifecycle: Lifecycle
    rank: int
    last_buy: date | None
    description: str
    retired_at: datetime | None
    approved: list[RunKind] = Field(description="Kinds of run that it may go into")
    qualified: list[RunKind] = Field(description="With form, fit, function and evidence (R-21)")
    standing: str = Field(description="qualified, approved, proposed or none")
    offers: int


class ApprovalIn(Schema):
    """On a manufacturer part (`mpn`), or on another part that stands for it (`alternate`)."""

    part: str = Field(max_length=120)
    manufacturer: str = Field("", max_length=200)
    mpn: str = Field("", max_length=200)
    alternate: str = Field("", max_length=120)
    line: int | None = Field(None, description="An alternate on one BOM line only: its key")
    decision: ApprovalDecision
    run_kind: RunKind | None = Field(None, description="Every kind of run, unless said")
    form: bool = False
    fit: bool = False
    function: bool = False
    evidence: str = Field("", max_length=10_000, description="Or the reason of a withdrawal")
    document: str = Field("", max_length=120, description="Number of the document")
    version: str = Field("", max_length=20, description="Its version; the newest unless said")
    password: str = Field("", max_length=500, description="Signs; a critical part needs it")
    seen: str | None = Field(None, description="uid of the decision you saw standing")
    uid: UUID | None = None

    def given(self) -> ApprovalGiven:
        return ApprovalGiven(
            self.decision,
            self.run_kind or "",
            self.form,
            self.fit,
            self.function,
            self.evidence,
            self.document,
        )


class ApprovalOut(Schema):
    uid: str
    decision: ApprovalDecision
    run_kind: str
    form: bool
    fit: bool
    function: bool
    evidence: str
    document: str
    missing: list[str] = Field(description="What an alternate lacks to be qualified (R-21)")
    by: str
    at: datetime
    signed: bool
    holds: bool


class AlternateOut(Schema):
    part: str
    alternate: str
    name: str
    line: int | None
    where: str
    rank: int
    note: str
    approved: list[RunKind]
    qualified: list[RunKind]
    approvals: list[ApprovalOut]


class DeclarationIn(Schema):
    """Of a manufacturer part; of the part itself where no `mpn` is given."""

    part: str = Field(max_length=120)
    manufacturer: str = Field("", max_length=200)
    mpn: str = Field("", max_length=200)
    scheme: str = Field(max_length=40, description="RoHS, REACH, CE ...")
    status: ComplianceStatus
    declared_on: date
    expires: date | None = None
    reference: str = Field("", max_length=300)
    document: str = Field("", max_length=120)
    version: str = Field("", max_length=20)
    uid: UUID | None = None


class DeclarationOut(Schema):
    uid: str
    part: str
    manufacturer: str
    mpn: str
    scheme: str
    status: ComplianceStatus
    reference: str
    document: str
    declared_on: date
    expires: date | None
    expired: bool
    holds: bool
    by: str


@router.get(_SOURCES, response=Page[SourceOut], summary="Manufacturer parts of a site")
def sources(
    request: HttpRequest,
    site: str,
    search: str = "",
    part: str = "",
    retired: bool = False,
    cursor: str | None = None,
    limit: int = 50,
) -> dict[str, object]:
    """By part and rank. `search`: how a part, an MPN or a manufacturer begins."""
    by, place, _ = seen(request, site)
    offset, size = window(cursor, limit)
    found, total = reads.sources(
        by, place, search=search, part=part, retired=retired, offset=offset, limit=size
    )
    return page(found, total, offset)


@router.post(_SOURCES, response={201: SourceOut}, summary="Add a manufacturer part")
def add(request: HttpRequest, site: str, payload: SourceIn) -> Status[object]:
    """Adding one approves nothing (R-20)."""
    given = here(request, site)
    add_manufacturer_part(
        part=payload.part,
        manufacturer=payload.manufacturer,
        mpn=payload.mpn,
        given=payload.given(),
        **given,
    )
    return Status(201, _one(given, payload))


@router.put(_SOURCES, response=SourceOut, summary="Change or retire a manufacturer part")
def change(request: HttpRequest, site: str, payload: SourceChange) -> reads.SourceView:
    given = here(request, site)
    name: dict[str, Any] = {
        "part": payload.part,
        "manufacturer": payload.manufacturer,
        "mpn": payload.mpn,
    }
    row = update_manufacturer_part(given=payload.given(), named=payload.named, **name, **given)
    if payload.retired is not None:
        retire_manufacturer_part(
            retired=payload.retired, **{**name, "manufacturer": row.manufacturer}, **given
        )
    payload.manufacturer = row.manufacturer
    return _one(given, payload)


def _one(given: dict[str, Any], payload: SourceName) -> reads.SourceView:
    name = (payload.part.strip(), payload.manufacturer.strip(), payload.mpn.strip())
    return reads.source(given["by"], given["site_id"], *name)


@router.get(
    "/sites/{site}/approvals", response=Page[ApprovalOut], summary="Decisions on one source"
)
def approvals(
    request: HttpRequest, site: str, part: str, mpn: str, manufacturer: str = ""
) -> dict[str, object]:
    """The newest first; `holds` is what stands of each kind of run."""
    by, place, today = seen(request, site)
    found = reads.source_page(by, place, part, manufacturer, mpn, today=today)
    return page(found.approvals, len(found.approvals), 0)


@router.post(
    "/sites/{site}/approvals", response={201: ApprovalOut}, summary="Propose, approve, withdraw"
)
def decide(request: HttpRequest, site: str, payload: ApprovalIn) -> Status[object]:
    """Of one source and run kind the latest decision holds. A critical part takes a password."""
    given = here(request, site)
    more: dict[str, Any] = {
        "given": payload.given(),
        "version": payload.version,
        "password": payload.password,
        "seen": payload.seen,
        "uid": payload.uid,
    }
    if payload.alternate:
        row = decide_alternate(
            part=payload.part, alternate=payload.alternate, line=payload.line, **more, **given
        )
    else:
        row = decide_source(
            part=payload.part,
            manufacturer=payload.manufacturer,
            mpn=payload.mpn,
            **more,
            **given,
        )
    return Status(201, reads.approval(given["by"], given["site_id"], row.pk))


@router.get(
    "/sites/{site}/alternates", response=Page[AlternateOut], summary="Alternates of a part"
)
def alternates(request: HttpRequest, site: str, part: str) -> dict[str, object]:
    by, place, _ = seen(request, site)
    found = reads.alternates(by, place, part)
    return page(found, len(found), 0)


@router.get(
    "/sites/{site}/declarations", response=Page[DeclarationOut], summary="What is declared"
)
def declarations(request: HttpRequest, site: str, part: str) -> dict[str, object]:
    """Of a part and its sources, the newest first."""
    by, place, today = seen(request, site)
    found = reads.declarations(by, place, part, today=today)
    return page(found, len(found), 0)


@router.post(
    "/sites/{site}/declarations", response={201: DeclarationOut}, summary="Record a declaration"
)
def declare_one(request: HttpRequest, site: str, payload: DeclarationIn) -> Status[object]:
    given = here(request, site)
    row = declare(
        part=payload.part,
        manufacturer=payload.manufacturer,
        mpn=payload.mpn,
        given=DeclarationGiven(
            payload.scheme,
            payload.status,
            payload.declared_on,
            payload.expires,
            payload.reference,
            payload.document,
            payload.version,
        ),
        uid=payload.uid,
        **given,
    )
    _, place, today = seen(request, site)
    found = reads.declarations(given["by"], place, row.part.number, today=today)
    return Status(201, next(one for one in found if one.uid == str(row.uid)))
