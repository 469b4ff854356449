"""The search field."""

import pytest

from firstoff.formats.labels.internal import check_letters
from tests.conftest import World
from tests.making import make_pilot, opened_pilot
from tests.packing import finish, ship_some
from tests.recording import LATER
from tests.web.conftest import Browse


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("J-02", "/equipment/?site=STOKE&q=J-02"),
        ("ben", "/people/STOKE/ben/"),
        (" BEN ", "/people/STOKE/ben/"),
    ],
)
def test_one_exact_name_opens(world: World, browse: Browse, text: str, address: str) -> None:
    make_pilot(world)
    assert browse(world.eli).get("/find/", {"q": text})["Location"] == address


def test_several_are_listed(world: World, browse: Browse) -> None:
    make_pilot(world)
    text = browse(world.vic).get("/find/?q=ca").content.decode()
    assert ("Feeler gauge" in text, "Lucas" in text) == (False, False)
    text = browse(world.vic).get("/find/?q=au").content.decode()
    assert "Feeler gauge" in text


@pytest.mark.parametrize("text", ["nothing", "%", "_", "<b>", "陶"])
def test_nothing_found_says_so(world: World, browse: Browse, text: str) -> None:
    make_pilot(world)
    page = browse(world.vic).get("/find/", {"q": text}).content.decode()
    assert "Nothing is called" in page


def test_somebody_from_another_site_finds_nothing(world: World, browse: Browse) -> None:
    make_pilot(world)
    for text in ("J-02", "ben", "CC-1", "C"):
        answer = browse(world.cy).get("/find/", {"q": text})
        assert answer.status_code == 200
        text = answer.content.decode()
        assert [s for s in ("Assembly jig", "Ben Tams", "Counter crock") if s in text] == []


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("U CC-1 CC1-P1-001 {letters}", "/units/STOKE/CC-1/CC1-P1-001/"),
        ("(01)09506000134352(21)CC1-P1-001(10)CC1-P1", "/units/STOKE/CC-1/CC1-P1-001/"),
        ("C-00001", "/packages/STOKE/C-00001/"),
        ("C C-00001 {letters}", "/packages/STOKE/C-00001/"),
        ("S-00001", "/ship/STOKE/S-00001/"),
        ("example instruments 1", "/ship/STOKE/?customer=Example%20Instruments%201"),
    ],
)
def test_what_was_packed_and_shipped_is_found_by_its_label(
    world: World, browse: Browse, text: str, address: str
) -> None:
    pilot = opened_pilot(world)
    finish(world, pilot, 1, 2)
    ship_some(world, pilot, 1, at=LATER)
    code = text.replace("{letters}", check_letters(text.removesuffix(" {letters}")))
    assert browse(world.vic).get("/find/", {"q": code})["Location"].replace("+", "%20") == address
