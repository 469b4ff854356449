"""The API of the area nonconformity: causes of defects, corrective actions."""

from datetime import datetime
from uuid import UUID

from django.http import HttpRequest
from django.utils import timezone
from ninja import Router, Schema, Status
from pydantic import AwareDatetime, Field

from firstoff.api.auth import actor
from firstoff.api.pages import Page, page, window
from firstoff.queries import nonconformity as reads
from firstoff.queries.execution import runs
from firstoff.queries.product import program
from firstoff.services import nonconformity
from firstoff.terms import CauseClass

router = Router()

_RUN = "/sites/{site}/runs/{batch_id}"
_PROGRAM = "/sites/{site}/programs/{code}"


class DefectGroupOut(Schema):
    code: str
    name: str
    category: str
    count: int
    unknown: int = Field(description="Defects whose cause is still unknown")
    cause_class: str
    cause: str
    serials: list[str]


class CauseIn(Schema):
    code: str = Field(max_length=40, description="The defect code")
    cause_class: CauseClass
    cause: str = Field("", max_length=10_000, description="A sentence that says what it was")
    serials: list[str] = Field(default=[], description="Only of these units; all when empty")


class CausesOut(Schema):
    code: str
    defects: int


class ActionIn(Schema):
    against: str = Field(max_length=40, description="A defect code of the batch, or BUILD-TIME")
    cause_class: CauseClass
    what: str = Field(max_length=10_000, description="What is changed")
    uid: UUID | None = None


class EffectIn(Schema):
    evidence: str = Field(max_length=10_000, description="How one can tell that it is in force")
    effective_at: AwareDatetime | None = Field(None, description="Now, unless said")
    uid: UUID | None = None


class ActionOut(Schema):
    uid: UUID
    label: str
    batch_id: str
    against: str
    cause_class: str
    what: str
    proposed_by: str
    proposed_at: datetime
    effective_at: datetime | None
    evidence: str
    in_force_by: str


@router.get(f"{_RUN}/defects", response=Page[DefectGroupOut], summary="Defects of a run by code")
def defects(request: HttpRequest, site: str, batch_id: str) -> object:
    found = reads.defect_groups(runs.run(actor(request), site, batch_id))
    return page(found, len(found), 0)


@router.post(f"{_RUN}/causes", response={201: CausesOut}, summary="Say why defects came to be")
def causes(request: HttpRequest, site: str, batch_id: str, payload: CauseIn) -> Status[object]:
    """The latest finding for a defect holds; the same again records nothing (R-34)."""
    by = actor(request)
    found = runs.run(by, site, batch_id)
    done = nonconformity.record_cause(run_id=found.id, **payload.dict(), by=by, at=timezone.now())
    return Status(201, done)


@router.get(f"{_PROGRAM}/actions", response=Page[ActionOut], summary="Corrective actions")
def actions(
    request: HttpRequest,
    site: str,
    code: str,
    batch_id: str = "",
    cursor: str | None = None,
    limit: int = 50,
) -> dict[str, object]:
    by = actor(request)
    found = program(by, site, code)
    offset, size = window(cursor, limit)
    run_id = runs.run(by, site, batch_id).id if batch_id else None
    there = reads.actions(by, found.site_id, found.id, run_id=run_id)
    return page(there[offset : offset + size], len(there), offset)


@router.post(f"{_RUN}/actions", response={201: ActionOut}, summary="Propose a corrective action")
def propose(request: HttpRequest, site: str, batch_id: str, payload: ActionIn) -> Status[object]:
    """Against a defect code of the batch, or its build time."""
    by = actor(request)
    run = runs.run(by, site, batch_id)
    done = nonconformity.propose_action(run_id=run.id, **payload.dict(), by=by, at=timezone.now())
    return Status(201, _action(request, run, done.label))


@router.post(
    _PROGRAM + "/actions/{number}/effect", response={201: ActionOut}, summary="Put one in force"
)
def effect(
    request: HttpRequest, site: str, code: str, number: int, payload: EffectIn
) -> Status[object]:
    """Once, and never for a batch that has begun already (R-41)."""
    by = actor(request)
    found = program(by, site, code)
    action = reads.action_numbered(by, found.site_id, found.id, number)
    nonconformity.put_action_in_force(
        action_id=action.id, **payload.dict(), by=by, at=timezone.now()
    )
    return Status(201, reads.action_numbered(by, found.site_id, found.id, number))


def _action(request: HttpRequest, run: runs.RunView, label: str) -> object:
    number = int(label.removeprefix("CA-"))
    return reads.action_numbered(actor(request), run.site_id, run.program_id, number)
