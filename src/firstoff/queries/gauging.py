"""Calibrations of equipment: what was found, and the doubt that follows from it."""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from firstoff.db.models import Calibration
from firstoff.queries.plan import EquipmentView, equipment_named
from firstoff.rules.access import Actor
from firstoff.rules.trace.conditions.gauge import Calibrated, Doubt, doubt
from firstoff.terms import CalibrationResult

_SHOWN = 100  # calibrations of one piece of equipment, the newest first


@dataclass(frozen=True, slots=True)
class CalibrationView:
    """``as_found`` failing casts doubt on what was measured since the last good one (R-61)."""

    id: UUID
    at: datetime
    as_found: CalibrationResult
    as_left: CalibrationResult
    due: date | None
    certificate: str
    by: str


@dataclass(frozen=True, slots=True)
class CalibrationHistory:
    """``doubt``: since when, and until when, what it measured is in doubt; None: it is in none."""

    equipment: EquipmentView
    items: tuple[CalibrationView, ...]
    total: int
    doubt: Doubt | None


def calibrations(actor: Actor, site_id: int, code: str, *, today: date) -> CalibrationHistory:
    """The calibrations of a piece of equipment, the newest first. Raises NotFound. Three
    queries."""
    found = equipment_named(actor, site_id, code, today=today)
    rows = Calibration.objects.filter(equipment=found.id)
    total = rows.count()
    items = tuple(
        CalibrationView(
            r.uid,
            r.calibrated_at,
            CalibrationResult(r.as_found),
            CalibrationResult(r.as_left),
            r.due,
            r.certificate,
            r.by.name,
        )
        for r in rows.select_related("by").order_by("-calibrated_at", "-pk")[:_SHOWN]
    )
    failed = any(c.as_found is CalibrationResult.FAIL for c in items)
    read = [Calibrated(c.at, c.as_found, c.as_left) for c in reversed(items)]
    return CalibrationHistory(found, items, total, doubt(read) if failed else None)
