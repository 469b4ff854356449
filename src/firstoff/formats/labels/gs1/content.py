"""What the syntax dictionary asks of a value beyond its length and characters.

Checks that need a table kept elsewhere (company prefixes, countries, currencies, package types,
coupons) are not made: ``UNCHECKED`` names them.
"""

import calendar
import re
from collections.abc import Callable
from urllib.parse import unquote

from .table import CHARACTERS

UNCHECKED = frozenset(
    (
        *("gcppos1", "gcppos2", "iso3166", "iso3166999", "iso3166alpha2", "iso4217"),
        *("packagetype", "couponcode", "couponposoffer"),
    )
)
PAIRS = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"
PRIMES = (2, 3, 5, 7, 11, 13, 17, 19, 23, 29, 31, 37, 41, 43, 47, 53, 59, 61, 67, 71, 73, 79, 83)

Check = Callable[[str], str]  # what is wrong, or nothing


def check_digit(digits: str) -> str:
    """The digit that follows these. GS1 General Specifications 7.9.1."""
    weighted = sum(int(d) * (3 if i % 2 == 0 else 1) for i, d in enumerate(reversed(digits)))
    return str(-weighted % 10)


def check_pair(text: str) -> str:
    """The two characters that close a Global Model Number. GS1 General Specifications 7.9.5."""
    values = (CHARACTERS["X"].index(character) for character in reversed(text))
    total = sum(value * prime for value, prime in zip(values, PRIMES, strict=False)) % 1021
    return PAIRS[total >> 5] + PAIRS[total & 31]


def _csum(value: str) -> str:
    due = check_digit(value[:-1])
    return "" if value[-1] == due else f"ends in check digit {value[-1]}; expected {due}"


def _csumalpha(value: str) -> str:
    if len(value) < 3:
        return "is too short for its check characters"
    due = check_pair(value[:-2])
    return "" if value[-2:] == due else f"ends in check characters {value[-2:]}; expected {due}"


def _date(value: str, *, day_zero: bool) -> str:
    year, month, day = int(value[:-4]), int(value[-4:-2]), int(value[-2:])
    if not 1 <= month <= 12:
        return f"has month {month:02d}; expected 01 to 12"
    # Years of two digits mean 1951 to 2050 (GS1 7.12), where every fourth is a leap year.
    last = calendar.monthrange(year if len(value) == 8 and year else 2000 + year % 100, month)[1]
    first = 0 if day_zero else 1
    if first <= day <= last:
        return ""
    return f"has day {day:02d}; expected {first:02d} to {last}"


def _at_most(most: int, what: str, least: int = 0) -> Check:
    def check(value: str) -> str:
        if least <= int(value) <= most:
            return ""
        return f"has {what} {value}; expected {least} to {most}"

    return check


def _hhmi(value: str) -> str:
    return _at_most(23, "hour")(value[:2]) or _at_most(59, "minute")(value[2:])


def _one_of(choices: str) -> Check:
    def check(value: str) -> str:
        return "" if value in choices.split() else f"has {value}; expected one of {choices}"

    return check


def _when(right: Callable[[str], object], wrong: str) -> Check:
    return lambda value: "" if right(value) else wrong


def _piece(value: str) -> str:
    piece, total = int(value[:2]), int(value[2:])
    return "" if 1 <= piece <= total else f"says piece {piece} of {total}"


def _iban(value: str) -> str:
    if not re.fullmatch(r"[A-Z]{2}\d\d[A-Z0-9]+", value):
        return "is no IBAN"
    moved = value[4:] + value[:4]
    good = int("".join(str(int(character, 36)) for character in moved)) % 97 == 1
    return "" if good else "is an IBAN with a wrong check number"


def _percent(value: str) -> str:
    broken = re.search(r"%(?![0-9A-Fa-f]{2})", value) or "\ufffd" in unquote(value)
    return "has a broken percent escape" if broken else ""


CHECKS: dict[str, Check] = {
    "csum": _csum,
    "csumalpha": _csumalpha,
    "yymmdd": lambda value: _date(value, day_zero=False),
    "yymmd0": lambda value: _date(value, day_zero=True),
    "yyyymmdd": lambda value: _date(value, day_zero=False),
    "hh": _at_most(23, "hour"),
    "mi": _at_most(59, "minute"),
    "ss": _at_most(59, "second"),
    "hhmi": _hhmi,
    "yesno": _one_of("0 1"),
    "winding": _one_of("0 1 9"),
    "iso5218": _one_of("0 1 2 9"),
    "mediatype": _when(
        lambda v: 1 <= int(v) <= 10 or int(v) >= 80, "has no media type: expected 01-10 or 80-99"
    ),
    "importeridx": _when(lambda v: v in CHARACTERS["Z"][:-1], "has no importer index"),
    "latitude": _at_most(1_800_000_000, "latitude"),
    "longitude": _at_most(3_600_000_000, "longitude"),
    "zero": _when(lambda v: not v.strip("0"), "begins otherwise than with 0"),
    "nonzero": _when(lambda v: v.strip("0"), "has a zero where none may be"),
    "nozeroprefix": _when(lambda v: v == "0" or v[0] != "0", "begins with 0"),
    "hasnondigit": _when(lambda v: not v.isdigit(), "has digits alone"),
    "hyphen": _when(lambda v: v == "-", "ends otherwise than with -"),
    "iban": _iban,
    "pcenc": _percent,
    "pieceoftotal": _piece,
    "posinseqslash": _when(
        lambda v: re.fullmatch(r"[1-9]/[1-9]", v) and v[0] <= v[2], "is no place like 1/2"
    ),
}
