"""What a unit is made of: the recursive SQL against a plain walk; what it costs."""

from typing import Any

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from hypothesis import given
from hypothesis import strategies as st

from firstoff.queries.trace import as_built as reads
from firstoff.rules.trace.tree import UnitIn
from tests.conftest import World
from tests.making import make_pilot
from tests.queries.trace.genealogy import Drawn, Floor, hour
from tests.queries.trace.test_at_risk import HOURS, genealogies, quietly


@pytest.fixture
def floor(world: World) -> Floor:
    return Floor(world, make_pilot(world).run_id)


def plain(drawn: Drawn, unit: int, as_of: int | None) -> Any:
    """The tree as nested tuples: number, its lots, its parts, what was taken out of it."""
    until = 1_000 if as_of is None else as_of
    edges = [e for e in drawn.edges if e[0] == unit and e[2] <= until]
    gone = {(c, at) for _, c, at, end in edges if end is not None and end <= until}
    return (
        unit,
        sorted({lot for u, lot, at in drawn.consumed if u == unit and at <= until})
        + sorted({lot for lot, at in drawn.batch if unit in drawn.in_run and at <= until}),
        sorted(plain(drawn, c, as_of) for _, c, at, _ in edges if (c, at) not in gone),
        sorted(c for c, _ in gone),
    )


def shown(unit: UnitIn, numbers: dict[int, int], lots: dict[int, int]) -> Any:
    own = sorted(lots[lot.key] for lot in unit.lots if not lot.in_batch)
    batch = sorted(lots[lot.key] for lot in unit.lots if lot.in_batch)
    return (
        numbers[unit.key],
        own + batch,
        sorted(shown(p, numbers, lots) for p in unit.parts),
        sorted(numbers[p.key] for p in unit.removed),
    )


@quietly
@given(drawn=genealogies(), unit=st.integers(0, 9), as_of=st.none() | HOURS)
def test_the_tree_is_the_one_a_plain_walk_finds(
    floor: Floor, drawn: Drawn, unit: int, as_of: int | None
) -> None:
    number = unit % drawn.units
    with transaction.atomic():
        units, lots = drawn.write(floor)
        at = None if as_of is None else hour(as_of)
        found = reads.as_built(units[number].pk, at)
        numbers = {u.pk: n for n, u in enumerate(units)}
        kept = {lot.pk: n for n, lot in enumerate(lots)}
        assert shown(found.root, numbers, kept) == plain(drawn, number, as_of)
        assert found.whole
        transaction.set_rollback(True)


def test_a_replaced_part_says_when_why_and_by_what(floor: Floor) -> None:
    top, old, new = floor.unit("P", "T"), floor.unit("R", "SR-1"), floor.unit("R", "SR-2")
    reason = '{"reason":"torn","replaced_by":{"part":"R","serial":"SR-2"}}'
    floor.install(old, top, hour(1), hour(2), position="lid", content=reason)
    floor.install(new, top, hour(2), position="lid")
    found = reads.as_built(top.pk).root
    (removed,), (part,) = found.removed, found.parts
    assert removed.removal is not None
    said = removed.removal
    assert (removed.serial, said.at, said.reason, said.by, said.replaced_by) == (
        "SR-1",
        hour(2),
        "torn",
        "Ben Tams",
        "SR-2",
    )
    assert (part.serial, part.position, part.installed_at) == ("SR-2", "lid", hour(2))


@pytest.mark.parametrize("count", [1, 3, 300])
def test_the_tree_costs_the_same_queries_whatever_it_holds(floor: Floor, count: int) -> None:
    top = floor.unit("P", "T", in_run=True)
    floor.consume_in_batch(floor.lot("B"))
    for n in range(count):
        part = floor.unit("C", f"C-{n}")
        floor.install(part, top)
        if n < 3:
            floor.consume(part, floor.lot(f"L-{n}"))
    with CaptureQueriesContext(connection) as seen:
        found = reads.as_built(top.pk)
    assert (len(seen), len(found.root.parts)) == (5, count)


def test_too_much_is_cut_and_says_so(floor: Floor, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reads, "MOST", 2)
    top = floor.unit("P", "T")
    for n in range(4):
        floor.install(floor.unit("C", f"C-{n}"), top)
    found = reads.as_built(top.pk)
    assert (found.whole, [p.cut for p in found.root.parts]) == (False, [True, True])
