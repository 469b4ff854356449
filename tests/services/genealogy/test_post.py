"""Records of any kind: stored once, answered each, all of them or what can be taken."""

from decimal import Decimal
from typing import Any
from uuid import uuid4

import pytest

from firstoff.db.models import Consumption, FloorRecord, LedgerEntry, Lot, Unit
from firstoff.errors import NotAllowed, NotFound, Refused
from firstoff.queries.ledger import verify
from tests.conftest import NOW
from tests.making import MINUTE, opened_pilot
from tests.recording import LATER, lot, on_hand, post, rec, refused, unit


def test_a_lot_and_its_consumption_in_one_post(world: Any) -> None:
    item = {"lot": "GLZ-7781", "quantity": "0.02"}
    consume = rec("consume", part="PCBA", serial="P-1", items=[item])
    answer = post(world, *lot(), unit("P-1"), consume)
    edge = Consumption.objects.get()
    assert [a.state for a in answer.answers] == ["stored"] * 4
    assert (edge.unit.serial, edge.lot.code, edge.quantity, edge.seq, edge.loaded) == (
        "P-1",
        "GLZ-7781",
        Decimal("0.02"),
        1,
        False,
    )
    assert (edge.record_id, on_hand("GLZ-7781")) == (FloorRecord.objects.get().pk, "9.98")
    assert verify().broken is None


def test_one_post_is_one_entry_of_the_ledger(world: Any) -> None:
    before = LedgerEntry.objects.count()
    post(world, *lot(), unit("P-1"))
    entry = LedgerEntry.objects.order_by("seq").last()
    assert (
        LedgerEntry.objects.count() - before,
        entry and entry.verb,
        entry and entry.subject,
    ) == (
        1,
        "genealogy.post_records",
        "3 records: lot, lot_status, unit",
    )


def test_posted_again_everything_is_stored_already(world: Any) -> None:
    item = {"lot": "GLZ-7781", "quantity": "0.02"}
    records = [*lot(), unit("P-1"), rec("consume", part="PCBA", serial="P-1", items=[item])]
    post(world, *records)
    entries = LedgerEntry.objects.count()
    again = post(world, *records)
    assert [a.state for a in again.answers] == ["already"] * 4
    assert (LedgerEntry.objects.count(), Consumption.objects.count()) == (entries, 1)


def test_the_same_id_with_another_content_is_refused(world: Any) -> None:
    uid = uuid4()
    post(world, *lot(), unit("P-1"), unit("P-2", id=uid))
    item = {"lot": "GLZ-7781", "quantity": "0.02"}
    consume = rec("consume", id=uid, part="PCBA", serial="P-1", items=[item])
    other = unit("P-3", id=uid)
    assert [code for code, _ in refused(world, consume, other)] == ["R-36", "R-36"]


def test_an_id_given_twice_in_one_post_stands_for_one_record(world: Any) -> None:
    uid = uuid4()
    answer = post(
        world, unit("P-1", id=uid), unit("P-1", id=uid), unit("P-2", id=uid), mode="best_effort"
    )
    assert [(a.state, a.code) for a in answer.answers] == [
        ("stored", ""),
        ("already", ""),
        ("refused", "R-36"),
    ]


def test_all_or_nothing_leaves_nothing(world: Any) -> None:
    item = {"lot": "GLZ-9", "quantity": "1"}
    with pytest.raises(Refused) as error:
        post(world, *lot(), unit("P-1"), rec("consume", part="PCBA", serial="P-1", items=[item]))
    assert error.value.message == (
        "1 of 4 records cannot be taken, and nothing was recorded. The first is record 4, consume "
        "P-1: There is no lot GLZ-9 here."
    )
    assert (Lot.objects.count(), Unit.objects.count()) == (0, 0)


def test_what_a_refused_record_had_begun_is_taken_back(world: Any) -> None:
    items = [{"lot": "GLZ-7781", "quantity": "4"}, {"lot": "GLZ-7781", "quantity": "7"}]
    first = rec("consume", part="PCBA", serial="P-1", items=items)
    then = rec("consume", part="PCBA", serial="P-1", items=[{"lot": "GLZ-7781", "quantity": "10"}])
    found = refused(world, *lot(), unit("P-1"), first, then)
    assert (found, on_hand("GLZ-7781")) == (
        [("R-67", "Lot GLZ-7781 of GLZ has 6 left; 7 cannot be taken from it.")],
        "0",
    )


