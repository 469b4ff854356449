"""Units: what may be started, what counts, and results that are never overwritten."""

from datetime import timedelta
from decimal import Decimal
from typing import Any
from uuid import uuid4

import pytest

from firstoff.db.models import (
    CauseFinding,
    Defect,
    Judgement,
    RunDecision,
    Signature,
    Unit,
    UnitExclusion,
)
from firstoff.errors import FirstoffError, InvalidInput, NotAllowed, NotFound, Refused, StaleState
from firstoff.queries.execution.facts import run_facts
from firstoff.rules.execution import Reading
from firstoff.services import execution, ledger
from firstoff.services.execution import PostedDefect
from tests.conftest import NOW, PASSWORD
from tests.making import (
    BAR,
    MINUTE,
    judge,
    lock,
    make_pilot,
    opened_pilot,
    pass_first_article,
    start,
    with_skill,
)

LID = PostedDefect("D-101")
LATER = NOW + timedelta(days=1)


def refusal(verb: Any, *args: Any, **given: Any) -> tuple[str, str]:
    with pytest.raises(FirstoffError) as refused:
        verb(*args, **given)
    return refused.value.code, refused.value.message


def reading(pilot: Any) -> Reading:
    return Reading(run_facts([pilot.run_id])[0])


def decide(world: Any, run_id: int, decision: str = "hold", computed: str = "hold") -> None:
    """A signed decision, as the evidence area writes it."""
    with ledger.verb("test.decide", by=world.ada, at=NOW + timedelta(hours=2), subject="t") as e:
        signature = e.add(
            Signature(meaning="m", role="quality_manager", subject="s", content_digest="0" * 64)
        )
        e.add(
            RunDecision(
                run_id=run_id,
                decision=decision,
                computed=computed,
                reason="because",
                findings="{}",
                evidence_digest="0" * 64,
                product_version="0",
                signature=signature,
                decided_at=NOW + timedelta(hours=2),
            )
        )


# ---------------------------------------------------------------- starting


def test_no_unit_starts_before_the_bar_is_locked(world: Any) -> None:
    pilot = make_pilot(world, bar=None)
    assert refusal(start, world, pilot, 1) == (
        "R-31",
        "CC1-P1 has no locked bar, so no unit may be started.",
    )


def test_a_unit_started_before_the_lock_belongs_to_no_batch(world: Any) -> None:
    pilot = make_pilot(world)
    code, message = refusal(start, world, pilot, 1, started_at=NOW - MINUTE)
    assert (code, message) == (
        "R-31",
        "CC1-P1-001 was started 2026-05-08 09:59, before the bar of CC1-P1 was locked "
        "(2026-05-08 10:00).",
    )


def test_a_unit_made_as_every_unit_will_be_counts(world: Any) -> None:
    pilot = make_pilot(world)
    started = start(world, pilot, 1)
    unit = Unit.objects.get(pk=started.id)
    assert (started.reasons, unit.equipment_class, unit.builder_class, unit.position) == (
        (),
        "production",
        "line",
        1,
    )


def test_units_made_otherwise_are_kept_and_left_out_with_every_reason(world: Any) -> None:
    pilot = make_pilot(world)
    bench = start(world, pilot, 1, serial="CC1-P1-X01", equipment="B-01", by=world.eli)
    reworked = start(world, pilot, 2, previous_serial="CC1-P1-X01")
    other = start(world, pilot, 3, instruction="f" * 64)
    assert [bench.reasons, reworked.reasons, other.reasons] == [
        (
            "built on bench equipment (B-01), not on production equipment",
            "built by an engineer, not by a line operator",
        ),
        ("made out of CC1-P1-X01: rework does not make a fresh unit",),
        ("built to other instructions than those released with the baseline",),
    ]
    assert [e.unit.serial for e in reading(pilot).counted.left_out] == [
        "CC1-P1-X01",
        "CC1-P1-002",
        "CC1-P1-003",
    ]


