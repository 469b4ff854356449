"""What the official JSON schema of EPCIS 2.0 asks of each object, as tables.

Written by hand after the standard; the tests hold every table to the schema's verdict.
Formats ("uri", "date-time") are demanded, as the schema means them.
"""

from collections.abc import Mapping
from dataclasses import fields as dataclass_fields
from decimal import Decimal
from typing import Any

from firstoff.formats.events.epcis import syntax, values, vocabulary
from firstoff.formats.events.epcis.kinds import (
    Anything,
    Choice,
    Either,
    Field,
    Flag,
    Kind,
    ListOf,
    Moment,
    Number,
    Others,
    Shape,
    Text,
    Unfit,
    Word,
)

URI = Text("a URI, such as urn:epc:id:sgtin:0614141.107346.2018", syntax.is_uri)
TIME = Moment(syntax.is_time)
TEXT = Text()
NUMBER = Number()
VERSION = Text("a version, such as 2.0", syntax.is_version)
URIS = ListOf(URI)
EPCS = ListOf(URI, unique=True)
ACTION = Choice(vocabulary.ACTIONS)
BIZ_STEP = Word(vocabulary.BIZ_STEP, syntax.is_foreign_word)
DISPOSITION = Word(vocabulary.DISPOSITION, syntax.is_foreign_word)

_CONTEXT_PART = Either(
    {str: URI, dict: Anything()}, "the URI of a context, or an object of prefixes"
)
CONTEXT = Either(
    {str: URI, dict: Anything(), list: ListOf(_CONTEXT_PART, unique=True)},
    "the URI of a context, an object of prefixes, or a list of these",
)

# Where Python's spelling is not EPCIS's with its capitals taken apart.
_SPELLING = {
    "event_id": "eventID",
    "child_epcs": "childEPCs",
    "epc_list": "epcList",
    "input_epc_list": "inputEPCList",
    "output_epc_list": "outputEPCList",
    "parent_id": "parentID",
    "transformation_id": "transformationID",
    "corrective_event_ids": "correctiveEventIDs",
    "device_id": "deviceID",
    "subscription_id": "subscriptionID",
    "context": "@context",
}


def _name(attribute: str) -> str:
    first, *rest = attribute.split("_")
    return _SPELLING.get(attribute, first + "".join(word.capitalize() for word in rest))


def _shape(
    made: type,
    kinds: Mapping[str, Kind],
    required: str = "",
    others: Others = Others.NAMESPACED,
    **given: Any,
) -> Shape:
    """The shape of a class: every field it has is in ``kinds``, or it does not load."""
    held = {f.name for f in dataclass_fields(made)} - {"extensions", "warnings"}
    if held != set(kinds):
        raise TypeError(f"{made.__name__}: {held ^ set(kinds)}")
    demanded = required.split()
    table = {_name(a): Field(a, kind, a in demanded) for a, kind in kinds.items()}
    return Shape(made, table, others, is_name=syntax.is_uri, **given)


# ---------------------------------------------------------------- parts of events

QUANTITY = _shape(
    values.Quantity,
    {
        "epc_class": URI,
        "quantity": NUMBER,
        "uom": Text("a unit code of 2 or 3 capitals or digits, such as KGM", syntax.is_uom),
    },
    "epc_class",
    Others.NONE,
    noun="an object with epcClass",
)
QUANTITIES = ListOf(QUANTITY)

PLACE = _shape(
    values.Place, {"id": URI}, "id", Others.ANY, noun="an object with the id of a place"
)

BIZ_TRANSACTION = _shape(
    values.BizTransaction,
    {
        "type": Word(vocabulary.BIZ_TRANSACTION, syntax.is_foreign_word),
        "biz_transaction": URI,
    },
    "biz_transaction",
    Others.NONE,
    noun="an object with bizTransaction",
)

_SIDE = Word(vocabulary.SOURCE_DEST, syntax.is_foreign_word)
SOURCE = _shape(values.Source, {"type": _SIDE, "source": URI}, "type source", Others.NONE)
DESTINATION = _shape(
    values.Destination, {"type": _SIDE, "destination": URI}, "type destination", Others.NONE
)

_DISPOSITIONS = ListOf(DISPOSITION, least=1, unique=True)
PERSISTENT = _shape(
    values.PersistentDisposition,
    {"set": _DISPOSITIONS, "unset": _DISPOSITIONS},
    others=Others.NONE,
    lacks=lambda raw: "" if "set" in raw or "unset" in raw else "set or unset",
)

ERROR = _shape(
    values.ErrorDeclaration,
    {
        "declaration_time": TIME,
        "reason": Word(vocabulary.ERROR_REASON, syntax.is_foreign_word),
        "corrective_event_ids": URIS,
    },
    "declaration_time",
)

