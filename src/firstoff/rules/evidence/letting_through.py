"""What a bar lets through, said before it is locked (R-32)."""

from dataclasses import dataclass

from firstoff import stats
from firstoff.rules.evidence import words

SHOWN_RATES = (0.05, 0.10, 0.20)
_CURVE_POINTS = 121


@dataclass(frozen=True, slots=True)
class PlanRow:
    """A plan and the chance that it signs off a process at each of the shown rates."""

    sample: int
    max_rejects: int
    chances: tuple[float, ...]
    this_bar: bool
    batch_cost: float | None


@dataclass(frozen=True, slots=True)
class Needed:
    """The sample that shows a rate with a confidence, with so many rejects in it."""

    sample: int
    rejects: int


@dataclass(frozen=True, slots=True)
class PlanReading:
    """The operating characteristic of a bar, in points and in words. Rates are fractions."""

    sample: int
    max_rejects: int
    curve: tuple[tuple[float, float], ...]  # true rate, chance that it is signed off
    sentence: str
    needed_sentence: str
    needed: tuple[Needed, ...]
    claim: float
    confidence: float
    rates: tuple[float, ...]
    rows: tuple[PlanRow, ...]


def signed_off_chance(rate: float, *, sample: int, max_rejects: int) -> float:
    """The chance that a process at this true rate clears the bar."""
    return stats.chance_within_tries(rate, n=sample, c=max_rejects, tries=1)


def read_plan(
    sample: int,
    max_rejects: int,
    *,
    claim: float | None = None,
    confidence: float = 0.95,
    batch_cost: float | None = None,
) -> PlanReading:
    """What n and c let through, and what would be needed to show a rate.

    claim: the rate to be shown, the bar's own unless given (5 % where the bar allows no reject).
    batch_cost: of a batch of this sample; other samples are priced in proportion.
    Raises stats.OutOfDomain for a plan that cannot be.
    """
    shown = claim if claim is not None else (max_rejects / sample or 0.05)
    needed = tuple(
        Needed(stats.sample_size_for_claim(shown, confidence=confidence, rejects_allowed=c), c)
        for c in range(3)
    )
    plans = dict.fromkeys(
        [(sample, 0), (sample, max_rejects), *((plan.sample, plan.rejects) for plan in needed)]
    )
    rows = tuple(_row(n, c, sample, max_rejects, batch_cost) for n, c in plans)
    top = min(1.0, max(0.4, 3 * (max_rejects + 1) / sample))
    rates = [top * k / (_CURVE_POINTS - 1) for k in range(_CURVE_POINTS)]
    chances = stats.operating_characteristic(sample, max_rejects, rates).acceptance
    return PlanReading(
        sample,
        max_rejects,
        tuple(zip(rates, (float(p) for p in chances), strict=True)),
        plan_sentence(sample, max_rejects),
        _needed_sentence(shown, confidence, needed),
        needed,
        shown,
        confidence,
        SHOWN_RATES,
        rows,
    )


def plan_sentence(sample: int, max_rejects: int) -> str:
    """In plain words, how often a bad process passes and a good one is turned away."""
    units = words.counted(sample, "unit")
    rejects = f"at most {words.counted(max_rejects, 'reject')}" if max_rejects else "no reject"
    passes = signed_off_chance(0.10, sample=sample, max_rejects=max_rejects)
    first = (
        f"With {units} and {rejects}, a process that makes 10\u00a0% rejects is signed off "
        f"{words.times_in_100(passes)}"
    )
    if not max_rejects:
        return f"{first}."
    rate = max_rejects / sample
    turned = 1 - signed_off_chance(rate, sample=sample, max_rejects=max_rejects)
    return (
        f"{first}, and a process that is exactly at {words.percent(rate)} is turned away "
        f"{words.times_in_100(turned)}."
    )


def _needed_sentence(claim: float, confidence: float, needed: tuple[Needed, ...]) -> str:
    plans = ", or ".join(
        f"{plan.rejects} {'rejects ' if place == 0 else ''}in {plan.sample:,}"
        for place, plan in enumerate(needed)
    )
    return (
        f"To show {words.percent(claim)} with {words.percent(confidence)} confidence you need "
        f"{plans}."
    )


def _row(n: int, c: int, sample: int, max_rejects: int, batch_cost: float | None) -> PlanRow:
    chances = tuple(signed_off_chance(rate, sample=n, max_rejects=c) for rate in SHOWN_RATES)
    cost = None if batch_cost is None else batch_cost * n / sample
    return PlanRow(n, c, chances, (n, c) == (sample, max_rejects), cost)
