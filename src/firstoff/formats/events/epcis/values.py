"""The events of EPCIS 2.0 and what they hold, as frozen values.

Names are those of the standard, in Python's spelling (``eventTimeZoneOffset`` is
``event_time_zone_offset``). None is "not given", which is not the same as an empty list.
Words of CBV stay as they were written (``vocabulary.BIZ_STEP.short`` compares them), times and
numbers too. ``extensions`` holds what a user's name space adds, as it stood.
Source: GS1 EPCIS 2.0 section 7, CBV 2.0.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from types import MappingProxyType
from typing import Any, ClassVar

Json = Any  # None, bool, int, Decimal, str, a tuple of these, or a read-only mapping to these
NOTHING: Mapping[str, Json] = MappingProxyType({})


def nothing() -> Mapping[str, Json]:
    return NOTHING


class Literal(Decimal):
    """A number written otherwise than Python writes it (1e3, 0.10E1), which keeps its text."""

    __slots__ = ("text",)
    text: str

    def __new__(cls, text: str) -> "Literal":
        self = super().__new__(cls, text)
        self.text = text
        return self


@dataclass(frozen=True, slots=True)
class Time:
    """A time as it was written; ``at`` is the moment, cut to microseconds."""

    text: str

    @property
    def at(self) -> datetime:
        return datetime.fromisoformat(self.text.upper())


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A readPoint or bizLocation."""

    id: str
    extensions: Mapping[str, Json] = field(default_factory=nothing)


@dataclass(frozen=True, slots=True, kw_only=True)
class Quantity:
    """So much of a class. ``uom`` is a code of UNECE Recommendation 20; none is a count."""

    epc_class: str
    quantity: Decimal | None = None
    uom: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class BizTransaction:
    biz_transaction: str
    type: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    type: str
    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Destination:
    type: str
    destination: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PersistentDisposition:
    set: tuple[str, ...] | None = None
    unset: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ErrorDeclaration:
    """The event is in error (EPCIS 7.4.1.4): it did not occur, or others correct it."""

    declaration_time: Time
    reason: str | None = None
    corrective_event_ids: tuple[str, ...] | None = None
    extensions: Mapping[str, Json] = field(default_factory=nothing)


@dataclass(frozen=True, slots=True, kw_only=True)
class SensorMetadata:
    time: Time | None = None
    device_id: str | None = None
    device_metadata: str | None = None
    raw_data: str | None = None
    start_time: Time | None = None
    end_time: Time | None = None
    data_processing_method: str | None = None
    biz_rules: str | None = None
    extensions: Mapping[str, Json] = field(default_factory=nothing)


@dataclass(frozen=True, slots=True, kw_only=True)
class SensorReport:
    type: str
    exception: str | None = None
    device_id: str | None = None
    device_metadata: str | None = None
    raw_data: str | None = None
    data_processing_method: str | None = None
    biz_rules: str | None = None
    time: Time | None = None
    microorganism: str | None = None
    chemical_substance: str | None = None
    coordinate_reference_system: str | None = None
    value: Decimal | None = None
    component: str | None = None
    string_value: str | None = None
    boolean_value: bool | None = None
    hex_binary_value: str | None = None
    uri_value: str | None = None
    min_value: Decimal | None = None
    max_value: Decimal | None = None
    mean_value: Decimal | None = None
    s_dev: Decimal | None = None
    perc_rank: Decimal | None = None
    perc_value: Decimal | None = None
    uom: str | None = None
    extensions: Mapping[str, Json] = field(default_factory=nothing)


@dataclass(frozen=True, slots=True, kw_only=True)
class SensorElement:
    sensor_report: tuple[SensorReport, ...]
    sensor_metadata: SensorMetadata | None = None
    extensions: Mapping[str, Json] = field(default_factory=nothing)


# ---------------------------------------------------------------- events


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """What every event has. ``context`` is the @context of its own, where it has one."""

    event_time: Time
    event_time_zone_offset: str
    event_id: str | None = None
    record_time: Time | None = None
    certification_info: str | tuple[str, ...] | None = None
    error_declaration: ErrorDeclaration | None = None
    context: Json = None
    extensions: Mapping[str, Json] = field(default_factory=nothing)


