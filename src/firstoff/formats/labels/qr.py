"""QR Code: phones read it."""

from firstoff.formats.labels.kind import Symbol, drawn


def draw(text: str) -> str:
    """ISO/IEC 18004."""
    from zxingcpp import BarcodeFormat

    return drawn(text, BarcodeFormat.QRCode)


SYMBOL = Symbol("qr", "QR Code", draw)
