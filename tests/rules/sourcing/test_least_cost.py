"""The cheapest way to get a quantity, held to every combination tried."""

from decimal import Decimal
from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from firstoff.rules.sourcing.least_cost import Choice, least_cost
from firstoff.rules.sourcing.values import ONE, ZERO, Offer, PriceBreak

D = Decimal


def offer(key: str, *breaks: tuple[str, str], **more: str) -> Offer:
    steps = tuple(PriceBreak(D(q), D(p)) for q, p in breaks)
    given = {name: D(value) for name, value in more.items()}
    return Offer(key, key, f"{key}-1", "m", "USD", steps, **given)  # type: ignore[arg-type]


def plain(value: Decimal) -> str:
    return f"{value.normalize():f}"


def bought(need: str, *choices: Choice | Offer) -> dict[str, str]:
    asked = [c if isinstance(c, Choice) else Choice(c) for c in choices]
    found = least_cost(D(need), asked)
    return {
        p.offer.key: f"{plain(p.quantity)} at {plain(p.price)}: {plain(p.cost)}"
        for p in found.purchases
    }


def test_a_cheaper_break_is_bought_up_to_where_it_costs_less_in_all() -> None:
    steps = offer("A", ("1", "1.00"), ("1000", "0.80"))
    assert bought("900", steps) == {"A": "1000 at 0.8: 800"}
    assert bought("799", steps) == {"A": "799 at 1: 799"}


def test_the_minimum_and_the_multiple_are_kept() -> None:
    reels = offer("A", ("1", "0.10"), minimum="4000", multiple="4000")
    assert bought("4001", reels) == {"A": "8000 at 0.1: 800"}
    assert bought("3", offer("A", ("1", "2"), minimum="10", multiple="4")) == {"A": "12 at 2: 24"}


def test_a_minimum_in_money_is_reached_in_pieces() -> None:
    assert bought("500", offer("A", ("1", "0.40"), minimum_value="2000")) == {
        "A": "5000 at 0.4: 2000"
    }


def test_a_full_reel_and_the_rest_elsewhere_costs_less_than_two_reels() -> None:
    reel = offer("reel", ("1000", "0.10"), minimum="1000", multiple="1000")
    cut = offer("cut", ("1", "0.20"))
    assert bought("1100", reel, cut) == {"reel": "1000 at 0.1: 100", "cut": "100 at 0.2: 20"}


def test_an_order_that_costs_something_is_not_split_off_for_little() -> None:
    reel = offer("reel", ("1000", "0.10"), minimum="1000", multiple="1000")
    cut = offer("cut", ("1", "0.20"), order_cost="90")
    assert bought("1100", reel, cut) == {"reel": "2000 at 0.1: 200"}


def test_limited_stock_is_bought_out_and_the_rest_is_short() -> None:
    few = Choice(offer("few", ("1", "1")), limit=D(30))
    none = Choice(offer("none", ("1", "1"), minimum="50"), limit=D(20))
    found = least_cost(D(100), [few, none])
    assert (found.quantity, found.cost, found.short) == (D(30), D(30), D(70))
    dear = Choice(offer("dear", ("1", "9")))
    assert bought("100", few, none, dear) == {"dear": "70 at 9: 630", "few": "30 at 1: 30"}


def test_a_rate_turns_foreign_prices_over_exactly() -> None:
    euro = Choice(offer("EU", ("1", "0.0301")), rate=D("1.083"))
    assert bought("1000", euro) == {"EU": "1000 at 0.0325983: 32.5983"}


def test_lengths_are_bought_in_parts_of_a_metre() -> None:
    assert bought("2.37", offer("A", ("0", "4"), minimum="0", multiple="0.25")) == {
        "A": "2.5 at 4: 10"
    }


def test_nothing_needed_is_nothing_bought() -> None:
    assert least_cost(ZERO, [Choice(offer("A", ("1", "1")))]).purchases == ()


def test_awkward_multiples_are_proved() -> None:
    choices = [
        Choice(offer(key, ("1", price), minimum=m, multiple=m))
        for key, price, m in (
            ("A", "0.101", "3000"),
            ("B", "0.1005", "4000"),
            ("C", "0.1", "7000"),
        )
    ]
    found = least_cost(D(1_000_001), choices)
    assert (found.proved, found.quantity) == (True, D(1_001_000))
    assert found.cost == D("100100.0")


def brute(need: int, choices: list[Choice]) -> Decimal | None:
    ways = []
    for choice in choices:
        o = choice.offer
        top = need + int(o.minimum + o.multiple) + int(max(b.quantity for b in o.breaks)) + 12
        options = [(0, ZERO)]
        for q in range(1, top):
            step = max(
                (b for b in o.breaks if b.quantity <= q), key=lambda b: b.quantity, default=None
            )
            if step is None or q < o.minimum or q % o.multiple:
                continue
            if choice.limit is not None and q > choice.limit:
                continue
            if q * step.price < o.minimum_value:
                continue
            options.append((q, q * step.price * choice.rate + o.order_cost * choice.rate))
        ways.append(options)
    costs = [sum((c for _, c in w), ZERO) for w in product(*ways) if sum(q for q, _ in w) >= need]
    return min(costs, default=None)


@st.composite
def choices(draw: st.DrawFn) -> Choice:
    quantities = draw(st.lists(st.integers(1, 12), min_size=1, max_size=3, unique=True))
    steps = tuple((str(q), str(draw(st.integers(0, 9)))) for q in sorted(quantities))
    made = offer(
        "X",
        *steps,
        minimum=str(draw(st.integers(0, 9))),
        multiple=str(draw(st.sampled_from([1, 2, 3, 5]))),
        order_cost=str(draw(st.sampled_from([0, 0, 4]))),
        minimum_value=str(draw(st.sampled_from([0, 0, 0, 7]))),
    )
    limit = draw(st.one_of(st.none(), st.integers(0, 14)))
    rate = draw(st.sampled_from([ONE, D("1.5")]))
    return Choice(made, rate, None if limit is None else D(limit))


@pytest.mark.slow
@settings(deadline=None, max_examples=80)
@given(need=st.integers(1, 16), offered=st.lists(choices(), min_size=1, max_size=3))
def test_no_combination_costs_less(need: int, offered: list[Choice]) -> None:
    found = least_cost(D(need), offered)
    least = brute(need, offered)
    assert found.proved
    assert (found.short > 0) == (least is None)
    if least is not None:
        assert found.cost == least


@pytest.mark.slow
@settings(deadline=None, max_examples=80)
@given(need=st.integers(1, 60), offered=st.lists(choices(), min_size=1, max_size=4))
def test_minimum_multiple_and_limit_hold_for_every_order(need: int, offered: list[Choice]) -> None:
    limits = {id(c.offer): c.limit for c in offered}
    for order in least_cost(D(need), offered).purchases:
        limit = limits[id(order.offer)]
        assert order.quantity >= order.offer.minimum
        assert order.quantity % order.offer.multiple == 0
        assert limit is None or order.quantity <= limit
        assert order.quantity * order.price >= order.offer.minimum_value


@pytest.mark.slow
@settings(deadline=None, max_examples=80)
@given(need=st.integers(1, 60), offered=st.lists(choices(), min_size=1, max_size=4))
def test_more_never_costs_less_and_covers_what_is_needed(need: int, offered: list[Choice]) -> None:
    here, more = (least_cost(D(n), offered) for n in (need, need + 1))
    assert here.quantity + here.short >= need
    if not more.short:
        assert here.cost <= more.cost
