"""Labels, packing, shipping and returns as pages."""

import re
from io import BytesIO
from typing import Any
from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from firstoff.db.models import (
    Customer,
    FloorRecord,
    LabelJob,
    LabelPrint,
    LedgerEntry,
    Shipment,
    UnitState,
)
from firstoff.queries.genealogy import labels as reads
from firstoff.rules.genealogy import LabelWish
from firstoff.rules.trace import read_question
from firstoff.services import trace
from firstoff.services.execution import PostedDefect
from firstoff.services.genealogy import labels, packs
from firstoff.terms import Place
from tests.conftest import World
from tests.making import Pilot, judge, opened_pilot, start
from tests.packing import finish
from tests.recording import LATER
from tests.web.conftest import Browse

PACK, SHIP, RETURNS = "/pack/STOKE/", "/ship/STOKE/", "/returns/STOKE/"
VERIFY = "/labels/verify/?site=STOKE"


@pytest.fixture
def made(world: World) -> Pilot:
    pilot = opened_pilot(world)
    finish(world, pilot, 1, 2, 3)
    return pilot


def job_of(world: World, **more: Any) -> LabelJob:
    wish = LabelWish(**{"template": "unit", "size": "50x25", "batch": "CC1-P1", **more})
    return labels.ask_for_labels(site_id=world.site.pk, wish=wish, by=world.ben, at=LATER)


def code_of(world: World, serial: str) -> str:
    return reads.expected_of(world.ben, "STOKE", "CC-1", serial).holds[0]


def said(answer: Any) -> str:
    text = re.sub(r"<[^>]+>", " ", answer.content.decode())
    return " ".join(text.replace("&nbsp;", " ").split())


def h1(answer: Any) -> str:
    found = re.search(r"<h1[^>]*>(.*?)</h1>", answer.content.decode(), re.DOTALL)
    return " ".join(re.sub(r"<[^>]+>", "", found[1]).split()) if found else ""


def scan(client: Any, address: str, text: str = "", **more: str) -> Any:
    return client.post(address, {"uid": str(uuid4()), "scan": text, **more}, follow=True)


def asked_fields(**more: str) -> dict[str, str]:
    return {
        "uid": str(uuid4()),
        "template": "unit",
        "number": "CC1-P1",
        "size": "50x25",
        "dpi": "300",
        "form": "pdf",
        "code": "datamatrix",
        "copies": "1",
        **more,
    }


# ---------------------------------------------------------------- labels


def test_labels_are_asked_for_looked_at_and_printed(
    world: World, browse: Browse, made: Pilot
) -> None:
    client = browse(world.ben)
    page = client.post("/labels/STOKE/new/", asked_fields(), follow=True)
    job = LabelJob.objects.get()
    assert (h1(page), "Module 0." in said(page)) == ("3 unit labels", True)
    picture = client.get(f"/labels/STOKE/{job.uid}/first.svg")
    assert (picture["Content-Type"], picture.content[:4]) == ("image/svg+xml", b"<svg")
    address = f"/labels/STOKE/{job.uid}/"
    fields = {"uid": str(uuid4()), "to": "pdf", "size": "80x40", "dpi": "300"}
    page = client.post(address, fields, follow=True)
    assert ("Take the PDF" in said(page), LabelPrint.objects.get().printer) == (
        True,
        "PDF, 80x40, 300 dpi",
    )
    file = client.get(f"{address}labels.pdf?size=80x40&dpi=300")
    assert (file["Content-Type"], file.content[:5]) == ("application/pdf", b"%PDF-")
    zpl = client.get(f"{address}labels.zpl")
    assert zpl.content.startswith(b"^XA")


def test_printed_again_it_wants_to_know_why(world: World, browse: Browse, made: Pilot) -> None:
    client, address = browse(world.ben), f"/labels/STOKE/{job_of(world).uid}/"
    client.post(address, {"uid": str(uuid4()), "to": "pdf"})
    again = client.post(address, {"uid": str(uuid4()), "to": "pdf"})
    assert (again.status_code, "These labels were printed before." in said(again)) == (409, True)
    client.post(address, {"uid": str(uuid4()), "to": "pdf", "reason": "The roll ran out."})
    assert [p.reason for p in LabelPrint.objects.order_by("pk")] == ["", "The roll ran out."]


def test_an_address_is_no_printer(world: World, browse: Browse, made: Pilot) -> None:
    client, address = browse(world.ben), f"/labels/STOKE/{job_of(world).uid}/"
    answer = client.post(address, {"uid": str(uuid4()), "to": "printer:10.0.0.1:9100"})
    assert (answer.status_code, LabelPrint.objects.count()) == (422, 0)


