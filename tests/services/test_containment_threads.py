"""A containment opened while records arrive: no unit that matches escapes, none joins twice."""

from threading import Barrier, Thread
from typing import Any

import pytest
from django.db import connection

from firstoff.db.models import Consumption, ContainedUnit, Containment, UnitState
from firstoff.errors import FirstoffError
from firstoff.queries.ledger import verify
from tests.containing import consumed, found, opened
from tests.recording import lot, post, unit


def in_threads(*verbs: Any) -> None:
    gate = Barrier(len(verbs))
    failed: list[BaseException] = []

    def run(verb: Any) -> None:
        gate.wait()
        try:
            verb()
        except BaseException as error:
            failed.append(error)
        finally:
            connection.close()

    threads = [Thread(target=run, args=[verb]) for verb in verbs]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failed == []


@pytest.mark.parametrize("stations", [3])
def test_a_containment_opened_while_records_arrive_misses_none(
    lasting_world: Any, stations: int
) -> None:
    post(lasting_world, *lot(quantity="100"))

    def station(name: int) -> Any:
        def record() -> None:
            for n in range(12):
                serial = f"S{name}-{n:02}"
                post(lasting_world, unit(serial))
                post(lasting_world, consumed(serial))

        return record

    in_threads(*(station(n) for n in range(stations)), lambda: opened(lasting_world))
    holding = set(Consumption.objects.values_list("unit__serial", flat=True))
    members = list(ContainedUnit.objects.values_list("unit__serial", flat=True))
    held = set(UnitState.objects.filter(holds=1).values_list("unit__serial", flat=True))
    assert (len(holding), len(members)) == (12 * stations, 12 * stations)
    assert set(members) == holding == held
    assert verify().broken is None


def test_two_containments_opened_at_once_have_numbers_of_their_own(lasting_world: Any) -> None:
    post(lasting_world, *lot(), unit("P-1"), consumed("P-1"))
    in_threads(lambda: opened(lasting_world), lambda: opened(lasting_world))
    numbers = sorted(Containment.objects.values_list("number", flat=True))
    assert (numbers, UnitState.objects.get().holds) == ([1, 2], 2)


def test_a_unit_cleared_by_two_is_freed_once(lasting_world: Any) -> None:
    post(lasting_world, *lot(), unit("P-1"), consumed("P-1"))
    view, other = opened(lasting_world), opened(lasting_world, title="Another")
    clear = [lambda: found(lasting_world, view, "P-1", "cleared")] * 2
    in_threads(*clear)
    assert (UnitState.objects.get().holds, other.number) == (1, 2)


def test_nothing_is_cleared_and_closed_past_a_unit_that_joins(lasting_world: Any) -> None:
    """Closing and a late record at once: either the unit joined first and closing is refused, or
    it came after the closing and is in none."""
    from tests.containing import close

    post(lasting_world, *lot(), unit("P-1"), consumed("P-1"), unit("P-2"))
    view = opened(lasting_world)
    found(lasting_world, view, "P-1", "cleared")
    refused: list[FirstoffError] = []

    def closing() -> None:
        try:
            close(lasting_world, view)
        except FirstoffError as error:
            refused.append(error)

    in_threads(closing, lambda: post(lasting_world, consumed("P-2")))
    joined = ContainedUnit.objects.filter(unit__serial="P-2").count()
    closed = Containment.objects.filter(closure__isnull=False).count()
    assert (joined, closed, len(refused)) in ((1, 0, 1), (0, 1, 0))
