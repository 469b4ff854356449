"""The board and the road: where each program stands, in a fixed number of queries."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from firstoff.errors import NotFound
from firstoff.queries import release
from firstoff.queries.evidence import verdict
from firstoff.terms import GateState
from tests.conftest import NOW
from tests.deciding import WEEK, build, first_batch, hold, second_batch
from tests.making import CROCK, Pilot, lock, make_program

LATER = NOW + 3 * WEEK


@pytest.fixture(autouse=True)
def _cold() -> Iterator[None]:
    verdict._cache.clear()
    yield
    verdict._cache.clear()


def queries(work: Any) -> int:
    with CaptureQueriesContext(connection) as seen:
        work()
    return len(seen)


def other_program(world: Any, number: int) -> None:
    """Another program with a pilot batch of its own."""
    from firstoff.services import execution

    code = f"CC-{number}"
    definition = replace(CROCK, program=replace(CROCK.program, code=code), part=code, equipment=())
    program, _ = make_program(world, definition)
    made = execution.create_run(
        program_id=program,
        planned_quantity=20,
        line="Line 2",
        equipment=["L2-40"],
        by=world.eli,
        at=NOW,
    )
    from tests.deciding import SMALL

    lock(world, made.id, SMALL)
    build(world, Pilot(program, 0, made.id, made.batch_id), units=2)


def board(world: Any, who: Any = None) -> Any:
    return release.board(who or world.ada, now=LATER)


def test_the_board_takes_as_many_queries_for_three_programs_as_for_one(world: Any) -> None:
    first_batch(world)
    board(world)  # what definition and supply say is read once after each record
    verdict.forget()
    one = queries(lambda: board(world))
    other_program(world, 2)
    other_program(world, 3)
    verdict.forget()
    rows, total = board(world)
    verdict.forget()
    assert (len(rows), total) == (3, 3)
    assert queries(lambda: board(world)) == one


def test_a_program_at_its_beginning_waits_for_its_first_gate(world: Any) -> None:
    make_program(world)
    ((row,), _) = board(world)
    assert (row.road.standing.gate, row.blocked) == (
        1,
        "Not stated yet: Function, performance envelope, materials and limits are stated.",
    )


def test_a_program_with_a_held_batch_says_so_at_its_pilot_gate(world: Any) -> None:
    batch = first_batch(world)
    hold(world, batch.pilot.run_id, at=batch.ended)
    found = release.road(world.ada, "STOKE", "CC-1", now=LATER)
    assert (found.pilot.run.batch_id, found.pilot.verdict.headline) == ("CC1-P1", "No. Hold.")
    assert found.gate(7).state is GateState.NOT_REACHED
    assert found.gate(7).headline == "Closed: 3 not met"


def test_the_latest_pilot_run_is_the_one_that_counts(world: Any) -> None:
    second_batch(world)
    found = release.road(world.ada, "STOKE", "CC-1", now=LATER)
    assert (found.pilot.run.batch_id, found.pilot.verdict.may_sign_off) == ("CC1-P2", True)


def test_due_dates_are_counted_in_the_plants_own_days(world: Any) -> None:
    due = replace(CROCK, program=replace(CROCK.program, due=date(2026, 5, 30)))
    make_program(world, due)
    ((row,), _) = board(world)
    assert row.due_in_days == 1


def test_another_site_sees_nothing_on_the_board(world: Any) -> None:
    first_batch(world)
    assert board(world, world.cy) == ((), 0)
    with pytest.raises(NotFound):
        release.road(world.cy, "STOKE", "CC-1", now=LATER)
