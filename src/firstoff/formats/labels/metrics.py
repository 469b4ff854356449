"""How wide a text will be: the advances of FiraGO, which sets the labels.

A character that FiraGO has not is taken as wide as its height, wider than the fonts that then
stand in for it; what is set is narrowed to its box at the last, should it still be wider.
"""

from functools import lru_cache
from io import BytesIO

ASCENT = 0.75  # of the size: what a line takes above its baseline; capitals take 0.69
LEADING = 1.18  # from one baseline to the next


@lru_cache(maxsize=2)
def _advances(bold: bool) -> dict[int, float]:
    import pymupdf_fonts
    from fontTools.ttLib import TTFont

    font = TTFont(BytesIO(pymupdf_fonts.fontbuffers["figbo" if bold else "figo"]()))
    em, metrics = font["head"].unitsPerEm, font["hmtx"].metrics
    return {point: metrics[glyph][0] / em for point, glyph in font.getBestCmap().items()}


@lru_cache(maxsize=4096)
def width(text: str, bold: bool = False) -> float:
    """In units of the size."""
    advances = _advances(bold)
    return sum(advances.get(ord(character), 1.0) for character in text)
