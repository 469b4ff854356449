"""Orders: how much is still to come, and what may happen to them (R-24)."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from firstoff.errors import InvalidInput, Refused
from firstoff.rules.supply import ZERO, amount

LONGEST_NUMBER = 120


@dataclass(frozen=True, slots=True)
class OrderStanding:
    """An order as its events leave it. ``due``: the latest date that was given."""

    number: str
    part: str
    ordered: Decimal
    received: Decimal
    due: date
    unit: str = ""
    cancelled: bool = False
    confirmed: bool = False

    @property
    def open(self) -> Decimal:
        """What is still to come; what came beyond the order owes nothing."""
        return ZERO if self.cancelled else max(ZERO, self.ordered - self.received)

    @property
    def state(self) -> str:
        """cancelled, complete, partial or open."""
        if self.cancelled:
            return "cancelled"
        if self.received >= self.ordered:
            return "complete"
        return "partial" if self.received else "open"

    @property
    def name(self) -> str:
        return f"order {self.number} of {self.part}"


def check_open(order: OrderStanding, what: str) -> None:
    """Raises Refused (R-24) where nothing is to come any more.

    what: what it would be: ``receive on it``. A delivery may hold more than was ordered, as reels
    do; but what is complete takes no second one.
    """
    if order.open > 0:
        return
    first = order.name[:1].upper() + order.name[1:]
    if order.cancelled:
        raise Refused(
            f"{first} is cancelled; one cannot {what}.",
            code="R-24",
            way_out="Name another order, or receive without one.",
            field="order",
        )
    raise Refused(
        f"{first} is complete: {amount(order.received, order.unit)} of "
        f"{amount(order.ordered, order.unit)} came in; one cannot {what}.",
        code="R-24",
        way_out="Name another order, or receive without one.",
        field="order",
    )


def check_new_date(order: OrderStanding, due: date) -> None:
    """Raises InvalidInput where the date is the one that holds and is confirmed already."""
    check_open(order, "move it")
    if due == order.due and order.confirmed:
        raise InvalidInput(
            f"{order.name[:1].upper()}{order.name[1:]} is due on {due} already.", field="due"
        )
