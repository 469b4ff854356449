"""Tolerance chains: worst case, root sum of squares, contribution of each link.

A chain is a sum of links, each with a sensitivity (1, -1, or what geometry says), or any function
of them. Monte Carlo is in ``stack_simulation``.
"""

import itertools
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike
from scipy import special

from firstoff.stats import checks
from firstoff.stats.caveats import Caveat
from firstoff.stats.checks import Floats
from firstoff.stats.errors import NoVariation, OutOfDomain, TooFewData
from firstoff.stats.finite import finite

Shape = Literal["normal", "uniform", "triangular", "measured"]
Function = Callable[..., Floats]

_SHAPES = ("normal", "uniform", "triangular", "measured")
_MOST_CORNERS = 16  # links of a function whose corners are tried: 65,536 corners


@dataclass(frozen=True, slots=True)
class Link:
    """One link of a chain, in the unit of the chain's limits.

    plus, minus: tolerance above and below the nominal, both counted positive. sensitivity: change
    of the gap for one unit of this link. mean, sigma: where and how widely it is really made;
    n: how many values say so, 0 where they are assumed. values: measured ones to draw from.
    """

    name: str
    nominal: float
    plus: float
    minus: float
    sensitivity: float
    shape: Shape
    mean: float
    sigma: float
    n: int
    values: tuple[float, ...] = field(default=(), repr=False)

    @property
    def middle(self) -> float:
        """The middle of the tolerance."""
        return self.nominal + (self.plus - self.minus) / 2

    @property
    def half(self) -> float:
        """Half the width of the tolerance."""
        return (self.plus + self.minus) / 2


@dataclass(frozen=True, slots=True)
class LinkShare:
    """What one link adds: to the worst case, to the squares of the tolerances, to the variance
    as made. Shares are fractions of the whole."""

    name: str
    worst: float
    of_squares: float
    of_variance: float


@dataclass(frozen=True, slots=True)
class Stack:
    """A chain judged by arithmetic. Each ``*_holds`` is None without a limit.

    worst_*: every link at its bad end; rss: root of the sum of squared tolerances about
    ``middle``; inflated: 1.5 rss (Bender), for means that wander. mean, sigma: of the gap as made;
    outside_below, outside_above: fractions beyond the limits when the gap is normal.
    """

    nominal: float
    middle: float
    worst: float
    worst_low: float
    worst_high: float
    rss: float
    rss_low: float
    rss_high: float
    inflated: float
    mean: float
    sigma: float
    lower: float | None
    upper: float | None
    worst_holds: bool | None
    rss_holds: bool | None
    outside_below: float
    outside_above: float
    outside: float
    shares: tuple[LinkShare, ...]
    method: str
    caveats: tuple[Caveat, ...]


@dataclass(frozen=True, slots=True)
class FunctionStack:
    """A chain that is a function of its links, at its corners and linearised at the nominal.

    sensitivity: the partial derivatives at the nominal, one for each link.
    """

    nominal: float
    worst_low: float
    worst_high: float
    sensitivity: tuple[float, ...]
    linear: Stack


@finite
def link(
    name: str,
    nominal: float,
    *,
    plus: float,
    minus: float | None = None,
    sensitivity: float = 1.0,
    shape: Literal["normal", "uniform", "triangular"] = "normal",
    cp: float = 1.0,
    cpk: float | None = None,
    towards: Literal["upper", "lower"] = "upper",
    mean: float | None = None,
    sigma: float | None = None,
    n: int = 0,
) -> Link:
    """A link known by its tolerance, and by its capability or its figures where they are known.

    plus, minus: tolerance, not negative; minus equals plus when left out. cp: sigma is the half
    tolerance over 3 cp, for a normal link (1: the tolerance is three sigma). cpk: below cp the
    mean stands off the middle, ``towards`` one limit. mean, sigma: as measured on n values, in
    place of cp and cpk. A uniform or triangular link fills its tolerance.
    Raises TooFewData, OutOfDomain. Source: Bender (1962); AIAG SPC for cp and cpk.
    Held by: the oracles of ``stack``, whose links it makes, and arithmetic on cp and cpk
    """
    checks.word("name", name)
    centre, above = checks.real("nominal", nominal), checks.real("plus", plus, least=0)
    below = above if minus is None else checks.real("minus", minus, least=0)
    form: Shape = shape
    checks.choice("shape", form, _SHAPES[:3])
    weight = checks.real("sensitivity", sensitivity)
    plain = Link(name, centre, above, below, weight, form, 0.0, 0.0, 0)
    units = checks.whole("n", n)
    told = mean is not None or sigma is not None or units != 0
    able = checks.real("cp", cp, above=0)
    if (form != "normal" or told) and (able != 1.0 or cpk is not None):
        raise OutOfDomain("cp and cpk", (cp, cpk), "left out where a shape or figures say it")
    if told:
        return _as_measured(plain, mean, sigma, units)
    near = able if cpk is None else checks.real("cpk", cpk)
    if near > able:
        raise OutOfDomain("cpk", near, f"at most cp, which is {able:g}")
    side = 1 if checks.choice("towards", towards, ("upper", "lower")) == "upper" else -1
    divisor = {"normal": 3 * able, "uniform": math.sqrt(3), "triangular": math.sqrt(6)}[form]
    at = plain.middle + side * plain.half * (1 - near / able)
    return replace(plain, mean=at, sigma=plain.half / divisor)


