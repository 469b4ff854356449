"""Limits out of the text of OpenHTF's validators, which is all that a record keeps of them.

The forms are those of openhtf/util/validators.py; both ends of a range are inclusive there.
What is of another form stays text."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from decimal import Decimal

from firstoff.formats.testdata.drafts import LimitsDraft

_NUMBER = r"[+-]?(?:\d{1,40}(?:\.\d{0,40})?|\.\d{1,40})(?:[eE][+-]?\d{1,3})?"
_END = rf"{_NUMBER}|[+-]?inf(?:inity)?"
_EACH = "All values pass: "
_RANGE = re.compile(
    rf"(?:(?P<lower>{_END}) <= )?(?:Marginal:\s?(?P<marginal_lower>{_END}) <= )?x"
    rf"(?: <= Marginal:\s?(?P<marginal_upper>{_END}))?(?: <= (?P<upper>{_END}))?",
    re.ASCII,
)
_TURNED = re.compile(rf"x >= (?P<lower>{_END})", re.ASCII)
_EQUAL = re.compile(rf"x == (?P<value>{_NUMBER})", re.ASCII)
_TRUTH = re.compile(r"(?:x == |'x' is equal to ')(?P<value>True|False)'?")
_MATCHES = re.compile(r"'x' matches /(?P<pattern>.*)/", re.DOTALL)
_WITHIN = re.compile(
    rf"'?x'? is within (?P<percent>{_NUMBER})\s?% of (?P<expected>{_NUMBER})\.?"
    rf"(?: Marginal: (?P<marginal>{_NUMBER})\s?% of (?P<again>{_NUMBER})\.?)?",
    re.ASCII,
)


@dataclass(frozen=True, slots=True)
class Understood:
    """The limits of one measurement, and the validators that are not expressed by them."""

    limits: LimitsDraft
    unread: tuple[str, ...]

    @property
    def numeric(self) -> bool:
        held = self.limits
        return any(
            end is not None
            for end in (held.lower, held.upper, held.marginal_lower, held.marginal_upper)
        )


def understood(texts: Iterable[str]) -> Understood:
    """All validators of one measurement together: a value has to pass each, so the ends meet."""
    limits, unread = LimitsDraft(), []
    for text in texts:
        found = _one(text)
        joined = None if found is None else _both(limits, found)
        if joined is None:
            unread.append(text)
        else:
            limits = joined
    return Understood(limits, tuple(unread))


def _one(text: str) -> LimitsDraft | None:
    plain = " ".join(text.split()) if "matches /" not in text else text.strip()
    each = plain.startswith(_EACH)
    found = _read(plain.removeprefix(_EACH))
    return replace(found, each=True) if found and each else found


def _read(text: str) -> LimitsDraft | None:
    if (match := _RANGE.fullmatch(text)) and text != "x":
        return LimitsDraft(
            lower=_end(match["lower"]),
            upper=_end(match["upper"]),
            marginal_lower=_end(match["marginal_lower"]),
            marginal_upper=_end(match["marginal_upper"]),
        )
    if match := _TURNED.fullmatch(text):
        return LimitsDraft(lower=_end(match["lower"]))
    if match := _EQUAL.fullmatch(text):
        return LimitsDraft(lower=_end(match["value"]), upper=_end(match["value"]))
    if match := _TRUTH.fullmatch(text):
        return LimitsDraft(expected=match["value"] == "True")
    if match := _MATCHES.fullmatch(text):
        return LimitsDraft(pattern=match["pattern"])
    if match := _WITHIN.fullmatch(text):
        return _within(match)
    return None


def _end(text: str | None) -> Decimal | None:
    """A limit as written; an infinite one is no limit."""
    if text is None or "inf" in text.lower():
        return None
    return Decimal(text)


def _within(match: re.Match[str]) -> LimitsDraft:
    expected = Decimal(match["expected"])
    away = abs(expected * Decimal(match["percent"]) / 100)
    limits = LimitsDraft(lower=expected - away, upper=expected + away)
    if match["marginal"] is None:
        return limits
    near = abs(expected * Decimal(match["marginal"]) / 100)
    return replace(limits, marginal_lower=expected - near, marginal_upper=expected + near)


def _both(one: LimitsDraft, other: LimitsDraft) -> LimitsDraft | None:
    """Limits that hold both; None where they cannot be said in one, as two patterns."""
    if _clash(one.expected, other.expected) or _clash(one.pattern, other.pattern):
        return None
    if one != LimitsDraft() and one.each != other.each:
        return None
    return LimitsDraft(
        lower=_highest(one.lower, other.lower),
        upper=_lowest(one.upper, other.upper),
        marginal_lower=_highest(one.marginal_lower, other.marginal_lower),
        marginal_upper=_lowest(one.marginal_upper, other.marginal_upper),
        expected=one.expected if other.expected is None else other.expected,
        pattern=one.pattern if other.pattern is None else other.pattern,
        each=other.each,
    )


def _clash(one: object, other: object) -> bool:
    return one is not None and other is not None and one != other


def _highest(one: Decimal | None, other: Decimal | None) -> Decimal | None:
    return max((end for end in (one, other) if end is not None), default=None)


def _lowest(one: Decimal | None, other: Decimal | None) -> Decimal | None:
    return min((end for end in (one, other) if end is not None), default=None)


def is_marginal(value: Decimal, limits: LimitsDraft) -> bool:
    """Whether a passing value lies in a marginal band; both ends of a band belong to it."""
    low, high = limits.marginal_lower, limits.marginal_upper
    return (low is not None and value <= low) or (high is not None and value >= high)


def is_within(value: Decimal, limits: LimitsDraft) -> bool:
    low, high = limits.lower, limits.upper
    return (low is None or value >= low) and (high is None or value <= high)
