"""A bill of materials from the file to its lines, levels and typed lines, in a browser."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from firstoff.queries import bom as reads
from tests.browser.chromium import CHROMIUM, REASON, Windows, windows
from tests.building import make_bom
from tests.conftest import PASSWORD, World

pytestmark = [pytest.mark.once, pytest.mark.skipif(CHROMIUM is None, reason=REASON)]

BOARD = """Reference,Value,Footprint,Manufacturer,MPN,Quantity,DNP
"R1, R2",10k,0603,Yageo,RC0603-10K,2,
C1,100n,0603,Murata,GRM188,1,
D1,RED,0805,,,1,DNP
"""
WIDTHS = (320, 380, 1024, 1440)


@pytest.fixture
def open_(lasting_world: World, live_server: Any, monkeypatch: Any) -> Iterator[tuple[Any, World]]:
    make_bom(lasting_world.site)
    with windows(live_server.url, monkeypatch) as found:
        people: Windows = found
        yield people.sign_in("eli", PASSWORD), lasting_world


def no_wider(page: Any, address: str) -> list[int]:
    page.goto(address)
    over = []
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 800})
        wide = page.evaluate("document.documentElement.scrollWidth - innerWidth")
        over += [width] if wide > 0 else []
    page.set_viewport_size({"width": 1280, "height": 800})
    return over


def test_from_a_file_to_its_lines(open_: tuple[Any, World], tmp_path: Path) -> None:
    page, _ = open_
    file = tmp_path / "board.csv"
    file.write_text(BOARD)
    page.goto("/bom/start/")
    page.fill("#id_name", "Charger")
    page.fill("#id_code", "MP-1")
    page.set_input_files("#id_file", str(file))
    page.get_by_role("button", name="Look at every row").click()
    page.get_by_role("heading", name="How it was read").wait_for()
    assert page.locator("h1").inner_text() == "board.csv"
    page.get_by_label("DNP is taken as").select_option("notes")
    page.get_by_role("button", name="Read it again so").click()
    page.wait_for_selector("input[name=corrected]", state="attached")
    page.get_by_label("DNP is taken as").select_option("dnp")
    page.get_by_role("button", name="Read it again so").click()
    page.get_by_role("button", name="Take 3 lines into revision A").click()
    page.wait_for_url("**/parts/STOKE/MP-1/A/bom/")
    assert page.locator("table.bom tbody tr").count() == 3
    assert "board.csv is taken: 3 lines" in page.locator("main").inner_text()
    page.get_by_role("link", name="D-RED-0805").click()
    page.wait_for_url("**/parts/STOKE/D-RED-0805/")


def test_a_file_that_cannot_be_read_is_said_where_it_was_chosen(
    open_: tuple[Any, World], tmp_path: Path
) -> None:
    page, _ = open_
    file = tmp_path / "letter.txt"
    file.write_text("Dear all,\n\nsee you on Monday.\n")
    page.goto("/parts/STOKE/BOX/1/bom/import/")
    page.set_input_files("#id_file", str(file))
    page.get_by_role("button", name="Look at every row").click()
    page.get_by_text("Nothing was recorded.").wait_for()
    assert "letter.txt" in page.locator("[data-refusal]").inner_text()


def test_levels_open_under_the_pointer_and_stay_in_the_address(open_: tuple[Any, World]) -> None:
    page, _ = open_
    page.goto("/parts/STOKE/BOX/1/bom/levels/")
    page.get_by_role("link", name="Open BRD, level 1").click()
    page.get_by_role("link", name="Close BRD, level 1").wait_for()
    assert page.locator("table.levels tbody tr").count() == 7
    page.reload()
    assert page.locator("table.levels tbody tr").count() == 7
    page.get_by_role("link", name="Close BRD, level 1").click()
    page.get_by_role("link", name="Open BRD, level 1").wait_for()
    assert page.locator("table.levels tbody tr").count() == 4


def test_lines_are_typed_by_keyboard_alone(open_: tuple[Any, World]) -> None:
    page, _ = open_
    page.goto("/parts/STOKE/BRD/1/bom/edit/")
    page.focus("[name=b-3-part]")
    page.keyboard.type("GLUE")
    page.keyboard.press("Enter")
    page.keyboard.type("0.02")
    page.keyboard.press("Enter")
    page.keyboard.type("kg")
    page.get_by_role("button", name="Save the lines").click()
    page.wait_for_url("**/BRD/1/bom/")
    assert page.locator("table.bom tbody tr").nth(3).inner_text().split()[:1] == ["GLUE"]
    from firstoff.db.models import PartRevision

    revision = PartRevision.objects.get(part__number="BRD")
    last = list(reads.line_facts(revision.pk).values())[-1]
    assert (last.part, str(last.quantity.normalize()), last.unit) == ("GLUE", "0.02", "kg")


def test_no_page_scrolls_sideways(open_: tuple[Any, World]) -> None:
    page, _ = open_
    here = "/parts/STOKE/BOX/1/bom/"
    ends = ("", "levels/", "edit/", "variants/", "compare/", "import/", "print/")
    addresses = [*(here + end for end in ends), "/parts/", "/parts/STOKE/BRD/", "/parts/add/"]
    assert {a: over for a in [*addresses, "/bom/start/"] if (over := no_wider(page, a))} == {}
