"""Labels asked for, printed and scanned back; units packed, shipped, taken back, repaired."""

from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from firstoff.db.models import (
    Customer,
    FloorRecord,
    LabelJob,
    LabelPrint,
    LedgerEntry,
    Package,
    Shipment,
    ShippedUnit,
    UnitState,
)
from firstoff.errors import InvalidInput, NotAllowed, NotFound, Refused, StaleState, Unavailable
from firstoff.formats.labels import scanned
from firstoff.queries.genealogy import labels as reads
from firstoff.queries.genealogy import packages, shipments
from firstoff.queries.ledger import verify
from firstoff.rules.genealogy import LabelWish
from firstoff.services.genealogy import labels, packs
from firstoff.terms import PackageKind, Place
from tests.making import MINUTE, Pilot, opened_pilot
from tests.packing import finish
from tests.recording import LATER

EVEN_LATER = LATER + timedelta(days=1)


@pytest.fixture
def made(world: Any) -> Pilot:
    """Three finished units: CC1-P1-001 to -003."""
    pilot = opened_pilot(world)
    finish(world, pilot, 1, 2, 3)
    return pilot


def wish(**more: Any) -> LabelWish:
    return LabelWish(**{"template": "unit", "size": "50x25", "batch": "CC1-P1", **more})


def ask(world: Any, by: Any = None, uid: UUID | None = None, **more: Any) -> LabelJob:
    return labels.ask_for_labels(
        site_id=world.site.pk, wish=wish(**more), by=by or world.ben, at=LATER, uid=uid
    )


def job(world: Any, row: LabelJob) -> reads.JobView:
    return reads.job(world.ben, "STOKE", row.uid)


def printed(world: Any, row: LabelJob, **more: Any) -> LabelPrint:
    return labels.print_labels(
        site_id=world.site.pk, job=job(world, row), by=world.ben, at=LATER, **more
    )


def verified(world: Any, serial: str, *codes: str) -> str:
    return labels.verify_label(
        site_id=world.site.pk,
        expected=reads.expected_of(world.ben, "STOKE", "CC-1", serial),
        found=[scanned(code) for code in codes],
        by=world.ben,
        at=LATER,
        uid=uuid4(),
    )


def code_of(world: Any, serial: str) -> str:
    return reads.expected_of(world.ben, "STOKE", "CC-1", serial).holds[0]


def pack(world: Any, code: str, *serials: str, **more: Any) -> Any:
    return packs.pack(
        site_id=world.site.pk,
        package=code,
        units=[("CC-1", s) for s in serials],
        by=more.pop("by", world.ben),
        at=LATER,
        uid=more.pop("uid", None) or uuid4(),
        **more,
    )


def ship(world: Any, code: str = "S-00001", **more: Any) -> Any:
    return packs.ship(
        site_id=world.site.pk,
        shipment=code,
        customer=more.pop("customer", "Example Instruments"),
        by=world.ben,
        at=EVEN_LATER,
        uid=uuid4(),
        **more,
    )


def customer(world: Any, name: str = "Example Instruments") -> Customer:
    return packs.add_customer(site_id=world.site.pk, name=name, by=world.ben, at=LATER)


# ---------------------------------------------------------------- labels


def test_every_unit_of_a_batch_gets_a_label_with_its_batch(world: Any, made: Pilot) -> None:
    view = job(world, ask(world))
    assert [(d.serial, d.batch, d.revision) for d in view.kept.labels] == [
        ("CC1-P1-001", "CC1-P1", "C"),
        ("CC1-P1-002", "CC1-P1", "C"),
        ("CC1-P1-003", "CC1-P1", "C"),
    ]
    assert (view.printed, view.count, verify().broken) == (False, 3, None)


def test_a_range_and_then_the_rest(world: Any, made: Pilot) -> None:
    ask(world, first=1, last=2)
    rest = job(world, ask(world, only_new=True))
    assert [d.serial for d in rest.kept.labels] == ["CC1-P1-003"]


