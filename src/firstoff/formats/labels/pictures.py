"""Codes in a picture that a camera took."""

from io import BytesIO

import numpy as np
import zxingcpp
from PIL import Image

from firstoff.errors import InvalidInput

from .scans import Scanned, scanned

LARGEST = 25 * 2**20  # bytes
MOST_PIXELS = 64_000_000  # of a telephone; asked before anything is unpacked
FORMATS = ("PNG", "JPEG")


def read_picture(content: bytes) -> tuple[Scanned, ...]:
    """What every code in a PNG or JPEG says, from the top down; empty where there is none.

    A code that claims to be GS1 and is not, is not taken for something else: it raises
    InvalidInput, as a picture of another kind or size does.
    """
    grey = _grey(content)
    codes = zxingcpp.read_barcodes(grey, text_mode=zxingcpp.TextMode.Plain)
    codes.sort(key=lambda code: (code.position.top_left.y, code.position.top_left.x))
    return tuple(dict.fromkeys(scanned(_transmitted(code)) for code in codes if code.text))


def _grey(content: bytes) -> "np.ndarray[tuple[int, ...], np.dtype[np.uint8]]":
    if len(content) > LARGEST:
        raise InvalidInput(
            f"The picture has {len(content):,} bytes; expected at most {LARGEST:,}."
        )
    try:
        with Image.open(BytesIO(content), formats=FORMATS) as image:
            wide, high = image.size
            if wide * high > MOST_PIXELS:
                raise InvalidInput(
                    f"The picture has {wide:,} × {high:,} pixels; "
                    f"expected at most {MOST_PIXELS:,} in all."
                )
            return np.ascontiguousarray(image.convert("L"))
    except InvalidInput:
        raise
    except (OSError, SyntaxError, ValueError, Image.DecompressionBombError) as error:
        raise InvalidInput(
            "The picture cannot be read; expected a whole PNG or JPEG.", field="picture"
        ) from error


def _transmitted(code: zxingcpp.Barcode) -> str:
    """As a scanner sends it that says the kind of symbol."""
    if code.content_type == zxingcpp.ContentType.GS1:
        return f"{code.symbology_identifier}{code.bytes.decode('latin-1')}"
    retail = code.symbology_identifier in ("]E0", "]E4")
    return f"{code.symbology_identifier}{code.text.zfill(13)}" if retail else str(code.text)
