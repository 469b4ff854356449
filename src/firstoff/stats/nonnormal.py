"""Capability after a transform to normality (Box-Cox, Yeo-Johnson, Johnson), the limits
transformed along. Percentiles of a fitted distribution (``percentile_capability``) give other
figures; say which."""

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike
from scipy import special

from firstoff.stats import checks
from firstoff.stats.capability import Capability, capability
from firstoff.stats.checks import Floats
from firstoff.stats.errors import NotEstimable, OutOfDomain
from firstoff.stats.normality import anderson_darling

JohnsonFamily = Literal["SU", "SB", "SL"]


@dataclass(frozen=True, slots=True, eq=False)
class Transform:
    """A transform to normality: its parameter with a likelihood interval, and the values under it.

    ``apply`` transforms further values, such as limits.
    """

    method: str
    power: float
    interval: tuple[float, float]
    confidence: float
    loglik: float
    values: Floats

    def apply(self, value: float) -> float:
        """A value under the transform. Raises OutOfDomain where it is not defined."""
        at = checks.real("value", value)
        if self.method == "box-cox" and at <= 0:
            raise OutOfDomain("value", at, "a value above 0")
        transform = _box_cox if self.method == "box-cox" else _yeo_johnson
        return float(transform(np.array([at]), self.power)[0])


@dataclass(frozen=True, slots=True)
class Johnson:
    """A member of Johnson's system: z = gamma + delta g((x - xi)/scale) is standard normal, with g
    asinh (SU, unbounded), log(u/(1-u)) (SB, bounded) or log (SL, lognormal)."""

    family: JohnsonFamily
    gamma: float
    delta: float
    xi: float
    scale: float

    def __post_init__(self) -> None:
        checks.choice("family", self.family, ("SU", "SB", "SL"))
        checks.real("gamma", self.gamma)
        checks.real("xi", self.xi)
        checks.real("delta", self.delta, above=0)
        checks.real("scale", self.scale, above=0)

    def z(self, values: ArrayLike) -> Floats:
        """The normal scores of values. Raises OutOfDomain outside the family's range."""
        points = np.atleast_1d(checks.array("values", values, dimensions=(0, 1)))
        u = (points - self.xi) / self.scale
        if self.family == "SU":
            return self.gamma + self.delta * np.arcsinh(u)
        if (u <= 0).any() or (self.family == "SB" and (u >= 1).any()):
            raise OutOfDomain("values", float(points[np.argmin(u)]), "values inside the range")
        if self.family == "SL":
            return self.gamma + self.delta * np.log(u)
        return self.gamma + self.delta * np.log(u / (1 - u))

    def cdf(self, values: ArrayLike) -> Floats:
        """The fraction below each value."""
        found: Floats = special.ndtr(self.z(values))
        return found


@dataclass(frozen=True, slots=True)
class TransformedCapability:
    """Capability of transformed values against transformed limits; the indices are those that
    count, the mean and sd are in the transformed unit."""

    transform: str
    parameters: tuple[float, ...]
    result: Capability


def box_cox(
    values: ArrayLike, *, search: tuple[float, float] = (-5.0, 5.0), confidence: float = 0.95
) -> Transform:
    """The power that brings positive values nearest to normal, by maximum likelihood.

    The interval is that of the profile likelihood, cut at the ends of the search. Minitab
    minimises a spread instead and rounds to 0.5. Raises TooFewData, NoVariation, OutOfDomain.
    Source: Box and Cox (1964). Oracle: R MASS boxcox
    """
    points = _varied(values)
    if points.min() <= 0:
        raise OutOfDomain("values", float(points.min()), "values above 0")
    logs = float(np.log(points).sum())
    # Scaled by their geometric mean, no power overflows; the likelihood does not change.
    scaled = points / math.exp(logs / points.size)
    return _transform("box-cox", points, scaled, search, confidence)


