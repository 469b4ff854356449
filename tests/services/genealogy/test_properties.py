"""Whatever comes, in whatever order: balances are the sum of the records, readings follow them."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from firstoff.db.models import BatchConsumption, Consumption, LotBalance, LotMove
from firstoff.services import genealogy
from tests.conftest import NOW
from tests.making import opened_pilot
from tests.recording import lot, post, rec, unit

LOTS, BOARDS, BOXES = ("A", "B"), ("P-1", "P-2"), ("B-1", "B-2", "B-3")
PACKAGES, SHIPMENTS = ("C-1", "C-2"), ("S-1", "S-2")
MADE = ("CC1-P1-002", "CC1-P1-003")
AMOUNTS = ("0.000001", "0.02", "1", "3.5", "40")

_minute = st.integers(10, 40)


def _some(*names: str) -> st.SearchStrategy[str]:
    return st.sampled_from(names)


STEPS = st.one_of(
    st.tuples(st.just("consume"), _some(*BOARDS), _some(*LOTS), _some(*AMOUNTS)),
    st.tuples(st.just("batch"), _some(*LOTS), _some(*AMOUNTS)),
    st.tuples(st.just("adjust"), _some(*LOTS), _some("-1", "2.5", "-100")),
    st.tuples(st.just("split"), _some(*LOTS), _some("A1", "B1", "B"), _some(*AMOUNTS)),
    st.tuples(st.just("merge"), _some(*LOTS), _some("M"), _some(*AMOUNTS)),
    st.tuples(st.just("status"), _some(*LOTS), _some("accepted", "rejected", "quarantine")),
    st.tuples(st.just("install"), _some(*BOXES), _some(*BOARDS, *BOXES)),
    st.tuples(st.just("remove"), _some(*BOXES), _some(*BOARDS, *BOXES)),
    st.tuples(st.just("pack"), _some(*PACKAGES), _some(*BOXES, *PACKAGES)),
    st.tuples(st.just("unpack"), _some(*PACKAGES)),
    st.tuples(st.just("ship"), _some(*SHIPMENTS), _some(*BOXES, *PACKAGES)),
    st.tuples(st.just("cancel"), _some(*SHIPMENTS)),
    st.tuples(st.just("return"), _some(*BOXES)),
    st.tuples(st.just("scrap"), _some(*BOXES, *BOARDS)),
    st.tuples(st.just("load"), _some(*LOTS), _minute, _some("", "0.5", "1")),
    st.tuples(st.just("unload"), _minute),
    st.tuples(st.just("done"), _some(*MADE), _minute),
    st.tuples(st.just("rework"), _some(*MADE), _minute),
    st.tuples(st.just("void"), st.integers(0, 30)),
)


def part_of(serial: str) -> str:
    return "PCBA" if serial in BOARDS else "BOX"


def record(step: tuple[Any, ...], place: int, before: list[Any]) -> Any:
    """The record that a step is. Each comes a second after the one before it."""
    at = NOW + timedelta(hours=1, seconds=place)
    match step:
        case "consume", serial, code, amount:
            item = [{"lot": code, "quantity": amount}]
            return rec("consume", part="PCBA", serial=serial, items=item, at=at)
        case "batch", code, amount:
            item = [{"lot": code, "quantity": amount}]
            return rec("consume", batch="CC1-P1", items=item, at=at)
        case "adjust", code, by:
            return rec("lot_adjust", lot=code, by=by, reason="counted", at=at)
        case "split", code, into, amount:
            return rec("lot_split", lot=code, into=[{"lot": into, "quantity": amount}], at=at)
        case "merge", code, into, amount:
            return rec("lot_merge", lots=[{"lot": code, "quantity": amount}], into=into, at=at)
        case "status", code, status:
            return rec("lot_status", lot=code, status=status, reason="seen", at=at)
        case ("install" | "remove") as kind, box, child:
            name = {"part": part_of(child), "serial": child}
            return rec(kind, part="BOX", serial=box, child=name, at=at)
        case "pack", package, inner:
            return rec("pack", package=package, at=at, **contents(inner))
        case "unpack", package:
            return rec("unpack", package=package, at=at)
        case "ship", shipment, inner:
            return rec("ship", shipment=shipment, customer="Harrods", at=at, **contents(inner))
        case "cancel", shipment:
            return rec("ship_cancel", shipment=shipment, reason="stayed", at=at)
        case "return", box:
            return rec("return", part="BOX", serial=box, at=at)
        case "scrap", serial:
            return rec("scrap", part=part_of(serial), serial=serial, reason="cracked", at=at)
        case "load", code, minute, per_unit:
            reel = {"per_unit": per_unit} if per_unit else {}
            when = NOW + timedelta(minutes=minute)
            return rec("load", batch="CC1-P1", operation=10, lot=code, at=when, **reel)
        case "unload", minute:
            return rec("unload", batch="CC1-P1", operation=10, at=NOW + timedelta(minutes=minute))
        case ("done" | "rework") as kind, serial, minute:
            given = {"batch": "CC1-P1", "serial": serial, "at": NOW + timedelta(minutes=minute)}
            if kind == "rework":
                return rec("rework", reason="again", **given)
            return rec("operation", operation=10, **given)
        case "void", number:
            wrong = before[number % len(before)].id if before else None
            return rec("void", supersedes=wrong, reason="wrong", at=at) if wrong else None
    raise ValueError(step)


def contents(inner: str) -> dict[str, Any]:
    if inner in PACKAGES:
        return {"packages": [inner]}
    return {"part": "BOX", "units": [{"serial": inner}]}


def held(world: Any, steps: list[tuple[Any, ...]], size: int) -> None:
    """Take the steps in posts of this size, as far as each can be taken, and look at all of it."""
    made: list[Any] = []
    for place, step in enumerate(steps):
        found = record(step, place, made)
        made += [found] if found is not None else []
    for start in range(0, len(made), size):
        post(world, *made[start : start + size], mode="best_effort")
    assert genealogy.check() == ()
    balances = {b.lot_id: b.on_hand for b in LotBalance.objects.all()}
    drawn: dict[int, Decimal] = dict.fromkeys(balances, Decimal(0))
    for row in (*Consumption.objects.all(), *BatchConsumption.objects.all()):
        drawn[row.lot_id] += row.quantity
    for move in LotMove.objects.all():
        drawn[move.source_id or -1] = drawn.get(move.source_id or -1, Decimal(0)) + move.quantity
        drawn[move.target_id or -1] = drawn.get(move.target_id or -1, Decimal(0)) - move.quantity
    for balance in LotBalance.objects.select_related("lot"):
        assert balance.on_hand == balance.lot.quantity - drawn[balance.lot_id] >= 0


@settings(
    max_examples=25,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(steps=st.lists(STEPS, min_size=3, max_size=25), size=st.integers(1, 9))
def test_any_sequence_keeps_balances_and_readings(
    world: Any, steps: list[tuple[Any, ...]], size: int
) -> None:
    with transaction.atomic():
        opened_pilot(world)
        begun = [
            rec("unit", batch="CC1-P1", serial=serial, at=NOW + timedelta(minutes=3))
            for serial in MADE
        ]
        boards = [unit(serial) for serial in BOARDS]
        boxes = [unit(serial, "BOX") for serial in BOXES]
        post(world, *lot("A", "5"), *lot("B", "50"), *boards, *boxes, *begun)
        held(world, steps, size)
        transaction.set_rollback(True)
