"""What a scan at the line asks for, and where a reel goes that is scanned without its place."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

# What a card beside the station says; the words between asterisks can be typed as well.
COMMANDS: tuple[tuple[str, str, str], ...] = (
    ("PASS", "pass", "The operation on the unit in hand passed."),
    ("FAIL", "fail", "It failed: the defect is scanned next."),
    ("UNDO", "undo", "Take back the last reel or subassembly that was scanned here."),
    ("UNLOAD", "unload", "Take a reel off its place: it is scanned next."),
    ("REMOVE", "remove", "Take a subassembly out of the unit in hand: it is scanned next."),
    ("REWORK", "rework", "Begin the rework of the unit in hand."),
    ("CLEAR", "clear", "Put the unit in hand aside."),
    ("HANDOVER", "hand-over", "The next operator takes the station."),
)
REASONS: tuple[tuple[str, str], ...] = (
    ("WHY1", "failed its test"),
    ("WHY2", "damaged"),
    ("WHY3", "wrong part"),
    ("WHY4", "fitted wrong"),
)
_ACTS = {word: act for word, act, _ in COMMANDS}
_OPERATION = re.compile(r"OP ?([0-9]{1,7})")


@dataclass(frozen=True, slots=True)
class Command:
    """``act``: what is to be done; ``number``: of the operation; ``text``: the reason."""

    act: str
    number: int = 0
    text: str = ""


def command(word: str) -> Command | None:
    """What a card says: ``PASS``, ``OP20``; None: it is no command."""
    said = word.strip().upper()
    if said in _ACTS:
        return Command(_ACTS[said])
    found = _OPERATION.fullmatch(said)
    if found is not None:
        return Command("operation", int(found[1]))
    reason = dict(REASONS).get(said)
    return None if reason is None else Command("why", text=reason)


def typed_command(text: str) -> Command | None:
    """A command as it is typed, between asterisks: ``*PASS*``."""
    bare = text.strip()
    if len(bare) > 2 and bare[0] == bare[-1] == "*":
        return command(bare[1:-1])
    return None


@dataclass(frozen=True, slots=True)
class OnPlace:
    """A reel on its place, as far as the next one has to know."""

    part: str
    position: str
    per_unit: Decimal | None


def place_for(
    part: str, loaded: Iterable[OnPlace], *, chosen: str = "", before: Decimal | None = None
) -> OnPlace:
    """Where a reel goes, and what a unit takes of it.

    chosen: the place that was scanned. Without one it takes the place of the reel of its part;
    where there is none, or more than one, the place is called by the part. before: what a unit
    took of the reel of that part that was there last.
    """
    same = [reel for reel in loaded if reel.part == part]
    if chosen:
        there = next((r for r in same if r.position == chosen), same[0] if same else None)
        return OnPlace(part, chosen, there.per_unit if there else before)
    if len(same) == 1:
        return same[0]
    here = next((r for r in same if r.position == part), None)
    return here or OnPlace(part, part[:60], before)
