"""The material of a unit against the bill of materials it was built to.

What was recorded may stand deeper or shallower than the design: an assembly that was never
recorded as such is looked for by its parts, and one that came in whole counts as itself. Nothing
recorded at all says nothing: not every run records its material.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

_NAMED = 5  # parts that one sentence names
_DEEPEST = 64


@dataclass(frozen=True, slots=True)
class DesignedLine:
    """What one assembly takes of a part. ``made``: it has lines of its own."""

    part: str
    quantity: Decimal
    made: bool = False
    phantom: bool = False


@dataclass(frozen=True, slots=True)
class Material:
    """What the frozen definition says of parts. ``lines`` by assembly; the top by its number.

    ``stands_for``: alternate part to the parts that it is proposed for; ``qualified``: those
    pairs (alternate, part) that count (R-21). ``approved`` by part: the manufacturer parts that
    somebody approved; a part of which nobody approved any is not among them.
    """

    top: str = ""
    lines: Mapping[str, Sequence[DesignedLine]] = field(default_factory=dict)
    stands_for: Mapping[str, Collection[str]] = field(default_factory=dict)
    qualified: Collection[tuple[str, str]] = ()
    approved: Mapping[str, Collection[str]] = field(default_factory=dict)

    @property
    def known(self) -> bool:
        return bool(self.lines.get(self.top))


@dataclass(frozen=True, slots=True)
class Held:
    """What is recorded of a part in one unit. ``quantity`` None: in it, and not counted."""

    quantity: Decimal | None
    opened: bool = False  # units of it are recorded with what is inside them


@dataclass(frozen=True, slots=True)
class MaterialDifference:
    kind: str  # missing, extra, unapproved
    about: str
    sentence: str


def material_differences(
    design: Material, held: Mapping[str, Held], *, finished: bool
) -> Iterator[MaterialDifference]:
    """What is missing, extra, and in it without approval. Empty where nothing is recorded."""
    if not design.known or not held:
        return
    wanted = _wanted(design, held)
    taken = dict(held)
    for part, instead in _substitutes(design, wanted, held):
        if (instead, part) not in design.qualified:
            said = f"{instead} is in place of {part}; nobody qualified it as an alternate."
            yield MaterialDifference("unapproved", instead, said)
        taken.pop(instead, None)
        taken[part] = _both(taken.get(part), held[instead])
    yield from _missing(wanted, taken, finished=finished)
    for part in sorted(taken.keys() - wanted.keys()):
        said = f"{part} is not in the bill of materials."
        yield MaterialDifference("extra", part, said)


def _wanted(design: Material, held: Mapping[str, Held]) -> dict[str, Decimal]:
    """What is looked for, by part: assemblies that are recorded, and the parts of the others."""
    found: dict[str, Decimal] = {}
    stack: list[tuple[str, Decimal, int]] = [(design.top, Decimal(1), 0)]
    while stack:
        assembly, times, depth = stack.pop()
        for line in design.lines.get(assembly, ()):
            needed = times * line.quantity
            if not needed:
                continue
            inside = line.made and bool(design.lines.get(line.part)) and depth < _DEEPEST
            whole = line.part in held and not line.phantom
            if whole or not inside:
                found[line.part] = found.get(line.part, Decimal(0)) + needed
            if inside and (not whole or held[line.part].opened):
                stack.append((line.part, needed, depth + 1))
    return found


def _substitutes(
    design: Material, wanted: Mapping[str, Decimal], held: Mapping[str, Held]
) -> Iterator[tuple[str, str]]:
    """(part, alternate): recorded alternates of parts that are wanted, and no part of it."""
    for part in sorted(held):
        if part in wanted:
            continue
        for meant in sorted(design.stands_for.get(part, ())):
            if meant in wanted:
                yield meant, part
                break


def _missing(
    wanted: Mapping[str, Decimal], held: Mapping[str, Held], *, finished: bool
) -> Iterator[MaterialDifference]:
    yet = "" if finished else " yet"
    absent = [part for part in wanted if part not in held]
    for part in wanted:
        there = held[part].quantity if part in held else None
        if there is not None and there < wanted[part]:
            said = f"{part}: {_plain(there)} of {_plain(wanted[part])} are recorded{yet}."
            yield MaterialDifference("missing", part, said)
    if len(absent) <= _NAMED:
        for part in absent:
            said = f"{part} has no record{yet}."
            yield MaterialDifference("missing", part, said)
        return
    named = ", ".join(absent[:_NAMED])
    said = (
        f"{len(absent)} of the {len(wanted)} parts of the bill of materials have no record{yet}: "
        f"{named} and {len(absent) - _NAMED} more."
    )
    yield MaterialDifference("missing", "bill of materials", said)


def unapproved_source(design: Material, part: str, source: str) -> str:
    """Why a lot's manufacturer part does not count; empty where it does, or none is approved."""
    approved = design.approved.get(part)
    if not source or not approved or source in approved:
        return ""
    names = ", ".join(sorted(approved)[:3])
    return f"{source} ({part}) is not approved; approved: {names}."


def _both(one: Held | None, other: Held) -> Held:
    if one is None:
        return other
    if one.quantity is None or other.quantity is None:
        return Held(None, one.opened or other.opened)
    return Held(one.quantity + other.quantity, one.opened or other.opened)


def _plain(value: Decimal) -> str:
    return f"{value.normalize():f}"
