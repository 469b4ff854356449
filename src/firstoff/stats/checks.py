"""Refusals at the door of every statistic: what is no number is turned away with a sentence."""

import math
from collections.abc import Iterable, Sequence
from decimal import Decimal
from fractions import Fraction
from numbers import Integral, Real
from typing import Any, TypeVar

import numpy as np
from numpy.typing import ArrayLike, NDArray

from firstoff.stats.errors import NoVariation, OutOfDomain, TooFewData
from firstoff.stats.sums import dot

T = TypeVar("T")
Floats = NDArray[np.float64]
Integers = NDArray[np.int64]

_LEAST_SPREAD = 1e-100  # smaller ones cannot be squared and divided by
_LARGEST = 1e150  # larger ones cannot be squared and summed
_LARGEST_COUNT = 10**15  # beyond, a float no longer counts in whole ones with room to spare


def whole(name: str, value: object, *, least: int = 0) -> int:
    """A whole number of at least ``least``. Booleans, floats and strings are refused."""
    if isinstance(value, (bool, np.bool_)) or not isinstance(value, Integral):
        raise OutOfDomain(name, value, "a whole number")
    number = int(value)
    if not least <= number <= _LARGEST_COUNT:
        raise OutOfDomain(name, number, f"a whole number of at least {least}")
    return number


def real(
    name: str, value: object, *, above: float | None = None, least: float | None = None
) -> float:
    """A finite number, optionally greater than ``above`` or at least ``least``."""
    if isinstance(value, (bool, np.bool_)) or not isinstance(value, (Real, Decimal)):
        raise OutOfDomain(name, value, "a number")
    try:
        number = float(value)
    except OverflowError as error:
        raise OutOfDomain(name, "beyond the range of floats", "a finite number") from error
    if not math.isfinite(number):
        raise OutOfDomain(name, number, "a finite number")
    if abs(number) > _LARGEST:
        raise OutOfDomain(name, number, f"a number of at most {_LARGEST:g}")
    if above is not None and number <= above:
        raise OutOfDomain(name, number, f"a number above {above:g}")
    if least is not None and number < least:
        raise OutOfDomain(name, number, f"a number of at least {least:g}")
    return number


def fraction(name: str, value: object) -> float:
    """A number from 0 to 1, both ends allowed."""
    number = real(name, value)
    if not 0 <= number <= 1:
        raise OutOfDomain(name, number, "a fraction from 0 to 1")
    return number


def open_fraction(name: str, value: object) -> float:
    """A number strictly between 0 and 1: a confidence, a risk, a coverage."""
    number = real(name, value)
    if not 0 < number < 1:
        raise OutOfDomain(name, number, "a fraction between 0 and 1, ends excluded")
    return number


def choice(name: str, value: object, allowed: Iterable[str]) -> str:
    """One of the named methods."""
    names = tuple(allowed)
    if not isinstance(value, str) or value not in names:
        raise OutOfDomain(name, value, "one of " + ", ".join(names))
    return str(value)


def flag(name: str, value: object) -> bool:
    """Yes or no, and nothing that merely counts as one of them."""
    if not isinstance(value, (bool, np.bool_)):
        raise OutOfDomain(name, value, "True or False")
    return bool(value)


def word(name: str, value: object) -> str:
    """A name as text."""
    if not isinstance(value, str):
        raise OutOfDomain(name, value, "a text")
    return value


def made(name: str, value: object, kind: type[T]) -> T:
    """A result of ours that another function takes."""
    if not isinstance(value, kind):
        raise OutOfDomain(name, value, f"a {kind.__name__}")
    return value


def listed(name: str, value: object) -> list[Any]:
    """The items of a list, a tuple, a range or a one-dimensional array; no text, no mapping."""
    if isinstance(value, np.ndarray) and value.ndim == 1:
        return list(value.tolist())
    if isinstance(value, (str, bytes)) or not isinstance(value, Sequence):
        raise OutOfDomain(name, value, "a list")
    return list(value)


def array(name: str, values: ArrayLike, *, dimensions: tuple[int, ...] = (1,)) -> Floats:
    """Finite floats of the dimensions asked for. Strings, booleans and gaps are refused.

    Decimals and fractions are taken at their nearest float. The place named in a refusal
    counts from 1, as a reader of a column does.
    """
    found = _numbers(name, values)
    if found.ndim not in dimensions:
        wanted = " or ".join(str(d) for d in dimensions)
        raise OutOfDomain(name, f"of {found.ndim} dimensions", f"{wanted} dimension(s)")
    # A finite sum of squares shows in one pass that all are finite and can be squared; only else
    # is each looked at.
    with np.errstate(over="ignore", under="ignore", invalid="ignore"):
        flat = found.ravel()
        total = dot(flat, flat)
    if not np.isfinite(total):
        _refuse_infinite(name, found)
    return found


