"""A result recorded wrongly: superseded by signature, never overwritten."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from uuid import UUID

from firstoff.db.models import CauseFinding, Defect, Judgement, Run
from firstoff.errors import InvalidInput, NotFound, StaleState
from firstoff.queries.execution.facts import decision_facts
from firstoff.rules.access import Actor
from firstoff.rules.execution import (
    Aspects,
    check_aspect,
    enforce,
    is_over_time,
    judgement_refusals,
    settle_aspects,
)
from firstoff.rules.nonconformity import BUILD_TIME_CODE, check_defect_code
from firstoff.rules.product import check_prose
from firstoff.services import access
from firstoff.services.execution.floor import Floor
from firstoff.services.execution.ground import answer_stored, run_for, verb
from firstoff.services.execution.planning import BUILD_TIME_NAME, Plan
from firstoff.services.execution.posted import PostedDefect
from firstoff.services.execution.units import Judged, judged_of, write_judgement
from firstoff.services.repeating import AlreadyStored
from firstoff.terms import Aspect, OperationOutcome


@dataclass(frozen=True, slots=True)
class _Fault:
    """A defect of the corrected result, with the cause it keeps."""

    code: str
    name: str
    category: str
    note: str = ""
    cause: CauseFinding | None = None


def correction_meaning(serial: str, batch_id: str) -> str:
    return f"The result of {serial} in batch {batch_id} was recorded wrongly; this is the result."


def correct_judgement(
    *,
    run_id: int,
    judgement: UUID,
    reason: str,
    password: str,
    by: Actor,
    at: datetime,
    uid: UUID | None = None,
    fit: str | None = None,
    finish: str | None = None,
    function: str | None = None,
    build_seconds: Decimal | None = None,
    defects: Sequence[PostedDefect] | None = None,
) -> Judged:
    """Supersede a judgement by signature (R-48): what was recorded stays, and the reason with it.

    Aspects and build time that are None stay as they were; defects that are None are carried
    over, with their causes, where their aspect still fails. Raises Refused (R-40), StaleState
    when it is corrected already.
    """
    run = run_for(by, run_id, "judgement.correct")
    why = check_prose(reason, "reason", field="reason")
    if not why:
        raise InvalidInput("A correction says why; no reason is given.", field="reason")
    confirmed = access.confirm(by, password, at)
    try:
        with verb("correct_judgement", run, by=by, at=at, about=f"result {judgement}") as entry:
            answer_stored(Judgement, uid, run, correction_reason=why)
            old = _correctable(run, judgement)
            floor = Floor(run, by=by, at=at)
            given = Aspects(
                old.fit if fit is None else check_aspect("fit", fit),
                old.finish if finish is None else check_aspect("finish", finish),
                old.function if function is None else check_aspect("function", function),
            )
            row = Judgement(
                run=run,
                unit=old.unit,
                attempt=old.attempt,
                kind=old.kind,
                build_seconds=build_seconds or old.build_seconds,
                judged_at=old.judged_at,
                inspector_id=by.person_id,
                supersedes=old,
                correction_reason=why,
            )
            if uid is not None:
                row.uid = uid
            faults = _faults(floor, old, given, row.build_seconds, defects)
            settled = settle_aspects(given, [f.category for f in faults], serial=old.unit.serial)
            row.fit, row.finish, row.function = settled
            row.signature = access.sign(
                entry,
                confirmed,
                meaning=correction_meaning(old.unit.serial, run.batch_id),
                subject=f"run {run.batch_id}, unit {old.unit.serial}",
                permission="judgement.correct",
                site_id=run.site_id,
                content={
                    "supersedes": str(old.uid),
                    "reason": why,
                    **settled._asdict(),
                    "build_seconds": row.build_seconds,
                    "defects": [f.code for f in faults],
                },
            )
            entry.details.update(reason=why, supersedes=str(old.uid))
            return write_judgement(entry, _rows(row, faults))
    except AlreadyStored as known:
        return replace(judged_of(known.of(Judgement)), again=True)


def _correctable(run: Run, judgement: UUID) -> Judgement:
    rows = Judgement.objects.select_related("unit").filter(run=run, uid=judgement)
    old = rows.first()
    if old is None:
        raise NotFound(f"There is no judgement {judgement} in {run.batch_id}.")
    later = Judgement.objects.filter(supersedes=old).select_related("by").first()
    if later is not None:
        raise StaleState(
            f"{later.by} corrected this result at {later.received_at:%Y-%m-%d %H:%M} UTC; "
            "read it first.",
            way_out="Correct the correction, if it is wrong too.",
        )
    decision = decision_facts([run.pk]).get(run.pk)
    enforce(judgement_refusals(decision, batch_id=run.batch_id, attempt=old.attempt))
    return old


def _faults(
    floor: Floor,
    old: Judgement,
    given: Aspects,
    build_seconds: Decimal | None,
    defects: Sequence[PostedDefect] | None,
) -> list[_Fault]:
    """The defects of the corrected result: as given, else carried over where they still hold."""
    held = _held(old)
    if defects is None:
        failing = {k for k, v in given._asdict().items() if v == OperationOutcome.FAIL}
        found = [f for f in held if f.category in failing]
    else:
        codes = [check_defect_code(d.code, floor.codes) for d in defects]
        found = [
            _Fault(c.code, c.name, c.category, d.note) for c, d in zip(codes, defects, strict=True)
        ]
    found = [f for f in found if f.code != BUILD_TIME_CODE]
    limit = floor.bar.max_unit_minutes if floor.bar else None
    if old.attempt == 1 and is_over_time(build_seconds, limit):
        slow = _Fault(BUILD_TIME_CODE, BUILD_TIME_NAME, Aspect.BUILD_TIME)
        found.append(next((f for f in held if f.code == BUILD_TIME_CODE), slow))
    return found


def _held(old: Judgement) -> list[_Fault]:
    rows = Defect.objects.filter(judgement=old).order_by("pk").prefetch_related("causes")
    return [
        _Fault(
            d.code,
            d.name,
            d.category,
            d.note,
            max(d.causes.all(), key=lambda c: c.pk, default=None),
        )
        for d in rows
    ]


def _rows(row: Judgement, faults: Sequence[_Fault]) -> Plan:
    plan = Plan(judgement=row)
    for fault in faults:
        defect = Defect(
            run=row.run,
            unit=row.unit,
            judgement=row,
            code=fault.code,
            name=fault.name,
            category=fault.category,
            note=fault.note,
        )
        plan.defects.append(defect)
        if fault.cause is not None:
            known = fault.cause
            plan.causes.append(
                CauseFinding(defect=defect, cause_class=known.cause_class, cause=known.cause)
            )
    return plan
