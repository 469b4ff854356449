"""The page that takes characteristics out of a file: looked at, corrected, taken."""

from decimal import Decimal
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile

from firstoff.db.models import Characteristic
from firstoff.services import product
from tests.conftest import NOW, World
from tests.drawing import make_draft
from tests.web.conftest import Browse
from tests.web.reading import PageRead

HERE = "/p/STOKE/CC-1/definition/characteristics/import/?revision=C"
TABLE = "No;Requirement;Unit;Who\n1;0.30 to 0.80;mm;Lid\n3;25 ±0.10;mm;Bore\n"


def file(text: str = TABLE) -> dict[str, Any]:
    return {"file": SimpleUploadedFile("crock.csv", text.encode())}


AS = {"No": "number", "Requirement": "requirement", "Unit": "unit", "Who": "name"}


def sent_again(page: str, **corrected: str) -> dict[str, str]:
    """What the form of the preview sends: columns as they were understood, or corrected."""
    fields = {
        e.attrs.get("name", ""): e.attrs.get("value", "") for e in PageRead(page).all("input")
    }
    sent = {name: fields[name] for name in ("sha256", "name", "seen")}
    for name, header in fields.items():
        if name.startswith("header-"):
            place = name.removeprefix("header-")
            sent |= {name: header, f"as-{place}": {**AS, **corrected}[header]}
    return sent


def test_a_file_is_looked_at_and_then_taken(world: World, browse: Browse) -> None:
    make_draft(world)
    client = browse(world.eli)
    page = client.post(HERE, file()).content.decode()
    assert ("Take 2 changes" in page, Characteristic.objects.filter(number="3").count()) == (
        True,
        0,
    )
    answer = client.post(HERE, sent_again(page) | {"take": "1"})
    assert answer.status_code == 302
    assert Characteristic.objects.get(number="3").upper == Decimal("25.10")


def test_a_column_is_corrected_on_the_page(world: World, browse: Browse) -> None:
    make_draft(world)
    client = browse(world.eli)
    page = client.post(HERE, file()).content.decode()
    before = Characteristic.objects.filter(number="3").count()
    client.post(HERE, sent_again(page, Unit="") | {"take": "1"})
    found = Characteristic.objects.get(number="3")
    assert (before, found.name, found.unit) == (0, "Bore", "")


def test_a_row_that_cannot_be_taken_is_named_and_nothing_is_offered(
    world: World, browse: Browse
) -> None:
    make_draft(world)
    page = browse(world.eli).post(HERE, file(f"{TABLE}3;1 ±0.1;mm;Rim\n")).content.decode()
    assert ("Take the file (1 refused)" in page, 'name="take"' in page) == (True, False)


def test_a_file_that_is_no_table_is_said(world: World, browse: Browse) -> None:
    make_draft(world)
    answer = browse(world.eli).post(HERE, file("nothing\n"))
    assert (answer.status_code, "Cannot be read" in answer.content.decode()) == (422, True)


def test_what_somebody_changed_meanwhile_is_said(world: World, browse: Browse) -> None:
    program = make_draft(world)
    client = browse(world.eli)
    sent = sent_again(client.post(HERE, file()).content.decode())
    product.remove_characteristic(
        program_id=program, revision="C", number="2", by=world.eli, at=NOW
    )
    answer = client.post(HERE, sent | {"take": "1"})
    assert (answer.status_code, "Somebody else changed" in answer.content.decode()) == (409, True)


def test_an_upload_that_is_kept_no_longer_is_not_found(world: World, browse: Browse) -> None:
    make_draft(world)
    assert browse(world.eli).post(HERE, {"sha256": "0" * 64}).status_code == 404


def test_a_released_revision_offers_no_import(world: World, browse: Browse) -> None:
    program = make_draft(world)
    product.release_revision(program_id=program, revision="C", by=world.eli, at=NOW)
    page = browse(world.eli).get(HERE).content.decode()
    assert ('type="file"' in page, "A change makes a new revision" in page) == (False, True)
