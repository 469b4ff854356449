"""Operations in the order of the route, what they measure, and what they say about the unit."""

from datetime import timedelta
from decimal import Decimal
from typing import Any
from uuid import uuid4

import pytest

from firstoff.db.models import Judgement, OperationRecord, ProcedureRevision, TestRecord
from firstoff.errors import FirstoffError
from firstoff.formats.testdata.packing import read_procedure, unpack
from firstoff.queries.execution.facts import run_facts
from firstoff.rules.execution import Reading
from firstoff.services import execution
from firstoff.services.execution import PostedDefect, PostedMeasure
from tests.conftest import NOW, PASSWORD
from tests.making import MINUTE, judge, opened_pilot, start

LATER = NOW + timedelta(hours=1)
LID = PostedDefect("D-101")


def operate(world: Any, pilot: Any, seq: int, outcome: str = "pass", **given: Any) -> Any:
    """An operation of unit 1, two minutes long, one after the other."""
    began = NOW + (seq + 10) * MINUTE
    values = {"began_at": began, "ended_at": began + 2 * MINUTE, "at": LATER, "by": world.ben}
    serial = given.pop("serial", f"{pilot.batch_id}-001")
    return execution.record_operation(
        run_id=pilot.run_id, serial=serial, seq=seq, outcome=outcome, **{**values, **given}
    )


def refusal(verb: Any, *args: Any, **given: Any) -> tuple[str, str]:
    with pytest.raises(FirstoffError) as refused:
        verb(*args, **given)
    return refused.value.code, refused.value.message


def test_the_last_operation_passed_judges_the_unit_good_and_sums_its_time(world: Any) -> None:
    pilot = opened_pilot(world)
    first = operate(world, pilot, 10)
    operate(world, pilot, 20)
    last = operate(world, pilot, 30)
    assert (first.judged, last.judged.fit, last.judged.finish, last.judged.function) == (
        None,
        "pass",
        "pass",
        "pass",
    )
    assert last.judged.build_seconds == Decimal("360.000")
    assert Reading(run_facts([pilot.run_id])[0]).sample[0].first == "good"


def test_operations_are_recorded_in_their_order(world: Any) -> None:
    pilot = opened_pilot(world)
    assert refusal(operate, world, pilot, 20) == (
        "R-35",
        "CC1-P1-001 has no record of operation 10, Fit the ring. Operation 20 may not come "
        "before it.",
    )
    assert refusal(operate, world, pilot, 15)[1] == "The plan has no operation 15."
    operate(world, pilot, 10)
    assert refusal(operate, world, pilot, 10)[0] == "R-36"


def test_a_failed_unit_goes_no_further_and_is_rejected(world: Any) -> None:
    pilot = opened_pilot(world)
    operate(world, pilot, 10)
    failed = operate(world, pilot, 20, "fail", defects=[LID])
    assert (failed.judged.fit, failed.judged.finish, failed.judged.defects) == (
        "fail",
        "",
        ("D-101",),
    )
    code, message = refusal(operate, world, pilot, 30)
    assert (code, message) == (
        "R-35",
        "CC1-P1-001 failed operation 20, Seat the lid; operation 30 may not follow: a failed "
        "unit goes no further.",
    )


def test_rework_is_the_next_attempt_and_leaves_the_first_result(world: Any) -> None:
    pilot = opened_pilot(world)
    operate(world, pilot, 10)
    operate(world, pilot, 20, "fail", defects=[LID])
    again = operate(world, pilot, 20, rework=True)
    done = operate(world, pilot, 30)
    state = Reading(run_facts([pilot.run_id])[0]).sample[0]
    assert (again.attempt, done.attempt, done.judged.kind, state.first, state.final) == (
        2,
        2,
        "rework",
        "reject",
        "good",
    )


def test_a_unit_released_after_a_fail_goes_on_and_stays_rejected(world: Any) -> None:
    pilot = opened_pilot(world)
    operate(world, pilot, 10)
    operate(world, pilot, 20, "fail", defects=[LID])
    execution.release_route(
        run_id=pilot.run_id,
        lift="failed-unit",
        subject="CC1-P1-001",
        reason="To see whether the label holds.",
        password=PASSWORD,
        by=world.ada,
        at=LATER,
    )
    done = operate(world, pilot, 30)
    state = Reading(run_facts([pilot.run_id])[0]).sample[0]
    assert (done.judged.fit, done.judged.finish, state.first, state.fit) == (
        "",
        "pass",
        "reject",
        "fail",
    )


