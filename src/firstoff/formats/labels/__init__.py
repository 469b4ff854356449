"""Codes that a scanner reads, as SVG: one kind a file, one line here."""

from firstoff.errors import InvalidInput
from firstoff.formats.labels import datamatrix, qr
from firstoff.formats.labels.kind import Symbol

SYMBOLS: tuple[Symbol, ...] = (datamatrix.SYMBOL, qr.SYMBOL)


def svg(text: str, kind: str = "datamatrix") -> str:
    """The text as a code, black on white with its quiet zone. Raises InvalidInput."""
    for symbol in SYMBOLS:
        if symbol.name == kind:
            return symbol.draw(text)
    names = ", ".join(symbol.name for symbol in SYMBOLS)
    raise InvalidInput(f"There is no code {kind!r}; expected one of {names}.", field="kind")
