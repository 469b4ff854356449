"""The board, the road, the run page: the answer first, forms that work without script."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from firstoff.db.models import (
    ActionEffect,
    CauseFinding,
    GateDecision,
    GateStatement,
    RunDecision,
)
from firstoff.queries.evidence import verdict
from firstoff.queries.execution import units
from firstoff.services import execution, product, release
from tests.conftest import NOW, PASSWORD, World
from tests.deciding import WEEK, act, first_batch, hold, second_batch, sign_off
from tests.making import make_program
from tests.web.conftest import Browse
from tests.web.reading import PageRead

RUN, PROGRAM = "/runs/STOKE/CC1-P1/", "/p/STOKE/CC-1/"


@pytest.fixture(autouse=True)
def _cold() -> Iterator[None]:
    verdict.forget()
    yield
    verdict.forget()


def read(answer: Any) -> str:
    return answer.content.decode().replace("\u00a0", " ")


def test_the_run_page_opens_with_the_answer(world: World, browse: Browse) -> None:
    first_batch(world)
    answer = browse(world.vic).get(RUN)
    text = read(answer)
    assert answer.status_code == 200
    assert "May we start production?" in text
    assert "No. Hold." in text
    assert "3 of 4 units were rejected." in text
    assert "95 % interval 19.4 % to 99.4 %" in text
    assert PageRead(answer.content.decode()).problems() == []


@pytest.mark.parametrize("who", ["ada", "eli", "ivy", "ben", "vic", "bo", "adam"])
def test_every_role_reads_the_pages(world: World, browse: Browse, who: str) -> None:
    second_batch(world)
    browser = browse(getattr(world, who))
    for path in ("/", PROGRAM, f"{PROGRAM}gates/4/", RUN, "/runs/STOKE/CC1-P2/",
                 f"{PROGRAM}actions/", f"{PROGRAM}documents/"):  # fmt: skip
        answer = browser.get(path)
        assert (path, answer.status_code) == (path, 200)
        assert (path, PageRead(answer.content.decode()).problems()) == (path, [])


def test_pages_of_a_program_without_a_run_are_pages_too(world: World, browse: Browse) -> None:
    make_program(world)
    for path in ("/", PROGRAM, f"{PROGRAM}gates/9/", f"{PROGRAM}actions/",
                 f"{PROGRAM}documents/"):  # fmt: skip
        answer = browse(world.ada).get(path)
        assert (path, PageRead(answer.content.decode()).problems()) == (path, [])


@pytest.mark.parametrize("locked", [True, False])
def test_a_run_without_a_unit_is_a_page_too(world: World, browse: Browse, locked: bool) -> None:
    from tests.making import BAR, make_pilot

    make_pilot(world, bar=BAR if locked else None)
    for who in (world.ada, world.ben):
        answer = browse(who).get(RUN)
        said = "Not yet: 0 of 20 counting units judged." if locked else "no bar is locked"
        assert said in read(answer)
        assert PageRead(answer.content.decode()).problems() == []


def test_a_run_of_another_kind_is_asked_for_its_bar(world: World, browse: Browse) -> None:
    from firstoff.terms import RunKind
    from tests.making import make_pilot

    run = make_pilot(world, kind=RunKind.SAMPLE)
    text = read(browse(world.vic).get(f"/runs/STOKE/{run.batch_id}/"))
    assert "Is the bar cleared?" in text
    assert "May we start production?" not in text


def test_another_site_sees_no_page_of_it(world: World, browse: Browse) -> None:
    first_batch(world)
    browser = browse(world.cy)
    for path in (PROGRAM, f"{PROGRAM}gates/1/", RUN, f"{RUN}report.pdf"):
        assert (path, browser.get(path).status_code) == (path, 404)
    assert "Counter crock" not in read(browser.get("/"))


def test_a_run_is_held_on_its_page(world: World, browse: Browse) -> None:
    first_batch(world)
    browser = browse(world.ada)
    answer = browser.post(f"{RUN}decide/", {"decision": "hold", "password": PASSWORD})
    assert (answer.status_code, answer["Location"]) == (302, RUN)
    assert RunDecision.objects.get().decision == "hold"
    text = read(browser.get(RUN))
    assert "CC1-P1 is held. The decision cannot be changed." in text
    assert "I have reviewed batch CC1-P1 and hold the process." in text


def test_a_sign_off_against_the_bar_is_refused_inside_the_form(
    world: World, browse: Browse
) -> None:
    first_batch(world)
    answer = browse(world.ada).post(
        f"{RUN}decide/", {"decision": "sign_off", "password": PASSWORD}
    )
    text = read(answer)
    assert answer.status_code == 409
    assert "CC1-P1 cannot be signed off: rejects 3 of 4 (bar: at most 1 of 4)." in text
    assert "Nothing was recorded." in text
    assert RunDecision.objects.count() == 0


def test_a_wrong_password_stands_beside_its_field(world: World, browse: Browse) -> None:
    first_batch(world)
    answer = browse(world.ada).post(
        f"{RUN}decide/", {"decision": "hold", "reason": "kept text", "password": "wrong"}
    )
    assert answer.status_code == 409
    assert "That is not your password; nothing was recorded." in read(answer)
    assert "kept text" in read(answer)


def test_the_signature_is_offered_only_to_who_may_sign(world: World, browse: Browse) -> None:
    second_batch(world)
    path = "/runs/STOKE/CC1-P2/"
    assert "Sign off the process" in read(browse(world.ada).get(path))
    text = read(browse(world.ben).get(path))
    assert "Sign off the process" not in text
    assert "Waits for a signature of Ada Okafor." in text
    assert browse(world.ben).post(f"{path}decide/", {}).status_code == 403


def test_a_page_that_grew_old_signs_nothing(world: World, browse: Browse) -> None:
    before, _ = second_batch(world)
    browser = browse(world.ada)
    path = "/runs/STOKE/CC1-P2/"
    page = PageRead(browser.get(path).content.decode())
    seen = next(e.attrs["value"] for e in page.all("input") if e.attrs.get("name") == "seen")
    act(world, before.pilot.run_id, at=NOW + 2 * WEEK, force=False)
    sent = {"decision": "sign_off", "password": PASSWORD, "seen": seen}
    answer = browser.post(f"{path}decide/", sent)
    assert answer.status_code == 409
    assert "since you opened this page" in read(answer)


def test_a_cause_and_an_action_are_recorded_on_the_page(world: World, browse: Browse) -> None:
    first_batch(world, cause_class="")
    browser = browse(world.eli)
    assert "Cause unknown" in read(browser.get(RUN))
    cause = {"code": "D-101", "cause_class": "process", "cause": "The faces foul."}
    assert browser.post(f"{RUN}cause/", cause).status_code == 302
    action = {"against": "D-101", "cause_class": "process", "what": "Relief skim"}
    assert browser.post(f"{RUN}actions/", action).status_code == 302
    bad = browser.post(f"{RUN}actions/1/", {"evidence": ""})
    assert (bad.status_code, "How one can tell is missing." in read(bad)) == (422, True)
    assert browser.post(f"{RUN}actions/1/", {"evidence": "Ten measured"}).status_code == 302
    assert (CauseFinding.objects.count(), ActionEffect.objects.count()) == (3, 1)
    assert "Ten measured" in read(browser.get(f"{PROGRAM}actions/"))


def test_an_action_sent_twice_is_recorded_once(world: World, browse: Browse) -> None:
    first_batch(world)
    browser = browse(world.eli)
    page = PageRead(browser.get(RUN).content.decode())
    uid = next(e.attrs["value"] for e in page.all("input") if e.attrs.get("id") == "id_action_uid")
    action = {"against": "D-101", "cause_class": "process", "what": "Skim", "uid": uid}
    for _ in range(2):
        assert browser.post(f"{RUN}actions/", action).status_code == 302
    assert read(browser.get(f"{PROGRAM}actions/")).count("CA-000") == 2  # its link and its text


def test_a_gate_is_stated_and_passed_on_its_page(world: World, browse: Browse) -> None:
    make_program(world)
    browser = browse(world.ada)
    for name in ("function", "tolerances"):
        sent = {
            "criterion": f"statement:{name}",
            "holds": "yes",
            "evidence": "SPEC-2",
            "password": PASSWORD,
        }
        assert browser.post(f"{PROGRAM}gates/1/state/", sent).status_code == 302
    sent = {"passed": "pass", "password": PASSWORD}
    assert browser.post(f"{PROGRAM}gates/1/decide/", sent).status_code == 302
    assert GateDecision.objects.get().passed is True
    assert "Passed by Ada Okafor" in read(browser.get(f"{PROGRAM}gates/1/"))


def test_a_held_batch_that_is_repeated_leads_to_its_repeat(world: World, browse: Browse) -> None:
    batch = first_batch(world)
    hold(world, batch.pilot.run_id, at=batch.ended)
    browser = browse(world.eli)
    assert 'btn-main" href="/runs/STOKE/CC1-P1/repeat/"' in browser.get(RUN).content.decode()
    execution.repeat_run(run_id=batch.pilot.run_id, by=world.eli, at=batch.ended)
    page = browser.get(RUN).content.decode()
    assert '<a class="btn btn-main" href="/runs/STOKE/CC1-P2/">Open' in page
    assert '<a class="btn" href="/runs/STOKE/CC1-P1/repeat/">Repeat batch again</a>' in page


def both(**given: str) -> dict[str, str]:
    return {
        "holds_function": "yes",
        "evidence_function": "SPEC-2",
        "holds_tolerances": "no",
        "evidence_tolerances": "Two are open",
        "password": PASSWORD,
        **given,
    }


def test_all_open_statements_of_a_gate_stand_under_one_signature(
    world: World, browse: Browse
) -> None:
    make_program(world)
    browser = browse(world.ada)
    assert "State the 2 that are open" in read(browser.get(f"{PROGRAM}gates/1/"))
    assert browser.post(f"{PROGRAM}gates/1/state-all/", both()).status_code == 302
    rows = GateStatement.objects.order_by("pk")
    assert [(r.criterion, r.holds) for r in rows] == [
        ("statement:function", True),
        ("statement:tolerances", False),
    ]
    assert len({r.signature_id for r in rows}) == 1
    assert "that are open" not in read(browser.get(f"{PROGRAM}gates/1/"))


@pytest.mark.parametrize(
    ("given", "status", "said"),
    [
        ({"evidence_tolerances": ""}, 422, "Evidence is missing."),
        ({"holds_tolerances": ""}, 422, "Say whether it holds."),
        ({"password": "wrong"}, 409, "password"),
    ],
)
def test_statements_that_are_not_whole_are_not_signed(
    world: World, browse: Browse, given: dict[str, str], status: int, said: str
) -> None:
    make_program(world)
    answer = browse(world.ada).post(f"{PROGRAM}gates/1/state-all/", both(**given))
    assert (answer.status_code, said in read(answer)) == (status, True)
    assert GateStatement.objects.count() == 0


def test_a_panel_left_empty_states_nothing(world: World, browse: Browse) -> None:
    make_program(world)
    answer = browse(world.ada).post(f"{PROGRAM}gates/1/state-all/", {"password": PASSWORD})
    assert (answer.status_code, "Nothing is stated" in read(answer)) == (422, True)


def test_one_statement_may_wait_while_another_is_signed(world: World, browse: Browse) -> None:
    make_program(world)
    sent = both(holds_tolerances="", evidence_tolerances="")
    assert browse(world.ada).post(f"{PROGRAM}gates/1/state-all/", sent).status_code == 302
    assert GateStatement.objects.get().criterion == "statement:function"


def test_a_gate_that_may_not_pass_says_so_in_the_form(world: World, browse: Browse) -> None:
    make_program(world)
    answer = browse(world.ada).post(
        f"{PROGRAM}gates/1/decide/", {"passed": "pass", "password": PASSWORD}
    )
    assert answer.status_code == 409
    assert "Gate 1 cannot be passed: 2 without evidence" in read(answer)


def test_what_can_never_be_waived_offers_no_waiver(world: World, browse: Browse) -> None:
    make_program(world)
    page = read(browse(world.ada).get(f"{PROGRAM}gates/6/"))
    assert page.count("No waiver exists for this") == 1
    sent = {
        "criterion": "statement:tooling",
        "reason": "hurry",
        "expires_at": "2100-01-01T00:00",
        "password": PASSWORD,
    }
    answer = browse(world.ada).post(f"{PROGRAM}gates/6/waive/", sent)
    assert answer.status_code == 409
    assert "No waiver exists for this: It was made on production tooling" in read(answer)


def test_the_board_says_what_blocks_and_who_is_waited_for(world: World, browse: Browse) -> None:
    batch = first_batch(world)
    hold(world, batch.pilot.run_id, at=batch.ended)
    text = read(browse(world.ada).get("/"))
    assert "Counter crock" in text
    assert "Not stated yet: Function, performance envelope" in text


def programs_of(world: World) -> None:
    """A: no date, not met. B: due, nothing stated. C: due, not met. D: late, nothing stated."""
    for code, due in (("A-1", None), ("B-1", 9), ("C-1", 9), ("D-1", -1)):
        made = product.create_program(
            site_id=world.site.pk,
            code=code,
            name=code,
            part_number=code,
            part_name=code,
            first_quantity=10,
            currency="GBP",
            due=None if due is None else (timezone.now() + timedelta(days=due)).date(),
            by=world.eli,
            at=NOW,
        )
        if code in ("A-1", "C-1"):
            release.state_gate(
                program_id=made.pk,
                gate=1,
                statements=[release.StatementGiven("statement:function", holds=False)],
                evidence="The load case is open.",
                password=PASSWORD,
                by=world.eli,
                at=NOW,
            )


def test_the_board_shows_what_is_late_first_and_then_the_worst(
    world: World, browse: Browse
) -> None:
    programs_of(world)
    page = PageRead(browse(world.ada).get("/").content.decode())
    rows = [" ".join(e.text.split()) for e in page.all("article")]
    assert [row[:3] for row in rows] == ["D-1", "C-1", "B-1", "A-1"]
    said = ["No evidence", "Not met", "No evidence", "Not met"]
    assert [word in row for word, row in zip(said, rows, strict=True)] == [True] * 4
    assert all(f"1 Definition: {w.lower()}" in row for w, row in zip(said, rows, strict=True))


def test_the_papers_are_a_link_away(world: World, browse: Browse) -> None:
    _, batch = second_batch(world)
    sign_off(world, batch.pilot.run_id, at=batch.ended)
    browser = browse(world.vic)
    path = "/runs/STOKE/CC1-P2/"
    for name, kind in (
        ("report.pdf", "application/pdf"),
        ("report.json", "application/json"),
        ("certificate.pdf", "application/pdf"),
        ("certificate.json", "application/json"),
    ):
        answer = browser.get(f"{path}{name}")
        assert (name, answer.status_code, answer["Content-Type"]) == (name, 200, kind)


def test_the_run_page_takes_as_many_queries_for_more_units(world: World, browse: Browse) -> None:
    from tests.deciding import bar_of, build
    from tests.making import MINUTE, make_pilot

    pilot = make_pilot(world, bar=bar_of(sample=3, max_rejects=0))
    build(world, pilot, units=1)
    browser = browse(world.vic)

    def queries() -> int:
        verdict.forget()
        units._cache.clear()
        with CaptureQueriesContext(connection) as seen:
            assert browser.get(RUN).status_code == 200
        return len(seen)

    queries()
    one = queries()
    build(world, pilot, units=2, at=NOW + MINUTE, first=2)
    assert queries() == one