@dataclass(frozen=True, slots=True, kw_only=True)
class StepEvent(Event):
    """What the five standard events have: the business step, where, and under which papers."""

    biz_step: str | None = None
    disposition: str | None = None
    read_point: Place | None = None
    biz_location: Place | None = None
    biz_transaction_list: tuple[BizTransaction, ...] | None = None
    source_list: tuple[Source, ...] | None = None
    destination_list: tuple[Destination, ...] | None = None
    sensor_element_list: tuple[SensorElement, ...] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ObjectEvent(StepEvent):
    """Something happened to objects: they came to be, were seen, ended."""

    type: ClassVar[str] = "ObjectEvent"
    action: str
    epc_list: tuple[str, ...] | None = None
    quantity_list: tuple[Quantity, ...] | None = None
    persistent_disposition: PersistentDisposition | None = None
    ilmd: Mapping[str, Json] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AggregationEvent(StepEvent):
    """Children were put into a parent, or taken out, and stay what they are."""

    type: ClassVar[str] = "AggregationEvent"
    action: str
    parent_id: str | None = None
    child_epcs: tuple[str, ...] | None = None
    child_quantity_list: tuple[Quantity, ...] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class TransactionEvent(StepEvent):
    """Objects were tied to business transactions, or untied."""

    type: ClassVar[str] = "TransactionEvent"
    action: str
    parent_id: str | None = None
    epc_list: tuple[str, ...] | None = None
    quantity_list: tuple[Quantity, ...] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class TransformationEvent(StepEvent):
    """Inputs were used up, outputs came of them."""

    type: ClassVar[str] = "TransformationEvent"
    input_epc_list: tuple[str, ...] | None = None
    input_quantity_list: tuple[Quantity, ...] | None = None
    output_epc_list: tuple[str, ...] | None = None
    output_quantity_list: tuple[Quantity, ...] | None = None
    transformation_id: str | None = None
    persistent_disposition: PersistentDisposition | None = None
    ilmd: Mapping[str, Json] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AssociationEvent(StepEvent):
    """Parts were fitted to an asset or assembly, or removed from it."""

    type: ClassVar[str] = "AssociationEvent"
    parent_id: str
    action: str
    child_epcs: tuple[str, ...] | None = None
    child_quantity_list: tuple[Quantity, ...] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ExtendedEvent(Event):
    """An event of a user's own type, named by a URI; all its other fields are ``extensions``."""

    type: str


# ---------------------------------------------------------------- documents


@dataclass(frozen=True, slots=True, kw_only=True)
class Attribute:
    id: str
    attribute: Json = None
    extensions: Mapping[str, Json] = field(default_factory=nothing)


@dataclass(frozen=True, slots=True, kw_only=True)
class VocabularyElement:
    id: str
    attributes: tuple[Attribute, ...] | None = None
    children: tuple[str, ...] | None = None
    extensions: Mapping[str, Json] = field(default_factory=nothing)


@dataclass(frozen=True, slots=True, kw_only=True)
class Vocabulary:
    """Master data of one kind, such as locations."""

    type: str
    vocabulary_element_list: tuple[VocabularyElement, ...] | None = None
    extensions: Mapping[str, Json] = field(default_factory=nothing)


@dataclass(frozen=True, slots=True, kw_only=True)
class MasterData:
    vocabulary_list: tuple[Vocabulary, ...] | None = None
    extensions: Mapping[str, Json] = field(default_factory=nothing)


@dataclass(frozen=True, slots=True, kw_only=True)
class Header:
    epcis_master_data: MasterData | None = None
    extensions: Mapping[str, Json] = field(default_factory=nothing)


@dataclass(frozen=True, slots=True, kw_only=True)
class CaptureBody:
    event_list: tuple[Event, ...] = ()
    extensions: Mapping[str, Json] = field(default_factory=nothing)


@dataclass(frozen=True, slots=True, kw_only=True)
class ResultsBody:
    event_list: tuple[Event, ...] = ()
    vocabulary_list: tuple[Vocabulary, ...] | None = None
    extensions: Mapping[str, Json] = field(default_factory=nothing)


@dataclass(frozen=True, slots=True, kw_only=True)
class QueryResults:
    query_name: str
    results_body: ResultsBody
    subscription_id: str | None = None
    extensions: Mapping[str, Json] = field(default_factory=nothing)


@dataclass(frozen=True, slots=True, kw_only=True)
class QueryBody:
    query_results: QueryResults
    extensions: Mapping[str, Json] = field(default_factory=nothing)


class EpcisDocument:
    """What one file or message holds; ``events`` are its events in order.

    ``warnings`` are sentences about what was read as it could be; they do not count in ==."""

    __slots__ = ()
    warnings: tuple[str, ...]

    @property
    def events(self) -> tuple[Event, ...]:
        raise NotImplementedError


@dataclass(frozen=True, slots=True, kw_only=True)
class CaptureDocument(EpcisDocument):
    """An EPCISDocument: events on their way into a repository, with master data."""

    context: Json
    schema_version: str
    creation_date: Time
    epcis_body: CaptureBody
    id: str | None = None
    instance_identifier: str | None = None
    sender: str | None = None
    receiver: str | None = None
    epcis_header: Header | None = None
    extensions: Mapping[str, Json] = field(default_factory=nothing)
    warnings: tuple[str, ...] = field(default=(), compare=False)

    @property
    def events(self) -> tuple[Event, ...]:
        return self.epcis_body.event_list


@dataclass(frozen=True, slots=True, kw_only=True)
class QueryDocument(EpcisDocument):
    """An EPCISQueryDocument: the answer of a repository to a query."""

    context: Json
    epcis_body: QueryBody
    id: str | None = None
    schema_version: str | None = None
    creation_date: Time | None = None
    extensions: Mapping[str, Json] = field(default_factory=nothing)
    warnings: tuple[str, ...] = field(default=(), compare=False)

    @property
    def events(self) -> tuple[Event, ...]:
        return self.epcis_body.query_results.results_body.event_list


@dataclass(frozen=True, slots=True, kw_only=True)
class BareEvents(EpcisDocument):
    """One event without a document round it, or a list of them (``single`` tells which)."""

    event_list: tuple[Event, ...]
    single: bool = False
    warnings: tuple[str, ...] = field(default=(), compare=False)

    @property
    def events(self) -> tuple[Event, ...]:
        return self.event_list
