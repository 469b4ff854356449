"""The units of a containment, one by one: listed, sifted, handed out, scanned."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import numpy as np
from django.db import connection
from django.db.models import OuterRef, Subquery

from firstoff.db.keys import Keys, among, keys, parameter, within
from firstoff.db.models import ContainedUnit, ContainmentFinding, Unit, UnitState
from firstoff.errors import InvalidInput, NotFound
from firstoff.queries.trace.containments import JOINED, NOW, ContainmentView, base
from firstoff.queries.trace.places import Where, where
from firstoff.queries.trace.unmoved import Unmoved
from firstoff.rules.trace import meant
from firstoff.rules.trace.containment import (
    OUTCOMES,
    MemberState,
    Whereabouts,
    label,
    state,
    whereabouts,
)
from firstoff.terms import ContainmentOutcome, Place

CHUNK = 1000  # units of a file looked up together


@dataclass(frozen=True, slots=True)
class Filter:
    """Which units of a containment are meant; each field None or empty: any.

    joined: where it was when it joined; serial: its beginning.
    """

    state: MemberState | None = None
    joined: Place | None = None
    customer: int | None = None
    outcome: ContainmentOutcome | None = None
    serial: str = ""

    @property
    def any(self) -> bool:
        return self == Filter()


@dataclass(frozen=True, slots=True)
class MemberRow:
    """A unit at risk: where it is, and what was found last. ``outcome`` None: nothing yet."""

    id: int
    uid: UUID
    unit_id: int
    site: str
    part: str
    part_name: str
    serial: str
    batch: str
    joined: Place
    customer: str  # when it joined
    late: bool
    why: str
    joined_at: datetime
    where: Where
    outcome: ContainmentOutcome | None
    note: str
    found_at: datetime | None
    found_by: str

    @property
    def whereabouts(self) -> Whereabouts:
        return whereabouts(self.where.place)

    @property
    def state(self) -> MemberState:
        return state(self.outcome, self.whereabouts)


def members(
    view: ContainmentView, *, sift: Filter | None = None, offset: int = 0, limit: int = 50
) -> tuple[tuple[MemberRow, ...], int]:
    """One page of units in the order they joined, and how many there are. Nine queries; two more
    where units may have moved since they were sifted so."""
    if sift is None or sift.any:
        every = ContainedUnit.objects.filter(containment=view.id).order_by("pk")
        keys_shown = list(every.values_list("pk", flat=True)[offset : offset + limit])
        return rows(keys_shown), every.count()
    ids = _sifted(view.id, sift)
    return rows(ids[offset : offset + limit].tolist()), ids.size


def _sifted(containment_id: int, sift: Filter) -> Keys:
    """``member_ids``, kept while no unit moved; not what somebody types in letter by letter."""

    def find(keys: Sequence[int]) -> dict[int, Keys]:
        return {key: np.array(member_ids(key, sift), dtype=np.int64) for key in keys}

    if sift.serial:
        return find([containment_id])[containment_id]
    if len(_kept) >= _FILTERS and sift not in _kept:
        _kept.clear()
    held = _kept.setdefault(sift, Unmoved(_LARGE))
    return held.of([containment_id], find)[containment_id]


_FILTERS, _LARGE = 20, 5  # of 100,000 units one takes 0.8 MB
_kept: dict[Filter, Unmoved[Keys]] = {}


def export(view: ContainmentView, *, sift: Filter | None = None) -> Iterator[MemberRow]:
    """Every unit, a thousand looked up at a time."""
    ids = member_ids(view.id, sift or Filter())
    for begin in range(0, len(ids), CHUNK):
        yield from rows(ids[begin : begin + CHUNK])


def member_ids(containment_id: int, sift: Filter) -> list[int]:
    """Keys of the members that are meant, in the order they joined. One query."""
    if sift.any:
        found = ContainedUnit.objects.filter(containment=containment_id).order_by("pk")
        return list(found.values_list("pk", flat=True))
    conditions, params = _conditions(sift)
    only = within("containment_id")
    sql = (
        f"{base(only)} SELECT m.id {JOINED} WHERE m.{only} AND {' AND '.join(conditions)} "
        "ORDER BY m.id"
    )
    with connection.cursor() as cursor:
        cursor.execute(sql, [*[parameter([containment_id])] * 3, *params])
        return [key for (key,) in cursor.fetchall()]


def _conditions(sift: Filter) -> tuple[list[str], list[Any]]:
    found: list[str] = []
    params: list[Any] = []
    if sift.state is not None:
        found.append(_in_state(sift.state))
    if sift.joined is not None:
        found.append("m.place = %s")
        params.append(str(sift.joined))
    if sift.customer is not None:
        found.append("m.customer_id = %s")
        params.append(sift.customer)
    if sift.outcome is not None:
        found.append("l.outcome = %s")
        params.append(str(sift.outcome))
    if sift.serial:
        # The end of a range of texts that begin so: no wildcard to be typed in.
        found.append(
            "EXISTS (SELECT 1 FROM firstoff_unit u WHERE u.id = m.unit_id "
            "AND SUBSTR(u.serial, 1, LENGTH(%s)) = %s)"
        )
        params += [sift.serial, sift.serial]
    return found, params


def _in_state(wanted: MemberState) -> str:
    """What the rule says of every outcome at every place, as SQL."""
    outcomes: Sequence[ContainmentOutcome | None] = (None, *ContainmentOutcome)
    parts = []
    for outcome in outcomes:
        places = [p.value for p in Place if state(outcome, whereabouts(p)) == wanted]
        if places:
            said = "l.outcome IS NULL" if outcome is None else f"l.outcome = '{outcome.value}'"
            at = ", ".join(f"'{p}'" for p in places)
            parts.append(f"({said} AND {NOW} IN ({at}))")
    return f"({' OR '.join(parts)})"


def rows(ids: Sequence[int]) -> tuple[MemberRow, ...]:
    """Members by their keys, in this order. Seven queries."""
    members = ContainedUnit.objects.filter(among(ContainedUnit, "id", list(ids)))
    last = ContainmentFinding.objects.filter(member=OuterRef("pk")).order_by("-pk")
    found = list(
        members.annotate(last=Subquery(last.values("pk")[:1])).values_list(
            "pk", "uid", "unit_id", "unit__part__site__code", "unit__part__number",
            "unit__part__name", "unit__serial", "unit__run__batch_id", "place",
            "customer__name", "late", "why", "received_at", "last",
        )
    )  # fmt: skip
    places = where(keys(row[2] for row in found))
    said = {
        f.pk: f
        for f in ContainmentFinding.objects.filter(
            among(ContainmentFinding, "id", [row[13] for row in found if row[13]])
        ).select_related("by")
    }
    by_key = {}
    for row in found:
        finding = said.get(row[13])
        by_key[row[0]] = MemberRow(
            *row[:7],
            batch=row[7] or "",
            joined=Place(row[8]),
            customer=row[9] or "",
            late=row[10],
            why=row[11],
            joined_at=row[12],
            where=places[row[2]],
            outcome=ContainmentOutcome(finding.outcome) if finding else None,
            note=finding.note if finding else "",
            found_at=finding.found_at if finding else None,
            found_by=finding.by.name if finding else "",
        )
    return tuple(by_key[key] for key in ids if key in by_key)


def last_findings(members: Iterable[int]) -> dict[int, ContainmentOutcome]:
    """The last outcome of each member. One query."""
    rows = ContainmentFinding.objects.filter(
        among(ContainmentFinding, "member", list(members))
    ).order_by("pk")
    found = rows.values_list("member_id", "outcome")
    return {member: ContainmentOutcome(outcome) for member, outcome in found}


def scanned(view: ContainmentView, text: str, part: str = "") -> MemberRow:
    """The member that a scan means: its serial, or a GS1 code with it.

    Raises NotFound where it is not in the containment, InvalidInput where several are.
    """
    serial = meant(text)
    wanted = ContainedUnit.objects.filter(containment=view.id, unit__serial=serial)
    if part:
        wanted = wanted.filter(unit__part__number=part)
    found = list(wanted.values_list("pk", "unit__part__number")[:10])
    if not found:
        known = Unit.objects.filter(part__site=view.site_id, serial=serial)
        if known.exists():
            raise NotFound(
                f"{serial} is not at risk: it is not in {view.label}.",
                way_out="Add it by hand, with the reason, if it should be.",
                field="serial",
                serial=serial,
                known=True,
            )
        raise NotFound(
            f"Nobody recorded a unit {serial!r} here.", field="serial", serial=serial, known=False
        )
    if len(found) > 1:
        raise InvalidInput(
            f"Several units are called {serial}.",
            way_out=f"Name the part too: {', '.join(number for _, number in found)}.",
            field="part",
        )
    return rows([found[0][0]])[0]


@dataclass(frozen=True, slots=True)
class OfUnit:
    """A containment that a unit is in."""

    site: str
    number: int
    title: str
    opened_at: datetime
    closed_at: datetime | None
    outcome: ContainmentOutcome | None
    held: bool

    @property
    def label(self) -> str:
        return label(self.number)


def of_unit(unit_id: int) -> tuple[OfUnit, ...]:
    """The containments of one unit, the newest first. Two queries; one where there is none."""
    members = ContainedUnit.objects.filter(unit=unit_id).order_by("-pk")
    rows = list(
        members.values_list(
            "pk", "containment__site__code", "containment__number", "containment__title",
            "containment__opened_at", "containment__closure__closed_at",
        )
    )  # fmt: skip
    if not rows:
        return ()
    last = last_findings(row[0] for row in rows)
    held = UnitState.objects.filter(unit=unit_id, holds__gt=0).exists()
    return tuple(
        OfUnit(*row[1:], last.get(row[0]), held and not _frees(last.get(row[0]))) for row in rows
    )


def _frees(outcome: ContainmentOutcome | None) -> bool:
    return outcome is not None and bool(OUTCOMES[outcome].frees)
