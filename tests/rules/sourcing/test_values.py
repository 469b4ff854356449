"""Offers that can mean nothing, approvals, and how figures read."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from firstoff.errors import InvalidInput
from firstoff.rules.sourcing import words
from firstoff.rules.sourcing.values import (
    Approval,
    ManufacturerPartFacts,
    Offer,
    PriceBreak,
    Source,
    check_offer,
    up_to_step,
    whole,
)
from firstoff.terms import RunKind

D = Decimal
OFFER = Offer("1", "Acme", "A-1", "tdk", "USD", (PriceBreak(D(1), D("0.40")),), lead_time_days=112)
APPROVED = Approval(form=True, fit=True, function=True, evidence=("TR-17",))


def test_a_good_offer_is_given_back() -> None:
    assert check_offer(OFFER) == OFFER


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ({"multiple": D(0)}, "The offer of Acme for A-1 has 0 as multiple; expected above 0."),
        ({"minimum": D(-1)}, "The offer of Acme for A-1 has -1 as minimum; expected 0 or more."),
        (
            {"minimum_value": D("NaN")},
            "The offer of Acme for A-1 has NaN as minimum value; expected 0 or more.",
        ),
        (
            {"breaks": (PriceBreak(D(1), D(-2)),)},
            "The offer of Acme for A-1 has the price -2 from 1; expected 0 or more.",
        ),
        (
            {"breaks": (PriceBreak(D(1), D(2)), PriceBreak(D("1.0"), D(3)))},
            "The offer of Acme for A-1 has two prices from 1.0.",
        ),
    ],
)
def test_an_offer_that_can_mean_nothing_is_refused(
    changed: dict[str, object], sentence: str
) -> None:
    with pytest.raises(InvalidInput) as refused:
        check_offer(replace(OFFER, **changed))  # type: ignore[arg-type]
    assert refused.value.message == sentence


def test_an_offer_holds_to_the_end_of_its_last_day() -> None:
    dated = replace(OFFER, valid_until=date(2026, 4, 1))
    found = [dated.is_open(date(2026, 4, day)) for day in (1, 2)]
    assert found == [True, False]
    assert not replace(OFFER, breaks=()).is_open(date(2026, 4, 1))


def test_enough_on_the_shelf_of_the_supplier_waits_for_no_lead_time() -> None:
    today, shelf = date(2026, 4, 1), replace(OFFER, in_stock=D(100))
    assert [shelf.arrives(today, D(n)) for n in (100, 101)] == [today, date(2026, 7, 22)]
    assert replace(OFFER, lead_time_days=None).arrives(today, D(1)) is None


def test_the_approval_that_serves_a_run_best_holds() -> None:
    pilot = replace(APPROVED, run_kinds=frozenset({RunKind.PILOT}))
    source = Source(ManufacturerPartFacts("tdk", "C3216"), (Approval(), pilot), alternate=True)
    assert [source.lacks(kind) for kind in (RunKind.PILOT, RunKind.PRODUCTION)] == [
        "",
        "is no qualified alternate: form, fit, function and evidence not shown",
    ]
    assert replace(source, approvals=()).lacks(RunKind.PILOT) == "is not approved for pilot runs"


def test_pieces_are_whole_and_lengths_are_not() -> None:
    assert [whole(D("2.1"), unit) for unit in ("", "pcs", "Ea.", "m")] == [3, 3, 3, D("2.1")]
    assert [up_to_step(D("2.1"), D(step)) for step in ("0.25", "5", "0")] == [
        D("2.25"),
        D(5),
        D("2.1"),
    ]


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        ("2000", "$2,000"),
        ("61.4", "$61.40"),
        ("1234.5", "$1,235"),
        ("0.0123", "$0.0123"),
        ("0.4", "$0.40"),
        ("0", "$0"),
        ("-3.5", "-$3.50"),
    ],
)
def test_money_shows_cents_where_they_matter(value: str, shown: str) -> None:
    assert words.money(D(value), "USD") == shown


def test_figures_read_as_a_buyer_writes_them() -> None:
    assert words.money(D(5), "CHF") == "CHF\u00a05"
    assert words.quantity(D("5000.50"), "m") == "5,000.5\u00a0m"
    assert [words.days(n) for n in (0, 1, 7, 10, 14, 112)] == [
        "0 days",
        "1 day",
        "7 days",
        "10 days",
        "2 weeks",
        "16 weeks",
    ]
    assert words.listed(["a", "b", "c"], most=2) == "a and 2 more"
    assert words.percent(D("75.125")) == "75.1\u00a0%"
