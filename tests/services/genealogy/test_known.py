"""What is kept of units and procedures is asked anew as soon as it may have changed."""

from typing import Any

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from firstoff.db.models import ProcedureRevision, TestRecord, Unit
from firstoff.errors import Refused
from firstoff.rules.genealogy import Posted
from firstoff.services.genealogy.measuring import _known
from tests.batches import CLOSED, batch, close, serial
from tests.recording import LATER, post, rec, unit


def again(**named: Any) -> Posted:
    digest = ProcedureRevision.objects.get(name="ICT").digest
    return rec("test", procedure=digest, values=[1.0], at=LATER, **named)


@pytest.fixture
def board(world: Any) -> Any:
    lines = [{"name": "u", "upper": "2"}]
    procedure = {"name": "ICT", "lines": lines}
    first = rec("test", part="PCBA", serial="P-1", procedure=procedure, values=[1.0])
    post(world, unit("P-1"), first)
    post(world, again(part="PCBA", serial="P-1"))
    return world


def queries(world: Any, *records: Posted) -> int:
    with CaptureQueriesContext(connection) as asked:
        post(world, *records)
    return len(asked)


def test_what_is_known_is_not_asked_again(board: Any) -> None:
    known = queries(board, again(part="PCBA", serial="P-1"))
    post(board, unit("P-2"))
    other = queries(board, again(part="PCBA", serial="P-2"))
    assert other > known


def test_another_entry_between_is_looked_at(board: Any) -> None:
    post(board, unit("P-2"))
    assert post(board, again(part="PCBA", serial="P-1")).count("stored") == 1
    assert _known.units[board.site.pk, "PCBA", "", "P-1"][0] == Unit.objects.get(serial="P-1").pk


def test_a_run_that_was_closed_since_takes_no_more(world: Any, board: Any) -> None:
    whole = batch(world)
    named = {"batch": whole.batch_id, "serial": serial(whole, 1)}
    post(world, again(**named))
    post(world, again(**named))
    close(world, whole)
    with pytest.raises(Refused) as refused:
        post(world, again(**named), at=CLOSED)
    assert refused.value.code == "R-39"


def test_what_was_rolled_back_is_not_known(board: Any) -> None:
    with transaction.atomic():
        post(board, unit("P-9"))
        post(board, again(part="PCBA", serial="P-9"))
        transaction.set_rollback(True)
    with pytest.raises(Refused):
        post(board, again(part="PCBA", serial="P-9"))
    assert TestRecord.objects.count() == 2
