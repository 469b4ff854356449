"""Process plans and their operations."""

from decimal import Decimal
from typing import Any

from django.http import HttpRequest, HttpResponse
from ninja import Router, Schema, Status
from pydantic import Field

from firstoff.api.plan.shared import REVISION, of_program
from firstoff.api.product import CopyIn, RevisionOut
from firstoff.errors import NotFound
from firstoff.queries import plan as reads
from firstoff.queries.plan.papers import draft_instruction
from firstoff.rules.plan import (
    MaterialUse,
    ParameterFacts,
    Picture,
    PlanOperation,
    StepFacts,
    StepNeed,
)
from firstoff.services import plan

router = Router()
_PLANS = REVISION + "/plans"
_PLAN = _PLANS + "/{plan_label}"


class ParameterShape(Schema):
    """A setting that an operation holds, with its limits in `unit`."""

    name: str = Field(max_length=120)
    unit: str = Field("", max_length=20)
    nominal: Decimal | None = None
    lower: Decimal | None = None
    upper: Decimal | None = None
    decimals: int = Field(0, ge=0, le=9, description="Digits after the point, as written")
    recorded: bool = Field(True, description="Asked for at the line, unit by unit")


class MaterialShape(Schema):
    """A line of the bill of materials: name it by its place, its find number or its part."""

    line: int = Field(0, ge=0, description="Its place in the list, from 1")
    part: str = ""
    find_number: str = ""
    quantity: Decimal | None = Field(None, description="None: all that the line holds")


class PictureShape(Schema):
    """A version of a document, found by its content."""

    sha256: str = Field(pattern=r"^[0-9a-f]{64}$")
    document: str = Field("", description="Its number")
    version: str = ""


class StepShape(Schema):
    """One step of a work instruction."""

    text: str = Field(max_length=4000)
    caution: str = Field("", max_length=4000)
    tool: str = Field("", max_length=200)
    torque: str = Field("", max_length=60)
    characteristic: str = Field("", max_length=20, description="Number of what it checks")
    parameter: str = Field("", max_length=120, description="Name of what it sets")
    asks: list[StepNeed] = Field([], description="What it is marked to carry (R-15)")
    pictures: list[PictureShape] = Field([])

    def facts(self) -> StepFacts:
        given = self.dict(exclude={"pictures", "asks"})
        shown = tuple(Picture(**p.dict()) for p in self.pictures)
        return StepFacts(**given, asks=tuple(self.asks), pictures=shown)


class Operation(Schema):
    """Of `predecessors`, `equipment`, `parameters`, `materials` and `steps`, what is left out when
    an operation is changed stays as it is."""

    seq: int = Field(description="10, 20, 30")
    name: str = Field(max_length=200)
    standard_minutes: Decimal | None = None
    instruction: str = Field("", max_length=20_000)
    caution: str = Field("", max_length=20_000)
    required_skill: str = Field("", max_length=120)
    jig: str = Field("", max_length=60, description="Code of the equipment")
    jig_not_needed: bool = False
    work_centre: str = Field("", max_length=120)
    characteristics: list[str] = Field([], description="Numbers of those it checks")
    predecessors: list[int] | None = Field(
        None,
        description="Numbers of the operations it waits for; null: the one before it by number; "
        "empty: it may be first",
    )
    equipment: list[str] = Field([], description="Codes of what it is done on, beside the jig")
    parameters: list[ParameterShape] = Field([])
    materials: list[MaterialShape] = Field([], description="Lines of the BOM that it consumes")
    steps: list[StepShape] = Field([], description="Of its work instruction, in order")

    def facts(self, held: PlanOperation | None = None) -> PlanOperation:
        """held: as it is stored, for what is left out."""
        waits = self.predecessors
        work: dict[str, Any] = {
            "predecessors": None if waits is None else tuple(waits),
            "equipment": tuple(self.equipment),
            "parameters": tuple(ParameterFacts(**p.dict()) for p in self.parameters),
            "materials": tuple(MaterialUse(**m.dict()) for m in self.materials),
            "steps": tuple(s.facts() for s in self.steps),
        }
        if held is not None:
            left_out = work.keys() - self.model_fields_set
            work |= {name: getattr(held, name) for name in left_out}
        rest = self.dict(exclude={*work, "characteristics"})
        return PlanOperation(**rest, characteristics=tuple(self.characteristics), **work)


class Order(Schema):
    order: list[int] = Field(description="Each number once; they become 10, 20, 30")


