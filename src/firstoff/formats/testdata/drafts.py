"""What an importer hands over: frozen drafts, and for each row it could not take, why.

A draft holds what the file said and nothing that needs a database. Times are aware and in UTC,
numbers are Decimals, texts are trimmed. An empty text is "not given".
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import Protocol
from zoneinfo import ZoneInfo

from firstoff.errors import InvalidInput
from firstoff.formats.sources import DEFAULT_LIMITS, Limits, RawSource
from firstoff.formats.tables import Column
from firstoff.terms import Attempt, CauseClass, OperationOutcome, TestOutcome

# ---------------------------------------------------------------- a unit log


@dataclass(frozen=True, slots=True)
class StepDraft:
    """Minutes one operation took on this unit; ``operation`` is its number as text ("10")."""

    operation: str
    minutes: Decimal


@dataclass(frozen=True, slots=True)
class MeasureDraft:
    """One measured characteristic by its balloon number; ``value`` is None when it is a word."""

    characteristic: str
    value: Decimal | None
    text: str


@dataclass(frozen=True, slots=True)
class UnitDraft:
    """One row of a unit log: one unit, one attempt (R-34, R-48). None is not judged or given."""

    row: int
    serial: str
    attempt: Attempt
    started_at: datetime | None
    judged_at: datetime | None
    operator: str
    equipment: str
    fit: OperationOutcome | None
    finish: OperationOutcome | None
    function: OperationOutcome | None
    build_minutes: Decimal | None
    defect_codes: tuple[str, ...]
    defect_note: str
    cause_class: CauseClass | None
    cause: str
    note: str
    previous_serial: str
    steps: tuple[StepDraft, ...]
    measures: tuple[MeasureDraft, ...]


# ---------------------------------------------------------------- what sits in a unit


@dataclass(frozen=True, slots=True)
class SubUnitDraft:
    """A part of a unit that the file names: by serial, or by lot where it has none.

    ``name`` is its role or part type (PCBA, gpu_0), ``position`` its place as given. ``parent`` is
    the serial it sits in, "" for the unit of the record itself. ``removed``: it was taken out.
    ``event``: it was joined or taken out then; else the file says only that it was in there."""

    serial: str = ""
    part_number: str = ""
    revision: str = ""
    lot: str = ""
    name: str = ""
    position: str = ""
    parent: str = ""
    removed: bool = False
    event: bool = False
    at: datetime | None = None


# ---------------------------------------------------------------- a test record


class ValueKind(StrEnum):
    """What a measured value is."""

    NUMBER = "number"
    BOOLEAN = "boolean"
    TEXT = "text"
    SERIES = "series"  # rows of coordinates with the value last
    OTHER = "other"  # a list or object, kept as JSON text
    NONE = "none"  # not set


Cell = Decimal | bool | str | None


@dataclass(frozen=True, slots=True)
class LimitsDraft:
    """Limits a value was judged by, inclusive, in its unit. ``each`` says that they hold for
    every value of a series. ``expected`` is the one value allowed when it is no number."""

    lower: Decimal | None = None
    upper: Decimal | None = None
    marginal_lower: Decimal | None = None
    marginal_upper: Decimal | None = None
    expected: bool | None = None
    pattern: str | None = None
    each: bool = False


@dataclass(frozen=True, slots=True)
class UnitOfMeasure:
    """A unit as given; ``code`` is of UNECE Recommendation 20 (MMT), ``suffix`` is shown (mm)."""

    name: str = ""
    suffix: str = ""
    code: str = ""


@dataclass(frozen=True, slots=True)
class MeasurementDraft:
    """One measurement of one phase, its outcome and limits as the station gave them (R-48).

    ``value`` is None for NaN and infinities, which ``special`` names ("nan", "inf", "-inf").
    ``marginal`` is as given, or computed from the marginal limits where the file does not say.
    ``unread`` are the validators whose text is not expressed by ``limits``."""

    name: str
    phase: str
    phase_index: int
    subtest: str
    outcome: TestOutcome
    marginal: bool | None
    kind: ValueKind
    value: Decimal | None
    flag: bool | None
    text: str
    series: tuple[tuple[Cell, ...], ...]
    special: str
    unit: UnitOfMeasure
    dimensions: tuple[UnitOfMeasure, ...]
    limits: LimitsDraft
    validators: tuple[str, ...]
    unread: tuple[str, ...]
    note: str

    @property
    def not_a_number(self) -> bool:
        return self.special == "nan"


@dataclass(frozen=True, slots=True)
class PhaseDraft:
    """One phase as it ran. ``outcome`` is PASS, FAIL, ERROR, SKIPPED, or None when not given."""

    index: int
    name: str
    subtest: str
    outcome: TestOutcome | None
    marginal: bool | None
    started_at: datetime | None
    ended_at: datetime | None
    result: str


@dataclass(frozen=True, slots=True)
class AttachmentDraft:
    """A file of a phase. ``content`` and ``sha256`` are None when the record holds only its name;
    ``sha1_matches`` is None when there is nothing to compare."""

    phase: str
    phase_index: int
    name: str
    mimetype: str
    sha1: str
    sha1_matches: bool | None
    content: bytes | None = field(repr=False)
    sha256: str | None


@dataclass(frozen=True, slots=True)
class OutcomeDetail:
    code: str
    description: str


@dataclass(frozen=True, slots=True)
class SubtestDraft:
    name: str
    outcome: TestOutcome | None


@dataclass(frozen=True, slots=True)
class TestDraft:
    """One test record. ``row`` is its place in the file, from 1. ``metadata`` is canonical JSON.

    ``started_at`` is None where the file says no time at all; who takes the record dates it.
    ``digest`` is the SHA-256 of the record's canonical JSON: the same record has the same digest
    in whatever file and layout it comes, so that taking it twice can be seen."""

    __test__ = False  # not a test class, whatever pytest thinks of the name

    row: int
    serial: str
    station: str
    started_at: datetime | None
    ended_at: datetime | None
    outcome: TestOutcome
    outcome_details: tuple[OutcomeDetail, ...]
    marginal: bool | None
    test_name: str
    test_version: str
    procedure_id: str
    part_number: str
    revision: str
    lot: str
    phases: tuple[PhaseDraft, ...]
    subtests: tuple[SubtestDraft, ...]
    measurements: tuple[MeasurementDraft, ...]
    attachments: tuple[AttachmentDraft, ...]
    metadata: str
    log_records: int
    diagnoses: int
    digest: str
    operator: str = ""
    record_id: str = ""  # the station's own, in lower case: what a repair report refers to
    sub_units: tuple[SubUnitDraft, ...] = ()


# ---------------------------------------------------------------- a repair


@dataclass(frozen=True, slots=True)
class FailureDraft:
    """One failure that a repair found. ``component`` is its reference designator (U1); ``serial``
    and ``part_number`` name the unit or subassembly it was in, ``article`` the part itself."""

    code: str
    category: str
    note: str
    component: str
    function_block: str
    serial: str
    part_number: str
    article: str
    article_revision: str
    article_vendor: str
    article_description: str
    step: str  # number of the step that found it, in the test repaired
    step_name: str = field(default="", compare=False)  # as the number says it, where given


@dataclass(frozen=True, slots=True)
class ReplacementDraft:
    """A part taken out and the one put in its place."""

    removed: SubUnitDraft
    installed: SubUnitDraft


@dataclass(frozen=True, slots=True)
class RepairDraft:
    """One repair report. ``test_id`` is the record_id of the test whose failure was repaired, ""
    when the report names none; ``test_name`` is the process that unit failed in."""

    row: int
    serial: str
    part_number: str
    revision: str
    station: str
    operator: str
    started_at: datetime | None
    ended_at: datetime | None
    outcome: TestOutcome
    process: str
    test_id: str
    test_name: str
    note: str
    failures: tuple[FailureDraft, ...]
    replacements: tuple[ReplacementDraft, ...]
    sub_units: tuple[SubUnitDraft, ...]
    attachments: tuple[AttachmentDraft, ...]
    metadata: str
    record_id: str
    digest: str


# ---------------------------------------------------------------- material


@dataclass(frozen=True, slots=True)
class LotDraft:
    """A lot or sub-lot of material as a file states it; what is "" or None was not said.

    ``status`` is the file's own word. ``parent`` is the lot a sub-lot belongs to."""

    row: int
    lot: str
    part_number: str
    parent: str
    status: str
    quantity: Decimal | None
    unit: str
    expires_at: datetime | None
    location: str
    stated_at: datetime | None
    properties: str  # canonical JSON


