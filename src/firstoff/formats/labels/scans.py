"""What a scan says: one frozen value, whatever symbol, scanner or sender it came from."""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from decimal import Decimal, InvalidOperation
from enum import StrEnum
from typing import Any

from firstoff.errors import InvalidInput

from . import distributors, gs1, internal
from .wedge import GS, separated, stood_in

LONGEST = 4096  # characters: more than any symbol holds
_SYMBOLOGY = re.compile(r"\]([A-Za-z]\d)")
_HALVES = re.compile(r"[\ud800-\udfff]")
_GS1_SYMBOLS = ("d2", "Q3", "C1", "e0", "J1")  # ISO/IEC 15424: the modifier says FNC1 came first
_RETAIL = ("E0", "E4")  # EAN-13 with UPC, EAN-8


class What(StrEnum):
    GS1 = "gs1"  # element strings, in a symbol or as text
    LINK = "digital link"
    RETAIL = "retail"  # EAN or UPC
    INTERNAL = "internal"  # a code of our own
    DISTRIBUTOR = "distributor"  # ANSI MH10.8.2, LCSC, TME
    TEXT = "text"  # none of these: a serial, a batch ID, a word


@dataclass(frozen=True, slots=True)
class Scanned:
    """What was scanned. A field that the code does not have is empty.

    raw: as it was sent, without the symbology identifier and line ends.
    names: the kind of thing that an internal code names: unit, batch, carton, pallet, lot, place.
    lot: batch or lot; number: of a carton, pallet or place.
    part: our or the sender's part number; mpn: the manufacturer's.
    other: what has no field here, by GS1 or data identifier, as it came.
    """

    raw: str
    what: What
    names: str = ""
    gtin: str = ""
    serial: str = ""
    lot: str = ""
    part: str = ""
    mpn: str = ""
    quantity: Decimal | None = None
    date_code: str = ""
    sscc: str = ""
    number: str = ""
    other: tuple[tuple[str, str], ...] = ()


_GS1_FIELDS = {
    "00": "sscc",
    "01": "gtin",
    "10": "lot",
    "21": "serial",
    "30": "quantity",
    "37": "quantity",
    "414": "number",
    "8010": "part",
    "8011": "serial",
}


def scanned(given: str) -> Scanned:
    """What the text says that a scanner typed or a picture held.

    Raises InvalidInput where it says that it is GS1 and is not, where the scanner dropped the
    separators that it needs, where there is nothing in it.
    """
    if not given.strip() or len(given) > LONGEST:
        raise InvalidInput(f"A scan has 1 to {LONGEST} characters; found {len(given.strip())}.")
    if _HALVES.search(given):
        raise InvalidInput("The scan holds half a character (an unpaired surrogate); scan again.")
    sent = given.strip("\r\n\t ")
    symbol = _SYMBOLOGY.match(sent)
    raw = sent[symbol.end() :] if symbol else sent
    body = separated(raw)
    if symbol and symbol[1] in _GS1_SYMBOLS:
        return _gs1(raw, gs1.decode(stood_in(body)))
    if symbol and symbol[1] in _RETAIL and raw.isdigit():
        return Scanned(raw, What.RETAIL, gtin=gs1.gtin14(raw))
    ours = _internal(raw)  # before separators: its identifiers may hold anything
    if ours is not None:
        return ours
    for reader in _READERS:
        found = reader(body)
        if found is not None:
            return replace(found, raw=raw)
    return Scanned(raw, What.TEXT)


def _gs1(raw: str, made: gs1.Elements, what: What = What.GS1) -> Scanned:
    return _filled(raw, what, ((_GS1_FIELDS.get(one.ai, one.ai), one.value) for one in made))


def _filled(raw: str, what: What, pairs: Iterable[tuple[str, str]]) -> Scanned:
    """A field is filled once; what comes again, or is no quantity, stays with the others."""
    fields: dict[str, Any] = {}
    other: list[tuple[str, str]] = []
    for name, value in pairs:
        is_field = name in _FIELDS and name not in fields
        if is_field and (name != "quantity" or _quantity(value) is not None):
            fields[name] = value
        else:
            other.append((name, value))
    quantity = _quantity(fields.pop("quantity", ""))
    return Scanned(raw, what, quantity=quantity, other=tuple(other), **fields)


_FIELDS = frozenset(_GS1_FIELDS.values()) | frozenset(distributors.MEANINGS.values())


def _quantity(value: str) -> Decimal | None:
    try:
        found = Decimal(value)
    except InvalidOperation:
        return None
    return found if found.is_finite() and found >= 0 else None


def _internal(text: str) -> Scanned | None:
    found = internal.decode(text)
    if found is None:
        return None
    return replace(_filled(text, What.INTERNAL, found[1].items()), names=found[0].names)


def _distributor(text: str) -> Scanned | None:
    message = distributors.envelope(text)
    if message and message[0] == "05":  # the same envelope round GS1 elements
        return _gs1(text, gs1.decode(message[1]))
    if message:
        named = distributors.identified(message[1])
        fields = tuple((distributors.MEANINGS.get(key, key), value) for key, value in named)
    else:
        fields = distributors.lcsc(text) or distributors.tme(text) or ()
    return _filled(text, What.DISTRIBUTOR, fields) if fields else None


def _link(text: str) -> Scanned | None:
    if not re.match(r"https?://", text, re.IGNORECASE):
        return None
    try:
        return _gs1(text, gs1.from_digital_link(text), What.LINK)
    except InvalidInput:
        return None  # an address like any other


def _elements(text: str) -> Scanned | None:
    """Element strings without the sign that they are: taken where nothing else makes sense."""
    certain = text.startswith((GS, "(01)", "(00)"))
    try:
        if text.startswith("("):
            return _gs1(text, gs1.from_text(text))
        if certain or re.match(r"01\d{14}|00\d{18}", text):
            return _gs1(text, gs1.decode(stood_in(text)))
    except InvalidInput:
        if certain:
            raise
    return None


_READERS: tuple[Callable[[str], Scanned | None], ...] = (_distributor, _link, _elements)
