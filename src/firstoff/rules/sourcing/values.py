"""What the arithmetic of supply is about: sources, offers, approvals, needs, stock, orders.

Quantities and money are decimals, never floats (R-67). Dates are days at the plant. A key is
whatever the caller refers to the thing by; it is handed back and never read.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import ROUND_CEILING, Decimal, localcontext

from firstoff.errors import InvalidInput, Refused
from firstoff.terms import CharacteristicClass, ComplianceStatus, Lifecycle, RunKind

ZERO = Decimal(0)
ONE = Decimal(1)
DIGITS = 100  # of exact intermediate results: quantity x price x rate, level upon level
# Units that are counted: nobody buys half of one.
COUNTED = frozenset({"", "pc", "pcs", "piece", "pieces", "each", "ea", "unit", "units", "st"})
KINDS_OF_RUN = {
    RunKind.PROTOTYPE: "prototypes",
    RunKind.SAMPLE: "sample batches",
    RunKind.PRE_PRODUCTION: "pre-production",
    RunKind.PILOT: "pilot runs",
    RunKind.PRODUCTION: "production",
}


@dataclass(frozen=True, slots=True)
class PriceBreak:
    """From ``quantity`` pieces on, every piece costs ``price`` (all-units)."""

    quantity: Decimal
    price: Decimal


@dataclass(frozen=True, slots=True)
class Offer:
    """What a supplier asks for a manufacturer part.

    breaks: by rising quantity; empty where no price is known. ``minimum``: MOQ in pieces;
    ``minimum_value``: MOQ in money ($2,000), in ``currency``. ``order_cost``: once an order
    (freight, small-order fee). ``lead_time_days``: calendar days; None: not said. ``in_stock``: at
    the supplier; None: not said.
    """

    key: str
    supplier: str
    number: str  # the supplier's
    manufacturer_part: str  # key of its ``ManufacturerPartFacts``
    currency: str
    breaks: tuple[PriceBreak, ...] = ()
    minimum: Decimal = ONE
    multiple: Decimal = ONE
    minimum_value: Decimal = ZERO
    order_cost: Decimal = ZERO
    lead_time_days: int | None = None
    quoted_on: date | None = None
    valid_until: date | None = None
    in_stock: Decimal | None = None

    def is_open(self, on: date) -> bool:
        """Whether one may still order by it: it has a price, and its date is not over."""
        return bool(self.breaks) and (self.valid_until is None or on <= self.valid_until)

    def arrives(self, on: date, wanted: Decimal) -> date | None:
        """When ``wanted`` pieces ordered on that day are here; None where nobody said. What lies
        at the supplier counts as here: the days of freight are not in it."""
        if self.in_stock is not None and self.in_stock >= wanted:
            return on
        return None if self.lead_time_days is None else on + timedelta(days=self.lead_time_days)


@dataclass(frozen=True, slots=True)
class ManufacturerPartFacts:
    """What a manufacturer calls it. ``last_buy``: the last day of a last-time buy."""

    key: str
    mpn: str
    manufacturer: str = ""
    lifecycle: Lifecycle = Lifecycle.UNKNOWN
    last_buy: date | None = None

    @property
    def name(self) -> str:
        return f"{self.manufacturer} {self.mpn}".strip()


@dataclass(frozen=True, slots=True)
class Approval:
    """What was decided of a source (AVL). ``run_kinds`` empty: every kind of run.

    evidence: what form, fit and function were judged by: report, document, run.
    """

    run_kinds: frozenset[RunKind] = frozenset()
    form: bool = False
    fit: bool = False
    function: bool = False
    evidence: tuple[str, ...] = ()

    def holds_for(self, kind: RunKind) -> bool:
        return not self.run_kinds or kind in self.run_kinds

    @property
    def missing(self) -> tuple[str, ...]:
        """What an alternate lacks to be qualified (R-21), in words."""
        said = {"form": self.form, "fit": self.fit, "function": self.function}
        lacks = [name for name, given in said.items() if not given]
        return (*lacks, *(() if any(e.strip() for e in self.evidence) else ("evidence",)))


@dataclass(frozen=True, slots=True)
class Source:
    """One way to get a part: a manufacturer part with what is known of it.

    alternate: not the one the design names; it counts only when qualified (R-21). ``on_hand``:
    usable stock of this manufacturer part here.
    """

    part: ManufacturerPartFacts
    approvals: tuple[Approval, ...] = ()
    offers: tuple[Offer, ...] = ()
    alternate: bool = False
    on_hand: Decimal = ZERO

    def approval(self, kind: RunKind) -> Approval | None:
        """The approval that serves this kind of run best."""
        fit = [a for a in self.approvals if a.holds_for(kind)]
        return min(fit, key=lambda a: len(a.missing), default=None)

    def lacks(self, kind: RunKind) -> str:
        """Why it may not go into such a run (R-20, R-21); empty where it may."""
        approval = self.approval(kind)
        if approval is None:
            return f"is not approved for {KINDS_OF_RUN[kind]}"
        if self.alternate and approval.missing:
            return f"is no qualified alternate: {_and(approval.missing)} not shown"
        return ""


@dataclass(frozen=True, slots=True)
class LineNeed:
    """What one line of the bill of materials takes.

    per_unit: in one unit of the product, through all levels. ``attrition``: percent lost on the
    line on top of what is used; ``setup``: pieces lost once a run. ``rounding``: taken in steps of
    so many (a strip, a panel); 0 for none.
    """

    key: str
    part: str  # number
    per_unit: Decimal
    name: str = ""
    unit: str = ""
    classification: CharacteristicClass | None = None
    attrition: Decimal = ZERO
    setup: Decimal = ZERO
    rounding: Decimal = ZERO

    @property
    def critical(self) -> bool:
        return self.classification is CharacteristicClass.CRITICAL

    def exact(self, units: Decimal | int) -> Decimal:
        """For so many units: usage, attrition, setup; in its own steps, not yet whole."""
        if not units or not self.per_unit:
            return ZERO
        with localcontext(prec=DIGITS):
            used = self.per_unit * units * (100 + self.attrition) / 100 + self.setup
        return up_to_step(used, self.rounding)

    def needed(self, units: Decimal | int) -> Decimal:
        """Pieces for so many units: whole where the unit is counted."""
        return whole(self.exact(units), self.unit)


@dataclass(frozen=True, slots=True)
class StockFacts:
    """What lies here of a part. ``usable``: accepted, not expired; ``waiting``: in quarantine."""

    usable: Decimal = ZERO
    waiting: Decimal = ZERO


@dataclass(frozen=True, slots=True)
class OrderFacts:
    """Material that is ordered and not here. ``due`` None: nobody confirmed a date."""

    number: str
    quantity: Decimal
    due: date | None
    supplier: str = ""
    manufacturer_part: str = ""


@dataclass(frozen=True, slots=True)
class Declaration:
    """What is declared under a scheme (R-26), of a manufacturer part or, with
    ``manufacturer_part`` empty, of the part. ``evidence``: document or certificate number."""

    scheme: str
    status: ComplianceStatus
    evidence: str = ""
    manufacturer_part: str = ""
    declared_on: date | None = None
    expires: date | None = None


@dataclass(frozen=True, slots=True)
class Build:
    """What is to be built. ``needed_by``: the day the material has to be here; None: no date.

    rates: what one of a foreign currency costs in ``currency``.
    """

    kind: RunKind
    units: int
    today: date
    needed_by: date | None = None
    currency: str = "USD"
    rates: Mapping[str, Decimal] = field(default_factory=dict)

    @property
    def days_left(self) -> int | None:
        return None if self.needed_by is None else (self.needed_by - self.today).days


def is_counted(unit: str) -> bool:
    return unit.strip().casefold().rstrip(".") in COUNTED


def whole(quantity: Decimal, unit: str) -> Decimal:
    """The quantity, up to the next whole one where the unit is counted."""
    return up_to_step(quantity, ONE if is_counted(unit) else ZERO)


def arriving(
    orders: Sequence[OrderFacts], *, today: date, by: date | None = None
) -> tuple[OrderFacts, ...]:
    """Orders that count: with a date that is not over, and not after ``by``. An order whose date
    has passed brings nothing that one may build on until somebody confirms a new date."""
    return tuple(
        order
        for order in orders
        if order.due is not None and order.due >= today and (by is None or order.due <= by)
    )


def _and(names: Sequence[str]) -> str:
    return " and ".join(filter(None, (", ".join(names[:-1]), *names[-1:])))


def up_to_step(quantity: Decimal, step: Decimal) -> Decimal:
    """The least multiple of ``step`` that is not less; the quantity itself where it is 0."""
    if step <= 0:
        return quantity
    with localcontext(prec=DIGITS):
        return (quantity / step).to_integral_value(rounding=ROUND_CEILING) * step


def check_offer(offer: Offer) -> Offer:
    """The offer, its breaks by rising quantity. Raises InvalidInput naming the field."""
    who = f"The offer of {offer.supplier} for {offer.number or offer.manufacturer_part}"
    for name, value, above in (
        ("minimum", offer.minimum, False),
        ("multiple", offer.multiple, True),
        ("minimum_value", offer.minimum_value, False),
        ("order_cost", offer.order_cost, False),
        ("in_stock", offer.in_stock or ZERO, False),
    ):
        if not value.is_finite() or value < 0 or (above and value == 0):
            raise InvalidInput(
                f"{who} has {value} as {name.replace('_', ' ')}; expected "
                f"{'above 0' if above else '0 or more'}.",
                field=name,
            )
    seen: set[Decimal] = set()
    for step in offer.breaks:
        if not (step.quantity.is_finite() and step.price.is_finite()) or (
            step.quantity < 0 or step.price < 0
        ):
            raise InvalidInput(
                f"{who} has the price {step.price} from {step.quantity}; expected 0 or more.",
                field="breaks",
            )
        if step.quantity in seen:
            raise InvalidInput(f"{who} has two prices from {step.quantity}.", field="breaks")
        seen.add(step.quantity)
    return offer


def rate_for(currency: str, into: str, rates: Mapping[str, Decimal], *, what: str) -> Decimal:
    """What one of ``currency`` costs in ``into``. Raises Refused (R-25) without a rate."""
    if currency == into:
        return ONE
    rate = rates.get(currency)
    if rate is None or not rate.is_finite() or rate <= 0:
        raise Refused(
            f"{what} is offered in {currency}, and the plan counts in {into}; no rate is given.",
            code="R-25",
            way_out=f"Give a rate for one {currency} in {into}.",
            currency=currency,
        )
    return rate
