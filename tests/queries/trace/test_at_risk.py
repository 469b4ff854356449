"""Units at risk: recursive SQL against a plain walk, over random genealogies."""

from collections.abc import Callable
from typing import Any

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from firstoff.queries import trace
from firstoff.rules.trace import AsOf, Question
from firstoff.rules.trace.conditions import Batch, Lot, Serial
from tests.conftest import World
from tests.making import make_pilot
from tests.queries.trace.genealogy import Drawn, Floor, hour

quietly = settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
HOURS = st.integers(0, 9)


@st.composite
def genealogies(draw: Callable[..., Any]) -> Drawn:
    units, lots = draw(st.integers(2, 10)), draw(st.integers(1, 5))
    unit, lot = st.integers(0, units - 1), st.integers(0, lots - 1)
    drawn = Drawn(units, lots)
    for child in range(1, units):
        fitted = sorted(draw(st.lists(HOURS, max_size=4, unique=True)))
        # Fitted and removed by turns: the last one may still be in.
        for at, until in zip(fitted[::2], [*fitted[1::2], None][: len(fitted[::2])], strict=True):
            parent = draw(st.integers(0, child - 1))
            if (parent, child) not in {(p, c) for p, c, *_ in drawn.edges}:
                drawn.edges.append((parent, child, at, until))
    drawn.consumed = draw(st.lists(st.tuples(unit, lot, HOURS), max_size=10))
    drawn.batch = draw(st.lists(st.tuples(lot, HOURS), max_size=2))
    drawn.in_run = frozenset(draw(st.sets(unit, max_size=3)))
    moves = draw(st.lists(st.tuples(lot, lot, HOURS), max_size=5))
    drawn.moves = [(a, b, at) for a, b, at in moves if a != b]
    pairs = draw(st.lists(st.tuples(unit, unit), max_size=2))
    drawn.remade = {new: old for old, new in pairs if old < new}
    drawn.shipped = draw(st.lists(st.tuples(unit, HOURS), max_size=4))
    return drawn


def written(drawn: Drawn, floor: Floor) -> dict[int, int]:
    """Keys of the units to their numbers."""
    units, _ = drawn.write(floor)
    return {u.pk: n for n, u in enumerate(units)}


def moment(as_of: int | AsOf | None) -> Any:
    return hour(as_of) if isinstance(as_of, int) else as_of


@pytest.fixture
def floor(world: World) -> Floor:
    pilot = make_pilot(world)
    return Floor(world, pilot.run_id)


@quietly
@given(
    drawn=genealogies(),
    asked=st.sets(st.integers(0, 4), min_size=1, max_size=2),
    serial=st.none() | st.integers(0, 9),
    in_batch=st.booleans(),
    as_of=st.none() | st.just(AsOf.EVER) | HOURS,
)
def test_units_at_risk_are_those_a_plain_walk_finds(
    floor: Floor,
    drawn: Drawn,
    asked: set[int],
    serial: int | None,
    in_batch: bool,
    as_of: int | AsOf | None,
) -> None:
    lots = {n for n in asked if n < drawn.lots} or {0}
    conditions: list[Any] = [Lot(f"L-{n}") for n in lots]
    expected = drawn.at_risk(drawn.of_lots(lots, as_of), as_of)
    started = not isinstance(as_of, int) or as_of >= 0
    if serial is not None and serial < drawn.units:
        conditions.append(Serial(f"U-{serial:02}"))
        expected &= drawn.at_risk({serial} if started else set(), as_of)
    if in_batch:
        conditions.append(Batch("CC1-P1"))
        expected &= drawn.at_risk(drawn.in_run if started else set(), as_of)
    question = Question(tuple(conditions), moment(as_of))
    with transaction.atomic():
        numbers = written(drawn, floor)
        site = floor.world.site.pk
        found = trace.at_risk_ids(question, site)
        assert {numbers[key] for key in found.tolist()} == expected
        assert found.tolist() == sorted(found.tolist())
        # From each unit down the same units are found.
        assert trace.meets(question, site, list(numbers)).tolist() == found.tolist()
        transaction.set_rollback(True)


@quietly
@given(
    drawn=genealogies(),
    serials=st.sets(st.integers(0, 9), min_size=1, max_size=2),
    lots=st.booleans(),
)
def test_as_shipped_is_what_was_inside_when_it_went(
    floor: Floor, drawn: Drawn, serials: set[int], lots: bool
) -> None:
    drawn.remade = {}
    if lots:
        of = {n for n in serials if n < drawn.lots} or {0}
        _as_shipped(floor, drawn, Question(tuple(Lot(f"L-{n}") for n in of), AsOf.SHIPPED), of)
        return
    of = {n for n in serials if n < drawn.units} or {0}
    question = Question(tuple(Serial(f"U-{n:02}") for n in of), AsOf.SHIPPED)
    _as_shipped(floor, drawn, question, {(n, 0) for n in of})


def _as_shipped(floor: Floor, drawn: Drawn, question: Question, of: Any) -> None:
    direct = of if question.kinds[0][0].kind == "serial" else drawn.timed(of)
    with transaction.atomic():
        numbers = written(drawn, floor)
        found = trace.at_risk_ids(question, floor.world.site.pk)
        assert {numbers[key] for key in found.tolist()} == drawn.as_shipped(direct)
        transaction.set_rollback(True)
