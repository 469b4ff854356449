"""A plant of millions of units, written by plain SQL: what trace and where-used are asked of.

Half the units are tops, half are boards inside them; every unit holds ten lots. Lots of three
parts are sized so that they are in 10, in 10,000 and in a million tops, where there are so many.
Four of five tops are shipped. Who shipped what with which lots is kept as a shipment keeps it.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import islice
from typing import Any
from uuid import UUID

import numpy as np

BEGAN = datetime(2026, 1, 5, 6, 0, tzinfo=UTC)
FIRST = 10_000_000  # keys of the plant begin here
LOTS = 10  # of each unit
SHIPPED = 0.8
ASKED = (10, 10_000, 1_000_000)  # tops that a lot of each asked-for part is in
_AT_ONCE = 50_000


@dataclass(frozen=True, slots=True)
class Plant:
    """What was written. ``lots``: size of the answer to the code of a lot with it."""

    units: int
    site: int
    lots: dict[int, str]
    part: str
    tops: range  # keys
    offset: int  # from a top to its board


class Sink:
    """Rows into a table, in either database, without triggers' checks on the way."""

    def __init__(self) -> None:
        from django.db import connection

        connection.ensure_connection()
        self.connection = connection
        self.sqlite = connection.vendor == "sqlite"
        if self.sqlite:
            for pragma in ("synchronous = OFF", "foreign_keys = OFF", "cache_size = -524288"):
                connection.cursor().execute(f"PRAGMA {pragma}")

    def write(self, model: Any, rows: Iterable[Sequence[Any]]) -> None:
        fields = model._meta.concrete_fields
        names = ", ".join(f'"{f.column}"' for f in fields)
        table = f'"{model._meta.db_table}"'
        it = iter(rows)
        with self.connection.cursor() as cursor:
            while some := list(islice(it, _AT_ONCE)):
                if self.sqlite:
                    holes = ", ".join("?" * len(fields))
                    raw = (
                        cursor.cursor.cursor if hasattr(cursor.cursor, "cursor") else cursor.cursor
                    )
                    cursor.execute("BEGIN")
                    raw_execute(raw, f"INSERT INTO {table} ({names}) VALUES ({holes})", some)
                    cursor.execute("COMMIT")
                else:
                    with cursor.copy(f"COPY {table} ({names}) FROM STDIN") as copy:
                        for row in some:
                            copy.write_row(row)


def raw_execute(cursor: Any, statement: str, rows: list[Sequence[Any]]) -> None:
    """Past Django's turning of question marks."""
    import sqlite3

    sqlite3.Cursor.executemany(cursor, statement, rows)


def write(units: int) -> Plant:
    """Write the plant. Django has to be set up and the demo loaded."""
    from firstoff.db.models import (
        Assembly,
        Consumption,
        Customer,
        Lot,
        LotBalance,
        Part,
        Shipment,
        ShippedUnit,
        Site,
        Unit,
        UnitRoot,
        UnitState,
    )
    from firstoff.terms import Place

    sink, tops = Sink(), units // 2
    site = Site.objects.get(code="STOKE").pk
    like = Unit.objects.filter(part__site=site).values_list().first()
    names = [f.attname for f in Unit._meta.concrete_fields]
    assert like is not None
    unit_like = dict(zip(names, like, strict=True))
    parts = {
        name: Part.objects.create(site_id=site, number=name, name=name).pk
        for name in ("BIG-TOP", "BIG-BOARD", *(f"BIG-{n}" for n in range(2 * LOTS)))
    }

    def unit_rows(first: int, part: int, letter: str) -> Iterator[Sequence[Any]]:
        for n in range(tops):
            own = {
                "id": first + n,
                "uid": _uid(first + n, hexed=sink.sqlite),
                "part_id": part,
                "serial": f"{letter}{n:08d}",
                "run_id": None,
                "position": 0,
                "started_at": _time(BEGAN + timedelta(seconds=n), hexed=sink.sqlite),
                "received_at": _time(BEGAN, hexed=sink.sqlite),
            }
            yield [own.get(name, unit_like[name]) for name in names]

    sink.write(Unit, unit_rows(FIRST, parts["BIG-TOP"], "T"))
    sink.write(Unit, unit_rows(FIRST + tops, parts["BIG-BOARD"], "B"))
    sizes = _sizes(tops)
    lots = _lots(sink, parts, sizes, tops, unit_like)
    sink.write(Lot, lots.rows)
    sink.write(LotBalance, ((key, 0, "accepted") for key in lots.keys))
    sink.write(Assembly, _assembly(tops, hexed=sink.sqlite))
    sink.write(Consumption, _consumption(lots, tops))
    customer = Customer.objects.create(site_id=site, name="Big customer").pk
    shipment = _shipment(sink, Shipment, site, customer, unit_like)
    sent = int(tops * SHIPPED)
    since = _time(BEGAN, hexed=sink.sqlite)
    sink.write(
        UnitState,
        ((FIRST + n, Place.SHIPPED.value, since, None, shipment, 0) for n in range(sent)),
    )
    sink.write(ShippedUnit, ((FIRST + n, shipment, None, None) for n in range(sent)))
    sink.write(UnitRoot, _roots(lots, sent, shipment))
    if not sink.sqlite:  # as the server does by itself, a minute after so many rows came
        with sink.connection.cursor() as cursor:
            cursor.execute("ANALYZE")
    asked = {count: lots.code(place) for place, count in enumerate(ASKED) if count <= tops}
    return Plant(units, site, asked, "BIG-TOP", range(FIRST, FIRST + tops), tops)


