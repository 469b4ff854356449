"""Life without a model: median ranks, adjusted ranks, Kaplan-Meier, MTBF."""

import math
from dataclasses import dataclass
from typing import Literal, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import special

from firstoff.stats import checks
from firstoff.stats.caveats import Caveat
from firstoff.stats.checks import Floats, Integers
from firstoff.stats.errors import NotEstimable, OutOfDomain
from firstoff.stats.finite import finite

Ranks = Literal["exact", "benard"]
Terminated = Literal["time", "failure"]

_SHORTEST = 1e-150


class LifeData(NamedTuple):
    """Times with what they are and how many, all of shape (n,)."""

    times: Floats
    failed: NDArray[np.bool_]
    counts: Integers

    @property
    def failures(self) -> int:
        return int(self.counts[self.failed].sum())


@dataclass(frozen=True, slots=True, eq=False)
class KaplanMeier:
    """Survival after each time at which something failed, one entry for each.

    se: Greenwood's standard error; lower, upper: log-log interval; the three are None where none
    survive, since neither formula says anything there. median: None while more than half survive.
    """

    time: Floats
    at_risk: Integers
    failed: Integers
    survival: Floats
    se: tuple[float | None, ...]
    lower: tuple[float | None, ...]
    upper: tuple[float | None, ...]
    median: float | None
    confidence: float
    method: str


@dataclass(frozen=True, slots=True)
class Mtbf:
    """Mean time between failures of a constant rate. estimate and upper are None without failure.

    lower_one_sided is the bound that decides; lower and upper are the two-sided interval.
    """

    failures: int
    total_time: float
    estimate: float | None
    lower_one_sided: float
    lower: float
    upper: float | None
    confidence: float
    terminated: Terminated
    caveats: tuple[Caveat, ...]


def median_rank(order: int, n: int, *, method: Ranks = "exact") -> float:
    """The median of the fraction failed at the ``order``-th of n failures.

    exact: of the Beta distribution; benard: (order - 0.3)/(n + 0.4). Raises OutOfDomain.
    Source: Johnson (1951); Benard and Bos-Levenbach (1953). Oracle: R qbeta
    """
    size = checks.whole("n", n, least=1)
    place = checks.whole("order", order, least=1)
    if place > size:
        raise OutOfDomain("order", place, f"at most n, which is {size}")
    return float(plotting_positions(np.array([float(place)]), size, method)[0])


def plotting_positions(ranks: Floats, n: int, method: str) -> Floats:
    """Median ranks of (possibly adjusted) ranks among n."""
    checks.choice("method", method, ("exact", "benard"))
    if method == "benard":
        return (ranks - 0.3) / (n + 0.4)
    found: Floats = special.betaincinv(ranks, n + 1 - ranks, 0.5)
    return found


@finite
def adjusted_ranks(
    times: ArrayLike, *, failed: ArrayLike | None = None, counts: ArrayLike | None = None
) -> Floats:
    """The rank of each failure among failures and suspensions, in the order of time.

    times: shape (n,), above 0; failed: 1 or True for a failure, 0 or False for a suspension, all
    failures when left out; counts: units behind each time. Suspensions at a time come after its
    failures. Shape (failures,). Raises TooFewData, OutOfDomain, NotEstimable without a failure.
    Source: Johnson, The Statistical Treatment of Fatigue Experiments (1964). Oracle: own R
    """
    data = life_data(times, failed, counts)
    order = np.lexsort((~data.failed, data.times))
    fails = np.repeat(data.failed[order], data.counts[order])
    if not fails.any():
        raise no_failures()
    n = fails.size
    if fails.all():
        return np.arange(1.0, n + 1)
    # (n + 1 - rank) shrinks by m/(m + 1) at each failure, m units being left including it.
    left = n - np.flatnonzero(fails)
    found: Floats = (n + 1) * (1 - np.exp(np.cumsum(np.log(left) - np.log(left + 1))))
    return np.where(np.abs(found - np.rint(found)) < 1e-9, np.rint(found), found)


