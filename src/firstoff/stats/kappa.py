"""Agreement beyond chance: Cohen's, Fleiss' and Light's kappa, and intraclass correlation."""

import math
from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from enum import Enum
from itertools import combinations
from typing import Any, Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import special

from firstoff.stats import checks
from firstoff.stats.checks import Floats, Integers
from firstoff.stats.errors import NotEstimable, OutOfDomain, TooFewData

Labels = Sequence[Hashable]
Weights = Literal["none", "linear", "quadratic"]


@dataclass(frozen=True, slots=True)
class Kappa:
    """Agreement beyond chance: 1 is full, 0 is what chance gives. ``z`` tests against 0.

    per_category: Fleiss' kappa of each category against the rest; empty for two raters.
    """

    kappa: float
    observed: float
    expected: float
    standard_error: float
    z: float
    p: float
    n: int
    raters: int
    categories: tuple[Hashable, ...]
    per_category: tuple[float, ...]
    method: str


@dataclass(frozen=True, slots=True)
class IntraclassCorrelation:
    """Reliability of one rating: one-way, two-way agreement, two-way consistency."""

    one_way: float
    agreement: float
    consistency: float


def cohen_kappa(first: Labels, second: Labels, *, weights: Weights = "none") -> Kappa:
    """Agreement of two raters on the same units, weighted by distance where categories are ranked.

    Categories are sorted for weights. Raises TooFewData, NotEstimable where both use one category
    only (0/0), OutOfDomain. Source: Cohen (1960, 1968). Oracle: R irr kappa2
    """
    one, other = labelled("first", first), labelled("second", second)
    if len(one) != len(other):
        raise OutOfDomain("second", f"of {len(other)}", f"{len(one)} ratings, as the first")
    codes, categories = _coded([*one, *other])
    size = len(categories)
    pairs = codes[: len(one)] * size + codes[len(one) :]
    table = np.bincount(pairs, minlength=size * size).reshape(size, size)
    return _cohen(table.astype(np.float64), categories, weights)


def cohen_kappa_table(table: ArrayLike, *, weights: Weights = "none") -> Kappa:
    """``cohen_kappa`` from the square table of counts, rows the first rater.

    Raises as ``cohen_kappa``. Oracle: R irr; AIAG MSA example"""
    counted = checks.array("table", table, dimensions=(2,))
    if counted.shape[0] != counted.shape[1] or (counted < 0).any():
        raise OutOfDomain("table", counted.shape, "a square table of counts")
    return _cohen(counted, tuple(range(counted.shape[0])), weights)


def fleiss_kappa(ratings: Sequence[Labels] | NDArray[Any]) -> Kappa:
    """Agreement of any number of raters, in one vectorised pass.

    ratings: shape (units, raters), integers or labels. Raises TooFewData, NotEstimable where only
    one category occurs, OutOfDomain. Source: Fleiss (1971); Fleiss, Nee and Landis (1979).
    Oracle: R irr kappam.fleiss
    """
    codes, categories = _table_of_codes(ratings)
    units, raters = codes.shape
    size = len(categories)
    if size < 2:
        raise NotEstimable("Only one category occurs: kappa is 0/0.")
    counts = np.zeros((units, size))
    for rater in range(raters):  # one scatter for each rater: no unit is touched twice in it
        counts[np.arange(units), codes[:, rater]] += 1
    pairs = units * raters * (raters - 1)
    share = counts.sum(axis=0) / (units * raters)
    q = share * (1 - share)
    observed = float(np.square(counts).sum() - units * raters) / pairs
    spread = 2 * (float(q.sum()) ** 2 - float((q * (1 - 2 * share)).sum()))
    se = math.sqrt(spread / pairs) / float(q.sum())
    parts = 1 - (counts * (raters - counts)).sum(axis=0) / (pairs * q)
    per_category = tuple(float(part) for part in parts)
    expected = float(np.square(share).sum())
    return _kappa(observed, expected, se, units, raters, categories, per_category, "fleiss")


def light_kappa(ratings: Sequence[Labels] | NDArray[Any]) -> float:
    """The mean of Cohen's kappa over all pairs of raters.

    Raises as ``cohen_kappa``. Source: Light (1971). Oracle: R irr kappam.light"""
    codes, _ = _table_of_codes(ratings)
    pairs = combinations(range(codes.shape[1]), 2)
    found = [cohen_kappa(codes[:, a].tolist(), codes[:, b].tolist()).kappa for a, b in pairs]
    return float(np.mean(found))


def intraclass_correlation(ratings: ArrayLike) -> IntraclassCorrelation:
    """Reliability of single numeric ratings; ratings: shape (units, raters), two or more of each.

    Raises TooFewData, NotEstimable, OutOfDomain. Source: McGraw and Wong (1996). Oracle: R irr icc
    """
    table = checks.array("ratings", ratings, dimensions=(2,))
    units, raters = table.shape
    if min(units, raters) < 2:
        raise TooFewData(needed=2, got=min(units, raters), what="units and raters")
    grand = float(table.mean())
    rows, columns = table.mean(axis=1), table.mean(axis=0)
    between = raters * float(np.square(rows - grand).sum()) / (units - 1)
    by_rater = units * float(np.square(columns - grand).sum()) / (raters - 1)
    within = float(np.square(table - rows[:, None]).sum()) / (units * (raters - 1))
    left = table - rows[:, None] - columns + grand
    error = float(np.square(left).sum()) / ((units - 1) * (raters - 1))
    one_way = between + (raters - 1) * within
    consistent = between + (raters - 1) * error
    agreed = consistent + raters * (by_rater - error) / units
    if min(one_way, consistent, agreed) <= 0:
        raise NotEstimable("The units do not differ: reliability is 0/0.")
    return IntraclassCorrelation(
        (between - within) / one_way, (between - error) / agreed, (between - error) / consistent
    )


