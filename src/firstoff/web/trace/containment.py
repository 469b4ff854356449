"""The page of a containment: how far it is, whose units are out, what is recorded there."""

from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.views.decorators.debug import sensitive_post_parameters

from firstoff.errors import NotFound
from firstoff.formats.exports import CSV_TYPE, XLSX_TYPE, csv_stream, xlsx
from firstoff.queries.evidence.papers import Paper
from firstoff.queries.trace import containment_papers as papers
from firstoff.queries.trace import containment_shape as shape
from firstoff.queries.trace import containments as reads
from firstoff.queries.trace.contained import Filter, export, members
from firstoff.queries.trace.containments import ContainmentView, Progress, progress
from firstoff.rules.access import may
from firstoff.rules.trace.containment import (
    OUTCOMES,
    MemberState,
    closing_meaning,
    read_outcome,
)
from firstoff.services import trace
from firstoff.terms import ContainmentOutcome, Place
from firstoff.web.auth import Request, page
from firstoff.web.forms import Form
from firstoff.web.templatetags.firstoff import page_bounds
from firstoff.web.trace.forms import (
    AddForm,
    CloseForm,
    ConcessionForm,
    FindingForm,
    NoticeForm,
)

Verb = Callable[[dict[str, Any]], Any]
_STATES = ((MemberState.OPEN, "Open"), (MemberState.WORK, "In rework"), (MemberState.DONE, "Done"))


@page("see")
def containments(request: Request) -> HttpResponse:
    """Every containment of the sites one sees, open ones first."""
    show = request.GET.get("show", "")
    wanted = {"open": True, "closed": False}.get(show)
    offset, limit = page_bounds(request.GET)
    rows, total = reads.containments(request.actor, is_open=wanted, offset=offset, limit=limit)
    context = {
        "rows": rows,
        "total": total,
        "show": show,
        "filters": [("", "All", None), ("open", "Open", None), ("closed", "Closed", None)],
        "several": len(request.places) > 1,
    }
    return render(request, "trace/containments.html", context)


@page("see")
def containment(request: Request, site: str, number: int) -> HttpResponse:
    return shown(request, reads.containment(request.actor, site, number))


def sifted(request: Request) -> Filter:
    """The filter of the address; anything odd means any."""
    given = request.GET
    customer = given.get("customer", "")
    return Filter(
        state=_one(MemberState, given.get("state", "")),
        joined=_one(Place, given.get("place", "")),
        customer=int(customer) if customer.isascii() and customer.isdecimal()
        and len(customer) < 10 else None,
        outcome=_one(ContainmentOutcome, given.get("outcome", "")),
        serial=given.get("serial", "").strip()[:120],
    )  # fmt: skip


def _one(kind: Any, text: str) -> Any:
    return kind(text) if text in tuple(kind) else None


def shown(request: Request, view: ContainmentView, **forms: Form) -> HttpResponse:
    """The page, with what was wrong in one of its forms."""
    found, sift = progress(view), sifted(request)
    offset, limit = page_bounds(request.GET)
    rows, total = members(view, sift=sift, offset=offset, limit=limit)
    status = max((form.status for form in forms.values()), default=200)
    can = {
        name: may(request.actor, f"containment.{name}", view.site_id)
        for name in ("open", "concede", "close")
    }
    context: dict[str, Any] = {
        "view": view,
        "progress": found,
        "numbers": found.numbers,
        "rows": rows,
        "total": total,
        "sift": sift,
        "places": places(found),
        "customers": [(c, notice_form(c.id, c.name, forms)) for c in found.customers],
        "outcomes": [(OUTCOMES[o].title, units, o.value) for o, units in found.numbers.outcomes],
        "states": [("", "All", None), *((s.value, words, None) for s, words in _STATES)],
        "query": query(request),
        "can": can,
        "may_close": can["close"] and not view.closed and not found.numbers.open,
        "meaning": closing_meaning(view.label, view.title, found.numbers),
        "finding_form": forms.get("finding", FindingForm(initial={"meant": total})),
        "concession_form": forms.get("concession", ConcessionForm(initial={"meant": total})),
        "add_form": forms.get("add", AddForm()),
        "close_form": forms.get("close", CloseForm()),
        "trouble": tuple(forms),
    }
    return render(request, "trace/containment.html", context, status=status)


def query(request: Request) -> str:
    """The filter as it stands in the address, for forms and files of what is shown."""
    names = ("state", "place", "customer", "outcome", "serial")
    return urlencode({name: request.GET[name] for name in names if request.GET.get(name)})


def places(found: Progress) -> list[dict[str, Any]]:
    """Rows of the work-off table, each with its share and what comes next."""
    return [
        {
            "row": row,
            "name": papers.PLACES[row.place],
            "share": round(100 * row.worked_off / row.units),
            "next": _next(row),
        }
        for row in found.places
    ]


def _next(row: reads.PlaceProgress) -> str:
    if not row.open:
        return "done"
    left = (
        (row.open - row.working - row.away, "to look at"),
        (row.working, "in rework"),
        (row.away, "at customers"),
    )
    return ", ".join(f"{units:,} {what}" for units, what in left if units > 0)


def notice_form(key: int, name: str, forms: dict[str, Form]) -> Form:
    bad = forms.get("notice")
    if bad is not None and bad["customer"].value() == name:
        return bad
    return NoticeForm(initial={"customer": name}, auto_id=f"id_notice_{key}_%s")


