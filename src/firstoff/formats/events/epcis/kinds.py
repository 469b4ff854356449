"""Kinds of JSON value: each reads one (or says what is wrong with it) and writes it again.

A kind's ``read`` raises ``Unfit``, which gathers its path on the way out; ``dump`` is the inverse.
Nothing here knows EPCIS: the tables in ``shapes`` do.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from enum import Enum
from types import MappingProxyType
from typing import Any, Protocol

from firstoff.formats.events.epcis.values import NOTHING, Json, Time
from firstoff.formats.events.epcis.vocabulary import Words

DEEPEST = 100


class Unfit(Exception):
    """A value that cannot stand where it does. ``says`` continues the sentence that its path
    begins: "$.epcisBody.eventList[0].action" + " " + 'is "CREATE"; expected ...'."""

    def __init__(self, says: str, *, found: str = "", expected: str = "") -> None:
        super().__init__(says)
        self.says, self.found, self.expected = says, found, expected
        self.path: list[str | int] = []  # innermost first

    @classmethod
    def instead(cls, value: Any, expected: str) -> "Unfit":
        found = shown(value)
        return cls(f"is {found}; expected {expected}", found=found, expected=expected)

    def where(self) -> str:
        path = "$"
        for step in reversed(self.path):
            if isinstance(step, int):
                path += f"[{step}]"
            else:
                path += f".{step}" if step.isidentifier() else f"[{json.dumps(step)}]"
        return path


def shown(value: Any) -> str:
    """A value for a sentence: short texts and numbers as they stand, the rest by their kind."""
    match value:
        case None:
            return "null"
        case bool():
            return "true" if value else "false"
        case str():
            text = value if len(value) <= 60 else value[:57] + "..."
            return json.dumps(text, ensure_ascii=False)
        case int() | float() | Decimal():
            text = str(value)
            return text if len(text) <= 60 else text[:57] + "..."
        case dict():
            return "an object"
        case _:
            return "a list" if value else "an empty list"


def listed(words: tuple[str, ...] | list[str], last: str = "or") -> str:
    """ "a, b or c"."""
    if len(words) < 2:
        return "".join(words)
    return f"{', '.join(words[:-1])} {last} {words[-1]}"


class Kind(Protocol):
    def read(self, value: Any) -> Any: ...

    def dump(self, value: Any) -> Any: ...


@dataclass(frozen=True, slots=True)
class Text:
    """A text that ``fits``; any text where nothing is asked."""

    expected: str = "a text"
    fits: Callable[[str], bool] | None = None

    def read(self, value: Any) -> str:
        if type(value) is str and (self.fits is None or self.fits(value)):
            return value
        raise Unfit.instead(value, self.expected)

    def dump(self, value: str) -> str:
        return value


@dataclass(frozen=True, slots=True)
class Moment:
    """A time, kept as it was written."""

    fits: Callable[[str], bool]

    def read(self, value: Any) -> Time:
        if type(value) is str and self.fits(value):
            return Time(value)
        raise Unfit.instead(
            value, "a date and time with its offset, such as 2026-05-08T09:00:00+02:00"
        )

    def dump(self, value: Time) -> str:
        return value.text


@dataclass(frozen=True, slots=True)
class Number:
    def read(self, value: Any) -> Decimal:
        if type(value) is int:
            return Decimal(value)
        if isinstance(value, Decimal):
            return value
        raise Unfit.instead(value, "a number")

    def dump(self, value: Decimal) -> Decimal:
        return value


@dataclass(frozen=True, slots=True)
class Flag:
    def read(self, value: Any) -> bool:
        if isinstance(value, bool):
            return value
        raise Unfit.instead(value, "true or false")

    def dump(self, value: bool) -> bool:
        return value


@dataclass(frozen=True, slots=True)
class Choice:
    """One of a few words."""

    words: tuple[str, ...]

    def read(self, value: Any) -> str:
        if type(value) is str and value in self.words:
            return value
        raise Unfit.instead(value, listed(self.words))

    def dump(self, value: str) -> str:
        return value


@dataclass(frozen=True, slots=True)
class Word:
    """A word of a vocabulary by its short name, or one of the user's own as a URI."""

    words: Words
    foreign: Callable[[str], bool]

    def read(self, value: Any) -> str:
        if type(value) is str and (value in self.words or self.foreign(value)):
            return value
        short = self.words.short(value) if type(value) is str else value
        if short != value:
            raise Unfit.instead(value, f'its short name "{short}"')
        few = listed(
            [*self.words.words[:3], "..."] if len(self.words.words) > 3 else self.words.words
        )
        raise Unfit.instead(value, f"a {self.words.name} ({few}) or a URI of your own")

    def dump(self, value: str) -> str:
        return value


@dataclass(frozen=True, slots=True)
class ListOf:
    """A list, read into a tuple."""

    kind: Kind
    least: int = 0
    unique: bool = False

    def read(self, value: Any) -> tuple[Any, ...]:
        if type(value) is not list:
            raise Unfit.instead(value, "a list")
        if len(value) < self.least:
            raise Unfit.instead(value, "a list of at least one")
        read = self.kind.read
        found: list[Any] = []
        try:
            for item in value:
                found.append(read(item))
        except Unfit as unfit:
            unfit.path.append(len(found))
            raise
        if self.unique:
            _demand_unique(value)
        return tuple(found)

    def dump(self, value: tuple[Any, ...]) -> list[Any]:
        dump = self.kind.dump
        return [dump(item) for item in value]