def test_a_label_asked_for_again_needs_a_reason(world: Any, made: Pilot) -> None:
    ask(world)
    with pytest.raises(Refused) as error:
        ask(world, serial="CC1-P1-002")
    again = ask(world, serial="CC1-P1-002", reason="The first one tore.")
    assert (error.value.code, error.value.message) == (
        "R-64",
        "A label of CC1-P1-002 was asked for before.",
    )
    assert job(world, again).kept.reason == "The first one tore."


def test_a_job_printed_again_needs_a_reason_and_the_ledger_has_each(
    world: Any, made: Pilot
) -> None:
    row = ask(world)
    printed(world, row)
    with pytest.raises(Refused) as error:
        printed(world, row)
    printed(world, row, reason="The roll ran out.")
    entries = LedgerEntry.objects.filter(verb="genealogy.print_labels").count()
    assert (error.value.code, LabelPrint.objects.count(), entries) == ("R-64", 2, 2)


def test_the_same_job_posted_twice_is_one(world: Any, made: Pilot) -> None:
    uid = uuid4()
    first, again = ask(world, uid=uid), ask(world, uid=uid)
    entries = LedgerEntry.objects.filter(verb="genealogy.ask_for_labels").count()
    assert (first.pk == again.pk, LabelJob.objects.count(), entries) == (True, 1, 1)


def test_a_label_that_has_no_room_is_refused_before_it_is_a_job(world: Any, made: Pilot) -> None:
    with pytest.raises(InvalidInput):
        ask(world, size="25x10", gtin="9506000134352", marks="FCC ID: 2ABCD-CC1 " * 4)
    assert LabelJob.objects.count() == 0


def test_labels_of_a_batch_equipment_and_a_carton(world: Any, made: Pilot) -> None:
    pack(world, "C-1", "CC1-P1-001", "CC1-P1-002")
    batch = job(world, ask(world, template="batch", batch="", number="CC1-P1", size="80x40"))
    place = job(world, ask(world, template="place", batch="", number="J-02", size="50x25"))
    carton = job(world, ask(world, template="carton", batch="", number="C-1", size="100x100"))
    assert (batch.first.quantity, place.first.name) == (3, "Assembly jig")
    assert (carton.first.quantity, carton.first.batch, carton.first.part) == (2, "CC1-P1", "CC-1")


def test_who_may_not_record_units_prints_nothing(world: Any, made: Pilot) -> None:
    with pytest.raises(NotAllowed):
        ask(world, by=world.vic)
    with pytest.raises(NotFound):
        ask(world, by=world.cy)


def test_a_printer_is_named_by_the_settings_and_nobody_else(
    world: Any, made: Pilot, settings: Any
) -> None:
    settings.LABEL_PRINTERS = {"zebra-1": ("127.0.0.1", 1)}
    row = ask(world)
    with pytest.raises(InvalidInput):
        printed(world, row, printer="10.0.0.1:9100")
    with pytest.raises(Unavailable) as error:
        printed(world, row, printer="zebra-1")
    assert "zebra-1 does not answer" in error.value.message
    assert LabelPrint.objects.count() == 0


# ---------------------------------------------------------------- scanned back


def test_the_right_label_is_stored_as_a_record(world: Any, made: Pilot) -> None:
    ask(world)
    verified(world, "CC1-P1-001", code_of(world, "CC1-P1-001"))
    record = FloorRecord.objects.get(kind="label")
    assert (record.unit and record.unit.serial) == "CC1-P1-001"


def test_another_label_is_refused_and_the_ledger_knows(world: Any, made: Pilot) -> None:
    ask(world)
    with pytest.raises(Refused) as error:
        verified(world, "CC1-P1-001", code_of(world, "CC1-P1-002"))
    entry = LedgerEntry.objects.get(verb="genealogy.refuse_label")
    assert (error.value.code, entry.subject, FloorRecord.objects.count()) == (
        "R-64",
        "label of CC1-P1-001",
        0,
    )
    assert verify().broken is None


def test_gs1_is_read_whatever_way_the_scanner_sends_it(world: Any, made: Pilot) -> None:
    ask(world, gtin="9506000134352", size="80x40")
    said = verified(world, "CC1-P1-001", "]d2010950600013435221CC1-P1-001\x1d10CC1-P1")
    assert said.startswith("The label is the one applied")


