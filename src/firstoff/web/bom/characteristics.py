"""Characteristics of any part: what of a bought part is inspected as it comes in (R-22)."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import path

from firstoff.queries import plan
from firstoff.queries import product as reads
from firstoff.rules.product import state_of
from firstoff.services import product
from firstoff.terms import EquipmentKind
from firstoff.web.auth import Request, page
from firstoff.web.bom.shared import PART, found, here
from firstoff.web.grids import Grid
from firstoff.web.plan import rows
from firstoff.web.plan.characteristics import Draft, take

_HERE = f"{PART}<quoted:revision>/characteristics/"


@page("see", post="definition.edit")
def characteristics(request: Request, site: str, part: str, revision: str) -> HttpResponse:
    """What a revision of the part asks for, to be typed while it is a draft."""
    shown = found(request, site, part, revision)
    there = reads.characteristics_of(shown.revision.id)

    @rows.in_its_cell()
    def save(sent: list[dict[str, Any]]) -> Any:
        return product.set_characteristics(
            part_id=shown.part.id,
            revision=shown.revision.label,
            characteristics=[rows.characteristic(values) for values in sent],
            seen=request.POST.get("seen", ""),
            **here(request),
        )

    if request.method == "POST":
        grid = Grid.of(request, rows.CharacteristicRow, "c")
        if grid.attempt(save):
            messages.success(request, "The characteristics are saved.")
            return redirect(shown.at("part-characteristics"))
    else:
        initial = [rows.characteristic_values(c) for c in there]
        grid = Grid(rows.CharacteristicRow, "c", initial=initial)
    context = shown.context(
        view={"characteristics": there, "revision": shown.revision},
        characteristics=grid if shown.edits else None,
        sent={"characteristics": grid},
        seen_characteristics=state_of(there),
        symbols=rows.symbols(),
        gauges=plan.usable(request.actor, shown.part.site_id, EquipmentKind.GAUGE),
        characteristics_at=shown.at("part-characteristics"),
        import_at=shown.at("part-characteristics-import"),
    )
    return render(request, "bom/characteristics.html", context, status=grid.status)


@page("see", post="definition.edit")
def characteristics_import(request: Request, site: str, part: str, revision: str) -> HttpResponse:
    shown = found(request, site, part, revision)
    one, back = shown.part, shown.at("part-characteristics")
    of = {"part_id": one.id}
    return take(request, Draft(shown.revision, of, one.number, one.number, one.site_id, back))


urlpatterns = [
    path(f"{_HERE}import/", characteristics_import, name="part-characteristics-import"),
    path(_HERE, characteristics, name="part-characteristics"),
]
