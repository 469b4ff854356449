"""Code 128: the bars of cartons. GS1-128 carries the SSCC of a logistic unit."""

from firstoff.errors import InvalidInput

from . import gs1
from .kind import Modules, Symbol, bracketed, encoded, field, simple

LONGEST = 48  # characters, as GS1 General Specifications 5.4.4.3 allow


def _encode(text: str) -> Modules:
    """ISO/IEC 15417."""
    from zxingcpp import BarcodeFormat

    return encoded(_fits(text), BarcodeFormat.Code128, linear=True)


def _encode_gs1(text: str) -> Modules:
    """GS1 General Specifications 5.4: ISO/IEC 15417 with FNC1 first."""
    from zxingcpp import BarcodeFormat

    return encoded(bracketed(_fits(text)), BarcodeFormat.Code128, linear=True, gs1=True)


def _fits(text: str) -> str:
    if simple(text) and len(text) <= LONGEST:
        return text
    raise InvalidInput(
        f"“{text[:60]}” does not go into a Code 128; expected up to {LONGEST} ASCII characters. "
        "Data Matrix and QR Code take more."
    )


def _zpl(text: str, dots: int, height: int) -> str | None:
    if ">" in text:
        return None  # begins an escape, which firmware treats differently
    return f"^BY{dots}^BCN,{height},N,N,N,A" + field(text)


def _zpl_gs1(text: str, dots: int, height: int) -> str | None:
    digits = gs1.encode(gs1.from_text(text))
    if not digits.isdigit() or len(digits) % 2:
        return None  # a change of subset within: the picture keeps the width that was laid out
    return f"^BY{dots}^BCN,{height},N,N,N,N" + field(f">;>8{digits}")


SYMBOL = Symbol("code128", "Code 128", _encode, 10, _zpl, linear=True)
GS1 = Symbol("gs1_128", "GS1-128", _encode_gs1, 10, _zpl_gs1, linear=True, is_gs1=True)
