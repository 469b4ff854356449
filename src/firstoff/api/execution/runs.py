"""Runs and their bars."""

from typing import Any

from django.http import HttpRequest
from django.utils import timezone
from ninja import Router, Schema, Status

from firstoff.api.auth import actor
from firstoff.api.execution.shapes import (
    BarLock,
    BarLockedOut,
    BarOut,
    RepeatIn,
    RunHeadOut,
    RunIn,
    RunMadeOut,
    RunOut,
    SetupIn,
    head_out,
    run_out,
)
from firstoff.api.pages import Page, page, window
from firstoff.queries import access
from firstoff.queries import plan as plans
from firstoff.queries.execution import runs as reads
from firstoff.queries.product import program as program_named
from firstoff.rules.access import Actor
from firstoff.rules.evidence import read_plan
from firstoff.rules.execution import check_plan
from firstoff.services import execution
from firstoff.terms import RunKind

router = Router()

RUN = "/sites/{site}/runs/{batch_id}"


class NeededOut(Schema):
    sample: int
    rejects: int


class PlanRowOut(Schema):
    sample: int
    max_rejects: int
    chances: list[float]
    this_bar: bool
    batch_cost: float | None


class ReadingOut(Schema):
    """What a bar lets through, before anybody locks it. Rates are fractions."""

    sample: int
    max_rejects: int
    sentence: str
    needed_sentence: str
    needed: list[NeededOut]
    rates: list[float]
    rows: list[PlanRowOut]
    curve: list[tuple[float, float]]


def of(request: HttpRequest, site: str, batch_id: str) -> tuple[reads.RunView, dict[str, Any]]:
    """The run of an address, and what every verb on it takes."""
    by = actor(request)
    run = reads.run(by, site, batch_id)
    return run, {"run_id": run.id, "by": by, "at": timezone.now()}


def on(request: HttpRequest, site: str, batch_id: str) -> dict[str, Any]:
    """What every verb on the run of an address takes, without reading the run's page."""
    by = actor(request)
    return {"run_id": reads.run_key(by, site, batch_id), "by": by, "at": timezone.now()}


@router.get("/sites/{site}/runs", response=Page[RunOut], summary="Runs of a site")
def runs(
    request: HttpRequest,
    site: str,
    program: str = "",
    kind: RunKind | None = None,
    search: str = "",
    cursor: str | None = None,
    limit: int = 50,
) -> dict[str, object]:
    by = actor(request)
    offset, size = window(cursor, limit)
    found, total = reads.runs(
        by,
        site_id=access.site(by, site).id,
        program_id=program_named(by, site, program).id if program else None,
        kind=kind,
        search=search,
        offset=offset,
        limit=size,
    )
    return page([run_out(r) for r in found], total, offset)


@router.post(
    "/sites/{site}/programs/{code}/runs", response={201: RunMadeOut}, summary="Create a run"
)
def create(request: HttpRequest, site: str, code: str, payload: RunIn) -> Status[object]:
    """One baseline, one batch ID, its quantity, line and equipment (R-30)."""
    by = actor(request)
    program = program_named(by, site, code)
    values = payload.dict()
    digest = values.pop("baseline")
    made = execution.create_run(
        program_id=program.id,
        baseline_id=_baseline(by, program.id, digest),
        by=by,
        at=timezone.now(),
        **values,
    )
    return Status(201, made)


def _baseline(by: Actor, program_id: int, digest: str) -> int | None:
    if not digest:
        return None
    view, _ = plans.baseline(by, program_id, digest)
    return view.id


@router.get(RUN, response=RunHeadOut, summary="A run")
def show(request: HttpRequest, site: str, batch_id: str) -> dict[str, Any]:
    return head_out(reads.head(actor(request), site, batch_id))


@router.post(f"{RUN}/repeat", response={201: RunMadeOut}, summary="Repeat a batch")
def repeat(request: HttpRequest, site: str, batch_id: str, payload: RepeatIn) -> Status[object]:
    """The same kind, line, equipment and serials; the same bar is offered (R-42)."""
    run, given = of(request, site, batch_id)
    values = payload.dict()
    baseline = _baseline(given["by"], run.program_id, values.pop("baseline"))
    return Status(201, execution.repeat_run(**given, baseline_id=baseline, **values))


@router.put(f"{RUN}/setup", response=RunHeadOut, summary="Fill in the setup record")
def setup(request: HttpRequest, site: str, batch_id: str, payload: SetupIn) -> dict[str, Any]:
    """Only the lines that are named; what they said before is kept."""
    given = on(request, site, batch_id)
    execution.record_setup(**given, lines=payload.lines)
    return head_out(reads.head(given["by"], site, batch_id))


@router.get(f"{RUN}/bar", response=BarOut | None, summary="The bar of a run")
def bar(request: HttpRequest, site: str, batch_id: str) -> object:
    run, _ = of(request, site, batch_id)
    return run.bar


@router.get(f"{RUN}/bar/offered", response=BarOut | None, summary="The bar of the batch repeated")
def offered(request: HttpRequest, site: str, batch_id: str) -> object:
    run, _ = of(request, site, batch_id)
    return reads.offered_bar(run)


@router.post(f"{RUN}/bar", response={201: BarLockedOut}, summary="Lock the bar, by signature")
def lock(request: HttpRequest, site: str, batch_id: str, payload: BarLock) -> Status[object]:
    """Before the first unit, once (R-31). What is signed: "This is the bar for batch ..."."""
    run, given = of(request, site, batch_id)
    done = execution.lock_bar(
        **given, bar=payload.bar(), password=payload.password, uid=payload.uid
    )
    return Status(
        201,
        {
            "batch_id": run.batch_id,
            "uid": done.uid,
            "locked_at": done.locked_at,
            "content_digest": done.content_digest,
            "warnings": done.warnings,
        },
    )


@router.get("/bar-reading", response=ReadingOut, summary="What a bar lets through")
def bar_reading(
    request: HttpRequest,
    sample: int,
    max_rejects: int,
    claim: float | None = None,
    confidence: float = 0.95,
) -> object:
    """The operating characteristic of n and c, and what would be needed for a confidence."""
    check_plan(sample, max_rejects, claim=claim, confidence=confidence)
    return read_plan(sample, max_rejects, claim=claim, confidence=confidence)
