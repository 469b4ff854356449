"""What x rejects in n units say about the process that made them.

Intervals, a Bayesian posterior, the prediction for a committed quantity, sample sizes for a
claim, the comparison of two batches, and the price of trying again. Fractions in, fractions out.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike
from scipy import special

from firstoff.stats import checks
from firstoff.stats.caveats import Caveat
from firstoff.stats.checks import Floats
from firstoff.stats.errors import NotEstimable, OutOfDomain, TooFewData
from firstoff.stats.finite import finite
from firstoff.stats.tallies import tallies
from firstoff.stats.two_by_two import exact_tests

Sides = Literal["two", "lower", "upper"]
Method = Literal["clopper-pearson", "wilson", "jeffreys", "agresti-coull"]

_SIDES = ("two", "lower", "upper")
_METHODS = ("clopper-pearson", "wilson", "jeffreys", "agresti-coull")
_SMALL = 30
_LARGEST_PREDICTION = 10_000_000  # the distribution is summed term by term; beyond, memory rules


@dataclass(frozen=True, slots=True)
class Proportion:
    """x of n with its interval. A one-sided interval has its other end at 0 or 1."""

    x: int
    n: int
    estimate: float
    lower: float
    upper: float
    confidence: float
    sides: Sides
    method: Method
    caveats: tuple[Caveat, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Proportions:
    """Many proportions at once; every array has the shape of x, or one entry for each
    characteristic where units or samples were added up."""

    x: Floats
    n: Floats
    estimate: Floats
    lower: Floats
    upper: Floats
    confidence: float
    sides: Sides
    method: Method


@dataclass(frozen=True, slots=True)
class Posterior:
    """Belief about the rate after x of n, a Beta(a, b) distribution."""

    x: int
    n: int
    prior: tuple[float, float]
    a: float
    b: float
    mean: float
    median: float

    def probability_over(self, rate: float) -> float:
        """The probability that the true rate exceeds ``rate``."""
        return float(special.betaincc(self.a, self.b, checks.fraction("rate", rate)))

    def quantile(self, probability: float) -> float:
        """The rate that is exceeded with probability 1 - ``probability``."""
        return float(
            special.betaincinv(self.a, self.b, checks.fraction("probability", probability))
        )

    def interval(self, confidence: float = 0.95) -> tuple[float, float]:
        """The equal-tailed credible interval."""
        tail = (1 - checks.open_fraction("confidence", confidence)) / 2
        return self.quantile(tail), float(special.betainccinv(self.a, self.b, tail))


@dataclass(frozen=True, slots=True)
class Prediction:
    """Rejects to expect in ``quantity`` further units, with an equal-tailed prediction interval.

    ``upper_one_sided`` is the count that is not exceeded with probability ``confidence``.
    """

    x: int
    n: int
    quantity: int
    prior: tuple[float, float]
    mean: float
    median: int
    lower: int
    upper: int
    upper_one_sided: int
    confidence: float
    method: str


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two batches against each other.

    ``difference`` is the first rate less the second. ``p_value`` is the one that decides:
    Boschloo's exact unconditional test, or Fisher's where the table is too large for it.
    """

    first: Proportion
    second: Proportion
    difference: float
    alternative: str
    fisher: float
    boschloo: float | None
    barnard: float | None
    p_value: float
    confidence: float
    significant: bool
    method: str
    caveats: tuple[Caveat, ...]


