"""Containments as plain data, for the doors that answer in JSON or a file."""

from collections.abc import Iterable, Iterator
from typing import Any
from zoneinfo import ZoneInfo

from firstoff.formats.exports import Value
from firstoff.queries.trace.contained import MemberRow
from firstoff.queries.trace.containments import ContainmentView, Progress, Row
from firstoff.rules.trace.containment import OUTCOMES

HEADER = (
    "Part",
    "Name",
    "Serial",
    "Batch",
    "Was at",
    "Is at",
    "Inside part",
    "Inside serial",
    "Customer",
    "Shipment",
    "Shipped at",
    "Joined",
    "Why",
    "State",
    "Found",
    "Found at",
    "Found by",
    "Note",
)


def view_shape(view: ContainmentView) -> dict[str, Any]:
    return {
        "uid": view.uid,
        "site": view.site,
        "number": view.number,
        "label": view.label,
        "title": view.title,
        "reason": view.reason,
        "question": view.question.plain(),
        "sentence": view.sentence,
        "opened_at": view.opened_at,
        "opened_by": view.opened_by,
        "closed_at": view.closed_at,
        "closed_by": view.closed_by,
    }


def row_shape(row: Row) -> dict[str, Any]:
    return {**view_shape(row.view), "numbers": row.numbers.plain()}


def containment_shape(view: ContainmentView, found: Progress) -> dict[str, Any]:
    """One containment with how far it is; ``closure`` holds the numbers as they were signed."""
    seen = found.forecast
    return {
        **view_shape(view),
        "headline": found.headline,
        "why": found.why,
        "numbers": found.numbers.plain(),
        "places": [
            {
                "place": p.place,
                "units": p.units,
                "worked_off": p.worked_off,
                "good": p.good,
                "found_faulty": p.faulty,
                "open": p.open,
            }
            for p in found.places
        ],
        "customers": [
            {
                "id": c.id,
                "customer": c.name,
                "units": c.units,
                "open": c.open,
                "back": c.back,
                "told_at": c.told_at,
                "reference": c.reference,
                "joined_since": c.joined_since,
            }
            for c in found.customers
        ],
        "rate": None
        if seen is None
        else {"estimate": seen.rate, "lower": seen.lower, "upper": seen.upper, "level": 0.95},
        "closure": None
        if not view.closed
        else {
            "note": view.closing_note,
            "meaning": view.meaning,
            "digest": view.digest,
            "numbers": view.at_closing,
        },
    }


def member_shape(row: MemberRow) -> dict[str, Any]:
    where = row.where
    return {
        "uid": row.uid,
        "part": row.part,
        "part_name": row.part_name,
        "serial": row.serial,
        "batch": row.batch,
        "joined": {"at": row.joined_at, "place": row.joined, "customer": row.customer,
                   "late": row.late, "why": row.why},
        "where": {
            "place": where.place,
            "inside": None
            if where.inside is None
            else {"part": where.inside[0], "serial": where.inside[1]},
            "customer": where.customer,
            "shipment": where.shipment,
            "shipped_at": where.shipped_at,
            "held_by": where.held,
        },
        "state": row.state,
        "outcome": row.outcome,
        "note": row.note,
        "found_at": row.found_at,
        "found_by": row.found_by,
    }  # fmt: skip


def export_rows(found: Iterable[MemberRow], zone: str) -> Iterator[tuple[Value, ...]]:
    """Rows under ``HEADER``; times are the site's."""
    local = ZoneInfo(zone)
    for row in found:
        where = row.where
        shipped, joined, looked = (
            at.astimezone(local) if at else None
            for at in (where.shipped_at, row.joined_at, row.found_at)
        )
        inside = where.inside or ("", "")
        yield (
            row.part,
            row.part_name,
            row.serial,
            row.batch,
            row.joined.value,
            where.place.value,
            inside[0],
            inside[1],
            where.customer or row.customer,
            where.shipment,
            shipped,
            joined,
            row.why,
            row.state.value,
            "" if row.outcome is None else OUTCOMES[row.outcome].title,
            looked,
            row.found_by,
            row.note,
        )
