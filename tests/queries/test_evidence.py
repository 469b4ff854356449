"""The evidence and the verdict: a fixed number of queries, and the same figures every time."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from firstoff.errors import NotFound
from firstoff.queries.evidence import verdict
from firstoff.queries.evidence.pilot import run_at, run_evidence, run_named, runs_called
from firstoff.queries.evidence.verdict import assess_all, assessed
from firstoff.terms import RunVerdict, Verdict
from tests.conftest import NOW
from tests.deciding import bar_of, build, first_batch, measured_bar, second_batch
from tests.making import MINUTE, make_pilot


@pytest.fixture(autouse=True)
def _cold() -> Iterator[None]:
    verdict._cache.clear()
    yield
    verdict._cache.clear()


def queries(work: Any) -> int:
    with CaptureQueriesContext(connection) as seen:
        work()
    return len(seen)


def test_the_evidence_of_a_run_is_what_was_recorded(world: Any) -> None:
    before, after = second_batch(world)
    found = run_evidence(run_at(world.ada, after.pilot.run_id))
    assert (found.run.batch_id, [r.batch_id for r in found.earlier]) == ("CC1-P2", ["CC1-P1"])
    assert [(a.label, a.batch_id, a.against) for a in found.actions] == [
        ("CA-0001", "CC1-P1", "D-101")
    ]
    assert (found.currency, found.run.bar.locked_by) == ("GBP", "Ada Okafor")
    assert before.pilot.run_id != after.pilot.run_id


def test_the_evidence_takes_as_many_queries_for_three_units_as_for_one(world: Any) -> None:
    bar = bar_of(sample=1, max_rejects=0)
    pilot = make_pilot(world, bar=bar)
    build(world, pilot, units=1)
    run = run_at(world.ada, pilot.run_id)
    one = queries(lambda: run_evidence(run))
    build(world, pilot, units=3, at=NOW + MINUTE, first=2)
    assert queries(lambda: run_evidence(run)) == one


def test_a_verdict_is_computed_once_for_each_state_of_the_records(world: Any) -> None:
    batch = first_batch(world)
    run = run_at(world.ada, batch.pilot.run_id)
    assess_all([run])
    assert queries(lambda: assess_all([run])) == 1


def test_a_verdict_moves_as_soon_as_a_record_is_added(world: Any) -> None:
    batch = first_batch(world, cause_class="")
    before = assessed(world.ada, batch.pilot.run_id).verdict
    from firstoff.services import nonconformity

    nonconformity.record_cause(
        run_id=batch.pilot.run_id,
        code="D-101",
        cause_class="process",
        cause="Foul faces.",
        by=world.ivy,
        at=batch.ended,
    )
    after = assessed(world.ada, batch.pilot.run_id).verdict
    assert [v.finding("no_unknown_causes").verdict for v in (before, after)] == [
        Verdict.NOT_MET,
        Verdict.MET,
    ]


def test_several_verdicts_take_as_many_queries_as_one(world: Any) -> None:
    before, after = second_batch(world)
    runs = [run_at(world.ada, b.pilot.run_id) for b in (before, after)]
    one = queries(lambda: assess_all(runs[1:]))
    verdict.forget()
    assert queries(lambda: assess_all(runs)) == one


def test_a_run_is_found_by_its_batch_id_only_by_who_may_see_it(world: Any) -> None:
    batch = first_batch(world)
    assert run_named(world.vic, "STOKE", "CC1-P1").id == batch.pilot.run_id
    assert [run.id for run in runs_called(world.vic, "CC1-P1")] == [batch.pilot.run_id]
    assert runs_called(world.cy, "CC1-P1") == ()
    with pytest.raises(NotFound):
        run_named(world.cy, "STOKE", "CC1-P1")


def test_measured_values_reach_the_capability_of_the_bar(world: Any) -> None:
    batch = build(world, make_pilot(world, bar=measured_bar()), clearance=True)
    found = assessed(world.ada, batch.pilot.run_id).verdict
    finding = found.finding("capability_within_bar")
    assert (finding.verdict, finding.figure) == (Verdict.MET, "2.54, lower 0.81")
    assert found.verdict is RunVerdict.SIGN_OFF
