"""The golden pilot in a real browser, from an empty site to the printed report.

A person's way: links and buttons are found by what they say, the line is worked by scanner keys
alone. Only the clock of the server is moved, so that eleven minutes need not be waited for.
"""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.browser.chromium import Windows, enter, windows
from tests.conftest import PASSWORD, World
from tests.golden import story
from tests.golden.story import FIRST, PROGRAM, SECOND, SITE, Pilot, Unit, plain
from tests.golden.test_api import pages
from tests.golden.test_cli import log

pytestmark = pytest.mark.once

DEFINITION = f"/p/{SITE}/{PROGRAM}/definition/"
RUN1, RUN2 = f"/runs/{SITE}/{FIRST}/", f"/runs/{SITE}/{SECOND}/"
MINUTE = timedelta(minutes=1)
SHARES = (3, 6, 2)  # minutes of the three operations: eleven, as the seed says


class Clock:
    """The time at which the server receives what is sent: it stands until it is moved."""

    def __init__(self) -> None:
        self.now = datetime.now(UTC)

    def move(self, by: timedelta) -> None:
        self.now += by


@pytest.fixture
def clock(monkeypatch: Any) -> Clock:
    found = Clock()

    class Moved(datetime):
        @classmethod
        def now(cls, tz: Any = None) -> datetime:
            return found.now

    monkeypatch.setattr("firstoff.web.auth.datetime", Moved)
    return found


@pytest.fixture
def people(
    lasting_world: World, live_server: Any, clock: Clock, monkeypatch: Any
) -> Iterator[Windows]:
    with windows(live_server.url, monkeypatch) as found:
        yield found


def text(page: Any, selector: str = "main") -> str:
    return " ".join(plain(page.inner_text(selector)).split())


def press(page: Any, name: str, *, role: str = "button") -> None:
    """Press what says so, and wait for the page that follows."""
    page.get_by_role(role, name=name, exact=True).first.click()
    page.wait_for_load_state()


def choose(page: Any, words: str) -> None:
    """Open what is folded together."""
    page.get_by_text(words, exact=True).first.click()


# ---------------------------------------------------------------- the definition


def define(eli: Any) -> None:
    press(eli, "New program", role="link")
    eli.get_by_label("Product").fill(story.ABOUT["name"])
    eli.get_by_label("Short code").fill(PROGRAM)
    eli.get_by_label("Part number").fill(story.ABOUT["part_number"])
    eli.get_by_label("Units owed first").fill(str(story.ABOUT["first_quantity"]))
    eli.get_by_label("Currency").fill("GBP")
    press(eli, "Begin the program")
    eli.wait_for_url(f"**{DEFINITION}")
    for equipment in story.EQUIPMENT:
        eli.goto(f"/equipment/{SITE}/add/")
        eli.get_by_label("Code").fill(equipment["code"])
        eli.get_by_label("Name").fill(equipment["name"])
        eli.get_by_label("Kind").select_option(equipment["kind"])
        eli.locator(f"input[value={equipment['equipment_class']}]").check()
        eli.locator("main form button").first.click()
        eli.wait_for_url("**/equipment/?**")
    eli.goto(DEFINITION)
    fill_row(eli, "c", 0, story.CHARACTERISTICS[0])
    press(eli, "Save the characteristics")
    eli.wait_for_url("**#characteristics")
    for number, operation in enumerate(story.OPERATIONS):
        if eli.locator(f"[name=o-{number}-seq]").count() == 0:
            press(eli, "Add an operation")
        fill_row(eli, "o", number, operation)
    press(eli, "Save the operations")
    eli.wait_for_url("**#operations")
    for number, defect in enumerate(story.DEFECTS):
        fill_row(eli, "d", number, defect)
    press(eli, "Add defect codes")
    eli.wait_for_url("**#codes")
    press(eli, "Release revision A")
    press(eli, "Release plan 1")
    press(eli, "Freeze revision A with plan 1")
    eli.wait_for_url("**#baselines")
    assert "Frozen as baseline" in text(eli)


def fill_row(page: Any, grid: str, number: int, values: dict[str, Any]) -> None:
    for name, value in values.items():
        if name == "jig_not_needed":
            name, value = "jig", "-"
        field = page.locator(f"[name={grid}-{number}-{name}]")
        if field.evaluate("e => e.tagName") == "SELECT":
            field.select_option(value)
        else:
            field.fill(", ".join(value) if isinstance(value, list) else str(value))


