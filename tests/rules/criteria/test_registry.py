"""What every criterion has to be able to do, and what always holds of a verdict."""

import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from firstoff.errors import Refused
from firstoff.rules import ledger
from firstoff.rules.criteria import (
    CRITERIA,
    GATE_CRITERIA,
    RUN_CRITERIA,
    look,
    run_verdict,
    samples,
)
from firstoff.rules.criteria.page import first_finding, reference_page
from firstoff.rules.evidence import finding_content
from firstoff.rules.execution import BarCapability
from firstoff.rules.release import (
    SMALL_BATCH,
    TEMPLATES,
    GateDecisionFacts,
    StoredFinding,
    WaiverFacts,
    check_gate_decision,
    check_waiver,
    standing,
)
from firstoff.terms import GateState, RunVerdict, Verdict

NOW = datetime(2026, 6, 1, tzinfo=UTC)
KINDS = [pytest.param(c, id=f"{type(c).__name__}") for c in CRITERIA]
PAGE = Path(__file__).resolve().parents[3] / "docs" / "reference" / "criteria.md"


@pytest.mark.parametrize("criterion", KINDS)
def test_every_criterion_judges_its_examples_as_they_say(criterion):
    found = [first_finding(criterion, example).verdict for example in criterion.examples()]
    assert found == [example.verdict for example in criterion.examples()]


@pytest.mark.parametrize("criterion", KINDS)
def test_every_criterion_has_an_example_that_is_met_and_one_that_is_not(criterion):
    shown = {example.verdict for example in criterion.examples()}
    assert Verdict.MET in shown
    assert shown - {Verdict.MET}


@pytest.mark.parametrize("criterion", KINDS)
def test_every_finding_says_a_whole_sentence_and_can_be_stored(criterion):
    for example in criterion.examples():
        found = first_finding(criterion, example)
        assert re.fullmatch(r"[A-Z0-9].*[.\w]", found.sentence), found.sentence
        assert found.figure
        assert ledger.canonical(finding_content(found))


def test_no_two_criteria_of_a_floor_share_a_kind():
    for registry in (RUN_CRITERIA, GATE_CRITERIA):
        assert len({c.kind for c in registry}) == len(registry)


def test_every_template_asks_only_for_criteria_that_exist():
    known = {c.kind for c in CRITERIA}
    for template in TEMPLATES:
        assert {c.kind for gate in template.gates for c in gate.criteria} <= known
        assert [gate.number for gate in template.gates] == list(range(1, len(template.gates) + 1))


def test_the_reference_page_is_the_registry():
    assert PAGE.read_text(encoding="utf-8") == reference_page()


def test_every_criterion_of_a_run_is_asked_for_at_the_pilot_gate():
    asked = {c.kind for c in SMALL_BATCH.gate(7).criteria}
    assert {c.kind for c in RUN_CRITERIA} <= asked


# What always holds.


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 20), st.integers(1, 20), st.integers(0, 3))
def test_a_further_reject_never_turns_hold_into_sign_off(rejects, units, c):
    c = min(c, units - 1)
    bar = replace(samples.BAR, sample=units, max_rejects=c)
    fewer = run_verdict(samples.pilot(units=units, rejects=min(rejects, units), bar=bar))
    more = run_verdict(samples.pilot(units=units, rejects=min(rejects + 1, units), bar=bar))
    assert not (fewer.verdict is RunVerdict.HOLD and more.verdict is RunVerdict.SIGN_OFF)


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 25), st.integers(0, 3))
def test_a_sign_off_is_never_possible_with_more_rejects_than_the_bar_allows(units, rejects):
    found = run_verdict(samples.pilot(units=units, rejects=min(rejects, units)))
    if found.verdict is RunVerdict.SIGN_OFF:
        assert len([s for s in found.sample if s.first == "reject"]) <= 1
        assert len(found.sample) == 20


@settings(max_examples=20, deadline=None)
@given(st.integers(1, 30), st.integers(0, 5))
def test_units_that_do_not_count_never_change_the_verdict(count, rejects):
    evidence = samples.pilot(rejects=rejects)
    extra = samples.run(
        "X", units=count, rejects=count, equipment_class="bench", key=1000, cause_class="process"
    )
    units = tuple(u._replace(position=u.position + 20) for u in extra.units)
    run = evidence.run
    mixed = replace(
        run,
        units=run.units + units,
        judgements=run.judgements + extra.judgements,
        defects=run.defects + extra.defects,
    )
    before, after = run_verdict(evidence), run_verdict(replace(evidence, run=mixed))
    assert after.verdict is before.verdict
    assert after.figures == before.figures
    assert len(after.left_out) == count


