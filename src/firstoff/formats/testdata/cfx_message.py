"""IPC-CFX messages out of JSON: one, a list, or one after another; with or without envelope.

Source: IPC-2591 (CFX) 1.0 to 2.1; names of messages and fields as its reference library has them.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from firstoff.formats.testdata.assembling import canonical, decimal_of, made_id
from firstoff.formats.testdata.fields import Unreadable, moment
from firstoff.formats.testdata.openhtf_values import FieldRefused, Json, clean
from firstoff.formats.testdata.openhtf_values import shown as shown_plain
from firstoff.formats.testdata.serials import hidden_character
from firstoff.rules.genealogy.values import LONGEST
from firstoff.terms import TestOutcome

_NOT_SET = "0001-01-01"  # what .NET writes for a time that nobody set
_TYPE = re.compile(r"CFX\.[\w.]+")
_OUTCOMES: Mapping[str, TestOutcome] = {
    "passed": TestOutcome.PASS, "pass": TestOutcome.PASS, "succeeded": TestOutcome.PASS,
    "completed": TestOutcome.PASS, "failed": TestOutcome.FAIL, "fail": TestOutcome.FAIL,
    "scrap": TestOutcome.FAIL, "error": TestOutcome.ERROR, "aborted": TestOutcome.ABORTED,
    "skipped": TestOutcome.SKIPPED, "skip": TestOutcome.SKIPPED,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Message:
    """One message. ``name`` is the last part of its full name (UnitsTested); ``source`` is the
    handle of the endpoint that sent it."""

    row: int
    full_name: str
    body: Json
    at: datetime | None
    source: str
    unique_id: str
    path: str  # of its body, for sentences

    @property
    def name(self) -> str:
        return self.full_name.rpartition(".")[2]

    def transaction(self) -> str:
        given = self.body.get("TransactionID") or self.body.get("TransactionId")
        word = text_of(given).lower()
        return "" if set(word) <= {"0", "-"} else word


def message_of(record: Any, row: int, root: str, zone: ZoneInfo) -> Message:
    """A message from its JSON. Raises FieldRefused."""
    expected = "a CFX message: an object with MessageName and MessageBody"
    if not isinstance(record, dict):
        raise FieldRefused(root, shown(record), expected)
    body = record.get("MessageBody")
    enveloped = body is not None or "MessageName" in record
    held = body if enveloped else record
    if not isinstance(held, dict):
        raise FieldRefused(f"{root}.MessageBody", shown(held), "an object")
    name = text_of(record.get("MessageName")) or _type(held) or _type(record)
    if not name:
        found = ", ".join(map(repr, list(record)[:5])) or "an empty object"
        raise FieldRefused(root, found, expected)
    return Message(
        row=row,
        full_name=name.partition(",")[0].strip(),
        body=held,
        at=time_at(record.get("TimeStamp"), f"{root}.TimeStamp", zone) if enveloped else None,
        source=text_of(record.get("Source")),
        unique_id=_uuid(record.get("UniqueID")),
        path=f"{root}.MessageBody" if enveloped else root,
    )


def text_of(value: Any) -> str:
    """Any value as text; "" for none. Numbers are Decimals here."""
    if value is None:
        return ""
    if isinstance(value, str):
        return clean(value)
    return clean(f"{value}" if isinstance(value, Decimal) else canonical(value))


def shown(value: Any) -> str:
    """A value for a sentence."""
    return f"{value}" if isinstance(value, Decimal) else shown_plain(value)


def _type(held: Mapping[str, Any]) -> str:
    match = _TYPE.match(text_of(held.get("$type")))
    return match[0] if match else ""


def _uuid(value: Any) -> str:
    try:
        return str(UUID(text_of(value)))
    except ValueError:
        return ""


# ---------------------------------------------------------------- fields


def time_at(value: Any, path: str, zone: ZoneInfo) -> datetime | None:
    """A time; None where it is not given or was never set. Raises FieldRefused."""
    text = text_of(value)
    if not text or text.startswith(_NOT_SET):
        return None
    try:
        return moment(text, zone)
    except Unreadable as error:
        raise FieldRefused(path, repr(text[:60]), error.expected) from error


def number_at(value: Any, path: str) -> Decimal | None:
    """A number as written; None where it is not given. Raises FieldRefused."""
    if value is None or value == "":
        return None
    found = None if isinstance(value, bool) else decimal_of(str(value))
    if found is None:
        raise FieldRefused(path, shown(value), "a number")
    return found


def amount_at(value: Any, path: str) -> str:
    """A quantity as records have it: exact, without zeros behind. "" where not given."""
    found = number_at(value, path)
    if found is None:
        return ""
    return f"{found.normalize():f}"


def outcome_of_word(value: Any, path: str) -> TestOutcome | None:
    """A result in any of CFX's words; None where it is not given. Raises FieldRefused."""
    word = text_of(value)
    if not word:
        return None
    found = _OUTCOMES.get(word.lower())
    if found is None:
        expected = "Passed, Failed, Error, Aborted or Skipped"
        raise FieldRefused(path, repr(word[:60]), expected)
    return found