# ---------------------------------------------------------------- the run


def create(eli: Any, pilot: Pilot) -> None:
    eli.goto(f"/p/{SITE}/{PROGRAM}/runs/new/")
    eli.get_by_label("Units planned").fill(str(pilot.sample))
    eli.get_by_label("Line", exact=True).fill(story.LINE)
    eli.locator(f"input[name=equipment][value={story.MACHINE}]").check()
    eli.get_by_label("Build time of one unit on the bench").fill(str(pilot.bench_minutes))
    press(eli, "Create the run")
    eli.wait_for_url(f"**{RUN1}bar/")


def lock(ada: Any, run: str, pilot: Pilot | None) -> None:
    """Lock the bar: typed for the first batch, offered for the second."""
    ada.goto(f"{run}bar/")
    if pilot is not None:
        for name, value in pilot.bar.items():
            field = ada.locator(f"#id_{name}")
            if not field.is_visible():
                choose(ada, "What a hold saves, in GBP")
            field.fill(str(value))
    ada.get_by_label("Password, again").fill(PASSWORD)
    press(ada, "Lock the bar")
    ada.wait_for_selector("text=is locked")


def inspect(ivy: Any, run: str) -> None:
    ivy.goto(f"{run}first-article/")
    ivy.locator("#id_c-1").select_option("pass")
    press(ivy, "Record the first article")
    ivy.wait_for_selector("text=passed; the batch is open")


def scan(page: Any, code: str) -> None:
    """What a scanner does: types, and presses Enter. The field has the focus already."""
    assert page.evaluate("document.activeElement.id") == "scan"
    page.keyboard.type(code)
    with page.expect_response(lambda r: r.request.method == "POST"):
        page.keyboard.press("Enter")
    page.wait_for_function("() => !document.querySelector('#line[aria-busy]')")


def build_on_the_line(ben: Any, clock: Clock, ivy: Any, units: list[Unit]) -> None:
    """Every unit through every operation by scanner alone; a defect is seen at the last one."""
    ben.goto(f"{RUN1}line/")
    for unit in units:
        scan(ben, unit.serial)
        for number, minutes in enumerate(SHARES):
            if number:
                scan(ben, unit.serial)
            assert text(ben, "h1") == story.OPERATIONS[number]["name"]
            clock.move(minutes * MINUTE)
            last = number == len(SHARES) - 1
            scan(ben, unit.code if last and unit.code else "*PASS*")
        assert text(ben, "h1") == ("Failed" if unit.code else "Passed")
        assert unit.serial in text(ben)
        clock.move(MINUTE)
        if unit is units[0]:
            scan(ben, units[1].serial)
            assert "not inspected yet" in text(ben)
            inspect(ivy, RUN1)
            scan(ben, "*CLEAR*")


def import_log(ben: Any, run: str, name: str, units: list[Unit]) -> None:
    ben.goto(f"{run}import/")
    content = log(units).encode()
    ben.set_input_files("#id_file", {"name": name, "mimeType": "text/csv", "buffer": content})
    press(ben, "Look at every row")
    press(ben, f"Take {len(units)} rows")
    ben.wait_for_selector(f"text={name} is taken: {len(units)} records.")


def say_causes(ivy: Any, run: str, *codes: str) -> None:
    for code in codes:
        ivy.goto(run)
        row = ivy.locator("[data-row]", has_text=story.NAMES[code])
        row.locator("summary", has_text="Say the cause").click()
        kind, cause = story.CAUSES[code]
        row.get_by_label("Class of the cause").select_option(kind)
        row.get_by_label("What it was").fill(cause)
        press(ivy, f"Record the cause of {code}")
        ivy.wait_for_selector(f"text=The cause of {code} is recorded.")


def act(eli: Any) -> None:
    for number, (code, what, evidence) in enumerate(story.ACTIONS, start=1):
        eli.goto(RUN1)
        choose(eli, "Propose an action")
        eli.locator("#id_action_against").select_option(code)
        eli.locator("#id_action_cause_class").select_option("process")
        eli.locator("#id_action_what").fill(what)
        press(eli, "Propose the action")
        label = f"CA-{number:04}"
        row = eli.locator(f"[id='{label}']")
        row.locator("summary", has_text="Put it in force").click()
        row.get_by_label("How one can tell").fill(evidence)
        press(eli, f"Put {label} in force")
        eli.wait_for_selector(f"text={label} is in force.")


