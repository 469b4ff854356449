"""The pages of supply: what they show, what is sent from them, what they say to who may not."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from firstoff.db.models import Alternate, Approval, Offer, Order, Part, Supplier
from firstoff.queries.sourcing.stock import place_of
from tests.conftest import PASSWORD, World
from tests.recording import lot, post
from tests.services.sourcing.test_inspecting import FIVE, plan
from tests.sourcing_case import more_supply, part, product, source, sourced
from tests.web.conftest import Browse

SOURCE = "/sources/STOKE/of/CAP/GRM188%252FX/?manufacturer=Maker"


@pytest.fixture
def eli(world: World, browse: Browse) -> Any:
    product(world, {"CAP": "2"})
    sourced(world, "CAP", "GRM188/X")
    return browse(world.eli)


def text(answer: Any) -> str:
    content = b"".join(answer) if answer.streaming else answer.content
    return str(content.decode())


def uid(page: Any, act: str = "") -> str:
    """The ID that the page gave its form."""
    whole = text(page)
    after = whole.split(f'name="act" value="{act}">')[1] if act else whole
    return after.split('name="uid" value="')[1][:36]


PAGES = (
    "/sources/STOKE/",
    "/sources/STOKE/?state=open",
    "/sources/STOKE/?q=nothing",
    "/sources/STOKE/new/",
    SOURCE,
    "/offers/STOKE/",
    "/offers/STOKE/import/",
    "/orders/STOKE/",
    "/orders/STOKE/new/",
    "/stock/STOKE/",
    "/stock/STOKE/lots/",
    "/stock/STOKE/stock.csv",
    "/suppliers/STOKE/",
    "/suppliers/STOKE/Mouser/",
)


@pytest.mark.parametrize("page", PAGES)
def test_every_page_is_there(eli: Any, page: str) -> None:
    answer = eli.get(page)
    assert (answer.status_code, bool(text(answer))) == (200, True)


@pytest.mark.parametrize("page", PAGES)
def test_a_site_with_nothing_is_told_what_to_do(world: World, browse: Browse, page: str) -> None:
    answer = browse(world.eli).get(page)
    assert answer.status_code in (200, 404)
    if answer.status_code == 200 and "?" not in page and "csv" not in page:
        assert "</form>" in text(answer) or "empty" in text(answer)


def test_a_source_is_added_and_decided_on(world: World, eli: Any) -> None:
    new = {
        "uid": uid(eli.get("/sources/STOKE/new/")),
        "part": "CAP",
        "mpn": "C0603",
        "manufacturer": "Other",
        "lifecycle": "active",
        "rank": "2",
    }
    there = eli.post("/sources/STOKE/new/", new)
    assert there.status_code == 302
    page = there["Location"]
    given = {"act": "decide", "uid": uid(eli.get(page), "decide"), "seen": "", "run_kind": ""}
    answer = eli.post(page, {**given, "decision": "approved", "form": "on", "evidence": "R-12"})
    assert answer.status_code == 302
    assert "lacks fit, function" in text(eli.get(page))
    again = eli.post(page, {**given, "uid": uid(eli.get(page), "decide"), "decision": "approved"})
    assert (again.status_code, "Somebody decided" in text(again)) == (409, True)
    assert eli.post("/sources/STOKE/new/", {**new, "part": "NO"}).status_code == 404
    assert eli.post("/sources/STOKE/new/", {**new, "mpn": ""}).status_code == 422


def test_sources_are_decided_on_together(world: World, eli: Any) -> None:
    for number in (1, 2):
        part(world, f"R-{number}")
        source(world, f"R-{number}", "RC0603")
    open_ones = "/sources/STOKE/?state=open"
    assert 'name="source" value="' in text(eli.get(open_ones))
    ticks, all_of_them = (
        re.findall('name="source" value="([0-9]+)" checked', text(eli.get(f"{open_ones}{more}")))
        for more in ("", "&tick=all")
    )
    assert (len(ticks), len(all_of_them)) == (0, 2)
    sent = {"act": "decide_many", "source": all_of_them, "decision": "approved", "form": "on"}
    sent |= {"fit": "on", "function": "on", "evidence": "Report 7"}
    none = eli.post(open_ones, {**sent, "uid": uid(eli.get(open_ones)), "source": []})
    assert (none.status_code, "0 sources are named" in text(none)) == (422, True)
    assert eli.post(open_ones, {**sent, "uid": uid(eli.get(open_ones))}).status_code == 302
    assert Approval.objects.filter(evidence="Report 7").count() == 2
    assert 'name="source"' not in text(eli.get(open_ones))


def test_a_critical_source_asks_for_the_password(world: World, eli: Any) -> None:
    from firstoff.db.models import BomLine

    BomLine.objects.update(classification="critical")
    page = eli.get(SOURCE)
    seen = text(page).split('name="seen" value="')[1].split('"')[0]
    given = {"act": "decide", "uid": uid(page, "decide"), "seen": seen, "decision": "approved"}
    answer = eli.post(SOURCE, given)
    assert (answer.status_code, "its approval is signed" in text(answer)) == (409, True)
    assert eli.post(SOURCE, {**given, "password": PASSWORD}).status_code == 302
    assert Approval.objects.order_by("-pk")[0].signature is not None


def test_an_offer_and_a_declaration_are_recorded_on_its_page(world: World, eli: Any) -> None:
    offer = {
        "act": "offer",
        "uid": uid(eli.get(SOURCE), "offer"),
        "supplier": "Digi-Key",
        "currency": "usd",
        "breaks": "1 0.35\n1,000: 0.0123",
        "minimum": "1,000",
        "lead_time_days": "14",
    }
    assert eli.post(SOURCE, {**offer, "breaks": "cheap"}).status_code == 422
    assert eli.post(SOURCE, offer).status_code == 302
    row = Offer.objects.get(supplier__name="Digi-Key")
    assert (row.breaks, row.minimum, row.currency) == (
        '[["1","0.35"],["1000","0.0123"]]',
        1000,
        "USD",
    )
    declared = {
        "act": "declare",
        "uid": uid(eli.get(SOURCE), "declare"),
        "scheme": "RoHS",
        "declared": "compliant",
        "reference": "D-77",
        "declared_on": "2026-05-01",
    }
    assert eli.post(SOURCE, declared).status_code == 302
    assert "D-77" in text(eli.get(SOURCE))
    withdrawn = eli.post("/offers/STOKE/", {"act": "withdraw", "uid": str(row.uid)})
    assert (withdrawn.status_code, "Digi-Key" in text(eli.get(SOURCE))) == (302, False)


def test_an_alternate_is_decided_on(world: World, eli: Any) -> None:
    Alternate.objects.create(part=Part.objects.get(number="CAP"), alternate=part(world, "CAP-2"))
    page = "/sources/STOKE/of/CAP/alternate/CAP-2/"
    shown = text(eli.get(page))
    assert "wherever it is used" in shown
    given = {"act": "decide", "uid": uid(eli.get(page), "decide"), "decision": "proposed"}
    assert eli.post(page, given).status_code == 302
    assert Approval.objects.filter(alternate__isnull=False).count() == 1
    assert eli.get("/sources/STOKE/of/CAP/alternate/CAP-9/").status_code == 404


def test_a_list_is_looked_at_mapped_and_taken(world: World, eli: Any) -> None:
    content = b"MPN,Cost,Currency\nGRM188/X,0.1,USD\nOTHER,1,USD\n"
    file = SimpleUploadedFile("list.csv", content)
    page = eli.post("/offers/STOKE/import/", {"file": file, "supplier": "Farnell"})
    shown = text(page)
    assert (page.status_code, "OTHER" in shown) == (200, True)
    sha256 = shown.split('name="sha256" value="')[1][:64]
    given = {"sha256": sha256, "name": "list.csv", "supplier": "Farnell"}
    again = eli.post("/offers/STOKE/import/", {**given, "column-1": "price", "column-0": "mpn"})
    assert again.status_code == 200
    taken = eli.post("/offers/STOKE/import/", {**given, "take": "1", "remember": "Farnell"})
    assert (taken.status_code, Offer.objects.filter(supplier__name="Farnell").count()) == (302, 1)
    empty = eli.post("/offers/STOKE/import/", {"file": SimpleUploadedFile("x.csv", b"a,b\n")})
    assert empty.status_code == 422


def test_an_order_is_placed_moved_and_cancelled(world: World, eli: Any) -> None:
    due = (timezone.localdate() + timedelta(days=9)).isoformat()
    new = {
        "uid": uid(eli.get("/orders/STOKE/new/")),
        "number": "4711",
        "part": "CAP",
        "quantity": "1000",
        "due": due,
    }
    page = eli.post("/orders/STOKE/new/", new)["Location"]
    move = {"act": "move", "uid": uid(eli.get(page), "move"), "due": due}
    assert eli.post(page, move).status_code == 302
    receive = eli.get("/lots/STOKE/receive/?order=4711&part=CAP")
    assert 'value="4711"' in text(receive)
    cancel = {"act": "cancel", "uid": uid(eli.get(page), "cancel"), "note": "late"}
    assert eli.post(page, cancel).status_code == 302
    assert "Cancelled" in text(eli.get(page))
    assert Order.objects.count() == 1


def test_lots_are_put_somewhere_and_stock_goes_out_exact(
    world: World, browse: Browse, eli: Any
) -> None:
    post(world, *lot("R-1", "0.3", part="CAP"))
    ben = browse(world.ben)
    page = ben.get("/stock/STOKE/lots/")
    given = {"uid": uid(page), "place": "A-3", "lots": "R-1\n"}
    assert ben.post("/stock/STOKE/lots/", {**given, "lots": "R-9"}).status_code == 404
    assert ben.post("/stock/STOKE/lots/", given).status_code == 302
    assert "CAP,R-1,A-3,accepted,0.3" in text(ben.get("/stock/STOKE/stock.csv"))
    assert "A-3" in text(ben.get("/lots/STOKE/CAP/R-1/"))
    assert place_of(world.vic, world.site.pk, 1) in ("", "A-3")


def test_a_lot_is_inspected_with_its_limits_in_sight(world: World, browse: Browse) -> None:
    part(world, "PIN", "Pin")
    plan(FIVE)
    post(world, *lot("P-1", "500", part="PIN", accepted=False))
    ivy = browse(world.ivy)
    page = ivy.get("/lots/STOKE/inspect/PIN/P-1/")
    shown = text(page)
    assert "9.90 to 10.10" in shown.split('name="c-1"')[0]
    seed = shown.split('name="seed" value="')[1].split('"')[0]
    given = {"uid": uid(page), "seed": seed, "c-1": "9.95 10\n10.05 10.1", "c-2": "0"}
    short = ivy.post("/lots/STOKE/inspect/PIN/P-1/", given)
    assert (short.status_code, "has 4 values; expected 5" in text(short)) == (422, True)
    done = ivy.post("/lots/STOKE/inspect/PIN/P-1/", {**given, "c-1": "9.95 10 10.05 10.1 9.9"})
    assert done.status_code == 302
    assert "Accepted: 0 of 5 failed" in text(ivy.get("/lots/STOKE/PIN/P-1/"))
    assert "does not wait" in text(ivy.get("/lots/STOKE/inspect/PIN/P-1/"))
    assert browse(world.ben).post("/lots/STOKE/inspect/PIN/P-1/", given).status_code == 403


def test_a_lot_without_a_plan_says_what_to_do(world: World, browse: Browse) -> None:
    part(world, "PIN", "Pin")
    plan(FIVE, released=False)
    post(world, *lot("P-1", "500", part="PIN", accepted=False))
    shown = text(browse(world.ivy).get("/lots/STOKE/inspect/PIN/P-1/"))
    assert "its lots wait until an engineer releases one" in shown


def test_a_supplier_is_renamed_and_retired(eli: Any) -> None:
    page = "/suppliers/STOKE/Mouser/"
    named = {"act": "rename", "uid": uid(eli.get(page), "rename"), "name": "A/B & C"}
    there = eli.post(page, named)["Location"]
    assert "A/B &amp; C" in text(eli.get(there))
    assert eli.post(there, {"act": "retire"}).status_code == 302
    assert Supplier.objects.get().retired_at is not None
    add = {"act": "add", "uid": uid(eli.get("/suppliers/STOKE/"), "add"), "name": "a/b & c"}
    assert eli.post("/suppliers/STOKE/", add).status_code == 422


def test_a_rate_is_recorded(eli: Any) -> None:
    given = {"act": "rate", "uid": uid(eli.get("/offers/STOKE/"), "rate"), "currency": "EUR"}
    assert eli.post("/offers/STOKE/", {**given, "rate": "1.08", "into": "USD"}).status_code == 302
    assert eli.post("/offers/STOKE/", {**given, "rate": "x", "into": "USD"}).status_code == 422


def test_a_viewer_sees_no_button_and_posts_nothing(world: World, browse: Browse, eli: Any) -> None:
    vic = browse(world.vic)
    assert "Approve it" not in text(vic.get(SOURCE))
    assert vic.post(SOURCE, {"act": "retire"}).status_code == 403
    assert vic.get("/offers/STOKE/import/").status_code == 403
    assert browse(world.cy).get(SOURCE).status_code == 404


def test_no_page_of_supply_asks_more_often_for_more(world: World, browse: Browse) -> None:
    part(world, "CAP")
    ada = browse(world.ada)

    def counts() -> dict[str, int]:
        order = Order.objects.get(number="PO-1").uid
        pages = (
            *("/sources/STOKE/", "/sources/STOKE/of/CAP/M-1/?manufacturer=Maker"),
            *("/sources/STOKE/of/CAP/alternate/ALT-1/", "/offers/STOKE/", "/orders/STOKE/"),
            *(f"/orders/STOKE/{order}/", "/stock/STOKE/", "/stock/STOKE/lots/"),
            *("/stock/STOKE/stock.csv", "/suppliers/STOKE/", "/suppliers/STOKE/Mouser%25201/"),
            *("/lots/STOKE/inspect/CAP/S-1/", "/lots/STOKE/CAP/S-1/"),
        )
        found = {}
        for page in pages:
            with CaptureQueriesContext(connection) as seen:
                assert (text(ada.get(page)) != "", page) == (True, page)
            found[page] = len(seen)
        return found

    more_supply(world, "CAP", 1)
    few = counts()
    for one in (2, 3):
        more_supply(world, "CAP", one)
    assert counts() == few