@dataclass(frozen=True, slots=True)
class ConsumptionDraft:
    """Material used (or made: ``produced``) by an order, or for one unit where ``serial`` is set.

    ``lot`` is the smallest lot named; ``parent`` the lot it is a sub-lot of."""

    row: int
    lot: str
    parent: str
    part_number: str
    quantity: Decimal | None
    unit: str
    order: str
    operation: str
    serial: str
    produced: bool
    at: datetime | None
    properties: str  # canonical JSON


# ---------------------------------------------------------------- a message of a machine


@dataclass(frozen=True, slots=True)
class RecordDraft:
    """What a message says happened, as a kind of record (docs/reference/records.md).

    ``kind`` is "" where none fits (a unit arrived, an operator signed on): it is counted and not
    recorded. ``fields``: canonical JSON of the record without id, time, part and batch. ``row`` is
    the place of the message in the file; ``record_id`` is the same whenever the message comes."""

    row: int
    kind: str
    message: str
    serial: str
    lots: tuple[str, ...]
    child: str
    at: datetime | None
    station: str
    operator: str
    fields: str
    record_id: str


Draft = UnitDraft | TestDraft | RepairDraft | LotDraft | ConsumptionDraft | RecordDraft


# ---------------------------------------------------------------- the result


@dataclass(frozen=True, slots=True)
class RowProblem:
    """A row (or a record of a JSON file) that cannot be taken.

    ``column`` is the header, or the path in a JSON record ($.phases[2].outcome).
    ``raw`` is the row as it stands, shortened, for the preview."""

    row: int
    column: str
    found: str
    expected: str
    sentence: str
    raw: str


