"""Manufacturers' part numbers as a cell writes them: one, several, with a multiplier.

A comma may belong to the number (``MMBT3904,215``, ``T2N7002AK,LM``) and so may a space
(``BAT 60A E6327``); what cannot be told apart stays one number.
"""

import re
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache

from firstoff.formats.bom.quantities import quantity
from firstoff.rules.bom.draft import SourceDraft

# Signs that a word processor puts in place of a hyphen: U+2010 to U+2015, U+2212, and full width.
_DASHES = dict.fromkeys(map(ord, "\u2010\u2011\u2012\u2013\u2014\u2015\u2212\ufe63\uff0d"), "-")
_BLANKS = dict.fromkeys(map(ord, "\u00a0\u2007\u202f\t\r"), " ") | dict.fromkeys(
    map(ord, "\u200b\u200e\u200f\ufeff"), ""
)
_NONE = frozenset(
    (
        "any",
        "none",
        "n/a",
        "na",
        "n.a.",
        "tbd",
        "tba",
        "tbc",
        "?",
        "??",
        "-",
        "--",
        "---",
        "~",
        "*",
        "x",
        "xx",
        "xxx",
        "generic",
        "various",
        "custom",
        "unknown",
        "null",
        "nan",
        "#n/a",
        "#name?",
        "#ref!",
        "#value!",
        "standard",
        "default",
        "dnp",
        "dnf",
        "dni",
        "nc",
        "n.c.",
        "no",
        "not",
        "nil",
        "see_note",
    )
)
_FULL = re.compile(r"(?=(?:.*\d){3})(?=(?:.*[A-Za-z]){2})[A-Za-z0-9][A-Za-z0-9\-_/+#()=]{9,}")
_LONG = re.compile(r"(?=.*\d)(?=.*[A-Za-z])[A-Za-z0-9][^\s,]{5,}")
_SPACED = re.compile(r"(?=.*\d)[^\s,%]{5,}")
_TWICE = re.compile(r"(?P<a>[^:]+?)\s*:\s*(?P<b>[^:]+)")
_COUNT = re.compile(r"\d+(?:\.\d+)?(?:\s*/\s*\d+)?")


@dataclass(frozen=True, slots=True)
class PartNumbers:
    """``numbers`` in the order of the cell, each with how many of it one place takes.
    ``replaced``: a sign that only looks like a hyphen was one."""

    numbers: tuple[tuple[str, Decimal], ...]
    replaced: bool = False


@lru_cache(maxsize=50_000)
def part_numbers(text: str) -> PartNumbers:
    """The numbers of one cell. Empty where it holds none: ``ANY``, ``TBD``, ``-``."""
    cleaned = text.translate(_BLANKS)
    hyphened = cleaned.translate(_DASHES)
    found: dict[str, Decimal] = {}
    for piece in _pieces(hyphened):
        number, pieces = multiplied(piece)
        if is_number(number):
            found.setdefault(number, pieces)
    return PartNumbers(tuple(found.items()), hyphened != cleaned and bool(found))


def is_number(text: str) -> bool:
    """Whether a text can be a part number at all."""
    plain = text.casefold().strip()
    if not plain or plain.startswith(("http:", "https:", "www.")):
        return False
    return plain.replace(" ", "_") not in _NONE and any(map(str.isalnum, plain))


def multiplied(text: str) -> tuple[str, Decimal]:
    """``ABC:2``, ``ABC : 4.5`` and ``4/5 : ABC`` as number and pieces; else the text and 1."""
    text = " ".join(text.split())
    found = _TWICE.fullmatch(text)
    if found is None:
        return text, Decimal(1)
    for number, count in ((found["a"], found["b"]), (found["b"], found["a"])):
        if _COUNT.fullmatch(count.strip()) and (pieces := quantity(count)) and pieces.amount > 0:
            return number.strip(), pieces.amount
    return text, Decimal(1)


def sources(numbers: str, makers: str = "") -> tuple[SourceDraft, ...]:
    """The sources that a cell of numbers and the cell of makers beside it name, in their order.

    Several makers go to several numbers one by one; one maker goes to each."""
    found = part_numbers(numbers).numbers
    named = maker_names(makers, len(found))
    return tuple(
        SourceDraft(number, named[place] if place < len(named) else "", pieces)
        for place, (number, pieces) in enumerate(found)
    )


def maker_names(text: str, count: int) -> list[str]:
    """The makers of ``count`` numbers; a comma in one maker's name ("Inc.") parts nothing."""
    text = " ".join(text.translate(_BLANKS).split("\n"))
    whole = [" ".join(text.split())] * max(count, 1)
    if count < 2:
        return [name if is_number(name) else "" for name in whole]
    for mark in ("|", ";", " / ", "/", ","):
        pieces = [" ".join(piece.split()) for piece in text.split(mark)]
        if len(pieces) == count:
            return [name if is_number(name) else "" for name in pieces]
    return [name if is_number(name) else "" for name in whole]


def _pieces(text: str) -> list[str]:
    found: list[str] = []
    for piece in re.split(r"[;|\n]|\s/\s|\s+or\s+", text):
        piece = " ".join(piece.split()).rstrip(",")
        if not piece:
            continue
        for part in _at_commas(piece):
            found.extend(_at_spaces(part))
    return found


def _at_commas(piece: str) -> list[str]:
    """A comma parts two numbers only where each is one by itself: ``0603, Thin Film`` is none."""
    parts = [part.strip() for part in piece.split(",")]
    spaced = piece.count(", ") == len(parts) - 1
    test = _SPACED if spaced else _LONG
    return parts if len(parts) > 1 and all(map(test.fullmatch, parts)) else [piece]


def _at_spaces(piece: str) -> list[str]:
    """A space parts two numbers only where each is a long one: ``C0603C104J4RACTU VJ0603...``"""
    words = piece.split(" ")
    if len(words) > 1 and all(_FULL.fullmatch(word) for word in words):
        return words
    return [piece]
