"""Can the process hold the limits? Cp, Cpk, Pp, Ppk, Cpm, with the bounds that decide.

Pp and Ppk use the spread of all values; Cp and Cpk the spread within subgroups or from point to
point. Every bound that decides is one-sided at the stated confidence.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple, TypeVar

import numpy as np
from numpy.typing import ArrayLike
from scipy import special

from firstoff.stats import checks
from firstoff.stats.caveats import Caveat
from firstoff.stats.checks import Floats
from firstoff.stats.constants import d2
from firstoff.stats.distributions import nct_noncentrality
from firstoff.stats.errors import NoVariation, TooFewData
from firstoff.stats.finite import finite
from firstoff.stats.normality import anderson_darling, normal_p_value
from firstoff.stats.spread import (
    SERIES_METHODS,
    SUBGROUP_METHODS,
    Sigma,
    Subgroups,
    Sweep,
    Within,
    series_sigma,
    subgroup_sigma,
    subgroups,
    sweep,
)

T = TypeVar("T")

_SMALL = 30
RARE = 0.005  # false alarms of a caveat: one study in two hundred
TESTED = (20, 10_000)  # values: fewer show nothing of normality, more show every trifle


@dataclass(frozen=True, slots=True)
class Indices:
    """Capability indices for one mean and one sigma. With one limit ``both`` is None.

    both: Pp or Cp; to_lower, to_upper: the one-sided ones; nearest: Ppk or Cpk; taguchi: Cpm,
    None without a target or with one limit.
    """

    both: float | None
    to_lower: float | None
    to_upper: float | None
    nearest: float
    taguchi: float | None


@dataclass(frozen=True, slots=True)
class Capability:
    """Capability of one characteristic, in the unit of its limits.

    ppk_lower (and pp_lower, cpk_lower, cpm_lower) are one-sided lower bounds at ``confidence``,
    intervals two-sided ones. expected_*: fractions outside the limits under
    the normal model with the overall spread; observed_*: counts seen outside.
    cpm divides Pp by the root of 1 + ((mean - target)/sd)^2; cpm_about_target takes the sum of
    squares about the target over n - 1, which differs in the fourth digit.
    cp, cpk, sigma_within and cpk_lower are None where there is no within spread to be had.
    """

    n: int
    mean: float
    sd: float
    lower: float | None
    upper: float | None
    target: float | None
    pp: float | None
    ppl: float | None
    ppu: float | None
    ppk: float
    cpm: float | None
    cpm_about_target: float | None
    cpm_interval: tuple[float, float] | None
    cpm_lower: float | None
    pp_interval: tuple[float, float] | None
    ppk_interval: tuple[float, float]
    pp_lower: float | None
    ppk_lower: float
    bound_method: str
    sigma_within: float | None
    within_method: str
    within_df: float | None
    cp: float | None
    cpl: float | None
    cpu: float | None
    cpk: float | None
    cp_interval: tuple[float, float] | None
    cpk_interval: tuple[float, float] | None
    cp_lower: float | None
    cpk_lower: float | None
    expected_below: float
    expected_above: float
    expected_outside: float
    observed_below: int
    observed_above: int
    confidence: float
    caveats: tuple[Caveat, ...]


def capability(
    values: ArrayLike,
    *,
    lower: float | None = None,
    upper: float | None = None,
    target: float | None = None,
    confidence: float = 0.95,
    within: Within | None = None,
    span: int = 2,
) -> Capability:
    """Capability of one characteristic, with one-sided lower bounds.

    values: shape (n,) in the order made, or rational subgroups: shape (k, m) or k sequences;
    n >= 2, in the unit of the limits. within: how sigma within is estimated ("moving-range" for a
    series, "pooled" for subgroups); span: neighbours in a moving range.
    The bound of Ppk is exact (noncentral t) with one limit, and Bissell's with two.
    Raises TooFewData, NoVariation, OutOfDomain.
    Source: AIAG SPC 2nd ed. ch. IV; Bissell (1990). Oracle: R; closed forms in oracles
    """
    low, high = checks.limits(lower, upper)
    aim = None if target is None else checks.real("target", target)
    level = checks.open_fraction("confidence", confidence)
    flat, seen, sigma = _swept(values, within, span)
    n, mean, sd = flat.size, seen.mean, seen.sd
    over = indices(mean, sd, lower=low, upper=high, target=aim)
    inner = None if sigma is None else indices(mean, sigma.value, lower=low, upper=high)
    below, above = expected_outside(mean, sd, lower=low, upper=high)
    seen_below = 0 if low is None or seen.least >= low else int(np.count_nonzero(flat < low))
    seen_above = 0 if high is None or seen.most <= high else int(np.count_nonzero(flat > high))
    single = low is None or high is None
    within_bounds = _within_bounds(inner, sigma, n, level)
    cpm_df = _cpm_df(over, n)
    return Capability(
        n=n,
        mean=mean,
        sd=sd,
        lower=low,
        upper=high,
        target=aim,
        pp=over.both,
        ppl=over.to_lower,
        ppu=over.to_upper,
        ppk=over.nearest,
        cpm=over.taguchi,
        cpm_about_target=_about_target(over, n),
        cpm_interval=_if_both(over.taguchi, cpm_df, level, _chi_interval),
        cpm_lower=_if_both(over.taguchi, cpm_df, level, _chi_lower),
        pp_interval=None if over.both is None else _chi_interval(over.both, n - 1, level),
        ppk_interval=ppk_interval(over.nearest, n, confidence=level, one_limit=single),
        pp_lower=None if over.both is None else _chi_lower(over.both, n - 1, level),
        ppk_lower=ppk_lower_bound(over.nearest, n, confidence=level, one_limit=single),
        bound_method="noncentral t, exact" if single else "Bissell",
        sigma_within=None if sigma is None else sigma.value,
        within_method="none" if sigma is None else sigma.method,
        within_df=None if sigma is None else sigma.df,
        cp=None if inner is None else inner.both,
        cpl=None if inner is None else inner.to_lower,
        cpu=None if inner is None else inner.to_upper,
        cpk=None if inner is None else inner.nearest,
        cp_interval=within_bounds.cp_interval,
        cpk_interval=within_bounds.cpk_interval,
        cp_lower=within_bounds.cp_lower,
        cpk_lower=within_bounds.cpk_lower,
        expected_below=below,
        expected_above=above,
        expected_outside=below + above,
        observed_below=seen_below,
        observed_above=seen_above,
        confidence=level,
        caveats=_caveats(flat, seen, sigma, single, seen_below + seen_above),
    )


@finite
def indices(
    mean: float,
    sigma: float,
    *,
    lower: float | None = None,
    upper: float | None = None,
    target: float | None = None,
) -> Indices:
    """The indices for a known mean and sigma.

    Cpm divides by the root of the mean square about the target, sigma^2 + (mean - target)^2.
    Raises NoVariation, OutOfDomain. Source: NIST/SEMATECH e-Handbook 6.1.6. Oracle: its examples
    """
    low, high = checks.limits(lower, upper)
    centre, spread = checks.real("mean", mean), checks.real("sigma", sigma, least=0)
    if spread == 0:
        raise NoVariation
    to_lower = None if low is None else (centre - low) / (3 * spread)
    to_upper = None if high is None else (high - centre) / (3 * spread)
    sides = [side for side in (to_lower, to_upper) if side is not None]
    both = None if low is None or high is None else (high - low) / (6 * spread)
    taguchi = None
    if both is not None and target is not None:
        taguchi = both / math.hypot(1, (centre - checks.real("target", target)) / spread)
    return Indices(both, to_lower, to_upper, min(sides), taguchi)


@finite
def expected_outside(
    mean: float, sigma: float, *, lower: float | None = None, upper: float | None = None
) -> tuple[float, float]:
    """The fractions of a normal process below and above its limits (0 where there is none).

    Raises NoVariation, OutOfDomain. Oracle: R pnorm"""
    low, high = checks.limits(lower, upper)
    centre, spread = checks.real("mean", mean), checks.real("sigma", sigma, least=0)
    if spread == 0:
        raise NoVariation
    below = 0.0 if low is None else float(special.ndtr((low - centre) / spread))
    above = 0.0 if high is None else float(special.ndtr((centre - high) / spread))
    return below, above


def ppk_lower_bound(
    ppk: float, n: int, *, confidence: float = 0.95, one_limit: bool = False
) -> float:
    """The one-sided lower bound of a Ppk estimated from n values.

    one_limit: exact, from the noncentral t distribution; else Bissell's normal approximation,
    which is close from n = 20 on. Raises TooFewData, OutOfDomain.
    Source: Bissell (1990); Owen (1968). Oracle: R pt
    """
    size = checks.whole("n", n, least=2)
    level = checks.open_fraction("confidence", confidence)
    index = checks.real("ppk", ppk)
    if not checks.flag("one_limit", one_limit):
        return index - float(special.ndtri(level)) * _bissell_se(index, size)
    root = 3 * math.sqrt(size)
    return nct_noncentrality(root * index, size - 1, level) / root


def ppk_interval(
    ppk: float, n: int, *, confidence: float = 0.95, one_limit: bool = False
) -> tuple[float, float]:
    """The two-sided interval of a Ppk estimated from n values, by the method of its bound.

    Raises TooFewData, OutOfDomain. Source: Bissell (1990); Owen (1968). Oracle: R
    """
    level = checks.open_fraction("confidence", confidence)
    low = ppk_lower_bound(ppk, n, confidence=(1 + level) / 2, one_limit=one_limit)
    high = ppk_lower_bound(ppk, n, confidence=(1 - level) / 2, one_limit=one_limit)
    return low, high


def _bissell_se(index: float, n: int, df: float | None = None) -> float:
    free = n - 1 if df is None else df
    return math.sqrt(1 / (9 * n) + index**2 / (2 * free))


def _about_target(over: Indices, n: int) -> float | None:
    if over.both is None or over.taguchi is None:
        return None
    square = (over.both / over.taguchi) ** 2 - 1  # ((mean - target)/sd)^2
    return over.both / math.sqrt(1 + square * n / (n - 1))


class _Bounds(NamedTuple):
    """Bounds of Cp and Cpk: by the degrees of freedom of sigma within, which are not n - 1."""

    cp_interval: tuple[float, float] | None = None
    cpk_interval: tuple[float, float] | None = None
    cp_lower: float | None = None
    cpk_lower: float | None = None


def _within_bounds(inner: Indices | None, sigma: Sigma | None, n: int, level: float) -> _Bounds:
    if inner is None or sigma is None:
        return _Bounds()
    se = _bissell_se(inner.nearest, n, sigma.df)
    one, two = float(special.ndtri(level)), float(special.ndtri((1 + level) / 2))
    cp, cpk = inner.both, inner.nearest
    return _Bounds(
        None if cp is None else _chi_interval(cp, sigma.df, level),
        (cpk - two * se, cpk + two * se),
        None if cp is None else _chi_lower(cp, sigma.df, level),
        cpk - one * se,
    )


def _cpm_df(over: Indices, n: int) -> float | None:
    """Boyles' approximation: chi-square with degrees of freedom that fall as the mean strays."""
    if over.both is None or over.taguchi is None:
        return None
    off = (over.both / over.taguchi) ** 2 - 1  # ((mean - target)/sd)^2
    return n * (1 + off) ** 2 / (1 + 2 * off)


