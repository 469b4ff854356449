"""Reviews for manufacture, the PFMEA of a plan, queries from the maker."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from firstoff.db.models import Document, DocumentVersion, LedgerEntry
from firstoff.db.models.ledger import new_uid
from firstoff.errors import InvalidInput, NotAllowed, NotFound, Refused, StaleState
from firstoff.queries import review as reads
from firstoff.queries.ledger import verify
from firstoff.rules.product import state_of
from firstoff.rules.review import FailureModeFacts
from firstoff.services import access, ledger, plan, review
from firstoff.services.review import NewFinding
from firstoff.terms import FindingState
from tests.conftest import NOW, PASSWORD
from tests.services.test_plan import CROCK

RIM = NewFinding(
    "housing",
    "blocker",
    "The rim has no draft angle.",
    point="housing.draft",
    late_cost="A new tool, £9,000 and six weeks.",
    owner="eli",
    due=date(2026, 5, 20),
    characteristic="1",
)
FOOT = NewFinding("finish", "minor", "Nobody says whether the foot is glazed.")


@pytest.fixture
def program(world: Any) -> int:
    loaded = plan.load_definition(site_id=world.site.pk, definition=CROCK, by=world.eli, at=NOW)
    return loaded.program_id


def hold(world: Any, program: int, *findings: NewFinding, **more: Any) -> int:
    said: dict[str, Any] = {
        "program_id": program,
        "revision": "C",
        "title": "Before the tool is cut",
        "held_on": NOW.date(),
        "checklist": {"housing.draft": "finding", "housing.wall": "good"},
    }
    return review.hold_review(**{**said, **more}, findings=findings, by=world.eli, at=NOW)


def document(world: Any, *labels: str) -> None:
    made = Document.objects.create(
        site=world.site, number="DRW-1", title="Body", kind="drawing", visibility="site"
    )
    for day, label in enumerate(labels):
        at = NOW + timedelta(days=day)
        with ledger.verb("test", by=world.eli, at=at, subject="DRW-1") as entry:
            entry.add(
                DocumentVersion(
                    uid=new_uid(),
                    document=made,
                    label=label,
                    file_name="body.pdf",
                    media_type="application/pdf",
                    size=1,
                    sha256="0" * 64,
                )
            )


def test_a_review_keeps_what_was_gone_through_and_what_was_found(world: Any, program: int) -> None:
    number = hold(world, program, RIM, FOOT)

    found = reads.review(world.vic, program, number)
    assert [(f.label, f.severity, f.open) for f in found.findings] == [
        ("DFM-001", "blocker", True),
        ("DFM-002", "minor", True),
    ]
    assert found.checklist == {"housing.draft": "finding", "housing.wall": "good"}
    assert "housing.shrinkage" in [p.key for p in found.left]
    assert (found.findings[0].owner, found.findings[0].due) == ("Eli Novak", date(2026, 5, 20))
    assert verify().holds


def test_the_same_review_posted_twice_is_recorded_once(world: Any, program: int) -> None:
    uid = new_uid()
    assert hold(world, program, RIM, uid=uid) == hold(world, program, RIM, uid=uid) == 1
    assert reads.findings(world.vic, program).total == 1


def test_a_finding_is_resolved_by_a_word_and_accepted_by_signature(
    world: Any, program: int
) -> None:
    hold(world, program, RIM, FOOT)
    where = {"program_id": program, "by": world.eli, "at": NOW}
    done = review.answer_finding(
        finding=1, state=FindingState.RESOLVED, text="2 degrees drawn.", **where
    )
    assert (done.open, done.answer) == (False, "2 degrees drawn.")

    with pytest.raises(NotAllowed):
        review.answer_finding(finding=2, state=FindingState.ACCEPTED, text="Fine.", **where)
    with pytest.raises(Refused) as refused:
        review.answer_finding(
            finding=2,
            state=FindingState.ACCEPTED,
            text="Fine.",
            program_id=program,
            by=world.ada,
            at=NOW,
        )
    assert refused.value.code == "R-17"
    signed = review.answer_finding(
        finding=2,
        state=FindingState.ACCEPTED,
        text="The customer agreed.",
        program_id=program,
        by=world.ada,
        at=NOW,
        confirmed=access.confirm(world.ada, PASSWORD, NOW),
    )
    assert (signed.open, signed.signed, signed.answered_by) == (False, True, world.ada.name)
    stand = reads.dfm_stand(program)
    assert (stand.open, len(stand.findings), stand.reviews) == ((), 2, 1)


def test_a_bad_finding_leaves_nothing_behind(world: Any, program: int) -> None:
    for bad, field in (
        (replace(RIM, owner="nobody"), "owner"),
        (replace(RIM, characteristic="99"), "characteristic"),
        (replace(RIM, document="DRW-9"), "document"),
        (replace(RIM, severity="dreadful"), "severity"),
    ):
        with pytest.raises(InvalidInput) as refused:
            hold(world, program, FOOT, bad)
        assert refused.value.details["field"] == field
        assert refused.value.message.startswith("Finding 2: ")
    assert reads.reviews(world.vic, program) == ((), 0)
    with pytest.raises(InvalidInput, match="to come"):
        hold(world, program, held_on=NOW.date() + timedelta(days=1))


def test_findings_that_came_later_go_on_counting(world: Any, program: int) -> None:
    hold(world, program, RIM)
    added = review.add_findings(
        program_id=program, review=1, findings=[FOOT], by=world.eli, at=NOW
    )
    assert added == (2,)
    listed = reads.findings(world.vic, program, category="finish")
    assert (listed.total, listed.open, [f.number for f in listed.items]) == (1, 2, [2])
    with pytest.raises(NotFound):
        review.add_findings(program_id=program, review=7, findings=[FOOT], by=world.eli, at=NOW)


def test_the_pfmea_is_saved_whole_and_its_past_stays_in_the_ledger(
    world: Any, program: int
) -> None:
    row = FailureModeFacts(
        "Lid does not seat",
        effect="Returned by the customer",
        operation=40,
        characteristic="1",
        severity=7,
        occurrence=6,
        detection=7,
    )
    where: dict[str, Any] = {"program_id": program, "revision": "C", "plan": "1", "at": NOW}
    review.set_failure_modes(**where, rows=[row], by=world.eli)
    held = reads.failure_modes(world.vic, program)
    assert (held.rows, [r.priority for r in held.open]) == ((row,), ["H"])

    seen = state_of(held.rows)
    acted = replace(row, action_state="done", action_taken="Relief skim", occurrence_after=2)
    review.set_failure_modes(**where, rows=[acted], by=world.eli, seen=seen)
    assert reads.failure_modes(world.vic, program).open == ()
    assert "Lid does not seat" in LedgerEntry.objects.latest("seq").details

    with pytest.raises(StaleState):
        review.set_failure_modes(**where, rows=[row], by=world.eli, seen=seen)
    with pytest.raises(InvalidInput, match="Row 1: the plan has no operation 99"):
        review.set_failure_modes(**where, rows=[replace(row, operation=99)], by=world.eli)
    assert reads.failure_modes(world.vic, program).rows == (acted,)


def test_a_query_stays_open_until_a_later_version_says_it(world: Any, program: int) -> None:
    document(world, "A")
    asked = review.ask(
        program_id=program,
        question="Which glaze on the foot?",
        asked_by="Stoke Ceramics",
        document="DRW-1",
        by=world.ben,
        at=NOW + timedelta(hours=1),
    )
    assert (asked.label, asked.about, asked.open) == ("Q-001", "DRW-1", True)
    where: dict[str, Any] = {"program_id": program, "query": 1, "by": world.eli}
    later = NOW + timedelta(hours=2)

    told = review.answer_query(**where, text="Matt.", at=later)
    assert (told.answer, told.open) == ("Matt.", True)
    with pytest.raises(Refused) as refused:
        review.answer_query(**where, text="Matt.", version="A", at=later)
    assert refused.value.code == "R-16"

    found = Document.objects.get(number="DRW-1")
    with ledger.verb("test", by=world.eli, at=later, subject="DRW-1") as entry:
        entry.add(
            DocumentVersion(
                uid=new_uid(),
                document=found,
                label="B",
                file_name="b.pdf",
                media_type="application/pdf",
                size=1,
                sha256="1" * 64,
            )
        )
    closed = review.answer_query(**where, text="Matt, note 4.", version="B", at=later)
    assert (closed.open, closed.closed_by) == (False, "DRW-1 version B")
    listed = reads.queries(world.vic, program)
    assert (listed.open, listed.total) == (0, 1)


def test_a_query_about_nothing_in_particular_needs_words(world: Any, program: int) -> None:
    where: dict[str, Any] = {"program_id": program, "by": world.ben, "at": NOW}
    with pytest.raises(InvalidInput):
        review.ask(**where, question="How?", asked_by="Stoke")
    with pytest.raises(InvalidInput, match="no document 'DRW-9'"):
        review.ask(**where, question="How?", asked_by="Stoke", document="DRW-9")
    asked = review.ask(**where, question="How is it packed?", asked_by="", about="Packing")
    assert (asked.about, asked.asked_by) == ("Packing", "Ben Tams")
    with pytest.raises(NotAllowed):
        review.ask(program_id=program, by=world.vic, at=NOW, question="?", asked_by="", about="x")
    with pytest.raises(NotFound):
        reads.queries(world.cy, program)


def test_more_findings_and_queries_make_no_more_questions_of_the_database(
    world: Any, program: int, django_assert_num_queries: Any
) -> None:
    for _ in range(3):
        hold(world, program, RIM, FOOT, FOOT)
        review.ask(
            program_id=program, question="Why?", asked_by="", about="x", by=world.eli, at=NOW
        )
    with django_assert_num_queries(6):
        assert len(reads.reviews(world.vic, program)[0]) == 3
    with django_assert_num_queries(5):
        assert reads.findings(world.vic, program).total == 9
    with django_assert_num_queries(4):
        assert reads.queries(world.vic, program).total == 3
