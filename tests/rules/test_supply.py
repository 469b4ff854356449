"""What may be drawn from a lot, and when."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from firstoff.errors import Refused
from firstoff.rules.supply import (
    LotFacts,
    check_draw,
    check_same_material,
    check_status,
    check_usable,
    is_skip_lot,
    quantity,
)
from firstoff.terms import LotStatus

LOT = LotFacts("G-1", "GLZ", Decimal("0.5"), "kg", LotStatus.ACCEPTED, LotStatus.ACCEPTED)
DAY = date(2026, 5, 8)


@pytest.mark.parametrize("status", [s for s in LotStatus if s is not LotStatus.ACCEPTED])
def test_only_an_accepted_lot_is_drawn_from(status: LotStatus) -> None:
    with pytest.raises(Refused) as refused:
        check_usable(replace(LOT, status=status, then=status), on=DAY)
    assert refused.value.code == "R-22"
    check_usable(replace(LOT, status=status), on=DAY)  # it was accepted then
    check_usable(replace(LOT, then=status), on=DAY)  # it was accepted since


def test_a_lot_is_good_on_the_day_it_expires_and_not_after() -> None:
    check_usable(replace(LOT, expires=DAY), on=DAY)
    with pytest.raises(Refused) as refused:
        check_usable(replace(LOT, expires=date(2026, 5, 7)), on=DAY)
    assert refused.value.message == "Lot G-1 of GLZ expired on 2026-05-07."


def test_what_is_left_is_said_with_its_unit() -> None:
    assert check_draw(LOT, Decimal("0.5")) == 0
    with pytest.raises(Refused) as refused:
        check_draw(LOT, Decimal("0.500001"))
    assert refused.value.message == (
        "Lot G-1 of GLZ has 0.5\u00a0kg left; 0.500001\u00a0kg cannot be taken from it."
    )


def test_material_of_two_parts_makes_no_lot() -> None:
    with pytest.raises(Refused):
        check_same_material("INK", LOT)


def test_skip_lot_is_said_at_the_beginning_of_the_reason() -> None:
    found = [is_skip_lot(text) for text in ("skip-lot", " Skip-Lot: plan 3", "no skip-lot", "")]
    assert found == [True, True, False, False]
    check_status(LOT, LotStatus.ACCEPTED, "skip-lot", critical=False)
    with pytest.raises(Refused):
        check_status(LOT, LotStatus.ACCEPTED, "skip-lot", critical=True)


@pytest.mark.parametrize(
    ("given", "exact"), [("0.02", "0.02"), (3, "3"), ("007", "7"), ("1.5000000", "1.5")]
)
def test_quantities_are_exact(given: str | int, exact: str) -> None:
    assert quantity(given, field="quantity") == Decimal(exact)
