"""Events out and in (EPCIS 2.0): what is said is heard again; a document is kept as it came."""

import json
from typing import Any
from uuid import UUID

import pytest
from django.utils import timezone

from firstoff.db.models import EventCapture, FloorRecord, Unit
from firstoff.errors import InvalidInput, NotFound
from firstoff.formats.events import epcis
from firstoff.queries.trace import events
from firstoff.queries.trace.happened import Wanted, happened
from firstoff.services import trace
from firstoff.services.genealogy.stored import ids_stored
from tests.conftest import NOW
from tests.making import MINUTE
from tests.recording import LATER, lot, post, rec, sound, unit


def story(world: Any) -> list[str]:
    """A board of a lot in a box, packed, shipped and back; one installation taken back."""
    child = {"part": "PCBA", "serial": "P 1/ä"}
    wrong = rec("install", part="BOX", serial="B-1", child={"part": "PCBA", "serial": "P-2"})
    records = [
        *lot("GLZ 00012"),
        unit("P 1/ä"),
        unit("P-2"),
        unit("B-1", "BOX"),
        rec(
            "consume",
            part="PCBA",
            serial="P 1/ä",
            items=[{"lot": "GLZ 00012", "quantity": "0.02"}],
            at=NOW + MINUTE,
        ),
        wrong,
        rec("void", supersedes=str(wrong.id), reason="Another board", at=NOW + MINUTE),
        rec("install", part="BOX", serial="B-1", child=child, at=NOW + 2 * MINUTE),
        rec(
            "pack",
            package="C-1",
            units=[{"part": "BOX", "serial": "B-1"}],
            at=NOW + 3 * MINUTE,
        ),
        rec(
            "ship",
            shipment="S-1",
            customer="Harrods",
            packages=["C-1"],
            reference="PO 7",
            at=NOW + 4 * MINUTE,
        ),
        rec(
            "return",
            part="BOX",
            serial="B-1",
            customer="Harrods",
            failure="Rattles",
            at=NOW + 5 * MINUTE,
        ),
    ]
    post(world, *records)
    return [str(record.id) for record in records]


def document(world: Any, **wanted: Any) -> bytes:
    pieces = events.events(
        world.ada, world.site.code, Wanted(**wanted), trace.naming(), timezone.now()
    )
    return b"".join(pieces)


def test_everything_recorded_is_said_once_in_its_order(world: Any) -> None:
    ids = story(world)
    found = list(happened(world.ada, world.site.code))
    said = [str(happening.id) for happening, _ in found]
    own = [i for i in said if i in ids]
    assert sorted(own) == sorted(set(ids) - {ids[7]})  # the void is said with what it takes back
    times = [happening.at for happening, _ in found]
    assert times == sorted(times)
    (voided,) = [v for _, v in found if v is not None]
    assert (str(voided.id), voided.reason) == (ids[7], "Another board")


def test_what_is_said_is_valid_and_heard_as_what_it_was(world: Any) -> None:
    story(world)
    found = epcis.read(document(world), "events")
    naming = trace.naming()
    said = [h for h, v in happened(world.ada, world.site.code) if v is None]
    heard = [
        epcis.happenings_of(event, naming)
        for event in found.events
        if event.error_declaration is None
    ]
    held = {h.id: h for (h,) in heard}
    assert all(held[h.id] == h for h in said)


def test_the_official_schema_takes_it(world: Any, shared: Any) -> None:
    from tests.formats.events.epcis.judging import official

    story(world)
    assert list(official(shared).iter_errors(json.loads(document(world)))) == []


def test_our_own_events_change_nothing_when_they_come_back(world: Any) -> None:
    story(world)
    content = document(world)
    before = FloorRecord.objects.count()
    found = trace.capture(
        site_id=world.site.pk, content=content, name="ours.jsonld", by=world.ada, at=LATER
    )
    assert (found.stored, found.refused, found.unheard) == (0, 0, 0)
    assert FloorRecord.objects.count() == before
    sound()


