"""The report of a containment: is every unit at risk accounted for, and by whom."""

from collections.abc import Mapping
from typing import Any, TypedDict

from .frame import Doc, Signature
from .kind import Kind


class Seen(TypedDict):
    """Of the units looked at, how many had the fault; rates are fractions."""

    faulty: int
    looked_at: int
    rate: float
    low: float
    high: float
    confidence: float
    method: str
    out: int  # open units at customers
    expected: int  # of these, at the rate seen


class PlaceRow(TypedDict):
    place: str
    units: int
    worked_off: int
    good: int
    faulty: int
    open: int


class CustomerRow(TypedDict):
    name: str
    units: int
    back: int
    open: int
    told_at: str | None
    reference: str


class OutcomeRow(TypedDict):
    name: str
    units: int


class ListRow(TypedDict):
    """Serial numbers told briefly."""

    what: str
    count: int
    serials: str


class UnitRow(TypedDict):
    serial: str
    part: str
    joined: str  # where it was when it joined
    now: str
    outcome: str  # empty: nothing was found yet
    note: str
    found_at: str | None
    found_by: str


class UnreachableRow(TypedDict):
    serial: str
    part: str
    customer: str


class Containment(TypedDict):
    """``units`` has a row for each where they are few; ``lists`` tells all, by place."""

    settled: bool
    headline: str
    why: str
    question: str
    reason: str
    opened_at: str
    opened_by: str
    closed_at: str | None
    at_risk: int
    late: int
    inside: int
    in_house: int
    held: int
    at_customers: int
    scrapped: int
    worked_off: int
    open: int
    seen: Seen | None
    places: list[PlaceRow]
    customers: list[CustomerRow]
    outcomes: list[OutcomeRow]
    lists: list[ListRow]
    units: list[UnitRow]
    found: list[ListRow]  # by outcome, where the units are too many for a row each
    unreachable: list[UnreachableRow]
    note: str  # of whoever closed it


class ContainmentReport(TypedDict):
    doc: Doc
    containment: Containment
    signatures: list[Signature]


def pictures(data: Mapping[str, Any]) -> dict[str, bytes]:
    return {}


KIND = Kind(
    name="containment_report",
    title="Containment report",
    shape=ContainmentReport,
    pictures=pictures,
)
