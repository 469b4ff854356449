"""The faces of the line: a unit in hand, what was recorded, what is refused."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.http import HttpResponse, QueryDict
from django.shortcuts import render
from django.utils import timezone

from firstoff.errors import FirstoffError, InvalidInput
from firstoff.queries.execution.line import (
    LineUnit,
    LineView,
    done,
    line,
    who_releases,
)
from firstoff.queries.execution.runs import RunView
from firstoff.queries.genealogy.line import inside, loaded, taken
from firstoff.rules.access import builder_class, may
from firstoff.rules.genealogy.at_line import REASONS
from firstoff.rules.plan import AskedParameter, PlanOperation
from firstoff.rules.product import CharacteristicFacts
from firstoff.web.auth import Request
from firstoff.web.execution.line_shared import (
    Post,
    began_at,
    remember,
    remembered,
    station,
    uid_of,
)
from firstoff.web.execution.shared import about, new_uid


def show(
    request: Request,
    view: LineView,
    *,
    again: bool = False,
    failing: bool = False,
    pending: str | None = None,
) -> HttpResponse:
    unit = view.unit
    rework = unit is not None and unit.failed and "rework" in request.GET
    operation = None
    if unit is not None:
        operation = _again_from(view, unit) if rework else _branch(request, view, unit)
    context = about(
        view.run,
        line=view,
        unit=unit,
        operation=operation,
        again=again,
        failing=failing,
        uid=new_uid(),
        rework=rework,
        **_placed(view, unit, operation),
        choose=pending is not None
        or (len(view.equipment) > 1 and not station(request, view.run, view)),
        pending=pending or "",
        builds_as=builder_class(request.actor.roles_at(view.run.site_id)).value,
    )
    context.update(_beside(request, view, operation, request.POST))
    if unit is not None and operation is not None:
        remember(request, view.run, "last", operation.seq)
        began = began_at(request, view.run, unit)
        context.update(_clock(operation, began, request.at))
    return render(request, "execution/line.html", context)


def _beside(
    request: Request, view: LineView, operation: PlanOperation | None, data: QueryDict
) -> dict[str, Any]:
    """What stands beside the operation: its fields, its defects for one touch (as many as the page
    holds without scrolling), the reels on their places, what is inside the unit."""
    fields = []
    if operation is not None:
        fields = _fields(view.measured(operation.seq), data)
        fields += _parameters(operation.asked, data)
    some = 4 if fields else 6
    reels = loaded(view.run.id, timezone.localdate(request.at))
    seq = operation.seq if operation else None
    return {
        "fields": fields,
        "codes": view.codes[:some],
        "more": view.codes[some : some + 12],
        "reels": [r for r in reels if seq is None or r.operation == seq],
        "elsewhere": [r for r in reels if seq is not None and r.operation != seq],
        "inside": inside(view.unit.id) if view.unit else (),
        "tools": remembered(request, view.run, "tools") or [],
        "position": remembered(request, view.run, "position") or "",
        "pinned": remembered(request, view.run, "operation"),
        "mode": remembered(request, view.run, "mode") or "",
        "child": remembered(request, view.run, "child") or [],
        "reel": remembered(request, view.run, "reel") or [],
        "reasons": [text for _, text in REASONS],
        "station": station(request, view.run, view),
    }


def _branch(request: Request, view: LineView, unit: LineUnit) -> PlanOperation | None:
    """Of several that are open: the one asked for, else the one this station did last."""
    asked = request.GET.get("operation") or str(remembered(request, view.run, "last") or "")
    return next((o for o in unit.open if str(o.seq) == asked), unit.operation)


def _placed(
    view: LineView, unit: LineUnit | None, operation: PlanOperation | None
) -> dict[str, Any]:
    """Which step of how many it is, and what is open beside it."""
    if unit is None or operation is None:
        return {}
    open_ = [o for o in unit.open if o != operation]
    return {
        "place": view.operations.index(operation) + 1,
        "beside": open_ if operation in unit.open else [],
    }


def _again_from(view: LineView, unit: LineUnit) -> PlanOperation:
    """Rework begins at the operation that failed."""
    failed = [d.seq for d in unit.done if d.outcome == "fail" and d.attempt == unit.attempt]
    return next((o for o in view.operations if o.seq in failed), view.operations[0])


def _fields(wanted: Iterable[CharacteristicFacts], data: QueryDict) -> list[dict[str, Any]]:
    """A field for each characteristic of the operation, its limits said before it is filled."""
    return [
        {
            "name": f"m-{c.number}",
            "label": c.label,
            "unit": c.unit,
            "attribute": c.kind == "attribute",
            "hint": ", ".join(t for t in (c.callout, c.limits, c.method) if t),
            "lower": c.shown(c.lower),
            "upper": c.shown(c.upper),
            "value": data.get(f"m-{c.number}", ""),
        }
        for c in wanted
    ]


def _parameters(asked: Iterable[AskedParameter], data: QueryDict) -> list[dict[str, Any]]:
    """A field for each process parameter that the instruction asks for."""
    return [
        {
            "name": f"p-{a.number}",
            "label": a.name,
            "unit": a.unit,
            "attribute": False,
            "hint": a.limits,
            "lower": "" if a.lower is None else f"{a.lower:f}",
            "upper": "" if a.upper is None else f"{a.upper:f}",
            "value": data.get(f"p-{a.number}", ""),
        }
        for a in asked
    ]


def _clock(operation: PlanOperation, began: datetime, now: datetime) -> dict[str, Any]:
    spent = max(0, int((now - began).total_seconds()))
    standard = operation.standard_minutes
    limit = None if standard is None else float(standard) * 60
    return {
        "spent": spent,
        "spent_text": f"{spent // 60}:{spent % 60:02}",
        "standard": limit,
        "standard_text": "" if limit is None else f"{int(limit) // 60}:{int(limit) % 60:02}",
        "share": 0 if not limit else min(100, round(100 * spent / (1.5 * limit))),
    }


def confirmed(request: Request, run: RunView, uid: str) -> HttpResponse | None:
    key = uid_of(uid)
    shown = done(run, key) if key else None
    if shown is None:
        return None
    view = line(run)
    seconds = int(shown.seconds)
    context = about(
        run,
        line=view,
        shown=shown,
        uid=new_uid(),
        time=f"{seconds // 60}:{seconds % 60:02}",
        station=station(request, run, view),
    )
    return render(request, "execution/line_done.html", context)


def took(request: Request, run: RunView, uid: str, serial: str) -> HttpResponse | None:
    """A reel or a subassembly that was scanned: what became of it. The unit stays in hand."""
    key = uid_of(uid)
    shown = taken(run, key) if key else None
    if shown is None:
        return None
    view = line(run, serial)
    context = about(
        run,
        line=view,
        unit=view.unit,
        operation=view.unit.operation if view.unit else None,
        shown=shown,
        word=_WORDS.get((shown.kind.value, shown.taken_back), "Recorded"),
        uid=new_uid(),
        station=station(request, run, view),
        reels=loaded(run.id, timezone.localdate(request.at)),
    )
    return render(request, "execution/line_took.html", context)


_WORDS = {
    ("load", False): "Loaded",
    ("unload", False): "Taken off",
    ("install", False): "Fitted",
    ("remove", False): "Taken out",
    ("load", True): "Loading taken back",
    ("unload", True): "Back on its place",
    ("install", True): "Fitting taken back",
    ("remove", True): "Back in the unit",
}


def refused(request: Request, run: RunView, post: Post, error: FirstoffError) -> HttpResponse:
    """Grey: nothing is wrong with the unit. A value to look at again keeps the form."""
    field = str(error.details.get("field", ""))
    view = line(run, post.serial)
    if view.unit is not None and field != "scan" and _may_be_mended(error):
        return _kept(request, view, view.unit, post, error)
    lift = str(error.details.get("lift", ""))
    context = about(
        run,
        line=view,
        unit=view.unit,
        error=error,
        code=post.text or post.serial,
        what=_what(post, error),
        lift=lift,
        subject=str(error.details.get("subject", "")),
        who=who_releases(run.site_id) if lift else (),
        may_release=bool(lift) and may(request.actor, "route.release", run.site_id),
        uid=new_uid(),
        station=station(request, run, view),
    )
    return render(request, "execution/line_refused.html", context, status=error.status)


def _what(post: Post, error: FirstoffError) -> str:
    """What is not taken: this reel, this part, this result, this unit."""
    if error.details.get("thing"):
        return str(error.details["thing"])
    return "result" if error.code in ("R-34", "R-48") else "unit"


def _may_be_mended(error: FirstoffError) -> bool:
    """Whether another entry would do: a value, a missing defect."""
    return isinstance(error, InvalidInput) or error.code == "R-34"


def _kept(
    request: Request, view: LineView, unit: LineUnit, post: Post, error: FirstoffError
) -> HttpResponse:
    """The operation again, with what was entered and what is wrong with it."""
    operation = next((o for o in view.operations if o.seq == post.seq), view.operations[0])
    context = about(
        view.run,
        line=view,
        unit=unit,
        operation=operation,
        **_placed(view, unit, operation),
        uid=new_uid(),
        rework=post.data.get("rework") == "1",
        problem=error,
        bad=str(error.details.get("field", "")),
    )
    context.update(_clock(operation, began_at(request, view.run, unit), request.at))
    context.update(_beside(request, view, operation, post.data))
    status = 422 if isinstance(error, InvalidInput) else error.status
    return render(request, "execution/line.html", context, status=status)
