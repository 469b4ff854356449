"""Geometric tolerances: what may stand in a feature control frame, and how it is written."""

import re
from collections.abc import Mapping, Sequence
from types import MappingProxyType

from firstoff.errors import InvalidInput
from firstoff.terms import GeometricSymbol as G

# The signs of ISO 1101:2017 table 1, as Unicode has them.
SIGNS: Mapping[G, str] = MappingProxyType(
    {
        G.STRAIGHTNESS: "⏤",
        G.FLATNESS: "⏥",
        G.CIRCULARITY: "○",
        G.CYLINDRICITY: "⌭",
        G.PROFILE_LINE: "⌒",
        G.PROFILE_SURFACE: "⌓",
        G.ANGULARITY: "∠",
        G.PERPENDICULARITY: "⟂",
        G.PARALLELISM: "∥",
        G.POSITION: "⌖",
        G.CONCENTRICITY: "◎",
        G.SYMMETRY: "⌯",
        G.CIRCULAR_RUNOUT: "↗",
        G.TOTAL_RUNOUT: "⌰",
    }
)
# Maximum and least material condition (ISO 2692:2021; ASME Y14.5:2018 5.9).
CONDITIONS: Mapping[str, str] = MappingProxyType({"M": "Ⓜ", "L": "Ⓛ"})
MOST_DATUMS = 3  # primary, secondary, tertiary

# A form is judged against itself: it has no datum (ISO 1101:2017 17).
OF_FORM = frozenset({G.STRAIGHTNESS, G.FLATNESS, G.CIRCULARITY, G.CYLINDRICITY})
# A zone that is a cylinder needs an axis in it; a material condition needs a feature of size.
_CYLINDER = frozenset(
    {G.STRAIGHTNESS, G.ANGULARITY, G.PERPENDICULARITY, G.PARALLELISM, G.POSITION, G.CONCENTRICITY}
)
_OF_SIZE = frozenset({*_CYLINDER, G.FLATNESS, G.SYMMETRY})
_DATUM = re.compile(r"([A-Z]{1,2}(?:-[A-Z]{1,2})?)(?:\(([ML])\))?")


def sign_of(symbol: G) -> str:
    return SIGNS[symbol]


def words_of(symbol: G) -> str:
    """``profile of a surface``."""
    names = {G.PROFILE_LINE: "profile of a line", G.PROFILE_SURFACE: "profile of a surface"}
    return names.get(symbol, symbol.value.replace("_", " "))


def callout_text(
    symbol: G, tolerance: str, *, diametral: bool, condition: str, datums: Sequence[str]
) -> str:
    """``⌖ ⌀ 0.1 Ⓜ | A | B | C``; tolerance: as the drawing writes it."""
    zone = (sign_of(symbol), "⌀" if diametral else "", tolerance, CONDITIONS.get(condition, ""))
    first = "\u00a0".join(part for part in zone if part)
    return " | ".join((first, *map(datum_shown, datums)))


def datum_shown(datum: str) -> str:
    """``B Ⓜ`` for ``B(M)``."""
    found = _DATUM.fullmatch(datum)
    if found is None or not found[2]:
        return datum
    return f"{found[1]}\u00a0{CONDITIONS[found[2]]}"


def check_condition(text: str, what: str) -> str:
    """``M``, ``L`` or empty: regardless of feature size. Raises InvalidInput."""
    said = text.strip().upper()
    said = {sign: letter for letter, sign in CONDITIONS.items()}.get(said, said)
    if said not in ("", *CONDITIONS):
        raise InvalidInput(
            f"{what}: the material condition is {text!r}; expected M, L or nothing.",
            field="material_condition",
        )
    return said


def check_datums(datums: Sequence[str], what: str) -> tuple[str, ...]:
    """Letters in the order of the frame, each with its modifier: ``A``, ``B(M)``, ``A-B``.

    Raises InvalidInput."""
    found = tuple(_datum(text, what) for text in datums)
    if len(found) > MOST_DATUMS:
        raise InvalidInput(
            f"{what} names {len(found)} datums; expected at most {MOST_DATUMS}.", field="datums"
        )
    letters = [text.partition("(")[0] for text in found]
    for letter in letters:
        if letters.count(letter) > 1:
            raise InvalidInput(f"{what} names the datum {letter} twice.", field="datums")
    return found


def check_frame(
    symbol: G, *, diametral: bool, condition: str, datums: Sequence[str], what: str
) -> None:
    """Raises InvalidInput for what the symbol cannot carry."""
    name = words_of(symbol)
    if datums and symbol in OF_FORM:
        raise InvalidInput(
            f"{what}: {name} is of the feature alone and takes no datum; "
            f"found {', '.join(datums)}.",
            field="datums",
        )
    if diametral and symbol not in _CYLINDER:
        raise InvalidInput(
            f"{what}: the zone of {name} is no cylinder; expected no diameter sign.",
            field="diametral",
        )
    if condition and symbol not in _OF_SIZE:
        raise InvalidInput(
            f"{what}: {name} takes no material condition; found {condition}.",
            field="material_condition",
        )


def _datum(text: str, what: str) -> str:
    said = re.sub(r"\s+", "", text).upper()
    for letter, sign in CONDITIONS.items():
        said = said.replace(sign, f"({letter})")
    if not _DATUM.fullmatch(said):
        raise InvalidInput(
            f"{what}: the datum {text!r} cannot be read; expected a letter, with (M) or (L) "
            "where it has one: A, B(M), A-B.",
            field="datums",
        )
    return said
