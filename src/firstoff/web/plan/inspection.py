"""Inspection plans of a revision, of the product or of a part it buys: drafted, set, released."""

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any
from urllib.parse import urlencode

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import path, reverse

from firstoff.errors import InvalidInput, NotFound
from firstoff.formats.exports import XLSX_TYPE
from firstoff.queries.plan.inspection import (
    USUAL_LOT,
    InspectionPlanList,
    InspectionPlanView,
    incoming_needs,
    inspection_plan,
    inspection_plans,
)
from firstoff.queries.plan.sheets import inspection_paper, inspection_sheet
from firstoff.queries.product import program as program_named
from firstoff.rules.access import may
from firstoff.rules.plan import FrozenInspectionLine, FrozenInspectionPlan
from firstoff.rules.plan.inspection import ASKS, KIND_NAMES, InspectionSeen
from firstoff.rules.product import next_label, state_of
from firstoff.services.plan import inspection
from firstoff.terms import InspectionKind
from firstoff.web.auth import Request, page
from firstoff.web.forms import Form
from firstoff.web.grids import Grid, Row, seen_state
from firstoff.web.plan.process import HERE
from firstoff.web.plan.sampling import (
    SamplingForm,
    sampling_text,
    sampling_values,
    text_of,
)

_LINE = ("method", "gauge", "reaction")


