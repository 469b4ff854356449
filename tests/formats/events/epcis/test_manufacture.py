"""What happened becomes events that the official schema takes, and comes back as it was."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings

from firstoff.errors import InvalidInput
from firstoff.formats.events.epcis import happenings as h
from firstoff.formats.events.epcis import read, stream, write
from firstoff.formats.events.epcis.manufacture import (
    Unheard,
    document,
    event_of,
    happenings_of,
    id_of_uri,
    part_id,
    record_id,
)
from firstoff.formats.events.epcis.naming import Naming
from firstoff.formats.events.epcis.values import Event, ObjectEvent, Time
from tests.formats.events.epcis.judging import official
from tests.formats.events.epcis.what_happened import AT, EVERY, HAPPENINGS, NAMING, VOID

KINDS = [type(one).__name__ for one in EVERY]


def as_sent(event: Event) -> Event:
    """The event after a trip as JSON."""
    (back,) = read(write(document(NAMING, AT, [event]))).events
    return back


def foreign(**given: Any) -> Event:
    """An event of somebody else's, read from JSON."""
    event = {
        "@context": ["https://ref.gs1.org/standards/epcis/2.0.0/epcis-context.jsonld"],
        "type": "ObjectEvent",
        "eventTime": "2026-11-20T08:00:00Z",
        "eventTimeZoneOffset": "+01:00",
        **given,
    }
    (back,) = read(json.dumps(event).encode()).events
    return back


def test_there_is_an_example_of_every_kind() -> None:
    assert [*map(type, EVERY), h.Voided] == list(h.KINDS)


@pytest.mark.parametrize("happening", EVERY, ids=KINDS)
def test_what_was_said_is_heard_as_it_was(happening: h.Happening) -> None:
    assert happenings_of(as_sent(event_of(happening, NAMING)), NAMING) == (happening,)


@pytest.mark.slow
@settings(max_examples=300, deadline=None)
@given(HAPPENINGS)
def test_any_happening_is_heard_as_it_was(happening: h.Happening) -> None:
    assert happenings_of(as_sent(event_of(happening, NAMING)), NAMING) == (happening,)


@settings(max_examples=100, deadline=None)
@given(HAPPENINGS)
def test_without_gtins_it_is_heard_as_well(happening: h.Happening) -> None:
    naming = Naming(base="https://acme.example/firstoff")
    assert happenings_of(as_sent(event_of(happening, naming)), naming) == (happening,)


@pytest.mark.parametrize("happening", EVERY, ids=KINDS)
def test_the_official_schema_takes_every_event(happening: h.Happening, shared: Path) -> None:
    written = write(document(NAMING, AT, [event_of(happening, NAMING, VOID)]))
    assert list(official(shared).iter_errors(json.loads(written))) == []


def test_a_happening_keeps_its_moment_and_its_offset() -> None:
    event = event_of(EVERY[0], NAMING)
    assert (event.event_time.text, event.event_time_zone_offset) == (
        "2026-11-20T09:01:00.250000+01:00",
        "+01:00",
    )


@pytest.mark.parametrize(
    ("offset", "text", "zone"),
    [
        (timedelta(hours=-3, minutes=-30), "2026-11-20T04:30:00-03:30", "-03:30"),
        (timedelta(minutes=19, seconds=32), "2026-11-20T08:00:00+00:00", "+00:00"),
        (timedelta(hours=15), "2026-11-20T08:00:00+00:00", "+00:00"),
    ],
)
def test_an_offset_that_epcis_cannot_write_becomes_utc(
    offset: timedelta, text: str, zone: str
) -> None:
    at = datetime(2026, 11, 20, 8, tzinfo=UTC).astimezone(timezone(offset))
    event = event_of(replace(EVERY[0], at=at), NAMING)
    assert (event.event_time.text, event.event_time_zone_offset) == (text, zone)


