"""Before a capability study: how many values to measure, which tolerance a process can hold."""

import math
from dataclasses import dataclass

from numpy.typing import ArrayLike
from scipy import special

from firstoff.stats import checks
from firstoff.stats.capability import ppk_lower_bound
from firstoff.stats.errors import NotEstimable, OutOfDomain, TooFewData

_LARGEST = 1_000_000


@dataclass(frozen=True, slots=True)
class HoldableTolerance:
    """The narrowest limits that a measured process holds at a required Ppk.

    ``plus_minus`` is about the target; ``lower_bound`` the Ppk that the values then show.
    """

    lower: float
    upper: float
    target: float
    plus_minus: float
    required: float
    ppk: float
    lower_bound: float
    confidence: float
    n: int
    method: str


def sample_size_for_capability(
    required: float, *, expected: float, confidence: float = 0.95, one_limit: bool = False
) -> int:
    """Values to measure so that a Ppk of ``expected`` shows at least ``required``.

    The smallest n whose one-sided lower bound at Ppk = expected reaches required.
    Raises OutOfDomain. Source: Bissell (1990). Oracle: search over ``ppk_lower_bound``
    """
    wanted = checks.real("required", required, above=0)
    seen = checks.real("expected", expected, above=0)
    if seen <= wanted:
        raise OutOfDomain("expected", seen, f"a Ppk above the one required, {wanted:g}")

    def shows(n: int) -> bool:
        return ppk_lower_bound(seen, n, confidence=confidence, one_limit=one_limit) >= wanted

    low = high = 2
    while not shows(high):
        low, high = high + 1, 2 * high
        if high > _LARGEST:
            raise NotEstimable(f"{_LARGEST:,} values do not tell the two apart.")
    while low < high:
        middle = (low + high) // 2
        low, high = (low, middle) if shows(middle) else (middle + 1, high)
    return high


def holdable_tolerance(
    values: ArrayLike,
    *,
    required: float = 1.33,
    target: float | None = None,
    confidence: float = 0.95,
) -> HoldableTolerance:
    """The tolerance about the target that the process holds, its bound at the required Ppk.

    values: a series, n >= 2; target: the mean unless told (then as if centred).
    Raises TooFewData, NoVariation, OutOfDomain. Source: Bissell (1990), inverted.
    Oracle: ``capability`` with the limits found
    """
    wanted = checks.real("required", required, above=0)
    points = checks.varied("values", checks.series("values", values, least=2))
    mean, sd = float(points.mean()), float(points.std(ddof=1))
    aim = mean if target is None else checks.real("target", target)
    z = float(special.ndtri(checks.open_fraction("confidence", confidence)))
    n = int(points.size)
    # Solve ppk - z sqrt(1/(9n) + ppk^2/(2(n-1))) = wanted for ppk: a quadratic.
    a, b = 1 - z * z / (2 * (n - 1)), -2 * wanted
    c = wanted * wanted - z * z / (9 * n)
    if a <= 0:
        raise TooFewData(needed=math.floor(z * z / 2) + 2, got=n)
    ppk = (-b + math.copysign(math.sqrt(b * b - 4 * a * c), z)) / (2 * a)
    half = 3 * sd * ppk + abs(mean - aim)
    bound = ppk_lower_bound(ppk, n, confidence=confidence)
    return HoldableTolerance(
        aim - half, aim + half, aim, half, wanted, ppk, bound, confidence, n, "Bissell"
    )
