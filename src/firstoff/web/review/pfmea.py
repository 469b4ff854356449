"""The PFMEA of a plan: a grid that is typed into, with each row's priority beside it."""

from collections.abc import Callable
from dataclasses import fields
from functools import partial
from typing import Any
from urllib.parse import urlencode

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import path, reverse

from firstoff.errors import NotFound
from firstoff.queries import review as reads
from firstoff.queries.product import program as program_named
from firstoff.queries.review import PfmeaView
from firstoff.queries.review.papers import pfmea_paper, pfmea_sheet
from firstoff.rules.access import may
from firstoff.rules.product import state_of
from firstoff.rules.review import ACTION_STATES, FailureModeFacts, priority_letters
from firstoff.rules.review.pfmea import HEADER
from firstoff.services import review
from firstoff.web.auth import Request, page
from firstoff.web.forms import DateInput, Form
from firstoff.web.grids import Grid, Row, seen_state
from firstoff.web.review.shared import HERE, area, handed_out, of, short

_RATINGS = ("severity", "occurrence", "detection")
_AFTER = ("severity_after", "occurrence_after", "detection_after")
_BELOW = (
    *("action", "detection_action", "action_owner", "action_due", "action_state"),
    *("action_taken", "action_done_on", *_AFTER, "remarks", "function", "requirement"),
    *("work_element", "element_function", "characteristic", "filter_code"),
)


def _text(label: str, **more: Any) -> forms.CharField:
    return forms.CharField(label=label, required=False, max_length=4000, widget=area(2), **more)


def _rating(label: str) -> forms.IntegerField:
    widget = forms.TextInput(attrs={"size": 2, "data-rating": ""})
    return forms.IntegerField(label=label, required=False, widget=widget)


