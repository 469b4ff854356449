"""Pages of reviews, failure modes, queries, control plans and inspection plans."""

import io
import re
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from firstoff.db.models import Document, DocumentVersion
from firstoff.db.models.ledger import new_uid
from firstoff.queries import review as reads
from firstoff.queries.plan.controls import control_plan
from firstoff.queries.plan.inspection import inspection_plans
from firstoff.rules.review import FailureModeFacts
from firstoff.services import ledger, review
from firstoff.services.plan.controls import propose_controls
from firstoff.services.plan.inspection import create_inspection_plan, release_inspection_plan
from firstoff.services.review import NewFinding
from tests.conftest import NOW, PASSWORD, World
from tests.services.test_controls import drafted, of
from tests.web.conftest import Browse
from tests.web.reading import PageRead

pytestmark = pytest.mark.django_db
HERE = "/p/STOKE/CC-1"
RIM = NewFinding("housing", "blocker", "The rim has no draft angle.", point="housing.draft")


def held(world: World, program: int, *findings: NewFinding) -> int:
    return review.hold_review(
        program_id=program,
        revision="C",
        title="Before the tool is cut",
        held_on=NOW.date(),
        checklist={"housing.draft": "finding"},
        findings=findings,
        by=world.eli,
        at=NOW,
    )


def test_a_review_is_recorded_with_its_checklist_and_findings(
    world: World, browse: Browse
) -> None:
    program = drafted(world)
    browser = browse(world.eli)
    assert "No review yet" in browser.get(f"{HERE}/dfm/").content.decode()
    sent = {
        "title": "Before the tool",
        "revision": "C",
        "held_on": "2026-05-01",
        "people": "Tool maker",
        "p_housing.draft": "finding",
        "p_housing.wall": "good",
        "f-rows": "1",
        "f-0-category": "housing",
        "f-0-severity": "blocker",
        "f-0-text": "",
        "f-0-proposal": "2 degrees",
        "f-0-point": "housing.draft",
    }
    wrong = browser.post(f"{HERE}/dfm/new/", sent)
    assert (wrong.status_code, b"Finding is missing" in wrong.content) == (422, True)
    sent["f-0-text"] = "No draft angle"
    done = browser.post(f"{HERE}/dfm/new/", sent)
    assert (done.status_code, done["Location"]) == (302, f"{HERE}/dfm/reviews/1/")
    found = reads.review(world.eli, program, 1)
    assert found.checklist == {"housing.draft": "finding", "housing.wall": "good"}
    assert [f.proposal for f in found.findings] == ["2 degrees"]
    page = browser.get(f"{HERE}/dfm/reviews/1/").content.decode()
    assert (PageRead(page).problems(), "No draft angle" in page) == ([], True)
    assert browser.get(f"{HERE}/dfm/reviews/1/report.pdf").content[:5] == b"%PDF-"


def test_a_finding_is_accepted_by_the_signature_of_who_may(world: World, browse: Browse) -> None:
    program = drafted(world)
    held(world, program, RIM)
    address = f"{HERE}/dfm/findings/1/"
    eli, ada = browse(world.eli), browse(world.ada)
    assert b"Signing as" not in eli.get(address).content
    said = {"text": "As the sample.", "password": "wrong"}
    assert eli.post(f"{address}accept/", said).status_code == 403
    refused = ada.post(f"{address}accept/", said)
    assert (refused.status_code, reads.finding(world.ada, program, 1).open) == (409, True)
    assert ada.post(f"{address}accept/", {**said, "password": PASSWORD}).status_code == 302
    assert reads.finding(world.ada, program, 1).signed
    assert eli.post(address, {"state": "open", "text": "It does matter."}).status_code == 302
    assert eli.post(address, {"state": "resolved", "text": ""}).status_code == 422
    assert reads.finding(world.ada, program, 1).open


def test_the_pfmea_says_the_priority_and_who_was_quicker(world: World, browse: Browse) -> None:
    program = drafted(world)
    browser = browse(world.eli)
    row = {"f-rows": "1", "f-0-failure_mode": "Lid sits askew", "f-0-operation": "20"}
    row |= {"f-0-severity": "8", "f-0-occurrence": "6", "f-0-detection": "6"}
    bad = browser.post(f"{HERE}/pfmea/", {**row, "f-0-severity": "11"})
    assert (bad.status_code, b"expected a rating from 1 to 10" in bad.content) == (422, True)
    assert browser.post(f"{HERE}/pfmea/", row).status_code == 302
    (found,) = reads.pfmea(world.vic, program).rows
    assert (found.priority, found.open, found.operation) == ("H", True, 20)
    late = browser.post(f"{HERE}/pfmea/", {**row, "seen": "an older state"})
    assert (late.status_code, b"Somebody else changed" in late.content) == (409, True)
    again = re.search(r'name="seen" value="(\w+)"', late.content.decode())
    assert again is not None
    assert browser.post(f"{HERE}/pfmea/", {**row, "seen": again[1]}).status_code == 302
    page = browser.get(f"{HERE}/pfmea/").content.decode()
    assert PageRead(page).problems() == []
    assert '<output class="ap ap-H"' in page
    head = browser.post(f"{HERE}/pfmea/head/", {"team": "Quality"})
    assert (head.status_code, reads.pfmea(world.vic, program).head) == (302, {"team": "Quality"})
    assert browser.get(f"{HERE}/pfmea/form.xlsx").content[:2] == b"PK"
    assert browser.get(f"{HERE}/pfmea/form.odt").status_code == 404


