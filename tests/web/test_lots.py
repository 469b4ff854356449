"""The pages of lots: received by a scan, decided, split, found again, many at once."""

from io import BytesIO
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from firstoff.db.models import Lot, LotStatusRecord, ManufacturerPart
from tests.conftest import World
from tests.making import opened_pilot
from tests.recording import lot, on_hand, post, rec
from tests.web.conftest import Browse
from tests.web.reading import PageRead

RS, GS, EOT = "\x1e", "\x1d", "\x04"
MOUSER = f"[)>{RS}06{GS}PGLZ{GS}1PGRM188{GS}Q4000{GS}1TL2209A{GS}9D2231{GS}1VMurata{RS}{EOT}"


def read(answer: Any) -> str:
    return str(answer.content.decode())


def fields(answer: Any) -> dict[str, str]:
    """What stands in the form."""
    page = PageRead(read(answer))
    return {
        e.attrs["name"]: e.attrs.get("value", "")
        for e in page.all("input")
        if "name" in e.attrs and e.attrs.get("type") not in ("file", "checkbox")
    }


def known_part(world: World) -> None:
    post(
        world,
        rec("lot", part="GLZ", lot="OLD-1", quantity="1", manufacturer="Murata", mpn="GRM188"),
    )


def test_a_distributors_code_fills_the_form(world: World, browse: Browse) -> None:
    known_part(world)
    found = fields(browse(world.bo).get("/lots/STOKE/receive/", {"scan": MOUSER}))
    assert {n: found[n] for n in ("part", "lot", "quantity", "supplier_lot", "date_code")} == {
        "part": "GLZ",
        "lot": "L2209A",
        "quantity": "4000",
        "supplier_lot": "L2209A",
        "date_code": "2231",
    }
    assert (found["mpn"], found["manufacturer"]) == ("GRM188", "Murata")


def test_a_label_with_the_mpn_alone_finds_our_part(world: World, browse: Browse) -> None:
    known_part(world)
    code = f"[)>{RS}06{GS}1PGRM188{GS}Q10{GS}1TL1{RS}{EOT}"
    assert fields(browse(world.bo).get("/lots/STOKE/receive/", {"scan": code}))["part"] == "GLZ"


def test_what_was_scanned_is_received_and_waits(world: World, browse: Browse) -> None:
    known_part(world)
    client = browse(world.bo)
    given = fields(client.get("/lots/STOKE/receive/", {"scan": MOUSER}))
    answer = client.post("/lots/STOKE/receive/", given, follow=True)
    assert "waits in quarantine" in read(answer)
    made = Lot.objects.get(code="L2209A")
    assert (made.part.number, made.date_code, made.balance.status) == ("GLZ", "2231", "quarantine")
    again = client.post("/lots/STOKE/receive/", given, follow=True)
    assert (again.status_code, Lot.objects.filter(code="L2209A").count()) == (200, 1)


def test_an_unknown_part_is_asked_about(world: World, browse: Browse) -> None:
    client = browse(world.bo)
    given = {
        **fields(client.get("/lots/STOKE/receive/")),
        "part": "NEW-1",
        "lot": "A",
        "quantity": "3",
    }
    first = client.post("/lots/STOKE/receive/", given)
    assert (first.status_code, "There is no part NEW-1 here" in read(first)) == (422, True)
    client.post("/lots/STOKE/receive/", {**given, "new_part": "on"})
    assert on_hand("A", "NEW-1") == "3"


def test_a_certificate_is_kept_and_given_back(world: World, browse: Browse) -> None:
    known_part(world)
    client = browse(world.bo)
    given = fields(client.get("/lots/STOKE/receive/"))
    paper = BytesIO(b"%PDF-1.7 certificate")
    paper.name = "CoC 1.pdf"
    client.post(
        "/lots/STOKE/receive/",
        {**given, "part": "GLZ", "lot": "C-1", "quantity": "5", "certificate": paper},
    )
    answer = client.get("/lots/STOKE/GLZ/C-1/certificate/")
    assert (answer.content, answer["Content-Type"]) == (
        b"%PDF-1.7 certificate",
        "application/octet-stream",
    )


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "is empty"),
        (b"MZ\x90\x00 program", "a certificate is a PDF"),
        (b"<html><script>", "a certificate is a PDF"),
    ],
)
def test_no_program_is_kept_as_a_certificate(
    world: World, browse: Browse, content: bytes, says: str
) -> None:
    known_part(world)
    client = browse(world.bo)
    given = fields(client.get("/lots/STOKE/receive/"))
    paper = BytesIO(content)
    paper.name = "x.pdf"
    answer = client.post(
        "/lots/STOKE/receive/",
        {**given, "part": "GLZ", "lot": "C-1", "quantity": "5", "certificate": paper},
    )
    assert (answer.status_code, says in read(answer)) == (422, True)
    assert Lot.objects.filter(code="C-1").count() == 0


