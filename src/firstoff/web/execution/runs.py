"""Runs of a program: the list, a new one, a repeat, the setup record, the batch ID as a code."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import path

from firstoff.formats import labels
from firstoff.queries import plan as plans
from firstoff.queries import product
from firstoff.queries.evidence.pilot import addresses_of
from firstoff.queries.evidence.verdict import assess_all
from firstoff.queries.execution import runs as reads
from firstoff.queries.execution.runs import RunView
from firstoff.rules.access import may
from firstoff.rules.evidence import RunState
from firstoff.rules.execution import SERIAL_PATTERN, SETUP_ITEMS
from firstoff.services import execution
from firstoff.terms import RunKind
from firstoff.web.auth import Request, page
from firstoff.web.execution.shared import RecordForm, about, found, prose
from firstoff.web.forms import Form
from firstoff.web.templatetags.firstoff import page_bounds

KINDS = [(k.value, k.value.replace("_", "-").capitalize()) for k in RunKind]
# where a run stands -> state of the design system
STANDING = {
    RunState.DRAFT: "draft",
    RunState.BAR_LOCKED: "locked",
    RunState.RUNNING: "running",
    RunState.COMPLETE: "waiting",
    RunState.HELD: "held",
    RunState.SIGNED_OFF: "signed_off",
}


class RunForm(RecordForm):
    kind = forms.ChoiceField(choices=KINDS, initial=RunKind.PILOT)
    batch_id = forms.CharField(
        label="Batch ID",
        max_length=60,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )
    planned_quantity = forms.IntegerField(label="Units planned", min_value=1, initial=20)
    line = forms.CharField(max_length=120, help_text="Where it is built, as people call it.")
    equipment = forms.MultipleChoiceField(
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text="With one machine chosen, units are recorded on it unless somebody says else.",
    )
    baseline = forms.ChoiceField(help_text="What the units are made to. It stays for this run.")
    serial_pattern = forms.CharField(
        label="Serial numbers",
        max_length=120,
        required=False,
        initial=SERIAL_PATTERN,
        help_text="{batch}-{n:03} makes CC1-P1-001. Empty where somebody else gives them.",
    )
    bench_minutes = forms.DecimalField(
        label="Build time of one unit on the bench",
        required=False,
        help_text="What the prototype took. The verdict sets the line beside it.",
    )
    note = prose("Note", required=False)

    def __init__(self, *args: Any, baselines: Any, equipment: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _offer(self, baselines, equipment)


def _offer(form: Any, baselines: Any, equipment: Any) -> None:
    """The choices of what a run is made to and on."""
    form.choose(
        "baseline",
        [(b.digest, f"{b.digest[:8]}: revision {b.revision}, plan {b.plan}") for b in baselines],
    )
    form.choose(
        "equipment",
        [(e.code, f"{e.code} {e.name} ({e.kind}, {e.equipment_class})") for e in equipment],
    )


@page("see")
def runs(request: Request, site: str, code: str) -> HttpResponse:
    program = product.program(request.actor, site, code)
    offset, limit = page_bounds(request.GET)
    some, total = reads.runs(request.actor, program_id=program.id, offset=offset, limit=limit)
    context = {
        "program": program,
        "rows": list(zip(some, _standings(some), strict=True)),
        "total": total,
        "may_create": may(request.actor, "run.create", request.place.id),
    }
    return render(request, "execution/runs.html", context)


def _standings(some: tuple[RunView, ...]) -> list[tuple[str, str]]:
    """State and words for each run, from its verdict."""
    by_id = {a.run.id: a.verdict.state for a in assess_all(addresses_of([r.id for r in some]))}
    return [(STANDING[by_id[r.id]], str(by_id[r.id].value).capitalize()) for r in some]


@page("run.create", post="run.create")
def run_new(request: Request, site: str, code: str) -> HttpResponse:
    program = product.program(request.actor, site, code)
    baselines, _ = plans.baselines(request.actor, program.id)
    equipment = plans.usable(request.actor, request.place.id)
    form: RunForm = RunForm.of(request, baselines=baselines, equipment=equipment)
    ids = {b.digest: b.id for b in baselines}
    if form.attempt(
        lambda data: execution.create_run(
            program_id=program.id,
            by=request.actor,
            at=request.at,
            **{k: v for k, v in data.items() if k != "baseline"},
            baseline_id=ids[data["baseline"]],
        )
    ):
        made = form.result
        for warning in made.warnings:
            messages.warning(request, warning)
        messages.success(request, f"{made.batch_id} is created. Lock its bar before the start.")
        return redirect("run-bar", site, made.batch_id)
    context = {
        "program": program,
        "form": form,
        "baselines": baselines,
        "suggested": reads.next_batch_id(request.actor, program.id),
    }
    return render(request, "execution/run_new.html", context, status=form.status)


class RepeatForm(RecordForm):
    batch_id = forms.CharField(label="Batch ID", max_length=60, required=False)
    planned_quantity = forms.IntegerField(label="Units planned", min_value=1)
    baseline = forms.ChoiceField(
        required=False,
        help_text="Another one where the process change made a new plan or revision.",
    )
    equipment = forms.MultipleChoiceField(
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text="Add the jig or machine that the process change brought.",
    )
    note = prose("Note", required=False)

    def __init__(self, *args: Any, baselines: Any, equipment: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _offer(self, baselines, equipment)


@page("run.create", post="run.create")
def run_repeat(request: Request, site: str, batch_id: str) -> HttpResponse:
    run = found(request, site, batch_id)
    baselines, _ = plans.baselines(request.actor, run.program_id)
    ids = {b.digest: b.id for b in baselines}
    form: RepeatForm = RepeatForm.of(
        request,
        baselines=baselines,
        equipment=plans.usable(request.actor, request.place.id),
        initial={
            "planned_quantity": run.planned_quantity,
            "baseline": run.baseline,
            "equipment": [e.code for e in reads.equipment_of(run.id)],
        },
    )
    if form.attempt(
        lambda data: execution.repeat_run(
            run_id=run.id,
            by=request.actor,
            at=request.at,
            **{k: v for k, v in data.items() if k not in ("baseline", "equipment")},
            baseline_id=ids.get(data["baseline"]),
            equipment=data["equipment"] or None,
        )
    ):
        messages.success(request, f"{form.result.batch_id} repeats {batch_id}.")
        return redirect("run-bar", site, form.result.batch_id)
    suggested = reads.next_batch_id(request.actor, run.program_id, run.kind)
    context = about(run, form=form, suggested=suggested)
    return render(request, "execution/run_repeat.html", context, status=form.status)


class SetupForm(Form):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for item in SETUP_ITEMS:
            self.fields[item.key] = prose(item.label, 2, required=False, help_text=item.hint)


@page("see", post="run.setup")
def run_setup(request: Request, site: str, batch_id: str) -> HttpResponse:
    run = found(request, site, batch_id)
    lines = reads.setup(run.id)
    form: SetupForm = SetupForm.of(request, initial={v.item.key: v.value for v in lines})
    if form.attempt(
        lambda data: execution.record_setup(
            run_id=run.id, lines=data, by=request.actor, at=request.at
        )
    ):
        count = len(form.result)
        said = f"{count} line{'' if count == 1 else 's'} recorded." if count else "No change."
        messages.success(request, said)
        return redirect("run-setup", site, batch_id)
    gaps = [v for v in lines if v.gap]
    context = about(
        run, form=form, lines=lines, gaps=gaps, pairs=[(form[v.item.key], v) for v in lines]
    )
    context["may_edit"] = may(request.actor, "run.setup", request.place.id)
    return render(request, "execution/setup.html", context, status=form.status)


@page("see")
def run_code(request: Request, site: str, batch_id: str) -> HttpResponse:
    """The batch ID as a code that a scanner reads: ``?kind=qr`` or Data Matrix."""
    run = found(request, site, batch_id)
    picture = labels.svg(run.batch_id, request.GET.get("kind", "datamatrix"))
    return HttpResponse(picture, content_type="image/svg+xml")


urlpatterns = [
    path("p/<str:site>/<str:code>/runs/", runs, name="runs"),
    path("p/<str:site>/<str:code>/runs/new/", run_new, name="run-new"),
    path("runs/<str:site>/<str:batch_id>/repeat/", run_repeat, name="run-repeat"),
    path("runs/<str:site>/<str:batch_id>/setup/", run_setup, name="run-setup"),
    path("runs/<str:site>/<str:batch_id>/code.svg", run_code, name="run-code"),
]
