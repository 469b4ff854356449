"""Variants: the same lines, some of them fitted otherwise.

Fitting is per designator, not per line: a variant leaves ``C4`` out, takes another part for
``R7``, or another quantity of a line that names no places.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from decimal import Decimal


@dataclass(frozen=True, slots=True)
class Fit:
    """What one line puts into its parent. ``part`` and ``child`` are keys of whoever asks."""

    part: int
    child: int | None
    quantity: Decimal
    designators: tuple[str, ...] = ()
    not_fitted: tuple[str, ...] = ()
    fitted: bool = True


@dataclass(frozen=True, slots=True)
class FitChange:
    """What a variant does otherwise with a line, or with one ``designator`` of it."""

    fitted: bool
    designator: str = ""  # empty: the whole line
    part: int | None = None  # another one
    child: int | None = None
    quantity: Decimal | None = None


def effective(line: Fit, changes: Iterable[FitChange]) -> tuple[Fit, ...]:
    """The line as a variant has it; more than one where designators take another part.

    The line itself comes first, fitted or not. A designator that is left out takes one piece with
    it, one that is fitted brings one.
    """
    found = tuple(changes)
    for change in found:
        if not change.designator:
            line = _whole(line, change)
    others: list[Fit] = []
    for change in found:
        if change.designator:
            line = _one_place(line, change, others)
    return line, *others


def _whole(line: Fit, change: FitChange) -> Fit:
    if not change.fitted:
        return replace(line, not_fitted=line.designators, fitted=False)
    quantity = line.quantity if change.quantity is None else change.quantity
    if change.quantity is None and not line.fitted and line.designators:
        quantity = Decimal(len(line.designators))
    part, child = (line.part, line.child) if change.part is None else (change.part, change.child)
    empty = () if not line.fitted else line.not_fitted
    return replace(line, part=part, child=child, quantity=quantity, not_fitted=empty, fitted=True)


def _one_place(line: Fit, change: FitChange, others: list[Fit]) -> Fit:
    place = change.designator
    if place not in line.designators:
        return line
    was = line.fitted and place not in line.not_fitted
    if change.fitted and change.part is not None and change.part != line.part:
        _other(others, change, change.part)
        return _settled(line, place, here=False, was=was)
    if change.fitted == was:
        return line
    if change.fitted:
        empty = tuple(d for d in line.not_fitted if d != place)
        before = line.quantity if line.fitted else Decimal(0)
        return replace(line, not_fitted=empty, quantity=before + 1, fitted=True)
    return _settled(line, place, here=True, was=was)


def _other(others: list[Fit], change: FitChange, part: int) -> None:
    """Another part at one place; places with the same one are one line."""
    pieces = Decimal(1) if change.quantity is None else change.quantity
    for at, held in enumerate(others):
        if (held.part, held.child) == (part, change.child):
            named = (*held.designators, change.designator)
            others[at] = replace(held, quantity=held.quantity + pieces, designators=named)
            return
    others.append(Fit(part, change.child, pieces, (change.designator,)))


def _settled(line: Fit, place: str, *, here: bool, was: bool) -> Fit:
    """Without what was at the place; ``here``: the place stays named, and empty."""
    named = line.designators if here else tuple(d for d in line.designators if d != place)
    empty = tuple(d for d in named if d in line.not_fitted or d == place)
    left = max(Decimal(0), line.quantity - 1) if was else line.quantity
    full = line.fitted and len(empty) < len(named)
    return replace(line, designators=named, not_fitted=empty, quantity=left, fitted=full)
