"""Do values look normal? Anderson-Darling, Shapiro-Wilk, D'Agostino-Pearson."""

import math
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike
from scipy import special

from firstoff.stats import checks
from firstoff.stats.caveats import Caveat
from firstoff.stats.checks import Floats
from firstoff.stats.errors import OutOfDomain, TooFewData
from firstoff.stats.finite import finite
from firstoff.stats.sums import dot

Test = Literal["anderson-darling", "shapiro-wilk", "dagostino-pearson"]

_MOST_SHAPIRO = 5000  # Royston's approximation was fitted up to here
_LEAST_OMNIBUS = 20  # below, the transform of the kurtosis is not near normal
_TESTS = ("anderson-darling", "shapiro-wilk", "dagostino-pearson")


@dataclass(frozen=True, slots=True)
class Normality:
    """Do the values look normal? Three tests, and the two moments they look at.

    test: the one that decides, with its ``p_value``; ``normal``: no sign against it at
    1 - confidence, which for few values means little. shapiro_wilk (W) is None for more than
    5,000 values, omnibus (D'Agostino and Pearson's K²) for fewer than 20.
    """

    n: int
    anderson_darling: float
    anderson_darling_p: float
    shapiro_wilk: float | None
    shapiro_wilk_p: float | None
    omnibus: float | None
    omnibus_p: float | None
    test: Test
    p_value: float
    skewness: float
    excess_kurtosis: float
    confidence: float
    normal: bool
    caveats: tuple[Caveat, ...]


@finite
def normality(
    values: ArrayLike, *, test: Test = "anderson-darling", confidence: float = 0.95
) -> Normality:
    """Tests of normality with estimated mean and spread; ``test`` names the one that decides.

    values: n >= 8. Anderson-Darling by Stephens' p value finds most departures that matter in the
    tails; Shapiro-Wilk by Royston's has most power for few values; K² tells skewness and kurtosis
    apart from the rest. Raises TooFewData, NoVariation, OutOfDomain, also for a test that has no
    answer at this n.
    Source: D'Agostino and Stephens (1986), table 4.9; Royston (1995); D'Agostino and Pearson
    (1973). Oracle: scipy anderson; R shapiro.test
    """
    points = np.sort(checks.varied("values", checks.series("values", values, least=8)))
    level = checks.open_fraction("confidence", confidence)
    checks.choice("test", test, _TESTS)
    n = int(points.size)
    left = points - points.mean()
    score = anderson_darling(left / math.sqrt(dot(left, left) / (n - 1)))
    z = left / math.sqrt(float(np.square(left).mean()))
    skewness, kurtosis = float((z**3).mean()), float((z**4).mean())
    w = shapiro_wilk(z) if n <= _MOST_SHAPIRO else None
    k = _omnibus(skewness, kurtosis, n) if n >= _LEAST_OMNIBUS else None
    chances = {
        "anderson-darling": normal_p_value(score, n),
        "shapiro-wilk": None if w is None else _shapiro_p(w, n),
        "dagostino-pearson": None if k is None else math.exp(-k / 2),  # chi-square with 2 df
    }
    p = chances[test]
    if p is None:
        expected = f"at most {_MOST_SHAPIRO:,}" if w is None else f"at least {_LEAST_OMNIBUS}"
        raise OutOfDomain("values", f"of {n}", f"{expected} values for the {test} test")
    return Normality(
        n,
        score,
        normal_p_value(score, n),
        w,
        chances["shapiro-wilk"],
        k,
        chances["dagostino-pearson"],
        test,
        p,
        skewness,
        kurtosis - 3,
        level,
        p >= 1 - level,
        (Caveat.SMALL_SAMPLE,) if n < 30 else (),
    )


def anderson_darling(z: Floats) -> float:
    """A² of sorted standard scores against the standard normal."""
    if z.size < 3:
        raise TooFewData(needed=3, got=int(z.size))
    k = 2 * np.arange(1, z.size + 1) - 1
    terms = k * (special.log_ndtr(z) + special.log_ndtr(-z[::-1]))
    return float(-z.size - terms.mean())


def normal_p_value(score: float, n: int) -> float:
    """The p value of an A² of n values with mean and spread estimated, after Stephens."""
    return float(normal_p_values(np.array([score]), np.array([float(n)]))[0])


