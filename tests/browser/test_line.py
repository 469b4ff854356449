"""The line in a browser: a scanner alone, a server that is away, a screen of 1024 by 768."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from firstoff.db.models import OperationRecord, Unit
from firstoff.services import execution, plan
from tests.browser.chromium import CHROMIUM
from tests.conftest import PASSWORD, World
from tests.making import BAR, CROCK

pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="no Chromium on this machine")
LINE = "/runs/STOKE/CC1-P1/line/"


def prepare(world: World) -> None:
    at = timezone.now() - timedelta(hours=1)
    loaded = plan.load_definition(site_id=world.site.pk, definition=CROCK, by=world.eli, at=at)
    plan.freeze_baseline(program_id=loaded.program_id, by=world.eli, at=at)
    made = execution.create_run(
        program_id=loaded.program_id,
        planned_quantity=20,
        line="Line 2",
        equipment=["L2-40"],
        by=world.eli,
        at=at,
    )
    execution.lock_bar(run_id=made.id, bar=BAR, password=PASSWORD, by=world.ada, at=at)


@pytest.fixture
def page(lasting_world: World, live_server: Any, monkeypatch: Any) -> Iterator[Any]:
    """Ben at the line. Whatever the browser complains about fails the test."""
    sync_api = pytest.importorskip("playwright.sync_api")
    prepare(lasting_world)
    monkeypatch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "1")
    said: list[str] = []
    with sync_api.sync_playwright() as play:
        flags = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
        browser = play.chromium.launch(executable_path=CHROMIUM, args=flags)
        page = browser.new_page(base_url=live_server.url, viewport={"width": 1024, "height": 768})
        page.on("pageerror", lambda error: said.append(str(error)))
        page.on(
            "console",
            lambda m: said.append(m.text) if "Content Security Policy" in m.text else None,
        )
        page.goto(f"/sign-in/?next={LINE}")
        page.fill("#id_username", "ben")
        page.fill("#id_password", PASSWORD)
        page.click("main button")
        page.wait_for_url(f"**{LINE}")
        yield page
        browser.close()
    assert said == []


def scan(page: Any, code: str, then: str) -> None:
    """What a scanner does: types into whatever has the focus, then Enter."""
    page.keyboard.type(code)
    page.keyboard.press("Enter")
    page.wait_for_function("t => document.querySelector('h1').textContent.includes(t)", arg=then)


def focus(page: Any) -> str:
    return str(page.evaluate("document.activeElement.id"))


def test_a_unit_goes_its_whole_route_by_scanner_alone(page: Any) -> None:
    for operation in ("Fit the ring", "Seat the lid", "Apply the label"):
        scan(page, "CC1-P1-001", operation)
        assert focus(page) == "scan"
        page.wait_for_timeout(2100)
        scan(page, "*PASS*", "Passed")
        assert focus(page) == "scan"
        page.wait_for_timeout(2100)
    scan(page, "CC1-P1-001", "Done")
    assert OperationRecord.objects.filter(outcome="pass").count() == 3


def test_every_face_of_the_line_fits_the_screen(page: Any) -> None:
    def overflow() -> int:
        return int(page.evaluate("document.documentElement.scrollHeight - innerHeight"))

    faces = [overflow()]
    scan(page, "CC1-P1-001", "Fit the ring")
    faces.append(overflow())
    scan(page, "CC1-P1-002", "Not this unit")
    faces.append(overflow())
    page.click("text=Back to CC1-P1-001") if page.query_selector(
        "text=Back to CC1-P1-001"
    ) else page.click("text=Put it aside")
    page.wait_for_timeout(500)
    faces.append(overflow())
    assert faces == [0, 0, 0, 0]


def test_touch_targets_are_large_enough(page: Any) -> None:
    scan(page, "CC1-P1-001", "Fit the ring")
    sizes = page.eval_on_selector_all(
        ".key, .defects button, .line-foot a, .line-top .btn",
        "all => all.map(e => [e.className.includes('key') ? 80 : 48, "
        "e.getBoundingClientRect().height])",
    )
    assert [height >= least for least, height in sizes] == [True] * len(sizes)


def test_an_entry_is_kept_while_the_server_is_away_and_recorded_once(page: Any) -> None:
    scan(page, "CC1-P1-001", "Fit the ring")
    page.wait_for_timeout(2100)
    lost = [0]

    def away(route: Any) -> None:
        lost[0] += 1
        route.abort() if lost[0] <= 2 else route.continue_()

    page.route(f"**{LINE}", away)
    page.keyboard.type("*PASS*")
    page.keyboard.press("Enter")
    page.wait_for_selector("#offline:not([hidden])")
    assert "Your entry is kept" in page.inner_text("#offline")
    page.wait_for_function("() => document.querySelector('h1').textContent.includes('Passed')")
    assert (OperationRecord.objects.count(), lost[0] >= 3) == (1, True)
    assert page.is_hidden("#offline")


def test_an_answer_that_was_lost_is_not_recorded_twice(page: Any) -> None:
    scan(page, "CC1-P1-001", "Fit the ring")
    page.wait_for_timeout(2100)
    seen = [0]

    def lose(route: Any) -> None:
        seen[0] += 1
        if seen[0] == 1:
            route.fetch()  # the server hears it, and nobody hears the server
            route.abort()
        else:
            route.continue_()

    page.route(f"**{LINE}", lose)
    page.keyboard.type("*PASS*")
    page.keyboard.press("Enter")
    page.wait_for_function(
        "() => /Passed|Seat the lid|Fit the ring/.test(document.querySelector('h1').textContent) "
        "&& document.querySelector('#offline').hidden"
    )
    page.wait_for_timeout(1500)
    assert OperationRecord.objects.count() == 1


def test_a_value_out_of_limits_says_so_before_it_is_sent(page: Any) -> None:
    scan(page, "CC1-P1-001", "Fit the ring")
    page.wait_for_timeout(2100)
    scan(page, "*PASS*", "Passed")
    scan(page, "CC1-P1-001", "Seat the lid")
    page.fill("#m-1", "0.95")
    assert page.inner_text("[data-pass]") == "Pass needs 1 Lid clearance at most 0.90"
    assert page.is_disabled("[data-pass]")
    page.fill("#m-1", "0.61")
    page.press("#m-1", "Enter")
    assert (page.inner_text("[data-pass]"), page.is_disabled("[data-pass]")) == ("Pass", False)
    page.focus("#m-1")
    page.fill("#m-1", "")
    scan(page, "D-101", "Failed")  # scanned into the field of a value: taken for a scan
    assert Unit.objects.get().judgements.get().fit == "fail"


def test_the_clock_runs(page: Any) -> None:
    scan(page, "CC1-P1-001", "Fit the ring")
    page.wait_for_function("() => document.querySelector('[data-clock] b').textContent >= '0:02'")
