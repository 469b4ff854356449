"""Whole batches of the crock, built through the services, for tests that decide on them."""

from dataclasses import dataclass, replace
from datetime import timedelta
from decimal import Decimal
from typing import Any
from uuid import uuid4

from firstoff.rules.execution import Bar, BarCapability
from firstoff.terms import RunVerdict
from tests.conftest import NOW, PASSWORD
from tests.making import MINUTE, Pilot, judge, lock, make_pilot, pass_first_article, start

SMALL = Bar(
    sample=4,
    max_rejects=1,
    commits=1000,
    max_mean_minutes=Decimal(6),
    bad_unit_cost=Decimal("61.40"),
    batch_cost=Decimal(1640),
    delay_days=7,
    delay_day_cost=Decimal(0),
)
WEEK = timedelta(days=7)


@dataclass(frozen=True)
class Batch:
    """A batch that was built; ``ended`` is when its last unit was judged."""

    pilot: Pilot
    ended: Any


def build(
    world: Any,
    pilot: Pilot,
    *,
    rejects: int = 0,
    units: int = 4,
    at: Any = NOW,
    cause_class: str = "process",
    cause: str = "The faces foul.",
    first: int = 1,
    clearance: bool = False,
) -> Batch:
    """Build and judge the units of a batch; the last ``rejects`` of them fail for fit.

    first: the number it begins with; clearance: the lid's clearance is measured on each.
    """
    from firstoff.services import nonconformity
    from firstoff.services.execution import PostedDefect

    moment = at
    for number in range(first, first + units):
        moment = at + 20 * number * MINUTE
        start(world, pilot, number, at=moment)
        if number == 1:
            pass_first_article(world, pilot, at=moment + MINUTE)
        given: dict[str, Any] = {"at": moment + 10 * MINUTE}
        if clearance:
            measured(world, pilot, number, at=moment + 10 * MINUTE)
            continue
        if number >= first + units - rejects:
            given |= {"fit": "fail", "defects": [PostedDefect(code="D-101")]}
        judge(world, pilot, number, **given)
    if rejects and cause_class:
        nonconformity.record_cause(
            run_id=pilot.run_id,
            code="D-101",
            cause_class=cause_class,
            cause=cause,
            by=world.ivy,
            at=moment + 10 * MINUTE,
        )
    return Batch(pilot, moment + 10 * MINUTE)


def first_batch(world: Any, *, rejects: int = 3, **given: Any) -> Batch:
    """Batch 1: over its bar of 1 in 4, unless told."""
    return build(world, make_pilot(world, bar=SMALL), rejects=rejects, **given)


def measured(world: Any, pilot: Pilot, number: int, *, at: Any) -> None:
    """A good unit with its lid clearance: 0.55 to 0.64 mm, in limits of 0.30 to 0.90."""
    from firstoff.services import execution
    from firstoff.services.execution import PostedMeasure, PostedUnit

    value = Decimal("0.55") + Decimal("0.03") * (number % 4)
    execution.record_units(
        run_id=pilot.run_id,
        records=[
            PostedUnit(
                serial=f"{pilot.batch_id}-{number:03}",
                uid=uuid4(),
                fit="pass",
                finish="pass",
                function="pass",
                build_seconds=Decimal(300),
                measures=(PostedMeasure("1", value),),
            )
        ],
        by=world.ben,
        at=at,
    )


def decide(
    world: Any, run_id: int, decision: RunVerdict, *, at: Any = NOW + WEEK, **given: Any
) -> Any:
    from firstoff.services import evidence

    values = {"by": world.ada, "password": PASSWORD, "at": at, **given}
    return evidence.decide_run(run_id=run_id, decision=decision, **values)


def hold(world: Any, run_id: int, **given: Any) -> Any:
    return decide(world, run_id, RunVerdict.HOLD, **given)


def sign_off(world: Any, run_id: int, **given: Any) -> Any:
    return decide(world, run_id, RunVerdict.SIGN_OFF, **given)


def act(world: Any, run_id: int, *, at: Any, against: str = "D-101", force: bool = True) -> Any:
    """An action against a code of a batch, in force at once unless told."""
    from firstoff.services import nonconformity

    action = nonconformity.propose_action(
        run_id=run_id,
        against=against,
        cause_class="process",
        what="Relief skim on the lid mating face",
        by=world.eli,
        at=at,
    )
    if force:
        nonconformity.put_action_in_force(
            action_id=action.id, evidence="Ten lids measured.", by=world.eli, at=at
        )
    return action


def repeat(world: Any, run_id: int, *, at: Any, bar: Bar = SMALL) -> Pilot:
    """The repeat batch of a run, its bar locked."""
    from firstoff.services import execution

    made = execution.repeat_run(run_id=run_id, by=world.eli, at=at)
    lock(world, made.id, bar, at=at)
    return Pilot(0, 0, made.id, made.batch_id)


def second_batch(world: Any, *, rejects: int = 1, **given: Any) -> tuple[Batch, Batch]:
    """Batch 1 held, an action in force, and batch 2, built a week later."""
    before = first_batch(world)
    hold(world, before.pilot.run_id, at=before.ended)
    act(world, before.pilot.run_id, at=before.ended + timedelta(hours=1))
    later = NOW + WEEK
    after = repeat(world, before.pilot.run_id, at=later)
    return before, build(world, after, rejects=rejects, at=later, **given)


def bar_of(**changes: Any) -> Bar:
    return replace(SMALL, **changes)


def measured_bar() -> Bar:
    """The small bar, asking for the capability of the lid clearance too."""
    return bar_of(capabilities=(BarCapability("1", Decimal("0.50")),))
