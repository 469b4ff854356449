"""Test procedures of a revision."""

from datetime import datetime
from decimal import Decimal
from typing import Any

from django.http import HttpRequest, HttpResponse
from ninja import Router, Schema, Status
from pydantic import Field

from firstoff.api.pages import Page, page, window
from firstoff.api.plan.shared import REVISION, of_program
from firstoff.queries import plan as reads
from firstoff.queries.plan.papers import procedure_paper
from firstoff.rules.plan import FrozenProcedure, FrozenTestStep
from firstoff.services import plan
from firstoff.terms import RevisionStatus

router = Router()
_ALL = REVISION + "/test-procedures"
_ONE = _ALL + "/{procedure}"
_LABELLED = _ONE + "/{procedure_label}"


class TestStepShape(Schema):
    """What is measured or looked at. Numbers have limits, anything else says what is expected."""

    __test__ = False

    name: str = Field(max_length=200, description="As test records call it")
    instruction: str = Field("", max_length=20_000)
    unit: str = Field("", max_length=20)
    lower: Decimal | None = None
    upper: Decimal | None = None
    decimals: int = Field(0, ge=0, le=9)
    expected: str = Field("", max_length=200)
    characteristic: str = Field("", max_length=20, description="Number of what it measures")


class ProcedureIn(Schema):
    name: str = Field(max_length=200)
    purpose: str = ""
    equipment: str = ""
    pass_criteria: str = Field("", description="When a unit has passed")
    steps: list[TestStepShape] = Field([])

    def facts(self, code: str, label: str) -> FrozenProcedure:
        steps = tuple(FrozenTestStep(**s.dict()) for s in self.steps)
        return FrozenProcedure(code=code, label=label, steps=steps, **self.dict(exclude={"steps"}))


class NewProcedure(ProcedureIn):
    code: str = Field(max_length=60)
    label: str = Field("1", max_length=20)


class NextLabel(Schema):
    label: str = Field("", max_length=20, description="The one after the newest, unless said")


class ProcedureOut(NewProcedure):
    status: RevisionStatus
    released_at: datetime | None
    released_by: str
    gaps: list[str] = Field(description="What it lacks; nothing of it may be left for a release")


class MadeOut(Schema):
    """Test records with its name and its limits."""

    name: str
    digest: str = Field(description="Of what they measured, frozen with the first of them")
    records: int
    units: int
    first_at: datetime
    last_at: datetime


class ProcedureFull(ProcedureOut):
    made: list[MadeOut] = Field(description="Test records made to it")


@router.get(_ALL, response=Page[ProcedureOut], summary="Test procedures of a revision")
def procedures(
    request: HttpRequest,
    site: str,
    code: str,
    revision: str,
    cursor: str | None = None,
    limit: int = 50,
) -> dict[str, object]:
    of = of_program(request, site, code)
    offset, size = window(cursor, limit)
    found = reads.procedures(of["by"], of["program_id"], revision=revision).procedures
    return page([_out(p) for p in found[offset : offset + size]], len(found), offset)


@router.post(_ALL, response={201: ProcedureOut}, summary="Draft a test procedure")
def add_procedure(
    request: HttpRequest, site: str, code: str, revision: str, payload: NewProcedure
) -> Status[object]:
    of = of_program(request, site, code)
    wanted = _facts(payload)
    made = plan.create_procedure(**of, revision=revision, procedure=wanted)
    return Status(201, _read(of, revision, made.code, made.label))


@router.get(_LABELLED, response=ProcedureFull, summary="One test procedure")
def one_procedure(
    request: HttpRequest, site: str, code: str, revision: str, procedure: str, procedure_label: str
) -> dict[str, Any]:
    """With the test records that were made to it: same name, same limits."""
    of = of_program(request, site, code)
    found, one = reads.procedure(
        of["by"], of["program_id"], revision=revision, code=procedure, label=procedure_label
    )
    made = reads.records_made_to(one.facts, found.program.part_id)
    return {**_out(one), "made": made}


_PDF = {"responses": {200: {"description": "PDF", "content": {"application/pdf": {}}}}}


@router.get(_LABELLED + "/paper.pdf", summary="A test procedure on paper", openapi_extra=_PDF)
def paper(
    request: HttpRequest, site: str, code: str, revision: str, procedure: str, procedure_label: str
) -> HttpResponse:
    """As PDF/A; a DRAFT until it is released."""
    of = of_program(request, site, code)
    found, one = reads.procedure(
        of["by"], of["program_id"], revision=revision, code=procedure, label=procedure_label
    )
    made = procedure_paper(found, one, at=of["at"])
    return HttpResponse(made.pdf, content_type="application/pdf")


@router.put(_LABELLED, response=ProcedureOut, summary="Set all of a draft")
def set_procedure(
    request: HttpRequest,
    site: str,
    code: str,
    revision: str,
    procedure: str,
    procedure_label: str,
    payload: ProcedureIn,
) -> dict[str, Any]:
    of = of_program(request, site, code)
    wanted = payload.facts(procedure, procedure_label)
    made = plan.set_procedure(**of, revision=revision, procedure=wanted)
    return _read(of, revision, made.code, made.label)


@router.delete(_LABELLED, response={204: None}, summary="Discard a draft")
def discard_procedure(
    request: HttpRequest, site: str, code: str, revision: str, procedure: str, procedure_label: str
) -> Status[object]:
    of = of_program(request, site, code)
    plan.discard_procedure(**of, revision=revision, code=procedure, label=procedure_label)
    return Status(204, None)


@router.post(_LABELLED + "/release", response=ProcedureOut, summary="Release a test procedure")
def release_procedure(
    request: HttpRequest, site: str, code: str, revision: str, procedure: str, procedure_label: str
) -> dict[str, Any]:
    """It cannot be changed any more; the one of its code released before is superseded."""
    of = of_program(request, site, code)
    plan.release_procedure(**of, revision=revision, code=procedure, label=procedure_label)
    return _read(of, revision, procedure, procedure_label)


@router.post(_ONE, response={201: ProcedureOut}, summary="Draft the next of a released one")
def next_procedure(
    request: HttpRequest, site: str, code: str, revision: str, procedure: str, payload: NextLabel
) -> Status[object]:
    of = of_program(request, site, code)
    made = plan.next_procedure(**of, revision=revision, code=procedure, label=payload.label)
    return Status(201, _read(of, revision, made.code, made.label))


def _facts(payload: NewProcedure) -> FrozenProcedure:
    steps = tuple(FrozenTestStep(**s.dict()) for s in payload.steps)
    return FrozenProcedure(**payload.dict(exclude={"steps"}), steps=steps)


def _read(of: dict[str, Any], revision: str, code: str, label: str) -> dict[str, Any]:
    found = reads.procedure(of["by"], of["program_id"], revision=revision, code=code, label=label)
    return _out(found[1])


def _out(one: reads.ProcedureView) -> dict[str, Any]:
    facts = {name: getattr(one.facts, name) for name in one.facts.__struct_fields__}
    names = ("status", "released_at", "released_by", "gaps")
    return facts | {name: getattr(one, name) for name in names}
