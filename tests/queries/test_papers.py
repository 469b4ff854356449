"""The papers of a run: what they say, and that anyone can check them."""

import json
from typing import Any

import pytest

from firstoff.errors import InvalidInput, NotFound, Refused
from firstoff.queries.evidence import papers
from tests.conftest import NOW
from tests.deciding import WEEK, act, first_batch, hold, second_batch, sign_off


@pytest.fixture
def signed(world: Any) -> Any:
    before, batch = second_batch(world)
    sign_off(world, batch.pilot.run_id, at=batch.ended)
    return before, batch


def test_the_report_of_a_held_batch_says_what_was_decided(world: Any) -> None:
    batch = first_batch(world)
    hold(world, batch.pilot.run_id, at=batch.ended)
    paper = papers.evidence_file(world.vic, batch.pilot.run_id)
    data = json.loads(paper.evidence)["data"]
    assert (paper.name, data["doc"]["status"], data["doc"]["draft"]) == ("CC1-P1-PR", "ISSUED", [])
    assert data["pilot"]["verdict"] == "hold"
    assert [(u["serial"], u["result"]) for u in data["units"]["counted"]] == [
        ("CC1-P1-001", "good"),
        ("CC1-P1-002", "reject"),
        ("CC1-P1-003", "reject"),
        ("CC1-P1-004", "reject"),
    ]
    assert [s["name"] for s in data["signatures"]] == ["Ada Okafor"]


def test_a_report_of_an_undecided_run_is_a_draft(world: Any) -> None:
    batch = first_batch(world)
    paper = papers.pilot_report(world.vic, batch.pilot.run_id)
    doc = json.loads(paper.evidence)["data"]["doc"]
    assert (doc["status"], doc["draft"]) == (
        "DRAFT",
        ["The run is not decided: nobody has signed this."],
    )
    assert paper.pdf[:5] == b"%PDF-"


def test_a_report_agrees_with_its_evidence_and_with_the_database(world: Any, signed: Any) -> None:
    paper = papers.pilot_report(world.vic, signed[1].pilot.run_id)
    offline = papers.check_file("a.pdf", paper.pdf, beside=paper.evidence)
    assert (offline.holds, offline.sentence) == (
        True,
        "CC1-P2-PR belongs to this evidence and is byte for byte what its evidence makes.",
    )
    here = papers.check_file("a.pdf", paper.pdf, actor=world.vic)
    assert (here.holds, here.sentence) == (
        True,
        "CC1-P2-PR agrees with the records in the database.",
    )
    assert papers.check_file("a.json", paper.evidence, actor=world.vic).holds is True
    assert papers.check_file("a.json", paper.evidence).holds is True


def test_a_report_printed_later_is_the_same_report(world: Any, signed: Any) -> None:
    before, batch = signed
    once = papers.evidence_file(world.vic, batch.pilot.run_id)
    act(world, before.pilot.run_id, at=NOW + 2 * WEEK, force=False)
    assert papers.evidence_file(world.ada, batch.pilot.run_id) == once


def test_a_certificate_is_given_for_a_signed_off_process_only(world: Any, signed: Any) -> None:
    before, batch = signed
    paper = papers.certificate(world.vic, batch.pilot.run_id)
    assert papers.check_file("c.pdf", paper.pdf, actor=world.vic).holds is True
    with pytest.raises(Refused, match="CC1-P1 is not signed off; there is nothing to certify"):
        papers.certificate(world.vic, before.pilot.run_id)


def test_a_changed_evidence_file_is_found(world: Any, signed: Any) -> None:
    paper = papers.evidence_file(world.vic, signed[1].pilot.run_id)
    changed = paper.evidence.replace(b"CC1-P2-004", b"CC1-P2-005")
    with pytest.raises(InvalidInput, match="The evidence was changed"):
        papers.check_file("a.json", changed)


def test_an_evidence_file_with_a_digest_of_its_own_making_is_found(
    world: Any, signed: Any
) -> None:
    from firstoff.formats.documents import seal

    content = json.loads(papers.evidence_file(world.vic, signed[1].pilot.run_id).evidence)
    content["records"]["evidence"][0]["run"]["planned_quantity"] = 7
    content["digest"] = seal.digest(content)
    found = papers.check_file("a.json", json.dumps(content).encode())
    assert (found.holds, found.sentence) == (
        False,
        "CC1-P2-PR: the records are not those the decision was signed on.",
    )


def test_evidence_of_another_run_does_not_belong_to_a_report(world: Any, signed: Any) -> None:
    before, batch = signed
    paper = papers.pilot_report(world.vic, batch.pilot.run_id)
    other = papers.evidence_file(world.vic, before.pilot.run_id)
    found = papers.check_file("a.pdf", paper.pdf, beside=other.evidence)
    assert (found.holds, found.sentence) == (
        False,
        "CC1-P2-PR was made from other evidence than this file.",
    )


def test_a_file_of_another_kind_is_refused(world: Any) -> None:
    with pytest.raises(InvalidInput, match=r"notes\.txt is neither a document nor its evidence"):
        papers.check_file("notes.txt", b"hello")


def test_another_site_gets_no_paper_and_learns_nothing_by_checking(
    world: Any, signed: Any
) -> None:
    paper = papers.evidence_file(world.vic, signed[1].pilot.run_id)
    with pytest.raises(NotFound):
        papers.pilot_report(world.cy, signed[1].pilot.run_id)
    found = papers.check_file("a.json", paper.evidence, actor=world.cy)
    assert (found.holds, found.sentence) == (
        False,
        "There is no run for CC1-P2-PR here, or not for you.",
    )
