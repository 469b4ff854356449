"""What was found at units at risk, one by one or many at once; when their hold ends (R-62)."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID, uuid5

from django.db import connection

from firstoff.db.inserts import fresh
from firstoff.db.keys import keys, parameter, within
from firstoff.db.models import Containment, ContainmentFinding, FloorRecord
from firstoff.db.models.ledger import new_uid
from firstoff.errors import InvalidInput, Refused
from firstoff.queries.trace.contained import Filter, member_ids, scanned
from firstoff.queries.trace.containments import ContainmentView, containment_of
from firstoff.rules.access import Actor
from firstoff.rules.execution import check_recorded_time
from firstoff.rules.genealogy import Scrapped
from firstoff.rules.trace.containment import (
    HOUSE,
    OUTCOMES,
    SCRAPPED,
    MemberState,
    OutcomeRule,
    check_finding,
    check_note,
    concession_meaning,
    holds,
)
from firstoff.services import access
from firstoff.services.execution.ground import answer_stored
from firstoff.services.genealogy.taking import content_of, said_by
from firstoff.services.ledger import Entry
from firstoff.services.repeating import AlreadyStored
from firstoff.services.trace.ground import containment_for, free, hold, named, verb
from firstoff.services.trace.targets import Target, inside, targets, unit_uids, units_of
from firstoff.terms import ContainmentOutcome, FloorKind, Place

Chosen = Callable[[ContainmentView], list[int]]  # the members that are meant


@dataclass(frozen=True, slots=True)
class Found:
    """What was recorded. ``units``: findings written, of which ``inside`` of units inside others
    that went with them; ``freed``: no longer held by this containment."""

    units: int
    inside: int
    freed: int
    serials: tuple[str, ...] = ()  # the first hundred
    again: bool = False


@dataclass(frozen=True, slots=True)
class _Wanted:
    """What is to be recorded, checked."""

    site_id: int
    rule: OutcomeRule
    note: str
    found_at: datetime
    uid: UUID | None

    def uid_of(self, target: Target, first: bool) -> UUID:
        if self.uid is None:
            return new_uid()
        return self.uid if first else uuid5(self.uid, str(target.uid))


def record_finding(
    *,
    containment_id: int,
    serial: str,
    outcome: ContainmentOutcome,
    by: Actor,
    at: datetime,
    part: str = "",
    note: str = "",
    found_at: datetime | None = None,
    password: str = "",
    uid: UUID | None = None,
) -> Found:
    """Record what was found at one unit, by its serial or a scanned code.

    A finding that settles a unit settles those at risk inside it too. Scrapping records the scrap
    as well. ``use_as_is`` is a concession: it takes a password, and the authority. Raises NotFound
    for a unit that is not in the containment, Refused (R-62) for an outcome that it cannot have.
    """
    containment = containment_for(by, containment_id, _permission(outcome))
    wanted = _wanted(containment.site_id, outcome, note, found_at, at, uid)

    def chosen(view: ContainmentView) -> list[int]:
        return [scanned(view, serial, part).id]

    return _record(containment, wanted, chosen, password, by, at, about=serial[:120])


def record_findings(
    *,
    containment_id: int,
    sift: Filter,
    outcome: ContainmentOutcome,
    expected: int,
    by: Actor,
    at: datetime,
    note: str = "",
    found_at: datetime | None = None,
    password: str = "",
    uid: UUID | None = None,
) -> Found:
    """Record the same finding for every unit that a filter means: all or none.

    expected: how many the person saw; another number by now is refused. Raises Refused (R-62)
    naming the first unit that cannot have the outcome.
    """
    containment = containment_for(by, containment_id, _permission(outcome))
    wanted = _wanted(containment.site_id, outcome, note, found_at, at, uid)

    def chosen(view: ContainmentView) -> list[int]:
        found = member_ids(view.id, sift).tolist()
        if len(found) != expected:
            raise InvalidInput(
                f"{expected:,} units were expected under this filter; there are {len(found):,} "
                "now.",
                way_out="Look at the list again.",
                field="expected",
            )
        if not found:
            raise InvalidInput("No unit is under this filter.", field="expected")
        return found

    return _record(containment, wanted, chosen, password, by, at, about=f"{expected:,} units")


def _permission(outcome: ContainmentOutcome) -> str:
    return "containment.concede" if OUTCOMES[outcome].signed else "containment.open"


def _wanted(
    site_id: int,
    outcome: ContainmentOutcome,
    note: str,
    found_at: datetime | None,
    at: datetime,
    uid: UUID | None,
) -> _Wanted:
    said = check_note(note, outcome)
    when = at if found_at is None else check_recorded_time(found_at, received=at, what="found_at")
    return _Wanted(site_id, OUTCOMES[outcome], said, when, uid)


def _record(
    containment: Containment,
    wanted: _Wanted,
    chosen: Chosen,
    password: str,
    by: Actor,
    at: datetime,
    *,
    about: str,
) -> Found:
    rule = wanted.rule
    confirmed = access.confirm(by, password, at) if rule.signed else None
    about = f"{about} {rule.said}"
    try:
        with verb("record_finding", containment, by=by, at=at, about=about) as entry:
            answer_stored(
                ContainmentFinding, wanted.uid, None, outcome=rule.outcome, note=wanted.note
            )
            view = containment_of(by, containment.pk)
            found = _checked(view, targets(view.id, chosen(view)), rule)
            if confirmed is not None:
                access.sign(
                    entry,
                    confirmed,
                    meaning=concession_meaning(view.label, units_of(found), wanted.note),
                    subject=named(containment),
                    permission="containment.concede",
                    site_id=containment.site_id,
                    content={
                        "containment": str(containment.uid),
                        "units": unit_uids(found),
                        "note": wanted.note,
                    },
                )
            freed = _write(entry, found, wanted)
            carried = sum(target.carried for target in found)
            entry.details.update(
                outcome=rule.outcome, units=len(found), inside=carried, note=wanted.note
            )
    except AlreadyStored as known:
        return _again(known.of(ContainmentFinding), containment)
    return Found(len(found), carried, freed, tuple(units_of(found)[:100]))


def _again(row: ContainmentFinding, containment: Containment) -> Found:
    """What was stored under this ID before, with what went along with it."""
    rows = ContainmentFinding.objects.filter(entry=row.entry_id).order_by("pk")
    columns = rows.values_list("member__unit__serial", "member__containment_id")
    found = list(columns)
    if any(key != containment.pk for _, key in found):
        raise Refused(
            "Under this record ID a finding of another containment is stored.",
            code="R-36",
            way_out="A new record needs an ID of its own.",
        )
    return Found(len(found), 0, 0, tuple(serial for serial, _ in found[:100]), again=True)


def _checked(view: ContainmentView, found: list[Target], rule: OutcomeRule) -> list[Target]:
    """The units and, where the outcome carries, those at risk inside them. Raises Refused."""
    closed = view.label if view.closed else ""
    for target in found:
        check_finding(target.member, rule.outcome, closed=closed)
    if not rule.carries:
        return found
    below = [t for t in inside(view.id, found) if t.member.state is not MemberState.DONE]
    for target in below:
        check_finding(target.member, rule.outcome, carried=True)
    return [*found, *below]


def _write(entry: Entry, found: Sequence[Target], wanted: _Wanted) -> int:
    """The findings, the scrap that goes with them, and the holds. Answers how many were freed."""
    outcome = wanted.rule.outcome
    rows = [
        fresh(
            ContainmentFinding,
            uid=wanted.uid_of(target, place == 0),
            member_id=target.id,
            outcome=outcome.value,
            note=wanted.note,
            found_at=wanted.found_at,
        )
        for place, target in enumerate(found)
    ]
    entry.add_all(rows)
    scrapping = outcome is ContainmentOutcome.SCRAP
    if scrapping:
        _scrap(entry, found, wanted)
    held, released = set(), set()
    for target in found:
        where = target.member.whereabouts
        after = SCRAPPED if scrapping and where is HOUSE else where
        if target.member.held and not holds(outcome, after):
            released.add(target.unit_id)
        elif not target.member.held and holds(outcome, after):
            held.add(target.unit_id)
    free(keys(released))
    hold(keys(held))
    return len(released)


def _scrap(entry: Entry, found: Sequence[Target], wanted: _Wanted) -> None:
    """Units in house are scrapped with the finding; what is inside them goes with them."""
    gone = [t for t in found if t.member.whereabouts is HOUSE and not t.member.inside]
    if not gone:
        return
    entry.add_all([_scrap_record(entry, target, wanted) for target in gone])
    units = keys(target.unit_id for target in gone)
    since = connection.ops.adapt_datetimefield_value(wanted.found_at)
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE firstoff_unitstate SET place = 'scrapped', since = %s, package_id = NULL, "
            f"shipment_id = NULL WHERE {within('unit_id')}",
            [since, parameter(units)],
        )


def _scrap_record(entry: Entry, target: Target, wanted: _Wanted) -> FloorRecord:
    said = Scrapped(
        id=uuid5(target.uid, f"scrap/{entry.seq}"),
        serial=target.member.serial,
        part=target.part,
        reason=wanted.note or "containment",
    )
    before = target.member.place if target.member.place is not Place.INSTALLED else Place.STOCK
    return fresh(
        FloorRecord,
        uid=said.id,
        site_id=wanted.site_id,
        kind=FloorKind.SCRAP.value,
        happened_at=wanted.found_at,
        run_id=target.run_id,
        unit_id=target.unit_id,
        operator_id=entry.by.person_id,
        content=content_of(said_by(said), {"before": before.value}),
    )
