"""Build times that fall as people learn: the learning curve."""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy import special

from firstoff.stats import checks
from firstoff.stats.caveats import Caveat
from firstoff.stats.checks import Floats
from firstoff.stats.errors import NotEstimable, NoVariation, OutOfDomain
from firstoff.stats.finite import finite

_MOST_UNITS = 10_000_000


@dataclass(frozen=True, slots=True)
class UnitTime:
    """The time of one unit by the curve, with a prediction interval for a single one."""

    unit: int
    time: float
    lower: float
    upper: float


@dataclass(frozen=True, slots=True)
class LearningCurve:
    """time = first x unit^exponent. rate: what each doubling of units leaves of the time (0.8 is
    an "80 % curve"); learning: the rate's interval lies below 1.

    p: two-sided against no learning, None where the times lie on the curve to the last digit.
    residual_sd: about the line of the logarithms; log_mean, log_squares: of the unit numbers'
    logarithms, their mean and their squares about it.
    """

    n: int
    first: float
    exponent: float
    rate: float
    rate_interval: tuple[float, float]
    r2: float
    p: float | None
    learning: bool
    residual_sd: float
    log_mean: float
    log_squares: float
    confidence: float
    caveats: tuple[Caveat, ...]

    def time(self, unit: int) -> UnitTime:
        """The time of the ``unit``-th unit, as median, with its prediction interval."""
        number = checks.whole("unit", unit, least=1)
        log = math.log(number)
        middle = math.log(self.first) + self.exponent * log
        apart = (log - self.log_mean) ** 2 / self.log_squares
        error = self.residual_sd * math.sqrt(1 + 1 / self.n + apart)
        half = float(special.stdtrit(self.n - 2, (1 + self.confidence) / 2)) * error
        return UnitTime(number, math.exp(middle), _exp(middle - half), _exp(middle + half))

    def total(self, first: int, last: int) -> float:
        """The time of units ``first`` to ``last`` together, at most ten million of them."""
        start, end = checks.whole("first", first, least=1), checks.whole("last", last, least=1)
        if end < start:
            raise OutOfDomain("last", end, f"at least first, which is {start}")
        if end - start >= _MOST_UNITS:
            raise OutOfDomain("last", end, f"within {_MOST_UNITS:,} units of first")
        units = np.arange(start, end + 1, dtype=np.float64)
        return self.first * float(np.sum(units**self.exponent))

    def unit_at(self, time: float) -> int | None:
        """The first unit whose time by the curve is at most ``time``; None where the curve does
        not get there within ten million units."""
        goal = checks.real("time", time, above=0)
        if goal >= self.first:
            return 1
        if self.exponent >= 0:
            return None
        unit = math.exp(min(700.0, math.log(goal / self.first) / self.exponent))
        number = math.ceil(unit * (1 - 1e-12))
        return number if number <= _MOST_UNITS else None


@finite
def learning_curve(
    times: ArrayLike, *, units: ArrayLike | None = None, confidence: float = 0.95
) -> LearningCurve:
    """Wright's curve of unit times, by least squares of logarithms.

    times: shape (n,), n >= 3, above 0, in the order built; units: the number of each unit, 1, 2,
    3 ... when left out. Raises TooFewData, NoVariation where all units have one number,
    OutOfDomain. Source: Wright (1936), in Crawford's unit form. Oracle: closed form, R lm
    """
    seen, number = _built(times, units)
    level = checks.open_fraction("confidence", confidence)
    x, y = np.log(number), np.log(seen)
    n, centre = x.size, float(x.mean())
    squares = float(np.square(x - centre).sum())
    if squares < 1e-24:
        raise NoVariation("unit numbers")
    exponent = float((x - centre) @ (y - y.mean())) / squares
    left = y - y.mean() - exponent * (x - centre)
    residual, scale = float(left @ left), float(np.square(y - y.mean()).sum())
    exact = residual <= 1e-24 * n * (1 + float(np.square(y).max()))
    s = 0.0 if exact else math.sqrt(residual / (n - 2))
    error = s / math.sqrt(squares)
    half = float(special.stdtrit(n - 2, (1 + level) / 2)) * error
    low, high = _exp((exponent - half) * math.log(2)), _exp((exponent + half) * math.log(2))
    first = _exp(float(y.mean()) - exponent * centre)
    if not math.isfinite(first) or first <= 0:
        raise NotEstimable("The curve leaves the range of numbers at the first unit.")
    return LearningCurve(
        n=n,
        first=first,
        exponent=exponent,
        rate=_exp(exponent * math.log(2)),
        rate_interval=(low, high),
        r2=1.0 if exact else 1 - residual / scale,
        p=None if exact else float(2 * special.stdtr(n - 2, -abs(exponent / error))),
        learning=high < 1,
        residual_sd=s,
        log_mean=centre,
        log_squares=squares,
        confidence=level,
        caveats=(Caveat.SMALL_SAMPLE,) if n < 10 else (),
    )


def _built(times: ArrayLike, units: ArrayLike | None) -> tuple[Floats, Floats]:
    """Checked times with the numbers of their units."""
    seen = checks.series("times", times, least=3)
    _positive("times", seen)
    number = (
        np.arange(1.0, seen.size + 1) if units is None else checks.series("units", units, least=3)
    )
    if number.size != seen.size:
        raise OutOfDomain("units", f"of {number.size} numbers", f"{seen.size}, as in times")
    if number.min() < 1:
        raise OutOfDomain("units", float(number.min()), "numbers from 1 on")
    if number.min() == number.max():
        raise NoVariation("unit numbers")
    return seen, number


def _positive(name: str, values: Floats) -> None:
    if values.min() <= 0:
        place = int(np.argmin(values))
        raise OutOfDomain(f"{name}, item {place + 1},", float(values[place]), "a time above 0")


def _exp(value: float) -> float:
    return math.exp(max(-700.0, min(700.0, value)))
