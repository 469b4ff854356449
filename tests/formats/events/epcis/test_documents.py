"""EPCIS documents come in whole, go out as they came, and are refused in one sentence."""

import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from firstoff.errors import InvalidInput
from firstoff.formats.events.epcis import read, stream, value_of, write
from firstoff.formats.events.epcis.values import (
    AggregationEvent,
    BareEvents,
    CaptureDocument,
    ExtendedEvent,
    ObjectEvent,
    Place,
    Quantity,
    QueryDocument,
    Time,
)
from firstoff.formats.sources import Limits
from tests.formats.events.epcis import documents_of_our_own as own

ALL = own.all_documents()


def exact(raw: bytes) -> Any:
    """The JSON value with its numbers as texts."""
    return json.loads(raw, parse_float=lambda t: ("number", t), parse_int=lambda t: ("number", t))


def refusal(raw: bytes, name: str = "plant.json") -> str:
    with pytest.raises(InvalidInput) as caught:
        read(raw, name)
    return str(caught.value)


def refused(value: Any) -> str:
    return refusal(json.dumps(value).encode())


# ---------------------------------------------------------------- round trip


@pytest.mark.parametrize("name", ALL)
def test_a_document_comes_out_as_it_went_in(name: str) -> None:
    raw = json.dumps(ALL[name]).encode()
    document = read(raw)
    assert exact(write(document)) == exact(raw)
    assert read(write(document)) == document


@pytest.mark.parametrize(
    "number",
    ["0.10", "1e3", "-0", "1.10E-2", "12345678901234567890123", "-0.0", "1E400", "26.0", "100"],
)
def test_a_number_keeps_its_text(number: str) -> None:
    event = {**own.EVENTS["ObjectEvent"], "acme:n": 1}
    raw = json.dumps(own.capture(event)).replace('"acme:n": 1', f'"acme:n": {number}').encode()
    assert f'"acme:n":{number}'.encode() in write(read(raw))


def test_a_quantity_is_exact() -> None:
    event = {
        **own.EVENTS["ObjectEvent"],
        "quantityList": [{"epcClass": "acme:glue", "quantity": 7}],
    }
    raw = json.dumps(own.capture(event)).replace('"quantity": 7', '"quantity": 0.02').encode()
    (back,) = read(raw).events
    assert isinstance(back, ObjectEvent)
    assert back.quantity_list == (Quantity(epc_class="acme:glue", quantity=Decimal("0.02")),)


def test_a_query_document_is_no_capture_document() -> None:
    kinds = [type(read(json.dumps(d).encode())) for d in (own.capture(), own.query())]
    assert kinds == [CaptureDocument, QueryDocument]


def test_one_event_and_a_list_of_events_are_read_and_written_as_they_came() -> None:
    single = own.bare(own.EVENTS["AggregationEvent"])
    several = [own.EVENTS["ObjectEvent"], own.EVENTS["ExtendedEvent"]]
    found = [read(json.dumps(value).encode()) for value in (single, several)]
    assert [isinstance(d, BareEvents) and (d.single, len(d.events)) for d in found] == [
        (True, 1),
        (False, 2),
    ]
    assert [exact(write(d)) for d in found] == [
        exact(json.dumps(value).encode()) for value in (single, several)
    ]


def test_fields_are_read_into_values_and_the_rest_is_kept() -> None:
    (event,) = read(json.dumps(own.capture(own.EVENTS["AggregationEvent"])).encode()).events
    assert isinstance(event, AggregationEvent)
    assert (event.parent_id, event.action, event.event_time, event.read_point) == (
        "urn:epc:id:sscc:9521141.1234567890",
        "ADD",
        Time("2026-03-01T09:00:00.123456789+01:00"),
        Place(id="https://id.gs1.org/414/9521141111116", extensions={"acme:bay": "4"}),
    )
    assert set(event.extensions) == {"acme:note", "acme:facts"}


def test_an_event_of_ones_own_type_keeps_all_its_fields() -> None:
    (event,) = read(json.dumps(own.capture(own.EVENTS["ExtendedEvent"])).encode()).events
    assert isinstance(event, ExtendedEvent)
    assert (event.type, event.extensions) == ("acme:TuningEvent", {"anything": {"goes": (1,)}})


def test_what_was_read_cannot_be_changed() -> None:
    (event,) = read(json.dumps(own.capture(own.EVENTS["ObjectEvent"])).encode()).events
    with pytest.raises(TypeError):
        event.extensions["acme:note"] = ""  # type: ignore[index]
    with pytest.raises(TypeError):
        event.extensions["acme:facts"]["yes"] = True


def test_utf_8_with_a_mark_is_read() -> None:
    raw = json.dumps(own.capture()).encode("utf-8-sig")
    assert value_of(read(raw)) == value_of(read(raw[3:]))


