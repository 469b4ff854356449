"""Weibull and exponential life fitted to failures, suspensions and intervals.

Right-censored data need one root of the score equation; data known to intervals only are fitted
by Newton's method on the full likelihood. Bounds are normal in the logarithm (Fisher information).
"""

import math
from dataclasses import dataclass
from typing import Literal, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import special

from firstoff.stats import checks
from firstoff.stats.caveats import Caveat
from firstoff.stats.checks import Floats, Integers
from firstoff.stats.errors import NotEstimable, OutOfDomain, TooFewData
from firstoff.stats.finite import finite
from firstoff.stats.life_likelihood import Interval, newton
from firstoff.stats.sums import dot
from firstoff.stats.survival import (
    LifeData,
    Mtbf,
    Ranks,
    Terminated,
    adjusted_ranks,
    life_data,
    log_gamma_mean,
    mtbf,
    no_failures,
    one_each,
    plotting_positions,
)

_FEW = 10


class Bounded(NamedTuple):
    """An estimate with its two-sided interval."""

    value: float
    lower: float
    upper: float


@dataclass(frozen=True, slots=True)
class WeibullFit:
    """A two-parameter Weibull life: R(t) = exp(-(t/scale)^shape), in the unit of the times.

    covariance: of (ln scale, -ln shape), from the observed information. Intervals are two-sided
    at ``confidence``. exponential fits have shape 1, known, with no interval of it.
    """

    shape: float
    scale: float
    shape_se: float
    scale_se: float
    shape_interval: tuple[float, float]
    scale_interval: tuple[float, float]
    covariance: tuple[tuple[float, float], tuple[float, float]]
    log_likelihood: float
    mean: float
    n: int
    failures: int
    confidence: float
    method: str
    caveats: tuple[Caveat, ...]

    def life(self, failed: float) -> Bounded:
        """The time by which the fraction ``failed`` has failed: 0.10 is B10."""
        share = checks.open_fraction("failed", failed)
        quantile = math.log(-math.log1p(-share))
        sigma = 1 / self.shape
        middle = math.log(self.scale) + sigma * quantile
        half = self._half(1.0, sigma * quantile)
        return Bounded(math.exp(middle), math.exp(middle - half), math.exp(middle + half))

    def reliability(self, time: float) -> Bounded:
        """The fraction that still works at ``time``."""
        at = checks.real("time", time, least=0)
        if at == 0:
            return Bounded(1.0, 1.0, 1.0)
        z = self.shape * math.log(at / self.scale)
        half = self._half(-self.shape, -z)
        low, middle, high = (math.exp(-_exp(y)) for y in (z + half, z, z - half))
        return Bounded(middle, low, high)

    def _half(self, by_scale: float, by_shape: float) -> float:
        (a, b), (_, d) = self.covariance
        variance = by_scale**2 * a + 2 * by_scale * by_shape * b + by_shape**2 * d
        return float(special.ndtri((1 + self.confidence) / 2)) * math.sqrt(max(0.0, variance))


@dataclass(frozen=True, slots=True)
class WeibullLine:
    """A Weibull life from a straight line on probability paper."""

    shape: float
    scale: float
    r2: float
    n: int
    failures: int
    times: tuple[float, ...]
    ranks: tuple[float, ...]
    positions: tuple[float, ...]
    method: str


@dataclass(frozen=True, slots=True)
class ExponentialFit:
    """A constant failure rate: the mean time between failures with its bounds, and the rate."""

    mtbf: Mtbf
    rate: float
    rate_interval: tuple[float, float]
    n: int
    failures: int
    log_likelihood: float


@finite
def weibull(
    times: ArrayLike,
    *,
    failed: ArrayLike | None = None,
    counts: ArrayLike | None = None,
    confidence: float = 0.95,
) -> WeibullFit:
    """Maximum likelihood for failures and suspensions.

    times: shape (n,), above 0; failed: 1 or True for a failure, 0 or False for a unit still good
    when last seen, all failures when left out; counts: units behind each time. Raises TooFewData,
    OutOfDomain, NotEstimable without a failure, or when all failures stand at the largest time
    (the shape is then unbounded).
    Source: Nelson, Applied Life Data Analysis, ch. 8; NIST/SEMATECH e-Handbook 8.4.1.2.
    Oracle: R survreg
    """
    data = life_data(times, failed, counts)
    level = checks.open_fraction("confidence", confidence)
    shape, scale = _score_root(data)
    h = (data.times / scale) ** shape
    z = shape * np.log(data.times / scale)
    r, many = data.failures, data.counts.astype(np.float64)
    first, second = dot(many * z, h), dot(many * z * z, h)
    logs = dot(many[data.failed], np.log(data.times[data.failed] / scale))
    likelihood = r * math.log(shape / scale) + (shape - 1) * logs - dot(many, h)
    information = (r * shape**2, first * shape, r + second)
    return _fit(
        (shape, scale),
        _inverse(information),
        likelihood,
        (int(data.counts.sum()), r),
        level,
        "maximum likelihood",
    )


