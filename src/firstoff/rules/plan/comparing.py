"""What two frozen definitions say differently, in the order of a definition."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, fields
from decimal import Decimal
from typing import Any

import msgspec

from firstoff.rules import ledger
from firstoff.rules.plan.baseline import BaselineFacts
from firstoff.rules.plan.frozen import Contents, FrozenAssembly
from firstoff.rules.product import CharacteristicFacts, balloon_key


@dataclass(frozen=True, slots=True)
class Difference:
    """What two baselines say differently of one thing. Empty text: it does not say it."""

    what: str
    before: str
    after: str


def differences(before: BaselineFacts, after: BaselineFacts) -> tuple[Difference, ...]:
    """What changed from one baseline to the other, parts made here after the product itself."""
    found = _head("", _top(before), _top(after))
    found += _inside("", _top(before), _top(after))
    then = {a.part: a for a in before.assemblies}
    now = {a.part: a for a in after.assemblies}
    for part in sorted({*then, *now}):
        old, new = then.get(part), now.get(part)
        if old is None or new is None:
            gone, come = _named(old), _named(new)
            found.append(Difference(f"Part {part}", gone, come))
            continue
        found += _head(f"Part {part}, ", old, new)
        found += _inside(f"Part {part}, ", old, new)
    return tuple(found)


def _top(of: BaselineFacts) -> FrozenAssembly:
    return FrozenAssembly(
        of.part,
        of.part_name,
        of.revision,
        of.plan,
        of.characteristics,
        of.operations,
        of.contents,
    )


def _named(of: FrozenAssembly | None) -> str:
    return f"{of.name}, revision {of.revision}" if of else ""


def _head(prefix: str, before: FrozenAssembly, after: FrozenAssembly) -> list[Difference]:
    return [
        Difference(_first(prefix + what), old, new)
        for what, old, new in (
            ("part", f"{before.part} {before.name}", f"{after.part} {after.name}"),
            ("revision", before.revision, after.revision),
            ("process plan", before.plan, after.plan),
        )
        if old != new
    ]


def _inside(prefix: str, before: FrozenAssembly, after: FrozenAssembly) -> list[Difference]:
    kinds: tuple[tuple[str, Mapping[str, Any], Mapping[str, Any]], ...] = (
        ("characteristic", _characteristics(before), _characteristics(after)),
        ("operation", _operations(before), _operations(after)),
        *(
            (words, _keyed(before.contents, kind, key), _keyed(after.contents, kind, key))
            for kind, words, key in _CONTENTS
        ),
    )
    found: list[Difference] = []
    for kind, then, now in kinds:
        for key in sorted({*then, *now}, key=balloon_key):
            what = _first(f"{prefix}{kind} {key}")
            found.extend(_changes(what, then.get(key), now.get(key)))
    return found


def _characteristics(of: FrozenAssembly) -> dict[str, Any]:
    return {c.number: c for c in of.characteristics}


def _operations(of: FrozenAssembly) -> dict[str, Any]:
    return {str(o.seq): o for o in of.operations}


_Key = Callable[[Any], str]
_CONTENTS: tuple[tuple[str, str, _Key], ...] = (
    ("lines", "BOM line", lambda x: x.find_number or x.part),
    ("variants", "variant", lambda x: x.code),
    ("documents", "document", lambda x: x.number),
    ("procedures", "test procedure", lambda x: x.code),
    ("inspection_plans", "inspection plan", lambda x: x.kind.replace("_", " ")),
    (
        "controls",
        "control",
        lambda x: " ".join(
            str(p) for p in (x.operation, x.characteristic, x.parameter, x.technique) if p
        ),
    ),
    ("stack_ups", "chain", lambda x: x.code),
)


def _keyed(contents: Contents, kind: str, key: _Key) -> dict[str, Any]:
    """By their key; the second of one key is told apart by its place among them."""
    found: dict[str, Any] = {}
    for one in getattr(contents, kind):
        name, place = key(one), 1
        while name in found:
            place += 1
            name = f"{key(one)} ({place})"
        found[name] = one
    return found


def _changes(what: str, before: Any, after: Any) -> list[Difference]:
    if before is None or after is None:
        return [Difference(what, _title(before), _title(after))]
    shown = [
        (name, _said(before, name), _said(after, name))
        for name in _fields(before)
        if name != "decimals"  # how a limit is written shows in the limit
    ]
    return [
        Difference(f"{what}, {name.replace('_', ' ')}", old, new)
        for name, old, new in shown
        if old != new
    ]


def _fields(of: Any) -> Iterable[str]:
    if isinstance(of, msgspec.Struct):
        return of.__struct_fields__
    return (f.name for f in fields(of))


def _title(of: Any) -> str:
    """What to call a thing that came or went; empty for None."""
    if of is None:
        return ""
    names = ("name", "title", "part", "technique", "label")
    found = (getattr(of, name, "") for name in names)
    return str(next((f for f in found if f), "there"))


def _said(of: Any, field: str) -> str:
    value = getattr(of, field)
    if field == "predecessors":
        return "the one before" if value is None else ", ".join(map(str, value)) or "none"
    if value is None:
        return ""
    if isinstance(of, CharacteristicFacts) and isinstance(value, Decimal):
        return of.shown(value)
    if isinstance(value, bool):
        return "yes" if value else "no"
    return _text(value)


def _text(value: Any) -> str:
    """A value in words, nested ones with what they set."""
    if isinstance(value, Decimal):
        return ledger.decimal_text(value)
    if isinstance(value, tuple):
        return ", ".join(map(_text, value))
    if isinstance(value, dict):
        return ", ".join(f"{k} {_text(v)}" for k, v in sorted(value.items()))
    if isinstance(value, msgspec.Struct):
        if type(value).__str__ is not object.__str__:
            return str(value)  # it has words of its own
        said = (getattr(value, name) for name in value.__struct_fields__)
        return " ".join(_text(v) for v in said if v not in (None, "", (), 0))
    return str(value)


def _first(text: str) -> str:
    return text[:1].upper() + text[1:]
