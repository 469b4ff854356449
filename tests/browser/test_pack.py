"""From the finished unit to the customer by keyboard and scanner alone; benches read from afar."""

import os
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone

from firstoff.db.models import FloorRecord, LabelPrint, LedgerEntry, Shipment, ShippedUnit
from firstoff.queries.genealogy import labels as reads
from firstoff.services.genealogy import packs
from tests.browser.chromium import Windows, windows
from tests.conftest import PASSWORD, World
from tests.making import make_pilot, pass_first_article, start
from tests.packing import finish

SHOTS = os.environ.get("FIRSTOFF_SHOTS", "")  # a folder: pictures of each face are kept there
LOOKING = (Path(__file__).parent / "looking.js").read_text("utf-8")


@pytest.fixture
def people(lasting_world: World, live_server: Any, monkeypatch: Any) -> Iterator[Windows]:
    at = timezone.now() - timedelta(hours=3)
    pilot = make_pilot(lasting_world, at=at)
    start(lasting_world, pilot, 1, at=at + timedelta(minutes=1))
    pass_first_article(lasting_world, pilot, at=at + timedelta(minutes=2))
    finish(lasting_world, pilot, 1, 2, 3, at=timezone.now() - timedelta(hours=1))
    packs.add_customer(
        site_id=lasting_world.site.pk, name="Example Instruments", by=lasting_world.ben, at=at
    )
    with windows(live_server.url, monkeypatch) as found:
        yield found


def press(page: Any, name: str) -> None:
    """Tab until the focus is on what is called so, then Enter."""
    for _ in range(80):
        page.keyboard.press("Tab")
        if name in page.evaluate("document.activeElement.textContent.trim()"):
            page.keyboard.press("Enter")
            return
    raise AssertionError(f"the keyboard does not come to {name!r}")


def scan(page: Any, code: str, then: str) -> None:
    # A page that has just come takes the keyboard a moment after its field is there.
    page.wait_for_function("document.activeElement.id === 'scan'")
    page.keyboard.type(code)
    page.keyboard.press("Enter")
    page.wait_for_function("t => document.querySelector('main').textContent.includes(t)", arg=then)
    assert page.evaluate("document.activeElement.id") == "scan"


def shot(page: Any, name: str) -> None:
    if SHOTS:
        page.screenshot(path=f"{SHOTS}/{name}.png")


def code_of(world: World, serial: str) -> str:
    return reads.expected_of(world.ben, "STOKE", "CC-1", serial).holds[0]


def test_a_unit_goes_to_the_customer_by_keyboard_alone(
    lasting_world: World, people: Windows
) -> None:
    page = people.sign_in("ben", PASSWORD, to="/labels/STOKE/new/")
    page.keyboard.type("CC1-P1")
    page.keyboard.press("Enter")
    page.wait_for_selector("text=The first label")
    picture = "document.querySelector('.label-sheet img')"
    page.wait_for_function(f"() => {picture}.complete && {picture}.naturalWidth > 0")
    shot(page, "job")
    press(page, "Print 3 units".replace("units", "labels"))
    page.wait_for_selector("text=Take the PDF")
    shot(page, "job-printed")

    press(page, "Verify as applied")
    page.wait_for_selector("#scan")
    for number in (1, 2, 3):
        serial = f"CC1-P1-00{number}"
        scan(page, code_of(lasting_world, serial), f"{serial} carries its own label")
    shot(page, "verified")

    page.goto("/pack/STOKE/")
    scan(page, "*NEW*", "C-00001")
    scan(page, "CC1-P1-001", "1 in C-00001")
    scan(page, code_of(lasting_world, "CC1-P1-002"), "2 in C-00001")
    shot(page, "packed")
    page.keyboard.type("*CLOSE*")
    page.keyboard.press("Enter")
    page.wait_for_selector("text=1 carton label")
    shot(page, "carton")

    page.goto("/ship/STOKE/new/")
    scan(page, "C-00001", "C-00001 goes along")
    scan(page, "CC1-P1-003", "CC1-P1-003 goes along")
    for _ in range(40):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.id") == "customer":
            break
    page.keyboard.type("E")
    shot(page, "ship")
    press(page, "Ship 2 pieces")
    page.wait_for_selector("text=Packing list, PDF")
    shot(page, "shipment")
    assert (LabelPrint.objects.count(), FloorRecord.objects.filter(kind="label").count()) == (1, 3)
    assert (Shipment.objects.get().code, ShippedUnit.objects.count()) == ("S-00001", 3)


def test_a_wrong_label_fills_the_page_and_is_told_from_grey(
    lasting_world: World, people: Windows
) -> None:
    page = people.sign_in("ben", PASSWORD, to="/labels/verify/?site=STOKE")
    scan(page, "CC1-P1-001", "Scan the label on CC1-P1-001")
    scan(page, code_of(lasting_world, "CC1-P1-002"), "Wrong label")
    red = page.evaluate("getComputedStyle(document.querySelector('main.result')).backgroundColor")
    shot(page, "wrong")
    page.wait_for_timeout(2100)
    page.goto("/pack/STOKE/")
    scan(page, "*NEW*", "C-00001")
    scan(page, "XYZ-1", "Not this one")
    grey = page.evaluate("getComputedStyle(document.querySelector('main.result')).backgroundColor")
    shot(page, "refused")
    assert (red, grey) == ("rgb(153, 38, 15)", "rgb(58, 61, 69)")
    assert LedgerEntry.objects.filter(verb="genealogy.refuse_label").count() == 1


FACES = (
    "/pack/",
    "/pack/STOKE/",
    "/pack/STOKE/?package=C-00001&kind=carton&new=1",
    "/labels/",
    "/labels/STOKE/new/",
    "/labels/verify/?site=STOKE&part=CC-1&serial=CC1-P1-001",
    "/ship/STOKE/",
    "/ship/STOKE/new/",
    "/returns/STOKE/",
    "/customers/",
    "/units/STOKE/CC-1/CC1-P1-001/mend/",
    "/units/STOKE/CC-1/CC1-P1-001/label/",
)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_page_is_sound_on_desk_tablet_and_phone(
    lasting_world: World, people: Windows, scheme: str
) -> None:
    found = []
    page = people.sign_in("ben", PASSWORD, to="/pack/", color_scheme=scheme)
    for name, width, height in (("desk", 1280, 900), ("tablet", 820, 1100), ("phone", 380, 760)):
        page.set_viewport_size({"width": width, "height": height})
        for number, address in enumerate(FACES):
            page.goto(address)
            wide = page.evaluate(f"() => ({LOOKING}).tooWide()")
            marks = page.evaluate(f"() => ({LOOKING}).landmarks()")
            faint = page.evaluate(f"() => ({LOOKING}).faint()")
            if wide > 0 or marks["unnamed"] or marks["main"] != 1 or marks["h1"] != 1 or faint:
                found.append((name, address, wide, marks["unnamed"], faint))
            shot(page, f"{scheme}-{name}-{number:02}")
    assert found == []
