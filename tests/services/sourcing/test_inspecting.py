"""Incoming inspection: what is looked at, the verdict, how the lot stands by it."""

from decimal import Decimal
from threading import Barrier, Thread
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection

from firstoff.db.models import (
    Characteristic,
    IncomingInspection,
    InspectionPlan,
    InspectionPlanLine,
    Lot,
    LotBalance,
    OrderEvent,
    Part,
    PartRevision,
)
from firstoff.errors import FirstoffError, InvalidInput, NotAllowed, Refused
from firstoff.queries.ledger import verify
from firstoff.queries.sourcing.incoming import sheet
from firstoff.rules.sourcing.incoming import LineResult
from firstoff.services.sourcing.inspecting import Inspected, inspect_lot
from firstoff.services.sourcing.orders import place_order
from firstoff.terms import LotStatus
from tests.conftest import NOW, World
from tests.recording import LATER, lot, post, rec
from tests.sourcing_case import TODAY, part

AQL = {"kind": "aql", "aql": "1.0", "level": "II"}
FIVE = {"kind": "fixed", "n": 5}
GOOD = tuple(Decimal(v) for v in ("9.95", "10.00", "10.05", "10.10", "9.90"))


def plan(
    sampling: dict[str, Any], *, own: dict[str, Any] | None = None, released: bool = True
) -> None:
    """A released incoming plan of PIN: a diameter and a look."""
    revision = PartRevision.objects.create(part=Part.objects.get(number="PIN"), label="A")
    made = InspectionPlan.objects.create(
        revision=revision, kind="incoming", label="1", sampling=sampling
    )
    for place, (number, name, kind) in enumerate(
        (("1", "Diameter", "variable"), ("2", "Burrs", "attribute")), start=1
    ):
        limits = {"lower": Decimal("9.9"), "upper": Decimal("10.1"), "unit": "mm", "decimals": 2}
        one = Characteristic.objects.create(
            revision=revision,
            number=number,
            name=name,
            kind=kind,
            classification="critical",
            **(limits if kind == "variable" else {}),
        )
        InspectionPlanLine.objects.create(
            plan=made, position=place, characteristic=one, gauge="C-3", sampling=own or {}
        )
    if released:
        InspectionPlan.objects.filter(pk=made.pk).update(status="released", released_at=NOW)


@pytest.fixture
def pins(world: World) -> World:
    part(world, "PIN", "Pin")
    post(world, *lot("P-1", "500", part="PIN", accepted=False))
    return world


def inspect(world: World, *results: LineResult, **more: Any) -> Inspected:
    said = {"site_id": world.site.pk, "lot": "P-1", "by": world.ivy, "at": LATER}
    return inspect_lot(**{**said, "results": results, **more})


def status(code: str = "P-1") -> str:
    return LotBalance.objects.get(lot__code=code).status


def test_a_good_sample_accepts_the_lot(pins: World) -> None:
    plan(FIVE)
    done = inspect(pins, LineResult("1", GOOD), LineResult("2", nonconforming=0), seed="s-1")
    assert (done.accepted, done.sentence) == (True, "Accepted: 0 of 5 failed, at most 0 may.")
    assert (status(), done.status) == ("accepted", LotStatus.ACCEPTED)
    found = sheet(pins.vic, "STOKE", "PIN", "P-1", today=TODAY)
    (seen,) = found.inspections
    assert (seen.sample, seen.rejects, seen.accepted, len(seen.drawn)) == (5, 0, True, 5)
    assert [line["values"] for line in seen.lines] == [[str(v) for v in GOOD], []]
    assert (found.lot.status, verify().broken) == (LotStatus.ACCEPTED, None)


def test_a_value_outside_its_limits_rejects_it(pins: World) -> None:
    plan(FIVE)
    bad = (*GOOD[:4], Decimal("10.11"))
    done = inspect(pins, LineResult("1", bad), LineResult("2", nonconforming=0))
    assert done.sentence == "Rejected: 1 of 5 failed, at most 0 may; most in 1 Diameter."
    assert (status(), done.rejects) == ("rejected", 1)


def test_the_sample_of_an_aql_is_that_of_its_code_letter(pins: World) -> None:
    plan(AQL)
    found = sheet(pins.ivy, "STOKE", "PIN", "P-1", today=TODAY, seed="s-1")
    assert found.plan is not None
    sample = found.plan.sample
    # MIL-STD-105E, 281 to 500 at level II: letter H, 50 pieces; Ac 1 at AQL 1.0.
    assert (sample.letter, sample.size, sample.accept) == ("H", 50, 1)
    assert (len(found.drawn), found.critical) == (50, True)
    assert sheet(pins.ivy, "STOKE", "PIN", "P-1", today=TODAY, seed="s-1").drawn == found.drawn


def test_the_same_sample_may_have_to_be_without_a_failure(pins: World) -> None:
    plan({**AQL, "zero": True})
    found = sheet(pins.ivy, "STOKE", "PIN", "P-1", today=TODAY)
    assert found.plan is not None
    assert (found.plan.sample.size, found.plan.sample.accept) == (50, 0)


