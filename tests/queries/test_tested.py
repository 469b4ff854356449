"""A test that failed stands against a unit counted good, until somebody answers it."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from firstoff.errors import Refused
from firstoff.queries import ledger
from firstoff.queries.evidence.pilot import evidence_now, run_at, run_evidence
from firstoff.queries.evidence.verdict import assessed, forget
from firstoff.services import execution
from firstoff.services.execution import PostedDefect, PostedMeasure, PostedUnit
from firstoff.terms import Attempt, RunVerdict, Verdict
from tests.conftest import PASSWORD
from tests.deciding import Batch, build, decide, first_batch, measured_bar
from tests.making import MINUTE, make_pilot

GLAZE = "2"


def post(world: Any, batch: Batch, at: Any, **given: Any) -> None:
    """A record of unit 2, at a moment after the batch."""
    execution.record_units(
        run_id=batch.pilot.run_id,
        records=[PostedUnit(serial="CC1-P1-002", **given)],
        by=world.ben,
        at=at,
    )


def measure(world: Any, batch: Batch, value: str, minute: int, number: str = "1") -> None:
    when = batch.ended + minute * MINUTE
    values = (
        PostedMeasure(number, None, value)
        if number == GLAZE
        else PostedMeasure(number, Decimal(value)),
    )
    post(world, batch, when, judged_at=when, measures=values)


@pytest.fixture
def batch(world: Any) -> Batch:
    """A batch without rejects, whose second unit failed a test afterwards."""
    made = first_batch(world, rejects=0)
    measure(world, made, "0.95", 10)
    return made


def finding(world: Any, batch: Batch) -> Any:
    return assessed(world.ada, batch.pilot.run_id).verdict.finding("no_failed_test_counted_good")


def test_a_run_without_tests_is_not_asked_for_them(world: Any) -> None:
    made = first_batch(world, rejects=0)
    assert finding(world, made) is None


def test_a_unit_counted_good_against_a_failed_test_stops_the_sign_off(
    world: Any, batch: Batch
) -> None:
    found = assessed(world.ada, batch.pilot.run_id).verdict
    line = found.finding("no_failed_test_counted_good")
    assert (found.verdict, line.verdict, line.figure) == (
        RunVerdict.HOLD,
        Verdict.NOT_MET,
        "1",
    )
    assert line.sentence.startswith("CC1-P1-002 is judged good, and failed the test “Measured")
    assert line.records[0].label == "CC1-P1-002"
    assert found.yields.first_good == 4
    with pytest.raises(Refused, match="units good against a failed test 1"):
        decide(world, batch.pilot.run_id, RunVerdict.SIGN_OFF)


def test_a_later_pass_of_the_same_test_answers_it(world: Any, batch: Batch) -> None:
    measure(world, batch, "0.61", 20)
    assert finding(world, batch).sentence == (
        "No unit is judged good against a test that it failed; 1 of 4 counting units have a test "
        "record."
    )


@pytest.mark.parametrize(("value", "minute", "number"), [("0.61", 5, "1"), ("pass", 20, GLAZE)])
def test_an_earlier_pass_or_one_of_another_test_does_not(
    world: Any, batch: Batch, value: str, minute: int, number: str
) -> None:
    measure(world, batch, value, minute, number)
    assert finding(world, batch).verdict is Verdict.NOT_MET


def test_a_retest_that_passed_answers_it(world: Any, batch: Batch) -> None:
    at = batch.ended + 30 * MINUTE
    post(world, batch, at, attempt=Attempt.RETEST, judged_at=at, function="pass")
    assert finding(world, batch).verdict is Verdict.MET


def test_a_corrected_result_answers_it(world: Any, batch: Batch) -> None:
    from firstoff.db.models import Judgement

    row = Judgement.objects.get(unit__serial="CC1-P1-002")
    execution.correct_judgement(
        run_id=batch.pilot.run_id,
        judgement=row.uid,
        reason="The gauge says so.",
        fit="fail",
        defects=(PostedDefect("D-101"),),
        password=PASSWORD,
        by=world.ada,
        at=batch.ended + timedelta(days=1),
    )
    assert finding(world, batch).verdict is Verdict.MET


def test_a_reject_that_failed_its_test_is_no_contradiction(world: Any) -> None:
    made = build(world, make_pilot(world, bar=measured_bar()), clearance=True)
    at = made.ended + 10 * MINUTE
    execution.record_units(
        run_id=made.pilot.run_id,
        records=[
            PostedUnit(
                serial="CC1-P1-005",
                defects=(PostedDefect("D-101"),),
                measures=(PostedMeasure("1", Decimal("0.95")),),
            )
        ],
        by=world.ben,
        at=at,
    )
    assert finding(world, made).verdict is Verdict.MET


def test_tests_are_read_on_as_they_are_read_anew(world: Any, batch: Batch) -> None:
    forget()
    run = run_at(world.ada, batch.pilot.run_id)
    for value, minute in (("0.61", 20), ("0.96", 30), ("0.62", 25), ("0.63", 40)):
        (before,) = evidence_now([run], upto=ledger.version(batch.pilot.program_id))
        measure(world, batch, value, minute)
        (on,) = evidence_now([run], upto=ledger.version(batch.pilot.program_id))
        assert on.tests == run_evidence(run).tests
        assert on.tests != before.tests or value == "0.62"
    assert (len(on.tests.tested), on.tests.failed) == (1, ())