def test_only_what_is_asked_for_is_said(world: Any) -> None:
    story(world)
    whole = len(json.loads(document(world))["epcisBody"]["eventList"])
    unit_ = json.loads(document(world, part="PCBA", serial="P 1/ä"))["epcisBody"]["eventList"]
    kinds = [event["firstoff:kind"] for event in unit_]
    assert kinds == ["lot", "lot_status", "unit", "consume"]
    late = document(world, since=NOW + 3 * MINUTE, until=NOW + 5 * MINUTE)
    kinds = [e["firstoff:kind"] for e in json.loads(late)["epcisBody"]["eventList"]]
    assert kinds == ["pack", "ship"]
    assert whole > 10
    with pytest.raises(NotFound, match="There is no batch NO-1 here"):
        document(world, batch="NO-1")


FOREIGN = {
    "@context": ["https://ref.gs1.org/standards/epcis/2.0.0/epcis-context.jsonld"],
    "type": "EPCISDocument",
    "schemaVersion": "2.0",
    "creationDate": "2026-05-11T08:00:00Z",
    "epcisBody": {
        "eventList": [
            {
                "type": "ObjectEvent",
                "eventTime": "2026-05-11T08:00:00Z",
                "eventTimeZoneOffset": "+00:00",
                "epcList": ["https://id.gs1.org/01/09521141012345/21/7"],
                "action": "OBSERVE",
                "bizStep": "shipping",
                "example:temperature": 26.0,
            }
        ]
    },
}


def test_a_document_of_others_is_kept_as_it_came(world: Any) -> None:
    content = json.dumps(
        {**FOREIGN, "@context": [*FOREIGN["@context"], {"example": "https://e.org/"}]}
    ).encode()
    found = trace.capture(
        site_id=world.site.pk, content=content, name="theirs.jsonld", by=world.ada, at=LATER
    )
    assert (found.events, found.stored, found.unheard) == (1, 0, 1)
    assert "09521141012345" in found.asides[0].why
    assert events.captured(world.ada, world.site.code, found.uid) == ("theirs.jsonld", content)
    again = trace.capture(
        site_id=world.site.pk, content=content, name="again.jsonld", by=world.ada, at=LATER
    )
    assert (again.again, again.uid, EventCapture.objects.count()) == (True, found.uid, 1)
    rows, total = events.captures(world.ada, world.site.code)
    assert ([row.name for row in rows], total) == (["theirs.jsonld"], 1)


def test_what_a_peer_says_of_our_names_becomes_records(world: Any) -> None:
    """A supplier names the units that it made by our own addresses."""
    base = trace.naming().unit("PCBA", "S-77")
    event = {**FOREIGN["epcisBody"]["eventList"][0]}  # type: ignore[index]
    event |= {"epcList": [base], "action": "ADD", "bizStep": "commissioning"}
    del event["example:temperature"]
    content = json.dumps({**FOREIGN, "epcisBody": {"eventList": [event]}}).encode()
    at = LATER.replace(year=2027)
    found = trace.capture(
        site_id=world.site.pk, content=content, name="x.jsonld", by=world.ada, at=at
    )
    assert (found.stored, found.asides) == (1, ())
    assert Unit.objects.get(serial="S-77").part.number == "PCBA"
    sound()


def test_an_invalid_document_is_refused_and_nothing_is_kept(world: Any) -> None:
    content = json.dumps({**FOREIGN, "schemaVersion": 2}).encode()
    with pytest.raises(InvalidInput, match=r"bad\.jsonld: \$\.schemaVersion is 2"):
        trace.capture(
            site_id=world.site.pk, content=content, name="bad.jsonld", by=world.ada, at=LATER
        )
    assert EventCapture.objects.count() == 0


def test_in_mode_all_nothing_is_taken_where_one_is_refused(world: Any) -> None:
    story(world)
    lines = json.loads(document(world, part="BOX", serial="B-1"))
    for event in lines["epcisBody"]["eventList"]:
        event["eventID"] = event["eventID"][:-4] + "0000"
    content = json.dumps(lines).encode()
    before = FloorRecord.objects.count()
    with pytest.raises(Exception, match="cannot be taken"):
        trace.capture(
            site_id=world.site.pk,
            content=content,
            name="x.jsonld",
            by=world.ada,
            at=LATER,
            mode="all",
        )
    assert (FloorRecord.objects.count(), EventCapture.objects.count()) == (before, 0)


def test_ids_are_known_from_every_table(world: Any) -> None:
    ids = story(world)
    own = [UUID(i) for i in ids]
    other = UUID("019a9d3e-0000-7000-8000-000000000000")
    assert ids_stored([*own, other]) == frozenset(own)
