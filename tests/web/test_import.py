"""Importing a file on its page: looked at, columns corrected, taken whole or not at all."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from firstoff.db.models import RecordImport, Unit
from tests.conftest import World
from tests.making import Pilot, make_pilot, pass_first_article, start
from tests.web.conftest import Browse
from tests.web.reading import PageRead

PAGE = "/runs/STOKE/CC1-P1/import/"
HEAD = b"serial,fit,finish,function,build_minutes\n"


@pytest.fixture
def ben(world: World, browse: Browse, settings: Any, tmp_path: Path) -> Any:
    settings.MEDIA_ROOT = tmp_path
    pilot: Pilot = make_pilot(world, at=timezone.now() - timedelta(hours=1))
    start(world, pilot, 1, at=timezone.now() - timedelta(minutes=50))
    pass_first_article(world, pilot, at=timezone.now() - timedelta(minutes=40))
    return browse(world.ben)


def look(client: Any, raw: bytes, name: str = "log.csv") -> Any:
    return client.post(PAGE, {"file": SimpleUploadedFile(name, raw)})


def hidden(page: Any) -> dict[str, str]:
    """What the preview's form sends as it stands: hidden fields and columns as recognised."""
    read = PageRead(page.content.decode())
    found = {
        e.attrs["name"]: e.attrs.get("value", "")
        for e in read.all("input")
        if e.attrs.get("type") == "hidden" and e.attrs["name"] != "csrfmiddlewaretoken"
    }
    name = ""
    for e in read.all("select", "option"):
        if e.tag == "select":
            name = e.attrs["name"]
            found[name] = ""
        elif "selected" in e.attrs:
            found[name] = e.attrs["value"]
    return found


def test_a_file_is_looked_at_first_and_nothing_is_written(ben: Any) -> None:
    page = look(ben, HEAD + b"CC1-P1-002,ok,ok,ok,5\nCC1-P1-003,nok,ok,ok,5\n")
    text = page.content.decode()
    assert page.status_code == 200
    assert "CC1-P1-003 fails fit without a defect code." in text
    assert "Take the file (1 refused)" in text
    assert (Unit.objects.count(), PageRead(text).problems()) == (1, [])


def test_a_whole_file_is_taken_with_one_press(ben: Any) -> None:
    page = look(ben, HEAD + b"CC1-P1-002,ok,ok,ok,5\n")
    assert "Take 1 row<" in page.content.decode()
    done = ben.post(PAGE, {**hidden(page), "take": "1"})
    assert (done["Location"], Unit.objects.count(), RecordImport.objects.get().file_name) == (
        "/runs/STOKE/CC1-P1/units/",
        2,
        "log.csv",
    )
    again = look(ben, HEAD + b"CC1-P1-002,ok,ok,ok,5\n").content.decode()
    assert "Taken already" in again
    assert "log.csv" in ben.get(PAGE).content.decode()


def test_a_file_with_a_refused_row_cannot_be_forced(ben: Any) -> None:
    page = look(ben, HEAD + b"CC1-P1-002,ok,ok,ok,5\nCC1-P1-003,nok,ok,ok,5\n")
    forced = ben.post(PAGE, {**hidden(page), "take": "1"})
    assert (forced.status_code, Unit.objects.count()) == (409, 1)


def test_a_column_is_corrected_and_the_file_read_again(ben: Any) -> None:
    page = look(ben, HEAD.replace(b"function", b"works?") + b"CC1-P1-002,ok,ok,ok,5\n")
    form = hidden(page)
    header = next(k for k, v in form.items() if v == "works?")
    again = ben.post(PAGE, {**form, header.replace("header-", "as-"): "function"})
    assert "passes, 5" in again.content.decode()


@pytest.mark.parametrize(
    ("raw", "sentence"),
    [
        (b"", "empty"),
        (b"%PDF-1.7", "is a PDF"),
        (b"name,fit\nx,ok\n", "serial"),
        (b'{"dut_id": "CC1', "JSON"),
        (b"PK\x03\x04 no archive", "log.csv"),
    ],
)
def test_a_file_that_cannot_be_read_says_why(ben: Any, raw: bytes, sentence: str) -> None:
    page = look(ben, raw)
    text = page.content.decode()
    assert (page.status_code, sentence in text, Unit.objects.count()) == (422, True, 1), text


def test_without_a_file_the_page_asks_for_one(ben: Any) -> None:
    page = ben.post(PAGE, {})
    assert (page.status_code, "File is missing." in page.content.decode()) == (422, True)


def test_a_held_file_that_is_gone_is_asked_for_again(ben: Any) -> None:
    page = ben.post(PAGE, {"sha256": "0" * 64, "name": "log.csv", "take": "1"})
    assert (page.status_code, "Choose the file again." in page.content.decode()) == (404, True)
    assert ben.post(PAGE, {"sha256": "../../etc/passwd"}).status_code == 400


def test_names_from_the_file_are_shown_as_text(ben: Any) -> None:
    raw = HEAD + b"<script>alert(1)</script>,ok,ok,ok,5\n"
    page = look(ben, raw, name="<img src=x>.csv").content.decode()
    assert "<script>alert" not in page
    assert "<img src=x>" not in page
    assert PageRead(page).problems() == []


def test_a_viewer_may_not_import_and_a_template_is_for_everybody(
    world: World, ben: Any, browse: Browse
) -> None:
    vic = browse(world.vic)
    assert look(vic, HEAD).status_code == 403
    for ending in ("csv", "xlsx"):
        assert vic.get(f"/templates/unit-log.{ending}").status_code == 200
    assert vic.get("/templates/unit-log.exe").status_code == 404
