"""Many rows at once say the same as one row at a time."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction

from firstoff.db.inserts import insert
from firstoff.db.models import POSTED, Judgement, ProcedureRevision, TestRecord, Unit
from firstoff.db.rows import as_values
from firstoff.queries import ledger as chain
from firstoff.rules.ledger import canonical
from firstoff.services import execution, ledger
from firstoff.services.execution import PostedMeasure, PostedUnit
from firstoff.terms import Attempt
from tests.conftest import NOW, World
from tests.making import opened_pilot


def test_many_records_are_numbered_in_order_and_kept_as_one_by_one(world: World) -> None:
    pilot = opened_pilot(world)
    unit = Unit.objects.get()
    with ledger.verb("test.many", by=world.ben, at=NOW, subject="x") as entry:
        rows = [
            Judgement(
                run_id=pilot.run_id,
                unit=unit,
                kind=kind,
                build_seconds=seconds,
                judged_at=NOW + timedelta(microseconds=7),
                inspector_id=world.ivy.person_id,
                entry_id=entry.seq,
                by_id=world.ben.person_id,
                received_at=NOW,
            )
            for kind, seconds in (
                (Attempt.FIRST, Decimal("1.5")),
                ("retest", None),
                (Attempt.REWORK, Decimal(300)),
            )
        ]
        said = insert(rows)
        entry.rows += [
            (Judgement._meta.db_table, r.pk, s) for r, s in zip(rows, said, strict=True)
        ]
    stored = list(Judgement.objects.order_by("pk"))
    assert [row.pk for row in stored] == [row.pk for row in rows]
    assert said == [canonical(as_values(row)) for row in stored]
    assert [row._state.adding for row in rows] == [False, False, False]
    assert chain.verify().holds


def test_the_next_record_takes_the_next_number(world: World) -> None:
    pilot = opened_pilot(world)
    for number in (2, 3):
        execution.record_units(
            run_id=pilot.run_id,
            records=[
                PostedUnit(
                    serial=f"{pilot.batch_id}-{number:03}",
                    fit="pass",
                    finish="pass",
                    function="pass",
                    build_seconds=Decimal(60),
                    started_at=NOW + timedelta(minutes=number),
                    judged_at=NOW + timedelta(minutes=number + 1),
                    measures=(PostedMeasure("1", Decimal("0.5")),),
                )
            ],
            by=world.ben,
            at=NOW + timedelta(minutes=5),
        )
    with ledger.verb("test.one", by=world.ben, at=NOW, subject="x") as entry:
        first, last = TestRecord.objects.order_by("pk")
        entry.add(made(pilot.run_id, last.unit_id, last.procedure_id, "api"))
    assert list(TestRecord.objects.order_by("pk").values_list("pk", flat=True)) == [
        first.pk,
        last.pk,
        last.pk + 1,
    ]
    assert (last.pk - first.pk, chain.verify().holds) == (1, True)


def test_a_file_taken_in_twice_is_told_by_the_database_and_what_is_posted_by_its_id(
    world: World,
) -> None:
    pilot = opened_pilot(world)
    unit = Unit.objects.get()
    with ledger.verb("test.procedure", by=world.ben, at=NOW, subject="x") as entry:
        procedure = entry.add(
            ProcedureRevision(digest="1" * 64, name="Bore", definition='{"measurements":[]}')
        )

    def twice(source: str) -> None:
        with ledger.verb("test.twice", by=world.ben, at=NOW, subject="x") as entry:
            for _ in range(2):
                entry.add(made(pilot.run_id, unit.pk, procedure.pk, source))

    with pytest.raises(IntegrityError), transaction.atomic():
        twice("openhtf")
    twice(POSTED)
    assert TestRecord.objects.count() == 2


def made(run: int, unit: int, procedure: int, source: str) -> TestRecord:
    return TestRecord(
        run_id=run,
        unit_id=unit,
        procedure_id=procedure,
        source=source,
        source_digest="0" * 64,
        outcome="pass",
        began_at=NOW,
        ended_at=NOW,
        values=b"\x00" * 8,
        outcomes="P",
    )
