"""GS1 application identifiers: what each holds, needs and excludes.

The table is the GS1 Barcode Syntax Dictionary (Apache-2.0, GS1 AISBL), one row an entry.
"""

import csv
import re
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files

# GS1 General Specifications, figures 7.11-1 and 7.11-2, and RFC 4648 base64url.
CHARACTERS = {
    "N": "0123456789",
    "X": "!\"%&'()*+,-./0123456789:;<=>?ABCDEFGHIJKLMNOPQRSTUVWXYZ_abcdefghijklmnopqrstuvwxyz",
    "Y": "#-/0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ",
    "Z": "-0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ_abcdefghijklmnopqrstuvwxyz=",
}
CHARACTERS_SAID = {
    "N": "digits",
    "X": "letters A-Z and a-z, digits and !\"%&'()*+,-./:;<=>?_",
    "Y": "capital letters, digits, #, - and /",
    "Z": "letters, digits, -, _ and =",
}
_COMPONENT = re.compile(r"(\[?)([NXYZ])(\.\.)?(\d+)\]?((?:,\w+)*)\]?")


@dataclass(frozen=True, slots=True)
class Component:
    """A part of a value: ``least`` to ``most`` characters of one set."""

    optional: bool
    characters: str  # N, X, Y or Z
    least: int
    most: int
    checks: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Identifier:
    """One application identifier.

    needs: each inner tuple is a group of patterns that must all be there; one group suffices.
    excludes: patterns; ``n`` stands for a digit.
    qualifiers: where it is a key of a Digital Link: sequences of identifiers that may follow;
        none where it is no key.
    """

    ai: str
    title: str
    predefined: bool  # its length is known from its first two digits: no separator follows
    attribute: bool  # may stand in the query of a Digital Link
    components: tuple[Component, ...]
    needs: tuple[tuple[str, ...], ...]
    excludes: tuple[str, ...]
    qualifiers: tuple[tuple[str, ...], ...] | None

    @property
    def least(self) -> int:
        return sum(part.least for part in self.components if not part.optional)

    @property
    def most(self) -> int:
        return sum(part.most for part in self.components)


def matches(pattern: str, ai: str) -> bool:
    """Whether the identifier is one that the pattern means: ``31nn`` is any of 3100 to 3199."""
    return len(pattern) == len(ai) and all(p in ("n", c) for p, c in zip(pattern, ai, strict=True))


def _component(text: str) -> Component:
    found = _COMPONENT.fullmatch(text)
    if found is None:
        raise ValueError(f"{text} is no component of the syntax dictionary")
    bracket, characters, varies, most, checks = found.groups()
    return Component(
        optional=bool(bracket),
        characters=characters,
        least=1 if varies else int(most),
        most=int(most),
        checks=tuple(checks.split(",")[1:]),
    )


def _qualifiers(text: str) -> tuple[tuple[str, ...], ...] | None:
    if not text:
        return None
    return () if text == "-" else tuple(tuple(way.split(",")) for way in text.split("|"))


def _identifiers(row: dict[str, str]) -> list[Identifier]:
    digits = len(row["first"])
    return [
        Identifier(
            ai=f"{number:0{digits}d}",
            title=row["title"],
            predefined=row["predefined"] == "yes",
            attribute=row["attribute"] == "yes",
            components=tuple(_component(part) for part in row["specification"].split()),
            needs=tuple(tuple(group.split("+")) for group in row["needs"].split(",") if group),
            excludes=tuple(pattern for pattern in row["excludes"].split(",") if pattern),
            qualifiers=_qualifiers(row["key"]),
        )
        for number in range(int(row["first"]), int(row["last"]) + 1)
    ]


@lru_cache(maxsize=1)
def identifiers() -> dict[str, Identifier]:
    text = files(__package__).joinpath("application_identifiers.csv").read_text("utf-8")
    rows = csv.DictReader(line for line in text.splitlines() if not line.startswith("#"))
    return {one.ai: one for row in rows for one in _identifiers(row)}


def identifier_at(text: str, start: int = 0) -> Identifier | None:
    """The identifier that the text has there; no identifier is the beginning of another."""
    known = identifiers()
    for digits in (2, 3, 4):
        found = known.get(text[start : start + digits])
        if found is not None:
            return found
    return None