def test_one_label_now(world: World, browse: Browse, made: Pilot) -> None:
    client = browse(world.ben)
    address = "/units/STOKE/CC-1/CC1-P1-002/label/"
    fields = {"uid": str(uuid4()), "size": "50x25", "dpi": "203", "to": "zpl"}
    page = client.post(address, fields, follow=True)
    job = LabelJob.objects.get()
    assert (job.count, LabelPrint.objects.count(), "Take the ZPL" in said(page)) == (1, 1, True)
    again = client.post(address, {**fields, "uid": str(uuid4())})
    assert again.status_code == 409


# ---------------------------------------------------------------- verifying


def test_the_right_label_fills_the_page(world: World, browse: Browse, made: Pilot) -> None:
    job_of(world)
    client = browse(world.ben)
    page = scan(client, VERIFY, "CC1-P1-001")
    assert h1(page) == "Scan the label on CC1-P1-001"
    held = {"part": "CC-1", "serial": "CC1-P1-001"}
    page = scan(client, VERIFY, code_of(world, "CC1-P1-001"), **held)
    assert (h1(page), "r-pass" in page.content.decode()) == ("Right label", True)
    assert FloorRecord.objects.get(kind="label").unit_id is not None


def test_a_wrong_label_is_red_and_stays_in_the_ledger(
    world: World, browse: Browse, made: Pilot
) -> None:
    job_of(world)
    client, held = browse(world.ben), {"part": "CC-1", "serial": "CC1-P1-001"}
    page = scan(client, VERIFY, code_of(world, "CC1-P1-002"), **held)
    assert (page.status_code, h1(page), "r-fail" in page.content.decode()) == (
        409,
        "Wrong label",
        True,
    )
    assert LedgerEntry.objects.filter(verb="genealogy.refuse_label").count() == 1


def test_a_number_typed_proves_nothing(world: World, browse: Browse, made: Pilot) -> None:
    job_of(world)
    client, held = browse(world.ben), {"part": "CC-1", "serial": "CC1-P1-001"}
    page = scan(client, VERIFY, "CC1-P1-001", **held)
    assert ("as text" in said(page), FloorRecord.objects.count()) == (True, 0)
    other = scan(client, VERIFY, "CC1-P1-002", **held)
    assert h1(other) == "Scan the label on CC1-P1-002"


def test_a_job_is_worked_off_in_its_order(world: World, browse: Browse, made: Pilot) -> None:
    job = job_of(world)
    client = browse(world.ben)
    page = client.get(f"{VERIFY}&job={job.uid}")
    assert h1(page) == "Scan the label on CC1-P1-001"
    for number in (1, 2, 3):
        held = {"part": "CC-1", "serial": f"CC1-P1-00{number}", "job": str(job.uid)}
        page = scan(client, VERIFY, code_of(world, f"CC1-P1-00{number}"), **held)
    assert "Every label of this job is verified" in said(page)


def test_a_picture_of_the_label_does_as_well(world: World, browse: Browse, made: Pilot) -> None:
    view = reads.job(world.ben, "STOKE", job_of(world).uid)
    client, held = browse(world.ben), {"part": "CC-1", "serial": "CC1-P1-001"}

    def sent(content: bytes) -> Any:
        fields = {"uid": str(uuid4()), "picture": SimpleUploadedFile("a.png", content), **held}
        return client.post(VERIFY, fields, follow=True)

    import zipfile

    made_ = reads.file(reads.print_job(view, form="png", dpi=600)).content
    first = zipfile.ZipFile(BytesIO(made_)).read("unit-0001.png")
    second = zipfile.ZipFile(BytesIO(made_)).read("unit-0002.png")
    assert [h1(sent(b"no picture")), h1(sent(second)), h1(sent(first))] == [
        "Not read",
        "Wrong label",
        "Right label",
    ]


# ---------------------------------------------------------------- packing


def test_units_are_scanned_into_a_new_carton_and_out_again(
    world: World, browse: Browse, made: Pilot
) -> None:
    client = browse(world.ben)
    page = scan(client, PACK, act="new")
    assert (h1(page), page.redirect_chain[-1][0]) == (
        "C-00001",
        "/pack/STOKE/?package=C-00001&kind=carton&new=1",
    )
    held = {"package": "C-00001", "kind": "carton"}
    page = scan(client, PACK, "CC1-P1-001", new="1", **held)
    assert (h1(page), "r-pass" in page.content.decode()) == ("1 in C-00001", True)
    page = scan(client, PACK, code_of(world, "CC1-P1-002"), **held)
    assert h1(page) == "2 in C-00001"
    page = scan(client, PACK, "CC1-P1-002", **held)
    assert "counted once" in said(page)
    page = scan(client, PACK, "*UNDO*", **held)
    assert "Taken out CC1-P1-002" in said(page)
    assert UnitState.objects.filter(place=Place.PACKED).count() == 1


