"""GS1 element strings: identifiers with their values, as a symbol holds and as people read them.

Source: GS1 General Specifications 7.8 (element strings); GS1 Barcode Syntax Dictionary.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from firstoff.errors import InvalidInput

from .content import CHECKS, check_digit
from .table import (
    CHARACTERS,
    CHARACTERS_SAID,
    Component,
    Identifier,
    identifier_at,
    identifiers,
    matches,
)

GS = "\x1d"  # how FNC1, the separator, is transmitted


@dataclass(frozen=True, slots=True)
class Element:
    ai: str
    value: str


Elements = tuple[Element, ...]


def elements(pairs: Iterable[tuple[str, str]]) -> Elements:
    """The pairs as elements, each value of its identifier's form. Raises InvalidInput."""
    made = tuple(Element(ai, value) for ai, value in pairs)
    for one in made:
        known = identifiers().get(one.ai)
        if known is None:
            raise InvalidInput(f"({one.ai}) is no GS1 application identifier.", field=one.ai)
        _check_value(known, one.value)
    _once(made)
    return made


def _once(made: Elements) -> None:
    seen: dict[str, str] = {}
    for one in made:
        if seen.setdefault(one.ai, one.value) != one.value:
            raise InvalidInput(
                f"({one.ai}) is there twice, with {seen[one.ai]} and {one.value}.", field=one.ai
            )


def _check_value(known: Identifier, value: str) -> None:
    rest = value
    for part in known.components:
        if part.optional and not rest:
            break
        taken, rest = rest[: part.most], rest[part.most :]
        wrong = _wrong(part, taken)
        if wrong:
            raise InvalidInput(
                f"({known.ai}) {known.title} “{value}” {wrong}.", field=known.ai, found=value
            )
    if rest:
        raise InvalidInput(
            f"({known.ai}) {known.title} “{value}” has {len(value)} characters; "
            f"expected at most {known.most}.",
            field=known.ai,
            found=value,
        )


def _wrong(part: Component, taken: str) -> str:
    if len(taken) < part.least:
        return f"is too short; expected {part.least} characters, found {len(taken)}"
    strange = [c for c in taken if c not in CHARACTERS[part.characters]]
    if strange:
        return f"has “{strange[0]}”; expected {CHARACTERS_SAID[part.characters]}"
    return next((wrong for c in part.checks if c in CHECKS and (wrong := CHECKS[c](taken))), "")


def associated(made: Elements) -> None:
    """Holds what is on one item to the pairs of the dictionary: raises InvalidInput where an
    identifier lacks one that it needs, or stands with one that it excludes.

    What is on several symbols of one item is judged together; so reading one does not ask this.
    """
    present = [one.ai for one in made]
    for one in made:
        known = identifiers()[one.ai]
        for pattern in known.excludes:
            other = next((a for a in present if a != one.ai and matches(pattern, a)), None)
            if other:
                raise InvalidInput(
                    f"({one.ai}) {known.title} may not stand with ({other}) "
                    f"{identifiers()[other].title}.",
                    field=one.ai,
                )
        if known.needs and not any(_there(group, present) for group in known.needs):
            ways = " or ".join(" with ".join(f"({p})" for p in group) for group in known.needs)
            raise InvalidInput(f"({one.ai}) {known.title} needs {ways} beside it.", field=one.ai)


def _there(group: tuple[str, ...], present: list[str]) -> bool:
    return all(any(matches(pattern, ai) for ai in present) for pattern in group)


def encode(made: Elements) -> str:
    """As a GS1 symbol transmits it: GS after each value of no predefined length but the last."""
    return "".join(
        one.ai + one.value + ("" if identifiers()[one.ai].predefined or one is made[-1] else GS)
        for one in made
    )


def decode(text: str) -> Elements:
    """Elements of what a GS1 symbol transmitted. Raises InvalidInput with the offset."""
    pairs: list[tuple[str, str]] = []
    at = len(text) - len(text.lstrip(GS))
    while at < len(text):
        known = identifier_at(text, at)
        if known is None:
            raise InvalidInput(
                f"Character {at + 1} begins “{text[at : at + 4]}”; "
                "expected a GS1 application identifier.",
                offset=at,
            )
        begin = at + len(known.ai)
        end = begin + known.most if known.predefined else text.find(GS, begin)
        end = len(text) if end < 0 else end
        pairs.append((known.ai, text[begin:end]))
        at = end
        while at < len(text) and text[at] == GS:
            at += 1
    if not pairs:
        raise InvalidInput("There is nothing in the code; expected GS1 element strings.")
    return elements(pairs)


def text(made: Elements) -> str:
    """As people read it: ``(01)09506000134352(21)ABC``."""
    return "".join(f"({one.ai}){one.value}" for one in made)


_BRACKET = re.compile(r"\((\d{2,4})\)")


def from_text(given: str) -> Elements:
    """Elements of ``(01)09506000134352(21)ABC``. A value may hold parentheses: an opening one
    begins an identifier only where a known one stands in it. Raises InvalidInput."""
    marks = [m for m in _BRACKET.finditer(given.strip()) if m[1] in identifiers()]
    if not marks or marks[0].start() != 0:
        raise InvalidInput(
            f"“{given[:40]}” begins with no identifier in parentheses; expected one like (01)."
        )
    ends = [mark.start() for mark in marks[1:]] + [len(given.strip())]
    return elements(
        (mark[1], given.strip()[mark.end() : end]) for mark, end in zip(marks, ends, strict=True)
    )


def gtin14(given: str) -> str:
    """A GTIN of 8, 12, 13 or 14 digits as the 14 that (01) holds. Raises InvalidInput."""
    digits = given.strip()
    if len(digits) not in (8, 12, 13, 14) or not (digits.isascii() and digits.isdigit()):
        raise InvalidInput(f"“{given}” is no GTIN; expected 8, 12, 13 or 14 digits.", field="gtin")
    return elements([("01", digits.zfill(14))])[0].value


def sscc(extension: str, company_prefix: str, reference: int) -> str:
    """The 18 digits of a logistic unit: extension digit, company prefix, reference padded to 17
    digits, check digit. Raises InvalidInput where the reference has too many digits."""
    room = 16 - len(company_prefix)
    body = f"{extension}{company_prefix}{reference:0{max(room, 1)}d}"
    if len(body) != 17 or reference < 0 or not (body.isascii() and body.isdigit()):
        raise InvalidInput(
            f"Extension {extension}, company prefix {company_prefix} and reference {reference} "
            "do not make an SSCC; expected one digit, 4 to 12 digits and the rest of 17.",
            field="sscc",
        )
    return body + check_digit(body)