def test_a_line_may_be_sampled_by_itself(pins: World) -> None:
    plan(FIVE, own={"kind": "fixed", "n": 3, "accept": 1})
    one = LineResult("1", (Decimal(10), Decimal(11), Decimal(10)))
    assert inspect(pins, one, LineResult("2", nonconforming=1)).accepted is True


def test_a_line_sampled_by_itself_rejects_by_its_own_number(pins: World) -> None:
    plan(FIVE, own={"kind": "fixed", "n": 3, "accept": 1})
    one = LineResult("1", (Decimal(11), Decimal(11), Decimal(10)))
    done = inspect(pins, one, LineResult("2", nonconforming=0))
    assert done.sentence == "Rejected: 1 Diameter failed on 2 of 3, at most 1 may."
    assert status() == "rejected"


@pytest.mark.parametrize(
    ("results", "says"),
    [
        ((LineResult("1", GOOD[:4]),), "1 Diameter has 4 values; expected 5"),
        ((LineResult("1", GOOD),), "2 Burrs has no count"),
        ((LineResult("1", GOOD), LineResult("2", nonconforming=6)), "2 Burrs has 6"),
        ((LineResult("9"),), "9 is not on the plan"),
        ((LineResult("1", GOOD), LineResult("1", GOOD)), "1 is given twice"),
        ((LineResult("1", (*GOOD[:4], Decimal("NaN"))),), "expected a number"),
    ],
)
def test_results_that_mean_nothing_leave_the_lot_waiting(
    pins: World, results: tuple[LineResult, ...], says: str
) -> None:
    plan(FIVE)
    with pytest.raises(InvalidInput, match=says):
        inspect(pins, *results)
    assert (status(), IncomingInspection.objects.count()) == ("quarantine", 0)


def test_a_critical_part_without_a_plan_is_not_accepted(pins: World) -> None:
    plan(FIVE, released=False)
    with pytest.raises(Refused, match="no released incoming inspection plan") as no:
        inspect(pins)
    assert (no.value.code, "An engineer releases" in no.value.way_out) == ("R-22", True)
    for reason in ("skip-lot", "looks good"):
        record = rec("lot_status", part="PIN", lot="P-1", status="accepted", reason=reason)
        with pytest.raises(Refused, match="critical characteristic") as no:
            post(pins, record)
        assert no.value.code == "R-22"
    assert status() == "quarantine"


def test_a_part_that_is_not_critical_may_skip(pins: World) -> None:
    with pytest.raises(Refused, match="skip-lot"):
        inspect(pins)
    post(pins, rec("lot_status", part="PIN", lot="P-1", status="accepted", reason="skip-lot"))
    with pytest.raises(Refused, match="does not wait for an inspection: it is accepted"):
        inspect(pins)


def test_an_operator_does_not_inspect(pins: World) -> None:
    plan(FIVE)
    with pytest.raises(NotAllowed):
        inspect(pins, by=pins.ben)


def test_an_inspection_posted_twice_is_recorded_once(pins: World) -> None:
    plan(FIVE)
    said = (LineResult("1", GOOD), LineResult("2", nonconforming=0))
    uid = uuid4()
    first, again = (inspect(pins, *said, uid=uid) for _ in range(2))
    assert (first.again, again.again, again.sentence) == (False, True, first.sentence)


def _both(*acts: Any) -> list[str]:
    said: list[str] = []
    start = Barrier(len(acts))

    def run(act: Any) -> None:
        start.wait()
        try:
            act()
            said.append("done")
        except FirstoffError as error:
            said.append(error.code)
        finally:
            connection.close()

    threads = [Thread(target=run, args=(act,)) for act in acts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sorted(said)


def test_of_two_inspections_at_once_one_counts(lasting_world: World) -> None:
    part(lasting_world, "PIN")
    post(lasting_world, *lot("P-1", "500", part="PIN", accepted=False))
    plan(FIVE)
    good = (LineResult("1", GOOD), LineResult("2", nonconforming=0))
    bad = (LineResult("1", GOOD), LineResult("2", nonconforming=1))
    acts = [lambda said=said: inspect(lasting_world, *said) for said in (good, bad)]
    assert (_both(*acts), IncomingInspection.objects.count()) == (["R-22", "done"], 1)
    assert verify().broken is None


def test_of_two_receipts_of_the_last_of_an_order_one_counts(lasting_world: World) -> None:
    part(lasting_world, "PIN")
    place_order(
        site_id=lasting_world.site.pk,
        part="PIN",
        number="4711",
        quantity="10",
        due=TODAY,
        by=lasting_world.bo,
        at=NOW,
    )
    records = [rec("lot", part="PIN", lot=c, quantity="10", order="4711") for c in ("A", "B")]
    acts = [lambda one=one: post(lasting_world, one) for one in records]
    assert (_both(*acts), Lot.objects.count(), OrderEvent.objects.count()) == (
        ["R-24", "done"],
        1,
        1,
    )
