"""Opening a containment from a question, and adding units by hand (R-62)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Max

from firstoff.db.keys import Keys, keys, parameter, rows_of
from firstoff.db.models import ContainedUnit, Containment, Site, Unit
from firstoff.errors import InvalidInput, Refused
from firstoff.queries.trace import answers
from firstoff.queries.trace.closure import Valid, upwards
from firstoff.queries.trace.sets import without
from firstoff.rules.access import Actor, require
from firstoff.rules.product import check_prose
from firstoff.rules.trace import Condition, Question, meant
from firstoff.rules.trace.containment import check_opening, label
from firstoff.services import ledger
from firstoff.services.execution.ground import answer_stored
from firstoff.services.repeating import AlreadyStored
from firstoff.services.trace.ground import containment_for, enrol, verb

MOST_BY_HAND = 10_000


@dataclass(frozen=True, slots=True)
class Opened:
    """A containment that was opened; ``again`` where it was opened before."""

    id: int
    uid: UUID
    site_id: int
    number: int
    units: int
    again: bool = False

    @property
    def label(self) -> str:
        return label(self.number)


@dataclass(frozen=True, slots=True)
class Added:
    """Units put into a containment by hand; ``known`` were in it already."""

    units: int
    known: int
    again: bool = False


def open_containment(
    *,
    site_id: int,
    question: Question,
    title: str,
    reason: str,
    by: Actor,
    at: datetime,
    uid: UUID | None = None,
) -> Opened:
    """Fix the units at risk by a question, with all they are inside of and where each is now, and
    hold them. What is recorded later and meets the question joins it (``follow``).

    Raises NotFound where the question names what is not there.
    """
    require(by, "containment.open", site_id)
    named, said = check_opening(title, reason)
    text = question.as_json()
    site = Site.objects.get(pk=site_id)
    try:
        with ledger.verb(
            "trace.open_containment", by=by, at=at, subject=f"containment at {site.code}: {named}"
        ) as entry:
            answer_stored(
                Containment, uid, None, site_id=site_id, title=named, reason=said, question=text
            )
            # Under the ledger's lock: every record is either seen here, or meets `follow` later.
            units = answers.at_risk_ids(question, site_id)
            last = Containment.objects.filter(site=site_id).aggregate(last=Max("number"))["last"]
            containment = Containment(
                site=site,
                number=(last or 0) + 1,
                title=named,
                reason=said,
                question=text,
                opened_at=at,
            )
            if uid is not None:
                containment.uid = uid
            entry.add(containment)
            reasons = reasons_of(question, site_id, units)
            enrol(entry, containment.pk, units, reasons, late=False)
            entry.details.update(
                number=containment.number, title=named, units=int(units.size), question=text
            )
    except AlreadyStored as known:
        return _opened(known.of(Containment), again=True)
    return _opened(containment)


def _opened(row: Containment, *, again: bool = False) -> Opened:
    units = ContainedUnit.objects.filter(containment=row.pk, late=False).count()
    return Opened(row.pk, row.uid, row.site_id, row.number, units, again)


def reasons_of(question: Question, site_id: int, units: Keys) -> Mapping[int, str]:
    """Which conditions each unit meets: of several only, and what it meets itself."""
    if len(question.conditions) == 1:
        said = _said(question.conditions)
        met = answers.why(question, site_id, units)
        return {u: said if u in met else f"holds a unit: {said}" for u in units.tolist()}
    found = answers.why(question, site_id, units)
    told: dict[tuple[Condition, ...], str] = {c: _said(c) for c in set(found.values())}
    inside = f"holds a unit: {question.sentence()}"
    return {u: told[found[u]] if u in found else inside for u in units.tolist()}


def _said(conditions: Sequence[Condition]) -> str:
    return ", ".join(c.sentence() for c in conditions)


@dataclass(frozen=True, slots=True)
class UnitGiven:
    """A unit as somebody named it: a serial or a scanned code, and its part where two have it."""

    serial: str
    part: str = ""


def add_units(
    *,
    containment_id: int,
    units: Sequence[UnitGiven],
    reason: str,
    by: Actor,
    at: datetime,
    uid: UUID | None = None,
) -> Added:
    """Put units into an open containment by hand, with all they are inside of, and hold them.

    Raises InvalidInput naming the first one that nobody recorded at the site.
    """
    containment = containment_for(by, containment_id, "containment.open")
    said = check_prose(reason, "reason", field="reason")
    if not said:
        raise InvalidInput("Nothing says why; a reason is needed.", field="reason")
    if not units or len(units) > MOST_BY_HAND:
        raise InvalidInput(
            f"{len(units):,} units are named; 1 to {MOST_BY_HAND:,} are taken at once.",
            field="units",
        )
    try:
        with verb("add_units", containment, by=by, at=at, about=f"{len(units)} by hand") as entry:
            answer_stored(ContainedUnit, uid, None, containment_id=containment.pk, why=said)
            check_open(containment.pk)
            named = find_units(containment.site_id, units)
            wanted = upwards(
                f"SELECT value FROM {rows_of()} AS given", [parameter(named)], Valid.at(None)
            )
            new = without(wanted, members_of(containment.pk))
            why = dict.fromkeys(new.tolist(), said)
            enrol(entry, containment.pk, new, why, late=True, uid=uid)
            entry.details.update(reason=said, units=int(new.size))
    except AlreadyStored as known:
        same = ContainedUnit.objects.filter(entry=known.record.entry_id).count()
        return Added(same, 0, again=True)
    return Added(int(new.size), int(wanted.size - new.size))


def check_open(containment_id: int) -> None:
    """Inside the block. Raises Refused (R-62) where it is closed."""
    found = Containment.objects.filter(pk=containment_id, closure__isnull=False)
    row = found.select_related("closure__by").first()
    if row is not None:
        raise Refused(
            f"{label(row.number)} was closed by {row.closure.by.name}.",
            code="R-62",
            way_out="Open a new containment.",
        )


def members_of(containment_id: int) -> Keys:
    """The units that are in it already. One query."""
    rows = ContainedUnit.objects.filter(containment=containment_id)
    return keys(rows.values_list("unit_id", flat=True))


def find_units(site_id: int, given: Sequence[UnitGiven]) -> Keys:
    """Units by what was typed or scanned. Two queries. Raises InvalidInput."""
    wanted = [(meant(one.serial), one.part.strip()) for one in given]
    rows = Unit.objects.filter(part__site=site_id, serial__in={serial for serial, _ in wanted})
    known: dict[str, list[tuple[int, str]]] = {}
    for key, serial, part in rows.values_list("pk", "serial", "part__number"):
        known.setdefault(serial, []).append((key, part))
    found = []
    for serial, part in wanted:
        there = [(k, p) for k, p in known.get(serial, ()) if not part or p == part]
        if not there:
            of = f" of part {part}" if part else ""
            raise InvalidInput(f"Nobody recorded a unit {serial[:60]!r}{of} here.", field="units")
        if len(there) > 1:
            parts = ", ".join(sorted(p for _, p in there))
            raise InvalidInput(
                f"Several units are called {serial}.",
                way_out=f"Name the part too: {parts}.",
                field="units",
            )
        found.append(there[0][0])
    return keys(found)
