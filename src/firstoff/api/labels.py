"""The API of labels, packages, shipments and returns. What is packed, shipped or taken back is
posted as records (``POST /records``)."""

from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from ninja import Router, Schema, Status
from pydantic import Field

from firstoff.api.auth import actor
from firstoff.api.pages import Page, page, window
from firstoff.queries.access import site as site_named
from firstoff.queries.genealogy import labels as reads
from firstoff.queries.genealogy import packages, shipments
from firstoff.queries.genealogy.labels import JobView
from firstoff.rules.access import require
from firstoff.rules.genealogy import LabelWish
from firstoff.services.genealogy import labels

router = Router()
_RECORDS = "unit.record"


class LabelsIn(Schema):
    """Units of a batch: all, a range by their order, one, or those without a label; anything else
    by its number."""

    template: Literal["unit", "batch", "carton", "pallet", "lot", "place"]
    size: str = Field(max_length=40, description="A size of the reference, as `50x25`")
    batch: str = Field("", max_length=60)
    part: str = Field("", max_length=120)
    serial: str = Field("", max_length=120)
    number: str = Field("", max_length=120, description="Of a batch, package, lot, equipment")
    first: int | None = Field(None, ge=1)
    last: int | None = Field(None, ge=1)
    only_new: bool = False
    form: Literal["pdf", "png", "svg", "zpl"] = "pdf"
    dpi: Literal[203, 300, 600] = 300
    code: Literal["datamatrix", "qr"] = "datamatrix"
    copies: int = Field(1, ge=1, le=1000)
    start: int = Field(1, ge=1, description="The first free place of a sheet")
    gtin: str = Field("", max_length=14)
    marks: str = Field("", max_length=120)
    extra: list[str] = Field(default=[], max_length=5)
    verify: bool = Field(False, description="Units are packed only after a scan of their label")
    reason: str = Field("", max_length=5000, description="Needed where they are asked for again")
    uid: UUID | None = None


class PrintIn(Schema):
    printer: str = Field("", max_length=120, description="A printer of the settings; else a file")
    form: Literal["", "pdf", "png", "svg", "zpl"] = ""
    reason: str = Field("", max_length=5000, description="Needed where it was printed before")
    uid: UUID | None = None


class PrintOut(Schema):
    at: datetime
    by: str
    printer: str
    reason: str


class JobOut(Schema):
    uid: UUID
    template: str
    size: str
    form: str
    copies: int
    count: int
    batch: str
    about: str
    asked_at: datetime
    asked_by: str
    verify: bool
    reason: str
    prints: list[PrintOut]


class ScanIn(Schema):
    """What a label says, scanned off the thing it was applied to."""

    scanned: str = Field(min_length=1, max_length=4096)
    part: str = Field("", max_length=120)
    serial: str = Field("", max_length=120)
    package: str = Field("", max_length=120)
    batch: str = Field("", max_length=60)
    uid: UUID


class ScanOut(Schema):
    matched: bool
    sentence: str


@router.get("/sites/{site}/labels", response=Page[JobOut], summary="Print jobs")
def jobs(
    request: HttpRequest,
    site: str,
    show: Literal["", "waiting", "printed"] = "",
    batch: str = "",
    cursor: str | None = None,
    limit: int = 50,
) -> dict[str, object]:
    offset, size = window(cursor, limit)
    found, total, _ = reads.jobs(
        actor(request), site, show=show, batch=batch, offset=offset, limit=size
    )
    return page([_shape(view) for view in found], total, offset)


@router.post("/sites/{site}/labels", response={201: JobOut}, summary="Ask for labels")
def ask(request: HttpRequest, site: str, payload: LabelsIn) -> Status[dict[str, Any]]:
    """They wait to be printed. The same `uid` again answers with the job that is there."""
    who, place = actor(request), site_named(actor(request), site)
    given = payload.dict()
    uid = given.pop("uid")
    wish = LabelWish(**{**given, "extra": tuple(given["extra"])})
    made = labels.ask_for_labels(site_id=place.id, wish=wish, by=who, at=timezone.now(), uid=uid)
    return Status(201, _shape(reads.job(who, site, made.uid)))


@router.post("/sites/{site}/labels/verify", response=ScanOut, summary="Scan a label back")
def verify(request: HttpRequest, site: str, payload: ScanIn) -> dict[str, Any]:
    """The label on a unit, a package or a batch (R-64). A match is recorded as kind `label`;
    another label is refused, and the refusal stays in the ledger."""
    who, place = actor(request), site_named(actor(request), site)
    require(who, _RECORDS, place.id)
    if payload.serial:
        expected = reads.expected_of(who, site, payload.part, payload.serial)
    elif payload.package:
        kind = packages.kind_of_package(place.id, payload.package)
        template = "pallet" if kind == "pallet" else "carton"
        expected = reads.expected_on(who, site, template, payload.package)
    else:
        expected = reads.expected_on(who, site, "batch", payload.batch)
    sentence = labels.verify_label(
        site_id=place.id,
        expected=expected,
        found=labels.read_codes(payload.scanned),
        by=who,
        at=timezone.now(),
        uid=payload.uid,
    )
    return {"matched": True, "sentence": sentence}


