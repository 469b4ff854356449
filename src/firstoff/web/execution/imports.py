"""Files taken in: chosen, looked at row by row, columns corrected, then all or nothing."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import path

from firstoff.errors import FirstoffError, InvalidInput, NotAllowed, NotFound
from firstoff.formats.exports import CSV_TYPE, XLSX_TYPE
from firstoff.formats.testdata.columns import LOG_COLUMNS
from firstoff.formats.testdata.unit_log import template_csv, template_xlsx
from firstoff.queries.execution import runs as reads
from firstoff.queries.execution.definition import frozen
from firstoff.rules.access import may
from firstoff.rules.plan import BaselineFacts
from firstoff.services import execution
from firstoff.services.execution import held_upload, hold_upload
from firstoff.web.auth import Request, page
from firstoff.web.execution.shared import about, found
from firstoff.web.forms import Form

_SHOWN = 50  # rows of each list; the counts are true


class FileForm(Form):
    file = forms.FileField(label="File")


@page("see", post="unit.record")
def run_import(request: Request, site: str, batch_id: str) -> HttpResponse:
    run = found(request, site, batch_id)
    if request.method == "POST" and request.POST.get("sha256"):
        return _looked_at(request, run, request.POST["sha256"])
    form: FileForm = FileForm.of(request)
    if form.attempt(
        lambda data: hold_upload(data["file"].file, name=data["file"].name, at=request.at)
    ):
        return _preview(request, run, form.result, form)
    return _choose(request, run, form)


def _choose(request: Request, run: reads.RunView, form: FileForm) -> HttpResponse:
    context = about(
        run,
        form=form,
        imports=reads.head_of(run).imports,
        may_record=may(request.actor, "unit.record", request.place.id),
    )
    return render(request, "execution/import.html", context, status=form.status)


def _looked_at(request: Request, run: reads.RunView, sha256: str) -> HttpResponse:
    """The second post: columns corrected, or the file taken."""
    form = FileForm()
    if "take" not in request.POST:
        return _preview(request, run, sha256, form)
    try:
        done = execution.import_file(
            run_id=run.id, by=request.actor, at=request.at, **_asked(request, sha256)
        )
    except (NotAllowed, NotFound):
        raise
    except FirstoffError:
        return _preview(request, run, sha256, form, status=409)
    for warning in done.warnings[:5]:
        messages.warning(request, warning)
    if done.again:
        messages.info(request, f"{done.file_name} had been taken before; nothing was written.")
    else:
        messages.success(request, f"{done.file_name} is taken: {done.taken} records.")
    return redirect("run-units", run.site, run.batch_id)


def _asked(request: Request, sha256: str) -> dict[str, Any]:
    """How the held file is to be read: columns as corrected."""
    mapping = {}
    for name, header in request.POST.items():
        if name.startswith("header-"):
            mapping[str(header)] = str(request.POST.get("as-" + name.removeprefix("header-"), ""))
    return {
        "raw": held_upload(sha256),
        "name": request.POST.get("name", "")[:300],
        "mapping": mapping,
        "start_missing": request.POST.get("start_missing") == "1",
        "equipment": request.POST.get("equipment", "")[:60],
    }


def _preview(
    request: Request, run: reads.RunView, sha256: str, form: FileForm, status: int = 200
) -> HttpResponse:
    asked = _asked(request, sha256)
    chosen = form.cleaned_data.get("file") if form.is_bound else None
    asked["name"] = asked["name"] or (chosen.name if chosen else "file")
    try:
        preview = execution.preview_import(run_id=run.id, by=request.actor, at=request.at, **asked)
    except InvalidInput as error:
        form.status = 422
        return _unreadable(request, run, form, error)
    definition = frozen(run.baseline_id, run.baseline)
    context = about(
        run,
        preview=preview,
        sha256=sha256,
        refused=preview.refused[:_SHOWN],
        taken=[r for r in preview.rows if r.state != "refused"][:_SHOWN],
        warnings=preview.warnings[:_SHOWN],
        counts={s: preview.count(s) for s in ("take", "already", "refused")},
        fields=_fields(definition),
        start_missing=asked["start_missing"],
        equipment=reads.equipment_of(run.id),
        chosen=asked["equipment"],
        missing=preview.kind != "unit_log",
    )
    return render(request, "execution/import_preview.html", context, status=status)


def _unreadable(
    request: Request, run: reads.RunView, form: FileForm, error: InvalidInput
) -> HttpResponse:
    context = about(
        run,
        form=form,
        problem=error,
        imports=reads.head_of(run).imports,
        may_record=may(request.actor, "unit.record", request.place.id),
    )
    return render(request, "execution/import.html", context, status=422)


def _fields(definition: BaselineFacts) -> list[str]:
    """What a column can be taken as."""
    steps = [f"step {o.seq}" for o in definition.operations]
    measures = [f"measure {c.number}" for c in definition.characteristics]
    return [column.field for column in LOG_COLUMNS] + steps + measures


@page("see")
def run_template(request: Request, ending: str) -> HttpResponse:
    """An empty unit log with one example row."""
    made = {"csv": (template_csv, CSV_TYPE), "xlsx": (template_xlsx, XLSX_TYPE)}
    if ending not in made:
        raise NotFound("There is no such template.")
    write, kind = made[ending]
    answer = HttpResponse(write(), content_type=kind)
    answer["Content-Disposition"] = f'attachment; filename="unit-log.{ending}"'
    return answer


urlpatterns = [
    path("runs/<str:site>/<str:batch_id>/import/", run_import, name="run-import"),
    path("templates/unit-log.<str:ending>", run_template, name="run-template"),
]
