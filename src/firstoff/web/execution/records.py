"""What else is recorded about a run: first article, adjustments, corrections, releases."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import path
from django.views.decorators.debug import sensitive_post_parameters

from firstoff.errors import NotFound
from firstoff.queries.execution import runs as reads
from firstoff.queries.execution.definition import frozen
from firstoff.queries.execution.line import codes_by_use
from firstoff.queries.execution.units import units
from firstoff.queries.trace import JudgementView, unit_trace
from firstoff.rules.access import may
from firstoff.rules.execution import LIFTS
from firstoff.rules.product import CharacteristicFacts
from firstoff.services import execution
from firstoff.services.execution import PostedDefect
from firstoff.services.execution.posted import seconds
from firstoff.web.auth import Request, page
from firstoff.web.execution.shared import RecordForm, about, found, password, prose

_LOOKED = [("", "not looked at"), ("pass", "conforms"), ("fail", "does not conform")]
_RESULT = [("", "not judged"), ("pass", "passes"), ("fail", "fails")]
_LIFT_WORDS = {
    "first-article": "The first article is not inspected: start this serial all the same",
    "order": "An operation before is not recorded: let this serial go on",
    "failed-unit": "It failed: let this serial go on",
    "equipment": "Equipment out of calibration or retired: use it all the same",
    "training": "Training missing: let this person work",
}


class FirstArticleForm(RecordForm):
    serial = forms.CharField(max_length=120, widget=forms.TextInput(attrs={"autocomplete": "off"}))
    note = prose("Note", 2, required=False)

    def __init__(
        self, *args: Any, characteristics: tuple[CharacteristicFacts, ...], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.known = characteristics
        if not characteristics:  # nothing is named: the unit is looked at as a whole
            self.fields["whole"] = forms.ChoiceField(
                label="The unit as a whole", choices=_LOOKED, required=False
            )
        for c in characteristics:
            self.fields[f"c-{c.number}"] = forms.ChoiceField(
                label=c.label, choices=_LOOKED, required=False
            )

    @property
    def rows(self) -> list[Any]:
        return [(c, self[f"c-{c.number}"]) for c in self.known]

    def said(self, data: dict[str, Any]) -> dict[str, Any]:
        """The inspection as it is recorded: how many were looked at, how many conform."""
        looked = {c.number: data[f"c-{c.number}"] for c in self.known}
        if "whole" in data:
            looked = {"the unit as a whole": data["whole"]}
        bad = [number for number, result in looked.items() if result == "fail"]
        checked = sum(bool(result) for result in looked.values())
        note = data["note"]
        if bad:
            note = f"Does not conform: {', '.join(bad)}. {note}".strip()
        return {
            "serial": data["serial"],
            "uid": data["uid"],
            "note": note,
            "checked": checked,
            "conforming": checked - len(bad),
            "passed": bool(checked) and not bad,
        }


@page("see", post="first_article.record")
def run_first_article(request: Request, site: str, batch_id: str) -> HttpResponse:
    run = found(request, site, batch_id)
    definition = frozen(run.baseline_id, run.baseline)
    first = next(iter(units(run, limit=1).items), None)
    form: FirstArticleForm = FirstArticleForm.of(
        request,
        characteristics=definition.characteristics,
        initial={"serial": first.serial if first else ""},
    )
    if form.attempt(
        lambda data: execution.record_first_article(
            run_id=run.id, by=request.actor, at=request.at, **form.said(data)
        )
    ):
        head = reads.head_of(run).first_article
        result = "passed; the batch is open" if head and head.passed else "failed"
        messages.success(request, f"First article of {batch_id}: {result}.")
        return redirect("run-first-article", site, batch_id)
    context = about(
        run,
        form=form,
        head=reads.head_of(run),
        may_record=may(request.actor, "first_article.record", request.place.id),
    )
    return render(request, "execution/first_article.html", context, status=form.status)


class AdjustmentForm(RecordForm):
    what = forms.CharField(label="What was changed", max_length=300)
    before = forms.CharField(max_length=300, required=False)
    after = forms.CharField(max_length=300)
    reason = prose("Why", 2)


@page("see", post="adjustment.record")
def run_adjustments(request: Request, site: str, batch_id: str) -> HttpResponse:
    run = found(request, site, batch_id)
    form: AdjustmentForm = AdjustmentForm.of(request)
    if form.attempt(
        lambda data: execution.record_adjustment(
            run_id=run.id, by=request.actor, at=request.at, **data
        )
    ):
        messages.success(request, "The adjustment is logged.")
        return redirect("run-adjustments", site, batch_id)
    context = about(
        run,
        form=form,
        adjustments=reads.adjustments(run.id),
        may_record=may(request.actor, "adjustment.record", request.place.id)
        and run.decision is None,
    )
    return render(request, "execution/adjustments.html", context, status=form.status)


class ReleaseForm(RecordForm):
    lift = forms.ChoiceField(
        label="Which refusal", choices=[(name, _LIFT_WORDS[name]) for name in LIFTS]
    )
    subject = forms.CharField(
        label="For whom or what",
        max_length=200,
        help_text="A serial number, the code of the equipment, or a user name.",
    )
    reason = prose("Why", 2)
    password = password()


@page("see", post="route.release")
@sensitive_post_parameters("password")
def run_releases(request: Request, site: str, batch_id: str) -> HttpResponse:
    run = found(request, site, batch_id)
    asked = {name: request.GET.get(name, "") for name in ("lift", "subject")}
    form: ReleaseForm = ReleaseForm.of(request, initial=asked)
    if form.attempt(
        lambda data: execution.release_route(
            run_id=run.id, by=request.actor, at=request.at, **data
        )
    ):
        messages.success(request, "The refusal is lifted; the report lists it as a deviation.")
        return redirect("run-releases", site, batch_id)
    context = about(
        run,
        form=form,
        releases=reads.head_of(run).releases,
        words=_LIFT_WORDS,
        may_release=may(request.actor, "route.release", request.place.id) and run.decision is None,
    )
    return render(request, "execution/releases.html", context, status=form.status)


class CorrectionForm(RecordForm):
    fit = forms.ChoiceField(choices=_RESULT, required=False)
    finish = forms.ChoiceField(choices=_RESULT, required=False)
    function = forms.ChoiceField(choices=_RESULT, required=False)
    build_minutes = forms.DecimalField(label="Build time", required=False, min_value=0)
    defects = forms.MultipleChoiceField(required=False, widget=forms.CheckboxSelectMultiple)
    reason = prose("What was wrong, and how you know", 2)
    password = password()

    def __init__(self, *args: Any, codes: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.choose("defects", [(c.code, f"{c.code} {c.name} ({c.category})") for c in codes])


@page("see", post="judgement.correct")
@sensitive_post_parameters("password")
def unit_correct(
    request: Request, site: str, part: str, serial: str, judgement: Any
) -> HttpResponse:
    """A result recorded wrongly: superseded by signature, kept beside the correction."""
    shown = unit_trace(request.actor, site, part, serial)
    old = next((j for j in shown.judgements if j.uid == str(judgement)), None)
    run = shown.run
    if old is None or run is None:
        raise NotFound("There is no such result, or not for you.")
    form: CorrectionForm = CorrectionForm.of(
        request, codes=codes_by_use(run.program_id), initial=_as_it_was(old)
    )
    known = {d.code: d for d in old.defects}
    if form.attempt(
        lambda data: execution.correct_judgement(
            run_id=run.id,
            judgement=judgement,
            reason=data["reason"],
            password=data["password"],
            uid=data["uid"],
            fit=data["fit"],
            finish=data["finish"],
            function=data["function"],
            build_seconds=seconds(data["build_minutes"]),
            defects=None
            if set(data["defects"]) == set(known)
            else [PostedDefect(c, known[c].note if c in known else "") for c in data["defects"]],
            by=request.actor,
            at=request.at,
        )
    ):
        messages.success(request, f"The result of {serial} is corrected; the first one stays.")
        return redirect("unit", site, part, serial)
    meaning = execution.correction_meaning(serial, run.batch_id)
    context = about(run, form=form, trace=shown, old=old, meaning=meaning)
    context["may_correct"] = may(request.actor, "judgement.correct", request.place.id)
    return render(request, "execution/correct.html", context, status=form.status)


def _as_it_was(old: JudgementView) -> dict[str, Any]:
    return {
        "fit": old.fit,
        "finish": old.finish,
        "function": old.function,
        "build_minutes": None if old.build_seconds is None else round(old.build_seconds / 60, 3),
        "defects": [d.code for d in old.defects],
    }


_RUN = "runs/<str:site>/<str:batch_id>/"
urlpatterns = [
    path(_RUN + "first-article/", run_first_article, name="run-first-article"),
    path(_RUN + "adjustments/", run_adjustments, name="run-adjustments"),
    path(_RUN + "releases/", run_releases, name="run-releases"),
    path(
        "units/<str:site>/<quoted:part>/<quoted:serial>/correct/<uuid:judgement>/",
        unit_correct,
        name="unit-correct",
    ),
]
