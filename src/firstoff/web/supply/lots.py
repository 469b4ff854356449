"""Lots: the list of a site, and the page of one with what may be done to it."""

from typing import Any
from urllib.parse import urlencode

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import NoReverseMatch, path, reverse
from django.utils import timezone

from firstoff.errors import InvalidInput
from firstoff.queries import supply as reads
from firstoff.queries.sourcing.stock import place_of
from firstoff.queries.supply import LotView
from firstoff.rules.access import may
from firstoff.rules.genealogy import (
    LotCounted,
    LotDecided,
    LotMerged,
    LotName,
    LotSplit,
    Posted,
)
from firstoff.rules.supply import is_skip_lot
from firstoff.services import genealogy
from firstoff.services.genealogy.receiving import certificate_of
from firstoff.terms import LotStatus
from firstoff.web.auth import Request, page
from firstoff.web.execution.shared import RecordForm, prose
from firstoff.web.templatetags.firstoff import page_bounds

_WORDS = {
    LotStatus.QUARANTINE: "Quarantine",
    LotStatus.ACCEPTED: "Accepted",
    LotStatus.REJECTED: "Rejected",
    LotStatus.DEPLETED: "Used up",
}
_DONE = {
    LotStatus.ACCEPTED: "is accepted",
    LotStatus.REJECTED: "is rejected",
    LotStatus.QUARANTINE: "is back in quarantine",
    LotStatus.DEPLETED: "is declared used up",
}


def post(request: Request, *records: Posted) -> Any:
    """Hand in what a form says."""
    return genealogy.post_records(
        site_id=request.place.id, records=records, by=request.actor, at=request.at
    )


def here(request: Request, lot: LotView) -> str:
    return reverse("lot", args=[request.place.code, lot.part, lot.code])


@page("see")
def lots(request: Request) -> HttpResponse:
    """The list of the site they were at."""
    query = request.GET.copy()
    query.pop("site", None)
    more = f"?{query.urlencode()}" if query else ""
    return redirect(reverse("lot-list", args=[request.place.code]) + more)


@page("see")
def lot_list(request: Request, site: str) -> HttpResponse:
    search = request.GET.get("q", "").strip()[:200]
    status, expired = request.GET.get("status", ""), request.GET.get("expired") == "1"
    supplier, part = request.GET.get("supplier", ""), request.GET.get("part", "")
    status = status if status in set(LotStatus) else ""
    offset, limit = page_bounds(request.GET)
    found = reads.lots(
        request.actor,
        request.place.id,
        today=timezone.localdate(request.at),
        search=search,
        status=status,
        part=part[:120],
        supplier=supplier[:200],
        expired=expired,
        offset=offset,
        limit=limit,
    )
    total = sum(found.counts.values())
    context = {
        "found": found,
        "search": search,
        "part": part,
        "supplier": supplier,
        "suppliers": reads.suppliers(request.actor, request.place.id),
        "filtered": bool(search or status or expired or supplier or part),
        "statuses": [
            ("", "All", total),
            *((s.value, _WORDS[s], n) for s, n in found.counts.items()),
        ],
        "ages": [("", "Any age", None), ("1", "Expired", found.expired)],
        "may_receive": may(request.actor, "lot.receive", request.place.id),
    }
    return render(request, "supply/lots.html", context)


class DecideForm(RecordForm):
    """How a lot stands from now on."""

    becomes = forms.CharField(max_length=12)
    reason = forms.CharField(
        label="Reason or finding", max_length=2000, required=False, strip=True
    )
    skip = forms.BooleanField(label="Accept without inspection (skip-lot)", required=False)

    def record(self, data: dict[str, Any], lot: LotView) -> LotDecided:
        if data["becomes"] not in set(LotStatus):
            raise InvalidInput("That is no status of a lot.", field="reason")
        status = LotStatus(data["becomes"])
        reason = data["reason"]
        if status is LotStatus.ACCEPTED and data["skip"] and not is_skip_lot(reason):
            reason = f"skip-lot: {reason}" if reason else "skip-lot"
        return LotDecided(
            id=data["uid"], lot=lot.code, part=lot.part, status=status, reason=reason
        )


@page("see", post="lot.decide")
def lot(request: Request, site: str, part: str, lot: str) -> HttpResponse:
    story = reads.lot_story(request.actor, site, part, lot, today=timezone.localdate(request.at))
    form: DecideForm = DecideForm.of(request)
    if form.attempt(lambda data: post(request, form.record(data, story.lot))):
        status = LotStatus(form.cleaned_data["becomes"])
        messages.success(request, f"Lot {story.lot.code} {_DONE[status]}.")
        return redirect(here(request, story.lot))
    place = request.place.id
    context = {
        "story": story,
        "lot": story.lot,
        "form": form,
        "may_decide": may(request.actor, "lot.decide", place),
        "may_move": may(request.actor, "lot.move", place),
        "lies": place_of(request.actor, place, story.lot.id),
        "at_risk": at_risk(request.place.code, {"lot": story.lot.code, "part": story.lot.part}),
        "label": _label(request.place.code, story.lot)
        if may(request.actor, "unit.record", place)
        else "",
    }
    return render(request, "supply/lot.html", context, status=form.status)


