"""Causes of defects, and the actions against them."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db.models import Max, Min

from firstoff.db.models import ActionEffect, CauseFinding, CorrectiveAction, Defect, Run
from firstoff.errors import InvalidInput, NotFound
from firstoff.queries.nonconformity import action_facts
from firstoff.rules.access import Actor, require, sees
from firstoff.rules.execution import check_recorded_time, enforce
from firstoff.rules.nonconformity import (
    ActionFacts,
    check_action,
    check_cause,
    effect_refusals,
    effect_time_refusals,
)
from firstoff.rules.product import check_prose
from firstoff.services import ledger
from firstoff.services.execution.ground import answer_stored, run_for
from firstoff.services.repeating import AlreadyStored
from firstoff.terms import RunKind


@dataclass(frozen=True, slots=True)
class CausesRecorded:
    """How many defects the finding was recorded for; those that said so already are left out."""

    code: str
    defects: int


@dataclass(frozen=True, slots=True)
class ActionRecorded:
    id: int
    uid: UUID
    label: str  # CA-0011
    effective_at: datetime | None = None
    again: bool = False  # it was stored before


def record_cause(
    *,
    run_id: int,
    code: str,
    cause_class: str,
    cause: str,
    by: Actor,
    at: datetime,
    serials: Iterable[str] = (),
) -> CausesRecorded:
    """Say why the defects of a code in a run came to be (R-34); the latest finding holds.

    serials: only of these units. Saying the same again records nothing. Findings may come after
    the decision on the run: they change what is to be fixed, never what was signed.
    """
    run = run_for(by, run_id, "cause.record")
    said = check_prose(cause, "cause", field="cause")
    found = check_cause(cause_class, said)
    only = [s.strip() for s in serials if s.strip()]
    with ledger.verb(
        "nonconformity.record_cause",
        by=by,
        at=at,
        subject=f"run {run.batch_id}, defect {code}",
        program=run.program,
    ) as entry:
        defects = _defects(run, code, only)
        held = dict(
            CauseFinding.objects.filter(defect__in=defects)
            .order_by("pk")
            .values_list("defect_id", "pk")
        )
        latest = CauseFinding.objects.in_bulk(list(held.values()))
        same = {
            finding.defect_id
            for finding in latest.values()
            if (finding.cause_class, finding.cause) == (found.value, said)
        }
        changed = [defect for defect in defects if defect.pk not in same]
        entry.add_all([CauseFinding(defect=d, cause_class=found, cause=said) for d in changed])
        entry.details.update(cause_class=found, cause=said, defects=len(changed))
        return CausesRecorded(code, len(changed))


def _defects(run: Run, code: str, serials: list[str]) -> list[Defect]:
    rows = Defect.objects.filter(run=run, code=code).select_related("unit").order_by("pk")
    if serials:
        rows = rows.filter(unit__serial__in=serials)
    found = list(rows)
    if not found:
        known = Defect.objects.filter(run=run).order_by("code").values_list("code", flat=True)
        names = ", ".join(dict.fromkeys(known)) or "none"
        raise InvalidInput(
            f"Batch {run.batch_id} has no defect {code}{' of these units' if serials else ''}.",
            way_out=f"It has: {names}.",
            field="code",
        )
    return found


def propose_action(
    *,
    run_id: int,
    against: str,
    cause_class: str,
    what: str,
    by: Actor,
    at: datetime,
    uid: UUID | None = None,
) -> ActionRecorded:
    """Record what is to be changed against a defect of a batch, or against its build time."""
    run = run_for(by, run_id, "action.edit")
    text = check_prose(what, "action", field="what")
    try:
        with ledger.verb(
            "nonconformity.propose_action",
            by=by,
            at=at,
            subject=f"run {run.batch_id}, against {against}",
            program=run.program,
        ) as entry:
            answer_stored(CorrectiveAction, uid, run, against=against, what=text)
            codes = Defect.objects.filter(run=run).values_list("code", flat=True).distinct()
            found = check_action(
                against=against,
                cause_class=cause_class,
                what=text,
                codes_of_batch=codes,
                batch_id=run.batch_id,
            )
            last = CorrectiveAction.objects.filter(program=run.program_id).aggregate(
                last=Max("number")
            )["last"]
            action = CorrectiveAction(
                program=run.program,
                run=run,
                number=(last or 0) + 1,
                against=against,
                cause_class=found,
                what=text,
            )
            if uid is not None:
                action.uid = uid
            entry.add(action)
            entry.details.update(action=str(action), against=against, what=text)
            return ActionRecorded(action.pk, action.uid, str(action))
    except AlreadyStored as known:
        stored = known.of(CorrectiveAction)
        return ActionRecorded(stored.pk, stored.uid, str(stored), again=True)


def put_action_in_force(
    *,
    action_id: int,
    evidence: str,
    by: Actor,
    at: datetime,
    effective_at: datetime | None = None,
    uid: UUID | None = None,
) -> ActionRecorded:
    """Record from when an action is in force, and how one can tell. Once; now, unless said.

    Raises Refused (R-41) where a later batch began meanwhile: what was not in force when it began
    cannot be made so afterwards.
    """
    action = _action_for(by, action_id)
    proof = check_prose(evidence, "evidence", field="evidence")
    if not proof:
        raise InvalidInput(
            "Nothing says how one can tell that the action is in force.", field="evidence"
        )
    when = check_recorded_time(effective_at or at, received=at, what="effective_at")
    try:
        with ledger.verb(
            "nonconformity.put_action_in_force",
            by=by,
            at=at,
            subject=f"action {action}, run {action.run.batch_id}",
            program=action.program_id,
        ) as entry:
            answer_stored(ActionEffect, uid, None, action_id=action.pk, evidence=proof)
            facts = _facts(action)
            zone = ZoneInfo(action.run.site.time_zone)
            enforce(effect_refusals(facts, zone))
            enforce(effect_time_refusals(facts, when, _begun_after(action.run), zone=zone))
            effect = ActionEffect(action=action, effective_at=when, evidence=proof)
            if uid is not None:
                effect.uid = uid
            entry.add(effect)
            entry.details.update(action=str(action), effective_at=when, evidence=proof)
            return ActionRecorded(action.pk, action.uid, str(action), when)
    except AlreadyStored as known:
        held = known.of(ActionEffect)
        return ActionRecorded(action.pk, action.uid, str(action), held.effective_at, again=True)


def _action_for(by: Actor, action_id: int) -> CorrectiveAction:
    rows = CorrectiveAction.objects.select_related("run", "run__site")
    action = rows.filter(pk=action_id).first()
    if action is None or not sees(by, action.run.site_id):
        raise NotFound("There is no such action, or not for you.")
    require(by, "action.edit", action.run.site_id)
    return action


def _facts(action: CorrectiveAction) -> ActionFacts:
    program = action.program_id
    (found,) = (a for a in action_facts([program])[program] if a.id == action.pk)
    return found


def _begun_after(run: Run) -> list[tuple[str, datetime]]:
    """Batch and first unit of the pilot runs after this one that have begun."""
    later = Run.objects.filter(
        program=run.program_id, kind=RunKind.PILOT, number__gt=run.number
    ).annotate(began=Min("units__started_at"))
    found = later.filter(began__isnull=False).values_list("batch_id", "began")
    return [(batch_id, began) for batch_id, began in found if began is not None]
