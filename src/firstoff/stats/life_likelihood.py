"""The likelihood of a Weibull life known to intervals, and its maximum by Newton's method.

In y = ln t the life has location mu and scale exp(tau); z = (y - mu) exp(-tau), H = exp(z), and an
interval from a to b has the probability exp(-H(a)) - exp(-H(b)).
"""

import math
from typing import NamedTuple

import numpy as np

from firstoff.stats.checks import Floats
from firstoff.stats.errors import NotEstimable
from firstoff.stats.sums import dot

_STEPS = 80


class Interval(NamedTuple):
    """Ends of intervals; equal ends are exact, an upper of infinity has not failed."""

    lower: Floats
    upper: Floats
    counts: Floats


class _Slopes(NamedTuple):
    value: float
    mu: float
    tau: float
    mu_mu: float
    mu_tau: float
    tau_tau: float


def newton(
    data: Interval, mu: float, tau: float, *, fixed: bool = False
) -> tuple[float, float, float, tuple[float, float, float]]:
    """(mu, tau, log-likelihood, information) at the maximum; fixed: tau stays as it is.

    Raises NotEstimable where the climb does not end: a shape without bound, or a flat top.
    """
    here = _slopes(data, mu, tau)
    if not math.isfinite(here.value):
        raise NotEstimable("The likelihood cannot be evaluated for these intervals.")
    for _ in range(_STEPS):
        step = _step(here, fixed)
        size, there = 1.0, _slopes(data, mu + step[0], tau + step[1])
        while not there.value >= here.value - 1e-12 * abs(here.value) and size > 1e-6:
            size /= 2
            there = _slopes(data, mu + size * step[0], tau + size * step[1])
        if size <= 1e-6 or abs(tau) > 8:
            break  # no way up, and not at the top
        mu, tau, here = mu + size * step[0], tau + size * step[1], there
        if max(abs(step[0]), abs(step[1])) < 1e-9:
            return mu, tau, here.value, (-here.mu_mu, -here.mu_tau, -here.tau_tau)
    raise NotEstimable(
        "The likelihood has no maximum: all failures may lie in one interval, or in two that"
        " touch, and the shape is then unbounded."
    )


def _step(at: _Slopes, fixed: bool) -> tuple[float, float]:
    """Newton's step, turned uphill where the surface is not curved downwards."""
    if fixed:
        return (-at.mu / at.mu_mu if at.mu_mu < 0 else math.copysign(0.5, at.mu)), 0.0
    determinant = at.mu_mu * at.tau_tau - at.mu_tau**2
    if at.mu_mu < 0 and determinant > 0:
        a = -(at.tau_tau * at.mu - at.mu_tau * at.tau) / determinant
        b = -(at.mu_mu * at.tau - at.mu_tau * at.mu) / determinant
    else:
        length = math.hypot(at.mu, at.tau) or 1.0
        a, b = at.mu / length * 0.25, at.tau / length * 0.25
    return max(-2.0, min(2.0, a)), max(-1.0, min(1.0, b))


def _slopes(data: Interval, mu: float, tau: float) -> _Slopes:
    """Log-likelihood with its first and second derivatives in mu and tau."""
    exact = data.lower == data.upper
    parts = [_exact(data.lower[exact], data.counts[exact], mu, tau)] if exact.any() else []
    rest = ~exact
    if rest.any():
        parts.append(_between(data.lower[rest], data.upper[rest], data.counts[rest], mu, tau))
    return _Slopes(*(float(sum(column)) for column in zip(*parts, strict=True)))


def _exact(times: Floats, counts: Floats, mu: float, tau: float) -> tuple[float, ...]:
    y, inverse = np.log(times), math.exp(-tau)
    z = (y - mu) * inverse
    with np.errstate(over="ignore"):
        h = np.exp(z)
    first = 1 - h  # of the log-density in z
    return (
        dot(counts, z - h - tau - y),
        dot(counts, first) * -inverse,
        dot(counts, -z * first - 1),
        dot(counts, -h) * inverse**2,
        dot(counts, -h * z + first) * inverse,
        dot(counts, -h * z * z + first * z),
    )


def _between(
    lower: Floats, upper: Floats, counts: Floats, mu: float, tau: float
) -> tuple[float, ...]:
    a, b = _hazard(lower, mu, tau), _hazard(upper, mu, tau)
    open_end = np.isinf(upper)
    with np.errstate(over="ignore", divide="ignore", invalid="ignore"):
        gap = np.where(open_end, 1.0, b[0] - a[0])
        log = np.where(open_end, 0.0, np.log(-np.expm1(-gap)))
        q = np.where(open_end, 0.0, 1 / np.expm1(gap))  # derivative of log in the gap
        curve = -q * (1 + q)
        d = [np.where(open_end, 0.0, top - low) for top, low in zip(b, a, strict=True)]
        return (
            dot(counts, log - a[0]),
            dot(counts, q * d[1] - a[1]),
            dot(counts, q * d[2] - a[2]),
            dot(counts, q * d[3] + curve * d[1] ** 2 - a[3]),
            dot(counts, q * d[4] + curve * d[1] * d[2] - a[4]),
            dot(counts, q * d[5] + curve * d[2] ** 2 - a[5]),
        )


def _hazard(times: Floats, mu: float, tau: float) -> tuple[Floats, ...]:
    """H with its derivatives mu, tau, mu mu, mu tau, tau tau; 0 at time 0."""
    inverse = math.exp(-tau)
    inside = (times > 0) & np.isfinite(times)
    z = np.where(inside, (np.log(np.where(inside, times, 1.0)) - mu) * inverse, 0.0)
    with np.errstate(over="ignore"):
        h = np.where(inside, np.exp(z), 0.0)
    return (
        h,
        -h * inverse,
        -h * z,
        h * inverse**2,
        h * inverse * (z + 1),
        h * z * (z + 1),
    )
