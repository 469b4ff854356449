"""Which shipped units hold a lot, through every level: what a recall asks for, kept ready."""

from collections.abc import Iterable

from django.db import connection

from firstoff.db.inserts import delete_rows, upsert_rows
from firstoff.db.models import UnitRoot
from firstoff.services.genealogy.picture import chunks

# A part counts where it is in the unit now, or was when the unit was shipped.
_LOTS = """
WITH RECURSIVE down(root, shipment, shipped_at, unit) AS (
  SELECT g.unit_id, g.shipment_id, s.shipped_at, g.unit_id
  FROM firstoff_shippedunit g JOIN firstoff_shipment s ON s.id = g.shipment_id
  WHERE g.cancelled_at IS NULL AND {roots}
  UNION
  SELECT d.root, d.shipment, d.shipped_at, a.child_id
  FROM firstoff_assembly a JOIN down d ON a.parent_id = d.unit
  WHERE a.removed_at IS NULL
     OR (a.installed_at <= d.shipped_at AND a.removed_at > d.shipped_at))
SELECT c.lot_id, d.root, MIN(d.shipment)
FROM down d JOIN firstoff_consumption c ON c.unit_id = d.unit
GROUP BY c.lot_id, d.root"""
_EVER = """
WITH RECURSIVE down(root, unit) AS (
  SELECT id, id FROM firstoff_unit WHERE id IN ({holes})
  UNION
  SELECT d.root, a.child_id FROM firstoff_assembly a JOIN down d ON a.parent_id = d.unit)
SELECT DISTINCT c.lot_id, d.root FROM down d JOIN firstoff_consumption c ON c.unit_id = d.unit"""
_SHIPPED = """
WITH RECURSIVE up(unit) AS (
  SELECT id FROM firstoff_unit WHERE id IN ({holes})
  UNION
  SELECT a.parent_id FROM firstoff_assembly a JOIN up ON a.child_id = up.unit)
SELECT DISTINCT g.unit_id FROM up JOIN firstoff_shippedunit g ON g.unit_id = up.unit"""


def write_roots(changed: Iterable[int], *, shrinking: bool, lots: set[int]) -> None:
    """After lots or parts of these units changed, or they were shipped.

    shrinking: something may have been taken out; lots: what a record taken back had put in.
    """
    roots = _asked(_SHIPPED, changed)
    if not roots:
        return
    units = [unit for (unit,) in roots]
    rows = sorted(root_rows(units))
    if shrinking:
        ever = {(lot, unit) for lot, unit in _asked(_EVER, units)}
        ever |= {(lot, unit) for lot in lots for unit in units}
        kept = {(lot, unit) for lot, unit, _ in rows}
        delete_rows(UnitRoot, ("lot_id", "unit_id"), sorted(ever - kept))
    upsert_rows(UnitRoot, ("lot_id", "unit_id", "shipment_id"), rows)


def root_rows(units: Iterable[int] | None = None) -> list[tuple[int, int, int]]:
    """(lot, shipped unit, shipment) as the records have it now; of all units unless said."""
    found: list[tuple[int, int, int]] = []
    if units is None:
        with connection.cursor() as cursor:
            cursor.execute(_LOTS.format(roots="1 = 1"))
            return list(cursor.fetchall())
    for some in chunks(units):
        with connection.cursor() as cursor:
            holes = ", ".join(["%s"] * len(some))
            cursor.execute(_LOTS.format(roots=f"g.unit_id IN ({holes})"), list(some))
            found += cursor.fetchall()
    return found


def _asked(query: str, keys: Iterable[int]) -> list[tuple[int, ...]]:
    found: list[tuple[int, ...]] = []
    for some in chunks(keys):
        with connection.cursor() as cursor:
            cursor.execute(query.format(holes=", ".join(["%s"] * len(some))), list(some))
            found += cursor.fetchall()
    return found
