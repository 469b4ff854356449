"""The registry of codes: one symbology a file, one line here."""

from firstoff.errors import InvalidInput

from . import code128, datamatrix, qr
from .kind import Symbol

SYMBOLS: tuple[Symbol, ...] = (
    datamatrix.SYMBOL,
    qr.SYMBOL,
    datamatrix.GS1,
    qr.GS1,
    code128.SYMBOL,
    code128.GS1,
)


def symbol(name: str) -> Symbol:
    for one in SYMBOLS:
        if one.name == name:
            return one
    names = ", ".join(one.name for one in SYMBOLS)
    raise InvalidInput(f"There is no code {name!r}; expected one of {names}.", field="kind")