def test_an_inspector_accepts_with_what_was_found(world: World, browse: Browse) -> None:
    post(world, *lot(accepted=False))
    client = browse(world.ivy)
    given = fields(client.get("/lots/STOKE/GLZ/GLZ-7781/"))
    answer = client.post(
        "/lots/STOKE/GLZ/GLZ-7781/",
        {**given, "becomes": "accepted", "reason": "AQL 0.65 passed"},
        follow=True,
    )
    assert "GLZ-7781 is accepted" in read(answer)
    assert [(s.status, s.reason) for s in LotStatusRecord.objects.all()] == [
        ("accepted", "AQL 0.65 passed")
    ]


def test_a_rejection_needs_its_reason(world: World, browse: Browse) -> None:
    post(world, *lot(accepted=False))
    client = browse(world.ivy)
    given = fields(client.get("/lots/STOKE/GLZ/GLZ-7781/"))
    answer = client.post("/lots/STOKE/GLZ/GLZ-7781/", {**given, "becomes": "rejected"})
    assert (answer.status_code, "for a reason; none is given" in read(answer)) == (409, True)


def test_skip_lot_is_said_in_the_record(world: World, browse: Browse) -> None:
    post(world, *lot(accepted=False))
    client = browse(world.ivy)
    given = fields(client.get("/lots/STOKE/GLZ/GLZ-7781/"))
    client.post("/lots/STOKE/GLZ/GLZ-7781/", {**given, "becomes": "accepted", "skip": "on"})
    assert LotStatusRecord.objects.get().reason == "skip-lot"


def test_a_buyer_may_not_decide(world: World, browse: Browse) -> None:
    post(world, *lot(accepted=False))
    client = browse(world.bo)
    page = read(client.get("/lots/STOKE/GLZ/GLZ-7781/"))
    assert ("Accept GLZ-7781" in page, "Ivy Chen" in page) == (False, True)
    assert client.post("/lots/STOKE/GLZ/GLZ-7781/", {"becomes": "accepted"}).status_code == 403


def test_a_lot_is_split_merged_and_counted(world: World, browse: Browse) -> None:
    post(world, *lot(), *lot("B-1", "4"))
    client = browse(world.ben)

    def do(act: str, **given: str) -> int:
        address = f"/lots/STOKE/do/{act}/GLZ/GLZ-7781/"
        held = fields(client.get(address))
        return int(client.post(address, {**held, **given}).status_code)

    assert do("split", into="A-1 3\nA 2 1.5", reason="two lines") == 302
    assert do("merge", lots="B-1 4") == 302
    assert do("count", by="-0.5", reason="counted") == 302
    assert [on_hand(c) for c in ("GLZ-7781", "A-1", "A 2", "B-1")] == ["9", "3", "1.5", "0"]
    page = read(client.get("/lots/STOKE/GLZ/GLZ-7781/"))
    for said in ("Split: 3 to A-1", "Merge: 4 from B-1", "Counted again: \u22120.5"):
        assert said in page
    assert do("split", into="A-9") == 422
    assert do("split", into="A-9 100") == 409


def test_what_waits_stands_first_and_filters_hold(world: World, browse: Browse) -> None:
    post(world, *lot("Z-1"), *lot("A-1", accepted=False))
    page = read(browse(world.vic).get("/lots/", follow=True))
    assert page.index(">A-1<") < page.index(">Z-1<")
    only = read(browse(world.vic).get("/lots/STOKE/?status=accepted"))
    assert (">A-1<" in only, ">Z-1<" in only) == (False, True)


def test_a_lot_of_another_site_is_not_there(world: World, browse: Browse) -> None:
    post(world, *lot())
    client = browse(world.cy)
    assert [
        client.get(a).status_code
        for a in ("/lots/STOKE/", "/lots/STOKE/GLZ/GLZ-7781/", "/lots/LEEDS/GLZ/GLZ-7781/")
    ] == [404, 404, 404]


def test_names_with_slashes_and_other_scripts_have_pages(world: World, browse: Browse) -> None:
    post(world, *lot("外壳/7 ..", part="G/L Z"))
    client = browse(world.vic)
    links = [a for a in PageRead(read(client.get("/lots/STOKE/"))).links if "252F7" in a]
    assert [client.get(a).status_code for a in links[:1]] == [200]


# ---------------------------------------------------------------- a list


def upload(client: Any, content: bytes, name: str = "lots.csv") -> Any:
    file = BytesIO(content)
    file.name = name
    return client.post("/lots/STOKE/import/", {"file": file})


GOOD = b"part,lot,quantity,mpn,date code,expires\nGLZ,R-1,100,,2231,2027-01-31\n,R-2,50,GRM188,,\n"


def test_a_list_is_looked_at_and_then_taken(world: World, browse: Browse) -> None:
    known_part(world)
    client = browse(world.bo)
    look = upload(client, GOOD)
    assert (look.status_code, "Receive 2 lots" in read(look)) == (200, True)
    assert Lot.objects.count() == 1
    given = fields(look)
    done = client.post("/lots/STOKE/import/", {**given, "take": "1"}, follow=True)
    assert "2 lots wait in quarantine" in read(done)
    assert (on_hand("R-1"), on_hand("R-2")) == ("100", "50")
    again = client.post("/lots/STOKE/import/", {**given, "take": "1"}, follow=True)
    assert ("nothing was written" in read(again), Lot.objects.count()) == (True, 3)


