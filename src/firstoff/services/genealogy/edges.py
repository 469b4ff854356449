"""Edges of lots in units and in batches: narrow rows, numbered within their two ends."""

from collections.abc import Iterable

from django.db import connection

from firstoff.db.fields import PLACES
from firstoff.db.inserts import write_rows
from firstoff.db.models import BatchConsumption, Consumption
from firstoff.services.genealogy.picture import chunks
from firstoff.services.genealogy.readings import Drawn


def write_edges(
    named: Iterable[Drawn], carried: Iterable[Drawn], *, fresh: set[int] | None = None
) -> None:
    """Lots in units, numbered on from what is there. fresh: units that nothing is in yet."""
    edges = [(edge, False) for edge in named] + [(edge, True) for edge in carried]
    old = [d for d, _ in edges if d.holder not in (fresh or set())]
    taken = _last_numbers(Consumption, "unit_id", old)
    rows = []
    for edge, loaded in edges:
        key = (edge.holder, edge.lot)
        taken[key] = taken.get(key, 0) + 1
        rows.append((*key, taken[key], _millionths(edge), edge.record, loaded))
    if rows:
        names = ("unit_id", "lot_id", "seq", "quantity", "record_id", "loaded")
        write_rows(Consumption, names, rows)


def write_batch_edges(edges: Iterable[Drawn]) -> None:
    held = list(edges)
    taken = _last_numbers(BatchConsumption, "run_id", held)
    rows = []
    for edge in held:
        key = (edge.holder, edge.lot)
        taken[key] = taken.get(key, 0) + 1
        rows.append((*key, taken[key], _millionths(edge), edge.record))
    if rows:
        write_rows(BatchConsumption, ("run_id", "lot_id", "seq", "quantity", "record_id"), rows)


def _millionths(edge: Drawn) -> int:
    return int(edge.quantity.scaleb(PLACES))


def _last_numbers(
    model: type[Consumption] | type[BatchConsumption], holder: str, edges: list[Drawn]
) -> dict[tuple[int, int], int]:
    """The last number of each lot in each holder."""
    wanted = {edge.lot for edge in edges}
    found: dict[tuple[int, int], int] = {}
    for some in chunks({edge.holder for edge in edges}):
        for lots in chunks(wanted):
            with connection.cursor() as cursor:
                cursor.execute(
                    f"SELECT {holder}, lot_id, MAX(seq) FROM {model._meta.db_table} "
                    f"WHERE {holder} IN ({_holes(some)}) AND lot_id IN ({_holes(lots)}) "
                    f"GROUP BY {holder}, lot_id",
                    [*some, *lots],
                )
                found.update(((unit, lot), last) for unit, lot, last in cursor.fetchall())
    return found


def _holes(values: Iterable[object]) -> str:
    return ", ".join("%s" for _ in values)