def test_an_operator_named_by_somebody_else_is_who_built_it(world: Any) -> None:
    pilot = make_pilot(world)
    started = start(world, pilot, 1, by=world.eli, operator="BEN")
    unit = Unit.objects.get(pk=started.id)
    assert (unit.operator.username, unit.builder_class, unit.by.username) == (
        "ben",
        "line",
        "eli",
    )


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ({"operator": "nobody"}, "The operator 'nobody' is unclear: nobody has that name"),
        ({"operator": "cy"}, "The operator 'cy' is unclear: nobody has that name"),
        ({"equipment": "NOPE"}, "There is no equipment NOPE at Stoke-on-Trent."),
        ({"serial": "007"}, "007 is no serial number of batch CC1-P1."),
        ({"started_at": NOW + timedelta(hours=1)}, "started_at 2026-05-08T10:00:00+00:00 lies in"),
    ],
)
def test_what_cannot_be_meant_starts_nothing(
    world: Any, given: dict[str, Any], sentence: str
) -> None:
    pilot = make_pilot(world)
    _, message = refusal(start, world, pilot, 1, **given)
    assert message.startswith(sentence), message
    assert Unit.objects.count() == 0


def test_viewers_record_nothing_and_strangers_see_nothing(world: Any) -> None:
    pilot = make_pilot(world)
    with pytest.raises(NotAllowed):
        start(world, pilot, 1, by=world.vic)
    with pytest.raises(NotFound):
        start(world, pilot, 1, by=world.cy)


def test_a_unit_posted_twice_is_started_once(world: Any) -> None:
    pilot = make_pilot(world)
    uid = uuid4()
    first = start(world, pilot, 1, uid=uid)
    again = start(world, pilot, 1, uid=uid)
    assert (first.again, again.again, again.id, Unit.objects.count()) == (
        False,
        True,
        first.id,
        1,
    )


def test_one_record_id_means_one_record(world: Any) -> None:
    pilot = make_pilot(world)
    uid = uuid4()
    start(world, pilot, 1, uid=uid)
    assert refusal(start, world, pilot, 2, uid=uid) == (
        "R-36",
        f"The record {uid} is stored already with another serial: CC1-P1-001, not CC1-P1-002.",
    )


def test_a_serial_is_started_once(world: Any) -> None:
    pilot = make_pilot(world)
    start(world, pilot, 1)
    assert refusal(start, world, pilot, 1) == ("R-36", "CC1-P1-001 is already started in CC1-P1.")


def test_the_first_article_gates_the_second_unit_that_counts(world: Any) -> None:
    pilot = make_pilot(world)
    start(world, pilot, 1)
    start(world, pilot, 2, serial="CC1-P1-X02", equipment="B-01")  # a trial is not gated
    assert refusal(start, world, pilot, 2) == (
        "R-35",
        "The first article of CC1-P1 is not inspected yet; it gates the rest of the batch.",
    )
    pass_first_article(world, pilot, passed=False, conforming=1)
    assert refusal(start, world, pilot, 2)[1] == (
        "The first article of CC1-P1, CC1-P1-001, failed: 1 of 2 characteristics conform."
    )
    pass_first_article(world, pilot)
    assert start(world, pilot, 2).position == 3


def test_a_first_article_is_a_unit_that_counts(world: Any) -> None:
    pilot = make_pilot(world)
    start(world, pilot, 1, serial="CC1-P1-X01", equipment="B-01")
    assert refusal(pass_first_article, world, pilot, "CC1-P1-X01") == (
        "R-33",
        "CC1-P1-X01 cannot be the first article: built on bench equipment (B-01), not on "
        "production equipment.",
    )


def test_a_first_article_with_a_gap_does_not_pass(world: Any) -> None:
    pilot = make_pilot(world)
    start(world, pilot, 1)
    assert refusal(pass_first_article, world, pilot, checked=14, conforming=12)[1] == (
        "2 of 14 characteristics do not conform; pass is not possible."
    )


