"""Which part a line of a file is: by its own number, else by what manufacturers call it, else by
a number made from what it says, so that the next import finds it again.

Numbers that are made, in this order: the manufacturer part number; the letters of its designators
with value and package (``R-10k-0603``); a distributor's number; name or description with the
package. Where two would differ in capitals only, or by the maker only, that is added.
"""

import hashlib
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from firstoff.rules.bom.draft import LineDraft, SourceDraft
from firstoff.rules.product import LONGEST_PART_NUMBER
from firstoff.terms import Procurement

_LETTERS = re.compile(r"([A-Za-z]{1,3})\d")
_CUT = LONGEST_PART_NUMBER - 9


@dataclass(frozen=True, slots=True)
class KnownPart:
    """A part that the site has."""

    number: str
    procurement: Procurement
    retired: bool = False
    value: str = ""
    package: str = ""


@dataclass(frozen=True, slots=True)
class Known:
    """What a site has of what a file names. ``parts`` by number in small letters; ``sources`` by
    MPN in small letters: maker and part number. ``sourced``: parts that name a manufacturer part.
    """

    parts: Mapping[str, KnownPart] = field(default_factory=dict)
    sources: Mapping[str, Sequence[tuple[str, str]]] = field(default_factory=dict)
    sourced: frozenset[str] = frozenset()


class Ambiguous(Exception):
    """Several parts have that manufacturer part number."""

    def __init__(self, mpn: str, parts: Sequence[str]) -> None:
        super().__init__(mpn)
        self.mpn = mpn
        self.parts = parts


class Identities:
    """The parts of one file as they are met: those that the site has, and those that are new."""

    def __init__(self, known: Known, lines: Iterable[LineDraft]) -> None:
        self._known = known
        self._numbers = {key: part.number for key, part in known.parts.items()}
        self._sources: dict[str, list[tuple[str, str]]] = {
            mpn: list(found) for mpn, found in known.sources.items()
        }
        self._sourced = set(known.sourced)
        self._orders = _several_orders(lines)

    def part_of(self, line: LineDraft, sources: Sequence[SourceDraft]) -> str:
        """The number of the part that the line, or one component of it, is; empty where nothing
        tells. Raises Ambiguous."""
        number = _clean(line.number)
        if number and not line.components:
            return self._take(number)
        # By the preferred one only: that an alternate is known says what may stand for the part.
        if sources and (found := self._owner(sources[0])):
            return found
        made = self._made(line, sources)
        return self._take(made) if made else ""

    def owner_of(self, source: SourceDraft) -> str:
        """The part that is known to have it, or empty. Raises Ambiguous."""
        return self._owner(source)

    def note(self, number: str, source: SourceDraft) -> None:
        """From now on the part has this manufacturer part."""
        found = self._sources.setdefault(source.mpn.casefold(), [])
        if (source.manufacturer, number) not in found:
            found.append((source.manufacturer, number))
        self._sourced.add(number)

    def _take(self, number: str) -> str:
        return self._numbers.setdefault(number.casefold(), number)

    def _owner(self, source: SourceDraft) -> str:
        found = self._sources.get(source.mpn.casefold(), ())
        maker = source.manufacturer.casefold()
        same = [part for name, part in found if name.casefold() == maker]
        near = [part for name, part in found if not maker or not name]
        for parts in (list(dict.fromkeys(same)), list(dict.fromkeys(near))):
            if len(parts) == 1:
                return parts[0]
            if parts:
                raise Ambiguous(source.mpn, parts)
        return ""

    def _made(self, line: LineDraft, sources: Sequence[SourceDraft]) -> str:
        if not sources:
            return self._own_case(self._from_words(line))
        first = sources[0]
        number = _clean(first.mpn)
        held = self._numbers.get(number.casefold())
        if held is None or held not in self._sourced:
            return held or number
        return self._own_case(_clean(f"{first.mpn} {first.manufacturer}"))

    def _from_words(self, line: LineDraft) -> str:
        base = words_of(line)
        order = line.orderables[0] if line.orderables else None
        if order is not None:
            if not base:
                return _clean(f"{order.distributor} {order.number}")
            if len(self._orders.get(base, ())) > 1:
                return _clean(f"{base} {order.number}")
        if not base and (line.package or not line.fitted):
            # A logo, a test point: nothing but a footprint, or a place that stays empty.
            return _clean(line.package or " ".join(line.designators[:3]))
        return base

    def _own_case(self, number: str) -> str:
        """10m is not 10M, though numbers that differ in capitals only are one to people."""
        held = self._numbers.get(number.casefold())
        if not number or held is None or held == number:
            return number
        return f"{number}~{_digest(number)}"


def words_of(line: LineDraft) -> str:
    """A number made from value and package, or from what the line is called."""
    package = line.package
    if line.value:
        letters = {m[1] for d in line.designators if (m := _LETTERS.match(d))}
        prefix = next(iter(letters)) if len(letters) == 1 else ""
        return _clean("-".join(word for word in (prefix, line.value, package) if word))
    name = line.name or line.description
    if not name or line.orderables:
        return ""
    return _clean("-".join(word for word in (name, package) if word))


def _several_orders(lines: Iterable[LineDraft]) -> Mapping[str, set[str]]:
    """By made number the distributor numbers on lines that nothing else tells apart."""
    found: dict[str, set[str]] = {}
    for line in lines:
        if line.orderables and not line.number and not line.sources and not line.components:
            found.setdefault(words_of(line), set()).add(line.orderables[0].number)
    return found


def _clean(text: str) -> str:
    """On one line, nothing invisible, short enough for a number."""
    words = "".join(c if c.isprintable() else " " for c in text).split()
    number = " ".join(words)
    if len(number) <= LONGEST_PART_NUMBER:
        return number
    return f"{number[:_CUT].rstrip()}~{_digest(number)}"


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:6]