class FailureRow(Row):
    told = ("failure_mode", "effect", "cause", *_RATINGS, "action", "prevention")

    operation = forms.ChoiceField(label="Step", required=False)
    failure_mode = forms.CharField(label="Failure mode", max_length=4000, widget=area(2))
    effect = _text("Effect")
    severity = _rating("Severity")
    cause = _text("Cause")
    prevention = _text("Prevention today")
    occurrence = _rating("Occurrence")
    detection_control = _text("Detection today")
    detection = _rating("Detection")
    work_element = forms.CharField(
        label="Work element", required=False, max_length=120, widget=short(12)
    )
    function = _text("Function of the step")
    requirement = _text("Requirement")
    element_function = _text("Function of the work element")
    characteristic = forms.ChoiceField(label="Characteristic", required=False)
    filter_code = forms.CharField(
        label="Filter code", required=False, max_length=60, widget=short(6)
    )
    action = _text("Prevention action")
    detection_action = _text("Detection action")
    action_owner = forms.CharField(
        label="Responsible", required=False, max_length=120, widget=short(14)
    )
    action_due = forms.DateField(label="Due", required=False, widget=DateInput())
    action_state = forms.ChoiceField(
        label="Status", required=False, choices=[("", ""), *((s, s) for s in ACTION_STATES)]
    )
    action_taken = _text("Taken, or why none is needed")
    action_done_on = forms.DateField(label="Done on", required=False, widget=DateInput())
    severity_after = _rating("Severity after")
    occurrence_after = _rating("Occurrence after")
    detection_after = _rating("Detection after")
    remarks = _text("Remarks")

    def __init__(
        self,
        *args: Any,
        steps: list[tuple[str, str]],
        numbers: list[tuple[str, str]],
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        for name, choices in (("operation", steps), ("characteristic", numbers)):
            self.choose(name, choices)

    @property
    def rest(self) -> list[dict[str, Any]]:
        """Fields below the first line of a row, and whether they are texts of several lines."""
        return [
            {"field": self[n], "wide": isinstance(self.fields[n].widget, forms.Textarea)}
            for n in _BELOW
        ]

    @property
    def found(self) -> FailureModeFacts | None:
        """The row as it was saved, for its priority before a script says it."""
        return self.initial.get("facts")


class PfmeaHead(Form):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, label in HEADER.items():
            self.fields[name] = forms.CharField(label=label, required=False, max_length=200)


@page("see", post="definition.edit")
def pfmea(request: Request, site: str, code: str) -> HttpResponse:
    """All rows are sent at once. It can be changed after the release: risk is found later too."""
    view = _read(request, site, code)
    if request.method != "POST":
        return _page(request, view)
    grid = Grid(_kind(view), "f", data=request.POST, spare=1)

    def save(sent: list[dict[str, Any]]) -> Any:
        return review.set_failure_modes(
            **of(request, view.program.id),
            revision=view.revision.label,
            plan=view.plan.label,
            rows=[_facts(values) for values in sent],
            seen=request.POST.get("seen", ""),
        )

    if grid.attempt(save):
        messages.success(request, "The PFMEA is saved.")
        return redirect(f"{reverse('pfmea', args=[site, code])}?{_query(view)}")
    return _page(request, view, grid=grid)


@page("see", post="definition.edit")
def head(request: Request, site: str, code: str) -> HttpResponse:
    view = _read(request, site, code)
    address = f"{reverse('pfmea', args=[site, code])}?{_query(view)}"
    if request.method != "POST":
        return redirect(address)
    form = PfmeaHead(request.POST)
    where: dict[str, Any] = {"revision": view.revision.label, "plan": view.plan.label}
    if form.attempt(
        lambda said: review.set_pfmea_head(**of(request, view.program.id), **where, said=said)
    ):
        messages.success(request, "The head of the form is saved.")
        return redirect(address)
    return _page(request, view, form=form)


@page("see")
def paper(request: Request, site: str, code: str, ending: str) -> HttpResponse:
    view = _read(request, site, code)
    if ending == "xlsx":
        name, content = pfmea_sheet(view, today=request.at.date())
        return handed_out(name, "xlsx", content)
    if ending == "pdf":
        made = pfmea_paper(view, at=request.at)
        return handed_out(made.name, "pdf", made.pdf)
    raise NotFound(f"There is no PFMEA as {ending[:10]!r}; pdf and xlsx are there.")


def _read(request: Request, site: str, code: str) -> PfmeaView:
    program = program_named(request.actor, site, code)
    asked = request.GET
    return reads.pfmea(
        request.actor,
        program.id,
        revision=asked.get("revision", ""),
        plan=asked.get("plan", ""),
    )


def _query(view: PfmeaView) -> str:
    return urlencode({"revision": view.revision.label, "plan": view.plan.label})


def _kind(view: PfmeaView) -> Callable[..., Row]:
    steps = [("", "the whole process"), *((str(o.seq), o.label) for o in view.operations)]
    numbers = [("", "none"), *((c.number, c.label) for c in view.characteristics)]
    return partial(FailureRow, steps=steps, numbers=numbers)


def _facts(values: dict[str, Any]) -> FailureModeFacts:
    step = values.pop("operation")
    return FailureModeFacts(**values, operation=int(step) if step else None)


def _page(
    request: Request, view: PfmeaView, *, grid: Grid | None = None, form: PfmeaHead | None = None
) -> HttpResponse:
    edits = may(request.actor, "definition.edit", view.program.site_id)
    context: dict[str, Any] = {
        "program": view.program,
        "view": view,
        "query": _query(view),
        "edits": edits,
        "seen": seen_state(request.POST.get("seen", ""), state_of(view.rows), grid),
        "letters": priority_letters(),
        "steps": {o.seq: o.label for o in view.operations},
    }
    if edits:
        initial = [
            {**{f.name: getattr(r, f.name) for f in fields(r)}, "facts": r} for r in view.rows
        ]
        context["grid"] = grid or Grid(_kind(view), "f", initial=initial, spare=1)
        context["form"] = form or PfmeaHead(initial=dict(view.head))
    status = max((p.status for p in (grid, form) if p is not None), default=200)
    return render(request, "review/pfmea.html", context, status=status)


urlpatterns = [
    path(f"{HERE}pfmea/", pfmea, name="pfmea"),
    path(f"{HERE}pfmea/head/", head, name="pfmea-head"),
    path(f"{HERE}pfmea/form.<str:ending>", paper, name="pfmea-paper"),
]
