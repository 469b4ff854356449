"""Gates: stated, waived, passed and held by signature."""

import json
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest

from firstoff.db.models import GateDecision, GateStatement, LedgerEntry, Waiver
from firstoff.errors import InvalidInput, NotAllowed, NotFound, Refused, StaleState
from firstoff.queries import ledger, release
from firstoff.queries.ledger import verify
from firstoff.services import release as verbs
from firstoff.terms import GateState, Verdict
from tests.conftest import NOW, PASSWORD
from tests.deciding import WEEK, first_batch, second_batch, sign_off
from tests.making import make_program

LATER = NOW + 3 * WEEK


def road(world: Any, at: Any = LATER, who: Any = None) -> Any:
    return release.road(who or world.ada, "STOKE", "CC-1", now=at)


def state(world: Any, program_id: int, gate: int, name: str, **given: Any) -> Any:
    values = {
        "holds": True,
        "evidence": "Report QR-031",
        "password": PASSWORD,
        "by": world.eli,
        "at": NOW,
        **given,
    }
    return verbs.state_criterion(program_id=program_id, gate=gate, criterion=name, **values)


def waive(world: Any, program_id: int, gate: int, name: str, **given: Any) -> Any:
    values = {
        "reason": "Trainer at the bench",
        "expires_at": LATER + WEEK,
        "password": PASSWORD,
        "by": world.ada,
        "at": LATER,
        **given,
    }
    return verbs.waive_criterion(program_id=program_id, gate=gate, criterion=name, **values)


def decide(world: Any, program_id: int, gate: int, passed: bool = True, **given: Any) -> Any:
    values = {"password": PASSWORD, "by": world.ada, "at": LATER, **given}
    return verbs.decide_gate(program_id=program_id, gate=gate, passed=passed, **values)


def pass_gate(world: Any, program_id: int, gate: int) -> Any:
    for found in road(world).gate(gate).stops:
        if found.finding.kind == "statement":
            state(world, program_id, gate, found.finding.key)
    return decide(world, program_id, gate)


@pytest.fixture
def program(world: Any) -> int:
    return make_program(world)[0]


def test_a_gate_passes_when_everything_is_stated(world: Any, program: int) -> None:
    assert road(world).gate(1).headline == "Closed: 2 without evidence"
    decided = pass_gate(world, program, 1)
    found = road(world)
    assert (decided.number, found.gate(1).state) == (1, GateState.PASSED)
    assert (found.standing.gate, found.standing.state) == (2, GateState.OPEN)


def test_a_gate_with_something_open_is_not_passed_but_may_be_held(
    world: Any, program: int
) -> None:
    with pytest.raises(Refused, match="Gate 1 cannot be passed: 2 without evidence") as refused:
        decide(world, program, 1)
    assert refused.value.code == "R-1"
    with pytest.raises(InvalidInput, match="Holding a gate needs a reason"):
        decide(world, program, 1, passed=False)
    decide(world, program, 1, passed=False, reason="No limits yet")
    assert road(world).gate(1).state is GateState.HELD


def test_a_gate_waits_for_the_gates_before_it(world: Any, program: int) -> None:
    for name in ("statement:queries", "statement:package"):
        state(world, program, 2, name)
    with pytest.raises(Refused) as refused:
        decide(world, program, 2)
    assert refused.value.code == "R-4"
    waive(world, program, 2, "earlier_gates_passed")
    assert decide(world, program, 2).passed is True


def test_a_statement_is_signed_and_the_latest_holds(world: Any, program: int) -> None:
    state(world, program, 1, "statement:function")
    state(world, program, 1, "statement:function", holds=False, evidence="Load case is open")
    (finding,) = [f for f in road(world).gate(1).findings if f.finding.key == "statement:function"]
    assert finding.verdict is Verdict.NOT_MET
    assert finding.finding.sentence == (
        "Stated not to hold by Eli Novak, 2026-05-08 10:00: Load case is open"
    )
    assert GateStatement.objects.last().signature.meaning.startswith(
        "I state that this does not hold: Function, performance envelope"
    )


