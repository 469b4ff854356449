"""Many records at once: all or none, or each for itself; posted again, stored once."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from firstoff.db.models import Defect, Judgement, LedgerEntry, OperationRecord, TestRecord, Unit
from firstoff.errors import InvalidInput, Refused
from firstoff.queries.execution.facts import run_facts
from firstoff.queries.ledger import verify
from firstoff.rules.execution import Reading
from firstoff.services import execution
from firstoff.services.evidence import decide_run
from firstoff.services.execution import PostedDefect, PostedMeasure, PostedStep, PostedUnit
from firstoff.terms import Attempt
from tests.conftest import NOW, PASSWORD
from tests.making import MINUTE, judge, make_pilot, opened_pilot

LATER = NOW + timedelta(days=1)


def good(number: int, **given: Any) -> PostedUnit:
    start = NOW + number * 10 * MINUTE
    values = {
        "started_at": start,
        "judged_at": start + 6 * MINUTE,
        "fit": "pass",
        "finish": "pass",
        "function": "pass",
        "build_seconds": Decimal(300),
        "uid": uuid4(),
        **given,
    }
    return PostedUnit(serial=values.pop("serial", f"CC1-P1-{number:03}"), **values)


def post(world: Any, pilot: Any, records: list[PostedUnit], **given: Any) -> Any:
    values = {"by": world.ben, "at": LATER, **given}
    return execution.record_units(run_id=pilot.run_id, records=records, **values)


def test_a_whole_batch_is_posted_in_one_go(world: Any) -> None:
    pilot = opened_pilot(world)
    records = [good(n) for n in range(2, 21)]
    records[3] = good(5, fit="", defects=(PostedDefect("D-101", "rocks"),))
    answer = post(world, pilot, records)
    sample = Reading(run_facts([pilot.run_id])[0]).sample
    assert (answer.count("stored"), Unit.objects.count(), Defect.objects.get().note) == (
        19,
        20,
        "rocks",
    )
    assert [s.first for s in sample[:6]] == [
        "pending",
        "good",
        "good",
        "good",
        "reject",
        "good",
    ]
    assert verify().broken is None


def test_posted_again_everything_is_stored_already_and_the_ledger_is_silent(world: Any) -> None:
    pilot = opened_pilot(world)
    records = [good(n) for n in range(2, 6)]
    post(world, pilot, records)
    entries = LedgerEntry.objects.count()
    again = post(world, pilot, records)
    assert (again.count("already"), LedgerEntry.objects.count(), Unit.objects.count()) == (
        4,
        entries,
        5,
    )


def test_one_record_that_cannot_be_taken_stops_all_of_them(world: Any) -> None:
    pilot = opened_pilot(world)
    records = [good(2), good(3, fit="fail"), good(4, equipment="NOPE")]
    with pytest.raises(Refused) as refused:
        post(world, pilot, records)
    error = refused.value
    assert (error.code, error.message) == (
        "records-refused",
        "2 of 3 records cannot be taken, and nothing was recorded. The first is record 2, "
        "CC1-P1-003: CC1-P1-003 fails fit without a defect code.",
    )
    assert [(r["serial"], r["code"]) for r in error.details["records"]] == [
        ("CC1-P1-003", "R-34"),
        ("CC1-P1-004", "invalid-input"),
    ]
    assert Unit.objects.count() == 1


def test_best_effort_takes_what_it_can_and_answers_for_each(world: Any) -> None:
    pilot = opened_pilot(world)
    records = [good(2), good(3, fit="fail"), good(1), good(4, started_at=NOW - MINUTE)]
    answer = post(world, pilot, records, mode="best_effort")
    assert [(a.serial, a.state, a.code) for a in answer.answers] == [
        ("CC1-P1-002", "stored", ""),
        ("CC1-P1-003", "refused", "R-34"),
        ("CC1-P1-001", "stored", ""),
        ("CC1-P1-004", "refused", "R-31"),
    ]
    assert sorted(Unit.objects.values_list("serial", flat=True)) == ["CC1-P1-001", "CC1-P1-002"]


def test_the_same_rules_hold_as_one_by_one(world: Any) -> None:
    pilot = make_pilot(world, bar=None)
    answer = post(world, pilot, [good(1)], mode="best_effort")
    assert answer.answers[0].message == "CC1-P1 has no locked bar, so no unit may be started."


def test_the_first_article_gates_a_post_too(world: Any) -> None:
    pilot = make_pilot(world)
    answer = post(world, pilot, [good(1), good(2)], mode="best_effort")
    assert [(a.state, a.code) for a in answer.answers] == [("stored", ""), ("refused", "R-35")]


def test_units_are_numbered_in_the_order_they_were_started(world: Any) -> None:
    pilot = opened_pilot(world)
    post(world, pilot, [good(4), good(2), good(3)])
    order = Unit.objects.order_by("position").values_list("serial", flat=True)
    assert list(order) == ["CC1-P1-001", "CC1-P1-002", "CC1-P1-003", "CC1-P1-004"]


def test_retests_come_after_first_results_whatever_their_place(world: Any) -> None:
    pilot = opened_pilot(world)
    retest = good(2, attempt=Attempt.RETEST, started_at=None, judged_at=LATER, build_seconds=None)
    failed = good(2, fit="", defects=(PostedDefect("D-101"),))
    post(world, pilot, [retest, failed])
    state = Reading(run_facts([pilot.run_id])[0]).sample[1]
    assert (state.first, state.final) == ("reject", "good")


def test_a_record_id_with_another_content_is_refused(world: Any) -> None:
    pilot = opened_pilot(world)
    uid = uuid4()
    post(world, pilot, [good(2, uid=uid)])
    answer = post(world, pilot, [good(2, uid=uid, finish="fail")], mode="best_effort")
    other = post(world, pilot, [good(3, uid=uid)], mode="best_effort")
    assert [(a.state, a.code) for a in (*answer.answers, *other.answers)] == [
        ("refused", "R-36"),
        ("refused", "R-36"),
    ]


def test_without_a_record_id_the_same_result_is_known_by_its_content(world: Any) -> None:
    pilot = opened_pilot(world)
    post(world, pilot, [good(2, uid=None)])
    answer = post(
        world, pilot, [good(2, uid=None), good(2, uid=None, fit="fail")], mode="best_effort"
    )
    assert [(a.state, a.code) for a in answer.answers] == [("already", ""), ("refused", "R-34")]


def test_one_post_holds_each_record_once(world: Any) -> None:
    pilot = opened_pilot(world)
    record = good(2)
    answer = post(world, pilot, [record, record])
    assert [a.state for a in answer.answers] == ["stored", "already"]


def test_steps_and_values_come_along(world: Any) -> None:
    pilot = opened_pilot(world)
    steps = (PostedStep(10, Decimal(60)), PostedStep(20, Decimal(120)), PostedStep(30, Decimal(9)))
    values = (PostedMeasure("1", Decimal("0.61")),)
    post(world, pilot, [good(2, steps=steps, measures=values, note="first of the shift")])
    rows = OperationRecord.objects.order_by("seq").values_list("seq", "outcome")
    assert (list(rows), TestRecord.objects.count()) == (
        [(10, "pass"), (20, "pass"), (30, "pass")],
        1,
    )
    assert '"notes":{"CC1-P1-002":"first of the shift"}' in (
        LedgerEntry.objects.latest("seq").details
    )


def only(number: int, **given: Any) -> PostedUnit:
    """A record of a unit that says nothing about its result."""
    return PostedUnit(serial=f"CC1-P1-{number:03}", **given)


def test_values_of_a_unit_that_is_started_already_are_stored(world: Any) -> None:
    pilot = opened_pilot(world)
    values = only(1, measures=(PostedMeasure("1", Decimal("0.95")),), uid=uuid4())
    first, again = post(world, pilot, [values]), post(world, pilot, [values])
    test = TestRecord.objects.get()
    assert (first.answers[0].state, again.answers[0].state) == ("stored", "already")
    assert (test.unit.serial, test.outcome, test.ended_at) == ("CC1-P1-001", "fail", LATER)
    assert verify().broken is None


def test_a_start_brings_its_values_and_says_so_again(world: Any) -> None:
    pilot = opened_pilot(world)
    record = only(2, started_at=NOW + 5 * MINUTE, measures=(PostedMeasure("1", Decimal("0.61")),))
    states = [post(world, pilot, [record]).answers[0].state for _ in range(2)]
    assert (states, TestRecord.objects.count()) == (["stored", "already"], 1)


def test_operation_times_of_a_unit_that_is_started_already_are_stored(world: Any) -> None:
    pilot = opened_pilot(world)
    first = only(1, steps=(PostedStep(10, Decimal(60)),))
    whole = only(1, steps=(PostedStep(10, Decimal(60)), PostedStep(20, Decimal("90.5"))))
    states = [post(world, pilot, [r]).answers[0].state for r in (first, whole, whole)]
    rows = OperationRecord.objects.order_by("seq").values_list("seq", "began_at", "ended_at")
    start = Unit.objects.get().started_at
    assert states == ["stored", "stored", "already"]
    assert [
        (seq, (b - start).total_seconds(), (e - start).total_seconds()) for seq, b, e in rows
    ] == [
        (10, 0, 60),
        (20, 60, 150.5),
    ]


def test_an_operation_is_not_stored_with_another_time(world: Any) -> None:
    pilot = opened_pilot(world)
    post(world, pilot, [only(1, steps=(PostedStep(10, Decimal(60)),))])
    answer = post(
        world, pilot, [only(1, steps=(PostedStep(10, Decimal(75)),))], mode="best_effort"
    )
    assert (answer.answers[0].code, answer.answers[0].message) == (
        "R-36",
        "Operation 10 of CC1-P1-001 is recorded already with 60\u00a0s, not 75\u00a0s.",
    )


def test_operation_times_come_too_late_for_a_decided_batch(world: Any) -> None:
    pilot = opened_pilot(world)
    judge(world, pilot, 1)
    decide_run(
        run_id=pilot.run_id,
        decision="hold",
        reason="A try.",
        password=PASSWORD,
        by=world.ada,
        at=LATER,
    )
    answer = post(
        world, pilot, [only(1, steps=(PostedStep(10, Decimal(60)),))], mode="best_effort"
    )
    assert answer.answers[0].message == (
        "CC1-P1 was held by Ada Okafor; its first results are closed."
    )


def test_a_longer_log_adds_the_values_that_came_later(world: Any) -> None:
    pilot = opened_pilot(world)
    bare = good(2, uid=None)
    post(world, pilot, [bare])
    longer = replace(bare, measures=(PostedMeasure("1", Decimal("0.61")),))
    states = [post(world, pilot, [longer]).answers[0].state for _ in range(2)]
    assert (states, Judgement.objects.count(), TestRecord.objects.count()) == (
        ["stored", "already"],
        1,
        1,
    )


def test_a_retest_brings_its_values(world: Any) -> None:
    pilot = opened_pilot(world)
    over, under = ((PostedMeasure("1", Decimal(v)),) for v in ("0.95", "0.61"))
    failed = good(2, fit="", defects=(PostedDefect("D-101"),), measures=over)
    retest = good(
        2,
        attempt=Attempt.RETEST,
        started_at=None,
        judged_at=LATER,
        build_seconds=None,
        measures=under,
    )
    post(world, pilot, [failed, retest])
    again = post(world, pilot, [failed, retest])
    tests = TestRecord.objects.order_by("pk").values_list("outcome", "ended_at")
    assert (list(tests), again.count("already")) == (
        [("fail", failed.judged_at), ("pass", LATER)],
        2,
    )


def test_values_of_a_retest_alone_are_stored_beside_the_first_result(world: Any) -> None:
    pilot = opened_pilot(world)
    post(world, pilot, [good(2)])
    values = only(2, attempt=Attempt.RETEST, measures=(PostedMeasure("1", Decimal("0.61")),))
    post(world, pilot, [values])
    assert (TestRecord.objects.count(), Judgement.objects.count()) == (1, 1)


def test_a_record_id_does_not_stand_for_other_values(world: Any) -> None:
    pilot = opened_pilot(world)
    record = good(2, measures=(PostedMeasure("1", Decimal("0.61")),))
    post(world, pilot, [record])
    other = replace(record, measures=(PostedMeasure("1", Decimal("0.62")),))
    later = replace(record, steps=(PostedStep(10, Decimal(60)),))
    answer = post(world, pilot, [other, later], mode="best_effort")
    assert [(a.code, a.message) for a in answer.answers] == [
        ("R-36", f"The record {record.uid} is stored already with other values."),
        ("R-36", f"The record {record.uid} is stored already without operation 10."),
    ]


def test_a_value_out_of_limits_contradicts_a_good_unit(world: Any) -> None:
    pilot = opened_pilot(world)
    bad = (PostedMeasure("1", Decimal("0.95")),)
    answer = post(world, pilot, [good(2, measures=bad)], mode="best_effort")
    assert answer.answers[0].message == (
        "1 Lid clearance: 0.95 mm is over 0.90 mm; pass is not possible."
    )


def test_a_refused_record_leaves_no_trace_in_what_follows(world: Any) -> None:
    pilot = opened_pilot(world)
    wrong = (PostedStep(10, Decimal(60)), PostedStep(30, Decimal(60)))
    answer = post(world, pilot, [good(2, steps=wrong), good(3)], mode="best_effort")
    assert [a.state for a in answer.answers] == ["refused", "stored"]
    assert Unit.objects.get(serial="CC1-P1-003").position == 2


@pytest.mark.parametrize("count", [0, 10_001])
def test_a_post_has_1_to_10000_records(world: Any, count: int) -> None:
    pilot = opened_pilot(world)
    with pytest.raises(InvalidInput, match="expected 1 to 10,000"):
        post(world, pilot, [good(2)] * count)


def test_the_number_of_statements_does_not_grow_with_the_records(world: Any) -> None:
    pilot = opened_pilot(world)

    def statements(numbers: range) -> int:
        with CaptureQueriesContext(connection) as seen:
            post(world, pilot, [good(n) for n in numbers])
        return len(seen)

    assert statements(range(2, 3)) == statements(range(3, 43))


def test_ten_thousand_are_taken_at_once(world: Any) -> None:
    pilot = opened_pilot(world)
    second = timedelta(seconds=1)
    records = [good(n, started_at=NOW + n * second, judged_at=LATER) for n in range(2, 10_002)]
    assert post(world, pilot, records).count("stored") == 10_000
    assert Judgement.objects.count() == 10_000
