"""Places on a board as a cell lists them: ``C1, C4-C6``, ``R1 R2``, ``Nut 1, Nut 2``, ``G***``.

Nothing is dropped but empty pieces (a trailing ``;``) and what a cell names twice.
"""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache

_LONGEST_RANGE = 2_000  # C1-C2000; what is longer is a typing mistake
# A name that stands alone: letters, then anything without a space (U$2, REF**, G***, R1A, X1.2).
_NAME = re.compile(
    r"[A-Za-z_\u00c0-\u024f]{1,14}[$_.]?\d{1,5}(?:[A-Za-z'#]{1,2}\d{0,2}|[_.]\w{1,8})?"
    r"|[A-Za-z]+\*+|[A-Za-z]+\$\d+"
)
_RANGE = re.compile(
    r"(?P<head>[A-Za-z_$]*?[A-Za-z_$])(?P<low>\d+)\s*(?:-|–|—|−|~|\.\.\.?|…|\bto\b|:)\s*"
    r"(?P<again>[A-Za-z_$]*)(?P<high>\d+)"
)
_LOOSE_RANGE = re.compile(r"(?<=\d)\s+(-|–|—|−|~|\.\.\.?|…|to)\s+(?=[A-Za-z_$]*\d)")
_WORD_AND_NUMBER = re.compile(r"(?:[^\W\d_]+ \d+\s*)+")
_BLANKS = dict.fromkeys(map(ord, "\u00a0\u2007\u202f\u200b\ufeff\t\r"), " ")
_PARTS = re.compile(r"(\d+)")


@dataclass(frozen=True, slots=True)
class Named:
    """What a cell names. ``repeated``: names given more than once, placeholders aside.
    ``places``: how many were written, ranges counted out and repeated ones counted each time."""

    names: tuple[str, ...]
    repeated: tuple[str, ...]
    places: int


def designators(text: str, *, count: int | None = None) -> Named:
    """The designators of a cell, in its order.

    count: the quantity beside it, where there is one; it settles what ``J1-4`` and ``U1-U2``
    mean (four connectors or the name of one)."""
    pieces = _pieces(text)
    spread = [name for piece in pieces for name in _spread(piece, loose=False)]
    if count is not None and len(spread) != count:
        for other in ([n for p in pieces for n in _spread(p, loose=True)], pieces):
            if len(other) == count:
                spread = other
                break
    names = tuple(dict.fromkeys(spread))
    often = Counter(spread)
    twice = tuple(n for n in names if often[n] > 1 and not is_placeholder(n))
    return Named(names, twice, len(spread))


def is_designator(text: str) -> bool:
    """Whether a text can stand for one place: ``C12``, ``U$2``, ``REF**``, ``R1A``."""
    return len(text) <= 24 and _NAME.fullmatch(text) is not None


def is_placeholder(name: str) -> bool:
    """``REF**`` and ``G***`` stand for any number of places without a name of their own."""
    return name.endswith("*")


def looks_like_designators(text: str) -> bool:
    """Whether every piece of a cell is a designator or a range of them."""
    pieces = _pieces(text)
    return bool(pieces) and all(is_designator(p) or _RANGE.fullmatch(p) for p in pieces)


@cache
def _key(name: str) -> tuple[tuple[int, int | str], ...]:
    pieces = _PARTS.split(name.casefold())
    return tuple((0, int(p)) if p.isdecimal() else (1, p) for p in pieces if p)


def natural_key(name: str) -> tuple[tuple[int, int | str], ...]:
    """For sorting: C2 stands before C10."""
    return _key(name) if len(name) <= 40 else ((1, name),)


def in_order(names: Iterable[str]) -> tuple[str, ...]:
    """Names in natural order."""
    return tuple(sorted(names, key=natural_key))


def short(names: Sequence[str], most: int = 6) -> str:
    """``C1, C2, C3 and 12 more``: for a sentence."""
    shown = ", ".join(names[:most])
    return f"{shown} and {len(names) - most} more" if len(names) > most else shown


def _pieces(text: str) -> list[str]:
    found: list[str] = []
    cleaned = text.translate(_BLANKS)
    for piece in re.split(r"[,;|\n、，；]", cleaned):
        piece = " ".join(piece.split())
        if not piece:
            continue
        found.extend(_words(piece) if " " in piece else (piece,))
    return found


def _words(piece: str) -> list[str]:
    """A piece with spaces: several names, or one with a space in it (``Nut 1``)."""
    piece = _LOOSE_RANGE.sub(lambda found: f"{_mark(found[1])}", piece)
    words = piece.split(" ")
    if all(is_designator(word) or _RANGE.fullmatch(word) for word in words):
        return words
    if _WORD_AND_NUMBER.fullmatch(piece):
        return re.findall(r"[^\W\d_]+ \d+", piece)
    named = sum(1 for word in words if is_designator(word) or _RANGE.fullmatch(word))
    plain = all(re.fullmatch(r"[A-Za-z][A-Za-z0-9_$*+\-]*", word) for word in words)
    # "C1 C2 SPEDE": one odd name among many is a name too; "Left header" is one.
    return words if named * 2 >= len(words) and plain and named > 1 else [piece]


def _mark(text: str) -> str:
    return ".." if text == "to" else text


def _spread(piece: str, *, loose: bool) -> list[str]:
    """A range counted out; ``J1-4`` only where ``loose``."""
    found = _RANGE.fullmatch(piece)
    if found is None:
        return [piece]
    head, again = found["head"], found["again"]
    low, high = int(found["low"][:9]), int(found["high"][:9])
    same = again.casefold() == head.casefold() or (loose and not again)
    if not same or not low < high <= low + _LONGEST_RANGE:
        return [piece]
    width = len(found["low"]) if found["low"].startswith("0") else 0
    return [f"{head}{number:0{width}d}" for number in range(low, high + 1)]
