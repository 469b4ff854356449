"""Pages of change orders, tolerances and the technical package."""

from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from firstoff.queries import tolerance as reads
from firstoff.services import plan, product
from tests.conftest import NOW, PASSWORD, World
from tests.services.test_plan import CROCK

HERE = "/p/STOKE/CC-1"


@pytest.fixture
def crock(world: World) -> World:
    loaded = plan.load_definition(site_id=world.site.pk, definition=CROCK, by=world.eli, at=NOW)
    plan.freeze_baseline(program_id=loaded.program_id, by=world.eli, at=NOW)
    product.create_revision(program_id=loaded.program_id, by=world.eli, at=NOW)
    return world


@pytest.fixture
def sign_in() -> Any:
    def signed(username: str) -> Client:
        client = Client(HTTP_HOST="localhost")
        client.post("/sign-in/", {"username": username, "password": PASSWORD})
        return client

    return signed


def shown(client: Client, path: str, **posted: Any) -> tuple[int, str]:
    answer = client.post(path, posted, follow=True) if posted else client.get(path)
    return answer.status_code, answer.content.decode()


def test_a_change_is_asked_for_assessed_and_approved_on_its_page(
    crock: World, sign_in: Any
) -> None:
    eli, ada = sign_in("eli"), sign_in("ada")
    status, text = shown(eli, f"{HERE}/changes/")
    assert (status, "No change was asked for yet" in text) == (200, True)
    uid = "01990000-0000-7000-8000-000000000001"
    asked = {"uid": uid, "title": "Slower", "reason": "Rims chip.", "part": "CC-1", "after": "D"}
    status, text = shown(eli, f"{HERE}/changes/new/", **asked)
    assert (status, "ECO-0001 is asked for." in text) == (200, True)
    one = f"{HERE}/changes/1/"
    status, text = shown(eli, f"{one}assess/", effectivity="date", effective_from="soon")
    assert (status, "expected a date such as 2026-09-30" in text) == (422, True)
    status, text = shown(eli, f"{one}assess/", effectivity="date", effective_from="2026-09-01")
    assert (status, "It is assessed." in text) == (200, True)
    status, text = shown(ada, f"{one}decide/", decision="approve", password="wrong")
    assert (status, "That is not your password" in text) == (409, True)
    status, text = shown(ada, f"{one}decide/", decision="approve", password=PASSWORD)
    assert (status, "It is approved." in text) == (200, True)
    status, text = shown(eli, f"{one}effect/", runs="")
    assert status in (409, 422)
    status, text = shown(eli, f"{HERE}/changes/?state=open")
    assert (status, "ECO-0001" in text) == (200, True)


def test_a_process_is_named_and_what_it_cannot_hold_is_said(crock: World, sign_in: Any) -> None:
    eli = sign_in("eli")
    status, text = shown(eli, "/processes/")
    assert (status, "No process is known yet" in text) == (200, True)
    process = {"process": "Jiggering", "spread": "0.2", "unit": "mm", "values": "40"}
    status, text = shown(eli, "/processes/?site=STOKE", **process)
    assert (status, "is missing" in text) == (422, True)
    status, text = shown(eli, "/processes/?site=STOKE", **process, measured_on="2026-03-01")
    assert (status, "Jiggering is in the library." in text) == (200, True)
    named = {"revision": "D", "number": "1", "process": "Jiggering"}
    status, text = shown(eli, f"{HERE}/tolerances/process/", **named)
    assert (status, "1 not held" in text) == (200, True)
    declared = {"code": "ST-1", "name": "Seat", "unit": "mm", "lower": "0.1", "revision": "D"}
    status, text = shown(eli, f"{HERE}/tolerances/chain/", **declared, links="1\n-Shim 0.1 to 0.2")
    assert (status, "The chain is declared." in text, "ST-1" in text) == (200, True, True)
    status, text = shown(eli, f"{HERE}/tolerances/chain/", **declared, links="9")
    assert (status, "There is no characteristic" in text) == (422, True)
    gone = {"revision": "D", "chain": "ST-1"}
    assert "is taken out" in shown(eli, f"{HERE}/tolerances/chain/remove/", **gone)[1]
    retired = shown(eli, "/processes/retire/?site=STOKE", process="Jiggering")
    assert "Jiggering is retired." in retired[1]


def test_a_study_is_pasted_or_chosen_and_judges_its_characteristic(
    crock: World, sign_in: Any
) -> None:
    eli, vic = sign_in("eli"), sign_in("vic")
    page = f"{HERE}/tolerances/studies/1/"
    status, text = shown(eli, f"{HERE}/tolerances/")
    assert (status, f'href="{page}#enter"' in text) == (200, True)
    status, text = shown(eli, page)
    assert (status, "No study of it was entered yet" in text, "In mm, one a line" in text) == (
        200,
        True,
        True,
    )
    asked = {"uid": "01990000-0000-7000-8000-000000000001", "measured_on": "2026-03-02"}
    for values, words in (
        ("", "Paste the values or choose a file"),
        ("0.60\n\nabc", "Values, row 3, column 1: found &#x27;abc&#x27;; expected a number."),
        ("0.60\n1e12", "Value 2 is 1E+12; expected a number."),
    ):
        status, text = shown(eli, page, **asked, values=values)
        assert (status, words in text) == (422, True), words
    both = {**asked, "values": "0.6", "file": SimpleUploadedFile("lid.csv", b"0.6")}
    assert shown(eli, page, **both)[0] == 422
    bad = {**asked, "file": SimpleUploadedFile("lid.csv", b"Lid\n0.6\nx")}
    status, text = shown(eli, page, **bad)
    assert (status, "lid.csv, row 3, column Lid" in text) == (422, True)

    values = "0.60\r\n0.61\r\n0.59\r\n" * 10
    for _ in range(2):  # sent twice, recorded once
        status, text = shown(eli, page, **asked, values=values, machine="Haas VF-2")
        assert (status, "The study of 1 Lid clearance is recorded." in text) == (200, True)
    assert "Study of 30 pieces on Haas VF-2, 2026-03-02" in text

    first = reads.studies(crock.vic, crock.site.pk)[0][0]
    again = {"uid": "01990000-0000-7000-8000-000000000002", "measured_on": "2026-03-03"}
    more = {**again, "supersedes": str(first.uid), "machine": "Haas VF-2"}
    for _ in range(2):
        file = SimpleUploadedFile("lid.csv", b"Lid;\n" + b"0,60;\n0,62;\n" * 20)
        status, text = shown(eli, page, **more, file=file)
        assert (status, "Study of 40 pieces on Haas VF-2, 2026-03-03" in text) == (200, True)
    twice = {**more, "uid": "01990000-0000-7000-8000-000000000003", "values": "0.6"}
    status, text = shown(eli, page, **twice)
    assert (status, "is corrected already" in text) == (409, True)
    status, text = shown(vic, page)
    assert (status, "corrected since" in text, "Enter a study" in text) == (200, True, False)
    assert "2 studies" in text
    assert shown(vic, page, **again, values="1")[0] == 403
    assert shown(eli, f"{HERE}/tolerances/studies/9/")[0] == 404


def test_the_package_leads_from_each_gap_to_where_it_is_mended(crock: World, sign_in: Any) -> None:
    status, text = shown(sign_in("vic"), f"{HERE}/package/")
    assert (status, "Could a stranger quote from this?" in text) == (200, True)
    assert "There is no bill of materials." in text
    assert f'href="{HERE}/definition/#characteristics"' in text or "about" in text
