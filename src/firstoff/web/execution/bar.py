"""The bar: what it lets through, drawn while it is typed; locked by signature, then for good."""

from dataclasses import replace
from decimal import Decimal
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import path
from django.views.decorators.debug import sensitive_post_parameters

from firstoff.errors import InvalidInput
from firstoff.formats.charts.operating_characteristic import OperatingCharacteristic
from firstoff.queries.execution import runs as reads
from firstoff.queries.execution.definition import frozen
from firstoff.queries.execution.runs import RunView
from firstoff.rules.access import may
from firstoff.rules.evidence import read_plan, signed_off_chance
from firstoff.rules.execution import Bar, BarCapability, bar_differences, check_plan
from firstoff.rules.product import CharacteristicFacts
from firstoff.services import execution
from firstoff.web.auth import Request, page
from firstoff.web.execution.shared import RecordForm, about, found, password, prose

_HUNDRED = Decimal(100)
_MARKED = (0.01, 0.10, 0.20)


def _limit(label: str, **more: Any) -> forms.DecimalField:
    return forms.DecimalField(label=label, required=False, **more)


class BarForm(RecordForm):
    sample = forms.IntegerField(label="Units that count", initial=20)
    max_rejects = forms.IntegerField(label="Rejects allowed", initial=1)
    max_mean_minutes = _limit("Build time, mean, at most")
    max_unit_minutes = _limit("Build time of one unit, at most")
    min_first_pass_yield = _limit("First-pass yield, at least")
    commits = forms.IntegerField(label="A pass commits")
    reject_definition = prose("A unit is rejected when it fails fit, finish or function, or", 2,
                              required=False)  # fmt: skip
    bad_unit_cost = _limit("Cost of a rejected unit")
    batch_cost = _limit("Cost of a repeat batch")
    delay_days = forms.IntegerField(label="Days a repeat takes", required=False, min_value=0)
    delay_day_cost = _limit("Cost of a day of delay")
    password = password()

    def __init__(
        self, *args: Any, characteristics: tuple[CharacteristicFacts, ...], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.measured = characteristics
        for known in characteristics:
            name = f"cap-{known.number}"
            self.fields[name] = _limit(
                f"{known.number} {known.name}: Ppk, lower bound at least",
                help_text=f"{known.limits}, {known.classification}".strip(", "),
            )

    @property
    def capability_fields(self) -> list[Any]:
        return [self[f"cap-{known.number}"] for known in self.measured]

    @property
    def asks_capability(self) -> bool:
        return any(f.value() or f.errors for f in self.capability_fields)

    def bar(self, data: dict[str, Any]) -> Bar:
        share = data["min_first_pass_yield"]
        plain = {
            name: data[name]
            for name in data
            if name not in ("password", "uid", "min_first_pass_yield")
            and not name.startswith("cap-")
        }
        wanted = tuple(
            BarCapability(known.number, data[f"cap-{known.number}"])
            for known in self.measured
            if data.get(f"cap-{known.number}") is not None
        )
        return Bar(
            **plain,
            min_first_pass_yield=None if share is None else share / _HUNDRED,
            capabilities=wanted,
        )


def _initial(run: RunView, offered: Bar | None) -> dict[str, Any]:
    if offered is None:
        return {"sample": min(run.planned_quantity, 20)}
    names = [n for n in BarForm.base_fields if n not in ("password", "uid")]
    found_ = {name: _plain(getattr(offered, name)) for name in names}
    if offered.min_first_pass_yield is not None:
        found_["min_first_pass_yield"] = _plain(offered.min_first_pass_yield * _HUNDRED)
    found_.update({f"cap-{c.characteristic}": _plain(c.minimum) for c in offered.capabilities})
    return found_


def _plain(value: Any) -> Any:
    return Decimal(f"{value.normalize():f}") if isinstance(value, Decimal) else value


@page("see", post="bar.lock")
@sensitive_post_parameters("password")
def run_bar(request: Request, site: str, batch_id: str) -> HttpResponse:
    run = found(request, site, batch_id)
    if run.bar is not None and request.method == "GET":
        context = about(run, bar=run.bar, **_reading(run, run.bar, _asked(request)))
        offered = reads.offered_bar(run)
        context["differences"] = bar_differences(run.bar, offered) if offered else ()
        context["may_record"] = may(request.actor, "unit.record", request.place.id)
        return render(request, "execution/bar_locked.html", context)
    definition = frozen(run.baseline_id, run.baseline)
    measured = tuple(c for c in definition.characteristics if c.number in definition.measured)
    offered = reads.offered_bar(run)
    form: BarForm = BarForm.of(request, characteristics=measured, initial=_initial(run, offered))
    if form.attempt(
        lambda data: execution.lock_bar(
            run_id=run.id,
            bar=form.bar(data),
            password=data["password"],
            uid=data["uid"],
            by=request.actor,
            at=request.at,
        )
    ):
        for warning in form.result.warnings:
            messages.warning(request, warning)
        messages.success(request, f"The bar of {batch_id} is locked. The line may start.")
        return redirect("run-bar", site, batch_id)
    bar = _typed(form, offered)
    context = about(
        run,
        form=form,
        offered=offered,
        meaning=execution.bar_meaning(run.batch_id),
        may_lock=may(request.actor, "bar.lock", request.place.id),
        **_reading(run, bar, _asked(request)),
    )
    return render(request, "execution/bar.html", context, status=form.status)


@page("see")
def run_bar_reading(request: Request, site: str, batch_id: str) -> HttpResponse:
    """What n and c let through: the block that follows the typing."""
    run = found(request, site, batch_id)
    bar = Bar(
        sample=_whole(request, "sample"),
        max_rejects=_whole(request, "max_rejects"),
        commits=1,
        batch_cost=_money(request.GET.get("batch_cost", "")),
    )
    context = about(run, **_reading(run, bar, _asked(request)))
    return render(request, "execution/bar_reading.html", context)


def _whole(request: Request, name: str) -> int:
    text = request.GET.get(name, "").strip()
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 7 else -1


def _money(text: str) -> Decimal | None:
    try:
        value = Decimal(text.strip())
    except ArithmeticError:
        return None
    return value if value.is_finite() else None


def _typed(form: BarForm, offered: Bar | None) -> Bar:
    """n and c as they stand in the form, for the picture beside it."""
    if form.is_bound:
        data = form.cleaned_data if hasattr(form, "cleaned_data") else {}
        sample, rejects = data.get("sample"), data.get("max_rejects")
        if sample is not None and rejects is not None:
            return Bar(sample, rejects, 1, batch_cost=data.get("batch_cost"))
    if offered is not None:
        return offered
    initial = form.initial
    return Bar(initial.get("sample", 20), initial.get("max_rejects", 1), 1)


def _asked(request: Request) -> tuple[float | None, float]:
    """The rate to be shown and the confidence asked for, as fractions."""
    rate, confidence = (_percent(request.GET.get(n, "")) for n in ("claim", "confidence"))
    return rate, 0.95 if confidence is None else confidence


def _percent(text: str) -> float | None:
    value = _money(text.replace("%", "").replace("\u00a0", ""))
    return None if value is None else float(value) / 100


def _reading(run: RunView, bar: Bar, asked: tuple[float | None, float]) -> dict[str, Any]:
    """The picture, the words and the table of alternatives; or why there are none."""
    claim, confidence = asked
    try:
        check_plan(bar.sample, bar.max_rejects, claim=claim, confidence=confidence)
    except InvalidInput as error:
        return {"reading": None, "unreadable": str(error)}
    cost = None if bar.batch_cost is None else float(bar.batch_cost)
    read = read_plan(
        bar.sample, bar.max_rejects, claim=claim, confidence=confidence, batch_cost=cost
    )
    rate = bar.max_rejects / bar.sample
    chances = {
        r: signed_off_chance(r, sample=bar.sample, max_rejects=bar.max_rejects)
        for r in (*_MARKED, rate)
        if r > 0
    }
    curve = OperatingCharacteristic(
        sample=bar.sample,
        accept=bar.max_rejects,
        bar_rate=rate,
        curve=read.curve,
        marked=tuple(sorted(chances.items())),
    )
    return {
        "reading": read,
        "chart": curve,
        "claim": Decimal(str(round(read.claim * 100, 4))).normalize(),
        "confidence": Decimal(str(round(confidence * 100, 4))).normalize(),
        "currency": run.currency,
        "as_bar": replace(bar),
    }


urlpatterns = [
    path("runs/<str:site>/<str:batch_id>/bar/", run_bar, name="run-bar"),
    path("runs/<str:site>/<str:batch_id>/bar/reading/", run_bar_reading, name="run-bar-reading"),
]
