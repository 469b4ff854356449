"""Tolerances against what processes hold, the library of processes, studies, chains."""

from decimal import Decimal
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import path

from firstoff.errors import InvalidInput, NotFound
from firstoff.formats.studies import LARGEST, read_values
from firstoff.queries import tolerance as reads
from firstoff.queries.product import program as program_named
from firstoff.rules.access import may
from firstoff.rules.plan import FrozenStack, FrozenStackLink
from firstoff.rules.tolerance import ProcessFacts, StudyFacts
from firstoff.services import tolerance
from firstoff.terms import RevisionStatus
from firstoff.web.auth import Request, page
from firstoff.web.execution.shared import RecordForm
from firstoff.web.forms import DateInput, Form
from firstoff.web.templatetags.firstoff import page_bounds

_LINK = (
    "One a line: a characteristic by its number, or a name with its limits; a minus before it "
    "takes it away. 4 | -7 | Shim 0.1 to 0.2"
)


class ProcessForm(Form):
    process = forms.CharField(max_length=120, help_text="CNC milling, bore")
    machine = forms.CharField(
        max_length=120, required=False, help_text="Code of the equipment, or whose machine it is"
    )
    feature = forms.CharField(max_length=120, required=False)
    spread = forms.DecimalField(label="Standard deviation", help_text="Of what it makes")
    unit = forms.CharField(max_length=20, help_text="mm")
    shift = forms.DecimalField(
        label="Mean off its nominal", required=False, help_text="0, unless said"
    )
    values = forms.IntegerField(label="Pieces measured")
    measured_on = forms.DateField(widget=DateInput())
    source = forms.CharField(max_length=300, required=False, help_text="Report or study")

    def facts(self, data: dict[str, Any]) -> ProcessFacts:
        shift = Decimal(0) if data["shift"] is None else data["shift"]
        return ProcessFacts(**{**data, "shift": shift})


class StudyForm(RecordForm):
    refused_beside = "supersedes"

    values = forms.CharField(
        strip=False,  # a row is counted from where the text begins
        required=False,
        widget=forms.Textarea(attrs={"rows": 10, "spellcheck": "false"}),
    )
    file = forms.FileField(
        label="Or a file of them",
        required=False,
        allow_empty_file=True,
        help_text="Text, CSV or XLSX: one column, with a header or without",
    )
    measured_on = forms.DateField(widget=DateInput())
    machine = forms.CharField(
        max_length=120, required=False, help_text="Code of the equipment, or whose machine it is"
    )
    gauge = forms.CharField(max_length=120, required=False, help_text="What it was measured with")
    source = forms.CharField(max_length=300, required=False, help_text="Its report")
    supersedes = forms.ChoiceField(
        label="Corrects", required=False, help_text="A study that was entered wrongly"
    )

    def facts(self, data: dict[str, Any]) -> StudyFacts:
        text, file = data["values"], data["file"]
        if bool(text.strip()) == bool(file):
            raise InvalidInput("Paste the values or choose a file; one of them.", field="values")
        field = "file" if file else "values"
        source, content = ("Values", text.encode())
        if file:
            source, content = file.name, file.read(LARGEST + 1)
        try:
            values = read_values(source, content)
        except InvalidInput as error:
            said = {**error.details, "field": field}
            raise InvalidInput(error.message, way_out=error.way_out, **said) from error
        given = {name: data[name] for name in ("measured_on", "machine", "gauge", "source")}
        return StudyFacts(values=values, unit="", **given)


class AssignForm(Form):
    number = forms.CharField(max_length=20, widget=forms.HiddenInput)
    process = forms.CharField(max_length=120, required=False)
    machine = forms.CharField(max_length=120, required=False)
    required = forms.DecimalField(label="Index asked", required=False)


class ChainForm(Form):
    code = forms.CharField(max_length=40, help_text="ST-1")
    name = forms.CharField(max_length=200, help_text="Lid clearance")
    unit = forms.CharField(max_length=20, initial="mm")
    lower = forms.DecimalField(label="At least", required=False)
    upper = forms.DecimalField(label="At most", required=False)
    consequence = forms.CharField(
        max_length=200, required=False, help_text="What happens outside: the lid fouls"
    )
    links = forms.CharField(widget=forms.Textarea(attrs={"rows": 4}), help_text=_LINK)

    def chain(self, data: dict[str, Any]) -> FrozenStack:
        rows = (line.strip() for line in data["links"].replace("|", "\n").splitlines())
        links = tuple(_link(row) for row in rows if row)
        given = {k: v for k, v in data.items() if k != "links"}
        return FrozenStack(**given, links=links)


def _link(text: str) -> FrozenStackLink:
    """``-7``, ``Shim 0.1 to 0.2``: what adds, and which way."""
    minus = text.startswith(("-", "\u2212"))
    body = text[1:].strip() if minus else text.lstrip("+").strip()
    slope = Decimal(-1 if minus else 1)
    words = body.split()
    if len(words) >= 4 and words[-2] == "to":
        low, high = (forms.DecimalField().to_python(words[n]) for n in (-3, -1))
        return FrozenStackLink(name=" ".join(words[:-3]), lower=low, upper=high, sensitivity=slope)
    return FrozenStackLink(characteristic=body, sensitivity=slope)


@page("see")
def tolerances(request: Request, site: str, code: str) -> HttpResponse:
    return _page(request, site, code)


@page(post="definition.edit")
def assign(request: Request, site: str, code: str) -> HttpResponse:
    view = program_named(request.actor, site, code)
    label = request.POST.get("revision", "")[:20]
    form = AssignForm(request.POST)
    if form.attempt(
        lambda data: tolerance.assign_process(
            program_id=view.id, revision=label, **data, by=request.actor, at=request.at
        )
    ):
        messages.success(request, "The process is named.")
        return redirect("tolerances", site, code)
    return _page(request, site, code, assign=form)


