"""What happened to a unit, from every table, in the order it happened."""

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Q, QuerySet

from firstoff.db.keys import Keys, among, keys
from firstoff.db.models import (
    Assembly,
    ContainedUnit,
    ContainmentFinding,
    FloorRecord,
    ShippedUnit,
    Unit,
    UnitState,
)
from firstoff.db.prepared import prepared
from firstoff.queries.trace.views import UnitTrace
from firstoff.rules.evidence.words import trimmed
from firstoff.terms import FloorKind, OperationOutcome, Place, TestOutcome

FEWEST = 200  # records of the batch that a unit's page shows at most


@dataclass(frozen=True, slots=True)
class Happening:
    """``good``: whether it went well, None where nothing was judged. ``voided``: taken back."""

    at: datetime
    what: str
    detail: str = ""
    by: str = ""
    good: bool | None = None
    voided: bool = False


def timeline(unit: Unit, trace: UnitTrace) -> tuple[Happening, ...]:
    """Everything that happened to the unit. Seven queries beside those of its trace."""
    found = [
        *_own(trace),
        *_floor(unit),
        *_moves(unit),
        *_packed(unit),
        *_contained(unit),
    ]
    return tuple(sorted(found, key=lambda h: h.at))


def _own(trace: UnitTrace) -> Iterator[Happening]:
    on = f"on {trace.equipment}" if trace.equipment else ""
    yield Happening(trace.started_at, "Started", on, trace.operator)
    for o in trace.operations:
        outside = [p.name for p in o.parameters if p.outside]
        detail = [
            f"on {o.equipment}" if o.equipment else "",
            f"with {', '.join(o.tools)}" if o.tools else "",
            *(f"{p.name} {trimmed(p.value)} {p.unit}".strip() for p in o.parameters),
            f"outside its limits: {', '.join(outside)}" if outside else "",
            o.note,
        ]
        again = f", attempt {o.attempt}" if o.attempt > 1 else ""
        passed = o.outcome == OperationOutcome.PASS
        word = "done" if passed else "failed"
        what = f"Operation {o.seq} {o.name}".strip()
        yield Happening(
            o.ended_at, f"{what} {word}{again}", _said(detail), o.operator, passed and not outside
        )
    for t in trace.tests:
        station = f"station {t.station}" if t.station else ""
        failed = [r.line.name for r in t.results if r.outcome is TestOutcome.FAIL]
        detail = [station, f"failed: {', '.join(failed[:5])}" if failed else "", t.outcome_details]
        good = {TestOutcome.PASS: True, TestOutcome.FAIL: False}.get(t.outcome)
        word = "ended" if good is None else "passed" if good else "failed"
        said = f"Test {t.procedure} {word}"
        yield Happening(t.ended_at, said, _said(detail), t.operator, good)
    for j in trace.judgements:
        given = {"fit": j.fit, "finish": j.finish, "function": j.function}
        rejected = [name for name, result in given.items() if result == OperationOutcome.FAIL]
        codes = [f"{d.code} {d.name}" for d in j.defects]
        what = f"{j.kind.capitalize()} result: {'rejected' if rejected or codes else 'good'}"
        detail = [", ".join(rejected), *codes, j.correction_reason]
        good = not rejected and not codes
        yield Happening(
            j.judged_at, what, _said(detail), j.inspector, good, voided=bool(j.superseded_by)
        )
    for e in trace.events:
        yield Happening(e.at, e.what, e.detail, e.by)


def _said(parts: list[str]) -> str:
    return "; ".join(p for p in parts if p)


# ---------- what the floor recorded ----------


def _floor(unit: Unit) -> Iterator[Happening]:
    batch = [] if unit.run_id is None else _of_batch(unit.run_id)
    for kind, at, by, content, seq, equipment, voided in _recorded(unit.pk, keys(batch)):
        say = _WORDS.get(kind)
        if say is None:
            continue
        what, detail, good = say(json.loads(content), seq)
        on = f"on {equipment}" if equipment else ""
        yield Happening(at, what, _said([detail, on]), by, good, voided is not None)


@prepared
def _of_batch(run: int) -> "QuerySet[FloorRecord, int]":
    """Operations on the whole of it."""
    rows = FloorRecord.objects.filter(run=run, unit__isnull=True, kind=FloorKind.OPERATION)
    return rows.order_by("pk").values_list("pk", flat=True)[:FEWEST]


@prepared
def _recorded(unit: int, more: Keys) -> "QuerySet[FloorRecord, tuple[Any, ...]]":
    rows = FloorRecord.objects.filter(Q(unit=unit) | Q(among(FloorRecord, "id", more)))
    columns = ("kind", "happened_at", "operator__name", "content", "seq", "equipment__code")
    return rows.order_by("happened_at", "pk").values_list(*columns, "superseded_by")


Told = tuple[str, str, bool | None]


def _consume(said: Mapping[str, Any], seq: int | None) -> Told:
    items = [i for i in said.get("items", ()) if isinstance(i, Mapping)]
    held = ", ".join(f"{i.get('lot', '')} ({i.get('quantity', '')})" for i in items)
    return "Material consumed", held, None


