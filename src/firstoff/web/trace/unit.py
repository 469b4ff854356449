"""The trace of a unit: who built it, from which lots, with which tests, where it is."""

import unicodedata
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.utils import timezone

from firstoff.errors import InvalidInput, NotFound
from firstoff.queries import trace as traces
from firstoff.queries.genealogy import shipments
from firstoff.queries.trace import Story
from firstoff.rules.access import may
from firstoff.rules.trace import AsOf, Question, meant
from firstoff.rules.trace.conditions import Lot
from firstoff.rules.trace.picture import Box, BoxKind, Picture, draw
from firstoff.rules.trace.tree import UnitIn
from firstoff.services import execution
from firstoff.terms import TestOutcome
from firstoff.web.auth import Request, page
from firstoff.web.execution.shared import RecordForm, about, prose
from firstoff.web.templatetags.firstoff import page_bounds
from firstoff.web.trace.asking import named

WIDE, HIGH = 190, 40  # of a box
ROOM = 164  # of its width for text, between the round ends of a lot
STEP_X, STEP_Y = 236, 50


class LeaveOutForm(RecordForm):
    reason = prose("Why it does not count", 2)


@page("see", post="unit.record")
def unit(request: Request, site: str, part: str, serial: str) -> HttpResponse:
    """Everything about one unit; a unit that is not judged yet can be left out here."""
    as_of = moment(request.GET.get("as_of", ""))
    found = traces.story(request.actor, site, part, serial, as_of)
    shown = found.unit
    form: LeaveOutForm = LeaveOutForm.of(request)
    if form.attempt(lambda data: _leave_out(request, found, data)):
        messages.success(request, f"{serial} does not count; it stays on record.")
        return redirect("unit", site, part, serial)
    context = {
        "site": site,
        "story": found,
        "trace": shown,
        "form": form,
        "tests": tested(found),
        "bad_lots": [lot for lot in found.lots if lot.status == "rejected"],
        "quarantined": [lot for lot in found.lots if lot.status == "quarantine"],
        "as_of": request.GET.get("as_of", ""),
        "picture": picture(draw(found.tree), site),
        "may_leave_out": shown.run is not None
        and not shown.judgements
        and not shown.exclusion
        and may(request.actor, "unit.record", request.place.id),
        "may_work": may(request.actor, "unit.record", request.place.id),
        "may_correct": may(request.actor, "judgement.correct", request.place.id),
        "before": _address(site, part, shown.before),
        "after": _address(site, part, shown.after),
    }
    if shown.run is not None:
        context = about(shown.run, **context)
    return render(request, "trace/unit.html", context, status=form.status)


def _leave_out(request: Request, found: Story, data: dict[str, Any]) -> Any:
    if found.unit.run is None:
        raise InvalidInput("A unit that belongs to no run counts for none.")
    return execution.leave_out_unit(
        run_id=found.unit.run.id,
        serial=found.unit.serial,
        by=request.actor,
        at=request.at,
        **data,
    )


def moment(text: str) -> datetime | AsOf | None:
    """A time of the address, in the zone of the site; ``shipped``; anything odd is left out."""
    if text == AsOf.SHIPPED:
        return AsOf.SHIPPED
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        return None
    if found.year < 1900:
        return None
    return found if found.tzinfo else timezone.make_aware(found)


def tested(found: Story) -> tuple[int, int]:
    """How many procedures passed in their last test, of how many."""
    last = {t.procedure: t.outcome for t in found.unit.tests}
    return sum(o is TestOutcome.PASS for o in last.values()), len(last)


def _address(site: str, part: str, serial: str) -> str:
    return reverse("unit", args=[site, part, serial]) if serial else ""


def picture(drawn: Picture, site: str) -> dict[str, Any]:
    """Where each box stands, what it links to, and the lines between them."""

    def spot(box: Box) -> tuple[int, int]:
        return 4 + box.column * STEP_X, round(4 + box.row * STEP_Y)

    boxes = [
        {
            "x": x,
            "y": y,
            "kind": box.kind.value,
            "title": box.title,
            "short": _fitted(box.title, 12.5),
            "remark": box.remark,
            "about": _fitted(box.remark, 11),
            "url": _opens(box, site),
        }
        for box in drawn.boxes
        for x, y in [spot(box)]
    ]
    links = []
    for parent, box in drawn.links:
        (x1, y1), (x2, y2) = spot(parent), spot(box)
        x1, y1, y2 = x1 + WIDE, y1 + HIGH // 2, y2 + HIGH // 2
        half = (x1 + x2) // 2
        links.append(f"M{x1} {y1}C{half} {y1} {half} {y2} {x2} {y2}")
    width = 8 + (drawn.columns - 1) * STEP_X + WIDE
    height = 8 + (drawn.rows - 1) * STEP_Y + HIGH
    return {"boxes": boxes, "links": links, "width": width, "height": height}