_DEVICE: dict[str, Kind] = {
    "device_id": URI,
    "device_metadata": URI,
    "raw_data": URI,
    "data_processing_method": URI,
    "biz_rules": URI,
    "time": TIME,
}
SENSOR_METADATA = _shape(values.SensorMetadata, {**_DEVICE, "start_time": TIME, "end_time": TIME})
SENSOR_REPORT = _shape(
    values.SensorReport,
    {
        "type": Word(vocabulary.MEASUREMENT, syntax.is_foreign_measure),
        "exception": Word(vocabulary.ALERT, syntax.is_foreign_measure),
        **_DEVICE,
        "microorganism": URI,
        "chemical_substance": URI,
        "coordinate_reference_system": URI,
        "component": Word(vocabulary.COMPONENT, syntax.is_foreign_word),
        "string_value": TEXT,
        "boolean_value": Flag(),
        "hex_binary_value": Text("hexadecimal digits", syntax.is_hex),
        "uri_value": URI,
        "uom": TEXT,
        "value": NUMBER,
        "min_value": NUMBER,
        "max_value": NUMBER,
        "mean_value": NUMBER,
        "s_dev": NUMBER,
        "perc_rank": NUMBER,
        "perc_value": NUMBER,
    },
    "type",
)
SENSOR_ELEMENT = _shape(
    values.SensorElement,
    {"sensor_metadata": SENSOR_METADATA, "sensor_report": ListOf(SENSOR_REPORT, least=1)},
    "sensor_report",
)

ILMD = Shape(
    lambda extensions=values.NOTHING: extensions,
    {},
    Others.NAMESPACED,
    is_name=syntax.is_uri,
)


class _Ilmd:
    """Instance and lot master data: nothing but the user's own fields."""

    def read(self, value: Any) -> Any:
        return ILMD.read(value)

    def dump(self, value: Any) -> Any:
        return value


# ---------------------------------------------------------------- events

_EVENT: dict[str, Kind] = {
    "context": CONTEXT,
    "event_id": URI,
    "event_time": TIME,
    "record_time": TIME,
    "event_time_zone_offset": Text("an offset, such as +02:00", syntax.is_offset),
    "certification_info": Either({str: URI, list: URIS}, "a URI or a list of URIs"),
    "error_declaration": ERROR,
}
_STEP: dict[str, Kind] = {
    **_EVENT,
    "biz_step": BIZ_STEP,
    "disposition": DISPOSITION,
    "read_point": PLACE,
    "biz_location": PLACE,
    "biz_transaction_list": ListOf(BIZ_TRANSACTION),
    "source_list": ListOf(SOURCE),
    "destination_list": ListOf(DESTINATION),
    "sensor_element_list": ListOf(SENSOR_ELEMENT),
}
_WHEN = "event_time event_time_zone_offset "


def _some(raw: Mapping[str, Any], *names: str) -> bool:
    """One of the lists is there and holds something (or is no list, which is told by itself)."""
    return any(name in raw and raw[name] != [] for name in names)


def _object_lacks(raw: Mapping[str, Any]) -> str:
    sensed = _some(raw, "sensorElementList") and "readPoint" in raw
    if "epcList" in raw or _some(raw, "quantityList") or sensed:
        return ""
    return "objects: an epcList, a quantityList, or a sensorElementList with a readPoint"


def _children_lack(raw: Mapping[str, Any]) -> str:
    if raw.get("action") == "DELETE" or _some(raw, "childEPCs", "childQuantityList"):
        return ""
    return "children: childEPCs or a childQuantityList"


def _transaction_lacks(raw: Mapping[str, Any]) -> str:
    if raw.get("action") == "DELETE" or "epcList" in raw or _some(raw, "quantityList"):
        return ""
    return "objects: an epcList or a quantityList"


def _transformation_lacks(raw: Mapping[str, Any]) -> str:
    inputs = _some(raw, "inputEPCList", "inputQuantityList")
    outputs = _some(raw, "outputEPCList", "outputQuantityList")
    if (inputs and outputs) or ("transformationID" in raw and (inputs or outputs)):
        return ""
    if "transformationID" in raw:
        return "inputs or outputs"
    return "inputs and outputs, or a transformationID with one of them"


class _ObjectShape:
    """An ObjectEvent: master data of what came to be is for ADD only."""

    def __init__(self, shape: Shape) -> None:
        self._shape = shape

    def read(self, value: Any) -> Any:
        found = self._shape.read(value)
        if found.ilmd is not None and found.action != "ADD":
            raise Unfit(
                f'has ilmd with the action "{found.action}"; expected ilmd with ADD only',
                found="ilmd",
                expected="the action ADD",
            )
        return found

    def dump(self, value: Any) -> Any:
        return self._shape.dump(value)


def _event(
    made: type[values.StepEvent], kinds: Mapping[str, Kind], required: str, **given: Any
) -> Shape:
    name = str(made.type)  # type: ignore[attr-defined]  # each of the five has it
    table = {**_STEP, **kinds}
    return _shape(made, table, _WHEN + required, fixed={"type": name}, noun="an event", **given)


_CHILDREN: dict[str, Kind] = {
    "action": ACTION,
    "parent_id": URI,
    "child_epcs": URIS,
    "child_quantity_list": QUANTITIES,
}

