"""Numbers as a person reads them: rounded once, at the edge, never across a limit."""

from decimal import ROUND_DOWN, ROUND_HALF_UP, Decimal
from math import ceil, log10

NBSP = "\u00a0"
_SYMBOLS = {"GBP": "£", "USD": "$", "EUR": "€", "JPY": "¥", "CNY": "CN¥", "INR": "₹"}
_SMALL = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")


def rounded(value: float | Decimal, places: int = 0) -> Decimal:
    """Halves away from zero, from the decimal digits a person would see."""
    exact = value if isinstance(value, Decimal) else Decimal(repr(float(value)))
    return exact.quantize(Decimal(1).scaleb(-places), rounding=ROUND_HALF_UP)


def number(value: float | Decimal, places: int = 0) -> str:
    """With a comma for thousands: ``15,350`` or ``11.0``."""
    return f"{rounded(value, places):,f}"


def trimmed(value: Decimal | float) -> str:
    """As few decimals as it has: ``7`` and ``7.5``."""
    text = f"{Decimal(str(value)):f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def rate(hits: int, of: int) -> str:
    """An observed rate with the digits its sample carries: ``25 %``, ``6.7 %``, ``0.07 %``."""
    if hits == 0 or hits == of:
        return f"{100 if hits else 0}{NBSP}%"
    return _percent(Decimal(100 * hits) / Decimal(of), max(0, ceil(log10(of)) - 2))


def percent(share: float | Decimal) -> str:
    """A rate that was set rather than seen: ``5 %``, ``0.25 %``, as few digits as it has."""
    return f"{trimmed(rounded(Decimal(repr(float(share))) * 100, 4))}{NBSP}%"


def bound(share: float) -> str:
    """An end of an interval: two digits under 10 %, one decimal above; never 0 or 100 by rounding.

    0.1 % is the smallest step that is said: below it, *under 0.1 %*.
    """
    value = share * 100
    if value <= 0 or value >= 100:
        return f"{100 if value >= 100 else 0}{NBSP}%"
    if value < 0.1:
        return f"under 0.1{NBSP}%"
    if value >= 99.95:
        return f"over 99.9{NBSP}%"
    places = 2 if value < 1 else 1
    return f"{rounded(value, places):f}{NBSP}%"


def interval(lower: float, upper: float) -> str:
    """``0.13 % to 24.9 %``."""
    return f"{bound(lower)} to {bound(upper)}"


def chance(share: float) -> str:
    """A probability: ``57 %``, ``99.9 %``, ``under 0.1 %``."""
    value = share * 100
    if value < 0.1:
        return f"under 0.1{NBSP}%" if value > 0 else f"0{NBSP}%"
    if value > 99.9:
        return f"over 99.9{NBSP}%" if rounded(value, 1) >= 100 else f"99.9{NBSP}%"
    places = 1 if value < 1 or value > 99 else 0
    return f"{trimmed(rounded(value, places))}{NBSP}%"


def times_in_100(share: float) -> str:
    """A chance in words: ``39 times in 100``."""
    value = share * 100
    whole = int(rounded(value))
    if value < 1:
        return "less than once in 100" if value > 0 else "never"
    if whole == 1:
        return "once in 100"
    if value > 99:
        return "more than 99 times in 100" if value < 100 else "always"
    return f"{whole} times in 100"


def of(hits: int, total: int) -> str:
    """``5 of 20``."""
    return f"{hits:,} of {total:,}"


def minutes(value: float | Decimal, limit: float | Decimal | None = None) -> str:
    """``11.0 min``; never rounded across a limit: 7.04 against 7 reads 7.04."""
    return f"{apart(value, limit)}{NBSP}min"


def apart(value: float | Decimal, limit: float | Decimal | None, places: int = 1) -> str:
    """The value with so many decimals that it stands on its own side of the limit."""
    if limit is None:
        return number(value, places)
    exact, edge = Decimal(repr(float(value))), Decimal(str(limit))
    for digits in range(places, 7):
        shown = rounded(exact, digits)
        if (shown > edge) == (exact > edge) and (shown < edge) == (exact < edge):
            return f"{shown:,f}"
    return f"{exact:f}"


def index(value: float, limit: float | Decimal | None = None) -> str:
    """A capability: two digits after the point."""
    return apart(value, limit, 2)


def p_value(p: float) -> str:
    """Two significant digits, ``under 0.001`` below that: ``p = 0.18``."""
    if p < 0.001:
        return "p under 0.001"
    places = 2 if p >= 0.1 else (3 if p >= 0.01 else 4)
    return f"p = {rounded(p, places):f}"


def amount(value: Decimal | float, currency: str) -> str:
    """Money: pence only where they matter: ``£15,350`` and ``£61.40``."""
    exact = value if isinstance(value, Decimal) else Decimal(repr(float(value)))
    places = 0 if exact == exact.to_integral_value() or abs(exact) >= 1000 else 2
    symbol = _SYMBOLS.get(currency, f"{currency}{NBSP}")
    sign = "-" if exact < 0 else ""
    return f"{sign}{symbol}{abs(rounded(exact, places)):,f}"


def counted(count: int, singular: str, plural: str = "") -> str:
    """``1 unit``, ``3 units``."""
    return f"{count:,} {singular if count == 1 else plural or singular + 's'}"


def spelled(count: int) -> str:
    """Small numbers as words: ``three``."""
    return _SMALL[count] if 0 <= count < len(_SMALL) else f"{count:,}"


def ordinal(place: int) -> str:
    """``1st``, ``2nd``, ``11th``."""
    ending = (
        "th" if place % 100 in (11, 12, 13) else {1: "st", 2: "nd", 3: "rd"}.get(place % 10, "th")
    )
    return f"{place}{ending}"


def listed(names: list[str] | tuple[str, ...], *, most: int = 5) -> str:
    """``a, b and c``; beyond ``most``: ``a, b, c and 4 more``."""
    if len(names) > most:
        return f"{', '.join(names[: most - 1])} and {len(names) - most + 1} more"
    return " and ".join(filter(None, [", ".join(names[:-1]), *names[-1:]]))


def sentence(text: str) -> str:
    """With a capital at the beginning and a full stop at the end."""
    text = text.strip()
    start = text[:1].upper() + text[1:]
    return start if not start or start[-1] in ".!?" else start + "."


def _percent(value: Decimal, places: int) -> str:
    first_digit = -value.adjusted()  # places needed for one significant digit
    digits = max(places, first_digit + 1, 0)
    shown = value.quantize(Decimal(1).scaleb(-digits), rounding=ROUND_HALF_UP)
    if shown >= 100 or shown == 0:  # some are good, or some are bad: do not round that away
        shown = value.quantize(Decimal(1).scaleb(-digits), rounding=ROUND_DOWN)
    return f"{trimmed(shown)}{NBSP}%"
