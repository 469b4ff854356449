"""The rows that a definition is typed into: characteristics, operations, defect codes."""

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

from django import forms

from firstoff.errors import InvalidInput
from firstoff.formats.characteristics.requirements import Requirement, requirement
from firstoff.queries.plan import EquipmentView
from firstoff.rules.plan import CatalogueCode, PlanOperation, rewired
from firstoff.rules.product import CharacteristicFacts, words_of
from firstoff.terms import (
    Aspect,
    CharacteristicClass,
    CharacteristicKind,
    GeometricSymbol,
    LimitForm,
)
from firstoff.web.grids import Row

_NUMBERS = re.compile(r"[,;\s]+")
NOT_NEEDED = "-"  # the choice beside the jigs


def _words(kinds: Any) -> list[tuple[str, str]]:
    return [(kind.value, kind.value.replace("_", " ")) for kind in kinds]


def _short(size: int, **more: Any) -> forms.TextInput:
    return forms.TextInput(attrs={"size": size, "autocomplete": "off", **more})


def _number(label: str, size: int = 6) -> forms.DecimalField:
    return forms.DecimalField(label=label, required=False, widget=_short(size))


class CharacteristicRow(Row):
    told = (
        "number",
        "name",
        "nominal",
        "lower",
        "upper",
        "unit",
        "method",
        "measured_as",
        "callout",
        "zone",
        "gauge",
    )

    number = forms.CharField(max_length=20, widget=_short(4))
    name = forms.CharField(max_length=200, widget=_short(18))
    kind = forms.ChoiceField(choices=_words(CharacteristicKind))
    classification = forms.ChoiceField(
        label="Class", choices=_words(CharacteristicClass), initial=CharacteristicClass.MAJOR.value
    )
    nominal = _number("Nominal")
    lower = _number("Lower limit")
    upper = _number("Upper limit")
    unit = forms.CharField(max_length=20, required=False, widget=_short(4))
    method = forms.CharField(
        label="Method or gauge", max_length=200, required=False, widget=_short(18)
    )
    measured_as = forms.CharField(
        label="Name in test records", max_length=120, required=False, widget=_short(12)
    )

    callout = forms.CharField(max_length=120, required=False, widget=_short(20))
    form = forms.ChoiceField(
        label="Limits are", required=False, choices=[("", "as they stand"), *_words(LimitForm)]
    )
    zone = forms.CharField(label="Zone of the drawing", max_length=20, required=False)
    gauge = forms.CharField(label="Gauge", max_length=60, required=False)
    source_id = forms.CharField(max_length=80, required=False, widget=forms.HiddenInput())

    def clean_callout(self) -> Requirement | None:
        text = self.cleaned_data["callout"]
        found = requirement(text) if text else None
        if found is not None and (found.symbol is None or found.unread):
            raise forms.ValidationError(
                f"The callout {text!r} cannot be read; expected a sign or a word, the tolerance, "
                "datums: position ⌀0.1 (M) | A | B(M) | C."
            )
        return found


# What of a callout a rule speaks of stands in one cell.
_IN_CALLOUT = ("symbol", "tolerance", "diametral", "material_condition", "datums")


@contextmanager
def in_its_cell() -> Iterator[None]:
    """An error about part of a callout stands beside the callout."""
    try:
        yield
    except InvalidInput as error:
        if error.details.get("field") not in _IN_CALLOUT:
            raise
        details = {**error.details, "field": "callout"}
        raise InvalidInput(
            error.message, code=error.code, way_out=error.way_out, **details
        ) from error


def characteristic(values: dict[str, Any]) -> CharacteristicFacts:
    said = {name: value for name, value in values.items() if name != "callout"}
    callout: Requirement | None = values["callout"]
    if callout is not None:
        said |= {name: getattr(callout, name) for name in _IN_CALLOUT}
    return CharacteristicFacts(
        **{
            **said,
            "kind": CharacteristicKind(values["kind"]),
            "classification": CharacteristicClass(values["classification"]),
            "form": LimitForm(values["form"]) if values["form"] else None,
        }
    )


def characteristic_values(found: CharacteristicFacts) -> dict[str, Any]:
    """What the fields of its row show. The limit that follows from a callout is not typed."""
    shown = {name: found.shown(getattr(found, name)) for name in ("nominal", "lower", "upper")}
    if found.symbol is not None and found.upper == found.tolerance:
        shown["upper"] = ""
    plain = {name: getattr(found, name) for name in _PLAIN}
    words = {
        "kind": found.kind.value,
        "classification": found.classification.value,
        "form": found.form.value if found.form else "",
    }
    return {**plain, **shown, **words, "callout": found.callout, "said": found.requirement}


