"""The cost of a way of making it as a line with steps: straight between whole quantities.

A product of hundreds of parts has thousands of places where a price break is reached. Each part
adds its own bends to one sweep, so the cost at any quantity is a look-up and not a sum over parts.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from functools import lru_cache
from itertools import combinations, pairwise
from math import floor
from typing import NamedTuple

from firstoff.errors import InvalidInput
from firstoff.rules.sourcing.cost import Material, Way, material_cost, slope

MOST_STEPS = 5_000  # batches or tools up to the limit

_Bend = tuple[int, Fraction, Fraction]  # from this quantity on: cost = slope x quantity + base


@dataclass(frozen=True, slots=True)
class CostLine:
    """Cost of a way at one yield, by good units from 1 to ``limit``.

    begins: where each straight stretch begins, by rising quantity, the first at 1.
    """

    name: str
    limit: int
    begins: tuple[int, ...]
    slopes: tuple[Fraction, ...]
    bases: tuple[Fraction, ...]

    def total(self, quantity: int) -> Fraction:
        """Of ``quantity`` good units together."""
        at = bisect_right(self.begins, quantity) - 1
        return self.slopes[at] * quantity + self.bases[at]


def cost_line(way: Way, good: Decimal, limit: int) -> CostLine:
    """The cost of a way at a yield. Equals the sum of ``cost.cost_parts`` at every quantity.

    Raises InvalidInput where batches or tools are too many to be told apart.
    """
    share = Fraction(good)
    turns: dict[int, list[Fraction]] = {1: list(_even(way, share))}

    def add(bends: Iterator[_Bend]) -> None:
        before = (Fraction(0), Fraction(0))
        for begin, rise, base in bends:
            turn = turns.setdefault(begin, [Fraction(0), Fraction(0)])
            turn[0] += rise - before[0]
            turn[1] += base - before[1]
            before = (rise, base)

    batches = _begins(way.name, way.batch, share, limit)
    add(_stairs(batches, Fraction(way.setup)))
    add(_stairs(_begins(way.name, way.tool_life, share, limit), Fraction(way.tooling)))
    for material in way.materials:
        add(_material(material, share, batches, limit))
    begins = sorted(turns)
    slopes, bases = [], []
    rise, base = Fraction(0), Fraction(0)
    for begin in begins:
        rise, base = rise + turns[begin][0], base + turns[begin][1]
        slopes.append(rise)
        bases.append(base)
    return CostLine(way.name, limit, tuple(begins), tuple(slopes), tuple(bases))


def _even(way: Way, good: Fraction) -> tuple[Fraction, Fraction]:
    """What every good unit adds, and what is paid once."""
    minutes = Fraction(way.labour_minutes) * Fraction(way.labour_rate)
    minutes += Fraction(way.test_minutes) * Fraction(way.test_rate)
    started = minutes / 60 + Fraction(way.test_cost)
    rejects = (1 / good - 1) * Fraction(way.reject_cost)
    return started / good + rejects + Fraction(way.other_each), Fraction(way.nre)


def _begins(name: str, size: int | None, good: Fraction, limit: int) -> list[int]:
    """The good units with which each batch, or each tool, begins."""
    if not size:
        return [1]
    count = floor(limit / (size * good))
    if count > MOST_STEPS:
        raise InvalidInput(
            f"{name} has {count:,} batches or tools up to {limit:,}; expected at most "
            f"{MOST_STEPS:,}. Compare over fewer units, or take larger batches.",
            field="limit",
        )
    return [1, *(floor(k * size * good) + 1 for k in range(1, count + 1))]


def _stairs(begins: list[int], cost: Fraction) -> Iterator[_Bend]:
    if cost:
        for k, begin in enumerate(begins, 1):
            yield begin, Fraction(0), k * cost


def _material(
    material: Material, good: Fraction, batches: list[int], limit: int
) -> Iterator[_Bend]:
    """Of the pieces for so many good units, those lost at the setup of each batch among them."""
    each, lost = slope(material) / good, Fraction(material.setup)
    if not each:
        for k, begin in enumerate(batches, 1):
            yield begin, Fraction(0), material_cost(material, k * lost)
        return
    stretches = _stretches(material)
    ends_at = [stretch.end for stretch in stretches if stretch.end is not None]
    if not lost:
        batches = [1]  # nothing begins anew with a batch
    ends = [*(begin - 1 for begin in batches[1:]), limit]
    for k, (first, last) in enumerate(zip(batches, ends, strict=True), 1):
        if first > last:
            continue  # of a batch so small that no good unit is its own
        away = k * lost
        # Only what the pieces of this batch reach is walked.
        reached = bisect_left(ends_at, first * each + away)
        for stretch in stretches[reached:]:
            # At the place where two stretches meet both cost the same.
            low, high = first, last
            if stretch.begin is not None:
                low = max(first, floor((stretch.begin - away) / each) + 1)
            if stretch.end is not None:
                high = min(last, floor((stretch.end - away) / each))
            if low <= high:
                yield low, stretch.rise * each, stretch.base + stretch.rise * away
            if high == last:
                break


class _Stretch(NamedTuple):
    """Cost by pieces between two numbers of them; None: from the first, to any number."""

    begin: Fraction | None
    end: Fraction | None
    rise: Fraction
    base: Fraction


@lru_cache(maxsize=2048)  # asked for each yield of each way, and the same then
def _stretches(material: Material) -> tuple[_Stretch, ...]:
    least = Fraction(material.minimum)
    steps = [(max(Fraction(s.quantity), least), Fraction(s.price)) for s in material.breaks]
    places = {quantity for quantity, _ in steps if quantity}
    for (q, p), (r, s) in combinations(steps, 2):
        places |= {r * s / p} if p else set()
        places |= {q * p / s} if s else set()
    inner: list[Fraction | None] = [*sorted(place for place in places if place > 0)]
    found: list[_Stretch] = []
    for begin, end in pairwise([None, *inner, None]):
        low = begin or Fraction(0)
        middle = (low + end) / 2 if end is not None else low + 1
        # Which break is the cheapest, and whether it is bought up to.
        cost, quantity, price = min((p * max(middle, q), q, p) for q, p in steps)
        flat = quantity > middle
        rise, base = (Fraction(0), cost) if flat else (price, Fraction(0))
        if found and (found[-1].rise, found[-1].base) == (rise, base):
            begin = found.pop().begin  # nothing bends here
        found.append(_Stretch(begin, end, rise, base))
    return tuple(found)
