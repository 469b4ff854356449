"""The control plan of a process plan: typed into a grid, proposed, handed out as the form."""

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any
from urllib.parse import urlencode

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import path, reverse

from firstoff.errors import NotFound
from firstoff.formats.exports import XLSX_TYPE
from firstoff.queries.plan.controls import ControlPlanView, control_plan
from firstoff.queries.plan.sheets import control_plan_paper, control_plan_sheet
from firstoff.queries.product import program as program_named
from firstoff.rules.access import may
from firstoff.rules.plan import FrozenControl
from firstoff.rules.plan.controls import HEADER, PHASES, USUAL_PHASES, ControlSeen
from firstoff.rules.product import state_of
from firstoff.services.plan import controls
from firstoff.web.auth import Request, page
from firstoff.web.forms import Form
from firstoff.web.grids import Grid, Row, seen_state
from firstoff.web.plan.process import HERE

_NAMES = (
    *("technique", "sample_size", "frequency", "method", "error_proofing", "reaction_plan"),
    "reaction_owner",
)


def _line(label: str, longest: int, size: int) -> forms.CharField:
    widget = forms.TextInput(attrs={"size": size, "autocomplete": "off"})
    return forms.CharField(label=label, required=False, max_length=longest, widget=widget)


class ControlForm(Row):
    told = ("thing", *_NAMES)

    operation = forms.ChoiceField()
    thing = forms.ChoiceField(label="Controls")
    phases = forms.MultipleChoiceField(
        label="Phases", required=False, choices=list(PHASES.items()), initial=USUAL_PHASES,
        widget=forms.CheckboxSelectMultiple(),
    )  # fmt: skip
    technique = _line("Evaluation, measurement", 200, 18)
    sample_size = _line("Sample size", 60, 4)
    frequency = _line("Frequency", 120, 10)
    method = _line("Control method", 200, 18)
    error_proofing = _line("Error proofing", 200, 18)
    reaction_plan = forms.CharField(
        label="Reaction plan", required=False, max_length=10_000,
        widget=forms.Textarea(attrs={"rows": 2}),
    )  # fmt: skip
    reaction_owner = _line("Owner", 120, 12)

    def __init__(
        self,
        *args: Any,
        steps: list[Any],
        things: list[Any],
        known: Mapping[Any, Any],
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        for name, choices in (("operation", steps), ("thing", things)):
            self.choose(name, choices)
        self.known = known

    @property
    def said(self) -> Any:
        """What the list says of it, as it was saved."""
        return self.known.get((self.initial.get("operation"), self.initial.get("thing")))


class ControlHead(Form):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, label in HEADER.items():
            self.fields[name] = forms.CharField(label=label, required=False, max_length=200)


@page("see", post="definition.edit")
def show(request: Request, site: str, code: str) -> HttpResponse:
    """All lines of a draft are sent at once."""
    view = _read(request, site, code)
    if request.method != "POST":
        return _page(request, view)
    grid = Grid(_kind(view), "k", data=request.POST, spare=1)
    if grid.attempt(
        lambda sent: controls.set_controls(
            **_of(request, view),
            controls=[_control(values) for values in sent],
            seen=request.POST.get("seen", ""),
        )
    ):
        messages.success(request, "The control plan is saved.")
        return redirect(_address(view))
    return _page(request, view, grid=grid)


@page("see", post="definition.edit")
def propose(request: Request, site: str, code: str) -> HttpResponse:
    view = _read(request, site, code)
    if request.method != "POST":
        return redirect(_address(view))
    form = Form(request.POST)
    if not form.attempt(lambda _: controls.propose_controls(**_of(request, view))):
        return _page(request, view, form=form)
    added = len(form.result) - len(view.controls)
    many = f"{added} line{'s are' if added != 1 else ' is'} proposed" if added else "Nothing lacks"
    messages.success(request, f"{many}. What was there stays.")
    return redirect(_address(view))


@page("see", post="definition.edit")
def head(request: Request, site: str, code: str) -> HttpResponse:
    view = _read(request, site, code)
    if request.method != "POST":
        return redirect(_address(view))
    form = ControlHead(request.POST)
    if form.attempt(lambda said: controls.set_control_head(**_of(request, view), said=said)):
        messages.success(request, "The head of the form is saved.")
        return redirect(_address(view))
    return _page(request, view, head=form)


@page("see")
def paper(request: Request, site: str, code: str, ending: str) -> HttpResponse:
    view = _read(request, site, code)
    phase = _phase(request)
    if ending == "xlsx":
        name, content = control_plan_sheet(view, phase=phase)
        answer = HttpResponse(content, content_type=XLSX_TYPE)
        answer["Content-Disposition"] = f'attachment; filename="{name}.xlsx"'
        return answer
    if ending != "pdf":
        raise NotFound(f"There is no control plan as {ending[:10]!r}; pdf and xlsx are there.")
    made = control_plan_paper(view, phase=phase, at=request.at)
    answer = HttpResponse(made.pdf, content_type="application/pdf")
    answer["Content-Disposition"] = f'inline; filename="{made.name}.pdf"'
    return answer


def _phase(request: Request) -> str:
    asked = request.GET.get("phase", "")
    return asked if asked in PHASES else ""


def _read(request: Request, site: str, code: str) -> ControlPlanView:
    program = program_named(request.actor, site, code)
    asked = request.GET
    return control_plan(
        request.actor,
        program.id,
        revision=asked.get("revision", ""),
        plan=asked.get("plan", ""),
    )


def _of(request: Request, view: ControlPlanView) -> dict[str, Any]:
    return {
        "program_id": view.program.id,
        "revision": view.revision.label,
        "plan": view.plan.label,
        "by": request.actor,
        "at": request.at,
    }


def _query(view: ControlPlanView) -> str:
    return urlencode({"revision": view.revision.label, "plan": view.plan.label})


def _address(view: ControlPlanView) -> str:
    of = [view.program.site, view.program.code]
    return f"{reverse('definition-controls', args=of)}?{_query(view)}"


def _kind(view: ControlPlanView) -> Callable[..., Row]:
    steps = [(str(o.seq), o.label) for o in view.operations]
    parameters = {p.name for o in view.operations for p in o.parameters}
    things = [
        ("", "choose"),
        ("Characteristics", [(f"c:{c.number}", c.label) for c in view.characteristics]),
        ("Process parameters", [(f"p:{name}", name) for name in sorted(parameters)]),
    ]
    known = {(str(r.control.operation), _thing(r.control)): r for r in view.rows()}
    return partial(ControlForm, steps=steps, things=things, known=known)


def _thing(one: FrozenControl) -> str:
    return f"c:{one.characteristic}" if one.characteristic else f"p:{one.parameter}"


def _control(values: dict[str, Any]) -> FrozenControl:
    kind, _, name = values["thing"].partition(":")
    return FrozenControl(
        operation=int(values["operation"]),
        characteristic=name if kind == "c" else "",
        parameter=name if kind == "p" else "",
        phases=tuple(values["phases"]),
        **{field: values[field] for field in _NAMES},
    )


def _values(one: FrozenControl) -> dict[str, Any]:
    return {
        "operation": str(one.operation),
        "thing": _thing(one),
        "phases": list(one.phases),
        **{field: getattr(one, field) for field in _NAMES},
    }


def _page(
    request: Request,
    view: ControlPlanView,
    *,
    grid: Grid | None = None,
    form: Form | None = None,
    head: ControlHead | None = None,
) -> HttpResponse:
    may_edit = may(request.actor, "definition.edit", view.program.site_id)
    edits = may_edit and view.plan.draft
    phase = _phase(request)
    context: dict[str, Any] = {
        "program": view.program,
        "view": view,
        "query": _query(view),
        "rows": view.rows(phase),
        "phase": phase,
        "filters": [("", "All phases", None), *((k, w, None) for k, w in PHASES.items())],
        "phases": PHASES,
        "may_edit": may_edit,
        "edits": edits and not phase,
        "form": form,
        "seen": seen_state(
            request.POST.get("seen", ""), state_of([ControlSeen(c) for c in view.controls]), grid
        ),
    }
    if edits:
        initial = [_values(c) for c in view.controls]
        context["grid"] = grid or Grid(_kind(view), "k", initial=initial, spare=1)
    if may_edit:
        context["head"] = head or ControlHead(initial=dict(view.head))
    status = max((p.status for p in (grid, form, head) if p is not None), default=200)
    return render(request, "plan/controls.html", context, status=status)


_ALL = f"{HERE}control-plan/"

urlpatterns = [
    path(_ALL, show, name="definition-controls"),
    path(f"{_ALL}propose/", propose, name="definition-controls-propose"),
    path(f"{_ALL}head/", head, name="definition-controls-head"),
    path(f"{_ALL}form.<str:ending>", paper, name="definition-controls-paper"),
]