def _if_both(
    index: float | None, df: float | None, level: float, bound: Callable[[float, float, float], T]
) -> T | None:
    return None if index is None or df is None else bound(index, df, level)


def _chi_interval(index: float, df: float, level: float) -> tuple[float, float]:
    tail = (1 - level) / 2
    low, high = special.chdtri(df, 1 - tail), special.chdtri(df, tail)
    return index * math.sqrt(low / df), index * math.sqrt(high / df)


def _chi_lower(index: float, df: float, level: float) -> float:
    return index * math.sqrt(float(special.chdtri(df, level)) / df)


def _swept(values: ArrayLike, within: str | None, span: int) -> tuple[Floats, Sweep, Sigma | None]:
    """The values in one series, what a pass over them gives, and sigma within."""
    if _is_nested(values):
        groups: Subgroups = subgroups("values", values)
        method = checks.choice("within", "pooled" if within is None else within, SUBGROUP_METHODS)
        seen = _enough(groups.values)
        alone = bool((groups.sizes < 2).all())
        return groups.values, seen, None if alone else _varied(subgroup_sigma(groups, method))
    flat = checks.series("values", values, least=2)
    method = checks.choice("within", "moving-range" if within is None else within, SERIES_METHODS)
    seen = _enough(flat)
    if checks.whole("span", span, least=2) == 2 and method == "moving-range":
        step = Sigma(seen.step / d2(2), method, max(1.0, 0.62 * (flat.size - 1)))
        return flat, seen, _varied(step)
    return flat, seen, _varied(series_sigma(flat, method, span=span))