def _as_measured(plain: Link, mean: object, sigma: object, n: object) -> Link:
    """A normal link with the mean and sigma that n values showed; the middle without a mean."""
    if plain.shape != "normal":
        raise OutOfDomain("shape", plain.shape, "normal where mean and sigma are told")
    size = checks.whole("n", n)
    if size == 1:
        raise TooFewData(needed=2, got=1)
    at = plain.middle if mean is None else checks.real("mean", mean)
    return replace(plain, mean=at, sigma=checks.real("sigma", sigma, least=0), n=size)


@finite
def measured_link(
    name: str,
    values: ArrayLike,
    *,
    nominal: float,
    plus: float,
    minus: float | None = None,
    sensitivity: float = 1.0,
    shape: Literal["normal", "measured"] = "normal",
) -> Link:
    """A link known by measured values: its mean and sigma, or with shape "measured" the values
    themselves, drawn again. values: shape (n,), n >= 2, in the unit of the nominal.

    Raises TooFewData, NoVariation, OutOfDomain.
    Held by: ``link`` told the same mean and sigma, which gives the same stack
    """
    seen = checks.series("values", values, least=2)
    if seen.min() == seen.max():
        raise NoVariation
    plain = link(name, nominal, plus=plus, minus=minus, sensitivity=sensitivity)
    checks.choice("shape", shape, ("normal", "measured"))
    kept = tuple(seen.tolist()) if shape == "measured" else ()
    return Link(
        name,
        plain.nominal,
        plain.plus,
        plain.minus,
        plain.sensitivity,
        shape,
        float(seen.mean()),
        float(seen.std(ddof=1)),
        int(seen.size),
        kept,
    )


@finite
def stack(
    links: Sequence[Link], *, lower: float | None = None, upper: float | None = None
) -> Stack:
    """A chain of links: gap = sum of sensitivity x link.

    Unequal tolerances are first turned into equal ones about their middle. Without limits nothing
    is judged. Raises TooFewData, NoVariation where no link varies, OutOfDomain.
    Source: Bender, SAE 680490 (1968); ASME Y14.5 practice. Oracle: arithmetic in R, pnorm
    """
    found = _links(links)
    low, high = checks.limits(lower, upper, needed=False)
    weight = np.array([one.sensitivity for one in found])
    tolerance = np.abs(weight) * np.array([one.half for one in found])
    spread = np.abs(weight) * np.array([one.sigma for one in found])
    nominal = math.fsum(one.sensitivity * one.nominal for one in found)
    middle = math.fsum(one.sensitivity * one.middle for one in found)
    mean = math.fsum(one.sensitivity * one.mean for one in found)
    worst, rss, sigma = float(tolerance.sum()), _root(tolerance), _root(spread)
    if sigma == 0 or rss == 0:
        raise NoVariation("links")
    below, above = _outside(mean, sigma, low, high)
    return Stack(
        nominal=nominal,
        middle=middle,
        worst=worst,
        worst_low=middle - worst,
        worst_high=middle + worst,
        rss=rss,
        rss_low=middle - rss,
        rss_high=middle + rss,
        inflated=1.5 * rss,
        mean=mean,
        sigma=sigma,
        lower=low,
        upper=high,
        worst_holds=_holds(middle, worst, low, high),
        rss_holds=_holds(middle, rss, low, high),
        outside_below=below,
        outside_above=above,
        outside=below + above,
        shares=_shares(found, tolerance, spread),
        method="worst case, rss, normal gap",
        caveats=_caveats(found),
    )


