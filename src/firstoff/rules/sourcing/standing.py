"""What a line is judged by, and how each of its sources stands (R-20, R-21)."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import ROUND_FLOOR, Decimal, localcontext
from enum import StrEnum

from firstoff.errors import Refused
from firstoff.rules.sourcing import words
from firstoff.rules.sourcing.buying import Buy, PartNeed, buy, in_time
from firstoff.rules.sourcing.compliance import SchemeStanding
from firstoff.rules.sourcing.stockout import StockOutlook
from firstoff.rules.sourcing.values import DIGITS, ZERO, Build, LineNeed, Offer, Source
from firstoff.terms import RunKind


class Colour(StrEnum):
    """red: it stops the build or its gate as things are; amber: it may come to."""

    RED = "red"
    AMBER = "amber"
    GREEN = "green"


class CheckKind(StrEnum):
    """What a line is looked at for, by what weighs most."""

    COVERAGE = "coverage"
    LEAD_TIME = "lead_time"
    STOCK_OUT = "stock_out"
    SINGLE_SOURCE = "single_source"
    LIFECYCLE = "lifecycle"
    MOQ = "moq"
    COMPLIANCE = "compliance"


@dataclass(frozen=True, slots=True)
class Limits:
    """The numbers that a user may set.

    long_lead_days: from this lead time on a line needs a stocked alternate. ``margin_days``: less
    time than this between the arrival and the day needed is amber. ``moq_amber``, ``moq_red``:
    what is bought over what is needed, as a multiple of the money; up to ``moq_ignored`` (in the
    plan's currency) nobody minds.
    """

    long_lead_days: int = 84
    margin_days: int = 14
    moq_amber: Decimal = Decimal(2)
    moq_red: Decimal = Decimal(5)
    moq_ignored: Decimal = Decimal(100)


@dataclass(frozen=True, slots=True)
class Check:
    """One look at a line. ``figure`` against ``threshold``, both as a person reads them.
    ``known``: False where nobody said what it would be judged by."""

    kind: CheckKind
    colour: Colour
    sentence: str
    figure: str = ""
    threshold: str = ""
    way_out: str = ""
    known: bool = True


@dataclass(frozen=True, slots=True)
class LineFacts:
    """A line with everything known about it.

    need: of its part, pooled over the lines that take it (``buying.pooled``). ``sources``: the one
    that the design names first, alternates after it. ``compliance``: of
    ``compliance.part_compliance``; empty where no scheme is asked for.
    """

    line: LineNeed
    need: PartNeed
    sources: tuple[Source, ...] = ()
    compliance: tuple[SchemeStanding, ...] = ()
    outlook: StockOutlook | None = None


@dataclass(frozen=True, slots=True)
class SourceStanding:
    """How one source stands for a build.

    lacks: why it may not go in, empty where it may. ``stocked``: enough lies here or at a
    supplier; ``in_time``: an offer brings it by the day needed; ``arrives``: when enough is here,
    None where nobody can say. ``lead_time_days``: the shortest offered. ``reason``: why it does
    not count.
    """

    source: Source
    lacks: str
    offers: tuple[Offer, ...]  # that one may order by
    stocked: bool
    in_time: bool
    arrives: date | None
    lead_time_days: int | None
    reason: str

    @property
    def name(self) -> str:
        return self.source.part.name

    @property
    def usable(self) -> bool:
        """It may go in, and there is some or an offer."""
        return not self.lacks and bool(self.offers or self.source.on_hand)

    @property
    def counts(self) -> bool:
        """R-21: may go in, and is stocked or can be had in time."""
        return not self.reason


def wanted(need: PartNeed) -> Decimal:
    """What a source has to bring: what is missing, or, where nothing is, the whole need."""
    return need.net or need.need


def source_standing(source: Source, need: PartNeed, build: Build) -> SourceStanding:
    """How one source stands for a build (R-20, R-21)."""
    lacks = source.lacks(build.kind)
    offers = tuple(offer for offer in source.offers if offer.is_open(build.today))
    asked = wanted(need)
    shelf = source.on_hand + sum((o.in_stock or ZERO for o in offers), ZERO)
    stocked = shelf >= asked
    days = [d for d in (o.arrives(build.today, asked) for o in offers) if d is not None]
    arrives = build.today if stocked else min(days, default=None)
    soon = arrives is not None and (build.needed_by is None or arrives <= build.needed_by)
    leads = [o.lead_time_days for o in offers if o.lead_time_days is not None]
    standing = SourceStanding(
        source, lacks, offers, stocked, soon, arrives, min(leads, default=None), ""
    )
    return replace(standing, reason=_reason(standing, build))


def _reason(s: SourceStanding, build: Build) -> str:
    if s.lacks:
        return s.lacks
    if s.stocked or s.in_time:
        return ""
    if not s.offers:
        return "has neither stock nor an offer that is open"
    if s.arrives is None:
        return "has no lead time, and not enough stock"
    return f"is here on {s.arrives}, and needed by {build.needed_by}"


def shortest_lead(
    sources: Sequence[Source], kind: RunKind, today: date, pieces: Decimal
) -> int | None:
    """Days until so many pieces are here by the quickest source that may go in; 0 where they lie
    at a supplier, None where nobody can say. The lead time of a ``stock_outlook``."""
    days = [
        (arrives - today).days
        for source in sources
        if not source.lacks(kind)
        for offer in source.offers
        if offer.is_open(today)
        for arrives in (offer.arrives(today, pieces),)
        if arrives is not None
    ]
    return min(days, default=None)


@dataclass(frozen=True, slots=True)
class LineLook:
    """What the checks of a line read: its facts, its sources judged, and what one would buy.

    bought: None where no rate turns an offer's currency over; ``no_rate`` says so then.
    """

    facts: LineFacts
    build: Build
    limits: Limits
    standings: tuple[SourceStanding, ...]
    bought: Buy | None
    no_rate: str = ""

    @property
    def part(self) -> str:
        return self.facts.line.part

    @property
    def nothing_to_buy(self) -> bool:
        return self.facts.need.net <= 0

    @property
    def usable(self) -> tuple[SourceStanding, ...]:
        return tuple(s for s in self.standings if s.usable)

    @property
    def counting(self) -> tuple[SourceStanding, ...]:
        return tuple(s for s in self.standings if s.counts)

    @property
    def main(self) -> SourceStanding | None:
        """The first that may be used: what the line lives on."""
        return next(iter(self.usable), None)

    @property
    def long_lead(self) -> bool:
        """Whether the line waits for its first source, and that takes long: what is here, on order
        or on a supplier's shelf waits for nobody."""
        days = self.main.lead_time_days if self.main else None
        if days is None or self.nothing_to_buy or (self.main and self.main.stocked):
            return False
        return days >= self.limits.long_lead_days

    @property
    def alternates(self) -> tuple[SourceStanding, ...]:
        """All but the one that the line lives on."""
        return tuple(s for s in self.standings if s is not self.main)

    @property
    def stocked_alternate(self) -> SourceStanding | None:
        """One that is qualified and stocked, both (R-21, gate 3)."""
        return next((s for s in self.alternates if s.usable and s.stocked), None)

    @property
    def arrives(self) -> date | None:
        """The day on which the quickest usable source brings all that is missing."""
        days = [s.arrives for s in self.usable if s.arrives is not None]
        if self.bought and self.bought.purchases and not self.bought.short:
            days += [self.bought.arrives] if self.bought.arrives else []
        return min(days, default=None)

    @property
    def served_units(self) -> int:
        """Units of the build that this part is there for in time."""
        need, units = self.facts.need, self.build.units
        if need.need <= 0:
            return units
        there = need.on_hand + need.on_order
        for standing in self.usable:
            for offer in standing.offers:
                limit = in_time(offer, self.build)
                there += need.need if limit is None else limit
        with localcontext(prec=DIGITS):
            share = (there * units / need.need).to_integral_value(rounding=ROUND_FLOOR)
        return min(units, int(share))


def look(facts: LineFacts, build: Build, limits: Limits) -> LineLook:
    """The line with its sources judged and its purchase."""
    standings = tuple(source_standing(s, facts.need, build) for s in facts.sources)
    sources = [s.source for s in standings if not s.lacks]
    try:
        bought = buy(facts.need, sources, build, consider=False)
    except Refused as refused:
        return LineLook(facts, build, limits, standings, None, str(refused))
    return LineLook(facts, build, limits, standings, bought)


def pieces(look: LineLook, quantity: Decimal) -> str:
    return words.quantity(quantity, look.facts.line.unit)
