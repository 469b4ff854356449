"""Packing by scanner: a carton, the units that go into it, its label; cartons onto a pallet."""

from typing import Any

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import path

from firstoff.errors import FirstoffError, InvalidInput, NotAllowed
from firstoff.queries.execution import runs
from firstoff.queries.genealogy import labels as label_reads
from firstoff.queries.genealogy import packages as reads
from firstoff.queries.genealogy import shipments
from firstoff.queries.genealogy.packages import PackageView
from firstoff.rules.access import may
from firstoff.rules.genealogy import PACKING, LabelWish
from firstoff.services.genealogy import labels, packs
from firstoff.terms import PackageKind
from firstoff.web.auth import Request, page
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

MISTAKE = "Scanned by mistake"
LABEL_SIZE = "100x100"  # of a package, unless another is chosen on the page of the job


@page("see")
def home(request: Request) -> HttpResponse:
    """What waits: labels, packages, the last shipments, what came back."""
    actor, site = request.actor, request.place.code
    offset, limit = page_bounds(request.GET)
    boxes, total = reads.packages(actor, site, show="here", offset=offset, limit=limit)
    context = {
        "counts": label_reads.jobs(actor, site, limit=0)[2],
        "boxes": boxes,
        "total": total,
        "shipments": shipments.shipments(actor, site, limit=5)[0],
        "returns": shipments.returns(actor, site, limit=5)[0],
        "steps": PACKING,
        "may_record": may(actor, "unit.record", request.place.id),
        "may_ship": may(actor, "unit.ship", request.place.id),
    }
    return render(request, "genealogy/home.html", context)


@page("unit.record", post="unit.record")
def bench(request: Request, site: str) -> HttpResponse:
    if request.method != "POST":
        return _show(request, site)
    post = sent(request)
    try:
        return _acted(request, site, post)
    except NotAllowed:
        raise
    except FirstoffError as error:
        context = _about(request, site, post.says("package"), post.says("kind"))
        return refused(request, error, "Not this one", context)


@page("see")
def package(request: Request, site: str, code: str) -> HttpResponse:
    """What is in a package, and where it is."""
    offset, limit = page_bounds(request.GET)
    view = reads.package(request.actor, site, code, last=0)
    rows, total = reads.units_in(view, offset=offset, limit=limit)
    context = {
        "package": view,
        "site": site,
        "rows": rows,
        "total": total,
        "may_record": may(request.actor, "unit.record", request.place.id),
    }
    return render(request, "genealogy/package.html", context)


def _kind(text: str) -> PackageKind:
    return PackageKind.PALLET if text == "pallet" else PackageKind.CARTON


def _acted(request: Request, site: str, post: Sent) -> HttpResponse:
    place, code = request.place.id, post.says("package", 120)
    kind = _kind(post.says("kind"))
    if post.act == "clear":
        return redirect("pack-bench", site)
    if post.act in ("new", "new-pallet"):
        kind = PackageKind.PALLET if post.act == "new-pallet" else PackageKind.CARTON
        made = packs.new_package_code(place, kind)
        return redirect(here("pack-bench", site, package=made, kind=kind, new="1"))
    if post.act.startswith("take:"):  # a code that nobody knows yet, taken for a package
        kind = _kind(post.act.removeprefix("take:"))
        return redirect(here("pack-bench", site, package=code, kind=kind, new="1"))
    if post.act == "close":
        return _closed(request, site, code)
    if post.act == "undo" or post.act.startswith("out:"):
        return _taken_out(request, site, code, post)
    if not post.text:
        return redirect(here("pack-bench", site, package=code, kind=kind))
    return _scanned(request, site, code, kind, post)


def _scanned(
    request: Request, site: str, code: str, kind: PackageKind, post: Sent
) -> HttpResponse:
    place = request.place.id
    found = label_reads.named(place, post.text)
    if found.package and not found.units:
        inner = reads.kind_of_package(place, found.package)
        if not code or found.package == code or inner is PackageKind.PALLET:
            return redirect(here("pack-bench", site, package=found.package))
        if kind is not PackageKind.PALLET:  # a carton after a carton: work goes on with that one
            return redirect(here("pack-bench", site, package=found.package))
        _pack(request, code, kind, post, packages=[found.package])
        return redirect(here("pack-bench", site, package=code, done=found.package))
    if not code:
        return _first(request, site, post)
    part, serial = one_unit(found, post.text)
    if reads.where_packed(place, part, serial) == code:
        return redirect(here("pack-bench", site, package=code, again=serial))
    _pack(request, code, kind, post, units=[(part, serial)])
    return redirect(here("pack-bench", site, package=code, done=serial))


