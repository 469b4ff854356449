"""Steps moved by keyboard, and read at the line: keys, a screen of 1024 by 768."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from firstoff.rules.plan import StepFacts
from firstoff.services import execution, plan
from tests.browser.chromium import Windows, windows
from tests.conftest import PASSWORD, World
from tests.making import BAR, CROCK

OP = "/p/STOKE/CC-1/definition/operations/10/?revision=C&plan=2"
LINE = "/runs/STOKE/CC1-P1/line/"
STEPS = (
    StepFacts(text="Lay the lid upside down on the felt ring. " * 4, caution="Sharp edge."),
    StepFacts(text="Press.", tool="Jig", torque="0.6 N·m"),
    StepFacts(text="Look."),
)


@pytest.fixture
def opened(lasting_world: World, live_server: Any, monkeypatch: Any) -> Iterator[Windows]:
    world, at = lasting_world, timezone.now() - timedelta(hours=1)
    one, *rest = CROCK.operations
    wanted = replace(CROCK, operations=(replace(one, steps=STEPS), *rest))
    of = {"by": world.eli, "at": at}
    loaded = plan.load_definition(site_id=world.site.pk, definition=wanted, **of)
    plan.freeze_baseline(program_id=loaded.program_id, **of)
    run = execution.create_run(
        program_id=loaded.program_id,
        planned_quantity=20,
        line="Line 2",
        equipment=["L2-40"],
        **of,
    )
    execution.lock_bar(run_id=run.id, bar=BAR, password=PASSWORD, by=world.ada, at=at)
    execution.start_unit(run_id=run.id, serial="CC1-P1-001", by=world.ben, at=timezone.now())
    plan.create_plan(program_id=loaded.program_id, revision="C", **of)
    with windows(live_server.url, monkeypatch) as found:
        yield found


def texts(page: Any) -> list[str]:
    held = page.eval_on_selector_all("[data-step] textarea", "all => all.map(t => t.value)")
    return [text.split()[0].strip(".") for text in held if text]


def test_a_step_moves_with_alt_and_an_arrow_and_keeps_the_focus(opened: Windows) -> None:
    page = opened.sign_in("eli", PASSWORD, OP)
    assert texts(page) == ["Lay", "Press", "Look"]
    page.click("#step-3 textarea")
    page.keyboard.press("Alt+ArrowUp")
    page.wait_for_url("**moved=2**")
    assert texts(page) == ["Lay", "Look", "Press"]
    page.wait_for_function("() => document.activeElement.closest('[data-step]')?.id === 'step-2'")
    assert page.evaluate("document.activeElement.value") == "Look."


def test_steps_are_turned_by_keys_and_fit_the_tablet(opened: Windows) -> None:
    size = {"width": 1024, "height": 768}
    address = f"{LINE}operation/10/?serial=CC1-P1-001"
    page = opened.sign_in("ben", PASSWORD, address, viewport=size)
    tall = "document.documentElement.scrollHeight <= innerHeight"
    hidden = "(e => e.scrollHeight > e.clientHeight + 1)(document.querySelector('.guide-say'))"
    for key, number in (("", "1"), ("ArrowRight", "2"), ("PageDown", "3"), ("PageUp", "2")):
        if key:
            page.keyboard.press(key)
        page.wait_for_function(
            "n => document.querySelector('.guide-no b').textContent === n", arg=number
        )
        assert (page.evaluate(tall), page.evaluate(hidden)) == (True, False)
    page.keyboard.press("ArrowRight")
    page.wait_for_url("**step=3")
    page.keyboard.press("ArrowRight")
    page.wait_for_url(f"**{LINE}?serial=CC1-P1-001&operation=10")


def test_a_scan_while_reading_goes_to_the_line(opened: Windows) -> None:
    page = opened.sign_in("ben", PASSWORD, f"{LINE}operation/10/?serial=CC1-P1-001")
    page.keyboard.type("*PASS*")
    page.keyboard.press("Enter")
    page.wait_for_function("() => document.querySelector('h1').textContent.includes('Passed')")