def back(page: Any, username: str, to: str) -> None:
    """Come back to a page, where need be by signing in again; it opens then."""
    page.goto(to)
    if "/sign-in/" in page.url:
        enter(page, username, PASSWORD)
    page.wait_for_url(f"**{to}")


def sign(ada: Any, password: str = PASSWORD, name: str = "Sign and hold") -> None:
    ada.get_by_label("Password, again").fill(password)
    press(ada, name)


def test_a_pilot_is_held_repeated_signed_off_and_printed(
    people: Windows, pilot: Pilot, clock: Clock
) -> None:
    eli = people.sign_in("eli", PASSWORD)
    define(eli)
    create(eli, pilot)
    ben = people.sign_in("ben", PASSWORD, to=f"{RUN1}line/")
    assert "The bar of this batch is not locked yet" in text(ben)
    scan(ben, f"{FIRST}-001")
    assert story.NO_BAR in text(ben)
    assert "Rule R-31" in text(ben)
    ada = people.sign_in("ada", PASSWORD, to=RUN1)
    assert "once a counting unit is judged" in text(ada)
    clock.move(MINUTE)
    lock(ada, RUN1, pilot)
    assert "39 times in 100" in text(ada)

    ivy = people.sign_in("ivy", PASSWORD)
    build_on_the_line(ben, clock, ivy, pilot.first[:6])
    back(ben, "ben", RUN1)
    import_log(ben, RUN1, "first.csv", pilot.first[6:])
    clock.move(timedelta(hours=3))
    back(ivy, "ivy", RUN1)
    say_causes(ivy, RUN1, story.LID, story.GLAZE)

    # Ada was away for four hours, and goes away again: a form left open signs nothing.
    back(ada, "ada", RUN1)
    clock.move(timedelta(hours=5))
    sign(ada)
    ada.wait_for_url("**/sign-in/**")
    back(ada, "ada", RUN1)
    held = text(ada)
    for words in (
        "No. Hold.",
        "5 of 20 units were rejected",
        "25 %",
        "about 250 would have been bad",
        "11.0 min (bar: at most 7 min)",
        "Lid does not seat: 3 of 5 rejects",
    ):
        assert words in held, words
    assert ada.get_by_role("radio", name="Sign off").count() == 0
    # Somebody who edits the form in the browser is refused by the rule all the same.
    ada.eval_on_selector("input[name=decision]", "e => { e.value = 'sign_off' }")
    sign(ada)
    assert story.NO_SIGN_OFF in text(ada)
    sign(ada, "not the password")
    assert "password" in text(ada, "[aria-invalid] ~ *, .err").lower()
    sign(ada)
    ada.wait_for_selector(f"text={FIRST} is held. The decision cannot be changed.")

    back(eli, "eli", RUN1)
    press(eli, "Repeat batch with the same bar", role="link")
    press(eli, "Create the repeat batch")
    lock(ada, RUN2, None)
    back(ben, "ben", f"{RUN2}line/")
    scan(ben, f"{SECOND}-001")
    assert story.UNCHANGED in text(ben)
    act(eli)
    clock.move(MINUTE)
    scan(ben, pilot.first[2].serial)
    assert f"{story.REWORKED} {story.FRESH}" in text(ben)
    scan(ben, f"{SECOND}-001")
    back(ivy, "ivy", RUN2)
    inspect(ivy, RUN2)
    import_log(ben, RUN2, "second.csv", pilot.second)
    say_causes(ivy, RUN2, story.CHIP)

    ada.goto(RUN2)
    possible = text(ada)
    for words in ("Sign-off is possible.", "0.13 % to 24.9 %", story.DIFFERENCE, "5 %"):
        assert words in possible, words
    sign(ada, name="Sign the decision on 1,000 units")
    ada.wait_for_selector(f"text={SECOND} is signed off. The decision cannot be changed.")
    assert "Yes. Signed off." in text(ada)
    printed(ada)


def printed(ada: Any) -> None:
    """The report, as it leaves the printer."""
    for link, words in (
        ("Pilot report, PDF", ("1 of 20", "0.13 % to 24.9 %", "Ada Okafor", f"{SECOND}-013")),
        ("Certificate, PDF", ("Ada Okafor", "1,000", SECOND)),
    ):
        address = ada.get_by_role("link", name=link).first.get_attribute("href")
        answer = ada.request.get(address)
        assert (answer.status, answer.headers["content-type"]) == (200, "application/pdf")
        found = pages(answer.body())
        assert [w for w in words if w not in found] == []
