"""The line: one field that is scanned into, the next operation, pass or fail, and the answer.

Everything is one form with one address, so that a scan, a touch and a key are the same thing.
What is posted carries the ID of the record, made when the page was drawn: sent again, it is
answered with what was stored.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal, InvalidOperation
from typing import Any
from uuid import UUID

from django import forms
from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.views.decorators.debug import sensitive_post_parameters

from firstoff.errors import FirstoffError, InvalidInput, NotAllowed, NotFound
from firstoff.queries.access import people
from firstoff.queries.execution import runs as reads
from firstoff.queries.execution.line import (
    LineUnit,
    LineView,
    done,
    is_serial,
    line,
    who_releases,
)
from firstoff.queries.execution.runs import RunView
from firstoff.rules.access import builder_class, may
from firstoff.rules.plan import PlanOperation
from firstoff.rules.product import CharacteristicFacts
from firstoff.rules.trace import meant
from firstoff.services import access, execution
from firstoff.services.execution import PostedDefect, PostedMeasure
from firstoff.web.auth import Request, begin, page, safe_next
from firstoff.web.execution.shared import about, found, new_uid
from firstoff.web.forms import Form

# What a card beside the station says; the same words can be typed.
COMMANDS: Mapping[str, str] = {
    "*PASS*": "pass",
    "*FAIL*": "fail",
    "*REWORK*": "rework",
    "*CLEAR*": "clear",
    "*HANDOVER*": "hand-over",
}
_TWICE = timedelta(seconds=2)


@page("unit.record")
def lines(request: Request) -> HttpResponse:
    """Where units can be recorded now; the only one opens by itself."""
    rows, _ = reads.runs(request.actor, limit=200)
    sites = {p.id for p in request.places if may(request.actor, "unit.record", p.id)}
    open_ = [r for r in rows if r.site_id in sites and r.bar and r.decision is None]
    if len(open_) == 1 and "all" not in request.GET:
        return redirect("line-run", open_[0].site, open_[0].batch_id)
    waiting = [r for r in rows if r.site_id in sites and r.bar is None]
    return render(request, "execution/lines.html", {"open": open_, "waiting": waiting})


@dataclass(frozen=True, slots=True)
class Post:
    """What the line sent."""

    text: str  # scanned or typed
    act: str  # scan, start, pass, fail, rework, clear, defect:<code>
    serial: str  # the unit in hand
    seq: int
    uid: UUID | None
    data: QueryDict


@page("unit.record", post="unit.record")
def line_run(request: Request, site: str, batch_id: str) -> HttpResponse:
    run = found(request, site, batch_id)
    if request.method == "POST":
        return _posted(request, run, _read(request.POST))
    if uid := request.GET.get("done"):
        answer = _confirmed(request, run, uid)
        if answer is not None:
            return answer
    view = line(run, request.GET.get("serial", ""))
    return _show(request, view, again="again" in request.GET, failing="fail" in request.GET)


def _read(data: QueryDict) -> Post:
    text = meant(data.get("scan", ""))[:300]
    command = COMMANDS.get(text.upper())
    seq = data.get("seq", "")
    return Post(
        text="" if command else text,
        act=command or data.get("act", "")[:60] or "scan",
        serial=data.get("serial", "")[:200],
        seq=int(seq) if seq.isascii() and seq.isdecimal() and len(seq) < 8 else 0,
        uid=_uid(data.get("uid", "")),
        data=data,
    )


def _uid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


def _posted(request: Request, run: RunView, post: Post) -> HttpResponse:
    if _scanned_twice(request, run, post):
        return redirect(_here(run, post.serial or post.text, again="1"))
    try:
        return _acted(request, run, post)
    except (NotAllowed, NotFound) as error:
        if isinstance(error, NotFound) and "started" in error.message:
            return _refused(request, run, post, error)
        raise
    except FirstoffError as error:
        return _refused(request, run, post, error)


def _scanned_twice(request: Request, run: RunView, post: Post) -> bool:
    """Whether the same code came within two seconds: a scanner held too long counts once."""
    scanned = post.data.get("scan", "").strip()
    key = f"line-{run.uid}"
    before = request.session.get(key) or ["", ""]
    request.session[key] = [scanned, request.at.isoformat()]
    if not scanned or before[0] != scanned:
        return False
    return request.at - datetime.fromisoformat(before[1]) < _TWICE


def _acted(request: Request, run: RunView, post: Post) -> HttpResponse:
    if post.act == "clear":
        return redirect(_here(run))
    if post.act == "hand-over":
        return redirect(reverse("line-hand-over") + f"?next={_here(run)}")
    if post.text and post.act == "scan":
        code = _code(run, post.text)
        if post.serial and code:
            return _recorded(request, run, post, "fail", code)
        if not post.serial or post.text != post.serial:
            waiting = post.data.get("pending", "")[:200]
            return _scanned(request, run, post.text, waiting=waiting)
        return redirect(_here(run, post.serial))
    if post.act == "start":
        return _scanned(request, run, post.text or post.serial)
    if post.act.startswith("station:"):
        request.session[f"line-equipment-{run.uid}"] = post.act.removeprefix("station:")
        return _scanned(request, run, post.data.get("pending", "")[:200])
    if not post.serial:
        raise InvalidInput("No unit is in hand.", way_out="Scan a unit first.", field="scan")
    if post.act == "fail":
        return redirect(_here(run, post.serial, fail="1"))
    if post.act == "rework":
        return redirect(_here(run, post.serial, rework="1"))
    if post.act == "pass":
        return _recorded(request, run, post, "pass", "")
    if post.act.startswith("defect:"):
        return _recorded(request, run, post, "fail", post.act.removeprefix("defect:"))
    return redirect(_here(run, post.serial))


def _code(run: RunView, text: str) -> str:
    """The defect code that was scanned, if it is one."""
    codes = {c.code.casefold(): c.code for c in line(run).codes}
    return codes.get(text.casefold(), "")


def _scanned(request: Request, run: RunView, text: str, *, waiting: str = "") -> HttpResponse:
    """A unit that is known is shown; one that can be of this batch is started.

    waiting: a serial scanned before it was known which machine this station is.
    """
    if not text:
        return redirect(_here(run))
    view = line(run, text)
    if view.unit is None:
        person = _badge(request, run, text)
        if person:
            to = f"?next={_here(run)}&username={person}"
            return redirect(reverse("line-hand-over") + to)
        if any(text.casefold() == code.casefold() for code, _ in view.equipment):
            code = next(c for c, _ in view.equipment if c.casefold() == text.casefold())
            request.session[f"line-equipment-{run.uid}"] = code
            return _scanned(request, run, waiting)
        # What is refused anyway is refused at once, not after a question.
        open_ = run.bar is not None and run.decision is None and is_serial(run, text)
        if open_ and len(view.equipment) > 1 and not _station(request, run, view):
            return _show(request, view, pending=text)
        execution.start_unit(
            run_id=run.id,
            serial=text,
            by=request.actor,
            at=request.at,
            equipment=_station(request, run, view),
        )
    return redirect(_here(run, text))


def _badge(request: Request, run: RunView, text: str) -> str:
    """The user name on a badge; a text that can be a serial is never taken for one."""
    if is_serial(run, text):
        return ""
    some, _ = people(request.actor, run.site_id, search=text, limit=5)
    names = [p.username for p in some if p.active and p.username.casefold() == text.casefold()]
    return names[0] if names else ""


def _station(request: Request, run: RunView, view: LineView) -> str:
    """The machine that was scanned at this station; empty: the run's only one."""
    code = str(request.session.get(f"line-equipment-{run.uid}", ""))
    return code if code in {c for c, _ in view.equipment} else ""


