"""Looked at before it is too late: DFM reviews, the PFMEA, clarification queries."""

from dataclasses import fields
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.utils import timezone
from ninja import Router, Schema, Status
from pydantic import AwareDatetime, Field

from firstoff.api.pages import Page, page, window
from firstoff.api.product import program_at
from firstoff.formats.exports import CSV_TYPE, XLSX_TYPE
from firstoff.queries import review as reads
from firstoff.queries.review import PfmeaView, ReviewView
from firstoff.queries.review.papers import (
    pfmea_paper,
    pfmea_sheet,
    query_log_csv,
    query_log_paper,
    review_paper,
)
from firstoff.rules.product import state_of
from firstoff.rules.review import (
    CATEGORY_NAMES,
    CHECKLIST,
    FailureModeFacts,
    FindingFacts,
    QueryFacts,
)
from firstoff.services import access, review
from firstoff.services.review import NewFinding
from firstoff.terms import DfmCategory, FindingSeverity, FindingState

router = Router()
_ONE = "/sites/{site}/programs/{code}"
_PFMEA = _ONE + "/revisions/{revision}/plans/{plan_label}/pfmea"


class PointOut(Schema):
    key: str
    category: DfmCategory
    category_name: str
    question: str


class DfmFindingIn(Schema):
    category: DfmCategory
    severity: FindingSeverity
    text: str = Field(max_length=10_000)
    point: str = Field("", max_length=60, description="Key of the checklist")
    proposal: str = Field("", max_length=10_000)
    late_cost: str = Field("", max_length=10_000, description="What a change costs later")
    owner: str = Field("", max_length=150, description="User name")
    due: date | None = None
    characteristic: str = Field("", max_length=20)
    document: str = Field("", max_length=120, description="Number; its newest version is meant")
    uid: UUID | None = None

    def given(self) -> NewFinding:
        return NewFinding(**{**self.dict(), "category": self.category.value})


class ReviewIn(Schema):
    revision: str = Field(max_length=20)
    title: str = Field(max_length=200)
    held_on: date
    people: str = Field("", max_length=2000)
    checklist: dict[str, str] = Field({}, description="Point to good, finding or not_applicable")
    findings: list[DfmFindingIn] = Field([], max_length=200)
    uid: UUID | None = None


class DfmFindingOut(Schema):
    uid: str
    number: int
    label: str
    review: int
    category: DfmCategory
    severity: FindingSeverity
    state: FindingState
    open: bool
    text: str
    point: str
    proposal: str
    late_cost: str
    owner: str
    due: date | None
    answer: str
    answered_by: str
    answered_at: datetime | None
    signed: bool


class ReviewOut(Schema):
    uid: UUID
    number: int
    title: str
    revision: str
    held_on: date
    people: str
    by: str
    open: int
    checklist: dict[str, str]
    left: list[str] = Field(description="Points of the categories gone through, unanswered")
    unwritten: list[str] = Field(description="Points that came out as a finding nobody wrote")
    findings: list[DfmFindingOut]


class AnswerIn(Schema):
    state: FindingState
    text: str = Field(max_length=10_000)
    password: str = Field("", description="To accept it as it is: a signature")


class FailureModeShape(Schema):
    failure_mode: str = Field(max_length=4000)
    effect: str = Field("", max_length=4000)
    cause: str = Field("", max_length=4000)
    operation: int | None = Field(None, description="Its number; null: the plan as a whole")
    function: str = Field("", max_length=4000)
    requirement: str = Field("", max_length=4000)
    prevention: str = Field("", max_length=4000)
    detection_control: str = Field("", max_length=4000)
    severity: int | None = Field(None, description="1 to 10")
    occurrence: int | None = None
    detection: int | None = None
    characteristic: str = Field("", max_length=20)
    action: str = Field("", max_length=4000, description="That prevents")
    action_owner: str = Field("", max_length=120)
    action_due: date | None = None
    action_state: str = Field("", max_length=20, description="open, decided, done, none needed")
    action_taken: str = Field("", max_length=4000)
    severity_after: int | None = None
    occurrence_after: int | None = None
    detection_after: int | None = None
    work_element: str = Field("", max_length=120)
    element_function: str = Field("", max_length=4000)
    detection_action: str = Field("", max_length=4000)
    action_done_on: date | None = None
    filter_code: str = Field("", max_length=60)
    remarks: str = Field("", max_length=4000)

    def facts(self) -> FailureModeFacts:
        return FailureModeFacts(**self.dict())


class FailureModeOut(FailureModeShape):
    priority: str = Field(description="H, M, L; empty until all three are rated")
    priority_after: str
    open: bool = Field(description="High, and neither acted on nor said why none is needed")


class PfmeaOut(Schema):
    revision: str
    plan: str
    state: str = Field(description="Of what you read; send it back as `seen`")
    head: dict[str, str]
    open: int
    priorities: dict[str, int]
    rows: list[FailureModeOut]


class PfmeaIn(Schema):
    rows: list[FailureModeShape] = Field(max_length=1000)
    seen: str = Field("", max_length=64, description="`state` as you read it")


