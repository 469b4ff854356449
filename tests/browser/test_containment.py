"""Working off a containment in a browser: a scanner alone, an answer that fills the screen."""

from collections.abc import Iterator
from typing import Any

import pytest

from firstoff.db.models import ContainmentFinding
from tests.browser.chromium import CHROMIUM
from tests.conftest import PASSWORD, World
from tests.containing import floor, opened

pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="no Chromium on this machine")
WORK = "/containments/STOKE/1/work-off/"


@pytest.fixture
def page(lasting_world: World, live_server: Any, monkeypatch: Any) -> Iterator[Any]:
    """Ivy at the bench. Whatever the browser complains about fails the test."""
    sync_api = pytest.importorskip("playwright.sync_api")
    floor(lasting_world)
    opened(lasting_world)
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
        page.goto(f"/sign-in/?next={WORK}")
        page.fill("#id_username", "ivy")
        page.fill("#id_password", PASSWORD)
        page.click("main button")
        page.wait_for_url(f"**{WORK}")
        yield page
        browser.close()
    assert said == []


def scan(page: Any, code: str, then: str) -> None:
    """What a scanner does: types into whatever has the focus, then Enter."""
    page.keyboard.type(code)
    page.keyboard.press("Enter")
    page.wait_for_function("t => document.querySelector('main').textContent.includes(t)", arg=then)


def focus(page: Any) -> str:
    return str(page.evaluate("document.activeElement.id"))


def test_a_scanner_alone_works_units_off(page: Any) -> None:
    assert focus(page) == "scan"
    scan(page, "P-2", "At risk")
    scan(page, "*CLEARED*", "Every unit you scan is recorded as found good")
    scan(page, "D-1", "1 inside it went with it.")
    scan(page, "P-5", "Not at risk")
    scan(page, "P-3", "P-3 is found good.")
    scan(page, "P-99", "Not recorded")
    assert (focus(page), ContainmentFinding.objects.count()) == ("scan", 3)


def test_it_fits_the_screen_without_scrolling(page: Any) -> None:
    for code, then in (("P-3", "At risk"), ("*UNREACHABLE*", "Every unit"), ("P-3", "P-3 is not")):
        scan(page, code, then)
        height = page.evaluate("document.documentElement.scrollHeight")
        width = page.evaluate("document.documentElement.scrollWidth")
        assert (height <= 768, width <= 1024) == (True, True)