def test_a_name_given_twice_is_told_and_the_last_is_kept() -> None:
    raw = json.dumps(own.capture(own.EVENTS["AssociationEvent"]))
    raw = raw.replace('"action": "DELETE"', '"action": "ADD", "action": "DELETE"')
    document = read(raw.encode())
    assert document.warnings == ('"action" is given twice in one object; the last is kept',)
    assert document == read(json.dumps(own.capture(own.EVENTS["AssociationEvent"])).encode())


@pytest.mark.parametrize("make", [own.capture, own.query])
def test_a_stream_is_the_document_with_its_events(make: Any) -> None:
    whole = read(json.dumps(make(*own.EVENTS.values())).encode())
    empty = read(json.dumps(make()).encode())
    assert isinstance(empty, CaptureDocument | QueryDocument)
    assert read(b"".join(stream(empty, whole.events, at_once=2))) == whole
    assert read(b"".join(stream(empty, ()))) == empty


# ---------------------------------------------------------------- refusals


def changed(event: str, **fields: Any) -> dict[str, Any]:
    raw = {**own.EVENTS[event], **fields}
    return own.capture({name: value for name, value in raw.items() if value is not None})


EVENT = "plant.json: $.epcisBody.eventList[0]"


@pytest.mark.parametrize(
    ("value", "sentence"),
    [
        (changed("ObjectEvent", action="CREATE"),
         f'{EVENT}.action is "CREATE"; expected ADD, DELETE or OBSERVE.'),
        (changed("ObjectEvent", action=None, eventTime=None),
         f"{EVENT} lacks eventTime and action."),
        (changed("ObjectEvent", eventTime="22-07-2026"),
         f'{EVENT}.eventTime is "22-07-2026"; expected a date and time with its offset, '
         "such as 2026-05-08T09:00:00+02:00."),
        (changed("ObjectEvent", eventTimeZoneOffset="Z"),
         f'{EVENT}.eventTimeZoneOffset is "Z"; expected an offset, such as +02:00.'),
        (changed("ObjectEvent", epcList=["urn:a:b", "0001"]),
         f'{EVENT}.epcList[1] is "0001"; '
         "expected a URI, such as urn:epc:id:sgtin:0614141.107346.2018."),
        (changed("ObjectEvent", epcList=["urn:a:b", "urn:a:b"]),
         f"{EVENT}.epcList[1] is in the list twice."),
        (changed("ObjectEvent", epcList=None, quantityList=None, sensorElementList=None),
         f"{EVENT} lacks objects: an epcList, a quantityList, "
         "or a sensorElementList with a readPoint."),
        (changed("ObjectEvent", quantityList=[{"epcClass": "a:b", "quantity": "twenty"}]),
         f'{EVENT}.quantityList[0].quantity is "twenty"; expected a number.'),
        (changed("ObjectEvent", quantityList=[{"epcClass": "a:b", "weight": 1}]),
         f'{EVENT}.quantityList[0] has "weight"; expected epcClass, quantity or uom.'),
        (changed("ObjectEvent", quantityList=[{"epcClass": "a:b", "uom": "kg"}]),
         f'{EVENT}.quantityList[0].uom is "kg"; '
         "expected a unit code of 2 or 3 capitals or digits, such as KGM."),
        (changed("ObjectEvent", bizStep="transforming"),
         f'{EVENT}.bizStep is "transforming"; expected a bizStep '
         "(accepting, arriving, assembling or ...) or a URI of your own."),
        (changed("ObjectEvent", bizStep="urn:epcglobal:cbv:bizstep:shipping"),
         f'{EVENT}.bizStep is "urn:epcglobal:cbv:bizstep:shipping"; '
         'expected its short name "shipping".'),
        (changed("ObjectEvent", action="OBSERVE"),
         f'{EVENT} has ilmd with the action "OBSERVE"; expected ilmd with ADD only.'),
        (changed("ObjectEvent", ilmd={"materialType": "clay"}),
         f'{EVENT}.ilmd has "materialType"; '
         "expected a name with a prefix, such as example:batch."),
        (changed("ObjectEvent", persistentDisposition={}),
         f"{EVENT}.persistentDisposition lacks set or unset."),
        (changed("ObjectEvent", weight=1),
         f'{EVENT} has "weight"; expected type, @context, eventID, eventTime, recordTime, '
         "eventTimeZoneOffset, certificationInfo or ... "
         "or a name with a prefix, such as example:batch."),
        (changed("ObjectEvent", readPoint={}), f"{EVENT}.readPoint lacks id."),
        (changed("ObjectEvent", sensorElementList=[{"sensorReport": []}]),
         f"{EVENT}.sensorElementList[0].sensorReport is an empty list; "
         "expected a list of at least one."),
        (changed("AggregationEvent", childEPCs=None, childQuantityList=[]),
         f"{EVENT} lacks children: childEPCs or a childQuantityList."),
        (changed("AssociationEvent", parentID=None), f"{EVENT} lacks parentID."),
        (changed("TransactionEvent", bizTransactionList=[]),
         f"{EVENT}.bizTransactionList is an empty list; expected a list of at least one."),
        (changed("TransformationEvent", transformationID=None, outputEPCList=None,
                 outputQuantityList=None),
         f"{EVENT} lacks inputs and outputs, or a transformationID with one of them."),
        (changed("ExtendedEvent", type="Tuning"),
         f'{EVENT}.type is "Tuning"; expected ObjectEvent, AggregationEvent, TransactionEvent, '
         "TransformationEvent, AssociationEvent, or the URI of a type of your own."),
        (changed("ObjectEvent", **{"acme:a b": 1}),
         f'{EVENT} has "acme:a b"; expected type, @context, eventID, eventTime, recordTime, '
         "eventTimeZoneOffset, certificationInfo or ... "
         "or a name with a prefix, such as example:batch."),
        ({**own.capture(), "@context": None},
         'plant.json: $["@context"] is null; '
         "expected the URI of a context, an object of prefixes, or a list of these."),
        ({k: v for k, v in own.capture().items() if k != "@context"},
         "plant.json: $ lacks @context."),
        (own.EVENTS["ObjectEvent"], "plant.json: $ lacks @context."),
        ([{"type": 1}],
         "plant.json: $[0] lacks eventTime and eventTimeZoneOffset."),
        ({"a": 1}, "plant.json: $ lacks type and @context."),
        (5, "plant.json: $ is 5; "
            "expected an EPCISDocument, an EPCISQueryDocument, an event or a list."),
    ],
)  # fmt: skip
def test_a_refusal_says_where_what_was_found_and_what_is_expected(
    value: Any, sentence: str
) -> None:
    assert refused(value) == sentence


