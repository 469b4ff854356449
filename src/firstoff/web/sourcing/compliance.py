"""What is declared under which scheme, line by line and for the product; what is asked for."""

from collections.abc import Iterable
from datetime import date, timedelta
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import path

from firstoff.errors import NotFound
from firstoff.queries import product
from firstoff.queries.product import ProgramView
from firstoff.queries.sourcing.asked import schemes_of
from firstoff.queries.sourcing.buying import ProgramCompliance, program_compliance
from firstoff.rules.sourcing.compliance import (
    OPEN,
    SCHEMES,
    ComplianceState,
    LineCompliance,
    SchemeStanding,
)
from firstoff.services.sourcing.declaring import declare, require_schemes
from firstoff.web.auth import Request, page
from firstoff.web.sourcing.asking import AT, asking, context
from firstoff.web.sourcing.shared import ActForm, here, text, today
from firstoff.web.sourcing.sources import DeclareForm
from firstoff.web.templatetags.firstoff import page_bounds

LOOKS = {
    ComplianceState.NOT_COMPLIANT: ("not", "not", "Not compliant"),
    ComplianceState.EXPIRED: ("risk", "risk", "Expired"),
    ComplianceState.MISSING: ("none", "none", "Missing"),
    ComplianceState.DECLARED: ("met", "met", "Declared"),
    ComplianceState.EXEMPT: ("met", "met", "Exempt"),
    ComplianceState.NOT_APPLICABLE: ("met", "met", "Not applicable"),
}
_ENDING = ("risk", "risk", "Expiring")
_SOON = timedelta(days=90)  # a declaration that ends within them is asked for again


class SchemeForm(ActForm):
    act = "require"
    scheme = text("Scheme", 40, required=True, hint="RoHS, REACH, conflict minerals, CE, FCC")
    whole = forms.BooleanField(label="One file stands for the whole product", required=False)


def ending(standing: SchemeStanding, today: date, needed_by: date | None) -> bool:
    """Whether it holds today and ends soon, or before the build."""
    if standing.expires is None or standing.state in OPEN:
        return False
    return standing.expires < max(today + _SOON, needed_by or today)


@page("see", post="source.edit")
def compliance(request: Request, site: str, code: str) -> HttpResponse:
    program = product.program(request.actor, site, code)
    require: Any = SchemeForm.of(request)
    own: Any = DeclareForm.of(request, initial={"declared_on": today(request)})
    if request.POST.get("act") == "drop":
        gone = request.POST.get("scheme", "")
        _require(request, program, lambda known: [s for s in known if s[0] != gone])
        messages.success(request, f"{gone[:40]} is asked for no more.")
        return redirect("supply-compliance", site, code)
    if require.attempt(
        lambda data: _require(
            request, program, lambda known: [*known, (data["scheme"].strip(), data["whole"])]
        )
    ):
        messages.success(request, f"{require.cleaned_data['scheme']} is asked for.")
        return redirect("supply-compliance", site, code)
    if own.attempt(
        lambda data: declare(
            part=program.part_number, given=own.given(data), uid=data["uid"], **here(request)
        )
    ):
        messages.success(request, f"{own.result.scheme} is declared for {program.part_number}.")
        return redirect("supply-compliance", site, code)
    return _shown(request, site, code, require, own)


def _require(request: Request, program: ProgramView, change: Any) -> None:
    known = [(scheme.name, scheme.whole_product) for scheme in schemes_of(program.id)]
    require_schemes(program_id=program.id, schemes=change(known), by=request.actor, at=request.at)


def _shown(request: Request, site: str, code: str, require: Any, own: Any) -> HttpResponse:
    ask = asking(request)
    kind = {k: v for k, v in ask.given.items() if k == "kind"}
    found = program_compliance(request.actor, site, code, today=today(request), **kind)
    said = {n: request.GET.get(n, "").strip()[:200] for n in ("scheme", "state", "q")}
    every = list(_chosen(found, said))
    offset, limit = page_bounds(request.GET)
    build = found.asked.build
    more = {
        **_rolled(found),
        "rows": [
            (line, [(s, _look(s, build.today, build.needed_by)) for s in line.standings])
            for line in every[offset : offset + limit]
        ],
        "total": len(every),
        "states": _states(found),
        "said": said,
        "filtered": any(said.values()),
        "require": require,
        "own": own,
        "kept": [(k, v) for k, v in request.GET.items() if v and k not in ("q", "page")],
    }
    base = context(request, found.asked, ask, "supply-compliance")
    status = max(require.status, own.status, ask.status)
    return render(request, "sourcing/compliance.html", {**base, **more}, status=status)


def _rolled(found: ProgramCompliance) -> dict[str, Any]:
    """Each scheme for the product, and the answer to all of them."""
    rolls = found.rolled_up
    open_ = any(roll.state in OPEN for roll in rolls)
    by_line = [roll for roll in rolls if not roll.scheme.whole_product]
    asked_for = {roll.scheme.key for roll in rolls}
    return {
        "found": found,
        "rolled": [
            (roll, LOOKS[roll.state], _ending_of(found, roll.scheme.key), _counts(roll.counts))
            for roll in rolls
        ],
        "heads": [roll.scheme for roll in by_line],
        "schemes": [
            ("", "Every scheme", None),
            *((roll.scheme.name, roll.scheme.name, len(roll.open)) for roll in by_line),
        ],
        "state": "no_evidence" if not rolls else ("not_met" if open_ else "met"),
        "answer": "Nothing asked" if not rolls else ("No" if open_ else "Yes"),
        "usual": [s for s in SCHEMES if s.key not in asked_for],
    }


def _look(standing: SchemeStanding, today: date, needed_by: date | None) -> tuple[str, str, str]:
    return _ENDING if ending(standing, today, needed_by) else LOOKS[standing.state]


def _ending_of(found: ProgramCompliance, key: str) -> int:
    build = found.asked.build
    standings = (s for line in found.lines for s in line.standings if s.scheme.key == key)
    return sum(1 for s in standings if ending(s, build.today, build.needed_by))


def _counts(counts: Any) -> list[tuple[tuple[str, str, str], int]]:
    return [(LOOKS[state], counts[state]) for state in LOOKS if counts.get(state)]


def _states(found: ProgramCompliance) -> list[tuple[str, str, int]]:
    options = {"": "All", **{s.value: LOOKS[s][2] for s in LOOKS}, "ending": "Expiring"}
    return [
        (value, word, sum(1 for _ in _chosen(found, {"scheme": "", "state": value, "q": ""})))
        for value, word in options.items()
    ]


def _chosen(found: ProgramCompliance, said: dict[str, str]) -> Iterable[LineCompliance]:
    """Lines of which a scheme that is meant stands so."""
    if said["state"] and said["state"] not in {*map(str, LOOKS), "ending"}:
        raise NotFound("There is no such state of a declaration.")
    build, word = found.asked.build, said["q"].casefold()
    for line in found.lines:
        meant = [s for s in line.standings if said["scheme"] in ("", s.scheme.name)]
        if said["state"] == "ending":
            fits = any(ending(s, build.today, build.needed_by) for s in meant)
        else:
            fits = bool(meant) and any(said["state"] in ("", s.state) for s in meant)
        if fits and word in line.part.casefold():
            yield line


urlpatterns = [path(f"{AT}compliance/", compliance, name="supply-compliance")]
