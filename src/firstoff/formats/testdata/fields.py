"""Words of a unit log's cells as values: times, minutes, pass or fail.

Each function takes trimmed text and raises ``Unreadable`` with what it expected."""

import re
import unicodedata
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

from firstoff.terms import Attempt, CauseClass, OperationOutcome


class Unreadable(Exception):
    """A cell that cannot mean anything here. ``found`` replaces the cell's text where set."""

    def __init__(self, expected: str, found: str = "") -> None:
        super().__init__(expected)
        self.expected = expected
        self.found = found


def _words(text: str) -> str:
    return re.sub(r"[\s._/-]+", "", unicodedata.normalize("NFKC", text).casefold())


_PASS = frozenset(
    ("pass", "passed", "ok", "okay", "good", "conforms", "accept", "accepted", "io", "gut")
) | frozenset(("1", "yes", "y", "ja", "true", "p"))
_FAIL = frozenset(
    ("fail", "failed", "nok", "notok", "ng", "nogood", "nio", "reject", "rejected", "bad")
) | frozenset(("0", "no", "n", "nein", "false", "f", "schlecht", "ausschuss"))
_NOT_JUDGED = frozenset(("", "na", "none", "notjudged", "open"))

OUTCOME_EXPECTED = "pass or fail (ok/nok, good/reject, yes/no, 1/0), or nothing when not judged"


def outcome(text: str) -> OperationOutcome | None:
    word = _words(text)
    if word in _NOT_JUDGED:
        return None
    if word in _PASS:
        return OperationOutcome.PASS
    if word in _FAIL:
        return OperationOutcome.FAIL
    raise Unreadable(OUTCOME_EXPECTED)


_ATTEMPTS = {
    "": Attempt.FIRST, "1": Attempt.FIRST, "1st": Attempt.FIRST, "first": Attempt.FIRST,
    "initial": Attempt.FIRST, "retest": Attempt.RETEST, "retested": Attempt.RETEST,
    "rework": Attempt.REWORK, "reworked": Attempt.REWORK, "nacharbeit": Attempt.REWORK,
}  # fmt: skip


def attempt(text: str) -> Attempt:
    found = _ATTEMPTS.get(_words(text))
    if found is None:
        raise Unreadable("first, retest or rework")
    return found


def cause_class(text: str) -> CauseClass | None:
    word = _words(text)
    if not word:
        return None
    try:
        return CauseClass(word)
    except ValueError:
        raise Unreadable("process, design, material, test, handling or unknown") from None


# ---------------------------------------------------------------- numbers

_MINUTES = "minutes (11.5), mm:ss (11:30) or h:mm:ss"
_LONGEST = Decimal(1_000_000)  # minutes: two years


def decimal(text: str, *, comma: bool, expected: str = "a number") -> Decimal:
    """A number without thousands separators; ``comma`` allows the decimal comma."""
    if comma and re.fullmatch(r"[+-]?\d+,\d+", text):
        text = text.replace(",", ".")
    if not re.fullmatch(r"[+-]?(\d{1,20}(\.\d{0,20})?|\.\d{1,20})", text, re.ASCII):
        with_comma = " with a decimal point" if "," in text else ""
        raise Unreadable(expected + with_comma)
    return Decimal(text)


def minutes(text: str, *, comma: bool) -> Decimal:
    """A duration in minutes: ``11.5``, ``11:30`` (mm:ss) or ``0:11:30`` (h:mm:ss)."""
    if ":" in text:
        found = _clock(text)
    else:
        number = re.sub(r"\s*min(ute)?s?\.?$", "", text, flags=re.IGNORECASE)
        found = decimal(number, comma=comma, expected=_MINUTES)
    if found < 0 or found > _LONGEST:
        raise Unreadable("a duration of 0 to 1,000,000 minutes")
    return found


