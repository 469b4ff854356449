"""Documents: versions by content, who sees them, what a revision has; balloons on drawings."""

from dataclasses import replace
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction

from firstoff.db.models import Balloon, Document, DocumentVersion, RevisionDocument
from firstoff.errors import InvalidInput, NotAllowed, NotFound, Refused, StaleState
from firstoff.queries import documents as reads
from firstoff.rules.product import state_of
from firstoff.services import documents, product
from firstoff.terms import DocumentKind, DocumentVisibility
from tests.conftest import NOW, World
from tests.drawing import balloon, facts, make_draft, make_drawing, pdf, png


def add_version(world: World, document: Any, content: bytes, **more: Any) -> Any:
    return documents.add_version(
        document_id=document.pk,
        content=content,
        by=world.eli,
        at=NOW,
        **{"file_name": "crock.pdf", **more},
    )


def of(world: World, program: int, **more: Any) -> dict[str, Any]:
    return {"program_id": program, "revision": "C", "by": world.eli, "at": NOW, **more}


def newest(document: Any) -> int:
    return DocumentVersion.objects.filter(document=document).latest("pk").pk


# ---------- documents and versions ----------


def test_a_document_comes_with_its_first_version(world: World) -> None:
    made = make_drawing(world)
    found = reads.document(world.vic, "STOKE", "DRW-1")
    assert (found.id, found.newest and (found.newest.label, found.newest.pages)) == (
        made.pk,
        ("A", 2),
    )


def test_a_number_stands_once_at_a_site(world: World) -> None:
    make_drawing(world)
    with pytest.raises(InvalidInput, match="already"):
        make_drawing(world, number="drw-1")


def test_a_version_is_labelled_after_the_newest(world: World) -> None:
    made = make_drawing(world)
    assert add_version(world, made, pdf("new")).label == "B"


def test_the_same_bytes_are_answered_with_their_version(world: World) -> None:
    made = make_drawing(world)
    again = add_version(world, made, pdf("one", "two"), label="X")
    assert (again.label, DocumentVersion.objects.count()) == ("A", 1)


def test_a_label_stands_for_one_content(world: World) -> None:
    made = make_drawing(world)
    with pytest.raises(Refused, match="another content") as refused:
        add_version(world, made, pdf("new"), label="a")
    assert (refused.value.code, DocumentVersion.objects.count()) == ("R-68", 1)


def test_a_damaged_file_makes_no_document(world: World) -> None:
    with pytest.raises(InvalidInput, match="damaged"):
        make_drawing(world, b"%PDF-1.7\nnothing")
    assert Document.objects.count() == 0


def test_a_file_of_no_kind_that_is_kept_is_refused(world: World) -> None:
    with pytest.raises(InvalidInput, match="no kind that is kept"):
        make_drawing(world, b"MZ\x90\x00\x03\x00")


def test_a_version_is_never_changed(world: World) -> None:
    make_drawing(world)
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("UPDATE firstoff_documentversion SET sha256 = 'x'")


def test_the_bytes_come_back(world: World) -> None:
    make_drawing(world)
    _, content = reads.content(world.vic, "STOKE", "DRW-1", "A")
    assert content == pdf("one", "two")


def test_a_retired_document_gets_no_version_until_it_is_taken_back(world: World) -> None:
    made = make_drawing(world)
    documents.retire_document(document_id=made.pk, by=world.eli, at=NOW)
    with pytest.raises(Refused, match="retired"):
        add_version(world, made, pdf("new"))
    documents.reinstate_document(document_id=made.pk, by=world.eli, at=NOW)
    assert add_version(world, made, pdf("new")).label == "B"


def test_what_a_document_says_can_change_and_its_number_cannot(world: World) -> None:
    made = make_drawing(world)
    change = facts(title="Crock, second issue", kind=DocumentKind.SPECIFICATION)
    documents.update_document(document_id=made.pk, document=change, by=world.eli, at=NOW)
    with pytest.raises(InvalidInput, match="keeps its number"):
        documents.update_document(
            document_id=made.pk, document=replace(change, number="X"), by=world.eli, at=NOW
        )
    assert Document.objects.get().title == "Crock, second issue"


def test_a_document_is_about_a_part_of_its_site(world: World) -> None:
    with pytest.raises(InvalidInput, match="no part"):
        documents.add_document(
            site_id=world.site.pk, document=facts(part="NO-1"), by=world.eli, at=NOW
        )