def symbols() -> list[str]:
    """Words that a callout may begin with."""
    return [words_of(symbol) for symbol in GeometricSymbol]


_PLAIN = ("number", "name", "unit", "method", "measured_as", "zone", "gauge", "source_id")


class OperationRow(Row):
    told = (
        "seq",
        "name",
        "standard_minutes",
        "instruction",
        "caution",
        "work_centre",
        "required_skill",
        "characteristics",
    )

    seq = forms.IntegerField(label="Number", widget=_short(4))
    was = forms.CharField(required=False, widget=forms.HiddenInput)  # the number it had
    name = forms.CharField(max_length=200, widget=_short(22))
    standard_minutes = _number("Standard time")
    jig = forms.ChoiceField(required=False)
    work_centre = forms.CharField(
        label="Work centre", max_length=120, required=False, widget=_short(12)
    )
    required_skill = forms.CharField(
        label="Training", max_length=120, required=False, widget=_short(12)
    )
    characteristics = forms.CharField(label="Checks", required=False, widget=_short(8))
    instruction = forms.CharField(
        required=False, max_length=20_000, widget=forms.Textarea(attrs={"rows": 2})
    )
    caution = forms.CharField(
        required=False, max_length=20_000, widget=forms.Textarea(attrs={"rows": 2})
    )

    def __init__(self, *args: Any, jigs: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.choose("jig", jigs)


def jig_choices(
    there: tuple[EquipmentView, ...], used: tuple[PlanOperation, ...]
) -> list[tuple[str, str]]:
    """Nothing said, none needed, or one of these; a retired one that is still named stays."""
    found = {e.code: f"{e.code} {e.name}" for e in there}
    for operation in used:
        if operation.jig and operation.jig not in found:
            found[operation.jig] = f"{operation.jig} (retired)"
    return [("", "not said"), (NOT_NEEDED, "none needed"), *found.items()]


def numbered(sent: Sequence[dict[str, Any]], held: Sequence[PlanOperation]) -> dict[int, int]:
    """Old number to new number of the operations that stay."""
    there = {o.seq for o in held}
    found = {}
    for values in sent:
        text = values.get("was", "")
        was = int(text) if text.isascii() and text.isdecimal() and len(text) < 9 else values["seq"]
        if was in there and was not in found:
            found[was] = values["seq"]
    return found


def operations(
    sent: Sequence[dict[str, Any]], held: Sequence[PlanOperation]
) -> list[PlanOperation]:
    """What the rows say; what they do not say (steps, parameters ...) stays as it is held."""
    numbers = numbered(sent, held)
    waits = rewired(held, numbers)
    by_new = {numbers[o.seq]: o for o in held if o.seq in numbers}
    found = []
    for values in sent:
        one, before = operation(values), by_new.get(values["seq"])
        if before is not None:
            one = replace(
                one,
                predecessors=waits[before.seq][1],
                equipment=before.equipment,
                parameters=before.parameters,
                materials=before.materials,
                steps=before.steps,
            )
        found.append(one)
    return found


def operation(values: dict[str, Any]) -> PlanOperation:
    jig = values["jig"]
    numbers = [n for n in _NUMBERS.split(values["characteristics"]) if n]
    values = {name: value for name, value in values.items() if name != "was"}
    return PlanOperation(
        **{
            **values,
            "jig": "" if jig == NOT_NEEDED else jig,
            "jig_not_needed": jig == NOT_NEEDED,
            "characteristics": tuple(numbers),
        }
    )


def operation_values(found: PlanOperation) -> dict[str, Any]:
    """What the fields of its row show."""
    names = ("seq", "name", "standard_minutes", "work_centre", "required_skill", "instruction")
    return {
        **{name: getattr(found, name) for name in names},
        "was": found.seq,
        "caution": found.caution,
        "jig": NOT_NEEDED if found.jig_not_needed else found.jig,
        "characteristics": ", ".join(found.characteristics),
    }


class CodeRow(Row):
    told = ("code", "name")

    code = forms.CharField(max_length=40, widget=_short(10))
    name = forms.CharField(max_length=200, widget=_short(30))
    category = forms.ChoiceField(label="What fails", choices=_words(Aspect))


def defect_code(values: dict[str, Any]) -> CatalogueCode:
    return CatalogueCode(values["code"], values["name"], values["category"])