@page(post="definition.edit")
def chain(request: Request, site: str, code: str) -> HttpResponse:
    view = program_named(request.actor, site, code)
    label = request.POST.get("revision", "")[:20]
    form = ChainForm(request.POST)
    if form.attempt(
        lambda data: tolerance.set_chain(
            program_id=view.id,
            revision=label,
            chain=form.chain(data),
            by=request.actor,
            at=request.at,
        )
    ):
        messages.success(request, "The chain is declared.")
        return redirect("tolerances", site, code)
    return _page(request, site, code, chain=form)


@page(post="definition.edit")
def unchain(request: Request, site: str, code: str) -> HttpResponse:
    view = program_named(request.actor, site, code)
    form = Form(request.POST)
    if form.attempt(
        lambda _: tolerance.remove_chain(
            program_id=view.id,
            revision=request.POST.get("revision", "")[:20],
            code=request.POST.get("chain", "")[:40],
            by=request.actor,
            at=request.at,
        )
    ):
        messages.success(request, "The chain is taken out.")
        return redirect("tolerances", site, code)
    return _page(request, site, code, refused=form)


def _page(request: Request, site: str, code: str, **posted: Form) -> HttpResponse:
    view = program_named(request.actor, site, code)
    found = reads.tolerances(request.actor, view.id)
    edits = may(request.actor, "definition.edit", view.site_id)
    context = {
        "program": view,
        "found": found,
        "rows": [(h, found.assigned.get(h.number)) for h in found.holdings],
        "may_edit": edits,
        "may_chain": edits and found.status is RevisionStatus.DRAFT,
        "assign": posted.get("assign"),
        "chain": posted.get("chain") or ChainForm(),
        "form": posted.get("refused"),
    }
    status = max([200, *(form.status for form in posted.values())])
    return render(request, "tolerance/tolerances.html", context, status=status)


@page("see", post="definition.edit")
def study(request: Request, site: str, code: str, number: str) -> HttpResponse:
    """The studies of a characteristic, what they say of it now, and room for another."""
    program = program_named(request.actor, site, code)
    label = request.GET.get("revision", "")[:20]
    found = reads.tolerances(request.actor, program.id, revision=label)
    held = next((h for h in found.holdings if h.number == number), None)
    if held is None:
        raise NotFound(f"Revision {found.revision} has no characteristic {number!r}.")
    of = {"part": program.part_number, "characteristic": number}
    offset, limit = page_bounds(request.GET)
    items, total = reads.studies(request.actor, program.site_id, **of, offset=offset, limit=limit)
    form: StudyForm = StudyForm.of(request)
    # What is sent again names a study that it corrected the first time.
    posted = request.method == "POST"
    there = [(str(s.uid), s.label) for s in items if posted or not s.superseded]
    form.choose("supersedes", [("", "No other study"), *there])
    if form.attempt(
        lambda data: tolerance.record_study(
            site_id=program.site_id,
            **of,
            revision=found.revision,
            study=form.facts(data),
            uid=data["uid"],
            supersedes=UUID(data["supersedes"]) if data["supersedes"] else None,
            by=request.actor,
            at=request.at,
        )
    ):
        messages.success(request, f"The study of {held.label} is recorded.")
        return redirect("tolerances", site, code)
    context = {
        "program": program,
        "found": found,
        "held": held,
        "name": held.label.removeprefix(f"{number} "),
        "items": items,
        "total": total,
        "may_enter": may(request.actor, "definition.edit", program.site_id) and not held.judged,
        "corrects": bool(there),
        "hint": f"In {held.unit}, one a line" if held.unit else "One a line",
        "form": form,
    }
    return render(request, "tolerance/study.html", context, status=form.status)


@page("see", post="definition.edit")
def processes(request: Request) -> HttpResponse:
    search = request.GET.get("q", "").strip()[:200]
    retired = request.GET.get("retired") == "1"
    form = ProcessForm.of(request)
    if form.attempt(
        lambda data: tolerance.record_process(
            site_id=request.place.id, process=form.facts(data), by=request.actor, at=request.at
        )
    ):
        messages.success(request, f"{form.result.label} is in the library.")
        return redirect(f"{request.path}?site={request.place.code}")
    offset, limit = page_bounds(request.GET)
    items, total = reads.library(
        request.actor,
        request.place.id,
        search=search,
        retired=retired,
        offset=offset,
        limit=limit,
    )
    context = {
        "items": items,
        "total": total,
        "search": search,
        "filtered": bool(search or retired),
        "states": [("", "In use", None), ("1", "Retired", None)],
        "form": form,
        "may_edit": may(request.actor, "definition.edit", request.place.id),
    }
    return render(request, "tolerance/processes.html", context, status=form.status)


@page(post="definition.edit")
def retire(request: Request) -> HttpResponse:
    named = {k: request.POST.get(k, "")[:120] for k in ("process", "machine", "feature")}
    tolerance.retire_process(site_id=request.place.id, **named, by=request.actor, at=request.at)
    messages.success(request, f"{named['process']} is retired.")
    return redirect("processes")


_HERE = "p/<str:site>/<str:code>/tolerances/"

urlpatterns = [
    path("processes/", processes, name="processes"),
    path("processes/retire/", retire, name="process-retire"),
    path(_HERE, tolerances, name="tolerances"),
    path(f"{_HERE}process/", assign, name="tolerance-assign"),
    path(f"{_HERE}studies/<quoted:number>/", study, name="tolerance-study"),
    path(f"{_HERE}chain/", chain, name="tolerance-chain"),
    path(f"{_HERE}chain/remove/", unchain, name="tolerance-unchain"),
]
