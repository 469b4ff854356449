"""How many of how many, for many characteristics: counts, or single units that are added up."""

import numpy as np
from numpy.typing import ArrayLike, NDArray

from firstoff.stats import checks
from firstoff.stats.checks import Floats, Integers
from firstoff.stats.errors import OutOfDomain, TooFewData

_MOST_COUNT = 10**15
_MOST = 10_000_000  # characteristics named by index


def tallies(x: ArrayLike, n: ArrayLike | None, groups: ArrayLike | None) -> tuple[Floats, Floats]:
    """Counts x of n, as ``proportions`` takes them: checked, in one shape, none with n = 0."""
    if n is None:
        hits, units = _units(x, groups)
    else:
        hits = _counts("x", x)
        one = checks.is_one(n)
        units = np.full(hits.shape, float(checks.whole("n", n))) if one else _counts("n", n)
        if units.shape != hits.shape:
            raise OutOfDomain("n", f"of shape {units.shape}", f"shape {hits.shape}, as x, or one")
        _refuse("x", hits > units, hits, "at most n")
        if groups is not None:
            index = _index(groups, hits)
            hits, units = _added(index, hits), _added(index, units)
    if (units == 0).any():
        where = tuple(int(place) + 1 for place in np.argwhere(units == 0)[0])
        what = "units" if units.size == 1 else f"units in item {', '.join(map(str, where))}"
        raise TooFewData(needed=1, got=0, what=what)
    return hits, units


def _units(x: ArrayLike, groups: ArrayLike | None) -> tuple[Floats, Floats]:
    """Single units by characteristic, added up."""
    flags = _flags(x)
    if groups is not None:
        index = _index(groups, flags)
        return _added(index, flags), _added(index, np.ones_like(flags))
    table = np.atleast_2d(flags)
    return table.sum(axis=1), np.full(table.shape[0], float(table.shape[1]))


def _added(index: Integers, counted: Floats) -> Floats:
    return np.bincount(index, weights=counted).astype(np.float64)


def _flags(x: ArrayLike) -> Floats:
    try:
        given = np.asarray(x)
    except (ValueError, TypeError, OverflowError) as error:
        raise OutOfDomain(
            "x", "ragged", "flags of one shape; name ragged ones by groups"
        ) from error
    if given.dtype.kind == "b":  # unlike elsewhere a flag is meant to be one
        given = given.astype(np.float64)
    found = checks.array("x", given, dimensions=(1, 2))
    if found.size == 0:
        raise TooFewData(needed=1, got=0, what="units")
    _refuse("x", (found != 0) & (found != 1), found, "1 for a unit that counts, else 0")
    return found


def _counts(name: str, values: ArrayLike) -> Floats:
    found = checks.array(name, values, dimensions=(1, 2))
    if found.size == 0:
        raise TooFewData(needed=1, got=0, what=name)
    bad = (found < 0) | (found != np.floor(found)) | (found > _MOST_COUNT)
    _refuse(name, bad, found, "a count: 0, 1, 2 ...")
    return found


def _index(groups: ArrayLike, values: Floats) -> Integers:
    if values.ndim != 1:
        raise OutOfDomain("x", f"of {values.ndim} dimensions", "one dimension beside groups")
    index = checks.counts("groups", groups)
    if index.size != values.size:
        raise OutOfDomain("groups", f"of {index.size}", f"one for each of {values.size} values")
    if int(index.max()) >= max(_MOST, index.size):
        raise OutOfDomain("groups", int(index.max()), "the index of a characteristic")
    return index


def _refuse(name: str, bad: NDArray[np.bool_], found: Floats, expected: str) -> None:
    if bad.any():
        place = np.argwhere(bad)[0]
        item = ", ".join(str(int(i) + 1) for i in place)
        raise OutOfDomain(f"{name}, item {item},", float(found[tuple(place)]), expected)