def test_a_run_that_asks_for_it_packs_no_unit_without_its_label(world: Any, made: Pilot) -> None:
    ask(world, verify=True)
    with pytest.raises(Refused) as error:
        pack(world, "C-1", "CC1-P1-001")
    verified(world, "CC1-P1-001", code_of(world, "CC1-P1-001"))
    pack(world, "C-1", "CC1-P1-001")
    assert (error.value.code, error.value.message) == (
        "R-64",
        "The label of CC1-P1-001 was not scanned back; it cannot be packed.",
    )
    assert UnitState.objects.filter(place=Place.PACKED).count() == 1


# ---------------------------------------------------------------- packing


def test_units_in_cartons_on_a_pallet(world: Any, made: Pilot) -> None:
    pack(world, "C-1", "CC1-P1-001", "CC1-P1-002")
    pack(world, "C-2", "CC1-P1-003")
    packs.pack(
        site_id=world.site.pk,
        package="P-1",
        kind=PackageKind.PALLET,
        packages=["C-1", "C-2"],
        by=world.ben,
        at=LATER,
        uid=uuid4(),
    )
    view = packages.package(world.ben, "STOKE", "P-1")
    assert (view.contents.units, view.contents.packages, view.contents.batches) == (
        3,
        2,
        ("CC1-P1",),
    )
    assert view.inner == (("C-1", 2), ("C-2", 1))


def test_a_new_carton_of_two_stations_is_one_of_them(world: Any, made: Pilot) -> None:
    code = packs.new_package_code(world.site.pk, PackageKind.CARTON)
    pack(world, code, "CC1-P1-001", new=True)
    with pytest.raises(StaleState):
        pack(world, code, "CC1-P1-002", new=True)
    following = packs.new_package_code(world.site.pk, PackageKind.CARTON)
    assert (code, following) == ("C-00001", "C-00002")
    assert UnitState.objects.filter(place=Place.PACKED).count() == 1


def test_a_site_with_a_gs1_prefix_numbers_by_sscc(world: Any, made: Pilot, settings: Any) -> None:
    settings.GS1_PREFIXES = {"STOKE": "9506000"}
    codes = []
    for serial in ("CC1-P1-001", "CC1-P1-002"):
        codes.append(packs.new_package_code(world.site.pk, PackageKind.CARTON))
        pack(world, codes[-1], serial, new=True)
    assert codes == ["095060000000000015", "095060000000000022"]
    assert {scanned(f"(00){code}").sscc for code in codes} == set(codes)


def test_the_series_goes_on_beyond_five_digits(world: Any, made: Pilot) -> None:
    pack(world, "C-99999", "CC1-P1-001")
    pack(world, "C-100000", "CC1-P1-002")
    assert packs.new_package_code(world.site.pk, PackageKind.CARTON) == "C-100001"


def test_taken_out_again_with_a_reason(world: Any, made: Pilot) -> None:
    pack(world, "C-1", "CC1-P1-001", "CC1-P1-002")
    given = {"site_id": world.site.pk, "package": "C-1", "by": world.ben, "at": LATER}
    with pytest.raises(InvalidInput):
        packs.unpack(**given, reason="", uid=uuid4(), units=[("CC-1", "CC1-P1-002")])
    packs.unpack(**given, reason="Scratched", uid=uuid4(), units=[("CC-1", "CC1-P1-002")])
    assert packages.package(world.ben, "STOKE", "C-1").contents.units == 1


# ---------------------------------------------------------------- shipping, returns


def test_a_shipment_leaves_and_is_cancelled(world: Any, made: Pilot) -> None:
    customer(world)
    pack(world, "C-1", "CC1-P1-001", "CC1-P1-002")
    ship(world, packages=["C-1"], units=[("CC-1", "CC1-P1-003")], reference="PO 45")
    view = shipments.shipment(world.ben, "STOKE", "S-00001")
    assert (view.customer, view.reference, view.units, view.cancelled) == (
        "Example Instruments",
        "PO 45",
        3,
        0,
    )
    packs.cancel_shipment(
        site_id=world.site.pk,
        shipment="S-00001",
        reason="The truck did not come.",
        by=world.ben,
        at=EVEN_LATER,
        uid=uuid4(),
    )
    after = shipments.shipment(world.ben, "STOKE", "S-00001")
    assert (after.state, after.cancelled) == ("cancelled", 3)


