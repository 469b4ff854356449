"""Sources and alternates proposed, approved, withdrawn: by whom, with what, one after another."""

from threading import Barrier, Thread
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection

from firstoff.db.models import (
    Alternate,
    Approval,
    BomLine,
    ManufacturerPart,
    Part,
    PartRevision,
    Signature,
)
from firstoff.errors import FirstoffError, InvalidInput, NotAllowed, NotFound, Refused, StaleState
from firstoff.queries.ledger import verify
from firstoff.rules.sourcing.approvals import ApprovalGiven
from firstoff.services.sourcing.approving import decide_alternate, decide_source, decide_sources
from firstoff.terms import ApprovalDecision
from tests.conftest import NOW, PASSWORD, World
from tests.sourcing_case import part, product, source

PROPOSED, APPROVED, WITHDRAWN = ApprovalDecision
QUALIFIED = ApprovalGiven(APPROVED, "", True, True, True, "Report R-12")


@pytest.fixture
def capacitor(world: World) -> World:
    part(world, "CAP")
    source(world, "CAP", "GRM188")
    return world


def decide(world: World, given: ApprovalGiven, **more: Any) -> Approval:
    said = {"site_id": world.site.pk, "part": "CAP", "manufacturer": "Maker", "mpn": "GRM188"}
    return decide_source(**{**said, "by": world.eli, "at": NOW, "given": given, **more})


def make_critical() -> None:
    revision = PartRevision.objects.create(part=Part.objects.get(number="CAP"), label="A")
    BomLine.objects.create(
        revision=revision,
        position=1,
        part=Part.objects.get(number="CAP"),
        quantity=1,
        classification="critical",
    )


def test_a_buyer_proposes_and_does_not_approve(capacitor: World) -> None:
    row = decide(capacitor, ApprovalGiven(PROPOSED), by=capacitor.bo)
    assert (row.decision, row.form) == ("proposed", False)
    for decision in (APPROVED, WITHDRAWN):
        with pytest.raises(NotAllowed, match="approve sources"):
            decide(capacitor, ApprovalGiven(decision), by=capacitor.bo)
    with pytest.raises(NotFound):
        decide(capacitor, QUALIFIED, by=capacitor.cy)


def test_a_source_is_approved_with_evidence_and_withdrawn_with_a_reason(capacitor: World) -> None:
    row = decide(capacitor, QUALIFIED)
    assert (row.decision, row.form, row.fit, row.function, row.signature) == (
        "approved",
        True,
        True,
        True,
        None,
    )
    with pytest.raises(Refused, match="approved already"):
        decide(capacitor, ApprovalGiven(PROPOSED))
    with pytest.raises(InvalidInput, match="for a reason"):
        decide(capacitor, ApprovalGiven(WITHDRAWN))
    decide(capacitor, ApprovalGiven(WITHDRAWN, evidence="cracks"))
    with pytest.raises(Refused, match="nothing to withdraw") as no:
        decide(capacitor, ApprovalGiven(WITHDRAWN, evidence="cracks"))
    assert (no.value.code, verify().broken) == ("R-20", None)


def test_a_kind_of_run_is_approved_by_itself(capacitor: World) -> None:
    decide(capacitor, ApprovalGiven(APPROVED, "prototype"))
    with pytest.raises(Refused, match="for pilot runs"):
        decide(capacitor, ApprovalGiven(WITHDRAWN, "pilot", evidence="x"))
    with pytest.raises(InvalidInput, match="no kind of run"):
        decide(capacitor, ApprovalGiven(APPROVED, "mass"))


def test_a_critical_part_is_approved_by_signature(capacitor: World) -> None:
    make_critical()
    with pytest.raises(Refused, match="its approval is signed") as no:
        decide(capacitor, QUALIFIED)
    assert no.value.code == "R-21"
    with pytest.raises(Refused, match="not your password"):
        decide(capacitor, QUALIFIED, password="wrong")
    row = decide(capacitor, QUALIFIED, password=PASSWORD)
    assert row.signature is not None
    assert Signature.objects.get().meaning == (
        "I approve Maker GRM188 for every kind of run, judged by form and fit and function."
    )


