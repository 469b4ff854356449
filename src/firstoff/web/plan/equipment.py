"""The equipment page: what there is at a site, in what state."""

from typing import Any
from urllib.parse import urlencode

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.utils import timezone

from firstoff.queries import gauging
from firstoff.queries import plan as reads
from firstoff.rules.access import may
from firstoff.rules.genealogy import Calibrated
from firstoff.rules.plan import CALIBRATION_NOTICE, EquipmentFacts, EquipmentState
from firstoff.rules.trace import Question
from firstoff.rules.trace.conditions import Gauge
from firstoff.services import genealogy, plan
from firstoff.terms import CalibrationResult, EquipmentClass, EquipmentKind
from firstoff.web.auth import Request, page
from firstoff.web.execution.shared import RecordForm
from firstoff.web.forms import DateInput, DateTimeInput, Form
from firstoff.web.templatetags.firstoff import page_bounds

KINDS = [(k.value, k.value.capitalize()) for k in EquipmentKind]
CLASSES = [
    (EquipmentClass.PRODUCTION.value, "Production: units made on it count for sign-off"),
    (EquipmentClass.BENCH.value, "Bench: units made on it are kept and do not count"),
]


class EquipmentForm(Form):
    code = forms.CharField(max_length=60, help_text="As on its label: J-02. It stays.")
    name = forms.CharField(max_length=200)
    kind = forms.ChoiceField(choices=KINDS)
    equipment_class = forms.ChoiceField(
        label="Class", choices=CLASSES, widget=forms.RadioSelect, initial=EquipmentClass.PRODUCTION
    )
    line = forms.CharField(
        label="Line or place", max_length=120, required=False, help_text="Line 2, post L2-40"
    )
    calibration_due = forms.DateField(
        label="Calibration due",
        required=False,
        widget=DateInput(),
        help_text="From the day after, the line refuses it. Leave empty where there is none.",
    )
    max_uses = forms.IntegerField(
        label="Life",
        required=False,
        min_value=1,
        max_value=10**12,
        help_text="Uses after which the line refuses it. Leave empty where none are counted.",
    )


class ChangeForm(EquipmentForm):
    code = None  # type: ignore[assignment]  # the field goes


_FOUND = [
    (CalibrationResult.PASS.value, "Within its limits"),
    (CalibrationResult.FAIL.value, "Outside its limits"),
    (CalibrationResult.UNKNOWN.value, "Not determined"),
]


class CalibrationForm(RecordForm):
    result = forms.ChoiceField(
        label="As found", choices=_FOUND, widget=forms.RadioSelect, initial="pass"
    )
    as_left = forms.ChoiceField(
        label="As left",
        choices=[("", "As it was found"), *_FOUND],
        required=False,
        help_text="After it was adjusted or repaired.",
    )
    calibrated_at = forms.DateTimeField(
        label="When", required=False, widget=DateTimeInput(), help_text="Left empty: now."
    )
    due = forms.DateField(
        label="Next due",
        required=False,
        widget=DateInput(),
        help_text="It is in use up to that day.",
    )
    certificate = forms.CharField(max_length=200, required=False, help_text="Number or file name")

    def record(self, data: dict[str, Any], code: str) -> Calibrated:
        left = data["as_left"]
        return Calibrated(
            id=data["uid"],
            at=data["calibrated_at"],
            equipment=code,
            result=CalibrationResult(data["result"]),
            as_left=CalibrationResult(left) if left else None,
            due=data["due"],
            certificate=data["certificate"],
        )


@page("see")
def equipment(request: Request) -> HttpResponse:
    search = request.GET.get("q", "").strip()
    kind, wanted = request.GET.get("kind", ""), request.GET.get("class", "")
    retired, due = request.GET.get("retired") == "1", request.GET.get("due") == "1"
    offset, limit = page_bounds(request.GET)
    today = timezone.localdate(request.at)
    found = reads.equipment(
        request.actor,
        request.place.id,
        today=today,
        search=search,
        kind=kind,
        equipment_class=wanted,
        retired=retired,
        due_by=today + CALIBRATION_NOTICE if due else None,
        offset=offset,
        limit=limit,
    )
    in_use = sum(found.kinds.values())
    context = {
        "found": found,
        "search": search,
        "retired": retired,
        "today": today,
        "filtered": bool(search or kind or wanted or retired or due),
        "kinds": [("", "All kinds", in_use), *((k, w, found.kinds[k]) for k, w in _words(KINDS))],
        "classes": [
            ("", "Both classes", in_use),
            *((c, c.capitalize(), n) for c, n in found.classes.items()),
        ],
        "dues": [("", "Any date", None), ("1", "Within 30 days, or overdue", found.due)],
        "states": [("", "In use", in_use), ("1", "Retired", found.retired)],
        "overdue": EquipmentState.OVERDUE,
        "may_edit": may(request.actor, "equipment.edit", request.place.id),
    }
    return render(request, "plan/equipment.html", context)


