"""A small product and its pilot batch, made through the services, for tests that need one."""

from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from firstoff.rules.execution import Bar
from firstoff.rules.plan import CatalogueCode, Definition, EquipmentFacts, PlanOperation
from firstoff.rules.product import CharacteristicFacts, ProgramFacts
from firstoff.terms import CharacteristicClass, CharacteristicKind, EquipmentClass, EquipmentKind
from tests.conftest import NOW, PASSWORD

MINUTE = timedelta(minutes=1)
BAR = Bar(
    sample=20,
    max_rejects=1,
    commits=1000,
    max_mean_minutes=Decimal(6),
    bad_unit_cost=Decimal("61.40"),
)

CROCK = Definition(
    program=ProgramFacts("CC-1", "Counter crock", currency="GBP"),
    part="CC-1",
    part_name="Counter crock",
    revision="C",
    characteristics=(
        CharacteristicFacts(
            "1",
            "Lid clearance",
            CharacteristicKind.VARIABLE,
            CharacteristicClass.CRITICAL,
            lower=Decimal("0.30"),
            upper=Decimal("0.90"),
            unit="mm",
            method="Feeler gauge G-11",
        ),
        CharacteristicFacts(
            "2", "Glaze colour", CharacteristicKind.ATTRIBUTE, CharacteristicClass.MAJOR
        ),
    ),
    release_revision=True,
    operations=(
        PlanOperation(10, "Fit the ring", Decimal(1), "Press the ring on.", jig_not_needed=True),
        PlanOperation(
            20,
            "Seat the lid",
            Decimal("2.5"),
            "Slide the lid down the posts.",
            caution="The glazed edge chips.",
            jig="J-02",
            characteristics=("1", "2"),
        ),
        PlanOperation(30, "Apply the label", Decimal("0.5"), "Label the foot.", jig="J-02"),
    ),
    release_plan=True,
    equipment=(
        EquipmentFacts(
            "L2-40", "Station 40", EquipmentKind.MACHINE, EquipmentClass.PRODUCTION, line="Line 2"
        ),
        EquipmentFacts("J-02", "Assembly jig", EquipmentKind.JIG, EquipmentClass.PRODUCTION),
        EquipmentFacts("B-01", "Bench", EquipmentKind.MACHINE, EquipmentClass.BENCH),
        EquipmentFacts(
            "G-11",
            "Feeler gauge",
            EquipmentKind.GAUGE,
            EquipmentClass.PRODUCTION,
            calibration_due=date(2026, 5, 1),
        ),
    ),
    defect_codes=(
        CatalogueCode("D-101", "Lid does not seat", "fit"),
        CatalogueCode("D-204", "Glaze pinholing", "finish"),
        CatalogueCode("D-300", "Leaks", "function"),
    ),
)


@dataclass(frozen=True)
class Pilot:
    """A run of the crock, as it was made."""

    program_id: int
    baseline_id: int
    run_id: int
    batch_id: str


def make_program(
    world: Any, definition: Definition = CROCK, *, at: datetime = NOW
) -> tuple[int, int]:
    """The program and its baseline, by their keys."""
    from firstoff.services import plan

    loaded = plan.load_definition(
        site_id=world.site.pk, definition=definition, by=world.eli, at=at
    )
    baseline = plan.freeze_baseline(program_id=loaded.program_id, by=world.eli, at=at)
    return loaded.program_id, baseline.pk


def order_change(world: Any, program_id: int, revision: str, *, at: datetime) -> None:
    """An approved change order for another definition of the program's part."""
    from firstoff.services import access, change
    from tests.conftest import PASSWORD

    asked = change.request(
        program_id=program_id,
        title="Another plan",
        reason="The faces foul.",
        items=[change.Changed(CROCK.program.code, revision)],
        by=world.eli,
        at=at,
    )
    one: dict[str, Any] = {"program_id": program_id, "number": asked.number, "at": at}
    change.assess(**one, effectivity="date", effective_from=at.date().isoformat(), by=world.eli)
    change.approve(**one, confirmed=access.confirm(world.ada, PASSWORD, at), by=world.ada)


def make_pilot(
    world: Any,
    *,
    definition: Definition = CROCK,
    bar: Bar | None = BAR,
    at: datetime = NOW,
    **run: Any,
) -> Pilot:
    """A pilot run, its bar locked by Ada unless ``bar`` is None."""
    from firstoff.services import execution

    program_id, baseline_id = make_program(world, definition, at=at)
    made = execution.create_run(
        program_id=program_id,
        by=world.eli,
        at=at,
        **{"planned_quantity": 20, "line": "Line 2", "equipment": ["L2-40"], **run},
    )
    if bar is not None:
        lock(world, made.id, bar, at=at)
    return Pilot(program_id, baseline_id, made.id, made.batch_id)


def lock(world: Any, run_id: int, bar: Bar = BAR, *, at: datetime = NOW) -> Any:
    from firstoff.services import execution

    return execution.lock_bar(run_id=run_id, bar=bar, password=PASSWORD, by=world.ada, at=at)


def start(world: Any, pilot: Pilot, number: int, **given: Any) -> Any:
    """Unit ``number`` of the pilot, started by Ben a minute after the one before."""
    from firstoff.services import execution

    at = given.pop("at", NOW + number * MINUTE)
    serial = given.pop("serial", f"{pilot.batch_id}-{number:03}")
    by = given.pop("by", world.ben)
    return execution.start_unit(run_id=pilot.run_id, serial=serial, by=by, at=at, **given)


def pass_first_article(world: Any, pilot: Pilot, serial: str = "", **given: Any) -> Any:
    from firstoff.services import execution

    values = {"passed": True, "checked": 2, "conforming": 2, "at": NOW + 2 * MINUTE, **given}
    return execution.record_first_article(
        run_id=pilot.run_id, serial=serial or f"{pilot.batch_id}-001", by=world.ivy, **values
    )


def judge(world: Any, pilot: Pilot, number: int, **given: Any) -> Any:
    """Unit ``number`` judged by Ben: good, unless ``given`` says otherwise."""
    from firstoff.services import execution

    aspects = {"fit": "pass", "finish": "pass", "function": "pass", "build_seconds": Decimal(300)}
    values = {**aspects, "at": NOW + (number + 10) * MINUTE, **given}
    serial = values.pop("serial", f"{pilot.batch_id}-{number:03}")
    by = values.pop("by", world.ben)
    return execution.judge_unit(run_id=pilot.run_id, serial=serial, by=by, **values)


def opened_pilot(world: Any, **given: Any) -> Pilot:
    """A pilot with its first unit started and inspected: the batch is open."""
    pilot = make_pilot(world, **given)
    start(world, pilot, 1)
    pass_first_article(world, pilot)
    return pilot


def with_skill(skill: str) -> Definition:
    """The crock, where seating the lid and fitting the ring need a training."""
    operations = tuple(
        replace(o, required_skill=skill) if o.seq in (10, 20) else o for o in CROCK.operations
    )
    return replace(CROCK, operations=operations)