def test_a_query_takes_two_fields_and_is_closed_by_what_says_it(
    world: World, browse: Browse
) -> None:
    program = drafted(world)
    browser = browse(world.ben)
    assert browser.post(f"{HERE}/queries/", {"question": "Which?"}).status_code == 422
    for about in ("revision C", "the glaze"):
        sent = {"question": "Which glaze?", "about": about}
        assert browser.post(f"{HERE}/queries/", sent).status_code == 302
    assert [q.about for q in reads.queries_of(program)] == ["CC-1 revision C", "the glaze"]
    page = browser.get(f"{HERE}/queries/?show=open").content.decode()
    assert (PageRead(page).problems(), page.count("Which glaze?")) == ([], 2)
    eli = browse(world.eli)
    assert eli.post(f"{HERE}/queries/1/", {"text": "G-4"}).status_code == 302
    answered = reads.query(world.eli, program, 1)
    assert (answered.answer, answered.open) == ("G-4", True)
    assert eli.post(f"{HERE}/queries/1/", {"says": "X|B|"}).status_code == 422
    assert eli.get(f"{HERE}/queries/log.csv").content.count(b"Which glaze?") == 2
    assert eli.get(f"{HERE}/queries/9/").status_code == 404


def test_a_query_is_closed_by_a_later_version_that_one_may_see(
    world: World, browse: Browse
) -> None:
    program = drafted(world)
    made = {}
    for number, visibility in (("DRW-1", "site"), ("SEC-1", "quality")):
        made[number] = Document.objects.create(
            site=world.site, number=number, title="Body", kind="drawing", visibility=visibility
        )
    ben, eli = browse(world.ben), browse(world.eli)
    for about in ("drw-1", "SEC-1"):  # to an operator the second does not exist: words
        ben.post(f"{HERE}/queries/", {"question": "Which glaze?", "about": about})
    assert [q.document for q in reads.queries_of(program)] == ["DRW-1", ""]
    later = reads.query(world.eli, program, 1).asked_at + timedelta(minutes=1)
    with ledger.verb("test", by=world.eli, at=later, subject="DRW-1") as entry:
        entry.add(
            DocumentVersion(
                uid=new_uid(),
                document=made["DRW-1"],
                label="B",
                file_name="b.pdf",
                media_type="application/pdf",
                size=1,
                sha256="0" * 64,
            )
        )
    assert "DRW-1 version B" in eli.get(f"{HERE}/queries/1/").content.decode()
    done = eli.post(f"{HERE}/queries/1/", {"says": "DRW-1|B|"})
    closed = reads.query(world.eli, program, 1).closed_by
    assert (done.status_code, closed) == (302, "DRW-1 version B")


def test_a_control_plan_is_proposed_and_typed(world: World, browse: Browse) -> None:
    program = drafted(world)
    browser = browse(world.eli)
    address = f"{HERE}/definition/control-plan/"
    assert browser.post(f"{address}propose/").status_code == 302
    page = browser.get(address).content.decode()
    assert (PageRead(page).problems(), "200 to 250" in page) == ([], True)
    line = {"k-rows": "1", "k-0-operation": "20", "k-0-thing": "c:1"}
    assert browser.post(address, line).status_code == 422  # in no phase
    line["k-0-phases"] = "production"
    assert browser.post(address, {**line, "k-0-thing": "p:Press force"}).status_code == 422
    assert browser.post(address, {**line, "seen": "older"}).status_code == 409
    assert browser.post(address, line).status_code == 302
    assert [c.phases for c in control_plan(world.vic, program).controls] == [("production",)]
    assert b"No line for this phase" in browser.get(f"{address}?phase=prototype").content
    assert browser.get(f"{address}form.xlsx").content[:2] == b"PK"
    assert browser.post(f"{address}head/", {"team": "x" * 300}).status_code == 422


