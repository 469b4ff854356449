"""The decision on a run: who may sign, what is refused, what is kept."""

import json
import threading
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection

from firstoff.db.models import LedgerEntry, RunDecision, Signature
from firstoff.errors import InvalidInput, NotAllowed, NotFound, Refused, StaleState
from firstoff.queries.evidence.pilot import run_at
from firstoff.queries.evidence.verdict import as_decided, assessed
from firstoff.queries.ledger import verify, version
from firstoff.rules.evidence import RunState, evidence_digest
from firstoff.terms import RunVerdict
from tests.conftest import NOW, PASSWORD
from tests.deciding import (
    SMALL,
    WEEK,
    act,
    bar_of,
    build,
    decide,
    first_batch,
    hold,
    repeat,
    second_batch,
    sign_off,
)
from tests.making import make_pilot


def test_a_batch_over_its_bar_is_held_by_signature(world: Any) -> None:
    batch = first_batch(world)
    held = hold(world, batch.pilot.run_id)
    found = assessed(world.ada, batch.pilot.run_id)
    assert (held.decision, held.computed) == (RunVerdict.HOLD, RunVerdict.HOLD)
    assert (found.verdict.state, found.verdict.headline) == (RunState.HELD, "No. Hold.")
    assert Signature.objects.get(pk=RunDecision.objects.get().signature_id).meaning == (
        "I have reviewed batch CC1-P1 and hold the process."
    )


def test_nobody_signs_off_what_the_bar_would_hold(world: Any) -> None:
    batch = first_batch(world)
    with pytest.raises(Refused) as refused:
        sign_off(world, batch.pilot.run_id)
    assert refused.value.code == "R-40"
    assert str(refused.value) == (
        "CC1-P1 cannot be signed off: rejects 3 of 4 (bar: at most 1 of 4). "
        "A person may hold what the bar would sign off, never the reverse."
    )
    assert RunDecision.objects.count() == 0


def test_a_fresh_batch_within_its_bar_is_signed_off(world: Any) -> None:
    _, batch = second_batch(world)
    signed = sign_off(world, batch.pilot.run_id, at=batch.ended)
    row = RunDecision.objects.select_related("signature").get(run=batch.pilot.run_id)
    assert (signed.decision, row.computed, row.signature.role) == (
        RunVerdict.SIGN_OFF,
        "sign_off",
        "quality_manager",
    )
    assert row.signature.meaning.startswith(
        "I have reviewed the evidence of batch CC1-P2 and release the process of baseline "
    )
    assert row.signature.meaning.endswith(" for 1,000 units.")
    assert verify().holds is True


def test_a_person_may_hold_what_the_bar_would_sign_off_with_a_reason(world: Any) -> None:
    batch = first_batch(world, rejects=0)
    with pytest.raises(InvalidInput, match="holding all the same needs a reason"):
        hold(world, batch.pilot.run_id)
    held = hold(world, batch.pilot.run_id, reason="The kiln was relined on the last day.")
    assert (held.decision, held.computed) == (RunVerdict.HOLD, RunVerdict.SIGN_OFF)
    assert assessed(world.ada, batch.pilot.run_id).verdict.headline == "No. Held."


def test_there_is_nothing_to_decide_before_a_unit_is_judged(world: Any) -> None:
    pilot = make_pilot(world, bar=SMALL)
    with pytest.raises(Refused, match="No counting unit of CC1-P1 is judged"):
        hold(world, pilot.run_id)


def test_an_incomplete_batch_is_never_signed_off(world: Any) -> None:
    batch = build(world, make_pilot(world, bar=SMALL), units=3)
    with pytest.raises(Refused) as refused:
        sign_off(world, batch.pilot.run_id)
    assert refused.value.code == "R-40"


@pytest.mark.parametrize("who", ["ben", "ivy", "eli", "vic", "adam", "bo"])
def test_only_a_quality_manager_decides(world: Any, who: str) -> None:
    batch = first_batch(world, rejects=0)
    with pytest.raises(NotAllowed):
        sign_off(world, batch.pilot.run_id, by=getattr(world, who))


def test_a_quality_manager_of_another_site_sees_no_run(world: Any) -> None:
    batch = first_batch(world, rejects=0)
    with pytest.raises(NotFound):
        sign_off(world, batch.pilot.run_id, by=world.cy)
    with pytest.raises(NotFound):
        assessed(world.cy, batch.pilot.run_id)


def test_a_signature_takes_the_password_again(world: Any) -> None:
    batch = first_batch(world, rejects=0)
    with pytest.raises(Refused, match="That is not your password") as refused:
        sign_off(world, batch.pilot.run_id, password="wrong")
    assert (refused.value.code, RunDecision.objects.count()) == ("signature", 0)


def test_a_word_that_is_no_decision_means_nothing(world: Any) -> None:
    batch = first_batch(world, rejects=0)
    with pytest.raises(InvalidInput, match="Expected sign_off or hold"):
        decide(world, batch.pilot.run_id, "release")  # type: ignore[arg-type]