@router.get("/sites/{site}/labels/{uid}", response=JobOut, summary="One print job")
def job(request: HttpRequest, site: str, uid: UUID) -> dict[str, Any]:
    return _shape(reads.job(actor(request), site, uid))


@router.get("/sites/{site}/labels/{uid}/file", summary="The labels as a file")
def file(
    request: HttpRequest,
    site: str,
    uid: UUID,
    form: Literal["", "pdf", "png", "svg", "zpl"] = "",
    size: str = "",
    dpi: int = 0,
) -> HttpResponse:
    """As the job has it, or of another form, size or printer. That it is printed is recorded by
    posting a print."""
    view = reads.job(actor(request), site, uid)
    made = reads.file(reads.print_job(view, form=form, size=size, dpi=dpi))
    answer = HttpResponse(made.content, content_type=made.media_type)
    answer["Content-Disposition"] = f'attachment; filename="{made.name}"'
    return answer


@router.post("/sites/{site}/labels/{uid}/prints", response={201: JobOut}, summary="Print them")
def printed(
    request: HttpRequest, site: str, uid: UUID, payload: PrintIn
) -> Status[dict[str, Any]]:
    """Sent to a printer of the settings, or recorded as taken as a file; again only with a
    reason."""
    who, place = actor(request), site_named(actor(request), site)
    require(who, _RECORDS, place.id)
    labels.print_labels(
        site_id=place.id,
        job=reads.job(who, site, uid),
        by=who,
        at=timezone.now(),
        **payload.dict(),
    )
    return Status(201, _shape(reads.job(who, site, uid)))


def _shape(view: JobView) -> dict[str, Any]:
    names = ("uid", "template", "size", "form", "copies", "count", "batch", "about")
    shown = {name: getattr(view, name) for name in (*names, "asked_at", "asked_by", "prints")}
    return {**shown, "verify": view.kept.verify, "reason": view.kept.reason}


# ---------------------------------------------------------------- packages, shipments, returns


class PackageOut(Schema):
    code: str
    kind: str
    batch: str
    units: int = Field(description="Directly in it")
    inner: int = Field(description="Packages directly in it")
    inside_of: str
    shipment: str


class ShipmentOut(Schema):
    uid: UUID
    code: str
    customer: str
    reference: str
    shipped_at: datetime
    by: str
    units: int
    cancelled: int
    state: str


class SentUnitOut(Schema):
    part: str
    serial: str
    batch: str
    package: str
    pallet: str
    cancelled_at: datetime | None


class CustomerOut(Schema):
    name: str
    contact: str
    retired: bool
    shipments: int


class ReturnOut(Schema):
    at: datetime
    part: str
    serial: str
    batch: str
    customer: str
    shipment: str
    failure: str
    by: str


@router.get("/sites/{site}/packages", response=Page[PackageOut], summary="Packages")
def list_packages(
    request: HttpRequest,
    site: str,
    show: Literal["", "here"] = "",
    cursor: str | None = None,
    limit: int = 50,
) -> dict[str, object]:
    """The newest first. `here`: those that were not shipped."""
    offset, size = window(cursor, limit)
    found, total = packages.packages(actor(request), site, show=show, offset=offset, limit=size)
    return page(found, total, offset)


@router.get("/sites/{site}/shipments", response=Page[ShipmentOut], summary="Shipments")
def list_shipments(
    request: HttpRequest,
    site: str,
    customer: str = "",
    cursor: str | None = None,
    limit: int = 50,
) -> dict[str, object]:
    offset, size = window(cursor, limit)
    found, total = shipments.shipments(
        actor(request), site, customer=customer, offset=offset, limit=size
    )
    return page(found, total, offset)


@router.get(
    "/sites/{site}/shipment-units", response=Page[SentUnitOut], summary="Units of a shipment"
)
def shipment_units(
    request: HttpRequest,
    site: str,
    shipment: str,
    cursor: str | None = None,
    limit: int = 50,
) -> dict[str, object]:
    offset, size = window(cursor, limit)
    view = shipments.shipment(actor(request), site, shipment)
    found, total = shipments.units_of(view, offset=offset, limit=size)
    return page(found, total, offset)


@router.get("/sites/{site}/customers", response=Page[CustomerOut], summary="Customers")
def list_customers(
    request: HttpRequest,
    site: str,
    search: str = "",
    cursor: str | None = None,
    limit: int = 50,
) -> dict[str, object]:
    offset, size = window(cursor, limit)
    found, total = shipments.customers(
        actor(request), site, search=search, offset=offset, limit=size
    )
    return page(found, total, offset)


@router.get("/sites/{site}/returns", response=Page[ReturnOut], summary="Field returns")
def list_returns(
    request: HttpRequest,
    site: str,
    search: str = "",
    cursor: str | None = None,
    limit: int = 50,
) -> dict[str, object]:
    offset, size = window(cursor, limit)
    found, total = shipments.returns(
        actor(request), site, search=search, offset=offset, limit=size
    )
    return page(found, total, offset)
