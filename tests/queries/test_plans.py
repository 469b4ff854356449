"""What is asked of a run with many units finds its rows by an index."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from firstoff.queries import ledger, trace
from firstoff.queries.evidence import verdict
from firstoff.queries.evidence.pilot import run_at
from firstoff.queries.execution import kept, line, runs, units
from tests.conftest import World
from tests.deciding import first_batch
from tests.making import Pilot, judge, start

pytestmark = pytest.mark.skipif(
    "connection.vendor != 'sqlite'", reason="PostgreSQL plans by the size of its tables"
)

# Tables that grow with every unit. A walk through one of them is seconds at ten million units.
LARGE = re.compile(
    r"SCAN (firstoff_(?:unit|judgement|operationrecord|testrecord|defect|causefinding"
    r"|unitexclusion|ledgerentry))\b"
)


def walked(work: Callable[[], object]) -> list[str]:
    """The queries that walk through a large table, each with the table."""
    with CaptureQueriesContext(connection) as seen:
        work()
    found = []
    for sql in (query["sql"] for query in seen.captured_queries):
        if not sql.startswith("SELECT"):
            continue
        with connection.cursor() as cursor:
            cursor.execute("EXPLAIN QUERY PLAN " + sql.replace("%", "%%"))
            steps = [row[3] for row in cursor.fetchall()]
        if sql.endswith(" LIMIT 1") and "USE TEMP B-TREE FOR ORDER BY" not in steps:
            continue  # the last row by the key: a walk that ends with its first step
        found += [f"{step[1]}: {sql}" for text in steps if (step := LARGE.search(text))]
    return found


@pytest.fixture
def pilot(world: World) -> Pilot:
    return first_batch(world).pilot


def forget() -> None:
    verdict.forget()
    units.forget()


def test_a_run_is_read_by_index(world: World, pilot: Pilot) -> None:
    run = run_at(world.ada, pilot.run_id)
    forget()
    assert walked(lambda: verdict.assess_address(run)) == []


def test_a_run_is_read_on_by_the_entries_of_the_ledger(world: World, pilot: Pilot) -> None:
    run = run_at(world.ada, pilot.run_id)
    verdict.assess_address(run)
    start(world, pilot, 5)
    with CaptureQueriesContext(connection) as seen:
        verdict.assess_address(run)
    plans = {}
    for table in ("unit", "judgement", "operationrecord", "defect"):
        (sql,) = [
            q["sql"]
            for q in seen.captured_queries
            if f'FROM "firstoff_{table}"' in q["sql"] and '"entry_id" > ' in q["sql"]
        ]
        with connection.cursor() as cursor:
            cursor.execute("EXPLAIN QUERY PLAN " + sql)
            steps = [row[3] for row in cursor.fetchall()]
        plans[table] = any(
            re.search(rf"SEARCH firstoff_{table} USING INDEX \S*entry_id\S* ", s) for s in steps
        )
    assert plans == dict.fromkeys(plans, True)
    assert [r.run.id for r in kept.readings([run.id], upto=ledger.version(run.program_id))] == [
        run.id
    ]


READS: dict[str, Callable[[Any, Pilot], object]] = {
    "units": lambda run, pilot: units.units(run, show="rejects"),
    "line": lambda run, pilot: line.line(run, f"{pilot.batch_id}-001"),
    "version": lambda run, pilot: ledger.version(pilot.program_id),
    "head": lambda run, pilot: ledger.head(),
}


@pytest.mark.parametrize("name", READS)
def test_pages_find_their_rows_by_index(world: World, pilot: Pilot, name: str) -> None:
    run = runs.run_by_id(world.ada, pilot.run_id)
    forget()
    assert walked(lambda: READS[name](run, pilot)) == []


def test_the_trace_of_a_unit_finds_its_rows_by_index(world: World, pilot: Pilot) -> None:
    serial = f"{pilot.batch_id}-001"
    assert walked(lambda: trace.unit_trace(world.ada, "STOKE", "CC-1", serial)) == []


def test_a_list_of_runs_counts_their_units_by_index(world: World, pilot: Pilot) -> None:
    assert walked(lambda: runs.runs(world.ada)) == []


def test_recording_finds_what_it_checks_by_index(world: World, pilot: Pilot) -> None:
    def record() -> None:
        start(world, pilot, 5)
        judge(world, pilot, 5)

    assert walked(record) == []
