"""Figures of one characteristic out of the arrays that a question returned."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from firstoff.history.intake import Ints


@dataclass(frozen=True, slots=True)
class Series:
    """Numbers of one characteristic in the order made, each with its unit."""

    unit: Ints
    value: NDArray[np.float64]

    def __len__(self) -> int:
        return len(self.value)

    def firsts(self) -> NDArray[np.bool_]:
        """Which values are the first of their unit: capability is of the process, not of repairs.
        shape (n,)"""
        kept = np.ones(len(self), bool)
        np.greater(self.unit[1:], self.unit[:-1], out=kept[1:])
        if kept.all() or (self.unit[1:] >= self.unit[:-1]).all():
            return kept
        # Units mostly come in the order of their numbers. One beyond all before it is new; of the
        # few others, one that such a one named is not, and among the rest the first is.
        highest = np.maximum.accumulate(self.unit)
        np.greater(highest[1:], highest[:-1], out=kept[1:])
        others = np.flatnonzero(~kept)
        units = self.unit[others]
        unnamed = others[highest[np.searchsorted(highest, units)] != units]
        kept[unnamed[np.unique(self.unit[unnamed], return_index=True)[1]]] = True
        return kept

    def first_of_each_unit(self) -> "Series":
        """Without retests."""
        kept = self.firsts()
        return self if kept.all() else Series(self.unit[kept], self.value[kept])


def series(table: Any) -> Series:
    """The finite numbers in the answer to ``questions.arrays``, put in order."""
    unit, value = table["unit"].to_numpy(), table["value"].to_numpy()
    if "second" in table.column_names:
        record, second = table["record"].to_numpy(), table["second"].to_numpy()
        if not (np.diff(second) > 0).all():
            order = _order(second, record)
            unit, value = unit[order], value[order]
    finite = np.isfinite(value)
    return Series(unit, value) if finite.all() else Series(unit[finite], value[finite])


def _order(second: Ints, record: Ints) -> NDArray[np.int64]:
    """By second, and by record where two began in one. Times come in long runs: sorting those is
    merging them."""
    order = np.argsort(second, kind="stable")
    same = np.flatnonzero(np.diff(second[order]) == 0)
    if (record[order[same]] > record[order[same + 1]]).any():
        return np.lexsort((record, second))
    return order
