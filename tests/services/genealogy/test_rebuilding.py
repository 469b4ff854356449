"""Readings follow from the records: what was changed behind the back is found and put right."""

from typing import Any

import pytest
from django.db import connection

from firstoff.errors import NotAllowed
from firstoff.services import genealogy
from tests.conftest import NOW
from tests.making import opened_pilot
from tests.recording import LATER, lot, on_hand, post, rec, sound, unit


def filled(world: Any) -> None:
    item = [{"lot": "GLZ-7781", "quantity": "1"}]
    opened_pilot(world)
    post(
        world,
        *lot(),
        unit("B-1", "BOX"),
        unit("P-1"),
        rec("consume", part="PCBA", serial="P-1", items=item),
        rec("consume", batch="CC1-P1", items=item),
        rec("install", part="BOX", serial="B-1", child={"part": "PCBA", "serial": "P-1"}),
        rec("pack", package="C-1", part="BOX", units=[{"serial": "B-1"}]),
        rec("ship", shipment="S-1", customer="Harrods", packages=["C-1"]),
        rec("load", batch="CC1-P1", operation=10, lot="GLZ-7781"),
        rec(
            "operation",
            batch="CC1-P1",
            serial="CC1-P1-001",
            operation=10,
            equipment="L2-40",
            tools=["J-02"],
            at=LATER,
        ),
    )


TABLES = (
    "consumption",
    "batchconsumption",
    "lotbalance",
    "equipmentuse",
    "load",
    "assembly",
    "unitstate",
    "packagestate",
    "shippedunit",
    "unitroot",
)


@pytest.mark.parametrize("table", TABLES)
def test_rows_that_are_gone_are_made_again(world: Any, table: str) -> None:
    filled(world)
    sound()
    with connection.cursor() as cursor:
        cursor.execute(f"DELETE FROM firstoff_{table}")
    assert genealogy.check() != ()
    genealogy.rebuild(by=world.ada, at=LATER)
    sound()


def test_a_changed_quantity_is_found_and_put_right(world: Any) -> None:
    filled(world)
    with connection.cursor() as cursor:
        cursor.execute("UPDATE firstoff_consumption SET quantity = 5000000")
        cursor.execute("UPDATE firstoff_lotbalance SET on_hand = 7000000")
    assert [d.table for d in genealogy.check()] == ["consumption", "lot balances"]
    genealogy.rebuild(by=world.ada, at=LATER)
    assert on_hand("GLZ-7781") == "8"
    sound()


def test_one_run_is_compared_alone(world: Any) -> None:
    from firstoff.db.models import Run

    filled(world)
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM firstoff_batchconsumption")
        cursor.execute("DELETE FROM firstoff_assembly")
    run = Run.objects.get()
    assert [d.table for d in genealogy.check(run.pk)] == ["batch consumption"]
    genealogy.rebuild(by=world.ada, at=LATER, run_id=run.pk)
    assert [d.table for d in genealogy.check()] == ["assemblies", "roots of shipped units"]


def test_who_may_not_rebuild_is_told(world: Any) -> None:
    with pytest.raises(NotAllowed):
        genealogy.rebuild(by=world.ben, at=NOW)


def test_records_older_than_readings_get_theirs_with_the_migration(world: Any) -> None:
    from firstoff.db.models import LedgerEntry
    from firstoff.services.genealogy.rebuilding import make_first

    filled(world)
    with connection.cursor() as cursor:
        for table in ("unitstate", "equipmentuse", "consumption"):
            cursor.execute(f"DELETE FROM firstoff_{table}")
    entries = LedgerEntry.objects.count()
    make_first()
    sound()
    assert LedgerEntry.objects.count() == entries
