"""A real browser for tests: Debian's Chromium, one window a person, and what it complains of."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
REASON = "no Chromium on this machine"
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
# A page that answers 403, 409 or 422 is told to the console as well; the test reads the page.
_ANSWERS = "Failed to load resource: the server responded with a status of 4"


def demand_chromium() -> None:
    """Skip with the reason where there is none; in CI there has to be one."""
    if CHROMIUM is None and os.environ.get("CI"):
        pytest.fail(REASON)
    if CHROMIUM is None:
        pytest.skip(REASON)


class Windows:
    """Browser windows, each with cookies of its own."""

    def __init__(self, browser: Any, address: str) -> None:
        self.browser, self.address = browser, address
        self.said: list[str] = []

    def open(self, **options: Any) -> Any:
        """A page in a window where nobody is signed in."""
        options.setdefault("viewport", {"width": 1440, "height": 900})
        page = self.browser.new_context(base_url=self.address, **options).new_page()
        page.set_default_timeout(20_000)
        page.on("pageerror", lambda error: self.said.append(f"{page.url}: {error}"))
        page.on("console", lambda m: self._heard(page, m))
        return page

    def _heard(self, page: Any, message: Any) -> None:
        if message.type in ("error", "warning") and not message.text.startswith(_ANSWERS):
            self.said.append(f"{page.url}: {message.text}")

    def sign_in(self, username: str, password: str, to: str = "/", **options: Any) -> Any:
        """A page in a window where this person signed in, by the page."""
        page = self.open(**options)
        page.goto(to)
        page.wait_for_url("**/sign-in/**")
        enter(page, username, password)
        return page


def enter(page: Any, username: str, password: str) -> None:
    """Sign in on the page of signing in, and wait for what follows it."""
    page.fill("#id_username", username)
    page.fill("#id_password", password)
    page.click("main button")
    page.wait_for_url(lambda url: "/sign-in/" not in url)


@contextmanager
def windows(address: str, monkeypatch: Any) -> Iterator[Windows]:
    """A browser while the block runs. Whatever a page complains of fails the test."""
    demand_chromium()
    sync_api = pytest.importorskip("playwright.sync_api")
    # The browser's loop runs in this thread; Django would not let it touch tables.
    monkeypatch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "1")
    with sync_api.sync_playwright() as play:
        browser = play.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        found = Windows(browser, address)
        yield found
        browser.close()
    if found.said:
        pytest.fail("the browser complained: " + "; ".join(found.said))
