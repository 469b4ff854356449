"""The line in a browser without script: a scan, a touch and a command are the same form."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from firstoff.db.models import Defect, OperationRecord, TestRecord, Unit
from firstoff.services import access, execution, plan
from firstoff.terms import Role
from tests.conftest import PASSWORD, World
from tests.making import BAR, CROCK, Pilot
from tests.web.conftest import Browse
from tests.web.reading import PageRead

LINE = "/runs/STOKE/CC1-P1/line/"


@pytest.fixture
def pilot(world: World) -> Pilot:
    """A pilot of today, its bar locked."""
    at = timezone.now() - timedelta(hours=1)
    loaded = plan.load_definition(site_id=world.site.pk, definition=CROCK, by=world.eli, at=at)
    baseline = plan.freeze_baseline(program_id=loaded.program_id, by=world.eli, at=at)
    made = execution.create_run(
        program_id=loaded.program_id,
        planned_quantity=20,
        line="Line 2",
        equipment=["L2-40"],
        by=world.eli,
        at=at,
    )
    execution.lock_bar(run_id=made.id, bar=BAR, password=PASSWORD, by=world.ada, at=at)
    return Pilot(loaded.program_id, baseline.pk, made.id, made.batch_id)


def form_of(page: Any) -> dict[str, str]:
    """What the line's form sends: its hidden fields as they stand."""
    read = PageRead(page.content.decode())
    return {
        e.attrs["name"]: e.attrs.get("value", "")
        for e in read.all("input")
        if e.attrs.get("type") == "hidden" and e.attrs["name"] != "csrfmiddlewaretoken"
    }


class Station:
    """A browser at the line: sends what the page it shows would send."""

    def __init__(self, client: Client) -> None:
        self.client = client
        self.page = client.get(LINE)

    def send(self, scan: str = "", act: str = "scan", **values: str) -> Any:
        sent = {**form_of(self.page), "scan": scan, "act": act, **values}
        self.page = self.client.post(LINE, sent, follow=True)
        return self.page

    @property
    def text(self) -> str:
        read = PageRead(self.page.content.decode())
        return " ".join(next(e.text for e in read.all("main")).split())

    @property
    def name(self) -> str:
        return " ".join(PageRead(self.page.content.decode()).all("h1")[0].text.split())

    def later(self, seconds: int = 3) -> None:
        """As if time had passed since the last scan."""
        session = self.client.session
        for key in [k for k in dict(session.items()) if k.startswith("line-")]:
            del session[key]
        session.save()


@pytest.fixture
def ben(world: World, pilot: Pilot, browse: Browse) -> Station:
    return Station(browse(world.ben))


def test_the_only_open_batch_opens_by_itself(world: World, pilot: Pilot, browse: Browse) -> None:
    answer = browse(world.ben).get("/line/")
    assert (answer.status_code, answer["Location"]) == (302, LINE)
    chosen = browse(world.ben).get("/line/?all=1")
    assert "CC1-P1" in chosen.content.decode()


def test_a_new_serial_is_started_and_shows_its_first_operation(ben: Station) -> None:
    ben.send("CC1-P1-001")
    assert (ben.name, Unit.objects.get().operator.username) == ("Fit the ring", "ben")
    assert "operation 10 · step 1 of 3" in ben.text
    assert "Press the ring on." in ben.text


def test_gs1_codes_and_touches_start_units_too(world: World, ben: Station) -> None:
    ben.send("]d2010401234567890121CC1-P1-001")
    assert Unit.objects.get().serial == "CC1-P1-001"


def test_the_next_serial_is_offered_for_a_touch(ben: Station) -> None:
    assert "Start CC1-P1-001" in ben.text
    ben.send("CC1-P1-001", act="")
    assert Unit.objects.get().serial == "CC1-P1-001"


def test_pass_fills_the_page_and_says_what_comes_next(ben: Station) -> None:
    ben.send("CC1-P1-001")
    ben.send(act="pass")
    page = ben.page.content.decode()
    assert "r-pass" in page
    assert ben.name == "Passed"
    assert "CC1-P1-001 · Fit the ring ·" in ben.text
    assert "Next operation: 20, Seat the lid." in ben.text
    assert 'id="scan"' in page
    assert "autofocus" in page


def test_a_command_card_passes_like_a_touch(ben: Station) -> None:
    ben.send("CC1-P1-001")
    ben.send("*pass*")
    assert ben.name == "Passed"


def test_a_defect_code_scanned_fails_the_unit_in_hand(ben: Station) -> None:
    ben.send("CC1-P1-001")
    ben.send("*PASS*")
    ben.send("CC1-P1-001")
    ben.send("d-101")
    assert (ben.name, Defect.objects.get().code) == ("Failed", "D-101")
    assert "r-fail" in ben.page.content.decode()
    assert "D-101 Lid does not seat" in ben.text


def test_fail_asks_which_defect(ben: Station) -> None:
    ben.send("CC1-P1-001")
    ben.send("*FAIL*")
    assert "Which defect?" in ben.text
    ben.send(act="defect:D-204")
    assert Defect.objects.get().code == "D-204"


def test_a_measured_value_within_limits_is_stored(ben: Station) -> None:
    ben.send("CC1-P1-001")
    ben.send("*PASS*")
    ben.send("CC1-P1-001")
    assert "0.30 to 0.90" in ben.text
    ben.send("*PASS*", **{"m-1": "0,61", "m-2": "pass"})
    assert ben.name == "Passed"
    assert "Lid clearance 0.61 mm" in ben.text
    assert TestRecord.objects.get().outcome == "pass"


