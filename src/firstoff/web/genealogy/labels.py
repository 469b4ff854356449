"""Print jobs: what waits, what was printed, how it comes out; labels asked for and taken."""

from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import path

from firstoff.errors import FirstoffError
from firstoff.formats.labels.job import FORMS
from firstoff.formats.labels.sizes import DOTS, SIZES
from firstoff.formats.labels.templates import TEMPLATES
from firstoff.queries.execution import runs
from firstoff.queries.genealogy import labels as reads
from firstoff.queries.genealogy.labels import JobView
from firstoff.rules.access import may
from firstoff.rules.genealogy import LabelWish
from firstoff.services.genealogy import labels
from firstoff.services.genealogy.printers import printers
from firstoff.web.auth import Request, page
from firstoff.web.execution.shared import RecordForm
from firstoff.web.forms import Form
from firstoff.web.genealogy.shared import here
from firstoff.web.templatetags.firstoff import page_bounds

SIZE_CHOICES = [(size.name, size.label) for size in SIZES]
DPI_CHOICES = [(str(dpi), f"{dpi} dpi") for dpi in DOTS]
FORM_CHOICES = [(form.name, form.label) for form in FORMS if form.name != "svg"]
CODES = [("datamatrix", "Data Matrix"), ("qr", "QR Code")]


@page("see")
def queue(request: Request) -> HttpResponse:
    show = request.GET.get("show", "")
    offset, limit = page_bounds(request.GET)
    batch = request.GET.get("batch", "")[:60]
    rows, total, counts = reads.jobs(
        request.actor,
        request.place.code,
        show=show if show in reads.SHOWS else "",
        batch=batch,
        offset=offset,
        limit=limit,
    )
    shows = [
        ("", "All", counts[""]),
        ("waiting", "Waiting", counts["waiting"]),
        ("printed", "Printed", counts["printed"]),
    ]
    context = {
        "rows": rows,
        "total": total,
        "shows": shows,
        "batch": batch,
        "may_record": may(request.actor, "unit.record", request.place.id),
    }
    return render(request, "genealogy/labels.html", context)


class AskForm(RecordForm):
    template = forms.ChoiceField(
        label="Labels for", choices=[(t.name, t.label) for t in TEMPLATES]
    )
    number = forms.CharField(
        label="Batch, package, lot or equipment",
        max_length=120,
        widget=forms.TextInput(attrs={"autofocus": True, "autocomplete": "off"}),
    )
    first = forms.IntegerField(label="From unit", min_value=1, required=False)
    last = forms.IntegerField(label="To unit", min_value=1, required=False)
    only_new = forms.BooleanField(label="Only units without a label", required=False, initial=True)
    size = forms.ChoiceField(choices=SIZE_CHOICES, initial="50x25")
    dpi = forms.ChoiceField(label="Printer", choices=DPI_CHOICES, initial="300")
    form = forms.ChoiceField(label="File", choices=FORM_CHOICES)
    code = forms.ChoiceField(choices=CODES)
    copies = forms.IntegerField(min_value=1, max_value=1000, initial=1)
    gtin = forms.CharField(label="GTIN", max_length=14, required=False)
    marks = forms.CharField(label="Regulatory marks", max_length=120, required=False)
    verify = forms.BooleanField(
        label="Pack units only after their label was scanned back", required=False, initial=True
    )
    reason = forms.CharField(label="Why again", max_length=500, required=False)

    def wish(self, data: dict[str, Any]) -> LabelWish:
        unit = data["template"] == "unit"
        return LabelWish(
            template=data["template"],
            size=data["size"],
            batch=data["number"] if unit else "",
            number="" if unit else data["number"],
            first=data["first"] if unit else None,
            last=data["last"] if unit else None,
            only_new=data["only_new"] and unit,
            form=data["form"],
            dpi=int(data["dpi"]),
            code=data["code"],
            copies=data["copies"],
            gtin=data["gtin"],
            marks=data["marks"],
            verify=data["verify"],
            reason=data["reason"],
        )


@page("unit.record", post="unit.record")
def ask(request: Request, site: str) -> HttpResponse:
    names = ("template", "number", "gtin", "marks")
    initial = {name: request.GET[name][:120] for name in names if name in request.GET}
    form: AskForm = AskForm.of(request, initial=initial)
    if form.attempt(
        lambda data: labels.ask_for_labels(
            site_id=request.place.id,
            wish=form.wish(data),
            uid=data["uid"],
            by=request.actor,
            at=request.at,
        )
    ):
        return redirect("pack-label-job", site, form.result.uid)
    context = {"form": form, "batches": reads.batches(request.place.id)}
    return render(request, "genealogy/ask.html", context, status=form.status)