def yeo_johnson(
    values: ArrayLike, *, search: tuple[float, float] = (-5.0, 5.0), confidence: float = 0.95
) -> Transform:
    """As ``box_cox``, for values of either sign.

    Raises TooFewData, NoVariation, OutOfDomain. Source: Yeo and Johnson (2000). Oracle: scipy
    """
    points = _varied(values)
    return _transform("yeo-johnson", points, points, search, confidence)


def fit_johnson(values: ArrayLike) -> Johnson:
    """The member of Johnson's system through four evenly spaced quantiles of the values.

    Of several spacings the one whose transformed values look most normal is taken. Raises
    TooFewData (n >= 20), NoVariation, NotEstimable. Source: Slifker and Shapiro (1980).
    Oracle: the paper's formulas written out in R; tests recover known members
    """
    points = np.sort(_varied(values, least=20))
    best: tuple[float, Johnson] | None = None
    for z in np.arange(0.30, 1.21, 0.02):
        member = _through_quantiles(points, float(z))
        if member is None:
            continue
        score = anderson_darling(np.sort(member.z(points)))
        if best is None or score < best[0]:
            best = (score, member)
    if best is None:
        raise NotEstimable("No member of Johnson's system passes through these quantiles.")
    return best[1]


def transformed_capability(
    values: ArrayLike,
    *,
    lower: float | None = None,
    upper: float | None = None,
    method: Literal["box-cox", "yeo-johnson", "johnson"] = "box-cox",
    confidence: float = 0.95,
) -> TransformedCapability:
    """Capability after a transform to normality, values and limits alike.

    Raises TooFewData, NoVariation, OutOfDomain (a limit where the transform is not defined),
    NotEstimable. Source: Box and Cox (1964); Chou et al. (1998).
    Oracle: R MASS boxcox, mean, sd
    """
    checks.choice("method", method, ("box-cox", "yeo-johnson", "johnson"))
    low, high = checks.limits(lower, upper)
    apply: Callable[[float], float]
    if method == "johnson":
        member = fit_johnson(values)
        moved = member.z(values)
        parameters: tuple[float, ...] = (member.gamma, member.delta, member.xi, member.scale)
        method_name = f"johnson {member.family}"

        def apply(value: float) -> float:
            return float(member.z(value)[0])
    else:
        found = box_cox(values) if method == "box-cox" else yeo_johnson(values)
        moved, parameters, method_name, apply = found.values, (found.power,), method, found.apply
    result = capability(
        moved,
        lower=None if low is None else apply(low),
        upper=None if high is None else apply(high),
        confidence=confidence,
    )
    return TransformedCapability(method_name, parameters, result)


def _varied(values: ArrayLike, least: int = 3) -> Floats:
    return checks.varied("values", checks.series("values", values, least=least))


def _transform(
    method: str, points: Floats, scaled: Floats, search: tuple[float, float], confidence: float
) -> Transform:
    ends = checks.listed("search", search)
    if len(ends) != 2:
        raise OutOfDomain("search", search, "two powers, the lower first")
    low, high = (checks.real("search", end) for end in ends)
    if low >= high:
        raise OutOfDomain("search", search, "two powers, the lower first")
    level = checks.open_fraction("confidence", confidence)
    transform = _box_cox if method == "box-cox" else _yeo_johnson
    if method == "box-cox":
        slope = np.log(scaled).sum()
    else:
        slope = (np.sign(scaled) * np.log1p(np.abs(scaled))).sum()

    def loglik(power: float) -> float:
        with np.errstate(over="ignore", invalid="ignore"):
            spread = float(transform(scaled, power).var())
        if not 0 < spread < math.inf:
            return -math.inf  # the power reaches beyond what floats hold
        return -0.5 * scaled.size * math.log(spread) + (power - 1) * float(slope)

    power = _top(loglik, low, high)
    if not math.isfinite(loglik(power)):
        raise NotEstimable("No power in the search keeps these values within what floats hold.")
    drop = loglik(power) - float(special.chdtri(1, 1 - level)) / 2
    interval = (_edge(loglik, power, low, drop), _edge(loglik, power, high, drop))
    with np.errstate(over="ignore"):
        moved = transform(points, power)
    if not np.isfinite(moved).all():
        raise NotEstimable("The transformed values reach beyond what floats hold.")
    return Transform(method, power, interval, level, loglik(power), moved)