def _clock(text: str) -> Decimal:
    match = re.fullmatch(r"(?:(\d{1,4}):)?(\d{1,4}):(\d{2})(?:\.0+)?", text, re.ASCII)
    if not match or int(match[3]) > 59 or (match[1] is not None and int(match[2]) > 59):
        raise Unreadable(_MINUTES)
    seconds = int(match[1] or 0) * 3600 + int(match[2]) * 60 + int(match[3])
    if seconds % 60 == 0:
        return Decimal(seconds // 60)
    # A third of a minute has no end as a decimal; half a microsecond is near enough.
    return (Decimal(seconds) / 60).quantize(Decimal("0.00000001")).normalize()


# ---------------------------------------------------------------- times

TIME_EXPECTED = "a date and time as 2026-03-04 07:30 (year-month-day)"

_CLOCK = (
    r"(?P<hour>\d{1,2}):(?P<minute>\d{2})(?::(?P<second>\d{2})(?:[.,](?P<fraction>\d{1,9}))?)?"
)
_HALF = r"(?:\s*(?P<half>[ap])\.?m\.?)?"
_OFFSET = r"(?:\s*(?P<offset>Z|UTC|[+-]\d{2}:?\d{2}))?"
_TIME = rf"(?:(?:T|,?\s+)(?P<clock>{_CLOCK}){_HALF}{_OFFSET})?"
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_FORMS = tuple(
    re.compile(form + _TIME, re.IGNORECASE | re.ASCII)
    for form in (
        r"(?P<year>\d{4})[-/.](?P<month>\d{1,2})[-/.](?P<day>\d{1,2})",
        r"(?P<day>\d{1,2})\.(?P<month>\d{1,2})\.(?P<year>\d{4})",
        r"(?P<first>\d{1,2})[/-](?P<second_number>\d{1,2})[/-](?P<year>\d{4})",
        r"(?P<day>\d{1,2})[ -](?P<month_name>[a-z]{3,9})\.?,?[ -](?P<year>\d{4})",
        r"(?P<month_name>[a-z]{3,9})\.?\s+(?P<day>\d{1,2}),?\s+(?P<year>\d{4})",
    )
)


def moment(text: str, zone: ZoneInfo) -> datetime:
    """A point in time in UTC. Times without an offset are in ``zone``.

    Refuses what has two meanings, as 03/04/2026 or the hour that a clock change repeats."""
    for form in _FORMS:
        match = form.fullmatch(text)
        if match:
            return _built(match.groupdict(), zone)
    raise Unreadable(TIME_EXPECTED)


def _built(parts: dict[str, str | None], zone: ZoneInfo) -> datetime:
    day, month = _day_and_month(parts)
    if not parts.get("clock"):
        raise Unreadable(f"{TIME_EXPECTED}; there is no time of day")
    year, hour = int(parts["year"] or 0), int(parts["hour"] or 0)
    if not 1990 <= year <= 2100:
        raise Unreadable("a year from 1990 to 2100")
    if parts["half"]:
        if not 1 <= hour <= 12:
            raise Unreadable(TIME_EXPECTED)
        hour = hour % 12 + (12 if parts["half"].lower() == "p" else 0)
    micro = int(((parts["fraction"] or "") + "000000")[:6])
    try:
        naive = datetime(  # noqa: DTZ001 - the zone is put on below, where it can be doubtful
            year, month, day, hour, int(parts["minute"] or 0), int(parts["second"] or 0), micro
        )
    except ValueError as error:
        raise Unreadable(f"{TIME_EXPECTED}; there is no such day or time") from error
    return _placed(naive, parts["offset"], zone)


def _day_and_month(parts: dict[str, str | None]) -> tuple[int, int]:
    if name := parts.get("month_name"):
        short = name[:3].lower()
        if short not in _MONTHS:
            raise Unreadable(TIME_EXPECTED)
        return int(parts["day"] or 0), _MONTHS.index(short) + 1
    if parts.get("first") is None:
        return int(parts["day"] or 0), int(parts["month"] or 0)
    first, second = int(parts["first"] or 0), int(parts["second_number"] or 0)
    if first <= 12 and second <= 12 and first != second:
        raise Unreadable(f"{TIME_EXPECTED}; day and month can be taken either way")
    return (first, second) if first > 12 else (second, first)


def _placed(naive: datetime, offset: str | None, zone: ZoneInfo) -> datetime:
    if offset:
        if offset.upper() in ("Z", "UTC"):
            return naive.replace(tzinfo=UTC)
        digits = offset.replace(":", "")
        away = timedelta(hours=int(digits[1:3]), minutes=int(digits[3:5]))
        if away >= timedelta(hours=15) or int(digits[3:5]) > 59:
            raise Unreadable("an offset from UTC as +02:00")
        return naive.replace(tzinfo=UTC) - (away if digits[0] == "+" else -away)
    early = naive.replace(tzinfo=zone, fold=0).astimezone(UTC)
    late = naive.replace(tzinfo=zone, fold=1).astimezone(UTC)
    if early.astimezone(zone).replace(tzinfo=None) != naive:
        raise Unreadable(f"a time that exists in {zone.key}: the clocks go forward then")
    if early != late:
        raise Unreadable(
            f"the offset as well (+02:00): the clocks of {zone.key} show this hour twice"
        )
    return early
