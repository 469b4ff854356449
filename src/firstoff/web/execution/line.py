"""The line: one field that is scanned into, the next operation, pass or fail, and the answer.

Everything is one form with one address, so that a scan, a touch and a key are the same thing.
What is posted carries the ID of the record, made when the page was drawn: sent again, it is
answered with what was stored.
"""

from collections.abc import Iterable, Mapping
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
from firstoff.queries.execution.line import LineView, is_serial, line
from firstoff.queries.execution.runs import RunView
from firstoff.rules.access import may
from firstoff.rules.genealogy import Parameter
from firstoff.rules.plan import AskedParameter, check_answers
from firstoff.rules.product import CharacteristicFacts
from firstoff.services import access, execution
from firstoff.services.execution import PostedDefect, PostedMeasure
from firstoff.services.genealogy.at_line import record_at_line
from firstoff.web.auth import Request, begin, page, safe_next
from firstoff.web.execution import line_material
from firstoff.web.execution.line_faces import confirmed, refused, show, took
from firstoff.web.execution.line_shared import (
    Post,
    began_at,
    forget,
    here,
    read,
    remember,
    remembered,
    station,
)
from firstoff.web.execution.shared import found, new_uid
from firstoff.web.forms import Form

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


@page("unit.record", post="unit.record")
def line_run(request: Request, site: str, batch_id: str) -> HttpResponse:
    run = found(request, site, batch_id)
    if request.method == "POST":
        return _posted(request, run, read(request.POST))
    if uid := request.GET.get("done"):
        answer = confirmed(request, run, uid)
        if answer is not None:
            return answer
    serial = request.GET.get("serial", "")
    if uid := request.GET.get("took"):
        answer = took(request, run, uid, serial)
        if answer is not None:
            return answer
    view = line(run, serial)
    return show(request, view, again="again" in request.GET, failing="fail" in request.GET)


def _posted(request: Request, run: RunView, post: Post) -> HttpResponse:
    if _scanned_twice(request, run, post):
        return redirect(here(run, post.serial or post.text, again="1"))
    try:
        return _acted(request, run, post)
    except (NotAllowed, NotFound) as error:
        if isinstance(error, NotFound) and "started" in error.message:
            return refused(request, run, post, error)
        raise
    except FirstoffError as error:
        return refused(request, run, post, error)


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
        forget(request, run)
        return redirect(here(run))
    if post.act == "hand-over":
        return redirect(reverse("line-hand-over") + f"?next={here(run)}")
    about_material = line_material.commanded(request, run, post)
    if about_material is not None:
        return about_material
    if (post.text or post.problem) and post.act == "scan":
        code = _code(run, post.text)
        if post.serial and code and remembered(request, run, "mode") != "why":
            return _recorded(request, run, post, "fail", code)
        if not post.serial or post.text != post.serial:
            waiting = post.data.get("pending", "")[:200]
            said = line_material.understood(request, run, post)
            return (
                said
                if not isinstance(said, str)
                else _scanned(request, run, said, waiting=waiting)
            )
        return redirect(here(run, post.serial))
    if post.act == "start":
        return _scanned(request, run, post.text or post.serial)
    if post.act.startswith("station:"):
        remember(request, run, "equipment", post.act.removeprefix("station:"))
        return _scanned(request, run, post.data.get("pending", "")[:200])
    if not post.serial:
        raise InvalidInput("No unit is in hand.", way_out="Scan a unit first.", field="scan")
    if post.act == "fail":
        return redirect(here(run, post.serial, fail="1", **_beside(post)))
    if post.act == "rework":
        return redirect(here(run, post.serial, rework="1"))
    if post.act == "pass":
        return _recorded(request, run, post, "pass", "")
    if post.act.startswith("defect:"):
        return _recorded(request, run, post, "fail", post.act.removeprefix("defect:"))
    return redirect(here(run, post.serial))


def _beside(post: Post) -> dict[str, str]:
    """Which of several open operations is in hand; the first of them needs no word."""
    return {"operation": str(post.seq)} if post.data.get("beside") == "1" else {}


