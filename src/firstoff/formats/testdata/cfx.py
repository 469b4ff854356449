"""IPC-CFX messages in JSON: tests and inspections become test records, the rest kinds of records.

What is told of a unit, a lot or a place stays as the machine said it; messages that contradict
themselves are taken with a warning that names the contradiction.
"""

import re
from dataclasses import dataclass
from typing import Any

from firstoff.errors import InvalidInput
from firstoff.formats.sources import RawSource, content_of, opened
from firstoff.formats.testdata.assembling import Reading, decimal_of
from firstoff.formats.testdata.cfx_message import Carriers, Message, message_of
from firstoff.formats.testdata.cfx_records import Happened
from firstoff.formats.testdata.cfx_tests import tests_of
from firstoff.formats.testdata.drafts import Importer, ImportResult, ReadOptions, RowProblem
from firstoff.formats.testdata.jsontext import DuplicateKeys, json_text, json_values, peeked
from firstoff.formats.testdata.openhtf_values import FieldRefused

_TESTS = ("UnitsTested", "UnitsInspected")
_CFX = re.compile(r'"MessageName"\s*:\s*"CFX\.|"\$type"\s*:\s*"CFX\.|"MessageBody"\s*:')


def read(raw: RawSource, *, name: str, options: ReadOptions) -> ImportResult:
    """Read a file of CFX messages. Raises InvalidInput when it holds none, or its JSON is broken
    (with line, column and byte)."""
    with opened(raw, name=name, limits=options.limits) as source:
        text, encoding = json_text(source, options.limits)
        reading = Reading(IMPORTER.name, source.name, source.sha256(), encoding)
    twice = DuplicateKeys()
    bodies = list(json_values(text, reading.name, encoding, twice, _exact))
    if not bodies:
        raise InvalidInput(
            f"{reading.name}: found no message; expected CFX messages.",
            code="not-cfx",
            file=reading.name,
            expected="a CFX message",
        )
    if twice.names:
        names = ", ".join(map(repr, list(twice.names)[:5]))
        reading.warn(f"{names}: given twice in one object; the last one was taken.")
    if encoding == "cp1252":
        reading.warn(f"{reading.name} is not UTF-8 and was read as Windows-1252.")
    reading.holds = {"messages": len(bodies)}
    _File(reading, options).take(bodies)
    return reading.result()


def _exact(text: str) -> Any:
    """A number as written; what no quantity is that long stays a float."""
    found = decimal_of(text)
    return float(text) if found is None else found


@dataclass(slots=True)
class _File:
    reading: Reading
    options: ReadOptions

    def take(self, bodies: list[Any]) -> None:
        carriers, zone = Carriers(), self.options.time_zone
        happened = Happened(carriers, zone, self.reading.warn)
        messages: list[Message] = []
        for row, body in enumerate(bodies, start=1):
            root = "$" if len(bodies) == 1 else f"$[{row - 1}]"
            try:
                messages.append(message_of(body, row, root, zone))
            except FieldRefused as refusal:
                self._refuse(row, refusal, "")
            except RecursionError:
                self._refuse(row, _deep(root), "")
        for message in messages:
            happened.look(message)
        for sentence in carriers.warnings():
            self.reading.warn(sentence)
        seen: dict[str, int] = {}
        for message in messages:
            if message.unique_id and (earlier := seen.get(message.unique_id)):
                self.reading.warn(f"Message {message.row} is message {earlier} again; taken once.")
                continue
            seen[message.unique_id] = message.row
            self._one(message, happened, carriers)
        self._say_unrecorded()

    def _one(self, message: Message, happened: Happened, carriers: Carriers) -> None:
        try:
            if message.name in _TESTS:
                drafts = tests_of(message, carriers, self.options.time_zone, self.reading.warn)
                self.reading.tests.extend(drafts)
            elif happened.knows(message.name):
                self.reading.records.extend(happened.take(message))
            else:
                self.reading.warn(
                    f"Message {message.row}: {message.full_name} is not recorded; left out."
                )
        except FieldRefused as refusal:
            self._refuse(message.row, refusal, message.full_name)
        except RecursionError:
            self._refuse(message.row, _deep(message.path), message.full_name)

    def _refuse(self, row: int, refusal: FieldRefused, name: str) -> None:
        sentence = (
            f"Message {row}, {refusal.path}: found {refusal.found}; expected {refusal.expected}."
        )
        self.reading.refused.append(
            RowProblem(row, refusal.path, refusal.found, refusal.expected, sentence, name)
        )

    def _say_unrecorded(self) -> None:
        """What is told and not recorded, by its kind of message."""
        reading = self.reading
        names = sorted({each.message for each in reading.records if not each.kind})
        if not names:
            return
        said = (
            f"No kind of record holds what {', '.join(n.rpartition('.')[2] for n in names)} says"
        )
        if reading.tests or reading.refused or any(each.kind for each in reading.records):
            reading.warn(f"{said}: it is counted only.")
        else:
            reading.nothing = f"{said}: there is no record to take from {reading.name}."


def _deep(path: str) -> FieldRefused:
    return FieldRefused(path, "objects inside objects", "a message of CFX's depth")


def sniff(head: bytes, name: str) -> bool:
    """JSON with the name or the body of a message near its beginning."""
    return content_of(head) == "json" and bool(_CFX.search(peeked(head)))


IMPORTER = Importer(
    name="cfx",
    label="IPC-CFX messages (JSON)",
    endings=(".json", ".jsonl", ".cfx"),
    sniff=sniff,
    read=read,
)