def test_the_table_of_acts() -> None:
    found = [
        (
            type(one).__name__,
            event.type,
            getattr(event, "action", ""),
            event.biz_step,
            event.disposition,
        )
        for one in EVERY
        for event in [event_of(one, NAMING)]
    ]
    assert found == [
        ("UnitBorn", "ObjectEvent", "ADD", "commissioning", "active"),
        ("OperationDone", "ObjectEvent", "OBSERVE", "assembling", "in_progress"),
        ("Judged", "ObjectEvent", "OBSERVE", "inspecting", "non_conformant"),
        ("Tested", "ObjectEvent", "OBSERVE", "inspecting", "non_conformant"),
        ("LotReceived", "ObjectEvent", "OBSERVE", "receiving", "in_progress"),
        ("LotJudged", "ObjectEvent", "OBSERVE", "inspecting", "non_conformant"),
        ("LotSplit", "TransformationEvent", "", "creating_class_instance", None),
        ("LotsMerged", "TransformationEvent", "", "creating_class_instance", None),
        ("LotAdjusted", "ObjectEvent", "OBSERVE", "cycle_counting", None),
        ("Consumed", "TransformationEvent", "", "assembling", "active"),
        ("Loaded", "AssociationEvent", "ADD", "installing", "in_progress"),
        ("Unloaded", "AssociationEvent", "DELETE", "removing", "in_progress"),
        ("Installed", "AssociationEvent", "ADD", "installing", "in_progress"),
        ("Removed", "AssociationEvent", "DELETE", "replacing", "in_progress"),
        ("Reworked", "ObjectEvent", "OBSERVE", "repairing", "in_progress"),
        ("Repaired", "ObjectEvent", "OBSERVE", "repairing", "in_progress"),
        ("Scrapped", "ObjectEvent", "DELETE", "destroying", "destroyed"),
        ("Packed", "AggregationEvent", "ADD", "packing", "container_closed"),
        ("Unpacked", "AggregationEvent", "DELETE", "unpacking", "in_progress"),
        ("Shipped", "ObjectEvent", "OBSERVE", "shipping", "in_transit"),
        ("ShipmentCancelled", "ObjectEvent", "OBSERVE", "void_shipping", "in_progress"),
        ("Returned", "ObjectEvent", "OBSERVE", "receiving", "returned"),
        ("Labelled", "ObjectEvent", "OBSERVE", "encoding", "encoded"),
        ("Calibrated", "ObjectEvent", "OBSERVE", "inspecting", "conformant"),
        ("Held", "ObjectEvent", "OBSERVE", "holding", "recalled"),
        ("Released", "ObjectEvent", "OBSERVE", "accepting", "available"),
    ]


def test_a_unit_of_a_gtin_goes_by_gs1_and_another_by_our_own_address() -> None:
    born = EVERY[0]
    assert isinstance(born, h.UnitBorn)
    events = [
        event_of(replace(born, part=part, serial=serial), NAMING)
        for part, serial in [("CC-1", "CC1-021"), ("Lid", "007 ä"), ("CC-1", "漢")]
    ]
    assert [event.epc_list for event in events if isinstance(event, ObjectEvent)] == [
        ("https://id.gs1.org/01/09521141012345/21/CC1-021",),
        ("https://acme.example/part/Lid/obj/007%20%C3%A4",),
        ("https://acme.example/part/CC-1/obj/%E6%BC%A2",),
    ]


def test_consumption_is_exact_and_in_the_unit_that_was_said() -> None:
    consumed = next(one for one in EVERY if isinstance(one, h.Consumed))
    value = json.loads(write(document(NAMING, AT, [event_of(consumed, NAMING)])), parse_float=str)
    (event,) = value["epcisBody"]["eventList"]
    assert event["inputQuantityList"] == [
        {
            "epcClass": "https://acme.example/part/glaze/class/GLZ-7781",
            "quantity": "0.02",
            "uom": "KGM",
        },
        {"epcClass": "https://acme.example/part/R10k/class/R-77", "quantity": 2},
    ]


def test_a_measurement_is_a_sensor_report_with_its_limits() -> None:
    tested = next(one for one in EVERY if isinstance(one, h.Tested))
    value = json.loads(write(document(NAMING, AT, [event_of(tested, NAMING)])), parse_float=str)
    (element,) = value["epcisBody"]["eventList"][0]["sensorElementList"]
    assert element["sensorReport"][0] == {
        "type": "Length",
        "uom": "MMT",
        "value": "0.20",
        "firstoff:name": "gap",
        "firstoff:unit": "mm",
        "firstoff:lower": "0.1",
        "firstoff:upper": "0.30",
        "firstoff:outcome": "pass",
        "firstoff:phase": "cold",
    }


# ---------------------------------------------------------------- corrections


def test_a_void_is_the_same_event_with_the_declaration_that_it_is_wrong() -> None:
    consumed = next(one for one in EVERY if isinstance(one, h.Consumed))
    wrong = event_of(consumed, NAMING, VOID)
    assert replace(wrong, error_declaration=None) == event_of(consumed, NAMING)
    assert happenings_of(as_sent(wrong), NAMING) == (VOID,)


