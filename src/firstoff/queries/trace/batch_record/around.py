"""The run around its units, for the batch record: a few rows of many tables."""

import json
from collections.abc import Collection, Iterable, Mapping
from decimal import Decimal
from typing import Any

from django.db.models import F, OuterRef, Q, Subquery

from firstoff.db.keys import among, keys
from firstoff.db.models import (
    BatchConsumption,
    Calibration,
    CauseFinding,
    ContainedUnit,
    ContainmentFinding,
    CorrectiveAction,
    Defect,
    Equipment,
    FloorRecord,
    GapDeviation,
    Lot,
    LotStatusRecord,
    ParameterReading,
    Person,
)
from firstoff.queries.execution.facts import first_article_facts
from firstoff.queries.execution.runs import RunView, setup
from firstoff.rules.plan import BaselineFacts
from firstoff.rules.trace.batch_record import (
    Contained,
    Deviation,
    EquipmentMade,
    Gathered,
    Look,
    LotMade,
    OpenAction,
    ParameterMade,
    RunMade,
    plan_asks,
)
from firstoff.rules.trace.containment import holds, label, whereabouts
from firstoff.rules.trace.then import CalibrationFacts
from firstoff.terms import (
    CalibrationResult,
    CauseClass,
    FloorKind,
    Place,
    RunKind,
)

_GATED = frozenset({RunKind.PRE_PRODUCTION, RunKind.PILOT, RunKind.PRODUCTION})
Rows = Iterable[tuple[Any, ...]]


def run_made(
    view: RunView, definition: BaselineFacts, units: Mapping[int, Look], held: Gathered
) -> RunMade:
    """The run and what surrounds its units. Fifteen queries, whatever the size of the run."""
    article = first_article_facts([view.id]).get(view.id)
    operations, parameters = _on_batch(view.id)
    return RunMade(
        batch_id=view.batch_id,
        planned=view.planned_quantity,
        plan=plan_asks(definition),
        decides=view.kind is RunKind.PILOT,
        decided=view.decision is not None,
        gated=view.kind in _GATED,
        setup={line.item.key: line.value for line in setup(view.id)},
        first_article=None if article is None else (article.serial, article.passed),
        batch_operations=operations,
        batch_parameters=parameters,
        lots=_lots(view.id, held.lots),
        equipment=_equipment(held.equipment),
        contained=_contained(view.id, units),
        unknown_causes=_unknown(view.id, units),
        actions=_actions(view.id),
        people=dict(
            Person.objects.filter(pk__in=list(held.people)).values_list("pk", "name")
        ),
        deviations=deviations(view.id),
    )  # fmt: skip


def _on_batch(run_id: int) -> tuple[frozenset[int], tuple[tuple[int, ParameterMade], ...]]:
    """Operations done on the batch as a whole, and the last readings there. Two queries."""
    rows = FloorRecord.objects.filter(
        run=run_id, unit__isnull=True, kind=FloorKind.OPERATION, superseded_by__isnull=True
    )
    done = {
        seq
        for seq, content in rows.values_list("seq", "content")
        if seq is not None and json.loads(content).get("outcome", "pass") == "pass"
    }
    read = ParameterReading.objects.filter(
        floor_record__run=run_id,
        floor_record__unit__isnull=True,
        floor_record__superseded_by__isnull=True,
    )
    table: Rows = read.order_by("pk").values_list(
        "floor_record__seq", "name", "value", "lower", "upper", "measured_in"
    )
    last = {(seq or 0, name): ParameterMade(name, *rest) for seq, name, *rest in table}
    return frozenset(done), tuple((seq, made) for (seq, _), made in last.items())


def _lots(run_id: int, used: Collection[int]) -> dict[int, LotMade]:
    """The lots in the units and in the batch. Three queries."""
    rows = BatchConsumption.objects.filter(run=run_id).values_list(
        "lot_id", "quantity", "record__happened_at"
    )
    batch: dict[int, tuple[Decimal, Any]] = {}
    for lot, quantity, at in rows:
        earlier, first = batch.get(lot, (Decimal(0), at))
        batch[lot] = (earlier + quantity, min(first, at))
    found = keys({*used, *batch})
    decided: dict[int, list[tuple[Any, str]]] = {}
    history = LotStatusRecord.objects.filter(among(LotStatusRecord, "lot", found))
    for lot, at, status in history.order_by("decided_at", "pk").values_list(
        "lot_id", "decided_at", "status"
    ):
        decided.setdefault(lot, []).append((at, status))
    lots = Lot.objects.filter(among(Lot, "id", found)).select_related(
        "part", "supplier", "manufacturer_part", "balance"
    )
    return {
        lot.pk: _lot(lot, tuple(decided.get(lot.pk, ())), batch.get(lot.pk)) for lot in lots
    }  # fmt: skip


