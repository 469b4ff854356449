"""Whether data have the shape a TypedDict states. One sentence says where, what and what not."""

import types
from collections.abc import Mapping
from decimal import Decimal
from functools import lru_cache
from typing import (
    Any,
    Literal,
    NotRequired,
    Union,
    get_args,
    get_origin,
    get_type_hints,
    is_typeddict,
)

from firstoff.errors import InvalidInput


def conform(value: object, hint: Any, where: str) -> None:
    """Raises InvalidInput naming the first field of ``value`` that is not as ``hint`` says.
    Fields beyond the contract are allowed: an older template ignores them."""
    if is_typeddict(hint):
        _fields(value, hint, where)
    elif get_origin(hint) is list:
        if not isinstance(value, (list, tuple)):
            raise _wrong(where, value, "a list")
        for i, item in enumerate(value):
            conform(item, get_args(hint)[0], f"{where}[{i}]")
    elif get_origin(hint) is tuple:
        if not isinstance(value, (list, tuple)) or len(value) != len(get_args(hint)):
            raise _wrong(where, value, f"a list of {len(get_args(hint))}")
        for i, (item, part) in enumerate(zip(value, get_args(hint), strict=True)):
            conform(item, part, f"{where}[{i}]")
    else:
        _plain(value, hint, where)


def _fields(value: object, hint: Any, where: str) -> None:
    if not isinstance(value, Mapping):
        raise _wrong(where, value, "an object with named fields")
    for name, field in _hints(hint):
        optional = get_origin(field) is NotRequired
        if name not in value:
            if optional or name in hint.__optional_keys__:
                continue
            raise InvalidInput(f"{where}.{name} is missing.", field=f"{where}.{name}")
        conform(value[name], get_args(field)[0] if optional else field, f"{where}.{name}")


@lru_cache(maxsize=128)
def _hints(hint: Any) -> tuple[tuple[str, Any], ...]:
    return tuple(get_type_hints(hint, include_extras=True).items())


def _plain(value: object, hint: Any, where: str) -> None:
    options = get_args(hint) if get_origin(hint) in (Union, types.UnionType) else (hint,)
    for option in options:
        if get_origin(option) is Literal:
            if value in get_args(option):
                return
        elif is_typeddict(option):
            if isinstance(value, Mapping):
                return _fields(value, option, where)
        elif _is(value, option):
            return
    said = " or ".join(_name(option) for option in options)
    raise _wrong(where, value, said)


def _is(value: object, kind: Any) -> bool:
    if isinstance(value, bool):
        return kind is bool
    if kind is float:
        return isinstance(value, (int, float, Decimal)) and value == value  # NaN is no number
    return isinstance(value, kind) if isinstance(kind, type) else False


def _name(option: Any) -> str:
    if get_origin(option) is Literal:
        return " or ".join(f"“{word}”" for word in get_args(option))
    names = {float: "a number", int: "a whole number", str: "text", bool: "true or false"}
    return "nothing" if option is types.NoneType else names.get(option, "an object")


def _wrong(where: str, value: object, expected: str) -> InvalidInput:
    found = repr(value)
    found = found if len(found) <= 60 else found[:57] + "…"
    return InvalidInput(f"{where} is {found}; expected {expected}.", field=where)
