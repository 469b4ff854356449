"""Plans of records about lots."""

from uuid import uuid5

from firstoff.db.inserts import fresh
from firstoff.db.models import Lot
from firstoff.rules.genealogy import (
    LotCounted,
    LotDecided,
    LotMerged,
    LotReceived,
    LotSplit,
)
from firstoff.rules.product import check_prose
from firstoff.rules.supply import ZERO, quantity
from firstoff.services.genealogy.taking import Taking
from firstoff.services.supply import LotSeen
from firstoff.terms import LotMoveKind, LotStatus


def receive(taking: Taking, record: LotReceived) -> None:
    """A lot came in; it waits in quarantine (R-22)."""
    picture, book = taking.picture, taking.picture.book
    part = book.part(record.part)
    certificate = record.certificate
    seen = book.receive(
        fresh(
            Lot,
            id=picture.keys[Lot].next(),
            uid=record.id,
            part=part,
            code=record.lot,
            supplier=book.supplier(record.supplier),
            supplier_lot=record.supplier_lot,
            date_code=record.date_code,
            manufacturer_part=book.source(part, record.manufacturer, record.mpn),
            quantity=quantity(record.quantity, field="quantity", zero=True),
            unit=record.unit,
            receipt=record.receipt,
            arrived_at=taking.time_of(record),
            expires=record.expires,
            certificate=certificate.name if certificate else "",
            certificate_sha256=certificate.sha256 if certificate else "",
        )
    )
    if record.order:
        picture.orders.arrive(seen.lot, record.order)


def decide(taking: Taking, record: LotDecided) -> None:
    book = taking.picture.book
    book.decide(
        book.find(record.lot, record.part),
        record.status,
        at=taking.time_of(record),
        reason=check_prose(record.reason, "reason", field="reason"),
        uid=record.id,
    )


def split(taking: Taking, record: LotSplit) -> None:
    """What goes to a new lot stands as the lot it came from."""
    book = taking.picture.book
    source = book.find(record.lot, record.part)
    for place, one in enumerate(record.into):
        target = _beside(taking, source, one.lot)
        book.move(
            LotMoveKind.SPLIT,
            source,
            target,
            quantity(one.quantity, field=f"into[{place}].quantity"),
            at=taking.time_of(record),
            reason=record.reason,
            uid=record.id if place == 0 else uuid5(record.id, f"move/{place}"),
        )


def merge(taking: Taking, record: LotMerged) -> None:
    """Several lots made one: it is accepted only where all of them are."""
    book, at = taking.picture.book, taking.time_of(record)
    sources = [book.find(one.lot, one.part or record.part) for one in record.lots]
    known = book.known(record.into, sources[0].lot.part_id)
    target = known or _beside(taking, sources[0], record.into)
    worst = _worst([s.status for s in sources])
    for place, (one, source) in enumerate(zip(record.lots, sources, strict=True)):
        book.move(
            LotMoveKind.MERGE,
            source,
            target,
            quantity(one.quantity, field=f"lots[{place}].quantity"),
            at=at,
            reason=record.reason,
            uid=record.id if place == 0 else uuid5(record.id, f"move/{place}"),
        )
    if worst is not target.status and _WORSE.index(worst) > _WORSE.index(target.status):
        book.decide(target, worst, at=at, reason=f"merged with a lot in {worst}", uid=None)


def count(taking: Taking, record: LotCounted) -> None:
    book = taking.picture.book
    seen = book.find(record.lot, record.part)
    by = quantity(record.by, field="by", signed=True)
    book.move(
        LotMoveKind.ADJUST,
        seen if by < 0 else None,
        seen if by > 0 else None,
        abs(by),
        at=taking.time_of(record),
        reason=check_prose(record.reason, "reason", field="reason"),
        uid=record.id,
    )


_WORSE = (LotStatus.ACCEPTED, LotStatus.DEPLETED, LotStatus.QUARANTINE, LotStatus.REJECTED)


def _worst(statuses: list[LotStatus]) -> LotStatus:
    return max(statuses, key=_WORSE.index)


def _beside(taking: Taking, source: LotSeen, code: str) -> LotSeen:
    """A new lot that takes after another one."""
    picture, book, like = taking.picture, taking.picture.book, source.lot
    lot = fresh(
        Lot,
        id=picture.keys[Lot].next(),
        part=book.part(source.part),
        code=code,
        supplier_id=like.supplier_id,
        supplier_lot=like.supplier_lot,
        date_code=like.date_code,
        manufacturer_part_id=like.manufacturer_part_id,
        quantity=ZERO,
        unit=like.unit,
        receipt=like.receipt,
        arrived_at=like.arrived_at,
        expires=like.expires,
        certificate=like.certificate,
        certificate_sha256=like.certificate_sha256,
    )
    seen = book.receive(lot)
    if source.status is not LotStatus.QUARANTINE:
        book.decide(
            seen,
            source.status,
            at=source.decided[-1][0],
            reason=f"as lot {like.code}, which it came from",
        )
    return seen
