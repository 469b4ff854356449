"""Values in units with and without a prefix, compared exactly: 28300 Ohm is 28.3 kOhm."""

from collections.abc import Mapping
from decimal import Context, Decimal

_PREFIXES: Mapping[str, int] = {
    "Y": 24, "Z": 21, "E": 18, "P": 15, "T": 12, "G": 9, "M": 6, "k": 3, "K": 3, "h": 2,
    "d": -1, "c": -2, "m": -3, "u": -6, "µ": -6, "μ": -6, "n": -9, "p": -12, "f": -15, "a": -18,
}  # fmt: skip
_NAMES: Mapping[str, int] = {
    "giga": 9, "mega": 6, "kilo": 3, "centi": -2, "milli": -3, "micro": -6, "nano": -9,
    "pico": -12,
}  # fmt: skip
# Symbols and names of one unit; names take the spelt prefixes, symbols the letters.
_UNITS: Mapping[str, tuple[str, ...]] = {
    "Ohm": ("Ohm", "ohm", "ohms", "Ohms", "OHM", "Ω", "Ω", "R"),
    "V": ("V", "volt", "volts", "Volt", "Volts"),
    "A": ("A", "amp", "amps", "ampere", "amperes", "Amp", "Amps"),
    "W": ("W", "watt", "watts", "Watt", "Watts"),
    "F": ("F", "farad", "farads", "Farad"),
    "H": ("H", "henry", "Henry", "henries"),
    "Hz": ("Hz", "hertz", "Hertz", "HZ"),
    "s": ("s", "sec", "second", "seconds"),
    "m": ("m", "meter", "meters", "metre", "metres"),
    "g": ("g", "gram", "grams"),
    "N": ("N", "newton", "newtons", "Newton"),
    "Pa": ("Pa", "pascal", "Pascal"),
    "bar": ("bar",),
    "J": ("J", "joule", "joules", "Joule"),
}
_EXACT = Context(prec=60)
_KNOWN = {word: unit for unit, words in _UNITS.items() for word in words}


def base_of(unit: str) -> tuple[str, int] | None:
    """The unit without its prefix, and the power of ten the prefix stands for; None where the
    unit is not one of those known."""
    word = unit.strip()
    if word in _KNOWN:
        return _KNOWN[word], 0
    for name, power in _NAMES.items():
        rest = word.lower().removeprefix(name)
        if rest != word.lower() and rest in _KNOWN:
            return _KNOWN[rest], power
    if word[:1] in _PREFIXES and word[1:] in _KNOWN:
        return _KNOWN[word[1:]], _PREFIXES[word[:1]]
    return None


def converted(value: Decimal, own: str, wanted: str) -> Decimal | None:
    """The value in another unit, exactly; None where the two are not of one kind."""
    if own == wanted:
        return value
    first, second = base_of(own), base_of(wanted)
    if first is None or second is None or first[0] != second[0]:
        return None
    return value.scaleb(first[1] - second[1], _EXACT)