def test_what_may_not_be_packed_is_told_in_the_same_place(
    world: World, browse: Browse, made: Pilot
) -> None:
    job_of(world, verify=True)
    client, held = browse(world.ben), {"package": "C-1", "kind": "carton", "new": "1"}
    page = scan(client, PACK, "CC1-P1-001", **held)
    assert (page.status_code, h1(page), "Rule R-64" in said(page)) == (409, "Not this one", True)
    nobody = scan(client, PACK, "XYZ-1", **held)
    assert "Nothing here is called XYZ-1." in said(nobody)


def test_what_failed_or_is_held_is_refused_with_its_rule(
    world: World, browse: Browse, made: Pilot
) -> None:
    start(world, made, 4, at=LATER)
    judge(world, made, 4, at=LATER, fit="fail", defects=[PostedDefect("D-101", "")])
    trace.open_containment(
        site_id=world.site.pk,
        question=read_question({"where": [{"kind": "serial", "serial": "CC1-P1-003"}]}),
        title="Lids crack",
        reason="They crack.",
        by=world.ada,
        at=LATER,
    )
    client, held = browse(world.ben), {"package": "C-1", "kind": "carton", "new": "1"}
    failed, contained = (scan(client, PACK, f"CC1-P1-00{n}", **held) for n in (4, 3))
    assert ("Rule R-35" in said(failed), "Rule R-62" in said(contained)) == (True, True)
    assert h1(failed) == h1(contained) == "Not this one"


def test_a_number_of_its_own_begins_a_carton(world: World, browse: Browse, made: Pilot) -> None:
    client = browse(world.ben)
    page = scan(client, PACK, "BOX 7/ä")
    assert h1(page) == "New here: BOX 7/ä"
    page = scan(client, PACK, act="take:carton", package="BOX 7/ä")
    assert h1(page) == "BOX 7/ä"


def test_a_closed_carton_gets_its_label_and_goes_onto_a_pallet(
    world: World, browse: Browse, made: Pilot
) -> None:
    client = browse(world.ben)
    scan(client, PACK, "CC1-P1-001", package="C-1", kind="carton", new="1")
    page = scan(client, PACK, "*CLOSE*", package="C-1")
    job = LabelJob.objects.get()
    assert (h1(page), job.template, job.size) == ("1 carton label", "carton", "100x100")
    page = scan(client, PACK, "C-1", package="P-1", kind="pallet", new="1")
    assert h1(page) == "1 in P-1"
    code = reads.expected_on(world.ben, "STOKE", "carton", "C-1").holds[0]
    page = scan(client, VERIFY, "C-1")
    page = scan(client, VERIFY, code, package="C-1")
    assert h1(page) == "Right label"
    scan(client, PACK, "CC1-P1-002", package="C-1", kind="carton")
    page = scan(client, VERIFY, code, package="C-1")
    assert "The label of C-1 says 1; 2 are in it now." in said(page)


# ---------------------------------------------------------------- shipping, returns


def shipped(world: World, client: Any) -> Any:
    packs.add_customer(site_id=world.site.pk, name="Example", by=world.ben, at=LATER)
    scan(client, PACK, "CC1-P1-001", package="C-1", kind="carton", new="1")
    scan(client, f"{SHIP}new/", "C-1", customer="Example", reference="PO 45")
    scan(client, f"{SHIP}new/", "CC1-P1-002")
    return scan(client, f"{SHIP}new/", act="ship")


def test_what_is_scanned_is_shipped(world: World, browse: Browse, made: Pilot) -> None:
    client = browse(world.ben)
    page = shipped(world, client)
    assert (h1(page), Shipment.objects.get().reference) == ("S-00001", "PO 45")
    csv = b"".join(client.get(f"{SHIP}S-00001/units.csv")).decode("utf-8-sig").splitlines()
    assert sorted(line.split(",")[2] for line in csv[1:]) == ["CC1-P1-001", "CC1-P1-002"]
    assert client.get(f"{SHIP}S-00001/units.xlsx").content[:2] == b"PK"
    assert client.get(f"{SHIP}S-00001/units.pdf").content[:5] == b"%PDF-"
    assert "S-00001" in said(client.get(SHIP))


