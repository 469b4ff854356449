"""One part: what it is, its revisions and what can be done with them, where it goes."""

from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.utils import timezone

from firstoff.errors import NotFound
from firstoff.queries import bom as lines
from firstoff.queries import documents as drawn
from firstoff.queries import product as reads
from firstoff.queries import supply
from firstoff.queries.bom.figures import figures
from firstoff.queries.bom.standing import stops_of
from firstoff.queries.product import PartView, RevisionView
from firstoff.queries.sourcing import sources as sourcing
from firstoff.services import product
from firstoff.services.bom import set_alternates
from firstoff.terms import RevisionStatus
from firstoff.web.auth import Request, page
from firstoff.web.bom.editing import alternates_of
from firstoff.web.bom.shared import OPEN, PART, edits_at, here, program_of
from firstoff.web.forms import Form

_FEW = 12  # lines, uses and lots that the page of a part shows; their own pages show all
_USES = 100


def _moved(to: RevisionStatus) -> Callable[..., Any]:
    return lambda part, posted, **of: product.move_revision(
        part_id=part.id, revision=posted.get("revision", ""), to=to,
        note=posted.get("note", ""), **of,
    )  # fmt: skip


# What a button does: the message, and the verb for the part that is shown.
_ACTS: dict[str, tuple[str, Callable[..., Any]]] = {
    "review": (
        "The revision is in review; nobody changes it meanwhile.",
        _moved(RevisionStatus.IN_REVIEW),
    ),
    "back": ("The revision is a draft again.", _moved(RevisionStatus.DRAFT)),
    "obsolete": ("The revision is obsolete; what it says stays.", _moved(RevisionStatus.OBSOLETE)),
    "release": (
        "The revision is released; it cannot be changed any more.",
        lambda part, posted, **of: product.release_revision(
            part_id=part.id, revision=posted.get("revision", ""), **of
        ),
    ),
    "next": (
        "The new revision is a draft with all that the last one said.",
        lambda part, posted, **of: product.create_revision(
            part_id=part.id,
            label=posted.get("label", ""),
            note=posted.get("note", ""),
            bought=posted.get("bought") == "1",
            **of,
        ),
    ),
    "discard": (
        "The draft revision is gone.",
        lambda part, posted, **of: product.discard_revision(
            part_id=part.id, revision=posted.get("revision", ""), **of
        ),
    ),
    "alternates": (
        "The alternates are saved; each is a proposal until somebody decides.",
        lambda part, posted, **of: set_alternates(
            part_id=part.id, alternates=alternates_of(posted.get("alternates", "")), **of
        ),
    ),
    "retire": (
        "The part is retired: no new line takes it.",
        lambda part, posted, **of: product.retire_part(part_id=part.id, **of),
    ),
    "reinstate": (
        "The part is in use again.",
        lambda part, posted, **of: product.reinstate_part(part_id=part.id, **of),
    ),
}
_MOVES = {"next", "discard"}  # these leave what was shown: the newest is shown next


@page("see")
def part(request: Request, site: str, part: str) -> HttpResponse:
    return _page(request, reads.part(request.actor, site, part))


@page("see", post="definition.edit")
def act(request: Request, site: str, part: str, act: str) -> HttpResponse:
    """One of the buttons; whoever opens its address lands on the part."""
    one = reads.part(request.actor, site, part)
    if act not in _ACTS:
        raise NotFound(f"There is nothing called {act[:20]!r} to do with a part.")
    if request.method != "POST":
        return redirect("part", site, part)
    said, verb = _ACTS[act]
    form = Form(request.POST)
    if form.attempt(lambda _: verb(one, request.POST, **here(request))):
        messages.success(request, said)
        label = request.POST.get("revision", "") if act not in _MOVES else ""
        address = reverse("part", args=[site, part])
        query = f"?{urlencode({'revision': label})}" if label else ""
        return redirect(f"{address}{query}#revisions")
    return _page(request, one, form)


def _page(request: Request, one: PartView, sent: Form | None = None) -> HttpResponse:
    revisions = reads.part_revisions(one.id)
    chosen = _chosen(request, one, revisions)
    uses = lines.where_used(request.actor, one.id)
    sources, _ = sourcing.sources(request.actor, one.site_id, part=one.number, limit=100)
    lots = supply.lots(
        request.actor,
        one.site_id,
        today=timezone.localdate(request.at),
        part=one.number,
        limit=_FEW,
    )
    context: dict[str, Any] = {
        "part": one,
        "program": program_of(request, one),
        "revisions": revisions,
        "revision": chosen,
        "sent": sent,
        "may_edit": edits_at(request, one.site_id),
        "open": next((r for r in revisions if r.status in OPEN), None),
        "uses": uses[:_USES],
        "more_uses": max(0, len(uses) - _USES),
        "programs_above": sorted({p for use in uses for p in use.programs}),
        "sources": sources,
        "alternates": sourcing.alternates(request.actor, one.site_id, one.number),
        "lots": lots,
        "papers": drawn.documents(request.actor, one.site_id, part=one.number, limit=_FEW),
        "next_label": reads.next_revision(one.id),
    }
    context |= _of_revision(request, chosen)
    status = sent.status if sent else 200
    return render(request, "bom/part.html", context, status=status)


def _of_revision(request: Request, chosen: RevisionView | None) -> dict[str, Any]:
    if chosen is None:
        return {}
    some, _ = lines.lines(request.actor, chosen.id, limit=_FEW)
    return {
        "head": figures(request.actor, chosen.id).head,
        "lines": some,
        "linked": drawn.linked(request.actor, chosen.id),
        "characteristics": reads.characteristics_of(chosen.id),
        "stops": stops_of(chosen.id) if chosen.status in OPEN else (),
    }


def _chosen(
    request: Request, one: PartView, revisions: tuple[RevisionView, ...]
) -> RevisionView | None:
    """The revision of the address, else what is worked on, else the one that is meant."""
    asked = request.GET.get("revision") or request.POST.get("revision", "")
    if asked and (found := next((r for r in revisions if r.label == asked), None)):
        return found
    if asked and request.method != "POST":
        raise NotFound(f"There is no revision {asked[:20]!r} of {one.number}.")
    drafted = next((r for r in revisions if r.status in OPEN), None)
    meant = next((r for r in revisions if r.id == one.revision_id), None)
    return drafted or meant or (revisions[0] if revisions else None)


urlpatterns = [
    path(f"{PART}do/<str:act>/", act, name="part-act"),
    path(PART, part, name="part"),
]
