"""Shipments: what is scanned goes to a customer; the list, one shipment, its papers; customers."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.urls import path

from firstoff.errors import FirstoffError, InvalidInput, NotAllowed, NotFound
from firstoff.formats.exports import CSV_TYPE, XLSX_TYPE, csv_stream, xlsx
from firstoff.queries.genealogy import labels as label_reads
from firstoff.queries.genealogy import packages, papers
from firstoff.queries.genealogy import shipments as reads
from firstoff.rules.access import may
from firstoff.services.genealogy import packs
from firstoff.web.auth import Request, page
from firstoff.web.execution.shared import RecordForm, prose
from firstoff.web.forms import Form
from firstoff.web.genealogy.shared import (
    Sent,
    here,
    new_uid,
    one_unit,
    packed_name,
    refused,
    sent,
    unpacked_name,
)
from firstoff.web.templatetags.firstoff import page_bounds

MOST = 2000  # things of one shipment that are scanned one by one


@page("see")
def shipments(request: Request, site: str) -> HttpResponse:
    offset, limit = page_bounds(request.GET)
    customer, search = (request.GET.get(name, "").strip()[:200] for name in ("customer", "q"))
    rows, total = reads.shipments(
        request.actor, site, customer=customer, search=search, offset=offset, limit=limit
    )
    context = {
        "rows": rows,
        "total": total,
        "q": search,
        "customer": customer,
        "may_ship": may(request.actor, "unit.ship", request.place.id),
    }
    return render(request, "genealogy/shipments.html", context)


# ---------------------------------------------------------------- the bench


def _basket(request: Request) -> dict[str, Any]:
    """What was scanned so far, kept with the session: a reload loses nothing."""
    empty: dict[str, Any] = {"customer": "", "reference": "", "units": [], "packages": []}
    held = request.session.get(f"ship-{request.place.id}")
    return {**empty, **held} if isinstance(held, dict) else empty


def _keep(request: Request, basket: dict[str, Any] | None) -> None:
    request.session[f"ship-{request.place.id}"] = basket


@page("unit.ship", post="unit.ship")
def bench(request: Request, site: str) -> HttpResponse:
    if request.method != "POST":
        return _show(request, site)
    post, basket = sent(request), _basket(request)
    for name in ("customer", "reference"):
        if name in request.POST:
            basket[name] = post.says(name)
    _keep(request, basket)
    try:
        return _acted(request, site, basket, post)
    except NotAllowed:
        raise
    except FirstoffError as error:
        return refused(request, error, "Not with this shipment", _about(request, site))


def _acted(request: Request, site: str, basket: dict[str, Any], post: Sent) -> HttpResponse:
    if post.act == "clear":
        _keep(request, None)
        return redirect("pack-ship-new", site)
    if post.act.startswith("out:"):
        names = list(unpacked_name(post.act.removeprefix("out:")))
        kept = "units" if len(names) == 2 else "packages"
        gone = names if len(names) == 2 else names[0]
        basket[kept] = [one for one in basket[kept] if one != gone]
        _keep(request, basket)
        return redirect("pack-ship-new", site)
    if post.act == "ship":
        return _shipped(request, site, basket, post)
    if post.text:
        name = _added(request, basket, post.text)
        _keep(request, basket)
        return redirect(here("pack-ship-new", site, done=name))
    return redirect("pack-ship-new", site)


def _added(request: Request, basket: dict[str, Any], text: str) -> str:
    """The thing that was scanned joins the shipment, if it may leave."""
    found = label_reads.named(request.place.id, text)
    if found.package and not found.units:
        if found.package in basket["packages"]:
            return found.package
        what: dict[str, Any] = {"packages": [found.package]}
        entry: Any = found.package
    else:
        unit = one_unit(found, text)
        if list(unit) in basket["units"]:
            return unit[1]
        what, entry = {"units": [unit]}, list(unit)
    kind = next(iter(what))
    if len(basket["units"]) + len(basket["packages"]) >= MOST:
        raise InvalidInput(
            f"A shipment takes {MOST:,} scans.", way_out="Pack cartons, and ship those."
        )
    packs.check_shippable(site_id=request.place.id, by=request.actor, at=request.at, **what)
    basket[kind] = [*basket[kind], entry]
    return entry if kind == "packages" else str(entry[1])


def _shipped(request: Request, site: str, basket: dict[str, Any], post: Sent) -> HttpResponse:
    there = reads.shipped_under(request.place.id, post.uid)
    if there:  # sent again: the answer was lost, not the shipment
        return redirect("pack-shipment", site, there)
    if not basket["customer"]:
        raise InvalidInput(
            "Nobody is chosen to ship to.", way_out="Choose the customer.", field="customer"
        )
    code = packages.next_shipment(request.place.id)
    packs.ship(
        site_id=request.place.id,
        shipment=code,
        customer=basket["customer"],
        reference=basket["reference"],
        units=[(part, serial) for part, serial in basket["units"]],
        packages=basket["packages"],
        by=request.actor,
        at=request.at,
        uid=post.uid,
    )
    _keep(request, None)
    messages.success(request, f"{code} is shipped to {basket['customer']}.")
    return redirect("pack-shipment", site, code)


def _about(request: Request, site: str) -> dict[str, Any]:
    basket = _basket(request)
    return {
        "bench": "pack-ship-new",
        "title": "Ship",
        "basket": basket,
        "uid": new_uid(),
        "customers": reads.customers(request.actor, site, retired=False, limit=200)[0],
        "outs": [
            *((code, packed_name(code), "") for code in reversed(basket["packages"])),
            *((s, packed_name(p, s), p) for p, s in reversed(basket["units"])),
        ],
        "count": len(basket["packages"]) + len(basket["units"]),
    }


def _show(request: Request, site: str) -> HttpResponse:
    context = _about(request, site)
    done = request.GET.get("done", "")[:120]
    names = {name for name, _, _ in context["outs"]}
    context["done"] = done if done in names else ""
    return render(request, "genealogy/ship.html", context)


# ---------------------------------------------------------------- one shipment


class CancelForm(RecordForm):
    reason = prose("Why it did not leave", 2)


@page("see", post="unit.ship")
def shipment(request: Request, site: str, code: str) -> HttpResponse:
    view = reads.shipment(request.actor, site, code)
    form: CancelForm = CancelForm.of(request)
    if form.attempt(
        lambda data: packs.cancel_shipment(
            site_id=request.place.id,
            shipment=view.code,
            by=request.actor,
            at=request.at,
            **data,
        )
    ):
        messages.success(request, f"{view.code} is cancelled; its units are here again.")
        return redirect("pack-shipment", site, code)
    offset, limit = page_bounds(request.GET)
    rows, total = reads.units_of(view, offset=offset, limit=limit)
    context = {
        "shipment": view,
        "rows": rows,
        "total": total,
        "form": form,
        "may_cancel": bool(view.units) and may(request.actor, "unit.ship", request.place.id),
    }
    return render(request, "genealogy/shipment.html", context, status=form.status)


@page("see")
def shipment_file(request: Request, site: str, code: str, ending: str) -> HttpResponseBase:
    """Every unit of a shipment, as the page has them."""
    view = reads.shipment(request.actor, site, code)
    rows = reads.export(view, request.place.time_zone)
    answer: HttpResponseBase
    if ending == "csv":
        content = csv_stream(reads.EXPORT_HEADER, rows)
        answer = StreamingHttpResponse(content, content_type=CSV_TYPE)
    elif ending == "xlsx":
        body = xlsx(f"Shipment {view.code}", reads.EXPORT_HEADER, rows)
        answer = HttpResponse(body, content_type=XLSX_TYPE)
    elif ending == "pdf":
        body = papers.packing_list(request.actor, request.place, code)
        answer = HttpResponse(body, content_type="application/pdf")
    else:
        raise NotFound("There is no such file.")
    plain = "".join(c if c.isascii() and (c.isalnum() or c in "-_.") else "_" for c in code)
    kind = "inline" if ending == "pdf" else "attachment"
    answer["Content-Disposition"] = f'{kind}; filename="shipment-{plain}.{ending}"'
    return answer


# ---------------------------------------------------------------- customers


class CustomerForm(Form):
    name = forms.CharField(max_length=200)
    contact = forms.CharField(
        label="Address and contact",
        max_length=2000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
    )


@page("see", post="unit.ship")
def customers(request: Request) -> HttpResponse:
    retire = request.POST.get("retire", "") or request.POST.get("back", "")
    if request.method == "POST" and retire:
        packs.retire_customer(
            site_id=request.place.id,
            name=retire[:200],
            back="back" in request.POST,
            by=request.actor,
            at=request.at,
        )
        return redirect(here("pack-customers", site=request.place.code))
    form: CustomerForm = CustomerForm.of(request)
    if form.attempt(
        lambda data: packs.add_customer(
            site_id=request.place.id, by=request.actor, at=request.at, **data
        )
    ):
        messages.success(request, f"{form.result.name} is on the list.")
        return redirect(here("pack-customers", site=request.place.code))
    offset, limit = page_bounds(request.GET)
    search = request.GET.get("q", "").strip()[:200]
    rows, total = reads.customers(
        request.actor, request.place.code, search=search, offset=offset, limit=limit
    )
    context = {
        "rows": rows,
        "total": total,
        "q": search,
        "form": form,
        "may_ship": may(request.actor, "unit.ship", request.place.id),
    }
    return render(request, "genealogy/customers.html", context, status=form.status)


urlpatterns = [
    path("ship/<str:site>/", shipments, name="pack-ship"),
    path("ship/<str:site>/new/", bench, name="pack-ship-new"),
    path("ship/<str:site>/<quoted:code>/", shipment, name="pack-shipment"),
    path(
        "ship/<str:site>/<quoted:code>/units.<str:ending>",
        shipment_file,
        name="pack-shipment-file",
    ),
    path("customers/", customers, name="pack-customers"),
]
