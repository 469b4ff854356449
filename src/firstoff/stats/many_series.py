"""Many series at once: rows of one table, or of differing lengths one after another.

Sums run over each series just as they would over it alone, so that a chart drawn among thousands
is, to the last digit, the chart drawn alone. Series of differing lengths are summed in one pass
for each length that occurs, of which n values have at most sqrt(2 n).
"""

import math
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from firstoff.stats import checks
from firstoff.stats.checks import Floats, Integers
from firstoff.stats.errors import OutOfDomain, TooFewData
from firstoff.stats.signals import Zones, rules_of, scan_rows

_PIECE = 1 << 16  # a longer series is summed a piece at a time, as it is when it stands alone
_LARGEST_COUNT = 10**15
Places = slice | Integers


@dataclass(frozen=True, slots=True, eq=False)
class Layout:
    """How points stand: sizes of each series; table: as rows, not one series after another."""

    sizes: Integers
    table: bool

    @property
    def starts(self) -> Integers:
        """Where each series begins among all points."""
        return np.cumsum(self.sizes) - self.sizes

    def shorter(self, less: int = 1) -> "Layout":
        """The layout of differences of neighbours, or of windows of ``less`` + 1."""
        return Layout(self.sizes - less, self.table)

    def first(self, base: Integers | None) -> "Part":
        """The first so many points of each series, all without ``base``."""
        if base is None:
            return Part(self, slice(None))
        if self.table and (base == base[0]).all():
            return Part(Layout(base, True), (slice(None), slice(0, int(base[0]))))
        place = np.arange(int(self.sizes.sum())) - np.repeat(self.starts, self.sizes)
        kept = place < np.repeat(base, self.sizes)
        shape = (self.sizes.size, -1) if self.table else (-1,)
        return Part(Layout(base, False), kept.reshape(shape))

    def mapped(self, points: Floats, row_wise: Callable[[Floats], Floats]) -> Floats:
        """One number for each series, from a function of tables of series of one length."""
        found = np.zeros(self.sizes.size)
        for which, (table,) in self.rows(points):
            found[which] = row_wise(table)
        return found

    def over(self, each: Floats) -> Floats:
        """One number for each series, in a shape that goes with the points."""
        return each[:, None] if self.table else np.repeat(each, self.sizes)

    def steps(self, points: Floats) -> Floats:
        """How far each point lies from the one before it in its series."""
        if self.table:
            return np.abs(np.diff(points, axis=1))
        inner = np.ones(points.size, dtype=np.bool_)
        inner[self.starts] = False
        moved: Floats = np.abs(np.diff(points, prepend=0.0))[inner]
        return moved

    def rows(self, *arrays: Floats) -> Iterator[tuple[Places, list[Floats]]]:
        """Series of one length at a time, as tables, with which series they are."""
        if self.table:
            yield slice(None), list(arrays)
            return
        for size in np.unique(self.sizes):
            which = np.flatnonzero(self.sizes == size)
            places = self.places(which)
            yield which, [array[places] for array in arrays]

    def places(self, which: Places) -> Places:
        """Where the points of series of one length lie, as a table of indices."""
        if isinstance(which, slice):
            return which
        return self.starts[which][:, None] + np.arange(self.sizes[which[0]])

    def sums(self, points: Floats, piece: int | None = None) -> Floats:
        """The sum of each series."""
        found = np.zeros(self.sizes.size)
        for which, (table,) in self.rows(points):
            width = max(1, piece or table.shape[1])
            for begin in range(0, table.shape[1], width):
                found[which] += table[:, begin : begin + width].sum(axis=1)
        return found

    def means(self, points: Floats) -> Floats:
        """The mean of each, centred first so that a large offset costs no digits."""
        shift = points[:, 0] if self.table else points[self.starts]
        return shift + self.sums(points - self.over(shift), _PIECE) / self.sizes

    def mean_steps(self, points: Floats) -> Floats:
        """The mean of |x_i - x_(i-1)| of each series."""
        return self.shorter().sums(self.steps(points), _PIECE) / (self.sizes - 1)

    def scan(
        self, points: Floats, zones: Zones, rules: Iterable[int] | None, rule_set: str
    ) -> tuple[tuple[int, ...], Integers, Integers]:
        """The rules, the first signal of each series by each, and how many there are."""
        wanted = rules_of(rules, rule_set)
        first, counts = np.empty((2, self.sizes.size, len(wanted)), dtype=np.int64)
        for which, (table, center, sigma) in self.rows(points, zones.center, zones.sigma):
            found = scan_rows(table, Zones(center, sigma), wanted, rule_set)
            first[which], counts[which] = found
        return wanted, first, counts


@dataclass(frozen=True, slots=True, eq=False)
class Part:
    """The layout of some points of each series, and where they lie among all points."""

    layout: Layout
    places: Any

    def of(self, points: Floats) -> Floats:
        """Those points, rows that lie one after another as rows of a table alone do."""
        return np.ascontiguousarray(points[self.places])


