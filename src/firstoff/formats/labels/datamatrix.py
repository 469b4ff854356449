"""Data Matrix: the smallest code for a part; GS1's choice for marking. Always square: the
rectangular forms scan worse when they are bent round a part, and printers do not make them."""

from . import gs1
from .kind import Modules, Symbol, bracketed, encoded, field, simple

FNC1 = "_1"  # with _ named as the escape of ^BX: firmware differs in which it takes unasked


def _encode(text: str) -> Modules:
    """ISO/IEC 16022."""
    from zxingcpp import BarcodeFormat

    return encoded(text, BarcodeFormat.DataMatrix, force_square=True)


def _encode_gs1(text: str) -> Modules:
    """GS1 General Specifications 5.6: ISO/IEC 16022 with FNC1 first."""
    from zxingcpp import BarcodeFormat

    return encoded(bracketed(text), BarcodeFormat.DataMatrix, force_square=True, gs1=True)


def _zpl(text: str, dots: int, _height: int) -> str | None:
    if not simple(text):
        return None  # ^BX cannot say which character set it holds
    return f"^BXN,{dots},200,,,,_,1" + field(text.replace("_", "__"))


def _zpl_gs1(text: str, dots: int, _height: int) -> str:
    data = gs1.encode(gs1.from_text(text)).replace("_", "__").replace(gs1.GS, FNC1)
    return f"^BXN,{dots},200,,,,_,1" + field(FNC1 + data)


SYMBOL = Symbol("datamatrix", "Data Matrix", _encode, 1, _zpl)
GS1 = Symbol("gs1_datamatrix", "GS1 DataMatrix", _encode_gs1, 1, _zpl_gs1, is_gs1=True)
