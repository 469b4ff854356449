"""Opening a containment: the question, what it answers now, who will be told."""

from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.utils import timezone

from firstoff.queries.trace import at_risk_ids
from firstoff.queries.trace.containment_papers import PLACES
from firstoff.queries.trace.standing import Spread, at_customers, in_house, scrapped, spread
from firstoff.rules.access import require
from firstoff.rules.execution import moment
from firstoff.rules.trace import Question, read_question
from firstoff.rules.trace.containment import CUSTOMER
from firstoff.services import trace
from firstoff.web.auth import Request, page
from firstoff.web.trace.forms import OpenForm


@page("containment.open", post="containment.open")
def opening(request: Request) -> HttpResponse:
    """Before it is opened: how many units are where, and with whom."""
    text = request.POST.get("question") or request.GET.get("question", "")
    if not text:
        return render(request, "trace/containment_new.html", {"question": None})
    question = read_question(text)
    form: OpenForm = OpenForm.of(request, initial={"question": text})
    if form.attempt(lambda data: _open(request, question, data)):
        done = form.result
        messages.success(request, f"{done.label} is open: {done.units:,} units are at risk.")
        return redirect("containment", request.place.code, done.number)
    context = {"question": question, "form": form, **_before(request, question)}
    return render(request, "trace/containment_new.html", context, status=form.status)


def _open(request: Request, question: Question, data: dict[str, Any]) -> Any:
    given = {name: data[name] for name in ("title", "reason", "uid")}
    return trace.open_containment(
        site_id=request.place.id, question=question, by=request.actor, at=request.at, **given
    )


def _before(request: Request, question: Question) -> dict[str, Any]:
    """What it would fix now. Raises NotFound where the question names what is not there."""
    require(request.actor, "containment.open", request.place.id)
    found = spread(at_risk_ids(question, request.place.id))
    zone = timezone.get_current_timezone()
    query = {"site": request.place.code, "question": question.as_json()}
    return {
        "sentence": question.sentence(lambda at: moment(at, zone)),
        "total": sum(s.units for s in found),
        "inside": sum(s.inside for s in found),
        "in_house": in_house(found),
        "out": at_customers(found),
        "scrapped": scrapped(found),
        "places": _by_place(found),
        "customers": [s for s in found if s.whereabouts is CUSTOMER],
        "change": f"{reverse('at-risk')}?{urlencode(query)}",
    }


def _by_place(found: tuple[Spread, ...]) -> list[tuple[str, int, int]]:
    counted: dict[str, list[int]] = {}
    for s in found:
        at = counted.setdefault(PLACES[s.place], [0, 0])
        at[0] += s.units
        at[1] += s.inside
    return [(name, units, inside) for name, (units, inside) in counted.items()]


urlpatterns = [path("containments/new/", opening, name="containment-new")]
