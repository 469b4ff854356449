"""The pages of supply that decide: what they answer, what they link to, how often they ask."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from firstoff.db.models import Alternate, Part, Program
from firstoff.queries.sourcing import health
from firstoff.services.sourcing.declaring import DeclarationGiven, declare, require_schemes
from firstoff.terms import ComplianceStatus
from tests.conftest import NOW, World
from tests.making import make_pilot
from tests.recording import LATER, post, rec
from tests.sourcing_case import DUE, TODAY, part, product, source, sourced
from tests.web.conftest import Browse


@pytest.fixture
def eli(world: World, browse: Browse) -> Any:
    product(world, {"CAP": "2", "RES": "1"})
    sourced(world, "CAP", "GRM188/X")
    health.remembered.forget()
    return browse(world.eli)


def text(answer: Any) -> str:
    content = b"".join(answer) if answer.streaming else answer.content
    return str(content.decode("utf-8", "replace"))


def queries(browser: Any, address: str) -> int:
    browser.get(address)
    health.remembered.forget()
    with CaptureQueriesContext(connection) as seen:
        assert browser.get(address).status_code == 200
    return len(seen)


AT = "/p/STOKE/BOX/"
PLACES = ("supply", "buying", "cost", "compliance", "material")
BIG = DUE + timedelta(days=4000)


def test_the_question_is_answered_with_what_to_do_and_where(eli: Any) -> None:
    page = text(eli.get(f"{AT}supply/?units=400&by={BIG}"))
    assert f"Can we build 400 by {BIG}?" in page
    assert "Name a manufacturer part of RES" in page
    assert '<a href="/sources/STOKE/new/?part=RES">' in page
    assert "None can be built now; CAP and 1 other part stop the next one" in page


def test_an_answer_that_is_no_links_to_the_part_with_its_question(eli: Any) -> None:
    page = text(eli.get(f"{AT}supply/?units=400"))
    assert "/p/STOKE/BOX/supply/part/CAP/?units=400" in page


def test_a_quantity_that_is_none_is_said_beside_the_field(eli: Any) -> None:
    answer = eli.get(f"{AT}supply/?units=none")
    assert (answer.status_code, "Units is no whole number" in text(answer)) == (422, True)


@pytest.mark.parametrize(
    ("query", "seen", "gone"),
    [
        ("colour=red", "supply/part/RES/", "Nothing to do."),
        ("q=cap", "supply/part/CAP/", "No such line"),
        ("q=x2", "supply/part/RES/", "No such line"),
        ("q=nothing", "No such line", "data-row"),
    ],
)
def test_lines_are_chosen(eli: Any, query: str, seen: str, gone: str) -> None:
    lines = text(eli.get(f"{AT}supply/?{query}")).split('id="lines"')[1]
    assert (seen in lines, gone in lines) == (True, False)


def test_an_unknown_filter_is_refused_in_words(eli: Any) -> None:
    assert eli.get(f"{AT}supply/?colour=blue").status_code == 400


def test_lines_go_out_as_tables_of_what_is_shown(eli: Any) -> None:
    rows = text(eli.get(f"{AT}supply/lines.csv?q=cap")).splitlines()
    assert (len(rows), rows[1].startswith("CAP,CAP,X1,")) == (2, True)
    assert eli.get(f"{AT}supply/lines.xlsx").content.startswith(b"PK")
    assert eli.get(f"{AT}supply/lines.pdf").status_code == 404


def test_a_part_shows_why_each_source_counts_or_not(world: World, eli: Any) -> None:
    source(world, "CAP", "C0603", maker="Other", rank=2)
    page = text(eli.get(f"{AT}supply/part/CAP/"))
    assert "is not approved for production" in page
    assert "When does it run out? Stock of CAP" in page
    assert 'href="/sources/STOKE/of/CAP/C0603/?manufacturer=Other"' in page
    assert "Nobody said what a manufacturer calls" in text(eli.get(f"{AT}supply/part/RES/"))
    assert eli.get(f"{AT}supply/part/NO/").status_code == 404


def test_a_buying_plan_names_supplier_price_and_what_cannot_be_had(eli: Any) -> None:
    page = text(eli.get(f"{AT}buying/?units=400"))
    assert "What do we buy for 400, and for how much?" in page
    assert "1 part to buy for $80" in page
    assert "supplier=Mouser" in page
    assert 'href="/orders/STOKE/new/?part=CAP&amp;supplier=Mouser"' in page
    lacking = text(eli.get(f"{AT}buying/?units=400&show=unbought"))
    assert "No offer can be used for the 400 needed." in lacking
    assert eli.get(f"{AT}buying/?show=odd").status_code == 404


def test_a_buying_plan_goes_out_with_what_is_not_bought(eli: Any) -> None:
    rows = text(eli.get(f"{AT}buying/plan.csv?units=400")).splitlines()
    assert [row.split(",")[3] for row in rows] == ["Part", "CAP", "RES"]
    assert eli.get(f"{AT}buying/plan.xlsx").content.startswith(b"PK")


def test_an_offer_without_a_rate_is_refused_with_the_way_out(world: World, eli: Any) -> None:
    from tests.sourcing_case import offer

    offer(world, "CAP", "GRM188/X", currency="EUR", supplier="Farnell")
    for name in ("buying", "cost"):
        answer = eli.get(f"{AT}{name}/")
        assert (answer.status_code, "Give a rate for one EUR" in text(answer)) == (409, True)


def uid(page: Any, act: str = "") -> str:
    whole = text(page)
    after = whole.split(f'name="act" value="{act}">')[1] if act else whole
    return after.split('name="uid" value="')[1][:36]


def test_two_ways_are_assumed_and_their_break_even_is_drawn(eli: Any) -> None:
    page = f"{AT}cost/?units=400"
    for way, said in (
        ("By hand", {"labour_minutes": "30", "labour_rate": "40"}),
        ("Line", {"setup": "900", "yield_likely": "98", "yield_low": "95"}),
    ):
        given = {"uid": uid(eli.get(page)), "way": way, **said}
        assert eli.post(page, given).status_code == 302
    seen = text(eli.get(page))
    assert "By hand costs less up to" in seen
    assert "From which quantity does it cost less? By hand or Line" in seen
    assert "A prototype costs" in seen
    again = text(eli.get(f"{AT}cost/?way=Line"))
    assert 'value="98"' in again
    wrong = eli.post(page, {"uid": uid(eli.get(page)), "way": "Odd", "setup": "much"})
    assert (wrong.status_code, "Setup is &#x27;much&#x27;" in text(wrong)) == (422, True)


def test_a_minimum_order_is_weighed_against_samples(eli: Any) -> None:
    asked = "wanted=600&minimum=1000&sample_price=2&run_price=1"
    assert "From 501 on the MOQ costs less" in text(eli.get(f"{AT}cost/?{asked}"))
    answer = eli.get(f"{AT}cost/?{asked.replace('600', 'x')}")
    assert (answer.status_code, "expected a plain number" in text(answer)) == (422, True)


def test_a_scheme_is_asked_for_and_declared_for_the_product(eli: Any) -> None:
    page = f"{AT}compliance/"
    given = {"act": "require", "uid": uid(eli.get(page), "require"), "scheme": "CE"}
    assert eli.post(page, {**given, "whole": "on"}).status_code == 302
    assert eli.post(page, {**given, "scheme": "RoHS"}).status_code == 302
    seen = text(eli.get(page))
    assert "RoHS: 0 of 2 lines declared" in seen
    assert "nothing is declared for BOX" in seen
    assert eli.post(page, {**given, "scheme": "rohs"}).status_code == 422
    own = {"act": "declare", "uid": uid(eli.get(page), "declare"), "scheme": "CE"}
    own |= {"declared": "compliant", "declared_on": "2026-05-01", "reference": "DoC 7"}
    assert eli.post(page, own).status_code == 302
    assert "DoC 7" in text(eli.get(page))
    gone = {"act": "drop", "scheme": "RoHS"}
    assert eli.post(page, gone).status_code == 302
    assert "RoHS: 0 of" not in text(eli.get(page))
    assert eli.get(f"{page}?state=odd").status_code == 404


def test_material_that_nobody_took_is_no_evidence(eli: Any) -> None:
    page = text(eli.get(f"{AT}material/"))
    assert "pilot run has taken material yet" in page
    assert "Maker GRM188/X" in page
    assert "No such part" in text(eli.get(f"{AT}material/?only=blocking"))


def test_a_substitution_names_the_gates_that_it_blocks(world: World, browse: Browse) -> None:
    from firstoff.db.models import BomLine, PartRevision

    pilot = make_pilot(world)
    program = Program.objects.get(pk=pilot.program_id)
    revision = PartRevision.objects.create(part=program.part, label="D")
    glaze = Part.objects.create(site=world.site, number="GLZ", name="Glaze")
    BomLine.objects.create(revision=revision, position=1, part=glaze, quantity=1)
    others = PartRevision.objects.filter(part=program.part).exclude(pk=revision.pk)
    others.update(status="superseded")
    sourced(world, "GLZ", "G-1")
    took = [{"lot": "R-1", "quantity": "5", "part": "GLZ"}]
    post(
        world,
        rec("lot", part="GLZ", lot="R-1", quantity="10", mpn="G-2", manufacturer="Other"),
        rec("lot_status", part="GLZ", lot="R-1", status="accepted", reason="inspected"),
        rec("consume", batch=pilot.batch_id, items=took),
        at=LATER,
    )
    page = text(browse(world.vic).get("/p/STOKE/CC-1/material/"))
    assert "Other G-2" in page
    assert '<a href="/p/STOKE/CC-1/gates/6/">gate 6</a>' in page
    assert "Qualify Maker G-1" in page


def test_a_declaration_that_ends_soon_is_expiring(world: World, eli: Any) -> None:
    here: dict[str, Any] = {"by": world.eli, "at": NOW}
    program = Program.objects.get(code="BOX")
    require_schemes(program_id=program.pk, schemes=[("RoHS", False)], **here)
    soon = timezone.localdate() + timedelta(days=30)
    given = DeclarationGiven("RoHS", ComplianceStatus.COMPLIANT, TODAY, soon, reference="R-7")
    named: dict[str, Any] = {"manufacturer": "Maker", "mpn": "GRM188/X"}
    declare(site_id=world.site.pk, part="CAP", given=given, **named, **here)
    lines = text(eli.get(f"{AT}compliance/?state=ending")).split('id="lines"')[1]
    assert ("CAP" in lines, ">RES<" in lines, "Expiring" in lines) == (True, False, True)


def test_an_alternate_part_links_to_the_decision_on_it(world: World, eli: Any) -> None:
    part(world, "CAP-B")
    source(world, "CAP-B", "B-1")
    whole = Part.objects.get(number="CAP")
    Alternate.objects.create(part=whole, alternate=Part.objects.get(number="CAP-B"))
    page = text(eli.get(f"{AT}supply/part/CAP/"))
    address = "/sources/STOKE/of/CAP/alternate/CAP-B/"
    assert address in page
    assert eli.get(address).status_code == 200


def test_who_only_looks_changes_nothing(world: World, browse: Browse) -> None:
    product(world, {"CAP": "2"})
    browser = browse(world.vic)
    for name in ("cost", "compliance"):
        assert browser.post(f"{AT}{name}/", {"act": "require", "scheme": "CE"}).status_code == 403


def test_a_product_without_lines_is_told_to_import_them(world: World, browse: Browse) -> None:
    product(world, {})
    browser = browse(world.eli)
    for name in PLACES:
        answer = browser.get(f"{AT}{name}/")
        assert (answer.status_code, 'class="empty"' in text(answer)) == (200, True), name


def test_who_only_looks_is_offered_nothing_to_add(world: World, browse: Browse) -> None:
    product(world, {"CAP": "2", "RES": "1"})
    page = text(browse(world.vic).get(f"{AT}supply/"))
    assert "/new/" not in page


@pytest.mark.parametrize("name", [*PLACES, "supply/part/CAP"])
def test_more_lines_ask_no_more(world: World, browse: Browse, name: str) -> None:
    made = product(world, {"CAP": "2"})
    sourced(world, "CAP", "GRM188/X")
    browser = browse(world.eli)
    few = queries(browser, f"{AT}{name}/")
    more_lines(world, made)
    assert queries(browser, f"{AT}{name}/") == few


def more_lines(world: World, made: Any) -> None:
    from firstoff.db.models import BomLine, PartRevision

    revision = PartRevision.objects.get(part=made.part)
    for place in range(2, 9):
        number = f"P-{place}"
        own = part(world, number)
        BomLine.objects.create(revision=revision, position=place, part=own, quantity=1)
        sourced(world, number, f"M-{place}")
        source(world, number, f"N-{place}", maker="Other", rank=2)