@settings(max_examples=20, deadline=None)
@given(st.integers(1, 10), st.integers(0, 20))
def test_units_after_the_sample_never_change_the_verdict(count, rejects):
    evidence = samples.pilot(rejects=min(rejects, 20))
    run = evidence.run
    extra = samples.run("CC1-P1", units=count, key=1000, began=samples.BEGAN + timedelta(days=1))
    units = tuple(u._replace(position=u.position + 20) for u in extra.units)
    longer = replace(run, units=run.units + units, judgements=run.judgements + extra.judgements)
    before, after = run_verdict(evidence), run_verdict(replace(evidence, run=longer))
    assert (after.verdict, after.figures, len(after.beyond)) == (
        before.verdict,
        before.figures,
        count,
    )


def test_a_run_without_a_bar_or_a_unit_answers_too():
    found = run_verdict(samples.pilot(bar=None, units=0))
    assert (found.verdict, found.headline, found.may_hold) == (
        RunVerdict.HOLD,
        "Not yet: no bar is locked.",
        False,
    )


def test_a_running_batch_says_how_far_it_is():
    found = run_verdict(samples.pilot(units=12, rejects=1))
    assert (found.headline, found.settled) == ("Not yet: 12 of 20 counting units judged.", False)


def test_a_batch_over_its_bar_is_lost_before_it_is_complete():
    found = run_verdict(samples.pilot(units=12, rejects=2))
    assert (found.headline, found.settled) == ("No. Hold.", True)


def test_a_bar_of_no_rejects_names_no_rate_to_be_over():
    bar = replace(samples.BAR, max_rejects=0)
    figures = run_verdict(samples.pilot(bar=bar)).figures
    assert (figures.over_bar, figures.clean_90) == (None, None)


def test_a_bar_without_costs_shows_units_and_names_what_is_missing():
    bar = replace(
        samples.BAR, bad_unit_cost=None, batch_cost=None, delay_days=None, delay_day_cost=None
    )
    money = run_verdict(samples.pilot(bar=bar, rejects=5)).money
    assert (money.units, money.at_stake, money.missing[0]) == (
        250.0,
        None,
        "the cost of a bad unit",
    )


def test_values_without_spread_are_no_evidence_of_capability():
    found = run_verdict(samples.pilot(spread=0.0)).finding("capability_within_bar")
    assert (found.verdict, found.figure) == (Verdict.NO_EVIDENCE, "no spread")


def test_one_unit_not_measured_is_no_evidence_of_capability():
    evidence = samples.pilot()
    values = evidence.measurements["3"]
    holes = {"3": (values[0]._replace(value=None), *values[1:])}
    found = run_verdict(replace(evidence, measurements=holes)).finding("capability_within_bar")
    assert (found.verdict, found.figure) == (Verdict.NO_EVIDENCE, "19 measured")


def test_a_capability_of_something_the_baseline_lacks_is_no_evidence():
    wanted = (BarCapability("99", samples.BAR.capabilities[0].minimum),)
    evidence = samples.pilot(bar=replace(samples.BAR, capabilities=wanted))
    assert run_verdict(evidence).finding("capability_within_bar").verdict is Verdict.NO_EVIDENCE


def test_a_mean_that_is_exactly_the_limit_is_within_it():
    found = run_verdict(samples.pilot(build_minutes=7.0)).finding("build_time_within_bar")
    assert found.verdict is Verdict.MET
    over = run_verdict(samples.pilot(build_minutes=7.0001)).finding("build_time_within_bar")
    assert (over.verdict, over.figure) == (Verdict.NOT_MET, "7.0001\u00a0min")


# Gates.

PASSED = {n: GateDecisionFacts(n, 1, True, "", "Ada", NOW, uid=f"g{n}") for n in range(1, 10)}


def at_gate(number: int, waivers: tuple[WaiverFacts, ...] = (), **sample):
    evidence = replace(samples.gate(number, **sample), hard_gates=frozenset({6, 7}))
    return look(evidence, waivers, now=NOW)


