"""The change between the two pilot batches: skim, ramp and jig, ordered before they are frozen."""

from datetime import datetime, timedelta

from firstoff.rules.access import Actor
from firstoff.services import access, change, plan
from firstoff.services.demo.guide import PASSWORD


def freeze_by_order(program: int, eli: Actor, ada: Actor, at: datetime) -> None:
    """Asked for, assessed, approved by signature, frozen, in force: from the second batch on."""
    asked = change.request(
        program_id=program,
        title="Relief skim, slower glaze ramp, assembly jig",
        reason="3 of 20 lids did not seat, 2 of 20 had pinholes; 11 minutes a unit on the line.",
        items=[change.Changed("CC-1", "C", "C", "Plan 2 in place of plan 1")],
        by=eli,
        at=at,
    )
    change.assess(
        program_id=program,
        number=asked.number,
        effectivity="run",
        effective_from="CC1-P2",
        by=eli,
        at=at + timedelta(minutes=20),
    )
    change.approve(
        program_id=program,
        number=asked.number,
        confirmed=access.confirm(ada, PASSWORD, at + timedelta(minutes=40)),
        by=ada,
        at=at + timedelta(minutes=40),
    )
    plan.freeze_baseline(program_id=program, by=eli, at=at + timedelta(hours=1))
    change.put_in_force(
        program_id=program, number=asked.number, by=eli, at=at + timedelta(hours=1)
    )
