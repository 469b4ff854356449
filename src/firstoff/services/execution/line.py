"""What else happens on the line: the first article, adjustments, fixes, releases."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from firstoff.db.models import (
    Adjustment,
    Equipment,
    FirstArticle,
    Person,
    RouteRelease,
    StepFix,
)
from firstoff.errors import InvalidInput
from firstoff.queries.execution.facts import decision_facts
from firstoff.rules.access import Actor
from firstoff.rules.execution import (
    EQUIPMENT,
    LIFTS,
    TRAINING,
    check_first_article,
    closed_refusals,
    enforce,
    find_operation,
    first_article_refusals,
    left_out_reasons,
)
from firstoff.rules.product import check_line, check_name, check_prose
from firstoff.services import access
from firstoff.services.execution.floor import Floor, unit_as_facts
from firstoff.services.execution.ground import answer_stored, moment_of, run_for, verb, zone_of
from firstoff.services.execution.units import unit_of
from firstoff.services.repeating import AlreadyStored


@dataclass(frozen=True, slots=True)
class Recorded:
    """A record that was stored; ``again`` where it was stored before."""

    id: int
    uid: UUID
    again: bool = False


def record_first_article(
    *,
    run_id: int,
    serial: str,
    passed: bool,
    checked: int,
    conforming: int,
    by: Actor,
    at: datetime,
    uid: UUID | None = None,
    note: str = "",
    judged_at: datetime | None = None,
) -> Recorded:
    """Record the inspection of the first article; one that passed opens the batch (R-35).

    The unit has to be one that counts. A later inspection supersedes: the latest holds.
    """
    run = run_for(by, run_id, "first_article.record")
    check_first_article(passed=passed, checked=checked, conforming=conforming)
    when = moment_of(judged_at, at, "judged_at")
    try:
        with verb("record_first_article", run, by=by, at=at, about=f"unit {serial}") as entry:
            answer_stored(FirstArticle, uid, run, passed=passed, checked=checked)
            floor = Floor(run, by=by, at=at)
            unit = unit_of(run, serial)
            reasons = left_out_reasons(
                unit_as_facts(unit, "", unit.equipment), floor.definition.instruction
            )
            enforce(first_article_refusals(unit.serial, reasons))
            enforce(
                closed_refusals(
                    floor.decision,
                    batch_id=run.batch_id,
                    what="first article inspection",
                    zone=floor.zone,
                )
            )
            if when < unit.started_at:
                raise InvalidInput(
                    f"{unit.serial} would be inspected before it was started.", field="judged_at"
                )
            record = FirstArticle(
                run=run,
                unit=unit,
                passed=passed,
                checked=checked,
                conforming=conforming,
                note=check_prose(note, "note", field="note"),
                judged_at=when,
            )
            if uid is not None:
                record.uid = uid
            entry.add(record)
            entry.details.update(passed=passed, checked=checked, conforming=conforming)
            return Recorded(record.pk, record.uid)
    except AlreadyStored as known:
        return Recorded(known.record.pk, known.record.uid, again=True)


def record_adjustment(
    *,
    run_id: int,
    what: str,
    before: str,
    after: str,
    reason: str,
    by: Actor,
    at: datetime,
    uid: UUID | None = None,
    made_at: datetime | None = None,
) -> Recorded:
    """Log a setting, tool, sequence or material that was changed during the run (R-47)."""
    run = run_for(by, run_id, "adjustment.record")
    texts = {
        "what": check_name(what, "thing adjusted", longest=300, field="what"),
        "before": check_line(before, "value before", longest=300, field="before"),
        "after": check_name(after, "value after", longest=300, field="after"),
        "reason": _said(reason),
    }
    when = moment_of(made_at, at, "made_at")
    try:
        with verb("record_adjustment", run, by=by, at=at) as entry:
            answer_stored(Adjustment, uid, run, **texts)
            decision = decision_facts([run.pk]).get(run.pk)
            enforce(
                closed_refusals(
                    decision, batch_id=run.batch_id, what="adjustments", zone=zone_of(run)
                )
            )
            record = Adjustment(run=run, made_at=when, **texts)
            if uid is not None:
                record.uid = uid
            entry.add(record)
            entry.details.update(texts)
            return Recorded(record.pk, record.uid)
    except AlreadyStored as known:
        return Recorded(known.record.pk, known.record.uid, again=True)


def propose_step_fix(
    *, run_id: int, seq: int, proposal: str, by: Actor, at: datetime, uid: UUID | None = None
) -> Recorded:
    """Propose the jig or fix for a step that is slower than its standard (R-47)."""
    run = run_for(by, run_id, "adjustment.record")
    text = check_prose(proposal, "proposal", field="proposal")
    if not text:
        raise InvalidInput("The proposal is empty; say what would help.", field="proposal")
    find_operation(Floor(run, by=by, at=at).operations, seq)
    try:
        with verb("propose_step_fix", run, by=by, at=at, about=f"operation {seq}") as entry:
            answer_stored(StepFix, uid, run, seq=seq, proposal=text)
            record = StepFix(run=run, seq=seq, proposal=text)
            if uid is not None:
                record.uid = uid
            entry.add(record)
            return Recorded(record.pk, record.uid)
    except AlreadyStored as known:
        return Recorded(known.record.pk, known.record.uid, again=True)


def release_meaning(batch_id: str, lift: str, subject: str) -> str:
    return f"In batch {batch_id} the rule {lift!r} is lifted for {subject}."


def release_route(
    *,
    run_id: int,
    lift: str,
    subject: str,
    reason: str,
    password: str,
    by: Actor,
    at: datetime,
    uid: UUID | None = None,
) -> Recorded:
    """Lift one refusal of the route for one subject, by signature, with a reason (R-35).

    lift: ``first-article``, ``order``, ``failed-unit`` (subject: a serial), ``equipment`` (its
    code) or ``training`` (a user name). It shows on the report as a deviation.
    """
    run = run_for(by, run_id, "route.release")
    if lift not in LIFTS:
        raise InvalidInput(
            f"Nobody can lift {lift or 'nothing'!r} by signature.",
            way_out=f"What can be lifted: {', '.join(LIFTS)}.",
            field="lift",
        )
    why = _said(reason)
    named = _subject(run.site_id, lift, subject)
    confirmed = access.confirm(by, password, at)
    try:
        with verb("release_route", run, by=by, at=at, about=f"{lift} for {named}") as entry:
            answer_stored(RouteRelease, uid, run, rule=lift, subject=named)
            decision = decision_facts([run.pk]).get(run.pk)
            enforce(
                closed_refusals(
                    decision, batch_id=run.batch_id, what="releases", zone=zone_of(run)
                )
            )
            signature = access.sign(
                entry,
                confirmed,
                meaning=release_meaning(run.batch_id, lift, named),
                subject=f"run {run.batch_id}",
                permission="route.release",
                site_id=run.site_id,
                content={"run": str(run.uid), "lift": lift, "subject": named, "reason": why},
            )
            record = RouteRelease(
                run=run, rule=lift, subject=named, reason=why, signature=signature
            )
            if uid is not None:
                record.uid = uid
            entry.add(record)
            entry.details.update(lift=lift, subject=named, reason=why)
            return Recorded(record.pk, record.uid)
    except AlreadyStored as known:
        return Recorded(known.record.pk, known.record.uid, again=True)


def _subject(site_id: int, lift: str, subject: str) -> str:
    text = check_name(subject, "subject", field="subject")
    if lift == EQUIPMENT:
        found = Equipment.objects.filter(site=site_id, code__iexact=text).first()
        if found is None:
            raise InvalidInput(f"There is no equipment {text} at this site.", field="subject")
        return found.code
    if lift == TRAINING:
        person = Person.objects.filter(username__iexact=text, grants__site=site_id).first()
        if person is None:
            raise InvalidInput(f"There is no person {text} at this site.", field="subject")
        return person.username
    return text


def _said(reason: str) -> str:
    text = check_prose(reason, "reason", field="reason")
    if not text:
        raise InvalidInput("Nothing says why; a reason is needed.", field="reason")
    return text
