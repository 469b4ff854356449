"""Which result a judgement is, and what a reject has to say (R-34, R-48)."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, tzinfo
from decimal import Decimal
from typing import NamedTuple

from firstoff.errors import InvalidInput
from firstoff.rules.execution.values import DecisionFacts, Refusal, moment
from firstoff.terms import Aspect, Attempt, OperationOutcome, RunVerdict

ASPECTS = (Aspect.FIT, Aspect.FINISH, Aspect.FUNCTION)
_PASS, _FAIL = OperationOutcome.PASS.value, OperationOutcome.FAIL.value


class Aspects(NamedTuple):
    """Fit, finish and function: ``pass``, ``fail`` or empty where not judged."""

    fit: str = ""
    finish: str = ""
    function: str = ""

    @property
    def judged(self) -> frozenset[str]:
        return frozenset(name for name, value in zip(self._fields, self, strict=True) if value)

    @property
    def failed(self) -> bool:
        return _FAIL in self


class EarlierJudgement(NamedTuple):
    """A judgement already in force for the unit."""

    attempt: int
    kind: str
    aspects: Aspects
    timed: bool  # it carries a build time


class Place(NamedTuple):
    """Where a new judgement belongs."""

    attempt: int
    kind: Attempt


def settle_aspects(given: Aspects, categories: Iterable[str], *, serial: str) -> Aspects:
    """The aspects with what the defects say: an aspect with a defect fails.

    Raises InvalidInput for a defect in an aspect judged as passed, and for a fail without defect.
    """
    found = given._asdict()
    categories = tuple(categories)
    for category in categories:
        if category == Aspect.BUILD_TIME:
            continue
        if found[category] == _PASS:
            raise InvalidInput(
                f"{serial} has a {category} defect, and {category} is recorded as passed.",
                way_out=f"Record {category} as failed, or choose another defect.",
                field=category,
            )
        found[category] = _FAIL
    settled = Aspects(**found)
    if settled.failed and not categories:
        failed = next(name for name, value in found.items() if value == _FAIL)
        raise InvalidInput(
            f"{serial} fails {failed} without a defect code.",
            way_out="A reject needs at least one defect with its code.",
            field="defects",
            code="R-34",
        )
    return settled


def check_aspect(name: str, value: str | None) -> str:
    """``pass``, ``fail`` or empty. Raises InvalidInput."""
    text = (value or "").strip().lower()
    if text not in ("", _PASS, _FAIL):
        raise InvalidInput(
            f"{name} is {value!r}; expected pass, fail, or nothing where it was not judged.",
            field=name,
        )
    return text


def place_judgement(
    kind: Attempt,
    given: Aspects,
    *,
    timed: bool,
    earlier: Sequence[EarlierJudgement],
    serial: str,
) -> Place | Refusal:
    """Which attempt a judgement belongs to, or why it belongs to none (R-48).

    A first result may come in parts, an aspect at a time; an aspect judged already is never
    judged again as *first*. Retest and rework follow a first result.
    """
    firsts = [row for row in earlier if row.attempt == 1]
    if kind is Attempt.FIRST:
        refusal = _judged_already(given, timed, firsts, serial)
        return refusal or Place(1, kind)
    if not firsts:
        return Refusal(
            "R-48",
            f"{serial} has no first result yet; a {kind.value} follows one.",
            "Record the first result first.",
        )
    last = max(row.attempt for row in earlier)
    current = [row for row in earlier if row.attempt == last]
    judged = {name for row in current for name in row.aspects.judged}
    goes_on = last > 1 and current[-1].kind == kind and not judged & given.judged
    return Place(last if goes_on else last + 1, kind)


def _judged_already(
    given: Aspects, timed: bool, firsts: Sequence[EarlierJudgement], serial: str
) -> Refusal | None:
    for row in firsts:
        for name in ASPECTS:
            value = getattr(row.aspects, name)
            if value and getattr(given, name):
                said = "passed" if value == _PASS else "failed"
                return Refusal(
                    "R-48",
                    f"{serial} was judged already: {name} {said}.",
                    "The first result stays. Record a retest or rework beside it.",
                )
    if timed and any(row.timed for row in firsts):
        return Refusal(
            "R-48",
            f"{serial} has a build time already.",
            "The first one stays; a quality manager can correct it by signature.",
        )
    return None


def is_over_time(build_seconds: Decimal | None, max_unit_minutes: Decimal | None) -> bool:
    """Whether one unit took longer than the bar allows; exactly the limit is within it."""
    if build_seconds is None or max_unit_minutes is None:
        return False
    return build_seconds > max_unit_minutes * 60


def check_first_article(*, passed: bool, checked: int, conforming: int) -> None:
    """Whether the counts of a first article inspection can be true. Raises InvalidInput."""
    if checked < 1:
        raise InvalidInput(
            "A first article inspection looks at one characteristic or more.", field="checked"
        )
    if not 0 <= conforming <= checked:
        raise InvalidInput(
            f"{conforming} of {checked} characteristics conform; expected 0 to {checked}.",
            field="conforming",
        )
    if passed and conforming < checked:
        raise InvalidInput(
            f"{checked - conforming} of {checked} characteristics do not conform; "
            "pass is not possible.",
            field="passed",
        )


def first_article_refusals(serial: str, reasons: Sequence[str]) -> tuple[Refusal, ...]:
    """Why a unit cannot be the first article: it was not made the way every unit will be."""
    if not reasons:
        return ()
    return (
        Refusal(
            "R-33",
            f"{serial} cannot be the first article: {'; '.join(reasons)}.",
            "Inspect a unit that counts.",
        ),
    )


def closed_refusals(
    decision: DecisionFacts | None, *, batch_id: str, what: str, zone: tzinfo = UTC
) -> tuple[Refusal, ...]:
    """Why nothing more is recorded about how the batch was made: it is decided (R-40).

    what: ``an adjustment``, ``a setup line``.
    """
    if decision is None:
        return ()
    ended = "signed off" if decision.decision is RunVerdict.SIGN_OFF else "held"
    return (
        Refusal(
            "R-40",
            f"{batch_id} was {ended} by {decision.by} at {moment(decision.at, zone)}; "
            f"it takes no more {what}.",
            "Record it in the next batch.",
        ),
    )


def operation_attempt(
    done: Mapping[tuple[int, int], str], judged: Iterable[int], *, rework: bool
) -> int:
    """Which attempt an operation on a unit belongs to.

    done: (attempt, seq) to outcome; judged: attempts judged so far; rework: it begins one.
    """
    attempts = {attempt for attempt, _ in done}
    if not rework:
        return max(attempts, default=1)
    return max([1, *attempts, *judged]) + 1