def test_a_void_alone_is_no_event() -> None:
    with pytest.raises(InvalidInput) as caught:
        event_of(VOID, NAMING)
    assert str(caught.value) == (
        "The void 019a9d3e-0000-7000-8000-000000000090 is no event by itself. "
        "It is said with the event of the record that it takes back."
    )


def test_a_void_without_a_correction_did_not_occur() -> None:
    reasons = [
        event_of(EVERY[0], NAMING, void).error_declaration
        for void in (VOID, replace(VOID, corrected_by=()))
    ]
    assert [declared.reason for declared in reasons if declared] == [
        "incorrect_data",
        "did_not_occur",
    ]


# ---------------------------------------------------------------- events of others


def test_one_event_about_ten_units_is_ten_happenings_with_ids_of_their_own() -> None:
    units = [f"urn:epc:id:sgtin:952114.0101234.{n}" for n in range(10)]
    event = foreign(action="ADD", bizStep="commissioning", epcList=units, eventID="acme:e1")
    found = happenings_of(event, NAMING)
    assert isinstance(found, tuple)
    assert [one.serial for one in found if isinstance(one, h.UnitBorn)] == list("0123456789")
    assert {one.part for one in found if isinstance(one, h.UnitBorn)} == {"CC-1"}
    assert len({one.id for one in found}) == 10
    assert happenings_of(event, NAMING) == found


def test_others_words_are_heard_in_whichever_way_they_write_them() -> None:
    event = foreign(
        action="DELETE",
        bizStep="https://ref.gs1.org/cbv/BizStep-decommissioning",
        epcList=["https://id.acme.example/x/01/9521141012345/21/A"],
    )
    found = happenings_of(event, NAMING)
    assert isinstance(found, tuple)
    assert [(type(one), one.at.isoformat()) for one in found] == [
        (h.Scrapped, "2026-11-20T09:00:00+01:00")
    ]


def test_another_maker_s_measurement_is_heard_by_what_it_measures() -> None:
    event = foreign(
        action="OBSERVE",
        bizStep="inspecting",
        disposition="conformant",
        epcList=["https://id.gs1.org/01/09521141012345/21/A"],
        sensorElementList=[{"sensorReport": [{"type": "Torque", "value": 1.10, "uom": "NU"}]}],
    )
    (found,) = happenings_of(event, NAMING)
    assert isinstance(found, h.Tested)
    assert (found.outcome, found.values) == (
        "pass",
        (h.Value("Torque", Decimal("1.1"), "Nm"),),
    )


def test_units_and_lots_in_one_event_are_both_heard() -> None:
    event = foreign(
        action="OBSERVE",
        bizStep="receiving",
        epcList=[],
        quantityList=[
            {"epcClass": "urn:epc:class:lgtin:952114.0101234.L1", "quantity": 4},
            {"epcClass": "urn:epc:class:lgtin:952114.0101234.L2", "quantity": 2.5, "uom": "KGM"},
        ],
    )
    found = happenings_of(event, NAMING)
    assert isinstance(found, tuple)
    assert [(o.lot, o.quantity, o.unit) for o in found if isinstance(o, h.LotReceived)] == [
        ("L1", Decimal(4), ""),
        ("L2", Decimal("2.5"), "kg"),
    ]


