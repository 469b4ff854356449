"""Documents with every field of EPCIS 2.0, written for these tests."""

import copy
from typing import Any

CONTEXT = [
    "https://ref.gs1.org/standards/epcis/2.0.0/epcis-context.jsonld",
    {"acme": "https://acme.example/ns/"},
]
PLACE = {"id": "https://id.gs1.org/414/9521141111116", "acme:bay": "4"}
QUANTITIES = [
    {"epcClass": "https://id.gs1.org/01/09521141012345/10/L-7", "quantity": 12.50, "uom": "KGM"},
    {"epcClass": "urn:epc:idpat:sgtin:9521141.001234.*", "quantity": 3},
    {"epcClass": "acme:glue"},
]
SENSOR = {
    "sensorMetadata": {
        "time": "2026-03-01T08:00:00Z",
        "deviceID": "acme:oven-2",
        "deviceMetadata": "acme:oven",
        "rawData": "https://acme.example/raw/1",
        "startTime": "2026-03-01T07:00:00.5+01:00",
        "endTime": "2026-03-01T07:30:00-00:30",
        "dataProcessingMethod": "acme:mean",
        "bizRules": "acme:rule",
        "acme:zone": 4,
    },
    "sensorReport": [
        {
            "type": "Temperature",
            "exception": "ALARM_CONDITION",
            "deviceID": "acme:probe",
            "deviceMetadata": "acme:probe-kind",
            "rawData": "https://acme.example/raw/2",
            "dataProcessingMethod": "acme:mean",
            "bizRules": "acme:rule",
            "time": "2026-03-01T08:00:00Z",
            "microorganism": "https://www.ncbi.nlm.nih.gov/taxonomy/1126011",
            "chemicalSubstance": "https://identifiers.org/inchikey:CZMRCDWAGMRECN-UGDNZRGBSA-N",
            "coordinateReferenceSystem": "http://www.opengis.net/def/crs/EPSG/0/27700",
            "value": 26.0,
            "component": "x",
            "stringValue": "warm",
            "booleanValue": True,
            "hexBinaryValue": "f0F0",
            "uriValue": "acme:warm",
            "minValue": 25,
            "maxValue": 27,
            "meanValue": 26,
            "sDev": 0.10,
            "percRank": 50,
            "percValue": 26,
            "uom": "CEL",
            "acme:seen": None,
        },
        {"type": "acme:colour", "component": "cbv:Comp-y", "exception": "acme:odd"},
    ],
    "acme:probe": {"acme:deep": [1, 2.0, [], {}]},
}
COMMON: dict[str, Any] = {
    "eventID": "urn:uuid:0190a1b2-0000-7000-8000-000000000001",
    "eventTime": "2026-03-01T09:00:00.123456789+01:00",
    "recordTime": "2026-03-01T08:00:01z",
    "eventTimeZoneOffset": "+01:00",
    "certificationInfo": ["https://acme.example/iso9001", "acme:ul"],
    "errorDeclaration": {
        "declarationTime": "2026-03-02T08:00:00Z",
        "reason": "incorrect_data",
        "correctiveEventIDs": ["urn:uuid:0190a1b2-0000-7000-8000-000000000002"],
        "acme:by": "Ada",
    },
    "bizStep": "inspecting",
    "disposition": "conformant",
    "readPoint": PLACE,
    "bizLocation": PLACE,
    "bizTransactionList": [
        {"type": "testres", "bizTransaction": "urn:epcglobal:cbv:bt:9521141111116:1"},
        {"bizTransaction": "acme:order-1"},
        {"type": "acme:job", "bizTransaction": "acme:job-1"},
    ],
    "sourceList": [{"type": "location", "source": "urn:epc:id:sgln:9521141.11111.0"}],
    "destinationList": [{"type": "acme:desk", "destination": "urn:epc:id:pgln:9521141.11111"}],
    "sensorElementList": [SENSOR],
    "acme:note": "ä 漢 \u2028",
    "acme:facts": {"exact": 1.10, "big": 12345678901234567890, "none": None, "yes": False},
}
_MASTER = {"ilmd": {"acme:batch": "B-1", "cbvmda:lotNumber": "L"}}
_LASTING = {"persistentDisposition": {"set": ["recalled"], "unset": ["available", "acme:fine"]}}
_ITEMS = ["https://id.gs1.org/01/09521141012345/21/0001", "acme:unit-2"]

