"""Sources and offers in a few words."""

from collections.abc import Sequence
from decimal import Decimal

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString

from firstoff.rules.sourcing import words
from firstoff.terms import Lifecycle, RunKind
from firstoff.web.templatetags.firstoff import shape

register = template.Library()

_LIFECYCLES = {
    Lifecycle.ACTIVE: ("met", "met", "Active"),
    Lifecycle.NRND: ("risk", "risk", "Not for new designs"),
    Lifecycle.LAST_TIME_BUY: ("risk", "risk", "Last-time buy"),
    Lifecycle.OBSOLETE: ("not", "not", "Obsolete"),
    Lifecycle.UNKNOWN: ("none", "none", "Not known"),
}
_STANDINGS = {
    "qualified": ("met", "met", "Qualified"),
    "approved": ("met", "met", "Approved"),
    "proposed": ("info", "info", "Proposed"),
    "withdrawn": ("none", "none", "Withdrawn"),
    "none": ("none", "none", "Nothing decided"),
}
_ORDERS = {
    "open": ("info", "info", "Open"),
    "partial": ("info", "info", "Partly here"),
    "complete": ("met", "met", "Complete"),
    "cancelled": ("none", "none", "Cancelled"),
    "late": ("risk", "risk", "Late"),
}


def _said(found: tuple[str, str, str]) -> SafeString:
    form, colour, word = found
    return format_html('<span class="st st-{}">{}{}</span>', colour, shape(form), word)


@register.simple_tag
def lifecycle(value: Lifecycle) -> SafeString:
    return _said(_LIFECYCLES[value])


@register.simple_tag
def standing(value: str) -> SafeString:
    return _said(_STANDINGS[str(value)])


@register.simple_tag
def order_state(state: str, late: bool = False) -> SafeString:
    return _said(_ORDERS["late" if late else state])


@register.filter
def kinds(found: Sequence[RunKind]) -> str:
    """``every kind of run``, or the kinds."""
    if len(found) == len(RunKind):
        return "every kind of run"
    return ", ".join(kind.value.replace("_", "-") for kind in found)


@register.simple_tag
def price(value: Decimal | None, currency: str) -> str:
    """$0.0123: a price of one keeps the digits that it has."""
    return "" if value is None else words.money(value, currency)
