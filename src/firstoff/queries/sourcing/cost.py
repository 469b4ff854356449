"""What a piece costs at a quantity: material out of the offers, the rest as assumed (R-80)."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import ROUND_CEILING, Decimal

from firstoff.db.models import CostAssumptions
from firstoff.errors import InvalidInput
from firstoff.queries.sourcing.asked import Asked, Gathered, ask, gather
from firstoff.queries.sourcing.remembered import Remembered
from firstoff.rules.access import Actor
from firstoff.rules.sourcing.assumptions import read_way
from firstoff.rules.sourcing.cost import Material, PiecePrice, Way, piece_price
from firstoff.rules.sourcing.crossings import LARGEST, BreakEven, break_even
from firstoff.rules.sourcing.values import Build, Offer, PriceBreak, rate_for
from firstoff.terms import RunKind

MATERIAL_ONLY = "material only"
_MOST = 12  # quantities of one answer
_UP_TO = 10  # times the largest quantity asked: how far ways are compared


@dataclass(frozen=True, slots=True)
class WayCost:
    """One way of making it, priced at each quantity; no price where no material has one."""

    way: Way
    prices: tuple[PiecePrice, ...]


@dataclass(frozen=True, slots=True)
class ProgramCost:
    """``unpriced``: parts that no usable offer has a price for; they are in no figure.
    ``break_even``: between the first two ways, up to ``limit`` units; None where there is one."""

    asked: Asked
    quantities: tuple[int, ...]
    ways: tuple[WayCost, ...]
    unpriced: tuple[str, ...]
    break_even: BreakEven | None
    limit: int


def program_cost(
    actor: Actor,
    site: str,
    code: str,
    *,
    today: date,
    quantities: Sequence[int] = (),
    units: int | None = None,
    kind: RunKind = RunKind.PRODUCTION,
    variant: str = "",
) -> ProgramCost:
    """Piece prices of every way that is assumed, of material alone where none is.

    quantities: 1, 10, 100, 1,000 and the first quantity unless said. Raises NotFound,
    InvalidInput, Refused (R-25) for a currency without a rate. One query beside those of ``ask``
    and ``gather``.
    """
    asked = ask(actor, site, code, today=today, units=units, kind=kind, variant=variant)
    wanted = sorted(set(quantities) or {1, 10, 100, 1000, asked.build.units})
    if len(wanted) > _MOST or wanted[0] < 1 or wanted[-1] > LARGEST:
        raise InvalidInput(
            f"{len(wanted)} quantities are asked; expected up to {_MOST}, each 1 to {LARGEST:,}.",
            field="quantities",
        )
    return _costs.of((asked, wanted), lambda: _cost(asked, wanted))


_costs: Remembered[ProgramCost] = Remembered()


def _cost(asked: Asked, wanted: Sequence[int]) -> ProgramCost:
    materials, unpriced = materials_of(gather(asked))
    ways = tuple(
        WayCost(
            way,
            tuple(piece_price(way, n, currency=asked.build.currency) for n in wanted),
        )
        for way in (replace(way, materials=materials) for way in ways_of(asked.program.id))
    )
    limit = min(_UP_TO * wanted[-1], LARGEST)
    even = break_even(ways[0].way, ways[1].way, limit=limit) if len(ways) > 1 else None
    return ProgramCost(asked, tuple(wanted), ways, unpriced, even, limit)


def ways_of(program_id: int) -> tuple[Way, ...]:
    """The ways that are assumed, each as it was said last; one without cost beside material where
    none is. One query."""
    rows = CostAssumptions.objects.filter(program=program_id).order_by("pk")
    held = dict(rows.values_list("way", "assumptions"))
    ways = tuple(read_way(name, json.loads(text)) for name, text in sorted(held.items()))
    return ways or (Way(MATERIAL_ONLY),)


def materials_of(gathered: Gathered) -> tuple[tuple[Material, ...], tuple[str, ...]]:
    """What the build takes at the prices of the offers that may be used, and what has none."""
    build = gathered.build
    found: list[Material] = []
    unpriced: list[str] = []
    for one in gathered.wanted:
        need = one.need
        steps = tuple(
            step
            for source in gathered.sources[need.part]
            if not source.lacks(build.kind)
            for offer in source.offers
            if offer.is_open(build.today)
            for step in _steps(offer, build, need.part)
        )
        if not steps:
            unpriced.append(need.part)
            continue
        found.append(
            Material(
                need.part,
                need.per_unit,
                tuple(sorted(steps, key=lambda s: (s.quantity, s.price))),
                attrition=need.attrition,
                setup=need.setup,
            )
        )
    return tuple(found), tuple(unpriced)


def _steps(offer: Offer, build: Build, part: str) -> list[PriceBreak]:
    """The breaks of an offer in the build's currency, none below its minimum order: so the breaks
    of several offers stand in one list."""
    rate = rate_for(offer.currency, build.currency, build.rates, what=part)
    found = []
    for step in offer.breaks:
        least = max(step.quantity, offer.minimum, Decimal(1))
        if offer.minimum_value and step.price:
            money = (offer.minimum_value / step.price).to_integral_value(rounding=ROUND_CEILING)
            least = max(least, money)
        found.append(PriceBreak(least, step.price * rate))
    return found
