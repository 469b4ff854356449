"""Balloons on a drawing: by a click, by keys alone, dragged, saved, seen by who may only look."""

from collections.abc import Iterator
from typing import Any

import pytest

from firstoff.queries import documents as reads
from firstoff.services import documents
from tests.browser.chromium import CHROMIUM
from tests.conftest import NOW, PASSWORD, World
from tests.drawing import balloon, make_draft, make_drawing

pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="no Chromium on this machine")

HERE = "/p/STOKE/CC-1/drawing/DRW-1/A/"


@pytest.fixture
def program(lasting_world: World) -> int:
    found = make_draft(lasting_world)
    make_drawing(lasting_world)
    return found


@pytest.fixture
def page(lasting_world: World, program: int, live_server: Any, monkeypatch: Any) -> Iterator[Any]:
    """A tab where Eli opened the drawing; no complaint is let pass."""
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
        page.goto(f"/sign-in/?next={HERE}")
        page.fill("#id_username", "eli")
        page.fill("#id_password", PASSWORD)
        page.click("main button")
        page.wait_for_selector("form.draw.live")
        yield page
        browser.close()
    assert said == []


def stands(page: Any) -> dict[str, tuple[str, float, float]]:
    """Number -> page and place in percent, as the fields have it."""
    return {
        row.get_attribute("data-c"): (
            row.query_selector("[name^=page-]").input_value(),
            round(float(row.query_selector("[name^=x-]").input_value() or -1), 1),
            round(float(row.query_selector("[name^=y-]").input_value() or -1), 1),
        )
        for row in page.query_selector_all("tr[data-c]")
    }


def click_at(page: Any, x: float, y: float) -> None:
    """At a part of the sheet."""
    box = page.locator("[data-sheet]").bounding_box()
    page.mouse.click(box["x"] + box["width"] * x, box["y"] + box["height"] * y)


def saved(world: World, program: int) -> dict[str, tuple[int, float, float]]:
    view = reads.drawing(world.eli, program, revision="C", number="DRW-1")
    return {
        b.characteristic: (b.page, round(float(b.to_x), 2), round(float(b.to_y), 2))
        for b in view.balloons
    }


def test_a_click_places_the_next_balloon_and_the_drawing_is_saved(
    page: Any, program: int, lasting_world: World
) -> None:
    click_at(page, 0.25, 0.5)
    click_at(page, 0.6, 0.3)
    page.click("text=Save the balloons")
    page.wait_for_selector("text=2 balloons are saved")
    assert saved(lasting_world, program) == {"1": (1, 0.25, 0.5), "2": (1, 0.6, 0.3)}


def test_a_balloon_is_placed_moved_and_taken_away_by_keys_alone(
    page: Any, program: int, lasting_world: World
) -> None:
    page.focus("[data-sheet]")
    for key in ("ArrowLeft", "ArrowLeft", "ArrowUp", "Enter"):
        page.keyboard.press(key)
    first = stands(page)["1"]
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Shift+ArrowDown")
    moved = stands(page)["1"]
    assert (moved[1] - first[1], round(moved[2] - first[2], 1)) == (0.5, 0.1)
    page.keyboard.press("Escape")
    page.keyboard.press("Enter")
    page.keyboard.press("Delete")
    assert [number for number, (on, *_) in stands(page).items() if on] == ["1"]
    page.click("text=Save the balloons")
    page.wait_for_selector("text=1 balloon is saved")
    assert saved(lasting_world, program) == {"1": (1, 0.46, 0.48)}


def test_tab_goes_from_balloon_to_balloon(page: Any) -> None:
    click_at(page, 0.25, 0.5)
    click_at(page, 0.6, 0.3)
    page.focus("[data-b='1'].bln")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.dataset.b") == "2"


def test_a_balloon_is_dragged_and_its_line_stays(page: Any) -> None:
    click_at(page, 0.3, 0.5)
    box = page.locator("[data-b='1'].bln").bounding_box()
    middle = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    before = page.input_value("[name=to_x-0]")
    page.mouse.move(*middle)
    page.mouse.down()
    page.mouse.move(middle[0] + 100, middle[1] + 40, steps=5)
    page.mouse.up()
    after = page.locator("[data-b='1'].bln").bounding_box()
    assert (round(after["x"] - box["x"]), round(after["y"] - box["y"])) == (100, 40)
    assert (page.input_value("[name=to_x-0]"), len(stands(page))) == (before, 2)


def test_a_balloon_is_taken_away_without_a_keyboard(page: Any) -> None:
    click_at(page, 0.3, 0.5)
    page.click("text=Take balloon 1 away")
    assert (page.locator(".bln").count(), stands(page)["1"][0]) == (0, "")
    assert page.text_content("[data-next]") == "Next: 1 Lid clearance"


def test_a_balloon_stands_on_the_page_that_is_shown(page: Any) -> None:
    page.click("[data-turn='1']")
    click_at(page, 0.5, 0.5)
    page.click("[data-turn='-1']")
    shown = page.locator(".bln").count()
    page.click("tr[data-c='1']")
    assert (stands(page)["1"][0], shown, page.locator(".bln").count()) == ("2", 0, 1)
    assert page.text_content("[data-number]") == "2"


def test_a_larger_page_is_clicked_in_the_same_places(page: Any) -> None:
    page.focus("[data-sheet]")
    for _ in range(4):
        page.keyboard.press("+")
    page.wait_for_function("document.querySelector('[data-percent]').textContent.startsWith('2')")
    page.evaluate("document.querySelector('.draw-stage').scrollTo(0, 0)")
    click_at(page, 0.2, 0.2)
    assert round(float(page.input_value("[name=to_x-0]"))) == 20


def test_leaving_with_balloons_unsaved_asks_first(page: Any) -> None:
    click_at(page, 0.3, 0.5)
    asked: list[str] = []

    def answer(dialog: Any) -> None:
        asked.append(dialog.type)
        dialog.dismiss()

    page.on("dialog", answer)
    page.click("text=Programs >> nth=0", no_wait_after=True)
    page.wait_for_timeout(200)
    assert asked == ["beforeunload"]


def test_who_may_only_look_sees_them_and_moves_none(
    page: Any, program: int, lasting_world: World
) -> None:
    version = reads.drawing(lasting_world.eli, program, revision="C", number="DRW-1").version
    documents.set_balloons(
        program_id=program,
        revision="C",
        version_id=version.id,
        balloons=[balloon("1")],
        by=lasting_world.eli,
        at=NOW,
    )
    page.context.clear_cookies()
    page.goto(f"/sign-in/?next={HERE}")
    page.fill("#id_username", "vic")
    page.fill("#id_password", PASSWORD)
    page.click("main button")
    page.wait_for_selector("form.draw.live .bln")
    click_at(page, 0.7, 0.7)
    page.focus(".bln")
    page.keyboard.press("ArrowRight")
    assert (page.locator(".bln").count(), stands(page)["1"]) == (1, ("1", 25.0, 50.0))
    assert page.locator("text=Save the balloons").count() == 0