@dataclass(frozen=True, slots=True)
class ImportResult:
    """What one file gave. Rows that cannot be taken are in ``refused``; whether the rest is
    imported is for a service to say, and it says no (all or nothing). ``nothing`` says of a file
    without a record what it holds instead, and where that goes; ``holds`` counts in the words of
    the format what the drafts do not show (parts, characteristics, messages)."""

    kind: str
    name: str
    sha256: str
    encoding: str | None
    delimiter: str | None
    sheet: str | None
    header_row: int | None
    columns: tuple[Column, ...]
    drafts: tuple[Draft, ...]
    refused: tuple[RowProblem, ...]
    warnings: tuple[str, ...]
    nothing: str = ""
    holds: Mapping[str, int] = field(default_factory=dict)

    @property
    def units(self) -> tuple[UnitDraft, ...]:
        return tuple(draft for draft in self.drafts if isinstance(draft, UnitDraft))

    @property
    def tests(self) -> tuple[TestDraft, ...]:
        return tuple(draft for draft in self.drafts if isinstance(draft, TestDraft))

    @property
    def repairs(self) -> tuple[RepairDraft, ...]:
        return tuple(draft for draft in self.drafts if isinstance(draft, RepairDraft))

    @property
    def lots(self) -> tuple[LotDraft, ...]:
        return tuple(draft for draft in self.drafts if isinstance(draft, LotDraft))

    @property
    def consumptions(self) -> tuple[ConsumptionDraft, ...]:
        return tuple(draft for draft in self.drafts if isinstance(draft, ConsumptionDraft))

    @property
    def records(self) -> tuple[RecordDraft, ...]:
        return tuple(draft for draft in self.drafts if isinstance(draft, RecordDraft))

    def demand_all(self) -> None:
        """Raise InvalidInput when a row is refused, with the first refusal, or when there is
        nothing to take: nothing is half imported, and nothing at all is no success."""
        if not self.refused and (self.nothing or not self.drafts):
            says = self.nothing or f"{self.name} holds no row to import."
            raise InvalidInput(says, code="no-rows", file=self.name)
        if not self.refused:
            return
        first, count = self.refused[0], len(self.refused)
        others = count - 1
        more = (
            f" {others} more {'row is' if others == 1 else 'rows are'} refused." if others else ""
        )
        raise InvalidInput(
            f"{self.name}: {first.sentence}{more}",
            code="rows-refused",
            file=self.name,
            row=first.row,
            column=first.column,
            found=first.found,
            expected=first.expected,
            refused=count,
        )


_MOST_WARNINGS = 200


def capped(warnings: Sequence[str]) -> tuple[str, ...]:
    """The first 200 warnings of a file, and how many more there are."""
    more = len(warnings) - _MOST_WARNINGS
    tail = [f"{more:,} more warnings."] if more > 0 else []
    return (*warnings[:_MOST_WARNINGS], *tail)


# ---------------------------------------------------------------- a kind of importer


_UTC = ZoneInfo("UTC")


@dataclass(frozen=True, slots=True)
class ReadOptions:
    """How to read. ``time_zone`` holds for times without an offset. ``mapping`` corrects how
    columns are understood: header in the file to field name, "" for a column to leave out.
    ``required`` are the fields of a table that must have a column; a run may ask for more.
    ``companion`` is the file that describes this one: the .dfd of a .dfx, the plan of QIF results.
    """

    time_zone: ZoneInfo = _UTC
    mapping: Mapping[str, str] = field(default_factory=dict)
    required: tuple[str, ...] = ("serial",)
    limits: Limits = DEFAULT_LIMITS
    companion: RawSource | None = None


class Reader(Protocol):
    def __call__(self, raw: RawSource, *, name: str, options: ReadOptions) -> ImportResult: ...


@dataclass(frozen=True, slots=True)
class Importer:
    """A kind of file. ``sniff`` says from the first 64 kB and the name whether it could be one."""

    name: str
    label: str
    endings: tuple[str, ...]
    sniff: Callable[[bytes, str], bool]
    read: Reader
