"""Figures of one characteristic out of the arrays that a question returned."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from firstoff import stats
from firstoff.history.intake import Ints
from firstoff.stats.capability import Capability

_WIDEST = 50_000_000  # unit numbers from least to most that a table of places is made for


@dataclass(frozen=True, slots=True)
class Series:
    """Numbers of one characteristic in the order made. began: microseconds since 1970."""

    unit: Ints
    record: Ints
    began: Ints
    value: NDArray[np.float64]

    def __len__(self) -> int:
        return len(self.value)

    def first_of_each_unit(self) -> "Series":
        """Without retests: capability is of the process, not of repairs."""
        if not len(self):
            return self
        low, high = int(self.unit.min()), int(self.unit.max())
        if high - low < _WIDEST:
            first = np.empty(high - low + 1, np.int64)
            places = np.arange(len(self))
            first[(self.unit - low)[::-1]] = places[::-1]  # of several, the first is written last
            kept = first[self.unit - low] == places
        else:
            kept = np.zeros(len(self), bool)
            kept[np.unique(self.unit, return_index=True)[1]] = True
        return self if kept.all() else self._at(kept)

    def _at(self, places: Any) -> "Series":
        return Series(
            self.unit[places], self.record[places], self.began[places], self.value[places]
        )


def series(table: Any) -> Series:
    """The answer to ``questions.arrays``, put in order."""
    found = Series(
        table["unit"].to_numpy(),
        table["record"].to_numpy(),
        table["began"].cast("int64").to_numpy(),
        table["value"].to_numpy(),
    )
    later = np.diff(found.began)
    if (later > 0).all():
        return found
    return found._at(np.lexsort((found.record, found.began)))


def capability(
    found: Series, *, lower: float | None, upper: float | None, confidence: float = 0.95
) -> Capability:
    """Capability as ``firstoff.stats.capability`` has it, of the values in the order made."""
    return stats.capability(found.value, lower=lower, upper=upper, confidence=confidence)
