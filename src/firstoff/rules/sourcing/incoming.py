"""Incoming inspection: how many of a lot are looked at, and what the results say (R-22).

How the plan samples is read by ``rules.plan.sampling``.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from firstoff.errors import InvalidInput, Refused
from firstoff.rules.plan.inspection import SheetLine
from firstoff.rules.plan.sampling import Sample, sample_of
from firstoff.rules.product import CharacteristicFacts
from firstoff.stats.standard_plans import draw_sample
from firstoff.terms import CharacteristicKind

__all__ = [
    "LARGEST_DRAW",
    "InspectionJudged",
    "LineJudged",
    "LineResult",
    "Sample",
    "SheetLine",
    "check_plan",
    "drawn",
    "judge",
    "sample_of",
]

LARGEST_DRAW = 2000  # pieces of a sample that are drawn by number


@dataclass(frozen=True, slots=True)
class LineResult:
    """What was found: a value for each piece, or how many did not conform."""

    number: str  # of the characteristic
    values: tuple[Decimal, ...] = ()
    nonconforming: int | None = None


@dataclass(frozen=True, slots=True)
class LineJudged:
    line: SheetLine
    result: LineResult
    fails: tuple[int, ...]  # pieces of the sample that failed, from 1; of counts: the first ones
    accepted: bool

    @property
    def rejects(self) -> int:
        return len(self.fails)


@dataclass(frozen=True, slots=True)
class InspectionJudged:
    """``rejects``: pieces of the plan's sample that failed in any of its characteristics; counts
    of different characteristics are taken to be of different pieces, which errs to the safe
    side."""

    sample: Sample
    lines: tuple[LineJudged, ...]
    rejects: int
    accepted: bool
    sentence: str


def drawn(lot: Decimal, sample: Sample, seed: str) -> tuple[int, ...]:
    """Which pieces of a lot of numbered pieces are looked at; nothing for a whole lot, or for one
    that is not counted in whole pieces. The seed lets anyone redraw them (R-54)."""
    if lot != lot.to_integral_value() or sample.size >= lot or sample.size > LARGEST_DRAW:
        return ()
    return draw_sample(int(lot), sample.size, seed=seed)


def check_plan(part: str, *, has_plan: bool, critical: bool) -> None:
    """Raises Refused (R-22): a critical part is not accepted without a plan that says what is
    looked at."""
    if critical and not has_plan:
        raise Refused(
            f"{part} has a critical characteristic and no released incoming inspection plan.",
            code="R-22",
            way_out="An engineer releases an incoming plan for it; the lot waits until then.",
        )


def judge(
    lines: Sequence[SheetLine], sample: Sample, given: Sequence[LineResult]
) -> InspectionJudged:
    """Accept or reject a lot by what was found. Raises InvalidInput naming the characteristic.

    sample: that of the plan; a line sampled by itself is judged by its own numbers.
    """
    by_number: dict[str, LineResult] = {}
    known = {line.characteristic.number: line for line in lines}
    for one in given:
        if one.number not in known or one.number in by_number:
            why = "is given twice" if one.number in by_number else "is not on the plan"
            raise InvalidInput(f"Characteristic {one.number[:20]} {why}.", field=one.number)
        by_number[one.number] = one
    judged = tuple(
        _judged(line, by_number.get(number, LineResult(number))) for number, line in known.items()
    )
    rejects = _pieces([j for j in judged if not j.line.own], sample)
    failed = [j for j in judged if j.line.own and not j.accepted]
    accepted = rejects <= sample.accept and not failed
    return InspectionJudged(
        sample, judged, rejects, accepted, _sentence(sample, rejects, failed, judged)
    )


def _judged(line: SheetLine, result: LineResult) -> LineJudged:
    one, size = line.characteristic, line.sample.size
    if one.kind is CharacteristicKind.VARIABLE and result.nonconforming is None:
        if len(result.values) != size:
            raise InvalidInput(
                f"Characteristic {one.label} has {len(result.values)} values; expected {size}.",
                field=one.number,
            )
        fails = tuple(n for n, v in enumerate(result.values, start=1) if not _inside(one, v))
    else:
        count = result.nonconforming
        if count is None or not 0 <= count <= size:
            found = "no count" if count is None else f"{count}"
            raise InvalidInput(
                f"Characteristic {one.label} has {found}; expected how many of {size} do not "
                "conform.",
                field=one.number,
            )
        fails = tuple(range(1, count + 1))
    return LineJudged(line, result, fails, len(fails) <= line.sample.accept)


def _inside(one: CharacteristicFacts, value: Decimal) -> bool:
    if not value.is_finite():
        raise InvalidInput(
            f"Characteristic {one.label} has the value {value}; expected a number.",
            field=one.number,
        )
    below = one.lower is not None and value < one.lower
    return not below and not (one.upper is not None and value > one.upper)


def _pieces(judged: Sequence[LineJudged], sample: Sample) -> int:
    measured = {n for j in judged if j.result.nonconforming is None for n in j.fails}
    counted = sum(j.rejects for j in judged if j.result.nonconforming is not None)
    return min(sample.size, len(measured) + counted)


def _sentence(
    sample: Sample, rejects: int, failed: Sequence[LineJudged], judged: Sequence[LineJudged]
) -> str:
    """``Accepted: 0 of 13 failed, at most 0 may``."""
    said = f"{rejects} of {sample.size} failed, at most {sample.accept} may"
    if rejects > sample.accept:
        worst = max((j for j in judged if not j.line.own), key=lambda j: j.rejects)
        return f"Rejected: {said}; most in {worst.line.characteristic.label}."
    if failed:
        one = failed[0]
        return (
            f"Rejected: {one.line.characteristic.label} failed on {one.rejects} of "
            f"{one.line.sample.size}, at most {one.line.sample.accept} may."
        )
    return f"Accepted: {said}."
