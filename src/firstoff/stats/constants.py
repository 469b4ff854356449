"""d2, d3, c4 and what follows from them, computed, not typed.

Printed tables round d2 to three decimals, which moves sigma by up to 3.4e-4. These are integrals
of the normal distribution of the range, good to 1e-12, and the closed form of c4.
"""

import math
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from scipy import special

from firstoff.stats import checks
from firstoff.stats.errors import OutOfDomain
from firstoff.stats.quadrature import legendre

_LARGEST = 10_000  # subgroup size; the integrand of the range is resolved up to here


@dataclass(frozen=True, slots=True)
class ChartConstants:
    """The factors of Shewhart's charts for subgroups of ``n``."""

    n: int
    d2: float
    d3: float
    c4: float
    a2: float
    a3: float
    b3: float
    b4: float
    b5: float
    b6: float
    d_1: float
    d_2: float
    d_3: float
    d_4: float


def chart_constants(n: int) -> ChartConstants:
    """All factors for subgroups of n, 2 to 10,000; D1 to D4 are ``d_1`` to ``d_4``.

    Raises OutOfDomain. Source: Montgomery, Introduction to SQC, appendix VI. Oracle: R integrate
    """
    size = _size(n)
    mean, sd, unbias = d2(size), d3(size), c4(size)
    spread = 3 * math.sqrt(max(0.0, 1 - unbias**2))
    return ChartConstants(
        n=size,
        d2=mean,
        d3=sd,
        c4=unbias,
        a2=3 / (mean * math.sqrt(size)),
        a3=3 / (unbias * math.sqrt(size)),
        b3=max(0.0, 1 - spread / unbias),
        b4=1 + spread / unbias,
        b5=max(0.0, unbias - spread),
        b6=unbias + spread,
        d_1=max(0.0, mean - 3 * sd),
        d_2=mean + 3 * sd,
        d_3=max(0.0, 1 - 3 * sd / mean),
        d_4=1 + 3 * sd / mean,
    )


def c4(n: int) -> float:
    """Mean of the standard deviation of n normal values, in units of sigma.

    Raises OutOfDomain. Oracle: R lgamma."""
    half = (checks.whole("n", n, least=2) - 1) / 2
    return math.exp(special.gammaln(half + 0.5) - special.gammaln(half)) / math.sqrt(half)


def d2(n: int) -> float:
    """Mean of the range of n normal values, in units of sigma.

    Raises OutOfDomain. Source: Tippett (1925). Oracle: R integrate over pnorm."""
    return _range_moments(_size(n))[0]


def d3(n: int) -> float:
    """Standard deviation of the range of n normal values, in units of sigma.

    Raises OutOfDomain. Source: Tippett (1925). Oracle: R integrate over ptukey."""
    return _range_moments(_size(n))[1]


def d2_star(n: int, groups: int) -> float:
    """d2 for the mean range of few groups, so that (R/d2*)^2 estimates the variance unbiased.

    n: values in a group; groups: how many. Raises OutOfDomain.
    Source: Duncan, Quality Control and Industrial Statistics, table D3; AIAG MSA appendix C.
    Held by: sqrt(d2^2 + d3^2/groups) on the constants of R, and the 5 digits of that appendix
    """
    mean, sd = _range_moments(_size(n))
    return math.sqrt(mean**2 + sd**2 / checks.whole("groups", groups, least=1))


def _size(n: object) -> int:
    size = checks.whole("n", n, least=2)
    if size > _LARGEST:
        raise OutOfDomain("n", size, f"at most {_LARGEST:,}")
    return size


@lru_cache(maxsize=512)
def _range_moments(n: int) -> tuple[float, float]:
    """Mean and standard deviation of the range of n standard normal values.

    P(R <= w) = n times the integral of f(x) (F(x+w) - F(x))^(n-1); the moments are those of its
    tail. The trapezium rule over x converges faster than any power of the step, since the
    integrand and all its derivatives vanish at both ends; w is taken by Gauss-Legendre.
    """
    x = np.linspace(-9.0, 9.0, 541)
    nodes, weights = legendre(240)
    w, weights = 9 * (nodes + 1), 9 * weights
    within = np.clip(special.ndtr(x[:, None] + w) - special.ndtr(x)[:, None], 0.0, 1.0)
    density = n * np.exp(-(x**2) / 2) / math.sqrt(2 * math.pi)
    tail = 1 - (x[1] - x[0]) * (density @ within ** (n - 1))
    mean = float(weights @ tail)
    square = float(weights @ (2 * w * tail))
    return mean, math.sqrt(square - mean**2)
