"""A run closed while others close it or record: one outcome, no record beside the one signed."""

import json
from typing import Any

from firstoff.db.models import RunClosure, TestRecord
from tests.batches import CLOSED, batch, close, serial
from tests.recording import post, rec
from tests.services.test_execution_threads import at_once


def test_a_run_closed_by_two_is_closed_once(lasting_world: Any) -> None:
    pilot = batch(lasting_world)
    _, lost = at_once(*[lambda: close(lasting_world, pilot)] * 2)
    assert (lost.code, RunClosure.objects.count()) == ("stale-state", 1)


def test_what_is_recorded_meanwhile_is_in_the_record_or_refused(lasting_world: Any) -> None:
    pilot = batch(lasting_world)

    def leak(number: int) -> Any:
        test = rec(
            "test",
            batch=pilot.batch_id,
            serial=serial(pilot, number),
            procedure={"name": "Leak", "lines": [{"name": "leak"}]},
            values=[1.0],
            outcome="pass",
        )
        (answer,) = post(lasting_world, test, mode="best_effort", at=CLOSED).answers
        return answer

    def station(number: int) -> list[Any]:
        return [leak(number) for _ in range(4)]

    answers = at_once(
        *(lambda n=n: station(n) for n in (1, 2, 3)),  # type: ignore[misc]
        lambda: [close(lasting_world, pilot)],
    )
    given = [a for some in answers for a in some]
    stored = sum(getattr(a, "state", "") == "stored" for a in given)
    refused = {a.code for a in given if getattr(a, "state", "") == "refused"}
    closure = RunClosure.objects.get()
    told = {t["procedure"]: t["tries"] for t in json.loads(closure.numbers)["record"]["tests"]}
    late = TestRecord.objects.filter(entry__gt=closure.entry_id).count()
    assert (told.get("Leak", 0), late, refused <= {"R-39"}) == (stored, 0, True)
