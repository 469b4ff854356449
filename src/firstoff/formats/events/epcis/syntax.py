"""What text may be a URI, a time, a version, a unit: the patterns of EPCIS 2.0's JSON schema.

A URI is one of RFC 3986 (with a scheme, in ASCII), which a prefixed name such as
``example:myField`` is as well; a time one of RFC 3339, with its offset and without leap seconds.
"""

import calendar
import ipaddress
import re
from functools import lru_cache

_PCHAR = r"(?:[A-Za-z0-9\-._~!$&'()*+,;=:@]|%[0-9A-Fa-f]{2})"
_TAIL = rf"(?:\?(?:{_PCHAR}|[/?])*)?(?:\#(?:{_PCHAR}|[/?])*)?"
_NAME = r"(?:[A-Za-z0-9\-._~!$&'()*+,;=]|%[0-9A-Fa-f]{2})"
_URI = re.compile(
    rf"""[A-Za-z][A-Za-z0-9+.\-]*:
    (?: // (?:(?:{_NAME}|:)*@)? (?:\[(?P<literal>[^\]]*)\]|{_NAME}*) (?::[0-9]*)? (?:/{_PCHAR}*)*
      | /?(?:{_PCHAR}+(?:/{_PCHAR}*)*)?
    ){_TAIL}""",
    re.VERBOSE,
)
_FUTURE = re.compile(r"v[0-9A-Fa-f]+\.[A-Za-z0-9\-._~!$&'()*+,;=:]+")

_TIME = re.compile(
    r"([0-9]{4})-(0[1-9]|1[0-2])-([0-9]{2})[Tt](?:[01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9]"
    r"(?:\.[0-9]+)?(?:[Zz]|[+-](?:[01][0-9]|2[0-3]):[0-5][0-9])"
)
_OFFSET = re.compile(r"[+-](?:(?:0[0-9]|1[0-3]):[0-5][0-9]|14:00)")
_VERSION = re.compile(r"[0-9]+(?:\.[0-9]+)*")
_UOM = re.compile(r"[A-Z0-9]{2,3}")
_HEX = re.compile(r"[A-Fa-f0-9]+")
_CBV = re.compile(r"urn:epcglobal:cbv|https?://ns\.gs1\.org/cbv/")
_WEB_VOC = re.compile(r"https?://(?:www\.)?gs1\.org/voc/")


@lru_cache(maxsize=8192)  # the same places, lots and prefixed names come again and again
def is_uri(text: str) -> bool:
    match = _URI.fullmatch(text)
    if match is None:
        return False
    literal = match["literal"]
    return literal is None or _is_address(literal)


def _is_address(literal: str) -> bool:
    if _FUTURE.fullmatch(literal):
        return True
    try:
        return "%" not in literal and bool(ipaddress.IPv6Address(literal))
    except ValueError:
        return False


def is_time(text: str) -> bool:
    match = _TIME.fullmatch(text)
    if match is None:
        return False
    year, month, day = (int(part) for part in match.groups())
    return year > 0 and 1 <= day <= calendar.monthrange(year, month)[1]


def is_offset(text: str) -> bool:
    return _OFFSET.fullmatch(text) is not None


def is_version(text: str) -> bool:
    return _VERSION.fullmatch(text) is not None


def is_uom(text: str) -> bool:
    return _UOM.fullmatch(text) is not None


def is_hex(text: str) -> bool:
    return _HEX.fullmatch(text) is not None


def is_foreign_word(text: str) -> bool:
    """A user's own word: a URI outside the name spaces of CBV, whose words go by short name."""
    return is_uri(text) and _CBV.match(text) is None


def is_foreign_measure(text: str) -> bool:
    """As ``is_foreign_word``, for the words of the GS1 Web Vocabulary."""
    return is_uri(text) and _WEB_VOC.match(text) is None
