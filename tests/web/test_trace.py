"""The trace page of a unit and the page of units at risk."""

import re
from typing import Any
from urllib.parse import parse_qs, quote, urlsplit

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from firstoff.db.models import Equipment, LotBalance, Package, Supplier
from firstoff.queries.execution import units
from firstoff.rules.trace import Question
from firstoff.rules.trace.conditions import CONDITIONS, Lot
from tests.conftest import World
from tests.making import make_pilot
from tests.queries.trace.genealogy import Floor, hour
from tests.web.conftest import Browse
from tests.web.reading import PageRead

EVIL = '"\'>--></script><evil-tag onmouseover="x()">'
ODD = "陶 7/8 %41"  # a serial number that an address has to survive


@pytest.fixture
def floor(world: World) -> Floor:
    return Floor(world, make_pilot(world).run_id)


def assembled(floor: Floor, count: int = 1, lot: str = "GL-2207") -> Any:
    """A unit of the batch with parts, a lot in each, one taken out; shipped."""
    top = floor.unit("CC-1", ODD, in_run=True)
    glaze = floor.lot(lot, supplier=Supplier.objects.create(site=floor.world.site, name=EVIL))
    LotBalance.objects.create(lot=glaze, on_hand=1, status="rejected")
    floor.consume(top, glaze)
    for n in range(count):
        part = floor.unit("LD-1", f"LD-{n:03}")
        floor.install(part, top, hour(1), position=EVIL)
        floor.consume(part, glaze)
    old = floor.unit("SR-1", "SR-1")
    floor.install(old, top, hour(1), hour(2), content='{"reason":"torn"}')
    shipment = floor.ship([top], "SO-1", hour(5))
    floor.state(top, "shipped", hour(5), shipment=shipment)
    return top


def unit_page(part: str, serial: str) -> str:
    """An address as the pages write it: escaped, and escaped again."""
    return f"/units/STOKE/{quote(quote(part, safe=''))}/{quote(quote(serial, safe=''))}/"


def risk(*conditions: Any) -> dict[str, str]:
    return {"site": "STOKE", "question": Question(conditions).as_json()}


def words(answer: Any) -> str:
    text = re.sub(r"<[^>]+>", " ", answer.content.decode())
    return re.sub(r"\s+(?=[.,:;])", "", re.sub(r"[\s\xa0]+", " ", text))


def test_the_four_questions_are_answered_at_the_top(
    world: World, floor: Floor, browse: Browse
) -> None:
    assembled(floor)
    answer = browse(world.vic).get(unit_page("CC-1", ODD))
    assert answer.status_code == 200
    said = words(answer)
    for text in (
        "Shipped to Acme shipment SO-1",
        "Who built it, when, on what? Ben Tams",
        "From which component batches? 1 lot Rejected GL-2207",
        "No test is recorded",
        "LD-000",
        "taken out 2026-05-08 12:00: torn",
    ):
        assert text in said
    page = PageRead(answer.content.decode())
    assert (page.problems(), page.dangers()) == ([], [])


def test_every_link_of_the_trace_opens(world: World, floor: Floor, browse: Browse) -> None:
    assembled(floor, count=6)
    client = browse(world.vic)
    text = client.get(unit_page("CC-1", ODD)).content.decode()
    links = [a for a in PageRead(text).links if a.startswith(("/units", "/at-risk", "?"))]
    opened = {
        a: client.get(unit_page("CC-1", ODD) + a if a[0] == "?" else a, follow=True).status_code
        for a in links
    }
    assert set(opened.values()) == {200}
    assert any("/parts/" in a for a in links)


def test_what_it_was_made_of_at_a_time(world: World, floor: Floor, browse: Browse) -> None:
    assembled(floor)
    client = browse(world.vic)

    def holds(as_of: str) -> tuple[bool, bool]:
        text = words(client.get(unit_page("CC-1", ODD), {"as_of": as_of}))
        tree = text[text.index("As built") : text.index("What happened")]
        return "LD-000" in tree, "taken out" in tree

    # Times of an address are those of the site: an hour after those of the records.
    assert holds("2026-05-08T09:30") == (False, False)
    assert holds("2026-05-08T11:30") == (True, False)
    assert holds("shipped") == (True, True)
    assert holds("nonsense") == (True, True)


