"""Quantities, money, days and lists as a buyer reads them in a sentence."""

from collections.abc import Sequence
from datetime import date
from decimal import ROUND_HALF_UP, Decimal, localcontext

from firstoff.rules.sourcing.values import DIGITS

NBSP = "\u00a0"
_SIGNS = {"USD": "$", "GBP": "£", "EUR": "€", "JPY": "¥", "CNY": "CN¥", "INR": "₹"}


def quantity(value: Decimal | int, unit: str = "") -> str:
    """``5,000``, ``0.02 m``: as many places as it has."""
    text = f"{Decimal(value):,f}"
    text = text.rstrip("0").rstrip(".") if "." in text else text
    return f"{text}{NBSP}{unit}" if unit else text


def money(value: Decimal, currency: str) -> str:
    """``$2,000``, ``£61.40``, ``$0.0123``: cents where they matter, and a price under one with
    four digits at most."""
    size = abs(value)
    whole = size == size.to_integral_value()
    places = 0 if whole or size >= 1000 else (2 if size >= 1 else 4)
    with localcontext(prec=DIGITS):
        text = f"{size.quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP):,f}"
    if places == 4:
        head, _, tail = text.partition(".")
        text = f"{head}.{tail.rstrip('0').ljust(2, '0')}"
    sign = "-" if value < 0 else ""
    return f"{sign}{_SIGNS.get(currency, currency + NBSP)}{text}"


def days(count: int) -> str:
    """``1 day``, ``10 days``, and whole weeks from two on: ``16 weeks``."""
    if count and count % 7 == 0 and abs(count) >= 14:
        return f"{count // 7:,} weeks"
    return counted(count, "day")


def day(on: date) -> str:
    return on.isoformat()


def counted(count: int, singular: str, plural: str = "") -> str:
    """``1 unit``, ``3 units``."""
    return f"{count:,} {singular if count == 1 else plural or singular + 's'}"


def listed(names: Sequence[str], *, most: int = 5) -> str:
    """``a, b and c``; beyond ``most``: ``a, b, c and 4 more``."""
    if len(names) > most:
        return f"{', '.join(names[: most - 1])} and {len(names) - most + 1} more"
    return " and ".join(filter(None, (", ".join(names[:-1]), *names[-1:])))


def percent(value: Decimal, places: int = 1) -> str:
    """A percentage as it is: ``2.5 %``."""
    with localcontext(prec=DIGITS):
        rounded = value.quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP)
    return f"{quantity(rounded)}{NBSP}%"


def first(text: str) -> str:
    return text[:1].upper() + text[1:]
