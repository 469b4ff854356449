"""Characteristics out of a file: chosen, compared with the draft, columns corrected, taken."""

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import path, reverse

from firstoff.errors import FirstoffError, InvalidInput, NotAllowed, NotFound
from firstoff.formats.characteristics.columns import COLUMNS
from firstoff.queries import product as programs
from firstoff.queries.product import ProgramView, RevisionView
from firstoff.rules.access import may
from firstoff.services import product
from firstoff.services.execution import held_upload, hold_upload
from firstoff.services.product import CharacteristicPreview
from firstoff.terms import CharacteristicClass
from firstoff.web.auth import Request, page
from firstoff.web.forms import Form

_SHOWN = 200  # rows of a list; the counts are true


class FileForm(Form):
    file = forms.FileField(label="File", allow_empty_file=True)


@dataclass(frozen=True, slots=True)
class Draft:
    """The revision that takes a file: of the part of a program, or of any part. ``of``: whose it
    is, as the verbs take it; ``back``: the page with its characteristics."""

    revision: RevisionView
    of: dict[str, int]
    name: str
    part: str
    site_id: int
    back: str
    program: ProgramView | None = None


@page("see", post="definition.edit")
def characteristics_import(request: Request, site: str, code: str) -> HttpResponse:
    program = programs.program(request.actor, site, code)
    revision = _revision(request, program)
    back = reverse("definition", args=[program.site, program.code])
    return take(
        request,
        Draft(
            revision,
            {"program_id": program.id},
            f"{program.name} {program.code}",
            program.part_number,
            program.site_id,
            f"{back}?{urlencode({'revision': revision.label})}#characteristics",
            program,
        ),
    )


def take(request: Request, draft: Draft) -> HttpResponse:
    """The page of one address: the file is chosen, looked at, and taken."""
    if request.method == "POST" and request.POST.get("sha256"):
        return _looked_at(request, draft, request.POST["sha256"])
    form: FileForm = FileForm.of(request)
    if form.attempt(
        lambda data: hold_upload(data["file"].file, name=data["file"].name, at=request.at)
    ):
        name = form.cleaned_data["file"].name
        return _preview(request, draft, form.result, form, name=name)
    return _choose(request, draft, form)


def _revision(request: Request, program: ProgramView) -> RevisionView:
    there = programs.revisions(request.actor, program.id)
    label = request.GET.get("revision", "")
    for found in there:
        if label in ("", found.label):
            return found
    raise NotFound(f"There is no revision {label!r} of this part.")


def _looked_at(request: Request, draft: Draft, sha256: str) -> HttpResponse:
    """The second post: columns corrected, or the file taken."""
    form = FileForm()
    if "take" not in request.POST:
        return _preview(request, draft, sha256, form)
    try:
        done = product.import_characteristics(
            **_asked(request, draft, sha256), at=request.at, seen=request.POST.get("seen", "")
        )
    except (NotAllowed, NotFound):
        raise
    except FirstoffError as error:
        return _preview(request, draft, sha256, form, problem=error)
    said = f"{done.added} added, {done.changed} changed, {done.removed} removed"
    messages.success(request, f"{done.file_name} is taken: {said}.")
    return redirect(draft.back)


def _asked(request: Request, draft: Draft, sha256: str, name: str = "") -> dict[str, Any]:
    """How the held file is to be read: columns as corrected."""
    posted = request.POST
    mapping = {
        str(header): str(posted.get("as-" + key.removeprefix("header-"), ""))
        for key, header in posted.items()
        if key.startswith("header-")
    }
    classes = {c.value: c for c in CharacteristicClass}
    return {
        **draft.of,
        "revision": draft.revision.label,
        "by": request.actor,
        "raw": held_upload(sha256),
        "name": (name or posted.get("name", "") or "file")[:300],
        "mapping": mapping,
        "classification": classes.get(posted.get("class", ""), CharacteristicClass.MAJOR),
        "replace_all": posted.get("replace_all") == "1",
    }


def _preview(
    request: Request,
    draft: Draft,
    sha256: str,
    form: FileForm,
    *,
    name: str = "",
    problem: FirstoffError | None = None,
) -> HttpResponse:
    asked = _asked(request, draft, sha256, name)
    try:
        found = product.preview_characteristics(**asked)
    except InvalidInput as error:
        form.status = 422
        return _choose(request, draft, form, error)
    context = {
        **_about(request, draft),
        "preview": found,
        "sha256": sha256,
        "problem": problem,
        "classes": list(CharacteristicClass),
        "chosen": asked["classification"],
        "replace_all": asked["replace_all"],
        "fields": [(c.field, c.meaning.rstrip(".")) for c in COLUMNS],
        **_lists(found),
    }
    status = 200 if problem is None else 409
    return render(request, "plan/characteristics_preview.html", context, status=status)


def _lists(found: CharacteristicPreview) -> dict[str, Any]:
    moved = [r for r in found.rows if r.state in ("add", "change", "gone")]
    return {
        "counts": {s: found.count(s) for s in ("add", "change", "same", "gone", "kept")},
        "refused": found.refusals[:_SHOWN],
        "many_refused": len(found.refusals),
        "moved": moved[:_SHOWN],
        "many_moved": len(moved),
        "warnings": found.file.warnings[:_SHOWN],
        "more_warnings": max(0, len(found.file.warnings) - _SHOWN),
    }


def _choose(
    request: Request, draft: Draft, form: FileForm, problem: InvalidInput | None = None
) -> HttpResponse:
    may_edit = may(request.actor, "definition.edit", draft.site_id) and draft.revision.draft
    context = {
        **_about(request, draft),
        "form": form,
        "problem": problem,
        "columns": COLUMNS,
        "may_edit": may_edit,
    }
    return render(request, "plan/characteristics_import.html", context, status=form.status)


def _about(request: Request, draft: Draft) -> dict[str, Any]:
    query = request.GET.urlencode()
    return {"of": draft, "program": draft.program, "revision": draft.revision, "query": query}


urlpatterns = [
    path(
        "p/<str:site>/<str:code>/definition/characteristics/import/",
        characteristics_import,
        name="definition-characteristics-import",
    ),
]