def _cohen(table: Floats, categories: tuple[Hashable, ...], weights: str) -> Kappa:
    checks.choice("weights", weights, ("none", "linear", "quadratic"))
    n, size = float(table.sum()), table.shape[0]
    if n < 1:
        raise TooFewData(needed=1, got=0, what="rated units")
    share = table / n
    rows, columns = share.sum(axis=1), share.sum(axis=0)
    place = np.arange(size)
    apart = np.abs(np.subtract.outer(place, place)) / max(1, size - 1)
    weight = {"none": 1.0 * (apart == 0), "linear": 1 - apart, "quadratic": 1 - apart**2}[weights]
    chance = np.outer(rows, columns)
    observed, expected = float((weight * share).sum()), float((weight * chance).sum())
    if expected >= 1 - 1e-15:
        raise NotEstimable("Both raters use one category only: kappa is 0/0.")
    mean_weight = (weight @ columns)[:, None] + (rows @ weight)[None, :]
    spread = float((chance * (weight - mean_weight) ** 2).sum()) - expected**2
    se = math.sqrt(max(0.0, spread) / n) / (1 - expected)
    return _kappa(observed, expected, se, int(n), 2, categories, (), f"cohen, weights {weights}")


def _kappa(
    observed: float,
    expected: float,
    se: float,
    n: int,
    raters: int,
    categories: tuple[Hashable, ...],
    parts: tuple[float, ...],
    method: str,
) -> Kappa:
    if se == 0:
        raise NotEstimable("Kappa has no spread under chance: a rater uses one category only.")
    kappa = (observed - expected) / (1 - expected)
    p = float(2 * special.ndtr(-abs(kappa / se)))
    return Kappa(
        kappa, observed, expected, se, kappa / se, p, n, raters, categories, parts, method
    )


def labelled(name: str, values: object) -> list[Hashable]:
    """Ratings as a list of labels. Gaps, NaN and what cannot be told apart are refused."""
    found = values.tolist() if isinstance(values, np.ndarray) and values.ndim == 1 else values
    if not isinstance(found, (list, tuple)):
        raise OutOfDomain(name, values, "a sequence of ratings")
    for place, label in enumerate(found):
        plain = isinstance(label, (str, int, float, Enum))
        if not plain or (isinstance(label, float) and not math.isfinite(label)):
            raise OutOfDomain(f"{name}, item {place + 1},", label, "a rating: a word or a number")
    return list(found)


def _coded(labels: Labels) -> tuple[Integers, tuple[Hashable, ...]]:
    if not labels:
        raise TooFewData(needed=1, got=0, what="ratings")

    def order(label: Any) -> tuple[str, Any]:
        return "" if isinstance(label, (int, float)) else str(type(label)), label

    distinct = sorted(set(labels), key=order)
    number = {label: place for place, label in enumerate(distinct)}
    return np.array([number[label] for label in labels], dtype=np.int64), tuple(distinct)


def _table_of_codes(
    ratings: Sequence[Labels] | NDArray[Any],
) -> tuple[Integers, tuple[Hashable, ...]]:
    if (whole := _whole(ratings)) is not None:
        codes, categories = _whole_codes(whole)
    else:
        if not isinstance(ratings, (list, tuple, np.ndarray)):
            raise OutOfDomain("ratings", ratings, "a sequence of units, each with its ratings")
        rows = [labelled(f"ratings, unit {i + 1}", row) for i, row in enumerate(ratings)]
        if len({len(row) for row in rows}) > 1:
            raise OutOfDomain("ratings", "ragged", "as many ratings of each unit")
        flat, categories = _coded([label for row in rows for label in row])
        codes = flat.reshape(len(rows), -1)
    if codes.shape[1] < 2:
        raise TooFewData(needed=2, got=int(codes.shape[1]), what="raters")
    return codes, categories


def _whole(ratings: object) -> NDArray[Any] | None:
    """A table of whole numbers, None where it is none."""
    if not isinstance(ratings, (list, tuple, np.ndarray)):
        return None
    try:
        found = np.asarray(ratings)
    except ValueError:
        return None
    return found if found.ndim == 2 and found.dtype.kind in "iu" else None


def _whole_codes(ratings: NDArray[Any]) -> tuple[Integers, tuple[Hashable, ...]]:
    """Codes of whole numbers, by counting where they lie close together and by sorting else."""
    if ratings.size == 0:
        raise TooFewData(needed=1, got=0, what="ratings")
    least, most = int(ratings.min()), int(ratings.max())
    if most - least > 1000:
        distinct, codes = np.unique(ratings, return_inverse=True)
        return codes.reshape(ratings.shape).astype(np.int64), tuple(distinct.tolist())
    seen = np.bincount((ratings - least).ravel()) > 0
    number = np.cumsum(seen) - 1
    return number[ratings - least], tuple((np.flatnonzero(seen) + least).tolist())
