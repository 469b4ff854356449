"""Parts of units, repairs, lots and consumption as the records of ``POST /api/v1/records``.

An assembly event happened, so it is a record. A list of the parts that a unit had when it was
tested is none: the same list comes with each of its tests. ``held_in`` gives what such lists say.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from firstoff.formats.testdata.assembling import made_id
from firstoff.formats.testdata.drafts import (
    ConsumptionDraft,
    Draft,
    FailureDraft,
    LotDraft,
    RepairDraft,
    SubUnitDraft,
    TestDraft,
)

_LONGEST = 120  # characters of a position


@dataclass(frozen=True, slots=True)
class Held:
    """A part that a file says was in a unit at a time; ``inside`` is the serial it sits in."""

    inside: str
    inside_part: str
    part: SubUnitDraft
    at: datetime | None


def held_in(drafts: Iterable[Draft]) -> tuple[Held, ...]:
    """What lists of parts in test records say, each unit and part once, as first said."""
    found: dict[tuple[str, str, str], Held] = {}
    for draft in drafts:
        if isinstance(draft, TestDraft):
            parts = {part.serial: part.part_number for part in draft.sub_units}
            for part in draft.sub_units:
                if part.event or part.removed:
                    continue
                inside = part.parent or draft.serial
                key = (inside, part.part_number, part.serial or part.lot)
                held = Held(inside, parts.get(part.parent, ""), part, draft.started_at)
                found.setdefault(key, held)
    return tuple(found.values())


def part_records(
    draft: TestDraft, unit: Mapping[str, str]
) -> Iterator[tuple[dict[str, Any], str]]:
    """The assembly events of a test record as installations and removals.

    unit: part or batch of the units. Each is a record and "", or {} and why it is none."""
    parts = {part.serial: part.part_number for part in draft.sub_units}
    for place, part in enumerate(draft.sub_units):
        if part.event:
            inside = {"part": parts.get(part.parent, "")} if part.parent else dict(unit)
            at = part.at or draft.started_at
            key = f"{draft.digest}#part {place}"
            yield _moved(part, part.parent or draft.serial, inside, key, at)


def _moved(
    part: SubUnitDraft, serial: str, unit: Mapping[str, str], key: str, at: datetime | None
) -> tuple[dict[str, Any], str]:
    said = part.serial or part.lot or part.part_number
    if not part.serial:
        return {}, f"{said} in {serial}: a part without serial has no quantity"
    if not part.part_number:
        return {}, f"{said} in {serial}: its part number is not said"
    if not any(unit.values()):
        return {}, f"{said} in {serial}: which part or batch {serial} is of is not said"
    held = _headed("remove" if part.removed else "install", made_id(key, at), at)
    held |= {name: value for name, value in unit.items() if value}
    held |= {"serial": serial, "child": {"serial": part.serial, "part": part.part_number}}
    position = (part.position or part.name)[:_LONGEST]
    return held | ({"position": position} if position else {}), ""


def repair_records(
    draft: RepairDraft, unit: Mapping[str, str]
) -> Iterator[tuple[dict[str, Any], str]]:
    """A repair: what was found and done, then each part taken out and put in."""
    given = unit if any(unit.values()) else {"part": draft.part_number}
    if not any(given.values()):
        yield {}, "which part or batch it is of is not said"
        return
    at = draft.ended_at or draft.started_at
    held = _headed("repair", made_id(draft.digest, at), at)
    held |= {name: value for name, value in given.items() if value}
    held["serial"] = draft.serial
    held["what"] = draft.note or draft.process or "repaired"
    if draft.failures:
        held["reason"] = "; ".join(_failure(each) for each in draft.failures)
    about = [f"test {draft.test_id}" if draft.test_id else "", draft.test_name, draft.operator]
    if note := ", ".join(text for text in about if text):
        held["note"] = note
    yield held, ""
    for place, each in enumerate(draft.replacements):
        for word, part in (("out", each.removed), ("in", each.installed)):
            yield _moved(part, draft.serial, given, f"{draft.digest}#{word} {place}", at)


def _failure(failure: FailureDraft) -> str:
    """ "Component, Burned at U1 (TPS7A): dark"."""
    named = ", ".join(text for text in (failure.category, failure.code) if text) or "failure"
    at = f" at {failure.component}" if failure.component else ""
    article = f" ({failure.article})" if failure.article else ""
    return f"{named}{at}{article}{f': {failure.note}' if failure.note else ''}"


def lot_record(draft: LotDraft) -> tuple[dict[str, Any], str]:
    """A lot that came in; a file that says no quantity speaks of a lot that is there already."""
    missing = [] if draft.part_number else ["part"]
    missing += [] if draft.quantity is not None else ["quantity"]
    if missing or draft.quantity is None:
        return {}, f"its {' and '.join(missing)} is not said"
    at = draft.stated_at
    held = _headed("lot", made_id(f"{draft.part_number}#{draft.lot}", at), at)
    held |= {"part": draft.part_number, "lot": draft.lot, "quantity": f"{draft.quantity:f}"}
    held |= {"unit": draft.unit} if draft.unit else {}
    held |= {"expires": draft.expires_at.date().isoformat()} if draft.expires_at else {}
    about = [f"of lot {draft.parent}" if draft.parent else "", draft.status, draft.location]
    note = ", ".join(text for text in about if text)
    return held | ({"note": note} if note else {}), ""


def consumption_record(
    draft: ConsumptionDraft, unit: Mapping[str, str], operation: int | None
) -> tuple[dict[str, Any], str]:
    """Material that went into a unit, or into the batch."""
    given = unit if draft.serial else {"batch": unit.get("batch", "")}
    if draft.produced:
        return {}, "it says what was made, not what was used"
    if not draft.lot or draft.quantity is None:
        return {}, f"its {'quantity' if draft.lot else 'lot'} is not said"
    if not any(given.values()):
        return {}, "which unit or batch it went into is not said"
    key = f"{draft.order}#{draft.row}#{draft.lot}#{draft.quantity}"
    held = _headed("consume", made_id(key, draft.at), draft.at)
    held |= {name: value for name, value in given.items() if value}
    held |= {"serial": draft.serial} if draft.serial else {}
    held |= {"operation": operation} if operation is not None else {}
    item = {"lot": draft.lot, "quantity": f"{draft.quantity:f}", "part": draft.part_number}
    held["items"] = [{name: value for name, value in item.items() if value}]
    about = [f"order {draft.order}" if draft.order else "", draft.operation]
    note = ", ".join(text for text in about if text)
    return held | ({"note": note} if note else {}), ""


def _headed(kind: str, key: str, at: datetime | None) -> dict[str, Any]:
    held: dict[str, Any] = {"kind": kind, "id": key}
    return held | ({"at": at.isoformat()} if at is not None else {})