def _back(view: ContainmentView, request: Request, place: str = "") -> HttpResponse:
    address = reverse("containment", args=[view.site, view.number])
    asked = query(request)
    return redirect(f"{address}{'?' + asked if asked else ''}{place}")


def _done(
    request: Request, view: ContainmentView, name: str, form: Form, verb: Verb, said: str
) -> HttpResponse:
    """Run the verb: a message and the page again, or the page with what was wrong."""
    given = {"containment_id": view.id, "by": request.actor, "at": request.at}
    if form.attempt(lambda data: verb({**given, **data})):
        messages.success(request, said.format(form.result))
        return _back(view, request)
    return shown(request, view, **{name: form})


@page(post="containment.open")
def finding(request: Request, site: str, number: int) -> HttpResponse:
    """The same finding for every unit under the filter of the address."""
    view = reads.containment(request.actor, site, number)
    sift = sifted(request)

    def verb(data: dict[str, Any]) -> Any:
        outcome, meant = read_outcome(data.pop("outcome")), data.pop("meant")
        return trace.record_findings(**data, outcome=outcome, sift=sift, expected=meant)

    said = "{0.units:,} findings are recorded; {0.freed:,} units are no longer held."
    return _done(request, view, "finding", FindingForm(request.POST), verb, said)


@page(post="containment.concede")
@sensitive_post_parameters()
def concession(request: Request, site: str, number: int) -> HttpResponse:
    """Every unit under the filter may be used as it is, by signature."""
    view = reads.containment(request.actor, site, number)
    sift = sifted(request)
    return _done(
        request,
        view,
        "concession",
        ConcessionForm(request.POST),
        lambda data: trace.record_findings(
            outcome=ContainmentOutcome.USE_AS_IS, sift=sift, expected=data.pop("meant"), **data
        ),
        "{0.units:,} units may be used as they are.",
    )


@page(post="containment.open")
def add(request: Request, site: str, number: int) -> HttpResponse:
    view = reads.containment(request.actor, site, number)
    said = "{0.units:,} units joined; {0.known:,} were in it already."
    form = AddForm(request.POST)
    return _done(request, view, "add", form, lambda data: trace.add_units(**data), said)


@page(post="containment.open")
def notice(request: Request, site: str, number: int) -> HttpResponse:
    view = reads.containment(request.actor, site, number)
    form = NoticeForm(request.POST)
    said = "{0.customer} was told about {0.units:,} units."
    return _done(request, view, "notice", form, lambda data: trace.tell_customer(**data), said)


@page(post="containment.close")
@sensitive_post_parameters()
def close(request: Request, site: str, number: int) -> HttpResponse:
    view = reads.containment(request.actor, site, number)
    return _done(
        request,
        view,
        "close",
        CloseForm(request.POST),
        lambda data: trace.close_containment(**data),
        "{0.label} is closed. This cannot be taken back.",
    )


@page("see")
def units_file(request: Request, site: str, number: int, ending: str) -> HttpResponseBase:
    """The units under the filter of the address, or all."""
    view = reads.containment(request.actor, site, number)
    rows = shape.export_rows(export(view, sift=sifted(request)), view.time_zone)
    answer: HttpResponseBase
    if ending == "csv":
        answer = StreamingHttpResponse(csv_stream(shape.HEADER, rows), content_type=CSV_TYPE)
    elif ending == "xlsx":
        answer = HttpResponse(xlsx(view.label, shape.HEADER, rows), content_type=XLSX_TYPE)
    else:
        raise NotFound(f"There is no file of units as {ending}; there are csv and xlsx.")
    answer["Content-Disposition"] = f'attachment; filename="{view.label}.{ending}"'
    return answer


@page("see")
def report(request: Request, site: str, number: int, ending: str) -> HttpResponse:
    view = reads.containment(request.actor, site, number)
    return _paper(papers.containment_report(view), ending)


@page("see")
def letter(request: Request, site: str, number: int, customer: int, ending: str) -> HttpResponse:
    view = reads.containment(request.actor, site, number)
    paper = papers.customer_letter(view, customer, request.actor, request.at)
    return _paper(paper, ending)


def _paper(paper: Paper, ending: str) -> HttpResponse:
    if ending == "json":
        answer = HttpResponse(paper.evidence, content_type="application/json")
        answer["Content-Disposition"] = f'attachment; filename="{paper.name}.json"'
    elif ending == "pdf":
        answer = HttpResponse(paper.pdf, content_type="application/pdf")
        answer["Content-Disposition"] = f'inline; filename="{paper.name}.pdf"'
    else:
        raise NotFound(f"There is no paper as {ending}; there are pdf and json.")
    return answer


_ONE = "containments/<str:site>/<int:number>/"
urlpatterns = [
    path("containments/", containments, name="containments"),
    path(_ONE, containment, name="containment"),
    path(f"{_ONE}finding/", finding, name="containment-finding"),
    path(f"{_ONE}concession/", concession, name="containment-concession"),
    path(f"{_ONE}units/", add, name="containment-add"),
    path(f"{_ONE}notice/", notice, name="containment-notice"),
    path(f"{_ONE}close/", close, name="containment-close"),
    path(f"{_ONE}units.<str:ending>", units_file, name="containment-units"),
    path(f"{_ONE}report.<str:ending>", report, name="containment-report"),
    path(f"{_ONE}letter-<int:customer>.<str:ending>", letter, name="containment-letter"),
]
