"""When a part runs out, and the last day on which ordering still helps (R-24)."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal
from enum import StrEnum
from itertools import groupby

from firstoff.rules.sourcing import words
from firstoff.rules.sourcing.values import ZERO, OrderFacts, arriving

ALERT_DAYS = 14  # before the last day to reorder


class Reorder(StrEnum):
    """Whether somebody has to order now."""

    NOT_NEEDED = "not_needed"  # no shortage as far as demand is known
    LATER = "later"
    SOON = "soon"  # within the days of the alert
    TOO_LATE = "too_late"  # a new order comes after the shortage begins
    NO_LEAD_TIME = "no_lead_time"  # nobody said how long it takes


@dataclass(frozen=True, slots=True)
class Demand:
    """Pieces that are taken on a day. ``what``: the run, the order."""

    on: date
    quantity: Decimal
    what: str = ""


@dataclass(frozen=True, slots=True)
class StockPoint:
    """The end of a day on which something moved. ``on_hand`` below 0 is what is missing."""

    on: date
    received: Decimal
    taken: Decimal
    on_hand: Decimal


@dataclass(frozen=True, slots=True)
class StockOutlook:
    """Stock of a part over time, with the orders that are placed.

    points: the first is today. ``stock_out``: the first day on which demand is not met;
    ``missing``: the most that is missing on any day, what has to be ordered. ``below_safety``: the
    first day under the safety stock; a new order has to be here by then, so ``reorder_by`` is that
    day less the lead time. ``overdue``: orders whose date has passed or that have none; they do
    not count.
    """

    part: str
    points: tuple[StockPoint, ...]
    stock_out: date | None
    missing: Decimal
    below_safety: date | None
    lead_time_days: int | None
    reorder_by: date | None
    reorder: Reorder
    overdue: tuple[OrderFacts, ...]
    sentence: str
    way_out: str = ""
    safety: Decimal = ZERO

    @property
    def alerts(self) -> bool:
        """Whether a person has to look at it now."""
        return self.reorder in (Reorder.SOON, Reorder.TOO_LATE) or (
            self.reorder is Reorder.NO_LEAD_TIME and self.below_safety is not None
        )


def stock_outlook(
    part: str,
    *,
    on_hand: Decimal,
    demand: Iterable[Demand],
    today: date,
    orders: Sequence[OrderFacts] = (),
    lead_time_days: int | None = None,
    receiving_days: int = 0,
    safety: Decimal = ZERO,
    alert_days: int = ALERT_DAYS,
    unit: str = "",
) -> StockOutlook:
    """Stock over time of one part, its stock-out date and the last day to reorder.

    on_hand: usable now. ``receiving_days``: from the dock to the shelf (incoming inspection),
    added to every order's date and to the lead time. What was due to be taken before today counts
    today. What comes in on a day is there for what is taken on it. Exact decimals.
    """
    counted = arriving(orders, today=today)
    moves = [(max(d.on, today), ZERO, d.quantity) for d in demand if d.quantity]
    wait = timedelta(days=receiving_days)
    moves += [(order.due + wait, order.quantity, ZERO) for order in counted if order.due]
    points = tuple(_points(on_hand, moves, today))
    out = next((p.on for p in points if p.on_hand < 0), None)
    below = next((p.on for p in points if p.on_hand < safety), None)
    lead = None if lead_time_days is None else lead_time_days + receiving_days
    by = None if below is None or lead is None else below - timedelta(days=lead)
    found = StockOutlook(
        part=part,
        points=points,
        stock_out=out,
        missing=max(ZERO, *(-p.on_hand for p in points)),
        below_safety=below,
        lead_time_days=lead_time_days,
        reorder_by=by,
        reorder=_reorder(below, by, today, alert_days),
        overdue=tuple(order for order in orders if order not in counted),
        sentence="",
        safety=safety,
    )
    sentence, way_out = _said(found, today, unit)
    return replace(found, sentence=sentence, way_out=way_out)


def _points(
    on_hand: Decimal, moves: list[tuple[date, Decimal, Decimal]], today: date
) -> Iterator[StockPoint]:
    moves = sorted([(today, ZERO, ZERO), *moves], key=lambda move: move[0])
    for on, of_day in groupby(moves, key=lambda move: move[0]):
        day = list(of_day)
        received = sum((move[1] for move in day), ZERO)
        taken = sum((move[2] for move in day), ZERO)
        on_hand += received - taken
        yield StockPoint(on, received, taken, on_hand)


def _reorder(below: date | None, by: date | None, today: date, alert_days: int) -> Reorder:
    if below is None:
        return Reorder.NOT_NEEDED
    if by is None:
        return Reorder.NO_LEAD_TIME
    if by < today:
        return Reorder.TOO_LATE
    return Reorder.SOON if (by - today).days <= alert_days else Reorder.LATER


def _said(found: StockOutlook, today: date, unit: str) -> tuple[str, str]:
    part, below = found.part, found.below_safety
    late = ""
    if found.overdue:
        named = words.listed([order.number for order in found.overdue], most=3)
        late = f" Not counted, as no date ahead is known: {named}."
    if below is None:
        last = found.points[-1].on_hand
        return f"{part} lasts: {words.quantity(last, unit)} left at the end.{late}", ""
    missing = words.quantity(found.missing, unit)
    runs = (
        f"{part} runs out on {found.stock_out}, {missing} missing"
        if found.stock_out
        else f"{part} falls under its safety stock on {below}"
    )
    if found.reorder_by is None:
        return f"{runs}; nobody said a lead time.{late}", "Ask for a lead time."
    lead = words.days(found.lead_time_days or 0)
    if found.reorder is Reorder.TOO_LATE:
        over = words.days((today - found.reorder_by).days)
        return (
            f"{runs}; with {lead} of lead time the last day to reorder was {found.reorder_by}, "
            f"{over} ago.{late}",
            "Find stock elsewhere, use a qualified alternate, or move the build.",
        )
    return (
        f"{runs}; with {lead} of lead time reorder by {found.reorder_by}.{late}",
        f"Order {missing} by {found.reorder_by}." if found.missing else "Order in time.",
    )
