"""What the kinds of records have in common, and the texts that name things in them."""

from datetime import datetime
from decimal import Decimal
from typing import Annotated, ClassVar
from uuid import UUID

import msgspec

from firstoff.errors import InvalidInput
from firstoff.rules.product import check_line, check_prose

Aware = Annotated[datetime, msgspec.Meta(tz=True)]
Number = Annotated[int, msgspec.Meta(ge=0, le=2_147_483_647)]  # of an operation
Amount = str | int  # a text or a whole number, never a binary float
_FINEST = 30  # places of a measured value
LONGEST = 120  # characters of a serial, the code of a lot or of a package


class Part(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What stands inside a record."""


class Posted(
    msgspec.Struct,
    frozen=True,
    kw_only=True,
    forbid_unknown_fields=True,
    omit_defaults=True,
    tag_field="kind",
):
    """One record as it was handed in. ``id`` is made by whoever recorded it (R-36)."""

    permission: ClassVar[str] = "unit.record"  # what whoever posts it has to be allowed

    id: UUID
    at: Aware | None = None  # when it happened; left out: when it is received
    operator: str = ""  # user name; left out: whoever posts
    note: str = ""

    def check(self) -> None:
        """Whether it can mean anything, whatever else is recorded. Raises InvalidInput."""

    @property
    def about(self) -> str:
        """What it is about, for an answer and the ledger: a serial, a lot, a package."""
        for name in ("serial", "lot", "package", "shipment", "batch", "equipment", "into"):
            found = getattr(self, name, "")
            if isinstance(found, str) and found:
                return found
        return ""


class UnitName(Part, frozen=True, kw_only=True):
    """A unit by its part and serial; ``part`` may be left out where the record names it."""

    serial: str
    part: str = ""

    def check(self, field: str) -> None:
        check_name(self.serial, "serial number", f"{field}.serial")


class LotName(Part, frozen=True, kw_only=True):
    """A quantity of a lot."""

    lot: str
    quantity: Amount
    part: str = ""


class Item(Part, frozen=True, kw_only=True):
    """A lot that went in, how much of it, and where: reference designators."""

    lot: str
    quantity: Amount
    part: str = ""
    designators: tuple[str, ...] = ()


def check_name(text: str, what: str, field: str, *, longest: int = LONGEST) -> str:
    """An identifier as somebody made it: any script, spaces inside, leading zeros; nothing
    invisible, and no spaces at its ends, where two of them would look the same."""
    if not text or len(text) > longest:
        raise InvalidInput(
            f"The {what} has {len(text)} characters; expected 1 to {longest}.", field=field
        )
    if not text.isprintable() or text[0] == " " or text[-1] == " ":
        raise InvalidInput(
            f"The {what} {text!r} begins or ends with a space, or holds a character that nobody "
            "can see.",
            field=field,
        )
    return text


def check_number(number: Decimal | None, what: str, field: str, *, below: Decimal) -> None:
    """A measured value or a limit: finite, and with digits that somebody could have read."""
    if number is None:
        return
    exponent = number.as_tuple().exponent
    if not isinstance(exponent, int) or exponent < -_FINEST or abs(number) >= below:
        raise InvalidInput(
            f"{what} is {str(number)[:40]}; expected a number below {below:,f} with at most "
            f"{_FINEST} places.",
            field=field,
        )


def check_reason(text: str, what: str) -> str:
    """A reason that has to be given."""
    found = check_prose(text, "reason", field="reason")
    if not found:
        raise InvalidInput(f"{what} has a reason; none is given.", field="reason")
    return found


def check_short(text: str, what: str, field: str, *, longest: int) -> str:
    if text.isprintable() and len(text) <= longest:  # nearly always
        return text.strip()
    return check_line(text, what, longest=longest, field=field)


def need_one(field: str, what: str, **given: object) -> None:
    """Raises InvalidInput where none of the fields is given."""
    if not any(given.values()):
        names = " or ".join(given)
        raise InvalidInput(f"{what} names nothing; expected {names}.", field=field)


def need_unit(part: str, serial: str, batch: str = "", *, field: str = "serial") -> None:
    """A unit is named by its part and serial; a batch says the part too."""
    check_name(serial, "serial number", field)
    if not part and not batch:
        raise InvalidInput(
            f"{serial} is named without its part.",
            way_out="A unit is named by part and serial, or by batch and serial.",
            field="part",
        )
