"""Price and lead-time lists: looked at, taken whole, taken again."""

from typing import Any

import pytest

from firstoff.db.models import LedgerEntry, Offer, Supplier
from firstoff.errors import InvalidInput, NotAllowed, Refused
from firstoff.formats.bom import BomMapping
from firstoff.queries.ledger import verify
from firstoff.services.sourcing.offer_lists import (
    OfferPreview,
    OffersTaken,
    preview_offers,
    read_list,
    take_offers,
)
from tests.conftest import NOW, World
from tests.recording import LATER
from tests.sourcing_case import part, source

LIST = (
    b"MPN,Manufacturer,Unit price,MOQ,Lead time,Currency\n"
    b"GRM188,Murata Electronics,0.012,4000,16 weeks,USD\n"
    b"RC0603,Yageo,0.002,5000,4 weeks,USD\n"
    b"XYZ-9,Nobody,1.00,1,2 weeks,USD\n"
)


@pytest.fixture
def parts(world: World) -> World:
    part(world, "CAP")
    part(world, "RES")
    source(world, "CAP", "GRM188", maker="Murata")
    source(world, "RES", "RC0603", maker="Yageo")
    return world


def read(world: World, content: bytes = LIST, **more: Any) -> Any:
    return read_list(content, site_id=world.site.pk, by=world.bo, name="list.csv", **more)


def look(world: World, content: bytes = LIST, **more: Any) -> OfferPreview:
    said = {"supplier": "Mouser", **more}
    return preview_offers(site_id=world.site.pk, file=read(world, content), by=world.bo, **said)


def take(world: World, content: bytes = LIST, **more: Any) -> OffersTaken:
    said = {"supplier": "Mouser", "by": world.bo, "at": NOW, **more}
    return take_offers(site_id=world.site.pk, file=read(world, content), **said)


def test_a_preview_writes_nothing_and_lists_what_nobody_has(parts: World) -> None:
    before = LedgerEntry.objects.count()
    seen = look(parts)
    assert [(r.row, r.part, r.state) for r in seen.rows] == [
        (2, "CAP", "new"),
        (3, "RES", "new"),
        (4, "", "unknown"),
    ]
    assert seen.unknown == ("XYZ-9",)
    assert (LedgerEntry.objects.count(), Offer.objects.count()) == (before, 0)


def test_a_list_is_one_entry_and_taken_again_changes_nothing(parts: World) -> None:
    entries = LedgerEntry.objects.count()
    assert take(parts) == OffersTaken(2, 0, 0, 1)
    cap = Offer.objects.get(manufacturer_part__mpn="GRM188")
    assert (cap.lead_time_days, cap.minimum, cap.breaks) == (112, 4000, '[["1","0.012"]]')
    again = take(parts, at=LATER)
    assert (again, LedgerEntry.objects.count()) == (OffersTaken(0, 0, 2, 1), entries + 1)
    assert ([s.name for s in Supplier.objects.all()], verify().broken) == (["Mouser"], None)


def test_a_price_that_moved_is_said_and_recorded(parts: World) -> None:
    take(parts)
    moved = LIST.replace(b"0.012,4000,16 weeks", b"0.015,4000,20 weeks")
    (row,) = look(parts, moved).of("changed")
    assert row.sentence == "Changes: price, lead time 112 days to 140 days."
    assert take(parts, moved) == OffersTaken(0, 1, 1, 1)


def test_rows_that_cannot_be_taken_stop_the_list_unless_left_out(parts: World) -> None:
    bad = LIST.replace(b"0.002,5000,4 weeks", b"0.002,5000,9999 weeks")
    (row,) = look(parts, bad).of("refused")
    assert "lead time" in row.sentence
    with pytest.raises(Refused, match=r"row 3: .* Nothing was recorded") as no:
        take(parts, bad)
    assert (no.value.code, Offer.objects.count()) == ("rows-refused", 0)
    assert take(parts, bad, leave_out=True) == OffersTaken(1, 0, 0, 1)


def test_a_list_without_a_supplier_or_a_currency_asks_for_them(parts: World) -> None:
    assert {r.state for r in look(parts, supplier="").rows} == {"refused", "unknown"}
    bare = LIST.replace(b",Currency", b"").replace(b",USD", b"")
    assert "currency" in look(parts, bare).of("refused")[0].sentence
    assert look(parts, bare, currency="EUR").counts["new"] == 2


def test_another_maker_of_the_same_number_is_another_part(parts: World) -> None:
    other = LIST.replace(b"Murata Electronics", b"Samsung")
    (row,) = [r for r in look(parts, other).rows if r.mpn == "GRM188"]
    assert (row.state, row.sentence) == (
        "unknown",
        "Here it is made by Murata, not by Samsung.",
    )


def test_of_two_rows_for_one_offer_the_last_counts(parts: World) -> None:
    twice = LIST + b"GRM188,Murata,0.011,4000,16 weeks,USD\n"
    seen = look(parts, twice)
    assert [(r.row, r.state) for r in seen.rows if r.part == "CAP"] == [(2, "same"), (5, "new")]
    take(parts, twice)
    assert take(parts, twice) == OffersTaken(0, 0, 3, 1)


def test_a_mapping_is_remembered_for_the_next_list_like_it(parts: World) -> None:
    odd = LIST.replace(b"Unit price", b"Cost to us").replace(b"MPN", b"Ref no")
    mapping = BomMapping({0: "mpn", 2: "price"})
    file = read(parts, odd, mapping=mapping)
    take_offers(
        site_id=parts.site.pk,
        file=file,
        supplier="Mouser",
        remember="Mouser list",
        by=parts.bo,
        at=NOW,
    )
    assert Offer.objects.count() == 2
    again = read(parts, odd.replace(b"0.002", b"0.003"))
    assert [c.meaning for c in again.columns][:3] == ["mpn", "manufacturer", "price"]


def test_who_may_not_record_takes_no_list(parts: World) -> None:
    with pytest.raises(NotAllowed):
        read_list(LIST, site_id=parts.site.pk, by=parts.ben, name="x.csv")
    with pytest.raises(InvalidInput):
        read(parts, b"Colour,Weight\nred,1\n")
