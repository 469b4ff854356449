"""From which quantity one way costs less than another, held to every quantity tried."""

from dataclasses import replace
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from firstoff.errors import InvalidInput
from firstoff.rules.sourcing.cost import Material, Way, Yield, cost_parts, piece_price
from firstoff.rules.sourcing.cost_lines import cost_line
from firstoff.rules.sourcing.crossings import break_even, cost_curve, curve_quantities
from firstoff.rules.sourcing.values import PriceBreak

D = Decimal


def quoted(*steps: tuple[str, str]) -> tuple[Material, ...]:
    return (Material("piece", D(1), tuple(PriceBreak(D(q), D(p)) for q, p in steps)),)


SOFT = Way("Soft tooling", quoted(("1", "14")), tooling=D(2000))
HARD = Way("Hard tooling", quoted(("1", "4")), tooling=D(20500))


def turns(first: Way, second: Way, limit: int = 10_000) -> list[tuple[int, str]]:
    return [(c.quantity, c.cheaper) for c in break_even(first, second, limit=limit).crossings]


def test_two_straight_lines_cross_once() -> None:
    found = break_even(SOFT, HARD, limit=10_000)
    assert turns(SOFT, HARD) == [(1851, "Hard tooling")]  # at 1,850 both cost 27,900
    assert found.sentence == ("Soft tooling costs less up to 1,850, Hard tooling from 1,851 on.")
    assert found.crossings[0].each == piece_price(HARD, 1851).each


def test_a_price_break_makes_three_crossings_of_one() -> None:
    steps = Way("Bought", quoted(("1", "10"), ("1000", "7")))
    made = Way("Made", quoted(("1", "5")), tooling=D(3000))
    # 10 q against 3,000 + 5 q crosses at 600; 1,000 at 7 from 700 on; 7 q beyond 1,000
    assert turns(steps, made) == [(601, "Made"), (801, "Bought"), (1501, "Made")]
    assert break_even(steps, made, limit=10_000).sentence == (
        "Bought costs less up to 600, Made from 601 on, Bought from 801 on and Made from 1,501 on."
    )


def test_ways_that_never_cross_are_said_so() -> None:
    dear = replace(SOFT, name="Dear", tooling=D(3000))
    assert break_even(SOFT, dear, limit=500).sentence == (
        "Soft tooling costs less than Dear at all quantities up to 500."
    )
    same = replace(SOFT, name="Same")
    assert break_even(SOFT, same, limit=500).sentence == (
        "Soft tooling and Same cost the same up to 500."
    )


def test_the_yields_move_the_crossing_between_two_ends() -> None:
    poor = replace(SOFT, yields=Yield(D("0.9"), D("0.8"), D("0.95")))
    found = break_even(poor, HARD, limit=10_000)
    assert [c[0].quantity for c in (found.first_worst, found.crossings, found.second_worst)] == [
        1371,
        1601,
        1724,
    ]
    assert found.sentence == (
        "Soft tooling costs less up to 1,600, Hard tooling from 1,601 on. "
        "As the yields lie, the first change is between 1,371 and 1,724."
    )


def test_too_many_batches_are_refused_with_the_way_out() -> None:
    with pytest.raises(InvalidInput) as refused:
        break_even(replace(SOFT, batch=1, setup=D(1)), HARD, limit=10_000)
    assert refused.value.message == (
        "Soft tooling has 10,000 batches or tools up to 10,000; expected at most 5,000. "
        "Compare over fewer units, or take larger batches."
    )


def test_a_curve_is_even_in_ratio_and_shows_both_sides_of_a_crossing() -> None:
    places = curve_quantities(1000, points=4, also=(601,))
    assert places == (1, 10, 100, 600, 601, 1000)
    points = cost_curve(replace(HARD, yields=Yield(D("0.9"), D("0.8"), D(1))), (100,))
    assert [(p.low, p.each, p.high) for p in points] == [
        (D(209), D("209.444444"), D(210)),
    ]


@st.composite
def ways(draw: st.DrawFn, name: str = "A") -> Way:
    materials = []
    for i in range(draw(st.integers(0, 2))):
        quantities = draw(st.lists(st.integers(1, 150), min_size=1, max_size=3, unique=True))
        steps = tuple(
            PriceBreak(D(q), D(draw(st.integers(0, 60))) / 4) for q in sorted(quantities)
        )
        materials.append(
            Material(
                f"M{i}",
                D(draw(st.sampled_from(["0.5", "1", "3"]))),
                steps,
                minimum=D(draw(st.sampled_from([0, 0, 90]))),
                attrition=D(draw(st.sampled_from([0, 3]))),
                setup=D(draw(st.sampled_from([0, 0, 7]))),
            )
        )
    return Way(
        name,
        tuple(materials),
        labour_minutes=D(draw(st.integers(0, 9))),
        labour_rate=D(30),
        yields=Yield(D(draw(st.sampled_from(["1", "0.9", "0.77"])))),
        setup=D(draw(st.sampled_from([0, 10, 45]))),
        batch=draw(st.sampled_from([None, 20, 33, 1])),
        tooling=D(draw(st.integers(0, 900))),
        tool_life=draw(st.sampled_from([None, None, 80])),
        reject_cost=D(draw(st.sampled_from([0, 2]))),
    )


def total(way: Way, quantity: int) -> Fraction:
    return sum(cost_parts(way, quantity, way.yields.likely).values(), Fraction(0))


@pytest.mark.slow
@settings(deadline=None, max_examples=25)
@given(ways(), ways())
def test_every_crossing_is_found_and_no_other(a: Way, b: Way) -> None:
    first, second = a, replace(b, name="B")
    limit, cheaper = 130, ""
    expected: list[tuple[int, str]] = []
    for quantity in range(1, limit + 1):
        difference = total(first, quantity) - total(second, quantity)
        name = "B" if difference > 0 else "A"
        if difference and name != cheaper:
            expected += [(quantity, name)] if cheaper else []
            cheaper = name
    assert turns(first, second, limit) == expected


@pytest.mark.slow
@settings(deadline=None, max_examples=60)
@given(ways(), st.lists(st.integers(1, 400), min_size=1))
def test_the_line_of_a_way_is_the_sum_of_its_parts(way: Way, quantities: list[int]) -> None:
    line = cost_line(way, way.yields.likely, 400)
    assert [line.total(q) for q in quantities] == [total(way, q) for q in quantities]


@settings(deadline=None)
@given(ways(), st.integers(1, 400))
def test_more_good_units_never_cost_less_in_all(way: Way, quantity: int) -> None:
    assert total(way, quantity) <= total(way, quantity + 1)
