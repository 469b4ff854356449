"""Hotelling's T²: several characteristics of one unit watched together."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy import special

from firstoff.stats import checks
from firstoff.stats.checks import Floats, Integers
from firstoff.stats.errors import NotEstimable, OutOfDomain, TooFewData


@dataclass(frozen=True, slots=True, eq=False)
class HotellingChart:
    """T² of each unit or subgroup. ``ucl_base`` judges the points that the limits came from
    (phase I), ``ucl_future`` later ones (phase II); ``beyond`` uses the one that applies to each.
    """

    t2: Floats
    mean: Floats
    covariance: Floats
    ucl_base: float
    ucl_future: float
    confidence: float
    base: int
    beyond: Integers

    @property
    def first(self) -> int | None:
        """The first point beyond its limit; None without one."""
        return int(self.beyond[0]) if self.beyond.size else None


def hotelling_chart(
    values: ArrayLike, *, confidence: float = 0.9973, base: int | None = None
) -> HotellingChart:
    """T² chart of units, shape (m, p), or of subgroups, shape (m, n, p): p characteristics.

    base: limits from the first so many units, then frozen. Raises TooFewData, NotEstimable where
    characteristics repeat each other (singular covariance), OutOfDomain.
    Source: Tracy, Young and Mason (1992); Montgomery 11.3. Oracle: R qcc mqcc
    """
    table = checks.array("values", values, dimensions=(2, 3))
    level = checks.open_fraction("confidence", confidence)
    if table.size == 0:
        raise TooFewData(needed=1, got=0)
    m = table.shape[0]
    first = m if base is None else checks.whole("base", base, least=2)
    if first > m:
        raise OutOfDomain("base", first, f"at most the number of points, {m}")
    if table.ndim == 2:
        return _units(table, first, level)
    return _groups(table, first, level)


def _units(table: Floats, first: int, level: float) -> HotellingChart:
    p = table.shape[1]
    if first < p + 2:
        raise TooFewData(needed=p + 2, got=first, what="units")
    part = table[:first]
    mean = part.mean(axis=0)
    left = part - mean
    covariance = left.T @ left / (first - 1)
    t2 = _distances(table - mean, covariance)
    beta = special.betaincinv(p / 2, (first - p - 1) / 2, level)
    base = float((first - 1) ** 2 / first * beta)
    future = p * (first + 1) * (first - 1) / (first * (first - p))
    future *= float(special.fdtri(p, first - p, level))
    return _judged(t2, mean, covariance, base, future, level, first)


def _groups(table: Floats, first: int, level: float) -> HotellingChart:
    _, n, p = table.shape
    df = first * n - first - p + 1
    if n < 2 or df < 1:
        raise TooFewData(needed=2, got=n, what="values in a subgroup")
    part = table[:first]
    mean = part.mean(axis=(0, 1))
    left = part - part.mean(axis=1, keepdims=True)
    covariance = np.einsum("mni,mnj->ij", left, left) / (first * (n - 1))
    t2 = n * _distances(table.mean(axis=1) - mean, covariance)
    quantile = float(special.fdtri(p, df, level))
    base = p * (first - 1) * (n - 1) / df * quantile
    future = p * (first + 1) * (n - 1) / df * quantile
    return _judged(t2, mean, covariance, base, future, level, first)


def _distances(left: Floats, covariance: Floats) -> Floats:
    scale = np.sqrt(np.diag(covariance))
    if (scale == 0).any() or np.linalg.cond(covariance / np.outer(scale, scale)) > 1e12:
        raise NotEstimable(
            "The covariance of the characteristics is singular: some of them repeat each other."
        )
    found: Floats = np.sum(left * np.linalg.solve(covariance, left.T).T, axis=1)
    return found


def _judged(
    t2: Floats,
    mean: Floats,
    covariance: Floats,
    base: float,
    future: float,
    level: float,
    first: int,
) -> HotellingChart:
    limit = np.where(np.arange(t2.size) < first, base, future)
    beyond = np.flatnonzero(t2 > limit)
    return HotellingChart(t2, mean, covariance, base, future, level, first, beyond)