def test_a_number_that_left_meanwhile_is_not_shipped_again(world: Any, made: Pilot) -> None:
    customer(world)
    ship(world, units=[("CC-1", "CC1-P1-001")])
    with pytest.raises(StaleState):
        ship(world, units=[("CC-1", "CC1-P1-002")])
    assert ShippedUnit.objects.count() == 1


def test_what_cannot_be_shipped_is_told_at_once_and_nothing_is_written(
    world: Any, made: Pilot
) -> None:
    before = (LedgerEntry.objects.count(), Customer.objects.count(), Package.objects.count())
    given = {"site_id": world.site.pk, "by": world.ben, "at": LATER}
    packs.check_shippable(**given, units=[("CC-1", "CC1-P1-001")])
    with pytest.raises(NotFound):
        packs.check_shippable(**given, packages=["C-9"])
    after = (LedgerEntry.objects.count(), Customer.objects.count(), Package.objects.count())
    assert (after, Shipment.objects.count()) == (before, 0)


def test_a_customer_has_to_be_known_and_in_use(world: Any, made: Pilot) -> None:
    with pytest.raises(NotFound):
        ship(world, units=[("CC-1", "CC1-P1-001")])
    customer(world)
    with pytest.raises(InvalidInput):
        customer(world, "example  INSTRUMENTS")
    packs.retire_customer(
        site_id=world.site.pk, name="Example Instruments", by=world.ben, at=LATER
    )
    with pytest.raises(Refused):
        ship(world, units=[("CC-1", "CC1-P1-001")])


def test_a_return_says_what_is_wrong_and_who_had_it(world: Any, made: Pilot) -> None:
    customer(world)
    ship(world, units=[("CC-1", "CC1-P1-001")])
    given = {
        "site_id": world.site.pk,
        "part": "CC-1",
        "serial": "CC1-P1-001",
        "by": world.ben,
        "at": EVEN_LATER + MINUTE,
    }
    with pytest.raises(InvalidInput):
        packs.take_return(**given, failure=" ", uid=uuid4())
    packs.take_return(**given, failure="The lid leaks.", uid=uuid4())
    (found,), total = shipments.returns(world.ben, "STOKE")
    assert (found.serial, found.customer, found.shipment, found.failure, total) == (
        "CC1-P1-001",
        "Example Instruments",
        "S-00001",
        "The lid leaks.",
        1,
    )


def test_a_repair_with_the_part_that_was_replaced_is_one_entry(world: Any, made: Pilot) -> None:
    from firstoff.db.models import Assembly
    from tests.recording import post, rec, unit

    post(
        world,
        unit("B-1", "PCBA"),
        rec("install", part="CC-1", serial="CC1-P1-001", child={"part": "PCBA", "serial": "B-1"},
            at=LATER),
        at=LATER,
    )  # fmt: skip
    packs.repair(
        site_id=world.site.pk,
        part="CC-1",
        serial="CC1-P1-001",
        what="Board replaced",
        removed=("PCBA", "B-1"),
        fitted=("PCBA", "B-2"),
        by=world.ben,
        at=LATER + MINUTE,
        uid=uuid4(),
    )
    held = Assembly.objects.filter(removed_at__isnull=True).select_related("child")
    assert [a.child.serial for a in held] == ["B-2"]


def test_scrapped_it_is_not_packed(world: Any, made: Pilot) -> None:
    given = {"site_id": world.site.pk, "part": "CC-1", "serial": "CC1-P1-001", "by": world.ben}
    packs.scrap(**given, at=LATER, reason="Broken in the drop test", uid=uuid4())
    with pytest.raises(Refused) as error:
        pack(world, "C-1", "CC1-P1-001")
    assert error.value.message == "CC1-P1-001 is scrapped; it cannot be packed."
