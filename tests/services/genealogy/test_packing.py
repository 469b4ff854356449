"""Packing and shipping: nothing held, failed or unfinished leaves; who got what stays known."""

from typing import Any

from firstoff.db.models import PackageState, Shipment, ShippedUnit, UnitRoot, UnitState
from tests.conftest import NOW
from tests.making import MINUTE, opened_pilot
from tests.recording import LATER, lot, post, rec, refused, sound, unit


def units(*serials: str) -> list[dict[str, str]]:
    return [{"serial": serial} for serial in serials]


def pack(code: str, *serials: str, **fields: Any) -> Any:
    return rec("pack", package=code, part="BOX", units=units(*serials), **fields)


def ship(code: str, *serials: str, packages: Any = (), **fields: Any) -> Any:
    given = {"customer": "Harrods", "at": NOW + 5 * MINUTE, **fields}
    return rec(
        "ship", shipment=code, part="BOX", units=units(*serials), packages=packages, **given
    )


def boxes(*serials: str) -> list[Any]:
    return [unit(serial, "BOX") for serial in serials]


def places() -> dict[str, str]:
    return {s.unit.serial: s.place for s in UnitState.objects.select_related("unit")}


def test_units_into_a_carton_onto_a_pallet_to_a_customer(world: Any) -> None:
    pallet = rec("pack", package="PAL-1", package_kind="pallet", packages=["C-1"])
    post(world, *boxes("B-1", "B-2", "B-3"), pack("C-1", "B-1", "B-2"), pallet)
    post(world, ship("S-1", "B-3", packages=["PAL-1"]))
    assert places() == dict.fromkeys(("B-1", "B-2", "B-3"), "shipped")
    assert (Shipment.objects.get().customer.name, ShippedUnit.objects.count()) == ("Harrods", 3)
    assert set(PackageState.objects.values_list("shipment__code", flat=True)) == {"S-1"}
    sound()


def test_a_unit_is_in_one_package_at_a_time(world: Any) -> None:
    post(world, *boxes("B-1"), pack("C-1", "B-1"))
    assert refused(world, pack("C-2", "B-1"), ship("S-1", "B-1")) == [
        ("R-35", "B-1 is packed in C-1; it cannot be packed."),
        ("R-35", "B-1 is packed in C-1; it cannot be shipped."),
    ]
    post(world, rec("unpack", package="C-1"), pack("C-2", "B-1", at=NOW + MINUTE))
    assert places() == {"B-1": "packed"}
    sound()


def test_packages_hold_no_loops(world: Any) -> None:
    post(world, *boxes("B-1"), pack("C-1", "B-1"), rec("pack", package="C-2", packages=["C-1"]))
    found = refused(
        world,
        rec("pack", package="C-1", packages=["C-2"]),
        rec("pack", package="C-3", packages=["C-1"]),
        ship("S-1", packages=["C-1"]),
    )
    assert found == [
        ("R-38", "C-1 is inside C-2; it cannot hold it as well."),
        ("R-35", "C-1 is in C-2 already."),
        ("R-35", "C-1 is in C-2; it cannot be shipped alone."),
    ]


def test_what_failed_or_is_unfinished_is_not_packed(world: Any) -> None:
    pilot = opened_pilot(world)
    one = {"package": "C-1", "batch": pilot.batch_id, "units": units("CC1-P1-001")}
    (unfinished,) = refused(world, rec("pack", **one))
    failed = rec(
        "operation",
        batch=pilot.batch_id,
        serial="CC1-P1-001",
        operation=10,
        outcome="fail",
        defects=[{"code": "D-101"}],
        at=LATER,
    )
    post(world, failed)
    (found,) = refused(world, rec("pack", **one))
    assert (unfinished, found) == (
        (
            "R-35",
            "CC1-P1-001 is not finished: it has no record of operation 10, Fit the ring. It "
            "cannot be packed.",
        ),
        ("R-35", "CC1-P1-001 failed operation 10, Fit the ring; it cannot be packed."),
    )


def test_after_rework_the_route_goes_on_as_the_next_attempt(world: Any) -> None:
    pilot = opened_pilot(world)
    given = {"batch": pilot.batch_id, "serial": "CC1-P1-001"}

    def at(minute: int) -> dict[str, Any]:
        return {**given, "at": NOW + minute * MINUTE}

    post(
        world,
        rec("operation", operation=10, outcome="fail", defects=[{"code": "D-101"}], **at(10)),
    )
    assert [c for c, _ in refused(world, rec("operation", operation=10, **at(11)))] == ["R-36"]
    post(world, rec("rework", reason="ring off", from_operation=10, **at(12)))
    post(world, *(rec("operation", operation=seq, **at(13 + seq)) for seq in (10, 20, 30)))
    post(
        world,
        rec("pack", package="C-1", batch=pilot.batch_id, units=units("CC1-P1-001"), at=LATER),
    )
    assert places() == {"CC1-P1-001": "packed"}
    sound()


