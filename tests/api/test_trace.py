"""Both ways through the genealogy, over the API."""

from typing import Any
from urllib.parse import quote

import pytest

from firstoff.rules.trace import CONDITIONS
from tests.api.test_execution import Caller
from tests.conftest import World
from tests.making import make_pilot
from tests.queries.trace.genealogy import Floor, hour

ODD = "陶 7/8 %41"
ASK = "/sites/STOKE/at-risk"
LOT = {"where": [{"kind": "lot", "lot": "GL-2207"}]}


@pytest.fixture
def vic(world: World) -> Caller:
    floor = Floor(world, make_pilot(world).run_id)
    top = floor.unit("CC-1", ODD, in_run=True)
    lot = floor.lot("GL-2207")
    for n in range(60):
        part = floor.unit("HC", f"HC-{n:02}")
        floor.install(part, top, hour(1), position="slot")
        floor.consume(part, lot)
    floor.state(top, "shipped", hour(5), shipment=floor.ship([top], "SO-1", hour(5)))
    return Caller(world, "vic", "read")


def unit(what: str) -> str:
    """A slash in an address is escaped twice."""
    return f"/sites/STOKE/units/CC-1/{quote(quote(ODD, safe=''))}/{what}"


def test_the_story_of_a_unit(vic: Caller) -> None:
    status, found = vic("GET", unit("trace"))
    assert status == 200
    (line,) = found["tree"]["lines"]
    assert (line["count"], line["first"], line["last"], len(line["serials"])) == (
        60,
        "HC-00",
        "HC-59",
        50,
    )
    assert (found["where"]["place"], found["where"]["customer"]) == ("shipped", "Acme")
    assert [lot["code"] for lot in found["lots"]] == ["GL-2207"]
    assert line["lots"][0]["units"] == 60
    assert found["state"]["first"] == "pending"
    assert found["timeline"][0]["what"] == "Started"
    assert vic("GET", unit("trace") + "?as_of=2026-05-08T09:30:00Z")[1]["parts"] == 0
    assert vic("GET", unit("trace") + "?as_of=soon")[0] == 400


def test_the_serials_of_a_folded_line_a_page_at_a_time(vic: Caller) -> None:
    status, first = vic("GET", unit("parts") + "?of=HC")
    assert (status, len(first["items"]), first["total"]) == (200, 50, 60)
    _, second = vic("GET", unit("parts") + f"?of=HC&cursor={first['next']}")
    assert ([u["serial"] for u in second["items"]][-1], second["next"]) == ("HC-59", None)


def test_units_at_risk_a_page_at_a_time(vic: Caller) -> None:
    status, first = vic("POST", f"{ASK}?limit=40", LOT)
    assert status == 200
    assert (first["units"], first["top"], first["inside_others"], first["total"]) == (
        61,
        1,
        60,
        61,
    )
    assert (first["places"], first["customers"]) == (
        {"shipped": 1, "installed": 60},
        {"Acme": 1},
    )
    assert first["sentence"] == "lot GL-2207"
    _, second = vic("POST", f"{ASK}?limit=40&cursor={first['next']}", first["question"])
    seen = [u["serial"] for u in [*first["items"], *second["items"]]]
    assert (len(seen), len(set(seen)), second["next"]) == (61, 61, None)
    part = second["items"][-1]
    assert (part["inside"], part["place"], part["meets"]) == (
        {"part": "CC-1", "serial": ODD},
        "shipped",
        [{"kind": "lot", "lot": "GL-2207"}],
    )
    assert [u["serial"] for u in vic("POST", f"{ASK}?place=shipped", LOT)[1]["items"]] == [ODD]


def test_the_whole_answer_as_a_file(vic: Caller) -> None:
    answer = vic.client.post(f"/api/v1{ASK}.csv", LOT, content_type="application/json")
    assert len(b"".join(answer).splitlines()) == 62
    answer = vic.client.post(f"/api/v1{ASK}.xlsx", LOT, content_type="application/json")
    assert answer.content[:2] == b"PK"


@pytest.mark.parametrize(
    ("body", "status", "title"),
    [
        ({"where": []}, 400, "where"),
        ({"where": [{"kind": "colour"}]}, 400, "no condition 'colour'"),
        ({"where": [{"kind": "lot", "lot": "X", "as": 1}]}, 400, "lot has no 'as'"),
        ({"where": [{"kind": "lot", "lot": "X"}]}, 404, "There is no lot X at this site."),
        ({**LOT, "as_of": "soon"}, 400, "as_of is 'soon'"),
    ],
)
def test_what_cannot_be_asked_says_so(vic: Caller, body: Any, status: int, title: str) -> None:
    found = vic("POST", ASK, body)
    assert (found[0], title in found[1]["title"]) == (status, True)


def test_a_cursor_of_another_list_is_refused(vic: Caller) -> None:
    for cursor in ("x", "bzUw", "a" * 100, "é"):
        assert vic("POST", f"{ASK}?cursor={quote(cursor)}", LOT)[0] == 400


def test_the_description_names_every_kind(vic: Caller) -> None:
    _, document = vic("GET", "/openapi.json")
    said = document["components"]["schemas"]["QuestionIn"]["properties"]["where"]["description"]
    assert [c.kind for c in CONDITIONS if f"`{c.kind}`" not in said] == []


def test_nobody_from_another_site_asks(world: World, vic: Caller) -> None:
    cy = Caller(world, "cy", "read")
    assert (cy("POST", ASK, LOT)[0], cy("GET", unit("trace"))[0]) == (404, 404)
