"""The units of a containment, one by one: listed, sifted, handed out, scanned."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import OuterRef, Subquery

from firstoff.db.keys import Keys, among, keys
from firstoff.db.models import ContainedUnit, ContainmentFinding, Unit, UnitState
from firstoff.errors import InvalidInput, NotFound
from firstoff.queries.trace.containments import ContainmentView
from firstoff.queries.trace.followed import followed
from firstoff.queries.trace.places import Where, where
from firstoff.queries.trace.sets import common
from firstoff.rules.trace import meant
from firstoff.rules.trace.containment import (
    OUTCOMES,
    Group,
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

    def means(self, group: Group) -> bool:
        """Whether units of the group are meant, whatever they are called."""
        return (
            self.state in (None, group.state)
            and self.joined in (None, group.joined)
            and self.customer in (None, group.customer)
            and self.outcome in (None, group.outcome)
        )


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
    """One page of units in the order they joined, and how many there are. Nine queries; up to five
    more where something was recorded since they were read, one more for a serial."""
    ids = member_ids(view.id, sift or Filter())
    return rows(ids[offset : offset + limit].tolist()), int(ids.size)


def export(view: ContainmentView, *, sift: Filter | None = None) -> Iterator[MemberRow]:
    """Every unit, a thousand looked up at a time."""
    ids = member_ids(view.id, sift or Filter())
    for begin in range(0, ids.size, CHUNK):
        yield from rows(ids[begin : begin + CHUNK].tolist())


def member_ids(containment_id: int, sift: Filter) -> Keys:
    """Keys of the members that are meant, in the order they joined."""
    units = followed.units(containment_id)
    found = units.meant(sift.means)
    return common(found, units.called(sift.serial)) if sift.serial else found


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