BOTH = ("statement:function", "statement:tolerances")


def state_both(world: Any, program_id: int, **given: Any) -> Any:
    values = {
        "statements": [verbs.StatementGiven(name) for name in BOTH],
        "evidence": "SPEC-2",
        "password": PASSWORD,
        "by": world.eli,
        "at": NOW,
        **given,
    }
    return verbs.state_gate(program_id=program_id, gate=1, **values)


def test_several_statements_stand_under_one_signature(world: Any, program: int) -> None:
    entries = LedgerEntry.objects.count()
    mixed = [
        verbs.StatementGiven(BOTH[0]),
        verbs.StatementGiven(BOTH[1], holds=False, evidence="Two are open"),
    ]
    state_both(world, program, statements=mixed)
    rows = GateStatement.objects.order_by("pk")
    assert [(r.criterion, r.holds, r.evidence) for r in rows] == [
        (BOTH[0], True, "SPEC-2"),
        (BOTH[1], False, "Two are open"),
    ]
    assert len({r.signature_id for r in rows}) == 1
    assert rows[0].signature.meaning == (
        "I state: Function, performance envelope, materials and limits are stated. I state that "
        "this does not hold: Every characteristic that matters has a tolerance."
    )
    assert LedgerEntry.objects.count() == entries + 1
    assert verify().broken is None


def test_several_statements_are_all_made_or_none(world: Any, program: int) -> None:
    wrong = [verbs.StatementGiven(BOTH[0]), verbs.StatementGiven("statement:tooling")]
    with pytest.raises(InvalidInput, match="Gate 1 has no statement statement:tooling"):
        state_both(world, program, statements=wrong)
    with pytest.raises(InvalidInput, match="A statement needs its evidence"):
        state_both(world, program, evidence="")
    with pytest.raises(InvalidInput, match="statement:function is stated twice in one post"):
        state_both(world, program, statements=[verbs.StatementGiven(BOTH[0])] * 2)
    with pytest.raises(InvalidInput, match="Nothing is stated for gate 1"):
        state_both(world, program, statements=[])
    with pytest.raises(NotAllowed):
        state_both(world, program, by=world.ben)
    assert GateStatement.objects.count() == 0


def test_several_statements_posted_again_are_stored_once(world: Any, program: int) -> None:
    uid = uuid4()
    first, again = (state_both(world, program, uid=uid) for _ in range(2))
    assert (first, GateStatement.objects.count()) == (again, 2)
    with pytest.raises(Refused, match="is stored already with another evidence"):
        state_both(world, program, uid=uid, evidence="SPEC-3")


def test_a_statement_needs_evidence_and_has_to_exist(world: Any, program: int) -> None:
    with pytest.raises(InvalidInput, match="A statement needs its evidence"):
        state(world, program, 1, "statement:function", evidence=" ")
    with pytest.raises(InvalidInput, match="Gate 1 has no statement statement:tooling"):
        state(world, program, 1, "statement:tooling")
    with pytest.raises(InvalidInput, match="has no gate 10"):
        state(world, program, 10, "statement:function")


def test_a_waiver_ends_by_itself_and_stays_visible(world: Any, program: int) -> None:
    waive(world, program, 1, "statement:function", expires_at=LATER + timedelta(days=1))
    (found,) = [f for f in road(world).gate(1).findings if f.finding.key == "statement:function"]
    assert (found.verdict, found.waiver.by) == (Verdict.WAIVED, "Ada Okafor")
    (ended,) = [
        f
        for f in road(world, LATER + timedelta(days=1)).gate(1).findings
        if f.finding.key == "statement:function"
    ]
    assert (ended.verdict, len(ended.expired)) == (Verdict.NO_EVIDENCE, 1)


