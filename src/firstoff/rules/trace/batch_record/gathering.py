"""What units of a run hold together: which lot, which equipment, in which of them, when.

Gathered over stretches of units and then put together: after a record, only the stretch that it
touched is gathered anew, whatever the size of the run.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal

from firstoff.rules.trace.batch_record.units import Look
from firstoff.rules.trace.batch_record.values import ParameterMade, Span


@dataclass(slots=True)
class Used:
    """In which units, from when to when."""

    positions: set[int]
    first: datetime
    last: datetime
    millionths: int = 0  # of a lot: how much

    def add(self, other: "Used") -> None:
        self.positions |= other.positions
        self.first = min(self.first, other.first)
        self.last = max(self.last, other.last)
        self.millionths += other.millionths


@dataclass(slots=True)
class Tested:
    """Units by the last result of one procedure, and tests in all."""

    passed: int = 0
    failed: int = 0
    open: int = 0  # no result
    tries: int = 0

    def add(self, other: "Tested") -> None:
        self.passed += other.passed
        self.failed += other.failed
        self.open += other.open
        self.tries += other.tries


@dataclass(slots=True)
class Read:
    """Readings of one parameter with the same limits."""

    readings: int
    smallest: Decimal
    largest: Decimal

    def add(self, other: "Read") -> None:
        self.readings += other.readings
        self.smallest = min(self.smallest, other.smallest)
        self.largest = max(self.largest, other.largest)


# Operation, name, unit of measure, lower and upper limit.
Limits = tuple[int, str, str, Decimal | None, Decimal | None]


@dataclass(slots=True)
class Gathered:
    """Over some units: by lot, by equipment, by parameter, and the parts they hold themselves."""

    serials: dict[int, str] = field(default_factory=dict)  # by position
    lots: dict[int, Used] = field(default_factory=dict)
    equipment: dict[int, Used] = field(default_factory=dict)
    parameters: dict[tuple[int, str], set[int]] = field(default_factory=dict)
    read: dict[Limits, Read] = field(default_factory=dict)
    parts: dict[str, set[int]] = field(default_factory=dict)
    gaps: dict[str, set[int]] = field(default_factory=dict)
    people: dict[int, int] = field(default_factory=dict)  # how many units each touched
    tests: dict[str, Tested] = field(default_factory=dict)
    shows: dict[int, set[int]] = field(default_factory=dict)
    first: datetime | None = None  # unit started
    last: datetime | None = None  # operation ended
    looks: tuple[Sequence[Look], ...] = ()

    def having(self, wanted: int) -> int:
        """How many units show all of this."""
        return sum(len(at) for shows, at in self.shows.items() if shows & wanted == wanted)

    def without(self, wanted: int) -> str:
        """The first unit, in the order of building, that does not show all of this."""
        lacking = [min(at) for shows, at in self.shows.items() if shows & wanted != wanted]
        return self.serials[min(lacking)] if lacking else ""

    def showing(self, wanted: int) -> set[int]:
        found: set[int] = set()
        for shows, at in self.shows.items():
            if shows & wanted == wanted:
                found |= at
        return found

    def each(self) -> Iterable[Look]:
        """The units one by one: for the few questions that the sums do not answer."""
        return (one for some in self.looks for one in some)


def gather(looks: Sequence[Look]) -> Gathered:
    """What a stretch of units holds."""
    of = Gathered(looks=(looks,))
    for one in looks:
        position = one.position
        of.serials[position] = one.serial
        of.shows.setdefault(one.shows, set()).add(position)
        for key in one.gaps:
            of.gaps.setdefault(key, set()).add(position)
        for lot, at, millionths in one.lots:
            _use(of.lots, lot, at, position).millionths += millionths
        for machine, at in one.uses:
            _use(of.equipment, machine, at, position)
        for seq, parameter in one.parameters:
            of.parameters.setdefault((seq, parameter.name), set()).add(position)
            _read(of.read, seq, parameter)
        for part in one.parts:
            of.parts.setdefault(part, set()).add(position)
        for person in one.people:
            of.people[person] = of.people.get(person, 0) + 1
        for procedure, passed, tries in one.tests:
            _test(of.tests.setdefault(procedure, Tested()), passed, tries)
        of.first = _earlier(of.first, one.began)
        of.last = _later(of.last, one.ended)
    return of


def together(stretches: Iterable[Gathered]) -> Gathered:
    """What all stretches hold; those given stay as they are."""
    of = Gathered()
    for some in stretches:
        of.serials.update(some.serials)
        for mine, its in (
            (of.gaps, some.gaps),
            (of.parts, some.parts),
            (of.parameters, some.parameters),
            (of.shows, some.shows),
        ):
            _join_sets(mine, its)  # type: ignore[arg-type]  # keys of four kinds
        _join_used(of.lots, some.lots)
        _join_used(of.equipment, some.equipment)
        for person, units in some.people.items():
            of.people[person] = of.people.get(person, 0) + units
        for procedure, tested in some.tests.items():
            of.tests.setdefault(procedure, Tested()).add(tested)
        for limits, read in some.read.items():
            held = of.read.get(limits)
            if held is None:
                of.read[limits] = Read(read.readings, read.smallest, read.largest)
            else:
                held.add(read)
        of.first = _earlier(of.first, some.first)
        of.last = _later(of.last, some.last)
        of.looks += some.looks
    return of


def _join_sets(mine: dict[object, set[int]], its: Mapping[object, set[int]]) -> None:
    for key, positions in its.items():
        mine.setdefault(key, set()).update(positions)


def _join_used(mine: dict[int, Used], its: Mapping[int, Used]) -> None:
    for key, used in its.items():
        held = mine.get(key)
        if held is None:
            mine[key] = Used(set(used.positions), used.first, used.last, used.millionths)
        else:
            held.add(used)


def _use(held: dict[int, Used], key: int, at: datetime, position: int) -> Used:
    found = held.get(key)
    if found is None:
        found = held[key] = Used({position}, at, at)
        return found
    found.positions.add(position)
    if at < found.first:
        found.first = at
    elif at > found.last:
        found.last = at
    return found


def _read(held: dict[Limits, Read], seq: int, made: ParameterMade) -> None:
    if made.value is None:
        return
    limits = (seq, made.name, made.unit, made.lower, made.upper)
    one = Read(1, made.value, made.value)
    if limits in held:
        held[limits].add(one)
    else:
        held[limits] = one


def _test(held: Tested, passed: bool | None, tries: int) -> None:
    held.tries += tries
    if passed is None:
        held.open += 1
    elif passed:
        held.passed += 1
    else:
        held.failed += 1


def _earlier(one: datetime | None, other: datetime | None) -> datetime | None:
    return other if one is None or (other is not None and other < one) else one


def _later(one: datetime | None, other: datetime | None) -> datetime | None:
    return other if one is None or (other is not None and other > one) else one


def spans(positions: Iterable[int]) -> tuple[Span, ...]:
    """``1, 2, 3, 7`` as ``(1, 3), (7, 7)``."""
    found: list[list[int]] = []
    for position in sorted(positions):
        if found and position == found[-1][1] + 1:
            found[-1][1] = position
        else:
            found.append([position, position])
    return tuple((a, b) for a, b in found)


def within(scope: Iterable[Span]) -> set[int]:
    """Every position of the spans."""
    return {p for a, b in scope for p in range(a, b + 1)}
