"""Causes, actions, and what a repeat batch waits for."""

from dataclasses import replace
from datetime import timedelta

import pytest

from firstoff.errors import InvalidInput
from firstoff.rules.criteria import samples
from firstoff.rules.execution import DecisionFacts, Reading
from firstoff.rules.nonconformity import (
    ActionFacts,
    check_action,
    check_cause,
    check_defect_code,
    earlier_batches,
    effect_refusals,
    is_failed_try,
    open_design_defects,
    process_needs,
    repeat_refusals,
)
from firstoff.rules.plan import CatalogueCode
from firstoff.terms import CauseClass, RunVerdict

HELD = samples.run(rejects=3, decision=RunVerdict.HOLD)
AT = samples.BEGAN + timedelta(days=7)
ACTION = ActionFacts(1, "a", 11, "CC1-P1", "D-101", "process", "Relief skim", AT)
CATALOGUE = (
    CatalogueCode("D-101", "Lid does not seat", "fit"),
    CatalogueCode("D-204", "Glaze pinholing", "finish"),
    CatalogueCode("D-900", "Old", "finish", retired=True),
)


def refusals(*actions: ActionFacts, run=HELD, at=AT):
    earlier = earlier_batches([Reading(run)], actions)
    found = repeat_refusals(batch_id="CC1-P2", earlier=earlier, actions=actions, at=at)
    return [(r.code, r.message) for r in found]


def test_a_repeat_may_start_at_the_moment_its_action_takes_effect():
    assert refusals(ACTION) == []
    assert refusals(ACTION, at=AT - timedelta(microseconds=1)) != []


def test_an_action_not_in_force_is_named_first():
    found = refusals(replace(ACTION, effective_at=None))
    assert found[0] == (
        "R-41",
        "CA-0011 against Lid does not seat of batch CC1-P1 is not in force yet.",
    )


def test_no_change_at_all_is_luck_not_proof():
    assert refusals()[0] == (
        "R-46",
        "No process change is recorded since batch CC1-P1 was held.",
    )


def test_a_process_defect_without_an_action_stops_the_repeat():
    other = replace(ACTION, against="D-204")
    assert refusals(other) == [
        (
            "R-41",
            "Lid does not seat (D-101) of batch CC1-P1 has a process cause and no corrective "
            "action.",
        )
    ]


def test_a_change_made_while_the_held_batch_ran_is_no_change_since():
    early = replace(ACTION, effective_at=samples.BEGAN)
    assert refusals(early) == [
        ("R-46", "No process change is recorded since batch CC1-P1 was held.")
    ]


def test_a_change_of_unknown_cause_is_no_process_change():
    assert refusals(replace(ACTION, cause_class="unknown"))[0][0] == "R-46"


def test_an_abandoned_batch_is_a_try_too():
    assert refusals(run=replace(HELD, decision=None))[0] == (
        "R-46",
        "No process change is recorded since batch CC1-P1 was built and not signed off.",
    )


def test_a_signed_off_batch_asks_for_nothing():
    off = replace(HELD, decision=DecisionFacts(RunVerdict.SIGN_OFF, "Ada", AT))
    assert (is_failed_try(Reading(off)), refusals(run=off)) == (False, [])


def test_a_batch_without_results_is_no_try():
    assert is_failed_try(Reading(samples.run(units=0))) is False


def test_needs_are_the_process_causes_and_whatever_was_decided_to_change():
    mixed = samples.run(rejects=3, cause_class="handling", decision=RunVerdict.HOLD)
    jig = replace(ACTION, against="BUILD-TIME")
    found = process_needs([Reading(mixed)], (jig,))
    assert [(need.code, need.name, need.count) for need in found] == [
        ("BUILD-TIME", "build time", 0)
    ]


def test_a_design_defect_stays_open_until_design_and_baseline_changed():
    run = samples.run(rejects=1, cause_class="design")
    fixed = replace(ACTION, cause_class="design")

    def found(actions, baseline):
        return open_design_defects([Reading(run)], actions, baseline=baseline, at=AT)

    assert [d.code for d in found((), run.baseline)] == ["D-101"]
    assert [d.code for d in found((fixed,), run.baseline)] == ["D-101"]
    assert [d.code for d in found((), "another")] == ["D-101"]
    assert found((fixed,), "another") == ()


def test_a_design_defect_counts_whoever_built_the_unit():
    run = samples.run(rejects=1, cause_class="design", builder_class="engineer")
    assert len(open_design_defects([Reading(run)], (), baseline=run.baseline, at=AT)) == 1


def test_a_code_of_the_catalogue_is_found():
    assert check_defect_code("D-204", CATALOGUE).name == "Glaze pinholing"
    assert check_defect_code("BUILD-TIME", CATALOGUE).category == "build_time"


@pytest.mark.parametrize("code", ["D-999", "D-900", ""])
def test_a_code_that_is_not_in_use_is_answered_with_those_that_are(code):
    with pytest.raises(InvalidInput, match=r"It has: D-101, D-204\."):
        check_defect_code(code, CATALOGUE)


def test_a_cause_has_a_class_and_a_sentence():
    assert check_cause("process", "Shrinks more.") is CauseClass.PROCESS
    assert check_cause("unknown", "") is CauseClass.UNKNOWN
    with pytest.raises(InvalidInput, match="needs a sentence that says what it was"):
        check_cause("process", " ")
    with pytest.raises(InvalidInput, match="Luck is no class of cause"):
        check_cause("Luck", "bad day")


def test_an_action_is_taken_against_something_that_happened():
    words = {"cause_class": "process", "what": "Skim", "batch_id": "CC1-P1"}
    assert check_action(against="D-101", codes_of_batch=["D-101"], **words) is CauseClass.PROCESS
    assert check_action(against="BUILD-TIME", codes_of_batch=[], **words) is CauseClass.PROCESS
    with pytest.raises(InvalidInput, match="Batch CC1-P1 has no defect D-204"):
        check_action(against="D-204", codes_of_batch=["D-101"], **words)


def test_an_action_needs_a_known_cause():
    with pytest.raises(InvalidInput, match="needs a known cause"):
        check_action(
            against="D-101",
            cause_class="unknown",
            what="Try a jig",
            codes_of_batch=["D-101"],
            batch_id="CC1-P1",
        )


def test_an_action_takes_effect_once():
    assert effect_refusals(replace(ACTION, effective_at=None)) == ()
    (found,) = effect_refusals(ACTION)
    assert found.message == "CA-0011 is in force since 2026-05-18 07:23."
