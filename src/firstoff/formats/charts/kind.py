"""What every kind of chart is made of, and what it gives back."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

Spec = dict[str, Any]
D = TypeVar("D")


@dataclass(frozen=True, slots=True)
class Look:
    """What a drawing has to know of the place it is drawn for. Colours are not among it: they
    come from the configuration, so that the browser can change the theme and keep the drawing.

    em: size of the text in units of the drawing (pixels on a screen, points on paper).
    """

    em: float

    def __call__(self, pixels: float) -> float:
        """A length given for 12-pixel text, at this look's size."""
        return round(pixels * self.em / 12, 2)


@dataclass(frozen=True, slots=True)
class Table:
    """The values behind a chart: everything a tooltip says. Cells are text or numbers."""

    columns: tuple[str, ...]
    rows: tuple[tuple[str | int | float, ...], ...]


@dataclass(frozen=True, slots=True)
class Kind(Generic[D]):
    """One kind of chart.

    draw: the drawing without its configuration: layers, height, data.
    finding: one or two sentences that answer the question; the description for a screen reader.
    table: the values behind the drawing.
    example: an input of the size users have; tests and the reference pages draw it.
    """

    name: str
    data: type[D]
    title: Callable[[D], str]
    finding: Callable[[D], str]
    draw: Callable[[D, Look], Spec]
    table: Callable[[D], Table]
    example: Callable[[], D]