def test_a_quality_manager_lifts_a_refusal_by_signature_for_one_serial(world: Any) -> None:
    pilot = make_pilot(world)
    start(world, pilot, 1)
    execution.release_route(
        run_id=pilot.run_id,
        lift="first-article",
        subject="CC1-P1-002",
        reason="The gauge comes at noon.",
        password=PASSWORD,
        by=world.ada,
        at=NOW,
    )
    assert start(world, pilot, 2).serial == "CC1-P1-002"
    assert refusal(start, world, pilot, 3)[0] == "R-35"


@pytest.mark.parametrize(
    ("lift", "subject", "sentence"),
    [
        ("R-31", "CC1-P1-001", "Nobody can lift 'R-31' by signature."),
        ("equipment", "NOPE", "There is no equipment NOPE at this site."),
        ("training", "cy", "There is no person cy at this site."),
        ("order", " ", "The subject is empty."),
    ],
)
def test_not_everything_can_be_lifted(world: Any, lift: str, subject: str, sentence: str) -> None:
    pilot = make_pilot(world)
    given = {"reason": "r", "password": PASSWORD, "by": world.ada, "at": NOW}
    error = refusal(
        execution.release_route, run_id=pilot.run_id, lift=lift, subject=subject, **given
    )
    assert error[1] == sentence


def test_equipment_out_of_calibration_is_refused(world: Any) -> None:
    pilot = make_pilot(world)
    assert refusal(start, world, pilot, 1, equipment="G-11") == (
        "R-35",
        "The calibration of G-11 Feeler gauge was due on 2026-05-01.",
    )


def test_an_operator_without_the_training_is_refused_until_it_is_recorded(world: Any) -> None:
    from firstoff.services import access

    pilot = make_pilot(world, definition=with_skill("Ring press"))
    assert refusal(start, world, pilot, 1) == (
        "R-35",
        "Ben Tams has no valid training in Ring press, which operation 10, Fit the ring needs.",
    )
    access.record_training(
        site_id=world.site.pk,
        username="ben",
        skill="Ring press",
        valid_from=NOW.date(),
        by=world.eli,
        at=NOW,
    )
    assert start(world, pilot, 1).serial == "CC1-P1-001"


def test_a_decided_batch_takes_no_more_units(world: Any) -> None:
    pilot = opened_pilot(world)
    judge(world, pilot, 1)
    decide(world, pilot.run_id)
    assert refusal(start, world, pilot, 2, at=LATER) == (
        "R-40",
        "CC1-P1 was held by Ada Okafor at 2026-05-08 12:00; it takes no more units.",
    )


def test_serials_given_by_somebody_else_are_taken_as_they_are(world: Any) -> None:
    pilot = make_pilot(world, serial_pattern="")
    assert start(world, pilot, 1, serial=" CTR-0001b é_Ω ").serial == "CTR-0001b é_Ω"
    pass_first_article(world, pilot, "CTR-0001b é_Ω")
    assert refusal(start, world, pilot, 2, serial="CTR\u200b1")[1] == (
        "The serial number 'CTR\\u200b1' holds '\\u200b', which nobody can see."
    )


# ---------------------------------------------------------------- a repeat


def held_batch(world: Any) -> Any:
    """One reject with a process cause, held."""
    pilot = opened_pilot(world)
    lid = PostedDefect("D-101", cause_class="process", cause="Shrinkage after firing.")
    judge(world, pilot, 1, fit="fail", defects=[lid], by=world.ivy)
    decide(world, pilot.run_id)
    return pilot


def repeat(world: Any, pilot: Any) -> Any:
    from tests.making import Pilot

    made = execution.repeat_run(run_id=pilot.run_id, by=world.eli, at=LATER)
    lock(world, made.id, at=LATER)
    return Pilot(pilot.program_id, pilot.baseline_id, made.id, made.batch_id)


def act(world: Any, pilot: Any, effective_at: Any) -> None:
    """A process action against the lid, as the nonconformity area writes it."""
    from firstoff.db.models import ActionEffect, CorrectiveAction

    with ledger.verb("test.act", by=world.eli, at=LATER, subject="t") as e:
        action = e.add(
            CorrectiveAction(
                program_id=pilot.program_id,
                run_id=pilot.run_id,
                number=CorrectiveAction.objects.count() + 1,
                against="D-101",
                cause_class="process",
                what="Relief skim on the mating face.",
            )
        )
        if effective_at:
            e.add(ActionEffect(action=action, effective_at=effective_at))


