"""The process plan on one page: its route drawn, its time, what it lacks and where."""

from typing import Any
from urllib.parse import urlencode

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import path, reverse

from firstoff.queries import plan as reads
from firstoff.queries import product as programs
from firstoff.queries.plan import DefinitionView
from firstoff.rules.access import may
from firstoff.rules.plan import Gap, in_order, order_of, route_picture
from firstoff.web.auth import Request, page

HERE = "p/<str:site>/<str:code>/definition/"
# Where what lacks is put right: part of the page of the operation.
_PLACES = {"instruction": "steps", "step": "steps", "jig": "about", "standard_time": "about"}


def read(request: Request, site: str, code: str) -> DefinitionView:
    """What the address asks for: ``?revision=C&plan=1``, the newest unless said."""
    program = programs.program(request.actor, site, code)
    return reads.definition(
        request.actor,
        program.id,
        revision=request.GET.get("revision", ""),
        plan=request.GET.get("plan", ""),
    )


def query_of(view: DefinitionView, **more: object) -> str:
    named = {"revision": view.revision.label, "plan": view.plan.label if view.plan else ""}
    return urlencode({name: value for name, value in {**named, **more}.items() if value})


def may_edit(request: Request, view: DefinitionView) -> bool:
    """Whether the plan can be changed: it is a draft, and the person may."""
    draft = view.plan is not None and view.plan.draft
    return draft and may(request.actor, "definition.edit", view.program.site_id)


@page("see")
def process_plan(request: Request, site: str, code: str) -> HttpResponse:
    view = read(request, site, code)
    order = order_of(view.operations)
    context: dict[str, Any] = {
        "program": view.program,
        "view": view,
        "query": query_of(view),
        "may_edit": may_edit(request, view),
        "picture": route_picture(view.operations) if view.operations else None,
        "operations": [
            {
                "is": operation,
                "waits": order.direct[operation.seq],
                "steps": len(operation.steps),
                "gaps": sum(1 for gap in view.plan_gaps if gap.seq == operation.seq),
            }
            for operation in in_order(view.operations)
        ],
        "gaps": [{"is": gap, "url": _where(view, gap)} for gap in view.plan_gaps],
    }
    return render(request, "plan/process.html", context)


def _where(view: DefinitionView, gap: Gap) -> str:
    """The address at which the gap is closed."""
    program, query = view.program, query_of(view)
    of = [program.site, program.code]
    if gap.kind in _PLACES:
        address = reverse("definition-operation", args=[*of, gap.seq])
        place = f"step-{gap.step}" if gap.step else _PLACES[gap.kind]
        return f"{address}?{query}#{place}"
    if gap.kind == "consumed" and view.operations:
        address = reverse("definition-operation", args=[*of, view.operations[0].seq])
        return f"{address}?{query}#materials"
    return f"{reverse('definition', args=of)}?{query}#characteristics"


urlpatterns = [path(f"{HERE}plan/", process_plan, name="definition-plan")]
