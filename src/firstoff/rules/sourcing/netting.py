"""How many can be built now, and what stops the next one (R-24), over any number of levels.

What is made is netted level by level: assemblies on the shelf are used before new ones are made.
Quantities are exact decimals.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal, localcontext

from firstoff.errors import InvalidInput
from firstoff.rules.sourcing import words
from firstoff.rules.sourcing.values import DIGITS, ZERO, LineNeed, whole

MOST = 1_000_000_000  # more units than anybody builds: nothing limits then


@dataclass(frozen=True, slots=True)
class Stopper:
    """A part that stops the build. ``limit``: units that it allows; ``on_hand``: of it now;
    ``needed`` and ``short``: for one unit more than the limit."""

    part: str
    name: str
    limit: int
    on_hand: Decimal
    needed: Decimal
    short: Decimal


@dataclass(frozen=True, slots=True)
class Shortage:
    """A part that a build takes more of than lies here. ``made``: it is an assembly: ``short`` of
    it are to be made, and what they take is counted with its own parts."""

    part: str
    name: str
    needed: Decimal
    on_hand: Decimal
    short: Decimal
    made: bool


@dataclass(frozen=True, slots=True)
class Buildable:
    """units: that can be built from what lies here; None where nothing limits.

    next_stops: how many parts stop the next one. ``stoppers``: those that stop earliest, by their
    limit; the first stops the unit after ``units``, each next one what is left once those before
    it are there.
    """

    units: int | None
    next_stops: int
    stoppers: tuple[Stopper, ...]
    sentence: str


Structure = Mapping[str, Sequence[LineNeed]]


def order_of(top: str, structure: Structure) -> tuple[str, ...]:
    """The part and everything in it, each after all that it goes into, as the lines are written.

    structure: part number to its lines (``per_unit`` in one of it); what has none is bought.
    Raises InvalidInput where a part contains itself.
    """
    done: dict[str, bool] = {}  # False while its lines are looked at
    found: list[str] = []
    path = [(top, reversed(structure.get(top, ())))]
    done[top] = False
    while path:
        part, lines = path[-1]
        line = next(lines, None)
        if line is None:
            done[part] = True
            found.append(part)
            path.pop()
        elif line.part not in done:
            done[line.part] = False
            path.append((line.part, reversed(structure.get(line.part, ()))))
        elif not done[line.part]:
            loop = [p for p, _ in path]
            named = " in ".join(reversed([*loop[loop.index(line.part) :], line.part]))
            raise InvalidInput(f"A part cannot contain itself: {named}.", field="structure")
    return tuple(reversed(found))


def explode(
    top: str, structure: Structure, units: int, *, stock: Mapping[str, Decimal] | None = None
) -> dict[str, Decimal]:
    """What ``units`` of the top take of every part below it, through all levels.

    stock: of assemblies; what lies there is not made again, so its own parts are not needed.
    Attrition and setup pieces count at every level. Raises InvalidInput for a loop.
    """
    return _Netting(top, structure, stock or {}).needs(units)


def shortages(
    top: str, structure: Structure, units: int, stock: Mapping[str, Decimal]
) -> tuple[Shortage, ...]:
    """What is missing for ``units`` of the top, through all levels: what to buy, and which
    assemblies to make, each after what it goes into. Raises InvalidInput for a loop."""
    names = {line.part: line.name for lines in structure.values() for line in lines}
    needs = explode(top, structure, units, stock={p: q for p, q in stock.items() if p != top})
    return tuple(
        Shortage(part, names.get(part, ""), need, here, need - here, bool(structure.get(part)))
        for part, need in needs.items()
        if need > (here := stock.get(part, ZERO))
    )


def buildable(
    top: str, structure: Structure, stock: Mapping[str, Decimal], *, stoppers: int = 10
) -> Buildable:
    """How many units of the top can be made from the stock, and the parts that stop first.

    stock: usable, by part number; of the top itself it is not asked, only new ones count.
    stoppers: how many to name.
    """
    netting = _Netting(top, structure, {p: q for p, q in stock.items() if p != top})
    names = {line.part: line.name for lines in structure.values() for line in lines}
    # The number of parts that have stopped only grows with the units.
    enough = _least(lambda units: len(netting.short(units)) >= max(1, stoppers))
    stopped = netting.short(MOST if enough is None else enough)
    few = netting.over(stopped)
    found = []
    for part in stopped:
        stops_at = _least(lambda units, part=part: part in few.short(units))  # type: ignore[misc]  # bound at once
        if stops_at is not None:
            needed, here = few.needs(stops_at)[part], stock.get(part, ZERO)
            found.append(
                Stopper(part, names.get(part, ""), stops_at - 1, here, needed, needed - here)
            )
    found.sort(key=lambda s: (s.limit, s.part))
    units = found[0].limit if found else None
    next_stops = sum(1 for s in found if s.limit == units)
    sentence = _said(units, found, next_stops)
    return Buildable(units, next_stops, tuple(found[: max(1, stoppers)]), sentence)


def _least(holds: Callable[[int], bool]) -> int | None:
    """The least number from 1 on for which it holds; it holds for all above then."""
    if not holds(MOST):
        return None
    high = 1
    while not holds(high):
        high *= 2
    low = high // 2
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if holds(middle) else (middle, high)
    return high


def _said(units: int | None, found: Sequence[Stopper], next_stops: int) -> str:
    if units is None:
        return "Nothing that is bought limits the build."
    first = found[0]
    here = words.quantity(first.on_hand)
    more = f" and {words.counted(next_stops - 1, 'other part')}" if next_stops > 1 else ""
    can = f"{words.counted(units, 'unit')} can be built now" if units else "None can be built now"
    verb = "stops" if next_stops == 1 else "stop"
    return (
        f"{can}; {first.part}{more} {verb} the next one: {words.quantity(first.needed)} needed, "
        f"{here} here{' of ' + first.part if more else ''}."
    )


class _Netting:
    """Needs of a build, less the assemblies on the shelf."""

    def __init__(self, top: str, structure: Structure, stock: Mapping[str, Decimal]) -> None:
        self.top, self.structure, self.stock = top, structure, stock
        self.order = order_of(top, structure)
        self.units = {line.part: line.unit for of in structure.values() for line in of}
        self.known: dict[int, dict[str, Decimal]] = {}
        self.shortages: dict[int, frozenset[str]] = {}

    def over(self, parts: Collection[str]) -> "_Netting":
        """The same, of these parts and what they go into alone: a large product asked often."""
        kept = set(parts)
        lines: dict[str, list[LineNeed]] = {}
        for part in reversed(self.order):
            into = [line for line in self.structure.get(part, ()) if line.part in kept]
            if into:
                kept.add(part)
                lines[part] = into
        return _Netting(self.top, lines, self.stock)

    def needs(self, units: int) -> dict[str, Decimal]:
        if units not in self.known:
            self.known[units] = self._needs(units)
        return self.known[units]

    def _needs(self, units: int) -> dict[str, Decimal]:
        exact: dict[str, Decimal] = {self.top: Decimal(units)}
        gross: dict[str, Decimal] = {}
        with localcontext(prec=DIGITS):
            for part in self.order:
                need = whole(exact.get(part, ZERO), self.units.get(part, ""))
                gross[part] = need
                lines = self.structure.get(part, ())
                made = max(ZERO, need - self.stock.get(part, ZERO)) if lines else ZERO
                for line in lines:
                    exact[line.part] = exact.get(line.part, ZERO) + line.exact(made)
        del gross[self.top]
        return gross

    def short(self, units: int) -> frozenset[str]:
        """What is bought and does not suffice."""
        if units not in self.shortages:
            self.shortages[units] = frozenset(
                part
                for part, need in self.needs(units).items()
                if need > self.stock.get(part, ZERO) and not self.structure.get(part)
            )
        return self.shortages[units]
