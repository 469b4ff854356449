"""The golden pilot: batch 1 is held, the process is changed, a fresh batch 2 is signed off.

The facts are those of a ceramic counter product: 20 units, 5 rejects (3 lids that do not seat, 2
pinholed glazes), 11 minutes against 4 on the bench; three process fixes; 20 fresh units, 1 reject,
6 minutes. The bar was at most 1 of 20, agreed beforehand. Serials, dates and limits are ours.
"""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest

from firstoff.rules.criteria import run_verdict
from firstoff.rules.criteria.samples import frozen
from firstoff.rules.evidence import PilotEvidence, RunState, evidence_digest
from firstoff.rules.execution import (
    Bar,
    DecisionFacts,
    DefectFacts,
    FirstArticleFacts,
    JudgementFacts,
    OperationTime,
    RunFacts,
    UnitFacts,
)
from firstoff.rules.nonconformity import ActionFacts, earlier_batches, repeat_refusals
from firstoff.terms import RunKind, RunVerdict, Verdict

LOCKED = datetime(2026, 5, 8, 15, 20, tzinfo=UTC)
FIRST = datetime(2026, 5, 11, 7, 23, tzinfo=UTC)
SECOND = datetime(2026, 5, 18, 6, 55, tzinfo=UTC)
BAR = Bar(
    sample=20,
    max_rejects=1,
    commits=1000,
    max_mean_minutes=Decimal("7.0"),
    min_first_pass_yield=Decimal("0.95"),
    bad_unit_cost=Decimal("61.40"),
    batch_cost=Decimal("1640"),
    delay_days=7,
    delay_day_cost=Decimal(0),
    locked_at=LOCKED,
    locked_by="Ada",
    uid="bar",
)
LID = ("D-101", "Lid does not seat", "fit", "process", "The fired ceramic shrinks more.")
GLAZE = ("D-204", "Glaze pinholing", "finish", "process", "The firing ramp is too fast.")
CHIP = ("D-310", "Chip on foot ring", "finish", "handling", "Set down on a bare tray.")
BATCH_1 = {3: LID, 7: GLAZE, 9: LID, 14: LID, 18: GLAZE}
BATCH_2 = {11: CHIP}


def batch(number: int, began: datetime, defects: dict, minutes: float, **changes) -> RunFacts:
    """A batch of 20 counting units; the build times alternate round their mean."""
    batch_id, base = f"CC1-P{number}", 100 * number
    instruction = frozen().instruction
    units, judgements, found = [], [], []
    for n in range(1, 21):
        key = base + n
        at = began + timedelta(minutes=23 * (n - 1))
        units.append(
            UnitFacts(
                key, f"u{key}", f"{batch_id}-{n:03}", n, at, "OP 14", "line", "L2", "production",
                instruction, "", "",
            )
        )  # fmt: skip
        seconds = 60 * (minutes + (0.4 if n % 2 else -0.4))
        aspects = {"fit": "pass", "finish": "pass", "function": "pass"}
        if n in defects:
            code, name, category, cause_class, cause = defects[n]
            aspects[category] = "fail"
            found.append(
                DefectFacts(key, f"d{key}", key, key, code, name, category, cause_class, cause)
            )
        judgements.append(JudgementFacts(key, key, 1, *aspects.values(), seconds, None, ""))
    facts = RunFacts(
        id=number,
        batch_id=batch_id,
        kind=RunKind.PILOT,
        number=number,
        baseline=frozen().digest,
        instruction=instruction,
        planned_quantity=20,
        line="Line 2",
        bar=BAR,
        bench_minutes=Decimal(4),
        units=tuple(units),
        judgements=tuple(judgements),
        defects=tuple(found),
        times=tuple(OperationTime(u.id, 20, 60 * minutes * 0.57) for u in units),
        first_article=FirstArticleFacts("fa", f"{batch_id}-001", True, 38, 38, began),
        uid=f"run-{number}",
        zone=ZoneInfo("Europe/London"),
    )
    return replace(facts, **changes)


HELD = DecisionFacts(RunVerdict.HOLD, "Ada", FIRST + timedelta(days=1), "5 of 20", "decision-1")
ACTIONS = tuple(
    ActionFacts(n, f"a{n}", 10 + n, "CC1-P1", against, "process", what, SECOND - timedelta(days=d))
    for n, against, what, d in (
        (1, "D-101", "Relief skim on the lid mating face", 5),
        (2, "D-204", "Slower glaze-firing ramp", 4),
        (3, "BUILD-TIME", "Assembly jig", 3),
    )
)
P1 = batch(1, FIRST, BATCH_1, 11.0)
P1_HELD = replace(P1, decision=HELD)
P2 = batch(2, SECOND, BATCH_2, 6.0)


def first(run: RunFacts = P1, **changes) -> PilotEvidence:
    return replace(PilotEvidence(run=run, baseline=frozen(), currency="GBP"), **changes)


def second(run: RunFacts = P2, actions=ACTIONS) -> PilotEvidence:
    return first(run, earlier=(P1_HELD,), actions=actions)


