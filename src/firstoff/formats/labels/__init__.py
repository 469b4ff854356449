"""FLOOR 3. Labels and what is scanned off them. See docs/reference/labels.md.

    svg(text, kind)                a code as a picture for a page
    scanned(text)                  what a scanner sent, as one value
    job.printed(Job(...))          labels as PDF, PNG, SVG or ZPL
    pictures.read_picture(bytes)   what the codes in a photograph say
    verify.verify(applied, found)  whether a label is the one that was applied
    gs1                            element strings, Digital Links, check digits

Registries: symbols.SYMBOLS, templates.TEMPLATES, sizes.SIZES, job.FORMS.
"""

from firstoff.formats.labels.kind import Symbol
from firstoff.formats.labels.scans import Scanned, What, scanned
from firstoff.formats.labels.symbols import SYMBOLS, symbol

__all__ = ["SYMBOLS", "Scanned", "Symbol", "What", "scanned", "svg", "symbol"]


def svg(text: str, kind: str = "datamatrix") -> str:
    """The text as a code, black on white with its quiet zone. Raises InvalidInput."""
    return symbol(kind).draw(text)
