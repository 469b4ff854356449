"""The installation that is measured: a scratch home with the demo and programs of its own."""

import json
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from benchmarks.records import STEPS, as_json, samples

SITE = "STOKE"

DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Made:
    """A run that takes records. ``units``: how many it has."""

    program: str  # code
    batch: str
    run_id: int
    units: int


def build(units: int) -> Made:
    """Migrate, load the demo and make a run of that many units. Django has to be set up."""
    from firstoff.services import demo, upkeep

    upkeep.migrate()
    demo.load(at=datetime.now(UTC))
    made = open_run("BENCH", sample=units)
    post(made, 2, units - 1)
    return Made(made.program, made.batch, made.run_id, units)


def open_run(code: str, *, sample: int) -> Made:
    """A program of its own with a pilot run: bar locked, first unit built and inspected."""
    from firstoff.services import execution, plan
    from firstoff.services.demo.story import PASSWORD

    eli, now = person("eli"), datetime.now(UTC)
    loaded = plan.load_definition(
        site_id=_site(), definition=_definition(code), by=eli, at=now - 9 * DAY
    )
    plan.freeze_baseline(program_id=loaded.program_id, by=eli, at=now - 8 * DAY)
    made = execution.create_run(
        program_id=loaded.program_id,
        batch_id=f"{code}-P1",
        planned_quantity=sample,
        line="Line 2",
        equipment=["BENCH-L9"],
        serial_pattern="{batch}-{n:05}",
        by=eli,
        at=now - 7 * DAY,
    )
    execution.lock_bar(
        run_id=made.id, bar=_bar(sample), password=PASSWORD, by=person("ada"), at=now - 6 * DAY
    )
    run = Made(code, made.batch_id, made.id, 1)
    post(run, 1, 1)
    execution.record_first_article(
        run_id=made.id,
        serial=f"{made.batch_id}-00001",
        passed=True,
        checked=2,
        conforming=2,
        by=person("ivy"),
        at=now - 5 * DAY + timedelta(minutes=10),
    )
    return run


def post(run: Made, first: int, count: int, size: int = 10_000) -> None:
    """Record units through the verb for many of them."""
    from firstoff.services import execution

    began = datetime.now(UTC) - 5 * DAY
    for start in range(first, first + count, size):
        batch = samples(run.batch, start, min(size, first + count - start), began)
        execution.record_units(
            run_id=run.run_id,
            records=decoded([as_json(s) for s in batch]),
            by=person("ivy"),
            at=datetime.now(UTC),
        )


def decoded(records: list[dict[str, Any]]) -> list[Any]:
    """Records as the API's decoder reads them."""
    import msgspec

    from firstoff.api.execution.units import BulkRecord

    body = json.dumps(records)
    return [r.posted() for r in msgspec.json.decode(body, type=list[BulkRecord])]


def token() -> str:
    """A token of an inspector that may read and record."""
    from firstoff.services import access

    now = datetime.now(UTC)
    made = access.create_token(
        site_id=_site(),
        name="benchmark",
        scopes=["read", "record"],
        username="ivy",
        by=person("adam"),
        at=now,
    )
    return str(made.secret)


def person(username: str) -> Any:
    from firstoff.queries.access import actor_named

    return actor_named(username)


def _site() -> int:
    from firstoff.queries.access import site

    return site(person("adam"), SITE).id


def _bar(sample: int) -> Any:
    from firstoff.rules.execution import Bar, BarCapability

    return Bar(
        sample=sample,
        max_rejects=max(1, sample // 25),
        commits=100_000,
        max_mean_minutes=Decimal(7),
        max_unit_minutes=Decimal(15),
        min_first_pass_yield=Decimal("0.95"),
        capabilities=(BarCapability("1", Decimal("1.33")), BarCapability("2", Decimal("1.00"))),
        bad_unit_cost=Decimal("61.40"),
        batch_cost=Decimal(1640),
        delay_days=7,
        delay_day_cost=Decimal(300),
    )


def _definition(code: str) -> Any:
    from firstoff.rules.plan import CatalogueCode, Definition, EquipmentFacts, PlanOperation
    from firstoff.rules.product import CharacteristicFacts, ProgramFacts
    from firstoff.terms import (
        CharacteristicClass,
        CharacteristicKind,
        EquipmentClass,
        EquipmentKind,
    )

    def measured(number: str, name: str, lower: str, upper: str, unit: str) -> Any:
        return CharacteristicFacts(
            number,
            name,
            CharacteristicKind.VARIABLE,
            CharacteristicClass.CRITICAL,
            lower=Decimal(lower),
            upper=Decimal(upper),
            unit=unit,
            method="Gauge G-9",
        )

    return Definition(
        program=ProgramFacts(code, f"Benchmark {code}", currency="GBP"),
        part=f"PART-{code}",
        part_name="Benchmark part",
        revision="A",
        characteristics=(
            measured("1", "Lid clearance", "0.30", "0.90", "mm"),
            measured("2", "Closing force", "7.0", "17.0", "N"),
        ),
        release_revision=True,
        operations=tuple(
            PlanOperation(
                seq,
                f"Step {seq}",
                Decimal(usual / 60).quantize(Decimal("0.001")),
                f"Do step {seq} as the sheet shows.",
                jig_not_needed=True,
                characteristics=("1", "2") if seq == 60 else (),
            )
            for seq, usual in STEPS.items()
        ),
        release_plan=True,
        equipment=(
            EquipmentFacts(
                "BENCH-L9", "Station 9", EquipmentKind.MACHINE, EquipmentClass.PRODUCTION
            ),
        ),
        defect_codes=(
            CatalogueCode("D-101", "Lid does not seat", "fit"),
            CatalogueCode("D-204", "Glaze pinholing", "finish"),
            CatalogueCode("D-300", "Leaks", "function"),
            CatalogueCode("D-310", "Scratched", "finish"),
        ),
    )
