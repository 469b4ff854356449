"""Which approval holds for which run; what is to come of an order; offers that say the same."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from firstoff.errors import InvalidInput, Refused
from firstoff.rules.sourcing.approvals import ApprovalGiven, holding
from firstoff.rules.sourcing.assumptions import read_way, write_way
from firstoff.rules.sourcing.ordering import OrderStanding, check_new_date, check_open
from firstoff.rules.sourcing.quoting import OfferGiven, check_given
from firstoff.terms import ApprovalDecision, RunKind

PROPOSED, APPROVED, WITHDRAWN = (ApprovalGiven(d) for d in ApprovalDecision)
DUE = date(2026, 6, 7)


def on(kind: RunKind, given: ApprovalGiven) -> ApprovalGiven:
    return replace(given, run_kind=kind.value)


@pytest.mark.parametrize(
    ("decisions", "kinds"),
    [
        ([], set()),
        ([PROPOSED], set()),
        ([APPROVED], set(RunKind)),
        ([APPROVED, PROPOSED], set(RunKind)),
        ([APPROVED, on(RunKind.PILOT, WITHDRAWN)], set(RunKind) - {RunKind.PILOT}),
        ([on(RunKind.PILOT, WITHDRAWN), APPROVED], set(RunKind)),
        ([on(RunKind.PILOT, APPROVED)], {RunKind.PILOT}),
        ([on(RunKind.PILOT, APPROVED), WITHDRAWN], set()),
    ],
)
def test_the_latest_decision_on_a_kind_or_on_every_kind_holds(
    decisions: list[ApprovalGiven], kinds: set[RunKind]
) -> None:
    assert set(holding(decisions)) == kinds


def test_evidence_is_words_or_a_document() -> None:
    said = ApprovalGiven(ApprovalDecision.APPROVED, "", True, True, True)
    assert (said.missing, said.qualified) == (("evidence",), False)
    assert replace(said, evidence=" ").missing == ("evidence",)
    assert replace(said, document="R-12").qualified is True
    assert replace(said, decision=ApprovalDecision.PROPOSED, evidence="x").qualified is False


@pytest.mark.parametrize(
    ("received", "cancelled", "open_", "state"),
    [
        ("0", False, "10", "open"),
        ("4", False, "6", "partial"),
        ("10", False, "0", "complete"),
        ("12", False, "0", "complete"),
        ("4", True, "0", "cancelled"),
    ],
)
def test_what_is_still_to_come_of_an_order(
    received: str, cancelled: bool, open_: str, state: str
) -> None:
    order = OrderStanding("1", "CAP", Decimal(10), Decimal(received), DUE, "", cancelled)
    assert (order.open, order.state) == (Decimal(open_), state)
    if not order.open:
        with pytest.raises(Refused) as no:
            check_open(order, "receive on it")
        assert no.value.code == "R-24"


def test_the_same_date_is_confirmed_once() -> None:
    order = OrderStanding("1", "CAP", Decimal(10), Decimal(0), DUE)
    check_new_date(order, DUE)
    with pytest.raises(InvalidInput, match="already"):
        check_new_date(replace(order, confirmed=True), DUE)


def test_an_offer_without_a_day_says_the_same_on_another_one() -> None:
    offer = OfferGiven("Mouser", "usd", ((Decimal(100), Decimal("0.2")),), source="a.csv")
    stands = check_given(replace(offer, quoted_on=DUE, source="b.csv"), "X")
    assert stands.currency == "USD"
    assert check_given(offer, "X").says_the_same(stands) is True
    assert (
        check_given(replace(offer, quoted_on=date(2026, 7, 1)), "X").says_the_same(stands) is False
    )


def test_breaks_stand_by_rising_quantity() -> None:
    steps = ((Decimal(100), Decimal("0.2")), (Decimal(1), Decimal("0.5")))
    assert [n for n, _ in check_given(OfferGiven("M", "USD", steps), "X").breaks] == [1, 100]


def test_assumptions_go_there_and_back() -> None:
    given = {"labour_minutes": "6", "labour_rate": "50", "yield_likely": "0.95", "batch": "50"}
    way = read_way("soft", given)
    assert (write_way(way), way.batch, way.yields.likely) == (given, 50, Decimal("0.95"))
    for wrong in ({"labour": "1"}, {"nre": "much"}, {"batch": "1.5"}, {"yield_likely": "0"}):
        with pytest.raises(InvalidInput):
            read_way("soft", wrong)
