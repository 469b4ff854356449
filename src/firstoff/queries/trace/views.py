"""Everything recorded about a unit, as the doors show it."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from firstoff.formats.testdata.packing import Result
from firstoff.queries.execution.runs import RunView
from firstoff.rules.execution import UnitState
from firstoff.terms import TestOutcome


@dataclass(frozen=True, slots=True)
class CauseView:
    cause_class: str
    cause: str
    by: str
    at: datetime


@dataclass(frozen=True, slots=True)
class DefectView:
    """A defect with every finding about its cause, the one that holds last."""

    uid: str
    code: str
    name: str
    category: str
    note: str
    causes: tuple[CauseView, ...]


@dataclass(frozen=True, slots=True)
class JudgementView:
    """A result as it was recorded. ``superseded_by`` names the correction, if there is one."""

    uid: str
    attempt: int
    kind: str
    fit: str
    finish: str
    function: str
    build_seconds: Decimal | None
    judged_at: datetime
    inspector: str
    by: str
    received_at: datetime
    correction_reason: str
    supersedes: str
    superseded_by: str
    defects: tuple[DefectView, ...]
    entry: int


@dataclass(frozen=True, slots=True)
class ParameterView:
    """A process parameter as it was, with the limits it was judged by."""

    name: str
    value: Decimal
    lower: Decimal | None
    upper: Decimal | None
    unit: str
    at: datetime

    @property
    def outside(self) -> bool:
        below = self.lower is not None and self.value < self.lower
        return below or (self.upper is not None and self.value > self.upper)


@dataclass(frozen=True, slots=True)
class OperationView:
    seq: int
    name: str
    attempt: int
    began_at: datetime
    ended_at: datetime
    seconds: float
    standard_minutes: Decimal | None
    operator: str
    equipment: str
    outcome: str
    note: str
    entry: int
    tools: tuple[str, ...] = ()
    instruction: str = ""  # digest of what was followed; empty: the released one of the run
    parameters: tuple[ParameterView, ...] = ()


@dataclass(frozen=True, slots=True)
class AttachmentView:
    name: str
    media_type: str
    size: int
    sha256: str


@dataclass(frozen=True, slots=True)
class TestView:
    """A test record with its measurements and the limits they were judged by."""

    __test__ = False

    uid: str
    procedure: str
    digest: str
    source: str
    station: str
    operator: str
    outcome: TestOutcome
    outcome_details: str
    marginal: bool
    began_at: datetime
    ended_at: datetime
    results: tuple[Result, ...]
    attachments: tuple[AttachmentView, ...]
    entry: int


@dataclass(frozen=True, slots=True)
class EventView:
    """Something that happened to the batch around this unit."""

    at: datetime
    what: str
    detail: str
    by: str


@dataclass(frozen=True, slots=True)
class EntryView:
    """An entry of the ledger that holds a record of this unit."""

    seq: int
    at: datetime
    by: str
    verb: str
    subject: str
    hash: str


@dataclass(frozen=True, slots=True)
class UnitTrace:
    """One unit: who, when, on what, with which results, and where it is written."""

    run: RunView | None  # None: it came from elsewhere with a number of its own
    uid: str
    part: str
    part_name: str
    serial: str
    position: int
    started_at: datetime
    received_at: datetime
    operator: str
    recorded_by: str
    builder_class: str
    equipment: str
    equipment_name: str
    equipment_class: str
    instruction: str
    follows_baseline: bool
    previous_serial: str
    made_into: tuple[str, ...]  # serials made out of this one
    exclusion: str
    reasons: tuple[str, ...]
    state: UnitState
    judgements: tuple[JudgementView, ...]
    operations: tuple[OperationView, ...]
    tests: tuple[TestView, ...]
    events: tuple[EventView, ...]
    sources: tuple[str, ...]  # files its records came from
    entries: tuple[EntryView, ...]
    before: str  # the serial started before it in the run
    after: str