@pytest.mark.parametrize(
    ("gate", "name"),
    [
        (6, "statement:tooling"),
        (7, "bar_locked_before_first_unit"),
        (7, "pilot_run_signed_off"),
        (8, "earlier_gates_passed"),
    ],
)
def test_no_waiver_leads_round_a_hard_gate(world: Any, program: int, gate: int, name: str) -> None:
    with pytest.raises(Refused) as refused:
        waive(world, program, gate, name)
    assert (refused.value.code, Waiver.objects.count()) == ("R-5", 0)


def test_what_is_met_needs_no_waiver(world: Any, program: int) -> None:
    with pytest.raises(Refused, match="there is nothing to waive"):
        waive(world, program, 4, "design_frozen")


@pytest.mark.parametrize("who", ["ben", "ivy", "eli", "vic", "adam"])
def test_only_a_quality_manager_waives_and_decides(world: Any, program: int, who: str) -> None:
    with pytest.raises(NotAllowed):
        waive(world, program, 1, "statement:function", by=getattr(world, who))
    with pytest.raises(NotAllowed):
        decide(world, program, 1, passed=False, reason="x", by=getattr(world, who))


def test_another_site_sees_no_gate(world: Any, program: int) -> None:
    for verb in (
        lambda: state(world, program, 1, "statement:function", by=world.cy),
        lambda: waive(world, program, 1, "statement:function", by=world.cy),
        lambda: decide(world, program, 1, by=world.cy),
        lambda: road(world, who=world.cy),
    ):
        with pytest.raises(NotFound):
            verb()


def test_a_gate_decision_is_a_snapshot_that_a_later_look_is_held_against(world: Any) -> None:
    before, _ = second_batch(world)
    program = before.pilot.program_id
    for gate in (1, 2, 3):
        pass_gate(world, program, gate)
    pass_gate(world, program, 4)
    kept = json.loads(GateDecision.objects.get(gate=4).findings)
    assert {f["key"]: f["counts_as"] for f in kept["findings"]} == {
        "statement:findings": "met",
        "statement:capability": "met",
        "design_frozen": "met",
        "no_open_design_defect": "met",
        "earlier_gates_passed": "met",
    }
    from firstoff.services import nonconformity

    nonconformity.record_cause(
        run_id=before.pilot.run_id,
        code="D-101",
        cause_class="design",
        cause="Too little draft on the lid.",
        by=world.ivy,
        at=LATER,
    )
    found = road(world).gate(4)
    assert (found.state, found.headline) == (
        GateState.PASSED,
        "Passed; would read differently today",
    )
    assert [(d.key, d.then, d.now) for d in found.differences] == [
        ("no_open_design_defect", Verdict.MET, Verdict.NOT_MET)
    ]


def test_the_pilot_gate_opens_with_the_sign_off(world: Any) -> None:
    before, batch = second_batch(world)
    program = before.pilot.program_id
    for gate in range(1, 7):
        pass_gate(world, program, gate)
    stops = [f.finding.key for f in road(world).gate(7).stops]
    assert stops == ["pilot_run_signed_off"]
    sign_off(world, batch.pilot.run_id, at=batch.ended)
    assert decide(world, program, 7).passed is True
    assert road(world).standing.gate == 8


def test_a_held_pilot_keeps_its_gate_closed_with_its_figures(world: Any) -> None:
    first_batch(world)
    found = {f.finding.key: f for f in road(world).gate(7).findings}
    assert found["rejects_within_bar"].finding.figure == "3 of 4"
    assert found["pilot_run_signed_off"].verdict is Verdict.NOT_MET


def test_passing_a_gate_on_a_page_that_grew_old_is_refused(world: Any, program: int) -> None:
    state(world, program, 1, "statement:function")
    seen = ledger.version(program)
    state(world, program, 1, "statement:tolerances")
    with pytest.raises(StaleState, match="Records of CC-1 were added"):
        decide(world, program, 1, seen=seen)


def test_posting_a_gate_decision_again_is_recorded_once(world: Any, program: int) -> None:
    uid = uuid4()
    once = decide(world, program, 1, passed=False, reason="early", uid=uid)
    again = decide(world, program, 1, passed=False, reason="early", uid=uid)
    assert (again, GateDecision.objects.count()) == (once, 1)
