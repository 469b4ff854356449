"""Events out (EPCIS 2.0), and the documents of events that came in (R-65)."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from uuid import UUID

from django.conf import settings

from firstoff.db.models import EventCapture
from firstoff.errors import NotFound
from firstoff.formats import store
from firstoff.formats.events import epcis
from firstoff.formats.events.epcis.values import Event
from firstoff.queries.access import site as site_of
from firstoff.queries.trace.happened import Wanted, happened
from firstoff.rules.access import Actor


@dataclass(frozen=True, slots=True)
class CaptureRow:
    id: UUID
    name: str
    sha256: str
    size: int
    events: int
    received_at: datetime
    by: str


def events(
    actor: Actor, site: str, wanted: Wanted, naming: epcis.Naming, at: datetime
) -> Iterator[bytes]:
    """A capture document of what happened, piece by piece. Raises NotFound before the first."""
    said = happened(actor, site, wanted)
    return epcis.stream(epcis.document(naming, at), _events(said, naming))


def _events(
    said: Iterator[tuple[epcis.Happening, epcis.Voided | None]], naming: epcis.Naming
) -> Iterator[Event]:
    """A voided record is said as it was, then once more with the declaration that it was wrong."""
    for happening, voided in said:
        yield epcis.event_of(happening, naming)
        if voided is not None:
            yield epcis.event_of(happening, naming, voided)


def captures(
    actor: Actor, site: str, *, offset: int = 0, limit: int = 50
) -> tuple[tuple[CaptureRow, ...], int]:
    """Documents of events that came in, the newest first, and how many there are."""
    rows = EventCapture.objects.filter(site=site_of(actor, site).id)
    page = rows.select_related("by").order_by("-pk")[offset : offset + limit]
    return tuple(
        CaptureRow(r.uid, r.name, r.sha256, r.size, r.events, r.received_at, r.by.username)
        for r in page
    ), rows.count()


def captured(actor: Actor, site: str, uid: UUID) -> tuple[str, bytes]:
    """A document as it came: its name and its bytes. Raises NotFound."""
    rows = EventCapture.objects.filter(site=site_of(actor, site).id, uid=uid)
    found = rows.values_list("name", "sha256", "size").first()
    if found is None:
        raise NotFound("There is no such document of events, or not for you.")
    name, sha256, size = found
    return name, store.get(Path(settings.MEDIA_ROOT), sha256, size=size)