@finite
def weibull_intervals(
    lower: ArrayLike,
    upper: ArrayLike,
    *,
    counts: ArrayLike | None = None,
    confidence: float = 0.95,
) -> WeibullFit:
    """Maximum likelihood where a failure is known to lie between two looks.

    lower, upper: shape (n,), 0 <= lower <= upper. Equal ends are an exact failure; an upper of
    infinity is a unit still good at lower; a lower of 0 a unit found failed at its first look.
    Raises TooFewData, OutOfDomain, NotEstimable where the likelihood has no maximum.
    Source: Meeker and Escobar, Statistical Methods for Reliability Data, ch. 8. Oracle: R survreg
    """
    level = checks.open_fraction("confidence", confidence)
    data = _interval_data(lower, upper, counts)
    start = _start(data)
    mu, tau, likelihood, information = newton(data, *start)
    shape, scale = math.exp(-tau), math.exp(mu)
    failures = int(data.counts[np.isfinite(data.upper)].sum())
    return _fit(
        (shape, scale),
        _inverse(information),
        likelihood,
        (int(data.counts.sum()), failures),
        level,
        "maximum likelihood, intervals",
    )


@finite
def exponential(
    times: ArrayLike,
    *,
    failed: ArrayLike | None = None,
    counts: ArrayLike | None = None,
    confidence: float = 0.95,
    terminated: Terminated = "time",
) -> ExponentialFit:
    """A constant failure rate from failures and suspensions; input as for ``weibull``.

    The bounds are exact for a test ended at one time (or failure) common to all, and close
    otherwise. Raises TooFewData, OutOfDomain, NotEstimable without a failure.
    Source: Epstein and Sobel (1953); NIST/SEMATECH e-Handbook 8.4.5.1. Oracle: R qchisq
    """
    data = life_data(times, failed, counts)
    if not data.failures:
        raise no_failures()
    total = dot(data.counts.astype(np.float64), data.times)
    seen = mtbf(data.failures, total, confidence=confidence, terminated=terminated)
    if seen.upper is None:
        raise no_failures()
    rate = data.failures / total
    return ExponentialFit(
        seen,
        rate,
        (1 / seen.upper, 1 / seen.lower),
        int(data.counts.sum()),
        data.failures,
        data.failures * (math.log(rate) - 1),
    )


@finite
def exponential_intervals(
    lower: ArrayLike,
    upper: ArrayLike,
    *,
    counts: ArrayLike | None = None,
    confidence: float = 0.95,
) -> WeibullFit:
    """A constant failure rate where failures are known to intervals; a Weibull of shape 1.

    Input, refusals and source as for ``weibull_intervals``.
    Held by: the rate in closed form for one inspection; scipy.stats.expon on censored data
    """
    level = checks.open_fraction("confidence", confidence)
    data = _interval_data(lower, upper, counts)
    mu, _, likelihood, information = newton(data, _start(data)[0], 0.0, fixed=True)
    failures = int(data.counts[np.isfinite(data.upper)].sum())
    return _fit(
        (1.0, math.exp(mu)),
        ((1 / information[0], 0.0), (0.0, 0.0)),
        likelihood,
        (int(data.counts.sum()), failures),
        level,
        "maximum likelihood, intervals, shape 1",
    )


@finite
def weibull_line(
    times: ArrayLike,
    *,
    failed: ArrayLike | None = None,
    counts: ArrayLike | None = None,
    ranks: Ranks = "exact",
    regress: Literal["x-on-y", "y-on-x"] = "x-on-y",
) -> WeibullLine:
    """Rank regression: a line through ln time against ln(-ln(1 - median rank)).

    Input as for ``weibull``; at least two different failure times. x-on-y minimises the errors of
    the times, as is usual; the two differ by percents. Raises TooFewData, OutOfDomain,
    NotEstimable. Source: Abernethy, The New Weibull Handbook. Oracle: R lm
    """
    checks.choice("regress", regress, ("x-on-y", "y-on-x"))
    data = life_data(times, failed, counts)
    adjusted = adjusted_ranks(data.times, failed=data.failed, counts=data.counts)
    n = int(data.counts.sum())
    positions = plotting_positions(adjusted, n, ranks)
    dead = np.repeat(data.times[data.failed], data.counts[data.failed])
    dead.sort()
    x, y = np.log(dead), np.log(-np.log1p(-positions))
    if x[-1] - x[0] < 1e-12:
        raise NotEstimable("All failures stand at one time: no line goes through one point.")
    x0, y0 = float(x.mean()), float(y.mean())
    xx, yy = float((x - x0) @ (x - x0)), float((y - y0) @ (y - y0))
    xy = float((x - x0) @ (y - y0))
    shape = yy / xy if regress == "x-on-y" else xy / xx
    return WeibullLine(
        shape,
        math.exp(x0 - y0 / shape),
        xy**2 / (xx * yy),
        n,
        data.failures,
        tuple(dead.tolist()),
        tuple(adjusted.tolist()),
        tuple(positions.tolist()),
        f"{regress}, {ranks} median ranks",
    )


