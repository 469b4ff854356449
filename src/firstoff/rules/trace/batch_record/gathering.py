"""What the units of a run hold together: which lot, which equipment, in which of them, when."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from firstoff.rules.trace.batch_record.units import Look, Shows
from firstoff.rules.trace.batch_record.values import RunMade, Span


@dataclass(slots=True)
class Used:
    """In which units, from when to when."""

    positions: set[int]
    first: datetime
    last: datetime
    millionths: int = 0  # of a lot: how much


@dataclass(slots=True)
class Tested:
    """Units by the last result of one procedure, and tests in all."""

    passed: int = 0
    failed: int = 0
    open: int = 0  # no result
    tries: int = 0


@dataclass(frozen=True, slots=True)
class Gathered:
    """Over all units: by lot, by equipment, by parameter, and the parts they hold themselves."""

    everyone: frozenset[int]
    lots: Mapping[int, Used]
    equipment: Mapping[int, Used]
    parameters: Mapping[tuple[int, str], set[int]]
    parts: Mapping[str, set[int]]
    gaps: Mapping[str, set[int]]
    people: Mapping[int, int]  # how many units each touched
    tests: Mapping[str, "Tested"]
    scrapped: frozenset[int]
    in_batch: frozenset[str]  # parts whose lots are recorded for the batch


def gather(run: RunMade, looks: Sequence[Look]) -> Gathered:
    lots: dict[int, Used] = {}
    equipment: dict[int, Used] = {}
    parameters: dict[tuple[int, str], set[int]] = {}
    parts: dict[str, set[int]] = {}
    gaps: dict[str, set[int]] = {}
    people: dict[int, int] = {}
    tests: dict[str, Tested] = {}
    for one in looks:
        position = one.position
        for key in one.gaps:
            gaps.setdefault(key, set()).add(position)
        for lot, at, millionths in one.lots:
            _use(lots, lot, at, position).millionths += millionths
        for machine, at in one.uses:
            _use(equipment, machine, at, position)
        for named in one.parameters:
            parameters.setdefault(named, set()).add(position)
        for part in one.parts:
            parts.setdefault(part, set()).add(position)
        for person in one.people:
            people[person] = people.get(person, 0) + 1
        for procedure, passed, tries in one.tests:
            _test(tests.setdefault(procedure, Tested()), passed, tries)
    for held, used in lots.items():
        parts.setdefault(run.lots[held].part, set()).update(used.positions)
    return Gathered(
        frozenset(one.position for one in looks),
        lots,
        equipment,
        parameters,
        parts,
        gaps,
        people,
        tests,
        frozenset(one.position for one in looks if one.shows & Shows.SCRAPPED),
        frozenset(lot.part for lot in run.lots.values() if lot.in_batch),
    )


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


def _test(held: Tested, passed: bool | None, tries: int) -> None:
    held.tries += tries
    if passed is None:
        held.open += 1
    elif passed:
        held.passed += 1
    else:
        held.failed += 1


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