def test_one_bad_row_stops_the_whole_list(world: World, browse: Browse) -> None:
    known_part(world)
    client = browse(world.bo)
    look = upload(client, GOOD + b"GLZ,R-3,many,,,\nGLZ,OLD-1,4,,,\nGLZ,R-1,1,,,\n")
    page = read(look)
    for said in (
        "quantity is &#x27;many&#x27;",
        "Lot OLD-1 of GLZ is recorded already",
        "stands in row 2 already",
    ):
        assert said in page
    assert "Receive the list (3 refused)" in page
    done = client.post("/lots/STOKE/import/", {**fields(look), "take": "1"})
    assert (done.status_code, Lot.objects.count()) == (409, 1)


def test_the_template_is_a_list_that_can_be_read(world: World, browse: Browse) -> None:
    client = browse(world.bo)
    template = client.get("/templates/lots.csv").content
    assert "Receive 1 lot<" in read(upload(client, template))


def test_a_file_that_is_no_list_says_so(world: World, browse: Browse) -> None:
    answer = upload(browse(world.bo), b"%PDF-1.7", "x.csv")
    assert (answer.status_code, "is a PDF" in read(answer)) == (422, True)


def test_looking_at_a_list_makes_no_part(world: World, browse: Browse) -> None:
    upload(browse(world.bo), b"part,lot,quantity,manufacturer,mpn\nNEW-9,A,1,Yageo,RC0603\n")
    assert ManufacturerPart.objects.count() == 0


# ---------------------------------------------------------------- many of them


def queries(client: Any, address: str) -> int:
    client.get(address)
    with CaptureQueriesContext(connection) as seen:
        assert client.get(address).status_code == 200
    return len(seen)


def test_no_page_of_lots_asks_more_often_for_three_hundred(world: World, browse: Browse) -> None:
    opened_pilot(world)
    client = browse(world.ada)
    pages = (
        "/lots/STOKE/",
        "/lots/STOKE/GLZ/A-0/",
        "/lots/STOKE/do/split/GLZ/A-0/",
        "/runs/STOKE/CC1-P1/line/?serial=CC1-P1-001",
        "/equipment/STOKE/edit/G-11/",
    )
    counts, made = {}, 0
    for many in (1, 3, 300):
        records = []
        for n in range(made, many):
            records += lot(f"A-{n}", "1000")
            records += [
                rec("lot_split", lot="A-0", into=[{"lot": f"S-{n}", "quantity": "1"}]),
                rec("load", batch="CC1-P1", operation=10, lot="A-0", position=f"F{n}"),
                rec("unit", part="PCBA", serial=f"P-{n}"),
                rec(
                    "consume",
                    part="PCBA",
                    serial=f"P-{n}",
                    items=[{"lot": "A-0", "quantity": "1"}],
                ),
                rec("calibration", equipment="G-11", result="fail", as_left="pass"),
            ]
        post(world, *records)
        made = many
        counts[many] = [queries(client, page) for page in pages]
    assert counts[1] == counts[3] == counts[300]


EVIL = '"\'></script><evil-tag onmouseover="x()">{{ 7|add:7 }}{% x %}'


def test_what_people_write_about_lots_stays_text(world: World, browse: Browse) -> None:
    opened_pilot(world)
    said = {"supplier": EVIL, "supplier_lot": EVIL, "manufacturer": EVIL, "mpn": EVIL}
    post(
        world,
        rec("lot", part=EVIL, lot=EVIL, quantity="5", receipt=EVIL, **said),
        rec("lot_status", lot=EVIL, status="accepted", reason=EVIL),
        rec("load", batch="CC1-P1", operation=10, lot=EVIL, position=EVIL[:60]),
        rec("calibration", equipment="G-11", result="pass", certificate=EVIL),
    )
    client = browse(world.ada)
    page = PageRead(read(client.get("/lots/STOKE/")))
    links = [a for a in page.links if "evil" in a and "/lots/" in a]
    broken = {}
    for address in (
        "/lots/STOKE/",
        *links,
        "/lots/STOKE/?q=%22%3E%3Cevil-tag%3E",
        "/runs/STOKE/CC1-P1/line/?serial=CC1-P1-001",
        "/equipment/STOKE/edit/G-11/",
    ):
        seen = PageRead(read(client.get(address)))
        found = [*seen.problems(), *(e.tag for e in seen.all("evil-tag"))]
        if found:
            broken[address] = found
    assert (broken, len(links) > 0) == ({}, True)


@pytest.mark.parametrize("text", ["A-1", "L2209A", "GRM188", "2231"])
def test_the_search_field_finds_a_lot_by_what_stands_on_it(
    world: World, browse: Browse, text: str
) -> None:
    said = {"supplier_lot": "L2209A", "mpn": "GRM188", "date_code": "2231"}
    post(world, rec("lot", part="GLZ", lot="A-1", quantity="1", **said))
    answer = browse(world.vic).get("/find/", {"q": text}, follow=True)
    assert "/lots/STOKE/GLZ/A-1/" in (answer.redirect_chain or [("", 0)])[-1][0] + read(answer)
