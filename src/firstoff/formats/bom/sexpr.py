"""S-expressions, as KiCad writes its netlists and schematics: ``(name item (name item))``."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from firstoff.errors import InvalidInput
from firstoff.formats.sources import Limits

_TOKEN = re.compile(r'"((?:[^"\\]|\\.)*)"|([()])|([^\s()"]+)|(")', re.DOTALL)
_QUOTED, _WORD = 1, 3  # groups of it
_ESCAPE = re.compile(r"\\(.)", re.DOTALL)
_ESCAPED = {"n": "\n", "r": "\r", "t": "\t"}
_DEEPEST = 200


@dataclass(slots=True)
class Expression:
    """One pair of brackets: its first word, and what follows it in order."""

    name: str = ""
    items: "list[str | Expression]" = field(default_factory=list)

    def text(self, place: int = 0) -> str:
        """The word at a place after the name; "" where there is none."""
        words = [item for item in self.items if isinstance(item, str)]
        return words[place] if place < len(words) else ""

    def all(self, *names: str) -> "Iterator[Expression]":
        """The brackets directly inside that begin with one of these words."""
        return (item for item in self.items if isinstance(item, Expression) and item.name in names)

    def first(self, name: str) -> "Expression | None":
        return next(self.all(name), None)

    def value(self, name: str) -> str:
        """The word after ``name`` in brackets of its own: ``(value 10k)``; "" where not there."""
        found = self.first(name)
        return "" if found is None else found.text()


def expression(text: str, name: str, limits: Limits) -> Expression:
    """The first expression of a text. ``name`` is the file's, for its errors.

    Raises InvalidInput: broken off, a quote or bracket too many (with line), too much of it."""
    root = Expression()
    open_ones = [root]
    for count, match in enumerate(_TOKEN.finditer(text), start=1):
        if count > limits.json_values:
            raise _too_much(name, limits)
        kind, word = match.lastindex, match[match.lastindex or 0]
        if kind == _QUOTED:
            open_ones[-1].items.append(_ESCAPE.sub(_escaped, word) if "\\" in word else word)
        elif kind == _WORD:
            _put(open_ones[-1], word)
        elif word == "(":
            if len(open_ones) > _DEEPEST:
                raise _broken(name, text, match.start(), "brackets inside brackets without end")
            begun = Expression()
            open_ones[-1].items.append(begun)
            open_ones.append(begun)
        elif word == ")":
            open_ones.pop()
            if not open_ones:
                raise _broken(name, text, match.start(), "a bracket closed that none opened")
            if len(open_ones) == 1:
                break  # what stands behind the first expression says nothing
        else:
            raise _broken(name, text, match.start(), "a quote is opened and not closed")
    if len(open_ones) > 1:
        raise _broken(name, text, len(text), "the file ends inside a bracket")
    found = root.items[0] if root.items else None
    if not isinstance(found, Expression):
        raise _broken(name, text, 0, "no bracket at the beginning")
    return found


def _put(into: Expression, word: str) -> None:
    if not into.name and not into.items:
        into.name = word
    else:
        into.items.append(word)


def _escaped(match: re.Match[str]) -> str:
    return _ESCAPED.get(match[1], match[1])


def _too_much(name: str, limits: Limits) -> InvalidInput:
    return InvalidInput(
        f"{name} holds more than {limits.json_values:,} words.",
        code="too-large",
        way_out="Give the sheets one by one.",
        file=name,
    )


def _broken(name: str, text: str, offset: int, what: str) -> InvalidInput:
    line = text.count("\n", 0, offset) + 1
    cut = offset >= len(text) or "quote" in what  # no quote closes it up to the end
    return InvalidInput(
        f"{name}, line {line}: {what}.",
        code="broken-expression",
        way_out="Copy the file again." if cut else "",
        file=name,
        row=line,
        expected="a complete S-expression",
    )
