"""Between batches: one-way ANOVA, Levene, variance components.

Batches are given as sequences of values that may differ in length.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, NamedTuple

import numpy as np
from numpy.typing import ArrayLike
from scipy import special

from firstoff.stats import checks
from firstoff.stats.caveats import Caveat
from firstoff.stats.checks import Floats, Integers
from firstoff.stats.errors import NoVariation, OutOfDomain, TooFewData
from firstoff.stats.finite import finite
from firstoff.stats.gauge_variances import AnovaRow

Center = Literal["median", "mean"]
Batches = ArrayLike | Sequence[ArrayLike]


@dataclass(frozen=True, slots=True)
class OneWay:
    """Do the means differ? f and p are None where nothing varies within batches."""

    table: tuple[AnovaRow, AnovaRow]
    f: float | None
    p: float | None
    means: tuple[float, ...]
    sizes: tuple[int, ...]
    mean: float
    sd_within: float


@dataclass(frozen=True, slots=True)
class Levene:
    """Do the spreads differ? Levene's test on deviations from each batch's centre."""

    f: float
    df: tuple[int, int]
    p: float
    sds: tuple[float, ...]
    center: Center


@dataclass(frozen=True, slots=True)
class VarianceComponents:
    """How much of the spread lies between batches.

    between, within: variances; share: of between in their sum. within_interval is exact, of the
    standard deviation; share_interval exact for batches of one size, close otherwise. typical_size
    is the size that batches count with.
    """

    between: float
    within: float
    share: float
    share_interval: tuple[float, float]
    sd_between: float
    sd_within: float
    within_interval: tuple[float, float]
    sd_total: float
    typical_size: float
    batches: int
    n: int
    confidence: float
    caveats: tuple[Caveat, ...]


@dataclass(frozen=True, slots=True)
class BatchConsistency:
    """Are the batches alike? ``consistent``: neither means nor spreads differ at the level of
    significance; ``share``: what lies between batches all the same."""

    anova: OneWay
    levene: Levene
    components: VarianceComponents
    consistent: bool
    significance: float


class _Sums(NamedTuple):
    means: Floats
    sizes: Integers
    grand: float
    between: float
    within: float
    squares: Floats


@finite
def one_way_anova(batches: Batches) -> OneWay:
    """Do the means of the batches differ?

    batches: two or more sequences, each with a value or more, more values than batches. Raises
    TooFewData, NoVariation where all values are equal, OutOfDomain.
    Source: Fisher (1925); NIST/SEMATECH e-Handbook 7.4.3. Oracle: NIST StRD
    """
    return _one_way(_groups(batches))


@finite
def levene(batches: Batches, *, center: Center = "median") -> Levene:
    """Do the spreads of the batches differ?

    center: "median" (Brown and Forsythe, holds for skewed values) or "mean" (Levene's own).
    batches: two or more, each with two values or more. Raises TooFewData, NoVariation,
    OutOfDomain. Source: Brown and Forsythe (1974); NIST/SEMATECH 1.3.5.10. Oracle: NIST, scipy
    """
    checks.choice("center", center, ("median", "mean"))
    groups = _groups(batches)
    if min(group.size for group in groups) < 2:
        raise TooFewData(needed=2, got=1, what="values in a batch")
    middle = np.median if center == "median" else np.mean
    apart = [np.abs(group - float(middle(group))) for group in groups]
    sums = _sums(apart)
    df = (len(groups) - 1, int(sums.sizes.sum()) - len(groups))
    if sums.within <= 0:
        raise NoVariation("deviations from the batch centres")
    f = sums.between / df[0] / (sums.within / df[1])
    sds = tuple(float(group.std(ddof=1)) for group in groups)
    return Levene(f, df, float(special.fdtrc(*df, f)), sds, center)


@finite
def variance_components(batches: Batches, *, confidence: float = 0.95) -> VarianceComponents:
    """The variance between batches and within them, from one-way random effects.

    A negative component is set to 0, and named. batches: as for ``one_way_anova``.
    Raises TooFewData, NoVariation, OutOfDomain.
    Source: Searle, Casella and McCulloch, Variance Components (1992); interval of the share after
    Thomas and Hultquist (1978). Oracle: coverage in tests; R aov
    """
    level = checks.open_fraction("confidence", confidence)
    groups = _groups(batches)
    sums = _sums(groups)
    k, n = len(groups), int(sums.sizes.sum())
    df = (k - 1, n - k)
    size = (n - float(np.square(sums.sizes).sum()) / n) / df[0]
    within, mean_square = sums.within / df[1], sums.between / df[0]
    raw = (mean_square - within) / size
    between = max(0.0, raw)
    if between + within <= 0:
        raise NoVariation
    tail = (1 - level) / 2
    ends = [math.sqrt(sums.within / float(special.chdtri(df[1], t))) for t in (tail, 1 - tail)]
    caveats = [Caveat.NEGATIVE_VARIANCE] if raw < 0 else []
    if k < 10:
        caveats.append(Caveat.SMALL_SAMPLE)
    return VarianceComponents(
        between,
        within,
        between / (between + within),
        _share_interval(sums, df, tail),
        math.sqrt(between),
        math.sqrt(within),
        (ends[0], ends[1]),
        math.sqrt(between + within),
        size,
        k,
        n,
        level,
        tuple(caveats),
    )


def batch_consistency(
    batches: Batches, *, significance: float = 0.05, confidence: float = 0.95
) -> BatchConsistency:
    """Means, spreads and variance between batches in one answer; batches of two values or more.

    Two tests are made, so each is held at half the significance (Bonferroni).
    Raises TooFewData, NoVariation, OutOfDomain. Source and oracle: as for its parts
    """
    risk = checks.open_fraction("significance", significance)
    means, spreads = one_way_anova(batches), levene(batches)
    alike = means.p is not None and means.p > risk / 2 and spreads.p > risk / 2
    components = variance_components(batches, confidence=confidence)
    return BatchConsistency(means, spreads, components, alike, risk)


def _groups(batches: Batches) -> list[Floats]:
    if not isinstance(batches, (list, tuple, np.ndarray)):
        raise OutOfDomain("batches", batches, "two or more sequences of values")
    found = [checks.series(f"batch {place + 1}", one) for place, one in enumerate(batches)]
    if len(found) < 2:
        raise TooFewData(needed=2, got=len(found), what="batches")
    n = sum(group.size for group in found)
    if n <= len(found):
        raise TooFewData(needed=len(found) + 1, got=n)
    return found


def _sums(groups: list[Floats]) -> _Sums:
    """Sums of squares; the first value is taken off, so that common digits cost nothing."""
    first = float(groups[0][0])
    moved = [group - first for group in groups]
    sizes = np.array([group.size for group in groups], dtype=np.int64)
    means = np.array([float(group.mean()) for group in moved])
    grand = float(sizes @ means) / int(sizes.sum())
    squares = np.array([float(np.square(g - m).sum()) for g, m in zip(moved, means, strict=True)])
    between = float(sizes @ np.square(means - grand))
    return _Sums(means + first, sizes, grand + first, between, float(squares.sum()), squares)


def _one_way(groups: list[Floats]) -> OneWay:
    if min(g.min() for g in groups) == max(g.max() for g in groups):
        raise NoVariation
    sums = _sums(groups)
    df = (len(groups) - 1, int(sums.sizes.sum()) - len(groups))
    mean_between, mean_within = sums.between / df[0], sums.within / df[1]
    f = p = None
    if mean_within > 0:
        f = mean_between / mean_within
        p = float(special.fdtrc(*df, f))
    return OneWay(
        (
            AnovaRow("between", sums.between, df[0], mean_between, f, p),
            AnovaRow("within", sums.within, df[1], mean_within, None, None),
        ),
        f,
        p,
        tuple(sums.means.tolist()),
        tuple(sums.sizes.tolist()),
        sums.grand,
        math.sqrt(mean_within),
    )


def _share_interval(sums: _Sums, df: tuple[int, int], tail: float) -> tuple[float, float]:
    """From the F of the unweighted batch means, with the harmonic size (equal sizes: exact)."""
    if sums.within <= 0:
        return 1.0, 1.0
    size = sums.sizes.size / float(np.sum(1 / sums.sizes))
    spread = float(np.var(sums.means - sums.means[0], ddof=1))
    f = size * spread / (sums.within / df[1])
    ends = [f / float(special.fdtri(*df, q)) for q in (1 - tail, tail)]
    low, high = (max(0.0, (end - 1) / (end - 1 + size)) for end in ends)
    return low, high