def test_a_repeat_without_a_process_change_is_refused(world: Any) -> None:
    second = repeat(world, held_batch(world))
    assert refusal(start, world, second, 1, at=LATER) == (
        "R-46",
        "No process change is recorded since batch CC1-P1 was held.",
    )


def test_a_repeat_waits_for_its_actions_to_be_in_force(world: Any) -> None:
    first = held_batch(world)
    second = repeat(world, first)
    act(world, first, None)
    assert refusal(start, world, second, 1, at=LATER) == (
        "R-41",
        "CA-0001 against Lid does not seat of batch CC1-P1 is not in force yet.",
    )


def test_a_repeat_starts_after_the_change_with_fresh_units_only(world: Any) -> None:
    first = held_batch(world)
    act(world, first, NOW + timedelta(hours=3))
    second = repeat(world, first)
    assert start(world, second, 1, at=LATER).reasons == ()
    pass_first_article(world, second, "CC1-P2-001", at=LATER)
    code, message = refusal(start, world, second, 2, serial="CC1-P1-001", at=LATER)
    assert (code, message) == ("R-41", "CC1-P1-001 was built in batch CC1-P1 (rejected).")


# ---------------------------------------------------------------- leaving out


def test_a_unit_is_left_out_before_it_is_judged_and_never_after(world: Any) -> None:
    pilot = opened_pilot(world)
    say = {"run_id": pilot.run_id, "serial": "CC1-P1-001", "by": world.ben, "at": LATER}
    judge(world, pilot, 1, fit="pass", finish="", function="", build_seconds=None)
    assert refusal(execution.leave_out_unit, reason="dropped", **say) == (
        "R-33",
        "CC1-P1-001 is judged already; it can no longer be left out.",
    )
    start(world, pilot, 2)
    say["serial"] = "CC1-P1-002"
    execution.leave_out_unit(reason="Dropped before the ring was on.", **say)
    (left,) = reading(pilot).counted.left_out
    assert left.reasons == (
        "declared not to count before it was judged: Dropped before the ring was on.",
    )
    with pytest.raises(StaleState):
        execution.leave_out_unit(reason="again", **say)
    assert UnitExclusion.objects.count() == 1


def test_leaving_out_takes_a_reason(world: Any) -> None:
    pilot = opened_pilot(world)
    with pytest.raises(InvalidInput, match="A unit is left out for a reason"):
        execution.leave_out_unit(
            run_id=pilot.run_id, serial="CC1-P1-001", reason=" ", by=world.ben, at=NOW
        )


# ---------------------------------------------------------------- judging


def test_a_result_may_come_in_parts(world: Any) -> None:
    pilot = opened_pilot(world)
    nothing: dict[str, Any] = {"fit": "", "finish": "", "function": "", "build_seconds": None}
    judge(world, pilot, 1, **{**nothing, "fit": "pass"})
    judge(world, pilot, 1, **{**nothing, "finish": "pass", "build_seconds": Decimal(200)})
    assert reading(pilot).sample[0].first == "pending"
    judge(world, pilot, 1, **{**nothing, "function": "pass"})
    assert reading(pilot).sample[0].first == "good"


def test_a_defect_makes_its_aspect_fail(world: Any) -> None:
    pilot = opened_pilot(world)
    judged = judge(world, pilot, 1, fit="", defects=[LID])
    assert (judged.fit, judged.finish, judged.defects, judged.failed) == (
        "fail",
        "pass",
        ("D-101",),
        True,
    )


def test_a_reject_needs_a_defect_code_of_the_program(world: Any) -> None:
    pilot = opened_pilot(world)
    assert refusal(judge, world, pilot, 1, fit="fail")[1] == (
        "CC1-P1-001 fails fit without a defect code."
    )
    assert refusal(judge, world, pilot, 1, defects=[PostedDefect("D-999")])[1] == (
        "The program has no defect code D-999."
    )
    assert refusal(judge, world, pilot, 1, defects=[LID])[1] == (
        "CC1-P1-001 has a fit defect, and fit is recorded as passed."
    )
    assert Judgement.objects.count() == 0


