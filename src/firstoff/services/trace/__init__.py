"""Containment: units at risk held, found again when records come later, worked off, closed."""

from firstoff.services.trace.closing import Closed, Noticed, close_containment, tell_customer
from firstoff.services.trace.events import Aside, Captured, capture, naming
from firstoff.services.trace.finding import Found, record_finding, record_findings
from firstoff.services.trace.joining import follow
from firstoff.services.trace.opening import (
    Added,
    Opened,
    UnitGiven,
    add_units,
    open_containment,
)

__all__ = [
    "Added",
    "Aside",
    "Captured",
    "Closed",
    "Found",
    "Noticed",
    "Opened",
    "UnitGiven",
    "add_units",
    "capture",
    "close_containment",
    "follow",
    "naming",
    "open_containment",
    "record_finding",
    "record_findings",
    "tell_customer",
]
