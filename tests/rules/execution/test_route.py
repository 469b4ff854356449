"""What the line refuses, each with what is missing and who can lift it."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest

from firstoff.errors import InvalidInput, Refused
from firstoff.rules.execution import (
    DecisionFacts,
    EquipmentFacts,
    FirstArticleFacts,
    KnownSerial,
    PlanOperation,
    RouteFacts,
    StartFacts,
    TrainingFacts,
    check_recorded_time,
    enforce,
    equipment_refusals,
    exclusion_refusals,
    judgement_refusals,
    measurement_refusals,
    next_operation,
    route_refusals,
    start_refusals,
    training_refusals,
)
from firstoff.terms import RunVerdict

LIMITS = {"lower": Decimal("0.30"), "upper": Decimal("0.90")}
LOCKED = datetime(2026, 5, 8, 15, 20, tzinfo=UTC)
AT = datetime(2026, 5, 11, 7, 23, tzinfo=UTC)
DAY = date(2026, 5, 11)
START = StartFacts("CC1-P1", "CC1-P1-002", AT, LOCKED, counts=True, counting_started=0)
ARTICLE = FirstArticleFacts("fa", "CC1-P1-001", True, 38, 38, AT)
HELD = DecisionFacts(RunVerdict.HOLD, "Ada", AT)


def messages(refusals):
    return [(r.code, r.message) for r in refusals]


def test_the_first_unit_may_start_once_the_bar_is_locked():
    assert start_refusals(START) == ()


def test_no_unit_starts_before_the_bar_is_locked():
    found = start_refusals(replace(START, bar_locked_at=None))
    assert messages(found) == [("R-31", "CC1-P1 has no locked bar, so no unit may be started.")]


def test_a_unit_said_to_be_started_before_the_lock_is_refused():
    found = start_refusals(replace(START, started_at=LOCKED - timedelta(minutes=1)))
    assert messages(found) == [
        (
            "R-31",
            "CC1-P1-002 was started 2026-05-08 15:19, before the bar of CC1-P1 was locked "
            "(2026-05-08 15:20).",
        )
    ]


def test_a_decided_batch_takes_no_more_units():
    found = start_refusals(replace(START, decision=HELD))
    assert messages(found) == [
        ("R-40", "CC1-P1 was held by Ada at 2026-05-11 07:23; it takes no more units.")
    ]


def test_a_reworked_unit_of_an_earlier_batch_cannot_pose_as_a_fresh_one():
    facts = replace(START, known=KnownSerial("CC1-003", "CC1-P1", "rejected"), batch_id="CC1-P2")
    with pytest.raises(Refused) as error:
        enforce(start_refusals(facts))
    assert error.value.code == "R-41"
    assert str(error.value) == (
        "CC1-003 was built in batch CC1-P1 (rejected). "
        "A repeat batch is made of fresh units; rework does not make one."
    )


def test_a_serial_started_in_this_batch_is_not_started_again():
    found = start_refusals(replace(START, known=KnownSerial("CC1-P1-002", "CC1-P1")))
    assert messages(found) == [("R-36", "CC1-P1-002 is already started in CC1-P1.")]


def test_the_second_counting_unit_waits_for_the_first_article():
    found = start_refusals(replace(START, counting_started=1))
    assert messages(found) == [
        (
            "R-35",
            "The first article of CC1-P1 is not inspected yet; it gates the rest of the batch.",
        )
    ]
    assert start_refusals(replace(START, counting_started=1, first_article=ARTICLE)) == ()


def test_a_failed_first_article_gates_the_batch_too():
    failed = replace(ARTICLE, passed=False, conforming=36)
    (found,) = start_refusals(replace(START, counting_started=1, first_article=failed))
    assert found.message == (
        "The first article of CC1-P1, CC1-P1-001, failed: 36 of 38 characteristics conform."
    )


def test_a_unit_that_does_not_count_needs_no_first_article():
    assert start_refusals(replace(START, counting_started=1, counts=False)) == ()


def test_a_signature_lifts_the_first_article_for_one_serial_only():
    waiting = replace(START, counting_started=1)
    lifted = frozenset({("first-article", "CC1-P1-002")})
    assert start_refusals(replace(waiting, lifted=lifted)) == ()
    assert start_refusals(replace(waiting, serial="CC1-P1-003", lifted=lifted)) != ()


def test_no_signature_lifts_the_bar_the_decision_or_the_fresh_batch():
    for change in (
        {"bar_locked_at": None},
        {"decision": HELD},
        {"known": KnownSerial("CC1-003", "CC1-P0", "rejected")},
    ):
        assert [r.lift for r in start_refusals(replace(START, **change))] == [""]


OPERATIONS = (
    PlanOperation(10, "Throw the body"),
    PlanOperation(30, "Skim the lid face"),
    PlanOperation(40, "Seat the lid"),
)
ROUTE = RouteFacts("CC1-P2-007", OPERATIONS, 40)


def test_an_operation_may_not_come_before_the_ones_it_depends_on():
    (found,) = route_refusals(replace(ROUTE, done={(1, 10): "pass"}))
    assert found.code == "R-35"
    assert found.message == (
        "CC1-P2-007 has no record of operation 30, Skim the lid face. "
        "Operation 40 may not come before it."
    )
    assert found.way_out == (
        "Take it back to operation 30. A quality manager can release it by signature, with a "
        "reason."
    )


def test_the_next_operation_in_turn_is_allowed():
    assert route_refusals(replace(ROUTE, done={(1, 10): "pass", (1, 30): "pass"})) == ()


def test_a_failed_unit_goes_no_further():
    (found,) = route_refusals(replace(ROUTE, done={(1, 10): "pass", (1, 30): "fail"}))
    assert found.message == (
        "CC1-P2-007 failed operation 30, Skim the lid face; operation 40 may not follow: a failed "
        "unit goes no further."
    )


def test_an_operation_recorded_already_is_not_recorded_again():
    (found,) = route_refusals(replace(ROUTE, seq=10, done={(1, 10): "pass"}))
    assert found.code == "R-36"


def test_rework_begins_where_the_work_is_done_again():
    done = {(1, 10): "pass", (1, 30): "fail"}
    assert route_refusals(replace(ROUTE, seq=30, attempt=2, done=done)) == ()
    after = {**done, (2, 30): "pass"}
    assert route_refusals(replace(ROUTE, seq=40, attempt=2, done=after)) == ()


def test_rework_may_not_jump_over_what_failed():
    done = {(1, 10): "pass", (1, 30): "fail"}
    (found,) = route_refusals(replace(ROUTE, seq=40, attempt=2, done=done))
    assert found.message.startswith("CC1-P2-007 has no record of operation 30")


def test_a_release_lifts_the_order_for_one_serial():
    facts = replace(ROUTE, done={}, lifted=frozenset({("order", "CC1-P2-007")}))
    assert route_refusals(facts) == ()
    assert route_refusals(replace(facts, serial="CC1-P2-008")) != ()


def test_an_operation_the_plan_does_not_have_means_nothing():
    with pytest.raises(InvalidInput, match=r"The plan has no operation 45\. It has: 10, 30, 40\."):
        route_refusals(replace(ROUTE, seq=45))


@pytest.mark.parametrize(
    ("done", "attempt", "expected"),
    [
        ({}, 1, 10),
        ({(1, 10): "pass"}, 1, 30),
        ({(1, 10): "pass", (1, 30): "pass", (1, 40): "pass"}, 1, None),
        ({(1, 10): "pass", (1, 30): "fail"}, 2, 30),
        ({(1, 10): "pass", (1, 30): "fail", (2, 30): "pass"}, 2, 40),
    ],
)
def test_the_line_shows_what_comes_next(done, attempt, expected):
    found = next_operation(replace(ROUTE, done=done, attempt=attempt))
    assert (found.seq if found else None) == expected


GAUGE = EquipmentFacts("G-14", "Gap gauge", "production", calibration_due=DAY)


def test_equipment_may_be_used_on_the_day_its_calibration_is_due():
    assert equipment_refusals(GAUGE, on=DAY) == ()


def test_equipment_out_of_calibration_is_refused():
    (found,) = equipment_refusals(GAUGE, on=DAY + timedelta(days=1))
    assert (found.code, found.lift, found.subject) == ("R-35", "equipment", "G-14")
    assert found.message == "The calibration of G-14 Gap gauge was due on 2026-05-11."
    lifted = frozenset({("equipment", "G-14")})
    assert equipment_refusals(GAUGE, on=DAY + timedelta(days=1), lifted=lifted) == ()


def test_retired_equipment_is_refused():
    (found,) = equipment_refusals(replace(GAUGE, retired_at=AT), on=DAY)
    assert found.message == "G-14 Gap gauge was retired on 2026-05-11."


def training(*held: TrainingFacts, skill: str = "lid fitting"):
    return training_refusals(
        skill, held, username="olu", name="Olu", operation="operation 40", on=DAY
    )


def test_a_trained_person_may_do_the_operation():
    held = TrainingFacts("Lid fitting", date(2026, 1, 1), DAY)
    assert training(held) == ()
    assert training(skill="") == ()


def test_a_person_without_the_training_is_refused():
    (found,) = training()
    assert found.message == "Olu has no valid training in lid fitting, which operation 40 needs."
    assert (found.lift, found.subject) == ("training", "olu")


def test_a_training_that_ended_says_when():
    ended = TrainingFacts("lid fitting", date(2025, 1, 1), date(2026, 4, 30))
    later = TrainingFacts("lid fitting", date(2026, 6, 1))
    (found,) = training(ended, later)
    assert found.message.endswith("; it ended on 2026-04-30.")


def test_first_results_end_with_the_decision_and_rework_goes_on():
    assert [r.code for r in judgement_refusals(HELD, batch_id="CC1-P1", attempt=1)] == ["R-40"]
    assert judgement_refusals(HELD, batch_id="CC1-P1", attempt=2) == ()
    assert judgement_refusals(None, batch_id="CC1-P1", attempt=1) == ()


def test_a_judged_unit_can_no_longer_be_left_out():
    (found,) = exclusion_refusals("CC1-P1-003", judged=True)
    assert (found.code, found.way_out) == (
        "R-33",
        "Otherwise rejects could be left out until the batch passes.",
    )
    assert exclusion_refusals("CC1-P1-003", judged=False) == ()


@pytest.mark.parametrize(
    ("value", "message"),
    [
        ("0.95", "Clearance: 0.95 mm is over 0.90 mm; pass is not possible."),
        ("0.290", "Clearance: 0.290 mm is under 0.30 mm; pass is not possible."),
        ("nan", "Clearance: nothing was measured; pass is not possible."),
    ],
)
def test_a_measurement_out_of_limits_cannot_pass(value, message):
    (found,) = measurement_refusals(Decimal(value), **LIMITS, unit="mm", name="Clearance")
    assert found.message == message


@pytest.mark.parametrize("value", ["0.3", "0.900"])
def test_a_measurement_on_the_limit_is_within_it(value):
    assert measurement_refusals(Decimal(value), **LIMITS) == ()


def test_a_station_clock_may_run_five_minutes_ahead():
    ahead = AT + timedelta(minutes=5)
    assert check_recorded_time(ahead, received=AT, what="began_at") == ahead
    with pytest.raises(InvalidInput, match="lies in the future"):
        check_recorded_time(ahead + timedelta(seconds=1), received=AT, what="began_at")


def test_a_time_without_a_zone_means_nothing():
    with pytest.raises(InvalidInput, match="has no time zone"):
        check_recorded_time(datetime(2026, 5, 11, 7, 23), received=AT, what="began_at")  # noqa: DTZ001