@pytest.mark.parametrize(
    ("given", "why"),
    [
        (
            {
                "action": "ADD",
                "bizStep": "commissioning",
                "epcList": ["urn:epc:id:sgtin:0614141.107346.2018"],
            },
            "ObjectEvent ADD: no part has the GTIN 10614141073464.",
        ),
        (
            {
                "action": "DELETE",
                "bizStep": "destroying",
                "epcList": ["urn:epc:id:giai:4000001.111"],
            },
            "ObjectEvent DELETE: "
            "urn:epc:id:giai:4000001.111 is no unit, lot or package known here.",
        ),
        (
            {
                "type": "AggregationEvent",
                "action": "ADD",
                "bizStep": "packing",
                "parentID": "urn:epc:id:sscc:0614141.1234567890",
                "childEPCs": ["https://acme.example/part/a/obj/1", "acme:unit-2"],
            },
            "AggregationEvent ADD: acme:unit-2 is no unit, lot or package known here.",
        ),
        (
            {
                "type": "TransformationEvent",
                "bizStep": "assembling",
                "inputEPCList": ["https://acme.example/part/a/obj/1"],
                "outputEPCList": ["https://acme.example/part/b/obj/1"],
            },
            "TransformationEvent: what its inputEPCList says has no record.",
        ),
        (
            {"action": "OBSERVE", "bizStep": "shipping", "epcList": []},
            "ObjectEvent OBSERVE: shipment missing.",
        ),
        (
            {"action": "OBSERVE", "bizStep": "retail_selling", "epcList": []},
            "ObjectEvent OBSERVE with retail_selling is none of the events recorded here.",
        ),
        (
            {"type": "acme:Tuned"},
            "An event of a type of its own says nothing that is recorded here.",
        ),
        (
            {"action": "OBSERVE", "epcList": [], "firstoff:kind": "scrap", "firstoff:reason": 5},
            "ObjectEvent OBSERVE: firstoff:reason is 5; expected a text.",
        ),
    ],
)
def test_what_cannot_be_heard_says_why(given: dict[str, Any], why: str) -> None:
    event = foreign(**given)
    assert happenings_of(event, NAMING) == Unheard(event, why)


# ---------------------------------------------------------------- identity


def test_an_event_with_a_uuid_is_the_record_of_that_uuid() -> None:
    event = event_of(EVERY[3], NAMING)
    assert (event.event_id, record_id(event)) == (f"urn:uuid:{EVERY[3].id}", EVERY[3].id)


def test_an_event_without_an_id_is_the_same_record_each_time_it_comes() -> None:
    given: dict[str, Any] = {"action": "DELETE", "epcList": ["acme:1"], "bizStep": "destroying"}
    event = foreign(**given)
    again = foreign(recordTime="2026-11-21T00:00:00Z", **given)
    later = foreign(**(given | {"eventTime": "2026-11-20T08:00:01Z"}))
    assert record_id(event) == record_id(again) != record_id(later)


def test_an_id_made_of_another_is_a_uuid_of_version_7_at_its_time() -> None:
    made = id_of_uri("ni:///sha-256;00?ver=CBV2.0", datetime(2026, 11, 20, 8, tzinfo=UTC))
    assert (made.version, made.variant, made.int >> 80) == (
        7,
        "specified in RFC 4122",
        1795161600000,
    )


def test_what_a_record_says_beside_itself_has_an_id_of_its_own_each_time() -> None:
    made = [part_id(EVERY[1].id, AT, what, n) for what in ("consumes", "installs") for n in (0, 1)]
    assert len({EVERY[1].id, *made}) == 5
    assert made[1] == part_id(EVERY[1].id, AT, "consumes", 1)


@pytest.mark.slow
def test_a_thousand_events_stream_as_one_document() -> None:
    born = EVERY[0]
    assert isinstance(born, h.UnitBorn)
    many = [event_of(replace(born, serial=str(n)), NAMING) for n in range(1000)]
    pieces = list(stream(document(NAMING, AT), iter(many), at_once=100))
    assert read(b"".join(pieces)) == document(NAMING, AT, many)
    assert max(map(len, pieces)) < 200_000


@pytest.mark.parametrize(
    ("happening", "sentence"),
    [
        (
            h.Packed(id=EVERY[0].id, at=AT, package="C1"),
            "The pack of 2026-11-20T09:00:00.250000+01:00 has no units and no packages; "
            "expected one at least.",
        ),
        (
            h.LotSplit(id=EVERY[0].id, at=AT, lot="L", into=()),
            "The lot_split of 2026-11-20T09:00:00.250000+01:00 has no into; "
            "expected one at least.",
        ),
    ],
)
def test_a_happening_about_nothing_is_refused(happening: h.Happening, sentence: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        event_of(happening, NAMING)
    assert str(caught.value) == sentence


def test_a_record_of_neither_unit_nor_batch_is_refused() -> None:
    nothing = h.Consumed(id=EVERY[0].id, at=AT, items=())
    with pytest.raises(InvalidInput) as caught:
        event_of(nothing, NAMING)
    assert str(caught.value) == (
        "The consume of 2026-11-20T09:00:00.250000+01:00 names neither a unit nor a batch; "
        "expected serial or batch."
    )


def test_a_time_of_any_writing_is_a_moment() -> None:
    assert Time("2005-07-11t11:30:47.0123456789z").at == datetime(
        2005, 7, 11, 11, 30, 47, 12345, tzinfo=UTC
    )
