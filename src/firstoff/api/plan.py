"""The API of the area plan: equipment, plans, defect codes, baselines, whole definitions."""

import json
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from ninja import Router, Schema, Status
from pydantic import Field

from firstoff.api.auth import actor
from firstoff.api.pages import Page, page, window
from firstoff.api.product import Characteristic, CopyIn, ProgramOut, RevisionOut, program_at
from firstoff.formats.definitions import read_definition, write_definition
from firstoff.queries import access
from firstoff.queries import plan as reads
from firstoff.rules.plan import (
    CatalogueCode,
    EquipmentFacts,
    EquipmentState,
    PlanOperation,
)
from firstoff.services import plan
from firstoff.terms import Aspect, EquipmentClass, EquipmentKind

router = Router()

_ONE = "/sites/{site}/programs/{code}"
_PLANS = _ONE + "/revisions/{revision}/plans"
_PLAN = _PLANS + "/{plan_label}"
_EQUIPMENT = "/sites/{site}/equipment"


class EquipmentIn(Schema):
    name: str = Field(max_length=200)
    kind: EquipmentKind
    equipment_class: EquipmentClass
    line: str = Field("", max_length=120)
    calibration_due: date | None = Field(None, description="Usable up to this day")
    max_uses: int | None = Field(None, ge=1, le=10**12, description="Its life, where counted")


class NewEquipment(EquipmentIn):
    code: str = Field(max_length=60)


class EquipmentOut(NewEquipment):
    uses: int
    state: EquipmentState
    retired_at: datetime | None


class Operation(Schema):
    seq: int = Field(description="10, 20, 30: the order")
    name: str = Field(max_length=200)
    standard_minutes: Decimal | None = None
    instruction: str = Field("", max_length=20_000)
    caution: str = Field("", max_length=20_000)
    required_skill: str = Field("", max_length=120)
    jig: str = Field("", max_length=60, description="Code of the equipment")
    jig_not_needed: bool = False
    work_centre: str = Field("", max_length=120)
    characteristics: list[str] = Field([], description="Numbers of those it checks")

    def facts(self) -> PlanOperation:
        return PlanOperation(**{**self.dict(), "characteristics": tuple(self.characteristics)})


class Order(Schema):
    order: list[int] = Field(description="Each number once; they become 10, 20, 30")


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
    kind: str
    seq: int
    sentence: str


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


def _of(request: HttpRequest, site: str, code: str) -> dict[str, Any]:
    by, program = program_at(request, site, code)
    return {"program_id": program.id, "by": by, "at": timezone.now()}


def _site(request: HttpRequest, site: str) -> dict[str, Any]:
    by = actor(request)
    return {"site_id": access.site(by, site).id, "by": by, "at": timezone.now()}


# ---------- equipment ----------


@router.get(_EQUIPMENT, response=Page[EquipmentOut], summary="Equipment of a site")
def equipment(
    request: HttpRequest,
    site: str,
    search: str = "",
    kind: EquipmentKind | None = None,
    equipment_class: EquipmentClass | None = None,
    retired: bool = False,
    due_by: date | None = None,
    cursor: str | None = None,
    limit: int = 50,
) -> dict[str, object]:
    """`due_by`: what has to be calibrated by that day, the most urgent first."""
    by = actor(request)
    place = access.site(by, site)
    offset, size = window(cursor, limit)
    found = reads.equipment(
        by,
        place.id,
        today=_today(place),
        search=search,
        kind=kind or "",
        equipment_class=equipment_class or "",
        retired=retired,
        due_by=due_by,
        offset=offset,
        limit=size,
    )
    return page(found.items, found.total, offset)


@router.post(_EQUIPMENT, response={201: EquipmentOut}, summary="Add equipment")
def add_equipment(request: HttpRequest, site: str, payload: NewEquipment) -> Status[object]:
    at = _site(request, site)
    plan.add_equipment(**at, equipment=EquipmentFacts(**payload.dict()))
    return Status(201, _one(request, site, payload.code))


@router.put(_EQUIPMENT + "/{path:code}", response=EquipmentOut, summary="Change equipment")
def change_equipment(
    request: HttpRequest, site: str, code: str, payload: EquipmentIn
) -> reads.EquipmentView:
    """Its code stays; what was recorded on it keeps the class it had."""
    at = _site(request, site)
    plan.update_equipment(**at, code=code, equipment=EquipmentFacts(code=code, **payload.dict()))
    return _one(request, site, code)


@router.delete(_EQUIPMENT + "/{path:code}", response=EquipmentOut, summary="Retire equipment")
def retire_equipment(request: HttpRequest, site: str, code: str) -> reads.EquipmentView:
    """Nothing is deleted: records refer to it (R-68)."""
    at = _site(request, site)
    plan.retire_equipment(**at, code=code)
    return _one(request, site, code)


@router.post(
    "/sites/{site}/equipment-in-use/{path:code}",
    response=EquipmentOut,
    summary="Take equipment back into use",
)
def reinstate_equipment(request: HttpRequest, site: str, code: str) -> reads.EquipmentView:
    at = _site(request, site)
    plan.reinstate_equipment(**at, code=code)
    return _one(request, site, code)


def _one(request: HttpRequest, site: str, code: str) -> reads.EquipmentView:
    by = actor(request)
    place = access.site(by, site)
    return reads.equipment_named(by, place.id, code, today=_today(place))


def _today(place: access.SiteView) -> date:
    return timezone.localdate(timezone.now(), ZoneInfo(place.time_zone))


# ---------- plans ----------


@router.post(_PLANS, response={201: RevisionOut}, summary="Make the next draft plan")
def add_plan(
    request: HttpRequest, site: str, code: str, revision: str, payload: CopyIn
) -> Status[object]:
    """With the operations of an earlier one."""
    of = _of(request, site, code)
    made = plan.create_plan(**of, revision=revision, **payload.dict())
    return Status(201, _planned(of, revision, made.label))