def _varied(sigma: Sigma) -> Sigma | None:
    # A within spread of zero in data that vary leaves Cp undefined; Pp still stands.
    return sigma if sigma.value > 1e-100 else None


def _enough(values: Floats) -> Sweep:
    if values.size < 2:
        raise TooFewData(needed=2, got=int(values.size))
    seen = sweep(values)
    checks.varied("values", np.array([seen.least, seen.most]))
    return seen


def _is_nested(values: ArrayLike) -> bool:
    if isinstance(values, np.ndarray):
        return values.ndim == 2
    if not isinstance(values, (list, tuple)) or not values:
        return False
    return isinstance(values[0], (list, tuple, np.ndarray))


def _caveats(
    values: Floats, seen: Sweep, sigma: Sigma | None, single: bool, outside: int
) -> tuple[Caveat, ...]:
    n = int(values.size)
    told = {
        Caveat.SMALL_SAMPLE: n < _SMALL,
        Caveat.ONE_LIMIT: single,
        Caveat.OUTSIDE_SEEN: outside > 0,
        Caveat.NOT_STABLE: sigma is not None and _unstable(n, seen, sigma),
        Caveat.NOT_NORMAL: TESTED[0] <= n <= TESTED[1] and _not_normal(values, seen),
    }
    return tuple(caveat for caveat, holds in told.items() if holds)


def _unstable(n: int, seen: Sweep, sigma: Sigma) -> bool:
    """Whether spread within leaves the spread of all, or the outermost value, unexplained."""
    excess = (seen.sd / sigma.value - 1) / math.sqrt(1 / (2 * (n - 1)) + 1 / (2 * sigma.df))
    farthest = max(seen.most - seen.mean, seen.mean - seen.least) / sigma.value
    return excess > 3 or n * math.erfc(farthest / math.sqrt(2)) < RARE


def _not_normal(values: Floats, seen: Sweep) -> bool:
    z = (np.sort(values) - seen.mean) / seen.sd
    return normal_p_value(anderson_darling(z), int(values.size)) < RARE