class PrintForm(RecordForm):
    """How it is printed: a file to take, or a printer of the settings."""

    to = forms.ChoiceField(label="Print as")
    reason = forms.CharField(label="Why it is printed again", max_length=500, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        named = [(f"printer:{name}", f"Printer {name}") for name in printers()]
        files = [(form, f"{label} file") for form, label in FORM_CHOICES]
        self.choose("to", [*named, *files])


@page("see", post="unit.record")
def job(request: Request, site: str, uid: UUID) -> HttpResponse:
    """One job: how its first label comes out, its prints, and printing it."""
    view = reads.job(request.actor, site, uid)
    size, dpi = _chosen(request, view)
    form: PrintForm = PrintForm.of(request, initial={"to": _usual(view)})

    def printed(data: dict[str, Any]) -> Any:
        to = data["to"]
        printer = to.removeprefix("printer:") if to.startswith("printer:") else ""
        return to, labels.print_labels(
            site_id=request.place.id,
            job=view,
            printer=printer,
            form="" if printer else to,
            size=size,
            dpi=dpi,
            reason=data["reason"],
            uid=data["uid"],
            by=request.actor,
            at=request.at,
        )

    if form.attempt(printed):
        to = form.result[0]
        if to.startswith("printer:"):
            messages.success(request, f"Sent to {to.removeprefix('printer:')}.")
            to = ""
        return redirect(here("pack-label-job", site, str(uid), size=size, dpi=str(dpi), take=to))
    context = _about_job(request, view, form, size, dpi)
    return render(request, "genealogy/job.html", context, status=form.status)


def _usual(view: JobView) -> str:
    named = printers()
    return f"printer:{named[0]}" if named and view.form == "zpl" else view.form


def _chosen(request: Request, view: JobView) -> tuple[str, int]:
    """Size and dpi as the address asks, else as the job has them."""
    asked = request.POST if request.method == "POST" else request.GET
    size, dpi = asked.get("size", ""), asked.get("dpi", "")
    return (
        size if size in dict(SIZE_CHOICES) else view.size,
        int(dpi) if dpi in dict(DPI_CHOICES) else view.kept.dpi,
    )


def _about_job(request: Request, view: JobView, form: Form, size: str, dpi: int) -> dict[str, Any]:
    layout, problem = None, None
    try:
        layout = reads.first_layout(reads.print_job(view, size=size, dpi=dpi))
    except FirstoffError as error:
        problem = error
    offset, limit = page_bounds(request.GET)
    shown = reads.applied(view) if view.template == "unit" else ()
    take = request.GET.get("take", "")
    return {
        "job": view,
        "form": form,
        "layout": layout,
        "problem": problem,
        "size": size,
        "dpi": dpi,
        "sizes": SIZE_CHOICES,
        "dpis": DPI_CHOICES,
        "take": take if take in dict(FORM_CHOICES) and view.printed else "",
        "applied": shown[offset : offset + limit],
        "total": len(shown),
        "done": sum(one.verified for one in shown),
        "may_record": may(request.actor, "unit.record", request.place.id),
    }


@page("see")
def preview(request: Request, site: str, uid: UUID) -> HttpResponse:
    """The first label of a job as a picture."""
    view = reads.job(request.actor, site, uid)
    size, dpi = _chosen(request, view)
    content = reads.picture(reads.print_job(view, size=size, dpi=dpi))
    return HttpResponse(content, content_type="image/svg+xml")


@page("unit.record")
def file(request: Request, site: str, uid: UUID, form: str) -> HttpResponse:
    """The labels as a file; that it was taken is recorded by whoever prints."""
    view = reads.job(request.actor, site, uid)
    size, dpi = _chosen(request, view)
    made = reads.file(reads.print_job(view, form=form, size=size, dpi=dpi))
    answer = HttpResponse(made.content, content_type=made.media_type)
    answer["Content-Disposition"] = f'attachment; filename="{made.name}"'
    return answer


class UnitLabelForm(RecordForm):
    size = forms.ChoiceField(choices=SIZE_CHOICES, initial="50x25")
    dpi = forms.ChoiceField(label="Printer", choices=DPI_CHOICES, initial="300")
    to = forms.ChoiceField(label="Print as")
    reason = forms.CharField(
        label="Why again", max_length=500, required=False, help_text="Where it had a label before"
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        named = [(f"printer:{name}", f"Printer {name}") for name in printers()]
        files = [(form, f"{label} file") for form, label in FORM_CHOICES]
        self.choose("to", [*named, *files])


@page("unit.record", post="unit.record")
def unit_label(request: Request, site: str, part: str, serial: str) -> HttpResponse:
    """The label of one unit, now: asked for and printed in one go."""
    expected = reads.expected_of(request.actor, site, part, serial)
    form: UnitLabelForm = UnitLabelForm.of(request)

    def made(data: dict[str, Any]) -> Any:
        to = data["to"]
        given: dict[str, Any] = {"by": request.actor, "at": request.at}
        printer = to.removeprefix("printer:") if to.startswith("printer:") else ""
        wish = LabelWish(
            template="unit",
            size=data["size"],
            part=part,
            serial=serial,
            form="zpl" if printer else to,
            dpi=int(data["dpi"]),
            gtin=expected.data.gtin,
            marks=expected.data.marks,
            extra=expected.data.extra,
            verify=_asks(expected, request),
            reason=data["reason"],
        )
        row = labels.ask_for_labels(site_id=request.place.id, wish=wish, uid=data["uid"], **given)
        view = reads.job(request.actor, site, row.uid)
        labels.print_labels(site_id=request.place.id, job=view, printer=printer, **given)
        return "" if printer else to, view

    if form.attempt(made):
        to, view = form.result
        return redirect(here("pack-label-job", site, str(view.uid), take=to))
    context = {"form": form, "expected": expected, "site": site, "part": part, "serial": serial}
    return render(request, "genealogy/unit_label.html", context, status=form.status)


def _asks(expected: reads.Expected, request: Request) -> bool:
    """A single label does not change what its batch asks for."""
    run = runs.run(request.actor, request.place.code, expected.data.batch)
    return reads.asks_for_scan(run.id)


_SITE = "labels/<str:site>/"
urlpatterns = [
    path("labels/", queue, name="pack-labels"),
    path(_SITE + "new/", ask, name="pack-labels-new"),
    path(_SITE + "<uuid:uid>/", job, name="pack-label-job"),
    path(_SITE + "<uuid:uid>/first.svg", preview, name="pack-label-preview"),
    path(_SITE + "<uuid:uid>/labels.<str:form>", file, name="pack-label-file"),
    path(
        "units/<str:site>/<quoted:part>/<quoted:serial>/label/",
        unit_label,
        name="unit-label",
    ),
]