def _score_root(data: LifeData) -> tuple[float, float]:
    """The root of sum(t^b ln t)/sum(t^b) - 1/b - mean(ln t failed), which rises in b."""
    r = data.failures
    if r == 0:
        raise no_failures()
    largest = float(data.times.max())
    u = np.log(data.times / largest)
    weights = data.counts.astype(np.float64)
    mean = dot(weights[data.failed], u[data.failed]) / r
    if mean > -1e-12:
        raise NotEstimable(
            "All failures stand at the largest time, so the shape is unbounded;"
            " expected failures at different times, or units that outlived them."
        )
    low, high, b = 0.0, math.inf, -1 / mean
    for _ in range(200):
        power = weights * np.exp(b * u)
        s0, s1 = float(power.sum()), dot(power, u)
        centre = s1 / s0
        score = centre - 1 / b - mean
        low, high = (b, high) if score < 0 else (low, b)
        slope = dot(power, u * u) / s0 - centre**2 + 1 / b**2
        step = b - score / slope
        if not low < step < high:
            step = 2 * b if high == math.inf else (low + high) / 2
        if abs(step - b) <= 1e-14 * b:
            break
        b = step
    total = float((weights * np.exp(b * u)).sum())
    return b, largest * (total / r) ** (1 / b)


def _interval_data(lower: ArrayLike, upper: ArrayLike, counts: ArrayLike | None) -> Interval:
    low = checks.series("lower", lower)
    high = _open_ended(upper)
    if low.size != high.size:
        raise OutOfDomain("upper", f"of {high.size} numbers", f"{low.size}, as in lower")
    many: Integers = one_each(low.size) if counts is None else checks.counts("counts", counts)
    if many.size != low.size:
        raise OutOfDomain("counts", f"of {many.size} numbers", f"{low.size}, as in lower")
    bad = (low < 0) | (high <= 0) | (low > high)
    if bad.any():
        place = int(np.argmax(bad))
        got = (float(low[place]), float(high[place]))
        raise OutOfDomain(f"interval {place + 1}", got, "0 <= lower <= upper, upper above 0")
    used = many > 0
    if not (used & np.isfinite(high)).any():
        raise no_failures()
    # Looks come at set times, so that many units share their ends: each pair is taken once.
    pairs = low[used] + 1j * np.where(np.isfinite(high[used]), high[used], -1.0)
    pairs, spot = np.unique(pairs, return_inverse=True)
    weights = np.bincount(spot, weights=many[used]).astype(np.float64)
    ends = np.where(pairs.imag < 0, np.inf, pairs.imag)
    return Interval(pairs.real.copy(), ends, weights)


def _open_ended(upper: ArrayLike) -> Floats:
    """Upper ends, in which infinity is allowed and stands for a unit still good."""
    try:
        found = np.asarray(upper, dtype=np.float64)
    except (TypeError, ValueError) as error:
        raise OutOfDomain("upper", upper, "numbers, infinity for a unit still good") from error
    ends = found == np.inf
    checks.series("upper", np.where(ends, 1.0, found))
    return found


def _start(data: Interval) -> tuple[float, float]:
    """A fit of the middles, where there is one."""
    ends: NDArray[np.bool_] = np.isfinite(data.upper)
    middle = np.where(ends, (data.lower + np.where(ends, data.upper, 0)) / 2, data.lower)
    used = middle > 0
    if not (used & ends).any():
        raise TooFewData(needed=1, got=0, what="failures")
    try:
        shape, scale = _score_root(
            LifeData(middle[used], ends[used], data.counts[used].astype(np.int64))
        )
    except NotEstimable:
        shape, scale = 1.0, float(middle.mean())
    return math.log(scale), -math.log(min(shape, 20.0))


def _inverse(information: tuple[float, float, float]) -> tuple[tuple[float, float], ...]:
    a, b, d = information
    determinant = a * d - b * b
    if not determinant > 0:
        raise NotEstimable("The likelihood is flat: these data leave the life undetermined.")
    return (d / determinant, -b / determinant), (-b / determinant, a / determinant)


def _fit(
    point: tuple[float, float],
    covariance: tuple[tuple[float, float], ...],
    likelihood: float,
    units: tuple[int, int],
    level: float,
    method: str,
) -> WeibullFit:
    shape, scale = point
    scale_error, shape_error = (math.sqrt(covariance[i][i]) for i in (0, 1))
    z = float(special.ndtri((1 + level) / 2))
    return WeibullFit(
        shape=shape,
        scale=scale,
        shape_se=shape * shape_error,
        scale_se=scale * scale_error,
        shape_interval=(shape * _exp(-z * shape_error), shape * _exp(z * shape_error)),
        scale_interval=(scale * _exp(-z * scale_error), scale * _exp(z * scale_error)),
        covariance=(covariance[0], covariance[1]),
        log_likelihood=likelihood,
        mean=scale * log_gamma_mean(shape),
        n=units[0],
        failures=units[1],
        confidence=level,
        method=method,
        caveats=(Caveat.FEW_FAILURES,) if units[1] < _FEW else (),
    )


def _exp(value: float) -> float:
    return math.exp(min(value, 700.0))
