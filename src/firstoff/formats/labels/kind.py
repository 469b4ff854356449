"""What a kind of code is, its modules as zxing-cpp sets them, and its drawing."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from firstoff.errors import InvalidInput

LONGEST = 300  # characters: more needs a larger label than anybody sticks on


@dataclass(frozen=True, slots=True)
class Modules:
    """Dark and light, without the quiet zone: a byte a module, 1 is dark."""

    width: int
    height: int
    rows: tuple[bytes, ...]

    def runs(self) -> Iterator[tuple[int, int, int]]:
        """(x, y, length) of each run of dark modules."""
        for y, row in enumerate(self.rows):
            x = row.find(1)
            while x >= 0:
                end = row.find(0, x)
                end = self.width if end < 0 else end
                yield x, y, end - x
                x = row.find(1, end)


@dataclass(frozen=True, slots=True)
class Symbol:
    """A kind of code.

    encode: the modules of a text; for a GS1 symbol the text is ``(01)09506000134352(21)ABC``.
    quiet: modules of white that it needs round it (a linear one: left and right).
    zpl: its ZPL command with the data, for modules of so many dots and bars of so many dots; none
        where a printer would not print the same code, which is then sent as a picture.
    """

    name: str
    label: str
    encode: Callable[[str], Modules]
    quiet: int
    zpl: Callable[[str, int, int], str | None]
    linear: bool = False
    is_gs1: bool = False

    def draw(self, text: str) -> str:
        """SVG without a fixed size: it takes the size of its place. Raises InvalidInput."""
        code = self.encode(text)
        high = code.width // 4 if self.linear else code.height
        below = 0 if self.linear else self.quiet
        width, height = code.width + 2 * self.quiet, high + 2 * below
        path = "".join(
            f"M{x + self.quiet} {y + below}h{run}v{high if self.linear else 1}h-{run}Z"
            for x, y, run in code.runs()
        )
        return (
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" '
            f'shape-rendering="crispEdges"><rect width="{width}" height="{height}" fill="#fff"/>'
            f'<path fill="#000" d="{path}"/></svg>'
        )


def encoded(text: str, form: Any, *, linear: bool = False, **options: Any) -> Modules:
    """The modules as zxing-cpp makes them. Raises InvalidInput for what does not fit."""
    import numpy as np
    import zxingcpp

    if not 1 <= len(text) <= LONGEST:
        raise InvalidInput(
            f"{len(text)} characters do not go onto a label; expected 1 to {LONGEST}."
        )
    if not text.isascii():
        # Said in the symbol: readers guess otherwise, and take ÅÄÖ for Japanese.
        options["eci"] = "UTF-8"
    try:
        code = zxingcpp.create_barcode(text, form, **options)
    except ValueError as error:
        raise InvalidInput(f"“{text[:60]}” does not go into a {form!s}.") from error
    dark = np.asarray(code.to_image(scale=1, add_quiet_zones=False)) == 0
    rows = tuple(row.tobytes() for row in (dark[:1] if linear else dark).astype(np.uint8))
    return Modules(dark.shape[1], len(rows), rows)


def bracketed(text: str) -> str:
    """A GS1 text as zxing-cpp takes it: no value may hold a square bracket, many hold round ones.
    Raises InvalidInput."""
    from . import gs1

    return "".join(f"[{one.ai}]{one.value}" for one in gs1.from_text(text))


def field(data: str) -> str:
    """ZPL field data with what would be a command escaped: ``^FH\\`` names the backslash."""
    safe = "".join(
        f"\\{ord(c):02X}" if c in "^~\\" or ord(c) < 32 or ord(c) == 127 else c for c in data
    )
    return f"^FH\\^FD{safe}^FS"


def simple(text: str) -> bool:
    """Whether a printer needs no more than the text: ASCII without control characters."""
    return text.isascii() and text.isprintable()
