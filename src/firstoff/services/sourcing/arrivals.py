"""What comes in on an order: each delivery is a record beside its lot (R-24)."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from decimal import Decimal

from firstoff.db.inserts import fresh
from firstoff.db.models import Lot, Order, OrderEvent
from firstoff.errors import NotFound
from firstoff.rules.sourcing.ordering import OrderStanding, check_open
from firstoff.services.ledger import Entry
from firstoff.services.sourcing.orders import standings
from firstoff.services.supply import Undo
from firstoff.terms import OrderState

_CHUNK = 5000


@dataclass(slots=True, eq=False)
class OrderSeen:
    """An order as it will stand once the records before are stored."""

    order: Order
    stands: OrderStanding


class OrderBook:
    """The orders that receipts name, read at once under the ledger's lock."""

    def __init__(self, site_id: int, undo: Undo) -> None:
        self.site_id, self.undo = site_id, undo
        self.arrivals: list[OrderEvent] = []
        self._orders: dict[tuple[str, str], list[OrderSeen]] = {}  # by part and number

    def read(self, named: Iterable[tuple[str, str]]) -> None:
        """Orders by (part number, order number): three queries a chunk, none for nothing."""
        wanted = [pair for pair in dict.fromkeys(named) if pair not in self._orders]
        self._orders.update((pair, []) for pair in wanted)
        for start in range(0, len(wanted), _CHUNK):
            some = wanted[start : start + _CHUNK]
            rows = Order.objects.filter(
                part__site=self.site_id, number__in={number for _, number in some}
            ).select_related("part")
            found = [row for row in rows if (row.part.number, row.number) in set(some)]
            stands = standings(found)
            for row in found:
                seen = OrderSeen(row, stands[row.pk])
                self._orders[row.part.number, row.number].append(seen)

    def arrive(self, lot: Lot, number: str) -> None:
        """A lot came in on an order. Of several of one number the one due first that is still
        open, and of the same manufacturer part where both name one. Raises NotFound, Refused
        (R-24)."""
        part = lot.part.number
        known = self._orders.get((part, number), [])
        if not known:
            raise NotFound(
                f"There is no order {number[:120]} of {part}.",
                way_out="Look at its number, or receive without an order.",
                field="order",
            )
        fitting = [s for s in known if _fits(s.order, lot)] or known
        opened = [s for s in fitting if s.stands.open > 0]
        seen = min(opened or fitting, key=lambda s: (s.stands.due, s.order.pk))
        check_open(seen.stands, "receive on it")
        self._take(seen, lot, lot.quantity)

    def _take(self, seen: OrderSeen, lot: Lot, quantity: Decimal) -> None:
        received = seen.stands.received + quantity
        self.undo.change(seen, "stands", replace(seen.stands, received=received))
        event = fresh(
            OrderEvent,
            order=seen.order,
            state=OrderState.RECEIVED.value,
            quantity=quantity,
            due=None,
            lot=lot,
            note="",
        )
        self.undo.append(self.arrivals, event)

    def write(self, entry: Entry) -> None:
        entry.add_all(self.arrivals)


def _fits(order: Order, lot: Lot) -> bool:
    return (
        order.manufacturer_part_id is None
        or lot.manufacturer_part_id is None
        or order.manufacturer_part_id == lot.manufacturer_part_id
    )