class PfmeaHeadIn(Schema):
    head: dict[str, str] = Field(description="customer, model, number, started, team, owner ...")


class QueryIn(Schema):
    question: str = Field(max_length=10_000)
    asked_by: str = Field(
        "", max_length=200, description="Often somebody outside; you unless said"
    )
    asked_at: AwareDatetime | None = None
    document: str = Field("", max_length=120, description="That should have answered it")
    revision: str = Field("", max_length=20)
    about: str = Field("", max_length=300, description="Where there is neither")
    uid: UUID | None = None


class QueryOut(Schema):
    uid: str
    number: int
    label: str
    question: str
    about: str
    document: str
    asked_by: str
    asked_at: datetime
    open: bool
    answer: str
    closed_by: str
    closed_at: datetime | None


class QueryAnswerIn(Schema):
    text: str = Field("", max_length=10_000)
    version: str = Field("", max_length=40, description="Label of the version that says it now")
    document: str = Field("", max_length=120, description="The one it was about, unless said")
    revision: str = Field("", max_length=20)


# ---------------------------------------------------------------- DFM


@router.get("/dfm-checklist", response=list[PointOut], summary="The checklist of a DFM review")
def checklist(request: HttpRequest) -> list[dict[str, Any]]:
    return [
        {
            "key": p.key,
            "category": p.category,
            "category_name": CATEGORY_NAMES[p.category],
            "question": p.question,
        }
        for p in CHECKLIST
    ]


@router.get(f"{_ONE}/dfm-reviews", response=Page[ReviewOut], summary="DFM reviews of a program")
def reviews(
    request: HttpRequest, site: str, code: str, cursor: str | None = None, limit: int = 50
) -> dict[str, object]:
    by, program = program_at(request, site, code)
    offset, size = window(cursor, limit)
    found, total = reads.reviews(by, program.id, offset=offset, limit=size)
    return page([_review(one) for one in found], total, offset)


@router.post(f"{_ONE}/dfm-reviews", response={201: ReviewOut}, summary="Record a DFM review")
def hold_review(request: HttpRequest, site: str, code: str, payload: ReviewIn) -> Status[object]:
    of = _of(request, site, code)
    said = payload.dict(exclude={"findings"})
    number = review.hold_review(**of, **said, findings=[f.given() for f in payload.findings])
    return Status(201, _review(reads.review(of["by"], of["program_id"], number)))


@router.get(_ONE + "/dfm-reviews/{int:number}", response=ReviewOut, summary="One DFM review")
def one_review(request: HttpRequest, site: str, code: str, number: int) -> dict[str, Any]:
    by, program = program_at(request, site, code)
    return _review(reads.review(by, program.id, number))


@router.get(_ONE + "/dfm-reviews/{int:number}/report.pdf", summary="Its report")
def review_report(request: HttpRequest, site: str, code: str, number: int) -> HttpResponse:
    by, program = program_at(request, site, code)
    made = review_paper(program, reads.review(by, program.id, number), at=timezone.now())
    return HttpResponse(made.pdf, content_type="application/pdf")


@router.post(
    _ONE + "/dfm-reviews/{int:number}/findings",
    response={201: list[DfmFindingOut]},
    summary="Add findings to a review",
)
def add_findings(
    request: HttpRequest, site: str, code: str, number: int, payload: list[DfmFindingIn]
) -> Status[object]:
    of = _of(request, site, code)
    made = review.add_findings(**of, review=number, findings=[f.given() for f in payload])
    found = reads.review(of["by"], of["program_id"], number).findings
    return Status(201, [f for f in found if f.number in made])


@router.get(
    f"{_ONE}/dfm-findings", response=Page[DfmFindingOut], summary="Findings, the worst first"
)
def findings(
    request: HttpRequest,
    site: str,
    code: str,
    category: DfmCategory | None = None,
    only_open: bool = False,
    cursor: str | None = None,
    limit: int = 50,
) -> dict[str, object]:
    by, program = program_at(request, site, code)
    offset, size = window(cursor, limit)
    found = reads.findings(
        by, program.id, category=category or "", only_open=only_open, offset=offset, limit=size
    )
    return page(found.items, found.total, offset)


@router.post(
    _ONE + "/dfm-findings/{int:number}/answer", response=DfmFindingOut, summary="Answer a finding"
)
def answer_finding(
    request: HttpRequest, site: str, code: str, number: int, payload: AnswerIn
) -> FindingFacts:
    """Resolved, rejected, opened again; accepted as it is by signature (R-17)."""
    of = _of(request, site, code)
    signed = payload.state is FindingState.ACCEPTED and payload.password
    confirmed = access.confirm(of["by"], payload.password, of["at"]) if signed else None
    return review.answer_finding(
        **of, finding=number, state=payload.state, text=payload.text, confirmed=confirmed
    )


# ---------------------------------------------------------------- PFMEA


@router.get(_PFMEA, response=PfmeaOut, summary="The PFMEA of a plan")
def pfmea(
    request: HttpRequest, site: str, code: str, revision: str, plan_label: str
) -> dict[str, Any]:
    return _pfmea(_pfmea_view(request, site, code, revision, plan_label))