EVENTS: dict[str, dict[str, Any]] = {
    "ObjectEvent": {
        **COMMON,
        **_MASTER,
        **_LASTING,
        "type": "ObjectEvent",
        "action": "ADD",
        "epcList": _ITEMS,
        "quantityList": QUANTITIES,
    },
    "AggregationEvent": {
        **COMMON,
        "type": "AggregationEvent",
        "action": "ADD",
        "parentID": "urn:epc:id:sscc:9521141.1234567890",
        "childEPCs": _ITEMS,
        "childQuantityList": QUANTITIES,
    },
    "TransactionEvent": {
        **COMMON,
        "type": "TransactionEvent",
        "action": "OBSERVE",
        "parentID": "acme:pallet",
        "epcList": _ITEMS,
        "quantityList": QUANTITIES,
    },
    "TransformationEvent": {
        **COMMON,
        **_MASTER,
        **_LASTING,
        "type": "TransformationEvent",
        "inputEPCList": _ITEMS[:1],
        "inputQuantityList": QUANTITIES,
        "outputEPCList": _ITEMS[1:],
        "outputQuantityList": QUANTITIES[:1],
        "transformationID": "acme:firing-1",
    },
    "AssociationEvent": {
        **COMMON,
        "type": "AssociationEvent",
        "action": "DELETE",
        "parentID": "acme:frame",
        "childEPCs": _ITEMS,
        "childQuantityList": QUANTITIES,
    },
    "ExtendedEvent": {
        "type": "acme:TuningEvent",
        "eventTime": COMMON["eventTime"],
        "eventTimeZoneOffset": "-14:00",
        "eventID": "acme:e",
        "recordTime": COMMON["recordTime"],
        "certificationInfo": "acme:ul",
        "errorDeclaration": COMMON["errorDeclaration"],
        "anything": {"goes": [1]},
    },
}
VOCABULARIES = [
    {
        "type": "urn:epcglobal:epcis:vtype:BusinessLocation",
        "vocabularyElementList": [
            {
                "id": "urn:epc:id:sgln:9521141.11111.0",
                "attributes": [
                    {"id": "cbvmda:site", "attribute": "9521141111116"},
                    {"id": "cbvmda:height", "attribute": 1.0},
                    {"id": "cbvmda:address", "attribute": {"city": "Stoke"}, "other": 1},
                    {"id": "cbvmda:none"},
                ],
                "children": ["urn:epc:id:sgln:9521141.11111.1"],
                "more": True,
            }
        ],
        "more": 1,
    }
]


def capture(*events: dict[str, Any]) -> dict[str, Any]:
    return copy.deepcopy(
        {
            "@context": CONTEXT,
            "id": "https://acme.example/doc/1",
            "type": "EPCISDocument",
            "schemaVersion": "2.0",
            "creationDate": "2026-03-01T09:00:00Z",
            "instanceIdentifier": "1",
            "sender": "Acme",
            "receiver": "Bolt",
            "acme:run": "P2",
            "epcisHeader": {
                "epcisMasterData": {"vocabularyList": VOCABULARIES, "more": 1},
                "acme:head": [],
            },
            "epcisBody": {"eventList": list(events), "more": [1]},
        }
    )


def query(*events: dict[str, Any]) -> dict[str, Any]:
    return copy.deepcopy(
        {
            "@context": {"acme": "https://acme.example/ns/"},
            "id": "https://acme.example/doc/2",
            "type": "EPCISQueryDocument",
            "schemaVersion": "2.0.1",
            "creationDate": "2026-03-01T09:00:00Z",
            "acme:run": "P2",
            "epcisBody": {
                "queryResults": {
                    "queryName": "SimpleEventQuery",
                    "subscriptionID": "s-1",
                    "resultsBody": {
                        "eventList": list(events),
                        "vocabularyList": VOCABULARIES,
                        "acme:page": 1,
                    },
                    "acme:took": 0.20,
                },
                "acme:x": {},
            },
        }
    )


def bare(event: dict[str, Any]) -> dict[str, Any]:
    return copy.deepcopy({**event, "@context": CONTEXT})


def all_documents() -> dict[str, dict[str, Any]]:
    found = {f"capture {name}": capture(event) for name, event in EVENTS.items()}
    found |= {f"bare {name}": bare(event) for name, event in EVENTS.items()}
    found["query"] = query(*EVENTS.values())
    found["empty"] = capture()
    return found
