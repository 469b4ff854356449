"""Values of resistors, capacitors and inductors as people write them, made comparable.

10K = 10000, 4K7 = 4.7K = 4700, 10n = 10nF = 0.01uF, 0R = 0, R47 = 0.47, u1 = 100n.
"""

import re
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache

_POWER = {
    "p": -12, "n": -9, "u": -6, "µ": -6, "μ": -6, "m": -3, "": 0, "r": 0, "k": 3, "K": 3,
    "M": 6, "meg": 6, "G": 9, "f": -15,
}  # fmt: skip
_UNITS = {
    "R": r"(?:ohms?|Ω|Ω|R)", "C": r"(?:F|farad)", "L": r"(?:H|henry)",
}  # fmt: skip
_PREFIX = re.compile(r"[A-Za-z]+")
_KINDS = {
    "R": "R", "RA": "R", "RN": "R", "RV": "R", "RS": "R", "RT": "R", "C": "C", "CP": "C",
    "CA": "C", "L": "L",
}  # fmt: skip
# 4k7, R47, 4R7, 0u1, u1: the letter stands for the point.
_INSIDE = re.compile(
    r"(?P<whole>\d{0,4})(?P<letter>meg|[pnuµμmRrkKMG])(?P<part>\d{1,3})(?:F|H|Ω|R|ohm)?"
)
_FIRST = r"(?:^|(?<=[\s,;/(±]))"
_LAST = r"(?=$|[\s,;/()_%±])"


@dataclass(frozen=True, slots=True)
class PartValue:
    """``kind``: R in ohm, C in farad, L in henry."""

    kind: str
    amount: Decimal

    def same(self, other: "PartValue") -> bool:
        """Alike within 1 %: 5.1k and 5k1 are, 4.99k and 5k too; 5.6k and 56k are not."""
        if self.kind != other.kind:
            return False
        larger = max(abs(self.amount), abs(other.amount))
        return abs(self.amount - other.amount) <= larger / 100

    @property
    def text(self) -> str:
        """``5.6 kΩ``, ``100 nF``."""
        unit = {"R": "Ω", "C": "F", "L": "H"}[self.kind]
        if self.amount == 0:
            return f"0\u00a0{unit}"
        signs = {-12: "p", -9: "n", -6: "µ", -3: "m", 0: "", 3: "k", 6: "M", 9: "G"}
        power = max(-12, min(9, self.amount.adjusted() // 3 * 3))
        number = format(self.amount.scaleb(-power).normalize(), "f")
        return f"{number}\u00a0{signs[power]}{unit}"


def kind_of(designator: str) -> str:
    """R, C or L by the letters of a designator; "" for anything else."""
    found = _PREFIX.match(designator)
    return _KINDS.get(found[0].upper(), "") if found else ""


@lru_cache(maxsize=50_000)
def part_value(text: str, kind: str) -> PartValue | None:
    """The value in a text that begins with one: ``4k7``, ``100nF 16V``, ``10k, 1%``, ``0.1uF``.

    kind: R, C or L. None where it is not certain: ``LM358``, ``see note``, ``10`` of a
    capacitor."""
    text = " ".join(text.split())[:60]
    return _inside(text, kind) or _plain(text, kind)


@lru_cache(maxsize=50_000)
def described_value(text: str, kind: str) -> PartValue | None:
    """The one value in a description, with its unit written out: ``RES SMD 15 OHM 1%``,
    ``CAP CER 0.1UF 25V``. None where there is none or several that differ."""
    unit = {"R": r"(?:ohms?|Ω|Ω)", "C": "F", "L": "H"}[kind]
    pattern = rf"{_FIRST}(?P<n>\d+(?:[.,]\d+)?|[.]\d+)\s?(?P<p>[pnuµμmkKMGPNU]?)\s?{unit}{_LAST}"
    found = set()
    for match in re.finditer(pattern, text, re.IGNORECASE):
        sign = match["p"]
        if kind != "R":
            sign = sign.lower()
        if (power := _POWER.get(sign)) is not None and (sign or kind == "R"):
            found.add(Decimal(match["n"].replace(",", ".")).scaleb(power))
    return PartValue(kind, found.pop()) if len(found) == 1 else None


def _inside(text: str, kind: str) -> PartValue | None:
    word = re.split(r"[\s,;/(_]", text, maxsplit=1)[0]
    found = _INSIDE.fullmatch(word)
    if found is None or not (found["whole"] or found["letter"] not in "kKMG"):
        return None
    letter = found["letter"]
    if (kind == "R") == (letter in "pnuµμ") or (kind != "R" and letter in "RrkKMG"):
        return None
    if letter == "r":
        letter = "R"
    amount = Decimal(f"{found['whole'] or 0}.{found['part']}")
    power = 0 if letter == "R" else _POWER[letter]
    return PartValue(kind, amount.scaleb(power))


def _plain(text: str, kind: str) -> PartValue | None:
    sign = {"R": "meg|[mkKMGrR]?", "C": "[fpnuµμm]", "L": "[pnuµμm]"}[kind]
    found = re.match(
        rf"(?P<n>\d+(?:[.,]\d+)?|[.]\d+)\s?(?P<p>{sign})\s?(?P<u>{_UNITS[kind]})?{_LAST}",
        text,
        re.IGNORECASE if kind != "R" else 0,
    )
    if found is None and kind == "R":
        found = re.match(
            rf"(?P<n>\d+(?:[.,]\d+)?|[.]\d+)\s?(?P<p>[mkKM]?)\s?(?P<u>ohms?|OHMS?|Ohms?){_LAST}",
            text,
        )
    if found is None:
        return None
    letter = found["p"] if kind == "R" else found["p"].lower()
    power = 0 if letter in ("R", "r", "") else _POWER[letter]
    if kind == "R" and letter == "m" and not found["u"] and _alone(found["n"]):
        return None  # 2m is two milliohm or, by a careless hand, two megohm
    return PartValue(kind, Decimal(found["n"].replace(",", ".")).scaleb(power))


def _alone(number: str) -> bool:
    return Decimal(number.replace(",", ".")) >= 1