def _fitted(text: str, size: float) -> str:
    """As much of it as a box has room for, in letters of so many pixels. Its title says it all."""
    room = ROOM / size
    if sum(map(_wide, text)) <= room:
        return text
    room -= _wide("…")
    for end, letter in enumerate(text):
        room -= _wide(letter)
        if room < 0:
            return f"{text[:end].rstrip(' ,')}…"
    return text


def _wide(letter: str) -> float:
    """How wide the widest of the usual interface faces draws it, in ems."""
    if unicodedata.east_asian_width(letter) in "WF":
        return 1.0
    if letter in " .,:;'|!iIjltf()[]":
        return 0.38
    return 0.76 if letter.isupper() or letter in "mwMW@%…×" else 0.65


def _opens(box: Box, site: str) -> str:
    if box.kind in (BoxKind.UNIT, BoxKind.GONE):
        return _address(site, box.part, box.name)
    if box.kind is BoxKind.LOT:
        return lot_address(site, box.name, box.part)
    return ""


def lot_address(site: str, code: str, part: str) -> str:
    """Where a lot went: the question that asks for it."""
    question = Question((Lot(code, part),)).as_json()
    return f"{reverse('at-risk')}?{urlencode({'site': site, 'question': question})}"


@page("see")
def unit_parts(request: Request, site: str, part: str, serial: str) -> HttpResponse:
    """The serial numbers of a folded line of the tree."""
    of = request.GET.get("of", "")
    as_of = moment(request.GET.get("as_of", ""))
    found = traces.parts_inside(request.actor, site, part, serial, of, as_of)
    if not found:
        raise NotFound("There is no such part in this unit.")
    offset, limit = page_bounds(request.GET)
    rows: tuple[UnitIn, ...] = found[offset : offset + limit]
    context = {
        "site": site,
        "part": part,
        "serial": serial,
        "of": of,
        "name": found[0].part_name,
        "rows": rows,
        "total": len(found),
    }
    return render(request, "trace/parts.html", context)


@page("see")
def trace(request: Request) -> HttpResponse:
    """From a serial number to everything: scanned or typed; one answer opens by itself."""
    text = meant(request.GET.get("serial", ""))[:200]
    offset, limit = page_bounds(request.GET)
    rows: Any = ()
    total = 0
    if text:
        exact = traces.called(request.actor, text)
        if len(exact) == 1:
            return redirect("unit", *exact[0], text)
        rows, total = traces.find_units(request.actor, text, offset=offset, limit=limit)
        if total == 1:
            return redirect("unit", *rows[0][:3])
    choices = () if rows or not text else named(request, request.GET["serial"])
    if len(choices) == 1:
        return redirect(choices[0].url)
    # Nothing asked yet: what people come here for is mostly a unit that came back.
    back = () if text else shipments.returns(request.actor, request.place.code, limit=8)[0]
    context = {"q": text, "rows": rows, "total": total, "choices": choices, "returns": back}
    return render(request, "trace/trace.html", context)


@page("see")
def unit_file(request: Request, site: str, sha256: str) -> HttpResponse:
    """A file that came with a test record. Always a download: it came from outside."""
    content = traces.attachment(request.actor, site, sha256)
    answer = HttpResponse(content, content_type="application/octet-stream")
    asked = request.GET.get("name", "")
    name = "".join(c if c.isascii() and (c.isalnum() or c in "-_.") else "_" for c in asked)
    answer["Content-Disposition"] = (
        f'attachment; filename="{(name or f"{sha256[:16]}.bin")[:100]}"'
    )
    return answer


urlpatterns = [
    path("trace/", trace, name="trace"),
    path("units/<str:site>/files/<str:sha256>", unit_file, name="unit-file"),
    path("units/<str:site>/<quoted:part>/<quoted:serial>/parts/", unit_parts, name="unit-parts"),
    path("units/<str:site>/<quoted:part>/<quoted:serial>/", unit, name="unit"),
]
