"""Accepting gaps and closing runs, and what is refused afterwards."""

from typing import Any
from uuid import UUID, uuid4

import pytest

from firstoff.errors import InvalidInput, NotAllowed, NotFound, Refused, StaleState
from tests.batches import (
    CLOSED,
    accept,
    batch,
    close,
    made,
    open_gaps,
    operation,
    record,
    serial,
)
from tests.conftest import NOW
from tests.deciding import SMALL
from tests.making import make_pilot, start
from tests.recording import lot, post, rec, refused

ALL = [
    "operation_missing:10",
    "operation_missing:20",
    "operation_missing:30",
    "result_missing:",
    "characteristic_missing:1",
    "characteristic_missing:2",
    "label:",
]


@pytest.fixture
def whole(world: Any) -> Any:
    return batch(world)


def test_a_whole_batch_has_no_gap(world: Any, whole: Any) -> None:
    found = record(world, whole)
    assert ([gap.said for gap in found.open], found.headline) == (
        [],
        "4 of 4 units complete; no gap is open.",
    )


def test_what_the_records_hold_is_what_the_record_reads(world: Any, whole: Any) -> None:
    found = record(world, whole)
    assert (
        [(line.lot.code, line.units, f"{line.quantity:f}", line.fit) for line in found.lots],
        [(line.equipment.code, line.units) for line in found.equipment],
        [tuple(line) for line in found.people],
        [tuple(line) for line in found.tests],
        (found.material.name, found.process.name),
    ) == (
        [("GLZ-7781", 4, "0.080000", True)],
        [("L2-40", 4)],
        [("Ada Okafor", 4), ("Ben Tams", 4)],
        [("Operation 20, CC-1", 4, 0, 0, 4)],
        ("none", "P3"),  # the lot names no manufacturer part; no file is kept
    )


def test_a_unit_that_is_only_begun_lacks_everything(world: Any) -> None:
    pilot = batch(world, whole=3, decide=False)
    start(world, pilot, 4)
    assert open_gaps(world, pilot) == [*ALL, "decision:"]


def test_a_reading_outside_its_limits_is_a_gap_of_its_unit(world: Any) -> None:
    pilot = batch(world, whole=3, decide=False)
    hot = {"name": "oven", "value": "251", "lower": "230", "upper": "250", "unit": "°C"}
    records = made(pilot, 4)
    records[1] = operation(pilot, 4, 10, parameters=[hot])
    post(world, *records)
    (gap,) = [g for g in record(world, pilot).open if g.kind.name == "parameter_outside"]
    assert (gap.key, gap.units) == ("parameter_outside:10:oven", ((4, 4),))


def test_a_record_taken_back_opens_its_gap_again(world: Any) -> None:
    pilot = batch(world, whole=3, decide=False)
    records = made(pilot, 4)
    post(world, *records)
    post(world, rec("void", supersedes=records[-1].id, reason="torn", at=NOW))
    assert "label:" in open_gaps(world, pilot)


# ---------------------------------------------------------------- only what is new is read again


def read_on(world: Any, pilot: Any) -> Any:
    from firstoff.queries.execution.runs import run_by_id
    from firstoff.queries.trace.batch_record import record_of

    return record_of(run_by_id(world.ada, pilot.run_id)).record


def test_a_record_read_on_is_the_record_read_anew(world: Any) -> None:
    pilot = batch(world, whole=2, decide=False)
    record(world, pilot)
    labelled = made(pilot, 3)
    steps: list[list[Any]] = [
        labelled,
        [rec("void", supersedes=labelled[-1].id, reason="torn", at=NOW)],
        made(pilot, 4, lots=False, label=False)[:2],
        [operation(pilot, 4, 20)],
        [rec("scrap", batch=pilot.batch_id, serial=serial(pilot, 4), reason="cracked")],
    ]
    for records in steps:
        post(world, *records)
        on = read_on(world, pilot)
        assert on == record(world, pilot)


def test_material_from_a_reel_is_read_on_too(world: Any) -> None:
    pilot = batch(world, whole=2, decide=False)
    record(world, pilot)
    post(world, *lot("GLZ-9000"))
    reel = rec("load", batch=pilot.batch_id, operation=10, lot="GLZ-9000", part="GLZ")
    post(world, reel)
    post(world, *made(pilot, 3, lots=False))
    on = read_on(world, pilot)
    assert on == record(world, pilot)
    assert {line.lot.code: line.units for line in on.lots} == {"GLZ-7781": 2, "GLZ-9000": 3}


