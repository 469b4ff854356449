"""Conditions out of plain fields, as a form, an address or a command line has them."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime

from firstoff.rules.trace.conditions import CONDITIONS, Condition, Field, FieldKind

MAIN = frozenset(kind.main().name for kind in CONDITIONS)

# A text and whether it ends something: 2026-05-12 ends with the day.
ReadMoment = Callable[[str, bool], datetime | None]


def narrowing() -> tuple[Field, ...]:
    """The fields that narrow conditions down, each once: from, to, part ..."""
    found = {f.name: f for kind in CONDITIONS for f in kind.fields[1:] if f.name not in MAIN}
    return tuple(found.values())


def of_fields(given: Mapping[str, Sequence[str]], moment: ReadMoment) -> tuple[Condition, ...]:
    """A condition for each value of a field that names one; the other fields narrow down every
    condition that has them. Raises InvalidInput.
    """
    return tuple(
        kind.read(dict(_fields(kind, value, given, moment)), kind.title)
        for kind in CONDITIONS
        for value in given.get(kind.main().name, ())
        if value.strip()
    )


def _fields(
    kind: type[Condition], value: str, given: Mapping[str, Sequence[str]], moment: ReadMoment
) -> Iterator[tuple[str, object]]:
    yield kind.main().name, value
    for field in kind.fields[1:]:
        text = next((t for t in given.get(field.name, ()) if t.strip()), "")
        if text and field.name not in MAIN:
            at = field.kind is FieldKind.MOMENT
            yield field.name, moment(text, field.name == "to") if at else text


def day_or_moment(text: str, end: bool) -> datetime | None:
    """``2026-05-12`` or ``2026-05-12T16:42``; a day that ends something ends with its last moment.

    None where it is neither. Without an offset it has no zone yet.
    """
    try:
        found = datetime.fromisoformat(text.strip())
    except ValueError:
        return None
    if end and len(text.strip()) <= 10:
        return found.replace(hour=23, minute=59, second=59, microsecond=999_999)
    return found
