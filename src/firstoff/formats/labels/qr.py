"""QR Code: phones read it. Printers get it as a picture: their own command (^BQ) places it ten
dots lower on some firmware, and knows no separators of GS1."""

from .kind import Modules, Symbol, bracketed, encoded


def _encode(text: str) -> Modules:
    """ISO/IEC 18004, level M."""
    from zxingcpp import BarcodeFormat

    return encoded(text, BarcodeFormat.QRCode, ec_level="M")


def _encode_gs1(text: str) -> Modules:
    """GS1 General Specifications 5.7: ISO/IEC 18004 with FNC1 first."""
    from zxingcpp import BarcodeFormat

    return encoded(bracketed(text), BarcodeFormat.QRCode, ec_level="M", gs1=True)


def _zpl(_text: str, _dots: int, _height: int) -> None:
    return None


SYMBOL = Symbol("qr", "QR Code", _encode, 4, _zpl)
GS1 = Symbol("gs1_qr", "GS1 QR Code", _encode_gs1, 4, _zpl, is_gs1=True)
