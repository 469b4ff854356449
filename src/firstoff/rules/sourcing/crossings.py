"""From which quantity one way of making it costs less than another: every crossing (R-80).

Price breaks, batches and worn tools make the cost of a way a line with steps, so two ways may
cross more than once. Between the steps both are straight: each whole quantity at which the cheaper
one changes is found exactly.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from fractions import Fraction
from math import floor

from firstoff.errors import InvalidInput
from firstoff.rules.sourcing import words
from firstoff.rules.sourcing.cost import Way, check_way, money
from firstoff.rules.sourcing.cost_lines import CostLine, cost_line

LARGEST = 10_000_000


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
    likely = [cost_line(way, way.yields.likely, limit) for way in (first, second)]
    start, crossings = _crossings(*likely)
    poor, good = crossings, crossings
    if first.yields.has_interval or second.yields.has_interval:
        _, poor = _crossings(cost_line(first, low1, limit), cost_line(second, high2, limit))
        _, good = _crossings(cost_line(first, high1, limit), cost_line(second, low2, limit))
    found = BreakEven(first.name, second.name, limit, start, crossings, poor, good, "")
    return replace(found, sentence=_said(found))


def cost_curve(way: Way, quantities: Iterable[int]) -> tuple[CurvePoint, ...]:
    """The cost of a good unit at each quantity. Raises InvalidInput."""
    check_way(way)
    wanted = list(quantities)
    if wanted and min(wanted) < 1:
        raise InvalidInput("A curve needs quantities from 1 on.", field="quantities")
    low, high = way.yields.ends
    lines = [cost_line(way, y, max(wanted, default=1)) for y in (way.yields.likely, high, low)]
    return tuple(CurvePoint(q, *(money(line.total(q) / q) for line in lines)) for q in wanted)


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


def _crossings(first: CostLine, second: CostLine) -> tuple[str | None, tuple[Crossing, ...]]:
    cheaper: str | None = None
    start: str | None = None
    found: list[Crossing] = []
    for low, high in _common(first, second):
        left, right = (first.total(q) - second.total(q) for q in (low, high))
        for quantity in _turns(low, left, high, right):
            value = first.total(quantity) - second.total(quantity)
            less = second if value > 0 else first
            if value and less.name != cheaper:
                if cheaper is not None:
                    each = money(less.total(quantity) / quantity)
                    found.append(Crossing(quantity, less.name, each))
                start, cheaper = start or less.name, less.name
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


def _common(first: CostLine, second: CostLine) -> Iterator[tuple[int, int]]:
    """Stretches of whole quantities over which both costs are straight lines."""
    begins = sorted({*first.begins, *second.begins})
    yield from zip(begins, [*(begin - 1 for begin in begins[1:]), first.limit], strict=True)


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
