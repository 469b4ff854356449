"""Two windows, the back button, a double click, a session that ends, a server that is away."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.utils import timezone

from firstoff.services import execution, plan
from tests.browser.chromium import Windows, enter, windows
from tests.conftest import PASSWORD, World
from tests.deciding import SMALL
from tests.golden.test_web import press, scan, text
from tests.making import CROCK

pytestmark = pytest.mark.once

RUN = "/runs/STOKE/CC1-P1/"
LINE = f"{RUN}line/"


@pytest.fixture
def people(lasting_world: World, live_server: Any, monkeypatch: Any) -> Iterator[Windows]:
    """Windows on a run of today that is created and has no bar yet."""
    world, at = lasting_world, timezone.now()
    loaded = plan.load_definition(site_id=world.site.pk, definition=CROCK, by=world.eli, at=at)
    plan.freeze_baseline(program_id=loaded.program_id, by=world.eli, at=at)
    made = execution.create_run(
        program_id=loaded.program_id, planned_quantity=4, line="L", equipment=["L2-40"],
        by=world.eli, at=at,
    )  # fmt: skip
    with windows(live_server.url, monkeypatch) as found:
        found.run_id = made.id  # type: ignore[attr-defined]
        yield found


@pytest.fixture
def ben(people: Windows, lasting_world: World) -> Any:
    """Ben at the line, the bar locked."""
    execution.lock_bar(
        run_id=people.run_id,  # type: ignore[attr-defined]
        bar=SMALL, password=PASSWORD, by=lasting_world.ada, at=timezone.now(),
    )  # fmt: skip
    return people.sign_in("ben", PASSWORD, to=LINE)


def recorded() -> tuple[int, int]:
    from firstoff.db.models import OperationRecord, Unit

    return Unit.objects.count(), OperationRecord.objects.count()


def test_the_bar_in_two_windows_is_locked_once(people: Windows) -> None:
    from firstoff.db.models import Bar

    first, second = (people.sign_in("ada", PASSWORD, to=f"{RUN}bar/") for _ in range(2))
    for page, rejects in ((first, "1"), (second, "2")):
        page.fill("#id_sample", "4")
        page.fill("#id_max_rejects", rejects)
        page.fill("#id_commits", "1000")
        page.get_by_label("Password, again").fill(PASSWORD)
    first.get_by_role("button", name="Lock the bar").dblclick()
    first.wait_for_selector("text=is locked")
    press(second, "Lock the bar")
    assert "It cannot be changed." in text(second)
    assert list(Bar.objects.values_list("max_rejects", flat=True)) == [1]
    # Back shows the form of before; sending it again changes nothing.
    first.go_back()
    first.wait_for_load_state()
    assert Bar.objects.count() == 1


def test_one_operation_in_two_windows_is_recorded_once(ben: Any, people: Windows) -> None:
    scan(ben, "CC1-P1-001")
    other = people.sign_in("olu", PASSWORD, to=LINE)
    scan(other, "CC1-P1-001")
    scan(ben, "*PASS*")
    scan(other, "*PASS*")
    assert "already recorded" in text(other)
    assert recorded() == (1, 1)


def test_back_and_a_second_pass_record_nothing_twice(ben: Any) -> None:
    scan(ben, "CC1-P1-001")
    scan(ben, "*PASS*")
    assert text(ben, "h1") == "Passed"
    ben.go_back()
    ben.wait_for_selector("text=Seat the lid")  # where the unit stands now, not where it stood
    assert recorded() == (1, 1)
    ben.go_forward()
    ben.wait_for_selector("text=Passed")
    ben.reload()
    assert (text(ben, "h1"), recorded()) == ("Passed", (1, 1))


def test_a_double_touch_on_pass_is_one_record(ben: Any) -> None:
    scan(ben, "CC1-P1-001")
    ben.get_by_role("button", name="Pass", exact=True).dblclick()
    ben.wait_for_selector("text=Passed")
    assert recorded() == (1, 1)


def test_an_entry_waits_for_a_server_that_is_away_and_is_recorded_once(
    ben: Any, people: Windows
) -> None:
    scan(ben, "CC1-P1-001")
    tried = []

    def away(route: Any) -> None:
        tried.append(route.request.post_data)
        if len(tried) == 1:
            route.fetch(max_redirects=0)  # it arrives, and the answer is lost on the way
        route.abort() if len(tried) < 3 else route.continue_()

    ben.route(f"**{LINE}", away)
    ben.keyboard.type("*PASS*")
    ben.keyboard.press("Enter")
    ben.wait_for_selector("text=The server does not answer.")
    ben.wait_for_selector("text=Passed")
    assert (len(tried), len(set(tried)), recorded()) == (3, 1, (1, 1))
    people.said[:] = [said for said in people.said if "net::ERR_FAILED" not in said]


def test_a_session_that_ended_leads_back_to_the_line(ben: Any) -> None:
    scan(ben, "CC1-P1-001")
    ben.context.clear_cookies(name="firstoff_session")
    ben.keyboard.type("*PASS*")
    ben.keyboard.press("Enter")
    ben.wait_for_url("**/sign-in/**")
    enter(ben, "ben", PASSWORD)
    ben.wait_for_url(f"**{LINE}**")
    assert "Fit the ring" in text(ben)
    assert recorded() == (1, 0)  # nothing was recorded for nobody
