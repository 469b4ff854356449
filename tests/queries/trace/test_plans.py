"""How the databases answer: by the indexes of the edges, never by reading a whole table.

On SQLite before 3.54 statistics about the edge tables make the planner build a Bloom filter inside
the recursion, which turns 0.03 ms into 100. Nothing may run ANALYZE on them.
"""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from django.db import connection

import firstoff
from firstoff.db.edges import EDGES
from firstoff.db.keys import keys
from firstoff.db.models import Unit
from firstoff.queries import trace
from firstoff.queries.trace import as_built as building
from firstoff.queries.trace import closure, places
from firstoff.rules.trace import AsOf, Question
from firstoff.rules.trace.conditions import Equipment, Instruction, Lot, Operator, Serial
from tests.conftest import World
from tests.making import make_pilot
from tests.queries.trace.genealogy import Floor, hour

# What grows with the units made; small tables may be read whole.
LARGE = (
    *EDGES,
    "firstoff_unit",
    "firstoff_unitstate",
    "firstoff_floorrecord",
    "firstoff_operationrecord",
    "firstoff_operationcontext",
    "firstoff_testrecord",
    "firstoff_judgement",
)
ALIASES = ("a", "c", "f", "n", "o", "u", "r", "s")  # what the statements call them


@pytest.fixture
def top(world: World) -> Unit:
    floor = Floor(world, make_pilot(world).run_id)
    lot, other = floor.lot("L-1"), floor.lot("L-2")
    floor.move(lot, other)
    unit = floor.unit("P", "T", in_run=True)
    for n in range(20):
        part = floor.unit("C", f"C-{n:02}")
        floor.install(part, unit, hour(n % 3))
        floor.consume(part, lot)
    floor.ship([unit], "SO-1", hour(5))
    return unit


def asked(ask: Callable[[], Any]) -> list[tuple[str, Any]]:
    """The statements that something sends, with their parameters."""
    seen: list[tuple[str, Any]] = []

    def keep(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        seen.append((sql, params))
        return execute(sql, params, many, context)

    with connection.execute_wrapper(keep):
        ask()
    return seen


def plans(ask: Callable[[], Any]) -> str:
    """How the database answers each of the statements."""
    said = []
    pg = connection.vendor == "postgresql"
    with connection.cursor() as cursor:
        if pg:  # small tables are read whole, unless that is made dear
            cursor.execute("SET LOCAL enable_seqscan = off")
        for sql, params in asked(ask):
            cursor.execute(f"{'EXPLAIN' if pg else 'EXPLAIN QUERY PLAN'} {sql}", params)
            said += [str(row[-1]) for row in cursor.fetchall()]
    return "\n".join(said)


def read_whole(plan: str) -> list[str]:
    scans = re.findall(r"(?:SCAN|Seq Scan on) (\w+)(?![^\n]*INDEX)", plan)
    return sorted({table for table in scans if table in LARGE or table in ALIASES})


def question(*conditions: Any, as_of: Any = None) -> Callable[[World, int], Any]:
    return lambda world, _: trace.at_risk_ids(Question(conditions, as_of), world.site.pk)


ASKED: dict[str, Callable[[World, int], Any]] = {
    "a lot": question(Lot("L-1")),
    "a lot as it was": question(Lot("L-1"), as_of=hour(4)),
    "a lot at any time": question(Lot("L-1"), as_of=AsOf.EVER),
    "a lot as shipped": question(Lot("L-1"), as_of=AsOf.SHIPPED),
    "a serial as shipped": question(Serial("C-01"), as_of=AsOf.SHIPPED),
    "equipment": question(Equipment("J-02", hour(0), hour(1))),
    "who did it": question(Operator("ben")),
    "who did it then": question(Operator("ben", hour(0), hour(1))),
    "instructions": question(Instruction("abc")),
    "late units": lambda world, _: trace.meets(Question((Lot("L-1"),)), world.site.pk, [1, 2]),
    "as built": lambda _, key: building.as_built(key),
    "as built then": lambda _, key: building.as_built(key, hour(3)),
    "where": lambda _, key: places.where(keys([key, key + 1])),
    "counts": lambda *_: places.counts(keys([1, 2, 3])),
}
# Where the name of a tool is looked for in the texts of the records there is no index to use.
TEXTS = {"equipment": ["firstoff_floorrecord", "firstoff_unit"]}


@pytest.mark.parametrize("name", ASKED)
def test_a_question_reads_no_table_whole(world: World, top: Unit, name: str) -> None:
    plan = plans(lambda: ASKED[name](world, top.pk))
    assert [t for t in read_whole(plan) if t not in TEXTS.get(name, ())] == []
    assert "BLOOM" not in plan.upper()


@pytest.mark.skipif("connection.vendor == 'postgresql'", reason="plans by its statistics")
@pytest.mark.parametrize("name", ["who did it", "who did it then", "instructions", "equipment"])
def test_a_question_begins_with_what_it_asks(world: World, top: Unit, name: str) -> None:
    """And not with the site, its parts and all their units, though by index."""
    plan = plans(lambda: ASKED[name](world, top.pk))
    assert re.findall(r"firstoff_(?:unit|part|run) .*\((?:part|site)_id=\?\)", plan) == []


def test_many_units_are_lifted_by_index_too(
    world: World, top: Unit, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(closure, "_FEW", 2)
    monkeypatch.setattr(closure, "_PROBED", 2)
    found = trace.at_risk_ids(Question((Lot("L-1"),)), world.site.pk)
    assert found.size == 21
    assert np.array_equal(found, np.sort(found))
    plan = plans(lambda: trace.at_risk_ids(Question((Lot("L-1"),)), world.site.pk))
    # What was made out of other units is few: the index of these is read whole.
    assert [t for t in read_whole(plan) if t != "n"] == []
    assert "BLOOM" not in plan.upper()


def test_nothing_gathers_statistics_about_the_edges() -> None:
    sources = Path(firstoff.__file__).parent.rglob("*.py")
    said = re.compile(r"\bANALYZE\b(?! of| on)|PRAGMA optimize", re.IGNORECASE)
    assert [p.name for p in sources if said.search(p.read_text())] == []


@pytest.mark.skipif("connection.vendor == 'postgresql'", reason="PostgreSQL gathers its own")
def test_sqlite_holds_no_statistics_of_the_edges(world: World) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT name FROM sqlite_master WHERE name = 'sqlite_stat1'")
        assert cursor.fetchall() == []
