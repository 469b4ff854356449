"""An operation on a page of its own: what it is, what it holds, what it consumes, its steps."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal, InvalidOperation
from functools import partial
from typing import Any

from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import path, reverse

from firstoff.errors import InvalidInput, NotFound
from firstoff.queries import plan as reads
from firstoff.queries.plan import DefinitionView
from firstoff.queries.plan.coverage import LineChoice, line_choices, unconsumed_lines
from firstoff.rules.plan import MaterialUse, PlanOperation, in_order, plan_gaps
from firstoff.rules.product import state_of
from firstoff.services import plan
from firstoff.terms import EquipmentKind
from firstoff.web.auth import Request, page
from firstoff.web.forms import Form
from firstoff.web.grids import Grid, seen_state
from firstoff.web.plan import rows, steps
from firstoff.web.plan.operation_rows import (
    AboutForm,
    ParameterRow,
    about,
    about_values,
    parameter,
    parameter_values,
)
from firstoff.web.plan.process import HERE, may_edit, query_of, read
from firstoff.web.plan.steps import StepRow, step_values


@dataclass(frozen=True, slots=True)
class _Open:
    """The operation that a page is about."""

    view: DefinitionView
    operation: PlanOperation

    @property
    def of(self) -> dict[str, Any]:
        plan_ = self.view.plan
        return {
            "program_id": self.view.program.id,
            "revision": self.view.revision.label,
            "plan": plan_.label if plan_ else "",
            "seq": self.operation.seq,
        }


@page("see")
def operation(request: Request, site: str, code: str, seq: int) -> HttpResponse:
    return _page(request, _open(request, site, code, seq))


def _posted(
    section: str, said: str
) -> Callable[[Callable[..., Any]], Callable[..., HttpResponseBase]]:
    """A part of the page that was sent: the verb for it, and where one lands."""

    def made(put: Callable[..., Any]) -> Callable[..., HttpResponseBase]:
        @page("see", post="definition.edit")
        def view(request: Request, site: str, code: str, seq: int) -> HttpResponse:
            found = _open(request, site, code, seq)
            if request.method != "POST":
                return redirect(_address(found, found.operation.seq))
            sent = put(request, found)
            if isinstance(sent, int):
                messages.success(request, said)
                return redirect(_address(found, sent, section))
            if isinstance(sent, str):
                return redirect(_address(found, found.operation.seq, sent))
            return _page(request, found, **{section: sent})

        return view

    return made


@_posted("about", "The operation is saved.")
def save_about(request: Request, found: _Open) -> Form | int:
    form = _about(request, found, request.POST)
    if form.attempt(lambda values: _change(request, found, about(values, found.operation))):
        return int(form.result.seq)
    return form


@_posted("parameters", "The parameters are saved.")
def save_parameters(request: Request, found: _Open) -> Grid | int:
    grid = Grid.of(request, ParameterRow, "p", key="name")
    if grid.attempt(
        lambda sent: _change(
            request, found, replace(found.operation, parameters=tuple(map(parameter, sent)))
        )
    ):
        return found.operation.seq
    return grid


@_posted("materials", "What it consumes is saved.")
def save_materials(request: Request, found: _Open) -> Form | int:
    form = Form(request.POST)
    if form.attempt(
        lambda _: _change(
            request, found, replace(found.operation, materials=_consumed(request, found))
        )
    ):
        return found.operation.seq
    return form


@_posted("steps", "The steps are saved.")
def save_steps(request: Request, found: _Open) -> Grid | int | str:
    grid = steps.grid_of(request, found.operation, found.view.characteristics)
    done = grid.attempt(
        lambda sent: plan.set_steps(
            **found.of,
            **steps.read(request, sent, found.operation),
            by=request.actor,
            at=request.at,
            seen=request.POST.get("seen", ""),
        )
    )
    if not done:
        return grid
    moved = steps.moved_to(request, grid)
    return f"step-{moved}" if moved else found.operation.seq


@page("see", post="definition.edit")
def remove(request: Request, site: str, code: str, seq: int) -> HttpResponse:
    found = _open(request, site, code, seq)
    form = Form(request.POST)
    if request.method == "POST" and form.attempt(
        lambda _: plan.remove_operation(**found.of, by=request.actor, at=request.at)
    ):
        messages.success(request, f"Operation {seq} is gone from the draft.")
        address = reverse("definition-plan", args=[site, code])
        return redirect(f"{address}?{query_of(found.view)}")
    return _page(request, found, about=form) if request.method == "POST" else redirect(
        _address(found, seq)
    )  # fmt: skip


def _change(request: Request, found: _Open, one: PlanOperation) -> PlanOperation:
    return plan.update_operation(
        **found.of,
        operation=one,
        by=request.actor,
        at=request.at,
        seen=request.POST.get("seen", ""),
    )


def _open(request: Request, site: str, code: str, seq: int) -> _Open:
    view = read(request, site, code)
    one = next((o for o in view.operations if o.seq == seq), None)
    if one is None:
        label = view.plan.label if view.plan else ""
        raise NotFound(f"Plan {label} of revision {view.revision.label} has no operation {seq}.")
    return _Open(view, one)


def _address(found: _Open, seq: int, place: str = "") -> str:
    program = found.view.program
    address = reverse("definition-operation", args=[program.site, program.code, seq])
    moved = place.removeprefix("step-") if place.startswith("step-") else ""
    query = query_of(found.view, moved=moved)
    return f"{address}?{query}" + (f"#{place}" if place else "")


def _page(request: Request, found: _Open, **sent: Form | Grid) -> HttpResponse:
    view, one = found.view, found.operation
    edits = may_edit(request, view)
    order = in_order(view.operations)
    place = order.index(one)
    find = request.GET.get("find", "")[:120]
    context: dict[str, Any] = {
        "program": view.program,
        "view": view,
        "operation": one,
        "edits": edits,
        "query": query_of(view),
        "seen": seen_state(request.POST.get("seen", ""), state_of([one]), *sent.values()),
        "before": order[place - 1] if place else None,
        "after": order[place + 1] if place + 1 < len(order) else None,
        "place": place + 1,
        "total": len(order),
        "gaps": plan_gaps([one]),
        "sent": sent,
        "refused": list(sent.values()),
        "find": find,
        "moved": request.GET.get("moved", ""),
        **_lines(found, find),
        **(_forms(request, found, sent) if edits else {}),
    }
    status = max((part.status for part in sent.values()), default=200)
    return render(request, "plan/operation.html", context, status=status)


def _lines(found: _Open, find: str) -> dict[str, Any]:
    plan_ = found.view.plan
    if plan_ is None:
        return {}
    mine, offered, total = line_choices(
        found.view.revision.id, plan_.id, found.operation.seq, find=find.strip()
    )
    seq = found.operation.seq
    consumed = [{"is": line, "here": _here(line, seq)} for line in mine]
    return {"consumed": consumed, "offered": offered, "offered_total": total}


def _here(line: LineChoice, seq: int) -> str:
    """How much of the line is consumed here, as it is typed; empty: all of it."""
    quantity = next((q for other, q in line.consumed if other == seq), None)
    return "" if quantity is None else f"{quantity.normalize():f}"


def _forms(request: Request, found: _Open, sent: Mapping[str, Form | Grid]) -> dict[str, Any]:
    """What is typed into, unless it was sent and comes back with its errors."""
    one = found.operation
    parameters = sent.get("parameters")
    if not isinstance(parameters, Grid):
        initial = [parameter_values(p) for p in one.parameters]
        parameters = Grid(ParameterRow, "p", initial=initial, spare=1)
    written = sent.get("steps")
    if not isinstance(written, Grid):
        kind = partial(StepRow, **steps.choices(one, found.view.characteristics))
        written = Grid(kind, "s", initial=[step_values(s) for s in one.steps], spare=1)
    form = sent.get("about")
    if not isinstance(form, AboutForm):
        form = _about(request, found, None)
    return {"about": form, "parameters": parameters, "steps": written}


def _about(request: Request, found: _Open, data: Any) -> AboutForm:
    there = reads.usable(request.actor, found.view.program.site_id)
    jigs = [e for e in there if e.kind in (EquipmentKind.JIG, EquipmentKind.TOOL)]
    return AboutForm(
        data,
        initial=about_values(found.operation),
        jigs=rows.jig_choices(tuple(jigs), (found.operation,)),
        equipment=[(e.code, f"{e.code} {e.name}") for e in there],
    )


def _consumed(request: Request, found: _Open) -> tuple[MaterialUse, ...]:
    """The lines that were ticked, each with its quantity. Raises InvalidInput."""
    places: Sequence[int] = [int(n) for n in request.POST.getlist("line") if _is_place(n)]
    plan_ = found.view.plan
    if "all" in request.POST and plan_ is not None:
        places = [*places, *unconsumed_lines(found.view.revision.id, plan_.id)]
    return tuple(
        MaterialUse(line=place, quantity=_quantity(request, place))
        for place in sorted(set(places))
    )


def _is_place(text: str) -> bool:
    return text.isascii() and text.isdecimal() and len(text) < 9


def _quantity(request: Request, place: int) -> Decimal | None:
    text = request.POST.get(f"q-{place}", "").strip().replace(",", ".")
    if not text:
        return None
    try:
        return Decimal(text)
    except InvalidOperation as error:
        raise InvalidInput(
            f"The quantity of line {place}, {text[:20]!r}, is no number.",
            way_out="Leave it empty where all of the line is consumed.",
            field="materials",
        ) from error


_ONE = f"{HERE}operations/<int:seq>/"

urlpatterns = [
    path(_ONE, operation, name="definition-operation"),
    path(f"{_ONE}about/", save_about, name="definition-operation-about"),
    path(f"{_ONE}parameters/", save_parameters, name="definition-operation-parameters"),
    path(f"{_ONE}materials/", save_materials, name="definition-operation-materials"),
    path(f"{_ONE}steps/", save_steps, name="definition-operation-steps"),
    path(f"{_ONE}remove/", remove, name="definition-operation-remove"),
]
