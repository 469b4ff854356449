"""What a unit is made of, level by level, with hundreds of equal parts folded into one line."""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

FOLD_ABOVE = 4  # equal parts of one unit: more than so many are one line


@dataclass(frozen=True, slots=True)
class LotIn:
    """A lot in a unit. ``quantity`` None: what went in was not counted."""

    key: int
    code: str
    part: str
    part_name: str
    supplier: str
    supplier_lot: str  # or its date code
    manufacturer: str
    mpn: str
    status: str
    quantity: Decimal | None
    measure: str  # the unit it is counted in
    at: datetime
    in_batch: bool  # recorded for the batch, not for the unit
    place: str  # where the reel was, for what was carried from one


@dataclass(frozen=True, slots=True)
class Removal:
    """When, why and by whom a part was taken out, and what came in its place."""

    at: datetime
    reason: str
    by: str
    replaced_by: str


@dataclass(frozen=True, slots=True)
class UnitIn:
    """A unit as built. ``cut``: what is inside it was not read, there is too much of it."""

    key: int
    part: str
    part_name: str
    serial: str
    batch: str
    position: str
    installed_at: datetime | None
    removal: Removal | None = None
    lots: tuple[LotIn, ...] = ()
    parts: tuple["UnitIn", ...] = ()
    removed: tuple["UnitIn", ...] = ()
    cut: bool = False

    def walk(self) -> Iterator["UnitIn"]:
        """Itself and everything inside it now."""
        yield self
        for part in self.parts:
            yield from part.walk()


@dataclass(frozen=True, slots=True)
class LotShare:
    """A lot in some of the units of a line. ``quantity``: in all of them together."""

    lot: LotIn
    units: int
    quantity: Decimal | None


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the tree: a unit, or ``count`` equal ones in one parent line.

    ``units``: in the order of their serial numbers, the first and the last of which name it.
    """

    units: tuple[UnitIn, ...]
    lots: tuple[LotShare, ...]
    lines: tuple["Line", ...]
    removed: tuple[UnitIn, ...]

    @property
    def count(self) -> int:
        return len(self.units)

    @property
    def part(self) -> str:
        return self.units[0].part

    @property
    def part_name(self) -> str:
        return self.units[0].part_name

    @property
    def first(self) -> str:
        return self.units[0].serial

    @property
    def last(self) -> str:
        return self.units[-1].serial

    @property
    def cut(self) -> bool:
        return any(u.cut for u in self.units)

    def walk(self) -> Iterator["Line"]:
        yield self
        for line in self.lines:
            yield from line.walk()


def fold(unit: UnitIn, above: int = FOLD_ABOVE) -> Line:
    """The tree of a unit as lines: parts of one number, more than ``above`` of them in one place,
    are one line, and so is what they hold."""
    return _line((unit,), above)


def _line(units: tuple[UnitIn, ...], above: int) -> Line:
    parts = [part for unit in units for part in unit.parts]
    # Below a folded line everything is folded: one line for each part number.
    fewest = above if len(units) == 1 else 0
    lines: list[Line] = []
    for same in _grouped(parts):
        if len(same) > fewest:
            lines.append(_line(tuple(sorted(same, key=lambda u: natural(u.serial))), above))
        else:
            lines.extend(_line((one,), above) for one in same)
    return Line(
        units=units,
        lots=_shares(units),
        lines=tuple(lines),
        removed=tuple(part for unit in units for part in unit.removed),
    )


def _grouped(parts: Iterable[UnitIn]) -> Iterable[list[UnitIn]]:
    found: dict[str, list[UnitIn]] = {}
    for part in parts:
        found.setdefault(part.part, []).append(part)
    return found.values()


def _shares(units: Sequence[UnitIn]) -> tuple[LotShare, ...]:
    held: dict[int, list[LotIn]] = {}
    among: dict[int, set[int]] = {}
    for unit in units:
        for lot in unit.lots:
            held.setdefault(lot.key, []).append(lot)
            among.setdefault(lot.key, set()).add(unit.key)
    return tuple(
        LotShare(found[0], len(among[key]), _total(lot.quantity for lot in found))
        for key, found in held.items()
    )


def _total(quantities: Iterable[Decimal | None]) -> Decimal | None:
    """None where one of them is not known."""
    total = Decimal(0)
    for quantity in quantities:
        if quantity is None:
            return None
        total += quantity
    return total


_DIGITS = re.compile(r"(\d+)", re.ASCII)


def natural(text: str) -> tuple[tuple[int, int, str], ...]:
    """Serial numbers in the order people read them: A-9 before A-10."""
    return tuple(
        (0, int(piece), "") if piece.isdecimal() and piece.isascii() else (1, 0, piece)
        for piece in _DIGITS.split(text)
        if piece
    )


def built(
    rows: Sequence[tuple[int, UnitIn]], lots: Callable[[UnitIn], tuple[LotIn, ...]], root: UnitIn
) -> UnitIn:
    """The tree put together from its rows: each a part and the key of the unit it is in.

    A unit may be in the rows of several parents once removed; what it holds hangs where it is now.
    """
    below: dict[int, list[UnitIn]] = {}
    for parent, unit in rows:
        below.setdefault(parent, []).append(unit)
    return _built(root, below, lots, frozenset())


def _built(
    unit: UnitIn,
    below: dict[int, list[UnitIn]],
    lots: Callable[[UnitIn], tuple[LotIn, ...]],
    seen: frozenset[int],
) -> UnitIn:
    if unit.key in seen:  # no unit holds itself; a damaged table shall not hang the page
        return unit
    held = below.get(unit.key, ())
    inner = seen | {unit.key}
    return UnitIn(
        key=unit.key,
        part=unit.part,
        part_name=unit.part_name,
        serial=unit.serial,
        batch=unit.batch,
        position=unit.position,
        installed_at=unit.installed_at,
        removal=unit.removal,
        lots=lots(unit),
        parts=tuple(_built(u, below, lots, inner) for u in held if u.removal is None),
        removed=tuple(u for u in held if u.removal is not None),
        cut=unit.cut,
    )
