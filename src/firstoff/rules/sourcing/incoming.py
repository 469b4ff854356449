"""Incoming inspection: how many of a lot are looked at, and what the results say (R-22).

Sampling is stated on the plan, and on a line where it differs: ``{"kind": "all"}``,
``{"kind": "fixed", "n": 5, "accept": 0}``, ``{"kind": "aql", "aql": "0.65", "level": "II",
"inspection": "normal"}``, or with ``"zero": true`` the same sample at accept number 0.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_CEILING, Decimal
from typing import Any, cast

from firstoff.errors import InvalidInput, Refused
from firstoff.rules.product import CharacteristicFacts
from firstoff.stats.errors import StatsError
from firstoff.stats.standard_plans import Inspection, Level, draw_sample, standard_plan
from firstoff.terms import CharacteristicKind

KINDS = ("all", "fixed", "aql")
LARGEST_DRAW = 2000  # pieces of a sample that are drawn by number


@dataclass(frozen=True, slots=True)
class Sample:
    """How many pieces of a lot, and how many of them may fail. ``scheme``: said to people."""

    size: int
    accept: int
    scheme: str
    letter: str = ""  # code letter, of a plan by AQL


@dataclass(frozen=True, slots=True)
class SheetLine:
    """A characteristic to be looked at on the pieces of its sample."""

    characteristic: CharacteristicFacts
    sample: Sample
    own: bool = False  # sampled by itself, not with the plan
    method: str = ""
    gauge: str = ""
    reaction: str = ""


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


def sample_of(sampling: Mapping[str, Any], lot: Decimal) -> Sample:
    """The sample of a lot. Raises InvalidInput where the plan's words mean nothing.

    lot: how much came in; what is no whole number of pieces counts up to the next.
    """
    size = max(1, int(lot.to_integral_value(rounding=ROUND_CEILING)))
    kind = sampling.get("kind") or "all"
    if kind == "all":
        return Sample(size, 0, f"all {size:,}" if size > 1 else "the one piece")
    if kind == "fixed":
        n, accept = _whole(sampling, "n", 1), _whole(sampling, "accept", 0, default=0)
        return Sample(min(n, size), accept, f"{min(n, size):,} of {size:,}")
    if kind == "aql":
        return _by_aql(sampling, size)
    raise InvalidInput(
        f"The plan samples by {str(kind)[:40]!r}; expected {', '.join(KINDS)}.", field="sampling"
    )


def _by_aql(sampling: Mapping[str, Any], size: int) -> Sample:
    aql, level = sampling.get("aql", ""), sampling.get("level") or "II"
    if size < 2:
        return Sample(1, 0, "the one piece")
    try:
        plan = standard_plan(
            size,
            aql=str(aql),
            level=cast(Level, level),
            inspection=cast(Inspection, sampling.get("inspection") or "normal"),
        )
    except StatsError as error:
        raise InvalidInput(f"The sampling of the plan: {error}", field="sampling") from error
    accept = 0 if sampling.get("zero") else plan.c[-1]
    said = f"AQL {plan.aql}, level {level}, code letter {plan.letter_used}"
    said += ", accept number 0" if sampling.get("zero") else ""
    return Sample(min(plan.n[0], size), accept, said, plan.letter_used)


def _whole(sampling: Mapping[str, Any], name: str, least: int, default: int | None = None) -> int:
    found = sampling.get(name, default)
    if isinstance(found, bool) or not isinstance(found, int) or found < least:
        raise InvalidInput(
            f"The plan's sampling has {name} {found!r}; expected a whole number from {least}.",
            field="sampling",
        )
    return found


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