def _demand_unique(values: list[Any]) -> None:
    seen = set()
    for place, value in enumerate(values):
        key = _comparable(value)
        if key in seen:
            unfit = Unfit("is in the list twice", found=shown(value), expected="each once")
            unfit.path.append(place)
            raise unfit
        seen.add(key)


def _comparable(value: Any) -> Any:
    """A key that is equal where JSON values are: 1 is 1.0 and not true."""
    if isinstance(value, dict):
        return ("{", frozenset((name, _comparable(part)) for name, part in value.items()))
    if isinstance(value, list):
        return ("[", tuple(_comparable(part) for part in value))
    return (isinstance(value, bool), value)


@dataclass(frozen=True, slots=True)
class Either:
    """The first kind that takes the value's JSON type."""

    kinds: Mapping[type, Kind]
    expected: str

    def read(self, value: Any) -> Any:
        kind = self.kinds.get(type(value))
        if kind is None:
            raise Unfit.instead(value, self.expected)
        return kind.read(value)

    def dump(self, value: Any) -> Any:
        kind = self.kinds.get(list if type(value) is tuple else type(value))
        return value if kind is None else kind.dump(value)


@dataclass(frozen=True, slots=True)
class Anything:
    """Whatever stands there, kept as it is and frozen; of one JSON type where asked."""

    expected: str = ""
    fits: Callable[[Any], bool] | None = None

    def read(self, value: Any) -> Json:
        if self.fits is not None and not self.fits(value):
            raise Unfit.instead(value, self.expected)
        return frozen(value)

    def dump(self, value: Json) -> Json:
        return value


def frozen(value: Any, depth: int = 0) -> Json:
    """A copy of a JSON value that cannot change: read-only mappings for objects, tuples."""
    if type(value) is str:
        return value
    if isinstance(value, dict):
        if depth >= DEEPEST:
            raise _too_deep()
        return MappingProxyType({name: frozen(v, depth + 1) for name, v in value.items()})
    if isinstance(value, list):
        if depth >= DEEPEST:
            raise _too_deep()
        return tuple(frozen(item, depth + 1) for item in value)
    return value


def _too_deep() -> Unfit:
    return Unfit(f"is nested deeper than {DEEPEST} levels")


# ---------------------------------------------------------------- objects


@dataclass(frozen=True, slots=True)
class Field:
    """A field of an object: where it goes, what it is, whether it has to be there."""

    attribute: str
    kind: Kind
    required: bool = False


class Others(Enum):
    """What an object may hold beside its fields."""

    NONE = "none"
    NAMESPACED = "namespaced"  # names that are URIs: the user's extensions
    ANY = "any"


@dataclass(frozen=True, slots=True)
class Shape:
    """An object with the given fields, made into ``made`` (or left as its others).

    ``fixed`` are fields whose value the shape itself says, such as its type. ``lacks`` says of the
    raw object what more it would need, in words, or nothing."""

    made: Callable[..., Any]
    fields: Mapping[str, Field]
    others: Others
    is_name: Callable[[str], bool] = field(default=lambda name: True)
    fixed: Mapping[str, str] = field(default_factory=dict)
    lacks: Callable[[Mapping[str, Any]], str] | None = None
    noun: str = "an object"

    def read(self, value: Any) -> Any:
        if type(value) is not dict:
            raise Unfit.instead(value, self.noun)
        self._demand(value)
        given: dict[str, Any] = {}
        others: dict[str, Json] = {}
        for name, part in value.items():
            known = self.fields.get(name)
            if known is None and name in self.fixed:
                continue
            if known is None:
                self._demand_name(name)
            try:
                if known is not None:
                    given[known.attribute] = known.kind.read(part)
                else:
                    others[name] = frozen(part)
            except Unfit as unfit:
                unfit.path.append(name)
                raise
        if others:
            given["extensions"] = MappingProxyType(others)
        return self.made(**given)

    def _demand(self, value: Mapping[str, Any]) -> None:
        missing = [n for n, f in self.fields.items() if f.required and n not in value]
        if missing:
            names = listed(missing, "and")
            raise Unfit(f"lacks {names}", found="nothing", expected=names)
        lacks = self.lacks(value) if self.lacks else ""
        if lacks:
            raise Unfit(f"lacks {lacks}", found="nothing", expected=lacks)

    def _demand_name(self, name: str) -> None:
        if self.others is Others.ANY:
            return
        if self.others is Others.NAMESPACED and self.is_name(name):
            return
        known = [*self.fixed, *self.fields]
        few = listed(known if len(known) <= 8 else [*known[:7], "..."])
        if self.others is Others.NAMESPACED:
            few = f"{few} or " if few else ""
            few += "a name with a prefix, such as example:batch"
        raise Unfit(f"has {shown(name)}; expected {few}", found=name, expected=few)

    def dump(self, value: Any) -> dict[str, Any]:
        given: dict[str, Any] = dict(self.fixed)
        for name, known in self.fields.items():
            part = getattr(value, known.attribute)
            if part is not None:
                given[name] = known.kind.dump(part)
        extensions = NOTHING if self.others is Others.NONE else value.extensions
        given.update(extensions)
        return given