def verdicts(evidence: PilotEvidence) -> dict[str, Verdict]:
    return {f.kind: f.verdict for f in run_verdict(evidence).findings}


def plain(text: str) -> str:
    return text.replace("\u00a0", " ")


def test_batch_1_is_held():
    found = run_verdict(first())
    assert (found.verdict, found.headline) == (RunVerdict.HOLD, "No. Hold.")
    assert (found.state, found.may_sign_off, found.may_hold) == (RunState.COMPLETE, False, True)


def test_batch_1_says_why_in_the_words_of_the_page():
    assert [plain(line) for line in run_verdict(first()).why] == [
        "5 of 20 units were rejected. The bar, locked before the first unit was built, allows 1.",
        "Had the 1,000 been ordered off this batch, about 250 would have been bad.",
        "Not met either: build time, mean: 11.0 min (bar: at most 7 min); first-pass yield: 75 % "
        "(bar: at least 95 %).",
    ]


def test_batch_1_shows_a_quarter_with_its_arms():
    figures = run_verdict(first()).figures
    assert (figures.rate, figures.expected) == (0.25, 250.0)
    assert (round(figures.lower, 4), round(figures.upper, 4)) == (0.0866, 0.4910)
    assert round(figures.over_bar, 4) == 0.9991
    assert (figures.predicted_lower, figures.predicted_upper) == (120, 430)


def test_batch_1_saves_about_250_units_and_their_money():
    assert plain(run_verdict(first()).money.sentence) == (
        "Holding keeps about 250 of 1,000 units from being bad, £15,350 (90 % prediction 120 to "
        "430), against £1,640 for the repeat batch and 7 days."
    )


def test_batch_1_lists_what_to_fix_by_rejects_caused():
    assert [
        (item.title.replace("\u00a0", " "), item.rejects) for item in run_verdict(first()).fix_next
    ] == [
        ("Lid does not seat: 3 of 5 rejects", 3),
        ("Glaze pinholing: 2 of 5 rejects", 2),
        ("Build time 11.0 min against 4.0 on the bench", 0),
    ]


def test_batch_1_puts_the_slow_step_beside_its_standard():
    (step,) = run_verdict(first()).slow_steps
    assert (step.seq, round(step.mean, 2), step.standard) == (20, 6.27, 2.5)


def test_the_causes_of_batch_1_are_all_of_the_process():
    found = run_verdict(first())
    assert {k: v for k, v in found.cause_classes.items() if v} == {"process": 5}
    assert [(bar.code, bar.rejects, round(bar.cumulative, 2)) for bar in found.pareto] == [
        ("D-101", 3, 0.6),
        ("D-204", 2, 1.0),
    ]


def test_batch_2_may_be_signed_off():
    found = run_verdict(second())
    assert found.headline == "Sign-off is possible."
    assert (found.verdict, found.may_sign_off, found.may_hold) == (
        RunVerdict.SIGN_OFF,
        True,
        True,
    )
    assert set(verdicts(second()).values()) == {Verdict.MET}


def test_batch_2_says_why_in_the_words_of_the_page():
    assert run_verdict(second()).why == (
        "1 of 20 units was rejected; the bar allows 1.",
        "Every other line of the bar is met and all three corrective actions were in force before "
        "the first unit.",
        "A person decides. You may still hold.",
    )


def test_batch_2_prints_the_interval_beside_the_rate():
    figures = run_verdict(second()).figures
    assert (round(figures.lower, 4), round(figures.upper, 4)) == (0.0013, 0.2487)
    assert round(figures.over_bar, 2) == 0.57
    assert (figures.predicted_lower, figures.predicted_upper) == (8, 181)
    assert (figures.clean_90, figures.clean_95) == (57, 73)


def test_batch_2_says_what_it_does_not_prove():
    found = [(plain(c.title), plain(c.sentence)) for c in run_verdict(second()).cautions]
    assert found == [
        ("1 in 20 proves little.", "The true rate may lie anywhere from 0.13 % to 24.9 %."),
        (
            "A 10 % process passes this bar 39 times in 100.",
            "One that makes 5 % rejects passes 74 times in 100.",
        ),
        (
            "This is the 2nd try.",
            "Had nothing changed in between, a process that makes 10 % rejects would pass in two "
            "tries 63 times in 100. Three corrective actions make this the 1st try of the "
            "changed process.",
        ),
        (
            "The improvement may be chance.",
            "5 of 20 against 1 of 20 is not a significant difference (Fisher exact, two-sided "
            "p = 0.18): the improvement may be chance.",
        ),
    ]


def test_batch_2_beside_batch_1_shows_what_each_action_did():
    found = run_verdict(second()).comparison
    assert [(e.what, plain(e.before), plain(e.after)) for e in found.effects] == [
        ("Lid does not seat", "3", "0"),
        ("Glaze pinholing", "2", "0"),
        ("mean build time", "11.0 min", "6.0 min"),
    ]
    assert plain(found.time_sentence) == (
        "5.0 min less a unit than in CC1-P1: 83 hours over 1,000 units. The intervals of the "
        "means do not overlap."
    )


