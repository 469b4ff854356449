"""Data Matrix: the smallest code for a part; GS1's choice for marking."""

from firstoff.formats.labels.kind import Symbol, drawn


def draw(text: str) -> str:
    """ISO/IEC 16022."""
    from zxingcpp import BarcodeFormat

    return drawn(text, BarcodeFormat.DataMatrix)


SYMBOL = Symbol("datamatrix", "Data Matrix", draw)