def _batch_operation(said: Mapping[str, Any], seq: int | None) -> Told:
    given = [p for p in said.get("parameters", ()) if isinstance(p, Mapping)]
    values = ", ".join(f"{p.get('name')} {p.get('value')} {p.get('unit', '')}".strip()
                       for p in given)  # fmt: skip
    failed = said.get("outcome") == OperationOutcome.FAIL
    word = "failed" if failed else "done"
    return f"Operation {seq} {word} on the batch", values, not failed


def _rework(said: Mapping[str, Any], seq: int | None) -> Told:
    again = said.get("from_operation") or seq
    start = f" from operation {again}" if again else ""
    return f"Sent back to rework{start}", str(said.get("reason", "")), False


def _repair(said: Mapping[str, Any], seq: int | None) -> Told:
    detail = _said([str(said.get("what", "")), str(said.get("reason", ""))])
    return f"Repaired {said.get('defect', '')}".strip(), detail, None


def _scrap(said: Mapping[str, Any], seq: int | None) -> Told:
    return "Scrapped", str(said.get("reason", "")), False


def _return(said: Mapping[str, Any], seq: int | None) -> Told:
    customer = str(said.get("customer", ""))
    return (
        f"Returned by {customer}" if customer else "Returned",
        str(said.get("failure", "")),
        False,
    )


def _label(said: Mapping[str, Any], seq: int | None) -> Told:
    template = str(said.get("template", ""))
    text = f"Label {template} applied and scanned back" if template else "Label scanned back"
    return text, str(said.get("scanned", "")), True


_WORDS: Mapping[str, Callable[[Mapping[str, Any], int | None], Told]] = {
    FloorKind.CONSUME: _consume,
    FloorKind.OPERATION: _batch_operation,
    FloorKind.REWORK: _rework,
    FloorKind.REPAIR: _repair,
    FloorKind.SCRAP: _scrap,
    FloorKind.RETURN: _return,
    FloorKind.LABEL: _label,
}


# ---------- in and out of other units, packages, shipments ----------


def _moves(unit: Unit) -> Iterator[Happening]:
    rows = _fitted(unit.pk)
    records = keys(
        r for a in rows for r in (a.install_record_id, a.remove_record_id) if r is not None
    )
    said = {key: (by, json.loads(content)) for key, by, content in _said_of(records)}
    for a in rows:
        at_place = f"at {a.position}" if a.position else ""
        by, _ = said.get(a.install_record_id, ("", {}))
        mine = a.parent_id == unit.pk
        what = f"{a.child.serial} installed" if mine else f"Installed in {a.parent.serial}"
        yield Happening(a.installed_at, what, at_place, by)
        if a.removed_at is not None:
            by, told = said.get(a.remove_record_id or 0, ("", {}))
            what = f"{a.child.serial} removed" if mine else f"Removed from {a.parent.serial}"
            yield Happening(a.removed_at, what, str(told.get("reason") or ""), by, False)


@prepared
def _fitted(unit: int) -> "QuerySet[Assembly]":
    rows = Assembly.objects.filter(Q(parent=unit) | Q(child=unit))
    return rows.select_related("parent", "child")


@prepared
def _said_of(records: Keys) -> "QuerySet[FloorRecord, tuple[int, str, str]]":
    rows = FloorRecord.objects.filter(among(FloorRecord, "id", records))
    return rows.values_list("pk", "operator__name", "content")


def _packed(unit: Unit) -> Iterator[Happening]:
    for at, code, customer, reference, package, cancelled, by in _shipped(unit.pk):
        detail = [f"shipment {code}", reference, f"in {package}" if package else ""]
        yield Happening(at, f"Shipped to {customer}", _said(detail), by, None, bool(cancelled))
        if cancelled is not None:
            yield Happening(cancelled, f"Shipment {code} cancelled")
    for at, package in _in_package(unit.pk):
        yield Happening(at, f"Packed into {package}" if package else "Packed")


@prepared
def _shipped(unit: int) -> "QuerySet[ShippedUnit, tuple[Any, ...]]":
    rows = ShippedUnit.objects.filter(unit=unit).order_by("shipment__shipped_at")
    columns = ("shipment__shipped_at", "shipment__code", "shipment__customer__name")
    more = ("shipment__reference", "package__code", "cancelled_at", "shipment__by__name")
    return rows.values_list(*columns, *more)


@prepared
def _in_package(unit: int) -> "QuerySet[UnitState, tuple[Any, ...]]":
    rows = UnitState.objects.filter(unit=unit, place=Place.PACKED)
    return rows.values_list("since", "package__code")


@prepared
def _memberships(unit: int) -> "QuerySet[ContainedUnit]":
    rows = ContainedUnit.objects.filter(unit=unit).order_by("pk")
    return rows.select_related("containment", "by")


@prepared
def _findings(unit: int) -> "QuerySet[ContainmentFinding]":
    rows = ContainmentFinding.objects.filter(member__unit=unit).order_by("pk")
    return rows.select_related("by")


def _contained(unit: Unit) -> Iterator[Happening]:
    members = _memberships(unit.pk)
    findings = _findings(unit.pk) if members else []
    for member in members:
        late = "joined it later" if member.late else ""
        name, title = str(member.containment), member.containment.title
        yield Happening(
            member.received_at,
            f"In containment {name}",
            _said([title, late]),
            member.by.name,
            False,
        )
        for finding in (f for f in findings if f.member_id == member.pk):
            outcome = finding.outcome.replace("_", " ")
            yield Happening(finding.found_at, f"{name}: {outcome}", finding.note, finding.by.name)
