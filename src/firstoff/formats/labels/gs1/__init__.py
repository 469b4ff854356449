"""GS1: element strings, their text, Digital Links, check digits. No symbols: see the folder above.

The rules are the GS1 Barcode Syntax Dictionary's. See docs/reference/labels.md.
"""

from .content import check_digit, check_pair
from .elements import (
    GS,
    Element,
    Elements,
    associated,
    decode,
    elements,
    encode,
    from_text,
    gtin14,
    sscc,
    text,
)
from .links import digital_link, from_digital_link
from .table import Identifier, identifiers

__all__ = [
    "GS",
    "Element",
    "Elements",
    "Identifier",
    "associated",
    "check_digit",
    "check_pair",
    "decode",
    "digital_link",
    "elements",
    "encode",
    "from_digital_link",
    "from_text",
    "gtin14",
    "identifiers",
    "sscc",
    "text",
]