def test_an_inspection_plan_is_drafted_set_and_released(world: World, browse: Browse) -> None:
    program = drafted(world)
    browser = browse(world.eli)
    here = f"{HERE}/definition/inspection/"
    assert PageRead(browser.get(here).content.decode()).problems() == []
    assert browser.post(here, {"kind": "final"}).status_code == 302
    address = f"{here}final/1/"
    page = browser.get(f"{address}?lot=500").content.decode()
    assert (PageRead(page).problems(), "<strong>50</strong>" in page) == ([], True)
    sent = {"kind": "c0", "ltpd": "10", "confidence": "90", "i-rows": "1"}
    sent |= {"i-0-characteristic": "1", "i-0-own": "some"}
    assert browser.post(address, sent).status_code == 422
    assert browser.post(address, {**sent, "i-0-own": "AQL 0.65"}).status_code == 302
    (plan,) = inspection_plans(world.vic, program).plans
    assert plan.facts.sampling == {"kind": "c0", "ltpd": "0.1", "confidence": "0.9"}
    assert plan.facts.lines[0].sampling["aql"] == "0.65"
    assert browser.post(f"{address}release/").status_code == 302
    assert browser.post(address, sent | {"i-0-own": ""}).status_code == 409
    assert browser.get(f"{address}form.pdf?lot=32").content[:5] == b"%PDF-"
    assert browser.get(f"{here}monthly/1/").status_code == 404


def test_pages_ask_as_often_for_three_as_for_one(world: World, browse: Browse) -> None:
    program = drafted(world)
    propose_controls(**of(world, program))
    create_inspection_plan(program_id=program, revision="C", kind="final", by=world.eli, at=NOW)
    browser = browse(world.eli)
    pages = ("dfm/", "dfm/reviews/1/", "pfmea/", "queries/", "queries/1/", "dfm/new/")
    pages += ("definition/control-plan/", "definition/inspection/")  # type: ignore[assignment]
    pages += ("definition/inspection/final/1/",)  # type: ignore[assignment]
    counted = []
    for many in (1, 3):
        for n in range(many):
            held(world, program, *[RIM] * many)
            review.ask(
                program_id=program,
                question=f"Which {n}?",
                asked_by="Kiln",
                about="glaze",
                by=world.eli,
                at=NOW + timedelta(minutes=n),
            )
        rows = [FailureModeFacts(f"It fails {n}", operation=20) for n in range(many)]
        review.set_failure_modes(**of(world, program), rows=rows)
        found = {}
        for page in pages:
            browser.get(f"{HERE}/{page}")
            with CaptureQueriesContext(connection) as seen:
                assert browser.get(f"{HERE}/{page}").status_code == 200
            found[page] = len(seen)
        counted.append(found)
    assert counted[0] == counted[1]


def test_the_form_of_a_control_plan_has_every_column_of_the_manual(
    world: World, browse: Browse, shared: Any
) -> None:
    import csv

    from openpyxl import load_workbook

    program = drafted(world)
    propose_controls(**of(world, program))
    answer = browse(world.vic).get(f"{HERE}/definition/control-plan/form.xlsx")
    sheet: Any = load_workbook(io.BytesIO(answer.content)).active
    cells = [[c.value for c in row] for row in sheet.iter_rows()]
    forms = shared / "cases" / "forms"
    with (forms / "control_plan_columns.csv").open(encoding="utf-8") as file:
        wanted = list(csv.DictReader(file))
    head = [row[0] for row in cells[: len(cells)] if row[0]]
    assert [w["column"] for w in wanted if w["part"] == "header" and w["column"] not in head] == []
    body = [w["column"] for w in wanted if w["part"] == "body"]
    assert body in cells


def test_a_released_plan_shows_what_it_says(world: World, browse: Browse) -> None:
    program = drafted(world)
    here = {"program_id": program, "revision": "C", "by": world.eli, "at": NOW}
    create_inspection_plan(**here, kind="first_article")
    release_inspection_plan(**here, kind="first_article", label="1")
    address = f"{HERE}/definition/inspection/first_article/1/"
    page = browse(world.vic).get(address).content.decode()
    assert (PageRead(page).problems(), "Save the plan" in page) == ([], False)
    assert "Lid clearance" in page
    assert browse(world.cy).get(address).status_code == 404


def test_a_finding_nobody_wrote_stands_on_the_review(world: World, browse: Browse) -> None:
    program = drafted(world)
    number = held(world, program)
    text = browse(world.eli).get(f"{HERE}/dfm/reviews/{number}/").content.decode()
    assert "1 point came out as a finding, and none says what" in text
    assert "Write it below" in text
    assert "Nothing was found" not in text
    listed = browse(world.eli).get(f"{HERE}/dfm/").content.decode()
    assert "1 point came out as a finding, and none says what" in listed
    assert ("not all written" in listed, "Nothing was found" in listed) == (True, False)
    review.add_findings(program_id=program, review=number, findings=[RIM], by=world.eli, at=NOW)
    text = browse(world.eli).get(f"{HERE}/dfm/reviews/{number}/").content.decode()
    assert "none says what" not in text