@pytest.mark.parametrize("who", ["vic", "ben", "adam"])
def test_who_may_not_edit_documents_is_refused(world: World, who: str) -> None:
    with pytest.raises(NotAllowed):
        documents.add_document(
            site_id=world.site.pk, document=facts(), by=getattr(world, who), at=NOW
        )


# ---------- who sees them ----------


@pytest.mark.parametrize(
    ("visibility", "hidden_from"),
    [
        (DocumentVisibility.SITE, ["cy"]),
        (DocumentVisibility.OFFICE, ["vic", "ben", "cy"]),
        (DocumentVisibility.QUALITY, ["vic", "ben", "bo", "adam", "cy"]),
    ],
)
def test_what_is_not_for_somebody_is_not_there(
    world: World, visibility: DocumentVisibility, hidden_from: list[str]
) -> None:
    made = make_drawing(world, visibility=visibility)
    hidden = []
    for name in ("vic", "ben", "bo", "adam", "ivy", "eli", "ada", "cy"):
        actor = getattr(world, name)
        asked = (
            lambda actor=actor: reads.document(actor, "STOKE", "DRW-1"),
            lambda actor=actor: reads.content(actor, "STOKE", "DRW-1", "A"),
            lambda actor=actor: reads.versions(actor, made.pk),
        )
        refused = 0
        for ask in asked:
            try:
                ask()
            except NotFound:
                refused += 1
        assert refused in (0, len(asked))
        if refused:
            hidden.append(name)
    assert sorted(hidden) == sorted(hidden_from)


def test_a_list_holds_what_its_reader_may_see(world: World) -> None:
    make_drawing(world)
    make_drawing(world, number="Q-1", visibility=DocumentVisibility.QUALITY)
    seen = {
        who: [d.number for d in reads.documents(getattr(world, who), world.site.pk).items]
        for who in ("vic", "ada")
    }
    assert seen == {"vic": ["DRW-1"], "ada": ["DRW-1", "Q-1"]}


def test_a_buyer_changes_nothing_they_cannot_see(world: World) -> None:
    made = make_drawing(world, visibility=DocumentVisibility.QUALITY)
    with pytest.raises(NotFound):
        documents.retire_document(document_id=made.pk, by=world.bo, at=NOW)


def test_a_buyer_hides_no_document_from_themselves(world: World) -> None:
    made = make_drawing(world)
    with pytest.raises(InvalidInput) as refused:
        documents.update_document(
            document_id=made.pk,
            document=facts(visibility=DocumentVisibility.QUALITY),
            by=world.bo,
            at=NOW,
        )
    assert refused.value.details["field"] == "visibility"


# ---------- of a revision ----------


def test_a_version_belongs_to_a_draft(world: World) -> None:
    program = make_draft(world)
    made = make_drawing(world)
    documents.link_version(**of(world, program, version_id=newest(made)))
    (use,) = reads.uses(world.vic, made.pk)
    assert (use.part, use.revision, use.version, use.program) == ("CC-1", "C", "A", "CC-1")


def test_a_newer_version_takes_the_place_of_the_older(world: World) -> None:
    program = make_draft(world)
    made = make_drawing(world)
    documents.link_version(**of(world, program, version_id=newest(made)))
    add_version(world, made, pdf("new"))
    documents.link_version(**of(world, program, version_id=newest(made)))
    assert [link.version.label for link in RevisionDocument.objects.all()] == ["B"]


def test_a_released_revision_takes_no_document(world: World) -> None:
    program = make_draft(world)
    made = make_drawing(world)
    product.release_revision(program_id=program, revision="C", by=world.eli, at=NOW)
    with pytest.raises(Refused) as refused:
        documents.link_version(**of(world, program, version_id=newest(made)))
    assert refused.value.code == "R-10"


def test_no_sql_changes_the_documents_of_a_released_revision(world: World) -> None:
    program = make_draft(world)
    made = make_drawing(world)
    documents.set_balloons(**of(world, program, version_id=newest(made), balloons=[balloon("1")]))
    product.release_revision(program_id=program, revision="C", by=world.eli, at=NOW)
    for statement in (
        "DELETE FROM firstoff_revisiondocument",
        "UPDATE firstoff_balloon SET x = 0.1",
        "DELETE FROM firstoff_balloon",
    ):
        with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)


