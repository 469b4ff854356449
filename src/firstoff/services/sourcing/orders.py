"""Orders, what becomes of them, and what they are for: needs (R-24)."""

from collections.abc import Iterable
from contextlib import AbstractContextManager
from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

from django.db.models import Sum

from firstoff.db.fields import PLACES
from firstoff.db.inserts import fresh
from firstoff.db.models import Need, Order, OrderEvent
from firstoff.errors import InvalidInput, NotFound
from firstoff.rules.access import Actor, require
from firstoff.rules.product import check_prose
from firstoff.rules.sourcing.ordering import (
    LONGEST_NUMBER,
    OrderStanding,
    check_new_date,
    check_open,
)
from firstoff.rules.sourcing.quoting import check_currency
from firstoff.rules.supply import quantity as exact_quantity
from firstoff.services.ledger import Entry
from firstoff.services.repeating import AlreadyStored, answer_stored
from firstoff.services.sourcing.ground import (
    part_of,
    program_for,
    short,
    source_of,
    supplier_of,
    verb,
    with_uid,
)
from firstoff.terms import OrderState, RunKind

_LARGEST_NEED = 1_000_000_000


def place_order(
    *,
    site_id: int,
    part: str,
    number: str,
    quantity: str | int,
    due: date,
    by: Actor,
    at: datetime,
    supplier: str = "",
    manufacturer: str = "",
    mpn: str = "",
    price: Decimal | None = None,
    currency: str = "",
    uid: UUID | None = None,
) -> Order:
    """Material is on order, to come by a day. ``price``: of one, in ``currency``.

    A number may stand for several parts, as the lines of a purchase order do.
    """
    require(by, "source.edit", site_id)
    said = short(number, "order number", longest=LONGEST_NUMBER, field="number")
    if not said:
        raise InvalidInput("The order has no number.", field="number")
    wanted, money = exact_quantity(quantity, field="quantity"), _price(price, currency)
    try:
        with verb("place_order", f"order {said} of part {part}", by=by, at=at) as entry:
            row = part_of(site_id, part)
            answer_stored(Order, uid, part_id=row.pk, number=said, quantity=wanted, due=due)
            order = fresh(
                Order,
                part=row,
                manufacturer_part=source_of(row, manufacturer, mpn) if mpn.strip() else None,
                supplier=supplier_of(site_id, supplier, new=True) if supplier.strip() else None,
                number=said,
                quantity=wanted,
                due=due,
                price=price,
                currency=money,
            )
            entry.details.update(quantity=f"{wanted.normalize():f}", due=due.isoformat())
            return entry.add(with_uid(order, uid))
    except AlreadyStored as known:
        return known.of(Order)


def move_order(
    *,
    order_uid: UUID,
    due: date,
    by: Actor,
    at: datetime,
    site_id: int | None = None,
    note: str = "",
    uid: UUID | None = None,
) -> OrderEvent:
    """The supplier confirms a date, the same or another one; the latest holds. site_id: where it
    has to be, if anybody says so."""
    order = _order_for(by, order_uid, site_id)
    said = check_prose(note, "note", field="note")
    try:
        with _on(order, "move_order", by, at) as entry:
            answer_stored(OrderEvent, uid, order_id=order.pk, due=due)
            check_new_date(standings([order])[order.pk], due)
            row = fresh(
                OrderEvent, order=order, state=OrderState.CONFIRMED.value, due=due, note=said
            )
            entry.details.update(due=due.isoformat())
            return entry.add(with_uid(row, uid))
    except AlreadyStored as known:
        return known.of(OrderEvent)


