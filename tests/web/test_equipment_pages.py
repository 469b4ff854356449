"""Equipment: calibrations, life, what is due."""

from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from firstoff.db.models import Calibration, Equipment, EquipmentUse
from firstoff.services import plan
from tests.conftest import NOW, World
from tests.making import CROCK
from tests.web.conftest import Browse
from tests.web.reading import PageRead
from tests.web.test_lots import fields, read


@pytest.fixture
def crock(world: World) -> World:
    plan.load_definition(site_id=world.site.pk, definition=CROCK, by=world.eli, at=NOW)
    return world


def calibrate(client: Any, **given: str) -> Any:
    address = "/equipment/STOKE/calibrate/G-11/"
    return client.post(address, {**fields(client.get(address)), **given}, follow=True)


def test_a_calibration_stands_in_the_history_and_moves_the_date(
    crock: World, browse: Browse
) -> None:
    answer = calibrate(
        browse(crock.ivy), result="pass", as_left="", due="2099-01-31", certificate="K-1"
    )
    page = read(answer)
    assert (answer.status_code, "K-1" in page, "2099-01-31" in page) == (200, True, True)
    assert Equipment.objects.get(code="G-11").calibration_due.isoformat() == "2099-01-31"


def test_a_gauge_found_failing_leads_to_what_it_measured(crock: World, browse: Browse) -> None:
    page = PageRead(read(calibrate(browse(crock.ivy), result="fail", as_left="pass")))
    links = [a for a in page.links if a.startswith("/at-risk/")]
    question = parse_qs(urlsplit(links[0]).query)["question"][0]
    assert '{"gauge":"G-11","kind":"gauge"}' in question
    answer = browse(crock.ivy).get(links[0])
    assert (answer.status_code, "since its last good calibration" in read(answer)) == (200, True)


def test_a_due_date_before_the_calibration_is_refused_beside_its_field(
    crock: World, browse: Browse
) -> None:
    answer = calibrate(browse(crock.ivy), result="pass", as_left="", due="2020-01-01")
    assert (answer.status_code, "before it was" in read(answer)) == (409, True)
    assert Calibration.objects.count() == 0


def test_a_viewer_may_not_record_one(crock: World, browse: Browse) -> None:
    client = browse(crock.vic)
    assert client.get("/equipment/STOKE/calibrate/G-11/").status_code == 403
    assert "Record a calibration" not in read(client.get("/equipment/STOKE/edit/G-11/"))


def test_a_life_is_set_and_what_is_past_it_stands_out(crock: World, browse: Browse) -> None:
    client = browse(crock.eli)
    address = "/equipment/STOKE/edit/J-02/"
    held = {"name": "Jig", "kind": "jig", "equipment_class": "production", "max_uses": "3"}
    assert client.post(address, held).status_code == 302
    row = Equipment.objects.get(code="J-02")
    EquipmentUse.objects.create(equipment=row, uses=3)
    page = read(client.get(address))
    assert ("Past its life" in page, "3 of 3 uses" in page) == (True, True)
    assert "Past its life" in read(client.get("/equipment/?site=STOKE"))
    refused = client.post(address, {**held, "max_uses": "0"})
    assert refused.status_code == 422


def test_what_is_due_is_one_filter_away(crock: World, browse: Browse) -> None:
    page = read(browse(crock.vic).get("/equipment/?site=STOKE&due=1"))
    assert (">G-11<" in page, ">J-02<" in page) == (True, False)
