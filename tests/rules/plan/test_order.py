"""Which operation waits for which: straight lines, branches, and what cannot be."""

from dataclasses import replace

import pytest

from firstoff.errors import InvalidInput
from firstoff.rules.execution import (
    RouteFacts,
    ends_route,
    open_operations,
    route_refusals,
)
from firstoff.rules.plan import (
    PlanOperation,
    check_operations,
    in_order,
    order_of,
    route_picture,
)

LINE = (PlanOperation(10, "Cut"), PlanOperation(20, "Bend"), PlanOperation(30, "Coat"))
# 10, then 20 and 30 beside each other, then 40.
DIAMOND = (
    PlanOperation(10, "Cut"),
    PlanOperation(20, "Bend the lid"),
    PlanOperation(30, "Bend the body", predecessors=(10,)),
    PlanOperation(40, "Join", predecessors=(20, 30)),
)
# 10, then 20 and 30, both of which end it.
FORK = (*DIAMOND[:3],)


def seqs(operations):
    return tuple(o.seq for o in operations)


def test_a_plan_that_says_nothing_is_a_straight_line():
    order = order_of(LINE)
    assert (order.sequence, order.last, order.straight) == ((10, 20, 30), {30}, True)
    assert order.before == {10: set(), 20: {10}, 30: {10, 20}}


def test_branches_lie_beside_each_other():
    order = order_of(DIAMOND)
    assert (order.sequence, order.last, order.straight) == ((10, 20, 30, 40), {40}, False)
    assert order.before == {10: set(), 20: {10}, 30: {10}, 40: {10, 20, 30}}


def test_an_operation_can_be_first_whatever_its_number():
    plan = (*LINE, PlanOperation(40, "Print the label", predecessors=()))
    assert order_of(plan).direct == {10: (), 20: (10,), 30: (20,), 40: ()}


def test_an_operation_can_wait_for_one_with_a_larger_number():
    plan = (
        PlanOperation(10, "Join", predecessors=(30,)),
        PlanOperation(20, "Bend", predecessors=()),
        PlanOperation(30, "Coat"),
    )
    assert seqs(in_order(plan)) == (20, 30, 10)


def test_what_it_waits_for_has_to_be_in_the_plan():
    with pytest.raises(InvalidInput) as found:
        check_operations([*LINE, PlanOperation(40, "Join", predecessors=(25,))])
    assert str(found.value) == (
        "Operation 40 waits for 25, which the plan does not have. It has: 10, 20, 30."
    )
    assert found.value.details == {"field": "predecessors", "seq": 40}


@pytest.mark.parametrize(
    ("waits", "sentence"),
    [
        ({20: (20,)}, "Operation 20 waits for itself."),
        ({10: (30,)}, "The operations wait for each other: 10 after 30 after 20 after 10."),
    ],
)
def test_a_loop_is_named(waits, sentence):
    plan = [replace(o, predecessors=waits.get(o.seq, o.predecessors)) for o in LINE]
    with pytest.raises(InvalidInput) as found:
        check_operations(plan)
    assert found.value.message == sentence


ROUTE = RouteFacts("U-1", DIAMOND, 40)
CUT = {(1, 10): "pass"}


def test_branches_may_be_recorded_in_any_order():
    assert route_refusals(replace(ROUTE, seq=30, done=CUT)) == ()
    assert route_refusals(replace(ROUTE, seq=20, done={**CUT, (1, 30): "pass"})) == ()


def test_what_joins_them_waits_for_all_of_them():
    (found,) = route_refusals(replace(ROUTE, done={**CUT, (1, 30): "pass"}))
    assert found.message == (
        "U-1 has no record of operation 20, Bend the lid. Operation 40 may not come before it."
    )


@pytest.mark.parametrize(
    ("done", "expected"),
    [
        ({}, (10,)),
        (CUT, (20, 30)),
        ({**CUT, (1, 30): "pass"}, (20,)),
        ({**CUT, (1, 20): "pass", (1, 30): "pass"}, (40,)),
        ({**CUT, (1, 20): "pass", (1, 30): "pass", (1, 40): "pass"}, ()),
    ],
)
def test_the_line_offers_every_branch_that_is_open(done, expected):
    assert seqs(open_operations(replace(ROUTE, done=done))) == expected


def test_rework_of_one_branch_leaves_the_other_as_it_is():
    done = {**CUT, (1, 20): "fail", (1, 30): "pass"}
    facts = replace(ROUTE, attempt=2, done=done)
    assert seqs(open_operations(facts)) == (20,)
    again = replace(facts, done={**done, (2, 20): "pass"})
    assert route_refusals(again) == ()


def test_rework_from_the_root_does_both_branches_anew():
    done = {**CUT, (1, 20): "fail", (1, 30): "pass", (2, 10): "pass"}
    assert seqs(open_operations(replace(ROUTE, attempt=2, done=done))) == (20, 30)


@pytest.mark.parametrize(
    ("seq", "attempt", "done", "expected"),
    [
        (10, 1, {}, False),
        (20, 1, CUT, False),  # 30 is still to do
        (20, 1, {**CUT, (1, 30): "pass"}, True),
        (30, 1, {**CUT, (1, 20): "pass"}, True),
        (20, 2, {**CUT, (1, 20): "fail", (1, 30): "pass"}, True),
        (20, 2, {**CUT, (1, 20): "fail", (1, 30): "pass", (2, 10): "pass"}, False),
    ],
)
def test_a_plan_with_two_ends_ends_with_the_later_of_them(seq, attempt, done, expected):
    facts = RouteFacts("U-1", FORK, seq, attempt, done)
    assert ends_route(facts) is expected


def test_a_straight_plan_ends_with_its_last_operation_even_if_one_was_let_through():
    assert ends_route(RouteFacts("U-1", LINE, 30, 1, {(1, 10): "pass"}))


def test_the_picture_puts_branches_below_each_other_and_bends_no_line_behind_a_box():
    long = (
        PlanOperation(10, "Cut"),
        PlanOperation(20, "Skim", predecessors=()),
        PlanOperation(30, "Look", predecessors=(10,)),
        PlanOperation(40, "Join", predecessors=(20, 30, 10)),
    )
    drawn = route_picture(long)
    assert {b.seq: (b.x, b.y) for b in drawn.boxes} == {
        10: (4, 4),
        20: (4, 60),
        30: (234, 4),
        40: (464, 4),
    }
    # 40 behind 10 shows by 30 behind 10; the line from 20 keeps its row until it bends.
    assert (len(drawn.links), drawn.links[1]) == (3, "M190 81H420C442 81 442 25 464 25")
    assert (drawn.width, drawn.height) == (654, 106)


def test_the_picture_of_nothing_is_empty():
    assert route_picture(()).boxes == ()
