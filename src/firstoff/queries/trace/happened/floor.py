"""Floor records as they were said, with the names of what they mean; calibrations; holds."""

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

import msgspec

from firstoff.db.models import Calibration, ContainedUnit, FloorRecord, Lot, Unit
from firstoff.formats.events.epcis.happenings import (
    KINDS,
    Calibrated,
    Happening,
    Held,
    UnitName,
    Voided,
)
from firstoff.queries.trace.happened.asked import Asked, Said, chunks
from firstoff.terms import FloorKind, Place

_BY_KIND = {kind.kind: kind for kind in KINDS}
_AWAY = (Place.SHIPPED, Place.RETURNED)


def loads(given: Asked) -> Iterator[Said]:
    """Reels, before the operations that they are for."""
    if given.unit is not None:
        return iter(())
    return _said(given, (FloorKind.LOAD, FloorKind.UNLOAD))


def others(given: Asked) -> Iterator[Said]:
    aside = (FloorKind.LOAD, FloorKind.UNLOAD, FloorKind.VOID)
    return _said(given, [kind for kind in FloorKind if kind not in aside])


@dataclass(slots=True)
class _Names:
    """Of what the records of a chunk mean, by key."""

    units: dict[int, tuple[str, str]] = field(default_factory=dict)  # part, serial
    lots: dict[int, tuple[str, str]] = field(default_factory=dict)  # part, unit of measure


def _said(given: Asked, kinds: Iterable[FloorKind]) -> Iterator[Said]:
    rows = FloorRecord.objects.filter(site=given.site, kind__in=list(kinds))
    if given.narrowed:
        rows = given.of_units(rows)
    found = given.within(rows, "happened_at").select_related(
        "unit__part", "run", "operator", "equipment", "superseded_by__operator"
    )
    for some in chunks(found):
        contents = [json.loads(row.content) for row in some]
        names = _names(content.get("keys") or {} for content in contents)
        for row, content in zip(some, contents, strict=True):
            yield _happening(given, row, content, names), _voided(given, row)


def _names(keys: Iterable[dict[str, Any]]) -> _Names:
    units: set[int] = set()
    lots: set[int] = set()
    for held in keys:
        units.update(held.get("units") or ())
        units.update(k for k in (held.get("child"), held.get("new")) if isinstance(k, int))
        lots.update(key for key, _ in held.get("items") or ())
        lots.update(k for k in (held.get("lot"),) if isinstance(k, int))
    rows = Unit.objects.filter(pk__in=units).values_list("pk", "part__number", "serial")
    of = Lot.objects.filter(pk__in=lots).values_list("pk", "part__number", "unit")
    return _Names({k: (p, s) for k, p, s in rows}, {k: (p, u) for k, p, u in of})


def _happening(given: Asked, row: FloorRecord, said: dict[str, Any], names: _Names) -> Happening:
    """The record's own words; parts that it left out to its batch are named."""
    keys = said.pop("keys", None) or {}
    kind = _BY_KIND[row.kind]
    words: dict[str, Any] = {
        **said,
        "id": row.uid,
        "at": row.happened_at,
        "operator": row.operator.username,
        "site": given.code,
    }
    if row.unit is not None:
        words["part"], words["serial"] = row.unit.part.number, row.unit.serial
    if row.run is not None:
        words["batch"] = row.run.batch_id
    if row.seq is not None and "from_operation" not in words:
        words["operation"] = row.seq
    if row.equipment is not None:
        words["equipment"] = row.equipment.code
    if "units" in keys:
        words["units"] = [
            UnitName(*names.units[key]) for key in keys["units"] if key in names.units
        ]
    if isinstance(keys.get("child"), int):
        words["child"] = UnitName(*names.units[keys["child"]])
    words |= _material(said, keys, names)
    return msgspec.convert(words, kind, strict=False, from_attributes=True)


def _material(said: dict[str, Any], keys: dict[str, Any], names: _Names) -> dict[str, Any]:
    found: dict[str, Any] = {}
    if keys.get("items"):
        spoken = said.get("items") or said.get("consumes") or ()
        found["items"] = [
            {**item, "part": names.lots[key][0], "unit": names.lots[key][1]}
            for item, (key, _) in zip(spoken, keys["items"], strict=False)
        ]
    if isinstance(keys.get("lot"), int) and "lot" in said:
        found["part"] = names.lots[keys["lot"]][0]
    return found


def _voided(given: Asked, row: FloorRecord) -> Voided | None:
    by = getattr(row, "superseded_by", None)
    if by is None:
        return None
    return Voided(
        id=by.uid,
        at=by.happened_at,
        operator=by.operator.username,
        site=given.code,
        supersedes=row.uid,
        reason=json.loads(by.content).get("reason", ""),
    )


def calibrations(given: Asked) -> Iterator[Said]:
    if given.narrowed:
        return
    rows = Calibration.objects.filter(equipment__site=given.site)
    found = given.within(rows, "calibrated_at").select_related("equipment", "by")
    for row in found.iterator(2000):
        yield (
            Calibrated(
                id=row.uid,
                at=row.calibrated_at,
                operator=row.by.username,
                site=given.code,
                equipment=row.equipment.code,
                result=row.as_found,
                as_left=row.as_left if row.as_left != row.as_found else "",
                due=row.due,
                certificate=row.certificate,
            ),
            None,
        )


def holds(given: Asked) -> Iterator[Said]:
    """A unit that joined a containment: held, or recalled where it had left."""
    rows = ContainedUnit.objects.filter(containment__site=given.site)
    if given.unit is not None:
        rows = rows.filter(unit=given.unit)
    elif given.run is not None:
        rows = rows.filter(unit__run=given.run)
    found = given.within(rows, "received_at").select_related("containment", "unit__part", "by")
    for row in found.iterator(2000):
        yield (
            Held(
                id=row.uid,
                at=row.received_at,
                operator=row.by.username,
                site=given.code,
                units=(UnitName(row.unit.part.number, row.unit.serial),),
                containment=str(row.containment),
                reason=row.containment.title,
                recalled=row.place in _AWAY,
            ),
            None,
        )