def proportion(
    x: int,
    n: int,
    *,
    confidence: float = 0.95,
    sides: Sides = "two",
    method: Method = "clopper-pearson",
) -> Proportion:
    """The rate behind x of n, with an interval.

    Clopper-Pearson holds its confidence for every true rate. Jeffreys and Wilson are shorter and
    hold it on average only. At x = 0 the lower end is 0, at x = n the upper end is 1.
    Raises TooFewData when n = 0, OutOfDomain for counts that cannot be.
    Source: Clopper and Pearson (1934); Brown, Cai and DasGupta (2001).
    Oracle: R binom.test, binom
    """
    x, n = _tally(x, n)
    if n == 0:
        raise TooFewData(needed=1, got=0, what="units")
    seen = proportions([x], [n], confidence=confidence, sides=sides, method=method)
    caveats = []
    if x == 0:
        caveats.append(Caveat.NONE_SEEN)
    if x == n:
        caveats.append(Caveat.ALL_SEEN)
    if n < _SMALL:
        caveats.append(Caveat.SMALL_SAMPLE)
    low, high = float(seen.lower[0]), float(seen.upper[0])
    return Proportion(x, n, x / n, low, high, seen.confidence, sides, method, tuple(caveats))


def proportions(
    x: ArrayLike,
    n: ArrayLike | None = None,
    *,
    groups: ArrayLike | None = None,
    confidence: float = 0.95,
    sides: Sides = "two",
    method: Method = "clopper-pearson",
) -> Proportions:
    """Many proportions in one pass.

    x and n: counts of one shape, (m,) or (characteristics, samples), n also a single number for
    all; each pair is a proportion. With ``groups``, x and n of shape (k,) are samples of the
    characteristic that each index 0 ... m - 1 names, and are added up. Without n, x tells single
    units, 1 or True for one that counts, 0 or False for one that does not: shape
    (characteristics, units), or (k,) with ``groups``; one proportion for each characteristic.
    Raises TooFewData where an n is 0, OutOfDomain for counts that cannot be, naming the place.
    Oracle: as for ``proportion``.
    """
    checks.choice("sides", sides, _SIDES)
    checks.choice("method", method, _METHODS)
    level = checks.open_fraction("confidence", confidence)
    hits, units = tallies(x, n, groups)
    tail = (1 - level) / 2 if sides == "two" else 1 - level
    lower, upper = _BOUNDS[method](hits, units, tail)
    lower = np.zeros_like(lower) if sides == "upper" else lower
    upper = np.ones_like(upper) if sides == "lower" else upper
    return Proportions(hits, units, hits / units, lower, upper, level, sides, method)


def posterior(x: int, n: int, *, prior: tuple[float, float] = (0.5, 0.5)) -> Posterior:
    """Belief about the rate after x of n, from a Beta prior (Jeffreys' unless told otherwise).

    n may be 0: the posterior is then the prior. Raises OutOfDomain.
    Source: Brown, Cai and DasGupta (2001). Oracle: oracles/pilot.json
    """
    x, n = _tally(x, n)
    a0, b0 = _prior(prior)
    a, b = a0 + x, b0 + n - x
    median = float(special.betaincinv(a, b, 0.5))
    return Posterior(x, n, (a0, b0), a, b, a / (a + b), median)


def predict_rejects(
    x: int,
    n: int,
    *,
    quantity: int,
    confidence: float = 0.90,
    prior: tuple[float, float] = (0.5, 0.5),
) -> Prediction:
    """Rejects to expect in ``quantity`` further units of the same process, after x of n.

    Beta-binomial; each end is the smallest count whose cumulative probability reaches its tail.
    It holds only while the process stays what it was in the sample.
    Raises OutOfDomain (quantity at most 10 million). Oracle: R extraDistr
    """
    belief = posterior(x, n, prior=prior)
    wanted = checks.whole("quantity", quantity, least=1)
    if wanted > _LARGEST_PREDICTION:
        raise OutOfDomain("quantity", wanted, f"at most {_LARGEST_PREDICTION:,} units")
    level = checks.open_fraction("confidence", confidence)
    tail = (1 - level) / 2
    cumulative = np.cumsum(beta_binomial_pmf(wanted, belief.a, belief.b))
    at = [tail, 0.5, 1 - tail, level]
    low, median, high, one_sided = (int(k) for k in _first_reaching(cumulative, at))
    return Prediction(
        belief.x,
        belief.n,
        wanted,
        belief.prior,
        wanted * belief.mean,
        median,
        low,
        high,
        one_sided,
        level,
        "beta-binomial, equal-tailed",
    )


