"""Supply of a program at a glance: each line judged, what to do first, what can be built (R-20 to
R-26)."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from firstoff.errors import InvalidInput, NotFound
from firstoff.queries.sourcing.asked import Asked, Gathered, Wanted, ask, gather
from firstoff.queries.sourcing.remembered import Remembered
from firstoff.rules.access import Actor
from firstoff.rules.sourcing.compliance import SchemeStanding, part_compliance
from firstoff.rules.sourcing.coverage import Coverage, LineCoverage, judge_line
from firstoff.rules.sourcing.health import Health, bom_health, worst_first
from firstoff.rules.sourcing.netting import Buildable, buildable
from firstoff.rules.sourcing.standing import CheckKind, Colour, Limits, LineFacts, shortest_lead
from firstoff.rules.sourcing.stockout import StockOutlook, stock_outlook
from firstoff.rules.sourcing.values import Build, Source
from firstoff.terms import RunKind


@dataclass(frozen=True, slots=True)
class HealthLine:
    """A part of the build, judged. ``lines``: keys of the BOM lines that take it."""

    part_id: int
    part: str
    name: str
    lines: tuple[int, ...]
    places: tuple[str, ...]
    judged: LineCoverage
    outlook: StockOutlook


@dataclass(frozen=True, slots=True)
class ProgramHealth:
    """A program's supply for a build. ``lines`` are worst first."""

    asked: Asked
    health: Health
    buildable: Buildable
    lines: tuple[HealthLine, ...]

    @property
    def build(self) -> Build:
        return self.asked.build


@dataclass(frozen=True, slots=True)
class HealthPage:
    """One page of the lines. ``total``: of those that fit the filter."""

    found: ProgramHealth
    items: tuple[HealthLine, ...]
    total: int


def program_health(
    actor: Actor,
    site: str,
    code: str,
    *,
    today: date,
    units: int | None = None,
    needed_by: date | None = None,
    kind: RunKind = RunKind.PRODUCTION,
    revision: str = "",
    variant: str = "",
    limits: Limits | None = None,
) -> ProgramHealth:
    """Every line of a build judged. Raises NotFound, InvalidInput.

    Six queries where the same was asked since the last entry of the ledger; else those of
    ``gather`` on top: the same number for one line and for fifty thousand.
    """
    asked = ask(
        actor,
        site,
        code,
        today=today,
        units=units,
        needed_by=needed_by,
        kind=kind,
        revision=revision,
        variant=variant,
    )
    return judged(asked, limits or Limits())


def health_page(
    found: ProgramHealth,
    *,
    search: str = "",
    colour: str = "",
    verdict: str = "",
    check: str = "",
    offset: int = 0,
    limit: int = 50,
) -> HealthPage:
    """The lines that fit, worst first. No query.

    search: how a part number, or a word of its name, begins, or a place. check: only lines on
    which this look is not green. Raises InvalidInput.
    """
    _check(colour, Colour, "colour")
    _check(verdict, Coverage, "verdict")
    _check(check, CheckKind, "check")
    rows = [
        line
        for line in found.lines
        if (not colour or line.judged.colour == colour)
        and (not verdict or line.judged.verdict == verdict)
        and (not check or _open(line, check))
        and (not search or _called(line, search.casefold()))
    ]
    return HealthPage(found, tuple(rows[offset : offset + limit]), len(rows))


def part_health(found: ProgramHealth, part: str) -> HealthLine:
    """One line by the number of its part, with its stock over time. Raises NotFound."""
    for line in found.lines:
        if line.part == part:
            return line
    raise NotFound(f"{found.asked.program.code} takes no part {part[:120]!r} that is bought.")


def judged(asked: Asked, limits: Limits) -> ProgramHealth:
    """The build with every line judged, from what is kept where nothing was recorded since."""
    return remembered.of((asked, limits), lambda: _judge(gather(asked), limits))


remembered: Remembered[ProgramHealth] = Remembered()


def _judge(gathered: Gathered, limits: Limits) -> ProgramHealth:
    lines = [_line(gathered, one, limits) for one in gathered.wanted]
    order = {id(j): n for n, j in enumerate(worst_first([line.judged for line in lines]))}
    lines.sort(key=lambda line: order[id(line.judged)])
    stock = {part: facts.usable for part, facts in gathered.stock.items()}
    top = gathered.asked.program.part_number
    return ProgramHealth(
        gathered.asked,
        bom_health([line.judged for line in lines], gathered.build),
        buildable(top, gathered.structure, stock),
        tuple(lines),
    )


def _line(gathered: Gathered, one: Wanted, limits: Limits) -> HealthLine:
    need, build = one.need, gathered.build
    sources = gathered.sources[need.part]
    outlook = _outlook(gathered, one, sources)
    facts = LineFacts(
        line=need,
        need=gathered.needs[need.part],
        sources=tuple(sources),
        compliance=compliance_of(gathered, one),
        outlook=outlook,
    )
    judged_ = judge_line(facts, build, limits)
    return HealthLine(one.part_id, need.part, need.name, one.lines, one.places, judged_, outlook)


def _outlook(gathered: Gathered, one: Wanted, sources: Sequence[Source]) -> StockOutlook:
    need, build = one.need, gathered.build
    missing = gathered.needs[need.part].net
    return stock_outlook(
        need.part,
        on_hand=gathered.stock[need.part].usable,
        demand=gathered.demand(need),
        today=build.today,
        orders=gathered.orders[need.part],
        lead_time_days=shortest_lead(sources, build.kind, build.today, missing),
        unit=need.unit,
    )


def compliance_of(gathered: Gathered, one: Wanted) -> tuple[SchemeStanding, ...]:
    """How a part stands under each scheme that asks every line: by what may go into the run."""
    if not gathered.schemes:
        return ()
    build = gathered.build
    sources = gathered.sources[one.need.part]
    fit = [s.part for s in sources if not s.lacks(build.kind)] or [s.part for s in sources]
    declared = gathered.known.declarations.get(one.part_id, ())
    return part_compliance(one.need.part, fit, declared, gathered.schemes, on=build.today)


def _check(text: str, kinds: Iterable[str], field: str) -> None:
    known = [str(kind) for kind in kinds]
    if text and text not in known:
        raise InvalidInput(
            f"There is no {field} {text[:40]!r}; expected one of {', '.join(known)}.", field=field
        )


def _open(line: HealthLine, check: str) -> bool:
    found = line.judged.check(CheckKind(check))
    return found is not None and found.colour is not Colour.GREEN


def _called(line: HealthLine, text: str) -> bool:
    words = line.name.casefold().split()
    return (
        line.part.casefold().startswith(text)
        or any(word.startswith(text) for word in words)
        or any(place.casefold() == text for place in line.places)
    )
