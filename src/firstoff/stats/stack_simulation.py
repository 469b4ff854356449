"""Tolerance chains by Monte Carlo, with its own error, and the rejects to expect.

Draws are made a block at a time from a seed: the same seed gives the same answer, and ten million
draws need no more memory than their gaps.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from scipy import special

from firstoff.stats import checks
from firstoff.stats.checks import Floats, Integers
from firstoff.stats.errors import NoVariation, OutOfDomain
from firstoff.stats.finite import finite
from firstoff.stats.proportions import Proportion, proportion
from firstoff.stats.stack import Function, Link, evaluate, stack
from firstoff.stats.sums import dot

_BLOCK = 1 << 16  # draws taken together: they stay in the processor's cache
_MOST_DRAWS = 200_000_000
_MOST_BINS = 1_000_000
_BELIEFS = 4_000


@dataclass(frozen=True, slots=True, eq=False)
class StackSimulation:
    """A chain drawn many times.

    outside, below, above: fractions beyond the limits, with the exact interval of the draws (not
    of what the links assume); None without limits. mean_error, sd_error: standard errors of mean
    and sd from the number of draws. low, high: the gaps between which 99.73 % lie. counts, edges:
    the histogram. shares: of each link in the variance of the gap, None for a function.
    """

    draws: int
    seed: int
    mean: float
    mean_error: float
    sd: float
    sd_error: float
    minimum: float
    maximum: float
    low: float
    median: float
    high: float
    lower: float | None
    upper: float | None
    below: Proportion | None
    above: Proportion | None
    outside: Proportion | None
    shares: tuple[float, ...] | None
    counts: Integers = field(repr=False)
    edges: Floats = field(repr=False)


@dataclass(frozen=True, slots=True)
class PredictedRejects:
    """The fraction of assemblies outside, with an interval for what the samples leave open.

    The estimate takes each link as measured; the interval says how far it may be off because the
    links were known by so few values. Assumed links (n = 0) are taken as they are said.
    """

    estimate: float
    lower: float
    upper: float
    confidence: float
    measured_links: int
    seed: int
    method: str


@finite
def simulate_stack(
    links: Sequence[Link],
    *,
    seed: int,
    draws: int = 1_000_000,
    lower: float | None = None,
    upper: float | None = None,
    function: Function | None = None,
    confidence: float = 0.95,
    bins: int = 60,
) -> StackSimulation:
    """Draw the chain ``draws`` times; function: of the links, where the chain is no sum.

    seed: a whole number; the same seed draws the same gaps. draws: at least 1,000. The normal
    links of a sum are drawn as the one normal that they make.
    Raises TooFewData, NoVariation, OutOfDomain.
    Source: JCGM 101:2008. Oracle: Irwin-Hall distribution, R pnorm
    """
    chain = stack(links, lower=lower, upper=upper)
    count = checks.whole("draws", draws, least=1000)
    if count > _MOST_DRAWS:
        raise OutOfDomain("draws", count, f"at most {_MOST_DRAWS:,}")
    start = checks.whole("seed", seed)
    width = checks.whole("bins", bins, least=2)
    if width > _MOST_BINS:
        raise OutOfDomain("bins", width, f"at most {_MOST_BINS:,}")
    low, high = chain.lower, chain.upper
    gaps, moments = _draw(list(links), np.random.default_rng(start), count, function, chain.mean)
    mean, sd, fourth = moments
    if sd == 0:
        raise NoVariation("gaps")
    gaps.sort()  # sorted once, every question below is a look-up
    edges = np.linspace(gaps[0], gaps[-1], width + 1)
    inner = np.searchsorted(gaps, edges[1:-1], side="left")
    counts = np.diff(inner, prepend=0, append=count)
    ranks = [int(q * (count - 1)) for q in (0.00135, 0.5, 0.99865)]
    below = None if low is None else int(np.searchsorted(gaps, low, side="left"))
    above = None if high is None else count - int(np.searchsorted(gaps, high, side="right"))
    missed = None if below is None and above is None else (below or 0) + (above or 0)

    def share(found: int | None) -> Proportion | None:
        return None if found is None else proportion(found, count, confidence=confidence)

    return StackSimulation(
        draws=count,
        seed=start,
        mean=mean,
        mean_error=sd / math.sqrt(count),
        sd=sd,
        sd_error=sd * math.sqrt(max(0.0, fourth / sd**4 - 1) / (4 * count)),
        minimum=float(edges[0]),
        maximum=float(edges[-1]),
        low=float(gaps[ranks[0]]),
        median=float(gaps[ranks[1]]),
        high=float(gaps[ranks[2]]),
        lower=low,
        upper=high,
        below=share(below),
        above=share(above),
        outside=share(missed),
        shares=None if function else tuple(one.of_variance for one in chain.shares),
        counts=counts.astype(np.int64),
        edges=edges,
    )


@finite
def predicted_rejects(
    links: Sequence[Link],
    *,
    seed: int,
    lower: float | None = None,
    upper: float | None = None,
    confidence: float = 0.95,
) -> PredictedRejects:
    """The reject rate of the assembly, with an interval from the samples behind its links.

    For a gap that is normal. Each measured link's mean and sigma are drawn again from what its n
    values leave open (sigma^2 (n - 1)/chi-square, mean by Student); the interval is equal-tailed.
    Raises TooFewData, NoVariation, OutOfDomain (no limit).
    Source: generalised pivotal quantities, Weerahandi (1993). Oracle: coverage in tests
    """
    low, high = checks.limits(lower, upper)
    level = checks.open_fraction("confidence", confidence)
    start = checks.whole("seed", seed)
    chain = stack(links, lower=low, upper=high)
    rng = np.random.default_rng(start)
    mean, variance = np.zeros(_BELIEFS), np.zeros(_BELIEFS)
    for one in links:
        sigma = np.full(_BELIEFS, one.sigma)
        centre = np.full(_BELIEFS, one.mean)
        if one.n:
            sigma = one.sigma * np.sqrt((one.n - 1) / rng.chisquare(one.n - 1, _BELIEFS))
            centre += sigma / math.sqrt(one.n) * rng.standard_normal(_BELIEFS)
        mean += one.sensitivity * centre
        variance += (one.sensitivity * sigma) ** 2
    sd = np.sqrt(variance)
    rates = np.zeros(_BELIEFS)
    if low is not None:
        rates += special.ndtr((low - mean) / sd)
    if high is not None:
        rates += special.ndtr((mean - high) / sd)
    tail = (1 - level) / 2
    ends = np.quantile(rates, [tail, 1 - tail])
    measured = sum(1 for one in links if one.n)
    bounds = (float(ends[0]), float(ends[1])) if measured else (chain.outside, chain.outside)
    return PredictedRejects(
        chain.outside, *bounds, level, measured, start, "normal gap, generalised interval"
    )


def _draw(
    links: list[Link],
    rng: np.random.Generator,
    draws: int,
    function: Function | None,
    centre: float,
) -> tuple[Floats, tuple[float, float, float]]:
    """The gaps, with their mean, standard deviation and fourth moment about the mean."""
    gaps, sums = np.empty(draws), np.zeros(4)
    drawn = links if function is not None else _merged(links)
    stores = [np.asarray(one.values) for one in drawn]
    buffer = np.empty(min(_BLOCK, draws))
    for begin in range(0, draws, _BLOCK):
        out = gaps[begin : begin + _BLOCK]
        pairs = zip(drawn, stores, strict=True)
        if function is not None:
            out[:] = evaluate(function, [_one(*pair, rng, np.empty(out.size)) for pair in pairs])
        else:
            out[:] = 0
            for one, store in pairs:
                values = _one(one, store, rng, buffer[: out.size])
                if one.sensitivity != 1:
                    values *= one.sensitivity
                out += values
        left = out - centre
        square = left * left
        sums += (left.sum(), square.sum(), dot(square, left), dot(square, square))
    return gaps, _moments(sums / draws, draws, centre)


def _moments(means: Floats, n: int, centre: float) -> tuple[float, float, float]:
    first, second, third, fourth = (float(mean) for mean in means)
    variance = max(0.0, second - first**2)
    about = fourth - 4 * first * third + 6 * first**2 * second - 3 * first**4
    return centre + first, math.sqrt(variance * n / (n - 1)), about


def _merged(links: list[Link]) -> list[Link]:
    """Normal links of a sum drawn as the one normal they make: ten cost what one does."""
    normal = [one for one in links if one.shape == "normal"]
    if len(normal) < 2:
        return links
    mean = math.fsum(one.sensitivity * one.mean for one in normal)
    sigma = math.hypot(*(one.sensitivity * one.sigma for one in normal))
    whole = Link("normal links", mean, 0.0, 0.0, 1.0, "normal", mean, sigma, 0)
    return [whole, *(one for one in links if one.shape != "normal")]


def _one(link: Link, store: Floats, rng: np.random.Generator, out: Floats) -> Floats:
    """One link's values into ``out``."""
    if link.shape == "measured":
        np.take(store, rng.integers(0, store.size, out.size), out=out)
        return out
    if link.shape == "normal":
        rng.standard_normal(out=out)
        out *= link.sigma
    elif link.shape == "uniform":
        rng.random(out=out)
        out -= 0.5
        out *= 2 * link.half
    else:
        rng.random(out=out)
        out += rng.random(out.size)
        out -= 1
        out *= link.half
    out += link.mean
    return out
