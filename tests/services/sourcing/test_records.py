"""Suppliers, sources, offers, orders, places, declarations: recorded, refused, repeated."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any
from uuid import uuid4

import pytest

from firstoff.db.models import LedgerEntry, Lot, ManufacturerPart, Offer, OrderEvent, Part
from firstoff.errors import InvalidInput, NotAllowed, NotFound, Refused
from firstoff.queries.ledger import verify
from firstoff.queries.sourcing import orders, stock, suppliers
from firstoff.queries.sourcing.offers import offers
from firstoff.rules.sourcing.quoting import OfferGiven
from firstoff.services.sourcing.declaring import DeclarationGiven, declare, require_schemes
from firstoff.services.sourcing.manufacturer_parts import (
    SourceGiven,
    add_manufacturer_part,
    retire_manufacturer_part,
    update_manufacturer_part,
)
from firstoff.services.sourcing.offers import record_offer, record_rate, withdraw_offer
from firstoff.services.sourcing.orders import cancel_order, move_order, place_order, record_need
from firstoff.services.sourcing.stock import place_lots
from firstoff.services.sourcing.suppliers import (
    create_supplier,
    rename_supplier,
    retire_supplier,
)
from firstoff.terms import ComplianceStatus, Lifecycle
from tests.conftest import NOW, World
from tests.making import make_program
from tests.recording import LATER, lot, post, rec

TODAY = NOW.date()
OFFER = OfferGiven(
    "Mouser",
    "USD",
    ((Decimal(1), Decimal("0.35")), (Decimal(100), Decimal("0.20"))),
    minimum=Decimal(10),
    lead_time_days=14,
)


@pytest.fixture
def site(world: World) -> dict[str, Any]:
    """Where, who and when, and a part with a source."""
    Part.objects.create(site=world.site, number="C-1", name="Capacitor")
    here = {"site_id": world.site.pk, "by": world.bo, "at": NOW}
    add_manufacturer_part(part="C-1", mpn="GRM188", manufacturer="Murata", **here)
    return here


def offer(site: dict[str, Any], given: OfferGiven = OFFER, **more: Any) -> Offer:
    return record_offer(
        part="C-1", manufacturer="Murata", mpn="GRM188", given=given, **site, **more
    )


def order(site: dict[str, Any], number: str = "4711", quantity: str = "1000", **more: Any) -> Any:
    said = {"due": TODAY + timedelta(days=30), **more}
    return place_order(part="C-1", number=number, quantity=quantity, **said, **site)


def test_a_supplier_is_taken_on_renamed_and_retired(site: dict[str, Any], world: World) -> None:
    create_supplier(name="Mouser", **site)
    with pytest.raises(InvalidInput, match="already"):
        create_supplier(name="mouser", **site)
    rename_supplier(name="Mouser", new_name="Mouser Electronics", **site)
    retire_supplier(name="Mouser Electronics", **site)
    found, total = suppliers.suppliers(world.vic, world.site.pk)
    assert (found, total) == ((), 0)
    found, total = suppliers.suppliers(world.vic, world.site.pk, retired=True, search="elec")
    assert [(s.name, s.retired_at) for s in found] == [("Mouser Electronics", NOW)]
    assert verify().broken is None


def test_an_operator_and_another_site_record_nothing(site: dict[str, Any], world: World) -> None:
    with pytest.raises(NotAllowed):
        create_supplier(name="Mouser", **{**site, "by": world.ben})
    with pytest.raises(NotFound):
        create_supplier(name="Mouser", **{**site, "by": world.cy})


def test_a_source_is_changed_and_its_name_stays(site: dict[str, Any]) -> None:
    named = {"part": "C-1", "manufacturer": "Murata", "mpn": "GRM188"}
    given = SourceGiven(Lifecycle.NRND, rank=1, last_buy=date(2027, 1, 31))
    update_manufacturer_part(given=given, **named, **site)
    row = ManufacturerPart.objects.get()
    assert (row.lifecycle, row.rank, row.last_buy) == ("nrnd", 1, date(2027, 1, 31))
    with pytest.raises(Refused, match="manufacturer stays"):
        update_manufacturer_part(given=given, named="TDK", **named, **site)
    retire_manufacturer_part(**named, **site)
    assert ManufacturerPart.objects.get().retired_at == NOW
    with pytest.raises(Refused, match="already"):
        add_manufacturer_part(part="C-1", mpn="GRM188", manufacturer="murata", **site)


def test_an_offer_says_something_new_or_nothing_is_recorded(
    site: dict[str, Any], world: World
) -> None:
    first = offer(site)
    entries = LedgerEntry.objects.count()
    assert offer({**site, "at": LATER}).pk == first.pk
    assert LedgerEntry.objects.count() == entries
    dearer = OfferGiven("mouser", "USD", ((Decimal(1), Decimal("0.40")),), lead_time_days=112)
    second = offer(site, dearer)
    (shown,), total = offers(world.vic, world.site.pk, today=TODAY)
    assert (shown.uid, shown.supplier, total) == (str(second.uid), "Mouser", 1)
    assert (shown.breaks, shown.lead_time_days) == (((Decimal(1), Decimal("0.40")),), 112)


def test_offers_under_two_numbers_of_a_supplier_both_stand(
    site: dict[str, Any], world: World
) -> None:
    for number in ("CT", "REEL"):
        offer(site, OfferGiven("Digi", "USD", ((Decimal(1), Decimal("0.35")),), number))
    found, _ = offers(world.vic, world.site.pk, today=TODAY, mpn="GRM188")
    assert [o.number for o in found] == ["CT", "REEL"]


def test_a_withdrawn_offer_stands_no_more_and_is_withdrawn_once(
    site: dict[str, Any], world: World
) -> None:
    first = offer(site)
    withdraw_offer(offer_uid=first.uid, by=world.bo, at=NOW)
    assert offers(world.vic, world.site.pk, today=TODAY) == ((), 0)
    with pytest.raises(Refused, match="withdrawn"):
        withdraw_offer(offer_uid=first.uid, by=world.bo, at=NOW)
    assert Offer.objects.count() == 2


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"currency": "dollars"}, "currency"),
        ({"breaks": ((Decimal(1), Decimal(-1)),)}, "breaks"),
        ({"breaks": ((Decimal(1), Decimal("0.0000001")),)}, "breaks"),
        ({"lead_time_days": 99_999}, "lead_time_days"),
        ({"minimum": Decimal(-1)}, "minimum"),
        ({"supplier": ""}, "supplier"),
        ({"quoted_on": date(2026, 5, 8), "valid_until": date(2026, 5, 7)}, "valid_until"),
    ],
)
def test_an_offer_that_means_nothing_names_its_field(
    site: dict[str, Any], changed: dict[str, Any], field: str
) -> None:
    given = {"supplier": "Mouser", "currency": "USD", **changed}
    with pytest.raises(InvalidInput) as wrong:
        offer(site, OfferGiven(**given))
    assert (wrong.value.details["field"], Offer.objects.count()) == (field, 0)


def test_deliveries_count_on_their_order(site: dict[str, Any], world: World) -> None:
    placed = order(site)
    came = rec("lot", part="C-1", lot="R-1", quantity="400", order="4711")
    post(world, came)
    post(world, came)
    (shown,), _, counts = orders.orders(world.vic, world.site.pk, today=TODAY)
    assert (shown.state, shown.received, shown.open) == ("partial", Decimal(400), Decimal(600))
    post(world, rec("lot", part="C-1", lot="R-2", quantity="700", order="4711"))
    shown, events = orders.order(world.vic, world.site.pk, str(placed.uid), today=TODAY)
    assert (shown.state, shown.received, shown.open) == ("complete", Decimal(1100), Decimal(0))
    assert [(e.what, e.quantity, e.lot) for e in events] == [
        ("received", Decimal(400), "R-1"),
        ("received", Decimal(700), "R-2"),
    ]
    with pytest.raises(Refused, match="is complete: 1100 of 1000 came in") as no:
        post(world, rec("lot", part="C-1", lot="R-3", quantity="1", order="4711"))
    assert (no.value.code, Lot.objects.count()) == ("R-24", 2)
    assert counts == {"": 1, "open": 1, "late": 0, "complete": 0, "cancelled": 0}
    assert verify().broken is None


def test_of_two_lines_of_a_number_the_one_due_first_is_delivered(
    site: dict[str, Any], world: World
) -> None:
    order(site, due=TODAY + timedelta(days=60))
    order(site, due=TODAY + timedelta(days=10), quantity="5")
    for code in ("R-1", "R-2"):
        post(world, rec("lot", part="C-1", lot=code, quantity="5", order="4711"))
    found, _, _ = orders.orders(world.vic, world.site.pk, today=TODAY)
    assert [(o.ordered, o.received) for o in found] == [(1000, 5), (5, 5)]


def test_an_order_nobody_knows_takes_no_receipt(site: dict[str, Any], world: World) -> None:
    with pytest.raises(Refused, match="There is no order 9 of C-1"):
        post(world, rec("lot", part="C-1", lot="R-1", quantity="1", order="9"))
    assert (Lot.objects.count(), OrderEvent.objects.count()) == (0, 0)


def test_an_order_is_moved_and_cancelled(site: dict[str, Any], world: World) -> None:
    placed = order(site, supplier="Mouser", mpn="GRM188", price=Decimal("0.2"), currency="usd")
    here = {"order_uid": placed.uid, "by": world.bo, "at": NOW}
    move_order(due=TODAY - timedelta(days=1), note="they promised", **here)
    (shown,), total, counts = orders.orders(world.vic, world.site.pk, today=TODAY, state="late")
    assert (shown.late, shown.confirmed, shown.currency, total) == (True, True, "USD", 1)
    assert counts["late"] == 1
    with pytest.raises(InvalidInput, match="already"):
        move_order(due=TODAY - timedelta(days=1), **here)
    cancel_order(note="too late", **here)
    with pytest.raises(Refused, match="is cancelled; one cannot cancel it"):
        cancel_order(**here)
    with pytest.raises(Refused, match="is cancelled; one cannot receive on it"):
        post(world, rec("lot", part="C-1", lot="R-1", quantity="1", order="4711"))


def test_an_order_posted_twice_is_placed_once(site: dict[str, Any]) -> None:
    uid = uuid4()
    assert order(site, uid=uid).pk == order(site, uid=uid).pk
    with pytest.raises(Refused, match="another number") as no:
        order(site, "4712", uid=uid)
    assert no.value.code == "R-36"


def test_needs_of_a_program_hold_by_day_and_kind(world: World) -> None:
    program, _ = make_program(world)
    here = {"program_id": program, "by": world.bo, "at": NOW, "due": TODAY}
    record_need(quantity=500, run_kind="pilot", **here)
    record_need(quantity=200, **here)
    record_need(quantity=0, **here)
    found = orders.needs(world.vic, program, world.site.pk)
    assert [(n.quantity, n.run_kind) for n in found] == [(500, "pilot")]
    with pytest.raises(InvalidInput, match="no kind of run"):
        record_need(quantity=1, run_kind="mass", **here)


def test_stock_is_exact_by_lot_and_place(site: dict[str, Any], world: World) -> None:
    post(world, *lot("R-1", "0.3", part="C-1"), *lot("R-2", "0.7", part="C-1", accepted=False))
    order(site, quantity="5")
    mover = {**site, "by": world.ben}
    moved = {"lots": [("R-1", ""), ("R-2", "C-1")], "place": "A-3"}
    assert (place_lots(**moved, **mover), place_lots(**moved, **mover)) == (2, 0)
    place_lots(lots=[("R-2", "")], place="Line 2", **{**mover, "at": LATER})
    found, _ = stock.stock_lots(world.vic, world.site.pk, today=TODAY)
    assert [(s.lot.code, s.lot.on_hand, s.place) for s in found] == [
        ("R-1", Decimal("0.3"), "A-3"),
        ("R-2", Decimal("0.7"), "Line 2"),
    ]
    (part,), _ = stock.stock_parts(world.vic, world.site.pk, today=TODAY)
    assert (part.usable, part.waiting, part.on_order, part.lots) == (
        Decimal("0.3"),
        Decimal("0.7"),
        Decimal(5),
        2,
    )
    assert stock.places(world.vic, world.site.pk) == ("A-3", "Line 2")
    with pytest.raises(NotFound):
        place_lots(lots=[("R-1", ""), ("R-9", "")], place="A-4", **mover)


def test_a_declaration_and_what_a_program_requires(world: World, site: dict[str, Any]) -> None:
    program, _ = make_program(world)
    given = DeclarationGiven("RoHS", ComplianceStatus.COMPLIANT, TODAY, reference="D-77")
    row = declare(part="C-1", mpn="GRM188", given=given, **site)
    assert (row.scheme, row.manufacturer_part.mpn) == ("RoHS", "GRM188")
    late = replace(given, expires=TODAY - timedelta(days=1))
    with pytest.raises(InvalidInput, match="before it was made"):
        declare(part="C-1", given=late, **site)
    with pytest.raises(NotFound, match="no document"):
        declare(part="C-1", given=replace(given, document="X-1"), **site)
    here = {"program_id": program, "by": world.bo, "at": NOW}
    require_schemes(schemes=[("RoHS", False), ("CE", True)], **here)
    with pytest.raises(InvalidInput, match="twice"):
        require_schemes(schemes=[("RoHS", False), ("rohs", False)], **here)
    require_schemes(schemes=[("CE", True)], **here)


def test_a_rate_is_above_nothing_and_between_two(site: dict[str, Any]) -> None:
    row = record_rate(currency="eur", into="USD", rate=Decimal("1.08"), **site)
    assert (row.currency, row.into, row.valid_on) == ("EUR", "USD", TODAY)
    for wrong in ({"rate": Decimal(0)}, {"into": "EUR"}):
        with pytest.raises(InvalidInput):
            record_rate(**{"currency": "EUR", "into": "USD", "rate": Decimal(1), **wrong}, **site)
    assert verify().broken is None
