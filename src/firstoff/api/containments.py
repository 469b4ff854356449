"""Containments: units at risk held, worked off, their customers told, closed by signature."""

from typing import Annotated, Any
from uuid import UUID

import msgspec
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.utils import timezone
from ninja import Path, Router, Schema
from pydantic import AwareDatetime, Field

from firstoff.api.auth import actor
from firstoff.api.pages import page, window
from firstoff.api.trace import QuestionIn
from firstoff.formats.exports import CSV_TYPE, XLSX_TYPE, csv_stream, xlsx
from firstoff.queries.access import site as site_named
from firstoff.queries.evidence.papers import Paper
from firstoff.queries.trace import containment_papers as papers
from firstoff.queries.trace import containment_shape as shape
from firstoff.queries.trace import containments as reads
from firstoff.queries.trace.contained import Filter, export, members
from firstoff.queries.trace.containments import ContainmentView
from firstoff.rules.trace import read_question
from firstoff.rules.trace.containment import MemberState
from firstoff.services import trace
from firstoff.services.trace import UnitGiven
from firstoff.terms import ContainmentOutcome, Place

router = Router()

LIST = "/sites/{site}/containments"
ONE = LIST + "/{number}"
_LARGEST_KEY = 2**31 - 1
Number = Annotated[int, Path(ge=1, le=_LARGEST_KEY)]
Key = Annotated[int, Field(ge=1, le=_LARGEST_KEY)]


class OpenIn(Schema):
    question: QuestionIn
    title: str = Field(max_length=200)
    reason: str = Field(max_length=10_000, description="Why it is opened")
    uid: UUID | None = Field(None, description="Made by you: posting it again is then safe")


class UnitIn(Schema):
    serial: str = Field(max_length=300, description="A serial, or a scanned code that holds one")
    part: str = Field("", max_length=200)


class UnitsIn(Schema):
    units: list[UnitIn] = Field(min_length=1, max_length=10_000)
    reason: str = Field(max_length=10_000)
    uid: UUID | None = None


class WhatIn(Schema):
    outcome: ContainmentOutcome
    note: str = Field("", max_length=10_000)
    found_at: AwareDatetime | None = None
    password: str = Field("", max_length=500, description="Of a concession: `use_as_is`")
    uid: UUID | None = None


class FindingIn(WhatIn):
    serial: str = Field(max_length=300, description="A serial, or a scanned code that holds one")
    part: str = Field("", max_length=200, description="Where two units have the serial")


class FilterIn(Schema):
    """Which units; what is left out says nothing."""

    state: MemberState | None = None
    place: Place | None = Field(None, description="Where it was when it joined")
    customer: Key | None = Field(None, description="`id` of the customer it had been shipped to")
    outcome: ContainmentOutcome | None = None
    serial: str = Field("", max_length=120, description="Its beginning")

    def sift(self) -> Filter:
        return Filter(self.state, self.place, self.customer, self.outcome, self.serial)


class FindingsIn(WhatIn):
    filter: FilterIn
    expected: int = Field(ge=1, le=_LARGEST_KEY, description="How many units you mean")


class NoticeIn(Schema):
    customer: str = Field(max_length=200)
    sent_at: AwareDatetime | None = None
    reference: str = Field("", max_length=200)
    uid: UUID | None = None


class ClosureIn(Schema):
    password: str = Field(max_length=500)
    note: str = Field("", max_length=10_000)
    uid: UUID | None = None


@router.get(LIST, summary="Containments of a site")
def listed(
    request: HttpRequest,
    site: str,
    open: bool | None = None,
    cursor: str | None = None,
    limit: int = 50,
) -> HttpResponse:
    """Open ones first, each with its numbers."""
    by = actor(request)
    offset, size = window(cursor, limit)
    place = site_named(by, site)
    rows, total = reads.containments(by, site_id=place.id, is_open=open, offset=offset, limit=size)
    return _json(page([shape.row_shape(row) for row in rows], total, offset))


@router.post(LIST, summary="Open a containment from a question")
def opened(request: HttpRequest, site: str, payload: OpenIn) -> HttpResponse:
    """Fixes the units at risk with where each is now, and holds them (R-62). Units recorded later
    that match join it. 201; 200 where it was opened before under this `uid`."""
    by = actor(request)
    done = trace.open_containment(
        site_id=site_named(by, site).id,
        question=read_question(payload.question.dict(exclude_none=True)),
        title=payload.title,
        reason=payload.reason,
        by=by,
        at=timezone.now(),
        uid=payload.uid,
    )
    view = reads.containment(by, site, done.number)
    return _json(_whole(view), 200 if done.again else 201)


@router.get(ONE, summary="One containment: how far it is")
def one(request: HttpRequest, site: str, number: Number) -> HttpResponse:
    """Counts by where units were when they joined, by customer, and of what was found."""
    return _json(_whole(_of(request, site, number)))


