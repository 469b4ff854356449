"""Two at once: one right outcome, the other is told, no record is lost."""

from collections.abc import Callable
from threading import Barrier, Thread
from typing import Any

from django.db import connection

from firstoff.db.models import (
    Assembly,
    Consumption,
    FloorRecord,
    OperationRecord,
    TestRecord,
    Unit,
)
from firstoff.errors import FirstoffError
from tests.conftest import NOW
from tests.making import MINUTE, opened_pilot
from tests.recording import LATER, lot, on_hand, post, rec, sound, unit


def at_once(*verbs: Callable[[], Any]) -> list[Any]:
    """Run each in a thread of its own, from the same moment; answers or errors, those last."""
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


def states(answers: list[Any]) -> list[list[str]]:
    return sorted([a.state for a in answer.answers] for answer in answers)


def test_the_same_post_delivered_twice_at_once_is_stored_once(lasting_world: Any) -> None:
    world = lasting_world
    item = [{"lot": "GLZ-7781", "quantity": "1"}]
    post(world, *lot())
    records = [unit("P-1"), rec("consume", part="PCBA", serial="P-1", items=item)]
    answers = at_once(*[lambda: post(world, *records)] * 4)
    assert states(answers) == [["already"] * 2] * 3 + [["stored"] * 2]
    assert (Unit.objects.count(), Consumption.objects.count(), on_hand("GLZ-7781")) == (1, 1, "9")
    sound()


def test_two_stations_recording_the_same_operation_of_a_unit(lasting_world: Any) -> None:
    world = lasting_world
    pilot = opened_pilot(world)
    given = {"batch": pilot.batch_id, "serial": "CC1-P1-001", "operation": 10, "at": LATER}
    answers = at_once(*[lambda: post(world, rec("operation", **given))] * 2)
    assert (answers[0].count("stored"), answers[1].code) == (1, "R-36")
    assert OperationRecord.objects.count() == 1
    sound()


def test_two_stations_testing_one_unit_both_count(lasting_world: Any) -> None:
    world = lasting_world
    post(world, unit("P-1"))
    procedure = {"name": "ICT", "lines": [{"name": "u", "upper": "2"}]}

    def test() -> Any:
        return post(
            world, rec("test", part="PCBA", serial="P-1", procedure=procedure, values=[1.0])
        )

    answers = at_once(test, test, test)
    assert states(answers) == [["stored"]] * 3
    assert TestRecord.objects.count() == 3
    sound()


def test_two_lines_consuming_the_last_of_one_lot(lasting_world: Any) -> None:
    world = lasting_world
    post(world, *lot(quantity="1"), unit("P-1"), unit("P-2"))

    def consume(serial: str) -> Callable[[], Any]:
        item = [{"lot": "GLZ-7781", "quantity": "1"}]
        return lambda: post(world, rec("consume", part="PCBA", serial=serial, items=item))

    answers = at_once(consume("P-1"), consume("P-2"))
    assert (answers[0].count("stored"), answers[1].code) == (1, "R-67")
    assert (on_hand("GLZ-7781"), Consumption.objects.count()) == ("0", 1)
    sound()


def test_a_removal_racing_an_installation(lasting_world: Any) -> None:
    world = lasting_world
    child = {"part": "PCBA", "serial": "P-1"}
    post(world, unit("B-1", "BOX"), unit("B-2", "BOX"), unit("P-1"))
    post(world, rec("install", part="BOX", serial="B-1", child=child))
    out = rec("remove", part="BOX", serial="B-1", child=child, at=NOW + MINUTE)
    into = rec("install", part="BOX", serial="B-2", child=child, at=NOW + MINUTE)
    answers = at_once(
        lambda: post(world, out),
        lambda: post(world, into, mode="best_effort"),
    )
    installed = [a for answer in answers for a in answer.answers if a.kind == "install"]
    inside = [a.parent.serial for a in Assembly.objects.filter(removed_at__isnull=True)]
    # Whoever came first: the child is in one place, or in none and the other is told why.
    assert (installed[0].state, inside) in [("stored", ["B-2"]), ("refused", [])]
    sound()
    assert post(world, into).answers[0].state == ("already" if inside else "stored")
    sound()


def test_a_unit_packed_by_two_is_in_one_carton(lasting_world: Any) -> None:
    world = lasting_world
    post(world, unit("B-1", "BOX"))

    def pack(code: str) -> Callable[[], Any]:
        return lambda: post(
            world, rec("pack", package=code, part="BOX", units=[{"serial": "B-1"}])
        )

    answers = at_once(pack("C-1"), pack("C-2"))
    assert (answers[0].count("stored"), answers[1].code) == (1, "R-35")
    assert FloorRecord.objects.count() == 1
    sound()
