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
        if not len(self) or (np.diff(self.unit) > 0).all():
            return np.ones(len(self), bool)
        # Units mostly come in the order of their numbers. One beyond all before it is new; of the
        # few others, one that such a one named is not, and among the rest the first is.
        highest = np.maximum.accumulate(self.unit)
        kept = np.ones(len(self), bool)
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
    if "began" in table.column_names:
        record, began = table["record"].to_numpy(), table["began"].cast("int64").to_numpy()
        if not (np.diff(began) > 0).all():
            order = _order(began, record)
            unit, value = unit[order], value[order]
    finite = np.isfinite(value)
    return Series(unit, value) if finite.all() else Series(unit[finite], value[finite])


def _order(began: Ints, record: Ints) -> NDArray[np.int64]:
    """By time, and by record where two began at once. Times come in long runs: sorting those is
    merging them."""
    order = np.argsort(began, kind="stable")
    same = np.flatnonzero(np.diff(began[order]) == 0)
    if (record[order[same]] > record[order[same + 1]]).any():
        return np.lexsort((record, began))
    return order
