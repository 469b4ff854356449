"""Plans of records about units that failed, came back, or carry a label."""

from typing import Any

from firstoff.db.models import Unit
from firstoff.errors import NotFound, Refused
from firstoff.rules.execution import enforce, find_operation, operation_attempt
from firstoff.rules.genealogy import (
    Labelled,
    Repaired,
    Returned,
    Reworked,
    Scrapped,
    check_scan,
    place_refusal,
)
from firstoff.services.genealogy.standing import standing_of
from firstoff.services.genealogy.taking import Taking
from firstoff.terms import FloorKind, Place

_GONE = (Place.SHIPPED, Place.SCRAPPED)


def rework(taking: Taking, record: Reworked) -> None:
    """Back into the route: operations that follow belong to the next attempt (R-48)."""
    picture, at = taking.picture, taking.time_of(record)
    unit = _unit(taking, record, "reworked", *_GONE, Place.PACKED)
    keys: dict[str, Any] = {"before": place_of(taking, unit)}
    if unit.run_id is not None:
        floor = picture.floor(picture.runs[unit.run_id])
        if record.from_operation is not None:
            find_operation(floor.operations, record.from_operation)
        history = floor.history(unit.serial)
        judged = [row.attempt for row in history.judgements]
        begun = picture.attempts.get(unit.pk, 1)
        last = max([1, *judged, *(attempt for attempt, _ in history.done)])
        # Rework said twice before anything was done again is one attempt.
        attempt = operation_attempt(history.done, judged, rework=True)
        keys["attempt"] = max(attempt, begun) if begun > last else attempt
        picture.undo.put(picture.attempts, unit.pk, keys["attempt"])
    taking.put(
        record,
        FloorKind.REWORK,
        keys,
        at=at,
        run=unit.run_id,
        unit=unit.pk,
        seq=record.from_operation,
    )


def repair(taking: Taking, record: Repaired) -> None:
    unit = _unit(taking, record, "repaired", *_GONE)
    at = taking.time_of(record)
    taking.put(record, FloorKind.REPAIR, {}, at=at, run=unit.run_id, unit=unit.pk)


def scrap(taking: Taking, record: Scrapped) -> None:
    unit = _unit(taking, record, "scrapped", *_GONE, Place.PACKED, Place.INSTALLED)
    at = taking.time_of(record)
    keys = {"before": place_of(taking, unit)}
    taking.put(record, FloorKind.SCRAP, keys, at=at, run=unit.run_id, unit=unit.pk)


def come_back(taking: Taking, record: Returned) -> None:
    """Back from the field: it has to have been shipped."""
    picture, at = taking.picture, taking.time_of(record)
    unit = picture.unit(record.serial, record.part, record.batch)
    stand = standing_of(picture, unit)
    if stand.place is not Place.SHIPPED:
        inside = f"; it is installed in {stand.where}" if stand.place is Place.INSTALLED else ""
        raise Refused(
            f"{unit.serial} was not shipped{inside}, so it cannot come back.",
            code="R-35",
            way_out="Record the return of the unit that was shipped, or its shipment first.",
        )
    was = picture.readings.stand(unit.pk)
    keys = {"before": was.place.value, "shipment": was.shipment, "package": was.package}
    taking.put(record, FloorKind.RETURN, keys, at=at, run=unit.run_id, unit=unit.pk)


def label(taking: Taking, record: Labelled) -> None:
    """A label applied and scanned back (R-64)."""
    picture, at = taking.picture, taking.time_of(record)
    unit: Unit | None = None
    keys: dict[str, int] = {}
    run = picture.run(record.batch).pk if record.batch else None
    about = record.serial or record.package or record.batch
    if record.serial:
        unit = picture.unit(record.serial, record.part, record.batch)
        run = unit.run_id
    elif record.package:
        package = picture.packages.get(record.package)
        if package is None:
            raise NotFound(
                f"There is no package {record.package} here.",
                way_out="A package is known by what was packed into it first.",
                field="package",
            )
        keys["package"] = package.pk
    check_scan(record.expected, record.scanned, about)
    if unit is not None:
        picture.undo.put(picture.labelled, unit.pk, True)
    taking.put(record, FloorKind.LABEL, keys, at=at, run=run, unit=unit.pk if unit else None)


def place_of(taking: Taking, unit: Unit) -> str:
    """Where it is, for whoever takes the record back."""
    stand = taking.picture.readings.stands.get(unit.pk)
    return (stand.place if stand else Place.IN_PROCESS).value


def _unit(
    taking: Taking, record: Reworked | Repaired | Scrapped, doing: str, *places: Place
) -> Unit:
    unit = taking.picture.unit(record.serial, record.part, record.batch)
    refusal = place_refusal(standing_of(taking.picture, unit), doing, *places)
    enforce([refusal] if refusal else [])
    return unit
