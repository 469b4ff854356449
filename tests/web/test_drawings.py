"""The page of a drawing with balloons: without script, refused, carried over, on paper."""

from typing import Any

import pytest

from firstoff.db.models import Balloon, RevisionDocument
from firstoff.services import documents, product
from firstoff.terms import DocumentVisibility
from tests.conftest import NOW, World
from tests.drawing import balloon, make_draft, make_drawing, pdf
from tests.web.conftest import Browse

HERE = "/p/STOKE/CC-1/drawing/DRW-1/A/"
DEFINITION = "/p/STOKE/CC-1/definition/"


def typed(*places: tuple[str, str, str], **more: str) -> dict[str, str]:
    """The fields of the page: for each characteristic its page, x and y in percent."""
    sent: dict[str, str] = {}
    for n, (page, x, y) in enumerate(places):
        sent |= {f"n-{n}": str(n + 1), f"page-{n}": page, f"x-{n}": x, f"y-{n}": y}
    return sent | more


def test_balloons_are_typed_where_there_is_no_script(world: World, browse: Browse) -> None:
    make_draft(world)
    make_drawing(world)
    client = browse(world.eli)
    answer = client.post(f"{HERE}?revision=C", typed(("1", "25", "50"), ("", "", "")))
    page = client.get(HERE).content.decode()
    assert (answer.status_code, Balloon.objects.get().characteristic.number) == (302, "1")
    assert 'style="left:25.0000%;top:50.0000%"' in page


@pytest.mark.parametrize(
    ("place", "says"),
    [
        (("1", "much", "50"), "expected percent of the page"),
        (("1", "101", "50"), "expected percent of the page"),
        (("1", "", "50"), "expected percent of the page"),
        (("3", "10", "50"), "expected 1 to 2"),
        (("x", "10", "50"), "expected a number"),
        (("1", "NaN", "50"), "expected percent of the page"),
    ],
)
def test_what_cannot_be_a_place_is_said_and_kept(
    world: World, browse: Browse, place: tuple[str, str, str], says: str
) -> None:
    make_draft(world)
    make_drawing(world)
    answer = browse(world.eli).post(f"{HERE}?revision=C", typed(place))
    text = answer.content.decode()
    assert (answer.status_code, says in text, Balloon.objects.count()) == (422, True, 0)
    assert f'name="x-0" value="{place[1]}"' in text


def test_what_somebody_moved_meanwhile_is_said(world: World, browse: Browse) -> None:
    program = make_draft(world)
    make_drawing(world)
    client = browse(world.eli)
    seen = client.get(HERE).context["seen"]
    place(world, program)
    answer = client.post(f"{HERE}?revision=C", typed(("1", "9", "9"), seen=seen))
    assert (
        answer.status_code,
        "Somebody else changed the balloons" in answer.content.decode(),
    ) == (
        409,
        True,
    )


def place(world: World, program: int) -> Any:
    from firstoff.db.models import DocumentVersion

    return documents.set_balloons(
        program_id=program,
        revision="C",
        version_id=DocumentVersion.objects.earliest("pk").pk,
        balloons=[balloon("1")],
        by=world.eli,
        at=NOW,
    )


def test_a_released_revision_shows_its_balloons_and_takes_none(
    world: World, browse: Browse
) -> None:
    program = make_draft(world)
    make_drawing(world)
    place(world, program)
    product.release_revision(program_id=program, revision="C", by=world.eli, at=NOW)
    client = browse(world.eli)
    page = client.get(HERE).content.decode()
    answer = client.post(f"{HERE}?revision=C", typed(("1", "9", "9")))
    assert ("Save the balloons" in page, ">1</span>" in page, answer.status_code) == (
        False,
        True,
        409,
    )


def test_a_new_version_offers_the_balloons_of_the_last(world: World, browse: Browse) -> None:
    program = make_draft(world)
    made = make_drawing(world)
    place(world, program)
    documents.add_version(
        document_id=made.pk, content=pdf("new"), file_name="b.pdf", by=world.eli, at=NOW
    )
    client = browse(world.eli)
    there = HERE.replace("/A/", "/B/")
    offer = client.get(there).content.decode()
    answer = client.post(f"{there}carry/?revision=C", {"from": "A"})
    assert ("Carry it over from A" in offer, answer.status_code) == (True, 302)
    assert [link.version.label for link in RevisionDocument.objects.all()] == ["B"]
    assert "Carry" not in client.get(there).content.decode()


def test_the_ballooned_drawing_is_a_pdf(world: World, browse: Browse) -> None:
    program = make_draft(world)
    make_drawing(world)
    place(world, program)
    answer = browse(world.vic).get(f"{HERE}ballooned.pdf?revision=C")
    assert (
        answer["Content-Type"],
        answer.content[:5],
        answer["Content-Disposition"],
    ) == ("application/pdf", b"%PDF-", 'inline; filename="DRW-1-A-balloons.pdf"')


def test_a_drawing_that_is_hidden_is_not_there(world: World, browse: Browse) -> None:
    make_draft(world)
    make_drawing(world, visibility=DocumentVisibility.OFFICE)
    client = browse(world.vic)
    asked = [client.get(a).status_code for a in (HERE, f"{HERE}ballooned.pdf")]
    assert asked == [404, 404]


def test_a_document_becomes_part_of_a_draft_and_is_taken_out(world: World, browse: Browse) -> None:
    make_draft(world)
    make_drawing(world)
    client = browse(world.eli)
    client.post(f"{DEFINITION}link-document/?revision=C", {"number": "DRW-1"})
    linked = client.get(DEFINITION).content.decode()
    client.post(f"{DEFINITION}unlink-document/?revision=C", {"number": "DRW-1", "label": "A"})
    assert ("Place balloons" in linked, RevisionDocument.objects.count()) == (True, 0)


@pytest.mark.parametrize("number", ["", "NO-1"])
def test_a_document_that_is_not_there_becomes_part_of_nothing(
    world: World, browse: Browse, number: str
) -> None:
    make_draft(world)
    answer = browse(world.eli).post(f"{DEFINITION}link-document/", {"number": number})
    assert (answer.status_code, RevisionDocument.objects.count()) == (422, 0)
