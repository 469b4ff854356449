"""Capability of many characteristics in one vectorised pass."""

import math
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import special

from firstoff.stats import checks
from firstoff.stats.capability import RARE, TESTED
from firstoff.stats.checks import Floats, Integers
from firstoff.stats.distributions import nct_noncentralities
from firstoff.stats.errors import OutOfDomain, TooFewData
from firstoff.stats.many_series import Layout, named, one_for_each
from firstoff.stats.many_spread import grouped, series_sigmas, subgroup_dfs, subgroup_sigmas
from firstoff.stats.normality import normal_p_values
from firstoff.stats.spread import SERIES_DF, SERIES_METHODS, SUBGROUP_METHODS, Within

Bools = NDArray[np.bool_]
Interval = tuple[Floats, Floats]
_MOST = 10_000_000  # characteristics named by index


@dataclass(frozen=True, slots=True, eq=False)
class Capabilities:
    """Capability of many characteristics (see ``Capability``); arrays have one entry for each.

    An entry is 0 where the figure does not exist, and a mask says where it does: ``defined`` for
    Ppk (a limit, two values or more, and variation), ``two_limits`` beside it for Pp, Cp and Cpm
    (that one with a target, else all 0), ``within_defined`` for Cp and Cpk. Intervals are
    two-sided, lower bounds one-sided, at the same confidence. not_stable, not_normal: caveats.
    """

    n: Integers
    mean: Floats
    sd: Floats
    pp: Floats
    ppl: Floats
    ppu: Floats
    ppk: Floats
    pp_lower: Floats
    ppk_lower: Floats
    pp_interval: Interval
    ppk_interval: Interval
    cpm: Floats
    cpm_interval: Interval
    cpm_lower: Floats
    sigma_within: Floats
    within_method: str
    within_df: Floats
    cp: Floats
    cpk: Floats
    cp_lower: Floats
    cpk_lower: Floats
    cp_interval: Interval
    cpk_interval: Interval
    observed_below: Integers
    observed_above: Integers
    expected_below: Floats
    expected_above: Floats
    not_stable: Bools
    not_normal: Bools
    defined: Bools
    two_limits: Bools
    within_defined: Bools
    confidence: float

    @property
    def observed_outside(self) -> Integers:
        """Values seen outside either limit."""
        return self.observed_below + self.observed_above

    @property
    def expected_outside(self) -> Floats:
        """Fraction outside either limit under the normal model with the overall spread."""
        return self.expected_below + self.expected_above


def capabilities(
    values: ArrayLike,
    *,
    groups: ArrayLike | None = None,
    subgroups: ArrayLike | None = None,
    lower: ArrayLike | None = None,
    upper: ArrayLike | None = None,
    target: ArrayLike | None = None,
    within: Within | None = None,
    confidence: float = 0.95,
) -> Capabilities:
    """Capability of many characteristics in one pass.

    values: shape (characteristics, values), or shape (n,) with ``groups`` naming the
    characteristic of each by index 0 ... m - 1 (sizes may differ, in the order made). Rational
    subgroups: shape (characteristics, subgroups, values), or ``subgroups`` with the index of each
    value's subgroup, two values or more in each. lower, upper: one number, or one for each with
    NaN where there is none; target: one number, or one for each. within and bounds are those of
    ``capability``. Raises TooFewData, OutOfDomain. Oracle: ``capability`` one by one
    """
    level = checks.open_fraction("confidence", confidence)
    if subgroups is not None and groups is None:
        raise OutOfDomain("groups", None, "an index for each value, beside that of the subgroups")
    data = None if subgroups is not None else _series(values, groups, within)
    if data is None:
        data = _subgrouped(values, groups, subgroups, within)
    m = data.n.size
    low, high = _limits_of("lower", lower, m), _limits_of("upper", upper, m)
    if (low >= high).any():
        place = int(np.argmax(low >= high))
        raise OutOfDomain(f"lower of {named(place)}", float(low[place]), "a limit below upper")
    aim = one_for_each("target", target, m)
    return _judged(data, low, high, aim, level)


class _Data(NamedTuple):
    """Figures of each characteristic; points and owner: all values with whose they are."""

    n: Integers
    mean: Floats
    sd: Floats
    farthest: Floats
    scores: Floats
    within: Floats
    df: Floats
    method: str
    points: Floats
    owner: Integers


