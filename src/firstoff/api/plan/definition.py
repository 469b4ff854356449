"""Defect codes, the definition as one thing, and its baselines."""

import json
from datetime import datetime
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from ninja import Router, Schema, Status
from pydantic import Field

from firstoff.api.pages import Page, page, window
from firstoff.api.plan.process import Operation
from firstoff.api.plan.shared import ONE, of_program, of_site
from firstoff.api.product import Characteristic, ProgramOut, RevisionOut, program_at
from firstoff.formats.definitions import read_definition, write_definition
from firstoff.queries import plan as reads
from firstoff.rules.plan import CatalogueCode
from firstoff.services import plan
from firstoff.terms import Aspect

router = Router()


class DefectCodeIn(Schema):
    code: str = Field(max_length=40)
    name: str = Field(max_length=200)
    category: Aspect


class DefectCodeOut(DefectCodeIn):
    retired: bool


class FreezeIn(Schema):
    revision: str = Field("", description="The newest released, unless said")
    plan: str = Field("", description="The newest released, unless said")
    uid: UUID | None = Field(None, description="A UUIDv7 made by you")


class BaselineOut(Schema):
    uid: UUID
    digest: str = Field(description="SHA-256 of the content: its ID")
    revision: str
    plan: str
    by: str
    frozen_at: datetime
    runs: int


class BaselineFull(BaselineOut):
    instruction: str = Field(description="Digest of the instructions alone")
    content: dict[str, Any]


class DifferenceOut(Schema):
    what: str
    before: str
    after: str


class GapOut(Schema):
    """`step`, `line` and `number` (of a characteristic) say what it is about; 0 or empty: none."""

    kind: str
    seq: int = Field(description="Of the operation; 0: of the plan as a whole")
    sentence: str
    step: int = 0
    line: int = 0
    number: str = ""


class DefinitionOut(Schema):
    program: ProgramOut
    revision: RevisionOut
    revisions: list[RevisionOut]
    characteristics: list[Characteristic]
    plan: RevisionOut | None
    plans: list[RevisionOut]
    operations: list[Operation]
    defect_codes: list[DefectCodeOut]
    characteristic_gaps: list[str]
    plan_gaps: list[GapOut]
    stops: list[str] = Field(description="What stops the freeze; empty when nothing does")
    digest: str = Field(description="The ID that a freeze would give")
    frozen: BaselineOut | None


class LoadedOut(Schema):
    code: str
    revision: str
    plan: str
    changed: list[str] = Field(description="One sentence each; empty when all was so already")


# ---------- defect codes ----------


@router.get(
    f"{ONE}/defect-codes", response=Page[DefectCodeOut], summary="The catalogue of defects"
)
def defect_codes(
    request: HttpRequest, site: str, code: str, cursor: str | None = None, limit: int = 50
) -> dict[str, object]:
    by, program = program_at(request, site, code)
    offset, size = window(cursor, limit)
    found = reads.defect_codes(by, program.id)
    return page(found[offset : offset + size], len(found), offset)


@router.post(f"{ONE}/defect-codes", response={201: list[DefectCodeIn]}, summary="Add defect codes")
def add_defect_codes(
    request: HttpRequest, site: str, code: str, payload: list[DefectCodeIn]
) -> Status[object]:
    """One that is there word for word stays; the same code with another meaning is refused."""
    made = plan.add_defect_codes(
        **of_program(request, site, code), codes=[CatalogueCode(**one.dict()) for one in payload]
    )
    return Status(201, list(made))


@router.delete(
    ONE + "/defect-codes/{path:defect}", response={204: None}, summary="Retire a defect code"
)
def retire_defect_code(request: HttpRequest, site: str, code: str, defect: str) -> Status[object]:
    plan.retire_defect_code(**of_program(request, site, code), code=defect)
    return Status(204, None)


# ---------- definitions and baselines ----------


@router.get(f"{ONE}/definition", response=DefinitionOut, summary="What is built and how")
def definition(
    request: HttpRequest, site: str, code: str, revision: str = "", plan_label: str = ""
) -> reads.DefinitionView:
    """Of a revision and a plan, the newest of each unless said; and what stops the freeze."""
    by, program = program_at(request, site, code)
    return reads.definition(by, program.id, revision=revision, plan=plan_label)


@router.get(f"{ONE}/definition-file", summary="The definition as a file to load elsewhere")
def definition_file(
    request: HttpRequest, site: str, code: str, revision: str = "", plan_label: str = ""
) -> HttpResponse:
    by, program = program_at(request, site, code)
    found = reads.as_definition(by, program.id, revision=revision, plan=plan_label)
    return HttpResponse(write_definition(found), content_type="application/json")


_FILE = {
    "requestBody": {
        "required": True,
        "content": {"application/json": {"schema": {"type": "object"}}},
    }
}


@router.post(
    "/sites/{site}/definitions",
    response=LoadedOut,
    summary="Load a whole definition",
    openapi_extra=_FILE,
)
def load_definition(request: HttpRequest, site: str) -> plan.Loaded:
    """A file as docs/reference/definition-file.md describes it. Loading it again changes
    nothing."""
    found = read_definition(request.body)
    return plan.load_definition(**of_site(request, site), definition=found)


@router.get(f"{ONE}/baselines", response=Page[BaselineOut], summary="Frozen definitions")
def baselines(
    request: HttpRequest, site: str, code: str, cursor: str | None = None, limit: int = 50
) -> dict[str, object]:
    by, program = program_at(request, site, code)
    offset, size = window(cursor, limit)
    found, total = reads.baselines(by, program.id, offset=offset, limit=size)
    return page(found, total, offset)


@router.post(f"{ONE}/baselines", response=BaselineOut, summary="Freeze the definition")
def freeze(request: HttpRequest, site: str, code: str, payload: FreezeIn) -> reads.BaselineView:
    """The same definition gives the same ID; freezing it again answers with what is there."""
    of = of_program(request, site, code)
    made = plan.freeze_baseline(**of, **payload.dict())
    return reads.baseline(of["by"], of["program_id"], made.digest)[0]


@router.get(
    f"{ONE}/baselines/compare",
    response=Page[DifferenceOut],
    summary="What two baselines say differently",
)
def compare(request: HttpRequest, site: str, code: str, before: str, after: str) -> object:
    by, program = program_at(request, site, code)
    found = reads.compare(by, program.id, before, after)[2]
    return page(found, len(found), 0)


@router.get(ONE + "/baselines/{digest}", response=BaselineFull, summary="One baseline")
def baseline(request: HttpRequest, site: str, code: str, digest: str) -> dict[str, Any]:
    """By its ID, or the beginning of it."""
    by, program = program_at(request, site, code)
    view, facts = reads.baseline(by, program.id, digest)
    content = reads.baseline_text(by, program.id, digest)
    said = {field: getattr(view, field) for field in BaselineOut.model_fields}
    return {**said, "instruction": facts.instruction, "content": json.loads(content)}
