"""What is on the board's drawing and not on the board: DNP, DNF, not fitted, ``NF(C324 C325)``.

KiCad's DNC means "do not change": such a part is fitted.
"""

import re
from collections.abc import Sequence

from firstoff.formats.bom.designators import designators

_WORDS = (
    r"dnp|dnf|dni|dns|dnm|dnl|nopop|no[ -]?pop|no[ -]?fit|no[ -]?load|no[ -]?stuff|no[ -]?mount"
)
_VERB = r"(?:place|populate|fit|install|mount|load|stuff|assemble|solder)"
_PAST = r"(?:placed|populated|fitted|installed|mounted|loaded|stuffed|assembled|soldered)"
_SAYS = (
    rf"{_WORDS}|do(?:es)? not {_VERB}|don'?t {_VERB}|not {_PAST}|un(?:populated|fitted|mounted)"
)
_SHORT = (
    r"nf|nm|np|n\.?c\.?|n\.f\.|n\.m\.|d\.n\.[pfi]\.?|not used|leave (?:it )?(?:empty|open|off)"
)
_OTHER = r"omit(?:ted)?|excluded?|nicht best(?:ü|ue)ck(?:t|en)|non mont[ée]|不贴|不焊|不装|空贴"
_EXACT = re.compile(rf"[(\[]?\s*(?:{_SAYS}|{_SHORT}|{_OTHER})\s*[)\]]?[.!]?")
_BEGINS = re.compile(rf"(?:{_SAYS}|{_OTHER})\b")
_WITHIN = re.compile(rf"(?<![\w./-])(?:{_SAYS}|nicht best(?:ü|ue)ckt)(?![\w/-])")
_NAMES = re.compile(
    rf"(?:{_SAYS}|nf|nm|not used)\s*(?:parts?|refs?)?\s*"
    r"(?:[:=]\s*|[(\[]\s*|\s+)(?P<names>[^)\]]+)",
    re.IGNORECASE,
)
_NO = frozenset(("no", "n", "false", "0", "off", "none", "never", "nein", "non", "-", "dnp"))
_YES = frozenset(("yes", "y", "true", "1", "x", "on", "ja", "oui", "✓", "✔", "☑", "+", "excluded"))
# A resistor whose value is NC is left out; a switch with that value is normally closed.
_PASSIVE = re.compile(r"(?:R|C|L|FB|D|JP|RN|TP)\d", re.IGNORECASE)


def says_not_fitted(text: str) -> bool:
    """A cell that says so and nothing else: ``DNP``, ``Do not install``, ``N.C.``."""
    return _EXACT.fullmatch(_plain(text)) is not None


def note_says_not_fitted(text: str) -> bool:
    """A free text that says so of the whole line: ``DNP, for tests only``; ``NF(C1)`` does not."""
    text = _plain(text)
    if not text or _EXACT.fullmatch(text):
        return bool(text)
    return bool(_BEGINS.match(text)) and not not_fitted_names(text)


def value_says_not_fitted(text: str, names: Sequence[str] = ()) -> bool:
    """A value with the mark in it: ``10k DNP``, ``DNP/100n``, ``N.C.``; ``NC`` alone only of
    what has no contacts."""
    plain = _plain(text)
    if plain in ("nc", "np", "nm", "nf"):
        return bool(names) and all(_PASSIVE.match(name) for name in names)
    if _EXACT.fullmatch(plain):
        return True
    return any(
        _EXACT.fullmatch(word) and len(word) > 2 for word in re.split(r"[\s,;/()\[\]]+", plain)
    ) or bool(_WITHIN.search(plain))


def marked(text: str) -> bool | None:
    """What a column "DNP" says of a line: True not fitted, False fitted, None something else."""
    plain = _plain(text)
    if not plain or plain in (
        "no",
        "n",
        "false",
        "0",
        "-",
        "~",
        "fitted",
        "populate",
        "nein",
        "non",
    ):
        return False
    if plain in _YES or _EXACT.fullmatch(plain) or _BEGINS.match(plain):
        return True
    return None


def populated(text: str) -> bool | None:
    """What a column "Place (YES/NO)" says of a line: False not fitted; None something else."""
    plain = _plain(text)
    if not plain or plain in _YES or plain in ("fitted", "populate", "place", "mount", "install"):
        return True
    if plain in _NO or _EXACT.fullmatch(plain) or _BEGINS.match(plain):
        return False
    return None


def not_fitted_names(text: str) -> tuple[str, ...]:
    """The designators that a text names as not fitted: ``NF(C324 C325)``, ``DNP: R5, R6``."""
    found: dict[str, None] = {}
    for match in _NAMES.finditer(text):
        named = designators(match["names"]).names
        # "DNP for version 2" names nothing.
        found.update(dict.fromkeys(n for n in named if re.fullmatch(r"[A-Za-z_$]+\d+\w*", n)))
    return tuple(found)


def heading_says_not_fitted(text: str) -> bool:
    """A heading over lines: ``DO NOT INSTALL COMPONENTS BELOW.``"""
    plain = _plain(text)
    if _BEGINS.match(plain) or _EXACT.fullmatch(plain):
        return True
    # A note about marks ("NF(R1) means unpopulated") heads nothing.
    heads = len(plain) <= 40 or re.search(r"\b(?:below|following|section|all)\b", plain)
    return bool(heads and _WITHIN.search(plain))


def _plain(text: str) -> str:
    return " ".join(text.casefold().replace("’", "'").split())
