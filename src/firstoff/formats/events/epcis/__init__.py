"""GS1 EPCIS 2.0: who made, moved, tested or scrapped what, where and when, as JSON-LD (R-65).

``read`` and ``write`` take and give documents without loss, ``stream`` writes long ones;
``identifiers`` names things by URI; ``manufacture`` says what happened on the floor as events, and
hears it from them; ``records`` makes records of it. See docs/reference/epcis.md.
"""

import re

from firstoff.formats.events.epcis.documents import read, stream, value_of, write
from firstoff.formats.events.epcis.happenings import Happening, Voided
from firstoff.formats.events.epcis.manufacture import Unheard, document, event_of, happenings_of
from firstoff.formats.events.epcis.naming import Naming
from firstoff.formats.events.epcis.records import record_of
from firstoff.formats.events.kind import Format

__all__ = [
    "FORMAT",
    "Happening",
    "Naming",
    "Unheard",
    "Voided",
    "document",
    "event_of",
    "happenings_of",
    "read",
    "record_of",
    "stream",
    "value_of",
    "write",
]

# A document says its type; one event, or a list of them, has this field in each.
_MARKS = re.compile(rb'"(EPCISDocument|EPCISQueryDocument|eventTimeZoneOffset)"')


def _sniff(head: bytes) -> bool:
    start = head.removeprefix(b"\xef\xbb\xbf").lstrip()[:1]
    return start in (b"{", b"[") and _MARKS.search(head) is not None


FORMAT = Format("epcis", "GS1 EPCIS 2.0", "application/ld+json", ".jsonld", _sniff)
