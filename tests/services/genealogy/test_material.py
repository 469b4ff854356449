"""Lots: quarantine, what is left, reels on their places, what comes late."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

from firstoff.db.models import BatchConsumption, Consumption, Load, LotBalance
from tests.conftest import NOW
from tests.making import MINUTE, opened_pilot
from tests.recording import LATER, lot, on_hand, post, rec, refused, sound, unit

ONE = [{"lot": "GLZ-7781", "quantity": "1"}]


def consume(serial: str = "P-1", **fields: Any) -> Any:
    return rec("consume", part="PCBA", serial=serial, items=ONE, **fields)


def test_a_lot_in_quarantine_waits(world: Any) -> None:
    post(world, *lot(accepted=False), unit("P-1"))
    assert refused(world, consume()) == [
        ("R-22", "Lot GLZ-7781 of GLZ waits in quarantine for its incoming inspection.")
    ]


def test_a_rejected_lot_is_not_consumed(world: Any) -> None:
    no = rec("lot_status", lot="GLZ-7781", status="rejected", reason="cracked", at=NOW + MINUTE)
    post(world, *lot(), unit("P-1"), no)
    assert refused(world, consume(at=NOW + 2 * MINUTE)) == [
        ("R-22", "Lot GLZ-7781 of GLZ is rejected and cannot be consumed.")
    ]
    post(world, consume(at=NOW))  # it was accepted when this happened
    sound()


def test_an_expired_lot_is_not_consumed(world: Any) -> None:
    came = rec("lot", part="GLZ", lot="GLZ-7781", quantity="10", expires=NOW.date())
    yes = rec("lot_status", lot="GLZ-7781", status="accepted")
    post(world, came, yes, unit("P-1"), consume())
    assert refused(world, consume(at=LATER)) == [
        ("R-22", "Lot GLZ-7781 of GLZ expired on 2026-05-08.")
    ]


def test_a_used_up_lot_is_not_consumed_whatever_the_count_says(world: Any) -> None:
    gone = rec("lot_status", lot="GLZ-7781", status="depleted", at=NOW + MINUTE)
    post(world, *lot(), unit("P-1"), gone)
    assert refused(world, consume(at=NOW + MINUTE)) == [
        ("R-22", "Lot GLZ-7781 of GLZ is declared used up.")
    ]


def test_skip_lot_is_said_and_not_for_a_critical_part(world: Any) -> None:
    opened_pilot(world)  # CC-1 has a critical characteristic
    post(world, rec("lot", part="CC-1", lot="C-1", quantity=5), *lot(accepted=False))
    skipped = [
        rec("lot_status", lot=code, status="accepted", reason="skip-lot")
        for code in ("C-1", "GLZ-7781")
    ]
    assert refused(world, *skipped) == [
        ("R-22", "CC-1 has a critical characteristic: its lots are not accepted as skip-lot.")
    ]


def test_a_split_keeps_what_it_came_from_and_stands_as_it(world: Any) -> None:
    parted = rec(
        "lot_split",
        lot="GLZ-7781",
        into=[{"lot": "A", "quantity": "4"}, {"lot": "B", "quantity": "2.5"}],
    )
    post(world, *lot(), parted)
    assert (on_hand("GLZ-7781"), on_hand("A"), on_hand("B")) == ("3.5", "4", "2.5")
    assert set(LotBalance.objects.values_list("status", flat=True)) == {"accepted"}
    assert post(world, parted).answers[0].state == "already"
    (found,) = refused(world, rec("lot_split", lot="A", into=[{"lot": "C", "quantity": "5"}]))
    assert found == ("R-67", "Lot A of GLZ has 4 left; 5 cannot be taken from it.")
    sound()


def test_a_merge_is_as_good_as_its_worst(world: Any) -> None:
    post(world, *lot("A"), *lot("B", accepted=False))
    merged = rec(
        "lot_merge", lots=[{"lot": "A", "quantity": "4"}, {"lot": "B", "quantity": "1"}], into="M"
    )
    post(world, merged)
    found = LotBalance.objects.get(lot__code="M")
    assert (found.on_hand, found.status) == (Decimal(5), "quarantine")
    sound()


def test_a_lot_counted_again(world: Any) -> None:
    post(world, *lot(), rec("lot_adjust", lot="GLZ-7781", by="-3.5", reason="counted"))
    post(world, rec("lot_adjust", lot="GLZ-7781", by=1, reason="found"))
    assert on_hand("GLZ-7781") == "7.5"
    sound()


def test_a_consumption_taken_back_is_in_the_lot_again(world: Any) -> None:
    wrong = consume()
    post(world, *lot(), unit("P-1"), wrong)
    taken_back = rec("void", supersedes=wrong.id, reason="other unit")
    post(world, taken_back)
    assert (on_hand("GLZ-7781"), Consumption.objects.count()) == ("10", 0)
    assert post(world, taken_back).answers[0].state == "already"
    again = rec("void", supersedes=wrong.id, reason="twice")
    assert [code for code, _ in refused(world, again)] == ["R-36"]
    sound()


def test_a_part_out_of_a_lot_is_one_piece_of_it(world: Any) -> None:
    post(
        world,
        *lot("PCB-LOT", "2", part="PCBA"),
        unit("P-1", lot="PCB-LOT"),
        unit("P-2", lot="PCB-LOT"),
    )
    assert (on_hand("PCB-LOT", "PCBA"), Consumption.objects.count()) == ("0", 2)
    assert [code for code, _ in refused(world, unit("P-3", lot="PCB-LOT"))] == ["R-67"]
    sound()


def test_consumption_of_the_batch(world: Any) -> None:
    pilot = opened_pilot(world)
    post(world, *lot(), rec("consume", batch=pilot.batch_id, items=ONE, operation=10))
    assert (BatchConsumption.objects.get().quantity, on_hand("GLZ-7781")) == (Decimal(1), "9")
    sound()


def reel(lot: str, minute: int, **fields: Any) -> Any:
    at = NOW + minute * MINUTE
    return rec("load", batch="CC1-P1", operation=10, position="F1", lot=lot, at=at, **fields)


def done(serial: str, minute: int, **fields: Any) -> Any:
    at = NOW + minute * MINUTE
    return rec("operation", batch="CC1-P1", serial=serial, operation=10, at=at, **fields)


def begun(*numbers: int) -> list[Any]:
    return [
        rec("unit", batch="CC1-P1", serial=f"CC1-P1-{n:03}", at=NOW + 3 * MINUTE) for n in numbers
    ]


def carried() -> list[tuple[str, str, str]]:
    rows = Consumption.objects.filter(loaded=True).order_by("unit__serial", "lot__code")
    return [(c.unit.serial[-3:], c.lot.code, f"{c.quantity.normalize():f}") for c in rows]


def test_every_unit_carries_the_reel_until_the_next_scan(world: Any) -> None:
    opened_pilot(world)
    post(world, *lot("R-1"), *lot("R-2"), *begun(2, 3, 4))
    post(
        world,
        reel("R-1", 10, per_unit="2"),
        done("CC1-P1-002", 11),
        reel("R-2", 12),
        done("CC1-P1-003", 13),
    )
    assert carried() == [("002", "R-1", "2"), ("003", "R-2", "0")]
    assert (on_hand("R-1"), on_hand("R-2")) == ("8", "10")
    sound()


def test_a_reel_told_late_is_carried_by_the_units_done_meanwhile(world: Any) -> None:
    opened_pilot(world)
    post(world, *lot("R-1"), *lot("R-2"), *begun(2, 3, 4), reel("R-1", 10, per_unit="1"))
    post(world, done("CC1-P1-002", 11), done("CC1-P1-003", 20), done("CC1-P1-004", 30))
    post(world, reel("R-2", 15, per_unit="3"))
    assert carried() == [("002", "R-1", "1"), ("003", "R-2", "3"), ("004", "R-2", "3")]
    assert (on_hand("R-1"), on_hand("R-2")) == ("9", "4")
    sound()


def test_a_scan_taken_back_gives_the_place_to_the_reel_before(world: Any) -> None:
    opened_pilot(world)
    wrong = reel("R-2", 15, per_unit="3")
    post(world, *lot("R-1"), *lot("R-2"), *begun(2, 3), reel("R-1", 10, per_unit="1"), wrong)
    post(world, done("CC1-P1-002", 11), done("CC1-P1-003", 20))
    post(world, rec("void", supersedes=wrong.id, reason="wrong place", at=LATER))
    assert carried() == [("002", "R-1", "1"), ("003", "R-1", "1")]
    assert (on_hand("R-1"), on_hand("R-2"), Load.objects.count()) == ("8", "10", 1)
    sound()


def test_an_unloaded_reel_is_carried_no_more(world: Any) -> None:
    opened_pilot(world)
    off = rec("unload", batch="CC1-P1", operation=10, position="F1", at=NOW + 15 * MINUTE)
    post(world, *lot("R-1"), *begun(2, 3), reel("R-1", 10), done("CC1-P1-002", 11), off)
    post(world, done("CC1-P1-003", 20))
    assert carried() == [("002", "R-1", "0")]
    post(world, rec("void", supersedes=off.id, reason="it stayed", at=LATER))
    assert carried() == [("002", "R-1", "0"), ("003", "R-1", "0")]
    assert [
        code for code, _ in refused(world, rec("unload", batch="CC1-P1", operation=20, at=LATER))
    ] == ["R-38"]
    sound()


def test_an_empty_reel_stops_the_operation(world: Any) -> None:
    opened_pilot(world)
    post(world, *lot("R-1", "1"), *begun(2, 3), reel("R-1", 10, per_unit="1"))
    found = refused(world, done("CC1-P1-002", 11), done("CC1-P1-003", 12))
    assert found == [("R-67", "Lot R-1 of GLZ has 0 left; 1 cannot be taken from it.")]
    sound()


def test_the_line_page_carries_reels_too(world: Any) -> None:
    from firstoff.services import execution

    pilot = opened_pilot(world)
    post(world, *lot("R-1"), reel("R-1", 10, per_unit="1"))
    for seq in (10, 20, 30):
        execution.record_operation(
            run_id=pilot.run_id,
            serial="CC1-P1-001",
            seq=seq,
            began_at=NOW + (10 + seq) * MINUTE,
            ended_at=NOW + (11 + seq) * MINUTE,
            outcome="pass",
            by=world.ben,
            at=NOW + timedelta(hours=2),
        )
    assert (carried(), on_hand("R-1")) == ([("001", "R-1", "1")], "9")
    sound()
