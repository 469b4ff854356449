"""Events that plants exchange: one package a format, one line here."""

from firstoff.formats.events import epcis
from firstoff.formats.events.kind import Format

__all__ = ["FORMATS", "Format"]

FORMATS: tuple[Format, ...] = (epcis.FORMAT,)
