"""Price and lead-time lists."""

from datetime import date
from decimal import Decimal

import pytest

from firstoff.errors import InvalidInput
from firstoff.formats.offers import OfferFile, day, read_offers
from firstoff.rules.bom.draft import OfferDraft
from tests.formats.bom.tables import csv, workbook


def offers(*rows: str) -> OfferFile:
    return read_offers(csv(*rows), name="prices.csv")


def refusal(*rows: str) -> str:
    with pytest.raises(InvalidInput) as caught:
        offers(*rows)
    return str(caught.value)


def test_a_row_is_an_offer():
    (row,) = offers(
        "MPN,Manufacturer,Supplier,SKU,MOQ,Order multiple,Pack qty,Unit price,Currency,"
        "Lead time (weeks),In stock,Lifecycle,RoHS,Date",
        "AB-12345,Acme,LCSC,C123,100,50,1000,0.25,EUR,16,420,Active,Yes,2026-05-31",
    ).rows
    assert (row.mpn, row.manufacturer, row.lifecycle, row.compliance, row.asked) == (
        "AB-12345", "Acme", "Active", {"RoHS": "Yes"}, date(2026, 5, 31),
    )  # fmt: skip
    assert row.offer == OfferDraft(
        distributor="LCSC", number="C123", breaks=((Decimal(1), Decimal("0.25")),),
        currency="EUR", minimum=Decimal(100), multiple=Decimal(50), pack=Decimal(1000),
        lead_time_days=112, in_stock=Decimal(420),
    )  # fmt: skip


@pytest.mark.parametrize(
    ("header", "row"),
    [
        ("MPN,1+,100+", "AB-1,$0.50,$0.40"),
        ("MPN,Price @ 1,Price @ 100", "AB-1,$0.50,$0.40"),
        ("MPN,price,price100", "AB-1,$0.50,$0.40"),
        ("MPN,Manufacturer,1,100", "AB-1,Acme,$0.50,$0.40"),
        ("MPN;Stock;MOQ;1;100;Currency", "AB-1;9;1;0,50;0,40;USD"),
        ("MPN,Qty 1,Price 1,Qty 2,Price 2", "AB-1,1,$0.50,100,$0.40"),
        ("MPN,Vendor Qty 1,Price Qty 1,Vendor Qty 2,Price Qty 2", "AB-1,1,$0.50,100,$0.40"),
    ],
)
def test_price_breaks_are_written_in_many_ways(header, row):
    offer = offers(header, row).rows[0].offer
    assert offer.breaks == ((1, Decimal("0.50")), (100, Decimal("0.40")))
    assert offer.currency == "USD"


def test_thousands_may_head_a_price():
    found = offers("MPN\tMOQ\t1\t1,000\t10k", "AB-1\t1\t0.5\t0.4\t", "AB-2\t1\t0.5\t\t0.1")
    assert [row.offer.breaks for row in found.rows] == [
        ((1, Decimal("0.5")), (1000, Decimal("0.4"))),
        ((1, Decimal("0.5")), (10_000, Decimal("0.1"))),
    ]


@pytest.mark.parametrize(
    "lines", [("MPN,MOQ,100,1", "AB-1,5,0.4,0.5"), ("MPN,MOQ,1,2", "AB-1,5,x,y")]
)
def test_numbers_over_columns_are_no_prices_where_they_do_not_rise_or_head_none(lines):
    assert [row.offer.breaks for row in offers(*lines).rows] == [()]


def test_two_suppliers_of_a_row_are_two_offers():
    found = offers(
        "Mfg Part Num\tVID\tVendor Part Num\tVendor Qty 1\tPrice Qty 1\tVID2\tVendor 2 Part Num\t"
        "Vendor 2 Price Qty 1",
        "AB-1\tDK\t1-ND\t10\t0.4\tME\t81-AB\t0.5",
    )
    assert [(r.offer.distributor, r.offer.number, r.offer.breaks) for r in found.rows] == [
        ("Digi-Key", "1-ND", ((10, Decimal("0.4")),)),
        ("ME", "81-AB", ((1, Decimal("0.5")),)),
    ]


