"""Numbers as the library of processes and the studies keep them."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from firstoff.errors import InvalidInput

FEWEST = 2  # values that show a spread
_PLACES = 9
_FINEST = Decimal(1).scaleb(-_PLACES)


def check_number(value: Decimal, what: str, **details: Any) -> Decimal:
    """A number of up to eleven digits and nine decimals. Raises InvalidInput with ``details``."""
    if not value.is_finite() or abs(value) >= 10**11:
        raise InvalidInput(f"{what} is {value}; expected a number.", **details)
    if value != value.quantize(_FINEST):
        raise InvalidInput(f"{what} is {value}; expected at most {_PLACES} decimals.", **details)
    return value


def varied(values: Sequence[float]) -> bool:
    """Whether values show a spread: there are enough of them, and not all are equal."""
    return len(values) >= FEWEST and min(values) < max(values)


def same_unit(one: str, other: str) -> bool:
    """Whether two units are written alike, without regard to case."""
    return one.strip().casefold() == other.strip().casefold()
