"""First-pass, final and rolled yield, and defects per million opportunities."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from scipy import special

from firstoff.stats import checks
from firstoff.stats.caveats import Caveat
from firstoff.stats.errors import OutOfDomain, TooFewData
from firstoff.stats.proportions import Proportion, proportion
from firstoff.stats.rates import poisson_rate


@dataclass(frozen=True, slots=True)
class Yields:
    """First-pass and final yield of one batch, kept apart: rework never overwrites the first."""

    first_pass: Proportion
    final: Proportion
    recovered: int


@dataclass(frozen=True, slots=True)
class RolledYield:
    """The chance that a unit passes every step the first time."""

    estimate: float
    lower: float
    upper: float
    confidence: float
    steps: tuple[Proportion, ...]
    method: str
    caveats: tuple[Caveat, ...]


@dataclass(frozen=True, slots=True)
class DefectsPerMillion:
    """Defects per opportunity as a fraction, and times a million as ``dpmo``."""

    defects: int
    units: int
    opportunities: int
    per_unit: float
    per_opportunity: float
    lower: float
    upper: float
    dpmo: float
    dpmo_lower: float
    dpmo_upper: float
    confidence: float
    method: str
    caveats: tuple[Caveat, ...]


def yields(
    started: int, *, passed_first: int, passed_final: int, confidence: float = 0.95
) -> Yields:
    """First-pass and final yield with exact intervals.

    Raises TooFewData, OutOfDomain, also where fewer passed finally than passed at first.
    Source: Clopper and Pearson (1934). Oracle: R binom.test
    """
    first = proportion(passed_first, started, confidence=confidence)
    final = proportion(passed_final, started, confidence=confidence)
    if final.x < first.x:
        raise OutOfDomain("passed_final", final.x, f"at least passed_first, {first.x}")
    return Yields(first, final, final.x - first.x)


def rolled_throughput(
    steps: Sequence[tuple[int, int]], *, confidence: float = 0.95
) -> RolledYield:
    """The chance to pass every step first time: the product of the steps' first-pass yields.

    steps: (passed first time, entered) of each step. The interval is the equal-tailed one of a
    Beta distribution with mean and variance of the product of the steps' Jeffreys posteriors:
    exact for one step, an approximation for more. Raises TooFewData, OutOfDomain.
    Source: moment matching; one step is the Jeffreys interval. Oracle: R qbeta
    """
    try:
        steps = tuple(steps)
    except TypeError as error:
        raise OutOfDomain("steps", steps, "pairs of passed and entered") from error
    if not steps:
        raise TooFewData(needed=1, got=0, what="steps")
    seen = tuple(proportion(*_pair(step), confidence=confidence) for step in steps)
    level = seen[0].confidence
    a, b = _matched_beta(seen)
    tail = (1 - level) / 2
    every = all(step.x == step.n for step in seen)
    none = any(step.x == 0 for step in seen)
    return RolledYield(
        math.prod(step.estimate for step in seen),
        0.0 if none else float(special.betaincinv(a, b, tail)),
        1.0 if every else float(special.betainccinv(a, b, tail)),
        level,
        seen,
        "jeffreys, matched beta",
        () if len(seen) == 1 else (Caveat.APPROXIMATE,),
    )


def dpmo(
    defects: int, *, units: int, opportunities: int, confidence: float = 0.95
) -> DefectsPerMillion:
    """Defects per million opportunities, with the exact Poisson interval.

    Defects may exceed units; they may not exceed units x opportunities. The upper bound is cut
    at one defect per opportunity. Raises TooFewData, OutOfDomain. Oracle: R poisson.test
    """
    made = checks.whole("units", units, least=1)
    chances = checks.whole("opportunities", opportunities, least=1)
    found = checks.whole("defects", defects)
    if found > made * chances:
        raise OutOfDomain("defects", found, f"at most units x opportunities, {made * chances}")
    rate = poisson_rate(found, made * chances, confidence=confidence)
    upper = min(1.0, rate.upper if rate.upper is not None else 1.0)
    return DefectsPerMillion(
        found,
        made,
        chances,
        found / made,
        rate.estimate,
        rate.lower,
        upper,
        rate.estimate * 1e6,
        rate.lower * 1e6,
        upper * 1e6,
        rate.confidence,
        rate.method,
        rate.caveats,
    )


def _pair(step: object) -> tuple[int, int]:
    if isinstance(step, str) or not isinstance(step, Sequence) or len(step) != 2:
        raise OutOfDomain("a step", step, "a pair: passed and entered")
    return step[0], step[1]


def _matched_beta(steps: Sequence[Proportion]) -> tuple[float, float]:
    mean, square = 1.0, 1.0
    for step in steps:
        a, total = step.x + 0.5, step.n + 1.0
        mean *= a / total
        square *= a * (a + 1) / (total * (total + 1))
    spread = mean * (1 - mean) / (square - mean**2) - 1
    return mean * spread, (1 - mean) * spread
