"""Pages of documents: the list, one with its versions, what is drawn, what is downloaded."""

from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from firstoff.db.models import Document, DocumentVersion
from firstoff.terms import DocumentVisibility
from tests.conftest import World
from tests.drawing import SVG, make_drawing, pdf
from tests.web.conftest import Browse

ADD = "/documents/STOKE/add/"
ONE = "/d/STOKE/DRW-1/"


def sent(content: bytes = b"", name: str = "crock.pdf", **more: Any) -> dict[str, Any]:
    said = {"number": "DRW-1", "title": "Crock", "kind": "drawing", "visibility": "site"}
    file = {"file": SimpleUploadedFile(name, content)} if content else {}
    return {**said, **file, **more}


def test_a_document_is_added_with_its_file(world: World, browse: Browse) -> None:
    answer = browse(world.eli).post(ADD, sent(pdf()))
    assert (answer.status_code, answer["Location"]) == (302, ONE)
    page = browse(world.vic).get(ONE).content.decode()
    assert ("Version A" in page, "crock.pdf" in page, "Add the version" in page) == (
        True,
        True,
        False,
    )


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ({"number": "a/b"}, "no slash"),
        ({"title": " "}, "Title is missing"),
        ({"part": "NO-1"}, "no part"),
        ({"label": "a/b"}, "cannot stand in an address"),
    ],
)
def test_what_cannot_be_taken_is_said_beside_its_field(
    world: World, browse: Browse, given: dict[str, str], says: str
) -> None:
    answer = browse(world.eli).post(ADD, sent(pdf(), **given))
    assert (answer.status_code, says in answer.content.decode(), Document.objects.count()) == (
        422,
        True,
        0,
    )


def test_a_file_that_is_no_document_is_refused(world: World, browse: Browse) -> None:
    answer = browse(world.eli).post(ADD, sent(b"<html><script>1</script>", "a.pdf"))
    said = answer.content.decode()
    assert (answer.status_code, "named like a PDF and holds something else" in said) == (422, True)


def test_a_version_with_a_taken_label_is_refused_beside_it(world: World, browse: Browse) -> None:
    make_drawing(world)
    answer = browse(world.eli).post(
        f"{ONE}version/", {"file": SimpleUploadedFile("b.pdf", pdf("new")), "label": "A"}
    )
    assert (answer.status_code, DocumentVersion.objects.count()) == (409, 1)
    assert "another content" in answer.content.decode()


def test_every_download_is_a_download(world: World, browse: Browse) -> None:
    make_drawing(world, SVG)
    answer = browse(world.vic).get(f"{ONE}v/A/file/")
    assert (
        answer.content,
        answer["Content-Type"],
        answer["Content-Disposition"],
        answer["X-Content-Type-Options"],
        "sandbox" in answer["Content-Security-Policy"],
        answer["Cache-Control"],
    ) == (
        SVG,
        "application/octet-stream",
        'attachment; filename="crock.pdf"',
        "nosniff",
        True,
        "no-store",
    )


def test_a_page_is_drawn_and_kept_by_the_browser_that_asks(world: World, browse: Browse) -> None:
    make_drawing(world)
    client = browse(world.vic)
    answer = client.get(f"{ONE}v/A/page/2.png?w=320")
    again = client.get(f"{ONE}v/A/page/2.png?w=320", headers={"If-None-Match": answer["ETag"]})
    assert (
        answer["Content-Type"],
        answer.content[:4],
        answer["Cache-Control"],
        again.status_code,
    ) == ("image/png", b"\x89PNG", "private, no-cache", 304)


@pytest.mark.parametrize("page", ["0", "3", "99999999"])
def test_a_page_that_is_not_there_is_not_found(world: World, browse: Browse, page: str) -> None:
    make_drawing(world)
    assert browse(world.vic).get(f"{ONE}v/A/page/{page}.png").status_code == 404


def test_a_file_without_pages_is_offered_for_download(world: World, browse: Browse) -> None:
    make_drawing(world, b"ISO-10303-21;\n")
    page = browse(world.vic).get(ONE).content.decode()
    assert ("A STEP model is not shown here" in page, "<img" in page) == (True, False)


@pytest.mark.parametrize("address", [ONE, f"{ONE}v/A/file/", f"{ONE}v/A/page/1.png"])
def test_what_somebody_may_not_see_is_not_there(
    world: World, browse: Browse, address: str
) -> None:
    make_drawing(world, visibility=DocumentVisibility.QUALITY)
    seen = {w: browse(getattr(world, w)).get(address).status_code for w in ("ada", "vic", "cy")}
    assert seen == {"ada": 200, "vic": 404, "cy": 404}


def test_a_kept_picture_is_not_given_to_whom_it_is_hidden_from(
    world: World, browse: Browse
) -> None:
    make_drawing(world, visibility=DocumentVisibility.QUALITY)
    tag = browse(world.ada).get(f"{ONE}v/A/page/1.png")["ETag"]
    answer = browse(world.vic).get(f"{ONE}v/A/page/1.png", headers={"If-None-Match": tag})
    assert answer.status_code == 404


def test_the_list_is_searched_and_filtered(world: World, browse: Browse) -> None:
    make_drawing(world)
    make_drawing(world, number="Q-1", visibility=DocumentVisibility.QUALITY)
    client = browse(world.vic)
    pages = {
        query: client.get(f"/documents/?site=STOKE&{query}").content.decode()
        for query in ("q=drw", "q=crock.pdf", "q=nothing", "kind=drawing", "retired=1", "q=Q-1")
    }
    assert {q: "DRW-1" in text for q, text in pages.items()} == {
        "q=drw": True,
        "q=crock.pdf": True,
        "q=nothing": False,
        "kind=drawing": True,
        "retired=1": False,
        "q=Q-1": False,
    }


def test_a_retired_document_is_taken_back(world: World, browse: Browse) -> None:
    make_drawing(world)
    client = browse(world.eli)
    client.post(f"{ONE}retire/")
    retired = client.get(ONE).content.decode()
    client.post(f"{ONE}reinstate/")
    assert ("Take it back" in retired, Document.objects.get().retired_at) == (True, None)


def test_what_it_says_is_changed_on_its_page(world: World, browse: Browse) -> None:
    make_drawing(world)
    change = {"title": "Second issue", "kind": "specification", "visibility": "office", "part": ""}
    answer = browse(world.eli).post(f"{ONE}edit/", change)
    assert (answer.status_code, Document.objects.get().title) == (302, "Second issue")


def test_a_document_is_found_by_its_number_by_who_may_see_it(world: World, browse: Browse) -> None:
    make_drawing(world, visibility=DocumentVisibility.QUALITY)
    answer = browse(world.ada).get("/find/?q=drw-1")
    hidden = browse(world.vic).get("/find/?q=drw-1").content.decode()
    assert (answer.status_code, answer["Location"], "Counter crock" in hidden) == (302, ONE, False)
