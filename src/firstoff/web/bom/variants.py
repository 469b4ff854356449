"""Variants of a revision: what each does otherwise, typed as a table."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import path, reverse

from firstoff.queries import bom as reads
from firstoff.rules.bom.variant_facts import ChangeFacts, VariantFacts
from firstoff.rules.product import state_of
from firstoff.services.bom import remove_variant, set_variant
from firstoff.web.auth import Request, page
from firstoff.web.bom.shared import BOM, Shown, found, here
from firstoff.web.forms import Form
from firstoff.web.grids import Grid, Row, seen_state


class ChangeRow(Row):
    told = ("position", "designator", "part", "child", "quantity")

    position = forms.IntegerField(
        label="Line", min_value=1, widget=forms.TextInput(attrs={"size": 4})
    )
    designator = forms.CharField(
        max_length=60, required=False, widget=forms.TextInput(attrs={"size": 8})
    )
    fitted = forms.ChoiceField(choices=[("no", "not fitted"), ("yes", "fitted")])
    part = forms.CharField(
        label="Another part",
        max_length=120,
        required=False,
        widget=forms.TextInput(attrs={"size": 16, "spellcheck": "false"}),
    )
    child = forms.CharField(
        label="Its revision",
        max_length=20,
        required=False,
        widget=forms.TextInput(attrs={"size": 5}),
    )
    quantity = forms.DecimalField(required=False, widget=forms.TextInput(attrs={"size": 5}))


def _change(values: dict[str, Any]) -> ChangeFacts:
    return ChangeFacts(**{**values, "fitted": values["fitted"] == "yes"})


def _initial(change: ChangeFacts) -> dict[str, Any]:
    values = {name: getattr(change, name) for name in ChangeRow.base_fields if name != "remove"}
    quantity = "" if change.quantity is None else f"{change.quantity.normalize():f}"
    return {**values, "fitted": "yes" if change.fitted else "no", "quantity": quantity}


@page("see", post="definition.edit")
def bom_variants(request: Request, site: str, part: str, revision: str) -> HttpResponse:
    """Every variant; ``?variant=CODE`` is typed into, nothing named is a new one."""
    shown = found(request, site, part, revision)
    if request.method != "POST":
        return _page(request, shown)
    if request.POST.get("act") == "remove":
        form, code = Form(request.POST), request.POST.get("code", "")
        if form.attempt(
            lambda _: remove_variant(revision_id=shown.revision.id, code=code, **here(request))
        ):
            messages.success(request, f"Variant {code} is gone.")
            return redirect(shown.at("bom-variants"))
        return _page(request, shown, sent=form)
    grid = Grid.of(request, ChangeRow, "v")
    code, name = (request.POST.get(n, "").strip() for n in ("code", "name"))
    if grid.attempt(
        lambda sent: set_variant(
            revision_id=shown.revision.id,
            variant=VariantFacts(code, name, tuple(_change(values) for values in sent)),
            seen=request.POST.get("seen", ""),
            **here(request),
        )
    ):
        messages.success(request, f"Variant {grid.result.code} is saved.")
        return redirect(f"{reverse('bom-lines', args=[site, part, revision])}?variant={code}")
    return _page(request, shown, grid=grid, sent=grid)


def _page(
    request: Request, shown: Shown, *, grid: Grid | None = None, sent: Form | Grid | None = None
) -> HttpResponse:
    views = reads.variants(request.actor, shown.revision.id)
    asked = request.GET.get("variant", "")
    chosen = next((view for view in views if view.facts.code == asked), None)
    if shown.edits and grid is None:
        changes = chosen.facts.changes if chosen else ()
        grid = Grid(ChangeRow, "v", initial=[_initial(one) for one in changes])
    posted = request.POST if request.method == "POST" else {}
    there = [chosen.facts] if chosen else []
    if isinstance(sent, Grid):  # the code that was typed, which somebody may have taken meanwhile
        there = [v.facts for v in views if v.facts.code == posted.get("code", "").strip()]
    context = shown.context(
        variants=views,
        chosen=chosen,
        grid=grid if shown.edits else None,
        sent=sent,
        seen=seen_state(posted.get("seen", ""), state_of(there), sent),
        code=posted.get("code", chosen.facts.code if chosen else ""),
        name=posted.get("name", chosen.facts.name if chosen else ""),
    )
    status = sent.status if sent else 200
    return render(request, "bom/variants.html", context, status=status)


urlpatterns = [path(f"{BOM}variants/", bom_variants, name="bom-variants")]
