"""Codes of our own, for what has no GS1 number: ``U CC1 0017 JK``.

A letter for the kind, the identifiers, two check letters, with spaces between. Space, digits and
most letters come through every keyboard layout that can be told apart; the check letters, taken
from those, tell when one did not, so that no unit is taken for its neighbour because Y became Z.
"""

import re
from dataclasses import dataclass

from firstoff.errors import InvalidInput

from .wedge import readings


@dataclass(frozen=True, slots=True)
class Kind:
    letter: str
    names: str
    fields: tuple[str, ...]


UNIT = Kind("U", "unit", ("part", "serial"))
BATCH = Kind("B", "batch", ("lot",))
CARTON = Kind("C", "carton", ("number",))
PALLET = Kind("P", "pallet", ("number",))
LOT = Kind("L", "lot", ("lot",))
PLACE = Kind("E", "place", ("number",))
COMMAND = Kind("X", "command", ("number",))  # on a card beside a station
KINDS = (UNIT, BATCH, CARTON, PALLET, LOT, PLACE, COMMAND)

SAFE = "BCDEFGHJKLNPRSTUX"  # the same key on American, German and French keyboards; no I, no O
_MODULUS = 283  # the largest prime of two such letters; over 255, so every changed byte shows
_ESCAPED = re.compile(r"[\s%\x00-\x1f\x7f]")
_SHAPE = re.compile(rf"([A-Z]) (\S+(?: \S+)*) ([{SAFE}]{{2}})")


def check_letters(text: str) -> str:
    """Two letters that change with any one byte and any two neighbours."""
    value = 0
    for byte in text.encode():
        value = (value * 31 + byte) % _MODULUS
    high, low = divmod(value, len(SAFE))
    return SAFE[high] + SAFE[low]


def encode(kind: Kind, *values: str) -> str:
    """The code of one thing. Raises InvalidInput where an identifier is missing."""
    for field, value in zip(kind.fields, values, strict=True):
        if not value.strip():
            raise InvalidInput(f"The label of a {kind.names} needs its {field}.", field=field)
        if re.search(r"[\ud800-\udfff]", value):
            raise InvalidInput(f"The {field} holds half a character.", field=field)
    body = " ".join((kind.letter, *(_escape(value) for value in values)))
    return f"{body} {check_letters(body)}"


def _escape(value: str) -> str:
    return _ESCAPED.sub(lambda m: "".join(f"%{byte:02X}" for byte in m[0].encode()), value)


def _plain(value: str) -> str:
    octets = re.sub(
        rb"%([0-9A-F]{2})", lambda m: bytes.fromhex(m[1].decode()), value.encode("utf-8")
    )
    return octets.decode("utf-8", "replace")


def decode(text: str) -> tuple[Kind, dict[str, str]] | None:
    """The kind and its identifiers by field; none where the text is no such code. What a keyboard
    of another layout or Caps Lock did to it is undone."""
    for reading in readings(text):
        found = _SHAPE.fullmatch(reading)
        if found is None or check_letters(reading[:-3]) != found[3]:
            continue
        kind = next((kind for kind in KINDS if kind.letter == found[1]), None)
        values = found[2].split(" ")
        if kind is not None and len(values) == len(kind.fields):
            plain = (_plain(value) for value in values)
            return kind, dict(zip(kind.fields, plain, strict=True))
    return None
