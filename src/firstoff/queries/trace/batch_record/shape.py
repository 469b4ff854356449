"""The batch record as plain data: what the API and the command line answer."""

from decimal import Decimal
from typing import Any

from firstoff.queries.trace.batch_record import RecordView
from firstoff.rules.trace.batch_record import (
    EquipmentLine,
    Gap,
    LotLine,
    folded,
    record_digest,
)
from firstoff.rules.trace.levels import Level


def record_shape(found: RecordView) -> dict[str, Any]:
    """Stable: fields are added, none is renamed. ``digest`` is what a closing signs."""
    record, view, around = found.record, found.run, found.around
    closure = around.closure
    return {
        "site": view.site,
        "program": view.program,
        "batch_id": view.batch_id,
        "version": found.at.seq,
        "headline": record.headline,
        "digest": record_digest(record),
        "complete": record.complete,
        "units": record.units,
        "started": record.started,
        "open_gaps": len(record.open),
        "accepted_gaps": len(record.accepted),
        "sections": [
            {
                "section": s.section.value,
                "title": s.title,
                "complete": s.complete,
                "units": s.units,
                "gaps": [_gap(gap, found) for gap in s.gaps],
            }
            for s in record.sections
        ],
        "material": _level(record.material),
        "process": _level(record.process),
        "statement": [
            {"asks": s.asks, "says": s.says, "shown": s.shown} for s in record.statement
        ],
        "lots": [_lot(line) for line in record.lots],
        "equipment": [_equipment(line) for line in record.equipment],
        "tests": [t._asdict() for t in record.tests],
        "people": [p._asdict() for p in record.people],
        **_around(found),
        "closure": None
        if closure is None
        else {
            "by": closure.by,
            "at": closure.at,
            "note": closure.note,
            "digest": closure.digest,
            "uid": closure.uid,
            "numbers": closure.figures,
        },
    }


def _gap(gap: Gap, found: RecordView) -> dict[str, Any]:
    return {
        "key": gap.key,
        "kind": gap.kind.name,
        "rule": gap.kind.rule,
        "sentence": gap.said,
        "way_out": gap.kind.way_out,
        "count": gap.count,
        "units": folded(gap.units, found.record.serials),
        "positions": [list(span) for span in gap.units],
        "open": gap.open,
        "deviations": [
            {"reason": d.reason, "by": d.by, "at": d.at, "uid": d.uid, "sentence": d.sentence}
            for d in gap.accepted
        ],
    }


def _level(level: Level) -> dict[str, Any]:
    return {
        "level": level.name,
        "reached": level.reached,
        "steps": [
            {
                "level": s.name,
                "asks": s.asks,
                "have": s.have,
                "of": s.of,
                "what": s.what,
                "held": s.held,
                "missing": s.missing,
                "example": s.example,
            }
            for s in level.steps
        ],
    }


def _lot(line: LotLine) -> dict[str, Any]:
    lot = line.lot
    return {
        "lot": lot.code,
        "part": lot.part,
        "manufacturer_part": lot.maker,
        "supplier": lot.supplier,
        "supplier_lot": lot.supplier_lot,
        "quantity": plain(line.quantity),
        "units": line.units,
        "of_batch": lot.in_batch,
        "first": line.first,
        "last": line.last,
        "accepted_then": line.fit,
    }


def _equipment(line: EquipmentLine) -> dict[str, Any]:
    verdict = line.then.verdict
    return {
        "code": line.equipment.code,
        "name": line.equipment.name,
        "kind": line.equipment.kind,
        "units": line.units,
        "first": line.first,
        "last": line.last,
        "calibration": None if verdict is None else verdict.value,
        "sentence": line.then.sentence,
    }


def _around(found: RecordView) -> dict[str, Any]:
    around = found.around
    return {
        "parameters": [
            {
                "operation": p.seq,
                "name": p.name,
                "unit": p.unit,
                "lower": plain(p.lower),
                "upper": plain(p.upper),
                "smallest": plain(p.smallest),
                "largest": plain(p.largest),
                "readings": p.readings,
                "outside": p.outside,
            }
            for p in found.record.parameters
        ],
        "setup": [
            {"item": s.item.key, "label": s.item.label, "value": s.value, "by": s.by, "at": s.at}
            for s in around.setup
        ],
        "adjustments": [
            {"at": a.made_at, "what": a.what, "before": a.before, "after": a.after,
             "reason": a.reason, "by": a.by}
            for a in around.adjustments
        ],
        "stages": [{"what": s.what, "at": s.at, "by": s.by} for s in around.stamps],
        "signatures": [
            {"meaning": s.meaning, "by": s.by, "role": s.role, "at": s.at, "digest": s.digest}
            for s in around.signatures
        ],
    }  # fmt: skip


def plain(value: Decimal | None) -> str | None:
    """``0.08``: exact, without the zeros that its column adds."""
    return None if value is None else f"{value.normalize():f}"