def _lot(
    lot: Lot, statuses: tuple[tuple[Any, str], ...], batch: tuple[Decimal, Any] | None
) -> LotMade:
    maker = lot.manufacturer_part
    balance = getattr(lot, "balance", None)
    return LotMade(
        code=lot.code,
        part=lot.part.number,
        maker=f"{maker.manufacturer} {maker.mpn}".strip() if maker else "",
        supplier=lot.supplier.name if lot.supplier else "",
        supplier_lot=lot.supplier_lot or lot.date_code,
        received=lot.receipt,
        status=balance.status if balance else "quarantine",
        statuses=statuses,
        expires=lot.expires,
        in_batch=batch is not None,
        batch_at=batch[1] if batch else None,
        batch_quantity=batch[0] if batch else Decimal(0),
        measured_in=lot.unit,
    )


def _equipment(used: Collection[int]) -> dict[int, EquipmentMade]:
    """Two queries."""
    calibrations: dict[int, list[CalibrationFacts]] = {}
    rows: Rows = (
        Calibration.objects.filter(equipment__in=list(used))
        .order_by("calibrated_at", "pk")
        .values_list(
            "equipment_id", "calibrated_at", "as_found", "as_left", "due", "certificate"
        )
    )  # fmt: skip
    for key, at, as_found, as_left, due, certificate in rows:
        facts = CalibrationFacts(
            at, CalibrationResult(as_found), CalibrationResult(as_left), due, certificate
        )
        calibrations.setdefault(key, []).append(facts)
    return {
        e.pk: EquipmentMade(
            e.code, e.name, e.kind, tuple(calibrations.get(e.pk, ())), e.calibration_due
        )
        for e in Equipment.objects.filter(pk__in=list(used))
    }


def _contained(run_id: int, units: Mapping[int, Look]) -> tuple[Contained, ...]:
    """Open containments, with the units of the run that they hold. One query."""
    last = ContainmentFinding.objects.filter(member=OuterRef("pk")).order_by("-pk")
    rows = (
        ContainedUnit.objects.filter(unit__run=run_id, containment__closure__isnull=True)
        .annotate(last=Subquery(last.values("outcome")[:1]), place_now=F("unit__state__place"))
        .order_by("containment__number")
        .values_list(
            "containment__number", "containment__title", "unit_id", "last", "place_now"
        )
    )  # fmt: skip
    found: dict[int, tuple[str, set[int]]] = {}
    for number, title, unit, outcome, place in rows:
        _, members = found.setdefault(number, (title, set()))
        if holds(outcome, whereabouts(place or Place.IN_PROCESS)):
            members.add(units[unit].position)
    return tuple(
        Contained(label(number), title, frozenset(members))
        for number, (title, members) in found.items()
        if members
    )


def _unknown(run_id: int, units: Mapping[int, Look]) -> dict[str, frozenset[int]]:
    """Defects whose cause nobody named yet, by code. One query."""
    last = CauseFinding.objects.filter(defect=OuterRef("pk")).order_by("-pk")
    rows = (
        Defect.objects.filter(run=run_id)
        .annotate(cause=Subquery(last.values("cause_class")[:1]))
        .filter(Q(cause__isnull=True) | Q(cause=CauseClass.UNKNOWN))
        .values_list("code", "unit_id")
    )
    found: dict[str, set[int]] = {}
    for code, unit in rows:
        found.setdefault(code, set()).add(units[unit].position)
    return {code: frozenset(positions) for code, positions in sorted(found.items())}


def _actions(run_id: int) -> tuple[OpenAction, ...]:
    rows = CorrectiveAction.objects.filter(run=run_id, effect__isnull=True).order_by("number")
    return tuple(
        OpenAction(f"CA-{number:04d}", against)
        for number, against in rows.values_list("number", "against")
    )


def deviations(run_id: int) -> tuple[Deviation, ...]:
    """Gaps accepted by signature, in the order they were signed. One query."""
    rows = GapDeviation.objects.filter(run=run_id).order_by("pk")
    return tuple(
        Deviation(
            gap, tuple((a, b) for a, b in json.loads(scope)), reason, name, at, str(uid), said
        )
        for gap, scope, reason, name, at, uid, said in rows.values_list(
            "gap", "scope", "reason", "by__name", "received_at", "uid", "sentence"
        )
    )
