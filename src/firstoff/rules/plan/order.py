"""The order of a plan: which operation waits for which. Parallel branches are allowed, loops not.

An operation names those it waits for; where it says nothing it waits for the one before it by
number, so a plan that names none is a straight line.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from heapq import heapify, heappop, heappush
from typing import Protocol, TypeVar

from firstoff.errors import InvalidInput

Waits = tuple[int, tuple[int, ...] | None]  # the number, and those it waits for


class Ordered(Protocol):
    @property
    def seq(self) -> int: ...
    @property
    def predecessors(self) -> tuple[int, ...] | None: ...


Op = TypeVar("Op", bound=Ordered)


@dataclass(frozen=True, slots=True)
class Order:
    """``direct`` are those an operation names, ``before`` all that come before it, ``last`` those
    that nothing waits for, ``sequence`` an order they can be done in: by number where it is open.
    """

    direct: Mapping[int, tuple[int, ...]]
    before: Mapping[int, frozenset[int]]
    sequence: tuple[int, ...]
    last: frozenset[int]

    @property
    def straight(self) -> bool:
        """Whether there is one way through only."""
        return all(len(self.before[seq]) == place for place, seq in enumerate(self.sequence))


def order_of(operations: Iterable[Ordered]) -> Order:
    """The order of the operations of a plan. Raises InvalidInput as ``check_order`` does."""
    return _order(tuple((o.seq, o.predecessors) for o in operations))


def in_order(operations: Sequence[Op]) -> tuple[Op, ...]:
    """The operations as they can be done one after the other."""
    by_number = {o.seq: o for o in operations}
    return tuple(by_number[seq] for seq in order_of(operations).sequence)


def rewired(operations: Sequence[Op], numbers: Mapping[int, int]) -> dict[int, Waits]:
    """What each operation that stays waits for under the new numbers; by its old number.

    numbers: old number to new number of those that stay. What waited for one that goes waits for
    what that one waited for.
    """
    direct = order_of(operations).direct

    def instead(seq: int) -> set[int]:
        if seq in numbers:
            return {numbers[seq]}
        return {new for earlier in direct[seq] for new in instead(earlier)}

    return {
        one.seq: (
            numbers[one.seq],
            None
            if one.predecessors is None
            else tuple(sorted({new for seq in one.predecessors for new in instead(seq)})),
        )
        for one in operations
        if one.seq in numbers
    }


def check_order(operations: Iterable[Waits]) -> Order:
    """Raises InvalidInput where one waits for itself, for none of the plan, or in a loop."""
    return _order(tuple(operations))


@lru_cache(maxsize=512)
def _order(operations: tuple[Waits, ...]) -> Order:
    direct = _direct(operations)
    following: dict[int, list[int]] = {seq: [] for seq in direct}
    for seq, waits in direct.items():
        for earlier in waits:
            following[earlier].append(seq)
    open_ = {seq: len(waits) for seq, waits in direct.items()}
    ready = [seq for seq, waits in open_.items() if not waits]
    heapify(ready)
    sequence: list[int] = []
    before: dict[int, frozenset[int]] = {}
    while ready:
        seq = heappop(ready)
        sequence.append(seq)
        waits = direct[seq]
        before[seq] = frozenset(waits).union(*(before[earlier] for earlier in waits))
        for later in following[seq]:
            open_[later] -= 1
            if not open_[later]:
                heappush(ready, later)
    if len(sequence) < len(direct):
        raise _loop(direct, sorted(direct.keys() - set(sequence)))
    last = frozenset(seq for seq, later in following.items() if not later)
    return Order(direct, before, tuple(sequence), last)


def _direct(operations: tuple[Waits, ...]) -> dict[int, tuple[int, ...]]:
    """Those each one waits for: as it says, or the one before it by number."""
    numbers = sorted(seq for seq, _ in operations)
    previous = dict(zip(numbers, ((), *((n,) for n in numbers)), strict=False))
    said = dict(operations)
    found: dict[int, tuple[int, ...]] = {}
    for seq in numbers:
        waits = said[seq]
        found[seq] = previous[seq] if waits is None else waits
        for earlier in found[seq]:
            if earlier not in said:
                known = ", ".join(str(n) for n in numbers if n != seq) or "none"
                raise InvalidInput(
                    f"Operation {seq} waits for {earlier}, which the plan does not have.",
                    way_out=f"It has: {known}.",
                    field="predecessors",
                    seq=seq,
                )
    return found


def _loop(direct: Mapping[int, tuple[int, ...]], left: list[int]) -> InvalidInput:
    """Names one loop: walking back from any operation that is left never ends."""
    inside, seq, way = set(left), left[0], [left[0]]
    while True:
        seq = next(earlier for earlier in direct[seq] if earlier in inside)
        if seq in way:
            way = [*way[way.index(seq) :], seq]
            break
        way.append(seq)
    if len(way) == 2:
        message = f"Operation {seq} waits for itself."
    else:
        message = f"The operations wait for each other: {' after '.join(map(str, way))}."
    return InvalidInput(
        message,
        way_out="Let one of them wait for an operation that comes before all of them.",
        field="predecessors",
        seq=way[-2] if len(way) > 2 else seq,
    )