def _box_cox(x: Floats, power: float) -> Floats:
    log = np.log(x)
    found: Floats = log if abs(power) < 1e-12 else np.expm1(power * log) / power
    return found


def _yeo_johnson(x: Floats, power: float) -> Floats:
    right = _box_cox(1 + np.maximum(x, 0), power)
    left = -_box_cox(1 + np.maximum(-x, 0), 2 - power)
    return np.where(x >= 0, right, left)


def _top(function: Callable[[float], float], low: float, high: float) -> float:
    """Where a function of one top is highest: a grid, then golden section."""
    grid = np.linspace(low, high, 101)
    best = int(np.argmax([function(float(x)) for x in grid]))
    low, high = float(grid[max(best - 1, 0)]), float(grid[min(best + 1, 100)])
    ratio = (math.sqrt(5) - 1) / 2
    a, b = high - ratio * (high - low), low + ratio * (high - low)
    fa, fb = function(a), function(b)
    while high - low > 1e-9:
        if fa >= fb:
            high, b, fb = b, a, fa
            a = high - ratio * (high - low)
            fa = function(a)
        else:
            low, a, fa = a, b, fb
            b = low + ratio * (high - low)
            fb = function(b)
    return (low + high) / 2


def _edge(function: Callable[[float], float], top: float, end: float, level: float) -> float:
    """Where the function falls to a level between its top and an end; the end if it does not."""
    if function(end) >= level:
        return end
    inside, outside = top, end
    for _ in range(80):
        middle = (inside + outside) / 2
        inside, outside = (middle, outside) if function(middle) >= level else (inside, middle)
    return inside


def _through_quantiles(points: Floats, z: float) -> Johnson | None:
    places = special.ndtr(np.array([-3 * z, -z, z, 3 * z])) * points.size - 0.5
    x1, x2, x3, x4 = np.interp(places, np.arange(points.size), points).tolist()
    p, m, n = x3 - x2, x4 - x3, x2 - x1
    if p <= 0 or m <= 0 or n <= 0:
        return None
    ratio = m * n / p**2
    try:
        member = _slifker_shapiro(z, p, m, n, (x2 + x3) / 2, ratio)
        member.z(points)
    except (OutOfDomain, ValueError, ZeroDivisionError):
        return None
    return member if math.isfinite(member.scale) and member.scale > 0 else None


def _slifker_shapiro(
    z: float, p: float, m: float, n: float, centre: float, ratio: float
) -> Johnson:
    """The parameters in closed form from the three gaps between four quantiles."""
    if ratio > 1.001:
        delta = 2 * z / math.acosh((m + n) / p / 2)
        root = math.sqrt(ratio - 1)
        gamma = delta * math.asinh((n - m) / p / (2 * root))
        scale = 2 * p * root / ((m + n) / p - 2) / math.sqrt((m + n) / p + 2)
        xi = centre + p * (n - m) / p / (2 * ((m + n) / p - 2))
        return Johnson("SU", gamma, delta, xi, scale)
    if ratio < 0.999:
        up, down = 1 + p / m, 1 + p / n
        inverse = p * p / (m * n)
        delta = z / math.acosh(math.sqrt(up * down) / 2)
        gamma = delta * math.asinh(
            (p / n - p / m) * math.sqrt(up * down - 4) / (2 * (inverse - 1))
        )
        scale = p * math.sqrt((up * down - 2) ** 2 - 4) / (inverse - 1)
        xi = centre - scale / 2 + p * (p / n - p / m) / (2 * (inverse - 1))
        return Johnson("SB", gamma, delta, xi, scale)
    if m <= p:
        raise OutOfDomain("quantiles", m / p, "a right skew, for the lognormal member")
    delta = 2 * z / math.log(m / p)
    gamma = delta * math.log((m / p - 1) / (p * math.sqrt(m / p)))
    xi = centre - p / 2 * (m / p + 1) / (m / p - 1)
    return Johnson("SL", gamma, delta, xi, 1.0)
