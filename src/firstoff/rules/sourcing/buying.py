"""What to buy: one part at least total cost, and the plan over all of them (R-25)."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import ROUND_HALF_UP, Decimal, localcontext

from firstoff.rules.sourcing import words
from firstoff.rules.sourcing.least_cost import Cheapest, Choice, Purchase, least_cost
from firstoff.rules.sourcing.values import (
    DIGITS,
    ONE,
    ZERO,
    Build,
    LineNeed,
    Offer,
    OrderFacts,
    PriceBreak,
    Source,
    StockFacts,
    arriving,
    is_counted,
    rate_for,
    whole,
)

NAMED = 10  # the dearest, and those that the MOQ forces most


@dataclass(frozen=True, slots=True)
class PartNeed:
    """What all lines together take of a part, and what is there for it.

    need: with attrition and setup pieces. ``on_hand``: usable, of every source that may go in;
    ``on_order``: here in time. ``lines``: keys of the lines that take it.
    """

    part: str
    need: Decimal
    name: str = ""
    unit: str = ""
    on_hand: Decimal = ZERO
    on_order: Decimal = ZERO
    lines: tuple[str, ...] = ()

    @property
    def net(self) -> Decimal:
        """What has to be bought."""
        return max(ZERO, self.need - self.on_hand - self.on_order)


@dataclass(frozen=True, slots=True)
class Considered:
    """An offer that was looked at: what it would cost alone (None where nobody can say), and why
    it was left out, empty where it was not."""

    offer: Offer
    source: str  # manufacturer and number
    quantity: Decimal | None
    cost: Decimal | None
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Buy:
    """What to buy of one part. Money is in the plan's currency.

    leftover: pieces bought beyond what is needed; ``leftover_value``: at the mean price paid.
    forced: what MOQ and multiples add to the cost of what is needed. ``short``: pieces that nobody
    offers. ``arrives``: the day the last order is here; ``late``: that is after the day needed.
    """

    need: PartNeed
    purchases: tuple[Purchase, ...]
    quantity: Decimal
    cost: Decimal
    leftover: Decimal
    leftover_value: Decimal
    forced: Decimal
    short: Decimal
    arrives: date | None
    late: bool
    considered: tuple[Considered, ...]
    sentence: str
    way_out: str = ""
    proved: bool = True


@dataclass(frozen=True, slots=True)
class BuyingPlan:
    """Every part of a build. ``dearest`` by cost, ``forced_most`` by what MOQ and multiples add,
    ``unbought`` with a shortage, ``late`` with an order after the day needed."""

    buys: tuple[Buy, ...]
    currency: str
    total: Decimal
    leftover_value: Decimal
    forced: Decimal
    dearest: tuple[Buy, ...]
    forced_most: tuple[Buy, ...]
    unbought: tuple[Buy, ...]
    late: tuple[Buy, ...]
    sentence: str


def pooled(
    lines: Iterable[LineNeed],
    build: Build,
    *,
    stock: Mapping[str, StockFacts] | None = None,
    orders: Mapping[str, Sequence[OrderFacts]] | None = None,
) -> tuple[PartNeed, ...]:
    """What the lines take of each part together, in the order of their first line.

    stock, orders: by part number. Whole pieces are made of the sum: two lines of a half each take
    one. Orders count that are due between today and the day needed.
    """
    by_part: dict[str, list[LineNeed]] = {}
    for line in lines:
        by_part.setdefault(line.part, []).append(line)
    found = []
    for part, of in by_part.items():
        with localcontext(prec=DIGITS):
            exact = sum((line.exact(build.units) for line in of), ZERO)
        waiting = arriving((orders or {}).get(part, ()), today=build.today, by=build.needed_by)
        found.append(
            PartNeed(
                part,
                whole(exact, of[0].unit),
                name=of[0].name,
                unit=of[0].unit,
                on_hand=(stock or {}).get(part, StockFacts()).usable,
                on_order=sum((order.quantity for order in waiting), ZERO),
                lines=tuple(line.key for line in of),
            )
        )
    return tuple(found)


def buy(need: PartNeed, sources: Sequence[Source], build: Build, *, consider: bool = True) -> Buy:
    """What to buy of one part at least total cost, over the offers of every source that may go
    into the run.

    Offers that are not here in time are taken only where the others cannot cover the need; then
    ``late`` is True. consider: also say what each offer would cost alone. Raises Refused (R-25)
    where an offer is in a currency without a rate.
    """
    ways = [way for source in sources for way in _ways(source, need, build)]
    usable = [way for way in ways if not way.reason]
    choices = [way.choice for way in usable if way.choice.limit != 0]
    found = least_cost(need.net, choices)
    if found.short:
        waited = [replace(way.choice, limit=None) for way in usable]
        patient = least_cost(need.net, waited)
        if patient.short < found.short:
            found, choices = patient, waited
    with localcontext(prec=DIGITS):
        leftover = max(ZERO, found.quantity - need.net)
        value = leftover * found.cost / found.quantity if found.quantity else ZERO
    answer = Buy(
        need=need,
        purchases=found.purchases,
        quantity=found.quantity,
        cost=found.cost,
        leftover=leftover,
        leftover_value=_cents(value),
        forced=_cents(found.cost - _unforced(need, found, choices)),
        short=found.short,
        arrives=_arrival(found.purchases, build.today),
        late=any(_is_late(p, way) for p in found.purchases for way in usable),
        considered=tuple(way.considered(need.net, priced=consider) for way in ways),
        sentence="",
        proved=found.proved,
    )
    sentence, way_out = _said(answer, build)
    return replace(answer, sentence=sentence, way_out=way_out)


def buying_plan(
    needs: Iterable[PartNeed], sources: Mapping[str, Sequence[Source]], build: Build
) -> BuyingPlan:
    """What to buy of every part. sources: by part number. Raises Refused (R-25) as ``buy``."""
    buys = tuple(buy(need, sources.get(need.part, ()), build) for need in needs)
    total = sum((b.cost for b in buys), ZERO)
    leftover = sum((b.leftover_value for b in buys), ZERO)
    forced = sum((b.forced for b in buys), ZERO)
    unbought = tuple(b for b in buys if b.short)
    late = tuple(b for b in buys if b.late)
    ordered = sorted((b for b in buys if b.purchases), key=lambda b: (-b.cost, b.need.part))
    most = sorted((b for b in buys if b.forced), key=lambda b: (-b.forced, b.need.part))
    plan = BuyingPlan(
        buys=buys,
        currency=build.currency,
        total=total,
        leftover_value=leftover,
        forced=forced,
        dearest=tuple(ordered[:NAMED]),
        forced_most=tuple(most[:NAMED]),
        unbought=unbought,
        late=late,
        sentence="",
    )
    return replace(plan, sentence=_plan_said(plan, len(ordered)))


@dataclass(frozen=True, slots=True)
class _Way:
    """An offer of a source, judged. The limit of its choice is what is here in time."""

    source: Source
    choice: Choice
    reason: str = ""

    def considered(self, net: Decimal, *, priced: bool) -> Considered:
        """What it would cost alone. That of a source that may not go in yet is what qualifying it
        would be worth."""
        offer, name = self.choice.offer, self.source.part.name
        if net <= 0 or not priced or not self.choice.rate:
            return Considered(offer, name, None, None, self.reason)
        alone = least_cost(net, [replace(self.choice, limit=None)])
        if alone.short:
            return Considered(offer, name, None, None, self.reason or "cannot deliver as many")
        limit = self.choice.limit
        late = "is not here in time" if limit is not None and limit < alone.quantity else ""
        return Considered(offer, name, alone.quantity, alone.cost, self.reason or late)


def _ways(source: Source, need: PartNeed, build: Build) -> Iterable[_Way]:
    lacks = source.lacks(build.kind)
    for offer in source.offers:
        closed = _closed(offer, build.today)
        if closed:
            yield _Way(source, Choice(offer, ZERO), lacks or closed)
            continue
        # A source that may not go in asks for no rate: it is only shown.
        known = offer.currency == build.currency or offer.currency in build.rates
        rate = ZERO
        if known or not lacks:
            rate = rate_for(offer.currency, build.currency, build.rates, what=need.part)
        yield _Way(source, Choice(offer, rate, in_time(offer, build)), lacks)


def in_time(offer: Offer, build: Build) -> Decimal | None:
    """How many pieces are here by the day needed: None for any number, what lies at the supplier
    where the lead time is too long or not said."""
    left, lead = build.days_left, offer.lead_time_days
    if left is None or (lead is not None and lead <= left):
        return None
    return (offer.in_stock or ZERO) if left >= 0 else ZERO


def _closed(offer: Offer, today: date) -> str:
    if not offer.breaks:
        return "has no price"
    return "" if offer.is_open(today) else f"was valid until {offer.valid_until}"


def _is_late(purchase: Purchase, way: _Way) -> bool:
    limit = way.choice.limit
    return way.choice.offer is purchase.offer and limit is not None and purchase.quantity > limit


def _arrival(purchases: Sequence[Purchase], today: date) -> date | None:
    days = [p.offer.arrives(today, p.quantity) for p in purchases]
    known = [day for day in days if day is not None]
    return max(known) if known and len(known) == len(days) else None


def _unforced(need: PartNeed, found: Cheapest, choices: Sequence[Choice]) -> Decimal:
    """What the same pieces would cost without MOQ and multiple; price breaks stay."""
    if is_counted(need.unit) and all(_is_loose(choice.offer) for choice in choices):
        return found.cost
    # Counted pieces come one by one; lengths and weights as finely as they are needed.
    exponent = need.net.normalize().as_tuple().exponent
    places = -exponent if isinstance(exponent, int) and exponent < 0 else 0
    loose = [
        replace(
            choice,
            offer=replace(
                choice.offer,
                minimum=ZERO,
                minimum_value=ZERO,
                multiple=ONE.scaleb(-places),
                breaks=_from_nothing(choice.offer),
            ),
        )
        for choice in choices
    ]
    return least_cost(need.net - found.short, loose).cost


def _is_loose(offer: Offer) -> bool:
    """Whether it sells one piece, two, three."""
    least = max(offer.minimum, offer.multiple, min(b.quantity for b in offer.breaks))
    return least <= 1 and not offer.minimum_value


def _from_nothing(offer: Offer) -> tuple[PriceBreak, ...]:
    first, *rest = sorted(offer.breaks, key=lambda b: b.quantity)
    return (replace(first, quantity=ZERO), *rest)


def _cents(value: Decimal) -> Decimal:
    """Money that comes of a division, to a millionth."""
    with localcontext(prec=DIGITS):
        return value.quantize(Decimal("0.000001"), ROUND_HALF_UP)


def _said(b: Buy, build: Build) -> tuple[str, str]:
    """The sentence and the way out."""
    need, money = b.need, build.currency
    if need.net <= 0:
        there = words.quantity(need.on_hand + need.on_order, need.unit)
        return (
            f"Nothing to buy: {words.quantity(need.need, need.unit)} needed, {there} here or on "
            "order.",
            "",
        )
    wanted = words.quantity(need.net, need.unit)
    if not b.purchases:
        return _not_offered(b, wanted)
    orders = words.listed([_order_said(p, need.unit, money) for p in b.purchases])
    said = [f"Buy {orders}: {words.money(b.cost, money)} for the {wanted} needed."]
    if b.leftover:
        left = words.quantity(b.leftover, need.unit)
        forced = f"; MOQ or multiple forces {words.money(b.forced, money)}" if b.forced else ""
        said.append(f"{left} left over, worth {words.money(b.leftover_value, money)}{forced}.")
    if b.short:
        said.append(f"{words.quantity(b.short, need.unit)} cannot be had.")
    if b.late:
        when = f"on {b.arrives}" if b.arrives else "on a day that nobody said"
        said.append(f"The last of it is here {when}; it is needed by {build.needed_by}.")
    out = "Ask for more offers, or approve another source." if b.short or b.late else ""
    return " ".join(said), out


def _not_offered(b: Buy, wanted: str) -> tuple[str, str]:
    reasons = sorted({f"{c.source} {c.reason}" for c in b.considered if c.reason})
    why = f" {words.listed(reasons, most=3)}." if reasons else ""
    return (
        f"No offer can be used for the {wanted} needed.{why}",
        "Approve the source, or ask for a new offer." if reasons else "Ask for an offer.",
    )


def _order_said(p: Purchase, unit: str, currency: str) -> str:
    each = words.money(p.price, currency)
    return f"{words.quantity(p.quantity, unit)} from {p.offer.supplier} at {each}"


def _plan_said(plan: BuyingPlan, bought: int) -> str:
    if not plan.buys:
        return "No part is needed."
    if not bought and not plan.unbought:
        return "Nothing to buy: everything needed is here or on order."
    said = [f"{words.counted(bought, 'part')} to buy for {words.money(plan.total, plan.currency)}"]
    if plan.leftover_value:
        said.append(f"{words.money(plan.leftover_value, plan.currency)} of it is left over")
    if plan.forced:
        said.append(f"MOQs and multiples force {words.money(plan.forced, plan.currency)}")
    text = "; ".join(said) + "."
    if plan.unbought:
        names = words.listed([b.need.part for b in plan.unbought], most=4)
        text += f" {words.counted(len(plan.unbought), 'part')} cannot be had in full: {names}."
    if plan.late:
        text += f" {words.counted(len(plan.late), 'part')} would be late."
    return text
