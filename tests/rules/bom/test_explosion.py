"""Explosion: exact needs over every level, phantoms passed through, loops found."""

from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from firstoff.errors import Refused
from firstoff.rules.bom.explosion import Lines, Usage, explode, loop_in, needs


def usage(
    line: int, part: int, quantity: str = "1", child: int | None = None, **more: object
) -> Usage:
    return Usage(line, part, child, Decimal(quantity), **more)  # type: ignore[arg-type]


def total(lines: Lines, part: int, quantity: int = 1) -> Decimal:
    (need,) = [n for n in needs(lines, 1, Decimal(quantity)) if n.part == part]
    return need.quantity


# 1 is the top; 2 goes into it twice and three times, 3 into 2.
TREE: Lines = {
    1: (usage(11, 20, "2", 2), usage(12, 20, "3", 2), usage(13, 50, "2")),
    2: (usage(21, 30, "4", 3), usage(22, 50, "10")),
    3: (usage(31, 50, "2"),),
}


def test_a_screw_on_every_level_is_counted_over_every_path() -> None:
    assert total(TREE, 50) == 2 + 5 * (10 + 4 * 2)
    assert total(TREE, 50, 7) == 7 * 92


def test_each_place_in_the_tree_is_a_node_depth_first() -> None:
    found = [(n.level, n.path, int(n.quantity), n.leaf) for n in explode(TREE, 1)]

    assert found == [
        (1, (11,), 2, False),
        (2, (11, 21), 8, False),
        (3, (11, 21, 31), 16, True),
        (2, (11, 22), 20, True),
        (1, (12,), 3, False),
        (2, (12, 21), 12, False),
        (3, (12, 21, 31), 24, True),
        (2, (12, 22), 30, True),
        (1, (13,), 2, True),
    ]


def test_quantities_multiply_without_rounding() -> None:
    deep: Lines = {n: (usage(n, n + 1, "0.000001", n + 1),) for n in range(1, 12)}

    assert [n.quantity for n in explode(deep, 1)][-1] == Decimal("1e-66")
    assert {n.part: n.quantity for n in needs(deep, 1)}[12] == Decimal("1e-66")


def test_a_phantom_is_passed_through() -> None:
    lines: Lines = {
        1: (usage(11, 20, "2", 2, phantom=True),),
        2: (usage(21, 50, "3"), usage(22, 60, "1", 3)),
        3: (usage(31, 50, "5"),),
    }

    assert [(n.usage.part, n.level, int(n.quantity)) for n in explode(lines, 1)] == [
        (50, 1, 6),
        (60, 1, 2),
        (50, 2, 10),
    ]
    assert [(n.part, int(n.quantity), n.level) for n in needs(lines, 1)] == [
        (50, 16, 2),
        (60, 2, 1),
    ]


def test_losses_grow_by_attrition_and_by_what_a_run_loses_once() -> None:
    lines: Lines = {
        1: (usage(11, 20, "2", 2, attrition=Decimal(10)), usage(12, 20, "1", 2)),
        2: (usage(21, 50, "4", attrition=Decimal("2.5"), setup=Decimal(7)),),
    }

    (need,) = [n for n in needs(lines, 1, Decimal(100)) if n.part == 50]
    assert need.quantity == 1200
    assert need.with_losses == (220 + 100) * 4 * Decimal("1.025") + 7
    nodes = [n.with_losses for n in explode(lines, 1, Decimal(100)) if n.usage.part == 50]
    assert sum(nodes) == need.with_losses


@pytest.mark.parametrize("ask", [lambda t: list(explode(t, 1)), lambda t: needs(t, 1)])
def test_a_loop_is_refused_instead_of_followed(ask: object) -> None:
    lines: Lines = {1: (usage(11, 20, "1", 2),), 2: (usage(21, 10, "1", 1),)}

    with pytest.raises(Refused, match="goes into itself"):
        ask(lines)  # type: ignore[operator]
    assert loop_in({1: (2,), 2: (3, 1), 3: ()}, 1) == (1, 2, 1)
    assert loop_in({1: (2, 3), 2: (3,), 3: ()}, 1) == ()


@pytest.mark.slow
def test_a_tree_that_grows_without_end_is_refused_and_its_needs_are_not() -> None:
    lines = {
        n: (usage(2 * n, n + 1, "1", n + 1), usage(2 * n + 1, n + 1, "1", n + 1))
        for n in range(1, 31)
    }

    with pytest.raises(Refused, match="more than 1,000,000 places"):
        list(explode(lines, 1))
    assert needs(lines, 1)[-1].quantity == 2**30


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(st.lists(st.tuples(st.integers(1, 5), st.integers(1, 9)), max_size=4), max_size=5))
def test_needs_are_the_sums_of_the_nodes(shape: list[list[tuple[int, int]]]) -> None:
    """Any tree: a line of revision n goes to n + step, or to a bought part."""
    lines: Lines = {
        n: [
            usage(100 * n + k, n + step, str(amount), n + step if n + step <= len(shape) else None)
            for k, (step, amount) in enumerate(places)
        ]
        for n, places in enumerate(shape, 1)
    }
    sums: dict[tuple[int, int | None], Decimal] = {}
    for node in explode(lines, 1):
        key = (node.usage.part, node.usage.child)
        sums[key] = sums.get(key, Decimal(0)) + node.quantity

    assert {(n.part, n.child): n.quantity for n in needs(lines, 1)} == sums
