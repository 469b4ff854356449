"""Labels as the dots that a printer prints: black or white, a module a whole number of them."""

from collections.abc import Sequence
from io import BytesIO

import numpy as np
from PIL import Image

from . import paper
from .layout import Code, Layout

BLACK_BELOW = 150  # of 255: strokes of small text stay whole

Dots = np.ndarray[tuple[int, int], np.dtype[np.bool_]]  # True is black


def dots(layouts: Sequence[Layout]) -> list[Dots]:
    """A matrix a label; all of one size and resolution."""
    return [
        _with_codes(layout, texts)
        for layout, texts in zip(layouts, text_dots(layouts), strict=True)
    ]


def text_dots(layouts: Sequence[Layout]) -> list[Dots]:
    """The same without the codes."""
    if not layouts:
        return []
    pictures = paper.text_pictures(layouts)
    return [_dark(layout, png) for layout, png in zip(layouts, pictures, strict=True)]


def png(layout: Layout) -> bytes:
    """The label as a PNG of one bit a dot, which knows its resolution."""
    return _png(dots([layout])[0], layout.dots * 25.4)


def pngs(layouts: Sequence[Layout]) -> list[bytes]:
    return [
        _png(one, layout.dots * 25.4) for one, layout in zip(dots(layouts), layouts, strict=True)
    ]


def _png(black: Dots, dpi: float) -> bytes:
    made = BytesIO()
    Image.fromarray(~black).save(made, "PNG", dpi=(dpi, dpi))
    return made.getvalue()


def _dark(layout: Layout, picture: bytes) -> Dots:
    with Image.open(BytesIO(picture), formats=("PNG",)) as image:
        grey = np.asarray(image.convert("RGBA").convert("L"))
    black = np.zeros((layout.height, layout.width), dtype=np.bool_)
    high, wide = min(layout.height, grey.shape[0]), min(layout.width, grey.shape[1])
    black[:high, :wide] = grey[:high, :wide] < BLACK_BELOW
    return black


def _with_codes(layout: Layout, black: Dots) -> Dots:
    for code in layout.codes:
        black[code.y : code.y + code.height, code.x : code.x + code.width] = code_dots(code)
    return black


def code_dots(code: Code) -> Dots:
    """The code alone, without its quiet zone."""
    rows = np.array([list(row) for row in code.modules.rows], dtype=np.bool_)
    down = code.bar if code.bar else code.dots
    return np.repeat(np.repeat(rows, down, axis=0), code.dots, axis=1)