def at_risk(site: str, asked: dict[str, str]) -> str:
    """The question "which units", as an address; nothing where there is no such page."""
    try:
        return f"{reverse('at-risk')}?{urlencode({'site': site, **asked})}"
    except NoReverseMatch:
        return ""


def _label(site: str, lot: LotView) -> str:
    try:
        query = urlencode({"template": "lot", "number": lot.code})
        return f"{reverse('pack-labels-new', args=[site])}?{query}"
    except NoReverseMatch:
        return ""


# ---------------------------------------------------------------- split, merge, count


class SplitForm(RecordForm):
    into = prose("New lots", 4, help_text="One a line: its code, then how much. R-1043-A 500")
    reason = forms.CharField(max_length=2000, required=False)

    def record(self, data: dict[str, Any], lot: LotView) -> LotSplit:
        return LotSplit(
            id=data["uid"],
            lot=lot.code,
            part=lot.part,
            into=pairs(data["into"], "into"),
            reason=data["reason"],
        )


class MergeForm(RecordForm):
    lots = prose("Lots that are put to it", 4, help_text="One a line: its code, then how much.")
    reason = forms.CharField(max_length=2000, required=False)

    def record(self, data: dict[str, Any], lot: LotView) -> LotMerged:
        return LotMerged(
            id=data["uid"],
            lots=pairs(data["lots"], "lots"),
            into=lot.code,
            part=lot.part,
            reason=data["reason"],
        )


class CountForm(RecordForm):
    by = forms.CharField(
        label="Difference", max_length=30, help_text="-3 where three are missing, 2 where found"
    )
    reason = forms.CharField(max_length=2000)

    def record(self, data: dict[str, Any], lot: LotView) -> LotCounted:
        return LotCounted(
            id=data["uid"], lot=lot.code, part=lot.part, by=data["by"], reason=data["reason"]
        )


def pairs(text: str, field: str) -> tuple[LotName, ...]:
    """Lines of a code and a quantity. Raises InvalidInput naming the line."""
    found = []
    for number, line in enumerate(text.splitlines(), start=1):
        if not line.strip():
            continue
        code, _, amount = line.strip().rpartition(" ")
        if not code.strip():
            raise InvalidInput(
                f"Line {number} is {line.strip()[:60]!r}; expected a code, a space, and how much.",
                field=field,
            )
        found.append(LotName(lot=code.strip(), quantity=amount))
    return tuple(found)


_ACTS: dict[str, tuple[type[RecordForm], str, str]] = {
    "split": (SplitForm, "Split", "is split"),
    "merge": (MergeForm, "Merge into", "holds the others as well"),
    "count": (CountForm, "Count again", "is counted"),
}


@page("lot.move", post="lot.move")
def lot_move(request: Request, site: str, act: str, part: str, lot: str) -> HttpResponse:
    """Split, merged into, counted again."""
    found = reads.lot(request.actor, site, part, lot, today=timezone.localdate(request.at))
    kind, title, done = _ACTS.get(act, _ACTS["count"])
    form: Any = kind.of(request)
    if form.attempt(lambda data: post(request, form.record(data, found))):
        messages.success(request, f"Lot {found.code} {done}.")
        return redirect(here(request, found))
    context = {"lot": found, "form": form, "act": act, "title": title}
    return render(request, "supply/lot_move.html", context, status=form.status)


@page("see")
def lot_certificate(request: Request, site: str, part: str, lot: str) -> HttpResponse:
    """The certificate as it came. Always a download: it came from outside."""
    found = reads.lot(request.actor, site, part, lot, today=timezone.localdate(request.at))
    name, content = certificate_of(lot_id=found.id, site_id=request.place.id, by=request.actor)
    safe = "".join(c if c.isascii() and (c.isalnum() or c in "-_.") else "_" for c in name)
    answer = HttpResponse(content, content_type="application/octet-stream")
    answer["Content-Disposition"] = f'attachment; filename="{safe[-100:]}"'
    return answer


_ONE = "lots/<str:site>/<quoted:part>/<quoted:lot>"

urlpatterns = [
    path("lots/", lots, name="lots"),
    path("lots/<str:site>/", lot_list, name="lot-list"),
    path("lots/<str:site>/do/<str:act>/<quoted:part>/<quoted:lot>/", lot_move, name="lot-move"),
    path(f"{_ONE}/certificate/", lot_certificate, name="lot-certificate"),
    path(f"{_ONE}/", lot, name="lot"),
]
