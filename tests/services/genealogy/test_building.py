"""Operations with all that belongs to them; equipment out of calibration or used up."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from firstoff.db.models import (
    Assembly,
    Calibration,
    Consumption,
    Defect,
    Equipment,
    EquipmentUse,
    FloorRecord,
    OperationContext,
    OperationRecord,
    ParameterReading,
    TestRecord,
)
from tests.conftest import NOW
from tests.making import MINUTE, make_pilot, opened_pilot, with_skill
from tests.recording import LATER, lot, post, rec, refused, sound, unit

GIVEN = {"batch": "CC1-P1", "serial": "CC1-P1-001", "at": LATER}


def test_an_operation_with_everything(world: Any) -> None:
    opened_pilot(world)
    post(world, *lot(), unit("P-1"))
    done = rec(
        "operation",
        operation=10,
        began_at=LATER - MINUTE,
        equipment="L2-40",
        tools=["J-02"],
        parameters=[{"name": "torque", "value": "1.25", "unit": "Nm", "lower": "1", "upper": "2"}],
        instruction="a" * 64,
        measures=[{"characteristic": "1", "value": "0.50"}],
        consumes=[{"lot": "GLZ-7781", "quantity": "2", "designators": ["R1", "R2"]}],
        installs=[{"child": {"part": "PCBA", "serial": "P-1"}, "position": "slot 1"}],
        **GIVEN,
    )
    post(world, done)
    row = OperationRecord.objects.get()
    read = ParameterReading.objects.get()
    assert (row.uid, row.equipment and row.equipment.code, row.began_at) == (
        done.id,
        "L2-40",
        LATER - MINUTE,
    )
    assert (read.operation, read.value, read.measured_in) == (row, Decimal("1.25"), "Nm")
    assert OperationContext.objects.get().tools == '["J-02"]'
    assert (TestRecord.objects.count(), Assembly.objects.get().position) == (1, "slot 1")
    assert Consumption.objects.get().quantity == 2
    kinds = FloorRecord.objects.order_by("pk").values_list("kind", "seq", "unit__serial")
    assert list(kinds) == [("consume", 10, "CC1-P1-001"), ("install", 10, "CC1-P1-001")]
    assert dict(EquipmentUse.objects.values_list("equipment__code", "uses")) == {
        "J-02": 1,
        "L2-40": 1,
    }
    assert post(world, done).answers[0].state == "already"
    sound()


def test_an_operation_that_cannot_consume_is_not_recorded(world: Any) -> None:
    opened_pilot(world)
    post(world, *lot(quantity="1"))
    too_much = rec(
        "operation", operation=10, consumes=[{"lot": "GLZ-7781", "quantity": "2"}], **GIVEN
    )
    found = refused(world, too_much, rec("operation", operation=10, **GIVEN))
    assert [code for code, _ in found] == ["R-67"]
    assert OperationRecord.objects.count() == 1
    sound()


def test_an_operation_of_the_batch(world: Any) -> None:
    opened_pilot(world)
    post(world, *lot())
    fired = rec(
        "operation",
        batch="CC1-P1",
        operation=10,
        equipment="L2-40",
        parameters=[{"name": "peak", "value": "1240", "unit": "°C"}],
        consumes=[{"lot": "GLZ-7781", "quantity": "2"}],
        at=LATER,
    )
    post(world, fired)
    read = ParameterReading.objects.get()
    assert read.floor_record is not None
    assert (read.floor_record.uid, read.unit, read.run and read.run.batch_id) == (
        fired.id,
        None,
        "CC1-P1",
    )
    assert post(world, fired).answers[0].state == "already"
    other = rec("operation", id=fired.id, batch="CC1-P1", operation=20, at=LATER)
    assert [code for code, _ in refused(world, other)] == ["R-36"]
    sound()


def test_a_failed_operation_rejects_the_unit_with_its_defect(world: Any) -> None:
    opened_pilot(world)
    post(
        world, rec("operation", operation=10, outcome="fail", defects=[{"code": "D-101"}], **GIVEN)
    )
    assert Defect.objects.get().unit.judgements.get().fit == "fail"
    sound()


def test_equipment_out_of_calibration_is_refused_until_it_is_calibrated(world: Any) -> None:
    opened_pilot(world)
    done = rec("operation", operation=10, equipment="G-11", **GIVEN)
    assert [code for code, _ in refused(world, done)] == ["R-35"]
    right = rec("calibration", equipment="G-11", result="pass", due=date(2027, 1, 1), at=NOW)
    post(world, right, done)
    failed = rec("calibration", equipment="G-11", result="fail", at=LATER)
    post(world, failed)
    assert Equipment.objects.get(code="G-11").calibration_due == LATER.date() - timedelta(days=1)
    earlier = rec("calibration", equipment="G-11", result="pass", due=date(2028, 1, 1), at=NOW)
    post(world, earlier)  # it is told late, and was superseded since
    assert Equipment.objects.get(code="G-11").calibration_due == LATER.date() - timedelta(days=1)
    assert Calibration.objects.count() == 3
    sound()


def test_a_tool_at_the_end_of_its_life_is_refused(world: Any) -> None:
    opened_pilot(world)
    Equipment.objects.filter(code="J-02").update(max_uses=1)
    begun = rec("unit", batch="CC1-P1", serial="CC1-P1-002", at=LATER)
    first = rec("operation", operation=10, tools=["J-02"], **GIVEN)
    second = rec("operation", operation=10, tools=["J-02"], **{**GIVEN, "serial": "CC1-P1-002"})
    assert refused(world, begun, first, second) == [
        ("R-35", "J-02 Assembly jig was used once; its life is 1.")
    ]
    third = rec("operation", operation=20, equipment="J-02", **GIVEN)
    assert [code for code, _ in refused(world, third)] == ["R-35"]
    sound()


def test_results_and_units_of_a_run_follow_its_rules(world: Any) -> None:
    make_pilot(world, bar=None)
    begun = rec("unit", batch="CC1-P1", serial="CC1-P1-001", at=LATER)
    assert refused(world, begun)[0] == (
        "R-31",
        "CC1-P1 has no locked bar, so no unit may be started.",
    )


def test_a_result_is_recorded_and_corrected_by_nobody(world: Any) -> None:
    opened_pilot(world)
    good = rec("result", fit="pass", finish="pass", function="pass", build_seconds="300", **GIVEN)
    post(world, good)
    assert post(world, good).answers[0].state == "already"
    other = rec("result", fit="pass", **GIVEN)
    assert [code for code, _ in refused(world, other)] == ["R-48"]
    retest = rec("result", attempt="retest", function="pass", **GIVEN)
    post(world, retest)
    sound()


def test_names_are_exact(world: Any) -> None:
    opened_pilot(world)
    found = refused(
        world,
        rec("operation", operation=10, equipment="l2-40", **GIVEN),
        rec("operation", operation=10, **{**GIVEN, "serial": "cc1-p1-001"}),
        rec("operation", operation=10, **{**GIVEN, "batch": "cc1-p1"}),
        rec("operation", operation=10, operator="nobody", **GIVEN),
    )
    assert [message for _, message in found] == [
        "There is no equipment l2-40 at Stoke-on-Trent.",
        "cc1-p1-001 is not started in CC1-P1.",
        "There is no batch cc1-p1 here.",
        "The operator 'nobody' is unknown at Stoke-on-Trent.",
    ]


def test_a_time_in_the_future_is_refused(world: Any) -> None:
    post(world, *lot(), unit("P-1"))
    item = [{"lot": "GLZ-7781", "quantity": "1"}]
    late = rec("consume", part="PCBA", serial="P-1", items=item, at=LATER + timedelta(hours=1))
    assert [code for code, _ in refused(world, late)] == ["invalid-input"]


def test_an_operation_of_the_batch_takes_a_trained_operator(world: Any) -> None:
    make_pilot(world, definition=with_skill("kiln"))
    fired = rec("operation", batch="CC1-P1", operation=10, operator="ben", at=LATER)
    assert refused(world, fired) == [
        (
            "R-35",
            "Ben Tams has no valid training in kiln, which operation 10, Fit the ring needs.",
        )
    ]
