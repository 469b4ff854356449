"""Numbers, money and times as people write them."""

from decimal import Decimal

import pytest

from firstoff.formats.bom.quantities import days, money, number, plain, quantity


@pytest.mark.parametrize(
    ("text", "amount", "unit"),
    [
        ("4", "4", ""),
        (" 4.0 ", "4.0", ""),
        ("0.5", "0.5", ""),
        ("0,5", "0.5", ""),
        ("1,000", "1000", ""),
        ("0,125", "0.125", ""),
        ("1 000", "1000", ""),
        ("1.234,5", "1234.5", ""),
        ("4 pcs", "4", ""),
        ("4x", "4", ""),
        ("x4", "4", ""),
        ("0.3 m", "0.3", "m"),
        ("10mm", "10", "mm"),
        ("1/2", "0.5", ""),
        ("½", "0.5", ""),
        ("-3", "-3", ""),
        ("−3", "-3", ""),
        ("1e3", "1E+3", ""),
    ],
)
def test_a_quantity_is_read(text, amount, unit):
    found = quantity(text)
    assert found is not None
    assert (found.amount, found.unit) == (Decimal(amount), unit)


@pytest.mark.parametrize("text", ["", "DNP", "-", "1-2-3", "#", "1/0", "as needed", "1e400", "٣"])
def test_what_is_no_quantity_is_none(text):
    assert quantity(text) is None


@pytest.mark.parametrize(
    ("value", "text"),
    [("1E+3", "1000"), ("147.0", "147"), ("0.50", "0.5"), ("1E-7", "0.0000001"), ("100", "100")],
)
def test_numbers_are_written_plainly(value, text):
    assert plain(Decimal(value)) == text


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("$25.27", (Decimal("25.27"), "USD")),
        ("0.8015$", (Decimal("0.8015"), "USD")),
        ("3,32 €", (Decimal("3.32"), "EUR")),
        ("EUR 1,50", (Decimal("1.50"), "EUR")),
        ("2.79", (Decimal("2.79"), "")),
        ("$1,234.50", (Decimal("1234.50"), "USD")),
        ("call", None),
        ("€ 3 $", None),
        ("12 oz", None),
    ],
)
def test_money_has_its_currency(text, found):
    assert money(text) == found


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("22 Weeks", 154),
        ("6-8 weeks", 56),
        ("45 days", 45),
        ("45", 45),
        ("12 Wochen", 84),
        ("2 months", 60),
        ("0.5 weeks", 4),
        ("soon", None),
        ("", None),
    ],
)
def test_lead_times_are_days_and_the_longer_one(text, found):
    assert days(text) == found


def test_a_bare_number_is_in_weeks_where_the_header_says_so():
    assert days("16", unit="weeks") == 112


@pytest.mark.parametrize("text", ["1.2.3", "abc", "--1", "1 2"])
def test_no_number_is_guessed(text):
    assert number(text) is None