def test_a_shipped_lot_is_found_through_every_level(world: Any) -> None:
    item = [{"lot": "GLZ-7781", "quantity": "1"}]
    post(world, *lot(), *boxes("B-1"), unit("P-1"), rec("unit", part="CHIP", serial="U-1"))
    post(
        world,
        rec("consume", part="CHIP", serial="U-1", items=item),
        rec("install", part="PCBA", serial="P-1", child={"part": "CHIP", "serial": "U-1"}),
        rec("install", part="BOX", serial="B-1", child={"part": "PCBA", "serial": "P-1"}),
        ship("S-1", "B-1"),
    )
    assert [(r.lot.code, r.unit.serial) for r in UnitRoot.objects.all()] == [("GLZ-7781", "B-1")]
    post(
        world,
        *lot("LATE"),
        rec("consume", part="CHIP", serial="U-1", items=[{"lot": "LATE", "quantity": 1}]),
    )
    assert UnitRoot.objects.filter(lot__code="LATE").exists()
    sound()


def test_a_cancelled_shipment_leaves_units_where_they_were(world: Any) -> None:
    item = [{"lot": "GLZ-7781", "quantity": "1"}]
    post(world, *lot(), *boxes("B-1", "B-2"), rec("consume", part="BOX", serial="B-1", items=item))
    post(world, pack("C-1", "B-1"), ship("S-1", "B-2", packages=["C-1"]))
    no = rec("ship_cancel", shipment="S-1", reason="lorry broke down", at=NOW + 9 * MINUTE)
    post(world, no)
    assert (places(), UnitRoot.objects.count()) == ({"B-1": "packed", "B-2": "stock"}, 0)
    sound()
    post(world, rec("void", supersedes=no.id, reason="it left", at=LATER))
    assert (places(), UnitRoot.objects.count()) == ({"B-1": "shipped", "B-2": "shipped"}, 1)
    sound()


def test_a_shipment_taken_back_never_was(world: Any) -> None:
    wrong = ship("S-1", "B-2", packages=["C-1"])
    post(world, *boxes("B-1", "B-2"), pack("C-1", "B-1"), wrong)
    post(world, rec("void", supersedes=wrong.id, reason="other customer", at=LATER))
    assert (places(), ShippedUnit.objects.count()) == ({"B-1": "packed", "B-2": "in_process"}, 0)
    sound()


def test_a_unit_comes_back_only_when_it_left(world: Any) -> None:
    post(world, *boxes("B-1", "B-2"), ship("S-1", "B-1"))
    back = rec("return", part="BOX", serial="B-1", failure="dead", at=LATER)
    never = rec("return", part="BOX", serial="B-2", failure="dead", at=LATER)
    assert refused(world, back, never) == [
        ("R-35", "B-2 was not shipped, so it cannot come back.")
    ]
    assert places()["B-1"] == "returned"
    sound()


def test_scrap_goes_no_further(world: Any) -> None:
    post(world, *boxes("B-1"), rec("scrap", part="BOX", serial="B-1", reason="cracked"))
    assert refused(world, pack("C-1", "B-1"), ship("S-1", "B-1")) == [
        ("R-35", "B-1 is scrapped; it cannot be packed."),
        ("R-35", "B-1 is scrapped; it cannot be shipped."),
    ]
    sound()


def test_a_held_unit_is_refused_by_what_follows(world: Any) -> None:
    pilot = opened_pilot(world)
    post(world, *boxes("B-1", "B-2"), *lot())
    hold("B-1"), hold("CC1-P1-001")
    child = {"part": "BOX", "serial": "B-1"}
    found = refused(
        world,
        pack("C-1", "B-1"),
        ship("S-1", "B-1"),
        rec("install", part="BOX", serial="B-2", child=child),
        rec("consume", part="BOX", serial="B-1", items=[{"lot": "GLZ-7781", "quantity": 1}]),
        rec("operation", batch=pilot.batch_id, serial="CC1-P1-001", operation=10, at=LATER),
    )
    assert found == [
        ("R-62", "B-1 is held by containment C-0007 (t); it cannot be packed."),
        ("R-62", "B-1 is held by containment C-0007 (t); it cannot be shipped."),
        ("R-62", "B-1 is held by containment C-0007 (t); it cannot be installed in B-2."),
        ("R-62", "B-1 is held by containment C-0007 (t); it cannot be given more material."),
        (
            "R-62",
            "CC1-P1-001 is held by containment C-0007 (t); it cannot be recorded at operation 10.",
        ),
    ]


def hold(serial: str) -> None:
    """A containment that holds the unit, without the verb that opens one."""
    from firstoff.db.models import ContainedUnit, Containment, LedgerEntry, Person, Site, Unit

    entry = LedgerEntry.objects.order_by("seq").last()
    of = {"entry": entry, "by": Person.objects.get(username="ada"), "received_at": NOW}
    opened = Containment.objects.filter(number=7).first() or Containment.objects.create(
        site=Site.objects.get(code="STOKE"),
        number=7,
        title="t",
        reason="r",
        question="{}",
        opened_at=NOW,
        **of,
    )
    held = Unit.objects.get(serial=serial)
    ContainedUnit.objects.create(containment=opened, unit=held, place="stock", **of)
    UnitState.objects.create(unit=held, place="stock", since=NOW, holds=1)


def test_a_label_is_what_is_scanned(world: Any) -> None:
    post(world, *boxes("B-1"))
    good = rec("label", part="BOX", serial="B-1", expected="(21)B-1", scanned="(21)B-1")
    bad = rec("label", part="BOX", serial="B-1", expected="(21)B-1", scanned="(21)B-2")
    assert refused(world, good, bad) == [
        ("R-64", "The label of B-1 does not match: '(21)B-2' was scanned, '(21)B-1' is expected.")
    ]