EVENTS: dict[str, Kind] = {
    "ObjectEvent": _ObjectShape(
        _event(
            values.ObjectEvent,
            {
                "action": ACTION,
                "epc_list": EPCS,
                "quantity_list": QUANTITIES,
                "persistent_disposition": PERSISTENT,
                "ilmd": _Ilmd(),
            },
            "action",
            lacks=_object_lacks,
        )
    ),
    "AggregationEvent": _event(values.AggregationEvent, _CHILDREN, "action", lacks=_children_lack),
    "TransactionEvent": _event(
        values.TransactionEvent,
        {
            "action": ACTION,
            "parent_id": URI,
            "biz_transaction_list": ListOf(BIZ_TRANSACTION, least=1),
            "epc_list": URIS,
            "quantity_list": QUANTITIES,
        },
        "biz_transaction_list action",
        lacks=_transaction_lacks,
    ),
    "TransformationEvent": _event(
        values.TransformationEvent,
        {
            "input_epc_list": EPCS,
            "input_quantity_list": QUANTITIES,
            "output_epc_list": EPCS,
            "output_quantity_list": QUANTITIES,
            "transformation_id": URI,
            "persistent_disposition": PERSISTENT,
            "ilmd": _Ilmd(),
        },
        "",
        lacks=_transformation_lacks,
    ),
    "AssociationEvent": _event(
        values.AssociationEvent, _CHILDREN, "action parent_id", lacks=_children_lack
    ),
}

_EVENT_TYPE = Text(
    "ObjectEvent, AggregationEvent, TransactionEvent, TransformationEvent, AssociationEvent, "
    "or the URI of a type of your own",
    syntax.is_uri,
)
EXTENDED = _shape(
    values.ExtendedEvent,
    {**_EVENT, "type": _EVENT_TYPE},
    _WHEN + "type",
    Others.ANY,
    noun="an event",
)


class _AnyEvent:
    """An event, by its type. ``bare`` is one without a document, which needs its own context."""

    def __init__(self, *, bare: bool) -> None:
        self._bare = bare

    def read(self, value: Any) -> values.Event:
        if type(value) is not dict:
            raise Unfit.instead(value, "an event")
        missing = [
            n for n in ("type", "@context") if n not in value and (n == "type" or self._bare)
        ]
        if missing:
            names = " and ".join(missing)
            raise Unfit(f"lacks {names}", found="nothing", expected=names)
        kind = value["type"]
        shape = EVENTS.get(kind) if type(kind) is str else None
        found: values.Event = (shape or EXTENDED).read(value)
        return found

    def dump(self, value: values.Event) -> dict[str, Any]:
        extended = isinstance(value, values.ExtendedEvent)
        shape = EXTENDED if extended else EVENTS[getattr(value, "type", "")]
        return shape.dump(value)


EVENT = _AnyEvent(bare=False)
BARE_EVENT = _AnyEvent(bare=True)

# ---------------------------------------------------------------- documents

_EVENT_LIST = ListOf(EVENT)


def _is_attribute(value: Any) -> bool:
    return type(value) in (str, int, dict) or isinstance(value, Decimal)


ATTRIBUTE = _shape(
    values.Attribute,
    {"id": URI, "attribute": Anything("a text, a number or an object", _is_attribute)},
    "id",
    Others.ANY,
)
ELEMENT = _shape(
    values.VocabularyElement,
    {"id": URI, "attributes": ListOf(ATTRIBUTE), "children": URIS},
    "id",
    Others.ANY,
)
VOCABULARY = _shape(
    values.Vocabulary,
    {"type": URI, "vocabulary_element_list": ListOf(ELEMENT)},
    "type",
    Others.ANY,
)
_VOCABULARIES = ListOf(VOCABULARY)
HEADER = _shape(
    values.Header,
    {
        "epcis_master_data": _shape(
            values.MasterData, {"vocabulary_list": _VOCABULARIES}, others=Others.ANY
        )
    },
)
CAPTURE = _shape(
    values.CaptureDocument,
    {
        "context": CONTEXT,
        "id": URI,
        "schema_version": VERSION,
        "creation_date": TIME,
        "instance_identifier": TEXT,
        "sender": TEXT,
        "receiver": TEXT,
        "epcis_header": HEADER,
        "epcis_body": _shape(
            values.CaptureBody, {"event_list": _EVENT_LIST}, "event_list", Others.ANY
        ),
    },
    "context schema_version creation_date epcis_body",
    fixed={"type": "EPCISDocument"},
)
RESULTS_BODY = _shape(
    values.ResultsBody,
    {"event_list": _EVENT_LIST, "vocabulary_list": _VOCABULARIES},
    "event_list",
)
RESULTS = _shape(
    values.QueryResults,
    {"query_name": TEXT, "subscription_id": TEXT, "results_body": RESULTS_BODY},
    "query_name results_body",
)
QUERY = _shape(
    values.QueryDocument,
    {
        "context": CONTEXT,
        "id": URI,
        "schema_version": VERSION,
        "creation_date": TIME,
        "epcis_body": _shape(values.QueryBody, {"query_results": RESULTS}, "query_results"),
    },
    "context epcis_body",
    fixed={"type": "EPCISQueryDocument"},
)
DOCUMENTS: dict[str, Shape] = {"EPCISDocument": CAPTURE, "EPCISQueryDocument": QUERY}
