"""What leaves the range of floats is a refusal, not an infinity, a NaN or a bare exception."""

import dataclasses
import functools
import math
from collections.abc import Callable
from typing import ParamSpec, TypeVar

import numpy as np

from firstoff.stats.errors import NotEstimable

P = ParamSpec("P")
R = TypeVar("R")

_SENTENCE = (
    "These numbers lead beyond the range that a computer counts in;"
    " expected a unit in which they are neither huge nor tiny."
)


def finite(call: Callable[P, R]) -> Callable[P, R]:
    """The function, refusing by NotEstimable what overflows or divides by nothing on the way, and
    a result with a number that is not finite. Arrays in a result are their maker's to keep."""

    @functools.wraps(call)
    def answered(*args: P.args, **kwargs: P.kwargs) -> R:
        try:
            with np.errstate(over="raise", divide="raise", invalid="raise"):
                found = call(*args, **kwargs)
        except (FloatingPointError, OverflowError, ZeroDivisionError) as error:
            raise NotEstimable(_SENTENCE) from error
        if not _is_finite(found):
            raise NotEstimable(_SENTENCE)
        return found

    return answered


def _is_finite(found: object) -> bool:
    if isinstance(found, float):
        return math.isfinite(found)
    if isinstance(found, tuple):
        return all(_is_finite(one) for one in found[:100])
    if dataclasses.is_dataclass(found):
        return all(_is_finite(getattr(found, field.name)) for field in dataclasses.fields(found))
    return True
