"""What the pages of supply share: their forms, numbers as they are typed, price breaks."""

import re
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from django import forms
from django.utils import timezone

from firstoff.errors import InvalidInput
from firstoff.terms import RunKind
from firstoff.web.auth import Request
from firstoff.web.execution.shared import RecordForm

_BREAK = re.compile(r"\s*(?:from|ab|>=)?\s*([\d.,]+)\s*(?:[:=xX@]|pcs?|\s)\s*([\d.,]+)\s*")
KINDS = [("", "every kind of run"), *((k.value, k.value.replace("_", "-")) for k in RunKind)]


def here(request: Request) -> dict[str, Any]:
    """What every verb takes."""
    return {"site_id": request.place.id, "by": request.actor, "at": request.at}


def today(request: Request) -> date:
    return timezone.localdate(request.at)


def number(text: str, field: str, label: str = "") -> Decimal | None:
    """An exact number as it is typed; None for nothing. Raises InvalidInput."""
    said = text.strip().replace(" ", "").replace("\u00a0", "")
    if not said:
        return None
    if re.fullmatch(r"\d{1,3}(,\d{3})+(\.\d+)?", said):
        said = said.replace(",", "")
    try:
        found = Decimal(said)
    except InvalidOperation:
        found = Decimal("NaN")
    if not found.is_finite():
        raise InvalidInput(
            f"{label or field.capitalize()} is {text[:40]!r}; expected a plain number, 0.02.",
            field=field,
        )
    return found


def breaks(text: str) -> tuple[tuple[Decimal, Decimal], ...]:
    """One price break a line: from how many, then the price of one. Raises InvalidInput."""
    found = []
    for place, line in enumerate(text.splitlines(), start=1):
        if not line.strip():
            continue
        said = _BREAK.fullmatch(line)
        one, other = (said[1], said[2]) if said else ("", "")
        count, price = (number(n, "breaks", "A price") for n in (one, other))
        if count is None or price is None:
            raise InvalidInput(
                f"Line {place} is {line.strip()[:40]!r}; expected from how many and the price of "
                "one: 100 0.35.",
                field="breaks",
            )
        found.append((count, price))
    return tuple(found)


def text(label: str, longest: int = 200, *, required: bool = False, hint: str = "") -> Any:
    return forms.CharField(label=label, max_length=longest, required=required, help_text=hint)


def figure(label: str, *, required: bool = False, hint: str = "") -> Any:
    """An exact number, typed: never a binary float."""
    attrs = {"inputmode": "decimal", "autocomplete": "off"}
    return forms.CharField(
        label=label,
        max_length=40,
        required=required,
        help_text=hint,
        widget=forms.TextInput(attrs=attrs),
    )


def secret() -> Any:
    widget = forms.PasswordInput(attrs={"autocomplete": "current-password"})
    return forms.CharField(
        label="Password, again", max_length=500, strip=False, widget=widget, required=False
    )


class ActForm(RecordForm):
    """One of several forms of a page: bound only where it was the one that was sent."""

    act = ""

    @classmethod
    def of(cls, request: Any, **kwargs: Any) -> Any:
        if request.method == "POST" and request.POST.get("act") == cls.act:
            return cls(request.POST, request.FILES, **kwargs)
        kwargs.pop("data", None)
        return cls(**kwargs)
