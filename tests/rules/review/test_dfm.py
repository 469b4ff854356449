"""The checklist of the review, its findings, and how they are closed."""

from dataclasses import replace

import pytest

from firstoff.errors import InvalidInput, Refused
from firstoff.rules.criteria import definition_samples
from firstoff.rules.criteria.base import GateEvidence
from firstoff.rules.criteria.dfm_findings_closed import DfmFindingsClosed
from firstoff.rules.review import (
    CHECKLIST,
    DfmStand,
    FindingFacts,
    by_category,
    check_answer,
    check_checklist,
    check_finding,
    unanswered,
    unwritten,
)
from firstoff.terms import DfmCategory, FindingSeverity, FindingState, Verdict

DRAFT = FindingFacts(
    1, 1, DfmCategory.HOUSING, FindingSeverity.MAJOR, "The rim has no draft angle."
)


def test_the_checklist_goes_through_every_category_of_the_domain() -> None:
    keys = {p.key for p in CHECKLIST}
    assert len(keys) == len(CHECKLIST)
    assert {
        "board.stack_up",
        "board.connectors",
        "board.panelisation",
        "board.test_points",
    } <= keys
    assert {
        f"housing.{k}" for k in ("material", "draft", "wall", "tool_access", "shrinkage")
    } <= keys
    assert {p.category for p in CHECKLIST} == set(DfmCategory) - {DfmCategory.OTHER}


def test_a_point_nobody_answered_is_not_gone_through() -> None:
    answers = check_checklist({"housing.draft": "finding", "board.stack_up": "good"})
    assert list(answers) == ["board.stack_up", "housing.draft"]
    left = [p.key for p in unanswered(answers, [DfmCategory.HOUSING])]
    assert "housing.wall" in left
    assert "housing.draft" not in left


@pytest.mark.parametrize("answers", [{"housing.colour": "good"}, {"housing.draft": "perhaps"}])
def test_an_answer_outside_the_list_is_refused(answers: dict[str, str]) -> None:
    with pytest.raises(InvalidInput):
        check_checklist(answers)


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"category": "paint", "severity": "major", "text": "x"}, "category"),
        ({"category": "finish", "severity": "grave", "text": "x"}, "severity"),
        ({"category": "finish", "severity": "major", "text": " "}, "text"),
        ({"category": "finish", "severity": "major", "text": "x", "point": "no.such"}, "point"),
    ],
)
def test_a_finding_says_what_it_is_about(given: dict[str, str], field: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        check_finding(**given)
    assert refused.value.details["field"] == field


def test_a_finding_stays_as_it_is_only_by_signature() -> None:
    with pytest.raises(Refused) as refused:
        check_answer(DRAFT, FindingState.ACCEPTED, "The tool maker agrees.", signed=False)
    assert refused.value.code == "R-17"
    said = check_answer(DRAFT, FindingState.ACCEPTED, "The tool maker agrees.", signed=True)
    assert said == "The tool maker agrees."


def test_an_answer_gives_its_reason_and_changes_something() -> None:
    resolved = replace(DRAFT, state=FindingState.RESOLVED)
    with pytest.raises(InvalidInput):
        check_answer(DRAFT, FindingState.RESOLVED, " ", signed=False)
    with pytest.raises(Refused):
        check_answer(resolved, FindingState.RESOLVED, "Again.", signed=False)
    with pytest.raises(Refused):
        check_answer(DRAFT, FindingState.OPEN, "Still.", signed=False)


def test_the_gravest_open_finding_comes_first() -> None:
    blocker = replace(DRAFT, number=3, severity=FindingSeverity.BLOCKER)
    closed = replace(DRAFT, number=2, state=FindingState.RESOLVED)
    stand = DfmStand(1, True, (DRAFT, closed, blocker))
    assert [f.label for f in stand.open] == ["DFM-003", "DFM-001"]
    assert by_category(stand.findings) == {DfmCategory.HOUSING: (3, 2)}


def test_a_finding_that_nobody_wrote_is_missed() -> None:
    answers = {"housing.draft": "finding", "housing.wall": "good", "board.stack_up": "finding"}
    missed = [p.key for p in unwritten(answers, [])]
    assert missed == ["board.stack_up", "housing.draft"]
    of_category = unwritten(answers, [DRAFT])
    assert [p.key for p in of_category] == ["board.stack_up"]
    of_another = unwritten(answers, [replace(DRAFT, point="housing.wall")])
    assert [p.key for p in of_another] == missed


def _evidence(stand: DfmStand) -> GateEvidence:
    whole = definition_samples.defined(4, dfm="closed")
    assert whole.definition is not None
    return replace(whole, definition=replace(whole.definition, dfm=stand))


def test_gate_4_takes_no_review_for_good_that_leaves_its_finding_out() -> None:
    criterion = DfmFindingsClosed()
    draft = next(p for p in CHECKLIST if p.key == "housing.draft")
    (answer,) = criterion.answers(
        _evidence(DfmStand(1, True, (), points=3, unwritten=((1, draft), (1, CHECKLIST[0]))))
    )
    assert answer.verdict is Verdict.NOT_MET
    assert "Review 1 says there is a finding about" in answer.sentence
    assert "and 1 more; none is written." in answer.sentence
    assert criterion.answers(_evidence(DfmStand(1, True, ()))) == ()
    (answer,) = criterion.answers(_evidence(DfmStand(1, True, (), points=3)))
    assert answer.sentence == "One review found nothing."