@router.put(_PFMEA, response=PfmeaOut, summary="Set all failure modes of a plan")
def set_pfmea(
    request: HttpRequest, site: str, code: str, revision: str, plan_label: str, payload: PfmeaIn
) -> dict[str, Any]:
    """What is not named goes."""
    review.set_failure_modes(
        **_of(request, site, code),
        revision=revision,
        plan=plan_label,
        rows=[row.facts() for row in payload.rows],
        seen=payload.seen,
    )
    return _pfmea(_pfmea_view(request, site, code, revision, plan_label))


@router.put(f"{_PFMEA}/head", response=dict[str, str], summary="What stands in its head")
def set_pfmea_head(
    request: HttpRequest,
    site: str,
    code: str,
    revision: str,
    plan_label: str,
    payload: PfmeaHeadIn,
) -> dict[str, str]:
    of = _of(request, site, code)
    return review.set_pfmea_head(**of, revision=revision, plan=plan_label, said=payload.head)


@router.get(_PFMEA + ".pdf", summary="The PFMEA as PDF")
def pfmea_pdf(
    request: HttpRequest, site: str, code: str, revision: str, plan_label: str
) -> HttpResponse:
    made = pfmea_paper(_pfmea_view(request, site, code, revision, plan_label), at=timezone.now())
    return HttpResponse(made.pdf, content_type="application/pdf")


@router.get(_PFMEA + ".xlsx", summary="The PFMEA as XLSX, with the columns of the form")
def pfmea_xlsx(
    request: HttpRequest, site: str, code: str, revision: str, plan_label: str
) -> HttpResponse:
    view = _pfmea_view(request, site, code, revision, plan_label)
    return HttpResponse(pfmea_sheet(view, today=timezone.localdate())[1], content_type=XLSX_TYPE)


# ---------------------------------------------------------------- queries


@router.get(f"{_ONE}/queries", response=Page[QueryOut], summary="Clarification queries")
def queries(
    request: HttpRequest,
    site: str,
    code: str,
    only_open: bool = False,
    cursor: str | None = None,
    limit: int = 50,
) -> dict[str, object]:
    """The open ones first, the oldest of them first."""
    by, program = program_at(request, site, code)
    offset, size = window(cursor, limit)
    found = reads.queries(by, program.id, only_open=only_open, offset=offset, limit=size)
    return page(found.items, found.total, offset)


@router.post(f"{_ONE}/queries", response={201: QueryOut}, summary="Log a query")
def log_query(request: HttpRequest, site: str, code: str, payload: QueryIn) -> Status[object]:
    """Against the document that should have answered it (R-16)."""
    of = _of(request, site, code)
    said = payload.dict()
    said["asked_by"] = said["asked_by"] or of["by"].name
    return Status(201, review.ask(**of, **said))


@router.post(_ONE + "/queries/{int:number}/answer", response=QueryOut, summary="Answer a query")
def answer_query(
    request: HttpRequest, site: str, code: str, number: int, payload: QueryAnswerIn
) -> QueryFacts:
    """It is closed only by a later version of the document, or a later revision."""
    return review.answer_query(**_of(request, site, code), query=number, **payload.dict())


@router.get(f"{_ONE}/queries.csv", summary="The query log as CSV")
def queries_csv(request: HttpRequest, site: str, code: str) -> StreamingHttpResponse:
    _, program = program_at(request, site, code)
    rows = query_log_csv(reads.queries_of(program.id))
    return StreamingHttpResponse(rows, content_type=CSV_TYPE)


@router.get(f"{_ONE}/queries.pdf", summary="The query log as PDF")
def queries_pdf(request: HttpRequest, site: str, code: str) -> HttpResponse:
    _, program = program_at(request, site, code)
    made = query_log_paper(program, reads.queries_of(program.id), at=timezone.now())
    return HttpResponse(made.pdf, content_type="application/pdf")


def _of(request: HttpRequest, site: str, code: str) -> dict[str, Any]:
    by, program = program_at(request, site, code)
    return {"program_id": program.id, "by": by, "at": timezone.now()}


def _review(one: ReviewView) -> dict[str, Any]:
    names = ("uid", "number", "title", "revision", "held_on", "people", "by", "open", "findings")
    said = {name: getattr(one, name) for name in names}
    points = {"left": [p.key for p in one.left], "unwritten": [p.key for p in one.unwritten]}
    return {**said, "checklist": dict(one.checklist), **points}


def _pfmea_view(request: HttpRequest, site: str, code: str, revision: str, plan: str) -> PfmeaView:
    by, program = program_at(request, site, code)
    return reads.pfmea(by, program.id, revision=revision, plan=plan)


def _pfmea(view: PfmeaView) -> dict[str, Any]:
    return {
        "revision": view.revision.label,
        "plan": view.plan.label,
        "state": state_of(view.rows),
        "head": dict(view.head),
        "open": len(view.open),
        "priorities": dict(view.priorities),
        "rows": [
            {
                **{f.name: getattr(row, f.name) for f in fields(row)},
                "priority": row.priority or "",
                "priority_after": row.priority_after or "",
                "open": row.open,
            }
            for row in view.rows
        ],
    }