@router.get(f"{ONE}/units", summary="Units of a containment")
def units(
    request: HttpRequest,
    site: str,
    number: Number,
    state: MemberState | None = None,
    place: Place | None = None,
    customer: Key | None = None,
    outcome: ContainmentOutcome | None = None,
    serial: str = "",
    cursor: str | None = None,
    limit: int = 50,
) -> HttpResponse:
    """In the order they joined. `place`: where it was when it joined; `serial`: its beginning."""
    offset, size = window(cursor, limit)
    view = _of(request, site, number)
    sift = Filter(state, place, customer, outcome, serial)
    rows, total = members(view, sift=sift, offset=offset, limit=size)
    return _json(page([shape.member_shape(row) for row in rows], total, offset))


@router.get(f"{ONE}/units.csv", summary="Units of a containment as CSV")
def units_csv(request: HttpRequest, site: str, number: Number, customer: Key | None = None) -> Any:
    """With `customer` only the units that were shipped to it: what the letter lists."""
    view = _of(request, site, number)
    rows = shape.export_rows(export(view, sift=Filter(customer=customer)), view.time_zone)
    return StreamingHttpResponse(csv_stream(shape.HEADER, rows), content_type=CSV_TYPE)


@router.get(f"{ONE}/units.xlsx", summary="Units of a containment as a workbook")
def units_xlsx(
    request: HttpRequest, site: str, number: Number, customer: Key | None = None
) -> HttpResponse:
    view = _of(request, site, number)
    rows = shape.export_rows(export(view, sift=Filter(customer=customer)), view.time_zone)
    return HttpResponse(xlsx(view.label, shape.HEADER, rows), content_type=XLSX_TYPE)


@router.post(f"{ONE}/units", summary="Add units by hand")
def add(request: HttpRequest, site: str, number: Number, payload: UnitsIn) -> HttpResponse:
    """With all they are inside of. `known`: those that were in it already."""
    given = [UnitGiven(unit.serial, unit.part) for unit in payload.units]
    done = trace.add_units(
        **_on(request, site, number), units=given, reason=payload.reason, uid=payload.uid
    )
    return _json({"units": done.units, "known": done.known}, 200 if done.again else 201)


@router.post(f"{ONE}/findings", summary="Record what was found at a unit")
def found(request: HttpRequest, site: str, number: Number, payload: FindingIn) -> HttpResponse:
    """What settles a unit settles those at risk inside it. `use_as_is` is a concession and takes
    a password; `scrap` records the scrap too."""
    done = trace.record_finding(**_on(request, site, number), **payload.dict())
    return _json(_found(done), 200 if done.again else 201)


@router.post(f"{ONE}/findings/bulk", summary="Record the same finding for many units")
def found_many(
    request: HttpRequest, site: str, number: Number, payload: FindingsIn
) -> HttpResponse:
    """Every unit under the filter, or none. `expected` has to be their number."""
    values = payload.dict(exclude={"filter"})
    done = trace.record_findings(
        **_on(request, site, number), sift=payload.filter.sift(), **values
    )
    return _json(_found(done), 200 if done.again else 201)


@router.post(f"{ONE}/notices", summary="Record that a customer was told")
def told(request: HttpRequest, site: str, number: Number, payload: NoticeIn) -> HttpResponse:
    done = trace.tell_customer(**_on(request, site, number), **payload.dict())
    body = {"uid": done.uid, "customer": done.customer, "units": done.units}
    return _json(body, 200 if done.again else 201)


@router.post(f"{ONE}/closure", summary="Close a containment, by signature")
def closed(request: HttpRequest, site: str, number: Number, payload: ClosureIn) -> HttpResponse:
    """With its numbers as they are then. Refused while a unit is open (R-62)."""
    done = trace.close_containment(**_on(request, site, number), **payload.dict())
    return _json(_whole(_of(request, site, number)), 200 if done.again else 201)


@router.get(f"{ONE}/report.pdf", summary="The report of a containment")
def report(request: HttpRequest, site: str, number: Number) -> HttpResponse:
    return _pdf(papers.containment_report(_of(request, site, number)))


@router.get(ONE + "/customers/{customer}/letter.pdf", summary="The letter to a customer")
def letter(request: HttpRequest, site: str, number: Number, customer: Number) -> HttpResponse:
    view = _of(request, site, number)
    return _pdf(papers.customer_letter(view, customer, actor(request), timezone.now()))


def _of(request: HttpRequest, site: str, number: int) -> ContainmentView:
    return reads.containment(actor(request), site, number)


def _on(request: HttpRequest, site: str, number: int) -> dict[str, Any]:
    view = _of(request, site, number)
    return {"containment_id": view.id, "by": actor(request), "at": timezone.now()}


def _whole(view: ContainmentView) -> dict[str, Any]:
    return shape.containment_shape(view, reads.progress(view))


def _found(done: trace.Found) -> dict[str, Any]:
    return {
        "units": done.units,
        "inside": done.inside,
        "freed": done.freed,
        "serials": done.serials,
    }


def _json(body: dict[str, Any], status: int = 200) -> HttpResponse:
    return HttpResponse(msgspec.json.encode(body), content_type="application/json", status=status)


def _pdf(paper: Paper) -> HttpResponse:
    answer = HttpResponse(paper.pdf, content_type="application/pdf")
    answer["Content-Disposition"] = f'inline; filename="{paper.name}.pdf"'
    return answer
