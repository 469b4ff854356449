"""Offers that stand, by part; withdrawn where they hold no more; rates of currencies."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import path

from firstoff.errors import InvalidInput
from firstoff.queries.sourcing import offers as reads
from firstoff.queries.sourcing import suppliers
from firstoff.rules.access import may
from firstoff.services.sourcing.offers import record_rate, withdraw_offer
from firstoff.web.auth import Request, page
from firstoff.web.sourcing.shared import ActForm, figure, here, number, text, today
from firstoff.web.templatetags.firstoff import page_bounds


class RateForm(ActForm):
    act = "rate"
    currency = text("One", 3, required=True, hint="EUR")
    rate = figure("costs", required=True, hint="1.08")
    into = text("in", 3, required=True, hint="USD")


class WithdrawForm(ActForm):
    act = "withdraw"


@page("see", post="source.edit")
def offer_list(request: Request, site: str) -> HttpResponse:
    form: Any = RateForm.of(request)
    withdrawal: Any = WithdrawForm.of(request)
    given = here(request)
    if form.attempt(lambda data: _rate(data, given)):
        messages.success(request, "The rate is recorded.")
        return redirect("offer-list", site)
    if withdrawal.attempt(lambda data: withdraw_offer(offer_uid=data["uid"], **given)):
        messages.success(request, "The offer is withdrawn.")
        return redirect("offer-list", site)
    search, supplier = request.GET.get("q", "").strip()[:200], request.GET.get("supplier", "")
    over = {"0": False, "1": True}.get(request.GET.get("over", ""))
    offset, limit = page_bounds(request.GET)
    found, total = reads.offers(
        request.actor,
        request.place.id,
        today=today(request),
        search=search,
        supplier=supplier[:200],
        expired=over,
        offset=offset,
        limit=limit,
    )
    context = {
        "found": found,
        "total": total,
        "search": search,
        "supplier": supplier,
        "suppliers": suppliers.names(request.actor, request.place.id),
        "filtered": bool(search or supplier or over is not None),
        "ages": [("", "All", None), ("0", "Open", None), ("1", "Date is over", None)],
        "form": withdrawal if withdrawal.is_bound else form,
        "rate": form,
        "may_edit": may(request.actor, "source.edit", request.place.id),
        "tab": "offer",
    }
    status = max(form.status, withdrawal.status)
    return render(request, "sourcing/offers.html", context, status=status)


def _rate(data: dict[str, Any], given: dict[str, Any]) -> Any:
    rate = number(data["rate"], "rate")
    if rate is None:
        raise InvalidInput("The rate is missing.", field="rate")
    return record_rate(
        currency=data["currency"], into=data["into"], rate=rate, uid=data["uid"], **given
    )


urlpatterns = [path("offers/<str:site>/", offer_list, name="offer-list")]