def test_a_part_from_elsewhere_has_its_page(world: World, floor: Floor, browse: Browse) -> None:
    assembled(floor)
    said = words(browse(world.vic).get(unit_page("LD-1", "LD-000")))
    assert f"Shipped to Acme inside {ODD}" in said
    assert "Installed in" in said


def test_equal_parts_are_listed_by_the_page_of_their_line(
    world: World, floor: Floor, browse: Browse
) -> None:
    assembled(floor, count=60)
    client = browse(world.vic)
    text = words(client.get(unit_page("CC-1", ODD)))
    assert "60 × LD-1 LD-000 to LD-059" in text
    listed = client.get(unit_page("CC-1", ODD) + "parts/", {"of": "LD-1", "page": "2"})
    assert "LD-059" in words(listed)
    assert client.get(unit_page("CC-1", ODD) + "parts/", {"of": "X"}).status_code == 404


@pytest.mark.parametrize("count", [1, 3, 300])
def test_the_trace_page_costs_the_same_however_much_is_inside(
    world: World, floor: Floor, browse: Browse, count: int
) -> None:
    assembled(floor, count)
    client = browse(world.vic)
    client.get(unit_page("CC-1", ODD))
    units.forget()
    with CaptureQueriesContext(connection) as seen:
        assert client.get(unit_page("CC-1", ODD)).status_code == 200
    assert len(seen) == 54


# ---------- units at risk ----------


def test_a_scanned_lot_is_asked_for(world: World, floor: Floor, browse: Browse) -> None:
    assembled(floor)
    client = browse(world.vic)
    answer = client.get("/at-risk/", {"scan": "GL-2207"})
    asked = parse_qs(urlsplit(answer["Location"]).query)
    assert asked == {k: [v] for k, v in risk(Lot("GL-2207")).items()}
    said = words(client.get(answer["Location"]))
    for text in ("2 units", "Lot GL-2207. 1 unit stands alone; 1 is inside another.", "Acme"):
        assert text in said


def test_a_second_scan_narrows_the_question(world: World, floor: Floor, browse: Browse) -> None:
    assembled(floor)
    answer = browse(world.vic).get("/at-risk/", {**risk(Lot("GL-2207")), "scan": "CC1-P1"})
    asked = parse_qs(urlsplit(answer["Location"]).query)["question"][0]
    assert '"kind":"batch"' in asked
    assert '"kind":"lot"' in asked


def test_what_may_mean_two_things_is_asked(world: World, floor: Floor, browse: Browse) -> None:
    floor.lot("G-11")
    said = words(browse(world.vic).get("/at-risk/", {"site": "STOKE", "scan": "G-11"}))
    for text in ("Which of these?", "lot G-11", "gauge G-11 since its last", "equipment G-11"):
        assert text in said


@pytest.mark.parametrize(
    ("asked", "status", "sentence"),
    [
        ({"scan": "nothing <b>"}, 400, "Nothing at this site is called just"),
        ({"lot": "NOPE"}, 404, "There is no lot NOPE at this site."),
        ({"equipment": "L2-40", "from": "soon"}, 400, "'soon' is no time"),
        ({"baseline": "xx"}, 400, "four or more of 0 to 9"),
        ({"question": "{"}, 400, "The question is no JSON."),
    ],
)
def test_what_cannot_be_asked_says_so(
    world: World, floor: Floor, browse: Browse, asked: dict[str, str], status: int, sentence: str
) -> None:
    answer = browse(world.vic).get("/at-risk/", {"site": "STOKE", **asked}, follow=True)
    assert (answer.status_code, sentence in answer.content.decode().replace("&#x27;", "'")) == (
        status,
        True,
    )


@pytest.mark.parametrize("kind", CONDITIONS)
def test_every_kind_can_be_added_by_its_form(
    world: World, floor: Floor, browse: Browse, kind: Any
) -> None:
    page = PageRead(
        browse(world.vic).get("/at-risk/", {"site": "STOKE", "kind": kind.kind}).content.decode()
    )
    names = {e.attrs.get("name") for e in page.all("input")}
    assert {f.name for f in kind.fields} <= names
    assert page.problems() == []


