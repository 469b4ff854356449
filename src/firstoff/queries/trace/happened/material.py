"""Lots: received, judged, parted, merged, counted."""

from collections.abc import Iterator
from typing import Any

from django.db.models import QuerySet

from firstoff.db.models import BatchConsumption, Consumption, Lot, LotMove, LotStatusRecord
from firstoff.formats.events.epcis.happenings import (
    File,
    Happening,
    LotAdjusted,
    LotJudged,
    LotPart,
    LotReceived,
    LotsMerged,
    LotSplit,
)
from firstoff.queries.trace.happened.asked import Asked, Said
from firstoff.terms import LotMoveKind


def lots(given: Asked) -> Iterator[Said]:
    rows = given.within(_of(given, Lot.objects.all(), ""), "arrived_at")
    for lot in rows.select_related("part", "supplier", "manufacturer_part", "by").iterator(2000):
        source = lot.manufacturer_part
        file = File(lot.certificate, lot.certificate_sha256) if lot.certificate else None
        yield (
            LotReceived(
                id=lot.uid,
                at=lot.arrived_at,
                operator=lot.by.username,
                site=given.code,
                part=lot.part.number,
                lot=lot.code,
                quantity=lot.quantity,
                unit=lot.unit,
                supplier=lot.supplier.name if lot.supplier else "",
                supplier_lot=lot.supplier_lot,
                date_code=lot.date_code,
                manufacturer=source.manufacturer if source else "",
                mpn=source.mpn if source else "",
                certificate=file,
                expires=lot.expires,
                receipt=lot.receipt,
            ),
            None,
        )


def lot_statuses(given: Asked) -> Iterator[Said]:
    """What was decided; the quarantine that a lot comes in with is no decision."""
    rows = given.within(_of(given, LotStatusRecord.objects.all(), "lot__"), "decided_at")
    for row in rows.select_related("lot__part", "by").iterator(2000):
        yield (
            LotJudged(
                id=row.uid,
                at=row.decided_at,
                operator=row.by.username,
                site=given.code,
                part=row.lot.part.number,
                lot=row.lot.code,
                status=row.status,
                reason=row.reason,
            ),
            None,
        )


def lot_moves(given: Asked) -> Iterator[Said]:
    """A move is one event: a lot parted into three is three."""
    rows = LotMove.objects.filter(source__part__site=given.site) | LotMove.objects.filter(
        target__part__site=given.site
    )
    if given.narrowed:
        return
    found = given.within(rows.distinct(), "moved_at")
    for row in found.select_related("source__part", "target__part", "by").iterator(2000):
        yield _moved(given, row), None


def _moved(given: Asked, row: LotMove) -> Happening:
    source, target = row.source, row.target
    common: dict[str, Any] = {
        "id": row.uid,
        "at": row.moved_at,
        "operator": row.by.username,
        "site": given.code,
        "reason": row.reason,
    }
    if row.kind == LotMoveKind.ADJUST or source is None or target is None:
        lot = source or target
        if lot is None:
            raise TypeError("a move without an end")
        by = row.quantity if source is None else -row.quantity
        return LotAdjusted(part=lot.part.number, lot=lot.code, by=by, **common)
    if row.kind == LotMoveKind.SPLIT:
        into = (LotPart(target.code, row.quantity, unit=target.unit),)
        return LotSplit(part=source.part.number, lot=source.code, into=into, **common)
    parts = (LotPart(source.code, row.quantity, unit=source.unit),)
    return LotsMerged(part=target.part.number, lots=parts, into=target.code, **common)


def _of(given: Asked, rows: "QuerySet", ahead: str) -> "QuerySet":  # type: ignore[type-arg]  # of either table
    """Of the site; with a unit or batch asked for, the lots that are in it."""
    rows = rows.filter(**{f"{ahead}part__site": given.site})
    if not given.narrowed:
        return rows
    if given.unit is not None:
        inside = Consumption.objects.filter(unit=given.unit).values("lot")
        return rows.filter(**{f"{ahead}pk__in": inside})
    units = Consumption.objects.filter(unit__run=given.run).values("lot")
    batch = BatchConsumption.objects.filter(run=given.run).values("lot")
    return rows.filter(**{f"{ahead}pk__in": units.union(batch)})
