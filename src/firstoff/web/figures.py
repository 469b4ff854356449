"""Figures as people read them: percent, intervals, money, times. docs/reference/web.md lists them.

Rounded once, halves away from zero, and never across a limit. Fractions come in, percent goes out.
"""

from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal
from enum import Enum

from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

from firstoff.formats.charts import words

NBSP = "\u00a0"
MINUS = "\u2212"


def percent(fraction: float | Decimal | None, digits: int = 1) -> str:
    """0.25 reads 25 %; an observed rate or a share."""
    return "" if fraction is None else words.percent(float(fraction), digits)


def bound(fraction: float | Decimal | None) -> str:
    """The end of an interval: 8.66 % reads 8.7 %, 0.0013 reads 0.13 %."""
    return "" if fraction is None else words.end(float(fraction))


def between(low: float, high: float) -> str:
    """An interval of rates: 0.13 % to 24.9 %."""
    return words.interval(low, high)


def of_hundred(chance: float | None) -> str:
    """A chance in words: 39 in 100."""
    return "" if chance is None else words.in_hundred(chance)


def number(value: float | Decimal | None, digits: int | None = None) -> str:
    """1234.5 reads 1,234.5; a measured Decimal keeps the digits of its gauge."""
    if value is None:
        return ""
    exact = value if isinstance(value, Decimal) else Decimal(repr(value))
    if digits is not None:
        exact = exact.quantize(Decimal(1).scaleb(-int(digits)), ROUND_HALF_UP)
    return f"{exact:,f}".replace("-", MINUS)


def against(value: float | Decimal, limit: float | Decimal, digits: int = 1) -> str:
    """A figure beside its limit, never rounded across it or onto it: 4.96 against 5 reads 4.96."""
    exact, edge = Decimal(str(value)), Decimal(str(limit))
    for places in range(digits, 12):
        shown = exact.quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP)
        if (shown > edge) == (exact > edge) and (shown < edge) == (exact < edge):
            return number(shown)
    return number(exact)


_SIGNS = {"USD": "$", "GBP": "£", "EUR": "€", "JPY": "¥", "CNY": "CN¥", "INR": "₹"}


def money(amount: float | Decimal | None, currency: str) -> str:
    """£15,350 from a hundred up; £61.40 below, where the pence matter."""
    if amount is None:
        return ""
    exact = Decimal(str(amount))
    step = (
        Decimal(1) if abs(exact) >= 100 or exact == exact.to_integral_value() else Decimal("0.01")
    )
    text = f"{abs(exact).quantize(step, ROUND_HALF_UP):,}"
    sign = MINUS if exact < 0 else ""
    return (
        f"{sign}{_SIGNS[currency]}{text}"
        if currency in _SIGNS
        else f"{sign}{currency}{NBSP}{text}"
    )


def minutes(seconds: float | Decimal | None, digits: int = 1) -> str:
    """660 seconds read 11.0 min."""
    if seconds is None:
        return ""
    value = (Decimal(str(seconds)) / 60).quantize(Decimal(1).scaleb(-digits), ROUND_HALF_UP)
    return f"{value:,}{NBSP}min"


def when(value: datetime | date | None, form: str = "") -> SafeString:
    """A time in the zone of the site: 2026-05-12 16:42. form: ``date``, ``time`` or ``zone``."""
    if value is None:
        return mark_safe("")
    if not isinstance(value, datetime):
        return format_html('<time datetime="{0}">{0}</time>', value.isoformat())
    local = timezone.localtime(value)
    forms = {"date": "%Y-%m-%d", "time": "%H:%M", "zone": "%Y-%m-%d %H:%M %z"}
    text = local.strftime(forms.get(form, "%Y-%m-%d %H:%M"))
    return format_html('<time datetime="{}">{}</time>', local.isoformat(timespec="seconds"), text)


def plain(value: object) -> str:
    """A word of ours as people read it: quality_manager reads quality manager."""
    return str(value.value if isinstance(value, Enum) else value).replace("_", " ")


def plural(count: int, word: str) -> str:
    """``{{ n|plural:"unit" }}``: 1 unit, 1,000 units; ``"entry,entries"`` where -s is wrong."""
    one, _, many = word.partition(",")
    return f"{count:,} {one if count == 1 else many or one + 's'}"