def test_times_are_said_in_the_zone_of_the_plant():
    found = run_verdict(second()).finding("bar_locked_before_first_unit")
    assert found.sentence == (
        "Locked 2026-05-08 16:20 by Ada; the first unit was started 2026-05-18 07:55."
    )


# What the golden pilot must refuse.


def test_no_sign_off_after_batch_1():
    assert run_verdict(first()).may_sign_off is False


def test_no_sign_off_without_a_bar_recorded_before_the_first_result():
    late = replace(P2, bar=replace(BAR, locked_at=SECOND + timedelta(minutes=1)))
    assert verdicts(second(late))["bar_locked_before_first_unit"] is Verdict.NOT_MET
    assert run_verdict(second(late)).verdict is RunVerdict.HOLD
    assert run_verdict(second(replace(P2, bar=None))).verdict is RunVerdict.HOLD


def test_no_sign_off_on_one_bench_built_unit():
    unit = P1.units[0]._replace(equipment_class="bench", builder_class="engineer")
    one = replace(
        P1,
        bar=replace(BAR, sample=1, max_rejects=0),
        units=(unit,),
        judgements=P1.judgements[:1],
        defects=(),
    )
    found = run_verdict(first(one))
    assert (found.verdict, len(found.sample), len(found.left_out)) == (RunVerdict.HOLD, 0, 1)


def test_reworked_units_of_batch_1_do_not_count_as_the_repeat_batch():
    reworked = tuple(
        unit._replace(previous_serial=f"CC1-P1-{unit.position:03}") for unit in P2.units
    )
    found = run_verdict(second(replace(P2, units=reworked)))
    assert (found.verdict, len(found.sample)) == (RunVerdict.HOLD, 0)
    assert found.left_out[0][0].reasons == (
        "made out of CC1-P1-001: rework does not make a fresh unit",
    )


def test_rework_of_batch_1_leaves_its_first_results_and_its_verdict():
    rework = tuple(
        JudgementFacts(900 + n, 100 + n, 2, "pass", "pass", "pass", None, None, "")
        for n in BATCH_1
    )
    found = run_verdict(first(replace(P1, judgements=P1.judgements + rework)))
    assert (found.verdict, found.yields.first_pass, found.yields.final) == (
        RunVerdict.HOLD,
        0.75,
        1.0,
    )


def test_no_repeat_starts_without_a_recorded_process_change():
    refusals = repeat_refusals(
        batch_id="CC1-P2",
        earlier=earlier_batches([PilotEvidence(P1_HELD, frozen()).reading], ()),
        actions=(),
        at=SECOND,
    )
    assert (refusals[0].code, refusals[0].message) == (
        "R-46",
        "No process change is recorded since batch CC1-P1 was held.",
    )


def test_a_repeat_without_a_recorded_change_is_never_signed_off():
    found = verdicts(second(actions=()))
    assert found["process_changed_since_last_try"] is Verdict.NOT_MET
    assert run_verdict(second(actions=())).verdict is RunVerdict.HOLD


def test_a_batch_begun_before_the_last_action_took_effect_is_not_fresh():
    late = (*ACTIONS[:2], replace(ACTIONS[2], effective_at=SECOND + timedelta(hours=1)))
    finding = run_verdict(second(actions=late)).finding("actions_in_force_before_batch")
    assert (finding.verdict, finding.figure) == (Verdict.NOT_MET, "2 of 3")
    assert finding.sentence == (
        "The action against build time (BUILD-TIME) of CC1-P1 took effect 2026-05-18 08:55, after "
        "this batch began 2026-05-18 07:55: it is no fresh batch."
    )


def test_a_process_defect_of_the_held_batch_without_an_action_holds_the_repeat():
    finding = run_verdict(second(actions=ACTIONS[1:])).finding("actions_in_force_before_batch")
    assert finding.sentence == (
        "Lid does not seat (D-101) of CC1-P1 has a process cause and no corrective action."
    )


def test_a_bar_that_was_lowered_for_the_repeat_is_said_on_the_verdict():
    lowered = replace(P2, bar=replace(BAR, max_rejects=2))
    assert run_verdict(second(lowered)).bar_differences == (
        "This bar differs from that of CC1-P1: c 2 instead of 1.",
    )


@pytest.mark.parametrize("cause_class", ["unknown", "design"])
def test_an_unknown_or_a_design_cause_holds_the_batch(cause_class):
    defect = P2.defects[0]._replace(cause_class=cause_class)
    assert run_verdict(second(replace(P2, defects=(defect,)))).verdict is RunVerdict.HOLD


def test_the_same_evidence_has_the_same_digest_and_any_change_another():
    assert evidence_digest(second()) == evidence_digest(second())
    changed = P2.judgements[0]._replace(fit="fail")
    other = replace(P2, judgements=(changed, *P2.judgements[1:]))
    assert evidence_digest(second(other)) != evidence_digest(second())
