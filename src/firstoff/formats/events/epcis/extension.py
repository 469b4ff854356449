"""What EPCIS has no field for: the rest of a record, in the name space ``firstoff:``.

``plain`` takes a frozen value apart into JSON, names prefixed; ``rebuilt`` puts it together by the
types that its class declares. Numbers stay numbers, exact; times and dates are ISO texts.
"""

from collections.abc import Mapping
from dataclasses import MISSING, Field, dataclass, fields, is_dataclass
from datetime import date, datetime
from decimal import Decimal
from functools import cache
from types import NoneType, UnionType
from typing import Any, get_args, get_origin, get_type_hints
from uuid import UUID

from firstoff.formats.events.epcis.kinds import shown
from firstoff.formats.events.epcis.values import Json

PREFIX = "firstoff"
NAMESPACE = "https://firstoff.dev/epcis/"


class Misfit(Exception):
    """A value that its field cannot take, or something unknown, in words."""


_WORDS: Mapping[Any, str] = {
    str: "a text",
    int: "a whole number",
    Decimal: "a number",
    bool: "true or false",
    datetime: "a time such as 2026-05-08T09:00:00+02:00",
    date: "a date such as 2026-05-08",
    UUID: "a UUID",
}


def _instead(value: Json, expected: str) -> Misfit:
    found = "an object" if isinstance(value, Mapping) else shown(value)
    return Misfit(f"is {found}; expected {expected}")


@dataclass(frozen=True, slots=True)
class Described:
    """The fields of a class: their types, their defaults, and those that have none."""

    types: Mapping[str, Any]
    defaults: Mapping[str, Any]
    required: tuple[str, ...]


def described(made: Any) -> Described:
    return _described(made)


@cache
def _described(made: Any) -> Described:
    hints = get_type_hints(made)
    known = fields(made)
    return Described(
        types={f.name: hints[f.name] for f in known},
        defaults={f.name: f.default for f in known if not _is_required(f)},
        required=tuple(f.name for f in known if _is_required(f)),
    )


def _is_required(f: "Field[Any]") -> bool:
    return f.default is MISSING and f.default_factory is MISSING


def plain(value: Any) -> Json:
    """A value as JSON; fields left at their default are left out."""
    if isinstance(value, (datetime, date)):
        return value.isoformat()
    if isinstance(value, UUID):
        return str(value)
    if isinstance(value, tuple):
        return tuple(plain(item) for item in value)
    if is_dataclass(value):
        defaults = described(type(value)).defaults
        return {
            f"{PREFIX}:{f.name}": plain(getattr(value, f.name))
            for f in fields(value)
            if f.name not in defaults or getattr(value, f.name) != defaults[f.name]
        }
    return value


def rebuilt(kind: Any, value: Json) -> Any:
    """The value of a declared type from JSON. Raises Misfit."""
    if get_origin(kind) is tuple:
        if not isinstance(value, (tuple, list)):
            raise _instead(value, "a list")
        return tuple(rebuilt(get_args(kind)[0], item) for item in value)
    if isinstance(kind, UnionType):
        return _one_of(get_args(kind), value)
    if is_dataclass(kind):
        return _made(kind, value)
    return _scalar(kind, value)


def _one_of(kinds: tuple[Any, ...], value: Json) -> Any:
    if value is None and NoneType in kinds:
        return None
    for kind in kinds:
        if kind is not NoneType:
            try:
                return rebuilt(kind, value)
            except Misfit as misfit:
                last = misfit
    raise last


def _made(kind: Any, value: Json) -> Any:
    if not isinstance(value, Mapping):
        raise _instead(value, "an object")
    known = described(kind)
    given = {
        name.removeprefix(f"{PREFIX}:"): part
        for name, part in value.items()
        if name.removeprefix(f"{PREFIX}:") in known.types
    }
    missing = [name for name in known.required if name not in given]
    if missing:
        raise Misfit(f"{' and '.join(missing)} missing")
    return kind(**{name: rebuilt(known.types[name], part) for name, part in given.items()})


def _scalar(kind: Any, value: Json) -> Any:
    if kind is bool and isinstance(value, bool):
        return value
    if kind is int and type(value) is int:
        return value
    if kind is Decimal and isinstance(value, (int, Decimal)) and not isinstance(value, bool):
        return Decimal(value) if type(value) is int else value
    if isinstance(value, str):
        if kind is str:
            return value
        if kind in (datetime, date, UUID):
            try:
                return UUID(value) if kind is UUID else kind.fromisoformat(value)
            except ValueError as error:
                raise _instead(value, _WORDS[kind]) from error
    raise _instead(value, _WORDS[kind])
