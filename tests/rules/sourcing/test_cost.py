"""What a good piece costs, and whether the MOQ pays."""

from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from firstoff.errors import InvalidInput
from firstoff.rules.sourcing.cost import (
    CostKind,
    Material,
    Way,
    Yield,
    moq_economics,
    piece_price,
    prototype_multiple,
)
from firstoff.rules.sourcing.values import PriceBreak

D = Decimal


def breaks(*steps: tuple[str, str]) -> tuple[PriceBreak, ...]:
    return tuple(PriceBreak(D(q), D(p)) for q, p in steps)


LINE = Way(
    "Line",
    materials=(Material("kit", D(1), breaks(("1", "10"), ("500", "8"))),),
    labour_minutes=D(6),
    labour_rate=D(30),
    test_cost=D("0.50"),
    setup=D(200),
    tooling=D(4000),
    nre=D(1000),
)


def parts(way: Way, quantity: int) -> dict[str, Decimal]:
    return {p.kind.value: p.each for p in piece_price(way, quantity).parts}


def test_a_piece_price_is_the_sum_of_its_parts() -> None:
    found = piece_price(LINE, 500)
    assert parts(LINE, 500) == {
        "material": D(8),
        "labour": D(3),
        "test": D("0.5"),
        "setup": D("0.4"),
        "tooling": D(8),
        "nre": D(2),
    }
    assert (found.each, found.total) == (D("21.9"), D(10950))
    assert found.sentence == ("Line: $21.90 each at 500: material $8, tooling $8 and labour $3.")


def test_a_break_just_above_is_paid_for_where_that_costs_less() -> None:
    assert parts(LINE, 450)["material"] == D("8.888889")  # 500 at 8 for 450
    assert parts(LINE, 399)["material"] == D(10)


def test_rejects_are_paid_for_by_the_good_ones() -> None:
    way = replace(LINE, yields=Yield(D("0.8")), setup=D(0), tooling=D(0), nre=D(0))
    found = piece_price(way, 1000)
    assert (found.each, found.started) == (D("14.375"), 1250)  # 11.5 / 0.8
    assert parts(way, 1000)["yield_loss"] == D("2.875")


def test_the_interval_of_the_pilot_becomes_an_interval_of_the_price() -> None:
    # 19 of 20 good: 95 %, Clopper-Pearson 75.1 % to 99.9 %
    way = replace(LINE, yields=Yield(D("0.95"), D("0.751"), D("0.999")), setup=D(0), tooling=D(0))
    found = piece_price(replace(way, nre=D(0)), 1000)
    assert (found.low, found.each, found.high) == (
        D("11.511512"),
        D("12.105263"),
        D("15.312916"),
    )
    assert (found.started, found.started_most) == (1053, 1332)
    assert found.sentence == (
        "Line: $12.11 each at 1,000: material $8, labour $3 and yield loss $0.6053. "
        "Between yields of 75.1\u00a0% and 99.9\u00a0% it is $11.51 to $15.31. "
        "Start 1,053 for 1,000 good ones, 1,332 at the lowest yield."
    )


def test_setup_is_paid_once_a_batch_and_tools_wear() -> None:
    way = replace(LINE, batch=100, tool_life=300)
    assert [parts(way, q)["setup"] for q in (100, 101, 500)] == [D(2), D("3.960396"), D(2)]
    assert [parts(way, q)["tooling"] for q in (300, 301)] == [D("13.333333"), D("26.578073")]


def test_tooling_is_spread_over_what_it_will_make() -> None:
    found = piece_price(LINE, 500, spread_over=10_000)
    assert {p.kind: p.each for p in found.parts}[CostKind.TOOLING] == D("0.4")


def test_pieces_lost_at_setup_and_on_the_line_are_bought_too() -> None:
    reel = Material("R", D(10), breaks(("1", "0.01")), attrition=D(2), setup=D(50))
    way = Way("SMT", materials=(reel,), batch=100)
    assert piece_price(way, 200).total == D("21.4")  # 2,040 + 2 x 50


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"yields": Yield(D("0.9"), D("0.95"), D(1))}, "yields"),
        ({"yields": Yield(D(0))}, "yields"),
        ({"yields": Yield(D("NaN"))}, "yields"),
        ({"tooling": D("Infinity")}, "tooling"),
        ({"labour_rate": D(-1)}, "labour_rate"),
        ({"batch": 0}, "batch"),
        ({"materials": (Material("X", D(1), ()),)}, "materials"),
        ({"materials": (Material("X", D(1), breaks(("1", "-1"))),)}, "materials"),
    ],
)
def test_what_cannot_be_priced_is_refused_by_its_field(
    changed: dict[str, object], field: str
) -> None:
    with pytest.raises(InvalidInput) as refused:
        piece_price(replace(LINE, **changed), 10)  # type: ignore[arg-type]
    assert refused.value.details["field"] == field


@given(
    st.integers(1, 3000),
    st.decimals("0.2", "1", places=3),
    st.decimals("0.2", "1", places=3),
    st.decimals("0.2", "1", places=3),
)
def test_a_lower_yield_never_costs_less(n: int, a: Decimal, b: Decimal, c: Decimal) -> None:
    low, likely, high = sorted((a, b, c))
    way = replace(LINE, yields=Yield(likely, low, high), batch=70, reject_cost=D(1))
    found = piece_price(way, n)
    assert found.low <= found.each <= found.high
    assert abs(sum(p.total for p in found.parts) - found.total) < D("0.00001")


def test_a_prototype_costs_5_to_10_times_a_piece() -> None:
    found = prototype_multiple(D(164), D("21.9"))
    assert (found.multiple, found.sentence) == (
        D("7.49"),
        "A prototype costs 7.49 times a piece, as usual (5 to 10 times is usual).",
    )
    assert prototype_multiple(D(40), D(20)).sentence.startswith(
        "A prototype costs 2 times a piece, less than usual (5 to 10 times is usual):"
    )
    assert prototype_multiple(D(500), D(20)).sentence.startswith(
        "A prototype costs 25 times a piece, more than usual"
    )


def test_below_the_moq_the_sample_price_is_paid_for_all() -> None:
    found = moq_economics(300, minimum=500, sample_price=D(40), run_price=D(18))
    assert (found.cheaper_run, found.leftover, found.from_quantity) == (True, 200, 226)
    assert found.sentence == (
        "300 at the sample price cost $12,000; the MOQ of 500 costs $9,000 and leaves 200, "
        "worth $3,600. From 226 on the MOQ costs less."
    )
    few = moq_economics(225, minimum=500, sample_price=D(40), run_price=D(18))
    assert (few.cheaper_run, few.cost_sample) == (False, D(9000))
    assert moq_economics(600, minimum=500, sample_price=D(40), run_price=D(18)).sentence == (
        "600 are the MOQ of 500 or more: $10,800 at the run's price."
    )


@given(st.integers(1, 400), st.integers(1, 400), st.integers(0, 50), st.integers(0, 50))
def test_from_the_quantity_named_on_the_moq_costs_less(
    wanted: int, minimum: int, sample: int, run: int
) -> None:
    found = moq_economics(wanted, minimum=minimum, sample_price=D(sample), run_price=D(run))
    assert found.cheaper_run == (wanted >= found.from_quantity)
