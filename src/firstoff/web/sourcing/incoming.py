"""Incoming inspection of a lot: big fields, the limits before what is entered, then a verdict."""

import re
import secrets
from decimal import Decimal
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import path

from firstoff.errors import InvalidInput
from firstoff.queries.sourcing import incoming as reads
from firstoff.rules.access import may
from firstoff.rules.sourcing.incoming import LineResult, SheetLine
from firstoff.services.sourcing.inspecting import inspect_lot
from firstoff.terms import CharacteristicKind
from firstoff.web.auth import Request, page
from firstoff.web.execution.shared import RecordForm
from firstoff.web.sourcing.shared import here, number, text, today

_APART = re.compile(r"[\s;]+|,(?=\s)")


class ResultsForm(RecordForm):
    """A field for each characteristic of the plan: the values of its sample, or how many do not
    conform."""

    seed = forms.CharField(max_length=120, widget=forms.HiddenInput)
    note = text("Note", 2000)

    def __init__(self, *args: Any, lines: tuple[SheetLine, ...] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.lines = lines
        for line in lines:
            self.fields[f"c-{line.characteristic.number}"] = _field(line)

    @property
    def asked(self) -> list[tuple[SheetLine, Any]]:
        return [(line, self[f"c-{line.characteristic.number}"]) for line in self.lines]

    def results(self, data: dict[str, Any]) -> list[LineResult]:
        return [self._result(line, data) for line in self.lines]

    def _result(self, line: SheetLine, data: dict[str, Any]) -> LineResult:
        one, name = line.characteristic, f"c-{line.characteristic.number}"
        said = _APART.split(data[name].strip())
        if one.kind is CharacteristicKind.ATTRIBUTE:
            if len(said) != 1 or not said[0].isascii() or not said[0].isdecimal():
                raise InvalidInput("Expected how many do not conform, a whole number.", field=name)
            return LineResult(one.number, nonconforming=int(said[0][:9]))
        values = [number(value, name, "A value") for value in said if value]
        return LineResult(one.number, tuple(v for v in values if isinstance(v, Decimal)))


def _field(line: SheetLine) -> forms.CharField:
    one, size = line.characteristic, line.sample.size
    attrs = {"inputmode": "decimal", "autocomplete": "off", "class": "in", "spellcheck": "false"}
    if one.kind is CharacteristicKind.ATTRIBUTE:
        label, widget = "How many do not conform", forms.TextInput(attrs=attrs)
        hint = f"Of {size:,}; 0 where all are good."
    else:
        label = "The value" if size == 1 else f"The {size:,} values"
        widget = forms.TextInput(attrs=attrs) if size == 1 else _several(attrs, size)
        hint = "" if size == 1 else "With a space or a new line between."
    return forms.CharField(label=label, max_length=200_000, widget=widget, help_text=hint)


def _several(attrs: dict[str, str], size: int) -> Any:
    return forms.Textarea(attrs={**attrs, "rows": min(6, 1 + size // 8)})


@page("see", post="lot.decide")
def lot_inspect(request: Request, site: str, part: str, lot: str) -> HttpResponse:
    seed = request.POST.get("seed") or secrets.token_hex(6)
    found = reads.sheet(request.actor, site, part, lot, today=today(request), seed=seed[:120])
    lines = found.plan.lines if found.plan else ()
    form: Any = ResultsForm.of(request, lines=lines, initial={"seed": seed})

    def record(data: dict[str, Any]) -> Any:
        try:
            return inspect_lot(
                lot=found.lot.code,
                part=found.lot.part,
                results=form.results(data),
                seed=data["seed"],
                note=data["note"],
                uid=data["uid"],
                **here(request),
            )
        except InvalidInput as error:
            beside = f"c-{error.details.get('field', '')}"
            if beside not in form.fields:
                raise
            raise InvalidInput(error.message, way_out=error.way_out, field=beside) from error

    if form.attempt(record):
        done = form.result
        say = messages.success if done.accepted else messages.warning
        say(request, f"Lot {done.lot} is {done.status.value}. {done.sentence}")
        return redirect("lot", site, found.lot.part, found.lot.code)
    context = {
        "sheet": found,
        "lot": found.lot,
        "plan": found.plan,
        "form": form,
        "may_decide": may(request.actor, "lot.decide", request.place.id),
    }
    return render(request, "sourcing/inspect.html", context, status=form.status)


urlpatterns = [
    path("lots/<str:site>/inspect/<quoted:part>/<quoted:lot>/", lot_inspect, name="lot-inspect"),
]