def base_of(base: ArrayLike | None, sizes: Integers, *, least: int) -> Integers | None:
    """How many points each series takes its limits from: one number for all or one for each.

    Raises OutOfDomain naming the characteristic that has fewer."""
    found = one_for_each("base", base, sizes.size)
    if found is None:
        return None
    bad = (found < least) | (found != np.floor(found)) | (found > sizes)
    if bad.any():
        place = int(np.argmax(bad))
        expected = f"a whole number from {least} to its number of points, {int(sizes[place])}"
        raise OutOfDomain(f"base of {named(place)}", float(found[place]), expected)
    return found.astype(np.int64)


def one_for_each(
    name: str, told: ArrayLike | None, m: int, *, least: float | None = None
) -> Floats | None:
    """A figure of each series: one number for all, or shape (m,). Raises OutOfDomain."""
    if told is None:
        return None
    found = checks.array(name, told, dimensions=(0, 1))
    if found.ndim and found.size != m:
        raise OutOfDomain(name, f"of {found.size}", f"one, or one for each of {m} characteristics")
    if least is not None and (found < least).any():
        raise OutOfDomain(name, float(found.min()), f"a number of at least {least:g}")
    return np.array(np.broadcast_to(found, (m,)))


def named(index: int) -> str:
    """A characteristic in a sentence, counted as a reader does and as ``groups`` do."""
    return f"characteristic {index + 1} (index {index})"


def many(
    name: str, values: ArrayLike, groups: ArrayLike | None, *, least: int
) -> tuple[Floats, Layout, Integers | None]:
    """Points of many series, how they stand, and the order they were sorted by (None: as given).

    values: shape (m, n), or shape (n,) with ``groups`` naming the series of each by index
    0 ... m - 1. Raises OutOfDomain, TooFewData naming the characteristic.
    Held by: each characteristic charted alone
    """
    if groups is None:
        table = finite(name, values, None, dimensions=2)
        if table.size == 0:
            raise TooFewData(needed=1, got=0, what=name)
        m, n = table.shape
        if n < least:
            raise TooFewData(needed=least, got=n, what=f"{name} of {named(0)}")
        # Rows that lie one after another are summed as a series alone is.
        return np.ascontiguousarray(table), Layout(np.full(m, n), True), None
    index = checks.counts("groups", groups)
    points = finite(name, values, index, dimensions=1)
    sizes = sizes_of(name, index, least)
    order = np.argsort(index, kind="stable")
    return points[order], Layout(sizes, False), order


def finite(name: str, values: ArrayLike, index: Integers | None, *, dimensions: int) -> Floats:
    """Finite floats; a refusal names the characteristic. index: of each value, when ragged."""
    try:
        found = checks.array(name, values, dimensions=(dimensions,))
    except OutOfDomain as error:
        got = error.details["got"]
        if not isinstance(got, float) or math.isfinite(got):
            raise
        place = np.argwhere(~np.isfinite(np.asarray(values, dtype=np.float64)))[0]
        _refuse(name, place, index, got, "a finite number")
    if index is not None and index.size != found.size:
        raise OutOfDomain("groups", f"of {index.size}", f"one for each of {found.size} values")
    return found


def whole_counts(name: str, values: ArrayLike, groups: ArrayLike | None) -> Floats:
    """Counts as floats, in the shape given; a refusal names the characteristic."""
    index = None if groups is None else checks.counts("groups", groups)
    found = finite(name, values, index, dimensions=2 if index is None else 1)
    refuse_where(
        name,
        (found < 0) | (found != np.floor(found)) | (found > _LARGEST_COUNT),
        found,
        index,
        "a count: 0, 1, 2 ...",
    )
    return found


def refuse_where(
    name: str, bad: NDArray[np.bool_], found: Floats, index: Integers | None, expected: str
) -> None:
    """Raises OutOfDomain for the first bad item, naming its characteristic."""
    if bad.any():
        place = np.argwhere(bad)[0]
        _refuse(name, place, index, float(found[tuple(place)]), expected)


def sizes_of(name: str, index: Integers, least: int) -> Integers:
    """How many values each characteristic has. Raises TooFewData naming the first with too few,
    OutOfDomain for an index far beyond the number of values."""
    largest = int(index.max())
    if largest >= index.size:
        # Some index below it has no value: counting up to a huge one would only fill memory.
        missing = int(np.setdiff1d(np.arange(index.size), index)[0])
        raise TooFewData(needed=least, got=0, what=f"{name} of {named(missing)}")
    sizes = np.bincount(index)
    if (sizes < least).any():
        place = int(np.argmax(sizes < least))
        raise TooFewData(needed=least, got=int(sizes[place]), what=f"{name} of {named(place)}")
    return sizes


def _refuse(
    name: str, place: Integers, index: Integers | None, got: object, expected: str
) -> None:
    at = int(place[-1])
    if index is None:
        owner, items = int(place[0]), place[1:] + 1
    else:
        if at >= index.size:
            raise OutOfDomain("groups", f"of {index.size}", "one for each value")
        owner, items = int(index[at]), place + 1
    item = ", ".join(str(int(i)) for i in items)
    raise OutOfDomain(f"{name} of {named(owner)}, item {item},", got, expected)
