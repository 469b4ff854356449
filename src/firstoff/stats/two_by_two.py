"""Exact tests on the 2 x 2 table of two batches: conditional (Fisher), unconditional (Boschloo,
Barnard).

The unconditional tests order all tables of the two margins by a statistic and take the largest
probability, over every common rate, of a table at least as extreme. Boschloo orders by Fisher's p
value and is never weaker than Fisher; Barnard (as R Exact and scipy) by the pooled z score.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy import special

from firstoff.stats.checks import Floats

_LARGEST = 250_000  # cells; a batch of 500 against a batch of 500
_SLACK = 1e-9  # tables that tie in theory differ in the last digits


class ExactTests(NamedTuple):
    """p values; the unconditional ones are None where the table is too large."""

    fisher: float
    boschloo: float | None
    barnard: float | None


def exact_tests(x1: int, n1: int, x2: int, n2: int, alternative: str) -> ExactTests:
    """p values for x1 of n1 against x2 of n2. The caller has checked the counts."""
    fisher = float(_fisher(np.array([x1]), n1, np.array([x2]), n2, alternative)[0])
    if (n1 + 1) * (n2 + 1) > _LARGEST:
        return ExactTests(fisher, None, None)
    first = np.repeat(np.arange(n1 + 1), n2 + 1)
    second = np.tile(np.arange(n2 + 1), n1 + 1)
    every = _fisher(first, n1, second, n2, alternative)
    observed = every[x1 * (n2 + 1) + x2]
    boschloo = _largest_chance(every <= observed * (1 + _SLACK), n1, n2)
    scores = _pooled_z(first, n1, second, n2, alternative)
    barnard = _largest_chance(scores >= scores[x1 * (n2 + 1) + x2] - _SLACK, n1, n2)
    return ExactTests(fisher, min(boschloo, fisher), barnard)


def _fisher(
    x1: NDArray[np.int_], n1: int, x2: NDArray[np.int_], n2: int, alternative: str
) -> Floats:
    """Fisher's p value of every table, one hypergeometric distribution for each total."""
    p = np.empty(x1.size)
    totals = x1 + x2
    for total in np.unique(totals):
        here = totals == total
        low, high = max(0, int(total) - n2), min(n1, int(total))
        k = np.arange(low, high + 1)
        log = _log_choose(n1, k) + _log_choose(n2, total - k) - _log_choose(n1 + n2, total)
        pmf = np.exp(log)
        pmf /= pmf.sum()
        p[here] = _tail(pmf, alternative)[x1[here] - low]
    return p


def _tail(pmf: Floats, alternative: str) -> Floats:
    if alternative == "less":
        return np.minimum(np.cumsum(pmf), 1.0)
    if alternative == "greater":
        return np.minimum(np.cumsum(pmf[::-1])[::-1], 1.0)
    # Two-sided: the tables no more likely than the one seen, as R and scipy have it.
    order = np.argsort(pmf, kind="stable")
    reached = np.searchsorted(pmf[order], pmf * (1 + 1e-7), side="right")
    return np.minimum(np.cumsum(pmf[order])[reached - 1], 1.0)


def _log_choose(n: int, k: NDArray[np.int_]) -> Floats:
    log: Floats = -special.betaln(1 + n - k, 1 + k) - np.log1p(n)
    return log


def _pooled_z(
    x1: NDArray[np.int_], n1: int, x2: NDArray[np.int_], n2: int, alternative: str
) -> Floats:
    pooled = (x1 + x2) / (n1 + n2)
    variance = pooled * (1 - pooled) * (1 / n1 + 1 / n2)
    difference = x1 / n1 - x2 / n2
    z = np.where(variance > 0, difference / np.sqrt(np.where(variance > 0, variance, 1)), 0.0)
    return {"less": -z, "greater": z, "two-sided": np.abs(z)}[alternative]


def _largest_chance(extreme: NDArray[np.bool_], n1: int, n2: int) -> float:
    """max over the common rate of P(an extreme table): a grid, then finer grids round its best."""
    chosen = extreme.reshape(n1 + 1, n2 + 1).astype(np.float64)
    low, high = 0.0, 1.0
    best = 0.0
    for points in (401, 41, 41, 41):
        rates = np.linspace(low, high, points)
        chance = ((_binomial(n1, rates) @ chosen) * _binomial(n2, rates)).sum(axis=1)
        top = int(np.argmax(chance))
        best = max(best, float(chance[top]))
        low, high = rates[max(top - 1, 0)], rates[min(top + 1, points - 1)]
    return min(best, 1.0)


def _binomial(n: int, rates: Floats) -> Floats:
    """P(k of n) at each rate: shape (rates, n + 1)."""
    k, at = np.arange(n + 1), rates[:, None]
    pmf: Floats = np.exp(_log_choose(n, k) + special.xlogy(k, at) + special.xlog1py(n - k, -at))
    return pmf