def _series(values: ArrayLike, groups: ArrayLike | None, within: str | None) -> _Data | None:
    """Single values in the order made; None where subgroups were given."""
    if groups is None:
        table = checks.array("values", values, dimensions=(1, 2, 3))
        if table.ndim == 3:
            return None
        if table.size == 0:
            raise TooFewData(needed=1, got=0)
        table = np.atleast_2d(table)
        sizes = np.full(table.shape[0], table.shape[1])
        points, owner = table.ravel(), np.repeat(np.arange(sizes.size), table.shape[1])
    else:
        flat, index = checks.series("values", values), checks.counts("groups", groups)
        if index.size != flat.size:
            raise OutOfDomain("groups", f"of {index.size}", f"one for each of {flat.size} values")
        if int(index.max()) >= max(_MOST, index.size):
            raise OutOfDomain("groups", int(index.max()), "the index of a characteristic")
        order = np.argsort(index, kind="stable")
        points, owner, sizes = flat[order], index[order], np.bincount(index)
    method = checks.choice("within", "moving-range" if within is None else within, SERIES_METHODS)
    kept = sizes >= 2
    layout = Layout(sizes[kept], False)
    used = points[kept[owner]]
    sigma, df = np.zeros(sizes.size), np.ones(sizes.size)
    sigma[kept] = series_sigmas(used, layout, method, 2, False)
    df[kept] = np.maximum(1.0, SERIES_DF[method] * (sizes[kept] - 1))
    return _moments(points, owner, sizes, sigma, df, method)


def _subgrouped(
    values: ArrayLike, groups: ArrayLike | None, subgroups: ArrayLike | None, within: str | None
) -> _Data:
    each, layout, inner = grouped(values, groups, subgroups)
    method = checks.choice("within", "pooled" if within is None else within, SUBGROUP_METHODS)
    shape = (layout.sizes.size, int(layout.sizes[0])) if layout.table else (-1,)
    part = layout.first(None)
    sigma = subgroup_sigmas(each, inner, part, shape, method)
    df = subgroup_dfs(each, part, shape, method)
    owner = np.repeat(np.arange(inner.sizes.size), inner.sizes)
    return _moments(each.values, owner, inner.sizes, sigma, df, method)


def _moments(
    points: Floats, owner: Integers, sizes: Integers, sigma: Floats, df: Floats, method: str
) -> _Data:
    """Mean, spread, the outermost value and A² of each, rows of one length together."""
    mean, sd, farthest, scores = np.zeros((4, sizes.size))
    kept = np.flatnonzero(sizes >= 2)
    used = points[(sizes >= 2)[owner]]
    mean[owner[(sizes == 1)[owner]]] = points[(sizes == 1)[owner]]
    for which, (table,) in Layout(sizes[kept], False).rows(used):
        here, n = kept[which], table.shape[1]
        middle = table.mean(axis=1)
        left = table - middle[:, None]
        spread = np.sqrt(np.einsum("ij,ij->i", left, left) / (n - 1))
        flat = np.ptp(table, axis=1) <= np.maximum(1e-100, 4e-16 * np.abs(table).max(axis=1))
        mean[here], sd[here] = middle, np.where(flat, 0.0, spread)
        farthest[here] = np.abs(left).max(axis=1)
        if TESTED[0] <= n <= TESTED[1]:
            z = np.sort(left, axis=1) / np.where(flat, 1.0, spread)[:, None]
            scores[here] = np.where(flat, 0.0, _anderson_darling(z))
    return _Data(sizes, mean, sd, farthest, scores, sigma, df, method, points, owner)


def _anderson_darling(z: Floats) -> Floats:
    n = z.shape[1]
    k = 2 * np.arange(1, n + 1) - 1
    found: Floats = -n - (k * (special.log_ndtr(z) + special.log_ndtr(-z[:, ::-1]))).mean(axis=1)
    return found


def _judged(
    data: _Data, low: Floats, high: Floats, aim: Floats | None, level: float
) -> Capabilities:
    n, mean, df = data.n.astype(np.float64), data.mean, data.df
    limited = np.isfinite(low) | np.isfinite(high)
    defined = limited & (data.sd > 1e-100)
    both = defined & np.isfinite(low) & np.isfinite(high)
    inner = defined & (data.within > 1e-100)
    over = _indices(mean, np.where(defined, data.sd, 1.0), low, high, defined, both)
    short = _indices(mean, np.where(inner, data.within, 1.0), low, high, inner, both & inner)
    free = np.maximum(n - 1, 1)
    below, above = (special.ndtr(-3 * side) for side in (over.to_lower, over.to_upper))
    cpm, cpm_df = _taguchi(data, over.both, aim, both)
    tail = (1 - level) / 2
    ends = [_ppk_bound(over.nearest, n, q, defined, both) for q in (1 - tail, tail)]
    return Capabilities(
        n=data.n,
        mean=mean,
        sd=data.sd,
        pp=over.both,
        ppl=over.to_lower,
        ppu=over.to_upper,
        ppk=over.nearest,
        pp_lower=_chi_bound(over.both, free, level),
        ppk_lower=_ppk_bound(over.nearest, n, level, defined, both),
        pp_interval=_chi_ends(over.both, free, tail),
        ppk_interval=(ends[0], ends[1]),
        cpm=cpm,
        cpm_interval=_chi_ends(cpm, cpm_df, tail),
        cpm_lower=_chi_bound(cpm, cpm_df, level),
        sigma_within=data.within,
        within_method=data.method,
        within_df=df,
        cp=short.both,
        cpk=short.nearest,
        cp_lower=_chi_bound(short.both, df, level),
        cpk_lower=_bissell(short.nearest, n, df, level, inner),
        cp_interval=_chi_ends(short.both, df, tail),
        cpk_interval=(
            _bissell(short.nearest, n, df, 1 - tail, inner),
            _bissell(short.nearest, n, df, tail, inner),
        ),
        observed_below=_count(data, data.points < low[data.owner]),
        observed_above=_count(data, data.points > high[data.owner]),
        expected_below=np.where(defined & np.isfinite(low), below, 0.0),
        expected_above=np.where(defined & np.isfinite(high), above, 0.0),
        not_stable=_unstable(data, n, inner),
        not_normal=(data.scores > 0) & (normal_p_values(data.scores, n) < RARE),
        defined=defined,
        two_limits=both,
        within_defined=inner,
        confidence=level,
    )


