"""The API of the area release: the board, the road of a program, its gates."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.http import HttpRequest
from django.utils import timezone
from ninja import Router, Schema, Status
from pydantic import AwareDatetime, Field

from firstoff.api.auth import actor
from firstoff.api.pages import Page, page, window
from firstoff.queries import release as reads
from firstoff.queries.product import program
from firstoff.rules.access import Actor
from firstoff.rules.release import GateFinding, GateLook
from firstoff.services import release
from firstoff.terms import GateState, Verdict

router = Router()

_PROGRAM = "/sites/{site}/programs/{code}"
_GATE = _PROGRAM + "/gates/{gate}"


class BoardRow(Schema):
    site: str
    code: str
    name: str
    owner: str
    gate: int = Field(description="The gate in work")
    gate_name: str
    state: GateState
    blocked: str = Field(description="The one thing that blocks it")
    due: date | None
    due_in_days: int | None


class WaiverOut(Schema):
    by: str
    reason: str
    at: datetime
    expires_at: datetime


class GateFindingOut(Schema):
    criterion: str = Field(description="The name that statements and waivers use")
    title: str
    verdict: Verdict
    computed: Verdict = Field(description="Without the waiver")
    figure: str
    threshold: str
    sentence: str
    waivable: bool
    waiver: WaiverOut | None
    expired: list[WaiverOut]


class GateDecisionOut(Schema):
    passed: bool
    by: str
    at: datetime
    reason: str
    baseline: str
    uid: str


class GateDifferenceOut(Schema):
    criterion: str
    title: str
    then: Verdict | None
    now: Verdict | None
    sentence: str


class GateOut(Schema):
    number: int
    name: str
    opens_when: str
    state: GateState
    headline: str
    hard: bool
    may_pass: bool
    decision: GateDecisionOut | None
    findings: list[GateFindingOut]
    differences: list[GateDifferenceOut] = Field(description="What would read differently today")


class RoadOut(Schema):
    """``version``: send it back with a decision."""

    site: str
    code: str
    version: int
    gate: int
    blocked: str
    gates: list[GateOut]


class StatementIn(Schema):
    criterion: str = Field(max_length=60)
    holds: bool = True
    evidence: str = Field(max_length=10_000)
    password: str
    uid: UUID | None = None


class OneStatementIn(Schema):
    criterion: str = Field(max_length=60)
    holds: bool = True
    evidence: str = Field("", max_length=10_000, description="Empty: the one that is for all")


class StatementsIn(Schema):
    statements: list[OneStatementIn] = Field(min_length=1, max_length=100)
    evidence: str = Field("", max_length=10_000, description="For those that bring none")
    password: str
    uid: UUID | None = None


class WaiverIn(Schema):
    criterion: str = Field(max_length=60)
    reason: str = Field(max_length=10_000)
    expires_at: AwareDatetime
    password: str
    uid: UUID | None = None


class GateDecisionIn(Schema):
    passed: bool
    reason: str = Field("", max_length=10_000)
    seen: int | None = Field(None, description="The version of the road you read")
    password: str
    uid: UUID | None = None


@router.get("/board", response=Page[BoardRow], summary="Where every program stands")
def board(
    request: HttpRequest, search: str = "", cursor: str | None = None, limit: int = 50
) -> dict[str, object]:
    offset, size = window(cursor, limit)
    rows, total = reads.board(
        actor(request), now=timezone.now(), search=search, offset=offset, limit=size
    )
    return page([_row(row) for row in rows], total, offset)


def _row(row: reads.Row) -> dict[str, Any]:
    view, where = row.road.program, row.road.standing
    return {
        "site": view.site,
        "code": view.code,
        "name": view.name,
        "owner": view.owner,
        "gate": where.gate,
        "gate_name": where.name,
        "state": where.state,
        "blocked": row.blocked,
        "due": view.due,
        "due_in_days": row.due_in_days,
    }


@router.get(f"{_PROGRAM}/road", response=RoadOut, summary="The gates of a program")
def road(request: HttpRequest, site: str, code: str) -> dict[str, Any]:
    found = reads.road(actor(request), site, code, now=timezone.now())
    return {
        "site": found.program.site,
        "code": found.program.code,
        "version": found.version,
        "gate": found.standing.gate,
        "blocked": found.standing.blocked,
        "gates": [_gate(look) for look in found.gates],
    }


@router.get(_GATE, response=GateOut, summary="One gate as it reads now")
def gate(request: HttpRequest, site: str, code: str, gate: int) -> dict[str, Any]:
    return _gate(reads.road(actor(request), site, code, now=timezone.now()).gate(gate))


@router.post(f"{_GATE}/statements", response={201: GateOut}, summary="State a criterion")
def state(
    request: HttpRequest, site: str, code: str, gate: int, payload: StatementIn
) -> Status[object]:
    """What no record can decide, by signature, with its evidence; the latest holds."""
    by, given = _of(request, site, code, gate)
    release.state_criterion(**given, **payload.dict())
    return _now(by, site, code, gate)


@router.post(
    f"{_GATE}/statements/several",
    response={201: GateOut},
    summary="State several criteria under one signature",
)
def state_several(
    request: HttpRequest, site: str, code: str, gate: int, payload: StatementsIn
) -> Status[object]:
    """All of them or none; of each criterion the latest statement holds."""
    by, given = _of(request, site, code, gate)
    said = [release.StatementGiven(**one.dict()) for one in payload.statements]
    release.state_gate(**given, **{**payload.dict(), "statements": said})
    return _now(by, site, code, gate)


@router.post(f"{_GATE}/waivers", response={201: GateOut}, summary="Waive a criterion")
def waive(
    request: HttpRequest, site: str, code: str, gate: int, payload: WaiverIn
) -> Status[object]:
    """One criterion, a reason, an expiry, a signature (R-3). Some have no waiver (R-5)."""
    by, given = _of(request, site, code, gate)
    release.waive_criterion(**given, **payload.dict())
    return _now(by, site, code, gate)


@router.post(f"{_GATE}/decisions", response={201: GateOut}, summary="Pass or hold a gate")
def decide(
    request: HttpRequest, site: str, code: str, gate: int, payload: GateDecisionIn
) -> Status[object]:
    """A signed snapshot of the criteria that never changes (R-2)."""
    by, given = _of(request, site, code, gate)
    release.decide_gate(**given, **payload.dict())
    return _now(by, site, code, gate)


def _of(request: HttpRequest, site: str, code: str, gate: int) -> tuple[Actor, dict[str, Any]]:
    by = actor(request)
    found = program(by, site, code)
    return by, {"program_id": found.id, "gate": gate, "by": by, "at": timezone.now()}


def _now(by: Actor, site: str, code: str, gate: int) -> Status[object]:
    return Status(201, _gate(reads.road(by, site, code, now=timezone.now()).gate(gate)))


def _gate(look: GateLook) -> dict[str, Any]:
    decision = look.decision
    return {
        "number": look.spec.number,
        "name": look.spec.name,
        "opens_when": look.spec.opens_when,
        "state": look.state,
        "headline": look.headline,
        "hard": look.spec.hard,
        "may_pass": look.may_pass,
        "decision": None
        if decision is None
        else {
            "passed": decision.passed,
            "by": decision.by,
            "at": decision.at,
            "reason": decision.reason,
            "baseline": decision.baseline,
            "uid": decision.uid,
        },
        "findings": [_finding(found) for found in look.findings],
        "differences": [
            {
                "criterion": d.key,
                "title": d.title,
                "then": d.then,
                "now": d.now,
                "sentence": d.sentence,
            }
            for d in look.differences
        ],
    }


def _finding(found: GateFinding) -> dict[str, Any]:
    finding = found.finding
    return {
        "criterion": finding.key,
        "title": finding.title,
        "verdict": found.verdict,
        "computed": finding.verdict,
        "figure": finding.figure,
        "threshold": finding.threshold,
        "sentence": finding.sentence,
        "waivable": found.waivable,
        "waiver": found.waiver,
        "expired": list(found.expired),
    }
