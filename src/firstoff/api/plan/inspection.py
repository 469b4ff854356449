"""Inspection plans of a revision: of what is made here, and of what is bought."""

from datetime import datetime
from typing import Annotated, Any

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from ninja import Router, Schema, Status
from pydantic import Field

from firstoff.api.bom.shapes import REVISION, part_at
from firstoff.api.pages import Page, page, window
from firstoff.formats.exports import XLSX_TYPE
from firstoff.queries.plan.inspection import (
    USUAL_LOT,
    InspectionPlanList,
    InspectionPlanView,
    one_of_part,
    plans_of_part,
)
from firstoff.queries.plan.sheets import inspection_paper, inspection_sheet
from firstoff.rules.plan import FrozenInspectionLine, FrozenInspectionPlan
from firstoff.services.plan import inspection as verbs
from firstoff.terms import InspectionKind, RevisionStatus

router = Router()
_ALL = REVISION + "/inspection-plans"
_KIND = _ALL + "/{inspection}"
_ONE = _KIND + "/{plan_label}"
_Lot = Annotated[int, Field(ge=1, le=1_000_000_000, description="Size of the lot to sample")]


class InspectionLineShape(Schema):
    characteristic: str = Field(max_length=20, description="Its number; its limits are the list's")
    method: str = Field("", max_length=200, description="Empty: that of the characteristic")
    gauge: str = Field("", max_length=60, description="Empty: that of the characteristic")
    sampling: dict[str, Any] = Field({}, description="Empty: that of the plan")
    reaction: str = Field("", max_length=4000)

    def facts(self) -> FrozenInspectionLine:
        return FrozenInspectionLine(**self.dict())


class InspectionPlanIn(Schema):
    sampling: dict[str, Any] = Field(
        {"kind": "all"}, description="kind: all, fixed, aql, c0 or interval, with its figures"
    )
    note: str = Field("", max_length=10_000)
    lines: list[InspectionLineShape] = Field([])


class InspectionDraft(Schema):
    kind: InspectionKind
    label: str = Field("", max_length=20, description="The one after the newest, unless said")


class InspectionSampleOut(Schema):
    lot: int
    size: int
    accept: int
    scheme: str
    letter: str


class InspectionPlanOut(Schema):
    kind: InspectionKind
    label: str
    status: RevisionStatus
    sampling: dict[str, Any]
    note: str
    released_at: datetime | None
    released_by: str
    gaps: list[str] = Field(description="What it lacks")
    stops: list[str] = Field(description="Why it cannot be released, while it is a draft")
    lines: list[InspectionLineShape]


class InspectionPlanFull(InspectionPlanOut):
    said: str = Field(description="How it samples, in words")
    sample: InspectionSampleOut


@router.get(_ALL, response=Page[InspectionPlanOut], summary="Inspection plans of a revision")
def inspection_plans(
    request: HttpRequest,
    site: str,
    part: str,
    revision: str,
    cursor: str | None = None,
    limit: int = 50,
) -> dict[str, object]:
    offset, size = window(cursor, limit)
    by, found = part_at(request, site, part)
    there = plans_of_part(by, found.site_id, found.number, revision=revision).plans
    return page([_out(p) for p in there[offset : offset + size]], len(there), offset)


@router.post(_ALL, response={201: InspectionPlanOut}, summary="Draft an inspection plan")
def draft_inspection_plan(
    request: HttpRequest, site: str, part: str, revision: str, payload: InspectionDraft
) -> Status[object]:
    """With the lines and the sampling of the last of its kind, or those its kind asks for."""
    of = _of(request, site, part)
    made = verbs.create_inspection_plan(
        **of, revision=revision, kind=payload.kind, label=payload.label
    )
    return Status(201, _out(_read(request, site, part, revision, made.kind, made.label)[1]))


@router.get(_ONE, response=InspectionPlanFull, summary="One inspection plan")
def inspection_plan(
    request: HttpRequest,
    site: str,
    part: str,
    revision: str,
    inspection: str,
    plan_label: str,
    lot: _Lot = USUAL_LOT,
) -> dict[str, Any]:
    """With the sample that a lot of this size gives."""
    _, one = _read(request, site, part, revision, inspection, plan_label)
    sample = one.sample(lot)
    figures = {n: getattr(sample, n) for n in ("size", "accept", "scheme", "letter")}
    return {**_out(one), "said": one.sampling, "sample": {"lot": lot, **figures}}


