"""From columns of part, appraiser and value to the sheet of a gauge study."""

from collections.abc import Hashable, Sequence

import numpy as np
from numpy.typing import ArrayLike

from firstoff.stats import checks
from firstoff.stats.checks import Floats
from firstoff.stats.errors import OutOfDomain


def gauge_readings(
    parts: Sequence[Hashable],
    appraisers: Sequence[Hashable],
    values: ArrayLike,
    *,
    nested: bool = False,
) -> Floats:
    """Readings from three columns, in the shape ``gauge_rr`` (or ``gauge_rr_nested``) takes.

    Parts and appraisers in the order they first appear; the readings of one appraiser on one part
    are its trials, in order. nested: parts belong to their appraiser, whatever their names.
    Raises OutOfDomain where some appraiser measured some part more or less often than others.
    Held by: a published study read from its columns; a nested table written out by hand
    """
    flat, checked = checks.series("values", values), checks.flag("nested", nested)
    parts, appraisers = _names("parts", parts), _names("appraisers", appraisers)
    if not len(parts) == len(appraisers) == flat.size:
        raise OutOfDomain(
            "parts, appraisers and values",
            f"of lengths {len(parts)}, {len(appraisers)}, {flat.size}",
            "columns of one length",
        )
    cells: dict[Hashable, dict[Hashable, list[float]]] = {}
    for part, appraiser, value in zip(parts, appraisers, flat.tolist(), strict=True):
        cells.setdefault(appraiser, {}).setdefault(part, []).append(value)
    if checked:
        return _nested_shape(cells)
    names = list(dict.fromkeys(parts))
    trials = len(next(iter(next(iter(cells.values())).values())))
    for appraiser, mine in cells.items():
        for part in names:
            if len(mine.get(part, ())) != trials:
                raise _unbalanced(appraiser, part, len(mine.get(part, ())), trials)
    sheet = [[mine[part] for part in names] for mine in cells.values()]
    return np.swapaxes(np.array(sheet, dtype=np.float64), 1, 2)


def _names(name: str, values: object) -> list[Hashable]:
    found = checks.listed(name, values)
    for place, one in enumerate(found):
        if not isinstance(one, Hashable):
            raise OutOfDomain(f"{name}, item {place + 1},", one, "a name or a number")
    return found


def _nested_shape(cells: dict[Hashable, dict[Hashable, list[float]]]) -> Floats:
    first = next(iter(cells.values()))
    trials = len(next(iter(first.values())))
    for appraiser, mine in cells.items():
        if len(mine) != len(first):
            raise OutOfDomain(
                f"appraiser {appraiser}", f"with {len(mine)} parts", f"{len(first)} parts each"
            )
        for part, seen in mine.items():
            if len(seen) != trials:
                raise _unbalanced(appraiser, part, len(seen), trials)
    return np.array([list(mine.values()) for mine in cells.values()], dtype=np.float64)


def _unbalanced(appraiser: object, part: object, got: int, trials: int) -> OutOfDomain:
    return OutOfDomain(
        f"appraiser {appraiser}, part {part}",
        f"measured {got} times",
        f"{trials} times, as the first appraiser and part",
    )
