"""Documents of events that come in (EPCIS 2.0): kept as they came, and recorded as far as they say
what is recorded here (R-65)."""

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any, Union
from uuid import UUID

import msgspec
from django.conf import settings

from firstoff.db.models import EventCapture, Site
from firstoff.errors import FirstoffError, InvalidInput
from firstoff.formats import store
from firstoff.formats.events import epcis
from firstoff.formats.events.epcis.values import EpcisDocument
from firstoff.rules.access import Actor, require
from firstoff.rules.genealogy import KINDS, Posted
from firstoff.rules.ledger import canonical
from firstoff.services import genealogy, ledger
from firstoff.services.genealogy import LARGEST_POST, Mode
from firstoff.services.genealogy.stored import ids_stored

_RECORD: Any = Union[KINDS]  # noqa: UP007  # from the registry
_MOST_SAID = 200  # reasons that an answer lists


@dataclass(frozen=True, slots=True)
class Aside:
    """An event that became no record, by its place in the document from 1, and why."""

    event: int
    code: str
    why: str


@dataclass(frozen=True, slots=True)
class Captured:
    """What became of a document. ``asides`` are the first of those left aside or refused.

    ``again``: the same document had been taken before, and nothing was written now."""

    uid: UUID
    name: str
    sha256: str
    events: int
    stored: int
    already: int
    unheard: int
    refused: int
    asides: tuple[Aside, ...]
    again: bool = False


@dataclass(slots=True)
class _Heard:
    """Records of the events, each with the place of its event."""

    records: list[tuple[int, Posted]] = field(default_factory=list)
    known: int = 0
    asides: list[Aside] = field(default_factory=list)


def naming() -> epcis.Naming:
    """How this installation names things in events: by its public address."""
    return epcis.Naming(base=settings.URL.geturl() or "https://firstoff.invalid")


def capture(
    *,
    site_id: int,
    content: bytes,
    name: str,
    by: Actor,
    at: datetime,
    mode: Mode = "best_effort",
    uid: UUID | None = None,
) -> Captured:
    """Take a document of events: the whole document is kept, its events are recorded.

    An event whose record is stored already stays as it is. In mode ``all`` nothing is taken where
    a record is refused; an event that says nothing recorded here is left aside in either mode.
    Raises InvalidInput where the document is no valid EPCIS 2.0.
    """
    require(by, "unit.record", site_id)
    document = epcis.read(content, name)
    digest = hashlib.sha256(content).hexdigest()
    before = EventCapture.objects.filter(site=site_id, sha256=digest).first()
    if before is not None:
        return _told(before, again=True)
    heard = _heard(document, Site.objects.get(pk=site_id).code)
    stored, already = _post(heard, site_id, by, at, mode)
    store.put(Path(settings.MEDIA_ROOT), content, name=name)
    unheard = sum(1 for aside in heard.asides if aside.code == "unheard")
    outcome = {
        "stored": stored,
        "already": already + heard.known,
        "unheard": unheard,
        "refused": len(heard.asides) - unheard,
        "asides": [[a.event, a.code, a.why] for a in heard.asides[:_MOST_SAID]],
    }
    with ledger.verb("trace.capture_events", by=by, at=at, subject=f"events {name}") as entry:
        # Somebody may have sent the same document meanwhile; its records were stored once.
        twice = EventCapture.objects.filter(site=site_id, sha256=digest).first()
        if twice is None:
            made = EventCapture(
                site_id=site_id,
                name=name[:300],
                sha256=digest,
                size=len(content),
                events=len(document.events),
                outcome=canonical(outcome),
            )
            if uid is not None:
                made.uid = uid
            entry.add(made)
        entry.details.update({k: v for k, v in outcome.items() if k != "asides"})
    return _told(twice or made, again=twice is not None)


def _heard(document: EpcisDocument, site: str) -> _Heard:
    names, found = naming(), _Heard()
    waiting: list[tuple[int, dict[str, Any]]] = []
    for place, event in enumerate(document.events, start=1):
        said = epcis.happenings_of(event, names)
        if isinstance(said, epcis.Unheard):
            found.asides.append(Aside(place, "unheard", said.why))
            continue
        for happening in said:
            elsewhere = happening.site and happening.site != site
            try:
                if elsewhere:
                    raise InvalidInput(f"It happened at {happening.site}, not at {site}.")
                waiting.append((place, epcis.record_of(happening)))
            except FirstoffError as error:
                found.asides.append(Aside(place, "unheard", error.message))
    known = ids_stored([UUID(record["id"]) for _, record in waiting])
    for place, record in waiting:
        if UUID(record["id"]) in known:
            found.known += 1
            continue
        try:
            found.records.append((place, msgspec.convert(record, _RECORD, strict=False)))
        except msgspec.ValidationError as error:
            found.asides.append(Aside(place, "fields", str(error)))
    return found


def _post(heard: _Heard, site_id: int, by: Actor, at: datetime, mode: Mode) -> tuple[int, int]:
    """Post what was heard; answers how many records were stored, and were there already."""
    if mode == "all" and heard.asides:
        refused = [a for a in heard.asides if a.code != "unheard"]
        if refused:
            raise InvalidInput(
                f"Event {refused[0].event} cannot be recorded: {refused[0].why}",
                field=f"event {refused[0].event}",
            )
    stored = already = 0
    for some in _posts(heard.records, mode):
        answer = genealogy.post_records(
            site_id=site_id,
            records=[record for _, record in some],
            by=by,
            at=at,
            mode=mode,
            largest=None,
            source="epcis",
        )
        stored += answer.count("stored")
        already += answer.count("already")
        heard.asides += [
            Aside(some[a.index][0], a.code, f"{a.message} {a.way_out}".strip())
            for a in answer.refused
        ]
    return stored, already


def _posts(
    records: Sequence[tuple[int, Posted]], mode: Mode
) -> Iterator[Sequence[tuple[int, Posted]]]:
    """All in one where all or none is taken; else some at a time."""
    size = len(records) if mode == "all" else LARGEST_POST
    for start in range(0, len(records), max(1, size)):
        yield records[start : start + size]


def _told(row: EventCapture, *, again: bool) -> Captured:
    said = msgspec.json.decode(row.outcome)
    return Captured(
        row.uid,
        row.name,
        row.sha256,
        row.events,
        said["stored"],
        said["already"],
        said["unheard"],
        said["refused"],
        tuple(Aside(*aside) for aside in said["asides"]),
        again,
    )
