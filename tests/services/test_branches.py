"""A plan with branches, and parameters it asks for: the same at the line, over records, in the
batch record."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from firstoff.db.models import Judgement, ParameterReading, UnitState
from firstoff.errors import Refused
from firstoff.queries.execution import runs
from firstoff.queries.execution.line import line
from firstoff.queries.trace.batch_record import record_of
from firstoff.rules.plan import ParameterFacts, PlanOperation
from firstoff.services import execution
from firstoff.services.execution import PostedDefect, PostedStep, PostedUnit
from firstoff.services.genealogy import rebuilding
from firstoff.terms import OperationOutcome, Place
from tests.conftest import NOW
from tests.making import CROCK, Pilot, make_pilot, start
from tests.recording import post, rec

HOUR = timedelta(hours=1)
FORCE = ParameterFacts(name="Press force", unit="N", lower=Decimal(200), upper=Decimal(250))


def bare(seq: int, name: str, waits: tuple[int, ...] | None, **more: Any) -> PlanOperation:
    return PlanOperation(
        seq, name, Decimal(1), "Do it.", jig_not_needed=True, predecessors=waits, **more
    )


DIAMOND = (
    bare(10, "Fit the ring", None),
    bare(20, "Seat the lid", (10,), characteristics=("1", "2")),
    bare(30, "Print the label", (10,), parameters=(FORCE,)),
    bare(40, "Apply the label", (20, 30)),
)
FORK = DIAMOND[:3]  # two ends: 20 and 30


def pilot_of(world: Any, operations: tuple[PlanOperation, ...]) -> Pilot:
    pilot = make_pilot(world, definition=replace(CROCK, operations=operations))
    start(world, pilot, 1)
    return pilot


def at(minute: int) -> Any:
    return NOW + HOUR + timedelta(minutes=minute)


def done(world: Any, pilot: Pilot, seq: int, **more: Any) -> Any:
    given = {"outcome": OperationOutcome.PASS, **more}
    return execution.record_operation(
        run_id=pilot.run_id,
        serial="CC1-P1-001",
        seq=seq,
        began_at=at(seq),
        ended_at=at(seq + 1),
        by=world.ben,
        at=NOW + 5 * HOUR,
        **given,
    )


def operation(seq: int, **more: Any) -> Any:
    return rec("operation", batch="CC1-P1", serial="CC1-P1-001", operation=seq, at=at(seq), **more)


def offered(world: Any, pilot: Pilot) -> tuple[int, ...]:
    view = line(runs.run_by_id(world.ben, pilot.run_id), "CC1-P1-001")
    assert view.unit is not None
    return tuple(o.seq for o in view.unit.open)


def result(world: Any) -> list[tuple[str, str, str]]:
    return list(Judgement.objects.values_list("fit", "finish", "function"))


def test_the_line_offers_both_branches_and_takes_them_in_any_order(world: Any) -> None:
    pilot = pilot_of(world, DIAMOND)
    assert offered(world, pilot) == (10,)
    done(world, pilot, 10)
    assert offered(world, pilot) == (20, 30)
    done(world, pilot, 30)
    with pytest.raises(Refused, match=r"no record of operation 20, Seat the lid\. Operation 40"):
        done(world, pilot, 40)
    done(world, pilot, 20)
    assert (offered(world, pilot), result(world)) == ((40,), [])
    done(world, pilot, 40)
    assert (offered(world, pilot), result(world)) == ((), [("pass",) * 3])


def test_posted_records_follow_the_same_order(world: Any) -> None:
    pilot_of(world, DIAMOND)
    post(world, operation(10), operation(30))
    with pytest.raises(Refused, match="no record of operation 20"):
        post(world, operation(40))
    post(world, operation(20), operation(40))
    assert result(world) == [("pass",) * 3]


def test_times_of_a_log_are_put_into_the_order_of_the_plan(world: Any) -> None:
    operations = (
        bare(10, "Join", (20, 30)),
        bare(20, "Bend the lid", ()),
        bare(30, "Bend the body", ()),
    )
    pilot = make_pilot(world, definition=replace(CROCK, operations=operations))
    posted = PostedUnit(
        serial="CC1-P1-001",
        started_at=at(0),
        judged_at=at(50),
        fit="pass",
        finish="pass",
        function="pass",
        steps=(PostedStep(10, Decimal(60)), PostedStep(20, Decimal(30))),
    )
    with pytest.raises(Refused, match="no record of operation 30"):
        execution.record_units(
            run_id=pilot.run_id, records=[posted], by=world.ben, at=NOW + 5 * HOUR
        )
    whole = replace(posted, steps=(*posted.steps, PostedStep(30, Decimal(20))))
    execution.record_units(run_id=pilot.run_id, records=[whole], by=world.ben, at=NOW + 5 * HOUR)
    assert offered(world, pilot) == ()


@pytest.mark.parametrize("door", ["line", "records"])
@pytest.mark.parametrize("order", [(10, 20, 30), (10, 30, 20)])
def test_a_plan_with_two_ends_is_done_when_both_are(
    world: Any, door: str, order: tuple[int, ...]
) -> None:
    pilot = pilot_of(world, FORK)
    for seq in order:
        assert (result(world), Place.STOCK in places()) == ([], False)
        if door == "line":
            done(world, pilot, seq)
        else:
            post(world, operation(seq))
    assert (result(world), places()) == ([("pass",) * 3], [Place.STOCK])
    assert rebuilding.check() == ()


def places() -> list[str]:
    return list(UnitState.objects.values_list("place", flat=True))


def test_both_ends_in_one_post_are_one_finish(world: Any) -> None:
    pilot_of(world, FORK)
    post(world, *(operation(seq) for seq in (10, 20, 30)))
    assert (places(), rebuilding.check()) == ([Place.STOCK], ())


def test_rework_of_one_branch_ends_the_route_without_the_other_anew(world: Any) -> None:
    pilot = pilot_of(world, FORK)
    done(world, pilot, 10)
    done(world, pilot, 30)
    failing = {"outcome": OperationOutcome.FAIL, "defects": [PostedDefect("D-101")]}
    done(world, pilot, 20, **failing)
    execution.record_operation(
        run_id=pilot.run_id,
        serial="CC1-P1-001",
        seq=20,
        began_at=at(60),
        ended_at=at(61),
        outcome=OperationOutcome.PASS,
        rework=True,
        by=world.ben,
        at=NOW + 5 * HOUR,
    )
    assert (offered(world, pilot), places()) == ((), [Place.STOCK])
    assert rebuilding.check() == ()


# ---------------------------------------------------------------- parameters of the plan


def read(value: str, **more: str) -> list[dict[str, str]]:
    return [{"name": "press force", "value": value, **more}]


def test_a_posted_reading_is_judged_by_the_limits_of_the_plan(world: Any) -> None:
    pilot_of(world, DIAMOND)
    post(world, operation(10))
    with pytest.raises(Refused) as found:
        post(world, operation(30, parameters=read("260", lower="0", upper="999")))
    assert found.value.message.endswith(
        "Press force is 260 N; expected 200 to 250. Outside its limits the operation does not "
        "pass."
    )
    post(world, operation(30, parameters=read("231")))
    row = ParameterReading.objects.get()
    assert (row.name, row.lower, row.upper, row.measured_in) == (
        "Press force",
        Decimal(200),
        Decimal(250),
        "N",
    )


def test_a_reading_in_another_unit_is_refused(world: Any) -> None:
    pilot_of(world, DIAMOND)
    post(world, operation(10))
    with pytest.raises(Refused, match="given in lbf; the plan asks for it in N"):
        post(world, operation(30, parameters=read("52", unit="lbf")))


def test_a_reading_outside_its_limits_goes_with_a_failed_operation(world: Any) -> None:
    pilot_of(world, DIAMOND)
    defects = [{"code": "D-101"}]
    post(
        world,
        operation(10),
        operation(30, outcome="fail", defects=defects, parameters=read("260")),
    )
    assert ParameterReading.objects.get().value == 260


def gaps(world: Any, pilot: Pilot) -> list[str]:
    view = record_of(runs.run_by_id(world.ada, pilot.run_id))
    return [g.key for g in view.record.gaps if g.kind.section == "parameters" and g.open]


def test_a_parameter_that_the_plan_asks_for_and_nobody_recorded_is_a_gap(world: Any) -> None:
    pilot = pilot_of(world, DIAMOND)
    post(world, operation(10))
    assert gaps(world, pilot) == []
    post(world, operation(30))
    assert gaps(world, pilot) == ["parameter_asked:30:Press force"]
    of_batch = rec("operation", batch="CC1-P1", operation=30, at=at(50), parameters=read("240"))
    post(world, of_batch)
    assert gaps(world, pilot) == []
