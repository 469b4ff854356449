"""Parts of a unit as OpenHTF records name them, in their metadata.

Three forms are in use: ``assembly_events``, OpenHTF's AssemblyEvent (a target, a child, what was
done) as an object or as the text that the JSON output makes of it; the short event, ``parent`` and
``child``; and ``sub_units``, a list of serials or of objects with one.
"""

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from firstoff.formats.testdata.drafts import SubUnitDraft
from firstoff.formats.testdata.openhtf_values import FieldRefused, Json, moment_at, text_of
from firstoff.formats.testdata.serials import SERIAL_LENGTH, hidden_character

_EVENTS = ("assembly_events", "assemblyEvents")
_LISTS = ("sub_units", "subUnits", "subunits", "sub_assemblies", "subassemblies")
_SERIAL = ("serial", "serial_number", "serialNumber", "sn", "dut_id")
_PART = ("part_number", "partNumber", "pn", "part")
_REVISION = ("revision", "rev")
_LOT = ("lot", "lot_number", "lotNumber", "batch", "batch_number")
_NAME = ("instance_name", "instanceName", "name", "role", "part_type", "type")
_POSITION = ("position", "slot", "designator", "refdes", "location", "lot_index")
_OPERATION = ("op", "operation", "action", "event")
_ATTACH = frozenset(("", "0", "attach", "attached", "install", "installed", "add", "assemble"))
_DETACH = frozenset(("1", "detach", "detached", "remove", "removed", "uninstall", "disassemble"))
_ABOUT_ITSELF = frozenset(("2", "3", "create", "update"))
_OPEN = re.compile(r"\s*([A-Za-z_]\w*)\s*:?\s*\{")
_CLOSE = re.compile(r"\s*\}")
_FIELD = re.compile(r'\s*([A-Za-z_]\w*)\s*:\s*("(?:[^"\\]|\\.)*"|[^\s{}"]+)')
_DEEPEST = 8


class _Unread(Exception):
    """What names no part; its text says why."""


def parts_in(record: Json, metadata: Json, serial: str) -> tuple[list[SubUnitDraft], list[str]]:
    """The parts that a record names, in its order, and what of it is not understood."""
    found: list[SubUnitDraft] = []
    odd: list[str] = []
    for holder, root in ((metadata, "metadata"), (record, "record")):
        for key in (*_EVENTS, *_LISTS):
            for place, given in _entries(holder.get(key)):
                try:
                    part = _event(given, serial) if key in _EVENTS else _listed(given, serial)
                except _Unread as reason:
                    odd.append(f"{root}.{key}{place}: {reason}; left out.")
                    continue
                if part is not None:
                    found.append(part)
    return found, odd


def _entries(value: Any) -> Iterator[tuple[str, Any]]:
    """A list, or an object of parts by their role."""
    if isinstance(value, list):
        for index, each in enumerate(value):
            yield f"[{index}]", each
    elif isinstance(value, dict):
        for role, each in value.items():
            held = {"serial": each} if isinstance(each, str) else each
            yield f"[{role!r}]", {"name": role, **held} if isinstance(held, dict) else held


# ---------------------------------------------------------------- events


def _event(given: Any, dut: str) -> SubUnitDraft | None:
    """The part of one event; None for an event about a part itself (CREATE, UPDATE)."""
    event = _parsed(given) if isinstance(given, str) else given
    if not isinstance(event, dict):
        raise _Unread("no assembly event")
    if len(event) == 1 and isinstance(inner := next(iter(event.values())), dict):
        event = inner if "child" in inner or "target" in inner else event
    word = text_of(_first(event, _OPERATION)).rpartition(".")[2].lower()
    if word in _ABOUT_ITSELF or ("child" not in event and "target" in event and not word):
        return None
    if word == "4" or word.startswith("detach_all"):
        raise _Unread("DETACH_ALL_CHILDREN does not name the parts taken out")
    if word not in _ATTACH and word not in _DETACH:
        raise _Unread(f"{word!r} is no operation of an assembly event")
    parent = _component(event.get("target", event.get("parent")))
    child = _component(event.get("child"))
    part = _part(child, dut, parent.get("serial", ""), word in _DETACH, event.get("time"))
    return replace(part, event=True)


def _listed(given: Any, dut: str) -> SubUnitDraft | None:
    held = _component(given)
    parent = text_of(given.get("parent")) if isinstance(given, dict) else ""
    word = text_of(_first(given, _OPERATION)).lower() if isinstance(given, dict) else ""
    moment = given.get("time") if isinstance(given, dict) else None
    return _part(held, dut, parent, word in _DETACH - {"1"}, moment)


