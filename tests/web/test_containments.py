"""The pages of containments: opened from a question, worked off, closed; nothing half done."""

from typing import Any
from uuid import uuid4

import pytest

from firstoff.db.models import Containment, ContainmentFinding, CustomerNotice
from firstoff.queries.trace.containments import containment_of
from firstoff.rules.trace import read_question
from tests.conftest import PASSWORD
from tests.containing import SUSPECT, THEN, close, found, opened
from tests.containing import floor as built
from tests.recording import post, rec

QUESTION = read_question(SUSPECT).as_json()
ONE = "/containments/STOKE/1/"
WORK = f"{ONE}work-off/"


@pytest.fixture
def floor(world: Any) -> Any:
    built(world)
    return world


def text(answer: Any) -> str:
    return " ".join(answer.content.decode().split())


def test_before_it_is_opened_the_page_says_what_it_will_hold(floor: Any, browse: Any) -> None:
    answer = browse(floor.ivy).get(f"/containments/new/?question={QUESTION}")
    said = text(answer)
    assert answer.status_code == 200
    for part in ("6 units", "Lot GLZ-7781.", "3 units in house will be held", "Brown", "Acme"):
        assert part in said


def test_it_is_opened_with_title_and_reason(floor: Any, browse: Any) -> None:
    browser = browse(floor.ivy)
    page = f"/containments/new/?site=STOKE&question={QUESTION}"
    sent = {"question": QUESTION, "title": "", "reason": "Cracks."}
    assert browser.post(page, sent).status_code == 422
    uid = str(uuid4())
    sent = {**sent, "title": "Glaze crazing", "uid": uid}
    for _ in range(2):  # sent twice, opened once
        answer = browser.post(page, sent)
        assert (answer.status_code, answer["Location"]) == (302, ONE)
    assert Containment.objects.count() == 1


def test_a_question_that_names_what_is_not_there_opens_nothing(floor: Any, browse: Any) -> None:
    browser = browse(floor.ivy)
    other = QUESTION.replace("GLZ-7781", "GLZ-1")
    assert browser.get(f"/containments/new/?question={other}").status_code == 404
    assert browser.get("/containments/new/?question={").status_code == 400
    assert browser.get("/containments/new/").status_code == 200
    assert browse(floor.ben).get("/containments/new/").status_code == 403


def test_the_page_answers_whether_all_are_accounted_for(floor: Any, browse: Any) -> None:
    opened(floor)
    said = text(browse(floor.vic).get(ONE))
    for part in (
        "Not yet. 0 of 6 worked off.", "3 of 3 units in house are held.", "Close (6 open)",
        "Letter not sent", "nothing was looked at yet",
    ):  # fmt: skip
        assert part in said
    assert "Say the same of" not in said  # a viewer records nothing


def test_what_comes_next_is_said_by_where_units_are_now(floor: Any, browse: Any) -> None:
    """The table goes by where they were when they joined; one of those shipped came back."""
    opened(floor)
    before = text(browse(floor.vic).get(ONE))
    post(floor, rec("return", part="PCBA", serial="P-3", failure="Cracks", at=THEN), at=THEN)
    after = text(browse(floor.vic).get(ONE))
    assert ("<td>3 at customers</td>" in before, "2 of 2 at customers" in after) == (True, True)
    assert "<td>1 to look at, 2 at customers</td>" in after


def test_a_filter_is_kept_in_the_files_and_in_what_is_said_of_many(
    floor: Any, browse: Any
) -> None:
    view = opened(floor)
    browser = browse(floor.ivy)
    page = f"{ONE}?place=in_process"
    assert "3 units under this filter" in text(browser.get(page))
    answer = browser.get(f"{ONE}units.csv?place=in_process")
    assert len(b"".join(answer.streaming_content).splitlines()) == 4
    sent = {"outcome": "cleared", "meant": "2"}
    stale = browser.post(f"{ONE}finding/?place=in_process", sent)
    assert (stale.status_code, "2 units were expected" in text(stale)) == (422, True)
    sent["meant"] = "3"
    assert browser.post(f"{ONE}finding/?place=in_process", sent).status_code == 302
    assert ContainmentFinding.objects.filter(member__containment=view.id).count() == 3


def test_a_scan_without_a_choice_says_how_the_unit_stands(floor: Any, browse: Any) -> None:
    opened(floor)
    browser = browse(floor.ivy)
    said = text(browser.post(WORK, {"scan": "P-2", "act": "scan"}))
    assert ("At risk" in said, "inside" in said, "say:cleared" in said) == (True, True, True)
    assert "say:replaced" not in said  # it is in house
    answer = browser.post(WORK, {"serial": "P-2", "act": "say:cleared", "uid": str(uuid4())})
    assert ("r-pass" in text(answer), "P-2 is found good." in text(answer)) == (True, True)