@router.delete(_PLAN, response={204: None}, summary="Discard a draft plan")
def discard_plan(
    request: HttpRequest, site: str, code: str, revision: str, plan_label: str
) -> Status[object]:
    plan.discard_plan(**_of(request, site, code), revision=revision, plan=plan_label)
    return Status(204, None)


@router.post(f"{_PLAN}/release", response=RevisionOut, summary="Release a plan")
def release_plan(
    request: HttpRequest, site: str, code: str, revision: str, plan_label: str
) -> object:
    of = _of(request, site, code)
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
    made = plan.set_operations(
        **_of(request, site, code),
        revision=revision,
        plan=plan_label,
        operations=[one.facts() for one in payload],
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
        **_of(request, site, code),
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
    return plan.update_operation(
        **_of(request, site, code),
        revision=revision,
        plan=plan_label,
        seq=seq,
        operation=payload.facts(),
    )


@router.delete(
    _PLAN + "/operations/{int:seq}",
    response={204: None},
    summary="Take an operation out of a draft",
)
def remove_operation(
    request: HttpRequest, site: str, code: str, revision: str, plan_label: str, seq: int
) -> Status[object]:
    plan.remove_operation(**_of(request, site, code), revision=revision, plan=plan_label, seq=seq)
    return Status(204, None)


@router.post(f"{_PLAN}/order", response=list[Operation], summary="Put operations into an order")
def reorder_operations(
    request: HttpRequest, site: str, code: str, revision: str, plan_label: str, payload: Order
) -> list[PlanOperation]:
    made = plan.reorder_operations(
        **_of(request, site, code), revision=revision, plan=plan_label, order=payload.order
    )
    return list(made)


def _planned(of: dict[str, Any], revision: str, label: str) -> object:
    view = reads.definition(of["by"], of["program_id"], revision=revision, plan=label)
    return view.plan


# ---------- defect codes ----------


@router.get(
    f"{_ONE}/defect-codes", response=Page[DefectCodeOut], summary="The catalogue of defects"
)
def defect_codes(
    request: HttpRequest, site: str, code: str, cursor: str | None = None, limit: int = 50
) -> dict[str, object]:
    by, program = program_at(request, site, code)
    offset, size = window(cursor, limit)
    found = reads.defect_codes(by, program.id)
    return page(found[offset : offset + size], len(found), offset)


@router.post(
    f"{_ONE}/defect-codes", response={201: list[DefectCodeIn]}, summary="Add defect codes"
)
def add_defect_codes(
    request: HttpRequest, site: str, code: str, payload: list[DefectCodeIn]
) -> Status[object]:
    """One that is there word for word stays; the same code with another meaning is refused."""
    made = plan.add_defect_codes(
        **_of(request, site, code), codes=[CatalogueCode(**one.dict()) for one in payload]
    )
    return Status(201, list(made))


@router.delete(
    _ONE + "/defect-codes/{path:defect}", response={204: None}, summary="Retire a defect code"
)
def retire_defect_code(request: HttpRequest, site: str, code: str, defect: str) -> Status[object]:
    plan.retire_defect_code(**_of(request, site, code), code=defect)
    return Status(204, None)


# ---------- definitions and baselines ----------


@router.get(f"{_ONE}/definition", response=DefinitionOut, summary="What is built and how")
def definition(
    request: HttpRequest, site: str, code: str, revision: str = "", plan_label: str = ""
) -> reads.DefinitionView:
    """Of a revision and a plan, the newest of each unless said; and what stops the freeze."""
    by, program = program_at(request, site, code)
    return reads.definition(by, program.id, revision=revision, plan=plan_label)


@router.get(f"{_ONE}/definition-file", summary="The definition as a file to load elsewhere")
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
    return plan.load_definition(**_site(request, site), definition=found)


@router.get(f"{_ONE}/baselines", response=Page[BaselineOut], summary="Frozen definitions")
def baselines(
    request: HttpRequest, site: str, code: str, cursor: str | None = None, limit: int = 50
) -> dict[str, object]:
    by, program = program_at(request, site, code)
    offset, size = window(cursor, limit)
    found, total = reads.baselines(by, program.id, offset=offset, limit=size)
    return page(found, total, offset)


@router.post(f"{_ONE}/baselines", response=BaselineOut, summary="Freeze the definition")
def freeze(request: HttpRequest, site: str, code: str, payload: FreezeIn) -> reads.BaselineView:
    """The same definition gives the same ID; freezing it again answers with what is there."""
    of = _of(request, site, code)
    made = plan.freeze_baseline(**of, **payload.dict())
    return reads.baseline(of["by"], of["program_id"], made.digest)[0]


@router.get(
    f"{_ONE}/baselines/compare",
    response=Page[DifferenceOut],
    summary="What two baselines say differently",
)
def compare(request: HttpRequest, site: str, code: str, before: str, after: str) -> object:
    by, program = program_at(request, site, code)
    found = reads.compare(by, program.id, before, after)[2]
    return page(found, len(found), 0)


@router.get(_ONE + "/baselines/{digest}", response=BaselineFull, summary="One baseline")
def baseline(request: HttpRequest, site: str, code: str, digest: str) -> dict[str, Any]:
    """By its ID, or the beginning of it."""
    by, program = program_at(request, site, code)
    view, facts = reads.baseline(by, program.id, digest)
    content = reads.baseline_text(by, program.id, digest)
    said = {field: getattr(view, field) for field in BaselineOut.model_fields}
    return {**said, "instruction": facts.instruction, "content": json.loads(content)}
