"""EPCIS 2.0 documents from JSON and back, without loss.

``read`` has the verdict of the official schema; docs/reference/epcis.md lists the exceptions.
Numbers keep their text, times theirs, words theirs; only the order of names in an object is not
kept. ``stream`` writes documents of any length without holding them.
"""

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from decimal import Decimal, InvalidOperation
from types import MappingProxyType
from typing import Any

import msgspec

from firstoff.errors import InvalidInput
from firstoff.formats.events.epcis import shapes
from firstoff.formats.events.epcis.kinds import Unfit, shown
from firstoff.formats.events.epcis.values import (
    BareEvents,
    CaptureDocument,
    EpcisDocument,
    Event,
    Literal,
    QueryDocument,
)
from firstoff.formats.sources import (
    CONTENT_WORDS,
    MEGABYTE,
    Limits,
    RawSource,
    Source,
    content_of,
    opened,
)

# 100,000 events with what Firstoff says of them are about 80 MB and 3 million values.
LIMITS = Limits(file_bytes=200 * MEGABYTE, json_values=10_000_000)

_HALF = re.compile(r"\\u[dD][89abAB]|\\u[dD][c-fC-F]")
_AHEAD = b"\x00"  # no JSON holds it: where the events of a streamed document go


def read(raw: RawSource, name: str = "", *, limits: Limits = LIMITS) -> EpcisDocument:
    """A capture document, a query document, one event, or a list of events.

    Raises InvalidInput with the JSON path of the first thing that is not as EPCIS 2.0 has it, what
    was found and what is expected; nothing is half read."""
    twice = _Twice()
    with opened(raw, name=name, limits=limits) as source:
        label = source.name
        _demand_few(source, limits)
        value = _json(source, twice)
    try:
        document = document_of(value)
        return replace(document, warnings=twice.warnings()) if twice.names else document
    except Unfit as unfit:
        raise _refused(label, unfit) from unfit
    except RecursionError as error:
        raise InvalidInput(
            f"{label}: objects inside objects, more than a document has.",
            code="too-deep",
            file=label,
        ) from error


def document_of(value: Any) -> CaptureDocument | QueryDocument | BareEvents:
    """A parsed JSON value as a document. Raises Unfit."""
    if type(value) is list:
        return _list_of_events(value)
    if type(value) is not dict:
        raise Unfit.instead(value, "an EPCISDocument, an EPCISQueryDocument, an event or a list")
    kind = value.get("type")
    document = shapes.DOCUMENTS.get(kind) if type(kind) is str else None
    if document is not None:
        found: CaptureDocument | QueryDocument = document.read(value)
        return found
    return BareEvents(event_list=(shapes.BARE_EVENT.read(value),), single=True)


def _list_of_events(value: list[Any]) -> BareEvents:
    events = []
    for place, item in enumerate(value):
        try:
            events.append(shapes.EVENT.read(item))
        except Unfit as unfit:
            unfit.path.append(place)
            raise
    return BareEvents(event_list=tuple(events))


def _refused(name: str, unfit: Unfit) -> InvalidInput:
    where = unfit.where()
    return InvalidInput(
        f"{name}: {where} {unfit.says}.",
        code="epcis",
        file=name,
        path=where,
        found=unfit.found,
        expected=unfit.expected,
    )


# ---------------------------------------------------------------- JSON