@finite
def kaplan_meier(
    times: ArrayLike,
    *,
    failed: ArrayLike | None = None,
    counts: ArrayLike | None = None,
    confidence: float = 0.95,
) -> KaplanMeier:
    """Survival over time with right censoring; input as for ``adjusted_ranks``.

    Raises TooFewData, OutOfDomain, NotEstimable without a failure.
    Source: Kaplan and Meier (1958), Greenwood (1926). Oracle: R survfit(conf.type = "log-log")
    """
    data = life_data(times, failed, counts)
    level = checks.open_fraction("confidence", confidence)
    if not data.failures:
        raise no_failures()
    moments, place = np.unique(data.times, return_inverse=True)
    every = np.bincount(place, weights=data.counts, minlength=moments.size)
    dead = np.bincount(place, weights=data.counts * data.failed, minlength=moments.size)
    risk = every[::-1].cumsum()[::-1]
    here = dead > 0
    d, r = dead[here], risk[here]
    survival = np.cumprod((r - d) / r)
    alive = survival > 0
    with np.errstate(divide="ignore", invalid="ignore"):
        greenwood = np.cumsum(np.where(alive, d / (r * (r - d)), 0.0))
        log = np.log(survival)
        half = float(special.ndtri((1 + level) / 2)) * np.sqrt(greenwood) / np.abs(log)
        lower, upper = survival ** np.exp(half), survival ** np.exp(-half)
    below = moments[here][survival <= 0.5 * (1 + 1e-12)]
    return KaplanMeier(
        moments[here],
        r.astype(np.int64),
        d.astype(np.int64),
        survival,
        _where(alive, survival * np.sqrt(greenwood)),
        _where(alive, lower),
        _where(alive, upper),
        float(below[0]) if below.size else None,
        level,
        "log-log, Greenwood",
    )


def _where(alive: NDArray[np.bool_], values: Floats) -> tuple[float | None, ...]:
    known = int(np.count_nonzero(alive))  # survival falls: the last entries are those without
    return (*values[:known].tolist(), *[None] * (alive.size - known))


@finite
def mtbf(
    failures: int,
    total_time: float,
    *,
    confidence: float = 0.95,
    terminated: Terminated = "time",
) -> Mtbf:
    """Mean time between failures when the rate is constant, exact by chi-square.

    total_time: of all units together, above 0. terminated: "time" when the test ended at a time
    set before, "failure" when it ended at the last failure. Raises OutOfDomain, NotEstimable for
    a test that ended at a failure without any.
    Source: Epstein and Sobel (1953); MIL-HDBK-781A. Oracle: R qchisq
    """
    r = checks.whole("failures", failures)
    span = checks.real("total_time", total_time, above=0)
    level = checks.open_fraction("confidence", confidence)
    checks.choice("terminated", terminated, ("time", "failure"))
    if r == 0 and terminated == "failure":
        raise NotEstimable("A test that ended at a failure has at least one; got 0 failures.")
    df = 2 * r + 2 if terminated == "time" else 2 * r
    tail = (1 - level) / 2
    caveats = (Caveat.NONE_SEEN,) if r == 0 else (Caveat.FEW_FAILURES,) if r < 5 else ()
    return Mtbf(
        r,
        span,
        span / r if r else None,
        2 * span / float(special.chdtri(df, 1 - level)),
        2 * span / float(special.chdtri(df, tail)),
        2 * span / float(special.chdtri(2 * r, 1 - tail)) if r else None,
        level,
        terminated,
        caveats,
    )


def life_data(times: ArrayLike, failed: ArrayLike | None, counts: ArrayLike | None) -> LifeData:
    """Checked times, flags and counts; times with a count of 0 are left out."""
    seen = checks.series("times", times)
    positive("times", seen)
    flags = np.ones(seen.shape, dtype=bool) if failed is None else _flags(failed, seen.size)
    many = one_each(seen.size) if counts is None else checks.counts("counts", counts)
    if many.size != seen.size:
        raise OutOfDomain("counts", f"of {many.size} numbers", f"{seen.size}, as in times")
    used = many > 0
    if not used.all():
        seen, flags, many = seen[used], flags[used], many[used]
    if not seen.size:
        raise NotEstimable("All counts are 0: there are no units.")
    return LifeData(seen, flags, many)


def one_each(n: int) -> Integers:
    """A count of one for each of n."""
    return np.ones(n, dtype=np.int64)


def positive(name: str, values: Floats) -> None:
    """Refuse a time that is not above 0, or so near it that its inverse leaves the numbers."""
    if values.min() < _SHORTEST:
        place = int(np.argmin(values))
        raise OutOfDomain(f"{name}, item {place + 1},", float(values[place]), "a time above 0")


def no_failures() -> NotEstimable:
    """The refusal where nothing failed."""
    return NotEstimable(
        "No failure was seen, so no life can be estimated;"
        " weibayes and mtbf give a lower bound without one."
    )


def _flags(failed: ArrayLike, n: int) -> NDArray[np.bool_]:
    try:
        found = np.asarray(failed)
    except ValueError as error:
        raise OutOfDomain("failed", "ragged", "one flag for each time") from error
    if found.shape != (n,):
        raise OutOfDomain("failed", f"of shape {found.shape}", f"one flag for each of {n} times")
    if found.dtype.kind == "b":
        return found
    if found.dtype.kind not in "iuf" or not np.isin(found, (0, 1)).all():
        raise OutOfDomain("failed", failed, "1 for a failure, 0 for a suspension")
    return np.asarray(found == 1, dtype=bool)


def log_gamma_mean(shape: float) -> float:
    """Mean of a Weibull life over its scale, Gamma(1 + 1/shape)."""
    return math.exp(special.gammaln(1 + 1 / shape))
