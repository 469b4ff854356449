"""A reel from its receipt to the units that carry it, by keyboard and scanner alone."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from firstoff.db.models import Consumption, Lot, Unit
from tests.browser.chromium import Windows, windows
from tests.conftest import PASSWORD, World
from tests.making import make_pilot, pass_first_article
from tests.recording import lot, post, rec

LINE = "/runs/STOKE/CC1-P1/line/"
GS, RS, EOT = "\x1d", "\x1e", "\x04"


@pytest.fixture
def people(lasting_world: World, live_server: Any, monkeypatch: Any) -> Iterator[Windows]:
    at = timezone.now() - timedelta(hours=2)
    pilot = make_pilot(lasting_world, at=at)
    from tests.making import start

    start(lasting_world, pilot, 1, at=at + timedelta(minutes=1))
    pass_first_article(lasting_world, pilot, at=at + timedelta(minutes=2))
    known = rec(
        "lot", at=at, part="RING", lot="R-0", quantity="5", mpn="RNG-40", manufacturer="Seal"
    )
    post(
        lasting_world,
        known,
        *lot("R-2", "500", part="RING"),
        at=timezone.now(),
    )
    with windows(live_server.url, monkeypatch) as found:
        yield found


def sign_in(people: Windows, who: str, to: str, **options: Any) -> Any:
    return people.sign_in(who, PASSWORD, to, **options)


def keys(page: Any, text: str) -> None:
    """What a scanner does: types into whatever has the focus, then Enter."""
    page.keyboard.type(text)
    page.keyboard.press("Enter")


def scan(page: Any, code: str, then: str) -> None:
    keys(page, code)
    page.wait_for_function("t => document.querySelector('h1').textContent.includes(t)", arg=then)
    assert page.evaluate("document.activeElement.id") == "scan"


def focused(page: Any) -> str:
    return str(page.evaluate("document.activeElement.textContent || document.activeElement.id"))


def receive(people: Windows) -> None:
    """The buyer scans the supplier's label and presses Enter."""
    page = sign_in(people, "bo", "/lots/STOKE/receive/")
    keys(page, f"[)>{RS}06{GS}1PRNG-40{GS}Q4000{GS}1TL2209A{GS}9D2231{RS}{EOT}")
    page.wait_for_function("document.querySelector('#id_lot').value === 'L2209A'")
    assert (page.input_value("#id_part"), page.input_value("#id_quantity")) == ("RING", "4000")
    assert focused(page) == "Receive the lot"
    page.keyboard.press("Enter")
    page.wait_for_url("**/lots/STOKE/RING/L2209A/")
    assert "Quarantine" in page.inner_text("main")


def accept(people: Windows) -> None:
    page = sign_in(people, "ivy", "/lots/STOKE/RING/L2209A/")
    assert focused(page) == "Accept L2209A"
    page.keyboard.press("Enter")
    page.wait_for_selector(".note-success, .msg")
    assert "is accepted" in page.inner_text("main")


def build(page: Any, serial: str) -> None:
    for operation in ("Fit the ring", "Seat the lid", "Apply the label"):
        scan(page, serial, operation)
        scan(page, "*PASS*", "Passed")


def test_three_units_carry_the_first_reel_and_two_the_next(people: Windows) -> None:
    receive(people)
    line = sign_in(people, "ben", LINE, viewport={"width": 1024, "height": 768})
    scan(line, "CC1-P1-001", "Fit the ring")
    scan(line, "L2209A", "Not this reel")
    assert "waits in quarantine" in line.inner_text("main")
    accept(people)
    scan(line, "CC1-P1-001", "Fit the ring")
    scan(line, "L2209A", "Loaded")
    for n in (1, 2, 3):
        build(line, f"CC1-P1-00{n}")
    scan(line, "CC1-P1-004", "Fit the ring")
    assert "L2209A" in line.inner_text(".reels")
    scan(line, "R-2", "Loaded")
    for n in (4, 5):
        build(line, f"CC1-P1-00{n}")
    carried = Consumption.objects.order_by("unit__serial").values_list("unit__serial", "lot__code")
    assert list(carried) == [
        *((f"CC1-P1-00{n}", "L2209A") for n in (1, 2, 3)),
        *((f"CC1-P1-00{n}", "R-2") for n in (4, 5)),
    ]
    assert (Unit.objects.filter(run__isnull=False).count(), Lot.objects.count()) == (5, 3)
    trace = sign_in(people, "ada", "/units/STOKE/CC-1/CC1-P1-003/")
    assert ("L2209A" in trace.inner_text("main"), "R-2" in trace.inner_text("main")) == (
        True,
        False,
    )
    trace.goto("/lots/STOKE/RING/L2209A/")
    assert "CC1-P1-001 to CC1-P1-003" in trace.inner_text("main")


def test_the_faces_with_material_fit_the_screen(people: Windows) -> None:
    line = sign_in(people, "ben", LINE, viewport={"width": 1024, "height": 768})
    overflow = "document.documentElement.scrollHeight - innerHeight"
    faces = []
    scan(line, "CC1-P1-001", "Fit the ring")
    for code, then in (
        ("R-2", "Loaded"),
        ("CC1-P1-001", "Fit the ring"),
        ("*REMOVE*", "Fit the ring"),
        ("*UNDO*", "Fit the ring"),
        ("*UNLOAD*", "Taken off"),
        ("*UNDO*", "Back on its place"),
    ):
        scan(line, code, then)
        faces.append(int(line.evaluate(overflow)))
    assert faces == [0] * 6
