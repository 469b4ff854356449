"""Offers of suppliers: recorded and withdrawn, one at a time."""

import json
from collections.abc import Iterable
from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

from firstoff.db.inserts import fresh
from firstoff.db.models import ExchangeRate, ManufacturerPart, Offer, Supplier
from firstoff.errors import InvalidInput, NotFound, Refused
from firstoff.rules.access import Actor, require
from firstoff.rules.ledger import canonical
from firstoff.rules.sourcing.quoting import OfferGiven, check_currency, check_given
from firstoff.services.ledger import Entry
from firstoff.services.repeating import AlreadyStored, answer_stored
from firstoff.services.sourcing.ground import part_of, source_of, supplier_of, verb, with_uid


def record_offer(
    *,
    site_id: int,
    part: str,
    manufacturer: str,
    mpn: str,
    given: OfferGiven,
    by: Actor,
    at: datetime,
    uid: UUID | None = None,
) -> Offer:
    """What a supplier asks from that day on. Saying the same again records nothing.

    A supplier that nobody knows is taken on. The latest offer of a supplier under one of its
    numbers holds.
    """
    require(by, "source.edit", site_id)
    offer = check_given(given, f"{manufacturer} {mpn}".strip())
    try:
        with verb("record_offer", f"part {part}, {mpn}", by=by, at=at) as entry:
            answer_stored(Offer, uid, currency=offer.currency, supplier_number=offer.number)
            source = source_of(part_of(site_id, part), manufacturer, mpn)
            supplier = supplier_of(site_id, offer.supplier, new=True)
            stands = standing_offers([source.pk]).get((source.pk, supplier.pk, offer.number))
            if stands is not None and offer.says_the_same(given_of(stands)):
                raise AlreadyStored(stands)
            entry.details.update(supplier=supplier.name, breaks=offer.texts)
            return entry.add(with_uid(row_of(source, supplier, offer, at.date()), uid))
    except AlreadyStored as known:
        return known.of(Offer)


def withdraw_offer(
    *, offer_uid: UUID, by: Actor, at: datetime, site_id: int | None = None
) -> Offer:
    """The offer holds no more: a record that says so stands in its place. site_id: where it has to
    be, if anybody says so."""
    if site_id is not None:
        require(by, "source.edit", site_id)
    here = by.site_ids if site_id is None else (site_id,)
    stands = Offer.objects.select_related("supplier").filter(uid=offer_uid).first()
    if stands is None or stands.supplier.site_id not in here:
        raise NotFound("There is no such offer, or not for you.")
    require(by, "source.edit", stands.supplier.site_id)
    with verb("withdraw_offer", f"{stands}", by=by, at=at) as entry:
        key = (stands.manufacturer_part_id, stands.supplier_id, stands.supplier_number)
        if standing_offers([stands.manufacturer_part_id]).get(key) != stands:
            raise Refused(
                f"Another offer of {stands.supplier} stands since, or it is withdrawn.",
                code="stale-state",
                way_out="Look at the offers again.",
            )
        return entry.add(withdrawal(stands))


def withdrawal(stands: Offer) -> Offer:
    names = [f.attname for f in Offer._meta.concrete_fields]
    own = ("id", "uid", "entry_id", "by_id", "received_at")
    values = {name: getattr(stands, name) for name in names if name not in own}
    return Offer(**{**values, "withdrawn": True})


def standing_offers(sources: Iterable[int]) -> dict[tuple[int, int, str], Offer]:
    """The latest of each supplier under each of its numbers, unless it is withdrawn. One query a
    chunk. Keys: manufacturer part, supplier, the supplier's number."""
    found: dict[tuple[int, int, str], Offer] = {}
    keys = list(dict.fromkeys(sources))
    for start in range(0, len(keys), 5000):
        rows = Offer.objects.filter(manufacturer_part__in=keys[start : start + 5000])
        for row in rows.select_related("supplier").order_by("pk"):
            found[row.manufacturer_part_id, row.supplier_id, row.supplier_number] = row
    return {key: row for key, row in found.items() if not row.withdrawn}


def given_of(row: Offer) -> OfferGiven:
    """What a stored offer says."""
    return OfferGiven(
        supplier=row.supplier.name,
        currency=row.currency,
        breaks=tuple((Decimal(count), Decimal(price)) for count, price in json.loads(row.breaks)),
        number=row.supplier_number,
        minimum=row.minimum,
        multiple=row.multiple,
        minimum_value=row.minimum_value,
        order_cost=row.order_cost,
        lead_time_days=row.lead_time_days,
        in_stock=row.in_stock,
        quoted_on=row.quoted_on,
        valid_until=row.valid_until,
        source=row.source,
    )


def row_of(source: ManufacturerPart, supplier: Supplier, offer: OfferGiven, on: date) -> Offer:
    return fresh(
        Offer,
        manufacturer_part=source,
        supplier=supplier,
        supplier_number=offer.number,
        minimum=offer.minimum,
        multiple=offer.multiple,
        minimum_value=offer.minimum_value,
        order_cost=offer.order_cost,
        lead_time_days=offer.lead_time_days,
        currency=offer.currency,
        breaks=canonical(offer.texts),
        in_stock=offer.in_stock,
        quoted_on=offer.quoted_on or on,
        valid_until=offer.valid_until,
        source=offer.source,
    )


def record_rate(
    *,
    site_id: int,
    currency: str,
    into: str,
    rate: Decimal,
    by: Actor,
    at: datetime,
    valid_on: date | None = None,
    uid: UUID | None = None,
) -> ExchangeRate:
    """What one of a foreign currency costs, from a day on. The latest of a pair holds."""
    require(by, "source.edit", site_id)
    one, other = check_currency(currency), check_currency(into, "into")
    if one == other:
        raise InvalidInput("A rate is between two currencies.", field="into")
    if not rate.is_finite() or not 0 < rate < 10**9 or round(rate, 9) != rate:
        raise InvalidInput(
            f"The rate is {str(rate)[:40]}; expected above 0, at most nine places.", field="rate"
        )
    try:
        with verb("record_rate", f"rate {one} {other}", by=by, at=at) as entry:
            answer_stored(ExchangeRate, uid, currency=one, into=other)
            row = ExchangeRate(
                site_id=site_id,
                currency=one,
                into=other,
                rate=rate,
                valid_on=valid_on or at.date(),
            )
            return _kept(entry, with_uid(row, uid))
    except AlreadyStored as known:
        return known.of(ExchangeRate)


def _kept(entry: Entry, row: ExchangeRate) -> ExchangeRate:
    entry.details.update(rate=f"{row.rate.normalize():f}", valid_on=row.valid_on.isoformat())
    return entry.add(row)
