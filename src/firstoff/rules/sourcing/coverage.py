"""Is a line covered? Its verdict, its colour, and what makes it so (R-20, R-21)."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum

from firstoff.rules.sourcing import checks
from firstoff.rules.sourcing.buying import Buy
from firstoff.rules.sourcing.standing import (
    Check,
    CheckKind,
    Colour,
    Limits,
    LineFacts,
    LineLook,
    SourceStanding,
    look,
)
from firstoff.rules.sourcing.values import Build, LineNeed
from firstoff.terms import Lifecycle


class Coverage(StrEnum):
    """R-20, worst first."""

    NOT_COVERED = "not_covered"  # no approved source with stock or an offer
    AT_RISK = "at_risk"  # too late, not active, or with an MOQ that does not fit
    SINGLE_SOURCE = "single_source"
    COVERED = "covered"


@dataclass(frozen=True, slots=True)
class LineCoverage:
    """A line judged.

    sentence, way_out: of the check that weighs most. ``needs_stocked_alternate``: critical or
    long-lead; ``has_stocked_alternate``: one is qualified and stocked. ``blocked_units``: of the
    build, for which the part is not there in time. ``days_late``: how long after the day needed.
    bought: what one would buy; None where a rate is missing.
    """

    line: LineNeed
    verdict: Coverage
    colour: Colour
    sentence: str
    way_out: str
    checks: tuple[Check, ...]
    sources: tuple[SourceStanding, ...]
    needs_stocked_alternate: bool
    has_stocked_alternate: bool
    blocked_units: int
    days_late: int
    bought: Buy | None

    def check(self, kind: CheckKind) -> Check | None:
        return next((c for c in self.checks if c.kind is kind), None)


WORST = {colour: place for place, colour in enumerate(Colour)}
WEIGHT = {kind: place for place, kind in enumerate(CheckKind)}


def judge_line(facts: LineFacts, build: Build, limits: Limits | None = None) -> LineCoverage:
    """The verdict on one line with each check behind it. Knows no clock: ``build.today``."""
    x = look(facts, build, limits or Limits())
    looked = tuple(_looks(x))
    verdict = _verdict(x, {check.kind: check for check in looked})
    first = min(looked, key=lambda c: (WORST[c.colour], WEIGHT[c.kind]))
    late = (x.arrives - build.needed_by).days if x.arrives and build.needed_by else 0
    return LineCoverage(
        line=facts.line,
        verdict=verdict,
        colour=first.colour,
        sentence=first.sentence,
        way_out=first.way_out,
        checks=looked,
        sources=x.standings,
        needs_stocked_alternate=facts.line.critical or x.long_lead,
        has_stocked_alternate=x.stocked_alternate is not None,
        blocked_units=build.units - x.served_units,
        days_late=0 if x.nothing_to_buy else max(0, late),
        bought=x.bought,
    )


def judge_lines(
    lines: Iterable[LineFacts], build: Build, limits: Limits | None = None
) -> tuple[LineCoverage, ...]:
    """Each line judged, in their order."""
    return tuple(judge_line(facts, build, limits) for facts in lines)


def _looks(x: LineLook) -> Iterator[Check]:
    yield checks.coverage(x)
    if x.facts.need.need <= 0:
        return  # what nobody needs is not looked at
    yield checks.lead_time(x)
    yield from filter(None, [checks.stock_out(x)])
    yield checks.single_source(x)
    yield checks.lifecycle(x)
    yield checks.moq(x)
    yield from filter(None, [checks.compliance(x)])


def _verdict(x: LineLook, found: dict[CheckKind, Check]) -> Coverage:
    if x.facts.need.need <= 0:
        return Coverage.COVERED
    if not x.usable:
        return Coverage.NOT_COVERED
    if not x.nothing_to_buy:
        served = x.counting or x.served_units >= x.build.units
        if not served or found[CheckKind.MOQ].colour is Colour.RED:
            return Coverage.AT_RISK
    active = [s for s in x.usable if s.source.part.lifecycle is Lifecycle.ACTIVE]
    if not active:
        return Coverage.AT_RISK
    return Coverage.COVERED if len(x.usable) > 1 else Coverage.SINGLE_SOURCE