def objects_at(value: Any, path: str) -> Iterator[tuple[Json, str]]:
    """Each object of a list with its path; nothing where it is not given."""
    if value is None:
        return
    if not isinstance(value, list):
        raise FieldRefused(path, shown(value), "a list")
    for place, each in enumerate(value):
        if not isinstance(each, dict):
            raise FieldRefused(f"{path}[{place}]", shown(each), "an object")
        yield each, f"{path}[{place}]"


def object_in(held: Json, name: str) -> Json:
    """An object by its name; an empty one where it is not given or is none."""
    found = held.get(name)
    return found if isinstance(found, dict) else {}


def identifier_at(value: Any, path: str, what: str) -> str:
    """A serial or lot that a person can see. Raises FieldRefused."""
    text = text_of(value)
    if not text:
        raise FieldRefused(path, shown(value), what)
    if hidden := hidden_character(text):
        raise FieldRefused(path, hidden, "visible characters")
    if len(text) > LONGEST - 8:  # room for a position on a panel
        raise FieldRefused(path, f"{len(text)} characters", f"at most {LONGEST - 8}")
    return text


def operator_of(person: Json) -> str:
    """The login of an operator, else the badge, else the name."""
    name = f"{text_of(person.get('FirstName'))} {text_of(person.get('LastName'))}".strip()
    held = (person.get("LoginName"), person.get("OperatorIdentifier"), person.get("FullName"))
    return next((text for each in held if (text := text_of(each))), name)


def record_id(message: Message, place: int, said: str) -> str:
    """The id of a record of this message: of the message's own where it has one."""
    return made_id(f"{message.unique_id or canonical(message.body)}#{place}#{said}", message.at)


# ---------------------------------------------------------------- units on panels


class Carriers:
    """Which identifiers name a panel or carrier: those seen with more than one position.

    A unit is named by its own identifier, or by that of its carrier and its place on it."""

    def __init__(self) -> None:
        self.places: dict[str, set[str]] = {}

    def see(self, value: Any) -> None:
        """Every unit named anywhere in a body."""
        stack = [value]
        while stack:
            held = stack.pop()
            if isinstance(held, dict):
                name = held.get("UnitIdentifier")
                place = held.get("PositionNumber", held.get("UnitPositionNumber"))
                if isinstance(name, str) and place is not None:
                    self.places.setdefault(name.strip(), set()).add(str(place))
                stack.extend(held.values())
            elif isinstance(held, list):
                stack.extend(held)

    def serial(self, held: Json, path: str) -> str:
        """The serial of a unit. Raises FieldRefused where none is given."""
        what = "the identifier of the unit"
        name = identifier_at(held.get("UnitIdentifier"), f"{path}.UnitIdentifier", what)
        place = held.get("PositionNumber", held.get("UnitPositionNumber"))
        return name if place is None or not self.shared(name) else f"{name}.{place}"

    def shared(self, name: str) -> bool:
        return len(self.places.get(name, ())) > 1

    def warnings(self) -> Iterator[str]:
        for name, places in self.places.items():
            if len(places) > 1:
                first, last = min(places, key=_order), max(places, key=_order)
                yield (
                    f"{name} carries {len(places)} units: they are named {name}.{first} "
                    f"to {name}.{last}."
                )


def _order(place: str) -> tuple[int, str]:
    return (int(place), "") if place.isdecimal() else (0, place)
