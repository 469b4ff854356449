"""A price and lead-time list: chosen, looked at row by row, taken whole."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import path

from firstoff.errors import FirstoffError, InvalidInput, NotAllowed, NotFound
from firstoff.formats.bom import BomMapping
from firstoff.formats.bom.meanings import MEANINGS
from firstoff.services.execution import held_upload, hold_upload
from firstoff.services.sourcing.offer_lists import preview_offers, read_list, take_offers
from firstoff.web.auth import Request, page
from firstoff.web.forms import Form
from firstoff.web.sourcing.shared import here, text

_SHOWN = 100  # rows that are looked at; the counts are true
_WANTED = (
    *("mpn", "manufacturer", "maker_mpn", "alternates", "distributor", "distributor_number"),
    *("price", "price_quantity", "currency", "minimum", "multiple", "lead_time", "in_stock"),
    *("lifecycle", "date", "description"),
)


class FileForm(Form):
    file = forms.FileField(label="File", allow_empty_file=True)
    supplier = text("Supplier", hint="Of rows that name none")
    currency = text("Currency", 3, hint="Of rows that name none: USD")


@page("source.edit", post="source.edit")
def offer_import(request: Request, site: str) -> HttpResponse:
    if request.method == "POST" and request.POST.get("sha256"):
        return _go_on(request, site)
    form: FileForm = FileForm.of(request)
    if form.attempt(
        lambda data: hold_upload(data["file"].file, name=data["file"].name, at=request.at)
    ):
        data = form.cleaned_data
        said: dict[str, Any] = {n: data[n] for n in ("supplier", "currency")}
        return _look(request, form.result, data["file"].name, said, None)
    return _choose(request, form)


def _choose(
    request: Request, form: FileForm, problem: FirstoffError | None = None
) -> HttpResponse:
    context = {"form": form, "problem": problem, "tab": "offer"}
    status = 422 if problem else form.status
    return render(request, "sourcing/list.html", context, status=status)


def _go_on(request: Request, site: str) -> HttpResponse:
    """What was looked at is looked at otherwise, or taken."""
    post = request.POST
    sha256, name = post["sha256"], post.get("name", "")[:300]
    said: dict[str, Any] = {
        "supplier": post.get("supplier", "")[:200],
        "currency": post.get("currency", "")[:3],
    }
    mapping = _mapping(post)
    if "take" not in post:
        return _look(request, sha256, name, said, mapping)
    try:
        file = _read(request, sha256, name, mapping)
        done = take_offers(
            file=file,
            leave_out=post.get("leave_out") == "1",
            remember=post.get("remember", "").strip()[:200],
            **said,
            **here(request),
        )
    except (NotAllowed, NotFound):
        raise
    except FirstoffError:
        return _look(request, sha256, name, said, mapping, status=409)
    if done.new or done.changed:
        words = f"{done.new} new, {done.changed} changed, {done.same} the same"
        messages.success(request, f"{file.name} is taken: {words}.")
    else:
        messages.info(request, f"{file.name} says nothing new; nothing was written.")
    return redirect("offer-list", site)


def _read(request: Request, sha256: str, name: str, mapping: BomMapping | None) -> Any:
    given = here(request)
    content = held_upload(sha256)
    return read_list(
        content,
        site_id=given["site_id"],
        by=given["by"],
        name=name or "list",
        mapping=mapping,
    )


def _mapping(post: Any) -> BomMapping | None:
    """What a person says of the columns; None where they said nothing."""
    found = {}
    for key in post:
        place = key.removeprefix("column-")
        if key.startswith("column-") and place.isascii() and place.isdecimal():
            found[int(place[:5])] = post[key][:40]
    return BomMapping(found) if found else None


def _look(
    request: Request,
    sha256: str,
    name: str,
    said: dict[str, Any],
    mapping: BomMapping | None,
    status: int = 200,
) -> HttpResponse:
    try:
        file = _read(request, sha256, name, mapping)
        given = here(request)
        seen = preview_offers(site_id=given["site_id"], file=file, by=given["by"], **said)
    except InvalidInput as error:
        return _choose(request, FileForm(initial=said), error)
    taken = seen.of("new", "changed")
    context = {
        "file": file,
        "sha256": sha256,
        "seen": seen,
        "said": said,
        "counts": seen.counts,
        "to_take": len(taken),
        "refused": seen.of("refused")[:_SHOWN],
        "shown": [r for r in seen.rows if r.state not in ("refused", "unknown")][:_SHOWN],
        "unknown": seen.unknown[:_SHOWN],
        "more_unknown": max(0, len(seen.unknown) - _SHOWN),
        "meanings": [m for m in MEANINGS if m.key in _WANTED],
        "tab": "offer",
    }
    return render(request, "sourcing/list_preview.html", context, status=status)


urlpatterns = [path("offers/<str:site>/import/", offer_import, name="offer-import")]
