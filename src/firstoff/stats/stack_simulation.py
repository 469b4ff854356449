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
from firstoff.stats.proportions import Proportion, proportion
from firstoff.stats.stack import Function, Link, evaluate, stack

_BLOCK = 1 << 16  # draws taken together: they stay in the processor's cache
_MOST_DRAWS = 200_000_000
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

    seed: a whole number; the same seed draws the same gaps. draws: at least 1,000.
    Raises TooFewData, NoVariation, OutOfDomain.
    Source: JCGM 101:2008. Oracle: Irwin-Hall distribution, R pnorm
    """
    chain = stack(links, lower=lower, upper=upper)
    count = checks.whole("draws", draws, least=1000)
    if count > _MOST_DRAWS:
        raise OutOfDomain("draws", count, f"at most {_MOST_DRAWS:,}")
    start = checks.whole("seed", seed)
    width = checks.whole("bins", bins, least=2)
    gaps = _draw(list(links), np.random.default_rng(start), count, function)
    mean, sd = _mean_sd(gaps)
    if sd == 0:
        raise NoVariation("gaps")
    low, high = chain.lower, chain.upper
    below = None if low is None else int(np.count_nonzero(gaps < low))
    above = None if high is None else int(np.count_nonzero(gaps > high))
    fourth = _fourth(gaps, mean)
    counts, edges = np.histogram(gaps, bins=width)
    ranks = [int(q * (count - 1)) for q in (0.00135, 0.5, 0.99865)]
    gaps.partition(ranks)
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
    links: list[Link], rng: np.random.Generator, draws: int, function: Function | None
) -> Floats:
    gaps = np.empty(draws)
    stores = [np.asarray(one.values) for one in links]
    buffer = np.empty(min(_BLOCK, draws))
    for begin in range(0, draws, _BLOCK):
        out = gaps[begin : begin + _BLOCK]
        if function is not None:
            columns = [
                _one(*pair, rng, np.empty(out.size)) for pair in zip(links, stores, strict=True)
            ]
            out[:] = evaluate(function, columns)
            continue
        out[:] = 0
        for one, store in zip(links, stores, strict=True):
            drawn = _one(one, store, rng, buffer[: out.size])
            drawn *= one.sensitivity
            out += drawn
    return gaps


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


def _mean_sd(gaps: Floats) -> tuple[float, float]:
    mean = float(gaps.mean())
    squares = 0.0
    for begin in range(0, gaps.size, _BLOCK):
        left = gaps[begin : begin + _BLOCK] - mean
        squares += float(left @ left)
    return mean, math.sqrt(squares / (gaps.size - 1))


def _fourth(gaps: Floats, mean: float) -> float:
    total = 0.0
    for begin in range(0, gaps.size, _BLOCK):
        square = np.square(gaps[begin : begin + _BLOCK] - mean)
        total += float(square @ square)
    return total / gaps.size
