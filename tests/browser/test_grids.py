"""The definition page by keyboard alone: cells, new rows, rows out of a spreadsheet."""

import shutil
from collections.abc import Iterator
from typing import Any

import pytest

from firstoff.services import product
from tests.conftest import NOW, PASSWORD, World

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="no Chromium on this machine")

HERE = "/p/STOKE/CC-1/definition/"
PASTE = """text => {
  const data = new DataTransfer();
  data.setData("text/plain", text);
  const options = {clipboardData: data, bubbles: true, cancelable: true};
  document.activeElement.dispatchEvent(new ClipboardEvent("paste", options));
}"""


@pytest.fixture
def page(lasting_world: World, live_server: Any, monkeypatch: Any) -> Iterator[Any]:
    """A tab where Eli opened the empty definition of CC-1; no complaint is let pass."""
    sync_api = pytest.importorskip("playwright.sync_api")
    world = lasting_world
    product.create_program(site_id=world.site.pk, code="CC-1", name="Crock", by=world.eli, at=NOW)
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
        page.wait_for_url(f"**{HERE}")
        yield page
        browser.close()
    assert said == []


def focused(page: Any) -> Any:
    return page.evaluate("document.activeElement.name")


def values(page: Any, row: int) -> list[str]:
    names = ("number", "name", "kind", "classification", "lower", "upper", "unit")
    return [page.input_value(f"[name=c-{row}-{name}]") for name in names]


def test_enter_and_the_arrows_move_between_cells(page: Any) -> None:
    page.focus("[name=c-0-number]")
    page.keyboard.type("1")
    page.keyboard.press("Enter")
    assert focused(page) == "c-0-name"
    page.keyboard.type("Lid clearance")
    page.keyboard.press("ArrowDown")
    assert focused(page) == "c-1-name"
    page.keyboard.press("ArrowUp")
    page.keyboard.press("Shift+Enter")
    assert focused(page) == "c-0-number"
    page.focus("[name=c-2-gauge]")  # the last cell of the last row
    page.keyboard.press("Enter")
    assert (focused(page), page.input_value("[name=c-rows]")) == ("c-3-number", "4")
    assert values(page, 3) == ["", "", "variable", "major", "", "", ""]


def test_rows_out_of_a_spreadsheet_are_saved_and_errors_have_the_focus(page: Any) -> None:
    page.focus("[name=c-0-number]")
    rows = [
        "1\tLid clearance\tVariable\tcritical\t\t0.30\tmuch\tmm\tG-11",
        "2\tPinholes\tattribute\tcritical\t\t\t\t\tVS-05",
        "3\tRing force\tvariable\tmajor\t32\t20\t45\tN",
        "4\tLabel\tattribute\tminor",
    ]
    page.evaluate(PASTE, "\n".join(rows) + "\n")
    assert values(page, 3)[:4] == ["4", "Label", "attribute", "minor"]

    page.click("text=Save the characteristics")
    page.wait_for_url("**/definition/characteristics/**")
    assert (focused(page), page.input_value("[name=c-0-upper]")) == ("c-0-upper", "much")
    page.fill("[name=c-0-upper]", "0.90")
    page.click("text=Save the characteristics")
    page.wait_for_url(f"**{HERE}?**#characteristics")
    assert values(page, 0) == ["1", "Lid clearance", "variable", "critical", "0.30", "0.90", "mm"]
    assert values(page, 2)[4:] == ["20", "45", "N"]


def test_a_row_marked_removed_shows_it_before_it_goes(page: Any) -> None:
    page.focus("[name=o-0-seq]")
    page.keyboard.type("10")
    page.keyboard.press("Enter")
    page.keyboard.type("Seat the lid")
    page.click("text=Save the operations")
    page.wait_for_url(f"**{HERE}?**#operations")
    page.check("[name=o-0-remove]")
    assert page.locator("tbody.g-gone").count() == 1
    page.click("text=Save the operations")
    page.wait_for_function("document.querySelector('[name=o-0-name]').value === ''")


@pytest.mark.parametrize("width", [320, 380, 1024, 1440, 1920])
def test_the_page_never_scrolls_sideways(page: Any, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 900})
    for address in (HERE, "/programs/", "/programs/add/?site=STOKE", "/equipment/"):
        page.goto(address)
        assert page.evaluate("document.documentElement.scrollWidth") <= width, address
