"""A happening as the record that stations post (docs/reference/records.md), ready for JSON."""

from collections.abc import Callable, Mapping
from dataclasses import fields, is_dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from firstoff.errors import InvalidInput
from firstoff.formats.events.epcis.happenings import (
    Happening,
    Held,
    Judged,
    OperationDone,
    Procedure,
    Released,
    ShipmentCancelled,
    Tested,
    Value,
    Voided,
)
from firstoff.terms import TestOutcome

# What only an event says: the site is of the envelope.
_ONLY_SAID: Mapping[type[Happening], tuple[str, ...]] = {
    ShipmentCancelled: ("customer",),
    Voided: ("corrected_by",),
}
_JUDGED = frozenset(TestOutcome)


def record_of(happening: Happening) -> dict[str, Any]:
    """The record: its kind, and the fields that are given.

    Raises InvalidInput for a hold or a release, which are no records of a station's."""
    if isinstance(happening, (Held, Released)):
        raise InvalidInput(
            f"A {happening.kind} cannot be posted as a record.",
            way_out="Open or close a containment.",
            field="kind",
        )
    record = {"kind": happening.kind, **_given(happening)}
    for name in ("site", *_ONLY_SAID.get(type(happening), ())):
        record.pop(name, None)
    adjust = _ADJUSTED.get(type(happening))
    return record | adjust(happening) if adjust else record


def _given(value: Any) -> dict[str, Any]:
    """The fields that say something, as JSON has them; quantities as texts."""
    found = {f.name: getattr(value, f.name) for f in fields(value)}
    return {name: _plain(part) for name, part in found.items() if part not in (None, "", ())}


def _plain(value: Any) -> Any:
    if isinstance(value, (datetime, date)):
        return value.isoformat()
    if isinstance(value, (UUID, Decimal)):
        return str(value)
    if isinstance(value, tuple):
        return [_plain(item) for item in value]
    if is_dataclass(value):
        # The unit of a lot's quantity is known of the lot.
        return {name: part for name, part in _given(value).items() if name != "unit"}
    return value


def _operation(happening: OperationDone) -> dict[str, Any]:
    found: dict[str, Any] = {}
    if happening.parameters:
        found["parameters"] = [_parameter(value) for value in happening.parameters]
    if happening.measures:
        found["measures"] = [_measure(value) for value in happening.measures]
    return found


def _parameter(value: Value) -> dict[str, Any]:
    return _some(value, "name", "value", "unit", "lower", "upper")


def _measure(value: Value) -> dict[str, Any]:
    found: dict[str, Any] = {"characteristic": value.name}
    if isinstance(value.value, Decimal):
        found["value"] = str(value.value)
    elif value.value is not None:
        found["text"] = str(value.value).lower() if isinstance(value.value, bool) else value.value
    return found


_UNNAMED = Procedure("inspection")  # another's event may name no procedure


def _test(happening: Tested) -> dict[str, Any]:
    """The procedure's lines beside the values: test values are stored as binary floats."""
    lines = [_line(value) for value in happening.values]
    by = happening.procedure or _UNNAMED
    procedure: dict[str, Any] = {"name": by.name, "lines": lines}
    if by.version:
        procedure["version"] = by.version
    numbers = [value.value for value in happening.values]
    values = [float(number) if isinstance(number, Decimal) else number for number in numbers]
    found: dict[str, Any] = {"procedure": procedure, "values": values}
    outcomes = [value.outcome for value in happening.values]
    if outcomes and _JUDGED.issuperset(outcomes):
        found["outcomes"] = outcomes
    return found


def _line(value: Value) -> dict[str, Any]:
    return _some(value, "name", "phase", "unit", "lower", "upper")


def _some(value: Value, *names: str) -> dict[str, Any]:
    given = _given(value)
    return {name: given[name] for name in names if name in given}


def _result(happening: Judged) -> dict[str, Any]:
    return {"measures": [_measure(v) for v in happening.measures]} if happening.measures else {}


_ADJUSTED: Mapping[type[Happening], Callable[[Any], dict[str, Any]]] = {
    OperationDone: _operation,
    Judged: _result,
    Tested: _test,
}