def test_a_decision_that_was_not_seen_is_said_so(capacitor: World) -> None:
    first = decide(capacitor, ApprovalGiven(PROPOSED), seen="")
    with pytest.raises(StaleState, match="since you looked: it is proposed now"):
        decide(capacitor, QUALIFIED, seen="")
    assert decide(capacitor, QUALIFIED, seen=str(first.uid)).decision == "approved"


def test_a_decision_posted_twice_is_made_once(capacitor: World) -> None:
    uid = uuid4()
    assert decide(capacitor, QUALIFIED, uid=uid).pk == decide(capacitor, QUALIFIED, uid=uid).pk
    with pytest.raises(Refused, match="another decision"):
        decide(capacitor, ApprovalGiven(PROPOSED), uid=uid)


def test_an_alternate_is_approved_the_same_way(world: World) -> None:
    product(world, {"CAP": "1"})
    part(world, "CAP-2")
    here = {"site_id": world.site.pk, "by": world.eli, "at": NOW, "part": "CAP"}
    with pytest.raises(NotFound, match="is no alternate of CAP"):
        decide_alternate(alternate="CAP-2", given=QUALIFIED, **here)
    cap, other = Part.objects.get(number="CAP"), Part.objects.get(number="CAP-2")
    Alternate.objects.create(part=cap, alternate=other)
    line = BomLine.objects.get(part=cap)
    Alternate.objects.create(part=cap, alternate=other, line=line)
    everywhere = decide_alternate(alternate="CAP-2", given=QUALIFIED, **here)
    there = decide_alternate(alternate="CAP-2", line=line.pk, given=QUALIFIED, **here)
    assert (everywhere.alternate.line, there.alternate.line) == (None, line)
    BomLine.objects.update(classification="critical")
    with pytest.raises(Refused, match="is signed"):
        decide_alternate(alternate="CAP-2", line=line.pk, given=QUALIFIED, **here)


def test_of_two_who_decide_at_once_one_is_told(lasting_world: World) -> None:
    part(lasting_world, "CAP")
    source(lasting_world, "CAP", "GRM188")
    stands = decide(lasting_world, QUALIFIED)
    said: list[str] = []
    start = Barrier(2)

    def act(given: ApprovalGiven) -> None:
        start.wait()
        try:
            decide(lasting_world, given, seen=str(stands.uid))
            said.append("done")
        except FirstoffError as error:
            said.append(error.code)
        finally:
            connection.close()

    threads = [
        Thread(target=act, args=(given,))
        for given in (ApprovalGiven(WITHDRAWN, evidence="cracks"), QUALIFIED)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (sorted(said), Approval.objects.count()) == (["done", "stale-state"], 2)
    assert verify().broken is None


def together(world: World, given: ApprovalGiven = QUALIFIED, **more: Any) -> int:
    keys = list(ManufacturerPart.objects.values_list("pk", flat=True))
    said: dict[str, Any] = {"site_id": world.site.pk, "sources": keys, "by": world.eli, "at": NOW}
    return decide_sources(given=given, **{**said, **more})


def test_many_sources_are_decided_in_one_go_once(capacitor: World) -> None:
    for number in range(3):
        part(capacitor, f"R-{number}")
        source(capacitor, f"R-{number}", "RC0603")
    sent = uuid4()
    assert [together(capacitor, uid=sent) for _ in range(2)] == [4, 4]
    assert set(Approval.objects.values_list("decision", "function", "evidence")) == {
        ("approved", True, "Report R-12")
    }
    assert Approval.objects.count() == 4
    held = verify()
    assert held.holds


def test_of_many_sources_all_are_decided_or_none(capacitor: World) -> None:
    part(capacitor, "R-1")
    source(capacitor, "R-1", "RC0603")
    make_critical()
    with pytest.raises(Refused, match="for a critical part: its approval is signed"):
        together(capacitor)
    with pytest.raises(NotAllowed):
        together(capacitor, by=capacitor.bo)
    with pytest.raises(NotFound):
        together(capacitor, ApprovalGiven(PROPOSED), sources=[1, 10**9])
    for wrong in ({"sources": []}, {"sources": range(101)}, {"given": ApprovalGiven(WITHDRAWN)}):
        with pytest.raises(InvalidInput):
            together(capacitor, **wrong)
    assert Approval.objects.count() == 0
