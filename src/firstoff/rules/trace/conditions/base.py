"""What every condition has: its fields, its sentence, its JSON."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from enum import StrEnum
from typing import Any, ClassVar, Self

from firstoff.errors import InvalidInput
from firstoff.rules.ledger import decimal_text, time_text

Moment = Callable[[datetime], str]
LONGEST = 200  # letters of a name


class Subject(StrEnum):
    """What a condition is about. Conditions about lots meet in one lot: supplier Acme, received
    in March means lots of Acme that came in March."""

    LOT = "lot"
    UNIT = "unit"


class FieldKind(StrEnum):
    TEXT = "text"
    MOMENT = "moment"
    NUMBER = "number"


@dataclass(frozen=True, slots=True)
class Field:
    """A field of a condition, as its JSON, a form and the command line have it.

    ``name`` is that of the JSON; ``attribute`` the one it has in Python, where ``from`` is taken.
    """

    name: str
    label: str
    kind: FieldKind = FieldKind.TEXT
    required: bool = False
    hint: str = ""
    attribute: str = ""

    @property
    def held_as(self) -> str:
        return self.attribute or self.name

    def read(self, value: object, where: str) -> Any:
        """The value as Python has it. Raises InvalidInput."""
        if self.kind is FieldKind.MOMENT:
            return _moment(value, self, where)
        if self.kind is FieldKind.NUMBER:
            return _number(value, self, where)
        if not isinstance(value, str) or len(value.strip()) > LONGEST:
            found = value if isinstance(value, str) else type(value).__name__
            raise _wrong(self, where, found, f"a text of up to {LONGEST} letters")
        return value.strip()

    def plain(self, value: Any) -> str | None:
        """The value as its JSON has it; None where it is not given."""
        if value is None or value == "":
            return None
        if isinstance(value, datetime):
            return time_text(value)
        return decimal_text(value) if isinstance(value, Decimal) else str(value)


def utc(at: datetime) -> str:
    """A time where no zone is known but its own."""
    return f"{at.astimezone(UTC):%Y-%m-%d %H:%M} UTC"


def _wrong(field: Field, where: str, found: object, expected: str) -> InvalidInput:
    return InvalidInput(
        f"{where}: {field.name} is {str(found)[:60]!r}; {expected} is meant.", field=field.name
    )


def _moment(value: object, field: Field, where: str) -> datetime | None:
    if isinstance(value, str):
        if not value.strip():
            return None
        try:
            value = datetime.fromisoformat(value.strip())
        except ValueError as error:
            expected = "a time like 2026-05-12T16:42:00Z"
            raise _wrong(field, where, value, expected) from error
    if not isinstance(value, datetime) or value.tzinfo is None:
        raise _wrong(field, where, value, "a time with its offset, 2026-05-12T16:42:00Z,")
    return value.astimezone(UTC)


def _number(value: object, field: Field, where: str) -> Decimal | None:
    if isinstance(value, str) and not value.strip():
        return None
    try:
        # A float is taken by the digits it is written with.
        found = Decimal(str(value)) if not isinstance(value, bool) else Decimal("NaN")
    except InvalidOperation:
        found = Decimal("NaN")
    if not found.is_finite() or abs(found.adjusted()) > 30:
        raise _wrong(field, where, value, "a number")
    return found


@dataclass(frozen=True, slots=True)
class Condition:
    """One condition. A kind is a frozen dataclass of its fields, in a file of its own."""

    kind: ClassVar[str]
    title: ClassVar[str]
    subject: ClassVar[Subject] = Subject.UNIT
    by_tests: ClassVar[bool] = False  # whether a test record can be what makes a unit meet it
    fields: ClassVar[tuple[Field, ...]]

    @classmethod
    def main(cls) -> Field:
        """The field that names it; the others narrow it down."""
        return cls.fields[0]

    @classmethod
    def read(cls, data: Mapping[str, object], where: str = "the condition") -> Self:
        """From its JSON. Raises InvalidInput for what cannot be meant."""
        known = {f.name: f for f in cls.fields}
        for name in data:
            if name != "kind" and name not in known:
                names = ", ".join(known)
                raise InvalidInput(f"{where}: {cls.kind} has no {name!r}; it has {names}.")
        values = {
            f.held_as: f.read(data[name], where)
            for name, f in known.items()
            if data.get(name) is not None
        }
        for f in cls.fields:
            if f.required and values.get(f.held_as) in (None, ""):
                raise InvalidInput(f"{where}: {f.label.lower()} is missing.", field=f.name)
        found = cls(**values)
        found.check(where)
        return found

    def check(self, where: str) -> None:
        """What its fields have to be together. Raises InvalidInput."""
        since, until = getattr(self, "since", None), getattr(self, "until", None)
        if since is not None and until is not None and until < since:
            raise InvalidInput(f"{where}: it ends before it begins.", field="to")

    def plain(self) -> dict[str, str]:
        """As its JSON has it, without what is not given."""
        given = {f.name: f.plain(getattr(self, f.held_as)) for f in self.fields}
        return {"kind": self.kind, **{name: v for name, v in given.items() if v is not None}}

    def sentence(self, moment: Moment = utc) -> str:
        """What it asks for, as a part of a sentence: ``lot GLZ-7781``."""
        raise NotImplementedError


PART = Field("part", "Part", hint="Where two parts have one of the same name")
SINCE = Field("from", "From", FieldKind.MOMENT, attribute="since")
UNTIL = Field("to", "To", FieldKind.MOMENT, attribute="until")


def window(since: datetime | None, until: datetime | None, moment: Moment) -> str:
    """`` from ... to ...``; nothing where neither is given."""
    if since is not None and until is not None:
        return f" from {moment(since)} to {moment(until)}"
    if since is not None:
        return f" since {moment(since)}"
    return f" until {moment(until)}" if until is not None else ""


def check_digest(text: str, name: str, where: str) -> None:
    """Raises InvalidInput where it is not the beginning of a digest."""
    if not 4 <= len(text) <= 64 or any(c not in "0123456789abcdef" for c in text):
        raise InvalidInput(
            f"{where}: {name} is {text[:60]!r}; four or more of 0 to 9 and a to f are meant.",
            field=name,
        )
