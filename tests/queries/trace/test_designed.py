"""A unit as built against the bill of materials that was frozen for it."""

from dataclasses import replace
from decimal import Decimal
from typing import Any

from firstoff.db.models import Alternate, Approval, ManufacturerPart, Part
from firstoff.queries import trace
from firstoff.rules.bom.lines import LineFacts
from firstoff.services import bom, execution, ledger, plan, product
from tests.building import make_parts
from tests.conftest import NOW, World
from tests.making import CROCK, MINUTE, lock
from tests.queries.trace.genealogy import Floor, hour


def frozen(world: World) -> Floor:
    """A pilot of the crock, whose definition has a bill of materials; its first unit started."""
    from firstoff.db.models import PartRevision

    loose = replace(CROCK, release_revision=False, release_plan=False)
    by: dict[str, Any] = {"by": world.eli, "at": NOW}
    made = plan.load_definition(site_id=world.site.pk, definition=loose, **by)
    make_parts(world.site, "GLZ", "RING", "RING-2", "LID")
    lines = [
        LineFacts("GLZ", Decimal("0.02"), unit="kg"),
        LineFacts("RING", Decimal(2)),
        LineFacts("LID", Decimal(1)),
    ]
    revision = PartRevision.objects.get(part__number="CC-1")
    bom.set_lines(revision_id=revision.pk, lines=lines, **by)
    product.release_revision(program_id=made.program_id, revision="C", **by)
    plan.release_plan(program_id=made.program_id, revision="C", plan=made.plan, **by)
    plan.freeze_baseline(program_id=made.program_id, **by)
    run = execution.create_run(
        program_id=made.program_id, planned_quantity=20, line="Line 2", equipment=["L2-40"], **by
    )
    lock(world, run.id)
    execution.start_unit(run_id=run.id, serial="CC1-P1-001", by=world.ben, at=NOW + MINUTE)
    return Floor(world, run.id)


def material(world: World) -> list[tuple[str, str]]:
    found = trace.story(world.vic, "STOKE", "CC-1", "CC1-P1-001").differences
    skipped = ("quarantine", "earlier unit", "is not measured", "Operation")
    return [
        (d.kind.value, d.sentence)
        for d in found
        if not any(word in d.sentence for word in skipped)
    ]


def consumed(floor: Floor, code: str, part: str, quantity: str, **lot: Any) -> Any:
    from firstoff.db.models import Unit

    made = floor.lot(code, part, **lot)
    unit = Unit.objects.get(serial="CC1-P1-001")
    floor.consume(unit, made, hour(1), quantity=Decimal(quantity))
    return made


def test_nothing_recorded_of_material_says_nothing(world: World) -> None:
    frozen(world)
    assert material(world) == []


def test_what_is_short_absent_or_not_designed_is_told(world: World) -> None:
    floor = frozen(world)
    consumed(floor, "G-1", "GLZ", "0.02")
    consumed(floor, "R-1", "RING", "1")
    consumed(floor, "T-1", "TAPE", "3")
    assert material(world) == [
        ("missing", "RING: 1 of 2 are recorded yet."),
        ("missing", "LID has no record yet."),
        ("extra", "TAPE is not in the bill of materials."),
    ]


def test_an_alternate_counts_once_it_is_qualified(world: World) -> None:
    floor = frozen(world)
    for code, part, quantity in (
        ("G-1", "GLZ", "0.02"),
        ("R-2", "RING-2", "2"),
        ("L-1", "LID", "1"),
    ):
        consumed(floor, code, part, quantity)
    number = {part.number: part for part in Part.objects.all()}
    pair = Alternate.objects.create(part=number["RING"], alternate=number["RING-2"])
    assert material(world) == [
        ("unapproved", "RING-2 is in place of RING; nobody qualified it as an alternate.")
    ]
    with ledger.verb("test", by=world.ada, at=NOW, subject="x") as entry:
        entry.add(
            Approval(
                alternate=pair,
                decision="approved",
                form=True,
                fit=True,
                function=True,
                decided_at=NOW,
            )
        )
    assert material(world) == []


def test_a_source_that_is_not_on_the_approved_list_is_told(world: World) -> None:
    floor = frozen(world)
    ring = Part.objects.get(number="RING")
    good = ManufacturerPart.objects.create(part=ring, manufacturer="Trelleborg", mpn="OR-1")
    other = ManufacturerPart.objects.create(part=ring, manufacturer="Noname", mpn="X")
    for code, part, quantity in (("G-1", "GLZ", "0.02"), ("L-1", "LID", "1")):
        consumed(floor, code, part, quantity)
    consumed(floor, "R-1", "RING", "2", manufacturer_part=other)
    assert material(world) == []
    with ledger.verb("test", by=world.ada, at=NOW, subject="x") as entry:
        entry.add(Approval(manufacturer_part=good, decision="approved", decided_at=NOW))
    assert material(world) == [
        ("unapproved", "Noname X (RING) is not approved; approved: Trelleborg OR-1.")
    ]
