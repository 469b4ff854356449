"""Where units are now, who got them, and what holds them."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection
from django.db.models import OuterRef, QuerySet, Subquery

from firstoff.db.keys import Keys, among, keys, parameter, rows_of
from firstoff.db.models import (
    ContainedUnit,
    ContainmentFinding,
    Customer,
    Shipment,
    ShippedUnit,
    Unit,
    UnitState,
)
from firstoff.db.prepared import asked, prepared
from firstoff.queries.trace.sets import fetch
from firstoff.rules.trace import Condition
from firstoff.rules.trace.containment import OUTCOMES, label
from firstoff.terms import ContainmentOutcome, Place


@dataclass(frozen=True, slots=True)
class PlaceCount:
    place: Place
    units: int
    held: int


@dataclass(frozen=True, slots=True)
class CustomerCount:
    id: int
    name: str
    units: int  # that are with them


@dataclass(frozen=True, slots=True)
class Counts:
    """How many units of an answer are where. A unit inside another one is counted as installed:
    it is where that one is."""

    total: int
    places: tuple[PlaceCount, ...]
    customers: tuple[CustomerCount, ...]

    @property
    def inside(self) -> int:
        return sum(p.units for p in self.places if p.place is Place.INSTALLED)

    @property
    def top(self) -> int:
        """Units that are in no other one."""
        return self.total - self.inside

    @property
    def held(self) -> int:
        return sum(p.held for p in self.places)

    @property
    def in_house(self) -> int:
        away = (Place.SHIPPED, Place.INSTALLED, Place.SCRAPPED)
        return sum(p.units for p in self.places if p.place not in away)


@dataclass(frozen=True, slots=True)
class Where:
    """Where a unit is. ``inside``: part and serial of the unit it is in, the outermost; the place
    and what follows are then those of that one."""

    place: Place
    since: datetime | None
    inside: tuple[str, str] | None
    package: str
    pallet: str
    shipment: str
    customer: str
    shipped_at: datetime | None
    held: tuple[str, ...]  # the containments that hold it; "held" where none of them is named


@dataclass(frozen=True, slots=True)
class UnitAtRisk:
    """A unit of an answer. ``meets``: the conditions it meets itself; none of a kind: what is
    inside it does."""

    id: int
    site: str
    part: str
    part_name: str
    serial: str
    batch: str
    where: Where
    meets: tuple[Condition, ...]


_STATES = (
    "LEFT JOIN firstoff_unitstate s ON s.unit_id = m.value "
    "LEFT JOIN firstoff_shipment t ON t.id = s.shipment_id"
)


def counts(ids: Keys) -> Counts:
    """How many units are where, and with whom. Three queries; two where none was shipped."""
    # Units without a state are in process. Whose a shipment is, is asked once for each of them.
    sql = (
        "SELECT s.place, s.shipment_id, COUNT(*), SUM(CASE WHEN s.holds > 0 THEN 1 ELSE 0 END) "
        f"FROM {rows_of()} AS m JOIN firstoff_unitstate s ON s.unit_id = m.value GROUP BY 1, 2"
    )
    with connection.cursor() as cursor:
        cursor.execute(sql, [parameter(ids)])
        found = cursor.fetchall()
    places: dict[Place, list[int]] = {}
    sent: dict[int, int] = {}
    for place, shipment, units, held in found:
        at = places.setdefault(Place(place), [0, 0])
        at[0] += units
        at[1] += held
        if place == Place.SHIPPED and shipment is not None:
            sent[shipment] = sent.get(shipment, 0) + units
    new = int(ids.size) - sum(units for _, _, units, _ in found)
    if new:
        places.setdefault(Place.IN_PROCESS, [0, 0])[0] += new
    with_them: dict[int, int] = {}
    for shipment, customer in _whose(keys(sent)):
        with_them[customer] = with_them.get(customer, 0) + sent[shipment]
    names = dict(Customer.objects.filter(pk__in=with_them).values_list("pk", "name"))
    customers = (CustomerCount(key, names[key], n) for key, n in with_them.items())
    return Counts(
        total=int(ids.size),
        places=tuple(PlaceCount(p, *places[p]) for p in Place if p in places),
        customers=tuple(sorted(customers, key=lambda c: (-c.units, c.name))),
    )


@prepared
def _whose(shipments: Keys) -> "QuerySet[Shipment, tuple[int, int]]":
    rows = Shipment.objects.filter(among(Shipment, "id", shipments))
    return rows.values_list("pk", "customer_id")


def only(ids: Keys, place: Place | None, customer: int | None) -> Keys:
    """Those of some units that are at a place, with a customer. One query."""
    where = ["1 = 1"]
    params: list[Any] = [ids]
    if place is not None:
        where.append("COALESCE(s.place, 'in_process') = %s")
        params.append(place.value)
    if customer is not None:
        where.append("t.customer_id = %s AND s.place = 'shipped'")
        params.append(customer)
    sql = f"SELECT m.value FROM {rows_of()} AS m {_STATES} WHERE {' AND '.join(where)}"
    return fetch(sql, params)


def rows(ids: Keys, meets: Mapping[int, tuple[Condition, ...]]) -> tuple[UnitAtRisk, ...]:
    """The units of one page, in the order of their keys. Five queries."""
    found = where(ids)
    units = Unit.objects.filter(among(Unit, "id", ids)).order_by("pk")
    columns = ("pk", "part__site__code", "part__number", "part__name", "serial", "run__batch_id")
    return tuple(
        UnitAtRisk(key, site, part, name, serial, batch or "", found[key], meets.get(key, ()))
        for key, site, part, name, serial, batch in units.values_list(*columns)
    )


def where(ids: Keys) -> dict[int, Where]:
    """Where each of some units is now. Four queries."""
    outermost = roots(ids)
    both = keys([*ids.tolist(), *outermost.values()])
    states = _states(both)
    sent = _sent(both)
    named = _named(keys(outermost.values()))
    holding = _holding(both)
    found = {}
    for key in ids.tolist():
        root = outermost.get(key, key)
        place, since, package, pallet, _ = states.get(root, _NOWHERE)
        shipment, customer, at = sent.get(root, ("", "", None))
        here = states.get(key, _NOWHERE)
        held = holding.get(key, ("held",) if here[-1] else ())
        gone = place in (Place.SHIPPED, Place.RETURNED)
        found[key] = Where(
            place=place,
            since=since,
            inside=named[root] if root != key else None,
            package=package,
            pallet=pallet,
            shipment=shipment if gone else "",
            customer=customer if gone else "",
            shipped_at=at if gone else None,
            held=held,
        )
    return found


_NOWHERE: tuple[Any, ...] = (Place.IN_PROCESS, None, "", "", 0)


def roots(ids: Keys) -> dict[int, int]:
    """For units that are inside another one now: the outermost. One query."""
    held = "a.child_id = up.unit AND a.removed_at IS NULL"
    if connection.vendor == "postgresql":
        step = (
            "SELECT up.origin, n.parent_id, up.depth + 1 FROM up, LATERAL (SELECT a.parent_id "
            f"FROM firstoff_assembly a WHERE {held} OFFSET 0) n"
        )
    else:
        step = (
            "SELECT up.origin, a.parent_id, up.depth + 1 FROM up "
            f"CROSS JOIN firstoff_assembly a WHERE {held}"
        )
    sql = (
        "WITH RECURSIVE up(origin, unit, depth) AS "
        f"(SELECT value, value, 0 FROM {rows_of()} AS seed UNION {step}) "
        "SELECT origin, unit FROM up WHERE depth > 0 ORDER BY depth"
    )
    return dict(asked(sql, [ids]))  # the deepest comes last


def _states(ids: Keys) -> dict[int, tuple[Any, ...]]:
    return {
        key: (Place(place), since, package or "", pallet or "", holds)
        for key, place, since, package, pallet, holds in _standing(ids)
    }


@prepared
def _standing(ids: Keys) -> "QuerySet[UnitState, tuple[Any, ...]]":
    rows = UnitState.objects.filter(among(UnitState, "unit", ids))
    columns = ("unit_id", "place", "since", "package__code", "package__state__inside__code")
    return rows.values_list(*columns, "holds")


def _sent(ids: Keys) -> dict[int, tuple[str, str, datetime]]:
    """The last shipment of each."""
    return {key: (code, customer, at) for key, code, customer, at in _shipments(ids)}


@prepared
def _shipments(ids: Keys) -> "QuerySet[ShippedUnit, tuple[Any, ...]]":
    rows = ShippedUnit.objects.filter(among(ShippedUnit, "unit", ids), cancelled_at__isnull=True)
    columns = ("unit_id", "shipment__code", "shipment__customer__name", "shipment__shipped_at")
    return rows.order_by("shipment__shipped_at", "shipment_id").values_list(*columns)


def _named(ids: Keys) -> dict[int, tuple[str, str]]:
    return {key: (part, serial) for key, part, serial in _names(ids)}


@prepared
def _names(ids: Keys) -> "QuerySet[Unit, tuple[int, str, str]]":
    rows = Unit.objects.filter(among(Unit, "id", ids))
    return rows.values_list("pk", "part__number", "serial")


def _holding(ids: Keys) -> dict[int, tuple[str, ...]]:
    """The containments that hold each unit still: its last finding in them did not end that."""
    found: dict[int, tuple[str, ...]] = {}
    for unit, number, outcome in _members(ids):
        if not outcome or not OUTCOMES[ContainmentOutcome(outcome)].frees:
            found[unit] = (*found.get(unit, ()), label(number))
    return found


@prepared
def _members(ids: Keys) -> "QuerySet[ContainedUnit, tuple[Any, ...]]":
    last = ContainmentFinding.objects.filter(member=OuterRef("pk")).order_by("-pk")
    rows = ContainedUnit.objects.filter(among(ContainedUnit, "unit", ids)).filter(
        unit__state__holds__gt=0
    )
    said = rows.annotate(last=Subquery(last.values("outcome")[:1])).order_by("pk")
    return said.values_list("unit_id", "containment__number", "last")
