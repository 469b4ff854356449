"""Through every level: from lots to the lots they became, from units to what they are inside of.

Recursive SQL over the narrow edges, the same on both databases. On SQLite CROSS JOIN keeps the
order of the loops; on PostgreSQL a LATERAL with OFFSET 0 does. Without it the planner takes every
edge there is in hand for a handful of units.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import numpy as np
from django.db import connection

from firstoff.db.keys import Keys, parameter, rows_of, settled, within
from firstoff.queries.trace.sets import fetch, inside, together, without
from firstoff.rules.trace import AsOf

_FEW = 300  # up to so many units: recursion; more of them, a level at a time
_PROBED = 2_000  # up to so many units are looked up one by one


@dataclass(frozen=True, slots=True)
class Valid:
    """Which edges count: ``sql`` is a condition on an assembly ``a``."""

    sql: str
    params: tuple[Any, ...] = ()

    @classmethod
    def at(cls, as_of: datetime | AsOf | None) -> "Valid":
        if as_of is None:
            return cls("a.removed_at IS NULL")
        if isinstance(as_of, AsOf):
            return cls("1 = 1")
        at = stored(as_of)
        return cls(
            "a.installed_at <= %s AND (a.removed_at IS NULL OR a.removed_at > %s)", (at, at)
        )


def stored(at: datetime) -> Any:
    """A time as the database keeps it."""
    return connection.ops.adapt_datetimefield_value(at)


def lots(found: Keys, as_of: datetime | AsOf | None = None) -> Keys:
    """The lots and all that share material with them: those they came from by splits and merges,
    and whatever came out of any of these. One query, none for no lot."""
    if not found.size:
        return found
    moved = ""
    extra: tuple[Any, ...] = ()
    if isinstance(as_of, datetime):
        moved, extra = " AND m.moved_at <= %s", (stored(as_of),)
    up = f"m.target_id = t.lot AND m.source_id IS NOT NULL AND t.up = 1{moved}"
    down = f"m.source_id = t.lot AND m.target_id IS NOT NULL{moved}"
    if connection.vendor == "postgresql":
        steps = (
            "SELECT n.* FROM t, LATERAL ("
            f"SELECT m.source_id, 1 FROM firstoff_lotmove m WHERE {up} UNION ALL "
            f"SELECT m.target_id, 0 FROM firstoff_lotmove m WHERE {down} OFFSET 0) n"
        )
    else:
        steps = (
            f"SELECT m.source_id, 1 FROM t CROSS JOIN firstoff_lotmove m WHERE {up} UNION "
            f"SELECT m.target_id, 0 FROM t CROSS JOIN firstoff_lotmove m WHERE {down}"
        )
    # What came up goes on up, and down again; what came down goes down. PostgreSQL makes room for
    # as many rows as it guesses: of one recursion upon another it guesses a hundred thousand.
    sql = (
        f"WITH RECURSIVE t(lot, up) AS (SELECT value, 1 FROM {rows_of()} AS seed UNION {steps}) "
        "SELECT lot FROM t"
    )
    return fetch(sql, [found, *extra, *extra], once=True)


def upwards(seeds: str, params: Sequence[Any], valid: Valid, *, once: bool = False) -> Keys:
    """The units of a query and every unit they are inside of. Three queries; more only where units
    were made out of these, or where they are so many that each level is asked for by itself.

    seeds: SQL that answers one column, unit keys. once: see ``fetch``.
    """
    new = found = fetch(seeds, params, once=once)
    while new.size:
        found = together(found, _above(new, valid))
        new = without(remade(found), found)
    return found


def _above(units: Keys, valid: Valid) -> Keys:
    """Every unit these are inside of, at any depth, with these."""
    if units.size <= _FEW:
        sql = f"{_up(valid)} SELECT unit FROM up"
        return fetch(sql, [units, *valid.params], once=True)
    # Recursion keeps all it has found in a tree. Sorted arrays, a level at a time, find the pages
    # of the table in order: a third of the time for ten thousand units.
    found = new = units
    sql = (
        f"SELECT DISTINCT a.parent_id FROM {rows_of()} AS m CROSS JOIN firstoff_assembly a "
        f"WHERE a.child_id = m.value AND {valid.sql}"
    )
    while new.size:
        new = without(fetch(sql, [new, *valid.params]), found)
        found = together(found, new)
    return found


def _up(valid: Valid) -> str:
    where = f"a.child_id = up.unit AND {valid.sql}"
    if connection.vendor == "postgresql":
        step = (
            "SELECT n.parent_id FROM up, LATERAL (SELECT a.parent_id FROM firstoff_assembly a "
            f"WHERE {where} OFFSET 0) n"
        )
    else:
        step = f"SELECT a.parent_id FROM up CROSS JOIN firstoff_assembly a WHERE {where}"
    return f"WITH RECURSIVE up(unit) AS (SELECT value FROM {rows_of()} AS seed UNION {step})"


def downwards(units: Keys, valid: Valid) -> list[tuple[int, int]]:
    """Pairs of a unit and one that it is or that is inside it, at any depth. One query."""
    where = f"a.parent_id = down.unit AND {valid.sql}"
    if connection.vendor == "postgresql":
        step = (
            "SELECT down.root, n.child_id FROM down, LATERAL (SELECT a.child_id "
            f"FROM firstoff_assembly a WHERE {where} OFFSET 0) n"
        )
    else:
        step = (
            f"SELECT down.root, a.child_id FROM down CROSS JOIN firstoff_assembly a WHERE {where}"
        )
    sql = (
        f"WITH RECURSIVE down(root, unit) AS (SELECT value, value FROM {rows_of()} AS seed "
        f"UNION {step}) SELECT root, unit FROM down"
    )
    with connection.cursor() as cursor:
        cursor.execute(sql, [parameter(units), *valid.params])
        return list(cursor.fetchall())


def contents(units: Keys, valid: Valid) -> Keys:
    """The units and all that is inside them, at any depth. One query, none for no unit."""
    if not units.size:
        return units
    where = f"a.parent_id = down.unit AND {valid.sql}"
    if connection.vendor == "postgresql":
        step = (
            "SELECT n.child_id FROM down, LATERAL (SELECT a.child_id FROM firstoff_assembly a "
            f"WHERE {where} OFFSET 0) n"
        )
    else:
        step = f"SELECT a.child_id FROM down CROSS JOIN firstoff_assembly a WHERE {where}"
    sql = (
        f"WITH RECURSIVE down(unit) AS (SELECT value FROM {rows_of()} AS seed UNION {step}) "
        "SELECT unit FROM down"
    )
    return fetch(sql, [units, *valid.params], once=True)


def shipped(seeds: str, params: Sequence[Any]) -> Keys:
    """Units that were shipped with one of the seeds inside them at that time. One query.

    seeds: SQL that answers a unit key and since when it counts. Each way up keeps the time in
    which all its installations held together; the shipment has to fall into it.
    """
    pg = connection.vendor == "postgresql"
    later, sooner = ("greatest", "least") if pg else ("max", "min")
    end = "'infinity'::timestamptz" if pg else "'9999-12-31'"
    onward = (
        f"{later}(up.since, a.installed_at) AS since, "
        f"{sooner}(up.until, COALESCE(a.removed_at, {end})) AS until"
    )
    where = "a.child_id = up.unit AND a.installed_at < up.until"
    where += " AND (a.removed_at IS NULL OR a.removed_at > up.since)"
    step = f"SELECT a.parent_id, {onward} FROM up CROSS JOIN firstoff_assembly a WHERE {where}"
    if pg:
        step = (
            f"SELECT n.* FROM up, LATERAL (SELECT a.parent_id, {onward} "
            f"FROM firstoff_assembly a WHERE {where} OFFSET 0) n"
        )
    sql = f"""
        WITH RECURSIVE up(unit, since, until) AS (
            SELECT unit, since, {end} FROM ({seeds}) AS direct UNION {step}
        )
        SELECT DISTINCT u.unit_id
        FROM up CROSS JOIN firstoff_shippedunit u CROSS JOIN firstoff_shipment s
        WHERE u.unit_id = up.unit AND u.cancelled_at IS NULL AND s.id = u.shipment_id
            AND s.shipped_at >= up.since AND s.shipped_at < up.until"""
    return fetch(sql, params)


def remade(units: Keys) -> Keys:
    """Units made out of these: another serial number, the same material. One query."""
    if not units.size:
        return units
    made = "n.part_id = o.part_id AND n.previous_serial = o.serial"
    named = "NOT (n.previous_serial = '')"  # as the index says it
    if units.size <= _PROBED:
        sql = (
            f"SELECT n.id FROM firstoff_unit o JOIN firstoff_unit n ON {made} AND {named} "
            f"WHERE {within('o.id')}"
        )
        return fetch(sql, [units], once=True)
    sql = f"SELECT o.id, n.id FROM firstoff_unit n JOIN firstoff_unit o ON {made} WHERE {named}"
    with connection.cursor() as cursor:
        cursor.execute(sql)
        pairs = np.array(cursor.fetchall(), dtype=np.int64).reshape(-1, 2)
    return settled(pairs[inside(pairs[:, 0], units), 1])


def made_from(units: Keys) -> dict[int, int]:
    """For units made out of another one: its key. One query."""
    sql = (
        "SELECT n.id, o.id FROM firstoff_unit n JOIN firstoff_unit o "
        "ON o.part_id = n.part_id AND o.serial = n.previous_serial "
        f"WHERE {within('n.id')} AND NOT (n.previous_serial = '')"
    )
    with connection.cursor() as cursor:
        cursor.execute(sql, [parameter(units)])
        return dict(cursor.fetchall())
