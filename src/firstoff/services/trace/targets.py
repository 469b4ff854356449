"""The units that a finding is about, as they are under the ledger's lock."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from django.db import connection

from firstoff.db.keys import keys, parameter
from firstoff.db.models import Unit
from firstoff.queries.trace.closure import Valid, downwards
from firstoff.queries.trace.counting import JOINED, NOW, base
from firstoff.rules.trace.containment import Member
from firstoff.terms import ContainmentOutcome, Place


@dataclass(frozen=True, slots=True)
class Target:
    """A member about to be worked off; ``carried``: with the unit that it is inside of."""

    id: int
    uid: UUID
    unit_id: int
    run_id: int | None
    part: str
    member: Member
    carried: bool = False


def targets(containment_id: int, members: Sequence[int]) -> list[Target]:
    """Members by their keys, in this order. Two queries."""
    return _targets(containment_id, "id", members)


def inside(containment_id: int, found: Sequence[Target]) -> list[Target]:
    """Members of the containment that are inside of these, at any depth, and not among them.
    Three queries."""
    given = {target.unit_id for target in found}
    below = {unit for _, unit in downwards(keys(given), Valid.at(None))} - given
    return [] if not below else _targets(containment_id, "unit_id", sorted(below), carried=True)


def _targets(
    containment_id: int, column: str, wanted: Sequence[int], *, carried: bool = False
) -> list[Target]:
    columns = ("containment_id", column)
    sql = (
        f"{base(*columns)} SELECT m.id, m.uid, m.unit_id, u.run_id, p.number, u.serial, "
        f"COALESCE(w.place, 'in_process'), {NOW}, l.outcome, h.serial, c.name "
        f"{JOINED} JOIN firstoff_unit u ON u.id = m.unit_id JOIN firstoff_part p "
        "ON p.id = u.part_id LEFT JOIN firstoff_unitstate w ON w.unit_id = m.unit_id "
        "LEFT JOIN firstoff_unit h ON h.id = m.holder "
        "LEFT JOIN firstoff_shipment t ON t.id = s.shipment_id "
        "LEFT JOIN firstoff_customer c ON c.id = t.customer_id"
    )
    with connection.cursor() as cursor:
        cursor.execute(sql, [parameter([containment_id]), parameter(list(wanted))] * 3)
        rows = cursor.fetchall()
    found = {}
    for key, uid, unit, run, part, serial, own, outer, last, holder, customer in rows:
        member = Member(
            serial=serial,
            place=Place(own),
            outer=Place(outer),
            last=ContainmentOutcome(last) if last else None,
            inside=holder or "",
            where=customer or "",
        )
        by = key if column == "id" else unit
        made = uid if isinstance(uid, UUID) else UUID(uid)
        found[by] = Target(key, made, unit, run, part, member, carried)
    return [found[key] for key in wanted if key in found]


def units_of(found: Sequence[Target]) -> list[str]:
    """Serials, as a signature names them."""
    return [target.member.serial for target in found]


def unit_uids(found: Sequence[Target]) -> list[str]:
    """What a signature is bound to: the identity of each unit."""
    rows = Unit.objects.in_bulk([target.unit_id for target in found]) if found else {}
    return sorted(str(unit.uid) for unit in rows.values())
