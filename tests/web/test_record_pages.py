"""The page of a batch record: gaps with what closes them, deviations, closing."""

import html
import re
from typing import Any

import pytest

from tests.batches import accept, batch, close, made, operation, record
from tests.conftest import PASSWORD, World
from tests.deciding import SMALL
from tests.making import make_pilot
from tests.recording import post
from tests.web.conftest import Browse
from tests.web.reading import PageRead

PAGE = "/runs/STOKE/CC1-P1/record/"


def read(answer: Any) -> str:
    """The words of a page, as they are read."""
    bare = re.sub(r"<[^>]+>", " ", html.unescape(answer.content.decode()))
    return " ".join(bare.split()).replace(" .", ".")


def short(world: Any) -> Any:
    """Three units of four, the third without a label."""
    pilot = batch(world, whole=2, decide=False)
    post(world, *made(pilot, 3, label=False))
    return pilot


def test_the_page_opens_with_what_is_missing(world: World, browse: Browse) -> None:
    short(world)
    answer = browse(world.vic).get(PAGE)
    text = read(answer)
    assert answer.status_code == 200
    assert "Is anything missing?" in text
    assert "2 of 4 units complete; 3 gaps are open." in text
    assert "No label was scanned back on 1 unit. CC1-P1-003 R-64" in text
    assert PageRead(answer.content.decode()).problems() == []


@pytest.mark.parametrize("who", ["ada", "eli", "ivy", "ben", "vic", "bo", "adam"])
def test_every_role_reads_it(world: World, browse: Browse, who: str) -> None:
    short(world)
    answer = browse(getattr(world, who)).get(PAGE)
    assert (answer.status_code, PageRead(answer.content.decode()).problems()) == (200, [])


def test_a_run_without_a_unit_has_a_page_too(world: World, browse: Browse) -> None:
    make_pilot(world, bar=SMALL)
    answer = browse(world.ada).get(PAGE)
    assert (answer.status_code, PageRead(answer.content.decode()).problems()) == (200, [])


def test_nobody_of_another_site_sees_it(world: World, browse: Browse) -> None:
    short(world)
    cy = browse(world.cy)
    found = [
        cy.get(f"/runs/STOKE/CC1-P1/record{end}").status_code for end in ("/", ".pdf", ".json")
    ]
    assert found == [404, 404, 404]


def test_a_gap_links_to_where_it_is_closed(world: World, browse: Browse) -> None:
    short(world)
    page = browse(world.ada).get(PAGE).content.decode()
    assert '<a class="in" href="/runs/STOKE/CC1-P1/line/">Build them, or accept' in page
    assert '<a class="in" href="/runs/STOKE/CC1-P1/">Sign the decision on the run.</a>' in page


def test_only_who_may_close_is_offered_to_sign(world: World, browse: Browse) -> None:
    short(world)
    offered = [
        'id="deviation"' in browse(who).get(PAGE).content.decode()
        for who in (world.ada, world.eli)
    ]
    assert offered == [True, False]


def test_a_gap_is_accepted_on_the_page(world: World, browse: Browse) -> None:
    pilot = short(world)
    ada = browse(world.ada)
    sent = {"gap": "label:", "reason": "Laser-marked.", "password": PASSWORD}
    answer = ada.post(f"{PAGE}deviations/", sent)
    assert (answer.status_code, answer["Location"]) == (302, PAGE)
    assert "Laser-marked. ” Accepted Ada Okafor" in read(ada.get(PAGE))
    assert "label:" not in [gap.key for gap in record(world, pilot).open]


@pytest.mark.parametrize(
    ("sent", "status", "said"),
    [
        ({"reason": ""}, 422, "Why it is acceptable is missing."),
        ({"password": "wrong"}, 409, "That is not your password"),
        ({"gap": "nothing:"}, 422, "nothing: is no gap of its batch record"),
    ],
)
def test_a_deviation_that_is_refused_says_why(
    world: World, browse: Browse, sent: dict[str, str], status: int, said: str
) -> None:
    short(world)
    values = {"gap": "label:", "reason": "Laser-marked.", "password": PASSWORD, **sent}
    answer = browse(world.ada).post(f"{PAGE}deviations/", values)
    assert answer.status_code == status
    assert said in read(answer)
    assert PageRead(answer.content.decode()).problems() == []


def test_a_run_is_closed_on_the_page(world: World, browse: Browse) -> None:
    batch(world)
    ada = browse(world.ada)
    page = ada.get(PAGE)
    assert "I have reviewed the batch record of CC1-P1, 4 units, and close the run." in read(page)
    seen = page.context["close_form"].initial["seen"]
    answer = ada.post(f"{PAGE}close/", {"password": PASSWORD, "seen": seen, "note": "Whole."})
    assert answer.status_code == 302
    text = read(ada.get(PAGE))
    assert "Closed by Ada Okafor" in text
    assert "What is built now belongs to a new run." in text


def test_a_run_with_gaps_is_refused_on_the_page(world: World, browse: Browse) -> None:
    short(world)
    answer = browse(world.ada).post(f"{PAGE}close/", {"password": PASSWORD})
    assert answer.status_code == 409
    assert "CC1-P1 cannot be closed: its batch record has 3 gaps." in read(answer)


def test_a_closed_record_is_a_page_without_forms(world: World, browse: Browse) -> None:
    pilot = batch(world, whole=3)
    accept(world, pilot, "units_missing:1")
    close(world, pilot)
    page = browse(world.ada).get(PAGE).content.decode()
    assert (PageRead(page).problems(), "record/close/" in page, "record/deviations/" in page) == (
        [],
        False,
        False,
    )


def test_parameters_and_material_are_on_the_page(world: World, browse: Browse) -> None:
    pilot = batch(world, whole=3, decide=False)
    records = made(pilot, 4)
    hot = {"name": "oven", "value": "251", "lower": "230", "upper": "250", "unit": "°C"}
    records[1] = operation(pilot, 4, 10, parameters=[hot])
    post(world, *records)
    text = read(browse(world.vic).get(PAGE))
    assert "oven , °C 10 230 251 251 250 1 Outside" in text
    assert "GLZ-7781 GLZ not named 0.08 4" in text


def test_the_document_is_a_draft_until_the_run_is_closed(world: World, browse: Browse) -> None:
    pilot = batch(world)
    vic = browse(world.vic)
    before = vic.get("/runs/STOKE/CC1-P1/record.json").json()["data"]["doc"]
    close(world, pilot)
    after = vic.get("/runs/STOKE/CC1-P1/record.json").json()["data"]["doc"]
    pdf = vic.get("/runs/STOKE/CC1-P1/record.pdf")
    assert (before["status"], before["draft"], after["status"], pdf.content[:5]) == (
        "DRAFT",
        ["The run is not closed: nobody has signed this."],
        "ISSUED",
        b"%PDF-",
    )