def _first(request: Request, site: str, post: Sent) -> HttpResponse:
    """Scanned with no package in hand: a unit says where it is, anything new may be a package."""
    found = label_reads.named(request.place.id, post.text)
    if found.units:
        part, serial = one_unit(found, post.text)
        inside = reads.where_packed(request.place.id, part, serial)
        if inside:
            return redirect(here("pack-bench", site, package=inside))
        raise InvalidInput(
            f"No package is in hand for {serial}.",
            way_out="Scan a carton first, or begin a new one.",
            field="scan",
        )
    return redirect(here("pack-bench", site, unknown=found.text[:120]))


def _pack(request: Request, code: str, kind: PackageKind, post: Sent, **what: Any) -> None:
    packs.pack(
        site_id=request.place.id,
        package=code,
        kind=kind if post.says("new") else None,
        new=post.says("new") == "1",
        by=request.actor,
        at=request.at,
        uid=post.uid,
        **what,
    )


def _taken_out(request: Request, site: str, code: str, post: Sent) -> HttpResponse:
    """What is named, or the last thing that went in."""
    view = reads.package(request.actor, site, code, last=1)
    what: dict[str, Any] = {}
    if post.act == "undo":
        if not view.units and not view.inner:
            raise InvalidInput(f"{code} is empty.", field="scan")
        if view.units:
            what["units"] = [(view.units[0].part, view.units[0].serial)]
        else:
            what["packages"] = [view.inner[-1][0]]
    else:
        names = unpacked_name(post.act.removeprefix("out:"))
        what = {"units": [names]} if len(names) == 2 else {"packages": [names[0]]}
    packs.unpack(
        site_id=request.place.id,
        package=code,
        reason=post.says("reason", 500) or MISTAKE,
        by=request.actor,
        at=request.at,
        uid=post.uid,
        **what,
    )
    name = what["units"][0][1] if "units" in what else what["packages"][0]
    return redirect(here("pack-bench", site, package=code, out=name))


def _closed(request: Request, site: str, code: str) -> HttpResponse:
    """Closed, a package gets its label: what is in it stands on it."""
    view = reads.package(request.actor, site, code, last=1)
    template = "pallet" if view.kind is PackageKind.PALLET else "carton"
    before = _marks(request, view)
    made = labels.ask_for_labels(
        site_id=request.place.id,
        wish=LabelWish(
            template=template, size=LABEL_SIZE, number=code, gtin=before[0], marks=before[1]
        ),
        by=request.actor,
        at=request.at,
    )
    return redirect("pack-label-job", site, made.uid)


def _marks(request: Request, view: PackageView) -> tuple[str, str]:
    """GTIN and regulatory marks, as on the labels of the units in it."""
    if len(view.contents.batches) != 1:
        return "", ""
    run = runs.run(request.actor, request.place.code, view.contents.batches[0])
    label = label_reads.before(run.id)
    return (label.gtin, label.marks) if label else ("", "")


def _show(request: Request, site: str) -> HttpResponse:
    asked = request.GET
    code = asked.get("package", "")[:120]
    context = _about(request, site, code, asked.get("kind", ""), new="new" in asked)
    context.update(unknown=asked.get("unknown", "")[:120], again=asked.get("again", "")[:120])
    view, done = context["view"], asked.get("done", "")
    if view is not None and done:
        last = view.units[0].serial if view.units else ""
        inner = view.inner[-1][0] if view.inner else ""
        if done in (last, inner):
            return render(request, "genealogy/pack_done.html", {**context, "done": done})
    context["out"] = asked.get("out", "")[:120]
    if not code:
        boxes = reads.packages(request.actor, site, show="here", limit=8)[0]
        context["boxes"] = [box for box in boxes if not box.inside_of]
    return render(request, "genealogy/pack.html", context)


def _about(
    request: Request, site: str, code: str, kind: str = "", *, new: bool = False
) -> dict[str, Any]:
    """The package in hand, as it is stored; one that is empty yet is known by its code alone."""
    stored = reads.kind_of_package(request.place.id, code) if code else None
    view = reads.package(request.actor, site, code) if stored else None
    return {
        "bench": "pack-bench",
        "title": "Pack",
        "code": code,
        "kind": stored or _kind(kind),
        "new": bool(code) and stored is None,
        "begun": new,
        "view": view,
        "marks": _marks(request, view)[1] if view else "",
        "steps": PACKING,
        "uid": new_uid(),
        "outs": [
            *((u.serial, packed_name(u.part, u.serial)) for u in (view.units if view else ())),
            *((c, packed_name(c)) for c, _ in (view.inner if view else ())),
        ],
        "mistake": MISTAKE,
    }


urlpatterns = [
    path("pack/", home, name="pack"),
    path("pack/<str:site>/", bench, name="pack-bench"),
    path("packages/<str:site>/<quoted:code>/", package, name="pack-package"),
]