@finite
def beta_binomial_pmf(quantity: int, a: float, b: float) -> Floats:
    """P(k rejects in ``quantity`` units) for k = 0 ... quantity, the rate being Beta(a, b).

    Oracle: R extraDistr dbbinom."""
    size = checks.whole("quantity", quantity, least=0)
    shape_a, shape_b = checks.real("a", a, above=0), checks.real("b", b, above=0)
    k = np.arange(size + 1, dtype=np.float64)
    log_pmf = (
        -np.log(size + 1.0)
        - special.betaln(k + 1, size - k + 1)
        + special.betaln(k + shape_a, size - k + shape_b)
        - special.betaln(shape_a, shape_b)
    )
    pmf: Floats = np.exp(log_pmf)
    pmf /= pmf.sum()  # the logs cost a few ulps where quantities are large
    return pmf


def further_clean_units(x: int, n: int, *, rate: float, confidence: float) -> int:
    """Further units without a reject that would show a rate of at most ``rate``.

    The smallest m for which the one-sided Clopper-Pearson upper bound of x in n + m is at most
    ``rate``; 0 when n already shows it. Raises OutOfDomain. Oracle: R qbeta
    """
    x, n = _tally(x, n)
    return max(0, sample_size_for_claim(rate, confidence=confidence, rejects_allowed=x) - n)


