"""The acceptance bar, locked by signature before the first unit."""

from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from firstoff.db.models import Bar, BarCapability, Run, Unit
from firstoff.queries.execution.facts import bar_facts
from firstoff.rules import execution as rules
from firstoff.rules.access import Actor
from firstoff.rules.execution import check_bar, check_lock
from firstoff.rules.product import check_prose
from firstoff.services import access
from firstoff.services.execution.ground import (
    answer_stored,
    definition_of,
    fixed,
    run_for,
    verb,
    zone_of,
)
from firstoff.services.repeating import AlreadyStored


@dataclass(frozen=True, slots=True)
class BarLocked:
    run_id: int
    uid: UUID
    locked_at: datetime
    content_digest: str
    warnings: tuple[str, ...] = ()


def bar_meaning(batch_id: str) -> str:
    """What whoever locks the bar signs."""
    return f"This is the bar for batch {batch_id}."


def lock_bar(
    *,
    run_id: int,
    bar: rules.Bar,
    password: str,
    by: Actor,
    at: datetime,
    uid: UUID | None = None,
) -> BarLocked:
    """Lock the bar of a run by signature, before its first unit (R-31, R-32).

    What is signed is the canonical content of the bar with the run and the baseline it is for.
    Raises Refused: R-31 when it is locked or a unit exists, ``signature`` for a wrong password.
    """
    run = run_for(by, run_id, "bar.lock")
    wanted = _settled(check_bar(bar, characteristics=definition_of(run).measured))
    confirmed = access.confirm(by, password, at)
    try:
        with verb("lock_bar", run, by=by, at=at) as entry:
            answer_stored(Bar, uid, run, sample=wanted.sample, max_rejects=wanted.max_rejects)
            held = bar_facts([run.pk]).get(run.pk)
            check_lock(
                held,
                batch_id=run.batch_id,
                units=Unit.objects.filter(run=run).count(),
                zone=zone_of(run),
            )
            content = bar_content(run, wanted)
            signature = access.sign(
                entry,
                confirmed,
                meaning=bar_meaning(run.batch_id),
                subject=f"run {run.batch_id}",
                permission="bar.lock",
                site_id=run.site_id,
                content=content,
            )
            row = Bar(
                run=run,
                **{name: getattr(wanted, name) for name in _BAR_FIELDS},
                signature=signature,
                locked_at=at,
            )
            if uid is not None:
                row.uid = uid
            entry.add(row)
            entry.add_all(
                [
                    BarCapability(bar=row, characteristic=c.characteristic, minimum=c.minimum)
                    for c in wanted.capabilities
                ]
            )
            entry.details.update(content)
            return _locked(row, signature.content_digest, wanted)
    except AlreadyStored as known:
        held_bar = known.of(Bar)
        return _locked(held_bar, held_bar.signature.content_digest, wanted)


_BAR_FIELDS = (
    "sample",
    "max_rejects",
    "commits",
    "max_mean_minutes",
    "max_unit_minutes",
    "min_first_pass_yield",
    "reject_definition",
    "bad_unit_cost",
    "batch_cost",
    "delay_days",
    "delay_day_cost",
)
_COLUMNS = {  # digits and decimal places of the column
    "max_mean_minutes": (9, 3),
    "max_unit_minutes": (9, 3),
    "min_first_pass_yield": (7, 6),
    "bad_unit_cost": (14, 2),
    "batch_cost": (14, 2),
    "delay_day_cost": (14, 2),
}


def _settled(bar: rules.Bar) -> rules.Bar:
    """With the digits that are stored: what is signed is what is read back."""
    found: dict[str, Any] = {
        name: fixed(getattr(bar, name), digits=digits, places=places, what=name, field=name)
        for name, (digits, places) in _COLUMNS.items()
    }
    capabilities = tuple(
        rules.BarCapability(c.characteristic, c.minimum.quantize(Decimal("0.001")))
        for c in bar.capabilities
    )
    text = check_prose(bar.reject_definition, "definition of a reject", field="reject_definition")
    return replace(bar, **found, capabilities=capabilities, reject_definition=text)


def bar_content(run: Run, bar: rules.Bar) -> dict[str, object]:
    """What is signed: the bar, the run and the baseline it is for."""
    return {
        "run": str(run.uid),
        "batch_id": run.batch_id,
        "baseline": run.baseline.digest,
        **{name: getattr(bar, name) for name in _BAR_FIELDS},
        "capabilities": [
            {"characteristic": c.characteristic, "minimum": c.minimum} for c in bar.capabilities
        ],
    }


def _locked(row: Bar, content_digest: str, bar: rules.Bar) -> BarLocked:
    return BarLocked(row.run_id, row.uid, row.locked_at, content_digest, rules.bar_warnings(bar))
