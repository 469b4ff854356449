"""What stands between us and so many units: the lines of a build judged, what to do first, what
runs out."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from heapq import nsmallest
from typing import Any
from urllib.parse import urlencode

from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.urls import path

from firstoff.errors import NotFound
from firstoff.formats.charts.stock_over_time import from_outlook
from firstoff.formats.exports import Value
from firstoff.queries.sourcing.health import (
    HealthLine,
    ProgramHealth,
    health_page,
    part_health,
    program_health,
)
from firstoff.queries.sourcing.naming import parts_of_sources
from firstoff.rules.sourcing import words
from firstoff.rules.sourcing.answering import Answer, build_answer
from firstoff.rules.sourcing.standing import Check, CheckKind, Colour
from firstoff.rules.sourcing.stockout import Reorder
from firstoff.web.auth import Request, page
from firstoff.web.sourcing.asking import AT, LOOKS, Asking, asking, context, file
from firstoff.web.sourcing.doing import Ways, source_keys, where
from firstoff.web.sourcing.shared import today
from firstoff.web.templatetags.firstoff import page_bounds

_ANSWERS = {
    Answer.YES: ("met", "Yes"),
    Answer.AT_RISK: ("at_risk", "Yes, at risk"),
    Answer.NOT_YET: ("held", "Not yet"),
    Answer.NOT_KNOWN: ("no_evidence", "Not known"),
    Answer.NO: ("not_met", "No"),
}
_CHECKS = {
    CheckKind.COVERAGE: "Coverage",
    CheckKind.LEAD_TIME: "Lead time",
    CheckKind.STOCK_OUT: "Stock-out",
    CheckKind.SINGLE_SOURCE: "Second source",
    CheckKind.LIFECYCLE: "Lifecycle",
    CheckKind.MOQ: "Minimum order",
    CheckKind.COMPLIANCE: "Compliance",
}
_REORDERS = {
    Reorder.TOO_LATE: ("not", "not", "Too late"),
    Reorder.SOON: ("risk", "risk", "Order now"),
    Reorder.NO_LEAD_TIME: ("none", "none", "No lead time"),
    Reorder.LATER: ("info", "info", "Later"),
}
_ALERTS = 10
_FILTERS = ("colour", "check")


@dataclass(frozen=True, slots=True)
class Cell:
    """A look at a line as it is shown. ``text``: the figure, else the word."""

    kind: CheckKind
    name: str
    look: tuple[str, str, str]
    text: str
    check: Check


def cells(line: HealthLine) -> list[Cell | None]:
    """One for each look, None where it does not apply."""
    return [_cell(line.judged.check(kind)) for kind in _CHECKS]


def _cell(check: Check | None) -> Cell | None:
    if check is None:
        return None
    look = LOOKS[check.colour]
    return Cell(check.kind, _CHECKS[check.kind], look, check.figure or look[2].lower(), check)


def _ways(request: Request, found: ProgramHealth, ask: Asking, lines: Any, editing: bool) -> Ways:
    program = found.asked.program
    query = f"?{ask.query}" if ask.query else ""
    owners = parts_of_sources(source_keys(lines))
    return Ways(program.site, program.code, owners, editing, query)


@page("see")
def supply(request: Request, site: str, code: str) -> HttpResponse:
    ask = asking(request)
    found = program_health(request.actor, site, code, today=today(request), **ask.given)
    asked = {n: request.GET.get(n, "").strip()[:200] for n in ("q", "colour", "check")}
    offset, limit = page_bounds(request.GET)
    shown = health_page(found, **_chosen(asked), offset=offset, limit=limit)
    named = {task.part for task in found.health.tasks}
    by_part = {line.part: line for line in found.lines if line.part in named}
    tasks = [(task, by_part[task.part]) for task in found.health.tasks]
    base = context(request, found.asked, ask, "supply")
    ways = _ways(request, found, ask, [line for _, line in tasks], base["may_edit"])
    head = build_answer([line.judged for line in found.lines], found.build)
    answer = _ANSWERS[head.answer]
    more = {
        "found": found,
        "health": found.health,
        "answer": head,
        "state": answer[0],
        "said": answer[1],
        "figures": _figures(found, head.earliest),
        "tasks": [(t, where(line, t.kind, ways), LOOKS[t.colour]) for t, line in tasks],
        "alerts": _alerts(found.lines),
        "rows": [(line, LOOKS[line.judged.colour], cells(line)) for line in shown.items],
        "total": shown.total,
        "names": _CHECKS.values(),
        "colours": _colours(found),
        "checks": _checks(found),
        "q": asked,
        "filtered": any(asked.values()),
        "open": found.health.lines - found.health.colours[Colour.GREEN],
        "uncovered": found.health.checks.get(CheckKind.COVERAGE, {}).get(Colour.RED, 0),
        "file_query": urlencode({**_said(request), **{k: v for k, v in asked.items() if v}}),
        "stock_query": urlencode({**_said(request), "check": CheckKind.STOCK_OUT.value}),
        "kept": [*_said(request).items(), *((n, asked[n]) for n in _FILTERS if asked[n])],
    }
    return render(request, "sourcing/supply.html", {**base, **more}, status=ask.status)


def _chosen(asked: dict[str, str]) -> dict[str, Any]:
    return {"search": asked["q"], "colour": asked["colour"], "check": asked["check"]}


def _said(request: Request) -> dict[str, str]:
    found = {n: request.GET.get(n, "").strip()[:40] for n in ("units", "by", "kind", "variant")}
    return {name: value for name, value in found.items() if value}


def _figures(found: ProgramHealth, earliest: date | None) -> list[tuple[Any, ...]]:
    now, health, build = found.buildable, found.health, found.build
    stops = now.stoppers[0].part if now.stoppers else ""
    here = "as many as asked" if now.units is None else f"{now.units:,}"
    red, amber = health.colours[Colour.RED], health.colours[Colour.AMBER]
    gaps = f"{words.counted(red, 'gap')}, {amber:,} at risk"
    figures: list[tuple[Any, ...]] = [
        ("Can be built now", here, f"{stops} stops the next one" if stops else ""),
        ("In time there is material for", words.counted(max(0, health.served_units), "unit"), ""),
        ("Lines that are good", f"{health.colours[Colour.GREEN]:,} of {health.lines:,}", gaps),
    ]
    if build.needed_by:
        on = str(earliest) if earliest else ""
        left = words.days((build.needed_by - build.today).days)
        figures.append(("All of it here", on or "not known", f"needed in {left}"))
    return figures


def _colours(found: ProgramHealth) -> list[tuple[str, str, int]]:
    counts = found.health.colours
    options = [(colour.value, LOOKS[colour][2], counts[colour]) for colour in Colour]
    return [("", "All", found.health.lines), *options]


def _checks(found: ProgramHealth) -> list[tuple[str, str, int | None]]:
    """Of each look, the lines on which it is not green."""
    options: list[tuple[str, str, int | None]] = [("", "Every look", None)]
    for kind, counts in found.health.checks.items():
        options.append((kind.value, _CHECKS[kind], counts[Colour.RED] + counts[Colour.AMBER]))
    return options


def _alerts(lines: Sequence[HealthLine]) -> dict[str, Any]:
    """What has to be ordered and until when, the earliest first."""
    due = [line for line in lines if line.outlook.reorder in _REORDERS]
    first = nsmallest(_ALERTS, due, key=lambda x: (x.outlook.reorder_by or date.max, x.part))
    return {
        "rows": [(line, _REORDERS[line.outlook.reorder]) for line in first],
        "left": max(0, len(due) - _ALERTS),
    }


@page("see")
def supply_file(request: Request, site: str, code: str, ending: str) -> HttpResponseBase:
    """Every line that is shown, as a table."""
    if ending not in ("csv", "xlsx"):
        raise NotFound("There is no such file; expected csv or xlsx.")
    ask = asking(request)
    found = program_health(request.actor, site, code, today=today(request), **ask.given)
    asked = {n: request.GET.get(n, "").strip()[:200] for n in ("q", "colour", "check")}
    shown = health_page(found, **_chosen(asked), limit=len(found.lines))
    looks = [head for name in _CHECKS.values() for head in (name, f"{name}: why")]
    header = (*_COLUMNS, *looks)
    title = f"{code} supply for {found.build.units}"
    return file(title, ending, header, (_row(line, found) for line in shown.items))


_COLUMNS = (
    *("Part", "Name", "Where", "State", "What is wrong", "What to do", "Needed", "Unit"),
    *("Here", "On order in time", "To buy", "Runs out on", "Reorder by", "Waiting units"),
)


def _row(line: HealthLine, found: ProgramHealth) -> Iterator[Value]:
    judged, outlook = line.judged, line.outlook
    need = judged.bought.need if judged.bought else None
    yield from (line.part, line.name, ", ".join(line.places), LOOKS[judged.colour][2])
    good = judged.colour is Colour.GREEN
    yield from ("" if good else judged.sentence, judged.way_out)
    yield need.need if need else judged.line.needed(found.build.units)
    yield judged.line.unit
    yield from (need.on_hand, need.on_order, need.net) if need else ("", "", "")
    yield from (str(day) if day else "" for day in (outlook.stock_out, outlook.reorder_by))
    yield judged.blocked_units
    for cell in cells(line):
        yield from ("", "") if cell is None else (cell.look[2], cell.check.sentence)


@page("see")
def supply_part(request: Request, site: str, code: str, number: str) -> HttpResponse:
    """One part: its looks, stock over time, its sources and why each counts or not."""
    ask = asking(request)
    found = program_health(request.actor, site, code, today=today(request), **ask.given)
    line = part_health(found, number)
    base = context(request, found.asked, ask, "supply")
    ways = _ways(request, found, ask, [line], base["may_edit"])
    judged = line.judged
    lacking = [c for c in cells(line) if c is not None]
    more = {
        "line": line,
        "look": LOOKS[judged.colour],
        "cells": [(c, _doing(line, c.kind, ways)) for c in lacking],
        "sources": [(s, ways.source(line.part, s.source.part)) for s in judged.sources],
        "owners": ways.owners,
        "chart": from_outlook(line.outlook, unit=judged.line.unit),
        "need": judged.bought.need if judged.bought else None,
        "reorder": _REORDERS.get(line.outlook.reorder),
        "add": ways.add(line.part),
        "order": ways.order(line.part, ""),
    }
    return render(request, "sourcing/supply_part.html", {**base, **more}, status=ask.status)


def _doing(line: HealthLine, kind: CheckKind, ways: Ways) -> str:
    """As ``where``; on the page of the part itself, what can be bought is ordered."""
    address = where(line, kind, ways)
    bought = line.judged.bought
    if address != ways.part(line.part) or kind is CheckKind.MOQ:
        return address
    return ways.order(line.part, "") if bought and bought.purchases else address


urlpatterns = [
    path(f"{AT}supply/", supply, name="supply"),
    path(f"{AT}supply/lines.<str:ending>", supply_file, name="supply-file"),
    path(f"{AT}supply/part/<quoted:number>/", supply_part, name="supply-part"),
]
