"""Is the label that was stuck on the one that belongs there? R-64: a mismatch is refused."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from .scans import Scanned, What, scanned


class Match(StrEnum):
    MATCHED = "matched"
    MISMATCH = "mismatch"
    NOTHING = "nothing read"


@dataclass(frozen=True, slots=True)
class Verified:
    """sentence: what was expected, what was found."""

    match: Match
    sentence: str


# What a code says of the thing; how it was written (symbol, scanner, order) does not matter.
_SAID = {
    "gtin": "GTIN",
    "serial": "serial",
    "lot": "batch or lot",
    "part": "part",
    "sscc": "SSCC",
    "number": "number",
    "quantity": "quantity",
    "names": "kind",
}
_OURS = (What.GS1, What.LINK, What.INTERNAL)


def verify(applied: Sequence[str], found: Sequence[Scanned]) -> Verified:
    """Judge what was scanned off a label.

    applied: what its codes hold (``Layout.holds``); a label may have a square one and bars, and
    one of them read is enough. Every code found that is a label of ours has to be one of them; a
    distributor's, a retail code or a plain text beside it says nothing, but alone is a mismatch.
    """
    expected = [scanned(text) for text in applied]
    known = {_meaning(one) for one in expected}
    ours = [one for one in found if one.what in _OURS]
    wrong = next((one for one in ours if _meaning(one) not in known), None)
    if wrong is not None:
        return Verified(Match.MISMATCH, _difference(expected[0], wrong))
    if ours:
        return Verified(Match.MATCHED, f"The label is the one applied: {_words(ours[0])}.")
    if found:
        return Verified(Match.MISMATCH, _difference(expected[0], found[0]))
    return Verified(
        Match.NOTHING, "No code could be read; scan again, nearer and without reflections."
    )


def _meaning(one: Scanned) -> tuple[object, ...]:
    return (*(getattr(one, name) for name in _SAID), frozenset(one.other))


def _words(one: Scanned) -> str:
    said = [f"{label} {getattr(one, name)}" for name, label in _SAID.items() if getattr(one, name)]
    return ", ".join(said) if one.what in _OURS and said else f"“{one.raw[:60]}”"


def _difference(expected: Scanned, found: Scanned) -> str:
    return f"The label is another one: expected {_words(expected)}; found {_words(found)}."
