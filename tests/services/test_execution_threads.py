"""Two at once: one wins, the other is told, nothing is stored twice."""

from collections.abc import Callable
from datetime import timedelta
from threading import Barrier, Thread
from typing import Any
from uuid import uuid4

from django.db import connection

from firstoff.db.models import Bar, Judgement, LedgerEntry, RecordImport, Run, Unit
from firstoff.errors import FirstoffError
from firstoff.queries.ledger import verify
from firstoff.services import execution
from tests.conftest import NOW
from tests.making import judge, lock, make_pilot, make_program, opened_pilot, start

LATER = NOW + timedelta(days=1)


def at_once(*verbs: Callable[[], Any]) -> list[Any]:
    """Run each in a thread of its own, from the same moment; answers or errors, sorted by kind."""
    gate = Barrier(len(verbs))
    answers: list[Any] = []

    def run(verb: Callable[[], Any]) -> None:
        gate.wait()
        try:
            answers.append(verb())
        except FirstoffError as error:
            answers.append(error)
        finally:
            connection.close()

    threads = [Thread(target=run, args=[verb]) for verb in verbs]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sorted(answers, key=lambda a: isinstance(a, FirstoffError))


def test_a_serial_started_by_two_is_started_once(lasting_world: Any) -> None:
    pilot = make_pilot(lasting_world)
    won, lost = at_once(*[lambda: start(lasting_world, pilot, 1)] * 2)
    assert (won.serial, lost.code, Unit.objects.count()) == ("CC1-P1-001", "R-36", 1)


def test_the_same_record_posted_by_two_is_stored_once_and_answered_twice(
    lasting_world: Any,
) -> None:
    pilot = make_pilot(lasting_world)
    uid = uuid4()
    answers = at_once(*[lambda: start(lasting_world, pilot, 1, uid=uid)] * 4)
    assert {a.id for a in answers} == {Unit.objects.get().pk}
    assert sorted(a.again for a in answers) == [False, True, True, True]


def test_a_bar_locked_by_two_is_locked_once(lasting_world: Any) -> None:
    pilot = make_pilot(lasting_world, bar=None)
    won, lost = at_once(*[lambda: lock(lasting_world, pilot.run_id)] * 2)
    assert (won.run_id, lost.code, Bar.objects.count()) == (pilot.run_id, "R-31", 1)


def test_a_file_taken_by_two_is_taken_once(lasting_world: Any) -> None:
    pilot = opened_pilot(lasting_world)
    raw = b"serial,fit,finish,function,build_minutes\nCC1-P1-002,ok,ok,ok,5\n"

    def take() -> Any:
        return execution.import_file(
            run_id=pilot.run_id, raw=raw, name="log.csv", by=lasting_world.ben, at=LATER
        )

    answers = at_once(take, take)
    assert sorted(a.again for a in answers) == [False, True]
    assert (RecordImport.objects.count(), Unit.objects.count()) == (1, 2)


def test_two_stations_that_start_units_get_a_place_each(lasting_world: Any) -> None:
    pilot = opened_pilot(lasting_world)
    at_once(*[lambda n=n: start(lasting_world, pilot, n, at=LATER) for n in range(2, 10)])
    places = Unit.objects.order_by("position").values_list("position", flat=True)
    assert list(places) == list(range(1, 10))
    assert verify().broken is None


def test_two_first_results_of_one_unit_are_one(lasting_world: Any) -> None:
    pilot = opened_pilot(lasting_world)
    _, lost = at_once(*[lambda: judge(lasting_world, pilot, 1)] * 2)
    assert (lost.code, Judgement.objects.count()) == ("R-48", 1)


def test_two_runs_made_at_once_get_a_number_each(lasting_world: Any) -> None:
    program, _ = make_program(lasting_world)

    def create() -> Any:
        return execution.create_run(
            program_id=program, planned_quantity=20, line="L", by=lasting_world.eli, at=NOW
        )

    made = at_once(create, create)
    assert sorted(m.batch_id for m in made) == ["CC1-P1", "CC1-P2"]
    assert Run.objects.count() == 2


def test_the_chain_has_no_gap_after_a_crowd(lasting_world: Any) -> None:
    pilot = opened_pilot(lasting_world)
    at_once(*[lambda: start(lasting_world, pilot, 2, at=LATER)] * 6)
    numbers = list(LedgerEntry.objects.order_by("seq").values_list("seq", flat=True))
    assert numbers == list(range(1, len(numbers) + 1))
