"""Working units off by scan: say what is found once, then scan; the answer fills the page."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import uuid6
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import path

from firstoff.errors import FirstoffError, InvalidInput, NotAllowed, NotFound
from firstoff.queries.trace import containments as reads
from firstoff.queries.trace.contained import MemberRow, scanned
from firstoff.queries.trace.containments import ContainmentView, progress
from firstoff.rules.access import may
from firstoff.rules.trace import meant
from firstoff.rules.trace.containment import OUTCOMES, OutcomeRule, allowed, read_outcome
from firstoff.services import trace
from firstoff.web.auth import Request, page

_TWICE = timedelta(seconds=2)
# outcome -> how the answer looks: its colour, its shape
_LOOKS = {True: ("r-fail", "not"), False: ("r-pass", "met"), None: ("r-hold", "info")}
# Codes to be printed beside the bench: scanning one says what is found from now on.
_CODES = {f"*{rule.outcome.value.upper()}*": rule for rule in OUTCOMES.values() if not rule.signed}


@dataclass(frozen=True, slots=True)
class Answer:
    """What fills the page."""

    colour: str
    shape: str
    word: str
    said: tuple[str, ...] = ()
    recorded: bool = True


@page("see", post="containment.open")
def working(request: Request, site: str, number: int) -> HttpResponse:
    view = reads.containment(request.actor, site, number)
    if request.method == "POST":
        return _posted(request, view)
    return _page(request, view, mode=_rule(request.GET.get("mode", "")))


def _posted(request: Request, view: ContainmentView) -> HttpResponse:
    text = request.POST.get("scan", "").strip()[:300]
    act = request.POST.get("act", "")[:60]
    mode = _rule(request.POST.get("mode", ""))
    chosen = _CODES.get(text.upper())
    twice = bool(text) and _scanned_twice(request, view, text)
    if chosen is not None or act.startswith("mode:"):
        return _page(request, view, mode=chosen or _rule(act.removeprefix("mode:")))
    said = _rule(act.removeprefix("say:")) if act.startswith("say:") else None
    serial = request.POST.get("serial", "")[:300]
    if said is not None and serial and not text:
        return _recorded(request, view, serial, said, mode)
    if not text:
        return _page(request, view, mode=mode)
    if twice:
        return _page(request, view, mode=mode, again=True)
    if mode is not None:
        return _recorded(request, view, text, mode, mode)
    try:
        return _page(request, view, mode=None, unit=scanned(view, text))
    except FirstoffError as error:
        return _refused(request, view, text, error, mode)


def _rule(text: str) -> OutcomeRule | None:
    try:
        rule = OUTCOMES[read_outcome(text)]
    except InvalidInput:
        return None
    return None if rule.signed else rule


def _scanned_twice(request: Request, view: ContainmentView, text: str) -> bool:
    """The same code within two seconds: a scanner held too long counts once."""
    key = f"containment-{view.uid}"
    before = request.session.get(key) or ["", ""]
    request.session[key] = [text, request.at.isoformat()]
    return before[0] == text and request.at - datetime.fromisoformat(before[1]) < _TWICE


def _uid(request: Request) -> UUID | None:
    try:
        return UUID(request.POST.get("uid", ""))
    except ValueError:
        return None


def _recorded(
    request: Request,
    view: ContainmentView,
    serial: str,
    rule: OutcomeRule,
    mode: OutcomeRule | None,
) -> HttpResponse:
    try:
        done = trace.record_finding(
            containment_id=view.id,
            serial=serial,
            outcome=rule.outcome,
            by=request.actor,
            at=request.at,
            uid=_uid(request),
        )
    except NotAllowed:
        raise
    except FirstoffError as error:
        return _refused(request, view, serial, error, mode)
    colour, shape = _LOOKS[rule.rejected]
    said = [f"{done.serials[0]} is {rule.said}."]
    if done.inside:
        said.append(f"{done.inside:,} inside it went with it.")
    if done.freed:
        said.append("It is no longer held.")
    elif rule.outcome in ("rework", "repair"):
        said.append("It stays held until it is found good.")
    answer = Answer(colour, shape, rule.title, tuple(said))
    return _page(request, view, mode=mode, answer=answer)


def _refused(
    request: Request,
    view: ContainmentView,
    text: str,
    error: FirstoffError,
    mode: OutcomeRule | None,
) -> HttpResponse:
    """Nothing was recorded. A unit that is known and not at risk is an answer, not a mistake."""
    if isinstance(error, NotFound) and error.details.get("known"):
        free = (f"{meant(text)} is not in {view.label}.", "Put it back; nothing holds it here.")
        answer = Answer("r-free", "none", "Not at risk", free, recorded=False)
        return _page(request, view, mode=mode, answer=answer)
    said = tuple(part for part in (error.message, error.way_out) if part)
    answer = Answer("r-hold", "hold", "Not recorded", said, recorded=False)
    return _page(request, view, mode=mode, answer=answer, status=error.status)


def _page(
    request: Request,
    view: ContainmentView,
    *,
    mode: OutcomeRule | None,
    answer: Answer | None = None,
    unit: MemberRow | None = None,
    again: bool = False,
    status: int = 200,
) -> HttpResponse:
    found = progress(view)
    context: dict[str, Any] = {
        "view": view,
        "numbers": found.numbers,
        "headline": found.headline,
        "mode": mode,
        "modes": [rule for rule in OUTCOMES.values() if not rule.signed],
        "codes": tuple(_CODES),
        "answer": answer,
        "unit": unit,
        "choices": [r for r in allowed(unit.whereabouts) if not r.signed] if unit else (),
        "last": OUTCOMES[unit.outcome].title if unit and unit.outcome else "",
        "again": again,
        "uid": uuid6.uuid7(),
        "may_work": may(request.actor, "containment.open", view.site_id),
    }
    return render(request, "trace/containment_work.html", context, status=status)


urlpatterns = [
    path("containments/<str:site>/<int:number>/work-off/", working, name="containment-work")
]
