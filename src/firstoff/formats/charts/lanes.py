"""Strips under each other in one drawing, each with a scale of its own.

Panels of a specification cannot take the width of their container; strips of one drawing can.
Their places are given in units of 12-pixel text, whatever the look.
"""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

from . import marks, words
from .kind import Look, Spec

LEFT = 44  # where strips begin, right of the figures of their scales


@dataclass(frozen=True, slots=True)
class Lane:
    """top, bottom: of the strip in the drawing; low, high: what its scale reaches."""

    top: float
    bottom: float
    low: float
    high: float

    def y(self, value: float) -> float:
        share = (value - self.low) / (self.high - self.low)
        return round(self.bottom - share * (self.bottom - self.top), 3)


def lane(top: float, height: float, values: Iterable[float], *, zero: bool = False) -> Lane:
    """A strip that holds all values with some room; from 0 where asked."""
    seen = [float(value) for value in values]
    low, high = (0.0 if zero else min(seen)), max(seen)
    room = 0.08 * (high - low) or 0.5 * max(abs(high), 1.0)
    return Lane(top, top + height, low if zero else low - room, high + room)


def down(height: float) -> Spec:
    """The channel of all strips: places from the top."""
    return marks.number([0, height], reverse=True)


def ticks(low: float, high: float, most: int = 4) -> list[float]:
    """Round figures inside, at most so many."""
    step = 10 ** math.floor(math.log10((high - low) / most))
    step = next(step * by for by in (1, 2, 2.5, 5, 10) if (high - low) / (step * by) <= most)
    first = math.ceil(low / step - 1e-9)
    return [round(i * step, 12) for i in range(first, math.floor(high / step + 1e-9) + 1)]


def places(figures: Sequence[float]) -> int:
    """Decimals that tell the figures apart."""
    return max((len(words.trimmed(f, 10).partition(".")[2]) for f in figures), default=0)


def scale(strip: Lane, y: Spec, look: Look, *, most: int = 4, unit: str = "") -> list[Spec]:
    """Fine lines across the strip with their figures at the left."""
    figures = ticks(strip.low, strip.high, most)
    digits = places(figures)
    rows = [
        {"y": strip.y(figure), "text": words.rounded(figure, digits) + unit} for figure in figures
    ]
    at = marks.on(y, "y")
    begin = marks.at(look(LEFT))
    label = {"align": "right"}
    return [
        marks.layer("rule", "hair", rows, x=begin, x2=marks.at("width"), y=at),
        marks.text("axis-label", rows, options=label, x=marks.at(look(LEFT - 6)), y=at),
    ]


def heading(strip: Lane, words: str, y: Spec, look: Look) -> Spec:
    """What the strip shows, above it; ends in an ellipsis where the drawing is too narrow."""
    rows = [{"y": strip.top - 13, "text": words}]
    options = {"limit": {"expr": "width"}, "ellipsis": "…"}
    return marks.text("name", rows, options=options, x=marks.at(0), y=marks.on(y, "y"))


def apart(wanted: Sequence[float], least: float, low: float, high: float) -> list[float]:
    """Places near the wanted ones, each at least so far from the next."""
    order = sorted(range(len(wanted)), key=lambda i: wanted[i])
    found = list(wanted)
    for before, here in pairwise(order):
        found[here] = max(found[here], found[before] + least)
    over = max((found[i] for i in order), default=high) - high
    if over > 0:
        edge = high
        for i in reversed(order):
            found[i] = min(found[i], edge)
            edge = found[i] - least
    return [max(low, place) for place in found]