def test_a_retired_document_becomes_part_of_nothing(world: World) -> None:
    program = make_draft(world)
    made = make_drawing(world)
    documents.retire_document(document_id=made.pk, by=world.eli, at=NOW)
    with pytest.raises(Refused, match="retired"):
        documents.link_version(**of(world, program, version_id=newest(made)))


def test_a_document_of_another_site_is_not_there(world: World) -> None:
    program = make_draft(world)
    other = documents.add_document(
        site_id=world.other_site.pk,
        document=facts("LEEDS-1"),
        content=png(),
        file_name="a.png",
        by=world.cy,
        at=NOW,
    )
    with pytest.raises(NotFound):
        documents.link_version(**of(world, program, version_id=newest(other)))


# ---------- balloons ----------


def test_balloons_are_set_at_once_and_make_the_drawing_part_of_the_revision(world: World) -> None:
    program = make_draft(world)
    made = make_drawing(world)
    documents.set_balloons(
        **of(world, program, version_id=newest(made), balloons=[balloon("1"), balloon("2")])
    )
    documents.set_balloons(
        **of(world, program, version_id=newest(made), balloons=[balloon("2", x="0.1")])
    )
    view = reads.drawing(world.vic, program, revision="C", number="DRW-1")
    assert (view.linked, view.balloons, view.missing) == (True, (balloon("2", x="0.1"),), ("1",))


def test_balloons_that_somebody_moved_since_are_refused(world: World) -> None:
    program = make_draft(world)
    made = make_drawing(world)
    seen = state_of(())
    documents.set_balloons(**of(world, program, version_id=newest(made), balloons=[balloon("1")]))
    with pytest.raises(StaleState):
        documents.set_balloons(
            **of(world, program, version_id=newest(made), balloons=[balloon("2")], seen=seen)
        )
    assert [b.characteristic.number for b in Balloon.objects.all()] == ["1"]


def test_a_file_without_pages_takes_no_balloon(world: World) -> None:
    program = make_draft(world)
    made = make_drawing(world, b"ISO-10303-21;\n")
    with pytest.raises(InvalidInput, match="no pages"):
        documents.set_balloons(
            **of(world, program, version_id=newest(made), balloons=[balloon("1")])
        )


def test_balloons_are_carried_to_a_new_version_where_it_has_the_page(world: World) -> None:
    program = make_draft(world)
    made = make_drawing(world)
    placed = [balloon("1"), balloon("2", page=2)]
    documents.set_balloons(**of(world, program, version_id=newest(made), balloons=placed))
    add_version(world, made, pdf("only one page now"))
    view = reads.drawing(world.eli, program, revision="C", number="DRW-1")
    assert [(o.label, o.balloons) for o in view.others] == [("A", 2)]
    carried = documents.carry_balloons(
        **of(world, program, version_id=newest(made), from_label="A")
    )
    assert [b.characteristic for b in carried] == ["1"]


def test_a_new_revision_has_the_drawings_and_balloons_of_the_last(world: World) -> None:
    program = make_draft(world)
    made = make_drawing(world)
    documents.set_balloons(**of(world, program, version_id=newest(made), balloons=[balloon("1")]))
    product.release_revision(program_id=program, revision="C", by=world.eli, at=NOW)
    product.create_revision(program_id=program, by=world.eli, at=NOW)
    view = reads.drawing(world.eli, program, revision="D", number="DRW-1")
    assert (view.linked, view.balloons) == (True, (balloon("1"),))
    product.discard_revision(program_id=program, revision="D", by=world.eli, at=NOW)
    assert Balloon.objects.count() == 1


def test_a_characteristic_goes_with_its_balloon(world: World) -> None:
    program = make_draft(world)
    made = make_drawing(world)
    documents.set_balloons(**of(world, program, version_id=newest(made), balloons=[balloon("2")]))
    product.remove_characteristic(**of(world, program, number="2"))
    assert Balloon.objects.count() == 0


def test_a_drawing_is_read_with_nine_queries(
    world: World, django_assert_max_num_queries: Any
) -> None:
    program = make_draft(world)
    made = make_drawing(world)
    documents.set_balloons(**of(world, program, version_id=newest(made), balloons=[balloon("1")]))
    with django_assert_max_num_queries(10):
        reads.drawing(world.vic, program, revision="C", number="DRW-1")
