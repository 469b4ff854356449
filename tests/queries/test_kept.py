"""A run that is read on says what a run read anew says."""

from decimal import Decimal
from typing import Any

import pytest
from django.db import transaction

from firstoff.queries import ledger
from firstoff.queries.evidence.pilot import evidence_now, run_at, run_evidence
from firstoff.queries.execution import kept
from firstoff.queries.execution.facts import run_facts
from firstoff.services import access, execution, nonconformity
from firstoff.services.execution import PostedDefect, PostedMeasure
from tests.conftest import NOW
from tests.deciding import measured_bar
from tests.making import MINUTE, Pilot, judge, make_pilot, opened_pilot, start

LATER = NOW + 200 * MINUTE


def read_on(pilot: Pilot) -> Any:
    (found,) = kept.readings([pilot.run_id], upto=ledger.version(pilot.program_id))
    return found.run


def anew(pilot: Pilot) -> Any:
    return run_facts([pilot.run_id])[0]


def leave_out(world: Any, pilot: Pilot) -> None:
    execution.leave_out_unit(
        run_id=pilot.run_id,
        serial=f"{pilot.batch_id}-002",
        reason="Prototype clay.",
        by=world.ben,
        at=LATER,
    )


def reject(world: Any, pilot: Pilot) -> None:
    judge(world, pilot, 2, fit="fail", defects=(PostedDefect("D-101"),))


def find_cause(world: Any, pilot: Pilot) -> None:
    nonconformity.record_cause(
        run_id=pilot.run_id,
        code="D-101",
        cause_class="process",
        cause="The clamp lets go.",
        by=world.ivy,
        at=LATER,
    )


def operate(world: Any, pilot: Pilot) -> None:
    execution.record_operation(
        run_id=pilot.run_id,
        serial=f"{pilot.batch_id}-001",
        seq=10,
        began_at=NOW + 3 * MINUTE,
        ended_at=NOW + 5 * MINUTE,
        outcome="pass",
        by=world.ben,
        at=LATER,
    )


def rename(world: Any, pilot: Pilot) -> None:
    access.update_person(
        site_id=world.site.pk, username="ben", name="Ben Tams-Lee", by=world.adam, at=LATER
    )
    start(world, pilot, 3, at=LATER)


def test_what_is_read_on_is_what_is_read_anew(world: Any) -> None:
    pilot = opened_pilot(world)
    assert read_on(pilot) == anew(pilot)
    start(world, pilot, 2)
    for record in (leave_out, operate, reject, find_cause, rename):
        record(world, pilot)
        assert read_on(pilot) == anew(pilot), record.__name__
    assert [u.operator for u in read_on(pilot).units] == ["Ben Tams-Lee"] * 3


def test_what_was_rolled_back_is_not_kept(world: Any) -> None:
    pilot = opened_pilot(world)
    before = read_on(pilot)

    def interrupted() -> None:
        with transaction.atomic():
            start(world, pilot, 2)
            assert len(read_on(pilot).units) == 2
            raise InterruptedError

    with pytest.raises(InterruptedError):
        interrupted()
    start(world, pilot, 3)
    assert [u.serial for u in read_on(pilot).units] == [
        *(u.serial for u in before.units),
        f"{pilot.batch_id}-003",
    ]
    assert read_on(pilot) == anew(pilot)


def test_several_runs_are_read_on_together(world: Any) -> None:
    first = opened_pilot(world)
    later = make_pilot(world, at=NOW + MINUTE, kind="sample", batch_id="S-1")
    upto = ledger.version(first.program_id)
    kept.readings([first.run_id], upto=upto)
    start(world, later, 1, serial="S-1-001", at=LATER)
    start(world, first, 2)
    upto = ledger.version(first.program_id)
    found = kept.readings([later.run_id, first.run_id], upto=upto)
    assert [r.run for r in found] == list(run_facts([later.run_id, first.run_id]))


def test_a_run_as_it_stood_earlier_is_not_taken_from_later(world: Any) -> None:
    pilot = opened_pilot(world)
    then = ledger.version(pilot.program_id)
    start(world, pilot, 2)
    assert len(read_on(pilot).units) == 2
    (found,) = kept.readings([pilot.run_id], upto=then)
    assert len(found.run.units) == 1


def measure(world: Any, pilot: Pilot, number: int, value: str, *, minute: int) -> None:
    """Unit ``number`` measured at a minute, recorded when the batch was over."""
    began = NOW + minute * MINUTE
    execution.record_operation(
        run_id=pilot.run_id,
        serial=f"{pilot.batch_id}-{number:03}",
        seq=20,
        began_at=began,
        ended_at=began + MINUTE,
        outcome="pass",
        measures=(PostedMeasure("1", Decimal(value)),),
        by=world.ben,
        at=LATER,
    )


def test_measurements_are_read_on_in_the_order_measured(world: Any) -> None:
    pilot = opened_pilot(world, bar=measured_bar())
    operate(world, pilot)
    for number in (2, 3):
        start(world, pilot, number)
        done = NOW + (5 + number) * MINUTE
        execution.record_operation(
            run_id=pilot.run_id,
            serial=f"{pilot.batch_id}-{number:03}",
            seq=10,
            began_at=done,
            ended_at=done,
            outcome="pass",
            by=world.ben,
            at=LATER,
        )
    run = run_at(world.ada, pilot.run_id)
    for number, value, minute in ((1, "0.61", 30), (3, "0.63", 60), (2, "0.62", 50)):
        measure(world, pilot, number, value, minute=minute)
        (on,) = evidence_now([run], upto=ledger.version(pilot.program_id))
        assert on.measurements == run_evidence(run).measurements
    assert [m.value for m in on.measurements["1"]] == [0.61, 0.62, 0.63]
