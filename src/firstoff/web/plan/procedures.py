"""Test procedures of a revision: the list, and one of them, drafted and released."""

from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import path, reverse

from firstoff.queries import plan as reads
from firstoff.queries import product as programs
from firstoff.queries.plan import ProcedureList, ProcedureView
from firstoff.queries.plan.papers import procedure_paper
from firstoff.rules.access import may
from firstoff.rules.plan import FrozenProcedure, FrozenTestStep, ProcedureSeen, limits_of
from firstoff.rules.product import next_label, state_of
from firstoff.services import plan
from firstoff.web.auth import Request, page
from firstoff.web.forms import Form
from firstoff.web.grids import Grid, Row, seen_state
from firstoff.web.plan.process import HERE

_AREA = {"rows": 2}


class NewForm(Form):
    code = forms.CharField(max_length=60, help_text="As test records or people call it: FCT-1.")
    name = forms.CharField(max_length=200)


class HeadForm(Form):
    name = forms.CharField(max_length=200)
    purpose = forms.CharField(required=False, widget=forms.Textarea(attrs=_AREA))
    equipment = forms.CharField(required=False, widget=forms.Textarea(attrs=_AREA))
    pass_criteria = forms.CharField(
        label="A unit has passed when", required=False, widget=forms.Textarea(attrs=_AREA)
    )


