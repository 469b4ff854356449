"""Values of passive parts as drawings write them: 4K7, 4.7k and 4700 are one, so are 10n, 10nF
and 0.01uF. Used to put components into one line, never to change what a file says."""

import re
import unicodedata
from collections.abc import Mapping
from decimal import Decimal

_PREFIXES: Mapping[str, int] = {
    "p": -12, "P": -12, "n": -9, "N": -9, "u": -6, "U": -6, "µ": -6, "m": -3,
    "k": 3, "K": 3, "M": 6, "G": 9,
}  # fmt: skip
_UNITS: Mapping[str, str] = {
    "r": "ohm", "e": "ohm", "ohm": "ohm", "ohms": "ohm", "ω": "ohm", "f": "farad",
    "h": "henry",
}  # fmt: skip
# What a designator's letters say of a value without a unit: C1 "100n" are farads.
_BY_LETTERS: Mapping[str, str] = {
    "R": "ohm", "RN": "ohm", "RV": "ohm", "C": "farad", "L": "henry", "FB": "ohm",
}  # fmt: skip
_NUMBER = r"(\d{1,12})(?:[.,](\d{1,12}))?"
_PLAIN = re.compile(rf"{_NUMBER}\s*([pPnNuUµmkKMG]?)\s*(ohms?|[RrEeΩωFfHh])?", re.IGNORECASE)
_INFIX = re.compile(r"(\d{0,12})([pPnNuUµmkKMGRrEeΩωFfHh])(\d{1,12})\s*(ohms?|[ΩωFfHh])?")
_LETTERS = re.compile(r"[A-Za-z]*")


def comparable(value: str, designator: str = "") -> tuple[str, str]:
    """What two values are compared by: an amount with its unit, or the text without case and
    space. What stands behind the amount (``10k 1%``) has to be the same as well."""
    text = unicodedata.normalize("NFKC", value).replace("\u03bc", "µ").strip()
    letters = _LETTERS.match(designator)
    expected = _BY_LETTERS.get(letters[0].upper() if letters else "", "")
    head, _, rest = text.partition(" ")
    if rest and _joins(head, rest):
        joined, _, more = rest.partition(" ")
        head, rest = f"{head}{joined}", more
    amount = _amount(head, expected)
    if amount is None:
        return "", _folded(text)
    return amount, _folded(rest)


def _joins(head: str, rest: str) -> bool:
    """Whether a unit follows behind a space: ``1000 pF``."""
    word = rest.partition(" ")[0]
    return re.fullmatch(_NUMBER, head) is not None and bool(
        re.fullmatch(r"[pPnNuUµmkKMG]?(ohms?|[RrΩωFfHh])|[pPnNuUµmkKMG]", word, re.IGNORECASE)
    )


def _amount(word: str, expected: str) -> str | None:
    if match := _PLAIN.fullmatch(word):
        whole, part, prefix, unit = match.groups()
        named = _UNITS.get(unit.lower(), "") if unit else ""
    elif match := _INFIX.fullmatch(word):
        whole, middle, part, unit = match.groups()
        prefix = middle if middle in _PREFIXES else ""
        named = "" if prefix else _UNITS.get(middle.lower(), "")
        named = (_UNITS.get(unit.lower(), "") if unit else "") or named
        whole = whole or "0"
    else:
        return None
    kind = named or expected
    if not kind or (named and expected and named != expected):
        return None
    number = Decimal(f"{whole}.{part or 0}").scaleb(_power(prefix, kind))
    return f"{number.normalize():f} {kind}"


def _power(prefix: str, kind: str) -> int:
    """Capacitors are not sold in megafarads: 10MF of old drawings is no amount of its own here."""
    if kind == "ohm" and prefix in ("P", "N", "U"):
        return 0
    return _PREFIXES.get(prefix, 0)


def _folded(text: str) -> str:
    return re.sub(r"\s+", "", text).casefold()
