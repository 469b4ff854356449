"""How often something happens per unit of exposure: defects per unit, failures per hour."""

from dataclasses import dataclass

from scipy import special

from firstoff.stats import checks
from firstoff.stats.caveats import Caveat
from firstoff.stats.finite import finite
from firstoff.stats.proportions import Sides


@dataclass(frozen=True, slots=True)
class Rate:
    """Events per unit of exposure; a one-sided interval has its other end at 0 or infinity,
    given as None."""

    count: int
    exposure: float
    estimate: float
    lower: float
    upper: float | None
    confidence: float
    sides: Sides
    method: str
    caveats: tuple[Caveat, ...]


@finite
def poisson_rate(
    count: int, exposure: float, *, confidence: float = 0.95, sides: Sides = "two"
) -> Rate:
    """Events per unit of exposure, with the exact Poisson interval.

    count: events seen; exposure: units, hours, metres, above 0. The rate may exceed 1.
    Raises OutOfDomain. Source: Garwood (1936). Oracle: R poisson.test
    """
    events = checks.whole("count", count)
    span = checks.real("exposure", exposure, above=0)
    checks.choice("sides", sides, ("two", "lower", "upper"))
    level = checks.open_fraction("confidence", confidence)
    tail = (1 - level) / 2 if sides == "two" else 1 - level
    lower = 0.0
    if events and sides != "upper":
        lower = float(special.gammaincinv(events, tail)) / span
    upper = None if sides == "lower" else float(special.gammainccinv(events + 1, tail)) / span
    caveats = (Caveat.NONE_SEEN,) if events == 0 else ()
    return Rate(events, span, events / span, lower, upper, level, sides, "poisson exact", caveats)