@pytest.mark.parametrize(
    ("raw", "sentence"),
    [
        (b"", "plant.json is empty."),
        (b'{"type": ', "plant.json, line 1, column 10: the JSON ends in the middle of a value. "
                       "Copy the file again."),
        (b'{"type" "a"}', "plant.json, line 1, column 9: no JSON (expecting ':' delimiter)."),
        (b"%PDF-1.7\n", "plant.json is a PDF; expected EPCIS as JSON."),
        (b'<?xml version="1.0"?><epcis/>', "plant.json is an XML file; expected EPCIS as JSON."),
        (b'{"type": NaN}', "plant.json holds a number that cannot be: NaN is no number of JSON."),
        (b'{"type": "\\ud800"}',
         "plant.json holds half a character (\\ud800); expected whole ones."),
        ('{"type": "ä"}'.encode("cp1252"),
         "plant.json, byte 11: the text is not UTF-8, which JSON is."),
        (b"[" * 100_000, "plant.json: objects inside objects, more than a document has."),
    ],
)  # fmt: skip
def test_what_is_no_json_is_refused_with_its_place(raw: bytes, sentence: str) -> None:
    assert refusal(raw) == sentence


def test_an_extension_nested_too_deep_is_refused_with_its_path() -> None:
    deep: Any = 1
    for _ in range(120):
        deep = [deep]
    event = {**own.EVENTS["ObjectEvent"], "acme:deep": deep}
    assert refused(own.capture(event)) == (
        f'{EVENT}["acme:deep"] is nested deeper than 100 levels.'
    )


def test_a_document_of_too_many_values_is_refused_before_it_is_read() -> None:
    with pytest.raises(InvalidInput) as caught:
        read(b"[" + b"1," * 99 + b"1]", "plant.json", limits=Limits(json_values=50))
    assert str(caught.value) == "plant.json holds more than 50 values. Split it."


def test_half_a_pair_of_escapes_is_refused_and_a_whole_pair_is_not() -> None:
    raw = json.dumps(own.capture(own.EVENTS["ObjectEvent"])).replace("\\u6f22", "\\ud83d\\ude00")
    (event,) = read(raw.encode()).events
    assert event.extensions["acme:note"] == "ä 😀 \u2028"


# ---------------------------------------------------------------- the shared cases


def cases(shared: Path, *folders: str) -> list[Path]:
    found = [p for f in folders for p in sorted((shared / "cases/epcis" / f).glob("*.json*"))]
    if not found:
        pytest.skip("the shared EPCIS cases are not here")
    return found


def test_every_valid_example_is_read_and_written_without_loss(shared: Path) -> None:
    lost = []
    for path in cases(shared, "examples", "openepcis"):
        document = read(path)
        written = write(document)
        if exact(written) != exact(path.read_bytes()) or read(written) != document:
            lost.append(path.name)
    assert lost == []


def test_every_document_that_must_be_refused_is_refused_in_one_sentence(shared: Path) -> None:
    said = {p.name: refusal(p.read_bytes(), p.name) for p in cases(shared, "invalid")}
    assert [name for name, text in said.items() if not text.startswith(f"{name}: $")] == []
    assert [name for name, text in said.items() if "\n" in text or text[-1] != "."] == []
