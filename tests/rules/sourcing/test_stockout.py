"""When a part runs out, and until when ordering helps."""

from datetime import date, timedelta
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from firstoff.rules.sourcing.stockout import Demand, Reorder, StockOutlook, stock_outlook
from firstoff.rules.sourcing.values import OrderFacts

D = Decimal
TODAY = date(2026, 4, 1)


def outlook(**more: object) -> StockOutlook:
    asked = {
        "on_hand": D(300),
        "demand": [Demand(date(2026, 5, 1), D(200)), Demand(date(2026, 9, 1), D(500))],
        "today": TODAY,
        "lead_time_days": 112,
        **more,
    }
    return stock_outlook("C-100", **asked)  # type: ignore[arg-type]


def test_a_part_runs_out_on_the_day_that_demand_is_not_met() -> None:
    found = outlook()
    assert [(p.on, p.taken, p.on_hand) for p in found.points] == [
        (TODAY, D(0), D(300)),
        (date(2026, 5, 1), D(200), D(100)),
        (date(2026, 9, 1), D(500), D(-400)),
    ]
    assert (found.stock_out, found.missing) == (date(2026, 9, 1), D(400))


def test_the_last_day_to_reorder_is_the_lead_time_before() -> None:
    found = outlook()
    assert (found.reorder_by, found.reorder, found.alerts) == (
        date(2026, 5, 12),
        Reorder.LATER,
        False,
    )
    assert found.sentence == (
        "C-100 runs out on 2026-09-01, 400 missing; with 16 weeks of lead time reorder by "
        "2026-05-12."
    )
    assert found.way_out == "Order 400 by 2026-05-12."


def test_the_alert_comes_before_it_is_too_late() -> None:
    soon = outlook(today=date(2026, 4, 28))
    assert (soon.reorder, soon.alerts) == (Reorder.SOON, True)
    last = outlook(today=date(2026, 5, 12))
    assert last.reorder is Reorder.SOON
    late = outlook(today=date(2026, 5, 13))
    assert (late.reorder, late.sentence) == (
        Reorder.TOO_LATE,
        "C-100 runs out on 2026-09-01, 400 missing; with 16 weeks of lead time the last day to "
        "reorder was 2026-05-12, 1 day ago.",
    )


def test_the_days_of_incoming_inspection_are_part_of_the_wait() -> None:
    orders = [OrderFacts("PO-1", D(400), date(2026, 8, 30))]
    assert outlook(orders=orders).stock_out is None
    found = outlook(orders=orders, receiving_days=3)
    assert (found.stock_out, found.reorder_by) == (date(2026, 9, 1), date(2026, 5, 9))


def test_what_comes_in_on_a_day_is_there_for_that_day() -> None:
    found = outlook(orders=[OrderFacts("PO-1", D(400), date(2026, 9, 1))])
    assert (found.reorder, found.sentence) == (
        Reorder.NOT_NEEDED,
        "C-100 lasts: 0 left at the end.",
    )


def test_an_overdue_order_brings_nothing_and_is_named() -> None:
    orders = [
        OrderFacts("PO-1", D(400), date(2026, 3, 31)),
        OrderFacts("PO-2", D(400), None),
    ]
    found = outlook(orders=orders)
    assert [order.number for order in found.overdue] == ["PO-1", "PO-2"]
    assert found.sentence.endswith("Not counted, as no date ahead is known: PO-1 and PO-2.")
    assert found.missing == D(400)


def test_safety_stock_moves_the_last_day_and_not_the_stock_out() -> None:
    found = outlook(safety=D(150))
    assert (found.below_safety, found.stock_out, found.reorder) == (
        date(2026, 5, 1),
        date(2026, 9, 1),
        Reorder.TOO_LATE,
    )


def test_without_a_lead_time_nobody_can_say_when_to_order() -> None:
    found = outlook(lead_time_days=None)
    assert (found.reorder, found.alerts, found.way_out) == (
        Reorder.NO_LEAD_TIME,
        True,
        "Ask for a lead time.",
    )


def test_demand_of_yesterday_is_taken_today() -> None:
    found = outlook(demand=[Demand(date(2026, 3, 1), D(301))])
    assert (found.stock_out, found.missing) == (TODAY, D(1))


@given(
    st.integers(0, 500),
    st.lists(st.tuples(st.integers(-5, 60), st.integers(0, 90)), max_size=12),
    st.lists(st.tuples(st.integers(0, 60), st.integers(1, 90)), max_size=6),
)
def test_what_is_missing_is_exactly_what_lets_it_last(
    on_hand: int, taken: list[tuple[int, int]], ordered: list[tuple[int, int]]
) -> None:
    demand = [Demand(TODAY + timedelta(days=d), D(q)) for d, q in taken]
    orders = [
        OrderFacts(str(i), D(q), TODAY + timedelta(days=d)) for i, (d, q) in enumerate(ordered)
    ]
    found = stock_outlook("P", on_hand=D(on_hand), demand=demand, today=TODAY, orders=orders)
    assert (found.stock_out is None) == (found.missing == 0)
    more = D(on_hand) + found.missing
    again = stock_outlook("P", on_hand=more, demand=demand, today=TODAY, orders=orders)
    assert again.stock_out is None
    assert found.points[-1].on_hand == on_hand + sum(q for _, q in ordered) - sum(
        q for _, q in taken
    )
