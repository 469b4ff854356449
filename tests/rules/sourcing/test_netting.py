"""How many can be built now, and what stops the next one."""

from decimal import Decimal
from itertools import groupby

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from firstoff.errors import InvalidInput
from firstoff.rules.sourcing.netting import buildable, explode, order_of, shortages
from firstoff.rules.sourcing.values import LineNeed

D = Decimal


def line(part: str, per: str, **more: Decimal | str) -> LineNeed:
    return LineNeed(part, part, D(per), **more)  # type: ignore[arg-type]


SENSOR = {
    "SENSOR": [line("BOARD", "1"), line("SCREW", "4"), line("GLUE", "0.02", unit="kg")],
    "BOARD": [line("C-100", "2"), line("U-1", "1"), line("SCREW", "1")],
}


def test_a_part_of_several_levels_is_counted_through_all() -> None:
    assert explode("SENSOR", SENSOR, 10) == {
        "BOARD": D(10),
        "SCREW": D(50),
        "GLUE": D("0.20"),
        "C-100": D(20),
        "U-1": D(10),
    }


def test_assemblies_on_the_shelf_are_not_made_again() -> None:
    needs = explode("SENSOR", SENSOR, 10, stock={"BOARD": D(4)})
    assert (needs["C-100"], needs["SCREW"]) == (D(12), D(46))


def test_the_part_that_stops_the_next_one_is_named() -> None:
    stock = {"C-100": D(25), "U-1": D(12), "SCREW": D(100), "GLUE": D("0.5")}
    found = buildable("SENSOR", SENSOR, stock)
    assert found.units == 12
    assert [(s.part, s.limit, s.needed, s.short) for s in found.stoppers] == [
        ("C-100", 12, D(26), D(1)),
        ("U-1", 12, D(13), D(1)),
        ("SCREW", 20, D(105), D(5)),
        ("GLUE", 25, D("0.52"), D("0.02")),
    ]
    assert found.sentence == (
        "12 units can be built now; C-100 and 1 other part stop the next one: 26 needed, 25 here "
        "of C-100."
    )


def test_finished_boards_let_more_be_built() -> None:
    stock = {"C-100": D(24), "U-1": D(99), "SCREW": D(999), "GLUE": D(9), "BOARD": D(5)}
    found = buildable("SENSOR", SENSOR, stock, stoppers=1)
    assert (found.units, found.sentence) == (
        17,
        "17 units can be built now; C-100 stops the next one: 26 needed, 24 here.",
    )


def test_nothing_on_the_shelf_builds_nothing() -> None:
    found = buildable("SENSOR", SENSOR, {}, stoppers=2)
    assert (found.units, found.next_stops, len(found.stoppers)) == (0, 4, 2)
    assert found.sentence == (
        "None can be built now; C-100 and 3 other parts stop the next one: 2 needed, 0 here of "
        "C-100."
    )


def test_what_takes_nothing_is_not_limited() -> None:
    found = buildable("SENSOR", {"SENSOR": []}, {})
    assert (found.units, found.sentence) == (None, "Nothing that is bought limits the build.")


def test_fifty_times_two_hundredths_leave_nothing_behind() -> None:
    glue = {"SENSOR": [line("GLUE", "0.02", unit="kg")]}
    assert buildable("SENSOR", glue, {"GLUE": D(1)}).units == 50


def test_attrition_and_setup_are_lost_before_the_first_unit() -> None:
    reel = {"SENSOR": [line("R-1", "10", attrition=D(2), setup=D(20))]}
    assert explode("SENSOR", reel, 100) == {"R-1": D(1040)}
    assert buildable("SENSOR", reel, {"R-1": D(1040)}).units == 100
    assert buildable("SENSOR", reel, {"R-1": D(30)}).units == 0


def test_what_is_missing_is_listed_through_all_levels() -> None:
    stock = {"BOARD": D(4), "C-100": D(5), "U-1": D(99), "SCREW": D(50), "GLUE": D("0.19")}
    found = shortages("SENSOR", SENSOR, 10, stock)
    assert [(s.part, s.needed, s.short, s.made) for s in found] == [
        ("BOARD", D(10), D(6), True),
        ("C-100", D(12), D(7), False),
        ("GLUE", D("0.20"), D("0.01"), False),
    ]


def test_a_part_that_contains_itself_is_refused_with_the_way_round() -> None:
    with pytest.raises(InvalidInput) as refused:
        order_of("A", {"A": [line("B", "1")], "B": [line("C", "1")], "C": [line("A", "1")]})
    assert refused.value.message == "A part cannot contain itself: A in C in B in A."


def test_a_chain_of_two_thousand_levels_is_walked() -> None:
    deep = {f"P{i}": [line(f"P{i + 1}", "1")] for i in range(2000)}
    assert buildable("P0", deep, {"P2000": D(3)}).units == 3


@st.composite
def products(draw: st.DrawFn) -> tuple[dict[str, list[LineNeed]], dict[str, Decimal]]:
    parts = [f"P{i}" for i in range(7)]
    structure = {}
    for i in range(3):  # P0 to P2 are made, of parts after them
        into = draw(st.lists(st.sampled_from(parts[i + 1 :]), min_size=1, max_size=3, unique=True))
        structure[parts[i]] = [
            line(
                part,
                str(draw(st.sampled_from(["0", "0.5", "1", "2", "3"]))),
                attrition=D(draw(st.sampled_from([0, 0, 10]))),
                setup=D(draw(st.sampled_from([0, 0, 2]))),
            )
            for part in into
        ]
    stock = {part: D(draw(st.integers(0, 40))) for part in parts[1:]}
    return structure, stock


@settings(deadline=None)
@given(products())
def test_as_many_as_said_can_be_built_and_not_one_more(
    made: tuple[dict[str, list[LineNeed]], dict[str, Decimal]],
) -> None:
    structure, stock = made

    def suffices(units: int) -> bool:
        needs = explode("P0", structure, units, stock=stock)
        return all(structure.get(p) or q <= stock.get(p, 0) for p, q in needs.items())

    found = buildable("P0", structure, stock)
    if found.units is None:
        assert suffices(10**6)
        return
    assert (suffices(found.units), suffices(found.units + 1)) == (True, False)
    # The next stopper holds once those before it are there.
    plenty = dict(stock)
    for limit, stoppers in groupby(found.stoppers, key=lambda s: s.limit):
        assert buildable("P0", structure, plenty).units == limit
        plenty |= {stopper.part: D(10**12) for stopper in stoppers}