def _recorded(request: Request, run: RunView, post: Post, outcome: str, code: str) -> HttpResponse:
    view = line(run, post.serial)
    unit = view.unit
    if unit is None:
        raise InvalidInput(
            f"{post.serial} is not started.", way_out="Scan it first.", field="scan"
        )
    began = _began(request, run, unit)
    recorded = execution.record_operation(
        run_id=run.id,
        serial=unit.serial,
        seq=post.seq,
        began_at=began,
        ended_at=max(request.at, began),
        outcome=outcome,
        by=request.actor,
        at=request.at,
        uid=post.uid,
        defects=[PostedDefect(code, post.data.get("note", "")[:500])] if code else [],
        measures=_measures(view.measured(post.seq), post.data),
        equipment=_station(request, run, view),
        rework=post.data.get("rework") == "1",
    )
    return redirect(_here(run, done=str(recorded.uid)))


def _measures(wanted: Iterable[CharacteristicFacts], data: QueryDict) -> list[PostedMeasure]:
    """Values that were filled in. Raises InvalidInput naming the field."""
    read = []
    for known in wanted:
        text = data.get(f"m-{known.number}", "").strip().replace(",", ".")
        if not text:
            continue
        if known.kind == "attribute":
            read.append(PostedMeasure(known.number, None, text))
            continue
        try:
            read.append(PostedMeasure(known.number, Decimal(text)))
        except InvalidOperation:
            raise InvalidInput(
                f"{known.label}: {text!r} is no number.", field=f"m-{known.number}"
            ) from None
    return read