class _Sides(NamedTuple):
    both: Floats
    to_lower: Floats
    to_upper: Floats
    nearest: Floats


def _indices(
    mean: Floats, sigma: Floats, low: Floats, high: Floats, one: Bools, two: Bools
) -> _Sides:
    near_low, near_high = mean - low, high - mean
    nearest = np.minimum(near_low, near_high)

    def over(distance: Floats, there: Bools, width: float) -> Floats:
        safe = np.where(there, distance, 0.0)
        found: Floats = safe / (width * sigma)
        return found

    return _Sides(
        over(high - low, two, 6),
        over(near_low, one & np.isfinite(low), 3),
        over(near_high, one & np.isfinite(high), 3),
        over(nearest, one, 3),
    )


def _taguchi(data: _Data, both: Floats, aim: Floats | None, two: Bools) -> tuple[Floats, Floats]:
    """Cpm and the degrees of freedom of its interval, after Boyles."""
    if aim is None:
        return np.zeros_like(both), np.ones_like(both)
    off = ((data.mean - aim) / np.where(two, data.sd, 1.0)) ** 2
    df = np.where(two, data.n * (1 + off) ** 2 / (1 + 2 * off), 1.0)
    return np.where(two, both / np.sqrt(1 + off), 0.0), df


def _ppk_bound(index: Floats, n: Floats, level: float, one: Bools, two: Bools) -> Floats:
    """Bissell's bound with two limits; with one the exact one of the noncentral t."""
    found = _bissell(index, n, np.maximum(n - 1, 1), level, two)
    single = one & ~two
    if single.any():
        root = 3 * np.sqrt(n[single])
        t, df = root * index[single], n[single] - 1
        found[single] = nct_noncentralities(t, df, level) / root
    return found


def _bissell(index: Floats, n: Floats, df: Floats, level: float, there: Bools) -> Floats:
    se = np.sqrt(1 / (9 * np.maximum(n, 1)) + index**2 / (2 * df))
    return np.where(there, index - float(special.ndtri(level)) * se, 0.0)


def _chi_bound(index: Floats, df: Floats, level: float) -> Floats:
    found: Floats = index * np.sqrt(special.chdtri(df, level) / df)
    return found


def _chi_ends(index: Floats, df: Floats, tail: float) -> Interval:
    return _chi_bound(index, df, 1 - tail), _chi_bound(index, df, tail)


def _unstable(data: _Data, n: Floats, inner: Bools) -> Bools:
    sigma, free = np.where(inner, data.within, 1.0), np.maximum(n - 1, 1)
    excess = (data.sd / sigma - 1) / np.sqrt(1 / (2 * free) + 1 / (2 * data.df))
    rare = n * special.erfc(data.farthest / sigma / math.sqrt(2)) < RARE
    found: Bools = inner & ((excess > 3) | rare)
    return found


def _count(data: _Data, flags: Bools) -> Integers:
    return np.bincount(data.owner, flags, minlength=data.n.size).astype(np.int64)


def _limits_of(name: str, limit: ArrayLike | None, m: int) -> Floats:
    empty = -np.inf if name == "lower" else np.inf
    if limit is None:
        return np.full(m, empty)
    found = _maybe(name, limit)
    if found.ndim and found.size != m:
        raise OutOfDomain(name, f"of {found.size}", f"one, or one for each of {m} characteristics")
    return np.where(np.isnan(found), empty, np.broadcast_to(found, (m,)))


def _maybe(name: str, limit: ArrayLike) -> Floats:
    """Limits in which NaN is allowed and stands for none."""
    try:
        found = np.asarray(limit)
        gaps = np.isnan(found) if found.dtype.kind == "f" else np.zeros(found.shape, dtype=bool)
        checked = checks.array(name, np.where(gaps, 0, found), dimensions=(0, 1))
    except (TypeError, ValueError) as error:
        raise OutOfDomain(name, limit, "a limit, or one for each with NaN for none") from error
    return np.where(gaps, np.nan, checked)