class _Twice:
    """Names given twice in one object, of which JSON keeps the last. One of GS1's own examples
    has that, so it is no reason to refuse; it is told."""

    def __init__(self) -> None:
        self.names: dict[str, None] = {}

    def __call__(self, pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        found = dict(pairs)
        if len(found) < len(pairs):
            seen: set[str] = set()
            for name, _ in pairs:
                if name in seen:
                    self.names[name] = None
                seen.add(name)
        return found

    def warnings(self) -> tuple[str, ...]:
        return tuple(
            f"{shown(name)} is given twice in one object; the last is kept" for name in self.names
        )


def _integer(text: str) -> Any:
    if len(text) < 19 and text != "-0":
        return int(text)
    return _number(text)


def _number(text: str) -> Decimal:
    try:
        number = Decimal(text)
    except InvalidOperation as error:
        raise ValueError(text) from error
    return number if str(number) == text else Literal(text)


def _constant(text: str) -> Any:
    raise ValueError(f"{text} is no number of JSON")


def _json(source: Source, twice: _Twice) -> Any:
    text = _text(source)
    try:
        value = json.loads(
            text,
            object_pairs_hook=twice,
            parse_int=_integer,
            parse_float=_number,
            parse_constant=_constant,
        )
    except json.JSONDecodeError as error:
        raise _broken(source.name, text, error) from error
    except ValueError as error:
        says = f"{source.name} holds a number that cannot be: {error}."
        raise InvalidInput(says, code="broken-json", file=source.name) from error
    except RecursionError as error:
        says = f"{source.name}: objects inside objects, more than a document has."
        raise InvalidInput(says, code="too-deep", file=source.name) from error
    if _HALF.search(text):
        _demand_whole(source.name, value)
    return value


def _demand_few(source: Source, limits: Limits) -> None:
    """A value costs some 100 bytes once read, however short its text is."""
    values = sum(chunk.count(b",") + chunk.count(b"[") for chunk in source.chunks())
    if values > limits.json_values:
        raise InvalidInput(
            f"{source.name} holds more than {limits.json_values:,} values.",
            code="too-large",
            way_out="Split it.",
            file=source.name,
        )


def _text(source: Source) -> str:
    content = content_of(source.head())
    if content not in ("json", "text"):
        word = CONTENT_WORDS[content]
        raise InvalidInput(
            f"{source.name} is {word}; expected EPCIS as JSON.",
            code="not-json",
            file=source.name,
            found=word,
            expected="JSON",
        )
    data = b"".join(source.chunks())
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise InvalidInput(
            f"{source.name}, byte {error.start + 1:,}: the text is not UTF-8, which JSON is.",
            code="encoding",
            file=source.name,
            offset=error.start,
        ) from error


def _broken(name: str, text: str, error: json.JSONDecodeError) -> InvalidInput:
    cut = error.pos >= len(text.rstrip()) or error.msg.startswith("Unterminated string")
    what = "the JSON ends in the middle of a value" if cut else f"no JSON ({error.msg.lower()})"
    return InvalidInput(
        f"{name}, line {error.lineno}, column {error.colno}: {what}.",
        code="broken-json",
        way_out="Copy the file again." if cut else "",
        file=name,
        row=error.lineno,
        column=error.colno,
    )


def _demand_whole(name: str, value: Any) -> None:
    """Half a character (a lone surrogate) can be read, and never be written as UTF-8."""
    rest = [value]
    while rest:
        part = rest.pop()
        if isinstance(part, dict):
            rest.extend(part)
            rest.extend(part.values())
        elif isinstance(part, list):
            rest.extend(part)
        elif isinstance(part, str) and any("\ud800" <= letter <= "\udfff" for letter in part):
            seen = part.encode("ascii", "backslashreplace")[:60].decode()
            raise InvalidInput(
                f"{name} holds half a character ({seen}); expected whole ones.",
                code="broken-json",
                file=name,
            )


# ---------------------------------------------------------------- writing


def _hook(value: Any) -> Any:
    if isinstance(value, Literal):
        return msgspec.Raw(value.text.encode())
    if isinstance(value, MappingProxyType):
        return dict(value)
    raise TypeError(f"{type(value).__name__} has no place in JSON")


_ENCODER = msgspec.json.Encoder(enc_hook=_hook, decimal_format="number")


def value_of(document: EpcisDocument) -> Any:
    """The JSON value of a document."""
    match document:
        case CaptureDocument():
            return shapes.CAPTURE.dump(document)
        case QueryDocument():
            return shapes.QUERY.dump(document)
        case BareEvents():
            events = [shapes.EVENT.dump(event) for event in document.event_list]
            return events[0] if document.single else events
    raise TypeError(type(document).__name__)


def event_value(event: Event) -> dict[str, Any]:
    """The JSON value of one event, as it stands in a document."""
    return shapes.EVENT.dump(event)


def write(document: EpcisDocument) -> bytes:
    """The document as JSON in UTF-8: ``read`` makes the same document of it."""
    return _ENCODER.encode(value_of(document))


def stream(
    document: CaptureDocument | QueryDocument, events: Iterable[Event], *, at_once: int = 500
) -> Iterator[bytes]:
    """The document with ``events`` instead of its own, piece by piece, one event a line.

    Holds ``at_once`` events at a time: 100,000 need no more memory than 500."""
    value = value_of(document)
    body = value["epcisBody"]
    if isinstance(document, QueryDocument):
        body = body["queryResults"]["resultsBody"]
    body["eventList"] = msgspec.Raw(_AHEAD)
    before, after = _ENCODER.encode(value).split(_AHEAD)
    yield before + b"["
    waiting: list[bytes] = []
    separator = b"\n"
    for event in events:
        waiting.append(_ENCODER.encode(event_value(event)))
        if len(waiting) >= at_once:
            yield separator + b",\n".join(waiting)
            separator, waiting = b",\n", []
    if waiting:
        yield separator + b",\n".join(waiting)
    yield b"\n]" + after


_SORTED = msgspec.json.Encoder(enc_hook=_hook, decimal_format="number", order="sorted")


def canonical(value: Mapping[str, Any]) -> bytes:
    """A JSON value in one way only, to be hashed: names in order, nothing between."""
    return _SORTED.encode(value)