def _words(choices: list[tuple[str, str]]) -> list[tuple[EquipmentKind, str]]:
    return [(EquipmentKind(value), word) for value, word in choices]


@page("equipment.edit", post="equipment.edit")
def equipment_add(request: Request, site: str) -> HttpResponse:
    form: EquipmentForm = EquipmentForm.of(request, initial=_offered(request))
    place, by, at = request.place, request.actor, request.at
    if form.attempt(
        lambda data: plan.add_equipment(site_id=place.id, equipment=_facts(data), by=by, at=at)
    ):
        messages.success(request, f"{form.result.code} is on the list.")
        again = "another" in request.POST
        return redirect(reverse("equipment-add", args=[site]) if again else _list(site))
    context = {"form": form, "equipment": None}
    return render(request, "plan/equipment_edit.html", context, status=form.status)


@page("see", post="equipment.edit")
def equipment_edit(request: Request, site: str, code: str) -> HttpResponse:
    place, by, at = request.place, request.actor, request.at
    history = gauging.calibrations(by, place.id, code, today=timezone.localdate(at))
    found = history.equipment
    form: ChangeForm = ChangeForm.of(request, initial=_said(found))
    if form.attempt(
        lambda data: plan.update_equipment(
            site_id=place.id, code=code, equipment=_facts({**data, "code": code}), by=by, at=at
        )
    ):
        messages.success(request, f"The change to {code} is recorded.")
        return redirect(_list(site))
    context = {
        "form": form,
        "equipment": found,
        "history": history,
        "at_risk": _measured_with_it(site, found.code),
        "left": None if found.max_uses is None else max(0, found.max_uses - found.uses),
        "may_edit": may(by, "equipment.edit", place.id),
        "may_calibrate": may(by, "calibration.record", place.id),
    }
    return render(request, "plan/equipment_edit.html", context, status=form.status)


@page("calibration.record", post="calibration.record")
def equipment_calibrate(request: Request, site: str, code: str) -> HttpResponse:
    place, by, at = request.place, request.actor, request.at
    found = reads.equipment_named(by, place.id, code, today=timezone.localdate(at))
    form: CalibrationForm = CalibrationForm.of(request)
    if form.attempt(
        lambda data: genealogy.post_records(
            site_id=place.id, records=[form.record(data, found.code)], by=by, at=at
        )
    ):
        if form.cleaned_data["result"] == CalibrationResult.FAIL:
            messages.warning(request, f"{code} was found failing: look at what it measured.")
        else:
            messages.success(request, f"The calibration of {code} is recorded.")
        return redirect("equipment-edit", site, found.code)
    context = {"form": form, "equipment": found}
    return render(request, "plan/equipment_calibrate.html", context, status=form.status)


def _measured_with_it(site: str, code: str) -> str:
    """Units at risk: what was measured with it since its last good calibration (R-61)."""
    question = Question((Gauge(code),)).as_json()
    return f"{reverse('at-risk')}?{urlencode({'site': site, 'question': question})}"


@page(post="equipment.edit")
def equipment_retire(request: Request, site: str, code: str) -> HttpResponse:
    plan.retire_equipment(site_id=request.place.id, code=code, by=request.actor, at=request.at)
    messages.success(request, f"{code} is retired; what was recorded on it stays.")
    return redirect(_list(site))


@page(post="equipment.edit")
def equipment_reinstate(request: Request, site: str, code: str) -> HttpResponse:
    plan.reinstate_equipment(site_id=request.place.id, code=code, by=request.actor, at=request.at)
    messages.success(request, f"{code} is in use again.")
    return redirect(_list(site))


def _list(site: str) -> str:
    return f"{reverse('equipment')}?{urlencode({'site': site})}"


def _offered(request: Request) -> dict[str, Any]:
    kind = request.GET.get("kind", "")
    return {"kind": kind} if kind in dict(KINDS) else {}


def _facts(data: dict[str, Any]) -> EquipmentFacts:
    return EquipmentFacts(
        **{
            **data,
            "kind": EquipmentKind(data["kind"]),
            "equipment_class": EquipmentClass(data["equipment_class"]),
        }
    )


def _said(found: reads.EquipmentView) -> dict[str, Any]:
    return {
        "name": found.name,
        "kind": found.kind.value,
        "equipment_class": found.equipment_class.value,
        "line": found.line,
        "calibration_due": found.calibration_due,
        "max_uses": found.max_uses,
    }


_ONE = "equipment/<str:site>"

urlpatterns = [
    path("equipment/", equipment, name="equipment"),
    path(f"{_ONE}/add/", equipment_add, name="equipment-add"),
    # A code may hold a slash: what is done comes before it.
    path(f"{_ONE}/edit/<path:code>/", equipment_edit, name="equipment-edit"),
    path(f"{_ONE}/calibrate/<path:code>/", equipment_calibrate, name="equipment-calibrate"),
    path(f"{_ONE}/retire/<path:code>/", equipment_retire, name="equipment-retire"),
    path(f"{_ONE}/reinstate/<path:code>/", equipment_reinstate, name="equipment-reinstate"),
]
