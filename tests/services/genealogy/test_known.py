"""What is kept of units and procedures is asked anew as soon as it may have changed."""

from typing import Any

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from firstoff.db.models import ProcedureRevision, TestRecord, Unit
from firstoff.errors import FirstoffError, Refused
from firstoff.rules.genealogy import Posted
from firstoff.services import access
from firstoff.services.genealogy.known import known
from tests.batches import CLOSED, batch, close, serial
from tests.making import opened_pilot
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
    as_many = queries(board, again(part="PCBA", serial="P-1"))
    post(board, unit("P-2"))
    other = queries(board, again(part="PCBA", serial="P-2"))
    assert other > as_many


def test_another_entry_between_is_looked_at(board: Any) -> None:
    post(board, unit("P-2"))
    assert post(board, again(part="PCBA", serial="P-1")).count("stored") == 1
    assert known.units[board.site.pk, "PCBA", "", "P-1"][0] == Unit.objects.get(serial="P-1").pk


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


def test_a_person_who_lost_their_role_since_is_refused(world: Any, board: Any) -> None:
    def done(serial: str) -> Posted:
        return unit(serial, operator="ben", at=LATER)

    post(world, done("P-5"))
    post(world, done("P-6"))
    access.set_roles(site_id=world.site.pk, username="ben", roles=[], by=world.adam, at=LATER)
    with pytest.raises(FirstoffError):
        post(world, done("P-7"))


def test_a_run_and_a_person_are_asked_for_once(world: Any) -> None:
    pilot = opened_pilot(world)
    first = queries(world, started(pilot, 2))
    assert queries(world, started(pilot, 3)) < first


def started(pilot: Any, number: int) -> Posted:
    return rec(
        "unit", batch=pilot.batch_id, serial=serial(pilot, number), operator="ben", at=LATER
    )
