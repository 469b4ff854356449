"""Parts of CFX messages: material packages, process data, and what a record names of them."""

import json
from collections.abc import Iterator, Mapping
from typing import Any

from firstoff.formats.testdata.cfx_message import (
    Message,
    amount_at,
    identifier_at,
    number_at,
    objects_at,
    text_of,
)
from firstoff.formats.testdata.drafts import RecordDraft
from firstoff.formats.testdata.openhtf_values import FieldRefused, Json
from firstoff.terms import TestOutcome

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
    found: list[dict[str, str]] = []
    if isinstance(data, dict) and "Value" in data and "ValueUnits" in data:
        value = number_at(data.get("Value"), name)
        ends = {end: number_at(data.get(f"{key}AcceptableValue"), name)
                for end, key in (("lower", "Minimum"), ("upper", "Maximum"))}  # fmt: skip
        if value is not None:
            held = {"name": name, "value": f"{value:f}", "unit": text_of(data.get("ValueUnits"))}
            held |= {end: f"{limit:f}" for end, limit in ends.items() if limit is not None}
            found.append(without_empty(held))
    elif isinstance(data, dict):
        own = text_of(data.get("Name")) or text_of(data.get("StageName"))
        path = ".".join(each for each in (name, own) if each)
        for key, value in data.items():
            inner = path if key == "Value" and own else ".".join(e for e in (path, key) if e)
            found += parameters_in(value, inner)
    elif isinstance(data, list):
        for place, value in enumerate(data, start=1):
            named = isinstance(value, dict) and text_of(value.get("Name"))
            found += parameters_in(value, name if named else f"{name}.{place}")
    elif not isinstance(data, bool) and not isinstance(data, str) and data is not None:
        number = number_at(data, name)
        found += [] if number is None else [{"name": name, "value": f"{number:f}"}]
    return found


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
