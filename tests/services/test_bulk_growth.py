"""Twice the units take twice the work, and as many queries."""

import sys
from datetime import timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db import connection
from django.test.utils import CaptureQueriesContext

from firstoff.services import execution
from firstoff.services.execution import PostedDefect, PostedMeasure, PostedStep, PostedUnit
from firstoff.services.execution.planning import derived
from tests.conftest import NOW, World
from tests.making import Pilot, opened_pilot

LATER = NOW + timedelta(days=1)
SPACE = UUID(int=7)


def records(pilot: Pilot, first: int, count: int) -> list[PostedUnit]:
    made = []
    for number in range(first, first + count):
        bad = number % 30 == 0
        made.append(
            PostedUnit(
                serial=f"{pilot.batch_id}-{number:05}",
                uid=derived(SPACE, str(number)),
                started_at=NOW + timedelta(seconds=20 * number),
                judged_at=NOW + timedelta(seconds=20 * number + 300),
                fit="fail" if bad else "pass",
                finish="pass",
                function="pass",
                build_seconds=Decimal(240),
                defects=(PostedDefect("D-101"),) if bad else (),
                steps=tuple(PostedStep(seq, Decimal(60)) for seq in (10, 20, 30)),
                measures=(PostedMeasure("1", Decimal("0.61")),),
            )
        )
    return made


def post(world: World, pilot: Pilot, made: list[PostedUnit]) -> tuple[int, int]:
    """Calls of functions and queries that a post takes."""
    calls = 0

    def count(frame: Any, event: str, argument: Any) -> None:
        nonlocal calls
        calls += event == "call"

    with CaptureQueriesContext(connection) as seen:
        sys.setprofile(count)
        try:
            execution.record_units(run_id=pilot.run_id, records=made, by=world.ben, at=LATER)
        finally:
            sys.setprofile(None)
    return calls, len(seen)


def test_twice_the_units_take_twice_the_work(world: World) -> None:
    pilot = opened_pilot(world, serial_pattern="")
    post(world, pilot, records(pilot, 2, 40))  # the first one stores what is measured as well
    calls, queries = post(world, pilot, records(pilot, 42, 400))
    twice, as_many = post(world, pilot, records(pilot, 442, 800))
    assert (twice <= 2 * calls, as_many) == (True, queries)