@finite
def function_stack(
    function: Function,
    links: Sequence[Link],
    *,
    lower: float | None = None,
    upper: float | None = None,
) -> FunctionStack:
    """A chain that is any function of its links: corners, partial derivatives, linearised chain.

    function: takes one array for each link, in order, and answers an array of the same shape.
    The corners give the worst case where the function rises or falls along each link throughout;
    at most 16 links. Raises TooFewData, NoVariation, OutOfDomain.
    Source: NIST/SEMATECH e-Handbook 2.5.5.3 (propagation of error). Oracle: R, derivatives by hand
    """
    found = _links(links)
    if len(found) > _MOST_CORNERS:
        raise OutOfDomain("links", f"{len(found)} of them", f"at most {_MOST_CORNERS}")
    corners = np.array(
        list(
            itertools.product(
                *((one.nominal - one.minus, one.nominal + one.plus) for one in found)
            )
        )
    )
    ends = evaluate(function, list(corners.T))
    at = np.array([one.nominal for one in found])
    nominal = float(evaluate(function, list(at[:, None]))[0])
    slopes = _slopes(function, at, np.array([one.half for one in found]))
    turned = [
        replace(one, sensitivity=float(slope)) for one, slope in zip(found, slopes, strict=True)
    ]
    offset = nominal - float(slopes @ at)  # the straight line through the nominal
    fixed = Link("nominal", offset, 0.0, 0.0, 1.0, "normal", offset, 0.0, 0)
    whole = stack([*turned, fixed], lower=lower, upper=upper)
    linear = replace(whole, shares=whole.shares[:-1], method="linearised at the nominal")
    return FunctionStack(
        nominal, float(ends.min()), float(ends.max()), tuple(float(s) for s in slopes), linear
    )


def evaluate(function: Function, columns: Sequence[Floats]) -> Floats:
    """The function's values, refused where it is none or not finite."""
    if not callable(function):
        raise OutOfDomain("function", function, "a function of the links")
    try:
        with np.errstate(all="ignore"):
            found = np.asarray(function(*columns), dtype=np.float64)
    except (TypeError, ValueError, ArithmeticError) as error:
        got = f"failing: {error}"
        raise OutOfDomain("function", got, "a function of one array for each link") from error
    if found.shape != columns[0].shape:
        raise OutOfDomain("function", f"answering shape {found.shape}", f"{columns[0].shape}")
    if not np.isfinite(found).all():
        raise OutOfDomain("function", "not finite at some corner or draw", "finite values")
    return found


def _links(links: Sequence[Link]) -> list[Link]:
    if not isinstance(links, (list, tuple)):
        raise OutOfDomain("links", links, "a list of links")
    found = list(links)
    if not found:
        raise TooFewData(needed=1, got=0, what="links")
    for place, one in enumerate(found):
        if not isinstance(one, Link):
            raise OutOfDomain(f"links, item {place + 1},", one, "a link")
    return found


def _slopes(function: Function, at: Floats, half: Floats) -> Floats:
    """Partial derivatives by central differences, extrapolated once (Richardson)."""
    size = np.where(half > 0, half, np.maximum(np.abs(at), 1.0) * 1e-2)
    step = np.maximum(size, np.abs(at) * 1e-3) / 4
    count = at.size
    moved = np.repeat(at[:, None], 4 * count, axis=1)
    for i in range(count):
        moved[i, 4 * i : 4 * i + 4] += step[i] * np.array([-1.0, 1.0, -0.5, 0.5])
    ends = evaluate(function, list(moved)).reshape(count, 4)
    coarse = (ends[:, 1] - ends[:, 0]) / (2 * step)
    fine = (ends[:, 3] - ends[:, 2]) / step
    found: Floats = (4 * fine - coarse) / 3
    return found


def _root(parts: Floats) -> float:
    largest = float(parts.max())
    return 0.0 if largest == 0 else largest * math.sqrt(float(np.square(parts / largest).sum()))


def _holds(middle: float, half: float, low: float | None, high: float | None) -> bool | None:
    if low is None and high is None:
        return None
    slack = 1e-12 * (abs(middle) + half)  # 0.1 + 0.2 reaches 0.3, and does not exceed it
    over = high is not None and middle + half > high + slack
    return not (over or (low is not None and middle - half < low - slack))


def _outside(
    mean: float, sigma: float, low: float | None, high: float | None
) -> tuple[float, float]:
    below = 0.0 if low is None else float(special.ndtr((low - mean) / sigma))
    above = 0.0 if high is None else float(special.ndtr((mean - high) / sigma))
    return below, above


def _shares(links: Sequence[Link], tolerance: Floats, spread: Floats) -> tuple[LinkShare, ...]:
    squares, variance = np.square(tolerance), np.square(spread)
    return tuple(
        LinkShare(one.name, float(t), float(s), float(v))
        for one, t, s, v in zip(
            links,
            tolerance / tolerance.sum(),
            squares / squares.sum(),
            variance / variance.sum(),
            strict=True,
        )
    )


def _caveats(links: Sequence[Link]) -> tuple[Caveat, ...]:
    found = []
    if any(one.shape != "normal" for one in links):
        found.append(Caveat.NOT_NORMAL)
    if any(0 < one.n < 30 for one in links):
        found.append(Caveat.SMALL_SAMPLE)
    return tuple(found)