# ---------------------------------------------------------------- deviations


def test_a_gap_is_accepted_by_signature_for_the_units_it_reaches(world: Any) -> None:
    pilot = batch(world, whole=3)
    done = accept(world, pilot, "units_missing:1")
    assert (done.gap, done.sentence, done.units) == (
        "units_missing:1",
        "1 of 4 planned units are not started.",
        0,
    )
    assert open_gaps(world, pilot) == []


def test_a_gap_is_accepted_with_a_reason(world: Any) -> None:
    pilot = batch(world, whole=3)
    with pytest.raises(InvalidInput, match="A deviation says why"):
        accept(world, pilot, "units_missing:1", reason=" ")


def test_only_a_gap_that_is_there_is_accepted(world: Any) -> None:
    pilot = batch(world, whole=3)
    with pytest.raises(InvalidInput, match=r"label: is no gap of its batch record"):
        accept(world, pilot, "label:")


def test_a_gap_is_accepted_once(world: Any) -> None:
    pilot = batch(world, whole=3)
    accept(world, pilot, "units_missing:1")
    with pytest.raises(InvalidInput, match="is accepted already"):
        accept(world, pilot, "units_missing:1")


def test_the_same_deviation_twice_is_stored_once(world: Any) -> None:
    pilot = batch(world, whole=3)
    uid = uuid4()
    first = accept(world, pilot, "units_missing:1", uid=uid)
    assert accept(world, pilot, "units_missing:1", uid=uid) == first


def test_a_gap_is_signed_for_with_the_right_password(world: Any) -> None:
    pilot = batch(world, whole=3)
    with pytest.raises(Refused) as error:
        accept(world, pilot, "units_missing:1", password="wrong")
    assert error.value.code == "signature"


# ---------------------------------------------------------------- closing


def test_a_run_is_closed_with_its_figures(world: Any, whole: Any) -> None:
    done = close(world, whole, note="Complete.")
    assert {k: done.numbers[k] for k in ("complete", "units", "open", "accepted")} == {
        "complete": 4,
        "units": 4,
        "open": 0,
        "accepted": 0,
    }


def test_a_run_with_gaps_is_refused(world: Any) -> None:
    pilot = batch(world, whole=3)
    with pytest.raises(Refused) as error:
        close(world, pilot)
    assert (error.value.code, error.value.details["gaps"]) == ("R-39", ["units_missing:1"])


def test_a_run_is_closed_over_gaps_that_are_signed_for(world: Any) -> None:
    pilot = batch(world, whole=3)
    accept(world, pilot, "units_missing:1")
    assert close(world, pilot).numbers["accepted"] == 1


def test_a_run_is_closed_once(world: Any, whole: Any) -> None:
    close(world, whole)
    with pytest.raises(StaleState, match="Ada Okafor closed CC1-P1"):
        close(world, whole)


def test_the_same_closing_twice_is_stored_once(world: Any, whole: Any) -> None:
    uid = UUID(int=7)
    assert close(world, whole, uid=uid) == close(world, whole, uid=uid)


def test_a_record_that_changed_since_it_was_read_is_not_signed(world: Any, whole: Any) -> None:
    with pytest.raises(StaleState, match="has changed since you opened it"):
        close(world, whole, seen="0" * 64)


@pytest.mark.parametrize("who", ["ben", "ivy", "eli", "vic"])
def test_only_a_quality_manager_closes(world: Any, whole: Any, who: str) -> None:
    with pytest.raises(NotAllowed):
        close(world, whole, by=getattr(world, who))


def test_a_run_of_another_site_is_not_there(world: Any, whole: Any) -> None:
    with pytest.raises(NotFound):
        close(world, whole, by=world.cy)


# ---------------------------------------------------------------- afterwards


@pytest.fixture
def closed(world: Any, whole: Any) -> Any:
    close(world, whole)
    return whole


def test_a_closed_run_takes_no_unit(world: Any, closed: Any) -> None:
    name = serial(closed, 9)
    (answer,) = refused(world, rec("unit", serial=name, batch=closed.batch_id), at=CLOSED)
    assert answer == (
        "R-39",
        "CC1-P1 was closed by Ada Okafor at 2026-05-11 10:00; its record takes nothing more.",
    )


