"""What a customer is told of a containment: which of their units, and what to do with them."""

from collections.abc import Mapping
from typing import Any, TypedDict

from .frame import Doc
from .kind import Kind


class UnitRow(TypedDict):
    part: str
    name: str
    serial: str
    inside: str  # serial numbers of units at risk in it; empty: it is at risk by itself
    shipment: str
    shipped_at: str | None


class ListRow(TypedDict):
    """Serial numbers told briefly, where the units are too many for a row each."""

    part: str
    name: str
    count: int
    serials: str


class Letter(TypedDict):
    customer: str
    contact: list[str]  # lines of an address
    sender: str  # name of the site
    date: str  # of the letter, in the time of the site: ``2026-03-10``
    subject: str
    about: str  # title of the containment
    reason: str
    reference: str
    count: int
    asks: list[str]  # what the customer is asked to do, sentences
    units: list[UnitRow]
    lists: list[ListRow]
    signer: str  # who writes


class CustomerLetter(TypedDict):
    doc: Doc
    letter: Letter


def pictures(data: Mapping[str, Any]) -> dict[str, bytes]:
    return {}


KIND = Kind(
    name="customer_letter",
    title="Notice to a customer",
    shape=CustomerLetter,
    pictures=pictures,
)