def test_two_hundredths_fifty_times_leave_nothing(world: Any) -> None:
    items = [{"lot": "GLZ-7781", "quantity": "0.02"}]
    records = [rec("consume", part="PCBA", serial="P-1", items=items) for _ in range(50)]
    post(world, *lot(quantity="1"), unit("P-1"), *records)
    assert (on_hand("GLZ-7781"), Consumption.objects.count()) == ("0", 50)


def test_who_may_not_receive_lots_is_told(world: Any) -> None:
    with pytest.raises(NotAllowed) as error:
        post(world, *lot(), by=world.ben)
    assert error.value.message == "Ben Tams may not receive lots here."


def test_another_site_sees_nothing(world: Any) -> None:
    with pytest.raises(NotFound):
        post(world, unit("P-1"), by=world.cy)


def test_lots_of_two_parts_with_one_name_are_told_apart_by_the_part(world: Any) -> None:
    post(world, *lot("A-1"), *lot("A-1", part="INK"), unit("P-1"))
    unclear = rec("consume", part="PCBA", serial="P-1", items=[{"lot": "A-1", "quantity": 1}])
    clear = rec(
        "consume", part="PCBA", serial="P-1", items=[{"lot": "A-1", "part": "INK", "quantity": 1}]
    )
    assert refused(world, unclear, clear) == [
        ("invalid-input", "There are 2 lots A-1: of GLZ, INK.")
    ]
    assert (on_hand("A-1"), on_hand("A-1", "INK")) == ("10", "9")


def test_identifiers_are_kept_as_they_are(world: Any) -> None:
    for serial in ("007", "7", "Ω 1", "p-1", "P-1", "№ 5/ä"):
        post(world, unit(serial))
    assert sorted(Unit.objects.values_list("serial", flat=True)) == sorted(
        ["007", "7", "Ω 1", "p-1", "P-1", "№ 5/ä"]
    )
    (answer,) = refused(world, unit(" P-1"))
    assert answer[0] == "invalid-input"


def test_an_operation_consumes_and_ends_the_route(world: Any) -> None:
    pilot = opened_pilot(world)
    post(world, *lot())
    done = [
        rec(
            "operation",
            batch=pilot.batch_id,
            serial="CC1-P1-001",
            operation=seq,
            began_at=NOW + seq * MINUTE,
            ended_at=NOW + (seq + 1) * MINUTE,
            consumes=[{"lot": "GLZ-7781", "quantity": "1"}],
        )
        for seq in (10, 20, 30)
    ]
    answer = post(world, *done, by=world.ben)
    assert [a.state for a in answer.answers] == ["stored"] * 3
    stored = Unit.objects.get(serial="CC1-P1-001")
    assert (stored.state.place, on_hand("GLZ-7781"), stored.judgements.get().fit) == (
        "stock",
        "7",
        "pass",
    )
    assert [a.state for a in post(world, *done, by=world.ben).answers] == ["already"] * 3


def test_the_route_is_enforced_record_by_record(world: Any) -> None:
    pilot = opened_pilot(world)
    found = refused(
        world,
        rec("operation", batch=pilot.batch_id, serial="CC1-P1-001", operation=20, at=LATER),
        rec("operation", batch=pilot.batch_id, serial="CC1-P1-002", operation=10, at=LATER),
    )
    assert found == [
        (
            "R-35",
            "CC1-P1-001 has no record of operation 10, Fit the ring. Operation 20 may not come "
            "before it.",
        ),
        ("not-found", "CC1-P1-002 is not started in CC1-P1."),
    ]


def test_a_unit_and_its_operations_in_one_post(world: Any) -> None:
    pilot = opened_pilot(world)
    begun = rec("unit", batch=pilot.batch_id, serial="CC1-P1-002", at=NOW + 3 * MINUTE)
    done = rec("operation", batch=pilot.batch_id, serial="CC1-P1-002", operation=10, at=LATER)
    answer = post(world, begun, done, by=world.ben)
    assert [(a.state, a.reasons) for a in answer.answers] == [("stored", ()), ("stored", ())]


def test_what_is_posted_moves_what_is_computed_of_its_program(world: Any) -> None:
    """A verdict kept from before a post would be wrong after it."""
    from firstoff.queries.ledger import version

    run = opened_pilot(world)
    before = version(run.program_id)
    post(world, rec("unit", batch=run.batch_id, serial=f"{run.batch_id}-002", operator="ben"))
    after = version(run.program_id)
    assert after > before
    post(world, *lot())
    assert version(run.program_id) > after  # of no program: it may be about any
