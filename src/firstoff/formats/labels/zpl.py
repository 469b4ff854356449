"""Labels for printers that speak ZPL II.

Codes go as commands where a printer prints the same (``Symbol.zpl``), else as pictures. Text goes
as text in the printer's own font where that has the letters (Latin), else as a picture.
Source: ZPL II Programming Guide (Zebra); Creating GS1 Barcodes with Zebra Printers.
"""

from collections.abc import Sequence
from dataclasses import replace

from .flow import Text
from .kind import field
from .layout import Code, Layout
from .raster import Dots, code_dots, text_dots

START, END = "^XA", "^XZ"
MARGIN = 0.35  # em over and under a picture of text: marks above capitals, tails below


def zpl(layouts: Sequence[Layout], *, copies: int = 1, pictures: bool = False) -> str:
    """The labels one after the other, each as often as asked.

    pictures: codes as pictures too, where a printer's firmware is in doubt.
    """
    drawn = _drawn(layouts)
    return "".join(
        _label(layout, black, copies, pictures)
        for layout, black in zip(layouts, drawn, strict=True)
    )


def _drawn(layouts: Sequence[Layout]) -> list[Dots | None]:
    """The text that a printer has no letters for, set once for all labels."""
    foreign = [_only_foreign(layout) for layout in layouts]
    asked = [one for one in foreign if one.texts]
    made = iter(text_dots(asked))
    return [next(made) if one.texts else None for one in foreign]


def _only_foreign(layout: Layout) -> Layout:
    texts = tuple(text for text in layout.texts if not _printers(text))
    return replace(layout, texts=texts)


def _printers(text: Text) -> bool:
    """Whether font 0 has every letter: Latin-1, of which every model has all."""
    return all(" " <= c <= "~" or "\xa1" <= c <= "\xff" for c in text.text)


def _label(layout: Layout, black: Dots | None, copies: int, pictures: bool) -> str:
    lines = [
        f"{START}^CI28",
        f"^PW{layout.width}^LL{layout.height}^LH0,0",
        *(_code(code, pictures) for code in layout.codes),
        *(_text(text, black) for text in layout.texts),
        f"^PQ{copies}{END}",
    ]
    return "\n".join(lines) + "\n"


def _code(code: Code, pictures: bool) -> str:
    command = None if pictures else code.symbol.zpl(code.text, code.dots, code.height)
    drawn = command or graphic(code_dots(code))
    return f"^FO{code.x},{code.y}{drawn}"


def _text(text: Text, black: Dots | None) -> str:
    if black is None or _printers(text):
        return f"^FT{text.x},{text.baseline}^A0N,{text.size},0{field(text.text)}"
    top = max(0, text.baseline - round(text.size * (1 + MARGIN)))
    bottom = min(len(black), text.baseline + round(text.size * MARGIN))
    right = text.x + text.width
    return f"^FO{text.x},{top}{graphic(black[top:bottom, text.x : right])}"


def graphic(black: Dots) -> str:
    """^GFA: rows of whole bytes in hexadecimal. Every firmware reads it."""
    import numpy as np

    packed = np.packbits(black, axis=1)
    across = packed.shape[1]
    total = packed.size
    return f"^GFA,{total},{total},{across},{packed.tobytes().hex().upper()}^FS"
