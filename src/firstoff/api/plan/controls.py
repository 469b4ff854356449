"""The control plan of a process plan."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from ninja import Router, Schema
from pydantic import Field

from firstoff.api.plan.shared import REVISION, of_program
from firstoff.formats.exports import XLSX_TYPE
from firstoff.queries.plan.controls import ControlPlanView, control_plan
from firstoff.queries.plan.sheets import control_plan_paper, control_plan_sheet
from firstoff.rules.plan import FrozenControl
from firstoff.rules.plan.controls import ControlSeen, check_phases
from firstoff.rules.product import state_of
from firstoff.services.plan import controls
from firstoff.terms import RevisionStatus

router = Router()
_PLAN = REVISION + "/plans/{plan_label}/control-plan"


class ControlShape(Schema):
    """Of a characteristic or of a process parameter: one of them."""

    operation: int = Field(description="Its number: 20")
    characteristic: str = Field("", max_length=20, description="Number")
    parameter: str = Field("", max_length=120, description="Name")
    phases: list[str] = Field(
        ["production"], description="prototype, pre_launch, safe_launch, production"
    )
    technique: str = Field("", max_length=200)
    sample_size: str = Field("", max_length=60)
    frequency: str = Field("", max_length=120)
    method: str = Field("", max_length=200, description="Of control")
    error_proofing: str = Field("", max_length=200)
    reaction_plan: str = Field("", max_length=10_000)
    reaction_owner: str = Field("", max_length=120)

    def facts(self) -> FrozenControl:
        return FrozenControl(**{**self.dict(), "phases": tuple(self.phases)})


class ControlRowOut(ControlShape):
    """With what the operation and the list of characteristics say."""

    operation_name: str
    machines: str
    name: str = Field(description="Of the characteristic")
    special: str = Field(description="CC, SC or empty")
    specification: str


class ControlPlanOut(Schema):
    revision: str
    plan: str
    status: RevisionStatus
    state: str = Field(description="Of what you read; send it back as `seen`")
    head: dict[str, str]
    gaps: list[str]
    lines: list[ControlRowOut]


class ControlsIn(Schema):
    lines: list[ControlShape]
    seen: str = Field("", max_length=64, description="`state` as you read it")


class HeadIn(Schema):
    head: dict[str, str] = Field(description="number, contact, team, supplier, approvals")


@router.get(_PLAN, response=ControlPlanOut, summary="The control plan")
def get_control_plan(
    request: HttpRequest, site: str, code: str, revision: str, plan_label: str, phase: str = ""
) -> dict[str, Any]:
    """phase: of one alone."""
    return _out(_read(request, site, code, revision, plan_label), _phase(phase))


@router.put(_PLAN, response=ControlPlanOut, summary="Set all lines of a draft plan")
def set_control_plan(
    request: HttpRequest,
    site: str,
    code: str,
    revision: str,
    plan_label: str,
    payload: ControlsIn,
) -> dict[str, Any]:
    """What is not named goes."""
    controls.set_controls(
        **of_program(request, site, code),
        revision=revision,
        plan=plan_label,
        controls=[line.facts() for line in payload.lines],
        seen=payload.seen,
    )
    return _out(_read(request, site, code, revision, plan_label), "")


@router.post(f"{_PLAN}/propose", response=ControlPlanOut, summary="Propose the missing lines")
def propose_control_plan(
    request: HttpRequest, site: str, code: str, revision: str, plan_label: str
) -> dict[str, Any]:
    """From what operations check and from their parameters; what is there stays."""
    of = of_program(request, site, code)
    controls.propose_controls(**of, revision=revision, plan=plan_label)
    return _out(_read(request, site, code, revision, plan_label), "")


@router.put(f"{_PLAN}/head", response=dict[str, str], summary="What stands in its head")
def set_control_head(
    request: HttpRequest, site: str, code: str, revision: str, plan_label: str, payload: HeadIn
) -> dict[str, str]:
    of = of_program(request, site, code)
    return controls.set_control_head(**of, revision=revision, plan=plan_label, said=payload.head)


@router.get(_PLAN + ".pdf", summary="The control plan as PDF")
def control_plan_pdf(
    request: HttpRequest,
    site: str,
    code: str,
    revision: str,
    plan_label: str,
    phase: str = "",
) -> HttpResponse:
    view = _read(request, site, code, revision, plan_label)
    made = control_plan_paper(view, phase=_phase(phase), at=timezone.now())
    return HttpResponse(made.pdf, content_type="application/pdf")


@router.get(_PLAN + ".xlsx", summary="The control plan as XLSX, with the columns of the form")
def control_plan_xlsx(
    request: HttpRequest,
    site: str,
    code: str,
    revision: str,
    plan_label: str,
    phase: str = "",
) -> HttpResponse:
    view = _read(request, site, code, revision, plan_label)
    return HttpResponse(control_plan_sheet(view, phase=_phase(phase))[1], content_type=XLSX_TYPE)


def _phase(text: str) -> str:
    return check_phases([text])[0] if text else ""


def _read(request: HttpRequest, site: str, code: str, revision: str, plan: str) -> ControlPlanView:
    of = of_program(request, site, code)
    return control_plan(of["by"], of["program_id"], revision=revision, plan=plan)


def _out(view: ControlPlanView, phase: str) -> dict[str, Any]:
    return {
        "revision": view.revision.label,
        "plan": view.plan.label,
        "status": view.plan.status,
        "state": state_of([ControlSeen(c) for c in view.controls]),
        "head": dict(view.head),
        "gaps": list(view.gaps),
        "lines": [
            {
                **{n: getattr(row.control, n) for n in row.control.__struct_fields__},
                "operation_name": row.operation.name,
                "machines": row.machines,
                "name": row.characteristic.name if row.characteristic else "",
                "special": row.special,
                "specification": row.specification,
            }
            for row in view.rows(phase)
        ],
    }