def cancel_order(
    *,
    order_uid: UUID,
    by: Actor,
    at: datetime,
    site_id: int | None = None,
    note: str = "",
    uid: UUID | None = None,
) -> OrderEvent:
    """What has not come in is not to come. Raises Refused (R-24) where nothing is open."""
    order = _order_for(by, order_uid, site_id)
    said = check_prose(note, "note", field="note")
    try:
        with _on(order, "cancel_order", by, at) as entry:
            answer_stored(OrderEvent, uid, order_id=order.pk, state=OrderState.CANCELLED.value)
            stands = standings([order])[order.pk]
            check_open(stands, "cancel it")
            row = fresh(
                OrderEvent,
                order=order,
                state=OrderState.CANCELLED.value,
                quantity=stands.open,
                note=said,
            )
            entry.details.update(open=f"{stands.open.normalize():f}")
            return entry.add(with_uid(row, uid))
    except AlreadyStored as known:
        return known.of(OrderEvent)


def standings(orders: Iterable[Order]) -> dict[int, OrderStanding]:
    """How orders stand, by their keys. Two queries."""
    by_key = {order.pk: order for order in orders}
    events = OrderEvent.objects.filter(order__in=by_key)
    came = dict(
        events.filter(state=OrderState.RECEIVED)
        .values_list("order")
        .annotate(total=Sum("quantity"))
        .order_by()
    )
    dues: dict[int, date] = {}
    gone: set[int] = set()
    others = events.exclude(state=OrderState.RECEIVED).order_by("pk")
    for key, state, due in others.values_list("order_id", "state", "due"):
        if state == OrderState.CANCELLED:
            gone.add(key)
        elif due is not None:
            dues[key] = due
    return {
        key: OrderStanding(
            order.number,
            order.part.number,
            order.quantity,
            exact(came.get(key)),
            dues.get(key, order.due),
            order.part.unit,
            key in gone,
            key in dues,
        )
        for key, order in by_key.items()
    }


def exact(total: object) -> Decimal:
    """A sum of quantities as SQL gives it: whole millionths."""
    if total is None:
        return Decimal(0)
    return total if isinstance(total, Decimal) else Decimal(str(total)).scaleb(-PLACES)


def record_need(
    *,
    program_id: int,
    quantity: int,
    due: date,
    by: Actor,
    at: datetime,
    run_kind: str = "",
    note: str = "",
    uid: UUID | None = None,
) -> Need:
    """Units that somebody is owed by a day, beside the program's first quantity; 0 takes an
    earlier need of that day and kind back. The latest of a day and kind holds."""
    program = program_for(by, program_id, "source.edit")
    if not 0 <= quantity <= _LARGEST_NEED:
        raise InvalidInput(
            f"The need is {quantity:,} units; expected 0 to {_LARGEST_NEED:,}.", field="quantity"
        )
    if run_kind and run_kind not in set(RunKind):
        raise InvalidInput(f"{run_kind[:40]!r} is no kind of run.", field="run_kind")
    said = check_prose(note, "note", field="note")
    try:
        with verb(
            "record_need", f"program {program.code}", by=by, at=at, program=program
        ) as entry:
            answer_stored(Need, uid, program_id=program.pk, quantity=quantity, due=due)
            row = Need(program=program, quantity=quantity, due=due, run_kind=run_kind, note=said)
            entry.details.update(quantity=quantity, due=due.isoformat(), run_kind=run_kind)
            return entry.add(with_uid(row, uid))
    except AlreadyStored as known:
        return known.of(Need)


def _order_for(by: Actor, order_uid: UUID, site_id: int | None) -> Order:
    if site_id is not None:
        require(by, "source.edit", site_id)
    row = Order.objects.select_related("part").filter(uid=order_uid).first()
    if row is None or row.part.site_id not in (by.site_ids if site_id is None else (site_id,)):
        raise NotFound("There is no such order, or not for you.")
    require(by, "source.edit", row.part.site_id)
    return row


def _on(order: Order, name: str, by: Actor, at: datetime) -> AbstractContextManager[Entry]:
    return verb(name, f"order {order.number} of part {order.part.number}", by=by, at=at)


def _price(price: Decimal | None, currency: str) -> str:
    if price is None:
        return ""
    if not price.is_finite() or not 0 <= price < 10**13 or round(price, 6) != price:
        raise InvalidInput(
            f"The price is {str(price)[:40]}; expected 0 or more, at most six places.",
            field="price",
        )
    return check_currency(currency)
