"""Our tables give the verdict of the official JSON schema, on documents changed at any place.

Where we differ on purpose is listed at the end.
"""

import copy
import json
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from jsonschema import Draft7Validator

from tests.formats.events.epcis import documents_of_our_own as own
from tests.formats.events.epcis.judging import official, ours

ALL = own.all_documents()
Path_ = tuple[str | int, ...]

VALUES: tuple[Any, ...] = (
    None, True, 0, -1.5, "", "text", "a b", "urn:x:y", "a:b%zz", "http://[::1]/x", "ä:b",
    "urn:epcglobal:cbv:bizstep:shipping", "https://ref.gs1.org/cbv/BizStep-shipping",
    "http://ns.gs1.org/cbv/x", "https://gs1.org/voc/Temperature", "gs1:Temperature",
    "2026-02-30T00:00:00Z", "2026-02-28t23:59:59.1z", "2026-02-28T24:00:00Z", "2026-01-01",
    "0000-01-01T00:00:00Z", "2016-12-31T23:59:60Z", "+14:01", "-14:00", "2.", "2.0.1", "KGM",
    "kg", "f0", [], {}, ["urn:x:y"], ["urn:x:y", "urn:x:y"], [1], [{}], [[]], {"id": "urn:x:y"},
    {"id": "x"}, {"a": 1}, {"a:b": 1}, "ADD", "OBSERVE", "DELETE", "shipping", "recalled", "po",
    "EPCISDocument", "EPCISQueryDocument", "ObjectEvent", "TransformationEvent", "x", "Mass",
)  # fmt: skip
NAMES = (
    "weight", "acme:w", "@type", "@context", "a b:c", "_:x", "ilmd", "persistentDisposition",
    "action", "parentID", "transformationID", "epcList", "id", "type", "eventList", "recordTime",
)  # fmt: skip


@cache
def schema(shared: Path) -> Draft7Validator:
    return official(shared)


def places(value: Any, path: Path_ = ()) -> list[Path_]:
    inside = (
        value.items()
        if isinstance(value, dict)
        else enumerate(value)
        if isinstance(value, list)
        else ()
    )
    return [path, *(p for step, part in inside for p in places(part, (*path, step)))]


PLACES = {name: places(document) for name, document in ALL.items()}


def at(value: Any, path: Path_) -> Any:
    for step in path:
        value = value[step]
    return value


def change(document: Any, path: Path_, how: str, name: str, value: Any) -> None:
    """Change the document at the path, where it still is."""
    try:
        holder, target = (at(document, path[:-1]) if path else None), at(document, path)
    except (KeyError, IndexError, TypeError):
        return
    if holder is not None and not isinstance(holder, dict | list):
        return  # a text stands there now
    if how == "put" and holder is not None:
        holder[path[-1]] = copy.deepcopy(value)
    elif how == "drop" and holder is not None:
        del holder[path[-1]]
    elif how == "add" and isinstance(target, dict):
        target.setdefault(name, copy.deepcopy(value))
    elif how == "rename" and isinstance(holder, dict):
        holder[name] = holder.pop(str(path[-1]))
    elif how == "again" and isinstance(target, list) and target:
        target.append(copy.deepcopy(target[0]))
    elif how == "empty" and isinstance(target, list | dict):
        target.clear()


@st.composite
def changed(draw: st.DrawFn) -> Any:
    which = draw(st.sampled_from(sorted(ALL)))
    document = copy.deepcopy(ALL[which])
    for _ in range(draw(st.integers(1, 3))):
        how = draw(st.sampled_from(["put", "drop", "add", "rename", "again", "empty"]))
        path = draw(st.sampled_from(PLACES[which]))
        change(document, path, how, draw(st.sampled_from(NAMES)), draw(st.sampled_from(VALUES)))
    return document


def wrong(document: Any, shared: Path) -> bool:
    return ours(document) != schema(shared).is_valid(json.loads(json.dumps(document)))


@pytest.mark.parametrize("name", ALL)
def test_documents_with_every_field_are_valid_to_both(name: str, shared: Path) -> None:
    assert (ours(ALL[name]), schema(shared).is_valid(ALL[name])) == (True, True)


@pytest.mark.slow
@settings(max_examples=400, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(document=changed())
def test_a_changed_document_has_the_official_verdict(document: Any, shared: Path) -> None:
    assert not wrong(document, shared)


@pytest.mark.parametrize("event", own.EVENTS)
def test_an_event_without_one_of_its_fields_has_the_official_verdict(
    event: str, shared: Path
) -> None:
    differing = [
        name
        for name in own.EVENTS[event]
        if wrong(own.bare({k: v for k, v in own.EVENTS[event].items() if k != name}), shared)
    ]
    assert differing == []


@pytest.mark.parametrize("event", own.EVENTS)
def test_an_event_of_the_least_fields_has_the_official_verdict(event: str, shared: Path) -> None:
    """Its lists come and go together with its action."""
    whole = own.EVENTS[event]
    lists = [name for name in whole if "EPC" in name or "List" in name or "ID" in name]
    least = {k: v for k, v in whole.items() if k in ("type", "eventTime", "eventTimeZoneOffset")}
    least["readPoint"] = own.PLACE if "readPoint" in whole else None
    differing = []
    for action in ("ADD", "DELETE", "OBSERVE", None):
        for chosen in [(), *((name,) for name in lists), tuple(lists)]:
            for held in (True, False):
                parts = {name: whole[name] if held else type(whole[name])() for name in chosen}
                given_ = {**least, **parts, "action": action}
                document = own.bare({k: v for k, v in given_.items() if v is not None})
                if wrong(document, shared):
                    differing.append((action, chosen, held))
    assert differing == []


# ---------------------------------------------------------------- where we differ on purpose


def test_a_list_of_events_is_read_though_the_schema_knows_none(shared: Path) -> None:
    several = [own.EVENTS["ObjectEvent"]]
    assert (ours(several), schema(shared).is_valid(several)) == (True, False)


@pytest.mark.parametrize(
    ("field", "value"),
    [("schemaVersion", "2.0\n"), ("schemaVersion", "\u0662.\u0660")],
    ids=["line end", "other digits"],
)
def test_a_pattern_is_read_as_ecma_262_does_and_not_as_python(
    field: str, value: str, shared: Path
) -> None:
    document = {**own.capture(), field: value}
    assert (ours(document), schema(shared).is_valid(document)) == (False, True)


def test_what_is_nested_deeper_than_a_hundred_levels_is_refused(shared: Path) -> None:
    deep: Any = 1
    for _ in range(120):
        deep = [deep]
    document = own.bare({**own.EVENTS["ObjectEvent"], "acme:deep": deep})
    assert (ours(document), schema(shared).is_valid(document)) == (False, True)