def test_a_first_result_is_never_judged_again(world: Any) -> None:
    pilot = opened_pilot(world)
    judge(world, pilot, 1, fit="fail", defects=[LID])
    assert refusal(judge, world, pilot, 1) == (
        "R-48",
        "CC1-P1-001 was judged already: fit failed.",
    )


def test_rework_stands_beside_the_first_result(world: Any) -> None:
    pilot = opened_pilot(world)
    judge(world, pilot, 1, fit="fail", defects=[LID])
    reworked = judge(world, pilot, 1, attempt="rework", build_seconds=None)
    state = reading(pilot).sample[0]
    assert (reworked.attempt, state.first, state.final, state.attempts) == (
        2,
        "reject",
        "good",
        2,
    )


def test_a_retest_follows_a_first_result(world: Any) -> None:
    pilot = opened_pilot(world)
    assert refusal(judge, world, pilot, 1, attempt="retest") == (
        "R-48",
        "CC1-P1-001 has no first result yet; a retest follows one.",
    )


def test_first_results_end_with_the_decision_and_rework_goes_on(world: Any) -> None:
    pilot = opened_pilot(world)
    judge(world, pilot, 1, fit="fail", defects=[LID])
    start(world, pilot, 2)
    decide(world, pilot.run_id)
    assert refusal(judge, world, pilot, 2, at=LATER)[0] == "R-40"
    assert judge(world, pilot, 1, attempt="rework", build_seconds=None, at=LATER).attempt == 2


def test_a_unit_over_its_time_is_a_reject_with_a_defect_of_its_own(world: Any) -> None:
    from dataclasses import replace

    pilot = opened_pilot(world, bar=replace(BAR, max_unit_minutes=Decimal(5)))
    exactly = judge(world, pilot, 1, build_seconds=Decimal(300))
    start(world, pilot, 2)
    over = judge(world, pilot, 2, build_seconds=Decimal("300.001"))
    assert (exactly.defects, over.defects) == ((), ("BUILD-TIME",))
    assert Defect.objects.get().category == "build_time"


def test_causes_are_recorded_with_the_defect_by_those_who_may(world: Any) -> None:
    pilot = opened_pilot(world)
    caused = PostedDefect("D-101", cause_class="process", cause="Shrinkage.")
    with pytest.raises(NotAllowed):
        judge(world, pilot, 1, fit="", defects=[caused])
    judge(world, pilot, 1, fit="", defects=[caused], by=world.ivy)
    assert CauseFinding.objects.get().cause == "Shrinkage."


def test_a_judgement_posted_twice_is_recorded_once(world: Any) -> None:
    pilot = opened_pilot(world)
    uid = uuid4()
    first = judge(world, pilot, 1, uid=uid, fit="", defects=[LID])
    again = judge(world, pilot, 1, uid=uid, fit="", defects=[LID])
    assert (again.id, again.again, again.defects, Judgement.objects.count()) == (
        first.id,
        True,
        ("D-101",),
        1,
    )
    assert refusal(judge, world, pilot, 1, uid=uid, finish="fail", defects=[LID])[0] == "R-36"


def test_a_judgement_that_says_nothing_is_none(world: Any) -> None:
    pilot = opened_pilot(world)
    empty = {"fit": "", "finish": "", "function": "", "build_seconds": None}
    assert refusal(judge, world, pilot, 1, **empty)[1] == (
        "The judgement of CC1-P1-001 says nothing."
    )
    assert refusal(judge, world, pilot, 1, fit="maybe")[1] == (
        "fit is 'maybe'; expected pass, fail, or nothing where it was not judged."
    )
    assert refusal(judge, world, pilot, 1, build_seconds=Decimal("Infinity"))[1].startswith(
        "The build time is Infinity s"
    )


