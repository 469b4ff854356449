"""A bill of materials through all its levels: what is needed, exactly (R-67).

Quantities are decimals multiplied without rounding. Phantoms are passed through: they are never
made as such, their lines count as the parent's and stand on its level. What is not fitted is not
needed.
"""

from collections.abc import Collection, Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Context, Decimal, localcontext
from typing import TypeVar

from firstoff.errors import Refused

MOST = 1_000_000  # nodes of one explosion
_EXACT = Context(prec=400)  # digits: deep products of six places each stay exact
_WHOLE = Decimal(1)


@dataclass(frozen=True, slots=True)
class Usage:
    """What one line of a revision takes. Keys are those of whoever asks.

    ``child``: the revision of an assembly that goes in; None for what is bought.
    ``attrition`` is percent, ``setup`` pieces lost once a run.
    """

    line: int
    part: int
    child: int | None
    quantity: Decimal
    attrition: Decimal = Decimal(0)
    setup: Decimal = Decimal(0)
    phantom: bool = False


@dataclass(frozen=True, slots=True)
class Node:
    """One place in the tree. ``path``: lines from the top to this one.

    ``quantity`` is needed by the design, ``with_losses`` what has to be there, with attrition of
    every level and what is lost once a run (on the first path to a line). ``leaf``: nothing of it
    is made here.
    """

    usage: Usage
    level: int  # from 1, phantoms not counted
    path: tuple[int, ...]
    quantity: Decimal
    with_losses: Decimal
    leaf: bool


@dataclass(frozen=True, slots=True)
class Need:
    """All that is needed of one part, over every place in the tree; ``level``: its deepest."""

    part: int
    child: int | None
    quantity: Decimal
    with_losses: Decimal
    level: int
    leaf: bool


K = TypeVar("K", bound=Hashable)
Lines = Mapping[int, Sequence[Usage]]  # of each revision, in their order


def explode(lines: Lines, root: int, quantity: Decimal = _WHOLE) -> Iterator[Node]:
    """Every node under a revision, depth first, in the order of the lines.

    Raises Refused for a loop (which writing refuses too), and over ``MOST`` nodes: an assembly in
    two places of each of twenty levels is a million nodes out of forty lines. ``needs`` has no
    such limit.
    """
    lost: set[int] = set()  # lines whose losses of a run are counted
    count = 0
    with localcontext(_EXACT):
        top = (quantity, quantity)
        nowhere: tuple[int, ...] = ()
        stack = [(iter(lines.get(root, ())), root, 1, nowhere, top)]
        inside = {root}
        while stack:
            usages, revision, level, path, above = stack[-1]
            usage = next(usages, None)
            if usage is None:
                stack.pop()
                inside.discard(revision)
                continue
            amounts = _amounts(usage, above, lost)
            here = (*path, usage.line)
            if not usage.phantom or usage.child is None:
                count += 1
                if count > MOST:
                    raise _too_many()
                leaf = not (usage.child is not None and lines.get(usage.child))
                yield Node(usage, level, here, *amounts, leaf)
            if usage.child is not None:
                if usage.child in inside:
                    raise _loop()
                inside.add(usage.child)
                below = level if usage.phantom else level + 1
                children = iter(lines.get(usage.child, ()))
                stack.append((children, usage.child, below, here, amounts))


def needs(lines: Lines, root: int, quantity: Decimal = _WHOLE) -> tuple[Need, ...]:
    """What is needed of each part, assemblies included, in the order in which they are met.

    Every line is looked at once, however often its assembly is used. Raises Refused for a loop.
    """
    order = _order(lines, root)
    amounts: dict[int, tuple[Decimal, Decimal]] = {root: (quantity, quantity)}
    levels: dict[int, int] = {root: 0}
    found: dict[tuple[int, int | None], Need] = {}
    lost: set[int] = set()
    with localcontext(_EXACT):
        for revision in order:
            above, level = amounts[revision], levels[revision]
            for usage in lines.get(revision, ()):
                took = _amounts(usage, above, lost)
                below = level if usage.phantom and usage.child is not None else level + 1
                if usage.child is not None:
                    amounts[usage.child] = _plus(amounts.get(usage.child), took)
                    levels[usage.child] = max(levels.get(usage.child, 0), below)
                if not usage.phantom or usage.child is None:
                    _count(found, usage, took, level + 1, lines)
    return tuple(found.values())


def loop_in(lines: Mapping[K, Collection[K]], root: K) -> tuple[K, ...]:
    """A loop under one as those on it, the first one again last; empty without.

    lines: of each revision, or part, those that go into it.
    """
    done: set[K] = set()
    path: list[K] = [root]
    stack = [iter(lines.get(root, ()))]
    while stack:
        child = next(stack[-1], None)
        if child is None:
            stack.pop()
            done.add(path.pop())
        elif child in path:
            return (*path[path.index(child) :], child)
        elif child not in done:
            path.append(child)
            stack.append(iter(lines.get(child, ())))
    return ()


def _amounts(
    usage: Usage, above: tuple[Decimal, Decimal], lost: set[int]
) -> tuple[Decimal, Decimal]:
    needed = above[0] * usage.quantity
    losses = above[1] * usage.quantity
    if usage.attrition:
        losses += losses * usage.attrition.scaleb(-2)
    if usage.setup and usage.line not in lost:
        lost.add(usage.line)
        losses += usage.setup
    return needed, losses


def _plus(
    held: tuple[Decimal, Decimal] | None, more: tuple[Decimal, Decimal]
) -> tuple[Decimal, Decimal]:
    return more if held is None else (held[0] + more[0], held[1] + more[1])


def _count(
    found: dict[tuple[int, int | None], Need],
    usage: Usage,
    took: tuple[Decimal, Decimal],
    level: int,
    lines: Lines,
) -> None:
    key = (usage.part, usage.child)
    held = found.get(key)
    if held is None:
        leaf = not (usage.child is not None and lines.get(usage.child))
        found[key] = Need(usage.part, usage.child, *took, level, leaf)
        return
    total = _plus((held.quantity, held.with_losses), took)
    found[key] = Need(held.part, held.child, *total, max(held.level, level), held.leaf)


def _order(lines: Lines, root: int) -> list[int]:
    """Every revision under the root, each after all that it goes into."""
    inside: set[int] = {root}
    after: list[int] = []
    seen: set[int] = {root}
    stack = [(root, iter(lines.get(root, ())))]
    while stack:
        revision, usages = stack[-1]
        usage = next(usages, None)
        if usage is None:
            stack.pop()
            inside.discard(revision)
            after.append(revision)
        elif usage.child is not None:
            if usage.child in inside:
                raise _loop()
            if usage.child not in seen:
                seen.add(usage.child)
                inside.add(usage.child)
                stack.append((usage.child, iter(lines.get(usage.child, ()))))
    return after[::-1]


def _loop() -> Refused:
    return Refused(
        "This bill of materials goes into itself.",
        code="R-10",
        way_out="Take the line out that closes the loop.",
    )


def _too_many() -> Refused:
    return Refused(
        f"This bill of materials has more than {MOST:,} places over all its levels.",
        code="too-large",
        way_out="Ask for what is needed of each part instead.",
    )
