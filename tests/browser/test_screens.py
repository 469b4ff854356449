"""Every screen of the demo, walked as a reader would: nothing complained of, nothing cut off.

With FIRSTOFF_PICTURES=write the pictures of the documentation are made on the way.
"""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone

from firstoff.services import demo
from tests.browser.chromium import Windows, windows

pytestmark = pytest.mark.once

PICTURES = Path(__file__).resolve().parents[2] / "docs" / "pictures"
WRITE = os.environ.get("FIRSTOFF_PICTURES") == "write"
LARGEST = 250_000  # bytes of one picture
PASSWORD = "counter crock CC-1"
RUN1, RUN2 = "/runs/STOKE/CC1-P1/", "/runs/STOKE/CC1-P2/"
WIDTHS = (320, 380, 1440, 1920)

# screen -> who looks, where, and the part of the page that makes the picture (width, height)
SCREENS: dict[str, tuple[str, str, tuple[int, int]]] = {
    "board": ("ada", "/", (1280, 620)),
    "program": ("ada", "/p/STOKE/CC-1/", (1280, 900)),
    "run-1": ("ada", RUN1, (1240, 1000)),
    "run-2": ("ada", RUN2, (1240, 1040)),
    "bar": ("ada", f"{RUN2}bar/", (1280, 1000)),
    "line": ("ben", f"{RUN2}line/", (1180, 820)),
}
OTHERS = (
    ("ada", f"{RUN1}units/"),
    ("ada", f"{RUN1}setup/"),
    ("ada", f"{RUN1}first-article/"),
    ("ada", f"{RUN1}adjustments/"),
    ("ada", f"{RUN1}releases/"),
    ("ada", f"{RUN2}record/"),
    ("ada", f"{RUN2}import/"),
    ("eli", f"{RUN1}repeat/"),
    ("eli", "/p/STOKE/CC-1/runs/"),
    ("eli", "/p/STOKE/CC-1/runs/new/"),
    ("eli", "/p/STOKE/CC-1/definition/"),
    ("ada", "/p/STOKE/CC-1/gates/7/"),
    ("ada", "/p/STOKE/CC-1/actions/"),
    ("ada", "/p/STOKE/CC-1/documents/"),
    ("ada", "/units/STOKE/CC-1/CC1-P1-003/"),
    ("ada", "/at-risk/?site=STOKE&kind=parameter&batch=CC1-P1"),
    ("ada", "/equipment/"),
    ("ada", "/programs/"),
    ("ada", "/people/"),
    ("ada", "/account/"),
    ("ben", "/line/?all=1"),
)

LOOKING = (Path(__file__).parent / "looking.js").read_text("utf-8")
SOUND = {"lang": "en", "titled": True, "main": 1, "h1": 1, "unnamed": []}


def look(page: Any, what: str) -> Any:
    """One of the questions of looking.js."""
    return page.evaluate(f"() => ({LOOKING}).{what}()")


@pytest.fixture
def people(
    transactional_db: None, live_server: Any, _quick_hashes: None, monkeypatch: Any
) -> Iterator[Windows]:
    """Windows on the demo as it is loaded today."""
    from django.db import connection

    from firstoff.db import triggers

    demo.load(at=timezone.now())
    with windows(live_server.url, monkeypatch) as found:
        yield found
    triggers.remove(connection)  # what is committed has to be cleared away


def opened(page: Any, address: str) -> None:
    page.goto(address)
    page.wait_for_function(f"() => ({LOOKING}).drawn()")


def test_the_screens_of_the_documentation(people: Windows) -> None:
    pages = {who: people.sign_in(who, PASSWORD) for who in ("ada", "ben")}
    for name, (who, address, (width, height)) in SCREENS.items():
        page = pages[who]
        page.set_viewport_size({"width": width, "height": height})
        opened(page, address)
        if name == "line":
            page.keyboard.type("CC1-P2-021")
            page.keyboard.press("Enter")
            page.get_by_text(
                "Not started yet"
            ).wait_for()  # a button of the page before is not sent
            page.get_by_role("button", name="L2 Assembly line 2").click()
            page.wait_for_selector("[data-clock]")
        if WRITE:
            PICTURES.mkdir(exist_ok=True)
            page.screenshot(path=PICTURES / f"{name}.png", animations="disabled")
    missing = [n for n in SCREENS if not (PICTURES / f"{n}.png").is_file()]
    assert missing == []
    sizes = {n: (PICTURES / f"{n}.png").stat().st_size for n in SCREENS}
    assert {n: s for n, s in sizes.items() if s > LARGEST} == {}


def test_no_screen_scrolls_sideways_or_lacks_a_landmark(people: Windows) -> None:
    pages = {who: people.sign_in(who, PASSWORD) for who in ("ada", "ben", "eli")}
    wide, lacking = {}, {}
    for who, address in [*((w, a) for w, a, _ in SCREENS.values()), *OTHERS]:
        page = pages[who]
        opened(page, address)
        found = look(page, "landmarks")
        if found != SOUND:
            lacking[address] = {k: v for k, v in found.items() if v != SOUND[k]}
        for width in WIDTHS:
            page.set_viewport_size({"width": width, "height": 800})
            over = look(page, "tooWide")
            if over > 0:
                wide[address, width] = over
    assert (wide, lacking) == ({}, {})


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_text_can_be_read(people: Windows, scheme: str) -> None:
    pages = {
        who: people.sign_in(who, PASSWORD, color_scheme=scheme) for who in ("ada", "ben", "eli")
    }
    faint = {}
    for who, address in [*((w, a) for w, a, _ in SCREENS.values()), *OTHERS]:
        page = pages[who]
        opened(page, address)
        found = look(page, "faint")
        if found:
            faint[address] = found
    assert faint == {}


def test_every_control_is_reached_by_tab_and_shows_it(people: Windows) -> None:
    pages = {who: people.sign_in(who, PASSWORD) for who in ("ada", "ben")}
    amiss = {}
    for name, (who, address, _) in SCREENS.items():
        page = pages[who]
        opened(page, address)
        page.evaluate("() => document.activeElement?.blur()")
        there, seen, said = look(page, "reachable"), 0, []
        for _ in range(there + 40):
            page.keyboard.press("Tab")
            where = look(page, "here")
            if where == "again":
                break
            seen += where not in ("other", "out")
            said += [where] if where.startswith("no") else []
        if seen < there or said:
            amiss[name] = (seen, there, said[:5])
    assert amiss == {}
