"""Causes and actions: recorded, repeated safely, and never made true afterwards."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest

from firstoff.db.models import ActionEffect, CauseFinding, CorrectiveAction
from firstoff.errors import InvalidInput, NotAllowed, NotFound, Refused
from firstoff.queries.evidence.verdict import assessed
from firstoff.services import nonconformity
from firstoff.terms import Verdict
from tests.conftest import NOW
from tests.deciding import WEEK, act, first_batch, hold, second_batch
from tests.making import MINUTE


def cause(world: Any, run_id: int, **given: Any) -> Any:
    values = {
        "code": "D-101",
        "cause_class": "process",
        "cause": "The faces foul.",
        "by": world.ivy,
        "at": NOW + WEEK,
        **given,
    }
    return nonconformity.record_cause(run_id=run_id, **values)


def verdict_of(world: Any, run_id: int, kind: str) -> Verdict:
    finding = assessed(world.ada, run_id).verdict.finding(kind)
    assert finding is not None
    return finding.verdict


def test_a_cause_is_recorded_for_every_defect_of_its_code(world: Any) -> None:
    batch = first_batch(world, cause_class="")
    run = batch.pilot.run_id
    assert verdict_of(world, run, "no_unknown_causes") is Verdict.NOT_MET
    assert cause(world, run).defects == 3
    assert verdict_of(world, run, "no_unknown_causes") is Verdict.MET


def test_a_cause_may_be_said_of_some_units_only(world: Any) -> None:
    batch = first_batch(world, cause_class="")
    found = cause(world, batch.pilot.run_id, serials=["CC1-P1-002"])
    assert (found.defects, CauseFinding.objects.count()) == (1, 1)


def test_the_latest_cause_holds_and_the_same_again_records_nothing(world: Any) -> None:
    batch = first_batch(world)
    run = batch.pilot.run_id
    assert cause(world, run).defects == 0
    assert cause(world, run, cause_class="design", cause="Too little draft.").defects == 3
    assert CauseFinding.objects.count() == 6
    assert verdict_of(world, run, "no_open_design_defect") is Verdict.NOT_MET


def test_a_cause_of_a_defect_nobody_saw_is_answered_with_those_there_are(world: Any) -> None:
    batch = first_batch(world)
    with pytest.raises(InvalidInput, match=r"has no defect D-204\. It has: D-101\."):
        cause(world, batch.pilot.run_id, code="D-204")


def test_a_cause_needs_a_class_and_a_sentence(world: Any) -> None:
    batch = first_batch(world)
    with pytest.raises(InvalidInput, match="needs a sentence"):
        cause(world, batch.pilot.run_id, cause="")
    with pytest.raises(InvalidInput, match="fate is no class of cause"):
        cause(world, batch.pilot.run_id, cause_class="fate")


def test_an_operator_finds_no_causes_and_another_site_no_run(world: Any) -> None:
    batch = first_batch(world)
    with pytest.raises(NotAllowed):
        cause(world, batch.pilot.run_id, by=world.ben)
    with pytest.raises(NotFound):
        cause(world, batch.pilot.run_id, by=world.cy)


def test_actions_are_numbered_through_the_program(world: Any) -> None:
    batch = first_batch(world)
    labels = [
        act(world, batch.pilot.run_id, at=batch.ended, against=code).label
        for code in ("D-101", "BUILD-TIME")
    ]
    assert labels == ["CA-0001", "CA-0002"]


def test_an_action_posted_again_is_recorded_once(world: Any) -> None:
    batch = first_batch(world)
    uid = uuid4()
    values = {
        "run_id": batch.pilot.run_id,
        "against": "D-101",
        "cause_class": "process",
        "what": "Relief skim",
        "by": world.eli,
        "at": batch.ended,
        "uid": uid,
    }
    once = nonconformity.propose_action(**values)
    again = nonconformity.propose_action(**values)
    assert (once.id, again.again, CorrectiveAction.objects.count()) == (again.id, True, 1)
    with pytest.raises(Refused) as refused:
        nonconformity.propose_action(**{**values, "what": "Another"})
    assert refused.value.code == "R-36"


def test_an_action_answers_something_that_happened(world: Any) -> None:
    batch = first_batch(world)
    with pytest.raises(InvalidInput, match="Batch CC1-P1 has no defect D-204"):
        act(world, batch.pilot.run_id, at=batch.ended, against="D-204")


def force(world: Any, action: Any, **given: Any) -> Any:
    values = {"evidence": "Ten lids measured.", "by": world.eli, "at": NOW + WEEK, **given}
    return nonconformity.put_action_in_force(action_id=action.id, **values)


def test_an_action_is_put_in_force_once_with_its_evidence(world: Any) -> None:
    batch = first_batch(world)
    action = act(world, batch.pilot.run_id, at=batch.ended, force=False)
    with pytest.raises(InvalidInput, match="how one can tell"):
        force(world, action, evidence=" ")
    assert force(world, action).effective_at == NOW + WEEK
    with pytest.raises(Refused, match="CA-0001 is in force since 2026-05-15 10:00"):
        force(world, action)


def test_an_action_does_not_take_effect_in_the_future(world: Any) -> None:
    batch = first_batch(world)
    action = act(world, batch.pilot.run_id, at=batch.ended, force=False)
    with pytest.raises(InvalidInput, match="lies in the future"):
        force(world, action, effective_at=NOW + WEEK + timedelta(days=1))


def test_a_batch_is_not_made_fresh_after_the_event(world: Any) -> None:
    before, _ = second_batch(world)
    late = act(
        world, before.pilot.run_id, at=NOW + WEEK + 30 * MINUTE, against="BUILD-TIME", force=False
    )
    with pytest.raises(Refused) as refused:
        force(world, late, effective_at=NOW + WEEK, at=NOW + 2 * WEEK)
    assert refused.value.code == "R-41"
    assert refused.value.message == (
        "CC1-P2 began 2026-05-15 10:20; CA-0002 cannot be put in force from 2026-05-15 10:00 "
        "afterwards."
    )
    assert ActionEffect.objects.count() == 1


def test_an_operator_changes_no_process_and_another_site_sees_no_action(world: Any) -> None:
    batch = first_batch(world)
    action = act(world, batch.pilot.run_id, at=batch.ended, force=False)
    with pytest.raises(NotAllowed):
        force(world, action, by=world.ben)
    with pytest.raises(NotFound):
        force(world, action, by=world.cy)


def test_causes_may_be_found_after_the_hold(world: Any) -> None:
    batch = first_batch(world, cause_class="")
    hold(world, batch.pilot.run_id, at=batch.ended)
    assert cause(world, batch.pilot.run_id).defects == 3