def test_a_value_out_of_limits_keeps_the_entry_and_says_why(ben: Station) -> None:
    ben.send("CC1-P1-001")
    ben.send("*PASS*")
    ben.send("CC1-P1-001")
    page = ben.send(act="pass", **{"m-1": "0.95"})
    assert page.status_code == 409
    assert "0.95 mm is over 0.90 mm; pass is not possible." in ben.text
    assert 'value="0.95"' in page.content.decode()
    assert OperationRecord.objects.count() == 1
    page = ben.send(act="pass", **{"m-1": "half"})
    assert (page.status_code, "'half' is no number" in ben.text) == (422, True)


def test_the_same_code_twice_within_two_seconds_counts_once(ben: Station) -> None:
    ben.send("CC1-P1-001")
    ben.send("CC1-P1-001")
    assert "counted once" in ben.text
    ben.later()
    ben.send("*PASS*")
    ben.send("*PASS*")
    assert OperationRecord.objects.count() == 1


def test_a_form_sent_again_is_recorded_once(ben: Station) -> None:
    ben.send("CC1-P1-001")
    sent = {**form_of(ben.page), "act": "pass", "scan": ""}
    first = ben.client.post(LINE, sent)
    again = ben.client.post(LINE, sent)
    assert (first["Location"], OperationRecord.objects.count()) == (again["Location"], 1)


def test_a_refusal_is_grey_and_names_who_can_release(ben: Station) -> None:
    ben.send("CC1-P1-001")
    ben.send("CC1-P1-002")
    page = ben.page.content.decode()
    assert (ben.page.status_code, ben.name, "r-hold" in page) == (409, "Not this unit", True)
    assert "The first article of CC1-P1 is not inspected yet" in ben.text
    assert "Can release it by signature: Ada Okafor." in ben.text
    assert "Nothing was recorded. Rule R-35." in ben.text


def test_a_quality_manager_at_the_line_gets_the_way_to_release(
    world: World, pilot: Pilot, browse: Browse
) -> None:
    ada = Station(browse(world.ada))
    ada.send("CC1-P1-001")
    Station(browse(world.ben)).send("CC1-P1-003")
    ada = Station(browse(world.ada))
    ada.send("CC1-P1-X01")  # built by a quality manager: kept, does not count
    assert "built by an engineer, not by a line operator" in ada.text


def test_who_is_no_line_operator_is_told_before_a_unit_is_started(
    world: World, pilot: Pilot, browse: Browse
) -> None:
    warning = "Will not count What you start is left out of the verdict."
    access.set_roles(
        site_id=world.site.pk,
        username="ben",
        roles=[Role.OPERATOR, Role.ENGINEER],
        by=world.adam,
        at=timezone.now(),
    )
    both = Station(browse(world.ben))
    assert warning in both.text
    both.send("CC1-P1-001")
    assert "Does not count built by an engineer" in both.text


def test_a_line_operator_is_told_nothing_of_the_kind(ben: Station) -> None:
    assert "not count" not in ben.text
    ben.send("CC1-P1-001")
    assert "not count" not in ben.text


def test_what_is_no_serial_is_refused_with_an_example(ben: Station) -> None:
    ben.send("hello")
    assert "hello is no serial number of batch CC1-P1." in ben.text
    assert Unit.objects.count() == 0


def test_a_failed_unit_can_be_reworked_or_put_aside(ben: Station) -> None:
    ben.send("CC1-P1-001")
    ben.send("D-300")
    ben.send("CC1-P1-001")
    assert ben.name == "It failed"
    ben.send("*REWORK*")
    assert "rework, attempt 2" in ben.text
    ben.send(act="pass")
    assert OperationRecord.objects.get(attempt=2).outcome == "pass"


def test_the_whole_route_by_scanner_alone(ben: Station) -> None:
    for _operation in range(3):
        ben.send("CC1-P1-001")
        ben.later()
        ben.send("*PASS*")
        ben.later()
    assert "The route is done." in ben.text
    ben.send("CC1-P1-001")
    assert ben.name == "Done"


def test_the_next_operator_takes_the_station_with_badge_and_password(
    world: World, ben: Station
) -> None:
    ben.send("olu")
    assert ben.page.redirect_chain[-1][0] == f"/line/hand-over/?next={LINE}&username=olu"
    answer = ben.client.post(
        "/line/hand-over/", {"username": "olu", "password": PASSWORD, "next": LINE}
    )
    assert (answer.status_code, answer["Location"]) == (302, LINE)
    Station(ben.client).send("CC1-P1-001")
    assert Unit.objects.get().operator.username == "olu"


def test_a_wrong_password_leaves_the_station_as_it_was(ben: Station) -> None:
    answer = ben.client.post(
        "/line/hand-over/", {"username": "olu", "password": "wrong", "next": LINE}
    )
    assert answer.status_code == 409
    assert Station(ben.client).page.status_code == 200


def test_the_hand_over_leads_nowhere_else(ben: Station) -> None:
    sent = {"username": "olu", "password": PASSWORD, "next": "https://evil.example/"}
    assert ben.client.post("/line/hand-over/", sent)["Location"] == "/line/"


@pytest.mark.parametrize("steps", [(), ("CC1-P1-001",), ("CC1-P1-001", "*PASS*"), ("nonsense",)])
def test_every_face_of_the_line_is_sound(ben: Station, steps: tuple[str, ...]) -> None:
    for step in steps:
        ben.send(step)
    assert PageRead(ben.page.content.decode()).problems() == []


def test_viewers_do_not_reach_the_line(world: World, pilot: Pilot, browse: Browse) -> None:
    assert browse(world.vic).get(LINE).status_code == 403
    assert browse(world.cy).get(LINE).status_code == 404
    assert browse().get(LINE)["Location"].startswith("/sign-in/")
