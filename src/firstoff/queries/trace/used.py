"""What a unit was made and tested on, and by whom: each as it stood then."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import QuerySet
from django.utils import timezone

from firstoff.db.keys import Keys, among, keys
from firstoff.db.models import (
    Calibration,
    Equipment,
    FloorRecord,
    OperationRecord,
    TestRecord,
    Training,
    Unit,
)
from firstoff.db.prepared import prepared
from firstoff.rules.plan import PlanOperation
from firstoff.rules.trace.then import (
    CalibrationFacts,
    Standing,
    TrainingFacts,
    calibration_then,
    training_then,
)
from firstoff.terms import CalibrationResult


@dataclass(frozen=True, slots=True)
class EquipmentThen:
    code: str
    name: str
    kind: str
    first: datetime
    last: datetime
    standing: Standing


@dataclass(frozen=True, slots=True)
class OperatorThen:
    username: str
    name: str
    did: tuple[str, ...]  # "20 Seat the lid", "started it"
    first: datetime
    last: datetime
    standing: Standing


@dataclass(frozen=True, slots=True)
class Used:
    equipment: tuple[EquipmentThen, ...]
    operators: tuple[OperatorThen, ...]


@dataclass(frozen=True, slots=True)
class _Deed:
    at: datetime
    until: datetime
    what: str
    skill: str
    who: tuple[str, str]  # username, name
    on: tuple[str, ...]  # codes


def used(unit: Unit, plan: Mapping[int, PlanOperation]) -> Used:
    """Equipment with its calibration then, people with their training then. Six queries."""
    deeds = sorted(_deeds(unit, plan), key=lambda d: d.at)
    return Used(_equipment(unit, deeds), _operators(deeds))


def _deeds(unit: Unit, plan: Mapping[int, PlanOperation]) -> Iterable[_Deed]:
    on = (unit.equipment.code,) if unit.equipment else ()
    who = (unit.operator.username, unit.operator.name)
    yield _Deed(unit.started_at, unit.started_at, "started it", "", who, on)
    for seq, began, ended, user, name, machine, tools in _done(unit.pk):
        planned = plan.get(seq)
        codes = [*([machine] if machine else []), *json.loads(tools or "[]")]
        what = f"{seq} {planned.name}" if planned else str(seq)
        skill = planned.required_skill if planned else ""
        yield _Deed(began, ended, what, skill, (user, name), tuple(codes))
    for user, name, began, ended, station, procedure in _tested(unit.pk):
        yield _Deed(began, ended, procedure, "", (user, name), (station,) if station else ())
    for user, name, happened, kind, machine in _recorded(unit.pk):
        yield _Deed(
            happened, happened, _KINDS.get(kind, kind), "", (user, name), (machine,) if machine
            else ()
        )  # fmt: skip


_PERSON = ("operator__username", "operator__name")


@prepared
def _done(unit: int) -> "QuerySet[OperationRecord, tuple[Any, ...]]":
    rows = OperationRecord.objects.filter(unit=unit).order_by("began_at", "pk")
    return rows.values_list(
        "seq", "began_at", "ended_at", *_PERSON, "equipment__code", "context__tools"
    )


@prepared
def _tested(unit: int) -> "QuerySet[TestRecord, tuple[Any, ...]]":
    rows = TestRecord.objects.filter(unit=unit, operator__isnull=False).order_by("pk")
    return rows.values_list(*_PERSON, "began_at", "ended_at", "station", "procedure__name")


@prepared
def _recorded(unit: int) -> "QuerySet[FloorRecord, tuple[Any, ...]]":
    rows = FloorRecord.objects.filter(unit=unit).order_by("pk")
    return rows.values_list(*_PERSON, "happened_at", "kind", "equipment__code")


_KINDS = {
    "consume": "material",
    "install": "installation",
    "remove": "removal",
    "ship_cancel": "shipment",
    "ship": "shipment",
    "pack": "packing",
    "unpack": "packing",
}


def _equipment(unit: Unit, deeds: Iterable[_Deed]) -> tuple[EquipmentThen, ...]:
    times: dict[str, list[datetime]] = {}
    for deed in deeds:
        for code in deed.on:
            times.setdefault(code, []).extend((deed.at, deed.until))
    rows = Equipment.objects.filter(site=unit.part.site_id, code__in=list(times))
    known = {e.code: e for e in rows}
    history = _calibrations(e.pk for e in known.values())
    found = []
    for code, at in times.items():
        if code not in known:  # the name of a station that is no equipment here
            continue
        e, first, last = known[code], min(at), max(at)
        standing = calibration_then(e.kind, history.get(e.pk, ()), first, last)
        found.append(EquipmentThen(e.code, e.name, e.kind, first, last, standing))
    return tuple(found)


def _calibrations(equipment: Iterable[int]) -> dict[int, list[CalibrationFacts]]:
    found: dict[int, list[CalibrationFacts]] = {}
    for key, at, as_found, left, *rest in _calibrated(keys(equipment)):
        result = (CalibrationResult(as_found), CalibrationResult(left))
        found.setdefault(key, []).append(CalibrationFacts(timezone.localtime(at), *result, *rest))
    return found


@prepared
def _calibrated(equipment: Keys) -> "QuerySet[Calibration, tuple[Any, ...]]":
    rows = Calibration.objects.filter(among(Calibration, "equipment", equipment))
    return rows.order_by("calibrated_at", "pk").values_list(
        "equipment_id", "calibrated_at", "as_found", "as_left", "due", "certificate"
    )


def _operators(deeds: Iterable[_Deed]) -> tuple[OperatorThen, ...]:
    by: dict[tuple[str, str], list[_Deed]] = {}
    for deed in deeds:
        by.setdefault(deed.who, []).append(deed)
    learnt = _trainings(username for username, _ in by)
    return tuple(
        OperatorThen(
            username=username,
            name=name,
            did=tuple(dict.fromkeys(d.what for d in did)),
            first=min(d.at for d in did),
            last=max(d.until for d in did),
            standing=training_then(
                ((d.skill, timezone.localtime(d.at).date()) for d in did),
                learnt.get(username, ()),
            ),
        )
        for (username, name), did in by.items()
    )


def _trainings(usernames: Iterable[str]) -> dict[str, list[TrainingFacts]]:
    rows: Any = Training.objects.filter(person__username__in=list(usernames)).order_by("pk")
    found: dict[str, list[TrainingFacts]] = {}
    for username, *facts in rows.values_list(
        "person__username", "skill", "valid_from", "valid_until"
    ):
        found.setdefault(username, []).append(TrainingFacts(*facts))
    return found
