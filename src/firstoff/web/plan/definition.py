"""The definition of a program on one page: fill it in, release it, freeze it."""

from collections.abc import Callable
from functools import partial, wraps
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import path, reverse

from firstoff.errors import InvalidInput, NotFound
from firstoff.queries import bom as lined
from firstoff.queries import documents as drawn
from firstoff.queries import plan as reads
from firstoff.queries import product as programs
from firstoff.queries.plan import DefinitionView
from firstoff.rules.access import may
from firstoff.rules.product import next_label, state_of
from firstoff.services import documents, plan, product
from firstoff.terms import EquipmentKind
from firstoff.web.auth import Request, page
from firstoff.web.forms import Form
from firstoff.web.grids import Grid
from firstoff.web.plan import characteristics as importing
from firstoff.web.plan import rows


def _or_back(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """What is posted to has no page of its own: whoever opens its address lands on the page."""

    @wraps(view)
    def answered(request: Request, site: str, code: str, **more: str) -> HttpResponse:
        if request.method == "POST":
            return view(request, site, code, **more)
        return redirect(_with_query("definition", site, code, request.GET.dict()))

    return answered


@page("see")
def definition(request: Request, site: str, code: str) -> HttpResponse:
    return _page(request, site, code)


@page("see", post="definition.edit")
@_or_back
def characteristics(request: Request, site: str, code: str) -> HttpResponse:
    """The grid of characteristics was sent: all of the draft, at once."""
    view = _view(request, site, code)
    grid = Grid.of(request, rows.CharacteristicRow, "c")

    @rows.in_its_cell()
    def save(sent: list[dict[str, Any]]) -> Any:
        return product.set_characteristics(
            **_of(request, view),
            revision=view.revision.label,
            characteristics=[rows.characteristic(values) for values in sent],
            seen=request.POST.get("seen", ""),
        )

    if grid.attempt(save):
        messages.success(request, "The characteristics are saved.")
        return _back(view, "characteristics")
    return _page(request, site, code, characteristics=grid)


@page("see", post="definition.edit")
@_or_back
def operations(request: Request, site: str, code: str) -> HttpResponse:
    """The grid of operations was sent: all of the draft plan, at once."""
    view = _view(request, site, code)
    kind = partial(rows.OperationRow, jigs=_jigs(request, view))
    grid = Grid.of(request, kind, "o", key="seq")
    if grid.attempt(
        lambda sent: plan.set_operations(
            **_of(request, view),
            **_plan(view),
            operations=rows.operations(sent, view.operations),
            numbers=rows.numbered(sent, view.operations),
            seen=request.POST.get("seen", ""),
        )
    ):
        messages.success(request, "The operations are saved.")
        return _back(view, "operations")
    return _page(request, site, code, operations=grid)


@page("see", post="definition.edit")
@_or_back
def codes(request: Request, site: str, code: str) -> HttpResponse:
    view = _view(request, site, code)
    grid = Grid.of(request, rows.CodeRow, "d", key="code")
    if grid.attempt(
        lambda sent: plan.add_defect_codes(
            **_of(request, view), codes=[rows.defect_code(values) for values in sent]
        )
    ):
        messages.success(request, "The defect codes are added.")
        return _back(view, "codes")
    return _page(request, site, code, codes=grid)


def _link(view: DefinitionView, posted: Any, **of: Any) -> Any:
    """A version becomes part of the revision: the newest, unless said."""
    number, label = (posted.get(name, "").strip() for name in ("number", "label"))
    if not number:
        raise InvalidInput("Which document? Write its number.", field="number")
    try:
        _, found = drawn.version(of["by"], view.program.site, number, label)
    except NotFound as error:
        raise InvalidInput(error.message, field="number") from error
    return documents.link_version(**of, revision=view.revision.label, version_id=found.id)


def _unlink(view: DefinitionView, posted: Any, **of: Any) -> Any:
    number, label = posted.get("number", ""), posted.get("label", "")
    _, found = drawn.version(of["by"], view.program.site, number, label)
    return documents.unlink_version(**of, revision=view.revision.label, version_id=found.id)


# What a button does: words of the message, and the verb for the definition that is shown.
_ACTS: dict[str, tuple[str, str, Callable[..., Any]]] = {
    "renumber": (
        "operations",
        "The operations are numbered 10, 20, 30.",
        lambda view, posted, **of: plan.reorder_operations(
            **of, **_plan(view), order=[o.seq for o in view.operations]
        ),
    ),
    "link-document": ("documents", "The document belongs to the revision.", _link),
    "unlink-document": ("documents", "The document belongs to the revision no more.", _unlink),
    "release-revision": (
        "revision",
        "The revision is released; it cannot be changed any more.",
        lambda view, posted, **of: product.release_revision(**of, revision=view.revision.label),
    ),
    "new-revision": (
        "revision",
        "The new revision is a draft with all that the last one said.",
        lambda view, posted, **of: product.create_revision(**of, label=posted.get("label", "")),
    ),
    "discard-revision": (
        "revision",
        "The draft revision is gone.",
        lambda view, posted, **of: product.discard_revision(**of, revision=view.revision.label),
    ),
    "release-plan": (
        "operations",
        "The plan is released; it cannot be changed any more.",
        lambda view, posted, **of: plan.release_plan(**of, **_plan(view)),
    ),
    "new-plan": (
        "operations",
        "The new plan is a draft with all operations of the last one.",
        lambda view, posted, **of: plan.create_plan(
            **of, revision=view.revision.label, label=posted.get("label", "")
        ),
    ),
    "discard-plan": (
        "operations",
        "The draft plan is gone.",
        lambda view, posted, **of: plan.discard_plan(**of, **_plan(view)),
    ),
    "retire-code": (
        "codes",
        "The code is offered no more; records that carry it keep it.",
        lambda view, posted, **of: plan.retire_defect_code(**of, code=posted.get("code", "")),
    ),
    "restore-code": (
        "codes",
        "The code is offered again.",
        lambda view, posted, **of: plan.add_defect_codes(
            **of, codes=[c for c in view.defect_codes if c.code == posted.get("code")]
        ),
    ),
}
# These leave what was shown: the newest is shown next.
_MOVES = {"new-revision", "discard-revision"}
_PLAN_MOVES = {"new-plan", "discard-plan"}


@page("see", post="definition.edit")
@_or_back
def act(request: Request, site: str, code: str, what: str) -> HttpResponse:
    """One of the buttons."""
    view = _view(request, site, code)
    section, said, verb = _ACTS[what]
    form = Form(request.POST)
    if form.attempt(lambda _: verb(view, request.POST, **_of(request, view))):
        messages.success(request, said)
        return _back(view, section, revision=what not in _MOVES, plan=what not in _PLAN_MOVES)
    return _page(request, site, code, **{section: form})


@page("see", post="baseline.freeze")
@_or_back
def freeze(request: Request, site: str, code: str) -> HttpResponse:
    view = _view(request, site, code)
    form = Form(request.POST)
    if form.attempt(lambda _: plan.freeze_baseline(**_of(request, view), **_plan(view))):
        messages.success(request, f"Frozen as baseline {_spaced(form.result.digest)}.")
        return _back(view, "baselines")
    return _page(request, site, code, freeze=form)


@page("see")
def baseline(request: Request, site: str, code: str, digest: str) -> HttpResponse:
    """A frozen definition, as it will always be."""
    program = programs.program(request.actor, site, code)
    view, facts = reads.baseline(request.actor, program.id, digest)
    context = {"program": program, "baseline": view, "facts": facts}
    return render(request, "plan/baseline.html", context)


@page("see")
def compare(request: Request, site: str, code: str) -> HttpResponse:
    """What two baselines say differently: the two newest, unless said."""
    program = programs.program(request.actor, site, code)
    there, total = reads.baselines(request.actor, program.id, limit=50)
    context: dict[str, Any] = {"program": program, "there": there, "total": total}
    if len(there) > 1:
        before = request.GET.get("before") or there[1].digest
        after = request.GET.get("after") or there[0].digest
        old, new, found = reads.compare(request.actor, program.id, before, after)
        context |= {"before": old, "after": new, "differences": found}
    return render(request, "plan/compare.html", context)


def _page(request: Request, site: str, code: str, **sent: Form | Grid) -> HttpResponse:
    view = _view(request, site, code)
    actor, site_id = request.actor, view.program.site_id
    here = (view.program.site, view.program.code)
    may_edit = may(actor, "definition.edit", site_id)
    edits = may_edit and view.revision.draft
    edits_plan = may_edit and view.plan is not None and view.plan.draft
    grids = {name: part for name, part in sent.items() if isinstance(part, Grid)}
    context: dict[str, Any] = {
        "program": view.program,
        "view": view,
        "sent": sent,  # what came back with a refusal, by section
        "query": urlencode(_query(view)),
        "may_edit": may_edit,
        "may_freeze": may(actor, "baseline.freeze", site_id),
        "drafting": any(r.draft for r in view.revisions),
        "planning": any(p.draft for p in view.plans),
        "next_revision": programs.next_revision(view.program.part_id, view.revisions),
        "next_plan": next_label(view.plans[0].label) if view.plans else "1",
        "seen_characteristics": state_of(view.characteristics),
        "drawings": drawn.drawings(actor, view.revision.id),
        "bom": lined.head(actor, view.revision.id),
        "documents": drawn.choices(actor, site_id) if edits else (),
        "symbols": rows.symbols(),
        "characteristics_at": _with_query("definition-characteristics", *here, _query(view)),
        "import_at": _with_query(
            "definition-characteristics-import", *here, {"revision": view.revision.label}
        ),
        "seen_operations": state_of(view.operations),
        "characteristics": grids.get("characteristics") if edits else None,
        "operations": grids.get("operations") if edits_plan else None,
        "codes": grids.get("codes"),
    }
    _add_grids(context, request, view, edits, edits_plan)
    status = max((s.status for s in sent.values()), default=200)
    return render(request, "plan/definition.html", context, status=status)


def _add_grids(
    context: dict[str, Any], request: Request, view: DefinitionView, edits: bool, plans: bool
) -> None:
    """The tables to type into, unless one was sent and comes back with its errors."""
    if edits and context["characteristics"] is None:
        initial = [rows.characteristic_values(c) for c in view.characteristics]
        context["characteristics"] = Grid(rows.CharacteristicRow, "c", initial=initial)
    if edits:
        context["gauges"] = reads.usable(request.actor, view.program.site_id, EquipmentKind.GAUGE)
    if plans and context["operations"] is None:
        kind = partial(rows.OperationRow, jigs=_jigs(request, view))
        initial = [rows.operation_values(o) for o in view.operations]
        context["operations"] = Grid(kind, "o", initial=initial, spare=1)
    if context["codes"] is None:
        context["codes"] = Grid(rows.CodeRow, "d", spare=1 if view.defect_codes else 3)


def _view(request: Request, site: str, code: str) -> DefinitionView:
    """What the address asks for: ``?revision=C&plan=1``, the newest unless said."""
    program = programs.program(request.actor, site, code)
    revision, plan = (request.GET.get(name, "") for name in ("revision", "plan"))
    return reads.definition(request.actor, program.id, revision=revision, plan=plan)


def _jigs(request: Request, view: DefinitionView) -> list[tuple[str, str]]:
    there = reads.usable(
        request.actor, view.program.site_id, EquipmentKind.JIG, EquipmentKind.TOOL
    )
    return rows.jig_choices(there, view.operations)


def _of(request: Request, view: DefinitionView) -> dict[str, Any]:
    return {"program_id": view.program.id, "by": request.actor, "at": request.at}


def _plan(view: DefinitionView) -> dict[str, Any]:
    return {
        "revision": view.revision.label,
        "plan": view.plan.label if view.plan else "",
    }


def _query(view: DefinitionView) -> dict[str, Any]:
    return {name: value for name, value in _plan(view).items() if value}


def _back(
    view: DefinitionView, section: str, *, revision: bool = True, plan: bool = True
) -> HttpResponse:
    """To where one was on the page; without the label of what has just come or gone."""
    query = _query(view) if revision else {}
    if not plan:
        query.pop("plan", None)
    address = _with_query("definition", view.program.site, view.program.code, query)
    return redirect(f"{address}#{section}")


def _with_query(name: str, site: str, code: str, query: dict[str, Any]) -> str:
    address = reverse(name, args=[site, code])
    return f"{address}?{urlencode(query)}" if query else address


def _spaced(digest: str) -> str:
    return f"{digest[:4]} {digest[4:8]}"


_HERE = "p/<str:site>/<str:code>/definition/"

urlpatterns = [
    path(_HERE, definition, name="definition"),
    path(f"{_HERE}characteristics/", characteristics, name="definition-characteristics"),
    *importing.urlpatterns,
    path(f"{_HERE}operations/", operations, name="definition-operations"),
    path(f"{_HERE}codes/", codes, name="definition-codes"),
    path(f"{_HERE}freeze/", freeze, name="definition-freeze"),
    path(f"{_HERE}baselines/compare/", compare, name="definition-compare"),
    path(f"{_HERE}baselines/<str:digest>/", baseline, name="definition-baseline"),
    *(path(f"{_HERE}{what}/", act, {"what": what}, name=f"definition-{what}") for what in _ACTS),
]
