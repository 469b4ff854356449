"""What a good piece costs at a quantity (R-80). Exact: fractions inside, never floats."""

from dataclasses import dataclass, replace
from decimal import ROUND_HALF_UP, Decimal, localcontext
from enum import StrEnum
from fractions import Fraction
from math import ceil, floor

from firstoff.errors import InvalidInput
from firstoff.rules.sourcing import words
from firstoff.rules.sourcing.values import DIGITS, ONE, ZERO, PriceBreak

USUAL = (Decimal(5), Decimal(10))  # a prototype costs so many times a piece of the series


@dataclass(frozen=True, slots=True)
class Yield:
    """Good units of those started, as fractions. ``low`` and ``high``: the interval that a pilot
    proves; None where only a figure is assumed."""

    likely: Decimal = ONE
    low: Decimal | None = None
    high: Decimal | None = None

    @property
    def has_interval(self) -> bool:
        return self.low is not None or self.high is not None

    @property
    def ends(self) -> tuple[Decimal, Decimal]:
        """Lowest and highest."""
        return (
            self.likely if self.low is None else self.low,
            self.likely if self.high is None else self.high,
        )


@dataclass(frozen=True, slots=True)
class Material:
    """What a unit started takes of a part, at all-units price breaks.

    ``minimum``: MOQ. ``attrition``: percent on top; ``setup``: pieces lost once a batch. What is
    bought beyond the need is paid for: the cheapest of buying just enough and of buying up to a
    later break. A quoted piece price is a material of one a unit.
    """

    part: str
    per_unit: Decimal
    breaks: tuple[PriceBreak, ...]
    minimum: Decimal = ZERO
    attrition: Decimal = ZERO
    setup: Decimal = ZERO


@dataclass(frozen=True, slots=True)
class Way:
    """One way of making it. Money in one currency; minutes and rates by unit started.

    labour_rate, test_rate: an hour. ``test_cost``: a unit tested, beside the time.
    other_each: a good unit (packing, freight). ``reject_cost``: what a reject costs beyond what
    went into it (disposal). ``setup``: once a batch of ``batch`` units started; None: one batch.
    tooling: once, and again for every ``tool_life`` units started; ``nre``: once.
    """

    name: str
    materials: tuple[Material, ...] = ()
    labour_minutes: Decimal = ZERO
    labour_rate: Decimal = ZERO
    test_minutes: Decimal = ZERO
    test_rate: Decimal = ZERO
    test_cost: Decimal = ZERO
    other_each: Decimal = ZERO
    reject_cost: Decimal = ZERO
    yields: Yield = Yield()
    setup: Decimal = ZERO
    batch: int | None = None
    tooling: Decimal = ZERO
    tool_life: int | None = None
    nre: Decimal = ZERO


class CostKind(StrEnum):
    """What a piece price is made of."""

    MATERIAL = "material"
    LABOUR = "labour"
    TEST = "test"
    YIELD_LOSS = "yield_loss"  # material, labour and test that go into rejects
    OTHER = "other"
    SETUP = "setup"
    TOOLING = "tooling"
    NRE = "nre"


_NAMES = {CostKind.YIELD_LOSS: "yield loss", CostKind.NRE: "non-recurring cost"}


@dataclass(frozen=True, slots=True)
class CostPart:
    kind: CostKind
    total: Decimal
    each: Decimal  # a good unit


@dataclass(frozen=True, slots=True)
class PiecePrice:
    """What ``quantity`` good units cost, each and in all, to a millionth.

    started: units to start for them at the likely yield, up to the next whole one;
    ``started_most``: at the lowest. ``low``, ``high``: the cost each at the highest and at the
    lowest yield; both are ``each`` where the yield has no interval.
    """

    way: str
    quantity: int
    started: int
    started_most: int
    each: Decimal
    low: Decimal
    high: Decimal
    total: Decimal
    parts: tuple[CostPart, ...]
    sentence: str


def piece_price(
    way: Way, quantity: int, *, currency: str = "USD", spread_over: int | None = None
) -> PiecePrice:
    """The cost of a good unit at a quantity, with what it is made of.

    spread_over: good units that carry tooling and non-recurring cost; None: the quantity itself.
    Started units are an expectation and not rounded. Raises InvalidInput.
    Source: R-80. Oracle: arithmetic
    """
    check_way(way)
    if quantity < 1 or (spread_over is not None and spread_over < 1):
        raise InvalidInput("A price needs a quantity of at least 1.", field="quantity")
    over = spread_over or quantity
    low, high = way.yields.ends
    by_yield = {y: cost_parts(way, quantity, y, over=over) for y in {low, way.yields.likely, high}}
    split = by_yield[way.yields.likely]
    each = {y: sum(found.values(), Fraction(0)) / quantity for y, found in by_yield.items()}
    total = sum(split.values(), Fraction(0))
    parts = tuple(
        CostPart(kind, money(cost), money(cost / quantity)) for kind, cost in split.items() if cost
    )
    price = PiecePrice(
        way=way.name,
        quantity=quantity,
        started=ceil(quantity / Fraction(way.yields.likely)),
        started_most=ceil(quantity / Fraction(low)),
        each=money(total / quantity),
        low=money(Fraction(each[high])),
        high=money(Fraction(each[low])),
        total=money(total),
        parts=parts,
        sentence="",
    )
    return _with_sentence(price, way, currency)


