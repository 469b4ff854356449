"""Field returns: what came back, from whom, and what is said to be wrong with it."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import path

from firstoff.errors import FirstoffError
from firstoff.queries.genealogy import labels as label_reads
from firstoff.queries.genealogy import shipments as reads
from firstoff.rules.access import may
from firstoff.services.genealogy import packs
from firstoff.web.auth import Request, page
from firstoff.web.execution.shared import RecordForm, prose
from firstoff.web.genealogy.shared import one_unit
from firstoff.web.templatetags.firstoff import page_bounds


class ReturnForm(RecordForm):
    scan = forms.CharField(
        label="Unit",
        max_length=4096,
        widget=forms.TextInput(attrs={"autofocus": True, "autocomplete": "off"}),
    )
    failure = prose("What is wrong with it, as the customer says it", 3)
    customer = forms.CharField(max_length=200, required=False)


@page("see", post="unit.record")
def returns(request: Request, site: str) -> HttpResponse:
    form: ReturnForm = ReturnForm.of(request, initial=_initial(request))

    def taken(data: dict[str, Any]) -> tuple[str, str]:
        text = data.pop("scan")
        part, serial = one_unit(label_reads.named(request.place.id, text), text)
        packs.take_return(
            site_id=request.place.id,
            part=part,
            serial=serial,
            by=request.actor,
            at=request.at,
            **data,
        )
        return part, serial

    try:
        good = form.attempt(taken)
    except FirstoffError as error:
        if error.status != 404:
            raise
        form.add_error("scan", str(error))
        form.status, good = 422, False
    if good:
        messages.success(request, f"{form.result[1]} is back. Its trace says how it was made.")
        return redirect("pack-returns", site)
    offset, limit = page_bounds(request.GET)
    search = request.GET.get("q", "").strip()[:120]
    rows, total = reads.returns(request.actor, site, search=search, offset=offset, limit=limit)
    context = {
        "rows": rows,
        "total": total,
        "q": search,
        "form": form,
        "may_record": may(request.actor, "unit.record", request.place.id),
    }
    return render(request, "genealogy/returns.html", context, status=form.status)


def _initial(request: Request) -> dict[str, str]:
    """A unit named in the address, and the customer who has it."""
    part, serial = (request.GET.get(name, "")[:120] for name in ("part", "serial"))
    if not serial:
        return {}
    _, customer = reads.sent_to(request.place.id, part, serial)
    return {"scan": serial, "customer": customer}


urlpatterns = [path("returns/<str:site>/", returns, name="pack-returns")]
