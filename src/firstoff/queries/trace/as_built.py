"""What a unit is made of, through every level: serials, lots, replaced parts; at any time."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db import connection
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.dateparse import parse_datetime

from firstoff.db.fields import PLACES
from firstoff.db.keys import Keys, among, keys, within
from firstoff.db.models import FloorRecord, Unit
from firstoff.db.prepared import asked, prepared
from firstoff.queries.trace.closure import stored
from firstoff.rules.trace.tree import LotIn, Removal, UnitIn, built

MOST = 5_000  # parts read of one unit
MOST_LOTS = 20_000
_DEEPEST = 50  # a damaged table shall not run for ever


@dataclass(frozen=True, slots=True)
class AsBuilt:
    """The tree of a unit. ``whole``: nothing was left out of it; ``as_of`` None: as it is now."""

    root: UnitIn
    as_of: datetime | None
    whole: bool


def as_built(unit: int, as_of: datetime | None = None) -> AsBuilt:
    """What the unit is made of. Five queries, whatever it holds; up to ``MOST`` parts."""
    root = _root(unit)
    edges = _edges(unit, as_of)
    whole = len(edges) <= MOST
    edges = edges[:MOST]
    removals = _removals(e[7] for e in edges if e[7] is not None)
    inside = keys([unit, *(e[1] for e in edges if not e[6])])
    last = edges[-1][8] if edges else 0
    rows = [(e[0], _part(e, removals, cut=not whole and e[8] >= last)) for e in edges]
    held = _lots(inside, as_of)
    in_batch = _batch_lots({e[9] for e in edges if e[9] is not None} | {root[1]} - {None}, as_of)
    runs = {e[1]: e[9] for e in edges} | {unit: root[1]}

    def lots(of: UnitIn) -> tuple[LotIn, ...]:
        return (*held.get(of.key, ()), *in_batch.get(runs.get(of.key) or 0, ()))

    counted = sum(map(len, held.values()))
    return AsBuilt(built(rows, lots, root[0]), as_of, whole and counted < MOST_LOTS)


def _root(unit: int) -> tuple[UnitIn, int | None]:
    ((part, name, serial, batch, run),) = _head(unit)
    return UnitIn(unit, part, name, serial, batch or "", "", None), run


@prepared
def _head(unit: int) -> "QuerySet[Unit, tuple[Any, ...]]":
    columns = ("part__number", "part__name", "serial", "run__batch_id", "run_id")
    return Unit.objects.filter(pk=unit).values_list(*columns)


def _edges(unit: int, as_of: datetime | None) -> list[tuple[Any, ...]]:
    """Parent, child, part, its name, serial, position, whether it is out, the record that says so,
    depth, run, batch, when it was installed and removed; the nearest first."""
    there, out = "1 = 1", "a.removed_at IS NOT NULL"
    times: list[Any] = []
    if as_of is not None:
        at = stored(as_of)
        there, out = "a.installed_at <= %s", "a.removed_at IS NOT NULL AND a.removed_at <= %s"
        times = [at, at]
    columns = (
        f"a.parent_id, a.child_id, a.seq, a.position, CASE WHEN {out} THEN 1 ELSE 0 END AS out, "
        "tree.depth + 1 AS depth, a.installed_at, a.removed_at, a.remove_record_id"
    )
    on = f"a.parent_id = tree.child AND tree.out = 0 AND tree.depth < {_DEEPEST} AND {there}"
    if connection.vendor == "postgresql":
        step = (
            f"SELECT n.* FROM tree, LATERAL (SELECT {columns} FROM firstoff_assembly a "
            f"WHERE {on} OFFSET 0) n"
        )
    else:
        step = f"SELECT {columns} FROM tree CROSS JOIN firstoff_assembly a WHERE {on}"
    sql = f"""
        WITH RECURSIVE tree(parent, child, seq, position, out, depth, fitted, taken, record) AS (
            SELECT {_no_parent()} UNION ALL
            {step}
        ), shown AS (SELECT * FROM tree WHERE depth > 0 LIMIT {MOST + 1})
        SELECT t.parent, t.child, p.number, p.name, u.serial, t.position, t.out, t.record, t.depth,
               u.run_id, r.batch_id, t.fitted, t.taken
        FROM shown t JOIN firstoff_unit u ON u.id = t.child
        JOIN firstoff_part p ON p.id = u.part_id LEFT JOIN firstoff_run r ON r.id = u.run_id
        ORDER BY t.depth, t.fitted, t.position, t.child, t.seq"""
    return [(*row[:11], _time(row[11]), _time(row[12])) for row in asked(sql, [unit, *times])]


def _no_parent() -> str:
    """The row that the recursion begins with, typed for PostgreSQL."""
    if connection.vendor == "postgresql":
        return (
            "NULL::bigint, %s::bigint, 0, ''::varchar, 0, 0, NULL::timestamptz, "
            "NULL::timestamptz, NULL::bigint"
        )
    return "NULL, %s, 0, '', 0, 0, NULL, NULL, NULL"


def _time(value: Any) -> datetime | None:
    """A time out of a recursion: SQLite hands it over as the text it is stored as."""
    if value is None or connection.vendor == "postgresql":
        found: datetime | None = value
        return found
    read = parse_datetime(value) if isinstance(value, str) else value
    return None if read is None else timezone.make_aware(read, connection.timezone)


def _part(e: tuple[Any, ...], removals: dict[int, Removal], *, cut: bool) -> UnitIn:
    removal = None
    if e[6]:
        said = removals.get(e[7]) if e[7] is not None else None
        removal = said or Removal(e[12], "", "", "")
    return UnitIn(e[1], e[2], e[3], e[4], e[10] or "", e[5], e[11], removal, cut=cut)


def _removals(records: Iterable[int]) -> dict[int, Removal]:
    found = {}
    for key, at, by, content in _said(keys(records)):
        said = json.loads(content)
        new = said.get("replaced_by") or {}
        serial = new.get("serial", "") if isinstance(new, dict) else str(new)
        found[key] = Removal(at, str(said.get("reason") or ""), by, serial)
    return found


@prepared
def _said(records: Keys) -> "QuerySet[FloorRecord, tuple[Any, ...]]":
    rows = FloorRecord.objects.filter(among(FloorRecord, "id", records))
    return rows.values_list("pk", "happened_at", "operator__name", "content")


_LOT = """l.id, l.code, p.number, p.name, COALESCE(s.name, ''),
    COALESCE(NULLIF(l.supplier_lot, ''), l.date_code), COALESCE(m.manufacturer, ''),
    COALESCE(m.mpn, ''), COALESCE(b.status, 'quarantine'), l.unit"""
_DESCRIBED = (
    "key",
    "code",
    "part",
    "part_name",
    "supplier",
    "supplier_lot",
    "manufacturer",
    "mpn",
    "status",
)
# What is held is summed up before it is said what that is: to plan one join of so many tables
# takes PostgreSQL ten times as long as to answer it.
_OF_LOT = """JOIN firstoff_lot l ON l.id = held.lot_id JOIN firstoff_part p ON p.id = l.part_id
    LEFT JOIN firstoff_supplier s ON s.id = l.supplier_id
    LEFT JOIN firstoff_manufacturerpart m ON m.id = l.manufacturer_part_id
    LEFT JOIN firstoff_lotbalance b ON b.lot_id = l.id"""


def _lots(units: Keys, as_of: datetime | None) -> dict[int, list[LotIn]]:
    when, times = ("", []) if as_of is None else (" AND f.happened_at <= %s", [stored(as_of)])
    sql = f"""SELECT held.unit_id, {_LOT}, held.total, held.least, held.at,
            held.operation, held.place, held.first
        FROM (
            SELECT c.unit_id, c.lot_id, SUM(c.quantity) AS total, MIN(c.quantity) AS least,
                MIN(f.happened_at) AS at, MAX(o.operation) AS operation, MAX(o.position) AS place,
                MIN(f.id) AS first
            FROM firstoff_consumption c JOIN firstoff_floorrecord f ON f.id = c.record_id
            LEFT JOIN firstoff_load o ON o.record_id = c.record_id
            WHERE {within("c.unit_id")}{when} GROUP BY c.unit_id, c.lot_id
            ORDER BY MIN(f.id), c.lot_id LIMIT {MOST_LOTS}) held
        {_OF_LOT} ORDER BY held.first, l.id"""
    return _lots_by(sql, [units, *times], in_batch=False)


def _batch_lots(runs: Iterable[int | None], as_of: datetime | None) -> dict[int, list[LotIn]]:
    when, times = ("", []) if as_of is None else (" AND f.happened_at <= %s", [stored(as_of)])
    sql = f"""SELECT held.run_id, {_LOT}, NULL, NULL, held.at, NULL, NULL, held.first FROM (
            SELECT c.run_id, c.lot_id, MIN(f.happened_at) AS at, MIN(f.id) AS first
            FROM firstoff_batchconsumption c JOIN firstoff_floorrecord f ON f.id = c.record_id
            WHERE {within("c.run_id")}{when} GROUP BY c.run_id, c.lot_id
            ORDER BY MIN(f.id), c.lot_id LIMIT {MOST_LOTS}) held
        {_OF_LOT} ORDER BY held.first, l.id"""
    held = keys(r for r in runs if r is not None)
    return _lots_by(sql, [held, *times], in_batch=True)


def _lots_by(sql: str, params: list[Any], *, in_batch: bool) -> dict[int, list[LotIn]]:
    found: dict[int, list[LotIn]] = {}
    for holder, *described, measure, total, least, at, operation, place, _ in asked(sql, params):
        lot: dict[str, Any] = dict(zip(_DESCRIBED, described, strict=True))
        # A reel whose count per unit is not known carries nothing that could be added up.
        known = total is not None and least
        quantity = Decimal(int(total)).scaleb(-PLACES) if known else None
        time = _time(at)
        if time is None:  # every consumption hangs on a record with its time
            continue
        where = ", ".join(str(w) for w in (operation, place) if w not in (None, ""))
        found.setdefault(holder, []).append(
            LotIn(
                **lot,
                quantity=quantity,
                measure=measure,
                at=time,
                in_batch=in_batch,
                place=where,
            )
        )
    return found
