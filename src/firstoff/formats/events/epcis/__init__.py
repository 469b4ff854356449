"""GS1 EPCIS 2.0: who made, moved, tested or scrapped what, where and when, as JSON-LD (R-65).

``read`` and ``write`` take and give documents without loss, ``stream`` writes long ones;
``identifiers`` names things by URI; ``manufacture`` says what happened on the floor as events, and
hears it from them. See docs/reference/epcis.md.
"""

from firstoff.formats.events.epcis.documents import read, stream, value_of, write

__all__ = ["read", "stream", "value_of", "write"]
