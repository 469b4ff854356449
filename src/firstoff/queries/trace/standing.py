"""Where units at risk are: of one inside another, where the outermost is; in bulk."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db import connection

from firstoff.db.keys import Keys, parameter, rows_of
from firstoff.db.models import Customer
from firstoff.rules.trace.containment import CUSTOMER, HOUSE, SCRAPPED, Whereabouts, whereabouts
from firstoff.terms import Place

_IN = "a.child_id = {unit} AND a.removed_at IS NULL"


def outermost(seed: str) -> str:
    """Tables ``up`` and ``outermost(unit, holder)``: for the units of a query of one column that
    are inside another one, the one that is in none. To stand behind WITH RECURSIVE."""
    if connection.vendor == "postgresql":
        first, more = (
            f", LATERAL (SELECT a.parent_id FROM firstoff_assembly a "
            f"WHERE {_IN.format(unit=unit)} OFFSET 0) n"
            for unit in ("seed.unit", "up.holder")
        )
        steps = (
            f"SELECT seed.unit, n.parent_id FROM ({seed}) AS seed(unit){first} "
            f"UNION SELECT up.unit, n.parent_id FROM up{more}"
        )
    else:
        cross = "CROSS JOIN firstoff_assembly a WHERE"
        steps = (
            f"SELECT seed.unit, a.parent_id FROM (SELECT unit FROM (SELECT NULL AS unit WHERE 0 "
            f"UNION ALL {seed})) AS seed {cross} {_IN.format(unit='seed.unit')} "
            f"UNION SELECT up.unit, a.parent_id FROM up {cross} {_IN.format(unit='up.holder')}"
        )
    return (
        # Materialised, and of a type, or SQLite looks through all of it for each unit.
        f"up(unit, holder) AS ({steps}), outermost(unit, holder) AS MATERIALIZED ("
        "SELECT CAST(unit AS BIGINT), CAST(holder AS BIGINT) FROM up "
        "WHERE NOT EXISTS (SELECT 1 FROM firstoff_assembly a "
        f"WHERE {_IN.format(unit='up.holder')}))"
    )


_NOW = (
    "FROM {rows} AS m LEFT JOIN outermost o ON o.unit = m.value "
    "LEFT JOIN firstoff_unitstate s ON s.unit_id = COALESCE(o.holder, m.value) "
    "LEFT JOIN firstoff_shipment t ON t.id = s.shipment_id AND s.place = 'shipped'"
)
_OUTER = "COALESCE(s.place, 'in_process')"


@dataclass(frozen=True, slots=True)
class Spread:
    """How many units are where, and with whom; ``inside`` of them are inside others."""

    place: Place
    customer: int | None
    customer_name: str
    units: int
    inside: int

    @property
    def whereabouts(self) -> Whereabouts:
        return whereabouts(self.place)


def spread(ids: Keys) -> tuple[Spread, ...]:
    """Units by where they are and with whom, in the order of the places. Two queries."""
    sql = (
        f"WITH RECURSIVE {outermost(f'SELECT value FROM {rows_of()} AS s0')} "
        f"SELECT {_OUTER}, t.customer_id, COUNT(*), COUNT(o.holder) "
        f"{_NOW.format(rows=rows_of())} GROUP BY 1, 2"
    )
    rows = _asked(sql, [parameter(ids), parameter(ids)])
    names = customer_names(row[1] for row in rows)
    found = [Spread(Place(p), c, names.get(c, ""), n, inside) for p, c, n, inside in rows]
    order = list(Place)
    return tuple(sorted(found, key=lambda s: (order.index(s.place), -s.units, s.customer_name)))


def in_house(found: Sequence[Spread]) -> int:
    return sum(s.units for s in found if s.whereabouts is HOUSE)


def at_customers(found: Sequence[Spread]) -> int:
    return sum(s.units for s in found if s.whereabouts is CUSTOMER)


def scrapped(found: Sequence[Spread]) -> int:
    return sum(s.units for s in found if s.whereabouts is SCRAPPED)


def standing(ids: Keys) -> list[tuple[int, str, int | None]]:
    """For each unit where it is and with whom. One query."""
    sql = (
        f"WITH RECURSIVE {outermost(f'SELECT value FROM {rows_of()} AS s0')} "
        f"SELECT m.value, {_OUTER}, t.customer_id {_NOW.format(rows=rows_of())} ORDER BY m.value"
    )
    return _asked(sql, [parameter(ids), parameter(ids)])


def customer_names(keys: Any) -> dict[int | None, str]:
    wanted = {key for key in keys if key is not None}
    return dict(Customer.objects.filter(pk__in=wanted).values_list("pk", "name"))


def _asked(sql: str, params: list[Any]) -> list[Any]:
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        return list(cursor.fetchall())
