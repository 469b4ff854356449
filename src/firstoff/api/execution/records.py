"""What is recorded about a run and its units, one record at a time."""

from collections.abc import Iterable
from typing import Any

from django.http import HttpRequest
from ninja import Status

from firstoff.api.execution.runs import RUN, on
from firstoff.api.execution.shapes import (
    AdjustmentIn,
    CorrectIn,
    DefectIn,
    ExclusionIn,
    FirstArticleIn,
    JudgedOut,
    JudgeIn,
    OperationIn,
    OperationOut,
    RecordedOut,
    ReleaseIn,
    StartedOut,
    StartIn,
    StepFixIn,
)
from firstoff.api.execution.units import router  # units are read and started at one address
from firstoff.services import execution
from firstoff.services.execution import PostedDefect


def answer(found: Any, body: object = None) -> Status[object]:
    """201 where it was stored now, 200 where it had been stored before."""
    return Status(200 if found.again else 201, found if body is None else body)


def _defects(given: Iterable[DefectIn]) -> tuple[PostedDefect, ...]:
    return tuple(d.posted() for d in given)


@router.post(f"{RUN}/units", response={201: StartedOut, 200: StartedOut}, summary="Start a unit")
def start(request: HttpRequest, site: str, batch_id: str, payload: StartIn) -> Status[object]:
    """Refused before the bar is locked (R-31), and for every reason of R-35, R-41 and R-46."""
    given = on(request, site, batch_id)
    done = execution.start_unit(**given, **payload.dict())
    body = {
        "uid": done.uid,
        "serial": done.serial,
        "position": done.position,
        "started_at": done.started_at,
        "counts": not done.reasons,
        "reasons": done.reasons,
        "again": done.again,
    }
    return answer(done, body)


@router.post(
    f"{RUN}/judgements", response={201: JudgedOut, 200: JudgedOut}, summary="Judge a unit"
)
def judge(request: HttpRequest, site: str, batch_id: str, payload: JudgeIn) -> Status[object]:
    """A first result, or a retest or rework beside it (R-48)."""
    given = on(request, site, batch_id)
    values = payload.dict(exclude={"defects", "fit", "finish", "function"})
    done = execution.judge_unit(
        **given,
        **values,
        fit=payload.fit or "",
        finish=payload.finish or "",
        function=payload.function or "",
        defects=_defects(payload.defects),
    )
    return answer(done)


@router.post(
    f"{RUN}/judgements/{{uuid:judgement}}/correction",
    response={201: JudgedOut, 200: JudgedOut},
    summary="Correct a result, by signature",
)
def correct(
    request: HttpRequest, site: str, batch_id: str, judgement: Any, payload: CorrectIn
) -> Status[object]:
    """What was recorded stays, superseded, with the reason (R-48)."""
    given = on(request, site, batch_id)
    values = payload.dict(exclude={"defects"})
    defects = None if payload.defects is None else _defects(payload.defects)
    done = execution.correct_judgement(**given, judgement=judgement, **values, defects=defects)
    return answer(done)


@router.post(
    f"{RUN}/operations",
    response={201: OperationOut, 200: OperationOut},
    summary="Record an operation of a unit",
)
def operate(
    request: HttpRequest, site: str, batch_id: str, payload: OperationIn
) -> Status[object]:
    """In the order of the route (R-35); a failed one, and the last one, judge the unit."""
    given = on(request, site, batch_id)
    values = payload.dict(exclude={"defects", "measures"})
    done = execution.record_operation(
        **given,
        **values,
        defects=_defects(payload.defects),
        measures=tuple(m.posted() for m in payload.measures),
    )
    return answer(done)


@router.post(
    f"{RUN}/exclusions", response={201: RecordedOut}, summary="Declare that a unit does not count"
)
def exclude(
    request: HttpRequest, site: str, batch_id: str, payload: ExclusionIn
) -> Status[object]:
    """Before it is judged, never after (R-33)."""
    given = on(request, site, batch_id)
    return Status(201, {"uid": execution.leave_out_unit(**given, **payload.dict())})


@router.post(
    f"{RUN}/first-articles",
    response={201: RecordedOut, 200: RecordedOut},
    summary="Record the first article inspection",
)
def first_article(
    request: HttpRequest, site: str, batch_id: str, payload: FirstArticleIn
) -> Status[object]:
    """One that passed opens the rest of the batch (R-35)."""
    given = on(request, site, batch_id)
    return answer(execution.record_first_article(**given, **payload.dict()))


@router.post(
    f"{RUN}/adjustments",
    response={201: RecordedOut, 200: RecordedOut},
    summary="Log an adjustment",
)
def adjust(
    request: HttpRequest, site: str, batch_id: str, payload: AdjustmentIn
) -> Status[object]:
    """A setting, tool, sequence or material, with before, after and reason (R-47)."""
    given = on(request, site, batch_id)
    return answer(execution.record_adjustment(**given, **payload.dict()))


@router.post(
    f"{RUN}/step-fixes",
    response={201: RecordedOut, 200: RecordedOut},
    summary="Propose a jig or fix for a slow step",
)
def fix_step(request: HttpRequest, site: str, batch_id: str, payload: StepFixIn) -> Status[object]:
    given = on(request, site, batch_id)
    return answer(execution.propose_step_fix(**given, **payload.dict()))


@router.post(
    f"{RUN}/releases",
    response={201: RecordedOut, 200: RecordedOut},
    summary="Lift a refusal of the route, by signature",
)
def release(request: HttpRequest, site: str, batch_id: str, payload: ReleaseIn) -> Status[object]:
    """For one subject, with a reason; it shows on the report as a deviation (R-35)."""
    given = on(request, site, batch_id)
    return answer(execution.release_route(**given, **payload.dict()))
