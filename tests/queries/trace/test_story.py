"""A unit's whole story: what happened, on what, by whom, what differs, where it is."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from firstoff.db.models import (
    Calibration,
    Equipment,
    LotBalance,
    LotStatusRecord,
    ManufacturerPart,
    Package,
    RouteRelease,
    Run,
    Signature,
)
from firstoff.errors import NotFound
from firstoff.queries import trace
from firstoff.rules.trace import AsOf
from firstoff.services import access, execution
from firstoff.services.execution import PostedMeasure, PostedStep, PostedUnit
from firstoff.terms import Place, Verdict
from tests.conftest import NOW, World
from tests.making import MINUTE, make_pilot, with_skill
from tests.queries.trace.genealogy import Floor, hour


def built(world: World, floor: Floor, count: int = 1) -> None:
    """Units of the batch, each done at every operation."""
    execution.record_units(
        run_id=floor.run_id or 0,
        records=[
            PostedUnit(
                serial=f"CC1-P1-{n:03}",
                started_at=NOW + n * MINUTE,
                judged_at=NOW + n * MINUTE + timedelta(hours=1),
                operator="ben",
                fit="pass",
                finish="pass",
                function="pass",
                steps=tuple(PostedStep(seq, Decimal(60)) for seq in (10, 20, 30)),
                measures=(PostedMeasure("1", Decimal("0.5")),),
            )
            for n in range(1, count + 1)
        ],
        by=world.ada,
        at=NOW + timedelta(hours=2),
    )
    floor.positions = count


@pytest.fixture
def floor(world: World) -> Floor:
    pilot = make_pilot(world, planned_quantity=400)
    found = Floor(world, pilot.run_id)
    execution.start_unit(run_id=pilot.run_id, serial="CC1-P1-001", by=world.ben, at=NOW + MINUTE)
    execution.record_first_article(
        run_id=pilot.run_id,
        serial="CC1-P1-001",
        by=world.ivy,
        passed=True,
        checked=2,
        conforming=2,
        at=NOW + MINUTE,
    )
    return found


def story(world: World, serial: str = "CC1-P1-001", part: str = "CC-1", as_of: Any = None) -> Any:
    return trace.story(world.vic, "STOKE", part, serial, as_of)


def first(floor: Floor) -> Any:
    from firstoff.db.models import Unit

    return Unit.objects.get(serial="CC1-P1-001")


def told(found: Any) -> list[str]:
    return [h.what for h in found.timeline]


def test_who_built_it_from_what_with_which_tests(world: World, floor: Floor) -> None:
    built(world, floor)
    lot = floor.lot("GLZ-7781")
    LotBalance.objects.create(lot=lot, on_hand=1, status="accepted")
    floor.consume(first(floor), lot, hour(1), quantity=Decimal("0.02"))
    found = story(world)
    assert [(o.name, o.standing.verdict) for o in found.used.operators] == [("Ben Tams", None)]
    assert [(x.code, x.quantity, x.status) for x in found.lots] == [
        ("GLZ-7781", Decimal("0.02"), "accepted")
    ]
    assert found.where.place is Place.STOCK
    assert "Operation 20 Seat the lid done" in told(found)


def test_a_unit_from_elsewhere_has_a_story_too(world: World, floor: Floor) -> None:
    floor.unit("BD-1", "陶 7/8")
    found = story(world, "陶 7/8", "BD-1")
    assert (found.unit.run, found.differences, told(found)) == (None, (), ["Started"])


def test_installed_removed_shipped_and_returned_in_order(world: World, floor: Floor) -> None:
    built(world, floor)
    unit = first(floor)
    lid, other = floor.unit("LD", "LD-1"), floor.unit("LD", "LD-2")
    floor.install(lid, unit, hour(3), hour(4), position="top", content='{"reason":"torn"}')
    floor.install(other, unit, hour(4), position="top")
    shipment = floor.ship([unit], "SO-1", hour(5))
    floor.state(unit, "returned", hour(6), shipment=shipment)
    floor.happened("return", hour(6), unit=unit, content='{"customer":"Acme","failure":"leaks"}')
    found = story(world)
    later = [(h.what, h.detail, h.good) for h in found.timeline if h.at >= hour(3)]
    assert later == [
        ("LD-1 installed", "at top", None),
        ("LD-1 removed", "torn", False),
        ("LD-2 installed", "at top", None),
        ("Shipped to Acme", "shipment SO-1", None),
        ("Returned by Acme", "leaks", False),
    ]
    assert [h.what for h in story(world, "LD-1", "LD").timeline[-2:]] == [
        "Installed in CC1-P1-001",
        "Removed from CC1-P1-001",
    ]
    assert (found.where.place, found.where.customer) == (Place.RETURNED, "Acme")


def test_a_part_is_where_the_unit_is_that_it_is_in(world: World, floor: Floor) -> None:
    built(world, floor)
    unit, lid = first(floor), floor.unit("LD", "LD-1")
    floor.install(lid, unit, hour(3))
    pallet = Package.objects.create(site=world.site, code="PAL-1", kind="pallet", **floor.record)
    carton = Package.objects.create(site=world.site, code="C-9", kind="carton", **floor.record)
    from firstoff.db.models import PackageState

    PackageState.objects.create(package=carton, inside=pallet)
    floor.state(unit, "packed", hour(5), package=carton, holds=1)
    floor.state(lid, "installed", hour(3))
    where = story(world, "LD-1", "LD").where
    assert (where.place, where.inside, where.package, where.pallet) == (
        Place.PACKED,
        ("CC-1", "CC1-P1-001"),
        "C-9",
        "PAL-1",
    )
    assert (where.held, story(world).where.held) == ((), ("held",))


def test_as_shipped_shows_what_was_in_it_then(world: World, floor: Floor) -> None:
    unit = first(floor)
    old, new = floor.unit("LD", "LD-1"), floor.unit("LD", "LD-2")
    floor.install(old, unit, hour(3), hour(8))
    floor.install(new, unit, hour(8))
    with pytest.raises(NotFound, match="was not shipped"):
        story(world, as_of=AsOf.SHIPPED)
    shipment = floor.ship([unit], "SO-1", hour(5))
    floor.state(unit, "shipped", hour(5), shipment=shipment)
    assert [p.serial for p in story(world, as_of=AsOf.SHIPPED).built.root.parts] == ["LD-1"]
    assert [p.serial for p in story(world, as_of=hour(1)).built.root.parts] == []
    assert [p.serial for p in story(world).built.root.parts] == ["LD-2"]


def test_equipment_as_it_was_calibrated_and_people_as_they_were_trained(world: World) -> None:
    pilot = make_pilot(world, definition=with_skill("lids"), bar=None)
    floor = Floor(world, pilot.run_id)
    unit = floor.unit("CC-1", "X-1", in_run=True, equipment=Equipment.objects.get(code="G-11"))
    from firstoff.db.models import OperationContext, OperationRecord

    done = OperationRecord.objects.create(
        run_id=pilot.run_id,
        unit=unit,
        seq=20,
        began_at=hour(1),
        ended_at=hour(2),
        operator=floor.person,
        equipment=Equipment.objects.get(code="L2-40"),
        builder_class="line",
        outcome="pass",
        **floor.record,
    )
    OperationContext.objects.create(
        operation=done, instruction="ab" * 32, tools='["J-02"]', **floor.record
    )
    for at, result in ((hour(-30), "pass"), (hour(9), "fail")):
        Calibration.objects.create(
            equipment=Equipment.objects.get(code="G-11"),
            calibrated_at=at,
            as_found=result,
            as_left="pass",
            **floor.record,
        )
    found = story(world, "X-1")
    said = {e.code: (e.standing.verdict, e.standing.sentence) for e in found.used.equipment}
    assert said == {
        "G-11": (Verdict.NOT_MET, "Calibrated 2026-05-07; found failing 2026-05-08, after."),
        "L2-40": (None, ""),
        "J-02": (None, ""),
    }
    (ben,) = found.used.operators
    assert (ben.did, ben.standing.sentence) == (
        ("started it", "20 Seat the lid"),
        "Not trained then: lids.",
    )
    access.record_training(
        site_id=world.site.pk,
        username="ben",
        skill="lids",
        valid_from=date(2026, 1, 1),
        by=world.adam,
        at=NOW,
    )
    (ben,) = story(world, "X-1").used.operators
    assert ben.standing.sentence == "Trained then: lids."


def test_what_differs_from_the_definition_and_from_the_batch(world: World, floor: Floor) -> None:
    built(world, floor, 6)
    from firstoff.db.models import OperationRecord, Unit

    units = list(Unit.objects.filter(run=floor.run_id).order_by("position"))
    maker = ManufacturerPart.objects.create(
        part=floor.part("RES"), manufacturer="Yageo", mpn="RC0402"
    )
    ring, odd = floor.lot("R-1", "RING"), floor.lot("Q-1", "RES", manufacturer_part=maker)
    for lot in (ring, odd):
        LotBalance.objects.create(lot=lot, on_hand=1, status="accepted")
    LotStatusRecord.objects.create(lot=odd, status="accepted", decided_at=hour(9), **floor.record)
    for unit in units[1:]:
        floor.consume(unit, ring, hour(1))
    floor.consume(units[0], odd, hour(1))
    assert OperationRecord.objects.filter(unit=units[0]).count() == 3
    said = [(d.kind.value, d.sentence) for d in story(world).differences]
    assert said == [
        ("missing", "Glaze colour (2) is not measured."),
        ("missing", "RING is not recorded; 5 of the 5 units beside it in its batch hold it."),
        ("extra", "RES is in this unit; 0 of the 5 units beside it in its batch hold it."),
        ("unapproved", "Lot Q-1 of RES went in while it was in quarantine."),
    ]  # the first unit has nothing before it that its makers could differ from


def test_a_maker_is_new_where_no_unit_like_its_holder_held_it(world: World, floor: Floor) -> None:
    """At any depth: a board is compared with the boards before it, wherever those went."""
    built(world, floor, 3)
    from firstoff.db.models import Unit

    units = list(Unit.objects.filter(run=floor.run_id).order_by("position"))
    makers = {
        name: ManufacturerPart.objects.create(part=floor.part("RES"), manufacturer=name, mpn="R")
        for name in ("Yageo", "Vishay", "Batched")
    }
    lots = {
        name: floor.lot(f"L-{name}", "RES", manufacturer_part=maker)
        for name, maker in makers.items()
    }
    for place, unit in enumerate(units):
        board = floor.unit("BRD", f"B-{place}")
        floor.install(board, unit, hour(1))
        floor.consume(board, lots["Vishay" if place == 2 else "Yageo"], hour(1))
    floor.consume_in_batch(lots["Batched"], hour(1))

    def new(serial: str) -> list[str]:
        return [d.about for d in story(world, serial).differences if "its kind" in d.sentence]

    assert [new(u.serial) for u in units] == [[], [], ["Vishay R"]]


def test_a_refusal_that_was_lifted_is_part_of_the_story(world: World, floor: Floor) -> None:
    sign = Signature.objects.create(
        meaning="x", role="quality_manager", subject="s", content_digest="0" * 64, **floor.record
    )
    RouteRelease.objects.create(
        run=Run.objects.get(pk=floor.run_id),
        rule="order",
        subject="CC1-P1-001",
        reason="agreed",
        signature=sign,
        **floor.record,
    )
    assert "Refusal lifted by signature: order" in told(story(world))


def test_nobody_from_another_site_reads_it(world: World, floor: Floor) -> None:
    with pytest.raises(NotFound):
        trace.story(world.cy, "STOKE", "CC-1", "CC1-P1-001")


COST = 50


@pytest.mark.parametrize("count", [1, 3, 300])
def test_a_story_costs_the_same_queries_however_long(
    world: World, floor: Floor, count: int
) -> None:
    built(world, floor, min(count, 20))
    unit = first(floor)
    for n in range(count):
        part = floor.unit("LD", f"LD-{n}")
        floor.install(part, unit, hour(1))
        floor.consume(unit if n < 3 else part, floor.lot(f"L-{n}"), hour(1))
        floor.happened("repair", hour(2), unit=unit, content='{"what":"filed"}')
    story(world)
    with CaptureQueriesContext(connection) as seen:
        found = story(world)
    assert (len(seen), len(found.built.root.parts)) == (COST, count)