@router.put(_ONE, response=InspectionPlanOut, summary="Set all of a draft")
def set_inspection_plan(
    request: HttpRequest,
    site: str,
    part: str,
    revision: str,
    inspection: str,
    plan_label: str,
    payload: InspectionPlanIn,
) -> dict[str, Any]:
    wanted = FrozenInspectionPlan(
        kind=inspection,
        label=plan_label,
        sampling=payload.sampling,
        note=payload.note,
        lines=tuple(line.facts() for line in payload.lines),
    )
    verbs.set_inspection_plan(**_of(request, site, part), revision=revision, plan=wanted)
    return _out(_read(request, site, part, revision, inspection, plan_label)[1])


@router.post(f"{_ONE}/propose", response=InspectionPlanOut, summary="Add what its kind asks for")
def propose_lines(
    request: HttpRequest, site: str, part: str, revision: str, inspection: str, plan_label: str
) -> dict[str, Any]:
    of = _of(request, site, part)
    verbs.propose_inspection_lines(**of, revision=revision, kind=inspection, label=plan_label)
    return _out(_read(request, site, part, revision, inspection, plan_label)[1])


@router.post(f"{_ONE}/release", response=InspectionPlanOut, summary="Release an inspection plan")
def release_inspection_plan(
    request: HttpRequest, site: str, part: str, revision: str, inspection: str, plan_label: str
) -> dict[str, Any]:
    """It cannot be changed any more; the one of its kind released before is superseded."""
    of = _of(request, site, part)
    verbs.release_inspection_plan(**of, revision=revision, kind=inspection, label=plan_label)
    return _out(_read(request, site, part, revision, inspection, plan_label)[1])


@router.delete(_ONE, response={204: None}, summary="Discard a draft")
def discard_inspection_plan(
    request: HttpRequest, site: str, part: str, revision: str, inspection: str, plan_label: str
) -> Status[object]:
    of = _of(request, site, part)
    verbs.discard_inspection_plan(**of, revision=revision, kind=inspection, label=plan_label)
    return Status(204, None)


@router.get(f"{_ONE}/form.pdf", summary="The form to fill, as PDF")
def inspection_form(
    request: HttpRequest,
    site: str,
    part: str,
    revision: str,
    inspection: str,
    plan_label: str,
    lot: _Lot = USUAL_LOT,
) -> HttpResponse:
    found, one = _read(request, site, part, revision, inspection, plan_label)
    made = inspection_paper(found, one, lot=lot, at=timezone.now())
    return HttpResponse(made.pdf, content_type="application/pdf")


@router.get(f"{_ONE}/form.xlsx", summary="The form to fill, as XLSX")
def inspection_workbook(
    request: HttpRequest,
    site: str,
    part: str,
    revision: str,
    inspection: str,
    plan_label: str,
    lot: _Lot = USUAL_LOT,
) -> HttpResponse:
    found, one = _read(request, site, part, revision, inspection, plan_label)
    return HttpResponse(inspection_sheet(found, one, lot=lot)[1], content_type=XLSX_TYPE)


def _of(request: HttpRequest, site: str, part: str) -> dict[str, Any]:
    by, found = part_at(request, site, part)
    return {"part_id": found.id, "by": by, "at": timezone.now()}


def _read(
    request: HttpRequest, site: str, part: str, revision: str, kind: str, label: str
) -> tuple[InspectionPlanList, InspectionPlanView]:
    by, found = part_at(request, site, part)
    listed = plans_of_part(by, found.site_id, found.number, revision=revision)
    return listed, one_of_part(listed, kind, label)


def _out(one: InspectionPlanView) -> dict[str, Any]:
    facts = one.facts
    lines = [{n: getattr(line, n) for n in line.__struct_fields__} for line in facts.lines]
    said = {n: getattr(facts, n) for n in ("kind", "label", "sampling", "note")}
    names = ("status", "released_at", "released_by", "gaps", "stops")
    return {**said, "lines": lines, **{n: getattr(one, n) for n in names}}