@router.post(_PLANS, response={201: RevisionOut}, summary="Make the next draft plan")
def add_plan(
    request: HttpRequest, site: str, code: str, revision: str, payload: CopyIn
) -> Status[object]:
    """With the operations of an earlier one."""
    of = of_program(request, site, code)
    made = plan.create_plan(**of, revision=revision, **payload.dict())
    return Status(201, _planned(of, revision, made.label))


@router.delete(_PLAN, response={204: None}, summary="Discard a draft plan")
def discard_plan(
    request: HttpRequest, site: str, code: str, revision: str, plan_label: str
) -> Status[object]:
    plan.discard_plan(**of_program(request, site, code), revision=revision, plan=plan_label)
    return Status(204, None)


@router.post(f"{_PLAN}/release", response=RevisionOut, summary="Release a plan")
def release_plan(
    request: HttpRequest, site: str, code: str, revision: str, plan_label: str
) -> object:
    of = of_program(request, site, code)
    plan.release_plan(**of, revision=revision, plan=plan_label)
    return _planned(of, revision, plan_label)


@router.put(
    f"{_PLAN}/operations", response=list[Operation], summary="Set all operations of a draft"
)
def set_operations(
    request: HttpRequest,
    site: str,
    code: str,
    revision: str,
    plan_label: str,
    payload: list[Operation],
) -> list[PlanOperation]:
    """What is not named goes."""
    of = of_program(request, site, code)
    held = _held(of, revision, plan_label)
    made = plan.set_operations(
        **of,
        revision=revision,
        plan=plan_label,
        operations=[one.facts(held.get(one.seq)) for one in payload],
    )
    return list(made)


@router.post(
    f"{_PLAN}/operations", response={201: Operation}, summary="Add an operation to a draft"
)
def add_operation(
    request: HttpRequest,
    site: str,
    code: str,
    revision: str,
    plan_label: str,
    payload: Operation,
) -> Status[object]:
    made = plan.add_operation(
        **of_program(request, site, code),
        revision=revision,
        plan=plan_label,
        operation=payload.facts(),
    )
    return Status(201, made)


@router.put(
    _PLAN + "/operations/{int:seq}", response=Operation, summary="Change an operation of a draft"
)
def change_operation(
    request: HttpRequest,
    site: str,
    code: str,
    revision: str,
    plan_label: str,
    seq: int,
    payload: Operation,
) -> PlanOperation:
    of = of_program(request, site, code)
    return plan.update_operation(
        **of,
        revision=revision,
        plan=plan_label,
        seq=seq,
        operation=payload.facts(_held(of, revision, plan_label).get(seq)),
    )


@router.delete(
    _PLAN + "/operations/{int:seq}",
    response={204: None},
    summary="Take an operation out of a draft",
)
def remove_operation(
    request: HttpRequest, site: str, code: str, revision: str, plan_label: str, seq: int
) -> Status[object]:
    of = of_program(request, site, code)
    plan.remove_operation(**of, revision=revision, plan=plan_label, seq=seq)
    return Status(204, None)


@router.post(f"{_PLAN}/order", response=list[Operation], summary="Put operations into an order")
def reorder_operations(
    request: HttpRequest, site: str, code: str, revision: str, plan_label: str, payload: Order
) -> list[PlanOperation]:
    made = plan.reorder_operations(
        **of_program(request, site, code), revision=revision, plan=plan_label, order=payload.order
    )
    return list(made)


_PDF = {"responses": {200: {"description": "PDF", "content": {"application/pdf": {}}}}}


@router.get(f"{_PLAN}/instructions.pdf", summary="Work instructions of a plan", openapi_extra=_PDF)
def instructions(
    request: HttpRequest, site: str, code: str, revision: str, plan_label: str, seq: int = 0
) -> HttpResponse:
    """As PDF/A; a DRAFT until the plan is released. `seq`: of one operation alone."""
    of = of_program(request, site, code)
    view = reads.definition(of["by"], of["program_id"], revision=revision, plan=plan_label)
    paper = draft_instruction(view, seq or None, at=of["at"])
    return HttpResponse(paper.pdf, content_type="application/pdf")


def _held(of: dict[str, Any], revision: str, label: str) -> dict[int, PlanOperation]:
    """The operations as they are stored, by number."""
    try:
        view = reads.definition(of["by"], of["program_id"], revision=revision, plan=label)
    except NotFound:
        return {}  # the verb says what is not there, once it knows who asks
    return {o.seq: o for o in view.operations}


def _planned(of: dict[str, Any], revision: str, label: str) -> object:
    view = reads.definition(of["by"], of["program_id"], revision=revision, plan=label)
    return view.plan
