"""What to buy of a part, and over all parts."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from firstoff.errors import Refused
from firstoff.rules.sourcing.buying import PartNeed, buy, buying_plan, pooled
from firstoff.rules.sourcing.values import (
    Approval,
    Build,
    LineNeed,
    ManufacturerPartFacts,
    Offer,
    OrderFacts,
    PriceBreak,
    Source,
    StockFacts,
)
from firstoff.terms import RunKind

D = Decimal
TODAY = date(2026, 4, 1)
BUILD = Build(RunKind.PRODUCTION, 500, TODAY, date(2026, 7, 1))
ANY = (Approval(),)
QUALIFIED = (Approval(form=True, fit=True, function=True, evidence=("TR-17",)),)


def offer(supplier: str, price: str, **more: object) -> Offer:
    asked = {"currency": "USD", "lead_time_days": 14, **more}
    breaks = (PriceBreak(D(1), D(price)),)
    return Offer(supplier, supplier, "n", supplier, breaks=breaks, **asked)  # type: ignore[arg-type]


def source(
    *offers: Offer, alternate: bool = False, approvals: tuple[Approval, ...] = ANY
) -> Source:
    made = ManufacturerPartFacts(offers[0].key, f"M-{offers[0].key}", "Maker")
    return Source(made, approvals, offers, alternate)


CAPACITOR = offer("Acme", "0.40", minimum_value=D(2000), lead_time_days=112)
NEED = PartNeed("C-100", D(510))


def test_a_minimum_of_2000_dollars_leaves_4490_capacitors_over() -> None:
    found = buy(NEED, [source(CAPACITOR)], replace(BUILD, needed_by=None))
    assert (found.quantity, found.cost, found.leftover) == (D(5000), D(2000), D(4490))
    assert (found.leftover_value, found.forced) == (D(1796), D(1796))
    assert found.sentence == (
        "Buy 5,000 from Acme at $0.40: $2,000 for the 510 needed. "
        "4,490 left over, worth $1,796; MOQ or multiple forces $1,796."
    )


def test_an_offer_that_comes_too_late_is_taken_only_where_nothing_else_covers() -> None:
    late = buy(NEED, [source(CAPACITOR)], BUILD)
    assert (late.late, late.arrives) == (True, date(2026, 7, 22))
    assert late.sentence.endswith(
        "The last of it is here on 2026-07-22; it is needed by 2026-07-01."
    )
    assert late.way_out == "Ask for more offers, or approve another source."
    other = source(offer("Bolt", "4.10"), alternate=True, approvals=QUALIFIED)
    soon = buy(NEED, [source(CAPACITOR), other], BUILD)
    assert (soon.late, soon.sentence) == (
        False,
        "Buy 510 from Bolt at $4.10: $2,091 for the 510 needed.",
    )


def test_what_lies_at_the_supplier_is_bought_whatever_the_lead_time() -> None:
    shelf = offer("Acme", "0.40", lead_time_days=112, in_stock=D(300))
    dear = offer("Bolt", "0.90")
    found = buy(NEED, [source(shelf), source(dear)], BUILD)
    assert found.sentence == (
        "Buy 300 from Acme at $0.40 and 210 from Bolt at $0.90: $309 for the 510 needed."
    )


def test_an_alternate_is_considered_and_left_out_until_it_is_qualified() -> None:
    cheap = source(offer("Bolt", "0.10"), alternate=True)
    found = buy(NEED, [source(offer("Acme", "0.40")), cheap], BUILD)
    assert found.purchases[0].offer.supplier == "Acme"
    assert [(c.offer.supplier, c.cost, c.reason) for c in found.considered] == [
        ("Acme", D(204), ""),
        (
            "Bolt",
            D(51),  # what qualifying it would be worth
            "is no qualified alternate: form, fit, function and evidence not shown",
        ),
    ]


def test_a_part_without_a_usable_offer_says_why() -> None:
    old = offer("Acme", "0.40", valid_until=date(2026, 3, 31))
    found = buy(NEED, [source(old)], BUILD)
    assert (found.short, found.sentence) == (
        D(510),
        "No offer can be used for the 510 needed. Maker M-Acme was valid until 2026-03-31.",
    )
    assert found.considered[0].cost is None
    assert buy(NEED, [], BUILD).way_out == "Ask for an offer."


def test_what_is_here_or_on_order_is_not_bought() -> None:
    need = replace(NEED, on_hand=D(400), on_order=D(200))
    found = buy(need, [source(CAPACITOR)], BUILD)
    assert (found.cost, found.sentence) == (
        D(0),
        "Nothing to buy: 510 needed, 600 here or on order.",
    )


def test_a_foreign_price_without_a_rate_is_refused() -> None:
    euro = [source(offer("Euro", "0.30", currency="EUR"))]
    with pytest.raises(Refused) as refused:
        buy(NEED, euro, BUILD)
    assert str(refused.value) == (
        "C-100 is offered in EUR, and the plan counts in USD; no rate is given. "
        "Give a rate for one EUR in USD."
    )
    assert refused.value.code == "R-25"
    assert buy(NEED, euro, replace(BUILD, rates={"EUR": D("1.1")})).cost == D("168.3")
    shown = [replace(euro[0], alternate=True)]  # not qualified: nobody pays in it yet
    assert buy(NEED, shown, BUILD).considered[0].cost is None


def test_lines_of_one_part_are_pooled_before_they_are_made_whole() -> None:
    lines = [
        LineNeed("1", "R-1", D("0.5"), attrition=D(2)),
        LineNeed("2", "C-1", D(1)),
        LineNeed("3", "R-1", D("0.5"), setup=D(5)),
    ]
    needs = pooled(lines, replace(BUILD, units=3))
    assert [(n.part, n.need, n.lines) for n in needs] == [
        ("R-1", D(9), ("1", "3")),  # 1.53 + 6.5
        ("C-1", D(3), ("2",)),
    ]


def test_orders_count_when_they_are_due_between_today_and_the_day_needed() -> None:
    orders = [
        OrderFacts("late", D(1), date(2026, 3, 31)),
        OrderFacts("now", D(10), TODAY),
        OrderFacts("in time", D(100), date(2026, 7, 1)),
        OrderFacts("after", D(1000), date(2026, 7, 2)),
        OrderFacts("undated", D(10000), None),
    ]
    (need,) = pooled(
        [LineNeed("1", "R-1", D(1))],
        BUILD,
        stock={"R-1": StockFacts(D(40), D(99))},
        orders={"R-1": orders},
    )
    assert (need.on_hand, need.on_order, need.net) == (D(40), D(110), D(350))


def test_attrition_and_setup_are_added_and_steps_are_kept() -> None:
    line = LineNeed("1", "R-1", D(4), attrition=D("2.5"), setup=D(20))
    assert line.needed(500) == D(2070)
    assert replace(line, rounding=D(100)).needed(500) == D(2100)
    assert replace(line, per_unit=D("0.1234"), unit="m").needed(10) == D("21.26485")
    assert line.needed(0) == 0


def test_a_plan_names_its_total_what_is_left_and_what_is_forced() -> None:
    needs = [NEED, PartNeed("R-1", D(1000)), PartNeed("U-9", D(5))]
    sources = {
        "C-100": [source(replace(CAPACITOR, lead_time_days=7))],
        "R-1": [source(offer("Bolt", "0.01", multiple=D(5000)))],
    }
    plan = buying_plan(needs, sources, BUILD)
    assert (plan.total, plan.leftover_value, plan.forced) == (D(2050), D(1836), D(1836))
    assert [b.need.part for b in plan.dearest] == ["C-100", "R-1"]
    assert [b.need.part for b in plan.unbought] == ["U-9"]
    assert plan.sentence == (
        "2 parts to buy for $2,050; $1,836 of it is left over; MOQs and multiples force $1,836. "
        "1 part cannot be had in full: U-9."
    )
    assert buying_plan([], {}, BUILD).sentence == "No part is needed."


@settings(deadline=None, max_examples=100)
@given(
    units=st.integers(1, 400),
    minimum=st.integers(0, 300),
    multiple=st.sampled_from([1, 3, 10, 250]),
    stock=st.integers(0, 300),
)
def test_stock_and_purchase_together_cover_the_need(
    units: int, minimum: int, multiple: int, stock: int
) -> None:
    need = PartNeed("C", D(units), on_hand=D(stock))
    asked = offer("A", "0.5", minimum=D(minimum), multiple=D(multiple))
    found = buy(need, [source(asked)], BUILD)
    assert found.quantity + stock >= units
    assert found.leftover == found.quantity - need.net
    assert 0 <= found.forced <= found.cost
