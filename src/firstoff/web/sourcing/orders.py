"""Orders: the list of a site, one placed, one with what became of it."""

from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import path

from firstoff.queries.sourcing import orders as reads
from firstoff.rules.access import may
from firstoff.services.sourcing.orders import cancel_order, move_order, place_order
from firstoff.web.auth import Request, page
from firstoff.web.execution.shared import RecordForm
from firstoff.web.forms import DateInput
from firstoff.web.sourcing.shared import ActForm, figure, here, number, text, today
from firstoff.web.templatetags.firstoff import page_bounds

_WORDS = {"open": "Open", "late": "Late", "complete": "Complete", "cancelled": "Cancelled"}


class OrderForm(RecordForm):
    number = text("Order number", 120, required=True)
    part = text("Part", 120, required=True, hint="Our number")
    quantity = figure("Quantity", required=True)
    due = forms.DateField(label="Due", widget=DateInput())
    supplier = text("Supplier")
    mpn = text("MPN", hint="Where it is one manufacturer’s part")
    price = figure("Price of one")
    currency = text("Currency", 3)


class MoveForm(ActForm):
    act = "move"
    due = forms.DateField(label="The date that is confirmed", widget=DateInput())
    note = text("Note", 2000)


class CancelForm(ActForm):
    act = "cancel"
    note = text("Why", 2000)


@page("see")
def order_list(request: Request, site: str) -> HttpResponse:
    search, state = request.GET.get("q", "").strip()[:200], request.GET.get("state", "")
    offset, limit = page_bounds(request.GET)
    found, total, counts = reads.orders(
        request.actor,
        request.place.id,
        today=today(request),
        search=search,
        state=state if state in _WORDS else "",
        offset=offset,
        limit=limit,
    )
    context = {
        "found": found,
        "total": total,
        "search": search,
        "filtered": bool(search or state in _WORDS),
        "states": [("", "All", counts[""]), *((s, w, counts[s]) for s, w in _WORDS.items())],
        "may_edit": may(request.actor, "source.edit", request.place.id),
        "tab": "order",
    }
    return render(request, "sourcing/orders.html", context)


@page("source.edit", post="source.edit")
def order_add(request: Request, site: str) -> HttpResponse:
    initial = {name: request.GET.get(name, "")[:120] for name in ("part", "mpn", "supplier")}
    form: Any = OrderForm.of(request, initial=initial)
    if form.attempt(
        lambda data: place_order(
            **{**data, "price": number(data["price"], "price")}, **here(request)
        )
    ):
        order = form.result
        messages.success(request, f"Order {order.number} of {order.part.number} is placed.")
        return redirect("order", site, order.uid)
    context = {"form": form, "tab": "order"}
    return render(request, "sourcing/order_add.html", context, status=form.status)


@page("see", post="source.edit")
def order(request: Request, site: str, uid: UUID) -> HttpResponse:
    found, events = reads.order(request.actor, request.place.id, str(uid), today=today(request))
    given: dict[str, Any] = {"order_uid": uid, **here(request)}
    move: Any = MoveForm.of(request, initial={"due": found.due})
    cancel: Any = CancelForm.of(request)
    if move.attempt(lambda data: move_order(**data, **given)):
        messages.success(request, f"Order {found.number} is due on {move.result.due}.")
        return redirect("order", site, uid)
    if cancel.attempt(lambda data: cancel_order(**data, **given)):
        messages.success(request, f"Order {found.number} is cancelled.")
        return redirect("order", site, uid)
    context = {
        "order": found,
        "events": events,
        "move": move,
        "cancel": cancel,
        "form": cancel if cancel.is_bound else move,
        "may_edit": may(request.actor, "source.edit", request.place.id) and found.open > 0,
        "may_receive": may(request.actor, "lot.receive", request.place.id) and found.open > 0,
        "tab": "order",
    }
    status = max(move.status, cancel.status)
    return render(request, "sourcing/order.html", context, status=status)


urlpatterns = [
    path("orders/<str:site>/", order_list, name="order-list"),
    path("orders/<str:site>/new/", order_add, name="order-add"),
    path("orders/<str:site>/<uuid:uid>/", order, name="order"),
]
