"""Lots of material: what may be drawn from them, and when (R-22, R-67)."""

import re
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from firstoff.errors import InvalidInput, Refused
from firstoff.terms import LotStatus

PLACES = 6  # digits after the point that a quantity keeps
LARGEST = Decimal(9_000_000_000_000)  # what whole millionths hold in eight bytes
ZERO = Decimal(0)
_HUGE = 10**40
_PLAIN = re.compile(r"[+-]?[0-9]+(\.[0-9]+)?")
_SKIP_LOT = "skip-lot"


@dataclass(frozen=True, slots=True)
class LotFacts:
    """A lot as it stands. ``then``: its status when what is recorded happened."""

    code: str
    part: str
    on_hand: Decimal
    unit: str
    status: LotStatus
    then: LotStatus
    expires: date | None = None

    @property
    def name(self) -> str:
        return f"lot {self.code} of {self.part}"


def quantity(given: str | int, *, field: str, zero: bool = False, signed: bool = False) -> Decimal:
    """An exact quantity. Raises InvalidInput: never a float, at most six places (R-67)."""
    # More digits than Python writes out are no quantity of anything.
    text = given.strip() if isinstance(given, str) else str(max(-_HUGE, min(given, _HUGE)))
    if len(text) > 60 or not _PLAIN.fullmatch(text):
        raise InvalidInput(
            f"{field} is {text[:40]!r}; expected a plain number as text, such as 0.02.",
            field=field,
        )
    found = Decimal(text)
    if -found.as_tuple().exponent > PLACES and found != round(found, PLACES):  # type: ignore[operator]  # it is finite
        raise InvalidInput(
            f"{field} is {text[:40]}; a quantity has at most {PLACES} places (R-67).", field=field
        )
    if abs(found) > LARGEST or (found < 0 and not signed) or (found == 0 and not zero):
        expected = "other than 0" if signed else ("0 or more" if zero else "above 0")
        raise InvalidInput(
            f"{field} is {text[:40]}; expected {expected}, at most {LARGEST:,f}.", field=field
        )
    return round(found, PLACES)


def amount(value: Decimal, unit: str = "") -> str:
    """A quantity inside a sentence: ``0.02 m``, ``3``."""
    text = f"{value.normalize():f}"
    return f"{text}\u00a0{unit}" if unit else text


def check_usable(lot: LotFacts, *, on: date) -> None:
    """Raises Refused (R-22) where nothing may be drawn from the lot.

    What happened while the lot was accepted stays true after it was not: a record that comes late
    is judged by the lot as it was.
    """
    if LotStatus.ACCEPTED not in (lot.status, lot.then):
        sentence, way_out = _NOT[lot.status]
        raise Refused(f"{_first(lot.name)} {sentence}", code="R-22", way_out=way_out)
    if lot.expires is not None and lot.expires < on:
        raise Refused(
            f"{_first(lot.name)} expired on {lot.expires}.",
            code="R-22",
            way_out="Use a lot that has not expired.",
        )


_NOT = {
    LotStatus.QUARANTINE: (
        "waits in quarantine for its incoming inspection.",
        "An inspector accepts it; a part that is not critical may be accepted as skip-lot.",
    ),
    LotStatus.REJECTED: ("is rejected and cannot be consumed.", "Use an accepted lot."),
    LotStatus.DEPLETED: (
        "is declared used up.",
        "Accept it again where material was found, or use another lot.",
    ),
}


def check_draw(lot: LotFacts, wanted: Decimal) -> Decimal:
    """What is left after drawing. Raises Refused (R-67) where the lot does not hold as much."""
    left = lot.on_hand - wanted
    if left < 0:
        raise Refused(
            f"{_first(lot.name)} has {amount(lot.on_hand, lot.unit)} left; "
            f"{amount(wanted, lot.unit)} cannot be taken from it.",
            code="R-67",
            way_out="Take another lot, or count this one again (lot_adjust).",
        )
    return left


def is_skip_lot(reason: str) -> bool:
    """Whether the reason says that the lot is accepted without inspection: ``skip-lot``."""
    return reason.strip().casefold().startswith(_SKIP_LOT)


def check_status(
    lot: LotFacts, status: LotStatus, reason: str, *, critical: bool, inspected: bool = False
) -> None:
    """Raises Refused (R-22): a lot of a critical part is accepted by inspection only.

    critical: a characteristic of the part is classed critical. inspected: what was found on the
    lot is recorded with the decision. What had been used up was accepted before.
    """
    if status is LotStatus.ACCEPTED and critical and is_skip_lot(reason):
        raise Refused(
            f"{lot.part} has a critical characteristic: its lots are not accepted as skip-lot.",
            code="R-22",
            way_out="Inspect the lot, and accept it by its result.",
        )
    accepts = status is LotStatus.ACCEPTED and lot.status is not LotStatus.DEPLETED
    if accepts and critical and not inspected:
        raise Refused(
            f"{lot.part} has a critical characteristic: its lots are accepted by their incoming "
            "inspection.",
            code="R-22",
            way_out="Inspect the lot by the released incoming plan of the part; where there is "
            "none, an engineer releases one.",
        )
    if status in (LotStatus.REJECTED, LotStatus.QUARANTINE) and not reason.strip():
        raise InvalidInput(
            f"{_first(lot.name)} is {_BECOMES[status]} for a reason; none is given.",
            field="reason",
        )


_BECOMES = {LotStatus.REJECTED: "rejected", LotStatus.QUARANTINE: "put back into quarantine"}


def check_same_material(part: str, other: LotFacts) -> None:
    """Raises Refused: material of two parts, or counted in two units, makes no lot."""
    if other.part != part:
        raise Refused(
            f"Lot {other.code} is of {other.part}, not of {part}: they cannot become one lot.",
            code="R-38",
            way_out="Merge lots of one part.",
        )


def _first(text: str) -> str:
    return text[:1].upper() + text[1:]
