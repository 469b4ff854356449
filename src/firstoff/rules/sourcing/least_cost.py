"""The cheapest way to get a quantity from several offers, exactly (R-25).

Each offer is bought once or not at all: at least its MOQ, in its multiple, every piece at the
price of the break reached. The offers may be split. The search branches on offers and prunes by a
lower bound, so that what it returns is proved to be the least. Everything inside is a whole
number: quantities and money scaled by powers of ten.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal, localcontext
from math import gcd

from firstoff.rules.sourcing.values import DIGITS, ONE, ZERO, Offer

STEPS = 200_000  # of the search; offers of suppliers as they are need a few dozen

FINE = 48  # binary digits after the point of a bound


@dataclass(frozen=True, slots=True)
class Choice:
    """An offer as a plan may use it. ``rate``: what one of its currency costs in the plan's;
    ``limit``: no more pieces than these (what lies at the supplier), None for any number."""

    offer: Offer
    rate: Decimal = ONE
    limit: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Purchase:
    """One order. ``price`` of a piece and ``cost`` of the order are in the plan's currency; the
    cost holds what the order itself costs."""

    offer: Offer
    quantity: Decimal
    price: Decimal
    cost: Decimal


@dataclass(frozen=True, slots=True)
class Cheapest:
    """short: pieces that no offer can deliver. ``proved``: False where the search was stopped
    before it had looked at everything; the purchases are then good, and may not be the best."""

    purchases: tuple[Purchase, ...]
    quantity: Decimal
    cost: Decimal
    short: Decimal = ZERO
    proved: bool = True


@dataclass(frozen=True, slots=True)
class _Stretch:
    """One break of one offer: any multiple of ``step`` from ``low`` to ``high`` at ``price``."""

    choice: int
    low: int
    high: int
    step: int
    price: int
    fixed: int

    def cost(self, quantity: int) -> int:
        return self.fixed + self.price * quantity

    def rate(self, needed: int) -> tuple[int, int]:
        """The least that one needed piece can cost here, as numerator and denominator. It does
        not fall when fewer are needed."""
        most = needed if self.low >= needed else min(self.high, needed)
        return self.cost(max(self.low, most)), most

    def closing(self, needed: int) -> int | None:
        """The least quantity that covers what is needed."""
        least = max(self.low, -(-needed // self.step) * self.step)
        return least if least <= self.high else None


_Pick = tuple[_Stretch, int]  # and how many of it


def least_cost(need: Decimal, choices: Sequence[Choice]) -> Cheapest:
    """The purchases of least total cost that bring at least ``need`` pieces.

    Where limits let the offers deliver less, all of it is bought and ``short`` says the rest.
    need: above 0; 0 buys nothing. Each choice stands for another order.
    Method: branch and bound over (offer, price break); exact. Oracle: every combination tried.
    """
    if need <= 0:
        return Cheapest((), ZERO, ZERO)
    with localcontext(prec=DIGITS):
        scaled = _Scaled.of(need, choices)
        offers = [list(scaled.stretches(i, choice)) for i, choice in enumerate(choices)]
        offers = [stretches for stretches in offers if stretches]
        if _most(offers) < scaled.need:
            return scaled.answer(choices, _enough(offers, scaled.need), proved=True)
        search = _Search(offers, scaled.need)
        search.run()
        return scaled.answer(choices, search.best, proved=search.left > 0)


class _Search:
    """One order closes: it covers what the others leave. The others are skipped, or bought at an
    end of a stretch, or, where their multiple is coarser than that of the closing one, between.

    That is enough: of two orders with the same multiple, both between the ends of their stretches,
    pieces move from the dearer to the cheaper one until one of them is at an end. So an optimum
    has one order at most between its ends for each multiple, and the one of the finest closes.
    """

    def __init__(self, offers: Sequence[Sequence[_Stretch]], need: int) -> None:
        def cheapness(stretch: _Stretch) -> float:
            top, bottom = stretch.rate(need)
            return top / bottom

        self.offers = sorted(offers, key=lambda of: min(map(cheapness, of)))
        self.closers = sorted((s for of in offers for s in of), key=cheapness)
        self.need = need
        self.left = STEPS
        self.best: list[_Pick] = _enough(self.offers, need)
        self.cost = sum(stretch.cost(quantity) for stretch, quantity in self.best)

    def run(self) -> None:
        for closer in self.closers:  # one order alone first: it wins where a split costs the same
            self.close(closer, self.need, 0, ())
        if not self.may_win(0, _Bound(self.offers, self.need).least(self.need)):
            return  # mostly so: the cheapest offer brings just enough
        for closer in self.closers:
            others = [of for of in self.offers if of[0].choice != closer.choice]
            _Closing(self, closer, others).look(0, self.need, 0, ())

    def may_win(self, spent: int, rest: int) -> bool:
        """Whether the cost can fall by a whole unit. rest: at least, as ``_Bound`` counts it."""
        return (spent << FINE) + rest <= (self.cost - 1) << FINE

    def close(self, closer: _Stretch, needed: int, spent: int, picks: tuple[_Pick, ...]) -> None:
        quantity = closer.closing(needed)
        if quantity is not None and spent + closer.cost(quantity) < self.cost:
            self.cost = spent + closer.cost(quantity)
            self.best = [*picks, (closer, quantity)]


class _Closing:
    """The search below one closing order, depth first over the other offers."""

    def __init__(
        self, search: _Search, closer: _Stretch, others: Sequence[Sequence[_Stretch]]
    ) -> None:
        self.search, self.closer, self.others = search, closer, others
        count = range(len(others) + 1)
        self.rest = [[[closer], *others[j:]] for j in count]
        self.most = [_most(rest) for rest in self.rest]
        self.grain = [gcd(*(of[0].step for of in rest)) for rest in self.rest]

    def look(self, j: int, needed: int, spent: int, picks: tuple[_Pick, ...]) -> None:
        """All ways to cover ``needed`` from the closing order and the others from ``j`` on."""
        search = self.search
        needed = -(-needed // self.grain[j]) * self.grain[j]
        if search.left <= 0 or needed > self.most[j]:
            return
        search.left -= 1
        if j == len(self.others):
            search.close(self.closer, needed, spent, picks)
            return
        # What the offers after this one cost at least: for all that is needed, and for less.
        bound = _Bound(self.rest[j + 1], needed)
        for stretch in self.others[j]:
            inside = stretch.step > self.closer.step and not any(
                s.step == stretch.step and s.low < q < s.high for s, q in picks
            )
            walk = self._between if inside else self._ends
            for quantity in walk(j, stretch, needed, spent, bound):
                now = spent + stretch.cost(quantity)
                self.look(j + 1, needed - quantity, now, (*picks, (stretch, quantity)))
        if search.may_win(spent, bound.least(needed)):
            self.look(j + 1, needed, spent, picks)

    def _ends(
        self, j: int, stretch: _Stretch, needed: int, spent: int, bound: "_Bound"
    ) -> Iterator[int]:
        """The ends of the stretch that may win and leave something to close."""
        for quantity in {stretch.low, stretch.high}:
            if quantity < needed and self.search.may_win(
                spent + stretch.cost(quantity), bound.least(needed - quantity)
            ):
                yield quantity

    def _between(
        self, j: int, stretch: _Stretch, needed: int, spent: int, bound: "_Bound"
    ) -> Iterator[int]:
        """Quantities of the stretch that may win, ends included.

        What all costs at least is convex in the quantity taken here: the walk begins where it is
        lowest and goes both ways as far as it can win.
        """
        step = stretch.step
        low = max(stretch.low, -(-(needed - self.most[j + 1]) // step) * step)
        high = min(stretch.high, (needed - 1) // step * step)
        if low > high:
            return

        def in_all(quantity: int) -> int:
            return (stretch.cost(quantity) << FINE) + bound.least(needed - quantity)

        left, right = low, high
        while left < right:
            middle = left + (right - left) // step // 2 * step
            if in_all(middle) <= in_all(middle + step):
                right = middle
            else:
                left = middle + step
        for walk in (range(left, low - 1, -step), range(left + step, high + 1, step)):
            for quantity in walk:
                if self.search.left <= 0 or not self.search.may_win(spent, in_all(quantity)):
                    break
                yield quantity


class _Bound:
    """What pieces cost at least, each offer at its best rate and up to its most."""

    def __init__(self, offers: Sequence[Sequence[_Stretch]], needed: int) -> None:
        # Rates are rounded down, so that the bound stays one.
        self.rates = sorted(
            (min((n << FINE) // d for n, d in (s.rate(needed) for s in of)), _most([of]))
            for of in offers
        )

    def least(self, needed: int) -> int:
        """In money times two to the power of ``FINE``."""
        cost = 0
        for rate, most in self.rates:
            taken = min(most, needed)
            cost += rate * taken
            needed -= taken
            if needed <= 0:
                break
        return cost


def _most(offers: Sequence[Sequence[_Stretch]]) -> int:
    return sum(max(stretch.high for stretch in of) for of in offers)


def _enough(offers: Sequence[Sequence[_Stretch]], need: int) -> list[_Pick]:
    """All of each offer until there is enough: what the search has to beat."""
    picks: list[_Pick] = []
    for of in offers:
        if need > 0:
            most = max(of, key=lambda s: (s.high, -s.price))
            picks.append((most, most.high))
            need -= most.high
    return picks


@dataclass(frozen=True, slots=True)
class _Scaled:
    """Quantities times ``grain`` and money times ``cents x grain`` are whole."""

    asked: Decimal
    need: int
    grain: Decimal
    cents: Decimal

    @classmethod
    def of(cls, need: Decimal, choices: Sequence[Choice]) -> "_Scaled":
        pieces = [need]
        money = [ONE]
        for choice in choices:
            offer = choice.offer
            pieces += [offer.minimum, offer.multiple, choice.limit or ZERO]
            pieces += [step.quantity for step in offer.breaks]
            money += [offer.order_cost * choice.rate, offer.minimum_value * choice.rate]
            money += [step.price * choice.rate for step in offer.breaks]
        grain, cents = (ONE.scaleb(max(map(_places, found))) for found in (pieces, money))
        return cls(need, int(need * grain), grain, cents)

    def stretches(self, i: int, choice: Choice) -> Iterable[_Stretch]:
        """The breaks of an offer, as far as anybody would buy there."""
        offer = choice.offer
        step = int(offer.multiple * self.grain) or 1  # a multiple of 0 asks for none
        least = max(step, int(offer.minimum * self.grain))
        breaks = sorted(offer.breaks, key=lambda b: b.quantity)
        money = self.cents * self.grain
        worth = int(offer.minimum_value * choice.rate * money)
        fixed = int(offer.order_cost * choice.rate * money)
        for k, here in enumerate(breaks):
            price = int(here.price * choice.rate * self.cents)
            if worth and not price:
                continue  # nothing that costs nothing reaches a value
            low = max(least, int(here.quantity * self.grain), -(-worth // price) if worth else 0)
            low = -(-low // step) * step
            high = max(low, -(-self.need // step) * step)
            if k + 1 < len(breaks):
                high = min(high, (int(breaks[k + 1].quantity * self.grain) - 1) // step * step)
            if choice.limit is not None:
                high = min(high, int(choice.limit * self.grain) // step * step)
            if low <= high:
                yield _Stretch(i, low, high, step, price, fixed)

    def answer(
        self, choices: Sequence[Choice], picked: Sequence[tuple[_Stretch, int]], *, proved: bool
    ) -> Cheapest:
        bought = []
        for stretch, whole in sorted(picked, key=lambda p: -p[1]):
            price = Decimal(stretch.price) / self.cents
            fixed = Decimal(stretch.fixed) / (self.cents * self.grain)
            quantity = Decimal(whole) / self.grain
            bought.append(
                Purchase(choices[stretch.choice].offer, quantity, price, quantity * price + fixed)
            )
        quantity = sum((p.quantity for p in bought), ZERO)
        cost = sum((p.cost for p in bought), ZERO)
        return Cheapest(tuple(bought), quantity, cost, max(ZERO, self.asked - quantity), proved)


def _places(value: Decimal) -> int:
    exponent = value.normalize().as_tuple().exponent
    return max(0, -exponent) if isinstance(exponent, int) else 0
