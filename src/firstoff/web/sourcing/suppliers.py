"""Suppliers: the list of a site, and one with what comes from it."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import path

from firstoff.queries import supply
from firstoff.queries.sourcing import offers, orders
from firstoff.queries.sourcing import suppliers as reads
from firstoff.rules.access import may
from firstoff.services.sourcing import suppliers as verbs
from firstoff.web.auth import Request, page
from firstoff.web.sourcing.shared import ActForm, here, text, today
from firstoff.web.templatetags.firstoff import page_bounds


class AddForm(ActForm):
    act = "add"
    name = text("Name", required=True)


class RenameForm(ActForm):
    act = "rename"
    name = text("Another name", required=True)


@page("see", post="source.edit")
def supplier_list(request: Request, site: str) -> HttpResponse:
    form: Any = AddForm.of(request)
    if form.attempt(lambda data: verbs.create_supplier(name=data["name"], **here(request))):
        messages.success(request, f"{form.result.name} is taken on.")
        return redirect("supplier", site, form.result.name)
    search = request.GET.get("q", "").strip()[:200]
    retired = request.GET.get("retired") == "1"
    offset, limit = page_bounds(request.GET)
    found, total = reads.suppliers(
        request.actor,
        request.place.id,
        search=search,
        retired=retired,
        offset=offset,
        limit=limit,
    )
    context = {
        "found": found,
        "total": total,
        "search": search,
        "filtered": bool(search or retired),
        "states": [("", "Bought from", None), ("1", "Retired too", None)],
        "form": form,
        "may_edit": may(request.actor, "source.edit", request.place.id),
        "tab": "supplier",
    }
    return render(request, "sourcing/suppliers.html", context, status=form.status)


@page("see", post="source.edit")
def supplier(request: Request, site: str, supplier: str) -> HttpResponse:
    found = reads.supplier(request.actor, request.place.id, supplier)
    form: Any = RenameForm.of(request, initial={"name": found.name})
    if request.method == "POST" and request.POST.get("act") == "retire":
        back = found.retired_at is not None
        verbs.retire_supplier(name=found.name, retired=not back, **here(request))
        messages.success(request, f"{found.name} is {'used again' if back else 'retired'}.")
        return redirect("supplier", site, found.name)
    if form.attempt(
        lambda data: verbs.rename_supplier(name=found.name, new_name=data["name"], **here(request))
    ):
        messages.success(request, f"It is called {form.result.name} now.")
        return redirect("supplier", site, form.result.name)
    return render(request, "sourcing/supplier.html", _about(request, found, form))


def _about(request: Request, found: reads.SupplierView, form: Any) -> dict[str, Any]:
    by, place, day = request.actor, request.place.id, today(request)
    offered, n_offers = offers.offers(by, place, today=day, supplier=found.name, limit=50)
    ordered, n_orders, _ = orders.orders(by, place, today=day, supplier=found.name, limit=50)
    lots = supply.lots(by, place, today=day, supplier=found.name, limit=50)
    return {
        "supplier": found,
        "offers": offered,
        "n_offers": n_offers,
        "orders": ordered,
        "n_orders": n_orders,
        "lots": lots,
        "form": form,
        "may_edit": may(by, "source.edit", place),
        "tab": "supplier",
    }


urlpatterns = [
    path("suppliers/<str:site>/", supplier_list, name="supplier-list"),
    path("suppliers/<str:site>/<quoted:supplier>/", supplier, name="supplier"),
]
