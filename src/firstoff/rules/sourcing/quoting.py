"""An offer as somebody hands it in: checked, and compared with the one that stands."""

import re
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from firstoff.errors import InvalidInput
from firstoff.rules.product import check_line
from firstoff.rules.sourcing.values import ONE, ZERO, Offer, PriceBreak, check_offer
from firstoff.rules.supply import LARGEST, PLACES

_CURRENCY = re.compile(r"[A-Z]{3}")
_LONGEST_LEAD = 3650  # days


@dataclass(frozen=True, slots=True)
class OfferGiven:
    """What a supplier asks for a manufacturer part. None: not said.

    breaks: from how many pieces, at what price each, in ``currency`` (ISO 4217).
    ``minimum_value``: the least order in money; ``order_cost``: once an order. ``quoted_on``
    None: the day it is recorded.
    """

    supplier: str
    currency: str
    breaks: tuple[tuple[Decimal, Decimal], ...] = ()
    number: str = ""  # the supplier's
    minimum: Decimal | None = None
    multiple: Decimal | None = None
    minimum_value: Decimal | None = None
    order_cost: Decimal | None = None
    lead_time_days: int | None = None
    in_stock: Decimal | None = None
    quoted_on: date | None = None
    valid_until: date | None = None
    source: str = ""

    @property
    def texts(self) -> list[list[str]]:
        """The breaks as they are stored."""
        return [[_plain(count), _plain(price)] for count, price in self.breaks]

    def says_the_same(self, other: "OfferGiven") -> bool:
        """Whether nothing is new: where it comes from does not count, nor does the day where it
        brings none."""
        day = self.quoted_on or other.quoted_on
        return replace(self, source="", quoted_on=day) == replace(other, source="")


def check_given(given: OfferGiven, name: str) -> OfferGiven:
    """The offer, its breaks by rising quantity. Raises InvalidInput naming the field.

    name: what it is for, in a sentence.
    """
    currency = check_currency(given.currency)
    offer = Offer(
        key="",
        supplier=check_line(given.supplier.strip(), "supplier", longest=200, field="supplier"),
        number=check_line(given.number.strip(), "supplier's number", longest=200, field="number"),
        manufacturer_part=name,
        currency=currency,
        breaks=tuple(PriceBreak(count, price) for count, price in given.breaks),
        minimum=ONE if given.minimum is None else given.minimum,
        multiple=ONE if given.multiple is None else given.multiple,
        minimum_value=given.minimum_value or ZERO,
        order_cost=given.order_cost or ZERO,
        in_stock=given.in_stock,
    )
    check_offer(offer)
    fields = (given.minimum, given.multiple, given.minimum_value, given.order_cost, given.in_stock)
    for value in (*fields, *(n for pair in given.breaks for n in pair)):
        _check_room(value, name)
    lead = given.lead_time_days
    if lead is not None and not 0 <= lead <= _LONGEST_LEAD:
        raise InvalidInput(
            f"The lead time of {name} is {lead} days; expected 0 to {_LONGEST_LEAD}.",
            field="lead_time_days",
        )
    if given.valid_until and given.quoted_on and given.valid_until < given.quoted_on:
        raise InvalidInput(
            f"The offer for {name} ends on {given.valid_until}, before it was made.",
            field="valid_until",
        )
    source = check_line(given.source.strip(), "source", longest=300, field="source")
    breaks = tuple(sorted(given.breaks))
    return replace(
        given,
        supplier=offer.supplier,
        number=offer.number,
        currency=currency,
        breaks=breaks,
        source=source,
    )


def check_currency(text: str, field: str = "currency") -> str:
    """An ISO 4217 code. Raises InvalidInput."""
    code = text.strip().upper()
    if not _CURRENCY.fullmatch(code):
        raise InvalidInput(
            f"The currency is {text[:20]!r}; expected three letters, such as USD.", field=field
        )
    return code


def _check_room(value: Decimal | None, name: str) -> None:
    if value is None:
        return
    if value > LARGEST or round(value, PLACES) != value:
        raise InvalidInput(
            f"The offer for {name} holds {str(value)[:40]}; expected at most {PLACES} places, and "
            f"at most {LARGEST:,f}.",
            field="breaks",
        )


def _plain(value: Decimal) -> str:
    return f"{value.normalize():f}"
