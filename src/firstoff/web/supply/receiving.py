"""Lots that come in: by a scan and a form, or several out of a table."""

from datetime import date
from decimal import Decimal
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.utils import timezone

from firstoff.errors import FirstoffError, InvalidInput, NotAllowed, NotFound
from firstoff.formats.exports import CSV_TYPE
from firstoff.formats.labels.scans import Scanned, What, scanned
from firstoff.formats.receipts import Receipts, read_receipts, template
from firstoff.queries import supply as reads
from firstoff.rules.genealogy import Certificate, LotReceived
from firstoff.services.execution import held_upload, hold_upload
from firstoff.services.genealogy.receiving import (
    keep_certificate,
    preview_receipts,
    take_receipts,
)
from firstoff.web.auth import Request, page
from firstoff.web.execution.shared import RecordForm
from firstoff.web.forms import DateInput, Form
from firstoff.web.supply.lots import post

_SHOWN = 100  # rows of a list that are looked at; the counts are true


class ReceiveForm(RecordForm):
    refused_beside = "lot"

    part = forms.CharField(label="Part", max_length=120, help_text="Its number, or its MPN")
    new_part = forms.BooleanField(label="It is a part that nobody recorded yet", required=False)
    lot = forms.CharField(
        label="Lot or reel", max_length=120, help_text="The code on its label; it stays."
    )
    quantity = forms.CharField(max_length=30, help_text="4000 or 0.25; exact to six places")
    unit = forms.CharField(
        max_length=20, required=False, help_text="m, kg; pieces where nothing is said"
    )
    supplier = forms.CharField(max_length=200, required=False)
    supplier_lot = forms.CharField(label="Supplier's lot", max_length=120, required=False)
    date_code = forms.CharField(label="Date code", max_length=40, required=False)
    manufacturer = forms.CharField(max_length=200, required=False)
    mpn = forms.CharField(
        label="MPN", max_length=200, required=False, help_text="The manufacturer's part number"
    )
    expires = forms.DateField(label="Last day of use", required=False, widget=DateInput())
    receipt = forms.CharField(label="Delivery note", max_length=120, required=False)
    order = forms.CharField(
        max_length=120, required=False, help_text="Its number; the delivery counts on it"
    )
    certificate = forms.FileField(
        required=False, help_text="PDF, picture or text, up to 20 MB", allow_empty_file=True
    )


@page("lot.receive", post="lot.receive")
def lot_receive(request: Request, site: str) -> HttpResponse:
    """A scan fills what its code says; what is left is typed."""
    text = request.GET.get("scan", "").strip()
    asked = {name: request.GET.get(name, "")[:120] for name in ("order", "part")}
    problem, said = None, {name: value for name, value in asked.items() if value}
    if text and request.method == "GET":
        try:
            known = scanned(text[:4000])
            if known.names == "lot" and (known_lot := _known(request, known.lot)):
                return redirect(known_lot)
            said |= filled(request, known)
        except InvalidInput as error:
            problem = error
    form: ReceiveForm = ReceiveForm.of(request, initial=said)
    if form.attempt(lambda data: _receive(request, data)):
        record: LotReceived = form.result
        messages.success(request, f"Lot {record.lot} of {record.part} waits in quarantine.")
        if "another" in request.POST:
            return redirect("lot-receive", site)
        return redirect(reverse("lot", args=[site, record.part, record.lot]))
    context = {"form": form, "problem": problem, "scan": text, "said": said}
    context["first"] = _first(form, said)
    return render(request, "supply/receive.html", context, status=form.status)


def _first(form: ReceiveForm, said: dict[str, Any]) -> str:
    """What has the focus: the scan, then what the scan did not fill, then the button."""
    if form.is_bound or not said:
        return "scan"
    return next((f"id_{n}" for n in ("part", "lot", "quantity") if not said.get(n)), "receive")


def _known(request: Request, code: str) -> str:
    today = timezone.localdate(request.at)
    found = reads.lots_called(request.actor, request.place.id, code, today=today)
    if len(found) != 1:
        return ""
    return reverse("lot", args=[request.place.code, found[0].part, found[0].code])


def filled(request: Request, code: Scanned) -> dict[str, Any]:
    """The fields of a lot that a code says: our part by its number, or by a known MPN."""
    place = request.place.id
    if code.what is What.TEXT:
        parts = reads.parts_meant(request.actor, place, part=code.raw.strip())
        return {"part": parts[0].part} if parts else {"lot": code.raw.strip()[:120]}
    meant = reads.parts_meant(request.actor, place, part=code.part, mpn=code.mpn)
    known = meant[0] if len({k.part for k in meant}) == 1 else None
    made = code.lot or code.serial or code.date_code
    part = known.part if known else code.part or code.mpn
    other = dict(code.other)
    said = {
        "part": part[:120],
        "mpn": code.mpn or (known.mpn if known else ""),
        "manufacturer": other.get("1V") or (known.manufacturer if known else ""),
        "quantity": plain(code.quantity),
        "supplier_lot": (code.lot or code.serial)[:120],
        "date_code": code.date_code[:40],
        "lot": reads.free_code(request.actor, place, part, made[:110]) if made else "",
        "receipt": (other.get("K") or other.get("1K") or "")[:120],
        "expires": _day(other.get("17", "")),
    }
    return {name: value for name, value in said.items() if value}