def test_a_unit_that_is_not_there_cannot_be_judged(world: Any) -> None:
    pilot = opened_pilot(world)
    assert refusal(judge, world, pilot, 9)[1] == "CC1-P1-009 is not started in CC1-P1."


# ---------------------------------------------------------------- correcting


def correct(world: Any, pilot: Any, uid: Any, **given: Any) -> Any:
    values = {"reason": "Read from the wrong row.", "password": PASSWORD, "by": world.ada}
    return execution.correct_judgement(
        run_id=pilot.run_id, judgement=uid, **{**values, "at": LATER, **given}
    )


def test_a_correction_supersedes_by_signature_and_keeps_what_was_recorded(world: Any) -> None:
    pilot = opened_pilot(world)
    judged = judge(world, pilot, 1, fit="", defects=[LID])
    correct(world, pilot, judged.uid, fit="pass")
    state = reading(pilot).sample[0]
    row = Judgement.objects.get(supersedes=judged.id)
    assert (state.first, state.corrected, Judgement.objects.count(), row.signature.meaning) == (
        "good",
        True,
        2,
        "The result of CC1-P1-001 in batch CC1-P1 was recorded wrongly; this is the result.",
    )


def test_a_correction_carries_defects_and_their_causes_over(world: Any) -> None:
    pilot = opened_pilot(world)
    caused = PostedDefect("D-101", cause_class="process", cause="Shrinkage.")
    judged = judge(world, pilot, 1, fit="", defects=[caused], by=world.ivy)
    correct(world, pilot, judged.uid, build_seconds=Decimal(420))
    (defect,) = reading(pilot).defects
    assert (defect.code, defect.cause_class, defect.cause) == ("D-101", "process", "Shrinkage.")


def test_a_result_is_corrected_once_and_the_correction_after_that(world: Any) -> None:
    pilot = opened_pilot(world)
    judged = judge(world, pilot, 1, fit="", defects=[LID])
    second = correct(world, pilot, judged.uid, fit="pass")
    with pytest.raises(StaleState, match="Ada Okafor corrected this result"):
        correct(world, pilot, judged.uid, fit="pass")
    correct(world, pilot, second.uid, fit="fail", defects=[LID])
    assert reading(pilot).sample[0].first == "reject"


def test_corrections_end_with_the_decision_and_take_the_role(world: Any) -> None:
    pilot = opened_pilot(world)
    judged = judge(world, pilot, 1, fit="", defects=[LID])
    with pytest.raises(NotAllowed):
        correct(world, pilot, judged.uid, fit="pass", by=world.ivy)
    decide(world, pilot.run_id)
    with pytest.raises(Refused) as refused:
        correct(world, pilot, judged.uid, fit="pass")
    assert refused.value.code == "R-40"


# ---------------------------------------------------------------- adjustments, fixes


def test_adjustments_are_logged_with_before_after_and_reason(world: Any) -> None:
    pilot = opened_pilot(world)
    say = {"run_id": pilot.run_id, "by": world.ben, "at": LATER}
    uid = uuid4()
    texts = {"what": "Ring press", "before": "30 N", "after": "35 N", "reason": "Ring loose."}
    first = execution.record_adjustment(uid=uid, **texts, **say)
    again = execution.record_adjustment(uid=uid, **texts, **say)
    assert (again.id, again.again) == (first.id, True)
    assert refusal(execution.record_adjustment, **{**texts, "reason": ""}, **say)[1] == (
        "Nothing says why; a reason is needed."
    )
    decide(world, pilot.run_id)
    assert refusal(execution.record_adjustment, **texts, **say)[0] == "R-40"


def test_a_fix_is_proposed_for_an_operation_of_the_plan(world: Any) -> None:
    pilot = opened_pilot(world)
    say = {"run_id": pilot.run_id, "by": world.eli, "at": LATER}
    assert execution.propose_step_fix(seq=20, proposal="A jig with posts.", **say).again is False
    assert refusal(execution.propose_step_fix, seq=25, proposal="x", **say)[1] == (
        "The plan has no operation 25."
    )
