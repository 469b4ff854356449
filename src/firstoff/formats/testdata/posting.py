"""Drafts as the records of ``POST /api/v1/records``: one to one, in their order.

Files of machines name neither part nor batch, and no operation of the plan: ``Placing`` says them.
What cannot be a record without something that nobody said is left out, with the reason.
"""

import base64
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from firstoff.formats.testdata.assembling import made_id
from firstoff.formats.testdata.drafts import (
    AttachmentDraft,
    ConsumptionDraft,
    Draft,
    LotDraft,
    MeasurementDraft,
    RecordDraft,
    RepairDraft,
    TestDraft,
    ValueKind,
)
from firstoff.formats.testdata.packing import Result, pack_draft, procedure_from, unpack
from firstoff.formats.testdata.posting_parts import (
    consumption_record,
    lot_record,
    part_records,
    repair_records,
)
from firstoff.terms import TestOutcome

_OF_UNIT = frozenset(("unit", "operation", "install", "remove", "repair", "scrap", "consume"))
_PLACED = frozenset(("operation", "load"))  # at an operation of the plan


@dataclass(frozen=True, slots=True)
class Placing:
    """What the file does not say: the part of its units or their batch, and the operation of the
    plan that its endpoints do (by ``operations``, the endpoint's handle, else ``operation``)."""

    part: str = ""
    batch: str = ""
    operation: int | None = None
    operations: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Posting:
    """Records ready to be posted, and a sentence for each draft that is none."""

    records: tuple[dict[str, Any], ...]
    left_out: tuple[str, ...]


def records_of(drafts: Iterable[Draft], placing: Placing | None = None) -> Posting:
    """The records of what files say; a unit log has its own way. Each dict is JSON-safe and has
    the fields of its kind.

    A test with attachments carries them as base64. Its assembly events follow it; the parts that
    it only lists are told by ``posting_parts.held_in``."""
    placing = placing or Placing()
    records: list[dict[str, Any]] = []
    left_out: list[str] = []
    for draft in drafts:
        if isinstance(draft, TestDraft):
            said = f"Record {draft.row}, the test of {draft.serial}"
            missing = _unit_missing(placing)
            found = None if missing else _test(draft, placing)
        elif isinstance(draft, RecordDraft):
            short = draft.message.rpartition(".")[2]
            said = f"Message {draft.row}, {short}"
            missing, found = _placed(draft, placing)
        else:
            said, missing, found = "", "", None
        if found is not None:
            records.append(found)
        elif missing:
            left_out.append(f"{said}: {missing}; left out.")
        for what, record, reason in _of_parts(draft, placing):
            records += [record] if record else []
            left_out += [] if record else [f"{what}: {reason}; left out."]
    return Posting(tuple(records), tuple(left_out))


def _of_parts(draft: Draft, placing: Placing) -> Iterator[tuple[str, dict[str, Any], str]]:
    """Parts, repairs and material: what each is, and the record or why it is none."""
    unit = _of_unit(placing)
    if isinstance(draft, TestDraft):
        for found in part_records(draft, unit):
            yield f"Record {draft.row}", *found
    elif isinstance(draft, RepairDraft):
        for found in repair_records(draft, unit):
            yield f"Record {draft.row}, the repair of {draft.serial}", *found
    elif isinstance(draft, LotDraft):
        yield f"Lot {draft.lot}", *lot_record(draft)
    elif isinstance(draft, ConsumptionDraft):
        number = placing.operations.get(draft.operation, placing.operation)
        yield f"Row {draft.row}, {draft.lot}", *consumption_record(draft, unit, number)


def _unit_missing(placing: Placing) -> str:
    return "" if placing.part or placing.batch else "which part or batch it is of is not said"


def _of_unit(placing: Placing) -> dict[str, str]:
    given = {"part": placing.part, "batch": placing.batch}
    return {name: value for name, value in given.items() if value}


# ---------------------------------------------------------------- what a message says


