"""What an operation's page is typed into: what it is, and its parameters."""

import re
from dataclasses import replace
from typing import Any

from django import forms

from firstoff.rules.plan import ParameterFacts, PlanOperation
from firstoff.web.forms import Form
from firstoff.web.grids import Row
from firstoff.web.plan.rows import NOT_NEEDED

_LISTED = re.compile(r"[,;\s]+")
FIRST = "none"  # said of an operation that waits for nothing


def _short(size: int) -> forms.TextInput:
    return forms.TextInput(attrs={"size": size, "autocomplete": "off"})


def _number(label: str) -> forms.DecimalField:
    return forms.DecimalField(label=label, required=False, widget=_short(7))


class AboutForm(Form):
    seq = forms.IntegerField(label="Number", min_value=1, max_value=1_000_000)
    name = forms.CharField(label="Operation", max_length=200)
    predecessors = forms.CharField(
        label="Waits for",
        required=False,
        max_length=200,
        help_text=f"Numbers: 10, 20. Empty: the one before it. “{FIRST}”: it may be first.",
    )
    standard_minutes = forms.DecimalField(label="Standard time", required=False)
    work_centre = forms.CharField(label="Work centre", max_length=120, required=False)
    required_skill = forms.CharField(label="Training", max_length=120, required=False)
    jig = forms.ChoiceField(required=False)
    equipment = forms.CharField(
        label="Done on",
        required=False,
        help_text="Codes of machines and gauges, such as L2-40, G-11.",
    )
    characteristics = forms.CharField(
        label="Checks",
        required=False,
        help_text="Numbers of characteristics, such as 1, 3. What a step checks is added.",
    )
    instruction = forms.CharField(
        label="Before you begin",
        required=False,
        max_length=20_000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="The whole instruction where there are no steps. A line “Record: Oven at most "
        "80 °C” asks for a value.",
    )
    caution = forms.CharField(
        required=False, max_length=20_000, widget=forms.Textarea(attrs={"rows": 2})
    )

    def __init__(
        self,
        *args: Any,
        jigs: list[tuple[str, str]],
        equipment: list[tuple[str, str]],
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.choose("jig", jigs)
        self.there = equipment  # for the list beside the field

    def clean_predecessors(self) -> tuple[int, ...] | None:
        text = self.cleaned_data["predecessors"].strip()
        if not text:
            return None
        if text.casefold() in (FIRST, "0", "-"):
            return ()
        words = [w for w in _LISTED.split(text) if w]
        if not all(w.isascii() and w.isdecimal() and len(w) < 8 for w in words):
            raise forms.ValidationError(
                f"“{text[:40]}” are no numbers of operations; expected such as 10, 20."
            )
        return tuple(int(w) for w in words)


def about(values: dict[str, Any], held: PlanOperation) -> PlanOperation:
    """The operation with what the form says of it."""
    jig = values["jig"]
    listed = {
        name: tuple(w for w in _LISTED.split(values[name]) if w)
        for name in ("equipment", "characteristics")
    }
    # What a step checks is added by itself: it goes when the step does.
    return replace(
        held,
        **{
            **values,
            **listed,
            "jig": "" if jig == NOT_NEEDED else jig,
            "jig_not_needed": jig == NOT_NEEDED,
        },
    )


def about_values(found: PlanOperation) -> dict[str, Any]:
    """What the fields show."""
    waits = found.predecessors
    names = ("seq", "name", "standard_minutes", "work_centre", "required_skill", "instruction")
    return {
        **{name: getattr(found, name) for name in names},
        "caution": found.caution,
        "predecessors": "" if waits is None else ", ".join(map(str, waits)) or FIRST,
        "jig": NOT_NEEDED if found.jig_not_needed else found.jig,
        "equipment": ", ".join(found.equipment),
        "characteristics": ", ".join(found.characteristics),
    }


class ParameterRow(Row):
    told = ("name", "unit", "nominal", "lower", "upper")

    name = forms.CharField(max_length=120, widget=_short(20))
    unit = forms.CharField(max_length=20, required=False, widget=_short(6))
    nominal = _number("Nominal")
    lower = _number("Lower limit")
    upper = _number("Upper limit")
    recorded = forms.BooleanField(label="Asked for at the line", required=False, initial=True)


def parameter(values: dict[str, Any]) -> ParameterFacts:
    return ParameterFacts(**values)


def parameter_values(found: ParameterFacts) -> dict[str, Any]:
    shown = {side: found.shown(getattr(found, side)) for side in ("nominal", "lower", "upper")}
    return {"name": found.name, "unit": found.unit, "recorded": found.recorded, **shown}