def cost_parts(
    way: Way, quantity: int, good: Decimal, *, over: int | None = None
) -> dict[CostKind, Fraction]:
    """The cost of ``quantity`` good units at a yield, by kind, exactly. ``over``: as the
    ``spread_over`` of ``piece_price``."""
    started = quantity / Fraction(good)
    batches = ceil(started / way.batch) if way.batch else 1
    share = Fraction(quantity, over) if over else Fraction(1)
    # Tools wear by what is started for all units that share them.
    tools = ceil(started / share / way.tool_life) if way.tool_life else 1
    perfect = _variable(way, Fraction(quantity), batches)
    real = perfect if started == quantity else _variable(way, started, batches)
    rejects = (started - quantity) * Fraction(way.reject_cost)
    return {
        **perfect,
        CostKind.YIELD_LOSS: sum(real.values()) - sum(perfect.values()) + rejects,
        CostKind.OTHER: quantity * Fraction(way.other_each),
        CostKind.SETUP: batches * Fraction(way.setup),
        CostKind.TOOLING: tools * Fraction(way.tooling) * share,
        CostKind.NRE: Fraction(way.nre) * share,
    }


def _variable(way: Way, started: Fraction, batches: int) -> dict[CostKind, Fraction]:
    labour = Fraction(way.labour_minutes) * Fraction(way.labour_rate) / 60
    test = Fraction(way.test_minutes) * Fraction(way.test_rate) / 60 + Fraction(way.test_cost)
    materials = (material_cost(m, pieces(m, started, batches)) for m in way.materials)
    return {
        CostKind.MATERIAL: sum(materials, Fraction(0)),
        CostKind.LABOUR: started * labour,
        CostKind.TEST: started * test,
    }


def slope(material: Material) -> Fraction:
    """Pieces a unit started, attrition in them."""
    return Fraction(material.per_unit) * (100 + Fraction(material.attrition)) / 100


def pieces(material: Material, started: Fraction, batches: int) -> Fraction:
    return started * slope(material) + batches * Fraction(material.setup)


def material_cost(material: Material, wanted: Fraction) -> Fraction:
    """The least that at least so many pieces cost: never less for more."""
    if wanted <= 0:
        return Fraction(0)
    return min(
        Fraction(step.price) * max(wanted, Fraction(step.quantity), Fraction(material.minimum))
        for step in material.breaks
    )


def check_way(way: Way) -> Way:
    """The way, if it can be priced. Raises InvalidInput naming the field."""
    low, high = way.yields.ends
    known = all(end.is_finite() for end in (low, way.yields.likely, high))
    if not (known and 0 < low <= way.yields.likely <= high <= 1):
        raise InvalidInput(
            f"The yield of {way.name} is {low} to {way.yields.likely} to {high}; expected "
            "fractions above 0, rising, at most 1.",
            field="yields",
        )
    amounts = {
        name: getattr(way, name)
        for name in (
            "labour_minutes", "labour_rate", "test_minutes", "test_rate", "test_cost",
            "other_each", "reject_cost", "setup", "tooling", "nre",
        )
    }  # fmt: skip
    for name, value in amounts.items():
        if not value.is_finite() or value < 0:
            raise InvalidInput(
                f"{way.name} has {value} as {name.replace('_', ' ')}; expected 0 or more.",
                field=name,
            )
    for name, count in (("batch", way.batch), ("tool_life", way.tool_life)):
        if count is not None and count < 1:
            raise InvalidInput(
                f"{way.name} has a {name.replace('_', ' ')} of {count}; expected at least 1.",
                field=name,
            )
    for material in way.materials:
        _check_material(material)
    return way


def _check_material(material: Material) -> None:
    if not material.breaks:
        raise InvalidInput(f"{material.part} has no price.", field="materials")
    given = (material.per_unit, material.minimum, material.attrition, material.setup)
    numbers = [*given, *(n for step in material.breaks for n in (step.quantity, step.price))]
    if any(not number.is_finite() or number < 0 for number in numbers):
        raise InvalidInput(
            f"{material.part} has a quantity or price below 0; expected 0 or more.",
            field="materials",
        )