def _refuse_infinite(name: str, found: Floats) -> None:
    finite = np.isfinite(found)
    if not finite.all():
        place = tuple(int(i) + 1 for i in np.argwhere(~finite)[0])
        where = place[0] if len(place) == 1 else place
        value = float(found[tuple(i - 1 for i in place)])
        raise OutOfDomain(f"{name}, item {where},", value, "a finite number")
    raise OutOfDomain(name, float(np.abs(found).max()), f"numbers of at most {_LARGEST:g}")


def series(name: str, values: ArrayLike, *, least: int = 1) -> Floats:
    """One series of finite numbers, shape (n,), n >= ``least``."""
    found = array(name, values)
    if found.size < least:
        raise TooFewData(needed=least, got=int(found.size), what=name)
    return found


def varied(name: str, values: Floats) -> Floats:
    """The values, if they vary by more than the last digits that a float holds.

    Raises NoVariation: nothing may be divided by a spread that is only rounding.
    """
    least, most = float(values.min()), float(values.max())
    if most - least <= max(_LEAST_SPREAD, 4e-16 * max(abs(least), abs(most))):
        raise NoVariation(name)
    return values


def counts(name: str, values: ArrayLike, *, least: int = 1) -> Integers:
    """One series of whole numbers, none negative, shape (n,), n >= ``least``."""
    found = series(name, values, least=least)
    bad = (found < 0) | (found != np.floor(found)) | (found > _LARGEST_COUNT)
    if bad.any():
        place = int(np.argmax(bad))
        raise OutOfDomain(
            f"{name}, item {place + 1},", float(found[place]), "a count: 0, 1, 2 ..."
        )
    return found.astype(np.int64)


def fractions(name: str, values: ArrayLike) -> Floats:
    """One series of numbers from 0 to 1, or a single one, as shape (n,)."""
    found = np.atleast_1d(array(name, values, dimensions=(0, 1)))
    bad = (found < 0) | (found > 1)
    if bad.any():
        place = int(np.argmax(bad))
        raise OutOfDomain(f"{name}, item {place + 1},", float(found[place]), "a fraction, 0 to 1")
    return found


def limits(
    lower: object | None, upper: object | None, *, needed: bool = True
) -> tuple[float | None, float | None]:
    """Specification limits as floats, the lower below the upper; a missing one stays None."""
    low = None if lower is None else real("lower", lower)
    high = None if upper is None else real("upper", upper)
    if needed and low is None and high is None:
        raise OutOfDomain("lower and upper", None, "at least one limit")
    if low is not None and high is not None and low >= high:
        raise OutOfDomain("lower", low, f"a limit below upper, which is {high:g}")
    return low, high


def is_one(value: ArrayLike) -> bool:
    """Whether a single thing was given; what it is, is for the check that follows."""
    return value.ndim == 0 if isinstance(value, np.ndarray) else not hasattr(value, "__len__")


def _numbers(name: str, values: ArrayLike) -> Floats:
    if isinstance(values, np.ma.MaskedArray) and bool(np.any(np.ma.getmaskarray(values))):
        raise OutOfDomain(name, "masked in places", "numbers without gaps")
    if not isinstance(values, np.ndarray):
        _refuse_booleans(name, values)
    try:
        found = np.asarray(values)
    except (ValueError, TypeError, OverflowError) as error:
        raise OutOfDomain(name, "ragged", "numbers of one shape") from error
    if found.dtype.kind == "O":
        return _objects(name, found)
    if found.dtype.kind not in "iuf":
        raise OutOfDomain(name, values, "numbers")
    return found.astype(np.float64, copy=False)


def _objects(name: str, found: NDArray[np.object_]) -> Floats:
    for place, value in enumerate(found.flat):
        if not _is_number(value):
            raise OutOfDomain(f"{name}, item {place + 1},", value, "a number")
    try:
        return found.astype(np.float64)
    except OverflowError as error:
        raise OutOfDomain(name, "beyond the range of floats", "finite numbers") from error


def _is_number(value: object) -> bool:
    return isinstance(value, (Real, Decimal, Fraction)) and not isinstance(value, bool)


def _refuse_booleans(name: str, values: object) -> None:
    # True would count as 1.0: a column of pass and fail is not a column of measurements.
    if isinstance(values, (list, tuple)) and not _BOOLEANS.isdisjoint(map(type, values)):
        place = next(n for n, value in enumerate(values) if type(value) in _BOOLEANS)
        raise OutOfDomain(f"{name}, item {place + 1},", values[place], "a number")


_BOOLEANS = frozenset({bool, np.bool_})