def test_a_failed_operation_needs_a_defect_and_a_passed_one_has_none(world: Any) -> None:
    pilot = opened_pilot(world)
    assert refusal(operate, world, pilot, 10, "fail")[1] == (
        "A failed operation needs at least one defect code."
    )
    assert refusal(operate, world, pilot, 10, defects=[LID])[1] == (
        "The operation passed and has the defect D-101."
    )
    assert refusal(operate, world, pilot, 10, "maybe")[1] == (
        "The outcome is 'maybe'; expected pass or fail."
    )


def test_pass_is_not_possible_out_of_limits(world: Any) -> None:
    pilot = opened_pilot(world)
    operate(world, pilot, 10)
    over = [PostedMeasure("1", Decimal("0.95"))]
    assert refusal(operate, world, pilot, 20, measures=over) == (
        "R-34",
        "1 Lid clearance: 0.95 mm is over 0.90 mm; pass is not possible.",
    )
    assert OperationRecord.objects.count() == 1
    failed = operate(world, pilot, 20, "fail", measures=over, defects=[LID])
    assert (failed.judged.fit, TestRecord.objects.get().outcome) == ("fail", "fail")


def test_measured_values_are_packed_with_their_limits_and_read_back(world: Any) -> None:
    pilot = opened_pilot(world)
    operate(world, pilot, 10)
    start(world, pilot, 2)
    values = [PostedMeasure("1", Decimal("0.30")), PostedMeasure("2", None, "ok")]
    operate(world, pilot, 20, measures=values)
    operate(world, pilot, 10, serial="CC1-P1-002")
    operate(world, pilot, 20, serial="CC1-P1-002", measures=values)
    assert (ProcedureRevision.objects.count(), TestRecord.objects.count()) == (1, 2)
    record = TestRecord.objects.select_related("procedure").first()
    assert record is not None
    lines = read_procedure(record.procedure.definition).lines
    read = unpack(lines, record.values, record.outcomes, record.extras)
    assert [(r.line.characteristic, r.value, r.text, r.outcome) for r in read] == [
        ("1", 0.3, "0.30", "pass"),
        ("2", None, "ok", "pass"),
    ]
    assert (read[0].line.lower, read[0].line.upper, read[0].line.unit) == (
        Decimal("0.3"),
        Decimal("0.9"),
        "mm",
    )


def test_a_characteristic_is_one_of_the_baseline_once(world: Any) -> None:
    pilot = opened_pilot(world)
    one = PostedMeasure("1", Decimal("0.5"))
    assert refusal(operate, world, pilot, 10, measures=[PostedMeasure("9", Decimal(1))])[1] == (
        "The baseline has no characteristic 9."
    )
    assert refusal(operate, world, pilot, 10, measures=[one, one])[1] == (
        "A characteristic is measured twice in one record."
    )
    nan = PostedMeasure("1", Decimal("NaN"))
    assert refusal(operate, world, pilot, 10, "fail", defects=[LID], measures=[nan])[1] == (
        "1 Lid clearance: NaN is no measured value."
    )


def test_an_operation_posted_twice_is_recorded_once(world: Any) -> None:
    pilot = opened_pilot(world)
    uid = uuid4()
    first = operate(world, pilot, 10, "fail", uid=uid, defects=[LID])
    again = operate(world, pilot, 10, "fail", uid=uid, defects=[LID])
    assert (again.id, again.again, OperationRecord.objects.count()) == (first.id, True, 1)
    assert Judgement.objects.count() == 1
    assert refusal(operate, world, pilot, 10, uid=uid)[0] == "R-36"


def test_an_operation_cannot_undo_a_judgement_made_before_it(world: Any) -> None:
    pilot = opened_pilot(world)
    judge(world, pilot, 1)
    assert refusal(operate, world, pilot, 10, "fail", defects=[LID]) == (
        "R-48",
        "CC1-P1-001 was judged already: fit passed.",
    )


def test_times_have_to_be_possible(world: Any) -> None:
    pilot = opened_pilot(world)
    backwards = {"began_at": NOW + 9 * MINUTE, "ended_at": NOW + 8 * MINUTE}
    assert refusal(operate, world, pilot, 10, **backwards)[1] == (
        "The operation would end before it begins."
    )
    assert refusal(operate, world, pilot, 10, began_at=NOW - MINUTE)[1] == (
        "The operation would begin before CC1-P1-001 was started."
    )
    future = {"began_at": NOW, "ended_at": LATER + timedelta(days=1)}
    assert "lies in the future" in refusal(operate, world, pilot, 10, **future)[1]
