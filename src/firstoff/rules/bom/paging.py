"""Some lines of a list typed anew, among those that were not shown."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from firstoff.rules.bom.lines import AlternateFacts, LineFacts

# What a row of the table says; what it does not show stays as it was.
TYPED = (
    *("part", "quantity", "find_number", "unit", "designators", "not_fitted", "fitted"),
    *("classification", "note"),
)


@dataclass(frozen=True, slots=True)
class TypedLine:
    """A row. ``key``: of the line that it shows; None: a new one. ``line``: as it was typed."""

    key: int | None
    line: LineFacts


@dataclass(frozen=True, slots=True)
class Merged:
    """A line of the whole list. ``row``: the place of its row, from 0; None: it was not shown."""

    key: int | None
    line: LineFacts
    row: int | None


def with_typed(
    there: Mapping[int, LineFacts], shown: Sequence[int], typed: Sequence[TypedLine]
) -> tuple[Merged, ...]:
    """The whole list: what was shown and is not typed any more goes; new ones come after the last
    that was shown. A line that somebody else took out comes back as a new one."""
    first = {one.key: n for n, one in enumerate(typed) if one.key in there}
    at_shown = set(shown)
    gone = at_shown - first.keys()
    kept = [Merged(key, line, None) for key, line in there.items() if key not in gone]
    found = [_as_typed(one, first, typed) for one in kept]
    new = [
        Merged(None, one.line, n)
        for n, one in enumerate(typed)
        if one.key is None or first.get(one.key) != n
    ]
    last = max((at for at, one in enumerate(found, 1) if one.key in at_shown), default=len(found))
    return (*found[:last], *new, *found[last:])


def _as_typed(one: Merged, first: Mapping[int | None, int], typed: Sequence[TypedLine]) -> Merged:
    row = first.get(one.key)
    if row is None:
        return one
    said, was = typed[row].line, one.line
    fresh = {name: getattr(said, name) for name in TYPED}
    other = "" if said.part != was.part else was.child
    line = replace(was, **fresh, child=other, alternates=_ranked(was, said))
    return Merged(one.key, line, row)


def _ranked(was: LineFacts, said: LineFacts) -> tuple[AlternateFacts, ...]:
    """Alternates in the order in which they are typed, with the notes that they had."""
    notes = {a.part: a.note for a in was.alternates}
    return tuple(
        replace(a, rank=n, note=notes.get(a.part, "")) for n, a in enumerate(said.alternates, 1)
    )