def _placed(draft: RecordDraft, placing: Placing) -> tuple[str, dict[str, Any] | None]:
    """What is missing, or the record."""
    fields: dict[str, Any] = json.loads(draft.fields)
    if not draft.kind:
        return "no kind of record holds it", None
    if draft.kind in _OF_UNIT:
        if draft.serial and (missing := _unit_missing(placing)):
            return missing, None
        if not draft.serial and not placing.batch:
            return "which batch it is of is not said", None
        given = _of_unit(placing) if draft.serial else {"batch": placing.batch}
        fields = given | fields
    if draft.kind in _PLACED:
        number = placing.operations.get(draft.station, placing.operation)
        if number is None:
            return "which operation of the plan it is, is not said", None
        fields["operation"] = number
    if draft.kind == "load":
        if not placing.batch:
            return "which batch it is for is not said", None
        fields["batch"] = placing.batch
    if draft.kind == "lot" and not (fields.get("part") and fields.get("quantity")):
        return "a lot has a part and a quantity", None
    if draft.kind in ("install", "remove") and not fields["child"].get("part"):
        return f"the part of {draft.child} is not said", None
    return "", _headed(draft.kind, draft.record_id, draft.at, draft.operator) | fields


def _headed(kind: str, key: str, at: datetime | None, operator: str) -> dict[str, Any]:
    held: dict[str, Any] = {"kind": kind, "id": key}
    held |= {"at": at.isoformat()} if at is not None else {}
    return held | ({"operator": operator} if operator else {})


# ---------------------------------------------------------------- a test record


def _test(draft: TestDraft, placing: Placing) -> dict[str, Any]:
    procedure, packed = procedure_from(draft), pack_draft(draft)
    results = unpack(procedure.lines, packed.values, packed.outcomes, packed.extras)
    kinds = {(m.subtest, m.phase, m.name): m for m in draft.measurements}
    held = _headed(
        "test",
        made_id(f"{draft.digest}#{draft.serial}", draft.started_at),
        draft.ended_at or draft.started_at,
        "",
    )
    given = {
        "serial": draft.serial,
        "procedure": {
            "name": procedure.name,
            "version": draft.test_version,
            "lines": [_line(result) for result in results],
        },
        "values": [_value(r, kinds.get((r.line.subtest, r.line.phase, r.line.name)))
                   for r in results],
        "outcomes": [(result.outcome or TestOutcome.UNSET).value for result in results],
        "outcome": draft.outcome.value,
        "station": draft.station[:120],
        "attachments": list(_attachments(draft.attachments)),
    }  # fmt: skip
    times = {"began_at": draft.started_at, "ended_at": draft.ended_at}
    given |= {name: at.isoformat() for name, at in times.items() if at is not None}
    return held | _of_unit(placing) | {k: v for k, v in given.items() if v not in ("", [])} | {
        "values": given["values"], "outcomes": given["outcomes"],
    }  # fmt: skip


def _line(result: Result) -> dict[str, str]:
    line = result.line
    phase = "/".join(name for name in (line.subtest, line.phase) if name)
    held = {"name": line.name, "phase": phase, "unit": line.unit}
    ends = {"lower": line.lower, "upper": line.upper}
    held |= {name: f"{end:f}" for name, end in ends.items() if end is not None}
    return {name: value for name, value in held.items() if value}


def _value(result: Result, measured: MeasurementDraft | None) -> float | str | bool | None:
    if measured is not None and measured.kind is ValueKind.BOOLEAN:
        return measured.flag
    if measured is not None and measured.kind is ValueKind.NUMBER and not measured.special:
        return result.value
    return result.text or None


def _attachments(attachments: Iterable[AttachmentDraft]) -> Iterator[dict[str, str]]:
    for each in attachments:
        if each.content is not None:
            yield {
                "name": each.name[:300] or "attachment",
                "media_type": each.mimetype,
                "content": base64.b64encode(each.content).decode(),
            }
