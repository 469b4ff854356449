"""Codes that a scanner reads, as SVG: one kind a file, one line here."""

from firstoff.formats.labels.kind import Symbol
from firstoff.formats.labels.symbols import SYMBOLS, symbol

__all__ = ["SYMBOLS", "Symbol", "svg", "symbol"]


def svg(text: str, kind: str = "datamatrix") -> str:
    """The text as a code, black on white with its quiet zone. Raises InvalidInput."""
    return symbol(kind).draw(text)
