"""Charts of counts: p, np, c, u, Laney's p' and u', and for rare events g and t."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from firstoff.stats import checks
from firstoff.stats.checks import Floats
from firstoff.stats.constants import chart_constants, d2
from firstoff.stats.control_charts import ControlChart, individuals_chart
from firstoff.stats.errors import NoVariation, OutOfDomain
from firstoff.stats.signals import SKEWED, RuleSet, Zones, scan, skewed_rules

NELSON_POWER = 3.6  # Nelson (1994): times between events to this root are near normal
LEAST_EXPOSURE = 1e-100  # a rate over a smaller one leaves the range of floats


@dataclass(frozen=True, slots=True, eq=False)
class LaneyChart:
    """A p' or u' chart: the chart, the standardised points and the spread between them.

    sigma_z is 1 where the counts vary as their model says, above 1 where the process adds to it.
    """

    chart: ControlChart
    z: Floats
    sigma_z: float


def p_chart(
    x: ArrayLike,
    n: ArrayLike,
    *,
    center: float | None = None,
    base: int | None = None,
    rules: Iterable[int] | None = None,
    rule_set: RuleSet = "nelson",
) -> ControlChart:
    """Fraction nonconforming: x of n in each sample, n differing or one for all.

    Limits per point, cut at 0 and 1, about the pooled fraction of the first ``base`` samples (all
    unless told) or about ``center``. rules: those that fit skewed points unless told.
    Raises TooFewData, OutOfDomain.
    Source: Montgomery, Introduction to SQC, 7.2. Oracle: R qcc
    """
    hits, size = _binomial_counts(x, n)
    first = _base(hits.size, base)
    rate = float(hits[:first].sum() / size[:first].sum())
    told = _Told(None if center is None else checks.fraction("center", center), rules, rule_set)
    level = told.level(rate)
    se = np.sqrt(level * (1 - level) / size)
    return _chart("p", hits / size, level, se, first, told, top=1.0)


def np_chart(
    x: ArrayLike,
    n: int,
    *,
    center: float | None = None,
    base: int | None = None,
    rules: Iterable[int] | None = None,
    rule_set: RuleSet = "nelson",
) -> ControlChart:
    """Count nonconforming in samples of one size; as ``p_chart``, center a count too.

    Raises TooFewData, OutOfDomain.
    Source: Montgomery, Introduction to SQC, 7.2. Oracle: R qcc"""
    hits, size = _binomial_counts(x, checks.whole("n", n, least=1))
    first = _base(hits.size, base)
    rate, most = float(hits[:first].sum() / size[:first].sum()), float(size[0])
    if center is not None:
        rate = checks.real("center", center, least=0) / most
        if rate > 1:
            raise OutOfDomain("center", center, f"a count of at most n, which is {int(most)}")
    told = _Told(None if center is None else rate * most, rules, rule_set)
    se = np.sqrt(size * rate * (1 - rate))
    return _chart("np", hits, told.level(rate * most), se, first, told, top=most)


def c_chart(
    x: ArrayLike,
    *,
    center: float | None = None,
    base: int | None = None,
    rules: Iterable[int] | None = None,
    rule_set: RuleSet = "nelson",
) -> ControlChart:
    """Count of nonconformities in equal areas of opportunity; center, base, rules as ``p_chart``.

    Raises TooFewData, OutOfDomain.
    Source: Montgomery, Introduction to SQC, 7.3. Oracle: R qcc"""
    hits = checks.counts("x", x).astype(np.float64)
    first = _base(hits.size, base)
    told = _told_rate(center, rules, rule_set)
    level = told.level(float(hits[:first].mean()))
    return _chart("c", hits, level, np.full(hits.size, np.sqrt(level)), first, told)


def u_chart(
    x: ArrayLike,
    n: ArrayLike,
    *,
    center: float | None = None,
    base: int | None = None,
    rules: Iterable[int] | None = None,
    rule_set: RuleSet = "nelson",
) -> ControlChart:
    """Nonconformities per unit: counts x in n units of exposure, which need not be whole.

    center (per unit), base and rules as for ``p_chart``. Raises TooFewData, OutOfDomain.
    Source: Montgomery, Introduction to SQC, 7.3. Oracle: R qcc
    """
    hits, size = _poisson_counts(x, n)
    first = _base(hits.size, base)
    told = _told_rate(center, rules, rule_set)
    level = told.level(float(hits[:first].sum() / size[:first].sum()))
    return _chart("u", hits / size, level, np.sqrt(level / size), first, told)


def laney_p_chart(
    x: ArrayLike,
    n: ArrayLike,
    *,
    screened: bool = False,
    base: int | None = None,
    rules: Iterable[int] | None = None,
    rule_set: RuleSet = "nelson",
) -> LaneyChart:
    """p': a p chart whose limits take up variation between samples beyond the binomial.

    Use it for large n, where p limits close in on nothing. screened: moving ranges beyond their
    own upper limit are left out of the variation between samples once.
    Raises NoVariation where all or none are nonconforming, TooFewData, OutOfDomain.
    Source: Laney (2002). Oracle: R arithmetic; qicharts2 with its screening
    """
    hits, size = _binomial_counts(x, n)
    first = _base(hits.size, base)
    center = float(hits[:first].sum() / size[:first].sum())
    if center in (0.0, 1.0):
        raise NoVariation("counts")
    se = np.sqrt(center * (1 - center) / size)
    told = _Told(None, rules, rule_set)
    return _laney("p'", hits / size, center, se, first, told, screened, top=1.0)


def laney_u_chart(
    x: ArrayLike,
    n: ArrayLike,
    *,
    screened: bool = False,
    base: int | None = None,
    rules: Iterable[int] | None = None,
    rule_set: RuleSet = "nelson",
) -> LaneyChart:
    """u': a u chart whose limits take up variation beyond the Poisson; screened as for p'.

    Raises NoVariation where nothing was counted, TooFewData, OutOfDomain.
    Source: Laney (2002). Oracle: R arithmetic
    """
    hits, size = _poisson_counts(x, n)
    first = _base(hits.size, base)
    center = float(hits[:first].sum() / size[:first].sum())
    if center == 0:
        raise NoVariation("counts")
    told = _Told(None, rules, rule_set)
    return _laney("u'", hits / size, center, np.sqrt(center / size), first, told, screened)


def g_chart(
    x: ArrayLike,
    *,
    smallest: int = 0,
    base: int | None = None,
    rules: Iterable[int] | None = None,
    rule_set: RuleSet = "nelson",
) -> ControlChart:
    """Units between rare events, geometric, with three-sigma limits cut at 0.

    rules: 1 and a run on one side unless told, since gaps are more skewed than counts.

    smallest: 0 where x counts the units between two events, 1 where it counts up to and including
    the event; the variance is (mean - smallest)(mean - smallest + 1). qcc always takes 1.
    Raises TooFewData, OutOfDomain. Source: Benneyan (2001). Oracle: R qcc
    """
    gaps = checks.counts("x", x).astype(np.float64)
    chosen = gap_rules(rules, rule_set)
    if checks.whole("smallest", smallest) > 1:
        raise OutOfDomain("smallest", smallest, "0 or 1")
    first = _base(gaps.size, base)
    center = float(gaps[:first].mean())
    above = max(0.0, center - smallest)
    se = np.full(gaps.size, np.sqrt(above * (above + 1)))
    return _chart("g", gaps, center, se, first, _Told(None, chosen, rule_set))


def t_chart(
    values: ArrayLike,
    *,
    base: int | None = None,
    rules: Iterable[int] | None = None,
    rule_set: RuleSet = "nelson",
) -> ControlChart:
    """Time between rare events: an individuals chart of the 3.6th root, drawn in time again.

    values: above 0; rules: all of the set unless told, on the roots.
    Raises TooFewData, OutOfDomain. Source: Nelson (1994). Oracle: R arithmetic
    """
    times = checks.series("values", values, least=2)
    if times.min() <= 0:
        raise OutOfDomain("values", float(times.min()), "times above 0")
    roots = times ** (1 / NELSON_POWER)
    rooted = individuals_chart(roots, base=base, rules=rules, rule_set=rule_set).location
    return ControlChart(
        "t",
        times,
        rooted.center**NELSON_POWER,
        np.maximum(rooted.lcl, 0.0) ** NELSON_POWER,
        rooted.ucl**NELSON_POWER,
        None,
        f"individuals of the root {NELSON_POWER}",
        rooted.base,
        False,
        rooted.signals,
    )


def gap_rules(rules: Iterable[int] | None, rule_set: str) -> Iterable[int]:
    """The rules asked for, unless told 1 and the run on one side. Raises OutOfDomain."""
    checks.choice("rule_set", rule_set, SKEWED)
    return (1, 2 if rule_set == "nelson" else 4) if rules is None else rules


class _Told(NamedTuple):
    """What the caller told of a chart: its centre, if so, and the rules."""

    center: float | None
    rules: Iterable[int] | None
    rule_set: RuleSet

    def level(self, estimate: float) -> float:
        return estimate if self.center is None else self.center


def _told_rate(center: object, rules: Iterable[int] | None, rule_set: RuleSet) -> _Told:
    return _Told(
        None if center is None else checks.real("center", center, least=0), rules, rule_set
    )


def _chart(
    kind: str,
    points: Floats,
    center: float,
    se: Floats,
    base: int,
    told: _Told,
    top: float = np.inf,
) -> ControlChart:
    return ControlChart(
        kind,
        points,
        np.full(points.size, center),
        np.maximum(0.0, center - 3 * se),
        np.minimum(top, center + 3 * se),
        None,
        {"p": "binomial", "n": "binomial", "g": "geometric"}.get(kind[0], "poisson"),
        base,
        told.center is not None,
        scan(
            points,
            Zones(np.asarray(center), se),
            skewed_rules(told.rules, told.rule_set),
            told.rule_set,
        ),
    )


def _laney(
    kind: str,
    points: Floats,
    center: float,
    se: Floats,
    base: int,
    told: _Told,
    screened: bool,
    top: float = np.inf,
) -> LaneyChart:
    z = (points - center) / se
    if base < 2:
        raise OutOfDomain("base", base, "at least 2 samples, to see how they vary")
    ranges = np.abs(np.diff(z[:base]))
    if checks.flag("screened", screened):
        ranges = ranges[ranges <= chart_constants(2).d_4 * ranges.mean()]
    sigma_z = float(ranges.mean()) / d2(2)
    return LaneyChart(_chart(kind, points, center, se * sigma_z, base, told, top), z, sigma_z)


def _binomial_counts(x: ArrayLike, n: ArrayLike) -> tuple[Floats, Floats]:
    hits = checks.counts("x", x)
    size = checks.counts(
        "n", np.broadcast_to(np.asarray(n), hits.shape) if checks.is_one(n) else n
    )
    _same_length(hits, size)
    bad = (size == 0) | (hits > size)
    if bad.any():
        place = int(np.argmax(bad))
        found = f"{int(hits[place])} of {int(size[place])}"
        raise OutOfDomain(f"x and n, item {place + 1},", found, "x of n with n above 0")
    return hits.astype(np.float64), size.astype(np.float64)


def _poisson_counts(x: ArrayLike, n: ArrayLike) -> tuple[Floats, Floats]:
    hits = checks.counts("x", x)
    size = checks.series(
        "n", np.broadcast_to(np.asarray(n), hits.shape) if checks.is_one(n) else n
    )
    _same_length(hits, size)
    small = size < LEAST_EXPOSURE
    if small.any():
        place = int(np.argmax(small))
        raise OutOfDomain(f"n, item {place + 1},", float(size[place]), "an exposure above 0")
    return hits.astype(np.float64), size


def _same_length(x: ArrayLike, n: ArrayLike) -> None:
    if np.size(x) != np.size(n):
        raise OutOfDomain("n", f"of {np.size(n)}", f"one for each of {np.size(x)} samples")


def _base(size: int, base: int | None) -> int:
    if base is None:
        return size
    first = checks.whole("base", base, least=1)
    if first > size:
        raise OutOfDomain("base", first, f"at most the number of samples, {size}")
    return first