def test_the_other_records_of_a_post_are_still_taken(world: Any, closed: Any) -> None:
    late = rec("unit", serial=serial(closed, 9), batch=closed.batch_id)
    answer = post(world, late, *lot("GLZ-1"), mode="best_effort", at=CLOSED)
    assert [a.state for a in answer.answers] == ["refused", "stored", "stored"]


@pytest.mark.parametrize("kind", ["operation", "consume", "load", "test", "rework", "repair"])
def test_a_closed_run_takes_no_record_of_how_it_was_made(
    world: Any, closed: Any, kind: str
) -> None:
    of = {"batch": closed.batch_id, "serial": serial(closed, 1)}
    records = {
        "operation": rec("operation", operation=10, **of),
        "consume": rec("consume", items=[{"lot": "GLZ-7781", "quantity": "0.02"}], **of),
        "load": rec("load", batch=closed.batch_id, operation=10, lot="GLZ-7781", part="GLZ"),
        "test": rec(
            "test", procedure={"name": "Leak", "lines": [{"name": "leak"}]}, values=[1.0], **of
        ),
        "rework": rec("rework", reason="again", **of),
        "repair": rec("repair", what="glued", reason="loose", **of),
    }
    assert [code for code, _ in refused(world, records[kind], at=CLOSED)] == ["R-39"]


def test_units_of_a_closed_run_are_packed_and_shipped(world: Any, closed: Any) -> None:
    named = [{"serial": serial(closed, 1), "part": "CC-1"}]
    ship = rec("ship", shipment="SH-1", customer="Acme", units=named, at=CLOSED)
    assert refused(world, ship, at=CLOSED) == []


def test_a_unit_that_came_back_is_repaired(world: Any, closed: Any) -> None:
    of = {"part": "CC-1", "serial": serial(closed, 1)}
    ship = rec("ship", shipment="SH-1", customer="Acme", units=[of], at=CLOSED)
    back = rec("return", customer="Acme", failure="leaks", at=CLOSED, **of)
    repair = rec("repair", what="new seal", reason="leaks", at=CLOSED, **of)
    assert refused(world, ship, back, repair, at=CLOSED) == []


def test_other_verbs_are_refused_too(world: Any, closed: Any) -> None:
    with pytest.raises(Refused) as error:
        start(world, closed, 9, at=CLOSED)
    assert error.value.code in ("R-39", "R-40", "R-41")


def test_an_adjustment_of_a_closed_run_is_refused(world: Any) -> None:
    from firstoff.services import execution

    pilot = batch(world, decide=False)
    accept(world, pilot, "decision:")
    close(world, pilot)
    made_of = {"run_id": pilot.run_id, "by": world.ben, "at": CLOSED}
    with pytest.raises(Refused) as error:
        execution.record_setup(lines={"offsets": "0.2"}, **made_of)
    assert error.value.code == "R-39"


def test_a_gap_of_a_closed_run_is_not_accepted_any_more(world: Any, closed: Any) -> None:
    with pytest.raises(Refused) as error:
        accept(world, closed, "label:")
    assert error.value.code == "R-39"


def test_another_run_goes_on(world: Any, closed: Any) -> None:
    from firstoff.services import execution

    made_next = execution.create_run(
        program_id=closed.program_id,
        by=world.eli,
        at=CLOSED,
        planned_quantity=2,
        line="Line 2",
        equipment=["L2-40"],
        kind="prototype",
    )
    setup_lines = {"offsets": "none"}
    execution.record_setup(run_id=made_next.id, lines=setup_lines, by=world.ben, at=CLOSED)


# ---------------------------------------------------------------- the number of queries


def queries(world: Any, pilot: Any) -> int:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    with CaptureQueriesContext(connection) as found:
        record(world, pilot)
    return len(found)


def test_the_number_of_queries_does_not_grow(world: Any) -> None:
    pilot = batch(world, units=8, whole=2, decide=False)
    queries(world, pilot)  # the definition is read once for ever
    few = queries(world, pilot)
    post(world, *(r for n in range(3, 9) for r in made(pilot, n)))
    assert queries(world, pilot) == few


def test_an_empty_run_is_read_too(world: Any) -> None:
    pilot = make_pilot(world, bar=SMALL, planned_quantity=4)
    assert record(world, pilot).headline == "0 of 4 units complete; 9 gaps are open."