def test_a_run_is_decided_once_and_the_second_reads_the_first(world: Any) -> None:
    batch = first_batch(world, rejects=0)
    hold(world, batch.pilot.run_id, reason="kiln", at=NOW + timedelta(hours=3))
    with pytest.raises(StaleState) as stale:
        sign_off(world, batch.pilot.run_id)
    assert str(stale.value) == (
        "Ada Okafor signed “hold” for CC1-P1 at 2026-05-08 13:00. "
        "A run is decided once; read that decision first."
    )


def test_posting_the_same_decision_again_answers_with_what_was_stored(world: Any) -> None:
    batch = first_batch(world, rejects=0)
    uid = uuid4()
    once = sign_off(world, batch.pilot.run_id, uid=uid)
    again = sign_off(world, batch.pilot.run_id, uid=uid)
    assert (again, RunDecision.objects.count()) == (once, 1)


def test_a_sign_off_of_a_page_that_grew_old_is_refused(world: Any) -> None:
    batch = first_batch(world, rejects=0)
    seen = assessed(world.ada, batch.pilot.run_id).version
    act(world, batch.pilot.run_id, at=batch.ended, against="BUILD-TIME")
    with pytest.raises(StaleState, match="added since you opened this page"):
        sign_off(world, batch.pilot.run_id, seen=seen)
    newest = version(batch.pilot.program_id)
    assert sign_off(world, batch.pilot.run_id, seen=newest).decision is RunVerdict.SIGN_OFF


def test_a_decision_keeps_the_verdict_as_it_was(world: Any) -> None:
    _, batch = second_batch(world)
    sign_off(world, batch.pilot.run_id, at=batch.ended)
    kept = json.loads(RunDecision.objects.get(run=batch.pilot.run_id).findings)
    assert kept["headline"] == "Sign-off is possible."
    assert {f["kind"]: f["verdict"] for f in kept["findings"]} == {
        "bar_locked_before_first_unit": "met",
        "counting_units_complete": "met",
        "rejects_within_bar": "met",
        "build_time_within_bar": "met",
        "first_article_passed": "met",
        "no_unknown_causes": "met",
        "no_open_design_defect": "met",
        "actions_in_force_before_batch": "met",
        "process_changed_since_last_try": "met",
    }


def test_the_evidence_of_a_decision_can_be_read_back_later(world: Any) -> None:
    before, batch = second_batch(world)
    signed = sign_off(world, batch.pilot.run_id, at=batch.ended)
    act(world, before.pilot.run_id, at=NOW + 2 * WEEK, force=False)
    then = as_decided(run_at(world.ada, batch.pilot.run_id))
    assert evidence_digest(then.evidence) == signed.evidence_digest
    assert then.verdict.verdict is RunVerdict.SIGN_OFF
    now = assessed(world.ada, batch.pilot.run_id)
    assert evidence_digest(now.evidence) != signed.evidence_digest


def test_a_decision_writes_one_entry_with_its_digest(world: Any) -> None:
    batch = first_batch(world)
    held = hold(world, batch.pilot.run_id)
    entry = LedgerEntry.objects.get(pk=held.entry)
    assert (entry.verb, entry.subject, entry.by) == ("evidence.hold", "run CC1-P1", "ada")
    assert json.loads(entry.details)["evidence_digest"] == held.evidence_digest


def test_a_repeat_without_a_process_change_does_not_start(world: Any) -> None:
    batch = first_batch(world)
    hold(world, batch.pilot.run_id, at=batch.ended)
    after = repeat(world, batch.pilot.run_id, at=NOW + WEEK)
    with pytest.raises(Refused, match="No process change is recorded since batch CC1-P1"):
        build(world, after, at=NOW + WEEK)


def test_a_repeat_to_another_bar_says_so_on_the_verdict(world: Any) -> None:
    before = first_batch(world)
    hold(world, before.pilot.run_id, at=before.ended)
    act(world, before.pilot.run_id, at=before.ended + timedelta(hours=1))
    after = repeat(world, before.pilot.run_id, at=NOW + WEEK, bar=bar_of(max_rejects=2))
    assert assessed(world.ada, after.run_id).verdict.bar_differences == (
        "This bar differs from that of CC1-P1: c 2 instead of 1.",
    )


@pytest.mark.django_db(transaction=True)
def test_of_two_who_sign_at_once_one_signs_and_one_reads(lasting_world: Any) -> None:
    world = lasting_world
    batch = first_batch(world, rejects=0)
    gate = threading.Barrier(2)
    answers: list[str] = []

    def press(decision: RunVerdict) -> None:
        try:
            gate.wait(timeout=20)
            decide(world, batch.pilot.run_id, decision, reason="seen together")
            answers.append("signed")
        except StaleState:
            answers.append("stale")
        finally:
            connection.close()

    threads = [threading.Thread(target=press, args=(d,)) for d in RunVerdict]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(answers) == ["signed", "stale"]
    assert RunDecision.objects.count() == 1
    assert verify().holds is True
    assert PASSWORD
