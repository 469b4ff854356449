"""Fields of a WATS report as values: words, numbers, times and limits.

A report says the same in JSON (WSJF: "P", 10.0) and in XML (WSXF: "Passed", "10"); what is read
here is equal for both. Numbers are doubles in either, so a double's shortest text is the number.
"""

import math
import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from operator import ge, gt, le, lt
from typing import Any
from zoneinfo import ZoneInfo

from firstoff.formats.testdata.drafts import LimitsDraft
from firstoff.formats.testdata.openhtf_values import FieldRefused, shown, text_of
from firstoff.terms import TestOutcome

_WORDS = {
    "p": TestOutcome.PASS, "passed": TestOutcome.PASS, "pass": TestOutcome.PASS,
    "f": TestOutcome.FAIL, "failed": TestOutcome.FAIL, "fail": TestOutcome.FAIL,
    "d": TestOutcome.UNSET, "done": TestOutcome.UNSET,
    "e": TestOutcome.ERROR, "error": TestOutcome.ERROR,
    "t": TestOutcome.ABORTED, "terminated": TestOutcome.ABORTED,
    "s": TestOutcome.SKIPPED, "skipped": TestOutcome.SKIPPED,
}  # fmt: skip
SAYS = {
    TestOutcome.PASS: "Passed", TestOutcome.FAIL: "Failed", TestOutcome.UNSET: "Done",
    TestOutcome.ERROR: "Error", TestOutcome.ABORTED: "Terminated", TestOutcome.SKIPPED: "Skipped",
}  # fmt: skip
_SPECIAL = {"nan": "nan", "inf": "inf", "infinity": "inf", "-inf": "-inf", "-infinity": "-inf"}
_NUMBER = re.compile(r"[+-]?(\d{1,400}\.?\d{0,400}|\.\d{1,400})([eE][+-]?\d{1,4})?", re.ASCII)
_FIRST, _LAST = datetime(1970, 1, 1, tzinfo=UTC), datetime(2200, 1, 1, tzinfo=UTC)


def outcome_of(value: Any, place: str) -> TestOutcome:
    """P, F, D, E, T, S or the whole word; Done is UNSET: it ran and judged nothing."""
    found = _WORDS.get(value.strip().lower()) if isinstance(value, str) else None
    if found is None:
        expected = "Passed, Failed, Done, Error, Terminated or Skipped (or P, F, D, E, T, S)"
        raise FieldRefused(place, shown(value), expected)
    return found


# ---------------------------------------------------------------- numbers


@dataclass(frozen=True, slots=True)
class Number:
    """A double: its exact shortest decimal, or in ``special`` nan, inf or -inf."""

    value: Decimal | None
    special: str = ""


def number_of(value: Any, place: str) -> Number | None:
    """None where nothing was given. Raises FieldRefused for what is no number."""
    if value is None or (isinstance(value, str) and not value.strip()):
        return None
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        raise FieldRefused(place, shown(value), "a number")
    if isinstance(value, str):
        word = value.strip().lower().removeprefix("+")
        if word in _SPECIAL:
            return Number(None, _SPECIAL[word])
        if not _NUMBER.fullmatch(value.strip()):
            raise FieldRefused(place, shown(value), "a number")
    try:
        double = float(value)
    except OverflowError:
        double = math.inf if isinstance(value, int) and value > 0 else -math.inf
    if not math.isfinite(double):
        return Number(None, _SPECIAL[repr(double)])
    return Number(Decimal(_shortest(double)))


def _shortest(double: float) -> str:
    return repr(double + 0.0).removesuffix(".0") if double else "0"


def figure(value: Any) -> str:
    """A number's text, the same from 999, 999.0 and "999"; any other text as it is."""
    try:
        number = number_of(value, "")
    except FieldRefused:
        return text_of(value)
    if number is None:
        return ""
    return number.special or f"{number.value}"


def seconds_of(value: Any, place: str) -> timedelta | None:
    """A duration in seconds, None where it is not given or not a length of time."""
    number = number_of(value, place)
    if number is None or number.value is None or not 0 <= number.value < 10**9:
        return None
    return timedelta(seconds=float(number.value))


# ---------------------------------------------------------------- times


