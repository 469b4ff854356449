"""Unpacks text that a page packed with LZString (LZ78 over UTF-16) and wrote as Base64.

The packed text is a stream of bits, six to a letter, each code with its lowest bit first. Codes 0
and 1 bring a new sign of 8 or 16 bits, 2 ends the text, others name a piece seen before. Source:
pieroxy/lz-string, whose pages interactive BOMs carry.
"""

import re

_LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
_BITS = {ord(letter): format(place, "06b") for place, letter in enumerate(_LETTERS)}
_PACKED = re.compile(r"[A-Za-z0-9+/]*={0,3}")
_CHUNK = 1 << 15
_NEW = {0: 8, 1: 16}
_END = 2


class Unpackable(ValueError):
    """The text is none that LZString packed, it breaks off, or it is longer than allowed."""


def decompressed(packed: str, *, longest: int) -> str:
    """The text. ``longest``: how many signs it may have. Raises Unpackable."""
    if not packed or not _PACKED.fullmatch(packed):
        raise Unpackable("not Base64")
    bits = _Bits(packed.rstrip("="))
    pieces: list[str] = ["", "", ""]
    code, width = bits.number(2), 3
    if code == _END:
        return ""
    last = _sign(bits, code)
    pieces.append(last)
    found, length, room = [last], len(last), 4
    while True:
        code = bits.number(width)
        if code == _END:
            break
        if code in _NEW:
            pieces.append(_sign(bits, code))
            code = len(pieces) - 1
            room -= 1
            if room == 0:
                room, width = 1 << width, width + 1
        piece = _piece(pieces, code, last)
        found.append(piece)
        length += len(piece)
        if length > longest:
            raise Unpackable(f"longer than {longest:,} signs")
        pieces.append(last + piece[0])
        last = piece
        room -= 1
        if room == 0:
            room, width = 1 << width, width + 1
    return _whole("".join(found))


def _sign(bits: "_Bits", code: int) -> str:
    if code not in _NEW:
        raise Unpackable("an unknown code")
    return chr(bits.number(_NEW[code]))


def _piece(pieces: list[str], code: int, last: str) -> str:
    if code < len(pieces):
        return pieces[code]
    if code == len(pieces):
        return last + last[0]
    raise Unpackable("an unknown code")


def _whole(text: str) -> str:
    """Halves of surrogate pairs put together."""
    if text.isascii():
        return text
    return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")


class _Bits:
    """Numbers out of the letters, their lowest bit first; letters are turned into bits in turn."""

    def __init__(self, letters: str) -> None:
        self.letters, self.taken = letters, 0
        self.held, self.at = "", 0

    def number(self, width: int) -> int:
        while len(self.held) - self.at < width:
            part = self.letters[self.taken : self.taken + _CHUNK]
            if not part:
                raise Unpackable("it breaks off")
            self.taken += len(part)
            self.held = self.held[self.at :] + part.translate(_BITS)
            self.at = 0
        found = self.held[self.at : self.at + width]
        self.at += width
        return int(found[::-1], 2)