@dataclass(frozen=True, slots=True)
class Lots:
    """``sizes``: how many units a lot of each of the twenty parts is in; ten are of boards."""

    sizes: tuple[int, ...]
    begins: tuple[int, ...]  # the first key of each part's lots
    keys: range
    rows: list[Sequence[Any]]

    def of(self, slot: int, unit: int) -> int:
        return self.begins[slot] + unit // self.sizes[slot]

    def code(self, slot: int) -> str:
        """A lot from the middle of the part's lots, which is full."""
        key = self.begins[slot] + (self.begins[slot + 1] - self.begins[slot] - 1) // 2
        return f"L{key}"


def _sizes(tops: int) -> tuple[int, ...]:
    """Of the boards' ten parts the first three are asked for."""
    usual = [50, 200, 500, 1_000, 2_000, 5_000, 250] + [300 * (n + 1) for n in range(LOTS)]
    return tuple(min(size, tops) for size in (*ASKED, *usual))


def _lots(
    sink: Sink, parts: dict[str, int], sizes: tuple[int, ...], tops: int, like: dict[str, Any]
) -> Lots:
    from firstoff.db.models import Lot

    names = [f.attname for f in Lot._meta.concrete_fields]
    begins, rows, key = [], [], FIRST
    for slot, size in enumerate(sizes):
        begins.append(key)
        for _ in range(-(-tops // size)):
            own = {
                "id": key,
                "uid": _uid(key + 7 * 10**9, hexed=sink.sqlite),
                "entry_id": like["entry_id"],
                "by_id": like["by_id"],
                "received_at": _time(BEGAN, hexed=sink.sqlite),
                "part_id": parts[f"BIG-{slot}"],
                "code": f"L{key}",
                "quantity": size * 1_000_000,
                "arrived_at": _time(BEGAN, hexed=sink.sqlite),
            }
            rows.append([own.get(name, _blank(name)) for name in names])
            key += 1
    begins.append(key)
    return Lots(sizes, tuple(begins), range(FIRST, key), rows)


def _blank(name: str) -> Any:
    return None if name in ("supplier_id", "manufacturer_part_id", "expires") else ""


def _assembly(tops: int, *, hexed: bool) -> Iterator[Sequence[Any]]:
    at = _time(BEGAN, hexed=hexed)
    for n in range(tops):
        yield (FIRST + n, FIRST + tops + n, 1, "", at, None, 1, None)


def _consumption(lots: Lots, tops: int) -> Iterator[Sequence[Any]]:
    """In the order of the table's key."""
    for half, first in ((1, FIRST), (0, FIRST + tops)):
        slots = range(half * LOTS, (half + 1) * LOTS)
        for n in range(tops):
            for slot in slots:
                yield (first + n, lots.of(slot, n), 1, 1_000_000, 1, False)


def _roots(lots: Lots, sent: int, shipment: int) -> Iterator[Sequence[Any]]:
    """By lot, then unit: the order of the table's key."""
    for slot, size in enumerate(lots.sizes):
        for n in range(sent):
            yield (lots.begins[slot] + n // size, FIRST + n, shipment)


def _shipment(sink: Sink, model: Any, site: int, customer: int, like: dict[str, Any]) -> int:
    names = [f.attname for f in model._meta.concrete_fields]
    own = {
        "id": FIRST,
        "uid": _uid(9 * 10**9, hexed=sink.sqlite),
        "entry_id": like["entry_id"],
        "by_id": like["by_id"],
        "received_at": _time(BEGAN, hexed=sink.sqlite),
        "site_id": site,
        "customer_id": customer,
        "code": "BIG-S1",
        "reference": "",
        "shipped_at": _time(BEGAN, hexed=sink.sqlite),
    }
    sink.write(model, [[own[name] for name in names]])
    return FIRST


def _uid(key: int, *, hexed: bool) -> Any:
    """Growing, as version 7 has them, with chance in the rest."""
    mixed = key * 0x9E3779B97F4A7C15 & (1 << 62) - 1
    found = UUID(int=(0x019A0000 << 96) + (key << 80 & (1 << 96) - 1) + mixed)
    return found.hex if hexed else found


def _time(at: datetime, *, hexed: bool) -> Any:
    return str(at)[:19] if hexed else at


class Sparse:
    """The limit: which lots and boards are where, as sorted arrays in memory."""

    def __init__(self, plant: Plant) -> None:
        from django.db import connection

        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT lot_id, unit_id FROM firstoff_consumption WHERE unit_id >= %s "
                "ORDER BY lot_id, unit_id",
                [FIRST],
            )
            pairs = np.fromiter(
                (value for row in cursor.fetchall() for value in row), dtype=np.int64
            ).reshape(-1, 2)
        self.lots, self.units = pairs[:, 0].copy(), pairs[:, 1].copy()
        self.offset, self.tops = plant.offset, plant.tops

    def at_risk(self, lot: int) -> Any:
        begin, end = np.searchsorted(self.lots, [lot, lot + 1])
        found = self.units[begin:end]
        above = np.where(found >= self.tops.stop, found - self.offset, found)
        return np.union1d(found, above)
