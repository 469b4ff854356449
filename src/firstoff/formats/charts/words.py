"""Numbers as people read them: percent, intervals and chances, rounded once, at the edge.

Halves round away from zero. A figure never rounds to impossible (0 %) or certain (100 %).
"""

from decimal import ROUND_HALF_UP, Decimal

NBSP = "\u00a0"


def rounded(value: float, digits: int) -> str:
    """``value`` with exactly ``digits`` decimals and thousands commas."""
    step = Decimal(1).scaleb(-digits)
    return f"{Decimal(repr(float(value))).quantize(step, ROUND_HALF_UP):,}"


def trimmed(value: float, digits: int) -> str:
    """Like ``rounded``, without zeros that say nothing: 5, not 5.00."""
    text = rounded(value, digits)
    return text.rstrip("0").rstrip(".") if "." in text else text


def count(value: float) -> str:
    return rounded(value, 0)


def percent(fraction: float, digits: int = 1) -> str:
    """0.05 -> ``5 %`` with a no-break space."""
    if 0 < fraction < 0.001:
        return f"under 0.1{NBSP}%"
    if 0.999 < fraction < 1:
        return f"over 99.9{NBSP}%"
    return f"{trimmed(fraction * 100, digits)}{NBSP}%"


def end(fraction: float) -> str:
    """The end of an interval, two significant digits under 10 %: ``0.13 %``, ``24.9 %``."""
    if fraction in (0.0, 1.0):
        return f"{fraction * 100:.0f}{NBSP}%"
    if fraction < 0.001:
        return f"under 0.1{NBSP}%"
    if fraction > 0.999:
        return f"over 99.9{NBSP}%"
    return f"{rounded(fraction * 100, 2 if fraction < 0.01 else 1)}{NBSP}%"


def interval(low: float, high: float) -> str:
    return f"{end(low)} to {end(high)}"


def in_hundred(chance: float) -> str:
    """A chance in words: ``39 in 100``; never 0 or 100 in 100 unless it is exactly that."""
    if 0 < chance < 0.005:
        return "under 1 in 100"
    if 0.995 <= chance < 1:
        return "over 99 in 100"
    return f"{count(chance * 100)} in 100"