def test_with_a_choice_each_scan_records(floor: Any, browse: Any) -> None:
    view = opened(floor)
    browser = browse(floor.ivy)
    assert "Scrap: scan the next unit" in text(browser.post(WORK, {"scan": "*SCRAP*"}))
    answer = browser.post(WORK, {"scan": "D-1", "mode": "scrap", "uid": str(uuid4())})
    said = text(answer)
    assert ("r-fail" in said, "1 inside it went with it." in said) == (True, True)
    refused = browser.post(WORK, {"scan": "P-1", "mode": "replaced"})
    assert (refused.status_code, "Not recorded" in text(refused)) == (409, True)
    assert ContainmentFinding.objects.filter(member__containment=view.id).count() == 2


def test_a_unit_that_is_not_at_risk_is_an_answer(floor: Any, browse: Any) -> None:
    opened(floor)
    browser = browse(floor.ivy)
    said = text(browser.post(WORK, {"scan": "P-5", "mode": "cleared"}))
    assert ("Not at risk" in said, "Nothing was recorded." in said) == (True, True)
    answer = browser.post(WORK, {"scan": "P-99", "mode": "cleared"})
    assert (answer.status_code, "Nobody recorded a unit" in text(answer)) == (404, True)


def test_the_same_scan_within_two_seconds_counts_once(floor: Any, browse: Any) -> None:
    opened(floor)
    browser = browse(floor.ivy)
    for uid in (uuid4(), uuid4()):
        answer = browser.post(WORK, {"scan": "P-1", "mode": "cleared", "uid": str(uid)})
    assert "counted once" in text(answer)
    assert ContainmentFinding.objects.count() == 1


def test_units_are_added_by_hand(floor: Any, browse: Any) -> None:
    opened(floor)
    browser = browse(floor.ivy)
    sent = {"units": "P-5 PCBA\nP-1\n\n", "reason": "Beside them in the kiln."}
    assert browser.post(f"{ONE}units/", sent).status_code == 302
    assert "Not yet. 0 of 8 worked off." in text(browser.get(ONE))
    bad = browser.post(f"{ONE}units/", {**sent, "units": "P-98"})
    assert (bad.status_code, "Nobody recorded a unit" in text(bad)) == (422, True)


def test_a_customer_is_told_on_the_page(floor: Any, browse: Any) -> None:
    opened(floor)
    browser = browse(floor.ivy)
    sent = {"customer": "Brown", "reference": "letter 14"}
    assert browser.post(f"{ONE}notice/", sent).status_code == 302
    assert CustomerNotice.objects.get().reference == "letter 14"
    assert "letter 14" in text(browser.get(ONE))


def work_off(world: Any, view: Any) -> None:
    for serial, outcome in (("P-1", "cleared"), ("D-1", "scrap"), ("P-3", "unreachable")):
        found(world, view, serial, outcome)
    found(world, view, "D-4", "replaced")


def test_it_is_closed_by_password(floor: Any, browse: Any) -> None:
    view = opened(floor)
    browser = browse(floor.ada)
    early = browser.post(f"{ONE}close/", {"password": PASSWORD})
    assert (early.status_code, "cannot be closed" in text(early)) == (409, True)
    work_off(floor, view)
    assert "Sign and close C-0001" in text(browser.get(ONE))
    assert browser.post(f"{ONE}close/", {"password": "wrong"}).status_code == 409
    assert browser.post(f"{ONE}close/", {"password": PASSWORD}).status_code == 302
    assert "This record cannot be changed." in text(browser.get(ONE))
    assert containment_of(floor.ada, view.id).closed


def test_papers_and_files_are_handed_out(floor: Any, browse: Any) -> None:
    view = opened(floor)
    work_off(floor, view)
    close(floor, view, at=THEN)
    browser = browse(floor.vic)
    from firstoff.db.models import Customer

    brown = Customer.objects.get(name="Brown").pk
    for name, begins in (
        ("report.pdf", b"%PDF-"), ("report.json", b"{"), (f"letter-{brown}.pdf", b"%PDF-"),
        ("units.xlsx", b"PK"),
    ):  # fmt: skip
        answer = browser.get(f"{ONE}{name}")
        assert (name, answer.status_code, answer.content[: len(begins)]) == (name, 200, begins)
    for name in ("report.doc", "letter-99999.pdf", "units.txt"):
        assert browser.get(f"{ONE}{name}").status_code == 404


def test_odd_addresses_are_no_errors(floor: Any, browse: Any) -> None:
    opened(floor)
    browser = browse(floor.ivy)
    for query in (
        "place=x",
        "customer=9999999999",
        "customer=-1",
        "state=",
        "page=x",
        "outcome=x",
    ):
        assert browser.get(f"{ONE}?{query}").status_code == 200
    assert browser.get("/containments/STOKE/99999999999999999999/").status_code == 404
    assert browser.get("/containments/?show=closed").status_code == 200
    assert browse(floor.cy).get(ONE).status_code == 404


def test_the_board_names_what_is_open(floor: Any, browse: Any) -> None:
    opened(floor)
    said = text(browse(floor.vic).get("/"))
    assert ("C-0001" in said, "6 of 6 open" in said) == (True, True)
