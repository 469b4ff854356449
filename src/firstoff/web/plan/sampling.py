"""How a plan samples, as fields of a form, and of one line as a short text."""

import re
from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from typing import Any

from django import forms

from firstoff.errors import InvalidInput
from firstoff.rules.plan.sampling import (
    INSPECTIONS,
    LEVELS,
    SCHEMES,
    SCHEMES_OF,
    sampling_words,
)
from firstoff.stats.standard_plans import aql_labels
from firstoff.terms import InspectionKind
from firstoff.web.forms import Form

_FIELDS = {
    "all": (),
    "fixed": ("n", "accept"),
    "aql": ("aql", "level", "inspection", "zero"),
    "c0": ("ltpd", "confidence"),
    "interval": ("share", "most"),
}
_PERCENT = ("ltpd", "confidence", "share")  # typed as percent, kept as a fraction


class SamplingForm(Form):
    """The scheme, its figures, and a note. Figures of other schemes are not looked at."""

    kind = forms.ChoiceField(label="How many")
    n = forms.IntegerField(label="Pieces", required=False)
    accept = forms.IntegerField(label="May fail", required=False)
    aql = forms.ChoiceField(label="AQL", required=False)
    level = forms.ChoiceField(required=False, choices=[(v, v) for v in LEVELS])
    inspection = forms.ChoiceField(required=False, choices=[(v, v) for v in INSPECTIONS])
    zero = forms.BooleanField(label="Accept number 0", required=False)
    ltpd = forms.DecimalField(label="Finds a lot with this share bad", required=False)
    confidence = forms.DecimalField(label="With confidence", required=False)
    share = forms.DecimalField(label="At most this share of the batch", required=False)
    most = forms.IntegerField(label="At most so many units", required=False)
    note = forms.CharField(
        required=False, max_length=10_000, widget=forms.Textarea(attrs={"rows": 2})
    )

    def __init__(self, kind: InspectionKind, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.choose("kind", [(s, SCHEMES[s]) for s in SCHEMES_OF[kind]])
        self.choose("aql", [(v, v) for v in aql_labels()])
        self.schemes = SCHEMES_OF[kind]

    @property
    def groups(self) -> list[tuple[str, list[tuple[Any, str]]]]:
        """The figures of each scheme that can be chosen, with their unit."""
        return [
            (scheme, [(self[n], "%" if n in _PERCENT else "") for n in _FIELDS[scheme]])
            for scheme in self.schemes
            if _FIELDS[scheme]
        ]

    @property
    def sampling(self) -> dict[str, Any]:
        """As a plan keeps it."""
        values = self.cleaned_data
        found: dict[str, Any] = {"kind": values["kind"]}
        for name in _FIELDS[values["kind"]]:
            value = values[name]
            if name in _PERCENT and value is not None:
                value = f"{(value / 100).normalize():f}"
            if value not in (None, "", False):
                found[name] = value
        return found


def sampling_values(sampling: Mapping[str, Any]) -> dict[str, Any]:
    """What the fields show."""
    found = {"kind": "all", "level": "II", "inspection": "normal", "aql": "1.0", **sampling}
    found = {"confidence": "0.9", "share": "0.1", "most": 30, "accept": 0, **found}
    for name in _PERCENT:
        found[name] = _percent(found.get(name))
    return found


def _percent(value: object) -> str:
    try:
        return f"{(Decimal(str(value)) * 100).normalize():f}" if value is not None else ""
    except InvalidOperation:
        return ""


def text_of(sampling: Mapping[str, Any]) -> str:
    """The short text of a line's own sampling; in words where it is none that can be typed."""
    kind = sampling.get("kind")
    if not sampling or kind == "all":
        return "all" if sampling else ""
    if kind == "fixed" and not sampling.get("accept"):
        return str(sampling.get("n", ""))
    if kind == "aql" and set(sampling) <= {"kind", "aql", "level", "inspection"}:
        usual = sampling.get("level", "II") == "II" and sampling.get("inspection", "normal")
        if usual == "normal":
            return f"AQL {sampling.get('aql', '')}"
    return sampling_words(sampling)[:200]


_AQL = re.compile(r"(?i)aql\s*([0-9.]{1,8})")


def sampling_text(text: str) -> dict[str, Any]:
    """The sampling of one line from a short text: ``all``, ``5``, ``AQL 0.65``; nothing: that of
    the plan. Raises InvalidInput."""
    said = text.strip()
    if not said:
        return {}
    if said.casefold() == "all":
        return {"kind": "all"}
    if said.isascii() and said.isdecimal() and len(said) < 8:
        return {"kind": "fixed", "n": int(said), "accept": 0}
    found = _AQL.fullmatch(said)
    if found:
        return {"kind": "aql", "aql": found[1]}
    raise InvalidInput(
        f"Own sampling is {said[:40]!r}; expected all, a number of pieces, or AQL 0.65.",
        field="own",
    )
