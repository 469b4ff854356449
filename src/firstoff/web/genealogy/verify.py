"""Apply and verify: the label of a thing is scanned back, and the answer fills the page (R-64)."""

from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import path

from firstoff.errors import FirstoffError, InvalidInput, NotAllowed, NotFound
from firstoff.formats.labels.pictures import LARGEST, read_picture
from firstoff.queries.genealogy import labels as reads
from firstoff.queries.genealogy import packages
from firstoff.queries.genealogy.labels import Expected, JobView
from firstoff.services.genealogy import labels
from firstoff.terms import PackageKind
from firstoff.web.auth import Request, page
from firstoff.web.genealogy.shared import Sent, here, new_uid, one_unit, refused, sent

TITLES = {
    "invalid-input": "Not read",
    "not-found": "Not known",
    "R-66": "Label out of date",
}


@page("unit.record", post="unit.record")
def verify(request: Request) -> HttpResponse:
    """The thing in hand stands in the address; a scan takes one in hand, the next is its label."""
    site = request.place.code
    if request.method != "POST":
        return _show(request, site)
    post = sent(request)
    try:
        return _acted(request, site, post)
    except NotAllowed:
        raise
    except FirstoffError as error:
        context = _about(request, site, _target(request.POST))
        wrong = error.code == "R-64" and not isinstance(error, InvalidInput)
        title = "Wrong label" if wrong else TITLES.get(error.code, "Not this one")
        return refused(request, error, title, {**context, "wrong": wrong})


def _target(data: Any) -> dict[str, str]:
    names = ("part", "serial", "package", "batch", "job")
    return {name: data.get(name, "").strip()[:200] for name in names}


def _acted(request: Request, site: str, post: Sent) -> HttpResponse:
    target = _target(post.data)
    if post.act == "clear":
        return redirect(here("pack-verify", site=site))
    file = request.FILES.get("picture")
    if not post.text and file is None:
        return redirect(here("pack-verify", site=site, **target))
    expected = _expected(request, site, target)
    if post.text:
        chosen = _chosen(request, post.text, expected)
        if chosen is not None:
            return redirect(here("pack-verify", site=site, job=target["job"], **chosen))
        found = labels.read_codes(post.text)
    else:
        found = _pictured(file)
    if expected is None:
        raise InvalidInput("No unit is in hand.", way_out="Scan a unit first.", field="scan")
    labels.verify_label(
        site_id=request.place.id,
        expected=expected,
        found=found,
        by=request.actor,
        at=request.at,
        uid=post.uid,
    )
    return redirect(here("pack-verify", site=site, **{**target, "done": expected.about}))


def _pictured(file: Any) -> Any:
    if file.size > LARGEST:
        raise InvalidInput(
            f"The picture has {file.size:,} bytes; expected at most {LARGEST:,}.", field="picture"
        )
    return read_picture(file.read())


def _chosen(request: Request, text: str, expected: Expected | None) -> dict[str, str] | None:
    """What a scan takes in hand; None: it is the label that is to be verified.

    A text that is no code of a label and names another unit is that unit's traveller; the code
    of a label counts as a label once something is in hand.
    """
    found = reads.named(request.place.id, text)
    if expected is not None and (found.label or not (found.units or found.package)):
        return None
    if found.package and not found.units:
        return {"package": found.package}
    if found.batch and not found.units:
        return {"batch": found.batch}
    part, serial = one_unit(found, text)
    if expected is not None and expected.data.serial == serial:
        raise InvalidInput(
            f"That is the number of {serial} as text.",
            way_out="Scan the code on its label: a typed number proves nothing.",
            field="scan",
        )
    return {"part": part, "serial": serial}


def _expected(request: Request, site: str, target: dict[str, str]) -> Expected | None:
    if target["serial"] and target["part"]:
        return reads.expected_of(request.actor, site, target["part"], target["serial"])
    if target["package"]:
        kind = packages.kind_of_package(request.place.id, target["package"])
        template = "pallet" if kind is PackageKind.PALLET else "carton"
        return reads.expected_on(request.actor, site, template, target["package"])
    if target["batch"]:
        return reads.expected_on(request.actor, site, "batch", target["batch"])
    return None


def _job(request: Request, site: str, target: dict[str, str]) -> JobView | None:
    try:
        return reads.job(request.actor, site, UUID(target["job"]))
    except (ValueError, NotFound):
        return None


def _show(request: Request, site: str) -> HttpResponse:
    target, done = _target(request.GET), request.GET.get("done", "")[:200]
    context = _about(request, site, target, done=done)
    context["scanned_done"] = done
    try:
        context["expected"] = _expected(request, site, context["target"])
    except FirstoffError as error:
        return refused(request, error, "No label", context)
    name = "verify_done" if done else "verify"
    return render(request, f"genealogy/{name}.html", context)


def _about(
    request: Request, site: str, target: dict[str, str], *, done: str = ""
) -> dict[str, Any]:
    """The thing in hand; after an answer the next one of the job that is worked off."""
    job = _job(request, site, target)
    waiting: list[reads.Applied] = []
    if job is not None and job.template == "unit":
        waiting = [one for one in reads.applied(job) if not one.verified]
    shown = target
    if done:
        shown = {**target, "part": "", "serial": "", "package": "", "batch": ""}
    if waiting and not shown["serial"]:
        shown = {**shown, "part": waiting[0].part, "serial": waiting[0].data.serial}
    return {
        "bench": "pack-verify",
        "title": "Verify labels",
        "job": job,
        "left": len(waiting),
        "target": shown,
        "uid": new_uid(),
        "expected": None,
    }


urlpatterns = [path("labels/verify/", verify, name="pack-verify")]