def _code(run: RunView, text: str) -> str:
    """The defect code that was scanned, if it is one."""
    codes = {c.code.casefold(): c.code for c in line(run).codes}
    return codes.get(text.casefold(), "")


def _scanned(request: Request, run: RunView, text: str, *, waiting: str = "") -> HttpResponse:
    """A unit that is known is shown; one that can be of this batch is started.

    waiting: a serial scanned before it was known which machine this station is.
    """
    if not text:
        return redirect(here(run))
    view = line(run, text)
    if view.unit is None:
        person = _badge(request, run, text)
        if person:
            to = f"?next={here(run)}&username={person}"
            return redirect(reverse("line-hand-over") + to)
        if any(text.casefold() == code.casefold() for code, _ in view.equipment):
            code = next(c for c, _ in view.equipment if c.casefold() == text.casefold())
            remember(request, run, "equipment", code)
            return _scanned(request, run, waiting)
        # What is refused anyway is refused at once, not after a question.
        open_ = run.bar is not None and run.decision is None and is_serial(run, text)
        if open_ and len(view.equipment) > 1 and not station(request, run, view):
            return show(request, view, pending=text)
        execution.start_unit(
            run_id=run.id,
            serial=text,
            by=request.actor,
            at=request.at,
            equipment=station(request, run, view),
        )
    return redirect(here(run, text))


def _badge(request: Request, run: RunView, text: str) -> str:
    """The user name on a badge; a text that can be a serial is never taken for one."""
    if is_serial(run, text):
        return ""
    some, _ = people(request.actor, run.site_id, search=text, limit=5)
    names = [p.username for p in some if p.active and p.username.casefold() == text.casefold()]
    return names[0] if names else ""


def _recorded(request: Request, run: RunView, post: Post, outcome: str, code: str) -> HttpResponse:
    view = line(run, post.serial)
    unit = view.unit
    if unit is None:
        raise InvalidInput(
            f"{post.serial} is not started.", way_out="Scan it first.", field="scan"
        )
    given: dict[str, Any] = {
        "run_id": run.id,
        "serial": unit.serial,
        "seq": post.seq,
        "began_at": (began := began_at(request, run, unit)),
        "ended_at": max(request.at, began),
        "outcome": outcome,
        "by": request.actor,
        "at": request.at,
        "uid": post.uid or UUID(new_uid()),
        "defects": [PostedDefect(code, post.data.get("note", "")[:500])] if code else [],
        "measures": _measures(view.measured(post.seq), post.data),
        "equipment": station(request, run, view),
        "rework": post.data.get("rework") == "1",
    }
    asked = _asked(view, post)
    tools = remembered(request, run, "tools") or []
    values = _values(asked, post.data)
    check_answers(asked, values, passing=outcome == "pass")
    if asked or tools:
        record_at_line(**given, parameters=_read_as(asked, values), tools=tools)
    else:
        execution.record_operation(**given)
    forget(request, run)
    remember(request, run, "undo", None)
    return redirect(here(run, done=str(given["uid"])))


def _asked(view: LineView, post: Post) -> tuple[AskedParameter, ...]:
    operation = next((o for o in view.operations if o.seq == post.seq), None)
    return operation.asked if operation else ()


def _values(asked: Iterable[AskedParameter], data: QueryDict) -> dict[str, Decimal]:
    """Process parameters that were filled in. Raises InvalidInput naming the field."""
    found = {}
    for one in asked:
        text = data.get(f"p-{one.number}", "").strip().replace(",", ".")
        if not text:
            continue
        try:
            found[one.name] = Decimal(text)
        except InvalidOperation:
            raise InvalidInput(
                f"{one.name}: {text!r} is no number.", field=f"p-{one.number}"
            ) from None
    return found


def _read_as(
    asked: Iterable[AskedParameter], values: Mapping[str, Decimal]
) -> tuple[Parameter, ...]:
    """The parameters with the limits that they were judged by."""
    return tuple(
        Parameter(name=a.name, value=values[a.name], unit=a.unit, lower=a.lower, upper=a.upper)
        for a in asked
        if a.name in values
    )


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
