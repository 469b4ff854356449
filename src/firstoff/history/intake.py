"""What a history is made from: packed test records as columns, whole ledger entries at a time."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import chain
from typing import Any

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a procedure: what is measured, in which unit, within which limits."""

    name: str
    phase: str = ""
    subtest: str = ""
    unit: str = ""
    lower: Decimal | None = None  # inclusive, as upper
    upper: Decimal | None = None
    rule: str = ""  # what limits cannot say, in words
    characteristic: str = ""  # its number in the baseline, where known when recorded


@dataclass(frozen=True, slots=True)
class Procedure:
    """A frozen procedure: ``digest`` is the SHA-256 of what it says."""

    id: int
    digest: str
    name: str
    lines: tuple[Line, ...]


@dataclass(frozen=True, slots=True)
class Known:
    """What the numbers in packed records stand for. part: its site's code, and its number.

    The reader adds to it from page to page; what is in it stays."""

    procedures: dict[int, Procedure]
    parts: dict[int, tuple[str, str]]
    batches: dict[int, str]
    letters: dict[str, str]  # outcomes of measurements; another letter: not measured


@dataclass(frozen=True, slots=True)
class Packed:
    """Test records as columns of one length. Times are microseconds since 1970 in UTC.

    values: little-endian float64 in the order of the procedure, NaN for what is no number;
    outcomes: one letter for each; extras: JSON, with the ``text`` of what is no number by place.
    batch is 0 for a unit of no run.
    """

    record: Ints
    unit: Ints
    part: Ints
    batch: Ints
    procedure: Ints
    began: Ints
    ended: Ints
    uid: Sequence[str]
    serial: Sequence[str]
    station: Sequence[str]
    outcome: Sequence[str]
    values: Sequence[bytes]
    outcomes: Sequence[str]
    extras: Sequence[str]

    @property
    def measurements(self) -> int:
        return sum(map(len, self.outcomes))


@dataclass(frozen=True, slots=True)
class Page:
    """The records of whole entries of the ledger, up to ``entry``, whose hash is ``hash``."""

    entry: int
    hash: str
    packed: Packed | None  # None where those entries hold no test record
    known: Known


_NUMBERS = ("record", "unit", "part", "batch", "procedure", "began", "ended")
_TEXTS = ("uid", "serial", "station", "outcome", "values", "outcomes", "extras")


def together(parts: Sequence[Packed]) -> Packed:
    """Records of several pages as one."""
    if len(parts) == 1:
        return parts[0]
    columns: dict[str, Any] = {
        name: np.concatenate([getattr(part, name) for part in parts]) for name in _NUMBERS
    }
    columns |= {name: _joined(getattr(part, name) for part in parts) for name in _TEXTS}
    return Packed(**columns)


def _joined(columns: Iterable[Sequence[str]]) -> list[str]:
    return list(chain.from_iterable(columns))
