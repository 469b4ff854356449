"""Labels of distributors: ANSI MH10.8.2 data identifiers as EIGP 114 uses them, LCSC, TME.

An envelope of ISO/IEC 15434: ``[)>`` RS ``06`` GS, fields with GS between, RS, EOT. Some
distributors leave out the first RS, or write a character before it.
"""

import re

from firstoff.errors import InvalidInput

from .wedge import EOT, GS, RS

Fields = tuple[tuple[str, str], ...]  # (data identifier or key, value)

_HEAD = re.compile(rf"^.?\[\)>{RS}?(05|06|12)({GS}?)")
_FIELD = re.compile(r"(\d{0,3}[A-Z])(.*)", re.DOTALL)
# What a data identifier is to us; the others are kept under their own names.
MEANINGS = {
    "P": "part",
    "1P": "mpn",
    "Q": "quantity",
    "1T": "lot",
    "T": "lot",
    "S": "serial",
    "9D": "date_code",
    "10D": "date_code",
}
_LCSC = {"pc": "part", "pm": "mpn", "qty": "quantity"}
_TME = {"PN": "part", "MPN": "mpn", "QTY": "quantity"}


def envelope(text: str) -> tuple[str, str] | None:
    """(format, body) of an ISO/IEC 15434 message; none where the text is none. Raises
    InvalidInput where the scanner dropped what separates its fields."""
    head = _HEAD.match(text)
    if head is None:
        return None
    body = text[head.end() :].rstrip(EOT).rstrip(RS)
    if not head[2] and GS not in body:
        raise InvalidInput(
            "The separators of this distributor label are lost; set the scanner to send control "
            "characters (GS, RS) and scan again."
        )
    return head[1], body


def identified(body: str) -> Fields:
    """Fields of format 06: each a data identifier and its value, without empty ones."""
    found = (_FIELD.fullmatch(field.strip()) for field in body.split(GS))
    return tuple((one[1], one[2].strip()) for one in found if one and one[2].strip())


def lcsc(text: str) -> Fields | None:
    """Fields of ``{pbn:PICK1,pc:C312270,pm:ABC,qty:10}``."""
    if not re.fullmatch(r"\{\w+:.*\}", text):
        return None
    pairs = re.findall(r"(?:^|,)(\w+):(.*?)(?=,\w+:|$)", text[1:-1])
    if "pc" not in dict(pairs):
        return None
    return tuple((_LCSC.get(key, key), value) for key, value in pairs if value not in ("", "null"))


def tme(text: str) -> Fields | None:
    """Fields of ``QTY:100 PN:SMD0603 PO:1/2 MFR:ROYALOHM MPN:0603SAF https://...``."""
    if not re.match(r"QTY:\d", text):
        return None
    pairs = re.findall(r"(?:^| )([A-Z]+):(\S+)", text)
    return tuple((_TME.get(key, key), value) for key, value in pairs)
