"""Is production made of what was proven? Manufacturer parts by kind of run, side by side."""

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import path

from firstoff.errors import NotFound
from firstoff.queries.genealogy.material import program_identity
from firstoff.rules.sourcing.identity import MaterialIdentity, PartIdentity, Substitution
from firstoff.terms import RunKind
from firstoff.web.auth import Request, page
from firstoff.web.sourcing.asking import AT, asking, context
from firstoff.web.sourcing.shared import today
from firstoff.web.templatetags.firstoff import page_bounds

_KINDS = (
    (RunKind.PROTOTYPE, "Prototypes"),
    (RunKind.SAMPLE, "Sample"),
    (RunKind.PRE_PRODUCTION, "Pre-production"),
    (RunKind.PILOT, "Pilot"),
    (RunKind.PRODUCTION, "Production"),
)


@page("see")
def identity(request: Request, site: str, code: str) -> HttpResponse:
    found = program_identity(request.actor, site, code, today=today(request))
    seen = found.identity
    said = {n: request.GET.get(n, "").strip()[:200] for n in ("only", "q")}
    kinds = _only(seen)
    if said["only"] not in kinds:
        raise NotFound("There is no such choice of parts.")
    word = said["q"].casefold()
    every = [row for row in kinds[said["only"]][1] if word in row.part.casefold()]
    offset, limit = page_bounds(request.GET)
    ask = asking(request)
    state, answer = _answer(seen)
    base = context(request, found.asked, ask, "supply-material")
    more = {
        "seen": seen,
        "state": state,
        "answer": answer,
        "sentence": seen.sentence,
        "figures": [
            ("Parts", f"{len(seen.rows):,}", ""),
            ("Substitutions", f"{len(seen.substitutions):,}", "named below"),
            ("Block gates 6 and 7", f"{len(seen.blocking):,}", ""),
            ("Nothing to compare", f"{len(seen.gaps):,}", "no evidence"),
        ],
        "kinds": [word for _, word in _KINDS],
        "rows": [(row, _cells(row), _worst(row)) for row in every[offset : offset + limit]],
        "total": len(every),
        "only": [(key, word, len(rows)) for key, (word, rows) in kinds.items()],
        "said": said,
        "filtered": any(said.values()),
    }
    return render(request, "sourcing/identity.html", {**base, **more}, status=ask.status)


def _only(seen: MaterialIdentity) -> dict[str, tuple[str, list[PartIdentity]]]:
    rows = list(seen.rows)
    return {
        "": ("All parts", rows),
        "blocking": ("Block a gate", [r for r in rows if any(s.gates for s in r.substitutions)]),
        "substituted": ("Substituted", [r for r in rows if r.substitutions]),
        "gaps": ("Nothing to compare", [r for r in rows if r.gaps]),
        "taken": ("Taken by a run", [r for r in rows if r.used]),
    }


def _answer(seen: MaterialIdentity) -> tuple[str, str]:
    if seen.blocking:
        return "not_met", "No"
    if seen.gaps or not any(row.proven for row in seen.rows):
        return "no_evidence", "Not known"
    return "met", "Yes"


def _cells(row: PartIdentity) -> list[dict[str, Any]]:
    return [
        {"used": row.used.get(kind, ()), "planned": row.planned.get(kind, ())}
        for kind, _ in _KINDS
    ]


def _worst(row: PartIdentity) -> tuple[str, str, str]:
    """Shape, colour and word of a row."""
    found: list[Substitution] = list(row.substitutions)
    if any(s.gates for s in found):
        return ("not", "not", "Blocks gates 6 and 7")
    if any(s.lacks for s in found):
        return ("risk", "risk", "Not as planned")
    if row.gaps:
        return ("none", "none", "No evidence")
    if found:
        return ("met", "met", "Substituted, qualified")
    return ("met", "met", "The same") if row.used else ("none", "none", "Planned only")


urlpatterns = [path(f"{AT}material/", identity, name="supply-material")]
