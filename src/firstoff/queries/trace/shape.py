"""The trace of a unit and an answer as plain data, for the doors that answer in JSON or a file."""

from collections.abc import Iterable, Iterator
from dataclasses import fields
from typing import Any
from zoneinfo import ZoneInfo

from firstoff.formats.exports import Value
from firstoff.queries.trace.answers import Answer
from firstoff.queries.trace.places import Counts, UnitAtRisk, Where
from firstoff.queries.trace.story import Story
from firstoff.rules.trace.tree import Line, LotIn, LotShare, UnitIn

SERIALS = 50  # of a folded line; its others have an address of their own

HEADER = (
    "Part",
    "Serial",
    "Batch",
    "Place",
    "Since",
    "Inside part",
    "Inside serial",
    "Package",
    "Pallet",
    "Shipment",
    "Customer",
    "Shipped at",
    "Held by",
)


def story_shape(found: Story) -> dict[str, Any]:
    """Everything about one unit; its tree with equal parts folded, up to fifty serials a line."""
    unit = {f.name: getattr(found.unit, f.name) for f in fields(found.unit)}
    state = found.unit.state
    return {
        **unit,
        "state": {
            "first": state.first,
            "final": state.final,
            "fit": state.fit,
            "finish": state.finish,
            "function": state.function,
            "build_seconds": state.build_seconds,
            "attempts": state.attempts,
        },
        "where": where_shape(found.where),
        "as_of": found.built.as_of,
        "whole": found.built.whole,
        "parts": found.parts,
        "lots": [_lot(lot) for lot in found.lots],
        "tree": line_shape(found.tree),
        "equipment_then": found.used.equipment,
        "operators": found.used.operators,
        "differences": found.differences,
        "timeline": found.timeline,
    }


def where_shape(where: Where) -> dict[str, Any]:
    found = {f.name: getattr(where, f.name) for f in fields(where)}
    inside = where.inside
    found["inside"] = None if inside is None else {"part": inside[0], "serial": inside[1]}
    return found


def line_shape(line: Line) -> dict[str, Any]:
    """A line of the tree: ``count`` units, the lots in them, the lines inside them."""
    return {
        "part": line.part,
        "part_name": line.part_name,
        "count": line.count,
        "first": line.first,
        "last": line.last,
        "serials": [u.serial for u in line.units[:SERIALS]],
        "position": line.units[0].position if line.count == 1 else "",
        "installed_at": line.units[0].installed_at if line.count == 1 else None,
        "cut": line.cut,
        "lots": [_share(s) for s in line.lots],
        "removed": [_removed(u) for u in line.removed[:SERIALS]],
        "lines": [line_shape(inner) for inner in line.lines],
    }


def _lot(lot: LotIn) -> dict[str, Any]:
    return {f.name: getattr(lot, f.name) for f in fields(lot) if f.name != "key"}


def _share(share: LotShare) -> dict[str, Any]:
    return {**_lot(share.lot), "quantity": share.quantity, "units": share.units}


def _removed(unit: UnitIn) -> dict[str, Any]:
    removal = unit.removal
    return {
        "part": unit.part,
        "serial": unit.serial,
        "position": unit.position,
        "installed_at": unit.installed_at,
        "removed_at": removal.at if removal else None,
        "reason": removal.reason if removal else "",
        "by": removal.by if removal else "",
        "replaced_by": removal.replaced_by if removal else "",
    }


def unit_shape(unit: UnitAtRisk) -> dict[str, Any]:
    return {
        "part": unit.part,
        "part_name": unit.part_name,
        "serial": unit.serial,
        "batch": unit.batch,
        **where_shape(unit.where),
        "meets": [c.plain() for c in unit.meets],
    }


def answer_shape(answer: Answer) -> dict[str, Any]:
    """The question as it was understood, and how many units are where."""
    return {
        "question": answer.question.plain(),
        "sentence": answer.question.sentence(),
        "units": answer.total,
        **counts_shape(answer.counts),
    }


def counts_shape(counts: Counts) -> dict[str, Any]:
    return {
        "top": counts.top,
        "inside_others": counts.inside,
        "held": counts.held,
        "places": {p.place.value: p.units for p in counts.places},
        "customers": {c.name: c.units for c in counts.customers},
    }


def export_rows(units: Iterable[UnitAtRisk], zone: str) -> Iterator[tuple[Value, ...]]:
    """Rows of a file under ``HEADER``; times are those of the site."""
    at = ZoneInfo(zone)
    for unit in units:
        where = unit.where
        inside = where.inside or ("", "")
        yield (
            unit.part,
            unit.serial,
            unit.batch,
            where.place.value.replace("_", " "),
            None if where.since is None else where.since.astimezone(at),
            *inside,
            where.package,
            where.pallet,
            where.shipment,
            where.customer,
            None if where.shipped_at is None else where.shipped_at.astimezone(at),
            ", ".join(where.held),
        )
