"""Parts of CFX messages: material packages, process data, and what a record names of them."""

import json
from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any

from firstoff.formats.testdata.assembling import decimal_of
from firstoff.formats.testdata.cfx_message import (
    Message,
    amount_at,
    identifier_at,
    objects_at,
    text_of,
)
from firstoff.formats.testdata.drafts import RecordDraft
from firstoff.formats.testdata.openhtf_values import FieldRefused, Json
from firstoff.rules.genealogy.values import LONGEST
from firstoff.terms import TestOutcome

_LARGEST = Decimal(10) ** 11  # what a record of a parameter holds
LOT = "the identifier of the material package"


def materials_in(message: Message) -> Iterator[tuple[Json, str]]:
    """The list of a message on material in units, whatever it is called there."""
    for key in ("InstalledMaterials", "AppliedMaterials", "UninstalledMaterials"):
        yield from objects_at(message.body.get(key), f"{message.path}.{key}")


def lot_of(package: Json, path: str) -> str:
    """The package; where it is not marked, the batch it is of."""
    given = package.get("UniqueIdentifier") or package.get("BatchId")
    return identifier_at(given, f"{path}.UniqueIdentifier", LOT)


def named(package: Json) -> str:
    held = (package.get("UniqueIdentifier"), package.get("InternalPartNumber"))
    return next((text for each in held if (text := text_of(each))), "material")


def needed(held: Json, name: str, path: str) -> str:
    found = amount_at(held.get(name), f"{path}.{name}")
    if not found:
        raise FieldRefused(f"{path}.{name}", "nothing", "a quantity")
    return found


def outcome_field(given: TestOutcome | None) -> dict[str, str]:
    """pass or fail; what was aborted or skipped was not done, which the note says."""
    if given in (None, TestOutcome.PASS, TestOutcome.FAIL):
        return {"outcome": "fail" if given is TestOutcome.FAIL else "pass"}
    return {"outcome": "fail", "note": given.value}


def parameters_in(data: Any, name: str = "") -> list[dict[str, str]]:
    """Every number in process data by the path of its name, with unit and limits where given."""
    if isinstance(data, dict) and "Value" in data and "ValueUnits" in data:
        unit = text_of(data.get("ValueUnits"))
        ends = {
            end: data.get(f"{key}AcceptableValue")
            for end, key in (("lower", "Minimum"), ("upper", "Maximum"))
        }
        return _parameter(name or text_of(data.get("Name")), data.get("Value"), unit, ends)
    found: list[dict[str, str]] = []
    if isinstance(data, dict):
        own = text_of(data.get("Name")) or text_of(data.get("StageName"))
        path = ".".join(each for each in (name, own) if each)
        for key, value in data.items():
            inner = path if key == "Value" and own else ".".join(e for e in (path, key) if e)
            found += parameters_in(value, inner)
        return found
    if isinstance(data, list):
        for place, value in enumerate(data, start=1):
            named = isinstance(value, dict) and text_of(value.get("Name"))
            found += parameters_in(value, name if named else f"{name}.{place}")
        return found
    return [] if isinstance(data, str) else _parameter(name, data, "", {})


def _parameter(name: str, value: Any, unit: str, ends: Mapping[str, Any]) -> list[dict[str, str]]:
    """One parameter; none where the value is no number that a record holds."""
    figure = _figure(value)
    name = " ".join(name.split())[-LONGEST:].strip()
    if figure is None or not name.isprintable() or not name:
        return []
    limits = {end: limit for end, given in ends.items() if (limit := _figure(given)) is not None}
    if len(limits) == 2 and limits["lower"] > limits["upper"]:
        limits = {}
    held = {"name": name, "value": f"{figure:f}", "unit": unit[:20].strip()}
    return [without_empty(held | {end: f"{limit:f}" for end, limit in limits.items()})]


def _figure(value: Any) -> Decimal | None:
    found = None if isinstance(value, bool) else decimal_of(str(value))
    return None if found is None or abs(found) >= _LARGEST else found


def without_empty(held: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in held.items() if value not in ("", [])}


def lots_in(fields: Mapping[str, Any]) -> Iterator[str]:
    """The lots that a record names."""
    if fields.get("lot"):
        yield fields["lot"]
    for key in ("items", "into", "lots"):
        held = fields.get(key)
        if isinstance(held, str):
            yield held
        for each in held if isinstance(held, list) else ():
            yield each["lot"]


def fields_of(draft: RecordDraft) -> dict[str, Any]:
    """The fields of a draft as they were put together."""
    found: dict[str, Any] = json.loads(draft.fields)
    return found