def waiver(gate: int, criterion: str, days: int = 30) -> WaiverFacts:
    return WaiverFacts(
        gate, criterion, "trainer at the bench", "Lee", NOW, NOW + timedelta(days=days), "w"
    )


def test_a_gate_with_everything_stated_may_be_passed():
    found = at_gate(5, stated=True)
    assert (found.state, found.may_pass, found.headline) == (
        GateState.OPEN,
        True,
        "Ready to sign",
    )
    check_gate_decision(found, passed=True, reason="")


def test_a_gate_counts_what_stops_it():
    found = at_gate(7, gaps=True, pilot=RunVerdict.HOLD)
    assert found.headline == "Closed: 4 not met"


def test_a_waiver_changes_only_what_stops_and_stays_visible_when_it_ends():
    held = waiver(7, "jigs_named")
    found = at_gate(7, (held,), gaps=True)
    (jigs,) = [f for f in found.findings if f.finding.kind == "jigs_named"]
    assert (jigs.verdict, jigs.waiver, jigs.finding.verdict) == (
        Verdict.WAIVED,
        held,
        Verdict.NOT_MET,
    )
    ended = waiver(7, "jigs_named", days=-1)
    (jigs,) = [
        f for f in at_gate(7, (ended,), gaps=True).findings if f.finding.kind == "jigs_named"
    ]
    assert (jigs.verdict, jigs.waiver, jigs.expired) == (Verdict.NOT_MET, None, (ended,))


@pytest.mark.parametrize(
    ("gate", "name", "sample"),
    [
        (6, "statement:tooling", {"stated": False}),
        (7, "bar_locked_before_first_unit", {}),
        (7, "pilot_run_signed_off", {}),
        (8, "earlier_gates_passed", {"passed": 5}),
    ],
)
def test_no_waiver_exists_for_what_makes_the_evidence(gate, name, sample):
    found = at_gate(gate, (waiver(gate, name),), **sample)
    (hard,) = [f for f in found.findings if f.finding.key == name]
    assert (hard.waiver, hard.waivable, hard.stops) == (None, False, True)
    with pytest.raises(Refused) as error:
        check_waiver(
            hard, name=name, gate=gate, reason="hurry", expires_at=NOW + timedelta(1), now=NOW
        )
    assert error.value.code == "R-5"


def test_an_earlier_gate_that_is_not_hard_may_be_waived():
    found = at_gate(3, (waiver(3, "earlier_gates_passed"),), passed=1, stated=True)
    assert found.may_pass is True


def test_a_gate_is_not_passed_while_an_earlier_one_is_open():
    found = at_gate(3, passed=1, stated=True)
    with pytest.raises(Refused) as error:
        check_gate_decision(found, passed=True, reason="")
    assert (error.value.code, found.state) == ("R-4", GateState.NOT_REACHED)


def test_a_passed_gate_shows_what_would_read_differently_today():
    then = at_gate(4, stated=True)
    stored = tuple(
        StoredFinding(f.finding.key, f.finding.title, f.verdict, f.finding.sentence)
        for f in then.findings
    )
    decided = {**PASSED, 4: replace(PASSED[4], findings=stored)}
    evidence = samples.gate(4, stated=True, design_defect=True)
    now = look(replace(evidence, decisions=decided), (), now=NOW)
    assert now.headline == "Passed; would read differently today"
    assert [(d.key, d.then, d.now) for d in now.differences] == [
        ("no_open_design_defect", Verdict.MET, Verdict.NOT_MET)
    ]


def test_the_board_names_the_gate_in_work_and_what_blocks_it_first():
    looks = [
        look(replace(samples.gate(n), decisions={1: PASSED[1]}), (), now=NOW) for n in range(1, 10)
    ]
    found = standing(looks)
    assert (found.gate, found.state, found.blocked) == (
        2,
        GateState.OPEN,
        "Not stated yet: No clarification query is open.",
    )


def test_holding_a_gate_needs_a_reason_and_nothing_else():
    check_gate_decision(at_gate(7), passed=False, reason="glaze supplier changed")
    with pytest.raises(Exception, match="needs a reason"):
        check_gate_decision(at_gate(7), passed=False, reason=" ")
