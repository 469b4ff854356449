"""Files taken into a draft: looked at row by row, columns corrected, then all or nothing."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import path

from firstoff.errors import FirstoffError, InvalidInput, NotAllowed, NotFound, Refused
from firstoff.queries import bom as reads
from firstoff.services.bom import BomImported, import_bom, preview_import
from firstoff.web.auth import Request, page
from firstoff.web.bom.reading import Asked, FilesForm, preview_context
from firstoff.web.bom.shared import BOM, Shown, found, here
from firstoff.web.figures import plural

_TOLD = 5  # warnings that a message names


@page("definition.edit", post="definition.edit")
def bom_import(request: Request, site: str, part: str, revision: str) -> HttpResponse:
    shown = found(request, site, part, revision)
    if not shown.edits:
        return _choose(request, shown, FilesForm())
    if request.method == "POST" and request.POST.get("sha256"):
        asked = Asked.of(request)
        return _take(request, shown, asked) if asked.take else _look(request, shown, asked)
    form: FilesForm = FilesForm.of(request)
    if form.attempt(lambda data: Asked.held(request, data["file"])):
        return _look(request, shown, form.result)
    return _choose(request, shown, form)


def _choose(
    request: Request, shown: Shown, form: FilesForm, problem: FirstoffError | None = None
) -> HttpResponse:
    context = shown.context(
        form=form, problem=problem, imports=reads.imports(request.actor, shown.revision.id)
    )
    status = 422 if isinstance(problem, InvalidInput) else 409 if problem else form.status
    return render(request, "bom/import.html", context, status=status)


def _look(request: Request, shown: Shown, asked: Asked, status: int = 200) -> HttpResponse:
    try:
        preview = preview_import(revision_id=shown.revision.id, by=request.actor, **asked.how())
    except (NotAllowed, NotFound):
        raise
    except (InvalidInput, Refused) as error:
        return _choose(request, shown, FilesForm(), error)
    context = shown.context(**preview_context(preview, asked))
    return render(request, "bom/import_preview.html", context, status=status)


def _take(request: Request, shown: Shown, asked: Asked) -> HttpResponse:
    try:
        done = import_bom(
            revision_id=shown.revision.id,
            leave_out=asked.leave_out,
            **asked.how(),
            **here(request),
        )
    except (NotAllowed, NotFound):
        raise
    except FirstoffError:
        return _look(request, shown, asked, status=409)  # it says again what stops it
    say_taken(request, done)
    return redirect(shown.at())


def say_taken(request: Request, done: BomImported) -> None:
    """What was taken, in a sentence; the first of what to know."""
    lines = sum(n for word, n in done.lines.items() if word != "removed")
    words = [f"{done.lines[w]:,} {w}" for w in ("added", "changed", "removed") if done.lines[w]]
    new = [plural(done.parts, "new part")] if done.parts else []
    new += [plural(done.sources, "new manufacturer part")] if done.sources else []
    said = "; ".join([", ".join(words) or "all as before", *new])
    messages.success(request, f"{done.file_name} is taken: {plural(lines, 'line')} ({said}).")
    if done.left_out:
        messages.warning(request, f"Left out: {plural(len(done.left_out), 'row')}.")
    for remark in done.warnings[:_TOLD]:
        named = remark.sentence.startswith("Row")
        where = f"Row {remark.row}: " if remark.row and not named else ""
        messages.warning(request, f"{where}{remark.sentence}")
    if (more := len(done.warnings) - _TOLD) > 0:
        messages.warning(request, f"{more:,} more things to know; the import keeps them.")


urlpatterns = [path(f"{BOM}import/", bom_import, name="bom-import")]
