"""The shell in a browser: keys, theme, focus, and no complaint of the content security policy."""

import shutil
from collections.abc import Iterator
from typing import Any

import pytest

from firstoff.formats import charts
from tests.conftest import PASSWORD, World

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="no Chromium on this machine")


@pytest.fixture
def page(lasting_world: World, live_server: Any, monkeypatch: Any) -> Iterator[Any]:
    """A tab where Adam signed in. Whatever the browser complains about fails the test."""
    sync_api = pytest.importorskip("playwright.sync_api")
    # The browser's loop runs in this thread; the tables are touched by the server's alone.
    monkeypatch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "1")
    said: list[str] = []
    with sync_api.sync_playwright() as play:
        flags = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
        browser = play.chromium.launch(executable_path=CHROMIUM, args=flags)
        page = browser.new_page(base_url=live_server.url, viewport={"width": 1440, "height": 900})
        page.on("pageerror", lambda error: said.append(str(error)))
        page.on(
            "console",
            lambda m: said.append(m.text) if "Content Security Policy" in m.text else None,
        )
        page.goto("/sign-in/?next=/people/%3Fsite=STOKE")
        page.fill("#id_username", "adam")
        page.fill("#id_password", PASSWORD)
        page.click("main button")
        page.wait_for_url("**/people/?site=STOKE")
        yield page
        browser.close()
    assert said == []


def focused(page: Any, attribute: str) -> Any:
    return page.evaluate(f"document.activeElement.getAttribute('{attribute}')")


def test_keys_move_through_rows_and_show_their_list(page: Any) -> None:
    page.keyboard.press("j")
    page.keyboard.press("j")
    assert focused(page, "href") == "/people/STOKE/adam/"
    page.keyboard.press("k")
    assert focused(page, "href") == "/people/STOKE/ada/"
    page.keyboard.press("?")
    assert page.is_visible("#keys")
    page.keyboard.press("Escape")
    assert not page.is_visible("#keys")
    page.keyboard.press("Enter")
    page.wait_for_url("**/people/STOKE/ada/")


def test_no_key_acts_inside_a_field(page: Any) -> None:
    page.fill("#q", "")
    page.type("#q", "?j/x")
    assert (page.input_value("#q"), page.is_visible("#keys")) == ("?j/x", False)
    page.keyboard.press("Escape")
    assert page.evaluate("document.activeElement === document.body")


def test_the_theme_is_kept_and_there_before_the_first_paint(page: Any) -> None:
    page.click(".theme button[data-t=dark]")
    background = page.evaluate("getComputedStyle(document.body).backgroundColor")
    page.reload()
    assert page.get_attribute("html", "data-theme") == "dark"
    assert page.get_attribute(".theme button[data-t=dark]", "aria-pressed") == "true"
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == background
    page.click(".theme button[data-t='']")
    assert page.get_attribute("html", "data-theme") is None


def test_after_a_refused_post_the_first_bad_field_has_the_focus(page: Any) -> None:
    page.goto("/people/STOKE/")
    page.fill("#id_name", "Zoë")
    page.click("text=Add the person")
    page.wait_for_selector("[aria-invalid]")
    assert (focused(page, "id"), page.input_value("#id_name")) == ("id_username", "Zoë")


def test_the_refusal_has_the_focus_where_no_field_is_bad(page: Any) -> None:
    page.goto("/people/LEEDS/")
    page.goto("/tokens/?site=LEEDS")
    page.click("text=Make the first token")
    page.click("main button")
    page.wait_for_selector("[aria-invalid]")
    assert focused(page, "id") == "id_name"


def test_the_page_never_scrolls_sideways(page: Any) -> None:
    wide = {}
    for width in (320, 380, 768, 1180, 1440, 1920):
        page.set_viewport_size({"width": width, "height": 800})
        for path in ("/people/", "/people/STOKE/ben/", "/tokens/STOKE/", "/sites/", "/account/"):
            page.goto(path)
            over = page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
            if over > 0:
                wide[width, path] = over
    assert wide == {}


def test_the_page_of_the_api_draws_itself(page: Any) -> None:
    page.goto("/api/v1/docs")
    page.wait_for_selector(".opblock", timeout=20_000)
    assert page.locator(".opblock").count() > 10


def test_every_chart_draws_itself_in_a_page(page: Any, settings: Any) -> None:
    settings.ROOT_URLCONF = "tests.browser.chart_page"
    page.goto("/every-chart/")
    drawn = "document.querySelectorAll('[data-chart=drawn] svg[role=img]').length"
    page.wait_for_function(f"{drawn} === {len(charts.KINDS)}", timeout=20_000)
    page.set_viewport_size({"width": 380, "height": 800})
    page.wait_for_timeout(500)
    drawings = "[...document.querySelectorAll('.chart-place svg')]"
    widths = page.evaluate(f"{drawings}.map(s => s.getBoundingClientRect().width)")
    assert [w for w in widths if not 200 < w <= 380] == []
    page.locator("summary", has_text="Table of values").first.click()
    assert page.is_visible("figure table")
    assert page.evaluate("document.documentElement.scrollWidth - window.innerWidth") <= 0


def test_signing_out_takes_one_button(page: Any) -> None:
    page.click("text=Sign out")
    page.wait_for_url("**/sign-in/")
    page.goto("/people/")
    page.wait_for_url("**/sign-in/?next=%2Fpeople%2F")