def _with_sentence(price: PiecePrice, way: Way, currency: str) -> PiecePrice:
    largest = sorted(price.parts, key=lambda part: -part.each)[:3]
    named = [
        f"{_NAMES.get(part.kind, part.kind.value)} {words.money(part.each, currency)}"
        for part in largest
    ]
    each = words.money(price.each, currency)
    said = [f"{way.name}: {each} each at {price.quantity:,}: {words.listed(named)}."]
    if way.yields.has_interval:
        low, high = (words.percent(100 * end) for end in way.yields.ends)
        ends = f"{words.money(price.low, currency)} to {words.money(price.high, currency)}"
        said.append(f"Between yields of {low} and {high} it is {ends}.")
    if price.started_most > price.quantity:
        most = price.started_most
        worst = f", {most:,} at the lowest yield" if most != price.started else ""
        said.append(f"Start {price.started:,} for {price.quantity:,} good ones{worst}.")
    return replace(price, sentence=" ".join(said))


@dataclass(frozen=True, slots=True)
class PrototypeMultiple:
    """What a prototype costs over a piece of the series. ``usual``: 5 to 10 times."""

    multiple: Decimal
    usual: tuple[Decimal, Decimal]
    sentence: str


def prototype_multiple(
    prototype_each: Decimal, series_each: Decimal, *, usual: tuple[Decimal, Decimal] = USUAL
) -> PrototypeMultiple:
    """How many times the price of the series a prototype costs. Raises InvalidInput for a price
    that is not above 0."""
    if not all(price.is_finite() and price > 0 for price in (prototype_each, series_each)):
        raise InvalidInput("A multiple needs two prices above 0.", field="prototype_each")
    with localcontext(prec=DIGITS):
        multiple = (prototype_each / series_each).quantize(Decimal("0.01"), ROUND_HALF_UP)
    low, high = usual
    shown = words.quantity(multiple)
    span = f"{words.quantity(low)} to {words.quantity(high)} times is usual"
    if multiple < low:
        said = f"less than usual ({span}): is everything in the price of the series needed?"
    elif multiple > high:
        said = f"more than usual ({span}): is the price of the series complete?"
    else:
        said = f"as usual ({span})."
    return PrototypeMultiple(multiple, usual, f"A prototype costs {shown} times a piece, {said}")


@dataclass(frozen=True, slots=True)
class MoqChoice:
    """Fewer than the MOQ at the sample price, or the MOQ at the price of the run.

    from_quantity: the least wanted quantity for which the MOQ costs less, and never more than the
    MOQ itself. ``leftover``, ``leftover_value``: of buying the MOQ, at the price of the run.
    """

    wanted: int
    minimum: int
    cost_sample: Decimal
    cost_run: Decimal
    cheaper_run: bool
    from_quantity: int
    leftover: int
    leftover_value: Decimal
    sentence: str


def moq_economics(
    wanted: int, *, minimum: int, sample_price: Decimal, run_price: Decimal, currency: str = "USD"
) -> MoqChoice:
    """Is it worth ordering the MOQ? Below it every piece costs the sample price.

    Raises InvalidInput where a quantity is below 1 or a price below 0.
    Oracle: arithmetic
    """
    prices = all(price.is_finite() and price >= 0 for price in (sample_price, run_price))
    if wanted < 1 or minimum < 1 or not prices:
        raise InvalidInput("Quantities are at least 1 and prices 0 or more.", field="wanted")
    bought = max(wanted, minimum)
    run, sample = bought * run_price, wanted * sample_price
    least = minimum
    if sample_price > 0:
        least = min(minimum, floor(Fraction(minimum * run_price) / Fraction(sample_price)) + 1)
    left, cheaper = bought - wanted, wanted >= minimum or run < sample
    shown = {name: words.money(value, currency) for name, value in
             (("run", run), ("sample", sample), ("left", left * run_price))}  # fmt: skip
    if wanted >= minimum:
        said = f"{wanted:,} are the MOQ of {minimum:,} or more: {shown['run']} at the run's price."
    else:
        said = (
            f"{wanted:,} at the sample price cost {shown['sample']}; the MOQ of {minimum:,} costs "
            f"{shown['run']} and leaves {left:,}, worth {shown['left']}. "
            f"From {least:,} on the MOQ costs less."
        )
    return MoqChoice(wanted, minimum, sample, run, cheaper, least, left, left * run_price, said)


def money(value: Fraction) -> Decimal:
    """To a millionth, halves away from zero."""
    with localcontext(prec=DIGITS):
        exact = Decimal(value.numerator) / Decimal(value.denominator)
        return exact.quantize(Decimal("0.000001"), ROUND_HALF_UP)
