"""From which quantity one way of making it costs less than another: every crossing (R-80).

Price breaks, batches and worn tools make the cost of a way a line with steps, so two ways may
cross more than once. Between the steps both are straight: each whole quantity at which the cheaper
one changes is found exactly.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from fractions import Fraction
from itertools import combinations
from math import ceil, floor

from firstoff.errors import InvalidInput
from firstoff.rules.sourcing import words
from firstoff.rules.sourcing.cost import (
    Material,
    Way,
    check_way,
    cost_parts,
    money,
    slope,
)

LARGEST = 10_000_000
MOST_STEPS = 5_000  # batches or tools up to the limit


@dataclass(frozen=True, slots=True)
class Crossing:
    """From ``quantity`` good units on ``cheaper`` costs less; ``each``: what it costs there."""

    quantity: int
    cheaper: str
    each: Decimal


@dataclass(frozen=True, slots=True)
class BreakEven:
    """Two ways compared from 1 to ``limit`` good units.

    cheaper_first: the one that costs less at the lowest quantity where they differ; None where
    they never do. ``crossings``: by rising quantity, at the likely yields. ``first_worst``: the
    same with the first way at its lowest yield and the second at its highest; ``second_worst``:
    the other way round. Both equal ``crossings`` where no yield has an interval.
    """

    first: str
    second: str
    limit: int
    cheaper_first: str | None
    crossings: tuple[Crossing, ...]
    first_worst: tuple[Crossing, ...]
    second_worst: tuple[Crossing, ...]
    sentence: str


@dataclass(frozen=True, slots=True)
class CurvePoint:
    """What a good unit costs at a quantity, and between which ends as the yield lies."""

    quantity: int
    each: Decimal
    low: Decimal
    high: Decimal


def break_even(first: Way, second: Way, *, limit: int) -> BreakEven:
    """Every quantity from 1 to ``limit`` at which the cheaper way changes.

    Each pays its tooling and non-recurring cost in full, whatever the quantity. A way is cheaper
    where it costs less, not where it costs the same. Raises InvalidInput.
    Oracle: every quantity tried
    """
    check_way(first)
    check_way(second)
    if not 1 <= limit <= LARGEST:
        raise InvalidInput(
            f"The largest quantity is {limit:,}; expected 1 to {LARGEST:,}.", field="limit"
        )
    if first.name == second.name:
        raise InvalidInput("Two ways of making it need two names.", field="name")
    (low1, high1), (low2, high2) = first.yields.ends, second.yields.ends
    start, crossings = _crossings(
        (first, first.yields.likely), (second, second.yields.likely), limit
    )
    poor, good = crossings, crossings
    if first.yields.has_interval or second.yields.has_interval:
        _, poor = _crossings((first, low1), (second, high2), limit)
        _, good = _crossings((first, high1), (second, low2), limit)
    found = BreakEven(first.name, second.name, limit, start, crossings, poor, good, "")
    return replace(found, sentence=_said(found))


def cost_curve(way: Way, quantities: Iterable[int]) -> tuple[CurvePoint, ...]:
    """The cost of a good unit at each quantity. Raises InvalidInput."""
    check_way(way)
    low, high = way.yields.ends
    return tuple(
        CurvePoint(q, *(money(_cost((way, y), q) / q) for y in (way.yields.likely, high, low)))
        for q in quantities
    )


def curve_quantities(
    limit: int, *, least: int = 1, points: int = 60, also: Sequence[int] = ()
) -> tuple[int, ...]:
    """Quantities for a curve from ``least`` to ``limit``: evenly in their ratio, with those in
    ``also`` (crossings, breaks) and the one before each."""
    if not 1 <= least <= limit:
        raise InvalidInput("A curve needs quantities that rise from 1.", field="limit")
    ratio = (limit / least) ** (1 / max(1, points - 1))
    even = {min(limit, max(least, round(least * ratio**k))) for k in range(points)}
    named = {q for place in also for q in (place - 1, place) if least <= q <= limit}
    return tuple(sorted(even | named | {least, limit}))


_At = tuple[Way, Decimal]  # a way at a yield


def _cost(at: _At, quantity: int) -> Fraction:
    way, good = at
    return sum(cost_parts(way, quantity, good).values(), Fraction(0))


def _crossings(first: _At, second: _At, limit: int) -> tuple[str | None, tuple[Crossing, ...]]:
    def difference(quantity: int) -> Fraction:
        return _cost(first, quantity) - _cost(second, quantity)

    cheaper: str | None = None
    start: str | None = None
    found: list[Crossing] = []
    for low, high in _straight(first, second, limit):
        left, right = difference(low), difference(high)
        for quantity in _turns(low, left, high, right):
            value = difference(quantity)
            name = (second if value > 0 else first)[0].name
            if value and name != cheaper:
                if cheaper is not None:
                    of = second if value > 0 else first
                    found.append(Crossing(quantity, name, money(_cost(of, quantity) / quantity)))
                start, cheaper = start or name, name
    return start, tuple(found)


def _turns(low: int, left: Fraction, high: int, right: Fraction) -> Iterator[int]:
    """Where a straight line may change its sign: at its beginning, and where it has passed 0."""
    yield low
    if low == high or left == right:
        return
    if (left > 0) != (right > 0) or (left == 0) != (right == 0):
        zero = low - left * (high - low) / (right - left)
        # The first whole quantity beyond 0, where the difference is no longer nothing.
        yield min(high, max(low, floor(zero) + 1))


def _straight(first: _At, second: _At, limit: int) -> Iterator[tuple[int, int]]:
    """Stretches of whole quantities over which both costs are straight lines."""
    ends = {floor(place) for at in (first, second) for place in _steps(at, limit)}
    low = 1
    for end in sorted(end for end in ends if 1 <= end < limit):
        yield low, end
        low = end + 1
    yield low, limit


def _steps(at: _At, limit: int) -> Iterator[Fraction]:
    """Quantities of good units at which the cost of the way jumps or bends."""
    way, good = at[0], Fraction(at[1])
    for size in (way.batch, way.tool_life):
        if size:
            count = floor(limit / (size * good))
            if count > MOST_STEPS:
                raise InvalidInput(
                    f"{way.name} has {count:,} batches or tools up to {limit:,}; expected at most "
                    f"{MOST_STEPS:,}. Compare over fewer units, or take larger batches.",
                    field="limit",
                )
            yield from (k * size * good for k in range(1, count + 1))
    for material in way.materials:
        yield from _bends(material, way.batch, good, limit)


def _bends(
    material: Material, batch: int | None, good: Fraction, limit: int
) -> Iterator[Fraction]:
    """Where the material reaches a break, its MOQ, or where a later break costs less."""
    a, lost = slope(material), Fraction(material.setup)
    if not a:
        return
    least = Fraction(material.minimum)
    steps = [(max(Fraction(s.quantity), least), Fraction(s.price)) for s in material.breaks]
    places = {quantity for quantity, _ in steps}
    for (q, p), (r, s) in combinations(steps, 2):
        places |= {r * s / p} if p else set()
        places |= {q * p / s} if s else set()
    for place in places:
        if not lost or not batch:
            yield (place - lost) / a * good
            continue
        # Pieces lost once a batch: within each batch the same place lies elsewhere.
        most = ceil(limit / good / batch)
        yield from ((place - k * lost) / a * good for k in range(1, most + 1))


def _said(found: BreakEven) -> str:
    if found.cheaper_first is None:
        return f"{found.first} and {found.second} cost the same up to {found.limit:,}."
    if not found.crossings:
        other = found.second if found.cheaper_first == found.first else found.first
        text = f"{found.cheaper_first} costs less than {other} at all quantities"
        text = f"{text} up to {found.limit:,}."
    else:
        first = found.crossings[0]
        text = f"{found.cheaper_first} costs less up to {first.quantity - 1:,}"
        turns = [f"{c.cheaper} from {c.quantity:,} on" for c in found.crossings]
        text = f"{text}, {words.listed(turns, most=6)}."
    ends = [c[0].quantity if c else None for c in (found.first_worst, found.second_worst)]
    if found.first_worst == found.second_worst == found.crossings:
        return text
    known = sorted(end for end in ends if end is not None)
    if len(known) == 2:
        return (
            f"{text} As the yields lie, the first change is between {known[0]:,} and {known[1]:,}."
        )
    if known:
        return f"{text} As the yields lie, it is at {known[0]:,} or never up to {found.limit:,}."
    return f"{text} At the ends of the yields the ways do not change."