def plain(value: Decimal | None) -> str:
    return "" if value is None else f"{value.normalize():f}"


def _day(text: str) -> date | None:
    """GS1 (17): YYMMDD; a day of 00 is none."""
    if len(text) != 6 or not text.isdecimal() or text.endswith("00"):
        return None
    try:
        return date(2000 + int(text[:2]), int(text[2:4]), int(text[4:]))
    except ValueError:
        return None


def _receive(request: Request, data: dict[str, Any]) -> LotReceived:
    place = request.place.id
    record = LotReceived(
        id=data["uid"],
        part=_part(request, data),
        lot=data["lot"],
        quantity=data["quantity"],
        unit=data["unit"],
        supplier=data["supplier"],
        supplier_lot=data["supplier_lot"],
        date_code=data["date_code"],
        manufacturer=data["manufacturer"],
        mpn=data["mpn"],
        expires=data["expires"],
        receipt=data["receipt"],
        order=data["order"],
        certificate=_certificate(request, data["certificate"], place),
    )
    post(request, record)
    return record


def _certificate(request: Request, file: Any, place: int) -> Certificate | None:
    if file is None:
        return None
    return keep_certificate(file.file, name=file.name or "", site_id=place, by=request.actor)


def _part(request: Request, data: dict[str, Any]) -> str:
    """Our number of what was written. Raises InvalidInput: a new part is said to be one."""
    written = data["part"].strip()
    pair = (written, data["mpn"].strip())
    known = reads.our_parts(request.actor, request.place.id, {pair}).get(pair)
    if known is None and not data["new_part"]:
        raise InvalidInput(
            f"There is no part {written} here, and no part with that MPN.",
            way_out="Look at its number, or say below that it is a new one.",
            field="part",
        )
    return known or written


# ---------------------------------------------------------------- several at once


class FileForm(Form):
    file = forms.FileField(label="File", allow_empty_file=True)


@page("lot.receive", post="lot.receive")
def lot_import(request: Request, site: str) -> HttpResponse:
    if request.method == "POST" and request.POST.get("sha256"):
        return _take(request, site, request.POST["sha256"])
    form: FileForm = FileForm.of(request)
    if form.attempt(
        lambda data: hold_upload(data["file"].file, name=data["file"].name, at=request.at)
    ):
        return _look(request, form.result, form.cleaned_data["file"].name, form)
    return _choose(request, form)


def _choose(
    request: Request, form: FileForm, problem: FirstoffError | None = None
) -> HttpResponse:
    context = {"form": form, "problem": problem}
    status = 422 if problem else form.status
    return render(request, "supply/import.html", context, status=status)


def _read(sha256: str, name: str) -> Receipts:
    return read_receipts(held_upload(sha256), name=name[:300] or "file")


def _look(
    request: Request, sha256: str, name: str, form: FileForm, status: int = 200
) -> HttpResponse:
    try:
        receipts = _read(sha256, name)
    except InvalidInput as error:
        return _choose(request, form, error)
    seen = preview_receipts(
        site_id=request.place.id, receipts=receipts, by=request.actor, at=request.at
    )
    refused = [s for s in seen if s.state == "refused"]
    context = {
        "receipts": receipts,
        "sha256": sha256,
        "seen": seen,
        "refused": refused[:_SHOWN],
        "others": [s for s in seen if s.state != "refused"][:_SHOWN],
        "counts": {w: sum(s.state == w for s in seen) for w in ("take", "already", "refused")},
    }
    return render(request, "supply/import_preview.html", context, status=status)


def _take(request: Request, site: str, sha256: str) -> HttpResponse:
    name = request.POST.get("name", "")
    try:
        receipts = _read(sha256, name)
        done = take_receipts(
            site_id=request.place.id, receipts=receipts, by=request.actor, at=request.at
        )
    except (NotAllowed, NotFound):
        raise
    except FirstoffError:
        return _look(request, sha256, name, FileForm(), status=409)
    stored = done.count("stored")
    if stored:
        messages.success(request, f"{receipts.name} is taken: {stored} lots wait in quarantine.")
    else:
        messages.info(request, f"{receipts.name} had been taken before; nothing was written.")
    return redirect("lot-list", site)


@page("see")
def lot_template(request: Request) -> HttpResponse:
    """An empty list of lots with one example row."""
    answer = HttpResponse(template(), content_type=CSV_TYPE)
    answer["Content-Disposition"] = 'attachment; filename="lots.csv"'
    return answer


urlpatterns = [
    path("templates/lots.csv", lot_template, name="lot-template"),
    path("lots/<str:site>/receive/", lot_receive, name="lot-receive"),
    path("lots/<str:site>/import/", lot_import, name="lot-import"),
]