def _began(request: Request, run: RunView, unit: LineUnit) -> datetime:
    """When this operation came up on this station: the clock does not begin anew on reload."""
    key = f"line-began-{run.uid}"
    seq = unit.operation.seq if unit.operation else 0
    mark = f"{unit.serial}|{seq}|{unit.attempt}"
    held = request.session.get(key) or ["", ""]
    if held[0] == mark:
        return max(datetime.fromisoformat(held[1]), unit.began_at)
    began = max(request.at, unit.began_at)
    if not unit.done:
        began = unit.began_at  # the unit was started by the scan that brought it up
    request.session[key] = [mark, began.isoformat()]
    return began


def _here(run: RunView, serial: str = "", **more: str) -> str:
    query = QueryDict(mutable=True)
    if serial:
        query["serial"] = serial
    for name, value in more.items():
        query[name] = value
    address = reverse("line-run", args=[run.site, run.batch_id])
    return f"{address}?{query.urlencode()}" if query else address


# ---------------------------------------------------------------- what is shown


def _show(
    request: Request,
    view: LineView,
    *,
    again: bool = False,
    failing: bool = False,
    pending: str | None = None,
) -> HttpResponse:
    unit = view.unit
    rework = unit is not None and unit.failed and "rework" in request.GET
    station = _station(request, view.run, view)
    operation = None
    if unit is not None:
        operation = _again_from(view, unit) if rework else unit.operation
    context = about(
        view.run,
        line=view,
        unit=unit,
        operation=operation,
        again=again,
        failing=failing,
        uid=new_uid(),
        rework=rework,
        station=station,
        fields=_fields(view.measured(operation.seq), request.POST) if operation else [],
        choose=pending is not None or (len(view.equipment) > 1 and not station),
        pending=pending or "",
        builds_as=builder_class(request.actor.roles_at(view.run.site_id)).value,
    )
    context.update(_offered(view, context["fields"]))
    if unit is not None and operation is not None:
        began = _began(request, view.run, unit)
        context.update(_clock(operation, began, request.at))
    return render(request, "execution/line.html", context)


def _offered(view: LineView, fields: list[dict[str, Any]]) -> dict[str, Any]:
    """The defects for one touch: as many as the page holds without scrolling."""
    some = 4 if fields else 6
    return {"codes": view.codes[:some], "more": view.codes[some : some + 12]}


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
            "hint": ", ".join(t for t in (c.limits, c.method) if t),
            "lower": c.shown(c.lower),
            "upper": c.shown(c.upper),
            "value": data.get(f"m-{c.number}", ""),
        }
        for c in wanted
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


def _confirmed(request: Request, run: RunView, uid: str) -> HttpResponse | None:
    key = _uid(uid)
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
        station=_station(request, run, view),
    )
    return render(request, "execution/line_done.html", context)


def _refused(request: Request, run: RunView, post: Post, error: FirstoffError) -> HttpResponse:
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
        lift=lift,
        subject=str(error.details.get("subject", "")),
        who=who_releases(run.site_id) if lift else (),
        may_release=bool(lift) and may(request.actor, "route.release", run.site_id),
        uid=new_uid(),
        station=_station(request, run, view),
    )
    return render(request, "execution/line_refused.html", context, status=error.status)


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
        uid=new_uid(),
        rework=post.data.get("rework") == "1",
        station=_station(request, view.run, view),
        fields=_fields(view.measured(operation.seq), post.data),
        problem=error,
        bad=str(error.details.get("field", "")),
    )
    context.update(_clock(operation, _began(request, view.run, unit), request.at))
    context.update(_offered(view, context["fields"]))
    status = 422 if isinstance(error, InvalidInput) else error.status
    return render(request, "execution/line.html", context, status=status)


# ---------------------------------------------------------------- handing over


class HandOverForm(Form):
    username = forms.CharField(
        label="User name or badge",
        max_length=150,
        widget=forms.TextInput(attrs={"autocomplete": "off", "autofocus": True}),
    )
    password = forms.CharField(
        max_length=500,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )


@page("self", post="self")
@sensitive_post_parameters("password")
def line_hand_over(request: Request) -> HttpResponse:
    """The next operator takes the station: one badge and a password, no way through menus."""
    asked = request.POST.get("next") or request.GET.get("next") or "/line/"
    onward = asked if safe_next(request, asked) else "/line/"
    form: HandOverForm = HandOverForm.of(
        request, initial={"username": request.GET.get("username", "")[:150]}
    )
    address = request.META["REMOTE_ADDR"]
    if form.attempt(lambda data: access.sign_in(**data, address=address, at=request.at)):
        begin(request, form.result)
        return redirect(onward)
    context = {"form": form, "next": onward}
    return render(request, "execution/hand_over.html", context, status=form.status)


urlpatterns = [
    path("line/", lines, name="line"),
    path("line/hand-over/", line_hand_over, name="line-hand-over"),
    path("runs/<str:site>/<str:batch_id>/line/", line_run, name="line-run"),
]
