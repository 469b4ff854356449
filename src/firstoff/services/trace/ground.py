"""What every verb on a containment begins with, and how units are put into one and held."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from uuid import UUID

from django.db import connection

from firstoff.db.inserts import fresh
from firstoff.db.keys import Keys, parameter, within
from firstoff.db.models import ContainedUnit, Containment
from firstoff.errors import NotFound
from firstoff.queries.trace.standing import standing
from firstoff.rules.access import Actor, require, sees
from firstoff.rules.trace.containment import label
from firstoff.services import ledger
from firstoff.services.ledger import Entry


def containment_for(by: Actor, containment_id: int, permission: str) -> Containment:
    """The containment, if the actor sees its site and may do this there."""
    rows = Containment.objects.select_related("site", "closure", "closure__by")
    found = rows.filter(pk=containment_id).first()
    if found is None or not sees(by, found.site_id):
        raise NotFound("There is no such containment, or not for you.")
    require(by, permission, found.site_id)
    return found


@contextmanager
def verb(
    name: str, containment: Containment, *, by: Actor, at: datetime, about: str = ""
) -> Iterator[Entry]:
    """A verb on a containment: one entry in the ledger, ``containment C-0003 at STOKE: ...``."""
    with ledger.verb(f"trace.{name}", by=by, at=at, subject=named(containment, about)) as entry:
        yield entry


def named(containment: Containment, about: str = "") -> str:
    where = f"containment {label(containment.number)} at {containment.site.code}"
    return f"{where}: {about}" if about else where


def enrol(
    entry: Entry,
    containment_id: int,
    units: Keys,
    why: Mapping[int, str],
    *,
    late: bool,
    uid: UUID | None = None,
) -> int:
    """Put units into a containment, each with where it is now, and hold them. Four statements,
    whatever their number. None of them may be in it already.

    uid: of the first row, so that a post that is repeated is known.
    """
    if not units.size:
        return 0
    rows = [
        fresh(
            ContainedUnit,
            containment_id=containment_id,
            unit_id=unit,
            place=place,
            customer_id=customer,
            late=late,
            why=why.get(unit, ""),
        )
        for unit, place, customer in standing(units)
    ]
    if uid is not None:
        rows[0].uid = uid
    entry.add_all(rows)
    hold(units)
    return len(rows)


def hold(units: Keys) -> None:
    """One containment more holds these units: no operation takes them, nothing ships them. A unit
    without a row is in process since it was started."""
    if not units.size:
        return
    with connection.cursor() as cursor:
        cursor.execute(
            f"UPDATE firstoff_unitstate SET holds = holds + 1 WHERE {within('unit_id')}",
            [parameter(units)],
        )
        if cursor.rowcount < units.size:
            cursor.execute(
                "INSERT INTO firstoff_unitstate (unit_id, place, since, holds) "
                "SELECT u.id, 'in_process', u.started_at, 1 FROM firstoff_unit u "
                f"WHERE {within('u.id')} AND NOT EXISTS "
                "(SELECT 1 FROM firstoff_unitstate s WHERE s.unit_id = u.id)",
                [parameter(units)],
            )


def free(units: Keys) -> None:
    """One containment less holds these units."""
    if not units.size:
        return
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE firstoff_unitstate SET holds = holds - 1 "
            f"WHERE holds > 0 AND {within('unit_id')}",
            [parameter(units)],
        )