def moment_of(value: Any, place: str, zone: ZoneInfo) -> datetime | None:
    """A time of ISO 8601 in UTC; one without offset is in ``zone``. None where not given."""
    text = text_of(value)
    if not text:
        return None
    try:
        found = datetime.fromisoformat(text)
        aware = found if found.tzinfo else found.replace(tzinfo=zone)
        moment = aware.astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise FieldRefused(place, shown(value), "a time, 2026-01-30T22:01:41+01:00") from error
    if not _FIRST <= moment < _LAST:
        raise FieldRefused(place, shown(value), "a time in the years 1970 to 2199")
    return moment


# ---------------------------------------------------------------- limits

_LOW = {"GE": (">=", ge), "GT": (">", gt)}
_HIGH = {"LE": ("<=", le), "LT": ("<", lt)}
_ENDS = {**_LOW, **_HIGH}
_NO_LIMITS = LimitsDraft()


@dataclass(frozen=True, slots=True)
class Compared:
    """A comparison as limits; ``text`` where limits, which are inclusive, do not say all of it.
    ``holds`` is whether the value passes it, None where that is not for us to say."""

    limits: LimitsDraft = _NO_LIMITS
    text: str = ""
    holds: bool | None = None


def compared(operator: str, low: Number | None, high: Number | None, value: Number) -> Compared:
    """The comparison of a numeric measurement.

    operator: TestStand's, in any case: LOG, EQ, NE, GE, GT, LE, LT; GELE, GTLT ... within;
    LEGE, LTGT ... outside. With one limit it stands in the low one, whatever the operator.
    An infinite limit is no limit."""
    name = operator.strip().upper()
    lower, upper = (None if end is None else end.value for end in (low, high))
    first, second = name[:2], name[2:]
    if name in ("EQ", "NE"):
        return _equal(name, upper if low is None else lower, value)
    if first in _ENDS and not second:
        one = upper if low is None else lower
        return _within(((first, one),), value)
    if first in _LOW and second in _HIGH:
        return _within(((first, lower), (second, upper)), value)
    if first in _HIGH and second in _LOW:
        return _outside(((first, lower), (second, upper)), value)
    ends = [f"{end}" for end in (lower, upper) if end is not None]
    if not ends and name in ("", "LOG"):
        return Compared()
    return Compared(text=" ".join([name or "LOG", *ends]))


def _equal(name: str, one: Decimal | None, value: Number) -> Compared:
    if one is None:
        return Compared()
    same = value.value == one
    if name == "NE":
        return Compared(text=f"x != {one}", holds=not same)
    return Compared(LimitsDraft(lower=one, upper=one), holds=same)


_Ends = tuple[tuple[str, Decimal | None], ...]


def _within(ends: _Ends, value: Number) -> Compared:
    given = [(name, end) for name, end in ends if end is not None]
    lower = next((end for name, end in given if name in _LOW), None)
    upper = next((end for name, end in given if name in _HIGH), None)
    strict = [f"x {_ENDS[name][0]} {end}" for name, end in given if name in ("GT", "LT")]
    return Compared(
        LimitsDraft(lower=lower, upper=upper), " and ".join(strict), _all(given, value)
    )


def _all(given: list[tuple[str, Decimal]], value: Number) -> bool | None:
    found = value.value
    if found is None:
        return False if value.special == "nan" and given else None
    return all(_ENDS[name][1](found, end) for name, end in given)


def _outside(ends: _Ends, value: Number) -> Compared:
    """Low enough or high enough: no two limits say that."""
    given = [(name, end) for name, end in ends if end is not None]
    text = " or ".join(f"x {_ENDS[name][0]} {end}" for name, end in given)
    tried = [_all([one], value) for one in given]
    holds = None if None in tried or not tried else True in tried
    return Compared(text=text, holds=holds)


def spelled(operator: str, limit: str) -> str:
    """The comparison of a text, in words: equal or not, in any case or not."""
    name = operator.strip().upper()
    if name in ("", "LOG") and not limit:
        return ""
    if name in ("CASESENSIT", "CASESENSITIVE", "CASESENSITIVESTRINGCOMPARE", "EQ"):
        return f"x == {limit!r}"
    if name in ("IGNORECASE", "CASEINSENSITIVESTRINGCOMPARE", "CASELESSEQ"):
        return f"x == {limit!r} in any case"
    return f"{name or 'LOG'} {limit!r}".strip()


def same_text(operator: str, limit: str, value: str) -> bool | None:
    """Whether a text passes its comparison; None where that is not for us to say."""
    said = spelled(operator, limit)
    if not said.startswith("x == "):
        return None
    if said.endswith(" in any case"):
        return value.casefold() == limit.casefold()
    return value == limit
