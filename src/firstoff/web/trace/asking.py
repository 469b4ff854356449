"""Units at risk: a question put together by scans, its answer, the way to a containment."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from django.http import HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.utils import timezone

from firstoff.errors import InvalidInput, NotFound
from firstoff.formats.exports import CSV_TYPE, XLSX_TYPE, csv_stream, xlsx
from firstoff.queries import trace as traces
from firstoff.queries.trace import Answer, shape
from firstoff.queries.trace.recognise import recognised
from firstoff.rules.access import may
from firstoff.rules.trace import CONDITIONS, AsOf, Condition, Question, read_question
from firstoff.rules.trace.conditions import FieldKind
from firstoff.rules.trace.fields import MAIN, day_or_moment, of_fields
from firstoff.terms import Place
from firstoff.web.auth import Request, page


@dataclass(frozen=True, slots=True)
class Clause:
    """A condition as the page lists it."""

    joined: str  # where, and, or
    title: str
    sentence: str
    without: str  # the address without it


@dataclass(frozen=True, slots=True)
class Choice:
    """Something that may be added, or another way to ask."""

    title: str
    sentence: str
    url: str
    chosen: bool = False


@dataclass(frozen=True, slots=True)
class Input:
    """A field of the condition being added."""

    name: str
    label: str
    hint: str
    value: str
    moment: bool
    required: bool


@page("see")
def asking(request: Request) -> HttpResponse:
    """The page of a question. Everything it shows is in its address."""
    context: dict[str, Any] = {"kind": request.GET.get("kind", ""), "error": "", "choices": ()}
    question = _asked(request)
    try:
        added = _added(request, question)
    except InvalidInput as error:
        context["error"], added = str(error), None
    if added is not None:
        return redirect(_address(request, added))
    context["choices"] = choices = _scanned(request, question)
    if len(choices) == 1:
        return redirect(choices[0].url)
    scan = request.GET.get("scan", "").strip()[:200]
    if scan and not choices:
        context["error"] = (
            f"Nothing at this site is called just {scan!r}: no lot, serial, batch or equipment."
        )
    status = 400 if context["error"] else 200
    context |= _builder(request, question, context["kind"])
    if question is not None:
        try:
            context |= _answered(request, question)
        except NotFound as error:
            context["error"], status = error.message, 404
    context["scan"] = scan
    return render(request, "trace/at_risk.html", context, status=status)


def _asked(request: Request) -> Question | None:
    text = request.GET.get("question", "")
    return read_question(text) if text else None


def _added(request: Request, question: Question | None) -> Question | None:
    """The question with what the fields of the address add to it; None where they add nothing."""
    given = {n: request.GET.getlist(n) for n in (*MAIN, "from", "to") if n in request.GET}
    given |= {
        f.name: request.GET.getlist(f.name)
        for kind in CONDITIONS
        for f in kind.fields
        if f.name in request.GET
    }
    more = of_fields(given, _local)
    as_of = request.GET.get("as_of")
    if as_of is None or (question is None and not more):
        at = question.as_of if question is not None else None
        return Question((*(question.conditions if question else ()), *more), at) if more else None
    at = _as_of(as_of)
    return Question((*(question.conditions if question else ()), *more), at)


def _local(text: str, end: bool) -> datetime | None:
    found = day_or_moment(text, end)
    if found is None or found.year < 1900:
        raise InvalidInput(f"{text[:40]!r} is no time; 2026-05-12 16:42 is meant.")
    return found if found.tzinfo else timezone.make_aware(found)


def _as_of(text: str) -> datetime | AsOf | None:
    if text in tuple(AsOf):
        return AsOf(text)
    return _local(text, False) if text else None


def _address(request: Request, question: Question | None, **more: str) -> str:
    given = {"site": request.place.code}
    if question is not None:
        given["question"] = question.as_json()
    return f"{reverse('at-risk')}?{urlencode({**given, **more})}"


def _scanned(request: Request, question: Question | None) -> tuple[Choice, ...]:
    return named(request, request.GET.get("scan", "").strip(), question)


def named(request: Request, text: str, question: Question | None = None) -> tuple[Choice, ...]:
    """What a scan may mean, each as the question that asks for it too."""
    found = recognised(request.actor, request.place.id, text) if text else ()
    return tuple(
        Choice(c.title, c.sentence(_moment), _address(request, _with(question, c))) for c in found
    )


def _with(question: Question | None, condition: Condition) -> Question:
    return question.with_condition(condition) if question else Question((condition,))


def _moment(at: datetime) -> str:
    return f"{timezone.localtime(at):%Y-%m-%d %H:%M}"


# ---------- the question ----------


def _builder(request: Request, question: Question | None, kind: str) -> dict[str, Any]:
    """The question in clauses, the kinds that may be added, the fields of the one chosen."""
    chosen = next((c for c in CONDITIONS if c.kind == kind), None)
    return {
        "question": question,
        "question_json": question.as_json() if question else "",
        "sentence": question.sentence(_moment) if question else "",
        "clauses": tuple(_clauses(request, question)) if question else (),
        "kinds": [
            Choice(c.title, "", _address(request, question, kind=c.kind), c is chosen)
            for c in CONDITIONS
        ],
        "adding": chosen.kind if chosen else "",
        "inputs": _inputs(request, chosen) if chosen else (),
        "moments": _moments(request, question),
        "as_of_at": timezone.localtime(question.as_of).strftime("%Y-%m-%dT%H:%M")
        if question and isinstance(question.as_of, datetime)
        else "",
    }


def _clauses(request: Request, question: Question) -> Iterator[Clause]:
    before = ""
    for place, c in enumerate(question.conditions):
        joined = "where" if not place else "or" if c.kind == before else "and"
        before = c.kind
        url = _address(request, question.without(place))
        yield Clause(joined, c.title, c.sentence(_moment), url)


def _inputs(request: Request, kind: type[Condition]) -> tuple[Input, ...]:
    return tuple(
        Input(
            f.name,
            f.label,
            f.hint,
            request.GET.get(f.name, ""),
            f.kind is FieldKind.MOMENT,
            f.required,
        )
        for f in kind.fields
    )


def _moments(request: Request, question: Question | None) -> tuple[Choice, ...]:
    if question is None:
        return ()
    ways: tuple[tuple[str, AsOf | None], ...] = (
        ("As it is now", None),
        ("As shipped", AsOf.SHIPPED),
        ("Inside at any time", AsOf.EVER),
    )
    return tuple(
        Choice(
            title,
            "",
            _address(request, Question(question.conditions, way)),
            question.as_of == way,
        )
        for title, way in ways
    )


# ---------- the answer ----------


def _answered(request: Request, question: Question) -> dict[str, Any]:
    answer = traces.at_risk(request.actor, request.place.id, question)
    place, customer = _sift(request, answer)
    after = request.GET.get("after", "")
    shown = traces.page(
        answer,
        after=int(after) if after.isdecimal() and len(after) < 19 else 0,
        place=place,
        customer=customer,
    )
    return {
        "answer": answer,
        "shown": shown,
        "last": shown.first + len(shown.items) - 1,
        "places": [
            (p, f"{100 * p.units / answer.total:.1f}", _sifted(request, question, p.place.value))
            for p in answer.counts.places
        ],
        "customers": [
            (c, _sifted(request, question, customer=c.name)) for c in answer.counts.customers
        ],
        "all": _sifted(request, question),
        "sifted": place or request.GET.get("customer_is", ""),
        "next": _turned(request, shown.next),
        "previous": _turned(request, shown.previous),
        "files": [
            (
                ending.upper(),
                f"{reverse('at-risk-file', args=[ending])}?{_query(request, question)}",
            )
            for ending in ("csv", "xlsx")
        ],
        "contain": _containment(request, question),
    }


def _sift(request: Request, answer: Answer) -> tuple[Place | None, int | None]:
    place, name = request.GET.get("place", ""), request.GET.get("customer_is", "")
    found = next((c.id for c in answer.counts.customers if c.name == name), None)
    return (Place(place) if place in tuple(Place) else None), found


def _sifted(request: Request, question: Question, place: str = "", customer: str = "") -> str:
    more = {"place": place} if place else {"customer_is": customer} if customer else {}
    return f"{_address(request, question, **more)}#units"


def _turned(request: Request, after: int | None) -> str:
    if after is None:
        return ""
    query = request.GET.copy()
    query["after"] = str(after)
    return f"?{query.urlencode()}#units"


def _query(request: Request, question: Question) -> str:
    given = {"site": request.place.code, "question": question.as_json()}
    more = {n: request.GET[n] for n in ("place", "customer_is") if request.GET.get(n)}
    return urlencode({**given, **more})


def _containment(request: Request, question: Question) -> str:
    """Where a containment is opened from the question; nothing for who may not open one."""
    if not may(request.actor, "containment.open", request.place.id):
        return ""
    query = urlencode({"site": request.place.code, "question": question.as_json()})
    return f"{reverse('containment-new')}?{query}"


@page("see")
def asking_file(request: Request, ending: str) -> HttpResponseBase:
    """Every unit of the answer, or of what is sifted out of it."""
    question = _asked(request)
    if question is None or ending not in ("csv", "xlsx"):
        raise NotFound("There is no such file.")
    answer = traces.at_risk(request.actor, request.place.id, question)
    place, customer = _sift(request, answer)
    units = traces.export(answer, place=place, customer=customer)
    rows = shape.export_rows(units, request.place.time_zone)
    found: HttpResponseBase
    if ending == "csv":
        found = StreamingHttpResponse(csv_stream(shape.HEADER, rows), content_type=CSV_TYPE)
    else:
        found = HttpResponse(xlsx("Units at risk", shape.HEADER, rows), content_type=XLSX_TYPE)
    found["Content-Disposition"] = f'attachment; filename="units-at-risk.{ending}"'
    return found


urlpatterns = [
    path("at-risk/", asking, name="at-risk"),
    path("at-risk.<str:ending>", asking_file, name="at-risk-file"),
]