def normal_p_values(scores: Floats, n: Floats) -> Floats:
    """The p values of many A², each of so many values; arrays of one shape."""
    size = np.maximum(n, 1.0)
    a = scores * (1 + 0.75 / size + 2.25 / size**2)
    near = np.minimum(a, 13.0)  # beyond, the fitted parabola turns up again; p is nothing there
    pieces = [
        1 - np.exp(-13.436 + 101.14 * near - 223.73 * near**2),
        1 - np.exp(-8.318 + 42.796 * near - 59.938 * near**2),
        np.exp(0.9177 - 4.279 * near - 1.38 * near**2),
        np.exp(1.2937 - 5.709 * near + 0.0186 * near**2),
    ]
    p = np.select([a <= 0.2, a <= 0.34, a < 0.6], pieces[:3], pieces[3])
    return np.where(a < 13, np.clip(p, 0.0, 1.0), 0.0)


def shapiro_wilk(z: Floats) -> float:
    """W of sorted values, centred and scaled to a mean square of 1; n >= 3."""
    n = z.size
    expected = special.ndtri((np.arange(1, n + 1) - 0.375) / (n + 0.25))
    squares, root = dot(expected, expected), 1 / math.sqrt(n)
    weights = expected / math.sqrt(squares)
    last = weights[-1] + _polynomial(_C1, root)
    if n == 3:
        weights = np.array([-math.sqrt(0.5), 0.0, math.sqrt(0.5)])
    elif n <= 5:
        rest = (squares - 2 * expected[-1] ** 2) / (1 - 2 * last**2)
        weights = expected / math.sqrt(rest)
        weights[[0, -1]] = -last, last
    else:
        second = weights[-2] + _polynomial(_C2, root)
        rest = squares - 2 * expected[-1] ** 2 - 2 * expected[-2] ** 2
        weights = expected / math.sqrt(rest / (1 - 2 * last**2 - 2 * second**2))
        weights[[0, 1, -2, -1]] = -last, -second, second, last
    return min(1.0, dot(weights, z) ** 2 / dot(z, z))


# Royston (1995), AS R94: polynomials, lowest power first.
_C1 = (0.0, 0.221157, -0.147981, -2.07119, 4.434685, -2.706056)
_C2 = (0.0, 0.042981, -0.293762, -1.752461, 5.682633, -3.582633)
_FEW_MEAN = (0.544, -0.39978, 0.025054, -6.714e-4)
_FEW_LOG_SD = (1.3822, -0.77857, 0.062767, -0.0020322)
_MANY_MEAN = (-1.5861, -0.31082, -0.083751, 0.0038915)
_MANY_LOG_SD = (-0.4803, -0.082676, 0.0030302)


def _polynomial(coefficients: tuple[float, ...], x: float) -> float:
    return sum(c * x**power for power, c in enumerate(coefficients))


def _shapiro_p(w: float, n: int) -> float:
    if w >= 1:
        return 1.0
    y = math.log1p(-w)
    if n <= 11:
        edge = -2.273 + 0.459 * n
        if y >= edge:
            return 0.0
        y = -math.log(edge - y)
        mean, log_sd = _polynomial(_FEW_MEAN, n), _polynomial(_FEW_LOG_SD, n)
    else:
        mean, log_sd = (_polynomial(c, math.log(n)) for c in (_MANY_MEAN, _MANY_LOG_SD))
    return float(special.ndtr((mean - y) / math.exp(log_sd)))


def _omnibus(skewness: float, kurtosis: float, n: int) -> float:
    """K²: squares of the normal scores of skewness (D'Agostino) and kurtosis (Anscombe-Glynn)."""
    y = skewness * math.sqrt((n + 1) * (n + 3) / (6 * (n - 2)))
    beta = 3.0 * (n * n + 27 * n - 70) * (n + 1) * (n + 3)
    beta /= (n - 2) * (n + 5) * (n + 7) * (n + 9)
    w2 = math.sqrt(2 * (beta - 1)) - 1
    z_skew = math.asinh(y / math.sqrt(2 / (w2 - 1))) / math.sqrt(0.5 * math.log(w2))
    mean = 3 * (n - 1) / (n + 1)
    variance = 24 * n * (n - 2) * (n - 3) / ((n + 1) ** 2 * (n + 3) * (n + 5))
    x = (kurtosis - mean) / math.sqrt(variance)
    third = 6 * (n * n - 5 * n + 2) / ((n + 7) * (n + 9))
    third *= math.sqrt(6 * (n + 3) * (n + 5) / (n * (n - 2) * (n - 3)))
    a = 6 + 8 / third * (2 / third + math.sqrt(1 + 4 / third**2))
    root = np.cbrt((1 - 2 / a) / (1 + x * math.sqrt(2 / (a - 4))))
    z_kurt = (1 - 2 / (9 * a) - float(root)) / math.sqrt(2 / (9 * a))
    return z_skew**2 + z_kurt**2
