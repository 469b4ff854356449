"""Incoming inspection: what is to be looked at on a lot, and what was found before (R-22)."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from firstoff.db.models import (
    Characteristic,
    IncomingInspection,
    InspectionPlan,
    InspectionPlanLine,
    Lot,
)
from firstoff.queries.product import facts_of
from firstoff.queries.supply import LotView
from firstoff.queries.supply import lot as lot_of
from firstoff.rules.access import Actor
from firstoff.rules.sourcing.incoming import Sample, SheetLine, drawn, sample_of
from firstoff.terms import CharacteristicClass, InspectionKind, RevisionStatus


@dataclass(frozen=True, slots=True)
class InspectionView:
    """An inspection as it was recorded. ``drawn``: which pieces, by ``seed``."""

    uid: str
    at: datetime
    by: str
    plan: str
    sample: int
    accept_number: int
    rejects: int
    accepted: bool
    sentence: str
    seed: str
    drawn: tuple[int, ...]
    note: str
    lines: tuple[Mapping[str, Any], ...]


@dataclass(frozen=True, slots=True)
class IncomingPlan:
    """The plan that a lot is inspected by: the newest released one of its part."""

    id: int
    name: str  # GRM188 revision A, incoming 2
    note: str
    sample: Sample
    lines: tuple[SheetLine, ...]


@dataclass(frozen=True, slots=True)
class IncomingSheet:
    """What somebody at the bench has to know. ``plan`` None: nobody released one."""

    lot: LotView
    critical: bool
    plan: IncomingPlan | None
    drawn: tuple[int, ...]
    inspections: tuple[InspectionView, ...]


def sheet(
    actor: Actor, site: str, part: str, code: str, *, today: date, seed: str = ""
) -> IncomingSheet:
    """The sheet of a lot; with a seed, which of its pieces are drawn. Raises NotFound,
    InvalidInput where the plan's sampling means nothing. Six queries."""
    found = lot_of(actor, site, part, code, today=today)
    row = Lot.objects.get(pk=found.id)
    plan = plan_for(row)
    pieces = drawn(row.quantity, plan.sample, seed) if plan and seed else ()
    return IncomingSheet(found, is_critical(row.part_id), plan, pieces, inspections_of(found.id))


def plan_for(lot: Lot) -> IncomingPlan | None:
    """The released incoming plan of the lot's part. Two queries."""
    rows = InspectionPlan.objects.filter(
        revision__part=lot.part_id, kind=InspectionKind.INCOMING, status=RevisionStatus.RELEASED
    )
    plan = rows.select_related("revision__part").order_by("-released_at", "-pk").first()
    if plan is None:
        return None
    sample = sample_of(plan.sampling, lot.quantity)
    lines = InspectionPlanLine.objects.filter(plan=plan).select_related("characteristic")
    return IncomingPlan(
        plan.pk,
        f"{plan.revision}, incoming {plan.label}",
        plan.note,
        sample,
        tuple(_line(line, lot, sample) for line in lines.order_by("position")),
    )


def _line(line: InspectionPlanLine, lot: Lot, sample: Sample) -> SheetLine:
    one = line.characteristic
    return SheetLine(
        facts_of(one),
        sample_of(line.sampling, lot.quantity) if line.sampling else sample,
        bool(line.sampling),
        line.method or one.method,
        line.gauge or one.gauge,
        line.reaction,
    )


def is_critical(part_id: int) -> bool:
    """Whether a characteristic of the part is classed critical. One query."""
    return Characteristic.objects.filter(
        revision__part=part_id, classification=CharacteristicClass.CRITICAL
    ).exists()


def inspections_of(lot_id: int) -> tuple[InspectionView, ...]:
    """The newest first. One query."""
    rows = IncomingInspection.objects.filter(lot=lot_id).select_related(
        "by", "plan__revision__part"
    )
    return tuple(_view(row) for row in rows.order_by("-pk")[:20])


def _view(row: IncomingInspection) -> InspectionView:
    said = json.loads(row.results)
    plan = f"{row.plan.revision}, incoming {row.plan.label}" if row.plan else ""
    return InspectionView(
        str(row.uid),
        row.inspected_at,
        row.by.name,
        plan,
        row.sample,
        row.accept_number,
        row.rejects,
        bool(said["accepted"]),
        said["sentence"],
        said["seed"],
        tuple(said["drawn"]),
        row.note,
        tuple(said["lines"]),
    )