class InspectionRow(Row):
    told = ("characteristic", *_LINE, "own")

    characteristic = forms.ChoiceField(label="Characteristic")
    method = forms.CharField(
        max_length=200, required=False,
        widget=forms.TextInput(attrs={"size": 18, "autocomplete": "off"}),
    )  # fmt: skip
    gauge = forms.CharField(
        max_length=60, required=False,
        widget=forms.TextInput(attrs={"size": 8, "autocomplete": "off"}),
    )  # fmt: skip
    own = forms.CharField(
        label="Own sampling", max_length=200, required=False,
        widget=forms.TextInput(attrs={"size": 14, "autocomplete": "off"}),
    )  # fmt: skip
    reaction = forms.CharField(
        max_length=4000, required=False, widget=forms.Textarea(attrs={"rows": 1})
    )

    def __init__(
        self,
        *args: Any,
        numbers: list[tuple[str, str]],
        known: Mapping[Any, Any],
        held: Mapping[str, dict[str, Any]],
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.choose("characteristic", numbers)
        self.known, self.held = known, held

    @property
    def said(self) -> Any:
        """What the list says of it, as it was saved."""
        return self.known.get(self.initial.get("characteristic"))

    def clean(self) -> dict[str, Any]:
        """What a line keeps that its short text cannot say stays, unless somebody changes it."""
        data: dict[str, Any] = self.cleaned_data
        text, held = data.get("own", ""), self.held.get(data.get("characteristic", ""), {})
        try:
            data["own"] = held if text == text_of(held) else sampling_text(text)
        except InvalidInput as error:
            self.add_error("own", error.message)
        return data


@page("see", post="definition.edit")
def plans(request: Request, site: str, code: str) -> HttpResponse:
    """The plans of a revision by kind; a new draft of one."""
    found = _list(request, site, code)
    form = Form(request.POST if request.method == "POST" else None)
    if form.attempt(
        lambda _: inspection.create_inspection_plan(
            **_of(request, found), kind=request.POST.get("kind", "")[:40]
        )
    ):
        messages.success(request, "The draft is there, with what its kind asks for.")
        return redirect(_address(found, form.result.kind, form.result.label))
    context = {
        "program": found.program,
        "found": found,
        "of": found.of,
        "kinds": [
            {
                "kind": kind.value,
                "name": KIND_NAMES[kind],
                "asks": ASKS[kind],
                "plans": [p for p in found.plans if p.kind is kind],
                "drafting": any(p.draft for p in found.plans if p.kind is kind),
            }
            for kind in InspectionKind
            if kind is not InspectionKind.INCOMING or not _made_here(found)
        ],
        "bought": incoming_needs(found.of.revision.id),
        "form": form,
        "query": _query(found),
        "may_edit": may(request.actor, "definition.edit", found.of.site_id),
    }
    return render(request, "plan/inspections.html", context, status=form.status)


def _made_here(found: InspectionPlanList) -> bool:
    """Whether it is the product itself, which nobody buys; it has an incoming plan all the same
    where somebody drafted one."""
    product = found.program is not None and found.program.part_number == found.of.part
    return product and found.newest(InspectionKind.INCOMING) is None


@page("see", post="definition.edit")
def one(request: Request, site: str, code: str, kind: str, label: str) -> HttpResponse:
    """One of them: all of a draft is sent at once."""
    found, plan = _read(request, site, code, kind, label)
    if request.method != "POST":
        return _page(request, found, plan)
    form = SamplingForm(plan.kind, request.POST)
    grid = Grid(_kind(found, plan), "i", data=request.POST, key="characteristic", spare=1)
    good = form.is_valid()
    if (
        grid.attempt(lambda sent: _save(request, found, plan, form, sent) if good else None)
        and good
    ):
        messages.success(request, "The inspection plan is saved.")
        return redirect(_address(found, kind, label))
    if not good:
        form.status = 422
    return _page(request, found, plan, sampling=form, grid=grid)


def _save(
    request: Request,
    found: InspectionPlanList,
    plan: InspectionPlanView,
    form: SamplingForm,
    sent: list[dict[str, Any]],
) -> FrozenInspectionPlan:
    return inspection.set_inspection_plan(
        **_of(request, found),
        plan=FrozenInspectionPlan(
            kind=plan.facts.kind,
            label=plan.facts.label,
            sampling=form.sampling,
            note=form.cleaned_data["note"],
            lines=tuple(
                FrozenInspectionLine(
                    characteristic=values["characteristic"],
                    sampling=values["own"],
                    **{name: values[name] for name in _LINE},
                )
                for values in sent
            ),
        ),
        seen=request.POST.get("seen", ""),
    )


# What a button does: words of the message, the verb.
_ACTS: dict[str, tuple[str, Callable[..., Any]]] = {
    "propose": ("What its kind asks for is on the plan.", inspection.propose_inspection_lines),
    "release": (
        "It is released; it cannot be changed any more.",
        inspection.release_inspection_plan,
    ),
    "discard": ("The draft is gone.", inspection.discard_inspection_plan),
}


@page("see", post="definition.edit")
def act(request: Request, site: str, code: str, kind: str, label: str, what: str) -> HttpResponse:
    found, plan = _read(request, site, code, kind, label)
    if request.method != "POST":
        return redirect(_address(found, kind, label))
    said, verb = _ACTS[what]
    form = Form(request.POST)
    if not form.attempt(lambda _: verb(**_of(request, found), kind=kind, label=label)):
        return _page(request, found, plan, refused=form)
    messages.success(request, said)
    if what == "discard":
        return redirect(f"{reverse('definition-inspections', args=[site, code])}?{_query(found)}")
    return redirect(_address(found, kind, label))


@page("see")
def paper(
    request: Request, site: str, code: str, kind: str, label: str, ending: str
) -> HttpResponse:
    """The form to fill, for a lot of ``?lot=``."""
    found, plan = _read(request, site, code, kind, label)
    lot = _lot(request, found)
    if ending == "xlsx":
        name, content = inspection_sheet(found, plan, lot=lot)
        answer = HttpResponse(content, content_type=XLSX_TYPE)
        answer["Content-Disposition"] = f'attachment; filename="{_file(name)}.xlsx"'
        return answer
    if ending != "pdf":
        raise NotFound(f"There is no form as {ending[:10]!r}; pdf and xlsx are there.")
    made = inspection_paper(found, plan, lot=lot, at=request.at)
    answer = HttpResponse(made.pdf, content_type="application/pdf")
    answer["Content-Disposition"] = f'inline; filename="{made.name}.pdf"'
    return answer


def _file(name: str) -> str:
    return "".join(c if c.isascii() and (c.isalnum() or c in "-_.") else "_" for c in name)


def _lot(request: Request, found: InspectionPlanList) -> int:
    asked = request.GET.get("lot", "")
    if asked.isascii() and asked.isdecimal() and 0 < int(asked[:10]) <= 1_000_000_000:
        return int(asked[:10])
    owed = found.program.first_quantity if found.program else None
    return owed or USUAL_LOT


def _list(request: Request, site: str, code: str) -> InspectionPlanList:
    program = program_named(request.actor, site, code)
    asked = request.GET
    return inspection_plans(
        request.actor,
        program.id,
        part=asked.get("part", ""),
        revision=asked.get("revision", ""),
    )


def _read(
    request: Request, site: str, code: str, kind: str, label: str
) -> tuple[InspectionPlanList, InspectionPlanView]:
    program = program_named(request.actor, site, code)
    asked = request.GET
    return inspection_plan(
        request.actor,
        program.id,
        kind=kind,
        label=label,
        part=asked.get("part", ""),
        revision=asked.get("revision", ""),
    )


def _of(request: Request, found: InspectionPlanList) -> dict[str, Any]:
    return {
        "part_id": found.of.part_id,
        "revision": found.of.revision.label,
        "by": request.actor,
        "at": request.at,
    }


def _query(found: InspectionPlanList) -> str:
    named = {"revision": found.of.revision.label}
    if found.program is not None and found.program.part_number != found.of.part:
        named["part"] = found.of.part
    return urlencode(named)


def _address(found: InspectionPlanList, kind: str, label: str) -> str:
    program = found.program
    if program is None:
        raise NotFound("The plan is of no program.")
    of = [program.site, program.code, kind, label]
    return f"{reverse('definition-inspection', args=of)}?{_query(found)}"


def _kind(found: InspectionPlanList, plan: InspectionPlanView) -> Callable[..., Row]:
    there = found.of.characteristics
    numbers = [("", "choose"), *((c.number, c.label) for c in there)]
    held = {line.characteristic: line.sampling for line in plan.facts.lines}
    known = {c.number: c for c in there}
    return partial(InspectionRow, numbers=numbers, known=known, held=held)


def _page(
    request: Request,
    found: InspectionPlanList,
    plan: InspectionPlanView,
    *,
    sampling: SamplingForm | None = None,
    grid: Grid | None = None,
    refused: Form | None = None,
) -> HttpResponse:
    may_edit = may(request.actor, "definition.edit", found.of.site_id)
    lot, facts = _lot(request, found), plan.facts
    same = [p for p in found.plans if p.kind is plan.kind]
    posted = request.POST.get("seen", "")
    if grid is not None and sampling is not None and sampling.status == 422:
        grid.status = 422  # one form to whoever fills it in
    context: dict[str, Any] = {
        "program": found.program,
        "found": found,
        "of": found.of,
        "plan": plan,
        "same": same,
        "asks": ASKS[plan.kind],
        "lot": lot,
        "edits": plan.draft and may_edit,
        "may_edit": may_edit,
        "drafting": any(p.draft for p in same),
        "refused": refused,
        "query": _query(found),
        "next_label": next_label(same[0].facts.label),
        "seen": seen_state(posted, state_of([InspectionSeen(facts)]), grid),
        **_sampled(found, plan, lot),
    }
    if context["edits"]:
        initial = {**sampling_values(facts.sampling), "note": facts.note}
        context["sampling"] = sampling or SamplingForm(plan.kind, initial=initial)
        rows = [_values(line) for line in facts.lines]
        context["grid"] = grid or Grid(_kind(found, plan), "i", initial=rows, spare=1)
    status = max((p.status for p in (sampling, grid, refused) if p is not None), default=200)
    return render(request, "plan/inspection.html", context, status=status)


def _sampled(found: InspectionPlanList, plan: InspectionPlanView, lot: int) -> dict[str, Any]:
    """The sample of a lot; why there is none, where a file brought words that mean nothing."""
    try:
        return {"sample": plan.sample(lot), "lines": found.lines(plan, lot)}
    except InvalidInput as error:
        return {"unread": error.message, "lines": ()}


def _values(line: FrozenInspectionLine) -> dict[str, Any]:
    return {
        "characteristic": line.characteristic,
        "own": text_of(line.sampling),
        **{name: getattr(line, name) for name in _LINE},
    }


_ALL = f"{HERE}inspection/"
_ONE = f"{_ALL}<str:kind>/<str:label>/"

urlpatterns = [
    path(_ALL, plans, name="definition-inspections"),
    path(_ONE, one, name="definition-inspection"),
    path(f"{_ONE}form.<str:ending>", paper, name="definition-inspection-paper"),
    *(
        path(f"{_ONE}{what}/", act, {"what": what}, name=f"definition-inspection-{what}")
        for what in _ACTS
    ),
]
