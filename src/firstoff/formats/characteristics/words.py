"""Words and signs of drawings and tables as values: classes, symbols, units, numbers."""

import re
import unicodedata
from collections.abc import Mapping
from decimal import Decimal

from firstoff.rules.product.callouts import SIGNS
from firstoff.terms import CharacteristicClass as C
from firstoff.terms import GeometricSymbol as G

PLACES = 9  # decimals that a limit can have
_NUMBER = re.compile(r"[+-]?(?:\d{1,20}(?:[.,]\d{1,30})?|[.,]\d{1,30})")
_SIGNS: Mapping[str, G] = {
    **{sign: symbol for symbol, sign in SIGNS.items()},
    "—": G.STRAIGHTNESS, "⎯": G.STRAIGHTNESS, "▱": G.FLATNESS, "◯": G.CIRCULARITY,
    "◌": G.CIRCULARITY, "⌢": G.PROFILE_LINE, "⊥": G.PERPENDICULARITY, "⫽": G.PARALLELISM,
    "//": G.PARALLELISM, "⌾": G.CONCENTRICITY, "⊚": G.CONCENTRICITY, "⊕": G.POSITION,
    "⯐": G.POSITION, "⯏": G.POSITION, "≡": G.SYMMETRY, "⌯": G.SYMMETRY, "↗↗": G.TOTAL_RUNOUT,
    "⌰": G.TOTAL_RUNOUT,
}  # fmt: skip
_NAMES: Mapping[G, str] = {
    G.STRAIGHTNESS: "straightness straight geradheit rectitude",
    G.FLATNESS: "flatness flat ebenheit planéité planeite",
    G.CIRCULARITY: "circularity roundness round rundheit circularité",
    G.CYLINDRICITY: "cylindricity zylinderform zylindrizität cylindricité",
    G.PROFILE_LINE: "profileofaline lineprofile profileline lineprofil profilofaline "
    "linienprofil linienform",
    G.PROFILE_SURFACE: "profileofasurface surfaceprofile profilesurface surfaceprofil profile "
    "flächenprofil flächenform pointprofile",
    G.ANGULARITY: "angularity neigung inclinaison",
    G.PERPENDICULARITY: "perpendicularity perp perpendicular squareness rechtwinkligkeit",
    G.PARALLELISM: "parallelism parallel parallelität parallelitaet parallélisme",
    G.POSITION: "position trueposition tp pos truepos lage ortstoleranz positional",
    G.CONCENTRICITY: "concentricity coaxiality concentric coaxial konzentrizität koaxialität",
    G.SYMMETRY: "symmetry symmetrie",
    G.CIRCULAR_RUNOUT: "circularrunout runout lauf rundlauf planlauf",
    G.TOTAL_RUNOUT: "totalrunout totalrun gesamtlauf gesamtrundlauf gesamtplanlauf",
}
_BY_NAME = {name: symbol for symbol, names in _NAMES.items() for name in names.split()}
_CLASSES: Mapping[C, str] = {
    C.CRITICAL: "critical crit cc c <cc> (cc) kritisch safety s <s> ▽ ∇ ▼ ⯆ invertedtriangle "
    "critique",
    C.MAJOR: "major maj sc <sc> (sc) significant key kc kpc kcc <kc> important hauptmerkmal "
    "signifikant hc ◆ ◇ ⬥ ⬦ ♦ majeur",
    C.MINOR: "minor min nebenmerkmal standard std normal regular mineur incidental",
}
_BY_CLASS = {word: found for found, words in _CLASSES.items() for word in words.split()}
_UNITS: Mapping[str, str] = {
    "millimeter": "mm", "millimetre": "mm", "millimeters": "mm", "millimetres": "mm",
    "meter": "m", "metre": "m", "centimeter": "cm", "centimetre": "cm", "inch": "in",
    "inches": "in", '"': "in", "″": "in", "micrometer": "µm", "micrometre": "µm", "micron": "µm",
    "um": "µm", "μm": "µm", "degree": "deg", "degrees": "deg", "°": "deg", "grad": "deg",
    "radian": "rad", "radians": "rad", "newton": "N", "kilogram": "kg", "gram": "g",
    "percent": "%", "second": "s", "seconds": "s", "minute": "min",
}  # fmt: skip


def plain(text: str) -> str:
    """Without case, space and the signs between words."""
    folded = unicodedata.normalize("NFC", text).casefold()
    return re.sub(r"[\s_\-.]+", "", folded)


def symbol_of(text: str) -> G | None:
    """The geometric tolerance that a sign or a name means."""
    word = text.strip().rstrip(":|").strip()
    return _SIGNS.get(word) or _BY_NAME.get(plain(word))


def leading_symbol(text: str) -> tuple[G, str] | None:
    """The geometric tolerance that a text begins with, and the rest of the text."""
    for sign in sorted(_SIGNS, key=len, reverse=True):
        if text.startswith(sign):
            return _SIGNS[sign], text[len(sign) :]
    words = re.match(r"[^\W\d_]+(?:[ \-][^\W\d_]+){0,3}", text)
    said = words[0] if words else ""
    while said:  # "profile of a surface" before "profile"
        if found := _BY_NAME.get(plain(said)):
            return found, text[len(said) :]
        said = re.sub(r"(?:^|[ \-])[^ \-]*$", "", said)
    return None


def class_of(text: str) -> C | None:
    """The class that a word or a customer's sign means: CC and ▽ are critical, SC and ◆ major."""
    word = text.strip().casefold()
    return _BY_CLASS.get(word) or _BY_CLASS.get(plain(word))


def unit_of(text: str) -> str:
    """A unit in one way of writing: millimeter is mm, ° is deg."""
    word = text.strip()
    return _UNITS.get(word.casefold(), word)


def number_of(text: str) -> Decimal | None:
    """A number with a point or a comma for decimals; None for anything else."""
    word = re.sub(r"\s+", "", with_signs(text))
    return Decimal(word.replace(",", ".")) if _NUMBER.fullmatch(word) else None


def in_thousands(text: str) -> str:
    """A text without the commas between thousands: 1,000.5, and 1,000 beside a 0.5."""
    commas = re.findall(r"\d+,\d+", text)
    grouped = [part for part in commas if re.fullmatch(r"[1-9]\d{0,2},\d{3}", part)]
    if commas and len(grouped) == len(commas) and re.search(r"\d\.\d|(?<!\d)\.\d", text):
        return re.sub(r"(?<=\d),(?=\d{3}(?!\d))", "", text)
    return text


def with_signs(text: str) -> str:
    """Dashes that mean minus as "-", "+/-" as "±", every space as a plain one."""
    text = re.sub(r"[\u2010\u2011\u2012\u2212\ufe63\uff0d]", "-", text)
    text = re.sub(r"\+\s*/\s*-|\+-(?=\s*[\d.,])|\+/\u2013", "±", text)
    return re.sub(r"[\s\u00a0\u2007\u202f]+", " ", text).strip()


def fitting(value: Decimal | None) -> Decimal | None:
    """A number with no more decimals than a limit can have; 25.399999999999999 is 25.4."""
    if value is None or not isinstance(places := value.as_tuple().exponent, int):
        return value
    if -places <= PLACES:
        return value
    rounded = round(value, PLACES)
    return rounded.normalize() if rounded else Decimal(0)