def test_distributors_columns_have_their_own_prices():
    found = offers("MPN,Mouser,price100_Mouser,LCSC,price500_LCSC", "AB-1,81-AB,0.5$,C1,0.3€")
    assert [(r.offer.distributor, r.offer.breaks, r.offer.currency) for r in found.rows] == [
        ("Mouser", ((100, Decimal("0.5")),), "USD"),
        ("LCSC", ((500, Decimal("0.3")),), "EUR"),
    ]


def test_weeks_are_days():
    found = offers("Manufacturer Part Number,Mfg Std Lead Time", "AB-1,22 Weeks", "CD-2,10-12 wk")
    assert [row.offer.lead_time_days for row in found.rows] == [154, 84]


def test_a_workbook_is_a_list_too():
    raw = workbook(("P", [("MPN", "Unit price"), ("AB-1", 0.5), (61302221021, 2)]))
    found = read_offers(raw, name="prices.xlsx")
    assert [(row.mpn, row.offer.breaks[0][1]) for row in found.rows] == [
        ("AB-1", Decimal("0.5")),
        ("61302221021", Decimal(2)),
    ]


def test_a_row_with_a_price_and_no_part_is_refused():
    found = offers("MPN,Unit price", "AB-1,1", ",2")
    assert [(r.row, r.sentence) for r in found.refused] == [
        (3, "No part number and no supplier's number; an offer needs one.")
    ]


def test_what_is_no_price_no_time_and_no_date_is_said():
    found = offers("MPN,Unit price,Lead time,Date,MOQ", "AB-1,ask,soon,05/06/2026,10")
    assert [(w.row, w.column, w.sentence) for w in found.warnings] == [
        (2, "B", "'ask' is no amount of money; left open."),
        (2, "C", "'soon' is no time; left open."),
        (2, "D", "'05/06/2026' is no certain date; write it as 2026-05-31."),
    ]


def test_a_row_of_which_nothing_can_be_read_is_refused():
    found = offers("MPN,Unit price", "AB-1,ask", "CD-2,1", "EF-3,")
    assert [(r.row, r.sentence) for r in found.refused] == [
        (2, "No price, lead time or minimum that can be read.")
    ]
    assert [row.mpn for row in found.rows] == ["CD-2"]


def test_a_price_that_rises_with_the_quantity_is_said():
    found = offers("MPN,1+,10+", "AB-1,1.00,1.50")
    assert [w.sentence for w in found.warnings] == ["The price rises to 1.5 from 10 pieces."]


def test_the_same_offer_otherwise_is_said():
    found = offers("MPN,Unit price", "AB-1,1", "AB-1,2")
    assert [w.sentence for w in found.warnings] == [
        "AB-1 is offered otherwise in row 2; both are kept."
    ]


def test_a_list_without_part_numbers_is_refused():
    assert refusal("Description,Unit price", "a,1") == (
        "prices.csv: no column of part numbers; understood Description, Unit price. "
        "Name the column so, as MPN, Unit price, Lead time, MOQ, or map one."
    )


def test_a_list_of_no_offers_is_refused():
    assert refusal("MPN,Description", "AB-1,a").startswith(
        "prices.csv: no column of prices, lead times or minimum quantities; "
    )


def test_a_list_without_rows_is_refused():
    assert refusal("MPN,Unit price", ",").startswith("prices.csv: no offer below the header.")


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("2026-05-31", date(2026, 5, 31)),
        ("2026/5/1", date(2026, 5, 1)),
        ("31.05.2026", date(2026, 5, 31)),
        ("31/05/2026", date(2026, 5, 31)),
        ("05/31/2026", date(2026, 5, 31)),
        ("31 May 2026", date(2026, 5, 31)),
        ("May 31, 2026", date(2026, 5, 31)),
        ("05/06/2026", None),
        ("2026-13-01", None),
        ("soon", None),
    ],
)
def test_days_are_read_where_they_are_certain(text, found):
    assert day(text) == found
