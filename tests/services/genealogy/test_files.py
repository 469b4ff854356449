"""A file from a machine is a record as well: all that is in it is taken, or nothing."""

import hashlib
from typing import Any
from uuid import uuid4

from firstoff.db.models import LedgerEntry, TestRecord, Unit
from tests.conftest import NOW
from tests.formats.testdata.stdf_files import Writer
from tests.recording import post, rec, refused, sound, unit

LOT = Writer().file(Writer().part("U-1", 0.25), Writer().part("U-2", 0.6, failed=True))


def dropped(content: bytes = LOT, **fields: Any) -> Any:
    import base64

    encoded = base64.b64encode(content).decode()
    given = {"part": "DIE", "at": NOW, **fields}
    return rec("file", name="lot.stdf", content=encoded, **given)


def test_what_is_in_a_file_is_counted_and_taken_once(world: Any) -> None:
    first = post(world, dropped(sha256=hashlib.sha256(LOT).hexdigest())).answers[0]
    again = post(world, dropped()).answers[0]
    assert (first.state, first.counts, again.state) == (
        "stored",
        {"unit": 2, "test": 2},
        "already",
    )
    assert [t.source for t in TestRecord.objects.all()] == ["stdf", "stdf"]
    entry = LedgerEntry.objects.order_by("seq").last()
    assert entry is not None
    assert hashlib.sha256(LOT).hexdigest() in entry.details
    sound()


def test_a_file_beside_other_records(world: Any) -> None:
    answer = post(world, unit("U-1", "DIE"), dropped(), unit("U-3", "DIE"))
    assert [a.state for a in answer.answers] == ["stored"] * 3
    assert (answer.answers[1].counts, Unit.objects.count()) == ({"unit": 1, "test": 2}, 3)
    sound()


def test_a_file_that_cannot_be_taken_leaves_nothing(world: Any) -> None:
    cut, whole = dropped(LOT[:-20]), dropped()
    wrong = dropped(sha256="0" * 64)
    found = refused(world, cut, wrong, unit("U-9", "DIE"))
    assert found[1][1].endswith("not 000000000000: it is not whole.")
    assert len(found) == 2
    assert (TestRecord.objects.count(), list(Unit.objects.values_list("serial", flat=True))) == (
        0,
        ["U-9"],
    )
    post(world, whole, rec("unit", id=uuid4(), part="DIE", serial="U-8"))
    sound()


def test_a_record_of_a_file_that_is_refused_stops_the_file(world: Any) -> None:

    answer = refused(world, dropped(part=None, batch="CC1-P9"))
    assert (answer[0][0], Unit.objects.count()) == ("not-found", 0)
