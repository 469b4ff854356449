"""Two uploads at once: one right outcome."""

from typing import Any

from firstoff.db.models import DocumentVersion
from firstoff.services import documents
from tests.conftest import NOW
from tests.drawing import make_drawing, pdf
from tests.services.test_execution_threads import at_once


def upload(world: Any, document: Any, content: bytes) -> Any:
    return documents.add_version(
        document_id=document.pk,
        content=content,
        file_name="crock.pdf",
        label="B",
        by=world.eli,
        at=NOW,
    )


def test_two_contents_under_one_label_are_one_version(lasting_world: Any) -> None:
    made = make_drawing(lasting_world)
    _, lost = at_once(
        lambda: upload(lasting_world, made, pdf("mine")),
        lambda: upload(lasting_world, made, pdf("theirs")),
    )
    assert (lost.code, DocumentVersion.objects.filter(label="B").count()) == ("R-68", 1)


def test_the_same_upload_twice_is_one_version(lasting_world: Any) -> None:
    made = make_drawing(lasting_world)
    one, other = at_once(*[lambda: upload(lasting_world, made, pdf("mine"))] * 2)
    assert (one.pk, DocumentVersion.objects.count()) == (other.pk, 2)