def test_the_answer_is_handed_out_whole(world: World, floor: Floor, browse: Browse) -> None:
    assembled(floor, count=3)
    client = browse(world.vic)
    answer = client.get("/at-risk.csv", risk(Lot("GL-2207")))
    rows = b"".join(answer).decode("utf-8-sig").splitlines()
    assert (len(rows), rows[0].split(",")[:2], ODD in rows[1]) == (5, ["Part", "Serial"], True)
    book = client.get("/at-risk.xlsx", risk(Lot("GL-2207")))
    assert (book.status_code, book.content[:2]) == (200, b"PK")
    only = client.get("/at-risk.csv", {**risk(Lot("GL-2207")), "place": "shipped"})
    assert len(b"".join(only).splitlines()) == 2


def test_a_page_of_fifty_leads_to_the_next(world: World, floor: Floor, browse: Browse) -> None:
    assembled(floor, count=60)
    client = browse(world.vic)
    first = client.get("/at-risk/", risk(Lot("GL-2207"))).content.decode()
    (onward,) = [e.attrs["href"] for e in PageRead(first).all("a") if e.attrs.get("rel") == "next"]
    second = client.get("/at-risk/" + onward.partition("#")[0].replace("&amp;", "&"))
    assert "51 to 61 of 61 units" in words(second)
    assert "1 to 50 of 61 units" in words(client.get("/at-risk/", risk(Lot("GL-2207"))))


@pytest.mark.parametrize("count", [1, 3, 200])
def test_an_answer_costs_the_same_however_many_it_holds(
    world: World, floor: Floor, browse: Browse, count: int
) -> None:
    assembled(floor, count)
    client = browse(world.vic)
    client.get("/at-risk/", risk(Lot("GL-2207")))
    with CaptureQueriesContext(connection) as seen:
        assert client.get("/at-risk/", risk(Lot("GL-2207"))).status_code == 200
    assert len(seen) == 22


def test_who_may_opens_a_containment_and_the_units_show_it(
    world: World, floor: Floor, browse: Browse
) -> None:
    assembled(floor)
    asked = risk(Lot("GL-2207"))
    assert "Open a containment" not in words(browse(world.vic).get("/at-risk/", asked))
    client = browse(world.ada)
    text = client.get("/at-risk/", asked).content.decode()
    (address,) = [
        e.attrs["href"] for e in PageRead(text).all("a") if "Open a containment" in e.text
    ]
    assert client.get(address).status_code == 200
    from firstoff.services import trace as containing

    opened = containing.open_containment(
        site_id=world.site.pk,
        question=Question((Lot("GL-2207"),)),
        title="Crazing",
        reason="A customer reported it.",
        by=world.ada,
        at=hour(9),
    )
    unit = client.get(unit_page("LD-1", "LD-000"))
    page = PageRead(unit.content.decode())
    links = [a for a in page.links if a.startswith("/containments/STOKE/")]
    assert [client.get(a).status_code for a in links] == [200]
    assert f"In containment C-{opened.number:04d}" in words(unit)


def test_the_search_field_finds_packages_and_shipments(
    world: World, floor: Floor, browse: Browse
) -> None:
    top = assembled(floor)
    box = Package.objects.create(site=world.site, code="PK-1", kind="carton", **floor.record)
    floor.state(top, "packed", hour(3), package=box)
    client = browse(world.vic)
    for text in ("PK-1", "SO-1"):
        address = client.get("/find/", {"q": text})["Location"]
        assert ODD in words(client.get(address, follow=True))


def test_a_lot_scanned_as_a_serial_number_is_asked_for(
    world: World, floor: Floor, browse: Browse
) -> None:
    assembled(floor)
    answer = browse(world.vic).get("/trace/", {"serial": "GL-2207"})
    assert answer["Location"].startswith("/at-risk/?")
    assert browse(world.vic).get("/trace/", {"serial": ODD})["Location"] == unit_page("CC-1", ODD)


def test_nobody_from_another_site_asks(world: World, floor: Floor, browse: Browse) -> None:
    assembled(floor)
    client = browse(world.cy)
    assert client.get("/at-risk/", risk(Lot("GL-2207"))).status_code == 404
    assert client.get("/at-risk.csv", risk(Lot("GL-2207"))).status_code == 404
    assert client.get(unit_page("CC-1", ODD)).status_code == 404
    here = {**risk(Lot("GL-2207")), "site": "LEEDS"}
    assert client.get("/at-risk/", here).status_code == 404
    assert "GL-2207" not in words(client.get("/at-risk/", {"scan": "GL-2207"})).replace(
        "just 'GL-2207'", ""
    ).replace("just &#x27;GL-2207&#x27;", "")
    assert Equipment.objects.exists()