class TestStepRow(Row):
    __test__ = False

    told = ("name", "instruction", "unit", "lower", "upper", "expected")

    name = forms.CharField(max_length=200, widget=forms.TextInput(attrs={"size": 18}))
    unit = forms.CharField(
        max_length=20, required=False, widget=forms.TextInput(attrs={"size": 5})
    )
    lower = forms.DecimalField(label="Lower limit", required=False)
    upper = forms.DecimalField(label="Upper limit", required=False)
    expected = forms.CharField(max_length=200, required=False)
    characteristic = forms.ChoiceField(label="Measures", required=False)
    instruction = forms.CharField(
        label="What to do",
        max_length=20_000,
        required=False,
        widget=forms.Textarea(attrs=_AREA),
    )

    def __init__(self, *args: Any, checks: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.choose("characteristic", checks)


@page("see", post="definition.edit")
def procedures(request: Request, site: str, code: str) -> HttpResponse:
    """The procedures of a revision; a new one."""
    program = programs.program(request.actor, site, code)
    found = reads.procedures(request.actor, program.id, revision=request.GET.get("revision", ""))
    form: NewForm = NewForm.of(request)
    if form.attempt(
        lambda values: plan.create_procedure(
            **_of(request, found), procedure=FrozenProcedure(label="1", **values)
        )
    ):
        return redirect(_address(found, form.result.code, form.result.label))
    context = {
        "program": found.program,
        "found": found,
        "procedures": found.procedures,
        "form": form,
        "may_edit": may(request.actor, "definition.edit", found.program.site_id),
    }
    return render(request, "plan/procedures.html", context, status=form.status)


@page("see", post="definition.edit")
def procedure(request: Request, site: str, code: str, procedure: str, label: str) -> HttpResponse:
    """One of them: all of a draft is sent at once."""
    found, one = _read(request, site, code, procedure, label)
    if request.method != "POST":
        return _page(request, found, one)
    head = HeadForm(request.POST)
    grid = Grid(_row(found), "t", data=request.POST, key="step")
    good = head.is_valid()
    if (
        grid.attempt(lambda sent: _save(request, found, one, head, sent) if good else None)
        and good
    ):
        messages.success(request, "The test procedure is saved.")
        return redirect(_address(found, procedure, label))
    if not good:
        head.status = 422
    return _page(request, found, one, head=head, grid=grid)


def _save(
    request: Request,
    found: ProcedureList,
    one: ProcedureView,
    head: HeadForm,
    sent: list[dict[str, Any]],
) -> FrozenProcedure:
    return plan.set_procedure(
        **_of(request, found),
        procedure=FrozenProcedure(
            code=one.facts.code,
            label=one.facts.label,
            steps=tuple(FrozenTestStep(**values) for values in sent),
            **head.cleaned_data,
        ),
        seen=request.POST.get("seen", ""),
    )


Verb = Callable[..., Any]
# What a button does: words of the message, the verb.
_ACTS: dict[str, tuple[str, Verb]] = {
    "release": ("It is released; it cannot be changed any more.", plan.release_procedure),
    "discard": ("The draft is gone.", plan.discard_procedure),
}


@page("see", post="definition.edit")
def act(
    request: Request, site: str, code: str, procedure: str, label: str, what: str
) -> HttpResponse:
    found, one = _read(request, site, code, procedure, label)
    if request.method != "POST":
        return redirect(_address(found, procedure, label))
    said, verb = _ACTS[what]
    form = Form(request.POST)
    if not form.attempt(lambda _: verb(**_of(request, found), code=procedure, label=label)):
        return _page(request, found, one, refused=form)
    messages.success(request, said)
    if what == "discard":
        query = urlencode({"revision": found.revision.label})
        return redirect(f"{reverse('definition-procedures', args=[site, code])}?{query}")
    return redirect(_address(found, procedure, label))


@page("see", post="definition.edit")
def following(request: Request, site: str, code: str, procedure: str, label: str) -> HttpResponse:
    """The next draft of a released one."""
    found, one = _read(request, site, code, procedure, label)
    if request.method != "POST":
        return redirect(_address(found, procedure, label))
    form = Form(request.POST)
    wanted = request.POST.get("label", "")[:40]
    if not form.attempt(
        lambda _: plan.next_procedure(**_of(request, found), code=procedure, label=wanted)
    ):
        return _page(request, found, one, refused=form)
    messages.success(request, "The next one is a draft with all steps of the last.")
    return redirect(_address(found, procedure, form.result.label))


@page("see")
def paper(request: Request, site: str, code: str, procedure: str, label: str) -> HttpResponse:
    found, one = _read(request, site, code, procedure, label)
    made = procedure_paper(found, one, at=request.at)
    answer = HttpResponse(made.pdf, content_type="application/pdf")
    answer["Content-Disposition"] = f'inline; filename="{made.name}.pdf"'
    return answer


def _read(
    request: Request, site: str, code: str, procedure: str, label: str
) -> tuple[ProcedureList, ProcedureView]:
    program = programs.program(request.actor, site, code)
    asked = request.GET.get("revision", "")
    return reads.procedure(request.actor, program.id, code=procedure, label=label, revision=asked)


def _of(request: Request, found: ProcedureList) -> dict[str, Any]:
    return {
        "program_id": found.program.id,
        "revision": found.revision.label,
        "by": request.actor,
        "at": request.at,
    }


def _row(found: ProcedureList) -> Callable[..., Row]:
    there = programs.characteristics_of(found.revision.id)
    checks = [("", "none"), *((c.number, c.label) for c in there)]
    return lambda *args, **more: TestStepRow(*args, checks=checks, **more)


def _page(
    request: Request,
    found: ProcedureList,
    one: ProcedureView,
    *,
    head: HeadForm | None = None,
    grid: Grid | None = None,
    refused: Form | None = None,
) -> HttpResponse:
    edits = one.draft and may(request.actor, "definition.edit", found.program.site_id)
    facts = one.facts
    names = ("name", "purpose", "equipment", "pass_criteria")
    same = [p for p in found.procedures if p.facts.code == facts.code]
    context: dict[str, Any] = {
        "program": found.program,
        "found": found,
        "one": one,
        "same": same,
        "edits": edits,
        "may_edit": may(request.actor, "definition.edit", found.program.site_id),
        "refused": refused,
        "query": urlencode({"revision": found.revision.label}),
        "seen": seen_state(
            request.POST.get("seen", ""), state_of([ProcedureSeen(facts)]), head, grid, refused
        ),
        "next_label": next_label(same[0].facts.label),
        "drafting": any(p.draft for p in same),
        "steps": [{"is": s, "passes": limits_of(s)} for s in facts.steps],
        "made": reads.records_made_to(facts, found.program.part_id),
    }
    if edits:
        context["head"] = head or HeadForm(initial={n: getattr(facts, n) for n in names})
        initial = [_values(s) for s in facts.steps]
        context["grid"] = grid or Grid(_row(found), "t", initial=initial, spare=1)
    status = max((p.status for p in (head, grid, refused) if p is not None), default=200)
    return render(request, "plan/procedure.html", context, status=status)


def _values(step: FrozenTestStep) -> dict[str, Any]:
    """What the fields of its row show."""
    shown = {
        side: "" if value is None else f"{value:.{max(step.decimals, 0)}f}"
        for side, value in (("lower", step.lower), ("upper", step.upper))
    }
    names = ("name", "unit", "expected", "characteristic", "instruction")
    return {**{name: getattr(step, name) for name in names}, **shown}


def _address(found: ProcedureList, code: str, label: str) -> str:
    of = [found.program.site, found.program.code, code, label]
    query = urlencode({"revision": found.revision.label})
    return f"{reverse('definition-procedure', args=of)}?{query}"


_ALL = f"{HERE}procedures/"
_ONE = f"{_ALL}<str:procedure>/<str:label>/"

urlpatterns = [
    path(_ALL, procedures, name="definition-procedures"),
    path(_ONE, procedure, name="definition-procedure"),
    path(f"{_ONE}next/", following, name="definition-procedure-next"),
    path(f"{_ONE}paper.pdf", paper, name="definition-procedure-paper"),
    *(
        path(f"{_ONE}{what}/", act, {"what": what}, name=f"definition-procedure-{what}")
        for what in _ACTS
    ),
]