def sample_size_for_claim(
    rate: float, *, confidence: float = 0.95, rejects_allowed: int = 0
) -> int:
    """Units to inspect so that ``rejects_allowed`` rejects still show a rate of at most ``rate``.

    The smallest n with P(at most c rejects in n | rate) <= 1 - confidence.
    Raises OutOfDomain. Source: the binomial; 59, 93 and 124 for 5 % at 95 % are the well-known
    ones. Oracle: R pbinom
    """
    bar = checks.open_fraction("rate", rate)
    level = checks.open_fraction("confidence", confidence)
    allowed = checks.whole("rejects_allowed", rejects_allowed)
    risk = (1 - level) * (
        1 + 1e-12
    )  # 0.5 ** 4 against 1 - 0.9375: exact powers are met, not missed

    def shows(n: int) -> bool:
        return float(special.bdtr(allowed, n, bar)) <= risk

    high = allowed + 1
    while not shows(high):
        high *= 2
        if high > 10**15:
            raise OutOfDomain("rate", bar, "a rate that a sample of this world can show")
    low = max(allowed, high // 2)  # bdtr(c, c) = 1: never shown by n = c
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if shows(middle) else (middle, high)
    return high


def compare_proportions(
    x1: int,
    n1: int,
    x2: int,
    n2: int,
    *,
    alternative: Literal["two-sided", "less", "greater"] = "two-sided",
    confidence: float = 0.95,
) -> Comparison:
    """Is the first rate different from (less, greater than) the second?

    Fisher's exact test, and the exact unconditional tests of Boschloo and Barnard, which find
    more; a difference is significant when the deciding p value is at most 1 - confidence.
    Raises TooFewData, OutOfDomain. Source: Boschloo (1970); Barnard (1945). Oracle: scipy, R Exact
    """
    checks.choice("alternative", alternative, ("two-sided", "less", "greater"))
    first = proportion(x1, n1, confidence=confidence)
    second = proportion(x2, n2, confidence=confidence)
    tests = exact_tests(first.x, first.n, second.x, second.n, alternative)
    p = tests.fisher if tests.boschloo is None else tests.boschloo
    return Comparison(
        first,
        second,
        first.estimate - second.estimate,
        alternative,
        tests.fisher,
        tests.boschloo,
        tests.barnard,
        p,
        first.confidence,
        p <= 1 - first.confidence,
        "fisher" if tests.boschloo is None else "boschloo",
        (Caveat.LARGE_TABLE,) if tests.boschloo is None else (),
    )


def chance_within_tries(rate: float, *, n: int, c: int, tries: int) -> float:
    """The chance that a process at ``rate`` passes a batch of n with at most c rejects at least
    once in ``tries`` batches.

    Raises OutOfDomain, also when c is not below n. Oracle: R pbinom
    """
    bar, size = checks.fraction("rate", rate), checks.whole("n", n, least=1)
    accept = checks.whole("c", c)
    if accept >= size:
        raise OutOfDomain("c", accept, f"an accept number below the sample size, {size}")
    again = checks.whole("tries", tries, least=1)
    fail = float(special.bdtrc(accept, size, bar))
    return float(-np.expm1(again * np.log(fail))) if fail > 0 else 1.0


def rate_for_probability(n: int, c: int, probability: float) -> float:
    """The true rate at which a sample of n shows at most c rejects with this probability.

    Raises OutOfDomain. Oracle: R qbeta
    """
    size, accept = checks.whole("n", n, least=1), checks.whole("c", c)
    if accept >= size:
        raise OutOfDomain("c", accept, f"an accept number below the sample size, {size}")
    chance = checks.open_fraction("probability", probability)
    return float(special.betainccinv(accept + 1, size - accept, chance))


def _clopper_pearson(x: Floats, n: Floats, tail: float) -> tuple[Floats, Floats]:
    none, all_ = x == 0, x == n
    lower = special.betaincinv(np.where(none, 1, x), n - x + 1, tail)
    upper = special.betainccinv(x + 1, np.where(all_, 1, n - x), tail)
    return np.where(none, 0.0, lower), np.where(all_, 1.0, upper)


def _jeffreys(x: Floats, n: Floats, tail: float) -> tuple[Floats, Floats]:
    lower = special.betaincinv(x + 0.5, n - x + 0.5, tail)
    upper = special.betainccinv(x + 0.5, n - x + 0.5, tail)
    return np.where(x == 0, 0.0, lower), np.where(x == n, 1.0, upper)


def _wilson(x: Floats, n: Floats, tail: float) -> tuple[Floats, Floats]:
    z = float(-special.ndtri(tail))
    centre = (x + z**2 / 2) / (n + z**2)
    half = z / (n + z**2) * np.sqrt(x * (n - x) / n + z**2 / 4)
    lower, upper = np.maximum(centre - half, 0.0), np.minimum(centre + half, 1.0)
    return np.where(x == 0, 0.0, lower), np.where(x == n, 1.0, upper)


def _agresti_coull(x: Floats, n: Floats, tail: float) -> tuple[Floats, Floats]:
    # Not clipped: an end beyond 0 or 1 shows that the method does not hold there.
    z = float(-special.ndtri(tail))
    centre = (x + z**2 / 2) / (n + z**2)
    half = z * np.sqrt(centre * (1 - centre) / (n + z**2))
    return centre - half, centre + half


_BOUNDS = {
    "clopper-pearson": _clopper_pearson,
    "wilson": _wilson,
    "jeffreys": _jeffreys,
    "agresti-coull": _agresti_coull,
}


def _tally(x: object, n: object) -> tuple[int, int]:
    hits, size = checks.whole("x", x), checks.whole("n", n)
    if hits > size:
        raise OutOfDomain("x", hits, f"at most n, which is {size}")
    return hits, size


def _prior(prior: object) -> tuple[float, float]:
    if not isinstance(prior, Sequence) or isinstance(prior, str) or len(prior) != 2:
        raise OutOfDomain("prior", prior, "two numbers above 0, the Beta's a and b")
    return checks.real("prior a", prior[0], above=0), checks.real("prior b", prior[1], above=0)


def _first_reaching(cumulative: Floats, targets: Sequence[float]) -> list[int]:
    # A target met exactly in theory may be missed by an ulp; the guard is far below any tail.
    found = np.searchsorted(cumulative, np.asarray(targets) * (1 - 1e-12))
    if (found >= cumulative.size).any():
        raise NotEstimable("The prediction's probabilities do not sum to one.")
    return [int(k) for k in found]