def _part(held: dict[str, str], dut: str, parent: str, removed: bool, moment: Any) -> SubUnitDraft:
    serial = held.get("serial", "")
    if not (serial or held.get("lot") or held.get("part_number")):
        raise _Unread("no part is named")
    if hidden := hidden_character(serial) or hidden_character(parent):
        raise _Unread(f"a serial holds {hidden}")
    if max(len(serial), len(parent)) > SERIAL_LENGTH:
        raise _Unread(f"a serial is longer than {SERIAL_LENGTH} characters")
    inside = "" if parent == dut else parent
    if serial and serial == (inside or dut):
        raise _Unread(f"{serial!r} would be a part of itself")
    return SubUnitDraft(
        serial=serial,
        part_number=held.get("part_number", ""),
        revision=held.get("revision", ""),
        lot=held.get("lot", ""),
        name=held.get("name", ""),
        position=held.get("position", ""),
        parent=inside,
        removed=removed,
        at=_moment(moment),
    )


def _component(value: Any) -> dict[str, str]:
    """A part by the names in use for its fields; a bare text is its serial."""
    if isinstance(value, str):
        return {"serial": value.strip()}
    if not isinstance(value, dict):
        return {}
    held = {**_extra(value.get("extra_data")), **value}
    lot = _first(held, _LOT)
    if isinstance(lot, dict):  # a lot and the place in it
        held = {**held, "lot_index": lot.get("lot_index", lot.get("lotIndex"))}
        lot = lot.get("lot_number", lot.get("lotNumber"))
    found = {
        "serial": text_of(_first(held, _SERIAL) or held.get("electronic_serial")),
        "part_number": text_of(_first(held, _PART)),
        "revision": text_of(_first(held, _REVISION)),
        "lot": text_of(lot),
        "name": text_of(_first(held, _NAME)),
        "position": text_of(_first(held, _POSITION)),
    }
    return {name: text for name, text in found.items() if text}


def _extra(given: Any) -> Json:
    """The free fields of a component: an object, or the text form's list of keys and values."""
    if not isinstance(given, dict):
        return {}
    listed = given.get("fields")
    if not isinstance(listed, list):
        return given
    found: Json = {}
    for each in listed:
        value = each.get("value") if isinstance(each, dict) else None
        if isinstance(value, dict) and len(value) == 1:
            found[text_of(each.get("key"))] = next(iter(value.values()))
    return found


def _first(held: Json, names: tuple[str, ...]) -> Any:
    return next((held[name] for name in names if held.get(name) is not None), None)


def _moment(value: Any) -> datetime | None:
    """A time as text, as seconds and nanos, or in milliseconds; None for what is none."""
    if isinstance(value, dict):
        seconds = text_of(value.get("seconds"))
        if not re.fullmatch(r"\d{1,11}", seconds, re.ASCII):
            return None
        return datetime(1970, 1, 1, tzinfo=UTC) + timedelta(seconds=int(seconds))
    if isinstance(value, str):
        try:
            found = datetime.fromisoformat(value.strip())
            return found.astimezone(UTC) if found.tzinfo else None
        except (ValueError, OverflowError):
            return None
    try:
        return moment_at(value, "")
    except FieldRefused:
        return None


# ---------------------------------------------------------------- events as text


def _parsed(text: str) -> Json:
    """The text form of a protocol buffer: ``child { serial: "P-1" } op: ATTACH``."""
    stack: list[Json] = [{}]
    at, text = 0, text.strip()
    while at < len(text):
        if match := _OPEN.match(text, at):
            inner: Json = {}
            listed = stack[-1].setdefault("fields", []) if match[1] == "fields" else None
            if isinstance(listed, list):  # a Struct: a key and a value, again and again
                listed.append(inner)
            else:
                stack[-1][match[1]] = inner
            stack.append(inner)
        elif match := _CLOSE.match(text, at):
            stack.pop()
        elif match := _FIELD.match(text, at):
            stack[-1][match[1]] = _literal(match[2])
        else:
            raise _Unread("text that is no assembly event")
        at = match.end()
        if not 0 < len(stack) <= _DEEPEST:
            raise _Unread("text that is no assembly event")
    if len(stack) != 1:
        raise _Unread("text that breaks off")
    return stack[0]


def _literal(text: str) -> str:
    if not text.startswith('"'):
        return text
    try:
        plain = text[1:-1].encode("latin-1", "backslashreplace").decode("unicode_escape")
        return plain.encode("latin-1").decode("utf-8")
    except (UnicodeDecodeError, UnicodeEncodeError):
        return text[1:-1]
