"""Quantities as they are, and what happened to a lot in a few words."""

from decimal import Decimal

from django import template

from firstoff.queries.supply import LotEvent
from firstoff.web.figures import MINUS

register = template.Library()

_WHAT = {
    "received": "Received",
    "accepted": "Accepted",
    "rejected": "Rejected",
    "quarantine": "Put back into quarantine",
    "depleted": "Declared used up",
}


@register.filter
def amount(value: Decimal | None) -> str:
    """An exact quantity: 4,000; 0.02. Never rounded (R-67)."""
    return "" if value is None else f"{value.normalize():,f}"


@register.filter
def lot_event(event: LotEvent) -> str:
    """``Split: 500 to R-1-A``."""
    known = _WHAT.get(event.what)
    if event.quantity is None or event.what == "received":
        said = known or event.what.capitalize()
        return said if event.quantity is None else f"{said}: {amount(event.quantity)}"
    if event.what == "counted":
        return f"Counted again: {event.quantity.normalize():+,f}".replace("-", MINUS)
    way = "to" if event.quantity < 0 else "from"
    return f"{event.what.capitalize()}: {amount(abs(event.quantity))} {way} {event.other}"
