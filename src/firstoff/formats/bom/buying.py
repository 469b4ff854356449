"""What a row says of buying: distributors' numbers, prices, minimum, lead time. Never usage."""

from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal

from firstoff.formats.bom.cells_of import CellsOf
from firstoff.formats.bom.headers import (
    Header,
    bare_count,
    distributor_named,
    distributor_of_number,
)
from firstoff.formats.bom.layout import Layout
from firstoff.formats.bom.mpns import is_number
from firstoff.formats.bom.quantities import days, money, quantity
from firstoff.rules.bom.draft import OfferDraft, Orderable

_BUYING = (
    "price", "minimum", "multiple", "pack", "order_quantity", "lead_time", "in_stock",
)  # fmt: skip


def orderables(cells: CellsOf) -> list[tuple[int, Orderable]]:
    """Each distributor's number of a row, with the tier of its column (Supplier 1, 2)."""
    found: list[tuple[int, Orderable]] = []
    for place, text in cells.texts("distributor_number"):
        head = cells.layout.headers[place]
        number = " ".join(text.split())
        if not is_number(number):
            continue
        name = head.distributor or _shop_beside(cells, place)
        if not name:
            name, number = _shop_inside(number)
            name = name or distributor_of_number(number)
        if not any(item.number == number and item.distributor == name for _, item in found):
            found.append((tier(head), Orderable(name, number)))
    return found


def offers(cells: CellsOf, sold: list[tuple[int, Orderable]]) -> tuple[OfferDraft, ...]:
    """One offer for each distributor that a price, minimum or lead time is given of."""
    layout = cells.layout
    if not layout.has(*_BUYING):
        return ()
    found: dict[tuple[int, str], OfferDraft] = {}
    for place, text in _bought(cells):
        head = layout.headers[place]
        key = (
            0 if head.distributor else tier(head) if _many_shops(layout) else 1,
            head.distributor,
        )
        offer = found.get(key, OfferDraft(*_shop_of(key, cells, sold)))
        found[key] = _with(offer, cells, place, text)
    currency = cells.text("currency").upper()[:3]
    made = (replace(offer, currency=offer.currency or currency) for offer in found.values())
    return tuple(offer for offer in made if offer != OfferDraft(offer.distributor, offer.number))


def _bought(cells: CellsOf) -> Iterator[tuple[int, str]]:
    for meaning in _BUYING:
        yield from cells.texts(meaning)


def _with(offer: OfferDraft, cells: CellsOf, place: int, text: str) -> OfferDraft:
    """The offer with what one cell says of it; unchanged where it says no number."""
    meaning = cells.layout.columns[place].meaning
    head = cells.layout.headers[place]
    if meaning == "price":
        paid = money(text)
        if paid is None or paid[0] < 0:
            return offer
        breaks = (*offer.breaks, (_from_quantity(cells, place, head), paid[0]))
        ordered = tuple(sorted(dict(breaks).items()))
        currency = offer.currency or paid[1] or head.currency
        return replace(offer, breaks=ordered, currency=currency)
    if meaning == "lead_time":
        # The longest of several: what one can count on.
        found = days(text, unit=head.per)
        longest = max((d for d in (found, offer.lead_time_days) if d is not None), default=None)
        return replace(offer, lead_time_days=longest)
    said = quantity(text)
    if said is None or said.amount < 0:
        return offer
    if meaning == "in_stock":
        return replace(offer, in_stock=said.amount)
    if said.amount == 0:
        return offer
    if meaning == "minimum":
        return replace(offer, minimum=said.amount)
    if meaning == "multiple":
        return replace(offer, multiple=said.amount)
    if meaning == "pack":
        return replace(offer, pack=said.amount)
    return replace(offer, ordered=said.amount)


def _from_quantity(cells: CellsOf, place: int, head: Header) -> Decimal:
    """From how many a price holds: by its header (price100, 100), by the column of quantities that
    belongs to it, else 1."""
    if head.phrase == "price at":
        return Decimal(head.numbers[0])
    if (count := bare_count(head.text)) is not None:
        return Decimal(count)
    wanted = head.numbers[-1] if head.numbers else 1
    shops = _shop_number(head)
    for beside in cells.layout.at.get("price_quantity", ()):
        other = cells.layout.headers[beside]
        same = (other.numbers[-1] if other.numbers else 1) == wanted
        if same and _shop_number(other) == shops and (said := quantity(cells.at(beside))):
            return said.amount if said.amount > 0 else Decimal(1)
    return Decimal(1)


def _shop_number(head: Header) -> int:
    return head.numbers[0] if len(head.numbers) > 1 else 1


def tier(head: Header) -> int:
    """Which of several suppliers a column is of: "Supplier 2", "Vendor 2 Price Qty 1"."""
    if head.phrase in ("price quantity", "price", "unit price", "price break"):
        return _shop_number(head)
    return head.numbers[0] if head.numbers else 1


def _many_shops(layout: Layout) -> bool:
    places = (*layout.at.get("distributor_number", ()), *layout.at.get("distributor", ()))
    return len({tier(layout.headers[place]) for place in places}) > 1


def _shop_of(
    key: tuple[int, str], cells: CellsOf, sold: list[tuple[int, Orderable]]
) -> tuple[str, str]:
    """Distributor and number that an offer is of."""
    number, name = key
    if name:
        return name, next((o.number for _, o in sold if o.distributor == name), "")
    for place, text in cells.texts("distributor"):
        if tier(cells.layout.headers[place]) == number:
            known = distributor_named(text) or text
            return known, next((o.number for t, o in sold if t == number), "")
    same = [o for t, o in sold if t == number]
    return (same[0].distributor, same[0].number) if len(same) == 1 else ("", "")


def _shop_beside(cells: CellsOf, place: int) -> str:
    """The name in the supplier's column that belongs to a column of numbers."""
    columns = cells.layout.at.get("distributor", ())
    wanted = tier(cells.layout.headers[place])
    same = [other for other in columns if tier(cells.layout.headers[other]) == wanted]
    if not same and len(columns) == 1:
        same = list(columns)
    if not same:
        return ""
    text = " ".join(cells.at(min(same, key=lambda other: abs(other - place))).split())
    return distributor_named(text) or text


def _shop_inside(text: str) -> tuple[str, str]:
    """``RS 7559568`` and ``Digi-Key: 1080-1244-1-ND``: both in one cell."""
    for mark in (":", " "):
        name, found, number = text.partition(mark)
        if found and number.strip() and (known := distributor_named(name)):
            return known, number.strip()
    return "", text
