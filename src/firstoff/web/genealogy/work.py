"""Work on a unit that failed: back into the route, repaired, scrapped."""

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import path

from firstoff.queries.execution import runs
from firstoff.queries.execution.line import line
from firstoff.queries.genealogy import labels as label_reads
from firstoff.queries.genealogy import packages
from firstoff.services.genealogy import packs
from firstoff.web.auth import Request, page
from firstoff.web.execution.shared import RecordForm, prose


class ReworkForm(RecordForm):
    reason = prose("Why", 2)
    from_operation = forms.TypedChoiceField(
        label="Begin again at", required=False, coerce=int, empty_value=None
    )


class RepairForm(RecordForm):
    what = prose("What was done", 2)
    defect = forms.CharField(label="Defect code", max_length=60, required=False)
    removed = forms.ChoiceField(label="Part taken out", required=False)
    fitted_part = forms.CharField(label="Part put in: part number", max_length=120, required=False)
    fitted_serial = forms.CharField(label="Its serial number", max_length=120, required=False)


class ScrapForm(RecordForm):
    reason = prose("Why", 2)


@page("unit.record", post="unit.record")
def work(request: Request, site: str, part: str, serial: str) -> HttpResponse:
    unit = label_reads.unit_named(request.actor, site, part, serial)
    act = request.POST.get("act", "")
    inside = packages.fitted_in(request.place.id, part, serial)
    made = _forms(request, unit, inside, act)
    given: dict[str, Any] = {
        "site_id": request.place.id,
        "part": part,
        "serial": serial,
        "by": request.actor,
        "at": request.at,
    }
    verbs: dict[str, Callable[[dict[str, Any]], Any]] = {
        "rework": lambda data: packs.rework(**given, **data),
        "repair": lambda data: packs.repair(**given, **_replaced(data, inside)),
        "scrap": lambda data: packs.scrap(**given, **data),
    }
    if act in verbs and made[act].attempt(verbs[act]):
        said = {
            "rework": "goes back into the route; its first result stays.",
            "repair": "is repaired, as recorded.",
            "scrap": "is scrapped.",
        }
        messages.success(request, f"{serial} {said[act]}")
        return redirect("unit", site, part, serial)
    context = {
        "site": site,
        "part": part,
        "serial": serial,
        "unit": unit,
        "inside": inside,
        **made,
    }
    status = made[act].status if act in made else 200
    return render(request, "genealogy/work.html", context, status=status)


def _forms(
    request: Request, unit: Any, inside: tuple[tuple[str, str, str], ...], act: str
) -> dict[str, Any]:
    kinds = {"rework": ReworkForm, "repair": RepairForm, "scrap": ScrapForm}
    made: dict[str, Any] = {}
    for name, kind in kinds.items():
        more: dict[str, Any] = {"auto_id": f"{name}_%s"}
        made[name] = kind.of(request, **more) if act == name else kind(**more)
    operations = [("", "where it failed")]
    if unit.run is not None:
        view = line(runs.run(request.actor, unit.run.site.code, unit.run.batch_id))
        operations += [(str(o.seq), f"{o.seq} {o.name}") for o in view.operations]
    made["rework"].choose("from_operation", operations)
    choices = [("", "nothing")]
    choices += [
        (str(n), f"{p} {s}" + (f" at {where}" if where else "")) for n, (p, s, where) in
        enumerate(inside)
    ]  # fmt: skip
    made["repair"].choose("removed", choices)
    return made


def _replaced(data: dict[str, Any], inside: tuple[tuple[str, str, str], ...]) -> dict[str, Any]:
    """What was chosen as the names of the parts."""
    chosen = data.pop("removed")
    part, serial = data.pop("fitted_part").strip(), data.pop("fitted_serial").strip()
    if chosen:
        old_part, old_serial, position = inside[int(chosen)]
        data |= {"removed": (old_part, old_serial), "position": position}
        part = part or old_part
    if serial:
        data["fitted"] = (part, serial)
    return data


urlpatterns = [
    path("units/<str:site>/<quoted:part>/<quoted:serial>/mend/", work, name="unit-work"),
]
