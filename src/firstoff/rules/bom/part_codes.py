"""Values written in part numbers, for series whose code is published and beyond doubt.

A code is three or four digits with a power of ten (104 = 100 n in pF, 1002 = 10 k), or a number
with a letter for the point (4K70, 4R7, R47). Sources: the ordering codes in the data sheets of the
series named. A number of no such series says nothing.
"""

import re
from collections.abc import Callable
from decimal import Decimal
from functools import lru_cache

from firstoff.rules.bom.values import PartValue

_PICO = -12
_C = r"(\d{3}|\d[RP]\d|R\d{2})"


def _digits(code: str) -> Decimal | None:
    """Digits and a power of ten; 8 and 9 as the power mean 0.01 and 0.1 (EIA-198, KEMET)."""
    if not code.isdecimal() or len(code) < 3:
        return None
    power = int(code[-1])
    return Decimal(code[:-1]).scaleb({8: -2, 9: -1}.get(power, power))


def _capacity(code: str) -> PartValue | None:
    text = code.upper()
    for point in "RP":
        if point in text:
            return PartValue("C", Decimal(text.replace(point, ".") or "0").scaleb(_PICO))
    amount = _digits(text)
    return None if amount is None else PartValue("C", amount.scaleb(_PICO))


def _resistance(code: str) -> PartValue | None:
    """4K70, 10R0, R470, 0R, 1M: the letter is the point."""
    text = code.upper()
    found = re.fullmatch(r"(\d*)([RKM])(\d*)", text)
    if found is None:
        return _ohms(text)
    amount = Decimal(f"{found[1] or 0}.{found[3] or 0}")
    return PartValue("R", amount.scaleb({"R": 0, "K": 3, "M": 6}[found[2]]))


def _ohms(code: str) -> PartValue | None:
    """1002, 103, 000: digits and a power of ten, never less than one ohm."""
    text = code.upper()
    if not text.isdecimal() or len(text) < 3:
        return _resistance(text) if re.fullmatch(r"\d*[RKM]\d*", text) else None
    return PartValue("R", Decimal(text[:-1]).scaleb(int(text[-1])))


# The code is the first group. Series by the maker they are of.
_SERIES: tuple[tuple[str, Callable[[str], PartValue | None]], ...] = (
    # Resistors: Yageo, Vishay, Stackpole, Panasonic, KOA, Samsung, Susumu, Uniroyal, Bourns.
    (r"(?:RC|AC|AF|AA|RT|RE|AR)\d{4}[A-Z]R[A-Z-](?:07|10|13|7W|7T)(\d*[RKM]\d*)L?", _resistance),
    (r"CRCW\d{4}(\d[\dRKM]{2}[\dRKM]|R\d{3}|0000)[A-Z].*", _resistance),
    (r"RMC[FP]\d{4}[A-Z]{2}(\d[\dRKM]{3}|R\d{3}|\d{2}[RKM]\d)", _resistance),
    (r"ERJ-?(?:1G|2G|3G|6G|8G|14|12)E[YN]?J(\d{3}|\dR\d)[A-Z]?", _ohms),
    (r"ERJ-?(?:1G|2R|3E|6E|8E)[KEN]?[KNE]?F(\d{4}|\d{2}R\d|\dR\d{2})[A-Z]?", _ohms),
    (r"ERA-?\d[A-Z]{2}[A-Z](\d{3}|\d{4}|\d{2}R\d)[A-Z]", _ohms),
    (r"RK73[HB]\d[A-Z]+TT[A-Z]{1,2}(\d{4}|\d{2}R\d|\dR\d{2})[FD]", _ohms),
    (r"RK73B\d[A-Z]+TT[A-Z]{1,2}(\d{3}|\dR\d)J", _ohms),
    (r"RC\d{4}F(\d{3,4}|\d{2}R\d|\dR\d{2})[A-Z]{2}", _ohms),
    (r"RC\d{4}J(\d{3}|\dR\d)[A-Z]{2}", _ohms),
    (r"RR\d{4}[PQR]-(\d{3})-[A-Z]", _ohms),
    (r"(?:0201|0402|0603|0805|1206|1210|2010|2512)W[A-Z][FD](\d{4})T\dE", _ohms),
    (r"(?:0201|0402|0603|0805|1206|1210|2010|2512)W[A-Z]J0(\d{3})T\dE", _ohms),
    (r"CR\d{4}-F[XW]-?(\d{4})[A-Z]*", _ohms),
    (r"CA[YT]\d{2}-(\d{4})F\d?[A-Z]*", _ohms),
    (r"CA[YT]\d{2}-(\d{3})J\d?[A-Z]*", _ohms),
    # Capacitors: Murata, Yageo, TDK, KEMET, AVX, Samsung, Taiyo Yuden, Walsin.
    (rf"G(?:RM|CM|RT|RJ|JM|QM|CJ|CQ)\d[\dA-Z]{{2}}[\dA-Z]{{2}}[0-3][A-J]{_C}[A-Z].*", _capacity),
    (rf"(?:CC|CS|AC|CQ)\d{{4}}[A-Z]{{2}}(?:X7R|X5R|X6S|NPO|NP0|Y5V)\d[A-Z]{{2}}{_C}", _capacity),
    (rf"C(?:0402|0603|1005|1608|2012|3216|3225|4532|5750)(?:X5R|X6S|X7R|X7S|X8R|C0G|CH|JB|Y5V)"
     rf"\d[A-Z]{_C}[A-Z].*", _capacity),
    (r"C(?:0201|0402|0603|0805|1206|1210|1812|2220)[CXSF](\d{3})[A-Z]\d[A-Z].*", _capacity),
    (rf"(?:0201|0402|0603|0805|1206|1210|1812)[\dYZ][ACDGUZ]{_C}[A-Z]A[TR]\d[A-Z].*", _capacity),
    (rf"CL\d{{2}}[A-Z]{_C}[A-Z][A-Z\d]{{6,7}}", _capacity),
    (rf"[A-Z]MK\d{{3}}(?:[ABC]?BJ|[AB]?B7|C?C6|C7|B6|F|CH|CG|SD){_C}[A-Z].*", _capacity),
    (rf"(?:0201|0402|0603|0805|1206)[NXB]{_C}[A-Z]\d{{3}}CT", _capacity),
)  # fmt: skip
_COMPILED = tuple((re.compile(pattern), decode) for pattern, decode in _SERIES)


@lru_cache(maxsize=50_000)
def coded_value(mpn: str) -> PartValue | None:
    """The value that a part number says, or None where its series is not known."""
    text = mpn.strip().upper()
    for pattern, decode in _COMPILED:
        if found := pattern.fullmatch(text):
            return decode(found[1])
    return None
