"""A gauge against references: bias, the type 1 study (Cg, Cgk), linearity.

Stability is an individuals or X-bar chart of one reference measured over time.
"""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy import special

from firstoff.stats import checks
from firstoff.stats.checks import Floats
from firstoff.stats.errors import NoVariation, OutOfDomain


@dataclass(frozen=True, slots=True)
class Bias:
    """Readings of one reference: bias with its interval, and Cg, Cgk where a tolerance is told."""

    n: int
    mean: float
    sd: float
    reference: float
    bias: float
    lower: float
    upper: float
    t: float
    df: int
    p: float
    cg: float | None
    cgk: float | None
    confidence: float
    significant: bool


@dataclass(frozen=True, slots=True)
class Linearity:
    """Bias against the reference, by least squares: a slope means that the gauge stretches."""

    slope: float
    intercept: float
    s: float
    r_squared: float
    t_slope: float
    p_slope: float
    t_intercept: float
    p_intercept: float
    references: tuple[float, ...]
    mean_bias: tuple[float, ...]
    confidence: float
    significant: bool


def bias(
    values: ArrayLike,
    *,
    reference: float,
    tolerance: float | None = None,
    confidence: float = 0.95,
) -> Bias:
    """Bias of a gauge from repeated readings of one reference, and the type 1 study.

    values: n >= 2. Cg = 0.2 T/6s, Cgk = (0.1 T - |bias|)/3s; 1.33 is usual.
    Raises TooFewData, NoVariation, OutOfDomain.
    Source: AIAG MSA 4th ed. ch. III B; VDA 5. Oracle: R t.test; the AIAG data
    """
    points = checks.series("values", values, least=2)
    true = checks.real("reference", reference)
    allowed = None if tolerance is None else checks.real("tolerance", tolerance, above=0)
    level = checks.open_fraction("confidence", confidence)
    checks.varied("readings", points)
    n, mean, sd = int(points.size), float(points.mean()), float(points.std(ddof=1))
    off, error = mean - true, sd / math.sqrt(n)
    half = float(special.stdtrit(n - 1, (1 + level) / 2)) * error
    p = float(2 * special.stdtr(n - 1, -abs(off / error)))
    return Bias(
        n,
        mean,
        sd,
        true,
        off,
        off - half,
        off + half,
        off / error,
        n - 1,
        p,
        None if allowed is None else 0.2 * allowed / (6 * sd),
        None if allowed is None else (0.1 * allowed - abs(off)) / (3 * sd),
        level,
        p <= 1 - level,
    )


def linearity(
    references: ArrayLike, readings: ArrayLike, *, confidence: float = 0.95
) -> Linearity:
    """Does the bias change over the range of the gauge? Bias regressed on the reference.

    references, readings: one each, three or more, over two references or more.
    Raises TooFewData, NoVariation, OutOfDomain.
    Source: AIAG MSA 4th ed. ch. III B. Oracle: R lm
    """
    x = checks.series("references", references, least=3)
    y = checks.series("readings", readings, least=3)
    if x.size != y.size:
        raise OutOfDomain("readings", f"of {y.size}", f"one for each of {x.size} references")
    checks.varied("references", x)
    level = checks.open_fraction("confidence", confidence)
    off, centre, df = y - x, float(x.mean()), int(x.size) - 2
    spread = _squares(x - centre)
    slope = float((x - centre) @ off) / spread
    intercept = float(off.mean()) - slope * centre
    residual = _squares(off - intercept - slope * x)
    if residual <= 1e-24 * _squares(y):
        raise NoVariation("readings about the line")
    s = math.sqrt(residual / df)
    t_slope = slope / (s / math.sqrt(spread))
    t_intercept = intercept / (s * math.sqrt(1 / x.size + centre**2 / spread))
    p_slope, p_intercept = (float(2 * special.stdtr(df, -abs(t))) for t in (t_slope, t_intercept))
    distinct = np.unique(x)
    return Linearity(
        slope,
        intercept,
        s,
        1 - residual / _squares(off - off.mean()),
        t_slope,
        p_slope,
        t_intercept,
        p_intercept,
        tuple(float(value) for value in distinct),
        tuple(float(off[x == value].mean()) for value in distinct),
        level,
        min(p_slope, p_intercept) <= 1 - level,
    )


def _squares(left: Floats) -> float:
    return float(np.square(left).sum())
