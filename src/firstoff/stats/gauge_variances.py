"""The analysis of variance behind a gauge study, for many characteristics at once.

Readings have the shape (characteristics, appraisers, trials, parts).
"""

import math
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy import special

from firstoff.stats.checks import Floats


@dataclass(frozen=True, slots=True)
class AnovaRow:
    """One line of an analysis of variance. f and p are None where nothing is divided, or by 0."""

    source: str
    ss: float
    df: int
    ms: float
    f: float | None
    p: float | None


class Squares(NamedTuple):
    part: Floats
    appraiser: Floats
    interaction: Floats
    error: Floats


class Variances(NamedTuple):
    error: Floats
    appraiser: Floats
    interaction: Floats
    part: Floats
    negative: NDArray[np.bool_]
    pooled: NDArray[np.bool_]
    p_interaction: Floats


def squares(data: Floats) -> Squares:
    """Sums of squares of shape (m,), each characteristic centred first."""
    _, a, t, p = data.shape
    centred = data - data.mean(axis=(1, 2, 3), keepdims=True)
    cells = centred.mean(axis=2)  # m, a, p
    parts, rows = cells.mean(axis=1), cells.mean(axis=2)
    grand = rows.mean(axis=1)[:, None]
    mixed = cells - rows[:, :, None] - parts[:, None, :] + grand[:, :, None]
    left = centred - cells[:, :, None, :]
    return Squares(
        a * t * np.square(parts - grand).sum(axis=1),
        p * t * np.square(rows - grand).sum(axis=1),
        t * np.square(mixed).sum(axis=(1, 2)),
        np.einsum("matp,matp->m", left, left),
    )


def components(data: Floats, pool: float | None) -> Variances:
    _, a, t, p = data.shape
    ss = squares(data)
    if a == 1:
        return _one_appraiser(ss, t, p)
    free = (a - 1) * (p - 1)
    error_free = a * p * (t - 1)
    error, mixed = ss.error / error_free, ss.interaction / free
    with np.errstate(divide="ignore", invalid="ignore"):
        f = mixed / error
    # 0/0: neither shows any variation, and pooling them changes nothing.
    chance = np.where(np.isnan(f), 1.0, special.fdtrc(free, error_free, np.nan_to_num(f)))
    pooled = np.zeros(f.shape, dtype=bool) if pool is None else chance > pool
    joined = (ss.error + ss.interaction) / (free + error_free)
    error = np.where(pooled, joined, error)
    base = np.where(pooled, joined, mixed)
    raw_mixed = np.where(pooled, 0.0, (mixed - error) / t)
    raw_rows = (ss.appraiser / (a - 1) - base) / (p * t)
    raw_parts = (ss.part / (p - 1) - base) / (a * t)
    return Variances(
        error,
        np.maximum(raw_rows, 0),
        np.maximum(raw_mixed, 0),
        np.maximum(raw_parts, 0),
        (raw_rows < 0) | (raw_mixed < 0) | (raw_parts < 0),
        pooled,
        chance,
    )


def _one_appraiser(ss: Squares, t: int, p: int) -> Variances:
    # Parts and trials alone: a one-way analysis, in which part by trial is repeatability.
    error = (ss.error + ss.interaction) / (p * (t - 1))
    raw = (ss.part / (p - 1) - error) / t
    none = np.zeros_like(error)
    no = np.zeros(error.shape, dtype=bool)
    return Variances(error, none, none, np.maximum(raw, 0), raw < 0, no, none + 1)


def crossed_table(ss: Squares, shape: tuple[int, ...], pooled: bool) -> tuple[AnovaRow, ...]:
    a, t, p = shape
    part, rows, mixed, error = (float(s[0]) for s in ss)
    free, last = (a - 1) * (p - 1), a * p * (t - 1)
    base, base_free = (
        ((mixed + error) / (free + last), free + last) if pooled else (mixed / free, free)
    )
    return (
        row("part", part, p - 1, base, base_free),
        row("appraiser", rows, a - 1, base, base_free),
        row("interaction", mixed, free, error / last, last),
        AnovaRow("repeatability", error, last, error / last, None, None),
    )


def one_appraiser_table(ss: Squares, t: int, p: int) -> tuple[AnovaRow, ...]:
    error, free = float(ss.error[0] + ss.interaction[0]), p * (t - 1)
    return (
        row("part", float(ss.part[0]), p - 1, error / free, free),
        AnovaRow("repeatability", error, free, error / free, None, None),
    )


def row(source: str, ss: float, df: int, base: float, base_df: int) -> AnovaRow:
    ms = ss / df
    if base <= 0:
        return AnovaRow(source, ss, df, ms, None, None)
    return AnovaRow(source, ss, df, ms, ms / base, float(special.fdtrc(df, base_df, ms / base)))


def grr_terms(
    table: tuple[AnovaRow, ...], shape: tuple[int, ...], pooled: bool
) -> list[tuple[float, float, int]]:
    """The gauge variance as a sum of mean squares, each with its weight and degrees of freedom."""
    _, t, p = shape
    _, rows, mixed, error = table
    if pooled:
        free = mixed.df + error.df
        joined = (mixed.ss + error.ss) / free
        return [(1 / (p * t), rows.ms, rows.df), (1 - 1 / (p * t), joined, free)]
    return [
        (1 / (p * t), rows.ms, rows.df),
        (1 / t - 1 / (p * t), mixed.ms, mixed.df),
        (1 - 1 / t, error.ms, error.df),
    ]


def interval(
    terms: list[tuple[float, float, int]], level: float, estimate: float
) -> tuple[float, float]:
    """Modified large-sample interval of a sum of mean squares, as a standard deviation.

    Exact for one term. All weights are positive, so Graybill and Wang's (1980) form applies."""
    tail = (1 - level) / 2
    centre = sum(weight * ms for weight, ms, _ in terms)
    below = above = 0.0
    for weight, ms, df in terms:
        low = 1 - df / float(special.chdtri(df, tail))
        high = df / float(special.chdtri(df, 1 - tail)) - 1
        below += (low * weight * ms) ** 2
        above += (high * weight * ms) ** 2
    lower = math.sqrt(max(0.0, centre - math.sqrt(below)))
    upper = math.sqrt(max(estimate, centre + math.sqrt(above)))
    return lower, upper
