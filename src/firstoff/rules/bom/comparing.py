"""Two lists of lines side by side: which line became which, and what of it changed."""

from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from firstoff.rules.bom.lines import LineFacts

# What two lines are compared by, in the order in which a difference is told.
FIELDS = (
    *("part", "child", "quantity", "unit", "designators", "not_fitted", "fitted", "find_number"),
    *("classification", "attrition", "setup_pieces", "section", "note", "alternates"),
)
_COMPARED = 50  # lines of one part that are compared by their designators


class LineChange(StrEnum):
    ADDED = "added"
    REMOVED = "removed"
    CHANGED = "changed"
    SAME = "same"


@dataclass(frozen=True, slots=True)
class LineDifference:
    """One line of either list. ``fields``: name of what differs to (before, after)."""

    change: LineChange
    before: LineFacts | None
    after: LineFacts | None
    fields: Mapping[str, tuple[Any, Any]] = field(default_factory=dict)
    at_before: int | None = None  # place in the list, from 0
    at_after: int | None = None

    @property
    def line(self) -> LineFacts:
        """The later one, or what there is."""
        found = self.after or self.before
        assert found is not None
        return found


def differences(
    before: Sequence[LineFacts],
    after: Sequence[LineFacts],
    *,
    names: Sequence[str] = FIELDS,
    pairs: Mapping[int, int] | None = None,
) -> tuple[LineDifference, ...]:
    """Every line of both lists, in the order of the later; what was removed stands at the end.

    names: what is compared; what a file cannot say is left out. pairs: which became which, as
    ``matched`` answers, where it is known.
    """
    pairs = matched(before, after) if pairs is None else pairs
    found = []
    for at, line in enumerate(after):
        was = pairs.get(at)
        if was is None:
            found.append(LineDifference(LineChange.ADDED, None, line, at_after=at))
            continue
        moved = changed(before[was], line, names)
        kind = LineChange.CHANGED if moved else LineChange.SAME
        found.append(LineDifference(kind, before[was], line, moved, was, at))
    kept = set(pairs.values())
    found += [
        LineDifference(LineChange.REMOVED, line, None, at_before=at)
        for at, line in enumerate(before)
        if at not in kept
    ]
    return tuple(found)


def changed(
    before: LineFacts, after: LineFacts, names: Iterable[str] = FIELDS
) -> dict[str, tuple[Any, Any]]:
    """What differs, by name. The order of designators says nothing."""
    found = {}
    for name in names:
        one, other = getattr(before, name), getattr(after, name)
        if one == other:
            continue
        if name in ("designators", "not_fitted") and sorted(one) == sorted(other):
            continue
        found[name] = (one, other)
    return found


def matched(before: Sequence[LineFacts], after: Sequence[LineFacts]) -> dict[int, int]:
    """Place in ``after`` to the place in ``before`` of what it was.

    By find number, else by part, else by designators; each line once. Find numbers that only
    count the rows (1, 2, 3 ...) name nothing: one row more would move them all.
    """
    pairs: dict[int, int] = {}
    if not _counted(before) and not _counted(after):
        _unique(pairs, before, after, lambda line: line.find_number or None)
    _unique(pairs, before, after, _part_and_places)
    _unique(pairs, before, after, lambda line: (line.part, line.section))
    _unique(pairs, before, after, lambda line: line.part)
    _in_order(pairs, before, after)
    _by_places(pairs, before, after)
    if _counted(before) and _counted(after):
        _unique(pairs, before, after, lambda line: line.find_number)
    return pairs


def _part_and_places(line: LineFacts) -> Hashable:
    return (line.part, frozenset(line.designators)) if line.designators else None


def _counted(lines: Sequence[LineFacts]) -> bool:
    return len(lines) > 1 and all(
        line.find_number == str(place) for place, line in enumerate(lines, 1)
    )


def _unique(
    pairs: dict[int, int],
    before: Sequence[LineFacts],
    after: Sequence[LineFacts],
    key: Callable[[LineFacts], Hashable],
) -> None:
    """Pairs of those that are left and whose key is on one line of each list. None: no key."""
    used = set(pairs.values())
    one = _once(before, key, used)
    other = _once(after, key, pairs.keys())
    for name, at in other.items():
        if name in one:
            pairs[at] = one[name]


def _once(
    lines: Sequence[LineFacts], key: Callable[[LineFacts], Hashable], without: Iterable[int]
) -> dict[Hashable, int]:
    found: dict[Hashable, int] = {}
    twice: set[Hashable] = set()
    left_out = set(without)
    for at, line in enumerate(lines):
        if at in left_out or (name := key(line)) is None:
            continue
        if name in found:
            twice.add(name)
        found[name] = at
    return {name: at for name, at in found.items() if name not in twice}


def _in_order(
    pairs: dict[int, int], before: Sequence[LineFacts], after: Sequence[LineFacts]
) -> None:
    """The same part on several lines: those that share most designators, then in their order."""
    used = set(pairs.values())
    free: dict[str, list[int]] = {}
    for at, line in enumerate(before):
        if at not in used:
            free.setdefault(line.part, []).append(at)
    for at, line in enumerate(after):
        if at in pairs or not (choices := free.get(line.part)):
            continue
        here = set(line.designators)
        best = choices[0]
        if here and len(choices) <= _COMPARED:
            best = max(choices, key=lambda b: (len(here & set(before[b].designators)), -b))
        choices.remove(best)
        pairs[at] = best


def _by_places(
    pairs: dict[int, int], before: Sequence[LineFacts], after: Sequence[LineFacts]
) -> None:
    """Another part on the same places is the line changed, not one gone and one new."""
    used = set(pairs.values())
    at_place = {
        (line.section, place): at
        for at, line in enumerate(before)
        if at not in used
        for place in line.designators
    }
    for at, line in enumerate(after):
        if at in pairs:
            continue
        counts: dict[int, int] = {}
        for place in line.designators:
            was = at_place.get((line.section, place))
            if was is not None and was not in used:
                counts[was] = counts.get(was, 0) + 1
        if counts:
            best = max(counts, key=lambda b: (counts[b], -b))
            used.add(best)
            pairs[at] = best
