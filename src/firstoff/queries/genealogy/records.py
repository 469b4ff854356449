"""Records of the floor as they were handed in."""

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from firstoff.db.models import FloorRecord, Run, Unit
from firstoff.errors import InvalidInput, NotFound
from firstoff.queries.access import site as site_of
from firstoff.rules.access import Actor
from firstoff.terms import FloorKind


@dataclass(frozen=True, slots=True)
class RecordView:
    id: UUID
    kind: str
    at: datetime
    received_at: datetime
    by: str
    operator: str
    batch: str
    part: str
    serial: str
    operation: int | None
    equipment: str
    content: dict[str, Any]
    taken_back: bool
    supersedes: UUID | None


@dataclass(frozen=True, slots=True)
class RecordPage:
    items: tuple[RecordView, ...]
    total: int


def records(
    actor: Actor,
    site: str,
    *,
    kind: str = "",
    batch: str = "",
    part: str = "",
    serial: str = "",
    since: datetime | None = None,
    oldest: bool = False,
    offset: int = 0,
    limit: int = 50,
) -> RecordPage:
    """Floor records of a site, the newest first unless ``oldest``. Up to five queries.

    since: received at or after that moment. Raises NotFound, InvalidInput.
    """
    place = site_of(actor, site)
    rows = FloorRecord.objects.filter(site=place.id)
    if kind:
        if kind not in set(FloorKind):
            raise InvalidInput(
                f"{kind!r} is no kind of record in this list.",
                way_out=f"It has: {', '.join(FloorKind)}.",
                field="kind",
            )
        rows = rows.filter(kind=kind)
    if batch:
        run = Run.objects.filter(site=place.id, batch_id=batch).values_list("pk", flat=True)
        rows = rows.filter(run=_known(run.first(), f"There is no batch {batch} here."))
    if serial:
        units = Unit.objects.filter(part__site=place.id, serial=serial)
        keys = list((units.filter(part__number=part) if part else units).values_list("pk"))
        if not keys:
            raise NotFound(f"There is no unit {serial} here.", field="serial")
        rows = rows.filter(unit__in=[key for (key,) in keys])
    if since is not None and since.tzinfo is None:
        raise InvalidInput(
            f"since {since.isoformat()} has no time zone.",
            way_out="Expected ISO 8601 with an offset, such as 2026-05-11T08:23:00+01:00.",
            field="since",
        )
    if since is not None:
        rows = rows.filter(received_at__gte=since)
    order = ("pk",) if oldest else ("-pk",)
    found = rows.select_related(
        "by", "operator", "run", "unit", "unit__part", "equipment", "supersedes", "superseded_by"
    )
    page = found.order_by(*order)[offset : offset + limit]
    return RecordPage(tuple(_view(row) for row in page), rows.count())


def _known(key: int | None, sentence: str) -> int:
    if key is None:
        raise NotFound(sentence)
    return key


def _view(row: FloorRecord) -> RecordView:
    content = json.loads(row.content)
    content.pop("keys", None)
    superseded = getattr(row, "superseded_by", None)
    return RecordView(
        row.uid,
        row.kind,
        row.happened_at,
        row.received_at,
        row.by.username,
        row.operator.username,
        row.run.batch_id if row.run else "",
        row.unit.part.number if row.unit else "",
        row.unit.serial if row.unit else "",
        row.seq,
        row.equipment.code if row.equipment else "",
        content,
        superseded is not None,
        row.supersedes.uid if row.supersedes else None,
    )
