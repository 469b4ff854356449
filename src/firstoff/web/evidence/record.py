"""The batch record of a run: what is complete, what is missing, gaps accepted, the run closed."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.debug import sensitive_post_parameters

from firstoff.queries.execution import runs
from firstoff.queries.execution.runs import RunView
from firstoff.queries.trace import record_paper
from firstoff.queries.trace.batch_record import record_of
from firstoff.rules.access import may
from firstoff.rules.trace.batch_record import (
    BatchRecord,
    Gap,
    Place,
    closing_meaning,
    folded,
    record_digest,
)
from firstoff.services import evidence
from firstoff.web.auth import Request, page
from firstoff.web.evidence.forms import Once, password

# Where a gap is closed -> the name of that page.
_PLACES: Mapping[Place, str] = {
    Place.SETUP: "run-setup",
    Place.LINE: "line-run",
    Place.RUN: "run",
    Place.RECORDS: "run-units",
    Place.FIRST_ARTICLE: "run-first-article",
}
_OF_SITE: Mapping[Place, str] = {Place.EQUIPMENT: "equipment", Place.CONTAINMENT: "containments"}
_LONGEST = 160  # letters of a gap in the list to choose from


class DeviationForm(Once):
    """Accept one gap, by signature."""

    gap = forms.ChoiceField(label="Gap")
    reason = forms.CharField(
        label="Why it is acceptable", max_length=10_000, widget=forms.Textarea(attrs={"rows": 2})
    )
    password = password()

    def offer(self, gaps: tuple[Gap, ...]) -> "DeviationForm":
        self.choose("gap", [(gap.key, _short(gap.said)) for gap in gaps])
        return self


class CloseForm(Once):
    """Close the run, by signature. ``seen``: digest of the record on the page."""

    note = forms.CharField(
        label="What you want the reader to know",
        required=False,
        max_length=10_000,
        widget=forms.Textarea(attrs={"rows": 2}),
    )
    password = password()
    seen = forms.CharField(required=False, max_length=64, widget=forms.HiddenInput())


def _short(text: str) -> str:
    return text if len(text) <= _LONGEST else text[: _LONGEST - 1] + "…"


@page("see")
def show(request: Request, site: str, batch_id: str) -> HttpResponse:
    """What is complete, what is missing, and how deep the batch can be traced."""
    return _page(request, runs.run(request.actor, site, batch_id))


def _page(request: Request, view: RunView, **sent: Any) -> HttpResponse:
    found = record_of(view)
    record = found.record
    context = {
        "program": {"site": view.site, "code": view.program, "name": view.program_name},
        "run": view,
        "found": found,
        "record": record,
        "around": found.around,
        "closure": found.around.closure,
        "sections": [(s, [_row(view, record, gap) for gap in s.gaps]) for s in record.sections],
        "levels": ((record.material, "Material"), (record.process, "Process")),
        "may_close": may(request.actor, "run.close", view.site_id),
        "deviation_form": _deviation(request, record, sent),
        "close_form": sent.get("close") or CloseForm(initial={"seen": record_digest(record)}),
        "meaning": closing_meaning(view.batch_id, record.started, len(record.accepted)),
    }
    status = max((form.status for form in sent.values()), default=200)
    return render(request, "evidence/record.html", context, status=status)


def _deviation(request: Request, record: BatchRecord, sent: dict[str, Any]) -> DeviationForm:
    form = sent.get("deviation")
    if form is None:
        form = DeviationForm(initial={"gap": request.GET.get("gap", "")})
    offered: DeviationForm = form.offer(record.open)
    return offered


def _row(view: RunView, record: BatchRecord, gap: Gap) -> dict[str, Any]:
    return {
        "gap": gap,
        "where": folded(gap.units, record.serials),
        "url": _address(view, gap.kind.place),
    }


def _address(view: RunView, place: Place) -> str:
    if place in _OF_SITE:
        return reverse(_OF_SITE[place])
    return reverse(_PLACES[place], args=[view.site, view.batch_id])


@page(post="run.close")
@sensitive_post_parameters()
def accept(request: Request, site: str, batch_id: str) -> HttpResponse:
    """Accept a gap, by signature."""
    view = runs.run(request.actor, site, batch_id)
    form = DeviationForm(request.POST)
    # Any gap may be sent: one that is closed by now the service tells, with its name.
    form.choose("gap", [(request.POST.get("gap", ""), "")])
    if form.attempt(
        lambda data: evidence.accept_gap(run_id=view.id, **data, by=request.actor, at=request.at)
    ):
        messages.success(request, "The gap is accepted. It stays in the record with its reason.")
        return redirect("run-record", view.site, view.batch_id)
    return _page(request, view, deviation=form)


@page(post="run.close")
@sensitive_post_parameters()
def close(request: Request, site: str, batch_id: str) -> HttpResponse:
    """Close the run, by signature."""
    view = runs.run(request.actor, site, batch_id)
    form = CloseForm(request.POST)
    if form.attempt(
        lambda data: evidence.close_run(run_id=view.id, **data, by=request.actor, at=request.at)
    ):
        messages.success(request, f"{view.batch_id} is closed. Its record takes nothing more.")
        return redirect("run-record", view.site, view.batch_id)
    return _page(request, view, close=form)


@page("see")
def as_pdf(request: Request, site: str, batch_id: str) -> HttpResponse:
    """The record as a document; a DRAFT while a gap is open or the run is not closed."""
    paper = record_paper.paper_of(runs.run(request.actor, site, batch_id))
    return _file(paper.pdf, "application/pdf", f"{paper.name}.pdf", "inline")


@page("see")
def evidence_file(request: Request, site: str, batch_id: str) -> HttpResponse:
    """The evidence to keep beside the document: anyone can check the document by it."""
    paper = record_paper.evidence_file(runs.run(request.actor, site, batch_id))
    return _file(paper.evidence, "application/json", f"{paper.name}.json", "attachment")


def _file(content: bytes, kind: str, name: str, how: str) -> HttpResponse:
    safe = "".join(c if c.isalnum() or c in "._-" else "_" for c in name)
    response = HttpResponse(content, content_type=kind)
    response["Content-Disposition"] = f'{how}; filename="{safe}"'
    return response