def test_a_shipment_sent_twice_leaves_once(world: World, browse: Browse, made: Pilot) -> None:
    client = browse(world.ben)
    packs.add_customer(site_id=world.site.pk, name="Example", by=world.ben, at=LATER)
    scan(client, f"{SHIP}new/", "CC1-P1-002", customer="Example")
    fields = {"uid": str(uuid4()), "act": "ship"}
    first = client.post(f"{SHIP}new/", fields)
    again = client.post(f"{SHIP}new/", fields)
    assert (first["Location"], again["Location"]) == (f"{SHIP}S-00001/", f"{SHIP}S-00001/")
    assert Shipment.objects.count() == 1


def test_a_thing_that_must_stay_is_refused_when_it_is_scanned(
    world: World, browse: Browse, made: Pilot
) -> None:
    client = browse(world.ben)
    shipped(world, client)
    page = scan(client, f"{SHIP}new/", "CC1-P1-002")
    assert (page.status_code, h1(page)) == (409, "Not with this shipment")
    assert "nobody" not in said(page)
    page = scan(client, f"{SHIP}new/", act="ship")
    assert "Nobody is chosen" in said(page)


def test_a_shipment_is_cancelled_with_a_reason(world: World, browse: Browse, made: Pilot) -> None:
    client = browse(world.ben)
    shipped(world, client)
    missing = client.post(f"{SHIP}S-00001/", {"uid": str(uuid4())})
    page = client.post(
        f"{SHIP}S-00001/", {"uid": str(uuid4()), "reason": "No truck came."}, follow=True
    )
    assert (missing.status_code, "Cancelled" in said(page)) == (422, True)


def test_a_unit_comes_back(world: World, browse: Browse, made: Pilot) -> None:
    client = browse(world.ben)
    shipped(world, client)
    fields = {"uid": str(uuid4()), "scan": "CC1-P1-002", "failure": "The lid leaks."}
    page = client.post(RETURNS, fields, follow=True)
    assert "The lid leaks." in said(page)
    assert 'href="/units/STOKE/CC-1/CC1-P1-002/"' in page.content.decode()
    assert "Now Returned" in said(client.get("/units/STOKE/CC-1/CC1-P1-002/"))
    assert "CC1-P1-002 The lid leaks." in said(client.get("/trace/"))
    unknown = client.post(RETURNS, {**fields, "uid": str(uuid4()), "scan": "XYZ"})
    never = client.post(RETURNS, {**fields, "uid": str(uuid4()), "scan": "CC1-P1-003"})
    assert (unknown.status_code, never.status_code) == (422, 409)


def test_customers_are_added_and_retired(world: World, browse: Browse) -> None:
    client = browse(world.bo)
    page = client.post(
        "/customers/?site=STOKE", {"name": "Example", "contact": "Leeds"}, follow=True
    )
    twice = client.post("/customers/?site=STOKE", {"name": "example"})
    client.post("/customers/?site=STOKE", {"retire": "Example"})
    assert ("Example is on the list." in said(page), twice.status_code) == (True, 422)
    assert Customer.objects.get().retired_at is not None


def test_rework_repair_and_scrap_of_a_unit(world: World, browse: Browse, made: Pilot) -> None:
    client = browse(world.ben)
    address = "/units/STOKE/CC-1/CC1-P1-003/mend/"
    assert client.get(address).status_code == 200
    for fields in (
        {"act": "rework", "reason": "Lid rocks", "from_operation": "20"},
        {"act": "repair", "what": "Lid ground"},
        {"act": "scrap", "reason": "Cracked"},
    ):
        answer = client.post(address, {"uid": str(uuid4()), **fields})
        assert answer.status_code == 302
    again = client.post(address, {"uid": str(uuid4()), "act": "scrap", "reason": "Again"})
    assert (again.status_code, "is scrapped; it cannot be scrapped." in said(again)) == (409, True)
    kinds = FloorRecord.objects.order_by("pk").values_list("kind", flat=True)
    assert list(kinds) == ["rework", "repair", "scrap"]
    # What it was judged to be stays its first result; what it is now is not that.
    assert "Now Scrapped" in said(client.get("/units/STOKE/CC-1/CC1-P1-003/"))


def test_the_first_page_of_packing_shows_what_waits(
    world: World, browse: Browse, made: Pilot
) -> None:
    job_of(world)
    client = browse(world.ben)
    shipped(world, client)
    page = said(client.get("/pack/"))
    assert ("1 job" in page, "S-00001 to Example" in page) == (True, True)
    assert said(browse(world.vic).get("/pack/")).count("Verify labels") == 0
